//! What is typed and what the gate makes of it must do the same on a real router, or the gate must refuse.
//!
//! Lines are made from the grammar's own productions, shortened and spoilt at random, and given to vtysh past the
//! gate. Reads go to r1, once as typed, once in canonical form. All else goes to a pair of twins, one of which is typed
//! into while the other is sent what the gate would send, walk-up and all. Answers, the mode afterwards and the running
//! configuration are compared after every line. `LAB_CASES` and `LAB_SEED` make it another run, `LAB_MODE` one of a
//! single mode.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis::command::{CanonicalCommand, canonicalize};
use portcullis::grammar::{Context, Grammar, GrammarSet, Parse};
use portcullis::terms::{Class, Mode, PresentedLine};

use super::generate::{Random, line};
use super::production::{Part, parts};
use super::router::{Router, Routers};
use super::steps::steps;
use super::twins::{Said, Twins, session};

const CASES: u64 = 2400;
const SEED: u64 = 0x00C0_FFEE;
const LIMIT: Duration = Duration::from_secs(60);

/// How often a read is repeated whose answers differ: counters and timers run on.
const TRIES: usize = 4;
/// How many lines the twins are given before they are started anew.
const BATCH: usize = 200;

/// Reads that are not compared: the router's history has what was typed, probes go on until they are stopped.
const BY_NATURE: &[&str] = &["show history", "show thread", "ping", "traceroute", "mtrace"];

/// What ends a daemon of 8.4.4: the beginnings of productions, see `grammars/frr/README.md`.
const ENDS_A_DAEMON: &[(&str, &str)] = &[
    ("config-if", "[no] ip pim bsm"),
    ("config-if", "[no] ip pim unicast-bsm"),
    ("config-if", "tunnel source"),
    ("config-route-map", "[no] set extcommunity bandwidth"),
    ("*", "[no] ip pim rp keep-alive-timer"),
];

/// Where the router compares what was typed and so knows no shortened words, or reads them as something else, or where a
/// number is a name and keeps its zeros: only lines that are sent as they stand are tried.
const BY_TEXT: &[(&str, &str)] = &[
    ("privileged", "write terminal"),
    ("privileged", "show running-config"),
    ("config", "mpls label bind"),
    ("config", "[no] bgp community-list"),
    ("config", "[no] bgp extcommunity-list"),
    ("config", "[no] bgp large-community-list"),
    ("config", "no bgp community-list"),
    ("config", "no bgp extcommunity-list"),
    ("config", "no bgp large-community-list"),
    ("config-route-map", "[no] match community"),
    ("config-route-map", "[no] match extcommunity"),
    ("config-route-map", "[no] match large-community"),
    ("config-route-map", "[no] set comm-list"),
    ("config-route-map", "[no] set large-comm-list"),
    ("config-route-map", "[no] match rpki"),
    ("config-bgp-evpn", "[no] route-target"),
    ("config-if", "[no] ipv6 ospf6 dead-interval"),
    ("config-if", "[no] ipv6 ospf6 network"),
    ("config-router", "[no] bgp cluster-id"),
    ("config-openfabric", "[no] topology"),
    ("config-ospf", "[no] area <A.B.C.D|(0-4294967295)> filter-list"),
];

/// Errors that the router gives although what was typed took effect, or the half of it.
const IDLE_ERRORS: &[&str] =
    &["% Failed to edit configuration", "% Invalid value", "% Configure the peer-group", "% Local member-AS"];

/// Warnings that begin as errors do and say nothing about failure.
const WARNINGS: &[&str] = &["% Echo mode works", "% OSPF: Reference bandwidth", "% WARN:"];

/// Modes that several daemons have, what one of them refuses may be there in another; and some that are shown once they are left.
const SEVERAL_DAEMONS: &[&str] = &["config-route-map", "config-pcep", "config-pce-config"];

/// What vtysh does not walk up to, although it belongs into global configuration.
const NOT_WALKED_UP_TO: &str = "[no] domainname";

/// What vtysh says when a daemon went away.
const GONE: &[&str] = &["Warning: closing connection to", "vtysh: error reading from"];

/// A line to be tried and what the gate makes of it.
struct Case {
    mode: Mode,
    typed: String,
    /// Lines that leave for the mode in which it is read.
    leaves: Vec<String>,
    command: CanonicalCommand,
    /// The production that it was made of.
    made_of: usize,
}

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

