//! What the gate logs in to devices with: its own authority, and the sealed file for devices that know no certificates.
//!
//! # The sealed file
//!
//! YAML, one entry a login; `sealed: NAME` in the inventory names it:
//!
//! ```yaml
//! core1-admin: { password: "..." }
//! core2-admin:
//!   key: |
//!     -----BEGIN OPENSSH PRIVATE KEY-----
//!     ...
//! core3-admin: { key_file: /run/credentials/portcullis.service/core3 }
//! ```
//!
//! "Sealed" is what surrounds the file, not the file: it is plain text that only the gate's user can read, and the gate
//! itself decrypts nothing. Encrypt it at rest with `systemd-creds encrypt` and hand it over by
//! `LoadCredentialEncrypted=`, which puts it into memory that is not swapped. Secrets are wiped when they are dropped,
//! and never shown; the copies that the YAML reader and the SSH library make of a password on their way cannot be wiped.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_yaml::Spanned;
use zeroize::Zeroizing;

use super::{CredentialUsed, DeviceError, Target};
use crate::config::LoginWith;
use crate::ssh::certificate::{Minted, Wanted, mint};
use crate::ssh::keys::{Algorithm, PrivateKey};
use crate::sys::{self, yaml};
use crate::terms::problem::printable;
use crate::terms::{Code, Problem, Problems, Span};

/// The largest sealed file, in bytes.
const MAX_FILE: usize = 1 << 20;
/// The largest private key file, in bytes.
const MAX_KEY: u64 = 64 * 1024;

/// Everything that the gate can log in with.
#[derive(Debug)]
pub struct Credentials {
    ca: Option<Authority>,
    sealed: Option<Sealed>,
}

struct Authority(PrivateKey);

/// Without the key.
impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Authority").field(&self.0.fingerprint(Default::default())).finish()
    }
}

/// What is shown to a device.
pub(super) enum Offer {
    Certificate(Box<Minted>),
    Key(Arc<PrivateKey>),
    Password(Zeroizing<String>),
}

impl Credentials {
    /// `ca` signs certificates for sessions; `sealed` holds keys and passwords.
    #[must_use]
    pub fn new(ca: Option<PrivateKey>, sealed: Option<Sealed>) -> Self {
        Self { ca: ca.map(Authority), sealed }
    }

    /// What a device is logged in to with, and what is recorded of it. `source` is our address on the way there.
    pub(super) fn offer(
        &self,
        target: &Target,
        source: IpAddr,
    ) -> Result<(Offer, CredentialUsed), DeviceError> {
        match &target.device.login.with {
            LoginWith::Certificate { principal } => self.certificate(target, principal, source),
            LoginWith::Sealed { name } => self.sealed(&target.device.login.user, name),
        }
    }

    fn certificate(
        &self,
        target: &Target,
        principal: &str,
        source: IpAddr,
    ) -> Result<(Offer, CredentialUsed), DeviceError> {
        let Some(Authority(ca)) = &self.ca else { return Err(unavailable("there is no `device_ca`")) };
        let (txn, subject) = (&target.txn, target.subject);
        let wanted = Wanted { txn, subject, principal, source, expires: target.expires, now: target.now };
        let minted = mint(ca, &wanted).map_err(|fault| unavailable(&fault.to_string()))?;
        let used = CredentialUsed {
            how: "certificate",
            key_id: Some(minted.certificate.key_id().to_owned()),
            serial: Some(minted.certificate.serial()),
            principal: Some(principal.to_owned()),
            expires: Some(minted.expires),
        };
        Ok((Offer::Certificate(Box::new(minted)), used))
    }

    fn sealed(&self, user: &str, name: &str) -> Result<(Offer, CredentialUsed), DeviceError> {
        let secret = self.sealed.as_ref().and_then(|sealed| sealed.secrets.get(name));
        let (offer, how) = match secret {
            None => return Err(unavailable(&format!("the sealed file has no entry `{name}`"))),
            Some(Secret::Key(key)) => (Offer::Key(key.clone()), "key"),
            Some(Secret::Password(password)) => (Offer::Password(password.clone()), "password"),
        };
        let principal = Some(user.to_owned());
        Ok((offer, CredentialUsed { how, key_id: None, serial: None, principal, expires: None }))
    }
}

