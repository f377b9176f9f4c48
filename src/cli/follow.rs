//! Reads lines one after the other, each where those before it lead, as a session would.

use crate::command::{CanonicalCommand, ParseRefusal, canonicalize};
use crate::grammar::{Context, Grammar, Opening, Parse};
use crate::terms::{Code, Mode, PresentedLine};

/// What one line came to.
#[derive(Debug)]
pub(super) enum Came {
    /// A command, of the line or of the way to where it is read.
    Command(Box<CanonicalCommand>),
    /// The gate's own context was moved: nothing is sent.
    Moved,
    /// No command, and what may stand where it is none.
    Refused { refusal: ParseRefusal, candidates: Vec<String> },
}

/// Where a session stands.
pub(super) struct Follow<'g> {
    grammar: &'g Grammar,
    mode: Mode,
    context: Context,
    block: Option<Opening>,
    ended: bool,
}

impl<'g> Follow<'g> {
    pub(super) fn new(grammar: &'g Grammar, mode: Mode) -> Self {
        Self { grammar, mode, context: Context::default(), block: None, ended: false }
    }

    pub(super) fn mode(&self) -> &Mode {
        &self.mode
    }

    /// The mode, and the context in it behind a colon.
    pub(super) fn place(&self) -> String {
        match self.context.is_top() {
            true => self.mode.to_string(),
            false => format!("{}:{}", self.mode, self.context.path()),
        }
    }

    /// Whether a command has ended the session.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the lines that come are the text of a block.
    pub(super) fn in_block(&self) -> bool {
        self.block.is_some()
    }

    /// Reads one line. Nothing comes of a blank one, of a comment, and of what still belongs to a block.
    pub(super) fn line(&mut self, line: &PresentedLine) -> Vec<Came> {
        if let Some(opening) = self.block.take() {
            return self.block_line(opening, line);
        }
        let parse = self.grammar.parse_in(&self.mode, &self.context, line);
        if matches!(parse, Parse::Unrecognized { .. })
            && let Some((_, leaves)) = self.grammar.walk_up(&self.mode, &self.context, line)
        {
            return self.walked_up(&leaves, line);
        }
        self.parsed(parse).into_iter().collect()
    }

    fn walked_up(&mut self, leaves: &[String], line: &PresentedLine) -> Vec<Came> {
        let mut all = Vec::new();
        for leave in leaves {
            let Ok(leave) = PresentedLine::parse(leave.as_bytes()) else { return all };
            let parse = self.grammar.parse_in(&self.mode, &self.context, &leave);
            all.extend(self.parsed(parse));
        }
        let parse = self.grammar.parse_in(&self.mode, &self.context, line);
        all.extend(self.parsed(parse));
        all
    }

    fn block_line(&mut self, mut opening: Opening, line: &PresentedLine) -> Vec<Came> {
        match opening.take(line) {
            Ok(()) => self.parsed(Parse::Block(opening)).into_iter().collect(),
            Err(fault) => vec![refused(Code::Refused, fault.to_string())],
        }
    }

    fn parsed(&mut self, parse: Parse) -> Option<Came> {
        let candidates = match &parse {
            Parse::Ambiguous { candidates, .. } => candidates.clone(),
            Parse::Incomplete { expected } => expected.clone(),
            _ => Vec::new(),
        };
        let parse = match parse {
            Parse::Nothing => return None,
            Parse::Moved(context) => {
                self.context = context;
                return Some(Came::Moved);
            }
            Parse::Block(opening) if !opening.is_closed() => {
                self.block = Some(opening);
                return None;
            }
            Parse::Block(opening) => match opening.finish() {
                Ok(found) => Parse::Command(found),
                Err(fault) => return Some(refused(Code::Refused, fault.to_string())),
            },
            parse => parse,
        };
        Some(match canonicalize(self.grammar, parse) {
            Ok(command) => {
                self.ended |= command.ends_session();
                if command.changes_mode() {
                    self.context = Context::default();
                }
                self.mode = command.next_mode().clone();
                Came::Command(Box::new(command))
            }
            Err(refusal) => Came::Refused { refusal, candidates },
        })
    }
}

fn refused(code: Code, detail: String) -> Came {
    Came::Refused { refusal: ParseRefusal { code, detail, text: None }, candidates: Vec::new() }
}
