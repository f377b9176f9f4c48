//! A command on its way: from its echo to the prompt that ends it.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout_at};

use super::prompt::{Expected, Prompt};
use super::relay::{Look, Relay};
use super::session::DeviceSession;
use super::wire::Heard;
use super::{DeviceError, Standing};
use crate::command::CanonicalCommand;
use crate::grammar::Grammar;
use crate::ledger::{Finished, Outcome, OutcomeState, Started};
use crate::output::Newline;
use crate::terms::{Code, Mode};

/// What only looks like an end, a pager or a question is one when nothing follows it for this long, or for two round
/// trips where those take longer.
const QUIET: Duration = Duration::from_millis(200);
const MAX_QUIET: Duration = Duration::from_secs(2);
/// How long a device may take to come back after an interrupt, and after a second one.
const INTERRUPTED: Duration = Duration::from_secs(10);
const INTERRUPTED_TWICE: Duration = Duration::from_secs(2);
/// ETX, what ^C sends.
const INTERRUPT: &str = "\x03";

/// A command that was sent, or was not: [`Running::finish`] says.
pub struct Running<'a> {
    session: &'a mut DeviceSession,
    started: Started,
    run: Option<Run>,
    end: Option<End>,
}

/// How a command ended.
struct End {
    state: OutcomeState,
    code: Option<Code>,
    /// When, for the device's time.
    at: Instant,
    after: Result<Prompt, DeviceError>,
}

/// What is known of a command that was sent.
pub(super) struct Run {
    relay: Relay,
    /// Output that nobody has taken yet: less than a packet and a line.
    ready: Vec<u8>,
    /// A key, or a line of a block, that must be sent before anything else.
    key: Option<String>,
    /// It is a line of a block, whose echo is yet to come.
    feeding: bool,
    sent_at: Instant,
    heard_at: Instant,
    /// From sending to the whole echo.
    round_trip: Option<Duration>,
    interrupted_at: Option<Instant>,
    deadline: Instant,
    bytes: u64,
    hash: Sha256,
}

impl Run {
    pub(super) fn new(
        grammar: Arc<Grammar>,
        expected: Expected,
        command: &CanonicalCommand,
        newline: Newline,
        patience: Duration,
    ) -> Self {
        let now = Instant::now();
        Self {
            relay: Relay::new(grammar, expected, command, newline),
            ready: Vec::new(),
            key: None,
            feeding: false,
            sent_at: now,
            heard_at: now,
            round_trip: None,
            interrupted_at: None,
            deadline: now + patience,
            bytes: 0,
            hash: Sha256::new(),
        }
    }

    /// How long silence is no proof: an interrupt that is still on its way may yet be answered.
    fn quiet_until(&self) -> Instant {
        let since = self.interrupted_at.map_or(self.heard_at, |at| at.max(self.heard_at));
        since + self.round_trip.map_or(QUIET, |time| time.saturating_mul(2).clamp(QUIET, MAX_QUIET))
    }

    /// Wants the interrupt key sent, and the prompt within seconds.
    fn abort(&mut self) {
        let now = Instant::now();
        self.interrupted_at = Some(now);
        self.deadline = self.deadline.min(now + INTERRUPTED);
        (self.key, self.feeding) = (Some(INTERRUPT.to_owned()), false);
    }

    /// Gives out what is ready: what is given out is what is recorded.
    fn take(&mut self) -> Option<Vec<u8>> {
        let bytes = std::mem::take(&mut self.ready);
        if bytes.is_empty() {
            return None;
        }
        self.hash.update(&bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Some(bytes)
    }
}

impl<'a> Running<'a> {
    pub(super) fn new(session: &'a mut DeviceSession, started: Started, run: Run) -> Self {
        Self { session, started, run: Some(run), end: None }
    }

    pub(super) fn not_sent(session: &'a mut DeviceSession, started: Started, code: Code) -> Self {
        let fault = DeviceError::new(code, "nothing was sent");
        let end =
            End { state: OutcomeState::NotSent, code: Some(code), at: Instant::now(), after: Err(fault) };
        Self { session, started, run: None, end: Some(end) }
    }

