use std::cell::Cell;

use proptest::prelude::*;

use super::keys::{Decoder, Key};
use super::*;
use crate::terms::line::MAX_LINE;

fn line(text: &str) -> Event {
    Event::Line(PresentedLine::parse(text.as_bytes()).expect("printable"))
}

fn drain(input: &mut Input, echo: &mut Vec<u8>) -> Vec<Event> {
    std::iter::from_fn(|| input.next_event(echo)).collect()
}

fn typed(bytes: &[u8]) -> Vec<Event> {
    let mut input = Input::pty(80, 24);
    input.feed(bytes);
    drain(&mut input, &mut Vec::new())
}

fn echo_of(chunks: &[&[u8]]) -> String {
    let (mut input, mut echo) = (Input::pty(80, 24), Vec::new());
    for chunk in chunks {
        input.feed(chunk);
        drain(&mut input, &mut echo);
    }
    String::from_utf8(echo).expect("ascii")
}

fn read(bytes: &[u8]) -> Vec<Event> {
    let mut input = Input::plain();
    input.feed(bytes);
    drain(&mut input, &mut Vec::new())
}

fn bad(byte: u8, at: usize) -> Event {
    Event::Framing(Framing::Byte { byte, at })
}

#[test]
fn a_line_ends_once_with_cr_lf_crlf_and_cr_nul() {
    for end in ["\r", "\n", "\r\n", "\r\0"] {
        assert_eq!(typed(format!("a{end}b{end}").as_bytes()), [line("a"), line("b")], "{end:?}");
    }
    for end in ["\r", "\n", "\r\n"] {
        assert_eq!(read(format!("a{end}b{end}").as_bytes()), [line("a"), line("b")], "{end:?}");
    }
    assert_eq!(typed(b"a\n\n\r\r"), [line("a"), Event::Blank, Event::Blank, Event::Blank]);
    assert_eq!(typed(b"  \r"), [Event::Blank]);
    assert_eq!(read(b"a\r\0b\n"), [line("a"), bad(0, 0)]);
}

#[test]
fn text_is_echoed_as_it_comes() {
    assert_eq!(echo_of(&[b"show", b" ver"]), "show ver");
    assert_eq!(echo_of(&[b"s", b"h", b"\n"]), "sh\r\n");
    assert_eq!(echo_of(&[b"abc", b"\x7f"]), "abc\x08\x1b[K");
    assert_eq!(echo_of(&[b"abc\x7f"]), "ab");
    assert_eq!(echo_of(&[b"ac", b"\x1b[D", b"b"]), "ac\x08bc\x08");
    assert_eq!(echo_of(&[b"a\xc3\xa9\x02b"]), "ab");
}

#[test]
fn what_is_typed_ahead_is_echoed_after_the_answer() {
    let (mut input, mut echo) = (Input::pty(80, 24), Vec::new());
    input.feed(b"one\ntwo\nthr");
    assert_eq!(input.next_event(&mut echo), Some(line("one")));
    assert_eq!(echo, b"one\r\n");
    echo.clear();
    assert_eq!(input.next_event(&mut echo), Some(line("two")));
    assert_eq!(echo, b"two\r\n");
    echo.clear();
    assert_eq!(input.next_event(&mut echo), None);
    assert_eq!(echo, b"thr");
}

#[test]
fn editing_keys_edit() {
    for (keys, expected) in [
        ("shw\x1b[Do ver\r", "sho verw"),
        ("abc\x01x\x05y\r", "xabcy"),
        ("abc\x1b[Hx\x1b[Fy\r", "xabcy"),
        ("abc\x1bOHx\x1bOFy\r", "xabcy"),
        ("abc\x1b[1~x\x1b[4~y\r", "xabcy"),
        ("abc\x01\x1b[3~\r", "bc"),
        ("abc\x01\x04\r", "bc"),
        ("abc\x1b[D\x1b[D\x0b\r", "a"),
        ("one two  \x17x\r", "one x"),
        ("one\x17\x17x\r", "x"),
        ("one two\x1b[D\x1b[D\x17\r", "one wo"),
        ("junk\x15ok\r", "ok"),
        ("ab\x08\x08\x08c\r", "c"),
        ("ab\x1b[C\x1b[Cc\r", "abc"),
        ("ab\x0cc\r", "abc"),
    ] {
        assert_eq!(typed(keys.as_bytes()), [line(expected)], "{keys:?}");
    }
}

