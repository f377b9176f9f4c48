//! The SSH server: who is let in as far as a session, and what may be asked for once inside.
//!
//! The part of the gate that strangers talk to, so it knows least: it holds no policy and no device. What a key, a
//! certificate or a token is worth is asked of a [`Gate`]; sessions run in `pipeline` and see a client as bytes.
//!
//! P3: everything that is not on the short list is refused: session channels with `pty-req`, `env` of the one variable
//! [`TOKEN_VARIABLE`], `shell` or `exec`, and what goes with a running one. Refusals are recorded, so many for each
//! connection. (Requests and channel types that no RFC and no OpenSSH extension names are refused by russh itself,
//! which shows them to nobody.)
//! P10: a connection can be taken away at any time, whatever it is doing: see `ssh::killable`.
//!
//! Before it is authenticated a client hears SSH's own refusal and nothing else; the exact code goes to the record.
//!
//! - [`accept`](serve): listening, caps; one task for each connection.
//! - `connection`: from the first byte to the last: login grace, serving, leaving.
//! - `auth`: the state of a login. `peer`: a client and its channels. `handler`: the table of requests.
//!   `channel`: one session channel.
//! - `inbox`: what a client typed ahead. `record`: refusals, bounded. `caps`: who may be logging in.
//!
//! russh calls a handler from the task that also reads and writes the connection: a handler that waits stops all of it.
//! None here ever waits; a read half of a channel is dropped at once, for an undrained one parks its connection.

mod accept;
mod auth;
mod caps;
mod channel;
mod connection;
mod handler;
mod inbox;
mod peer;
mod record;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use zeroize::Zeroizing;

pub use accept::serve;

use crate::pipeline::client::Client;
use crate::ssh::keys::{Certificate, PublicKey};
use crate::terms::Code;

/// The one environment variable that is taken: the token, for clients that can bring it no other way.
pub const TOKEN_VARIABLE: &str = "PORTCULLIS_INTENT";

/// What a credential is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<L> {
    /// The client is authenticated.
    Accept(L),
    /// The credential is good and does not suffice: the token comes next, as a password.
    More(L),
    /// It is worth nothing. The client does not hear why.
    Reject(Code),
}

/// What one client may take before it is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From connecting to authenticated.
    pub login_grace: Duration,
    /// Connections that are logging in.
    pub max_pre_auth: usize,
    /// The same, for one IPv4 address or one IPv6 /64.
    pub max_pre_auth_per_address: usize,
    /// Keys offered and secrets tried on one connection.
    pub max_auth_probes: usize,
}

/// Something that was refused, for the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where the client connected from.
    pub peer: SocketAddr,
    /// The user name as the client gave it, cut to 256 characters; empty when it gave none. Not escaped.
    pub user: String,
    /// Why.
    pub code: Code,
    /// What was asked for, with the client's own words cut to 128 characters. Not escaped. Never a secret.
    pub what: String,
}

/// What the front asks of the rest of the gate. Nothing here may wait, except [`Gate::serve`]: the calls are made from
/// the task that also reads and writes the connection.
pub trait Gate: Send + Sync + 'static {
    /// Proof of what was authenticated so far on one connection.
    type Login: Clone + Send + Sync + 'static;

    /// The limits for a connection that is made now.
    fn limits(&self) -> Limits;

    /// Whether a key that is only offered is worth a signature. Must also be true for a key that may come in a
    /// certificate of this account: russh does not say of an offer whether it is one.
    fn knows_key(&self, peer: SocketAddr, user: &str, key: &PublicKey) -> bool;

    /// Judges a key that has signed this connection.
    fn key(&self, peer: SocketAddr, user: &str, key: &PublicKey) -> Answer<Self::Login>;

    /// Judges a certificate whose key has signed this connection. Only its signature and its times were checked.
    fn certificate(&self, peer: SocketAddr, user: &str, certificate: &Certificate) -> Answer<Self::Login>;

    /// Judges a token that came as a password. `so_far` is from the [`Answer::More`] of the same user name.
    fn token(
        &self,
        peer: SocketAddr,
        user: &str,
        so_far: Option<&Self::Login>,
        token: Zeroizing<Vec<u8>>,
    ) -> Answer<Self::Login>;

    /// Judges a token that came in the environment of one channel; what it makes holds for this channel alone.
    ///
    /// # Errors
    /// Why it is refused; nothing but being told so can be started in that channel any more.
    fn env_token(&self, login: &Self::Login, token: Zeroizing<Vec<u8>>) -> Result<Self::Login, Code>;

    /// Serves one channel to its end. Without a login, because a token in the environment was refused, it only says so:
    /// the refusal is recorded already. Returns the exit status.
    fn serve(&self, login: Result<Self::Login, Code>, client: Client) -> impl Future<Output = u32> + Send;

    /// Records something that was refused. Must not wait for that.
    fn refused(&self, refusal: Refusal);
}
