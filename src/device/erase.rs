//! A pager takes its marker off the screen before it goes on: by backspaces, blanks and CRs, in orders of its own.

/// A longer erasure is none.
const MAX: usize = 512;

/// Swallows one erasure.
#[derive(Debug, Default)]
pub(super) struct Eraser {
    held: Vec<u8>,
}

impl Eraser {
    /// Takes bytes; the text behind the erasure once it has begun. Blanks after the last backspace or CR belong to it.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.held.extend_from_slice(bytes);
        let end = self.held.iter().position(|byte| !is_erasing(*byte));
        if end.is_none() && self.held.len() <= MAX {
            return None;
        }
        let erasing = self.held.get(..end.unwrap_or(MAX)).unwrap_or_default();
        let from = erasing.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last.saturating_add(1));
        Some(self.held.split_off(from))
    }
}

fn is_erasing(byte: u8) -> bool {
    matches!(byte, 0x08 | b' ' | b'\r' | 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erasure_is_swallowed() {
        let ios = format!("{0}{1}{0}", "\x08".repeat(10), " ".repeat(10));
        for (bytes, rest) in [
            (format!("{ios}Ethernet"), "Ethernet"),
            (format!("{ios}  indented"), "  indented"),
            ("\r          \r  indented".to_owned(), "  indented"),
            ("\x08 \x08\x08 \x08core1#".to_owned(), "core1#"),
            ("\r\nnext".to_owned(), "\nnext"),
            ("  indented".to_owned(), "  indented"),
            ("\r\x1b[Knext".to_owned(), "\x1b[Knext"),
        ] {
            for cut in 0..bytes.len() {
                let (first, second) = bytes.as_bytes().split_at(cut);
                let mut eraser = Eraser::default();
                let text = match eraser.push(first) {
                    Some(text) => [text, second.to_vec()].concat(),
                    None => eraser.push(second).expect("text"),
                };
                assert_eq!(text, rest.as_bytes(), "{bytes:?} {cut}");
            }
        }
    }

    #[test]
    fn an_endless_erasure_ends() {
        assert!(Eraser::default().push(&[b' '; MAX + 1]).is_some());
    }
}
