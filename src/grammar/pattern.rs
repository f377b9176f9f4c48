//! Patterns of rules, over the grammar and not over text.

use std::sync::Arc;

use super::tree::{JumpKind, NodeId, Tree, TreeId, VariantId};
use super::{Grammar, TokenType};
use crate::terms::{Class, Mode, Platform};

/// The spellings of one platform's productions that a rule names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    platform: Platform,
    /// Sorted.
    variants: Vec<VariantId>,
}

impl Pattern {
    /// The platform it belongs to.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The ids of the spellings, sorted.
    #[must_use]
    pub fn variants(&self) -> &[u32] {
        &self.variants
    }
}

/// One spelling of a command's production: the smallest thing that a rule can tell apart.
#[derive(Clone, Copy, Debug)]
pub struct Spelling<'a> {
    /// Unique in its grammar; `CanonicalCommand::variant` of every command that reads so.
    pub id: u32,
    /// The mode it is typed in.
    pub mode: &'a Mode,
    /// Its production. Every command that this very grammar reads shares the allocation.
    pub leaf: &'a Arc<str>,
    /// The production's own class, pipe stages aside.
    pub class: Class,
}

enum Wanted<'a> {
    Keyword(&'a str),
    Type(TokenType),
}

impl Grammar {
    /// What `text` names: full keywords, `<TYPE>` or `<name:TYPE>` for values, and ` ...` at the end for anything
    /// that may follow. Without ` ...` it names exactly the spellings that read so. `None` when there is none.
    #[must_use]
    pub fn pattern(&self, text: &str) -> Option<Pattern> {
        let (head, open) = match text.trim().strip_suffix("...") {
            Some(head) if head.ends_with(' ') => (head, true),
            _ => (text, false),
        };
        let wanted: Option<Vec<Wanted<'_>>> = head.split_whitespace().map(wanted).collect();
        let wanted = wanted.filter(|wanted| !wanted.is_empty())?;
        let mut variants: Vec<VariantId> = Vec::new();
        for mode in self.modes.values() {
            let mut reached = vec![Reached { tree: mode.tree, at: 0, how: JumpKind::Same }];
            for word in &wanted {
                reached = self.follow(&reached, word);
            }
            for place in reached {
                self.collect(place, open, &mut variants);
            }
        }
        variants.sort_unstable();
        variants.dedup();
        (!variants.is_empty()).then(|| Pattern { platform: self.platform.clone(), variants })
    }

    /// Where one more word leads.
    fn follow(&self, from: &[Reached], wanted: &Wanted<'_>) -> Vec<Reached> {
        let mut next: Vec<Reached> = Vec::new();
        for place in from.iter().map(|place| self.jumped(*place)) {
            let views = self.trees.get(place.tree).into_iter().flat_map(|tree| tree.views(place.at));
            for (_, node) in views {
                let to = match wanted {
                    Wanted::Keyword(word) => {
                        node.keywords.iter().find(|(own, _)| &**own == *word).map(|(_, to)| *to)
                    }
                    Wanted::Type(kind) => node.values.iter().find(|(own, _)| own == kind).map(|(_, to)| *to),
                };
                next.extend(to.map(|at| Reached { at, ..place }));
            }
        }
        next.dedup();
        next
    }

    fn jumped(&self, place: Reached) -> Reached {
        match self.trees.get(place.tree).and_then(|tree| tree.jump(place.at)) {
            Some(jump) if !jump.kind.restarts() => Reached { tree: jump.to, at: 0, how: jump.kind },
            _ => place,
        }
    }

    /// The spellings that end at a place, or anywhere behind it.
    fn collect(&self, place: Reached, open: bool, found: &mut Vec<VariantId>) {
        let Some(tree) = self.trees.get(place.tree) else { return };
        if !open {
            found.extend(ending(tree, place.at, place.how));
            return;
        }
        for at in tree.below(place.at) {
            found.extend(ending(tree, at, place.how));
            let behind = self.jumped(Reached { at, ..place });
            if behind.tree != place.tree || (behind.at == 0 && at != 0) {
                if let JumpKind::AnyBeginning(variant) = behind.how {
                    found.push(variant);
                    continue;
                }
                let Some(other) = self.trees.get(behind.tree) else { continue };
                found.extend(other.below(0).into_iter().filter_map(|at| ending(other, at, behind.how)));
            }
        }
    }

    /// One spelling of a command; none for a pipe stage, or an id of another grammar.
    #[must_use]
    pub fn spelling(&self, id: u32) -> Option<Spelling<'_>> {
        let (_, leaf) = self.variant(id)?;
        Some(Spelling { id, mode: leaf.mode.as_ref()?, leaf: &leaf.text, class: leaf.class })
    }

    /// Every spelling of every command, in the order of their ids. Pipe stages are none.
    pub fn spellings(&self) -> impl Iterator<Item = Spelling<'_>> {
        (0..).zip(&self.variants).filter_map(|(id, _)| self.spelling(id))
    }
}

fn wanted(word: &str) -> Option<Wanted<'_>> {
    let Some(inner) = word.strip_prefix('<').and_then(|word| word.strip_suffix('>')) else {
        return Some(Wanted::Keyword(word));
    };
    let name =
        inner.split_once(':').filter(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    TokenType::named(name.map_or(inner, |(_, kind)| kind)).map(Wanted::Type)
}

/// A node that the words of a pattern lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    tree: TreeId,
    at: NodeId,
    how: JumpKind,
}

/// The spelling that ends at a node.
fn ending(tree: &Tree, at: NodeId, how: JumpKind) -> Option<VariantId> {
    match how {
        JumpKind::Same | JumpKind::Top | JumpKind::Up => {
            tree.ends().get(usize::try_from(tree.end(at)?).ok()?).copied()
        }
        JumpKind::Own(base) => base.checked_add(tree.end(at)?),
        JumpKind::Beginnings(base) => base.checked_add(VariantId::try_from(at).ok()?).filter(|_| at > 0),
        // A pattern that looks into it would name all the others too.
        JumpKind::AnyBeginning(_) => None,
    }
}
