//! The text of a block on its way: which line the device waits for.
//!
//! P5: the first line goes out only when the device has shown that it takes text, and each further one when the line
//! before it has been echoed; where the device prompts for each line, when it has prompted. A rejected opener must not
//! turn text into commands.

use crate::grammar::Block;

/// How much of an unfinished line is looked at, in bytes.
const MAX_SEEN: usize = 4096;

/// A block, and how far it has come.
#[derive(Debug)]
pub(super) struct Feed {
    state: String,
    /// The device shows its state, a prompt of its own, before every line.
    prompts: bool,
    lines: usize,
    next: usize,
    /// The device has shown its state since the last line.
    ready: bool,
    line: Vec<u8>,
}

impl Feed {
    pub(super) fn new(block: &Block) -> Self {
        let state = block.state.trim_end().to_owned();
        Self {
            state,
            prompts: block.prompts(),
            lines: block.lines.len(),
            next: 0,
            ready: false,
            line: Vec::new(),
        }
    }

    /// Takes finished lines of output.
    pub(super) fn heard(&mut self, said: &[u8]) {
        if self.prompts || self.ready {
            return;
        }
        for byte in said {
            match byte {
                b'\n' => {
                    self.ready |= self.shows_state();
                    self.line.clear();
                }
                _ if self.line.len() < MAX_SEEN => self.line.push(*byte),
                _ => {}
            }
        }
    }

    fn shows_state(&self) -> bool {
        let state = self.state.as_bytes();
        self.line.windows(state.len().max(1)).any(|part| part == state)
    }

    /// The number of the line that the device waits for. `pending` is the last, unfinished line of output.
    pub(super) fn next(&self, pending: &[u8]) -> Option<usize> {
        let ready = match self.prompts {
            true => pending.trim_ascii_end().ends_with(self.state.as_bytes()),
            false => self.ready,
        };
        (ready && self.next < self.lines).then_some(self.next)
    }

    pub(super) fn sent(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    pub(super) fn is_unfed(&self) -> bool {
        self.next == 0
    }

    pub(super) fn is_cut_short(&self) -> bool {
        self.next > 0 && self.next < self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(state: &str, lines: &[&str]) -> Feed {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Feed::new(&Block { state: state.into(), lines })
    }

    #[test]
    fn nothing_goes_out_before_the_device_takes_text() {
        let mut banner = feed("End with the character", &["a", "~"]);
        assert_eq!(banner.next(b""), None);
        banner.heard(b"% Invalid input detected\n");
        assert_eq!(banner.next(b"r1(config)#"), None);
        assert!(banner.is_unfed() && !banner.is_cut_short());
        banner.heard(b"Enter TEXT message.  End with the char");
        assert_eq!(banner.next(b""), None);
        banner.heard(b"acter '~'.\n");
        assert_eq!(banner.next(b""), Some(0));
        banner.sent();
        assert!(banner.is_cut_short());
        assert_eq!(banner.next(b""), Some(1));
        banner.sent();
        assert_eq!(banner.next(b""), None);
        assert!(!banner.is_cut_short());
    }

    #[test]
    fn where_it_prompts_each_line_waits_for_the_prompt() {
        let mut policy = feed("(config-rpl)#", &["pass", "end-policy"]);
        policy.heard(b"(config-rpl)#\n");
        assert_eq!(policy.next(b"r1(config)#"), None);
        assert_eq!(policy.next(b"r1(config-rpl)#"), Some(0));
        policy.sent();
        assert_eq!(policy.next(b""), None);
        assert_eq!(policy.next(b"r1(config)#"), None);
        assert!(policy.is_cut_short());
        assert_eq!(policy.next(b"r1(config-rpl)# "), Some(1));
    }
}
