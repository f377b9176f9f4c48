//! The plug is pulled: kill -9 in the middle of a command, a full disk, a stop with open sessions. The gate is the real
//! binary in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use portcullis::cli::demo::site::Site;
use portcullis::sim::Behaviour;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::harness::{run, until};

const BINARY: &str = env!("CARGO_BIN_EXE_portcullis");

struct Gate {
    child: Child,
    address: SocketAddr,
}

impl Gate {
    /// Starts the binary, with a limit on the size of files in KiB where there is one.
    fn start(site: &Site, limit: Option<u64>) -> Self {
        let limit = limit.map_or(String::new(), |kib| format!("ulimit -f {kib}; "));
        let mut child = Command::new("bash")
            .args(["-c", &format!("{limit}exec \"$0\" run --config \"$1\""), BINARY])
            .arg(site.config())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gate");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
        let address = loop {
            let line = lines.next().expect("the gate ended").expect("log");
            let entry: Value =
                serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a log line: {line}"));
            if let Some(address) = entry["fields"]["address"].as_str() {
                break address.parse().expect("address");
            }
        };
        // Whatever it logs later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn ssh(&self, site: &Site, device: &str) -> Command {
        let pinned = site.pin(self.address).expect("known_hosts");
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-T", "-p", &self.address.port().to_string()]);
        for option in ["LogLevel=ERROR", "BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none"] {
            ssh.args(["-o", option]);
        }
        ssh.args(["-o", &format!("UserKnownHostsFile={}", pinned.display())]);
        ssh.arg("-i").arg(site.key("alice")).arg(format!("alice+{device}@{}", self.address.ip()));
        ssh
    }

    fn kill(mut self) {
        self.child.kill().expect("kill -9");
        self.child.wait().expect("wait");
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn site(behaviour: Behaviour) -> (Runtime, TempDir, Site) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime");
    let dir = tempfile::tempdir().expect("dir");
    let site = runtime.block_on(Site::build_with(dir.path(), behaviour)).expect("site");
    (runtime, dir, site)
}

fn ledger(site: &Site, args: &[&str]) -> (Option<i32>, Vec<Value>) {
    let mut command = Command::new(BINARY);
    command.arg("ledger").args(args).arg("--db").arg(site.ledger()).arg("--json");
    let seen = run(command, b"");
    let values = seen.text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    (seen.status, values)
}

#[test]
fn kill_nine_in_the_middle_of_a_command_is_told_as_it_was() {
    let (_runtime, _dir, site) =
        site(Behaviour { answer_after: Some(Duration::from_secs(2)), ..Behaviour::default() });
    let gate = Gate::start(&site, None);
    let mut client = gate
        .ssh(&site, "r1")
        .arg("show version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh");
    until(|| site.ran("r1") == ["show version"]);
    gate.kill();
    client.wait().expect("ssh");

    let (status, before) = ledger(&site, &["query", "--command", "show version"]);
    assert_eq!((status, before[0]["state"].as_str()), (Some(0), Some("unmatched")), "{before:?}");

    let gate = Gate::start(&site, None);
    let (_, after) = ledger(&site, &["query", "--command", "show version"]);
    assert_eq!(after.len(), 1);
    assert_eq!(after[0]["state"], "indeterminate", "never success: {after:?}");
    let txn = after[0]["txn"].as_str().expect("txn").to_owned();
    let (_, chain) = ledger(&site, &["timeline", &txn]);
    assert_eq!(chain.last().expect("records")["kind"], "session.close", "{chain:?}");
    let (status, report) = ledger(&site, &["verify"]);
    assert_eq!((status, &report[0]["good"]), (Some(0), &Value::Bool(true)), "{report:?}");

    let mut again = gate.ssh(&site, "r1");
    again.arg("show version");
    let seen = run(again, b"");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
}

#[test]
fn kill_nine_many_times_loses_no_decision_and_runs_nothing_undecided() {
    let (_runtime, _dir, site) = site(Behaviour::default());
    let script: String = "show version\n".repeat(200);
    for round in 0..6u64 {
        let gate = Gate::start(&site, None);
        let mut client = gate
            .ssh(&site, "r1")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ssh");
        let mut pipe = client.stdin.take().expect("stdin");
        // The client ends when its gate does; what it could not write is lost with it.
        let _ = std::io::Write::write_all(&mut pipe, script.as_bytes());
        let ran = site.ran("r1").len();
        until(|| site.ran("r1").len() > ran);
        std::thread::sleep(Duration::from_millis(7 * round));
        gate.kill();
        drop(pipe);
        client.wait().expect("ssh");
    }
    drop(Gate::start(&site, None));
    let (_, commands) = ledger(&site, &["query", "--command", "show version", "--limit", "100000"]);
    let ran = site.ran("r1").len();
    assert!(commands.len() >= ran, "the router ran {ran}, the ledger has {} decisions", commands.len());
    assert!(commands.iter().all(|command| command["state"] != "unmatched"), "every start has a stop");
    let (status, report) = ledger(&site, &["verify"]);
    assert_eq!(status, Some(0), "{report:?}");
}

#[test]
fn when_the_ledger_cannot_grow_nothing_runs() {
    let (_runtime, _dir, site) = site(Behaviour::default());
    // Made first, so that the limit is met by records and not by the schema.
    drop(Gate::start(&site, None));
    let wal = site.ledger().with_extension("db-wal");
    let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |facts| facts.len());
    let limit = (size(&site.ledger()).max(size(&wal))) / 1024 + 40;
    let gate = Gate::start(&site, Some(limit));
    let seen = run(gate.ssh(&site, "r1"), "show version\n".repeat(300).as_bytes());
    assert!(seen.text.contains("[LEDGER"), "{}", seen.text);
    let ran = site.ran("r1").len();
    assert!(ran < 300, "it did not stop");
    drop(gate);
    drop(Gate::start(&site, None));
    let (_, commands) =
        ledger(&site, &["query", "--command", "show version", "--verdict", "permit", "--limit", "100000"]);
    assert!(commands.len() >= ran, "{} decisions for {ran} commands", commands.len());
    let (status, report) = ledger(&site, &["verify"]);
    assert_eq!(status, Some(0), "{report:?}");
}

