//! What the device's prompt is, and which mode it stands for.

use std::sync::Arc;

use crate::command::CanonicalCommand;
use crate::grammar::Grammar;
use crate::terms::Mode;

/// The longest host name in a prompt, in bytes.
const MAX_NAME: usize = 64;

/// A prompt, byte for byte: the device's own name and what its grammar says follows in a mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prompt {
    name: String,
    text: String,
    mode: Mode,
}

impl Prompt {
    /// The first prompt of a session: a name that can be one, then the suffix of a mode that a login may land in.
    pub(super) fn first(grammar: &Grammar, line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        grammar.facts().start.iter().find_map(|mode| {
            let mut suffixes = grammar.prompt_form(mode)?.plain().filter(|suffix| !suffix.is_empty());
            let name = suffixes.find_map(|suffix| text.strip_suffix(suffix).filter(|name| is_name(name)))?;
            Some(Self { name: name.to_owned(), text: text.to_owned(), mode: mode.clone() })
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn mode(&self) -> &Mode {
        &self.mode
    }
}

/// What stands before a suffix. No mark of a prompt and no bracket: `r1(config)` before `#` is another mode.
fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:/@+".contains(&byte))
}

/// The prompts that may follow a command.
#[derive(Debug)]
pub(super) struct Expected {
    grammar: Arc<Grammar>,
    /// Where the command was typed.
    now: Prompt,
    /// As the grammar predicts.
    next: Mode,
    /// The device's name afterwards.
    name: String,
}

/// Which prompt a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) prompt: Prompt,
    /// Whether it is one that the command may lead to, and the whole line.
    pub(super) sure: bool,
}

impl Expected {
    /// None when the grammar has no such mode.
    pub(super) fn after(grammar: &Arc<Grammar>, now: &Prompt, command: &CanonicalCommand) -> Option<Self> {
        let known = [command.mode(), command.next_mode()].iter().all(|mode| grammar.has_mode(mode));
        known.then(|| Self {
            grammar: grammar.clone(),
            now: now.clone(),
            next: command.next_mode().clone(),
            name: command.renames().unwrap_or(&now.name).to_owned(),
        })
    }

    /// Whether an unfinished line is, or ends in, a prompt. `failed`: the device complained, so it will have stayed.
    pub(super) fn find(&self, line: &[u8], failed: bool) -> Option<Seen> {
        let line = &*String::from_utf8_lossy(line);
        let seen = |prompt: Prompt, sure| Seen { prompt, sure };
        let same = || (line == self.now.text).then(|| self.now.clone());
        let next = || self.in_next(line);
        let likely = if failed { same().or_else(next) } else { next().or_else(same) };
        if let Some(prompt) = likely {
            return Some(seen(prompt, true));
        }
        // Every other mode: a surprise, but told at once.
        let elsewhere = || {
            line.strip_prefix(&self.now.name)?;
            let others = self.grammar.modes().filter(|mode| **mode != self.next && *mode != self.now.mode());
            others.into_iter().find_map(|mode| self.in_mode(&self.now.name, mode, line))
        };
        elsewhere().or_else(|| self.at_the_end(line, failed)).map(|prompt| seen(prompt, false))
    }

    /// In the same mode nothing of a prompt changes, unless the command renames the device.
    fn in_next(&self, line: &str) -> Option<Prompt> {
        if self.next == *self.now.mode() && self.name == self.now.name {
            return (line == self.now.text).then(|| self.now.clone());
        }
        self.in_mode(&self.name, &self.next, line)
    }

    fn in_mode(&self, name: &str, mode: &Mode, line: &str) -> Option<Prompt> {
        let fits = self.grammar.prompt_form(mode)?.is(line.strip_prefix(name)?);
        fits.then(|| Prompt { name: name.to_owned(), text: line.to_owned(), mode: mode.clone() })
    }

    /// A prompt behind output that had no line end.
    fn at_the_end(&self, line: &str, failed: bool) -> Option<Prompt> {
        let tails =
            |name: &str| line.match_indices(name).filter_map(|(at, _)| line.get(at..)).collect::<Vec<_>>();
        let next = || tails(&self.name).into_iter().find_map(|tail| self.in_next(tail));
        let same = || line.ends_with(&self.now.text).then(|| self.now.clone());
        if failed { same().or_else(next) } else { next().or_else(same) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::GrammarSet;
    use crate::terms::Class;

    fn grammar(platform: &str) -> std::sync::Arc<Grammar> {
        let set = GrammarSet::shipped().expect("grammars");
        set.get(&platform.parse().expect("name")).expect("grammar").clone()
    }

    #[test]
    fn the_first_prompt_is_name_and_suffix() {
        let ios = grammar("cisco_ios");
        let first = |line: &str| {
            Prompt::first(&ios, line.as_bytes()).map(|prompt| (prompt.text, prompt.mode.as_str().to_owned()))
        };
        assert_eq!(first("core1#"), Some(("core1#".to_owned(), "privileged".to_owned())));
        assert_eq!(first("core-1.lab>"), Some(("core-1.lab>".to_owned(), "exec".to_owned())));
        for line in ["#", ">", "core1# ", "core1(config)#", "two words#", "a#b#", "<p>", "\x1b[1mcore1#", ""]
        {
            assert_eq!(first(line), None, "{line}");
        }
        assert_eq!(first(&format!("{}#", "x".repeat(65))), None);
        let frr = grammar("frr");
        assert_eq!(Prompt::first(&frr, b"r1#"), None);
        assert_eq!(Prompt::first(&frr, b"r1# ").expect("prompt").mode().as_str(), "privileged");
    }

    #[test]
    fn a_command_may_lead_to_its_next_mode_or_nowhere() {
        let frr = grammar("frr");
        let now = Prompt::first(&frr, b"r1# ").expect("prompt");
        let command =
            CanonicalCommand::for_test("frr", "privileged", "configure terminal", Class::Config, "config");
        let expected = Expected::after(&frr, &now, &command).expect("modes");
        let find = |line: &str| {
            expected.find(line.as_bytes(), false).map(|s| (s.prompt.mode.as_str().to_owned(), s.sure))
        };
        assert_eq!(find("r1(config)# "), Some(("config".to_owned(), true)));
        assert_eq!(find("r1# "), Some(("privileged".to_owned(), true)));
        assert_eq!(find("r1(config-if)# "), Some(("config-if".to_owned(), false)));
        assert_eq!(find("no newline r1# "), Some(("privileged".to_owned(), false)));
        for line in ["r1#", "r2# ", "r1# x", ""] {
            assert_eq!(find(line), None, "{line}");
        }
    }

    #[test]
    fn of_two_modes_with_one_prompt_the_failed_command_stayed() {
        let frr = grammar("frr");
        let now = Prompt::first(&frr, b"r1# ").expect("prompt");
        let again =
            CanonicalCommand::for_test("frr", "config-if", "interface eth9", Class::Config, "config-if");
        let expected = Expected::after(&frr, &now, &again).expect("modes");
        assert!(expected.find(b"r1(config-if)# ", true).is_some_and(|seen| seen.sure));
    }
}
