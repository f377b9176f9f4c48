use proptest::prelude::*;

use super::*;
use crate::rules::tests::{command, compile, file, grammars, inventory};
use crate::rules::{NAMED, RuleSet};
use crate::terms::Class;

/// Owned, so that a test can hold it.
#[derive(Clone, Debug)]
struct Person(&'static str, Vec<String>);

impl Person {
    fn new(name: &'static str, groups: &[&str]) -> Self {
        Self(name, groups.iter().map(|group| (*group).to_owned()).collect())
    }

    fn who(&self) -> Who<'_> {
        Who::new(self.0, &self.1)
    }
}

/// One line of one session, typed on `device` in `mode`.
#[derive(Clone, Debug)]
struct Case {
    device: &'static str,
    mode: &'static str,
    line: &'static str,
    human: Option<Person>,
    agent: Option<Person>,
    plan: PlanStanding,
    intent: Option<&'static str>,
}

impl Case {
    fn direct(human: Person, device: &'static str, mode: &'static str, line: &'static str) -> Self {
        Self {
            device,
            mode,
            line,
            human: Some(human),
            agent: None,
            plan: PlanStanding::NoToken,
            intent: None,
        }
    }

    fn via(self, agent: Person, intent: &'static str, plan: PlanStanding) -> Self {
        Self { agent: Some(agent), intent: Some(intent), plan, ..self }
    }

    fn party(&self) -> Party<'_> {
        match (&self.human, &self.agent) {
            (Some(human), Some(agent)) => Party::Delegated { human: human.who(), agent: agent.who() },
            (Some(human), None) => Party::Direct { human: human.who() },
            _ => Party::Gate,
        }
    }

    fn decide(&self, rules: &RuleSet) -> Decision {
        let device = inventory().iter().find(|own| own.name.as_str() == self.device).expect("device");
        let parsed = command(&grammars(), device.platform.as_str(), self.mode, self.line);
        let request = Request { parsed, party: self.party(), device, plan: self.plan, intent: self.intent };
        decide(request, rules)
    }

    /// `permit rule...` or `CODE rule...`.
    fn verdict(&self, rules: &RuleSet) -> String {
        let (word, named) = match self.decide(rules) {
            Decision::Permit(permit) => ("permit".to_owned(), permit.rules().to_vec()),
            Decision::Deny(denial) => (denial.code.to_string(), denial.rules),
        };
        named.iter().fold(word, |said, rule| format!("{said} {}", rule.id))
    }
}

fn core() -> RuleSet {
    compile(&[("rules/core.yaml".to_owned(), include_str!("../../rules/core.yaml").to_owned())])
}

fn alice() -> Person {
    Person::new("alice", &["noc"])
}

fn engineer() -> Person {
    Person::new("user:alice@demo.example", &["neteng"])
}

fn bot() -> Person {
    Person::new("agent:netops-assistant", &["netbots"])
}

#[test]
fn the_shipped_rules_let_people_read_and_no_more() {
    let rules = core();
    for (mode, line, wanted) in [
        ("privileged", "sh ver", "permit human-read"),
        ("privileged", "show version | include IOS", "permit human-read"),
        ("privileged", "term len 0", "permit human-read"),
        ("privileged", "show run", "DEFAULT"),
        ("privileged", "relo", "DEFAULT"),
        ("privileged", "rel", "AMBIGUOUS"),
        ("privileged", "conf t", "DEFAULT"),
        ("privileged", "wr er", "REFUSED"),
        ("privileged", "show run | redirect flash:x", "RULE guard-leave"),
        ("privileged", "show version | redirect flash:x", "RULE guard-leave"),
        ("privileged", "tclsh", "RULE guard-leave"),
        ("privileged", "telnet r2", "RULE guard-leave"),
        ("config", "no username x", "RULE guard-management"),
        ("config-if", "shut", "DEFAULT"),
        ("config-if", "end", "permit human-read"),
    ] {
        assert_eq!(Case::direct(alice(), "core1", mode, line).verdict(&rules), wanted, "{line}");
    }
    let stranger = Person::new("mallory", &["sales"]);
    assert_eq!(Case::direct(stranger, "core1", "privileged", "show version").verdict(&rules), "DEFAULT");
}

