//! What a platform says about words: case, quotes, pipes, and what acts by itself.

/// The lexical rules of one platform.
#[derive(Debug, Default)]
pub(super) struct Lexis {
    pub(super) fold: bool,
    /// What acts at once on the device, or is replaced there, even in free text.
    pub(super) live: Vec<String>,
    /// Whether a text in double quotes is one value.
    pub(super) quotes: bool,
    /// What ends or redirects a command unless it is quoted.
    pub(super) separators: Vec<String>,
    pub(super) interfaces: Vec<String>,
    /// Keywords that make one level of a context with the word behind them, though it is a keyword too.
    pub(super) named: Vec<String>,
    /// A stage of a pipe must be typed as it is sent.
    pub(super) exact_pipes: bool,
    /// Stages of a pipe may follow each other.
    pub(super) chain: bool,
    /// A `|` in a pattern belongs to it, unless a stage could begin behind it.
    pub(super) alternation: bool,
}

impl Lexis {
    /// Whether nothing in a free text acts by itself, and quotes come in pairs.
    pub(super) fn is_free(&self, text: &str) -> bool {
        !self.live.iter().any(|live| text.contains(live.as_str()))
            && (!self.quotes || text.matches('"').count().is_multiple_of(2))
    }

    /// What stands in the quotes of a word that is wholly in quotes.
    pub(super) fn quoted<'a>(&self, word: &'a str) -> Option<&'a str> {
        let inner = word.strip_prefix('"')?.strip_suffix('"')?;
        (self.quotes && !inner.contains('"')).then_some(inner)
    }

    /// The first separator of a line that stands outside of quotes.
    pub(super) fn separator(&self, line: &str) -> Option<&str> {
        let found = |text: &str| self.separators.iter().find(|mark| text.contains(mark.as_str()));
        if !self.quotes {
            return found(line).map(String::as_str);
        }
        line.split('"').step_by(2).find_map(found).map(String::as_str)
    }

    /// The word that `rest` begins with, and what follows it. A `|` ends a word; in quotes nothing does.
    pub(super) fn next_word<'a>(&self, rest: &'a str) -> (&'a str, &'a str) {
        let ends = |from: usize| {
            rest.get(from..).and_then(|tail| tail.find([' ', '|'])).map(|end| end.saturating_add(from))
        };
        let end = match rest.strip_prefix('"') {
            Some(inner) if self.quotes => inner.find('"').map(|close| close.saturating_add(2)).map(|close| {
                // What touches the closing quote is part of the word, which then is nothing that a type takes.
                ends(close).unwrap_or(rest.len())
            }),
            _ => ends(0),
        };
        rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""))
    }

    /// `rest` up to the first `|` outside of quotes behind which something can begin, and what follows from there.
    pub(super) fn to_pipe<'a>(&self, rest: &'a str, begins: impl Fn(&str) -> bool) -> (&'a str, &'a str) {
        let mut quoted = false;
        let end = rest.char_indices().find_map(|(at, c)| {
            quoted ^= self.quotes && c == '"';
            let behind = || rest.get(at.saturating_add(1)..).unwrap_or_default();
            (c == '|' && !quoted && begins(behind())).then_some(at)
        });
        let (text, after) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""));
        if after.is_empty() { (text, after) } else { (text.trim_end_matches(' '), after) }
    }
}
