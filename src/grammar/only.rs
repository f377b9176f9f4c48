//! The grammars of one folder and no others, for whoever writes them.

use std::collections::BTreeMap;
use std::path::Path;

use super::GrammarSet;
use super::set::{Folder, read_folder, subfolders, unreadable};
use crate::terms::Problems;

impl GrammarSet {
    /// The grammars in `dir`, without those that are shipped: one platform, if grammar files stand in it, or one for each
    /// folder below it.
    ///
    /// # Errors
    /// All problems of all files; also when there are no grammar files at all.
    pub fn only(dir: &Path) -> Result<Self, Problems> {
        let one = |fault| Problems::one(unreadable(dir, &fault));
        let mut problems = Vec::new();
        let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
        let below = subfolders(dir).map_err(one)?;
        for path in std::iter::once(dir.to_path_buf()).chain(below) {
            match read_folder(&path) {
                Ok(files) if files.is_empty() => {}
                Ok(files) => drop(folders.insert(path.display().to_string(), files)),
                Err(more) => problems.extend(more),
            }
        }
        Problems::none_or(problems, ())?;
        if folders.is_empty() {
            let none = "there is no `*.grammar` file in it, nor in a folder below it";
            return Err(Problems::one(unreadable(dir, &none)));
        }
        Self::compile(&folders)
    }

    /// The grammar in one text: what a folder with one file of this name would be. For whoever has no folder, as fuzzers.
    ///
    /// # Errors
    /// All problems of it.
    pub fn of_text(name: &str, text: &str) -> Result<Self, Problems> {
        let files: Folder = [(name.to_owned(), text.to_owned())].into();
        Self::compile(&[(name.to_owned(), files)].into())
    }
}
