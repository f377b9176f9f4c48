//! What a connection was refused, told to the gate, and not more often than is of use: a flood of requests must not
//! become a flood of records.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Gate, Refusal};
use crate::terms::Code;

/// How many refusals of one connection are recorded one by one.
pub(super) const MAX_RECORDS: usize = 32;

/// How much of a user name is recorded, in characters.
const MAX_USER: usize = 256;

/// How much of a client's own words is recorded, in characters.
const MAX_WORDS: usize = 128;

/// The refusals of one connection.
pub(super) struct Recorder<G> {
    gate: Arc<G>,
    peer: SocketAddr,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    user: String,
    told: usize,
    once: HashSet<String>,
    unknown_keys: usize,
}

impl<G: Gate> Recorder<G> {
    pub(super) fn new(gate: Arc<G>, peer: SocketAddr) -> Self {
        Self { gate, peer, state: Mutex::default() }
    }

    /// The user name that the client gives from now on.
    pub(super) fn user(&self, user: &str) {
        let mut state = self.state();
        if state.user != user {
            state.user = cut(user, MAX_USER);
        }
    }

    pub(super) fn refused(&self, code: Code, what: &str) {
        let refusal = {
            let mut state = self.state();
            let what = match state.told {
                told if told < MAX_RECORDS => what.to_owned(),
                MAX_RECORDS => "more than is recorded of one connection".to_owned(),
                _ => return,
            };
            state.told = state.told.saturating_add(1);
            Refusal { peer: self.peer, user: state.user.clone(), code, what }
        };
        self.gate.refused(refusal);
    }

    /// `what` and the client's own words for it.
    pub(super) fn refused_words(&self, code: Code, what: &str, words: &str) {
        self.refused(code, &format!("{what} {}", cut(words, MAX_WORDS)));
    }

    /// As [`Self::refused_words`], but the same is recorded once: clients send some requests with every channel.
    pub(super) fn refused_once(&self, code: Code, what: &str, words: &str) {
        let whole = format!("{what} {}", cut(words, MAX_WORDS));
        let mut state = self.state();
        let known = state.once.len() >= MAX_RECORDS || !state.once.insert(whole.clone());
        drop(state);
        if !known {
            self.refused(code, &whole);
        }
    }

    /// A key was offered that is nobody's: no refusal yet, for clients offer one key after the other.
    pub(super) fn unknown_key(&self) {
        let mut state = self.state();
        state.unknown_keys = state.unknown_keys.saturating_add(1);
    }

    /// The connection ended before it was authenticated.
    pub(super) fn left_without_login(&self) {
        let state = self.state();
        let (keys, told) = (state.unknown_keys, state.told);
        drop(state);
        if keys > 0 && told == 0 {
            self.refused(Code::PrincipalUnknown, &format!("publickey, {keys} offered"));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
