//! The settings of a platform.

use crate::grammar::lexis::Lexis;
use crate::grammar::{Facts, Pager};

/// What a `platform` block says, apart from its name.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) facts: Facts,
    pub(super) lexis: Lexis,
    pub(super) negation: String,
    pub(super) comment: Vec<String>,
}

impl Settings {
    /// Takes one setting.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(super) fn set(&mut self, key: &str, values: &[&str]) -> Result<(), String> {
        let facts = &mut self.facts;
        let owned = || values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        match (key, values) {
            ("start", [_, ..]) => {
                facts.start = values
                    .iter()
                    .map(|name| name.parse())
                    .collect::<Result<_, _>>()
                    .map_err(|fault: crate::terms::name::BadName| fault.to_string())?;
            }
            ("case", ["fold"]) => self.lexis.fold = true,
            ("case", ["sensitive"]) => self.lexis.fold = false,
            ("line-end", [end]) => facts.eol = (*end).to_owned(),
            ("prepare", [_, ..]) => facts.prepare = owned(),
            ("error", [_, ..]) => facts.errors = owned(),
            ("question", [_, ..]) => facts.questions = owned(),
            ("refusal", [line]) => facts.refusal = (*line).to_owned(),
            ("help", [head, end]) => facts.help = Some(((*head).to_owned(), (*end).to_owned())),
            ("leave", [line]) => facts.leave = (*line).to_owned(),
            ("pipes", [_, ..]) => {
                for value in values {
                    match *value {
                        "exact" => self.lexis.exact_pipes = true,
                        "chain" => self.lexis.chain = true,
                        "alternation" => self.lexis.alternation = true,
                        other => {
                            return Err(format!(
                                "`pipes` takes `exact`, `chain` and `alternation`, not `{other}`"
                            ));
                        }
                    }
                }
            }
            ("quotes", []) => self.lexis.quotes = true,
            ("live", [_, ..]) => self.lexis.live = owned(),
            ("separator", [_, ..]) => self.lexis.separators = owned(),
            ("comment", [_, ..]) => self.comment = owned(),
            ("negation", [word]) => self.negation = (*word).to_owned(),
            ("named", [_, ..]) => self.lexis.named = owned(),
            ("interfaces", [_, ..]) => self.lexis.interfaces = owned(),
            ("max-line", [number]) => {
                facts.max_line = number.parse().map_err(|_| "`max-line` takes a number".to_owned())?;
            }
            ("pager", [marker, next, quit]) => facts.pagers.push(Pager {
                marker: (*marker).to_owned(),
                next: (*next).to_owned(),
                quit: (*quit).to_owned(),
            }),
            _ => return Err(format!("unknown setting `{key}`, or not its kind of values")),
        }
        let empty = |texts: &[String]| texts.iter().any(String::is_empty);
        if empty(&self.lexis.live) || empty(&self.lexis.separators) || empty(&self.facts.questions) {
            return Err("an empty text would stand everywhere".to_owned());
        }
        Ok(())
    }
}
