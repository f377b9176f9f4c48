use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tempfile::TempDir;

use super::note::{NoteError, Verifier};
use super::tree::{Hash, Tree, leaf};
use super::*;
use crate::command::CanonicalCommand;
use crate::terms::{Class, ManualClock};

struct Place {
    dir: TempDir,
    clock: Arc<ManualClock>,
}

impl Place {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_795_340_000)));
        Self { dir: tempfile::tempdir().expect("dir"), clock }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("ledger.db")
    }

    fn settings(&self) -> Settings {
        Settings {
            path: self.path(),
            origin: "portcullis/test".to_owned(),
            node: "test".to_owned(),
            key: SigningKey::from_bytes(&[7; 32]),
        }
    }

    async fn open(&self) -> (Ledger, Recovered) {
        Ledger::open(self.settings(), self.clock.clone()).await.unwrap_or_else(|fault| panic!("{fault}"))
    }

    fn key(&self) -> Verifier {
        Verifier::of("portcullis/test", &SigningKey::from_bytes(&[7; 32]))
    }

    async fn sql(&self, sql: &'static str) {
        use sqlx::{ConnectOptions, Connection};
        let mut connection =
            sqlx::sqlite::SqliteConnectOptions::new().filename(self.path()).connect().await.expect("connect");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("sql");
        connection.close().await.expect("close");
    }
}

fn session(txn: &str, subject: &str, jti: Option<&str>) -> SessionOpen {
    SessionOpen {
        txn: txn.parse().expect("txn"),
        principal: "net-mcp".to_owned(),
        principal_kind: "agent",
        subject: subject.to_owned(),
        actor: Some("agent:bot".to_owned()),
        device: "r1".parse().expect("device"),
        platform: "frr".parse().expect("platform"),
        source: "192.0.2.9".to_owned(),
        key: "SHA256:unknown".to_owned(),
        transport: "exec",
        token: jti.map(|jti| TokenUse {
            issuer: "https://mcp.example".to_owned(),
            jti: jti.to_owned(),
            max_uses: 1,
            expires: Timestamp::from_seconds(1_795_340_100),
            sha256: [1; 32],
            action: "show_bgp_summary".to_owned(),
            plan: [2; 32],
            ticket: Some("CHG0012345".to_owned()),
            reason: Some("secret reason of alice".to_owned()),
            traceparent: None,
        }),
        policy: [3; 32],
    }
}

fn facts() -> Facts {
    Facts {
        mode: "privileged".parse().expect("mode"),
        policy: [3; 32],
        step: None,
        typed: b"hunter2 typed".to_vec(),
        by_gate: false,
    }
}

fn permit() -> Permit {
    Permit::for_test(CanonicalCommand::for_test(
        "frr",
        "privileged",
        "show version",
        Class::Read,
        "privileged",
    ))
}

fn outcome() -> Outcome {
    Outcome {
        state: OutcomeState::Completed,
        code: None,
        bytes: 12,
        sha256: [9; 32],
        device_time: Duration::from_millis(2),
        mode_after: Some("privileged".parse().expect("mode")),
    }
}

fn denial() -> Denial {
    Denial { code: Code::Unrecognized, detail: "no".to_owned(), rules: Vec::new(), command: None }
}

/// One whole session with a permit and a denial.
async fn fill(ledger: &Ledger) {
    let open = ledger
        .open_session(session("txn-0000001", "user:alice@example.com", Some("jti-1")))
        .await
        .expect("open");
    let started = ledger.begin(&open, permit(), &facts()).await.expect("begin");
    ledger.finish(started.finished(outcome())).await.expect("finish");
    ledger.deny(&open, &denial(), &facts()).await.expect("deny");
    ledger
        .close_session(open, SessionEnd { code: Code::ClientExit, detail: String::new() })
        .await
        .expect("close");
}

/// The definition of RFC 6962 section 2.1, as slow as it is written.
fn naive(leaves: &[Hash]) -> Hash {
    use sha2::Digest;
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let split = many.len().next_power_of_two() / 2;
            let (left, right) = many.split_at(split);
            Sha256::new()
                .chain_update([1])
                .chain_update(naive(left))
                .chain_update(naive(right))
                .finalize()
                .into()
        }
    }
}

