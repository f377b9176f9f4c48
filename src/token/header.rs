//! The header: exactly `typ`, `alg` and `kid`. `crit`, `jwk`, `x5u` and their kin would let a token say how it wants
//! to be checked, so any other member is a fault (RFC 8725 sections 3.1 and 3.10).

use super::json::{self, Json, JsonFault};
use super::trust::Algorithm;
use super::{TokenFault, is_kid};
use crate::terms::Code;

/// What keeps an access token, or any other JWT of the same issuer, from being taken for an intent
/// (RFC 8725 section 3.11).
pub(super) const TYP: &str = "portcullis-intent+jwt";

pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) kid: String,
}

impl Header {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, TokenFault> {
        let fault = |what: &'static str| TokenFault::new(Code::TokenHeader, what);
        let mut members = json::object(bytes).map_err(|why| match why {
            JsonFault::Duplicate => TokenFault::new(Code::ClaimDuplicate, "in the header"),
            other => TokenFault::new(Code::TokenHeader, format!("the header is {other}")),
        })?;
        let mut text = |name: &str| match members.remove(name) {
            Some(Json::Text(text)) => Some(text),
            _ => None,
        };
        let (typ, alg, kid) = (text("typ"), text("alg"), text("kid"));
        if !members.is_empty() {
            return Err(fault("a member that is none of `typ`, `alg`, `kid`"));
        }
        if typ.as_deref() != Some(TYP) {
            return Err(fault("`typ` is not `portcullis-intent+jwt`"));
        }
        let algorithm = alg.as_deref().and_then(Algorithm::named);
        Ok(Self {
            algorithm: algorithm.ok_or_else(|| fault("`alg` is neither `EdDSA` nor `ES256`"))?,
            kid: kid.filter(|kid| is_kid(kid)).ok_or_else(|| fault("`kid` is missing or malformed"))?,
        })
    }
}
