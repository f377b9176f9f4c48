//! Patterns of rules, over the grammar and not over text.

use std::sync::Arc;

use super::tree::{Step, VariantId};
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
        let variants: Vec<VariantId> = (0..)
            .zip(&self.variants)
            .filter(|(_, variant)| self.leaves.get(variant.leaf).is_some_and(|leaf| leaf.mode.is_some()))
            .filter(|(_, variant)| reads(&wanted, open, &variant.steps))
            .map(|(id, _)| id)
            .collect();
        (!variants.is_empty()).then(|| Pattern { platform: self.platform.clone(), variants })
    }

    /// Every spelling of every command, in the order of their ids. Pipe stages are none.
    pub fn spellings(&self) -> impl Iterator<Item = Spelling<'_>> {
        (0..).zip(&self.variants).filter_map(|(id, variant)| {
            let leaf = self.leaves.get(variant.leaf)?;
            Some(Spelling { id, mode: leaf.mode.as_ref()?, leaf: &leaf.text, class: leaf.class })
        })
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

fn reads(wanted: &[Wanted<'_>], open: bool, steps: &[Step]) -> bool {
    let long_enough = if open { steps.len() >= wanted.len() } else { steps.len() == wanted.len() };
    long_enough
        && wanted.iter().zip(steps).all(|(wanted, step)| match (wanted, step) {
            (Wanted::Keyword(word), Step::Keyword(own)) => *word == &**own,
            (Wanted::Type(kind), Step::Type(own)) => kind == own,
            _ => false,
        })
}