#[test]
fn the_tree_is_that_of_rfc_6962() {
    // Leaves and roots of the reference implementation's own test (certificate-transparency, merkletree).
    let leaves: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let mut tree = Tree::default();
    assert_eq!(hex(&tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    tree.push(leaf(leaves[0]));
    assert_eq!(hex(&tree.root()), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    leaves[1..].iter().for_each(|body| tree.push(leaf(body)));
    assert_eq!(hex(&tree.root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

proptest! {
    #[test]
    fn the_grown_root_is_the_defined_root(bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 0..70)) {
        let leaves: Vec<Hash> = bodies.iter().map(|body| leaf(body)).collect();
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        prop_assert_eq!(tree.root(), naive(&leaves));
    }

    #[test]
    fn no_text_makes_the_note_reader_panic(text in any::<String>()) {
        let _ = note::unverified(&text);
        let _ = Verifier::parse(&text);
    }
}

#[test]
fn a_note_verifies_with_its_own_key_only() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let said = note::Checkpoint { origin: "portcullis/test".to_owned(), size: 5, root: [4; 32] };
    let text = note::sign(&key, &said);
    let verifier = Verifier::parse(&Verifier::of("portcullis/test", &key).text()).expect("vkey");
    assert_eq!(verifier.open(&text), Ok(said));
    assert_eq!(verifier.open(&text.replace("\n5\n", "\n6\n")), Err(NoteError::Signature));
    let other = Verifier::of("portcullis/test", &SigningKey::from_bytes(&[8; 32]));
    assert_eq!(other.open(&text), Err(NoteError::Signature));
}

#[tokio::test]
async fn a_session_is_recorded_and_verifies() {
    let place = Place::new();
    let (ledger, recovered) = place.open().await;
    assert_eq!(recovered, Recovered::default());
    fill(&ledger).await;
    ledger.shutdown().await;
    let kinds: Vec<String> = bodies(&place.path())
        .await
        .expect("bodies")
        .iter()
        .map(|body| {
            serde_json::from_str::<Value>(body).expect("json")["kind"].as_str().expect("kind").to_owned()
        })
        .collect();
    assert_eq!(kinds, ["genesis", "session.open", "decision", "outcome", "decision", "session.close"]);
    let report = verify(&place.path(), Some(&place.key()), None).await.expect("report");
    assert!(report.is_good(), "{report}");
    assert_eq!((report.entries, report.not_shown.len()), (6, 1));
    let records = timeline(&place.path(), &"txn-0000001".parse().expect("txn")).await.expect("timeline");
    assert_eq!(records.len(), 5);
    assert_eq!(records[0]["subject_identity"], "user:alice@example.com");
    let denied = Filter { verdict: Some("deny".to_owned()), limit: 10, ..Filter::default() };
    assert_eq!(query(&place.path(), &denied).await.expect("query").len(), 1);
    let alice = Filter { subject: Some("alice@example.com".to_owned()), limit: 10, ..Filter::default() };
    assert_eq!(query(&place.path(), &alice).await.expect("query").len(), 2);
}

#[tokio::test]
async fn no_name_reason_address_or_typed_text_is_in_a_body() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    fill(&ledger).await;
    ledger.shutdown().await;
    let all = bodies(&place.path()).await.expect("bodies").concat();
    for secret in ["alice", "net-mcp", "secret reason", "192.0.2.9", "hunter2"] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_token_is_used_once_even_by_two_at_once_and_after_a_restart() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    let one = session("txn-0000001", "user:a", Some("jti-1"));
    let (first, second) = tokio::join!(ledger.open_session(one.clone()), ledger.open_session(one.clone()));
    let codes: Vec<_> = [first.err(), second.err()].into_iter().flatten().map(|fault| fault.code).collect();
    assert_eq!(codes, [Code::TokenReplayed]);
    ledger.shutdown().await;
    drop(ledger);
    // The side table is only an index: emptying it revives nothing.
    place.sql("DELETE FROM token_use").await;
    let (ledger, _) = place.open().await;
    assert_eq!(ledger.open_session(one).await.err().map(|fault| fault.code), Some(Code::TokenReplayed));
    let foreign = session("txn-0000001", "user:b", Some("jti-2"));
    assert_eq!(ledger.open_session(foreign).await.err().map(|fault| fault.code), Some(Code::TxnForeign));
}

#[tokio::test]
async fn what_nobody_finished_becomes_indeterminate() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    let open = ledger.open_session(session("txn-0000001", "user:a", None)).await.expect("open");
    let started = ledger.begin(&open, permit(), &facts()).await.expect("begin");
    let did = started.did().to_string();
    ledger.shutdown().await;
    drop((ledger, started, open));
    let (ledger, recovered) = place.open().await;
    assert_eq!((recovered.indeterminate, recovered.sessions), (1, 1));
    ledger.shutdown().await;
    drop(ledger);
    let all: Vec<Value> = bodies(&place.path())
        .await
        .expect("bodies")
        .iter()
        .map(|b| serde_json::from_str(b).expect("json"))
        .collect();
    let outcome = all.iter().find(|record| record["kind"] == "outcome").expect("outcome");
    assert_eq!(
        (outcome["did"].as_str(), outcome["state"].as_str()),
        (Some(did.as_str()), Some("indeterminate"))
    );
    let (_, again) = place.open().await;
    assert_eq!((again.indeterminate, again.sessions), (0, 0));
}

#[tokio::test]
async fn two_gates_never_share_a_ledger() {
    let place = Place::new();
    let (_ledger, _) = place.open().await;
    assert!(matches!(
        Ledger::open(place.settings(), place.clock.clone()).await,
        Err(OpenError::InUse { .. })
    ));
}

#[tokio::test]
async fn another_key_is_refused() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    ledger.shutdown().await;
    drop(ledger);
    let settings = Settings { key: SigningKey::from_bytes(&[8; 32]), ..place.settings() };
    assert!(matches!(Ledger::open(settings, place.clock.clone()).await, Err(OpenError::Foreign { .. })));
}

#[tokio::test]
async fn callers_at_once_share_batches() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    let open = Arc::new(ledger.open_session(session("txn-0000001", "user:a", None)).await.expect("open"));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (ledger, open) = (ledger.clone(), open.clone());
        callers.spawn(async move { ledger.deny(&open, &denial(), &facts()).await.expect("deny") });
    }
    let dids = callers.join_all().await;
    assert_eq!(dids.len(), 64);
    ledger.shutdown().await;
    let report = verify(&place.path(), Some(&place.key()), None).await.expect("report");
    assert_eq!(report.entries, 66);
    assert!(report.checkpoints < 40, "{} batches", report.checkpoints);
}

