//! From the syntax of a folder's files to one compiled grammar. All problems are reported at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::{self, Effect, Element, Expected, Item, Named, Production};
use super::token::TokenType;
use super::tree::{Lexis, Step, Tree, VariantId};
use super::{Answer, Facts, Grammar, Leaf, ModeTree, Pager, PipeTree, Variant};
use crate::terms::{Class, Mode, Platform, PresentedLine, Problem, Problems};

/// How many spellings one production may have: more is a mistake in the file.
const MAX_SPELLINGS: usize = 512;

/// One file of a platform's folder.
pub(super) struct Source<'a> {
    pub(super) name: Arc<str>,
    pub(super) text: &'a str,
}

/// Compiles a platform.
///
/// # Errors
/// Every problem of every file; examples are run only when there is none.
pub(super) fn compile(sources: &[Source<'_>]) -> Result<Grammar, Problems> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for source in sources {
        match file::read(&source.name, source.text) {
            Ok(items) => files.push((source, items)),
            Err(problem) => problems.push(problem),
        }
    }
    let (files, mut problems) = (files, problems);
    let mut build = Build::default();
    for (source, items) in &files {
        build.platform(source, items, &mut problems);
    }
    for (source, items) in &files {
        build.names(source, items, &mut problems);
    }
    for (source, items) in &files {
        build.trees(source, items, &mut problems);
    }
    let grammar = build.finish(sources, &mut problems);
    match grammar {
        Some(grammar) if problems.is_empty() => {
            for (source, items) in &files {
                examples(&grammar, source, items, &mut problems);
            }
            Problems::none_or(problems, grammar)
        }
        _ => Err(match Problems::none_or(problems, ()) {
            Err(problems) => problems,
            Ok(()) => Problems::one(nowhere(sources, "the folder declares no platform")),
        }),
    }
}

