//! What the compiler says of files that are no grammar: where, what, and with a caret.

use super::*;

/// `line:column message` of every problem. The body begins in line 7.
fn faults(body: &str) -> Vec<String> {
    problems(body).iter().map(|p| format!("{}:{} {}", p.span.line, p.span.column, p.message)).collect()
}

fn problems(body: &str) -> Vec<crate::terms::Problem> {
    match compile_one(&format!("{HEAD}{body}")) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_vec(),
    }
}

/// Problems of the productions of mode `a`; the first stands in line 8.
fn in_mode(productions: &str) -> Vec<String> {
    faults(&format!("mode a prompt \"#\" {{\n{productions}\n}}\n"))
}

#[test]
fn a_grammar_without_faults_has_none() {
    assert_eq!(in_mode(" show version : read"), [""; 0]);
}

#[test]
fn a_fault_is_shown_with_its_place_its_line_and_a_caret() {
    let shown = problems("mode a prompt \"#\" {\n show FOO : read\n}\n")[0].to_string();
    let (head, rest) = shown.split_once('\n').expect("lines");
    assert_eq!(head, "t.grammar:8:7: unknown token type `FOO`");
    assert_eq!(rest, "     show FOO : read\n          ^");
}

#[test]
fn faults_of_syntax_say_what_was_expected() {
    for (productions, fault) in [
        (" show version", "8:14 expected `:` and a class here"),
        (" show version :", "8:16 expected a name here"),
        (" show [version : read", "8:16 expected `]` here"),
        (" show <a|b : read", "8:12 expected `>` here"),
        (" show {a|b : read", "8:12 expected `}` here"),
        (" x : read x", "8:11 expected an effect, or the end of the line here"),
        (" \"a b\" : read", "8:2 expected `}` or a production here"),
        (" x : config block \"#\"", "8:22 expected `until` or `delimiter` here"),
        (" x : refuse because", "8:20 expected text in quotes here"),
        (" x (1-99999999999999999999) : read", "8:7 expected a number below 2^64 here"),
    ] {
        assert_eq!(in_mode(productions), [fault], "{productions}");
    }
    assert_eq!(faults("mod a"), ["7:1 expected `platform`, `mode`, `tree`, `pipe` or `example` here"]);
    assert_eq!(faults("mode a prompt {"), ["7:15 expected the prompt in quotes here"]);
    assert_eq!(faults("mode a prompt \"#"), ["7:17 expected a closing quote here"]);
}

#[test]
fn faults_of_productions_say_where_and_what() {
    for (productions, fault) in [
        (" show FOO : read", "8:7 unknown token type `FOO`"),
        (" show version : reed", "8:17 no such class"),
        (" x : read enter b", "8:17 no mode has this name"),
        (" x : read leave b", "8:17 no mode has this name"),
        (" x : read | f", "8:13 no pipe tree has this name"),
        (" x [y] : read\n x y : read", "9:2 a line can be both this and `x [y]`"),
        (" x NAME : read\n x NAME : config", "9:2 a line can be both this and `x NAME`"),
        (" x LINE... y : read", "8:2 what takes the rest of the line, or `@`, can only come last"),
        (" x (9-1) : read", "8:2 the range is empty"),
        (" x <(1-9)|(5-20)> : read", "8:2 ambiguous: `(1-9)` and `(5-20)` can both stand here"),
        (
            " x LINE... : read\n x REGEX... : read",
            "9:4 ambiguous: `LINE...` and `REGEX...` can both stand here",
        ),
        (" [x] : read", "8:2 it may be nothing at all"),
        (" x {LINE...} : read", "8:2 a repetition needs words, and room for more of them"),
        (" x {[y]} : read", "8:2 a repetition needs words, and room for more of them"),
        (" x DELIM... : config", "8:2 `DELIM...` and `block ... delimiter` belong together"),
        (" x : config block \"#\" delimiter", "8:2 `DELIM...` and `block ... delimiter` belong together"),
        (" x : same", "8:6 `same` is the class of what `@` refers to"),
        (" x @nobody : same", "8:5 no mode or tree has this name"),
        (
            " do @a : config",
            "8:6 what goes on as a command of a mode has the class `same`, and is a whole command",
        ),
    ] {
        assert_eq!(in_mode(productions), [fault], "{productions}");
    }
}

#[test]
fn too_many_spellings_are_a_fault_and_not_a_long_wait() {
    let options: String = (0..20).map(|n| format!(" [a{n}]")).collect();
    let told = in_mode(&format!(" x{options} : read"));
    assert_eq!(told, ["8:2 too many spellings: split the production, or use `{...}`"]);
    assert_eq!(in_mode(" x [{a0|a1|a2|a3|a4|a5|a6|a7|a8|a9|a10|a11|a12|a13|a14}] : read"), [""; 0]);
}

#[test]
fn what_nothing_leads_to_is_a_fault() {
    let mode = "mode a prompt \"#\" {\n x : read\n}\n";
    let told = |more: &str| faults(&format!("{mode}{more}"));
    assert_eq!(told("mode b prompt \"b#\" {\n x : read\n}\n"), ["10:6 nothing leads to this mode"]);
    assert_eq!(told("pipe p {\n x : filter\n}\n"), ["10:6 no production goes on with this pipe"]);
    assert_eq!(told("tree t {\n x : read\n}\n"), ["10:6 no production goes on with this tree"]);
    assert_eq!(told("mode a prompt \"$\" {\n}\n"), ["10:6 declared before, in another way"]);
    assert_eq!(told("platform u {\n}\n"), ["10:10 a second platform in one folder"]);
}

