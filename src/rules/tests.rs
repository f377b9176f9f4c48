use std::path::Path;
use std::sync::LazyLock;

use super::*;
use crate::config::Config;

/// The inventory of these tests and of `authz`'s: one device of each shape.
pub(crate) fn inventory() -> &'static [Device] {
    static DEVICES: LazyLock<Vec<Device>> = LazyLock::new(devices);
    &DEVICES
}

fn devices() -> Vec<Device> {
    let mut text =
        "gate: t\nlisten: ['127.0.0.1:0']\nhost_keys: [Cargo.toml]\nsealed: Cargo.toml\nprincipals: []\n\
                    ledger: {path: l.db, key: Cargo.toml}\ndevices:\n"
            .to_owned();
    for (name, platform, facts) in [
        ("core1", "cisco_ios", "role: core, site: fra1, env: prod, tags: [edge, old]"),
        ("leaf1", "cisco_ios", "role: leaf, site: fra1, env: lab, criticality: low"),
        ("bare1", "cisco_ios", ""),
        ("r1", "frr", "role: leaf, env: lab, redundancy_group: a"),
    ] {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
        let facts = if facts.is_empty() { String::new() } else { format!(", {facts}") };
        text += &format!(
            "- {{name: {name}, platform: {platform}, address: a, host_key: '{key}', login: {{user: u, sealed: s}}{facts}}}\n"
        );
    }
    Config::parse(&"gate.yaml".into(), &text, Path::new(env!("CARGO_MANIFEST_DIR")))
        .unwrap_or_else(|problems| panic!("{problems}"))
        .devices
}

/// Compiled once, as in one policy: rules and commands share it.
pub(crate) fn grammars() -> GrammarSet {
    static SET: LazyLock<GrammarSet> =
        LazyLock::new(|| GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}")));
    SET.clone()
}

/// A file of rules with these after its head.
pub(crate) fn file(name: &str, rules: &str) -> (String, String) {
    (name.to_owned(), format!("apiVersion: portcullis/v1\nkind: Rules\nrules:\n{rules}"))
}

pub(crate) fn compile(files: &[(String, String)]) -> RuleSet {
    RuleSet::compile(files, &grammars(), inventory()).unwrap_or_else(|problems| panic!("{problems}"))
}

pub(crate) fn command(
    grammars: &GrammarSet,
    platform: &str,
    mode: &str,
    line: &str,
) -> Result<CanonicalCommand, crate::command::ParseRefusal> {
    let grammar = grammars.get(&platform.parse().expect("platform")).expect("grammar");
    let line = PresentedLine::parse(line.as_bytes()).expect("line");
    canonicalize(grammar, grammar.parse(&mode.parse().expect("mode"), &line))
}

fn faults_of(files: &[(String, String)]) -> Vec<String> {
    match RuleSet::compile(files, &grammars(), inventory()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .as_slice()
            .iter()
            .map(|problem| format!("{}: {}", problem.span, problem.message))
            .collect(),
    }
}

/// Problems of one file, the rules beginning in line 4.
fn faults(rules: &str) -> Vec<String> {
    faults_of(&[file("f", rules)])
}

#[test]
fn a_rule_of_every_selector_compiles() {
    let rules = "- id: a\n  effect: allow\n  \
        who: {human: {groups: [noc], sub: alice}, agent: {groups: netbots, id: ['agent:x']}}\n  \
        devices: {name: [core1], platform: cisco_ios, site: fra1, role: [core], env: prod, criticality: high, \
        redundancy_group: a, tag: edge, not: {role: leaf}}\n  \
        do: {class: [read], commands: ['show version', 'show ip ...'], mode: privileged, intent: [x]}\n  why: because\n\
        - {id: b, effect: deny}\n- {id: c, effect: allow, who: {gate: any}, do: {class: terminal}}\n\
        - {id: d, effect: deny, who: {human: any, agent: none}}\n";
    assert_eq!(faults(rules), Vec::<String>::new());
    assert_eq!(compile(&[file("f", rules)]).len(), 4);
}

#[test]
fn other_kinds_are_skipped_or_refused() {
    let of = |text: &str| faults_of(&[("f".to_owned(), text.to_owned())]);
    assert_eq!(of("apiVersion: portcullis/v1\nkind: Intents\nintents: {}\n"), Vec::<String>::new());
    assert_eq!(of("kind: Rulez\n"), ["f:1:7: `Rulez` is no kind of file: `Rules` or `Intents`"]);
    assert_eq!(
        of("apiVersion: portcullis/v2\nkind: Rules\nrules: []\n"),
        ["f:1:13: this version reads `portcullis/v1`"]
    );
    assert_eq!(of("kind: Rules\nrules: []\n").len(), 1);
    assert_eq!(of("").len(), 1);
    assert_eq!(of("kind: Rules\nrules: [\n").len(), 1);
    assert!(compile(&[]).is_empty());
}

