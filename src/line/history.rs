//! Lines typed before, for the arrow keys. They may hold secrets: they stay in memory and end with the session.

use std::collections::VecDeque;

const MAX_LINES: usize = 200;

#[derive(Default)]
pub(super) struct History {
    lines: VecDeque<Vec<u8>>,
    /// Which line is shown, counted from the newest; 0 is the line being typed.
    back: usize,
    /// The line being typed, while another is shown.
    typed: Vec<u8>,
}

impl History {
    pub(super) fn push(&mut self, line: &[u8]) {
        self.back = 0;
        self.typed.clear();
        if line.iter().all(|b| *b == b' ') || self.lines.back().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() >= MAX_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_vec());
    }

    /// The line is dropped: the next search starts at the newest again.
    pub(super) fn rewind(&mut self) {
        self.back = 0;
        self.typed.clear();
    }

    pub(super) fn older(&mut self, current: &[u8]) -> Option<Vec<u8>> {
        let back = self.back.saturating_add(1);
        let line = self.at(back)?.clone();
        if self.back == 0 {
            self.typed = current.to_vec();
        }
        self.back = back;
        Some(line)
    }

    pub(super) fn newer(&mut self) -> Option<Vec<u8>> {
        self.back = self.back.checked_sub(1)?;
        if self.back == 0 { Some(std::mem::take(&mut self.typed)) } else { self.at(self.back).cloned() }
    }

    fn at(&self, back: usize) -> Option<&Vec<u8>> {
        self.lines.get(self.lines.len().checked_sub(back)?)
    }
}

/// Shows no line.
impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "History({} lines)", self.lines.len())
    }
}
