//! From an address to a first prompt.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use russh::client::{Config, Handle};
use russh::keys::Algorithm;
use russh::{AlgorithmKind, Channel, ChannelMsg, Preferred, SshId};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::auth::log_in;
use super::peer::Peer;
use super::prompt::Prompt;
use super::session::DeviceSession;
use super::wire::{Heard, Wire};
use super::{CredentialUsed, Credentials, DeviceError, Target};
use crate::config::{HostKeyPin, Limits};
use crate::output::{Filter, Newline};
use crate::ssh::algorithms::modern;
use crate::ssh::killable::Killable;
use crate::terms::Code;

/// The channel's window, in bytes.
const WINDOW: u32 = 256 * 1024;
/// Packets that wait for the session.
const WAITING: usize = 16;
/// The most that a device may say before its first prompt, in bytes.
const MAX_BANNER: usize = 256 * 1024;
/// A line that looks like a first prompt is one when nothing follows it for this long.
const QUIET: Duration = Duration::from_millis(100);
/// Wider than any line that is sent, so that no echo wraps; what netmiko asks for, so that every platform has seen it.
const COLUMNS: u32 = 511;
const ROWS: u32 = 1000;

/// Connects, checks who it is, logs in, opens a terminal, and waits for the first prompt.
///
/// What the device shows before its prompt is dropped: no banner enters a stream. `limits.device_connect` bounds all of it.
///
/// # Errors
/// The code names the step: `DEVICE_UNREACHABLE`, `DEVICE_HOST_KEY`, `CREDENTIAL_UNAVAILABLE`, `DEVICE_AUTH`,
/// `DEVICE_PROTOCOL`, `DEVICE_PROMPT`, `DEVICE_CLOSED`, `DEVICE_TIMEOUT`.
pub async fn dial(
    target: &Target,
    credentials: &Credentials,
    limits: &Limits,
) -> Result<(DeviceSession, CredentialUsed), DeviceError> {
    let until = Deadline(Instant::now() + limits.device_connect);
    let stream = connect(target, until).await?;
    let source = stream.local_addr().map_err(|fault| unreachable(&fault))?.ip();
    let (offer, used) = credentials.offer(target, source)?;
    let kill = CancellationToken::new();
    let guard = kill.clone().drop_guard();
    let mut handle = handshake(target, Killable::new(stream, kill), until).await?;
    let login = log_in(&mut handle, &target.device.login.user, offer);
    let logged_in = until.within("no answer to the login", login).await?;
    logged_in.map_err(|why| DeviceError::new(Code::DeviceAuth, why))?;
    let channel = until.within("no terminal", terminal(&handle)).await??;
    let (read, write) = channel.split();
    let mut wire = Wire::new(handle, read, write, guard);
    let prompt = first_prompt(target, &mut wire, until).await?;
    Ok((DeviceSession::new(target, wire, prompt, limits.command), used))
}

/// When all of it must be done.
#[derive(Clone, Copy)]
struct Deadline(Instant);

impl Deadline {
    async fn within<T>(self, what: &str, step: impl Future<Output = T>) -> Result<T, DeviceError> {
        timeout_at(self.0, step).await.map_err(|_| DeviceError::new(Code::DeviceTimeout, what))
    }
}

fn unreachable(why: &dyn std::fmt::Display) -> DeviceError {
    DeviceError::new(Code::DeviceUnreachable, why.to_string())
}

async fn connect(target: &Target, until: Deadline) -> Result<TcpStream, DeviceError> {
    let (address, port) = (target.device.address.as_str(), target.device.port);
    let connected = timeout_at(until.0, TcpStream::connect((address, port))).await;
    let stream = connected
        .map_err(|_| unreachable(&"no answer"))?
        .map_err(|fault| unreachable(&format!("{address}:{port}: {fault}")))?;
    // Without it each line waits 40 ms.
    stream.set_nodelay(true).map_err(|fault| unreachable(&fault))?;
    Ok(stream)
}