#[test]
fn the_shipped_rules_let_an_agent_carry_out_a_plan() {
    let rules = core();
    let change = "request_interface_shutdown";
    for (mode, line) in
        [("privileged", "conf t"), ("config", "int gi0/1"), ("config-if", "shut"), ("config-if", "end")]
    {
        let step = Case::direct(engineer(), "core1", mode, line).via(bot(), change, PlanStanding::Step);
        assert!(step.verdict(&rules).starts_with("permit "), "{line}: {}", step.verdict(&rules));
        let reader = Case { human: Some(alice()), ..step.clone() };
        assert_eq!(reader.verdict(&rules) == "DEFAULT", line != "end", "a reader's agent may not {line}");
        let outside = Case { plan: PlanStanding::Outside(Code::IntentNotInPlan), ..step.clone() };
        assert_eq!(outside.verdict(&rules), "INTENT_NOT_IN_PLAN");
        let other = Case { intent: Some("show_bgp_summary"), ..step };
        assert_eq!(other.verdict(&rules) == "DEFAULT", line != "end");
    }
    let shut = Case::direct(engineer(), "r1", "config-if", "shut").via(bot(), change, PlanStanding::Step);
    assert_eq!(shut.verdict(&rules), "permit planned-change");
    let paging = Case::direct(engineer(), "r1", "privileged", "terminal length 0").via(
        bot(),
        change,
        PlanStanding::Housekeeping,
    );
    assert_eq!(paging.verdict(&rules), "permit human-read agent-read");
    assert_eq!(Case { mode: "config-if", line: "shut", ..paging }.verdict(&rules), "DEFAULT");
}

#[test]
fn the_gate_prepares_terminals_and_no_more() {
    let rules = core();
    let gate = |line| Case { human: None, ..Case::direct(alice(), "core1", "privileged", line) };
    assert_eq!(gate("terminal length 0").verdict(&rules), "permit gate-terminal");
    assert_eq!(gate("show version").verdict(&rules), "DEFAULT");
    assert_eq!(gate("tclsh").verdict(&rules), "RULE guard-leave");
    let denial = match gate("show version").decide(&rules) {
        Decision::Deny(denial) => denial,
        Decision::Permit(_) => panic!("permitted"),
    };
    assert_eq!(denial.detail, "not for the gate itself");
}

#[test]
fn a_denial_says_why_and_where_the_rule_is_written() {
    let Decision::Deny(denial) = Case::direct(alice(), "core1", "privileged", "tclsh").decide(&core()) else {
        panic!("permitted")
    };
    assert!(denial.detail.starts_with("shells, onward logins"), "{}", denial.detail);
    assert_eq!(denial.command.expect("command").text(), "tclsh");
    let written =
        include_str!("../../rules/core.yaml").lines().position(|line| line.contains("id: guard-leave"));
    let place = denial.rules[0].span.to_string();
    assert_eq!(place, format!("rules/core.yaml:{}:9", written.expect("line") + 1));
}

#[test]
fn a_request_that_cannot_be_true_is_denied() {
    let rules = compile(&[file("f", "- {id: all, effect: allow, do: {class: [read, terminal, config]}}\n")]);
    let case = Case::direct(alice(), "core1", "privileged", "show version");
    assert_eq!(case.verdict(&rules), "permit all");
    assert_eq!(Case { agent: Some(bot()), ..case.clone() }.verdict(&rules), "TOKEN_MISSING");
    assert_eq!(Case { intent: Some("x"), ..case.clone() }.verdict(&rules), "TOKEN_MISSING");
    assert_eq!(Case { plan: PlanStanding::Step, ..case }.verdict(&rules), "INTENT_UNKNOWN");
    let made_up = |class| {
        Request {
            parsed: Ok(CanonicalCommand::for_test("cisco_ios", "privileged", "x", class, "privileged")),
            party: Party::Gate,
            device: &inventory()[0],
            plan: PlanStanding::NoToken,
            intent: None,
        }
        .verdict(&rules)
    };
    assert_eq!(made_up(Class::Refuse), "REFUSED");
    assert_eq!(made_up(Class::Read), "UNRECOGNIZED");
}

impl Request<'_> {
    fn verdict(self, rules: &RuleSet) -> String {
        match decide(self, rules) {
            Decision::Permit(_) => "permit".to_owned(),
            Decision::Deny(denial) => denial.code.to_string(),
        }
    }
}

#[test]
fn an_allow_covers_only_the_stages_that_it_names() {
    let rules = compile(&[file(
        "f",
        "- {id: plain, effect: allow, who: {human: {sub: a}}, do: {commands: [show version]}}\n\
         - {id: both, effect: allow, who: {human: {sub: b}}, do: {class: [read, write.pipe]}}\n\
         - {id: pipe, effect: allow, who: {human: {sub: c}}, do: {class: [write.pipe]}}\n",
    )]);
    let of = |name, line| Case::direct(Person::new(name, &[]), "core1", "privileged", line).verdict(&rules);
    assert_eq!(of("a", "show version | include x"), "permit plain");
    assert_eq!(of("a", "show version | redirect flash:x"), "DEFAULT");
    assert_eq!(of("b", "show version | redirect flash:x"), "permit both");
    assert_eq!(of("b", "show running-config | redirect flash:x"), "DEFAULT");
    assert_eq!(of("c", "show version | redirect flash:x"), "DEFAULT");
}

