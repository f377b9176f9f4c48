//! Commands of another mode, and of another context.

use super::*;

#[test]
fn do_runs_a_command_of_the_first_mode() {
    for (dialect, config) in [
        (Dialect::CiscoIos, "r1(config-if)#"),
        (Dialect::CiscoXr, "RP/0/RP0/CPU0:r1(config-if)#"),
        (Dialect::AristaEos, "r1(config-if-Lo0)#"),
        (Dialect::Frr, "r1(config-if)# "),
    ] {
        let (_, mut router) = r1(dialect);
        typed(&mut router, "configure terminal\rinterface Loopback0\r");
        let answer = typed(&mut router, "do show version\r");
        assert!(answer.contains("Copyright"), "{answer}");
        tell(&mut router, &[("do terminal length 0", config)]);
    }
}

#[test]
fn some_need_no_do() {
    for (dialect, prompt) in
        [(Dialect::CiscoNxos, "r1(config-if)# "), (Dialect::AristaEos, "r1(config-if-Lo0)#")]
    {
        let (_, mut router) = r1(dialect);
        typed(&mut router, "configure terminal\rinterface Loopback0\r");
        tell(&mut router, &[("show clock", &format!("09:00:00.000 UTC Mon Nov 23 2026\r\n{prompt}"))]);
    }
    let (_, mut ios) = r1(Dialect::CiscoIos);
    assert!(typed(&mut ios, "configure terminal\rshow clock\r").contains("% Invalid input"));
}

#[test]
fn junos_sets_from_where_it_is() {
    let (machine, mut junos) = r1(Dialect::JuniperJunos);
    let here = "[edit interfaces ge-0/0/0]\r\nadmin@r1# ";
    typed(&mut junos, "configure\redit interfaces ge-0/0/0\r");
    tell(
        &mut junos,
        &[
            ("set description \"to the lab\"", here),
            ("top set system host-name r2", here),
            ("set interfaces ge-0/0/1 description elsewhere", here),
        ],
    );
    assert!(typed(&mut junos, "run show version\r").contains("Hostname: r1"));
    assert_eq!(description(&machine, "ge-0/0/0"), None);
    tell(&mut junos, &[("commit", "commit complete\r\n\r\n[edit interfaces ge-0/0/0]\r\nadmin@r2# ")]);
    assert_eq!(description(&machine, "ge-0/0/0").as_deref(), Some("to the lab"));
    assert_eq!(description(&machine, "ge-0/0/1"), None, "not from the top");
}
