use super::*;
use crate::terms::Code;

#[test]
fn shipped_intents_expand_to_the_platforms_own_commands() {
    let (catalogue, grammars) = (shipped(), grammars());
    let plan = |action: &str, on: &str, pairs: &[(&str, &str)]| {
        catalogue.plan(action, &params(pairs), &platform(on), &grammars).expect("plan")
    };
    assert_eq!(
        plan("show_bgp_summary", "frr", &[]).digest_text(),
        "O-Ts0T6JryfI2pHDR8jdnIYM2oCRhYPVCPpeuLR9x00",
        "the published vector"
    );
    assert_eq!(
        plan("show_bgp_summary", "cisco_ios", &[]).steps(),
        steps(&[("privileged", "show ip bgp summary")])
    );
    let down = |interface: &str| {
        steps(&[
            ("privileged", "configure terminal"),
            ("config", &format!("interface {interface}")),
            ("config-if", "shutdown"),
            ("config-if", "end"),
        ])
    };
    let frr = plan("request_interface_shutdown", "frr", &[("interface", "eth1")]);
    assert_eq!((frr.steps(), frr.count()), (&down("eth1")[..], 5));
    // An abbreviation in a parameter is the same plan as its full form.
    let short = plan("request_interface_shutdown", "cisco_ios", &[("interface", "gi0/1")]);
    let full = plan("request_interface_shutdown", "cisco_ios", &[("interface", "GigabitEthernet0/1")]);
    assert_eq!(short, full);
    assert_eq!(full.steps(), down("GigabitEthernet0/1"));
    assert_eq!(full.extra_reads(), steps(&[("privileged", "show interfaces GigabitEthernet0/1")]));
}

#[test]
fn parameters_that_do_not_fit_are_refused_and_not_repeated() {
    let (catalogue, grammars) = (shipped(), grammars());
    let code = |action: &str, on: &str, pairs: &[(&str, &str)]| {
        let fault = catalogue.plan(action, &params(pairs), &platform(on), &grammars).expect_err("fault");
        assert!(!fault.detail.contains("canary"), "{}", fault.detail);
        fault.code
    };
    assert_eq!(code("format_flash", "frr", &[]), Code::IntentUnknown);
    assert_eq!(code("show_bgp_summary", "arista_eos", &[]), Code::IntentUnknown);
    assert_eq!(code("show_bgp_summary", "frr", &[("canary", "x")]), Code::ParamsInvalid);
    assert_eq!(code("request_interface_shutdown", "frr", &[]), Code::ParamsInvalid);
    assert_eq!(
        code("request_interface_shutdown", "frr", &[("interface", "eth1"), ("x", "y")]),
        Code::ParamsInvalid
    );
    for value in [
        "",
        " ",
        "eth1 ",
        "eth1 canary",
        "eth1\nreload",
        "eth1;reload",
        "eth1|include canary",
        "eth1?",
        "1",
        "brief!",
        "{interface}",
        "canary-name-longer-than-any-interface",
        "\u{435}th1",
    ] {
        let found = code("request_interface_shutdown", "frr", &[("interface", value)]);
        assert_eq!(found, Code::ParamsInvalid, "{value:?}");
    }
    for value in ["foo1", "Gi0/100000", "GigabitEthernet", "Te0/1canary", "t1"] {
        let found = code("request_interface_shutdown", "cisco_ios", &[("interface", value)]);
        assert_eq!(found, Code::ParamsInvalid, "{value:?}");
    }
    // `show interface brief` is a command of its own on FRR: a parameter must not turn one command into another.
    assert_eq!(code("request_interface_shutdown", "frr", &[("interface", "brief")]), Code::ParamsInvalid);
}

fn problems(text: &str) -> Vec<String> {
    match Catalogue::parse(&[("i.yaml".to_owned(), text.to_owned())], &grammars()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.as_slice().iter().map(|p| format!("{} {}", p.span, p.message)).collect(),
    }
}

