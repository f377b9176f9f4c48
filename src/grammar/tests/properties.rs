//! Laws that hold for every line, over the shipped grammars' own productions.

use std::collections::BTreeSet;

use super::paths::{PATHS, Path, sample};
use super::*;
use crate::grammar::tree::Step;

/// How many paths the laws try, and how many the costlier ones.
const MANY: usize = 50_000;
const SOME: usize = 8_000;

/// What must hold of every command, whatever was typed for it.
fn assert_lawful(grammar: &Grammar, command: &CanonicalCommand) {
    let sent = command.render();
    let body = sent.strip_suffix(&*grammar.facts().eol).expect("one line end");
    assert!(body.bytes().all(|byte| (0x20..=0x7e).contains(&byte)), "{body:?}");
    assert!(body.len() <= grammar.facts().max_line);
    assert_eq!(command.has_secret(), command.text() != body, "{body:?}");
    if !is_free(command) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ._:/@,+-*".contains(&byte);
        assert!(body.bytes().all(plain), "{body:?}");
        assert!(!body.contains("  ") && body.trim() == body, "{body:?}");
    }
    if is_plain(grammar, command) {
        // All of it: text, leaf, spelling, class, arguments, stages, next mode, answers.
        assert_eq!(read_in(grammar, command.mode(), command.text()).as_ref(), Ok(command));
    }
}

/// Whether signs stand in it that a user chose.
fn is_free(command: &CanonicalCommand) -> bool {
    let free = ["STRING", "SECRET", "URL", "REGEX...", "LINE..."];
    let chosen = command.arguments().iter().any(|argument| free.contains(&&*argument.kind));
    chosen || !command.stages().is_empty() || command.leaf().contains('"')
}

/// Whether its text can be typed for it: no secret is left out, nothing else is sent.
fn is_plain(grammar: &Grammar, command: &CanonicalCommand) -> bool {
    !command.has_secret() && grammar.variant(command.variant()).expect("variant").1.sends.is_none()
}

#[test]
fn the_generators_reach_every_production_and_the_pipes() {
    let mut reached = BTreeSet::new();
    for path in PATHS.iter().filter(|path| path.whole(1).is_some()) {
        reached.insert((path.grammar.platform(), std::ptr::from_ref(path.leaf())));
    }
    for grammar in SHIPPED.iter() {
        let ends: BTreeSet<usize> = grammar
            .modes
            .values()
            .flat_map(|mode| grammar.trees[mode.tree].ends())
            .map(|end| grammar.variants[usize::try_from(*end).expect("id")].leaf)
            .collect();
        let missing: Vec<&str> = ends
            .iter()
            .map(|leaf| &grammar.leaves[*leaf])
            .filter(|leaf| !reached.contains(&(grammar.platform(), std::ptr::from_ref(*leaf))))
            .map(|leaf| &*leaf.text)
            .collect();
        assert_eq!(missing, [""; 0], "{}", grammar.platform());
    }
    assert!(PATHS.iter().filter(|path| path.head < path.edges.len()).count() > 100);
}

#[test]
fn every_spelling_reads_as_itself_or_is_refused_on_purpose() {
    let (mut commands, mut tried, mut all) = (0, 0, 0);
    for path in sample(MANY) {
        all += 1;
        let Some(line) = path.whole(1) else { continue };
        tried += 1;
        let place = format!("{} {}", path.grammar.platform, path.mode);
        match path.parse(&line) {
            Parse::Command(found) => {
                // A mode's own commands come before those that it borrows.
                assert!(
                    path.borrowed || found.variant == path.variant,
                    "{place}: `{line}` is `{}`",
                    found.leaf
                );
                let command = canonicalize(&path.grammar, Parse::Command(found)).expect("command");
                assert_lawful(&path.grammar, &command);
                commands += 1;
            }
            Parse::Refused { .. } | Parse::Block(_) | Parse::Moved(_) => {}
            other => assert!(path.borrowed, "{place}: `{line}` is {other:?}"),
        }
    }
    assert!(commands > 300, "{commands}");
    // What can hardly be typed without being something else is a grammar that nobody understands.
    assert!(tried * 100 > all * 97, "{tried} of {all}");
}

#[test]
fn every_beginning_that_only_one_keyword_has_is_that_keyword() {
    let mut tried = 0;
    for (number, path) in sample(SOME).enumerate() {
        let Some(whole) = path.whole(1) else { continue };
        let full = path.read(&whole);
        let shortest = path.typed(1, |at, own| path.shortest(at, own)).expect("typed before");
        assert_eq!(path.read(&shortest), full, "{} {}: {shortest}", path.grammar.platform, path.mode);
        let keywords: Vec<(usize, &str)> = keywords(path).filter(|(at, _)| path.shortens(*at)).collect();
        let Some((at, word)) = keywords.get(number % keywords.len().max(1)) else { continue };
        let heads = (1..word.len()).filter_map(|length| word.get(..length));
        for head in heads.filter(|head| path.rivals(*at, head) == 1) {
            let line =
                path.typed(1, |n, own| if n == *at { head } else { own }.to_owned()).expect("typed before");
            assert_eq!(path.read(&line), full, "{} {}: {line}", path.grammar.platform, path.mode);
            tried += 1;
        }
    }
    assert!(tried > 2000, "{tried}");
}

fn keywords(path: &Path) -> impl Iterator<Item = (usize, &str)> {
    path.edges.iter().enumerate().filter_map(|(at, edge)| match &edge.step {
        Step::Keyword(word) => Some((at, &**word)),
        Step::Value(_) => None,
    })
}

