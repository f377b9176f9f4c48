//! A small SSH client, for the demo where no OpenSSH is installed, and for tests.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, Handle};
use russh::keys::ssh_key::{PrivateKey, PublicKey};
use russh::keys::{PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{ChannelMsg, Disconnect};

/// How long a whole visit may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to do once logged in.
#[derive(Clone, Debug)]
pub enum Visit {
    /// One exec request.
    Exec(Vec<u8>),
    /// A shell without a pty, with these lines piped in.
    Lines(Vec<String>),
}

/// Whom to visit, and as whom.
pub struct Login<'a> {
    /// Where the server listens.
    pub address: SocketAddr,
    /// The server's pinned host key.
    pub host_key: &'a PublicKey,
    /// The SSH user name, `account+device`.
    pub user: &'a str,
    /// The client's key.
    pub key: &'a PrivateKey,
    /// An environment variable to send, name and value.
    pub env: Option<(&'a str, &'a str)>,
}

/// What the client saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Bytes of stdout and stderr, as they came.
    pub output: Vec<u8>,
    /// The exit status, if one came.
    pub status: Option<u32>,
}

/// Why a visit failed.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// SSH failed.
    #[error("ssh: {0}")]
    Ssh(#[from] russh::Error),
    /// The server did not accept the key.
    #[error("login refused")]
    Refused,
    /// Took too long.
    #[error("no end after {} s", PATIENCE.as_secs())]
    Late,
}

struct Pinned(PublicKey);

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(
            matches!(shown, PublicKeyOrCertificate::PublicKey { key, .. } if key.key_data() == self.0.key_data()),
        )
    }
}

/// Logs in, does one thing, logs out.
///
/// # Errors
/// [`VisitError`].
pub async fn visit(login: &Login<'_>, visit: &Visit) -> Result<Seen, VisitError> {
    tokio::time::timeout(PATIENCE, attended(login, visit)).await.map_err(|_| VisitError::Late)?
}

async fn attended(login: &Login<'_>, visit: &Visit) -> Result<Seen, VisitError> {
    let config = Arc::new(client::Config { nodelay: true, ..client::Config::default() });
    let mut handle = client::connect(config, login.address, Pinned(login.host_key.clone())).await?;
    let key = PrivateKeyWithHashAlg::new(Arc::new(login.key.clone()), None);
    if !handle.authenticate_publickey(login.user, key).await?.success() {
        return Err(VisitError::Refused);
    }
    let seen = channel(&handle, login.env, visit).await;
    // The visit is over either way.
    let _ = handle.disconnect(Disconnect::ByApplication, "", "en").await;
    seen
}

async fn channel(
    handle: &Handle<Pinned>,
    env: Option<(&str, &str)>,
    visit: &Visit,
) -> Result<Seen, VisitError> {
    let mut channel = handle.channel_open_session().await?;
    if let Some((name, value)) = env {
        channel.set_env(false, name, value).await?;
    }
    match visit {
        Visit::Exec(command) => channel.exec(true, command.as_slice()).await?,
        Visit::Lines(lines) => {
            channel.request_shell(true).await?;
            for line in lines {
                channel.data_bytes(format!("{line}\n").into_bytes()).await?;
            }
            channel.eof().await?;
        }
    }
    let mut seen = Seen::default();
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. } => {
                seen.output.extend_from_slice(&data)
            }
            ChannelMsg::ExitStatus { exit_status } => seen.status = Some(exit_status),
            _ => {}
        }
    }
    Ok(seen)
}
