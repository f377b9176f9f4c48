//! A router, a session on it, and the ledger that permits its commands.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use tempfile::TempDir;

use crate::authz::Permit;
use crate::command::{CanonicalCommand, canonicalize};
use crate::config::{Device, HostKeyPin, Limits, Login, LoginWith};
use crate::device::{CredentialUsed, Credentials, DeviceError, DeviceSession, Standing, Target, dial};
use crate::grammar::{Grammar, GrammarSet};
use crate::ledger::{Facts, Finished, Ledger, OpenSession, SessionOpen, Settings, Started};
use crate::sim::{Behaviour, Dialect, Sim, SimAuth, SimConfig, SimEvent, SimHandle};
use crate::ssh::keys::{Algorithm, PrivateKey, PublicKey};
use crate::terms::{ManualClock, PresentedLine, Span, Timestamp};

pub(super) fn key() -> PrivateKey {
    PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).expect("key")
}

/// The certificates are judged by the real clock of the router's SSH library.
#[expect(clippy::disallowed_methods, reason = "the simulated router has no other clock")]
pub(super) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp::from_micros(since.as_micros().try_into().expect("time"))
}

pub(super) fn limits(command: Duration) -> Limits {
    let second = Duration::from_secs(1);
    Limits {
        login_grace: second,
        max_pre_auth: 1,
        max_pre_auth_per_address: 1,
        max_auth_probes: 1,
        max_sessions: 1,
        max_sessions_per_principal: 1,
        idle: second,
        device_connect: Duration::from_secs(20),
        command,
    }
}

pub(super) fn grammar(dialect: Dialect) -> Arc<Grammar> {
    let platform = match dialect {
        Dialect::CiscoIos => "cisco_ios",
        Dialect::CiscoNxos => "cisco_nxos",
        Dialect::CiscoXr => "cisco_xr",
        Dialect::AristaEos => "arista_eos",
        Dialect::JuniperJunos => "juniper_junos",
        Dialect::Frr => "frr",
    };
    static SET: LazyLock<GrammarSet> = LazyLock::new(|| GrammarSet::shipped().expect("grammars"));
    SET.get(&platform.parse().expect("platform")).expect("grammar").clone()
}

/// What a test dials with.
pub(super) struct Plan {
    pub(super) dialect: Dialect,
    pub(super) behaviour: Behaviour,
    pub(super) hostname: &'static str,
    pub(super) host_key: PrivateKey,
    pub(super) ca: PrivateKey,
    pub(super) command: Duration,
}

impl Plan {
    pub(super) fn new(dialect: Dialect, behaviour: Behaviour) -> Self {
        let command = Duration::from_secs(20);
        Self { dialect, behaviour, hostname: "r1", host_key: key(), ca: key(), command }
    }

    pub(super) fn by_certificate(&self) -> SimAuth {
        SimAuth::UserCa {
            ca: self.ca.public_key().clone(),
            principal: "net-admin".to_owned(),
            user: "netops".to_owned(),
        }
    }

    pub(super) fn router(&self, auth: SimAuth) -> SimConfig {
        let config = SimConfig::new(self.dialect, self.hostname, self.host_key.clone(), auth);
        SimConfig { behaviour: self.behaviour.clone(), ..config }
    }

    pub(super) fn device(&self, sim: &SimHandle, pin: HostKeyPin, with: LoginWith) -> Device {
        let grammar = grammar(self.dialect);
        Device {
            name: "r1".parse().expect("name"),
            platform: grammar.platform().clone(),
            address: "127.0.0.1".to_owned(),
            port: sim.addr().port(),
            host_key: pin,
            site: None,
            role: None,
            env: None,
            criticality: None,
            redundancy_group: None,
            tags: Vec::new(),
            login: Login { user: "netops".to_owned(), with },
            span: Span { file: "gate.yaml".into(), line: 1, column: 1 },
        }
    }

    pub(super) fn target(&self, device: Device, open: &OpenSession) -> Target {
        Target {
            device: Arc::new(device),
            grammar: grammar(self.dialect),
            txn: open.txn().clone(),
            subject: open.subject_id(),
            expires: None,
            now: now(),
        }
    }

    pub(super) fn pinned(&self) -> HostKeyPin {
        HostKeyPin::Key(PublicKey::clone(self.host_key.public_key()))
    }
}

pub(super) fn certificate() -> LoginWith {
    LoginWith::Certificate { principal: "net-admin".to_owned() }
}