const UNLOCK: &str =
    "DROP TRIGGER entry_no_update; DROP TRIGGER entry_no_delete; DROP TRIGGER entry_in_order;";

/// A filled ledger, changed by somebody who owns the file, and what the verifier says.
async fn tampered(sql: &'static str) -> (i64, String) {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    fill(&ledger).await;
    ledger.shutdown().await;
    drop(ledger);
    place.sql(UNLOCK).await;
    place.sql(sql).await;
    assert!(Ledger::open(place.settings(), place.clock.clone()).await.is_err(), "opened after {sql}");
    let report = verify(&place.path(), Some(&place.key()), None).await.expect("report");
    report.fault.unwrap_or_else(|| panic!("not noticed: {sql}"))
}

#[tokio::test]
async fn the_verifier_says_where_it_was_changed() {
    assert_eq!(
        tampered("UPDATE entry SET body = replace(body, 'show version', 'show clock') WHERE seq = 2").await.0,
        2
    );
    assert_eq!(tampered("DELETE FROM entry WHERE seq = 3").await.0, 3);
    assert_eq!(tampered("UPDATE entry SET note = NULL WHERE seq = 5").await.0, 5);
    assert_eq!(tampered("UPDATE entry SET seq = seq + 1 WHERE seq = 5").await.0, 5);
    assert_eq!(
        tampered("UPDATE entry SET note = (SELECT note FROM entry WHERE seq = 4) WHERE seq = 5").await.0,
        5
    );
}

