//! What is recorded: kinds, bodies, and the order in which records of a session may come.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::authz::Denial;
use crate::command::CanonicalCommand;
use crate::rules::RuleRef;
use crate::terms::{
    Code, CorrelationId, DecisionId, DeviceName, Mode, Platform, SessionId, SubjectId, Timestamp,
};

macro_rules! kinds {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// The kinds of record. The schema's CHECK is generated from this list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $(#[doc = $doc] $variant,)* }

        /// Every kind.
        pub const KINDS: &[Kind] = &[$(Kind::$variant),*];

        impl Kind {
            /// The name in a body.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }
        }
    };
}

kinds! {
    Genesis "genesis" "The first entry: the ledger's name and key.";
    Policy "policy" "The policy that decides from here on.";
    SessionOpen "session.open" "A session, and the use of its token.";
    SessionClose "session.close" "Its end.";
    Credential "credential" "A device credential that was made for a session.";
    Decision "decision" "A verdict on one line: the start record of a permit.";
    Outcome "outcome" "What became of a permitted command: its stop record.";
    Refusal "refusal" "A login or request that got no session.";
    Recovery "recovery" "What a start, or a doubt about the device, found unfinished.";
    Clock "clock" "The wall clock was set.";
}

/// The body of an entry before time and hash are put to it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) fields: Map<String, Value>,
}

impl Draft {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, fields: Map::new() }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.fields.insert(name.to_owned(), value);
        }
        self
    }

    /// What a body was made of.
    pub(super) fn of(body: &str) -> Option<Self> {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(body) else { return None };
        let name = fields.remove("kind")?;
        fields.remove("ts");
        let kind = KINDS.iter().copied().find(|kind| name == kind.as_str())?;
        Some(Self { kind, fields })
    }

    /// Canonical JSON (RFC 8785): the hashed bytes.
    pub(super) fn body(mut self, at: Timestamp) -> Option<String> {
        self.fields.insert("kind".to_owned(), self.kind.as_str().into());
        self.fields.insert("ts".to_owned(), at.to_string().into());
        serde_json_canonicalizer::to_string(&Value::Object(self.fields)).ok()
    }
}

/// A session about to be opened. Identities become random ids before they are written.
#[derive(Clone, Debug)]
pub struct SessionOpen {
    /// The correlation id.
    pub txn: CorrelationId,
    /// The registered principal that SSH authenticated.
    pub principal: String,
    /// `person`, `agent` or `script`.
    pub principal_kind: &'static str,
    /// The human: a token's `sub`, or the principal.
    pub subject: String,
    /// The agent: a token's `act.sub`.
    pub actor: Option<String>,
    /// The device asked for.
    pub device: DeviceName,
    /// Its platform.
    pub platform: Platform,
    /// Where the client connects from: a salted commitment in the record.
    pub source: String,
    /// The fingerprint of the SSH key that authenticated: a salted commitment in the record.
    pub key: String,
    /// `shell`, `pty` or `exec`.
    pub transport: &'static str,
    /// The token, where there is one.
    pub token: Option<TokenUse>,
    /// SHA-256 of the policy.
    pub policy: [u8; 32],
}

/// The use of a token.
#[derive(Clone, Debug)]
pub struct TokenUse {
    /// Its `iss`.
    pub issuer: String,
    /// Its `jti`.
    pub jti: String,
    /// How often it may be used.
    pub max_uses: u32,
    /// Its `exp`.
    pub expires: Timestamp,
    /// SHA-256 of the whole token.
    pub sha256: [u8; 32],
    /// The intent.
    pub action: String,
    /// SHA-256 of the plan, as the gate expanded it.
    pub plan: [u8; 32],
    /// The ticket.
    pub ticket: Option<String>,
    /// The reason: free text, a salted commitment in the record.
    pub reason: Option<String>,
    /// W3C trace context: recorded, never believed.
    pub traceparent: Option<String>,
}

/// What is recorded beside a verdict.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The mode the line was typed in.
    pub mode: Mode,
    /// SHA-256 of the policy that decided.
    pub policy: [u8; 32],
    /// The step of the plan, from 0.
    pub step: Option<usize>,
    /// What was typed: hashed with the ledger's own key when it was no command, else not recorded at all.
    pub typed: Vec<u8>,
    /// Whether the gate itself asked for it.
    pub by_gate: bool,
}

