//! One presented line: what a client means, before anything has read it.

use std::fmt;

use super::Code;

/// The longest line that is read, in bytes. A longer one is refused whole; no vendor's own parser takes more.
pub const MAX_LINE: usize = 2048;

/// One bounded line of printable ASCII (0x20 to 0x7e), without its terminator.
///
/// Control bytes, C1 controls and non-ASCII never get this far: no shipped platform was tested with them, and
/// Unicode is never normalised.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PresentedLine(String);

/// Why bytes are no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Framing {
    /// Longer than [`MAX_LINE`].
    #[error("the line is longer than {MAX_LINE} bytes")]
    TooLong,
    /// A byte outside 0x20 to 0x7e; `at` counts bytes from 0.
    #[error("the line has the byte 0x{byte:02x} at column {}", .at + 1)]
    Byte {
        /// The byte.
        byte: u8,
        /// Its offset.
        at: usize,
    },
    /// The client ended in the middle of a line: half a line is never run.
    #[error("the line was not finished")]
    Unfinished,
}

impl Framing {
    /// The stable code of every framing refusal.
    #[must_use]
    pub fn code(self) -> Code {
        Code::Framing
    }
}

impl PresentedLine {
    /// Takes bytes that were already cut at a line end.
    ///
    /// # Errors
    /// [`Framing::TooLong`] or [`Framing::Byte`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Framing> {
        if bytes.len() > MAX_LINE {
            return Err(Framing::TooLong);
        }
        if let Some(at) = bytes.iter().position(|b| !(0x20..=0x7e).contains(b)) {
            let byte = bytes.get(at).copied().unwrap_or(0);
            return Err(Framing::Byte { byte, at });
        }
        Ok(Self(bytes.iter().copied().map(char::from).collect()))
    }

    /// The text, printable ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing but blanks: the gate answers such a line itself (P1).
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

/// A line may hold a secret: its debug form shows only its length.
impl fmt::Debug for PresentedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresentedLine({} bytes)", self.0.len())
    }
}
