//! Device output on its way to a client. Pure: bytes in, bytes out.
//!
//! P9: device output is data. No control sequence of a device reaches the client's terminal: [`Filter`] takes them out.

mod filter;
#[cfg(test)]
mod tests;

pub use filter::{Filter, MAX_PIECE, Newline};