#[test]
fn unknown_escape_sequences_leave_no_text() {
    for sequence in [
        "\x1b[1;5X",
        "\x1b[?1;2c",
        "\x1b[[A",
        "\x1bOP",
        "\x1b(",
        "\x1b.",
        "\x1bl",
        "\x1b]11;rgb:0/0/0\x07",
        "\x1bPx\x1b\\",
    ] {
        assert_eq!(typed(format!("a{sequence}b\r").as_bytes()), [line("ab")], "{sequence:?}");
    }
    assert_eq!(typed(b"a\x1b\rb\x1b[1\r"), [line("a"), line("b")]);
    assert_eq!(typed(b"a\x1b[\xc3\r"), [bad(0xc3, 1)]);
}

#[test]
fn an_endless_escape_sequence_refuses_its_line() {
    for (start, filler) in [("\x1b]", "x"), ("\x1b[", "1")] {
        let keys = format!("{start}{}\rok\r", filler.repeat(400));
        assert_eq!(typed(keys.as_bytes()), [bad(0x1b, 0), line("ok")], "{start:?}");
    }
}

#[test]
fn history_goes_up_and_down() {
    assert_eq!(typed(b"one\rtwo\r\x1b[A\x1b[A\r").last(), Some(&line("one")));
    assert_eq!(typed(b"one\rtwo\rx\x1b[A\x1b[A\x1b[B\x1b[By\r").last(), Some(&line("xy")));
    assert_eq!(typed(b"one\r\x1bOA\x1bOA\x1bOA\x7f\r").last(), Some(&line("on")));
    assert_eq!(typed(b"\x1b[A\x1b[Bx\r"), [line("x")]);
    let mut many: Vec<u8> = (0..300).flat_map(|i| format!("l{i}\r").into_bytes()).collect();
    many.extend(b"\x1b[A".repeat(400));
    many.push(b'\r');
    assert_eq!(typed(&many).last(), Some(&line("l100")));
}

#[test]
fn a_half_line_is_never_run() {
    assert_eq!(typed(b"no vlan 30\x1aok\r"), [Event::EndMode, line("ok")]);
    assert_eq!(typed(b"no vlan 30\x03ok\r"), [Event::Interrupt, line("ok")]);
    assert_eq!(echo_of(&[b"no vl\x1a"]), "no vl^Z\r\n");
    for mut input in [Input::pty(80, 24), Input::plain()] {
        input.feed(b"done\nhalf");
        input.finish_input();
        let events = drain(&mut input, &mut Vec::new());
        assert_eq!(events, [line("done"), Event::Framing(Framing::Unfinished), Event::Eof]);
        input.feed(b"\nmore\n");
        assert_eq!(drain(&mut input, &mut Vec::new()), []);
    }
}

#[test]
fn end_of_text_ends_only_an_empty_line() {
    assert_eq!(typed(b"\x04"), [Event::Eof]);
    assert_eq!(typed(b"ab\x04\r"), [line("ab")]);
    assert_eq!(typed(b"\xff\x04\r"), [bad(0xff, 0)]);
}

#[test]
fn other_bytes_refuse_the_line() {
    for byte in [0x00, 0x02, 0x07, 0x0e, 0x12, 0x14, 0x19, 0x1c, 0x80, 0x9b, 0xff] {
        assert_eq!(typed(&[b'a', byte, b'b', b'\r', b'c', b'\r']), [bad(byte, 1), line("c")]);
    }
    for byte in [0x00, 0x03, 0x04, 0x08, b'\t', 0x15, 0x1a, 0x1b, 0x7f, 0x80] {
        assert_eq!(read(&[b'a', byte, b'b', b'\n', b'c', b'\n']), [bad(byte, 1), line("c")]);
    }
    assert_eq!(typed(b"ab\x02\x7f\x7f\x7fok\r"), [bad(2, 2)]);
    assert_eq!(typed(b"ab\x02\x15ok\r"), [line("ok")]);
}

