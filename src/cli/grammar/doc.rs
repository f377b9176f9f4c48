//! `portcullis grammar doc`: a reference of the commands that a grammar understands.

use std::path::PathBuf;

use super::super::parse::{grammars, platform};
use super::super::{OK, table_text};
use super::table;
use crate::grammar::{Grammar, Production};
use crate::terms::problem::printable;

/// Print the commands that a grammar understands, mode by mode, each with its class and effect.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Whose CLI, such as cisco_ios
    platform: String,
    /// A folder of grammars that replace shipped ones
    #[arg(long, value_name = "DIR")]
    grammars: Option<PathBuf>,
}

/// A heading that is longer goes on in the next row.
const WIDTH: usize = 100;

const LEGEND: &str = "\
[...] may be left out; <a|b> is one of these; (1-60) is a number; a word with capitals is a value.
Every word may be shortened to what no other word of its place begins with.";

pub(super) fn answer(args: &Args) -> Result<(String, u8), String> {
    let set = grammars(args.grammars.as_deref())?;
    let grammar = platform(&set, &args.platform)?;
    Ok((reference(grammar), OK))
}

fn reference(grammar: &Grammar) -> String {
    let mut parts = vec![format!("{}\n\n{LEGEND}\n{}", grammar.platform(), facts(grammar))];
    for (mode, prompt, configuration) in grammar.mode_facts() {
        let kind = if configuration { ", configuration" } else { "" };
        let prompts: Vec<String> = prompt.texts().map(|text| format!("`{}`", printable(&text))).collect();
        let heading = format!("mode {mode}, prompt {}{kind}", prompts.join(" or "));
        let heading = match heading.len() > WIDTH {
            true => format!("mode {mode}, prompt {}{kind}", prompts.join("\n  or ")),
            false => heading,
        };
        parts.push(block(&heading, "command", &grammar.productions(mode)));
    }
    for (name, stages) in grammar.pipes() {
        parts.push(block(&format!("pipe | {name}"), "stage", &stages));
    }
    parts.join("\n\n")
}

fn facts(grammar: &Grammar) -> String {
    let facts = grammar.facts();
    let start: Vec<&str> = facts.start.iter().map(|mode| mode.as_str()).collect();
    format!(
        "A login lands in {}; `{}` leaves a configuration; a line has at most {} bytes.",
        start.join(" or "),
        printable(&facts.leave),
        facts.max_line
    )
}

fn block(heading: &str, what: &str, productions: &[Production<'_>]) -> String {
    let mut table = table(&[what, "class", "effect"]);
    for production in productions {
        table.add_row([printable(production.text), production.class.to_string(), effect(production)]);
    }
    let body = if productions.is_empty() { "  nothing".to_owned() } else { table_text(&table) };
    format!("{heading}\n{body}")
}

fn effect(production: &Production<'_>) -> String {
    let mut parts = Vec::new();
    parts.extend(production.pipe.map(|pipe| format!("| {pipe}")));
    parts.extend(production.next.map(|mode| format!("to {mode}")));
    parts.extend(production.close.then(|| "ends the session".to_owned()));
    parts.extend(
        production.answers.iter().map(|own| {
            format!("`{}` is answered with `{}`", printable(&own.question), printable(&own.reply))
        }),
    );
    if !production.why.is_empty() {
        parts.push(format!("never: {}", printable(production.why)));
    }
    parts.join("; ")
}
