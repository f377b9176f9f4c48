//! Drives a session over a stream.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep, sleep_until};

use super::router::{Act, Router};

const CHUNK: usize = 16 * 1024;

/// How long an answer may still take when the client has sent all: it may be gone.
const AFTER_END: Duration = Duration::from_secs(5);

/// Bytes that are kept for later while an answer is being given.
const MAX_TYPED: usize = 1024 * 1024;

impl Router {
    /// Plays the session until the client or the router ends it.
    ///
    /// # Errors
    /// Those of the stream.
    pub async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut self, stream: S) -> io::Result<()> {
        let (reader, writer) = tokio::io::split(stream);
        let acts = self.open().into();
        let mut session = Session { reader, writer, acts, typed: Vec::new(), ended: None };
        let result = session.run(&mut self).await;
        self.close();
        result
    }
}

struct Session<R, W> {
    reader: R,
    writer: W,
    acts: VecDeque<Act>,
    typed: Vec<u8>,
    /// When the client has sent all.
    ended: Option<Instant>,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<R, W> {
    async fn run(&mut self, router: &mut Router) -> io::Result<()> {
        loop {
            match self.acts.pop_front() {
                Some(Act::Close) => return self.writer.shutdown().await,
                Some(act) => self.perform(act, router).await?,
                None if !self.typed.is_empty() => {
                    let typed = std::mem::take(&mut self.typed);
                    self.acts.extend(router.feed(&typed));
                }
                None if self.ended.is_some() => return Ok(()),
                None => {
                    let mut buffer = [0; 4096];
                    let count = self.reader.read(&mut buffer).await?;
                    self.took(buffer.get(..count).unwrap_or_default());
                }
            }
        }
    }

    fn took(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            self.ended = Some(Instant::now());
        }
        self.typed.extend(bytes.iter().take(MAX_TYPED.saturating_sub(self.typed.len())));
    }

    /// Does one thing, while listening for ^C, which ends it and all that was to follow.
    async fn perform(&mut self, act: Act, router: &mut Router) -> io::Result<()> {
        let mut bytes = Output::of(&act);
        let wait = async move {
            match act {
                Act::Wait(time) => sleep(time).await,
                Act::Hang => pending().await,
                _ => sleep(Duration::ZERO).await,
            }
        };
        let mut wait = std::pin::pin!(wait);
        loop {
            let mut buffer = [0; 4096];
            let patience = sleep_until(self.ended.unwrap_or_else(Instant::now) + AFTER_END);
            tokio::select! {
                read = self.reader.read(&mut buffer), if self.ended.is_none() => {
                    self.took(buffer.get(..read?).unwrap_or_default());
                    if let Some(at) = self.typed.iter().position(|b| *b == 0x03) {
                        self.typed.drain(..=at);
                        self.acts = router.interrupt().into();
                        return Ok(());
                    }
                }
                () = patience, if self.ended.is_some() => return Err(io::ErrorKind::TimedOut.into()),
                written = self.writer.write(bytes.next()), if !bytes.is_done() => bytes.advance(written?),
                () = &mut wait, if bytes.is_done() => return self.writer.flush().await,
            }
        }
    }
}

/// What is left to write.
struct Output {
    bytes: Vec<u8>,
    at: usize,
    filler: u64,
}

impl Output {
    fn of(act: &Act) -> Self {
        let mut output = Self { bytes: Vec::new(), at: 0, filler: 0 };
        match act {
            Act::Write(bytes) => output.bytes.clone_from(bytes),
            Act::Flood(filler) => output.filler = *filler,
            _ => {}
        }
        output.refill();
        output
    }

    fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn next(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
        if self.is_done() {
            self.refill();
        }
    }

    /// Lines of 64 bytes; the last ends where it must, and with a line end.
    fn refill(&mut self) {
        const LINE: &[u8] = b"tech-support filler 0123456789 abcdefghijklmnopqrstuvwxyz .....\r\n";
        if self.filler == 0 {
            return;
        }
        let count = usize::try_from(self.filler).unwrap_or(usize::MAX).min(CHUNK / LINE.len() * LINE.len());
        self.filler = self.filler.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        self.bytes = LINE.iter().copied().cycle().take(count).collect();
        if self.filler == 0 && count >= 2 {
            self.bytes.truncate(count.saturating_sub(2));
            self.bytes.extend_from_slice(b"\r\n");
        }
        self.at = 0;
    }
}
