//! From the bytes of a line to the verdict on it: `decide [RULES] [RUNS]`.
//!
//! Every run is timed by itself, so that p99 is one of single decisions. SHA-256 of the same line, in the same process, is
//! the yardstick: its ratio can be compared between machines.

use portcullis::authz::{Decision, Party, PlanStanding, Request, Who, decide};
use portcullis::command::canonicalize;
use portcullis::grammar::{Grammar, GrammarSet};
use portcullis::rules::RuleSet;
use portcullis::terms::{Mode, PresentedLine};
use portcullis_bench::{Times, site};
use sha2::{Digest, Sha256};

/// What is typed, where, by whom, and what must come of it.
struct Line {
    mode: &'static str,
    text: &'static str,
    agent: bool,
    plan: PlanStanding,
    verdict: &'static str,
}

const fn by_a_person(text: &'static str, verdict: &'static str) -> Line {
    Line { mode: "privileged", text, agent: false, plan: PlanStanding::NoToken, verdict }
}

const fn by_an_agent(mode: &'static str, text: &'static str, verdict: &'static str) -> Line {
    Line { mode, text, agent: true, plan: PlanStanding::Step, verdict }
}

const LINES: [Line; 9] = [
    by_a_person("sh ver", "permit"),
    by_a_person("show ip bgp summary", "permit"),
    by_a_person("sh int gi0/1 | include error", "permit"),
    by_an_agent("privileged", "conf t", "permit"),
    by_an_agent("config", "interface GigabitEthernet0/1", "permit"),
    by_an_agent("config-if", "shut", "permit"),
    by_a_person("relo", "DEFAULT"),
    by_a_person("show run | redirect flash:x", "RULE"),
    by_a_person("show ip bgp sumary", "UNRECOGNIZED"),
];

struct Bench {
    grammar: std::sync::Arc<Grammar>,
    rules: RuleSet,
    devices: Vec<portcullis::config::Device>,
    human: Vec<String>,
    agent: Vec<String>,
}

impl Bench {
    fn run(&self, line: &Line, mode: &Mode) -> Decision {
        let presented = PresentedLine::parse(std::hint::black_box(line.text.as_bytes())).expect("printable");
        let human = Who::new("user:alice@example", &self.human);
        let party = match line.agent {
            true => Party::Delegated { human, agent: Who::new("agent:bot7", &self.agent) },
            false => Party::Direct { human },
        };
        let request = Request {
            parsed: canonicalize(&self.grammar, self.grammar.parse(mode, &presented)),
            party,
            device: &self.devices[200],
            plan: line.plan,
            intent: line.agent.then_some("request_interface_shutdown"),
        };
        decide(request, &self.rules)
    }
}

fn verdict(decision: &Decision) -> &'static str {
    match decision {
        Decision::Permit(_) => "permit",
        Decision::Deny(denial) => denial.code.as_str(),
    }
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse().expect("decide [RULES] [RUNS]"));
    let count = numbers.next().unwrap_or(500);
    let runs = numbers.next().unwrap_or(100_000);
    let grammars = GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}"));
    let devices = site::devices();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let bench = Bench {
        grammar: grammars.get(&"cisco_ios".parse().expect("platform")).expect("grammar").clone(),
        rules: site::rules(count, &grammars, &devices),
        devices,
        human: names(&["staff", "team4", "neteng"]),
        agent: names(&["netbots"]),
    };
    let debug = if cfg!(debug_assertions) { ", not optimised: the figures mean nothing" } else { "" };
    println!("line to verdict, {count} rules, {runs} runs a line, microseconds{debug}");
    let micros = |nanos: u128| format!("{}.{:02}", nanos / 1000, nanos % 1000 / 10);
    let row = |name: &str, times: &Times, verdict: &str, ratio: &str| {
        let [p50, p99, max] = [500, 990, 1000].map(|per_mille| micros(times.nanos(per_mille)));
        println!("{name:<30} {p50:>7} {p99:>7} {max:>9}  {ratio:>11}  {verdict}");
    };
    println!("{:<30} {:>7} {:>7} {:>9}  {:>11}  verdict", "", "p50", "p99", "max", "p50/SHA-256");
    row("(the clock alone)", &Times::of(runs, || ()), "", "");
    for line in &LINES {
        let mode = line.mode.parse().expect("mode");
        let said = verdict(&bench.run(line, &mode));
        assert_eq!(said, line.verdict, "{}", line.text);
        let times = Times::of(runs, || bench.run(line, &mode));
        let hash = Times::of(runs, || Sha256::digest(std::hint::black_box(line.text.as_bytes())));
        let ratio = times.nanos(500) * 10 / hash.nanos(500).max(1);
        row(line.text, &times, said, &format!("{}.{}", ratio / 10, ratio % 10));
    }
}
