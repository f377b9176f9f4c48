//! Candidates: nothing is committed that was not typed here, and leaving commits nothing.

use portcullis::sim::{Behaviour, Edit};

use super::{EOS, IOS, JUNOS, XR, Yard};

#[test]
fn junos_contexts_stay_with_the_gate_and_whole_paths_are_sent() {
    let yard = Yard::of(&[JUNOS], &Behaviour::default());
    let mut talk = yard.talk("carl", &JUNOS);
    for (line, context) in [
        ("configure", "[edit]"),
        ("edit interfaces", "[edit interfaces]"),
        ("edit ge-0/0/0", "[edit interfaces ge-0/0/0]"),
        ("set description one", "[edit interfaces ge-0/0/0]"),
        ("edit unit 0 family inet", "[edit interfaces ge-0/0/0 unit 0 family inet]"),
        ("up 2", "[edit interfaces ge-0/0/0]"),
        ("set disable", "[edit interfaces ge-0/0/0]"),
        ("top set interfaces ge-0/0/2 description two", "[edit interfaces ge-0/0/0]"),
        ("delete disable", "[edit interfaces ge-0/0/0]"),
        ("top", "[edit]"),
        ("set interfaces ge-0/0/1 description three", "[edit]"),
        ("edit system", "[edit system]"),
        ("edit login", "[edit system login]"),
        ("exit", "[edit system]"),
        ("commit", "[edit system]"),
    ] {
        let seen = talk.says(line, JUNOS.config);
        assert!(seen.ends_with(&format!("\r\n{context}\r\nadmin@junos# ")), "{line}: {seen:?}");
    }
    talk.goes(&[("exit configuration-mode", JUNOS.exec)]);
    talk.leave();
    assert_eq!(
        yard.ran(&JUNOS),
        [
            "operational: configure private",
            "configure: set interfaces ge-0/0/0 description one",
            "configure: set interfaces ge-0/0/0 disable",
            "configure: set interfaces ge-0/0/2 description two",
            "configure: delete interfaces ge-0/0/0 disable",
            "configure: set interfaces ge-0/0/1 description three",
            "configure: commit",
            "configure: exit configuration-mode",
        ]
    );
    let ports = yard.machine(&JUNOS).interfaces();
    let descriptions: Vec<_> = ports.iter().map(|port| port.description.as_deref()).collect();
    assert_eq!(descriptions, [Some("one"), Some("three"), Some("two"), None]);
}

/// A context would hide from a rule which path a line is about.
#[test]
fn junos_lines_are_judged_by_their_whole_paths() {
    let yard = Yard::of(&[JUNOS], &Behaviour::default());
    for (context, line, whole) in [
        ("edit interfaces ge-0/0/1", "top set system login message x", "set system login message x"),
        ("edit system", "set login message x", "set system login message x"),
        ("edit system login", "set message x", "set system login message x"),
        (
            "edit routing-options",
            "set static route 10.9.0.0/16 discard",
            "set routing-options static route 10.9.0.0/16 discard",
        ),
    ] {
        let mut talk = yard.talk("dora", &JUNOS);
        talk.goes(&[("configure", JUNOS.config), (context, JUNOS.config)]);
        yard.ran(&JUNOS);
        yard.decided();
        talk.refused(line, "DEFAULT", JUNOS.config);
        assert_eq!(yard.decided(), [format!("deny client configure: {whole}")]);
        talk.leave();
        assert!(!yard.ran(&JUNOS).concat().contains("set"));
    }
}

#[test]
fn junos_commits_nobody_elses_changes() {
    let yard = Yard::of(&[JUNOS], &Behaviour { foreign_change: true, ..Behaviour::default() });
    let machine = yard.machine(&JUNOS);
    let theirs = machine.shared_candidate();
    assert_eq!(theirs.len(), 1);
    for configure in ["configure", "configure private", "configure exclusive"] {
        let lines = format!("{configure}\nset interfaces ge-0/0/1 disable\ncommit\nexit\n");
        let seen = yard.pipe("root", &JUNOS, &lines);
        assert_ne!(seen.status, Some(0), "{}", seen.text);
        let mut talk = yard.talk("root", &JUNOS);
        let seen = talk.says(configure, JUNOS.exec);
        assert!(seen.contains("configuration database modified"), "{seen}");
        talk.refused("commit", "UNRECOGNIZED", JUNOS.exec);
        talk.refused("set interfaces ge-0/0/1 disable", "UNRECOGNIZED", JUNOS.exec);
        talk.leave();
        let ran = yard.ran(&JUNOS);
        assert!(ran.len() == 2 && ran.iter().all(|line| line.contains("configure ")), "{ran:?}");
    }
    assert_eq!((machine.commits().len(), machine.shared_candidate()), (0, theirs));
}

