//! The echo of a command: checked, then removed. The command itself is never learnt from it.

use crate::output::{Filter, Newline};

/// How much longer than the command an echo may be: terminal controls around it.
const MAX_EXTRA: usize = 1024;

/// Waits for the echo of one line.
#[derive(Debug)]
pub(super) struct Echo {
    expected: String,
    heard: Vec<u8>,
}

/// How far the echo has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    /// Right so far.
    More,
    /// Right and whole; what followed its line end.
    Whole(&'a [u8]),
    /// Something else.
    Other,
}

impl Echo {
    /// `expected` is the line that was sent, without its line end.
    pub(super) fn new(expected: &str) -> Self {
        Self { expected: expected.to_owned(), heard: Vec::new() }
    }

    pub(super) fn push<'a>(&mut self, bytes: &'a [u8]) -> Heard<'a> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (line, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        self.heard.extend_from_slice(line);
        if self.heard.len() > self.expected.len().saturating_mul(2).saturating_add(MAX_EXTRA) {
            return Heard::Other;
        }
        match rest.split_first() {
            Some((_line_end, after)) if self.is_whole() => Heard::Whole(after),
            None if self.is_begun() => Heard::More,
            _ => Heard::Other,
        }
    }

    fn is_whole(&self) -> bool {
        [&self.heard, &unwrapped(&self.heard)].iter().any(|heard| shown(heard) == self.expected.as_bytes())
    }

    fn is_begun(&self) -> bool {
        let begins = |heard: &[u8]| self.expected.as_bytes().starts_with(&shown(heard));
        let unwrapped = unwrapped(&self.heard);
        // The blank that readline prints at the margin may stand at the end, its CR still to come.
        begins(&self.heard) || begins(&unwrapped) || unwrapped.strip_suffix(b" ").is_some_and(begins)
    }
}

/// What a terminal would show of it: bracketed-paste marks, CR and the like are dropped.
fn shown(heard: &[u8]) -> Vec<u8> {
    let mut filter = Filter::new(Newline::Lf);
    let mut shown = Vec::new();
    filter.push(heard, &mut shown);
    filter.flush(&mut shown);
    shown
}

/// Without the blank and CR that readline prints where a line reaches the margin.
fn unwrapped(heard: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(heard.len());
    for byte in heard {
        if *byte == b'\r' && out.last() == Some(&b' ') {
            out.pop();
        }
        out.push(*byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heard(expected: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        match Echo::new(expected).push(bytes) {
            Heard::Whole(rest) => Some(rest.to_vec()),
            Heard::More | Heard::Other => None,
        }
    }

    #[test]
    fn an_echo_is_taken_off() {
        assert_eq!(heard("show version", b"show version\r\nFRR"), Some(b"FRR".to_vec()));
        assert_eq!(heard("show version", b"show version\n"), Some(Vec::new()));
    }

    #[test]
    fn marks_and_wraps_are_no_difference() {
        assert_eq!(
            heard("show version", b"\x1b[?2004hshow version\x1b[?2004l\r\r\nFRR"),
            Some(b"FRR".to_vec())
        );
        assert_eq!(heard("show version", b"show ver\rsion\r\n"), Some(Vec::new()));
        assert_eq!(heard("show version", b"show ver \rsion\r\n"), Some(Vec::new()));
        assert_eq!(heard("show version", b"show  \rversion\r\n"), Some(Vec::new()));
        assert_eq!(heard("show version", b"\0show version\r\n"), Some(Vec::new()));
    }

    #[test]
    fn anything_else_is_something_else() {
        for bytes in [
            b"show versio\r\n".as_slice(),
            b"show versionx\r\n",
            b"\r\n",
            b"show version ",
            b"show version x",
            b"core1#show version\r\n",
            b"  hello",
            b"r1# ",
            b"SHOW VERSION\r\n",
            b"show\xffversion\r\n",
        ] {
            let mut echo = Echo::new("show version");
            let first = echo.push(bytes);
            // A blank may be that of a wrap: it is judged by what follows.
            let second = if first == Heard::More { echo.push(b"x") } else { first };
            assert_eq!(second, Heard::Other, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn an_endless_echo_ends() {
        let mut echo = Echo::new("show version");
        let first = (0..1000).find(|_| echo.push(b"\x1b[0m\x1b[0m") == Heard::Other);
        assert!(first.is_some());
    }

    proptest! {
        /// How an echo is cut changes nothing.
        #[test]
        fn cuts_do_not_matter(cuts in prop::collection::vec(0_usize..40, 0..6)) {
            let bytes = b"\x1b[?2004hshow ip \rbgp summary\r\nrest";
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut echo = Echo::new("show ip bgp summary");
            // The wrap ate a blank of the command or added one: both readings are of the same line.
            let (mut from, mut rest) = (0, None);
            for cut in cuts.into_iter().chain([bytes.len()]) {
                match rest.as_mut() {
                    None => match echo.push(&bytes[from..cut]) {
                        Heard::More => {}
                        Heard::Whole(after) => rest = Some(after.to_vec()),
                        Heard::Other => prop_assert!(false),
                    },
                    Some(rest) => rest.extend_from_slice(&bytes[from..cut]),
                }
                from = cut;
            }
            prop_assert_eq!(rest, Some(b"rest".to_vec()));
        }
    }
}
