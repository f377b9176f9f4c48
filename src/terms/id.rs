//! Identifiers that join records: correlation, decision, session, subject.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use uuid::Uuid;

/// An identifier that does not have the form it must have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}: {rule}")]
pub struct BadId {
    what: &'static str,
    rule: &'static str,
}

/// The correlation id (`txn`, RFC 8417): one per tool call or direct login, in every record of its session (P7).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorrelationId(Arc<str>);

impl CorrelationId {
    /// For a login that brings no token. `unique` is a fresh UUIDv7.
    #[must_use]
    pub fn mint(unique: Uuid) -> Self {
        Self(crockford(unique).into())
    }

    /// The id as written in tokens and records.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CorrelationId {
    type Err = BadId;

    /// # Errors
    /// When `text` is not 8 to 64 of `A-Za-z0-9._-`.
    fn from_str(text: &str) -> Result<Self, BadId> {
        let ok = (8..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if ok {
            Ok(Self(text.into()))
        } else {
            Err(BadId { what: "correlation id", rule: "8 to 64 of A-Z a-z 0-9 . _ -" })
        }
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a fresh UUID.
            #[must_use]
            pub fn new(unique: Uuid) -> Self {
                Self(unique)
            }

            /// The 128 bits behind the shown form.
            #[must_use]
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "{}"), crockford(self.0)))
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix($prefix).and_then(from_crockford).map(Self).ok_or(BadId {
                    what: $what,
                    rule: concat!($prefix, " and 26 characters of Crockford base32"),
                })
            }
        }
    };
}

uuid_id! {
    /// One per judged line, UUIDv7. Shown as `D-` and 26 characters of Crockford base32.
    DecisionId, "D-", "decision id"
}
uuid_id! {
    /// One per session channel, UUIDv7. Shown as `S-...`.
    SessionId, "S-", "session id"
}
uuid_id! {
    /// A random stand-in for a person or principal, so that no name enters a hashed record. Shown as `P-...`.
    SubjectId, "P-", "subject id"
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 26 characters of Crockford base32, most significant first.
fn crockford(id: Uuid) -> String {
    let bits = id.as_u128();
    (0..26u32)
        .rev()
        .map(|i| {
            let five = usize::try_from((bits >> (i * 5)) & 31).unwrap_or(0);
            ALPHABET.get(five).copied().map_or('0', char::from)
        })
        .collect()
}

fn from_crockford(text: &str) -> Option<Uuid> {
    if text.len() != 26 {
        return None;
    }
    let mut bits: u128 = 0;
    for byte in text.bytes() {
        let five = ALPHABET.iter().position(|b| *b == byte.to_ascii_uppercase())?;
        // 26 characters hold 130 bits: the first may only be 0 to 7.
        if bits >> 123 != 0 {
            return None;
        }
        bits = (bits << 5) | u128::try_from(five).ok()?;
    }
    Some(Uuid::from_u128(bits))
}
