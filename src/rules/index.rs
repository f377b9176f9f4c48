//! Rules of one effect, turned on their side: for each thing that can be said of a request, the set of rules that it
//! lets stand. Which rules match is the intersection of some ten sets, whatever the number of rules.

use std::collections::HashMap;
use std::sync::Arc;

use super::bits::{Bits, Block};
use super::check::{Effect, Leg, Rule};
use super::device::{Shape, Truth};
use super::places::Places;
use super::{Query, Who};
use crate::config::Device;
use crate::grammar::Grammar;
use crate::terms::Class;
use crate::terms::class::CLASSES;

#[derive(Debug)]
pub(super) struct Index {
    effect: Effect,
    /// Per device of the inventory.
    device: Vec<Bits>,
    /// Per platform, per spelling: patterns and modes.
    place: Vec<Option<Places>>,
    /// Per class: those that it lets stand as the command's own.
    class: Vec<Bits>,
    /// Per class: those that it lets stand as that of a pipe stage.
    stage: Vec<Bits>,
    human: LegIndex,
    agent: LegIndex,
    gate: LegIndex,
    intent: Key,
}

/// What rules say of one leg.
#[derive(Debug)]
struct LegIndex {
    /// Those that stand when it is not there.
    absent: Bits,
    /// Those that may stand when it is.
    present: Bits,
    name: Key,
    group: Key,
    /// Those that count for it when they match.
    counts: Bits,
}

/// Rules by one value that they name.
#[derive(Debug)]
struct Key {
    /// Those that ask for none.
    free: Bits,
    by: HashMap<Box<str>, Bits>,
}

/// The rules of an effect that match, by their numbers.
#[derive(Debug)]
pub(super) struct Found {
    block: Block,
}

impl Key {
    fn new<'r>(rules: &'r [&Rule], values: impl Fn(&'r Rule) -> Option<&'r Vec<String>>) -> Self {
        let mut by: HashMap<Box<str>, Bits> = HashMap::new();
        let mut free = Bits::none(rules.len());
        for (number, rule) in rules.iter().enumerate() {
            match values(rule) {
                None => free.insert(number),
                Some(values) => values.iter().for_each(|value| {
                    by.entry(value.as_str().into()).or_insert_with(|| Bits::none(rules.len())).insert(number);
                }),
            }
        }
        Self { free, by }
    }

    /// Those that ask for none or for one of `values`.
    fn keep<'v>(&self, block: &mut Block, number: usize, values: impl Iterator<Item = &'v str>) {
        let mut any = Block::of(&self.free, number);
        values.filter_map(|value| self.by.get(value)).for_each(|bits| any.add(bits));
        block.keep_block(&any);
    }
}

impl LegIndex {
    fn new<'r>(rules: &'r [&Rule], leg: impl Fn(&'r Rule) -> &'r Leg) -> Self {
        let of = |holds: &dyn Fn(&'r Rule) -> bool| {
            Bits::of(rules.len(), |number| rules.get(number).is_some_and(|rule| holds(rule)))
        };
        let lists = |rule: &'r Rule| match leg(rule) {
            Leg::Such { names, groups } => (names.as_ref(), groups.as_ref()),
            Leg::Unsaid | Leg::Absent => (None, None),
        };
        Self {
            absent: of(&|rule| !matches!(leg(rule), Leg::Such { .. })),
            present: of(&|rule| !matches!(leg(rule), Leg::Absent) && !rule.who.gate),
            name: Key::new(rules, |rule| lists(rule).0),
            group: Key::new(rules, |rule| lists(rule).1),
            counts: of(&|rule| !rule.who.given || matches!(leg(rule), Leg::Such { .. })),
        }
    }

    fn keep(&self, block: &mut Block, number: usize, who: Option<Who<'_>>) {
        let Some(who) = who else { return block.keep(&self.absent) };
        block.keep(&self.present);
        self.name.keep(block, number, std::iter::once(who.name()));
        self.group.keep(block, number, who.groups().iter().map(String::as_str));
    }
}

impl Index {
    /// `rules` are those of `effect`.
    pub(super) fn new(
        effect: Effect,
        rules: &[&Rule],
        devices: &[Device],
        grammars: &[&Arc<Grammar>],
    ) -> Self {
        Self {
            effect,
            device: devices.iter().map(|device| on_device(effect, rules, device)).collect(),
            place: grammars
                .iter()
                // Nobody can ask about a platform that no device has.
                .map(|grammar| {
                    let asked = devices.iter().any(|device| device.platform == *grammar.platform());
                    asked.then(|| Places::new(rules, grammar))
                })
                .collect(),
            class: CLASSES.iter().map(|(class, _)| own_class(effect, rules, *class)).collect(),
            stage: CLASSES.iter().map(|(class, _)| stage_class(effect, rules, *class)).collect(),
            human: LegIndex::new(rules, |rule| &rule.who.human),
            agent: LegIndex::new(rules, |rule| &rule.who.agent),
            gate: gate(rules),
            intent: Key::new(rules, |rule| rule.what.intent.as_ref()),
        }
    }

