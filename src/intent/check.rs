//! From what a catalogue file says to intents whose every step is known to be a command of its platform.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use serde_yaml::Spanned;

use super::catalogue::{Intent, Param, Recipe, Risk};
use super::raw;
use super::template::{ParamType, Piece, Template, fill, pieces};
use crate::command::{self, CanonicalCommand};
use crate::grammar::{Grammar, GrammarSet};
use crate::sys::yaml;
use crate::terms::problem::printable;
use crate::terms::{Class, IntentName, Mode, Platform, PresentedLine, Problem, Span};
use crate::token::is_param_name;

/// The only version of the language.
const API_VERSION: &str = "portcullis/v1";

/// The most steps of one section.
const MAX_STEPS: usize = 100;

/// The intents of one file, each with its place, and all that is wrong with it.
pub(super) type Checked = (Vec<(Intent, Span)>, Vec<Problem>);

/// Reads one file. `None` when it is no file of the catalogue.
pub(super) fn file(name: &str, text: &str, grammars: &GrammarSet) -> Option<Checked> {
    let file: Arc<str> = name.into();
    let head: raw::Head = match yaml::parse(&file, text) {
        Ok(head) => head,
        Err(problem) => return Some((Vec::new(), vec![problem])),
    };
    if head.kind.is_none_or(|kind| kind.value != "Intents") {
        return None;
    }
    let raw: raw::File = match yaml::parse(&file, text) {
        Ok(raw) => raw,
        Err(problem) => return Some((Vec::new(), vec![problem])),
    };
    let mut check = Check { file: &file, text, grammars, problems: Vec::new() };
    if let Some(version) = raw.api_version.as_ref().filter(|version| version.value != API_VERSION) {
        check.problem(version, format!("the language of this version is `{API_VERSION}`"));
    }
    let intents = raw
        .intents
        .iter()
        .filter_map(|(name, raw)| Some((check.intent(name, raw)?, yaml::place(&file, &raw.about))))
        .collect();
    Some((intents, check.problems))
}

struct Check<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    grammars: &'a GrammarSet,
    problems: Vec<Problem>,
}

/// What all steps of one intent on one platform share.
struct Scene<'a> {
    grammar: &'a Grammar,
    home: &'a Mode,
    risk: Risk,
    types: &'a BTreeMap<String, ParamType>,
    examples: &'a BTreeMap<String, &'a str>,
}