#[test]
fn junos_leaves_without_its_uncommitted_changes() {
    let yard = Yard::of(&[JUNOS], &Behaviour::default());
    for (leave, sent) in [
        ("exit", "exit"),
        ("quit", "quit"),
        ("exit configuration-mode", "exit configuration-mode"),
        ("\x1a", "exit configuration-mode"),
    ] {
        let mut talk = yard.talk("carl", &JUNOS);
        talk.goes(&[("configure", JUNOS.config), ("set interfaces ge-0/0/1 disable", JUNOS.config)]);
        yard.ran(&JUNOS);
        let seen = talk.says(leave, JUNOS.exec);
        assert!(seen.contains("uncommitted changes"), "{seen}");
        assert_eq!(yard.ran(&JUNOS), [format!("configure: {sent}"), "configure: yes".to_owned()]);
        talk.goes(&[("show version", JUNOS.exec)]);
        talk.leave();
        yard.ran(&JUNOS);
    }
    let machine = yard.machine(&JUNOS);
    assert!(machine.commits().is_empty() && machine.shared_candidate().is_empty());
    assert!(!machine.interface(JUNOS.port).expect("port").shutdown);
}

#[test]
fn junos_commits_for_a_time_and_rolls_nothing_back() {
    let yard = Yard::of(&[JUNOS], &Behaviour::default());
    let machine = yard.machine(&JUNOS);
    let mut talk = yard.talk("carl", &JUNOS);
    talk.goes(&[("configure", JUNOS.config), ("set interfaces ge-0/0/1 disable", JUNOS.config)]);
    talk.goes(&[("commit confirmed 5", JUNOS.config)]);
    assert!(machine.unconfirmed() && machine.interface(JUNOS.port).expect("port").shutdown);
    assert_eq!(machine.commits()[0].confirmed.as_deref(), Some("5"));
    talk.goes(&[("commit", JUNOS.config)]);
    assert!(!machine.unconfirmed());
    talk.goes(&[("set interfaces ge-0/0/2 disable", JUNOS.config), ("rollback", JUNOS.config)]);
    assert_eq!(yard.ran(&JUNOS).last().map(String::as_str), Some("configure: rollback 0"));
    for line in ["rollback 3", "rollback 1", "load override terminal", "load merge terminal"] {
        talk.refused(line, "REFUSED", JUNOS.config);
    }
    assert_eq!(yard.ran(&JUNOS), [""; 0]);
    talk.goes(&[("exit configuration-mode", JUNOS.exec)]);
    talk.leave();
    assert_eq!(machine.commits().len(), 2);
    assert!(!machine.interface(JUNOS.other).expect("port").shutdown);
}

#[test]
fn xr_commits_when_told_to_and_answers_no_when_left() {
    let yard = Yard::of(&[XR], &Behaviour::default());
    let machine = yard.machine(&XR);
    let port = format!("interface {}", XR.port);
    for configure in ["configure", "conf t", "configure exclusive"] {
        let mut talk = yard.talk("carl", &XR);
        talk.goes(&[(configure, XR.config), (&port, XR.config_if), ("shutdown", XR.config_if)]);
        assert_eq!(yard.ran(&XR)[0], "exec: configure exclusive");
        let seen = talk.says("end", XR.exec);
        assert!(seen.contains("Uncommitted changes found"), "{seen}");
        assert_eq!(yard.ran(&XR), ["config-if: end", "config-if: no"]);
        talk.refused("yes", "UNRECOGNIZED", XR.exec);
        talk.leave();
    }
    // Typed ahead, where it would meet the question if anything of a client did.
    for yes in ["yes", "y", "\ryes\r", "cancel"] {
        yard.typed_ahead("carl", &XR, &format!("configure\r{port}\rshutdown\rend\r{yes}\r"));
        let ran = yard.ran(&XR);
        assert_eq!(ran[ran.len() - 2..], ["config-if: end", "config-if: no"]);
        yard.decided();
    }
    // ^Z is `end`, and `exit` of the mode above all asks the same.
    let mut talk = yard.talk("carl", &XR);
    talk.goes(&[("configure", XR.config), (&port, XR.config_if), ("shutdown", XR.config_if)]);
    talk.keys(b"\x1a");
    talk.wait(XR.exec);
    talk.goes(&[("configure", XR.config), (&port, XR.config_if), ("shutdown", XR.config_if)]);
    talk.goes(&[("exit", XR.config), ("exit", XR.exec)]);
    talk.leave();
    assert!(machine.commits().is_empty() && !machine.interface(XR.port).expect("port").shutdown);
}

