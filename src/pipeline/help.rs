//! `?` and Tab: what the grammar reads next and this session could run.
//!
//! The device never hears of it and nothing is recorded. A candidate is shown only when some command behind it would be
//! permitted: what is denied by class, rule or plan looks as if it did not exist, here as in the answer to a line.

use super::run::Session;
use super::terminal::Terminal;
use crate::authz::{self, Party};
use crate::command::{CanonicalCommand, Stage, canonicalize};
use crate::grammar::{Candidate, Context, Grammar, Help, Kind, Reachable};
use crate::intent::Standing;
use crate::line::Event;
use crate::policy::Policy;
use crate::rules::Possible;
use crate::terms::problem::printable;
use crate::terms::{Class, DeviceName, PresentedLine};

/// How many candidates are shown.
const SHOWN: usize = 200;

/// Who looks, and what a token's plan lets be run now.
struct Viewer<'a> {
    policy: &'a Policy,
    party: Party<'a>,
    device: &'a DeviceName,
    intent: Option<&'a str>,
    /// None without a token.
    plan: Option<Vec<CanonicalCommand>>,
}

impl Session {
    /// What is said to `?` or Tab, line by line. Tab adds the rest of a word where there is only one.
    pub(super) fn help(&self, terminal: &mut Terminal, event: &Event) -> Vec<String> {
        let (typed, completes) = match event {
            Event::Help(typed) => (typed, false),
            Event::Complete(typed) => (typed, true),
            _ => return Vec::new(),
        };
        // The text of a block is no command.
        if self.block.is_some() {
            return Vec::new();
        }
        let policy = self.gate.policy();
        // That of the rules, which number its spellings: a reload may have brought another than the session began with.
        let grammar = policy.grammars.get(&self.target.platform).unwrap_or(&self.grammar);
        let help = self.seen(&policy, grammar, typed);
        let Some(help) = help.filter(|help| !help.candidates.is_empty()) else {
            return if completes { Vec::new() } else { vec![grammar.facts().refusal.clone()] };
        };
        match (completes, only_word(&help)) {
            (true, Some(rest)) => {
                terminal.complete(rest);
                Vec::new()
            }
            (true, None) => vec![row(&help)],
            (false, _) => answer(&help, grammar.facts().help.as_ref()),
        }
    }

    /// What may come, without what would be refused.
    fn seen<'g>(&self, policy: &Policy, grammar: &'g Grammar, typed: &str) -> Option<Help<'g>> {
        let intent = self.login.intent().map(AsRef::as_ref);
        self.login.still_stands(policy).ok()?;
        let viewer = Viewer {
            policy,
            party: policy.party(self.login.principal(), intent)?,
            device: &self.target.name,
            intent: intent.map(|intent| intent.token().action()),
            plan: self.plan(grammar),
        };
        let mut help = grammar.help(self.device.mode(), &self.context, typed)?;
        let mut candidates = std::mem::take(&mut help.candidates);
        candidates.retain(|candidate| viewer.may_see(&help.text, candidate));
        Some(Help { candidates, ..help })
    }

    /// The plan's next step and its declared reads.
    fn plan(&self, grammar: &Grammar) -> Option<Vec<CanonicalCommand>> {
        let plan = self.login.intent()?.plan();
        let steps = plan.steps().iter().chain(plan.extra_reads());
        let commands = steps.filter_map(|step| {
            let line = PresentedLine::parse(step.text.as_bytes()).ok()?;
            let parse = grammar.parse_in(&step.mode, &Context::default(), &line);
            canonicalize(grammar, parse).ok()
        });
        let now = |command: &CanonicalCommand| {
            matches!(self.standing.place(command), Some(Standing::Step(_) | Standing::ExtraRead))
        };
        Some(commands.filter(now).collect())
    }
}

impl Viewer<'_> {
    /// Whether some command behind a candidate would be permitted; `text` is what stands before it.
    fn may_see(&self, text: &str, candidate: &Candidate<'_>) -> bool {
        candidate.behind.iter().any(|way| way.closes || self.may_run(text, candidate, way))
    }

    fn may_run(&self, text: &str, candidate: &Candidate<'_>, way: &Reachable<'_>) -> bool {
        let Some(plan) = &self.plan else { return self.permits(way, false) };
        // Terminal preparation has room in every plan.
        if way.class == Class::Terminal && way.stays && self.permits(way, false) {
            return true;
        }
        let planned =
            |command: &CanonicalCommand| command.variant() == way.id && leads_to(text, candidate, command);
        plan.iter().any(planned) && self.permits(way, true)
    }

    fn permits(&self, way: &Reachable<'_>, in_plan: bool) -> bool {
        let stages: Vec<Stage> =
            way.stages.iter().map(|(leaf, class)| Stage { leaf: leaf.clone(), class: *class }).collect();
        let possible = Possible {
            spelling: way.id,
            leaf: way.leaf,
            stages: &stages,
            device: self.device,
            human: None,
            agent: None,
            intent: self.intent,
            in_plan,
        };
        authz::might_permit(&possible, &self.party, &self.policy.rules)
    }
}

/// Whether a command goes on behind `text` with a candidate.
fn leads_to(text: &str, candidate: &Candidate<'_>, command: &CanonicalCommand) -> bool {
    let Some(rest) = command.text().strip_prefix(text) else { return false };
    let more = if text.is_empty() { Some(rest) } else { rest.strip_prefix(' ') };
    match candidate.kind {
        Kind::Word => more.is_some_and(|more| more.split(' ').next() == Some(&candidate.shown)),
        Kind::Value => more.is_some_and(|more| !more.starts_with('|')),
        Kind::Pipe => more.is_some_and(|more| more.starts_with('|')),
        Kind::End => rest.is_empty(),
    }
}

