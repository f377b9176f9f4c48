//! One line to exactly one command, or to the reason why it is none.

use std::sync::Arc;

use super::block::{Block, Opening};
use super::context::Context;
use super::token::TokenType;
use super::tree::TreeId;
use super::walk::{End, Keyword, Text, Walk, Walker, keyword};
use super::{Answer, Grammar, Leaf, ModeTree};
use crate::terms::{Class, Hidden, Mode, PresentedLine};

/// How a line reads.
#[derive(Debug)]
pub enum Parse {
    /// Exactly one command.
    Command(Match),
    /// A command whose block follows.
    Block(Opening),
    /// A move of the context: nothing is sent.
    Moved(Context),
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
    /// The line that is sent, where a secret in it is not part of the text.
    pub(crate) sent: Option<Hidden>,
    pub(crate) mode: Mode,
    pub(crate) next: Mode,
    pub(crate) leaf: Arc<str>,
    pub(crate) variant: u32,
    pub(crate) class: Class,
    pub(crate) negated: bool,
    pub(crate) close: bool,
    /// The name in the prompt afterwards.
    pub(crate) renames: Option<String>,
    pub(crate) arguments: Vec<(TokenType, String)>,
    pub(crate) stages: Vec<(Arc<str>, Class)>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) block: Option<Block>,
}

impl Grammar {
    /// Reads one line typed in a mode, in no context. Linear in its words; at each word in the edges of one node.
    #[must_use]
    pub fn parse(&self, mode: &Mode, line: &PresentedLine) -> Parse {
        self.parse_in(mode, &Context::default(), line)
    }

    /// Reads one line typed in a mode and a context.
    #[must_use]
    pub fn parse_in(&self, mode: &Mode, context: &Context, line: &PresentedLine) -> Parse {
        let text = line.as_str();
        let trimmed = text.trim_start_matches(' ');
        if trimmed.is_empty() || self.comment.iter().any(|mark| trimmed.starts_with(mark.as_str())) {
            return Parse::Nothing;
        }
        if let Some(mark) = self.lexis.separator(text) {
            let why = format!("`{mark}` ends or redirects a command here: type one command at a time");
            return Parse::Refused { text: String::new(), why };
        }
        let Some(tree) = self.modes.get(mode) else { return Parse::Unrecognized { column: 1 } };
        let reading = Reading { grammar: self, mode, context, text };
        if tree.also.is_empty() {
            return reading.read(tree.tree, false);
        }
        reading.read_any(tree, self.lexis.next_word(trimmed).0)
    }

    /// The trees of a mode: its own, then those of the modes whose commands can be typed in it.
    pub(super) fn roots(&self, mode: &ModeTree) -> Vec<TreeId> {
        let also = mode.also.iter().filter_map(|also| Some(self.modes.get(also)?.tree));
        std::iter::once(mode.tree).chain(also).collect()
    }

    /// Those of them that a line with this first word is read in, in order.
    ///
    /// # Errors
    /// What the word may be, where it means more than one thing in all of them.
    pub(super) fn readers(&self, mode: &ModeTree, first: &str) -> Result<Vec<TreeId>, Vec<String>> {
        let words = |tree: TreeId| match keyword(self.trees.get(tree)?, 0, first, self.lexis.fold) {
            Keyword::None => None,
            Keyword::One(_, full) => Some(vec![full.to_owned()]),
            Keyword::Several(all) => Some(all),
        };
        let roots = self.roots(mode).into_iter();
        let mut known: Vec<(TreeId, Vec<String>)> =
            roots.filter_map(|tree| Some((tree, words(tree)?))).collect();
        let exact = |words: &[String]| words.iter().any(|full| full.len() == first.len());
        if known.iter().any(|(_, words)| exact(words)) {
            known.retain(|(_, words)| exact(words));
        } else {
            let mut words: Vec<String> = known.iter().flat_map(|(_, words)| words).cloned().collect();
            words.sort_unstable();
            words.dedup();
            if words.len() > 1 {
                return Err(words);
            }
        }
        Ok(known.into_iter().map(|(tree, _)| tree).collect())
    }

    /// Where a line that no command of its mode reads is sent instead: the ancestor whose command it is, with the lines
    /// that lead there, one by one.
    #[must_use]
    pub fn walk_up(
        &self,
        mode: &Mode,
        context: &Context,
        line: &PresentedLine,
    ) -> Option<(Mode, Vec<String>)> {
        let mut at = mode.clone();
        let mut leaves = Vec::new();
        while let Some(ModeTree { parent: Some(parent), walkup: Some(leave), .. }) = self.modes.get(&at) {
            if leaves.len() >= self.modes.len() {
                return None;
            }
            leaves.push(leave.clone());
            at = parent.clone();
            match self.parse_in(&at, context, line) {
                Parse::Unrecognized { .. } => {}
                Parse::Nothing => return None,
                _ => return Some((at, leaves)),
            }
        }
        None
    }
}

/// One line in one place.
struct Reading<'a> {
    grammar: &'a Grammar,
    mode: &'a Mode,
    context: &'a Context,
    text: &'a str,
}

