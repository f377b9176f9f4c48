//! `portcullis ledger`: what an auditor asks.

mod show;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::{NO, OK, TROUBLE, complain, runtime, say};
use crate::daemon;
use crate::ledger::note::Verifier;
use crate::ledger::{self, Filter};
use crate::sys;
use crate::terms::problem::printable;
use crate::terms::{CorrelationId, Timestamp};

use show::Record;
pub(super) use show::timeline_text;

/// The largest checkpoint or key file, in bytes.
const MAX_SMALL: u64 = 64 << 10;

/// Ask the ledger. It may be asked while the gate runs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Everything that one correlation id did: session, decisions, credential, outcomes
    Timeline {
        /// The correlation id
        txn: String,
        #[command(flatten)]
        place: Place,
        /// One JSON object per record
        #[arg(long)]
        json: bool,
    },
    /// Commands with verdict and outcome, the newest last
    Query(Query),
    /// Logins and requests that got no session, the newest last
    Refusals {
        #[command(flatten)]
        place: Place,
        /// From this time on (UTC), such as 2026-11-25 or 2026-11-25T08:00
        #[arg(long, value_parser = beginning_of_time)]
        since: Option<String>,
        /// Before this time (UTC)
        #[arg(long, value_parser = beginning_of_time)]
        until: Option<String>,
        /// At most so many, the newest
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// One JSON object per refusal
        #[arg(long)]
        json: bool,
    },
    /// Check every entry, every ledger checkpoint, and the kept one. Exit status 1: something was changed
    Verify {
        #[command(flatten)]
        place: Place,
        /// The verifier key that you hold (`name+hash+base64`), a file with it, or a PEM file of the ledger's key
        #[arg(long, value_name = "KEY|FILE")]
        key: Option<String>,
        /// A file with a ledger checkpoint that was kept outside the gate
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// A JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print the newest ledger checkpoint, to be kept outside the gate
    Checkpoint {
        #[command(flatten)]
        place: Place,
    },
    /// Print the verifier key of a configuration, to be handed to auditors
    Key {
        /// The configuration file (YAML)
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// The ledger's file
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// A configuration that names it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Query {
    #[command(flatten)]
    place: Place,
    /// The device
    #[arg(long)]
    device: Option<String>,
    /// The human, by name or by random id
    #[arg(long)]
    subject: Option<String>,
    /// The ticket
    #[arg(long)]
    ticket: Option<String>,
    /// The correlation id
    #[arg(long)]
    txn: Option<String>,
    /// What was decided
    #[arg(long, value_parser = ["permit", "deny"])]
    verdict: Option<String>,
    /// How it ended
    #[arg(long, value_parser = ["completed", "device_error", "timeout", "disconnected", "interrupted", "not_sent",
                                "indeterminate", "unmatched"])]
    state: Option<String>,
    /// The class, such as read or config
    #[arg(long)]
    class: Option<String>,
    /// From this time on (UTC), such as 2026-11-25 or 2026-11-25T08:00
    #[arg(long, value_parser = beginning_of_time)]
    since: Option<String>,
    /// Before this time (UTC)
    #[arg(long, value_parser = beginning_of_time)]
    until: Option<String>,
    /// The beginning of the canonical command
    #[arg(long)]
    command: Option<String>,
    /// At most so many, the newest
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// One JSON object per command
    #[arg(long)]
    json: bool,
}

/// Exit status and what went wrong.
type Answer = Result<u8, String>;

pub(super) fn run(args: &Args) -> u8 {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(fault) => {
            complain(&fault);
            return TROUBLE;
        }
    };
    runtime.block_on(answer(&args.question)).unwrap_or_else(|why| {
        complain(&why);
        TROUBLE
    })
}

async fn answer(question: &Question) -> Answer {
    match question {
        Question::Timeline { txn, place, json } => timeline(&place.path()?, txn, *json).await,
        Question::Query(query) => self::query(query).await,
        Question::Refusals { place, since, until, limit, json } => {
            let path = place.path()?;
            let found = ledger::refusals(&path, since.as_deref(), until.as_deref(), *limit).await;
            let records = found.map_err(|fault| fault.to_string())?;
            Ok(listed(&records, *json, &show::refusals, "nothing was refused a session"))
        }
        Question::Verify { place, key, checkpoint, json } => {
            verify(&place.path()?, key.as_deref(), checkpoint.as_deref(), *json).await
        }
        Question::Checkpoint { place } => checkpoint(&place.path()?).await,
        Question::Key { config } => key_of(config),
    }
}

impl Place {
    fn path(&self) -> Result<PathBuf, String> {
        match (&self.db, &self.config) {
            (Some(path), _) => Ok(path.clone()),
            (None, Some(config)) => daemon::ledger_path(config).map_err(|problems| problems.to_string()),
            (None, None) => Err("give --db or --config".to_owned()),
        }
    }
}

