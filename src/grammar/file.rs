//! Reads a grammar file with nom: text to syntax, with the place of everything in it.
//!
//! `grammars/README.md` documents the language. Nothing here knows what a mode or a token type means: `check` does.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, digit1, multispace1, space1};
use nom::combinator::{cut, map, opt, recognize, value, verify};
use nom::error::{ContextError, ErrorKind, ParseError, context};
use nom::multi::{many0, many1, separated_list1};
use nom::sequence::{delimited, pair, preceded, separated_pair, terminated};
use nom::{IResult, Parser};

use crate::terms::{Problem, Span};

/// A file's items in order.
#[derive(Debug)]
pub(super) enum Item<'a> {
    Platform(Platform<'a>),
    Pipe { name: Named<'a>, productions: Vec<Production<'a>> },
    Tree { name: Named<'a>, productions: Vec<Production<'a>> },
    Mode(Mode<'a>),
    Example(Example<'a>),
}

/// A word with its place, in bytes from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) at: usize,
}

#[derive(Debug)]
pub(super) struct Platform<'a> {
    pub(super) name: Named<'a>,
    pub(super) settings: Vec<Setting<'a>>,
}

#[derive(Debug)]
pub(super) struct Setting<'a> {
    pub(super) key: Named<'a>,
    pub(super) values: Vec<Named<'a>>,
}

#[derive(Debug)]
pub(super) struct Mode<'a> {
    pub(super) name: Named<'a>,
    /// Empty where the block only adds productions.
    pub(super) header: Vec<Heading<'a>>,
    pub(super) productions: Vec<Production<'a>>,
}

