//! The walk of one line over the trees.
//!
//! One step per word; at each step the edges of one node are looked at in order. Nothing is guessed and nothing taken
//! back: an exact keyword wins, then the one keyword that the word begins, then the narrowest type that takes it.

use super::context;
use super::lexis::Lexis;
use super::token::{TokenType, Value};
use super::tree::{JumpKind, Node, NodeId, Tree, TreeId, VariantId};

/// Where a walk came out.
pub(super) enum Walk<'a> {
    /// A whole command; `rest` is what follows it, beginning with `|`, or nothing.
    End {
        end: End,
        text: Text,
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

/// Which spelling a walk ended in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct End {
    pub(super) variant: VariantId,
    /// Through a reference: then no mode is entered or left.
    pub(super) referred: bool,
}

/// Words in their normal forms with one blank between them, as shown and as sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) shown: String,
    /// Where a secret is among them.
    pub(super) sent: Option<String>,
}

impl Text {
    /// Words that are no secret.
    pub(super) fn of(words: &str) -> Self {
        Self { shown: words.to_owned(), sent: None }
    }

    fn word(&mut self, word: &str) {
        for text in std::iter::once(&mut self.shown).chain(&mut self.sent) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
    }

    fn value(&mut self, value: &Value) {
        let Some(sent) = &value.sent else { return self.word(&value.shown) };
        let mut whole = self.sent.take().unwrap_or_else(|| self.shown.clone());
        self.word(&value.shown);
        whole.push(' ');
        whole.push_str(sent);
        self.sent = Some(whole);
    }

    /// Adds ` | ` and a stage.
    pub(super) fn stage(&mut self, stage: &Text) {
        if self.sent.is_some() || stage.sent.is_some() {
            let head = self.sent.as_ref().unwrap_or(&self.shown);
            self.sent = Some(format!("{head} | {}", stage.sent.as_ref().unwrap_or(&stage.shown)));
        }
        self.shown.push_str(" | ");
        self.shown.push_str(&stage.shown);
    }
}

/// What may follow at one place of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) tree: TreeId,
    pub(super) node: NodeId,
    pub(super) how: How,
}

impl Place {
    /// The spelling that ends here, in its own tree.
    pub(super) fn end(self, tree: &Tree) -> Option<End> {
        let variant = match self.how {
            How::Here | How::Jumped(JumpKind::Same | JumpKind::Top | JumpKind::Up) => {
                tree.ends().get(usize::try_from(tree.end(self.node)?).ok()?).copied()?
            }
            How::Jumped(JumpKind::Own(base)) => base.checked_add(tree.end(self.node)?)?,
            How::Jumped(JumpKind::Beginnings(base)) => {
                let place = VariantId::try_from(self.node).ok()?;
                base.checked_add(place).filter(|_| place > 0)?
            }
            How::Jumped(JumpKind::AnyBeginning(variant)) => Some(variant).filter(|_| self.node > 0)?,
        };
        Some(End { variant, referred: self.how == How::Jumped(JumpKind::Same) })
    }
}

/// How the present tree was come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum How {
    /// The line began in it.
    #[default]
    Here,
    Jumped(JumpKind),
}

/// A walk that is under way.
pub(super) struct Walker<'g> {
    trees: &'g [Tree],
    lexis: &'g Lexis,
    /// The context in which a reference to this tree goes on.
    context: Option<(TreeId, &'g str)>,
    start: TreeId,
    /// Whether it is a stage of a pipe that is read.
    stage: bool,
    place: Place,
    text: Text,
    arguments: Vec<(TokenType, String)>,
}

