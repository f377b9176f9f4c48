//! A file of the catalogue as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Spanned;

type Text = Spanned<String>;

/// What any file of the rules folder begins with.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    pub(super) kind: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(rename = "apiVersion")]
    pub(super) api_version: Option<Text>,
    #[serde(rename = "kind")]
    _kind: Text,
    pub(super) intents: BTreeMap<String, Intent>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    pub(super) about: Text,
    pub(super) risk: Spanned<Risk>,
    #[serde(default)]
    pub(super) needs: Vec<Need>,
    #[serde(default)]
    pub(super) params: BTreeMap<String, Param>,
    pub(super) plan: BTreeMap<String, Vec<Text>>,
    #[serde(default)]
    pub(super) extra_reads: BTreeMap<String, Vec<Text>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Risk {
    Read,
    Change,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Need {
    Ticket,
    Reason,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Param {
    #[serde(rename = "type")]
    pub(super) kind: Text,
    pub(super) about: String,
    /// Per platform, or `any`.
    pub(super) example: BTreeMap<String, String>,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
}
