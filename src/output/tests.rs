use proptest::prelude::*;

use super::*;

fn filtered(bytes: &[u8]) -> Vec<u8> {
    let (mut filter, mut out) = (Filter::new(Newline::Lf), Vec::new());
    filter.push(bytes, &mut out);
    filter.flush(&mut out);
    out
}

fn text(input: &str) -> String {
    String::from_utf8(filtered(input.as_bytes())).expect("utf-8")
}

#[test]
fn plain_text_passes() {
    let plain = "Interface  Status\tIP\n~!@#$%^&*()\n\nGi0/1 é ü 漢字 🦀 up\nrest";
    assert_eq!(text(plain), plain);
}

#[test]
fn line_ends_are_made_one() {
    assert_eq!(text("a\r\nb\r\r\nc\nd\n\re"), "a\nb\nc\nd\ne");
    let (mut filter, mut out) = (Filter::new(Newline::CrLf), Vec::new());
    filter.push(b"a\nb\r\nc", &mut out);
    assert_eq!(out, b"a\r\nb\r\n");
    assert_eq!(filter.pending(), b"c");
}

#[test]
fn control_sequences_are_dropped() {
    for sequence in [
        "\x1b[31m",
        "\x1b[?25l",
        "\x1b[2J",
        "\x1b[1;1H",
        "\x1b[ q",
        "\x1b[>0c",
        "\x1b]0;title\x07",
        "\x1b]52;c;AAAA\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1b(B",
        "\x1b#8",
        "\x1b%G",
        "\x1bc",
        "\x1b7",
        "\x1b^x\x1b\\",
        "\x1b_x\x1b\\",
        "\x1bXx\x1b\\",
        "\x1b\x1b[K",
        "\x1b[3\x081m",
        "\x1b[3\x18",
        "\x1b]x\x1a",
        "\x07",
        "\x08",
        "\x00",
        "\x0b",
        "\x0c",
        "\x0e",
        "\x0f",
        "\x7f",
        "\r",
        "\u{80}",
        "\u{9b}",
        "\u{9f}",
    ] {
        assert_eq!(text(&format!("a{sequence}b\nc")), "ab\nc", "{sequence:?}");
    }
}

#[test]
fn an_open_sequence_hides_no_more_than_its_line() {
    for start in ["\x1b", "\x1b[1", "\x1b]0;x", "\x1bPx", "\x1b(", "\x1b]x\x1b"] {
        assert_eq!(text(&format!("a{start}\nb")), "a\nb", "{start:?}");
        assert_eq!(text(&format!("a{start}")), "a", "{start:?}");
    }
}

#[test]
fn a_pager_is_shown_whole() {
    assert_eq!(text("one\n --More-- \x08\x08\x08   \x08\x08two\n"), "one\n --More--    two\n");
}

#[test]
fn what_is_not_utf8_is_replaced_byte_for_byte() {
    for (bytes, expected) in [
        (&b"a\xffb"[..], "a?b"),
        (b"\x80\x9b31m", "??31m"),
        (b"\xc3(", "?("),
        (b"\xe2\x82", "??"),
        (b"\xe2\x82\n", "??\n"),
        (b"\xe2\x82\xe2\x82\xac", "??\u{20ac}"),
        (b"\xc0\xaf", "??"),
        (b"\xed\xa0\x80", "???"),
        (b"\xf4\x90\x80\x80", "????"),
        (b"\xf5\x80", "??"),
        (b"\x1b[1\xc3\xa9", "\u{e9}"),
        (b"\xc3\x1b[1mx", "?x"),
    ] {
        assert_eq!(filtered(bytes), expected.as_bytes(), "{bytes:x?}");
    }
}

#[test]
fn hidden_characters_are_shown() {
    assert_eq!(text("a\u{202e}b\u{200b}c\u{2066}d\u{feff}e\u{e0041}f\u{2028}g"), "a?b?c?d?e?f?g");
}

#[test]
fn only_whole_lines_are_passed_on_before_a_flush() {
    let (mut filter, mut out) = (Filter::new(Newline::Lf), Vec::new());
    filter.push(b"one\ntw", &mut out);
    assert_eq!((out.as_slice(), filter.pending()), (&b"one\n"[..], &b"tw"[..]));
    filter.push(b"o\nr1# ", &mut out);
    assert_eq!((out.as_slice(), filter.pending()), (&b"one\ntwo\n"[..], &b"r1# "[..]));
    filter.clear();
    filter.push(b"x", &mut out);
    filter.flush(&mut out);
    assert_eq!(out, b"one\ntwo\nx");
}

#[test]
fn an_endless_line_takes_bounded_memory() {
    let (mut filter, mut out) = (Filter::new(Newline::Lf), Vec::new());
    for _ in 0..100 {
        filter.push(&[b'x'; 5000], &mut out);
        assert!(filter.pending().len() < MAX_PIECE);
    }
    assert_eq!(out.len(), 500_000 / MAX_PIECE * MAX_PIECE);
    filter.flush(&mut out);
    assert_eq!(out.len(), 500_000);
    filter.push(b"\x1b]", &mut out);
    for _ in 0..100 {
        filter.push(&[b'x'; 5000], &mut out);
    }
    assert_eq!((out.len(), filter.pending().len()), (500_000, 0));
}

#[test]
fn a_piece_does_not_cut_a_character() {
    let (mut filter, mut out) = (Filter::new(Newline::Lf), Vec::new());
    filter.push(&vec![b'x'; MAX_PIECE - 1], &mut out);
    filter.push("\u{20ac}".as_bytes(), &mut out);
    assert_eq!((out.len(), filter.pending()), (MAX_PIECE - 1, "\u{20ac}".as_bytes()));
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => "[ -~\t]{0,40}".prop_map(String::into_bytes),
        1 => prop::sample::select(vec!["\r\n", "\n", "\r", "\x08 ", "é", "漢", "🦀", "\u{9b}", "\u{202e}"])
            .prop_map(|s| s.as_bytes().to_vec()),
        1 => prop::sample::select(vec!["\x1b", "\x1b[", "\x1b[1;3", "\x1b]0;", "\x1b\\", "\x07", "\x1b(", "\x18", "m"])
            .prop_map(|s| s.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
        1 => (any::<u8>(), MAX_PIECE - 4..MAX_PIECE + 4).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn chunks_do_not_matter(bytes in stream(), cuts in prop::collection::vec(1_usize..300, 1..40)) {
        let (mut whole, mut expected) = (Filter::new(Newline::CrLf), Vec::new());
        whole.push(&bytes, &mut expected);
        let (mut split, mut out, mut rest) = (Filter::new(Newline::CrLf), Vec::new(), bytes.as_slice());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            split.push(chunk, &mut out);
            rest = after;
        }
        prop_assert!(out == expected);
        prop_assert_eq!(split.pending(), whole.pending());
        whole.flush(&mut expected);
        split.flush(&mut out);
        prop_assert!(out == expected);
    }

    #[test]
    fn what_is_passed_on_is_printable(bytes in stream()) {
        let out = String::from_utf8(filtered(&bytes)).expect("utf-8");
        prop_assert!(out.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()));
    }

    #[test]
    fn filtering_twice_changes_nothing(bytes in stream()) {
        let once = filtered(&bytes);
        prop_assert!(filtered(&once) == once);
    }
}
