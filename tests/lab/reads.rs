//! A read goes through the gate and the router's own answer comes back, for every kind of client.

use super::client::{agent, alice};
use super::site::Lab;

/// What a router said, without what changes from one second to the next: times, and counters of a neighbour.
fn content(text: &str) -> Vec<String> {
    let steady = |line: &str| -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        let neighbour = words.len() > 9 && words[0].parse::<std::net::Ipv4Addr>().is_ok();
        let passing = |(at, word): (usize, &&str)| is_time(word) || neighbour && [3, 4, 8].contains(&at);
        words
            .iter()
            .enumerate()
            .filter(|(at, word)| !passing((*at, word)))
            .map(|(_, word)| *word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    text.lines().map(steady).filter(|line| !line.is_empty()).collect()
}

/// `00:01:23`, with a comma or not.
fn is_time(word: &str) -> bool {
    let word = word.trim_end_matches(',');
    word.len() == 8 && word.split(':').count() == 3
}

#[test]
fn an_agent_reads_with_a_token_and_gets_the_routers_own_answer() {
    let lab = Lab::start();
    // r1 is known by its key, r2 by its authority.
    for device in ["r1", "r2"] {
        let router = lab.router(device);
        let (token, mark) = (lab.read_token(device), router.mark());
        let seen = lab.exec(agent(device, &token.text), "show bgp summary");
        assert_eq!(seen.status, Some(0), "{}", seen.text());
        assert_eq!(router.typed_since(&mark), ["show bgp summary"]);
        assert_eq!(content(&seen.out), content(&router.direct("show bgp summary").out));
        assert!(seen.out.contains("Neighbor"), "{}", seen.out);
    }
}

#[test]
fn a_person_reads_without_a_token_in_abbreviations() {
    let lab = Lab::start();
    let (router, mark) = (lab.router("r1"), lab.router("r1").mark());
    let seen = lab.exec(alice("r1"), "sh bgp sum");
    assert_eq!(seen.status, Some(0), "{}", seen.text());
    assert_eq!(router.typed_since(&mark), ["show bgp summary"], "only the canonical form is sent");
    assert_eq!(content(&seen.out), content(&router.direct("show bgp summary").out));
}

#[test]
fn a_long_answer_comes_back_whole() {
    let lab = Lab::start();
    let direct = content(&lab.router("r2").direct("show ip route").out);
    assert!(direct.len() > 500, "{} lines", direct.len());
    let exec = lab.exec(alice("r2"), "show ip route");
    assert_eq!(exec.status, Some(0), "{}", exec.err);
    assert_eq!(content(&exec.out), direct);
    let piped = content(&lab.piped(alice("r2"), b"show ip route\n").out);
    // Without a pty nothing ends the prompt's line but the answer.
    let first =
        piped.iter().position(|line| line == &format!("r2# {}", direct[0])).expect("prompt and answer");
    assert_eq!(piped[first + 1..first + direct.len()], direct[1..]);
}

#[test]
fn a_pty_has_echo_editing_and_the_routers_prompt() {
    let lab = Lab::start();
    let (router, mark) = (lab.router("r1"), lab.router("r1").mark());
    let mut session = lab.pty(alice("r1"));
    session.wait_for("r1# ");
    // Typed without a line end: scripts wait for the echo before they send one.
    session.feed(b"show vers");
    session.wait_for("r1# show vers");
    // A word taken back with ^W, retyped, an empty line after it.
    session.feed(b"\x17version\r\r");
    session.wait_for("FRRouting 8");
    session.feed(b"exit\r");
    let seen = session.finish();
    assert_eq!(seen.status, Some(0), "{}", seen.text());
    assert_eq!(router.typed_since(&mark), ["show version"]);
}

#[test]
fn netmiko_reads_by_key_and_sees_a_refusal_as_an_error() {
    let lab = Lab::start();
    let direct = content(&lab.router("r1").direct("show bgp summary").out);
    let seen =
        lab.netmiko("alice", "r1", None, &["show bgp summary", "reload", "show version"]).expect("netmiko");
    assert_eq!(seen["prompt"], "r1#");
    let answer = |at: usize| seen["answers"][at].as_str().unwrap_or_default();
    assert_eq!(content(answer(0)), direct);
    assert!(answer(1).starts_with("% Unknown command") && answer(1).contains("denied ["), "{seen}");
    assert!(answer(2).contains("FRRouting 8"), "the session goes on: {seen}");
}

fn netmiko_brings_a_token(how: &[&str]) {
    let lab = Lab::start();
    let direct = content(&lab.router("r1").direct("show bgp summary").out);
    let token = lab.mint("net-ask", "r1", "show_bgp_summary", &[]);
    let seen = lab.netmiko("net-ask", "r1", Some(&token.text), &[how, &["show bgp summary"]].concat());
    let seen = seen.expect("netmiko");
    assert_eq!(content(seen["answers"][0].as_str().expect("answer")), direct);
}

#[test]
fn netmiko_brings_a_token_as_the_password_after_its_key() {
    netmiko_brings_a_token(&["--ask-once"]);
}

#[test]
#[ignore = "russh 0.65 does not answer a second request for ssh-userauth, which paramiko's usual transport waits for"]
fn netmiko_as_it_comes_brings_a_token_as_the_password_after_its_key() {
    netmiko_brings_a_token(&[]);
}

#[test]
fn the_credential_on_the_router_is_the_one_in_the_ledger() {
    let lab = Lab::start();
    let (router, mark, token) = (lab.router("r1"), lab.router("r1").mark(), lab.read_token("r1"));
    let seen = lab.exec(agent("r1", &token.text), "show bgp summary");
    assert_eq!(seen.status, Some(0), "{}", seen.text());
    let chain = lab.timeline(&token.txn);
    let credentials: Vec<_> = chain.iter().filter(|record| record["kind"] == "credential").collect();
    assert_eq!(credentials.len(), 1, "{chain:#?}");
    let (key_id, serial) = (credentials[0]["key_id"].as_str().expect("key_id"), &credentials[0]["serial"]);
    let decision = chain.iter().find(|record| record["cmd"] == "show bgp summary").expect("decision");
    assert_eq!(key_id, format!("pct1:{}:{}", token.txn, decision["subject"].as_str().expect("subject")));
    // The router's own log names it once, with the ledger's serial.
    let log = router.sshd_since(&mark);
    let accepted: Vec<&str> =
        log.lines().filter(|line| line.starts_with("Accepted publickey for ")).collect();
    assert_eq!(accepted.len(), 1, "{log}");
    assert!(
        accepted[0].contains(&format!(" ID {key_id} (serial {serial}) CA ")),
        "{}\n{key_id} {serial}",
        accepted[0]
    );
    for kind in ["session.open", "credential", "decision", "outcome", "session.close"] {
        assert!(chain.iter().any(|record| record["kind"] == kind), "{kind}: {chain:#?}");
    }
    assert!(chain.iter().all(|record| record["txn"] == token.txn.as_str()), "{chain:#?}");
}
