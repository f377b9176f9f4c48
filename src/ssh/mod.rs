//! What both SSH sides share. `russh` breaks its API often: outside `ssh`, `front`, `device` and `sim` nothing names it.

pub(crate) mod algorithms;
pub mod certificate;
pub(crate) mod killable;

pub use russh::keys::ssh_key as keys;
