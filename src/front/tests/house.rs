//! A front on a free port with a small gate behind it, and clients for it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::client::{self, Handle};
use russh::keys::{Algorithm, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use russh::{ChannelMsg, ChannelReadHalf};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::gate::TestGate;
use crate::front::accept::serve_in;
use crate::front::connection::Timing;
use crate::front::{Limits, Refusal};
use crate::terms::Code;

/// Longer than anything here takes on a busy machine: what is later hangs.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("no end: {what}"))
}

pub(super) fn limits() -> Limits {
    Limits { login_grace: PATIENCE, max_pre_auth: 100, max_pre_auth_per_address: 100, max_auth_probes: 20 }
}

pub(super) fn timing() -> Timing {
    Timing {
        stalled: PATIENCE,
        stalled_at_stop: PATIENCE,
        unused: PATIENCE,
        leaving: Duration::from_millis(100),
    }
}

/// A running front.
pub(super) struct House {
    pub(super) gate: Arc<TestGate>,
    pub(super) address: SocketAddr,
    pub(super) stop: CancellationToken,
    pub(super) tracker: TaskTracker,
    pub(super) dir: tempfile::TempDir,
    pub(super) key: PrivateKey,
    host_key: PublicKey,
    gone: watch::Receiver<usize>,
    refusals: watch::Receiver<Vec<Refusal>>,
}

impl House {
    pub(super) async fn new() -> Self {
        Self::with(limits(), timing()).await
    }

    pub(super) async fn with(limits: Limits, timing: Timing) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = keygen(dir.path(), "user", "ed25519").await;
        let rsa = keygen(dir.path(), "rsa", "rsa").await;
        let ca = keygen(dir.path(), "ca", "ed25519").await;
        let host = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).unwrap();
        let (stop, tracker) = (CancellationToken::new(), TaskTracker::new());
        let ((refusals_to, refusals), (gone_to, gone)) = (watch::channel(Vec::new()), watch::channel(0));
        let gate = Arc::new(TestGate {
            limits,
            keys: vec![key.public_key().clone(), rsa.public_key().clone()],
            ca: ca.public_key().clone(),
            refusals: refusals_to,
            gone: gone_to,
            heard: Mutex::default(),
            stop: stop.clone(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let host_key = host.public_key().clone();
        let front =
            serve_in(vec![listener], vec![host], Arc::clone(&gate), stop.clone(), tracker.clone(), timing);
        tracker.spawn(front);
        let known = format!("[127.0.0.1]:{} {}\n", address.port(), host_key.to_openssh().unwrap());
        std::fs::write(dir.path().join("known_hosts"), known).unwrap();
        Self { gate, address, stop, tracker, dir, key, host_key, gone, refusals }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// OpenSSH, about to run. Options first, then the command.
    pub(super) fn command(&self, user: &str, options: &[&str], command: &[&str]) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).kill_on_drop(true);
        ssh.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        ssh.args(["-F", "none", "-o", "IdentitiesOnly=yes", "-o", "NumberOfPasswordPrompts=1"]);
        ssh.arg("-o").arg(format!("UserKnownHostsFile={}", self.path("known_hosts").display()));
        ssh.args(options).arg("-i").arg(self.path("user"));
        ssh.args(["-p", &self.address.port().to_string(), "-l", user, "127.0.0.1"]).args(command);
        ssh
    }

    pub(super) async fn ssh(&self, user: &str, options: &[&str], command: &str) -> Output {
        let command: &[&str] = if command.is_empty() { &[] } else { &[command] };
        within("ssh", self.command(user, options, command).output()).await.unwrap()
    }

    /// OpenSSH with an askpass that answers `secret`; what it was asked is in the file `prompts`.
    pub(super) async fn ssh_with_secret(&self, user: &str, options: &[&str], secret: &str) -> Output {
        let (askpass, prompts) = (self.path("askpass"), self.path("prompts"));
        let mut script = "#!/bin/sh\n".to_owned();
        writeln!(script, "printf '%s\\n' \"$1\" >> '{}'\nprintf '%s\\n' '{secret}'", prompts.display())
            .unwrap();
        std::fs::write(&askpass, script).unwrap();
        std::fs::set_permissions(&askpass, std::fs::Permissions::from_mode(0o700)).unwrap();
        let mut ssh = self.command(user, options, &["whoami"]);
        ssh.env("SSH_ASKPASS", askpass).env("SSH_ASKPASS_REQUIRE", "force");
        within("ssh", ssh.output()).await.unwrap()
    }

    /// A russh client before it has logged in.
    pub(super) async fn stranger(&self) -> Handle<Pinned> {
        let config = Arc::new(client::Config { nodelay: true, ..client::Config::default() });
        within("connect", client::connect(config, self.address, Pinned(self.host_key.clone()))).await.unwrap()
    }

    /// A russh client, logged in as `alice+r1`.
    pub(super) async fn client(&self) -> Handle<Pinned> {
        let mut client = self.stranger().await;
        let result = within("login", client.authenticate_publickey("alice+r1", self.signer())).await.unwrap();
        assert!(result.success());
        client
    }

    pub(super) fn signer(&self) -> PrivateKeyWithHashAlg {
        PrivateKeyWithHashAlg::new(Arc::new(self.key.clone()), None)
    }

    /// What was refused so far: code and what.
    pub(super) fn refused(&self) -> Vec<(Code, String)> {
        self.refusals.borrow().iter().map(|refusal| (refusal.code, refusal.what.clone())).collect()
    }

    pub(super) fn refusals(&self) -> Vec<Refusal> {
        self.refusals.borrow().clone()
    }

    /// Waits for the record of a refusal.
    pub(super) async fn until_refused(&self, code: Code, what: &str) {
        let mut refusals = self.refusals.clone();
        let found = |all: &Vec<Refusal>| all.iter().any(|one| one.code == code && one.what == what);
        within(what, refusals.wait_for(found)).await.unwrap();
    }

    /// Waits until so many sessions have seen that their client is gone.
    pub(super) async fn until_gone(&self, sessions: usize) {
        let mut gone = self.gone.clone();
        within("gone", gone.wait_for(|gone| *gone >= sessions)).await.unwrap();
    }
}

