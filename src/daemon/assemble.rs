//! Everything that a configuration names, read and checked together: for `run`, `check` and reload alike.

use std::fmt;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use zeroize::Zeroizing;

use crate::config::{Config, Issuer, Located, LoginWith, Principal};
use crate::device::{Credentials, Sealed};
use crate::ledger::{self, Event};
use crate::policy::Policy;
use crate::ssh::keys::PrivateKey;
use crate::sys;
use crate::terms::{Problem, Problems};
use crate::token::{IssuerTrust, Jwks, Trust};

/// The largest key file, in bytes.
const MAX_KEY: u64 = 64 << 10;
/// The largest JWKS file, in bytes.
const MAX_JWKS: u64 = 256 << 10;

/// A configuration with everything it names.
pub struct Assembled {
    /// The configuration itself.
    pub config: Config,
    /// What decides.
    pub policy: Policy,
    /// The gate's own host keys.
    pub host_keys: Vec<PrivateKey>,
    /// What it logs in to devices with.
    pub credentials: Credentials,
    ledger_key: SigningKey,
}

impl fmt::Debug for Assembled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assembled").field("gate", &self.config.gate).finish_non_exhaustive()
    }
}

impl Assembled {
    /// Where the ledger is and how it signs.
    #[must_use]
    pub fn ledger_settings(&self) -> ledger::Settings {
        ledger::Settings {
            path: self.config.ledger.path.clone(),
            origin: format!("portcullis/{}", self.config.gate),
            node: self.config.gate.clone(),
            key: self.ledger_key.clone(),
        }
    }

    /// The record of the policy that decides from here on.
    #[must_use]
    pub fn record(&self) -> Event {
        Event::Policy { digest: self.policy.digest(), devices: self.config.devices.len() }
    }

