//! The line reader of a channel without a pty: nothing is echoed, no byte is a key.

use super::Event;
use super::draft::Draft;
use super::pending::Pending;
use crate::terms::Framing;

/// Cuts bytes into lines at CR, LF and CRLF. See [`super::Input`] for what each method promises.
#[derive(Debug, Default)]
pub struct LineReader {
    pending: Pending,
    draft: Draft,
    /// A LF that follows belongs to the CR before it.
    after_cr: bool,
}

impl LineReader {
    /// A reader at the start of a line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    /// Works on stored bytes until there is an event or none are left.
    pub fn next_event(&mut self) -> Option<Event> {
        while let Some(byte) = self.pending.pop() {
            if self.ends_line(byte) {
                return Some(self.draft.take());
            }
        }
        let event = self.pending.ending(!self.draft.is_untouched())?;
        self.draft.clear();
        Some(event)
    }

    /// Drops the stored bytes; the rest of a line that was cut by this is refused.
    pub fn discard_pending(&mut self) {
        while let Some(byte) = self.pending.pop() {
            if self.ends_line(byte) {
                self.draft.clear();
            }
        }
        let half_line = !self.draft.is_untouched();
        self.draft.clear();
        if half_line {
            self.draft.refuse(Framing::Unfinished);
        }
    }

    fn ends_line(&mut self, byte: u8) -> bool {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        match byte {
            b'\n' if after_cr => return false,
            b'\r' | b'\n' => return true,
            0x20..=0x7e => self.draft.insert(byte),
            _ => self.draft.refuse(Framing::Byte { byte, at: self.draft.cursor() }),
        }
        false
    }
}
