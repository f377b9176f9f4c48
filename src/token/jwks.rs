//! An issuer's key set (RFC 7517 section 5): Ed25519 and P-256 public keys, each with `kid` and `alg`.

use std::collections::BTreeMap;

use super::is_kid;
use super::json::{self, Json};
use super::trust::{Algorithm, Key};
use super::wire::decode_32;
use crate::terms::problem::printable;

/// The largest key set, in bytes.
pub const MAX_JWKS: usize = 256 * 1024;

/// The most keys of one issuer.
pub const MAX_KEYS: usize = 64;

/// Members that only a private key has (RFC 7518 sections 6.2.2, 6.3.2, 6.4; RFC 8037 section 2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Members that are allowed and mean nothing to us beyond their value.
const INERT: [&str; 2] = ["use", "key_ops"];

/// A checked key set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwks(BTreeMap<String, Key>);

/// Why text is no key set: one line that never holds key material.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JwksFault(String);

fn fault<T>(what: impl Into<String>) -> Result<T, JwksFault> {
    Err(JwksFault(what.into()))
}

impl Jwks {
    /// Reads a key set. Anything that is not understood is a fault: a key that is skipped in silence is found only
    /// when a token is refused.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, JwksFault> {
        if text.len() > MAX_JWKS {
            return fault(format!("the key set is larger than {MAX_JWKS} bytes"));
        }
        let mut members =
            json::object(text.as_bytes()).map_err(|why| JwksFault(format!("the key set is {why}")))?;
        let Some(Json::List(list)) = members.remove("keys") else { return fault("no list `keys`") };
        if !members.is_empty() {
            return fault("the key set may have `keys` and nothing else");
        }
        if !(1..=MAX_KEYS).contains(&list.len()) {
            return fault(format!("the key set has {} keys, 1 to {MAX_KEYS} are wanted", list.len()));
        }
        let mut keys: BTreeMap<String, Key> = BTreeMap::new();
        for (number, entry) in (1_usize..).zip(list) {
            let (kid, key) = entry_key(entry).map_err(|what| JwksFault(format!("key {number}: {what}")))?;
            // One key under two ids would outlive the revocation of either.
            if let Some((other, _)) = keys.iter().find(|(_, own)| **own == key) {
                return fault(format!("key {number}: the same key is there as `{other}`"));
            }
            if keys.insert(kid, key).is_some() {
                return fault(format!("key {number}: its `kid` is there twice"));
            }
        }
        Ok(Self(keys))
    }

    pub(super) fn key(&self, kid: &str) -> Option<&Key> {
        self.0.get(kid)
    }

    /// The id of an Ed25519 key, if the set has it: for minting, where the key is at hand and its id is not.
    #[must_use]
    pub fn kid_of(&self, key: &ed25519_dalek::VerifyingKey) -> Option<&str> {
        self.0.iter().find(|(_, own)| **own == Key::EdDsa(*key)).map(|(kid, _)| kid.as_str())
    }

    /// Each key id with its algorithm.
    pub fn kids(&self) -> impl Iterator<Item = (&str, Algorithm)> {
        self.0.iter().map(|(kid, key)| (kid.as_str(), key.algorithm()))
    }
}

fn entry_key(entry: Json) -> Result<(String, Key), String> {
    let Json::Object(mut members) = entry else { return Err("not an object".to_owned()) };
    if let Some(name) = PRIVATE.iter().find(|name| members.contains_key(**name)) {
        return Err(format!(
            "it has `{name}`, a member of a private key; keep that file secret, make a new key"
        ));
    }
    inert(&mut members)?;
    let mut text = |name: &str| match members.remove(name) {
        Some(Json::Text(text)) => Ok(text),
        _ => Err(format!("`{name}` is missing or no text")),
    };
    let kid = text("kid")?;
    if !is_kid(&kid) {
        return Err("`kid` must be 1 to 64 of A-Z a-z 0-9 . _ / - without `..`".to_owned());
    }
    let (kty, crv, alg) = (text("kty")?, text("crv")?, text("alg")?);
    let key = match (kty.as_str(), crv.as_str(), alg.as_str()) {
        ("OKP", "Ed25519", "EdDSA") => ed25519(&text("x")?),
        ("EC", "P-256", "ES256") => p256(&text("x")?, &text("y")?),
        _ => return Err("only OKP/Ed25519/EdDSA and EC/P-256/ES256 are taken".to_owned()),
    };
    if let Some(name) = members.keys().next() {
        return Err(format!("the member `{}` is not taken", printable(name)));
    }
    Ok((kid, key.ok_or("not a public key of its curve")?))
}

/// `use` must be `sig`, `key_ops` must be `["verify"]` (RFC 7517 sections 4.2 and 4.3).
fn inert(members: &mut BTreeMap<String, Json>) -> Result<(), String> {
    let wanted = [Json::Text("sig".to_owned()), Json::List(vec![Json::Text("verify".to_owned())])];
    for (name, wanted) in INERT.iter().zip(wanted) {
        if members.remove(*name).is_some_and(|value| value != wanted) {
            return Err(format!("`{name}` is not that of a key that verifies signatures"));
        }
    }
    Ok(())
}

fn ed25519(x: &str) -> Option<Key> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(&decode_32(x)?).ok()?;
    (!key.is_weak()).then_some(Key::EdDsa(key))
}

fn p256(x: &str, y: &str) -> Option<Key> {
    // SEC 1 section 2.3.3: 0x04, x, y is the uncompressed form of a point.
    let point = [[4].as_slice(), &decode_32(x)?, &decode_32(y)?].concat();
    p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok().map(Key::Es256)
}
