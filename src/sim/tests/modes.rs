//! Modes, their prompts, and the preparation of a terminal.

use super::*;

#[test]
fn nxos_has_a_blank_behind_each_prompt() {
    let (_, mut nxos) = r1(Dialect::CiscoNxos);
    tell(
        &mut nxos,
        &[
            ("configure terminal", "r1(config)# "),
            ("interface Ethernet1/1", "r1(config-if)# "),
            ("exit", "r1(config)# "),
            ("router bgp 65001", "r1(config-router)# "),
            ("end", "r1# "),
        ],
    );
}

#[test]
fn xr_names_the_route_processor() {
    let (_, mut xr) = r1(Dialect::CiscoXr);
    let mut session = Machine::new(Dialect::CiscoXr, "r1", Behaviour::default()).session();
    assert!(text(&session.open()).ends_with("RP/0/RP0/CPU0:r1#"));
    tell(
        &mut xr,
        &[
            ("configure", "RP/0/RP0/CPU0:r1(config)#"),
            ("interface Gi0/0/0/1", "RP/0/RP0/CPU0:r1(config-if)#"),
            ("router bgp 65001", "RP/0/RP0/CPU0:r1(config-bgp)#"),
            ("root", "RP/0/RP0/CPU0:r1(config)#"),
            ("end", "RP/0/RP0/CPU0:r1#"),
        ],
    );
}

#[test]
fn xr_answers_with_the_time_unless_told_not_to() {
    let (_, mut xr) = r1(Dialect::CiscoXr);
    assert!(typed(&mut xr, "show version\r").contains("\r\nMon Nov 23 09:00:00.000 UTC\r\nCisco IOS XR"));
    typed(&mut xr, "terminal exec prompt no-timestamp\r");
    assert!(!typed(&mut xr, "show version\r").contains("UTC"));
}

#[test]
fn eos_says_in_the_prompt_which_interface_and_which_session() {
    let (_, mut eos) = r1(Dialect::AristaEos);
    tell(
        &mut eos,
        &[
            ("configure", "r1(config)#"),
            ("interface Ethernet1", "r1(config-if-Et1)#"),
            ("router bgp 65001", "r1(config-router-bgp)#"),
            ("end", "r1#"),
            ("configure session change-1", "r1(config-s-change-1)#"),
            ("interface Ethernet2", "r1(config-s-change-1-if-Et2)#"),
            ("end", "r1#"),
            ("disable", "r1>"),
            ("enable", "r1#"),
        ],
    );
}

#[test]
fn junos_says_above_the_prompt_where_it_is() {
    let (_, mut junos) = r1(Dialect::JuniperJunos);
    tell(
        &mut junos,
        &[
            ("show version", "admin@r1> "),
            ("configure", "Entering configuration mode\r\n\r\n[edit]\r\nadmin@r1# "),
            ("edit interfaces ge-0/0/0", "\r\n[edit interfaces ge-0/0/0]\r\nadmin@r1# "),
            ("edit unit 0", "\r\n[edit interfaces ge-0/0/0 unit 0]\r\nadmin@r1# "),
            ("up", "\r\n[edit interfaces ge-0/0/0]\r\nadmin@r1# "),
            ("exit", "\r\n[edit interfaces ge-0/0/0]\r\nadmin@r1# "),
            ("top", "\r\n[edit]\r\nadmin@r1# "),
            ("exit", "Exiting configuration mode\r\nadmin@r1> "),
        ],
    );
}

#[test]
fn frr_has_a_router_mode() {
    let (_, mut frr) = r1(Dialect::Frr);
    tell(
        &mut frr,
        &[("configure", "r1(config)# "), ("router bgp 65001", "r1(config-router)# "), ("end", "r1# ")],
    );
}

#[test]
fn client_libraries_see_the_answers_that_they_wait_for() {
    let (_, mut eos) = r1(Dialect::AristaEos);
    tell(
        &mut eos,
        &[
            ("terminal length 0", "Pagination disabled.\r\nr1#"),
            ("terminal width 511", "Width set to 511 columns.\r\nr1#"),
            ("term width 32767", "Width set to 32767 columns.\r\nr1#"),
        ],
    );
    let (_, mut junos) = r1(Dialect::JuniperJunos);
    tell(
        &mut junos,
        &[
            ("set cli screen-length 0", "Screen length set to 0\r\nadmin@r1> "),
            ("set cli screen-width 511", "Screen width set to 511\r\nadmin@r1> "),
            ("set cli complete-on-space off", "admin@r1> "),
        ],
    );
    for dialect in [Dialect::CiscoNxos, Dialect::CiscoXr] {
        let (_, mut router) = r1(dialect);
        let answer = typed(&mut router, "terminal length 0\rterminal width 511\r");
        assert!(!answer.contains('%'), "{answer}");
    }
}

#[test]
fn each_complains_in_its_own_words() {
    for (dialect, complaint) in [
        (Dialect::CiscoNxos, "% Invalid command at '^' marker.\r\nr1# "),
        (Dialect::CiscoXr, "% Invalid input detected at '^' marker.\r\n\r\nRP/0/RP0/CPU0:r1#"),
        (Dialect::AristaEos, "% Invalid input\r\nr1#"),
        (Dialect::JuniperJunos, "unknown command.\r\nadmin@r1> "),
    ] {
        let (_, mut router) = r1(dialect);
        let answer = typed(&mut router, "frobnicate\r");
        assert!(answer.ends_with(complaint), "{answer}");
    }
}
