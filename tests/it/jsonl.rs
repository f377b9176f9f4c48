//! `portcullis parse --jsonl`: many lines, read as the gate would.

use std::process::Command;

use serde_json::{Value, json};

use super::harness::{Lab, run};

fn portcullis(stdin: &[u8]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["parse", "--jsonl"]);
    let seen = run(command, stdin);
    assert_eq!(seen.status, Some(0), "{}", seen.text);
    assert!(seen.text.bytes().all(|byte| byte == b'\n' || matches!(byte, 0x20..=0x7e)), "only ASCII");
    seen.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn ask(question: &Value) -> Value {
    let answers = portcullis(format!("{question}\n").as_bytes());
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers[0].clone()
}

fn input(text: &str) -> Vec<Value> {
    let answer = ask(&json!({"platform": "cisco_ios", "input": text}));
    assert!(answer["error"].is_null(), "{answer}");
    answer["results"].as_array().expect("results").clone()
}

fn column(results: &[Value], name: &str) -> Vec<Value> {
    results.iter().map(|result| result[name].clone()).collect()
}

#[test]
fn each_line_is_read_where_the_lines_before_it_lead() {
    let results = input("conf t\nint gi0/1\r\nshut\rend\n\n! a comment\nsh ver | redirect flash:x\n");
    assert_eq!(
        column(&results, "canonical"),
        [
            "configure terminal",
            "interface GigabitEthernet0/1",
            "shutdown",
            "end",
            "show version | redirect flash:x"
        ]
    );
    assert_eq!(
        column(&results, "mode_after"),
        ["config", "config-if", "config-if", "privileged", "privileged"]
    );
    assert_eq!(column(&results, "class"), ["config", "config", "config", "terminal", "write.pipe"]);
    assert_eq!(column(&results, "line")[1], "int gi0/1");
    assert_eq!(column(&results, "redacted"), column(&results, "canonical"));
    assert!(results.iter().all(|result| result["outcome"] == "command" && result["message"].is_null()));
}

#[test]
fn what_is_no_command_says_what_it_is() {
    let results = input("frob\nrel\nshow\nwrite erase\n");
    assert_eq!(column(&results, "outcome"), ["unrecognized", "ambiguous", "incomplete", "refuse"]);
    assert_eq!(results[1]["candidates"], json!(["release", "reload"]));
    assert!(results[2]["candidates"].as_array().expect("list").contains(&json!("version")));
    assert_eq!((&results[3]["canonical"], &results[3]["class"]), (&json!("write erase"), &json!("refuse")));
    assert_eq!(results[3]["message"], "erases the startup configuration");
    assert!(results[0]["canonical"].is_null() && results[0]["redacted"].is_null());
    assert!(column(&results, "mode_after").iter().all(|mode| mode == "privileged"));
}

#[test]
fn bytes_are_cut_as_the_gate_cuts_them() {
    // A whole line without a line end is an exec request; half a line after a line end is never run.
    assert_eq!(column(&input("sh ver"), "canonical"), ["show version"]);
    let half = input("sh ver\nsh clo");
    assert_eq!(column(&half, "outcome"), ["command", "framing"]);
    assert_eq!(
        (&half[1]["line"], &half[1]["message"]),
        (&json!("sh clo"), &json!("the line was not finished"))
    );
    for bad in [
        "sh\u{9b}ver",
        "sh\0ver",
        "sh ver\x1b[A",
        "sh ver\u{2028}",
        "show\u{a0}version",
        "show\tversion",
        "show\x7f",
    ] {
        let results = input(bad);
        assert_eq!(column(&results, "outcome"), ["framing"], "{bad:?}");
        assert!(results[0]["canonical"].is_null(), "{bad:?}");
    }
    assert_eq!(input("x\u{9b}y")[0]["message"], "the line has the byte 0x9b at column 2");
    assert_eq!(input("x\u{9b}y\n")[0]["line"], "x\u{9b}y");
    assert_eq!(input("x\u{151}")[0]["line"], "x\u{c5}\u{91}", "what lies above a byte is UTF-8");
    let long = input(&format!("{}\nsh ver\n", "a".repeat(300_000)));
    assert_eq!(column(&long, "outcome"), ["framing", "command"]);
    assert_eq!(input(""), [json!(null); 0]);
    assert_eq!(input(" \n\r\n! no command\n"), [json!(null); 0]);
}

#[test]
fn nothing_is_read_after_the_end_of_the_session() {
    let results = input("exit\nreload\n");
    assert_eq!(column(&results, "canonical"), ["exit"]);
    assert!(results[0]["mode_after"].is_null(), "{results:?}");
}

