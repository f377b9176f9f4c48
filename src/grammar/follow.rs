//! Lines read one after the other, each where those before it lead, as a session would have them. No device is asked:
//! every command is taken to succeed.

use super::{BlockFault, Context, Grammar, Opening, Parse};
use crate::terms::{Mode, PresentedLine};

/// Where a session stands.
#[derive(Debug)]
pub struct Follow<'g> {
    grammar: &'g Grammar,
    mode: Mode,
    context: Context,
    block: Option<Opening>,
    walks_up: bool,
    ended: bool,
}

impl<'g> Follow<'g> {
    /// A session in a mode, in no context.
    #[must_use]
    pub fn new(grammar: &'g Grammar, mode: Mode) -> Self {
        Self { grammar, mode, context: Context::default(), block: None, walks_up: true, ended: false }
    }

    /// The same, where no line is read in a mode above its own.
    #[must_use]
    pub fn without_walking_up(self) -> Self {
        Self { walks_up: false, ..self }
    }

    /// The mode that the commands so far lead to.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// The context in it.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether a command has ended the session.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Reads one line. Nothing comes of a line while its block is not whole; more than one thing of a line that is read in
    /// a mode above: each step there, then itself.
    pub fn line(&mut self, line: &PresentedLine) -> Vec<Option<Parse>> {
        if let Some(mut opening) = self.block.take() {
            let taken = opening.take(line);
            return vec![self.block_line(opening, taken)];
        }
        let parse = self.grammar.parse_in(&self.mode, &self.context, line);
        let above = match parse {
            Parse::Unrecognized { .. } if self.walks_up => {
                self.grammar.walk_up(&self.mode, &self.context, line)
            }
            _ => None,
        };
        let Some((_, leaves)) = above else { return vec![self.read(parse)] };
        let leaves = leaves.iter().filter_map(|leave| PresentedLine::parse(leave.as_bytes()).ok());
        let lines: Vec<PresentedLine> = leaves.chain([line.clone()]).collect();
        let here = |line| {
            let parse = self.grammar.parse_in(&self.mode, &self.context, line);
            self.read(parse)
        };
        lines.iter().map(here).collect()
    }

    /// An empty line is part of a block, and nothing else.
    pub fn blank(&mut self) -> Option<Parse> {
        let Some(mut opening) = self.block.take() else { return Some(Parse::Nothing) };
        let taken = opening.take_blank();
        self.block_line(opening, taken)
    }

    fn block_line(&mut self, opening: Opening, taken: Result<(), BlockFault>) -> Option<Parse> {
        match taken {
            Ok(()) => self.read(Parse::Block(opening)),
            Err(fault) => Some(fault.into()),
        }
    }

    fn read(&mut self, parse: Parse) -> Option<Parse> {
        match parse {
            Parse::Moved(context) => {
                self.context = context.clone();
                Some(Parse::Moved(context))
            }
            Parse::Block(opening) if !opening.is_closed() => {
                self.block = Some(opening);
                None
            }
            Parse::Block(opening) => {
                let parse = opening.finish().map_or_else(Parse::from, Parse::Command);
                self.read(parse)
            }
            Parse::Command(found) => {
                self.ended |= found.close;
                if found.next != self.mode {
                    self.context = Context::default();
                    self.mode = found.next.clone();
                }
                Some(Parse::Command(found))
            }
            parse => Some(parse),
        }
    }
}

/// A block that cannot be one is refused.
impl From<BlockFault> for Parse {
    fn from(fault: BlockFault) -> Self {
        Parse::Refused { text: String::new(), why: fault.to_string() }
    }
}
