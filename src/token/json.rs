//! JSON as tokens and key sets may use it: no member twice at any depth, whole numbers only, eight levels.
//!
//! RFC 8259 section 4 leaves open which of two equal members counts, so two readers of one token could read two
//! different tokens. Here the second one is a fault.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// How deep values may nest; the outermost object is level 1.
pub(super) const MAX_DEPTH: usize = 8;

/// A value. Numbers that are not whole do not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

/// Why text is not such JSON. Says nothing of the text: it may be part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonFault {
    Malformed,
    Duplicate,
    Depth,
    Number,
    NotAnObject,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JsonFault::Malformed => "not JSON",
            JsonFault::Duplicate => "a member is there twice",
            JsonFault::Depth => "nested deeper than 8 levels",
            JsonFault::Number => "a number that is not whole or too large",
            JsonFault::NotAnObject => "not an object",
        })
    }
}

/// Reads one object and nothing behind it.
pub(super) fn object(bytes: &[u8]) -> Result<BTreeMap<String, Json>, JsonFault> {
    let why = Cell::new(JsonFault::Malformed);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Value { depth: 1, why: &why }.deserialize(&mut reader).map_err(|_| why.get())?;
    reader.end().map_err(|_| JsonFault::Malformed)?;
    match value {
        Json::Object(members) => Ok(members),
        _ => Err(JsonFault::NotAnObject),
    }
}

#[derive(Clone, Copy)]
struct Value<'a> {
    depth: usize,
    why: &'a Cell<JsonFault>,
}

impl Value<'_> {
    fn fail<E: de::Error>(self, why: JsonFault) -> E {
        self.why.set(why);
        E::custom("refused")
    }

    fn inner<E: de::Error>(self) -> Result<Self, E> {
        if self.depth > MAX_DEPTH {
            return Err(self.fail(JsonFault::Depth));
        }
        Ok(Self { depth: self.depth.saturating_add(1), ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        i64::try_from(value).map(Json::Int).map_err(|_| self.fail(JsonFault::Number))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Json, E> {
        Err(self.fail(JsonFault::Number))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut members = BTreeMap::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(self.fail(JsonFault::Duplicate));
            }
        }
        Ok(Json::Object(members))
    }
}
