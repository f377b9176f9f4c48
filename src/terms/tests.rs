use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::class::CLASSES;
use super::code::TABLE;
use super::problem::printable;
use super::*;

#[test]
fn codes_are_unique_and_read_back() {
    let names: BTreeSet<_> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), TABLE.len());
    for row in TABLE {
        assert_eq!(row.name.parse(), Ok(row.code));
        assert_eq!(row.code.as_str(), row.name);
        assert!(row.name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'), "{}", row.name);
        assert!(!row.sentence.ends_with('.'), "{}", row.sentence);
    }
}

#[test]
fn classes_read_back_and_know_their_subtree() {
    for (class, name) in CLASSES {
        assert_eq!(name.parse(), Ok(class));
    }
    assert!(Class::ConfigAaa.within(Class::Config));
    assert!(Class::ReadSensitive.within(Class::Read));
    assert!(!Class::Config.within(Class::ConfigAaa));
    assert!(Class::WritePipe > Class::Read);
}

#[test]
fn framing_names_byte_and_column() {
    assert_eq!(PresentedLine::parse(b"sh\0ver"), Err(Framing::Byte { byte: 0, at: 2 }));
    assert_eq!(PresentedLine::parse("sh\u{e9}".as_bytes()), Err(Framing::Byte { byte: 0xc3, at: 2 }));
    assert_eq!(PresentedLine::parse(&vec![b'a'; 2049]), Err(Framing::TooLong));
    assert_eq!(PresentedLine::parse(&vec![b'a'; 2048]).map(|l| l.as_str().len()), Ok(2048));
}

#[test]
fn a_line_never_shows_itself_in_debug() {
    let line = PresentedLine::parse(b"username x secret hunter2").expect("printable");
    assert!(!format!("{line:?}").contains("hunter2"));
}

#[test]
fn time_is_written_with_six_digits_and_read_back() {
    let at = Timestamp::from_micros(1_795_340_000_000_042);
    assert_eq!(at.to_string(), "2026-11-22T09:33:20.000042Z");
    assert_eq!(Timestamp::parse(&at.to_string()), Some(at));
    assert_eq!(Timestamp::from_micros(-1).seconds(), -1);
    assert_eq!(at.plus(Duration::from_secs(2)).since(at), Duration::from_secs(2));
    assert_eq!(at.since(at.plus(Duration::from_secs(2))), Duration::ZERO);
}

#[test]
fn problems_point_with_a_caret() {
    let span = Span { file: "gate.yaml".into(), line: 2, column: 3 };
    let shown =
        Problem::new(span, "unknown key `x`").in_text("a: 1\nb: x\x1b[0m\n").hint("remove it").to_string();
    assert_eq!(shown, "gate.yaml:2:3: unknown key `x`\n    b: x\\u{1b}[0m\n      ^\n    hint: remove it");
}

proptest! {
    #[test]
    fn ids_read_back(bits: u128) {
        let id = DecisionId::new(Uuid::from_u128(bits));
        prop_assert_eq!(id.to_string().len(), 28);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn reading_any_id_never_panics(text in "\\PC{0,40}") {
        let _ = text.parse::<DecisionId>();
        let _ = text.parse::<CorrelationId>();
    }

    #[test]
    fn shown_text_has_no_controls(text in any::<String>()) {
        prop_assert!(!printable(&text).chars().any(char::is_control));
    }
}
