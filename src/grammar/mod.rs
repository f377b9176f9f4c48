//! How a vendor's CLI is read: grammar files, compiled to trees, walked word by word.
//!
//! P3: what does not read as exactly one command is not a command. P1 begins here: a [`Match`] holds canonical words
//! and normalised values, nothing that was typed outside free text.

mod block;
mod compile;
mod context;
mod file;
mod follow;
mod form;
mod help;
mod lexis;
mod only;
pub mod overlay;
mod parse;
mod pattern;
mod reference;
mod set;
mod shipped;
mod token;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use block::{Block, BlockFault, Opening};
pub use context::Context;
pub use follow::Follow;
pub use form::Form;
pub use help::{Candidate, Help, Kind, Reachable};
pub use parse::{Match, Parse};
pub use pattern::{Pattern, Spelling};
pub use reference::Production;
pub use set::GrammarSet;
pub use token::{REDACTED, TYPES, TokenType};

use crate::terms::{Class, Mode, Platform};
use lexis::Lexis;
use tree::{Tree, TreeId, VariantId};

/// A question that the device asks about a command, and the one answer that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the device's line ends in when it asks.
    pub question: Arc<str>,
    /// The bytes of the answer, line end included.
    pub reply: Arc<str>,
}

/// One compiled platform. Immutable; shared by every session.
#[derive(Debug)]
pub struct Grammar {
    platform: Platform,
    facts: Facts,
    lexis: Lexis,
    comment: Vec<String>,
    modes: BTreeMap<Mode, ModeTree>,
    pipes: BTreeMap<Arc<str>, TreeId>,
    /// The tree whose commands go on in a context.
    statements: Option<TreeId>,
    trees: Vec<Tree>,
    leaves: Vec<Leaf>,
    variants: Vec<Variant>,
}

/// What a platform's CLI is like, apart from its commands.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Modes that a login may land in, the usual one first.
    pub start: Vec<Mode>,
    /// What ends a line that is sent.
    pub eol: String,
    /// Lines that the gate itself runs at login: paging off.
    pub prepare: Vec<String>,
    /// How a line begins by which the device says that a command failed.
    pub errors: Vec<String>,
    /// The vendor's own error line, shown first when the gate refuses, so that client libraries notice.
    pub refusal: String,
    /// How a question ends. One that the command has no answer to is aborted.
    pub questions: Vec<String>,
    /// Pagers that may show up although paging is off.
    pub pagers: Vec<Pager>,
    /// The longest canonical line that is sent, in bytes.
    pub max_line: usize,
    /// The line that leaves any configuration mode.
    pub leave: String,
    /// What stands above a list of help and for the end of the line in it, where half a word gets a list too.
    pub help: Option<(String, String)>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            start: Vec::new(),
            eol: "\n".to_owned(),
            prepare: Vec::new(),
            errors: Vec::new(),
            refusal: String::new(),
            questions: Vec::new(),
            pagers: Vec::new(),
            max_line: 254,
            leave: String::new(),
            help: None,
        }
    }
}

/// A pager: what it shows and the only keys that are ever sent to it.
#[derive(Clone, Debug)]
pub struct Pager {
    /// What the last, unfinished line of output ends in.
    pub marker: String,
    /// Shows the next page.
    pub next: String,
    /// Ends the output.
    pub quit: String,
}

#[derive(Debug)]
struct ModeTree {
    prompt: Form,
    configuration: bool,
    parent: Option<Mode>,
    /// The line that leads to the parent, where what this mode does not read is sent there.
    walkup: Option<String>,
    /// Modes whose commands can be typed here too, in this order.
    also: Vec<Mode>,
    banner: Option<String>,
    tree: TreeId,
}

/// One production.
#[derive(Debug)]
struct Leaf {
    text: Arc<str>,
    /// `None` for a stage of a pipe, and for what can only be come to through a reference.
    mode: Option<Mode>,
    class: Class,
    pipe: Option<Arc<str>>,
    next: Option<Mode>,
    close: bool,
    answers: Vec<Answer>,
    why: String,
    sends: Option<String>,
    renames: bool,
    block: Option<BlockSpec>,
    moves: Option<file::Move>,
}

/// How a block is opened and ended.
#[derive(Clone, Debug)]
struct BlockSpec {
    state: Arc<str>,
    until: Option<Arc<str>>,
}

/// One spelling of a production.
#[derive(Debug)]
struct Variant {
    leaf: usize,
    negated: bool,
}

impl Leaf {
    /// Whether more follows from it than what the device answers: then it can only be typed by itself.
    fn leads_elsewhere(&self) -> bool {
        self.next.is_some() || self.close || self.block.is_some() || self.renames || self.moves.is_some()
    }
}

impl Grammar {
    /// The platform it reads.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// What its CLI is like.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Its modes.
    pub fn modes(&self) -> impl Iterator<Item = &Mode> {
        self.modes.keys()
    }

    /// Whether it has a mode.
    #[must_use]
    pub fn has_mode(&self, mode: &Mode) -> bool {
        self.modes.contains_key(mode)
    }

    /// Whether commands in a mode change the configuration.
    #[must_use]
    pub fn is_configuration(&self, mode: &Mode) -> bool {
        self.modes.get(mode).is_some_and(|mode| mode.configuration)
    }

    /// What follows the host name in a mode's prompt.
    #[must_use]
    pub fn prompt_form(&self, mode: &Mode) -> Option<&Form> {
        self.modes.get(mode).map(|mode| &mode.prompt)
    }

    /// The line that the device prints above the prompt of a mode with contexts, in no context.
    #[must_use]
    pub fn banner(&self, mode: &Mode) -> Option<&str> {
        self.modes.get(mode)?.banner.as_deref()
    }

    /// Every production of a mode: mode, text, class.
    pub fn leaves(&self) -> impl Iterator<Item = (&Mode, &str, Class)> {
        self.leaves.iter().filter_map(|leaf| Some((leaf.mode.as_ref()?, &*leaf.text, leaf.class)))
    }

    fn variant(&self, variant: VariantId) -> Option<(&Variant, &Leaf)> {
        let spelling = self.variants.get(usize::try_from(variant).ok()?)?;
        Some((spelling, self.leaves.get(spelling.leaf)?))
    }
}
