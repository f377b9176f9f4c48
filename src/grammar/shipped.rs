//! The grammars that are part of the binary. `build.rs` beside this file lists them.

use std::collections::BTreeMap;

use super::set::Folder;

/// Folder, file name, text.
pub(super) const FILES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/grammars.rs"));

pub(super) fn folders() -> BTreeMap<String, Folder> {
    let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
    for (folder, name, text) in FILES {
        folders.entry((*folder).to_owned()).or_default().insert((*name).to_owned(), (*text).to_owned());
    }
    folders
}
