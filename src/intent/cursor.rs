//! How far a session is in its plan: a small pure machine, driven by what the device answered.

use super::Plan;
use crate::command::CanonicalCommand;
use crate::terms::{Class, Code};

/// Where a command stands in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The next step; steps count from 0.
    Step(usize),
    /// One of the reads that the plan declares beside its steps.
    ExtraRead,
    /// Touches only the terminal, or leaves a configuration that the plan was stopped in.
    Housekeeping,
    /// Not covered, and why.
    Outside(Code),
}

/// The position in a plan. It moves only by [`Cursor::advance`], after the device has answered.
///
/// INVARIANT: `next` never goes back and a stopped cursor never starts again, so no step is taken twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    next: usize,
    stopped: bool,
}

impl Cursor {
    /// Where `command` stands now. A step is mode and text both: an injected change of mode can never aim the next
    /// step at something else.
    #[must_use]
    pub fn standing(&self, plan: &Plan, command: &CanonicalCommand) -> Standing {
        if command.platform() != plan.platform() || command.ends_session() {
            return Standing::Outside(Code::IntentNotInPlan);
        }
        let is = |step: &super::Step| step.mode == *command.mode() && step.text == command.text();
        if !self.stopped && plan.steps().get(self.next).is_some_and(is) {
            return Standing::Step(self.next);
        }
        if plan.extra_reads().iter().any(is) {
            return Standing::ExtraRead;
        }
        if self.is_housekeeping(plan, command) {
            return Standing::Housekeeping;
        }
        Standing::Outside(self.refusal(plan))
    }

    /// Mode changes are never housekeeping while there are steps to aim: only a stopped plan may be left, and only
    /// all the way out.
    fn is_housekeeping(self, plan: &Plan, command: &CanonicalCommand) -> bool {
        command.class() == Class::Terminal
            && (!command.changes_mode() || (self.stopped && command.next_mode() == plan.home()))
    }

    fn refusal(self, plan: &Plan) -> Code {
        if self.stopped {
            Code::IntentStopped
        } else if self.next >= plan.steps().len() {
            Code::IntentDone
        } else {
            Code::IntentNotInPlan
        }
    }

    /// The device has carried out a command that stood at `standing`.
    pub fn advance(&mut self, standing: Standing) {
        match standing {
            Standing::Step(step) if step == self.next && !self.stopped => self.next = step.saturating_add(1),
            // A step that is not the next one, or a command that was never covered: the session is not where the
            // plan thinks it is.
            Standing::Step(_) | Standing::Outside(_) => self.stopped = true,
            Standing::ExtraRead | Standing::Housekeeping => {}
        }
    }

    /// The device refused a command, nobody knows what became of it, or a line was refused in a configuration mode:
    /// no further step is taken in this session. Declared reads and leaving stay possible (P5).
    pub fn failed(&mut self) {
        self.stopped = true;
    }

    /// How many steps are done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.next
    }
}
