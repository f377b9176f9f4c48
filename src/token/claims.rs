//! The claims of the profile, read strictly. Whether they are true for this gate is judged in `verify`.

use std::collections::BTreeMap;

use super::forms::{is_id, is_param_name, is_shown, is_token_id, is_traceparent};
use super::json::Json;
use super::members::Members;
use super::wire::decode_32;
use super::{Actor, PlanClaim, Scope, TokenFault};
use crate::terms::{Code, CorrelationId, DeviceName, IntentName, Platform};

/// In the profile, and not of this version.
const UNSUPPORTED: [&str; 6] = ["apr", "apr_sha256", "bg", "win", "nonce", "subject_proof"];

/// The last second that RFC 3339 can write: times beyond it are mistakes, and sums stay far from overflow.
const MAX_TIME: i64 = 253_402_300_799;

/// The most uses of one token.
const MAX_USES: i64 = 20;

/// The most steps that a plan may claim.
const MAX_STEPS: i64 = 1000;

/// The most parameters of one action.
const MAX_PARAMS: usize = 16;

const ID: &str = "is not 1 to 200 printable ASCII characters without blanks";

/// Everything a token says, of the right form and nothing more.
pub(super) struct Claims {
    pub(super) audience: String,
    pub(super) subject: String,
    pub(super) actor: Actor,
    pub(super) workload: String,
    pub(super) issued: i64,
    pub(super) not_before: i64,
    pub(super) expires: i64,
    pub(super) jti: String,
    pub(super) txn: CorrelationId,
    pub(super) scope: Scope,
    pub(super) max_uses: u32,
    /// SHA-256 of the SSH key blob that must authenticate.
    pub(super) carried_by: [u8; 32],
    pub(super) details: Details,
    pub(super) plan: Option<PlanClaim>,
    pub(super) traceparent: Option<String>,
}

/// The one entry of `authorization_details` (RFC 9396 section 2).
pub(super) struct Details {
    pub(super) device: DeviceName,
    pub(super) platform: Platform,
    pub(super) action: IntentName,
    pub(super) params: BTreeMap<String, String>,
    pub(super) ticket: Option<String>,
    pub(super) reason: Option<String>,
    privileges: Scope,
}

/// `iss` alone, to find the key with. Nothing else is read before the signature is known to be good.
pub(super) fn claimed_issuer(members: &BTreeMap<String, Json>) -> Result<&str, TokenFault> {
    match members.get("iss") {
        Some(Json::Text(text)) => Ok(text),
        Some(_) => Err(TokenFault::new(Code::ClaimInvalid, "`iss` is not a text")),
        None => Err(TokenFault::new(Code::ClaimMissing, "`iss` is missing")),
    }
}

impl Claims {
    pub(super) fn read(members: BTreeMap<String, Json>) -> Result<Self, TokenFault> {
        let mut claims = Members::new("", members);
        if let Some(name) = UNSUPPORTED.iter().find(|name| claims.has(name)) {
            return Err(claims.fault(Code::ClaimUnsupported, name, "is not supported by this version"));
        }
        claims.int("ver", 1, 1)?;
        // It was read to find the key: it is the name of a registered issuer.
        claims.take("iss")?;
        let scope = scope(&mut claims)?;
        let read = Self {
            audience: claims.text("aud", ID, is_id)?,
            subject: claims.text("sub", "is not `user:` and an id", |sub| {
                sub.strip_prefix("user:").is_some_and(is_id)
            })?,
            actor: actor(claims.object("act", "act.")?)?,
            workload: claims.text("req_wl", ID, is_id)?,
            issued: claims.int("iat", 0, MAX_TIME)?,
            not_before: claims.int("nbf", 0, MAX_TIME)?,
            expires: claims.int("exp", 0, MAX_TIME)?,
            jti: claims.text("jti", "is not 16 to 64 of A-Z a-z 0-9 _ -", is_token_id)?,
            txn: txn(&mut claims)?,
            max_uses: max_uses(&mut claims, scope)?,
            carried_by: carried_by(&mut claims)?,
            details: details(&mut claims)?,
            plan: plan(&mut claims)?,
            traceparent: context(&mut claims)?,
            scope,
        };
        claims.done()?;
        if read.details.privileges != scope {
            return Err(TokenFault::new(Code::ScopeMismatch, "`scope` and `privileges` do not agree"));
        }
        Ok(read)
    }
}

fn scope(claims: &mut Members) -> Result<Scope, TokenFault> {
    match claims.text("scope", "is not a scope of the profile", |_| true)?.as_str() {
        "cli.read" => Ok(Scope::Read),
        "cli.write" => Ok(Scope::Write),
        "cli.breakglass" => Err(claims.fault(
            Code::ClaimUnsupported,
            "scope",
            "is break-glass: not supported by this version",
        )),
        _ => Err(claims.invalid("scope", "is not exactly one scope of the profile")),
    }
}

/// RFC 8693 section 4.1: nested actors are history and never authority. They must be of the same form.
fn actor(mut members: Members) -> Result<Actor, TokenFault> {
    let text = members.text("sub", "is not `agent:NAME#INSTANCE`", |sub| Actor::parse(sub).is_some())?;
    if members.has("act") {
        actor(members.object("act", "act.")?)?;
    }
    members.done()?;
    Actor::parse(&text).ok_or_else(|| TokenFault::new(Code::ClaimInvalid, "`act.sub` is malformed"))
}