#[tokio::test]
async fn a_rollback_and_a_fork_show_against_a_kept_checkpoint() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    ledger.shutdown().await;
    drop(ledger);
    let old = place.dir.path().join("old.db");
    std::fs::copy(place.path(), &old).expect("copy");
    let (ledger, _) = place.open().await;
    fill(&ledger).await;
    ledger.shutdown().await;
    drop(ledger);
    let kept = latest_note(&place.path()).await.expect("note").expect("some");
    let good = verify(&place.path(), Some(&place.key()), Some(&kept)).await.expect("report");
    assert!(good.is_good() && good.not_shown.is_empty(), "{good}");
    // The older file is honest in itself: only the kept checkpoint shows the rollback.
    assert!(verify(&old, Some(&place.key()), None).await.expect("report").is_good());
    let rolled = verify(&old, Some(&place.key()), Some(&kept)).await.expect("report");
    assert!(rolled.fault.expect("rollback").1.contains("rolled back"));
    // A fork: the same key signs another history of the same length.
    std::fs::copy(&old, place.path()).expect("copy");
    let _ = std::fs::remove_file(place.dir.path().join("ledger.db-wal"));
    place.clock.advance(Duration::from_millis(5));
    let (ledger, _) = place.open().await;
    fill(&ledger).await;
    fill_more(&ledger).await;
    ledger.shutdown().await;
    let forked = verify(&place.path(), Some(&place.key()), Some(&kept)).await.expect("report");
    assert!(forked.fault.expect("fork").1.contains("fork"));
}

async fn fill_more(ledger: &Ledger) {
    let open = ledger.open_session(session("txn-0000002", "user:b", None)).await.expect("open");
    ledger.deny(&open, &denial(), &facts()).await.expect("deny");
}

#[tokio::test]
async fn an_error_fences_and_the_writer_comes_back() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    let open = ledger.open_session(session("txn-0000001", "user:a", None)).await.expect("open");
    place
        .sql("CREATE TRIGGER fault BEFORE INSERT ON entry WHEN NEW.kind = 'decision' BEGIN SELECT RAISE(ABORT, 'disk is full'); END;")
        .await;
    assert_eq!(
        ledger.begin(&open, permit(), &facts()).await.err().map(|fault| fault.code),
        Some(Code::Ledger)
    );
    place.sql("DROP TRIGGER fault").await;
    place.clock.advance(Duration::from_secs(2));
    let started = ledger.begin(&open, permit(), &facts()).await.expect("begin");
    ledger.finish(started.finished(outcome())).await.expect("finish");
    ledger.shutdown().await;
    let report = verify(&place.path(), Some(&place.key()), None).await.expect("report");
    assert!(report.is_good(), "{report}");
}

#[tokio::test]
async fn what_happened_is_recorded_as_soon_as_it_can_be() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    let open = ledger.open_session(session("txn-0000001", "user:a", None)).await.expect("open");
    let started = ledger.begin(&open, permit(), &facts()).await.expect("begin");
    let did = started.did();
    place
        .sql("CREATE TRIGGER fault BEFORE INSERT ON entry WHEN NEW.kind IN ('outcome', 'session.close') BEGIN SELECT RAISE(ABORT, 'disk is full'); END;")
        .await;
    assert!(ledger.finish(started.finished(outcome())).await.is_err());
    // While it is fenced nothing is even tried.
    let end = SessionEnd { code: Code::LedgerFull, detail: String::new() };
    assert!(ledger.close_session(open, end).await.is_err());
    place.sql("DROP TRIGGER fault").await;
    ledger.shutdown().await;
    let all = bodies(&place.path()).await.expect("bodies");
    let with = |kind: &str| all.iter().filter(|body| body.contains(kind)).collect::<Vec<_>>();
    let outcomes = with("\"kind\":\"outcome\"");
    assert_eq!(outcomes.len(), 1, "{all:#?}");
    assert!(outcomes[0].contains(&did.to_string()) && outcomes[0].contains("completed"), "{outcomes:?}");
    assert_eq!(with("\"kind\":\"session.close\"").len(), 1, "{all:#?}");
    drop(ledger);
    let (_, recovered) = place.open().await;
    assert_eq!((recovered.indeterminate, recovered.sessions), (0, 0), "nothing is left to settle");
}

