//! The gate of one test: keys, configuration, the running binary, its ledger.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use portcullis::grammar::GrammarSet;
use portcullis::intent::Catalogue;
use portcullis::intent::mint::{Mint, jwks};
use portcullis::terms::{CorrelationId, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use super::process::{Seen, eventually, output, run};
use super::router::{Router, Routers, public_key};

const GATE: &str = "lab.example";
const ISSUER: &str = "https://net-mcp.lab.example";
const WORKLOAD: &str = "spiffe://lab.example/mcp/net-mcp";
const SUBJECT: &str = "user:alice@lab.example";
const AGENT: &str = "agent:netops-assistant";
const KID: &str = "net-mcp/lab";

/// The principals: name, kind, how it brings tokens, groups.
const PRINCIPALS: [(&str, &str, &str, &str); 3] = [
    ("alice", "person", "none", "noc"),
    ("net-mcp", "agent", "env", ""),
    ("net-ask", "agent", "password", ""),
];

/// A gate in front of the routers. It ends when this is dropped.
pub(crate) struct Lab {
    routers: Routers,
    issuer: SigningKey,
    port: u16,
    gate: Option<Child>,
    dir: TempDir,
}

/// A minted token and its correlation id.
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) txn: String,
}

impl Lab {
    /// A gate that is listening.
    pub(crate) fn start() -> Self {
        Self::start_with(|text| text)
    }

    /// The same with a changed configuration.
    pub(crate) fn start_with(change: impl FnOnce(String) -> String) -> Self {
        let routers = Routers::standing();
        let dir = tempfile::tempdir().expect("dir");
        let issuer = make_keys(dir.path());
        let mut lab = Self { routers, issuer, port: free_port(), gate: None, dir };
        fs::write(lab.path("gate.yaml"), change(lab.configuration())).expect("configuration");
        let known = format!("[127.0.0.1]:{} {}\n", lab.port, public_key(&lab.key("host")));
        fs::write(lab.known_hosts(), known).expect("known_hosts");
        lab.run_gate();
        lab
    }

