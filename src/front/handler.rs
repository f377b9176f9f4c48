//! The table of requests: what each is answered. What is not allowed here is refused and recorded.
//!
//! russh keeps one flag per channel for "wants a reply", so each request is answered before its handler returns.

use russh::keys::Certificate;
use russh::server::{
    Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey,
};
use russh::{ChannelId, ChannelOpenFailure, Pty, Sig};

use super::channel::{Channel, Open};
use super::peer::{Fault, Peer};
use super::{Gate, TOKEN_VARIABLE};
use crate::pipeline::client::{Kind, Size};
use crate::terms::Code;

/// What ^C sends on a terminal.
const INTERRUPT: &[u8] = &[0x03];

type Done = Result<(), Fault>;

fn answer(session: &mut Session, id: ChannelId, allowed: bool) -> Done {
    if allowed {
        session.channel_success(id)?
    } else {
        session.channel_failure(id)?
    }
    Ok(())
}

impl<G: Gate> Handler for Peer<G> {
    type Error = Fault;

    async fn auth_none(&mut self, user: &str) -> Result<Auth, Fault> {
        Ok(self.authentication.none(user))
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Fault> {
        Ok(self.authentication.password(user, password)?)
    }

    async fn auth_publickey_offered(&mut self, user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, Fault> {
        Ok(self.authentication.offer(user, offer)?)
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Fault> {
        Ok(self.authentication.key(user, key))
    }

    async fn auth_openssh_certificate(
        &mut self,
        user: &str,
        certificate: &Certificate,
    ) -> Result<Auth, Fault> {
        Ok(self.authentication.certificate(user, certificate))
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Fault> {
        Ok(self.authentication.keyboard(user, response)?)
    }

    async fn auth_succeeded(&mut self, _session: &mut Session) -> Done {
        self.wire.authenticated();
        Ok(())
    }

    async fn authentication_banner(&mut self) -> Result<Option<String>, Fault> {
        // A device has none, and clients take it for output.
        Ok(None)
    }

    // Channels.

    async fn channel_open_session(
        &mut self,
        channel: russh::Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Done {
        match self.open(channel) {
            Ok(()) => reply.accept().await,
            Err(code) => {
                self.wire.record.refused(code, "session channel");
                reply.reject(ChannelOpenFailure::ResourceShortage).await;
            }
        }
        Ok(())
    }

    async fn channel_open_x11(
        &mut self,
        _channel: russh::Channel<Msg>,
        originator_address: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Done {
        self.refuse_channel(reply, "x11 channel", originator_address).await;
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        _channel: russh::Channel<Msg>,
        host_to_connect: &str,
        port_to_connect: u32,
        _originator_address: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Done {
        self.refuse_channel(reply, &format!("direct-tcpip port {port_to_connect} host"), host_to_connect)
            .await;
        Ok(())
    }

    async fn channel_open_forwarded_tcpip(
        &mut self,
        _channel: russh::Channel<Msg>,
        host_to_connect: &str,
        port_to_connect: u32,
        _originator_address: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Done {
        self.refuse_channel(reply, &format!("forwarded-tcpip port {port_to_connect} host"), host_to_connect)
            .await;
        Ok(())
    }

    async fn channel_open_direct_streamlocal(
        &mut self,
        _channel: russh::Channel<Msg>,
        socket_path: &str,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Done {
        self.refuse_channel(reply, "direct-streamlocal", socket_path).await;
        Ok(())
    }

    async fn channel_open_confirmation(
        &mut self,
        _id: ChannelId,
        _max_packet_size: u32,
        _window_size: u32,
        _session: &mut Session,
    ) -> Done {
        // The gate opens no channel to a client.
        Err(russh::Error::Inconsistent.into())
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut Session) -> Done {
        // Dropping it ends its session.
        self.channels.remove(&channel);
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, _session: &mut Session) -> Done {
        if let Some(Channel::Busy(busy)) = self.channels.get(&channel) {
            busy.inbox.eof();
        }
        Ok(())
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], session: &mut Session) -> Done {
        match self.channels.get(&channel) {
            Some(Channel::Busy(busy)) => busy.inbox.bytes(data),
            Some(Channel::Open(_)) => {
                // To drop it and go on would make other lines of what follows.
                self.refuse("data before shell or exec");
                self.channels.remove(&channel);
                session.close(channel)?;
            }
            None => {}
        }
        Ok(())
    }

    async fn extended_data(
        &mut self,
        _channel: ChannelId,
        code: u32,
        _data: &[u8],
        _session: &mut Session,
    ) -> Done {
        // No client has an error stream to send.
        self.wire.record.refused_once(Code::ChannelRefused, "extended data", &code.to_string());
        Ok(())
    }

    async fn window_adjusted(&mut self, _channel: ChannelId, _new_size: u32, _session: &mut Session) -> Done {
        Ok(())
    }

    fn adjust_window(&mut self, _channel: ChannelId, current: u32) -> u32 {
        current
    }

    // Requests for a channel.

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        col_width: u32,
        row_height: u32,
        _pix_width: u32,
        _pix_height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Done {
        let size = Size { columns: col_width, rows: row_height };
        let without = self.unused(channel).filter(|open| open.pty.is_none());
        let allowed = without.map(|open| open.pty = Some(size)).is_some();
        if !allowed {
            self.refuse("pty-req, too late or twice");
        }
        answer(session, channel, allowed)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        variable_name: &str,
        variable_value: &str,
        session: &mut Session,
    ) -> Done {
        if variable_name != TOKEN_VARIABLE {
            self.wire.record.refused_once(Code::ChannelRefused, "env", variable_name);
            return answer(session, channel, false);
        }
        let taken = self.token(channel, variable_value);
        if let Err(code) = taken {
            self.wire.record.refused(code, &format!("env {TOKEN_VARIABLE}"));
        }
        answer(session, channel, taken.is_ok())
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Done {
        let started = self.start(channel, |pty| Kind::Shell { pty });
        if let Err(code) = started {
            self.wire.record.refused(code, "shell");
        }
        answer(session, channel, started.is_ok())
    }

    async fn exec_request(&mut self, channel: ChannelId, data: &[u8], session: &mut Session) -> Done {
        let started = self.start(channel, |pty| Kind::Exec { command: data.to_vec(), pty });
        if let Err(code) = started {
            self.wire.record.refused(code, "exec");
        }
        answer(session, channel, started.is_ok())
    }

    async fn subsystem_request(&mut self, channel: ChannelId, name: &str, session: &mut Session) -> Done {
        self.refuse_words("subsystem", name);
        answer(session, channel, false)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _single_connection: bool,
        _x11_auth_protocol: &str,
        _x11_auth_cookie: &str,
        _x11_screen_number: u32,
        session: &mut Session,
    ) -> Done {
        self.refuse("x11-req");
        answer(session, channel, false)
    }

    async fn agent_request(&mut self, _channel: ChannelId, _session: &mut Session) -> Result<bool, Fault> {
        self.refuse("auth-agent-req");
        Ok(false)
    }

    async fn window_change_request(
        &mut self,
        channel: ChannelId,
        col_width: u32,
        row_height: u32,
        _pix_width: u32,
        _pix_height: u32,
        session: &mut Session,
    ) -> Done {
        let size = Size { columns: col_width, rows: row_height };
        let known = match self.channels.get_mut(&channel) {
            Some(Channel::Busy(busy)) if busy.pty => {
                busy.inbox.resize(size);
                true
            }
            Some(Channel::Open(Open { pty: Some(pty), .. })) => {
                *pty = size;
                true
            }
            _ => false,
        };
        answer(session, channel, known)
    }

    async fn signal(&mut self, channel: ChannelId, signal: Sig, _session: &mut Session) -> Done {
        match (self.channels.get(&channel), signal) {
            // What the key would have sent; without a terminal there is no such key.
            (Some(Channel::Busy(busy)), Sig::INT) if busy.pty => {
                busy.inbox.bytes(INTERRUPT);
            }
            (Some(Channel::Busy(busy)), Sig::HUP | Sig::TERM | Sig::KILL) => busy.kill.cancel(),
            (_, signal) => {
                self.wire.record.refused_once(Code::ChannelRefused, "signal", &format!("{signal:?}"));
            }
        }
        Ok(())
    }

    // Requests for the connection.

    async fn tcpip_forward(
        &mut self,
        address: &str,
        port: &mut u32,
        _session: &mut Session,
    ) -> Result<bool, Fault> {
        self.refuse_words(&format!("tcpip-forward port {port} address"), address);
        Ok(false)
    }

    async fn cancel_tcpip_forward(
        &mut self,
        address: &str,
        port: u32,
        _session: &mut Session,
    ) -> Result<bool, Fault> {
        self.refuse_words(&format!("cancel-tcpip-forward port {port} address"), address);
        Ok(false)
    }

    async fn streamlocal_forward(
        &mut self,
        socket_path: &str,
        _session: &mut Session,
    ) -> Result<bool, Fault> {
        self.refuse_words("streamlocal-forward", socket_path);
        Ok(false)
    }

    async fn cancel_streamlocal_forward(
        &mut self,
        socket_path: &str,
        _session: &mut Session,
    ) -> Result<bool, Fault> {
        self.refuse_words("cancel-streamlocal-forward", socket_path);
        Ok(false)
    }
}
