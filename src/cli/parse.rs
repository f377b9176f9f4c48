//! `portcullis parse`: how a line is read, by the very code that the gate reads it with.

mod jsonl;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::{NO, OK, TROUBLE, complain, say};
use crate::command::{CanonicalCommand, ParseRefusal, canonicalize};
use crate::grammar::{Grammar, GrammarSet, Parse};
use crate::terms::problem::printable;
use crate::terms::{Mode, PresentedLine};

/// How a line is read. Exit status 0: it is one command. 1: it is refused. 2: no such platform or mode.
#[derive(Debug, clap::Args)]
#[command(after_long_help = JSONL)]
pub(super) struct Args {
    /// Whose CLI, such as cisco_ios
    #[arg(short, long, required_unless_present = "jsonl")]
    platform: Option<String>,
    /// Where the line is typed, such as config-if; without it where a login lands
    #[arg(short, long)]
    mode: Option<String>,
    /// A folder of grammars that replace shipped ones
    #[arg(long, value_name = "DIR")]
    grammars: Option<PathBuf>,
    /// A JSON object
    #[arg(long)]
    json: bool,
    /// Many lines: JSON objects from stdin, one answer for each; see --help
    #[arg(long, conflicts_with_all = ["platform", "mode", "json", "line"])]
    jsonl: bool,
    /// The line, as one argument
    #[arg(allow_hyphen_values = true, required_unless_present = "jsonl")]
    line: Option<String>,
}

const JSONL: &str = r#"With --jsonl every line of stdin is one JSON object, of at most 1 MiB:

  {"platform": "cisco_ios", "mode": "privileged", "input": "conf t\nint gi0/1\n", "context": []}

`mode` and `context` may be left out. A character of `input` up to U+00FF is one byte, any other
is text in UTF-8. `context` holds lines typed before it: each must be a command and moves the mode.
The answer is one object on a line of its own, the same fields and

  "results": [{"outcome", "line", "canonical", "class", "mode_after", "redacted", "candidates",
               "message"}]

one for each line that the gate would have made of these bytes, read in the mode where the lines
before it lead.

  outcome     command, unrecognized, ambiguous, incomplete, refuse, or framing: no line at all
  mode_after  null once a command has ended the session: what follows it is not read
  redacted    `canonical` with the user part of URLs replaced. Today it is the same text, for no
              URL argument takes one; free text stands as it was typed

Without any line end `input` is one whole line, as in `ssh gate 'command'`. With one it is piped
input: half a line at its end is `framing`. Blank lines and comments give no result. What makes no
sense (no JSON, no such platform, a context that is no command) is answered with `error` and no
results. The exit status is 0 all the same."#;

pub(super) fn run(args: &Args) -> u8 {
    let done = if args.jsonl { many(args).map(|()| OK) } else { one(args) };
    done.unwrap_or_else(|why| {
        complain(&why);
        TROUBLE
    })
}

fn one(args: &Args) -> Result<u8, String> {
    let (text, code) = answer(args)?;
    say(&text);
    Ok(code)
}

fn many(args: &Args) -> Result<(), String> {
    let set = grammars(args.grammars.as_deref())?;
    match jsonl::run(&set, io::stdin().lock(), io::BufWriter::new(io::stdout().lock())) {
        // A reader that went away is no error.
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => Err(format!("stdin or stdout: {fault}")),
        _ => Ok(()),
    }
}

/// A reading that failed, with where to point at.
struct Refusal {
    refusal: ParseRefusal,
    column: Option<usize>,
    candidates: Vec<String>,
}

fn answer(args: &Args) -> Result<(String, u8), String> {
    let set = grammars(args.grammars.as_deref())?;
    let grammar = platform(&set, args.platform.as_deref().unwrap_or_default())?;
    let mode = mode(grammar, args.mode.as_deref())?;
    let line = args.line.as_deref().unwrap_or_default();
    Ok(match read(grammar, &mode, line) {
        Ok(command) if args.json => (command_json(&command).to_string(), OK),
        Ok(command) => (command_text(&command), OK),
        Err(refusal) if args.json => (refusal_json(&refusal).to_string(), NO),
        Err(refusal) => (refusal_text(&refusal, line), NO),
    })
}

