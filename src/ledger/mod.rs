//! The ledger: write-ahead command accounting that auditors can prove.
//!
//! P2: [`Ledger::begin`] returns only when the permit is durable, and only it makes a [`Started`]. P8: one append-only
//! log of canonical JSON bodies, an RFC 6962 tree over them, a signed ledger checkpoint on every batch. P7: the
//! correlation id is in every record of a session.

mod load;
pub mod note;
mod read;
mod record;
mod store;
mod tree;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ed25519_dalek::SigningKey;
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use rustix::fs::FlockOperation;
use serde_json::Value;
use sha2::Sha256;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

pub use read::{Filter, bodies, latest_note, query, refusals, timeline};
pub use record::{
    Closed, Event, Facts, Finished, KINDS, Kind, OpenSession, Outcome, OutcomeState, SessionEnd, SessionOpen,
    Started, TokenUse, hex,
};
pub use verify::{Report, verify};

use crate::authz::{Denial, Permit};
use crate::terms::{Clock, Code, CorrelationId, DecisionId, DeviceName, SessionId, Timestamp};
use note::Verifier;
use record::Draft;
use store::Store;
use writer::{Claim, Message, Receipt, Request, Writer};

/// How many records may wait for the writer. A caller past it waits too.
const QUEUE: usize = 1024;

/// Where the ledger is and how it signs.
#[derive(Clone)]
pub struct Settings {
    /// The database file.
    pub path: PathBuf,
    /// The name in every ledger checkpoint: `portcullis/<gate>`.
    pub origin: String,
    /// This gate.
    pub node: String,
    /// Signs the checkpoints.
    pub key: SigningKey,
}

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be opened.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Another process has it.
    #[error("{} is in use by another gate", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is a database, but no ledger of this version.
    #[error("{} is not a ledger of this version", path.display())]
    NotALedger {
        /// The file.
        path: PathBuf,
    },
    /// SQLite did not take a setting.
    #[error("SQLite: {what} is `{found}`")]
    Setting {
        /// Which.
        what: String,
        /// What it is instead.
        found: String,
    },
    /// It was changed by somebody else.
    #[error("entry {seq}: {what}")]
    Tampered {
        /// The first entry that does not fit.
        seq: i64,
        /// What is wrong with it.
        what: String,
    },
    /// It belongs to another gate or key.
    #[error("the ledger is `{found}`, the configuration says `{wanted}`")]
    Foreign {
        /// The name and key in the file.
        found: String,
        /// Those of the configuration.
        wanted: String,
    },
}

impl OpenError {
    fn database(path: &Path, fault: &sqlx::Error) -> Self {
        OpenError::File { path: path.to_owned(), why: fault.to_string() }
    }
}

/// Why something was not recorded. Nothing may be done that depended on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct LedgerError {
    /// `LEDGER`, `LEDGER_FULL`, `TOKEN_REPLAYED` or `TXN_FOREIGN`.
    pub code: Code,
}

impl LedgerError {
    fn new(code: Code) -> Self {
        Self { code }
    }
}

/// What a start found unfinished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Permits whose outcome nobody knows: now `indeterminate`.
    pub indeterminate: usize,
    /// Sessions that had no end.
    pub sessions: usize,
    /// How many entries there were.
    pub entries: u64,
}

/// A handle to the one writer.
#[derive(Clone)]
pub struct Ledger {
    queue: mpsc::Sender<Message>,
    floor: Arc<AtomicI64>,
    secret: Arc<[u8]>,
    // Held until the last handle is gone: two gates never write one file.
    _lock: Arc<std::os::fd::OwnedFd>,
}

impl Ledger {
    /// Opens the ledger, checks all of it, settles what an earlier run left unfinished, starts the writer.
    ///
    /// # Errors
    /// [`OpenError`]: a ledger that was changed is not written to.
    pub async fn open(settings: Settings, clock: Arc<dyn Clock>) -> Result<(Self, Recovered), OpenError> {
        let lock = Arc::new(lock(&settings.path)?);
        let mut store = Store::open(&settings.path).await?;
        let secret = identity(&mut store, &settings).await?;
        let memory = load::load(&mut store, &settings).await?;
        let floor = Arc::new(AtomicI64::new(memory.last.map_or(0, Timestamp::micros)));
        let anchor = (clock.wall().micros(), clock.mono());
        let retry_at = clock.mono();
        let entries = memory.tree.size();
        let (queue, waiting) = mpsc::channel(QUEUE);
        let mut memory = memory;
        let (permits, sessions) = (memory.unfinished(), memory.unclosed());
        let node = settings.node.clone();
        let vkey = Verifier::of(&settings.origin, &settings.key).text();
        let writer = Writer {
            settings,
            clock,
            floor: floor.clone(),
            store: Some(store),
            memory,
            anchor,
            retry_at,
            owed: Vec::new(),
            payloads: Vec::new(),
        };
        tokio::spawn(writer.run(waiting));
        let ledger = Self { queue, floor, secret: secret.into(), _lock: lock };
        let recovered = Recovered { indeterminate: permits.len(), sessions: sessions.len(), entries };
        let started = match entries {
            0 => {
                ledger.write(Draft::new(Kind::Genesis).with("node", node).with("vkey", vkey)).await.map(drop)
            }
            _ => ledger.recover(&permits, &sessions).await,
        };
        started.map_err(|fault| OpenError::Setting {
            what: "first write".to_owned(),
            found: fault.to_string(),
        })?;
        Ok((ledger, recovered))
    }

