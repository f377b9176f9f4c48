//! `portcullis grammar`: check the grammars, add to them, measure them, read them.

mod add;
mod branch;
mod check;
mod coverage;
mod doc;

use clap::Subcommand;
use comfy_table::Table;

use super::{TROUBLE, complain, say};

/// Check grammars, add to them, measure them, read them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compile grammars and run their examples; list all problems at once
    Check(check::Args),
    /// Add a command that a grammar does not know yet to a reviewed file of your own
    Add(add::Args),
    /// Say which share of the lines on stdin a grammar reads, and which it does not
    Coverage(coverage::Args),
    /// Print the commands that a grammar understands, mode by mode
    Doc(doc::Args),
}

pub(super) fn run(args: &Args) -> u8 {
    let answer = match &args.command {
        Command::Check(args) => Ok(check::answer(args)),
        Command::Add(args) => add::answer(args),
        Command::Coverage(args) => coverage::answer(args, std::io::stdin().lock()),
        Command::Doc(args) => doc::answer(args),
    };
    match answer {
        Ok((text, code)) => {
            say(&text);
            code
        }
        Err(why) => {
            complain(&why);
            TROUBLE
        }
    }
}

/// How wide a table is that no terminal shows.
const WIDTH: u16 = 100;

/// A table as in [`super::table`], that is bounded even where there is no terminal.
fn table(header: &[&str]) -> Table {
    let mut table = super::table(header);
    if !table.is_tty() {
        table.set_width(WIDTH);
    }
    table
}
