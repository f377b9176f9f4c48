//! What a device says after a command, taken apart: its echo, lines of output, a prompt, a pager, a question, its
//! readiness for the text of a block. Pure.

use std::sync::Arc;

use super::banner::Banner;
use super::echo::{Echo, Heard};
use super::erase::Eraser;
use super::feed::Feed;
use super::prompt::{Expected, Prompt};
use crate::command::CanonicalCommand;
use crate::grammar::Answer;
use crate::grammar::Grammar;
use crate::output::{Filter, Newline};

/// The echo was not that of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrongEcho;

/// What the last, unfinished line seems to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Output, or nothing.
    Output,
    /// The end of the command. When not `sure`, only if the device stays quiet.
    Prompt { prompt: Prompt, sure: bool },
    /// A pager. When not `sure`, only if the device stays quiet.
    Pager { marker: String, key: String, sure: bool },
    /// A question that the grammar has an answer to; only if the device stays quiet.
    Question { answer: Answer },
    /// A question that it has none to; only if the device stays quiet.
    Unanswered,
    /// The device waits for this line of the command's block.
    Feed { line: usize },
}

/// One command's worth of bytes from a device.
#[derive(Debug)]
pub(super) struct Relay {
    grammar: Arc<Grammar>,
    expected: Expected,
    /// Each may be given once.
    answers: Vec<Answer>,
    /// The question that was answered last: it stands in its line until the device goes on.
    answered: Vec<u8>,
    echo: Option<Echo>,
    eraser: Option<Eraser>,
    filter: Filter,
    feed: Option<Feed>,
    /// Held back until it is known that a prompt follows.
    banner: Option<Banner>,
    line_start: bool,
    failed: bool,
}

impl Relay {
    pub(super) fn new(
        grammar: Arc<Grammar>,
        expected: Expected,
        command: &CanonicalCommand,
        newline: Newline,
    ) -> Self {
        let modes = [command.mode(), command.next_mode()].into_iter();
        let banners = modes.filter_map(|mode| grammar.banner(mode).map(str::to_owned)).collect();
        Self {
            grammar,
            expected,
            answers: command.answers().to_vec(),
            answered: Vec::new(),
            echo: Some(Echo::new(command.line())),
            eraser: None,
            filter: Filter::new(newline),
            feed: command.block().map(Feed::new),
            banner: Banner::new(banners),
            line_start: true,
            failed: false,
        }
    }

    /// Whether a line said that the command failed.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    /// Whether lines of the command's block have gone out, and more of them should have.
    pub(super) fn is_cut_short(&self) -> bool {
        self.feed.as_ref().is_some_and(Feed::is_cut_short)
    }

    /// Whether no line of the command's block has gone out.
    pub(super) fn is_unfed(&self) -> bool {
        self.feed.as_ref().is_some_and(Feed::is_unfed)
    }

    /// The line that the device printed above the prompt, where its mode has one.
    pub(super) fn has_banner(&self) -> bool {
        self.banner.as_ref().is_some_and(Banner::is_held)
    }

    /// Whether the device has taken the line.
    pub(super) fn is_echoed(&self) -> bool {
        self.echo.is_none()
    }

