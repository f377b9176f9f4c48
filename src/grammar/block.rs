//! A block of text that belongs to a command: collected, judged as a whole, then sent line by line.

use std::sync::Arc;

use super::lexis::Lexis;
use super::{BlockSpec, Match};
use crate::terms::{Hidden, PresentedLine};

/// The largest block, in lines and in bytes.
const MAX_LINES: usize = 500;
const MAX_BYTES: usize = 32 * 1024;

/// What a device runs, without leaving the block, where it prompts for each line of it: also by any beginning.
const COMMANDS: [&str; 9] = ["abort", "clear", "commit", "do", "end", "exit", "pwd", "root", "show"];

/// What ends a block that is sent: one of them is in no text.
const DELIMITERS: &str = "~^%@#+=*&";

/// The text of a block, as it is sent behind its command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What the device shows once it takes text: the end of its prompt, or a part of a line.
    pub state: Arc<str>,
    /// The lines, the one that ends the block included.
    pub lines: Vec<String>,
}

impl Block {
    /// Whether the device prompts for each line, instead of saying once that it takes text.
    #[must_use]
    pub fn prompts(&self) -> bool {
        is_prompt(&self.state)
    }
}

/// A state that ends in a mark of prompts is one.
fn is_prompt(state: &str) -> bool {
    state.trim_end().ends_with(['#', '>'])
}

/// Why a block is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockFault {
    /// It is longer than blocks may be.
    TooLong,
    /// A line is longer than the platform takes.
    LongLine,
    /// A line holds what acts by itself on the device.
    Live,
    /// A line could be a command where the device prompts for each line.
    Command,
    /// No delimiter is free.
    NoDelimiter,
}

impl std::fmt::Display for BlockFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            BlockFault::TooLong => "the block is longer than 500 lines or 32 KiB",
            BlockFault::LongLine => "a line of the block is longer than this platform takes",
            BlockFault::Live => "a line of the block holds what acts by itself on the device",
            BlockFault::Command => "a line of the block could be a command of its own there",
            BlockFault::NoDelimiter => "the block uses every character that could end it",
        })
    }
}

/// A command that waits for its block.
#[derive(Debug)]
pub struct Opening {
    found: Match,
    state: Arc<str>,
    until: Until,
    live: Vec<String>,
    /// The longest line that the platform takes, in bytes.
    longest: usize,
    lines: Vec<String>,
    bytes: usize,
}

#[derive(Debug)]
enum Until {
    Line(Arc<str>),
    Delimiter(char),
}

impl Opening {
    /// `found` is the command, with a `DELIM...` last where a delimiter ends the block. None without one.
    pub(super) fn new(found: Match, spec: &BlockSpec, lexis: &Lexis, longest: usize) -> Option<Self> {
        let mut found = found;
        let mut first = None;
        let until = match &spec.until {
            Some(line) => Until::Line(line.clone()),
            None => {
                let (_, typed) = found.arguments.pop()?;
                let head = found.text.strip_suffix(typed.as_str())?.trim_end().to_owned();
                // A running configuration writes ETX as two characters.
                let (delimiter, rest) = match typed.strip_prefix("^C") {
                    Some(rest) => ('\u{3}', rest),
                    None => {
                        let delimiter = typed.chars().next()?;
                        (delimiter, typed.get(delimiter.len_utf8()..)?)
                    }
                };
                found.text = head;
                first = Some(rest.to_owned());
                Until::Delimiter(delimiter)
            }
        };
        let (state, live) = (spec.state.clone(), lexis.live.clone());
        let mut opening = Self { found, state, until, live, longest, lines: Vec::new(), bytes: 0 };
        if let Some(first) = first.filter(|text| !text.is_empty()) {
            opening.add(&first).ok()?;
        }
        Some(opening)
    }

    /// The command without its block, as it is shown.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.found.text
    }

    /// The command that waits.
    pub(super) fn into_found(self) -> Match {
        self.found
    }

    /// What the device shows once it takes text.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Whether the device prompts for each line.
    #[must_use]
    pub fn prompts(&self) -> bool {
        is_prompt(&self.state)
    }

    /// Whether what was taken so far is the whole of it.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match &self.until {
            Until::Line(end) => self.lines.last().is_some_and(|line| line.trim() == &**end),
            Until::Delimiter(end) => self.lines.last().is_some_and(|line| ends(line, *end).is_some()),
        }
    }

    /// Takes the next line.
    ///
    /// # Errors
    /// When the block cannot be one any more.
    pub fn take(&mut self, line: &PresentedLine) -> Result<(), BlockFault> {
        self.add(line.as_str())
    }

    /// Takes an empty line, which belongs to the text.
    ///
    /// # Errors
    /// When the block cannot be one any more.
    pub fn take_blank(&mut self) -> Result<(), BlockFault> {
        self.add("")
    }

    fn add(&mut self, line: &str) -> Result<(), BlockFault> {
        self.bytes = self.bytes.saturating_add(line.len()).saturating_add(1);
        if self.lines.len() >= MAX_LINES || self.bytes > MAX_BYTES {
            return Err(BlockFault::TooLong);
        }
        if line.len() > self.longest {
            return Err(BlockFault::LongLine);
        }
        if self.live.iter().any(|live| line.contains(live.as_str())) {
            return Err(BlockFault::Live);
        }
        if self.prompts() && is_command(line) {
            return Err(BlockFault::Command);
        }
        self.lines.push(line.to_owned());
        Ok(())
    }

    /// The whole command, once it is closed.
    ///
    /// # Errors
    /// When no delimiter is free.
    pub fn finish(self) -> Result<Match, BlockFault> {
        let Self { mut found, state, until, mut lines, .. } = self;
        let last = lines.pop().unwrap_or_default();
        match until {
            Until::Line(end) => lines.push(end.to_string()),
            Until::Delimiter(typed) => {
                let kept = ends(&last, typed).unwrap_or(&last);
                if !kept.is_empty() {
                    lines.push(kept.to_owned());
                }
                let taken = |c: &char| lines.iter().any(|line| line.contains(*c)) || found.text.contains(*c);
                let end = DELIMITERS.chars().find(|c| !taken(c)).ok_or(BlockFault::NoDelimiter)?;
                let with_end = |text: &str| format!("{text} {end}");
                found.text = with_end(&found.text);
                found.sent = found.sent.map(|sent| Hidden::new(with_end(sent.text())));
                lines.push(end.to_string());
            }
        }
        for line in &lines {
            found.text.push('\n');
            found.text.push_str(line);
        }
        found.block = Some(Block { state, lines });
        Ok(found)
    }
}

/// Whether a line begins with one of those words, or a beginning of one.
fn is_command(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    !word.is_empty() && COMMANDS.iter().any(|command| command.starts_with(&word))
}

/// What stands before the delimiter. What follows it is dropped, as devices do.
fn ends(line: &str, delimiter: char) -> Option<&str> {
    match delimiter {
        '\u{3}' => line.split_once("^C").map(|(text, _)| text),
        _ => line.split_once(delimiter).map(|(text, _)| text),
    }
}

#[cfg(test)]
mod tests {
    use super::is_command;

    #[test]
    fn what_a_device_would_run_is_no_text() {
        for line in ["do reload", " sh run", "comm", "END", "ex", "clear"] {
            assert!(is_command(line), "{line}");
        }
        for line in [
            "done",
            "drop",
            "pass",
            "set med 10",
            "endif",
            "else",
            "apply x",
            "10.0.0.0/8 le 24,",
            "",
            "end-set",
        ] {
            assert!(!is_command(line), "{line}");
        }
    }
}
