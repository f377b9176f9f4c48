//! Policy as code: YAML rules over who, device, class and command.
//!
//! P3: what no `allow` matches is denied. P4: a rule is asked for each leg, the human and the agent. P11: which rules
//! match depends on the request and the files alone, not on the order of files or rules. `rules/README.md` is the
//! language on one page.

mod bits;
mod check;
mod device;
mod index;
mod places;
mod possible;
mod raw;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use crate::command::{CanonicalCommand, Stage, canonicalize};
use crate::config::Device;
use crate::grammar::{Grammar, GrammarSet};
use crate::terms::{Class, DeviceName, PresentedLine, Problems, RuleId, Span};
use check::{Effect, Rule};
use index::Index;
pub use possible::Possible;

/// A rule named as a reason, with the place it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRef {
    /// Its id.
    pub id: RuleId,
    /// File, line, column.
    pub span: Span,
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Which it is.
    pub named: RuleRef,
    /// Why it is there, in its author's words: one printable line, perhaps empty.
    pub why: Arc<str>,
}

/// One leg of a request: a name and the groups that the gate itself knows it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who<'a> {
    name: &'a str,
    groups: &'a [String],
}

impl<'a> Who<'a> {
    /// Somebody by `name`, as the gate knows it: a principal's, a token's `sub` or `act.sub`. Never by the issuer's word
    /// on groups.
    #[must_use]
    pub fn new(name: &'a str, groups: &'a [String]) -> Self {
        Self { name, groups }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The groups.
    #[must_use]
    pub fn groups(&self) -> &'a [String] {
        self.groups
    }
}

/// What the rules are asked. Neither leg: the gate asks for itself (P12).
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What would run.
    pub command: &'a CanonicalCommand,
    /// Where.
    pub device: &'a DeviceName,
    /// For whom.
    pub human: Option<Who<'a>>,
    /// Through which agent.
    pub agent: Option<Who<'a>>,
    /// The intent of the session's token.
    pub intent: Option<&'a str>,
    /// Whether the command is one of the intent's own steps or declared reads.
    pub in_plan: bool,
}

/// The rules that matched. Whether that is a permit is not for the rules to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching<'a> {
    /// Denies, by their ids, at most [`NAMED`] of them.
    pub denies: Vec<&'a Ruling>,
    /// The first `allow` by id that counts for the human. Not looked for when there are denies.
    pub human: Option<&'a Ruling>,
    /// The same for the agent.
    pub agent: Option<&'a Ruling>,
    /// The same for the gate.
    pub gate: Option<&'a Ruling>,
}

/// How many denies are named.
pub const NAMED: usize = 8;

/// Why the rules cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stranger {
    /// The inventory has no such device.
    #[error("the device is not in the inventory")]
    Device,
    /// The device is of another platform than the one whose grammar read the command.
    #[error("the device is of another platform than the one that the command was read for")]
    Platform,
    /// The command is no longer read as it was.
    #[error("the grammar has changed since the session began; log in again")]
    Command,
}

/// Every rule of every file, checked against grammars and inventory, and indexed. Immutable.
///
/// What a decision costs grows by about ten machine words per 64 rules; nothing is allocated unless a `deny` matches.
#[derive(Debug)]
pub struct RuleSet {
    platforms: Vec<Reader>,
    devices: HashMap<DeviceName, Known>,
    allow: Half,
    deny: Half,
    intents: Vec<(String, RuleRef)>,
}

/// The rules of one effect, in the order of their ids.
#[derive(Debug)]
struct Half {
    rulings: Vec<Ruling>,
    index: Index,
}

/// A grammar that reads commands again.
#[derive(Debug)]
struct Reader {
    grammar: Arc<Grammar>,
}

/// A device's place in the index, and that of its platform.
#[derive(Clone, Copy, Debug)]
struct Known {
    device: usize,
    platform: usize,
}

/// A question in the index's own numbers.
#[derive(Debug)]
struct Query<'a> {
    device: usize,
    platform: usize,
    spelling: usize,
    class: Class,
    stages: &'a [Stage],
    human: Option<Who<'a>>,
    agent: Option<Who<'a>>,
    intent: Option<&'a str>,
    in_plan: bool,
}

impl<'a> Query<'a> {
    fn is_gate(&self) -> bool {
        self.human.is_none() && self.agent.is_none()
    }

    /// An `allow` by intent covers the plan's own steps and declared reads, nothing else of the session.
    fn intent_for(&self, effect: Effect) -> Option<&'a str> {
        self.intent.filter(|_| effect == Effect::Deny || self.in_plan)
    }
}

#[derive(Clone, Copy, Debug)]
enum LegName {
    Human,
    Agent,
    Gate,
}