#[test]
fn xr_commits_for_a_time() {
    let yard = Yard::of(&[XR], &Behaviour::default());
    let machine = yard.machine(&XR);
    let port = format!("interface {}", XR.port);
    let mut talk = yard.talk("carl", &XR);
    talk.goes(&[("configure", XR.config), (&port, XR.config_if), ("shutdown", XR.config_if)]);
    talk.goes(&[("commit confirmed 60", XR.config_if)]);
    assert!(machine.unconfirmed() && machine.interface(XR.port).expect("port").shutdown);
    talk.goes(&[("commit", XR.config_if), ("no shutdown", XR.config_if), ("commit", XR.config_if)]);
    for line in ["commit replace", "rollback configuration last 1", "load flash:x", "commit force"] {
        let seen = talk.says(line, XR.config_if);
        assert!(seen.contains("% portcullis: denied ["), "{line}: {seen}");
    }
    talk.goes(&[("end", XR.exec)]);
    talk.leave();
    let commits = machine.commits();
    assert_eq!(commits.len(), 3);
    assert_eq!(commits[2].edits, [Edit::Shutdown(XR.port.to_owned(), false)]);
}

#[test]
fn eos_sessions_are_fresh_and_end_as_told() {
    let yard = Yard::of(&[EOS], &Behaviour::default());
    let machine = yard.machine(&EOS);
    // Somebody's session of the same name waits, with a shutdown in it.
    let mut theirs = machine.session();
    theirs.open();
    theirs.feed(b"configure session x\rinterface Ethernet2\rshutdown\rend\r");
    yard.ran(&EOS);
    for (session, lines, wanted) in [
        (2, &["abort"][..], (0, false)),
        (3, &["commit timer 00:05:00"], (1, true)),
        (4, &["commit"], (2, true)),
    ] {
        let config = format!("eos(config-s-sess-{session}-0)#");
        let port = format!("eos(config-s-sess-{session}-0-if-Et1)#");
        let mut talk = yard.talk("carl", &EOS);
        talk.goes(&[("configure session x", &config), ("interface Ethernet1", &port)]);
        talk.goes(&[("shutdown", &port), ("exit", &config)]);
        assert_eq!(yard.ran(&EOS)[0], "privileged: configure session");
        for line in lines {
            talk.goes(&[(line, EOS.exec)]);
        }
        talk.leave();
        let down = machine.interface(EOS.port).expect("port").shutdown;
        assert_eq!((machine.commits().len(), down), wanted, "{lines:?}");
        yard.ran(&EOS);
    }
    assert_eq!(machine.commits()[0].confirmed.as_deref(), Some("00:05:00"));
    let mut talk = yard.talk("carl", &EOS);
    for line in ["configure session x commit", "configure session x commit timer 00:05:00"] {
        talk.refused(line, "REFUSED", EOS.exec);
    }
    talk.leave();
    assert_eq!(yard.ran(&EOS), [""; 0]);
    assert!(!machine.interface(EOS.other).expect("port").shutdown, "what another prepared stays so");
}

/// Where there is no candidate a `commit` is no command.
#[test]
fn ios_has_nothing_to_commit() {
    let yard = Yard::of(&[IOS], &Behaviour::default());
    let mut talk = yard.talk("carl", &IOS);
    talk.goes(&[("configure terminal", IOS.config)]);
    talk.refused("commit", "UNRECOGNIZED", IOS.config);
    talk.leave();
    assert_eq!(yard.ran(&IOS), ["privileged: configure terminal"]);
}
