//! How other gates were got past, one test for each way that leads through a command line, named after it.

use std::collections::BTreeSet;

use portcullis::sim::Behaviour;

use super::harness::{Lab, Seen, Visit};

const ROUTERS: [&str; 2] = ["core1", "r1"];

fn with_pty(lab: &Lab, device: &str, typed: &[u8]) -> Seen {
    let user = format!("alice+{device}");
    lab.ssh(&Visit { user: &user, key: "alice", token: None, options: &["-tt"] }, &[], typed)
}

/// Every line as one exec request: none of them runs.
fn assert_none_runs(lines: &[&str]) {
    let lab = Lab::new();
    for device in ROUTERS {
        for line in lines {
            let shown = lab.exec_raw(device, line.as_bytes());
            assert!(shown.contains("% portcullis:"), "{device}, `{line}`: {shown}");
            assert_eq!(lab.ran(device), [""; 0], "{device}, `{line}`");
        }
    }
}

/// The texts of all commands in the ledger, without those by which the gate prepares a session.
fn recorded(lab: &Lab) -> BTreeSet<String> {
    let records = lab.records();
    let texts = records.iter().filter_map(|record| record["cmd"].as_str());
    texts.filter(|text| !text.starts_with("terminal ")).map(str::to_owned).collect()
}

/// They showed "forbidden" while the device had the line already, key by key.
#[test]
fn keystrokes_reach_the_device_before_the_verdict() {
    let lab = Lab::new();
    for device in ROUTERS {
        for typed in [
            &b"reload"[..],
            b"reload\x03",
            b"reload\r",
            b"rel\t\x15",
            b"reload\x1b[D",
            b"reload?\x15",
            b"\x1b[200~reload\x1b[201~",
        ] {
            with_pty(&lab, device, typed);
            assert_eq!(lab.ran(device), [""; 0], "{device}, {typed:?}");
        }
        let sim = &lab.site.router(device).expect("router").sim;
        let arrived = format!("{:?}", sim.log());
        assert!(!arrived.contains("rel"), "not even a part of it: {arrived}");
    }
}

/// They read the device's echo to learn what was typed, and took its output for commands, or found its name in a rule.
#[test]
fn command_text_recovered_from_the_devices_echo() {
    let behaviour = Behaviour {
        false_prompt: true,
        banner: Some("core1#reload\n --More-- reload\n".to_owned()),
        ..Behaviour::default()
    };
    let mut lab = Lab::misbehaving(behaviour);
    let seen = lab.alice("core1", &[], b"show clock\n");
    assert_eq!(lab.ran("core1"), ["show clock"], "{}", seen.text);
    lab.alice("core1", &[], b"sh ver\n");
    lab.stop();
    let whole = lab.records().iter().map(ToString::to_string).collect::<String>();
    assert!(!whole.contains("reload") && !whole.contains("--More--"), "{whole}");
    assert_eq!(recorded(&lab), ["show clock".to_owned(), "show version".to_owned()].into());
}

/// The alternate screen meant "in an editor", where nothing was filtered.
#[test]
fn server_output_switches_the_parser_off() {
    let banner = "\u{1b}[?1049h\u{1b}[?47h\u{1b}[?2004l--More--\n".to_owned();
    let lab = Lab::misbehaving(Behaviour { banner: Some(banner), ..Behaviour::default() });
    for device in ROUTERS {
        let seen = with_pty(&lab, device, b"reload\r:q!\r!reload\rshow version\r");
        assert!(!seen.text.contains("\u{1b}[?1049h"), "{:?}", seen.text);
        assert!(lab.ran(device).iter().all(|line| line == "show version"), "{:?}", lab.ran(device));
    }
}

/// The filter and the device did not agree on what a control character does to the line.
#[test]
fn control_characters_desynchronise_the_filter() {
    let lab = Lab::new();
    for device in ROUTERS {
        for typed in [
            &b"reload\x15show version\r"[..],
            b"reload\x03show version\r",
            b"reload\x17show version\r",
            b"show version\x01re\x1b[4~\x15show version\r",
            b"show version\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08reload\r",
            b"re\x1aload\rshow version\r",
            b"show version\x0breload\r",
            b"reload\x16\rshow version\r",
        ] {
            with_pty(&lab, device, typed);
            let ran = lab.ran(device);
            assert!(ran.iter().all(|line| line == "show version"), "{device}, {typed:?}: {ran:?}");
            lab.alice(device, &[], typed);
            let ran = lab.ran(device);
            assert!(ran.iter().all(|line| line == "show version"), "{device}, {typed:?}: {ran:?}");
        }
        assert!(!lab.ran(device).is_empty(), "the line that is left is a command");
    }
}

/// One packet was one command for the gate and several for the device.
#[test]
fn several_lines_in_one_packet() {
    for end in ["\r", "\n", "\r\n", "\r\0", "\n\r", "\0\n", "\r\r\n"] {
        let lab = Lab::new();
        let typed = ["show version", "reload", "show clock", ""].join(end);
        for device in ROUTERS {
            lab.alice(device, &[], typed.as_bytes());
            let ran = lab.ran(device);
            // Each is judged by itself, and what follows a denial is not run.
            assert!(
                ["show version"].starts_with(&ran.iter().map(String::as_str).collect::<Vec<_>>()),
                "{end:?}: {ran:?}"
            );
            lab.exec_raw(device, typed.as_bytes());
            assert_eq!(lab.ran(device), ran, "{end:?}: an exec request is one line");
        }
    }
}

/// A rule looked for a word anywhere, or only at the beginning, and the device split the line.
#[test]
fn separators_and_substrings() {
    assert_none_runs(&[
        "show version ; reload",
        "show version;reload",
        "show version && reload",
        "show version & reload",
        "show version || reload",
        "show version | reload",
        "show version `reload`",
        "show version $(reload)",
        "show version > flash:x",
        "show versionreload",
        "show version reload",
        "reload show version",
        "xshow version",
        "no show version",
        "show\\ version",
        "\"show version\"",
    ]);
}

/// What was denied by its name was run by another command.
#[test]
fn indirect_execution() {
    assert_none_runs(&[
        "do reload",
        "do-exec reload",
        "tclsh",
        "bash",
        "bash reload",
        "start-shell",
        "start-shell bash",
        "guestshell run bash",
        "event manager run x",
        "macro apply x",
        "alias exec show reload",
        "configure replace flash:x force",
        "copy tftp://192.0.2.1/x running-config",
        "output file /etc/cron.d/x",
        "terminal paginate",
        "ssh 192.0.2.1",
        "telnet 192.0.2.1",
        "connect 192.0.2.1",
    ]);
}

/// A rule knew the whole word, the device any beginning of it.
#[test]
fn abbreviation() {
    assert_none_runs(&[
        "rel",
        "relo",
        "RELOAD",
        "relo in 5",
        "wr er",
        "w",
        "conf t",
        "conf",
        "cle bgp *",
        "copy run start",
        "sta",
        "deb all",
    ]);
    let lab = Lab::new();
    for device in ROUTERS {
        lab.exec_raw(device, b"sh  ver");
        assert_eq!(lab.ran(device), ["show version"], "what is sent is never what was typed");
    }
    assert_eq!(recorded(&lab), ["show version".to_owned()].into());
}
