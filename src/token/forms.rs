//! The forms that texts in tokens may have. Identifiers are ASCII: nobody can tell two look-alikes apart in a log.

/// The longest text that is shown to people, in characters.
const MAX_SHOWN: usize = 240;

/// The longest identifier, in bytes.
const MAX_ID: usize = 200;

/// A key id: `^[A-Za-z0-9._/-]{1,64}$` without `..`, so that it is harmless as a file name too.
pub(super) fn is_kid(text: &str) -> bool {
    (1..=64).contains(&text.len()) && only(text, b"._/-") && !text.contains("..")
}

/// A `jti`: `^[A-Za-z0-9_-]{16,64}$`.
pub(super) fn is_token_id(text: &str) -> bool {
    (16..=64).contains(&text.len()) && only(text, b"_-")
}

/// An identifier that others chose: printable ASCII, no blanks, no quotes or backslash.
pub(super) fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !br#""'`\<>"#.contains(&byte))
}

/// The name of a parameter.
pub(crate) fn is_param_name(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The name or the instance of an agent.
pub(super) fn is_agent_part(text: &str) -> bool {
    (1..=64).contains(&text.len()) && only(text, b"._@/-")
}

/// `traceparent` of W3C Trace Context, section 3.2.2: version, trace id, parent id, flags in lower-case hex.
pub(super) fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let lengths = [2, 32, 16, 2];
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, length)| part.len() == length && hex(part))
        && parts.first() != Some(&"ff")
        && parts.iter().skip(1).take(2).all(|part| part.bytes().any(|byte| byte != b'0'))
}

/// Text for people: printable, with nothing that hides, reorders or imitates what stands around it.
pub(super) fn is_shown(text: &str) -> bool {
    let length = text.chars().count();
    (1..=MAX_SHOWN).contains(&length) && !text.chars().any(|c| c.is_control() || is_invisible(c))
}

/// Bidi controls, zero-width and other default-ignorable characters (Unicode 16.0, DerivedCoreProperties), line
/// separators, and characters that are no text.
fn is_invisible(c: char) -> bool {
    matches!(
        u32::from(c),
        0xAD | 0x34F
            | 0x61C
            | 0x115F..=0x1160
            | 0x17B4..=0x17B5
            | 0x180B..=0x180F
            | 0x200B..=0x200F
            | 0x2028..=0x202E
            | 0x2060..=0x206F
            | 0x2800
            | 0x3164
            | 0xE000..=0xF8FF
            | 0xFE00..=0xFE0F
            | 0xFEFF
            | 0xFFA0
            | 0xFFF0..=0xFFFF
            | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A
            | 0xE0000..
    )
}

fn only(text: &str, extra: &[u8]) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_reorders_is_not_shown() {
        for good in ["L2 loop on spine-01 Eth1", "Überlast, 結線確認", "a", "\u{1F6A7} works"] {
            assert!(is_shown(good), "{good:?}");
        }
        let long = "x".repeat(241);
        let hidden =
            ["a\u{202e}b", "a\u{200b}b", "a\u{feff}", "a\u{2066}b", "a\nb", "\u{85}", "\u{ad}", "\u{2028}"];
        for bad in hidden.into_iter().chain(["", long.as_str()]) {
            assert!(!is_shown(bad), "{bad:?}");
        }
    }

    #[test]
    fn key_ids_are_harmless_as_paths() {
        assert!(is_kid("net-mcp/2026-11-a"));
        assert!(!is_kid("a/../b") && !is_kid("") && !is_kid("a b") && !is_kid(&"k".repeat(65)));
    }

    #[test]
    fn trace_parents_have_the_form_of_the_standard() {
        assert!(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        for bad in [
            "",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }
}
