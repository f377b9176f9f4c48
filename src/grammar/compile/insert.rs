//! From the elements of a production to paths in a tree.

use std::collections::HashSet;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use crate::grammar::file::{Element, Named};
use crate::grammar::token::TokenType;
use crate::grammar::tree::{NodeId, Step, Tree};

/// How many nodes one production may make: more is a mistake in the file.
const MAX_NODES: usize = 2000;

/// What is wrong with a production, and where if that is known better than the whole of it.
pub(super) type Misplaced = (Option<usize>, String);

/// Where one path of a production has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) at: NodeId,
    pub(super) negated: bool,
    /// Whether the last step takes the rest of the line.
    full: bool,
}

/// The paths of a production that is being read: one, mostly.
pub(super) type Fronts = SmallVec<[Front; 4]>;

/// The ends of a production's paths.
#[derive(Debug, Default)]
pub(super) struct Paths<'p> {
    pub(super) ends: Fronts,
    /// Where it goes on with another tree, and which.
    pub(super) references: Vec<(Front, &'p Named<'p>)>,
}

/// Words that stand in many places, once.
#[derive(Debug, Default)]
pub(super) struct Words {
    known: HashSet<Arc<str>>,
}

impl Words {
    /// The one copy of a word.
    pub(super) fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let word: Arc<str> = text.into();
        self.known.insert(word.clone());
        word
    }
}

/// Puts one production into a tree.
pub(super) struct Inserter<'a> {
    pub(super) tree: &'a mut Tree,
    pub(super) words: &'a mut Words,
    pub(super) negation: &'a str,
}

impl Inserter<'_> {
    /// Makes the paths of a production.
    ///
    /// # Errors
    /// What cannot stand where it stands.
    pub(super) fn insert<'p>(&mut self, elements: &'p [Element<'p>]) -> Result<Paths<'p>, Misplaced> {
        let before = self.tree.len();
        let mut paths = Paths::default();
        let start = Front { at: 0, negated: false, full: false };
        paths.ends = self.sequence(elements, smallvec![start], &mut paths)?;
        if self.tree.len().saturating_sub(before) > MAX_NODES {
            return Err((None, "too many spellings: split the production, or use `{...}`".to_owned()));
        }
        if paths.ends.contains(&start) {
            return Err((None, "it may be nothing at all".to_owned()));
        }
        Ok(paths)
    }

    fn sequence<'p>(
        &mut self,
        elements: &'p [Element<'p>],
        from: Fronts,
        paths: &mut Paths<'p>,
    ) -> Result<Fronts, Misplaced> {
        let mut fronts = from;
        let pairs = elements.iter().zip(elements.iter().skip(1));
        if pairs.into_iter().any(|pair| matches!(pair, (Element::Many(_), Element::Reference(_)))) {
            return Err((None, "`@` cannot stand right behind a repetition".to_owned()));
        }
        for element in elements {
            if fronts.iter().any(|front| front.full) {
                return Err((None, "what takes the rest of the line, or `@`, can only come last".to_owned()));
            }
            fronts = self.element(element, fronts, paths)?;
            if fronts.len() > MAX_NODES {
                return Err((None, "too many spellings: split the production, or use `{...}`".to_owned()));
            }
        }
        Ok(fronts)
    }

    fn element<'p>(
        &mut self,
        element: &'p Element<'p>,
        fronts: Fronts,
        paths: &mut Paths<'p>,
    ) -> Result<Fronts, Misplaced> {
        Ok(match element {
            Element::Keyword(word) => {
                let step = Step::Keyword(self.words.word(word));
                let negates = word == self.negation;
                let next = fronts.iter().map(|front| Front {
                    at: self.tree.step(front.at, &step),
                    negated: front.negated || (negates && front.at == 0),
                    full: false,
                });
                unique(next.collect())
            }
            Element::Range(low, high) if low > high => return Err((None, "the range is empty".to_owned())),
            Element::Range(low, high) => self.value(TokenType::Range(*low, *high), &fronts)?,
            Element::Type(name) => match TokenType::named(&name.text) {
                Some(kind) => self.value(kind, &fronts).map_err(|(_, why)| (Some(name.at), why))?,
                None => return Err((Some(name.at), format!("unknown token type `{}`", name.text))),
            },
            Element::Optional(inner) => {
                let with = self.sequence(inner, fronts.clone(), paths)?;
                unique(fronts.into_iter().chain(with).collect())
            }
            Element::Negatable(inner) => {
                let with = self.sequence(inner, fronts.clone(), paths)?;
                unique(fronts.into_iter().filter(|front| front.negated).chain(with).collect())
            }
            Element::Either(branches) => {
                let mut next = Fronts::new();
                for branch in branches.iter() {
                    next.extend(self.sequence(branch, fronts.clone(), paths)?);
                }
                unique(next)
            }
            Element::Many(branches) => self.many(branches, &fronts, paths)?,
            Element::Reference(name) => {
                paths.references.extend(fronts.iter().map(|front| (*front, name)));
                Fronts::new()
            }
        })
    }

    fn value(&mut self, kind: TokenType, fronts: &[Front]) -> Result<Fronts, Misplaced> {
        for front in fronts {
            let known = self.tree.node(front.at).into_iter().flat_map(|node| &node.values);
            if let Some((other, _)) = known.into_iter().find(|(other, _)| clash(*other, kind)) {
                let why = format!("ambiguous: `{}` and `{}` can both stand here", other.name(), kind.name());
                return Err((None, why));
            }
        }
        let step = Step::Value(kind);
        let next = fronts.iter().map(|front| Front {
            at: self.tree.step(front.at, &step),
            negated: front.negated,
            full: kind.is_raw(),
        });
        Ok(unique(next.collect()))
    }

    /// A loop of its own for each path: nobody else's words can slip into it.
    fn many<'p>(
        &mut self,
        branches: &'p [Vec<Element<'p>>],
        fronts: &[Front],
        paths: &mut Paths<'p>,
    ) -> Result<Fronts, Misplaced> {
        let mut after = Fronts::new();
        for front in fronts {
            let (head, end) = (self.tree.fresh(), self.tree.fresh());
            self.tree.twin(front.at, head);
            for branch in branches.iter() {
                let start = Front { at: head, ..*front };
                for last in self.sequence(branch, smallvec![start], paths)? {
                    if last.full || last.at == head {
                        return Err((None, "a repetition needs words, and room for more of them".to_owned()));
                    }
                    self.tree.twin(last.at, head);
                    self.tree.twin(last.at, end);
                }
            }
            after.push(Front { at: end, ..*front });
        }
        Ok(after)
    }
}

/// Two types of which neither is narrower, so that nobody could say which one is meant.
fn clash(a: TokenType, b: TokenType) -> bool {
    match (a, b) {
        (TokenType::Range(low, high), TokenType::Range(from, to)) => a != b && low <= to && from <= high,
        _ => a != b && a.is_raw() && b.is_raw() && a != TokenType::Tail && b != TokenType::Tail,
    }
}

fn unique(fronts: Fronts) -> Fronts {
    if fronts.len() < 2 {
        return fronts;
    }
    let mut seen = Fronts::new();
    for front in fronts {
        if !seen.contains(&front) {
            seen.push(front);
        }
    }
    seen
}