    /// The next lines of output, filtered; at most a packet and a line at once. None when the command has ended.
    ///
    /// Cancel-safe. Nothing is read from the device unless this is polled.
    pub async fn chunk(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(bytes) = self.run.as_mut().and_then(Run::take) {
                return Some(bytes);
            }
            if self.end.is_some() {
                return None;
            }
            self.advance().await;
        }
    }

    /// Sends the interrupt key, once, as soon as the command has been echoed. The prompt must then come within seconds,
    /// and sooner when asked again; else the session ends.
    pub async fn interrupt(&mut self) {
        let Some(run) = self.run.as_mut().filter(|_| self.end.is_none()) else { return };
        let Some(first) = run.interrupted_at else {
            run.abort();
            if run.relay.is_echoed() {
                self.press().await;
            }
            return;
        };
        run.deadline = run.deadline.min(first + INTERRUPTED_TWICE);
    }

    /// Waits for the end, dropping what nobody has taken, and says how it ended and whether another command can follow.
    pub async fn finish(mut self) -> (Finished, Standing) {
        while self.end.is_none() {
            if let Some(run) = &mut self.run {
                run.ready.clear();
            }
            self.advance().await;
        }
        let (Some(end), Some(run)) = (self.end, self.run) else {
            // Nothing was sent: the session says why.
            let code = self.session.ended().map_or(Code::Internal, |fault| fault.code);
            return (self.started.finished(Outcome::not_sent(code)), Standing::Ended(code));
        };
        let mut outcome = Outcome {
            state: end.state,
            code: end.code,
            bytes: run.bytes,
            sha256: run.hash.finalize().into(),
            device_time: end.at.saturating_duration_since(run.sent_at),
            mode_after: None,
        };
        let standing = match end.after {
            Ok(prompt) => {
                outcome.mode_after = Some(prompt.mode().clone());
                self.session.confirm(self.started.did(), prompt);
                Standing::Ready
            }
            Err(fault) => {
                let code = fault.code;
                self.session.end(fault);
                Standing::Ended(code)
            }
        };
        (self.started.finished(outcome), standing)
    }

