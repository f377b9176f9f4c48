//! Bytes that were typed ahead, bounded, and how the input ends.

use std::collections::VecDeque;

use super::Event;
use crate::terms::Framing;

/// The most bytes that are stored between two events: 256 KiB, a large pasted configuration.
pub const CAPACITY: usize = 256 * 1024;

/// A buffer that was once filled gives its memory back when it is empty.
const KEPT: usize = 4 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    #[default]
    Open,
    Overflowed,
    Finished,
    Told,
}

#[derive(Debug, Default)]
pub(super) struct Pending {
    bytes: VecDeque<u8>,
    end: End,
}

impl Pending {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if self.end != End::Open {
            return;
        }
        let room = self.room();
        if bytes.len() > room {
            self.end = End::Overflowed;
        }
        self.bytes.extend(bytes.iter().take(room));
    }

    pub(super) fn room(&self) -> usize {
        CAPACITY.saturating_sub(self.bytes.len())
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn pop(&mut self) -> Option<u8> {
        let byte = self.bytes.pop_front();
        if byte.is_none() && self.bytes.capacity() > KEPT {
            self.bytes.shrink_to(KEPT);
        }
        byte
    }

    /// The stored bytes from `offset` on.
    pub(super) fn from(&self, offset: usize) -> impl Iterator<Item = u8> {
        self.bytes.iter().skip(offset).copied()
    }

    /// Drops the first `count` bytes.
    pub(super) fn skip(&mut self, count: usize) {
        self.bytes.drain(..count.min(self.bytes.len()));
    }

    pub(super) fn finish(&mut self) {
        if self.end == End::Open {
            self.end = End::Finished;
        }
    }

    /// What follows the last stored byte; `half_line`: a line was begun and not ended. The caller drops that line when
    /// this gives an event.
    pub(super) fn ending(&mut self, half_line: bool) -> Option<Event> {
        match self.end {
            End::Open | End::Told => None,
            End::Overflowed => {
                self.end = End::Finished;
                Some(Event::Overflow)
            }
            End::Finished if half_line => Some(Event::Framing(Framing::Unfinished)),
            End::Finished => {
                self.end = End::Told;
                Some(Event::Eof)
            }
        }
    }
}
