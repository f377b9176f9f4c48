//! For each spelling of a platform the rules whose patterns and modes let it stand.
//!
//! There are many spellings and few such sets: each set is kept once.

use std::collections::HashMap;

use super::bits::Bits;
use super::check::Rule;
use crate::grammar::Grammar;
use crate::terms::Mode;

/// Index of a set.
type SetId = u32;

/// The sets, and which one each spelling has.
#[derive(Debug, Default)]
pub(super) struct Places {
    sets: Vec<Bits>,
    /// By the spelling's id; the first set, which is empty, for ids without a command.
    of: Vec<SetId>,
}

impl Places {
    /// Linear in the spellings, and in those that the patterns of all rules name.
    pub(super) fn new(rules: &[&Rule], grammar: &Grammar) -> Self {
        let mut sets = Sets::new(Bits::none(rules.len()));
        let mut of_mode: HashMap<&Mode, SetId> = HashMap::new();
        let mut of: Vec<SetId> = vec![0; grammar.spelling_count()];
        // Spellings of one mode stand together, mostly.
        let mut last: Option<(&Mode, SetId)> = None;
        for spelling in grammar.spellings() {
            let set = match last {
                Some((mode, set)) if std::ptr::eq(mode, spelling.mode) || mode == spelling.mode => set,
                _ => *of_mode.entry(spelling.mode).or_insert_with(|| sets.keep(free(rules, spelling.mode))),
            };
            last = Some((spelling.mode, set));
            if let Some(place) = usize::try_from(spelling.id).ok().and_then(|id| of.get_mut(id)) {
                *place = set;
            }
        }
        for (number, rule) in rules.iter().enumerate() {
            let patterns = rule.what.commands.iter().flatten().filter(|own| own.platform() == grammar.platform());
            let mut with_rule: HashMap<SetId, SetId> = HashMap::new();
            for id in patterns.flat_map(|pattern| pattern.variants()) {
                let in_mode = grammar.spelling(*id).is_some_and(|spelling| rule.in_mode(spelling.mode));
                let Some(place) = usize::try_from(*id).ok().and_then(|id| of.get_mut(id)).filter(|_| in_mode) else {
                    continue;
                };
                // A spelling that two patterns of one rule name has it already: then it is the same set again.
                *place = *with_rule.entry(*place).or_insert_with_key(|set| sets.with(*set, number));
            }
        }
        Self { sets: sets.all, of }
    }

    /// The rules of one spelling. None for an id of another grammar.
    pub(super) fn get(&self, spelling: usize) -> Option<&Bits> {
        self.sets.get(usize::try_from(*self.of.get(spelling)?).ok()?)
    }
}

/// The rules that name no command, and this mode or none.
fn free(rules: &[&Rule], mode: &Mode) -> Bits {
    Bits::of(rules.len(), |number| {
        rules.get(number).is_some_and(|rule| rule.what.commands.is_none() && rule.in_mode(mode))
    })
}

struct Sets {
    all: Vec<Bits>,
    known: HashMap<Bits, SetId>,
}

impl Sets {
    fn new(first: Bits) -> Self {
        let mut sets = Self { all: Vec::new(), known: HashMap::new() };
        sets.keep(first);
        sets
    }

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
        let mut more = usize::try_from(set).ok().and_then(|set| self.all.get(set)).cloned().unwrap_or_default();
        more.insert(rule);
        self.keep(more)
    }
}
