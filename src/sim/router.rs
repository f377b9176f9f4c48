//! One terminal session of a router. Pure: bytes in, things to do out.

mod act;
mod ask;
mod block;
mod candidate;
mod change;
mod keys;
mod run;

use std::time::Duration;

use self::ask::Ask;
use self::block::Block;
use self::candidate::Candidate;
use super::dialect::{Cli, Mode};
use super::machine::{Machine, SimEvent};

/// A log line, as the routers of [`log_lines`](super::Behaviour::log_lines) print it at any time.
const LOG_LINE: &str = "RP/0/RP0/CPU0:Nov 22 09:00:00.000 UTC: config[65]: %MGBL-CONFIG-6-DB_COMMIT : \
                        Configuration committed by user 'ops'.\n";

/// What the driver of a session has to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Write these bytes.
    Write(Vec<u8>),
    /// Write that many bytes of filler lines.
    Flood(u64),
    /// Wait.
    Wait(Duration),
    /// Do nothing more, but keep the session.
    Hang,
    /// End the session.
    Close,
}

/// A mode, and of what: an interface, a path.
#[derive(Clone, Debug)]
struct Level {
    mode: &'static Mode,
    context: String,
}

/// One session; see [`Machine::session`].
#[derive(Debug)]
pub struct Router {
    machine: Machine,
    cli: &'static Cli,
    session: u64,
    here: Level,
    /// The modes that `exit` leads to, the first mode first.
    below: Vec<Level>,
    candidate: Option<Candidate>,
    echo: bool,
    /// The line being edited.
    line: Vec<u8>,
    /// All bytes since the last line end.
    raw: Vec<u8>,
    after_cr: bool,
    ask: Option<Ask>,
    block: Option<Block>,
    /// Lines for the pager to show; 0 lines a page means no pager.
    page: usize,
    rest: Vec<String>,
    /// Answers begin with the time.
    timestamps: bool,
    printed: u64,
    closed: bool,
    acts: Vec<Act>,
}

impl Router {
    pub(super) fn new(machine: Machine, session: u64) -> Self {
        let behaviour = machine.behaviour();
        let cli = machine.dialect().cli();
        let unprivileged = cli.unprivileged.as_ref().filter(|_| behaviour.starts_unprivileged);
        let mode = unprivileged.unwrap_or(&cli.first);
        let echo = !behaviour.no_echo;
        Self {
            machine,
            cli,
            session,
            here: Level { mode, context: String::new() },
            below: Vec::new(),
            candidate: None,
            echo,
            line: Vec::new(),
            raw: Vec::new(),
            after_cr: false,
            ask: None,
            block: None,
            page: cli.keys.page,
            rest: Vec::new(),
            timestamps: true,
            printed: 0,
            closed: false,
            acts: Vec::new(),
        }
    }

    /// A session without a terminal: nothing is echoed or paged.
    #[must_use]
    pub fn without_pty(mut self) -> Self {
        self.echo = false;
        self.page = 0;
        self
    }

    /// The session begins: banner and first prompt.
    pub fn open(&mut self) -> Vec<Act> {
        self.machine.note(SimEvent::Opened { session: self.session, exec: None });
        let behaviour = self.machine.behaviour().clone();
        self.write(&behaviour.banner.unwrap_or_default());
        if behaviour.prompt_banner {
            self.write(&format!("{}\n", self.other_prompt()));
        }
        self.write(self.cli.texts.greeting);
        self.prompt();
        self.take()
    }

