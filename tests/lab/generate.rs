//! Lines to try: a production's own words, shortened and spoilt at random.

use super::production::Part;
use super::values::{number, value};

/// SplitMix64: the same lines for the same seed, wherever it runs.
pub(crate) struct Random(u64);

impl Random {
    /// A sequence of its own for each seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).expect("bound")).expect("number")
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// One of them.
    pub(crate) fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

/// The words of a line.
pub(crate) struct Maker<'r> {
    random: &'r mut Random,
    configures: bool,
    words: Vec<String>,
    /// Which of the words are keywords.
    keywords: Vec<usize>,
}

/// One line for a production; `reads` says whether a line is a command, so that shortened words often are.
pub(crate) fn line(
    random: &mut Random,
    configures: bool,
    production: &[Part],
    reads: impl Fn(&str) -> bool,
) -> String {
    let mut maker = Maker { random, configures, words: Vec::new(), keywords: Vec::new() };
    maker.sequence(production);
    if maker.words.is_empty() {
        return String::new();
    }
    if maker.random.one_in(2) {
        maker.shorten(reads);
    }
    let Maker { random, words, .. } = maker;
    let mut text = words.join(" ");
    if random.one_in(3) {
        text = spoilt(random, words);
    }
    if random.one_in(if configures { 30 } else { 4 }) {
        text.push_str(random.pick(PIPES));
    }
    text
}

const PIPES: &[&str] = &[
    " | include FRR",
    " | include e",
    " | include eth1|lo",
    " | include  e",
    " |include e",
    "| include e",
    "|include e",
    " |  include e",
    " | inc e",
    " | include",
    " | include ^B.*e$",
    " | include e ",
    " | exclude e",
    " | redirect /tmp/portcullis-lab-x",
];

impl Maker<'_> {
    fn sequence(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Quoted(word) => self.keyword(word),
                Part::Word(word) if is_type(word) => {
                    let before = self.words.last().cloned();
                    let text = match word.strip_prefix('(') {
                        Some(_) => number(self.random, word),
                        None => value(self.random, word, before.as_deref(), self.configures),
                    };
                    self.words.push(text);
                }
                Part::Word(word) => self.keyword(word),
                Part::Option(branches) => {
                    if self.random.one_in(2) {
                        self.one_of(branches);
                    }
                }
                Part::UnlessNegated(branches) => {
                    let negated = self.words.first().is_some_and(|word| word == "no");
                    if !negated || self.random.one_in(2) {
                        self.one_of(branches);
                    }
                }
                Part::One(branches) => self.one_of(branches),
                Part::Some(branches) => {
                    for _ in 0..=self.random.below(3) {
                        self.one_of(branches);
                    }
                }
            }
        }
    }

    fn keyword(&mut self, word: &str) {
        self.keywords.push(self.words.len());
        self.words.push(word.to_owned());
    }

    fn one_of(&mut self, branches: &[Vec<Part>]) {
        let chosen = self.random.below(branches.len());
        self.sequence(&branches[chosen]);
    }

    /// Shortens keywords: mostly so that the line is still a command, sometimes blindly.
    fn shorten(&mut self, reads: impl Fn(&str) -> bool) {
        for at in std::mem::take(&mut self.keywords) {
            let full = self.words[at].clone();
            let length = 1 + self.random.below(full.len());
            if self.random.one_in(4) || !full.is_ascii() {
                continue;
            }
            self.words[at].truncate(length);
            if !self.random.one_in(30) && !reads(&self.words.join(" ")) {
                self.words[at] = full;
            }
        }
    }
}

fn is_type(word: &str) -> bool {
    word.starts_with('(') || word.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The words of a line, with one thing wrong or odd.
fn spoilt(random: &mut Random, mut words: Vec<String>) -> String {
    let at = random.below(words.len());
    match random.below(11) {
        0 => words[at].push(' '),
        1 => words[at].insert(0, ' '),
        2 => words[at] = words[at].to_uppercase(),
        3 => drop(words.remove(at)),
        4 => words.insert(at, words[at].clone()),
        5 => words.swap(at, 0),
        6 => words[at].push(random.pick(&["x", "0", "-", "/", ".", ";", "!"]).chars().next().expect("one")),
        7 => words.push(random.pick(&["x", "1", "json", "!", "#", ";", "all", "detail"]).to_owned()),
        8 => words.insert(0, random.pick(&["no", "do", "show", "!", "default"]).to_owned()),
        9 => words.truncate(at + 1),
        _ => drop(words[at].pop()),
    }
    words.join(" ")
}