    /// One step towards the end. Cancel-safe.
    async fn advance(&mut self) {
        let Some(run) = &self.run else { return };
        if Instant::now() >= run.deadline {
            return self.late();
        }
        // A terminal drops what it has not read yet when it is interrupted, the command's echo too.
        if run.key.is_some() && (run.relay.is_echoed() || run.feeding) {
            return self.press().await;
        }
        let look = run.relay.look();
        let wait = match &look {
            Look::Output => run.deadline,
            Look::Prompt { sure: true, .. } | Look::Pager { sure: true, .. } | Look::Feed { .. }
                if run.interrupted_at.is_none() =>
            {
                run.heard_at
            }
            _ => run.quiet_until(),
        };
        let wait = wait.min(run.deadline);
        let heard = if wait <= Instant::now() {
            self.session.wire.heard().await
        } else {
            timeout_at(wait, self.session.wire.hear()).await.ok()
        };
        match heard {
            Some(Heard::Bytes(bytes)) => self.take(&bytes),
            Some(Heard::Closed) => self.closed(),
            None => self.believe(look),
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let Some(run) = &mut self.run else { return };
        run.heard_at = Instant::now();
        if run.relay.push(bytes, &mut run.ready).is_err() {
            self.session.distrust(Code::DeviceEcho);
            let fault = DeviceError::new(Code::DeviceEcho, "the first bytes back were not the command");
            return self.surprised(OutcomeState::Indeterminate, fault);
        }
        if run.round_trip.is_none() && run.relay.is_echoed() {
            run.round_trip = Some(run.heard_at.saturating_duration_since(run.sent_at));
        }
    }

    /// Nothing followed.
    fn believe(&mut self, look: Look) {
        let Some(run) = &mut self.run else { return };
        match look {
            Look::Output => {}
            Look::Prompt { prompt, .. } => {
                run.relay.take_prompt(&prompt, &mut run.ready);
                self.judge(prompt);
            }
            Look::Pager { marker, key, .. } => {
                let quit = run.interrupted_at.and_then(|_| run.relay.quit_key(&marker));
                run.relay.take_pager(&marker, &mut run.ready);
                run.key = Some(quit.unwrap_or(key));
            }
            Look::Question { answer } => {
                run.relay.take_question(&answer);
                run.key = Some(answer.reply.to_string());
            }
            // Nobody has ruled on an answer: whatever it asks, it is told to stop.
            Look::Unanswered if run.interrupted_at.is_none() => run.abort(),
            Look::Unanswered => {}
            // What is interrupted takes no more text.
            Look::Feed { .. } if run.interrupted_at.is_some() => {}
            Look::Feed { line } => {
                let command = self.started.command();
                let text = command.block().and_then(|block| block.lines.get(line));
                if let (Some(text), Some(bytes)) = (text, command.render_line(line)) {
                    run.relay.take_feed(text);
                    (run.key, run.feeding) = (Some(bytes), true);
                }
            }
        }
    }

    /// P5: the prompt must confirm what the grammar predicts.
    fn judge(&mut self, prompt: Prompt) {
        let Some(run) = &self.run else { return };
        let command = self.started.command();
        let mode = prompt.mode();
        let stayed = mode == command.mode();
        let stray = self.strays(run, mode);
        let (state, code) = match (run.interrupted_at, run.relay.failed()) {
            _ if stray => return self.unpredicted(&prompt),
            // A device may leave its configuration on an interrupt.
            (Some(_), _) if stayed || mode == command.next_mode() || self.is_start(mode) => {
                (OutcomeState::Interrupted, None)
            }
            (None, true) if stayed || mode == command.next_mode() => {
                (OutcomeState::DeviceError, Some(Code::DeviceError))
            }
            (None, false) if mode == command.next_mode() => (OutcomeState::Completed, None),
            _ => return self.unpredicted(&prompt),
        };
        self.end = Some(End { state, code, at: Instant::now(), after: Ok(prompt) });
    }

    fn unpredicted(&mut self, prompt: &Prompt) {
        let command = self.started.command();
        let what = format!("`{}` is not the prompt of mode {}", prompt.text(), command.next_mode());
        self.surprised(OutcomeState::Indeterminate, DeviceError::new(Code::DevicePrompt, what));
    }

    /// Whether the prompt came in the middle of a block, or where the session cannot be: in another context of the
    /// mode. A block of which nothing went out has only failed.
    fn strays(&self, run: &Run, mode: &Mode) -> bool {
        let rejected = run.relay.is_unfed() && !run.relay.failed() && run.interrupted_at.is_none();
        let elsewhere = self.session.grammar.banner(mode).is_some() && !run.relay.has_banner();
        run.relay.is_cut_short() || rejected || elsewhere
    }

    fn is_start(&self, mode: &Mode) -> bool {
        self.session.grammar.facts().start.contains(mode)
    }

    async fn press(&mut self) {
        let Some(run) = &mut self.run else { return };
        let Some(key) = &run.key else { return };
        match timeout_at(run.deadline, self.session.wire.send(key.as_bytes())).await {
            // Not taken before it is sent: whoever drops this future only delays the key.
            Ok(Ok(())) => (run.key, run.feeding) = (None, false),
            Ok(Err(_gone)) => self.closed(),
            Err(_late) => self.late(),
        }
    }

    /// The device has closed the session.
    pub(super) fn closed(&mut self) {
        let fault = DeviceError::new(Code::DeviceClosed, "while a command was running");
        self.surprised(OutcomeState::Disconnected, fault);
    }

    /// The time is over.
    pub(super) fn late(&mut self) {
        let interrupted = self.run.as_ref().is_some_and(|run| run.interrupted_at.is_some());
        let (state, what) = if interrupted {
            (OutcomeState::Interrupted, "no prompt after an interrupt")
        } else {
            (OutcomeState::Timeout, "no prompt after a command")
        };
        self.surprised(state, DeviceError::new(Code::DeviceTimeout, what));
    }

    /// The command and the session end together; what was said so far is still shown.
    fn surprised(&mut self, state: OutcomeState, fault: DeviceError) {
        if let Some(run) = &mut self.run {
            run.relay.finish(&mut run.ready);
        }
        self.end = Some(End { state, code: Some(fault.code), at: Instant::now(), after: Err(fault) });
    }
}