    /// A file of this gate.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The private key of a principal.
    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.path(name)
    }

    /// The gate's host key for clients.
    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.path("known_hosts")
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A router, past the gate.
    pub(crate) fn router(&self, name: &str) -> Router {
        self.routers.router(name)
    }

    /// Ends the gate as a power cut would.
    pub(crate) fn kill(&mut self) {
        let mut gate = self.gate.take().expect("the gate is running");
        gate.kill().expect("kill -9");
        gate.wait().expect("wait");
    }

    /// Stops the gate in order.
    pub(crate) fn stop(&mut self) {
        let Some(mut gate) = self.gate.take() else { return };
        kill_process(Pid::from_child(&gate), Signal::TERM).expect("SIGTERM");
        eventually("the gate stops on SIGTERM", || gate.try_wait().expect("wait").is_some());
    }

    /// Starts the gate again on the same files.
    pub(crate) fn run_gate(&mut self) {
        let log = OpenOptions::new().create(true).append(true).open(self.path("gate.log")).expect("log");
        let mut gate = Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .arg("run")
            .arg("--config")
            .arg(self.path("gate.yaml"))
            .env_remove("PORTCULLIS_INTENT")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the gate's binary");
        let port = self.port;
        eventually("the gate listens", || {
            let ended = gate.try_wait().expect("wait");
            assert!(ended.is_none(), "the gate ended ({ended:?}): {}", self.log());
            speaks_ssh(port)
        });
        self.gate = Some(gate);
    }

    /// `portcullis` with these arguments, which may ask about the ledger while the gate runs.
    pub(crate) fn portcullis(&self, args: &[&str]) -> Seen {
        run(Command::new(env!("CARGO_BIN_EXE_portcullis")).args(args).current_dir(self.dir.path()), b"")
    }

    /// Every record with a correlation id.
    pub(crate) fn timeline(&self, txn: &str) -> Vec<Value> {
        json_lines(&self.portcullis(&["ledger", "timeline", txn, "--db", "ledger.db", "--json"]))
    }

    /// Commands of the ledger.
    pub(crate) fn query(&self, filter: &[&str]) -> Vec<Value> {
        let args = [&["ledger", "query", "--db", "ledger.db", "--json", "--limit", "1000"], filter].concat();
        let seen = self.portcullis(&args);
        if seen.status == Some(1) && seen.out.is_empty() { Vec::new() } else { json_lines(&seen) }
    }

    /// The ledger as its verifier sees it must be sound.
    pub(crate) fn assert_ledger_verifies(&self) {
        let key = output(
            Command::new(env!("CARGO_BIN_EXE_portcullis"))
                .args(["ledger", "key", "--config"])
                .arg(self.path("gate.yaml")),
        );
        let seen = self.portcullis(&["ledger", "verify", "--db", "ledger.db", "--key", key.trim()]);
        assert_eq!(seen.status, Some(0), "{}", seen.text());
    }

    /// A token for one action on one device, good for two minutes and one session, carried by `account`'s key.
    pub(crate) fn mint(&self, account: &str, device: &str, action: &str, params: &[(&str, &str)]) -> Token {
        let txn = format!("lab-{}", Uuid::new_v4().simple());
        let grammars = GrammarSet::shipped().expect("grammars");
        let catalogue = Catalogue::shipped(&grammars).expect("catalogue");
        let mint = Mint {
            kid: KID.to_owned(),
            issuer: ISSUER.to_owned(),
            audience: format!("portcullis:{GATE}"),
            subject: SUBJECT.to_owned(),
            actor: format!("{AGENT}#lab"),
            workload: WORKLOAD.to_owned(),
            device: device.to_owned(),
            platform: "frr".to_owned(),
            action: action.to_owned(),
            params: params
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            ticket: Some("CHG0012345".to_owned()),
            reason: Some("end-to-end test".to_owned()),
            ssh_key: key_blob(&self.key(account)),
            txn: txn.parse::<CorrelationId>().expect("txn"),
            jti: Uuid::new_v4().simple().to_string(),
            now: now(),
            ttl_seconds: 120,
            max_uses: 1,
        };
        let text = mint.sign(&self.issuer, &catalogue, &grammars).expect("token").to_string();
        Token { text, txn }
    }

    /// A token of the MCP server to read the BGP summary.
    pub(crate) fn read_token(&self, device: &str) -> Token {
        self.mint("net-mcp", device, "show_bgp_summary", &[])
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("gate.log")).unwrap_or_default()
    }

    /// r1 is pinned by key and r2 by its authority; the others are r1 and r2 with one thing wrong each.
    fn configuration(&self) -> String {
        let (r1, r2) = (self.router("r1"), self.router("r2"));
        let authority = |name: &str| public_key(&self.routers.authority(name));
        let device = |name: &str, router: &Router, port: u16, how: &str, key: &str, principal: &str| {
            format!(
                "  - {{name: {name}, platform: frr, address: {}, port: {port}, {how}: \"{key}\", site: lab, role: core,\n     \
                 env: lab, login: {{user: {}, certificate: {{principal: {principal}}}}}}}\n",
                router.address, router.user
            )
        };
        let principal = self.routers.fact("LAB_PRINCIPAL");
        let devices = [
            device("r1", &r1, 22, "host_key", &r1.host_key(), principal),
            device("r2", &r2, 22, "host_ca", &authority("host_ca"), principal),
            device("closed", &r1, 9, "host_key", &r1.host_key(), principal),
            device("impostor", &r1, 22, "host_key", &r2.host_key(), principal),
            device("stranger", &r2, 22, "host_ca", &authority("stranger_ca"), principal),
            device("locked", &r1, 22, "host_key", &r1.host_key(), "net-nobody"),
        ]
        .concat();
        let principals: String = PRINCIPALS
            .iter()
            .map(|(name, kind, token, groups)| {
                let key = public_key(&self.key(name));
                format!("  - {{name: {name}, kind: {kind}, keys: [\"{key}\"], groups: [{groups}], token: {token}}}\n")
            })
            .collect();
        format!(
            "gate: {GATE}\n\
             listen: [\"127.0.0.1:{}\"]\n\
             host_keys: [host]\n\
             ledger: {{path: ledger.db, key: ledger.pem}}\n\
             device_ca: {}\n\
             devices:\n{devices}\
             principals:\n{principals}\
             issuers:\n  \
             - {{name: \"{ISSUER}\", jwks: issuer.jwks.json, workload: \"{WORKLOAD}\", subjects: [\"{SUBJECT}\"],\n     \
             agents: [\"{AGENT}\"], carriers: [net-mcp, net-ask]}}\n\
             subjects: [{{name: \"{SUBJECT}\", groups: [neteng]}}]\n\
             agents: [{{name: \"{AGENT}\", groups: [netbots]}}]\n",
            self.port,
            self.routers.authority("user_ca").display(),
        )
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the gate's log\n{}---", self.log());
            if let Some(mut gate) = self.gate.take() {
                let _ = gate.kill();
                let _ = gate.wait();
            }
        } else {
            self.stop();
        }
    }
}

/// All keys of a gate. Returns the issuer's.
fn make_keys(dir: &Path) -> SigningKey {
    for name in ["host", "alice", "net-mcp", "net-ask"] {
        output(
            Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
                .arg(dir.join(name)),
        );
    }
    for name in ["ledger.pem", "issuer.pem"] {
        output(
            Command::new("openssl").args(["genpkey", "-algorithm", "ed25519", "-out"]).arg(dir.join(name)),
        );
    }
    let issuer = fs::read_to_string(dir.join("issuer.pem")).expect("issuer.pem");
    let issuer = SigningKey::from_pkcs8_pem(&issuer).expect("issuer.pem");
    fs::write(dir.join("issuer.jwks.json"), jwks(KID, &issuer.verifying_key())).expect("jwks");
    issuer
}

/// The wire form of the public half of `key`: what a token's `cnf` is the hash of.
fn key_blob(key: &Path) -> Vec<u8> {
    use base64::Engine;
    let text = public_key(key);
    let (_, blob) = text.split_once(' ').expect("public key");
    base64::engine::general_purpose::STANDARD.decode(blob).expect("public key")
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("clock");
    Timestamp::from_micros(0).plus(since)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("port");
    listener.local_addr().expect("port").port()
}

fn speaks_ssh(port: u16) -> bool {
    let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let patient = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut banner = String::new();
    patient.is_ok() && BufReader::new(stream).read_line(&mut banner).is_ok() && banner.starts_with("SSH-2.0-")
}

fn json_lines(seen: &Seen) -> Vec<Value> {
    assert_eq!(seen.status, Some(0), "{}", seen.text());
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|fault| panic!("{fault}: {line}"));
    seen.out.lines().map(parse).collect()
}
