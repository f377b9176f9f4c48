//! The catalogue: every intent that a token can name, with a checked plan per platform.

use std::collections::BTreeMap;

use super::check;
use super::template::{ParamType, Template};
use super::{Plan, Step};
use crate::grammar::{Grammar, GrammarSet};
use crate::terms::{Code, IntentName, Mode, Platform, Problem, Problems};
use crate::token::{Scope, TokenFault, VerifiedToken};

/// The shipped catalogue: its name and text.
const SHIPPED: (&str, &str) = ("rules/intents/core.yaml", include_str!("../../rules/intents/core.yaml"));

/// The intents of one policy. Immutable.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    intents: BTreeMap<String, Intent>,
}

/// What an intent can do, and so which scope a token for it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risk {
    /// Every step is a read.
    Read,
    /// Some step changes something.
    Change,
}

impl Risk {
    /// The scope of its tokens.
    #[must_use]
    pub fn scope(self) -> Scope {
        match self {
            Risk::Read => Scope::Read,
            Risk::Change => Scope::Write,
        }
    }
}

/// A named, typed intent.
#[derive(Clone, Debug)]
pub struct Intent {
    pub(super) name: IntentName,
    pub(super) about: String,
    pub(super) risk: Risk,
    pub(super) needs_ticket: bool,
    pub(super) needs_reason: bool,
    pub(super) params: BTreeMap<String, Param>,
    pub(super) platforms: BTreeMap<Platform, Recipe>,
}

/// One parameter of an intent.
#[derive(Clone, Debug)]
pub struct Param {
    /// What it may be.
    pub kind: ParamType,
    /// What it is for.
    pub about: String,
}

/// The checked templates of one intent on one platform.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) home: Mode,
    pub(super) plan: Vec<Template>,
    pub(super) extra_reads: Vec<Template>,
}

impl Intent {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &IntentName {
        &self.name
    }

    /// What it is for, one line.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// What it can do.
    #[must_use]
    pub fn risk(&self) -> Risk {
        self.risk
    }

    /// Its parameters; a token must have exactly these.
    #[must_use]
    pub fn params(&self) -> &BTreeMap<String, Param> {
        &self.params
    }

    /// The platforms it has a plan for.
    pub fn platforms(&self) -> impl Iterator<Item = &Platform> {
        self.platforms.keys()
    }
}

impl Catalogue {
    /// Reads every file of kind `Intents` among `files` (name, text) and checks each step with its platform's
    /// grammar. Files of another kind are somebody else's and are skipped.
    ///
    /// # Errors
    /// All problems of all files; of a file that is not even YAML of the wanted form, the first.
    pub fn parse(files: &[(String, String)], grammars: &GrammarSet) -> Result<Self, Problems> {
        let mut intents: BTreeMap<String, Intent> = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, text) in files {
            let Some((found, more)) = check::file(name, text, grammars) else { continue };
            problems.extend(more);
            for (intent, span) in found {
                if intents.contains_key(intent.name.as_str()) {
                    problems.push(Problem::new(span, format!("`{}` is also in another file", intent.name)));
                }
                intents.insert(intent.name.as_str().to_owned(), intent);
            }
        }
        Problems::none_or(problems, Self { intents })
    }

    /// The shipped catalogue.
    ///
    /// # Errors
    /// When the grammars are not the shipped ones and do not read it.
    pub fn shipped(grammars: &GrammarSet) -> Result<Self, Problems> {
        let (name, text) = SHIPPED;
        Self::parse(&[(name.to_owned(), text.to_owned())], grammars)
    }

    /// All intents, by name.
    pub fn intents(&self) -> impl Iterator<Item = &Intent> {
        self.intents.values()
    }

    /// The intent called `name`.
    #[must_use]
    pub fn intent(&self, name: &str) -> Option<&Intent> {
        self.intents.get(name)
    }

    /// Expands an intent on a platform.
    ///
    /// # Errors
    /// `INTENT_UNKNOWN` or `PARAMS_INVALID`. The detail never holds a parameter's value.
    pub fn plan(
        &self,
        action: &str,
        params: &BTreeMap<String, String>,
        platform: &Platform,
        grammars: &GrammarSet,
    ) -> Result<Plan, TokenFault> {
        let unknown = |what: String| TokenFault::new(Code::IntentUnknown, what);
        let intent = self
            .intent(action)
            .ok_or_else(|| unknown("the catalogue has no intent of that name".to_owned()))?;
        let (recipe, grammar) = intent
            .platforms
            .get(platform)
            .zip(grammars.get(platform))
            .ok_or_else(|| unknown(format!("`{}` has no plan for {platform}", intent.name)))?;
        intent.check_params(params)?;
        let steps = expand(&recipe.plan, grammar, params)?;
        let extra_reads = expand(&recipe.extra_reads, grammar, params)?;
        Ok(Plan::new(platform.clone(), recipe.home.clone(), steps, extra_reads))
    }

    /// The gate's own plan for a token, if the token is one for it.
    pub(super) fn plan_for(&self, token: &VerifiedToken, grammars: &GrammarSet) -> Result<Plan, TokenFault> {
        let plan = self.plan(token.action(), token.params(), token.platform(), grammars)?;
        if let Some(intent) = self.intent(token.action()) {
            intent.check_token(token)?;
        }
        let Some(claim) = token.plan() else { return Ok(plan) };
        if claim.steps != plan.count() || claim.sha256 != plan.digest() {
            let what =
                format!("the gate's plan has {} steps and the digest {}", plan.count(), plan.digest_text());
            return Err(TokenFault::new(Code::PlanMismatch, what));
        }
        Ok(plan)
    }
}

fn expand(
    templates: &[Template],
    grammar: &Grammar,
    params: &BTreeMap<String, String>,
) -> Result<Vec<Step>, TokenFault> {
    let step = |template: &Template| {
        template.expand(grammar, params).ok_or_else(|| {
            TokenFault::new(
                Code::ParamsInvalid,
                format!("a parameter does not fit into a step on {}", grammar.platform()),
            )
        })
    };
    templates.iter().map(step).collect()
}

impl Intent {
    /// The schema is closed: exactly the declared parameters, each of its type.
    fn check_params(&self, params: &BTreeMap<String, String>) -> Result<(), TokenFault> {
        let fault =
            |what: String| Err(TokenFault::new(Code::ParamsInvalid, format!("`{}` {what}", self.name)));
        for (name, param) in &self.params {
            match params.get(name) {
                None => return fault(format!("needs the parameter `{name}`")),
                Some(value) if !param.kind.takes(value) => {
                    return fault(format!("takes a value of type {} as `{name}`", param.kind.name()));
                }
                Some(_) => {}
            }
        }
        if params.len() != self.params.len() {
            let known: Vec<&str> = self.params.keys().map(String::as_str).collect();
            return fault(format!("takes these parameters and no others: [{}]", known.join(", ")));
        }
        Ok(())
    }

    fn check_token(&self, token: &VerifiedToken) -> Result<(), TokenFault> {
        for (needed, given, name) in
            [(self.needs_ticket, token.ticket(), "ticket"), (self.needs_reason, token.reason(), "reason")]
        {
            if needed && given.is_none() {
                return Err(TokenFault::new(Code::ParamsInvalid, format!("`{}` needs a {name}", self.name)));
            }
        }
        if token.scope() != self.risk.scope() {
            let what = format!("`{}` needs the scope {}", self.name, self.risk.scope().as_str());
            return Err(TokenFault::new(Code::ScopeMismatch, what));
        }
        Ok(())
    }
}
