//! What a new word does to the words beside it: abbreviations that people type by habit.

use std::collections::BTreeSet;

use crate::grammar::overlay::Sample;
use crate::grammar::{Context, Grammar, Kind};
use crate::terms::Mode;
use crate::terms::problem::printable;

/// What changes at the places where lines branch off from what is known, as lines for people.
pub(super) fn changes(grammar: &Grammar, mode: &Mode, samples: &[Sample]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for sample in samples {
        let Some((before, word, beside)) = place(grammar, mode, sample) else { continue };
        if seen.insert((before.clone(), word)) {
            lines.extend(beside.changes(&before, word));
        }
    }
    lines
}

/// What stands at one place already.
struct Beside {
    words: Vec<String>,
    values: Vec<String>,
}

/// The first word of a line that is new, what stands before it, and what stands beside it.
fn place<'s>(grammar: &Grammar, mode: &Mode, sample: &'s Sample) -> Option<(String, &'s str, Beside)> {
    let mut before = String::new();
    for (word, is_keyword) in &sample.words {
        let help = grammar.help(mode, &Context::default(), &before)?;
        let of = |kind: Kind| -> Vec<String> {
            let all = help.candidates.iter().filter(|candidate| candidate.kind == kind);
            all.map(|candidate| candidate.shown.clone()).collect()
        };
        let beside = Beside { words: of(Kind::Word), values: of(Kind::Value) };
        if *is_keyword && !beside.words.contains(word) {
            return Some((before, word, beside));
        }
        before.push_str(word);
        before.push(' ');
    }
    None
}

impl Beside {
    fn changes(&self, before: &str, word: &str) -> Vec<String> {
        let mut lines: Vec<String> =
            self.words.iter().flat_map(|other| self.change(before, word, other)).collect();
        if !self.values.is_empty() {
            let values: Vec<String> = self.values.iter().map(|value| printable(value)).collect();
            lines.push(format!(
                "`{}` and what it can be shortened to could be read as {} before, and what follows it otherwise is no longer read",
                printable(&format!("{before}{word}")),
                values.join(" or ")
            ));
        }
        lines
    }

    /// What happens to the beginnings of another word of the place.
    fn change(&self, before: &str, word: &str, other: &str) -> Vec<String> {
        let common = word
            .bytes()
            .zip(other.bytes())
            .take_while(|(a, b)| a == b)
            .count()
            .min(other.len().saturating_sub(1));
        // Beginnings that meant this one word alone.
        let meant = |head: &&str| {
            let only = self.words.iter().filter(|own| own.starts_with(*head)).count() == 1;
            only && !self.words.iter().any(|own| own == head)
        };
        let heads: Vec<&str> = (1..=common).filter_map(|end| other.get(..end)).filter(meant).collect();
        let shown = |head: &str| printable(&format!("{before}{head}"));
        let was = printable(other);
        let mut lines = Vec::new();
        let lost: Vec<&&str> = heads.iter().filter(|head| **head != word).collect();
        match (lost.first(), lost.last()) {
            (Some(first), Some(last)) if first == last => {
                lines.push(format!("`{}` was short for `{was}` and becomes ambiguous", shown(first)));
            }
            (Some(first), Some(last)) => lines.push(format!(
                "`{}` to `{}` were short for `{was}` and become ambiguous",
                shown(first),
                shown(last)
            )),
            _ => {}
        }
        if heads.contains(&word) {
            lines.push(format!("`{}` was short for `{was}` and becomes the new word", shown(word)));
        }
        lines
    }
}
