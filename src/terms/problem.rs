//! Problems in files: where, what, and the next step. All of a file's are reported at once.

use std::fmt;
use std::sync::Arc;

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file as it was named to us.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What: lower case, no final period, input in backticks.
    pub message: String,
    /// The line it is in, for the caret.
    pub source: Option<String>,
    /// The next step.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem at `span`.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), source: None, hint: None }
    }

    /// Shows the line with a caret, cut out of the whole `text` of the file.
    #[must_use]
    pub fn in_text(mut self, text: &str) -> Self {
        let index = usize::try_from(self.span.line.saturating_sub(1)).unwrap_or(usize::MAX);
        self.source = text.lines().nth(index).map(str::to_owned);
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// `file:line:col: message`, then the line with a caret, then the hint. Control characters are escaped.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.span, printable(&self.message))?;
        if let Some(source) = &self.source {
            let shown: String = source.chars().take(160).collect();
            let pad = usize::try_from(self.span.column.saturating_sub(1)).unwrap_or(0).min(160);
            write!(f, "\n    {}\n    {:pad$}^", printable(&shown), "")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n    hint: {}", printable(hint))?;
        }
        Ok(())
    }
}

/// Untrusted text, made safe to show on a terminal or in a log: every control character is escaped.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let plain = !c.is_control();
            plain.then_some(c).into_iter().chain((!plain).then(|| c.escape_default()).into_iter().flatten())
        })
        .collect()
}

/// All problems of one reading, in the order of their places. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// `Ok(value)` when there are none, else all of them.
    ///
    /// # Errors
    /// When `problems` is not empty.
    pub fn none_or<T>(mut problems: Vec<Problem>, value: T) -> Result<T, Problems> {
        if problems.is_empty() {
            return Ok(value);
        }
        problems.sort_by(|a, b| a.span.cmp(&b.span));
        // Rules and intents are read from the same files: what is no YAML at all is found twice and told once.
        problems.dedup();
        Err(Problems(problems))
    }

    /// Just one.
    #[must_use]
    pub fn one(problem: Problem) -> Self {
        Self(vec![problem])
    }

    /// In the order of their places.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    /// Gives them up, to join with others.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            let line_end = if n == 0 { "" } else { "\n" };
            write!(f, "{line_end}{problem}")?;
        }
        Ok(())
    }
}
