//! `portcullis grammar check`: every problem of a folder's grammars.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::ascii::ascii;
use super::super::{NO, OK, table_text};
use super::table;
use crate::grammar::{Grammar, GrammarSet};
use crate::terms::{Problem, Problems};

/// Compile grammars and run their examples. Exit status 0: all is well. 1: there are problems.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One platform's folder, or a folder of such; without it the grammars that are shipped
    dir: Option<PathBuf>,
    /// A JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn answer(args: &Args) -> (String, u8) {
    let set = args.dir.as_deref().map_or_else(GrammarSet::shipped, GrammarSet::only);
    let code = if set.is_ok() { OK } else { NO };
    (if args.json { ascii(&in_json(&set)) } else { in_text(&set) }, code)
}

fn in_text(set: &Result<GrammarSet, Problems>) -> String {
    match set {
        Ok(set) => {
            let mut table = table(&["platform", "modes", "productions", "spellings"]);
            for grammar in set.iter() {
                let Size { modes, productions, spellings } = Size::of(grammar);
                table.add_row([
                    grammar.platform().to_string(),
                    modes.to_string(),
                    productions.to_string(),
                    spellings.to_string(),
                ]);
            }
            format!("{}\nno problems", table_text(&table))
        }
        Err(problems) => {
            let count = problems.as_slice().len();
            format!("{problems}\n{count} problem{}", if count == 1 { "" } else { "s" })
        }
    }
}

fn in_json(set: &Result<GrammarSet, Problems>) -> Value {
    let (platforms, problems) = match set {
        Ok(set) => (set.iter().map(|grammar| platform(grammar)).collect(), Vec::new()),
        Err(problems) => (Vec::new(), problems.as_slice().iter().map(problem).collect()),
    };
    json!({"good": set.is_ok(), "platforms": platforms, "problems": problems})
}

fn platform(grammar: &Grammar) -> Value {
    let Size { modes, productions, spellings } = Size::of(grammar);
    json!({
        "platform": grammar.platform().as_str(),
        "modes": modes,
        "productions": productions,
        "spellings": spellings,
    })
}

fn problem(problem: &Problem) -> Value {
    json!({
        "file": &*problem.span.file,
        "line": problem.span.line,
        "column": problem.span.column,
        "message": problem.message,
        "source": problem.source,
        "hint": problem.hint,
    })
}

/// How much a grammar understands.
struct Size {
    modes: usize,
    productions: usize,
    spellings: usize,
}

impl Size {
    fn of(grammar: &Grammar) -> Self {
        Self {
            modes: grammar.modes().count(),
            productions: grammar.leaves().count(),
            spellings: grammar.spelling_count(),
        }
    }
}
