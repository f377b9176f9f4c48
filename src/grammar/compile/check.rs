//! What must hold of the whole: every part is led to, and no two words of one place are the same.

use std::collections::{HashMap, HashSet};

use super::Build;
use crate::grammar::file::Heading;
use crate::grammar::token::TokenType;
use crate::grammar::tree::Tree;
use crate::terms::{Mode, Problem};

impl Build<'_> {
    pub(super) fn check(&mut self) {
        self.check_headers();
        self.check_use();
        self.check_repetitions();
    }

    fn check_headers(&mut self) {
        let mut found: Vec<Problem> = Vec::new();
        let mut named: Vec<String> = Vec::new();
        for (mode, build) in &self.modes {
            let place = &build.place;
            let mut complain = |message: &str| {
                found.push(Problem { message: message.into(), ..place.clone() });
            };
            if !build.header.iter().any(|heading| matches!(heading, Heading::Prompt(texts) if texts.iter().all(|text| !text.is_empty()))) {
                complain("no block of this mode has a header with its `prompt`");
            }
            let parent = build.header.iter().find_map(|heading| match heading {
                Heading::Parent(name) => Some(&name.text),
                _ => None,
            });
            for heading in &build.header {
                let (Heading::Parent(name) | Heading::Also(name)) = heading else { continue };
                match name.text.parse::<Mode>() {
                    Ok(other) if self.modes.contains_key(&other) => named.push(format!("mode {other}")),
                    _ => complain(&format!("no mode has the name `{}`", name.text)),
                }
            }
            if build.header.contains(&Heading::Walkup) {
                let way = parent.and_then(|parent| self.way_up(mode, &parent.parse().ok()?));
                if way.is_none() {
                    complain(
                        "`walkup` needs a `parent`, and a production of class `terminal` that leaves for it",
                    );
                }
            }
        }
        self.problems.extend(found);
        self.used.extend(named);
    }

    /// What nothing leads to is a mistake: a name that was mistyped elsewhere.
    fn check_use(&mut self) {
        for (name, problem) in &self.declared {
            let used_pipe = name.strip_prefix("pipe ").is_some_and(|pipe| self.used_pipes.contains(pipe));
            if !used_pipe && !self.used.contains(name) {
                self.problems.push(problem.clone());
            }
        }
        let starts: HashSet<String> =
            self.settings.facts.start.iter().map(|mode| format!("mode {mode}")).collect();
        for (mode, build) in &self.modes {
            let name = format!("mode {mode}");
            if !starts.contains(&name) && !self.used.contains(&name) {
                let message = "nothing leads to this mode".into();
                self.problems.push(Problem { message, ..build.place.clone() });
            }
        }
    }

    /// A word must not begin both what a repetition repeats and something else.
    fn check_repetitions(&mut self) {
        let clash = |tree: &Tree| (0..tree.len()).find_map(|at| Some((twice(tree, at)?, before(tree, at))));
        let mut found = Vec::new();
        for (mode, build) in &self.modes {
            let Some(tree) = self.trees.get(build.tree) else { continue };
            let mut complain = |message| found.push(Problem { message, ..build.place.clone() });
            if let Some((word, before)) = clash(tree) {
                complain(format!(
                    "behind `{before}` in mode {mode}, `{word}` goes on in two ways: once it repeats"
                ));
            }
            if let Some(at) = (0..tree.len()).find(|at| is_crowded(tree, *at)) {
                let before = before(tree, at);
                complain(format!(
                    "behind `{before}` in mode {mode}, other words stand beside `@`: they are never read"
                ));
            }
        }
        for (name, tree) in
            self.statements.iter().map(|(n, t)| (&**n, t)).chain(self.pipes.iter().map(|(n, t)| (&**n, t)))
        {
            let place =
                self.declared.get(&format!("tree {name}")).or(self.declared.get(&format!("pipe {name}")));
            if let (Some(tree), Some(place)) = (self.trees.get(*tree), place)
                && let Some((word, before)) = clash(tree)
            {
                let message = format!("behind `{before}`, `{word}` goes on in two ways: once it repeats");
                found.push(Problem { message, ..place.clone() });
            }
        }
        self.problems.extend(found);
    }
}

/// Whether a reference hides what follows here otherwise.
fn is_crowded(tree: &Tree, at: usize) -> bool {
    tree.node(at).is_some_and(|node| node.jump.is_some() && !node.leaves_room())
}

fn twice(tree: &Tree, at: usize) -> Option<String> {
    let node = tree.node(at)?;
    if node.twins.is_empty() {
        return None;
    }
    let mut words: Vec<&str> = Vec::new();
    let mut kinds: HashMap<TokenType, usize> = HashMap::new();
    let mut views = tree.views(at).map(|(_, node)| node);
    views.find_map(|node| {
        let word =
            node.keywords.iter().find(|(word, _)| words.contains(&&**word)).map(|(word, _)| word.to_string());
        words.extend(node.keywords.iter().map(|(word, _)| &**word));
        let mut values = node.values.iter();
        let differs = |(kind, to): &&(TokenType, usize)| {
            kinds.insert(*kind, *to).is_some_and(|other| !goes_on_alike(tree, other, *to))
        };
        word.or_else(|| values.find(differs).map(|(kind, _)| kind.name()))
    })
}

/// Whether nothing but the rest of one repetition follows both.
fn goes_on_alike(tree: &Tree, a: usize, b: usize) -> bool {
    let behind = |at: usize| {
        let node = tree.node(at)?;
        let bare = node.keywords.is_empty() && node.values.is_empty() && node.end.is_none();
        bare.then(|| node.twins.iter().copied().collect::<HashSet<usize>>())
    };
    behind(a).is_some_and(|twins| behind(b) == Some(twins))
}

/// The shortest way to a node, in words.
fn before(tree: &Tree, at: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut at = at;
    // What leads to a node was made before it, loops apart.
    for _ in 0..tree.len() {
        let nodes = (0..at).filter_map(|from| Some((from, tree.node(from)?)));
        let Some((from, word)) = nodes.into_iter().find_map(|(from, node)| {
            let keyword = node.keywords.iter().find(|(_, to)| *to == at).map(|(word, _)| word.to_string());
            let value = || node.values.iter().find(|(_, to)| *to == at).map(|(kind, _)| kind.name());
            let twin = || node.twins.contains(&at).then(String::new);
            Some((from, keyword.or_else(value).or_else(twin)?))
        }) else {
            break;
        };
        words.push(word);
        at = from;
    }
    words.retain(|word| !word.is_empty());
    words.reverse();
    words.join(" ")
}
