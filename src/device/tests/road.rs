//! Commands that go well, or that the device refuses.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::bench::{Bench, Plan, Ran, dialled, router};
use crate::command::CanonicalCommand;
use crate::device::{DeviceSession, Standing};
use crate::ledger::OutcomeState;
use crate::output::Newline;
use crate::sim::{Behaviour, Dialect, SimEvent};
use crate::terms::{Class, Code};

fn state(ran: &Ran) -> (OutcomeState, Option<Code>, Option<&str>) {
    let outcome = ran.finished.outcome();
    (outcome.state, outcome.code, outcome.mode_after.as_ref().map(|mode| mode.as_str()))
}

async fn runs(bench: &mut Bench, line: &str, mode: &str) -> String {
    let ran = bench.run(line).await;
    assert_eq!(state(&ran), (OutcomeState::Completed, None, Some(mode)), "{line}: {}", ran.text);
    assert_eq!(ran.standing, Standing::Ready, "{line}");
    assert_eq!(bench.session.mode().as_str(), mode);
    ran.text
}

#[tokio::test]
async fn the_canonical_command_goes_out_and_its_answer_comes_back() {
    for paste_marks in [false, true] {
        let mut bench = router(Dialect::Frr, Behaviour { paste_marks, ..Behaviour::default() }).await;
        assert_eq!((bench.session.prompt(), bench.session.mode().as_str()), ("r1# ", "privileged"));
        let ran = bench.run("sh ver").await;
        assert_eq!(state(&ran), (OutcomeState::Completed, None, Some("privileged")));
        assert!(
            ran.text.starts_with("FRRouting 8.4.4 (r1) on Linux") && ran.text.ends_with("\r\n"),
            "{}",
            ran.text
        );
        assert!(!ran.text.contains("r1# ") && !ran.text.contains("show version"), "{}", ran.text);
        let outcome = ran.finished.outcome();
        assert_eq!(outcome.bytes, u64::try_from(ran.text.len()).expect("length"));
        assert_eq!(outcome.sha256, <[u8; 32]>::from(Sha256::digest(&ran.text)));
        assert_eq!(bench.seen(), ["show version\n"]);
        assert_eq!(bench.session.take_doubt(), None);
        bench.book.ledger.finish(ran.finished).await.expect("recorded");
    }
}

#[tokio::test]
async fn the_login_carries_the_correlation_id() {
    let bench = router(Dialect::CiscoIos, Behaviour::default()).await;
    let (txn, subject) = (bench.book.open.txn(), bench.book.open.subject_id());
    assert_eq!(bench.used.key_id, Some(format!("pct1:{txn}:{subject}")));
    assert_eq!((bench.used.how, bench.used.principal.as_deref()), ("certificate", Some("net-admin")));
    assert!(bench.used.expires.is_some());
    let login = SimEvent::Login {
        user: "netops".to_owned(),
        key_id: bench.used.key_id.clone(),
        serial: bench.used.serial,
    };
    assert!(bench.sim.log().contains(&login), "{:?}", bench.sim.log());
}

#[tokio::test]
async fn lines_end_as_the_client_wants_them() {
    let mut bench = router(Dialect::Frr, Behaviour::default()).await;
    bench.session.set_newline(Newline::Lf);
    let text = runs(&mut bench, "show version", "privileged").await;
    assert!(text.contains('\n') && !text.contains('\r'), "{text:?}");
}

#[tokio::test]
async fn modes_are_confirmed_one_by_one() {
    for (dialect, port) in [(Dialect::CiscoIos, "GigabitEthernet0/1"), (Dialect::Frr, "eth1")] {
        let mut bench = router(dialect, Behaviour::default()).await;
        runs(&mut bench, "configure terminal", "config").await;
        runs(&mut bench, &format!("interface {port}"), "config-if").await;
        runs(&mut bench, "shutdown", "config-if").await;
        runs(&mut bench, "exit", "config").await;
        runs(&mut bench, "end", "privileged").await;
        assert!(bench.sim.machine().interface(port).expect("port").shutdown);
        let seen = ["configure terminal\n", &format!("interface {port}\n"), "shutdown\n", "exit\n", "end\n"];
        assert_eq!(bench.seen(), seen);
    }
}

#[tokio::test]
async fn a_refused_interface_leaves_the_session_where_it_was() {
    let mut bench = router(Dialect::CiscoIos, Behaviour::default()).await;
    runs(&mut bench, "configure terminal", "config").await;
    let ran = bench.run("interface GigabitEthernet9/9").await;
    assert_eq!(state(&ran), (OutcomeState::DeviceError, Some(Code::DeviceError), Some("config")));
    assert_eq!((ran.standing, bench.session.prompt()), (Standing::Ready, "r1(config)#"));
    assert!(ran.text.contains("% Invalid input"), "{}", ran.text);
}