    /// What was read, in a few lines.
    #[must_use]
    pub fn summary(&self) -> String {
        let Config { gate, devices, principals, issuers, .. } = &self.config;
        let platforms: Vec<&str> =
            self.policy.grammars.platforms().map(|platform| platform.as_str()).collect();
        format!(
            "sound: gate {gate}\n  {}, {}, {}\n  platforms: {}\n  {}, {}\n  policy {}",
            count(devices.len(), "device"),
            count(principals.len(), "principal"),
            count(issuers.len(), "issuer"),
            platforms.join(", "),
            count(self.policy.rules.len(), "rule"),
            count(self.policy.catalogue.intents().count(), "intent"),
            ledger::hex(&self.policy.digest()),
        )
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Reads and checks everything. Nothing is opened, dialled or written.
///
/// # Errors
/// All problems of all files at once; a configuration that cannot be read at all comes alone.
pub fn assemble(path: &Path) -> Result<Assembled, Problems> {
    let (config, problems) = Config::load_with_problems(path)?;
    let mut reading = Reading { problems };
    let host_keys: Vec<PrivateKey> =
        config.host_keys.iter().filter_map(|path| reading.ssh_key(path, "a host key")).collect();
    let ledger_key = reading.ledger_key(&config.ledger.key);
    let device_ca = config.device_ca.as_ref().and_then(|path| reading.ssh_key(path, "a CA key"));
    let sealed = config.sealed.as_ref().and_then(|path| reading.sealed(path));
    reading.sealed_names(&config, sealed.as_ref());
    reading.ledger_folder(&config);
    let trust = reading.trust(&config);
    let policy = reading.collect(Policy::assemble(&config, trust));
    if let Some(policy) = &policy {
        reading.platforms(&config, policy);
    }
    let Reading { problems } = reading;
    Problems::none_or(problems, ())?;
    match (policy, ledger_key) {
        (Some(policy), Some(ledger_key)) => {
            let credentials = Credentials::new(device_ca, sealed);
            Ok(Assembled { config, policy, host_keys, credentials, ledger_key })
        }
        // What is missing has left a problem, so this is not reached.
        _ => Err(Problems::one(Problem::new(config.ledger.key.span, "not everything could be read"))),
    }
}

/// The files of one configuration, and what is wrong with them.
struct Reading {
    problems: Vec<Problem>,
}

impl Reading {
    fn problem(&mut self, at: &Located, what: &str) {
        self.problems.push(Problem::new(at.span.clone(), format!("{}: {what}", at.path.display())));
    }

    fn collect<T>(&mut self, read: Result<T, Problems>) -> Option<T> {
        read.map_err(|problems| self.problems.extend(problems.into_vec())).ok()
    }

    fn secret(&mut self, at: &Located) -> Option<Zeroizing<Vec<u8>>> {
        if !at.path.exists() {
            // The configuration's own check has said so.
            return None;
        }
        sys::read_secret(&at.path, MAX_KEY).map_err(|fault| self.problem(at, &fault.to_string())).ok()
    }

    fn ssh_key(&mut self, at: &Located, what: &str) -> Option<PrivateKey> {
        let bytes = self.secret(at)?;
        match PrivateKey::from_openssh(bytes.as_slice()) {
            Ok(key) if key.is_encrypted() => {
                self.problem(at, "the key has a passphrase; the gate needs one without");
                None
            }
            Ok(key) => Some(key),
            Err(_) => {
                self.problem(at, &format!("not {what} in OpenSSH form; make one with ssh-keygen -t ed25519"));
                None
            }
        }
    }

    fn ledger_key(&mut self, at: &Located) -> Option<SigningKey> {
        let bytes = self.secret(at)?;
        let text = std::str::from_utf8(&bytes).ok();
        let key = text.and_then(|text| SigningKey::from_pkcs8_pem(text).ok());
        if key.is_none() {
            self.problem(
                at,
                "not an Ed25519 key in PKCS#8 PEM; make one with openssl genpkey -algorithm ed25519",
            );
        }
        key
    }

    fn sealed(&mut self, at: &Located) -> Option<Sealed> {
        let bytes = self.secret(at)?;
        let name = at.path.display().to_string().into();
        let read = Sealed::parse(&name, &bytes);
        self.collect(read)
    }

    fn sealed_names(&mut self, config: &Config, sealed: Option<&Sealed>) {
        let (Some(sealed), Some(at)) = (sealed, &config.sealed) else { return };
        for device in &config.devices {
            if let LoginWith::Sealed { name } = &device.login.with
                && !sealed.has(name)
            {
                self.problem(at, &format!("has no entry `{name}`, which {} needs", device.name));
            }
        }
    }

    fn ledger_folder(&mut self, config: &Config) {
        let folder = config.ledger.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            let at = Located { path: config.ledger.path.clone(), span: config.ledger.key.span.clone() };
            self.problem(&at, "the ledger's folder is not there");
        }
    }

    fn platforms(&mut self, config: &Config, policy: &Policy) {
        for device in &config.devices {
            if policy.grammars.get(&device.platform).is_none() {
                let known: Vec<&str> =
                    policy.grammars.platforms().map(|platform| platform.as_str()).collect();
                let what = format!("no grammar reads the platform `{}`", device.platform);
                let problem = Problem::new(device.span.clone(), what);
                self.problems.push(problem.hint(format!("known: {}", known.join(", "))));
            }
        }
    }

    fn trust(&mut self, config: &Config) -> Trust {
        let issuers = config.issuers.iter().filter_map(|issuer| self.issuer(config, issuer)).collect();
        Trust::new(&config.gate, issuers)
    }

    fn issuer(&mut self, config: &Config, issuer: &Issuer) -> Option<IssuerTrust> {
        if !issuer.jwks.path.exists() {
            return None;
        }
        let text = sys::read_text(&issuer.jwks.path, MAX_JWKS)
            .map_err(|fault| self.problem(&issuer.jwks, &fault.to_string()))
            .ok()?;
        let keys = Jwks::parse(&text).map_err(|fault| self.problem(&issuer.jwks, &fault.to_string())).ok()?;
        Some(IssuerTrust {
            name: issuer.name.clone(),
            keys,
            workload: issuer.workload.clone(),
            subjects: issuer.subjects.iter().cloned().collect(),
            agents: issuer.agents.iter().cloned().collect(),
            carriers: carriers(config, issuer).into_iter().collect(),
            revoked_kids: issuer.revoked_kids.iter().cloned().collect(),
        })
    }
}

/// The blobs of the keys that may carry an issuer's tokens.
fn carriers(config: &Config, issuer: &Issuer) -> Vec<Vec<u8>> {
    let named = |principal: &&Principal| issuer.carriers.contains(&principal.name);
    let keys = config.principals.iter().filter(named).flat_map(|principal| &principal.keys);
    keys.filter_map(|key| key.to_bytes().ok()).collect()
}

/// Where the ledger of a configuration is, without reading any key.
///
/// # Errors
/// Problems of the configuration file.
pub fn ledger_path(path: &Path) -> Result<PathBuf, Problems> {
    Ok(Config::load(path)?.ledger.path)
}