/// What came of a line on the twins.
enum Came {
    Same,
    /// The mode could not be entered, after all that was typed before.
    NotEntered,
    /// A daemon of both ended, says vtysh.
    Ended(String),
    Different(String),
}

/// Where a case stands in what was typed into one twin.
#[derive(Clone, Copy, Default)]
struct Place {
    begins: usize,
    /// What is typed once its mode is entered.
    entered: usize,
    line: usize,
    ends: usize,
}

struct Bench {
    router: Router,
    twins: Twins,
    grammar: Arc<Grammar>,
}

/// How many lines of a mode came to what.
#[derive(Default)]
struct Tally {
    lines: usize,
    refused: usize,
    compared: usize,
    walked_up: usize,
    not_entered: usize,
}

impl Bench {
    fn standing() -> Self {
        let set = GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}"));
        let grammar = set.get(&"frr".parse().expect("platform")).expect("grammar").clone();
        Self { router: Routers::standing().router("r1"), twins: Twins::standing(), grammar }
    }

    /// What the gate makes of a line: the lines that leave the mode, and the command.
    fn read(&self, mode: &Mode, typed: &str) -> Option<(Vec<String>, CanonicalCommand)> {
        let line = PresentedLine::parse(typed.as_bytes()).ok()?;
        let (mut leaves, mut parse) = (Vec::new(), self.grammar.parse(mode, &line));
        if matches!(parse, Parse::Unrecognized { .. }) {
            let (above, lines) = self.grammar.walk_up(mode, &Context::default(), &line)?;
            (leaves, parse) = (lines, self.grammar.parse(&above, &line));
        }
        Some((leaves, canonicalize(&self.grammar, parse).ok()?))
    }

    /// What the router says to a read, typed and canonical.
    fn reads(&self, cases: &[&Case]) -> Vec<[Effect; 2]> {
        let mut lines = Vec::new();
        let mut places = Vec::new();
        for case in cases {
            let view = case.mode.as_str() == "view";
            lines.extend(view.then_some("disable"));
            places.push(lines.len());
            lines.extend([case.typed.as_str(), case.command.line()]);
            lines.extend(view.then_some("enable"));
        }
        lines.push("enable");
        let said = session(&self.router, &lines);
        assert_eq!(said.len(), lines.len(), "behind `{}` came {:?}", lines[said.len() - 1], said.last());
        let effect = |at: usize| Effect {
            answer: said[at].answer.clone(),
            prompt: said[at + 1].prompt.clone(),
            configuration: Vec::new(),
        };
        places.into_iter().map(|at| [effect(at), effect(at + 1)]).collect()
    }

    /// Compares reads and says what differs, by number.
    fn compare_reads(&self, cases: &[&Case]) -> Vec<(usize, String)> {
        let mut wrong = Vec::new();
        for (chunk, cases) in cases.chunks(BATCH).enumerate() {
            for (at, mut pair) in self.reads(cases).into_iter().enumerate() {
                let mut fault = self.fault(cases[at], &pair, None);
                for _ in 1..TRIES {
                    if fault.is_some() {
                        pair = self.reads(&cases[at..=at]).remove(0);
                        fault = self.fault(cases[at], &pair, None);
                    }
                }
                wrong.extend(fault.map(|fault| (chunk * BATCH + at, fault)));
            }
        }
        wrong
    }

    /// The lines that try a case, before it and after it, on one of the twins.
    fn around(&self, case: &Case, by_gate: bool) -> (Vec<String>, String, Vec<String>) {
        let (mut before, mut after) = (Vec::new(), vec!["end"]);
        match case.mode.as_str() {
            "privileged" => {
                before.extend(["show debugging", "show running-config"]);
                after.extend(["enable", "show debugging"]);
            }
            "view" => {
                before.extend(["show debugging", "show running-config", "disable"]);
                after.extend(["enable", "show debugging"]);
            }
            mode => {
                before.push("configure terminal");
                before.extend(steps(mode).expect("a mode that can be entered"));
                before.push("do show running-config");
            }
        }
        after.push("show running-config");
        if by_gate {
            before.extend(case.leaves.iter().map(String::as_str));
        }
        let line = if by_gate { case.command.line() } else { &case.typed };
        let owned = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect();
        (owned(before), line.to_owned(), owned(after))
    }

    /// Tries lines on fresh twins, up to the first that shows a difference.
    fn try_on_twins(&self, cases: &[&Case]) -> Vec<Came> {
        self.twins.renew();
        let mut lines = [Vec::new(), Vec::new()];
        let mut places = Vec::new();
        for case in cases {
            let mut place = [Place::default(); 2];
            for by_gate in [false, true] {
                let side = usize::from(by_gate);
                let (before, line, after) = self.around(case, by_gate);
                let begins = lines[side].len();
                let entered = begins + before.len() - if by_gate { case.leaves.len() } else { 0 };
                lines[side].extend(before);
                place[side] =
                    Place { begins, entered, line: lines[side].len(), ends: lines[side].len() + after.len() };
                lines[side].push(line);
                lines[side].extend(after);
            }
            places.push(place);
        }
        for side in &mut lines {
            side.push("enable".to_owned());
        }
        let said = self.twins.type_into([&lines[0], &lines[1]]);
        let mut all = Vec::new();
        for (case, place) in cases.iter().zip(places) {
            let came = self.came(case, place, &said);
            let goes_on = matches!(came, Came::Same | Came::NotEntered);
            all.push(came);
            if !goes_on {
                break;
            }
        }
        all
    }

    fn came(&self, case: &Case, place: [Place; 2], said: &[Vec<Said>; 2]) -> Came {
        let effects = [0, 1].map(|side| {
            let (Place { line, ends, .. }, said) = (place[side], &said[side]);
            said.get(ends + 1)?;
            Some(Effect {
                answer: said[line].answer.clone(),
                prompt: said[line + 1].prompt.clone(),
                configuration: rows(&said[line + 2..=ends]),
            })
        });
        let [Some(by_hand), Some(by_gate)] = effects else {
            return Came::Different("a session ended".to_owned());
        };
        let entered = |side: &usize| &said[*side][place[*side].entered].prompt;
        if ![0, 1].iter().all(|side| self.shows(&case.mode, entered(side))) {
            return Came::NotEntered;
        }
        let gone = [0, 1].map(|side| said[side][place[side].begins..=place[side].ends].iter().find_map(gone));
        match gone {
            [None, None] => {}
            [Some(one), Some(other)] if one == other => return Came::Ended(one),
            one_sided => return Came::Different(format!("a daemon ended: {one_sided:?}")),
        }
        let before = rows(&said[1][place[1].begins..place[1].line]);
        // Leaving a mode may show what was set in it.
        let changed = case.leaves.is_empty().then(|| before != by_gate.configuration);
        self.fault(case, &[by_hand, by_gate], changed).map_or(Came::Same, Came::Different)
    }

    /// What differs, or is not as the grammar foretold it. `changed`: whether the configuration is another one.
    fn fault(&self, case: &Case, [by_hand, by_gate]: &[Effect; 2], changed: Option<bool>) -> Option<String> {
        let (mut hand, gate) = (steady(by_hand), steady(by_gate));
        // What fails is tried mode by mode on the device and leaves it where it was; the gate has left first.
        let stayed = self.shows(&case.mode, &hand.prompt);
        if !case.leaves.is_empty() && self.error(by_gate).is_some() && stayed {
            hand.prompt.clone_from(&gate.prompt);
            // It gives the error of the first mode that it tried.
            if self.error(by_hand).is_some() {
                hand.answer.clone_from(&gate.answer);
            }
        }
        if hand != gate {
            return Some(difference(&hand, &gate));
        }
        self.foretold(&case.command, by_gate, changed)
    }

    /// Whether what follows the name in a prompt, without blanks, is of a mode.
    fn shows(&self, mode: &Mode, prompt: &str) -> bool {
        self.grammar.prompt_form(mode).is_some_and(|form| form.texts().any(|text| text.trim() == prompt))
    }

    /// A line of an answer that the grammar has as an error.
    fn error<'e>(&self, effect: &'e Effect) -> Option<&'e String> {
        let errors = &self.grammar.facts().errors;
        effect.answer.iter().find(|line| errors.iter().any(|error| line.starts_with(error.as_str())))
    }

    /// The mode that the grammar foretold, and only errors that it knows.
    fn foretold(&self, command: &CanonicalCommand, effect: &Effect, changed: Option<bool>) -> Option<String> {
        let failed = self.error(effect);
        let is = |mode: &Mode| self.shows(mode, &effect.prompt);
        let as_foretold = is(command.next_mode()) || failed.is_some() && is(command.mode());
        if !as_foretold {
            return Some(format!("the prompt is `{}`, not that of {}", effect.prompt, command.next_mode()));
        }
        match (changed?, failed) {
            (true, Some(error))
                if !SEVERAL_DAEMONS.contains(&command.mode().as_str())
                    && !IDLE_ERRORS.iter().any(|idle| error.starts_with(idle)) =>
            {
                Some(format!("an error for the grammar, yet it took effect: {error}"))
            }
            (false, None) => {
                let is_warning = |line: &str| WARNINGS.iter().any(|warning| line.starts_with(warning));
                let said = effect.answer.iter().find(|line| line.starts_with('%') && !is_warning(line))?;
                Some(format!("an error that the grammar does not know: {said}"))
            }
            _ => None,
        }
    }
}

