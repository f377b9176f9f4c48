//! Blocks: one command, collected first, with an end that the gate chooses.

use super::super::session::told;
use super::*;

fn device() -> Grammar {
    in_mode(
        "live \"?\";",
        " banner motd DELIM... : config block \"Enter TEXT\" delimiter\n [no] certificate NAME : config.aaa block \"hex\" until \"quit\"\n x : read",
    )
}

#[test]
fn a_block_is_one_command_with_all_its_lines() {
    let own = device();
    for (typed, came) in [
        ("banner motd ^\nhello\nworld\n^", "banner motd ~\\nhello\\nworld\\n~ : config"),
        ("banner motd #hello\nworld#", "banner motd ~\\nhello\\nworld\\n~ : config"),
        ("ban mo #hello#", "banner motd ~\\nhello\\n~ : config"),
        ("banner motd ^Chello\nworld ^C", "banner motd ~\\nhello\\nworld \\n~ : config"),
        // A caret that is not followed by a C is a delimiter of its own.
        ("banner motd ^\na # b ^ dropped", "banner motd ~\\na # b \\n~ : config"),
        // The delimiter that is sent is in no line.
        ("banner motd #\na ~ b ^ c\n#", "banner motd %\\na ~ b ^ c\\n% : config"),
        ("cert x\n30 82\n  quit", "certificate x\\n30 82\\nquit : config.aaa"),
        ("cert x\nquit\nx", "certificate x\\nquit : config.aaa && x : read"),
        ("cert x\nx", ""),
        ("no cert x\nx", "no certificate x : config.aaa && x : read"),
        ("banner motd", "incomplete"),
        ("cert x\nwhat?", "refused"),
        ("banner motd ^what?", "unrecognized"),
        ("banner motd #\n~^%@#", "banner motd #\\n~^%@\\n# : config"),
    ] {
        assert_eq!(says(&own, "a", typed), came, "{typed}");
    }
}

#[test]
fn the_lines_are_sent_one_by_one_after_the_command() {
    let own = device();
    let mut session = Follow::new(&own, mode("a"));
    let mut last = None;
    for line in ["banner motd #a", "b#"] {
        last = session.line(&PresentedLine::parse(line.as_bytes()).expect("line")).pop();
    }
    let Some(Some(parse)) = last else { panic!("no command") };
    let command = told(&own, parse).expect("a command");
    assert_eq!(&**command.render(), "banner motd ~\n");
    let block = command.block().expect("block");
    assert_eq!(
        (&*block.state, &block.lines[..]),
        ("Enter TEXT", &["a".to_owned(), "b".to_owned(), "~".to_owned()][..])
    );
    assert_eq!(command.render_line(2).as_deref(), Some("~\n"));
    assert_eq!(command.render_line(3), None);
}

fn opening(own: &Grammar, line: &str) -> Opening {
    match own.parse(&mode("a"), &PresentedLine::parse(line.as_bytes()).expect("line")) {
        Parse::Block(opening) => opening,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_block_has_bounds() {
    let own = device();
    let mut many = opening(&own, "certificate x");
    let line = PresentedLine::parse(b"00").expect("line");
    assert!((0..500).all(|_| many.take(&line).is_ok()));
    assert_eq!(many.take(&line), Err(BlockFault::TooLong));
    let mut long = opening(&own, "certificate x");
    // With its end each takes 201 bytes of 32 KiB.
    let line = PresentedLine::parse(&[b'0'; 200]).expect("line");
    assert!((0..163).all(|_| long.take(&line).is_ok()));
    assert_eq!(long.take(&line), Err(BlockFault::TooLong));
    let mut wide = opening(&own, "certificate x");
    let line = |length| PresentedLine::parse(&vec![b'0'; length]).expect("line");
    assert_eq!(wide.take(&line(254)), Ok(()));
    assert_eq!(wide.take(&line(255)), Err(BlockFault::LongLine));
}

#[test]
fn a_block_that_uses_every_delimiter_is_refused() {
    let own = device();
    let mut all = opening(&own, "banner motd !");
    all.take(&PresentedLine::parse(b"~^%@#+=*&").expect("line")).expect("a line");
    all.take(&PresentedLine::parse(b"!").expect("line")).expect("a line");
    assert!(all.is_closed());
    assert_eq!(all.finish().map(|found| found.text), Err(BlockFault::NoDelimiter));
}
