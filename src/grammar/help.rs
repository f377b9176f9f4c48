//! What may come next on a line that is being typed: for `?` and Tab.
//!
//! Nothing here decides. Each candidate comes with every command that it can still become, so that whoever shows it can
//! ask the rules first, and shows no word behind which everything would be refused.

use std::collections::HashSet;
use std::sync::Arc;

use super::tree::{Jump, TreeId};
use super::walk::{End, How, Place, Walk, Walker};
use super::{Context, Grammar, Leaf, ModeTree, Parse, TokenType};
use crate::terms::{Class, Mode, PresentedLine};

/// What may come at the end of a half typed line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help<'g> {
    /// The last word, as far as it is typed; empty behind a blank.
    pub half: String,
    /// The canonical words before it, those of a context too; empty at the start.
    pub text: String,
    /// What may come: words and values in the order of their names, then a pipe, then the end.
    pub candidates: Vec<Candidate<'g>>,
}

/// One thing that may come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'g> {
    /// What it is.
    pub kind: Kind,
    /// The word, or what stands for a value: `A.B.C.D`, `<1-4094>`, `WORD`, `LINE`, `|`, `<cr>`.
    pub shown: String,
    /// What a value is, for people; empty for a word.
    pub meaning: &'static str,
    /// The commands that the line can still become with it. Without any it leads only to what is never forwarded.
    pub behind: Vec<Reachable<'g>>,
}

/// What a candidate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A keyword.
    Word,
    /// A value, whose name is no text to type.
    Value,
    /// A `|`.
    Pipe,
    /// The line may end.
    End,
}

/// A command that a line can become: one spelling, never one of class `refuse`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reachable<'g> {
    /// The spelling, as in [`super::Spelling`].
    pub id: u32,
    /// Its production.
    pub leaf: &'g Arc<str>,
    /// The production's own class, pipe stages aside.
    pub class: Class,
    /// Whether it ends the session: the gate answers it itself and asks no rule.
    pub closes: bool,
    /// Whether the device stays in the mode that it is in.
    pub stays: bool,
    /// The pipe stages, with the class of each.
    pub stages: Vec<(Arc<str>, Class)>,
}

/// The tree and the path of a context.
type Within<'a> = Option<(TreeId, &'a str)>;

impl Grammar {
    /// What may come behind `typed`, which is all that stands left of the cursor. None when no command begins like this.
    ///
    /// What a mode does not read its parent does, where the platform has it so. Costs as much as the part of the grammar
    /// that can still be reached, whatever was typed.
    #[must_use]
    pub fn help<'g>(&'g self, mode: &Mode, context: &Context, typed: &str) -> Option<Help<'g>> {
        let mut at = mode;
        for _ in 0..self.modes.len() {
            let found = Asked { grammar: self, mode: at, context, typed }.help();
            if let Some(help) = found.filter(|help| !help.candidates.is_empty()) {
                return Some(help);
            }
            let ModeTree { walkup: Some(_), parent: Some(parent), .. } = self.modes.get(at)? else {
                return None;
            };
            at = parent;
        }
        None
    }

    /// A command, unless it is never forwarded.
    fn reachable<'g>(&'g self, end: End, stages: Vec<(Arc<str>, Class)>) -> Option<Reachable<'g>> {
        let (spelling, leaf) = self.variant(end.variant)?;
        let refused = leaf.class == Class::Refuse || stages.iter().any(|(_, class)| *class == Class::Refuse);
        if refused || (end.referred && leaf.leads_elsewhere()) {
            return None;
        }
        let stays = leaf.next.is_none() || spelling.negated;
        Some(Reachable {
            id: end.variant,
            leaf: &leaf.text,
            class: leaf.class,
            closes: leaf.close,
            stays,
            stages,
        })
    }

    /// Every command that ends at a place or behind it.
    fn behind<'g>(&'g self, from: Place, within: Within<'_>, start: TreeId) -> Vec<Reachable<'g>> {
        self.ends(from, within, start).into_iter().filter_map(|end| self.reachable(end, Vec::new())).collect()
    }

    fn ends(&self, from: Place, within: Within<'_>, start: TreeId) -> Vec<End> {
        let (mut seen, mut known, mut ends) = (HashSet::new(), HashSet::new(), Vec::new());
        let mut open = vec![(from, within)];
        while let Some((at, within)) = open.pop() {
            let Some(tree) = self.trees.get(at.tree) else { continue };
            let Some(node) = tree.node(at.node).filter(|_| seen.insert((at, within.is_some()))) else {
                continue;
            };
            ends.extend(at.end(tree).filter(|end| known.insert(*end)));
            let edges = node.keywords.iter().map(|(_, to)| *to).chain(node.values.iter().map(|(_, to)| *to));
            open.extend(edges.chain(node.twins.iter().copied()).map(|node| (Place { node, ..at }, within)));
            open.extend(node.jump.as_ref().and_then(|jump| self.over(jump, within, start)));
        }
        ends
    }

    /// Where a jump leads: into the context, where there is one.
    fn over<'c>(&self, jump: &Jump, within: Within<'c>, start: TreeId) -> Option<(Place, Within<'c>)> {
        if jump.kind.restarts() {
            return Some((Place { tree: start, ..Place::default() }, None));
        }
        let node = match within.filter(|(tree, path)| *tree == jump.to && !path.is_empty()) {
            Some((tree, path)) => self.node_at(self.trees.get(tree)?, path)?,
            None => 0,
        };
        Some((Place { tree: jump.to, node, how: How::Jumped(jump.kind) }, within))
    }
}