async fn timeline(path: &Path, txn: &str, json: bool) -> Answer {
    let txn: CorrelationId = txn.parse().map_err(|fault| format!("`{}`: {fault}", printable(txn)))?;
    let records = ledger::timeline(path, &txn).await.map_err(|fault| fault.to_string())?;
    let none = format!("no record has the correlation id {txn}");
    Ok(listed(&records, json, &|records| show::timeline(&txn, records), &none))
}

/// Records as JSON or as a table; none is exit status 1.
fn listed(records: &[Record], json: bool, table: &dyn Fn(&[Record]) -> String, none: &str) -> u8 {
    match records {
        [] => {
            complain(&none);
            return NO;
        }
        records if json => {
            records.iter().for_each(|record| say(&serde_json::Value::Object(record.clone()).to_string()));
        }
        records => say(&table(records)),
    }
    OK
}

async fn query(query: &Query) -> Answer {
    let filter = Filter {
        device: query.device.clone(),
        subject: query.subject.clone(),
        ticket: query.ticket.clone(),
        txn: query.txn.clone(),
        verdict: query.verdict.clone(),
        state: query.state.clone(),
        class: query.class.clone(),
        since: query.since.clone(),
        until: query.until.clone(),
        command: query.command.clone(),
        limit: query.limit,
    };
    let lines = ledger::query(&query.place.path()?, &filter).await.map_err(|fault| fault.to_string())?;
    Ok(listed(&lines, query.json, &show::commands, "no command fits"))
}

async fn verify(path: &Path, key: Option<&str>, kept: Option<&Path>, json: bool) -> Answer {
    let key = match key {
        Some(given) => Some(verifier(given, path).await?),
        None => None,
    };
    let kept = kept.map(|path| sys::read_text(path, MAX_SMALL).map_err(|fault| unreadable(path, &fault)));
    let kept = kept.transpose()?;
    let report =
        ledger::verify(path, key.as_ref(), kept.as_deref()).await.map_err(|fault| fault.to_string())?;
    if json {
        say(&serde_json::json!({
            "good": report.is_good(), "entries": report.entries, "checkpoints": report.checkpoints,
            "root": ledger::hex(&report.root), "not_shown": report.not_shown,
            "fault": report.fault.as_ref().map(|(seq, what)| serde_json::json!({"entry": seq, "what": what})),
        })
        .to_string());
    } else {
        say(&report.to_string());
    }
    Ok(if report.is_good() { OK } else { NO })
}

/// A key given as text, or as a file with the text, or as a PEM file; PEM has no name, so the ledger's own is taken.
async fn verifier(given: &str, ledger: &Path) -> Result<Verifier, String> {
    if let Ok(key) = Verifier::parse(given) {
        return Ok(key);
    }
    let path = Path::new(given);
    let text = Zeroizing::new(sys::read_text(path, MAX_SMALL).map_err(|fault| unreadable(path, &fault))?);
    if let Ok(key) = Verifier::parse(&text) {
        return Ok(key);
    }
    let public = VerifyingKey::from_public_key_pem(&text).ok();
    let key = public.or_else(|| SigningKey::from_pkcs8_pem(&text).ok().map(|key| key.verifying_key()));
    let wrong = "not a verifier key; `portcullis ledger key --config FILE` prints the gate's";
    let key = key.ok_or_else(|| format!("{}: {wrong}", path.display()))?;
    let note = ledger::latest_note(ledger).await.map_err(|fault| fault.to_string())?.unwrap_or_default();
    Ok(Verifier::with(note.lines().next().unwrap_or_default(), key))
}

fn unreadable(path: &Path, fault: &std::io::Error) -> String {
    format!("{}: {fault}", path.display())
}

async fn checkpoint(path: &Path) -> Answer {
    match ledger::latest_note(path).await.map_err(|fault| fault.to_string())? {
        Some(note) => say(note.trim_end()),
        None => return Err(format!("{} has no ledger checkpoint", path.display())),
    }
    Ok(OK)
}

fn key_of(config: &Path) -> Answer {
    let settings = daemon::assemble(config).map_err(|problems| problems.to_string())?.ledger_settings();
    say(&Verifier::of(&settings.origin, &settings.key).text());
    Ok(OK)
}

/// A time as records write it, or a beginning of it: they are compared as text.
fn beginning_of_time(given: &str) -> Result<String, String> {
    const WHOLE: &str = "0000-01-01T00:00:00.000000Z";
    let rest = WHOLE.get(given.len()..).unwrap_or_default();
    let fits = given.len() >= 4 && Timestamp::parse(&format!("{given}{rest}")).is_some();
    if fits { Ok(given.to_owned()) } else { Err("not a time such as 2026-11-25T08:00".to_owned()) }
}
