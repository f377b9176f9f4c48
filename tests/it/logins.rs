//! Who gets in, and what they may ask for on the connection.

use std::process::Command;

use super::harness::{Lab, Visit, run};

#[test]
fn who_is_not_known_hears_one_coarse_message() {
    let lab = Lab::new();
    for (user, key, code) in [
        ("nobody+r1", "alice", "PRINCIPAL_UNKNOWN"),
        ("alice+nowhere", "alice", "DEVICE_UNKNOWN"),
        ("alice", "alice", "DEVICE_UNKNOWN"),
        ("alice+r1", "net-mcp", "PRINCIPAL_UNKNOWN"),
    ] {
        let before = lab.codes("refusal").len();
        let seen = lab.ssh(&Visit { user, key, token: None, options: &["-T"] }, &["show version"], b"");
        assert_eq!(seen.status, Some(255), "{user}: {}", seen.text);
        assert!(seen.text.contains("Permission denied"), "{user}: {}", seen.text);
        assert!(!seen.text.contains(code), "{user}: {}", seen.text);
        assert_eq!(lab.refusals_after(before), [code.to_owned()], "{user}: one record");
    }
    assert_eq!(lab.ran("r1"), [""; 0]);
}

#[test]
fn a_user_certificate_opens_a_session_and_a_bad_one_does_not() {
    let dir = tempfile::tempdir().expect("dir");
    let path = |name: &str| dir.path().join(name).display().to_string();
    for name in ["ca", "other_ca", "bob"] {
        keygen(&["-q", "-t", "ed25519", "-N", "", "-f", &path(name)]);
    }
    let ca = std::fs::read_to_string(dir.path().join("ca.pub")).expect("ca");
    let lab = Lab::with(|text| {
        let entry = format!(
            "principals:\n  - {{name: bob, kind: person, user_ca: [\"{}\"], groups: [noc], token: none}}\n",
            ca.trim()
        );
        text.replace("principals:\n", &entry)
    });
    for (ca, options, works) in [
        ("ca", &["-n", "bob", "-V", "-1m:+5m"][..], true),
        ("other_ca", &["-n", "bob", "-V", "-1m:+5m"], false),
        ("ca", &["-n", "alice", "-V", "-1m:+5m"], false),
        ("ca", &["-n", "bob", "-V", "-10m:-5m"], false),
        ("ca", &["-n", "bob", "-V", "-1m:+5m", "-O", "source-address=192.0.2.0/24"], false),
        ("ca", &["-n", "bob", "-V", "-1m:+5m", "-O", "source-address=127.0.0.0/8"], true),
        ("ca", &["-n", "bob", "-V", "-1m:+5m", "-O", "force-command=show version"], false),
        ("ca", &["-h", "-n", "bob", "-V", "-1m:+5m"], false),
        ("ca", &["-V", "-1m:+5m"], false),
    ] {
        let mut args = vec!["-q", "-s", "", "-I", "test"];
        let ca_path = path(ca);
        args[2] = &ca_path;
        args.extend(options);
        let key = path("bob.pub");
        args.push(&key);
        keygen(&args);
        let seen = lab.ssh_with_key("bob+r1", &dir.path().join("bob"), &["show version"]);
        assert_eq!(seen.status == Some(0), works, "{ca} {options:?}: {}", seen.text);
    }
}

#[test]
fn everything_but_shell_and_exec_is_refused_and_recorded() {
    let lab = Lab::new();
    let user = "alice+r1";
    let visit = |options| Visit { user, key: "alice", token: None, options };
    let subsystem = lab.ssh(&visit(&["-s"]), &["netconf"], b"");
    assert_ne!(subsystem.status, Some(0), "{}", subsystem.text);
    let forward = lab.ssh(&visit(&["-W", "127.0.0.1:22"]), &[], b"");
    assert_ne!(forward.status, Some(0), "{}", forward.text);
    let remote = lab.ssh(
        &visit(&["-T", "-R", "0:127.0.0.1:22", "-o", "ExitOnForwardFailure=yes"]),
        &["show version"],
        b"",
    );
    assert_ne!(remote.status, Some(0), "{}", remote.text);
    let env = lab.ssh(&visit(&["-T", "-o", "SetEnv=FOO=bar"]), &["show version"], b"");
    assert_eq!(env.status, Some(0), "a refused variable is not fatal: {}", env.text);
    super::harness::until(|| lab.codes("refusal").len() >= 4);
    let refused: Vec<String> = lab
        .records()
        .iter()
        .filter(|record| record["kind"] == "refusal")
        .map(|record| {
            format!("{} {}", record["code"].as_str().unwrap_or(""), record["what"].as_str().unwrap_or(""))
        })
        .collect();
    for what in ["subsystem", "direct-tcpip", "tcpip-forward", "env"] {
        assert!(
            refused.iter().any(|line| line.starts_with("CHANNEL_REFUSED") && line.contains(what)),
            "{what}: {refused:?}"
        );
    }
}

