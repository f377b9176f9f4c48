//! What all sessions of one router share: its configuration, its faults, and the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::behaviour::Behaviour;
use super::dialect::Dialect;
use super::router::Router;
use super::state::{Commit, Configuration, Edit, Interface};

/// What a router has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SimEvent {
    /// An SSH login.
    Login {
        /// SSH user name.
        user: String,
        /// Key id of the certificate, if it was one.
        key_id: Option<String>,
        /// Serial number of the certificate, if it was one.
        serial: Option<u64>,
    },
    /// An SSH login that was refused.
    LoginRefused {
        /// SSH user name.
        user: String,
        /// Why.
        why: String,
    },
    /// A line was ended.
    Line {
        /// The session, counted from 1.
        session: u64,
        /// The mode, as `exec`, `privileged`, `operational`, `config`, `config-if`; `text` for a line of a block.
        mode: &'static str,
        /// What the router understood, after its own line editing.
        text: String,
        /// All bytes received for it, byte for byte, without the one that ended it.
        raw: Vec<u8>,
        /// The byte that ended it: CR, LF, or ^Z (on which IOS runs the line).
        end: u8,
    },
    /// One byte outside a line: at a pager, a question, or a help or interrupt key.
    Key {
        /// The session.
        session: u64,
        /// The byte.
        byte: u8,
    },
    /// The answer to a password prompt; what it was is not kept.
    Secret {
        /// The session.
        session: u64,
        /// Whether it was right.
        right: bool,
    },
    /// The session ended with these bytes of an unfinished line.
    Unfinished {
        /// The session.
        session: u64,
        /// The bytes.
        raw: Vec<u8>,
    },
    /// A session began.
    Opened {
        /// The session.
        session: u64,
        /// The command of an SSH exec request; none for a shell.
        exec: Option<String>,
    },
    /// A session ended.
    Closed {
        /// The session.
        session: u64,
    },
    /// What the client made of the channel that [`Behaviour::opens_channel`] opened.
    ChannelOpened {
        /// Whether the client accepted it.
        accepted: bool,
    },
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) running: Configuration,
    /// The shared candidate: who changed what.
    pub(super) shared: Vec<Edit>,
    /// Named configuration sessions that wait.
    pub(super) named: BTreeMap<String, Vec<Edit>>,
    pub(super) commits: Vec<Commit>,
    /// What comes back unless a commit is confirmed.
    pub(super) unconfirmed: Option<Configuration>,
    /// The session that has the configuration for itself.
    pub(super) locked_by: Option<u64>,
    pub(super) files: BTreeMap<String, String>,
    pub(super) dangers: Vec<String>,
    pub(super) answers: Vec<u8>,
    pub(super) reloaded: bool,
    pub(super) saved: bool,
    log: Vec<SimEvent>,
    sessions: u64,
}

#[derive(Debug)]
struct Shared {
    dialect: Dialect,
    behaviour: Behaviour,
    state: Mutex<State>,
}

/// One router; clones are the same router.
#[derive(Clone, Debug)]
pub struct Machine(Arc<Shared>);

impl Machine {
    /// A router with three interfaces and a loopback, all up.
    #[must_use]
    pub fn new(dialect: Dialect, hostname: &str, behaviour: Behaviour) -> Self {
        let ports = &dialect.cli().ports;
        let interfaces = (1_u8..).zip(ports.names).map(|(i, name)| Interface {
            address: Some(format!("10.0.{i}.1{}", ports.mask)),
            ..Interface::new(name)
        });
        let running = Configuration {
            hostname: hostname.to_owned(),
            interfaces: interfaces.collect(),
            ..Configuration::default()
        };
        let mut state = State { running, ..State::default() };
        if behaviour.foreign_change {
            let [port, ..] = ports.names;
            state.shared.push(Edit::Description(port.to_owned(), Some("by another user".to_owned())));
        }
        Self(Arc::new(Shared { dialect, behaviour, state: Mutex::new(state) }))
    }

    /// A new terminal session on it.
    #[must_use]
    pub fn session(&self) -> Router {
        let session = {
            let mut state = self.state();
            state.sessions = state.sessions.saturating_add(1);
            state.sessions
        };
        Router::new(self.clone(), session)
    }

    /// All that happened so far, in order.
    #[must_use]
    pub fn log(&self) -> Vec<SimEvent> {
        self.state().log.clone()
    }

    /// Mode and text of each line so far.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let line = |event: &SimEvent| match event {
            SimEvent::Line { mode, text, .. } => Some((*mode, text.clone())),
            _ => None,
        };
        self.state().log.iter().filter_map(line).collect()
    }

    /// The interfaces as they are now.
    #[must_use]
    pub fn interfaces(&self) -> Vec<Interface> {
        self.state().running.interfaces.clone()
    }

    /// One interface as it is now, by its full name.
    #[must_use]
    pub fn interface(&self, name: &str) -> Option<Interface> {
        self.state().running.interface(name).cloned()
    }

    /// The configuration that is in force.
    #[must_use]
    pub fn running(&self) -> Configuration {
        self.state().running.clone()
    }

    /// What was committed so far, in order. Dialects without candidates commit nothing.
    #[must_use]
    pub fn commits(&self) -> Vec<Commit> {
        self.state().commits.clone()
    }

    /// The uncommitted changes of the shared candidate.
    #[must_use]
    pub fn shared_candidate(&self) -> Vec<Edit> {
        self.state().shared.clone()
    }

    /// Whether a commit waits to be confirmed.
    #[must_use]
    pub fn unconfirmed(&self) -> bool {
        self.state().unconfirmed.is_some()
    }

    /// The time of a commit that waits to be confirmed is over: what was in force before it comes back. The router has
    /// no clock.
    pub fn confirmation_lapses(&self) {
        let mut state = self.state();
        if let Some(before) = state.unconfirmed.take() {
            state.running = before;
            state.commits.push(Commit::default());
        }
    }

    /// Files that were written by a pipe or a redirection: name, content.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, String> {
        self.state().files.clone()
    }

    /// Lines that [`Behaviour::hidden_words`] read as something else than the parent mode would have.
    #[must_use]
    pub fn dangers(&self) -> Vec<String> {
        self.state().dangers.clone()
    }

    /// The keys that answered the question of [`Behaviour::asks_first`].
    #[must_use]
    pub fn answers(&self) -> Vec<u8> {
        self.state().answers.clone()
    }

    /// Whether a `reload` was confirmed.
    #[must_use]
    pub fn reloaded(&self) -> bool {
        self.state().reloaded
    }

    /// Whether the configuration was saved.
    #[must_use]
    pub fn saved(&self) -> bool {
        self.state().saved
    }

    /// Which CLI it plays.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    pub(super) fn behaviour(&self) -> &Behaviour {
        &self.0.behaviour
    }

    pub(super) fn note(&self, event: SimEvent) {
        self.state().log.push(event);
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
