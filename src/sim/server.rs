//! The SSH side of a simulated router.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use russh::keys::{Certificate, PrivateKey, PublicKey, ssh_key};
use russh::server::{Auth, ChannelOpenHandle, Config, Handle, Handler, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, ChannelReadHalf, ChannelWriteHalf, MethodKind, MethodSet, Pty, Sig};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::behaviour::Behaviour;
use super::dialect::Dialect;
use super::machine::{Machine, SimEvent};
use super::router::{Act, Router};
use crate::ssh::killable::Killable;

/// Whom a router lets in.
#[derive(Clone, Debug)]
pub enum SimAuth {
    /// OpenSSH user certificates of this authority.
    UserCa {
        /// The authority's public key.
        ca: PublicKey,
        /// A principal that the certificate must name.
        principal: String,
        /// The SSH user name.
        user: String,
    },
    /// A password.
    Password {
        /// The SSH user name.
        user: String,
        /// The password.
        password: String,
    },
    /// A public key.
    Key {
        /// The SSH user name.
        user: String,
        /// The key.
        key: PublicKey,
    },
}

/// What a router is started with.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Whose CLI it plays.
    pub dialect: Dialect,
    /// In its prompt.
    pub hostname: String,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Its SSH host key.
    pub host_key: PrivateKey,
    /// A certificate for the host key, shown to clients that want one.
    pub host_certificate: Option<Certificate>,
    /// Whom it lets in.
    pub auth: SimAuth,
    /// What it does wrong.
    pub behaviour: Behaviour,
}

impl SimConfig {
    /// A sane router on a free port of 127.0.0.1.
    #[must_use]
    pub fn new(dialect: Dialect, hostname: &str, host_key: PrivateKey, auth: SimAuth) -> Self {
        let (hostname, listen) = (hostname.to_owned(), SocketAddr::from(([127, 0, 0, 1], 0)));
        Self {
            dialect,
            hostname,
            listen,
            host_key,
            host_certificate: None,
            auth,
            behaviour: Behaviour::default(),
        }
    }
}

/// A router behind a TCP port.
#[derive(Debug)]
pub struct Sim;

impl Sim {
    /// Starts a router.
    ///
    /// # Errors
    /// Those of listening.
    pub async fn start(config: SimConfig) -> io::Result<SimHandle> {
        let listener = TcpListener::bind(config.listen).await?;
        let machine = Machine::new(config.dialect, &config.hostname, config.behaviour.clone());
        let handle = SimHandle {
            addr: listener.local_addr()?,
            machine: machine.clone(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let router = Shared {
            auth: config.auth.clone(),
            machine,
            tasks: handle.tasks.clone(),
            stop: handle.stop.clone(),
        };
        let ssh = Arc::new(ssh_config(config));
        handle.tasks.spawn(listen(listener, ssh, Arc::new(router)));
        Ok(handle)
    }
}

/// A running router. It stops when this is dropped.
#[derive(Debug)]
pub struct SimHandle {
    addr: SocketAddr,
    machine: Machine,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl SimHandle {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its log and state: see the methods of [`Machine`].
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// All that it saw so far.
    #[must_use]
    pub fn log(&self) -> Vec<SimEvent> {
        self.machine.log()
    }

    /// Its interfaces now.
    #[must_use]
    pub fn interfaces(&self) -> Vec<super::Interface> {
        self.machine.interfaces()
    }

    /// Ends all connections and stops listening; returns when that is done.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for SimHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[derive(Debug)]
struct Shared {
    auth: SimAuth,
    machine: Machine,
    tasks: TaskTracker,
    stop: CancellationToken,
}

fn ssh_config(config: SimConfig) -> Config {
    let method = match config.auth {
        SimAuth::Password { .. } => MethodKind::Password,
        SimAuth::UserCa { .. } | SimAuth::Key { .. } => MethodKind::PublicKey,
    };
    Config {
        methods: MethodSet::from(&[method][..]),
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![config.host_key],
        certificates: config.host_certificate.into_iter().collect(),
        nodelay: true,
        ..Config::default()
    }
}

async fn listen(listener: TcpListener, config: Arc<Config>, shared: Arc<Shared>) {
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    shared.tasks.spawn(connection(stream, Arc::clone(&config), Arc::clone(&shared)));
                }
            }
        }
    }
}

async fn connection(stream: TcpStream, config: Arc<Config>, shared: Arc<Shared>) {
    // Without it each line takes 40 ms; a socket that refuses is still a connection.
    let _ = stream.set_nodelay(true);
    let stream = Killable::new(stream, shared.stop.clone());
    let peer = Peer { shared, channel: None, pty: false };
    if let Ok(session) = russh::server::run_stream(config, stream, peer).await {
        // A connection that ends with an error has ended as well.
        let _ = session.await;
    }
}

/// One connection. Only the last channel that was opened can run something.
struct Peer {
    shared: Arc<Shared>,
    channel: Option<Channel<Msg>>,
    pty: bool,
}