fn with(intents: &str) -> String {
    format!("kind: Intents\nintents:\n{intents}")
}

#[test]
fn files_of_another_kind_are_skipped() {
    let rules = ("r.yaml".to_owned(), "kind: Rules\nrules: []\n".to_owned());
    let none = ("n.yaml".to_owned(), "anything: else\n".to_owned());
    let own = ("i.yaml".to_owned(), with("  a: {about: x, risk: read, plan: {frr: [show bgp summary]}}\n"));
    let catalogue = Catalogue::parse(&[rules, own, none], &grammars()).expect("catalogue");
    assert_eq!(catalogue.intents().map(|intent| intent.name().as_str()).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let text = with(
        "  \
  Bad-Name: {about: x, risk: read, plan: {frr: [show bgp summary]}}
  a_unknown: {about: x, risk: read, plan: {vyos: [show version]}}
  b_abbreviated: {about: x, risk: read, plan: {frr: [sh bgp summ]}}
  c_wrong_mode: {about: x, risk: change, plan: {frr: [shutdown]}}
  d_not_read: {about: x, risk: read, plan: {frr: [write memory]}}
  e_stays: {about: x, risk: change, plan: {frr: [configure terminal]}}
  f_no_change: {about: x, risk: change, plan: {frr: [show bgp summary]}}
  g_undeclared: {about: x, risk: read, plan: {frr: ['show interface {i}']}}
  h_unused: {about: x, risk: read, params: {i: {type: interface, about: x, example: {any: eth1}}}, plan: {frr: [show bgp summary]}}
  i_type: {about: x, risk: read, params: {i: {type: iface, about: x, example: {any: eth1}}}, plan: {frr: ['show interface {i}']}}
  j_example: {about: x, risk: read, params: {i: {type: interface, about: x, example: {cisco_ios: Gi0/1}}}, plan: {frr: ['show interface {i}']}}
  k_keyword: {about: x, risk: read, params: {i: {type: interface, about: x, example: {any: brief}}}, plan: {frr: ['show interface {i}']}}
  l_escape: {about: x, risk: change, plan: {cisco_ios: [tclsh]}}
  m_exit: {about: x, risk: change, plan: {frr: [exit]}}
  n_refused: {about: x, risk: change, plan: {frr: [write erase]}}
  o_extra: {about: x, risk: read, plan: {frr: [show bgp summary]}, extra_reads: {frr: [show ip bgp], cisco_ios: [show version]}}
  p_bound: {about: x, risk: read, plan: {frr: [show bgp summary]}, extra_reads: {frr: [show interface eth1]}}
  q_brace: {about: x, risk: read, plan: {frr: ['show interface {i']}}
  r_empty: {about: x, risk: read, plan: {frr: []}}
  s_none: {about: x, risk: read, plan: {}}
",
    );
    let found = problems(&text);
    let wanted = [
        "i.yaml:3:21 `Bad-Name` is no name",
        "i.yaml:4:22 no grammar reads `vyos`; known: arista_eos, cisco_ios,",
        "frr in mode privileged: it reads as `show bgp summary`: write it so",
        "frr in mode privileged: UNRECOGNIZED",
        "its class is config.save, and the risk of the intent is `read`",
        "the plan ends in mode config: it must lead back to privileged",
        "nothing of the plan for frr changes anything",
        "`i` is no parameter of the intent",
        "no step for frr uses `i`",
        "`iface` is no type",
        "`i` has no example for frr, nor for `any`",
        "`i` does not stand where a value of its type belongs",
        "a command of class escape is never part of a plan",
        "it ends the session",
        "frr in mode privileged: REFUSED",
        "its class is read.heavy: an extra read must be `read`",
        "`extra_reads` names `cisco_ios`, `plan` does not",
        "a value that is no parameter of the intent",
        "a brace without its partner",
        "a plan for frr has 0 steps",
        "`s_none` has a plan for no platform",
    ];
    for wanted in wanted {
        assert!(found.iter().any(|found| found.contains(wanted)), "missing: {wanted}\n{found:#?}");
    }
    assert!(found.iter().all(|problem| problem.starts_with("i.yaml:")), "{found:#?}");
}

#[test]
fn unknown_keys_and_twins_are_errors() {
    for text in [
        with("  a: {about: x, risk: read, plan: {frr: [show bgp summary]}, rollback: {}}\n"),
        with(
            "  a: {about: x, risk: read, plan: {frr: [show bgp summary]}}\n  a: {about: x, risk: read, plan: {}}\n",
        ),
        with("  a: {about: x, risk: maybe, plan: {frr: [show bgp summary]}}\n"),
        with("  a: {about: x, plan: {frr: [show bgp summary]}}\n"),
        "kind: Intents\nintents: {}\nextra: 1\n".to_owned(),
        "kind: Intents\n".to_owned(),
        "kind: [".to_owned(),
        format!("apiVersion: portcullis/v2\n{}", with("  {}\n")),
    ] {
        assert_eq!(problems(&text).len(), 1, "{text}");
    }
    let file = |name: &str| {
        (name.to_owned(), with("  a: {about: x, risk: read, plan: {frr: [show bgp summary]}}\n"))
    };
    let twins = Catalogue::parse(&[file("1.yaml"), file("2.yaml")], &grammars()).expect_err("twins");
    assert_eq!(twins.as_slice()[0].message, "`a` is also in another file");
    assert_eq!(twins.as_slice()[0].span.to_string(), "2.yaml:3:14");
}

#[test]
fn every_type_takes_what_it_should_and_binds_to_its_place() {
    let text = with(
        "  t:
    about: x
    risk: change
    params:
      net: {type: prefix, about: x, example: {any: 10.0.0.0/8}}
      via: {type: ipv4, about: x, example: {any: 10.1.1.1}}
      metric: {type: integer, min: 1, max: 200, about: x, example: {any: '5'}}
      word: {type: text, about: x, example: {any: 'to AS65001; reload'}}
      list: {type: name, about: x, example: {any: ALLOWED}}
    plan:
      frr:
        - configure terminal
        - ip route {net} {via} {metric}
        - ip prefix-list {list} seq 5 permit {net}
        - interface eth0
        - description {word}
        - end
",
    );
    let grammars = grammars();
    let catalogue = Catalogue::parse(&[("t.yaml".to_owned(), text)], &grammars).expect("catalogue");
    let good =
        [("net", "10.2.0.0/16"), ("via", "10.1.1.9"), ("metric", "200"), ("word", "a ; b"), ("list", "X")];
    let plan = |change: (&str, &str)| {
        let mut values = params(&good);
        values.insert(change.0.to_owned(), change.1.to_owned());
        catalogue.plan("t", &values, &platform("frr"), &grammars).map_err(|fault| fault.code)
    };
    let texts: Vec<String> =
        plan(good[0]).expect("plan").steps().iter().map(|step| step.text.clone()).collect();
    assert_eq!(
        texts[1..5],
        [
            "ip route 10.2.0.0/16 10.1.1.9 200",
            "ip prefix-list X seq 5 permit 10.2.0.0/16",
            "interface eth0",
            "description a ; b",
        ]
    );
    for bad in [
        ("net", "10.0.0.0/33"),
        ("net", "10.0.0.0"),
        ("via", "eth0"),
        ("via", "10.1.1.256"),
        ("metric", "0"),
        ("metric", "201"),
        ("metric", "+5"),
        ("metric", "05"),
        ("word", "what?"),
        ("word", " a"),
        ("word", "a\tb"),
        ("list", "a b"),
        ("list", ""),
    ] {
        assert_eq!(plan(bad), Err(Code::ParamsInvalid), "{bad:?}");
    }
}
