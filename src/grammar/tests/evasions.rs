//! Rows of the catalogue of evasions: what is typed, key by key, and what must come of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::session::{shown, told};
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

/// The rows of all files.
fn rows() -> Vec<Row> {
    let files = fixtures("").into_iter().filter(|(name, _)| name.starts_with("evasions"));
    let texts: Vec<String> = files.map(|(_, path)| text(&path)).collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.filter(|row| !row.is_empty() && !row.starts_with('#')).map(row).collect()
}

/// The text files of the fixtures, or of a folder in them: name and path.
pub(super) fn fixtures(folder: &str) -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/grammar").join(folder);
    let entries = std::fs::read_dir(root).into_iter().flatten().filter_map(Result::ok);
    let named = entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()));
    let mut all: Vec<(String, PathBuf)> = named.filter(|(name, _)| name.ends_with(".txt")).collect();
    all.sort();
    all
}

pub(super) fn text(path: &Path) -> String {
    crate::sys::read_text(path, 1 << 20).expect("fixture")
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
struct Typist<'g> {
    grammar: &'g Grammar,
    session: Follow<'g>,
    seen: Vec<String>,
    texts: Vec<String>,
    denied: bool,
}

impl<'g> Typist<'g> {
    fn new(grammar: &'g Grammar, row: &Row) -> Self {
        let mode = mode(&row.mode);
        assert!(grammar.has_mode(&mode), "{}: no mode `{mode}`", row.id);
        let session = Follow::new(grammar, mode);
        Self { grammar, session, seen: Vec::new(), texts: Vec::new(), denied: false }
    }

    /// Types until something is denied: a batch stops there.
    fn types(mut self, mut input: Input, keys: &[u8]) -> Self {
        let mut echo = Vec::new();
        input.feed(keys);
        input.finish_input();
        while !self.denied {
            match input.next_event(&mut echo) {
                None | Some(Event::Eof) => break,
                Some(Event::Line(line)) => {
                    let all = self.session.line(&line);
                    self.came(all);
                }
                Some(Event::Framing(_)) => self.deny("framing".to_owned()),
                Some(Event::Overflow) => self.deny("overflow".to_owned()),
                Some(Event::Help(_) | Event::Complete(_)) => self.seen.push("help".to_owned()),
                Some(Event::EndMode) => self.end_mode(),
                Some(Event::Blank) => {
                    let came = self.session.blank();
                    if !matches!(came, Some(Parse::Nothing)) {
                        self.came(vec![came]);
                    }
                }
                Some(Event::Interrupt) => {}
            }
        }
        self
    }

    fn deny(&mut self, why: String) {
        self.seen.push(why);
        self.denied = true;
    }

    fn end_mode(&mut self) {
        if self.grammar.is_configuration(self.session.mode()) {
            let start = self.grammar.facts().start.first().expect("start").clone();
            self.session = Follow::new(self.grammar, start);
        }
        self.seen.push(format!("end > {}", self.session.mode()));
    }

    /// What one line has come to, with the way to where it is read. What follows a denial is not run.
    fn came(&mut self, all: Vec<Option<Parse>>) {
        let walked_up = all.len() > 1;
        for came in all {
            match came {
                _ if self.denied => {}
                None => {}
                Some(Parse::Moved(context)) => self.seen.push(format!("[{}]", context.path())),
                Some(Parse::Nothing) => self.seen.push("nothing".to_owned()),
                Some(parse) => match told(self.grammar, parse) {
                    Ok(command) => self.command(&command, walked_up),
                    Err(code) => self.deny(code),
                },
            }
        }
    }

    /// Who may configure one mode may not configure those above it.
    fn command(&mut self, command: &CanonicalCommand, walked_up: bool) {
        self.texts.push(command.text().to_owned());
        let class = command.class();
        let in_mode = self.grammar.is_configuration(command.mode()) && !walked_up;
        let configures = in_mode && class.within(Class::Config);
        // What the grammar does not know needs an allow of its own.
        let reads = class.is_read() && class != Class::ReadOpaque;
        if reads || class == Class::Terminal || configures {
            self.seen.push(shown(command));
        } else {
            self.deny(shown(command));
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
        // A platform may come later than its rows.
        let Some(grammar) = SHIPPED.get(&row.platform.parse().expect("platform")) else { continue };
        for (input, expected, pty) in
            [(Input::pty(200, 24), &row.expected[0], true), (Input::plain(), &row.expected[1], false)]
        {
            let how = if pty { "with a pty" } else { "without a pty" };
            let typist = Typist::new(grammar, &row).types(input, &row.keys);
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

/// The catalogue's ids are listed apart from its rows: one that is lost is noticed.
#[test]
fn no_row_is_missing_or_there_twice() {
    let mut seen = BTreeSet::new();
    let rows = rows();
    let twice: Vec<&str> = rows.iter().map(|row| row.id.as_str()).filter(|id| !seen.insert(*id)).collect();
    assert_eq!(twice, [""; 0], "ids of more than one row");
    let listed = include_str!("../../../tests/fixtures/grammar/catalogue_ids.txt");
    let ids = listed.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let shipped = ids
        .map(|line| line.split_once(' ').expect("id and platform"))
        .filter(|(_, platform)| SHIPPED.get(&platform.parse().expect("platform")).is_some());
    let lacking: Vec<&str> = shipped.filter(|(id, _)| !seen.contains(id)).map(|(id, _)| id).collect();
    assert_eq!(lacking, [""; 0], "ids without a row");
    let strange = |id: &&str| !id.starts_with("ev-") && !id.starts_with("own-");
    assert_eq!(seen.iter().find(|id| strange(id)), None, "an id of another kind");
}
