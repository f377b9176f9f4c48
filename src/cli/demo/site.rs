//! A small site in one folder: keys, simulated routers, a configuration.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding as PemEnding;
use rand::Rng;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::daemon::SystemClock;
use crate::grammar::GrammarSet;
use crate::intent::Catalogue;
use crate::intent::mint::{Mint, jwks};
use crate::sim::{Behaviour, Dialect, Sim, SimAuth, SimConfig, SimHandle};
use crate::ssh::keys::{Algorithm, LineEnding, PrivateKey, PublicKey};
use crate::sys;
use crate::terms::{Clock, CorrelationId};

/// The gate's name.
pub const GATE: &str = "demo.example";
/// Whose tokens it believes.
pub const ISSUER: &str = "https://net-mcp.demo.example";
/// The issuer's workload.
pub const WORKLOAD: &str = "spiffe://demo.example/mcp/net-mcp";
/// The human in tokens.
pub const SUBJECT: &str = "user:alice@demo.example";
/// The agent in tokens.
pub const AGENT: &str = "agent:netops-assistant";
/// The issuer's key.
pub const KID: &str = "net-mcp/demo";

/// The routers of the demo: name, platform, what they play.
const ROUTERS: [(&str, &str, Dialect); 2] =
    [("core1", "cisco_ios", Dialect::CiscoIos), ("r1", "frr", Dialect::Frr)];

/// A router to be started.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name in the inventory, and its host name.
    pub name: &'static str,
    /// Its platform in the inventory.
    pub platform: &'static str,
    /// What it plays.
    pub dialect: Dialect,
    /// How it misbehaves.
    pub behaviour: Behaviour,
}

/// The files of a demo, and the routers behind it.
pub struct Site {
    /// The folder.
    pub dir: PathBuf,
    /// The key of the MCP server, principal `net-mcp`.
    pub agent: PrivateKey,
    /// The key of principal `alice`, a person who may read.
    pub person: PrivateKey,
    /// Signs tokens.
    pub issuer: SigningKey,
    /// The gate's host key.
    pub host: PublicKey,
    /// The simulated routers; they stop when this is dropped.
    pub routers: Vec<SiteRouter>,
}

/// One simulated router.
pub struct SiteRouter {
    /// Its name in the inventory.
    pub name: &'static str,
    /// Its platform in the inventory.
    pub platform: &'static str,
    /// Its host key.
    pub host_key: PublicKey,
    /// The router itself.
    pub sim: SimHandle,
}

impl Site {
    /// Makes keys, starts the routers, writes `portcullis.yaml`.
    ///
    /// # Errors
    /// When a file cannot be written or a port cannot be had.
    pub async fn build(dir: &Path) -> io::Result<Self> {
        Self::build_with(dir, Behaviour::default()).await
    }

    /// The same with routers that misbehave.
    ///
    /// # Errors
    /// When a file cannot be written or a port cannot be had.
    pub async fn build_with(dir: &Path, behaviour: Behaviour) -> io::Result<Self> {
        let plan = |(name, platform, dialect)| Plan { name, platform, dialect, behaviour: behaviour.clone() };
        Self::build_of(dir, ROUTERS.map(plan).into()).await
    }

    /// The same with any routers.
    ///
    /// # Errors
    /// When a file cannot be written or a port cannot be had.
    pub async fn build_of(dir: &Path, plans: Vec<Plan>) -> io::Result<Self> {
        let keys = dir.join("keys");
        DirBuilder::new().recursive(true).mode(0o700).create(&keys)?;
        let host = key_file(&keys.join("ssh_host_ed25519_key"))?;
        let device_ca = key_file(&keys.join("device_ca"))?;
        let agent = key_file(&keys.join("net-mcp"))?;
        let person = key_file(&keys.join("alice"))?;
        pem_file(&keys.join("ledger.pem"))?;
        let issuer = pem_file(&keys.join("issuer.pem"))?;
        std::fs::write(keys.join("issuer.jwks.json"), jwks(KID, &issuer.verifying_key()))?;
        let mut routers = Vec::new();
        for plan in plans {
            let key = new_key()?;
            let host_key = key.public_key().clone();
            let (name, platform) = (plan.name, plan.platform);
            let sim = router(plan, key, device_ca.public_key()).await?;
            routers.push(SiteRouter { name, platform, host_key, sim });
        }
        let host = host.public_key().clone();
        let site = Self { dir: dir.to_owned(), agent, person, issuer, host, routers };
        sys::write_new_secret(&site.config(), site.configuration()?.as_bytes())?;
        Ok(site)
    }

