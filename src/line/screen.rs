//! What the client's terminal shows of the line, and the bytes that bring it up to date.
//!
//! Keys change the draft; the terminal is brought up to date once for each call of `next_event`. Echo is thereby bounded
//! however many keys there were, and text added at the end is echoed as just that text.

use std::io::Write;

#[derive(Default)]
pub(super) struct Screen {
    /// Columns of the terminal; 0: never wraps, as far as we know.
    width: usize,
    prompt: Vec<u8>,
    /// The text after the prompt.
    shown: Vec<u8>,
    /// Where the cursor stands in `shown`.
    at: usize,
    /// The last byte went into the last column. Terminals then stay on that row until the next printable byte.
    at_edge: bool,
}

impl Screen {
    pub(super) fn resize(&mut self, cols: u32) {
        self.width = usize::try_from(cols).unwrap_or(0);
    }

    pub(super) fn set_prompt(&mut self, prompt: &str) {
        self.prompt = prompt.bytes().filter(|b| (0x20..=0x7e).contains(b)).collect();
        self.fresh();
    }

    /// The prompt has just been printed, with nothing after it.
    pub(super) fn fresh(&mut self) {
        self.shown.clear();
        self.at = 0;
        self.at_edge = self.is_edge(0);
    }

    /// Shows `text` with the cursor at `cursor`.
    pub(super) fn sync(&mut self, text: &[u8], cursor: usize, out: &mut Vec<u8>) {
        let common = self.shown.iter().zip(text).take_while(|(a, b)| a == b).count();
        let added = text.get(common..).unwrap_or_default();
        if !added.is_empty() || common < self.shown.len() {
            self.go(common, out);
            self.print(added, out);
            if self.shown.len() > text.len() {
                self.clear_rest(out);
            }
            self.shown.clear();
            self.shown.extend_from_slice(text);
        }
        self.go(cursor, out);
    }

    /// Ends the row or rows of the line.
    pub(super) fn newline(&mut self, out: &mut Vec<u8>) {
        self.go(self.shown.len(), out);
        out.extend_from_slice(b"\r\n");
        self.fresh();
    }

    /// Prints the prompt again on a row of its own.
    pub(super) fn reprompt(&mut self, out: &mut Vec<u8>) {
        self.newline(out);
        out.extend_from_slice(&self.prompt);
    }

    fn print(&mut self, text: &[u8], out: &mut Vec<u8>) {
        if !text.is_empty() {
            out.extend_from_slice(text);
            self.at = self.at.saturating_add(text.len());
            self.at_edge = self.is_edge(self.at);
        }
    }

    fn clear_rest(&mut self, out: &mut Vec<u8>) {
        self.settle(out);
        let rows_below = self.row_and_column(self.shown.len()).0 > self.row_and_column(self.at).0;
        out.extend_from_slice(if rows_below { b"\x1b[J" } else { b"\x1b[K" });
    }

    fn go(&mut self, to: usize, out: &mut Vec<u8>) {
        if to == self.at {
            return;
        }
        self.settle(out);
        let ((row, column), (new_row, new_column)) = (self.row_and_column(self.at), self.row_and_column(to));
        if row == new_row {
            across(column, new_column, out);
        } else {
            travel(new_row.saturating_sub(row), b'B', out);
            travel(row.saturating_sub(new_row), b'A', out);
            out.push(b'\r');
            travel(new_column, b'C', out);
        }
        self.at = to;
    }

    /// Leaves the last column for the row below, so that the cursor is where counting says.
    fn settle(&mut self, out: &mut Vec<u8>) {
        if self.at_edge {
            out.extend_from_slice(b" \r");
            self.at_edge = false;
        }
    }

    fn is_edge(&self, at: usize) -> bool {
        let filled = self.prompt.len().saturating_add(at);
        filled > 0 && filled.checked_rem(self.width) == Some(0)
    }

    fn row_and_column(&self, at: usize) -> (usize, usize) {
        let place = self.prompt.len().saturating_add(at);
        match (place.checked_div(self.width), place.checked_rem(self.width)) {
            (Some(row), Some(column)) => (row, column),
            _ => (0, place),
        }
    }
}

fn across(from: usize, to: usize, out: &mut Vec<u8>) {
    let back = from.saturating_sub(to);
    if back <= 4 {
        out.extend(std::iter::repeat_n(0x08, back));
    } else {
        travel(back, b'D', out);
    }
    travel(to.saturating_sub(from), b'C', out);
}

fn travel(count: usize, direction: u8, out: &mut Vec<u8>) {
    if count > 0 {
        // Writing to a vector does not fail.
        let _ = write!(out, "\x1b[{count}{}", char::from(direction));
    }
}

/// Shows no line.
impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Screen({} columns)", self.width)
    }
}
