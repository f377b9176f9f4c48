//! `portcullis run` and `portcullis check`.

use std::path::PathBuf;

use super::{NO, OK, TROUBLE, complain, runtime, say};
use crate::daemon::{self, Daemon, StartError};
use crate::{sys, telemetry};

/// Serve until SIGTERM. SIGHUP reads the configuration again and swaps it if it is sound.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    /// The configuration file (YAML)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Exit status 0: sound. 1: problems, listed with file, line and column.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// The configuration file (YAML)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// A JSON object with the problems
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &RunArgs) -> u8 {
    telemetry::start();
    let served =
        sys::harden().and_then(|()| runtime()).map_err(|fault| fault.to_string()).and_then(|runtime| {
            runtime.block_on(async {
                let daemon = Daemon::start(&args.config).await.map_err(|fault| start_text(&fault))?;
                for address in daemon.addresses() {
                    tracing::info!(%address, "listening");
                }
                daemon.serve(&args.config).await.map_err(|fault| fault.to_string())
            })
        });
    match served {
        Ok(()) => OK,
        Err(why) => {
            complain(&why);
            TROUBLE
        }
    }
}

fn start_text(fault: &StartError) -> String {
    match fault {
        StartError::Configuration(problems) => {
            format!("{} problem(s), nothing was started\n{problems}", problems.as_slice().len())
        }
        other => other.to_string(),
    }
}

pub(super) fn check(args: &CheckArgs) -> u8 {
    match daemon::assemble(&args.config) {
        Ok(assembled) => {
            say(&if args.json { r#"{"ok":true,"problems":[]}"#.to_owned() } else { assembled.summary() });
            OK
        }
        Err(problems) => {
            if args.json {
                say(&json(&problems));
            } else {
                complain(&format!("{} problem(s)\n{problems}", problems.as_slice().len()));
            }
            NO
        }
    }
}

fn json(problems: &crate::terms::Problems) -> String {
    let list: Vec<_> = problems
        .as_slice()
        .iter()
        .map(|problem| {
            serde_json::json!({
                "file": &*problem.span.file, "line": problem.span.line, "column": problem.span.column,
                "message": problem.message, "hint": problem.hint,
            })
        })
        .collect();
    serde_json::json!({"ok": false, "problems": list}).to_string()
}
