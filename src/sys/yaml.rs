//! YAML as we take it: no aliases, no duplicate keys, bounded size and nesting, errors with a place.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_yaml::{Location, Options, Spanned};

use crate::terms::{Problem, Span};

/// The most nodes that a document may have.
const MAX_NODES: usize = 400_000;

/// Reads one document.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse<T: DeserializeOwned>(file: &Arc<str>, text: &str) -> Result<T, Problem> {
    serde_yaml::from_str_with_options(text, options()).map_err(|fault| {
        let at = fault.location().unwrap_or(Location::UNKNOWN);
        let message = fault.without_snippet().to_string();
        let first = message.lines().next().unwrap_or("not YAML of the wanted form");
        Problem::new(span(file, at), first.to_owned()).in_text(text)
    })
}

fn options() -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! { max_aliases: 0, max_anchors: 0, max_nodes: MAX_NODES },
    }
}

/// Where a value stands.
#[must_use]
pub fn place<T>(file: &Arc<str>, value: &Spanned<T>) -> Span {
    span(file, value.referenced)
}

fn span(file: &Arc<str>, at: Location) -> Span {
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).max(1);
    Span { file: file.clone(), line: number(at.line()), column: number(at.column()) }
}
