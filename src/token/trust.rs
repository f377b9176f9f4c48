//! Whose tokens are believed, for what, and carried by whom. Immutable: a reload makes a new one.

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::Signature as EdSignature;
use p256::ecdsa::signature::Verifier;

use super::jwks::Jwks;
use super::wire::SIGNATURE;
use super::{Presentation, TokenFault};
use crate::terms::{Code, IssuerName};

/// The issuers of one gate.
#[derive(Clone, Debug)]
pub struct Trust {
    audience: String,
    issuers: BTreeMap<String, IssuerTrust>,
}

/// What one issuer may say. One MCP server is one issuer.
#[derive(Clone, Debug)]
pub struct IssuerTrust {
    /// Its `iss`.
    pub name: IssuerName,
    /// Its public keys.
    pub keys: Jwks,
    /// Its `req_wl`.
    pub workload: String,
    /// The humans it may speak for, as in `sub`: `user:alice@example.com`.
    pub subjects: BTreeSet<String>,
    /// The agents it may name, without the instance: `agent:netops-assistant`.
    pub agents: BTreeSet<String>,
    /// The SSH public key blobs (RFC 4253 section 6.6) that its tokens may be carried by. A certified key counts by
    /// its own blob: a certificate alone does not make a key a carrier.
    pub carriers: BTreeSet<Vec<u8>>,
    /// Key ids that count no more, whatever the key set says.
    pub revoked_kids: BTreeSet<String>,
}

/// How a token may be signed. The key fixes it; the header may only agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037 section 3.1).
    EdDsa,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4).
    Es256,
}

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<Self> {
        [Algorithm::EdDsa, Algorithm::Es256].into_iter().find(|own| own.as_str() == name)
    }

    /// The name in headers and key sets.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
        }
    }
}

/// One public key of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    EdDsa(ed25519_dalek::VerifyingKey),
    Es256(p256::ecdsa::VerifyingKey),
}

impl Key {
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Key::EdDsa(_) => Algorithm::EdDsa,
            Key::Es256(_) => Algorithm::Es256,
        }
    }

    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8; SIGNATURE]) -> bool {
        match self {
            // The strict form also refuses keys and points of small order, under which one signature fits many texts.
            Key::EdDsa(key) => key.verify_strict(signed, &EdSignature::from_bytes(signature)).is_ok(),
            // Either S is taken: common libraries do not normalise it, and nothing here counts on one signature.
            Key::Es256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(signed, &signature).is_ok()),
        }
    }
}

impl Trust {
    /// The issuers that the gate called `gate` believes. A name that is there twice counts once, the last one:
    /// configuration refuses it before.
    #[must_use]
    pub fn new(gate: &str, issuers: Vec<IssuerTrust>) -> Self {
        let issuers = issuers.into_iter().map(|issuer| (issuer.name.as_str().to_owned(), issuer)).collect();
        Self { audience: format!("portcullis:{gate}"), issuers }
    }

    /// The one `aud` that is taken.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    pub(super) fn issuer(&self, name: &str) -> Result<&IssuerTrust, TokenFault> {
        self.issuers.get(name).ok_or_else(|| TokenFault::new(Code::IssuerUnknown, "`iss` names no issuer"))
    }
}

impl IssuerTrust {
    pub(super) fn not_revoked(&self, kid: &str) -> Result<(), TokenFault> {
        if self.revoked_kids.contains(kid) {
            return Err(TokenFault::new(Code::KeyRevoked, format!("a revoked key of {}", self.name)));
        }
        Ok(())
    }

    /// The key that a header names. RFC 8725 section 3.1: each key is used with exactly one algorithm.
    pub(super) fn key(&self, kid: &str, algorithm: Algorithm) -> Result<&Key, TokenFault> {
        let key = self.keys.key(kid).ok_or_else(|| {
            TokenFault::new(Code::KeyUnknown, format!("`kid` names no key of {}", self.name))
        })?;
        if key.algorithm() != algorithm {
            let what = format!("`alg` is not {}, the algorithm of the key", key.algorithm().as_str());
            return Err(TokenFault::new(Code::TokenHeader, what));
        }
        Ok(key)
    }

    pub(super) fn may_be_carried(&self, presented: &Presentation<'_>) -> bool {
        presented.key.is_some_and(|blob| self.carriers.contains(blob))
    }
}
