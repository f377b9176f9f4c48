//! Rule files as they are written.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_yaml::Spanned;

pub(super) type Text = Spanned<String>;

/// What every file under `rules/` begins with, whatever else it holds.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    pub(super) kind: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(rename = "apiVersion")]
    pub(super) api_version: Text,
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    pub(super) name: Option<Text>,
    pub(super) owner: Option<Text>,
    pub(super) ticket: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) id: Text,
    pub(super) effect: Text,
    pub(super) who: Option<Spanned<Who>>,
    pub(super) devices: Option<Spanned<Devices<Devices<Never>>>>,
    #[serde(rename = "do")]
    pub(super) what: Option<Spanned<Do>>,
    pub(super) why: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {
    pub(super) human: Option<Spanned<Leg<Human>>>,
    pub(super) agent: Option<Spanned<Leg<Agent>>>,
    pub(super) gate: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Human {
    pub(super) groups: Option<Spanned<Names>>,
    pub(super) sub: Option<Spanned<Names>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agent {
    pub(super) groups: Option<Spanned<Names>>,
    pub(super) id: Option<Spanned<Names>>,
}

/// Selectors of devices; `N` is what may stand below `not`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Devices<N> {
    pub(super) name: Option<Spanned<Names>>,
    pub(super) platform: Option<Spanned<Names>>,
    pub(super) site: Option<Spanned<Names>>,
    pub(super) role: Option<Spanned<Names>>,
    pub(super) env: Option<Spanned<Names>>,
    pub(super) criticality: Option<Spanned<Names>>,
    pub(super) redundancy_group: Option<Spanned<Names>>,
    pub(super) tag: Option<Spanned<Names>>,
    pub(super) not: Option<Spanned<N>>,
}

/// What may stand below a `not` inside a `not`: nothing, so that selectors nest no deeper.
#[derive(Debug)]
pub(super) enum Never {}

impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("`not` may not stand inside `not`"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Do {
    pub(super) class: Option<Spanned<Names>>,
    pub(super) commands: Option<Spanned<Names>>,
    pub(super) mode: Option<Spanned<Names>>,
    pub(super) intent: Option<Spanned<Names>>,
}

/// One text or a list of texts.
#[derive(Debug)]
pub(super) enum Names {
    One(String),
    Many(Vec<Text>),
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Names, E> {
                Ok(Names::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = items.next_element()? {
                    names.push(name);
                }
                Ok(Names::Many(names))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// A leg as a rule speaks of it.
#[derive(Debug)]
pub(super) enum Leg<T> {
    /// `any`, `none`.
    Word(String),
    /// Selected.
    Such(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Leg<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Leg<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`any` or selectors")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Leg<T>, E> {
                Ok(Leg::Word(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Leg<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Leg::Such)
            }
        }
        from.deserialize_any(Reader(PhantomData))
    }
}
