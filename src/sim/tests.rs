use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;

mod blocks;
mod candidates;
mod elsewhere;
mod lies;
mod live;
mod modes;
mod questions;
mod ssh;
mod walking;

fn machine(dialect: Dialect, behaviour: Behaviour) -> Machine {
    Machine::new(dialect, if dialect == Dialect::Frr { "r1" } else { "core1" }, behaviour)
}

fn sane(dialect: Dialect) -> (Machine, Router) {
    let machine = machine(dialect, Behaviour::default());
    let mut router = machine.session();
    router.open();
    (machine, router)
}

fn text(acts: &[Act]) -> String {
    let bytes = acts.iter().flat_map(|act| match act {
        Act::Write(bytes) => bytes.clone(),
        _ => Vec::new(),
    });
    String::from_utf8(bytes.collect()).expect("utf-8")
}

/// A router called r1 that does wrong what it is told to, and a session on it.
fn opened(dialect: Dialect, behaviour: Behaviour) -> (Machine, Router) {
    let machine = Machine::new(dialect, "r1", behaviour);
    let mut router = machine.session();
    router.open();
    (machine, router)
}

fn r1(dialect: Dialect) -> (Machine, Router) {
    opened(dialect, Behaviour::default())
}

/// Types lines, each with what its answer must end with.
fn tell(router: &mut Router, lines: &[(&str, &str)]) {
    for (line, end) in lines {
        let answer = typed(router, &format!("{line}\r"));
        assert!(answer.ends_with(&format!("\r\n{end}")), "{line}: {answer:?}");
    }
}

fn description(machine: &Machine, port: &str) -> Option<String> {
    machine.interface(port).and_then(|interface| interface.description)
}

fn typed(router: &mut Router, keys: &str) -> String {
    text(&router.feed(keys.as_bytes()))
}

#[test]
fn a_session_looks_like_the_real_one() {
    let mut ios = machine(Dialect::CiscoIos, Behaviour::default()).session();
    assert_eq!(text(&ios.open()), "\r\ncore1#");
    assert_eq!(typed(&mut ios, "terminal length 0\r"), "terminal length 0\r\ncore1#");
    let version = typed(&mut ios, "show version\r");
    assert!(version.starts_with("show version\r\nCisco IOS Software"), "{version}");
    assert!(
        version.ends_with("0x0\r\n\r\ncore1#".trim_start_matches('x')) || version.ends_with("0x0\r\ncore1#")
    );
    let mut frr = machine(Dialect::Frr, Behaviour::default()).session();
    assert!(text(&frr.open()).ends_with("Kunihiro Ishiguro, et al.\r\n\r\nr1# "));
    assert!(typed(&mut frr, "show version\r").ends_with("\r\nr1# "));
}

#[test]
fn each_dialect_has_its_modes_and_prompts() {
    let (machine, mut ios) = sane(Dialect::CiscoIos);
    for (line, prompt) in [
        ("disable", "core1>"),
        ("enable", "core1#"),
        ("conf t", "core1(config)#"),
        ("int Gi0/1", "core1(config-if)#"),
        ("interface GigabitEthernet 0/2", "core1(config-if)#"),
        ("exit", "core1(config)#"),
        ("interface Loopback7", "core1(config-if)#"),
        ("end", "core1#"),
        ("configure terminal", "core1(config)#"),
        ("hostname edge9", "edge9(config)#"),
        ("end", "edge9#"),
    ] {
        assert!(typed(&mut ios, &format!("{line}\r")).ends_with(&format!("\r\n{prompt}")), "{line}");
    }
    assert!(machine.interface("Loopback7").is_some());
    let (_, mut frr) = sane(Dialect::Frr);
    for (line, prompt) in [
        ("configure", "r1(config)# "),
        ("interface eth1", "r1(config-if)# "),
        ("end", "r1# "),
        ("disable", "r1> "),
    ] {
        assert!(typed(&mut frr, &format!("{line}\n")).ends_with(&format!("\r\n{prompt}")), "{line}");
    }
}

