//! The story of one session, top to bottom.
//!
//! A login becomes an open session, durably; a device session is made for it; then every line walks the one road:
//! parse, canonicalize, decide, record, send, relay, record. Each step consumes what the step before made.
//!
//! P1, P2, P3 and P5 are kept by the types used here; this file only puts them in order.

use std::sync::Arc;
use std::time::Duration;

use super::admission::Login;
use super::client::Client;
use super::closing::Closing;
use super::gate::Gate;
use super::judge::{Judged, Ruled, Standing};
use super::records;
use super::terminal::{Gone, Terminal};
use crate::authz::{Decision, Denial, Permit};
use crate::config::Device;
use crate::device::{self, DeviceSession, Doubt};
use crate::grammar::{Context, Grammar, Opening};
use crate::ledger::{Event, Finished, OpenSession, Started};
use crate::line;
use crate::output::Newline;
use crate::terms::{Code, Framing, PresentedLine};
use crate::token;

/// Exit statuses of a session, as a client sees them.
pub mod status {
    /// Everything that was asked for was done.
    pub const OK: u32 = 0;
    /// At least one line was refused or failed on the device.
    pub const REFUSED: u32 = 1;
    /// The session was not opened, or was ended by the gate.
    pub const ENDED: u32 = 126;
}

/// How a line, or a session, goes on.
pub(super) enum Flow {
    /// Ready for the next line.
    Next,
    /// The session is over.
    End(Code),
}

/// Why a line of the gate's own was not sent.
pub(super) enum Stopped {
    /// With what is recorded beside it.
    Denied(Box<(Denial, records::Facts)>),
    /// P2: no record, no command.
    Unrecorded(Code),
}

impl From<Gone> for Flow {
    fn from(_: Gone) -> Self {
        Flow::End(Code::ClientGone)
    }
}

/// Serves one session channel from its login to its end. Returns the exit status.
///
/// `login` is an error when a token in the channel's environment was refused: then the client is told, nothing else. To
/// go on as if none had been brought could widen what the client meant to narrow.
pub async fn session(gate: Arc<Gate>, login: Result<Login, Code>, client: Client) -> u32 {
    let terminal = Terminal::new(client);
    let login = match login {
        Ok(login) => login,
        Err(code) => return told(&terminal, code).await,
    };
    match admit(&gate, &login, &terminal).await {
        Ok(session) => session.live(terminal).await,
        Err(Turned::Away(code)) => {
            gate.refuse_login(&login, code);
            told(&terminal, code).await
        }
        Err(Turned::Back) => status::ENDED,
    }
}

pub(super) async fn tell(terminal: &Terminal, lines: &[&str]) -> Flow {
    for line in lines {
        if let Err(gone) = terminal.say(line).await {
            return gone.into();
        }
    }
    Flow::Next
}

/// Why a login got no session.
enum Turned {
    /// At the door: not recorded yet, nor told.
    Away(Code),
    /// By the device: its session is opened and closed in the ledger, and the client has been told.
    Back,
}

impl From<Code> for Turned {
    fn from(code: Code) -> Self {
        Turned::Away(code)
    }
}

/// Says why there is no session.
async fn told(terminal: &Terminal, code: Code) -> u32 {
    // The client may be gone already; the record is what counts.
    let _ = terminal.say(&records::refused_line(code)).await;
    status::ENDED
}

/// An open session with a device behind it.
pub(super) struct Session {
    pub(super) gate: Arc<Gate>,
    pub(super) login: Login,
    pub(super) target: Arc<Device>,
    pub(super) grammar: Arc<Grammar>,
    pub(super) open: OpenSession,
    pub(super) device: DeviceSession,
    pub(super) standing: Standing,
    /// Where the client stands in the statements of a mode; the device always stands at the top.
    pub(super) context: Context,
    /// A command that waits for the rest of its block.
    pub(super) block: Option<Box<Opening>>,
    closing: Closing,
    refused: bool,
    _place: super::registry::Place,
}

