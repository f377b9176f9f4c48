//! One terminal session of a router. Pure: bytes in, things to do out.

use std::time::Duration;

use super::machine::{Dialect, Interface, Machine, SimEvent};
use super::parse::{self, Action, At, Parsed};
use super::show;

/// How long a false prompt stands alone: long enough to be taken for the real one.
const FALSE_PROMPT_PAUSE: Duration = Duration::from_millis(50);

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

#[derive(Clone, Debug, PartialEq, Eq)]
enum Mode {
    User,
    Privileged,
    Config,
    Interface(String),
}

/// A question that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Secret,
    /// Takes a single key.
    Reload,
    /// Takes a line.
    Destination,
}

/// One session; see [`Machine::session`].
#[derive(Debug)]
pub struct Router {
    machine: Machine,
    session: u64,
    mode: Mode,
    echo: bool,
    /// The line being edited.
    line: Vec<u8>,
    /// All bytes since the last line end.
    raw: Vec<u8>,
    after_cr: bool,
    ask: Option<Ask>,
    /// Lines for the pager to show; 0 lines a page means no pager.
    page: usize,
    rest: Vec<String>,
    printed: u64,
    closed: bool,
    acts: Vec<Act>,
}

impl Router {
    pub(super) fn new(machine: Machine, session: u64) -> Self {
        let behaviour = machine.behaviour();
        let mode = if behaviour.starts_unprivileged { Mode::User } else { Mode::Privileged };
        let echo = !behaviour.no_echo;
        let page = if machine.dialect() == Dialect::CiscoIos { 24 } else { 0 };
        Self {
            machine,
            session,
            mode,
            echo,
            line: Vec::new(),
            raw: Vec::new(),
            after_cr: false,
            ask: None,
            page,
            rest: Vec::new(),
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
        let banner = self.machine.behaviour().banner.clone();
        self.write(&banner.unwrap_or_default());
        self.write(match self.dialect() {
            Dialect::CiscoIos => "\n",
            Dialect::Frr => "\nHello, this is FRRouting (version 8.4.4).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\n\n",
        });
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
            let (output, failed) = self.run(line);
            self.print(&output);
            status = u32::from(failed);
            if failed || self.closed {
                break;
            }
        }
        self.machine.note(SimEvent::Closed { session: self.session });
        (self.take(), status)
    }

    /// The client is gone.
    pub fn close(&mut self) {
        if !self.raw.is_empty() {
            let raw = std::mem::take(&mut self.raw);
            self.machine.note(SimEvent::Unfinished { session: self.session, raw });
        }
        self.machine.note(SimEvent::Closed { session: self.session });
    }

    fn dialect(&self) -> Dialect {
        self.machine.dialect()
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

    /// The prompt as it is now, with the blank that FRR prints after it.
    #[must_use]
    pub fn prompt_text(&self) -> String {
        let name = self.machine.state().hostname.clone();
        let mark = match self.mode {
            Mode::User => ">",
            Mode::Privileged => "#",
            Mode::Config => "(config)#",
            Mode::Interface(_) => "(config-if)#",
        };
        let blank = if self.dialect() == Dialect::Frr { " " } else { "" };
        format!("{name}{mark}{blank}")
    }

    fn prompt(&mut self) {
        let prompt = self.prompt_text();
        self.write(if self.machine.behaviour().paste_marks { "\x1b[?2004h" } else { "" });
        self.write(&prompt);
    }

    fn mode_name(&self) -> &'static str {
        match self.mode {
            Mode::User => "exec",
            Mode::Privileged => "privileged",
            Mode::Config => "config",
            Mode::Interface(_) => "config-if",
        }
    }

    fn log_line(&self, raw: Vec<u8>, text: String, end: u8) {
        let (session, mode) = (self.session, self.mode_name());
        self.machine.note(SimEvent::Line { session, mode, text, raw, end });
    }

    fn key(&self, byte: u8) {
        self.machine.note(SimEvent::Key { session: self.session, byte });
    }

    fn byte(&mut self, byte: u8) {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        if byte == b'\n' && after_cr {
            return;
        }
        if !self.rest.is_empty() {
            return self.pager_key(byte);
        }
        match (self.ask, byte) {
            (Some(Ask::Reload), _) => self.confirm_reload(byte),
            (_, 0x03) => self.interrupted(),
            (_, 0x1a) => self.control_z(),
            (_, b'\r' | b'\n') => self.enter(byte),
            (None, b'?') => self.help(),
            _ => self.edit(byte),
        }
    }