impl Check<'_> {
    fn problem<T>(&mut self, at: &Spanned<T>, message: impl Into<String>) {
        let problem = Problem::new(yaml::place(self.file, at), message).in_text(self.text);
        self.problems.push(problem);
    }

    fn intent(&mut self, name: &str, raw: &raw::Intent) -> Option<Intent> {
        let parsed: Option<IntentName> = name.parse().ok().filter(|_| is_name(name));
        if parsed.is_none() {
            self.problem(&raw.about, format!("`{}` is no name: 1 to 64 of a-z 0-9 _", printable(name)));
        }
        if raw.plan.is_empty() {
            self.problem(&raw.about, format!("`{}` has a plan for no platform", printable(name)));
        }
        let risk = match raw.risk.value {
            raw::Risk::Read => Risk::Read,
            raw::Risk::Change => Risk::Change,
        };
        let types = self.types(&raw.params);
        for platform in raw.extra_reads.keys().filter(|platform| !raw.plan.contains_key(*platform)) {
            self.problem(
                &raw.about,
                format!("`extra_reads` names `{}`, `plan` does not", printable(platform)),
            );
        }
        let platforms =
            raw.plan.iter().filter_map(|(name, steps)| self.platform(name, steps, raw, risk, &types));
        let platforms = platforms.collect();
        let params = raw.params.iter().filter_map(|(name, param)| {
            Some((name.clone(), Param { kind: *types.get(name)?, about: param.about.clone() }))
        });
        Some(Intent {
            name: parsed?,
            about: raw.about.value.clone(),
            risk,
            needs_ticket: raw.needs.iter().any(|need| matches!(need, raw::Need::Ticket)),
            needs_reason: raw.needs.iter().any(|need| matches!(need, raw::Need::Reason)),
            params: params.collect(),
            platforms,
        })
    }

    fn types(&mut self, params: &BTreeMap<String, raw::Param>) -> BTreeMap<String, ParamType> {
        let mut types = BTreeMap::new();
        for (name, param) in params {
            if !is_param_name(name) {
                self.problem(&param.kind, format!("`{}` is no name: 1 to 32 of a-z 0-9 _", printable(name)));
            }
            match param_type(param) {
                Ok(kind) => drop(types.insert(name.clone(), kind)),
                Err(why) => self.problem(&param.kind, why),
            }
        }
        types
    }

    fn platform(
        &mut self,
        name: &str,
        steps: &[Spanned<String>],
        raw: &raw::Intent,
        risk: Risk,
        types: &BTreeMap<String, ParamType>,
    ) -> Option<(Platform, Recipe)> {
        let platform: Option<Platform> = name.parse().ok();
        let grammar = platform.as_ref().and_then(|platform| self.grammars.get(platform)).cloned();
        let home = grammar.as_ref().and_then(|grammar| grammar.facts().start.first()).cloned();
        let (Some(platform), Some(grammar), Some(home)) = (platform, grammar, home) else {
            let known: Vec<&str> = self.grammars.platforms().map(Platform::as_str).collect();
            let what = format!("no grammar reads `{}`; known: {}", printable(name), known.join(", "));
            self.problem(&raw.about, what);
            return None;
        };
        let examples = self.examples(platform.as_str(), raw, types);
        let scene = Scene { grammar: &grammar, home: &home, risk, types, examples: &examples };
        let reads = raw.extra_reads.get(name).map_or(&[][..], Vec::as_slice);
        self.unused(platform.as_str(), steps.iter().chain(reads), raw);
        let plan = self.plan(&scene, steps, &raw.risk);
        let extra_reads = reads.iter().filter_map(|step| self.extra_read(&scene, step)).collect();
        Some((platform, Recipe { home: home.clone(), plan, extra_reads }))
    }

    fn examples<'r>(
        &mut self,
        platform: &str,
        raw: &'r raw::Intent,
        types: &BTreeMap<String, ParamType>,
    ) -> BTreeMap<String, &'r str> {
        let mut examples = BTreeMap::new();
        for (name, param) in &raw.params {
            match param.example.get(platform).or_else(|| param.example.get("any")) {
                None => {
                    let what = format!("`{}` has no example for {platform}, nor for `any`", printable(name));
                    self.problem(&param.kind, what);
                }
                Some(example) if types.get(name).is_some_and(|kind| !kind.takes(example)) => {
                    let what = format!("the example of `{}` for {platform} is not one", printable(name));
                    self.problem(&param.kind, what);
                }
                Some(example) => drop(examples.insert(name.clone(), example.as_str())),
            }
        }
        examples
    }

    fn unused<'s>(
        &mut self,
        platform: &str,
        steps: impl Iterator<Item = &'s Spanned<String>>,
        raw: &raw::Intent,
    ) {
        let used: BTreeSet<String> = steps
            .flat_map(|step| pieces(&step.value).unwrap_or_default())
            .filter_map(|piece| if let Piece::Param(name) = piece { Some(name) } else { None })
            .collect();
        for (name, param) in raw.params.iter().filter(|(name, _)| !used.contains(*name)) {
            self.problem(&param.kind, format!("no step for {platform} uses `{}`", printable(name)));
        }
    }

    /// The steps in their order, each in the mode that the one before leads to.
    fn plan(
        &mut self,
        scene: &Scene<'_>,
        steps: &[Spanned<String>],
        risk: &Spanned<raw::Risk>,
    ) -> Vec<Template> {
        if !(1..=MAX_STEPS).contains(&steps.len()) {
            let what = format!(
                "a plan for {} has {} steps, 1 to {MAX_STEPS} are wanted",
                scene.grammar.platform(),
                steps.len()
            );
            self.problem(risk, what);
        }
        let mut templates = Vec::new();
        let mut changes = false;
        let mut mode = scene.home.clone();
        for step in steps {
            // Without its mode none of the steps behind it can be read.
            let Some((template, command)) = self.step(scene, &mode, step) else { return templates };
            self.class(scene, step, &command);
            changes |= !command.class().is_read();
            mode = command.next_mode().clone();
            templates.push(template);
        }
        if let Some(last) = steps.last().filter(|_| mode != *scene.home) {
            self.problem(last, format!("the plan ends in mode {mode}: it must lead back to {}", scene.home));
        }
        if scene.risk == Risk::Change && !changes {
            let what = format!(
                "nothing of the plan for {} changes anything: its risk is `read`",
                scene.grammar.platform()
            );
            self.problem(risk, what);
        }
        templates
    }

    fn class(&mut self, scene: &Scene<'_>, step: &Spanned<String>, command: &CanonicalCommand) {
        let class = command.class();
        let what = match class {
            Class::Escape | Class::Pivot | Class::Privilege | Class::ReadOpaque | Class::WritePipe => {
                format!("a command of class {class} is never part of a plan")
            }
            _ if command.ends_session() => "it ends the session".to_owned(),
            _ if scene.risk == Risk::Read && !class.is_read() => {
                format!("its class is {class}, and the risk of the intent is `read`")
            }
            _ => return,
        };
        self.problem(step, what);
    }

    /// A harmless read of what the intent is about: class `read` covers filters and nothing worse, and every value in
    /// it comes from the intent's own parameters.
    fn extra_read(&mut self, scene: &Scene<'_>, step: &Spanned<String>) -> Option<Template> {
        let (template, command) = self.step(scene, scene.home, step)?;
        if command.class() != Class::Read || command.changes_mode() {
            self.problem(step, format!("its class is {}: an extra read must be `read`", command.class()));
        }
        if command.arguments().len() != template.params() {
            self.problem(step, "a value that is no parameter of the intent");
        }
        Some(template)
    }

    fn step(
        &mut self,
        scene: &Scene<'_>,
        mode: &Mode,
        step: &Spanned<String>,
    ) -> Option<(Template, CanonicalCommand)> {
        match read(scene, mode, &step.value) {
            Ok(found) => Some(found),
            Err(why) => {
                self.problem(step, why);
                None
            }
        }
    }
}

