//! Laws that hold for every line, over the shipped grammars' own productions.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::*;
use crate::command::CanonicalCommand;

/// One way to type a command of a shipped grammar.
struct Path {
    grammar: Arc<Grammar>,
    mode: Mode,
    steps: Vec<Step>,
    /// How many of the steps stand before the pipe.
    head: usize,
}

/// Every spelling of every production, alone and with each stage that may follow it.
static PATHS: LazyLock<Vec<Path>> = LazyLock::new(|| SHIPPED.iter().flat_map(paths).collect());

/// The keywords of each place: what the steps before it are, and what may follow.
static PLACES: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in PATHS.iter() {
        for (at, step) in path.steps.iter().enumerate() {
            if let Step::Keyword(word) = step {
                places.entry(path.place(at)).or_default().insert(word.to_string());
            }
        }
    }
    places
});

fn paths(grammar: &Arc<Grammar>) -> Vec<Path> {
    let mut all = Vec::new();
    for variant in &grammar.variants {
        let leaf = &grammar.leaves[variant.leaf];
        let Some(mode) = &leaf.mode else { continue };
        let path = |tail: &[Step]| Path {
            grammar: grammar.clone(),
            mode: mode.clone(),
            steps: variant.steps.iter().chain(tail).cloned().collect(),
            head: variant.steps.len(),
        };
        all.push(path(&[]));
        all.extend(leaf.pipe.iter().flat_map(|pipe| stages(grammar, pipe)).map(|stage| path(&stage.steps)));
    }
    all
}

/// A stage does not say whose it is, but its tree knows it again.
fn stages<'g>(grammar: &'g Grammar, pipe: &str) -> impl Iterator<Item = &'g Variant> {
    let tree = &grammar.pipes.get(pipe).expect("pipe").tree;
    let is_stage = |own: &&Variant| grammar.leaves[own.leaf].mode.is_none();
    grammar.variants.iter().filter(is_stage).filter(|stage| {
        let words: Vec<String> = stage.steps.iter().map(|step| typed(step, 1, &[])).collect();
        matches!(tree.walk(&words.join(" "), &grammar.lexis), Walk::End { rest: "", .. })
    })
}

fn typed(step: &Step, seed: usize, interfaces: &[String]) -> String {
    match step {
        Step::Keyword(word) => word.to_string(),
        Step::Type(kind) => value(*kind, seed, interfaces),
    }
}