#[test]
fn configuration_takes_effect() {
    for (dialect, name, address) in [
        (Dialect::CiscoIos, "GigabitEthernet0/1", "192.0.2.1 255.255.255.0"),
        (Dialect::Frr, "eth1", "192.0.2.1/24"),
    ] {
        let (machine, mut router) = sane(dialect);
        typed(
            &mut router,
            &format!("configure terminal\rinterface {name}\rshutdown\rdescription to the lab\r"),
        );
        typed(&mut router, &format!("ip address {address}\rend\rwrite memory\r"));
        let expected = Interface {
            name: name.into(),
            description: Some("to the lab".into()),
            address: Some(address.into()),
            shutdown: true,
        };
        assert_eq!(machine.interface(name), Some(expected));
        assert!(machine.saved());
        let plural = if dialect == Dialect::CiscoIos { "s" } else { "" };
        let shown = typed(&mut router, &format!("show interface{plural} {name}\r"));
        assert!(shown.contains(&format!("{name} is ")) && shown.contains("down"), "{shown}");
        assert!(shown.contains("Description: to the lab"), "{shown}");
        typed(
            &mut router,
            &format!("configure terminal\rinterface {name}\rno shutdown\rno description\rend\r"),
        );
        let now = machine.interface(name).expect("interface");
        assert_eq!((now.shutdown, now.description), (false, None));
    }
}

#[test]
fn complaints_are_the_vendors() {
    let (_, mut ios) = sane(Dialect::CiscoIos);
    for (line, complaint) in [
        ("show foo", "           ^\r\n% Invalid input detected at '^' marker.\r\n\r\n"),
        ("show", "% Incomplete command.\r\n\r\n"),
        ("t", "% Incomplete command.\r\n\r\n"),
        ("e", "% Ambiguous command:  \"e\"\r\n"),
        (
            "show interfaces Eth99",
            "                       ^\r\n% Invalid input detected at '^' marker.\r\n\r\n",
        ),
    ] {
        let answer = typed(&mut ios, &format!("{line}\r"));
        let expected = format!("{line}\r\n{complaint}core1#");
        assert_eq!(answer.replace(' ', ""), expected.replace(' ', ""), "{line}");
    }
    let failed = typed(&mut ios, "configure terminal\rinterface Ethernet99\r");
    assert!(failed.ends_with("marker.\r\n\r\ncore1(config)#"), "the mode stays");
    let (_, mut frr) = sane(Dialect::Frr);
    for (line, complaint) in [
        ("terminal width 511", "% Unknown command: terminal width 511"),
        ("show", "% Command incomplete: show"),
        ("e", "% Ambiguous command: e"),
        ("show interface eth9", "% Can't find interface eth9"),
    ] {
        assert_eq!(typed(&mut frr, &format!("{line}\r")), format!("{line}\r\n{complaint}\r\nr1# "));
    }
}

#[test]
fn output_can_be_filtered() {
    let (_, mut ios) = sane(Dialect::CiscoIos);
    assert_eq!(typed(&mut ios, "show version | include uptime\r").lines().count(), 3);
    let answer = typed(&mut ios, "show ip interface brief | include Loop\r");
    assert!(answer.contains("\r\nLoopback0") && !answer.contains("Gigabit"), "{answer}");
}

#[test]
fn the_log_has_every_byte() {
    let (machine, mut ios) = sane(Dialect::CiscoIos);
    ios.feed(b"shox\x7fw clock\xff\x00\r\nenable\n");
    ios.feed(b"configure terminal\rinterface Gi0/1\rshut\x1a");
    ios.feed(b"half");
    ios.close();
    let line = |mode, text: &str, raw: &[u8], end| SimEvent::Line {
        session: 1,
        mode,
        text: text.into(),
        raw: raw.into(),
        end,
    };
    assert_eq!(
        machine.log(),
        [
            SimEvent::Opened { session: 1, exec: None },
            line("privileged", "show clock", b"shox\x7fw clock\xff\x00", b'\r'),
            line("privileged", "enable", b"enable", b'\n'),
            line("privileged", "configure terminal", b"configure terminal", b'\r'),
            line("config", "interface Gi0/1", b"interface Gi0/1", b'\r'),
            line("config-if", "shut", b"shut", 0x1a),
            SimEvent::Unfinished { session: 1, raw: b"half".to_vec() },
            SimEvent::Closed { session: 1 },
        ]
    );
    assert!(machine.interface("GigabitEthernet0/1").expect("port").shutdown, "IOS runs the half line");
}

