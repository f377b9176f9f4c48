//! Devices that do what they should not, and clients that stop them.

use std::time::Duration;

use super::bench::{Bench, Plan, Ran, dialled, router};
use crate::device::{Doubt, Standing};
use crate::ledger::OutcomeState;
use crate::sim::{Behaviour, Dialect};
use crate::terms::Code;

fn ended(ran: &Ran) -> (OutcomeState, Option<Code>, Standing) {
    let outcome = ran.finished.outcome();
    assert_eq!(outcome.mode_after.is_some(), ran.standing == Standing::Ready);
    (outcome.state, outcome.code, ran.standing)
}

fn over(state: OutcomeState, code: Code) -> (OutcomeState, Option<Code>, Standing) {
    (state, Some(code), Standing::Ended(code))
}

/// Nothing more is sent on a session that is over.
async fn is_over(bench: &mut Bench, code: Code) {
    let before = bench.seen();
    let ran = bench.run("show version").await;
    assert_eq!(ended(&ran), over(OutcomeState::NotSent, code));
    assert_eq!((ran.finished.outcome().bytes, ran.text.as_str()), (0, ""));
    assert_eq!(bench.seen(), before);
    assert_eq!(bench.session.ended().map(|fault| fault.code), Some(code));
}

#[tokio::test]
async fn a_device_that_closes_in_mid_output() {
    let mut bench = router(Dialect::Frr, Behaviour { close_after: Some(40), ..Behaviour::default() }).await;
    let ran = bench.run("show version").await;
    assert_eq!(ended(&ran), over(OutcomeState::Disconnected, Code::DeviceClosed));
    // All that it said is shown.
    assert_eq!(ran.text, "FRRouting 8.4.4 (r1) on Linux(6.1.0-44-a");
    assert_eq!(ran.finished.outcome().bytes, 40);
    is_over(&mut bench, Code::DeviceClosed).await;
}

#[tokio::test]
async fn a_false_prompt_is_found_out_by_what_follows() {
    let mut bench = router(Dialect::CiscoIos, Behaviour { false_prompt: true, ..Behaviour::default() }).await;
    let ran = bench.run("show version").await;
    // It looked whole.
    assert_eq!((ran.finished.outcome().state, ran.standing), (OutcomeState::Completed, Standing::Ready));
    let did = ran.finished.started().did();
    assert_eq!(bench.session.take_doubt(), None);
    let fault = bench.session.watch().await;
    assert_eq!(fault.code, Code::DeviceProtocol);
    assert_eq!(bench.session.take_doubt(), Some(Doubt { did, code: Code::DeviceProtocol }));
    assert_eq!(bench.session.take_doubt(), None);
    is_over(&mut bench, Code::DeviceProtocol).await;
    assert_eq!(bench.seen(), ["show version\n"]);
}

#[tokio::test]
async fn a_false_prompt_is_found_out_by_the_echo_of_the_next_command() {
    let mut bench = router(Dialect::CiscoIos, Behaviour { false_prompt: true, ..Behaviour::default() }).await;
    let next = bench.started("show privilege").await;
    let first = bench.run("show version").await;
    let did = first.finished.started().did();
    let ran = bench.forward(next).await;
    // Whichever came first, the rest of the answer or the command: neither outcome stands.
    let (state, _, standing) = ended(&ran);
    match standing {
        Standing::Ended(Code::DeviceEcho) => assert_eq!(state, OutcomeState::Indeterminate),
        other => assert_eq!((state, other), (OutcomeState::NotSent, Standing::Ended(Code::DeviceProtocol))),
    }
    assert_eq!(bench.session.take_doubt().map(|doubt| doubt.did), Some(did));
    assert_eq!(ran.text, "");
}

