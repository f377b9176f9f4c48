//! What reading costs: `parse [RUNS]`.
//!
//! The lines are those of `tests/fixtures/grammar/reads_PLATFORM.txt`, as people type them. Every run is timed by itself, so
//! that p99 is one of single lines; SHA-256 of the same line, in the same process, is the yardstick. Then the time that all
//! grammars take to load, and the memory that they take.

use std::time::Instant;

use portcullis::command::canonicalize;
use portcullis::grammar::{Grammar, GrammarSet};
use portcullis::terms::{Mode, PresentedLine};
use portcullis_bench::Times;
use sha2::{Digest, Sha256};

fn lines(grammar: &Grammar) -> Vec<(Mode, PresentedLine)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/grammar");
    let path = format!("{root}/reads_{}.txt", grammar.platform());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    let start = grammar.facts().start.first().expect("start");
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| match line.split_once(" ~ ") {
            Some((mode, line)) => (mode.trim().parse().expect("mode"), line),
            None => (start.clone(), line),
        })
        .map(|(mode, line)| (mode, PresentedLine::parse(line.as_bytes()).expect("line")))
        .collect()
}

/// Resident memory of this process, in KiB.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let row = text.lines().find_map(|row| row.strip_prefix("VmRSS:")).unwrap_or_default();
    row.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}

fn main() {
    let runs: usize = std::env::args().nth(1).map_or(200, |text| text.parse().expect("parse [RUNS]"));
    let debug = if cfg!(debug_assertions) { ", not optimised: the figures mean nothing" } else { "" };
    let before = resident();
    let set = GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}"));
    let memory = resident().saturating_sub(before);
    println!("one line to one command, {runs} runs a line, nanoseconds{debug}");
    println!("{:<16} {:>10} {:>6} {:>7} {:>7} {:>12}", "", "spellings", "lines", "p50", "p99", "p50/SHA-256");
    for grammar in set.iter() {
        let lines = lines(grammar);
        let mut at = 0;
        let mut next = || {
            at = (at + 1) % lines.len();
            &lines[at]
        };
        let read = Times::of(runs * lines.len(), || {
            let (mode, line) = next();
            canonicalize(grammar, grammar.parse(mode, std::hint::black_box(line))).is_ok()
        });
        let hash = Times::of(runs * lines.len(), || Sha256::digest(std::hint::black_box(next().1.as_str().as_bytes())));
        let ratio = read.nanos(500) * 10 / hash.nanos(500).max(1);
        println!(
            "{:<16} {:>10} {:>6} {:>7} {:>7} {:>12}",
            grammar.platform().to_string(),
            grammar.spelling_count(),
            lines.len(),
            read.nanos(500),
            read.nanos(990),
            format!("{}.{}", ratio / 10, ratio % 10)
        );
    }
    let mut loads: Vec<_> = (0..9)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(GrammarSet::shipped()).is_ok().then(|| start.elapsed()).expect("grammars")
        })
        .collect();
    loads.sort_unstable();
    println!("all grammars loaded in {:.1} ms (median of 9), {} KiB", loads[4].as_secs_f64() * 1e3, memory);
}
