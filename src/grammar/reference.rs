//! What a grammar understands, for people who want to read it.

use super::{Answer, Form, Grammar, Leaf, ModeTree};
use crate::terms::{Class, Mode};

/// One production, with all that its grammar file says of it.
#[derive(Clone, Copy, Debug)]
pub struct Production<'a> {
    /// As its grammar file writes it.
    pub text: &'a str,
    /// What it can do, pipe stages aside.
    pub class: Class,
    /// The pipe tree that may follow.
    pub pipe: Option<&'a str>,
    /// The mode afterwards, where it is another one.
    pub next: Option<&'a Mode>,
    /// Whether it ends the session.
    pub close: bool,
    /// The questions that may follow, with their answers.
    pub answers: &'a [Answer],
    /// Why it is never forwarded; empty where there is nothing to say.
    pub why: &'a str,
}

impl Grammar {
    /// The productions of a mode, in the order of their text.
    #[must_use]
    pub fn productions(&self, mode: &Mode) -> Vec<Production<'_>> {
        sorted(self.leaves.iter().filter(|leaf| leaf.mode.as_ref() == Some(mode)))
    }

    /// The pipe trees by name, each with its stages in the order of their text.
    pub fn pipes(&self) -> impl Iterator<Item = (&str, Vec<Production<'_>>)> {
        self.pipes.iter().map(|(name, pipe)| {
            let tree = self.trees.get(*pipe);
            let ends = tree.into_iter().flat_map(super::tree::Tree::ends);
            let ends = ends.filter_map(|variant| Some(self.variant(*variant)?.1));
            (&**name, sorted(ends))
        })
    }

    /// How many spellings of commands and pipe stages it has.
    #[must_use]
    pub fn spelling_count(&self) -> usize {
        self.variants.len()
    }

    /// What a mode's prompt ends in and whether commands there change the configuration, mode by mode.
    pub fn mode_facts(&self) -> impl Iterator<Item = (&Mode, &Form, bool)> {
        self.modes.iter().map(|(name, ModeTree { prompt, configuration, .. })| (name, prompt, *configuration))
    }
}

/// `[no] shutdown` is looked for where `shutdown` is.
fn without_option(text: &str) -> &str {
    text.strip_prefix('[').and_then(|text| text.split_once("] ")).map_or(text, |(_, rest)| rest)
}

/// Spellings of one production come to one entry.
fn sorted<'a>(leaves: impl Iterator<Item = &'a Leaf>) -> Vec<Production<'a>> {
    let mut found: Vec<&Leaf> = leaves.collect();
    // Equal texts may be productions of their own: what tells them apart is where they stand.
    found.sort_by_key(|leaf| (without_option(&leaf.text), &leaf.text, std::ptr::from_ref(*leaf)));
    found.dedup_by(|a, b| std::ptr::eq(*a, *b));
    found
        .into_iter()
        .map(|leaf| Production {
            text: &leaf.text,
            class: leaf.class,
            pipe: leaf.pipe.as_deref(),
            next: leaf.next.as_ref(),
            close: leaf.close,
            answers: &leaf.answers,
            why: &leaf.why,
        })
        .collect()
}