/// The rest of the word that is being typed, where there is but one that it can become.
fn only_word<'h>(help: &'h Help<'_>) -> Option<&'h str> {
    let mut words = help.candidates.iter().filter(|candidate| candidate.kind == Kind::Word);
    let (word, None) = (words.next()?, words.next()) else { return None };
    word.shown.get(help.half.len()..).filter(|_| !help.half.is_empty())
}

/// The answer to `?`: a row of words for half a word, else a list. `style`: what stands above a list, and for the end of
/// the line, where there is always one.
fn answer(help: &Help<'_>, style: Option<&(String, String)>) -> Vec<String> {
    if style.is_none() && !help.half.is_empty() {
        return vec![row(help)];
    }
    let name = |candidate: &Candidate<'_>| match candidate.kind {
        Kind::End => style.map_or(&candidate.shown, |(_, end)| end).clone(),
        _ => printable(&candidate.shown),
    };
    let shown = || help.candidates.iter().take(SHOWN);
    let width = shown().map(|candidate| name(candidate).len()).max().unwrap_or(0);
    let line = |candidate: &Candidate<'_>| {
        format!("  {:width$}  {}", name(candidate), candidate.meaning).trim_end().to_owned()
    };
    let head = style.map(|(head, _)| head.clone());
    let more = more(help).map(|more| format!("  {more}"));
    head.into_iter().chain(shown().map(line)).chain(more).collect()
}

/// Names side by side.
fn row(help: &Help<'_>) -> String {
    let names = help.candidates.iter().take(SHOWN).map(|candidate| printable(&candidate.shown));
    names.chain(more(help)).collect::<Vec<_>>().join("  ")
}

fn more(help: &Help<'_>) -> Option<String> {
    let more = help.candidates.len().checked_sub(SHOWN).filter(|more| *more > 0)?;
    Some(format!("... and {more} more: type more of the word"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(half: &str, shown: &[(Kind, &str, &'static str)]) -> Help<'static> {
        let one = |(kind, shown, meaning): &(Kind, &str, &'static str)| Candidate {
            kind: *kind,
            shown: (*shown).to_owned(),
            meaning,
            behind: Vec::new(),
        };
        let candidates = shown.iter().map(one).collect();
        Help { half: half.to_owned(), text: String::new(), candidates }
    }

    #[test]
    fn it_looks_as_the_vendors_own() {
        let list = help(
            "",
            &[
                (Kind::Value, "A.B.C.D", "IPv4 address"),
                (Kind::Word, "summary", ""),
                (Kind::Pipe, "|", "output modifiers"),
                (Kind::End, "<cr>", ""),
            ],
        );
        let lines = ["  A.B.C.D  IPv4 address", "  summary", "  |        output modifiers", "  <cr>"];
        assert_eq!(answer(&list, None), lines);
        let style = ("Possible completions:".to_owned(), "<[Enter]>".to_owned());
        let junos = answer(&list, Some(&style));
        assert_eq!((junos[0].as_str(), junos[4].as_str()), ("Possible completions:", "  <[Enter]>"));
        let words = help("sh", &[(Kind::Word, "show", ""), (Kind::Word, "shutdown", "")]);
        assert_eq!(answer(&words, None), ["show  shutdown"]);
        assert_eq!(answer(&words, Some(&style)).len(), 3);
    }

    #[test]
    fn it_is_bounded() {
        let names: Vec<String> = (0..SHOWN + 5).map(|number| format!("w{number}")).collect();
        let all: Vec<_> = names.iter().map(|name| (Kind::Word, name.as_str(), "")).collect();
        let lines = answer(&help("", &all), None);
        assert_eq!(lines.len(), SHOWN + 1);
        assert_eq!(lines[SHOWN], "  ... and 5 more: type more of the word");
        assert!(row(&help("w", &all)).ends_with("w199  ... and 5 more: type more of the word"));
    }

    #[test]
    fn only_a_begun_word_is_completed() {
        let word = (Kind::Word, "show", "");
        assert_eq!(only_word(&help("sh", &[word, (Kind::Value, "WORD", "name")])), Some("ow"));
        assert_eq!(only_word(&help("show", &[word])), Some(""));
        assert_eq!(only_word(&help("", &[word])), None);
        assert_eq!(only_word(&help("sh", &[word, (Kind::Word, "shutdown", "")])), None);
    }

    #[test]
    fn a_plan_is_looked_at_word_by_word() {
        let step = CanonicalCommand::for_test("toy", "exec", "show ip | include x", Class::Read, "exec");
        let one =
            |kind, shown: &str| Candidate { kind, shown: shown.to_owned(), meaning: "", behind: Vec::new() };
        for (text, candidate, leads) in [
            ("", one(Kind::Word, "show"), true),
            ("", one(Kind::Word, "sh"), false),
            ("show", one(Kind::Word, "ip"), true),
            ("sho", one(Kind::Word, "ip"), false),
            ("show ip", one(Kind::End, "<cr>"), false),
            ("show ip", one(Kind::Value, "WORD"), false),
            ("show ip", one(Kind::Pipe, "|"), true),
            ("show ip |", one(Kind::Word, "include"), true),
            ("show ip | include x", one(Kind::End, "<cr>"), true),
        ] {
            assert_eq!(leads_to(text, &candidate, &step), leads, "{text} {candidate:?}");
        }
    }
}
