//! What is typed and what the gate makes of it must do the same on a real router, or the gate must refuse.
//!
//! Lines are made from the grammar's own productions, shortened and spoilt at random, and given to vtysh past the
//! gate: once as typed, once in canonical form. Answers, the mode afterwards and the running configuration are
//! compared. `LAB_CASES` and `LAB_SEED` make it another run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis::command::{CanonicalCommand, canonicalize};
use portcullis::grammar::{Grammar, GrammarSet};
use portcullis::terms::{Class, Mode, PresentedLine};

use super::generate::{Random, line};
use super::router::{Router, Routers};

const CASES: u64 = 400;
const SEED: u64 = 0x00C0_FFEE;
const LIMIT: Duration = Duration::from_secs(60);

/// How often a read is repeated whose answers differ: counters and timers run on.
const TRIES: usize = 4;

/// What every configuration case starts from; all of it lies beside what the lab itself is made of.
const SETUP: &[&str] = &[
    "interface dif0",
    "description old",
    "ip address 10.9.1.1/24",
    "exit",
    "ip prefix-list DIF seq 5 permit 10.0.0.0/8 le 24",
    "ip route 10.9.0.0/16 10.9.9.9",
    "router bgp 65009 vrf dif",
    "neighbor 10.9.1.2 remote-as 65010",
    "neighbor 10.9.1.2 description old",
    "neighbor 2001:db8::1 remote-as 65010",
    "exit",
];

/// Reads that are not compared: the router's history has what was typed, probes go on until they are stopped.
const BY_NATURE: &[&str] = &["show history", "ping", "traceroute"];

/// What a line did.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Effect {
    /// Its answer, line by line.
    answer: Vec<String>,
    /// What follows the host name in the next prompt.
    prompt: String,
    /// The running configuration afterwards; empty for a read.
    configuration: Vec<String>,
}

struct Bench {
    router: Router,
    grammar: Arc<Grammar>,
    /// What a configuration case left behind, as the commands that take it away.
    leftovers: Vec<String>,
    /// What canonical configuration commands came to.
    known: BTreeMap<(String, String), Effect>,
}