/// One part of a mode's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heading<'a> {
    Parent(Named<'a>),
    Walkup,
    Also(Named<'a>),
    Configuration,
    /// Each of the texts that it may be.
    Prompt(Vec<Cow<'a, str>>),
    Banner(Cow<'a, str>),
}

#[derive(Clone, Debug)]
pub(super) struct Production<'a> {
    pub(super) at: usize,
    pub(super) text: Cow<'a, str>,
    pub(super) elements: Vec<Element<'a>>,
    pub(super) class: Named<'a>,
    pub(super) pipe: Option<Named<'a>>,
    pub(super) effects: Vec<Effect<'a>>,
}

#[derive(Clone, Debug)]
pub(super) enum Element<'a> {
    Keyword(Cow<'a, str>),
    Type(Named<'a>),
    Range(u64, u64),
    Optional(Rc<[Element<'a>]>),
    /// Optional only when the command is negated.
    Negatable(Rc<[Element<'a>]>),
    Either(Rc<[Vec<Element<'a>>]>),
    /// Any number of them, at least one, in any order.
    Many(Rc<[Vec<Element<'a>>]>),
    Reference(Named<'a>),
}

#[derive(Clone, Debug)]
pub(super) enum Effect<'a> {
    Enter(Named<'a>),
    Leave(Named<'a>),
    Close,
    Ask {
        question: Cow<'a, str>,
        reply: Cow<'a, str>,
    },
    Why(Cow<'a, str>),
    Sends(Cow<'a, str>),
    Renames,
    /// `until`: the last line of the block; none where a delimiter ends it.
    Block {
        state: Cow<'a, str>,
        until: Option<Cow<'a, str>>,
    },
    Beginnings,
    Move(Move),
}

/// How a command moves the context in which a reference goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Edit,
    Top,
    Up,
    Exit,
}

#[derive(Debug)]
pub(super) struct Example<'a> {
    pub(super) mode: Named<'a>,
    pub(super) typed: Cow<'a, str>,
    pub(super) expected: Expected<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expected<'a> {
    Canonical(Cow<'a, str>),
    Outcome(Named<'a>),
}

/// The furthest place that could not be read and what was wanted there.
#[derive(Debug)]
struct Fault<'a> {
    rest: &'a str,
    wanted: Option<&'static str>,
}

impl<'a> ParseError<&'a str> for Fault<'a> {
    fn from_error_kind(rest: &'a str, _: ErrorKind) -> Self {
        Fault { rest, wanted: None }
    }

    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }

    fn or(self, other: Self) -> Self {
        if self.rest.len() <= other.rest.len() { self } else { other }
    }
}

impl<'a> ContextError<&'a str> for Fault<'a> {
    fn add_context(rest: &'a str, wanted: &'static str, other: Self) -> Self {
        // Only a context at the very place of the fault says what was wanted there.
        if other.wanted.is_none() && rest.len() == other.rest.len() {
            Fault { rest, wanted: Some(wanted) }
        } else {
            other
        }
    }
}

type Parsed<'a, T> = IResult<&'a str, T, Fault<'a>>;

/// Reads one file.
///
/// # Errors
/// The first syntax error, with line, column and caret.
pub(super) fn read<'a>(file: &Arc<str>, text: &'a str) -> Result<Vec<Item<'a>>, Problem> {
    let reader = Reader { len: text.len() };
    match reader.items(text) {
        Ok((_, items)) => Ok(items),
        Err(nom::Err::Incomplete(_)) => Err(problem_at(file, text, text.len(), "the file ends too early")),
        Err(nom::Err::Error(fault) | nom::Err::Failure(fault)) => {
            let at = text.len().saturating_sub(fault.rest.len());
            let wanted = fault.wanted.unwrap_or("something else");
            Err(problem_at(file, text, at, &format!("expected {wanted} here")))
        }
    }
}

/// A problem at a byte offset of a file.
pub(super) fn problem_at(file: &Arc<str>, text: &str, at: usize, message: &str) -> Problem {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()).saturating_add(1);
    let span = Span {
        file: file.clone(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
    };
    Problem::new(span, message).in_text(text)
}

/// Knows the length of the whole, so that any rest says where it begins.
#[derive(Clone, Copy)]
struct Reader {
    len: usize,
}

impl Reader {
    fn at(self, rest: &str) -> usize {
        self.len.saturating_sub(rest.len())
    }

    fn items<'a>(self, input: &'a str) -> Parsed<'a, Vec<Item<'a>>> {
        let (mut rest, ()) = gap(input)?;
        let mut items = Vec::new();
        while !rest.is_empty() {
            let (after, item) =
                context("`platform`, `mode`, `tree`, `pipe` or `example`", |i| self.item(i)).parse(rest)?;
            items.push(item);
            (rest, ()) = gap(after)?;
        }
        Ok((rest, items))
    }

    fn item<'a>(self, input: &'a str) -> Parsed<'a, Item<'a>> {
        alt((
            map(preceded(keyword("platform"), cut(|i| self.platform(i))), Item::Platform),
            map(preceded(keyword("mode"), cut(|i| self.mode(i))), Item::Mode),
            map(preceded(keyword("pipe"), cut(|i| self.block(i))), |(name, productions)| Item::Pipe {
                name,
                productions,
            }),
            map(preceded(keyword("tree"), cut(|i| self.block(i))), |(name, productions)| Item::Tree {
                name,
                productions,
            }),
            map(preceded(keyword("example"), cut(|i| self.example(i))), Item::Example),
        ))
        .parse(input)
    }

    fn platform<'a>(self, input: &'a str) -> Parsed<'a, Platform<'a>> {
        let (input, name) = self.name(input)?;
        let (input, settings) = braced(many0(preceded(gap, |i| self.setting(i)))).parse(input)?;
        Ok((input, Platform { name, settings }))
    }

    fn setting<'a>(self, input: &'a str) -> Parsed<'a, Setting<'a>> {
        let (input, key) = self.name(input)?;
        let (input, values) = many0(preceded(gap, |i| self.setting_value(i))).parse(input)?;
        let (input, _) = preceded(gap, context("`;`", cut(char(';')))).parse(input)?;
        Ok((input, Setting { key, values }))
    }

    fn setting_value<'a>(self, input: &'a str) -> Parsed<'a, Named<'a>> {
        let at = self.at(input);
        let (input, text) = alt((string, map(word, Cow::Borrowed))).parse(input)?;
        Ok((input, Named { text, at }))
    }

    fn mode<'a>(self, input: &'a str) -> Parsed<'a, Mode<'a>> {
        let (input, name) = self.name(input)?;
        let (input, header) = many0(|i| self.heading(i)).parse(input)?;
        let (input, productions) = braced(|i| self.productions(i)).parse(input)?;
        Ok((input, Mode { name, header, productions }))
    }

    fn heading<'a>(self, input: &'a str) -> Parsed<'a, Heading<'a>> {
        let quoted = |wanted| cut(preceded(blanks, context(wanted, string)));
        alt((
            map(preceded(keyword("parent"), cut(|i| self.name(i))), Heading::Parent),
            value(Heading::Walkup, keyword("walkup")),
            map(preceded(keyword("also"), cut(|i| self.name(i))), Heading::Also),
            value(Heading::Configuration, keyword("configuration")),
            map(
                preceded(
                    keyword("prompt"),
                    pair(quoted("the prompt in quotes"), many0(preceded(blanks, string))),
                ),
                |(first, more)| Heading::Prompt(std::iter::once(first).chain(more).collect()),
            ),
            map(preceded(keyword("banner"), quoted("the banner in quotes")), Heading::Banner),
        ))
        .parse(input)
    }

    fn block<'a>(self, input: &'a str) -> Parsed<'a, (Named<'a>, Vec<Production<'a>>)> {
        let (input, name) = self.name(input)?;
        let (input, productions) = braced(|i| self.productions(i)).parse(input)?;
        Ok((input, (name, productions)))
    }

    fn example<'a>(self, input: &'a str) -> Parsed<'a, Example<'a>> {
        let (input, mode) = self.name(input)?;
        let (input, typed) = context("what is typed, in quotes", preceded(blanks, string)).parse(input)?;
        let (input, _) = context("`=>`", preceded(blanks, tag("=>"))).parse(input)?;
        let (input, ()) = blanks(input)?;
        let canonical = map(string, Expected::Canonical);
        let outcome = map(|i| self.name(i), Expected::Outcome);
        let (input, expected) =
            context("the canonical form in quotes, or an outcome", alt((canonical, outcome))).parse(input)?;
        Ok((input, Example { mode, typed, expected }))
    }

    fn productions<'a>(self, input: &'a str) -> Parsed<'a, Vec<Production<'a>>> {
        many0(preceded(gap, |i| self.production(i))).parse(input)
    }

    fn production<'a>(self, input: &'a str) -> Parsed<'a, Production<'a>> {
        let at = self.at(input);
        let (after, elements) = self.sequence(input)?;
        let text = input.get(..input.len().saturating_sub(after.len())).unwrap_or_default().trim().into();
        let colon = preceded(blanks, context("`:` and a class", cut(char(':'))));
        let (rest, class) = preceded(colon, context("a class", cut(|i| self.name(i)))).parse(after)?;
        let effects = |i| many0(preceded(blanks, |i| self.effect(i))).parse(i);
        let (rest, before) = effects(rest)?;
        let (rest, pipe) =
            opt(preceded((blanks, char('|')), context("a pipe tree", cut(|i| self.name(i))))).parse(rest)?;
        let (rest, after) = effects(rest)?;
        let effects = before.into_iter().chain(after).collect();
        let (rest, ()) = blanks(rest)?;
        let (rest, _) = context("an effect, or the end of the line", cut(end_of_line)).parse(rest)?;
        Ok((rest, Production { at, text, elements, class, pipe, effects }))
    }

    fn sequence<'a>(self, input: &'a str) -> Parsed<'a, Vec<Element<'a>>> {
        many1(preceded(blanks, |i| self.element(i))).parse(input)
    }

    fn element<'a>(self, input: &'a str) -> Parsed<'a, Element<'a>> {
        let optional = delimited(char('['), cut(|i| self.choice(i)), close(']', "`]`"));
        let negatable = delimited(tag("!["), cut(|i| self.choice(i)), close(']', "`]`"));
        let range = delimited(char('('), cut(separated_pair(number, char('-'), number)), cut(char(')')));
        alt((
            map(optional, |inner| Element::Optional(inner.into())),
            map(negatable, |inner| Element::Negatable(inner.into())),
            map(delimited(char('<'), cut(|i| self.branches(i)), close('>', "`>`")), |all| {
                Element::Either(all.into())
            }),
            map(delimited(char('{'), cut(|i| self.branches(i)), close('}', "`}`")), |all| {
                Element::Many(all.into())
            }),
            map(range, |(low, high)| Element::Range(low, high)),
            map(preceded(char('@'), cut(|i| self.name(i))), Element::Reference),
            map(verify(string, |text: &Cow<'a, str>| is_literal(text)), Element::Keyword),
            |i| self.word_element(i),
        ))
        .parse(input)
    }

    /// `a b` or `a|b`, between brackets.
    fn choice<'a>(self, input: &'a str) -> Parsed<'a, Vec<Element<'a>>> {
        map(
            |i| self.branches(i),
            |mut all: Vec<Vec<Element<'a>>>| match all.len() {
                1 => all.remove(0),
                _ => vec![Element::Either(all.into())],
            },
        )
        .parse(input)
    }

    fn branches<'a>(self, input: &'a str) -> Parsed<'a, Vec<Vec<Element<'a>>>> {
        separated_list1(preceded(blanks, char('|')), |i| self.sequence(i)).parse(input)
    }

    /// Words in capitals are types; everything else is a keyword.
    fn word_element<'a>(self, input: &'a str) -> Parsed<'a, Element<'a>> {
        let at = self.at(input);
        let (rest, text) = word(input)?;
        let is_type = text.chars().any(|c| c.is_ascii_uppercase());
        let element = if is_type {
            Element::Type(Named { text: text.into(), at })
        } else {
            Element::Keyword(text.into())
        };
        Ok((rest, element))
    }

    fn effect<'a>(self, input: &'a str) -> Parsed<'a, Effect<'a>> {
        let quoted = || cut(preceded(blanks, context("text in quotes", string)));
        let answer = separated_pair(quoted(), preceded(blanks, tag("->")), quoted());
        let ends = (map(preceded(keyword("until"), quoted()), Some), value(None, keyword("delimiter")));
        let until = preceded(blanks, context("`until` or `delimiter`", alt(ends)));
        alt((
            map(preceded(keyword("enter"), cut(|i| self.name(i))), Effect::Enter),
            map(preceded(keyword("leave"), cut(|i| self.name(i))), Effect::Leave),
            value(Effect::Close, keyword("close")),
            map(preceded(keyword("ask"), cut(answer)), |(question, reply)| Effect::Ask { question, reply }),
            map(preceded(keyword("because"), quoted()), Effect::Why),
            map(preceded(keyword("sends"), quoted()), Effect::Sends),
            value(Effect::Renames, keyword("renames")),
            map(preceded(keyword("block"), pair(quoted(), cut(until))), |(state, until)| Effect::Block {
                state,
                until,
            }),
            value(Effect::Beginnings, keyword("beginnings")),
            value(Effect::Move(Move::Edit), keyword("edit")),
            value(Effect::Move(Move::Top), keyword("top")),
            value(Effect::Move(Move::Up), keyword("up")),
            value(Effect::Move(Move::Exit), keyword("exit")),
        ))
        .parse(input)
    }

    fn name<'a>(self, input: &'a str) -> Parsed<'a, Named<'a>> {
        let (input, ()) = blanks(input)?;
        let at = self.at(input);
        let (rest, text) =
            context("a name", take_while1(|c: char| c.is_ascii_alphanumeric() || "_.-".contains(c)))
                .parse(input)?;
        Ok((rest, Named { text: text.into(), at }))
    }
}

