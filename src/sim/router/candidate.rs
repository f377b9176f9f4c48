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
    /// How many commits there were when it was opened, or last committed.
    since: usize,
}

/// How changes come into force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Terms {
    /// For that long, unless a further commit confirms them.
    pub(super) confirmed: Option<String>,
    pub(super) comment: Option<String>,
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
            Candidates::Named if name.is_empty() => Some(Kind::Named(format!("sess-{}-0", self.session))),
            Candidates::Named => Some(Kind::Named(name.to_owned())),
        };
        let warning = kind.as_ref().map_or(Ok(""), |kind| self.admit(kind))?;
        self.back_to(0);
        self.push(self.cli.others.first().map_or("", |mode| mode.name), String::new());
        let since = self.machine.state().commits.len();
        self.candidate = kind.map(|kind| Candidate { kind, own: Vec::new(), since });
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

    /// Commits, or asks first: XR does when others have committed since.
    pub(super) fn try_commit(&mut self, terms: Terms) -> Result<String, String> {
        let since = self.candidate.as_ref().map_or(0, |candidate| candidate.since);
        if self.cli.leaving != Leaving::CommitFirst || self.machine.state().commits.len() <= since {
            return self.commit(terms);
        }
        self.ask = Some(super::Ask::Proceed(terms));
        Ok(OVERTAKEN.to_owned())
    }

    /// Puts all pending changes into force.
    pub(super) fn commit(&mut self, terms: Terms) -> Result<String, String> {
        let Terms { confirmed, comment } = terms;
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
        state.commits.push(Commit { session: self.session, edits, confirmed, comment });
        let since = state.commits.len();
        drop(state);
        if let Some(candidate) = &mut self.candidate {
            candidate.since = since;
        }
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

const OVERTAKEN: &str = "One or more commits have occurred from other\n\
    configuration sessions since this session started\n\
    or since the last commit was made from this session.\n\
    You can use the 'show configuration commit changes' command to browse the changes.\n\
    Do you wish to proceed with this commit anyway? [no]:";

const DISCARDED_ON_EXIT: &str = "warning: uncommitted changes will be discarded on exit\n";
