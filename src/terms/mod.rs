//! Words that every part of the gate shares. Imports nothing of ours.
//!
//! One word for one thing: `manual::vocabulary` says what each means and whose word it is.

pub mod class;
pub mod code;
pub mod hidden;
pub mod id;
pub mod line;
pub mod name;
pub mod problem;
pub mod time;

pub use class::Class;
pub use code::Code;
pub use hidden::Hidden;
pub use id::{CorrelationId, DecisionId, SessionId, SubjectId};
pub use line::{Framing, PresentedLine};
pub use name::{DeviceName, IntentName, IssuerName, Mode, Platform, PrincipalName, RuleId};
pub use problem::{Problem, Problems, Span};
pub use time::{Clock, ManualClock, Timestamp};

#[cfg(test)]
mod tests;
