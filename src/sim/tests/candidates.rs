//! What is committed, by whom, and what is asked of those who leave.

use super::*;

const TOP: &str = "\r\n[edit]\r\nadmin@r1# ";

fn foreign() -> (Machine, Router) {
    opened(Dialect::JuniperJunos, Behaviour { foreign_change: true, ..Behaviour::default() })
}

#[test]
fn a_shared_commit_carries_the_changes_of_others() {
    let (machine, mut junos) = foreign();
    assert_eq!(machine.shared_candidate().len(), 1);
    assert!(
        typed(&mut junos, "configure\r").contains("The configuration has been changed but not committed\r\n")
    );
    typed(&mut junos, "set interfaces ge-0/0/1 description mine\r");
    assert!(machine.commits().is_empty());
    tell(&mut junos, &[("commit check", &format!("configuration check succeeds\r\n{TOP}"))]);
    assert!(machine.commits().is_empty());
    tell(&mut junos, &[("commit", &format!("commit complete\r\n{TOP}"))]);
    assert_eq!(description(&machine, "ge-0/0/0").as_deref(), Some("by another user"));
    assert_eq!(machine.commits().first().expect("commit").edits.len(), 2);
}

#[test]
fn others_refuse_while_the_shared_candidate_is_changed() {
    let (_, mut junos) = foreign();
    tell(
        &mut junos,
        &[
            ("configure private", "error: shared configuration database modified\r\nadmin@r1> "),
            ("configure exclusive", "error: configuration database modified\r\nadmin@r1> "),
        ],
    );
}

#[test]
fn private_changes_are_ones_own() {
    let (machine, mut one) = r1(Dialect::JuniperJunos);
    let mut two = machine.session();
    two.open();
    tell(
        &mut one,
        &[(
            "configure private",
            &format!(
                "warning: uncommitted changes will be discarded on exit\r\nEntering configuration mode\r\n{TOP}"
            ),
        )],
    );
    typed(&mut two, "configure private\rset system login message two\r");
    typed(&mut one, "set system host-name r9\rcommit\r");
    let edits = machine.commits().first().expect("commit").edits.clone();
    assert_eq!(edits, [Edit::Hostname("r9".into())]);
    assert_eq!(machine.running().banner, None);
}

#[test]
fn exclusive_is_a_lock() {
    let (machine, mut one) = r1(Dialect::JuniperJunos);
    let mut two = machine.session();
    two.open();
    typed(&mut one, "configure exclusive\r");
    assert!(typed(&mut two, "configure\r").contains("error: configuration database locked"));
    one.close();
    tell(&mut two, &[("configure exclusive", TOP)]);
}

#[test]
fn junos_asks_who_leaves() {
    let question = "[yes,no] (yes) ";
    for (how, word, kept) in [("configure", "Exit with", 1), ("configure private", "Discard", 0)] {
        let (machine, mut junos) = r1(Dialect::JuniperJunos);
        typed(&mut junos, &format!("{how}\rset system host-name r2\r"));
        let asked = typed(&mut junos, "exit\r");
        assert!(asked.ends_with(&format!("{word} uncommitted changes? {question}")), "{asked}");
        tell(&mut junos, &[("no", TOP)]);
        typed(&mut junos, "exit configuration-mode\r");
        tell(&mut junos, &[("yes", "Exiting configuration mode\r\nadmin@r1> ")]);
        assert_eq!((machine.commits().len(), machine.shared_candidate().len()), (0, kept));
    }
}

#[test]
fn rollback_empties_the_candidate() {
    let (machine, mut junos) = r1(Dialect::JuniperJunos);
    typed(&mut junos, "configure\rset system host-name r2\r");
    tell(
        &mut junos,
        &[
            ("rollback 0", &format!("load complete\r\n{TOP}")),
            ("exit", "Exiting configuration mode\r\nadmin@r1> "),
        ],
    );
    assert!(machine.shared_candidate().is_empty());
}