#[test]
fn frr_drops_a_half_line() {
    let (machine, mut frr) = sane(Dialect::Frr);
    let answer = typed(&mut frr, "configure terminal\rinterface eth1\rshutdown\x1a");
    assert!(answer.ends_with("r1# "));
    assert!(!machine.interface("eth1").expect("port").shutdown);
}

#[test]
fn long_output_is_paged() {
    let (machine, mut ios) = sane(Dialect::CiscoIos);
    let erase = format!("{0}{1}{0}", "\x08".repeat(10), " ".repeat(10));
    let first = typed(&mut ios, "show interfaces\r");
    assert!(first.ends_with("\r\n --More-- "));
    assert_eq!(first.lines().count(), 25);
    let one = typed(&mut ios, "\r");
    assert!(one.starts_with(&erase) && one.ends_with(" --More-- ") && one.lines().count() == 2, "{one:?}");
    assert!(typed(&mut ios, " ").ends_with("core1#"));
    typed(&mut ios, "show interfaces\r");
    assert_eq!(typed(&mut ios, "q"), format!("{erase}core1#"));
    typed(&mut ios, "terminal length 0\r");
    assert!(typed(&mut ios, "show interfaces\r").ends_with("core1#"));
    let keys = machine.log().into_iter().filter(|e| matches!(e, SimEvent::Key { .. })).count();
    assert_eq!(keys, 3);
}

#[test]
fn questions_are_asked() {
    let (machine, mut ios) = sane(Dialect::CiscoIos);
    assert!(typed(&mut ios, "copy running-config startup-config\r").ends_with("[startup-config]? "));
    assert!(typed(&mut ios, "\r").ends_with("[OK]\r\ncore1#"));
    assert!(typed(&mut ios, "reload\r").ends_with("[confirm]"));
    assert_eq!(typed(&mut ios, "n"), "\r\ncore1#");
    assert!(!machine.reloaded());
    typed(&mut ios, "reload\r");
    assert_eq!(ios.feed(b"\rshow version\r"), [Act::Write(b"\r\n".to_vec()), Act::Close]);
    assert!(machine.reloaded());
}

#[test]
fn enable_may_want_a_secret() {
    let behaviour =
        Behaviour { starts_unprivileged: true, enable_secret: Some("s3cret".into()), ..Behaviour::default() };
    let machine = machine(Dialect::CiscoIos, behaviour);
    let mut ios = machine.session();
    assert!(text(&ios.open()).ends_with("core1>"));
    assert!(typed(&mut ios, "show running-config\r").contains("% Invalid input"));
    assert_eq!(typed(&mut ios, "enable\rwrong\r"), "enable\r\nPassword: \r\n% Access denied\r\n\r\ncore1>");
    assert_eq!(typed(&mut ios, "enable\rs3cret\r"), "enable\r\nPassword: \r\ncore1#");
    assert!(!format!("{:?}", machine.log()).contains("s3cret"));
}

