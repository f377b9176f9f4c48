//! The client's end of a session: keystrokes in, text out, each raced against the end of the session.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::client::{Client, ClientInput, Kind};
use crate::line::{Event, Input};
use crate::terms::{Framing, PresentedLine};

/// The client is gone, or the gate no longer serves it: nothing more can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// One client, seen as a source of lines.
pub struct Terminal {
    input: mpsc::Receiver<ClientInput>,
    output: mpsc::Sender<Vec<u8>>,
    kill: CancellationToken,
    source: Source,
    interactive: bool,
    transport: &'static str,
    ended: bool,
    overflowed: bool,
}

enum Source {
    /// Lines come from what is typed or piped in.
    Typed(Input),
    /// The one line of an exec request, then nothing.
    Exec(Option<Vec<u8>>),
}

impl Terminal {
    /// Wraps a client as the SSH front hands it over.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let (source, interactive, transport) = match client.kind {
            Kind::Shell { pty: Some(size) } => {
                (Source::Typed(Input::pty(size.columns, size.rows)), true, "pty")
            }
            Kind::Shell { pty: None } => (Source::Typed(Input::plain()), false, "shell"),
            Kind::Exec { command, pty } => (Source::Exec(Some(command)), pty.is_some(), "exec"),
        };
        let Client { input, output, kill, .. } = client;
        Self { input, output, kill, source, interactive, transport, ended: false, overflowed: false }
    }

    /// How the client asked: `pty`, `shell` (without one) or `exec`.
    #[must_use]
    pub fn transport(&self) -> &'static str {
        self.transport
    }

    /// Whether there is a pty: only then are keys keys, and line ends CR LF.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Whether this is an exec request: no prompt is shown.
    #[must_use]
    pub fn is_exec(&self) -> bool {
        matches!(self.source, Source::Exec(_))
    }

    /// Shows bytes, waiting for the client's window.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn show(&self, bytes: Vec<u8>) -> Result<(), Gone> {
        if bytes.is_empty() {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = self.kill.cancelled() => Err(Gone),
            sent = self.output.send(bytes) => sent.map_err(|_| Gone),
        }
    }

    /// Shows one line of the gate's own, ended as this client ends lines.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn say(&self, line: &str) -> Result<(), Gone> {
        let end = if self.interactive { "\r\n" } else { "\n" };
        self.show(format!("{line}{end}").into_bytes()).await
    }

    /// Shows a prompt; an exec request has none.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn prompt(&mut self, prompt: &str) -> Result<(), Gone> {
        match &mut self.source {
            Source::Exec(_) => Ok(()),
            Source::Typed(typed) => {
                typed.set_prompt(prompt);
                self.show(prompt.as_bytes().to_vec()).await
            }
        }
    }

    /// Answers a request for help: the line being typed stays, below what is said.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn help(&mut self, said: &[String], prompt: &str) -> Result<(), Gone> {
        for line in said {
            self.say(line).await?;
        }
        self.prompt(prompt).await?;
        let mut echo = Vec::new();
        if let Source::Typed(typed) = &mut self.source {
            typed.redraw(&mut echo);
        }
        self.show(echo).await
    }

    /// Adds the rest of the word being typed; [`Terminal::help`] shows it.
    pub fn complete(&mut self, rest: &str) {
        if let Source::Typed(typed) = &mut self.source {
            typed.complete(rest);
        }
    }

    /// The next thing the client means. Cancel-safe: what was typed stays in the editor.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn next(&mut self) -> Result<Event, Gone> {
        loop {
            if let Some(event) = self.ready().await? {
                return Ok(event);
            }
            self.read().await?;
        }
    }

    /// Returns when the client interrupts a running command or goes away; keeps what is typed ahead.
    pub async fn interrupt(&mut self) -> Result<(), Gone> {
        loop {
            if let Source::Typed(typed) = &mut self.source
                && typed.take_interrupt()
            {
                return Ok(());
            }
            self.read().await?;
        }
    }

    /// Forgets what was typed ahead: a batch stops at its first refusal.
    pub fn discard_pending(&mut self) {
        if let Source::Typed(typed) = &mut self.source {
            typed.discard_pending();
        }
    }

    async fn ready(&mut self) -> Result<Option<Event>, Gone> {
        if self.overflowed {
            return Ok(Some(Event::Overflow));
        }
        let typed = match &mut self.source {
            Source::Exec(command) => return Ok(Some(command.take().map_or(Event::Eof, |c| exec_line(&c)))),
            Source::Typed(typed) => typed,
        };
        let mut echo = Vec::new();
        let event = typed.next_event(&mut echo);
        self.show(echo).await?;
        Ok(event)
    }

    async fn read(&mut self) -> Result<(), Gone> {
        let input = tokio::select! {
            biased;
            () = self.kill.cancelled() => return Err(Gone),
            input = self.input.recv() => input,
        };
        match (input, &mut self.source) {
            // After its end of file a client still reads: it is gone only when its channel is.
            (None, _) if self.ended => {
                self.kill.cancelled().await;
                Err(Gone)
            }
            (None, _) => Err(Gone),
            (Some(ClientInput::Overflow), _) => {
                (self.ended, self.overflowed) = (true, true);
                Ok(())
            }
            (Some(ClientInput::Eof), Source::Exec(_)) => {
                self.ended = true;
                Ok(())
            }
            (Some(ClientInput::Bytes(bytes)), Source::Typed(typed)) => {
                typed.feed(&bytes);
                Ok(())
            }
            (Some(ClientInput::Resize(size)), Source::Typed(typed)) => {
                typed.resize(size.columns, size.rows);
                Ok(())
            }
            (Some(ClientInput::Eof), Source::Typed(typed)) => {
                self.ended = true;
                typed.finish_input();
                Ok(())
            }
            // An exec request is judged by its command alone: what is piped in has no meaning.
            (Some(_), Source::Exec(_)) => Ok(()),
        }
    }
}

fn exec_line(command: &[u8]) -> Event {
    let line = command.strip_suffix(b"\n").unwrap_or(command);
    match PresentedLine::parse(line) {
        Ok(line) if line.is_blank() => Event::Framing(Framing::Unfinished),
        Ok(line) => Event::Line(line),
        Err(fault) => Event::Framing(fault),
    }
}
