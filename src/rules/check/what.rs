//! `do`: which commands a rule is about.

use super::{Check, Effect, What, raw};
use crate::grammar::{GrammarSet, Pattern};
use crate::terms::problem::printable;
use crate::terms::{Class, IntentName, Mode, Platform};

/// How patterns are written.
const PATTERN: &str =
    "full words, `<IFNAME>` or another token type for a value, ` ...` at the end for whatever may follow";

impl Check<'_> {
    /// `platforms` are those the rule applies to, `None` when that is not known.
    pub(super) fn what(
        &mut self,
        rule: &raw::Rule,
        effect: Option<Effect>,
        platforms: Option<&[Platform]>,
    ) -> What {
        let Some(given) = &rule.what else {
            self.says_too_little(rule, effect, &What::default());
            return What::default();
        };
        let own = &given.value;
        if own.class.is_none() && own.commands.is_none() && own.mode.is_none() && own.intent.is_none() {
            self.problem(given, "`do` is empty");
        }
        let mode = self.modes(own, platforms);
        let what = What {
            class: self.classes(own, effect),
            commands: self.commands(own, platforms, mode.as_deref()),
            mode,
            intent: self.intents(own),
        };
        self.says_too_little(rule, effect, &what);
        what
    }

    /// An `allow` whose `do` was forgotten would open everything.
    fn says_too_little(&mut self, rule: &raw::Rule, effect: Option<Effect>, what: &What) {
        let says = what.class.is_some() || what.commands.is_some() || what.intent.is_some();
        if effect == Some(Effect::Allow) && !says {
            self.problem(
                &rule.id,
                "an `allow` must say what it allows: `class`, `commands` or `intent` in `do`",
            );
        }
    }

    fn classes(&mut self, own: &raw::Do, effect: Option<Effect>) -> Option<Vec<Class>> {
        let list = self.list(&own.class)?;
        let mut classes = Vec::new();
        for name in list {
            match (name.value.parse(), effect) {
                (Ok(Class::Refuse), Some(Effect::Allow)) => {
                    self.problem(&name, "class `refuse` is never forwarded, whatever a rule says");
                }
                (Ok(Class::Filter), Some(Effect::Allow)) => {
                    self.problem(
                        &name,
                        "class `filter` is of pipe stages alone, and every `allow` covers it",
                    );
                }
                (Ok(class), _) => classes.push(class),
                (Err(_), _) => self.problem(&name, format!("`{}` is no class", printable(&name.value))),
            }
        }
        Some(classes)
    }

    fn modes(&mut self, own: &raw::Do, platforms: Option<&[Platform]>) -> Option<Vec<Mode>> {
        let list = self.list(&own.mode)?;
        let mut modes = Vec::new();
        for name in list {
            match name.value.parse::<Mode>() {
                Ok(mode) if platforms.is_none_or(|all| has_mode(self.grammars, all, &mode)) => {
                    modes.push(mode)
                }
                _ => {
                    let message = format!(
                        "`{}` is a mode of no platform that this rule applies to",
                        printable(&name.value)
                    );
                    self.problem(&name, message);
                }
            }
        }
        Some(modes)
    }

    fn commands(
        &mut self,
        own: &raw::Do,
        platforms: Option<&[Platform]>,
        modes: Option<&[Mode]>,
    ) -> Option<Vec<Pattern>> {
        let list = self.list(&own.commands)?;
        let mut patterns = Vec::new();
        for text in list {
            let Some(platforms) = platforms else { continue };
            let found: Vec<Pattern> = platforms
                .iter()
                .filter_map(|platform| self.grammars.get(platform)?.pattern(&text.value))
                .collect();
            let shown = printable(&text.value);
            if found.is_empty() {
                let message = format!("`{shown}` is a command of no platform that this rule applies to");
                self.hinted(&text, message, Some(PATTERN));
            } else if !found.iter().any(|pattern| in_modes(self.grammars, pattern, modes)) {
                self.problem(&text, format!("`{shown}` is a command of no mode that this rule names"));
            }
            patterns.extend(found);
        }
        Some(patterns)
    }

    fn intents(&mut self, own: &raw::Do) -> Option<Vec<String>> {
        let list = self.list(&own.intent)?;
        for name in &list {
            if let Err(fault) = name.value.parse::<IntentName>() {
                self.problem(name, format!("`{}` is {fault}", printable(&name.value)));
            }
        }
        Some(list.into_iter().map(|name| name.value).collect())
    }
}

fn has_mode(grammars: &GrammarSet, platforms: &[Platform], mode: &Mode) -> bool {
    platforms.iter().any(|platform| grammars.get(platform).is_some_and(|grammar| grammar.has_mode(mode)))
}

fn in_modes(grammars: &GrammarSet, pattern: &Pattern, modes: Option<&[Mode]>) -> bool {
    let Some(modes) = modes else { return true };
    grammars.get(pattern.platform()).is_some_and(|grammar| {
        let spellings = pattern.variants().iter().filter_map(|id| grammar.spelling(*id));
        spellings.into_iter().any(|spelling| modes.contains(spelling.mode))
    })
}
