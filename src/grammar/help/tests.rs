use std::collections::BTreeMap;

use super::*;
use crate::grammar::GrammarSet;

const TOY: &str = r##"
platform toy {
  start exec;
  case fold;
  negation no;
  comment "!";
  separator ";";
  pipes chain;
  refusal "no";
  leave "end";
  interfaces Ethernet Eternal;
}
pipe out {
  include REGEX... : filter
  redirect URL : write.pipe
  nothing : refuse
}
mode exec prompt "#" {
  show version : read | out
  show vlan [(1-4094)|NAME] : read | out
  show {brief|detail NAME} : read
  shut : disruptive
  reload : refuse because "no"
  configure : config enter config
  exit : terminal close
}
mode config parent exec walkup also exec configuration prompt "(config)#" {
  interface IFNAME : config enter config-if
  do @exec : same
  [no] motd LINE... : config
  set @words : config
  edit @words : terminal edit beginnings
  top : terminal top
  up [(1-9)] : terminal up
  exit : terminal leave exec
  end : terminal leave exec
}
mode config-if parent config walkup configuration prompt "(config-if)#" {
  address <A.B.C.D|X:X::X:X> : config
  exit : terminal leave config
}
tree words {
  system name STRING : config.mgmt
  system <user|key> NAME SECRET : config.aaa
  port IFNAME mtu (64-9000) : config
}
"##;

fn toy() -> Arc<Grammar> {
    let files = BTreeMap::from([("a".to_owned(), TOY.to_owned())]);
    let set = GrammarSet::compile(&BTreeMap::from([("toy".to_owned(), files)])).expect("compiles");
    set.get(&"toy".parse().expect("name")).expect("toy").clone()
}

fn mode(name: &str) -> Mode {
    name.parse().expect("mode")
}

/// What is shown, and in brackets where nothing is behind it.
fn shown(grammar: &Grammar, at: &str, context: &Context, typed: &str) -> String {
    let Some(help) = grammar.help(&mode(at), context, typed) else { return "-".to_owned() };
    let one = |candidate: &Candidate<'_>| match candidate.behind.is_empty() {
        false => candidate.shown.clone(),
        true => format!("({})", candidate.shown),
    };
    help.candidates.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn table(rows: &[(&str, &str, &str)]) {
    let grammar = toy();
    for (at, typed, expected) in rows {
        assert_eq!(shown(&grammar, at, &Context::default(), typed), *expected, "{at}: {typed:?}");
    }
}

#[test]
fn words_and_values_that_may_come() {
    table(&[
        ("exec", "", "configure exit (reload) show shut"),
        ("exec", "  sh", "show shut"),
        ("exec", "SHO", "show"),
        ("exec", "show", "show"),
        ("exec", "show ", "brief detail version vlan"),
        ("exec", "sho v", "version vlan"),
        ("exec", "show vlan ", "<1-4094> WORD | <cr>"),
        ("exec", "show vlan 1", "<1-4094> WORD"),
        ("exec", "show vlan 10000", "WORD"),
        ("exec", "show vlan a/b", "WORD"),
        ("exec", "show version ", "| <cr>"),
        ("exec", "show brief ", "brief detail <cr>"),
        ("exec", "show brief detail ", "WORD"),
        ("exec", "shut ", "<cr>"),
        ("config-if", "address ", "A.B.C.D X:X::X:X"),
        ("config-if", "address 2", "A.B.C.D X:X::X:X"),
        ("config-if", "address f", "X:X::X:X"),
    ]);
}

#[test]
fn what_reads_as_nothing_gets_none() {
    table(&[
        ("exec", "frob ", "-"),
        ("exec", "s ", "-"),
        ("exec", "show version x", "-"),
        ("exec", "! show ", "-"),
        ("exec", "show version ; ", "-"),
        ("exec", "show v | ", "-"),
        ("exec", "shut | ", "-"),
        ("exec", "reload ", "-"),
        ("nowhere", "", "-"),
    ]);
}

#[test]
fn stages_of_pipes() {
    table(&[
        ("exec", "show version |", "include (nothing) redirect"),
        ("exec", "show version | in", "include"),
        ("exec", "sho ver|in ", "LINE"),
        ("exec", "show version | include x ", "| <cr>"),
        ("exec", "show version | include x | r", "redirect"),
        ("exec", "show version | redirect ", "URL"),
    ]);
    let grammar = toy();
    let help = grammar.help(&mode("exec"), &Context::default(), "sho ver | include x | ").expect("help");
    assert_eq!((help.text.as_str(), help.half.as_str()), ("show version | include x |", ""));
    let redirect = help.candidates.iter().find(|own| own.shown == "redirect").expect("redirect");
    let [way] = redirect.behind.as_slice() else { panic!("one way: {redirect:?}") };
    assert_eq!((&**way.leaf, way.class), ("show version", Class::Read));
    let stages: Vec<_> = way.stages.iter().map(|(leaf, class)| (&**leaf, *class)).collect();
    assert_eq!(stages, [("include REGEX...", Class::Filter), ("redirect URL", Class::WritePipe)]);
}