impl RuleSet {
    /// Reads files, given as name and text, whose `kind` is `Rules`; those of kind `Intents` are the catalogue's.
    ///
    /// # Errors
    /// All problems of all files; a file whose form is wrong has just the first of it.
    pub fn compile(
        files: &[(String, String)],
        grammars: &GrammarSet,
        devices: &[Device],
    ) -> Result<Self, Problems> {
        let (mut rules, problems) = check::check(files, grammars, devices);
        Problems::none_or(problems, ())?;
        rules.sort_by(|a, b| a.named.id.cmp(&b.named.id));
        let platforms: Vec<Reader> =
            grammars.iter().map(|grammar| Reader { grammar: grammar.clone() }).collect();
        let known = devices.iter().enumerate().filter_map(|(device, own)| {
            // A device that no grammar reads is no device here: whatever is asked about it is denied.
            let platform = platforms.iter().position(|reader| *reader.grammar.platform() == own.platform)?;
            Some((own.name.clone(), Known { device, platform }))
        });
        let named = |rule: &Rule| {
            let names = rule.what.intent.iter().flatten();
            names.map(|name| (name.clone(), rule.named.clone())).collect::<Vec<_>>()
        };
        Ok(Self {
            intents: rules.iter().flat_map(named).collect(),
            devices: known.collect(),
            allow: Half::new(Effect::Allow, &rules, devices, &platforms),
            deny: Half::new(Effect::Deny, &rules, devices, &platforms),
            platforms,
        })
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.allow.rulings.len().saturating_add(self.deny.rulings.len())
    }

    /// Whether there are none: then everything is denied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The intents that rules name, each with its rule: the catalogue is read beside the rules, so that whoever has both
    /// checks that it knows them.
    pub fn intents(&self) -> impl Iterator<Item = &(String, RuleRef)> {
        self.intents.iter()
    }

    /// Which rules match.
    ///
    /// # Errors
    /// [`Stranger`] when the question is not about this inventory and these grammars.
    pub fn matching(&self, question: &Question<'_>) -> Result<Matching<'_>, Stranger> {
        Ok(self.matches(&self.query(question)?))
    }

    fn matches(&self, query: &Query<'_>) -> Matching<'_> {
        let mut found = Matching::default();
        for block in self.deny.index.matching(query) {
            let room = NAMED.saturating_sub(found.denies.len());
            found.denies.extend(block.numbers().filter_map(|n| self.deny.rulings.get(n)).take(room));
        }
        if found.denies.is_empty() {
            for block in self.allow.index.matching(query) {
                let first = |leg| self.allow.index.first(&block, leg).and_then(|n| self.allow.rulings.get(n));
                found.human = found.human.or_else(|| first(LegName::Human));
                found.agent = found.agent.or_else(|| first(LegName::Agent));
                found.gate = found.gate.or_else(|| first(LegName::Gate));
            }
        }
        found
    }

    fn query<'q>(&self, question: &Question<'q>) -> Result<Query<'q>, Stranger> {
        let known = self.devices.get(question.device).ok_or(Stranger::Device)?;
        let reader = self.platforms.get(known.platform).ok_or(Stranger::Platform)?;
        if reader.grammar.platform() != question.command.platform() {
            return Err(Stranger::Platform);
        }
        let (spelling, class) = reader.spelling(question.command).ok_or(Stranger::Command)?;
        Ok(Query {
            device: known.device,
            platform: known.platform,
            spelling,
            class,
            stages: question.command.stages(),
            human: question.human,
            agent: question.agent,
            intent: question.intent,
            in_plan: question.in_plan,
        })
    }
}

impl Half {
    fn new(effect: Effect, rules: &[Rule], devices: &[Device], platforms: &[Reader]) -> Self {
        let own: Vec<&Rule> = rules.iter().filter(|rule| rule.effect == effect).collect();
        let grammars: Vec<&Arc<Grammar>> = platforms.iter().map(|reader| &reader.grammar).collect();
        let ruling = |rule: &&Rule| Ruling { named: rule.named.clone(), why: rule.why.clone() };
        Self {
            rulings: own.iter().map(ruling).collect(),
            index: Index::new(effect, &own, devices, &grammars),
        }
    }
}

impl Reader {
    /// A command's spelling here, and the class of it without its pipe stages.
    ///
    /// A session keeps the grammar that it began with, and the ids of spellings are those of one grammar: after a
    /// reload the canonical text is read again, and must read as the very same command.
    fn spelling(&self, command: &CanonicalCommand) -> Option<(usize, Class)> {
        let spelling = self.grammar.spelling(command.variant())?;
        if Arc::ptr_eq(spelling.leaf, command.leaf()) {
            return Some((usize::try_from(spelling.id).ok()?, spelling.class));
        }
        let line = PresentedLine::parse(command.line().as_bytes()).ok()?;
        let again = canonicalize(&self.grammar, self.grammar.parse(command.mode(), &line)).ok()?;
        let spelling = self.grammar.spelling(again.variant())?;
        again.is_the_same_as(command).then_some((usize::try_from(spelling.id).ok()?, spelling.class))
    }
}
