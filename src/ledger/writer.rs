//! The one writer: drains what waits, writes it as one batch, answers each waiter.
//!
//! P2: an answer means durable. P8: every batch ends in a signed ledger checkpoint. After any error the writer is
//! fenced: it answers nothing but refusals until the file has been opened and read again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use rand::Rng;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::load::{self, Memory};
use super::note::{self, Checkpoint};
use super::record::{Draft, Kind};
use super::store::{Payload, Row4, Store, WriteError};
use super::{LedgerError, Settings, tree};
use crate::terms::{Clock, Code, SubjectId};

/// The most that one batch takes.
pub(super) const BATCH: usize = 256;
/// How long an outcome waits for company.
const LINGER: Duration = Duration::from_millis(20);
/// How often a fenced writer tries to open the file again.
const RETRY: Duration = Duration::from_secs(1);
/// How many stop records are remembered while the ledger cannot be written.
const MAX_OWED: usize = 4096;
/// A step of the wall clock by more than this is recorded.
const CLOCK_STEP: Duration = Duration::from_secs(1);

/// One thing to write, and who waits for it.
pub(super) struct Request {
    pub(super) draft: Draft,
    pub(super) claim: Option<Claim>,
    /// Texts that only their salted commitment enters the log: field name, text.
    pub(super) sealed: Vec<(&'static str, String)>,
    /// Identities that only a random id enters the log for: field name, identity.
    pub(super) persons: Vec<(&'static str, String)>,
    pub(super) answer: oneshot::Sender<Result<Receipt, LedgerError>>,
}

/// What must be free for a session to open.
pub(super) struct Claim {
    pub(super) txn: String,
    pub(super) token: Option<(String, String, u32)>,
}

/// What was made durable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receipt {
    pub(super) subject: Option<SubjectId>,
}

pub(super) enum Message {
    Write(Box<Request>),
    Stop(oneshot::Sender<()>),
}

pub(super) struct Writer {
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) floor: Arc<AtomicI64>,
    pub(super) store: Option<Store>,
    pub(super) memory: Memory,
    pub(super) anchor: (i64, Duration),
    pub(super) retry_at: Duration,
    /// Stop records that could not be written: what happened is known, so it is recorded as soon as that is possible.
    pub(super) owed: Vec<Draft>,
    /// What the batch that is being made has sealed.
    pub(super) payloads: Vec<Payload>,
}

