//! Listening. Nothing that a stranger does, and no lack of file descriptors, ends the loop; only the stop does.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::keys::PrivateKey;
use russh::server::Config;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::caps::{Caps, Full, Slot};
use super::connection::{self, Timing};
use super::{Gate, Refusal, auth};
use crate::ssh::algorithms;
use crate::terms::Code;

/// How long accepting rests after an error: most of them mean that descriptors or memory are short.
const REST: Duration = Duration::from_millis(200);

/// How often a reached cap is recorded. A record for each connection of a flood would be another flood.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// How many refusals russh counts beyond those counted here: malformed ones that it shows to nobody.
const UNSEEN_REFUSALS: usize = 8;

/// Serves SSH on `listeners` until `stop`, and then until every connection is gone.
///
/// Each connection and each session is a task of `tracker`. After `stop` nobody is let in, who is logging in is dropped,
/// and a connection ends when its sessions have: ending those is the gate's own business.
pub async fn serve<G: Gate>(
    listeners: Vec<TcpListener>,
    host_keys: Vec<PrivateKey>,
    gate: G,
    stop: CancellationToken,
    tracker: TaskTracker,
) {
    serve_in(listeners, host_keys, Arc::new(gate), stop, tracker, Timing::USUAL).await;
}

/// [`serve`], with a patience of the caller's.
pub(super) async fn serve_in<G: Gate>(
    listeners: Vec<TcpListener>,
    host_keys: Vec<PrivateKey>,
    gate: Arc<G>,
    stop: CancellationToken,
    tracker: TaskTracker,
    timing: Timing,
) {
    let config = Arc::new(config(host_keys, gate.limits().max_auth_probes));
    let door =
        Arc::new(Door { gate, config, stop, tracker, timing, caps: Caps::default(), told: Mutex::default() });
    let listening: Vec<_> = listeners
        .into_iter()
        .map(|listener| door.tracker.spawn(listen(Arc::clone(&door), listener)))
        .collect();
    for one in listening {
        // A listener's task that is gone accepts nothing more; there is nothing else to do about it.
        let _ = one.await;
    }
}

struct Door<G> {
    gate: Arc<G>,
    config: Arc<Config>,
    stop: CancellationToken,
    tracker: TaskTracker,
    timing: Timing,
    caps: Caps,
    told: Mutex<Told>,
}

/// When a reached cap was last recorded, and how often it was reached since.
#[derive(Default)]
struct Told {
    last: Option<Instant>,
    since: u64,
}

async fn listen<G: Gate>(door: Arc<Door<G>>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = door.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => door.admit(stream, peer),
            Err(fault) => {
                tracing::warn!(%fault, "cannot accept a connection");
                door.stop.run_until_cancelled(tokio::time::sleep(REST)).await;
            }
        }
    }
}

impl<G: Gate> Door<G> {
    fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        match self.caps.enter(peer.ip(), &self.gate.limits()) {
            Ok(permit) => self.spawn(stream, peer, permit),
            Err(full) => self.turn_away(peer, full),
        }
    }

    fn spawn(&self, stream: TcpStream, peer: SocketAddr, permit: Slot) {
        // Without it each line takes 40 ms; a socket that refuses is still a connection.
        let _ = stream.set_nodelay(true);
        let wire = connection::Wire::new(
            Arc::clone(&self.gate),
            peer,
            permit,
            self.stop.clone(),
            self.tracker.clone(),
            self.timing,
        );
        self.tracker.spawn(connection::serve(stream, Arc::clone(&self.config), wire));
    }

    fn turn_away(&self, peer: SocketAddr, full: Full) {
        let Some(times) = self.told.lock().unwrap_or_else(PoisonError::into_inner).tell(Instant::now())
        else {
            return;
        };
        let place = match full {
            Full::Here => "from this address",
            Full::Everywhere => "in all",
        };
        let what = match times {
            1 => format!("connection: too many are logging in {place}"),
            _ => format!(
                "connection: too many are logging in {place}, {times} turned away since the last record"
            ),
        };
        self.gate.refused(Refusal { peer, user: String::new(), code: Code::LoginLimit, what });
    }
}

impl Told {
    /// How many are to be recorded now, if any.
    fn tell(&mut self, now: Instant) -> Option<u64> {
        self.since = self.since.saturating_add(1);
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < TELL_EVERY) {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.since))
    }
}

/// What russh is told. Its own timers are off: an idle session is the pipeline's to end, the rest is `connection`'s.
fn config(keys: Vec<PrivateKey>, max_tries: usize) -> Config {
    Config {
        server_id: russh::SshId::Standard("SSH-2.0-Portcullis".into()),
        methods: auth::methods(),
        // There is no password to guess, and a delay would hold up every login of OpenSSH, which asks with `none` first.
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys,
        preferred: algorithms::modern(false),
        max_auth_attempts: max_tries.saturating_add(UNSEEN_REFUSALS),
        window_size: 256 * 1024,
        maximum_packet_size: 32 * 1024,
        channel_buffer_size: 16,
        inactivity_timeout: None,
        keepalive_interval: Some(Duration::from_secs(60)),
        // Some libraries answer only while they read, so this is no shorter than a usual idle session.
        keepalive_max: 15,
        nodelay: true,
        ..Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_recorded_now_and_then_and_none_of_it_is_forgotten() {
        let (mut told, start) = (Told::default(), Instant::now());
        assert_eq!(told.tell(start), Some(1));
        for _ in 0..1000 {
            assert_eq!(told.tell(start + TELL_EVERY / 2), None);
        }
        assert_eq!(told.tell(start + TELL_EVERY), Some(1001));
        assert_eq!(told.tell(start + TELL_EVERY * 3), Some(1));
    }
}