    /// The rules that match, in blocks of rising numbers. Allocates nothing.
    pub(super) fn matching<'q>(&'q self, query: &'q Query<'q>) -> impl Iterator<Item = Found> + 'q {
        let device = self.device.get(query.device);
        let place = self.place.get(query.platform).and_then(|all| all.as_ref()?.get(query.spelling));
        // INVARIANT: a query is made from this very set of rules, so both are there. Were one not, the caller would
        // see no rule of this effect; it is `RuleSet::query` that refuses such a request as a whole.
        let both = device.zip(place);
        let blocks = both.map_or(0, |(device, _)| device.blocks());
        (0..blocks).filter_map(move |number| {
            let (device, place) = both?;
            let mut block = Block::of(device, number);
            block.keep(place);
            self.keep_class(&mut block, number, query)?;
            if block.is_empty() {
                return None;
            }
            self.human.keep(&mut block, number, query.human);
            self.agent.keep(&mut block, number, query.agent);
            block.keep(if query.is_gate() { &self.gate.present } else { &self.gate.absent });
            self.intent.keep(&mut block, number, query.intent_for(self.effect).into_iter());
            Some(Found { block })
        })
    }

    /// An `allow` must take the command and every stage as they are; for a `deny` one of them is enough.
    fn keep_class(&self, block: &mut Block, number: usize, query: &Query<'_>) -> Option<()> {
        let mut class = Block::of(self.class.get(query.class as usize)?, number);
        for stage in query.stages {
            let bits = self.stage.get(stage.class as usize)?;
            match self.effect {
                Effect::Allow => class.keep(bits),
                Effect::Deny => class.add(bits),
            }
        }
        block.keep_block(&class);
        Some(())
    }

    /// The first rule of `found` that counts for a leg.
    pub(super) fn first(&self, found: &Found, leg: super::LegName) -> Option<usize> {
        let counts = match leg {
            super::LegName::Human => &self.human.counts,
            super::LegName::Agent => &self.agent.counts,
            super::LegName::Gate => &self.gate.counts,
        };
        found.block.first_in(counts)
    }
}

impl Found {
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.block.numbers()
    }
}

/// What is not known of a device makes an `allow` not match and a `deny` match.
fn on_device(effect: Effect, rules: &[&Rule], device: &Device) -> Bits {
    let shape = Shape::of(device);
    let least = match effect {
        Effect::Allow => Truth::Yes,
        Effect::Deny => Truth::Unknown,
    };
    let holds = |rule: &&Rule| rule.devices.as_ref().is_none_or(|devices| devices.selects(&shape) >= least);
    Bits::of(rules.len(), |number| rules.get(number).is_some_and(holds))
}

/// A class in an `allow` is exact; in a `deny` it covers its subtree.
fn own_class(effect: Effect, rules: &[&Rule], class: Class) -> Bits {
    Bits::of(rules.len(), |number| {
        rules
            .get(number)
            .and_then(|rule| rule.what.class.as_ref())
            .is_none_or(|all| names(effect, all, class))
    })
}

/// An `allow` takes a stage that only narrows, and any other only when it names its class: `commands: [show version]`
/// says nothing of `show version | redirect flash:x`.
fn stage_class(effect: Effect, rules: &[&Rule], class: Class) -> Bits {
    Bits::of(rules.len(), |number| {
        let named = rules.get(number).and_then(|rule| rule.what.class.as_ref());
        named.is_some_and(|all| names(effect, all, class))
            || effect == Effect::Allow && class == Class::Filter
    })
}

fn names(effect: Effect, all: &[Class], class: Class) -> bool {
    match effect {
        Effect::Allow => all.contains(&class),
        Effect::Deny => all.iter().any(|own| class.within(*own)),
    }
}

/// The gate itself: rules that name it and rules that name nobody are about it.
fn gate(rules: &[&Rule]) -> LegIndex {
    let of = |holds: &dyn Fn(&Rule) -> bool| {
        Bits::of(rules.len(), |number| rules.get(number).is_some_and(|rule| holds(rule)))
    };
    let about = of(&|rule| rule.who.gate || !rule.who.given);
    LegIndex {
        absent: of(&|rule| !rule.who.gate),
        present: about.clone(),
        name: Key::new(rules, |_| None),
        group: Key::new(rules, |_| None),
        counts: about,
    }
}

impl Rule {
    pub(super) fn in_mode(&self, mode: &crate::terms::Mode) -> bool {
        self.what.mode.as_ref().is_none_or(|modes| modes.contains(mode))
    }
}
