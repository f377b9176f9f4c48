//! What follows the host name in a prompt.

/// The longest name that a device puts into its prompt, in bytes.
const MAX_NAME: usize = 64;

/// Texts, one of which it is, with places for names in them: `(config-if-{})#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Each in the parts between its names.
    texts: Vec<Vec<String>>,
}

impl Form {
    /// Reads the texts of a grammar file.
    #[must_use]
    pub fn new<T: AsRef<str>>(texts: &[T]) -> Self {
        let parts = |text: &T| text.as_ref().split("{}").map(str::to_owned).collect();
        Self { texts: texts.iter().map(parts).collect() }
    }

    /// Those of the texts that no name belongs into.
    pub fn plain(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().filter_map(|parts| match parts.as_slice() {
            [only] => Some(only.as_str()),
            _ => None,
        })
    }

    /// The texts with `{}` for each name, as grammar files write them.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.texts.iter().map(|parts| parts.join("{}"))
    }

    /// Whether `text` is of this form, wholly.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.texts
            .iter()
            .filter_map(|parts| parts.split_first())
            .any(|(first, rest)| text.strip_prefix(first.as_str()).is_some_and(|after| fits(after, rest)))
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
        let form = Form::new(&["(config-s-{}-if-{})#"]);
        for text in ["(config-s-a-if-Et1)#", "(config-s-a-b-if-Et1/1.5)#", "(config-s-if-if-if-if)#"] {
            assert!(form.is(text), "{text}");
        }
        for text in
            ["(config-s--if-Et1)#", "(config-s-a-if-)#", "(config-s-a-if-Et1)# ", "(config-s-a)-if-Et1)#", ""]
        {
            assert!(!form.is(text), "{text}");
        }
        assert_eq!(form.plain().next(), None);
        let either = Form::new(&["(config-if)#", "(config-subif)#"]);
        assert_eq!(either.plain().count(), 2);
        assert!(either.is("(config-if)#") && either.is("(config-subif)#") && !either.is("(config-x)#"));
    }
}
