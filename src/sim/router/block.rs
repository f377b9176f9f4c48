//! Blocks: lines that are text and no commands, until one ends them.

use super::Router;
use crate::sim::parse::Parsed;
use crate::sim::state::Edit;

/// A block that is open.
#[derive(Debug)]
pub(super) struct Block {
    until: Until,
    lines: Vec<String>,
}

#[derive(Debug)]
enum Until {
    /// A banner, up to that text anywhere in a line.
    Delimiter(String),
    /// A banner, up to that line.
    Line(&'static str),
    /// The route policy of that name, up to `end-policy`.
    Policy(String),
    /// The certificate of that name, up to `quit`.
    Certificate(String),
}

impl Block {
    /// Whether its lines are asked for without a prompt.
    pub(super) fn is_text(&self) -> bool {
        !matches!(self.until, Until::Policy(_) | Until::Certificate(_))
    }
}

impl Router {
    /// `banner motd ...`; `text` is what follows, if the delimiter stands there.
    pub(super) fn banner(&mut self, text: Option<&String>) -> Result<String, String> {
        if self.machine.behaviour().openers_fail {
            return Err(self.complaint(&Parsed::Invalid(0), ""));
        }
        let Some(text) = text.filter(|_| self.cli.keys.delimiter) else {
            self.block = Some(Block { until: Until::Line("EOF"), lines: Vec::new() });
            return Ok(self.cli.texts.block.to_owned());
        };
        let size = if text.starts_with("^C") { 2 } else { text.chars().next().map_or(0, char::len_utf8) };
        let (delimiter, first) = text.split_at(size);
        if let Some((whole, _)) = first.split_once(delimiter) {
            self.edit_configuration(Edit::Banner(Some(format!("{whole}\n"))));
            return Ok(String::new());
        }
        let lines = if first.is_empty() { Vec::new() } else { vec![first.to_owned()] };
        self.block = Some(Block { until: Until::Delimiter(delimiter.to_owned()), lines });
        Ok(self.cli.texts.block.replace("{}", delimiter))
    }

    /// `route-policy NAME`.
    pub(super) fn policy(&mut self, name: &str) -> Result<String, String> {
        if self.machine.behaviour().openers_fail {
            return Err(self.complaint(&Parsed::Invalid(0), ""));
        }
        self.back_to(1);
        Ok(self.prompted("config-rpl", name, Until::Policy(name.to_owned())))
    }

    /// `certificate ca 01` and its like.
    pub(super) fn certificate(&mut self, name: &str) -> Result<String, String> {
        if self.machine.behaviour().openers_fail {
            return Err(self.complaint(&Parsed::Invalid(0), ""));
        }
        let prompt = self.prompted("config-pubkey", name, Until::Certificate(name.to_owned()));
        Ok(format!("Enter the certificate in hexadecimal representation....\n\n{prompt}"))
    }

    /// Opens a block in a mode of its own: the prompt for the first line; later ones come after each line.
    fn prompted(&mut self, mode: &'static str, name: &str, until: Until) -> String {
        self.push(mode, name.to_owned());
        self.block = Some(Block { until, lines: Vec::new() });
        self.prompt_text()
    }

    pub(super) fn block_line(&mut self, line: &str) {
        let Some(mut block) = self.block.take() else { return };
        if matches!(block.until, Until::Policy(_)) && abandons(line) {
            self.pop();
            return self.finish();
        }
        match (&block.until, rest_of(&block.until, line)) {
            (_, None) => {
                block.lines.push(line.to_owned());
                if !block.is_text() {
                    self.prompt();
                }
                self.block = Some(block);
            }
            (Until::Policy(name), Some(_)) => {
                self.edit_configuration(Edit::Policy(name.clone(), Some(block.lines)));
                self.pop();
                self.finish();
            }
            (Until::Certificate(name), Some(_)) => {
                self.edit_configuration(Edit::Certificate(name.clone(), block.lines));
                self.pop();
                self.finish();
            }
            (_, Some(last)) => {
                block.lines.extend((!last.is_empty()).then_some(last));
                let text = block.lines.iter().map(|l| format!("{l}\n")).collect();
                self.edit_configuration(Edit::Banner(Some(text)));
                self.finish();
            }
        }
    }

    pub(super) fn abandon_block(&mut self) {
        if self.block.take().is_some_and(|block| !block.is_text()) {
            self.pop();
        }
    }
}

/// `abort` leaves a route policy without keeping it: the lines behind it are commands.
fn abandons(line: &str) -> bool {
    let word = line.trim().to_ascii_lowercase();
    word.len() > 1 && "abort".starts_with(&word)
}

/// What stands before the end of the block, if `line` ends it.
fn rest_of(until: &Until, line: &str) -> Option<String> {
    match until {
        Until::Delimiter(delimiter) => line.split_once(delimiter).map(|(before, _)| before.to_owned()),
        Until::Line(end) => (line.trim_end() == *end).then(String::new),
        Until::Certificate(_) => line.trim().eq_ignore_ascii_case("quit").then(String::new),
        // Its unique beginnings end it too: `endif` is the other word that begins so.
        Until::Policy(_) => {
            let word = line.trim().to_ascii_lowercase();
            (word.len() > "end".len() && "end-policy".starts_with(&word)).then(String::new)
        }
    }
}
