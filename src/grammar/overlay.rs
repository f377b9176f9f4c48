//! Overlays: a site's own productions beside a platform's grammar, `cisco_ios.local.grammar`.
//!
//! They add productions, trees, pipes and examples. What a platform is like, its settings and its modes, is said in one
//! place alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::compile::Source;
use super::file::{self, Effect, Element, Item};
use super::{Grammar, TokenType};
use crate::terms::{Class, Mode, Platform, Problem};

/// How the name of an overlay ends.
pub(super) const ENDING: &str = ".local.grammar";

/// How many lines stand for a production.
const SAMPLES: usize = 32;

/// Where the overlay of a platform stands.
#[must_use]
pub fn path(dir: &Path, platform: &str) -> PathBuf {
    dir.join(format!("{platform}{ENDING}"))
}

/// What an overlay must not do.
pub(super) fn check(files: &[(&Source<'_>, Vec<Item<'_>>)]) -> Vec<Problem> {
    let (overlays, own): (Vec<_>, Vec<_>) =
        files.iter().partition(|(source, _)| source.name.ends_with(ENDING));
    let mode = |item: &Item<'_>| match item {
        Item::Mode(mode) => Some(mode.name.text.to_string()),
        _ => None,
    };
    let modes: BTreeSet<String> = own.iter().flat_map(|(_, items)| items).filter_map(mode).collect();
    let wrong = |item: &Item<'_>| match item {
        Item::Platform(platform) => Some((platform.name.at, "an overlay has no settings of its own")),
        Item::Mode(mode) if !modes.contains(&*mode.name.text) => {
            Some((mode.name.at, "an overlay adds to modes that there are, and there is none of this name"))
        }
        _ => None,
    };
    let problems = overlays.iter().flat_map(|(source, items)| {
        items.iter().filter_map(wrong).map(|(at, message)| source.problem(at, message)).collect::<Vec<_>>()
    });
    problems.collect()
}

/// One production that is to be added to an overlay.
#[derive(Clone, Debug)]
pub struct Addition {
    /// Whose CLI.
    pub platform: Platform,
    /// Where it is typed.
    pub mode: Mode,
    /// The words, as a production has them.
    pub line: String,
    /// What it can do.
    pub class: Class,
    /// The pipe tree that may follow.
    pub pipe: Option<String>,
    /// Why it is never forwarded, for class `refuse`.
    pub because: Option<String>,
}

/// A line that a production reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Its words, and whether each is a keyword.
    pub words: Vec<(String, bool)>,
}

impl Sample {
    /// The line.
    #[must_use]
    pub fn line(&self) -> String {
        self.words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl Addition {
    /// The production, as a grammar file has it.
    #[must_use]
    pub fn production(&self) -> String {
        let pipe = self.pipe.as_ref().map(|pipe| format!(" | {pipe}")).unwrap_or_default();
        let because =
            self.because.as_ref().map(|why| format!(" because {}", quoted(why))).unwrap_or_default();
        format!("{} : {}{pipe}{because}", self.line.trim(), self.class)
    }

    /// The text that is added to an overlay: a comment, the production, its example.
    #[must_use]
    pub fn text(&self, comment: &str, example: Option<&(String, Option<String>)>) -> String {
        let mut text = format!("\n# {comment}\nmode {} {{\n  {}\n}}\n", self.mode, self.production());
        if let Some((typed, canonical)) = example {
            let canonical = canonical.as_ref().map_or_else(|| "refuse".to_owned(), |text| quoted(text));
            text.push_str(&format!("example {} {} => {canonical}\n", self.mode, quoted(typed)));
        }
        text
    }

    /// Lines that the production reads, at most 32 of them, the shortest first.
    ///
    /// # Errors
    /// When it is not exactly one production, or one that has to be written by hand.
    pub fn samples(&self, grammar: &Grammar) -> Result<Vec<Sample>, Box<Problem>> {
        let text = self.text("", None);
        let text = text.trim_start();
        let name = "the line".into();
        let at = text.find(self.line.trim()).unwrap_or_default();
        let wrong = |message: &str| Box::new(file::problem_at(&name, text, at, message));
        let items = file::read(&name, text).map_err(Box::new)?;
        let [Item::Mode(mode)] = items.as_slice() else {
            return Err(wrong("it is more than one production"));
        };
        let [only] = mode.productions.as_slice() else { return Err(wrong("it is more than one production")) };
        let effects = only.effects.iter().all(|effect| matches!(effect, Effect::Why(_)));
        let pipe = only.pipe.as_ref().map(|pipe| &*pipe.text) == self.pipe.as_deref();
        if only.text != self.line.trim() || only.class.text != self.class.as_str() || !pipe || !effects {
            return Err(wrong("it says more than the words of one production"));
        }
        let kinds = &grammar.lexis.interfaces;
        let mut samples = expand(&only.elements, vec![Sample::default()], kinds).map_err(wrong)?;
        samples.sort_by_key(|sample| sample.words.len());
        Ok(samples)
    }
}

/// Text in quotes, as grammar files have it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Every path goes on with the elements.
fn expand(
    elements: &[Element<'_>],
    from: Vec<Sample>,
    kinds: &[String],
) -> Result<Vec<Sample>, &'static str> {
    let mut all = from;
    for element in elements {
        let with = |word: String, is_keyword: bool| {
            all.iter().cloned().map(move |mut sample| {
                sample.words.push((word.clone(), is_keyword));
                sample
            })
        };
        let mut next: Vec<Sample> = match element {
            Element::Keyword(word) => with(word.to_string(), true).collect(),
            Element::Range(low, _) => with(low.to_string(), false).collect(),
            Element::Type(name) => {
                let kind = TokenType::named(&name.text).ok_or("there is an unknown token type in it")?;
                with(value(kind, kinds), false).collect()
            }
            Element::Optional(inner) => {
                all.iter().cloned().chain(expand(inner, all.clone(), kinds)?).collect()
            }
            Element::Negatable(inner) => expand(inner, all.clone(), kinds)?,
            Element::Either(branches) | Element::Many(branches) => {
                let each = branches.iter().map(|branch| expand(branch, all.clone(), kinds));
                each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
            }
            Element::Reference(_) => return Err("a reference is written by hand, not with this command"),
        };
        next.truncate(SAMPLES);
        all = next;
    }
    Ok(all)
}

/// A value of a type.
fn value(kind: TokenType, kinds: &[String]) -> String {
    let text = match kind {
        TokenType::Range(low, _) => return low.to_string(),
        TokenType::Interface | TokenType::Interfaces => match kinds.first() {
            Some(kind) => return format!("{kind}1"),
            None => "eth1",
        },
        TokenType::Ipv4 => "192.0.2.1",
        TokenType::Ipv4Prefix => "192.0.2.0/24",
        TokenType::Ipv6 => "2001:db8::1",
        TokenType::Ipv6Prefix => "2001:db8::/32",
        TokenType::Mac => "0011.2233.4455",
        TokenType::List => "1-10",
        TokenType::Url => "flash:file",
        TokenType::Secret => "some-secret",
        TokenType::Name => "some-name",
        TokenType::Text | TokenType::Tail | TokenType::Regex | TokenType::Line => "some-text",
        TokenType::Delimiter => "^",
    };
    text.to_owned()
}

#[cfg(test)]
mod tests;
