//! The whole road with a real OpenSSH client: what each side sees and what is recorded.

use portcullis::terms::CorrelationId;

use super::harness::{Lab, Visit};

const SHUT: &[(&str, &str)] = &[("interface", "GigabitEthernet0/1")];

#[test]
fn a_read_reaches_the_router_in_full_words_and_its_answer_comes_back() {
    let lab = Lab::new();
    let seen = lab.alice("r1", &["sh ver"], b"");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    assert!(seen.text.contains("FRRouting"), "{}", seen.text);
    assert!(!seen.text.contains("r1#"), "an exec answer has no prompt: {}", seen.text);
    assert_eq!(lab.ran("r1"), ["show version"]);
}

#[test]
fn an_exec_request_that_is_refused_says_so_and_fails() {
    let lab = Lab::new();
    let seen = lab.alice("core1", &["relo"], b"");
    assert_eq!(seen.status, Some(1), "{}", seen.text);
    let mut lines = seen.text.lines();
    assert_eq!(lines.next(), Some("% Invalid input detected at '^' marker."));
    assert!(
        lines
            .next()
            .is_some_and(|line| line.starts_with("% portcullis: denied [") && line.contains("ref D-"))
    );
    assert_eq!(lines.next(), None);
    assert_eq!(lab.ran("core1"), [""; 0]);
    assert_eq!(lab.codes("outcome"), ["completed"; 0], "preparation aside nothing ran");
}

#[test]
fn a_planned_change_goes_through_step_by_step() {
    let mut lab = Lab::new();
    let token = lab.token("core1", "request_interface_shutdown", SHUT);
    let seen = lab.agent("core1", &token, &[], b"conf t\nint gi0/1\nshut\nend\n");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    assert_eq!(lab.ran("core1"), ["configure terminal", "interface GigabitEthernet0/1", "shutdown", "end"]);
    let down =
        lab.site.router("core1").expect("router").sim.machine().interface("GigabitEthernet0/1").expect("it");
    assert!(down.shutdown, "{down:?}");
    lab.stop();
    let txn: CorrelationId = lab.records().iter().find(|r| r["kind"] == "session.open").expect("open")["txn"]
        .as_str()
        .expect("txn")
        .parse()
        .expect("txn");
    let chain =
        lab.runtime.block_on(portcullis::ledger::timeline(&lab.site.ledger(), &txn)).expect("timeline");
    let kinds: Vec<&str> = chain.iter().filter_map(|record| record["kind"].as_str()).collect();
    assert_eq!(kinds.first(), Some(&"session.open"));
    assert_eq!(kinds.last(), Some(&"session.close"));
    assert_eq!(kinds.iter().filter(|kind| **kind == "credential").count(), 1);
    let decisions = kinds.iter().filter(|kind| **kind == "decision").count();
    assert_eq!(decisions, kinds.iter().filter(|kind| **kind == "outcome").count());
    let steps: Vec<u64> = chain.iter().filter_map(|record| record.get("step")?.as_u64()).collect();
    assert_eq!(steps, [0, 1, 2, 3]);
    assert_eq!(chain[0]["subject_identity"], "user:alice@demo.example");
    assert_eq!(chain[0]["actor"], "agent:netops-assistant");
}

#[test]
fn a_plan_is_held_to_step_by_step() {
    let lab = Lab::new();
    for (typed, ran) in [
        // The wrong interface, the wrong order, a step twice, a step too many.
        ("conf t\nint gi0/2\nshut\nend\n", &["configure terminal"][..]),
        ("int gi0/1\n", &[]),
        ("conf t\nconf t\n", &["configure terminal"]),
        ("conf t\nint gi0/1\nno shut\n", &["configure terminal", "interface GigabitEthernet0/1"]),
        (
            "conf t\nint gi0/1\nshut\nend\nconf t\n",
            &["configure terminal", "interface GigabitEthernet0/1", "shutdown", "end"],
        ),
    ] {
        let before = lab.ran("core1").len();
        let token = lab.token("core1", "request_interface_shutdown", SHUT);
        let seen = lab.agent("core1", &token, &[], typed.as_bytes());
        assert_eq!(lab.ran("core1")[before..], *ran, "{typed:?}: {}", seen.text);
        assert_eq!(seen.status, Some(1), "{typed:?}: {}", seen.text);
        assert_eq!(seen.text.matches("denied [").count(), 1, "{typed:?}: {}", seen.text);
    }
}

#[test]
fn after_a_refusal_in_a_configuration_mode_only_leaving_is_accepted() {
    let lab = Lab::new();
    let token = lab.token("core1", "request_interface_shutdown", SHUT);
    // Piped input stops at the first refusal, so the lines after it come slowly, as an expect script sends them.
    let script = "(printf 'conf t\\n'; sleep 1; printf 'interface Gi0/7\\n'; sleep 1; printf 'interface Gi0/1\\n'; sleep 1; printf 'end\\n'; sleep 1)";
    let seen = lab.agent_piped("core1", &token, script);
    assert_eq!(lab.ran("core1"), ["configure terminal", "end"], "{}", seen.text);
    assert!(seen.text.contains("[AFTER_ERROR]"), "{}", seen.text);
}

#[test]
fn a_pty_echoes_edits_and_shows_the_routers_prompt() {
    let lab = Lab::new();
    let visit = Visit { user: "alice+core1", key: "alice", token: None, options: &["-tt"] };
    // A wrong word taken back with ^W, an empty line, a line ended by CR, then the end of the session.
    let seen = lab.ssh(&visit, &[], b"show clock\x17ver\r\r\rexit\r");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    assert_eq!(lab.ran("core1"), ["show version"]);
    assert!(seen.text.contains("Cisco IOS"), "{}", seen.text);
    assert!(seen.text.matches("\r\ncore1#").count() >= 3, "{:?}", seen.text);
}

#[test]
fn a_shell_without_a_pty_takes_lines_and_echoes_nothing() {
    let lab = Lab::new();
    let seen = lab.alice("r1", &[], b"show version\nshow interface brief\n");
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    assert_eq!(lab.ran("r1"), ["show version", "show interface brief"]);
    assert!(!seen.text.contains("show version"), "{}", seen.text);
    assert!(!seen.text.contains('\r'), "{:?}", seen.text);
}

#[test]
fn every_record_names_the_session_and_the_decision_comes_first() {
    let mut lab = Lab::new();
    lab.alice("core1", &[], b"show version\nreload\n");
    lab.stop();
    let records = lab.records();
    let opened = records.iter().position(|r| r["kind"] == "session.open").expect("open");
    let sid = records[opened]["sid"].clone();
    let mut permitted = Vec::new();
    for record in &records[opened..] {
        assert_eq!(record["sid"], sid, "{record}");
        match record["kind"].as_str().expect("kind") {
            "decision" if record["verdict"] == "permit" => {
                assert!(record["rules"].as_array().is_some_and(|rules| !rules.is_empty()), "{record}");
                permitted.push(record["did"].clone());
            }
            "outcome" => assert!(permitted.contains(&record["did"]), "{record}"),
            _ => {}
        }
    }
    let denied = records.iter().find(|r| r["verdict"] == "deny").expect("denied");
    assert_eq!(denied["cmd"], "reload");
}
