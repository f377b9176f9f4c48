//! Portcullis: the gate in front of routers and switches.
//!
//! MCP servers, scripts and people `ssh` to it instead of to the device. It owns the terminal, parses each line with
//! the vendor's grammar, checks the canonical command against a signed intent token and the rules, writes the decision
//! durably to a ledger, and only then sends the canonical command.
//!
//! # The one road
//!
//! Admission, once per session channel:
//!
//! ```text
//! key (+ token) ─ pipeline::admission ─> Login + VerifiedIntent?
//!    └─ ledger::open_session ─> OpenSession         durable; takes one use of the token
//!         └─ device::dial ─> DeviceSession          a credential made for it; only this accepts a Started
//! ```
//!
//! Then, for every line:
//!
//! ```text
//! bytes ─ line ─> PresentedLine                     one bounded printable line; keys travel no further
//!   └─ grammar::parse ─> Parse
//!        └─ command::canonicalize ─> CanonicalCommand
//!             └─ authz::decide ─> Decision
//!                  ├─ Deny ─> recorded ─> refusal text, the device's prompt again
//!                  └─ Permit ─ ledger::begin ─> Started          durable
//!                        └─ device::forward ─> Running ─ output::Filter ─> client
//!                             └─ Finished ─ ledger::finish ─> Closed
//! ```
//!
//! Every arrow consumes its input, and every right-hand type has one constructor: a step that is left out does not
//! compile. [`pipeline`] tells the story top to bottom; [`manual`] says why it is so.
//!
//! # The promises
//!
//! - **P1** Nothing typed reaches a device: what is sent is rendered from the parse that was ruled on.
//! - **P2** No record, no command: the decision is durable before its first byte is sent.
//! - **P3** Default deny: unknown, ambiguous, incomplete, failed, late all deny.
//! - **P4** Intersection: token and rules, human and agent. A machine without a token is refused.
//! - **P5** One command at a time: the next is sent when the prompt confirms the mode that the grammar predicts.
//! - **P6** No standing privilege: device credentials are made per session where the device can take them.
//! - **P7** One id: the correlation id is in every record, credential and session.
//! - **P8** Tamper evident: a verifier says where the ledger was changed.
//! - **P9** Device output is data: it can only narrow what is possible.
//! - **P10** Now means now: expiry and stop end sessions between commands.
//! - **P11** Decisions are pure: same request and rules, same answer.
//! - **P12** The gate obeys itself: its own commands take the same road, as subject `gate`.
//!
//! # Who may import whom
//!
//! Only what stands before it; a test reads this line:
//!
//! ranks: `terms` < `sys`, `line`, `telemetry` < `ssh` < `config`, `grammar`, `token` < `command`, `sim` < `intent` <
//! `rules` < `authz`, `output` < `policy` < `ledger` < `device` < `pipeline` < `front` < `daemon` < `cli`
//!
//! Only `ssh`, `front`, `device` and `sim` use `russh`; only `ledger` uses `sqlx`. What decides (`line`, `grammar`,
//! `token`, `command`, `intent`, `rules`, `authz`, `output`) has no clock, no socket, no async.

pub mod authz;
pub mod cli;
pub mod command;
pub mod config;
pub mod daemon;
pub mod device;
pub mod front;
pub mod grammar;
pub mod intent;
pub mod ledger;
pub mod line;
pub mod manual;
pub mod output;
pub mod pipeline;
pub mod policy;
pub mod rules;
pub mod sim;
pub mod ssh;
pub mod sys;
pub mod telemetry;
pub mod terms;
pub mod token;
