//! Each shipped platform against the router that plays it: prompts, modes, preparation, errors.

use std::time::Duration;

use super::bench::{Ran, router};
use crate::device::Standing;
use crate::ledger::OutcomeState;
use crate::sim::{Behaviour, Dialect, SimEvent};

/// Lines, each with the mode that follows; a line that begins with `!` is refused by the device.
type Steps = &'static [(&'static str, &'static str)];

fn outcome(ran: &Ran) -> (OutcomeState, Standing, Option<&str>) {
    let outcome = ran.finished.outcome();
    (outcome.state, ran.standing, outcome.mode_after.as_ref().map(|mode| mode.as_str()))
}

async fn goes(dialect: Dialect, behaviour: Behaviour, steps: Steps) -> crate::sim::Machine {
    let mut bench = router(dialect, behaviour).await;
    for (line, mode) in steps {
        let refused = line.starts_with('!');
        let state = if refused { OutcomeState::DeviceError } else { OutcomeState::Completed };
        let ran = bench.run(line.trim_start_matches('!')).await;
        assert_eq!(outcome(&ran), (state, Standing::Ready, Some(*mode)), "{dialect:?} {line}: {}", ran.text);
    }
    bench.sim.machine().clone()
}

const NXOS: Steps = &[
    ("terminal length 0", "exec"),
    ("terminal width 511", "exec"),
    ("show version", "exec"),
    ("configure terminal", "config"),
    ("interface Ethernet1/1", "config-if"),
    ("description by the gate", "config-if"),
    ("exit", "config"),
    ("!interface Ethernet9/9", "config"),
    ("end", "exec"),
    ("show interface", "exec"),
];

const XR: Steps = &[
    ("terminal length 0", "exec"),
    ("terminal width 512", "exec"),
    ("terminal exec prompt no-timestamp", "exec"),
    ("show version", "exec"),
    ("configure exclusive", "config"),
    ("interface GigabitEthernet0/0/0/1", "config-if"),
    ("description by the gate", "config-if"),
    ("commit", "config-if"),
    ("exit", "config"),
    ("end", "exec"),
];

const EOS: Steps = &[
    ("terminal length 0", "privileged"),
    ("terminal width 511", "privileged"),
    ("show version", "privileged"),
    ("configure", "config"),
    ("interface Ethernet1", "config-if"),
    ("description by the gate", "config-if"),
    ("exit", "config"),
    ("end", "privileged"),
    ("show interfaces", "privileged"),
];

const JUNOS: Steps = &[
    ("set cli screen-length 0", "operational"),
    ("set cli screen-width 1024", "operational"),
    ("show version", "operational"),
    ("configure private", "configure"),
    ("set interfaces ge-0/0/1 description gate", "configure"),
    ("commit check", "configure"),
    ("commit", "configure"),
    ("exit configuration-mode", "operational"),
];

const ALL: [(Dialect, Steps, &str); 4] = [
    (Dialect::CiscoNxos, NXOS, "Ethernet1/1"),
    (Dialect::CiscoXr, XR, "GigabitEthernet0/0/0/1"),
    (Dialect::AristaEos, EOS, "Ethernet1"),
    (Dialect::JuniperJunos, JUNOS, "ge-0/0/1"),
];

const RELOADS: [(Dialect, &str); 4] = [
    (Dialect::CiscoNxos, "reload"),
    (Dialect::CiscoXr, "reload"),
    (Dialect::AristaEos, "reload"),
    (Dialect::JuniperJunos, "request system reboot"),
];

#[tokio::test]
async fn each_platform_is_followed_through_its_modes() {
    for (dialect, steps, port) in ALL {
        let machine = goes(dialect, Behaviour::default(), steps).await;
        let description = machine.interface(port).expect("port").description.expect("description");
        assert!(description.contains("gate"), "{dialect:?}");
    }
}

#[tokio::test]
async fn output_that_imitates_another_mode_changes_nothing() {
    for (dialect, steps, _) in ALL {
        goes(dialect, Behaviour { other_prompt: true, ..Behaviour::default() }, steps).await;
    }
}

#[tokio::test]
async fn log_lines_between_output_and_prompt_change_nothing() {
    for (dialect, steps, _) in ALL {
        goes(dialect, Behaviour { log_lines: true, ..Behaviour::default() }, steps).await;
    }
}

#[tokio::test]
async fn a_question_that_nobody_expects_is_not_answered() {
    for (dialect, mode) in
        [(Dialect::CiscoIos, "privileged"), (Dialect::CiscoXr, "exec"), (Dialect::AristaEos, "privileged")]
    {
        let mut bench = router(dialect, Behaviour { asks_first: true, ..Behaviour::default() }).await;
        let ran = bench.run("show clock").await;
        assert_eq!(outcome(&ran), (OutcomeState::Interrupted, Standing::Ready, Some(mode)), "{}", ran.text);
        assert_eq!(bench.sim.machine().answers(), b"", "{dialect:?}");
    }
}

#[tokio::test]
async fn the_one_answer_to_the_one_question_is_given() {
    for (dialect, line) in RELOADS {
        let mut bench = router(dialect, Behaviour::default()).await;
        let ran = bench.run(line).await;
        assert!(bench.sim.machine().reloaded(), "{dialect:?}: {}", ran.text);
    }
}

#[tokio::test]
async fn an_answer_is_not_followed_by_an_interrupt() {
    let slow = Behaviour { answer_after: Some(Duration::from_millis(300)), ..Behaviour::default() };
    let mut bench = router(Dialect::CiscoIos, slow).await;
    let ran = bench.run("copy running-config startup-config").await;
    assert!(bench.sim.machine().saved());
    let interrupt = |event: &SimEvent| matches!(event, SimEvent::Key { byte: 0x03, .. });
    assert!(!bench.sim.log().iter().any(interrupt), "{}", ran.text);
    assert_eq!(outcome(&ran), (OutcomeState::Completed, Standing::Ready, Some("privileged")));
}

#[tokio::test]
async fn nobody_joins_a_candidate_that_others_changed() {
    let mut bench =
        router(Dialect::JuniperJunos, Behaviour { foreign_change: true, ..Behaviour::default() }).await;
    let ran = bench.run("configure private").await;
    assert_eq!(outcome(&ran), (OutcomeState::DeviceError, Standing::Ready, Some("operational")));
    assert_eq!(bench.sim.machine().shared_candidate().len(), 1);
    assert!(bench.sim.machine().commits().is_empty());
}