#[test]
fn a_stop_lets_the_running_command_finish() {
    let (_runtime, _dir, site) =
        site(Behaviour { answer_after: Some(Duration::from_secs(1)), ..Behaviour::default() });
    let mut gate = Gate::start(&site, None);
    let client = gate
        .ssh(&site, "r1")
        .arg("show version")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh");
    until(|| site.ran("r1") == ["show version"]);
    let pid = i32::try_from(gate.child.id()).expect("pid");
    let stopped = Command::new("kill").args(["-TERM", &pid.to_string()]).status().expect("kill");
    assert!(stopped.success());
    let output = client.wait_with_output().expect("ssh");
    assert!(String::from_utf8_lossy(&output.stdout).contains("FRRouting"), "{output:?}");
    assert_eq!(gate.child.wait().expect("gate").code(), Some(0));
    let (_, commands) = ledger(&site, &["query", "--command", "show version"]);
    assert_eq!(commands[0]["state"], "completed");
}

#[test]
fn told_twice_to_stop_the_gate_waits_for_nobody_and_the_next_start_tells_the_truth() {
    let (_runtime, _dir, site) = site(Behaviour { never_answers: true, ..Behaviour::default() });
    // The router answers no preparation either, so a command never gets that far: the preparation is what hangs.
    let mut gate = Gate::start(&site, None);
    let mut client = gate
        .ssh(&site, "r1")
        .arg("show version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("ssh");
    let hangs = || site.router("r1").is_some_and(|router| !router.sim.machine().lines().is_empty());
    until(hangs);
    let pid = gate.child.id().to_string();
    let mut told = 0;
    until(|| {
        told += 1;
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
        assert!(sent.success() || told > 2);
        gate.child.try_wait().expect("wait").is_some()
    });
    assert!((2..100).contains(&told), "told {told} times");
    client.wait().expect("ssh");
    drop(Gate::start(&site, None));
    let (_, commands) = ledger(&site, &["query", "--state", "indeterminate"]);
    assert_eq!(commands.len(), 1, "{commands:?}");
}
