//! The integration tests, in one binary.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test that fails may panic, and reads what it has just written"
)]

mod architecture;
mod attacks;
mod bypass;
mod commands;
mod devices;
mod examples;
mod fuzz;
mod grammar;
mod grammar_add;
mod harness;
mod help;
mod jsonl;
mod lines;
mod logins;
mod plug;
mod readme;
mod road;
mod sessions;
mod tokens;
