//! Every reason the gate gives, in one table: stable code for programs, sentence for people.

use std::fmt;
use std::str::FromStr;

/// Who has to act when something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The person or program that typed it.
    Client,
    /// Whoever minted the token.
    Issuer,
    /// Whoever runs the gate.
    Operator,
    /// The router or switch.
    Device,
    /// Portcullis itself.
    Portcullis,
}

impl Fault {
    /// One word, for tables and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Client => "client",
            Fault::Issuer => "issuer",
            Fault::Operator => "operator",
            Fault::Device => "device",
            Fault::Portcullis => "portcullis",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The code.
    pub code: Code,
    /// `SCREAMING_SNAKE`, never changed once released.
    pub name: &'static str,
    /// Who has to act.
    pub fault: Fault,
    /// What happened, for people.
    pub sentence: &'static str,
    /// Whether the same request can succeed later without any change to it.
    pub retryable: bool,
}

macro_rules! codes {
    ($($variant:ident $name:literal $fault:ident $retry:literal $sentence:literal;)*) => {
        /// A stable reason. [`TABLE`] says what each means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $sentence] $variant,)*
        }

        /// All codes in the order of the road: line, parse, token, plan, rules, ledger, device, session.
        pub const TABLE: &[Row] = &[$(
            Row { code: Code::$variant, name: $name, fault: Fault::$fault, sentence: $sentence, retryable: $retry },
        )*];

        impl Code {
            /// The code's row of the table.
            #[must_use]
            pub fn row(self) -> Row {
                match self {
                    $(Code::$variant => Row {
                        code: self, name: $name, fault: Fault::$fault, sentence: $sentence, retryable: $retry,
                    },)*
                }
            }
        }
    };
}

