//! A real SSH client for the demo: OpenSSH where it is installed, the built-in one otherwise.

use std::ffi::OsStr;
use std::io;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::site::Site;
use crate::sim::client::{Login, Seen, Visit, visit};
use crate::ssh::keys::PrivateKey;

/// The environment variable that carries a token.
pub(super) const TOKEN_ENV: &str = "PORTCULLIS_INTENT";

/// Which client is used.
pub(super) enum Client {
    OpenSsh { program: PathBuf, known_hosts: PathBuf },
    BuiltIn,
}

/// Who logs in where, with what.
pub(super) struct Errand<'a> {
    pub(super) gate: SocketAddr,
    pub(super) account: &'a str,
    pub(super) device: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) visit: &'a Visit,
}

impl Client {
    pub(super) fn find(site: &Site, gate: SocketAddr) -> io::Result<Self> {
        let known_hosts = site.pin(gate)?;
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&paths).map(|dir| dir.join("ssh")).find(|path| path.is_file());
        Ok(found.map_or(Client::BuiltIn, |program| Client::OpenSsh { program, known_hosts }))
    }

    pub(super) fn name(&self) -> String {
        match self {
            Client::OpenSsh { program, .. } => format!("OpenSSH ({})", program.display()),
            Client::BuiltIn => "the built-in SSH client (no OpenSSH on PATH)".to_owned(),
        }
    }

    pub(super) async fn run(&self, site: &Site, errand: &Errand<'_>) -> io::Result<Seen> {
        match self {
            Client::OpenSsh { program, known_hosts } => open_ssh(program, known_hosts, site, errand).await,
            Client::BuiltIn => built_in(site, errand).await,
        }
    }
}

/// The options of OpenSSH that make it look at nothing of the user's own.
pub(super) fn options(known_hosts: &Path, key: &Path, gate: SocketAddr) -> Vec<String> {
    let mut args: Vec<String> = vec!["-F".into(), "none".into(), "-p".into(), gate.port().to_string()];
    for option in [
        "BatchMode=yes".to_owned(),
        "IdentitiesOnly=yes".to_owned(),
        "IdentityAgent=none".to_owned(),
        "StrictHostKeyChecking=yes".to_owned(),
        "GlobalKnownHostsFile=none".to_owned(),
        format!("UserKnownHostsFile={}", known_hosts.display()),
        format!("IdentityFile={}", key.display()),
        format!("SendEnv={TOKEN_ENV}"),
    ] {
        args.push("-o".into());
        args.push(option);
    }
    args
}

async fn open_ssh(program: &Path, known_hosts: &Path, site: &Site, errand: &Errand<'_>) -> io::Result<Seen> {
    let mut command = Command::new(program);
    command.args(options(known_hosts, &site.key(errand.account), errand.gate)).args([
        "-T",
        "-o",
        "LogLevel=ERROR",
    ]);
    command.arg(format!("{}+{}@{}", errand.account, errand.device, errand.gate.ip()));
    // The token travels in the environment: an argument would show in the list of processes.
    match errand.token {
        Some(token) => command.env(TOKEN_ENV, token),
        None => command.env_remove(TOKEN_ENV),
    };
    let piped = match errand.visit {
        Visit::Exec(line) => {
            command.arg(OsStr::from_bytes(line));
            String::new()
        }
        Visit::Lines(lines) => lines.iter().map(|line| format!("{line}\n")).collect(),
    };
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(piped.as_bytes()).await?;
    }
    let done = child.wait_with_output().await?;
    let mut output = done.stdout;
    output.extend_from_slice(&done.stderr);
    Ok(Seen { output, status: done.status.code().and_then(|code| u32::try_from(code).ok()) })
}

async fn built_in(site: &Site, errand: &Errand<'_>) -> io::Result<Seen> {
    let key: &PrivateKey = if errand.account == "alice" { &site.person } else { &site.agent };
    let login = Login {
        address: errand.gate,
        host_key: &site.host,
        user: &format!("{}+{}", errand.account, errand.device),
        key,
        env: errand.token.map(|token| (TOKEN_ENV, token)),
    };
    visit(&login, errand.visit).await.map_err(io::Error::other)
}