#[test]
fn help_keeps_the_line() {
    let (mut input, mut echo) = (Input::pty(80, 24), Vec::new());
    input.feed(b"show ip\x1b[D\x1b[D?");
    assert_eq!(input.next_event(&mut echo), Some(Event::Help("show ".into())));
    assert!(echo.ends_with(b"\r\n"));
    echo.clear();
    input.set_prompt("r1# ");
    input.redraw(&mut echo);
    assert_eq!(echo, b"show ip\x08\x08");
    input.feed(b"\x05\t\r");
    assert_eq!(drain(&mut input, &mut echo), [Event::Complete("show ip".into()), line("show ip")]);
    assert_eq!(read(b"show ?\n"), [line("show ?")]);
}

#[test]
fn a_word_is_completed_where_the_cursor_stands() {
    for (keys, expected) in [("sh", "show "), ("sh ver\x01\x1b[C\x1b[C", "show ver"), ("shx\x1b[D", "shx")] {
        let (mut input, mut echo) = (Input::pty(80, 24), Vec::new());
        input.feed(format!("{keys}\t").as_bytes());
        assert_eq!(input.next_event(&mut echo), Some(Event::Complete("sh".into())), "{keys:?}");
        input.complete("ow");
        input.feed(b"\r");
        assert_eq!(input.next_event(&mut echo), Some(line(expected)), "{keys:?}");
    }
    let mut input = Input::pty(80, 24);
    input.feed(format!("{}\t", "x".repeat(MAX_LINE - 2)).as_bytes());
    input.next_event(&mut Vec::new());
    input.complete("ow");
    input.feed(b"\r");
    assert_eq!(input.next_event(&mut Vec::new()), Some(line(&"x".repeat(MAX_LINE - 2))));
}

#[test]
fn a_paste_is_data_cut_at_every_line_end() {
    assert_eq!(
        typed(b"\x1b[200~a ?b\rc\r\nd\ne\x1b[201~f\r"),
        [line("a ?b"), line("c"), line("d"), line("ef")]
    );
    assert_eq!(
        typed(b"\x1b[200~a\x03\rb\tc\rd\x1b[A\re\x1b[201\r\x1b[201~ok\r"),
        [bad(3, 1), bad(9, 1), bad(0x1b, 1), bad(0x1b, 1), line("ok")]
    );
    assert_eq!(typed(b"\x1b[201~a\r"), [line("a")]);
}

#[test]
fn a_line_has_a_bound() {
    let most = "x".repeat(MAX_LINE);
    for over in [0, 1, 5000] {
        let expected = if over == 0 { line(&most) } else { Event::Framing(Framing::TooLong) };
        let keys = format!("{most}{}\rok\r", "y".repeat(over));
        assert_eq!(typed(keys.as_bytes()), [expected.clone(), line("ok")]);
        assert_eq!(read(keys.as_bytes()), [expected, line("ok")]);
    }
}

#[test]
fn an_endless_line_takes_bounded_memory() {
    let chunk = [b'x'; 32 * 1024];
    for mut input in [Input::pty(80, 24), Input::plain()] {
        let mut echo = Vec::new();
        for _ in 0..320 {
            input.feed(&chunk);
            assert_eq!(input.next_event(&mut echo), None);
            assert_eq!(input.room(), CAPACITY);
        }
        assert!(echo.len() <= MAX_LINE);
        input.feed(b"\nok\n");
        assert_eq!(drain(&mut input, &mut echo), [Event::Framing(Framing::TooLong), line("ok")]);
    }
}

#[test]
fn echo_is_bounded_for_each_event() {
    let mut keys = vec![b'x'; MAX_LINE];
    keys.extend(b"\x01\x0c\x04\x0cy\x1b[A\x1b[B".repeat(10_000));
    let (mut input, mut echo) = (Input::pty(80, 24), Vec::new());
    input.feed(&keys);
    assert_eq!(input.next_event(&mut echo), None);
    assert!(echo.len() < 2 * MAX_LINE + 100, "{}", echo.len());
}