#[test]
fn faults_are_as_ordered() {
    let sane = Behaviour::default();
    let answer = |behaviour: Behaviour, keys: &[u8]| {
        let mut router = machine(Dialect::CiscoIos, behaviour).session();
        router.open();
        router.feed(keys)
    };
    let cut = answer(Behaviour { close_after: Some(9), ..sane.clone() }, b"show version\rshow version\r");
    assert_eq!(cut, [Act::Write(b"show version\r\nCisco IOS".to_vec()), Act::Close]);
    let silent = answer(Behaviour { no_echo: true, ..sane.clone() }, b"terminal length 0\r");
    assert_eq!(silent, [Act::Write(b"core1#".to_vec())]);
    let never = answer(Behaviour { never_answers: true, ..sane.clone() }, b"show version\r");
    assert_eq!(never, [Act::Write(b"show version\r\n".to_vec()), Act::Hang]);
    let late = answer(Behaviour { answer_after: Some(Duration::from_secs(3)), ..sane.clone() }, b"enable\r");
    assert_eq!(late.get(1), Some(&Act::Wait(Duration::from_secs(3))));
    let flood = answer(Behaviour { flood_bytes: 1 << 24, ..sane.clone() }, b"show tech-support\r");
    assert_eq!(flood.get(1), Some(&Act::Flood(1 << 24)));
    let lie = answer(Behaviour { false_prompt: true, ..sane }, b"show version\r");
    let [Act::Write(first), Act::Wait(_), Act::Write(second)] = lie.as_slice() else { panic!("{lie:?}") };
    assert!(first.ends_with(b"\r\ncore1#") && second.ends_with(b"\r\ncore1#") && second.len() > 100);
}

fn served(machine: &Machine) -> DuplexStream {
    let (near, far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(machine.session().serve(far));
    near
}

async fn until(stream: &mut DuplexStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        assert!(text.len() < 10_000_000, "no {end:?}");
        assert!(
            stream.read_buf(&mut text).await.expect("read") > 0,
            "ended after {:?}",
            String::from_utf8_lossy(&text)
        );
    }
    String::from_utf8(text).expect("utf-8")
}

#[tokio::test(start_paused = true)]
async fn a_session_runs_over_any_stream() {
    let machine = machine(Dialect::Frr, Behaviour { flood_bytes: 1_000_000, ..Behaviour::default() });
    let mut stream = served(&machine);
    until(&mut stream, "r1# ").await;
    stream.write_all(b"show tech-support\n").await.expect("write");
    let flood = until(&mut stream, "r1# ").await;
    assert_eq!(flood.len(), "show tech-support\r\n".len() + 1_000_000 + "r1# ".len());
    stream.write_all(b"exit\n").await.expect("write");
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.expect("end");
    assert_eq!(rest, "exit\r\n");
    assert_eq!(machine.lines(), [("privileged", "show tech-support".into()), ("privileged", "exit".into())]);
    assert_eq!(machine.log().last(), Some(&SimEvent::Closed { session: 1 }));
}

#[tokio::test(start_paused = true)]
async fn control_c_ends_an_answer() {
    for behaviour in [
        Behaviour { never_answers: true, ..Behaviour::default() },
        Behaviour { answer_after: Some(Duration::from_secs(600)), ..Behaviour::default() },
        Behaviour { flood_bytes: u64::MAX, ..Behaviour::default() },
    ] {
        let mut stream = served(&machine(Dialect::CiscoIos, behaviour));
        until(&mut stream, "core1#").await;
        stream.write_all(b"show tech-support\r").await.expect("write");
        // The flood follows the echo in the same packet.
        let mut echo = [0; "show tech-support\r\n".len()];
        stream.read_exact(&mut echo).await.expect("echo");
        stream.write_all(b"\x03").await.expect("write");
        until(&mut stream, "^C\r\ncore1#").await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_finished_after_the_client_has_sent_all() {
    let slow = Behaviour { answer_after: Some(Duration::from_secs(1)), ..Behaviour::default() };
    let mut stream = served(&machine(Dialect::CiscoIos, slow));
    stream.write_all(b"show privilege\rexit\r").await.expect("write");
    stream.shutdown().await.expect("shutdown");
    let mut all = String::new();
    stream.read_to_string(&mut all).await.expect("read");
    assert!(all.contains("Current privilege level is 15\r\n"), "{all}");
}
