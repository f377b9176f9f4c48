//! Rows of the catalogue of evasions: what is typed, key by key, and what must come of it.

use super::*;
use crate::line::{Event, Input};

/// What nobody may find in the text of a command, for that is recorded.
const SECRETS: [&str; 2] = ["S3cretPw", "0822455D0A16"];

struct Row {
    id: String,
    platform: String,
    mode: String,
    keys: Vec<u8>,
    verdict: String,
    /// With a pty and without one.
    expected: [String; 2],
}

fn rows() -> Vec<Row> {
    let fixture = include_str!("../../../tests/fixtures/grammar/evasions.txt");
    fixture.lines().filter(|row| !row.is_empty() && !row.starts_with('#')).map(row).collect()
}

fn row(text: &str) -> Row {
    let fields: Vec<&str> = text.split(" ~ ").collect();
    let (id, place, typed, verdict, expected, plain) = match fields[..] {
        [id, place, typed, verdict, expected] => (id, place, typed, verdict, expected, expected),
        [id, place, typed, verdict, expected, plain] => (id, place, typed, verdict, expected, plain),
        _ => panic!("{text}"),
    };
    let (platform, mode) = place.split_once('/').expect("platform/mode");
    Row {
        id: id.to_owned(),
        platform: platform.to_owned(),
        mode: mode.to_owned(),
        keys: keys(typed),
        verdict: verdict.to_owned(),
        expected: [expected.to_owned(), plain.to_owned()],
    }
}

/// `\r`, `\n`, `\xNN` and `\uNNNN` stand for what they say; a line that has no end yet gets one.
fn keys(typed: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = typed;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let (kind, after) = escape.split_at(1);
        let digits = match kind {
            "r" | "n" => 0,
            "x" => 2,
            "u" => 4,
            _ => panic!("{typed}"),
        };
        let (code, after) = after.split_at(digits);
        let character = match kind {
            "r" => '\r',
            "n" => '\n',
            _ => u32::from_str_radix(code, 16).ok().and_then(char::from_u32).expect("a character"),
        };
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    if !bytes.ends_with(b"\r") && !bytes.ends_with(b"\n") {
        bytes.push(b'\r');
    }
    bytes
}

/// A session without rules: who types may read and, in a configuration mode, configure all of it. That is wider than
/// any scope of the catalogue.
struct Typist {
    grammar: Arc<Grammar>,
    mode: Mode,
    seen: Vec<String>,
    texts: Vec<String>,
    denied: bool,
}

impl Typist {
    fn new(set: &GrammarSet, row: &Row) -> Self {
        let grammar = set.get(&row.platform.parse().expect("platform")).expect("grammar").clone();
        let mode = mode(&row.mode);
        assert!(grammar.has_mode(&mode), "{}: no mode `{mode}`", row.id);
        Self { grammar, mode, seen: Vec::new(), texts: Vec::new(), denied: false }
    }

    /// Types until something is denied: a batch stops there.
    fn types(mut self, mut input: Input, keys: &[u8]) -> Self {
        let mut echo = Vec::new();
        input.feed(keys);
        input.finish_input();
        while !self.denied {
            match input.next_event(&mut echo) {
                None | Some(Event::Eof) => break,
                Some(Event::Line(line)) => self.line(&line),
                Some(Event::Framing(_)) => self.deny("framing".to_owned()),
                Some(Event::Overflow) => self.deny("overflow".to_owned()),
                Some(Event::Help(_)) => self.seen.push("help".to_owned()),
                Some(Event::EndMode) => self.end_mode(),
                Some(Event::Blank | Event::Interrupt) => {}
            }
        }
        self
    }

    fn deny(&mut self, why: String) {
        self.seen.push(why);
        self.denied = true;
    }

    fn end_mode(&mut self) {
        if self.grammar.is_configuration(&self.mode) {
            self.mode = self.grammar.facts().start.first().expect("start").clone();
        }
        self.seen.push(format!("end > {}", self.mode));
    }

    fn line(&mut self, line: &PresentedLine) {
        let parse = self.grammar.parse(&self.mode, line);
        if matches!(parse, Parse::Nothing) {
            return self.seen.push("nothing".to_owned());
        }
        let command = match canonicalize(&self.grammar, parse) {
            Ok(command) => command,
            Err(refusal) => return self.deny(refusal.code.as_str().to_ascii_lowercase()),
        };
        let mut shown = format!("{} : {}", command.text(), command.class());
        if command.changes_mode() {
            shown.push_str(&format!(" > {}", command.next_mode()));
        }
        self.texts.push(command.text().to_owned());
        let class = command.class();
        let configures = self.grammar.is_configuration(command.mode()) && class.within(Class::Config);
        if class.is_read() || class == Class::Terminal || configures {
            self.mode = command.next_mode().clone();
            self.seen.push(shown);
        } else {
            self.deny(shown);
        }
    }

    /// `edited`: with a pty the key does in the gate's own editor what it says, and the line that is left is judged;
    /// without one it is no line.
    fn obeys(&self, verdict: &str, pty: bool) -> bool {
        match verdict {
            "deny" => self.denied,
            "permit" => !self.denied,
            "nothing" => self.texts.is_empty(),
            "edited" => self.denied != pty,
            "redact" => self.texts.iter().all(|text| SECRETS.iter().all(|secret| !text.contains(secret))),
            other => panic!("no such verdict: {other}"),
        }
    }
}

#[test]
fn evasions_are_read_for_what_they_are() {
    let mut wrong = Vec::new();
    for row in rows() {
        for (input, expected, pty) in
            [(Input::pty(200, 24), &row.expected[0], true), (Input::plain(), &row.expected[1], false)]
        {
            let how = if pty { "with a pty" } else { "without a pty" };
            let typist = Typist::new(&SHIPPED, &row).types(input, &row.keys);
            let seen = if typist.seen.is_empty() { "none".to_owned() } else { typist.seen.join(" && ") };
            if seen != *expected {
                wrong.push(format!("{} {how}: {seen}", row.id));
            }
            if !typist.obeys(&row.verdict, pty) {
                wrong.push(format!("{} {how}: must be `{}`", row.id, row.verdict));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "\n{}", wrong.join("\n"));
}

/// How many rows the catalogue has for the shipped platforms: one that is lost is noticed.
#[test]
fn no_row_is_missing_or_there_twice() {
    let ids: Vec<String> = rows().into_iter().map(|row| row.id).collect();
    let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    assert_eq!(ids.iter().filter(|id| id.starts_with("ev-")).count(), 130);
}