#[test]
fn faults_say_where_and_what() {
    for (rules, wanted) in [
        ("- {id: a, effect: require}", "f:4:19: `require` is no effect of this version"),
        ("- {id: 'a b', effect: deny}", "f:4:8: `a b` is not a valid rule id"),
        ("- {id: a, effect: allow}", "f:4:8: an `allow` must say what it allows"),
        ("- {id: a, effect: allow, do: {mode: privileged}}", "f:4:8: an `allow` must say what it allows"),
        ("- {id: a, effect: deny, do: {}}", "f:4:29: `do` is empty"),
        ("- {id: a, effect: deny, do: {class: []}}", "f:4:37: the list is empty"),
        ("- {id: a, effect: deny, do: {class: [reed]}}", "f:4:38: `reed` is no class"),
        ("- {id: a, effect: allow, do: {class: refuse}}", "f:4:38: class `refuse` is never forwarded"),
        ("- {id: a, effect: allow, do: {class: filter}}", "f:4:38: class `filter` is of pipe stages alone"),
        ("- {id: a, effect: deny, who: {}}", "f:4:30: `who` is empty"),
        ("- {id: a, effect: deny, who: {human: {}}}", "f:4:38: selects nobody"),
        ("- {id: a, effect: deny, who: {human: none}}", "f:4:38: `none` names nobody"),
        ("- {id: a, effect: deny, who: {human: {groups: []}}}", "f:4:47: the list is empty"),
        ("- {id: a, effect: deny, who: {human: {groups: ['']}}}", "f:4:48: must be one printable line"),
        ("- {id: a, effect: deny, who: {gate: any, human: any}}", "f:4:30: the gate acts for nobody"),
        ("- {id: a, effect: deny, who: {gate: all}}", "f:4:37: the gate has no kinds"),
        ("- {id: a, effect: deny, devices: {}}", "f:4:34: selects nothing"),
        (
            "- {id: a, effect: deny, devices: {name: core9}}",
            "f:4:41: no device of the inventory is called `core9`",
        ),
        (
            "- {id: a, effect: deny, devices: {not: {name: [core9]}}}",
            "f:4:48: no device of the inventory is called `core9`",
        ),
        (
            "- {id: a, effect: deny, devices: {platform: [ios]}}",
            "f:4:46: no grammar reads the platform `ios`",
        ),
        (
            "- {id: a, effect: deny, devices: {platform: frr, not: {platform: frr}}}",
            "f:4:34: no platform that is read has such a device",
        ),
        (
            "- {id: a, effect: deny, do: {commands: [relo]}}",
            "f:4:41: `relo` is a command of no platform that this rule applies to",
        ),
        (
            "- {id: a, effect: deny, devices: {platform: frr}, do: {commands: reload}}",
            "f:4:66: `reload` is a command of no platform that this rule applies to",
        ),
        (
            "- {id: a, effect: deny, devices: {name: r1}, do: {commands: [reload]}}",
            "f:4:62: `reload` is a command of no platform that this rule applies to",
        ),
        (
            "- {id: a, effect: deny, do: {commands: [reload], mode: config}}",
            "f:4:41: `reload` is a command of no mode that this rule names",
        ),
        ("- {id: a, effect: deny, do: {mode: [setup]}}", "f:4:37: `setup` is a mode of no platform"),
        ("- {id: a, effect: deny, do: {intent: 'a b'}}", "f:4:38: `a b` is not a valid intent name"),
        ("- {id: a, effect: deny, why: \"a\\nb\"}", "f:4:30: must be one printable line"),
    ] {
        let found = faults(rules);
        assert_eq!(found.len(), 1, "{rules}: {found:#?}");
        assert!(found[0].starts_with(wanted), "{rules}: {found:#?}");
    }
}

