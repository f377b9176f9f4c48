//! A device session between commands.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::prompt::{Expected, Prompt};
use super::running::{Run, Running};
use super::wire::{Heard, Wire};
use super::{DeviceError, Doubt, Target};
use crate::grammar::Grammar;
use crate::ledger::Started;
use crate::output::{Filter, Newline};
use crate::terms::{Code, CorrelationId, DecisionId, Mode};

/// How much a device may say unasked though a terminal would show nothing of it, in bytes.
const MAX_UNASKED: usize = 64 * 1024;

/// A terminal session on a device. Only it accepts a [`Started`].
pub struct DeviceSession {
    pub(super) wire: Wire,
    pub(super) grammar: Arc<Grammar>,
    pub(super) prompt: Prompt,
    /// The command whose end was believed last.
    pub(super) last: Option<DecisionId>,
    txn: CorrelationId,
    newline: Newline,
    patience: Duration,
    /// What the device says though it was not asked.
    idle: Filter,
    unasked: usize,
    doubt: Option<Doubt>,
    ended: Option<DeviceError>,
}

/// Without what the device said.
impl std::fmt::Debug for DeviceSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceSession")
            .field("txn", &self.txn)
            .field("mode", self.prompt.mode())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl DeviceSession {
    pub(super) fn new(target: &Target, wire: Wire, prompt: Prompt, patience: Duration) -> Self {
        Self {
            wire,
            grammar: target.grammar.clone(),
            prompt,
            last: None,
            txn: target.txn.clone(),
            newline: Newline::CrLf,
            patience,
            idle: Filter::new(Newline::Lf),
            unasked: 0,
            doubt: None,
            ended: None,
        }
    }

    /// The device's prompt, byte for byte as it printed it.
    #[must_use]
    pub fn prompt(&self) -> &str {
        self.prompt.text()
    }

    /// The device's name, as its prompt begins.
    #[must_use]
    pub fn name(&self) -> &str {
        self.prompt.name()
    }

    /// The mode that the prompt stands for.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        self.prompt.mode()
    }

    /// How lines of output end for the client: CR LF unless this is called. The recorded hash is of what is relayed.
    pub fn set_newline(&mut self, newline: Newline) {
        self.newline = newline;
    }

    /// Why the session is over, if it is.
    #[must_use]
    pub fn ended(&self) -> Option<&DeviceError> {
        self.ended.as_ref()
    }

    /// The command whose outcome was recorded and is no longer believed, if there is one; told once.
    ///
    /// To be asked for after [`Running::finish`], [`DeviceSession::watch`] and [`DeviceSession::close`], and recorded as
    /// [`Event::Doubt`](crate::ledger::Event::Doubt).
    #[must_use]
    pub fn take_doubt(&mut self) -> Option<Doubt> {
        self.doubt.take()
    }

    /// Returns when the device says something though no command is running, or closes the session: then it is over.
    /// Cancel-safe. Also keeps the connection alive while a client is idle.
    pub async fn watch(&mut self) -> DeviceError {
        loop {
            if let Some(fault) = &self.ended {
                return fault.clone();
            }
            let heard = self.wire.hear().await;
            self.surprise(&heard);
        }
    }

    /// Sends a command: what was permitted and recorded, rendered here, and one line end (P1).
    ///
    /// Nothing is sent, and the outcome says so, when the session is over, when the command is not for this session or
    /// its mode, or when the device has said something in between.
    pub async fn forward(&mut self, started: Started) -> Running<'_> {
        match self.admit(&started).await {
            Ok(expected) => self.send(started, expected).await,
            Err(fault) => {
                let code = fault.code;
                self.end(fault);
                Running::not_sent(self, started, code)
            }
        }
    }

    async fn admit(&mut self, started: &Started) -> Result<Expected, DeviceError> {
        self.listen().await;
        if let Some(fault) = &self.ended {
            return Err(fault.clone());
        }
        let command = started.command();
        let ours = started.txn() == &self.txn
            && command.platform() == self.grammar.platform()
            && command.mode() == self.mode();
        let expected = Expected::after(&self.grammar, &self.prompt, command).filter(|_| ours);
        expected
            .ok_or_else(|| DeviceError::new(Code::Internal, "the command is not for this session and mode"))
    }

    async fn send(&mut self, started: Started, expected: Expected) -> Running<'_> {
        let bytes = started.command().render();
        let run = Run::new(self.grammar.clone(), expected, started.command(), self.newline, self.patience);
        // Until the prompt is back nobody knows where the session is: whoever drops a command ends it.
        self.ended = Some(DeviceError::new(Code::Internal, "a command was given up"));
        let sent = timeout(self.patience, self.wire.send(bytes.as_bytes())).await;
        let mut running = Running::new(self, started, run);
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(_gone)) => running.closed(),
            Err(_late) => running.late(),
        }
        running
    }

    /// Judges what has come since the last command, if anything has.
    async fn listen(&mut self) {
        while self.ended.is_none() {
            match self.wire.heard().await {
                None => return,
                Some(heard) => self.surprise(&heard),
            }
        }
    }

    /// Judges what came though nothing was asked.
    fn surprise(&mut self, heard: &Heard) {
        let fault = match heard {
            Heard::Closed => DeviceError::new(Code::DeviceClosed, "between two commands"),
            Heard::Bytes(bytes) => {
                let mut said = Vec::new();
                self.idle.push(bytes, &mut said);
                said.extend_from_slice(self.idle.pending());
                self.unasked = self.unasked.saturating_add(bytes.len());
                if said.is_empty() && self.unasked <= MAX_UNASKED {
                    // Nothing that a terminal would show.
                    return;
                }
                // An answer that goes on: what ended it was not the prompt.
                self.distrust(Code::DeviceProtocol);
                let said = String::from_utf8_lossy(&said);
                DeviceError::new(Code::DeviceProtocol, format!("it said unasked: `{}`", said.trim()))
            }
        };
        self.end(fault);
    }

    /// The command before this can no longer be believed.
    pub(super) fn distrust(&mut self, code: Code) {
        if let Some(did) = self.last.take() {
            self.doubt = Some(Doubt { did, code });
        }
    }

    /// A command ended where it should.
    pub(super) fn confirm(&mut self, did: DecisionId, prompt: Prompt) {
        self.prompt = prompt;
        self.last = Some(did);
        self.unasked = 0;
        self.ended = None;
    }

    /// The session is over, now.
    pub(super) fn end(&mut self, fault: DeviceError) {
        tracing::info!(txn = %self.txn, code = %fault.code, detail = %fault.detail, "device session ended");
        self.wire.kill();
        self.ended = Some(fault);
    }

    /// Ends the session: politely for a second at most, then for good. A second call does nothing.
    pub async fn close(&mut self) {
        self.listen().await;
        if self.ended.is_none() {
            self.ended = Some(DeviceError::new(Code::ClientExit, "closed"));
            self.wire.close().await;
        }
        self.wire.kill();
    }
}