/// The shipped grammars, with those of `dir` in place of their own.
pub(super) fn grammars(dir: Option<&Path>) -> Result<GrammarSet, String> {
    dir.map_or_else(GrammarSet::shipped, GrammarSet::load)
        .map_err(|problems| format!("the grammars cannot be read\n{problems}"))
}

/// The grammar of a platform, or which there are.
pub(super) fn platform<'s>(set: &'s GrammarSet, name: &str) -> Result<&'s Arc<Grammar>, String> {
    let found = name.parse().ok().and_then(|platform| set.get(&platform));
    found.ok_or_else(|| {
        format!("no grammar reads `{}`; platforms: {}", printable(name), listed(set.platforms()))
    })
}

/// A mode by its name, or where a login lands; or which there are.
pub(super) fn mode(grammar: &Grammar, name: Option<&str>) -> Result<Mode, String> {
    let found = match name {
        Some(name) => name.parse().ok().filter(|mode| grammar.has_mode(mode)),
        None => grammar.facts().start.first().cloned(),
    };
    found.ok_or_else(|| {
        let asked = printable(name.unwrap_or_default());
        format!("{} has no mode `{asked}`; modes: {}", grammar.platform(), listed(grammar.modes()))
    })
}

fn listed<T: ToString>(names: impl Iterator<Item = T>) -> String {
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

fn read(grammar: &Grammar, mode: &Mode, text: &str) -> Result<CanonicalCommand, Refusal> {
    let line = PresentedLine::parse(text.as_bytes()).map_err(|fault| Refusal {
        refusal: ParseRefusal { code: fault.code(), detail: fault.to_string(), text: None },
        column: None,
        candidates: Vec::new(),
    })?;
    read_parse(grammar, grammar.parse(mode, &line), &line)
}

/// What a parse of `line` comes to.
fn read_parse(grammar: &Grammar, parse: Parse, line: &PresentedLine) -> Result<CanonicalCommand, Refusal> {
    let (column, candidates) = match &parse {
        Parse::Unrecognized { column } => (Some(*column), Vec::new()),
        Parse::Ambiguous { column, candidates } => (Some(*column), candidates.clone()),
        Parse::Incomplete { expected } => (Some(line.as_str().len().saturating_add(1)), expected.clone()),
        Parse::Command(_) | Parse::Block(_) | Parse::Moved(_) | Parse::Refused { .. } | Parse::Nothing => {
            (None, Vec::new())
        }
    };
    canonicalize(grammar, parse).map_err(|refusal| Refusal { refusal, column, candidates })
}

fn command_text(command: &CanonicalCommand) -> String {
    let next = if command.ends_session() {
        "ends the session".to_owned()
    } else if command.changes_mode() {
        command.next_mode().to_string()
    } else {
        format!("{} (stays)", command.next_mode())
    };
    let mut rows = vec![
        row("canonical", command.text()),
        row("leaf", command.leaf()),
        row("class", command.class().as_str()),
        row("mode", command.mode().as_str()),
        row("next mode", &next),
    ];
    rows.extend(
        command.arguments().iter().map(|own| row("argument", &format!("{} = {}", own.kind, own.value))),
    );
    rows.extend(command.stages().iter().map(|own| row("stage", &format!("{} : {}", own.leaf, own.class))));
    rows.extend(command.answers().iter().map(|own| {
        row("question", &format!("`{}` is answered with `{}`", own.question, printable(&own.reply)))
    }));
    rows.join("\n")
}

fn row(name: &str, value: &str) -> String {
    format!("{name:<10} {}", printable(value))
}

fn refusal_text(refusal: &Refusal, line: &str) -> String {
    let own = &refusal.refusal;
    let mut rows = vec![row("refused", own.code.as_str()), row("because", own.code.sentence())];
    if !own.detail.is_empty() {
        rows.push(row("detail", &own.detail));
    }
    if let Some(text) = &own.text {
        rows.push(row("canonical", text));
    }
    if let Some(column) = refusal.column {
        let before = column.saturating_sub(1);
        rows.push(format!("    {}\n    {:before$}^", printable(line), ""));
    }
    rows.join("\n")
}

fn command_json(command: &CanonicalCommand) -> Value {
    let arguments: Vec<Value> =
        command.arguments().iter().map(|own| json!({"type": &*own.kind, "value": own.value})).collect();
    let stages: Vec<Value> =
        command.stages().iter().map(|own| json!({"leaf": &*own.leaf, "class": own.class.as_str()})).collect();
    let answers: Vec<Value> = command
        .answers()
        .iter()
        .map(|own| json!({"question": &*own.question, "reply": &*own.reply}))
        .collect();
    json!({
        "parsed": true,
        "platform": command.platform().as_str(),
        "mode": command.mode().as_str(),
        "canonical": command.text(),
        "leaf": &**command.leaf(),
        "class": command.class().as_str(),
        "negated": command.negated(),
        "arguments": arguments,
        "stages": stages,
        "answers": answers,
        "next_mode": command.next_mode().as_str(),
        "ends_session": command.ends_session(),
    })
}

fn refusal_json(refusal: &Refusal) -> Value {
    json!({
        "parsed": false,
        "code": refusal.refusal.code.as_str(),
        "detail": refusal.refusal.detail,
        "canonical": refusal.refusal.text,
        "column": refusal.column,
        "candidates": refusal.candidates,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(platform: &str, mode: Option<&str>, line: &str, json: bool) -> Result<(String, u8), String> {
        answer(&Args {
            platform: Some(platform.to_owned()),
            mode: mode.map(str::to_owned),
            grammars: None,
            json,
            jsonl: false,
            line: Some(line.to_owned()),
        })
    }

    #[test]
    fn a_command_is_shown_with_all_that_is_known_of_it() {
        let (text, code) = ask("cisco_ios", Some("config"), "int gi0/1", false).expect("read");
        assert_eq!(code, OK);
        assert_eq!(
            text,
            "canonical  interface GigabitEthernet0/1\nleaf       interface IFNAME\nclass      config\n\
             mode       config\nnext mode  config-if\nargument   IFNAME = GigabitEthernet0/1"
        );
        let (text, _) = ask("cisco_ios", None, "sh run | redirect flash:x", false).expect("read");
        assert!(text.contains("class      write.pipe\n"), "{text}");
        assert!(text.contains("next mode  privileged (stays)\n"), "{text}");
        assert!(text.ends_with("stage      redirect URL : write.pipe"), "{text}");
        let (text, _) = ask("cisco_ios", None, "relo", false).expect("read");
        assert!(text.ends_with("question   `[confirm]` is answered with `\\n`"), "{text}");
    }

    #[test]
    fn a_refusal_is_shown_with_its_code_and_place() {
        let shown = |mode, line| {
            let (text, code) = ask("cisco_ios", mode, line, false).expect("read");
            assert_eq!(code, NO, "{line}");
            text
        };
        let text = shown(None, "show version x");
        assert!(text.starts_with("refused    UNRECOGNIZED\n"), "{text}");
        assert!(text.ends_with("    show version x\n                 ^"), "{text}");
        let text = shown(None, "rel");
        assert!(text.contains("release or reload") && text.ends_with("    rel\n    ^"), "{text}");
        assert!(shown(None, "show").ends_with("    show\n        ^"));
        let text = shown(None, "wr er");
        assert!(
            text.starts_with("refused    REFUSED\n") && text.ends_with("canonical  write erase"),
            "{text}"
        );
        assert!(shown(None, "show\x1b[2J").starts_with("refused    FRAMING\n"));
    }

    #[test]
    fn json_says_the_same() {
        let of = |line| {
            let (text, _) = ask("frr", Some("privileged"), line, true).expect("read");
            serde_json::from_str::<Value>(&text).expect("json")
        };
        let read = of("sh ver | include x");
        assert_eq!(read["canonical"], "show version | include x");
        assert_eq!(read["stages"][0]["class"], "filter");
        let refused = of("sh ip ospf ro");
        assert_eq!((&refused["code"], &refused["column"]), (&json!("AMBIGUOUS"), &json!(12)));
        assert_eq!(refused["candidates"], json!(["route", "router-info"]));
    }

    #[test]
    fn what_does_not_exist_is_named_with_what_does() {
        assert_eq!(
            ask("ios", None, "x", false),
            Err("no grammar reads `ios`; platforms: arista_eos, cisco_ios, cisco_nxos, cisco_xr, frr, juniper_junos"
                .to_owned())
        );
        let fault = ask("frr", Some("conf\x07"), "x", false).expect_err("no such mode");
        assert!(fault.starts_with("frr has no mode `conf\\u{7}`; modes: config, config-babel, "), "{fault}");
    }
}
