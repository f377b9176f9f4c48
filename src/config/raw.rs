//! The configuration file as it is written.

use serde::Deserialize;
use serde_yaml::Spanned;

type Text = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) gate: Text,
    pub(super) listen: Vec<Text>,
    pub(super) host_keys: Vec<Text>,
    pub(super) ledger: Ledger,
    pub(super) device_ca: Option<Text>,
    pub(super) sealed: Option<Text>,
    pub(super) grammars: Option<Text>,
    pub(super) rules: Option<Text>,
    pub(super) devices: Vec<Device>,
    pub(super) principals: Vec<Principal>,
    #[serde(default)]
    pub(super) issuers: Vec<Issuer>,
    #[serde(default)]
    pub(super) subjects: Vec<Member>,
    #[serde(default)]
    pub(super) agents: Vec<Member>,
    #[serde(default)]
    pub(super) limits: Limits,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ledger {
    pub(super) path: Text,
    pub(super) key: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    pub(super) name: Text,
    pub(super) platform: Text,
    pub(super) address: Text,
    #[serde(default = "ssh_port")]
    pub(super) port: Spanned<u16>,
    pub(super) host_key: Option<Text>,
    pub(super) host_ca: Option<Text>,
    pub(super) site: Option<String>,
    pub(super) role: Option<String>,
    pub(super) env: Option<String>,
    pub(super) criticality: Option<String>,
    pub(super) redundancy_group: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    pub(super) login: Login,
}

fn ssh_port() -> Spanned<u16> {
    Spanned::new(22, serde_yaml::Location::UNKNOWN, serde_yaml::Location::UNKNOWN)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    pub(super) user: Text,
    pub(super) certificate: Option<Certificate>,
    pub(super) sealed: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Certificate {
    pub(super) principal: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Principal {
    pub(super) name: Text,
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) keys: Vec<Text>,
    #[serde(default)]
    pub(super) user_ca: Vec<Text>,
    #[serde(default)]
    pub(super) cert_principals: Vec<String>,
    #[serde(default)]
    pub(super) groups: Vec<String>,
    pub(super) token: Spanned<Carrier>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Person,
    Agent,
    Script,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Carrier {
    Password,
    Env,
    None,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issuer {
    pub(super) name: Text,
    pub(super) jwks: Text,
    pub(super) workload: String,
    pub(super) subjects: Vec<String>,
    pub(super) agents: Vec<String>,
    pub(super) carriers: Vec<Text>,
    #[serde(default)]
    pub(super) revoked_kids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub(super) name: Text,
    pub(super) groups: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) login_grace_seconds: Option<Spanned<u64>>,
    pub(super) max_pre_auth: Option<Spanned<u64>>,
    pub(super) max_pre_auth_per_address: Option<Spanned<u64>>,
    pub(super) max_auth_probes: Option<Spanned<u64>>,
    pub(super) max_sessions: Option<Spanned<u64>>,
    pub(super) max_sessions_per_principal: Option<Spanned<u64>>,
    pub(super) idle_seconds: Option<Spanned<u64>>,
    pub(super) device_connect_seconds: Option<Spanned<u64>>,
    pub(super) command_seconds: Option<Spanned<u64>>,
}