/// What else can be recorded.
#[derive(Clone, Debug)]
pub enum Event {
    /// The policy that decides from here on.
    Policy {
        /// Its digest.
        digest: [u8; 32],
        /// How many devices it has.
        devices: usize,
    },
    /// A login or request that got no session.
    Refusal {
        /// Why.
        code: Code,
        /// What was asked, without the client's own text beyond a bounded, printable part.
        what: String,
        /// The user name given: an identity, recorded by random id.
        user: String,
        /// Where from: a salted commitment.
        source: String,
        /// The correlation id, when a verified token had brought one.
        txn: Option<CorrelationId>,
        /// The device, when known.
        device: Option<DeviceName>,
    },
    /// A device credential.
    Credential {
        /// Whose session.
        sid: SessionId,
        /// Its correlation id.
        txn: CorrelationId,
        /// The device.
        device: DeviceName,
        /// `certificate`, `key` or `password`.
        how: &'static str,
        /// The certificate's key id.
        key_id: Option<String>,
        /// The certificate's serial.
        serial: Option<u64>,
        /// The role account.
        principal: Option<String>,
        /// When it ends.
        expires: Option<Timestamp>,
    },
    /// A doubt about a command whose outcome is recorded already.
    Doubt {
        /// Which.
        did: DecisionId,
        /// Its correlation id.
        txn: CorrelationId,
        /// Why.
        code: Code,
    },
}

/// What became of a permitted command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub state: OutcomeState,
    /// Why, when it did not complete.
    pub code: Option<Code>,
    /// How many bytes were relayed to the client.
    pub bytes: u64,
    /// SHA-256 of exactly those bytes.
    pub sha256: [u8; 32],
    /// From the first byte sent to the prompt.
    pub device_time: Duration,
    /// The mode that the prompt confirmed.
    pub mode_after: Option<Mode>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutcomeState {
    /// The device's prompt came back without an error.
    Completed,
    /// The device answered with an error.
    DeviceError,
    /// It did not answer in time.
    Timeout,
    /// It closed the session.
    Disconnected,
    /// The client stopped it.
    Interrupted,
    /// Not one byte was sent.
    NotSent,
    /// Nobody can say.
    Indeterminate,
}

impl OutcomeState {
    /// The name in a body.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OutcomeState::Completed => "completed",
            OutcomeState::DeviceError => "device_error",
            OutcomeState::Timeout => "timeout",
            OutcomeState::Disconnected => "disconnected",
            OutcomeState::Interrupted => "interrupted",
            OutcomeState::NotSent => "not_sent",
            OutcomeState::Indeterminate => "indeterminate",
        }
    }
}

impl Outcome {
    /// For a command of which nothing was sent.
    #[must_use]
    pub fn not_sent(code: Code) -> Self {
        Self {
            state: OutcomeState::NotSent,
            code: Some(code),
            bytes: 0,
            sha256: [0; 32],
            device_time: Duration::ZERO,
            mode_after: None,
        }
    }

    /// Whether the device took it.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.state == OutcomeState::Completed
    }
}

/// What joins the records of one session.
#[derive(Debug)]
pub struct OpenSession {
    pub(super) sid: SessionId,
    pub(super) txn: CorrelationId,
    pub(super) subject: SubjectId,
    pub(super) device: DeviceName,
    pub(super) shared: Map<String, Value>,
}

impl OpenSession {
    /// The session's id.
    #[must_use]
    pub fn sid(&self) -> SessionId {
        self.sid
    }

    /// The correlation id.
    #[must_use]
    pub fn txn(&self) -> &CorrelationId {
        &self.txn
    }

    /// The random id of the human.
    #[must_use]
    pub fn subject_id(&self) -> SubjectId {
        self.subject
    }

    pub(super) fn draft(&self, kind: Kind) -> Draft {
        Draft { kind, fields: self.shared.clone() }
    }
}

/// A permit that is durable. Made by [`super::Ledger::begin`] alone, used up by the device session (P2).
#[derive(Debug)]
pub struct Started {
    pub(super) did: DecisionId,
    pub(super) txn: CorrelationId,
    pub(super) sid: SessionId,
    pub(super) device: DeviceName,
    pub(super) command: CanonicalCommand,
}

impl Started {
    /// Its decision.
    #[must_use]
    pub fn did(&self) -> DecisionId {
        self.did
    }

    /// What was permitted and recorded, and is now to be sent.
    #[must_use]
    pub fn command(&self) -> &CanonicalCommand {
        &self.command
    }

    /// The correlation id.
    #[must_use]
    pub fn txn(&self) -> &CorrelationId {
        &self.txn
    }

    /// After it was sent, or was not.
    #[must_use]
    pub fn finished(self, outcome: Outcome) -> Finished {
        Finished { started: self, outcome }
    }

