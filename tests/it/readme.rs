//! README and manual are true: their commands run, and print what they say.

use std::path::Path;
use std::process::Command;

use regex_automata::meta::Regex;

use super::harness::run;

/// A command of a document with the output that it claims.
struct Claim {
    command: String,
    output: Vec<String>,
}

/// The blocks of `console`: a line after `$ ` is a command, the lines below it are its output.
fn claims(document: &str) -> Vec<Claim> {
    let text = std::fs::read_to_string(document).expect("document");
    let mut claims: Vec<Claim> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            line => match line.strip_prefix("$ ") {
                Some(command) => claims.push(Claim { command: command.to_owned(), output: Vec::new() }),
                None => claims.last_mut().expect("output before a command").output.push(line.to_owned()),
            },
        }
    }
    claims
}

/// What differs from run to run is one mark, and blanks are one.
fn normal(line: &str) -> String {
    let mut text = line.to_owned();
    for variable in [
        r"[0-9A-HJKMNP-TV-Z]{26}",
        r"[0-9a-f]{32,64}",
        r"\d{4}-\d{2}-\d{2}",
        r"\d{2}:\d{2}:\d{2}(\.\d+)?",
        r"127\.0\.0\.1:\d+",
        r"serial \d+",
        r"\d+ ms",
        r"/\S*/ssh\b",
        r"\d+ (entries|ledger checkpoints|bytes)",
    ] {
        let pattern = Regex::new(variable).expect("regex");
        let mut marked = String::new();
        let mut from = 0;
        for found in pattern.find_iter(&text) {
            marked.push_str(&text[from..found.start()]);
            marked.push('*');
            from = found.end();
        }
        marked.push_str(&text[from..]);
        text = marked;
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_the_readme_shows_is_what_happens() {
    let dir = tempfile::tempdir().expect("dir");
    let binary = Path::new(env!("CARGO_BIN_EXE_portcullis"));
    let claims = claims("README.md");
    let mut checked = 0;
    for claim in &claims {
        // The two commands that need cargo are run by everybody who runs this test.
        let command = claim.command.replace("cargo run --release -- ", "portcullis ");
        if command.starts_with("cargo ") {
            continue;
        }
        let mut shell = Command::new("bash");
        shell.args(["-c", &command]).current_dir(dir.path()).env("COLUMNS", "110");
        let path = std::env::var("PATH").expect("path");
        shell.env("PATH", format!("{}:{path}", binary.parent().expect("folder").display()));
        let seen = run(shell, b"");
        let actual: Vec<String> = seen.text.lines().map(normal).collect();
        for line in
            claim.output.iter().map(|line| normal(line)).filter(|line| !line.is_empty() && line != "...")
        {
            assert!(actual.contains(&line), "`{}` does not print\n{line}\nbut\n{}", claim.command, seen.text);
            checked += 1;
        }
    }
    assert!(claims.len() >= 6 && checked >= 30, "{} commands, {checked} lines", claims.len());
}