#[test]
fn unknown_keys_and_forms_are_errors_with_a_place() {
    for (rules, place, names) in [
        ("- {id: a, effect: deny, need: x}", "f:4:", "need"),
        ("- {id: a, effect: deny, who: {source: x}}", "f:4:", "source"),
        ("- {id: a, effect: deny, who: {human: {group: x}}}", "f:4:", "group"),
        ("- {id: a, effect: deny, who: {agent: {issuer: x}}}", "f:4:", "issuer"),
        ("- {id: a, effect: deny, devices: {tags: x}}", "f:4:", "tags"),
        ("- {id: a, effect: deny, devices: {not: {not: {role: x}}}}", "f:4:", "not"),
        ("- {id: a, effect: deny, do: {command: x}}", "f:4:", "command"),
        ("- {id: a, effect: deny, do: {class: {x: y}}}", "f:4:", "a text or a list of texts"),
        ("- {id: a, effect: deny, who: {human: [x]}}", "f:4:", "selectors"),
        ("- {id: a, id: b, effect: deny}", "f:4:", "id"),
        ("- {effect: deny}", "f:4:", "id"),
        ("- {id: a}", "f:4:", "effect"),
    ] {
        let found = faults(rules);
        assert_eq!(found.len(), 1, "{rules}: {found:#?}");
        assert!(found[0].starts_with(place) && found[0].contains(names), "{rules}: {found:#?}");
    }
}

#[test]
fn all_problems_of_all_files_are_reported_at_once() {
    let rules = "- {id: a, effect: deny, do: {class: x, commands: [y, z], mode: w}}\n- {id: b, effect: c}\n";
    let found = faults_of(&[
        file("f", rules),
        ("g".to_owned(), "kind: [".to_owned()),
        file("h", "- {id: a, effect: deny}\n- {id: d, effect: allow}\n"),
    ]);
    assert_eq!(found.len(), 8, "{found:#?}");
    assert!(found.contains(&"h:4:8: rule `a` is there twice, first at f:4:8".to_owned()), "{found:#?}");
}

/// Every example of the page, and the shipped file, compile; the page names every key.
#[test]
fn the_page_and_the_shipped_rules_compile() {
    let page = include_str!("../../rules/README.md");
    let examples: Vec<&str> =
        page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    let mut files: Vec<_> =
        examples.iter().enumerate().map(|(n, text)| (format!("README {n}"), (*text).to_owned())).collect();
    files.push(("core.yaml".to_owned(), include_str!("../../rules/core.yaml").to_owned()));
    assert_eq!(compile(&files).len(), 5 + 7);
}

fn denies(rules: &RuleSet, device: &str, platform: &str, mode: &str, line: &str) -> Vec<String> {
    let command = command(&grammars(), platform, mode, line).expect("command");
    let device = device.parse().expect("device");
    let human = Some(Who::new("alice", &[]));
    let question =
        Question { command: &command, device: &device, human, agent: None, intent: None, in_plan: false };
    let found = rules.matching(&question).expect("known");
    found.denies.iter().map(|ruling| ruling.named.id.to_string()).collect()
}

#[test]
fn what_is_not_known_of_a_device_denies() {
    let rules = compile(&[file(
        "f",
        "- {id: in, effect: deny, devices: {role: core}}\n- {id: out, effect: deny, devices: {not: {role: core}}}\n\
         - {id: tag, effect: deny, devices: {tag: [edge, new]}}\n- {id: two, effect: deny, devices: {role: core, env: lab}}\n",
    )]);
    assert_eq!(denies(&rules, "core1", "cisco_ios", "privileged", "show version"), ["in", "tag"]);
    assert_eq!(denies(&rules, "leaf1", "cisco_ios", "privileged", "show version"), ["out"]);
    assert_eq!(denies(&rules, "bare1", "cisco_ios", "privileged", "show version"), ["in", "out", "two"]);
}

#[test]
fn a_deny_by_class_covers_its_subtree_and_every_stage() {
    let rules = compile(&[file(
        "f",
        "- {id: config, effect: deny, do: {class: config}}\n- {id: secret, effect: deny, do: {class: read.sensitive}}\n\
         - {id: writes, effect: deny, do: {class: write.pipe, commands: ['show version']}}\n",
    )]);
    let of = |mode, line| denies(&rules, "core1", "cisco_ios", mode, line);
    assert_eq!(of("config", "router bgp 1"), ["config"]);
    assert_eq!(of("privileged", "show run"), ["secret"]);
    assert_eq!(of("privileged", "show run | redirect flash:x"), ["secret"]);
    assert_eq!(of("privileged", "show version | redirect flash:x"), ["writes"]);
    assert_eq!(of("privileged", "show version | include x"), Vec::<String>::new());
}

