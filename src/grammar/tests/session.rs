//! What lines come to, in short.

use super::*;

/// `canonical : class`, `> mode` where it changes.
pub(super) fn shown(command: &CanonicalCommand) -> String {
    let mut shown = format!("{} : {}", command.text().replace('\n', "\\n"), command.class());
    if command.changes_mode() {
        shown.push_str(&format!(" > {}", command.next_mode()));
    }
    shown
}

/// What a parse comes to: a command, or the code that refuses it in small letters.
pub(super) fn told(grammar: &Grammar, parse: Parse) -> Result<CanonicalCommand, String> {
    canonicalize(grammar, parse).map_err(|refusal| refusal.code.as_str().to_ascii_lowercase())
}

/// What a few lines come to, with ` && ` between them.
pub(super) fn says(grammar: &Grammar, in_mode: &str, lines: &str) -> String {
    let mut follow = Follow::new(grammar, mode(in_mode));
    let mut all = Vec::new();
    for line in lines.split('\n') {
        let line = PresentedLine::parse(line.as_bytes()).expect("printable");
        for came in follow.line(&line) {
            all.extend(match came {
                None => None,
                Some(Parse::Moved(context)) => Some(format!("[{}]", context.path())),
                Some(Parse::Nothing) => Some("nothing".to_owned()),
                Some(parse) => Some(told(grammar, parse).map_or_else(|code| code, |command| shown(&command))),
            });
        }
    }
    all.join(" && ")
}
