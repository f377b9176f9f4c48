//! From what is written to what is meant; every doubt is a problem with a place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde_yaml::Spanned;

use super::{
    Carrier, Config, Device, HostKeyPin, Issuer, Kind, Ledger, Limits, Located, Login, LoginWith, Principal,
    raw,
};
use crate::ssh::keys::PublicKey;
use crate::sys::yaml;
use crate::terms::Problem;
use crate::terms::problem::printable;

/// Checks everything. What cannot be used is left out of the configuration and has a problem instead.
pub(super) fn check(file: &Arc<str>, text: &str, folder: &Path, raw: raw::File) -> (Config, Vec<Problem>) {
    let mut check = Check { file, text, folder, problems: Vec::new() };
    let devices = check.devices(&raw);
    let principals = check.principals(&raw.principals);
    let issuers = check.issuers(&raw.issuers, &principals);
    let gate = raw.gate.value.clone();
    if gate.is_empty()
        || gate.len() > 200
        || !gate.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    {
        check.problem(&raw.gate, "the gate's name may have letters, digits and `._-`");
    }
    let config = Config {
        gate,
        listen: raw
            .listen
            .iter()
            .filter_map(|text| check.read(text, "an address and port to listen on"))
            .collect(),
        host_keys: raw.host_keys.iter().map(|path| check.existing(path)).collect(),
        ledger: Ledger { path: check.path(&raw.ledger.path.value), key: check.existing(&raw.ledger.key) },
        device_ca: raw.device_ca.as_ref().map(|path| check.existing(path)),
        sealed: raw.sealed.as_ref().map(|path| check.existing(path)),
        grammars: raw.grammars.as_ref().map(|path| check.existing(path).path),
        rules: raw.rules.as_ref().map(|path| check.existing(path).path),
        devices,
        principals,
        issuers,
        subjects: check.members(&raw.subjects, "user:"),
        agents: check.members(&raw.agents, "agent:"),
        limits: check.limits(&raw.limits),
        digest: [0; 32],
    };
    if raw.listen.is_empty() {
        check.problem(&raw.gate, "`listen` names no address");
    }
    if raw.host_keys.is_empty() {
        check.problem(&raw.gate, "`host_keys` names no key");
    }
    (config, check.problems)
}

