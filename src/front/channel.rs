//! One session channel: from its opening to its exit status.
//!
//! Three things go on at once and none waits for the other two: what the client sends is put into an [`Inbox`], the
//! session runs in a task of its own, and its output goes out as the client's window opens. A session that panics takes
//! its connection with it, and no other.

use std::sync::Arc;

use russh::server::Msg;
use russh::{ChannelWriteHalf, Error};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Gate;
use super::connection::{Running, Wire};
use super::inbox::Inbox;
use crate::pipeline::client::{Client, ClientInput, Kind, Size};
use crate::terms::Code;

/// How many pieces of output wait for the client's window. The rest waits in the session, and behind it in the device.
const OUTPUT: usize = 16;

/// How many pieces of input wait for the session, beside what the inbox keeps.
const INPUT: usize = 4;

/// How much is given to russh at a time: patience is counted from one to the next.
const PIECE: usize = 32 * 1024;

/// A channel, as the handler keeps it.
pub(super) enum Channel<L> {
    /// Open; nothing runs in it.
    Open(Open<L>),
    /// A shell or a command runs in it.
    Busy(Busy),
}

/// A channel in which nothing runs yet.
pub(super) struct Open<L> {
    pub(super) write: ChannelWriteHalf<Msg>,
    /// What its session will be judged by, or why it will only be told that there is none.
    pub(super) login: Result<L, Code>,
    pub(super) pty: Option<Size>,
}

/// The client's end of a running session.
pub(super) struct Busy {
    pub(super) inbox: Arc<Inbox>,
    pub(super) kill: CancellationToken,
    pub(super) pty: bool,
    over: CancellationToken,
}

impl<L> Channel<L> {
    /// Whether its place may be given to another: its session is over, its close is on the way.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Busy(busy) if busy.over.is_cancelled())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        // The client has closed the channel, or the connection is gone.
        self.kill.cancel();
        self.inbox.close();
    }
}

impl<L: Clone + Send + Sync + 'static> Open<L> {
    /// Starts a session.
    pub(super) fn start<G: Gate<Login = L>>(self, wire: &Arc<Wire<G>>, kind: Kind) -> Busy {
        let pty = kind.pty().is_some();
        let deaf = !pty && matches!(kind, Kind::Exec { .. });
        let inbox = Arc::new(if deaf { Inbox::deaf() } else { Inbox::default() });
        let (kill, over) = (wire.life.child_token(), CancellationToken::new());
        let (input_to, input) = mpsc::channel(INPUT);
        let (output, output_from) = mpsc::channel(OUTPUT);
        let client = Client { kind, input, output, kill: kill.clone() };
        let (gate, login) = (Arc::clone(&wire.gate), self.login);
        let session = wire.tracker.spawn(async move { gate.serve(login, client).await });
        let ends = Ends {
            running: wire.running(),
            wire: Arc::clone(wire),
            write: self.write,
            inbox: Arc::clone(&inbox),
            kill: kill.clone(),
            over: over.clone(),
        };
        wire.tracker.spawn(ends.tend(input_to, output_from, session));
        Busy { inbox, kill, pty, over }
    }
}

/// The gate's end of a running session.
struct Ends<G: Gate> {
    running: Running<G>,
    wire: Arc<Wire<G>>,
    write: ChannelWriteHalf<Msg>,
    inbox: Arc<Inbox>,
    kill: CancellationToken,
    over: CancellationToken,
}

/// How output ended.
enum Pumped {
    /// The session has said all, and the client has it on its way.
    All,
    /// Nothing more can be delivered.
    Gone,
    /// The client does not read.
    Stalled,
}

impl<G: Gate> Ends<G> {
    async fn tend(
        self,
        input: mpsc::Sender<ClientInput>,
        output: mpsc::Receiver<Vec<u8>>,
        session: JoinHandle<u32>,
    ) {
        let pumped = tokio::select! {
            pumped = self.pump(output) => pumped,
            never = self.inbox.feed(input) => match never {},
        };
        self.inbox.close();
        match pumped {
            Pumped::All => {}
            Pumped::Gone => self.kill.cancel(),
            Pumped::Stalled => self.stalled(),
        }
        match session.await {
            Ok(status) => self.finish(status).await,
            Err(fault) if fault.is_panic() => self.panicked(),
            // The runtime is going down.
            Err(_) => {}
        }
    }

    /// Output to the client, as fast as its window opens.
    async fn pump(&self, mut output: mpsc::Receiver<Vec<u8>>) -> Pumped {
        loop {
            let bytes = tokio::select! {
                biased;
                () = self.kill.cancelled() => return Pumped::Gone,
                bytes = output.recv() => bytes,
            };
            let Some(bytes) = bytes else { return Pumped::All };
            for piece in bytes.chunks(PIECE) {
                tokio::select! {
                    biased;
                    () = self.kill.cancelled() => return Pumped::Gone,
                    sent = self.write.data_bytes(piece.to_vec()) => if sent.is_err() {
                        return Pumped::Gone;
                    },
                    () = self.out_of_patience() => return Pumped::Stalled,
                }
            }
        }
    }

    async fn out_of_patience(&self) {
        let timing = self.wire.timing;
        tokio::select! {
            () = tokio::time::sleep(timing.stalled) => {}
            () = self.wire.stop.cancelled() => tokio::time::sleep(timing.stalled_at_stop).await,
        }
    }

    /// One stalled channel can stall its whole connection, and asking for an end of it would wait as well.
    fn stalled(&self) {
        tracing::info!(peer = %self.wire.peer, "the client does not read: connection taken away");
        self.kill.cancel();
        self.wire.life.cancel();
    }

    fn panicked(&self) {
        tracing::error!(peer = %self.wire.peer, "a session panicked: connection taken away");
        self.wire.record.refused(Code::Internal, "session");
        self.wire.life.cancel();
    }

    /// End of file, exit status, close, in this order: some clients stop reading at the first close.
    async fn finish(self, status: u32) {
        self.over.cancel();
        let said = async {
            self.write.eof().await?;
            self.write.exit_status(status).await?;
            self.write.close().await?;
            Ok::<(), Error>(())
        };
        tokio::select! {
            biased;
            () = self.wire.life.cancelled() => {}
            // An error here means that the connection is gone.
            _ = said => {}
            () = self.out_of_patience() => self.stalled(),
        }
        drop(self.running);
    }
}
