//! The database file: opened with every setting asserted, written one batch in one statement.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};

use super::OpenError;
use super::record::KINDS;
use super::tree::Hash;

const SCHEMA: &str = include_str!("schema/sqlite.sql");
/// `PORT` in ASCII.
const APPLICATION_ID: i64 = 0x504F_5254;
const USER_VERSION: i64 = 1;
/// Older versions can lose committed writes in WAL mode.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// One entry on its way in.
#[derive(Clone, Debug)]
pub(super) struct Row4 {
    pub(super) seq: i64,
    pub(super) body: String,
    pub(super) leaf: Hash,
    pub(super) note: Option<String>,
}

/// A text that only its salted commitment enters the log.
pub(super) struct Payload {
    pub(super) commitment: String,
    pub(super) what: &'static str,
    pub(super) salt: [u8; 16],
    pub(super) text: String,
}

impl Payload {
    pub(super) fn new(what: &'static str, salt: [u8; 16], text: String) -> Self {
        Self { commitment: commitment(&salt, &text), what, salt, text }
    }
}

/// Base64 of SHA-256(salt || text).
pub(super) fn commitment(salt: &[u8], text: &str) -> String {
    STANDARD.encode(Sha256::new().chain_update(salt).chain_update(text).finalize())
}

/// The single write connection.
pub(super) struct Store {
    connection: SqliteConnection,
    path: PathBuf,
}

/// Why a batch did not become durable.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    /// No space.
    #[error("no space is left")]
    Full,
    /// A row breaks a constraint: some other row may be fine.
    #[error("a constraint of the schema")]
    Constraint,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<sqlx::Error> for WriteError {
    fn from(fault: sqlx::Error) -> Self {
        let Some(inner) = fault.as_database_error() else { return WriteError::Other(fault.to_string()) };
        let code: i64 = inner.code().and_then(|code| code.parse().ok()).unwrap_or(0);
        match code & 0xff {
            13 => WriteError::Full,
            19 => WriteError::Constraint,
            // SQLITE_IOERR_WRITE on a full or limited disk says so in its message only.
            _ if inner.message().contains("full") => WriteError::Full,
            _ => WriteError::Other(inner.message().to_owned()),
        }
    }
}

fn settings(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("wal_autocheckpoint", "1000")
        .pragma("journal_size_limit", "67108864")
        .pragma("secure_delete", "ON")
        .statement_cache_capacity(300)
        .disable_statement_logging()
}

/// Every setting with the value it must have been given.
const SETTINGS: &[(&str, &str)] = &[
    ("PRAGMA journal_mode", "wal"),
    ("PRAGMA synchronous", "2"),
    ("PRAGMA foreign_keys", "1"),
    ("PRAGMA trusted_schema", "0"),
    ("PRAGMA cell_size_check", "1"),
    ("PRAGMA busy_timeout", "5000"),
    ("PRAGMA secure_delete", "1"),
];

impl Store {
    /// Opens the file for writing, making it when it is not there.
    pub(super) async fn open(path: &Path) -> Result<Self, OpenError> {
        make_private(path).map_err(|why| OpenError::File { path: path.to_owned(), why: why.to_string() })?;
        let connection = settings(path).connect().await.map_err(|fault| OpenError::database(path, &fault))?;
        let mut store = Self { connection, path: path.to_owned() };
        store.assert_version().await?;
        store.assert_settings().await?;
        store.assert_schema().await?;
        Ok(store)
    }

    async fn assert_version(&mut self) -> Result<(), OpenError> {
        let version = self.text("SELECT sqlite_version()").await?;
        let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        let found = [0; 3].map(|_: u32| parts.next().unwrap_or(0));
        if found >= OLDEST_SQLITE {
            Ok(())
        } else {
            Err(OpenError::Setting { what: "sqlite_version()".into(), found: version })
        }
    }

    async fn assert_settings(&mut self) -> Result<(), OpenError> {
        for (pragma, wanted) in SETTINGS {
            let found = self.text(pragma).await?;
            if found != *wanted {
                return Err(OpenError::Setting { what: (*pragma).to_owned(), found });
            }
        }
        Ok(())
    }

    async fn assert_schema(&mut self) -> Result<(), OpenError> {
        let application = self.text("PRAGMA application_id").await?;
        let version = self.text("PRAGMA user_version").await?;
        let tables = self.text("SELECT count(*) FROM sqlite_schema").await?;
        if application == "0" && version == "0" && tables == "0" {
            return self.make_schema().await;
        }
        if application == APPLICATION_ID.to_string() && version == USER_VERSION.to_string() {
            return Ok(());
        }
        Err(OpenError::NotALedger { path: self.path.clone() })
    }

    async fn make_schema(&mut self) -> Result<(), OpenError> {
        let schema = schema();
        let whole = format!(
            "BEGIN IMMEDIATE;\n{schema}\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {USER_VERSION};\nCOMMIT;"
        );
        let made = sqlx::raw_sql(AssertSqlSafe(whole)).execute(&mut self.connection).await;
        made.map(drop).map_err(|fault| OpenError::database(&self.path, &fault))
    }

    async fn text(&mut self, sql: &'static str) -> Result<String, OpenError> {
        let row = sqlx::query(sql).fetch_one(&mut self.connection).await;
        let row = row.map_err(|fault| OpenError::database(&self.path, &fault))?;
        let text = row.try_get_unchecked::<String, _>(0).ok();
        let number = row.try_get_unchecked::<i64, _>(0).ok().map(|number| number.to_string());
        Ok(text.or(number).unwrap_or_default())
    }