#[tokio::test]
async fn a_device_that_does_not_echo() {
    let mut bench = router(Dialect::Frr, Behaviour { no_echo: true, ..Behaviour::default() }).await;
    let ran = bench.run("show version").await;
    assert_eq!(ended(&ran), over(OutcomeState::Indeterminate, Code::DeviceEcho));
    assert_eq!(bench.session.take_doubt(), None, "there was no command before");
    is_over(&mut bench, Code::DeviceEcho).await;
}

#[tokio::test]
async fn a_device_that_never_answers() {
    let behaviour = Behaviour { never_answers: true, ..Behaviour::default() };
    let plan = Plan { command: Duration::from_millis(300), ..Plan::new(Dialect::Frr, behaviour) };
    let mut bench = dialled(&plan).await;
    let ran = bench.run("show version").await;
    assert_eq!(ended(&ran), over(OutcomeState::Timeout, Code::DeviceTimeout));
    is_over(&mut bench, Code::DeviceTimeout).await;
}

#[tokio::test]
async fn a_slow_device_is_waited_for() {
    let answer_after = Some(Duration::from_millis(400));
    let mut bench = router(Dialect::Frr, Behaviour { answer_after, ..Behaviour::default() }).await;
    let ran = bench.run("show version").await;
    assert_eq!((ran.finished.outcome().state, ran.standing), (OutcomeState::Completed, Standing::Ready));
    assert!(ran.finished.outcome().device_time >= Duration::from_millis(400));
}

#[tokio::test]
async fn an_interrupt_is_sent_once_and_the_session_goes_on() {
    for dialect in [Dialect::CiscoIos, Dialect::Frr] {
        let mut bench = router(dialect, Behaviour { never_answers: true, ..Behaviour::default() }).await;
        let started = bench.started("show version").await;
        let mut running = bench.session.forward(started).await;
        running.interrupt().await;
        running.interrupt().await;
        while running.chunk().await.is_some() {}
        let (finished, standing) = running.finish().await;
        assert_eq!((finished.outcome().state, finished.outcome().code), (OutcomeState::Interrupted, None));
        assert_eq!(standing, Standing::Ready);
        assert_eq!(bench.seen(), ["show version\n", "key 3"]);
        assert_eq!(bench.session.mode().as_str(), "privileged");
    }
}

#[tokio::test]
async fn a_device_that_ignores_an_interrupt_is_left() {
    let behaviour = Behaviour { never_answers: true, no_echo: true, ..Behaviour::default() };
    let plan = Plan { command: Duration::from_millis(300), ..Plan::new(Dialect::Frr, behaviour) };
    let mut bench = dialled(&plan).await;
    let started = bench.started("show version").await;
    let mut running = bench.session.forward(started).await;
    running.interrupt().await;
    let (finished, standing) = running.finish().await;
    let outcome = (finished.outcome().state, finished.outcome().code);
    assert_eq!(outcome, (OutcomeState::Interrupted, Some(Code::DeviceTimeout)));
    assert_eq!(standing, Standing::Ended(Code::DeviceTimeout));
    is_over(&mut bench, Code::DeviceTimeout).await;
}

#[tokio::test]
async fn a_command_that_is_dropped_ends_the_session() {
    let mut bench = router(Dialect::Frr, Behaviour { never_answers: true, ..Behaviour::default() }).await;
    let started = bench.started("show version").await;
    drop(bench.session.forward(started).await);
    // The router may or may not have seen the first one yet.
    let ran = bench.run("show version").await;
    assert_eq!(ended(&ran), over(OutcomeState::NotSent, Code::Internal));
}

