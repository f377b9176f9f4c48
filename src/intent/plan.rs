//! What an intent expands to on one device, and the digest that is signed and approved.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::terms::{Mode, Platform};

/// One command of a plan, with the mode it is typed in: text alone would not say what it acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it is typed.
    pub mode: Mode,
    /// The canonical command.
    pub text: String,
}

/// `mode<TAB>command`, as the digest has it.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\t{}", self.mode, self.text)
    }
}

/// The expansion of one intent. Made by the gate from its own catalogue, never from what a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    platform: Platform,
    home: Mode,
    steps: Vec<Step>,
    extra_reads: Vec<Step>,
}

impl Plan {
    /// `home` is the mode where the plan begins and ends.
    pub(super) fn new(platform: Platform, home: Mode, steps: Vec<Step>, extra_reads: Vec<Step>) -> Self {
        Self { platform, home, steps, extra_reads }
    }

    /// The platform it is for.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The mode where it begins and ends, outside any configuration.
    #[must_use]
    pub fn home(&self) -> &Mode {
        &self.home
    }

    /// The steps, in their order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What may be read at any time beside the steps.
    #[must_use]
    pub fn extra_reads(&self) -> &[Step] {
        &self.extra_reads
    }

    /// The steps of all sections, as the token's `plan.n` counts them.
    #[must_use]
    pub fn count(&self) -> usize {
        self.steps.len().saturating_add(self.extra_reads.len())
    }

    /// The digest `pcp1`: SHA-256 over the platform and every non-empty section in their fixed order (guard, plan,
    /// post, commit, rollback, extra_reads; this version has the second and the last).
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new().chain_update(format!("pcp1\n{}\n", self.platform));
        for (name, steps) in [("plan", &self.steps), ("extra_reads", &self.extra_reads)] {
            if steps.is_empty() {
                continue;
            }
            hash.update(format!("[{name}]\n"));
            steps.iter().for_each(|step| hash.update(format!("{step}\n")));
        }
        hash.finalize().into()
    }

    /// The digest as tokens have it: base64url without padding.
    #[must_use]
    pub fn digest_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.digest())
    }
}
