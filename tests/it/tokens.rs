//! Tokens that must not open a session: each gets one clear line, one record, and reaches no device.

use super::harness::{Lab, Visit};

const SHOW: &str = "show_bgp_summary";

fn refused(lab: &Lab, device: &str, token: &str, code: &str) {
    let before = lab.codes("refusal").len();
    let seen = lab.agent(device, token, &["show bgp summary"], b"");
    assert_eq!(seen.status, Some(126), "{code}: {}", seen.text);
    assert_eq!(seen.text.lines().count(), 1, "{code}: one clear line: {}", seen.text);
    assert!(seen.text.contains(&format!("[{code}]")), "{code}: {}", seen.text);
    assert_eq!(lab.refusals_after(before), [code.to_owned()], "{code}");
}

#[test]
fn a_token_that_is_not_good_opens_nothing() {
    let lab = Lab::new();
    let good = lab.token("r1", SHOW, &[]);
    let flipped = flip(&good, good.len() - 10);
    refused(&lab, "r1", &flipped, "SIGNATURE_INVALID");
    refused(&lab, "r1", "not.a-token", "TOKEN_MALFORMED");
    refused(
        &lab,
        "r1",
        good.split_at(1023.min(good.len())).0,
        if good.len() > 1023 { "TOKEN_TRUNCATED" } else { "TOKEN_REPLAYED" },
    );
    refused(&lab, "core1", &good, "DEVICE_MISMATCH");
    refused(
        &lab,
        "r1",
        &lab.minted("r1", SHOW, &[], |mint| mint.issuer = "https://evil.example".into()),
        "ISSUER_UNKNOWN",
    );
    refused(&lab, "r1", &lab.minted("r1", SHOW, &[], |mint| mint.kid = "other".into()), "KEY_UNKNOWN");
    refused(
        &lab,
        "r1",
        &lab.minted("r1", SHOW, &[], |mint| mint.audience = "portcullis:other".into()),
        "AUDIENCE_MISMATCH",
    );
    refused(
        &lab,
        "r1",
        &lab.minted("r1", SHOW, &[], |mint| mint.subject = "user:eve@evil.example".into()),
        "SUBJECT_NOT_ALLOWED",
    );
    refused(
        &lab,
        "r1",
        &lab.minted("r1", SHOW, &[], |mint| mint.actor = "agent:other#1".into()),
        "ACTOR_NOT_ALLOWED",
    );
    refused(
        &lab,
        "r1",
        &lab.minted("r1", SHOW, &[], |mint| mint.workload = "spiffe://other".into()),
        "WORKLOAD_MISMATCH",
    );
    refused(
        &lab,
        "r1",
        &lab.minted("r1", SHOW, &[], |mint| mint.ssh_key = b"another key".to_vec()),
        "CNF_MISMATCH",
    );
    let past =
        |seconds: i64| portcullis::terms::Timestamp::from_seconds(super::harness::now().seconds() - seconds);
    refused(&lab, "r1", &lab.minted("r1", SHOW, &[], |mint| mint.now = past(1000)), "TOKEN_EXPIRED");
    refused(&lab, "r1", &lab.minted("r1", SHOW, &[], |mint| mint.now = past(-1000)), "TOKEN_NOT_YET_VALID");
    assert_eq!(lab.ran("r1"), [""; 0]);
    let seen = lab.agent("r1", &good, &["show bgp summary"], b"");
    assert_eq!(seen.status, Some(0), "nothing of this burned the good token: {}", seen.text);
    refused(&lab, "r1", &good, "TOKEN_REPLAYED");
}

#[test]
fn a_replay_is_refused_after_a_restart_too() {
    let mut lab = Lab::new();
    let token = lab.token("r1", SHOW, &[]);
    assert_eq!(lab.agent("r1", &token, &["show bgp summary"], b"").status, Some(0));
    lab.restart();
    refused(&lab, "r1", &token, "TOKEN_REPLAYED");
}

#[test]
fn a_correlation_id_belongs_to_its_first_subject() {
    let lab = Lab::with(|text| {
        text.replace(
            "subjects: [\"user:alice@demo.example\"]",
            "subjects: [\"user:alice@demo.example\", \"user:bob@demo.example\"]",
        )
    });
    let mut txn = None;
    let first = lab.minted("r1", SHOW, &[], |mint| txn = Some(mint.txn.clone()));
    assert_eq!(lab.agent("r1", &first, &["show bgp summary"], b"").status, Some(0));
    let second = lab.minted("r1", SHOW, &[], |mint| {
        mint.subject = "user:bob@demo.example".into();
        mint.txn = txn.clone().expect("txn");
    });
    refused(&lab, "r1", &second, "TXN_FOREIGN");
}

