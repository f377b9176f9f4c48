//! The commands of the shipped grammars, found by walking their graphs.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::*;
use crate::grammar::tree::{JumpKind, NodeId, Step, TreeId, VariantId};
use crate::grammar::walk::{Keyword, keyword};

/// The most words of a path.
const LONGEST: usize = 40;
/// How many paths may go on through one node: repetitions have more than anybody could try.
const VISITS: u8 = 2;
/// How many commands are tried behind a reference to what is tried elsewhere anyway.
const SAMPLE: usize = 60;

/// One step of a path, and where it is taken.
#[derive(Clone)]
pub(super) struct Edge {
    pub(super) step: Step,
    tree: TreeId,
    at: NodeId,
}

/// One way to type a command of a shipped grammar.
pub(super) struct Path {
    pub(super) grammar: Arc<Grammar>,
    pub(super) mode: Mode,
    pub(super) edges: Vec<Edge>,
    /// How many of the edges stand before the pipe.
    pub(super) head: usize,
    /// What it must read as.
    pub(super) variant: VariantId,
    /// Whether it is a command of the mode that its own has `also`.
    pub(super) borrowed: bool,
}

/// Each spelling of each production, alone and with one of the stages that may follow it.
pub(super) static PATHS: LazyLock<Vec<Path>> = LazyLock::new(|| SHIPPED.iter().flat_map(paths).collect());

/// At most `count` of them, evenly spread.
pub(super) fn sample(count: usize) -> impl Iterator<Item = &'static Path> {
    PATHS.iter().step_by(PATHS.len().div_ceil(count))
}

fn paths(grammar: &Arc<Grammar>) -> Vec<Path> {
    let stages = grammar.pipes.iter().map(|(name, tree)| (&**name, stages(grammar, *tree))).collect();
    let mut all = Vec::new();
    let mut whole = HashSet::new();
    for (number, (mode, tree)) in grammar.modes.iter().enumerate() {
        let mut finder = Finder::new(grammar, tree.tree, number);
        std::mem::swap(&mut finder.whole, &mut whole);
        finder.go(tree.tree, 0, JumpKind::Same);
        let borrowed = finder.ends.len();
        for also in tree.also.iter().filter_map(|also| grammar.modes.get(also)) {
            finder.some(also.tree, JumpKind::Same, SAMPLE);
        }
        std::mem::swap(&mut finder.whole, &mut whole);
        for (n, (edges, variant)) in finder.ends.into_iter().enumerate() {
            all.extend(with_stage(grammar, mode, &stages, (edges, variant), n, n >= borrowed));
        }
    }
    all
}

type Stages<'g> = HashMap<&'g str, Vec<Vec<Edge>>>;

fn with_stage(
    grammar: &Arc<Grammar>,
    mode: &Mode,
    stages: &Stages<'_>,
    (edges, variant): (Vec<Edge>, VariantId),
    number: usize,
    borrowed: bool,
) -> Vec<Path> {
    let path = |tail: &[Edge]| Path {
        grammar: grammar.clone(),
        mode: mode.clone(),
        edges: edges.iter().chain(tail).cloned().collect(),
        head: edges.len(),
        variant,
        borrowed,
    };
    let (_, leaf) = grammar.variant(variant).expect("variant");
    let stage = leaf.pipe.as_deref().map(|pipe| &stages[pipe]).map(|all| path(&all[number % all.len()]));
    std::iter::once(path(&[])).chain(stage).collect()
}

fn stages(grammar: &Arc<Grammar>, tree: TreeId) -> Vec<Vec<Edge>> {
    let mut finder = Finder::new(grammar, tree, 0);
    finder.go(tree, 0, JumpKind::Same);
    finder.ends.into_iter().map(|(edges, _)| edges).collect()
}

