mod coverage;
mod evasions;
mod faults;
mod language;
mod paths;
mod properties;
mod session;

use proptest::prelude::*;

use super::compile::Source;
use super::*;
use crate::command::{CanonicalCommand, canonicalize};
use crate::terms::{Code, PresentedLine, Problems};

static SHIPPED: std::sync::LazyLock<GrammarSet> =
    std::sync::LazyLock::new(|| GrammarSet::shipped().unwrap_or_else(|problems| panic!("{problems}")));

#[test]
fn shipped_grammars_compile_and_their_examples_hold() {
    let names: Vec<&str> = SHIPPED.platforms().map(Platform::as_str).collect();
    let mut folders: Vec<&str> = shipped::FILES.iter().map(|(folder, ..)| *folder).collect();
    folders.sort_unstable();
    folders.dedup();
    assert_eq!(names, folders);
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

fn mode(name: &str) -> Mode {
    name.parse().expect("mode")
}

fn read_in(grammar: &Grammar, mode: &Mode, text: &str) -> Result<CanonicalCommand, Code> {
    let line = PresentedLine::parse(text.as_bytes()).map_err(|fault| fault.code())?;
    canonicalize(grammar, grammar.parse(mode, &line)).map_err(|refusal| refusal.code)
}

fn read(platform: &str, in_mode: &str, line: &str) -> Result<CanonicalCommand, Code> {
    let grammar = SHIPPED.get(&platform.parse().expect("platform")).expect("grammar");
    read_in(grammar, &mode(in_mode), line)
}

#[test]
fn patterns_name_spellings_exactly() {
    let ios = SHIPPED.get(&"cisco_ios".parse().expect("platform")).expect("grammar");
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

/// What the shipped grammars' examples say: platform, mode, what is typed. Without blocks and contexts.
static EXAMPLES: std::sync::LazyLock<Vec<[String; 3]>> = std::sync::LazyLock::new(|| {
    let mut all = Vec::new();
    for (folder, name, text) in shipped::FILES {
        for item in file::read(&(*name).into(), text).expect("compiled before") {
            if let file::Item::Example(example) = item
                && matches!(&example.expected, file::Expected::Canonical(text) if !text.starts_with('['))
                && !example.typed.contains('\n')
            {
                all.push([(*folder).to_owned(), example.mode.text.to_string(), example.typed.to_string()]);
            }
        }
    }
    all
});

#[test]
fn canonical_form_is_its_own_canonical_form() {
    let mut tried = 0;
    for [platform, in_mode, typed] in EXAMPLES.iter() {
        let command = read(platform, in_mode, typed).expect("an example");
        let grammar = SHIPPED.get(command.platform()).expect("grammar");
        let (_, leaf) = grammar.variant(command.variant()).expect("variant");
        if !command.has_secret() && leaf.sends.is_none() {
            assert_eq!(read(platform, in_mode, command.text()).as_ref(), Ok(&command));
            tried += 1;
        }
    }
    assert!(tried > 20);
}

proptest! {
    /// A shortened line reads as the very same command, or not at all, unless a word that is left is another one whole.
    #[test]
    fn an_abbreviation_never_becomes_another_command(
        pick in any::<prop::sample::Index>(),
        cuts in prop::collection::vec(1usize..16, 8),
    ) {
        let [platform, in_mode, typed] = pick.get(&EXAMPLES);
        let full = read(platform, in_mode, typed).expect("an example");
        let keywords: Vec<&str> = full.leaf().split(' ').collect();
        let short: Vec<String> = full
            .line()
            .split(' ')
            .enumerate()
            .map(|(n, word)| {
                let is_keyword = keywords.get(n) == Some(&word);
                let cut = cuts.get(n).copied().unwrap_or(16);
                if is_keyword { word.chars().take(cut).collect() } else { word.to_owned() }
            })
            .collect();
        if let Ok(found) = read(platform, in_mode, &short.join(" ")) {
            let mut words = found.line().split(' ').zip(full.line().split(' ')).zip(&short);
            let another_whole = words.any(|((own, before), typed)| own == typed && own != before);
            prop_assert!(another_whole || found.text() == full.text(), "{:?} is `{}`", short, found.text());
        }
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in any::<String>(), tail in "[\\[\\]<>(){}@!|:;\"a-zA-Z. \n-]{0,60}") {
        let _ = compile_one(&text);
        let _ = compile_one(&format!("{HEAD}mode a prompt \"#\" {{\n{tail}\n}}\n"));
    }
}
