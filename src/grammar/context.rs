//! The context of a session: where a reference goes on, as Junos has it with `edit`.
//!
//! It is the gate's own. The device always stands at the top, and every command that it is sent has its whole path: a
//! rule that looks at paths cannot be got round by standing somewhere else.

use super::file::Move;
use super::lexis::Lexis;
use super::tree::{Tree, TreeId};
use super::walk::{Keyword, keyword};
use super::{Grammar, Match};
use crate::terms::Mode;

/// How deep a context may be entered.
const MAX_DEPTH: usize = 64;

/// A path in the statements of a grammar; empty at the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    path: String,
    /// Where it was before each `edit`.
    before: Vec<String>,
}

impl Context {
    /// The path in canonical words; empty at the top.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is the top.
    #[must_use]
    pub fn is_top(&self) -> bool {
        self.path.is_empty()
    }

    fn enter(&self, path: String) -> Self {
        let mut before = self.before.clone();
        if before.len() >= MAX_DEPTH {
            before.remove(0);
        }
        before.push(self.path.clone());
        Self { path, before }
    }

    fn exit(&self) -> Self {
        let mut before = self.before.clone();
        let path = before.pop().unwrap_or_default();
        Self { path, before }
    }
}

impl Grammar {
    /// What the device prints above a prompt, with a context in it: `[edit interfaces]`.
    #[must_use]
    pub fn banner_in(&self, mode: &Mode, context: &Context) -> Option<String> {
        let banner = self.banner(mode)?;
        if context.is_top() {
            return Some(banner.to_owned());
        }
        let (head, end) = banner.split_at_checked(banner.len().saturating_sub(1))?;
        Some(format!("{head} {}{end}", context.path))
    }

    /// The context where a path of canonical words leads, one that was checked before.
    pub(super) fn moved(&self, context: &Context, how: Move, found: &Match) -> Option<Context> {
        Some(match how {
            Move::Top => Context { path: String::new(), before: context.before.clone() },
            Move::Exit => context.exit(),
            // The path behind the word itself. Quotes would have to be told apart from blanks.
            Move::Edit => {
                let path = found.text.split_once(' ').map(|(_, path)| path)?;
                let plain = found.sent.is_none() && !path.contains('"');
                context.enter(plain.then(|| path.to_owned())?)
            }
            Move::Up => {
                let levels = match found.arguments.first() {
                    Some((_, number)) => number.parse::<usize>().ok()?,
                    None => 1,
                };
                let statements = self.statements.and_then(|id| self.trees.get(id))?;
                let path = up(statements, &self.lexis, &context.path, levels).to_owned();
                Context { path, before: context.before.clone() }
            }
        })
    }

    /// The node that a path of canonical words leads to.
    pub(super) fn node_at(&self, tree: &Tree, path: &str) -> Option<usize> {
        node_at(tree, &self.lexis, path)
    }

    /// The tree of statements and the path in it.
    pub(super) fn within<'c>(&self, context: &'c Context) -> Option<(TreeId, &'c str)> {
        self.statements.map(|tree| (tree, context.path()))
    }
}

/// A path so many levels up.
pub(super) fn up<'p>(statements: &Tree, lexis: &Lexis, path: &'p str, levels: usize) -> &'p str {
    (0..levels.min(MAX_DEPTH)).fold(path, |path, _| above(statements, lexis, path))
}

/// One level up: a name that only makes sense behind its keyword goes with it, `unit 0`.
fn above<'p>(statements: &Tree, lexis: &Lexis, path: &'p str) -> &'p str {
    let Some((head, _)) = path.rsplit_once(' ') else { return "" };
    let node = node_at(statements, lexis, head).and_then(|at| statements.node(at));
    // The names of some are a few words that the grammar lists.
    let listed = head.rsplit(' ').next().is_some_and(|word| lexis.named.iter().any(|named| named == word));
    match (listed || node.is_some_and(|node| node.keywords.is_empty()), head.rsplit_once(' ')) {
        (false, _) => head,
        (true, Some((above, _))) => above,
        (true, None) => "",
    }
}

fn node_at(tree: &Tree, lexis: &Lexis, path: &str) -> Option<usize> {
    path.split(' ').try_fold(0, |at, word| match keyword(tree, at, word, lexis.fold) {
        Keyword::One(to, _) => Some(to),
        Keyword::Several(_) => None,
        Keyword::None => tree
            .views(at)
            .flat_map(|(_, node)| &node.values)
            .filter(|(kind, _)| kind.normal(word, lexis).is_some())
            .min_by_key(|(kind, _)| *kind)
            .map(|(_, to)| *to),
    })
}
