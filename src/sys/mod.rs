//! The operating system in one place: files are bounded and checked before they are read.

mod parallel;
pub mod yaml;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

pub use parallel::in_parallel;

/// Reads a whole regular file of at most `max` bytes.
///
/// # Errors
/// When it cannot be read, is no regular file, or is larger.
pub fn read_bounded(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path, OFlags::empty())?;
    read_at_most(file, max)
}

/// [`read_bounded`], for text in UTF-8.
///
/// # Errors
/// Also when it is not UTF-8.
pub fn read_text(path: &Path, max: u64) -> io::Result<String> {
    String::from_utf8(read_bounded(path, max)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the file is not UTF-8"))
}

/// Reads a secret: only from a regular file, no symbolic link, that belongs to us or to root and that nobody else may
/// read or write.
///
/// # Errors
/// Also when owner or mode are wrong; the message says which mode is wanted.
pub fn read_secret(path: &Path, max: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    // What a link points to can be changed by whoever owns the link's folder, between one start and the next.
    let file = open_regular(path, OFlags::NOFOLLOW).map_err(|fault| match fault.raw_os_error() {
        Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => denied("the file is a symbolic link"),
        _ => fault,
    })?;
    let facts = file.metadata()?;
    let own = rustix::process::geteuid().as_raw();
    if facts.uid() != own && facts.uid() != 0 {
        return Err(denied("the file belongs to somebody else"));
    }
    // systemd hands a credential over with an access control list for the service's user, whose mask reads as 0440.
    let open_bits = if is_credential(path) { 0o037 } else { 0o077 };
    if facts.mode() & open_bits != 0 {
        return Err(denied("the file is open to group or others; run chmod 600 on it"));
    }
    read_at_most(file, max).map(Zeroizing::new)
}

/// Writes a new file that only we may read; never over an existing one.
///
/// # Errors
/// When it exists or cannot be written.
pub fn write_new_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts a file in the place of another, whole or not at all. Everybody may read it; only we may write it.
///
/// # Errors
/// When it cannot be written; then the old one stands.
pub fn replace_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"));
    };
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let beside = dir.join(format!(".{}.{}.new", name.to_string_lossy(), std::process::id()));
    let written = write_public(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // Nothing else would ever take it away.
        let _ = std::fs::remove_file(&beside);
        return written;
    }
    OpenOptions::new().read(true).open(dir)?.sync_all()
}

fn write_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(path)?;
    // The umask may have taken bits away.
    file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Whether systemd made the file for this service alone (`LoadCredential=`).
fn is_credential(path: &Path) -> bool {
    std::env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|dir| path.parent() == Some(Path::new(&dir)))
}

/// Prepares a process that holds keys: it leaves no core, and what it creates is its own.
///
/// # Errors
/// When the system refuses.
pub fn harden() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};
    umask(rustix::fs::Mode::from_bits_truncate(0o077));
    // No core, and no other process of the same user may attach.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // The same a second time; a service manager may have done it and forbidden the call.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    Ok(())
}

fn open_regular(path: &Path, more: OFlags) -> io::Result<File> {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer that may never come.
    let flags = i32::try_from((OFlags::NONBLOCK | more).bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(denied("not a regular file")) }
}

fn read_at_most(file: File, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > max {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("the file is larger than {max} bytes"),
        ));
    }
    Ok(bytes)
}

fn denied(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}
