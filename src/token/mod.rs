//! Intent tokens: what an MCP server signed, checked where the command is run.
//!
//! P4: the token can only narrow. It says which human, through which agent, wants which one action on which device,
//! and every doubt refuses it. P3: what is not in the profile is a fault, not an extension.
//!
//! No general JWT library decides here: they ignore `typ` and `crit`, take lists for `iss` and `aud`, and allow a
//! minute of leeway. The order of checks is that of [`verify`]; nothing in it takes a use of the token, so a thief
//! without the SSH key cannot void it. Neither a [`TokenFault`] nor any `Debug` form holds bytes of a token.

mod claims;
mod forms;
mod header;
mod json;
mod jwks;
mod members;
mod trust;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use sha2::{Digest, Sha256};

pub use jwks::{Jwks, JwksFault, MAX_JWKS, MAX_KEYS};
pub use trust::{Algorithm, IssuerTrust, Trust};
pub use wire::MAX_TOKEN;

use crate::terms::{Code, CorrelationId, DeviceName, IssuerName, Platform, Timestamp};
use claims::Claims;
pub(crate) use forms::is_param_name;
use forms::{is_agent_part, is_kid};
use header::Header;
use json::JsonFault;
use wire::Wire;

/// How far the clocks of issuer and gate may be apart.
pub const SKEW: Duration = Duration::from_secs(30);

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct TokenFault {
    /// The stable reason.
    pub code: Code,
    /// What exactly, for operators: one line that never holds bytes of the token.
    pub detail: String,
}

impl TokenFault {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// How and for what a token was presented.
#[derive(Clone, Copy, Debug)]
pub struct Presentation<'a> {
    /// The device that the client asked for.
    pub device: &'a DeviceName,
    /// That device's platform.
    pub platform: &'a Platform,
    /// The SSH public key blob (RFC 4253 section 6.6) whose signature authenticated the connection, if one did.
    pub key: Option<&'a [u8]>,
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `cli.read`: changes nothing.
    Read,
    /// `cli.write`: one planned change.
    Write,
}

impl Scope {
    /// The longest lifetime of a token of this scope.
    #[must_use]
    pub fn lifetime(self) -> Duration {
        Duration::from_secs(match self {
            Scope::Read => 300,
            Scope::Write => 120,
        })
    }

    /// The value of the claim `scope`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "cli.read",
            Scope::Write => "cli.write",
        }
    }

    /// The value of `privileges` that agrees with it.
    #[must_use]
    pub fn privileges(self) -> &'static str {
        match self {
            Scope::Read => "exec-read",
            Scope::Write => "config",
        }
    }
}

/// The agent that acts: `agent:netops-assistant#a7f3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    name: String,
    instance: String,
}

impl Actor {
    fn parse(text: &str) -> Option<Self> {
        let (name, instance) = text.split_once('#')?;
        let good = name.strip_prefix("agent:").is_some_and(is_agent_part) && is_agent_part(instance);
        good.then(|| Self { name: name.to_owned(), instance: instance.to_owned() })
    }

    /// As it is registered, without the instance: `agent:netops-assistant`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of its running copies: recorded, never authority.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }
}

/// What a token says of the plan it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanClaim {
    /// The steps of all sections.
    pub steps: usize,
    /// The `pcp1` digest.
    pub sha256: [u8; 32],
}

/// Proof that a token was verified for one device and one SSH key. Only [`verify`] makes it.
pub struct VerifiedToken {
    claims: Claims,
    issuer: IssuerName,
    kid: String,
    algorithm: Algorithm,
    sha256: [u8; 32],
}

