//! The manual: what the code cannot say in its place.

/// What Portcullis defends against, and what it does not.
#[doc = include_str!("threat_model.md")]
pub mod threat_model {}

/// How other gates were got past, and what stands against it here.
#[doc = include_str!("past_bypasses.md")]
pub mod past_bypasses {}

/// Decisions of design, numbered: context, choice, cost.
#[doc = include_str!("decisions.md")]
pub mod decisions {}

/// Installing and running a gate.
#[doc = include_str!("operating.md")]
pub mod operating {}

/// One word for one thing, and whose word it is.
#[doc = include_str!("vocabulary.md")]
pub mod vocabulary {}