#[test]
fn patterns_and_modes_name_spellings() {
    let rules = compile(&[file(
        "f",
        "- {id: any, effect: deny, do: {commands: ['reload ...']}}\n- {id: bare, effect: deny, do: {commands: [reload]}}\n\
         - {id: down, effect: deny, do: {commands: [shutdown]}}\n- {id: mode, effect: deny, do: {mode: config-if}}\n\
         - {id: up, effect: deny, do: {commands: [no shutdown], mode: [config-if]}}\n",
    )]);
    let of = |mode, line| denies(&rules, "core1", "cisco_ios", mode, line);
    assert_eq!(of("privileged", "relo"), ["any", "bare"]);
    assert_eq!(of("privileged", "relo in 5"), ["any"]);
    assert_eq!(of("config-if", "shut"), ["down", "mode"]);
    assert_eq!(of("config-if", "no shut"), ["mode", "up"]);
    assert_eq!(denies(&rules, "r1", "frr", "config-if", "no shut"), ["mode", "up"]);
}

#[test]
fn more_rules_than_a_block_are_all_seen_and_few_are_named() {
    let mut text: String =
        (0..4200).map(|n| format!("- {{id: r{n:04}, effect: deny, devices: {{name: r1}}}}\n")).collect();
    text += "- {id: z, effect: deny, devices: {name: core1}}\n";
    let rules = compile(&[file("f", &text)]);
    assert_eq!(denies(&rules, "core1", "cisco_ios", "privileged", "show version"), ["z"]);
    let named = denies(&rules, "r1", "frr", "privileged", "show version");
    assert_eq!((named.len(), named[0].as_str()), (NAMED, "r0000"));
}

#[test]
fn strangers_are_told_apart() {
    let rules = compile(&[]);
    let set = grammars();
    let known = command(&set, "frr", "privileged", "show version").expect("command");
    let ask = |command: &CanonicalCommand, device: &str| {
        let device = device.parse().expect("device");
        let question =
            Question { command, device: &device, human: None, agent: None, intent: None, in_plan: false };
        rules.matching(&question).map(|found| found == Matching::default())
    };
    assert_eq!(ask(&known, "r1"), Ok(true));
    assert_eq!(ask(&known, "r9"), Err(Stranger::Device));
    assert_eq!(ask(&known, "core1"), Err(Stranger::Platform));
    let made_up = CanonicalCommand::for_test("frr", "privileged", "show version", Class::Read, "privileged");
    assert_eq!(ask(&made_up, "r1"), Err(Stranger::Command));
}

/// A session keeps its grammar over a reload, and spellings have other ids in the new one.
#[test]
fn a_command_that_another_grammar_read_is_read_again() {
    let dir = tempfile::tempdir().expect("dir");
    let folder = dir.path().join("frr");
    std::fs::create_dir(&folder).expect("folder");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammars/frr");
    for entry in std::fs::read_dir(shipped).expect("frr").filter_map(Result::ok) {
        let text = crate::sys::read_text(&entry.path(), 1 << 20).expect("text");
        let text = text.replace("  start-shell [<bash|sh>] : escape", "  aaaa : escape\n  bbbb : escape");
        let text = text.replace("|pathd}] : read |", "|pathd}] : read.heavy |");
        std::fs::write(folder.join(entry.file_name()), text).expect("write");
    }
    let changed = GrammarSet::load(dir.path()).unwrap_or_else(|problems| panic!("{problems}"));
    let old = grammars();
    let text = "- {id: version, effect: deny, do: {commands: [show version]}}\n- {id: new, effect: deny, do: {commands: [aaaa]}}\n";
    let rules = RuleSet::compile(&[file("f", text)], &changed, inventory())
        .unwrap_or_else(|problems| panic!("{problems}"));
    let ask = |line| {
        let command = command(&old, "frr", "privileged", line).expect("command");
        let device = "r1".parse().expect("device");
        let question = Question {
            command: &command,
            device: &device,
            human: None,
            agent: None,
            intent: None,
            in_plan: false,
        };
        rules.matching(&question).map(|found| found.denies.len())
    };
    let id = |set: &GrammarSet| command(set, "frr", "privileged", "show version").expect("command").variant();
    assert_ne!(id(&old), id(&changed));
    assert_eq!(ask("show version"), Ok(1));
    assert_eq!(ask("show daemons"), Ok(0));
    assert_eq!(ask("show memory"), Err(Stranger::Command));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,80}", tail in "[-a-z:{}\\[\\], \n]{0,80}") {
        let _ = faults(&text);
        let _ = faults(&format!("- {{id: a, effect: deny, {tail}"));
    }
}