/// One half typed line in one place.
struct Asked<'g, 'a> {
    grammar: &'g Grammar,
    mode: &'a Mode,
    context: &'a Context,
    typed: &'a str,
}

/// A command that is whole up to a place of the line.
struct Whole<'g> {
    end: End,
    leaf: &'g Leaf,
    stages: Vec<(Arc<str>, Class)>,
    text: String,
}

impl<'g> Asked<'g, '_> {
    fn help(&self) -> Option<Help<'g>> {
        let trimmed = self.typed.trim_start_matches(' ');
        let remark = self.grammar.comment.iter().any(|mark| trimmed.starts_with(mark.as_str()));
        if remark || self.grammar.lexis.separator(self.typed).is_some() {
            return None;
        }
        let mut found: Option<Help<'g>> = None;
        for (tree, referred) in self.roots(trimmed)? {
            let Some(walker) = self.walker(tree, referred).walk_to_last(self.typed) else { continue };
            if walker.rest.starts_with('|') {
                return self.in_pipe(walker.rest);
            }
            let words =
                self.following(walker.place, walker.rest, |at| self.grammar.behind(at, walker.context, tree));
            match &mut found {
                None => {
                    found = Some(Help { half: walker.rest.to_owned(), text: walker.text, candidates: words })
                }
                Some(help) => help.candidates.extend(words),
            }
        }
        let mut help = found?;
        if help.half.is_empty() {
            help.candidates.extend(self.ending());
        }
        Some(help.in_order())
    }

    fn walker(&self, tree: TreeId, referred: bool) -> Walker<'_> {
        let grammar = self.grammar;
        let walker = Walker::new(&grammar.trees, &grammar.lexis, tree).within(grammar.within(self.context));
        if referred { walker.referred() } else { walker }
    }

    /// The trees that the line may be read in, and whether as if referred to: what [`Grammar::parse_in`] would read.
    fn roots(&self, trimmed: &str) -> Option<Vec<(TreeId, bool)>> {
        let grammar = self.grammar;
        let own = grammar.modes.get(self.mode)?;
        let (first, after) = grammar.lexis.next_word(trimmed);
        let trees = match after.is_empty() {
            true => grammar.roots(own),
            false => grammar.readers(own, first).ok()?,
        };
        Some(trees.into_iter().map(|tree| (tree, tree != own.tree)).collect())
    }

    /// The words and values of one place that `half` may become.
    fn following(
        &self,
        place: Place,
        half: &str,
        behind: impl Fn(Place) -> Vec<Reachable<'g>>,
    ) -> Vec<Candidate<'g>> {
        let Some(tree) = self.grammar.trees.get(place.tree) else { return Vec::new() };
        let lexis = &self.grammar.lexis;
        let mut found = Vec::new();
        for (_, node) in tree.views(place.node) {
            for (word, to) in &node.keywords {
                if begins(word, half, lexis.fold) {
                    let (kind, shown) = (Kind::Word, word.to_string());
                    found.push(Candidate {
                        kind,
                        shown,
                        meaning: "",
                        behind: behind(Place { node: *to, ..place }),
                    });
                }
            }
            for (kind, to) in &node.values {
                if may_become(*kind, half, &lexis.interfaces) || kind.normal(half, lexis).is_some() {
                    let (shown, meaning) = described(*kind);
                    let behind = behind(Place { node: *to, ..place });
                    found.push(Candidate { kind: Kind::Value, shown, meaning, behind });
                }
            }
        }
        found
    }

    /// What may come within a stage of a pipe; `rest` begins with its `|`.
    fn in_pipe(&self, rest: &str) -> Option<Help<'g>> {
        let grammar = self.grammar;
        let mut rest = rest;
        loop {
            let before = self.typed.get(..self.typed.len().saturating_sub(rest.len()))?;
            let whole = self.whole(before.trim_end_matches(' '))?;
            let tree = self.stages_behind(&whole)?;
            let last =
                Walker::new(&grammar.trees, &grammar.lexis, tree).walk_to_last(rest.strip_prefix('|')?)?;
            if last.rest.starts_with('|') {
                rest = last.rest;
                continue;
            }
            let candidates = self.following(last.place, last.rest, |at| {
                self.with_stages(&whole, &grammar.ends(at, None, tree))
            });
            let text = format!("{} | {}", whole.text, last.text).trim_end().to_owned();
            let mut help = Help { half: last.rest.to_owned(), text, candidates };
            if help.half.is_empty() {
                help.candidates.extend(self.ending());
            }
            return Some(help.in_order());
        }
    }

    /// `|` and `<cr>`, where what is typed is a whole command.
    fn ending(&self) -> Vec<Candidate<'g>> {
        let one =
            |kind, shown: &str, meaning, behind| Candidate { kind, shown: shown.to_owned(), meaning, behind };
        let Some(whole) = self.whole(self.typed) else { return Vec::new() };
        let own = self.grammar.reachable(whole.end, whole.stages.clone()).into_iter().collect();
        let end = one(Kind::End, "<cr>", "", own);
        let pipe = self.stages_behind(&whole).map(|tree| {
            let stages = self.grammar.ends(Place { tree, ..Place::default() }, None, tree);
            one(Kind::Pipe, "|", "output modifiers", self.with_stages(&whole, &stages))
        });
        pipe.into_iter().chain([end]).collect()
    }

    /// The one command that a text is.
    fn whole(&self, text: &str) -> Option<Whole<'g>> {
        let line = PresentedLine::parse(text.as_bytes()).ok()?;
        let found = match self.grammar.parse_in(self.mode, self.context, &line) {
            Parse::Command(found) => found,
            Parse::Block(opening) => opening.into_found(),
            Parse::Moved(_) => return self.move_of_context(text),
            _ => return None,
        };
        let (_, leaf) = self.grammar.variant(found.variant)?;
        // Reading it has seen to what a reference must not do.
        let end = End { variant: found.variant, referred: false };
        Some(Whole { end, leaf, stages: found.stages, text: found.text })
    }

    fn move_of_context(&self, text: &str) -> Option<Whole<'g>> {
        let walk = self.walker(self.grammar.modes.get(self.mode)?.tree, false).walk(text);
        let Walk::End { end, text, .. } = walk else { return None };
        let (_, leaf) = self.grammar.variant(end.variant)?;
        Some(Whole { end, leaf, stages: Vec::new(), text: text.shown })
    }

    /// The tree of the stages that may follow.
    fn stages_behind(&self, whole: &Whole<'_>) -> Option<TreeId> {
        let pipe = whole.leaf.pipe.as_ref().filter(|_| whole.stages.is_empty() || self.grammar.lexis.chain);
        self.grammar.pipes.get(pipe?).copied()
    }

    /// The command with each of these as its last stage.
    fn with_stages(&self, whole: &Whole<'_>, ends: &[End]) -> Vec<Reachable<'g>> {
        let one = |end: &End| {
            let (_, leaf) = self.grammar.variant(end.variant)?;
            let mut stages = whole.stages.clone();
            stages.push((leaf.text.clone(), leaf.class));
            self.grammar.reachable(whole.end, stages)
        };
        ends.iter().filter_map(one).collect()
    }
}

