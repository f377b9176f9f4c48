//! A client as the pipeline sees it: what it asked for, what it types, what it is shown. SSH stays in `front`.
//!
//! Both directions are bounded, so that a client can fill nobody's memory. `output` waits for the client's window.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The size of a terminal in characters; 0 means unknown, and clients do send 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Characters in a row.
    pub columns: u32,
    /// Rows.
    pub rows: u32,
}

/// What the client asked for (RFC 4254 section 6.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A shell.
    Shell {
        /// The terminal, if the client asked for one (RFC 4254 section 6.2).
        pty: Option<Size>,
    },
    /// One command.
    Exec {
        /// As it came: neither bounded, nor text, nor a line until the pipeline has looked.
        command: Vec<u8>,
        /// The terminal, if the client asked for one.
        pty: Option<Size>,
    },
}

impl Kind {
    /// The terminal, if there is one.
    #[must_use]
    pub fn pty(&self) -> Option<Size> {
        match self {
            Self::Shell { pty } | Self::Exec { pty, .. } => *pty,
        }
    }
}

/// What comes from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientInput {
    /// What it typed or piped in. For an exec request without a terminal this never comes.
    Bytes(Vec<u8>),
    /// Its window changed.
    Resize(Size),
    /// It sends no more, and still reads.
    Eof,
    /// It sent more than is kept for it. Nothing follows: without the lost bytes the rest would be other lines.
    Overflow,
}

/// One session channel.
#[derive(Debug)]
pub struct Client {
    /// What it asked for.
    pub kind: Kind,
    /// What it sends. Ends when nothing more can come; without [`ClientInput::Eof`] or [`ClientInput::Overflow`] before,
    /// the client is gone.
    pub input: mpsc::Receiver<ClientInput>,
    /// What it is shown. Closed when the client is gone. What was accepted is delivered before the exit status.
    pub output: mpsc::Sender<Vec<u8>>,
    /// Is cancelled when the client is gone.
    pub kill: CancellationToken,
}