impl Bench {
    fn standing() -> Self {
        let set = GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}"));
        let grammar = set.get(&"frr".parse().expect("platform")).expect("grammar").clone();
        Self {
            router: Routers::standing().router("r1"),
            grammar,
            leftovers: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    fn read(&self, mode: &Mode, typed: &str) -> Option<CanonicalCommand> {
        let line = PresentedLine::parse(typed.as_bytes()).ok()?;
        canonicalize(&self.grammar, self.grammar.parse(mode, &line)).ok()
    }

    /// Types one line in a mode.
    fn effect(&mut self, mode: &Mode, line: &str) -> Effect {
        if !self.grammar.is_configuration(mode) {
            let context: &[&str] = if mode.as_str() == "view" { &["disable"] } else { &[] };
            return self.session(context, line, &[]);
        }
        let leftovers = std::mem::take(&mut self.leftovers);
        let mut before = vec!["configure terminal"];
        before.extend(leftovers.iter().map(String::as_str));
        before.extend(SETUP);
        before.extend(context(mode.as_str()));
        let effect = self.session(&before, line, &["end", "show running-config"]);
        self.leftovers = leftovers_of(&effect.configuration);
        effect
    }

    fn session(&self, before: &[&str], line: &str, after: &[&str]) -> Effect {
        let lines: Vec<&str> = before.iter().copied().chain([line]).chain(after.iter().copied()).collect();
        let shown = self.router.typed_in_one_session(&lines);
        let answers = answers(&shown);
        // The greeting, then one answer for each line; the last prompt has no line behind it.
        assert_eq!(answers.len(), lines.len() + 1, "{lines:?}\n{shown}");
        let (own, next) = (&answers[before.len()], &answers[before.len() + 1]);
        let last = if after.is_empty() { Vec::new() } else { answers[lines.len() - 1].1.clone() };
        Effect { answer: own.1.clone(), prompt: next.0.clone(), configuration: last }
    }

    /// Empty, or what differs.
    fn compare(&mut self, typed: &str, command: &CanonicalCommand) -> Option<String> {
        let mode = command.mode().clone();
        let mut last = None;
        for _ in 0..TRIES {
            let by_hand = self.effect(&mode, typed);
            let key = (mode.to_string(), command.text().to_owned());
            let known = self.known.get(&key).cloned();
            let by_gate = known.unwrap_or_else(|| self.effect(&mode, command.text()));
            if self.grammar.is_configuration(&mode) {
                self.known.insert(key, by_gate.clone());
            }
            if let Some(fault) = self.foretold(command, &by_gate) {
                return Some(fault);
            }
            if steady(&by_hand) == steady(&by_gate) {
                return None;
            }
            last = Some(difference(&steady(&by_hand), &steady(&by_gate)));
            if self.grammar.is_configuration(&mode) {
                break;
            }
        }
        last
    }

    /// The mode that the grammar foretold, and only errors that it knows.
    fn foretold(&self, command: &CanonicalCommand, effect: &Effect) -> Option<String> {
        let errors = &self.grammar.facts().errors;
        let failed =
            effect.answer.iter().any(|line| errors.iter().any(|error| line.starts_with(error.as_str())));
        let next = if failed { command.mode() } else { command.next_mode() };
        let prompt = self.grammar.prompt_suffix(next).unwrap_or_default().trim();
        if effect.prompt != prompt {
            return Some(format!("the prompt is `{}` and not `{prompt}`", effect.prompt));
        }
        let configures = self.grammar.is_configuration(command.mode());
        let said = effect.answer.iter().find(|line| line.starts_with('%'))?;
        (configures && !failed).then(|| format!("an error that the grammar does not know: {said}"))
    }

    fn clean_up(&mut self) {
        let mut lines = vec!["configure terminal".to_owned()];
        lines.append(&mut self.leftovers);
        self.router.typed_in_one_session(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

fn context(mode: &str) -> Option<&'static str> {
    match mode {
        "config-if" => Some("interface dif0"),
        "config-router" => Some("router bgp 65009 vrf dif"),
        _ => None,
    }
}

/// Prompt and answer of every line; the prompt without the host name.
fn answers(shown: &str) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for line in shown.lines() {
        let rest = line.strip_prefix("r1").filter(|rest| rest.starts_with(['#', '>', '(']));
        match rest.and_then(|rest| {
            rest.split_once(['#', '>']).map(|(context, _)| rest.split_at(context.len() + 1).0)
        }) {
            Some(prompt) => all.push((prompt.to_owned(), Vec::new())),
            None => all.last_mut().into_iter().for_each(|(_, answer)| answer.push(line.to_owned())),
        }
    }
    all
}

/// The commands that take away what is not the lab's.
fn leftovers_of(configuration: &[String]) -> Vec<String> {
    let of = |line: &String| {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["ip", "prefix-list", name, ..] => Some(format!("no ip prefix-list {name}")),
            ["ip", "route", ..] | ["router", "bgp", _, "vrf", ..] => Some(format!("no {line}")),
            ["interface", name] if name.starts_with("dif") => Some(format!("no interface {name}")),
            _ => None,
        }
    };
    let mut all: Vec<String> = configuration.iter().filter_map(of).collect();
    all.dedup();
    all
}

/// An effect without what changes from one second to the next, and without the echo that errors carry.
fn steady(effect: &Effect) -> Effect {
    let passing = |word: &&str| {
        let word = word.trim_matches([',', '(', ')', '[', ']', ';']);
        !word.is_empty()
            && word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || "dhmsw:".contains(c))
    };
    let line = |line: &String| match line.split_once(": ") {
        Some((error, _)) if error.starts_with('%') => error.to_owned(),
        _ => line
            .split_whitespace()
            .map(|word| if passing(&word) { "#" } else { word })
            .collect::<Vec<_>>()
            .join(" "),
    };
    Effect { answer: effect.answer.iter().map(line).collect(), ..effect.clone() }
}