#[test]
fn people_by_themselves_are_told_from_people_through_agents() {
    let rules = compile(&[file(
        "f",
        "- {id: alone, effect: allow, who: {agent: none}, do: {class: read}}\n\
         - {id: agents, effect: allow, who: {agent: any}, do: {class: read}}\n\
         - {id: not-so, effect: deny, who: {human: {groups: [noc]}, agent: {id: 'agent:bad'}}}\n",
    )]);
    let case = Case::direct(alice(), "core1", "privileged", "show version");
    assert_eq!(case.verdict(&rules), "permit alone");
    let via = |agent| case.clone().via(agent, "x", PlanStanding::Step).verdict(&rules);
    assert_eq!(via(bot()), "DEFAULT");
    assert_eq!(via(Person::new("agent:bad", &[])), "RULE not-so");
    assert_eq!(Case { human: None, ..case }.verdict(&rules), "DEFAULT");
}

const PEOPLE: [(&str, &[&str]); 4] =
    [("a", &["noc"]), ("b", &["neteng", "noc"]), ("c", &[]), ("d", &["netbots"])];

const LINES: [(&str, &str, &str); 9] = [
    ("core1", "privileged", "show version"),
    ("leaf1", "privileged", "show running-config | redirect flash:x"),
    ("bare1", "privileged", "reload"),
    ("core1", "config-if", "shutdown"),
    ("r1", "privileged", "show version | include x"),
    ("r1", "config", "interface eth1"),
    ("r1", "config-if", "no shutdown"),
    ("core1", "privileged", "write erase"),
    ("leaf1", "privileged", "reload in 5"),
];

fn person() -> impl Strategy<Value = Person> {
    prop::sample::select(PEOPLE.to_vec()).prop_map(|(name, groups)| Person::new(name, groups))
}

prop_compose! {
    fn case()(
        (device, mode, line) in prop::sample::select(LINES.to_vec()),
        human in prop::option::weighted(0.9, person()),
        agent in prop::option::of(person()),
        plan in prop::sample::select(vec![
            PlanStanding::NoToken, PlanStanding::Step, PlanStanding::ExtraRead, PlanStanding::Housekeeping,
            PlanStanding::Outside(Code::IntentDone),
        ]),
        intent in prop::sample::select(vec!["x", "y"]),
    ) -> Case {
        let agent = agent.filter(|_| human.is_some());
        let plan = if agent.is_some() && plan == PlanStanding::NoToken { PlanStanding::Step } else { plan };
        let intent = (plan != PlanStanding::NoToken).then_some(intent);
        Case { device, mode, line, human, agent, plan, intent }
    }
}

/// Everything of a rule but its id.
fn rule(effects: &'static [&'static str]) -> impl Strategy<Value = String> {
    let who = prop::sample::select(vec![
        "",
        "",
        ", who: {human: any}",
        ", who: {human: {groups: [noc]}}",
        ", who: {human: {groups: neteng, sub: b}}",
        ", who: {agent: any}",
        ", who: {agent: {groups: netbots}}",
        ", who: {agent: none}",
        ", who: {gate: any}",
        ", who: {human: {groups: noc}, agent: any}",
    ]);
    let devices = prop::sample::select(vec![
        "",
        "",
        ", devices: {role: core}",
        ", devices: {not: {role: core}}",
        ", devices: {platform: frr}",
        ", devices: {name: [core1, r1]}",
        ", devices: {env: lab, tag: edge}",
    ]);
    let what = prop::sample::select(vec![
        "class: [read, terminal]",
        "class: [read.sensitive, write.pipe]",
        "class: [config, disruptive]",
        "commands: ['show ...']",
        "commands: ['reload ...', shutdown]",
        "commands: ['no shutdown'], mode: config-if",
        "intent: x",
        "intent: [x, y], class: [read, config]",
        "class: config, mode: config",
    ]);
    (prop::sample::select(effects), who, devices, what)
        .prop_filter("a pattern must apply", |(_, _, devices, what)| {
            !(devices.contains("frr") && what.contains("reload"))
        })
        .prop_map(|(effect, who, devices, what)| format!("effect: {effect}{who}{devices}, do: {{{what}}}"))
}

fn numbered(rules: &[String]) -> Vec<(String, String)> {
    rules.iter().enumerate().map(|(n, rule)| (format!("r{n}"), format!("- {{id: r{n}, {rule}}}\n"))).collect()
}

fn set(rules: &[String]) -> RuleSet {
    let text: String = numbered(rules).into_iter().map(|(_, text)| text).collect();
    if text.is_empty() { compile(&[]) } else { compile(&[file("f", &text)]) }
}

