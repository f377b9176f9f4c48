mod evasions;
mod properties;

use proptest::prelude::*;

use super::*;
use crate::command::canonicalize;
use crate::terms::Code;

fn set() -> GrammarSet {
    GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn shipped_grammars_compile_and_their_examples_hold() {
    let names: Vec<String> = set().platforms().map(ToString::to_string).collect();
    assert_eq!(names, ["cisco_ios", "frr"]);
}

#[test]
fn every_file_on_disk_is_shipped_or_an_example() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("grammars");
    let mut found = 0;
    for folder in
        std::fs::read_dir(root).expect("grammars").filter_map(Result::ok).filter(|e| e.path().is_dir())
    {
        let name = folder.file_name().to_string_lossy().into_owned();
        for file in std::fs::read_dir(folder.path()).expect("folder").filter_map(Result::ok) {
            let path = format!("grammars/{name}/{}", file.file_name().to_string_lossy());
            if path.ends_with(".grammar") && !name.starts_with('_') {
                assert!(shipped::FILES.iter().any(|(_, own, _)| *own == path), "{path} is not shipped");
                found += 1;
            }
        }
    }
    assert_eq!(found, shipped::FILES.len());
}

#[test]
fn the_toy_compiles() {
    let text = include_str!("../../grammars/_example_nos/example.grammar");
    let grammar = compile_one(text).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(grammar.platform().as_str(), "example_nos");
}

fn compile_one(text: &str) -> Result<Grammar, Problems> {
    compile::compile(&[Source { name: "t.grammar".into(), text }])
}

const HEAD: &str = "platform t {\n start a;\n negation no;\n leave \"end\";\n refusal \"% no\";\n}\n";

fn faults(body: &str) -> Vec<String> {
    let text = format!("{HEAD}{body}");
    match compile_one(&text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .as_slice()
            .iter()
            .map(|p| format!("{}:{} {}", p.span.line, p.span.column, p.message))
            .collect(),
    }
}

#[test]
fn faults_say_where_and_what() {
    assert_eq!(faults("mode a prompt \"#\" {\n show version : read\n}\n"), Vec::<String>::new());
    assert_eq!(faults("mode a prompt \"#\" {\n show FOO : read\n}\n"), ["8:7 unknown token type `FOO`"]);
    assert_eq!(faults("mode a prompt \"#\" {\n show version\n}\n"), ["8:14 expected `:` and a class here"]);
    assert_eq!(faults("mode a prompt \"#\" {\n show version : reed\n}\n"), ["8:17 no such class"]);
    assert_eq!(faults("mode a prompt \"#\" {\n x : read enter b\n}\n"), ["8:17 no mode has this name"]);
    assert_eq!(faults("mode a prompt \"#\" {\n x : read | f\n}\n"), ["8:13 no pipe tree has this name"]);
    assert_eq!(
        faults("mode a prompt \"#\" {\n x [y] : read\n x y : read\n}\n"),
        ["9:2 another production of this block reads the same"]
    );
    assert_eq!(
        faults("mode a prompt \"#\" {\n x LINE... y : read\n}\n"),
        ["8:2 `LINE...` and `REGEX...` can only come last"]
    );
    assert_eq!(
        faults("mode a prompt \"#\" {\n show version : read\n}\nexample a \"sh\" => \"show version\"\n"),
        ["10:9 the example reads as `incomplete`, not as `show version`"]
    );
    assert_eq!(faults("mode a prompt \"#\" {\n x (9-1) : read\n}\n"), ["8:2 the range is empty"]);
    assert_eq!(faults("mod a"), ["7:1 expected `platform`, `mode`, `pipe` or `example` here"]);
}

#[test]
fn all_problems_of_a_folder_are_reported_at_once() {
    let body = "mode a prompt \"#\" {\n a FOO : read\n b : reed\n c : read | f\n d : read enter z\n}\n";
    assert_eq!(faults(body).len(), 4);
}

