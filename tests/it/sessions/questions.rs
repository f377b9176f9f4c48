//! Questions of a device: the one answer is the grammar's, and nothing that a client types is ever one.

use portcullis::sim::{Behaviour, SimEvent};
use serde_json::Value;

use super::{Cli, EOS, IOS, JUNOS, NXOS, XR, Yard};

/// State and code of the last outcome.
fn outcome(yard: &Yard) -> (Value, Value) {
    let records = yard.lab.records();
    let last = records.iter().rev().find(|record| record["kind"] == "outcome").expect("outcome");
    (last["state"].clone(), last["code"].clone())
}

/// What a router got behind the line that asks: keys, and lines that are answers.
fn behind(yard: &Yard, cli: &Cli, line: &str) -> Vec<String> {
    let log = yard.machine(cli).log();
    let after =
        log.into_iter().skip_while(|event| !matches!(event, SimEvent::Line { text, .. } if text == line));
    let said = after.skip(1).filter_map(|event| match event {
        SimEvent::Key { byte, .. } => Some(format!("key {byte}")),
        SimEvent::Line { text, .. } => Some(text),
        _ => None,
    });
    said.collect()
}

#[test]
fn a_reload_is_answered_as_the_grammar_says_and_by_nobody_else() {
    let yard = Yard::of(&[IOS, NXOS, XR, EOS, JUNOS], &Behaviour::default());
    for (cli, line, answer) in [
        (&IOS, "reload", "key 10"),
        (&NXOS, "reload", "y"),
        (&XR, "reload", "key 10"),
        (&EOS, "reload", "key 10"),
        (&JUNOS, "request system reboot", "yes"),
    ] {
        // Who may not, and tries to answer ahead.
        yard.typed_ahead("carl", cli, &format!("{line}\ry\r{line}\r\r{line}\ryes\r"));
        yard.pipe("carl", cli, &format!("{line}\ny\n\n"));
        assert!(!yard.machine(cli).reloaded() && yard.ran(cli).is_empty(), "{}", cli.device);
        let seen = yard.typed_ahead("root", cli, &format!("{line}\rn\rno\r"));
        assert!(yard.machine(cli).reloaded(), "{}", seen.text);
        assert!(seen.text.contains("[DEVICE_CLOSED]"), "{}", seen.text);
        assert_eq!(behind(&yard, cli, line), [answer], "{}", cli.device);
        assert_eq!(outcome(&yard).0, "disconnected", "{}", cli.device);
    }
}

#[test]
fn a_question_that_nobody_expects_is_aborted_whatever_is_typed() {
    let yard = Yard::of(&[IOS, NXOS, XR, EOS], &Behaviour { asks_first: true, ..Behaviour::default() });
    for cli in [&IOS, &NXOS, &XR, &EOS] {
        let seen = yard.typed_ahead("carl", cli, "show clock\ry\r\ryes\r");
        assert_eq!(yard.machine(cli).answers(), b"", "{}", seen.text);
        assert_eq!(behind(&yard, cli, "show clock"), ["key 3"], "{}", cli.device);
        assert!(!seen.text.contains("09:00:00"), "it is not answered: {}", seen.text);
        // The answers are lines of their own, and no commands.
        assert_eq!(seen.text.matches("denied [UNRECOGNIZED]").count(), 2, "{}", seen.text);
        assert_eq!(outcome(&yard).0, "interrupted", "{}", cli.device);
        yard.pipe("carl", cli, "show clock\ny\n");
        assert_eq!(yard.machine(cli).answers(), b"");
        let mut talk = yard.talk("carl", cli);
        talk.says("show clock", cli.exec);
        talk.refused("y", "UNRECOGNIZED", cli.exec);
        talk.goes(&[("show version", cli.exec)]);
        talk.leave();
        assert_eq!(yard.machine(cli).answers(), b"");
    }
}

/// A question that its grammar does not even know: nothing is typed at it, and the command is in doubt.
#[test]
fn a_question_that_is_not_seen_as_one_is_not_answered_either() {
    let behaviour = Behaviour { asks_first: true, ..Behaviour::default() };
    let yard = Yard::with(&[JUNOS], &behaviour, "limits: {command_seconds: 1}\n");
    let seen = yard.typed_ahead("carl", &JUNOS, "show system uptime\ry\ryes\r");
    assert_eq!(yard.machine(&JUNOS).answers(), b"", "{}", seen.text);
    assert_eq!(behind(&yard, &JUNOS, "show system uptime"), [""; 0], "{}", seen.text);
    assert_eq!((seen.status, outcome(&yard).0), (Some(126), "timeout".into()), "{}", seen.text);
}

#[test]
fn saving_asks_where_and_gets_the_one_place() {
    let yard = Yard::of(&[IOS, NXOS, EOS], &Behaviour::default());
    for (cli, answers) in [(&IOS, &[""][..]), (&NXOS, &[]), (&EOS, &[])] {
        let line = "copy running-config startup-config";
        let seen = yard.typed_ahead("carl", cli, &format!("{line}\rflash:x\r"));
        assert!(yard.machine(cli).saved(), "{}", seen.text);
        assert_eq!(behind(&yard, cli, line), answers, "{}", cli.device);
        assert!(seen.text.contains("denied [UNRECOGNIZED]"), "{}", seen.text);
    }
}
