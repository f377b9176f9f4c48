//! Questions, and who answers them.

use super::*;

#[test]
fn each_asks_before_it_reloads() {
    for (dialect, line, question, yes, no) in [
        (Dialect::CiscoIos, "reload", "Proceed with reload? [confirm]", "\r", "n"),
        (Dialect::CiscoXr, "reload", "Proceed with reload? [confirm]", "y", "n"),
        (Dialect::AristaEos, "reload", "Proceed with reload? [confirm]", "\r", "n"),
        (Dialect::CiscoNxos, "reload", "This command will reboot the system. (y/n)?  [n] ", "y\r", "\r"),
        (Dialect::JuniperJunos, "request system reboot", "Reboot the system ? [yes,no] (no) ", "yes\r", "\r"),
    ] {
        let (machine, mut router) = r1(dialect);
        assert!(typed(&mut router, &format!("{line}\r")).ends_with(question), "{dialect:?}");
        let answer = typed(&mut router, no);
        assert!(answer.ends_with(&router.prompt_text()) && !machine.reloaded(), "{answer}");
        typed(&mut router, &format!("{line}\r"));
        assert_eq!(router.feed(yes.as_bytes()).last(), Some(&Act::Close), "{dialect:?}");
        assert!(machine.reloaded());
    }
}

#[test]
fn a_harmless_command_may_ask() {
    for dialect in [Dialect::CiscoIos, Dialect::CiscoNxos, Dialect::CiscoXr, Dialect::AristaEos] {
        let (machine, mut router) = opened(dialect, Behaviour { asks_first: true, ..Behaviour::default() });
        assert!(typed(&mut router, "show clock\r").ends_with("Are you sure? [y/n] "));
        let aborted = typed(&mut router, "\x03");
        assert!(aborted.ends_with(&router.prompt_text()) && !aborted.contains("2026"), "{aborted}");
        assert_eq!(machine.answers(), b"");
        typed(&mut router, "show clock\n");
        assert!(typed(&mut router, "\n").contains("09:00:00.000 UTC"), "anything answers");
        assert_eq!(machine.answers(), b"\n");
    }
}

#[test]
fn an_interrupt_does_not_keep_a_session_that_has_ended() {
    let (machine, mut ios) = r1(Dialect::CiscoIos);
    typed(&mut ios, "reload\r");
    ios.feed(b"y");
    assert_eq!(ios.interrupt(), [Act::Close]);
    assert!(machine.reloaded());
}
