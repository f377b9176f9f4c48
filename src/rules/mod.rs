//! Policy as code: YAML rules over who, device, class and command.

use crate::terms::{RuleId, Span};

/// A rule named as a reason, with the place it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRef {
    /// Its id.
    pub id: RuleId,
    /// File, line, column.
    pub span: Span,
}
