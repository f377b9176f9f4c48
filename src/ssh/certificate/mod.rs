//! OpenSSH certificates (PROTOCOL.certkeys): what makes one good, and how the gate makes its own.
//!
//! P6: a device credential is made for one session and ends within minutes. Parsing a certificate proves nothing: the
//! checks here are authority, signature, time, principal and every critical option, and each doubt refuses. All
//! cryptography is that of the `ssh-key` crate.

mod mint;
mod source;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

pub use mint::{MintFault, Minted, Wanted, mint};

use super::keys::certificate::CertType;
use super::keys::public::KeyData;
use super::keys::{Algorithm, Certificate, HashAlg, PublicKey};
use crate::terms::Timestamp;

/// The only critical option that is understood.
const SOURCE_ADDRESS: &str = "source-address";

/// The smallest RSA authority, in bits: NIST SP 800-131A.
const MIN_RSA_BITS: u32 = 2048;

/// Why a certificate is not good here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// A host certificate where a user's is wanted, or the other way round.
    #[error("the certificate is of the wrong type")]
    Type,
    /// None of the authorities has signed it.
    #[error("the certificate is of another authority")]
    Authority,
    /// The authority's key or signature is of a kind that is not taken.
    #[error("the authority's key or signature is of a kind that is not taken")]
    Weak,
    /// The signature does not verify.
    #[error("the certificate's signature does not verify")]
    Signature,
    /// Its time has not begun.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// Its time is over.
    #[error("the certificate has expired")]
    Expired,
    /// It names nobody, which by the format means everybody.
    #[error("the certificate names no principal")]
    NoPrincipal,
    /// It names others.
    #[error("the certificate names another principal")]
    Principal,
    /// It has a critical option that is not understood.
    #[error("the certificate has a critical option that is not understood")]
    CriticalOption,
    /// Its `source-address` is no list of addresses.
    #[error("the certificate's source-address cannot be read")]
    SourceMalformed,
    /// It may not be used from there.
    #[error("the certificate may not be used from this address")]
    Source,
}

/// Checks a certificate that somebody logs in with. That the peer holds its key has been shown by SSH.
///
/// `principals` are the names of which the certificate must have one; `peer` is where the connection comes from.
///
/// # Errors
/// The first check that fails.
pub fn check_user_certificate(
    certificate: &Certificate,
    cas: &[PublicKey],
    principals: &[String],
    peer: IpAddr,
    now: Timestamp,
) -> Result<(), CertificateFault> {
    check_issue(certificate, CertType::User, cas, now)?;
    check_principal(certificate, |named| principals.iter().any(|wanted| wanted == named))?;
    check_critical_options(certificate, peer)
}

/// Checks the certificate of a host that was dialled as `host`, an address or a name.
///
/// As `@cert-authority` in a known-hosts file (sshd(8)). No critical option is defined for a host, so none is taken.
///
/// # Errors
/// The first check that fails.
pub fn check_host_certificate(
    certificate: &Certificate,
    ca: &PublicKey,
    host: &str,
    now: Timestamp,
) -> Result<(), CertificateFault> {
    check_issue(certificate, CertType::Host, std::slice::from_ref(ca), now)?;
    check_principal(certificate, |named| same_host(named, host))?;
    if certificate.critical_options().is_empty() { Ok(()) } else { Err(CertificateFault::CriticalOption) }
}

/// Type, authority, time, signature.
fn check_issue(
    certificate: &Certificate,
    wanted: CertType,
    cas: &[PublicKey],
    now: Timestamp,
) -> Result<(), CertificateFault> {
    if certificate.cert_type() != wanted {
        return Err(CertificateFault::Type);
    }
    let authority = certificate.signature_key();
    if !cas.iter().any(|ca| ca.key_data() == authority) {
        return Err(CertificateFault::Authority);
    }
    if !is_sane(authority) || !is_sane_signature(&certificate.signature().algorithm()) {
        return Err(CertificateFault::Weak);
    }
    let seconds = u64::try_from(now.seconds()).map_err(|_| CertificateFault::NotYetValid)?;
    // "valid after <= current time < valid before" (PROTOCOL.certkeys).
    if seconds < certificate.valid_after() {
        return Err(CertificateFault::NotYetValid);
    }
    if seconds >= certificate.valid_before() {
        return Err(CertificateFault::Expired);
    }
    certificate
        .validate_at(seconds, [&authority.fingerprint(HashAlg::Sha256)])
        .map_err(|_| CertificateFault::Signature)
}

/// Neither a certificate nor a token's key: PROTOCOL.certkeys forbids chains, and a touch is not wanted of an authority.
fn is_sane(authority: &KeyData) -> bool {
    match authority {
        KeyData::Ed25519(_) | KeyData::Ecdsa(_) => true,
        KeyData::Rsa(key) => key.key_size() >= MIN_RSA_BITS,
        _ => false,
    }
}

/// `ssh-rsa` means SHA-1.
fn is_sane_signature(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Ed25519 | Algorithm::Ecdsa { .. } | Algorithm::Rsa { hash: Some(_) })
}

fn check_principal(
    certificate: &Certificate,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<(), CertificateFault> {
    match certificate.valid_principals() {
        // "a zero-length `valid principals` field means the certificate is valid for any principal": not here.
        [] => Err(CertificateFault::NoPrincipal),
        named if named.iter().any(|name| is_wanted(name)) => Ok(()),
        _ => Err(CertificateFault::Principal),
    }
}

fn check_critical_options(certificate: &Certificate, peer: IpAddr) -> Result<(), CertificateFault> {
    for (name, value) in certificate.critical_options().iter() {
        if name != SOURCE_ADDRESS {
            return Err(CertificateFault::CriticalOption);
        }
        match source::covers(value, peer) {
            Some(true) => {}
            Some(false) => return Err(CertificateFault::Source),
            None => return Err(CertificateFault::SourceMalformed),
        }
    }
    Ok(())
}

/// Names without regard to case, addresses without regard to spelling. No patterns.
fn same_host(named: &str, dialled: &str) -> bool {
    match (named.parse::<IpAddr>(), dialled.parse::<IpAddr>()) {
        (Ok(named), Ok(dialled)) => named.to_canonical() == dialled.to_canonical(),
        (Err(_), Err(_)) => !named.is_empty() && named.eq_ignore_ascii_case(dialled),
        _ => false,
    }
}
