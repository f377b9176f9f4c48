//! What a client sent and its session has not taken yet.
//!
//! russh opens a channel's window again as soon as it has received something, whoever has read it, so nothing stops a
//! client from sending. What is kept is bounded here; a client that goes over it has lost its session, for dropping
//! some of the bytes and going on would make other lines of them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc};

use crate::pipeline::client::{ClientInput, Size};

/// The most bytes that are kept: as many as `line` keeps.
pub(super) const CAPACITY: usize = 256 * 1024;

/// The most pieces that are kept. Bytes that follow each other are one piece, however they came.
const PIECES: usize = 256;

/// The most bytes in one piece.
const PIECE: usize = 32 * 1024;

/// Put in without waiting, taken out by [`Inbox::feed`].
#[derive(Debug, Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<ClientInput>,
    bytes: usize,
    /// Nothing more is taken.
    ended: bool,
    /// What bytes mean nothing to: an exec request without a terminal.
    deaf: bool,
}

impl Inbox {
    /// For a session that bytes mean nothing to.
    pub(super) fn deaf() -> Self {
        let inbox = Self::default();
        inbox.state().deaf = true;
        inbox
    }

    pub(super) fn bytes(&self, bytes: &[u8]) {
        self.put(|state| state.append(bytes));
    }

    pub(super) fn resize(&self, size: Size) {
        self.put(|state| match state.waiting.back_mut() {
            Some(ClientInput::Resize(last)) => *last = size,
            _ => state.push(ClientInput::Resize(size)),
        });
    }

    pub(super) fn eof(&self) {
        self.put(|state| {
            state.push(ClientInput::Eof);
            state.ended = true;
        });
    }

    /// The session is over: nothing is taken any more, and what waits is forgotten.
    pub(super) fn close(&self) {
        self.put(|state| *state = State { ended: true, ..State::default() });
    }

    /// Hands over what is put in, in order. Drops `to` after the last of it: the end of file, or that the client went
    /// over the bounds. Never returns, and never keeps anything from being put in.
    pub(super) async fn feed(&self, to: mpsc::Sender<ClientInput>) -> Infallible {
        while let Some(input) = self.next().await {
            if to.send(input).await.is_err() {
                self.close();
            }
        }
        drop(to);
        std::future::pending().await
    }

    async fn next(&self) -> Option<ClientInput> {
        loop {
            let (next, ended) = self.state().pop();
            if next.is_some() || ended {
                return next;
            }
            self.changed.notified().await;
        }
    }

    fn put(&self, put: impl FnOnce(&mut State)) {
        let mut state = self.state();
        if !state.ended {
            put(&mut state);
        }
        drop(state);
        // One feeder waits; a permit is kept for it when it does not wait just now.
        self.changed.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, bytes: &[u8]) {
        if self.deaf || bytes.is_empty() {
            return;
        }
        if self.bytes.saturating_add(bytes.len()) > CAPACITY {
            return self.overflow();
        }
        self.bytes = self.bytes.saturating_add(bytes.len());
        match self.waiting.back_mut() {
            Some(ClientInput::Bytes(last)) if last.len().saturating_add(bytes.len()) <= PIECE => {
                last.extend_from_slice(bytes);
            }
            _ => self.push(ClientInput::Bytes(bytes.to_vec())),
        }
    }

    fn push(&mut self, input: ClientInput) {
        if self.waiting.len() >= PIECES {
            self.overflow();
        } else {
            self.waiting.push_back(input);
        }
    }

    /// The session hears of it after what was taken; nothing is taken any more.
    fn overflow(&mut self) {
        self.waiting.push_back(ClientInput::Overflow);
        self.ended = true;
    }

    fn pop(&mut self) -> (Option<ClientInput>, bool) {
        let next = self.waiting.pop_front();
        if let Some(ClientInput::Bytes(bytes)) = &next {
            self.bytes = self.bytes.saturating_sub(bytes.len());
        }
        (next, self.ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Size = Size { columns: 80, rows: 24 };
    const LARGE: Size = Size { columns: 511, rows: 1000 };

    /// What a session gets of it, and whether the input ended.
    async fn fed(inbox: &Inbox) -> (Vec<ClientInput>, bool) {
        let (to, mut from) = mpsc::channel(2);
        let mut got = Vec::new();
        let ended = tokio::select! {
            biased;
            never = inbox.feed(to) => match never {},
            ended = async {
                loop {
                    tokio::select! {
                        biased;
                        next = from.recv() => match next {
                            Some(next) => got.push(next),
                            None => return true,
                        },
                        () = tokio::task::yield_now() => if inbox.state().waiting.is_empty() && from.is_empty() {
                            return from.is_closed();
                        },
                    }
                }
            } => ended,
        };
        (got, ended)
    }

    #[tokio::test]
    async fn single_bytes_become_pieces_and_the_order_is_kept() {
        let inbox = Inbox::default();
        for byte in b"show version\n" {
            inbox.bytes(&[*byte]);
        }
        inbox.resize(SMALL);
        inbox.resize(LARGE);
        inbox.bytes(b"x");
        let expected = [
            ClientInput::Bytes(b"show version\n".to_vec()),
            ClientInput::Resize(LARGE),
            ClientInput::Bytes(b"x".to_vec()),
        ];
        assert_eq!(fed(&inbox).await, (expected.to_vec(), false));
        inbox.eof();
        inbox.bytes(b"after the end");
        assert_eq!(fed(&inbox).await, (vec![ClientInput::Eof], true));
    }

    #[tokio::test]
    async fn what_goes_over_the_bounds_ends_the_input_and_the_session_hears_of_it() {
        let inbox = Inbox::default();
        inbox.bytes(&vec![b'a'; CAPACITY]);
        inbox.bytes(b"b");
        inbox.bytes(b"c");
        let expected = vec![ClientInput::Bytes(vec![b'a'; CAPACITY]), ClientInput::Overflow];
        assert_eq!(fed(&inbox).await, (expected, true));
        let inbox = Inbox::default();
        for _ in 0..PIECES {
            inbox.bytes(b"a");
            inbox.resize(SMALL);
        }
        let (got, ended) = fed(&inbox).await;
        assert_eq!((got.len(), ended), (PIECES + 1, true));
        assert_eq!(got.last(), Some(&ClientInput::Overflow));
    }

    #[tokio::test]
    async fn a_session_that_takes_has_no_bounds() {
        let inbox = Inbox::default();
        for _ in 0..3 {
            inbox.bytes(&vec![b'a'; CAPACITY]);
            let (got, ended) = fed(&inbox).await;
            assert_eq!((got.len(), ended), (1, false));
        }
    }

    #[tokio::test]
    async fn the_deaf_hear_only_the_end() {
        let inbox = Inbox::deaf();
        inbox.bytes(&vec![0; CAPACITY + 1]);
        inbox.eof();
        assert_eq!(fed(&inbox).await, (vec![ClientInput::Eof], true));
    }

    #[tokio::test]
    async fn a_closed_one_forgets() {
        let inbox = Inbox::default();
        inbox.bytes(b"reload");
        inbox.close();
        inbox.bytes(b"reload");
        assert_eq!(fed(&inbox).await, (Vec::new(), true));
    }
}
