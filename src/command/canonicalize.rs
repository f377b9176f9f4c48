//! From a parse to a command, or to the reason why there is none.

use super::{Argument, CanonicalCommand, Stage};
use crate::grammar::{Grammar, Parse};
use crate::terms::Code;
use crate::terms::problem::printable;

/// Why a line is no command. P3: each of these denies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseRefusal {
    /// `UNRECOGNIZED`, `AMBIGUOUS`, `INCOMPLETE` or `REFUSED`.
    pub code: Code,
    /// One line for people. Never the text that was typed: it may hold a secret.
    pub detail: String,
    /// The canonical text of what is understood and never forwarded.
    pub text: Option<String>,
}

/// How many candidates are named.
const SHOWN: usize = 8;

/// The one maker of a [`CanonicalCommand`].
///
/// # Errors
/// [`ParseRefusal`] for everything that is not exactly one command.
pub fn canonicalize(grammar: &Grammar, parse: Parse) -> Result<CanonicalCommand, ParseRefusal> {
    let refuse = |code: Code, detail: String| Err(ParseRefusal { code, detail, text: None });
    match parse {
        Parse::Command(found) => Ok(CanonicalCommand {
            platform: grammar.platform().clone(),
            mode: found.mode,
            text: found.text,
            sent: found.sent,
            renames: found.renames,
            block: found.block,
            leaf: found.leaf,
            variant: found.variant,
            class: found.class,
            negated: found.negated,
            arguments: found
                .arguments
                .into_iter()
                .map(|(kind, value)| Argument { kind: kind.name().into(), value })
                .collect(),
            stages: found.stages.into_iter().map(|(leaf, class)| Stage { leaf, class }).collect(),
            next: found.next,
            close: found.close,
            answers: found.answers,
            eol: grammar.facts().eol.as_str().into(),
        }),
        Parse::Unrecognized { column } => refuse(
            Code::Unrecognized,
            format!("no command of this mode reads like this from column {column} on"),
        ),
        Parse::Ambiguous { column, candidates } => refuse(
            Code::Ambiguous,
            format!("the word at column {column} may be {}", listed(&candidates, " or ")),
        ),
        Parse::Incomplete { expected } => {
            refuse(Code::Incomplete, format!("expected next: {}", listed(&expected, ", ")))
        }
        Parse::Refused { text, why } => {
            Err(ParseRefusal { code: Code::Refused, detail: printable(&why), text: Some(text) })
        }
        Parse::Block(opening) => refuse(
            Code::Incomplete,
            format!("`{}` opens a block, whose lines are not here", printable(opening.text())),
        ),
        Parse::Moved(_) => refuse(Code::Incomplete, "it only moves the context of a session".to_owned()),
        Parse::Nothing => refuse(Code::Incomplete, "nothing was typed".to_owned()),
    }
}

fn listed(words: &[String], between: &str) -> String {
    let mut shown: Vec<String> = words.iter().take(SHOWN).map(|word| printable(word)).collect();
    if words.len() > SHOWN {
        shown.push("...".to_owned());
    }
    shown.join(between)
}