impl Peer {
    fn judge(&self, user: &str, refused: Option<&str>, certificate: Option<&Certificate>) -> Auth {
        let user = user.to_owned();
        let (key_id, serial) =
            (certificate.map(|c| c.key_id().to_owned()), certificate.map(Certificate::serial));
        self.shared.machine.note(match refused {
            None => SimEvent::Login { user, key_id, serial },
            Some(why) => SimEvent::LoginRefused { user, why: why.to_owned() },
        });
        if refused.is_some() { Auth::reject() } else { Auth::Accept }
    }

    fn channel(&mut self, id: ChannelId) -> Option<Channel<Msg>> {
        self.channel.take_if(|channel| channel.id() == id)
    }

    /// Runs a task that ends with the router.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.shared.stop.clone();
        self.shared.tasks.spawn(async move { stop.run_until_cancelled(task).await });
    }

    fn router(&self) -> Router {
        let router = self.shared.machine.session();
        if self.pty { router } else { router.without_pty() }
    }
}

/// Why a certificate is not taken. Its signature and validity were checked before.
fn refuse_certificate(auth: &SimAuth, user: &str, certificate: &Certificate) -> Option<&'static str> {
    let SimAuth::UserCa { ca, principal, user: expected } = auth else { return Some("no certificates here") };
    if user != expected {
        Some("unknown user")
    } else if certificate.signature_key() != ca.key_data() {
        Some("unknown authority")
    } else if certificate.cert_type() != ssh_key::certificate::CertType::User {
        Some("not a user certificate")
    } else if !certificate.valid_principals().contains(principal) {
        Some("principal not named")
    } else if certificate.critical_options().keys().any(|name| name != "source-address") {
        Some("unknown critical option")
    } else {
        None
    }
}

impl Handler for Peer {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        let right = matches!(&self.shared.auth,
            SimAuth::Password { user: u, password: p } if u == user && p == password);
        Ok(self.judge(user, (!right).then_some("wrong password"), None))
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        let right = matches!(&self.shared.auth,
            SimAuth::Key { user: u, key: k } if u == user && k.key_data() == key.public_key.key_data());
        Ok(self.judge(user, (!right).then_some("unknown key"), None))
    }

    async fn auth_openssh_certificate(
        &mut self,
        user: &str,
        certificate: &Certificate,
    ) -> Result<Auth, Self::Error> {
        let refused = refuse_certificate(&self.shared.auth, user, certificate);
        Ok(self.judge(user, refused, Some(certificate)))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channel = Some(channel);
        self.pty = false;
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _cols: u32,
        _rows: u32,
        _pix_width: u32,
        _pix_height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.pty = true;
        session.channel_success(channel)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        _name: &str,
        _value: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        let Some(own) = self.channel(channel) else { return session.channel_failure(channel) };
        session.channel_success(channel)?;
        let (read, write) = own.split();
        self.spawn(shell(self.router(), read, write));
        if self.shared.machine.behaviour().opens_channel {
            self.spawn(open_channel(session.handle(), self.shared.machine.clone()));
        }
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let (Some(own), Ok(command)) = (self.channel(channel), std::str::from_utf8(data)) else {
            return session.channel_failure(channel);
        };
        session.channel_success(channel)?;
        let (read, write) = own.split();
        self.spawn(exec(self.router(), command.to_owned(), read, write));
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _single: bool,
        _protocol: &str,
        _cookie: &str,
        _screen: u32,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn agent_request(
        &mut self,
        _channel: ChannelId,
        _session: &mut Session,
    ) -> Result<bool, Self::Error> {
        Ok(false)
    }

    async fn signal(
        &mut self,
        _channel: ChannelId,
        _signal: Sig,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        Ok(())
    }
}

async fn shell(router: Router, mut read: ChannelReadHalf, write: ChannelWriteHalf<Msg>) {
    // An error here means that the client is gone.
    let _ = router.serve(tokio::io::join(read.make_reader(), write.make_writer())).await;
    end(&mut read, &write, 0).await;
}

/// Exec output is not held up by anything the client sends.
async fn exec(router: Router, command: String, mut read: ChannelReadHalf, write: ChannelWriteHalf<Msg>) {
    let (acts, status) = router.exec(&command);
    let mut writer = write.make_writer();
    for act in acts {
        let written = match act {
            Act::Write(bytes) => writer.write_all(&bytes).await,
            Act::Flood(count) => writer.write_all(&vec![b'.'; usize::try_from(count).unwrap_or(0)]).await,
            Act::Wait(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Act::Hang | Act::Close => break,
        };
        if written.is_err() {
            return;
        }
    }
    // What fails here fails because the client is gone.
    let _ = writer.flush().await;
    drop(writer);
    end(&mut read, &write, status).await;
}

/// EOF, exit status, close, in that order; then what still comes is drained, for a full channel stalls its connection.
async fn end(read: &mut ChannelReadHalf, write: &ChannelWriteHalf<Msg>, status: u32) {
    // What fails here fails because the client is gone.
    let _ = write.eof().await;
    let _ = write.exit_status(status).await;
    let _ = write.close().await;
    while read.wait().await.is_some() {}
}

async fn open_channel(handle: Handle, machine: Machine) {
    let accepted = handle.channel_open_session().await.is_ok();
    machine.note(SimEvent::ChannelOpened { accepted });
}
