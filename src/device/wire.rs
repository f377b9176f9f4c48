//! The one channel of a connection to a device.
//!
//! Nothing here outlives the session: dropping it cancels the stream and drops the channel, which together end russh's
//! task even when that waits for a reader or for a device that no longer answers.

use std::time::Duration;

use russh::client::{Handle, Msg};
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Disconnect};
use tokio_util::sync::DropGuard;

use super::peer::Peer;

/// How long a polite end may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// What came from the device.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Bytes of its terminal, at most one packet.
    Bytes(Vec<u8>),
    /// It closed the session.
    Closed,
}

/// The device is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gone;

pub(super) struct Wire {
    handle: Handle<Peer>,
    /// None once the session is over.
    read: Option<ChannelReadHalf>,
    write: ChannelWriteHalf<Msg>,
    kill: Option<DropGuard>,
}

impl Wire {
    pub(super) fn new(
        handle: Handle<Peer>,
        read: ChannelReadHalf,
        write: ChannelWriteHalf<Msg>,
        kill: DropGuard,
    ) -> Self {
        Self { handle, read: Some(read), write, kill: Some(kill) }
    }

    /// The next bytes. Cancel-safe.
    pub(super) async fn hear(&mut self) -> Heard {
        loop {
            let Some(read) = &mut self.read else { return Heard::Closed };
            match read.wait().await {
                Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                    return Heard::Bytes(data.to_vec());
                }
                // The only request that is still without a reply is the one for a shell.
                None | Some(ChannelMsg::Eof | ChannelMsg::Close | ChannelMsg::Failure) => self.read = None,
                Some(_) => {}
            }
        }
    }

    /// What has come already, without waiting.
    pub(super) async fn heard(&mut self) -> Option<Heard> {
        tokio::select! {
            biased;
            // Not told "nothing yet" only because this task's turn is over.
            heard = tokio::task::unconstrained(self.hear()) => Some(heard),
            () = std::future::ready(()) => None,
        }
    }

    /// Sends bytes; waits for the device's window.
    pub(super) async fn send(&self, bytes: &[u8]) -> Result<(), Gone> {
        if self.read.is_none() {
            return Err(Gone);
        }
        self.write.data_bytes(bytes.to_vec()).await.map_err(|_| Gone)
    }

    /// Ends the session politely, for a bounded time, then for good.
    pub(super) async fn close(&mut self) {
        // A russh task that waits for a reader would not send what follows. Nor is the device's own close waited for:
        // russh forgets a channel when it has sent its close, and never delivers the other one.
        self.read = None;
        let goodbye = async {
            if self.write.close().await.is_ok() {
                // Fails when the connection has ended, and then there is nobody to tell.
                let _ = self.handle.disconnect(Disconnect::ByApplication, "", "").await;
                // However it ended, it has.
                let _ = (&mut self.handle).await;
            }
        };
        // A device that takes longer has no claim to a goodbye.
        let _ = tokio::time::timeout(GOODBYE, goodbye).await;
        self.kill();
    }

    /// Ends the session at once.
    pub(super) fn kill(&mut self) {
        self.read = None;
        self.kill = None;
    }
}
