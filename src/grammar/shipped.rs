//! The grammars that are part of the binary.

use std::collections::BTreeMap;

use super::set::Folder;

macro_rules! files {
    ($($folder:literal: $($file:literal),+;)+) => {
        /// Folder, file name, text.
        pub(super) const FILES: &[(&str, &str, &str)] = &[
            $($(($folder, concat!("grammars/", $folder, "/", $file),
                include_str!(concat!("../../grammars/", $folder, "/", $file))),)+)+
        ];
    };
}

files! {
    "cisco_ios": "_platform.grammar", "show.grammar", "exec.grammar", "config.grammar", "interface.grammar", "router_bgp.grammar";
    "frr": "_platform.grammar", "show.grammar", "exec.grammar", "config.grammar", "interface.grammar", "router_bgp.grammar", "unread.grammar";
}

pub(super) fn folders() -> BTreeMap<String, Folder> {
    let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
    for (folder, name, text) in FILES {
        folders.entry((*folder).to_owned()).or_default().insert((*name).to_owned(), (*text).to_owned());
    }
    folders
}
