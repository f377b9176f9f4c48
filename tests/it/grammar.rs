//! `portcullis grammar`: what is shipped is good, what is wrong is named with its place, what is read can be looked up.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::harness::{Seen, run};

fn grammar(args: &[&str], stdin: &[u8]) -> Seen {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.arg("grammar").args(args);
    run(command, stdin)
}

fn as_json(seen: &Seen) -> Value {
    assert!(seen.text.bytes().all(|byte| byte == b'\n' || matches!(byte, 0x20..=0x7e)), "{}", seen.text);
    serde_json::from_str(&seen.text).expect("JSON")
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(dir.join(name)).expect("folder");
    std::fs::write(dir.join(name).join("a.grammar"), text).expect("file");
}

const TOY: &str = "platform toy {\n  start exec;\n  refusal \"no\";\n  leave \"end\";\n  negation no;\n}\n";

#[test]
fn what_is_shipped_has_no_problems() {
    for args in [&["check"][..], &["check", "grammars"]] {
        let seen = grammar(args, b"");
        assert_eq!(seen.status, Some(0), "{}", seen.text);
        assert!(seen.text.contains("cisco_ios") && seen.text.contains("frr"), "{}", seen.text);
        assert!(seen.text.trim_end().ends_with("no problems"), "{}", seen.text);
    }
    let one = as_json(&grammar(&["check", "grammars/_example_nos", "--json"], b""));
    assert_eq!((&one["good"], &one["problems"]), (&json!(true), &json!([])));
    assert_eq!(one["platforms"].as_array().expect("list").len(), 1, "and nothing that is shipped: {one}");
    assert_eq!(
        (&one["platforms"][0]["platform"], &one["platforms"][0]["modes"]),
        (&json!("example_nos"), &json!(2))
    );
}

#[test]
fn every_problem_is_shown_with_its_place() {
    let dir = tempfile::tempdir().expect("dir");
    let mode =
        "mode exec prompt \"#\" {\n  show FOO : read\n  show version : raed\n  go : read enter nowhere\n}\n";
    write(dir.path(), "toy", &format!("{TOY}{mode}"));
    write(dir.path(), "other", "platform {\n");
    let path = dir.path().to_str().expect("path");
    let seen = grammar(&["check", path], b"");
    assert_eq!(seen.status, Some(1), "{}", seen.text);
    for wanted in [
        "toy/a.grammar:8:8: unknown token type `FOO`\n      show FOO : read\n           ^\n",
        "toy/a.grammar:9:18: no such class",
        "toy/a.grammar:10:19: no mode has this name",
        "other/a.grammar:1:10: expected a name here",
    ] {
        assert!(seen.text.contains(wanted), "{wanted}: {}", seen.text);
    }
    let told = as_json(&grammar(&["check", path, "--json"], b""));
    assert_eq!(told["good"], false);
    let problems = told["problems"].as_array().expect("list");
    let class = problems.iter().find(|problem| problem["message"] == "no such class").expect("found");
    assert_eq!(
        (&class["line"], &class["column"], &class["source"]),
        (&json!(9), &json!(18), &json!("  show version : raed"))
    );
    let example =
        "mode exec prompt \"#\" {\n  show version : read\n}\nexample exec \"sh\" => \"show version\"\n";
    write(dir.path(), "toy", &format!("{TOY}{example}"));
    let seen = grammar(&["check", dir.path().join("toy").to_str().expect("path")], b"");
    assert_eq!(seen.status, Some(1));
    assert!(seen.text.contains("a.grammar:10:9: the example reads as `incomplete`"), "{}", seen.text);
}

#[test]
fn a_folder_in_which_nothing_is_checked_is_no_success() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().to_str().expect("path");
    let seen = grammar(&["check", path], b"");
    assert_eq!(seen.status, Some(1), "{}", seen.text);
    assert!(seen.text.contains("no `*.grammar` file"), "{}", seen.text);
    assert_eq!(grammar(&["check", "/nonexistent"], b"").status, Some(1));
    // Of two that say they are the same platform only one would have been read.
    let toy = format!("{TOY}mode exec prompt \"#\" {{\n  show version : read\n}}\n");
    write(dir.path(), "toy", &toy);
    assert_eq!(grammar(&["check", path], b"").status, Some(0));
    write(dir.path(), "twin", &toy);
    let seen = grammar(&["check", path], b"");
    assert!(seen.status == Some(1) && seen.text.contains("the same platform"), "{}", seen.text);
}

const LINES: &[u8] =
    b"conf t\r\nint gi0/1\nshut\nfrob the \x9b[2J thing\n! a comment\n\n end\nwr er\nsh ver\nrel";