#[tokio::test]
async fn a_command_for_another_mode_is_not_sent() {
    let mut bench = router(Dialect::Frr, Behaviour::default()).await;
    let started = bench.book.start(&bench.grammar, "config-if", "shutdown").await;
    let ran = bench.forward(started).await;
    assert_eq!(ended(&ran), over(OutcomeState::NotSent, Code::Internal));
    assert_eq!(bench.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_command_of_another_session_is_not_sent() {
    let mut bench = router(Dialect::Frr, Behaviour::default()).await;
    let command = bench.started("show version").await.command().clone();
    let ran = bench.forward(crate::ledger::Started::for_test(command)).await;
    assert_eq!(ended(&ran), over(OutcomeState::NotSent, Code::Internal));
    assert_eq!(bench.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_device_that_goes_away_between_commands_is_noticed() {
    let mut bench = router(Dialect::Frr, Behaviour::default()).await;
    bench.run("show version").await;
    bench.sim.shutdown().await;
    assert_eq!(bench.session.watch().await.code, Code::DeviceClosed);
    assert_eq!(bench.session.take_doubt(), None, "what was said before stands");
    is_over(&mut bench, Code::DeviceClosed).await;
}

#[tokio::test]
async fn a_flood_arrives_whole() {
    let flood_bytes = 8 << 20;
    let mut bench = router(Dialect::CiscoIos, Behaviour { flood_bytes, ..Behaviour::default() }).await;
    let ran = bench.run("show tech-support").await;
    assert_eq!(ran.finished.outcome().state, OutcomeState::Completed);
    assert_eq!(ran.finished.outcome().bytes, flood_bytes);
    assert_eq!(u64::try_from(ran.text.len()), Ok(flood_bytes));
}

/// A chunk that is given up in the middle of waiting loses nothing.
#[tokio::test]
async fn chunks_can_be_given_up() {
    let flood_bytes = 4 << 20;
    let mut bench = router(Dialect::CiscoIos, Behaviour { flood_bytes, ..Behaviour::default() }).await;
    let started = bench.started("show tech-support").await;
    let mut running = bench.session.forward(started).await;
    let (mut bytes, mut given_up) = (0, 0);
    loop {
        tokio::select! {
            biased;
            chunk = running.chunk() => match chunk {
                Some(chunk) => bytes += chunk.len(),
                None => break,
            },
            () = tokio::task::yield_now() => given_up += 1,
        }
    }
    let (finished, _) = running.finish().await;
    assert!(given_up > 0);
    assert_eq!(finished.outcome().bytes, flood_bytes);
    assert_eq!(u64::try_from(bytes), Ok(flood_bytes));
}

/// The device waits for a client that does not read: what is on its way stays small however long that takes.
#[tokio::test]
async fn a_slow_reader_holds_the_device_back() {
    let behaviour = Behaviour { flood_bytes: u64::MAX, ..Behaviour::default() };
    let mut bench = router(Dialect::CiscoIos, behaviour).await;
    let started = bench.started("show tech-support").await;
    let mut running = bench.session.forward(started).await;
    let first = running.chunk().await.expect("output");
    assert!(first.len() < 64 * 1024, "{}", first.len());
    // Long enough for hundreds of megabytes.
    tokio::time::sleep(Duration::from_secs(1)).await;
    running.interrupt().await;
    let mut rest = 0;
    while let Some(chunk) = running.chunk().await {
        rest += chunk.len();
    }
    let (finished, standing) = running.finish().await;
    assert_eq!((finished.outcome().state, standing), (OutcomeState::Interrupted, Standing::Ready));
    // 16 packets, a window, and what the sockets hold.
    assert!(rest < 8 << 20, "{rest} bytes were waiting");
}

#[tokio::test]
async fn a_client_that_is_gone_does_not_hold_up_the_end() {
    let behaviour = Behaviour { flood_bytes: u64::MAX, ..Behaviour::default() };
    let mut bench = router(Dialect::CiscoIos, behaviour).await;
    let started = bench.started("show tech-support").await;
    let mut running = bench.session.forward(started).await;
    let first = running.chunk().await.expect("output");
    running.interrupt().await;
    running.interrupt().await;
    let (finished, standing) = running.finish().await;
    assert_eq!((finished.outcome().state, standing), (OutcomeState::Interrupted, Standing::Ready));
    assert_eq!(u64::try_from(first.len()), Ok(finished.outcome().bytes), "only what was relayed counts");
}