/// The configuration and what else was answered, without empty lines and comments.
fn rows(said: &[Said]) -> Vec<String> {
    let rows = said.iter().flat_map(|said| &said.answer);
    rows.filter(|row| !row.trim_start().starts_with('!') && !row.is_empty()).cloned().collect()
}

/// What vtysh says of a daemon that went away.
fn gone(said: &Said) -> Option<String> {
    said.answer.iter().find(|row| GONE.iter().any(|gone| row.contains(gone))).cloned()
}

/// An effect without what changes from one second to the next, and without the echo that errors carry.
fn steady(effect: &Effect) -> Effect {
    let passing = |word: &&str| {
        let word = word.trim_matches([',', '(', ')', '[', ']', ';']);
        !word.is_empty()
            && word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || "dhmsw:.".contains(c))
            && word.matches('.').count() < 2
    };
    let line = |line: &String| match [": ", " '", " ["].iter().find_map(|end| line.split_once(end)) {
        Some((error, _)) if error.starts_with(['%', 'M']) || error == "Specified prefix" => error.to_owned(),
        // It names an address as it was typed.
        _ if ["% ", "Specified prefix", "Range "].iter().any(|start| line.starts_with(start)) => {
            let words = line.split_whitespace().map(|word| if word.contains(':') { "#" } else { word });
            words.collect::<Vec<_>>().join(" ")
        }
        _ => line
            .split_whitespace()
            .map(|word| if passing(&word) { "#" } else { word })
            .collect::<Vec<_>>()
            .join(" "),
    };
    let hashed = |line: &String| match line.split_once("password 8 ") {
        // `service password-encryption` salts each.
        Some((before, _)) => format!("{before}password 8 #"),
        // A route map keeps numbers as they were typed.
        None if line.starts_with(" set ") => {
            let words = line.split(' ').map(|word| match word.trim_start_matches('0') {
                number if number.starts_with(|c: char| c.is_ascii_digit()) => number,
                "" if !word.is_empty() => "0",
                _ => word,
            });
            words.collect::<Vec<_>>().join(" ")
        }
        None => line.clone(),
    };
    Effect {
        answer: effect.answer.iter().map(line).collect(),
        configuration: effect.configuration.iter().map(hashed).collect(),
        ..effect.clone()
    }
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