    /// Takes bytes in and appends finished lines of output to `out`.
    ///
    /// # Errors
    /// When the echo is not that of the command.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WrongEcho> {
        let bytes = match self.echo.as_mut().map(|echo| echo.push(bytes)) {
            None => bytes,
            Some(Heard::More) => return Ok(()),
            Some(Heard::Other) => return Err(WrongEcho),
            Some(Heard::Whole(rest)) => {
                self.echo = None;
                rest
            }
        };
        match self.eraser.as_mut().map(|eraser| eraser.push(bytes)) {
            None => self.output(bytes, out),
            Some(None) => {}
            Some(Some(text)) => {
                self.eraser = None;
                self.output(&text, out);
            }
        }
        Ok(())
    }

    /// What the unfinished line seems to be.
    pub(super) fn look(&self) -> Look {
        let line = self.filter.pending();
        if self.echo.is_some() {
            return Look::Output;
        }
        if let Some(line) = self.feed.as_ref().and_then(|feed| feed.next(line)) {
            return Look::Feed { line };
        }
        if line.is_empty() {
            return Look::Output;
        }
        // A long line goes out in pieces: its end is not a line of its own.
        let seen = self.expected.find(line, self.failed);
        match seen {
            Some(seen) if seen.sure && self.line_start => {
                return Look::Prompt { prompt: seen.prompt, sure: true };
            }
            _ => {}
        }
        if let Some(answer) = self.answers.iter().find(|answer| ends_in(line, &answer.question)) {
            return Look::Question { answer: answer.clone() };
        }
        let facts = self.grammar.facts();
        if let Some(pager) = facts.pagers.iter().find(|pager| ends_in(line, &pager.marker)) {
            let sure = self.line_start && line.trim_ascii() == pager.marker.trim().as_bytes();
            return Look::Pager { marker: pager.marker.clone(), key: pager.next.clone(), sure };
        }
        match seen {
            Some(seen) => Look::Prompt { prompt: seen.prompt, sure: false },
            None if line == self.answered => Look::Output,
            None if facts.questions.iter().any(|question| ends_in(line, question)) => Look::Unanswered,
            None => Look::Output,
        }
    }

    /// The key that ends the output at this pager.
    pub(super) fn quit_key(&self, marker: &str) -> Option<String> {
        self.grammar
            .facts()
            .pagers
            .iter()
            .find(|pager| pager.marker == marker)
            .map(|pager| pager.quit.clone())
    }

    /// The prompt was believed: what stands before it in its line is output.
    pub(super) fn take_prompt(&mut self, prompt: &Prompt, out: &mut Vec<u8>) {
        self.take_end(prompt.text().as_bytes(), out);
    }

    /// The pager is about to be answered: its marker is no output.
    pub(super) fn take_pager(&mut self, marker: &str, out: &mut Vec<u8>) {
        self.take_end(marker.trim().as_bytes(), out);
        self.eraser = Some(Eraser::default());
    }

    /// A line of the block is about to be sent: what the device has shown for it is no output.
    pub(super) fn take_feed(&mut self, line: &str) {
        if let Some(feed) = &mut self.feed {
            feed.sent();
        }
        self.filter.clear();
        self.echo = Some(Echo::new(line));
    }

    /// The question is about to be answered, for the only time. It stays in its line, where the client sees it.
    pub(super) fn take_question(&mut self, answer: &Answer) {
        self.answers.retain(|other| other != answer);
        self.answered = self.filter.pending().to_vec();
    }

    /// Nothing more will come: what there is of the last line is output.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Some(banner) = &mut self.banner {
            banner.let_go(out);
        }
        let from = out.len();
        self.filter.flush(out);
        self.judge(from, out);
    }

    fn take_end(&mut self, end: &[u8], out: &mut Vec<u8>) {
        let line = self.filter.pending().trim_ascii_end();
        let kept = line.strip_suffix(end.trim_ascii_end()).unwrap_or(line).trim_ascii_end();
        let from = out.len();
        out.extend_from_slice(kept);
        self.filter.clear();
        self.judge(from, out);
    }

    fn output(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let from = out.len();
        self.filter.push(bytes, out);
        self.judge(from, out);
        if let Some(feed) = &mut self.feed {
            feed.heard(out.get(from..).unwrap_or_default());
        }
        if let Some(banner) = &mut self.banner {
            let said = out.split_off(from);
            banner.pass(&said, out);
        }
    }

    /// Looks for lines that begin as this platform's complaints do.
    fn judge(&mut self, from: usize, out: &[u8]) {
        let errors = &self.grammar.facts().errors;
        for line in out.get(from..).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
            self.failed |= self.line_start && errors.iter().any(|error| line.starts_with(error.as_bytes()));
            self.line_start = line.ends_with(b"\n");
        }
    }
}

fn ends_in(line: &[u8], end: &str) -> bool {
    let end = end.trim_end();
    !end.is_empty() && line.trim_ascii_end().ends_with(end.as_bytes())
}
