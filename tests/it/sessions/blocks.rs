//! Blocks: one command with its text, and not a line of the text is ever a command.

use portcullis::sim::Behaviour;

use super::{Cli, EOS, IOS, NXOS, XR, Yard};

/// Text of a banner that would do harm, line by line.
const HARM: [&str; 7] =
    ["reload", "no aaa new-model", "end", "interface Ethernet1/1", "shutdown", "  hostname evil", "y"];

/// The opening line, what ends it, and the mode of its lines.
struct Form {
    cli: Cli,
    opener: &'static str,
    end: &'static str,
    mode: &'static str,
}

const BANNERS: [Form; 4] = [
    Form { cli: XR, opener: "banner motd #", end: "#", mode: "text" },
    Form { cli: IOS, opener: "banner motd #", end: "#", mode: "text" },
    Form { cli: NXOS, opener: "banner motd #", end: "#", mode: "text" },
    Form { cli: EOS, opener: "banner motd", end: "EOF", mode: "text" },
];

const POLICY: Form = Form { cli: XR, opener: "route-policy P", end: "end-policy", mode: "config-rpl" };

const HARMLESS_POLICY: [&str; 4] = ["# reload", "if destination in (10.0.0.0/8) then", "drop", "endif"];

fn forms() -> impl Iterator<Item = (&'static Form, &'static [&'static str])> {
    BANNERS.iter().map(|form| (form, &HARM[..])).chain([(&POLICY, &HARMLESS_POLICY[..])])
}

/// The block in configuration, and a command behind it.
fn script(form: &Form, text: &[&str]) -> String {
    format!(
        "configure terminal\n{}\n{}\n{}\ninterface {}\n",
        form.opener,
        text.join("\n"),
        form.end,
        form.cli.port
    )
}

fn assert_unharmed(yard: &Yard, cli: &Cli) {
    let machine = yard.machine(cli);
    assert!(!machine.reloaded(), "{}", cli.device);
    assert!(machine.interfaces().iter().all(|port| !port.shutdown), "{}", cli.device);
    assert_eq!(machine.running().hostname, cli.device);
}

#[test]
fn lines_that_look_like_commands_are_text() {
    let yard = Yard::of(&[IOS, NXOS, EOS, XR], &Behaviour::default());
    for (form, text) in forms() {
        let cli = &form.cli;
        for way in [Yard::pipe, Yard::typed_ahead] {
            yard.ran(cli);
            yard.decided();
            let commit = if cli.device == "xr" { "commit\n" } else { "" };
            let lines = script(form, text) + commit;
            let seen = way(&yard, "root", cli, &lines);
            assert_eq!(seen.status, Some(0), "{}", seen.text);
            let ran = yard.ran(cli);
            let lines = ran.iter().skip(2).take(text.len()).cloned().collect::<Vec<_>>();
            let wanted: Vec<_> = text.iter().map(|line| format!("{}: {line}", form.mode)).collect();
            assert_eq!(lines, wanted, "{}", cli.device);
            assert_eq!(ran[text.len() + 3], format!("config: interface {}", cli.port), "{ran:?}");
            let decided = yard.decided();
            assert_eq!(decided.len(), 3 + usize::from(cli.device == "xr"), "one for the block: {decided:?}");
            assert!(
                decided[1].starts_with("permit client config: ")
                    && decided[1].contains(form.opener.trim_end_matches(" #")),
                "{decided:?}"
            );
        }
        assert_unharmed(&yard, cli);
        let running = yard.machine(cli).running();
        match form.mode {
            "config-rpl" => assert_eq!(running.policies["P"], text),
            _ => assert_eq!(running.banner, Some(text.iter().map(|line| format!("{line}\n")).collect())),
        }
    }
}

#[test]
fn where_the_opener_fails_not_a_line_of_the_text_is_sent() {
    let yard = Yard::of(&[IOS, NXOS, EOS, XR], &Behaviour { openers_fail: true, ..Behaviour::default() });
    for (form, text) in forms() {
        let cli = &form.cli;
        for way in [Yard::pipe, Yard::typed_ahead] {
            yard.ran(cli);
            yard.decided();
            let seen = way(&yard, "root", cli, &script(form, text));
            assert_eq!(seen.status, Some(1), "{}", seen.text);
            let ran = yard.ran(cli);
            assert_eq!(ran.len(), 2, "{ran:?}");
            assert!(ran[1].starts_with(&format!("config: {}", form.opener.trim_end_matches('#'))), "{ran:?}");
        }
        let mut talk = yard.talk("root", cli);
        talk.goes(&[("configure terminal", cli.config)]);
        talk.keys(format!("{}\r{}\r{}\r", form.opener, text.join("\r"), form.end).as_bytes());
        talk.wait(cli.config);
        talk.refused(&format!("no interface {}", cli.port), "AFTER_ERROR", cli.config);
        talk.goes(&[("end", cli.exec)]);
        talk.leave();
        assert_unharmed(&yard, cli);
        let outcomes: Vec<_> =
            yard.lab.records().into_iter().filter(|record| record["kind"] == "outcome").collect();
        assert!(outcomes.iter().any(|outcome| outcome["state"] == "device_error"), "{outcomes:?}");
        assert!(yard.ran(cli).iter().all(|line| !line.starts_with("text") && !line.contains("reload")));
    }
}

/// A line in the text that ends the block on the router: what follows would be commands.
#[test]
fn a_block_that_ends_early_ends_the_session() {
    let yard = Yard::of(&[XR], &Behaviour::default());
    for early in ["end-pol", "END-POLIC"] {
        let text = ["pass", early, "interface GigabitEthernet0/0/0/1", "shutdown", "reload"];
        yard.ran(&XR);
        let seen = yard.pipe("root", &XR, &script(&POLICY, &text));
        let ran = yard.ran(&XR);
        assert_eq!(ran.last().cloned(), Some(format!("config-rpl: {early}")), "{early}: {}", seen.text);
        assert_eq!(ran.len(), 4, "{ran:?}");
        assert!(seen.status == Some(126) && seen.text.contains("session ended ["), "{}", seen.text);
        let records = yard.lab.records();
        let last = records.iter().rev().find(|record| record["kind"] == "outcome").expect("outcome");
        assert_eq!(last["state"], "indeterminate", "{last}");
    }
    // What the router would run and keep its prompt is not even sent.
    for command in ["abort", "abo", "do reload", "comm", "show version"] {
        yard.ran(&XR);
        let seen = yard.pipe("root", &XR, &script(&POLICY, &["pass", command]));
        assert!(seen.text.contains("[REFUSED]"), "{command}: {}", seen.text);
        assert!(yard.ran(&XR).iter().all(|line| !line.starts_with("config-rpl")), "{command}");
    }
    assert_unharmed(&yard, &XR);
    assert!(yard.machine(&XR).commits().is_empty());
}

#[test]
fn a_block_without_an_end_is_no_command() {
    let yard = Yard::of(&[IOS, NXOS, EOS, XR], &Behaviour::default());
    for (form, text) in forms() {
        let cli = &form.cli;
        // The input ends.
        yard.ran(cli);
        yard.decided();
        let seen =
            yard.pipe("root", cli, &format!("configure terminal\n{}\n{}\n", form.opener, text.join("\n")));
        assert!(seen.status == Some(1) && seen.text.contains("[INCOMPLETE]"), "{}", seen.text);
        assert_eq!(yard.ran(cli).len(), 1, "{}", cli.device);
        let decided = yard.decided();
        assert!(decided.len() == 2 && decided[1].starts_with("deny"), "{decided:?}");
        // ^C and ^Z drop it, and the line behind is a command again.
        for drop in [b"\x03", b"\x1a"] {
            let mut talk = yard.talk("root", cli);
            talk.goes(&[("configure terminal", cli.config)]);
            yard.ran(cli);
            talk.keys(format!("{}\r{}\r", form.opener, text.join("\r")).as_bytes());
            talk.heard(text[text.len() - 1]);
            talk.keys(drop);
            let seen = talk.wait(cli.config);
            assert!(seen.contains("the block was dropped"), "{seen}");
            assert_eq!(yard.ran(cli), [""; 0], "{}", cli.device);
            talk.goes(&[(&format!("interface {}", cli.port), cli.config_if)]);
            assert_eq!(yard.ran(cli), [format!("config: interface {}", cli.port)]);
            talk.leave();
        }
        assert_unharmed(&yard, cli);
    }
}

#[test]
fn a_block_that_is_denied_sends_nothing() {
    let yard = Yard::of(&[IOS, NXOS, EOS, XR], &Behaviour::default());
    for (form, text) in forms() {
        let cli = &form.cli;
        for way in [Yard::pipe, Yard::typed_ahead] {
            yard.ran(cli);
            yard.decided();
            let seen = way(&yard, "dora", cli, &script(form, text));
            assert_eq!(seen.text.matches("denied [DEFAULT]").count(), 1, "{}", seen.text);
            assert_eq!(yard.ran(cli).len(), 1, "{}", cli.device);
            let decided = yard.decided();
            assert_eq!(decided.len(), 2, "{decided:?}");
        }
    }
}

/// IOS asks for a certificate line by line, in a mode of its own.
#[test]
fn a_certificate_is_one_command_whatever_its_lines_are() {
    const CHAIN: &str = "ios(config-cert-chain)#";
    const TYPED: &str = "certificate ca 01\r30820122\rreload\rhostname evil\rquit\r";
    let yard = Yard::of(&[IOS], &Behaviour::default());
    let mut talk = yard.talk("root", &IOS);
    talk.goes(&[("configure terminal", IOS.config), ("crypto pki certificate chain X", CHAIN)]);
    yard.ran(&IOS);
    yard.decided();
    talk.keys(TYPED.as_bytes());
    talk.wait(CHAIN);
    let lines = ["30820122", "reload", "hostname evil"];
    assert_eq!(yard.machine(&IOS).running().certificates["ca 01"], lines);
    assert_eq!(yard.ran(&IOS)[0], "config-cert-chain: certificate ca 01");
    assert_eq!(yard.decided().len(), 1);
    talk.goes(&[("end", IOS.exec)]);
    talk.leave();
    assert_unharmed(&yard, &IOS);

    let yard = Yard::of(&[IOS], &Behaviour { openers_fail: true, ..Behaviour::default() });
    let mut talk = yard.talk("root", &IOS);
    talk.goes(&[("configure terminal", IOS.config), ("crypto pki certificate chain X", CHAIN)]);
    yard.ran(&IOS);
    talk.keys(TYPED.as_bytes());
    talk.wait(CHAIN);
    assert_eq!(yard.ran(&IOS), ["config-cert-chain: certificate ca 01"]);
    talk.goes(&[("end", IOS.exec)]);
    talk.leave();
    assert_unharmed(&yard, &IOS);
}
