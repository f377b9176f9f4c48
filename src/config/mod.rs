//! The configuration file: read strictly, checked whole, every problem reported at once with its place.

mod check;
mod raw;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::ssh::keys::PublicKey;
use crate::sys::{self, yaml};
use crate::terms::{DeviceName, IssuerName, Platform, PrincipalName, Problem, Problems, Span};

/// The largest configuration file that is read, in bytes.
const MAX_FILE: u64 = 16 << 20;

/// A checked configuration. Paths are absolute or relative to the working directory.
#[derive(Clone, Debug)]
pub struct Config {
    /// The gate's name; tokens are for `portcullis:<gate>`.
    pub gate: String,
    /// Where it listens.
    pub listen: Vec<SocketAddr>,
    /// Its OpenSSH private keys.
    pub host_keys: Vec<Located>,
    /// The ledger.
    pub ledger: Ledger,
    /// The CA that signs device certificates.
    pub device_ca: Option<Located>,
    /// The file of sealed device credentials.
    pub sealed: Option<Located>,
    /// A folder of grammars that replace shipped ones.
    pub grammars: Option<PathBuf>,
    /// A folder of rules and intents that replace the shipped ones.
    pub rules: Option<PathBuf>,
    /// The inventory.
    pub devices: Vec<Device>,
    /// Who may log in.
    pub principals: Vec<Principal>,
    /// Whose tokens are believed.
    pub issuers: Vec<Issuer>,
    /// Groups of the humans that tokens name.
    pub subjects: BTreeMap<String, Vec<String>>,
    /// Groups of agents.
    pub agents: BTreeMap<String, Vec<String>>,
    /// Bounds.
    pub limits: Limits,
    digest: [u8; 32],
}

/// A path with the place it is named at.
#[derive(Clone, Debug)]
pub struct Located {
    /// The path.
    pub path: PathBuf,
    /// Where the configuration names it.
    pub span: Span,
}

/// Where the ledger is.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The database file.
    pub path: PathBuf,
    /// The Ed25519 key (PKCS#8 PEM) that signs ledger checkpoints.
    pub key: Located,
}

/// A router or switch.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its name.
    pub name: DeviceName,
    /// Its CLI.
    pub platform: Platform,
    /// Address or host name.
    pub address: String,
    /// TCP port.
    pub port: u16,
    /// How it is known.
    pub host_key: HostKeyPin,
    /// Where it stands.
    pub site: Option<String>,
    /// What it is for.
    pub role: Option<String>,
    /// `prod`, `lab`.
    pub env: Option<String>,
    /// How bad its loss is.
    pub criticality: Option<String>,
    /// Devices that stand in for each other.
    pub redundancy_group: Option<String>,
    /// Anything else.
    pub tags: Vec<String>,
    /// How the gate logs in.
    pub login: Login,
    /// Where the configuration names its platform.
    pub span: Span,
}

/// How a device proves that it is the one.
#[derive(Clone, Debug)]
pub enum HostKeyPin {
    /// By this key.
    Key(PublicKey),
    /// By a host certificate of this CA.
    Authority(PublicKey),
}

/// How the gate logs in to a device.
#[derive(Clone, Debug)]
pub struct Login {
    /// The account on the device.
    pub user: String,
    /// The credential.
    pub with: LoginWith,
}

/// What the gate logs in with.
#[derive(Clone, Debug)]
pub enum LoginWith {
    /// A certificate made for the session.
    Certificate {
        /// The one principal in it.
        principal: String,
    },
    /// An entry of the sealed file.
    Sealed {
        /// Its name.
        name: String,
    },
}

/// Who may log in to the gate.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The account, before the `+`.
    pub name: PrincipalName,
    /// What it is.
    pub kind: Kind,
    /// Its keys.
    pub keys: Vec<PublicKey>,
    /// CAs whose user certificates it may use.
    pub user_ca: Vec<PublicKey>,
    /// The certificate principals that are this one; its own name when none is given.
    pub cert_principals: Vec<String>,
    /// Its groups.
    pub groups: Vec<String>,
    /// How it brings tokens.
    pub token: Carrier,
}

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A human.
    Person,
    /// An MCP server.
    Agent,
    /// Any other program.
    Script,
}

impl Kind {
    /// The word in configuration and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Agent => "agent",
            Kind::Script => "script",
        }
    }
}

/// How a principal brings a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// As the password, after its key.
    Password,
    /// In the environment variable `PORTCULLIS_INTENT`.
    Env,
    /// Not at all.
    None,
}

/// Whose tokens are believed.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// Its `iss`.
    pub name: IssuerName,
    /// Its JWKS file.
    pub jwks: Located,
    /// Its `req_wl`.
    pub workload: String,
    /// Humans it may speak for.
    pub subjects: Vec<String>,
    /// Agents it may name.
    pub agents: Vec<String>,
    /// Principals whose keys may carry its tokens.
    pub carriers: Vec<PrincipalName>,
    /// Keys that count no more.
    pub revoked_kids: Vec<String>,
}

/// Bounds. Everything has one.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From connect to authenticated.
    pub login_grace: Duration,
    /// Connections that are not yet authenticated.
    pub max_pre_auth: usize,
    /// The same, per address.
    pub max_pre_auth_per_address: usize,
    /// Keys offered on one connection.
    pub max_auth_probes: usize,
    /// Open sessions.
    pub max_sessions: usize,
    /// The same, per principal.
    pub max_sessions_per_principal: usize,
    /// Without a line from the client.
    pub idle: Duration,
    /// To a device's first prompt.
    pub device_connect: Duration,
    /// From a command to the device's prompt.
    pub command: Duration,
}

impl Config {
    /// Reads and checks a file. Whether a grammar reads each platform is checked where the grammars are.
    ///
    /// # Errors
    /// All problems at once; a syntax error alone.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        let (config, problems) = Self::load_with_problems(path)?;
        Problems::none_or(problems, config)
    }

    /// The same, with what can be used beside the problems: whoever checks on can report its own at once with them.
    ///
    /// # Errors
    /// The file cannot be read, or is not YAML of the wanted form.
    pub fn load_with_problems(path: &Path) -> Result<(Self, Vec<Problem>), Problems> {
        let name: Arc<str> = path.display().to_string().into();
        let text = sys::read_text(path, MAX_FILE).map_err(|fault| {
            let span = Span { file: name.clone(), line: 1, column: 1 };
            Problems::one(Problem::new(span, format!("cannot be read: {fault}")))
        })?;
        Self::read(&name, &text, path.parent().unwrap_or(Path::new(".")))
    }

    /// The same for text; relative paths are below `folder`.
    ///
    /// # Errors
    /// All problems at once; a syntax error alone.
    pub fn parse(file: &Arc<str>, text: &str, folder: &Path) -> Result<Self, Problems> {
        let (config, problems) = Self::read(file, text, folder)?;
        Problems::none_or(problems, config)
    }

    fn read(file: &Arc<str>, text: &str, folder: &Path) -> Result<(Self, Vec<Problem>), Problems> {
        let raw: raw::File = yaml::parse(file, text).map_err(Problems::one)?;
        let (mut config, problems) = check::check(file, text, folder, raw);
        config.digest = Sha256::digest(text).into();
        Ok((config, problems))
    }

    /// SHA-256 of the file.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}
