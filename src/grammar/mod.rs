//! How a vendor's CLI is read: grammar files, compiled to trees, walked word by word.
//!
//! P3: what does not read as exactly one command is not a command. P1 begins here: a [`Match`] holds canonical words
//! and normalised values, nothing that was typed outside free text.

mod compile;
mod file;
mod only;
mod pattern;
mod reference;
mod shipped;
mod token;
mod tree;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use pattern::{Pattern, Spelling};
pub use reference::Production;
pub use token::{TYPES, TokenType};

use crate::sys;
use crate::terms::{Class, Mode, Platform, PresentedLine, Problem, Problems, Span};
use compile::Source;
use tree::{Lexis, Step, Tree, VariantId, Walk};

/// The largest grammar file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

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
    pipes: BTreeMap<String, PipeTree>,
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
    /// Pagers that may show up although paging is off.
    pub pagers: Vec<Pager>,
    /// The longest canonical line that is sent, in bytes.
    pub max_line: usize,
    /// The line that leaves any configuration mode.
    pub leave: String,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            start: Vec::new(),
            eol: "\n".to_owned(),
            prepare: Vec::new(),
            errors: Vec::new(),
            refusal: String::new(),
            pagers: Vec::new(),
            max_line: 254,
            leave: String::new(),
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
    prompt: String,
    configuration: bool,
    tree: Tree,
}

#[derive(Debug)]
struct PipeTree {
    tree: Tree,
}

impl PipeTree {
    fn new() -> Self {
        Self { tree: Tree::new() }
    }
}

/// One production.
#[derive(Debug)]
struct Leaf {
    text: Arc<str>,
    /// `None` for a stage of a pipe.
    mode: Option<Mode>,
    class: Class,
    pipe: Option<String>,
    next: Option<Mode>,
    close: bool,
    answers: Vec<Answer>,
    why: String,
}

/// One spelling of a production.
#[derive(Debug)]
struct Variant {
    leaf: usize,
    negated: bool,
    steps: Vec<Step>,
}

/// How a line reads.
#[derive(Debug)]
pub enum Parse {
    /// Exactly one command.
    Command(Match),
    /// No command reads like this; `column` counts from 1.
    Unrecognized {
        /// Where the first word is that no command has there.
        column: usize,
    },
    /// A word begins more than one.
    Ambiguous {
        /// Where the word is.
        column: usize,
        /// What it may mean.
        candidates: Vec<String>,
    },
    /// More is needed.
    Incomplete {
        /// What may follow.
        expected: Vec<String>,
    },
    /// Understood and never forwarded.
    Refused {
        /// Its canonical text.
        text: String,
        /// Why, as the grammar says.
        why: String,
    },
    /// Blank or a comment.
    Nothing,
}

/// Exactly one command, as the tree reads it. Made by [`Grammar::parse`], used up by `command::canonicalize`.
#[derive(Debug)]
pub struct Match {
    pub(crate) text: String,
    pub(crate) mode: Mode,
    pub(crate) next: Mode,
    pub(crate) leaf: Arc<str>,
    pub(crate) variant: u32,
    pub(crate) class: Class,
    pub(crate) negated: bool,
    pub(crate) close: bool,
    pub(crate) arguments: Vec<(TokenType, String)>,
    pub(crate) stages: Vec<(Arc<str>, Class)>,
    pub(crate) answers: Vec<Answer>,
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

    /// What follows the host name in a mode's prompt, byte for byte.
    #[must_use]
    pub fn prompt_suffix(&self, mode: &Mode) -> Option<&str> {
        self.modes.get(mode).map(|mode| mode.prompt.as_str())
    }

    /// Every production of a mode: mode, text, class.
    pub fn leaves(&self) -> impl Iterator<Item = (&Mode, &str, Class)> {
        self.leaves.iter().filter_map(|leaf| Some((leaf.mode.as_ref()?, &*leaf.text, leaf.class)))
    }

    /// Reads one line. Linear in its words; at each word in the edges of one node.
    #[must_use]
    pub fn parse(&self, mode: &Mode, line: &PresentedLine) -> Parse {
        let text = line.as_str();
        let trimmed = text.trim_start_matches(' ');
        if trimmed.is_empty() || self.comment.iter().any(|mark| trimmed.starts_with(mark.as_str())) {
            return Parse::Nothing;
        }
        let column = |rest: &str| text.len().saturating_sub(rest.len()).saturating_add(1);
        let Some(tree) = self.modes.get(mode) else { return Parse::Unrecognized { column: 1 } };
        match tree.tree.walk(text, &self.lexis) {
            Walk::Unrecognized { rest } => Parse::Unrecognized { column: column(rest) },
            Walk::Ambiguous { rest, candidates } => Parse::Ambiguous { column: column(rest), candidates },
            Walk::Incomplete { expected } => Parse::Incomplete { expected },
            Walk::End { variant, words, arguments, rest } => {
                self.command(mode, variant, &words, arguments, rest, &column)
            }
        }
    }

    fn command(
        &self,
        mode: &Mode,
        variant: VariantId,
        words: &[String],
        arguments: Vec<(TokenType, String)>,
        rest: &str,
        column: &dyn Fn(&str) -> usize,
    ) -> Parse {
        let Some((spelling, leaf)) = self.variant(variant) else { return Parse::Unrecognized { column: 1 } };
        let mut found = Match {
            text: words.join(" "),
            mode: mode.clone(),
            next: leaf.next.clone().unwrap_or_else(|| mode.clone()),
            leaf: leaf.text.clone(),
            variant,
            class: leaf.class,
            negated: spelling.negated,
            close: leaf.close,
            arguments,
            stages: Vec::new(),
            answers: leaf.answers.clone(),
        };
        if let Some(stage) = rest.strip_prefix('|')
            && let Some(fault) = self.stage(leaf, stage, rest, &mut found, column)
        {
            return fault;
        }
        if found.text.len() > self.facts.max_line {
            return Parse::Refused { text: String::new(), why: "longer than this platform takes".to_owned() };
        }
        if found.class == Class::Refuse {
            return Parse::Refused { text: found.text, why: leaf.why.clone() };
        }
        Parse::Command(found)
    }

