//! Portcullis: the gate in front of routers and switches.
pub mod authz;
pub mod command;
pub mod config;
pub mod grammar;
pub mod ledger;
pub mod line;
pub mod output;
pub mod rules;
pub mod sim;
pub mod ssh;
pub mod sys;
pub mod terms;