#[test]
fn a_machine_without_a_token_gets_nothing() {
    let lab = Lab::new();
    let visit = Visit { user: "net-mcp+r1", key: "net-mcp", token: None, options: &["-T"] };
    let seen = lab.ssh(&visit, &["show version"], b"");
    assert_eq!(seen.status, Some(126), "{}", seen.text);
    assert!(seen.text.contains("[TOKEN_MISSING]"), "{}", seen.text);
    assert_eq!(lab.ran("r1"), [""; 0]);
}

#[test]
fn a_token_for_reading_reads_and_nothing_else() {
    let lab = Lab::new();
    for typed in [
        "reload",
        "relo",
        "show running-config",
        "show bgp summary | redirect flash:x",
        "configure terminal",
        "show version",
    ] {
        let token = lab.token("core1", SHOW, &[]);
        let seen = lab.agent("core1", &token, &[typed], b"");
        assert_eq!(seen.status, Some(1), "{typed}: {}", seen.text);
    }
    assert_eq!(lab.ran("core1"), [""; 0]);
}

#[test]
fn a_token_by_password_opens_a_session_with_every_way_to_type_it() {
    let lab = Lab::with(|text| text.replace("token: env", "token: password"));
    for options in [
        ["-o", "PreferredAuthentications=publickey,password"],
        ["-o", "PreferredAuthentications=publickey,keyboard-interactive"],
    ] {
        let token = lab.short_token("r1");
        assert!(token.len() < 1023, "OpenSSH cuts a password at 1,023 bytes; this one has {}", token.len());
        let seen = lab.by_password("net-mcp+r1", "net-mcp", &token, &options, &["show bgp summary"]);
        assert_eq!(seen.status, Some(0), "{options:?}: {}", seen.text);
    }
    assert_eq!(lab.ran("r1").len(), 2);
}

#[test]
fn a_password_without_the_key_is_not_enough() {
    let lab = Lab::with(|text| text.replace("token: env", "token: password"));
    let token = lab.short_token("r1");
    let seen = lab.by_password(
        "net-mcp+r1",
        "alice",
        &token,
        &["-o", "PreferredAuthentications=password"],
        &["show bgp summary"],
    );
    assert_eq!(seen.status, Some(255), "{}", seen.text);
    assert!(
        !seen.text.contains("TOKEN"),
        "before authentication the client hears one coarse message: {}",
        seen.text
    );
    assert_eq!(lab.ran("r1"), [""; 0]);
}

#[test]
fn a_token_leaves_nothing_but_its_hash() {
    let mut lab = Lab::new();
    let token = lab.token("r1", SHOW, &[]);
    assert_eq!(lab.agent("r1", &token, &["show bgp summary"], b"").status, Some(0));
    let flipped = flip(&token, token.len() - 10);
    refused(&lab, "r1", &flipped, "SIGNATURE_INVALID");
    lab.stop();
    for name in ["ledger.db", "ledger.db-wal"] {
        let Ok(bytes) = std::fs::read(lab.dir().join(name)) else { continue };
        for secret in [&token, &flipped] {
            for segment in secret.split('.').skip(1) {
                let found = bytes.windows(segment.len()).any(|window| window == segment.as_bytes());
                assert!(!found, "a segment of a token is in {name}");
            }
        }
    }
    let opened = lab.records().into_iter().find(|record| record["kind"] == "session.open").expect("open");
    assert_eq!(opened["token_sha256"].as_str().map(str::len), Some(64));
}

#[test]
fn a_session_ends_with_its_token() {
    let lab = Lab::new();
    // The skew ends two seconds from now.
    let token = lab.minted("r1", SHOW, &[], |mint| {
        mint.ttl_seconds = 60;
        mint.now = portcullis::terms::Timestamp::from_seconds(super::harness::now().seconds() - 88);
    });
    let seen =
        lab.agent_piped("r1", &token, "printf 'show bgp summary\\n'; sleep 20; printf 'show bgp summary\\n'");
    assert!(seen.text.contains("[TOKEN_EXPIRED]"), "{}", seen.text);
    assert_eq!(seen.status, Some(126), "{}", seen.text);
    assert_eq!(lab.ran("r1"), ["show bgp summary"]);
}

fn flip(token: &str, at: usize) -> String {
    let replace = |c: char| if c == 'A' { 'B' } else { 'A' };
    token.chars().enumerate().map(|(i, c)| if i == at { replace(c) } else { c }).collect()
}
