//! What must hold of any bytes, one function for each target. The fuzzer runs them on bytes that it makes up, the
//! integration tests on those in `corpus/`.

use std::sync::LazyLock;

use portcullis::command::canonicalize;
use portcullis::grammar::{Form, Grammar, GrammarSet};
use portcullis::line::{CAPACITY, Event, Input};
use portcullis::terms::PresentedLine;

static GRAMMARS: LazyLock<GrammarSet> =
    LazyLock::new(|| GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}")));

/// More than this for one event would be an amplifier.
const MAX_ECHO: usize = 1 << 20;

/// A file of any text compiles, or there are problems that can be shown on a terminal.
pub fn grammar_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match GrammarSet::of_text("fuzz.grammar", text) {
        Ok(set) => {
            set.iter().for_each(|grammar| any_line(grammar, &PresentedLine::parse(b"show x").expect("line")))
        }
        Err(problems) => {
            assert!(!problems.as_slice().is_empty());
            let shown = problems.to_string();
            assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
        }
    }
}

/// Any line, in every mode of every shipped platform: what comes out is printable, within bounds, and its own canonical
/// form where nothing in it is hidden.
pub fn parse_line(bytes: &[u8]) {
    let Ok(line) = PresentedLine::parse(bytes) else { return };
    for grammar in GRAMMARS.iter() {
        any_line(grammar, &line);
    }
}

fn any_line(grammar: &Grammar, line: &PresentedLine) {
    for mode in grammar.modes() {
        let Ok(command) = canonicalize(grammar, grammar.parse(mode, line)) else { continue };
        assert!(command.line().len() <= grammar.facts().max_line);
        let text = PresentedLine::parse(command.line().as_bytes()).expect("what is sent is printable");
        // A command may be sent as another text, which then is one that can be typed as well, or is none.
        let Ok(again) = canonicalize(grammar, grammar.parse(mode, &text)) else {
            assert!(is_renamed(line, command.line()), "{}", command.line());
            continue;
        };
        assert_eq!((again.class(), again.next_mode()), (command.class(), command.next_mode()));
        assert_eq!(again.line(), command.line());
    }
}

/// Whether a line is not what was typed, word by word.
fn is_renamed(line: &PresentedLine, sent: &str) -> bool {
    line.as_str().split_whitespace().count() < sent.split(' ').count()
}

/// Any bytes, in two pieces, typed with a pty and read without one: it ends, what is echoed is bounded, and how the
/// bytes were cut does not change what is read where no interrupt is stored ahead.
pub fn line_editor(bytes: &[u8]) {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    let (head, tail) = bytes.split_at(usize::from(*cut).min(bytes.len()));
    let typed = |chunks: &[&[u8]]| events(Input::pty(80, 24), chunks);
    let read = |chunks: &[&[u8]]| events(Input::plain(), chunks);
    let one_piece = typed(&[bytes]);
    let two_pieces = typed(&[head, tail]);
    // A ^C drops what is stored before it, and how much that is depends on the cut.
    if !bytes.contains(&3) && bytes.len() < CAPACITY {
        assert_eq!(one_piece, two_pieces);
        assert_eq!(read(&[bytes]), read(&[head, tail]));
    }
}

fn events(mut input: Input, chunks: &[&[u8]]) -> Vec<Event> {
    let (mut found, mut echo) = (Vec::new(), Vec::new());
    let mut drain = |input: &mut Input| {
        while let Some(event) = input.next_event(&mut echo) {
            if matches!(event, Event::Help(_) | Event::Complete(_)) {
                input.redraw(&mut echo);
            }
            assert!(echo.len() <= MAX_ECHO);
            echo.clear();
            found.push(event);
        }
    };
    for chunk in chunks {
        input.feed(chunk);
        drain(&mut input);
    }
    input.finish_input();
    drain(&mut input);
    assert_eq!(found.last(), Some(&Event::Eof));
    found
}

/// Any text as a prompt, against every shipped form and against the form in its first line: it is of one mode's form
/// only if it begins and ends as that form does, and no name in it brings brackets or marks of its own.
pub fn prompt(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (own, text) = text.split_once('\n').unwrap_or(("", &text));
    for (_, form, _) in GRAMMARS.iter().flat_map(|grammar| grammar.mode_facts()) {
        let shown: Vec<String> = form.texts().collect();
        one_prompt(form, &shown.iter().map(String::as_str).collect::<Vec<_>>(), text);
    }
    // More names than a device ever shows are only more work.
    if own.matches("{}").count() <= 4 {
        one_prompt(&Form::new(&[own]), &[own], text);
    }
}

/// `patterns`: the texts that the form is made of.
fn one_prompt(form: &Form, patterns: &[&str], text: &str) {
    for pattern in patterns {
        let named = pattern.replace("{}", "a-1/2.3");
        assert!(form.is(&named), "{named:?} is of the form {pattern:?}");
    }
    let fits = |pattern: &&&str| {
        let (first, last) = (pattern.split("{}").next(), pattern.rsplit("{}").next());
        marks(text) == marks(pattern)
            && text.starts_with(first.unwrap_or_default())
            && text.ends_with(last.unwrap_or_default())
    };
    assert!(
        !form.is(text) || patterns.iter().any(|pattern| fits(&pattern)),
        "{text:?} is of the form {patterns:?}"
    );
}

/// What no name in a prompt may bring.
fn marks(text: &str) -> String {
    text.chars().filter(|c| "()[]#>$% \r\n\u{1b}".contains(*c)).collect()
}
