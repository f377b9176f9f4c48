//! Runs the examples of a file: a grammar whose examples fail does not load.

use super::super::file::{Expected, Item};
use super::super::{Follow, Grammar, Parse};
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

/// The canonical text, the context in brackets where it was moved, `block` where one is open, or one word: `unrecognized`,
/// `ambiguous`, `incomplete`, `refuse`, `nothing`. What the last of several lines comes to; no line is read in a mode above.
fn outcome(grammar: &Grammar, mode: &str, typed: &str) -> String {
    let Ok(mode) = mode.parse::<Mode>() else { return "unrecognized".to_owned() };
    let mut follow = Follow::new(grammar, mode).without_walking_up();
    let mut last = Some(Parse::Nothing);
    for line in typed.split('\n') {
        let Ok(line) = PresentedLine::parse(line.as_bytes()) else { return "unrecognized".to_owned() };
        last = follow.line(&line).pop().flatten();
    }
    let word = match last {
        Some(Parse::Command(found)) => return found.text,
        Some(Parse::Moved(context)) => return format!("[{}]", context.path()),
        Some(Parse::Block(_)) | None => "block",
        Some(Parse::Unrecognized { .. }) => "unrecognized",
        Some(Parse::Ambiguous { .. }) => "ambiguous",
        Some(Parse::Incomplete { .. }) => "incomplete",
        Some(Parse::Refused { .. }) => "refuse",
        Some(Parse::Nothing) => "nothing",
    };
    word.to_owned()
}
