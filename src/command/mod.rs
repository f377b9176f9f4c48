//! The canonical command: the only maker of device bytes.
//!
//! P1: what is sent to a device is rendered here, from the parse tree that was ruled on, never from what was typed.

mod canonicalize;

use std::sync::Arc;

pub use canonicalize::{ParseRefusal, canonicalize};

use crate::grammar::Answer;
use crate::terms::{Class, Mode, Platform};

/// One command in full words and normal form, with what the grammar knows of it.
///
/// `render` is the only source of bytes for a device. There is one constructor, from a parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalCommand {
    platform: Platform,
    mode: Mode,
    text: String,
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

    /// The canonical text, without a line end: what rules, ledger and device see.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
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

    /// The bytes that are sent for it: canonical text and one line end, nothing else (P1).
    #[must_use]
    pub fn render(&self) -> String {
        format!("{}{}", self.text, self.eol)
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
