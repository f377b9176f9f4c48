//! Questions, and what their answers do.

use super::Router;
use super::candidate::Terms;
use crate::sim::dialect::Leaving;
use crate::sim::machine::SimEvent;

/// A question that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Secret,
    Reload,
    Destination,
    /// What happens to uncommitted changes.
    Leave,
    /// Whether to commit although others have.
    Proceed(Terms),
    /// Nobody expects it; this is the output of the command behind it.
    Sure(String),
}

impl Router {
    /// Whether one key answers the question, without a line end.
    pub(super) fn takes_key(&self) -> bool {
        match self.ask {
            Some(Ask::Reload) => self.cli.keys.confirm_by_key,
            Some(Ask::Sure(_)) => true,
            _ => false,
        }
    }

    /// ^C is a key as any other at `[confirm]`.
    pub(super) fn takes_interrupt(&self) -> bool {
        self.ask == Some(Ask::Reload) && self.takes_key()
    }

    pub(super) fn answered_by_key(&mut self, byte: u8) {
        self.key(byte);
        self.write("\n");
        self.think();
        match self.ask.take() {
            Some(Ask::Sure(output)) => {
                self.machine.state().answers.push(byte);
                self.print(&output);
            }
            _ if matches!(byte, b'\r' | b'\n' | b'y' | b'Y') => self.reload(),
            _ => {}
        }
        self.finish();
    }

    pub(super) fn answered(&mut self, ask: Ask, text: &str) {
        let word = text.trim().to_ascii_lowercase();
        let yes = !word.is_empty() && "yes".starts_with(&word);
        self.think();
        match ask {
            Ask::Destination => {
                self.machine.state().saved = true;
                self.print(self.cli.texts.saved);
            }
            Ask::Reload if yes => self.reload(),
            Ask::Leave => self.decide(&word, yes),
            Ask::Proceed(terms) if yes => {
                let output = self.commit(terms).unwrap_or_else(|refusal| refusal);
                self.print(&output);
            }
            _ => {}
        }
        self.finish();
    }

    fn reload(&mut self) {
        self.machine.state().reloaded = true;
        self.end();
    }

    fn decide(&mut self, word: &str, yes: bool) {
        let no = !word.is_empty() && "no".starts_with(word);
        let output = match self.cli.leaving {
            Leaving::CommitFirst if yes => match self.commit(Terms::default()) {
                Ok(output) => output + &self.left(),
                Err(output) => output,
            },
            Leaving::CommitFirst if no => self.left(),
            Leaving::Confirm if yes || word.is_empty() => self.left(),
            _ => String::new(),
        };
        self.print(&output);
    }

    pub(super) fn secret(&mut self, text: &str) {
        let right = self.machine.behaviour().enable_secret.as_deref() == Some(text);
        self.machine.note(SimEvent::Secret { session: self.session, right });
        if right {
            self.become_first();
        } else {
            self.print(self.cli.texts.bad_secret);
        }
        self.finish();
    }
}
