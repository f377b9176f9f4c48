//! A gate that knows a few accounts and does as it is told.

use std::net::SocketAddr;
use std::sync::Mutex;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::front::{Answer, Gate, Limits, Refusal};
use crate::pipeline::client::{Client, ClientInput, Kind};
use crate::ssh::keys::{Certificate, PublicKey};
use crate::terms::Code;

/// The token that is worth something.
pub(super) const TOKEN: &str = "good-token";

/// Who logged in, and what they brought.
#[derive(Clone, Debug)]
pub(super) struct TestLogin {
    user: String,
    token: Option<String>,
}

/// `alice+r1` needs a key, `agent+r1` a token as well.
pub(super) struct TestGate {
    pub(super) limits: Limits,
    pub(super) keys: Vec<PublicKey>,
    pub(super) ca: PublicKey,
    pub(super) refusals: watch::Sender<Vec<Refusal>>,
    /// Sessions that saw that their client is gone.
    pub(super) gone: watch::Sender<usize>,
    /// What sessions took from their clients.
    pub(super) heard: Mutex<Vec<ClientInput>>,
    pub(super) stop: CancellationToken,
}

impl Gate for TestGate {
    type Login = TestLogin;

    fn limits(&self) -> Limits {
        self.limits
    }

    fn knows_key(&self, _peer: SocketAddr, user: &str, key: &PublicKey) -> bool {
        user == "carol+r1" || self.keys.iter().any(|own| own.key_data() == key.key_data())
    }

    fn key(&self, _peer: SocketAddr, user: &str, key: &PublicKey) -> Answer<TestLogin> {
        let login = TestLogin { user: user.to_owned(), token: None };
        let known = self.keys.iter().any(|own| own.key_data() == key.key_data());
        match user {
            "panic+r1" => panic!("as told"),
            "alice+r1" if known => Answer::Accept(login),
            "agent+r1" if known => Answer::More(login),
            "alice+nowhere" if known => Answer::Reject(Code::DeviceUnknown),
            _ => Answer::Reject(Code::PrincipalUnknown),
        }
    }

    fn certificate(&self, _peer: SocketAddr, user: &str, certificate: &Certificate) -> Answer<TestLogin> {
        if certificate.signature_key() == self.ca.key_data() {
            Answer::Accept(TestLogin { user: user.to_owned(), token: None })
        } else {
            Answer::Reject(Code::CertificateInvalid)
        }
    }

    fn token(
        &self,
        _peer: SocketAddr,
        user: &str,
        so_far: Option<&TestLogin>,
        token: Zeroizing<Vec<u8>>,
    ) -> Answer<TestLogin> {
        let Some(login) = so_far else { return Answer::Reject(Code::PrincipalUnknown) };
        assert_eq!(login.user, user, "a key belongs to its user name");
        self.env_token(login, token).map_or_else(Answer::Reject, Answer::Accept)
    }

    fn env_token(&self, login: &TestLogin, token: Zeroizing<Vec<u8>>) -> Result<TestLogin, Code> {
        let token = String::from_utf8(token.to_vec()).expect("text");
        if token.starts_with("good") {
            Ok(TestLogin { token: Some(token), ..login.clone() })
        } else {
            Err(Code::TokenMalformed)
        }
    }

    async fn serve(&self, login: Result<TestLogin, Code>, client: Client) -> u32 {
        let login = match login {
            Ok(login) => login,
            Err(code) => {
                say(&client, &format!("no session: {code}\n")).await;
                return 126;
            }
        };
        let kill = client.kill.clone();
        let status = self.act(login, client).await;
        if kill.is_cancelled() {
            self.gone.send_modify(|gone| *gone += 1);
        }
        status
    }

    fn refused(&self, refusal: Refusal) {
        self.refusals.send_modify(|refusals| refusals.push(refusal));
    }
}

impl TestGate {
    async fn act(&self, login: TestLogin, client: Client) -> u32 {
        let Kind::Exec { command, pty } = &client.kind else { return self.shell(client).await };
        let command = String::from_utf8(command.clone()).expect("text");
        let (word, argument) = command.split_once(' ').unwrap_or((&command, ""));
        match word {
            "whoami" => {
                let token = login.token.as_deref().unwrap_or("-");
                say(&client, &format!("{} {token} {pty:?}\n", login.user)).await;
            }
            "status" => return argument.parse().expect("a number"),
            "bulk" => {
                for number in 0..argument.parse().expect("a number of pieces") {
                    if client.output.send(piece(number)).await.is_err() {
                        break;
                    }
                }
            }
            "hold" => {
                say(&client, "holding\n").await;
                client.kill.cancelled().await;
            }
            "until-stop" => {
                say(&client, "waiting\n").await;
                self.stop.cancelled().await;
                say(&client, "stopped\n").await;
                return 3;
            }
            "panic" => {
                say(&client, "now\n").await;
                panic!("as told");
            }
            _ => return 127,
        }
        0
    }

    /// Shows what it hears, until the end of file.
    async fn shell(&self, mut client: Client) -> u32 {
        if let Some(size) = client.kind.pty() {
            say(&client, &format!("pty {}x{}\n", size.columns, size.rows)).await;
        }
        while let Some(input) = client.input.recv().await {
            self.heard.lock().unwrap().push(input.clone());
            match input {
                ClientInput::Bytes(bytes) => {
                    // A client that is gone shows below.
                    let _ = client.output.send(bytes).await;
                }
                ClientInput::Resize(size) => {
                    say(&client, &format!("resize {}x{}\n", size.columns, size.rows)).await;
                }
                ClientInput::Eof => return 7,
                ClientInput::Overflow => return 8,
            }
        }
        9
    }
}

async fn say(client: &Client, text: &str) {
    // A client that is gone hears nothing.
    let _ = client.output.send(text.as_bytes().to_vec()).await;
}

pub(super) const PIECE: usize = 8192;

/// The nth piece of a bulk: no two that follow each other are the same.
fn piece(number: usize) -> Vec<u8> {
    vec![u8::try_from(number % 251).unwrap(); PIECE]
}

pub(super) fn assert_bulk(output: &[u8], pieces: usize) {
    assert_eq!(output.len(), pieces * PIECE);
    for (number, found) in output.chunks(PIECE).enumerate() {
        assert!(found == piece(number), "piece {number}");
    }
}
