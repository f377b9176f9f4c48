//! What follows the host name in a prompt.

/// The longest name that a device puts into its prompt, in bytes.
const MAX_NAME: usize = 64;

/// Text with places for names in it: `(config-if-{})#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    parts: Vec<String>,
}

impl Form {
    /// Reads the text of a grammar file.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { parts: text.split("{}").map(str::to_owned).collect() }
    }

    /// The text, where no name belongs into it.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The text with `{}` for each name, as grammar files write it.
    #[must_use]
    pub fn text(&self) -> String {
        self.parts.join("{}")
    }

    /// Whether `text` is of this form, wholly.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        match self.parts.split_first() {
            Some((first, rest)) => text.strip_prefix(first.as_str()).is_some_and(|after| fits(after, rest)),
            None => text.is_empty(),
        }
    }
}

/// Whether `text` is a name, then the first part, and so on.
fn fits(text: &str, parts: &[String]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return text.is_empty() };
    let name = text.bytes().take(MAX_NAME).take_while(|byte| is_in_name(*byte)).count();
    (1..=name).any(|end| {
        text.get(end..)
            .and_then(|after| after.strip_prefix(part.as_str()))
            .is_some_and(|after| if rest.is_empty() { after.is_empty() } else { fits(after, rest) })
    })
}

/// No bracket and no mark of a prompt.
fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-:/,".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn names_stand_where_they_belong() {
        let form = Form::new("(config-s-{}-if-{})#");
        for text in ["(config-s-a-if-Et1)#", "(config-s-a-b-if-Et1/1.5)#", "(config-s-if-if-if-if)#"] {
            assert!(form.is(text), "{text}");
        }
        for text in ["(config-s--if-Et1)#", "(config-s-a-if-)#", "(config-s-a-if-Et1)# ", "(config-s-a)-if-Et1)#", ""] {
            assert!(!form.is(text), "{text}");
        }
        assert_eq!(form.plain(), None);
        assert_eq!(Form::new("# ").plain(), Some("# "));
        assert!(Form::new("# ").is("# ") && !Form::new("# ").is("#"));
    }
}
