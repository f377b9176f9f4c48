//! The gate as the SSH front sees it.

use std::net::SocketAddr;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::front::{self, Answer, Refusal};
use crate::pipeline::client::Client;
use crate::pipeline::{Admitted, Gate, Login, admission, records, session};
use crate::ssh::keys::{Certificate, PublicKey};
use crate::terms::Code;

/// Joins front and pipeline: the front knows SSH, the pipeline knows who may do what.
#[derive(Clone)]
pub(super) struct Door(Arc<Gate>);

impl Door {
    pub(super) fn new(gate: Arc<Gate>) -> Self {
        Self(gate)
    }
}

fn answer(admitted: Result<Admitted, Code>) -> Answer<Login> {
    match admitted {
        Ok(Admitted::Enough(login)) => Answer::Accept(login),
        Ok(Admitted::TokenNext(login)) => Answer::More(login),
        Err(code) => Answer::Reject(code),
    }
}

impl front::Gate for Door {
    type Login = Login;

    fn limits(&self) -> front::Limits {
        let own = self.0.limits();
        front::Limits {
            login_grace: own.login_grace,
            max_pre_auth: own.max_pre_auth,
            max_pre_auth_per_address: own.max_pre_auth_per_address,
            max_auth_probes: own.max_auth_probes,
        }
    }

    fn knows_key(&self, _peer: SocketAddr, user: &str, key: &PublicKey) -> bool {
        admission::knows_key(&self.0.policy(), user, key)
    }

    fn key(&self, peer: SocketAddr, user: &str, key: &PublicKey) -> Answer<Login> {
        answer(admission::by_key(&self.0.policy(), peer, user, key))
    }

    fn certificate(&self, peer: SocketAddr, user: &str, certificate: &Certificate) -> Answer<Login> {
        answer(admission::by_certificate(&self.0.policy(), peer, user, certificate, self.0.now()))
    }

    fn token(
        &self,
        _peer: SocketAddr,
        _user: &str,
        so_far: Option<&Login>,
        token: Zeroizing<Vec<u8>>,
    ) -> Answer<Login> {
        // A token never authenticates by itself.
        let Some(login) = so_far else { return Answer::Reject(Code::PrincipalUnknown) };
        match admission::by_token(login, &token, self.0.now()) {
            Ok(login) => Answer::Accept(login),
            Err(code) => Answer::Reject(code),
        }
    }

    fn env_token(&self, login: &Login, token: Zeroizing<Vec<u8>>) -> Result<Login, Code> {
        admission::by_token(login, &token, self.0.now())
    }

    async fn serve(&self, login: Result<Login, Code>, client: Client) -> u32 {
        session(self.0.clone(), login, client).await
    }

    fn refused(&self, refusal: Refusal) {
        self.0.refused(records::front_refusal(refusal.peer, &refusal.user, refusal.code, &refusal.what));
    }
}
