//! End-to-end tests: real clients, the real binary, real FRR routers behind OpenSSH.
//!
//! `tests/lab/run` builds the lab and runs them; without it each fails with that advice. Nothing of the gate's own
//! code is used here but the minter, and the grammar where it is held against a router's own.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test says what it expects and stops where it does not hold; it reads files and clock as it likes"
)]

mod changes;
mod client;
mod crashes;
mod denials;
mod differential;
mod failures;
mod generate;
mod process;
mod production;
mod reads;
mod router;
mod site;
mod steps;
mod twins;
mod values;