/// Opens the session in the ledger, then at the device. Nothing is dialled before the record is durable.
async fn admit(gate: &Arc<Gate>, login: &Login, terminal: &Terminal) -> Result<Session, Turned> {
    // Whether a token is due (P4), and whether the policy, which may be newer than the connection, still lets it in.
    login.still_stands(&gate.policy())?;
    let target = login.device().ok_or(Code::DeviceUnknown)?.clone();
    let grammar = login.policy().grammars.get(&target.platform).ok_or(Code::DeviceUnknown)?.clone();
    let limits = gate.limits();
    let place = gate.registry().enter(
        &login.principal().name,
        limits.max_sessions,
        limits.max_sessions_per_principal,
    )?;
    let open = records::open_session(gate, login, &target, terminal).await?;
    let device = match gate.dial(&target, &grammar, &open, login).await {
        Ok(mut device) => {
            device.set_newline(if terminal.is_interactive() { Newline::CrLf } else { Newline::Lf });
            device
        }
        Err(fault) => {
            tracing::warn!(device = %target.name, code = %fault.code, detail = %fault.detail, "device session failed");
            // Whether or not the client still reads it: the session's own record has it.
            let _ = terminal.say(&records::ended_line(fault.code, &fault.detail)).await;
            gate.close(open, fault.code, &fault.detail).await;
            return Err(Turned::Back);
        }
    };
    Ok(Session {
        gate: gate.clone(),
        login: login.clone(),
        target,
        grammar,
        open,
        device,
        standing: Standing::new(login.intent().cloned()),
        context: Context::default(),
        block: None,
        closing: Closing::default(),
        refused: false,
        _place: place,
    })
}

impl Session {
    async fn live(mut self, mut terminal: Terminal) -> u32 {
        let code = match self.prepare().await {
            Flow::Next => self.lines(&mut terminal).await,
            Flow::End(code) => code,
        };
        self.end(&terminal, code).await
    }

    /// The gate's own housekeeping, as subject `gate`, down the same road (P12): paging off.
    async fn prepare(&mut self) -> Flow {
        for text in self.grammar.facts().prepare.clone() {
            match self.by_the_gate(&text).await {
                Ok(Flow::Next) => {}
                Ok(end @ Flow::End(_)) => return end,
                Err(Stopped::Denied(denied)) => return Flow::End(denied.0.code),
                Err(Stopped::Unrecorded(code)) => return Flow::End(code),
            }
        }
        Flow::Next
    }

    /// One line of the gate's own. What the device answers is nobody's.
    pub(super) async fn by_the_gate(&mut self, text: &str) -> Result<Flow, Stopped> {
        let Ok(line) = PresentedLine::parse(text.as_bytes()) else { return Ok(Flow::End(Code::Internal)) };
        let judged = self.judge_for_gate(&line);
        let permit = match judged.decision {
            Decision::Permit(permit) => permit,
            Decision::Deny(denial) => return Err(Stopped::Denied(Box::new((denial, judged.facts)))),
        };
        match records::begin(&self.gate, &self.open, permit, judged.facts).await {
            Ok(started) => Ok(self.send_quietly(started).await),
            Err(code) => Err(Stopped::Unrecorded(code)),
        }
    }

    /// Line after line until the session is over.
    async fn lines(&mut self, terminal: &mut Terminal) -> Code {
        loop {
            let prompt = self.prompt_text();
            if self.show_prompt(terminal, &prompt).await.is_err() {
                return Code::ClientGone;
            }
            let event = match self.await_command(terminal, &prompt).await {
                Ok(event) => event,
                Err(code) => return code,
            };
            let flow = match self.block.take() {
                None => self.event(terminal, event).await,
                Some(opening) => self.block_event(terminal, *opening, event).await,
            };
            match flow {
                Flow::Next => {}
                Flow::End(code) => return code,
            }
        }
    }

    /// Waits for a line, answering requests for help in between.
    async fn await_command(&mut self, terminal: &mut Terminal, prompt: &str) -> Result<line::Event, Code> {
        loop {
            match self.await_line(terminal).await? {
                event @ (line::Event::Help(_) | line::Event::Complete(_)) => {
                    let said = self.help(terminal, &event);
                    terminal.help(&said, prompt).await.map_err(|Gone| Code::ClientGone)?;
                }
                event => return Ok(event),
            }
        }
    }