#[test]
fn too_much_typed_ahead_ends_the_input() {
    for mut input in [Input::pty(80, 24), Input::plain()] {
        input.feed(&b"1\n".repeat(CAPACITY / 2 - 1));
        assert_eq!(input.room(), 2);
        input.feed(b"abc\n");
        input.feed(b"\nlost\n");
        let events = drain(&mut input, &mut Vec::new());
        assert_eq!(events.len(), CAPACITY / 2 + 1);
        assert!(events.ends_with(&[line("1"), Event::Overflow, Event::Eof]));
    }
}

#[test]
fn an_interrupt_is_found_among_stored_bytes() {
    let mut input = Input::pty(80, 24);
    input.feed(b"a\nb");
    assert!(!input.take_interrupt());
    input.feed(b"\n\x1b[20");
    assert!(!input.take_interrupt());
    input.feed(b"0~x\x03y\n\x1b[201~");
    assert!(!input.take_interrupt(), "inside a paste it is data");
    input.feed(b"c\x03d\r");
    assert!(input.take_interrupt());
    assert!(!input.take_interrupt());
    assert_eq!(drain(&mut input, &mut Vec::new()), [line("d")]);
    let mut plain = Input::plain();
    plain.feed(b"\x03");
    assert!(!plain.take_interrupt());
}

#[test]
fn looking_for_an_interrupt_changes_nothing_else() {
    let mut input = Input::pty(80, 24);
    input.feed(b"a\r\nb\x1b[20");
    assert!(!input.take_interrupt());
    assert_eq!(input.next_event(&mut Vec::new()), Some(line("a")));
    assert!(!input.take_interrupt());
    input.feed(b"0~\x03\n\x1b[201~c\n");
    assert!(!input.take_interrupt());
    assert_eq!(drain(&mut input, &mut Vec::new()), [bad(3, 1), line("c")]);
}

#[test]
fn a_denial_drops_what_was_typed_ahead() {
    for mut input in [Input::pty(80, 24), Input::plain()] {
        let mut echo = Vec::new();
        input.feed(b"denied\nreload\nsecond\n");
        assert_eq!(input.next_event(&mut echo), Some(line("denied")));
        input.discard_pending();
        assert_eq!(drain(&mut input, &mut echo), []);
        input.feed(b"ok\n");
        assert_eq!(drain(&mut input, &mut echo), [line("ok")]);
    }
}

#[test]
fn the_rest_of_a_dropped_line_is_refused() {
    for mut input in [Input::pty(80, 24), Input::plain()] {
        let mut echo = Vec::new();
        input.feed(b"denied\nshow x | no ");
        assert_eq!(input.next_event(&mut echo), Some(line("denied")));
        input.discard_pending();
        input.feed(b"reload\nok\n");
        assert_eq!(drain(&mut input, &mut echo), [Event::Framing(Framing::Unfinished), line("ok")]);
    }
}

#[test]
fn the_rest_of_a_dropped_paste_is_dropped() {
    let (mut input, mut echo) = (Input::pty(80, 24), Vec::new());
    input.feed(b"\x1b[200~denied\nrel");
    assert_eq!(input.next_event(&mut echo), Some(line("denied")));
    input.discard_pending();
    input.feed(b"oad\nmore\n\x1b[2");
    assert_eq!(drain(&mut input, &mut echo), []);
    input.feed(b"01~ok\n\x1b[200~show x\nno ");
    assert_eq!(input.next_event(&mut echo), Some(line("ok")));
    input.discard_pending();
    input.discard_pending();
    input.feed(b"\x1b[201~reload\nok\n");
    assert_eq!(drain(&mut input, &mut echo), [Event::Framing(Framing::Unfinished), line("ok")]);
}

/// A small terminal: what a client's would show of our echo.
struct Terminal {
    width: usize,
    rows: Vec<Vec<u8>>,
    row: usize,
    column: usize,
    at_edge: bool,
}

impl Terminal {
    fn new(width: usize) -> Self {
        Self { width, rows: vec![vec![]], row: 0, column: 0, at_edge: false }
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut bytes = bytes.iter().copied();
        while let Some(byte) = bytes.next() {
            match byte {
                0x1b => self.escape(&mut bytes),
                b'\r' => self.move_to(self.row, 0),
                b'\n' => self.move_to(self.row + 1, self.column),
                0x08 => {
                    self.move_to(self.row, self.column.checked_sub(1).expect("no backspace at the left edge"))
                }
                _ => self.put(byte),
            }
        }
    }