static SHIPPED: std::sync::LazyLock<GrammarSet> = std::sync::LazyLock::new(set);

fn mode(name: &str) -> Mode {
    name.parse().expect("mode")
}

fn read(platform: &str, in_mode: &str, line: &str) -> Result<crate::command::CanonicalCommand, Code> {
    let grammar = SHIPPED.get(&platform.parse().expect("platform")).expect("grammar");
    let line = PresentedLine::parse(line.as_bytes()).expect("line");
    canonicalize(grammar, grammar.parse(&mode(in_mode), &line)).map_err(|refusal| refusal.code)
}

#[test]
fn patterns_name_spellings_exactly() {
    let set = set();
    let ios = set.get(&"cisco_ios".parse().expect("platform")).expect("grammar");
    let reload = ios.pattern("reload").expect("pattern");
    assert_eq!(reload.variants().len(), 1);
    assert!(ios.pattern("reload ...").expect("pattern").variants().len() >= 3);
    assert_eq!(ios.pattern("rel"), None);
    assert_eq!(ios.pattern("no such command"), None);
    assert!(ios.pattern("interface <if:IFNAME>").is_some());
    assert!(ios.pattern("interface <FOO>").is_none());
    let command = read("cisco_ios", "privileged", "relo").expect("reload");
    assert!(reload.variants().contains(&command.variant()));
}

/// Every canonical command that the shipped grammars' examples speak of.
fn canonical() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for (folder, _, text) in shipped::FILES {
        for row in text.lines().filter_map(|row| row.strip_prefix("example ")) {
            let Some((left, right)) = row.split_once("=> \"") else { continue };
            let in_mode = left.split(' ').next().unwrap_or_default();
            all.push(((*folder).to_owned(), in_mode.to_owned(), right.trim_end_matches('"').to_owned()));
        }
    }
    assert!(all.len() > 20);
    all
}

#[test]
fn canonical_form_is_its_own_canonical_form() {
    for (platform, in_mode, text) in canonical() {
        assert_eq!(read(&platform, &in_mode, &text).map(|c| c.text().to_owned()), Ok(text));
    }
}

proptest! {
    /// A shortened line reads as the very same command, or not at all.
    #[test]
    fn an_abbreviation_never_becomes_another_command(
        pick in any::<prop::sample::Index>(),
        cuts in prop::collection::vec(1usize..16, 8),
    ) {
        let all = canonical();
        let (platform, in_mode, text) = pick.get(&all);
        let full = read(platform, in_mode, text).expect("canonical");
        let keywords: Vec<&str> = full.leaf().split(' ').collect();
        let short: Vec<String> = text
            .split(' ')
            .enumerate()
            .map(|(n, word)| {
                let is_keyword = keywords.get(n) == Some(&word);
                let cut = cuts.get(n).copied().unwrap_or(16);
                if is_keyword { word.chars().take(cut).collect() } else { word.to_owned() }
            })
            .collect();
        if let Ok(found) = read(platform, in_mode, &short.join(" ")) {
            prop_assert_eq!(found.text(), full.text());
        }
    }

    #[test]
    fn what_is_sent_is_printable_and_one_line(line in "[ -~]{0,80}") {
        for (platform, in_mode) in [("frr", "privileged"), ("frr", "config-if"), ("cisco_ios", "privileged"), ("cisco_ios", "config")] {
            if let Ok(command) = read(platform, in_mode, &line) {
                prop_assert!(command.text().bytes().all(|b| (0x20..=0x7e).contains(&b)));
                prop_assert_eq!(read(platform, in_mode, command.text()).map(|c| c.text().to_owned()), Ok(command.text().to_owned()));
            }
        }
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in any::<String>(), tail in "[\\[\\]<>(){}|:;\"a-zA-Z. \n-]{0,60}") {
        let _ = compile_one(&text);
        let _ = compile_one(&format!("{HEAD}mode a prompt \"#\" {{\n{tail}\n}}\n"));
    }
}
