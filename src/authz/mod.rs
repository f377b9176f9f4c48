//! The decision: same request, rules and facts give the same answer, bit for bit (P11).
//!
//! P3: whatever is not permitted is denied. P4: every leg must pass. Rules only narrow what a token covers.

mod decide;

#[cfg(test)]
mod tests;

pub use crate::rules::Who;
pub use decide::{decide, might_permit};

use crate::command::{CanonicalCommand, ParseRefusal};
use crate::config::Device;
use crate::rules::RuleRef;
use crate::terms::Code;

/// What is decided: one line of one session. Borrows who and where, so that asking allocates nothing.
#[derive(Debug)]
pub struct Request<'a> {
    /// The command, or why the line is none.
    pub parsed: Result<CanonicalCommand, ParseRefusal>,
    /// Who asks.
    pub party: Party<'a>,
    /// Where it would run. Rules go by its name and by what the inventory they were compiled with says of it.
    pub device: &'a Device,
    /// Where the command stands in the token's plan.
    pub plan: PlanStanding,
    /// The intent that the token names.
    pub intent: Option<&'a str>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party<'a> {
    /// A human: one leg.
    Direct {
        /// The person who logged in, or a token's subject without an actor.
        human: Who<'a>,
    },
    /// An agent for a human: two legs, and both must be allowed (P4).
    Delegated {
        /// The token's subject.
        human: Who<'a>,
        /// The token's actor.
        agent: Who<'a>,
    },
    /// Portcullis itself (P12).
    Gate,
}

impl<'a> Party<'a> {
    fn legs(&self) -> (Option<Who<'a>>, Option<Who<'a>>) {
        match *self {
            Party::Direct { human } => (Some(human), None),
            Party::Delegated { human, agent } => (Some(human), Some(agent)),
            Party::Gate => (None, None),
        }
    }
}

/// Where a command stands in the plan of the session's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanStanding {
    /// There is no token.
    NoToken,
    /// The next step of the plan.
    Step,
    /// One of the reads that the intent declares.
    ExtraRead,
    /// Terminal preparation, which every plan has room for.
    Housekeeping,
    /// None of these, and why.
    Outside(Code),
}

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