pub(super) async fn keygen(dir: &Path, name: &str, kind: &str) -> PrivateKey {
    let path = dir.join(name);
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-N", "", "-t", kind, "-f"]).arg(&path);
    if kind == "rsa" {
        command.args(["-b", "2048"]);
    }
    assert!(within("ssh-keygen", command.status()).await.unwrap().success());
    PrivateKey::from_openssh(crate::sys::read_text(&path, 16 * 1024).unwrap()).unwrap()
}

pub(super) struct Pinned(PublicKey);

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(
            matches!(shown, PublicKeyOrCertificate::PublicKey { key, .. } if key.key_data() == self.0.key_data()),
        )
    }
}

/// What a channel said: its output, then its exit status, then its end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) output: Vec<u8>,
    pub(super) status: Option<u32>,
    /// Whether end of file, status and close came, and in this order.
    pub(super) ended: bool,
}

impl Said {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.output).unwrap()
    }
}

/// Reads a channel to its end.
pub(super) async fn rest(channel: &mut ChannelReadHalf) -> Said {
    let (mut said, mut order) = (Said::default(), Vec::new());
    while let Some(message) = within("a channel's message", channel.wait()).await {
        match message {
            ChannelMsg::Data { data } => said.output.extend_from_slice(&data),
            ChannelMsg::Eof => order.push("eof"),
            ChannelMsg::ExitStatus { exit_status } => {
                order.push("status");
                said.status = Some(exit_status);
            }
            ChannelMsg::Close => order.push("close"),
            _ => {}
        }
    }
    said.ended = order == ["eof", "status", "close"];
    said
}

/// Reads a channel until it has said `text`.
pub(super) async fn until(channel: &mut ChannelReadHalf, text: &str) {
    let mut output = Vec::new();
    while !String::from_utf8_lossy(&output).contains(text) {
        match within(text, channel.wait()).await {
            Some(ChannelMsg::Data { data }) => output.extend_from_slice(&data),
            Some(_) => {}
            None => panic!("no `{text}` in {:?}", String::from_utf8_lossy(&output)),
        }
    }
}

/// One command in a channel of its own.
pub(super) async fn exec(client: &Handle<Pinned>, command: &str) -> Said {
    let channel = within("open", client.channel_open_session()).await.unwrap();
    let (mut read, write) = channel.split();
    within("exec", write.exec(true, command)).await.unwrap();
    rest(&mut read).await
}
