//! Against simulated routers over real SSH, with a real ledger making every `Started`.

mod bench;
mod dialects;
mod dialling;
mod faults;
mod prompts;
mod relaying;
mod road;