    fn move_to(&mut self, row: usize, column: usize) {
        (self.row, self.column, self.at_edge) = (row, column, false);
        if self.rows.len() <= row {
            self.rows.resize(row + 1, vec![]);
        }
    }

    fn put(&mut self, byte: u8) {
        assert!((0x20..=0x7e).contains(&byte));
        if self.at_edge {
            self.move_to(self.row + 1, 0);
        }
        let cells = &mut self.rows[self.row];
        if cells.len() <= self.column {
            cells.resize(self.column + 1, b' ');
        }
        cells[self.column] = byte;
        if self.width > 0 && self.column + 1 == self.width {
            self.at_edge = true;
        } else {
            self.column += 1;
        }
    }

    fn escape(&mut self, bytes: &mut impl Iterator<Item = u8>) {
        assert_eq!(bytes.next(), Some(b'['));
        let mut count = String::new();
        let last = loop {
            match bytes.next().expect("a whole sequence") {
                digit @ b'0'..=b'9' => count.push(char::from(digit)),
                last => break last,
            }
        };
        let count = count.parse().unwrap_or(1);
        match last {
            b'A' => self.move_to(self.row.checked_sub(count).expect("row"), self.column),
            b'B' => self.move_to(self.row + count, self.column),
            b'C' => self.move_to(self.row, self.column + count),
            b'D' => self.move_to(self.row, self.column.checked_sub(count).expect("column")),
            b'K' => self.rows[self.row].truncate(self.column),
            b'J' => {
                self.rows[self.row].truncate(self.column);
                self.rows.truncate(self.row + 1);
            }
            other => panic!("unexpected {other}"),
        }
        assert!(self.width == 0 || self.column < self.width);
    }

    /// Everything shown, as one line per row, trailing blanks gone, and the place of the cursor counted in cells.
    fn shown(&self) -> (Vec<String>, usize) {
        let mut rows: Vec<String> =
            self.rows.iter().map(|r| String::from_utf8_lossy(r).trim_end().to_owned()).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        (rows, self.row * self.width + self.column + usize::from(self.at_edge))
    }
}

/// Keys that keep one line in the editor.
fn editing() -> impl Strategy<Value = Vec<&'static str>> {
    let keys = prop::sample::select(vec![
        "a",
        "b",
        "show ",
        "x y",
        "\x7f",
        "\x1b[D",
        "\x1b[C",
        "\x01",
        "\x05",
        "\x0b",
        "\x17",
        "\x15",
        "\x04",
        "\x1b[3~",
        "\x1b[A",
        "\x1b[B",
        "0123456789",
    ]);
    prop::collection::vec(keys, 0..60)
}

fn check_screen(width: usize, prompt: &str, keys: &[&str], chunk: usize) {
    let mut input = Input::pty(u32::try_from(width).expect("small"), 24);
    input.set_prompt(prompt);
    let (mut terminal, mut echo) = (Terminal::new(width), Vec::new());
    input.feed(b"previous line\r");
    while input.next_event(&mut echo).is_some() {}
    terminal.write(prompt.as_bytes());
    for keys in keys.chunks(chunk) {
        echo.clear();
        // ^D on an empty line would end the input.
        input.feed(keys.concat().replace('\x04', "z\x7f\x1b[3~").as_bytes());
        assert_eq!(input.next_event(&mut echo), None);
        terminal.write(&echo);
        let Input::Pty(editor) = &input else { unreachable!() };
        let (text, cursor) = editor.text();
        let mut expected = Terminal::new(width);
        expected.write(format!("{prompt}{text}").as_bytes());
        assert_eq!(terminal.shown().0, expected.shown().0, "after {keys:?}");
        assert_eq!(terminal.shown().1, prompt.len() + cursor, "cursor after {keys:?}");
    }
}

