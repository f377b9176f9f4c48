//! The decision itself. P3, P4, P11: pure, and every doubt denies.

use super::{Decision, Denial, Party, Permit, PlanStanding, Request};
use crate::command::{CanonicalCommand, ParseRefusal};
use crate::rules::{Matching, Possible, Question, RuleRef, RuleSet, Ruling, Stranger};
use crate::terms::problem::printable;
use crate::terms::{Class, Code};

/// The verdict on one line. The gates come in this order, and the first that is shut decides:
///
/// 1. the line is exactly one command, not of class `refuse`;
/// 2. the request is whole: an agent has a token, a token names an intent;
/// 3. the command is within the token's plan;
/// 4. device and command are those of these rules;
/// 5. no `deny` matches;
/// 6. for each leg, the human and the agent, some `allow` matches.
///
/// Allocates nothing but the list of the rules that it names, and text when it denies.
pub fn decide(request: Request<'_>, rules: &RuleSet) -> Decision {
    let command = match request.parsed {
        Ok(command) => command,
        Err(refusal) => return Decision::Deny(unread(refusal)),
    };
    let before_rules = refused(&command)
        .or_else(|| not_whole(&request.party, request.plan, request.intent))
        .or_else(|| outside(request.plan));
    if let Some((code, detail)) = before_rules {
        return deny(command, code, detail.to_owned(), Vec::new());
    }
    let (human, agent) = request.party.legs();
    let question = Question {
        command: &command,
        device: &request.device.name,
        human,
        agent,
        intent: request.intent,
        in_plan: matches!(request.plan, PlanStanding::Step | PlanStanding::ExtraRead),
    };
    match rules.matching(&question).map(|found| ruled(&request.party, &found)) {
        Ok(Ok(rules)) => Decision::Permit(Permit { command, rules }),
        Ok(Err((code, detail, rules))) => deny(command, code, detail, rules),
        Err(stranger) => {
            let code = match stranger {
                Stranger::Device | Stranger::Platform => Code::DeviceUnknown,
                Stranger::Command => Code::Unrecognized,
            };
            deny(command, code, stranger.to_string(), Vec::new())
        }
    }
}

/// Whether the rules would permit a command of one spelling to a party: what discovery may show. `possible` is filled in with
/// the party's legs; the plan of a token is the caller's to look at. Permits nothing by itself.
#[must_use]
pub fn might_permit(possible: &Possible<'_>, party: &Party<'_>, rules: &RuleSet) -> bool {
    let (human, agent) = party.legs();
    let asked = Possible { human, agent, ..*possible };
    rules.matching_all(&asked).is_some_and(|found| found.denies.is_empty() && ruled(party, &found).is_ok())
}

fn deny(command: CanonicalCommand, code: Code, detail: String, rules: Vec<RuleRef>) -> Decision {
    Decision::Deny(Denial { code, detail, rules, command: Some(command) })
}

fn unread(refusal: ParseRefusal) -> Denial {
    Denial { code: refusal.code, detail: printable(&refusal.detail), rules: Vec::new(), command: None }
}

type Why = (Code, &'static str);

/// The grammar's own refusal comes as a [`ParseRefusal`]; whatever else may carry the class is refused as well.
fn refused(command: &CanonicalCommand) -> Option<Why> {
    let stage = command.stages().iter().any(|stage| stage.class == Class::Refuse);
    (stage || command.class() == Class::Refuse).then_some((Code::Refused, ""))
}

/// A request that cannot be true is refused, not interpreted.
fn not_whole(party: &Party<'_>, plan: PlanStanding, intent: Option<&str>) -> Option<Why> {
    match (party, plan, intent) {
        (Party::Delegated { .. }, PlanStanding::NoToken, _) => Some((Code::TokenMissing, "")),
        (_, PlanStanding::NoToken, Some(_)) => Some((Code::TokenMissing, "an intent without a token")),
        (_, PlanStanding::Step | PlanStanding::ExtraRead | PlanStanding::Housekeeping, None) => {
            Some((Code::IntentUnknown, "a plan without an intent"))
        }
        _ => None,
    }
}

fn outside(plan: PlanStanding) -> Option<Why> {
    match plan {
        PlanStanding::Outside(code) => Some((code, "")),
        PlanStanding::NoToken | PlanStanding::Step | PlanStanding::ExtraRead | PlanStanding::Housekeeping => {
            None
        }
    }
}

type Denied = (Code, String, Vec<RuleRef>);

/// Every leg needs an `allow` of its own, and no `deny` may match.
fn ruled(party: &Party<'_>, found: &Matching<'_>) -> Result<Vec<RuleRef>, Denied> {
    if let Some(first) = found.denies.first() {
        let named = found.denies.iter().map(|ruling| ruling.named.clone()).collect();
        return Err((Code::Rule, first.why.as_ref().to_owned(), named));
    }
    match party {
        Party::Direct { human } => Ok(vec![allowed(found.human, "", human.name())?]),
        Party::Delegated { human, agent } => {
            let mut rules = vec![allowed(found.human, "human ", human.name())?];
            let other = allowed(found.agent, "agent ", agent.name())?;
            if !rules.contains(&other) {
                rules.push(other);
            }
            Ok(rules)
        }
        Party::Gate => Ok(vec![allowed(found.gate, "", "the gate itself")?]),
    }
}

fn allowed(ruling: Option<&Ruling>, kind: &str, name: &str) -> Result<RuleRef, Denied> {
    ruling
        .map(|ruling| ruling.named.clone())
        .ok_or_else(|| (Code::Default, format!("not for {kind}{}", printable(name)), Vec::new()))
}
