//! The one road: from a login to an open session, from a line to a recorded outcome.
//!
//! Read `run` first: it is the story, top to bottom. [`admission`] says who may enter, `judge` turns a line into a
//! verdict, [`records`] says what the ledger is told, `terminal` is the client's end.

mod above;
pub mod admission;
mod block;
pub mod client;
mod closing;
mod gate;
mod help;
mod judge;
pub mod records;
mod registry;
mod run;
mod terminal;

pub use admission::{Admitted, Login};
pub use gate::{Gate, write_refusals};
pub use registry::Registry;
pub use run::{session, status};
