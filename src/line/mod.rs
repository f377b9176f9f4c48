//! Keystrokes to one line at a time. Pure: bytes in, events and echo out.
//!
//! P1: keys never travel further than this module. What leaves it is a [`PresentedLine`] (bounded, printable ASCII) or
//! a refusal; nothing that a client typed is ever sent on as typed.
//!
//! Bytes are stored by `feed` and worked on by `next_event` until there is an event. What was typed ahead is therefore
//! edited and echoed only after the caller has answered that event and shown the next prompt, as on a device. While a
//! command runs only [`Input::take_interrupt`] looks at the stored bytes.
//!
//! - [`Editor`] for a channel with a pty: echo, editing keys, history, bracketed paste.
//! - [`LineReader`] for a channel without one: bytes are data, nothing is echoed.

mod draft;
mod editor;
mod history;
mod keys;
mod pending;
mod reader;
mod screen;
#[cfg(test)]
mod tests;

pub use editor::Editor;
pub use pending::CAPACITY;
pub use reader::LineReader;

use crate::terms::{Framing, PresentedLine};

/// What a client means. With a pty the echo before each event ends with a line end: the caller starts on a fresh row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A whole line, not blank.
    Line(PresentedLine),
    /// A line that is no line: refused, never run, not even in part.
    Framing(Framing),
    /// An empty line or only blanks: the caller answers it with the prompt.
    Blank,
    /// ^C at the prompt; the half line is dropped.
    Interrupt,
    /// ^Z; the half line is dropped, never run.
    EndMode,
    /// ^D on an empty line, or the end of input. Told once for the end of input.
    Eof,
    /// `?`: what stands left of the cursor. The line stays in the editor: print the answer and the prompt, then call
    /// [`Input::redraw`].
    Help(String),
    /// Tab: the same, and [`Input::complete`] may come before it.
    Complete(String),
    /// More than [`CAPACITY`] bytes were typed ahead and the rest is lost: the session cannot go on. [`Event::Eof`]
    /// follows.
    Overflow,
}

/// The input side of one client channel.
#[derive(Debug)]
pub enum Input {
    /// With a pty.
    Pty(Box<Editor>),
    /// Without one.
    Plain(LineReader),
}

impl Input {
    /// For a channel with a pty of `cols` columns (0: unknown).
    #[must_use]
    pub fn pty(cols: u32, rows: u32) -> Self {
        Self::Pty(Box::new(Editor::new(cols, rows)))
    }

    /// For a channel without a pty.
    #[must_use]
    pub fn plain() -> Self {
        Self::Plain(LineReader::new())
    }

    /// Stores bytes from the client. What goes over [`CAPACITY`] is lost and ends the input: see [`Input::room`].
    pub fn feed(&mut self, bytes: &[u8]) {
        match self {
            Self::Pty(editor) => editor.feed(bytes),
            Self::Plain(reader) => reader.feed(bytes),
        }
    }

    /// How many bytes `feed` still takes.
    #[must_use]
    pub fn room(&self) -> usize {
        match self {
            Self::Pty(editor) => editor.room(),
            Self::Plain(reader) => reader.room(),
        }
    }

    /// Works on stored bytes until there is an event or none are left. Appends to `echo` what the client is to see; this
    /// is at most a few lines' worth for each call, whatever was typed.
    pub fn next_event(&mut self, echo: &mut Vec<u8>) -> Option<Event> {
        match self {
            Self::Pty(editor) => editor.next_event(echo),
            Self::Plain(reader) => reader.next_event(),
        }
    }

    /// Whether a ^C is stored; it and all before it are dropped. Never without a pty, where 0x03 is data.
    pub fn take_interrupt(&mut self) -> bool {
        match self {
            Self::Pty(editor) => editor.take_interrupt(),
            Self::Plain(_) => false,
        }
    }

    /// Drops what was typed ahead, for a batch stops at its first denial. The rest of a line or of a bracketed paste
    /// that was cut this way is refused or dropped as well when it arrives.
    pub fn discard_pending(&mut self) {
        match self {
            Self::Pty(editor) => editor.discard_pending(),
            Self::Plain(reader) => reader.discard_pending(),
        }
    }

    /// The client sends no more. After the stored events come [`Framing::Unfinished`] if half a line is left, then
    /// [`Event::Eof`].
    pub fn finish_input(&mut self) {
        match self {
            Self::Pty(editor) => editor.finish_input(),
            Self::Plain(reader) => reader.finish_input(),
        }
    }

    /// The prompt that the caller is about to print at the start of a row; known here for redraws.
    pub fn set_prompt(&mut self, prompt: &str) {
        if let Self::Pty(editor) = self {
            editor.set_prompt(prompt);
        }
    }

    /// The client's window changed. Any size is taken; 0 means unknown.
    pub fn resize(&mut self, cols: u32, rows: u32) {
        if let Self::Pty(editor) = self {
            editor.resize(cols, rows);
        }
    }

    /// Adds the rest of the word that stands left of the cursor, and a blank behind it. Nothing happens within a word, nor
    /// where it would be too much for a line.
    pub fn complete(&mut self, rest: &str) {
        if let Self::Pty(editor) = self {
            editor.complete(rest);
        }
    }

    /// Shows the line being edited again; the caller has just printed the prompt.
    pub fn redraw(&mut self, echo: &mut Vec<u8>) {
        if let Self::Pty(editor) = self {
            editor.redraw(echo);
        }
    }
}
