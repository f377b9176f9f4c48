//! What is denied leaves no trace on the router.

use super::client::{Visitor, agent, alice};
use super::site::Lab;

/// What somebody who may only read tries.
const DENIED: &[&str] = &[
    "reload",
    "relo",
    "configure terminal",
    "conf t",
    "show running-config | redirect /tmp/portcullis-lab-x",
    "show running-config > /tmp/portcullis-lab-x",
    "show version ; reload",
    "show version\nreload",
    "show version\rreload",
    "show version\0",
    "show \x1b[Aversion",
    "start-shell",
    "start-shell bash",
    "start-shell bash -c id",
    "ssh 127.0.0.1",
    "telnet 127.0.0.1",
    "output file /tmp/portcullis-lab-x",
    "log file /tmp/portcullis-lab-x",
    "copy /tmp/portcullis-lab-x running-config",
    "write erase",
    "write memory",
    "clear bgp *",
    "terminal paginate",
    "debug bgp updates",
    "sh",
    "show",
    "\u{ff53}how version",
];

#[test]
fn denied_commands_leave_no_trace_on_the_router() {
    let lab = Lab::start();
    let r1 = lab.router("r1");
    let mark = r1.mark();
    for command in DENIED.iter().filter(|command| !command.contains('\0')) {
        let seen = lab.exec(alice("r1"), command);
        assert_eq!(seen.status, Some(1), "{command:?}: {}", seen.text());
        assert!(seen.text().contains("% portcullis: denied ["), "{command:?}: {}", seen.text());
        r1.assert_untouched_since(&mark);
    }
    assert!(!std::path::Path::new("/tmp/portcullis-lab-x").exists());
    let denied = lab.query(&["--device", "r1", "--verdict", "deny"]);
    assert!(denied.len() >= DENIED.len() - 1, "each is recorded: {}", denied.len());
}

#[test]
fn the_same_lines_in_a_shell_leave_no_trace_either() {
    let lab = Lab::start();
    let r1 = lab.router("r1");
    let mark = r1.mark();
    // A batch stops at its first refusal, so each line gets a session of its own.
    for command in DENIED.iter().filter(|command| !command.contains(['\n', '\r'])) {
        let seen = lab.piped(alice("r1"), format!("{command}\n").as_bytes());
        assert_ne!(seen.status, Some(0), "{command:?}: {}", seen.text());
        r1.assert_untouched_since(&mark);
    }
}

#[test]
fn what_follows_a_pipe_is_never_a_command() {
    let lab = Lab::start();
    let r1 = lab.router("r1");
    let mark = r1.mark();
    let seen = lab.exec(alice("r1"), "show version | include x; reboot");
    // Whether the pattern is accepted is the grammar's business; that it stays one line is everybody's.
    let typed = r1.typed_since(&mark);
    match seen.status {
        Some(0) => assert_eq!(typed, ["show version | include x; reboot"]),
        _ => assert_eq!(typed, [""; 0]),
    }
    assert!(r1.bgp_is_established());
}

#[test]
fn an_agent_gets_nothing_without_a_token_and_nothing_beside_it() {
    let lab = Lab::start();
    let r1 = lab.router("r1");
    let mark = r1.mark();
    let without = lab.exec(Visitor { account: "net-mcp", device: "r1", token: None }, "show bgp summary");
    assert_ne!(without.status, Some(0), "{}", without.text());
    let broken = lab.read_token("r1").text.replace('.', ".A");
    let forged = lab.exec(agent("r1", &broken), "show bgp summary");
    assert_ne!(forged.status, Some(0), "{}", forged.text());
    assert_eq!(r1.sshd_since(&mark), "", "no device was dialled");
    for command in ["show version", "show ip route", "configure terminal", "relo"] {
        let seen = lab.exec(agent("r1", &lab.read_token("r1").text), command);
        assert_eq!(seen.status, Some(1), "{command}: {}", seen.text());
        assert!(seen.text().contains("denied ["), "{command}: {}", seen.text());
    }
    r1.assert_untouched_since(&mark);
}

#[test]
fn a_token_that_openssh_cuts_is_refused_with_the_reason_in_the_ledger_alone() {
    let lab = Lab::start();
    let r1 = lab.router("r1");
    let mark = r1.mark();
    // OpenSSH hands on at most 1,023 bytes of an answer; this one is longer.
    let token = lab.mint("net-ask", "r1", "show_bgp_summary", &[]);
    let seen = lab.exec_with_password("r1", &token.text, "show bgp summary");
    let asked = std::fs::read_to_string(lab.path("asked")).expect("the client was asked");
    let first = asked.lines().next().unwrap_or_default();
    assert!(first.trim_end().ends_with(" Password:"), "{asked:?}");
    if token.text.len() > 1023 {
        assert_eq!(seen.status, Some(255), "{}", seen.text());
        assert_eq!(r1.sshd_since(&mark), "", "no device was dialled");
        // Nothing burnt the token: the client that can bring it whole still may.
        let whole = lab.netmiko("net-ask", "r1", Some(&token.text), &["--ask-once", "show bgp summary"]);
        let whole = whole.expect("netmiko");
        assert!(whole["answers"][0].as_str().is_some_and(|text| text.contains("Neighbor")), "{whole}");
    } else {
        assert_eq!(seen.status, Some(0), "{}", seen.text());
    }
}

#[test]
fn ten_megabytes_without_a_line_end_reach_nobody() {
    let lab = Lab::start();
    let r1 = lab.router("r1");
    let mark = r1.mark();
    let seen = lab.piped(alice("r1"), &vec![b'a'; 10 << 20]);
    assert_ne!(seen.status, Some(0), "{}", seen.text());
    assert!(seen.text().lines().count() < 10, "one clear line: {}", seen.text());
    r1.assert_untouched_since(&mark);
    assert_eq!(lab.exec(alice("r1"), "show version").status, Some(0), "the gate lives on");
}