    async fn recover(
        &self,
        permits: &std::collections::BTreeMap<String, writer::Fields>,
        sessions: &std::collections::BTreeMap<String, writer::Fields>,
    ) -> Result<(), LedgerError> {
        for (did, permit) in permits {
            self.write(load::settle(did, permit, "indeterminate", Code::Internal)).await?;
        }
        for (sid, open) in sessions {
            self.write(load::close(sid, open)).await?;
        }
        let draft =
            Draft::new(Kind::Recovery).with("indeterminate", permits.len()).with("sessions", sessions.len());
        self.write(draft).await.map(drop)
    }

    /// The latest time that was logged: tokens are judged by no earlier one.
    #[must_use]
    pub fn now_floor(&self) -> Timestamp {
        Timestamp::from_micros(self.floor.load(Ordering::Acquire))
    }

    /// Opens a session and takes one use of its token, in one durable record.
    ///
    /// # Errors
    /// `TOKEN_REPLAYED`, `TXN_FOREIGN`, or that it could not be written.
    pub async fn open_session(&self, open: SessionOpen) -> Result<OpenSession, LedgerError> {
        let sid = SessionId::new(Uuid::now_v7());
        let token = open.token.as_ref();
        let mut draft = Draft::new(Kind::SessionOpen)
            .with("txn", open.txn.as_str())
            .with("sid", sid.to_string())
            .with("device", open.device.as_str())
            .with("platform", open.platform.as_str())
            .with("principal_kind", open.principal_kind)
            .with("transport", open.transport)
            .with("policy", hex(&open.policy))
            .with("actor", open.actor.clone());
        let mut sealed = vec![("source", open.source.clone()), ("key", open.key.clone())];
        if let Some(token) = token {
            draft = draft
                .with("issuer", token.issuer.clone())
                .with("jti", token.jti.clone())
                .with("exp", token.expires.to_string())
                .with("token_sha256", hex(&token.sha256))
                .with("action", token.action.clone())
                .with("plan_sha256", hex(&token.plan))
                .with("ticket", token.ticket.clone())
                .with("traceparent", token.traceparent.clone());
            sealed.extend(token.reason.clone().map(|reason| ("reason", reason)));
        }
        let claim = Claim {
            txn: open.txn.as_str().to_owned(),
            token: token.map(|token| (token.issuer.clone(), token.jti.clone(), token.max_uses)),
        };
        let persons = vec![("subject", open.subject.clone()), ("principal", open.principal.clone())];
        let receipt = self.ask(draft, Some(claim), sealed, persons).await?;
        let subject = receipt.subject.ok_or(LedgerError::new(Code::Ledger))?;
        Ok(OpenSession {
            sid,
            subject,
            shared: shared(&open, sid, subject),
            txn: open.txn,
            device: open.device,
        })
    }

    /// Records a permit. Only this makes a [`Started`], and only once the record is durable (P2).
    ///
    /// # Errors
    /// When it could not be written: then nothing may be sent.
    pub async fn begin(
        &self,
        open: &OpenSession,
        permit: Permit,
        facts: &Facts,
    ) -> Result<Started, LedgerError> {
        let did = DecisionId::new(Uuid::now_v7());
        let draft = record::permit_draft(open, did, permit.command(), permit.rules(), facts, &self.secret);
        self.write(draft).await?;
        let command = permit.into_command();
        Ok(Started { did, txn: open.txn.clone(), sid: open.sid, device: open.device.clone(), command })
    }

