//! The mode moves by what was commanded; the prompt only confirms it, whatever else looks like one.

use portcullis::sim::Behaviour;

use super::{ALL, Cli, EOS, FRR, IOS, JUNOS, NXOS, XR, Yard};

type Steps = [(&'static str, &'static str, &'static str)];

/// What is typed, the prompt then, and what the router got, with its mode; empty for nothing.
fn steps(cli: &Cli) -> Vec<(String, &'static str, String)> {
    let (port, other) = (cli.port, cli.other);
    vec![
        ("conf t".into(), cli.config, "configure terminal".into()),
        (format!("int {port}"), cli.config_if, format!("config: interface {port}")),
        ("desc one".into(), cli.config_if, "config-if: description one".into()),
        ("exit".into(), cli.config, "config-if: exit".into()),
        (
            format!("int {other}"),
            if cli.device == "eos" { "eos(config-if-Et2)#" } else { cli.config_if },
            format!("config: interface {other}"),
        ),
    ]
}

fn walk(yard: &Yard, cli: &Cli) {
    let mut talk = yard.talk("carl", cli);
    let seen = talk.says("show version", cli.exec);
    assert!(seen.lines().count() > 4, "{seen}");
    let mut expected = vec![format!("{}: show version", exec_mode(cli))];
    for (line, prompt, sent) in steps(cli) {
        talk.goes(&[(&line, prompt)]);
        expected.push(if line == "conf t" {
            format!("{}: {}", exec_mode(cli), configure(cli))
        } else {
            sent
        });
    }
    talk.goes(&leave(cli));
    assert_eq!(talk.leave().1, Some(0));
    let ran = yard.ran(cli);
    assert_eq!(ran[..expected.len()], expected, "{}", cli.device);
}

fn exec_mode(cli: &Cli) -> &'static str {
    match cli.device {
        "nxos" | "xr" => "exec",
        "junos" => "operational",
        _ => "privileged",
    }
}

fn configure(cli: &Cli) -> &'static str {
    if cli.device == "xr" { "configure exclusive" } else { "configure terminal" }
}

fn leave(cli: &Cli) -> Vec<(&'static str, &'static str)> {
    match cli.device {
        "xr" => vec![("commit", cli.config_if), ("end", cli.exec)],
        _ => vec![("end", cli.exec)],
    }
}

const JUNOS_STEPS: &Steps = &[
    ("show version", JUNOS.exec, "operational: show version"),
    ("configure", JUNOS.config, "operational: configure private"),
    ("edit int ge-0/0/1", JUNOS.config, ""),
    ("set description one", JUNOS.config, "configure: set interfaces ge-0/0/1 description one"),
    ("exit", JUNOS.config, ""),
    ("run show version", JUNOS.config, "configure: run show version"),
    ("commit", JUNOS.config, "configure: commit"),
    ("exit", JUNOS.exec, "configure: exit"),
    ("show version", JUNOS.exec, "operational: show version"),
];

fn walk_junos(yard: &Yard) {
    let mut talk = yard.talk("carl", &JUNOS);
    for (line, prompt, _) in JUNOS_STEPS {
        talk.goes(&[(line, prompt)]);
    }
    assert_eq!(talk.leave().1, Some(0));
    let sent: Vec<_> = JUNOS_STEPS.iter().map(|step| step.2).filter(|sent| !sent.is_empty()).collect();
    assert_eq!(yard.ran(&JUNOS), sent);
}

fn walk_all(yard: &Yard) {
    for cli in &ALL {
        match cli.device {
            "junos" => walk_junos(yard),
            _ => walk(yard, cli),
        }
        let description = yard.machine(cli).interface(cli.port).expect("port").description;
        assert_eq!(description.as_deref(), Some("one"), "{}", cli.device);
    }
}

#[test]
fn each_dialect_is_followed_through_its_modes() {
    walk_all(&Yard::of(&ALL, &Behaviour::default()));
}

/// A login banner and the output of `show version` that hold another mode's prompt on a line of its own, and log lines
/// that begin as the prompt of XR does, in the middle of output and right before the prompt.
#[test]
fn what_imitates_a_prompt_moves_no_mode() {
    let behaviour =
        Behaviour { other_prompt: true, prompt_banner: true, log_lines: true, ..Behaviour::default() };
    let yard = Yard::of(&ALL, &behaviour);
    walk_all(&yard);
    for (cli, line) in [
        (&IOS, "interface Gi0/1"),
        (&NXOS, "interface Ethernet1/1"),
        (&XR, "interface GigabitEthernet0/0/0/1"),
        (&EOS, "interface Ethernet1"),
        (&JUNOS, "set interfaces ge-0/0/1 disable"),
        (&FRR, "interface eth1"),
    ] {
        let mut talk = yard.talk("root", cli);
        let seen = talk.says("show version", cli.exec);
        assert!(seen.contains(cli.config.trim()), "the router imitates it: {seen}");
        talk.refused(line, "UNRECOGNIZED", cli.exec);
        talk.leave();
        assert_eq!(yard.ran(cli), [format!("{}: show version", exec_mode(cli))]);
    }
    assert!(yard.decided().contains(&"deny client exec: -".to_owned()));
}

#[test]
fn a_new_host_name_is_learnt_from_the_command() {
    let yard = Yard::of(&[IOS, NXOS, EOS, FRR], &Behaviour::default());
    for (cli, blank) in [(&IOS, ""), (&NXOS, " "), (&EOS, ""), (&FRR, " ")] {
        let (config, exec) = (format!("edge9(config)#{blank}"), format!("edge9#{blank}"));
        let mut talk = yard.talk("carl", cli);
        talk.goes(&[("conf t", cli.config), ("hostname edge9", &config)]);
        talk.goes(&[("end", &exec), ("show version", &exec)]);
        talk.leave();
        assert_eq!(yard.machine(cli).running().hostname, "edge9");
        yard.ran(cli);
        // A name that would make one mode look like another is none.
        let mut talk = yard.renamed(cli, &exec);
        talk.goes(&[("conf t", &config)]);
        let seen = talk.says("hostname edge9(config)", &config);
        assert!(seen.contains("% portcullis: denied ["), "{seen}");
        talk.leave();
        assert!(!yard.ran(cli).concat().contains("hostname"), "{}", cli.device);
    }
}

/// The name is in force with the commit, so no command can say which prompt follows.
#[test]
fn where_a_name_comes_with_the_commit_the_session_ends_with_it() {
    let yard = Yard::with(&[XR, JUNOS], &Behaviour::default(), "limits: {command_seconds: 1}\n");
    let mut talk = yard.talk("carl", &XR);
    talk.goes(&[("configure", XR.config)]);
    talk.refused("hostname edge9", "REFUSED", XR.config);
    talk.leave();
    let mut talk = yard.talk("carl", &JUNOS);
    talk.goes(&[("configure", JUNOS.config), ("set system host-name edge9", JUNOS.config)]);
    let (text, status) = talk.ends("commit");
    assert!(status == Some(126) && text.contains("session ended ["), "{text}");
    assert_eq!(yard.machine(&JUNOS).commits().len(), 1);
}
