//! One line to one verdict: parse, canonicalize, place in the plan, decide.

use std::sync::Arc;

use super::records::Facts;
use super::run::Session;
use crate::authz::{self, Decision, Denial, Party, PlanStanding, Request};
use crate::command::{self, CanonicalCommand, ParseRefusal};
use crate::grammar::{BlockFault, Context, Opening, Parse};
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
    /// The gate's own context moves: nothing is sent.
    Moved(Context),
    /// The lines that follow are the text of a block.
    Block(Box<Opening>),
    /// It would be permitted in the mode that these lines lead to, and is read only there.
    Above(Vec<String>),
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

    pub(super) fn place(&self, command: &CanonicalCommand) -> Place {
        self.intent.as_ref().map(|intent| self.cursor.standing(intent.plan(), command))
    }
}

impl Session {
    /// Judges one line for the client.
    pub(super) fn judge(&self, line: &PresentedLine) -> Judged {
        let parsed = match self.grammar.parse_in(self.device.mode(), &self.context, line) {
            Parse::Nothing => return Judged::Nothing,
            Parse::Moved(context) => return Judged::Moved(context),
            Parse::Block(opening) => return Judged::Block(Box::new(opening)),
            parse @ Parse::Unrecognized { .. } => match self.above(line) {
                Some(judged) => return judged,
                None => command::canonicalize(&self.grammar, parse),
            },
            parse => command::canonicalize(&self.grammar, parse),
        };
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
        Judged::Ruled(Box::new(self.rule(Some(line), parsed)))
    }

    /// Judges a command whose block is whole.
    pub(super) fn judge_block(&self, opening: Opening) -> Result<Box<Ruled>, BlockFault> {
        let parsed = command::canonicalize(&self.grammar, Parse::Command(opening.finish()?));
        Ok(Box::new(self.rule(None, parsed)))
    }

    /// Walk-up: a line that this mode does not read and one above it does. The device would judge it by its own tree of
    /// this mode, which may know such a word: so the mode is left first, by a step of its own, and only for a command
    /// that would be permitted. None where no mode above reads it either.
    fn above(&self, line: &PresentedLine) -> Option<Judged> {
        let (mode, leaves) = self.grammar.walk_up(self.device.mode(), &self.context, line)?;
        match self.grammar.parse_in(&mode, &self.context, line) {
            Parse::Block(_) => Some(Judged::Above(leaves)),
            parse => {
                let ruled = self.rule(Some(line), command::canonicalize(&self.grammar, parse));
                Some(match ruled.decision {
                    Decision::Permit(_) => Judged::Above(leaves),
                    Decision::Deny(_) => Judged::Ruled(Box::new(ruled)),
                })
            }
        }
    }

    /// Judges a line of the gate's own (P12).
    pub(super) fn judge_for_gate(&self, line: &PresentedLine) -> Ruled {
        let policy = self.gate.policy();
        let parsed = command::canonicalize(&self.grammar, self.grammar.parse(self.device.mode(), line));
        let facts = Facts { by_gate: true, ..self.facts(&policy, Some(line), &parsed, None) };
        let plan = PlanStanding::NoToken;
        let request = Request { parsed, party: Party::Gate, device: &self.target, plan, intent: None };
        Ruled { decision: authz::decide(request, &policy.rules), facts, place: None }
    }

    fn rule(&self, line: Option<&PresentedLine>, parsed: Parsed) -> Ruled {
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
    fn facts(&self, policy: &Policy, line: Option<&PresentedLine>, parsed: &Parsed, place: Place) -> Facts {
        let typed =
            line.filter(|_| parsed.is_err()).map_or_else(Vec::new, |line| line.as_str().as_bytes().to_vec());
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
