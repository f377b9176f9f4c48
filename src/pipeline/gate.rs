//! What every session shares: the policy, the ledger, the clock, the credentials and the open sessions.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::mpsc;

use super::admission::Login;
use super::records;
use super::registry::Registry;
use crate::config::{Device, Limits};
use crate::device::{self, Credentials, DeviceError, DeviceSession, Target};
use crate::grammar::Grammar;
use crate::ledger::{Event, Ledger, OpenSession, SessionEnd};
use crate::policy::Policy;
use crate::terms::{Clock, Code, Timestamp};

/// How many refusals may wait for the ledger. Past it they are counted in the log: a flood of refused logins must
/// neither fill memory nor slow the sessions of others.
const REFUSALS_WAITING: usize = 1024;

/// The shared half of the gate.
pub struct Gate {
    policy: ArcSwap<Policy>,
    ledger: Ledger,
    credentials: Credentials,
    limits: Limits,
    clock: Arc<dyn Clock>,
    registry: Registry,
    refusals: mpsc::Sender<Event>,
}

impl Gate {
    /// Joins the parts. The receiver's events are written by [`write_refusals`], in a task of the caller.
    #[must_use]
    pub fn new(
        policy: Policy,
        ledger: Ledger,
        credentials: Credentials,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> (Arc<Self>, mpsc::Receiver<Event>) {
        let (refusals, waiting) = mpsc::channel(REFUSALS_WAITING);
        let policy = ArcSwap::from_pointee(policy);
        let registry = Registry::default();
        (Arc::new(Self { policy, ledger, credentials, limits, clock, registry, refusals }), waiting)
    }

    /// The policy as it is now.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.load_full()
    }

    /// Swaps the whole policy: the next command of every session is judged by it.
    pub fn adopt(&self, policy: Policy) {
        self.policy.store(Arc::new(policy));
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The bounds that hold for every session.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The open sessions.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The time that tokens are judged by: a clock set back revives none.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.wall().max(self.ledger.now_floor())
    }

    /// Dials a device with a credential made for this session, and records the credential.
    ///
    /// # Errors
    /// Why there is no device session.
    pub async fn dial(
        &self,
        target: &Arc<Device>,
        grammar: &Arc<Grammar>,
        open: &OpenSession,
        login: &Login,
    ) -> Result<DeviceSession, DeviceError> {
        let request = Target {
            device: target.clone(),
            grammar: grammar.clone(),
            txn: open.txn().clone(),
            subject: open.subject_id(),
            expires: login.intent().map(|intent| intent.token().exp()),
            now: self.clock.wall(),
        };
        let (session, credential) = device::dial(&request, &self.credentials, &self.limits).await?;
        let event = records::credential(open, target, &credential);
        self.ledger
            .note(event)
            .await
            .map_err(|fault| DeviceError::new(fault.code, "the credential could not be recorded"))?;
        Ok(session)
    }

    /// Closes a session's record. A failure is logged: recovery closes it at the next start.
    pub async fn close(&self, open: OpenSession, code: Code, detail: &str) {
        let end = SessionEnd { code, detail: detail.to_owned() };
        if let Err(fault) = self.ledger.close_session(open, end).await {
            tracing::error!(code = %fault.code, "the end of a session could not be recorded");
        }
    }

    /// Records that a login, which SSH had accepted, got no session.
    pub fn refuse_login(&self, login: &Login, code: Code) {
        self.refused(records::login_refusal(login, code));
    }

    /// Hands a refusal to the ledger without waiting.
    pub fn refused(&self, event: Event) {
        if self.refusals.try_send(event).is_err() {
            tracing::warn!("too many refusals at once: one was not recorded");
        }
    }
}

/// Writes refusals until the gate is gone.
pub async fn write_refusals(ledger: Ledger, mut waiting: mpsc::Receiver<Event>) {
    while let Some(event) = waiting.recv().await {
        if let Err(fault) = ledger.note(event).await {
            tracing::error!(code = %fault.code, "a refusal could not be recorded");
        }
    }
}
