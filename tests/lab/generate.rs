//! Lines to try: a production's own words, shortened and spoilt at random.

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

    fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

/// One line for a production of a mode.
pub(crate) fn line(random: &mut Random, mode: &str, production: &str) -> String {
    let mut rest = production;
    let words = sequence(random, mode, &mut rest, &[]);
    let mut text = words.join(" ");
    if random.one_in(3) {
        text = spoilt(random, &words);
    }
    if random.one_in(if mode.starts_with("config") { 20 } else { 4 }) {
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

/// Reads a production as far as one of `ends` and makes words of it: `[...]` in or out, one branch of `<...>`.
fn sequence(random: &mut Random, mode: &str, rest: &mut &str, ends: &[char]) -> Vec<String> {
    let mut words = Vec::new();
    loop {
        *rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return words };
        if ends.contains(&first) {
            return words;
        }
        match first {
            '[' => {
                let inner = enclosed(random, mode, rest);
                words.extend(if random.one_in(2) { inner } else { Vec::new() });
            }
            '<' => words.extend(enclosed(random, mode, rest)),
            _ => {
                let end = rest.find(|c: char| " []<>|".contains(c)).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                assert!(!word.is_empty(), "{rest}");
                *rest = after;
                words.push(typed(random, mode, word));
            }
        }
    }
}

/// `[...]` or `<...|...>`: one of its branches.
fn enclosed(random: &mut Random, mode: &str, rest: &mut &str) -> Vec<String> {
    let mut branches = Vec::new();
    loop {
        *rest = rest.split_at(1).1;
        branches.push(sequence(random, mode, rest, &['|', '>', ']']));
        if !rest.starts_with('|') {
            *rest = rest.split_at(1).1;
            let chosen = random.below(branches.len());
            return branches.swap_remove(chosen);
        }
    }
}

/// A keyword, perhaps shortened, or a value of the type.
fn typed(random: &mut Random, mode: &str, word: &str) -> String {
    let configures = mode.starts_with("config");
    match word {
        "A.B.C.D" if mode == "config-router" => {
            random.pick(&["10.9.1.2", "10.9.1.3", "10.9.1.02"]).to_owned()
        }
        "A.B.C.D" if configures => random.pick(&["10.9.9.9", "10.9.9.8", "010.9.9.9"]).to_owned(),
        "A.B.C.D" => random.pick(&["198.51.102.1", "192.0.2.1", "10.0.0.300", "0.0.0.0"]).to_owned(),
        "A.B.C.D/M" if configures => random
            .pick(&["10.9.0.0/16", "10.9.8.7/24", "10.9.8.0/024", "0.0.0.0/0", "10.9.1.1/24", "10.9.0.0/33"])
            .to_owned(),
        "A.B.C.D/M" => {
            random.pick(&["198.51.102.0/24", "198.51.101.0/024", "0.0.0.0/0", "198.51.101.7/24"]).to_owned()
        }
        "X:X::X:X" => random
            .pick(&[
                "2001:db8::1",
                "2001:DB8::1",
                "2001:db8:0:0:0:0:0:1",
                "2001:0db8::0001",
                "::ffff:10.9.1.2",
                "fe80::1",
            ])
            .to_owned(),
        "ASN" => random.pick(&["65001", "065001", "65010", "4200000000", "1.1", "0"]).to_owned(),
        "IFNAME" if configures => random.pick(&["dif0", "dif1", "lo"]).to_owned(),
        "IFNAME" => random.pick(&["eth1", "lo", "mgmt0", "nosuch", "Eth1"]).to_owned(),
        "NAME" => random.pick(&["DIF", "x", "DIF-2", "5"]).to_owned(),
        "LINE..." => random
            .pick(&[
                "old",
                "to  the left",
                "x ; reload",
                "no shutdown",
                "a | include b",
                "a|b",
                "# x",
                "\"a b\"",
                "x ",
            ])
            .to_owned(),
        _ if word.starts_with('(') => number(random, word),
        _ if random.one_in(2) => {
            let length = 1 + random.below(word.len());
            word.chars().take(length).collect()
        }
        _ => word.to_owned(),
    }
}

/// A number within the bounds, at them, or past them.
fn number(random: &mut Random, range: &str) -> String {
    let (low, high) = range.trim_matches(['(', ')']).split_once('-').expect("range");
    let past = high.parse::<u64>().expect("number") + 1;
    match random.below(5) {
        0 => low.to_owned(),
        1 => high.to_owned(),
        2 => past.to_string(),
        3 => format!("0{low}"),
        _ => (1 + random.below(30)).to_string(),
    }
}

/// The words of a line, with one thing wrong or odd.
fn spoilt(random: &mut Random, words: &[String]) -> String {
    let mut words = words.to_vec();
    let at = random.below(words.len());
    match random.below(10) {
        0 => words[at].push(' '),
        1 => words[at].insert(0, ' '),
        2 => words[at] = words[at].to_uppercase(),
        3 => drop(words.remove(at)),
        4 => words.insert(at, words[at].clone()),
        5 => words.swap(at, 0),
        6 => words[at].push(random.pick(&["x", "0", "-", "/", ".", ";", "!"]).chars().next().expect("one")),
        7 => words.push(random.pick(&["x", "1", "json", "!", "#", ";", "all", "detail"]).to_owned()),
        8 => words.insert(0, random.pick(&["no", "do", "show", "!", "default"]).to_owned()),
        _ => drop(words[at].pop()),
    }
    words.join(" ")
}