impl Writer {
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        while let Some(first) = queue.recv().await {
            let (batch, stop) = gather(first, &mut queue).await;
            self.batch(batch).await;
            if let Some(done) = stop {
                if !self.owed.is_empty() {
                    self.retry_at = Duration::ZERO;
                    // What is still owed then, the next start settles.
                    let _ = self.unfence().await;
                }
                if let Some(store) = self.store.take() {
                    store.close().await;
                }
                // The one who asked may not wait for it.
                let _ = done.send(());
                return;
            }
        }
        if let Some(store) = self.store.take() {
            store.close().await;
        }
    }

    async fn batch(&mut self, batch: Vec<Request>) {
        if batch.is_empty() {
            return;
        }
        if let Err(fault) = self.unfence().await {
            for request in batch {
                let _ = request.answer.send(Err(fault.clone()));
                self.owe(request.draft);
            }
            return;
        }
        let mut ready = Vec::with_capacity(batch.len());
        let mut rows = Vec::with_capacity(batch.len().saturating_add(1));
        let before = self.memory.mark();
        self.clock_record(&mut rows);
        for request in batch {
            let Request { draft, claim, sealed, persons, answer } = request;
            match self.prepare(draft, claim, sealed, persons, &mut rows).await {
                Ok(receipt) => ready.push((answer, receipt)),
                Err(fault) => drop(answer.send(Err(fault))),
            }
        }
        if rows.is_empty() {
            self.payloads.clear();
            return;
        }
        self.sign(&mut rows);
        let payloads = std::mem::take(&mut self.payloads);
        let written = match &mut self.store {
            Some(store) => match store.add_payloads(&payloads).await {
                Ok(()) => store.write(&rows).await,
                Err(fault) => Err(fault),
            },
            None => Err(WriteError::Other("fenced".to_owned())),
        };
        match written {
            Ok(()) => {
                for (answer, receipt) in ready {
                    let _ = answer.send(Ok(receipt));
                }
            }
            Err(fault) => {
                self.memory.back_to(before);
                let fault = self.fence(&fault);
                rows.iter().filter_map(|row| Draft::of(&row.body)).for_each(|draft| self.owe(draft));
                for (answer, _) in ready {
                    let _ = answer.send(Err(fault.clone()));
                }
            }
        }
    }

    /// Puts one draft into the batch. Replays are refused here, before they can spoil the batch for others.
    async fn prepare(
        &mut self,
        mut draft: Draft,
        claim: Option<Claim>,
        sealed: Vec<(&'static str, String)>,
        persons: Vec<(&'static str, String)>,
        rows: &mut Vec<Row4>,
    ) -> Result<Receipt, LedgerError> {
        let mut subject = None;
        for (field, identity) in persons {
            let id = self.subject(&identity).await?;
            draft = draft.with(field, id.to_string());
            // Without it nobody could tell if two identities were exchanged behind their random ids.
            let what = if field == "subject" { "subject_seal" } else { "principal_seal" };
            draft = draft.with(what, self.seal(what, identity));
            if field == "subject" {
                subject = Some(id);
            }
        }
        for (field, text) in sealed {
            draft = draft.with(field, self.seal(field, text));
        }
        if let Some(claim) = claim {
            draft = self.claim(draft, claim, subject)?;
        }
        self.push(draft, rows)?;
        Ok(Receipt { subject })
    }

    fn push(&mut self, draft: Draft, rows: &mut Vec<Row4>) -> Result<(), LedgerError> {
        let kind = draft.kind;
        let body = draft
            .body(self.now())
            .filter(|body| body.len() <= 65_535)
            .ok_or(LedgerError::new(Code::Ledger))?;
        let leaf = tree::leaf(body.as_bytes());
        let seq = i64::try_from(self.memory.tree.size()).map_err(|_| LedgerError::new(Code::Ledger))?;
        debug_assert!(kind != Kind::Genesis || seq == 0);
        self.memory.tree.push(leaf);
        rows.push(Row4 { seq, body, leaf, note: None });
        Ok(())
    }

    /// The first subject to use a correlation id owns it; a use of a token is taken once.
    fn claim(
        &mut self,
        draft: Draft,
        claim: Claim,
        subject: Option<SubjectId>,
    ) -> Result<Draft, LedgerError> {
        let own = subject.map(|id| id.to_string()).unwrap_or_default();
        if self.memory.owners.get(&claim.txn).is_some_and(|owner| *owner != own) {
            return Err(LedgerError::new(Code::TxnForeign));
        }
        let draft = match claim.token {
            None => draft,
            Some((issuer, jti, max_uses)) => {
                let free = (1..=max_uses)
                    .find(|use_no| !self.memory.uses.contains(&(issuer.clone(), jti.clone(), *use_no)))
                    .ok_or(LedgerError::new(Code::TokenReplayed))?;
                self.memory.take_use((issuer, jti, free));
                draft.with("use_no", free)
            }
        };
        self.memory.take_txn(claim.txn, own);
        Ok(draft)
    }

    async fn subject(&mut self, identity: &str) -> Result<SubjectId, LedgerError> {
        if let Some(known) = self.memory.subjects.get(identity) {
            return Ok(*known);
        }
        let id = SubjectId::new(Uuid::new_v4());
        let written = match &mut self.store {
            Some(store) => store.add_subject(identity, &id.to_string()).await,
            None => Err(WriteError::Other("fenced".to_owned())),
        };
        written.map_err(|fault| self.fence(&fault))?;
        self.memory.subjects.insert(identity.to_owned(), id);
        Ok(id)
    }

    /// The commitment that stands for a text in the log; the text itself is written beside the batch.
    fn seal(&mut self, what: &'static str, text: String) -> String {
        let mut salt = [0u8; 16];
        rand::rng().fill_bytes(&mut salt);
        let payload = Payload::new(what, salt, text);
        let commitment = payload.commitment.clone();
        self.payloads.push(payload);
        commitment
    }

    fn sign(&self, rows: &mut [Row4]) {
        let size = self.memory.tree.size();
        let checkpoint =
            Checkpoint { origin: self.settings.origin.clone(), size, root: self.memory.tree.root() };
        if let Some(last) = rows.last_mut() {
            last.note = Some(note::sign(&self.settings.key, &checkpoint));
        }
    }

    /// Never earlier than what was logged before: a clock set back revives no token.
    fn now(&self) -> crate::terms::Timestamp {
        let floor = self.floor.load(Ordering::Acquire);
        let now = self.clock.wall().micros().max(floor);
        self.floor.store(now, Ordering::Release);
        crate::terms::Timestamp::from_micros(now)
    }

    fn clock_record(&mut self, rows: &mut Vec<Row4>) {
        let (wall, mono) = (self.clock.wall().micros(), self.clock.mono());
        let passed = i64::try_from(mono.saturating_sub(self.anchor.1).as_micros()).unwrap_or(i64::MAX);
        let step = wall.saturating_sub(self.anchor.0).saturating_sub(passed);
        self.anchor = (wall, mono);
        if step.unsigned_abs() > u64::try_from(CLOCK_STEP.as_micros()).unwrap_or(u64::MAX) {
            let draft =
                Draft::new(Kind::Clock).with("step_us", step).with("node", self.settings.node.clone());
            // A body of two numbers always fits.
            let _ = self.push(draft, rows);
        }
    }

    /// Remembers a stop record. Past the bound the next start settles what is missing.
    fn owe(&mut self, draft: Draft) {
        if matches!(draft.kind, Kind::Outcome | Kind::SessionClose) && self.owed.len() < MAX_OWED {
            self.owed.push(draft);
        }
    }

    fn fence(&mut self, fault: &WriteError) -> LedgerError {
        tracing::error!(%fault, "the ledger cannot be written: nothing is forwarded");
        self.store = None;
        self.retry_at = self.clock.mono();
        LedgerError::new(match fault {
            WriteError::Full => Code::LedgerFull,
            WriteError::Constraint | WriteError::Other(_) => Code::Ledger,
        })
    }

    /// Opens and reads the file again: only what is really there counts. What was refused but is there after all
    /// was never sent, and is recorded so; stop records that are owed follow.
    async fn unfence(&mut self) -> Result<(), LedgerError> {
        if self.store.is_some() {
            return Ok(());
        }
        if self.clock.mono() < self.retry_at {
            return Err(LedgerError::new(Code::Ledger));
        }
        self.retry_at = self.clock.mono().saturating_add(RETRY);
        let mut store = Store::open(&self.settings.path).await.map_err(|_| LedgerError::new(Code::Ledger))?;
        let loaded = load::load(&mut store, &self.settings).await.map_err(|fault| {
            tracing::error!(%fault, "the ledger cannot be read again");
            LedgerError::new(Code::Ledger)
        })?;
        let unanswered: Vec<_> = loaded.open_decisions(&self.memory).into_iter().collect();
        let owed: Vec<Draft> = self.owed.iter().filter(|draft| loaded.lacks(draft)).cloned().collect();
        self.memory = loaded;
        let mut rows = Vec::new();
        for draft in owed {
            self.push(draft, &mut rows)?;
        }
        for (did, fields) in unanswered {
            let draft = load::settle(&did, &fields, "not_sent", Code::Ledger);
            self.push(draft, &mut rows)?;
        }
        self.sign(&mut rows);
        if let Err(fault) = store.write(&rows).await {
            return Err(self.fence(&fault));
        }
        self.owed.clear();
        self.store = Some(store);
        tracing::warn!("the ledger can be written again");
        Ok(())
    }
}

/// What waits, up to a batch. Outcomes alone wait a little for company.
async fn gather(
    first: Message,
    queue: &mut mpsc::Receiver<Message>,
) -> (Vec<Request>, Option<oneshot::Sender<()>>) {
    let mut batch = Vec::new();
    let mut next = Some(first);
    let mut deadline = None;
    loop {
        match next.take() {
            Some(Message::Write(request)) => batch.push(*request),
            Some(Message::Stop(done)) => return (batch, Some(done)),
            None => {}
        }
        if batch.len() >= BATCH {
            return (batch, None);
        }
        match queue.try_recv() {
            Ok(message) => next = Some(message),
            Err(_) if batch.iter().all(|request| request.draft.kind == Kind::Outcome) => {
                let until = *deadline.get_or_insert_with(|| tokio::time::Instant::now() + LINGER);
                match tokio::time::timeout_at(until, queue.recv()).await {
                    Ok(Some(message)) => next = Some(message),
                    Ok(None) | Err(_) => return (batch, None),
                }
            }
            Err(_) => return (batch, None),
        }
    }
}

/// Sets that grow with a batch and shrink again when it fails.
pub(super) type Uses = HashSet<(String, String, u32)>;
/// Who owns which correlation id.
pub(super) type Owners = HashMap<String, String>;
/// A body's fields.
pub(super) type Fields = serde_json::Map<String, Value>;
