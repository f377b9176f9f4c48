//! The grammars of one folder and no others, for whoever writes them.

use std::collections::BTreeMap;
use std::path::Path;

use super::GrammarSet;
use super::set::{Folder, NO_PLATFORM, overlaid, read_folder, start, subfolders, unreadable};
use super::shipped;
use crate::terms::{Problem, Problems};

impl GrammarSet {
    /// The grammars in `dir`, without those that are shipped: one platform, if grammar files stand in it, or one for each
    /// folder below it. An overlay in `dir` comes with the platform that it adds to, shipped if it is not there.
    ///
    /// # Errors
    /// All problems of all files; also when there are no grammar files at all.
    pub fn only(dir: &Path) -> Result<Self, Problems> {
        let one = |fault| Problems::one(unreadable(dir, &fault));
        let mut problems = Vec::new();
        let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
        let below = subfolders(dir).map_err(one)?;
        let mut overlays = Folder::new();
        for path in std::iter::once(dir.to_path_buf()).chain(below) {
            match read_folder(&path) {
                Ok(mut files) => {
                    if path == dir {
                        overlays = files.extract_if(.., |name, _| overlaid(name).is_some()).collect();
                    }
                    if !files.is_empty() {
                        folders.insert(path.display().to_string(), files);
                    }
                }
                Err(more) => problems.extend(more),
            }
        }
        problems.extend(overlays.into_iter().filter_map(|(path, text)| overlay(&mut folders, path, text)));
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

/// Puts an overlay to its platform.
fn overlay(folders: &mut BTreeMap<String, Folder>, path: String, text: String) -> Option<Problem> {
    let name = overlaid(&path)?;
    let own = |folder: &String| Path::new(folder).file_name().is_some_and(|own| *own == *name);
    let key = folders.keys().find(|folder| own(folder)).cloned();
    let folder = match key {
        Some(key) => folders.get_mut(&key)?,
        None => match shipped::folders().remove(&name) {
            Some(files) => folders.entry(name).or_insert(files),
            None => return Some(Problem::new(start(Path::new(&path)), NO_PLATFORM)),
        },
    };
    folder.insert(path, text);
    None
}
