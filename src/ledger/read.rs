//! Asking the ledger: by correlation id, device, subject, ticket, verdict, time.

use std::path::Path;

use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::{OpenError, store};
use crate::terms::CorrelationId;

/// What is asked for. Everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The device.
    pub device: Option<String>,
    /// The human, by identity or by random id.
    pub subject: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// The correlation id.
    pub txn: Option<String>,
    /// `permit` or `deny`.
    pub verdict: Option<String>,
    /// The state of the outcome.
    pub state: Option<String>,
    /// A class.
    pub class: Option<String>,
    /// From this time on, as records write it or a beginning of it.
    pub since: Option<String>,
    /// Before this time.
    pub until: Option<String>,
    /// The beginning of the canonical command.
    pub command: Option<String>,
    /// At most so many, the newest.
    pub limit: u32,
}

const COLUMNS: [&str; 15] = [
    "seq", "ts", "txn", "did", "sid", "device", "subject", "ticket", "verdict", "code", "class", "command",
    "rules", "state", "sha256",
];

/// The identity behind the random id, beside the view's own columns: erased identities leave the id alone.
const IDENTITY: &str = "(SELECT s.identity FROM subject s WHERE s.subject = v_command.subject) AS identity";

/// Commands that fit with their outcomes, the newest last: column name and value, in the order of the view.
///
/// # Errors
/// When the file cannot be read.
pub async fn query(path: &Path, filter: &Filter) -> Result<Vec<Map<String, Value>>, OpenError> {
    let mut connection = store::reader(path).await?;
    let fault = |fault: sqlx::Error| OpenError::database(path, &fault);
    let subject = match &filter.subject {
        Some(identity) => Some(subject_of(&mut connection, identity).await.map_err(fault)?),
        None => None,
    };
    let conditions = [
        ("device = ", filter.device.clone()),
        ("subject = ", subject),
        ("ticket = ", filter.ticket.clone()),
        ("txn = ", filter.txn.clone()),
        ("verdict = ", filter.verdict.clone()),
        ("state = ", filter.state.clone()),
        ("class = ", filter.class.clone()),
        ("ts >= ", filter.since.clone()),
        ("ts < ", filter.until.clone()),
        ("instr(command, ", filter.command.clone()),
    ];
    let given: Vec<(&str, String)> =
        conditions.into_iter().filter_map(|(sql, value)| value.map(|value| (sql, value))).collect();
    let wheres: Vec<String> = given
        .iter()
        .map(|(sql, _)| if sql.ends_with(", ") { format!("{sql}?) = 1") } else { format!("{sql}?") })
        .collect();
    let wheres = if wheres.is_empty() { String::new() } else { format!("WHERE {}", wheres.join(" AND ")) };
    let columns = COLUMNS.join(", ");
    let sql = format!("SELECT {columns}, {IDENTITY} FROM v_command {wheres} ORDER BY seq DESC LIMIT ?");
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (_, value) in given {
        query = query.bind(value);
    }
    let rows = query.bind(i64::from(filter.limit)).fetch_all(&mut connection).await.map_err(fault)?;
    Ok(rows.iter().rev().map(line).collect())
}

fn line(row: &sqlx::sqlite::SqliteRow) -> Map<String, Value> {
    let value = |name: &str| {
        let text = row.try_get_unchecked::<Option<String>, _>(name).ok().flatten();
        let number = row.try_get_unchecked::<Option<i64>, _>(name).ok().flatten();
        if name == "seq" {
            number.map_or(Value::Null, Value::from)
        } else {
            text.map_or(Value::Null, Value::from)
        }
    };
    let names = COLUMNS.iter().chain(&["identity"]);
    names.map(|name| ((*name).to_owned(), value(name))).collect()
}

async fn subject_of(connection: &mut SqliteConnection, identity: &str) -> Result<String, sqlx::Error> {
    let sql = "SELECT subject FROM subject WHERE identity = ?1 OR identity = 'user:' || ?1";
    let row = sqlx::query(sql).bind(identity).fetch_optional(connection).await?;
    row.map_or(Ok(identity.to_owned()), |row| row.try_get(0))
}

