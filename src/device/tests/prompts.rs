//! Devices that know only keyboard-interactive, as many do behind TACACS+ or PAM.

use std::sync::{Arc, Mutex};

use russh::keys::PublicKey;
use russh::server::{Auth, Config, Handler, Response, Session};
use russh::{MethodKind, MethodSet};

use crate::config::HostKeyPin;
use crate::device::auth::log_in;
use crate::device::credentials::Offer;
use crate::device::peer::Peer;

type Log = Arc<Mutex<Vec<String>>>;

/// Asks its questions in rounds; lets in who gave the right answer to the first.
struct Asking {
    rounds: Vec<Vec<(&'static str, bool)>>,
    round: usize,
    right: bool,
    log: Log,
}

impl Asking {
    fn next(&mut self) -> Auth {
        let Some(round) = self.rounds.get(self.round) else {
            return if self.right { Auth::Accept } else { Auth::reject() };
        };
        self.round += 1;
        let prompts = round.iter().map(|(prompt, echo)| ((*prompt).into(), *echo)).collect::<Vec<_>>();
        Auth::Partial { name: "".into(), instructions: "".into(), prompts: prompts.into() }
    }
}

impl Handler for Asking {
    type Error = russh::Error;

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        for answer in response.into_iter().flatten() {
            let answer = String::from_utf8_lossy(&answer).into_owned();
            self.right |= answer == "s3cret";
            self.log.lock().expect("log").push(answer);
        }
        Ok(self.next())
    }

    async fn auth_succeeded(&mut self, _session: &mut Session) -> Result<(), Self::Error> {
        Ok(())
    }
}

async fn visit(rounds: &[&[(&'static str, bool)]], password: &str) -> (Result<(), String>, Vec<String>) {
    let host_key = super::bench::key();
    let pin = HostKeyPin::Key(PublicKey::clone(host_key.public_key()));
    let config = Config {
        methods: MethodSet::from(&[MethodKind::KeyboardInteractive][..]),
        auth_rejection_time: std::time::Duration::ZERO,
        keys: vec![host_key],
        ..Config::default()
    };
    let log = Log::default();
    let rounds = rounds.iter().map(|round| round.to_vec()).collect();
    let asking = Asking { rounds, round: 0, right: false, log: log.clone() };
    let (near, far) = tokio::io::duplex(64 * 1024);
    let server = tokio::spawn(async move {
        if let Ok(session) = russh::server::run_stream(Arc::new(config), far, asking).await {
            // Ends with the client.
            let _ = session.await;
        }
    });
    let peer = Peer { pin, host: String::new(), now: super::bench::now(), fault: Arc::default() };
    let client = Arc::new(russh::client::Config::default());
    let mut handle = russh::client::connect_stream(client, near, peer).await.expect("handshake");
    let offer = Offer::Password(password.to_owned().into());
    let verdict = log_in(&mut handle, "netops", offer).await;
    drop(handle);
    server.abort();
    let answers = log.lock().expect("log").clone();
    (verdict, answers)
}

#[tokio::test]
async fn one_hidden_prompt_gets_the_password() {
    let (verdict, answers) = visit(&[&[("Password: ", false)]], "s3cret").await;
    assert_eq!((verdict, answers), (Ok(()), vec!["s3cret".to_owned()]));
    // PAM ends with a round without questions.
    let (verdict, answers) = visit(&[&[("Password: ", false)], &[]], "s3cret").await;
    assert_eq!((verdict, answers), (Ok(()), vec!["s3cret".to_owned()]));
    let (verdict, answers) = visit(&[&[("Password: ", false)]], "wrong").await;
    assert!(verdict.is_err());
    assert_eq!(answers, ["wrong"]);
}

#[tokio::test]
async fn other_questions_get_no_answer() {
    let hidden = ("Password: ", false);
    for round in [
        [("Username: ", true)].as_slice(),
        &[hidden, ("Passcode: ", false)],
        &[("Type it where all can see: ", true)],
    ] {
        let (verdict, answers) = visit(&[round], "s3cret").await;
        assert_eq!((verdict.is_err(), answers), (true, Vec::new()), "{round:?}");
    }
    // The password is given once, and to the first who asks.
    let (verdict, answers) = visit(&[&[hidden], &[("New password: ", false)]], "s3cret").await;
    assert_eq!((verdict.is_err(), answers), (true, vec!["s3cret".to_owned()]));
    let (verdict, _) = visit(&[&[], &[], &[], &[]], "s3cret").await;
    assert!(verdict.is_err());
}