#[tokio::test]
async fn an_error_of_the_device_is_its_outcome() {
    let mut bench = router(Dialect::Frr, Behaviour::default()).await;
    let ran = bench.run("show interface eth99").await;
    assert_eq!(state(&ran), (OutcomeState::DeviceError, Some(Code::DeviceError), Some("privileged")));
    assert_eq!(ran.text, "% Can't find interface eth99\r\n");
    runs(&mut bench, "show version", "privileged").await;
}

#[tokio::test]
async fn a_command_without_output_has_none() {
    let mut bench = router(Dialect::CiscoIos, Behaviour::default()).await;
    let ran = bench.run("terminal length 0").await;
    assert_eq!((ran.text.as_str(), ran.finished.outcome().bytes), ("", 0));
    assert_eq!(ran.finished.outcome().sha256, <[u8; 32]>::from(Sha256::digest([])));
}

#[tokio::test]
async fn a_pager_is_turned_and_not_shown() {
    let mut bench = router(Dialect::CiscoIos, Behaviour::default()).await;
    let paged = runs(&mut bench, "show interfaces", "privileged").await;
    assert_eq!(bench.seen(), ["show interfaces\n", "key 32"]);
    runs(&mut bench, "terminal length 0", "privileged").await;
    let whole = runs(&mut bench, "show interfaces", "privileged").await;
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn unprivileged_sessions_begin_in_their_own_mode() {
    let behaviour = Behaviour {
        starts_unprivileged: true,
        banner: Some("Authorised use only>\nr1# is no prompt\n".to_owned()),
        ..Behaviour::default()
    };
    let mut bench =
        dialled(&Plan { hostname: "edge-1.lab", ..Plan::new(Dialect::CiscoIos, behaviour) }).await;
    assert_eq!((bench.session.prompt(), bench.session.mode().as_str()), ("edge-1.lab>", "exec"));
    runs(&mut bench, "show version", "exec").await;
}

#[tokio::test]
async fn a_closed_session_says_goodbye() {
    let mut bench = router(Dialect::Frr, Behaviour::default()).await;
    bench.session.close().await;
    bench.session.close().await;
    for _ in 0..200 {
        if bench.sim.log().last() == Some(&SimEvent::Closed { session: 1 }) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", bench.sim.log());
}

fn reload(reply: &str) -> CanonicalCommand {
    CanonicalCommand::for_test("cisco_ios", "privileged", "reload", Class::Disruptive, "privileged")
        .answering("[confirm]", reply)
}

#[tokio::test]
async fn a_question_gets_the_answer_that_belongs_to_the_command() {
    let mut bench = router(Dialect::CiscoIos, Behaviour::default()).await;
    let started = bench.book.begin(reload("n")).await;
    let ran = bench.forward(started).await;
    assert_eq!(state(&ran), (OutcomeState::Completed, None, Some("privileged")));
    assert_eq!(ran.text, "Proceed with reload? [confirm]\r\n");
    assert_eq!(bench.seen(), ["reload\n", "key 110"]);
    assert!(!bench.sim.machine().reloaded());
    let started = bench.book.begin(reload("y")).await;
    let ran = bench.forward(started).await;
    assert_eq!(state(&ran), (OutcomeState::Disconnected, Some(Code::DeviceClosed), None));
    assert!(bench.sim.machine().reloaded());
}

#[tokio::test]
async fn a_question_without_an_answer_is_aborted() {
    let mut bench = router(Dialect::CiscoIos, Behaviour::default()).await;
    let command =
        CanonicalCommand::for_test("cisco_ios", "privileged", "reload", Class::Disruptive, "privileged");
    let started = bench.book.begin(command.answering("[ok]", "y")).await;
    let ran = bench.forward(started).await;
    assert_eq!(state(&ran), (OutcomeState::Interrupted, None, Some("privileged")));
    // What it asked is shown.
    assert_eq!(ran.text, "Proceed with reload? [confirm]\r\n");
    assert_eq!(bench.seen(), ["reload\n", "key 3"]);
    assert!(!bench.sim.machine().reloaded());
}

/// The pipeline runs in a task of its own.
#[test]
fn sessions_can_be_moved() {
    fn moves<T: Send>(_: &dyn Fn() -> T) {}
    moves::<DeviceSession>(&|| unreachable!());
    moves(&|| async {
        let bench = router(Dialect::Frr, Behaviour::default()).await;
        let Bench { mut session, book, grammar, .. } = bench;
        let mut running = session.forward(book.start(&grammar, "privileged", "show version").await).await;
        running.chunk().await;
        running.interrupt().await;
        drop(running.finish().await);
        session.watch().await;
        session.close().await;
    });
}
