//! Bytes to keys, whatever chunks they come in. Every state is small and bounded.

const PASTE_END: &[u8] = b"\x1b[201~";

/// The longest escape sequence that is skipped, in bytes: longer than any terminal's reply that belongs here.
const MAX_ESCAPE: u16 = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A printable byte, 0x20 to 0x7e.
    Char(u8),
    /// A byte that no line may have.
    Bad(u8),
    Enter,
    Backspace,
    /// The delete key.
    Delete,
    /// ^D: delete, or end of input on an empty line.
    EndOfText,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    KillLine,
    KillWord,
    KillRight,
    Redraw,
    Interrupt,
    EndMode,
    Help,
    /// Tab.
    Complete,
    /// A bracketed paste is over.
    PasteEnd,
}

/// What one byte came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing yet, or nothing at all.
    More,
    Key(Key),
    /// The byte was not taken: step again with it, after this key if there is one.
    Again(Option<Key>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// After CR: a LF or NUL belongs to it.
    Cr,
    Escape,
    Ss3,
    Csi(Csi),
    /// `ESC [ [`: the function keys of a Linux console.
    Console,
    /// OSC, DCS and the like: a terminal's reply.
    Text(u16),
    Paste,
    PasteCr,
    /// That many bytes of [`PASTE_END`] were seen.
    PasteEscape(u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Csi {
    length: u16,
    /// The first number.
    number: u16,
    /// There was something other than the first number.
    more: bool,
}

/// INVARIANT: what a byte means depends only on the bytes before it, so a copy of the decoder may run ahead.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decoder {
    state: State,
}

impl Decoder {
    /// Between the marks of a bracketed paste.
    pub(super) fn in_paste(self) -> bool {
        matches!(self.state, State::Paste | State::PasteCr | State::PasteEscape(_))
    }

    /// All keys of one byte.
    pub(super) fn keys(&mut self, byte: u8, mut each: impl FnMut(Key)) {
        loop {
            match self.step(byte) {
                Step::More => return,
                Step::Key(key) => return each(key),
                Step::Again(key) => key.into_iter().for_each(&mut each),
            }
        }
    }

    fn step(&mut self, byte: u8) -> Step {
        let (next, step) = match self.state {
            State::Ground => ground(byte),
            State::Cr if matches!(byte, b'\n' | 0) => (State::Ground, Step::More),
            State::Cr => (State::Ground, Step::Again(None)),
            State::Escape => escape(byte),
            State::Ss3 => ss3(byte),
            State::Csi(csi) => csi.step(byte),
            State::Console => (State::Ground, skipped(byte)),
            State::Text(length) => text(length, byte),
            State::Paste => paste(byte),
            State::PasteCr if byte == b'\n' => (State::Paste, Step::More),
            State::PasteCr => (State::Paste, Step::Again(None)),
            State::PasteEscape(seen) => paste_escape(seen, byte),
        };
        self.state = next;
        step
    }
}

fn ground(byte: u8) -> (State, Step) {
    let key = match byte {
        b'\r' => return (State::Cr, Step::Key(Key::Enter)),
        b'\n' => Key::Enter,
        0x1b => return (State::Escape, Step::More),
        b'?' => Key::Help,
        b'\t' => Key::Complete,
        0x20..=0x7e => Key::Char(byte),
        0x01 => Key::Home,
        0x03 => Key::Interrupt,
        0x04 => Key::EndOfText,
        0x05 => Key::End,
        0x08 | 0x7f => Key::Backspace,
        0x0b => Key::KillRight,
        0x0c => Key::Redraw,
        0x15 => Key::KillLine,
        0x17 => Key::KillWord,
        0x1a => Key::EndMode,
        _ => Key::Bad(byte),
    };
    (State::Ground, Step::Key(key))
}

fn escape(byte: u8) -> (State, Step) {
    match byte {
        b'[' => (State::Csi(Csi::default()), Step::More),
        b'O' => (State::Ss3, Step::More),
        b']' | b'P' | b'X' | b'^' | b'_' => (State::Text(0), Step::More),
        0x1b => (State::Escape, Step::More),
        _ => (State::Ground, skipped(byte)),
    }
}

/// The last byte of a sequence that is ignored. A control byte or a high one is not part of it and keeps its meaning.
fn skipped(byte: u8) -> Step {
    if (0x20..=0x7e).contains(&byte) { Step::More } else { Step::Again(None) }
}

/// A sequence that does not end: what follows it must not become text of the line, so the line is refused.
fn endless() -> (State, Step) {
    (State::Ground, Step::Key(Key::Bad(0x1b)))
}

fn ss3(byte: u8) -> (State, Step) {
    (State::Ground, arrow(byte).map_or_else(|| skipped(byte), Step::Key))
}

fn arrow(byte: u8) -> Option<Key> {
    Some(match byte {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        _ => return None,
    })
}

impl Csi {
    fn step(mut self, byte: u8) -> (State, Step) {
        self.length = self.length.saturating_add(1);
        match byte {
            _ if self.length > MAX_ESCAPE => return endless(),
            b'[' if self.length == 1 => return (State::Console, Step::More),
            b'0'..=b'9' if !self.more => {
                self.number = self.number.saturating_mul(10).saturating_add(u16::from(byte & 0x0f));
            }
            0x20..=0x3f => self.more = true,
            0x40..=0x7e => return self.last(byte),
            _ => return (State::Ground, Step::Again(None)),
        }
        (State::Csi(self), Step::More)
    }

    fn last(self, byte: u8) -> (State, Step) {
        let key = match (byte, self.number) {
            (b'~', 200) if !self.more => return (State::Paste, Step::More),
            (b'~', 1 | 7) => Some(Key::Home),
            (b'~', 3) => Some(Key::Delete),
            (b'~', 4 | 8) => Some(Key::End),
            _ => arrow(byte),
        };
        (State::Ground, key.map_or(Step::More, Step::Key))
    }
}

/// Ends with BEL or `ESC \`; an ESC starts the next sequence, of which `\` is the last byte.
fn text(length: u16, byte: u8) -> (State, Step) {
    match byte {
        0x07 => (State::Ground, Step::More),
        0x1b => (State::Escape, Step::More),
        0x20..=0x7e if length >= MAX_ESCAPE => endless(),
        0x20..=0x7e => (State::Text(length.saturating_add(1)), Step::More),
        _ => (State::Ground, Step::Again(None)),
    }
}

/// Pasted bytes are data: no editing keys, no help.
fn paste(byte: u8) -> (State, Step) {
    match byte {
        b'\r' => (State::PasteCr, Step::Key(Key::Enter)),
        b'\n' => (State::Paste, Step::Key(Key::Enter)),
        0x1b => (State::PasteEscape(1), Step::More),
        0x20..=0x7e => (State::Paste, Step::Key(Key::Char(byte))),
        _ => (State::Paste, Step::Key(Key::Bad(byte))),
    }
}

/// An ESC that does not begin the end mark was data after all. What followed it can be forgotten: its line is refused.
fn paste_escape(seen: u8, byte: u8) -> (State, Step) {
    match PASTE_END.get(usize::from(seen)) {
        Some(expected) if *expected == byte => {
            let seen = seen.saturating_add(1);
            if usize::from(seen) == PASTE_END.len() {
                (State::Ground, Step::Key(Key::PasteEnd))
            } else {
                (State::PasteEscape(seen), Step::More)
            }
        }
        _ => (State::Paste, Step::Again(Some(Key::Bad(0x1b)))),
    }
}
