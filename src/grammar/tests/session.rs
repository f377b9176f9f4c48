//! Lines read one after the other, each where those before it lead: what `cli` does for people, small.

use super::*;
use crate::command::ParseRefusal;

/// What one line came to.
pub(super) enum Came {
    /// A command, of the line or of the way to where it is read.
    Command(Box<CanonicalCommand>),
    /// The context was moved, to this path.
    Moved(String),
    /// A line of a block that is not whole yet, or nothing at all.
    Waits,
    Nothing,
    Refused(ParseRefusal),
}

/// Where a session stands.
pub(super) struct Session<'g> {
    grammar: &'g Grammar,
    pub(super) mode: Mode,
    context: Context,
    block: Option<Opening>,
}

impl<'g> Session<'g> {
    pub(super) fn new(grammar: &'g Grammar, mode: Mode) -> Self {
        Self { grammar, mode, context: Context::default(), block: None }
    }

    pub(super) fn line(&mut self, line: &PresentedLine) -> Vec<Came> {
        if let Some(mut opening) = self.block.take() {
            return match opening.take(line) {
                Ok(()) => vec![self.parsed(Parse::Block(opening))],
                Err(fault) => vec![refused(&fault)],
            };
        }
        let parse = self.grammar.parse_in(&self.mode, &self.context, line);
        let up = match parse {
            Parse::Unrecognized { .. } => self.grammar.walk_up(&self.mode, &self.context, line),
            _ => None,
        };
        let Some((_, leaves)) = up else { return vec![self.parsed(parse)] };
        let leaves = leaves.iter().map(|leave| PresentedLine::parse(leave.as_bytes()).expect("a way out"));
        let lines: Vec<PresentedLine> = leaves.chain([line.clone()]).collect();
        lines
            .iter()
            .map(|line| {
                let parse = self.grammar.parse_in(&self.mode, &self.context, line);
                self.parsed(parse)
            })
            .collect()
    }

    /// An empty line is part of a block, and nothing else.
    pub(super) fn blank(&mut self) -> Came {
        let Some(mut opening) = self.block.take() else { return Came::Nothing };
        match opening.take_blank() {
            Ok(()) => self.parsed(Parse::Block(opening)),
            Err(fault) => refused(&fault),
        }
    }

    fn parsed(&mut self, parse: Parse) -> Came {
        let parse = match parse {
            Parse::Nothing => return Came::Nothing,
            Parse::Moved(context) => {
                self.context = context;
                return Came::Moved(self.context.path().to_owned());
            }
            Parse::Block(opening) if !opening.is_closed() => {
                self.block = Some(opening);
                return Came::Waits;
            }
            Parse::Block(opening) => match opening.finish() {
                Ok(found) => Parse::Command(found),
                Err(fault) => return refused(&fault),
            },
            parse => parse,
        };
        match canonicalize(self.grammar, parse) {
            Ok(command) => {
                if command.changes_mode() {
                    self.context = Context::default();
                }
                self.mode = command.next_mode().clone();
                Came::Command(Box::new(command))
            }
            Err(refusal) => Came::Refused(refusal),
        }
    }
}

fn refused(fault: &BlockFault) -> Came {
    Came::Refused(ParseRefusal { code: Code::Refused, detail: fault.to_string(), text: None })
}

/// `canonical : class`, `> mode` where it changes.
pub(super) fn shown(command: &CanonicalCommand) -> String {
    let mut shown = format!("{} : {}", command.text().replace('\n', "\\n"), command.class());
    if command.changes_mode() {
        shown.push_str(&format!(" > {}", command.next_mode()));
    }
    shown
}

/// What a few lines come to, with ` && ` between them.
pub(super) fn says(grammar: &Grammar, in_mode: &str, lines: &str) -> String {
    let mut session = Session::new(grammar, mode(in_mode));
    let mut all = Vec::new();
    for line in lines.split('\n') {
        let line = PresentedLine::parse(line.as_bytes()).expect("printable");
        all.extend(session.line(&line).into_iter().filter_map(|came| match came {
            Came::Command(command) => Some(shown(&command)),
            Came::Moved(path) => Some(format!("[{path}]")),
            Came::Waits => None,
            Came::Nothing => Some("nothing".to_owned()),
            Came::Refused(refusal) => Some(refusal.code.as_str().to_ascii_lowercase()),
        }));
    }
    all.join(" && ")
}
