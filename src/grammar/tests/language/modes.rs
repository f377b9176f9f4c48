//! Modes that refer to each other: `@mode`, `also`, `parent`, `walkup`.

use super::*;

const DEVICE: &str = "
mode a prompt \"#\" {
 show version : read
 reload : disruptive
 configure : config enter c
 quit : terminal close
 banner DELIM... : config block \"Enter\" delimiter
}
mode c parent a walkup configuration prompt \"(c)#\" {
 do @a : same
 interface NAME : config enter i
 [no] vlan (1-9) : config enter v
 [no] ip NAME : config
 exit : terminal leave a
}
mode i parent c walkup configuration prompt \"(i)#\" {
 shutdown : config
 ipv6 enable : config
 exit : terminal leave c
}
mode v configuration prompt \"(v)#\" {
 name NAME : config
 exit : terminal leave c
}
";

#[test]
fn a_mode_that_is_referred_to_lends_its_very_commands() {
    let own = platform("", DEVICE);
    let (there, here) = (
        read_in(&own, &mode("a"), "rel").expect("there"),
        read_in(&own, &mode("c"), "do rel").expect("here"),
    );
    assert_eq!((here.text(), here.class()), ("do reload", Class::Disruptive));
    assert_eq!(here.variant(), there.variant(), "whoever denies `reload` denies `do reload`");
    assert_eq!((here.mode().as_str(), here.next_mode().as_str()), ("c", "c"));
    let pattern = own.pattern("reload").expect("pattern");
    assert!(pattern.variants().contains(&here.variant()));
    for typed in ["do configure", "do quit", "do banner ^x^"] {
        assert_eq!(says(&own, "c", typed), "refused", "{typed}");
    }
    assert_eq!(says(&own, "c", "do"), "incomplete");
}

#[test]
fn a_mode_is_entered_unless_the_command_is_negated() {
    let own = platform("", DEVICE);
    assert_eq!(
        says(&own, "c", "vlan 5\nname x\nexit"),
        "vlan 5 : config > v && name x : config && exit : terminal > c"
    );
    assert_eq!(says(&own, "c", "no vlan 5"), "no vlan 5 : config");
}

#[test]
fn what_only_the_parent_reads_is_typed_there() {
    let own = platform("", DEVICE);
    let up = |mode_name: &str, typed: &str| {
        let line = PresentedLine::parse(typed.as_bytes()).expect("line");
        own.walk_up(&mode(mode_name), &Context::default(), &line)
            .map(|(at, leaves)| format!("{at} {}", leaves.join(",")))
    };
    assert_eq!(up("i", "interface x").as_deref(), Some("c exit"));
    assert_eq!(up("i", "show version").as_deref(), Some("a exit,exit"));
    assert_eq!(up("c", "show version").as_deref(), Some("a exit"));
    assert_eq!(up("i", "nonsense"), None);
    assert_eq!(up("v", "interface x"), None, "no walk-up without `walkup`");
    assert_eq!(up("a", "interface x"), None);
    assert_eq!(says(&own, "i", "interface x"), "exit : terminal > c && interface x : config > i");
    assert_eq!(says(&own, "v", "interface x"), "unrecognized");
}

#[test]
fn what_is_no_command_in_the_child_is_not_tried_in_the_parent() {
    let own = platform("", DEVICE);
    // `ip` begins `ipv6` here and is a word of its own there: only what is no beginning at all goes up.
    assert_eq!(says(&own, "i", "ip"), "incomplete");
    let ambiguous = platform(
        "",
        "mode a prompt \"#\" {\n sh : read\n go : config enter c\n}\nmode c parent a walkup prompt \"c#\" {\n show : read\n shut : config\n exit : terminal leave a\n}\n",
    );
    assert_eq!(says(&ambiguous, "c", "sh"), "ambiguous");
    // An ambiguous line of the parent is one there.
    assert_eq!(says(&own, "i", "e"), "exit : terminal > c");
}

const ALSO: &str = "
mode a prompt \"#\" {
 show clock : read
 show vlan NAME : read
 reload : disruptive
 no debug : debug
 configure : config enter c
}
mode c also a configuration prompt \"(c)#\" {
 show this : read.sensitive
 router : config
 shutdown : config
 [no] vlan (1-9) : config
 end : terminal leave a
}
";

#[test]
fn commands_of_another_mode_may_be_typed_too() {
    let own = platform("", ALSO);
    for (typed, came) in [
        ("reload", "reload : disruptive"),
        ("rel", "reload : disruptive"),
        ("rout", "router : config"),
        ("r", "ambiguous"),
        ("sh", "ambiguous"),
        ("shu", "shutdown : config"),
        // The word means one thing in both: the mode's own commands first, then the other's.
        ("show this", "show this : read.sensitive"),
        ("sho clock", "show clock : read"),
        ("no vlan 5", "no vlan 5 : config"),
        ("no debug", "no debug : debug"),
        ("configure", "refused"),
        ("nonsense", "unrecognized"),
    ] {
        assert_eq!(says(&own, "c", typed), came, "{typed}");
    }
    assert_eq!(says(&own, "a", "shutdown"), "unrecognized", "not the other way round");
}

#[test]
fn commands_of_several_modes_may_be_typed_too() {
    let own = platform(
        "",
        "mode a prompt \"#\" {\n show : read\n reload : disruptive\n go : config enter c\n}\n\
         mode b prompt \"b#\" \"b2#\" {\n vlan : config\n route : config.routing\n leave : terminal leave c\n}\n\
         mode c also a also b prompt \"c#\" {\n name : config\n up : terminal leave b\n}\n",
    );
    for (typed, came) in [
        ("name", "name : config"),
        ("sh", "show : read"),
        ("vl", "vlan : config"),
        ("r", "ambiguous"),
        ("ro", "route : config.routing"),
        ("rel", "reload : disruptive"),
        ("nonsense", "unrecognized"),
    ] {
        assert_eq!(says(&own, "c", typed), came, "{typed}");
    }
    let form = own.prompt_form(&mode("b")).expect("form");
    assert!(form.is("b#") && form.is("b2#") && !form.is("b3#") && !form.is("b#b2#"));
}