fn unavailable(why: &str) -> DeviceError {
    DeviceError::new(Code::CredentialUnavailable, why)
}

/// Named secrets.
pub struct Sealed {
    secrets: BTreeMap<String, Secret>,
}

enum Secret {
    Password(Zeroizing<String>),
    Key(Arc<PrivateKey>),
}

/// Names alone.
impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.secrets.keys()).finish()
    }
}

/// No `Debug`: it holds secrets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    password: Option<String>,
    key: Option<String>,
    key_file: Option<String>,
}

const FORM: &str = "not of the form `name: {password: ...}`, `name: {key: ...}` or `name: {key_file: /path}`, each name once";

impl Sealed {
    /// Reads the file: regular, ours or root's, closed to all others.
    ///
    /// # Errors
    /// All problems at once; none shows any part of the file but its names.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let name: Arc<str> = path.display().to_string().into();
        let max = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
        let bytes = sys::read_secret(path, max).map_err(|fault| {
            let span = Span { file: name.clone(), line: 1, column: 1 };
            Problems::one(Problem::new(span, format!("cannot be read: {fault}")))
        })?;
        Self::parse(&name, &bytes)
    }

    /// The same for bytes; `file` is how problems name it.
    ///
    /// # Errors
    /// As [`Sealed::read`].
    pub fn parse(file: &Arc<str>, bytes: &[u8]) -> Result<Self, Problems> {
        let at_start =
            |what: &str| Problems::one(Problem::new(Span { file: file.clone(), line: 1, column: 1 }, what));
        if bytes.len() > MAX_FILE {
            return Err(at_start("the file is too large"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| at_start("the file is not UTF-8"))?;
        // The reader's own message and line would show what stands in the file.
        let raw: BTreeMap<String, Spanned<Raw>> =
            yaml::parse(file, text).map_err(|problem| Problems::one(Problem::new(problem.span, FORM)))?;
        let mut problems = Vec::new();
        let mut secrets = BTreeMap::new();
        for (name, raw) in raw {
            let span = yaml::place(file, &raw);
            match Secret::from(raw.value) {
                Ok(secret) => drop(secrets.insert(name, secret)),
                Err(what) => {
                    problems.push(Problem::new(span, format!("`{}`: {what}", printable(&name))));
                }
            }
        }
        Problems::none_or(problems, Self { secrets })
    }

    /// Whether there is an entry of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.secrets.contains_key(name)
    }
}

impl Secret {
    fn from(raw: Raw) -> Result<Self, String> {
        let zeroized = |text: Option<String>| text.map(Zeroizing::new);
        let (password, key) = (zeroized(raw.password), zeroized(raw.key));
        match (password, key, raw.key_file) {
            (Some(password), None, None) if password.is_empty() => Err("the password is empty".to_owned()),
            (Some(password), None, None) => Ok(Self::Password(password)),
            (None, Some(key), None) => private_key(key.as_bytes()),
            (None, None, Some(path)) => {
                let path = Path::new(&path);
                if path.is_relative() {
                    return Err("`key_file` must be an absolute path".to_owned());
                }
                let bytes = sys::read_secret(path, MAX_KEY)
                    .map_err(|fault| format!("{}: {fault}", path.display()))?;
                private_key(&bytes)
            }
            _ => Err("needs `password`, `key` or `key_file`, one of them".to_owned()),
        }
    }
}

fn private_key(text: &[u8]) -> Result<Secret, String> {
    let key = PrivateKey::from_openssh(text)
        .map_err(|_| "not a private key in OpenSSH form; make one with ssh-keygen -t ed25519".to_owned())?;
    if key.is_encrypted() {
        return Err("the key has a passphrase; the gate needs one without".to_owned());
    }
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } => Ok(Secret::Key(Arc::new(key))),
        // RUSTSEC-2023-0071: no RSA private key is used.
        _ => Err("the key must be Ed25519 or ECDSA".to_owned()),
    }
}
