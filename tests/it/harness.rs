//! A whole site for tests: a gate, simulated routers, a real OpenSSH client.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use portcullis::cli::demo::site::{Plan, Site};
use portcullis::daemon::{Daemon, StartError, SystemClock};
use portcullis::intent::mint::Mint;
use portcullis::sim::Behaviour;
use portcullis::terms::{Clock, CorrelationId, Timestamp};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// A running gate with its routers. Everything ends when it is dropped.
pub(crate) struct Lab {
    pub(crate) site: Site,
    pub(crate) gate: SocketAddr,
    pub(crate) runtime: Runtime,
    daemon: Option<Daemon>,
    known_hosts: PathBuf,
    dir: TempDir,
}

/// What a client saw.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) text: String,
    pub(crate) status: Option<i32>,
}

/// How a client logs in.
pub(crate) struct Visit<'a> {
    pub(crate) user: &'a str,
    pub(crate) key: &'a str,
    pub(crate) token: Option<&'a str>,
    pub(crate) options: &'a [&'a str],
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::with(|configuration| configuration)
    }

    /// A lab whose configuration is changed before the gate starts.
    pub(crate) fn with(change: impl FnOnce(String) -> String) -> Self {
        Self::build(Behaviour::default(), |text, _| change(text))
    }

    /// A lab whose routers misbehave.
    pub(crate) fn misbehaving(behaviour: Behaviour) -> Self {
        Self::build(behaviour, |configuration, _| configuration)
    }

    /// Both.
    pub(crate) fn build(behaviour: Behaviour, change: impl FnOnce(String, &Path) -> String) -> Self {
        Self::start(|dir, runtime| runtime.block_on(Site::build_with(dir, behaviour)), change)
    }

    /// A lab of other routers.
    pub(crate) fn of(routers: Vec<Plan>, change: impl FnOnce(String, &Path) -> String) -> Self {
        Self::start(|dir, runtime| runtime.block_on(Site::build_of(dir, routers)), change)
    }

    fn start(
        build: impl FnOnce(&Path, &Runtime) -> std::io::Result<Site>,
        change: impl FnOnce(String, &Path) -> String,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime");
        let dir = tempfile::tempdir().expect("dir");
        let site = build(dir.path(), &runtime).expect("site");
        let text = std::fs::read_to_string(site.config()).expect("configuration");
        std::fs::write(site.config(), change(text, dir.path())).expect("configuration");
        let daemon = runtime.block_on(Daemon::start(&site.config())).expect("gate");
        let gate = daemon.addresses()[0];
        let known_hosts = site.pin(gate).expect("known_hosts");
        Self { site, gate, runtime, daemon: Some(daemon), known_hosts, dir }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Stops the gate in order, so that the ledger is whole on disk.
    pub(crate) fn stop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            self.runtime.block_on(daemon.stop());
        }
    }

    /// Stops the gate and starts it again on the same files.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let daemon = self.runtime.block_on(Daemon::start(&self.site.config())).expect("gate");
        self.gate = daemon.addresses()[0];
        self.known_hosts = self.site.pin(self.gate).expect("known_hosts");
        self.daemon = Some(daemon);
    }

    /// One exec request, or a shell when `command` is empty.
    pub(crate) fn ssh(&self, visit: &Visit<'_>, command: &[&str], stdin: &[u8]) -> Seen {
        let mut ssh = self.client(&self.site.key(visit.key), true);
        ssh.args(visit.options).arg(format!("{}@{}", visit.user, self.gate.ip())).args(command);
        if let Some(token) = visit.token {
            ssh.env("PORTCULLIS_INTENT", token);
        }
        run(ssh, stdin)
    }

    /// OpenSSH with nothing of the user's own.
    pub(crate) fn client(&self, key: &Path, batch: bool) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-p", &self.gate.port().to_string()]);
        let batch = if batch { "BatchMode=yes" } else { "NumberOfPasswordPrompts=1" };
        let pinned = format!("UserKnownHostsFile={}", self.known_hosts.display());
        for option in [
            "LogLevel=ERROR",
            batch,
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "SendEnv=PORTCULLIS_INTENT",
            &pinned,
        ] {
            ssh.args(["-o", option]);
        }
        ssh.arg("-i").arg(key).env_remove("PORTCULLIS_INTENT");
        ssh
    }

    /// One exec request with a key of the test's own.
    pub(crate) fn ssh_with_key(&self, user: &str, key: &Path, command: &[&str]) -> Seen {
        let mut ssh = self.client(key, true);
        ssh.arg("-T").arg(format!("{user}@{}", self.gate.ip())).args(command);
        run(ssh, b"")
    }

    /// A token typed at the password prompt, by the program that OpenSSH asks.
    pub(crate) fn by_password(
        &self,
        user: &str,
        key: &str,
        token: &str,
        options: &[&str],
        command: &[&str],
    ) -> Seen {
        let askpass = self.dir().join("askpass");
        std::fs::write(&askpass, "#!/bin/sh\nprintf '%s\\n' \"$ASKPASS_TOKEN\"\n").expect("askpass");
        std::fs::set_permissions(&askpass, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .expect("askpass");
        let mut ssh = self.client(&self.site.key(key), false);
        ssh.env("SSH_ASKPASS", &askpass).env("SSH_ASKPASS_REQUIRE", "force").env("ASKPASS_TOKEN", token);
        ssh.args(options).arg("-T").arg(format!("{user}@{}", self.gate.ip())).args(command);
        run(ssh, b"")
    }

    /// Reads the configuration again.
    pub(crate) fn reload(&self) -> Result<(), StartError> {
        let daemon = self.daemon.as_ref().expect("the gate runs");
        self.runtime.block_on(daemon.reload(&self.site.config()))
    }

    /// What a script of the shell writes, piped into an agent's shell without a pty.
    pub(crate) fn agent_piped(&self, device: &str, token: &str, script: &str) -> Seen {
        let mut ssh = self.client(&self.site.key("net-mcp"), true);
        ssh.env("PORTCULLIS_INTENT", token).arg("-T").arg(format!("net-mcp+{device}@{}", self.gate.ip()));
        piped(ssh, script)
    }

    /// The same into a person's.
    pub(crate) fn alice_piped(&self, device: &str, script: &str) -> Seen {
        let mut ssh = self.client(&self.site.key("alice"), true);
        ssh.arg("-T").arg(format!("alice+{device}@{}", self.gate.ip()));
        piped(ssh, script)
    }

    /// A session that stays open until its client is killed.
    pub(crate) fn hold(&self, user: &str, key: &str) -> std::process::Child {
        let opened = self.records().iter().filter(|record| record["kind"] == "session.open").count();
        let mut ssh = self.client(&self.site.key(key), true);
        ssh.arg("-T").arg(format!("{user}@{}", self.gate.ip()));
        let child =
            ssh.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("client");
        until(|| self.records().iter().filter(|record| record["kind"] == "session.open").count() > opened);
        child
    }

    /// The codes of the refusals after the first `before`, once there is one.
    pub(crate) fn refusals_after(&self, before: usize) -> Vec<String> {
        until(|| self.codes("refusal").len() > before);
        self.codes("refusal").split_off(before)
    }

    /// A person who may read, on `device`.
    pub(crate) fn alice(&self, device: &str, command: &[&str], stdin: &[u8]) -> Seen {
        let user = format!("alice+{device}");
        self.ssh(&Visit { user: &user, key: "alice", token: None, options: &["-T"] }, command, stdin)
    }

    /// The agent's MCP server with a token.
    pub(crate) fn agent(&self, device: &str, token: &str, command: &[&str], stdin: &[u8]) -> Seen {
        let user = format!("net-mcp+{device}");
        self.ssh(&Visit { user: &user, key: "net-mcp", token: Some(token), options: &["-T"] }, command, stdin)
    }

    /// Lines that a router ran, without session preparation.
    pub(crate) fn ran(&self, device: &str) -> Vec<String> {
        self.site.ran(device)
    }

    /// Every body of the ledger, as JSON, in order.
    pub(crate) fn records(&self) -> Vec<serde_json::Value> {
        let ledger = self.site.ledger();
        let bodies = self.runtime.block_on(portcullis::ledger::bodies(&ledger)).expect("ledger");
        bodies.iter().map(|body| serde_json::from_str(body).expect("json")).collect()
    }

    /// The codes of all records of a kind.
    pub(crate) fn codes(&self, kind: &str) -> Vec<String> {
        self.records()
            .iter()
            .filter(|record| record["kind"] == kind)
            .filter_map(|record| record["code"].as_str().map(str::to_owned))
            .collect()
    }

    pub(crate) fn token(&self, device: &str, action: &str, params: &[(&str, &str)]) -> String {
        self.minted(device, action, params, |_| {})
    }

    /// One exec request with any bytes in its command, by the built-in client: a shell could not pass them on.
    pub(crate) fn exec_raw(&self, device: &str, command: &[u8]) -> String {
        use portcullis::sim::client::{Login, Visit, visit};
        let login = Login {
            address: self.gate,
            host_key: &self.site.host,
            user: &format!("alice+{device}"),
            key: &self.site.person,
            env: None,
        };
        let visited = self.runtime.block_on(visit(&login, &Visit::Exec(command.to_vec())));
        String::from_utf8_lossy(&visited.expect("visit").output).into_owned()
    }

    /// A token that fits into the 1,023 bytes that OpenSSH passes on as a password.
    pub(crate) fn short_token(&self, device: &str) -> String {
        self.minted(device, "show_bgp_summary", &[], |mint| {
            mint.reason = None;
            mint.ticket = None;
            mint.jti.truncate(16);
            mint.txn = "short-txn".parse().expect("txn");
        })
    }

    /// A token with something changed before it is signed.
    pub(crate) fn minted(
        &self,
        device: &str,
        action: &str,
        params: &[(&str, &str)],
        change: impl FnOnce(&mut Mint),
    ) -> String {
        let mut mint =
            self.site.order(device, action, params, &CorrelationId::mint(Uuid::now_v7())).expect("order");
        change(&mut mint);
        self.site.sign(&mint).expect("token").to_string()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A client that reads what a script of the shell writes.
fn piped(mut ssh: Command, script: &str) -> Seen {
    let mut writer = Command::new("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().expect("script");
    ssh.stdin(writer.stdout.take().expect("stdout"));
    let output = ssh.stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("client");
    // It may still have something to write that nobody reads.
    let _ = writer.kill();
    writer.wait().expect("script");
    seen(&output)
}

/// Runs a client to its end.
pub(crate) fn run(mut command: Command, stdin: &[u8]) -> Seen {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("spawn");
    let mut pipe = child.stdin.take().expect("stdin");
    let bytes = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        // The client may end before it has read everything.
        let _ = pipe.write_all(&bytes);
    });
    let output: Output = child.wait_with_output().expect("client");
    writer.join().expect("writer");
    seen(&output)
}

fn seen(output: &Output) -> Seen {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Seen { text, status: output.status.code() }
}

/// Waits for something that another process or task does, at most half a minute.
pub(crate) fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..600 {
        if done() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it did not come");
}

pub(crate) fn now() -> Timestamp {
    SystemClock::default().wall()
}
