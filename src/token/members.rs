//! Members of an object, taken out one by one: what is left at the end is in no profile.

use std::collections::BTreeMap;

use super::TokenFault;
use super::json::Json;
use crate::terms::Code;

/// An object that is being read. `path` names it in faults: `act.`, or nothing for the claims themselves.
pub(super) struct Members {
    path: &'static str,
    members: BTreeMap<String, Json>,
}

impl Members {
    pub(super) fn new(path: &'static str, members: BTreeMap<String, Json>) -> Self {
        Self { path, members }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A fault of the member `name`. Never holds its value.
    pub(super) fn fault(&self, code: Code, name: &str, what: &str) -> TokenFault {
        TokenFault::new(code, format!("`{}{name}` {what}", self.path))
    }

    pub(super) fn invalid(&self, name: &str, what: &str) -> TokenFault {
        self.fault(Code::ClaimInvalid, name, what)
    }

    pub(super) fn take(&mut self, name: &str) -> Result<Json, TokenFault> {
        self.members.remove(name).ok_or_else(|| self.fault(Code::ClaimMissing, name, "is missing"))
    }

    /// A text of the form that `rule` describes and `good` checks.
    pub(super) fn text(
        &mut self,
        name: &str,
        rule: &str,
        good: impl Fn(&str) -> bool,
    ) -> Result<String, TokenFault> {
        match self.take(name)? {
            Json::Text(text) if good(&text) => Ok(text),
            _ => Err(self.invalid(name, rule)),
        }
    }

    pub(super) fn optional_text(
        &mut self,
        name: &str,
        rule: &str,
        good: impl Fn(&str) -> bool,
    ) -> Result<Option<String>, TokenFault> {
        if self.has(name) { self.text(name, rule, good).map(Some) } else { Ok(None) }
    }

    /// A whole number from `low` to `high`.
    pub(super) fn int(&mut self, name: &str, low: i64, high: i64) -> Result<i64, TokenFault> {
        match self.take(name)? {
            Json::Int(value) if (low..=high).contains(&value) => Ok(value),
            _ => Err(self.invalid(name, &format!("is not a whole number from {low} to {high}"))),
        }
    }

    /// A list of exactly one value.
    pub(super) fn only(&mut self, name: &str) -> Result<Json, TokenFault> {
        match self.take(name)? {
            Json::List(mut list) if list.len() == 1 => {
                list.pop().ok_or_else(|| self.invalid(name, "is empty"))
            }
            _ => Err(self.invalid(name, "is not a list of exactly one")),
        }
    }

    /// An object; `path` names its members from now on.
    pub(super) fn object(&mut self, name: &str, path: &'static str) -> Result<Members, TokenFault> {
        match self.take(name)? {
            Json::Object(members) => Ok(Members::new(path, members)),
            _ => Err(self.invalid(name, "is not an object")),
        }
    }

    /// All members, for an object whose names are not ours.
    pub(super) fn into_entries(self) -> BTreeMap<String, Json> {
        self.members
    }

    /// The end: nothing may be left. The name is the issuer's text, so it is not told.
    pub(super) fn done(self) -> Result<(), TokenFault> {
        if self.members.is_empty() {
            return Ok(());
        }
        let place = match self.path.trim_end_matches('.') {
            "" => "among the claims".to_owned(),
            path => format!("in `{path}`"),
        };
        Err(TokenFault::new(Code::ClaimUnknown, format!("{place}: a member that is not in the profile")))
    }
}
