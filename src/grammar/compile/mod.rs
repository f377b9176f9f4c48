//! From the syntax of a folder's files to one compiled grammar. All problems are reported at once.

mod check;
mod examples;
mod insert;
mod refer;
mod settings;
mod shared;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::file::{self, Effect, Element, Heading, Item, Move, Named, Production};
use super::tree::{Jump, JumpKind, Tree, TreeId, VariantId};
use super::{Answer, BlockSpec, Form, Grammar, Leaf, ModeTree, Variant, overlay};
use crate::terms::{Class, Mode, Platform, Problem, Problems};
use insert::{Inserter, Misplaced, Words};
use settings::Settings;
use shared::Shared;

/// The class of a command that goes on elsewhere: whatever it has there.
const SAME: &str = "same";

/// One file of a platform's folder.
pub(super) struct Source<'a> {
    pub(super) name: Arc<str>,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn problem(&self, at: usize, message: &str) -> Problem {
        file::problem_at(&self.name, self.text, at, message)
    }
}

/// Compiles a platform.
///
/// # Errors
/// Every problem of every file; examples are run only when there is none.
pub(super) fn compile(sources: &[Source<'_>]) -> Result<Grammar, Problems> {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for source in sources {
        match file::read(&source.name, source.text) {
            Ok(items) => files.push((source, items)),
            Err(problem) => problems.push(problem),
        }
    }
    problems.extend(overlay::check(&files));
    let mut build = Build { problems, shared: Shared::of(&files), ..Build::default() };
    for (source, items) in &files {
        build.platform(source, items);
    }
    for (source, items) in &files {
        build.names(source, items);
    }
    for (source, items) in &files {
        build.trees(source, items);
    }
    for tree in &mut build.trees {
        tree.seal();
    }
    build.refer();
    build.check();
    let (grammar, mut problems) = build.finish(sources);
    match grammar {
        Some(grammar) if problems.is_empty() => {
            for (source, items) in &files {
                examples::run(&grammar, source, items, &mut problems);
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
        Some(source) => source.problem(0, message),
        None => file::problem_at(&Arc::from("grammar"), "", 0, message),
    }
}

/// What is known of a mode while its blocks are read.
#[derive(Debug)]
struct ModeBuild<'a> {
    /// Where it was first named: what is wrong with it is said there.
    place: Problem,
    header: Vec<Heading<'a>>,
    tree: TreeId,
}

/// What a leaf's effects say of its reference.
#[derive(Clone, Copy, Debug, Default)]
struct Referral {
    same: bool,
    beginnings: bool,
}

/// A place where commands go on elsewhere.
#[derive(Debug)]
struct Link {
    tree: TreeId,
    at: usize,
    leaf: usize,
    negated: bool,
    to: TreeId,
    /// A mode's commands keep what is known of them.
    is_mode: bool,
    referral: Referral,
    /// Where to complain.
    place: Problem,
}

#[derive(Default)]
struct Build<'a> {
    problems: Vec<Problem>,
    platform: Option<Platform>,
    settings: Settings,
    modes: BTreeMap<Mode, ModeBuild<'a>>,
    pipes: BTreeMap<Arc<str>, TreeId>,
    shared: Shared<'a>,
    /// The tree of statements, by its name.
    statements: BTreeMap<String, TreeId>,
    trees: Vec<Tree>,
    words: Words,
    leaves: Vec<Leaf>,
    variants: Vec<Variant>,
    links: Vec<Link>,
    /// For complaints about what nothing leads to: pipes and trees that are used, and where each was declared.
    used: BTreeSet<String>,
    used_pipes: HashSet<Arc<str>>,
    declared: BTreeMap<String, Problem>,
}