struct Check<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    folder: &'a Path,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn problem<T>(&mut self, at: &Spanned<T>, message: impl Into<String>) {
        let problem = Problem::new(yaml::place(self.file, at), message).in_text(self.text);
        self.problems.push(problem);
    }

    fn read<T: FromStr>(&mut self, text: &Spanned<String>, what: &str) -> Option<T>
    where
        T::Err: Display,
    {
        match text.value.parse() {
            Ok(value) => Some(value),
            Err(fault) => {
                self.problem(text, format!("`{}` is not {what}: {fault}", printable(&text.value)));
                None
            }
        }
    }

    fn key(&mut self, text: &Spanned<String>) -> Option<PublicKey> {
        match PublicKey::from_openssh(&text.value) {
            Ok(key) => Some(key),
            Err(fault) => {
                self.problem(text, format!("not an OpenSSH public key: {fault}"));
                None
            }
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    fn existing(&mut self, path: &Spanned<String>) -> Located {
        let whole = self.path(&path.value);
        if !whole.exists() {
            self.problem(path, format!("no such file: {}", whole.display()));
        }
        Located { path: whole, span: yaml::place(self.file, path) }
    }

    fn unique(&mut self, seen: &mut BTreeSet<String>, name: &Spanned<String>) {
        if !seen.insert(name.value.clone()) {
            self.problem(name, format!("`{}` is there twice", printable(&name.value)));
        }
    }

    fn devices(&mut self, raw: &raw::File) -> Vec<Device> {
        let mut seen = BTreeSet::new();
        let mut devices = Vec::new();
        for device in &raw.devices {
            self.unique(&mut seen, &device.name);
            if device.port.value == 0 {
                self.problem(&device.port, "port 0 is no port");
            }
            let name = self.read(&device.name, "a device name");
            let platform = self.read(&device.platform, "a platform");
            let pin = self.pin(device);
            let login = self.login(raw, device);
            if let (Some(name), Some(platform), Some(host_key), Some(login)) = (name, platform, pin, login) {
                devices.push(Device {
                    name,
                    platform,
                    address: device.address.value.clone(),
                    port: device.port.value,
                    host_key,
                    site: device.site.clone(),
                    role: device.role.clone(),
                    env: device.env.clone(),
                    criticality: device.criticality.clone(),
                    redundancy_group: device.redundancy_group.clone(),
                    tags: device.tags.clone(),
                    login,
                    span: yaml::place(self.file, &device.platform),
                });
            }
        }
        devices
    }

    fn pin(&mut self, device: &raw::Device) -> Option<HostKeyPin> {
        match (&device.host_key, &device.host_ca) {
            (Some(key), None) => self.key(key).map(HostKeyPin::Key),
            (None, Some(ca)) => self.key(ca).map(HostKeyPin::Authority),
            _ => {
                self.problem(&device.name, "a device needs `host_key` or `host_ca`, one of them");
                None
            }
        }
    }

    fn login(&mut self, raw: &raw::File, device: &raw::Device) -> Option<Login> {
        let user = device.login.user.value.clone();
        match (&device.login.certificate, &device.login.sealed) {
            (Some(certificate), None) => {
                if raw.device_ca.is_none() {
                    self.problem(&certificate.principal, "a login by certificate needs `device_ca`");
                }
                Some(Login {
                    user,
                    with: LoginWith::Certificate { principal: certificate.principal.value.clone() },
                })
            }
            (None, Some(name)) => {
                if raw.sealed.is_none() {
                    self.problem(name, "a sealed login needs the file `sealed`");
                }
                Some(Login { user, with: LoginWith::Sealed { name: name.value.clone() } })
            }
            _ => {
                self.problem(&device.login.user, "a login needs `certificate` or `sealed`, one of them");
                None
            }
        }
    }

    fn principals(&mut self, raw: &[raw::Principal]) -> Vec<Principal> {
        let mut seen = BTreeSet::new();
        let mut principals = Vec::new();
        for principal in raw {
            self.unique(&mut seen, &principal.name);
            if principal.keys.is_empty() && principal.user_ca.is_empty() {
                self.problem(&principal.name, "a principal needs `keys` or `user_ca`");
            }
            let (kind, token) = (kind(principal.kind), carrier(principal.token.value));
            if kind != Kind::Person && token == Carrier::None {
                self.problem(&principal.token, "a machine principal must bring a token: `password` or `env`");
            }
            let keys = principal.keys.iter().filter_map(|key| self.key(key)).collect();
            let user_ca = principal.user_ca.iter().filter_map(|key| self.key(key)).collect();
            let mut cert_principals = principal.cert_principals.clone();
            if cert_principals.is_empty() {
                cert_principals.push(principal.name.value.clone());
            }
            if let Some(name) = self.read(&principal.name, "a principal name") {
                let groups = principal.groups.clone();
                principals.push(Principal { name, kind, keys, user_ca, cert_principals, groups, token });
            }
        }
        principals
    }

    fn issuers(&mut self, raw: &[raw::Issuer], principals: &[Principal]) -> Vec<Issuer> {
        let mut seen = BTreeSet::new();
        let mut issuers = Vec::new();
        for issuer in raw {
            self.unique(&mut seen, &issuer.name);
            for carrier in &issuer.carriers {
                let shown = printable(&carrier.value);
                match principals.iter().find(|principal| principal.name.as_str() == carrier.value) {
                    None => self.problem(carrier, format!("no principal is called `{shown}`")),
                    Some(own) if own.keys.is_empty() => {
                        self.problem(
                            carrier,
                            format!("`{shown}` has no `keys`: only a registered key carries tokens"),
                        );
                    }
                    Some(_) => {}
                }
            }
            let carriers = issuer.carriers.iter().filter_map(|name| name.value.parse().ok()).collect();
            let jwks = self.existing(&issuer.jwks);
            if let Some(name) = self.read(&issuer.name, "an issuer") {
                issuers.push(Issuer {
                    name,
                    jwks,
                    workload: issuer.workload.clone(),
                    subjects: issuer.subjects.clone(),
                    agents: issuer.agents.clone(),
                    carriers,
                    revoked_kids: issuer.revoked_kids.clone(),
                });
            }
        }
        issuers
    }

    fn members(&mut self, raw: &[raw::Member], prefix: &str) -> BTreeMap<String, Vec<String>> {
        let mut members = BTreeMap::new();
        for member in raw {
            if !member.name.value.starts_with(prefix) {
                self.problem(&member.name, format!("must begin with `{prefix}`"));
            }
            if members.insert(member.name.value.clone(), member.groups.clone()).is_some() {
                self.problem(&member.name, format!("`{}` is there twice", printable(&member.name.value)));
            }
        }
        members
    }

    fn limits(&mut self, raw: &raw::Limits) -> Limits {
        let mut number = |given: &Option<Spanned<u64>>, usual: u64, most: u64| match given {
            None => usual,
            Some(given) if (1..=most).contains(&given.value) => given.value,
            Some(given) => {
                self.problem(given, format!("must be 1 to {most}"));
                usual
            }
        };
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let seconds = Duration::from_secs;
        Limits {
            login_grace: seconds(number(&raw.login_grace_seconds, 30, 600)),
            max_pre_auth: count(number(&raw.max_pre_auth, 64, 10_000)),
            max_pre_auth_per_address: count(number(&raw.max_pre_auth_per_address, 16, 10_000)),
            max_auth_probes: count(number(&raw.max_auth_probes, 20, 100)),
            max_sessions: count(number(&raw.max_sessions, 512, 100_000)),
            max_sessions_per_principal: count(number(&raw.max_sessions_per_principal, 64, 100_000)),
            idle: seconds(number(&raw.idle_seconds, 900, 86_400)),
            device_connect: seconds(number(&raw.device_connect_seconds, 15, 300)),
            command: seconds(number(&raw.command_seconds, 300, 86_400)),
        }
    }
}

fn kind(raw: raw::Kind) -> Kind {
    match raw {
        raw::Kind::Person => Kind::Person,
        raw::Kind::Agent => Kind::Agent,
        raw::Kind::Script => Kind::Script,
    }
}

fn carrier(raw: raw::Carrier) -> Carrier {
    match raw {
        raw::Carrier::Password => Carrier::Password,
        raw::Carrier::Env => Carrier::Env,
        raw::Carrier::None => Carrier::None,
    }
}
