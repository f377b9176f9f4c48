//! The compiled form of a mode or a pipe tree, and the walk over it.
//!
//! A walk costs one step per word; at each step the edges of one node are looked at in order. Nothing is guessed:
//! an exact keyword wins, then the one keyword that the word begins, then the narrowest type that takes it.

use super::token::TokenType;

/// Index of a node in its tree.
type NodeId = usize;

/// One step of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Keyword(Box<str>),
    Type(TokenType),
}

/// One spelling of a production, with its optional parts settled. Ids are unique in a grammar.
pub(super) type VariantId = u32;

#[derive(Debug, Default)]
struct Node {
    edges: Vec<(Step, NodeId)>,
    end: Option<VariantId>,
}

/// A trie of steps.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

/// Where a walk came out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Walk<'a> {
    /// A whole command; `rest` is what follows it, beginning with `|`, or nothing.
    End {
        variant: VariantId,
        words: Vec<String>,
        arguments: Vec<(TokenType, String)>,
        rest: &'a str,
    },
    /// No edge takes the word that `rest` begins with.
    Unrecognized {
        rest: &'a str,
    },
    Ambiguous {
        rest: &'a str,
        candidates: Vec<String>,
    },
    Incomplete {
        expected: Vec<String>,
    },
}

/// What the platform says about words.
#[derive(Debug, Default)]
pub(super) struct Lexis {
    pub(super) fold: bool,
    /// Characters that act at once on the device, even in free text.
    pub(super) live: String,
    pub(super) interfaces: Vec<String>,
    /// A stage of a pipe must be typed as it is sent.
    pub(super) exact_pipes: bool,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()] }
    }

    /// Adds one spelling. `Err` is the variant that already has it.
    pub(super) fn insert(&mut self, steps: &[Step], variant: VariantId) -> Result<(), VariantId> {
        let mut at: NodeId = 0;
        for step in steps {
            at = self.edge(at, step);
        }
        match self.nodes.get_mut(at) {
            Some(node) => match node.end {
                Some(taken) if taken != variant => Err(taken),
                _ => {
                    node.end = Some(variant);
                    Ok(())
                }
            },
            None => Ok(()),
        }
    }

    fn edge(&mut self, from: NodeId, step: &Step) -> NodeId {
        let known =
            self.nodes.get(from).and_then(|n| n.edges.iter().find(|(own, _)| own == step).map(|(_, to)| *to));
        known.unwrap_or_else(|| {
            let to = self.nodes.len();
            self.nodes.push(Node::default());
            if let Some(node) = self.nodes.get_mut(from) {
                node.edges.push((step.clone(), to));
            }
            to
        })
    }

    /// Every spelling in it.
    pub(super) fn ends(&self) -> impl Iterator<Item = VariantId> {
        self.nodes.iter().filter_map(|node| node.end)
    }

    /// Walks `line` from the root.
    pub(super) fn walk<'a>(&self, line: &'a str, lexis: &Lexis) -> Walk<'a> {
        let mut at: NodeId = 0;
        let mut rest = line;
        let (mut words, mut arguments) = (Vec::new(), Vec::new());
        loop {
            rest = rest.trim_start_matches(' ');
            let Some(node) = self.nodes.get(at) else { return Walk::Unrecognized { rest } };
            if rest.is_empty() || (rest.starts_with('|') && !node.takes_raw()) {
                return match node.end {
                    Some(variant) => Walk::End { variant, words, arguments, rest },
                    None => Walk::Incomplete { expected: node.expected() },
                };
            }
            match node.choose(rest, lexis) {
                Choice::Go { to, word, argument, after } => {
                    arguments.extend(argument);
                    words.push(word);
                    (at, rest) = (to, after);
                }
                Choice::Nowhere => return Walk::Unrecognized { rest },
                Choice::Several(candidates) => return Walk::Ambiguous { rest, candidates },
            }
        }
    }
}

enum Choice<'a> {
    Go { to: NodeId, word: String, argument: Option<(TokenType, String)>, after: &'a str },
    Nowhere,
    Several(Vec<String>),
}

impl Node {
    fn takes_raw(&self) -> bool {
        self.edges.iter().any(|(step, _)| matches!(step, Step::Type(kind) if kind.is_raw()))
    }

    fn expected(&self) -> Vec<String> {
        let mut shown: Vec<String> = self
            .edges
            .iter()
            .map(|(step, _)| match step {
                Step::Keyword(word) => word.to_string(),
                Step::Type(kind) => kind.name(),
            })
            .collect();
        shown.sort_unstable();
        shown
    }

    fn choose<'a>(&self, rest: &'a str, lexis: &Lexis) -> Choice<'a> {
        let (word, after) = next_word(rest);
        match self.keyword(word, lexis.fold) {
            Keyword::One(to, full) => Choice::Go { to, word: full.to_owned(), argument: None, after },
            Keyword::Several(candidates) => Choice::Several(candidates),
            Keyword::None => self.value(word, rest, after, lexis),
        }
    }

    fn keyword(&self, word: &str, fold: bool) -> Keyword<'_> {
        let same = |a: &str| if fold { a.eq_ignore_ascii_case(word) } else { a == word };
        let begins = |a: &&str| a.get(..word.len()).is_some_and(same);
        let keywords = || {
            self.edges.iter().filter_map(|(step, to)| match step {
                Step::Keyword(full) => Some((&**full, *to)),
                Step::Type(_) => None,
            })
        };
        if let Some((full, to)) = keywords().find(|(full, _)| same(full)) {
            return Keyword::One(to, full);
        }
        let mut found = keywords().filter(|(full, _)| begins(full));
        match (found.next(), found.next()) {
            (None, _) => Keyword::None,
            (Some((full, to)), None) => Keyword::One(to, full),
            _ => {
                let mut all: Vec<String> =
                    keywords().filter(|(full, _)| begins(full)).map(|(full, _)| full.to_owned()).collect();
                all.sort_unstable();
                Keyword::Several(all)
            }
        }
    }

    fn value<'a>(&self, word: &str, rest: &'a str, after: &'a str, lexis: &Lexis) -> Choice<'a> {
        let mut best: Option<(TokenType, NodeId, String)> = None;
        for (step, to) in &self.edges {
            let Step::Type(kind) = step else { continue };
            if best.as_ref().is_some_and(|(other, ..)| other.rank() <= kind.rank()) {
                continue;
            }
            let text = if kind.is_raw() { rest } else { word };
            let live = kind.is_raw() && text.contains(|c| lexis.live.contains(c));
            if let Some(normal) = kind.normal(text, &lexis.interfaces).filter(|_| !live) {
                best = Some((*kind, *to, normal));
            }
        }
        match best {
            None => Choice::Nowhere,
            Some((kind, to, normal)) => {
                let after = if kind.is_raw() { "" } else { after };
                Choice::Go { to, word: normal.clone(), argument: Some((kind, normal)), after }
            }
        }
    }
}

enum Keyword<'a> {
    None,
    One(NodeId, &'a str),
    Several(Vec<String>),
}

/// The word that `rest` begins with, and what follows it. A `|` ends a word.
fn next_word(rest: &str) -> (&str, &str) {
    let end = rest.find([' ', '|']).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, ""))
}
