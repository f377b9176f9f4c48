//! The embedded authority: one user certificate per device session.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;

use super::super::keys::certificate::{Builder, CertType};
use super::super::keys::{self, Algorithm, Certificate, PrivateKey};
use super::SOURCE_ADDRESS;
use crate::terms::{CorrelationId, SubjectId, Timestamp};

/// For a device whose clock is behind.
const BEFORE: u64 = 30;
/// For a device whose clock is ahead, and for the login itself.
const AFTER_TOKEN: Duration = Duration::from_secs(60);
/// Whatever the token says.
const MOST: Duration = Duration::from_secs(300);

/// What a certificate is wanted for.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The correlation id, which the device's own log will show.
    pub txn: &'a CorrelationId,
    /// The random id of the human.
    pub subject: SubjectId,
    /// The one principal: a role account of the device.
    pub principal: &'a str,
    /// The gate's own address on the way to the device.
    pub source: IpAddr,
    /// When the token ends, if there is one.
    pub expires: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// A certificate with the key that belongs to it. Neither outlives the session.
#[derive(Clone)]
pub struct Minted {
    /// Made for this session.
    pub key: Arc<PrivateKey>,
    /// Signed by the authority.
    pub certificate: Certificate,
    /// When it ends.
    pub expires: Timestamp,
}

/// Without the key.
impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minted")
            .field("key_id", &self.certificate.key_id())
            .field("serial", &self.certificate.serial())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Why no certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum MintFault {
    /// RUSTSEC-2023-0071: no RSA private key is used; nor one that cannot sign by itself.
    #[error("the authority's key must be Ed25519 or ECDSA")]
    Authority,
    /// A certificate without a principal would be good for everybody.
    #[error("no principal is given")]
    NoPrincipal,
    /// It would have ended before it began.
    #[error("the token has expired")]
    Expired,
    /// The library refused.
    #[error("the certificate could not be made: {0}")]
    Library(#[from] keys::Error),
}

/// Makes a key and a certificate for it: one principal, a few minutes, from one address, for a terminal and nothing else.
///
/// The key id is `pct1:<txn>:<subject id>`. The serial number is random and below 2^53, so that the JSON of the ledger
/// holds it exactly (RFC 8785).
///
/// # Errors
/// [`MintFault`].
pub fn mint(ca: &PrivateKey, wanted: &Wanted<'_>) -> Result<Minted, MintFault> {
    if !matches!(ca.algorithm(), Algorithm::Ed25519 | Algorithm::Ecdsa { .. }) {
        return Err(MintFault::Authority);
    }
    if wanted.principal.is_empty() {
        return Err(MintFault::NoPrincipal);
    }
    let expires = expiry(wanted);
    if expires <= wanted.now {
        return Err(MintFault::Expired);
    }
    let seconds = |at: Timestamp| u64::try_from(at.seconds()).unwrap_or(0);
    let mut random = rand::rng();
    let key = PrivateKey::random(&mut random, Algorithm::Ed25519)?;
    let serial = random.random_range(1..1_u64 << 53);
    let mut builder = Builder::new_with_random_nonce(
        &mut random,
        key.public_key(),
        seconds(wanted.now).saturating_sub(BEFORE),
        seconds(expires),
    )?;
    builder
        .cert_type(CertType::User)?
        .serial(serial)?
        .key_id(format!("pct1:{}:{}", wanted.txn, wanted.subject))?
        .valid_principal(wanted.principal)?
        .critical_option(SOURCE_ADDRESS, wanted.source.to_canonical().to_string())?
        .extension("permit-pty", "")?;
    Ok(Minted { key: Arc::new(key), certificate: builder.sign(ca)?, expires })
}

fn expiry(wanted: &Wanted<'_>) -> Timestamp {
    let most = wanted.now.plus(MOST);
    let least = wanted.expires.map_or(most, |expires| expires.plus(AFTER_TOKEN).min(most));
    // A certificate counts whole seconds.
    Timestamp::from_seconds(least.seconds())
}
