//! Logging in, and not.

use std::sync::Arc;
use std::time::Duration;

use russh::keys::{HashAlg, PrivateKeyWithHashAlg};
use russh::{MethodKind, MethodSet, client::AuthResult};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::process::Command;

use super::gate::TOKEN;
use super::house::{House, exec, keygen, limits, timing, within};
use crate::front::{Limits, Refusal};
use crate::terms::Code;

fn stdout(output: &std::process::Output) -> (String, Option<i32>) {
    (String::from_utf8(output.stdout.clone()).unwrap(), output.status.code())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_suffices_where_no_token_is_due() {
    let house = House::new().await;
    let output = house.ssh("alice+r1", &["-o", "BatchMode=yes"], "whoami").await;
    assert_eq!(stdout(&output), ("alice+r1 - None\n".into(), Some(0)));
    let output = house.ssh("alice+r1", &["-o", "BatchMode=yes"], "status 5").await;
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(house.refused(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_follows_the_key_by_either_method() {
    let house = House::new().await;
    for methods in ["publickey,keyboard-interactive", "publickey,password"] {
        let options = ["-o", &format!("PreferredAuthentications={methods}")];
        let output = house.ssh_with_secret("agent+r1", &options, TOKEN).await;
        assert_eq!(stdout(&output), (format!("agent+r1 {TOKEN} None\n"), Some(0)), "{methods}");
    }
    assert_eq!(house.refused(), []);
    let prompts = crate::sys::read_text(&house.path("prompts"), 4096).unwrap();
    let first = prompts.lines().next().unwrap();
    // OpenSSH puts the account before what it was told to ask.
    assert_eq!(first, "(agent+r1@127.0.0.1) Password: ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_token_is_one_refusal_and_the_client_does_not_hear_why() {
    let house = House::new().await;
    // OpenSSH tries the same secret by both methods.
    let output = house.ssh_with_secret("agent+r1", &[], "bad-token").await;
    assert_eq!(output.status.code(), Some(255));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.trim_end(), "agent+r1@127.0.0.1: Permission denied (keyboard-interactive,password).");
    let expected = Refusal {
        peer: house.refusals()[0].peer,
        user: "agent+r1".into(),
        code: Code::TokenMalformed,
        what: "keyboard-interactive".into(),
    };
    assert_eq!(house.refusals(), [expected]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_without_a_key_is_nothing() {
    let house = House::new().await;
    let options = ["-o", "PubkeyAuthentication=no"];
    for user in ["agent+r1", "alice+r1", "nobody+nowhere"] {
        let output = house.ssh_with_secret(user, &options, TOKEN).await;
        assert_eq!(output.status.code(), Some(255));
        let said = String::from_utf8(output.stderr).unwrap();
        let expected =
            format!("{user}@127.0.0.1: Permission denied (publickey,keyboard-interactive,password).");
        assert_eq!(said.trim_end(), expected);
    }
    assert_eq!(house.refused(), vec![(Code::PrincipalUnknown, "keyboard-interactive".into()); 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_key_is_recorded_when_its_client_has_left() {
    let house = House::new().await;
    let wrong = keygen(house.dir.path(), "wrong", "ed25519").await;
    let mut client = house.stranger().await;
    let signer = PrivateKeyWithHashAlg::new(Arc::new(wrong), None);
    assert!(!client.authenticate_publickey("alice+r1", signer).await.unwrap().success());
    assert_eq!(house.refused(), []);
    drop(client);
    house.until_refused(Code::PrincipalUnknown, "publickey, 1 offered").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_key_for_something_unknown_is_recorded_with_its_own_code() {
    let house = House::new().await;
    let output = house.ssh("alice+nowhere", &["-o", "BatchMode=yes"], "whoami").await;
    assert_eq!(output.status.code(), Some(255));
    assert_eq!(house.refused(), [(Code::DeviceUnknown, "publickey".into())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_user_name_starts_from_nothing() {
    let house = House::new().await;
    let mut client = house.stranger().await;
    let partial = client.authenticate_publickey("agent+r1", house.signer()).await.unwrap();
    let left = MethodSet::from(&[MethodKind::KeyboardInteractive, MethodKind::Password][..]);
    assert_eq!(partial, AuthResult::Failure { remaining_methods: left, partial_success: true });
    let result = client.authenticate_password("agent+r2", TOKEN).await.unwrap();
    assert!(!result.success());
    let result = client.authenticate_password("agent+r1", TOKEN).await.unwrap();
    assert!(!result.success(), "the key was forgotten");
    assert_eq!(house.refused(), vec![(Code::PrincipalUnknown, "password".into()); 2]);
    assert_eq!(house.refusals()[0].user, "agent+r2");
    // The same token, refused without the key, is good with it.
    client.authenticate_publickey("agent+r1", house.signer()).await.unwrap();
    assert!(client.authenticate_password("agent+r1", TOKEN).await.unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_is_answered_with_the_methods() {
    let house = House::new().await;
    let mut client = house.stranger().await;
    let all = [MethodKind::PublicKey, MethodKind::KeyboardInteractive, MethodKind::Password];
    let expected =
        AuthResult::Failure { remaining_methods: MethodSet::from(&all[..]), partial_success: false };
    assert_eq!(client.authenticate_none("alice+r1").await.unwrap(), expected);
    assert_eq!(house.refused(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_judged_by_the_gate() {
    let house = House::new().await;
    keygen(house.dir.path(), "other", "ed25519").await;
    let dir = house.dir.path();
    for (ca, status) in [("ca", 0), ("other", 255)] {
        keygen(dir, &format!("carol-{ca}"), "ed25519").await;
        let mut sign = Command::new("ssh-keygen");
        sign.current_dir(dir).args(["-q", "-s", ca, "-I", "carol", "-n", "carol", "-V", "-1m:+5m"]);
        assert!(sign.arg(format!("carol-{ca}.pub")).status().await.unwrap().success());
        let identity = format!("IdentityFile={}", house.path(&format!("carol-{ca}")).display());
        let options = ["-o", "BatchMode=yes", "-o", &identity];
        let output = house.ssh("carol+r1", &options, "whoami").await;
        assert_eq!(output.status.code(), Some(status), "{ca}");
    }
    // OpenSSH offers bare keys as well.
    let (certificates, keys): (Vec<_>, Vec<_>) =
        house.refused().into_iter().partition(|one| *one == (Code::CertificateInvalid, "certificate".into()));
    assert_eq!(certificates.len(), 1);
    assert!(keys.iter().all(|one| *one == (Code::PrincipalUnknown, "publickey".into())), "{keys:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_with_sha_1_is_worth_nothing() {
    let house = House::new().await;
    let rsa = Arc::new(keygen_at(&house, "rsa"));
    let mut client = house.stranger().await;
    let weak = PrivateKeyWithHashAlg::new(Arc::clone(&rsa), None);
    assert!(!client.authenticate_publickey("alice+r1", weak).await.unwrap().success());
    let strong = PrivateKeyWithHashAlg::new(rsa, Some(HashAlg::Sha512));
    assert!(client.authenticate_publickey("alice+r1", strong).await.unwrap().success());
}

fn keygen_at(house: &House, name: &str) -> russh::keys::PrivateKey {
    russh::keys::PrivateKey::from_openssh(crate::sys::read_text(&house.path(name), 16 * 1024).unwrap())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_keys_close_the_connection() {
    let house = House::with(Limits { max_auth_probes: 3, ..limits() }, timing()).await;
    let mut options = vec!["-o".to_owned(), "BatchMode=yes".to_owned()];
    for name in ["k1", "k2", "k3"] {
        keygen(house.dir.path(), name, "ed25519").await;
        options.extend(["-i".to_owned(), house.path(name).display().to_string()]);
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    // The right key would be the fourth.
    assert_eq!(house.ssh("alice+r1", &options, "whoami").await.status.code(), Some(255));
    house.until_refused(Code::LoginLimit, "more than 3 attempts to log in").await;
    assert_eq!(house.refused().len(), 1);
    // The third is within the bound.
    assert_eq!(house.ssh("alice+r1", &options[..6], "whoami").await.status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_secrets_close_the_connection() {
    let house = House::with(Limits { max_auth_probes: 3, ..limits() }, timing()).await;
    let mut client = house.stranger().await;
    for number in 0..3 {
        assert!(!client.authenticate_password("alice+r1", format!("bad {number}")).await.unwrap().success());
    }
    let result = within("close", client.authenticate_password("alice+r1", "bad")).await;
    assert!(result.is_err() || result.is_ok_and(|result| !result.success()));
    within("close", client.authenticate_password("alice+r1", "bad")).await.unwrap_err();
    house.until_refused(Code::LoginLimit, "more than 3 attempts to log in").await;
}

/// Reads until the server closes.
async fn closed(mut stream: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    // A reset is a close as well.
    let _ = within("close", stream.read_to_end(&mut said)).await;
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_logging_in_is_bounded_and_who_is_logged_in_is_not() {
    let house = House::with(Limits { max_pre_auth_per_address: 2, ..limits() }, timing()).await;
    let _one = house.client().await;
    let _two = house.client().await;
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        let mut banner = [0; 20];
        within("banner", stream.read_exact(&mut banner)).await.unwrap();
        assert_eq!(&banner[..18], b"SSH-2.0-Portcullis");
        waiting.push(stream);
    }
    for _ in 0..3 {
        assert_eq!(closed(TcpStream::connect(house.address).await.unwrap()).await, b"");
    }
    let expected = (Code::LoginLimit, "connection: too many are logging in from this address".into());
    assert_eq!(house.refused(), [expected], "one record, however many are turned away");
    drop(waiting);
    let again = async {
        while house.ssh("alice+r1", &["-o", "BatchMode=yes"], "status 0").await.status.code() != Some(0) {}
    };
    within("a free place", again).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn login_grace_is_for_logging_in_alone() {
    let grace = Duration::from_secs(3);
    let house = House::with(Limits { login_grace: grace, ..limits() }, timing()).await;
    let client = house.client().await;
    let silent = TcpStream::connect(house.address).await.unwrap();
    let idle = house.stranger().await;
    let said = closed(silent).await;
    assert!(said.starts_with(b"SSH-2.0-Portcullis\r\n"));
    within("close", async {
        while !idle.is_closed() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(house.refused(), vec![(Code::LoginLimit, "login grace time".into()); 2]);
    assert_eq!(exec(&client, "status 4").await.status, Some(4));
}