/// Verifies a token in the order of the profile: size, segments, header, issuer and key, signature, claims,
/// audience, time, revocation, who may speak for whom, device, SSH key, presence of a plan.
///
/// # Errors
/// The first fault in that order.
pub fn verify(
    trust: &Trust,
    token: &[u8],
    presented: &Presentation<'_>,
    now: Timestamp,
) -> Result<VerifiedToken, TokenFault> {
    let wire = Wire::split(token)?;
    let header = Header::read(&wire.header)?;
    let members = json::object(&wire.payload).map_err(|why| match why {
        JsonFault::Duplicate => TokenFault::new(Code::ClaimDuplicate, "among the claims"),
        other => TokenFault::new(Code::ClaimInvalid, format!("the claims are {other}")),
    })?;
    let issuer = trust.issuer(claims::claimed_issuer(&members)?)?;
    let key = issuer.key(&header.kid, header.algorithm)?;
    if !key.verifies(wire.signed, &wire.signature) {
        return Err(TokenFault::new(
            Code::SignatureInvalid,
            "the signature is not by the key that `kid` names",
        ));
    }
    let claims = Claims::read(members)?;
    if claims.audience != trust.audience() {
        return Err(TokenFault::new(Code::AudienceMismatch, format!("`aud` is not {}", trust.audience())));
    }
    in_time(&claims, now)?;
    issuer.not_revoked(&header.kid)?;
    may_speak(issuer, &claims)?;
    for_device(&claims, presented)?;
    carried(issuer, &claims, presented)?;
    if claims.scope == Scope::Write && claims.plan.is_none() {
        return Err(TokenFault::new(Code::PlanMissing, "`plan` is missing"));
    }
    let Header { kid, algorithm } = header;
    let sha256 = Sha256::digest(token).into();
    Ok(VerifiedToken { claims, issuer: issuer.name.clone(), kid, algorithm, sha256 })
}

impl Trust {
    /// Whether a token that was verified before would still be believed, time and device aside: this trust may be newer
    /// than the one that verified it (P10).
    ///
    /// # Errors
    /// Its issuer, key, subject, agent or workload counts no more.
    pub fn still_believes(&self, token: &VerifiedToken) -> Result<(), TokenFault> {
        let issuer = self.issuer(token.issuer.as_str())?;
        issuer.key(&token.kid, token.algorithm)?;
        issuer.not_revoked(&token.kid)?;
        may_speak(issuer, &token.claims)
    }
}

/// RFC 7519 sections 4.1.4 to 4.1.6, and the profile's caps on how long a token may live.
fn in_time(claims: &Claims, now: Timestamp) -> Result<(), TokenFault> {
    let Claims { issued, not_before, expires, .. } = *claims;
    if expires <= issued.max(not_before) {
        return Err(TokenFault::new(Code::ClaimInvalid, "`exp` is not after `iat` and `nbf`"));
    }
    let [issued, not_before, expires] = [issued, not_before, expires].map(Timestamp::from_seconds);
    let begin = issued.min(not_before);
    if expires.since(begin) > claims.scope.lifetime() {
        let most = claims.scope.lifetime().as_secs();
        let what = format!("more than {most} s for {}", claims.scope.as_str());
        return Err(TokenFault::new(Code::TokenLifetime, what));
    }
    if now.plus(SKEW) < issued.max(not_before) {
        return Err(TokenFault::new(Code::TokenNotYetValid, "`nbf` or `iat` is in the future"));
    }
    if now >= expires.plus(SKEW) {
        return Err(TokenFault::new(Code::TokenExpired, "`exp` has passed"));
    }
    Ok(())
}

/// An issuer speaks only for the humans, agents and workload that are registered for it.
fn may_speak(issuer: &IssuerTrust, claims: &Claims) -> Result<(), TokenFault> {
    let fault = |code: Code, what: &str| TokenFault::new(code, format!("{what} for {}", issuer.name));
    if !issuer.subjects.contains(&claims.subject) {
        return Err(fault(Code::SubjectNotAllowed, "`sub` is not registered"));
    }
    if !issuer.agents.contains(claims.actor.name()) {
        return Err(fault(Code::ActorNotAllowed, "`act.sub` is not registered"));
    }
    if issuer.workload != claims.workload {
        return Err(fault(Code::WorkloadMismatch, "`req_wl` is not the workload registered"));
    }
    Ok(())
}