/// Bytes that hit the decoder's states more often than chance does.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[ -~]{0,8}".prop_map(String::into_bytes),
        2 => prop::sample::select(vec!["\r", "\n", "\r\n", "\r\0"]).prop_map(|s| s.as_bytes().to_vec()),
        2 => prop::sample::select(vec![
            "\x1b[200~", "\x1b[201~", "\x1b[A", "\x1b[B", "\x1b[D", "\x1bOH", "\x1b", "\x1b[1;", "\x1b]0;", "\x1b\\", "\x1b[[",
            "\x03", "\x1a", "\x04", "\x15", "\x17", "\x0b", "\x0c", "\x7f", "\t", "?", "\x01", "\x05",
        ])
        .prop_map(|s| s.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_terminal_shows_the_line(
        width in prop::sample::select(vec![0_usize, 1, 7, 20, 80, 511]),
        prompt in prop::sample::select(vec!["", "r1# ", "core1#", "0123456", "core1(config-if)#"]),
        keys in editing(),
        chunk in 1_usize..4,
    ) {
        check_screen(width, prompt, &keys, chunk);
    }

    #[test]
    fn chunks_do_not_matter(bytes in stream(), cuts in prop::collection::vec(1_usize..12, 1..40), pty in any::<bool>()) {
        let new = || if pty { Input::pty(80, 24) } else { Input::plain() };
        let (mut whole, mut split, mut echo) = (new(), new(), Vec::new());
        whole.feed(&bytes);
        whole.finish_input();
        let expected = drain(&mut whole, &mut echo);
        let (mut events, mut rest) = (Vec::new(), bytes.as_slice());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            split.feed(chunk);
            if !bytes.contains(&3) {
                prop_assert!(!split.take_interrupt());
            }
            events.extend(split.next_event(&mut echo));
            rest = after;
        }
        split.finish_input();
        events.extend(drain(&mut split, &mut echo));
        prop_assert_eq!(events, expected);
        prop_assert!(echo.iter().all(|b| matches!(b, 0x20..=0x7e | b'\r' | b'\n' | 0x08 | 0x1b)));
    }

    #[test]
    fn dropping_at_any_time_runs_no_half_line(before in stream(), secret in "[A-Z]{1,8}", key in prop::sample::select(vec![3_u8, 0x1a])) {
        let mut input = Input::pty(80, 24);
        input.feed(&before);
        // Ends whatever escape sequence or paste is open, and the line.
        input.feed(b"\x07\x1b[201~\r");
        drain(&mut input, &mut Vec::new());
        input.feed(secret.as_bytes());
        input.feed(&[key, b'z', b'\r']);
        let expected = if key == 3 { Event::Interrupt } else { Event::EndMode };
        prop_assert_eq!(drain(&mut input, &mut Vec::new()), vec![expected, line("z")]);
    }

    #[test]
    fn an_interrupt_is_found_iff_the_editor_would_see_one(bytes in stream()) {
        let mut input = Input::pty(80, 24);
        input.feed(&bytes);
        let expected = typed(&bytes).contains(&Event::Interrupt);
        prop_assert_eq!(input.take_interrupt(), expected);
    }

    #[test]
    fn nothing_dropped_comes_back(before in stream(), after in stream()) {
        check_dropped(before, after);
    }
}

#[test]
fn a_paste_that_began_before_a_drop_is_still_one() {
    check_dropped(b"\x1b[200~".to_vec(), b"A\x1b[201~a\r".to_vec());
}

fn check_dropped(before: Vec<u8>, after: Vec<u8>) {
    // After a drop the stream goes on as if the dropped bytes had been read: same place in a paste or a sequence.
    let mut input = Input::pty(80, 24);
    input.feed(&before);
    input.discard_pending();
    input.feed(&after);
    let kept = drain(&mut input, &mut Vec::new());
    let both = [before, after].concat();
    let all = typed(&both);
    let recalls = Cell::new(false);
    let mut decoder = Decoder::default();
    for byte in both {
        decoder.keys(byte, |key| recalls.set(recalls.get() || matches!(key, Key::Up | Key::Down)));
    }
    // A line that is recalled may be another one.
    for event in kept {
        assert!(recalls.get() || !matches!(event, Event::Line(_)) || all.contains(&event));
    }
}
