use super::*;
use crate::grammar::GrammarSet;
use crate::terms::Problems;

const TOY: &str = "platform toy {\n  start exec;\n  refusal \"no\";\n  leave \"end\";\n  negation no;\n}\n\
                   pipe out {\n  include REGEX... : filter\n}\n\
                   mode exec prompt \"#\" {\n  show version : read | out\n  show TAIL : read.opaque\n}\n";

fn load(overlay: &str) -> Result<GrammarSet, Problems> {
    let dir = tempfile::tempdir().expect("dir");
    std::fs::create_dir(dir.path().join("toy")).expect("folder");
    std::fs::write(dir.path().join("toy/a.grammar"), TOY).expect("file");
    std::fs::write(path(dir.path(), "toy"), overlay).expect("overlay");
    // Both ways of reading a folder agree.
    let only = GrammarSet::only(dir.path()).map(|_| ());
    let set = GrammarSet::load(dir.path());
    assert_eq!(set.is_ok(), only.is_ok());
    set
}

fn toy(set: &GrammarSet) -> &Grammar {
    set.get(&"toy".parse().expect("name")).expect("toy")
}

#[test]
fn an_overlay_adds_to_its_platform() {
    let overlay = "mode exec {\n  show fabric [@what] : read | out\n}\npipe out {\n  exclude REGEX... : filter\n}\n\
                   tree what {\n  state : read\n}\nexample exec \"sh fab st | ex a\" => \"show fabric state | exclude a\"\n";
    let (plain, with) =
        (load("").expect("loads"), load(&overlay.replace("[@what]", "@what")).expect("loads"));
    assert_eq!(toy(&with).leaves().count(), toy(&plain).leaves().count() + 1);
    assert_ne!(plain.digest(), with.digest());
    // The header may be said again in the same words, though it is read last.
    assert!(load("mode exec prompt \"#\" {\n  show fabric : read\n}\n").is_ok());
}

#[test]
fn an_overlay_changes_nothing_else() {
    for (text, wanted) in [
        ("platform toy {\n  start exec;\n}\n", "1:10: an overlay has no settings of its own"),
        ("mode shell prompt \"$\" {\n  ls : read\n}\n", "1:6: an overlay adds to modes that there are"),
        ("mode exec prompt \"%\" {\n  show fabric : read\n}\n", "1:6: declared before, in another way"),
        ("mode exec {\n  show version : config\n}\n", "2:3: a line can be both this and `show version`"),
        ("example exec \"sh\" => \"show version\"\n", "1:9: the example reads as `incomplete`"),
    ] {
        let problems = load(text).expect_err(wanted).to_string();
        assert!(problems.contains(&format!("toy.local.grammar:{wanted}")), "{wanted}: {problems}");
    }
}

#[test]
fn an_overlay_of_nothing_is_a_problem() {
    let dir = tempfile::tempdir().expect("dir");
    std::fs::write(path(dir.path(), "atlantis"), "").expect("overlay");
    for set in [GrammarSet::load(dir.path()), GrammarSet::only(dir.path())] {
        let problems = set.expect_err("no platform").to_string();
        assert!(problems.contains("atlantis.local.grammar:1:1: no platform of this name"), "{problems}");
    }
}

#[test]
fn a_production_has_samples() {
    let set = load("").expect("loads");
    let samples = |line: &str, pipe: Option<&str>| {
        let addition = Addition {
            platform: "toy".parse().expect("name"),
            mode: "exec".parse().expect("mode"),
            line: line.to_owned(),
            class: Class::Read,
            pipe: pipe.map(str::to_owned),
            because: None,
        };
        let lines = |all: Vec<Sample>| all.iter().map(Sample::line).collect::<Vec<_>>().join("; ");
        addition.samples(toy(&set)).map(lines).map_err(|problem| problem.message)
    };
    for (line, expected) in [
        ("show a", "show a"),
        ("show a [b|c (3-9)]", "show a; show a b; show a c 3"),
        ("set <A.B.C.D|IFNAME> \"X\"", "set 192.0.2.1 X; set eth1 X"),
        ("a {b|c NAME}", "a b; a c some-name"),
    ] {
        assert_eq!(samples(line, None).as_deref(), Ok(expected), "{line}");
    }
    assert!(samples(&"[a|b|c] ".repeat(20), None).is_ok_and(|all| all.split(';').count() == SAMPLES));
    // What is more than one production's words gets nowhere.
    for (line, pipe) in [
        ("show @exec", None),
        ("show FOO", None),
        ("show a : read", None),
        ("a : read } mode exec { b", None),
        ("a : terminal close because \"x", None),
        ("show [a", None),
        ("", None),
        ("show a", Some("out close")),
        ("show a", Some("out\n reload : read")),
        ("show a", Some("out # x")),
    ] {
        let told = samples(line, pipe);
        assert!(told.is_err(), "{line} {pipe:?}: {told:?}");
    }
}