/// A real ledger with one open session.
pub(super) struct Book {
    _dir: TempDir,
    pub(super) ledger: Ledger,
    pub(super) open: OpenSession,
}

impl Book {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().expect("dir");
        let settings = Settings {
            path: dir.path().join("ledger.db"),
            origin: "portcullis/test".to_owned(),
            node: "test".to_owned(),
            key: SigningKey::from_bytes(&[7; 32]),
        };
        let (ledger, _) = Ledger::open(settings, Arc::new(ManualClock::at(now()))).await.expect("ledger");
        let open = SessionOpen {
            txn: "txn-00000001".parse().expect("txn"),
            principal: "alice".to_owned(),
            principal_kind: "person",
            subject: "alice".to_owned(),
            actor: None,
            device: "r1".parse().expect("device"),
            platform: "frr".parse().expect("platform"),
            source: "192.0.2.9".to_owned(),
            key: "SHA256:unknown".to_owned(),
            transport: "pty",
            token: None,
            policy: [3; 32],
        };
        let open = ledger.open_session(open).await.expect("open");
        Self { _dir: dir, ledger, open }
    }

    pub(super) async fn start(&self, grammar: &Grammar, mode: &str, line: &str) -> Started {
        let mode = mode.parse().expect("mode");
        let parse = grammar.parse(&mode, &PresentedLine::parse(line.as_bytes()).expect("line"));
        let command = canonicalize(grammar, parse).unwrap_or_else(|refusal| panic!("{line}: {refusal:?}"));
        self.begin(command).await
    }

    pub(super) async fn begin(&self, command: CanonicalCommand) -> Started {
        let mode = command.mode().clone();
        let facts = Facts { mode, policy: [3; 32], step: None, typed: Vec::new(), by_gate: false };
        self.ledger.begin(&self.open, Permit::for_test(command), &facts).await.expect("begin")
    }
}

/// A session on a router.
pub(super) struct Bench {
    pub(super) sim: SimHandle,
    pub(super) book: Book,
    pub(super) session: DeviceSession,
    pub(super) used: CredentialUsed,
    pub(super) grammar: Arc<Grammar>,
}

/// What a command gave.
pub(super) struct Ran {
    pub(super) text: String,
    pub(super) finished: Finished,
    pub(super) standing: Standing,
}

pub(super) async fn router(dialect: Dialect, behaviour: Behaviour) -> Bench {
    dialled(&Plan::new(dialect, behaviour)).await
}

pub(super) async fn dialled(plan: &Plan) -> Bench {
    try_dial(plan).await.unwrap_or_else(|fault| panic!("{fault}"))
}

pub(super) async fn try_dial(plan: &Plan) -> Result<Bench, DeviceError> {
    let sim = Sim::start(plan.router(plan.by_certificate())).await.expect("router");
    let book = Book::new().await;
    let target = plan.target(plan.device(&sim, plan.pinned(), certificate()), &book.open);
    let credentials = Credentials::new(Some(plan.ca.clone()), None);
    let (session, used) = dial(&target, &credentials, &limits(plan.command)).await?;
    Ok(Bench { sim, book, session, used, grammar: target.grammar })
}

impl Bench {
    pub(super) async fn started(&self, line: &str) -> Started {
        let mode = self.session.mode().as_str().to_owned();
        self.book.start(&self.grammar, &mode, line).await
    }

    /// Runs a command as the pipeline does.
    pub(super) async fn run(&mut self, line: &str) -> Ran {
        let started = self.started(line).await;
        self.forward(started).await
    }

    pub(super) async fn forward(&mut self, started: Started) -> Ran {
        let mut running = self.session.forward(started).await;
        let mut bytes = Vec::new();
        while let Some(chunk) = running.chunk().await {
            bytes.extend(chunk);
        }
        let (finished, standing) = running.finish().await;
        Ran { text: String::from_utf8(bytes).expect("utf-8"), finished, standing }
    }

    /// Lines and keys that the router saw, as text.
    pub(super) fn seen(&self) -> Vec<String> {
        let seen = |event| match event {
            SimEvent::Line { raw, end, .. } => {
                Some(format!("{}{}", String::from_utf8_lossy(&raw), char::from(end)))
            }
            SimEvent::Key { byte, .. } => Some(format!("key {byte}")),
            SimEvent::Unfinished { raw, .. } => Some(format!("unfinished {raw:?}")),
            _ => None,
        };
        self.sim.log().into_iter().filter_map(seen).collect()
    }
}
