//! Intents: named, typed statements of what is meant, and the plans that the gate makes of them.
//!
//! P4: a token names an intent and its parameters; the commands are the gate's own. A server that names an allowed
//! intent and signs other commands gets nothing: its digest is not that of the gate's plan. The session is then held
//! to the plan step by step by a [`Cursor`].

mod catalogue;
mod check;
mod cursor;
pub mod mint;
mod plan;
mod raw;
mod template;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Intent, Param, Risk};
pub use cursor::{Cursor, Standing};
pub use plan::{Plan, Step};
pub use template::ParamType;

use crate::grammar::GrammarSet;
use crate::token::{TokenFault, VerifiedToken};

/// Proof that a verified token names an intent of the catalogue, with good parameters and the gate's own plan.
/// Only [`VerifiedIntent::admit`] makes it.
#[derive(Debug)]
pub struct VerifiedIntent {
    token: VerifiedToken,
    plan: Plan,
}

impl VerifiedIntent {
    /// Expands the token's intent and compares the plan with the one that was signed.
    ///
    /// # Errors
    /// `INTENT_UNKNOWN`, `PARAMS_INVALID`, `SCOPE_MISMATCH` or `PLAN_MISMATCH`.
    pub fn admit(
        token: VerifiedToken,
        catalogue: &Catalogue,
        grammars: &GrammarSet,
    ) -> Result<Self, TokenFault> {
        let plan = catalogue.plan_for(&token, grammars)?;
        Ok(Self { token, plan })
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }

    /// What its session is held to.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}
