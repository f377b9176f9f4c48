//! One connection from its first byte to its last: so long to log in, then as long as there is something to serve.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::Disconnect;
use russh::server::{Config, RunningSession};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Gate;
use super::caps::Slot;
use super::peer::{Fault, Peer};
use super::record::Recorder;
use crate::ssh::killable::Killable;
use crate::terms::Code;

/// How long a connection may keep the gate waiting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// For a client that reads nothing of a session's output. Somebody may look at a full screen for a while.
    pub(super) stalled: Duration,
    /// The same, while the gate stops.
    pub(super) stalled_at_stop: Duration,
    /// For a connection without a session.
    pub(super) unused: Duration,
    /// For a client to leave by itself after its last session, while the gate stops; and then to take a disconnect.
    pub(super) leaving: Duration,
}

impl Timing {
    pub(super) const USUAL: Self = Self {
        stalled: Duration::from_secs(300),
        stalled_at_stop: Duration::from_secs(5),
        unused: Duration::from_secs(900),
        leaving: Duration::from_secs(1),
    };
}

/// What all parts of one connection share.
pub(super) struct Wire<G> {
    pub(super) gate: Arc<G>,
    pub(super) peer: SocketAddr,
    pub(super) record: Arc<Recorder<G>>,
    pub(super) tracker: TaskTracker,
    pub(super) timing: Timing,
    /// Is cancelled when the gate stops.
    pub(super) stop: CancellationToken,
    /// Is cancelled when the connection is gone; cancelling it takes its stream away.
    pub(super) life: CancellationToken,
    state: watch::Sender<State>,
    /// A place among those who are logging in; given back once.
    permit: Mutex<Option<Slot>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    authenticated: bool,
    sessions: usize,
}

/// One running session, until this is dropped.
pub(super) struct Running<G: Gate>(Arc<Wire<G>>);

impl<G: Gate> Wire<G> {
    pub(super) fn new(
        gate: Arc<G>,
        peer: SocketAddr,
        permit: Slot,
        stop: CancellationToken,
        tracker: TaskTracker,
        timing: Timing,
    ) -> Arc<Self> {
        let record = Arc::new(Recorder::new(Arc::clone(&gate), peer));
        let (life, state) = (CancellationToken::new(), watch::Sender::new(State::default()));
        let permit = Mutex::new(Some(permit));
        Arc::new(Self { gate, peer, record, tracker, timing, stop, life, state, permit })
    }

    pub(super) fn authenticated(&self) {
        self.logged_in_or_gone();
        self.state.send_modify(|state| state.authenticated = true);
    }

    fn logged_in_or_gone(&self) {
        drop(self.permit.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    pub(super) fn running(self: &Arc<Self>) -> Running<G> {
        self.state.send_modify(|state| state.sessions = state.sessions.saturating_add(1));
        Running(Arc::clone(self))
    }
}

impl<G: Gate> Drop for Running<G> {
    fn drop(&mut self) {
        self.0.state.send_modify(|state| state.sessions = state.sessions.saturating_sub(1));
    }
}

/// Serves one connection.
pub(super) async fn serve<G: Gate>(stream: TcpStream, config: Arc<Config>, wire: Arc<Wire<G>>) {
    // However this ends, what hangs on the connection ends with it.
    let _life = wire.life.clone().drop_guard();
    let Some(running) = log_in(stream, config, &wire).await else {
        wire.logged_in_or_gone();
        wire.record.left_without_login();
        return;
    };
    attend(running, &wire).await;
}

/// Banner, key exchange and authentication, all in one time.
async fn log_in<G: Gate>(
    stream: TcpStream,
    config: Arc<Config>,
    wire: &Arc<Wire<G>>,
) -> Option<RunningSession<Peer<G>>> {
    let stream = Killable::new(stream, wire.life.clone());
    let mut state = wire.state.subscribe();
    let in_time = async {
        let mut running =
            russh::server::run_stream(config, stream, Peer::new(Arc::clone(wire))).await.ok()?;
        tokio::select! {
            biased;
            known = state.wait_for(|state| state.authenticated) => known.ok().map(drop)?,
            ended = &mut running => {
                told(wire, ended);
                return None;
            }
        }
        Some(running)
    };
    tokio::select! {
        biased;
        () = wire.stop.cancelled() => None,
        running = in_time => running,
        () = tokio::time::sleep(wire.gate.limits().login_grace) => {
            wire.record.refused(Code::LoginLimit, "login grace time");
            None
        }
    }
}

/// Waits for the end of the connection, and brings it about when there is nothing left to serve.
async fn attend<G: Gate>(mut running: RunningSession<Peer<G>>, wire: &Wire<G>) {
    tokio::select! {
        biased;
        ended = &mut running => return told(wire, ended),
        () = unused(wire) => {}
    }
    let handle = running.handle();
    let farewell = async {
        // A connection that takes no message is taken away below.
        let _ = handle.disconnect(Disconnect::ByApplication, String::new(), String::new()).await;
        told(wire, (&mut running).await);
    };
    if tokio::time::timeout(wire.timing.leaving, farewell).await.is_err() {
        wire.life.cancel();
        told(wire, running.await);
    }
}

/// Returns when the connection has had no session for as long as that may be.
async fn unused<G: Gate>(wire: &Wire<G>) {
    let mut state = wire.state.subscribe();
    loop {
        // The sender lives in `wire`.
        let _ = state.wait_for(|state| state.sessions == 0).await;
        let patience = async {
            tokio::select! {
                () = tokio::time::sleep(wire.timing.unused) => {}
                () = wire.stop.cancelled() => tokio::time::sleep(wire.timing.leaving).await,
            }
        };
        tokio::select! {
            biased;
            _ = state.wait_for(|state| state.sessions > 0) => {}
            () = patience => return,
        }
    }
}

fn told<G: Gate>(wire: &Wire<G>, ended: Result<(), Fault>) {
    match ended {
        // russh's task ended without a result.
        Err(Fault::Ssh(russh::Error::Join(_))) => {
            tracing::error!(peer = %wire.peer, "a connection panicked");
            wire.record.refused(Code::Internal, "connection");
        }
        Err(fault) => tracing::debug!(peer = %wire.peer, %fault, "connection ended"),
        Ok(()) => {}
    }
}
