//! Admission: from an SSH credential, and a token where one is due, to a proof of who is asking.
//!
//! P4: a machine principal without a token never gets a session. Before authentication succeeds the client hears
//! one coarse message; the exact code goes to the ledger.

use std::net::SocketAddr;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::config::{Carrier, Device, Kind, Principal};
use crate::intent::VerifiedIntent;
use crate::policy::Policy;
use crate::ssh::certificate::check_user_certificate;
use crate::ssh::keys::{Certificate, PublicKey};
use crate::terms::{Code, DeviceName, PrincipalName, Timestamp};
use crate::token::{self, Presentation};

/// Proof of what SSH has authenticated so far on one connection. Made here alone.
#[derive(Clone)]
pub struct Login {
    policy: Arc<Policy>,
    principal: Arc<Principal>,
    device: DeviceName,
    peer: SocketAddr,
    key: Arc<PublicKey>,
    /// Whether the key came in a certificate.
    certified: bool,
    key_fingerprint: Arc<str>,
    intent: Option<Arc<VerifiedIntent>>,
}

/// Whether more is needed after a good credential.
pub enum Admitted {
    /// The connection is authenticated.
    Enough(Login),
    /// The key is good; the token comes as a password.
    TokenNext(Login),
}

impl Login {
    /// The authenticated principal.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The device that was asked for; it is in the inventory of [`Self::policy`].
    #[must_use]
    pub fn device(&self) -> Option<&Arc<Device>> {
        self.policy.device(&self.device)
    }

    /// Where the connection comes from.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// SHA-256 fingerprint of the key that authenticated, as OpenSSH shows it.
    #[must_use]
    pub fn key_fingerprint(&self) -> &str {
        &self.key_fingerprint
    }

    /// The verified token and its plan.
    #[must_use]
    pub fn intent(&self) -> Option<&Arc<VerifiedIntent>> {
        self.intent.as_ref()
    }

    /// Whether `policy`, which may be newer, would still let this login in: the principal with this key, the token's issuer
    /// with its key, the device.
    ///
    /// # Errors
    /// [`Code::PrincipalUnknown`], [`Code::TokenMissing`], [`Code::DeviceUnknown`], or why the token is believed no more.
    pub fn still_stands(&self, policy: &Policy) -> Result<(), Code> {
        let principal = policy.principal(&self.principal.name).ok_or(Code::PrincipalUnknown)?;
        let known = match self.certified {
            true => {
                principal.user_ca == self.principal.user_ca
                    && principal.cert_principals == self.principal.cert_principals
            }
            false => has_key(principal, &self.key),
        };
        if !known {
            return Err(Code::PrincipalUnknown);
        }
        if needs_token(principal) && self.intent.is_none() {
            return Err(Code::TokenMissing);
        }
        if let Some(intent) = &self.intent {
            policy.trust.still_believes(intent.token()).map_err(|fault| fault.code)?;
        }
        let device = policy.device(&self.device).ok_or(Code::DeviceUnknown)?;
        let same = self.device().is_some_and(|own| own.platform == device.platform);
        same.then_some(()).ok_or(Code::DeviceUnknown)
    }

    /// The policy at the time of the login.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }
}

/// Whether `key` may be one of the principal that `user` names: an offer, no authentication. A key that is not
/// registered may still come in a certificate; the device is looked at once the key has signed.
#[must_use]
pub fn knows_key(policy: &Policy, user: &str, key: &PublicKey) -> bool {
    let account = user.split(SEPARATORS).next().and_then(|account| account.parse().ok());
    let principal = account.and_then(|account| policy.principal(&account));
    principal.is_some_and(|principal| has_key(principal, key) || !principal.user_ca.is_empty())
}

/// Judges a key whose signature was verified.
///
/// # Errors
/// [`Code::PrincipalUnknown`] or [`Code::DeviceUnknown`].
pub fn by_key(policy: &Arc<Policy>, peer: SocketAddr, user: &str, key: &PublicKey) -> Result<Admitted, Code> {
    let (principal, device) = named(policy, user)?;
    if !has_key(&principal, key) {
        return Err(Code::PrincipalUnknown);
    }
    admit(policy, peer, principal, device, key, false)
}

