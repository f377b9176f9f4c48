//! What a mode does not read is sent from the mode that does, which the gate has gone to by a step of its own; what failed
//! aims nothing at what was there before.

use portcullis::sim::Behaviour;

use super::{ALL, Cli, EOS, FRR, IOS, JUNOS, MODAL, NXOS, XR, Yard};

/// Router modes know an `ip route ...` of their own.
fn hidden() -> Behaviour {
    Behaviour { hidden_words: true, ..Behaviour::default() }
}

/// A static route as each dialect has it.
fn route(cli: &Cli) -> &'static str {
    match cli.device {
        "ios" => "ip route 10.9.0.0 255.255.0.0 10.0.1.2",
        "xr" => "router static address-family ipv4 unicast 10.9.0.0/16 10.0.1.2",
        _ => "ip route 10.9.0.0/16 10.0.1.2",
    }
}

/// The name of the mode of `router bgp`.
fn bgp_mode(cli: &Cli) -> &'static str {
    match cli.device {
        "xr" => "config-bgp",
        "eos" => "config-router-bgp",
        _ => "config-router",
    }
}

#[test]
fn a_line_of_a_mode_above_is_sent_there_after_a_leave_that_is_recorded() {
    let yard = Yard::of(&MODAL, &hidden());
    for cli in &MODAL {
        let (bgp, route) = (bgp_mode(cli), route(cli));
        // The router's word for a mode is not always the grammar's.
        let ours = if cli.device == "nxos" { "config-router-bgp" } else { bgp };
        let mut talk = yard.talk("carl", cli);
        talk.goes(&[("configure terminal", cli.config), ("router bgp 65001", cli.config_bgp)]);
        yard.ran(cli);
        yard.decided();
        talk.goes(&[(route, cli.config)]);
        assert_eq!(yard.ran(cli), [format!("{bgp}: exit"), format!("config: {route}")]);
        assert_eq!(
            yard.decided(),
            [format!("permit gate {ours}: exit"), format!("permit client config: {route}")]
        );
        assert_eq!(yard.machine(cli).dangers(), [""; 0], "{}", cli.device);
        // From an interface into a router and into another interface: each by way of the mode between them.
        let port = format!("interface {}", cli.port);
        talk.goes(&[(&port, cli.config_if), ("router bgp 65001", cli.config_bgp)]);
        talk.goes(&[(&port, cli.config_if), ("description one", cli.config_if)]);
        let other = if cli.device == "eos" { "eos(config-if-Et2)#" } else { cli.config_if };
        talk.goes(&[(&format!("interface {}", cli.other), other), ("description two", other)]);
        assert_eq!(
            yard.ran(cli),
            [
                format!("config: {port}"),
                "config-if: exit".into(),
                "config: router bgp 65001".into(),
                format!("{bgp}: exit"),
                format!("config: {port}"),
                "config-if: description one".into(),
                "config-if: exit".into(),
                format!("config: interface {}", cli.other),
                "config-if: description two".into(),
            ]
        );
        let by_gate = yard.decided().iter().filter(|decision| decision.contains(" gate ")).count();
        assert_eq!(by_gate, 3, "{}", cli.device);
        talk.leave();
        yard.ran(cli);
    }
}

#[test]
fn a_line_of_a_mode_above_that_is_denied_leaves_nothing() {
    let yard = Yard::of(&MODAL, &hidden());
    for cli in &MODAL {
        let mut talk = yard.talk("dora", cli);
        talk.goes(&[("configure terminal", cli.config), (&format!("interface {}", cli.port), cli.config_if)]);
        yard.ran(cli);
        yard.decided();
        talk.refused(route(cli), "DEFAULT", cli.config_if);
        assert_eq!(yard.ran(cli), [""; 0]);
        assert_eq!(yard.decided(), [format!("deny client config-if: {}", route(cli))]);
        talk.leave();
        yard.ran(cli);
    }
}

/// The step up is a command like any other: rules may deny it, and then the line is refused, not the session ended.
#[test]
fn a_step_up_that_is_denied_is_recorded_and_leaves_nothing() {
    let rule =
        "  - {id: stay, effect: deny, who: {gate: any}, do: {commands: [exit], mode: config-router}}\n";
    let yard = Yard::ruled(&[FRR], &hidden(), rule);
    let mut talk = yard.talk("carl", &FRR);
    talk.goes(&[("configure terminal", FRR.config), ("router bgp 65001", FRR.config_bgp)]);
    yard.ran(&FRR);
    yard.decided();
    talk.refused(route(&FRR), "RULE", FRR.config_bgp);
    assert_eq!(yard.ran(&FRR), [""; 0]);
    assert_eq!(yard.decided(), ["deny gate config-router: exit"]);
    // What was refused in a configuration mode is followed by nothing but leaving.
    talk.refused("bgp router-id 10.0.0.1", "AFTER_ERROR", FRR.config_bgp);
    talk.goes(&[("end", FRR.exec)]);
    talk.leave();
}