impl<'g> Help<'g> {
    /// What has the same name once, with the commands of all; as vendors list them.
    fn in_order(mut self) -> Self {
        let last = |kind: Kind| if kind <= Kind::Value { Kind::Word } else { kind };
        self.candidates
            .sort_by(|a, b| (last(a.kind), &a.shown, a.kind).cmp(&(last(b.kind), &b.shown, b.kind)));
        self.candidates.dedup_by(|next, first| {
            let same = first.shown == next.shown && first.kind == next.kind;
            if same {
                first.behind.append(&mut next.behind);
            }
            same
        });
        self
    }
}

fn begins(word: &str, half: &str, fold: bool) -> bool {
    word.get(..half.len())
        .is_some_and(|head| if fold { head.eq_ignore_ascii_case(half) } else { head == half })
}

/// Whether a half typed word may still become such a value.
fn may_become(kind: TokenType, half: &str, kinds: &[String]) -> bool {
    let only = |extra: &[u8], hex: bool| {
        half.bytes()
            .all(|b| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() } || extra.contains(&b))
    };
    match kind {
        // As long as it can be: whether it is within the bounds shows when it is whole.
        TokenType::Range(_, high) => only(b"", false) && half.len() <= high.to_string().len(),
        TokenType::Ipv4 => only(b".", false),
        TokenType::Ipv4Prefix => only(b"./", false),
        TokenType::Ipv6 => only(b":.", true),
        TokenType::Ipv6Prefix => only(b":./", true),
        TokenType::Mac => only(b":.-", true),
        TokenType::List => only(b",-", false),
        TokenType::Interface | TokenType::Interfaces => {
            half.is_empty() || kinds.iter().any(|kind| begins(kind, half, true))
        }
        TokenType::Name | TokenType::Url | TokenType::Tail => half.is_empty(),
        TokenType::Text | TokenType::Secret => half.is_empty() || half.starts_with('"'),
        TokenType::Regex | TokenType::Line | TokenType::Delimiter => true,
    }
}

