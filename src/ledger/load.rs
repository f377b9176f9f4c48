//! Reading the whole ledger at start: every leaf recomputed, the tree rebuilt, the last checkpoint compared.
//!
//! Side tables are never believed: the register of token uses is rebuilt from the hashed entries.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::note::Verifier;
use super::record::{Draft, Kind};
use super::store::Store;
use super::tree::{self, Tree};
use super::writer::{Fields, Owners, Uses};
use super::{OpenError, Settings};
use crate::terms::{Code, SubjectId, Timestamp};

/// How many entries are held in memory while reading.
const PAGE: i64 = 4096;

/// What the writer knows of the log.
#[derive(Clone, Default)]
pub(super) struct Memory {
    pub(super) tree: Tree,
    pub(super) uses: Uses,
    pub(super) owners: Owners,
    pub(super) subjects: HashMap<String, SubjectId>,
    pub(super) last: Option<Timestamp>,
    /// Permits without an outcome, by decision id. Only filled by a reading.
    permits: BTreeMap<String, Fields>,
    /// Sessions without an end, by session id. Only filled by a reading.
    sessions: BTreeMap<String, Fields>,
    taken: Vec<Taken>,
}

#[derive(Clone)]
enum Taken {
    Use((String, String, u32)),
    Txn(String),
}

/// A point to go back to.
pub(super) struct Mark {
    tree: Tree,
}

impl Memory {
    /// Begins a batch.
    pub(super) fn mark(&mut self) -> Mark {
        self.taken.clear();
        Mark { tree: self.tree.clone() }
    }

    /// The batch failed: what it took is free again.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.tree = mark.tree;
        for taken in std::mem::take(&mut self.taken) {
            match taken {
                Taken::Use(key) => drop(self.uses.remove(&key)),
                Taken::Txn(txn) => drop(self.owners.remove(&txn)),
            }
        }
    }

    pub(super) fn take_use(&mut self, key: (String, String, u32)) {
        self.taken.push(Taken::Use(key.clone()));
        self.uses.insert(key);
    }

    pub(super) fn take_txn(&mut self, txn: String, owner: String) {
        if !self.owners.contains_key(&txn) {
            self.taken.push(Taken::Txn(txn.clone()));
            self.owners.insert(txn, owner);
        }
    }

    /// Permits that this reading found beyond what the writer before had made durable.
    pub(super) fn open_decisions(&self, before: &Memory) -> BTreeMap<String, Fields> {
        self.permits
            .iter()
            .filter(|(_, fields)| {
                fields.get("seq").and_then(Value::as_u64).is_some_and(|seq| seq >= before.tree.size())
            })
            .map(|(did, fields)| (did.clone(), fields.clone()))
            .collect()
    }

    /// Whether the log has the beginning that a stop record belongs to, and not yet its end.
    pub(super) fn lacks(&self, stop: &Draft) -> bool {
        let id = |name: &str| stop.fields.get(name).and_then(Value::as_str).unwrap_or_default();
        match stop.kind {
            Kind::Outcome => self.permits.contains_key(id("did")),
            Kind::SessionClose => self.sessions.contains_key(id("sid")),
            _ => false,
        }
    }

    /// Every permit without an outcome.
    pub(super) fn unfinished(&mut self) -> BTreeMap<String, Fields> {
        std::mem::take(&mut self.permits)
    }

    /// Every session without an end.
    pub(super) fn unclosed(&mut self) -> BTreeMap<String, Fields> {
        std::mem::take(&mut self.sessions)
    }

    fn learn(&mut self, seq: i64, body: &str) -> Result<(), OpenError> {
        let fault = |what: &str| OpenError::Tampered { seq, what: what.to_owned() };
        let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(body) else {
            return Err(fault("the body is no JSON object"));
        };
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        self.last = self.last.max(text("ts").and_then(|ts| Timestamp::parse(&ts)));
        match text("kind").as_deref() {
            Some("session.open") => {
                if let Some(txn) = text("txn") {
                    self.owners.entry(txn).or_insert(text("subject").unwrap_or_default());
                }
                if let (Some(issuer), Some(jti)) = (text("issuer"), text("jti")) {
                    let use_no =
                        fields.get("use_no").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
                    self.uses.insert((issuer, jti, use_no.unwrap_or(1)));
                }
                if let Some(sid) = text("sid") {
                    self.sessions.insert(sid, fields);
                }
            }
            Some("session.close") => drop(text("sid").and_then(|sid| self.sessions.remove(&sid))),
            Some("decision") if text("verdict").as_deref() == Some("permit") => {
                let mut fields = fields.clone();
                fields.insert("seq".to_owned(), seq.into());
                drop(text("did").map(|did| self.permits.insert(did, fields)));
            }
            Some("outcome") => drop(text("did").and_then(|did| self.permits.remove(&did))),
            _ => {}
        }
        Ok(())
    }
}

