//! What is shipped is loaded: example configurations, the unit, README's commands.

use std::path::Path;
use std::process::Command;

use portcullis::cli::demo::site::Site;

use super::harness::run;

/// Puts an example into a folder with every file that it names, made as its comments say.
fn unpack(example: &str, dir: &Path) -> std::path::PathBuf {
    let text = std::fs::read_to_string(Path::new("systemd/examples").join(example)).expect("example");
    let config = dir.join("gate.yaml");
    std::fs::write(&config, &text).expect("configuration");
    // The keys of a demo serve as well as any.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime");
    let made = tempfile::tempdir().expect("dir");
    let _site = runtime.block_on(Site::build(made.path())).expect("site");
    for (from, to) in [
        ("ssh_host_ed25519_key", "ssh_host_ed25519_key"),
        ("device_ca", "device_ca"),
        ("ledger.pem", "ledger.pem"),
        ("issuer.jwks.json", "net-mcp.jwks.json"),
    ] {
        std::fs::copy(made.path().join("keys").join(from), dir.join(to)).expect("key");
    }
    if text.contains("sealed.yaml") {
        let path = dir.join("sealed.yaml");
        std::fs::write(&path, "core1: {password: \"not a real one\"}\n").expect("sealed");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("mode");
    }
    config
}

fn check(config: &Path) -> super::harness::Seen {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["check", "--config"]).arg(config);
    run(command, b"")
}

#[test]
fn every_example_configuration_is_sound() {
    let mut seen = 0;
    for entry in std::fs::read_dir("systemd/examples").expect("examples") {
        let name = entry.expect("entry").file_name().into_string().expect("name");
        let dir = tempfile::tempdir().expect("dir");
        let checked = check(&unpack(&name, dir.path()));
        assert_eq!(checked.status, Some(0), "{name}: {}", checked.text);
        assert!(checked.text.starts_with("sound: gate jump1"), "{}", checked.text);
        seen += 1;
    }
    assert!(seen >= 2);
}

#[test]
fn check_lists_all_problems_at_once_with_their_places() {
    let dir = tempfile::tempdir().expect("dir");
    let config = unpack("site.yaml", dir.path());
    let text = std::fs::read_to_string(&config).expect("text");
    let broken = text
        .replace("platform: cisco_ios", "platform: cisco_catos")
        .replace("address: 2001:db8::2\n", "address: 2001:db8::2\n    port: 0\n")
        .replace("token: password", "token: none")
        .replace("idle_seconds: 600", "idle_seconds: 0");
    std::fs::write(&config, broken).expect("text");
    std::fs::write(dir.path().join("ledger.pem"), "not a key").expect("key");
    std::fs::write(dir.path().join("net-mcp.jwks.json"), "{}").expect("jwks");
    let checked = check(&config);
    assert_eq!(checked.status, Some(1), "{}", checked.text);
    for wanted in [
        "cisco_catos",
        "port 0 is no port",
        "must bring a token",
        "must be 1 to 86400",
        "ledger.pem",
        "net-mcp.jwks.json",
    ] {
        assert!(checked.text.contains(wanted), "{wanted}: {}", checked.text);
    }
    let placed = checked.text.lines().filter(|line| line.starts_with(&config.display().to_string())).count();
    assert!(placed >= 6, "{}", checked.text);
}

#[test]
fn a_rule_about_an_intent_that_does_not_exist_is_a_problem() {
    let dir = tempfile::tempdir().expect("dir");
    let config = unpack("one-router.yaml", dir.path());
    std::fs::create_dir_all(dir.path().join("rules/intents")).expect("folder");
    for (name, text) in portcullis::policy::SHIPPED {
        let text =
            text.replace("intent: [request_interface_shutdown]", "intent: [request_interface_shutdwn]");
        std::fs::write(dir.path().join(name), text).expect("rules");
    }
    let text = std::fs::read_to_string(&config).expect("text");
    std::fs::write(&config, text + "rules: rules\n").expect("text");
    let checked = check(&config);
    assert_eq!(checked.status, Some(1), "{}", checked.text);
    assert!(checked.text.contains("no intent is called `request_interface_shutdwn`"), "{}", checked.text);
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let dir = tempfile::tempdir().expect("dir");
    let config = unpack("one-router.yaml", dir.path());
    let key = dir.path().join("device_ca");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("mode");
    let checked = check(&config);
    assert_eq!(checked.status, Some(1));
    assert!(checked.text.contains("chmod 600"), "{}", checked.text);
}

#[test]
fn the_language_of_grammars_is_documented_whole() {
    let page = std::fs::read_to_string("grammars/README.md").expect("page");
    let types = portcullis::grammar::TYPES.iter().map(|(name, _)| *name);
    let classes = portcullis::terms::class::CLASSES.iter().map(|(_, name)| *name);
    for word in types.chain(classes) {
        assert!(page.contains(&format!("`{word}`")), "{word} is not on the page");
    }
    // The page's own example is a grammar.
    let text = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("example");
    let dir = tempfile::tempdir().expect("dir");
    std::fs::create_dir(dir.path().join("example_nos")).expect("folder");
    std::fs::write(dir.path().join("example_nos/example.grammar"), text).expect("grammar");
    let set = portcullis::grammar::GrammarSet::load(dir.path()).expect("the page's example");
    assert!(set.get(&"example_nos".parse().expect("name")).is_some());
}