/// A whole word of the language itself.
fn keyword<'a>(wanted: &'static str) -> impl Parser<&'a str, Output = &'a str, Error = Fault<'a>> {
    preceded(blanks, verify(word, move |found: &str| found == wanted))
}

/// Keyword or type of a production: `remote-as`, `A.B.C.D/M`, `X:X::X:X`, `LINE...`.
fn word(input: &str) -> Parsed<'_, &str> {
    take_while1(|c: char| c.is_ascii_alphanumeric() || "_.-/:*+".contains(c))
        .parse(input)
        // A trailing colon is the mark before the class, never part of a word.
        .and_then(|(rest, found): (&str, &str)| match found.strip_suffix(':') {
            None => Ok((rest, found)),
            Some("") => Err(nom::Err::Error(Fault { rest: input, wanted: None })),
            Some(kept) => Ok((input.get(kept.len()..).unwrap_or_default(), kept)),
        })
}

/// A keyword in quotes: printable, one word.
fn is_literal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn close<'a>(mark: char, wanted: &'static str) -> impl Parser<&'a str, Output = char, Error = Fault<'a>> {
    preceded(blanks, context(wanted, cut(char(mark))))
}

fn number(input: &str) -> Parsed<'_, u64> {
    let (rest, digits) = context("a number", digit1).parse(input)?;
    match digits.parse() {
        Ok(number) => Ok((rest, number)),
        Err(_) => Err(nom::Err::Failure(Fault { rest: input, wanted: Some("a number below 2^64") })),
    }
}

