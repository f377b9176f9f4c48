//! What the ledger is told, and what the client is told about it.
//!
//! P7: every record of a session carries the correlation id of its token. Text that a client or a device wrote is
//! bounded and escaped before it is shown or recorded.

use uuid::Uuid;

use super::admission::Login;
use super::gate::Gate;
use super::terminal::Terminal;
use crate::authz::{Denial, Permit};
use crate::config::Device;
use crate::device::CredentialUsed;
use crate::intent::VerifiedIntent;
use crate::ledger::{Event, OpenSession, Outcome, SessionOpen, Started, TokenUse};
use crate::rules::RuleRef;
use crate::terms::problem::printable;
use crate::terms::{Code, CorrelationId, DecisionId};

pub use crate::ledger::Facts;

/// How much of a client's own text is shown or recorded, in characters.
const MAX_SHOWN: usize = 160;

/// Opens the session in the ledger, which takes one use of its token.
///
/// # Errors
/// The ledger's code: then there is no session.
pub async fn open_session(
    gate: &Gate,
    login: &Login,
    device: &Device,
    terminal: &Terminal,
) -> Result<OpenSession, Code> {
    let principal = login.principal();
    let token = login.intent().map(|intent| intent.token());
    let open = SessionOpen {
        txn: token.map_or_else(|| CorrelationId::mint(Uuid::now_v7()), |token| token.txn().clone()),
        principal: principal.name.as_str().to_owned(),
        principal_kind: principal.kind.as_str(),
        subject: token.map_or_else(|| principal.name.as_str().to_owned(), |token| token.subject().to_owned()),
        actor: token.and_then(|token| token.actor()).map(|actor| actor.name().to_owned()),
        device: device.name.clone(),
        platform: device.platform.clone(),
        source: login.peer().ip().to_string(),
        key: login.key_fingerprint().to_owned(),
        transport: terminal.transport(),
        token: login.intent().map(|intent| token_use(intent)),
        policy: login.policy().digest(),
    };
    gate.ledger().open_session(open).await.map_err(|fault| fault.code)
}

fn token_use(intent: &VerifiedIntent) -> TokenUse {
    let token = intent.token();
    TokenUse {
        issuer: token.issuer().to_string(),
        jti: token.jti().to_owned(),
        max_uses: token.max_uses(),
        expires: token.exp(),
        sha256: token.sha256(),
        action: token.action().to_owned(),
        plan: intent.plan().digest(),
        ticket: token.ticket().map(str::to_owned),
        reason: token.reason().map(str::to_owned),
        traceparent: token.traceparent().map(str::to_owned),
    }
}

/// The record of a device credential.
#[must_use]
pub fn credential(open: &OpenSession, device: &Device, used: &CredentialUsed) -> Event {
    Event::Credential {
        sid: open.sid(),
        txn: open.txn().clone(),
        device: device.name.clone(),
        how: used.how,
        key_id: used.key_id.clone(),
        serial: used.serial,
        principal: used.principal.clone(),
        expires: used.expires,
    }
}

/// The record of a login that SSH accepted and that got no session.
#[must_use]
pub fn login_refusal(login: &Login, code: Code) -> Event {
    Event::Refusal {
        code,
        what: "session".to_owned(),
        user: login.principal().name.as_str().to_owned(),
        source: login.peer().ip().to_string(),
        txn: login.intent().map(|intent| intent.token().txn().clone()),
        device: login.device().map(|device| device.name.clone()),
    }
}

/// The record of something that the SSH front refused.
#[must_use]
pub fn front_refusal(peer: std::net::SocketAddr, user: &str, code: Code, what: &str) -> Event {
    Event::Refusal {
        code,
        what: shown(what),
        user: shown(user),
        source: peer.ip().to_string(),
        txn: None,
        device: None,
    }
}

/// Makes a permit durable (P2).
///
/// # Errors
/// The ledger's code: then nothing may be sent.
pub async fn begin(gate: &Gate, open: &OpenSession, permit: Permit, facts: Facts) -> Result<Started, Code> {
    gate.ledger().begin(open, permit, &facts).await.map_err(|fault| fault.code)
}

/// Records a refusal before it is told.
///
/// # Errors
/// The ledger's code.
pub async fn deny(
    gate: &Gate,
    open: &OpenSession,
    denial: &Denial,
    facts: Facts,
) -> Result<DecisionId, Code> {
    gate.ledger().deny(open, denial, &facts).await.map_err(|fault| fault.code)
}

/// Records that a permitted command was not sent after all.
pub async fn not_sent(gate: &Gate, started: Started, code: Code) {
    let finished = started.finished(Outcome::not_sent(code));
    if let Err(fault) = gate.ledger().finish(finished).await {
        tracing::error!(code = %fault.code, "an outcome could not be recorded: the next start settles it");
    }
}

/// What a client reads below the vendor's own error line: why, by which rules, and where it is recorded.
#[must_use]
pub fn denied_line(denial: &Denial, did: DecisionId) -> String {
    // The file's name alone: where the gate keeps its rules is no client's business, and the ledger has it whole.
    let file = |rule: &RuleRef| rule.span.file.rsplit('/').next().unwrap_or_default().to_owned();
    let named: Vec<String> =
        denial.rules.iter().map(|rule| format!("{} at {}:{}", rule.id, file(rule), rule.span.line)).collect();
    let by = if named.is_empty() { String::new() } else { format!(" ({})", printable(&named.join(", "))) };
    format!("% portcullis: denied [{}] {}{by}, ref {did}", denial.code, reason(denial.code, &denial.detail))
}

/// What a client reads when nothing was recorded: there is no reference.
#[must_use]
pub fn refused_line(code: Code) -> String {
    format!("% portcullis: refused [{code}] {}", code.sentence())
}

/// What a client reads when its session ends and it did not ask for that.
#[must_use]
pub fn ended_line(code: Code, detail: &str) -> String {
    format!("% portcullis: session ended [{code}] {}", reason(code, detail))
}

fn reason(code: Code, detail: &str) -> String {
    if detail.is_empty() {
        code.sentence().to_owned()
    } else {
        format!("{}: {}", code.sentence(), shown(detail))
    }
}

fn shown(text: &str) -> String {
    let escaped = printable(text);
    if escaped.chars().count() <= MAX_SHOWN {
        return escaped;
    }
    let mut cut: String = escaped.chars().take(MAX_SHOWN).collect();
    cut.push('…');
    cut
}
