//! Lines that are read in a mode above: the session leaves first, then they walk the one road there.

use super::run::{Flow, Session, Stopped};
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
            match self.by_the_gate(leave).await {
                Ok(Flow::Next) => {}
                Ok(end @ Flow::End(_)) => return end,
                Err(Stopped::Denied(denied)) => return self.refuse(terminal, denied.0, denied.1).await,
                Err(Stopped::Unrecorded(code)) => return self.unrecorded(terminal, code).await,
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