fn is_left_out(class: Class, mode: &str, production: &str) -> bool {
    let begins = |start: &str| production.starts_with(start);
    let runs = class.is_read()
        || matches!(
            class,
            Class::Terminal
                | Class::Privilege
                | Class::Debug
                | Class::Config
                | Class::ConfigRouting
                | Class::ConfigMgmt
                | Class::ConfigAaa
        );
    let ends = |(own, start): &(&str, &str)| (*own == mode || *own == "*") && begins(start);
    !runs || BY_NATURE.iter().any(|start| begins(start)) || ENDS_A_DAEMON.iter().any(ends)
}

fn may_run(command: &CanonicalCommand, typed: &str) -> bool {
    let (mode, leaf) = (command.mode().as_str(), command.leaf());
    let by_text = BY_TEXT.iter().any(|(own, start)| *own == mode && leaf.starts_with(start));
    let whole = || typed.split_whitespace().eq(command.line().split_whitespace());
    !is_left_out(command.class(), mode, leaf) && !command.ends_session() && (!by_text || whole())
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// A production that lines are made of.
struct Source {
    mode: Mode,
    text: String,
    parts: Vec<Part>,
}

fn sources(grammar: &Grammar) -> Vec<Source> {
    let only = std::env::var("LAB_MODE").ok();
    let mut all = Vec::new();
    for mode in grammar.modes() {
        let entered = !grammar.is_configuration(mode) || steps(mode.as_str()).is_some();
        if !entered || only.as_ref().is_some_and(|only| only != mode.as_str()) {
            continue;
        }
        let productions = grammar.productions(mode).into_iter();
        let productions =
            productions.filter(|one| !one.close && !is_left_out(one.class, mode.as_str(), one.text));
        all.extend(productions.map(|one| Source {
            mode: mode.clone(),
            text: one.text.to_owned(),
            parts: parts(one.text),
        }));
    }
    all
}

impl Bench {
    /// Makes lines of all productions in turn; those that the gate reads become cases.
    fn cases(
        &self,
        sources: &[Source],
        count: u64,
        random: &mut Random,
        tallies: &mut BTreeMap<Mode, Tally>,
    ) -> Vec<Case> {
        let mut order: Vec<usize> = (0..sources.len()).collect();
        let below = self.below();
        let mut cases = Vec::new();
        for number in 0..usize::try_from(count).expect("count") {
            if number % order.len() == 0 {
                (1..order.len()).for_each(|at| order.swap(at, random.below(at + 1)));
            }
            let made_of = order[number % order.len()];
            let source = &sources[made_of];
            let configures = self.grammar.is_configuration(&source.mode);
            // Now and then it is typed in a mode below.
            let modes = below.get(&source.mode).filter(|_| random.one_in(6));
            let mode = modes.map_or(&source.mode, |modes| &modes[random.below(modes.len())]).clone();
            let typed = line(random, configures, &source.parts, |text| self.read(&mode, text).is_some());
            let tally = tallies.entry(mode.clone()).or_default();
            tally.lines += 1;
            match self.read(&mode, &typed) {
                None => tally.refused += 1,
                Some((leaves, command))
                    if !leaves.is_empty() && command.leaf().starts_with(NOT_WALKED_UP_TO) => {}
                Some((leaves, command)) if may_run(&command, &typed) => {
                    tally.walked_up += usize::from(!leaves.is_empty());
                    cases.push(Case { mode, typed, leaves, command, made_of });
                }
                Some(_) => {}
            }
        }
        cases
    }

    /// For each mode of the configuration those that walk up to it.
    fn below(&self) -> BTreeMap<Mode, Vec<Mode>> {
        let mut all: BTreeMap<Mode, Vec<Mode>> = BTreeMap::new();
        for mode in self.grammar.modes().filter(|mode| steps(mode.as_str()).is_some()) {
            let mut at = mode.clone();
            while let Some(parent) = self.parent(&at) {
                all.entry(parent.clone()).or_default().push(mode.clone());
                at = parent;
            }
        }
        all
    }

    /// Where `exit` leads within the configuration.
    fn parent(&self, mode: &Mode) -> Option<Mode> {
        let exit = self.grammar.productions(mode).into_iter().find(|one| one.text == "exit")?;
        exit.next.filter(|next| self.grammar.is_configuration(next)).cloned()
    }

    /// Compares on the twins. What differs only once is no difference: daemons go on with their own work.
    fn compare_on_twins(
        &self,
        cases: &[&Case],
        tallies: &mut BTreeMap<Mode, Tally>,
    ) -> (Vec<(usize, String)>, usize) {
        let (mut wrong, mut passing, mut done) = (Vec::new(), 0, 0);
        while done < cases.len() {
            let batch = &cases[done..cases.len().min(done + BATCH)];
            let came = self.try_on_twins(batch);
            for (case, came) in batch.iter().zip(&came) {
                let tally = tallies.entry(case.mode.clone()).or_default();
                match came {
                    Came::NotEntered => tally.not_entered += 1,
                    _ => tally.compared += 1,
                }
            }
            let at = came.len() - 1;
            match came.last() {
                Some(Came::Ended(gone)) => wrong.push((done + at, format!("ends a daemon: {gone}"))),
                Some(Came::Different(fault)) => {
                    let again = self.try_on_twins(&batch[..=at]);
                    match again.last() {
                        Some(Came::Different(_)) if again.len() == came.len() => {
                            wrong.push((done + at, fault.clone()))
                        }
                        _ => passing += 1,
                    }
                }
                _ => {}
            }
            done += came.len();
        }
        (wrong, passing)
    }
}

#[test]
fn what_is_sent_does_what_was_typed() {
    let (count, seed) = (setting("LAB_CASES", CASES), setting("LAB_SEED", SEED));
    let bench = Bench::standing();
    let begun = Instant::now();
    let (mut random, mut tallies) = (Random::new(seed), BTreeMap::new());
    let sources = sources(&bench.grammar);
    let cases = bench.cases(&sources, count, &mut random, &mut tallies);
    let (reads, others): (Vec<&Case>, Vec<&Case>) = cases
        .iter()
        .partition(|case| case.command.class().is_read() && !bench.grammar.is_configuration(&case.mode));
    for case in &reads {
        tallies.entry(case.mode.clone()).or_default().compared += 1;
    }
    let mut wrong: Vec<(&Case, String)> =
        bench.compare_reads(&reads).into_iter().map(|(at, fault)| (reads[at], fault)).collect();
    let (differ, passing) = bench.compare_on_twins(&others, &mut tallies);
    wrong.extend(differ.into_iter().map(|(at, fault)| (others[at], fault)));
    let took = begun.elapsed();
    report(&tallies, &sources, &cases);
    let sum = |of: fn(&Tally) -> usize| tallies.values().map(of).sum::<usize>();
    let (compared, refused) = (sum(|tally| tally.compared), sum(|tally| tally.refused));
    eprintln!(
        "{count} lines, seed {seed}: {compared} compared, {refused} refused, {passing} differed once, in {took:.1?}"
    );
    let wrong: Vec<String> = wrong.iter().map(|(case, fault)| shown(case, &sources, fault)).collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    if std::env::var_os("LAB_MODE").is_none() {
        let count = usize::try_from(count).expect("count");
        assert!(compared > count / 3 && refused > count / 20, "the lines must be good and bad ones");
        let entered = |tally: &Tally| tally.not_entered <= tally.compared;
        let shut: Vec<&Mode> =
            tallies.iter().filter(|(_, tally)| !entered(tally)).map(|(mode, _)| mode).collect();
        assert!(shut.is_empty(), "modes that are hardly ever entered: {shut:?}");
    }
    assert!(count > CASES || took < LIMIT, "{took:?}");
}

fn shown(case: &Case, sources: &[Source], fault: &str) -> String {
    let leaves =
        if case.leaves.is_empty() { String::new() } else { format!("{} and ", case.leaves.join(" and ")) };
    let source = &sources[case.made_of];
    format!(
        "{}: `{}` sent as {leaves}`{}`: {fault}\n    of {} `{}`",
        case.mode,
        case.typed,
        case.command.line(),
        source.mode,
        source.text
    )
}

fn report(tallies: &BTreeMap<Mode, Tally>, sources: &[Source], cases: &[Case]) {
    let tried: BTreeSet<usize> = cases.iter().map(|case| case.made_of).collect();
    eprintln!(
        "{:28} {:>6} {:>8} {:>8} {:>8} {:>11}",
        "mode", "lines", "compared", "refused", "walk-up", "not entered"
    );
    for (mode, tally) in tallies {
        let Tally { lines, compared, refused, walked_up, not_entered } = tally;
        eprintln!("{mode:28} {lines:>6} {compared:>8} {refused:>8} {walked_up:>8} {not_entered:>11}");
    }
    eprintln!("{} of {} productions had a line that was read", tried.len(), sources.len());
}

/// The comparison must be able to fail: vtysh takes these otherwise than as they stand here.
#[test]
fn a_difference_is_seen() {
    let bench = Bench::standing();
    let case = |mode: &str, typed: &str, gate: &str| {
        let mode: Mode = mode.parse().expect("mode");
        let (leaves, command) = bench.read(&mode, gate).expect("command");
        Case { mode, typed: typed.to_owned(), leaves, command, made_of: 0 }
    };
    let read = |typed| bench.compare_reads(&[&case("privileged", typed, "show version")]).len();
    assert_eq!((read("show version | include nothing"), read("show ver")), (1, 0));
    let config = |typed, gate| {
        let cases = [case("config-if", typed, gate)];
        matches!(bench.try_on_twins(&[&cases[0]]).as_slice(), [Came::Different(_)])
    };
    assert!(config("description b", "description a"), "another text");
    assert!(config("ip route 10.9.7.0/24 Null0", "description a"), "run one mode up");
    assert!(config("exit", "description a"), "another mode");
    assert!(!config("desc a", "description a"));
    assert!(!config("ip route 10.9.7.0/24 Null0", "ip route 10.9.7.0/24 Null0"), "the gate leaves first");
}