/// A value, in one of several ways to type it.
fn value(kind: TokenType, seed: usize, interfaces: &[String]) -> String {
    let pick = |from: &[&str]| from[seed % from.len()].to_owned();
    match kind {
        TokenType::Range(low, high) => {
            let number = low + u64::try_from(seed).expect("seed") % (high - low + 1);
            if seed.is_multiple_of(3) { format!("00{number}") } else { number.to_string() }
        }
        TokenType::Ipv4 => pick(&["10.0.0.1", "0.0.0.0", "255.255.255.255", "192.0.2.200"]),
        TokenType::Ipv4Prefix => pick(&["10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "10.1.2.3/7"]),
        TokenType::Ipv6 => pick(&["::", "2001:DB8::1", "2001:db8:0:0:0:0:0:1", "::ffff:10.0.0.1", "fe80::1"]),
        TokenType::Interface if interfaces.is_empty() => pick(&["eth0", "lo", "br-lan_1.20", "E"]),
        TokenType::Interface => {
            let kind = &interfaces[seed % interfaces.len()];
            let unit = pick(&["0", "1/0/1", "12.34"]);
            if seed.is_multiple_of(2) {
                format!("{}{unit}", kind.to_ascii_lowercase())
            } else {
                format!("{kind}{unit}")
            }
        }
        TokenType::Name => pick(&["x", "EDGE-in", "a_b.c", "10", "z9:/@,+-"]),
        TokenType::Url => pick(&["flash:x", "tftp://192.0.2.1/r1.cfg", "/tmp/x"]),
        TokenType::Regex => pick(&["x", "^a.*b$", "a  b ", "\\x41", "(reload)"]),
        TokenType::Line => pick(&["x", "to  the left ; reload", "-", "\"quoted", "no shutdown "]),
    }
}

impl Path {
    /// The line with each keyword as `word` has it.
    fn typed(&self, seed: usize, word: impl Fn(usize, &str) -> String) -> String {
        let mut line = String::new();
        for (at, step) in self.steps.iter().enumerate() {
            line.push_str(match at {
                0 => "",
                _ if at == self.head => " | ",
                _ => " ",
            });
            line.push_str(&match step {
                Step::Keyword(own) => word(at, own),
                Step::Type(kind) => value(*kind, seed.wrapping_add(at), &self.grammar.lexis.interfaces),
            });
        }
        line
    }

    fn whole(&self, seed: usize) -> String {
        self.typed(seed, |_, own| own.to_owned())
    }

    fn read(&self, text: &str) -> Result<CanonicalCommand, Code> {
        read_in(&self.grammar, &self.mode, text)
    }

    /// Names the place of a step by what stands before it.
    fn place(&self, at: usize) -> String {
        let before: Vec<String> = self.steps[..at].iter().map(|step| format!("{step:?}")).collect();
        let pipe = if at >= self.head { " |" } else { "" };
        format!("{} {} {}{pipe}", self.grammar.platform, self.mode, before.join(" "))
    }

    /// Whether the first `length` characters of a keyword begin no other word of its place.
    fn is_unique(&self, at: usize, word: &str, length: usize) -> bool {
        // Nothing after a pipe is shortened where stages are exact.
        let shortens = at < self.head || !self.grammar.lexis.exact_pipes;
        let begins = |own: &&String| {
            own.to_ascii_lowercase().starts_with(&beginning(word, length).to_ascii_lowercase())
        };
        shortens && PLACES[&self.place(at)].iter().filter(begins).count() == 1
    }
}

fn beginning(word: &str, length: usize) -> &str {
    word.get(..length).expect("ASCII")
}

fn read_in(grammar: &Grammar, mode: &Mode, text: &str) -> Result<CanonicalCommand, Code> {
    let line = PresentedLine::parse(text.as_bytes()).map_err(|fault| fault.code())?;
    canonicalize(grammar, grammar.parse(mode, &line)).map_err(|refusal| refusal.code)
}

/// What must hold of every command, whatever was typed for it.
fn assert_lawful(grammar: &Grammar, command: &CanonicalCommand) {
    // All of it: text, leaf, spelling, class, arguments, stages, next mode, answers.
    assert_eq!(read_in(grammar, command.mode(), command.text()).as_ref(), Ok(command));
    let sent = command.render();
    let body = sent.strip_suffix(&*grammar.facts().eol).expect("one line end");
    assert!(body.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{body:?}");
    assert!(body.len() <= grammar.facts().max_line);
    assert!(!command.stages().is_empty() || !command.leaf().contains("REGEX"), "{body:?}");
    let free = command.leaf().contains("LINE...") || !command.stages().is_empty();
    if !free {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ._:/@,+-%=&~*".contains(&byte);
        assert!(body.bytes().all(plain), "{body:?}");
        assert!(!body.contains("  ") && body.trim() == body, "{body:?}");
    }
}

#[test]
fn the_generators_reach_every_production_and_the_pipes() {
    let productions: usize = SHIPPED.iter().map(|own| own.leaves().count()).sum();
    let reached: BTreeSet<String> = PATHS
        .iter()
        .map(|path| format!("{} {} {:?}", path.grammar.platform, path.mode, &path.steps[..path.head]))
        .collect();
    assert!(reached.len() >= productions, "{} spellings of {productions} productions", reached.len());
    assert!(PATHS.iter().filter(|path| path.head < path.steps.len()).count() > 200);
}

#[test]
fn every_spelling_reads_as_itself_or_is_refused_on_purpose() {
    let mut commands = 0;
    for path in PATHS.iter() {
        let line = path.whole(1);
        match path.read(&line) {
            Ok(command) => {
                assert_lawful(&path.grammar, &command);
                commands += 1;
            }
            Err(code) => assert_eq!(code, Code::Refused, "{} {}: {line}", path.grammar.platform, path.mode),
        }
    }
    assert!(commands > 300, "{commands}");
}

#[test]
fn every_beginning_that_only_one_keyword_has_is_that_keyword() {
    let mut tried = 0;
    for path in PATHS.iter() {
        let full = path.read(&path.whole(1));
        for (at, step) in path.steps.iter().enumerate() {
            let Step::Keyword(word) = step else { continue };
            for length in (1..word.len()).filter(|length| path.is_unique(at, word, *length)) {
                let line =
                    path.typed(
                        1,
                        |n, own| if n == at { beginning(own, length).to_owned() } else { own.to_owned() },
                    );
                assert_eq!(path.read(&line), full, "{} {}: {line}", path.grammar.platform, path.mode);
                tried += 1;
            }
        }
    }
    assert!(tried > 2000, "{tried}");
}

#[test]
fn a_beginning_that_two_keywords_have_is_neither() {
    let mut tried = 0;
    for path in PATHS.iter() {
        for (at, step) in path.steps.iter().enumerate() {
            let Step::Keyword(word) = step else { continue };
            for length in 1..word.len() {
                let head = beginning(word, length);
                let rivals = PLACES[&path.place(at)].iter().filter(|own| own.starts_with(head)).count();
                let is_a_word = PLACES[&path.place(at)].contains(head);
                if at < path.head && rivals > 1 && !is_a_word {
                    let line = path.typed(1, |n, own| if n == at { head.to_owned() } else { own.to_owned() });
                    assert_eq!(path.read(&line), Err(Code::Ambiguous), "{line}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

/// What a hand or a script may do to a line.
fn mutated(line: &str, how: u8, at: usize) -> String {
    let mut bytes = line.as_bytes().to_vec();
    let at = at % (bytes.len() + 1);
    match how % 8 {
        0 => bytes.insert(at, b' '),
        1 => bytes.truncate(at),
        2 => bytes.insert(at, b'|'),
        3 => bytes.extend_from_slice(b" x"),
        4 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = byte.to_ascii_uppercase()),
        5 => bytes.splice(0..0, *b"no ").for_each(drop),
        6 => bytes.insert(at, b'0'),
        _ => drop((at < bytes.len()).then(|| bytes.remove(at))),
    }
    String::from_utf8(bytes).expect("ASCII")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// However a production is typed, its command is that of the whole words, or none.
    #[test]
    fn a_line_is_judged_as_its_canonical_form(pick in any::<prop::sample::Index>(), seed in 0usize..1000, cuts in prop::collection::vec(1usize..24, 12)) {
        let path = pick.get(&PATHS);
        // A beginning may be another word of its place, typed whole.
        let cut = |at: usize, own: &str| {
            let head: String = own.chars().take(cuts[at % cuts.len()]).collect();
            if PLACES[&path.place(at)].contains(&head) { own.to_owned() } else { head }
        };
        let line = path.typed(seed, cut);
        if let Ok(command) = path.read(&line) {
            assert_lawful(&path.grammar, &command);
            prop_assert_eq!(path.read(&path.whole(seed)), Ok(command), "{}", line);
        }
    }

    #[test]
    fn what_a_mutation_comes_to_is_lawful_too(pick in any::<prop::sample::Index>(), seed in 0usize..1000, changes in prop::collection::vec((any::<u8>(), any::<usize>()), 1..4)) {
        let path = pick.get(&PATHS);
        let line = changes.iter().fold(path.whole(seed), |line, (how, at)| mutated(&line, *how, *at));
        if let Ok(command) = path.read(&line) {
            assert_lawful(&path.grammar, &command);
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), pick in any::<prop::sample::Index>()) {
        let path = pick.get(&PATHS);
        let head = path.whole(1);
        // As they come, and as the rest of a line that begins well, made printable so that the tree sees them.
        let printable: Vec<u8> = bytes.iter().map(|byte| 0x20 + byte % 0x5f).collect();
        for line in [&bytes[..], &printable[..], &[head.as_bytes(), b" ", &printable].concat()[..]] {
            if let Ok(line) = PresentedLine::parse(line)
                && let Ok(command) = canonicalize(&path.grammar, path.grammar.parse(&path.mode, &line))
            {
                assert_lawful(&path.grammar, &command);
            }
        }
    }
}