codes! {
    // The line.
    Framing "FRAMING" Client false "the bytes are not one printable line within limits";
    Unrecognized "UNRECOGNIZED" Client false "no command of this platform and mode reads like this";
    Ambiguous "AMBIGUOUS" Client false "more than one command reads like this";
    Incomplete "INCOMPLETE" Client false "the command is not complete";
    Refused "REFUSED" Client false "the command is understood and never forwarded";
    Answered "ANSWERED" Client false "the gate answered the line itself";
    AfterError "AFTER_ERROR" Client false "after a refusal or an error in a configuration mode only leaving to exec is accepted";

    // The token.
    TokenMissing "TOKEN_MISSING" Client false "this principal must bring an intent token";
    TokenTooLarge "TOKEN_TOO_LARGE" Issuer false "the token is larger than 8 KiB";
    TokenTruncated "TOKEN_TRUNCATED" Client false "the token was cut at 1,023 bytes by the SSH client; bring it in the environment";
    TokenMalformed "TOKEN_MALFORMED" Issuer false "the token is not three canonical base64url segments";
    TokenHeader "TOKEN_HEADER" Issuer false "the token's header is not exactly typ, alg and kid of the profile";
    TokenConflict "TOKEN_CONFLICT" Client false "the connection already brought another token";
    IssuerUnknown "ISSUER_UNKNOWN" Issuer false "the issuer is not registered";
    KeyUnknown "KEY_UNKNOWN" Issuer false "the issuer has no such key";
    KeyRevoked "KEY_REVOKED" Issuer false "the key is revoked";
    SignatureInvalid "SIGNATURE_INVALID" Issuer false "the signature does not verify";
    ClaimMissing "CLAIM_MISSING" Issuer false "a required claim is missing";
    ClaimInvalid "CLAIM_INVALID" Issuer false "a claim is malformed";
    ClaimDuplicate "CLAIM_DUPLICATE" Issuer false "a member appears twice";
    ClaimUnknown "CLAIM_UNKNOWN" Issuer false "a claim is not in the profile";
    ClaimUnsupported "CLAIM_UNSUPPORTED" Issuer false "a claim of the profile is not supported by this version";
    AudienceMismatch "AUDIENCE_MISMATCH" Issuer false "the token is for another gate";
    TokenExpired "TOKEN_EXPIRED" Client false "the token has expired";
    TokenNotYetValid "TOKEN_NOT_YET_VALID" Issuer true "the token is not valid yet";
    TokenLifetime "TOKEN_LIFETIME" Issuer false "the token lives longer than its scope allows";
    SubjectNotAllowed "SUBJECT_NOT_ALLOWED" Issuer false "the issuer may not speak for this subject";
    ActorNotAllowed "ACTOR_NOT_ALLOWED" Issuer false "the agent is not registered for this issuer";
    WorkloadMismatch "WORKLOAD_MISMATCH" Issuer false "the workload is not the one registered for the issuer";
    DeviceMismatch "DEVICE_MISMATCH" Client false "the token is for another device";
    CnfMismatch "CNF_MISMATCH" Client false "the token is bound to another SSH key";
    CarrierNotAllowed "CARRIER_NOT_ALLOWED" Operator false "this SSH key may not carry tokens of this issuer";
    TxnForeign "TXN_FOREIGN" Issuer false "the correlation id belongs to another subject";
    TokenReplayed "TOKEN_REPLAYED" Client false "every use of the token has been taken";

    // The plan.
    IntentUnknown "INTENT_UNKNOWN" Issuer false "the catalogue has no such intent on this platform";
    ParamsInvalid "PARAMS_INVALID" Issuer false "the parameters do not fit the intent";
    PlanMissing "PLAN_MISSING" Issuer false "a token for a change must carry the digest of its plan";
    PlanMismatch "PLAN_MISMATCH" Issuer false "the token's plan digest is not that of the gate's own plan";
    ScopeMismatch "SCOPE_MISMATCH" Issuer false "scope, privileges and the intent's risk do not agree";
    IntentNotInPlan "INTENT_NOT_IN_PLAN" Client false "the command is not the next step of the plan";
    IntentDone "INTENT_DONE" Client false "the plan is finished";
    IntentStopped "INTENT_STOPPED" Client false "a step of the plan failed, so the rest of it is not run";

    // The rules.
    Rule "RULE" Client false "a rule denies it";
    Default "DEFAULT" Client false "no rule allows it";
    Halted "HALTED" Operator true "the gate or the device is halted";

    // The ledger.
    Ledger "LEDGER" Portcullis true "the decision could not be recorded, so nothing was sent";
    LedgerFull "LEDGER_FULL" Operator true "the ledger's disk is full, so nothing was sent";

    // Admission.
    Permitted "PERMITTED" Client false "permitted";
    PrincipalUnknown "PRINCIPAL_UNKNOWN" Client false "no such principal, or the key is not the principal's";
    CertificateInvalid "CERTIFICATE_INVALID" Client false "the user certificate is not valid here";
    DeviceUnknown "DEVICE_UNKNOWN" Client false "no such device, or none was named; log in as account+device";
    ChannelRefused "CHANNEL_REFUSED" Client false "the gate offers a shell and exec, nothing else";
    ChannelLimit "CHANNEL_LIMIT" Client true "too many channels or sessions";
    LoginLimit "LOGIN_LIMIT" Client true "too many attempts or connections";

    // The device.
    DeviceUnreachable "DEVICE_UNREACHABLE" Device true "the device cannot be reached";
    DeviceHostKey "DEVICE_HOST_KEY" Device false "the device's host key is not the registered one";
    DeviceAuth "DEVICE_AUTH" Operator false "the device refused the gate's credential";
    DeviceProtocol "DEVICE_PROTOCOL" Device false "the device did something unexpected";
    DevicePrompt "DEVICE_PROMPT" Device false "the device's prompt is not the one that the grammar predicts";
    DeviceEcho "DEVICE_ECHO" Device false "the device did not echo what was sent";
    DeviceClosed "DEVICE_CLOSED" Device true "the device closed the session";
    DeviceTimeout "DEVICE_TIMEOUT" Device true "the device did not answer in time";
    DeviceError "DEVICE_ERROR" Device false "the device answered with an error";
    CredentialUnavailable "CREDENTIAL_UNAVAILABLE" Operator false "the gate has no credential for the device";

    // The end of a session.
    ClientGone "CLIENT_GONE" Client true "the client went away";
    ClientExit "CLIENT_EXIT" Client false "the client left";
    Drained "DRAINED" Operator true "the gate is stopping";
    IdleTimeout "IDLE_TIMEOUT" Client true "nothing was typed for too long";
    Internal "INTERNAL" Portcullis true "the gate failed; nothing more is sent in this session";
}

/// What a client hears before it is authenticated, whatever the exact code: the ledger has that one.
pub const COARSE: &str = "access denied";

impl Code {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().name
    }

    /// What happened, for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        self.row().sentence
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The name is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such code")]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.code).ok_or(UnknownCode)
    }
}