    /// Bytes from the client.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Act> {
        for byte in bytes {
            if !self.closed {
                self.byte(*byte);
            }
        }
        self.take()
    }

    /// ^C while an answer is being given.
    pub fn interrupt(&mut self) -> Vec<Act> {
        // What a session ends with is not lost with the rest of its answer.
        if self.closed {
            return vec![Act::Close];
        }
        self.byte(0x03);
        self.take()
    }

    /// Runs the lines of an SSH exec request; returns the exit status too.
    pub fn exec(mut self, command: &str) -> (Vec<Act>, u32) {
        self.machine.note(SimEvent::Opened { session: self.session, exec: Some(command.to_owned()) });
        self.page = 0;
        let mut status = 0;
        for line in command.split('\n').filter(|l| !l.trim().is_empty()) {
            self.log_line(line.as_bytes().to_vec(), line.to_owned(), b'\n');
            if self.block.is_some() {
                self.block_line(line);
                continue;
            }
            let (output, failed) = self.run(line);
            self.print(&output);
            status = u32::from(failed);
            if failed || self.closed {
                break;
            }
        }
        self.unlock();
        self.machine.note(SimEvent::Closed { session: self.session });
        (self.take(), status)
    }

    /// The client is gone.
    pub fn close(&mut self) {
        if !self.raw.is_empty() {
            let raw = std::mem::take(&mut self.raw);
            self.machine.note(SimEvent::Unfinished { session: self.session, raw });
        }
        self.unlock();
        self.machine.note(SimEvent::Closed { session: self.session });
    }

    fn take(&mut self) -> Vec<Act> {
        std::mem::take(&mut self.acts)
    }

    /// Writes text with the terminal's line ends.
    fn write(&mut self, text: &str) {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        match self.acts.last_mut() {
            _ if bytes.is_empty() || self.closed => {}
            Some(Act::Write(last)) => last.extend(bytes),
            _ => self.acts.push(Act::Write(bytes)),
        }
    }

    fn end(&mut self) {
        self.acts.push(Act::Close);
        self.closed = true;
    }

    /// The prompt as it is now, with the blank that some dialects print after it, without a line above it.
    #[must_use]
    pub fn prompt_text(&self) -> String {
        self.rendered(&self.here)
    }

    fn rendered(&self, level: &Level) -> String {
        let session = self.candidate.as_ref().and_then(Candidate::name);
        let session = session.map_or_else(String::new, |name| format!("-s-{name}"));
        let name = self.machine.state().running.hostname.clone();
        let prompt = level.mode.prompt.replace("{}", &super::state::shortened(&level.context));
        prompt.replace("{s}", &session).replace("{h}", &name)
    }

    /// The prompt of a mode that this is not.
    fn other_prompt(&self) -> String {
        let configuration = self.cli.others.first().filter(|_| !self.here.mode.configuration);
        let level = Level { mode: configuration.unwrap_or(&self.cli.first), context: String::new() };
        self.rendered(&level)
    }

    fn prompt(&mut self) {
        let mut prompt = self.prompt_text();
        if !self.here.mode.header.is_empty() {
            let blank = if self.here.context.is_empty() { "" } else { " " };
            let header = self.here.mode.header.replace("{}", &format!("{blank}{}", self.here.context));
            prompt = format!("\n{header}\n{prompt}");
        }
        self.write(if self.machine.behaviour().paste_marks { "\x1b[?2004h" } else { "" });
        self.write(&prompt);
    }

    fn log_line(&self, raw: Vec<u8>, text: String, end: u8) {
        let mode = if self.block.as_ref().is_some_and(Block::is_text) { "text" } else { self.here.mode.name };
        self.machine.note(SimEvent::Line { session: self.session, mode, text, raw, end });
    }

    fn key(&self, byte: u8) {
        self.machine.note(SimEvent::Key { session: self.session, byte });
    }

    /// The next prompt, unless something else is open.
    fn finish(&mut self) {
        if !self.closed && self.rest.is_empty() && self.ask.is_none() && self.block.is_none() {
            self.write(if self.machine.behaviour().log_lines { LOG_LINE } else { "" });
            self.prompt();
        }
    }

    /// Command output, counted.
    fn print(&mut self, text: &str) {
        let left = self.machine.behaviour().close_after.map(|limit| limit.saturating_sub(self.printed));
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.printed = self.printed.saturating_add(length);
        match left {
            Some(left) if left < length => {
                let kept = text.bytes().take(usize::try_from(left).unwrap_or(usize::MAX)).map(char::from);
                self.write(&kept.collect::<String>());
                self.end();
            }
            _ => self.write(text),
        }
    }

    fn push(&mut self, mode: &str, context: String) {
        if let Some(mode) = self.cli.mode(mode) {
            self.below.push(std::mem::replace(&mut self.here, Level { mode, context }));
        }
    }

    fn pop(&mut self) {
        if let Some(level) = self.below.pop() {
            self.here = level;
        }
    }

    /// Back until that many modes are below.
    fn back_to(&mut self, depth: usize) {
        while self.below.len() > depth {
            self.pop();
        }
    }
}
