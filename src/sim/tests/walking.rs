//! A line that a mode does not know is run in the mode below, and the session moves there.

use super::*;

#[test]
fn what_a_sub_mode_does_not_know_runs_in_the_parent() {
    for (dialect, port, route, config) in [
        (Dialect::CiscoIos, "Gi0/1", "ip route 10.9.0.0 255.255.0.0 Null0", "r1(config)#"),
        (Dialect::Frr, "eth1", "ip route 10.9.0.0/16 Null0", "r1(config)# "),
        (Dialect::AristaEos, "Ethernet1", "ip route 10.9.0.0/16 Null0", "r1(config)#"),
        (Dialect::CiscoNxos, "Eth1/1", "ip route 10.9.0.0/16 Null0", "r1(config)# "),
        (Dialect::CiscoXr, "Gi0/0/0/1", "router static 10.9.0.0/16 Null0", "RP/0/RP0/CPU0:r1(config)#"),
    ] {
        let (machine, mut router) = r1(dialect);
        typed(&mut router, &format!("configure terminal\rinterface {port}\r"));
        tell(&mut router, &[(route, config)]);
        if dialect == Dialect::CiscoXr {
            assert!(machine.running().routes.is_empty());
            typed(&mut router, "commit\r");
        }
        assert_eq!(machine.running().routes.len(), 1, "{dialect:?}");
    }
}

#[test]
fn a_sub_mode_may_know_the_word_itself() {
    let hidden = Behaviour { hidden_words: true, ..Behaviour::default() };
    for (dialect, prompt) in
        [(Dialect::CiscoIos, "r1(config-router)#"), (Dialect::Frr, "r1(config-router)# ")]
    {
        let (machine, mut router) = opened(dialect, hidden.clone());
        typed(&mut router, "configure terminal\rrouter bgp 65001\r");
        tell(&mut router, &[("ip ro 10.9.0.0/16 Null0", prompt)]);
        assert_eq!(machine.dangers(), ["ip route 10.9.0.0/16 Null0"]);
        assert!(machine.running().routes.is_empty());
        typed(&mut router, "exit\rip route 10.9.0.0/16 Null0\r");
        assert_eq!((machine.dangers().len(), machine.running().routes.len()), (1, 1));
    }
}

#[test]
fn a_failed_context_leaves_the_session_in_the_former_one() {
    for (dialect, port, name, prompt) in [
        (Dialect::CiscoIos, "Gi0/1", "GigabitEthernet0/1", "r1(config-if)#"),
        (Dialect::CiscoNxos, "Eth1/1", "Ethernet1/1", "r1(config-if)# "),
        (Dialect::AristaEos, "Et1", "Ethernet1", "r1(config-if-Et1)#"),
    ] {
        let (machine, mut router) = r1(dialect);
        typed(&mut router, &format!("configure terminal\rinterface {port}\r"));
        tell(&mut router, &[("interface Ethernet99", prompt), ("shutdown", prompt)]);
        assert!(machine.interface(name).expect("port").shutdown, "the line hit the former interface");
    }
}

#[test]
fn a_line_that_nobody_knows_moves_nothing() {
    let (_, mut ios) = r1(Dialect::CiscoIos);
    typed(&mut ios, "configure terminal\rinterface Gi0/1\r");
    tell(
        &mut ios,
        &[("frobnicate", "r1(config-if)#"), ("hostname", "r1(config-if)#"), ("hostname r2", "r2(config)#")],
    );
}
