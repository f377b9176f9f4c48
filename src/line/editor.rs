//! The line editor of a channel with a pty.

use super::Event;
use super::draft::Draft;
use super::history::History;
use super::keys::{Decoder, Key};
use super::pending::Pending;
use super::screen::Screen;
use crate::terms::Framing;

/// Turns keys into events and echo. See [`super::Input`] for what each method promises.
#[derive(Debug, Default)]
pub struct Editor {
    pending: Pending,
    keys: Decoder,
    /// A copy of `keys` that ran ahead over the first `ahead.1` stored bytes, looking for ^C.
    ahead: (Decoder, usize),
    draft: Draft,
    history: History,
    screen: Screen,
    /// The rest of a bracketed paste is dropped; with whether what was dropped so far ends in half a line.
    dropping_paste: Option<bool>,
    /// ^L: the prompt is printed again before the next echo.
    reprompt: bool,
}

impl Editor {
    /// An editor for a terminal of `cols` columns (0: unknown). Rows are not used.
    #[must_use]
    pub fn new(cols: u32, rows: u32) -> Self {
        let mut editor = Self::default();
        editor.resize(cols, rows);
        editor
    }

    /// Stores bytes from the client.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.pending.feed(bytes);
    }

    /// How many bytes `feed` still takes.
    #[must_use]
    pub fn room(&self) -> usize {
        self.pending.room()
    }

    /// The client sends no more.
    pub fn finish_input(&mut self) {
        self.pending.finish();
    }

    /// The prompt that the caller is about to print.
    pub fn set_prompt(&mut self, prompt: &str) {
        self.screen.set_prompt(prompt);
    }

    /// The client's window changed.
    pub fn resize(&mut self, cols: u32, _rows: u32) {
        self.screen.resize(cols);
    }

    /// Shows the line being edited again, after the prompt that the caller has just printed.
    pub fn redraw(&mut self, echo: &mut Vec<u8>) {
        self.screen.fresh();
        self.show(echo);
    }

    /// Adds the rest of a word, unless the cursor stands within one.
    pub fn complete(&mut self, rest: &str) {
        self.draft.complete(rest);
    }

    /// Works on stored bytes until there is an event or none are left.
    pub fn next_event(&mut self, echo: &mut Vec<u8>) -> Option<Event> {
        while let Some(byte) = self.pending.pop() {
            self.ahead.1 = self.ahead.1.saturating_sub(1);
            let mut event = None;
            let mut decoder = self.keys;
            decoder.keys(byte, |key| event = self.press(key, echo));
            self.keys = decoder;
            if event.is_some() {
                return event;
            }
        }
        self.show(echo);
        let event = self.pending.ending(!self.draft.is_untouched())?;
        self.forget();
        Some(event)
    }

    /// Whether a ^C is stored; it and all before it are dropped.
    pub fn take_interrupt(&mut self) -> bool {
        let (mut decoder, scanned) = match self.ahead {
            (_, 0) => (self.keys, 0),
            ahead => ahead,
        };
        let mut found = false;
        let mut count = scanned;
        for byte in self.pending.from(scanned) {
            decoder.keys(byte, |key| found = key == Key::Interrupt);
            count = count.saturating_add(1);
            if found {
                break;
            }
        }
        self.ahead = (decoder, count);
        if found {
            self.drop_pending(count);
        }
        found
    }

    /// Drops the stored bytes and the line being edited. The rest of a line or a bracketed paste that was cut by this is
    /// refused or dropped too.
    pub fn discard_pending(&mut self) {
        let mut half_line = self.dropping_paste.unwrap_or(!self.draft.is_untouched());
        let mut decoder = self.keys;
        for byte in self.pending.from(0) {
            decoder.keys(byte, |key| half_line = leaves_half_line(key, half_line));
        }
        self.ahead = (decoder, self.pending.len());
        self.drop_pending(self.pending.len());
        if decoder.in_paste() {
            self.dropping_paste = Some(half_line);
        } else if half_line {
            self.draft.refuse(Framing::Unfinished);
        }
    }

    /// The line being edited and its cursor.
    #[cfg(test)]
    pub(super) fn text(&self) -> (String, usize) {
        (String::from_utf8_lossy(self.draft.text()).into_owned(), self.draft.cursor())
    }

    /// Drops stored bytes that `ahead` has read, and the line being edited.
    fn drop_pending(&mut self, count: usize) {
        self.keys = self.ahead.0;
        self.ahead.1 = 0;
        self.pending.skip(count);
        self.dropping_paste = None;
        self.forget();
    }

    fn forget(&mut self) {
        self.draft.clear();
        self.history.rewind();
    }

    fn show(&mut self, echo: &mut Vec<u8>) {
        if std::mem::take(&mut self.reprompt) {
            self.screen.reprompt(echo);
        }
        self.screen.sync(self.draft.text(), self.draft.cursor(), echo);
    }

    fn press(&mut self, key: Key, echo: &mut Vec<u8>) -> Option<Event> {
        if let Some(half_line) = self.dropping_paste {
            self.drop_key(key, half_line);
            return None;
        }
        match key {
            Key::Enter => return Some(self.enter(echo)),
            Key::Interrupt => return Some(self.abandon(Event::Interrupt, b"^C", echo)),
            Key::EndMode => return Some(self.abandon(Event::EndMode, b"^Z", echo)),
            Key::EndOfText if self.draft.is_untouched() => return Some(self.abandon(Event::Eof, b"", echo)),
            Key::Help => return self.help(echo, Event::Help),
            Key::Complete => return self.help(echo, Event::Complete),
            Key::Up => self.recall(|history, current| history.older(current)),
            Key::Down => self.recall(|history, _| history.newer()),
            Key::KillLine => self.forget(),
            Key::Redraw => self.reprompt = true,
            _ => edit(&mut self.draft, key),
        }
        None
    }

    fn drop_key(&mut self, key: Key, half_line: bool) {
        let half_line = leaves_half_line(key, half_line);
        self.dropping_paste = (key != Key::PasteEnd).then_some(half_line);
        if self.dropping_paste.is_none() && half_line {
            self.draft.refuse(Framing::Unfinished);
        }
    }

    fn enter(&mut self, echo: &mut Vec<u8>) -> Event {
        self.show(echo);
        self.screen.newline(echo);
        if self.draft.fault().is_none() {
            self.history.push(self.draft.text());
        } else {
            self.history.rewind();
        }
        self.draft.take()
    }

    fn abandon(&mut self, event: Event, mark: &[u8], echo: &mut Vec<u8>) -> Event {
        self.draft.end();
        self.show(echo);
        echo.extend_from_slice(mark);
        self.screen.newline(echo);
        self.forget();
        event
    }

    /// A line that will be refused gets no help: what it says is not all there.
    fn help(&mut self, echo: &mut Vec<u8>, event: fn(String) -> Event) -> Option<Event> {
        if self.draft.fault().is_some() {
            return None;
        }
        self.show(echo);
        self.screen.newline(echo);
        Some(event(self.draft.prefix()))
    }

    fn recall(&mut self, which: impl FnOnce(&mut History, &[u8]) -> Option<Vec<u8>>) {
        if self.draft.fault().is_none()
            && let Some(line) = which(&mut self.history, self.draft.text())
        {
            self.draft.replace(line);
        }
    }
}

fn edit(draft: &mut Draft, key: Key) {
    match key {
        Key::Char(byte) => draft.insert(byte),
        Key::Bad(byte) => draft.refuse(Framing::Byte { byte, at: draft.cursor() }),
        Key::Backspace => draft.backspace(),
        Key::Delete | Key::EndOfText => draft.delete(),
        Key::Left => {
            draft.left();
        }
        Key::Right => draft.right(),
        Key::Home => draft.home(),
        Key::End => draft.end(),
        Key::KillWord => draft.kill_word(),
        Key::KillRight => draft.kill_right(),
        _ => {}
    }
}

/// Whether the line is begun and not ended after `key`, given that it was (`half_line`) before.
fn leaves_half_line(key: Key, half_line: bool) -> bool {
    match key {
        Key::Char(_) | Key::Bad(_) | Key::Up | Key::Down => true,
        Key::Enter | Key::Interrupt | Key::EndMode | Key::KillLine => false,
        _ => half_line,
    }
}
