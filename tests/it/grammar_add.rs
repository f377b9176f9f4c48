//! `portcullis grammar add`: everything that follows is shown, and nothing is written unseen.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::harness::{Seen, run};

fn portcullis(args: &[&str], dir: &Path) -> Seen {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(args).args(["--dir", dir.to_str().expect("path")]);
    run(command, b"")
}

fn add(dir: &Path, line: &str, more: &[&str]) -> Seen {
    let place = ["grammar", "add", line, "-p", "cisco_ios", "-m", "privileged"];
    portcullis(&[&place[..], more].concat(), dir)
}

fn overlay(dir: &Path) -> PathBuf {
    dir.join("cisco_ios.local.grammar")
}

const READ: &[&str] = &["-c", "read", "--pipe", "filter"];
const REVIEWED: &[&str] = &["-c", "read", "--pipe", "filter", "--reviewed-by", "A. Engineer"];

fn parsed(dir: &Path, line: &str) -> Seen {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["parse", "-p", "cisco_ios", "-m", "privileged", line, "--grammars"]).arg(dir);
    run(command, b"")
}

#[test]
fn without_a_reviewer_everything_is_shown_and_nothing_written() {
    let dir = tempfile::tempdir().expect("dir");
    let seen = add(dir.path(), "show frobnicator [detail]", READ);
    assert_eq!(seen.status, Some(2), "{}", seen.text);
    for wanted in [
        "show frobnicator [detail] : read | filter\n",
        "class read: shows something harmless\n",
        "`show frobnicator detail` reads as `show frobnicator detail`, class read",
        "add --reviewed-by NAME",
    ] {
        assert!(seen.text.contains(wanted), "{wanted}: {}", seen.text);
    }
    assert!(!overlay(dir.path()).exists());
}

#[test]
fn what_is_reviewed_is_written_and_read_from_then_on() {
    let dir = tempfile::tempdir().expect("dir");
    let path = overlay(dir.path());
    let seen = add(dir.path(), "show frobnicator [detail]", REVIEWED);
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    let text = std::fs::read_to_string(&path).expect("overlay");
    assert!(text.contains(", reviewed by A. Engineer\nmode privileged {\n"), "{text}");
    assert!(text.contains("example privileged \"show frobnicator\" => \"show frobnicator\"\n"), "{text}");
    assert_eq!(path.metadata().expect("file").permissions().mode() & 0o777, 0o644);
    let read = parsed(dir.path(), "sh frob det | inc x");
    assert!(
        read.status == Some(0) && read.text.contains("show frobnicator detail | include x"),
        "{}",
        read.text
    );
    // A second one is added to the first.
    let more = ["-c", "disruptive", "--reviewed-by", "B", "--because", "a restart of one card"];
    assert_eq!(add(dir.path(), "frobnicate (1-4)", &more).status, Some(0));
    let both = std::fs::read_to_string(&path).expect("overlay");
    assert!(both.starts_with(&text) && both.contains("reviewed by B: a restart of one card\n"), "{both}");
    let names: Vec<_> = std::fs::read_dir(dir.path()).expect("dir").collect();
    assert_eq!(names.len(), 1, "nothing is left beside it: {names:?}");
    let mut check = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    check.args(["grammar", "check"]).arg(dir.path());
    let checked = run(check, b"");
    assert!(checked.status == Some(0) && checked.text.contains("cisco_ios"), "{}", checked.text);
}

#[test]
fn what_reads_already_is_not_added() {
    let dir = tempfile::tempdir().expect("dir");
    for (line, wanted) in [
        ("show version", "`show version` reads already in mode privileged, as `show version`, class read"),
        ("sh ver", "as `show version`, class read"),
        ("show <frobnicator|version>", "as `show version`, class read"),
        ("write erase", "as class refuse"),
    ] {
        let seen = add(dir.path(), line, REVIEWED);
        assert!(seen.status == Some(1) && seen.text.contains(wanted), "{line}: {}", seen.text);
    }
    assert!(!overlay(dir.path()).exists());
}