impl<'a> Build<'a> {
    fn platform(&mut self, source: &Source<'_>, items: &[Item<'_>]) {
        for item in items {
            let Item::Platform(platform) = item else { continue };
            match platform.name.text.parse() {
                Ok(name) if self.platform.is_none() => self.platform = Some(name),
                Ok(_) => self.complain(source, platform.name.at, "a second platform in one folder"),
                Err(fault) => self.complain(source, platform.name.at, &fault.to_string()),
            }
            for setting in &platform.settings {
                let values: Vec<&str> = setting.values.iter().map(|value| &*value.text).collect();
                if let Err(message) = self.settings.set(&setting.key.text, &values) {
                    self.complain(source, setting.key.at, &message);
                }
            }
        }
    }

    fn complain(&mut self, source: &Source<'_>, at: usize, message: &str) {
        self.problems.push(source.problem(at, message));
    }

    fn fresh_tree(&mut self) -> TreeId {
        self.trees.push(Tree::new());
        self.trees.len().saturating_sub(1)
    }

    fn names(&mut self, source: &Source<'_>, items: &[Item<'a>]) {
        for item in items {
            match item {
                Item::Mode(mode) => self.mode(source, mode),
                Item::Pipe { name, .. } => self.pipe(source, name),
                Item::Tree { name, .. } => self.tree(source, name),
                Item::Platform(_) | Item::Example(_) => {}
            }
        }
    }

    fn pipe(&mut self, source: &Source<'_>, name: &Named<'_>) {
        if !self.pipes.contains_key(&*name.text) {
            let tree = self.fresh_tree();
            self.pipes.insert(self.words.word(&name.text), tree);
            let problem = source.problem(name.at, "no production goes on with this pipe");
            self.declared.insert(format!("pipe {}", name.text), problem);
        }
    }

    fn tree(&mut self, source: &Source<'_>, name: &Named<'_>) {
        let key = format!("tree {}", name.text);
        let unused = || source.problem(name.at, "no production goes on with this tree");
        self.declared.entry(key).or_insert_with(unused);
        if self.shared.is_statements(&name.text) && !self.statements.contains_key(&*name.text) {
            let tree = self.fresh_tree();
            self.statements.insert(name.text.to_string(), tree);
        }
    }

    /// A mode may be spread over files; its header stands whole once, or is said again in the same words.
    fn mode(&mut self, source: &Source<'_>, mode: &file::Mode<'a>) {
        let name = match mode.name.text.parse::<Mode>() {
            Ok(name) => name,
            Err(fault) => return self.complain(source, mode.name.at, &fault.to_string()),
        };
        if !self.modes.contains_key(&name) {
            let tree = self.fresh_tree();
            let place = source.problem(mode.name.at, "");
            self.modes.insert(name.clone(), ModeBuild { place, header: Vec::new(), tree });
        }
        let Some(known) = self.modes.get_mut(&name) else { return };
        if known.header.is_empty() {
            known.header.clone_from(&mode.header);
        } else if !mode.header.is_empty() && !same_header(&known.header, &mode.header) {
            self.complain(source, mode.name.at, "declared before, in another way");
        }
    }

    fn trees(&mut self, source: &'a Source<'a>, items: &'a [Item<'a>]) {
        for item in items {
            match item {
                Item::Mode(mode) => {
                    let Ok(name) = mode.name.text.parse::<Mode>() else { continue };
                    let Some(tree) = self.modes.get(&name).map(|mode| mode.tree) else { continue };
                    self.productions(source, tree, Some(&name), &mode.productions);
                }
                Item::Pipe { name, productions } => {
                    let Some(tree) = self.pipes.get(&*name.text).copied() else { continue };
                    self.productions(source, tree, None, productions);
                }
                // Any other tree is read where it is used.
                Item::Tree { name, productions } => {
                    let Some(tree) = self.statements.get(&*name.text).copied() else { continue };
                    self.productions(source, tree, None, productions);
                }
                Item::Platform(_) | Item::Example(_) => {}
            }
        }
    }

    fn productions(
        &mut self,
        source: &'a Source<'a>,
        tree: TreeId,
        mode: Option<&Mode>,
        all: &'a [Production<'a>],
    ) {
        for production in all {
            let whole = match self.shared.whole(source, production) {
                Ok(whole) => whole,
                Err((at, message)) => {
                    self.complain(source, at.unwrap_or(production.at), &message);
                    // One complaint is enough: trees that cannot be followed are not unused too.
                    self.used.extend(self.shared.names().map(|name| format!("tree {name}")));
                    continue;
                }
            };
            for part in whole {
                self.used.extend(part.trees.iter().map(|name| format!("tree {name}")));
                if let Err((at, message)) = self.production(part.source, tree, mode, &part.production) {
                    self.complain(part.source, at.unwrap_or(part.production.at), &message);
                }
            }
        }
    }

    fn production(
        &mut self,
        source: &Source<'_>,
        tree: TreeId,
        mode: Option<&Mode>,
        production: &Production<'_>,
    ) -> Result<(), Misplaced> {
        let (leaf, referral) = self.leaf(mode, production)?;
        let leaf_id = self.leaves.len();
        self.leaves.push(leaf);
        let Some(own) = self.trees.get_mut(tree) else { return Ok(()) };
        let mut inserter = Inserter { tree: own, words: &mut self.words, negation: &self.settings.negation };
        let paths = inserter.insert(&production.elements)?;
        for end in paths.ends {
            let Ok(variant) = VariantId::try_from(self.variants.len()) else { return Ok(()) };
            if let Err(taken) = own.finish(end.at, variant) {
                let other = usize::try_from(taken).ok().and_then(|taken| self.variants.get(taken));
                let other = other.and_then(|other| self.leaves.get(other.leaf));
                let text = other.map_or("another production", |leaf| &*leaf.text);
                return Err((None, format!("a line can be both this and `{text}`")));
            }
            self.variants.push(Variant { leaf: leaf_id, negated: end.negated });
        }
        if paths.references.is_empty() && referral.same {
            return Err((Some(production.class.at), "`same` is the class of what `@` refers to".to_owned()));
        }
        for (front, name) in paths.references {
            let restart = self.leaves.get(leaf_id).and_then(|leaf| match leaf.moves {
                Some(Move::Top) => Some(JumpKind::Top),
                Some(Move::Up) => Some(JumpKind::Up),
                _ => None,
            });
            let (to, is_mode) = self.target(name)?;
            if is_mode && (!referral.same || referral.beginnings) {
                let why = "what goes on as a command of a mode has the class `same`, and is a whole command";
                return Err((Some(name.at), why.to_owned()));
            }
            if restart.is_some() && to != tree {
                return Err((Some(name.at), "`top` and `up` go on in their own mode".to_owned()));
            }
            let kind = restart.unwrap_or(JumpKind::Same);
            let Some(own) = self.trees.get_mut(tree) else { return Ok(()) };
            if !own.refer(front.at, Jump { to, kind }) {
                return Err((Some(name.at), "other words follow here already".to_owned()));
            }
            if restart.is_none() {
                let place = source.problem(name.at, "");
                let (at, negated) = (front.at, front.negated);
                self.links.push(Link { tree, at, leaf: leaf_id, negated, to, is_mode, referral, place });
            }
        }
        Ok(())
    }

    fn target(&mut self, name: &Named<'_>) -> Result<(TreeId, bool), Misplaced> {
        if let Some(tree) = self.statements.get(&*name.text) {
            self.used.insert(format!("tree {}", name.text));
            return Ok((*tree, false));
        }
        let mode =
            self.known_mode(name).map_err(|_| (Some(name.at), "no mode or tree has this name".to_owned()))?;
        self.used.insert(format!("mode {mode}"));
        let tree = self.modes.get(&mode).map(|mode| mode.tree);
        tree.map(|tree| (tree, true))
            .ok_or_else(|| (Some(name.at), "no mode or tree has this name".to_owned()))
    }

    fn leaf(
        &mut self,
        mode: Option<&Mode>,
        production: &Production<'_>,
    ) -> Result<(Leaf, Referral), Misplaced> {
        let same = production.class.text == SAME;
        let class: Class = if same {
            Class::Refuse
        } else {
            production
                .class
                .text
                .parse()
                .map_err(|_| (Some(production.class.at), "no such class".to_owned()))?
        };
        if let Some(pipe) = &production.pipe {
            if !self.pipes.contains_key(&*pipe.text) {
                return Err((Some(pipe.at), "no pipe tree has this name".to_owned()));
            }
            if takes_pipes(&production.elements) {
                return Err((
                    Some(pipe.at),
                    "what takes the whole rest of the line leaves no pipe".to_owned(),
                ));
            }
            self.used_pipes.insert(self.words.word(&pipe.text));
        }
        let mut leaf = Leaf {
            text: (&*production.text).into(),
            mode: mode.cloned(),
            class,
            pipe: production.pipe.as_ref().map(|pipe| self.words.word(&pipe.text)),
            next: None,
            close: false,
            answers: Vec::new(),
            why: String::new(),
            sends: None,
            renames: false,
            block: None,
            moves: None,
        };
        let mut referral = Referral { same, beginnings: false };
        for effect in &production.effects {
            match effect {
                Effect::Enter(name) | Effect::Leave(name) => {
                    let mode = self.known_mode(name)?;
                    self.used.insert(format!("mode {mode}"));
                    leaf.next = Some(mode);
                }
                Effect::Close => leaf.close = true,
                Effect::Ask { question, reply } => {
                    leaf.answers.push(Answer { question: (&**question).into(), reply: (&**reply).into() })
                }
                Effect::Why(why) => leaf.why = why.to_string(),
                Effect::Sends(text) => leaf.sends = Some(text.to_string()),
                Effect::Renames => leaf.renames = true,
                Effect::Block { state, until } => {
                    let until = until.as_ref().map(|line| (&**line).into());
                    leaf.block = Some(BlockSpec { state: (&**state).into(), until });
                }
                Effect::Beginnings => referral.beginnings = true,
                Effect::Move(how) => leaf.moves = Some(*how),
            }
        }
        let delimiter = leaf.block.as_ref().is_some_and(|block| block.until.is_none());
        if delimiter != ends_in_delimiter(&production.elements) {
            return Err((None, "`DELIM...` and `block ... delimiter` belong together".to_owned()));
        }
        Ok((leaf, referral))
    }

    fn known_mode(&self, name: &Named<'_>) -> Result<Mode, Misplaced> {
        let mode = name.text.parse::<Mode>().map_err(|fault| (Some(name.at), fault.to_string()))?;
        if self.modes.contains_key(&mode) {
            Ok(mode)
        } else {
            Err((Some(name.at), "no mode has this name".to_owned()))
        }
    }

    fn finish(mut self, sources: &[Source<'_>]) -> (Option<Grammar>, Vec<Problem>) {
        let statements = self
            .links
            .iter()
            .find(|link| self.leaves.get(link.leaf).is_some_and(|leaf| leaf.moves == Some(Move::Edit)))
            .map(|link| link.to);
        let modes = self.mode_trees();
        let facts = &self.settings.facts;
        let mut wanted: Vec<&str> = Vec::new();
        if facts.start.is_empty() || facts.start.iter().any(|mode| !modes.contains_key(mode)) {
            wanted.push("`start` must name declared modes");
        }
        if facts.refusal.is_empty() || facts.leave.is_empty() || self.settings.negation.is_empty() {
            wanted.push("`refusal`, `leave` and `negation` must be set");
        }
        let mut problems = self.problems;
        // A part that is used in many places is wrong only once.
        let mut seen = BTreeSet::new();
        problems.retain(|problem| seen.insert((problem.span.clone(), problem.message.clone())));
        let Some(platform) = self.platform else { return (None, problems) };
        problems.extend(wanted.into_iter().map(|message| nowhere(sources, message)));
        let Settings { facts, lexis, comment, .. } = self.settings;
        let grammar = Grammar {
            platform,
            facts,
            lexis,
            comment,
            modes,
            pipes: self.pipes,
            statements,
            trees: self.trees,
            leaves: self.leaves,
            variants: self.variants,
        };
        (Some(grammar), problems)
    }

    fn mode_trees(&mut self) -> BTreeMap<Mode, ModeTree> {
        let mut modes = BTreeMap::new();
        for (name, build) in &self.modes {
            let mut mode = ModeTree {
                prompt: Form::new::<&str>(&[]),
                configuration: false,
                parent: None,
                walkup: None,
                also: Vec::new(),
                banner: None,
                tree: build.tree,
            };
            let mut walkup = false;
            for heading in &build.header {
                match heading {
                    Heading::Parent(parent) => mode.parent = parent.text.parse().ok(),
                    Heading::Also(also) => mode.also.extend(also.text.parse::<Mode>()),
                    Heading::Walkup => walkup = true,
                    Heading::Configuration => mode.configuration = true,
                    Heading::Prompt(text) => mode.prompt = Form::new(text),
                    Heading::Banner(text) => mode.banner = Some(text.to_string()),
                }
            }
            if walkup {
                mode.walkup = mode.parent.as_ref().and_then(|parent| self.way_up(name, parent));
            }
            modes.insert(name.clone(), mode);
        }
        modes
    }

    /// The line by which a mode is left for its parent: words alone, and no more than a move.
    fn way_up(&self, mode: &Mode, parent: &Mode) -> Option<String> {
        let leads = |leaf: &&Leaf| {
            leaf.mode.as_ref() == Some(mode)
                && leaf.next.as_ref() == Some(parent)
                && leaf.class == Class::Terminal
        };
        let plain =
            |leaf: &&Leaf| leaf.text.bytes().all(|byte| byte.is_ascii_lowercase() || b" -".contains(&byte));
        self.leaves.iter().filter(leads).find(plain).map(|leaf| leaf.text.to_string())
    }
}

fn same_header(a: &[Heading<'_>], b: &[Heading<'_>]) -> bool {
    let plain = |heading: &Heading<'_>| match heading {
        Heading::Parent(name) => format!("parent {}", name.text),
        Heading::Also(name) => format!("also {}", name.text),
        other => format!("{other:?}"),
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| plain(a) == plain(b))
}

fn takes_pipes(elements: &[Element<'_>]) -> bool {
    elements.last().is_some_and(|last| match last {
        Element::Type(name) => {
            super::token::TokenType::named(&name.text).is_some_and(super::token::TokenType::takes_pipes)
        }
        Element::Optional(inner) | Element::Negatable(inner) => takes_pipes(inner),
        Element::Either(branches) => branches.iter().any(|branch| takes_pipes(branch)),
        _ => false,
    })
}

fn ends_in_delimiter(elements: &[Element<'_>]) -> bool {
    matches!(elements.last(), Some(Element::Type(name)) if name.text == "DELIM...")
}