    /// Adds a pipe stage to what was found, or says why it is none.
    fn stage(
        &self,
        leaf: &Leaf,
        stage: &str,
        whole: &str,
        found: &mut Match,
        column: &dyn Fn(&str) -> usize,
    ) -> Option<Parse> {
        let nowhere = Some(Parse::Unrecognized { column: column(whole) });
        let Some(tree) = leaf.pipe.as_ref().and_then(|pipe| self.pipes.get(pipe)) else { return nowhere };
        match tree.tree.walk(stage, &self.lexis) {
            Walk::End { variant, words, rest: "", .. } => {
                let Some((_, leaf)) = self.variant(variant) else { return nowhere };
                let text = words.join(" ");
                if self.lexis.exact_pipes && stage.strip_prefix(' ') != Some(&text) {
                    return nowhere;
                }
                found.text.push_str(" | ");
                found.text.push_str(&text);
                found.class = found.class.max(leaf.class);
                found.stages.push((leaf.text.clone(), leaf.class));
                None
            }
            Walk::End { rest, .. } | Walk::Unrecognized { rest } => {
                Some(Parse::Unrecognized { column: column(rest) })
            }
            Walk::Ambiguous { rest, candidates } => {
                Some(Parse::Ambiguous { column: column(rest), candidates })
            }
            Walk::Incomplete { expected } => Some(Parse::Incomplete { expected }),
        }
    }

    fn variant(&self, variant: VariantId) -> Option<(&Variant, &Leaf)> {
        let spelling = self.variants.get(usize::try_from(variant).ok()?)?;
        Some((spelling, self.leaves.get(spelling.leaf)?))
    }
}

/// The grammars of one policy.
#[derive(Clone, Debug)]
pub struct GrammarSet {
    grammars: BTreeMap<Platform, Arc<Grammar>>,
    digest: [u8; 32],
}

type Folder = BTreeMap<String, String>;

impl GrammarSet {
    /// The shipped grammars.
    ///
    /// # Errors
    /// Never for a released binary: a test compiles them.
    pub fn shipped() -> Result<Self, Problems> {
        Self::compile(&shipped::folders())
    }

    /// The shipped grammars, with each platform replaced whose folder stands below `dir`.
    ///
    /// # Errors
    /// All problems of all files.
    pub fn load(dir: &Path) -> Result<Self, Problems> {
        let mut folders = shipped::folders();
        let mut problems = Vec::new();
        for path in subfolders(dir).map_err(|fault| Problems::one(unreadable(dir, &fault)))? {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match read_folder(&path) {
                Ok(files) => drop(folders.insert(name, files)),
                Err(more) => problems.extend(more),
            }
        }
        Problems::none_or(problems, ())?;
        Self::compile(&folders)
    }

    fn compile(folders: &BTreeMap<String, Folder>) -> Result<Self, Problems> {
        let mut grammars = BTreeMap::new();
        let mut problems = Vec::new();
        let mut hash = Sha256::new();
        for files in folders.values() {
            let sources: Vec<Source<'_>> =
                files.iter().map(|(name, text)| Source { name: name.as_str().into(), text }).collect();
            for source in &sources {
                hash.update(Sha256::digest(source.name.as_bytes()));
                hash.update(Sha256::digest(source.text.as_bytes()));
            }
            match compile::compile(&sources) {
                Ok(grammar) => {
                    let platform = grammar.platform.clone();
                    if let (Some(_), Some(source)) =
                        (grammars.insert(platform, Arc::new(grammar)), sources.first())
                    {
                        let span = Span { file: source.name.clone(), line: 1, column: 1 };
                        problems.push(Problem::new(span, "another folder declares the same platform"));
                    }
                }
                Err(more) => problems.extend(more.into_vec()),
            }
        }
        Problems::none_or(problems, Self { grammars, digest: hash.finalize().into() })
    }

    /// The grammar of a platform.
    #[must_use]
    pub fn get(&self, platform: &Platform) -> Option<&Arc<Grammar>> {
        self.grammars.get(platform)
    }

    /// The platforms that can be read.
    pub fn platforms(&self) -> impl Iterator<Item = &Platform> {
        self.grammars.keys()
    }

    /// All grammars.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Grammar>> {
        self.grammars.values()
    }

    /// SHA-256 over every file, in the order of their names.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

fn subfolders(dir: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut found: Vec<_> = std::fs::read_dir(dir)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            path.is_dir() && path.file_name().is_some_and(|n| !n.to_string_lossy().starts_with('_'))
        })
        .collect();
    found.sort();
    Ok(found)
}

fn read_folder(dir: &Path) -> Result<Folder, Vec<Problem>> {
    let mut files = Folder::new();
    let mut problems = Vec::new();
    let entries = std::fs::read_dir(dir).map_err(|fault| vec![unreadable(dir, &fault)])?;
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.extension().is_some_and(|ext| ext == "grammar") {
            match sys::read_text(&path, MAX_FILE) {
                Ok(text) => drop(files.insert(path.display().to_string(), text)),
                Err(fault) => problems.push(unreadable(&path, &fault)),
            }
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> Problem {
    Problem::new(start(path), format!("cannot be read: {why}"))
}

fn start(path: &Path) -> Span {
    Span { file: path.display().to_string().into(), line: 1, column: 1 }
}
