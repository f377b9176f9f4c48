//! Lines that are none, or not one command.

use super::harness::{Lab, Visit};

#[test]
fn a_line_that_is_not_one_command_is_refused_with_its_reason() {
    let mut lab = Lab::new();
    for (typed, code) in [
        ("frobnicate the router", "UNRECOGNIZED"),
        ("s", "AMBIGUOUS"),
        ("show", "INCOMPLETE"),
        ("show version\x1b[A", "FRAMING"),
        ("show version\0", "FRAMING"),
        ("show version\rreload", "FRAMING"),
        ("show version\nreload", "FRAMING"),
        ("show versi\u{f3}n", "FRAMING"),
        ("show version ; reload", "UNRECOGNIZED"),
        ("write erase", "REFUSED"),
        ("tclsh", "RULE"),
    ] {
        let seen = lab.exec_raw("core1", typed.as_bytes());
        let wanted = format!("[{code}]");
        assert!(seen.contains(&wanted), "{typed:?} wants {code}: {seen:?}");
        assert_eq!(seen.matches("% portcullis:").count(), 1, "one clear line: {seen:?}");
        assert!(!seen.contains('\x1b') && !seen.contains('\0'), "{seen:?}");
    }
    assert_eq!(lab.ran("core1"), [""; 0]);
    lab.stop();
    let denied = lab.records().iter().filter(|r| r["verdict"] == "deny").count();
    assert_eq!(denied, 11, "each refusal is one record");
    let whole = lab.records().iter().map(ToString::to_string).collect::<String>();
    assert!(!whole.contains("frobnicate"), "what is no command may be a secret: it is not recorded");
}

#[test]
fn a_line_of_ten_megabytes_costs_nothing_and_is_refused_once() {
    let mut lab = Lab::new();
    let mut typed = vec![b'a'; 10 << 20];
    typed.push(b'\n');
    let seen = lab.alice("r1", &[], &typed);
    assert!(seen.text.contains("[FRAMING]"), "{}", seen.text);
    assert_eq!(seen.text.matches("% portcullis:").count(), 1, "{}", seen.text);
    assert_eq!(lab.ran("r1"), [""; 0]);
    lab.stop();
    // Refused as a line, or as more than is kept while the device was dialled: which of the two is a race.
    let framing = lab.records().iter().filter(|record| record["code"] == "FRAMING").count();
    assert_eq!(framing, 1);
}

#[test]
fn half_a_line_at_the_end_is_not_run() {
    let lab = Lab::new();
    let seen = lab.alice("r1", &[], b"show version\nshow interf");
    assert_eq!(lab.ran("r1"), ["show version"], "{}", seen.text);
    assert!(seen.text.contains("[FRAMING]"), "{}", seen.text);
}

#[test]
fn a_batch_stops_at_its_first_refusal() {
    let lab = Lab::new();
    let seen = lab.alice("r1", &[], b"show version\nreload\nshow interface brief\n");
    assert_eq!(lab.ran("r1"), ["show version"], "{}", seen.text);
    assert_eq!(seen.status, Some(1));
}

#[test]
fn what_is_pasted_with_control_bytes_is_refused_whole() {
    let lab = Lab::new();
    let visit = Visit { user: "alice+r1", key: "alice", token: None, options: &["-tt"] };
    let seen = lab.ssh(&visit, &[], b"\x1b[200~show version\x01 | redirect\x1b[201~\rexit\r");
    assert_eq!(lab.ran("r1"), [""; 0], "{}", seen.text);
}