#[test]
fn references_parents_and_other_modes() {
    table(&[
        // Own words and those of `exec`. What a reference must not do is behind nothing.
        ("config", "", "(configure) do edit end exit interface motd no (reload) set show shut top up"),
        ("config", "do ", "(configure) (exit) (reload) show shut"),
        ("config", "do sh", "show shut"),
        ("config", "do show ver ", "| <cr>"),
        ("config", "show ", "brief detail version vlan"),
        ("config", "s ", "-"),
        ("config", "no ", "motd"),
        ("config", "motd a b ", "<cr>"),
        ("config", "interface ", "IFNAME"),
        ("config", "interface eth", "IFNAME"),
        ("config", "interface x", "-"),
        ("config-if", "", "address exit"),
        ("config-if", "inter", "interface"),
        ("config-if", "motd ", "LINE"),
    ]);
}

#[test]
fn contexts() {
    let grammar = toy();
    let moved = |typed: &str| {
        let line = PresentedLine::parse(typed.as_bytes()).expect("line");
        match grammar.parse(&mode("config"), &line) {
            Parse::Moved(context) => context,
            other => panic!("{other:?}"),
        }
    };
    let (top, system) = (Context::default(), moved("edit system"));
    assert_eq!(shown(&grammar, "config", &top, "set "), "port system");
    assert_eq!(shown(&grammar, "config", &system, "set "), "key name user");
    assert_eq!(shown(&grammar, "config", &system, "set user WORD "), "SECRET");
    assert_eq!(shown(&grammar, "config", &top, "edit system "), "key name user <cr>");
    assert_eq!(shown(&grammar, "config", &top, "up "), "<1-9> <cr>");
    // Behind `set` only what can be reached from here.
    let classes = |context: &Context| {
        let help = grammar.help(&mode("config"), context, "se").expect("help");
        let mut all: Vec<_> = help.candidates[0].behind.iter().map(|way| way.leaf.to_string()).collect();
        all.sort();
        all
    };
    assert_eq!(classes(&top).len(), 4);
    assert!(classes(&system).iter().all(|leaf| leaf.contains("system")), "{:?}", classes(&system));
    let help = grammar.help(&mode("config"), &system, "set n").expect("help");
    assert_eq!(help.text, "set system");
}

#[test]
fn what_is_behind_a_word_is_every_spelling_and_no_other() {
    let grammar = toy();
    let help = grammar.help(&mode("exec"), &Context::default(), "").expect("help");
    let ids = |word: &str| -> Vec<u32> {
        let candidate = help.candidates.iter().find(|own| own.shown == word).expect("word");
        let mut ids: Vec<_> = candidate.behind.iter().map(|way| way.id).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(
        ids("show"),
        grammar
            .pattern("show ...")
            .expect("pattern")
            .variants()
            .iter()
            .copied()
            .filter(|id| { grammar.spellings().any(|own| own.id == *id && own.mode.as_str() == "exec") })
            .collect::<Vec<_>>()
    );
    let exit = help.candidates.iter().find(|own| own.shown == "exit").expect("exit");
    assert!(exit.behind[0].closes && exit.behind[0].stays);
    let configure = help.candidates.iter().find(|own| own.shown == "configure").expect("configure");
    assert!(!configure.behind[0].stays);
}

/// Whatever is shown as a word leads somewhere: the line with it is not refused as unknown at this place.
#[test]
fn a_word_that_is_shown_is_read() {
    for grammar in GrammarSet::shipped().expect("shipped").iter() {
        for at in grammar.modes() {
            let help = grammar.help(at, &Context::default(), "").expect("every mode reads something");
            for candidate in help.candidates.iter().filter(|own| own.kind == Kind::Word) {
                let line = PresentedLine::parse(candidate.shown.as_bytes()).expect("line");
                let parse = grammar.parse(at, &line);
                let unread = matches!(parse, Parse::Unrecognized { .. } | Parse::Ambiguous { .. });
                assert!(!unread, "{} {at}: {}", grammar.platform(), candidate.shown);
            }
        }
    }
}