/// Text in quotes; `\n`, `\r`, `\"` and `\\` are the only escapes.
fn string(input: &str) -> Parsed<'_, Cow<'_, str>> {
    let plain = || take_while(|c| !"\"\\\n".contains(c));
    let escape = alt((
        value("\n", tag("\\n")),
        value("\r", tag("\\r")),
        value("\"", tag("\\\"")),
        value("\\", tag("\\\\")),
    ));
    let more = many0(map((escape, plain()), |(escape, plain)| [escape, plain].concat()));
    let inner = map((plain(), more), |(first, more): (&str, Vec<String>)| {
        if more.is_empty() { Cow::Borrowed(first) } else { Cow::Owned(format!("{first}{}", more.concat())) }
    });
    delimited(char('"'), inner, context("a closing quote", cut(char('"')))).parse(input)
}

fn braced<'a, T>(
    inner: impl Parser<&'a str, Output = T, Error = Fault<'a>>,
) -> impl Parser<&'a str, Output = T, Error = Fault<'a>> {
    delimited(
        preceded(gap, context("`{`", cut(char('{')))),
        inner,
        preceded(gap, context("`}` or a production", cut(char('}')))),
    )
}

fn comment(input: &str) -> Parsed<'_, &str> {
    recognize(pair(char('#'), take_while(|c| c != '\n'))).parse(input)
}

/// Blanks, line ends and comments.
fn gap(input: &str) -> Parsed<'_, ()> {
    value((), many0(alt((multispace1, comment)))).parse(input)
}

/// Blanks within a line.
fn blanks(input: &str) -> Parsed<'_, ()> {
    value((), opt(space1)).parse(input)
}

fn end_of_line(input: &str) -> Parsed<'_, ()> {
    let (rest, ()) = terminated(blanks, opt(comment)).parse(input)?;
    if rest.is_empty() || rest.starts_with('}') {
        return Ok((rest, ()));
    }
    value((), alt((tag("\n"), tag("\r\n")))).parse(rest)
}
