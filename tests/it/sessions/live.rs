//! Pagers, and characters that act by themselves: a router sees neither a client's keys nor such a character.

use portcullis::sim::{Behaviour, SimEvent};

use super::{ALL, Cli, EOS, FRR, IOS, JUNOS, NXOS, XR, Yard};

fn keys(yard: &Yard, cli: &Cli) -> Vec<u8> {
    let key = |event: SimEvent| match event {
        SimEvent::Key { byte, .. } => Some(byte),
        _ => None,
    };
    yard.machine(cli).log().into_iter().filter_map(key).collect()
}

#[test]
fn a_pager_gets_the_key_for_more_and_no_other() {
    let clis = [IOS, NXOS, XR, EOS, JUNOS];
    let yard = Yard::of(&clis, &Behaviour { keeps_paging: true, ..Behaviour::default() });
    for cli in &clis {
        let show = match cli.device {
            "nxos" => "show interface",
            _ => "show interfaces",
        };
        let last = yard.machine(cli).interfaces()[3].name.clone();
        for lines in [format!("{show}\rq\r"), format!("{show}\r!id\r \r"), format!("{show}\r/x\r")] {
            let seen = yard.typed_ahead("alice", cli, &lines);
            assert!(seen.text.contains(&last), "{}: {}", cli.device, seen.text);
            assert!(
                !seen.text.to_lowercase().contains("more-") && !seen.text.contains("(more"),
                "{}",
                seen.text
            );
        }
        let seen = yard.pipe("alice", cli, &format!("{show}\nshow version\n"));
        assert!(seen.status == Some(0) && seen.text.contains(&last), "{}", seen.text);
        let keys = keys(&yard, cli);
        assert!(keys.len() >= 4 && keys.iter().all(|key| *key == b' '), "{}: {keys:?}", cli.device);
        assert_eq!(yard.ran(cli).len(), 5, "{}", cli.device);
    }
}

#[test]
fn paging_is_not_turned_on_again() {
    let yard = Yard::of(&ALL, &Behaviour::default());
    for cli in &ALL {
        let line = if cli.device == "junos" { "set cli screen-length 24" } else { "terminal length 24" };
        let mut talk = yard.talk("root", cli);
        let seen = talk.says(line, cli.exec);
        assert!(!seen.contains("Screen length set"), "{seen}");
        talk.goes(&[("show version", cli.exec)]);
        talk.leave();
        let lines = yard.machine(cli).lines();
        assert!(lines.iter().all(|(_, text)| text != line), "{}: {lines:?}", cli.device);
    }
}

/// What writes, replaces or begins another command: at the exec prompt, and in a description.
fn lines(cli: &Cli) -> (&'static [&'static str], &'static [&'static str]) {
    match cli.device {
        "ios" => (
            &[
                "show version | redirect flash:x",
                "show version | tee flash:x",
                "show version | append flash:x",
            ],
            &["description what?", "description ?", "description a\tb", "description a\x1ab"],
        ),
        "nxos" => (
            &[
                "show version > bootflash:x",
                "show version >bootflash:x",
                "show version>>bootflash:x",
                "show version ; reload",
                "show clock;reload",
                "show version | redirect bootflash:x",
                "show version | include $(SWITCHNAME)",
                "show version | tee bootflash:x",
            ],
            &[
                "description a ; reload",
                "description a;reload",
                "description a > bootflash:x",
                "description a>bootflash:x",
                "description $(SWITCHNAME)",
                "description what?",
                "description a \"b\\\" ; reload",
            ],
        ),
        "xr" => (
            &["show version | file harddisk:x", "show version | tee harddisk:x"],
            &["description what?", "description ?"],
        ),
        "eos" => (
            &[
                "show version > flash:x",
                "show version >flash:x",
                "show version>>flash:x",
                "show version | redirect flash:x",
                "show version | tee flash:x",
                "show version | append flash:x",
                "show version ; reload",
            ],
            &["description a > flash:x", "description a>flash:x", "description what?", "description a\\"],
        ),
        "junos" => (
            &[
                "show version | save /var/tmp/x",
                "show version | append /var/tmp/x",
                "show version | tee /var/tmp/x",
                "show version | match x | save /var/tmp/x",
                "show version | sav /var/tmp/x",
                "show version ; request system reboot",
            ],
            &[
                "set description what?",
                "set description a;b",
                "set description a /* b",
                "run show version | save /var/tmp/x",
                "show | save /var/tmp/x",
                "show | compare | save /var/tmp/x",
            ],
        ),
        _ => (
            &["show version | include x | redirect y", "show version > x", "show version | tee x"],
            &["description a | include b", "description a|b", "description what?"],
        ),
    }
}

