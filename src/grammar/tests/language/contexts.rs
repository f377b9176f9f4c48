//! Contexts: the gate remembers them, the device gets whole paths.

use super::*;

const JUNOS: &str = "
tree statements {
 interfaces IFNAME mtu (256-9192) : config
 interfaces IFNAME unit (0-9) family <inet|inet6> : config
 system login user NAME : config.aaa
 system login message STRING : config
 event-options LINE... : refuse because \"stores commands\"
}
mode a prompt \"> \" {
 configure : config enter c sends \"configure private\"
}
mode c configuration prompt \"# \" banner \"[edit]\" {
 set @statements : same
 delete [@statements] : same beginnings
 edit @statements : terminal beginnings edit
 top : terminal top
 top @c : same top
 up [(1-9)] : terminal up
 exit : terminal exit leave a
 commit : config.save
 run @a : same
}
";

fn junos() -> Grammar {
    platform("quotes;", JUNOS)
}

#[test]
fn a_statement_is_sent_with_its_whole_path() {
    let own = junos();
    for (typed, came) in [
        ("set int ge-0/0/0 mtu 9000", "set interfaces ge-0/0/0 mtu 9000 : config"),
        (
            "edit int ge-0/0/0\nset mtu 9000",
            "[interfaces ge-0/0/0] && set interfaces ge-0/0/0 mtu 9000 : config",
        ),
        ("edit system login\nset user x", "[system login] && set system login user x : config.aaa"),
        // What would be another statement at the top is none here.
        ("edit int ge-0/0/0\nset system login user x", "[interfaces ge-0/0/0] && unrecognized"),
        (
            "edit int ge-0/0/0\ntop set system login user x",
            "[interfaces ge-0/0/0] && set system login user x : config.aaa",
        ),
        ("edit int ge-0/0/0\ncommit", "[interfaces ge-0/0/0] && commit : config.save"),
        ("set event-options policy x", "refused"),
        ("edit nothing", "unrecognized"),
    ] {
        assert_eq!(says(&own, "c", typed), came, "{typed}");
    }
}

#[test]
fn a_beginning_is_deleted_with_the_class_of_the_worst_below_it() {
    let own = junos();
    for (typed, came) in [
        ("delete interfaces", "delete interfaces : config"),
        ("delete system", "delete system : config.aaa"),
        ("delete system login message", "delete system login message : config"),
        ("delete event-options", "refused"),
        ("edit system login\ndelete user x", "[system login] && delete system login user x : config.aaa"),
        ("edit system\ndelete", "[system] && delete system : config.aaa"),
        ("edit int ge-0/0/0\ndelete", "[interfaces ge-0/0/0] && delete interfaces ge-0/0/0 : config"),
    ] {
        assert_eq!(says(&own, "c", typed), came, "{typed}");
    }
}

/// Alone at the top it would take away everything there is.
#[test]
fn delete_alone_at_the_top_is_never_less_than_all() {
    let came = says(&junos(), "c", "delete");
    assert!(["incomplete", "refused"].contains(&came.as_str()), "{came}");
}

#[test]
fn contexts_are_left_as_they_were_entered() {
    let own = junos();
    for (typed, came) in [
        ("edit int ge-0/0/0 unit 0\nup", "[interfaces ge-0/0/0 unit 0] && [interfaces ge-0/0/0]"),
        ("edit int ge-0/0/0 unit 0\nup 2", "[interfaces ge-0/0/0 unit 0] && []"),
        ("edit int ge-0/0/0 unit 0\nup 9", "[interfaces ge-0/0/0 unit 0] && []"),
        ("edit system\nedit login\nexit\nexit", "[system] && [system login] && [system] && []"),
        ("edit system login\ntop", "[system login] && []"),
        ("edit system\nexit\nexit", "[system] && [] && exit : terminal > a"),
        ("exit", "exit : terminal > a"),
        ("edit int ge-0/0/0\nedit system", "[interfaces ge-0/0/0] && unrecognized"),
    ] {
        assert_eq!(says(&own, "c", typed), came, "{typed}");
    }
}

#[test]
fn the_banner_shows_the_context() {
    let own = junos();
    let line = PresentedLine::parse(b"edit int ge-0/0/0").expect("line");
    let Parse::Moved(context) = own.parse(&mode("c"), &line) else { panic!("not moved") };
    assert_eq!(own.banner_in(&mode("c"), &context).as_deref(), Some("[edit interfaces ge-0/0/0]"));
    assert_eq!(own.banner_in(&mode("c"), &Context::default()).as_deref(), Some("[edit]"));
    assert_eq!(own.banner_in(&mode("a"), &context), None);
}

#[test]
fn another_text_is_sent_for_the_same_command() {
    assert_eq!(says(&junos(), "a", "conf"), "configure private : config > c");
}
