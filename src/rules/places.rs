//! For each spelling of a platform the rules whose patterns and modes let it stand.
//!
//! There are many spellings and few such sets: each set is kept once.

use std::collections::HashMap;
use std::sync::Arc;

use super::bits::Bits;
use super::check::Rule;
use crate::grammar::Grammar;
use crate::terms::Mode;

/// Index of a set.
type SetId = u32;

/// Of a spelling that no pattern names: what holds in its mode holds for it.
const UNNAMED: SetId = SetId::MAX;

/// The sets, and which one each spelling has.
#[derive(Debug)]
pub(super) struct Places {
    grammar: Arc<Grammar>,
    sets: Vec<Bits>,
    of_mode: HashMap<Mode, SetId>,
    /// By the spelling's id.
    of: Vec<SetId>,
}

impl Places {
    /// Linear in the modes, and in the spellings that the patterns of all rules name.
    pub(super) fn new(rules: &[&Rule], grammar: &Arc<Grammar>) -> Self {
        let mut sets = Sets::default();
        let of_mode: HashMap<Mode, SetId> =
            grammar.modes().map(|mode| (mode.clone(), sets.keep(free(rules, mode)))).collect();
        let mut of: Vec<SetId> = vec![UNNAMED; grammar.spelling_count()];
        for (number, rule) in rules.iter().enumerate() {
            let patterns =
                rule.what.commands.iter().flatten().filter(|own| own.platform() == grammar.platform());
            let mut with_rule: HashMap<SetId, SetId> = HashMap::new();
            for id in patterns.flat_map(|pattern| pattern.variants()) {
                let Some(spelling) = grammar.spelling(*id).filter(|spelling| rule.in_mode(spelling.mode))
                else {
                    continue;
                };
                let Some(place) = usize::try_from(*id).ok().and_then(|id| of.get_mut(id)) else { continue };
                let before = match *place {
                    UNNAMED => of_mode.get(spelling.mode).copied().unwrap_or(UNNAMED),
                    set => set,
                };
                // A spelling that two patterns of one rule name has it already: then it is the same set again.
                *place = *with_rule.entry(before).or_insert_with(|| sets.with(before, number));
            }
        }
        Self { grammar: grammar.clone(), sets: sets.all, of_mode, of }
    }

    /// The rules of one spelling. None for an id of another grammar.
    pub(super) fn get(&self, spelling: usize) -> Option<&Bits> {
        let set = match *self.of.get(spelling)? {
            UNNAMED => *self.of_mode.get(self.grammar.spelling(u32::try_from(spelling).ok()?)?.mode)?,
            set => set,
        };
        self.sets.get(usize::try_from(set).ok()?)
    }
}

/// The rules that name no command, and this mode or none.
fn free(rules: &[&Rule], mode: &Mode) -> Bits {
    Bits::of(rules.len(), |number| {
        rules.get(number).is_some_and(|rule| rule.what.commands.is_none() && rule.in_mode(mode))
    })
}

#[derive(Default)]
struct Sets {
    all: Vec<Bits>,
    known: HashMap<Bits, SetId>,
}

impl Sets {
    fn keep(&mut self, set: Bits) -> SetId {
        if let Some(known) = self.known.get(&set) {
            return *known;
        }
        // INVARIANT: there are no more sets than spellings, whose ids are of this width.
        let id = SetId::try_from(self.all.len()).unwrap_or(SetId::MAX);
        self.all.push(set.clone());
        self.known.insert(set, id);
        id
    }

    fn with(&mut self, set: SetId, rule: usize) -> SetId {
        let mut more =
            usize::try_from(set).ok().and_then(|set| self.all.get(set)).cloned().unwrap_or_default();
        more.insert(rule);
        self.keep(more)
    }
}
