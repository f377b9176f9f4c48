//! A production as its grammar file writes it, read apart.

/// One part of a production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A keyword, or a token type.
    Word(String),
    /// `"Null0"`: a keyword, whatever it looks like.
    Quoted(String),
    /// `[...]`: none or one of these.
    Option(Vec<Vec<Part>>),
    /// `![...]`: one of these, or none in a negated line.
    UnlessNegated(Vec<Vec<Part>>),
    /// `<...>`: one of these.
    One(Vec<Vec<Part>>),
    /// `{...}`: some of these.
    Some(Vec<Vec<Part>>),
}

/// Reads a production.
pub(crate) fn parts(text: &str) -> Vec<Part> {
    let mut rest = text;
    let found = sequence(&mut rest);
    assert!(rest.is_empty(), "{text}: `{rest}` is left");
    found
}

fn sequence(rest: &mut &str) -> Vec<Part> {
    let mut found = Vec::new();
    loop {
        *rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return found };
        if "|>]}".contains(first) {
            return found;
        }
        found.push(match first {
            '[' => Part::Option(branches(rest)),
            '<' => Part::One(branches(rest)),
            '{' => Part::Some(branches(rest)),
            '!' => {
                *rest = rest.split_at(1).1;
                Part::UnlessNegated(branches(rest))
            }
            '"' => {
                let (word, after) = rest.split_at(1).1.split_once('"').expect("a closing quote");
                *rest = after;
                Part::Quoted(word.to_owned())
            }
            _ => {
                let end = rest.find(|c: char| " []<>{}|".contains(c)).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                assert!(!word.is_empty() && !word.starts_with('@'), "{rest}");
                *rest = after;
                Part::Word(word.to_owned())
            }
        });
    }
}

fn branches(rest: &mut &str) -> Vec<Vec<Part>> {
    let mut all = Vec::new();
    loop {
        *rest = rest.split_at(1).1;
        all.push(sequence(rest));
        if !rest.starts_with('|') {
            *rest = rest.split_at(1).1;
            return all;
        }
    }
}