#[test]
fn context_moves_the_mode() {
    let asked = json!({"id": 7, "platform": "frr", "mode": "privileged", "context": ["conf t", "int eth0"], "input": "shut"});
    let answer = ask(&asked);
    for (name, value) in asked.as_object().expect("object") {
        assert_eq!(&answer[name], value, "{name}");
    }
    assert_eq!(answer["results"][0]["canonical"], "shutdown");
    for (line, why) in [("frob", "unrecognized"), ("write erase", "refuse"), ("exit", "ends the session")] {
        let answer = ask(&json!({"platform": "cisco_ios", "context": ["sh ver", line], "input": "reload"}));
        let error = answer["error"].as_str().expect("error");
        assert!(error.starts_with("line 2 of `context`: ") && error.contains(why), "{error}");
        assert_eq!(answer["results"], json!([]));
    }
}

#[test]
fn a_question_that_makes_no_sense_is_answered_too() {
    let good = json!({"platform": "frr", "input": "sh ver"}).to_string();
    let mut stdin = Vec::new();
    for bad in [
        "nonsense",
        "",
        "[]",
        "{}",
        r#"{"platform":"frr"}"#,
        r#"{"platform":"ios","input":"x"}"#,
        r#"{"platform":"frr","mode":"nowhere","input":"x"}"#,
        r#"{"platform":"frr","input":1}"#,
        r#"{"platform":"frr","input":"x","context":"conf t"}"#,
        r#"{"platform":"frr","input":"\ud800"}"#,
    ] {
        stdin.extend_from_slice(format!("{bad}\n").as_bytes());
    }
    stdin.extend_from_slice(b"\xff\xfe\n");
    stdin.extend_from_slice(format!("{{\"input\":\"{}\"}}\n", "a".repeat(1 << 20)).as_bytes());
    let many = json!({"platform": "frr", "input": "x\n".repeat(10_001)});
    stdin.extend_from_slice(format!("{many}\n{good}").as_bytes());
    let answers = portcullis(&stdin);
    assert_eq!(answers.len(), 14);
    for answer in &answers[..13] {
        assert!(answer["error"].is_string() && answer["results"] == json!([]), "{answer}");
    }
    assert!(answers[11]["error"].as_str().expect("error").contains("1048576"), "{}", answers[11]);
    assert_eq!(answers[13]["results"][0]["canonical"], "show version", "the lines before cost it nothing");
}

#[test]
fn an_answer_can_be_asked_again() {
    let first = ask(&json!({"platform": "frr", "input": "sh ver", "error": "old", "results": [1]}));
    assert!(first["error"].is_null());
    assert_eq!(ask(&first), first);
}

#[test]
fn one_way_of_asking_excludes_the_other() {
    for args in [&["--jsonl", "-p", "frr"][..], &["--jsonl", "sh ver"], &["sh ver"], &["-p", "frr"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.arg("parse").args(args);
        assert_eq!(run(command, b"").status, Some(2), "{args:?}");
    }
}

#[test]
fn the_gate_itself_says_the_same() {
    let mut lab = Lab::new();
    for (typed, outcome, code) in [
        ("frobnicate", "unrecognized", "UNRECOGNIZED"),
        ("s", "ambiguous", "AMBIGUOUS"),
        ("show", "incomplete", "INCOMPLETE"),
        ("show version\0", "framing", "FRAMING"),
        ("write erase", "refuse", "REFUSED"),
        ("relo", "command", "DEFAULT"),
    ] {
        assert_eq!(column(&input(typed), "outcome"), [outcome], "{typed:?}");
        let seen = lab.exec_raw("core1", typed.as_bytes());
        assert!(seen.contains(&format!("[{code}]")), "{typed:?}: {seen:?}");
    }
    let piped = "sh ver\n\n! a comment\nsh ip int br\r\nsh clo";
    let results = input(piped);
    lab.alice("core1", &[], piped.as_bytes());
    assert_eq!(
        column(&results, "canonical")[..2],
        lab.ran("core1"),
        "what reads as a command is what was sent"
    );
    assert_eq!(column(&results, "outcome"), ["command", "command", "framing"]);
    lab.stop();
    assert_eq!(lab.records().iter().filter(|record| record["code"] == "FRAMING").count(), 2);
}

/// As in a session: an empty line of a banner belongs to it.
#[test]
fn a_block_is_one_result_with_its_empty_lines() {
    let results = input("conf t\nbanner motd #\none\n\ntwo\n#\nend\n");
    assert_eq!(column(&results, "canonical")[1], "banner motd ~\none\n\ntwo\n~");
    assert_eq!(column(&results, "mode_after"), ["config", "config", "privileged"]);
}