fn nowhere(sources: &[Source<'_>], message: &str) -> Problem {
    match sources.first() {
        Some(source) => file::problem_at(&source.name, source.text, 0, message),
        None => file::problem_at(&Arc::from("grammar"), "", 0, message),
    }
}

#[derive(Default)]
struct Build {
    platform: Option<Platform>,
    facts: Facts,
    lexis: Lexis,
    negation: String,
    comment: Vec<String>,
    modes: BTreeMap<Mode, ModeTree>,
    pipes: BTreeMap<String, PipeTree>,
    leaves: Vec<Leaf>,
    variants: Vec<Variant>,
}

impl Build {
    fn platform(&mut self, source: &Source<'_>, items: &[Item], problems: &mut Vec<Problem>) {
        for item in items {
            let Item::Platform(platform) = item else { continue };
            let mut complain = |at: usize, message: &str| {
                problems.push(file::problem_at(&source.name, source.text, at, message));
            };
            match platform.name.text.parse() {
                Ok(name) if self.platform.is_none() => self.platform = Some(name),
                Ok(_) => complain(platform.name.at, "a second platform in one folder"),
                Err(fault) => complain(platform.name.at, &fault.to_string()),
            }
            for setting in &platform.settings {
                let values: Vec<&str> = setting.values.iter().map(|value| value.text.as_str()).collect();
                if let Err(message) = self.setting(&setting.key.text, &values) {
                    complain(setting.key.at, &message);
                }
            }
        }
    }

    fn setting(&mut self, key: &str, values: &[&str]) -> Result<(), String> {
        let facts = &mut self.facts;
        let owned = || values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        match (key, values) {
            ("start", [_, ..]) => {
                facts.start = values
                    .iter()
                    .map(|name| name.parse())
                    .collect::<Result<_, _>>()
                    .map_err(|fault: crate::terms::name::BadName| fault.to_string())?;
            }
            ("case", ["fold"]) => self.lexis.fold = true,
            ("case", ["sensitive"]) => self.lexis.fold = false,
            ("line-end", [end]) => facts.eol = (*end).to_owned(),
            ("prepare", [_, ..]) => facts.prepare = owned(),
            ("error", [_, ..]) => facts.errors = owned(),
            ("refusal", [line]) => facts.refusal = (*line).to_owned(),
            ("leave", [line]) => facts.leave = (*line).to_owned(),
            ("pipes", ["exact"]) => self.lexis.exact_pipes = true,
            ("live", [characters]) => self.lexis.live = (*characters).to_owned(),
            ("comment", [_, ..]) => self.comment = owned(),
            ("negation", [word]) => self.negation = (*word).to_owned(),
            ("interfaces", [_, ..]) => self.lexis.interfaces = owned(),
            ("max-line", [number]) => {
                facts.max_line = number.parse().map_err(|_| "`max-line` takes a number".to_owned())?;
            }
            ("pager", [marker, next, quit]) => facts.pagers.push(Pager {
                marker: (*marker).to_owned(),
                next: (*next).to_owned(),
                quit: (*quit).to_owned(),
            }),
            _ => return Err(format!("unknown setting `{key}`, or not its kind of values")),
        }
        Ok(())
    }

    fn names(&mut self, source: &Source<'_>, items: &[Item], problems: &mut Vec<Problem>) {
        for item in items {
            let (name, known) = match item {
                Item::Mode(mode) => match mode.name.text.parse::<Mode>() {
                    Ok(name) => (&mode.name, !self.mode(name, mode)),
                    Err(fault) => {
                        problems.push(file::problem_at(
                            &source.name,
                            source.text,
                            mode.name.at,
                            &fault.to_string(),
                        ));
                        continue;
                    }
                },
                Item::Pipe { name, .. } => {
                    (name, self.pipes.insert(name.text.clone(), PipeTree::new()).is_some())
                }
                Item::Platform(_) | Item::Example(_) => continue,
            };
            if known {
                let message = "declared before, in another way";
                problems.push(file::problem_at(&source.name, source.text, name.at, message));
            }
        }
    }

    /// A mode may be spread over files, if they agree on what it is.
    fn mode(&mut self, name: Mode, mode: &file::Mode) -> bool {
        let fresh =
            || ModeTree { prompt: mode.prompt.clone(), configuration: mode.configuration, tree: Tree::new() };
        let known = self.modes.entry(name).or_insert_with(fresh);
        known.prompt == mode.prompt && known.configuration == mode.configuration
    }

    fn trees(&mut self, source: &Source<'_>, items: &[Item], problems: &mut Vec<Problem>) {
        for item in items {
            match item {
                Item::Mode(mode) => {
                    let Ok(name) = mode.name.text.parse::<Mode>() else { continue };
                    for production in &mode.productions {
                        self.production(source, Some(&name), None, production, problems);
                    }
                }
                Item::Pipe { name, productions } => {
                    for production in productions {
                        self.production(source, None, Some(&name.text), production, problems);
                    }
                }
                Item::Platform(_) | Item::Example(_) => {}
            }
        }
    }

    fn production(
        &mut self,
        source: &Source<'_>,
        mode: Option<&Mode>,
        pipe: Option<&str>,
        production: &Production,
        problems: &mut Vec<Problem>,
    ) {
        let mut complain = |at: usize, message: &str| {
            problems.push(file::problem_at(&source.name, source.text, at, message))
        };
        let leaf = match self.leaf(mode, production) {
            Ok(leaf) => leaf,
            Err((at, message)) => return complain(at, &message),
        };
        let spellings = match spell(&production.elements) {
            Ok(spellings) => spellings,
            Err((at, message)) => return complain(at.unwrap_or(production.at), &message),
        };
        let leaf_id = self.leaves.len();
        self.leaves.push(leaf);
        for steps in spellings {
            let Ok(variant) = VariantId::try_from(self.variants.len()) else { return };
            let raw_inside =
                steps.iter().rev().skip(1).any(|step| matches!(step, Step::Type(kind) if kind.is_raw()));
            if raw_inside {
                return complain(production.at, "`LINE...` and `REGEX...` can only come last");
            }
            let negated = matches!(steps.first(), Some(Step::Keyword(word)) if **word == *self.negation);
            let tree = match (mode, pipe) {
                (Some(mode), _) => self.modes.get_mut(mode).map(|mode| &mut mode.tree),
                (None, Some(pipe)) => self.pipes.get_mut(pipe).map(|pipe| &mut pipe.tree),
                (None, None) => None,
            };
            if let Some(Err(_)) = tree.map(|tree| tree.insert(&steps, variant)) {
                return complain(production.at, "another production of this block reads the same");
            }
            self.variants.push(Variant { leaf: leaf_id, negated, steps });
        }
    }

    fn leaf(&self, mode: Option<&Mode>, production: &Production) -> Result<Leaf, (usize, String)> {
        let class: Class =
            production.class.text.parse().map_err(|_| (production.class.at, "no such class".to_owned()))?;
        if let Some(pipe) = &production.pipe
            && !self.pipes.contains_key(&pipe.text)
        {
            return Err((pipe.at, "no pipe tree has this name".to_owned()));
        }
        let mut leaf = Leaf {
            text: production.text.as_str().into(),
            mode: mode.cloned(),
            class,
            pipe: production.pipe.as_ref().map(|pipe| pipe.text.clone()),
            next: None,
            close: false,
            answers: Vec::new(),
            why: String::new(),
        };
        for effect in &production.effects {
            match effect {
                Effect::Enter(name) | Effect::Leave(name) => leaf.next = Some(self.known_mode(name)?),
                Effect::Close => leaf.close = true,
                Effect::Ask { question, reply } => leaf
                    .answers
                    .push(Answer { question: question.as_str().into(), reply: reply.as_str().into() }),
                Effect::Why(why) => leaf.why.clone_from(why),
            }
        }
        Ok(leaf)
    }

    fn known_mode(&self, name: &Named) -> Result<Mode, (usize, String)> {
        let mode = name.text.parse::<Mode>().map_err(|fault| (name.at, fault.to_string()))?;
        if self.modes.contains_key(&mode) {
            Ok(mode)
        } else {
            Err((name.at, "no mode has this name".to_owned()))
        }
    }

    fn finish(self, sources: &[Source<'_>], problems: &mut Vec<Problem>) -> Option<Grammar> {
        let platform = self.platform?;
        let mut wanted: Vec<&str> = Vec::new();
        if self.facts.start.is_empty() || self.facts.start.iter().any(|mode| !self.modes.contains_key(mode)) {
            wanted.push("`start` must name declared modes");
        }
        if self.facts.refusal.is_empty() || self.facts.leave.is_empty() || self.negation.is_empty() {
            wanted.push("`refusal`, `leave` and `negation` must be set");
        }
        problems.extend(wanted.into_iter().map(|message| nowhere(sources, message)));
        Some(Grammar {
            platform,
            facts: self.facts,
            lexis: self.lexis,
            comment: self.comment,
            modes: self.modes,
            pipes: self.pipes,
            leaves: self.leaves,
            variants: self.variants,
        })
    }
}

type Misspelled = (Option<usize>, String);

/// Every spelling of a production: optional parts in and out, alternatives one by one.
fn spell(elements: &[Element]) -> Result<Vec<Vec<Step>>, Misspelled> {
    let mut all: Vec<Vec<Step>> = vec![Vec::new()];
    for element in elements {
        let tails = spell_one(element)?;
        let mut next = Vec::with_capacity(all.len().saturating_mul(tails.len()));
        for head in &all {
            for tail in &tails {
                next.push(head.iter().chain(tail).cloned().collect());
            }
        }
        if next.len() > MAX_SPELLINGS {
            return Err((None, format!("more than {MAX_SPELLINGS} spellings: split the production")));
        }
        all = next;
    }
    Ok(all)
}

fn spell_one(element: &Element) -> Result<Vec<Vec<Step>>, Misspelled> {
    match element {
        Element::Keyword(word) => Ok(vec![vec![Step::Keyword(word.as_str().into())]]),
        Element::Range(low, high) if low <= high => Ok(vec![vec![Step::Type(TokenType::Range(*low, *high))]]),
        Element::Range(..) => Err((None, "the range is empty".to_owned())),
        Element::Type(name) => match TokenType::named(&name.text) {
            Some(kind) => Ok(vec![vec![Step::Type(kind)]]),
            None => Err((Some(name.at), format!("unknown token type `{}`", name.text))),
        },
        Element::Optional(inner) => {
            let mut all = spell(inner)?;
            all.push(Vec::new());
            Ok(all)
        }
        Element::Either(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(spell(branch)?);
            }
            Ok(all)
        }
    }
}

/// Runs a file's examples: a grammar whose examples fail does not load.
fn examples(grammar: &Grammar, source: &Source<'_>, items: &[Item], problems: &mut Vec<Problem>) {
    for item in items {
        let Item::Example(example) = item else { continue };
        let outcome = outcome(grammar, &example.mode.text, &example.typed);
        let expected = match &example.expected {
            Expected::Canonical(text) => text.as_str(),
            Expected::Outcome(name) => name.text.as_str(),
        };
        if outcome != expected {
            let message = format!("the example reads as `{outcome}`, not as `{expected}`");
            problems.push(file::problem_at(&source.name, source.text, example.mode.at, &message));
        }
    }
}

/// The canonical text, or one word: `unrecognized`, `ambiguous`, `incomplete`, `refuse`, `nothing`.
fn outcome(grammar: &Grammar, mode: &str, typed: &str) -> String {
    let (Ok(mode), Ok(line)) = (mode.parse::<Mode>(), PresentedLine::parse(typed.as_bytes())) else {
        return "unrecognized".to_owned();
    };
    match grammar.parse(&mode, &line) {
        super::Parse::Command(found) => found.text,
        super::Parse::Unrecognized { .. } => "unrecognized".to_owned(),
        super::Parse::Ambiguous { .. } => "ambiguous".to_owned(),
        super::Parse::Incomplete { .. } => "incomplete".to_owned(),
        super::Parse::Refused { .. } => "refuse".to_owned(),
        super::Parse::Nothing => "nothing".to_owned(),
    }
}
