//! What could be typed, before it is: for discovery, which shows nobody what would be refused.

use std::sync::Arc;

use super::{Matching, Query, RuleSet, Who};
use crate::command::Stage;
use crate::terms::DeviceName;

/// One spelling with pipe stages, whatever its values will be: rules do not look at those.
#[derive(Clone, Copy, Debug)]
pub struct Possible<'a> {
    /// The spelling, as the grammar of these very rules numbers it.
    pub spelling: u32,
    /// Its production, in the grammar of these very rules.
    pub leaf: &'a Arc<str>,
    /// Its pipe stages.
    pub stages: &'a [Stage],
    /// Where.
    pub device: &'a DeviceName,
    /// For whom.
    pub human: Option<Who<'a>>,
    /// Through which agent.
    pub agent: Option<Who<'a>>,
    /// The intent of the session's token.
    pub intent: Option<&'a str>,
    /// Whether a command that reads so is one of the intent's own steps or declared reads.
    pub in_plan: bool,
}

impl RuleSet {
    /// The rules that match every command of a spelling. None when device or spelling are not of this inventory and these
    /// grammars.
    #[must_use]
    pub fn matching_all(&self, possible: &Possible<'_>) -> Option<Matching<'_>> {
        let known = self.devices.get(possible.device)?;
        let spelling = self.platforms.get(known.platform)?.grammar.spelling(possible.spelling)?;
        if !Arc::ptr_eq(spelling.leaf, possible.leaf) {
            return None;
        }
        Some(self.matches(&Query {
            device: known.device,
            platform: known.platform,
            spelling: usize::try_from(spelling.id).ok()?,
            class: spelling.class,
            stages: possible.stages,
            human: possible.human,
            agent: possible.agent,
            intent: possible.intent,
            in_plan: possible.in_plan,
        }))
    }
}
