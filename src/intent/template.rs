//! A step as the catalogue writes it: literal words and typed parameters, checked against a grammar.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use super::Step;
use crate::command::{self, CanonicalCommand};
use crate::grammar::Grammar;
use crate::terms::{Mode, PresentedLine};

/// What a parameter may be. The grammar has the last word on every value; this keeps a value one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// An interface name.
    Interface,
    /// An IPv4 address.
    Ipv4,
    /// An IPv4 prefix: address and length.
    Prefix,
    /// A name without blanks.
    Name,
    /// A whole number.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// The rest of a line.
    Text,
}

impl ParamType {
    /// The name in the catalogue.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ParamType::Interface => "interface",
            ParamType::Ipv4 => "ipv4",
            ParamType::Prefix => "prefix",
            ParamType::Name => "name",
            ParamType::Integer { .. } => "integer",
            ParamType::Text => "text",
        }
    }

    /// Whether `value` can be one at all. Only [`ParamType::Text`] may hold blanks, so no value adds a word.
    pub(super) fn takes(self, value: &str) -> bool {
        let word = |extra: &[u8]| {
            (1..=64).contains(&value.len())
                && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
        };
        match self {
            ParamType::Interface => word(b"._-/:") && value.starts_with(|c: char| c.is_ascii_alphabetic()),
            ParamType::Ipv4 => value.parse::<Ipv4Addr>().is_ok(),
            ParamType::Prefix => word(b"./") && value.contains('/'),
            ParamType::Name => word(b"._:/@,+-"),
            ParamType::Integer { min, max } => value
                .parse::<i64>()
                .is_ok_and(|number| (min..=max).contains(&number) && number.to_string() == value),
            ParamType::Text => PresentedLine::parse(value.as_bytes()).is_ok() && value.trim() == value,
        }
    }

    /// Whether a place of a command that the grammar calls `kind` is a place for it.
    fn fits(self, kind: &str) -> bool {
        match self {
            ParamType::Interface => kind == "IFNAME",
            ParamType::Ipv4 => kind == "A.B.C.D",
            ParamType::Prefix => kind == "A.B.C.D/M",
            ParamType::Name => kind == "NAME",
            ParamType::Integer { .. } => kind == "ASN" || kind.starts_with('('),
            ParamType::Text => kind == "LINE...",
        }
    }
}

/// Which command a line is, its values apart: whatever the parameters are, it must stay this one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    leaf: Arc<str>,
    variant: u32,
    stages: Vec<Arc<str>>,
}

impl Shape {
    fn of(command: &CanonicalCommand) -> Self {
        let stages = command.stages().iter().map(|stage| stage.leaf.clone()).collect();
        Self { leaf: command.leaf().clone(), variant: command.variant(), stages }
    }
}

/// One checked step.
#[derive(Clone, Debug)]
pub(super) struct Template {
    mode: Mode,
    pieces: Vec<Piece>,
    shape: Shape,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Param(String),
}

/// Cuts `interface {interface}` into pieces. `None` when a brace has no partner or nothing stands between two.
pub(super) fn pieces(text: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let good = !name.is_empty() && !name.contains('{') && !literal.contains('}');
        pieces.push(Piece::Text(literal.to_owned()));
        pieces.push(Piece::Param(good.then(|| name.to_owned())?));
        rest = after;
    }
    pieces.push(Piece::Text((!rest.contains('}')).then(|| rest.to_owned())?));
    Some(pieces)
}

/// The line that the pieces make; `None` when a parameter has no value.
pub(super) fn fill<'v>(pieces: &[Piece], value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Param(name) => value(name).map(str::to_owned),
        })
        .collect()
}

impl Template {
    /// A template whose example reads as `command`.
    ///
    /// # Errors
    /// The name of a parameter that does not stand where a value of its type belongs.
    pub(super) fn new(
        pieces: Vec<Piece>,
        types: &BTreeMap<String, ParamType>,
        command: &CanonicalCommand,
    ) -> Result<Self, String> {
        let mut places: Vec<&str> = command.arguments().iter().map(|argument| &*argument.kind).collect();
        for piece in &pieces {
            let Piece::Param(name) = piece else { continue };
            let place = types.get(name).and_then(|kind| places.iter().position(|place| kind.fits(place)));
            places.remove(place.ok_or_else(|| name.clone())?);
        }
        Ok(Self { mode: command.mode().clone(), pieces, shape: Shape::of(command) })
    }

    /// How many places it has for parameters.
    pub(super) fn params(&self) -> usize {
        self.pieces.iter().filter(|piece| matches!(piece, Piece::Param(_))).count()
    }

    /// The step with its parameters filled in, in canonical form. `None` when it is no longer the same command.
    pub(super) fn expand(&self, grammar: &Grammar, params: &BTreeMap<String, String>) -> Option<Step> {
        let text = fill(&self.pieces, |name| params.get(name).map(String::as_str))?;
        let command = read(grammar, &self.mode, &text)?;
        (Shape::of(&command) == self.shape)
            .then(|| Step { mode: self.mode.clone(), text: command.text().to_owned() })
    }
}

fn read(grammar: &Grammar, mode: &Mode, text: &str) -> Option<CanonicalCommand> {
    let line = PresentedLine::parse(text.as_bytes()).ok()?;
    command::canonicalize(grammar, grammar.parse(mode, &line)).ok()
}
