//! Lines that are text, until one ends them; and what becomes of them when the opener fails.

use super::*;

#[test]
fn a_banner_goes_on_to_its_delimiter() {
    for (dialect, prompt) in [(Dialect::CiscoIos, "r1(config)#"), (Dialect::CiscoNxos, "r1(config)# ")] {
        let (machine, mut router) = r1(dialect);
        typed(&mut router, "configure terminal\r");
        tell(&mut router, &[("banner motd #", "Enter TEXT message.  End with the character '#'.\r\n")]);
        assert_eq!(typed(&mut router, "hostname evil\r"), "hostname evil\r\n", "echo and no prompt");
        tell(&mut router, &[("what? # reload", prompt)]);
        assert_eq!(machine.running().banner.as_deref(), Some("hostname evil\nwhat? \n"));
        assert_eq!(machine.running().hostname, "r1");
        assert_eq!(machine.lines().get(2), Some(&("text", "hostname evil".into())));
    }
}

#[test]
fn a_banner_may_stand_in_one_line() {
    let (machine, mut ios) = r1(Dialect::CiscoIos);
    typed(&mut ios, "configure terminal\r");
    tell(&mut ios, &[("banner motd ^Chello^C", "r1(config)#")]);
    assert_eq!(machine.running().banner.as_deref(), Some("hello\n"));
}

#[test]
fn eos_ends_a_banner_with_a_line() {
    let (machine, mut eos) = r1(Dialect::AristaEos);
    typed(&mut eos, "configure\r");
    tell(
        &mut eos,
        &[
            ("banner motd", "Enter TEXT message. Type 'EOF' on its own line to end.\r\n"),
            ("not EOF", ""),
            ("EOF", "r1(config)#"),
        ],
    );
    assert_eq!(machine.running().banner.as_deref(), Some("not EOF\n"));
}

#[test]
fn a_route_policy_has_a_prompt_for_each_line() {
    for end in ["end-policy", "end-pol", "end-"] {
        let (machine, mut xr) = r1(Dialect::CiscoXr);
        typed(&mut xr, "configure\r");
        let rpl = "RP/0/RP0/CPU0:r1(config-rpl)#";
        tell(
            &mut xr,
            &[("route-policy P", rpl), ("if true then", rpl), ("pass", rpl), ("endif", rpl), ("end", rpl)],
        );
        tell(&mut xr, &[(end, "RP/0/RP0/CPU0:r1(config)#"), ("commit", "RP/0/RP0/CPU0:r1(config)#")]);
        let lines = ["if true then", "pass", "endif", "end"].map(str::to_owned).to_vec();
        assert_eq!(machine.running().policies.get("P"), Some(&lines));
    }
}

#[test]
fn a_certificate_has_a_prompt_for_each_line() {
    let (machine, mut ios) = r1(Dialect::CiscoIos);
    typed(&mut ios, "configure terminal\r");
    let (chain, key) = ("r1(config-cert-chain)#", "r1(config-pubkey)#");
    let steps = [
        ("crypto pki certificate chain X", chain),
        ("certificate ca 01", key),
        ("3082", key),
        ("quit", chain),
    ];
    tell(&mut ios, &steps);
    assert_eq!(machine.running().certificates["ca 01"], ["3082"]);
}

#[test]
fn a_route_policy_can_be_abandoned_by_one_of_its_lines() {
    let (machine, mut xr) = r1(Dialect::CiscoXr);
    typed(&mut xr, "configure\rroute-policy P\rpass\r");
    tell(&mut xr, &[("ab", "RP/0/RP0/CPU0:r1(config)#")]);
    typed(&mut xr, "hostname evil\rcommit\r");
    assert_eq!((machine.running().hostname.as_str(), machine.running().policies.len()), ("evil", 0));
}

#[test]
fn after_a_failed_opener_text_is_commands() {
    for (dialect, opener) in [
        (Dialect::CiscoIos, "banner motd #"),
        (Dialect::CiscoNxos, "banner motd #"),
        (Dialect::AristaEos, "banner motd"),
    ] {
        let (machine, mut router) = opened(dialect, Behaviour { openers_fail: true, ..Behaviour::default() });
        typed(&mut router, "configure terminal\r");
        let refused = typed(&mut router, &format!("{opener}\r"));
        assert!(refused.contains("% Invalid"), "{refused}");
        typed(&mut router, "hostname evil\r");
        assert_eq!(machine.running().hostname, "evil");
    }
    let (machine, mut xr) =
        opened(Dialect::CiscoXr, Behaviour { openers_fail: true, ..Behaviour::default() });
    typed(&mut xr, "configure\rroute-policy P\rhostname evil\rcommit\r");
    assert_eq!(machine.running().hostname, "evil");
}

#[test]
fn control_c_drops_a_block() {
    let (machine, mut eos) = r1(Dialect::AristaEos);
    typed(&mut eos, "configure\rbanner motd\rhello\r");
    assert!(typed(&mut eos, "\x03").ends_with("r1(config)#"));
    assert_eq!(machine.running().banner, None);
}
