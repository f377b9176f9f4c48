//! Simulated routers for tests and demonstrations: real SSH, an own small parser, and a log of every byte received.
//!
//! P1 is judged here from the device's side: this module never imports `grammar` or `command`, so what it makes of our
//! bytes is independent of what we meant by them.
//!
//! [`Sim`] is a router behind a TCP port. [`Machine::session`] gives one terminal session of a router without SSH, for
//! tests over `tokio::io::duplex`. Faults come from [`Behaviour`].

pub mod client;
mod machine;
mod parse;
mod router;
mod serve;
mod server;
mod show;
#[cfg(test)]
mod tests;

pub use machine::{Behaviour, Dialect, Interface, Machine, SimEvent};
pub use router::{Act, Router};
pub use server::{Sim, SimAuth, SimConfig, SimHandle};