fn read(scene: &Scene<'_>, mode: &Mode, text: &str) -> Result<(Template, CanonicalCommand), String> {
    let pieces = pieces(text).ok_or("a brace without its partner")?;
    let undeclared = pieces.iter().find_map(|piece| match piece {
        Piece::Param(name) if !scene.types.contains_key(name) => Some(name),
        _ => None,
    });
    if let Some(name) = undeclared {
        return Err(format!("`{}` is no parameter of the intent", printable(name)));
    }
    let example = fill(&pieces, |name| scene.examples.get(name).copied());
    let example = example.ok_or("a parameter of it has no usable example")?;
    let line = PresentedLine::parse(example.as_bytes()).map_err(|fault| fault.to_string())?;
    let platform = scene.grammar.platform();
    let describe = |why: &dyn Display| format!("{platform} in mode {mode}: {why}");
    let command = command::canonicalize(scene.grammar, scene.grammar.parse(mode, &line))
        .map_err(|refusal| describe(&format!("{}: {}", refusal.code, refusal.detail)))?;
    if command.text() != example {
        return Err(describe(&format!("it reads as `{}`: write it so", command.text())));
    }
    let template = Template::new(pieces, scene.types, &command)
        .map_err(|name| describe(&format!("`{name}` does not stand where a value of its type belongs")))?;
    Ok((template, command))
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn param_type(param: &raw::Param) -> Result<ParamType, String> {
    let kind = match (param.kind.value.as_str(), param.min, param.max) {
        ("integer", Some(min), Some(max)) if min <= max => return Ok(ParamType::Integer { min, max }),
        ("integer", _, _) => return Err("an integer needs `min` and `max`".to_owned()),
        ("interface", None, None) => ParamType::Interface,
        ("ipv4", None, None) => ParamType::Ipv4,
        ("prefix", None, None) => ParamType::Prefix,
        ("name", None, None) => ParamType::Name,
        ("text", None, None) => ParamType::Text,
        ("interface" | "ipv4" | "prefix" | "name" | "text", _, _) => {
            return Err("`min` and `max` belong to an integer".to_owned());
        }
        (other, _, _) => {
            let other = printable(other);
            return Err(format!("`{other}` is no type: interface, ipv4, prefix, name, integer or text"));
        }
    };
    Ok(kind)
}
