//! What people type and what devices print: how much of it is read, and as what.

use super::evasions::{fixtures, text};
use super::*;

/// Of the reads that are listed, in percent.
const READS: usize = 98;
/// Of the lines of a configuration, in percent.
const LINES: usize = 90;

fn share(part: usize, whole: usize) -> String {
    format!("{part} of {whole}, {:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}

fn grammar(name: &str) -> Option<&'static Arc<Grammar>> {
    SHIPPED.get(&name.parse().ok()?)
}

/// What is no read must not look like one; and what is listed as a read must be one.
#[test]
fn reads_are_read_as_reads() {
    let mut wrong = Vec::new();
    for (name, path) in fixtures("") {
        let platform = name.strip_prefix("reads_").and_then(|name| name.strip_suffix(".txt"));
        let Some((platform, grammar)) = platform.and_then(|name| Some((name, grammar(name)?))) else {
            continue;
        };
        let start = grammar.facts().start.first().expect("start");
        let (mut read, mut tried) = (0, 0);
        for row in text(&path).lines().filter(|row| !row.trim().is_empty() && !row.starts_with('#')) {
            let (mode, line) = match row.split_once(" ~ ") {
                Some((name, line)) => (mode(name), line),
                None => (start.clone(), row),
            };
            tried += 1;
            match read_in(grammar, &mode, line).map(|command| command.class()) {
                Ok(Class::Read | Class::ReadHeavy | Class::ReadSensitive) => read += 1,
                Ok(Class::Terminal) => println!("{platform}: `{row}` is terminal"),
                Ok(class) => wrong.push(format!("{platform}: `{row}` is {class}")),
                Err(code) => println!("{platform}: `{row}` is {}", code.as_str()),
            }
        }
        println!("{platform}: reads that are read: {}", share(read, tried));
        if read * 100 < tried * READS {
            wrong.push(format!("{platform}: only {}", share(read, tried)));
        }
    }
    assert_eq!(wrong, [""; 0], "\n{}", wrong.join("\n"));
}

/// The mode that `configure` leads to: the first that a command beginning with it enters.
fn configuration(grammar: &Grammar) -> Mode {
    let leaves = grammar.leaves.iter().filter(|leaf| leaf.text.split(' ').next() == Some("configure"));
    leaves.filter_map(|leaf| leaf.next.clone()).next().expect("a way into the configuration")
}

#[test]
fn configurations_are_read_line_by_line() {
    let mut wrong = Vec::new();
    for (name, path) in fixtures("configs") {
        let of = |grammar: &&Arc<Grammar>| name.starts_with(&format!("{}_", grammar.platform()));
        let Some(grammar) = SHIPPED.iter().find(of) else { continue };
        let (read, tried) = followed(grammar, &name, &text(&path));
        println!("{name}: lines that are read: {}", share(read, tried));
        if read * 100 < tried * LINES {
            wrong.push(format!("{name}: only {}", share(read, tried)));
        }
    }
    assert_eq!(wrong, [""; 0], "\n{}", wrong.join("\n"));
}

fn followed(grammar: &Grammar, name: &str, text: &str) -> (usize, usize) {
    let start = configuration(grammar);
    let mut session = Follow::new(grammar, start.clone());
    let (mut read, mut tried) = (0, 0);
    for row in text.lines() {
        let line = PresentedLine::parse(row.as_bytes()).expect("printable");
        let all = if line.is_blank() { vec![session.blank()] } else { session.line(&line) };
        let last = all.last();
        if line.is_blank() || matches!(last, Some(Some(Parse::Nothing))) {
            continue;
        }
        tried += 1;
        match last {
            Some(Some(Parse::Command(_) | Parse::Moved(_)) | None) => read += 1,
            _ => println!("{name}: {}: `{row}`", session.mode()),
        }
        // A configuration ends in `end`, and another may follow it.
        if !grammar.is_configuration(session.mode()) {
            session = Follow::new(grammar, start.clone());
        }
    }
    (read, tried)
}
