//! From a configuration file to a running gate, and back down in order.

mod assemble;
mod door;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use assemble::{Assembled, assemble, ledger_path};

use crate::front;
use crate::ledger::{self, Ledger};
use crate::pipeline::{Gate, write_refusals};
use crate::terms::{Clock, Problems, Timestamp};
use door::Door;

/// How long sessions may take to end when the gate stops.
const DRAIN: Duration = Duration::from_secs(20);
/// How long the last refusals may take to be written then.
const LAST_REFUSALS: Duration = Duration::from_secs(2);

/// The system's clock. The only place that reads it.
#[derive(Debug)]
pub struct SystemClock {
    started: std::time::Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: std::time::Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the system's clock")]
    fn wall(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(0).plus(since)
    }

    fn mono(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Why the gate did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration, or a file it names, is wrong.
    #[error("{0}")]
    Configuration(#[from] Problems),
    /// The ledger cannot be used.
    #[error("ledger: {0}")]
    Ledger(#[from] ledger::OpenError),
    /// The policy cannot be recorded.
    #[error("the policy cannot be recorded: {0}")]
    Record(#[from] ledger::LedgerError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {why}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        why: std::io::Error,
    },
}

/// A running gate.
pub struct Daemon {
    gate: Arc<Gate>,
    ledger: Ledger,
    addresses: Vec<SocketAddr>,
    stop: CancellationToken,
    tracker: TaskTracker,
    refusals: JoinHandle<()>,
}

impl Daemon {
    /// Starts in this order: everything is checked, the ledger recovers, the policy is recorded, the doors open.
    ///
    /// # Errors
    /// [`StartError`]; nothing is left running.
    pub async fn start(config: &Path) -> Result<Self, StartError> {
        hold_file_size_signal();
        let assembled = assemble(config)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let (ledger, recovered) = Ledger::open(assembled.ledger_settings(), clock.clone()).await?;
        if recovered.indeterminate > 0 {
            tracing::warn!(
                commands = recovered.indeterminate,
                "commands of an earlier run have no known outcome"
            );
        }
        Self::open_doors(assembled, ledger, clock).await
    }

    async fn open_doors(
        assembled: Assembled,
        ledger: Ledger,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let listeners = listen(&assembled.config.listen).await?;
        let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        ledger.note(assembled.record()).await?;
        let limits = assembled.config.limits.clone();
        let (gate, waiting) =
            Gate::new(assembled.policy, ledger.clone(), assembled.credentials, limits, clock);
        let tracker = TaskTracker::new();
        let stop = CancellationToken::new();
        let refusals = tokio::spawn(write_refusals(ledger.clone(), waiting));
        tracker.spawn(front::serve(
            listeners,
            assembled.host_keys,
            Door::new(gate.clone()),
            stop.clone(),
            tracker.clone(),
        ));
        Ok(Self { gate, ledger, addresses, stop, tracker, refusals })
    }

    /// Where it listens; with port 0 in the configuration, the port that was given.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Reads the configuration again, records the policy and swaps it.
    ///
    /// # Errors
    /// The old policy stays.
    pub async fn reload(&self, config: &Path) -> Result<(), StartError> {
        let assembled = assemble(config)?;
        self.ledger.note(assembled.record()).await?;
        self.gate.adopt(assembled.policy);
        Ok(())
    }

    /// Serves until SIGTERM or SIGINT; SIGHUP reloads. A second SIGTERM or SIGINT does not wait for running commands: the
    /// next start calls them `indeterminate`.
    ///
    /// # Errors
    /// When signals cannot be received.
    pub async fn serve(self, config: &Path) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate())?;
        let mut int = signal(SignalKind::interrupt())?;
        let mut hup = signal(SignalKind::hangup())?;
        loop {
            tokio::select! {
                _ = term.recv() => break,
                _ = int.recv() => break,
                _ = hup.recv() => match self.reload(config).await {
                    Ok(()) => tracing::info!("policy reloaded"),
                    Err(fault) => tracing::error!(%fault, "the policy was not reloaded"),
                },
            }
        }
        tokio::select! {
            () = self.stop() => {}
            _ = term.recv() => tracing::warn!("told again to stop: not waiting"),
            _ = int.recv() => tracing::warn!("told again to stop: not waiting"),
        }
        Ok(())
    }

    /// Lets running commands finish, records every end, folds the ledger in.
    pub async fn stop(self) {
        tracing::info!(sessions = self.gate.registry().open(), "stopping");
        self.gate.registry().drain();
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(DRAIN, self.tracker.wait()).await.is_err() {
            tracing::warn!("some sessions did not end in time");
        }
        // With the gate the queue of refusals ends; what is in it is still written.
        drop(self.gate);
        if tokio::time::timeout(LAST_REFUSALS, self.refusals).await.is_err() {
            tracing::warn!("some refusals were not recorded");
        }
        self.ledger.shutdown().await;
    }
}

/// The signal's default would end the process where a write must fail; once it is held, the ledger denies instead.
fn hold_file_size_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let number = rustix::process::Signal::XFSZ.as_raw();
    if let Err(fault) = signal(SignalKind::from_raw(number)) {
        tracing::warn!(%fault, "SIGXFSZ is not held");
    }
}

async fn listen(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, StartError> {
    let mut listeners = Vec::new();
    for address in addresses {
        let listener =
            TcpListener::bind(address).await.map_err(|why| StartError::Listen { address: *address, why })?;
        listeners.push(listener);
    }
    Ok(listeners)
}
