//! The sessions that are open: how many, and a way to stop each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::terms::{Code, PrincipalName};

/// Counts open sessions, in all and per principal.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    // Guards plain counts; held for a few instructions, never across an await.
    open: Arc<Mutex<HashMap<PrincipalName, usize>>>,
    stop: CancellationToken,
}

/// One place in the registry, given back when dropped.
#[derive(Debug)]
pub struct Place {
    registry: Registry,
    principal: PrincipalName,
}

impl Registry {
    /// Takes a place for one more session.
    ///
    /// # Errors
    /// [`Code::ChannelLimit`] when either bound is reached, [`Code::Drained`] while stopping.
    pub fn enter(&self, principal: &PrincipalName, max: usize, max_each: usize) -> Result<Place, Code> {
        if self.stop.is_cancelled() {
            return Err(Code::Drained);
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.get(principal).copied().unwrap_or(0);
        if own >= max_each || open.values().sum::<usize>() >= max {
            return Err(Code::ChannelLimit);
        }
        open.insert(principal.clone(), own.saturating_add(1));
        drop(open);
        Ok(Place { registry: self.clone(), principal: principal.clone() })
    }

    /// How many sessions are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Lets nobody in any more and asks every session to end after its running command.
    pub fn drain(&self) {
        self.stop.cancel();
    }

    /// Is cancelled when the gate stops.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        &self.stop
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.registry.open.lock().unwrap_or_else(PoisonError::into_inner);
        let left = open.get(&self.principal).copied().unwrap_or(0).saturating_sub(1);
        if left == 0 {
            open.remove(&self.principal);
        } else {
            open.insert(self.principal.clone(), left);
        }
    }
}