#[test]
fn two_channels_of_one_connection_are_two_sessions() {
    let mut lab = Lab::new();
    let dir = tempfile::tempdir().expect("dir");
    let control = format!("ControlPath={}", dir.path().join("control").display());
    let master = ["-T", "-o", "ControlMaster=auto", "-o", &control, "-o", "ControlPersist=20"];
    let visit = Visit { user: "alice+r1", key: "alice", token: None, options: &master };
    for _ in 0..2 {
        let seen = lab.ssh(&visit, &["show version"], b"");
        assert_eq!(seen.status, Some(0), "{}", seen.text);
    }
    let _ = lab.ssh(&Visit { options: &["-O", "exit", "-o", &control], ..visit }, &[], b"");
    lab.stop();
    let sids: std::collections::BTreeSet<String> =
        lab.records().iter().filter(|r| r["kind"] == "session.open").map(|r| r["sid"].to_string()).collect();
    assert_eq!(sids.len(), 2);
}

#[test]
fn more_sessions_than_a_principal_may_have_are_refused() {
    let lab = Lab::with(|text| text + "limits: {max_sessions_per_principal: 1}\n");
    let mut first = lab.hold("alice+r1", "alice");
    let seen = lab.alice("r1", &["show version"], b"");
    assert_eq!(seen.status, Some(126), "{}", seen.text);
    assert!(seen.text.contains("[CHANNEL_LIMIT]"), "{}", seen.text);
    first.kill().expect("kill");
    first.wait().expect("wait");
}

#[test]
fn an_idle_session_ends() {
    let lab = Lab::with(|text| text + "limits: {idle_seconds: 1}\n");
    let seen = lab.alice_piped("r1", "sleep 20; printf 'show version\\n'");
    assert!(seen.text.contains("[IDLE_TIMEOUT]"), "{}", seen.text);
    assert_eq!(lab.ran("r1"), [""; 0]);
}

/// What a session sees whose second command comes after a reload, and what the router ran.
fn over_a_reload(lab: &Lab, text: String) -> String {
    std::fs::write(lab.site.config(), text).expect("configuration");
    let flag = lab.dir().join("reloaded");
    let script = format!(
        "printf 'show version\\n'; while [ ! -e {0} ]; do sleep 0.1; done; printf 'show version\\n'",
        flag.display()
    );
    let seen = std::thread::scope(|scope| {
        let session = scope.spawn(|| lab.alice_piped("r1", &script));
        super::harness::until(|| lab.ran("r1") == ["show version"]);
        lab.reload().expect("sound");
        std::fs::write(&flag, "").expect("flag");
        session.join().expect("session")
    });
    assert_eq!(lab.ran("r1"), ["show version"], "{}", seen.text);
    seen.text
}

#[test]
fn a_reload_counts_from_the_next_command_on_and_a_bad_one_not_at_all() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(lab.site.config()).expect("configuration");
    let seen = over_a_reload(&lab, text.replace("groups: [noc]", "groups: [nobody]"));
    assert!(seen.contains("[DEFAULT]"), "{seen}");

    std::fs::write(lab.site.config(), text.replace("groups: [noc]", "gruops: [noc]")).expect("configuration");
    assert!(lab.reload().is_err());
    assert!(lab.alice("r1", &["show version"], b"").text.contains("[DEFAULT]"), "the policy before it stays");
}

#[test]
fn a_key_that_a_reload_takes_away_does_nothing_more() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(lab.site.config()).expect("configuration");
    // From now on alice has the key of the MCP server.
    let key = |name: &str| {
        let line = text.lines().find(|line| line.contains(&format!("name: {name},"))).expect("principal");
        line.split("keys: [\"").nth(1).and_then(|rest| rest.split('"').next()).expect("key").to_owned()
    };
    let seen = over_a_reload(&lab, text.replace(&key("alice"), &key("net-mcp")));
    assert!(seen.contains("[PRINCIPAL_UNKNOWN]"), "{seen}");
}

#[test]
fn who_must_bring_a_token_after_a_reload_does_nothing_more_without_one() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(lab.site.config()).expect("configuration");
    let seen = over_a_reload(&lab, text.replace("groups: [noc], token: none", "groups: [noc], token: env"));
    assert!(seen.contains("[TOKEN_MISSING]"), "{seen}");
}

#[test]
fn a_token_whose_key_a_reload_revokes_does_nothing_more() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(lab.site.config()).expect("configuration");
    let token = lab.minted("r1", "show_bgp_summary", &[], |mint| mint.max_uses = 2);
    let first = lab.agent("r1", &token, &["show bgp summary"], b"");
    assert_eq!(first.status, Some(0), "{}", first.text);
    let flag = lab.dir().join("reloaded");
    let script =
        format!("while [ ! -e {} ]; do sleep 0.1; done; printf 'terminal length 0\\n'", flag.display());
    let seen = std::thread::scope(|scope| {
        let session = scope.spawn(|| lab.agent_piped("r1", &token, &script));
        let sessions = || lab.records().iter().filter(|record| record["kind"] == "credential").count();
        super::harness::until(|| sessions() == 2);
        let revoked =
            text.replace("carriers: [net-mcp]", "carriers: [net-mcp], revoked_kids: [\"net-mcp/demo\"]");
        std::fs::write(lab.site.config(), revoked).expect("configuration");
        lab.reload().expect("sound");
        std::fs::write(&flag, "").expect("flag");
        session.join().expect("session")
    });
    assert!(seen.text.contains("[KEY_REVOKED]"), "{}", seen.text);
}

fn keygen(args: &[&str]) {
    let mut command = Command::new("ssh-keygen");
    command.args(args);
    let seen = run(command, b"");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
}
