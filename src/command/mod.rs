//! The canonical command: the only maker of device bytes.
//!
//! P1: what is sent to a device is rendered here, from the parse tree that was ruled on, never from what was typed.

mod canonicalize;

use std::sync::Arc;

use zeroize::Zeroizing;

pub use canonicalize::{ParseRefusal, canonicalize};

use crate::grammar::{Answer, Block};
use crate::terms::{Class, Hidden, Mode, Platform};

/// One command in full words and normal form, with what the grammar knows of it.
///
/// `render` is the only source of bytes for a device. There is one constructor, from a parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalCommand {
    platform: Platform,
    mode: Mode,
    text: String,
    sent: Option<Hidden>,
    renames: Option<String>,
    block: Option<Block>,
    leaf: Arc<str>,
    variant: u32,
    class: Class,
    negated: bool,
    arguments: Vec<Argument>,
    stages: Vec<Stage>,
    next: Mode,
    answers: Vec<Answer>,
    close: bool,
    eol: Arc<str>,
}

/// A value at one place of a command: `IFNAME = Ethernet1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The token type as the grammar names it: `IFNAME`, `A.B.C.D`, `LINE`.
    pub kind: Arc<str>,
    /// The normalised value, as it is sent.
    pub value: String,
}

/// One stage of a pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its leaf in the pipe tree: `include REGEX...`.
    pub leaf: Arc<str>,
    /// What it can do.
    pub class: Class,
}

impl CanonicalCommand {
    /// The platform whose grammar read it.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The mode it is typed in.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// The canonical text, without a line end: what rules and ledger see. A secret in it is `<redacted>`; the lines of
    /// a block follow behind line feeds.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line that the device sees, without its end: the text, with its secrets, without the lines of a block. Never
    /// to be shown or recorded.
    #[must_use]
    pub fn line(&self) -> &str {
        match &self.sent {
            Some(sent) => sent.text(),
            None => self.text.split('\n').next().unwrap_or_default(),
        }
    }

    /// Whether the device is sent something that the text does not show.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.sent.is_some()
    }

    /// The lines that follow, once the device waits for them.
    #[must_use]
    pub fn block(&self) -> Option<&Block> {
        self.block.as_ref()
    }

    /// The name in the prompt afterwards, where it becomes another one.
    #[must_use]
    pub fn renames(&self) -> Option<&str> {
        self.renames.as_deref()
    }

    /// The production it is an instance of, as its grammar file writes it.
    #[must_use]
    pub fn leaf(&self) -> &Arc<str> {
        &self.leaf
    }

    /// Which spelling of the production it is; unique in its grammar, and what rules match by.
    #[must_use]
    pub fn variant(&self) -> u32 {
        self.variant
    }

    /// The class of its worst stage.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// Whether it begins with the platform's negation.
    #[must_use]
    pub fn negated(&self) -> bool {
        self.negated
    }

    /// Its typed arguments, left to right, without those of pipe stages.
    #[must_use]
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// Its pipe stages, left to right.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The mode after it has succeeded.
    #[must_use]
    pub fn next_mode(&self) -> &Mode {
        &self.next
    }

    /// Whether success leaves the session in another mode.
    #[must_use]
    pub fn changes_mode(&self) -> bool {
        self.next != self.mode
    }

    /// Whether it ends the session: the gate answers it itself.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        self.close
    }

    /// The bytes that are sent for it: its line and one line end, nothing else (P1). The lines of a block follow one by
    /// one, see [`CanonicalCommand::render_line`].
    #[must_use]
    pub fn render(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}{}", self.line(), self.eol))
    }

    /// The bytes that are sent for one line of its block.
    #[must_use]
    pub fn render_line(&self, number: usize) -> Option<String> {
        self.block.as_ref()?.lines.get(number).map(|line| format!("{line}{}", self.eol))
    }

    /// The questions that may follow and their answers.
    #[must_use]
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// Whether another reading came to the same in all that is ruled on, sent and tracked. The ids of spellings are
    /// not compared: they belong to one compiled grammar.
    #[must_use]
    pub fn is_the_same_as(&self, other: &Self) -> bool {
        *self == Self { variant: self.variant, ..other.clone() }
    }
}

#[cfg(test)]
impl CanonicalCommand {
    /// A command that no grammar read, for tests of what lies behind the parser.
    pub(crate) fn for_test(platform: &str, mode: &str, text: &str, class: Class, next: &str) -> Self {
        Self {
            platform: platform.parse().expect("platform"),
            mode: mode.parse().expect("mode"),
            text: text.to_owned(),
            sent: None,
            renames: None,
            block: None,
            leaf: text.into(),
            variant: u32::MAX,
            class,
            negated: false,
            arguments: Vec::new(),
            stages: Vec::new(),
            next: next.parse().expect("mode"),
            answers: Vec::new(),
            close: false,
            eol: "\n".into(),
        }
    }

    /// The same command, with an answer to a question of the device.
    pub(crate) fn answering(mut self, question: &str, reply: &str) -> Self {
        self.answers.push(Answer { question: question.into(), reply: reply.into() });
        self
    }
}
