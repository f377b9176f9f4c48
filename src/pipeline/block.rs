//! Blocks: text that belongs to a command. It is collected here and judged as a whole, before the device hears of it.

use super::run::{Flow, Session, tell};
use super::terminal::{Gone, Terminal};
use crate::authz::Denial;
use crate::grammar::{BlockFault, Opening};
use crate::line::Event;
use crate::terms::Code;

const DROPPED: &str = "% portcullis: the block was dropped, nothing was sent";

impl Session {
    /// The first line of a block was typed.
    pub(super) async fn block_opened(&mut self, terminal: &mut Terminal, opening: Opening) -> Flow {
        if opening.is_closed() {
            return self.block_closed(terminal, opening).await;
        }
        let hint = match opening.prompts() {
            true => Flow::Next,
            false => tell(terminal, &[opening.state()]).await,
        };
        self.block = Some(Box::new(opening));
        hint
    }

    /// Something was typed while a block is open. Nothing of it is a command.
    pub(super) async fn block_event(
        &mut self,
        terminal: &mut Terminal,
        mut opening: Opening,
        event: Event,
    ) -> Flow {
        let taken = match event {
            Event::Line(line) => opening.take(&line),
            Event::Blank => opening.take_blank(),
            Event::Interrupt | Event::EndMode => return tell(terminal, &[DROPPED]).await,
            Event::Help(_) | Event::Complete(_) => Ok(()),
            Event::Framing(fault) => return self.framing(terminal, fault).await,
            Event::Overflow => return Flow::End(Code::Framing),
            Event::Eof => {
                let why = format!("the block of `{}` has no end", opening.text());
                return match self.block_refused(terminal, Code::Incomplete, why).await {
                    Flow::Next => Flow::End(Code::ClientExit),
                    end @ Flow::End(_) => end,
                };
            }
        };
        match taken {
            Err(fault) => self.block_fault(terminal, fault).await,
            Ok(()) if opening.is_closed() => self.block_closed(terminal, opening).await,
            Ok(()) => {
                self.block = Some(Box::new(opening));
                Flow::Next
            }
        }
    }

    async fn block_closed(&mut self, terminal: &mut Terminal, opening: Opening) -> Flow {
        match self.judge_block(opening) {
            Ok(ruled) => self.ruled(terminal, *ruled).await,
            Err(fault) => self.block_fault(terminal, fault).await,
        }
    }

    async fn block_fault(&mut self, terminal: &mut Terminal, fault: BlockFault) -> Flow {
        self.block_refused(terminal, Code::Refused, fault.to_string()).await
    }

    async fn block_refused(&mut self, terminal: &mut Terminal, code: Code, detail: String) -> Flow {
        let denial = Denial { code, detail, rules: Vec::new(), command: None };
        let facts = self.facts_without_command();
        self.refuse(terminal, denial, facts).await
    }

    /// The device's prompt; in a block the one that the device would show, or none.
    pub(super) fn prompt_text(&self) -> String {
        match &self.block {
            None => self.device.prompt().to_owned(),
            Some(opening) if opening.prompts() => format!("{}{}", self.device.name(), opening.state()),
            Some(_) => String::new(),
        }
    }

    /// Shows a prompt, below the context where the mode has one.
    pub(super) async fn show_prompt(&mut self, terminal: &mut Terminal, prompt: &str) -> Result<(), Gone> {
        let banner = self.grammar.banner_in(self.device.mode(), &self.context);
        if let Some(banner) = banner.filter(|_| self.block.is_none() && !terminal.is_exec()) {
            terminal.say("").await?;
            terminal.say(&banner).await?;
        }
        terminal.prompt(prompt).await
    }
}