#[test]
fn headers_name_what_there_is() {
    let with = |header: &str, productions: &str| {
        faults(&format!(
            "mode a prompt \"#\" {{\n go : config enter b\n}}\nmode b {header} {{\n{productions}\n}}\n"
        ))
    };
    let exit = " exit : terminal leave a";
    assert_eq!(with("parent a walkup prompt \"b#\"", exit), [""; 0]);
    assert_eq!(with("parent z prompt \"b#\"", exit), ["10:6 no mode has the name `z`"]);
    assert_eq!(with("also z prompt \"b#\"", exit), ["10:6 no mode has the name `z`"]);
    assert_eq!(with("", exit), ["10:6 no block of this mode has a header with its `prompt`"]);
    let lacking = "10:6 `walkup` needs a `parent`, and a production of class `terminal` that leaves for it";
    assert_eq!(with("walkup prompt \"b#\"", exit), [lacking]);
    assert_eq!(with("parent a walkup prompt \"b#\"", " x : config"), [lacking]);
    // What changes something, or needs a value, is no mere way out.
    assert_eq!(with("parent a walkup prompt \"b#\"", " exit : config leave a"), [lacking]);
    assert_eq!(with("parent a walkup prompt \"b#\"", " exit NAME : terminal leave a"), [lacking]);
}

#[test]
fn a_pipe_cannot_follow_what_takes_it() {
    let faults = faults(
        "pipe p {\n x : filter\n}\nmode a prompt \"#\" {\n x LINE... : read | p\n y [LINE...] : read | p\n z : read | p\n}\n",
    );
    let why = "what takes the whole rest of the line leaves no pipe";
    assert_eq!(faults, [format!("11:21 {why}"), format!("12:23 {why}")]);
}

#[test]
fn a_word_of_a_repetition_is_of_nothing_else() {
    let clash =
        |word: &str| [format!("7:6 behind `x` in mode a, `{word}` goes on in two ways: once it repeats")];
    assert_eq!(in_mode(" x {a|b} : read\n x a : config"), clash("a"));
    assert_eq!(in_mode(" x {LIST} a : read\n x {LIST} b : config"), clash("LIST"));
    let behind = ["7:6 behind `x a` in mode a, `a` goes on in two ways: once it repeats"];
    assert_eq!(in_mode(" x {a|b} a : read"), behind);
    assert_eq!(in_mode(" x {a|a NAME|NAME} : read"), [""; 0]);
    assert_eq!(in_mode(" x {a|b} c : read\n x {LIST} c : read"), [""; 0]);
}

#[test]
fn trees_that_use_each_other_without_end_are_a_fault() {
    let mode = "mode a prompt \"#\" {\n x @t : read\n}\n";
    let told = faults(&format!("{mode}tree t {{\n y @u : read\n}}\ntree u {{\n z @t : read\n}}\n"));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with("this tree uses itself, or too many others"), "{told:?}");
}

#[test]
fn an_example_that_fails_says_what_it_reads_as() {
    let mode = "mode a prompt \"#\" {\n show version : read\n}\n";
    for (example, fault) in [
        ("a \"sh\" => \"show version\"", "10:9 the example reads as `incomplete`, not as `show version`"),
        ("a \"x\" => \"show version\"", "10:9 the example reads as `unrecognized`, not as `show version`"),
        ("a \"sh v\" => refuse", "10:9 the example reads as `show version`, not as `refuse`"),
        ("b \"sh v\" => refuse", "10:9 the example reads as `unrecognized`, not as `refuse`"),
    ] {
        assert_eq!(faults(&format!("{mode}example {example}\n")), [fault]);
    }
}

#[test]
fn settings_that_are_none_are_faults() {
    let told = |settings: &str| {
        let text = format!(
            "platform t {{\n start a;\n negation no;\n leave \"end\";\n refusal \"no\";\n {settings}\n}}\nmode a prompt \"#\" {{\n x : read\n}}\n"
        );
        let problems = compile_one(&text).err().map(Problems::into_vec).unwrap_or_default();
        problems
            .iter()
            .map(|p| format!("{}:{} {}", p.span.line, p.span.column, p.message))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("case fold;"), [""; 0]);
    assert_eq!(told("colour red;"), ["6:2 unknown setting `colour`, or not its kind of values"]);
    assert_eq!(told("case upper;"), ["6:2 unknown setting `case`, or not its kind of values"]);
    assert_eq!(told("pipes many;"), ["6:2 `pipes` takes `exact`, `chain` and `alternation`, not `many`"]);
    assert_eq!(told("max-line x;"), ["6:2 `max-line` takes a number"]);
    for key in ["live", "separator", "question"] {
        assert_eq!(told(&format!("{key} \"\";")), ["6:2 an empty text would stand everywhere"]);
    }
    assert_eq!(told("start b;"), ["1:1 `start` must name declared modes", "8:6 nothing leads to this mode"]);
}

#[test]
fn all_problems_of_a_folder_are_reported_at_once() {
    assert_eq!(in_mode(" a FOO : read\n b : reed\n c : read | f\n d : read enter z").len(), 4);
}