    /// Records a refusal, before it is told.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn deny(
        &self,
        open: &OpenSession,
        denial: &Denial,
        facts: &Facts,
    ) -> Result<DecisionId, LedgerError> {
        let did = DecisionId::new(Uuid::now_v7());
        self.write(record::denial_draft(open, did, denial, facts, &self.secret)).await?;
        Ok(did)
    }

    /// Records what became of a command. Waits at most 20 ms for a batch to ride in.
    ///
    /// # Errors
    /// When it could not be written: the next start finds the permit and calls it `indeterminate`.
    pub async fn finish(&self, finished: Finished) -> Result<Closed, LedgerError> {
        self.write(record::outcome_draft(&finished)).await?;
        Ok(Closed(finished.started().did()))
    }

    /// Records the end of a session.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn close_session(&self, open: OpenSession, end: SessionEnd) -> Result<(), LedgerError> {
        let detail = if end.detail.is_empty() { Value::Null } else { end.detail.into() };
        let draft = open.draft(Kind::SessionClose).with("code", end.code.as_str()).with("detail", detail);
        self.write(draft).await.map(drop)
    }

    /// Records anything else.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn note(&self, event: Event) -> Result<(), LedgerError> {
        let (draft, sealed, persons) = event_draft(event);
        self.ask(draft, None, sealed, persons).await.map(drop)
    }

    /// Writes what waits, folds the write-ahead log in, closes the file.
    pub async fn shutdown(&self) {
        let (done, ended) = oneshot::channel();
        if self.queue.send(Message::Stop(done)).await.is_ok() {
            // An error here means that the writer is gone already.
            let _ = ended.await;
        }
    }

    async fn write(&self, draft: Draft) -> Result<Receipt, LedgerError> {
        self.ask(draft, None, Vec::new(), Vec::new()).await
    }

    async fn ask(
        &self,
        draft: Draft,
        claim: Option<Claim>,
        sealed: Vec<(&'static str, String)>,
        persons: Vec<(&'static str, String)>,
    ) -> Result<Receipt, LedgerError> {
        let (answer, answered) = oneshot::channel();
        let request = Request { draft, claim, sealed, persons, answer };
        let gone = |_| LedgerError::new(Code::Ledger);
        self.queue
            .send(Message::Write(Box::new(request)))
            .await
            .map_err(|_| LedgerError::new(Code::Ledger))?;
        answered.await.map_err(gone)?
    }
}

/// The fields that every record of a session has.
fn shared(open: &SessionOpen, sid: SessionId, subject: crate::terms::SubjectId) -> writer::Fields {
    let token = open.token.as_ref();
    Draft::new(Kind::Decision)
        .with("txn", open.txn.as_str())
        .with("sid", sid.to_string())
        .with("device", open.device.as_str())
        .with("platform", open.platform.as_str())
        .with("subject", subject.to_string())
        .with("actor", open.actor.clone())
        .with("jti", token.map(|token| token.jti.clone()))
        .with("action", token.map(|token| token.action.clone()))
        .with("ticket", token.and_then(|token| token.ticket.clone()))
        .fields
}

type Parts = (Draft, Vec<(&'static str, String)>, Vec<(&'static str, String)>);

fn event_draft(event: Event) -> Parts {
    match event {
        Event::Policy { digest, devices } => (
            Draft::new(Kind::Policy).with("policy", hex(&digest)).with("devices", devices),
            Vec::new(),
            Vec::new(),
        ),
        Event::Refusal { code, what, user, source, txn, device } => {
            let draft = Draft::new(Kind::Refusal)
                .with("code", code.as_str())
                .with("what", what)
                .with("txn", txn.map(|txn: CorrelationId| txn.as_str().to_owned()))
                .with("device", device.map(|device: DeviceName| device.as_str().to_owned()));
            // A user name that is not ours may be anything, a password too: it is sealed, not registered.
            (draft, vec![("source", source), ("user", user)], Vec::new())
        }
        Event::Credential { sid, txn, device, how, key_id, serial, principal, expires } => {
            let draft = Draft::new(Kind::Credential)
                .with("sid", sid.to_string())
                .with("txn", txn.as_str())
                .with("device", device.as_str())
                .with("how", how)
                .with("key_id", key_id)
                .with("serial", serial)
                .with("principal", principal)
                .with("expires", expires.map(|at| at.to_string()));
            (draft, Vec::new(), Vec::new())
        }
        Event::Doubt { did, txn, code } => {
            let draft = Draft::new(Kind::Recovery)
                .with("did", did.to_string())
                .with("txn", txn.as_str())
                .with("state", OutcomeState::Indeterminate.as_str())
                .with("code", code.as_str());
            (draft, Vec::new(), Vec::new())
        }
    }
}

/// HMAC-SHA-256 with the ledger's own key: equal lines can be told without their text.
fn keyed_hash(secret: &[u8], text: &[u8]) -> Vec<u8> {
    match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mac) => mac.chain_update(text).finalize().into_bytes().to_vec(),
        // HMAC takes keys of any length.
        Err(_) => Vec::new(),
    }
}

/// A lock on a side file, so that SQLite's own locks stay free for readers.
fn lock(path: &Path) -> Result<std::os::fd::OwnedFd, OpenError> {
    use rustix::fs::{Mode, OFlags};
    let mut side = path.as_os_str().to_owned();
    side.push(".lock");
    let file = |why: rustix::io::Errno| OpenError::File { path: PathBuf::from(&side), why: why.to_string() };
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC;
    let fd = rustix::fs::open(Path::new(&side), flags, Mode::RUSR | Mode::WUSR).map_err(file)?;
    rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| OpenError::InUse { path: path.to_owned() })?;
    Ok(fd)
}

/// Whose ledger it is; a new one becomes ours.
async fn identity(store: &mut Store, settings: &Settings) -> Result<Vec<u8>, OpenError> {
    let vkey = Verifier::of(&settings.origin, &settings.key).text();
    let database = |fault: sqlx::Error| OpenError::database(&settings.path, &fault);
    if let Some((_, found, secret)) = store.log().await.map_err(database)? {
        if found == vkey {
            return Ok(secret);
        }
        return Err(OpenError::Foreign { found, wanted: vkey });
    }
    let mut secret = vec![0u8; 32];
    rand::rng().fill_bytes(&mut secret);
    store.make_log(&settings.origin, &vkey, &secret).await.map_err(database)?;
    Ok(secret)
}