/// Judges a certificate whose signature over the session was verified.
///
/// # Errors
/// Also [`Code::CertificateInvalid`].
pub fn by_certificate(
    policy: &Arc<Policy>,
    peer: SocketAddr,
    user: &str,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<Admitted, Code> {
    let (principal, device) = named(policy, user)?;
    check_user_certificate(certificate, &principal.user_ca, &principal.cert_principals, peer.ip(), now)
        .map_err(|_| Code::CertificateInvalid)?;
    let key = PublicKey::from(certificate.public_key().clone());
    admit(policy, peer, principal, device, &key, true)
}

/// Judges a token that came after the key, by whatever carrier.
///
/// # Errors
/// The token's own code, or [`Code::TokenConflict`] when the connection already brought one.
pub fn by_token(login: &Login, token: &[u8], now: Timestamp) -> Result<Login, Code> {
    if let Some(first) = &login.intent {
        // The first token fixes the connection; a second channel may bring the same one again.
        let same = first.token().sha256() == <[u8; 32]>::from(Sha256::digest(token));
        return if same { Ok(login.clone()) } else { Err(Code::TokenConflict) };
    }
    let device = login.device().ok_or(Code::DeviceUnknown)?;
    let blob = login.key.to_bytes().map_err(|_| Code::CnfMismatch)?;
    let presented = Presentation { device: &device.name, platform: &device.platform, key: Some(&blob) };
    let verified = token::verify(&login.policy.trust, token, &presented, now).map_err(|fault| {
        tracing::info!(code = %fault.code, detail = %fault.detail, "token refused");
        fault.code
    })?;
    let intent = VerifiedIntent::admit(verified, &login.policy.catalogue, &login.policy.grammars).map_err(
        |fault| {
            tracing::info!(code = %fault.code, detail = %fault.detail, "intent refused");
            fault.code
        },
    )?;
    Ok(Login { intent: Some(Arc::new(intent)), ..login.clone() })
}

fn admit(
    policy: &Arc<Policy>,
    peer: SocketAddr,
    principal: Arc<Principal>,
    device: DeviceName,
    key: &PublicKey,
    certified: bool,
) -> Result<Admitted, Code> {
    let carrier = principal.token;
    let login = Login {
        policy: policy.clone(),
        principal,
        device,
        peer,
        key: Arc::new(key.clone()),
        certified,
        key_fingerprint: key.fingerprint(crate::ssh::keys::HashAlg::Sha256).to_string().into(),
        intent: None,
    };
    Ok(if carrier == Carrier::Password { Admitted::TokenNext(login) } else { Admitted::Enough(login) })
}

/// The principal and the device that `account+device` names.
fn named(policy: &Policy, user: &str) -> Result<(Arc<Principal>, DeviceName), Code> {
    let (account, device) = split_user(user).ok_or(Code::DeviceUnknown)?;
    let principal = policy.principal(&account).ok_or(Code::PrincipalUnknown)?.clone();
    if policy.device(&device).is_none() {
        return Err(Code::DeviceUnknown);
    }
    Ok((principal, device))
}

fn has_key(principal: &Principal, key: &PublicKey) -> bool {
    principal.keys.iter().any(|own| own.key_data() == key.key_data())
}

/// What may stand between account and device.
const SEPARATORS: [char; 3] = ['+', '%', ':'];

/// `account+device`, `account%device` or `account:device`: exactly one separator.
fn split_user(user: &str) -> Option<(PrincipalName, DeviceName)> {
    let (account, device) = user.split_once(SEPARATORS)?;
    Some((account.parse().ok()?, device.parse().ok()?))
}

/// Whether a session of `principal` needs a token: a machine is never judged as a human (P4).
#[must_use]
pub fn needs_token(principal: &Principal) -> bool {
    principal.kind != Kind::Person || principal.token != Carrier::None
}