#[test]
fn abbreviations_that_change_are_named() {
    let dir = tempfile::tempdir().expect("dir");
    let seen = add(dir.path(), "show privy", READ);
    assert!(
        seen.text.contains("to `show priv` were short for `privilege` and become ambiguous"),
        "{}",
        seen.text
    );
    assert!(seen.text.contains("reads as `show privy`"), "{}", seen.text);
    // One that an example of the platform rests on may not change.
    let seen = add(dir.path(), "show versatile", REVIEWED);
    assert_eq!(seen.status, Some(1), "{}", seen.text);
    assert!(seen.text.contains("were short for `version` and become ambiguous"), "{}", seen.text);
    assert!(seen.text.contains("the example reads as `ambiguous`, not as `show version`"), "{}", seen.text);
    let seen = add(dir.path(), "sho frobnicator", READ);
    assert!(seen.text.contains("`sho` was short for `show` and becomes the new word"), "{}", seen.text);
    let seen = add(dir.path(), "zzz frobnicator", READ);
    assert!(seen.text.contains("no abbreviation changes"), "{}", seen.text);
}

#[test]
fn what_is_missing_or_wrong_is_said_with_the_next_step() {
    let dir = tempfile::tempdir().expect("dir");
    for (line, more, status, wanted) in [
        ("show frobnicator", &[][..], 2, "Give --class"),
        ("show frobnicator", &["-c", "harmless"][..], 2, "`harmless` is no class of commands"),
        ("show frobnicator", &["-c", "filter"][..], 2, "no class of commands"),
        ("show FOO", READ, 1, "there is an unknown token type in it"),
        ("show [frobnicator", READ, 1, "the line:3:"),
        ("show frobnicator", &["-c", "read", "--pipe", "nowhere"][..], 1, "no pipe tree has this name"),
        ("frobnicator bash", &["-c", "config"][..], 2, "names a shell"),
        ("frobnicator bash", &["-c", "refuse", "--because", "a shell"][..], 2, "never forwarded"),
        ("frob LINE... more", &["-c", "read"][..], 1, "can only come last"),
        ("frob : read } mode exec { reload", READ, 1, "the line:"),
        ("frob\n reload", READ, 2, "is not one line"),
    ] {
        let reviewed = [more, &["--reviewed-by", "A"]].concat();
        let args = if wanted == "never forwarded" { more } else { &reviewed };
        let seen = add(dir.path(), line, args);
        assert!(
            seen.status == Some(status) && seen.text.contains(wanted),
            "{line}: {:?} {}",
            seen.status,
            seen.text
        );
        assert!(!overlay(dir.path()).exists(), "{line}: {}", seen.text);
    }
    std::fs::write(overlay(dir.path()), "platform cisco_ios {\n}\n").expect("overlay");
    let seen = add(dir.path(), "show frobnicator", REVIEWED);
    assert!(seen.status == Some(1) && seen.text.contains("cisco_ios.local.grammar:1:10:"), "{}", seen.text);
}

#[test]
fn the_folder_may_be_the_one_of_a_configuration() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["grammar", "add", "show frobnicator", "-p", "cisco_ios", "-m", "privileged", "-c", "read"]);
    let seen = run(command, b"");
    assert!(seen.status == Some(2) && seen.text.contains("--dir"), "{}", seen.text);
    let lab = super::harness::Lab::new();
    let config = lab.site.config();
    let add = |config: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command
            .args(["grammar", "add", "show frobnicator", "-p", "cisco_ios", "-m", "privileged"])
            .args(REVIEWED);
        command.arg("--config").arg(config);
        run(command, b"")
    };
    let seen = add(&config);
    assert!(seen.status == Some(2) && seen.text.contains("names no folder of grammars"), "{}", seen.text);
    let text = std::fs::read_to_string(&config).expect("configuration");
    let dir = lab.dir().join("local-grammars");
    std::fs::create_dir(&dir).expect("folder");
    std::fs::write(&config, format!("{text}\ngrammars: {}\n", dir.display())).expect("configuration");
    let seen = add(&config);
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    // The gate reads it with its next reload.
    lab.reload().expect("reloads");
    let seen = lab.alice("core1", &["show frob"], b"");
    assert!(!seen.text.contains("[UNRECOGNIZED]"), "{}", seen.text);
    assert_eq!(lab.ran("core1"), ["show frobnicator"]);
}
