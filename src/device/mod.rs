//! The gate's own session on a router or switch.
//!
//! P1: only a [`Started`](crate::ledger::Started) makes bytes for a device, and they are rendered from it here; beside
//! them only what its grammar declares is ever sent (interrupt, pager key, the answer to a question of that very
//! command). P5: one command at a time; the next is sent only when the prompt has confirmed the mode that the grammar
//! predicts, and any surprise ends the session with a code and a detail. P6: a credential is made for each session.
//! P9: output is data; it leaves here filtered, line by line.
//!
//! A command ends where the last, unfinished line of output is the exact prompt and nothing more has come. A device may
//! print that in the middle of an answer, so the end of a command is believed only until the next one: its first bytes
//! back must be its own echo, and nothing may have come in between. Else the session ends, and the outcome recorded
//! before is doubtful too: see [`DeviceSession::take_doubt`].
//!
//! A connection has one channel, and nobody but the session reads it. While a client is slow nothing is read, at most
//! 16 packets and one window (256 KiB) wait in memory, and the device waits for its window. An interrupt still gets
//! through, and ending a session takes the stream away, which needs no cooperation of anybody.

mod auth;
mod banner;
mod credentials;
mod dial;
mod echo;
mod erase;
mod feed;
mod peer;
mod prompt;
mod relay;
mod running;
mod session;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use credentials::{Credentials, Sealed};
pub use dial::dial;
pub use running::Running;
pub use session::DeviceSession;

use crate::config::Device;
use crate::grammar::Grammar;
use crate::terms::problem::printable;
use crate::terms::{Code, CorrelationId, DecisionId, SubjectId, Timestamp};

/// The most that a detail shows of what a device said, in characters.
const MAX_DETAIL: usize = 200;

/// What a session is wanted for.
#[derive(Clone, Debug)]
pub struct Target {
    /// The router or switch.
    pub device: Arc<Device>,
    /// Its platform's grammar.
    pub grammar: Arc<Grammar>,
    /// The correlation id of the session.
    pub txn: CorrelationId,
    /// The random id of the human.
    pub subject: SubjectId,
    /// When the token ends, if there is one.
    pub expires: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// Why there is no device session, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct DeviceError {
    /// The stable reason.
    pub code: Code,
    /// One printable line more; no secret.
    pub detail: String,
}

impl DeviceError {
    /// `detail` may hold what a device said: it is escaped and cut.
    #[must_use]
    pub fn new(code: Code, detail: impl AsRef<str>) -> Self {
        let detail = printable(detail.as_ref()).chars().take(MAX_DETAIL).collect();
        Self { code, detail }
    }
}

/// What the gate logged in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialUsed {
    /// `certificate`, `key` or `password`.
    pub how: &'static str,
    /// The certificate's key id.
    pub key_id: Option<String>,
    /// The certificate's serial number, below 2^53.
    pub serial: Option<u64>,
    /// The certificate's one principal, or the account.
    pub principal: Option<String>,
    /// When the certificate ends.
    pub expires: Option<Timestamp>,
}

/// Whether another command can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Standing {
    /// The prompt has confirmed where the session is.
    Ready,
    /// The session is over.
    Ended(Code),
}

/// A command whose recorded outcome can no longer be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Its decision.
    pub did: DecisionId,
    /// What raised the doubt.
    pub code: Code,
}
