//! The line that a device prints above its prompt, as Junos prints `[edit]`: part of the prompt, not of the answer.

/// The longest such line, with an empty one before it.
const MAX_HELD: usize = 256;

/// What is held back because it may be a banner.
#[derive(Debug)]
pub(super) struct Banner {
    texts: Vec<String>,
    held: Vec<u8>,
}

impl Banner {
    /// For the banners of the modes that a command may end in; none where they have none.
    pub(super) fn new(texts: Vec<String>) -> Option<Self> {
        (!texts.is_empty()).then(|| Self { texts, held: Vec::new() })
    }

    /// Passes finished lines of output on, but for a banner at their end.
    pub(super) fn pass(&mut self, said: &[u8], out: &mut Vec<u8>) {
        if said.is_empty() {
            return;
        }
        self.held.extend_from_slice(said);
        let from = start(&self.held, &self.texts);
        out.extend(self.held.drain(..from));
    }

    /// Whether a banner was the last that was said.
    pub(super) fn is_held(&self) -> bool {
        self.held.ends_with(b"\n") && self.held.iter().any(u8::is_ascii_graphic)
    }

    /// It was output after all.
    pub(super) fn let_go(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.held);
    }
}

/// A line without blanks around it, and without the name of the routing engine before it: `{master:0}[edit]`.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    match line.iter().position(|byte| *byte == b'}') {
        Some(end) if line.starts_with(b"{") => line.get(end.saturating_add(1)..).unwrap_or_default(),
        _ => line,
    }
}

/// Where a banner begins at the end of what was said, the empty line above it included.
fn start(said: &[u8], banners: &[String]) -> usize {
    let mut from = said.len();
    let tail = said.get(said.len().saturating_sub(MAX_HELD)..).unwrap_or_default();
    let mut lines: Vec<&[u8]> = tail.split_inclusive(|byte| *byte == b'\n').collect();
    let is_banner = |line: &&[u8]| banners.iter().any(|own| own.as_bytes() == bare(line));
    let is_empty = |line: &&[u8]| line.trim_ascii().is_empty();
    if lines.last().is_some_and(is_banner) {
        from = from.saturating_sub(lines.pop().map_or(0, <[u8]>::len));
    }
    while lines.last().is_some_and(is_empty) {
        from = from.saturating_sub(lines.pop().map_or(0, <[u8]>::len));
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_banner_is_no_output() {
        let edit = || Banner::new(vec!["[edit]".to_owned()]).expect("a banner");
        let mut banner = edit();
        let mut out = Vec::new();
        banner.pass(b"one\r\n[edit]\r\n", &mut out);
        assert!(banner.is_held());
        banner.pass(b"two\r\n\r\n", &mut out);
        assert_eq!(out, b"one\r\n[edit]\r\ntwo\r\n");
        assert!(!banner.is_held());
        banner.pass(b"[edit]\r\n", &mut out);
        assert_eq!(out, b"one\r\n[edit]\r\ntwo\r\n");
        assert!(banner.is_held());
        banner.let_go(&mut out);
        assert_eq!(out, b"one\r\n[edit]\r\ntwo\r\n\r\n[edit]\r\n");
    }

    #[test]
    fn another_context_is_none() {
        let edit = || Banner::new(vec!["[edit]".to_owned()]).expect("a banner");
        let mut banner = edit();
        let mut out = Vec::new();
        banner.pass(b"\r\n[edit interfaces]\r\n", &mut out);
        assert!(!banner.is_held());
        assert_eq!(out, b"\r\n[edit interfaces]\r\n");
        banner.pass(b"", &mut out);
        banner.pass(b"{master:0}[edit]\r\n", &mut out);
        assert!(banner.is_held());
        banner = edit();
        banner.pass(b"x\n", &mut out);
        assert_eq!(out, b"\r\n[edit interfaces]\r\nx\n");
    }
}