#[tokio::test]
async fn what_stands_beside_the_log_cannot_be_exchanged_and_may_be_erased() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    fill(&ledger).await;
    fill_more(&ledger).await;
    ledger.shutdown().await;
    drop(ledger);
    let report = || async { verify(&place.path(), Some(&place.key()), None).await.expect("report") };
    assert!(report().await.is_good());

    place
        .sql("UPDATE subject SET identity = 'user:x' WHERE identity = 'user:alice@example.com'; UPDATE subject SET identity = 'user:alice@example.com' WHERE identity = 'user:b'; UPDATE subject SET identity = 'user:b' WHERE identity = 'user:x'")
        .await;
    let fault = report().await.fault.expect("exchanged");
    assert!(fault.1.contains("exchanged"), "{fault:?}");
    place
        .sql("UPDATE subject SET identity = 'user:x' WHERE identity = 'user:alice@example.com'; UPDATE subject SET identity = 'user:alice@example.com' WHERE identity = 'user:b'; UPDATE subject SET identity = 'user:b' WHERE identity = 'user:x'")
        .await;
    assert!(report().await.is_good());

    place.sql("UPDATE payload SET text = '192.0.2.66' WHERE what = 'source'").await;
    let fault = report().await.fault.expect("another text");
    assert!(fault.0 > 0 && fault.1.contains("committed"), "{fault:?}");

    place.sql("DELETE FROM payload; DELETE FROM subject").await;
    place.sql("DROP VIEW v_denied; CREATE VIEW v_denied AS SELECT * FROM v_command WHERE 0").await;
    let fault = report().await.fault.expect("another view");
    assert!(fault.1.contains("`v_denied`"), "{fault:?}");
    place
        .sql("DROP VIEW v_denied; CREATE VIEW v_denied    AS SELECT * FROM v_command WHERE verdict = 'deny'")
        .await;
    let erased = report().await;
    assert!(erased.is_good(), "{erased}");
    assert!(erased.not_shown.iter().any(|what| what.contains("2 sessions")), "{erased}");
}

#[tokio::test]
async fn a_clock_set_back_revives_nothing() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    fill(&ledger).await;
    let floor = ledger.now_floor();
    place.clock.step_to(Timestamp::from_seconds(1_700_000_000));
    fill_more(&ledger).await;
    assert!(ledger.now_floor() >= floor);
    ledger.shutdown().await;
    let all = bodies(&place.path()).await.expect("bodies").concat();
    assert!(all.contains("\"kind\":\"clock\""));
}

#[tokio::test]
async fn no_flipped_byte_goes_unnoticed() {
    let place = Place::new();
    let (ledger, _) = place.open().await;
    fill(&ledger).await;
    ledger.shutdown().await;
    drop(ledger);
    let whole = crate::sys::read_bounded(&place.path(), 1 << 24).expect("read");
    let all = bodies(&place.path()).await.expect("bodies");
    let changed = place.dir.path().join("changed.db");
    let mut flipped = 0;
    for body in &all {
        let at =
            whole.windows(body.len()).position(|window| window == body.as_bytes()).expect("body in file");
        for offset in (0..body.len()).step_by(37) {
            let mut bytes = whole.clone();
            bytes[at + offset] ^= 1;
            std::fs::write(&changed, bytes).expect("write");
            let noticed = match verify(&changed, Some(&place.key()), None).await {
                Ok(report) => !report.is_good(),
                Err(_) => true,
            };
            assert!(noticed, "byte {offset} of {body}");
            flipped += 1;
        }
    }
    assert!(flipped > 40);
}
