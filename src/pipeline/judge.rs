//! One line to one verdict: parse, canonicalize, place in the plan, decide.

use std::sync::Arc;

use super::records::Facts;
use super::run::Session;
use crate::authz::{self, Decision, Denial, Party, PlanStanding, Request};
use crate::command::{self, CanonicalCommand, ParseRefusal};
use crate::grammar::Parse;
use crate::intent::{self, Cursor, VerifiedIntent};
use crate::ledger::{Outcome, OutcomeState};
use crate::policy::Policy;
use crate::terms::{Class, Code, PresentedLine};

/// What became of a line.
pub(super) enum Judged {
    /// Blank or a comment: the gate answers with the prompt.
    Nothing,
    /// The client asked to leave: the gate ends the session itself.
    Leave,
    /// A verdict.
    Ruled(Box<Ruled>),
}

/// A verdict with what is recorded beside it.
pub(super) struct Ruled {
    pub(super) decision: Decision,
    pub(super) facts: Facts,
    pub(super) place: Place,
}

type Parsed = Result<CanonicalCommand, ParseRefusal>;

/// Where a command stands in the session's plan.
pub(super) type Place = Option<intent::Standing>;

/// How far the plan is, and whether the configuration context can still be trusted.
pub(super) struct Standing {
    intent: Option<Arc<VerifiedIntent>>,
    cursor: Cursor,
    astray: bool,
}

impl Standing {
    pub(super) fn new(intent: Option<Arc<VerifiedIntent>>) -> Self {
        Self { intent, cursor: Cursor::default(), astray: false }
    }

    /// After a refusal in a configuration mode nothing but leaving is accepted (P5): a refused
    /// `interface Eth99` must not aim the next line at Eth1.
    pub(super) fn refused(&mut self, in_configuration: bool) {
        self.astray = in_configuration;
        if in_configuration {
            self.cursor.failed();
        }
    }

    /// After a command ran: the plan moves on, or stops for good.
    pub(super) fn ran(&mut self, place: Place, outcome: &Outcome, in_configuration: bool) {
        if outcome.succeeded() {
            if let Some(place) = place {
                self.cursor.advance(place);
            }
            self.astray &= in_configuration;
        } else if !is_harmless(place, outcome) || in_configuration {
            self.cursor.failed();
            self.astray = in_configuration;
        }
    }

    fn place(&self, command: &CanonicalCommand) -> Place {
        self.intent.as_ref().map(|intent| self.cursor.standing(intent.plan(), command))
    }
}

impl Session {
    /// Judges one line for the client.
    pub(super) fn judge(&self, line: &PresentedLine) -> Judged {
        let parse = self.grammar.parse(self.device.mode(), line);
        if matches!(parse, Parse::Nothing) {
            return Judged::Nothing;
        }
        let parsed = command::canonicalize(&self.grammar, parse);
        if let Ok(command) = &parsed {
            if command.ends_session() {
                return Judged::Leave;
            }
            // Clients type it to be sure; where the login has landed already there is nothing to send.
            let usual = self.grammar.facts().start.first() == Some(self.device.mode());
            if usual && command.class() == Class::Privilege && command.text() == "enable" {
                return Judged::Nothing;
            }
        }
        Judged::Ruled(Box::new(self.rule(line, parsed)))
    }

    /// Judges a line of the gate's own (P12).
    pub(super) fn judge_for_gate(&self, line: &PresentedLine) -> Ruled {
        let policy = self.gate.policy();
        let parsed = command::canonicalize(&self.grammar, self.grammar.parse(self.device.mode(), line));
        let facts = Facts { by_gate: true, ..self.facts(&policy, line, &parsed, None) };
        let plan = PlanStanding::NoToken;
        let request = Request { parsed, party: Party::Gate, device: &self.target, plan, intent: None };
        Ruled { decision: authz::decide(request, &policy.rules), facts, place: None }
    }

    fn rule(&self, line: &PresentedLine, parsed: Parsed) -> Ruled {
        // One policy for the verdict and for the record of it.
        let policy = self.gate.policy();
        let place = parsed.as_ref().ok().and_then(|command| self.standing.place(command));
        let facts = self.facts(&policy, line, &parsed, place);
        let decision = match self.astray(&parsed) {
            Some(denial) => Decision::Deny(denial),
            None => self.decide(&policy, parsed, place),
        };
        Ruled { decision, facts, place }
    }

    fn decide(&self, policy: &Policy, parsed: Parsed, place: Place) -> Decision {
        let intent = self.login.intent().map(AsRef::as_ref);
        let known = self.login.still_stands(policy);
        let party =
            known.and_then(|()| policy.party(self.login.principal(), intent).ok_or(Code::PrincipalUnknown));
        match party {
            Ok(party) => {
                let plan = plan_standing(place);
                let intent = intent.map(|intent| intent.token().action());
                let request = Request { parsed, party, device: &self.target, plan, intent };
                authz::decide(request, &policy.rules)
            }
            Err(code) => {
                let detail = "no longer, by the policy of now".to_owned();
                Decision::Deny(Denial { code, detail, rules: Vec::new(), command: parsed.ok() })
            }
        }
    }

    /// What is recorded beside a verdict. A line that is a command is recorded as such; any other only by its hash.
    fn facts(&self, policy: &Policy, line: &PresentedLine, parsed: &Parsed, place: Place) -> Facts {
        let typed = if parsed.is_ok() { Vec::new() } else { line.as_str().as_bytes().to_vec() };
        let step = match place {
            Some(intent::Standing::Step(step)) => Some(step),
            _ => None,
        };
        Facts { mode: self.device.mode().clone(), policy: policy.digest(), step, typed, by_gate: false }
    }

    /// The same for bytes that are no line at all: none of them are kept.
    pub(super) fn facts_without_command(&self) -> Facts {
        let (mode, policy) = (self.device.mode().clone(), self.gate.policy().digest());
        Facts { mode, policy, step: None, typed: Vec::new(), by_gate: false }
    }

    fn astray(&self, parsed: &Parsed) -> Option<Denial> {
        let command = parsed.as_ref().ok()?;
        let leaves = !self.grammar.is_configuration(command.next_mode());
        (self.standing.astray && !leaves).then(|| Denial {
            code: Code::AfterError,
            detail: format!("type `{}` first", self.grammar.facts().leave),
            rules: Vec::new(),
            command: Some(command.clone()),
        })
    }
}

/// Clients prepare a terminal with lines that not every device knows: such an answer changes nothing that a plan rests on.
fn is_harmless(place: Place, outcome: &Outcome) -> bool {
    place == Some(intent::Standing::Housekeeping) && outcome.state == OutcomeState::DeviceError
}

fn plan_standing(place: Place) -> PlanStanding {
    match place {
        None => PlanStanding::NoToken,
        Some(intent::Standing::Step(_)) => PlanStanding::Step,
        Some(intent::Standing::ExtraRead) => PlanStanding::ExtraRead,
        Some(intent::Standing::Housekeeping) => PlanStanding::Housekeeping,
        Some(intent::Standing::Outside(code)) => PlanStanding::Outside(code),
    }
}