async fn handshake(
    target: &Target,
    stream: Killable<TcpStream>,
    until: Deadline,
) -> Result<Handle<Peer>, DeviceError> {
    let pin = target.device.host_key.clone();
    let config = Config {
        client_id: SshId::Standard("SSH-2.0-portcullis".into()),
        window_size: WINDOW,
        channel_buffer_size: WAITING,
        preferred: preferred(&pin),
        nodelay: true,
        ..Config::default()
    };
    if config.preferred.key.is_empty() {
        return Err(DeviceError::new(
            Code::DeviceHostKey,
            "the registered key is of a kind that is not taken",
        ));
    }
    let fault = Arc::new(OnceLock::new());
    let peer = Peer { pin, host: target.device.address.clone(), now: target.now, fault: fault.clone() };
    let connecting = russh::client::connect_stream(Arc::new(config), stream, peer);
    match until.within("no end of the key exchange", connecting).await? {
        Ok(handle) => Ok(handle),
        Err(failure) => Err(match (fault.get(), failure) {
            (Some(why), _) => DeviceError::new(Code::DeviceHostKey, why),
            (None, russh::Error::NoCommonAlgo { kind: AlgorithmKind::Key, .. }) => {
                DeviceError::new(Code::DeviceHostKey, "it has no key of the registered kind")
            }
            (None, failure @ (russh::Error::IO(_) | russh::Error::Disconnect | russh::Error::HUP)) => {
                unreachable(&failure)
            }
            (None, failure) => DeviceError::new(Code::DeviceProtocol, failure.to_string()),
        }),
    }
}

/// A device with keys of several kinds must show the one that is pinned.
fn preferred(pin: &HostKeyPin) -> Preferred {
    let HostKeyPin::Key(pinned) = pin else { return modern(true) };
    let mut preferred = modern(false);
    let is_pinned = |offered: &&Algorithm| match (offered, pinned.algorithm()) {
        (Algorithm::Rsa { .. }, Algorithm::Rsa { .. }) => true,
        (offered, pinned) => **offered == pinned,
    };
    preferred.key = preferred.key.iter().filter(is_pinned).cloned().collect();
    preferred
}

async fn terminal(handle: &Handle<Peer>) -> Result<Channel<russh::client::Msg>, DeviceError> {
    let protocol = |what: &str| DeviceError::new(Code::DeviceProtocol, what);
    let refused = |fault: russh::Error| protocol(&format!("it opened no channel: {fault}"));
    let mut channel = handle.channel_open_session().await.map_err(refused)?;
    channel.request_pty(true, "vt100", COLUMNS, ROWS, 0, 0, &[]).await.map_err(refused)?;
    granted(&mut channel).await.ok_or_else(|| protocol("it refused a terminal"))?;
    channel.request_shell(true).await.map_err(refused)?;
    Ok(channel)
}

/// The reply to a request, before which no data can come.
async fn granted(channel: &mut Channel<russh::client::Msg>) -> Option<()> {
    loop {
        match channel.wait().await? {
            ChannelMsg::Success => return Some(()),
            ChannelMsg::WindowAdjusted { .. } => {}
            _ => return None,
        }
    }
}

/// Drops what comes until a line stands alone that can be a prompt.
async fn first_prompt(target: &Target, wire: &mut Wire, until: Deadline) -> Result<Prompt, DeviceError> {
    let mut filter = Filter::new(Newline::Lf);
    let mut heard_bytes = 0_usize;
    loop {
        let prompt = Prompt::first(&target.grammar, filter.pending());
        let quiet = (Instant::now() + QUIET).min(until.0);
        let patience = if prompt.is_some() { quiet } else { until.0 };
        match (timeout_at(patience, wire.hear()).await, prompt) {
            (Ok(Heard::Bytes(bytes)), _) => {
                heard_bytes = heard_bytes.saturating_add(bytes.len());
                if heard_bytes > MAX_BANNER {
                    return Err(DeviceError::new(Code::DevicePrompt, "it talks and talks before its prompt"));
                }
                filter.push(&bytes, &mut Vec::new());
            }
            (Ok(Heard::Closed), _) => {
                return Err(DeviceError::new(Code::DeviceClosed, last_line(&filter, "before its prompt")));
            }
            (Err(_), Some(prompt)) => return Ok(prompt),
            (Err(_), None) => {
                return Err(DeviceError::new(Code::DevicePrompt, last_line(&filter, "no prompt came")));
            }
        }
    }
}

fn last_line(filter: &Filter, what: &str) -> String {
    match String::from_utf8_lossy(filter.pending()) {
        line if line.is_empty() => what.to_owned(),
        line => format!("{what}; its last line is `{line}`"),
    }
}
