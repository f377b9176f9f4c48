//! Candidates: changes that are not in force before they are committed.

use super::Router;
use crate::sim::dialect::Leaving;
use crate::sim::parse::Candidates;
use crate::sim::state::{Commit, Configuration, Edit};

/// What a session changes.
#[derive(Debug)]
pub(super) struct Candidate {
    kind: Kind,
    /// Changes of this session alone.
    own: Vec<Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Shared,
    Private,
    Exclusive,
    /// A configuration session, which outlives the terminal session.
    Named(String),
}

impl Candidate {
    /// The name of a configuration session.
    pub(super) fn name(&self) -> Option<&str> {
        if let Kind::Named(name) = &self.kind { Some(name) } else { None }
    }
}

impl Router {
    pub(super) fn configure(&mut self, candidates: Candidates, name: &str) -> Result<String, String> {
        let kind = match candidates {
            Candidates::None => None,
            Candidates::Shared => Some(Kind::Shared),
            Candidates::Private => Some(Kind::Private),
            Candidates::Exclusive => Some(Kind::Exclusive),
            Candidates::Named => Some(Kind::Named(name.to_owned())),
        };
        let warning = kind.as_ref().map_or(Ok(""), |kind| self.admit(kind))?;
        self.back_to(0);
        self.push(self.cli.others.first().map_or("", |mode| mode.name), String::new());
        self.candidate = kind.map(|kind| Candidate { kind, own: Vec::new() });
        Ok(format!("{warning}{}", self.cli.texts.configuring))
    }

    /// Whether such a candidate may be opened now, and what is said about it.
    fn admit(&self, kind: &Kind) -> Result<&'static str, String> {
        let mut state = self.machine.state();
        let locked = state.locked_by.is_some_and(|session| session != self.session);
        let changed = !state.shared.is_empty();
        let junos = self.cli.leaving == Leaving::Confirm;
        match kind {
            Kind::Exclusive | Kind::Shared if locked => Err(self.cli.texts.locked.to_owned()),
            Kind::Exclusive if changed => Err("error: configuration database modified\n".to_owned()),
            Kind::Private if changed => Err("error: shared configuration database modified\n".to_owned()),
            Kind::Exclusive => {
                state.locked_by = Some(self.session);
                Ok(if junos { DISCARDED_ON_EXIT } else { "" })
            }
            Kind::Private if junos => Ok(DISCARDED_ON_EXIT),
            Kind::Shared if changed => Ok("The configuration has been changed but not committed\n"),
            _ => Ok(""),
        }
    }

    /// Puts a change into force, or into the candidate.
    pub(super) fn edit_configuration(&mut self, edit: Edit) {
        let mut state = self.machine.state();
        match &mut self.candidate {
            None => state.running.apply(&edit),
            Some(Candidate { kind: Kind::Shared, .. }) => state.shared.push(edit),
            Some(Candidate { kind: Kind::Named(name), .. }) => {
                state.named.entry(name.clone()).or_default().push(edit);
            }
            Some(Candidate { own, .. }) => own.push(edit),
        }
    }

    pub(super) fn pending(&self) -> Vec<Edit> {
        let state = self.machine.state();
        match &self.candidate {
            None => Vec::new(),
            Some(Candidate { kind: Kind::Shared, .. }) => state.shared.clone(),
            Some(Candidate { kind: Kind::Named(name), .. }) => {
                state.named.get(name).cloned().unwrap_or_default()
            }
            Some(Candidate { own, .. }) => own.clone(),
        }
    }

    /// The configuration as it would be after a commit.
    pub(super) fn view(&self) -> Configuration {
        let pending = self.pending();
        let mut configuration = self.machine.running();
        pending.iter().for_each(|edit| configuration.apply(edit));
        configuration
    }

    pub(super) fn discard(&mut self) {
        let mut state = self.machine.state();
        match &mut self.candidate {
            None => {}
            Some(Candidate { kind: Kind::Shared, .. }) => state.shared.clear(),
            Some(Candidate { kind: Kind::Named(name), .. }) => {
                state.named.remove(name);
            }
            Some(Candidate { own, .. }) => own.clear(),
        }
    }

    /// Puts all pending changes into force; with `confirmed` until a further commit confirms them.
    pub(super) fn commit(&mut self, confirmed: Option<String>) -> Result<String, String> {
        let edits = self.pending();
        let texts = &self.cli.texts;
        let mut state = self.machine.state();
        if state.locked_by.is_some_and(|session| session != self.session) {
            return Err(texts.locked.to_owned());
        }
        let before = state.running.clone();
        edits.iter().for_each(|edit| state.running.apply(edit));
        state.unconfirmed = confirmed.as_ref().map(|_| state.unconfirmed.take().unwrap_or(before));
        let answer = confirmed
            .as_ref()
            .map_or_else(|| texts.committed.to_owned(), |time| texts.confirmed.replace("{}", time));
        state.commits.push(Commit { session: self.session, edits, confirmed });
        drop(state);
        self.discard();
        Ok(answer)
    }

    /// Leaves configuration, or asks about it.
    pub(super) fn leave(&mut self) -> String {
        if self.cli.leaving == Leaving::Silent || self.pending().is_empty() {
            return self.left();
        }
        let kind = self.candidate.as_ref().map(|candidate| &candidate.kind);
        let question = match (self.cli.leaving, kind) {
            (Leaving::CommitFirst, _) => {
                "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:"
            }
            (_, Some(Kind::Shared)) => {
                "The configuration has been changed but not committed\n\
                 Exit with uncommitted changes? [yes,no] (yes) "
            }
            (_, Some(Kind::Private)) => {
                "The private configuration has been changed but not committed\n\
                 Discard uncommitted changes? [yes,no] (yes) "
            }
            _ => {
                "The configuration has been changed but not committed\n\
                 Discard uncommitted changes? [yes,no] (yes) "
            }
        };
        self.ask = Some(super::Ask::Leave);
        question.to_owned()
    }

    /// Out of configuration; what was of this session alone is gone.
    pub(super) fn left(&mut self) -> String {
        self.unlock();
        self.candidate = None;
        self.back_to(0);
        self.cli.texts.left.to_owned()
    }

    pub(super) fn unlock(&self) {
        let mut state = self.machine.state();
        if state.locked_by == Some(self.session) {
            state.locked_by = None;
        }
    }
}

const DISCARDED_ON_EXIT: &str = "warning: uncommitted changes will be discarded on exit\n";
