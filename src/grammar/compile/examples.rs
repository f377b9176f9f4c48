//! Runs the examples of a file: a grammar whose examples fail does not load.

use super::super::file::{Expected, Item};
use super::super::{Context, Grammar, Parse};
use super::Source;
use crate::terms::{Mode, PresentedLine, Problem};

pub(super) fn run(grammar: &Grammar, source: &Source<'_>, items: &[Item<'_>], problems: &mut Vec<Problem>) {
    for item in items {
        let Item::Example(example) = item else { continue };
        let outcome = outcome(grammar, &example.mode.text, &example.typed);
        let expected = match &example.expected {
            Expected::Canonical(text) => text,
            Expected::Outcome(name) => &name.text,
        };
        if outcome != **expected {
            let message = format!("the example reads as `{outcome}`, not as `{expected}`");
            problems.push(source.problem(example.mode.at, &message));
        }
    }
}

/// The canonical text, or one word: `unrecognized`, `ambiguous`, `incomplete`, `refuse`, `nothing`. Lines after the first
/// are those of a block, or are typed in the context that the one before has led to.
fn outcome(grammar: &Grammar, mode: &str, typed: &str) -> String {
    let Ok(mode) = mode.parse::<Mode>() else { return "unrecognized".to_owned() };
    let mut context = Context::default();
    let mut opening = None;
    let mut last = "nothing".to_owned();
    for line in typed.split('\n') {
        let Ok(line) = PresentedLine::parse(line.as_bytes()) else { return "unrecognized".to_owned() };
        let parse = match opening.take() {
            None => grammar.parse_in(&mode, &context, &line),
            Some(opening) => Parse::Block(opening),
        };
        let started = matches!(parse, Parse::Block(_)) && last == "block";
        last = match parse {
            Parse::Command(found) => found.text,
            Parse::Moved(to) => {
                context = to;
                format!("[{}]", context.path())
            }
            Parse::Block(mut open) => {
                if started && open.take(&line).is_err() {
                    return "refuse".to_owned();
                }
                if open.is_closed() {
                    open.finish().map_or_else(|_| "refuse".to_owned(), |found| found.text)
                } else {
                    opening = Some(open);
                    "block".to_owned()
                }
            }
            Parse::Unrecognized { .. } => "unrecognized".to_owned(),
            Parse::Ambiguous { .. } => "ambiguous".to_owned(),
            Parse::Incomplete { .. } => "incomplete".to_owned(),
            Parse::Refused { .. } => "refuse".to_owned(),
            Parse::Nothing => "nothing".to_owned(),
        };
    }
    last
}
