//! `portcullis parse --jsonl`: one JSON object per line in, one out, for linting runbooks and for tests.
//!
//! Each input stands for a session of its own. Its bytes are cut into lines by the reader that the gate uses for a
//! channel without a pty, and each line is read in the mode where the commands before it lead.
//!
//! - `input` without any line end is what `ssh gate 'command'` sends: one whole line. With a line end in it, it is what a
//!   client pipes into a shell: half a line at its end is never run, and is `framing` here.
//! - Blank lines and comments give no result: the gate answers them itself.
//! - A command that ends the session has no `mode_after`, and no line after it is read.
//! - A line that is no command leaves the mode as it was. This says how lines read, not how a batch goes: the gate
//!   itself stops a batch at its first refusal.
//! - A line that is sent in a mode above its own has a result for each step up, then its own.
//! - The lines of a block are one result, when the block ends; a block that never ends is none.
//! - `canonical` is what is sent, whole. `redacted` is what rules, records and messages show of it: without secrets and
//!   without passwords in URLs.

use std::io::{self, BufRead, Write};

use serde::Serialize;
use serde_json::ser::Serializer;
use serde_json::{Map, Value};

use super::super::ascii::Ascii;
use super::super::stdin::{Given, each_line};
use super::{Refusal, mode, platform, read_parse};
use crate::command::CanonicalCommand;
use crate::grammar::{Follow, Grammar, GrammarSet, Parse};
use crate::line::{CAPACITY, Event, Input};
use crate::terms::{Class, Code, PresentedLine};

/// The longest line of JSON that is read, in bytes.
const MAX_INPUT: usize = 1 << 20;

/// How many results one input may have.
const MAX_RESULTS: usize = 10_000;

/// What an input's own fields are answered with.
#[derive(Debug, Serialize)]
struct Answer {
    #[serde(flatten)]
    asked: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    results: Vec<Reading>,
}

/// How one line reads.
#[derive(Debug, Serialize)]
struct Reading {
    outcome: &'static str,
    /// As it was given, one character for each byte.
    line: String,
    canonical: Option<String>,
    class: Option<&'static str>,
    mode_after: Option<String>,
    redacted: Option<String>,
    candidates: Vec<String>,
    message: Option<String>,
}

/// Answers every line of `input`.
///
/// # Errors
/// When the input cannot be read or the output not be written.
pub(super) fn run(set: &GrammarSet, input: impl BufRead, mut out: impl Write) -> io::Result<()> {
    each_line(input, MAX_INPUT, |given| {
        let answer = match given {
            Given::Line(line) => answer(set, line),
            Given::TooLong => failed(Map::new(), format!("the line is longer than {MAX_INPUT} bytes")),
        };
        answer.serialize(&mut Serializer::with_formatter(&mut out, Ascii))?;
        out.write_all(b"\n")
    })?;
    out.flush()
}

fn answer(set: &GrammarSet, line: &[u8]) -> Answer {
    let mut asked = match serde_json::from_slice(line) {
        Ok(Value::Object(asked)) => asked,
        Ok(_) => return failed(Map::new(), "not a JSON object".to_owned()),
        Err(fault) => return failed(Map::new(), format!("not JSON: {fault}")),
    };
    // Answers that are asked again must not keep what was answered before.
    for own in ["error", "results"] {
        asked.shift_remove(own);
    }
    match results(set, &asked) {
        Ok(results) => Answer { asked, error: None, results },
        Err(why) => failed(asked, why),
    }
}

fn failed(asked: Map<String, Value>, why: String) -> Answer {
    Answer { asked, error: Some(why), results: Vec::new() }
}

fn results(set: &GrammarSet, asked: &Map<String, Value>) -> Result<Vec<Reading>, String> {
    let grammar = platform(set, text(asked, "platform")?.ok_or("`platform` is missing")?)?;
    let input = bytes(text(asked, "input")?.ok_or("`input` is missing")?);
    let start = mode(grammar, text(asked, "mode")?)?;
    let mut session = Session { grammar, follow: Follow::new(grammar, start) };
    for (number, line) in (1..).zip(context(asked)?) {
        session.enter(&bytes(line)).map_err(|why| format!("line {number} of `context`: {why}"))?;
    }
    session.read(&input)
}

fn text<'a>(asked: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match asked.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` is no string")),
    }
}

fn context(asked: &Map<String, Value>) -> Result<Vec<&str>, String> {
    let wrong = || "`context` is no list of strings".to_owned();
    match asked.get("context") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(lines)) => {
            lines.iter().map(|line| line.as_str().ok_or_else(wrong)).collect::<Result<_, _>>()
        }
        Some(_) => Err(wrong()),
    }
}

/// The bytes that a string stands for: `\u00XX` is the byte XX, what lies above is text.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// One session: where the lines so far lead.
struct Session<'g> {
    grammar: &'g Grammar,
    follow: Follow<'g>,
}