#[test]
fn a_commit_may_have_to_be_confirmed() {
    for (dialect, open, confirm) in [
        (Dialect::JuniperJunos, "configure\rset system host-name r2\rcommit confirmed 5\r", "commit\r"),
        (Dialect::CiscoXr, "configure\rhostname r2\rcommit confirmed 60\r", "commit\r"),
        (
            Dialect::AristaEos,
            "configure session s1\rhostname r2\rcommit timer 00:05:00\r",
            "configure session s1 commit\r",
        ),
    ] {
        for confirmed in [true, false] {
            let (machine, mut router) = r1(dialect);
            typed(&mut router, open);
            assert_eq!(
                (machine.running().hostname.as_str(), machine.unconfirmed()),
                ("r2", true),
                "{dialect:?}"
            );
            if confirmed {
                typed(&mut router, confirm);
            }
            machine.confirmation_lapses();
            assert_eq!(machine.running().hostname, if confirmed { "r2" } else { "r1" }, "{dialect:?}");
        }
    }
}

#[test]
fn xr_asks_who_leaves() {
    let question = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:";
    for (answer, prompt, commits) in
        [("yes", "r1#", 1), ("no", "r1#", 0), ("cancel", "r1(config)#", 0), ("", "r1(config)#", 0)]
    {
        let (machine, mut xr) = r1(Dialect::CiscoXr);
        typed(&mut xr, "configure\rinterface Gi0/0/0/1\rdescription x\rroot\r");
        tell(&mut xr, &[("end", question), (answer, &format!("RP/0/RP0/CPU0:{prompt}"))]);
        assert_eq!(machine.commits().len(), commits, "{answer}");
    }
}

#[test]
fn xr_can_abort_and_lock() {
    let (machine, mut xr) = r1(Dialect::CiscoXr);
    typed(&mut xr, "configure exclusive\rhostname r2\r");
    let mut other = machine.session();
    other.open();
    let refused = typed(&mut other, "configure\rhostname r3\rcommit\r");
    assert!(refused.contains("% Failed to commit"), "{refused}");
    tell(&mut xr, &[("abort", "RP/0/RP0/CPU0:r1#")]);
    assert!(machine.commits().is_empty());
    tell(&mut other, &[("commit", "RP/0/RP0/CPU0:r3(config)#")]);
}

#[test]
fn xr_asks_whoever_was_overtaken() {
    for (answer, name) in [("yes", "r2"), ("no", "r3"), ("", "r3")] {
        let (machine, mut xr) = r1(Dialect::CiscoXr);
        let mut other = machine.session();
        other.open();
        typed(&mut xr, "configure\rhostname r2\r");
        typed(&mut other, "configure\rhostname r3\rcommit\r");
        tell(&mut xr, &[("commit", "Do you wish to proceed with this commit anyway? [no]:")]);
        tell(&mut xr, &[(answer, &format!("RP/0/RP0/CPU0:{name}(config)#"))]);
        assert_eq!(machine.running().hostname, name);
    }
}

#[test]
fn commits_have_marks() {
    let (machine, mut junos) = r1(Dialect::JuniperJunos);
    typed(&mut junos, "configure private\rset system host-name r2\rcommit comment \"txn-1\"\r");
    typed(&mut junos, "commit confirmed 5 comment txn-2\r");
    let (xr_machine, mut xr) = r1(Dialect::CiscoXr);
    typed(&mut xr, "configure\rhostname r2\rcommit label txn-3\r");
    let marks = |machine: &Machine| {
        machine.commits().into_iter().map(|c| (c.confirmed, c.comment)).collect::<Vec<_>>()
    };
    assert_eq!(marks(&machine), [(None, Some("txn-1".into())), (Some("5".into()), Some("txn-2".into()))]);
    assert_eq!(marks(&xr_machine), [(None, Some("txn-3".into()))]);
}

#[test]
fn an_eos_session_waits_until_it_is_committed_or_aborted() {
    let (machine, mut eos) = r1(Dialect::AristaEos);
    typed(&mut eos, "configure session s1\rhostname r2\rinterface Et1\rdescription x\rend\r");
    assert_eq!(machine.running().hostname, "r1");
    tell(&mut eos, &[("configure session s1", "r1(config-s-s1)#"), ("commit", "r2#")]);
    assert_eq!(description(&machine, "Ethernet1").as_deref(), Some("x"));
    typed(&mut eos, "configure session s2\rhostname r3\r");
    tell(&mut eos, &[("abort", "r2#"), ("configure session s2", "r2(config-s-s2)#"), ("commit", "r2#")]);
}
