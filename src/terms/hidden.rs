//! A line with a secret in it: sent, never shown.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// Text that is wiped when it is dropped and that no formatting shows. Copies share it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(Arc<Zeroizing<String>>);

impl Hidden {
    /// Hides a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }

    /// The text, for whoever sends it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Hidden;

    #[test]
    fn nothing_shows_it() {
        let hidden = Hidden::new("enable secret S3cretPw".to_owned());
        assert_eq!(format!("{hidden:?}"), "Hidden(..)");
        assert_eq!(hidden.text(), "enable secret S3cretPw");
    }
}
