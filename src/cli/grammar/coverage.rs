//! `portcullis grammar coverage`: which share of real lines a grammar reads.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::super::ascii::ascii;
use super::super::parse::{grammars, mode, platform};
use super::super::stdin::{Given, each_line};
use super::super::{NO, OK, table_text};
use super::table;
use crate::command::canonicalize;
use crate::grammar::{Follow, Grammar, Parse};
use crate::terms::line::MAX_LINE;
use crate::terms::problem::printable;
use crate::terms::{Class, Code, Framing, Mode, PresentedLine};

/// Say which share of the lines on stdin a grammar reads. Blank lines and comments do not count. Exit status 0: all of
/// them. 1: not all, or there are none. 2: no such platform or mode.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Whose CLI, such as cisco_ios
    #[arg(short, long)]
    platform: String,
    /// Where the lines are typed, such as config-if; without it where a login lands
    #[arg(short, long)]
    mode: Option<String>,
    /// Read each line in the mode where the lines before it lead, instead of all in one mode
    #[arg(long)]
    follow: bool,
    /// A folder of grammars that replace shipped ones
    #[arg(long, value_name = "DIR")]
    grammars: Option<PathBuf>,
    /// How many lines that are not read to list
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16))]
    list: u16,
    /// A JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn answer(args: &Args, input: impl BufRead) -> Result<(String, u8), String> {
    let set = grammars(args.grammars.as_deref())?;
    let grammar = platform(&set, &args.platform)?;
    let start = mode(grammar, args.mode.as_deref())?;
    let session = Follow::new(grammar, start.clone());
    let mut reader = Reader { grammar, mode: start, follow: args.follow, session };
    let mut found = Coverage { list: usize::from(args.list), ..Coverage::default() };
    let mut number = 0u64;
    each_line(input, MAX_LINE.saturating_add(1), |given| {
        number = number.saturating_add(1);
        if let Some(read) = reader.read(&given) {
            found.add(number, read);
        }
        Ok(())
    })
    .map_err(|fault| format!("stdin: {fault}"))?;
    let text = if args.json { ascii(&found.json(&reader)) } else { found.text() };
    let all = found.lines > 0 && found.parsed() == found.lines;
    Ok((text, if all { OK } else { NO }))
}

/// How much of a line is shown in a table.
const SHOWN: usize = 160;

/// How lines are read, one after the other.
struct Reader<'g> {
    grammar: &'g Grammar,
    mode: Mode,
    follow: bool,
    session: Follow<'g>,
}

/// A line that is no command.
#[derive(Debug)]
struct Unread {
    mode: Mode,
    code: Code,
    detail: String,
    text: String,
}

impl Reader<'_> {
    /// `None` for what is nothing: blank, or a comment.
    fn read(&mut self, given: &Given<'_>) -> Option<Result<Class, Unread>> {
        let bytes = match given {
            Given::Line(bytes) => bytes.strip_suffix(b"\r").unwrap_or(bytes),
            Given::TooLong => return Some(Err(self.unread(Framing::TooLong.code(), &Framing::TooLong, b""))),
        };
        let line = match PresentedLine::parse(bytes) {
            Ok(line) => line,
            Err(fault) => return Some(Err(self.unread(fault.code(), &fault, bytes))),
        };
        if !self.follow {
            self.session = Follow::new(self.grammar, self.mode.clone());
        }
        if line.is_blank() {
            self.session.blank();
            return None;
        }
        let parse = match self.session.line(&line).pop()? {
            Some(Parse::Nothing) => return None,
            // A line of a block, or the one that opens it.
            None => return Some(Ok(Class::Config)),
            Some(Parse::Moved(_)) => return Some(Ok(Class::Terminal)),
            Some(parse) => parse,
        };
        Some(match canonicalize(self.grammar, parse) {
            Ok(command) => Ok(command.class()),
            // Understood: its class says that it is never forwarded.
            Err(refusal) if refusal.code == Code::Refused => Ok(Class::Refuse),
            Err(refusal) => Err(self.unread(refusal.code, &refusal.detail, bytes)),
        })
    }

    fn unread(&self, code: Code, detail: &dyn std::fmt::Display, bytes: &[u8]) -> Unread {
        let text = String::from_utf8_lossy(bytes).into_owned();
        Unread { mode: self.session.mode().clone(), code, detail: detail.to_string(), text }
    }
}

#[derive(Debug, Default)]
struct Coverage {
    lines: u64,
    classes: BTreeMap<Class, u64>,
    /// The first of them, each with the number of its line.
    unread: Vec<(u64, Unread)>,
    /// How many of them are kept.
    list: usize,
}

impl Coverage {
    fn add(&mut self, number: u64, read: Result<Class, Unread>) {
        self.lines = self.lines.saturating_add(1);
        match read {
            Ok(class) => {
                let count = self.classes.entry(class).or_default();
                *count = count.saturating_add(1);
            }
            Err(unread) if self.unread.len() < self.list => self.unread.push((number, unread)),
            Err(_) => {}
        }
    }

    fn parsed(&self) -> u64 {
        self.classes.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many lines are neither read nor listed.
    fn unlisted(&self) -> u64 {
        let listed = u64::try_from(self.unread.len()).unwrap_or(u64::MAX);
        self.lines.saturating_sub(self.parsed()).saturating_sub(listed)
    }

    fn text(&self) -> String {
        let mut parts = vec![format!(
            "{} of {} lines are read: {}",
            self.parsed(),
            self.lines,
            percent(self.parsed(), self.lines)
        )];
        if !self.classes.is_empty() {
            let mut classes = table(&["class", "lines", "share"]);
            for (class, count) in &self.classes {
                classes.add_row([class.to_string(), count.to_string(), percent(*count, self.lines)]);
            }
            parts.push(table_text(&classes));
        }
        if !self.unread.is_empty() {
            let mut unread = table(&["line", "mode", "not read", "because", "text"]);
            for (number, own) in &self.unread {
                unread.add_row([
                    number.to_string(),
                    own.mode.to_string(),
                    own.code.as_str().to_owned(),
                    printable(&own.detail),
                    shown(&own.text),
                ]);
            }
            parts.push(table_text(&unread));
        }
        if self.unlisted() > 0 {
            parts.push(format!("and {} more that are not read; --list shows more of them", self.unlisted()));
        }
        parts.join("\n\n")
    }

    fn json(&self, reader: &Reader<'_>) -> Value {
        let classes: Map<String, Value> =
            self.classes.iter().map(|(class, count)| (class.to_string(), json!(count))).collect();
        let unread: Vec<Value> = self
            .unread
            .iter()
            .map(|(number, own)| {
                json!({
                    "line": number,
                    "mode": own.mode.as_str(),
                    "code": own.code.as_str(),
                    "detail": own.detail,
                    "text": own.text,
                })
            })
            .collect();
        json!({
            "platform": reader.grammar.platform().as_str(),
            "lines": self.lines,
            "parsed": self.parsed(),
            "share": share(self.parsed(), self.lines),
            "classes": classes,
            "unparsed": unread,
            "unlisted": self.unlisted(),
        })
    }
}

/// The beginning of a line, for a table.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(SHOWN).collect();
    let more = if start.len() < text.len() { "..." } else { "" };
    format!("{}{more}", printable(&start))
}

#[expect(clippy::cast_precision_loss, reason = "a share for people, of fewer lines than 2^52")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Rounded down: 100 % is all of them.
fn percent(part: u64, whole: u64) -> String {
    let tenths = part.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