/// Every record of a correlation id, in order, with the identities behind random ids, and the texts behind
/// commitments, put beside them.
///
/// # Errors
/// When the file cannot be read.
pub async fn timeline(path: &Path, txn: &CorrelationId) -> Result<Vec<Map<String, Value>>, OpenError> {
    let mut connection = store::reader(path).await?;
    let fault = |fault: sqlx::Error| OpenError::database(path, &fault);
    let rows = sqlx::query("SELECT seq, body FROM entry WHERE txn = ? ORDER BY seq")
        .bind(txn.as_str())
        .fetch_all(&mut connection)
        .await
        .map_err(fault)?;
    let mut records = Vec::new();
    for row in &rows {
        let (seq, body): (i64, String) = (row.try_get(0).map_err(fault)?, row.try_get(1).map_err(fault)?);
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&body) else { continue };
        fields.insert("seq".to_owned(), seq.into());
        reveal(&mut connection, &mut fields, &["subject", "principal"], &IDENTITIES).await.map_err(fault)?;
        reveal(&mut connection, &mut fields, &["source", "key", "reason"], &TEXTS).await.map_err(fault)?;
        records.push(fields);
    }
    Ok(records)
}

/// A side table: what stands behind a random id or a commitment, unless it was erased.
struct Side {
    sql: &'static str,
    suffix: &'static str,
}

const IDENTITIES: Side = Side { sql: "SELECT identity FROM subject WHERE subject = ?", suffix: "identity" };
const TEXTS: Side = Side { sql: "SELECT text FROM payload WHERE commitment = ?", suffix: "text" };

/// Puts what stands behind `names` beside them.
async fn reveal(
    connection: &mut SqliteConnection,
    fields: &mut Map<String, Value>,
    names: &[&str],
    side: &Side,
) -> Result<(), sqlx::Error> {
    for name in names {
        let Some(key) = fields.get(*name).and_then(Value::as_str).map(str::to_owned) else { continue };
        if let Some(row) = sqlx::query(side.sql).bind(key).fetch_optional(&mut *connection).await? {
            fields.insert(format!("{name}_{}", side.suffix), row.try_get::<String, _>(0)?.into());
        }
    }
    Ok(())
}

/// Logins and requests that got no session, the newest last, with the texts behind their commitments where those were
/// kept.
///
/// # Errors
/// When the file cannot be read.
pub async fn refusals(
    path: &Path,
    since: Option<&str>,
    until: Option<&str>,
    limit: u32,
) -> Result<Vec<Map<String, Value>>, OpenError> {
    let mut connection = store::reader(path).await?;
    let fault = |fault: sqlx::Error| OpenError::database(path, &fault);
    let sql = "SELECT seq, body FROM entry WHERE kind = 'refusal' AND ts >= coalesce(?1, '') AND ts < coalesce(?2, 'z') \
               ORDER BY seq DESC LIMIT ?3";
    let rows = sqlx::query(sql)
        .bind(since)
        .bind(until)
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await
        .map_err(fault)?;
    let mut records = Vec::new();
    for row in rows.iter().rev() {
        let (seq, body): (i64, String) = (row.try_get(0).map_err(fault)?, row.try_get(1).map_err(fault)?);
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&body) else { continue };
        fields.insert("seq".to_owned(), seq.into());
        reveal(&mut connection, &mut fields, &["source", "user"], &TEXTS).await.map_err(fault)?;
        records.push(fields);
    }
    Ok(records)
}

/// Every body, in order.
///
/// # Errors
/// When the file cannot be read.
pub async fn bodies(path: &Path) -> Result<Vec<String>, OpenError> {
    let mut connection = store::reader(path).await?;
    let rows = store::entries(&mut connection, 0, i64::MAX).await;
    Ok(rows.map_err(|fault| OpenError::database(path, &fault))?.into_iter().map(|row| row.body).collect())
}

/// The newest ledger checkpoint, to be kept elsewhere.
///
/// # Errors
/// When the file cannot be read.
pub async fn latest_note(path: &Path) -> Result<Option<String>, OpenError> {
    let mut connection = store::reader(path).await?;
    let sql = "SELECT note FROM entry WHERE note IS NOT NULL ORDER BY seq DESC LIMIT 1";
    let fault = |fault: sqlx::Error| OpenError::database(path, &fault);
    let row = sqlx::query(sql).fetch_optional(&mut connection).await.map_err(fault)?;
    row.map(|row| row.try_get(0)).transpose().map_err(fault)
}
