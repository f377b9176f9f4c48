//! Outcomes on their way into the ledger.
//!
//! A client need not wait for the record of what already happened: the outcome rides the next batch while the
//! prompt is shown. The session waits for it before it ends, and ends when it cannot be written.

use std::future::Future;
use std::pin::Pin;

use super::gate::Gate;
use crate::ledger::{Finished, Ledger};
use crate::terms::Code;

type Write = Pin<Box<dyn Future<Output = Option<Code>> + Send>>;

/// At most one outcome that is not yet durable.
#[derive(Default)]
pub(super) struct Closing(Option<Write>);

impl Closing {
    /// Starts to write an outcome. The one before it is settled first.
    pub(super) async fn add(&mut self, gate: &Gate, finished: Finished) -> Option<Code> {
        let before = self.settle().await;
        let mut write: Write = Box::pin(write(gate.ledger().clone(), finished));
        // Polled once, so that it is in the writer's queue before the next decision is.
        let done = tokio::select! {
            biased;
            code = &mut write => Some(code),
            () = std::future::ready(()) => None,
        };
        match done {
            Some(code) => before.or(code),
            None => {
                self.0 = Some(write);
                before
            }
        }
    }

    /// Whether an outcome is on its way.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Waits for the outcome on its way. Cancel-safe. `Some` is why it could not be written.
    pub(super) async fn settle(&mut self) -> Option<Code> {
        let Some(write) = &mut self.0 else { return None };
        let code = write.await;
        self.0 = None;
        code
    }
}

async fn write(ledger: Ledger, finished: Finished) -> Option<Code> {
    match ledger.finish(finished).await {
        Ok(_closed) => None,
        Err(fault) => {
            tracing::error!(code = %fault.code, "an outcome could not be recorded");
            Some(fault.code)
        }
    }
}
