//! The seeds of the fuzzers, through the very functions that they run.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let seeds =
        std::fs::read_dir(&folder).expect("a corpus").filter_map(Result::ok).map(|entry| entry.path());
    let seeds: Vec<Vec<u8>> = seeds.map(|path| std::fs::read(path).expect("seed")).collect();
    assert!(seeds.len() >= 10, "{target} has {} seeds", seeds.len());
    for seed in seeds {
        run(&seed);
        // Cut anywhere they are seeds as well.
        for end in 0..seed.len().min(300) {
            run(&seed[..end]);
        }
    }
}

#[test]
fn grammar_files() {
    replay("grammar_file", targets::grammar_file);
}

#[test]
fn lines() {
    replay("parse_line", targets::parse_line);
}

#[test]
fn keys() {
    replay("line_editor", targets::line_editor);
}

#[test]
fn prompts() {
    replay("prompt", targets::prompt);
}