#[test]
fn coverage_counts_what_is_read_and_lists_what_is_not() {
    let seen = grammar(&["coverage", "-p", "cisco_ios", "--follow"], LINES);
    assert_eq!(seen.status, Some(1), "{}", seen.text);
    assert!(seen.text.starts_with("6 of 8 lines are read: 75.0 %\n"), "{}", seen.text);
    assert!(seen.text.contains("0x9b") && !seen.text.contains('\u{9b}'), "{}", seen.text);
    let told = as_json(&grammar(&["coverage", "-p", "cisco_ios", "--follow", "--json"], LINES));
    assert_eq!((&told["lines"], &told["parsed"], &told["share"]), (&json!(8), &json!(6), &json!(0.75)));
    assert_eq!(told["classes"], json!({"terminal": 1, "read": 1, "config": 3, "refuse": 1}));
    let unparsed = told["unparsed"].as_array().expect("list");
    let places: Vec<_> = unparsed.iter().map(|own| (&own["line"], &own["mode"], &own["code"])).collect();
    assert_eq!(
        places,
        [
            (&json!(4), &json!("config-if"), &json!("FRAMING")),
            (&json!(10), &json!("privileged"), &json!("AMBIGUOUS"))
        ]
    );
}

#[test]
fn coverage_reads_all_lines_in_one_mode_and_lists_only_so_many() {
    let args = ["coverage", "-p", "cisco_ios", "-m", "config-if", "--json", "--list", "1"];
    let told = as_json(&grammar(&args, LINES));
    assert_eq!(
        (&told["lines"], &told["parsed"]),
        (&json!(8), &json!(4)),
        "`int`, `hostname`, `shut` and `end`: {told}"
    );
    assert_eq!((&told["unparsed"].as_array().expect("list").len(), &told["unlisted"]), (&1, &json!(3)));
    assert_eq!(told["unparsed"][0]["text"], "conf t");

    let mut long = vec![b'a'; 5 << 20];
    long.extend_from_slice(b"\nsh ver\n");
    let seen = grammar(&["coverage", "-p", "frr"], &long);
    assert!(seen.text.starts_with("1 of 2 lines are read: 50.0 %\n"), "{}", seen.text);
    assert!(seen.text.len() < 1000, "a line that is too long is not shown");
}

#[test]
fn coverage_is_good_only_when_something_was_read() {
    assert_eq!(grammar(&["coverage", "-p", "frr"], b"sh ver\nsh ip route\n").status, Some(0));
    assert_eq!(grammar(&["coverage", "-p", "frr"], b"\n! nothing\n").status, Some(1));
    assert_eq!(grammar(&["coverage", "-p", "nos"], b"").status, Some(2));
    assert_eq!(grammar(&["coverage", "-p", "frr", "-m", "nowhere"], b"").status, Some(2));
}

#[test]
fn the_reference_has_every_production_of_every_mode() {
    let seen = grammar(&["doc", "cisco_ios"], b"");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    assert!(seen.text.lines().all(|line| line.chars().count() <= 100), "{}", seen.text);
    let block = |name: &str| -> Vec<&str> {
        let heading = format!("mode {name}, prompt ");
        seen.text
            .lines()
            .skip_while(|line| !line.starts_with(&heading))
            .take_while(|line| !line.is_empty())
            .collect()
    };
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let config_if: Vec<String> = block("config-if").iter().map(|line| words(line)).collect();
    assert_eq!(config_if[0], "mode config-if, prompt `(config-if)#` or `(config-subif)#`, configuration");
    for wanted in ["end terminal to privileged", "[no] shutdown config"] {
        assert!(config_if.iter().any(|line| line == wanted), "{wanted}: {config_if:#?}");
    }
    assert!(seen.text.contains("reload <slot|module> (0-20)"), "{}", seen.text);
    assert!(seen.text.contains("`[confirm]` is answered with `\\n`"), "{}", seen.text);
    let set = portcullis::grammar::GrammarSet::shipped().expect("grammars");
    for own in set.iter() {
        let leaves = own.leaves().count();
        let shown: usize = own.modes().map(|mode| own.productions(mode).len()).sum();
        for mode in own.modes() {
            let texts: Vec<&str> = own.productions(mode).iter().map(|production| production.text).collect();
            let word = |text: &str| {
                text.strip_prefix('[')
                    .and_then(|text| text.split_once("] "))
                    .map_or(text.to_owned(), |own| own.1.to_owned())
            };
            assert!(texts.is_sorted_by_key(|text| word(text)), "{texts:#?}");
        }
        assert!(leaves > 50 && shown == leaves, "{}: {shown} of {leaves}", own.platform());
        let text = grammar(&["doc", own.platform().as_str()], b"").text;
        assert!(own.modes().all(|mode| text.contains(&format!("mode {mode}, "))), "{text}");
        for (name, stages) in own.pipes() {
            assert!(!stages.is_empty() && text.contains(&format!("pipe | {name}\n")), "{name}: {text}");
        }
    }
    assert_eq!(grammar(&["doc", "nos"], b"").status, Some(2));
}
