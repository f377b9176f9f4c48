//! Runs when the crate is built: lists the grammar files that become part of the binary.
//!
//! Every `grammars/PLATFORM/*.grammar` is one, but for folders that begin with `_`. The list is in the order of their
//! names, so that the digest of the shipped grammars is the same wherever they are built.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=grammars");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut list = String::from("&[\n");
    for folder in sorted(&root.join("grammars"))? {
        let platform = name(&folder);
        if !folder.is_dir() || platform.starts_with('_') {
            continue;
        }
        println!("cargo::rerun-if-changed=grammars/{platform}");
        for file in sorted(&folder)? {
            let file = name(&file);
            if file.ends_with(".grammar") {
                let path = format!("grammars/{platform}/{file}");
                let whole = root.join(&path);
                let text = format!("include_str!({:?})", whole.display().to_string());
                writeln!(list, "    ({platform:?}, {path:?}, {text}),").map_err(io::Error::other)?;
            }
        }
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("grammars.rs"), list)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    found.sort();
    Ok(found)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
