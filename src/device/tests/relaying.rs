//! The pure half: the same bytes give the same answer, however they are cut.

use proptest::prelude::*;

use super::bench::grammar;
use crate::command::CanonicalCommand;
use crate::device::prompt::{Expected, Prompt};
use crate::device::relay::{Look, Relay};
use crate::output::Newline;
use crate::sim::Dialect;
use crate::terms::Class;

const IOS_ERASES: &str =
    "\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08          \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08";

fn relay(line: &str) -> Relay {
    let grammar = grammar(Dialect::CiscoIos);
    let prompt = Prompt::first(&grammar, b"core1#").expect("prompt");
    let command = CanonicalCommand::for_test("cisco_ios", "privileged", line, Class::Read, "privileged");
    let expected = Expected::after(&grammar, &prompt, &command).expect("modes");
    Relay::new(grammar, expected, &command, Newline::Lf)
}

fn sure(look: &Look) -> bool {
    matches!(look, Look::Prompt { sure: true, .. })
}

#[test]
fn an_answer_is_taken_apart() {
    let (mut relay, mut out) = (relay("show clock"), Vec::new());
    relay.push(b"show clock\r\n*10:00:00 UTC\r\ncore1#", &mut out).expect("echo");
    assert_eq!(out, b"*10:00:00 UTC\n");
    let Look::Prompt { prompt, sure: true } = relay.look() else { panic!("{:?}", relay.look()) };
    relay.take_prompt(&prompt, &mut out);
    assert_eq!((out.as_slice(), relay.failed()), (b"*10:00:00 UTC\n".as_slice(), false));
}

#[test]
fn a_prompt_behind_text_is_believed_only_when_nothing_follows() {
    let (mut relay, mut out) = (relay("show clock"), Vec::new());
    relay.push(b"show clock\r\nno line end core1#", &mut out).expect("echo");
    let Look::Prompt { prompt, sure: false } = relay.look() else { panic!("{:?}", relay.look()) };
    relay.take_prompt(&prompt, &mut out);
    assert_eq!(out, b"no line end");
}

#[test]
fn lines_that_hold_a_prompt_are_output() {
    let (mut relay, mut out) = (relay("show clock"), Vec::new());
    relay.push(b"show clock\r\ncore1#show clock\r\ncore1#\r\n core1#x", &mut out).expect("echo");
    assert_eq!(out, b"core1#show clock\ncore1#\n");
    assert_eq!(relay.look(), Look::Output);
}

#[test]
fn a_complaint_counts_at_the_start_of_a_line_only() {
    for (answer, failed) in [
        ("% Invalid input detected at '^' marker.", true),
        ("fine\r\n% Incomplete command.", true),
        ("      ^\r\n% Invalid input", true),
        ("a % Invalid input", false),
        (" % Invalid input", false),
        ("description % Invalid", false),
    ] {
        let (mut relay, mut out) = (relay("show clock"), Vec::new());
        relay.push(format!("show clock\r\n{answer}\r\ncore1#").as_bytes(), &mut out).expect("echo");
        assert_eq!(relay.failed(), failed, "{answer}");
    }
}

#[test]
fn a_long_line_is_one_line() {
    let (mut relay, mut out) = (relay("show clock"), Vec::new());
    let long = "x".repeat(crate::output::MAX_PIECE);
    relay
        .push(format!("show clock\r\n{long}% Invalid input\r\n{long}core1#").as_bytes(), &mut out)
        .expect("echo");
    assert!(!relay.failed());
    // The end of a piece is no line, so it is no sure prompt.
    assert!(matches!(relay.look(), Look::Prompt { sure: false, .. }), "{:?}", relay.look());
}

#[test]
fn a_pager_is_taken_out_wherever_it_stands() {
    let (mut relay, mut out) = (relay("show clock"), Vec::new());
    relay.push(b"show clock\r\none\r\n --More-- ", &mut out).expect("echo");
    let Look::Pager { marker, key, sure: true } = relay.look() else { panic!("{:?}", relay.look()) };
    assert_eq!((key.as_str(), relay.quit_key(&marker).as_deref()), (" ", Some("q")));
    relay.take_pager(&marker, &mut out);
    assert_eq!(relay.look(), Look::Output);
    relay.push(format!("{IOS_ERASES} two\r\ncore1#").as_bytes(), &mut out).expect("echo");
    assert_eq!(out, b"one\n two\n");
    assert!(sure(&relay.look()));
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        lines in prop::collection::vec("[ -~]{0,30}|core1#|% Invalid input|\x1b\\[1m[a-z]{3}", 0..8),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let text: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let bytes = format!("\x1b[?2004lshow clock\x1b[?2004l\r\r\n{text}core1#").into_bytes();
        let mut whole = (relay("show clock"), Vec::new());
        whole.0.push(&bytes, &mut whole.1).expect("echo");
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.sort_unstable();
        let (mut parts, mut from) = ((relay("show clock"), Vec::new()), 0);
        for cut in cuts.into_iter().chain([bytes.len()]) {
            parts.0.push(&bytes[from..cut], &mut parts.1).expect("echo");
            from = cut;
        }
        prop_assert_eq!(&whole.1, &parts.1);
        prop_assert_eq!(whole.0.failed(), parts.0.failed());
        prop_assert_eq!(whole.0.look(), parts.0.look());
        prop_assert!(sure(&parts.0.look()));
    }

    /// Nothing that a device says makes the gate fail, or believe that a command ended without a prompt of its own.
    #[test]
    fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let (mut relay, mut out) = (relay("show clock"), Vec::new());
        relay.push(b"show clock\r\n", &mut out).expect("echo");
        relay.push(&bytes, &mut out).expect("no echo is waited for");
        if let Look::Prompt { .. } = relay.look() {
            prop_assert!(bytes.windows(2).any(|two| two == b"1#"));
        }
        relay.finish(&mut out);
        prop_assert!(!out.contains(&0x1b));
    }
}
