//! The state of one login: a key or a certificate first, then a token where one is due.
//!
//! Every answer that is no success reads the same to the client, so it learns nothing of accounts, devices or tokens.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

use russh::keys::{Algorithm, Certificate, PublicKey};
use russh::server::{Auth, PublicKeyOffer, Response, VerifiedPublicKey};
use russh::{MethodKind, MethodSet};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::record::Recorder;
use super::{Answer, Gate};
use crate::terms::Code;

/// Clients and their libraries look for exactly this.
const PROMPT: &str = "Password: ";

/// What is offered from the start: a key first. Both ways to bring a token are always there, so that the list says
/// nothing of the account.
const METHODS: &[MethodKind] =
    &[MethodKind::PublicKey, MethodKind::KeyboardInteractive, MethodKind::Password];

/// What is left after a good key that needs a token.
const TOKEN_METHODS: &[MethodKind] = &[MethodKind::KeyboardInteractive, MethodKind::Password];

/// The connection tried too often and is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// One login.
pub(super) struct Authentication<G: Gate> {
    gate: Arc<G>,
    peer: SocketAddr,
    record: Arc<Recorder<G>>,
    progress: Progress<G::Login>,
    tries: usize,
    max_tries: usize,
    /// The digest of the last token that was refused, with its user name: clients bring it again by the other method.
    refused: Option<[u8; 32]>,
}

enum Progress<L> {
    Nothing,
    /// A key that needs a token. It belongs to this user name alone (RFC 4252 section 5).
    Key {
        user: String,
        login: L,
    },
    Done(L),
}

/// What the list of methods is before anything is known.
pub(super) fn methods() -> MethodSet {
    MethodSet::from(METHODS)
}

impl<G: Gate> Authentication<G> {
    pub(super) fn new(gate: Arc<G>, peer: SocketAddr, record: Arc<Recorder<G>>) -> Self {
        let max_tries = gate.limits().max_auth_probes;
        Self { gate, peer, record, progress: Progress::Nothing, tries: 0, max_tries, refused: None }
    }

    /// The login, once it is complete.
    pub(super) fn login(&self) -> Option<&G::Login> {
        match &self.progress {
            Progress::Done(login) => Some(login),
            Progress::Nothing | Progress::Key { .. } => None,
        }
    }

    /// `none` asks for the list of methods (RFC 4252 section 5.2).
    pub(super) fn none(&mut self, user: &str) -> Auth {
        self.named(user);
        self.reject()
    }

    /// A key without a signature yet, or with one that is not looked at before this says that the key is worth it. An
    /// offer authenticates nobody.
    pub(super) fn offer(&mut self, user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, TooMany> {
        self.named(user);
        self.count()?;
        if allowed(offer.algorithm) && self.gate.knows_key(self.peer, user, offer.public_key) {
            return Ok(Auth::Accept);
        }
        self.record.unknown_key();
        Ok(self.reject())
    }

    /// A key that has signed this connection.
    pub(super) fn key(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Auth {
        self.named(user);
        let answer = if allowed(key.algorithm) {
            self.gate.key(self.peer, user, key.public_key)
        } else {
            Answer::Reject(Code::PrincipalUnknown)
        };
        self.first(user, answer, "publickey")
    }

    /// A certificate whose key has signed this connection.
    pub(super) fn certificate(&mut self, user: &str, certificate: &Certificate) -> Auth {
        self.named(user);
        let answer = if allowed(&PublicKey::from(certificate.public_key().clone()).algorithm()) {
            self.gate.certificate(self.peer, user, certificate)
        } else {
            Answer::Reject(Code::CertificateInvalid)
        };
        self.first(user, answer, "certificate")
    }

    pub(super) fn password(&mut self, user: &str, password: &str) -> Result<Auth, TooMany> {
        self.named(user);
        self.token(user, Zeroizing::new(password.as_bytes().to_vec()), "password")
    }

    /// One prompt, one answer (RFC 4256).
    pub(super) fn keyboard(&mut self, user: &str, response: Option<Response<'_>>) -> Result<Auth, TooMany> {
        const WHAT: &str = "keyboard-interactive";
        self.named(user);
        let Some(mut answers) = response else {
            self.count()?;
            return Ok(prompt());
        };
        let Some(token) = answers.next().filter(|_| answers.next().is_none()) else {
            self.record.refused(Code::TokenMalformed, WHAT);
            return Ok(self.reject());
        };
        self.token(user, Zeroizing::new(token.to_vec()), WHAT)
    }

    /// A key or a certificate.
    fn first(&mut self, user: &str, answer: Answer<G::Login>, what: &str) -> Auth {
        match answer {
            Answer::Accept(login) => {
                self.progress = Progress::Done(login);
                Auth::Accept
            }
            Answer::More(login) => {
                self.progress = Progress::Key { user: user.to_owned(), login };
                // A token that was worth nothing without the key is another attempt with it.
                self.refused = None;
                Auth::Reject {
                    proceed_with_methods: Some(MethodSet::from(TOKEN_METHODS)),
                    partial_success: true,
                }
            }
            Answer::Reject(code) => {
                self.record.refused(code, what);
                self.reject()
            }
        }
    }

    fn token(&mut self, user: &str, token: Zeroizing<Vec<u8>>, what: &str) -> Result<Auth, TooMany> {
        let digest =
            Sha256::new().chain_update(user).chain_update([0]).chain_update(&*token).finalize().into();
        if self.refused == Some(digest) {
            // The same by the other method is the same attempt.
            return Ok(self.reject());
        }
        self.count()?;
        let so_far = match &self.progress {
            Progress::Key { login, .. } => Some(login),
            Progress::Nothing | Progress::Done(_) => None,
        };
        let code = match self.gate.token(self.peer, user, so_far, token) {
            Answer::Accept(login) => {
                self.progress = Progress::Done(login);
                return Ok(Auth::Accept);
            }
            // Nothing follows a token.
            Answer::More(_) => Code::Internal,
            Answer::Reject(code) => code,
        };
        self.refused = Some(digest);
        self.record.refused(code, what);
        Ok(self.reject())
    }

    /// A changed user name starts from nothing.
    fn named(&mut self, user: &str) {
        self.record.user(user);
        if matches!(&self.progress, Progress::Key { user: own, .. } if own != user) {
            self.progress = Progress::Nothing;
        }
    }

    fn count(&mut self) -> Result<(), TooMany> {
        self.tries = self.tries.saturating_add(1);
        if self.tries <= self.max_tries {
            return Ok(());
        }
        self.record.refused(Code::LoginLimit, &format!("more than {} attempts to log in", self.max_tries));
        Err(TooMany)
    }

    fn reject(&self) -> Auth {
        let methods = match self.progress {
            Progress::Key { .. } => TOKEN_METHODS,
            Progress::Nothing | Progress::Done(_) => METHODS,
        };
        Auth::Reject { proceed_with_methods: Some(MethodSet::from(methods)), partial_success: false }
    }
}

/// A signature with SHA-1 proves nothing (RFC 8332 section 1), and DSA knows no other.
fn allowed(algorithm: &Algorithm) -> bool {
    !matches!(algorithm, Algorithm::Dsa | Algorithm::Rsa { hash: None })
}

fn prompt() -> Auth {
    Auth::Partial {
        name: Cow::Borrowed(""),
        instructions: Cow::Borrowed(""),
        prompts: Cow::Borrowed(const { &[(Cow::Borrowed(PROMPT), false)] }),
    }
}