fn difference(by_hand: &Effect, by_gate: &Effect) -> String {
    let pairs = [(&by_hand.answer, &by_gate.answer), (&by_hand.configuration, &by_gate.configuration)];
    for (hand, gate) in pairs {
        let longest = hand.len().max(gate.len());
        if let Some(at) = (0..longest).find(|at| hand.get(*at) != gate.get(*at)) {
            return format!("{:?} by hand, {:?} by the gate", hand.get(at), gate.get(at));
        }
    }
    format!("prompt `{}` by hand, `{}` by the gate", by_hand.prompt, by_gate.prompt)
}

/// What may be tried: reads, and configuration that is taken back.
fn may_run(grammar: &Grammar, command: &CanonicalCommand) -> bool {
    let class = command.class();
    let reads = class.is_read() && !BY_NATURE.iter().any(|start| command.leaf().starts_with(start));
    let leaves = class == Class::Terminal && !command.ends_session();
    let configures = grammar.is_configuration(command.mode());
    reads || configures && (class.within(Class::Config) || leaves)
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

#[test]
fn what_is_sent_does_what_was_typed() {
    let (cases, seed) = (setting("LAB_CASES", CASES), setting("LAB_SEED", SEED));
    let mut bench = Bench::standing();
    let leaves: Vec<(Mode, String)> = bench
        .grammar
        .leaves()
        .filter(|(mode, text, class)| {
            let configures = bench.grammar.is_configuration(mode);
            let reads = class.is_read() && !BY_NATURE.iter().any(|start| text.starts_with(start));
            reads || configures && (class.within(Class::Config) || *class == Class::Terminal)
        })
        .map(|(mode, text, _)| (mode.clone(), text.to_owned()))
        .collect();
    let mut random = Random::new(seed);
    let (mut compared, mut refused, mut wrong) = (0_u64, 0_u64, Vec::new());
    let begun = Instant::now();
    for _ in 0..cases {
        let (mode, leaf) = &leaves[random.below(leaves.len())];
        let typed = line(&mut random, mode.as_str(), leaf);
        match bench.read(mode, &typed) {
            None => refused += 1,
            Some(command) if may_run(&bench.grammar, &command) => {
                compared += 1;
                if let Some(fault) = bench.compare(&typed, &command) {
                    wrong.push(format!("{mode}: `{typed}` sent as `{}`: {fault}", command.text()));
                }
            }
            Some(_) => {}
        }
    }
    bench.clean_up();
    let took = begun.elapsed();
    eprintln!("{cases} lines, seed {seed}: {compared} compared, {refused} refused, in {took:.1?}");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > cases / 3 && refused > cases / 20, "the lines must be good and bad ones");
    assert!(cases > CASES || took < LIMIT, "{took:?}");
}

/// The comparison must be able to fail: vtysh takes these otherwise than as they stand here.
#[test]
fn a_difference_is_seen() {
    let mut bench = Bench::standing();
    let privileged: Mode = "privileged".parse().expect("mode");
    let interface: Mode = "config-if".parse().expect("mode");
    let command = bench.read(&privileged, "show version").expect("command");
    assert!(bench.compare("show version | include nothing", &command).is_some());
    assert!(bench.compare("show ver", &command).is_none());
    let command = bench.read(&interface, "description a").expect("command");
    assert!(bench.compare("description b", &command).is_some(), "another text");
    assert!(bench.compare("ip route 10.9.7.0/24 Null0", &command).is_some(), "run one mode up");
    assert!(bench.compare("desc a", &command).is_none());
    bench.clean_up();
}
