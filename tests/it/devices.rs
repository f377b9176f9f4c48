//! Devices that are not there, are not the right ones, or misbehave.

use portcullis::sim::Behaviour;

use super::harness::Lab;

/// The state of the last outcome.
fn last_outcome(lab: &Lab) -> (String, String) {
    let records = lab.records();
    let last = records.iter().rev().find(|record| record["kind"] == "outcome").expect("outcome");
    let text = |name: &str| last.get(name).and_then(|value| value.as_str()).unwrap_or("").to_owned();
    (text("state"), text("code"))
}

#[test]
fn an_unreachable_device_is_one_clear_line() {
    let mut lab = Lab::with(|text| {
        let port = text
            .lines()
            .find(|l| l.contains("name: r1"))
            .and_then(|l| l.split("port: ").nth(1))
            .and_then(|l| l.split(',').next())
            .map(str::to_owned);
        text.replace(&format!("port: {}", port.expect("port")), "port: 9")
    });
    let seen = lab.alice("r1", &["show version"], b"");
    assert_eq!(seen.status, Some(126), "{}", seen.text);
    assert_eq!(seen.text.lines().count(), 1, "{}", seen.text);
    assert!(seen.text.contains("[DEVICE_UNREACHABLE]"), "{}", seen.text);
    lab.stop();
    assert_eq!(lab.codes("session.close"), ["DEVICE_UNREACHABLE"]);
}

#[test]
fn another_host_key_is_not_the_device() {
    let mut lab = Lab::with(|text| {
        // r1's entry gets the key of core1.
        let key = |name: &str| {
            let line = text.lines().find(|l| l.contains(&format!("name: {name},"))).expect("device");
            line.split("host_key: \"").nth(1).and_then(|l| l.split('"').next()).expect("key").to_owned()
        };
        text.replace(&key("r1"), &key("core1"))
    });
    let seen = lab.alice("r1", &["show version"], b"");
    assert_eq!(seen.status, Some(126), "{}", seen.text);
    assert!(seen.text.contains("[DEVICE_HOST_KEY]"), "{}", seen.text);
    assert_eq!(lab.site.router("r1").expect("r1").sim.log().len(), 0, "nothing was offered to it");
    lab.stop();
    assert_eq!(lab.codes("session.close"), ["DEVICE_HOST_KEY"]);
}

#[test]
fn a_device_that_closes_in_the_middle_leaves_a_true_record() {
    let mut lab = Lab::misbehaving(Behaviour { close_after: Some(40), ..Behaviour::default() });
    let seen = lab.alice("core1", &["show version"], b"");
    assert_ne!(seen.status, Some(0), "{}", seen.text);
    assert!(seen.text.contains("[DEVICE_CLOSED]"), "{}", seen.text);
    lab.stop();
    assert_eq!(last_outcome(&lab), ("disconnected".to_owned(), "DEVICE_CLOSED".to_owned()));
}

#[test]
fn a_prompt_in_the_middle_of_output_ends_no_command_unnoticed() {
    let mut lab = Lab::misbehaving(Behaviour { false_prompt: true, ..Behaviour::default() });
    let seen = lab.alice("core1", &[], b"show version\nshow clock\n");
    lab.stop();
    let records = lab.records();
    let states: Vec<&str> = records.iter().filter_map(|r| r.get("state")?.as_str()).collect();
    // Either the whole answer was taken for one, or the surprise was seen and both commands are in doubt.
    let whole = seen.status == Some(0) && seen.text.matches("core1#").count() >= 1;
    let doubted = states.iter().filter(|state| **state == "indeterminate").count() >= 2;
    assert!(whole != doubted, "{states:?}\n{}", seen.text);
}

#[test]
fn a_device_that_does_not_echo_is_left() {
    let mut lab = Lab::misbehaving(Behaviour { no_echo: true, ..Behaviour::default() });
    let seen = lab.alice("core1", &["show version"], b"");
    assert_ne!(seen.status, Some(0), "{}", seen.text);
    assert!(seen.text.contains("[DEVICE_ECHO]"), "{}", seen.text);
    lab.stop();
    assert_eq!(last_outcome(&lab).0, "indeterminate");
}

#[test]
fn a_device_that_does_not_answer_in_time_is_left() {
    let mut lab = Lab::build(Behaviour { never_answers: true, ..Behaviour::default() }, |text, _| {
        text + "limits: {command_seconds: 1}\n"
    });
    let seen = lab.alice("core1", &["show version"], b"");
    assert_ne!(seen.status, Some(0), "{}", seen.text);
    assert!(seen.text.contains("[DEVICE_TIMEOUT]"), "{}", seen.text);
    lab.stop();
    assert_eq!(last_outcome(&lab).0, "timeout");
}

#[test]
fn a_device_that_opens_channels_is_refused_them() {
    let lab = Lab::misbehaving(Behaviour { opens_channel: true, ..Behaviour::default() });
    let seen = lab.alice("core1", &["show version"], b"");
    let log = format!("{:?}", lab.site.router("core1").expect("router").sim.log());
    assert!(!log.contains("opened: true"), "{log}");
    assert!(seen.status.is_some());
}

#[test]
fn much_output_comes_whole_when_a_rule_of_the_site_allows_it() {
    const BYTES: u64 = 5 << 20;
    let lab = Lab::build(Behaviour { flood_bytes: BYTES, ..Behaviour::default() }, |text, dir| {
        let rules = dir.join("rules");
        std::fs::create_dir_all(rules.join("intents")).expect("folder");
        for (name, shipped) in portcullis::policy::SHIPPED {
            std::fs::write(dir.join(name), shipped).expect("rules");
        }
        std::fs::write(
            rules.join("site.yaml"),
            "apiVersion: portcullis/v1\nkind: Rules\nrules:\n  - id: noc-heavy\n    effect: allow\n    \
             who: {human: {groups: noc}, agent: none}\n    do: {class: read.sensitive}\n",
        )
        .expect("rules");
        text + "rules: rules\n"
    });
    for (command, stdin) in [(&["show tech-support"][..], &b""[..]), (&[], b"show tech-support\n")] {
        let seen = lab.alice("core1", command, stdin);
        assert_eq!(seen.status, Some(0), "{}", seen.text.chars().take(400).collect::<String>());
        // The router counts CR LF, and without a pty lines end in LF.
        let lines = u64::try_from(seen.text.lines().count()).expect("length");
        let came = u64::try_from(seen.text.len()).expect("length") + lines;
        assert!(came >= BYTES, "{came} of {BYTES} bytes came");
    }
}