/// Where a walk stands before the last word of a line.
pub(super) struct Last<'g, 'a> {
    pub(super) place: Place,
    /// The context in which a reference still goes on.
    pub(super) context: Option<(TreeId, &'g str)>,
    /// The canonical words before it.
    pub(super) text: String,
    /// The last word; or all that follows, from a `|` on.
    pub(super) rest: &'a str,
}

enum Fault<'a> {
    Nowhere(&'a str),
    Several(&'a str, Vec<String>),
}

impl<'g> Walker<'g> {
    pub(super) fn new(trees: &'g [Tree], lexis: &'g Lexis, start: TreeId) -> Self {
        let place = Place { tree: start, ..Place::default() };
        Self {
            trees,
            lexis,
            context: None,
            start,
            stage: false,
            place,
            text: Text::default(),
            arguments: Vec::new(),
        }
    }

    /// The same, for commands that are referred to from elsewhere.
    pub(super) fn referred(mut self) -> Self {
        self.place.how = How::Jumped(JumpKind::Same);
        self
    }

    pub(super) fn of_a_pipe(mut self) -> Self {
        self.stage = true;
        self
    }

    pub(super) fn within(mut self, context: Option<(TreeId, &'g str)>) -> Self {
        self.context = context;
        self
    }

    /// Walks `line` to its end.
    pub(super) fn walk(mut self, line: &str) -> Walk<'_> {
        let mut rest = line;
        loop {
            rest = rest.trim_start_matches(' ');
            if let Err(fault) = self.jump(rest) {
                return fault.into();
            }
            let Some(node) = self.node() else { return Walk::Unrecognized { rest } };
            if rest.is_empty() || (rest.starts_with('|') && !self.takes_pipes(node)) {
                return self.end(rest);
            }
            match self.choose(rest) {
                Ok(after) => rest = after,
                Err(fault) => return fault.into(),
            }
        }
    }

    /// Walks all but the last word, which may be half typed, or nothing yet. None when the words before it are no beginning.
    pub(super) fn walk_to_last<'a>(mut self, line: &'a str) -> Option<Last<'g, 'a>> {
        let mut rest = line;
        loop {
            rest = rest.trim_start_matches(' ');
            self.jump(if rest.is_empty() { "x" } else { rest }).ok()?;
            let (word, after) = self.lexis.next_word(rest);
            if after.is_empty() || rest.starts_with('|') {
                let rest = if rest.starts_with('|') { rest } else { word };
                return Some(Last { place: self.place, context: self.context, text: self.text.shown, rest });
            }
            rest = self.choose(rest).ok()?;
        }
    }

    fn tree(&self) -> Option<&'g Tree> {
        self.trees.get(self.place.tree)
    }

