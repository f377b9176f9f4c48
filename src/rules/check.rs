//! From what is written to what is meant; every doubt is a problem with a place.

mod what;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_yaml::Spanned;

use super::RuleRef;
use super::device::{Shape, Truth};
use super::raw::{self, Names, Text};
use crate::config::Device;
use crate::grammar::{GrammarSet, Pattern};
use crate::sys::yaml;
use crate::terms::problem::printable;
use crate::terms::{Class, Mode, Platform, Problem, RuleId, Span};

/// What every file says of its form.
const API_VERSION: &str = "portcullis/v1";

/// The longest name or reason, in bytes.
const MAX_TEXT: usize = 200;

/// A rule that can be ruled by.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) named: RuleRef,
    pub(super) effect: Effect,
    /// Why it is there, for people. One printable line, perhaps empty.
    pub(super) why: Arc<str>,
    pub(super) who: Who,
    /// `None` for every device.
    pub(super) devices: Option<Devices>,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// Whose requests a rule is about.
#[derive(Debug, Default)]
pub(super) struct Who {
    /// Whether the rule says anything about it.
    pub(super) given: bool,
    pub(super) human: Leg,
    pub(super) agent: Leg,
    pub(super) gate: bool,
}

/// What a rule asks of one leg.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Leg {
    /// Nothing.
    #[default]
    Unsaid,
    /// That it is not there.
    Absent,
    /// That it is there, and every list that is given has its name or one of its groups.
    Such { names: Option<Vec<String>>, groups: Option<Vec<String>> },
}

/// A selector of devices: every list that is given must have the device's value.
#[derive(Debug, Default)]
pub(super) struct Devices {
    pub(super) name: Option<Vec<String>>,
    pub(super) platform: Option<Vec<String>>,
    pub(super) site: Option<Vec<String>>,
    pub(super) role: Option<Vec<String>>,
    pub(super) env: Option<Vec<String>>,
    pub(super) criticality: Option<Vec<String>>,
    pub(super) redundancy_group: Option<Vec<String>>,
    pub(super) tag: Option<Vec<String>>,
    pub(super) not: Option<Box<Devices>>,
}

/// Which commands a rule is about; `None` for whichever.
#[derive(Debug, Default)]
pub(super) struct What {
    pub(super) class: Option<Vec<Class>>,
    pub(super) commands: Option<Vec<Pattern>>,
    pub(super) mode: Option<Vec<Mode>>,
    pub(super) intent: Option<Vec<String>>,
}

/// Reads every file of rules; what cannot be used is left out, which no caller sees because the problems come instead.
pub(super) fn check(
    files: &[(String, String)],
    grammars: &GrammarSet,
    devices: &[Device],
) -> (Vec<Rule>, Vec<Problem>) {
    let mut seen: BTreeMap<RuleId, Span> = BTreeMap::new();
    let (mut rules, mut problems) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let mut check = Check { file: name.as_str().into(), text, grammars, devices, problems: Vec::new() };
        for rule in check.file() {
            match seen.get(&rule.named.id) {
                Some(first) => {
                    let message = format!("rule `{}` is there twice, first at {first}", rule.named.id);
                    check.problems.push(Problem::new(rule.named.span.clone(), message).in_text(text));
                }
                None => drop(seen.insert(rule.named.id.clone(), rule.named.span.clone())),
            }
            rules.push(rule);
        }
        problems.append(&mut check.problems);
    }
    (rules, problems)
}