/// Reads and checks everything.
///
/// # Errors
/// [`OpenError::Tampered`] with the first entry that does not fit.
pub(super) async fn load(store: &mut Store, settings: &Settings) -> Result<Memory, OpenError> {
    let database = |fault: &sqlx::Error| OpenError::database(&settings.path, fault);
    let mut memory = Memory::default();
    let mut last_note = None;
    loop {
        let from = i64::try_from(memory.tree.size()).unwrap_or(i64::MAX);
        let page = store.entries(from, PAGE).await.map_err(|fault| database(&fault))?;
        let Some(last) = page.last() else { break };
        let tampered = |seq: i64, what: &str| Err(OpenError::Tampered { seq, what: what.to_owned() });
        last_note = last.note.clone().map(|note| (last.seq, note));
        for (row, seq) in page.iter().zip(from..) {
            if row.seq != seq {
                return tampered(seq, "an entry is missing");
            }
            if tree::leaf(row.body.as_bytes()) != row.leaf {
                return tampered(seq, "the body is not the one that was hashed");
            }
            memory.learn(row.seq, &row.body)?;
            memory.tree.push(row.leaf);
        }
    }
    compare(&memory, last_note, settings)?;
    for (identity, subject) in store.subjects().await.map_err(|fault| database(&fault))? {
        if let Ok(id) = subject.parse() {
            memory.subjects.insert(identity, id);
        }
    }
    Ok(memory)
}

/// The last entry must carry a checkpoint of ours over exactly this tree.
fn compare(memory: &Memory, last_note: Option<(i64, String)>, settings: &Settings) -> Result<(), OpenError> {
    if memory.tree.size() == 0 {
        return Ok(());
    }
    let seq = i64::try_from(memory.tree.size()).unwrap_or(i64::MAX).saturating_sub(1);
    let fault = |what: &str| Err(OpenError::Tampered { seq, what: what.to_owned() });
    let Some((_, note)) = last_note else { return fault("the last entry carries no ledger checkpoint") };
    match Verifier::of(&settings.origin, &settings.key).open(&note) {
        Err(_) => fault("the last ledger checkpoint is not signed by the configured key"),
        Ok(found) if found.size != memory.tree.size() || found.root != memory.tree.root() => {
            fault("the last ledger checkpoint is of another tree")
        }
        Ok(_) => Ok(()),
    }
}

/// The outcome of a permit that nobody finished.
pub(super) fn settle(did: &str, permit: &Fields, state: &str, code: Code) -> Draft {
    let copy = |draft: Draft, name: &str| draft.with(name, permit.get(name).cloned().unwrap_or(Value::Null));
    let draft = Draft::new(Kind::Outcome).with("did", did).with("state", state).with("code", code.as_str());
    ["txn", "sid", "device"].into_iter().fold(draft, copy)
}

/// The end of a session that nobody closed.
pub(super) fn close(sid: &str, open: &Fields) -> Draft {
    let copy = |draft: Draft, name: &str| draft.with(name, open.get(name).cloned().unwrap_or(Value::Null));
    let draft = Draft::new(Kind::SessionClose).with("sid", sid).with("code", Code::Internal.as_str());
    ["txn", "device", "subject"].into_iter().fold(draft, copy)
}