    #[cfg(test)]
    pub(crate) fn for_test(command: CanonicalCommand) -> Self {
        Self {
            did: DecisionId::new(uuid::Uuid::now_v7()),
            txn: CorrelationId::mint(uuid::Uuid::now_v7()),
            sid: SessionId::new(uuid::Uuid::now_v7()),
            device: "r1".parse().expect("name"),
            command,
        }
    }
}

/// A command with its outcome, not yet recorded.
#[derive(Debug)]
pub struct Finished {
    pub(super) started: Started,
    pub(super) outcome: Outcome,
}

impl Finished {
    /// What became of it.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What was sent.
    #[must_use]
    pub fn started(&self) -> &Started {
        &self.started
    }
}

/// A command whose outcome is durable.
#[derive(Debug)]
pub struct Closed(pub(super) DecisionId);

impl Closed {
    /// Its decision.
    #[must_use]
    pub fn did(&self) -> DecisionId {
        self.0
    }
}

/// Why a session ended.
#[derive(Clone, Debug)]
pub struct SessionEnd {
    /// The reason.
    pub code: Code,
    /// One line more, or nothing.
    pub detail: String,
}

pub(super) fn rule_names(rules: &[RuleRef]) -> Value {
    rules.iter().map(|rule| json!(format!("{}@{}:{}", rule.id, rule.span.file, rule.span.line))).collect()
}

pub(super) fn permit_draft(
    open: &OpenSession,
    did: DecisionId,
    command: &CanonicalCommand,
    rules: &[RuleRef],
    facts: &Facts,
    secret: &[u8],
) -> Draft {
    command_fields(decision_draft(open, did, facts), command, secret)
        .with("verdict", "permit")
        .with("code", Code::Permitted.as_str())
        .with("rules", rule_names(rules))
}

pub(super) fn denial_draft(
    open: &OpenSession,
    did: DecisionId,
    denial: &Denial,
    facts: &Facts,
    secret: &[u8],
) -> Draft {
    let draft = decision_draft(open, did, facts)
        .with("verdict", "deny")
        .with("code", denial.code.as_str())
        .with("rules", rule_names(&denial.rules));
    match &denial.command {
        Some(command) => command_fields(draft, command, secret),
        // What is no command may be a password typed at the wrong prompt: only its length and a keyed hash.
        None => draft
            .with("typed_len", facts.typed.len())
            .with("typed_hash", hex(&super::keyed_hash(secret, &facts.typed))),
    }
}

fn decision_draft(open: &OpenSession, did: DecisionId, facts: &Facts) -> Draft {
    let by = if facts.by_gate { Value::from("gate") } else { Value::Null };
    open.draft(Kind::Decision)
        .with("did", did.to_string())
        .with("mode", facts.mode.as_str())
        .with("policy", hex(&facts.policy))
        .with("step", facts.step.map_or(Value::Null, Value::from))
        .with("by", by)
}

/// The longest text of a production in a record, in bytes.
const MAX_LEAF: usize = 240;

/// Enough of a production to find it by: some list a hundred options.
fn beginning(leaf: &str) -> String {
    match leaf.char_indices().nth(MAX_LEAF) {
        Some((at, _)) => format!("{}...", leaf.get(..at).unwrap_or_default()),
        None => leaf.to_owned(),
    }
}

/// A secret stands in no record: only a keyed hash of the line that is sent, to compare with.
fn command_fields(draft: Draft, command: &CanonicalCommand, secret: &[u8]) -> Draft {
    let draft = draft
        .with("cmd", command.text())
        .with("class", command.class().as_str())
        .with("leaf", beginning(command.leaf()));
    if !command.has_secret() {
        return draft;
    }
    draft.with("sent_hash", hex(&super::keyed_hash(secret, command.line().as_bytes())))
}

pub(super) fn outcome_draft(finished: &Finished) -> Draft {
    let Finished { started, outcome } = finished;
    Draft::new(Kind::Outcome)
        .with("txn", started.txn.as_str())
        .with("did", started.did.to_string())
        .with("sid", started.sid.to_string())
        .with("device", started.device.as_str())
        .with("state", outcome.state.as_str())
        .with("code", outcome.code.map_or(Value::Null, |code| code.as_str().into()))
        .with("bytes", outcome.bytes)
        .with("sha256", hex(&outcome.sha256))
        .with("device_us", u64::try_from(outcome.device_time.as_micros()).unwrap_or(u64::MAX))
        .with("mode_after", outcome.mode_after.as_ref().map_or(Value::Null, |mode| mode.as_str().into()))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