    fn node(&self) -> Option<&'g Node> {
        self.tree()?.node(self.place.node)
    }

    fn takes_pipes(&self, node: &Node) -> bool {
        node.values.iter().any(|(kind, _)| kind.takes_pipes())
    }

    /// Goes over to another tree where nothing else follows, and there into the context.
    fn jump<'a>(&mut self, rest: &'a str) -> Result<(), Fault<'a>> {
        let Some(jump) = self.tree().and_then(|tree| tree.jump(self.place.node)) else { return Ok(()) };
        let number = rest.starts_with(|c: char| c.is_ascii_digit());
        if number && self.node().is_some_and(|node| !node.values.is_empty()) {
            return Ok(());
        }
        let context = self.context.filter(|(tree, path)| *tree == jump.to && !path.is_empty());
        if (rest.is_empty() || rest.starts_with('|')) && context.is_none() {
            return Ok(());
        }
        if jump.kind.restarts() {
            self.context = match jump.kind {
                JumpKind::Up => self.context.map(|(tree, path)| (tree, self.up(tree, path))),
                _ => None,
            };
            self.place = Place { tree: self.start, ..Place::default() };
            self.text = Text::default();
            self.arguments.clear();
            return Ok(());
        }
        self.place = Place { tree: jump.to, node: 0, how: How::Jumped(jump.kind) };
        let mut path = context.map_or("", |(_, path)| path);
        while !path.is_empty() {
            path = self.choose(path).map_err(|_| Fault::Nowhere(rest))?.trim_start_matches(' ');
        }
        Ok(())
    }

    /// The path so many levels up as was typed.
    fn up<'p>(&self, tree: TreeId, path: &'p str) -> &'p str {
        let levels = self.arguments.last().and_then(|(_, levels)| levels.parse().ok()).unwrap_or(1);
        let statements = self.trees.get(tree);
        statements.map_or("", |statements| context::up(statements, self.lexis, path, levels))
    }

    fn end(self, rest: &str) -> Walk<'_> {
        match self.tree().and_then(|tree| self.place.end(tree)) {
            Some(end) => Walk::End { end, text: self.text, arguments: self.arguments, rest },
            None => Walk::Incomplete { expected: self.expected() },
        }
    }

    fn expected(&self) -> Vec<String> {
        let at = match self.tree().and_then(|tree| tree.jump(self.place.node)) {
            Some(jump) => (jump.to, 0),
            None => (self.place.tree, self.place.node),
        };
        let mut shown: Vec<String> = Vec::new();
        for (_, node) in self.trees.get(at.0).into_iter().flat_map(|tree| tree.views(at.1)) {
            shown.extend(node.keywords.iter().map(|(word, _)| word.to_string()));
            shown.extend(node.values.iter().map(|(kind, _)| kind.name()));
        }
        shown.sort_unstable();
        shown.dedup();
        shown
    }

    /// One step; what follows the words that it took.
    fn choose<'a>(&mut self, rest: &'a str) -> Result<&'a str, Fault<'a>> {
        let Some(tree) = self.tree() else { return Err(Fault::Nowhere(rest)) };
        let (word, after) = self.lexis.next_word(rest);
        match keyword(tree, self.place.node, word, self.lexis.fold) {
            Keyword::One(to, full) => {
                self.text.word(full);
                self.place.node = to;
                Ok(after)
            }
            Keyword::Several(candidates) => Err(Fault::Several(rest, candidates)),
            Keyword::None => self.value(tree, rest),
        }
    }

    fn value<'a>(&mut self, tree: &'g Tree, rest: &'a str) -> Result<&'a str, Fault<'a>> {
        let mut best: Option<(TokenType, NodeId, Value, &str)> = None;
        for (kind, to) in tree.views(self.place.node).flat_map(|(_, node)| &node.values) {
            if best.as_ref().is_some_and(|(other, ..)| other <= kind) {
                continue;
            }
            if let Some((value, after)) = self.read(*kind, rest) {
                best = Some((*kind, *to, value, after));
            }
        }
        let Some((kind, to, value, after)) = best else { return Err(Fault::Nowhere(rest)) };
        self.text.value(&value);
        self.arguments.push((kind, value.shown));
        self.place.node = to;
        Ok(after)
    }

    /// The value that `rest` begins with, if it is of this kind, and what follows it.
    fn read<'a>(&self, kind: TokenType, rest: &'a str) -> Option<(Value, &'a str)> {
        let lexis = self.lexis;
        if kind.takes_pipes() {
            return Some((kind.normal(rest, lexis)?, ""));
        }
        if kind.is_raw() {
            let alternates = self.stage && lexis.alternation && kind == TokenType::Regex;
            let (text, after) = lexis.to_pipe(rest, |behind| !alternates || self.begins_stage(behind));
            return Some((kind.normal(text, lexis)?, after));
        }
        let (word, after) = lexis.next_word(rest);
        if let Some(value) = kind.normal(word, lexis) {
            return Some((value, after));
        }
        // `GigabitEthernet 0/1`: kind and number may stand apart.
        let kinds = matches!(kind, TokenType::Interface | TokenType::Interfaces);
        if !kinds || word.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (number, after) = lexis.next_word(after.trim_start_matches(' '));
        let value = number.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("{word}{number}"))?;
        Some((kind.normal(&value, lexis)?, after))
    }

    /// Whether a stage of the pipe could begin like this, were it one. Nothing at all could be anything.
    fn begins_stage(&self, behind: &str) -> bool {
        let (word, _) = self.lexis.next_word(behind.trim_start_matches(' '));
        let tree = self.trees.get(self.start);
        word.is_empty()
            || tree.is_none_or(|tree| !matches!(keyword(tree, 0, word, self.lexis.fold), Keyword::None))
    }
}

impl<'a> From<Fault<'a>> for Walk<'a> {
    fn from(fault: Fault<'a>) -> Self {
        match fault {
            Fault::Nowhere(rest) => Walk::Unrecognized { rest },
            Fault::Several(rest, candidates) => Walk::Ambiguous { rest, candidates },
        }
    }
}

pub(super) enum Keyword<'a> {
    None,
    One(NodeId, &'a str),
    Several(Vec<String>),
}

/// The keyword that a word is, or begins.
pub(super) fn keyword<'t>(tree: &'t Tree, at: NodeId, word: &str, fold: bool) -> Keyword<'t> {
    let same = |a: &str| if fold { a.eq_ignore_ascii_case(word) } else { a == word };
    let mut found: Option<(NodeId, &str)> = None;
    let mut more: Vec<&str> = Vec::new();
    for (full, to) in tree.views(at).flat_map(|(_, node)| &node.keywords) {
        if word.is_empty() || !full.get(..word.len()).is_some_and(same) {
            continue;
        }
        if full.len() == word.len() {
            return Keyword::One(*to, full);
        }
        match found {
            None => found = Some((*to, full)),
            Some(_) => more.push(full),
        }
    }
    match found {
        None => Keyword::None,
        Some((to, full)) if more.is_empty() => Keyword::One(to, full),
        Some((_, first)) => {
            let mut all: Vec<String> = std::iter::once(first).chain(more).map(str::to_owned).collect();
            all.sort_unstable();
            Keyword::Several(all)
        }
    }
}