impl Reading<'_> {
    /// Several modes are read here: the first that reads the line has it.
    fn read_any(&self, own: &ModeTree, first: &str) -> Parse {
        let trees = match self.grammar.readers(own, first) {
            Ok(trees) => trees,
            Err(candidates) => {
                let column = self.column(self.text.trim_start_matches(' '));
                return Parse::Ambiguous { column, candidates };
            }
        };
        let mut fault = None;
        for tree in trees {
            match self.read(tree, tree != own.tree) {
                parse @ Parse::Unrecognized { .. } => drop(fault.get_or_insert(parse)),
                parse => return parse,
            }
        }
        fault.unwrap_or_else(|| self.read(own.tree, false))
    }

    fn read(&self, tree: TreeId, referred: bool) -> Parse {
        let grammar = self.grammar;
        let walker = Walker::new(&grammar.trees, &grammar.lexis, tree).within(grammar.within(self.context));
        let walker = if referred { walker.referred() } else { walker };
        match walker.walk(self.text) {
            Walk::End { end, text, arguments, rest } => self.command(end, text, arguments, rest),
            fault => self.fault(fault),
        }
    }

    fn fault(&self, fault: Walk<'_>) -> Parse {
        match fault {
            Walk::Ambiguous { rest, candidates } => {
                Parse::Ambiguous { column: self.column(rest), candidates }
            }
            Walk::Incomplete { expected } => Parse::Incomplete { expected },
            Walk::Unrecognized { rest } | Walk::End { rest, .. } => {
                Parse::Unrecognized { column: self.column(rest) }
            }
        }
    }

    fn column(&self, rest: &str) -> usize {
        self.text.len().saturating_sub(rest.len()).saturating_add(1)
    }

    fn command(&self, end: End, text: Text, arguments: Vec<(TokenType, String)>, rest: &str) -> Parse {
        let Some((spelling, leaf)) = self.grammar.variant(end.variant) else {
            return Parse::Unrecognized { column: 1 };
        };
        let mut text = text;
        // Before the stages, which follow it. Behind `do` it would lose its `do`.
        if let Some(sends) = leaf.sends.as_ref().filter(|_| !end.referred) {
            text = Text::of(sends);
        }
        let mut class = leaf.class;
        let mut stages = Vec::new();
        let mut rest = rest;
        while let Some(stage) = rest.strip_prefix('|') {
            match self.stage(leaf, stage, stages.is_empty()) {
                Ok(found) => {
                    text.stage(&found.text);
                    class = class.max(found.class);
                    stages.push((found.leaf, found.class));
                    rest = found.rest;
                }
                Err(parse) => return *parse,
            }
        }
        let negated = spelling.negated;
        // Nothing is entered by a command that takes something away, nor through a reference.
        let effects = !negated && !end.referred;
        let mut found = Match {
            text: text.shown,
            sent: text.sent.map(Hidden::new),
            mode: self.mode.clone(),
            next: leaf.next.clone().filter(|_| effects).unwrap_or_else(|| self.mode.clone()),
            leaf: leaf.text.clone(),
            variant: end.variant,
            class,
            negated,
            close: leaf.close,
            renames: None,
            arguments,
            stages,
            answers: leaf.answers.clone(),
            block: None,
        };
        if leaf.renames && effects {
            found.renames = found.arguments.last().map(|(_, name)| name.clone());
        }
        self.judged(found, leaf, end)
    }

    fn judged(&self, found: Match, leaf: &Leaf, end: End) -> Parse {
        let refused = |text: String, why: &str| Parse::Refused { text, why: why.to_owned() };
        if found.class == Class::Refuse {
            return refused(found.text, &leaf.why);
        }
        if end.referred && leaf.leads_elsewhere() {
            return refused(found.text, "it leads elsewhere: type it by itself, in its own mode");
        }
        if found.sent.as_ref().map_or(found.text.as_str(), Hidden::text).len() > self.grammar.facts.max_line {
            return refused(String::new(), "longer than this platform takes");
        }
        if let Some(how) = leaf.moves
            && !(how == super::file::Move::Exit && self.context.is_top())
        {
            return match self.grammar.moved(self.context, how, &found) {
                Some(context) => Parse::Moved(context),
                None => refused(found.text, "a context with quotes in it is not followed: type whole paths"),
            };
        }
        match leaf.block.as_ref().filter(|_| !found.negated) {
            None => Parse::Command(found),
            Some(spec) => match Opening::new(found, spec, &self.grammar.lexis, self.grammar.facts.max_line) {
                Some(opening) => Parse::Block(opening),
                None => refused(String::new(), "no block begins like this"),
            },
        }
    }

    /// Reads one stage of a pipe, without its `|`.
    fn stage<'t>(&self, leaf: &Leaf, stage: &'t str, first: bool) -> Result<StageMatch<'t>, Box<Parse>> {
        let grammar = self.grammar;
        let nowhere = |rest: &str| Box::new(Parse::Unrecognized { column: self.column(rest) });
        let tree = leaf.pipe.as_ref().and_then(|pipe| grammar.pipes.get(pipe));
        let tree = tree.filter(|_| first || grammar.lexis.chain).ok_or_else(|| nowhere(stage))?;
        let (text, variant, rest) =
            match Walker::new(&grammar.trees, &grammar.lexis, *tree).of_a_pipe().walk(stage) {
                Walk::End { end, text, rest, .. } => (text, end.variant, rest),
                fault => return Err(Box::new(self.fault(fault))),
            };
        let (_, leaf) = grammar.variant(variant).ok_or_else(|| nowhere(stage))?;
        if grammar.lexis.exact_pipes && stage.strip_prefix(' ') != Some(text.shown.as_str()) {
            return Err(nowhere(stage));
        }
        Ok(StageMatch { text, class: leaf.class, leaf: leaf.text.clone(), rest })
    }
}

struct StageMatch<'t> {
    text: Text,
    class: Class,
    leaf: Arc<str>,
    rest: &'t str,
}