fn txn(claims: &mut Members) -> Result<CorrelationId, TokenFault> {
    let rule = "is not 8 to 64 of A-Z a-z 0-9 . _ -";
    let text = claims.text("txn", rule, |_| true)?;
    text.parse().map_err(|_| claims.invalid("txn", rule))
}

/// Writes are good for one use always: a retry of a change is a new decision of the server's.
fn max_uses(claims: &mut Members, scope: Scope) -> Result<u32, TokenFault> {
    if !claims.has("max_uses") {
        return Ok(1);
    }
    let most = if scope == Scope::Write { 1 } else { MAX_USES };
    let uses = claims.int("max_uses", 1, most)?;
    u32::try_from(uses).map_err(|_| claims.invalid("max_uses", "is out of bounds"))
}

/// RFC 7800 section 3.1: whoever presents the token must hold this key.
fn carried_by(claims: &mut Members) -> Result<[u8; 32], TokenFault> {
    let mut cnf = claims.object("cnf", "cnf.")?;
    let digest = digest(&mut cnf, "ssh#S256")?;
    cnf.done()?;
    Ok(digest)
}

fn digest(members: &mut Members, name: &str) -> Result<[u8; 32], TokenFault> {
    let rule = "is not a SHA-256 in base64url";
    let text = members.text(name, rule, |_| true)?;
    decode_32(&text).ok_or_else(|| members.invalid(name, rule))
}

fn plan(claims: &mut Members) -> Result<Option<PlanClaim>, TokenFault> {
    if !claims.has("plan") {
        return Ok(None);
    }
    let mut plan = claims.object("plan", "plan.")?;
    plan.text("c", "is not `pcp1`", |form| form == "pcp1")?;
    let steps = plan.int("n", 1, MAX_STEPS)?;
    let steps = usize::try_from(steps).map_err(|_| plan.invalid("n", "is out of bounds"))?;
    let sha256 = digest(&mut plan, "sha256")?;
    plan.done()?;
    Ok(Some(PlanClaim { steps, sha256 }))
}

fn details(claims: &mut Members) -> Result<Details, TokenFault> {
    let Json::Object(members) = claims.only("authorization_details")? else {
        return Err(claims.invalid("authorization_details", "does not hold an object"));
    };
    let mut details = Members::new("authorization_details.", members);
    details.text("type", "is not `portcullis_cli_v1`", |kind| kind == "portcullis_cli_v1")?;
    let read = Details {
        device: name(&mut details, "identifier", "is no device name")?,
        platform: name(&mut details, "platform", "is no platform")?,
        action: action(&mut details)?,
        privileges: privileges(&mut details)?,
        params: params(details.object("params", "authorization_details.params.")?)?,
        ticket: details.optional_text("ticket", ID, is_id)?,
        reason: details.optional_text(
            "reason",
            "is not 1 to 240 printable characters without controls, bidi marks or zero-width characters",
            is_shown,
        )?,
    };
    details.done()?;
    Ok(read)
}

fn name<T: std::str::FromStr>(details: &mut Members, member: &str, rule: &str) -> Result<T, TokenFault> {
    let text = details.text(member, rule, |_| true)?;
    text.parse().map_err(|_| details.invalid(member, rule))
}

fn action(details: &mut Members) -> Result<IntentName, TokenFault> {
    let rule = "does not hold an intent name";
    let Json::Text(text) = details.only("actions")? else { return Err(details.invalid("actions", rule)) };
    text.parse().map_err(|_| details.invalid("actions", rule))
}

fn privileges(details: &mut Members) -> Result<Scope, TokenFault> {
    match details.only("privileges")? {
        Json::Text(text) if text == "exec-read" => Ok(Scope::Read),
        Json::Text(text) if text == "config" => Ok(Scope::Write),
        _ => Err(details.invalid("privileges", "holds neither `exec-read` nor `config`")),
    }
}

/// Of the right form; which ones there must be is the catalogue's to say.
fn params(members: Members) -> Result<BTreeMap<String, String>, TokenFault> {
    let fault =
        |what: &str| TokenFault::new(Code::ClaimInvalid, format!("`authorization_details.params` {what}"));
    let entries = members.into_entries();
    if entries.len() > MAX_PARAMS {
        return Err(fault("has more than 16 members"));
    }
    let text = |(name, value): (String, Json)| match value {
        Json::Text(value) if is_param_name(&name) && is_shown(&value) => Ok((name, value)),
        _ => Err(fault("has a member that is no name with a printable text of at most 240 characters")),
    };
    entries.into_iter().map(text).collect()
}

/// Where the call came from: recorded, never authority. Of it only the trace id is kept.
fn context(claims: &mut Members) -> Result<Option<String>, TokenFault> {
    if !claims.has("rctx") {
        return Ok(None);
    }
    let mut context = claims.object("rctx", "rctx.")?;
    for name in ["tool", "call", "srv", "args_sha256"] {
        context.optional_text(name, "is not 1 to 240 printable characters", is_shown)?;
    }
    let trace = context.optional_text("traceparent", "is not of W3C Trace Context", is_traceparent)?;
    context.done()?;
    Ok(trace)
}
