//! Lines of stdin, each of them bounded.

use std::io::{self, BufRead, Read};

/// A line of input, without its line end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Given<'a> {
    /// The whole line.
    Line(&'a [u8]),
    /// It was longer than is read; nothing of it is kept.
    TooLong,
}

/// Hands every line of at most `max` bytes to `each`, one at a time, until the input ends. A last line without a line
/// end counts.
///
/// # Errors
/// When the input cannot be read, or `each` fails.
pub(super) fn each_line(
    mut input: impl BufRead,
    max: usize,
    mut each: impl FnMut(Given<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let bound = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(bound).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.pop_if(|last| *last == b'\n').is_some() || line.len() <= max {
            each(Given::Line(&line))?;
        } else {
            input.skip_until(b'\n')?;
            each(Given::TooLong)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(input: &[u8], max: usize) -> Vec<String> {
        let mut seen = Vec::new();
        each_line(input, max, |given| {
            seen.push(match given {
                Given::Line(line) => String::from_utf8_lossy(line).into_owned(),
                Given::TooLong => "too long".to_owned(),
            });
            Ok(())
        })
        .expect("reads");
        seen
    }

    #[test]
    fn a_line_that_is_too_long_costs_only_itself() {
        assert_eq!(cut(b"abc\nabcd\n\nxyz", 3), ["abc", "too long", "", "xyz"]);
        assert_eq!(cut(b"abcdefgh", 3), ["too long"]);
        assert_eq!(cut(b"abc", 3), ["abc"]);
        assert_eq!(cut(b"", 3), [""; 0]);
    }
}