/// How a value is called at a prompt, and what it is.
fn described(kind: TokenType) -> (String, &'static str) {
    let (name, meaning) = match kind {
        TokenType::Range(low, high) => return (format!("<{low}-{high}>"), "number"),
        TokenType::Ipv4 => ("A.B.C.D", "IPv4 address"),
        TokenType::Ipv4Prefix => ("A.B.C.D/M", "IPv4 prefix"),
        TokenType::Ipv6 => ("X:X::X:X", "IPv6 address"),
        TokenType::Ipv6Prefix => ("X:X::X:X/M", "IPv6 prefix"),
        TokenType::Mac => ("H.H.H", "MAC address"),
        TokenType::List => ("LIST", "numbers and ranges, as in 1-10,20"),
        TokenType::Interface => ("IFNAME", "interface"),
        TokenType::Interfaces => ("IFNAMES", "interfaces of one kind"),
        TokenType::Name => ("WORD", "name"),
        TokenType::Url => ("URL", "place of a file"),
        TokenType::Text => ("WORD", "word, or text in quotes"),
        TokenType::Secret => ("SECRET", "secret, recorded as <redacted>"),
        TokenType::Tail => ("LINE", "words that are not known"),
        TokenType::Regex => ("LINE", "regular expression"),
        TokenType::Line => ("LINE", "text"),
        TokenType::Delimiter => ("LINE", "text, whose first character also ends it"),
    };
    (name.to_owned(), meaning)
}

#[cfg(test)]
mod tests;
