//! Records as tables that fit a terminal.

use std::path::Path;

use serde_json::{Map, Value};

use super::super::{table, table_text};
use crate::ledger;
use crate::terms::CorrelationId;
use crate::terms::problem::printable;

/// A record, or a line of the view of commands.
pub(super) type Record = Map<String, Value>;

/// The timeline of a correlation id, read from the file.
///
/// # Errors
/// When the file cannot be read.
pub(in crate::cli) async fn timeline_text(
    path: &Path,
    txn: &CorrelationId,
) -> Result<String, ledger::OpenError> {
    Ok(timeline(txn, &ledger::timeline(path, txn).await?))
}

/// Who and what above, then one row per record.
pub(super) fn timeline(txn: &CorrelationId, records: &[Record]) -> String {
    let mut out = format!("correlation id  {txn}\n");
    if let Some(open) = records.iter().find(|record| text(record, "kind") == "session.open") {
        for (label, name) in [
            ("subject", "subject_identity"),
            ("actor", "actor"),
            ("principal", "principal_identity"),
            ("from", "source_text"),
            ("key", "key_text"),
            ("device", "device"),
            ("intent", "action"),
            ("ticket", "ticket"),
            ("reason", "reason_text"),
            ("plan", "plan_sha256"),
        ] {
            let value = text(open, name);
            if !value.is_empty() {
                out.push_str(&format!("{label:<16}{value}\n"));
            }
        }
    }
    let mut table = table(&["seq", "time (UTC)", "record", "what"]);
    for record in records {
        table.add_row([text(record, "seq"), time(record), text(record, "kind"), what(record)]);
    }
    out.push('\n');
    out.push_str(&table_text(&table));
    out
}

/// Commands, one row each.
pub(super) fn commands(records: &[Record]) -> String {
    let mut table = table(&["time (UTC)", "device", "who", "verdict", "state", "command", "txn"]);
    for record in records {
        let field = |name: &str| text(record, name);
        let or = |first: String, second: String| if first.is_empty() { second } else { first };
        let verdict =
            if field("verdict") == "deny" { format!("deny {}", field("code")) } else { field("verdict") };
        table.add_row([
            when(record),
            field("device"),
            or(field("identity"), field("subject")),
            verdict,
            field("state"),
            or(field("command"), "(no command)".to_owned()),
            field("txn"),
        ]);
    }
    table_text(&table)
}

/// Refused logins and requests, one row each.
pub(super) fn refusals(records: &[Record]) -> String {
    let mut table = table(&["time (UTC)", "from", "user", "code", "what"]);
    for record in records {
        let field = |name: &str| text(record, name);
        table.add_row([when(record), field("source_text"), field("user_text"), field("code"), field("what")]);
    }
    table_text(&table)
}

/// Date and time to the second.
fn when(record: &Record) -> String {
    text(record, "ts").get(..19).map(|ts| ts.replace('T', " ")).unwrap_or_default()
}

fn text(record: &Record, name: &str) -> String {
    match record.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => printable(text),
        Some(other) => other.to_string(),
    }
}

/// `HH:MM:SS.mmm`: the day is the same for all records of a correlation id, or nearly.
fn time(record: &Record) -> String {
    text(record, "ts").get(11..23).unwrap_or_default().to_owned()
}

fn what(record: &Record) -> String {
    let field = |name: &str| text(record, name);
    match field("kind").as_str() {
        "session.open" => join(&[field("transport"), labelled(record, "jti"), labelled(record, "use_no")]),
        "session.close" => join(&[field("code"), field("detail")]),
        "credential" => join(&[field("how"), labelled(record, "key_id"), labelled(record, "serial")]),
        "decision" => decision(record),
        "outcome" => outcome(record),
        "refusal" => join(&[field("code"), field("what")]),
        "recovery" => join(&[field("did"), field("state"), field("code")]),
        _ => String::new(),
    }
}

fn decision(record: &Record) -> String {
    let field = |name: &str| text(record, name);
    let command = field("cmd");
    let shown = if command.is_empty() { String::new() } else { format!("{}> {command}", field("mode")) };
    let code = if field("verdict") == "deny" { format!("[{}]", field("code")) } else { String::new() };
    let step =
        record.get("step").and_then(Value::as_u64).map(|step| format!("step {}", step.saturating_add(1)));
    let rules = list(record, "rules");
    join(&[field("verdict"), code, shown, step.unwrap_or_default(), rules, field("did")])
}

fn outcome(record: &Record) -> String {
    let field = |name: &str| text(record, name);
    let bytes = field("bytes");
    let took = record.get("device_us").and_then(Value::as_u64).map(|us| format!("{} ms", us / 1000));
    // The decision's row has the whole id; its end is enough to find that row by.
    let did = field("did");
    let end = did.get(did.len().saturating_sub(6)..).map(|end| format!("of …{end}")).unwrap_or_default();
    join(&[field("state"), field("code"), format!("{bytes} bytes"), took.unwrap_or_default(), end])
}

fn list(record: &Record, name: &str) -> String {
    let items = record.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(printable).collect::<Vec<_>>().join(", ")
}

fn labelled(record: &Record, name: &str) -> String {
    let value = text(record, name);
    if value.is_empty() { value } else { format!("{name} {value}") }
}

fn join(parts: &[String]) -> String {
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("  ")
}