fn for_device(claims: &Claims, presented: &Presentation<'_>) -> Result<(), TokenFault> {
    if claims.details.device != *presented.device {
        return Err(TokenFault::new(
            Code::DeviceMismatch,
            format!("`identifier` is not {}", presented.device),
        ));
    }
    if claims.details.platform != *presented.platform {
        let what = format!("`platform` is not {}, that of {}", presented.platform, presented.device);
        return Err(TokenFault::new(Code::DeviceMismatch, what));
    }
    Ok(())
}

/// RFC 7800 section 3: the presenter proved, over SSH, that it holds the key that the token names.
fn carried(issuer: &IssuerTrust, claims: &Claims, presented: &Presentation<'_>) -> Result<(), TokenFault> {
    let Some(blob) = presented.key else {
        return Err(TokenFault::new(Code::CnfMismatch, "no SSH key authenticated the connection"));
    };
    if <[u8; 32]>::from(Sha256::digest(blob)) != claims.carried_by {
        return Err(TokenFault::new(Code::CnfMismatch, "`cnf` names another SSH key"));
    }
    if !issuer.may_be_carried(presented) {
        let what = format!("the SSH key is no carrier of {}", issuer.name);
        return Err(TokenFault::new(Code::CarrierNotAllowed, what));
    }
    Ok(())
}

impl VerifiedToken {
    /// Who minted it.
    #[must_use]
    pub fn issuer(&self) -> &IssuerName {
        &self.issuer
    }

    /// The human for whom it is: `user:alice@example.com`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.claims.subject
    }

    /// The agent that acts. Every token of this version has one.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        Some(&self.claims.actor)
    }

    /// The correlation id (P7).
    #[must_use]
    pub fn txn(&self) -> &CorrelationId {
        &self.claims.txn
    }

    /// What makes it unique among its issuer's tokens: with the issuer, the key against replay.
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.claims.jti
    }

    /// Its `exp`: the end of its session too. [`verify`] grants [`SKEW`] beyond it.
    #[must_use]
    pub fn exp(&self) -> Timestamp {
        Timestamp::from_seconds(self.claims.expires)
    }

    /// What it may be used for.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.claims.scope
    }

    /// The device it is for, the one it was presented for.
    #[must_use]
    pub fn device(&self) -> &DeviceName {
        &self.claims.details.device
    }

    /// That device's platform.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.claims.details.platform
    }

    /// The name of the intent.
    #[must_use]
    pub fn action(&self) -> &str {
        self.claims.details.action.as_str()
    }

    /// Its parameters, as the issuer wrote them: the catalogue says what they must be.
    #[must_use]
    pub fn params(&self) -> &BTreeMap<String, String> {
        &self.claims.details.params
    }

    /// The ticket.
    #[must_use]
    pub fn ticket(&self) -> Option<&str> {
        self.claims.details.ticket.as_deref()
    }

    /// Why, in the human's words: free text without controls.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.claims.details.reason.as_deref()
    }

    /// The plan that was signed. Every token for a change has one.
    #[must_use]
    pub fn plan(&self) -> Option<&PlanClaim> {
        self.claims.plan.as_ref()
    }

    /// How many session channels it is good for.
    #[must_use]
    pub fn max_uses(&self) -> u32 {
        self.claims.max_uses
    }

    /// SHA-256 of the compact token: its only trace in records.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// W3C trace context: recorded, never believed.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.claims.traceparent.as_deref()
    }
}

/// Names, no free text: the human and the reason belong in the ledger's sealed fields alone.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedToken")
            .field("issuer", &self.issuer.as_str())
            .field("jti", &self.jti())
            .field("action", &self.action())
            .finish_non_exhaustive()
    }
}
