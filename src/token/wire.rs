//! The compact form: three canonical base64url segments (RFC 7515 section 3.1), bounded before anything is decoded.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::TokenFault;
use crate::terms::Code;

/// The largest token, in bytes.
pub const MAX_TOKEN: usize = 8 * 1024;

/// OpenSSH's password prompt, and all that is built on it, silently cuts an answer here.
const CUT: usize = 1023;

/// The size of a signature: Ed25519 (RFC 8032 section 5.1.6) and ES256 (RFC 7518 section 3.4) alike.
pub(super) const SIGNATURE: usize = 64;

/// A token in its parts, nothing of it believed yet.
pub(super) struct Wire<'a> {
    /// `header.payload` as it was sent: what the signature is over.
    pub(super) signed: &'a [u8],
    pub(super) header: Vec<u8>,
    pub(super) payload: Vec<u8>,
    pub(super) signature: [u8; SIGNATURE],
}

impl<'a> Wire<'a> {
    pub(super) fn split(token: &'a [u8]) -> Result<Self, TokenFault> {
        if token.len() > MAX_TOKEN {
            return Err(TokenFault::new(Code::TokenTooLarge, format!("{} bytes", token.len())));
        }
        Self::parts(token).map_err(|what| {
            if token.len() == CUT {
                return TokenFault::new(Code::TokenTruncated, "exactly 1,023 bytes and no whole signature");
            }
            TokenFault::new(Code::TokenMalformed, what)
        })
    }

    fn parts(token: &'a [u8]) -> Result<Self, &'static str> {
        let segments: Vec<&[u8]> = token.split(|byte| *byte == b'.').take(4).collect();
        let &[header, payload, signature] = segments.as_slice() else { return Err("not three segments") };
        let signed = token.get(..header.len().saturating_add(1).saturating_add(payload.len()));
        let signature = decode(signature).and_then(|bytes| bytes.try_into().ok());
        Ok(Self {
            signed: signed.ok_or("not three segments")?,
            header: decode(header).ok_or("the first segment is not canonical base64url")?,
            payload: decode(payload).ok_or("the second segment is not canonical base64url")?,
            signature: signature.ok_or("the third segment is not 64 bytes in canonical base64url")?,
        })
    }
}

/// Canonical base64url without padding: one text for one value, so that a token has one SHA-256. Never empty.
pub(super) fn decode(segment: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(segment).ok().filter(|bytes| !bytes.is_empty())
}

/// 32 bytes in canonical base64url: a digest or a coordinate.
pub(super) fn decode_32(text: &str) -> Option<[u8; 32]> {
    decode(text.as_bytes())?.try_into().ok()
}
