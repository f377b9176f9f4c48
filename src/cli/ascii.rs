//! JSON that a terminal can show, whatever it holds.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

/// JSON in printable ASCII: what was given may hold control characters that a terminal would act on.
pub(super) struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
            return out.write_all(fragment.as_bytes());
        }
        for c in fragment.chars() {
            if matches!(c, ' '..='~') {
                out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?;
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

/// A value on one line of printable ASCII.
pub(super) fn ascii(value: &Value) -> String {
    let mut out = Vec::new();
    // A vector takes everything, and a value has no key that is no string.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut out, Ascii));
    String::from_utf8_lossy(&out).into_owned()
}
