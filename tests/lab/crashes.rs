//! The gate killed in the middle of a command tells the truth about it afterwards.

use super::client::{agent, alice};
use super::site::Lab;

/// A command on the router that answers for as long as it is let.
const ENDLESS: &str = "ping 127.0.0.1";

#[test]
fn a_command_cut_off_by_a_kill_becomes_indeterminate() {
    let mut lab = Lab::start();
    let r1 = lab.router("r1");
    let mark = r1.mark();
    let mut session = lab.pty(alice("r1"));
    session.wait_for("r1# ");
    session.feed(format!("{ENDLESS}\r").as_bytes());
    session.wait_for("icmp_seq=1");
    lab.kill();
    let seen = session.finish();
    assert_ne!(seen.status, Some(0), "{}", seen.text());
    // The file as the crash left it, then as recovery did.
    assert_eq!(lab.query(&["--state", "unmatched"]).len(), 1, "a start without a stop");
    lab.run_gate();
    lab.assert_ledger_verifies();
    let doubtful = lab.query(&["--state", "indeterminate"]);
    assert_eq!(doubtful.len(), 1, "{doubtful:#?}");
    assert_eq!((&doubtful[0]["command"], &doubtful[0]["verdict"]), (&ENDLESS.into(), &"permit".into()));
    assert_eq!(lab.query(&["--state", "unmatched"]).len(), 0);
    // The router ran what the ledger has, once, and the gate did not do it again.
    assert_eq!(r1.typed_since(&mark), [ENDLESS]);
    let chain = lab.timeline(doubtful[0]["txn"].as_str().expect("txn"));
    assert!(
        chain.iter().any(|record| record["kind"] == "session.close"),
        "the session is closed too: {chain:#?}"
    );
    let next = lab.exec(alice("r1"), "show version");
    assert_eq!(next.status, Some(0), "{}", next.text());
    lab.stop();
    lab.assert_ledger_verifies();
}

#[test]
fn a_token_used_before_a_kill_is_used_after_it() {
    let mut lab = Lab::start();
    let r1 = lab.router("r1");
    let token = lab.mint("net-mcp", "r1", "request_interface_shutdown", &[("interface", "eth1")]);
    let mut session = lab.pty(agent("r1", &token.text));
    session.wait_for("r1# ");
    session.feed(b"conf t\r");
    session.wait_for("r1(config)# ");
    session.feed(b"int eth1\r");
    session.wait_for("r1(config-if)# ");
    lab.kill();
    session.finish();
    lab.run_gate();
    let mark = r1.mark();
    let again = lab.piped(agent("r1", &token.text), b"conf t\nint eth1\nshut\nend\n");
    assert_eq!(again.status, Some(126), "{}", again.text());
    assert!(again.text().contains("[TOKEN_REPLAYED]"), "{}", again.text());
    assert!(r1.link_is_up("eth1"), "half a plan shut nothing down");
    r1.assert_untouched_since(&mark);
    lab.assert_ledger_verifies();
}

#[test]
fn a_kill_at_any_moment_leaves_a_ledger_that_covers_what_the_router_ran() {
    let mut lab = Lab::start();
    let r1 = lab.router("r1");
    for round in 0..5u32 {
        let mark = r1.mark();
        let mut session = lab.pty(alice("r1"));
        session.wait_for("r1# ");
        for count in 0..40 {
            session.feed(format!("show ip route 10.{round}.{count}.1\r").as_bytes());
        }
        // Somewhere in the middle of them: after the answers to a few more each round.
        session.wait_for(&format!("show ip route 10.{round}.{}.1", round * 7 + 1));
        lab.kill();
        drop(session);
        lab.run_gate();
        let known = lab.query(&["--device", "r1", "--verdict", "permit"]);
        for line in r1.typed_since(&mark) {
            assert!(
                known.iter().any(|command| command["command"] == line.as_str()),
                "{line} ran and is not recorded"
            );
        }
        assert_eq!(lab.query(&["--state", "unmatched"]).len(), 0, "every start has one stop");
        lab.assert_ledger_verifies();
    }
}
