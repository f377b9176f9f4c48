//! Any bytes, in two pieces, typed with a pty and read without one: it ends, what is echoed is bounded, and how the
//! bytes were cut does not change what is read where no interrupt is stored ahead.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::line::{Event, Input};

/// More than this for one event would be an amplifier.
const MAX_ECHO: usize = 1 << 20;

fn events(mut input: Input, chunks: &[&[u8]]) -> Vec<Event> {
    let (mut found, mut echo) = (Vec::new(), Vec::new());
    let mut drain = |input: &mut Input| {
        while let Some(event) = input.next_event(&mut echo) {
            if matches!(event, Event::Help(_)) {
                input.redraw(&mut echo);
            }
            assert!(echo.len() <= MAX_ECHO);
            echo.clear();
            found.push(event);
        }
    };
    for chunk in chunks {
        input.feed(chunk);
        drain(&mut input);
    }
    input.finish_input();
    drain(&mut input);
    assert_eq!(found.last(), Some(&Event::Eof));
    found
}

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    let (head, tail) = bytes.split_at(usize::from(*cut).min(bytes.len()));
    let typed = |chunks: &[&[u8]]| events(Input::pty(80, 24), chunks);
    let read = |chunks: &[&[u8]]| events(Input::plain(), chunks);
    let one_piece = typed(&[bytes]);
    let two_pieces = typed(&[head, tail]);
    // A ^C drops what is stored before it, and how much that is depends on the cut.
    if !bytes.contains(&3) && bytes.len() < portcullis::line::CAPACITY {
        assert_eq!(one_piece, two_pieces);
        assert_eq!(read(&[bytes]), read(&[head, tail]));
    }
});
