//! The decision: same request, rules and facts give the same answer, bit for bit (P11).
//!
//! P3: whatever is not permitted is denied. P4: every leg must pass.

use crate::command::CanonicalCommand;
use crate::rules::RuleRef;
use crate::terms::Code;

/// The verdict on one line. Must be taken apart to go on.
#[must_use]
#[derive(Debug)]
pub enum Decision {
    /// May be recorded and then sent.
    Permit(Permit),
    /// Is recorded and refused.
    Deny(Denial),
}

/// Proof that a command was permitted. Made by `authz::decide` alone, used up by `ledger::begin`.
#[derive(Debug)]
pub struct Permit {
    command: CanonicalCommand,
    rules: Vec<RuleRef>,
}

/// Why a line is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The stable reason.
    pub code: Code,
    /// What to say about it, one line, without control characters.
    pub detail: String,
    /// The rules that decided.
    pub rules: Vec<RuleRef>,
    /// The command, when the line parsed to one.
    pub command: Option<CanonicalCommand>,
}

impl Permit {
    /// What was permitted.
    #[must_use]
    pub fn command(&self) -> &CanonicalCommand {
        &self.command
    }

    /// The rules that allowed it, each leg's.
    #[must_use]
    pub fn rules(&self) -> &[RuleRef] {
        &self.rules
    }

    /// Gives up the command, to the ledger alone.
    pub(crate) fn into_command(self) -> CanonicalCommand {
        self.command
    }

    #[cfg(test)]
    pub(crate) fn for_test(command: CanonicalCommand) -> Self {
        Self { command, rules: Vec::new() }
    }
}