fn permits(decision: &Decision) -> bool {
    matches!(decision, Decision::Permit(_))
}

const BOTH: &[&str] = &["allow", "allow", "allow", "deny"];

proptest! {
    #[test]
    fn without_rules_nothing_is_permitted(case in case()) {
        prop_assert!(!permits(&case.decide(&set(&[]))));
    }

    #[test]
    fn a_deny_never_widens_and_an_allow_never_narrows(
        case in case(),
        rules in prop::collection::vec(rule(BOTH), 0..12),
        deny in rule(&["deny"]),
        allow in rule(&["allow"]),
    ) {
        let before = permits(&case.decide(&set(&rules)));
        let with = |more: &String| {
            permits(&case.decide(&set(&rules.iter().chain([more]).cloned().collect::<Vec<_>>())))
        };
        prop_assert!(before || !with(&deny));
        prop_assert!(!before || with(&allow));
    }

    /// P4: an agent does nothing that its human could not have done by the same rules, nor anything that the agent
    /// may not do: each leg has an `allow` among those named, and takes it away when that goes.
    #[test]
    fn a_permit_needs_an_allow_for_every_leg(
        case in case(),
        rules in prop::collection::vec(rule(&["allow"]), 1..12),
    ) {
        if permits(&case.decide(&set(&rules))) {
            let only = |leg: &str| {
                let kept: Vec<String> = rules.iter().filter(|rule| !speaks_of(rule, leg)).cloned().collect();
                permits(&case.decide(&set(&kept)))
            };
            let legs = [("human", case.human.is_some()), ("agent", case.agent.is_some()), ("gate", case.human.is_none())];
            for (leg, _) in legs.iter().filter(|(_, there)| *there) {
                prop_assert!(!only(leg), "permitted without an allow for the {leg}");
            }
        }
    }

    #[test]
    fn what_no_rule_can_allow_is_never_permitted(case in case(), rules in prop::collection::vec(rule(BOTH), 0..12)) {
        let outside = matches!(case.plan, PlanStanding::Outside(_));
        if outside || case.line == "write erase" {
            let Decision::Deny(denial) = case.decide(&set(&rules)) else { panic!("permitted") };
            prop_assert_eq!(denial.rules, Vec::new());
            prop_assert!(matches!(denial.code, Code::Refused | Code::IntentDone));
        }
    }

    #[test]
    fn order_and_files_do_not_matter(
        case in case(),
        rules in prop::collection::vec(rule(BOTH), 0..12),
        keys in prop::collection::vec(any::<u32>(), 12),
        cut in 0usize..12,
    ) {
        let mut shuffled: Vec<_> = numbered(&rules).into_iter().zip(keys).collect();
        shuffled.sort_by_key(|(_, key)| *key);
        let texts: Vec<String> = shuffled.into_iter().map(|((_, text), _)| text).collect();
        let (one, two) = texts.split_at(cut.min(texts.len()));
        let files: Vec<_> = [("g", one), ("f", two)]
            .into_iter()
            .filter(|(_, texts)| !texts.is_empty())
            .map(|(name, texts)| file(name, &texts.concat()))
            .collect();
        prop_assert_eq!(case.verdict(&compile(&files)), case.verdict(&set(&rules)));
    }

    #[test]
    fn the_same_question_has_the_same_answer(case in case(), rules in prop::collection::vec(rule(BOTH), 0..12)) {
        let (one, two) = (set(&rules), set(&rules));
        prop_assert_eq!(format!("{:?}", case.decide(&one)), format!("{:?}", case.decide(&two)));
    }

    /// The index finds what going through the rules one by one finds.
    #[test]
    fn rules_together_are_rules_one_by_one(case in case(), rules in prop::collection::vec(rule(BOTH), 0..30)) {
        let alone = |text: &String| case.decide(&set(std::slice::from_ref(text)));
        let denied = |text: &&String| matches!(alone(text), Decision::Deny(Denial { code: Code::Rule, .. }));
        let denies = rules.iter().filter(denied).count();
        match case.decide(&set(&rules)) {
            Decision::Permit(_) => prop_assert_eq!(denies, 0),
            Decision::Deny(denial) => prop_assert_eq!(denial.rules.len(), denies.min(NAMED)),
        }
    }
}

/// Whether an `allow`, as these tests write it, counts for a leg.
fn speaks_of(rule: &str, leg: &str) -> bool {
    let alone = leg == "human" && rule.contains("who: {agent: none}");
    let none = leg == "agent" && rule.contains("agent: none");
    !rule.contains("who:") || alone || (rule.contains(&format!("{leg}:")) && !none)
}