#[test]
fn live_characters_never_reach_a_router() {
    let yard = Yard::of(&ALL, &Behaviour::default());
    for cli in &ALL {
        let (exec, config) = lines(cli);
        let mut talk = yard.plain("carl", cli);
        for line in exec {
            let seen = talk.says(line, cli.exec);
            assert!(seen.contains("% portcullis: denied ["), "{}, {line}: {seen}", cli.device);
        }
        assert_eq!(yard.ran(cli), [""; 0], "{}", cli.device);
        let (aim, end) = match cli.device {
            "junos" => (format!("edit interfaces {}", cli.port), "exit configuration-mode"),
            _ => (format!("interface {}", cli.port), "end"),
        };
        for line in config {
            talk.goes(&[("configure", cli.config), (&aim, cli.config_if)]);
            yard.ran(cli);
            let seen = talk.says(line, cli.config_if);
            assert!(seen.contains("% portcullis: denied ["), "{}, {line}: {seen}", cli.device);
            assert_eq!(yard.ran(cli), [""; 0], "{}, {line}", cli.device);
            talk.goes(&[(end, cli.exec)]);
            yard.ran(cli);
        }
        talk.leave();
        let machine = yard.machine(cli);
        assert!(machine.files().is_empty() && !machine.reloaded(), "{}", cli.device);
        assert!(machine.interfaces().iter().all(|port| port.description.is_none()), "{}", cli.device);
        assert_eq!(keys(&yard, cli), b"", "{}", cli.device);
    }
}

/// What is text on the one platform is none on the other: the grammar says where quotes hold.
#[test]
fn what_is_harmless_in_quotes_is_sent_in_quotes() {
    let yard = Yard::of(&[NXOS, EOS, JUNOS], &Behaviour::default());
    for cli in [&NXOS, &EOS, &JUNOS] {
        let (aim, line) = match cli.device {
            "junos" => (format!("edit interfaces {}", cli.port), "set description \"a; b > c\""),
            _ => (format!("interface {}", cli.port), "description \"a; b > c\""),
        };
        let mut talk = yard.plain("carl", cli);
        talk.goes(&[("configure", cli.config), (&aim, cli.config_if), (line, cli.config_if)]);
        if cli.device == "junos" {
            talk.goes(&[("commit", cli.config)]);
        }
        talk.leave();
        let machine = yard.machine(cli);
        let description = machine.interface(cli.port).expect("port").description.expect("description");
        assert_eq!(description.trim_matches('"'), "a; b > c", "{}", cli.device);
        assert!(machine.files().is_empty());
    }
}

/// At a terminal `?` is the gate's own help, also within a description.
#[test]
fn help_is_never_asked_of_a_router() {
    let yard = Yard::of(&[IOS, XR, FRR], &Behaviour::default());
    for cli in [&IOS, &XR, &FRR] {
        let port = format!("interface {}", cli.port);
        yard.typed_ahead("carl", cli, &format!("sh?\x15configure\r{port}\rdescription a?\x15?\x15\tend\r"));
        assert_eq!(keys(&yard, cli), b"", "{}", cli.device);
        let raw = format!("{:?}", yard.machine(cli).log());
        assert!(!raw.contains('?') && !raw.contains("description"), "{raw}");
    }
}
