//! The command line: what it prints and how it exits.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::harness::{Lab, Seen, Visit, run};

fn portcullis(args: &[&str]) -> Seen {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(args);
    run(command, b"")
}

#[test]
fn parse_shows_how_a_line_is_read() {
    let seen = portcullis(&["parse", "--platform", "cisco_ios", "--mode", "privileged", "sh ip bgp sum"]);
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    for wanted in ["show ip bgp summary", "read", "privileged"] {
        assert!(seen.text.contains(wanted), "{wanted}: {}", seen.text);
    }
    for (line, code) in [
        ("show version please", "UNRECOGNIZED"),
        ("s", "AMBIGUOUS"),
        ("show", "INCOMPLETE"),
        ("write erase", "REFUSED"),
    ] {
        let seen = portcullis(&["parse", "-p", "cisco_ios", line]);
        assert_eq!(seen.status, Some(1), "{line}: {}", seen.text);
        assert!(seen.text.contains(code), "{line}: {}", seen.text);
    }
    let escape = portcullis(&["parse", "-p", "cisco_ios", "tclsh"]);
    assert!(escape.text.contains("escape"), "{}", escape.text);
    let seen = portcullis(&["parse", "-p", "cisco_catos", "show version"]);
    assert_eq!(seen.status, Some(2), "{}", seen.text);
    assert!(
        seen.text.contains("cisco_ios") && seen.text.contains("frr"),
        "the known ones are named: {}",
        seen.text
    );
}

#[test]
fn every_subcommand_teaches_and_wrong_usage_is_two() {
    for args in [
        &["--help"][..],
        &["run", "--help"],
        &["check", "--help"],
        &["parse", "--help"],
        &["grammar", "--help"],
        &["grammar", "check", "--help"],
        &["grammar", "coverage", "--help"],
        &["grammar", "doc", "--help"],
        &["intent", "--help"],
        &["intent", "mint", "--help"],
        &["intent", "plan", "--help"],
        &["ledger", "--help"],
        &["ledger", "timeline", "--help"],
        &["ledger", "query", "--help"],
        &["ledger", "verify", "--help"],
        &["explain", "--help"],
        &["demo", "--help"],
    ] {
        let seen = portcullis(args);
        assert_eq!(seen.status, Some(0), "{args:?}");
        assert!(seen.text.contains("Usage:"), "{args:?}: {}", seen.text);
        assert!(
            seen.text.lines().all(|line| line.chars().count() <= 120),
            "{args:?} is too wide: {}",
            seen.text
        );
    }
    assert_eq!(portcullis(&["ledger", "timeline", "x"]).status, Some(2), "--db or --config is needed");
    assert_eq!(portcullis(&["run"]).status, Some(2));
    let missing = portcullis(&["check", "--config", "/nonexistent/gate.yaml"]);
    assert_eq!(missing.status, Some(1), "{}", missing.text);
    assert!(missing.text.contains("cannot be read"), "{}", missing.text);
}

#[test]
fn explain_knows_every_code() {
    let seen = portcullis(&["explain", "--json"]);
    assert_eq!(seen.text.lines().count(), portcullis::terms::code::TABLE.len());
    let one = portcullis(&["explain", "plan_mismatch"]);
    assert!(one.text.contains("PLAN_MISMATCH"), "{}", one.text);
    assert_eq!(portcullis(&["explain", "NOPE"]).status, Some(1));
}

#[test]
fn an_auditor_finds_what_was_changed_and_where() {
    let mut lab = Lab::new();
    lab.alice("core1", &[], b"show version\nreload\n");
    let config = lab.site.config();
    let config = config.to_str().expect("path");
    let key = portcullis(&["ledger", "key", "--config", config]);
    assert_eq!(key.status, Some(0), "{}", key.text);
    let (key, db) = (key.text.trim().to_owned(), lab.site.ledger());
    let db = db.to_str().expect("path").to_owned();
    let early = portcullis(&["ledger", "checkpoint", "--db", &db]);
    let kept = lab.dir().join("kept");
    std::fs::write(&kept, format!("{}\n", early.text.trim_end())).expect("kept");
    let kept = kept.to_str().expect("path").to_owned();
    lab.alice("r1", &["show version"], b"");
    lab.stop();

    let whole = portcullis(&["ledger", "verify", "--db", &db, "--key", &key, "--checkpoint", &kept]);
    assert_eq!(whole.status, Some(0), "{}", whole.text);
    assert!(whole.text.starts_with("good:") && !whole.text.contains("not shown"), "{}", whole.text);
    let pem = lab.site.key("ledger.pem");
    let by_pem = portcullis(&["ledger", "verify", "--db", &db, "--key", pem.to_str().expect("path")]);
    assert_eq!(by_pem.status, Some(0), "{}", by_pem.text);
    let other = lab.site.key("issuer.pem");
    let by_other = portcullis(&["ledger", "verify", "--db", &db, "--key", other.to_str().expect("path")]);
    assert_eq!(by_other.status, Some(1), "signed by somebody else: {}", by_other.text);
    let bare = portcullis(&["ledger", "verify", "--config", config]);
    assert_eq!(bare.status, Some(0), "{}", bare.text);
    assert_eq!(bare.text.matches("not shown").count(), 2, "{}", bare.text);

    let seq = lab.records().iter().position(|record| record["verdict"] == "deny").expect("denied");
    tamper(&lab, Path::new(&db), seq);
    let seen = portcullis(&["ledger", "verify", "--db", &db, "--key", &key]);
    assert_eq!(seen.status, Some(1), "{}", seen.text);
    assert!(seen.text.starts_with(&format!("CHANGED at entry {seq}")), "{}", seen.text);
    let json = portcullis(&["ledger", "verify", "--db", &db, "--json"]);
    assert!(json.text.contains(&format!("\"entry\":{seq}")), "{}", json.text);
}

