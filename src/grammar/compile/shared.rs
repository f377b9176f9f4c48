//! Trees that several productions share: each is read where it is used, as if it were written there.
//!
//! The tree of statements is another thing: a context can stand in it, so it stays one tree.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::insert::Misplaced;
use super::{SAME, Source};
use crate::grammar::file::{Effect, Element, Item, Move, Production};

/// How deep trees may use each other.
const MAX_DEPTH: usize = 8;
/// How many productions one may become.
const MAX_PARTS: usize = 4000;

/// The productions of every tree, by its name.
#[derive(Default)]
pub(super) struct Shared<'a> {
    trees: BTreeMap<&'a str, Vec<(&'a Source<'a>, &'a Production<'a>)>>,
    statements: BTreeSet<&'a str>,
}

/// A production with nothing shared left in it.
pub(super) struct Part<'a> {
    /// Where it is written, or the part of it that was shared.
    pub(super) source: &'a Source<'a>,
    pub(super) production: Cow<'a, Production<'a>>,
    /// The trees that it used.
    pub(super) trees: Vec<&'a str>,
}

impl<'a> Shared<'a> {
    pub(super) fn of(files: &'a [(&'a Source<'a>, Vec<Item<'a>>)]) -> Self {
        let mut shared = Self::default();
        for (source, items) in files {
            for item in items {
                match item {
                    Item::Tree { name, productions } => {
                        let own = shared.trees.entry(&name.text).or_default();
                        own.extend(productions.iter().map(|production| (*source, production)));
                    }
                    Item::Mode(mode) => shared.statements.extend(mode.productions.iter().filter_map(edited)),
                    Item::Platform(_) | Item::Pipe { .. } | Item::Example(_) => {}
                }
            }
        }
        shared
    }

    /// Every tree that was declared.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.trees.keys().copied()
    }

    /// Whether a context can stand in this tree.
    pub(super) fn is_statements(&self, name: &str) -> bool {
        self.statements.contains(name)
    }

    /// The productions that one stands for.
    ///
    /// # Errors
    /// When trees use each other without an end.
    pub(super) fn whole(
        &self,
        source: &'a Source<'a>,
        production: &'a Production<'a>,
    ) -> Result<Vec<Part<'a>>, Misplaced> {
        let mut parts = Vec::new();
        let own = Part { source, production: Cow::Borrowed(production), trees: Vec::new() };
        self.expand(own, 0, &mut parts)?;
        Ok(parts)
    }

    fn expand(&self, part: Part<'a>, depth: usize, parts: &mut Vec<Part<'a>>) -> Result<(), Misplaced> {
        let Some((name, at)) = self.used(&part.production) else {
            parts.push(part);
            return Ok(());
        };
        if depth >= MAX_DEPTH || parts.len() >= MAX_PARTS {
            return Err((Some(at), "this tree uses itself, or too many others".to_owned()));
        }
        for (source, target) in self.trees.get(name).into_iter().flatten() {
            let trees = part.trees.iter().copied().chain([name]).collect();
            self.expand(
                Part { source, production: Cow::Owned(together(&part.production, target)), trees },
                depth + 1,
                parts,
            )?;
        }
        Ok(())
    }

    /// The tree that a production goes on with, unless a context can stand in it.
    fn used(&self, production: &Production<'_>) -> Option<(&'a str, usize)> {
        let Some(Element::Reference(name)) = production.elements.last() else { return None };
        let (own, _) = self.trees.get_key_value(&*name.text)?;
        (!self.is_statements(own)).then_some((*own, name.at))
    }
}

fn edited<'a>(production: &'a Production<'a>) -> Option<&'a str> {
    let edits = production.effects.iter().any(|effect| matches!(effect, Effect::Move(Move::Edit)));
    match production.elements.last() {
        Some(Element::Reference(name)) if edits => Some(&name.text),
        _ => None,
    }
}

fn together<'a>(head: &Production<'a>, target: &Production<'a>) -> Production<'a> {
    let elements = head.elements.split_last().map(|(_, before)| before).unwrap_or_default();
    let text = head.text.rsplit_once('@').map_or("", |(before, _)| before).trim_end();
    Production {
        at: target.at,
        text: format!("{text} {}", target.text).into(),
        elements: elements.iter().chain(&target.elements).cloned().collect(),
        class: if head.class.text == SAME { target.class.clone() } else { head.class.clone() },
        pipe: target.pipe.clone().or_else(|| head.pipe.clone()),
        effects: head.effects.iter().chain(&target.effects).cloned().collect(),
    }
}