/// Walks one mode, depth first.
struct Finder<'g> {
    grammar: &'g Grammar,
    start: TreeId,
    /// Turns the order in which a sample is taken, so that no two modes take the same.
    turn: usize,
    visits: HashMap<(TreeId, NodeId, usize), u8>,
    /// Counts the references that were followed: what lies behind each is visited anew.
    jumps: usize,
    /// How many more ends are wanted.
    left: usize,
    /// Trees that were tried wholly behind one reference.
    whole: HashSet<TreeId>,
    on_path: Vec<(TreeId, NodeId)>,
    edges: Vec<Edge>,
    ends: Vec<(Vec<Edge>, VariantId)>,
}

impl<'g> Finder<'g> {
    fn new(grammar: &'g Grammar, start: TreeId, turn: usize) -> Self {
        Self {
            grammar,
            start,
            turn,
            visits: HashMap::new(),
            jumps: 0,
            left: usize::MAX,
            whole: HashSet::new(),
            on_path: Vec::new(),
            edges: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn go(&mut self, id: TreeId, at: NodeId, how: JumpKind) {
        let visits = self.visits.entry((id, at, self.jumps)).or_default();
        // Nobody types every option of a long list, and a line has an end.
        let long = self.edges.len() >= LONGEST;
        if *visits >= VISITS || self.left == 0 || long || self.on_path.contains(&(id, at)) {
            return;
        }
        *visits += 1;
        self.on_path.push((id, at));
        let tree = &self.grammar.trees[id];
        if let Some(variant) = ending(tree, at, how) {
            self.ends.push((self.edges.clone(), variant));
            self.left -= 1;
        }
        if let Some(jump) = tree.jump(at) {
            self.jump(jump.to, jump.kind);
        }
        let mut steps: Vec<(Step, NodeId)> = Vec::new();
        for (_, node) in tree.views(at) {
            steps.extend(node.keywords.iter().map(|(word, to)| (Step::Keyword(word.clone()), *to)));
            steps.extend(node.values.iter().map(|(kind, to)| (Step::Value(*kind), *to)));
        }
        if self.left < usize::MAX / 2 && !steps.is_empty() {
            let turn = self.turn % steps.len();
            steps.rotate_left(turn);
        }
        for (number, (step, to)) in steps.iter().cloned().enumerate() {
            // Of words that only case tells apart, the first is read where case is nothing.
            if self.grammar.lexis.fold && steps[..number].iter().any(|(other, _)| is_folded(other, &step)) {
                continue;
            }
            self.edges.push(Edge { step, tree: id, at });
            self.go(id, to, how);
            self.edges.pop();
        }
        self.on_path.pop();
    }

    fn jump(&mut self, to: TreeId, kind: JumpKind) {
        match kind {
            JumpKind::Own(_) if self.whole.insert(to) => self.some(to, kind, usize::MAX),
            JumpKind::Same | JumpKind::Own(_) | JumpKind::Beginnings(_) | JumpKind::AnyBeginning(_) => {
                self.some(to, kind, SAMPLE)
            }
            JumpKind::Top | JumpKind::Up => self.some(self.start, kind, SAMPLE),
        }
    }

    fn some(&mut self, to: TreeId, kind: JumpKind, count: usize) {
        let (left, jumps) = (self.left, self.jumps);
        self.left = left.min(count);
        self.jumps = self.visits.len() + 1;
        let on_path = std::mem::take(&mut self.on_path);
        // `top top` and `run run` go on for ever.
        if self.edges.len() < 2 {
            self.go(to, 0, kind);
        }
        (self.left, self.jumps, self.on_path) = (left, jumps, on_path);
    }
}

fn is_folded(a: &Step, b: &Step) -> bool {
    matches!((a, b), (Step::Keyword(a), Step::Keyword(b)) if a.eq_ignore_ascii_case(b))
}

fn ending(tree: &Tree, at: NodeId, how: JumpKind) -> Option<VariantId> {
    match how {
        JumpKind::Same | JumpKind::Top | JumpKind::Up => {
            Some(tree.ends()[usize::try_from(tree.end(at)?).expect("place")])
        }
        JumpKind::Own(base) => Some(base + tree.end(at)?),
        JumpKind::Beginnings(base) => (at > 0).then(|| base + VariantId::try_from(at).expect("node")),
        JumpKind::AnyBeginning(variant) => (at > 0).then_some(variant),
    }
}

/// Ways to type a value. The last ones are hardly ever something else too.
fn values(kind: TokenType, seed: usize, lexis: &Lexis) -> Vec<String> {
    let plain = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    match kind {
        TokenType::Range(low, high) => {
            let number = low + u64::try_from(seed).expect("seed") % (high - low + 1);
            vec![number.to_string(), format!("00{number}"), low.to_string(), high.to_string()]
        }
        TokenType::Ipv4 => plain(&["10.0.0.1", "0.0.0.0", "255.255.255.255", "192.0.2.200"]),
        TokenType::Ipv4Prefix => plain(&["10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "10.1.2.3/7"]),
        TokenType::Ipv6 => {
            plain(&["::", "2001:DB8::1", "2001:db8:0:0:0:0:0:1", "::ffff:10.0.0.1", "fe80::1"])
        }
        TokenType::Ipv6Prefix => plain(&["::/0", "2001:DB8::/32", "2001:db8:0:0:0:0:0:1/128", "fe80::/10"]),
        TokenType::Mac => plain(&["0011.22AA.4455", "00:11:22:33:44:FF", "00-11-22-33-44-55"]),
        TokenType::List => plain(&["1-10,20", "1,2,3", "100-4094", "7-9"]),
        TokenType::Interface | TokenType::Interfaces if lexis.interfaces.is_empty() => {
            plain(&["eth0", "lo", "br-lan_1.20", "E", "zq9"])
        }
        TokenType::Interface => interfaces(seed, &["0", "1/0/1", "12.34"], lexis),
        TokenType::Interfaces => interfaces(seed, &["0", "1/0/1-4,7", "1-2"], lexis),
        TokenType::Name => plain(&["x", "EDGE-in", "a_b.c", "10", "z9:/@,+-", "Zq-9", "9z9z"]),
        TokenType::Url => {
            plain(&["flash:x", "tftp://192.0.2.1/r1.cfg", "/tmp/x", "ftp://u@192.0.2.1/x", "zq9:x"])
        }
        TokenType::Text => plain(&["x", "ge-0/0/*", "<a&b>", "100%", "\"in quotes\"", "Zq-9", "9z9z"]),
        TokenType::Secret => plain(&["S3cretPw", "\"S3cretPw too\"", "$1$S3cretPw$=", "0822S3cretPw"]),
        TokenType::Tail => plain(&["zq9", "zq9 detail 10.0.0.1", "zq9  *  x/y"]),
        TokenType::Regex => plain(&["x", "^a.*b$", "a  b ", "\\x41", "(reload)", "zq9"]),
        TokenType::Line => plain(&["x", "to  the left ; reload", "-", "\"quoted", "no shutdown ", "zq9 x"]),
        TokenType::Delimiter => plain(&["^C", "~", "#text"]),
    }
}

fn interfaces(seed: usize, units: &[&str], lexis: &Lexis) -> Vec<String> {
    let kind = &lexis.interfaces[seed % lexis.interfaces.len()];
    let all = units.iter().flat_map(|unit| {
        [format!("{kind}{unit}"), format!("{}{unit}", kind.to_ascii_lowercase()), format!("{kind} {unit}")]
    });
    all.collect()
}

impl Edge {
    /// One way to type its value, such that nothing else of its place takes it.
    fn value(&self, kind: TokenType, seed: usize, grammar: &Grammar) -> Option<String> {
        let all = values(kind, seed, &grammar.lexis);
        let turn = seed % all.len();
        all.iter().cycle().skip(turn).take(all.len()).find(|text| self.takes(kind, text, grammar)).cloned()
    }

    fn takes(&self, kind: TokenType, text: &str, grammar: &Grammar) -> bool {
        let (lexis, tree) = (&grammar.lexis, &grammar.trees[self.tree]);
        let (word, _) = lexis.next_word(text);
        let apart = text.replace(' ', "");
        let is = |kind: TokenType| match kind {
            TokenType::Interface | TokenType::Interfaces => kind.normal(&apart, lexis).is_some(),
            _ if kind.is_raw() => kind.normal(text, lexis).is_some(),
            _ => kind.normal(word, lexis).is_some(),
        };
        let narrower =
            tree.views(self.at).flat_map(|(_, node)| &node.values).filter(|(other, _)| *other < kind);
        is(kind)
            && matches!(keyword(tree, self.at, word, lexis.fold), Keyword::None)
            && narrower.into_iter().all(|(other, _)| !is(*other))
            && lexis.separator(text).is_none()
    }
}

impl Path {
    /// The line with each keyword as `word` has it. None where every value that is tried is something else too.
    pub(super) fn typed(&self, seed: usize, word: impl Fn(usize, &str) -> String) -> Option<String> {
        let mut line = String::new();
        for (at, edge) in self.edges.iter().enumerate() {
            line.push_str(match at {
                0 => "",
                _ if at == self.head => " | ",
                _ => " ",
            });
            line.push_str(&match &edge.step {
                Step::Keyword(own) => word(at, own),
                Step::Value(kind) => edge.value(*kind, seed.wrapping_add(at), &self.grammar)?,
            });
        }
        Some(line)
    }

    pub(super) fn whole(&self, seed: usize) -> Option<String> {
        self.typed(seed, |_, own| own.to_owned())
    }

    pub(super) fn parse(&self, text: &str) -> Parse {
        self.grammar.parse(&self.mode, &PresentedLine::parse(text.as_bytes()).expect("printable"))
    }

    pub(super) fn read(&self, text: &str) -> Result<CanonicalCommand, Code> {
        read_in(&self.grammar, &self.mode, text)
    }

    pub(super) fn leaf(&self) -> &Leaf {
        self.grammar.variant(self.variant).expect("variant").1
    }

    pub(super) fn has(&self, kind: TokenType) -> bool {
        self.edges.iter().any(|edge| edge.step == Step::Value(kind))
    }

    /// Every keyword that may stand where this one does.
    pub(super) fn siblings(&self, at: usize) -> Vec<&str> {
        let edge = &self.edges[at];
        let mut places = vec![(edge.tree, edge.at)];
        if at == 0 {
            let mode = &self.grammar.modes[&self.mode];
            let also = mode.also.iter().map(|also| &self.grammar.modes[also]);
            places = std::iter::once(mode).chain(also).map(|mode| (mode.tree, 0)).collect();
        }
        let views = places.into_iter().flat_map(|(tree, at)| self.grammar.trees[tree].views(at));
        let mut all: Vec<&str> =
            views.flat_map(|(_, node)| &node.keywords).map(|(word, _)| &**word).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether a keyword may be shortened: not in a stage that must be exact, nor where another mode reads first.
    pub(super) fn shortens(&self, at: usize) -> bool {
        (at < self.head || !self.grammar.lexis.exact_pipes) && (at == 0 || !self.borrowed)
    }

    /// How many words of its place a beginning may be.
    pub(super) fn rivals(&self, at: usize, beginning: &str) -> usize {
        let fold = self.grammar.lexis.fold;
        let begins = |own: &&&str| {
            own.get(..beginning.len()).is_some_and(|head| {
                if fold { head.eq_ignore_ascii_case(beginning) } else { head == beginning }
            })
        };
        self.siblings(at).iter().filter(begins).count()
    }

    /// The shortest beginning of a keyword that no other word of its place has.
    pub(super) fn shortest(&self, at: usize, word: &str) -> String {
        let lengths = if self.shortens(at) { 1..word.len() } else { 0..0 };
        let mut heads = lengths.filter_map(|length| word.get(..length));
        heads.find(|head| self.rivals(at, head) == 1).unwrap_or(word).to_owned()
    }
}
