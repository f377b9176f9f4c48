//! The grammars of one policy, read from the binary and from folders.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::compile::{self, Source};
use super::{Grammar, overlay, shipped};
use crate::sys;
use crate::terms::{Platform, Problem, Problems, Span};

/// The largest grammar file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The grammars of one policy.
#[derive(Clone, Debug)]
pub struct GrammarSet {
    grammars: BTreeMap<Platform, Arc<Grammar>>,
    digest: [u8; 32],
}

pub(super) type Folder = BTreeMap<String, String>;

impl GrammarSet {
    /// The shipped grammars.
    ///
    /// # Errors
    /// Never for a released binary: a test compiles them.
    pub fn shipped() -> Result<Self, Problems> {
        Self::compile(&shipped::folders())
    }

    /// The shipped grammars, with each platform replaced whose folder stands below `dir`, and with the overlays that stand
    /// in it: what `cisco_ios.local.grammar` holds belongs to `cisco_ios`.
    ///
    /// # Errors
    /// All problems of all files.
    pub fn load(dir: &Path) -> Result<Self, Problems> {
        Self::compile(&folders_with(dir)?)
    }

    /// The same with another text in the overlay of a platform, as if it were written already.
    ///
    /// # Errors
    /// All problems of all files.
    pub fn load_with(dir: &Path, platform: &Platform, text: &str) -> Result<Self, Problems> {
        let mut folders = folders_with(dir)?;
        let path = overlay::path(dir, platform.as_str());
        match folders.get_mut(platform.as_str()) {
            Some(files) => drop(files.insert(path.display().to_string(), text.to_owned())),
            None => return Err(Problems::one(Problem::new(start(&path), NO_PLATFORM))),
        }
        Self::compile(&folders)
    }

    pub(super) fn compile(folders: &BTreeMap<String, Folder>) -> Result<Self, Problems> {
        let mut grammars = BTreeMap::new();
        let mut problems = Vec::new();
        let mut hash = Sha256::new();
        // Platforms know nothing of each other.
        let sources: Vec<Vec<Source<'_>>> = folders.values().map(sources).collect();
        let compiled = sys::in_parallel(&sources, |sources| compile::compile(sources));
        for (sources, compiled) in sources.iter().zip(compiled) {
            for source in sources {
                hash.update(Sha256::digest(source.name.as_bytes()));
                hash.update(Sha256::digest(source.text.as_bytes()));
            }
            match compiled {
                Ok(grammar) => {
                    let platform = grammar.platform.clone();
                    if let (Some(_), Some(source)) =
                        (grammars.insert(platform, Arc::new(grammar)), sources.first())
                    {
                        let span = Span { file: source.name.clone(), line: 1, column: 1 };
                        problems.push(Problem::new(span, "another folder declares the same platform"));
                    }
                }
                Err(more) => problems.extend(more.into_vec()),
            }
        }
        Problems::none_or(problems, Self { grammars, digest: hash.finalize().into() })
    }

    /// The grammar of a platform.
    #[must_use]
    pub fn get(&self, platform: &Platform) -> Option<&Arc<Grammar>> {
        self.grammars.get(platform)
    }

    /// The platforms that can be read.
    pub fn platforms(&self) -> impl Iterator<Item = &Platform> {
        self.grammars.keys()
    }

    /// All grammars.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Grammar>> {
        self.grammars.values()
    }

    /// SHA-256 over every file, in the order of their names.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

fn sources(files: &Folder) -> Vec<Source<'_>> {
    let mut sources: Vec<Source<'_>> =
        files.iter().map(|(name, text)| Source { name: name.as_str().into(), text }).collect();
    // What they add to must be known by then.
    sources.sort_by_key(|source| source.name.ends_with(overlay::ENDING));
    sources
}

pub(super) const NO_PLATFORM: &str = "no platform of this name is shipped, nor is there a folder of it";

fn folders_with(dir: &Path) -> Result<BTreeMap<String, Folder>, Problems> {
    let mut folders = shipped::folders();
    let mut problems = Vec::new();
    for path in subfolders(dir).map_err(|fault| Problems::one(unreadable(dir, &fault)))? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match read_folder(&path) {
            Ok(files) => drop(folders.insert(name, files)),
            Err(more) => problems.extend(more),
        }
    }
    match read_folder(dir) {
        Ok(files) => {
            for (path, text) in files {
                let Some(name) = overlaid(&path) else { continue };
                match folders.get_mut(&name) {
                    Some(files) => drop(files.insert(path, text)),
                    None => problems.push(Problem::new(start(Path::new(&path)), NO_PLATFORM)),
                }
            }
        }
        Err(more) => problems.extend(more),
    }
    Problems::none_or(problems, folders)
}

/// The platform whose overlay a file is.
pub(super) fn overlaid(path: &str) -> Option<String> {
    let name = Path::new(path).file_name()?.to_str()?;
    name.strip_suffix(overlay::ENDING).map(str::to_owned)
}

pub(super) fn subfolders(dir: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut found: Vec<_> = std::fs::read_dir(dir)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            path.is_dir() && path.file_name().is_some_and(|n| !n.to_string_lossy().starts_with('_'))
        })
        .collect();
    found.sort();
    Ok(found)
}

pub(super) fn read_folder(dir: &Path) -> Result<Folder, Vec<Problem>> {
    let mut files = Folder::new();
    let mut problems = Vec::new();
    let entries = std::fs::read_dir(dir).map_err(|fault| vec![unreadable(dir, &fault)])?;
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.extension().is_some_and(|ext| ext == "grammar") {
            match sys::read_text(&path, MAX_FILE) {
                Ok(text) => drop(files.insert(path.display().to_string(), text)),
                Err(fault) => problems.push(unreadable(&path, &fault)),
            }
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

pub(super) fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> Problem {
    Problem::new(start(path), format!("cannot be read: {why}"))
}

pub(super) fn start(path: &Path) -> Span {
    Span { file: path.display().to_string().into(), line: 1, column: 1 }
}