/// Turns a denial into a permit, with the guard rails of the schema out of the way.
fn tamper(lab: &Lab, db: &Path, seq: usize) {
    let script = format!(
        "import sqlite3\nc = sqlite3.connect({db:?})\nc.execute('DROP TRIGGER entry_no_update')\n\
         c.execute(\"UPDATE entry SET body = replace(body, '\\\"deny\\\"', '\\\"permit\\\"') WHERE seq = {seq}\")\nc.commit()\n"
    );
    let path = lab.dir().join("tamper.py");
    std::fs::write(&path, script).expect("script");
    let mut python = Command::new("python3");
    python.arg(&path);
    let seen = run(python, b"");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
}

#[test]
fn a_query_finds_what_was_denied() {
    let mut lab = Lab::new();
    lab.alice("core1", &[], b"show version\nreload\n");
    lab.stop();
    let db = lab.site.ledger();
    let db = db.to_str().expect("path");
    let denied = portcullis(&["ledger", "query", "--db", db, "--verdict", "deny"]);
    assert_eq!(denied.status, Some(0), "{}", denied.text);
    assert!(denied.text.contains("reload") && !denied.text.contains("show version"), "{}", denied.text);
    let by = portcullis(&["ledger", "query", "--db", db, "--subject", "alice", "--json"]);
    assert!(by.text.lines().count() >= 2, "{}", by.text);
    let none = portcullis(&["ledger", "query", "--db", db, "--device", "r9"]);
    assert_eq!(none.status, Some(1), "{}", none.text);
}

#[test]
fn refused_logins_are_listed_with_where_from_and_why() {
    let mut lab = Lab::new();
    let stranger = Visit { user: "nobody+r1", key: "alice", token: None, options: &["-T"] };
    lab.ssh(&stranger, &["show version"], b"");
    assert_eq!(lab.refusals_after(0), ["PRINCIPAL_UNKNOWN"]);
    lab.stop();
    let db = lab.site.ledger();
    let db = db.to_str().expect("path");
    let seen = portcullis(&["ledger", "refusals", "--db", db]);
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    for wanted in ["127.0.0.1", "nobody+r1", "PRINCIPAL_UNKNOWN"] {
        assert!(seen.text.contains(wanted), "{wanted}: {}", seen.text);
    }
    assert_eq!(portcullis(&["ledger", "refusals", "--db", db, "--until", "2020"]).status, Some(1));
}

#[test]
fn a_plan_is_shown_as_the_gate_expands_it() {
    let seen = portcullis(&[
        "intent",
        "plan",
        "request_interface_shutdown",
        "--platform",
        "cisco_ios",
        "--param",
        "interface=Gi0/1",
        "--json",
    ]);
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    assert!(
        seen.text.contains("interface GigabitEthernet0/1") && seen.text.contains("sha256"),
        "{}",
        seen.text
    );
}

#[test]
fn the_demo_works_without_openssh_too() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.arg("demo").env("PATH", "/nonexistent");
    let seen = run(command, b"");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    assert!(seen.text.contains("the built-in SSH client"), "{}", seen.text);
    assert_eq!(seen.text.matches("as it should be").count(), 5, "{}", seen.text);
}

#[test]
fn the_demo_that_is_kept_prints_lines_that_work() {
    let dir = tempfile::tempdir().expect("dir");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(["demo", "--keep", "--dir"])
        .arg(dir.path().join("kept"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("demo");
    let mut lines = BufReader::new(demo.stdout.take().expect("stdout")).lines();
    let (mut person, mut agent) = (String::new(), String::new());
    for line in lines.by_ref().map(|line| line.expect("line")) {
        match line.split_once(' ').map(|(word, _)| word) {
            Some("ssh") => person = line,
            Some(word) if word.starts_with("PORTCULLIS_INTENT=") => agent = line,
            Some("portcullis") => break,
            _ => {}
        }
    }
    // Whatever it prints later must not fill the pipe.
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
    let shell = |line: String| {
        let mut bash = Command::new("bash");
        bash.args(["-c", &line]);
        run(bash, b"")
    };
    let seen = shell(format!("{person} show version"));
    assert!(seen.status == Some(0) && seen.text.contains("Cisco IOS"), "{person}: {}", seen.text);
    let seen = shell(format!("{agent} show ip bgp summary"));
    assert!(seen.status == Some(0) && seen.text.contains("BGP router"), "{agent}: {}", seen.text);
    let seen = shell(format!("{agent} reload"));
    assert!(seen.status == Some(126) && seen.text.contains("[TOKEN_REPLAYED]"), "{}", seen.text);
    assert_eq!(shell(format!("kill -INT {}", demo.id())).status, Some(0));
    assert!(demo.wait().expect("demo").success());
    assert!(rest.join().expect("rest").contains("The ledger, verified"));
}
