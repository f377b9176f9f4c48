//! Characters that act on any line, and pagers.

use super::*;

#[test]
fn a_question_mark_helps_at_once_even_in_a_description() {
    for (dialect, typing) in [
        (Dialect::CiscoIos, "configure terminal\rinterface Loopback0\rdescription what"),
        (Dialect::CiscoNxos, "configure terminal\rinterface Loopback0\rdescription what"),
        (Dialect::CiscoXr, "configure\rinterface Loopback0\rdescription what"),
        (Dialect::AristaEos, "configure\rinterface Loopback0\rdescription what"),
        (Dialect::JuniperJunos, "configure\rset interfaces lo0 description what"),
    ] {
        let (machine, mut router) = r1(dialect);
        typed(&mut router, typing);
        let helped = typed(&mut router, "?");
        assert!(helped.starts_with("?\r\n  ") && helped.ends_with("description what"), "{helped}");
        assert_eq!(machine.log().last(), Some(&SimEvent::Key { session: 1, byte: b'?' }));
    }
}

#[test]
fn nxos_runs_what_stands_behind_a_semicolon() {
    let (machine, mut nxos) = r1(Dialect::CiscoNxos);
    tell(&mut nxos, &[("show clock ; configure terminal ;hostname r9; end", "r9# ")]);
    typed(&mut nxos, "configure terminal\rinterface Eth1/1\rdescription a;hostname r8\r");
    assert_eq!(
        (description(&machine, "Ethernet1/1").as_deref(), machine.running().hostname.as_str()),
        (Some("a"), "r8")
    );
    typed(&mut nxos, "interface Eth1/1\rdescription \"a;b\"\r");
    assert_eq!(description(&machine, "Ethernet1/1").as_deref(), Some("a;b"));
}

#[test]
fn output_can_be_sent_to_a_file() {
    for (dialect, line) in [
        (Dialect::CiscoNxos, "show version > bootflash:x"),
        (Dialect::CiscoNxos, "show version>bootflash:x"),
        (Dialect::AristaEos, "show version > bootflash:x"),
        (Dialect::AristaEos, "show version >> bootflash:x"),
        (Dialect::CiscoIos, "show version | redirect bootflash:x"),
        (Dialect::JuniperJunos, "show version | save bootflash:x"),
        (Dialect::JuniperJunos, "show version | no-more | save bootflash:x"),
    ] {
        let (machine, mut router) = r1(dialect);
        let answer = typed(&mut router, &format!("{line}\r"));
        assert_eq!(answer, format!("{line}\r\n{}", router.prompt_text()));
        assert!(machine.files().get("bootflash:x").is_some_and(|text| text.contains("Copyright")), "{line}");
    }
}

#[test]
fn nxos_replaces_variables() {
    let (machine, mut nxos) = r1(Dialect::CiscoNxos);
    typed(&mut nxos, "configure terminal\rinterface Eth1/1\rdescription on $(SWITCHNAME)$(x)\r");
    assert_eq!(description(&machine, "Ethernet1/1").as_deref(), Some("on r1"));
}

#[test]
fn each_has_a_pager() {
    for (dialect, line, mark) in [
        (Dialect::CiscoIos, "show interfaces", " --More-- "),
        (Dialect::CiscoXr, "show interfaces", " --More-- "),
        (Dialect::CiscoNxos, "show interface", "--More--"),
        (Dialect::AristaEos, "show interfaces", "--More--"),
        (Dialect::JuniperJunos, "show interfaces", "---(more)---"),
    ] {
        let (_, mut router) = r1(dialect);
        assert!(typed(&mut router, &format!("{line}\r")).ends_with(&format!("\r\n{mark}")), "{dialect:?}");
        let ended = typed(&mut router, "q");
        assert!(ended.ends_with(&router.prompt_text()), "{ended}");
    }
}