struct Check<'a> {
    file: Arc<str>,
    text: &'a str,
    grammars: &'a GrammarSet,
    devices: &'a [Device],
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn problem<T>(&mut self, at: &Spanned<T>, message: impl Into<String>) {
        self.hinted(at, message, None);
    }

    fn hinted<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, hint: Option<&str>) {
        let problem = Problem::new(yaml::place(&self.file, at), message).in_text(self.text);
        self.problems.push(match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        });
    }

    fn file(&mut self) -> Vec<Rule> {
        let head: raw::Head = match yaml::parse(&self.file, self.text) {
            Ok(head) => head,
            Err(problem) => {
                self.problems.push(problem);
                return Vec::new();
            }
        };
        match head.kind.value.as_str() {
            "Rules" => {}
            // The catalogue of intents reads these.
            "Intents" => return Vec::new(),
            other => {
                let message = format!("`{}` is no kind of file: `Rules` or `Intents`", printable(other));
                self.problem(&head.kind, message);
                return Vec::new();
            }
        }
        match yaml::parse::<raw::File>(&self.file, self.text) {
            Ok(file) => {
                self.metadata(&file);
                file.rules.iter().filter_map(|rule| self.rule(rule)).collect()
            }
            Err(problem) => {
                self.problems.push(problem);
                Vec::new()
            }
        }
    }

    fn metadata(&mut self, file: &raw::File) {
        if file.api_version.value != API_VERSION {
            self.problem(&file.api_version, format!("this version reads `{API_VERSION}`"));
        }
        let own = &file.metadata;
        for text in [&own.name, &own.owner, &own.ticket].into_iter().flatten() {
            self.plain(text);
        }
    }

    fn rule(&mut self, raw: &raw::Rule) -> Option<Rule> {
        let id: Option<RuleId> = match raw.id.value.parse() {
            Ok(id) => Some(id),
            Err(fault) => {
                self.problem(&raw.id, format!("`{}` is {fault}", printable(&raw.id.value)));
                None
            }
        };
        let effect = self.effect(&raw.effect);
        let who = raw.who.as_ref().map(|who| self.who(who)).unwrap_or_default();
        let before = self.problems.len();
        let devices = raw.devices.as_ref().map(|devices| self.outer(devices));
        // A platform or a device that is not known would make every pattern a problem too.
        let platforms = (self.problems.len() == before).then(|| self.platforms(devices.as_ref()));
        if let (Some(at), Some([])) = (&raw.devices, platforms.as_deref()) {
            self.problem(at, "no platform that is read has such a device");
        }
        let what = self.what(raw, effect, platforms.filter(|all| !all.is_empty()).as_deref());
        let why = raw.why.as_ref().map_or("", |why| self.plain(why)).into();
        let named = RuleRef { id: id?, span: yaml::place(&self.file, &raw.id) };
        Some(Rule { named, effect: effect?, why, who, devices, what })
    }

    fn effect(&mut self, effect: &Text) -> Option<Effect> {
        match effect.value.as_str() {
            "allow" => Some(Effect::Allow),
            "deny" => Some(Effect::Deny),
            other => {
                let message = format!("`{}` is no effect of this version", printable(other));
                self.hinted(effect, message, Some("`allow` or `deny`"));
                None
            }
        }
    }

    fn who(&mut self, who: &Spanned<raw::Who>) -> Who {
        let raw::Who { human, agent, gate } = &who.value;
        let gate = gate.as_ref().is_some_and(|gate| {
            if gate.value != "any" {
                self.problem(gate, "the gate has no kinds: `gate: any`");
            }
            true
        });
        let mut found = Who { given: true, gate, human: Leg::Unsaid, agent: Leg::Unsaid };
        if let Some(human) = human {
            found.human = match &human.value {
                raw::Leg::Word(word) => self.word(human, word, false),
                raw::Leg::Such(such) => self.leg(human, &such.sub, &such.groups),
            };
        }
        if let Some(agent) = agent {
            found.agent = match &agent.value {
                raw::Leg::Word(word) => self.word(agent, word, true),
                raw::Leg::Such(such) => self.leg(agent, &such.id, &such.groups),
            };
        }
        // `agent: none` speaks of people who come by themselves.
        if found.agent == Leg::Absent && found.human == Leg::Unsaid {
            found.human = Leg::Such { names: None, groups: None };
        }
        match (gate, human.is_some() || agent.is_some()) {
            (true, true) => self.problem(who, "the gate acts for nobody: `gate` stands alone in `who`"),
            (false, false) => self.problem(who, "`who` is empty; leave it out to mean everybody"),
            _ => {}
        }
        found
    }

    fn word<T>(&mut self, at: &Spanned<T>, word: &str, may_be_absent: bool) -> Leg {
        match word {
            "none" if may_be_absent => Leg::Absent,
            "any" => Leg::Such { names: None, groups: None },
            other => {
                let message = format!("`{}` names nobody: `any` or selectors", printable(other));
                self.problem(at, message);
                Leg::Unsaid
            }
        }
    }

    fn leg<T>(
        &mut self,
        at: &Spanned<T>,
        names: &Option<Spanned<Names>>,
        groups: &Option<Spanned<Names>>,
    ) -> Leg {
        if names.is_none() && groups.is_none() {
            self.problem(at, "selects nobody; write `any` to mean everybody");
        }
        Leg::Such { names: self.texts(names), groups: self.texts(groups) }
    }

    fn outer(&mut self, devices: &Spanned<raw::Devices<raw::Devices<raw::Never>>>) -> Devices {
        let not = devices.value.not.as_ref().map(|not| Box::new(self.selector(not)));
        Devices { not, ..self.selector(devices) }
    }

    fn selector<N>(&mut self, devices: &Spanned<raw::Devices<N>>) -> Devices {
        let own = &devices.value;
        self.known(&own.name, "no device of the inventory is called", |check, name| {
            check.devices.iter().any(|device| device.name.as_str() == name)
        });
        self.known(&own.platform, "no grammar reads the platform", |check, name| {
            check.grammars.platforms().any(|platform| platform.as_str() == name)
        });
        let found = Devices {
            name: self.texts(&own.name),
            platform: self.texts(&own.platform),
            site: self.texts(&own.site),
            role: self.texts(&own.role),
            env: self.texts(&own.env),
            criticality: self.texts(&own.criticality),
            redundancy_group: self.texts(&own.redundancy_group),
            tag: self.texts(&own.tag),
            not: None,
        };
        let given = [&own.name, &own.platform, &own.site, &own.role, &own.env, &own.criticality];
        let more = [&own.redundancy_group, &own.tag];
        if given.into_iter().chain(more).all(Option::is_none) && own.not.is_none() {
            self.problem(devices, "selects nothing; leave it out to mean every device");
        }
        found
    }

    fn known(
        &mut self,
        names: &Option<Spanned<Names>>,
        unknown: &str,
        is_known: impl Fn(&Self, &str) -> bool,
    ) {
        for name in listed(names).unwrap_or_default() {
            if !is_known(self, &name.value) {
                self.problem(&name, format!("{unknown} `{}`", printable(&name.value)));
            }
        }
    }

    /// The platforms that a rule can apply to.
    fn platforms(&self, devices: Option<&Devices>) -> Vec<Platform> {
        let applies = |platform: &Platform| {
            let Some(devices) = devices else { return true };
            let named = |device: &Device| {
                device.platform == *platform && devices.selects(&Shape::of(device)) != Truth::No
            };
            devices.selects(&Shape::some(platform)) != Truth::No
                && (devices.name.is_none() || self.devices.iter().any(named))
        };
        self.grammars.platforms().filter(|platform| applies(platform)).cloned().collect()
    }

    /// The texts of a list, each of them sound.
    fn texts(&mut self, names: &Option<Spanned<Names>>) -> Option<Vec<String>> {
        let list = self.list(names)?;
        for text in &list {
            self.plain(text);
        }
        Some(list.into_iter().map(|text| text.value).collect())
    }

    /// The same with their places; an empty list would silently mean nothing or everything.
    fn list(&mut self, names: &Option<Spanned<Names>>) -> Option<Vec<Text>> {
        let list = listed(names)?;
        if let (true, Some(at)) = (list.is_empty(), names) {
            self.problem(at, "the list is empty");
        }
        Some(list)
    }

    fn plain<'t>(&mut self, text: &'t Text) -> &'t str {
        let shown = text.value.as_str();
        if shown.trim().is_empty() || shown.len() > MAX_TEXT || shown.chars().any(char::is_control) {
            self.problem(text, format!("must be one printable line of at most {MAX_TEXT} bytes"));
        }
        shown
    }
}

fn listed(names: &Option<Spanned<Names>>) -> Option<Vec<Text>> {
    names.as_ref().map(|names| match &names.value {
        Names::One(text) => vec![Spanned::new(text.clone(), names.referenced, names.defined)],
        Names::Many(list) => list.clone(),
    })
}
