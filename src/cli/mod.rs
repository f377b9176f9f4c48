//! The command line: each subcommand is one file.

mod ascii;
pub mod demo;
mod explain;
mod gate;
mod grammar;
mod intent;
mod ledger;
mod parse;
mod stdin;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use comfy_table::{ContentArrangement, Table, presets};

/// Nothing to complain about.
pub(crate) const OK: u8 = 0;
/// The answer is no: a problem was found, a check failed, nothing matched.
pub(crate) const NO: u8 = 1;
/// The question could not be asked: wrong usage, unreadable file.
pub(crate) const TROUBLE: u8 = 2;

/// The gate in front of routers and switches.
///
/// MCP servers, scripts and people ssh to it instead of to the device. It reads each line with the vendor's
/// grammar, checks the canonical command against the signed intent token and the rules, records the decision
/// durably, and only then sends the command.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, propagate_version = true, arg_required_else_help = true, after_help = EXAMPLES)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  portcullis demo                               see it work, with simulated routers
  portcullis check --config gate.yaml           every problem of a configuration at once
  portcullis run --config gate.yaml             serve
  portcullis parse -p cisco_ios 'sh ip bgp sum' how a line is read
  portcullis ledger timeline TXN --db ledger.db what one correlation id did";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve: the gate itself, in the foreground
    Run(gate::RunArgs),
    /// Check a configuration and every file it names; list all problems at once
    Check(gate::CheckArgs),
    /// Show how a line is read: canonical form, class, arguments, next mode
    Parse(parse::Args),
    /// Check grammars, add to them, measure them, read them
    Grammar(grammar::Args),
    /// Mint and plan intents, for labs and tests
    Intent(intent::Args),
    /// Ask the ledger: timeline, query, verify
    Ledger(ledger::Args),
    /// Say what a code means
    Explain(explain::Args),
    /// Start a gate with simulated routers and walk through it
    Demo(demo::Args),
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let args = Args::parse();
    let code = match args.command {
        Command::Run(args) => gate::run(&args),
        Command::Check(args) => gate::check(&args),
        Command::Parse(args) => parse::run(&args),
        Command::Grammar(args) => grammar::run(&args),
        Command::Intent(args) => intent::run(&args),
        Command::Ledger(args) => ledger::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Demo(args) => demo::run(&args),
    };
    ExitCode::from(code)
}

/// A runtime for the subcommands that need one.
///
/// # Errors
/// When the system gives no threads.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// A table without lines, as wide as the terminal at most.
fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.to_vec());
    table
}

/// Its text, without the blanks that fill the last column.
fn table_text(table: &Table) -> String {
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// One line on stderr, in the form `portcullis: what`.
#[expect(clippy::print_stderr, reason = "this is where the command line speaks to people")]
fn complain(what: &dyn std::fmt::Display) {
    eprintln!("portcullis: {what}");
}

/// Text on stdout. A reader that went away is no error.
fn say(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n"));
}
