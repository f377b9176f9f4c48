//! Verifying a ledger without its writer: what can be shown from the file, and from one checkpoint kept elsewhere.
//!
//! P8. Streams the file once, in bounded memory, and names the first entry that does not fit.

mod side;

use std::fmt;
use std::path::Path;

use serde_json::Value;

use super::note::{self, Checkpoint, Verifier};
use super::tree::{self, Hash, Tree};
use super::{OpenError, store};

const PAGE: i64 = 4096;

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many entries were read before the end or the first fault.
    pub entries: u64,
    /// The root over them.
    pub root: Hash,
    /// How many signed checkpoints were good.
    pub checkpoints: u64,
    /// The first fault: entry and what is wrong.
    pub fault: Option<(i64, String)>,
    /// What cannot be shown from what was given.
    pub not_shown: Vec<String>,
}

impl Report {
    /// Whether nothing was found wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.fault.is_none()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Some((seq, what)) => write!(f, "CHANGED at entry {seq}: {what}")?,
            None => write!(f, "good: {} entries, {} ledger checkpoints", self.entries, self.checkpoints)?,
        }
        write!(f, "\nroot {}", super::hex(&self.root))?;
        self.not_shown.iter().try_for_each(|what| write!(f, "\nnot shown: {what}"))
    }
}

/// Reads the whole file. `key` is the verifier key that an auditor holds; `kept` a ledger checkpoint that was kept
/// outside the gate.
///
/// # Errors
/// When the file cannot be read at all.
pub async fn verify(path: &Path, key: Option<&Verifier>, kept: Option<&str>) -> Result<Report, OpenError> {
    let mut run = Run::new(key, kept);
    let mut connection = store::reader(path).await?;
    loop {
        let from = i64::try_from(run.tree.size()).unwrap_or(i64::MAX);
        let page = match store::entries(&mut connection, from, PAGE).await {
            Ok(page) => page,
            Err(fault) if from == 0 && run.fault.is_none() => return Err(OpenError::database(path, &fault)),
            Err(fault) => {
                run.fail(from, format!("the file cannot be read further: {fault}"));
                break;
            }
        };
        if page.is_empty() {
            break;
        }
        let last_page = i64::try_from(page.len()).unwrap_or(0) < PAGE;
        for row in &page {
            if !run.row(row) {
                return Ok(run.report());
            }
        }
        if last_page {
            break;
        }
    }
    run.end();
    if run.fault.is_none() {
        side::check(&mut connection, &mut run).await.map_err(|fault| OpenError::database(path, &fault))?;
    }
    Ok(run.report())
}

struct Run<'a> {
    key: Option<&'a Verifier>,
    kept: Option<Result<Checkpoint, String>>,
    kept_seen: bool,
    tree: Tree,
    checkpoints: u64,
    last_noted: u64,
    fault: Option<(i64, String)>,
    not_shown: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(key: Option<&'a Verifier>, kept: Option<&str>) -> Self {
        let kept = kept.map(|text| match key {
            Some(key) => key.open(text).map_err(|fault| fault.to_string()),
            None => note::unverified(text).map_err(|fault| fault.to_string()),
        });
        Self {
            key,
            kept,
            kept_seen: false,
            tree: Tree::default(),
            checkpoints: 0,
            last_noted: 0,
            fault: None,
            not_shown: Vec::new(),
        }
    }

    fn fail(&mut self, seq: i64, what: impl Into<String>) -> bool {
        self.fault.get_or_insert((seq, what.into()));
        false
    }

    fn row(&mut self, row: &store::Row4) -> bool {
        let seq = i64::try_from(self.tree.size()).unwrap_or(i64::MAX);
        if row.seq != seq {
            return self.fail(seq, format!("missing; the next one is {}", row.seq));
        }
        if tree::leaf(row.body.as_bytes()) != row.leaf {
            return self.fail(seq, "the body is not the one that was hashed");
        }
        if !is_canonical(&row.body) {
            return self.fail(seq, "the body is not canonical JSON");
        }
        self.tree.push(row.leaf);
        if let Some(note) = &row.note
            && !self.note(seq, note)
        {
            return false;
        }
        self.compare_kept(seq)
    }

    fn note(&mut self, seq: i64, text: &str) -> bool {
        let found = match self.key {
            Some(key) => key.open(text),
            None => note::unverified(text),
        };
        match found {
            Err(fault) => self.fail(seq, format!("its ledger checkpoint: {fault}")),
            Ok(found) if found.size != self.tree.size() || found.root != self.tree.root() => {
                self.fail(seq, "its ledger checkpoint is of another tree: an entry up to here was changed")
            }
            Ok(_) => {
                self.checkpoints = self.checkpoints.saturating_add(1);
                self.last_noted = self.tree.size();
                true
            }
        }
    }

    fn compare_kept(&mut self, seq: i64) -> bool {
        let Some(Ok(kept)) = &self.kept else { return true };
        if kept.size != self.tree.size() {
            return true;
        }
        self.kept_seen = true;
        let same = kept.root == self.tree.root();
        same || self.fail(seq, "not the tree of the kept ledger checkpoint: the past was rewritten (fork)")
    }

    fn end(&mut self) {
        let last = i64::try_from(self.tree.size()).unwrap_or(i64::MAX).saturating_sub(1);
        if self.tree.size() == 0 {
            self.fail(0, "the ledger is empty");
        } else if self.last_noted != self.tree.size() {
            self.fail(last, "the last entry carries no ledger checkpoint: the end was cut off or added");
        }
        match &self.kept {
            Some(Err(fault)) => {
                let what = format!("the kept ledger checkpoint: {fault}");
                self.fail(last, what);
            }
            Some(Ok(kept)) if !self.kept_seen && kept.size > self.tree.size() => {
                let what = format!(
                    "the kept ledger checkpoint has {} entries: the ledger was rolled back",
                    kept.size
                );
                self.fail(last, what);
            }
            _ => {}
        }
    }

    fn report(self) -> Report {
        let mut not_shown = self.not_shown;
        if self.key.is_none() {
            not_shown.push("who signed: give --key, the verifier key that you hold".to_owned());
        }
        if self.kept.is_none() {
            let what =
                "that this is the newest and only version: give --checkpoint, one that was kept elsewhere";
            not_shown.push(what.to_owned());
        }
        Report {
            entries: self.tree.size(),
            root: self.tree.root(),
            checkpoints: self.checkpoints,
            fault: self.fault,
            not_shown,
        }
    }
}

/// Whether a body is the canonical form of what it says: no second spelling can hide behind the same columns.
fn is_canonical(body: &str) -> bool {
    serde_json::from_str::<Value>(body)
        .ok()
        .and_then(|value| serde_json_canonicalizer::to_string(&value).ok())
        .is_some_and(|canonical| canonical == body)
}
