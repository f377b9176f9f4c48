//! Minting tokens for labs, the demo and tests. A production issuer has a program and a key of its own; the gate never
//! signs for it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Catalogue, Plan};
use crate::grammar::GrammarSet;
use crate::terms::{Code, CorrelationId, Platform, Timestamp};
use crate::token::{Scope, TokenFault};

/// What a token shall say. Nothing of it is checked beyond what the plan needs, so that tests can mint tokens that a
/// gate must refuse.
#[derive(Clone, Debug)]
pub struct Mint {
    /// The id of the signing key in the issuer's key set.
    pub kid: String,
    /// `iss`.
    pub issuer: String,
    /// `aud`: `portcullis:<gate>`.
    pub audience: String,
    /// `sub`: `user:<id>`.
    pub subject: String,
    /// `act.sub`: `agent:<name>#<instance>`.
    pub actor: String,
    /// `req_wl`.
    pub workload: String,
    /// `identifier`.
    pub device: String,
    /// The device's platform.
    pub platform: String,
    /// The intent.
    pub action: String,
    /// Its parameters.
    pub params: BTreeMap<String, String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The SSH public key blob (RFC 4253 section 6.6) that must carry the token.
    pub ssh_key: Vec<u8>,
    /// The correlation id.
    pub txn: CorrelationId,
    /// Unique among the issuer's tokens: 16 to 64 of `A-Za-z0-9_-`.
    pub jti: String,
    /// `iat` and `nbf`, in whole seconds.
    pub now: Timestamp,
    /// From `iat` to `exp`.
    pub ttl_seconds: u32,
    /// How many session channels it is good for.
    pub max_uses: u32,
}

impl Mint {
    /// The compact token, with the plan that `catalogue` expands.
    ///
    /// # Errors
    /// `INTENT_UNKNOWN` or `PARAMS_INVALID`: there is no plan to sign.
    pub fn sign(
        &self,
        key: &SigningKey,
        catalogue: &Catalogue,
        grammars: &GrammarSet,
    ) -> Result<Zeroizing<String>, TokenFault> {
        let platform: Platform = self
            .platform
            .parse()
            .map_err(|_| TokenFault::new(Code::IntentUnknown, "the platform's name is malformed"))?;
        let plan = catalogue.plan(&self.action, &self.params, &platform, grammars)?;
        let scope = catalogue.intent(&self.action).map_or(Scope::Read, |intent| intent.risk().scope());
        let header = json!({"typ": "portcullis-intent+jwt", "alg": "EdDSA", "kid": self.kid});
        let signed = Zeroizing::new(format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(self.claims(&plan, scope).to_string())
        ));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes());
        Ok(Zeroizing::new(format!("{}.{signature}", *signed)))
    }

    fn claims(&self, plan: &Plan, scope: Scope) -> Value {
        let issued = self.now.seconds();
        let mut claims = json!({
            "ver": 1,
            "iss": self.issuer,
            "aud": self.audience,
            "sub": self.subject,
            "act": {"sub": self.actor},
            "req_wl": self.workload,
            "jti": self.jti,
            "txn": self.txn.as_str(),
            "iat": issued,
            "nbf": issued,
            "exp": issued.saturating_add(i64::from(self.ttl_seconds)),
            "scope": scope.as_str(),
            "authorization_details": [self.details(scope)],
            "plan": {"c": "pcp1", "n": plan.count(), "sha256": plan.digest_text()},
            "cnf": {"ssh#S256": URL_SAFE_NO_PAD.encode(Sha256::digest(&self.ssh_key))},
        });
        // What it is without the claim: a token that is typed as a password has 1,022 bytes at most.
        if let (Some(members), true) = (claims.as_object_mut(), self.max_uses != 1) {
            members.insert("max_uses".to_owned(), self.max_uses.into());
        }
        claims
    }

    fn details(&self, scope: Scope) -> Value {
        let mut details = json!({
            "type": "portcullis_cli_v1",
            "identifier": self.device,
            "platform": self.platform,
            "actions": [self.action],
            "privileges": [scope.privileges()],
            "params": self.params,
        });
        let optional = [("ticket", &self.ticket), ("reason", &self.reason)];
        if let Some(members) = details.as_object_mut() {
            members.extend(optional.into_iter().filter_map(|(name, value)| {
                value.as_ref().map(|value| (name.to_owned(), Value::String(value.clone())))
            }));
        }
        details
    }
}

/// The key set (RFC 7517, RFC 8037) of an issuer with one Ed25519 key.
#[must_use]
pub fn jwks(kid: &str, key: &VerifyingKey) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x}]})
        .to_string()
}