/// Into an interface that the device does not have, or of a kind that there is none of.
fn bad_interfaces(cli: &Cli) -> &'static [&'static str] {
    match cli.device {
        "ios" => &["interface Ethernet99", "interface Eth99x"],
        "nxos" => &["interface Ethernet9/9", "interface Frob1"],
        "xr" => &["interface GigabitEthernet0/9/9/9", "interface Frob1"],
        "eos" => &["interface Ethernet99", "interface Frob1"],
        "junos" => &["edit frobnications", "edit interfaces ge-0/0/1 frobnicate"],
        // It takes any name.
        _ => &["interface eth1 frob", "interface"],
    }
}

fn aim(cli: &Cli) -> String {
    match cli.device {
        "junos" => format!("configure\nedit interfaces {}\n", cli.port),
        _ => format!("configure terminal\ninterface {}\n", cli.port),
    }
}

fn shut(cli: &Cli) -> &'static str {
    if cli.device == "junos" { "set disable" } else { "shutdown" }
}

fn assert_up(yard: &Yard, cli: &Cli, what: &str) {
    let ran = yard.ran(cli);
    let shut: Vec<_> =
        ran.iter().filter(|line| line.contains("shutdown") || line.contains("disable")).collect();
    assert!(shut.is_empty(), "{}, {what}: {ran:?}", cli.device);
    // The batch is over, and so is what would run elsewhere.
    assert!(!ran.concat().contains("show version"), "{}, {what}: {ran:?}", cli.device);
    for port in yard.machine(cli).interfaces() {
        assert!(!port.shutdown, "{}, {what}: {}", cli.device, port.name);
    }
}

#[test]
fn what_follows_an_interface_that_failed_never_hits_the_one_before() {
    let yard = Yard::of(&ALL, &Behaviour::default());
    for cli in &ALL {
        for bad in bad_interfaces(cli) {
            let end = if cli.device == "junos" { "exit configuration-mode" } else { "end" };
            let lines = format!("{}{bad}\n{}\n{end}\nshow version\n", aim(cli), shut(cli));
            let seen = yard.pipe("carl", cli, &lines);
            assert_eq!(seen.status, Some(1), "{bad}: {}", seen.text);
            assert_up(&yard, cli, bad);
            let seen = yard.typed_ahead("carl", cli, &lines.replace('\n', "\r"));
            assert_eq!(seen.status, Some(1), "{bad}: {}", seen.text);
            assert_up(&yard, cli, bad);
        }
    }
}

/// Line by line, as an expect script does: nothing is typed ahead that could be forgotten.
#[test]
fn after_an_interface_that_failed_only_leaving_is_accepted() {
    let yard = Yard::of(&ALL, &Behaviour::default());
    for cli in &ALL {
        for bad in bad_interfaces(cli) {
            let mut talk = yard.talk("carl", cli);
            match cli.device {
                "junos" => talk.goes(&[("configure", cli.config), ("edit interfaces ge-0/0/1", cli.config)]),
                _ => talk.goes(&[
                    ("configure terminal", cli.config),
                    (&format!("interface {}", cli.port), cli.config_if),
                ]),
            }
            // A failing line was sent from the mode above, a denied one was not.
            let sent = matches!(
                *bad,
                "interface Ethernet99" | "interface Ethernet9/9" | "interface GigabitEthernet0/9/9/9"
            );
            let prompt = if sent { cli.config } else { cli.config_if };
            talk.says(bad, prompt);
            let line = if sent { format!("no interface {}", cli.port) } else { shut(cli).to_owned() };
            let text = talk.says(&line, prompt);
            let code = if sent { "[AFTER_ERROR]" } else { "% portcullis: denied [AFTER_ERROR]" };
            assert!(text.contains(code), "{}, {bad}: {text}", cli.device);
            assert_up(&yard, cli, bad);
            let end = if cli.device == "junos" { "exit configuration-mode" } else { "end" };
            talk.goes(&[(end, cli.exec)]);
            talk.leave();
        }
    }
    assert!(yard.machine(&IOS).interface(IOS.port).is_some());
    for cli in [&NXOS, &XR, &EOS, &JUNOS, &FRR] {
        assert_eq!(yard.machine(cli).interfaces().len(), 4, "{}", cli.device);
    }
}