#[test]
fn a_beginning_that_two_keywords_have_is_neither() {
    let mut tried = 0;
    for path in sample(SOME) {
        for (at, word) in keywords(path).filter(|(at, _)| *at < path.head && path.shortens(*at)) {
            let mut heads = (1..word.len()).filter_map(|length| word.get(..length));
            let Some(head) = heads.rfind(|head| path.rivals(at, head) > 1) else { continue };
            if path.siblings(at).iter().any(|own| own.eq_ignore_ascii_case(head)) {
                continue;
            }
            if let Some(line) = path.typed(1, |n, own| if n == at { head } else { own }.to_owned()) {
                assert_eq!(
                    path.read(&line),
                    Err(Code::Ambiguous),
                    "{} {}: {line}",
                    path.grammar.platform,
                    path.mode
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

/// What is typed where a secret belongs is sent, and nothing else of it is left anywhere.
#[test]
fn a_secret_is_sent_and_never_shown() {
    let (mut commands, mut tried) = (0, 0);
    for path in PATHS.iter().filter(|path| path.has(TokenType::Secret)).step_by(3) {
        let Some(line) = path.whole(tried) else { continue };
        tried += 1;
        for line in [line.clone(), format!("{line} zzz"), format!("{line} |"), format!("zzz {line}")] {
            let parse = path.parse(&line);
            if matches!(parse, Parse::Block(_) | Parse::Moved(_)) {
                continue;
            }
            match canonicalize(&path.grammar, parse) {
                Ok(command) => {
                    let shown = format!("{command:?} {} {:?}", command.text(), command.arguments());
                    assert!(!shown.contains("S3cretPw"), "{}: {line}: {shown}", path.grammar.platform);
                    commands += 1;
                }
                Err(refusal) => {
                    let free = path.has(TokenType::Line) || path.has(TokenType::Text);
                    assert!(
                        free || !format!("{refusal:?}").contains("S3cretPw"),
                        "{}: {line}: {refusal:?}",
                        path.grammar.platform
                    );
                }
            }
        }
    }
    // A redacted text is no command that could be typed again.
    assert!(commands > 0 || tried == 0);
}

#[test]
fn what_was_redacted_is_not_read_again() {
    for path in PATHS.iter().filter(|path| path.has(TokenType::Secret)).step_by(7) {
        let Some(Ok(command)) = path.whole(1).map(|line| path.read(&line)) else { continue };
        // Where free text may stand as well, it is that: not the secret.
        if let Ok(again) = path.read(command.text()) {
            assert_ne!(again.leaf(), command.leaf(), "{}", command.text());
        }
    }
}

/// What a hand or a script may do to a line.
fn mutated(line: &str, how: u8, at: usize) -> String {
    let mut bytes = line.as_bytes().to_vec();
    let at = at % (bytes.len() + 1);
    match how % 9 {
        0 => bytes.insert(at, b' '),
        1 => bytes.truncate(at),
        2 => bytes.insert(at, b'|'),
        3 => bytes.extend_from_slice(b" x"),
        4 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = byte.to_ascii_uppercase()),
        5 => bytes.splice(0..0, *b"no ").for_each(drop),
        6 => bytes.insert(at, b'0'),
        7 => bytes.insert(at, b'"'),
        _ => drop((at < bytes.len()).then(|| bytes.remove(at))),
    }
    String::from_utf8(bytes).expect("ASCII")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// However a production is typed, its command is that of the whole words, or none.
    #[test]
    fn a_line_is_judged_as_its_canonical_form(pick in any::<prop::sample::Index>(), seed in 0usize..1000, cuts in prop::collection::vec(1usize..24, 12)) {
        let path = pick.get(&PATHS);
        // A beginning may be another word of its place, typed whole.
        let cut = |at: usize, own: &str| {
            let head: String = own.chars().take(cuts[at % cuts.len()]).collect();
            let is_a_word = path.siblings(at).iter().any(|other| other.eq_ignore_ascii_case(&head));
            if is_a_word || !path.shortens(at) { own.to_owned() } else { head }
        };
        if let Some(line) = path.typed(seed, cut)
            && let Ok(command) = path.read(&line)
        {
            assert_lawful(&path.grammar, &command);
            let whole = path.whole(seed).expect("typed before");
            prop_assert_eq!(path.read(&whole), Ok(command), "{}", line);
        }
    }

    #[test]
    fn what_a_mutation_comes_to_is_lawful_too(pick in any::<prop::sample::Index>(), seed in 0usize..1000, changes in prop::collection::vec((any::<u8>(), any::<usize>()), 1..4)) {
        let path = pick.get(&PATHS);
        let line = changes.iter().fold(path.whole(seed).unwrap_or_default(), |line, (how, at)| mutated(&line, *how, *at));
        if let Ok(command) = path.read(&line) {
            assert_lawful(&path.grammar, &command);
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), pick in any::<prop::sample::Index>()) {
        let path = pick.get(&PATHS);
        let head = path.whole(1).unwrap_or_default();
        // As they come, and as the rest of a line that begins well, made printable so that the tree sees them.
        let printable: Vec<u8> = bytes.iter().map(|byte| 0x20 + byte % 0x5f).collect();
        for line in [&bytes[..], &printable[..], &[head.as_bytes(), b" ", &printable].concat()[..]] {
            if let Ok(line) = PresentedLine::parse(line)
                && let Ok(command) = canonicalize(&path.grammar, path.grammar.parse(&path.mode, &line))
            {
                assert_lawful(&path.grammar, &command);
            }
        }
    }
}
