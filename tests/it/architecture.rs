//! The house: who may import whom, who may use which library, who may make a proof.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex_automata::meta::Regex;

const PURE: &[&str] = &["line", "grammar", "token", "command", "intent", "rules", "authz", "output"];

/// Where each type that proves something may be made. Inside a module privacy holds it; this list holds what privacy
/// cannot say: constructors that are visible in the whole crate.
const MAKERS: &[(&str, &[&str])] = &[
    (r"\bCanonicalCommand \{ ?$|\bCanonicalCommand \{ [a-z]", &["src/command/canonicalize.rs"]),
    (r"\bPermit \{ [a-z]|\bPermit::new\(", &["src/authz/"]),
    (r"\bVerifiedToken \{ ?$|\bVerifiedToken \{ [a-z]|\bVerifiedToken::new\(", &["src/token/"]),
    (r"\bVerifiedIntent \{ [a-z]|\bVerifiedIntent::new\(", &["src/intent/"]),
    (r"\bOpenSession \{ ?$|\bOpenSession \{ [a-z]", &["src/ledger/"]),
    (r"\bStarted \{ ?$|\bStarted \{ [a-z]", &["src/ledger/"]),
    (r"\bFinished \{ [a-z]", &["src/ledger/"]),
    (r"\bClosed\(", &["src/ledger/"]),
    (r"\bDeviceSession \{ ?$|\bDeviceSession \{ [a-z]|\bDeviceSession::new\(", &["src/device/"]),
    (r"\.into_command\(\)", &["src/authz/", "src/ledger/mod.rs"]),
    (r"\.render\(\)", &["src/command/", "src/device/"]),
];

struct Source {
    path: String,
    module: String,
    text: String,
    is_test: bool,
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    walk(Path::new("src"), &mut files);
    files.sort();
    let read = |path: &PathBuf| {
        let shown = path.to_string_lossy().into_owned();
        let module = shown.split('/').nth(1).unwrap_or_default().trim_end_matches(".rs").to_owned();
        let text = std::fs::read_to_string(path).expect("source");
        let is_test = shown.ends_with("tests.rs") || shown.contains("/tests/");
        Source { path: shown, module, text: without_tests(&text), is_test }
    };
    files.iter().map(read).collect()
}

/// Tests at the end of a file may use what they like.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
}

/// The ranks as the crate's documentation states them.
fn ranks() -> BTreeMap<String, usize> {
    let docs = std::fs::read_to_string("src/lib.rs").expect("lib.rs");
    let text: String = docs
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .skip_while(|line| !line.starts_with("ranks:"))
        .take_while(|line| !line.is_empty())
        .take(2)
        .collect::<Vec<_>>()
        .join(" ");
    let mut ranks = BTreeMap::new();
    for (rank, group) in text.split('<').enumerate() {
        for name in group.split('`').skip(1).step_by(2) {
            ranks.insert(name.to_owned(), rank);
        }
    }
    ranks
}

/// Every module that is named by `crate::`, in a path or in a group of an import.
fn imports(text: &str) -> Vec<String> {
    let path = Regex::new(r"crate::([a-z_]+)").expect("regex");
    let group = Regex::new(r"crate::\{([^}]*)").expect("regex");
    let name = Regex::new(r"[a-z_]+").expect("regex");
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for captures in path.captures_iter(&code) {
        let span = captures.get_group(1).expect("group");
        found.push(code[span.range()].to_owned());
    }
    for captures in group.captures_iter(&code) {
        let inner = &code[captures.get_group(1).expect("group").range()];
        found.extend(inner.split(',').filter_map(|part| Some(part[name.find(part)?.range()].to_owned())));
    }
    found
}

#[test]
fn modules_import_only_what_stands_below_them() {
    let ranks = ranks();
    assert_eq!(ranks.get("terms"), Some(&0), "the table in lib.rs was not read: {ranks:?}");
    let mut wrong = Vec::new();
    let mut seen = 0usize;
    for source in sources().iter().filter(|source| !source.is_test) {
        let Some(own) = ranks.get(&source.module) else {
            assert!(
                ["lib", "main", "manual"].contains(&source.module.as_str()),
                "{} has no rank",
                source.path
            );
            continue;
        };
        for import in imports(&source.text) {
            match ranks.get(&import) {
                Some(rank) if *rank < *own => seen += 1,
                _ if import == source.module => {}
                Some(_) => wrong.push(format!("{} imports {import}", source.path)),
                None => wrong.push(format!("{} imports {import}, which has no rank", source.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 100, "only {seen} imports were found: the test sees too little");
}

#[test]
fn libraries_are_named_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources() {
        let module = source.module.as_str();
        let uses = |name: &str| source.text.contains(&format!("{name}::"));
        if uses("russh") && !["ssh", "front", "device", "sim"].contains(&module) {
            wrong.push(format!("{} uses russh", source.path));
        }
        if uses("sqlx") && module != "ledger" {
            wrong.push(format!("{} uses sqlx", source.path));
        }
        if PURE.contains(&module) && !source.is_test {
            for effect in
                ["tokio", "std::net::Tcp", "SystemTime", "Instant::", "async fn", "std::thread", "std::env"]
            {
                if source.text.contains(effect) {
                    wrong.push(format!("{} has {effect}", source.path));
                }
            }
        }
        if module == "sim" && imports(&source.text).iter().any(|name| name == "grammar" || name == "command")
        {
            wrong.push(format!("{}: the simulated router must judge our bytes by itself", source.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn proofs_are_made_in_one_place() {
    let sources = sources();
    let mut wrong = Vec::new();
    for (text, allowed) in MAKERS {
        let pattern = Regex::new(text).expect("regex");
        for source in sources.iter().filter(|source| !source.is_test) {
            let declares =
                |line: &str| ["struct ", "impl", "enum ", "//", "fn ", "->"].iter().any(|w| line.contains(w));
            let makes = source.text.lines().any(|line| pattern.is_match(line) && !declares(line));
            if makes && !allowed.iter().any(|place| source.path.starts_with(place)) {
                wrong.push(format!("{} makes what only {allowed:?} may: {text}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_source_goes_round_the_lints() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            let bare_allow = line.contains("#[allow(") || line.contains("#![allow(");
            let placeholder =
                !source.is_test && ["todo!(", "unimplemented!("].iter().any(|m| line.contains(m));
            if bare_allow || placeholder {
                wrong.push(format!("{}:{}: {line}", source.path, number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_top_level_is_the_agreed_one() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "grammars",
        "rules",
        "systemd",
        "tests",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
    ];
    let built = ["target", "proptest-regressions"];
    for entry in std::fs::read_dir(".").expect("top level") {
        let name = entry.expect("entry").file_name().to_string_lossy().into_owned();
        let known =
            allowed.contains(&name.as_str()) || built.contains(&name.as_str()) || name.starts_with('.');
        assert!(known, "{name} has no place at the top level");
    }
}
