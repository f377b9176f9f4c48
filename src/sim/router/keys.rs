//! The router's own line editor and pager: enough to notice when somebody sends keys.

use super::{Act, Ask, LOG_LINE, Router};
use std::time::Duration;

/// How long a false prompt stands alone: long enough to be taken for the real one.
const FALSE_PROMPT_PAUSE: Duration = Duration::from_millis(50);

impl Router {
    pub(super) fn byte(&mut self, byte: u8) {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        if byte == b'\n' && after_cr {
            return;
        }
        if !self.rest.is_empty() {
            return self.pager_key(byte);
        }
        match byte {
            0x03 if !self.takes_interrupt() => self.interrupted(),
            _ if self.takes_key() => self.answered_by_key(byte),
            0x1a if self.block.is_none() => self.control_z(),
            b'\r' | b'\n' => self.enter(byte),
            b'?' if self.ask.is_none() && self.block.is_none() => self.help(),
            _ => self.edit(byte),
        }
    }

    fn edit(&mut self, byte: u8) {
        self.raw.push(byte);
        match byte {
            0x20..=0x7e => {
                self.line.push(byte);
                if self.echo && self.ask != Some(Ask::Secret) {
                    self.write(char::from(byte).encode_utf8(&mut [0; 4]));
                }
            }
            0x08 | 0x7f => {
                self.line.pop();
            }
            0x15 => self.line.clear(),
            _ => {}
        }
    }

    fn take_line(&mut self) -> (Vec<u8>, String) {
        let text = std::mem::take(&mut self.line).into_iter().map(char::from).collect();
        (std::mem::take(&mut self.raw), text)
    }

    fn newline(&mut self) {
        if self.echo {
            self.write("\n");
        }
        if self.machine.behaviour().paste_marks {
            self.write("\x1b[?2004l\r");
        }
    }

    fn enter(&mut self, end: u8) {
        let (raw, text) = self.take_line();
        self.newline();
        match self.ask.take() {
            Some(Ask::Secret) => self.secret(&text),
            ask => {
                self.log_line(raw, text.clone(), end);
                match ask {
                    Some(ask) => self.answered(ask, &text),
                    None if self.block.is_some() => self.block_line(&text),
                    None => self.answer(&text),
                }
            }
        }
    }

    fn answer(&mut self, text: &str) {
        let behaviour = self.machine.behaviour().clone();
        if behaviour.never_answers && !text.trim().is_empty() {
            return self.acts.push(Act::Hang);
        }
        self.think();
        let prompt = self.prompt_text();
        let (output, _) = self.run(text);
        match split_middle(&output) {
            Some((first, second)) if behaviour.false_prompt && output.contains("Copyright") => {
                self.print(&format!("{first}{prompt}"));
                self.acts.push(Act::Wait(FALSE_PROMPT_PAUSE));
                self.print(second);
            }
            Some((first, second)) if behaviour.log_lines => {
                let output = format!("{first}{LOG_LINE}{second}");
                self.page_out(output.split_inclusive('\n').map(str::to_owned).collect());
            }
            _ => self.page_out(output.split_inclusive('\n').map(str::to_owned).collect()),
        }
        self.finish();
    }

    /// The time that an answer takes.
    pub(super) fn think(&mut self) {
        self.acts.extend(self.machine.behaviour().answer_after.map(Act::Wait));
    }

    fn page_out(&mut self, mut lines: Vec<String>) {
        let size = self.page.saturating_sub(1).max(1);
        if self.page == 0 || lines.len() <= size {
            return self.print(&lines.concat());
        }
        self.rest = lines.split_off(size);
        self.print(&lines.concat());
        self.write(self.cli.keys.pager);
    }

    fn pager_key(&mut self, byte: u8) {
        self.key(byte);
        let mark = self.cli.keys.pager.len();
        self.write(&format!("{0}{1}{0}", "\x08".repeat(mark), " ".repeat(mark)));
        let mut rest = std::mem::take(&mut self.rest);
        match byte {
            b' ' => self.page_out(rest),
            b'\r' | b'\n' => {
                let after = rest.split_off(1);
                self.print(&rest.concat());
                self.rest = after;
                if !self.rest.is_empty() {
                    self.write(self.cli.keys.pager);
                }
            }
            _ => {}
        }
        self.finish();
    }

    fn interrupted(&mut self) {
        self.key(0x03);
        self.take_line();
        self.ask = None;
        self.abandon_block();
        if self.cli.keys.interrupt_leaves {
            self.back_to(0);
        }
        self.write("^C\n");
        self.prompt();
    }

    /// IOS runs the half line and then leaves configuration; FRR drops it.
    fn control_z(&mut self) {
        let (raw, text) = self.take_line();
        self.write("^Z\n");
        if self.cli.keys.control_z_runs {
            self.log_line(raw, text.clone(), 0x1a);
            let (output, _) = self.run(&text);
            self.print(&output);
        } else {
            self.key(0x1a);
        }
        if self.here.mode.configuration && self.block.is_none() {
            let left = self.leave();
            self.print(&left);
        }
        self.finish();
    }

    fn help(&mut self) {
        self.key(b'?');
        self.write("?\n");
        let names: Vec<&str> = self.here.mode.tables.iter().copied().flatten().map(|c| c.0).collect();
        self.write(&format!("  {}\n", names.join("\n  ")));
        self.prompt();
        let line: String = self.line.iter().copied().map(char::from).collect();
        self.write(&line);
    }
}

/// Splits after the first half of the lines.
fn split_middle(text: &str) -> Option<(&str, &str)> {
    let middle = text.len() / 2;
    let at = text.match_indices('\n').map(|(at, _)| at.saturating_add(1)).find(|at| *at > middle)?;
    text.split_at_checked(at)
}