    /// The configuration file.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.dir.join("portcullis.yaml")
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.dir.join("ledger.db")
    }

    /// A private key by its name.
    #[must_use]
    pub fn key(&self, name: &str) -> PathBuf {
        self.dir.join("keys").join(name)
    }

    /// A router by its name.
    #[must_use]
    pub fn router(&self, name: &str) -> Option<&SiteRouter> {
        self.routers.iter().find(|router| router.name == name)
    }

    /// The text of every line that a router ran, without the gate's own session preparation.
    #[must_use]
    pub fn ran(&self, device: &str) -> Vec<String> {
        let lines = self.router(device).map(|router| router.sim.machine().lines()).unwrap_or_default();
        lines.into_iter().map(|(_, text)| text).filter(|text| !text.starts_with("terminal ")).collect()
    }

    /// What is minted for one action on one device: good for two minutes and one session.
    ///
    /// # Errors
    /// When the device is not of this site.
    pub fn order(
        &self,
        device: &str,
        action: &str,
        params: &[(&str, &str)],
        txn: &CorrelationId,
    ) -> io::Result<Mint> {
        let router = self.router(device).ok_or_else(|| io::Error::other("no such router"))?;
        Ok(Mint {
            kid: KID.to_owned(),
            issuer: ISSUER.to_owned(),
            audience: format!("portcullis:{GATE}"),
            subject: SUBJECT.to_owned(),
            actor: format!("{AGENT}#demo"),
            workload: WORKLOAD.to_owned(),
            device: device.to_owned(),
            platform: router.platform.to_owned(),
            action: action.to_owned(),
            params: params
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            ticket: Some("CHG0012345".to_owned()),
            reason: Some("demonstration".to_owned()),
            ssh_key: self.agent.public_key().to_bytes().map_err(io::Error::other)?,
            txn: txn.clone(),
            jti: Uuid::new_v4().simple().to_string(),
            now: SystemClock::default().wall(),
            ttl_seconds: 120,
            max_uses: 1,
        })
    }

    /// A token for it.
    ///
    /// # Errors
    /// When the catalogue has no such action or the parameters do not fit.
    pub fn sign(&self, order: &Mint) -> io::Result<Zeroizing<String>> {
        let grammars = GrammarSet::shipped().map_err(io::Error::other)?;
        let catalogue = Catalogue::shipped(&grammars).map_err(io::Error::other)?;
        order.sign(&self.issuer, &catalogue, &grammars).map_err(io::Error::other)
    }

    /// OpenSSH's file of pinned host keys, for the gate alone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn pin(&self, gate: SocketAddr) -> io::Result<PathBuf> {
        let path = self.dir.join("known_hosts");
        let line = format!("[{}]:{} {}\n", gate.ip(), gate.port(), openssh(&self.host)?);
        std::fs::write(&path, line)?;
        Ok(path)
    }

    fn configuration(&self) -> io::Result<String> {
        let mut devices = String::new();
        for SiteRouter { name, platform, host_key, sim } in &self.routers {
            let (addr, key) = (sim.addr(), openssh(host_key)?);
            devices.push_str(&format!(
                "  - {{name: {name}, platform: {platform}, address: {}, port: {}, host_key: \"{key}\",\n     \
                 site: demo, role: core, env: lab, login: {{user: netops, certificate: {{principal: net-admin}}}}}}\n",
                addr.ip(),
                addr.port(),
            ));
        }
        Ok(format!(
            "# Written by `portcullis demo`.\n\
             gate: {GATE}\n\
             listen: [\"127.0.0.1:0\"]\n\
             host_keys: [keys/ssh_host_ed25519_key]\n\
             ledger: {{path: ledger.db, key: keys/ledger.pem}}\n\
             device_ca: keys/device_ca\n\
             devices:\n{devices}\
             principals:\n  \
             - {{name: alice, kind: person, keys: [\"{}\"], groups: [noc], token: none}}\n  \
             - {{name: net-mcp, kind: agent, keys: [\"{}\"], token: env}}\n\
             issuers:\n  \
             - {{name: \"{ISSUER}\", jwks: keys/issuer.jwks.json, workload: \"{WORKLOAD}\",\n     \
             subjects: [\"{SUBJECT}\"], agents: [\"{AGENT}\"], carriers: [net-mcp]}}\n\
             subjects: [{{name: \"{SUBJECT}\", groups: [neteng]}}]\n\
             agents: [{{name: \"{AGENT}\", groups: [netbots]}}]\n",
            openssh(self.person.public_key())?,
            openssh(self.agent.public_key())?,
        ))
    }
}

async fn router(plan: Plan, key: PrivateKey, ca: &PublicKey) -> io::Result<SimHandle> {
    let Plan { name, dialect, behaviour, .. } = plan;
    let auth =
        SimAuth::UserCa { ca: ca.clone(), user: "netops".to_owned(), principal: "net-admin".to_owned() };
    let mut config = SimConfig::new(dialect, name, key, auth);
    // FRR's own shell prints readline's marks around its prompt.
    config.behaviour = Behaviour { paste_marks: dialect == Dialect::Frr, ..behaviour };
    Sim::start(config).await
}

fn key_file(path: &Path) -> io::Result<PrivateKey> {
    let key = new_key()?;
    let text = key.to_openssh(LineEnding::LF).map_err(io::Error::other)?;
    sys::write_new_secret(path, text.as_bytes())?;
    Ok(key)
}

fn new_key() -> io::Result<PrivateKey> {
    PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).map_err(io::Error::other)
}

fn pem_file(path: &Path) -> io::Result<SigningKey> {
    let mut seed = Zeroizing::new([0u8; 32]);
    rand::rng().fill_bytes(seed.as_mut());
    let key = SigningKey::from_bytes(&seed);
    let pem = key.to_pkcs8_pem(PemEnding::LF).map_err(io::Error::other)?;
    sys::write_new_secret(path, pem.as_bytes())?;
    Ok(key)
}

fn openssh(key: &PublicKey) -> io::Result<String> {
    key.to_openssh().map_err(io::Error::other)
}
