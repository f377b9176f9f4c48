//! `?` and Tab at a terminal: the vendor's look, the session's own rights, and nothing for the router.

use super::harness::{Lab, Seen, Visit};

fn types(lab: &Lab, device: &str, keys: &[u8]) -> Seen {
    let user = format!("alice+{device}");
    lab.ssh(&Visit { user: &user, key: "alice", token: None, options: &["-tt"] }, &[], keys)
}

/// The first word of each row that stands two blanks in.
fn listed(seen: &Seen) -> Vec<&str> {
    let rows = seen.text.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    rows.filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn a_reader_is_shown_what_a_reader_may_run() {
    let mut lab = Lab::new();
    let seen = types(&lab, "core1", b"?\x15exit\r");
    let words = listed(&seen);
    for shown in ["show", "terminal", "exit"] {
        assert!(words.contains(&shown), "{shown}: {}", seen.text);
    }
    for hidden in ["configure", "reload", "clear", "copy", "tclsh", "write", "debug"] {
        assert!(!words.contains(&hidden), "{hidden}: {}", seen.text);
    }
    // What is hidden looks as if it did not exist.
    let (hidden, unknown) =
        (types(&lab, "core1", b"reload ?\x15exit\r"), types(&lab, "core1", b"frobni ?\x15exit\r"));
    for seen in [&hidden, &unknown] {
        assert!(seen.text.contains("% Invalid input detected at '^' marker.\r\n"), "{}", seen.text);
    }
    assert_eq!(hidden.text.replace("reload", "frobni"), unknown.text);
    assert_eq!(lab.ran("core1"), [""; 0]);
    lab.stop();
    let records = lab.records();
    assert!(records.iter().all(|record| record["verdict"] != "deny"), "help is not recorded");
    let decided = records.iter().filter(|record| record["kind"] == "decision").count();
    assert_eq!(decided, 6, "what prepares three terminals, and nothing else");
}

/// The words of the row below `show i`, which all begin so.
fn words_with_i(seen: &Seen) -> Option<Vec<&str>> {
    let row = seen.text.lines().skip_while(|line| !line.ends_with("#show i")).nth(1)?;
    let words: Vec<&str> = row.split("  ").collect();
    (words.len() > 1 && words.iter().all(|word| word.starts_with('i') && !word.contains(' ')))
        .then_some(words)
}

#[test]
fn half_a_word_gets_a_row_and_a_blank_gets_a_list() {
    let lab = Lab::new();
    let row = types(&lab, "core1", b"show i?\x15exit\r");
    assert!(words_with_i(&row).is_some_and(|words| words.contains(&"inventory")), "{}", row.text);
    assert!(row.text.contains("core1#show i"), "the line is shown again: {}", row.text);
    let list = types(&lab, "core1", b"show version ?\x15exit\r");
    assert!(list.text.contains("  output modifiers\r\n  <cr>\r\ncore1#show version "), "{}", list.text);
    let stages = types(&lab, "core1", b"show version | ?\x15exit\r");
    let shown = listed(&stages);
    assert!(shown.contains(&"include") && !shown.contains(&"redirect"), "{}", stages.text);
    let values = types(&lab, "core1", b"terminal width ?\x15exit\r");
    assert!(values.text.contains("  <0-512>  number\r\n"), "{}", values.text);
    assert_eq!(lab.ran("core1"), [""; 0]);
}

#[test]
fn tab_completes_the_one_word_that_it_can_be() {
    let lab = Lab::new();
    let seen = types(&lab, "core1", b"sh\tver\t\rexit\r");
    assert!(seen.text.contains("core1#show \r\n") || seen.text.contains("core1#show ver"), "{}", seen.text);
    assert!(seen.text.contains("core1#show version "), "{}", seen.text);
    assert_eq!(lab.ran("core1"), ["show version"]);
    // Where there are more it shows them, and the line stays as it is. `relo` is no word here.
    let seen = types(&lab, "core1", b"show i\tnv\t\rrelo\t\x15exit\r");
    assert!(words_with_i(&seen).is_some_and(|words| words.contains(&"inventory")), "{}", seen.text);
    assert!(!seen.text.contains("reload"), "{}", seen.text);
    assert_eq!(lab.ran("core1"), ["show version", "show inventory"]);
}

#[test]
fn frr_reads_its_own_help() {
    let lab = Lab::new();
    let seen = types(&lab, "r1", b"sh\tip bgp sum\t\r?\x15exit\r");
    assert_eq!(lab.ran("r1"), ["show ip bgp summary"], "{}", seen.text);
    let words = listed(&seen);
    assert!(words.contains(&"show") && !words.contains(&"configure"), "{}", seen.text);
}

#[test]
fn a_plan_shows_its_own_steps_and_nothing_else() {
    let lab = Lab::new();
    let token = lab.token("core1", "request_interface_shutdown", &[("interface", "GigabitEthernet0/1")]);
    let visit = Visit { user: "net-mcp+core1", key: "net-mcp", token: Some(&token), options: &["-tt"] };
    let seen = lab.ssh(&visit, &[], b"?\x15conf t\rint\t?\x15end\rexit\r");
    let words = listed(&seen);
    assert!(
        words.contains(&"configure") && !words.contains(&"reload") && !words.contains(&"clear"),
        "{}",
        seen.text
    );
    assert!(seen.text.contains("(config)#interface "), "the next step is completed: {}", seen.text);
    assert!(words.contains(&"IFNAME"), "{}", seen.text);
}

#[test]
fn without_a_terminal_a_question_mark_is_a_byte_like_any_other() {
    let lab = Lab::new();
    for (seen, code) in [
        (lab.alice("core1", &["show ?"], b""), "UNRECOGNIZED"),
        (lab.alice("core1", &[], b"show ?\n"), "UNRECOGNIZED"),
        (lab.alice("core1", &["show version | include a?b"], b""), "UNRECOGNIZED"),
        (lab.alice("core1", &[], b"show ver\t\n"), "FRAMING"),
    ] {
        assert!(seen.text.contains(&format!("[{code}]")), "{code}: {}", seen.text);
        assert_eq!(seen.status, Some(1), "{}", seen.text);
    }
    assert_eq!(lab.ran("core1"), [""; 0]);
}