    /// Waits for the client, but not past the token's end, the idle time or the gate's own.
    async fn await_line(&mut self, terminal: &mut Terminal) -> Result<line::Event, Code> {
        let idle = self.gate.limits().idle;
        let left = self.token_left();
        let (patience, late) = match left {
            Some(left) if left < idle => (left, Code::TokenExpired),
            _ => (idle, Code::IdleTimeout),
        };
        if patience.is_zero() {
            return Err(late);
        }
        let stopping = self.gate.registry().stopping().clone();
        let deadline = tokio::time::sleep(patience);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => return Err(Code::Drained),
                event = terminal.next() => return event.map_err(|Gone| Code::ClientGone),
                code = self.closing.settle(), if self.closing.is_open() => match code {
                    None => {}
                    Some(code) => return Err(code),
                },
                fault = self.device.watch() => {
                    self.record_doubt().await;
                    return Err(fault.code);
                }
                () = &mut deadline => return Err(late),
            }
        }
    }

    fn token_left(&self) -> Option<Duration> {
        let intent = self.login.intent()?;
        // Whoever was let in within the skew is not put out at once.
        Some(intent.token().exp().plus(token::SKEW).since(self.gate.now()))
    }

    async fn event(&mut self, terminal: &mut Terminal, event: line::Event) -> Flow {
        match event {
            line::Event::Line(line) => self.line(terminal, line).await,
            line::Event::Framing(fault) => self.framing(terminal, fault).await,
            // Answered with the last prompt: a probe's line end never reaches a device (P1).
            line::Event::Blank | line::Event::Interrupt | line::Event::Help(_) | line::Event::Complete(_) => {
                Flow::Next
            }
            line::Event::EndMode => self.leave_mode(terminal).await,
            line::Event::Overflow => Flow::End(Code::Framing),
            line::Event::Eof => Flow::End(Code::ClientExit),
        }
    }

    /// `^Z` leaves configuration as the platform's own word for it does; the half line is gone already.
    async fn leave_mode(&mut self, terminal: &mut Terminal) -> Flow {
        if !self.in_configuration() {
            return Flow::Next;
        }
        match PresentedLine::parse(self.grammar.facts().leave.as_bytes()) {
            Ok(line) => self.line(terminal, line).await,
            Err(_) => Flow::End(Code::Internal),
        }
    }

    pub(super) async fn framing(&mut self, terminal: &mut Terminal, fault: Framing) -> Flow {
        let denial =
            Denial { code: fault.code(), detail: fault.to_string(), rules: Vec::new(), command: None };
        let facts = self.facts_without_command();
        self.refuse(terminal, denial, facts).await
    }

    /// One line down the road.
    pub(super) async fn line(&mut self, terminal: &mut Terminal, line: PresentedLine) -> Flow {
        let judged = match self.judge(&line) {
            Judged::Nothing => return Flow::Next,
            Judged::Leave => return Flow::End(Code::ClientExit),
            Judged::Moved(context) => {
                self.context = context;
                return Flow::Next;
            }
            Judged::Block(opening) => return self.block_opened(terminal, *opening).await,
            Judged::Above(leaves) => return self.walk_up(terminal, &leaves, line).await,
            Judged::Ruled(ruled) => ruled,
        };
        self.ruled(terminal, *judged).await
    }

    /// What was decided is done.
    pub(super) async fn ruled(&mut self, terminal: &mut Terminal, ruled: Ruled) -> Flow {
        match ruled.decision {
            Decision::Deny(denial) => self.refuse(terminal, denial, ruled.facts).await,
            Decision::Permit(permit) => self.permit(terminal, permit, ruled.facts, ruled.place).await,
        }
    }

    pub(super) fn in_configuration(&self) -> bool {
        self.grammar.is_configuration(self.device.mode())
    }

    /// Whether what was typed ahead belongs to what just failed: piped input does, and so do the lines of a configuration.
    /// At a terminal, outside of one, the next line stands for itself: netmiko prepares its session by sending one line
    /// after the other, and expects some of them to be unknown.
    fn is_batch(&self, terminal: &Terminal) -> bool {
        !terminal.is_interactive() || self.in_configuration()
    }

    /// Records the refusal, then says it. A batch stops at its first refusal: what was typed ahead is forgotten.
    pub(super) async fn refuse(
        &mut self,
        terminal: &mut Terminal,
        denial: Denial,
        facts: records::Facts,
    ) -> Flow {
        self.refused = true;
        self.standing.refused(self.in_configuration());
        if denial.command.is_some() || self.is_batch(terminal) {
            terminal.discard_pending();
        }
        let did = match records::deny(&self.gate, &self.open, &denial, facts).await {
            Ok(did) => did,
            Err(code) => return Flow::End(code),
        };
        tell(terminal, &[&self.grammar.facts().refusal, &records::denied_line(&denial, did)]).await
    }

    /// Makes the permit durable, checks once more, sends, relays.
    async fn permit(
        &mut self,
        terminal: &mut Terminal,
        permit: Permit,
        facts: records::Facts,
        place: super::judge::Place,
    ) -> Flow {
        let started = match records::begin(&self.gate, &self.open, permit, facts).await {
            Ok(started) => started,
            Err(code) => return self.unrecorded(terminal, code).await,
        };
        if let Some(code) = self.last_check() {
            records::not_sent(&self.gate, started, code).await;
            return Flow::End(code);
        }
        self.send(terminal, started, place).await
    }

    /// P2: no record, no command. The session goes on: the ledger may come back.
    pub(super) async fn unrecorded(&mut self, terminal: &mut Terminal, code: Code) -> Flow {
        self.refused = true;
        self.standing.refused(self.in_configuration());
        terminal.discard_pending();
        tell(terminal, &[&records::refused_line(code)]).await
    }

    /// Between the durable record and the first byte: stop, expiry.
    fn last_check(&self) -> Option<Code> {
        if self.gate.registry().stopping().is_cancelled() {
            return Some(Code::Drained);
        }
        let expired = self.token_left().is_some_and(|left| left.is_zero());
        expired.then_some(Code::TokenExpired)
    }

    async fn send(&mut self, terminal: &mut Terminal, started: Started, place: super::judge::Place) -> Flow {
        let before = self.device.mode().clone();
        let mut running = self.device.forward(started).await;
        let mut gone = false;
        while !gone {
            tokio::select! {
                biased;
                stopped = terminal.interrupt() => {
                    gone = stopped.is_err();
                    running.interrupt().await;
                }
                chunk = running.chunk() => match chunk {
                    None => break,
                    Some(bytes) => gone = terminal.show(bytes).await.is_err(),
                },
            }
        }
        if gone {
            running.interrupt().await;
        }
        let (finished, after) = running.finish().await;
        if *self.device.mode() != before {
            self.context = Context::default();
        }
        let failed = !finished.outcome().succeeded();
        self.refused |= failed;
        self.standing.ran(place, finished.outcome(), self.in_configuration());
        if failed && self.is_batch(terminal) {
            terminal.discard_pending();
        }
        if let Flow::End(code) = self.record(finished).await {
            return Flow::End(code);
        }
        match after {
            _ if gone => Flow::End(Code::ClientGone),
            device::Standing::Ready => Flow::Next,
            device::Standing::Ended(code) => Flow::End(code),
        }
    }

    async fn send_quietly(&mut self, started: Started) -> Flow {
        let mut running = self.device.forward(started).await;
        while running.chunk().await.is_some() {}
        let (finished, after) = running.finish().await;
        if let Flow::End(code) = self.record(finished).await {
            return Flow::End(code);
        }
        match after {
            device::Standing::Ready => Flow::Next,
            device::Standing::Ended(code) => Flow::End(code),
        }
    }

    /// The outcome goes to the ledger behind the prompt; so does a doubt about the one before.
    async fn record(&mut self, finished: Finished) -> Flow {
        let unrecorded = self.closing.add(&self.gate, finished).await;
        self.record_doubt().await;
        unrecorded.map_or(Flow::Next, Flow::End)
    }

    async fn record_doubt(&mut self) {
        let Some(Doubt { did, code }) = self.device.take_doubt() else { return };
        let doubt = Event::Doubt { did, txn: self.open.txn().clone(), code };
        if let Err(fault) = self.gate.ledger().note(doubt).await {
            tracing::error!(code = %fault.code, %did, "a doubt about an outcome could not be recorded");
        }
    }

    /// Settles what is not recorded yet, closes both sides, says why when it was not the client's wish.
    async fn end(mut self, terminal: &Terminal, code: Code) -> u32 {
        let unrecorded = self.closing.settle().await;
        let code = unrecorded.unwrap_or(code);
        let detail = self.device.ended().map(|fault| fault.detail.clone()).unwrap_or_default();
        self.device.close().await;
        self.record_doubt().await;
        self.gate.close(self.open, code, &detail).await;
        match code {
            Code::ClientExit if self.refused => status::REFUSED,
            Code::ClientExit => status::OK,
            Code::ClientGone => status::ENDED,
            _ => {
                let _ = terminal.say(&records::ended_line(code, &detail)).await;
                status::ENDED
            }
        }
    }
}
