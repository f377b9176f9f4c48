//! Lines that are read in a mode above: the session leaves first, then they walk the one road there.

use super::run::{Flow, Session};
use super::terminal::Terminal;
use crate::authz::Denial;
use crate::terms::{Code, PresentedLine};

impl Session {
    /// Leaves mode after mode, each by a recorded step of the gate's own, and sees each parent's prompt. Where that cannot
    /// be done the line is refused.
    pub(super) async fn walk_up(
        &mut self,
        terminal: &mut Terminal,
        leaves: &[String],
        line: PresentedLine,
    ) -> Flow {
        for leave in leaves {
            let before = self.device.mode().clone();
            if let Flow::End(code) = self.by_the_gate(leave).await {
                return Flow::End(code);
            }
            if *self.device.mode() == before {
                let denial = Denial {
                    code: Code::AfterError,
                    detail: format!("mode {before} could not be left"),
                    rules: Vec::new(),
                    command: None,
                };
                let facts = self.facts_without_command();
                return self.refuse(terminal, denial, facts).await;
            }
        }
        // The mode is another one now: there it is read, or refused, but not walked up again.
        Box::pin(self.line(terminal, line)).await
    }
}
