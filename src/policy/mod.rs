//! The whole of what decides, as one immutable value with one digest.
//!
//! Grammars, rules, catalogue, inventory, principals and issuers are read, checked against each other and swapped
//! together: a session never sees the rules of one reading with the inventory of another (P11).

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::authz::{Party, Who};
use crate::config::{Config, Device, Kind, Principal};
use crate::grammar::GrammarSet;
use crate::intent::{Catalogue, VerifiedIntent};
use crate::rules::{RuleRef, RuleSet};
use crate::sys;
use crate::terms::problem::printable;
use crate::terms::{DeviceName, PrincipalName, Problem, Problems, Span};
use crate::token::Trust;

/// The largest file of rules or intents that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The shipped rules and intents, by name.
pub const SHIPPED: &[(&str, &str)] = &[
    ("rules/core.yaml", include_str!("../../rules/core.yaml")),
    ("rules/intents/core.yaml", include_str!("../../rules/intents/core.yaml")),
];

/// Everything a decision rests on.
pub struct Policy {
    /// The CLIs that can be read.
    pub grammars: GrammarSet,
    /// Who may do what.
    pub rules: RuleSet,
    /// The named intents and their plans.
    pub catalogue: Catalogue,
    /// Whose tokens are believed.
    pub trust: Trust,
    devices: BTreeMap<DeviceName, Arc<Device>>,
    principals: BTreeMap<PrincipalName, Arc<Principal>>,
    subjects: BTreeMap<String, Vec<String>>,
    agents: BTreeMap<String, Vec<String>>,
    digest: [u8; 32],
}

impl Policy {
    /// Reads and checks everything that `config` names.
    ///
    /// # Errors
    /// All problems of all files.
    pub fn assemble(config: &Config, trust: Trust) -> Result<Self, Problems> {
        let grammars = match &config.grammars {
            Some(dir) => GrammarSet::load(dir)?,
            None => GrammarSet::shipped()?,
        };
        let files = match &config.rules {
            Some(dir) => read_rules(dir)?,
            None => SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        };
        let (rules, catalogue) = parse_rules(&files, &grammars, config)?;
        let digest = digest(&grammars, &files, config);
        Ok(Self {
            grammars,
            rules,
            catalogue,
            trust,
            devices: config
                .devices
                .iter()
                .map(|device| (device.name.clone(), Arc::new(device.clone())))
                .collect(),
            principals: config.principals.iter().map(|p| (p.name.clone(), Arc::new(p.clone()))).collect(),
            subjects: config.subjects.clone(),
            agents: config.agents.clone(),
            digest,
        })
    }

    /// A device of the inventory.
    #[must_use]
    pub fn device(&self, name: &DeviceName) -> Option<&Arc<Device>> {
        self.devices.get(name)
    }

    /// A registered principal.
    #[must_use]
    pub fn principal(&self, name: &PrincipalName) -> Option<&Arc<Principal>> {
        self.principals.get(name)
    }

    /// SHA-256 over everything a decision rests on. Every record names it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Who is judged: the person who logged in, or the human of the token and the agent, each by the gate's own
    /// word on their groups, never by the issuer's. `None` when the principal is registered no more, or is a machine
    /// without a token (P4).
    #[must_use]
    pub fn party<'a>(
        &'a self,
        principal: &Principal,
        intent: Option<&'a VerifiedIntent>,
    ) -> Option<Party<'a>> {
        let principal = self.principal(&principal.name)?;
        let Some(token) = intent.map(VerifiedIntent::token) else {
            let human = Who::new(principal.name.as_str(), &principal.groups);
            return (principal.kind == Kind::Person).then_some(Party::Direct { human });
        };
        let human = Who::new(token.subject(), groups(&self.subjects, token.subject()));
        Some(match token.actor() {
            Some(actor) => {
                let agent = Who::new(actor.name(), groups(&self.agents, actor.name()));
                Party::Delegated { human, agent }
            }
            None => Party::Direct { human },
        })
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("devices", &self.devices.len()).finish_non_exhaustive()
    }
}

fn groups<'a>(all: &'a BTreeMap<String, Vec<String>>, name: &str) -> &'a [String] {
    all.get(name).map(Vec::as_slice).unwrap_or_default()
}

type Files = Vec<(String, String)>;

/// Every `.yaml` file below `dir`, in the order of their names.
fn read_rules(dir: &Path) -> Result<Files, Problems> {
    let mut paths = Vec::new();
    let mut problems = Vec::new();
    collect(dir, 0, &mut paths, &mut problems);
    paths.sort();
    let mut files = Files::new();
    for path in paths {
        match sys::read_text(&path, MAX_FILE) {
            Ok(text) => files.push((path.display().to_string(), text)),
            Err(fault) => problems.push(unreadable(&path, &fault)),
        }
    }
    if files.is_empty() && problems.is_empty() {
        problems.push(unreadable(dir, &"the folder holds no .yaml file"));
    }
    Problems::none_or(problems, files)
}

/// How deep folders of rules may nest.
const MAX_DEPTH: usize = 4;

fn collect(dir: &Path, depth: usize, paths: &mut Vec<PathBuf>, problems: &mut Vec<Problem>) {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(fault) => return problems.push(unreadable(dir, &fault)),
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && depth < MAX_DEPTH {
            collect(&path, depth + 1, paths, problems);
        } else if path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml") {
            paths.push(path);
        }
    }
}

fn unreadable(path: &Path, why: &dyn fmt::Display) -> Problem {
    let span = Span { file: path.display().to_string().into(), line: 1, column: 1 };
    Problem::new(span, format!("cannot be read: {why}"))
}

/// Both kinds of file, so that the problems of both are reported at once.
fn parse_rules(
    files: &Files,
    grammars: &GrammarSet,
    config: &Config,
) -> Result<(RuleSet, Catalogue), Problems> {
    let rules = RuleSet::compile(files, grammars, &config.devices);
    let catalogue = Catalogue::parse(files, grammars);
    match (rules, catalogue) {
        (Ok(rules), Ok(catalogue)) => {
            // A rule about an intent that does not exist would never match: a typo in a `deny` opens something.
            let unknown = rules.intents().filter(|(name, _)| catalogue.intent(name).is_none());
            let problem = |(name, rule): &(String, RuleRef)| {
                Problem::new(rule.span.clone(), format!("no intent is called `{}`", printable(name)))
            };
            let problems = unknown.map(problem).collect();
            Problems::none_or(problems, (rules, catalogue))
        }
        (rules, catalogue) => {
            let mut problems = rules.err().map(Problems::into_vec).unwrap_or_default();
            problems.extend(catalogue.err().map(Problems::into_vec).unwrap_or_default());
            Err(Problems::none_or(problems, ())
                .err()
                .unwrap_or_else(|| Problems::one(unreadable(Path::new("rules"), &""))))
        }
    }
}

fn digest(grammars: &GrammarSet, files: &Files, config: &Config) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"portcullis policy 1\n");
    hash.update(grammars.digest());
    for (name, text) in files {
        hash.update(Sha256::digest(name.as_bytes()));
        hash.update(Sha256::digest(text.as_bytes()));
    }
    hash.update(config.digest());
    hash.finalize().into()
}