    /// The one row of `log`: origin, verifier key, secret.
    pub(super) async fn log(&mut self) -> Result<Option<(String, String, Vec<u8>)>, sqlx::Error> {
        let row =
            sqlx::query("SELECT origin, vkey, secret FROM log").fetch_optional(&mut self.connection).await?;
        row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).transpose()
    }

    pub(super) async fn make_log(
        &mut self,
        origin: &str,
        vkey: &str,
        secret: &[u8],
    ) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO log (id, origin, vkey, secret) VALUES (1, ?, ?, ?)")
            .bind(origin)
            .bind(vkey)
            .bind(secret)
            .execute(&mut self.connection)
            .await
            .map(drop)
    }

    /// Entries from `from` on, at most `count`, in order.
    pub(super) async fn entries(&mut self, from: i64, count: i64) -> Result<Vec<Row4>, sqlx::Error> {
        entries(&mut self.connection, from, count).await
    }

    pub(super) async fn subjects(&mut self) -> Result<Vec<(String, String)>, sqlx::Error> {
        let rows =
            sqlx::query("SELECT identity, subject FROM subject").fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    pub(super) async fn add_subject(&mut self, identity: &str, subject: &str) -> Result<(), WriteError> {
        sqlx::query("INSERT INTO subject (identity, subject) VALUES (?, ?)")
            .bind(identity)
            .bind(subject)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// Keeps texts behind their commitments, in one statement. Durable when this returns.
    pub(super) async fn add_payloads(&mut self, payloads: &[Payload]) -> Result<(), WriteError> {
        if payloads.is_empty() {
            return Ok(());
        }
        let marks = vec!["(?, ?, ?, ?)"; payloads.len()].join(", ");
        let sql = format!("INSERT INTO payload (commitment, what, salt, text) VALUES {marks}");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for payload in payloads {
            let Payload { commitment, what, salt, text } = payload;
            query = query.bind(commitment).bind(*what).bind(salt.as_slice()).bind(text);
        }
        query.execute(&mut self.connection).await?;
        Ok(())
    }

    /// Writes a batch in one statement, which SQLite commits by itself. It is durable when this returns.
    pub(super) async fn write(&mut self, rows: &[Row4]) -> Result<(), WriteError> {
        if rows.is_empty() {
            return Ok(());
        }
        let marks = vec!["(?, ?, ?, ?)"; rows.len()].join(", ");
        let sql = format!("INSERT INTO entry (seq, body, leaf, note) VALUES {marks}");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in rows {
            query = query.bind(row.seq).bind(&row.body).bind(row.leaf.to_vec()).bind(row.note.as_deref());
        }
        query.execute(&mut self.connection).await?;
        Ok(())
    }

    /// Folds the write-ahead log into the file and closes it.
    pub(super) async fn close(mut self) {
        // At a clean stop the file alone is the ledger; if this fails, the WAL beside it is read at the next start.
        if let Err(fault) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut self.connection).await
        {
            tracing::warn!(%fault, "the ledger's write-ahead log was not folded in");
        }
        let _ = self.connection.close().await;
    }
}

fn schema() -> String {
    let kinds: Vec<String> = KINDS.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
    SCHEMA.replace("{kinds}", &kinds.join(", "))
}

/// The first table, index, trigger or view that is not as this version makes it: what auditors query must be derived
/// from the hashed bytes and from nothing else.
pub(super) async fn strange_schema(connection: &mut SqliteConnection) -> Result<Option<String>, sqlx::Error> {
    const PARTS: &str = "SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name";
    let mut fresh = SqliteConnection::connect("sqlite::memory:").await?;
    sqlx::raw_sql(AssertSqlSafe(schema())).execute(&mut fresh).await?;
    let mut parts = Vec::new();
    for connection in [&mut fresh, connection] {
        let rows = sqlx::query(PARTS).fetch_all(connection).await?;
        let part =
            |row: &sqlx::sqlite::SqliteRow| Ok((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?));
        parts.push(rows.iter().map(part).collect::<Result<Vec<_>, sqlx::Error>>()?);
    }
    let [wanted, found] = parts.as_slice() else { return Ok(None) };
    let strange = found.iter().find(|part| !wanted.contains(part));
    let missing = wanted.iter().find(|part| !found.iter().any(|(name, _)| *name == part.0));
    Ok(strange.or(missing).map(|(name, _)| name.clone()))
}

/// A connection that only reads; the daemon may be writing meanwhile.
pub(super) async fn reader(path: &Path) -> Result<SqliteConnection, OpenError> {
    if !path.is_file() {
        return Err(OpenError::File { path: path.to_owned(), why: "no such file".to_owned() });
    }
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
        .connect()
        .await
        .map_err(|fault| OpenError::database(path, &fault))
}

/// Entries from `from` on, at most `count`, in order of `seq`.
pub(super) async fn entries(
    connection: &mut SqliteConnection,
    from: i64,
    count: i64,
) -> Result<Vec<Row4>, sqlx::Error> {
    let rows = sqlx::query("SELECT seq, body, leaf, note FROM entry WHERE seq >= ? ORDER BY seq LIMIT ?")
        .bind(from)
        .bind(count)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let leaf: Vec<u8> = row.try_get(2)?;
            Ok(Row4 {
                seq: row.try_get(0)?,
                body: row.try_get(1)?,
                leaf: leaf.try_into().unwrap_or([0; 32]),
                note: row.try_get(3)?,
            })
        })
        .collect()
}

/// Makes the file before SQLite does, so that nobody else can ever read it.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}
