//! Every row of the tables of `grammars/README.md`, each where it makes a difference.

mod blocks;
mod contexts;
mod modes;
mod secrets;
mod values;

use super::session::says;
use super::*;

/// A platform with these settings.
fn platform(settings: &str, body: &str) -> Grammar {
    let text = format!(
        "platform t {{\n start a;\n negation no;\n leave \"end\";\n refusal \"% no\";\n {settings}\n}}\n{body}"
    );
    compile_one(&text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// One mode with these productions.
fn in_mode(settings: &str, productions: &str) -> Grammar {
    platform(settings, &format!("mode a prompt \"#\" {{\n{productions}\n}}\n"))
}

fn assert_says(grammar: &Grammar, rows: &[(&str, &str)]) {
    for (typed, came) in rows {
        assert_eq!(says(grammar, "a", typed), *came, "{typed}");
    }
}

#[test]
fn a_keyword_is_typed_whole_or_by_a_beginning_of_its_own() {
    let own = in_mode("", " show : read\n shut : config\n shutdown : disruptive");
    assert_says(
        &own,
        &[
            ("show", "show : read"),
            ("sho", "show : read"),
            ("sh", "ambiguous"),
            ("shut", "shut : config"),
            ("shutd", "shutdown : disruptive"),
            ("SHOW", "unrecognized"),
            ("shows", "unrecognized"),
        ],
    );
    assert_says(&in_mode("case fold;", " show : read"), &[("SHo", "show : read")]);
}

#[test]
fn a_keyword_in_quotes_may_have_capitals_and_signs() {
    let own = in_mode("", " to \"Null0\" : config\n at \"[\" NAME \"]\" : read");
    assert_says(
        &own,
        &[
            ("to Null0", "to Null0 : config"),
            ("to Nu", "to Null0 : config"),
            ("to null0", "unrecognized"),
            ("at [ x ]", "at [ x ] : read"),
            ("at [ x", "incomplete"),
        ],
    );
}

#[test]
fn brackets_may_be_left_out() {
    let own = in_mode("", " x [y] z : read\n o [a|b c] : read\n e <a|b c> : read");
    assert_says(
        &own,
        &[
            ("x z", "x z : read"),
            ("x y z", "x y z : read"),
            ("x y y z", "unrecognized"),
            ("o", "o : read"),
            ("o a", "o a : read"),
            ("o b c", "o b c : read"),
            ("o a b c", "unrecognized"),
            ("o b", "incomplete"),
            ("e", "incomplete"),
            ("e b c", "e b c : read"),
        ],
    );
}

#[test]
fn what_only_a_negation_may_leave_out() {
    let own = in_mode("", " [no] description ![NAME] : config\n [no] mtu ![(1-9)|auto] : config");
    assert_says(
        &own,
        &[
            ("description x", "description x : config"),
            ("no description", "no description : config"),
            ("no description x", "no description x : config"),
            ("description", "incomplete"),
            ("no mtu", "no mtu : config"),
            ("mtu", "incomplete"),
            ("mtu auto", "mtu auto : config"),
        ],
    );
    assert!(read_in(&own, &mode("a"), "no mtu 5").expect("command").negated());
    assert!(!read_in(&own, &mode("a"), "mtu 5").expect("command").negated());
}

#[test]
fn a_repetition_has_its_parts_in_any_order() {
    let own = in_mode("", " ping NAME [{count (1-9)|df|size (1-99)}] : read\n m {a|b c} end : read");
    assert_says(
        &own,
        &[
            ("ping r1", "ping r1 : read"),
            ("ping r1 si 64 df co 3", "ping r1 size 64 df count 3 : read"),
            ("ping r1 df df", "ping r1 df df : read"),
            ("ping r1 count", "incomplete"),
            ("ping r1 count 10", "unrecognized"),
            ("ping r1 x", "unrecognized"),
            ("m end", "unrecognized"),
            ("m b c a end", "m b c a end : read"),
            ("m b a end", "unrecognized"),
            ("m a", "incomplete"),
        ],
    );
    let all = read_in(&own, &mode("a"), "ping r1 df").expect("command");
    let other = read_in(&own, &mode("a"), "ping r1 count 2 size 3").expect("command");
    assert_eq!(all.variant(), other.variant(), "one repetition is one spelling");
}

#[test]
fn a_tree_is_read_where_it_is_used() {
    let own = platform(
        "",
        "tree af {\n unicast @what : config\n mroute : read.heavy\n}\ntree what {\n summary : read\n all : refuse because \"all\"\n}\n\
         mode a prompt \"#\" {\n show bgp @af : same\n set bgp @af : config\n}\n",
    );
    assert_says(
        &own,
        &[
            ("sh bgp uni sum", "show bgp unicast summary : config"),
            ("sh bgp mro", "show bgp mroute : read.heavy"),
            ("set bgp mro", "set bgp mroute : config"),
            ("show bgp", "incomplete"),
            ("show bgp x", "unrecognized"),
        ],
    );
    let both = ["show bgp mroute", "set bgp mroute"]
        .map(|text| read_in(&own, &mode("a"), text).expect("command").variant());
    assert_ne!(both[0], both[1], "rules tell them apart");
}

#[test]
fn effects_of_a_command() {
    let own = in_mode(
        "",
        " go : config sends \"go private\"\n quit : terminal close\n wipe : disruptive ask \"sure?\" -> \"y\\n\" ask \"really?\" -> \"n\\n\"\n [no] hostname NAME : config renames\n bad : refuse because \"it is bad\"",
    );
    assert_says(
        &own,
        &[("g", "go private : config"), ("bad", "refused"), ("no hostname x", "no hostname x : config")],
    );
    let command = |text: &str| read_in(&own, &mode("a"), text).expect("command");
    assert_eq!(&**command("g").render(), "go private\n");
    assert!(command("quit").ends_session() && !command("go").ends_session());
    let wipe = command("wipe");
    let answers: Vec<(&str, &str)> =
        wipe.answers().iter().map(|answer| (&*answer.question, &*answer.reply)).collect();
    assert_eq!(answers, [("sure?", "y\n"), ("really?", "n\n")]);
    assert_eq!(command("hostname r2").renames(), Some("r2"));
    assert_eq!(command("no hostname r2").renames(), None);
    let line = PresentedLine::parse(b"bad").expect("line");
    let refusal = canonicalize(&own, own.parse(&mode("a"), &line)).expect_err("refusal");
    assert_eq!((refusal.detail.as_str(), refusal.text.as_deref()), ("it is bad", Some("bad")));
}

#[test]
fn pipes_chain_where_the_platform_says_so_and_have_the_worst_class() {
    let body = "pipe p {\n include REGEX... : filter\n save URL : write.pipe\n}\nmode a prompt \"#\" {\n show run : read.sensitive | p\n x : read\n}\n";
    let (one, many, exact) =
        (platform("", body), platform("pipes chain;", body), platform("pipes exact;", body));
    assert_says(
        &one,
        &[
            ("sh ru|inc a  b ", "show run | include a  b  : read.sensitive"),
            ("show run | save x", "show run | save x : write.pipe"),
            ("show run | inc a | save x", "unrecognized"),
            ("show run |", "incomplete"),
            ("x | include y", "unrecognized"),
            ("show run | reload", "unrecognized"),
        ],
    );
    assert_says(
        &many,
        &[
            ("show run | inc a | inc b", "show run | include a | include b : read.sensitive"),
            ("show run | inc a | save x | inc b", "show run | include a | save x | include b : write.pipe"),
            ("show run | inc a | ", "incomplete"),
        ],
    );
    assert_says(
        &exact,
        &[
            ("sh run | include a", "show run | include a : read.sensitive"),
            ("show run | inc a", "unrecognized"),
            ("show run |include a", "unrecognized"),
            ("show run |  include a", "unrecognized"),
        ],
    );
}

/// A device that has one stage alone takes all that follows as its pattern; what could be a stage is never taken for one.
#[test]
fn a_pattern_may_have_alternatives_that_are_no_stages() {
    let body = "pipe p {\n include REGEX... : filter\n redirect URL : write.pipe\n}\nmode a prompt \"#\" {\n show run : read.sensitive | p\n show route REGEX... : read | p\n}\n";
    let own = platform("pipes alternation;", body);
    assert_says(
        &own,
        &[
            ("show run | inc a|b", "show run | include a|b : read.sensitive"),
            ("show run | inc bgp | ospf", "show run | include bgp | ospf : read.sensitive"),
            ("show run | inc a | redirect x", "unrecognized"),
            ("show run | inc a | red x", "unrecognized"),
            ("show run | inc a|r", "unrecognized"),
            ("show run | inc a|REDIRECT x", "show run | include a|REDIRECT x : read.sensitive"),
            // Before the pipe a `|` is a pipe.
            ("show route a|b", "unrecognized"),
        ],
    );
    let folds = platform("case fold; pipes alternation;", body);
    assert_says(&folds, &[("show run | inc a|REDIRECT x", "unrecognized")]);
}

#[test]
fn comments_and_lines_that_are_too_long() {
    let own = in_mode("comment \"!\" \"#\"; max-line 20;", " d LINE... : config\n x : read");
    assert_says(
        &own,
        &[
            ("! reload", "nothing"),
            ("  # x", "nothing"),
            ("", "nothing"),
            ("d 2345678901234567890", "refused"),
            ("d 234567890123456789", "d 234567890123456789 : config"),
        ],
    );
}

#[test]
fn what_acts_by_itself_stands_in_no_free_text() {
    let own = in_mode("live \"?\" \"&&\";", " d LINE... : config\n s STRING : config");
    assert_says(
        &own,
        &[
            ("d a & b", "d a & b : config"),
            ("d a && b", "unrecognized"),
            ("d what?", "unrecognized"),
            ("s a&&b", "unrecognized"),
            ("s a&b", "s a&b : config"),
        ],
    );
}

#[test]
fn quotes_and_separators() {
    let body = "pipe p {\n match REGEX... : filter\n}\nmode a prompt \"#\" {\n show x : read | p\n d STRING : config\n e STRING f : config\n}\n";
    let own = platform("quotes; separator \";\" \"&&\" \">\";", body);
    assert_says(
        &own,
        &[
            ("show x | match \"a;b|c > d\"", "show x | match \"a;b|c > d\" : read"),
            ("show x ; reload", "refused"),
            ("show x | match a;b", "refused"),
            ("show x > flash:x", "refused"),
            ("show x | match \"a", "unrecognized"),
            ("show x | match \"a\" ; \"b\"", "refused"),
            ("d \"two words\"", "d \"two words\" : config"),
            ("e \"a | b\" f", "e \"a | b\" f : config"),
            ("e \"a\"f", "unrecognized"),
            ("d \"a\\\"", "unrecognized"),
            ("d two words", "unrecognized"),
        ],
    );
    // Without `quotes` a quote is a character like any other, and hides nothing.
    let plain = platform("separator \";\";", body);
    assert_says(
        &plain,
        &[("show x | match \"a;b\"", "refused"), ("show x | match \"a", "show x | match \"a : read")],
    );
}
