//! The line being edited: printable ASCII, bounded, with its cursor.

use super::Event;
use crate::terms::line::MAX_LINE;
use crate::terms::{Framing, PresentedLine};

#[derive(Debug, Default)]
pub(super) struct Draft {
    text: Vec<u8>,
    /// INVARIANT: at most `text.len()`.
    cursor: usize,
    /// Why the line will be refused when it ends. The first one stays until the line is dropped whole.
    fault: Option<Framing>,
}

impl Draft {
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn fault(&self) -> Option<Framing> {
        self.fault
    }

    pub(super) fn is_untouched(&self) -> bool {
        self.text.is_empty() && self.fault.is_none()
    }

    /// The text left of the cursor.
    pub(super) fn prefix(&self) -> String {
        self.text.iter().take(self.cursor).copied().map(char::from).collect()
    }

    pub(super) fn refuse(&mut self, fault: Framing) {
        self.fault.get_or_insert(fault);
    }

    pub(super) fn insert(&mut self, byte: u8) {
        if self.text.len() >= MAX_LINE {
            self.refuse(Framing::TooLong);
            return;
        }
        self.text.insert(self.cursor, byte);
        self.cursor = self.cursor.saturating_add(1);
    }

    /// Adds the rest of the word left of the cursor and a blank, which may be there already.
    pub(super) fn complete(&mut self, rest: &str) {
        let next = self.text.get(self.cursor).copied();
        let room = MAX_LINE.saturating_sub(self.text.len()) > rest.len();
        if !room || next.is_some_and(|byte| byte != b' ') {
            return;
        }
        rest.bytes().filter(|byte| byte.is_ascii_graphic()).for_each(|byte| self.insert(byte));
        match next {
            Some(_) => self.right(),
            None => self.insert(b' '),
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn replace(&mut self, text: Vec<u8>) {
        self.cursor = text.len();
        self.text = text;
    }

    pub(super) fn delete(&mut self) {
        if self.cursor < self.text.len() {
            self.text.remove(self.cursor);
        }
    }

    pub(super) fn backspace(&mut self) {
        if self.left() {
            self.delete();
        }
    }

    pub(super) fn kill_right(&mut self) {
        self.text.truncate(self.cursor);
    }

    /// The word left of the cursor and the blanks after it.
    pub(super) fn kill_word(&mut self) {
        let left = self.text.get(..self.cursor).unwrap_or_default();
        let word_end = left.iter().rposition(|b| *b != b' ').map_or(0, |i| i.saturating_add(1));
        let start = left.get(..word_end).unwrap_or_default().iter().rposition(|b| *b == b' ');
        let start = start.map_or(0, |i| i.saturating_add(1));
        self.text.drain(start..self.cursor);
        self.cursor = start;
    }

    /// Whether the cursor moved.
    pub(super) fn left(&mut self) -> bool {
        let moved = self.cursor > 0;
        self.cursor = self.cursor.saturating_sub(1);
        moved
    }

    pub(super) fn right(&mut self) {
        self.cursor = self.cursor.saturating_add(1).min(self.text.len());
    }

    pub(super) fn home(&mut self) {
        self.cursor = 0;
    }

    pub(super) fn end(&mut self) {
        self.cursor = self.text.len();
    }

    /// The line is ended; the draft is empty again.
    pub(super) fn take(&mut self) -> Event {
        let draft = std::mem::take(self);
        match draft.fault.map_or_else(|| PresentedLine::parse(&draft.text), Err) {
            Ok(line) if line.is_blank() => Event::Blank,
            Ok(line) => Event::Line(line),
            Err(fault) => Event::Framing(fault),
        }
    }
}
