//! Simulated routers for tests and demonstrations: real SSH, an own small parser, and a log of every byte received.
//!
//! P1 is judged here from the device's side: this module never imports `grammar` or `command`, so what it makes of our
//! bytes is independent of what we meant by them.
//!
//! [`Sim`] is a router behind a TCP port. [`Machine::session`] gives one terminal session of a router without SSH, for
//! tests over `tokio::io::duplex`. Faults come from [`Behaviour`]. What tells one vendor from another is data, one file
//! for each in `dialect`; how a session goes is in `router`.

mod behaviour;
pub mod client;
mod dialect;
mod machine;
mod parse;
mod router;
mod serve;
mod server;
mod show;
mod state;
#[cfg(test)]
mod tests;

pub use behaviour::Behaviour;
pub use dialect::Dialect;
pub use machine::{Machine, SimEvent};
pub use router::{Act, Router};
pub use server::{Sim, SimAuth, SimConfig, SimHandle};
pub use state::{Commit, Configuration, Edit, Interface};
