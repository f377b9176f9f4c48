//! The device as the SSH client library sees it: its host key is checked, and nothing that it asks for is granted.

use std::sync::{Arc, OnceLock};

use russh::client::{ChannelOpenHandle, Handler, Msg, Session};
use russh::keys::{HashAlg, PublicKeyOrCertificate};
use russh::{Channel, ChannelOpenFailure};

use crate::config::HostKeyPin;
use crate::ssh::certificate::check_host_certificate;
use crate::terms::Timestamp;

/// Who the device must be.
pub(super) struct Peer {
    pub(super) pin: HostKeyPin,
    /// The address or name that was dialled.
    pub(super) host: String,
    pub(super) now: Timestamp,
    /// Why its key was not taken, if it was not.
    pub(super) fault: Arc<OnceLock<String>>,
}

impl Peer {
    fn judge(&self, shown: &PublicKeyOrCertificate) -> Result<(), String> {
        let print = shown.public_key().fingerprint(HashAlg::Sha256);
        match (&self.pin, shown.certificate()) {
            // The key is what is pinned, whoever else vouches for it.
            (HostKeyPin::Key(pinned), _) if pinned.key_data() == shown.public_key().key_data() => Ok(()),
            (HostKeyPin::Key(pinned), _) => {
                Err(format!("it has {print}, registered is {}", pinned.fingerprint(HashAlg::Sha256)))
            }
            (HostKeyPin::Authority(ca), Some(certificate)) => {
                check_host_certificate(certificate, ca, &self.host, self.now)
                    .map_err(|fault| format!("{print}: {fault}"))
            }
            (HostKeyPin::Authority(_), None) => Err(format!("it has {print} and no host certificate")),
        }
    }
}

async fn refuse(reply: ChannelOpenHandle, what: &'static str) {
    tracing::warn!(what, "a device tried to open a channel");
    reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
}

/// The library's defaults accept whatever a server opens.
impl Handler for Peer {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let verdict = self.judge(shown);
        let known = verdict.is_ok();
        if let Err(fault) = verdict {
            // Set already when the key was refused already.
            let _ = self.fault.set(fault);
        }
        Ok(known)
    }

    async fn server_channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply, "session").await;
        Ok(())
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        _address: &str,
        _port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply, "forwarded-tcpip").await;
        Ok(())
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _channel: Channel<Msg>,
        _path: &str,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply, "forwarded-streamlocal").await;
        Ok(())
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply, "auth-agent").await;
        Ok(())
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        _host: &str,
        _port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply, "direct-tcpip").await;
        Ok(())
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _channel: Channel<Msg>,
        _path: &str,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply, "direct-streamlocal").await;
        Ok(())
    }

    async fn server_channel_open_x11(
        &mut self,
        _channel: Channel<Msg>,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply, "x11").await;
        Ok(())
    }

    async fn server_channel_open_unknown(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply, "unknown").await;
        Ok(())
    }
}