impl Session<'_> {
    /// Goes where `bytes` lead. What is no command leads nowhere, so nothing can be said of what comes after it.
    fn enter(&mut self, bytes: &[u8]) -> Result<(), String> {
        for reading in self.read(bytes)? {
            if reading.outcome != "command" {
                return Err(format!("{}: {}", reading.outcome, reading.message.unwrap_or_default()));
            }
        }
        if self.follow.has_ended() { Err("it ends the session".to_owned()) } else { Ok(()) }
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Vec<Reading>, String> {
        let mut input = Input::plain();
        let mut readings = Vec::new();
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let exec = !bytes.iter().any(is_end);
        for raw in bytes.split_inclusive(is_end) {
            let mut event = next(&mut input, raw);
            if exec {
                event = event.or_else(|| next(&mut input, b"\n"));
            }
            self.take(event, raw, &mut readings)?;
        }
        input.finish_input();
        let rest = bytes.rsplit(is_end).next().unwrap_or_default();
        let event = input.next_event(&mut Vec::new());
        self.take(event, rest, &mut readings)?;
        Ok(readings)
    }

    fn take(&mut self, event: Option<Event>, raw: &[u8], readings: &mut Vec<Reading>) -> Result<(), String> {
        let Some(event) = event.filter(|_| !self.follow.has_ended()) else { return Ok(()) };
        readings.extend(self.reading(event, raw));
        if readings.len() >= MAX_RESULTS {
            return Err(format!("more than {MAX_RESULTS} lines"));
        }
        Ok(())
    }

    fn reading(&mut self, event: Event, raw: &[u8]) -> Vec<Reading> {
        match event {
            Event::Line(line) => {
                let all = self.follow.line(&line);
                all.into_iter().flatten().filter_map(|parse| self.parsed(parse, &line)).collect()
            }
            // Part of a block, or nothing.
            Event::Blank => {
                self.follow.blank();
                Vec::new()
            }
            Event::Framing(fault) => vec![Reading {
                line: raw
                    .iter()
                    .filter(|byte| !matches!(byte, b'\r' | b'\n'))
                    .copied()
                    .map(char::from)
                    .collect(),
                message: Some(fault.to_string()),
                ..Reading::nothing("framing", &self.place())
            }],
            Event::Interrupt
            | Event::EndMode
            | Event::Eof
            | Event::Help(_)
            | Event::Complete(_)
            | Event::Overflow => Vec::new(),
        }
    }

    /// The mode, and the context in it behind a colon.
    fn place(&self) -> String {
        let (mode, context) = (self.follow.mode(), self.follow.context());
        if context.is_top() { mode.to_string() } else { format!("{mode}:{}", context.path()) }
    }

    fn parsed(&self, parse: Parse, line: &PresentedLine) -> Option<Reading> {
        Some(match parse {
            Parse::Nothing => return None,
            Parse::Moved(_) => Reading {
                line: line.as_str().to_owned(),
                class: Some(Class::Terminal.as_str()),
                message: Some("the context is the gate's own: nothing is sent".to_owned()),
                ..Reading::nothing("command", &self.place())
            },
            parse => match read_parse(self.grammar, parse, line) {
                Ok(command) => self.command(&command, line.as_str()),
                Err(refusal) => refused(refusal, line.as_str(), &self.place()),
            },
        })
    }

    fn command(&self, command: &CanonicalCommand, line: &str) -> Reading {
        let ends = command.ends_session();
        // A context below the mode belongs to the session as it now stands, not to a step on the way.
        let after = match command.next_mode() == self.follow.mode() {
            true => self.place(),
            false => command.next_mode().to_string(),
        };
        Reading {
            outcome: "command",
            line: line.to_owned(),
            canonical: Some(canonical(command)),
            class: Some(command.class().as_str()),
            mode_after: (!ends).then_some(after),
            redacted: Some(command.text().to_owned()),
            candidates: Vec::new(),
            message: ends.then(|| "ends the session: what follows is not read".to_owned()),
        }
    }
}

/// The whole of what would be sent: whoever asks has typed the secret.
fn canonical(command: &CanonicalCommand) -> String {
    let block = command.block().into_iter().flat_map(|block| &block.lines);
    std::iter::once(command.line()).chain(block.map(String::as_str)).collect::<Vec<_>>().join("\n")
}

impl Reading {
    fn nothing(outcome: &'static str, place: &str) -> Self {
        Self {
            outcome,
            line: String::new(),
            canonical: None,
            class: None,
            mode_after: Some(place.to_owned()),
            redacted: None,
            candidates: Vec::new(),
            message: None,
        }
    }
}

fn refused(refusal: Refusal, line: &str, place: &str) -> Reading {
    let Refusal { refusal, candidates, .. } = refusal;
    let (outcome, class) = match refusal.code {
        Code::Ambiguous => ("ambiguous", None),
        Code::Incomplete => ("incomplete", None),
        Code::Refused => ("refuse", Some("refuse")),
        _ => ("unrecognized", None),
    };
    let canonical = refusal.text.filter(|text| !text.is_empty());
    Reading {
        line: line.to_owned(),
        // Nothing of it would be recorded but a keyed hash.
        redacted: None,
        canonical,
        class,
        candidates,
        message: Some(refusal.detail).filter(|detail| !detail.is_empty()),
        ..Reading::nothing(outcome, place)
    }
}

/// What the reader makes of bytes that hold at most one line end, however many they are.
fn next(input: &mut Input, bytes: &[u8]) -> Option<Event> {
    bytes.chunks(CAPACITY).find_map(|chunk| {
        input.feed(chunk);
        input.next_event(&mut Vec::new())
    })
}
