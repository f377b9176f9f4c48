//! The client of one connection: how far its login is, and its channels.

use std::collections::HashMap;
use std::sync::Arc;

use russh::server::{ChannelOpenHandle, Msg};
use russh::{ChannelId, ChannelOpenFailure};
use zeroize::Zeroizing;

use super::Gate;
use super::auth::{Authentication, TooMany};
use super::channel::{Channel, Open};
use super::connection::Wire;
use crate::pipeline::client::{Kind, Size};
use crate::terms::Code;

/// How many session channels one connection may have at a time: a stalled one stalls the others.
const MAX_CHANNELS: usize = 2;

/// Why a connection ended that was not simply left.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("ssh: {0}")]
    Ssh(#[from] russh::Error),
    #[error("too many attempts to log in")]
    TooMany,
}

impl From<TooMany> for Fault {
    fn from(_: TooMany) -> Self {
        Self::TooMany
    }
}

/// The client of one connection.
pub(super) struct Peer<G: Gate> {
    pub(super) wire: Arc<Wire<G>>,
    pub(super) authentication: Authentication<G>,
    pub(super) channels: HashMap<ChannelId, Channel<G::Login>>,
}

impl<G: Gate> Peer<G> {
    pub(super) fn new(wire: Arc<Wire<G>>) -> Self {
        let authentication = Authentication::new(Arc::clone(&wire.gate), wire.peer, Arc::clone(&wire.record));
        Self { wire, authentication, channels: HashMap::new() }
    }

    /// Opens a session channel, or says why not.
    pub(super) fn open(&mut self, channel: russh::Channel<Msg>) -> Result<(), Code> {
        if self.wire.stop.is_cancelled() {
            return Err(Code::Drained);
        }
        self.channels.retain(|_, channel| !channel.is_over());
        if self.channels.len() >= MAX_CHANNELS {
            return Err(Code::ChannelLimit);
        }
        // No channel opens before the login is complete; were it otherwise, this would refuse it.
        let login = self.authentication.login().ok_or(Code::PrincipalUnknown)?.clone();
        let id = channel.id();
        // The read half goes: what is sent comes to `data` below, which never waits.
        let (_, write) = channel.split();
        self.channels.insert(id, Channel::Open(Open { write, login: Ok(login), pty: None }));
        Ok(())
    }

    /// The channel, if nothing runs in it yet.
    pub(super) fn unused(&mut self, id: ChannelId) -> Option<&mut Open<G::Login>> {
        match self.channels.get_mut(&id) {
            Some(Channel::Open(open)) => Some(open),
            Some(Channel::Busy(_)) | None => None,
        }
    }

    /// Starts a session, once in each channel.
    pub(super) fn start(
        &mut self,
        id: ChannelId,
        kind: impl FnOnce(Option<Size>) -> Kind,
    ) -> Result<(), Code> {
        let open = match self.channels.remove(&id) {
            Some(Channel::Open(open)) => open,
            Some(busy) => {
                self.channels.insert(id, busy);
                return Err(Code::ChannelRefused);
            }
            None => return Err(Code::ChannelRefused),
        };
        let kind = kind(open.pty);
        self.channels.insert(id, Channel::Busy(open.start(&self.wire, kind)));
        Ok(())
    }

    /// Takes a token for one channel. After one that is refused no session can be had in it: to go on without could
    /// widen what the client meant to narrow. Most clients do not look at the answer, so they are told in the channel.
    pub(super) fn token(&mut self, id: ChannelId, value: &str) -> Result<(), Code> {
        let gate = Arc::clone(&self.wire.gate);
        let open = self.unused(id).ok_or(Code::ChannelRefused)?;
        let token = Zeroizing::new(value.as_bytes().to_vec());
        open.login = open.login.as_ref().map_err(|code| *code).and_then(|login| gate.env_token(login, token));
        open.login.as_ref().map(drop).map_err(|code| *code)
    }

    pub(super) fn refuse(&self, what: &str) {
        self.wire.record.refused(Code::ChannelRefused, what);
    }

    pub(super) fn refuse_words(&self, what: &str, words: &str) {
        self.wire.record.refused_words(Code::ChannelRefused, what, words);
    }

    /// Refuses a channel of a kind that does not exist here.
    pub(super) async fn refuse_channel(&self, reply: ChannelOpenHandle, what: &str, words: &str) {
        self.refuse_words(what, words);
        reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
    }
}