    /// The router's own line editing: enough to notice when somebody sends keys.
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
                if ask == Some(Ask::Destination) { self.destination() } else { self.answer(&text) }
            }
        }
    }

    fn answer(&mut self, text: &str) {
        let behaviour = self.machine.behaviour().clone();
        if behaviour.never_answers && !text.trim().is_empty() {
            return self.acts.push(Act::Hang);
        }
        self.acts.extend(behaviour.answer_after.map(Act::Wait));
        let prompt = self.prompt_text();
        let (output, _) = self.run(text);
        match split_middle(&output) {
            Some((first, second)) if behaviour.false_prompt && output.contains("Copyright") => {
                self.print(&format!("{first}{prompt}"));
                self.acts.push(Act::Wait(FALSE_PROMPT_PAUSE));
                self.print(second);
            }
            _ => self.page_out(output.split_inclusive('\n').map(str::to_owned).collect()),
        }
        self.finish();
    }

    /// The next prompt, unless something else is open.
    fn finish(&mut self) {
        if !self.closed && self.rest.is_empty() && self.ask.is_none() {
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

    fn page_out(&mut self, mut lines: Vec<String>) {
        let size = self.page.saturating_sub(1).max(1);
        if self.page == 0 || lines.len() <= size {
            return self.print(&lines.concat());
        }
        self.rest = lines.split_off(size);
        self.print(&lines.concat());
        self.write(self.pager_mark());
    }

    fn pager_mark(&self) -> &'static str {
        if self.dialect() == Dialect::CiscoIos { " --More-- " } else { ":" }
    }

    fn pager_key(&mut self, byte: u8) {
        self.key(byte);
        let mark = self.pager_mark().len();
        self.write(&format!("{0}{1}{0}", "\x08".repeat(mark), " ".repeat(mark)));
        let mut rest = std::mem::take(&mut self.rest);
        match byte {
            b' ' => self.page_out(rest),
            b'\r' | b'\n' => {
                let after = rest.split_off(1);
                self.print(&rest.concat());
                self.rest = after;
                if !self.rest.is_empty() {
                    self.write(self.pager_mark());
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
        if self.dialect() == Dialect::CiscoIos && matches!(self.mode, Mode::Config | Mode::Interface(_)) {
            self.mode = Mode::Privileged;
        }
        self.write("^C\n");
        self.prompt();
    }

    /// IOS runs the half line and then leaves configuration; FRR drops it.
    fn control_z(&mut self) {
        let (raw, text) = self.take_line();
        self.write("^Z\n");
        if self.dialect() == Dialect::CiscoIos {
            self.log_line(raw, text.clone(), 0x1a);
            let (output, _) = self.run(&text);
            self.print(&output);
        } else {
            self.key(0x1a);
        }
        if matches!(self.mode, Mode::Config | Mode::Interface(_)) {
            self.mode = Mode::Privileged;
        }
        self.finish();
    }

    fn help(&mut self) {
        self.key(b'?');
        self.write("?\n");
        let (holds, commands) = (self.holds(), self.commands());
        let names: Vec<&str> = commands.iter().filter(|c| holds(c.1)).map(|c| c.0).collect();
        self.write(&format!("  {}\n", names.join("\n  ")));
        self.prompt();
        let line: String = self.line.iter().copied().map(char::from).collect();
        self.write(&line);
    }

    fn secret(&mut self, text: &str) {
        let right = self.machine.behaviour().enable_secret.as_deref() == Some(text);
        self.machine.note(SimEvent::Secret { session: self.session, right });
        if right {
            self.mode = Mode::Privileged;
        } else {
            self.print(if self.dialect() == Dialect::CiscoIos {
                "% Access denied\n\n"
            } else {
                "% Bad passwords\n"
            });
        }
        self.finish();
    }

    fn destination(&mut self) {
        self.machine.state().saved = true;
        self.print("Building configuration...\n[OK]\n");
        self.finish();
    }

    fn confirm_reload(&mut self, byte: u8) {
        self.key(byte);
        self.ask = None;
        self.write("\n");
        if matches!(byte, b'\r' | b'\n' | b'y' | b'Y') {
            self.machine.state().reloaded = true;
            self.end();
        }
        self.finish();
    }

    fn commands(&self) -> &'static [parse::Command] {
        if self.dialect() == Dialect::CiscoIos { parse::IOS } else { parse::FRR }
    }

    fn holds(&self) -> impl Fn(At) -> bool + use<> {
        let mode = self.mode.clone();
        move |at| match at {
            At::Any => true,
            At::Exec => matches!(mode, Mode::User | Mode::Privileged),
            At::Privileged => mode == Mode::Privileged,
            At::Config => matches!(mode, Mode::Config | Mode::Interface(_)),
            At::Interface => matches!(mode, Mode::Interface(_)),
        }
    }

    /// Output of one line, and whether it failed.
    fn run(&mut self, line: &str) -> (String, bool) {
        if line.trim_start().starts_with(['!', '#']) {
            return (String::new(), false);
        }
        if let (Mode::Config | Mode::Interface(_), Some(exec)) =
            (&self.mode, line.trim_start().strip_prefix("do "))
        {
            let mode = std::mem::replace(&mut self.mode, Mode::Privileged);
            let answer = self.run(exec);
            self.mode = mode;
            return answer;
        }
        let (command, pipe) =
            line.split_once(" | ").map_or((line, None), |(command, pipe)| (command, Some(pipe)));
        match parse::parse(self.commands(), self.holds(), command) {
            Parsed::Empty => (String::new(), false),
            Parsed::Run(action, args) => match self.act(action, &args) {
                Ok(output) => (filter(&output, pipe), false),
                Err(output) => (output, true),
            },
            problem => (self.complaint(&problem, line), true),
        }
    }

    fn complaint(&self, problem: &Parsed, line: &str) -> String {
        match (self.dialect(), problem) {
            (Dialect::CiscoIos, Parsed::Invalid(offset)) => self.marked(*offset),
            (Dialect::CiscoIos, Parsed::Ambiguous) => format!("% Ambiguous command:  \"{line}\"\n"),
            (Dialect::CiscoIos, _) => "% Incomplete command.\n\n".to_owned(),
            (Dialect::Frr, Parsed::Ambiguous) => format!("% Ambiguous command: {line}\n"),
            (Dialect::Frr, Parsed::Incomplete) => format!("% Command incomplete: {line}\n"),
            (Dialect::Frr, _) => format!("% Unknown command: {line}\n"),
        }
    }

    fn marked(&self, offset: usize) -> String {
        let column = self.prompt_text().len().saturating_add(offset);
        format!("{}^\n% Invalid input detected at '^' marker.\n\n", " ".repeat(column))
    }

    fn act(&mut self, action: Action, args: &[String]) -> Result<String, String> {
        let (dialect, first) = (self.dialect(), args.first().map_or("", String::as_str));
        match action {
            Action::Version => Ok(show::version(dialect, &self.machine.state())),
            Action::Privilege => {
                Ok(format!("Current privilege level is {}\n", if self.mode == Mode::User { 1 } else { 15 }))
            }
            Action::BgpSummary => Ok(show::bgp_summary(dialect)),
            Action::Interfaces => Ok(show::interfaces(dialect, &self.machine.state())),
            Action::InterfaceBrief => Ok(show::brief(dialect, &self.machine.state())),
            Action::RunningConfig => Ok(show::running_config(dialect, &self.machine.state())),
            Action::Interface => self.show_interface(first),
            Action::TechSupport => Ok(self.flood()),
            Action::TerminalLength => {
                self.page = first.parse().unwrap_or(0);
                Ok(String::new())
            }
            Action::TerminalWidth => Ok(String::new()),
            Action::Save => {
                self.machine.state().saved = true;
                Ok("Building configuration...\n[OK]\n".to_owned())
            }
            Action::CopySave => {
                self.ask = Some(Ask::Destination);
                Ok("Destination filename [startup-config]? ".to_owned())
            }
            Action::Reload => {
                self.ask = Some(Ask::Reload);
                Ok("Proceed with reload? [confirm]".to_owned())
            }
            Action::Hostname => {
                first.clone_into(&mut self.machine.state().hostname);
                Ok(String::new())
            }
            Action::EnterInterface => self.enter_interface(first),
            Action::Enable | Action::Disable | Action::Configure | Action::Exit | Action::End => {
                Ok(self.travel(action))
            }
            _ => Ok(self.change(action, args)),
        }
    }

    fn travel(&mut self, action: Action) -> String {
        match (action, &self.mode) {
            (Action::Enable, Mode::User) if self.machine.behaviour().enable_secret.is_some() => {
                self.ask = Some(Ask::Secret);
                return "Password: ".to_owned();
            }
            (Action::Enable, _) => self.mode = Mode::Privileged,
            (Action::Disable, _) => self.mode = Mode::User,
            (Action::Configure, _) => {
                self.mode = Mode::Config;
                if self.dialect() == Dialect::CiscoIos {
                    return "Enter configuration commands, one per line.  End with CNTL/Z.\n".to_owned();
                }
            }
            (Action::Exit, Mode::User | Mode::Privileged) => self.end(),
            (Action::Exit, Mode::Interface(_)) => self.mode = Mode::Config,
            (Action::Exit | Action::End, Mode::Config | Mode::Interface(_)) => self.mode = Mode::Privileged,
            _ => {}
        }
        String::new()
    }

    fn show_interface(&self, typed: &str) -> Result<String, String> {
        let state = self.machine.state();
        let found =
            state.resolve(typed).and_then(|name| state.interfaces.iter().find(|i| i.name == name).cloned());
        drop(state);
        match (found, self.dialect()) {
            (Some(interface), dialect) => Ok(show::interface(dialect, &interface)),
            (None, Dialect::CiscoIos) => Err(self.marked("show interfaces ".len())),
            (None, Dialect::Frr) => Err(format!("% Can't find interface {typed}\n")),
        }
    }

    /// FRR takes any name, IOS only those of its ports and new loopbacks.
    fn enter_interface(&mut self, typed: &str) -> Result<String, String> {
        let resolved = self.machine.state().resolve(typed);
        let creates = self.dialect() == Dialect::Frr || typed.starts_with("Loopback");
        let name = match resolved {
            Some(name) => name,
            None if creates => {
                let new =
                    Interface { name: typed.to_owned(), description: None, address: None, shutdown: false };
                self.machine.state().interfaces.push(new);
                typed.to_owned()
            }
            None => return Err(self.marked("interface ".len())),
        };
        self.mode = Mode::Interface(name);
        Ok(String::new())
    }

    fn change(&mut self, action: Action, args: &[String]) -> String {
        let Mode::Interface(name) = &self.mode else { return String::new() };
        let mut state = self.machine.state();
        let Some(interface) = state.interface_mut(name) else { return String::new() };
        match action {
            Action::Shutdown => interface.shutdown = true,
            Action::NoShutdown => interface.shutdown = false,
            Action::Description => interface.description = args.first().cloned(),
            Action::NoDescription => interface.description = None,
            Action::Address => interface.address = Some(args.join(" ")),
            Action::NoAddress => interface.address = None,
            _ => {}
        }
        String::new()
    }

    fn flood(&mut self) -> String {
        let wanted = match self.machine.behaviour().flood_bytes {
            0 => 64 * 1024,
            bytes => bytes,
        };
        let limit = self.machine.behaviour().close_after.map(|limit| limit.saturating_sub(self.printed));
        self.printed = self.printed.saturating_add(wanted);
        self.acts.push(Act::Flood(limit.map_or(wanted, |limit| limit.min(wanted))));
        if limit.is_some_and(|limit| limit < wanted) {
            self.end();
        }
        String::new()
    }
}

/// Splits after the first half of the lines.
fn split_middle(text: &str) -> Option<(&str, &str)> {
    let middle = text.len() / 2;
    let at = text.match_indices('\n').map(|(at, _)| at.saturating_add(1)).find(|at| *at > middle)?;
    text.split_at_checked(at)
}

/// `| include`, `| exclude` and `| begin`, with plain text.
fn filter(output: &str, pipe: Option<&str>) -> String {
    let Some((word, text)) = pipe.and_then(|p| p.trim_start().split_once(' ')) else {
        return output.to_owned();
    };
    let lines = output.split_inclusive('\n');
    let is = |name: &str| word.len() >= 3 && name.starts_with(word);
    if is("include") {
        lines.filter(|l| l.contains(text)).collect()
    } else if is("exclude") {
        lines.filter(|l| !l.contains(text)).collect()
    } else {
        lines.skip_while(|l| !l.contains(text)).collect()
    }
}
