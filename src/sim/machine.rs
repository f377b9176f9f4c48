//! What all sessions of one router share: its configuration, its faults, and the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::router::Router;

/// Whose CLI is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// IOS and IOS-XE.
    CiscoIos,
    /// FRRouting's `vtysh`.
    Frr,
}

/// What a router does wrong, or otherwise than by default. The default is a sane router.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// The session ends after that many bytes of command output (echo and prompts are not counted).
    pub close_after: Option<u64>,
    /// `show version` prints the exact prompt in its middle, pauses, and goes on.
    pub false_prompt: bool,
    /// Nothing that is typed is echoed.
    pub no_echo: bool,
    /// Each command is answered only after this time.
    pub answer_after: Option<Duration>,
    /// Commands are echoed and never answered.
    pub never_answers: bool,
    /// The router opens a session channel to the client when a shell begins; the log says what came of it.
    pub opens_channel: bool,
    /// `show tech-support` prints that many bytes; 0 means 64 KiB.
    pub flood_bytes: u64,
    /// Sessions begin in user mode (`>`) and not in privileged mode.
    pub starts_unprivileged: bool,
    /// `enable` asks for this.
    pub enable_secret: Option<String>,
    /// Printed at the start of a session, with `\n` line ends.
    pub banner: Option<String>,
    /// Readline's bracketed paste marks stand around each prompt, as `vtysh` of Debian 12 prints them.
    pub paste_marks: bool,
}

/// One interface of a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Full name, as `GigabitEthernet0/1` or `eth1`.
    pub name: String,
    /// As configured.
    pub description: Option<String>,
    /// As configured: `10.0.0.1 255.255.255.0` (IOS) or `10.0.0.1/24` (FRR).
    pub address: Option<String>,
    /// Administratively down.
    pub shutdown: bool,
}

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
        /// `exec`, `privileged`, `config` or `config-if`.
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

#[derive(Debug)]
pub(super) struct State {
    pub(super) hostname: String,
    pub(super) interfaces: Vec<Interface>,
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
        let interfaces = match dialect {
            Dialect::CiscoIos => {
                ["GigabitEthernet0/0", "GigabitEthernet0/1", "GigabitEthernet0/2", "Loopback0"]
            }
            Dialect::Frr => ["eth0", "eth1", "eth2", "lo"],
        };
        let interfaces = (1_u8..).zip(interfaces).map(|(i, name)| Interface {
            name: name.to_owned(),
            description: None,
            address: Some(match dialect {
                Dialect::CiscoIos => format!("10.0.{i}.1 255.255.255.0"),
                Dialect::Frr => format!("10.0.{i}.1/24"),
            }),
            shutdown: false,
        });
        let state = State {
            hostname: hostname.to_owned(),
            interfaces: interfaces.collect(),
            reloaded: false,
            saved: false,
            log: Vec::new(),
            sessions: 0,
        };
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
        self.state().interfaces.clone()
    }

    /// One interface as it is now, by its full name.
    #[must_use]
    pub fn interface(&self, name: &str) -> Option<Interface> {
        self.state().interfaces.iter().find(|i| i.name == name).cloned()
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

impl State {
    /// The full name for what was typed, if there is such an interface.
    pub(super) fn resolve(&self, typed: &str) -> Option<String> {
        let exact = self.interfaces.iter().find(|i| i.name.eq_ignore_ascii_case(typed));
        let mut similar = self.interfaces.iter().filter(|i| abbreviates(typed, &i.name));
        exact.or_else(|| similar.next()).map(|i| i.name.clone())
    }

    pub(super) fn interface_mut(&mut self, name: &str) -> Option<&mut Interface> {
        self.interfaces.iter_mut().find(|i| i.name == name)
    }
}

/// `Gi0/1` for `GigabitEthernet0/1`.
fn abbreviates(typed: &str, name: &str) -> bool {
    let split = |text: &str| {
        let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (kind, number) = text.split_at(at);
        (kind.to_ascii_lowercase(), number.to_owned())
    };
    let ((kind, number), (full_kind, full_number)) = (split(typed), split(name));
    !number.is_empty() && number == full_number && kind.len() >= 2 && full_kind.starts_with(&kind)
}
