//! Sessions that do or do not come about.

use std::sync::Arc;
use std::time::Duration;

use super::bench::{Book, Plan, certificate, key, limits, now, try_dial};
use crate::config::{HostKeyPin, LoginWith};
use crate::device::{Credentials, Sealed, dial};
use crate::sim::{Behaviour, Dialect, Sim, SimAuth, SimConfig, SimEvent};
use crate::ssh::keys::certificate::{Builder, CertType};
use crate::ssh::keys::{Algorithm, Certificate, EcdsaCurve, LineEnding, PrivateKey};
use crate::terms::Code;

fn sealed(text: &str) -> Credentials {
    let file: Arc<str> = "sealed.yaml".into();
    Credentials::new(None, Some(Sealed::parse(&file, text.as_bytes()).unwrap_or_else(|p| panic!("{p}"))))
}

fn entry(name: &str) -> LoginWith {
    LoginWith::Sealed { name: name.to_owned() }
}

/// Dials a router that lets `auth` in; the code of the refusal and what the router saw.
async fn visit(
    auth: SimAuth,
    with: LoginWith,
    credentials: &Credentials,
    change: impl FnOnce(&Plan, SimConfig) -> (SimConfig, HostKeyPin),
) -> (Result<&'static str, Code>, Vec<SimEvent>) {
    let plan = Plan::new(Dialect::Frr, Behaviour::default());
    let (config, pin) = change(&plan, plan.router(auth));
    let sim = Sim::start(config).await.expect("router");
    let book = Book::new().await;
    let target = plan.target(plan.device(&sim, pin, with), &book.open);
    let dialled = dial(&target, credentials, &limits(Duration::from_secs(5))).await;
    (dialled.map(|(_, used)| used.how).map_err(|fault| fault.code), sim.log())
}

fn as_planned(plan: &Plan, config: SimConfig) -> (SimConfig, HostKeyPin) {
    let pin = plan.pinned();
    (config, pin)
}

fn password(password: &str) -> SimAuth {
    SimAuth::Password { user: "netops".to_owned(), password: password.to_owned() }
}

#[tokio::test]
async fn sealed_passwords_and_keys_log_in() {
    let credentials = sealed("lab: {password: s3cret}");
    assert_eq!(visit(password("s3cret"), entry("lab"), &credentials, as_planned).await.0, Ok("password"));
    let (refused, log) = visit(password("other"), entry("lab"), &credentials, as_planned).await;
    assert_eq!(refused, Err(Code::DeviceAuth));
    assert!(log.iter().all(|event| matches!(event, SimEvent::LoginRefused { .. })), "{log:?}");
    for algorithm in [Algorithm::Ed25519, Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 }] {
        let own = PrivateKey::random(&mut rand::rng(), algorithm).expect("key");
        let text = own.to_openssh(LineEnding::LF).expect("text");
        let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
        let credentials = sealed(&format!("lab:\n  key: |\n{indented}"));
        let auth =
            |key: &PrivateKey| SimAuth::Key { user: "netops".to_owned(), key: key.public_key().clone() };
        assert_eq!(visit(auth(&own), entry("lab"), &credentials, as_planned).await.0, Ok("key"));
        let (refused, _) = visit(auth(&key()), entry("lab"), &credentials, as_planned).await;
        assert_eq!(refused, Err(Code::DeviceAuth));
    }
}

#[tokio::test]
async fn without_the_credential_nothing_is_said() {
    for (with, credentials) in [
        (entry("lab"), Credentials::new(Some(key()), None)),
        (entry("lab"), sealed("other: {password: s3cret}")),
        (certificate(), sealed("lab: {password: s3cret}")),
    ] {
        let (refused, log) = visit(password("s3cret"), with, &credentials, as_planned).await;
        assert_eq!((refused, log), (Err(Code::CredentialUnavailable), Vec::new()));
    }
}

#[tokio::test]
async fn a_wrong_host_key_gets_nothing() {
    let credentials = sealed("lab: {password: s3cret}");
    let other = |_: &Plan, config| (config, HostKeyPin::Key(key().public_key().clone()));
    let (refused, log) = visit(password("s3cret"), entry("lab"), &credentials, other).await;
    assert_eq!((refused, log), (Err(Code::DeviceHostKey), Vec::new()));
    // A key of another kind: there is nothing to agree on.
    let kind = |_: &Plan, config| {
        let other = PrivateKey::random(&mut rand::rng(), Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 });
        (config, HostKeyPin::Key(other.expect("key").public_key().clone()))
    };
    let (refused, log) = visit(password("s3cret"), entry("lab"), &credentials, kind).await;
    assert_eq!((refused, log), (Err(Code::DeviceHostKey), Vec::new()));
    // A key that nobody agrees to.
    let kind = |_: &Plan, config| {
        let other = PrivateKey::random(&mut rand::rng(), Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 });
        (config, HostKeyPin::Key(other.expect("key").public_key().clone()))
    };
    let (refused, log) = visit(password("s3cret"), entry("lab"), &credentials, kind).await;
    assert_eq!((refused, log), (Err(Code::DeviceHostKey), Vec::new()));
}

fn vouched(ca: &PrivateKey, host_key: &PrivateKey, host: &str, seconds: i64) -> Certificate {
    let at = now().seconds();
    let time = |seconds: i64| u64::try_from(seconds).expect("time");
    let key = host_key.public_key();
    let (after, before) = (time(at - 3600), time(at + seconds));
    let mut builder = Builder::new_with_random_nonce(&mut rand::rng(), key, after, before).expect("builder");
    builder.cert_type(CertType::Host).expect("type").valid_principal(host).expect("principal");
    builder.sign(ca).expect("sign")
}

#[tokio::test]
async fn a_host_certificate_must_be_of_the_authority_and_of_the_host() {
    let credentials = sealed("lab: {password: s3cret}");
    let ca = key();
    for (signer, host, seconds, wanted) in [
        (Some(&ca), "127.0.0.1", 60, Ok("password")),
        (Some(&ca), "127.0.0.2", 60, Err(Code::DeviceHostKey)),
        (Some(&ca), "127.0.0.1", -60, Err(Code::DeviceHostKey)),
        (Some(&key()), "127.0.0.1", 60, Err(Code::DeviceHostKey)),
        (None, "127.0.0.1", 60, Err(Code::DeviceHostKey)),
    ] {
        let change = |plan: &Plan, config: SimConfig| {
            let host_certificate = signer.map(|signer| vouched(signer, &plan.host_key, host, seconds));
            (SimConfig { host_certificate, ..config }, HostKeyPin::Authority(ca.public_key().clone()))
        };
        let (dialled, log) = visit(password("s3cret"), entry("lab"), &credentials, change).await;
        assert_eq!(dialled, wanted, "{host} {seconds}");
        assert!(dialled.is_ok() || log.is_empty(), "{log:?}");
    }
}

#[tokio::test]
async fn nobody_at_home_is_unreachable() {
    let plan = Plan::new(Dialect::Frr, Behaviour::default());
    let sim = Sim::start(plan.router(plan.by_certificate())).await.expect("router");
    let book = Book::new().await;
    let target = plan.target(plan.device(&sim, plan.pinned(), certificate()), &book.open);
    sim.shutdown().await;
    let credentials = Credentials::new(Some(plan.ca.clone()), None);
    let refused = dial(&target, &credentials, &limits(Duration::from_secs(5))).await.map(drop);
    assert_eq!(refused.map_err(|fault| fault.code), Err(Code::DeviceUnreachable));
}

/// Somebody who listens and never says a word, or the wrong ones.
#[tokio::test]
async fn a_mute_or_babbling_peer_is_given_up() {
    for (says, code) in
        [(b"".as_slice(), Code::DeviceTimeout), (b"HTTP/1.0 400 Bad Request\r\n\r\n", Code::DeviceTimeout)]
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listen");
        let port = listener.local_addr().expect("address").port();
        let peer = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("accept");
            tokio::io::AsyncWriteExt::write_all(&mut stream, says).await.expect("write");
            let mut heard = Vec::new();
            // Ends when the gate has hung up.
            let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut heard).await;
        });
        let plan = Plan::new(Dialect::Frr, Behaviour::default());
        let sim = Sim::start(plan.router(plan.by_certificate())).await.expect("router");
        let book = Book::new().await;
        let mut device = plan.device(&sim, plan.pinned(), certificate());
        device.port = port;
        let mut limits = limits(Duration::from_secs(5));
        limits.device_connect = Duration::from_millis(300);
        let credentials = Credentials::new(Some(plan.ca.clone()), None);
        let refused = dial(&plan.target(device, &book.open), &credentials, &limits).await.map(drop);
        assert_eq!(refused.map_err(|fault| fault.code), Err(code));
        peer.await.expect("the gate hangs up");
    }
}

#[tokio::test]
async fn a_prompt_that_no_grammar_knows_is_no_session() {
    let mut plan = Plan::new(Dialect::Frr, Behaviour::default());
    plan.hostname = "two words";
    let sim = Sim::start(plan.router(plan.by_certificate())).await.expect("router");
    let book = Book::new().await;
    let target = plan.target(plan.device(&sim, plan.pinned(), certificate()), &book.open);
    let mut limits = limits(Duration::from_secs(5));
    limits.device_connect = Duration::from_secs(2);
    let credentials = Credentials::new(Some(plan.ca.clone()), None);
    let refused = dial(&target, &credentials, &limits).await.map(drop).expect_err("no session");
    assert_eq!(refused.code, Code::DevicePrompt);
    assert!(refused.detail.contains("`two words# `"), "{}", refused.detail);
}

#[tokio::test]
async fn a_device_that_talks_and_talks_is_given_up() {
    let banner = Some("x".repeat(300 * 1024));
    let plan = Plan::new(Dialect::Frr, Behaviour { banner, ..Behaviour::default() });
    assert_eq!(try_dial(&plan).await.map(drop).map_err(|fault| fault.code), Err(Code::DevicePrompt));
}

#[tokio::test]
async fn what_a_device_opens_is_refused() {
    let plan = Plan::new(Dialect::Frr, Behaviour { opens_channel: true, ..Behaviour::default() });
    let mut bench = try_dial(&plan).await.unwrap_or_else(|fault| panic!("{fault}"));
    // The answer comes after the router has heard of the refusal or is about to.
    bench.run("show version").await;
    for _ in 0..200 {
        if bench.sim.log().contains(&SimEvent::ChannelOpened { accepted: false }) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", bench.sim.log());
}

#[test]
fn a_sealed_file_says_what_is_wrong_and_no_secret() {
    let file: Arc<str> = "sealed.yaml".into();
    let rsa_like = "-----BEGIN RSA PRIVATE KEY-----";
    for text in [
        "a: {password: hunter2, key: hunter2}",
        "a: {}",
        "a: {password: ''}",
        "a: {pasword: hunter2}",
        "a: {password: hunter2}\na: {password: hunter3}",
        "a: hunter2",
        "- hunter2",
        "a: {password: [hunter2]}",
        "a: {password: &x hunter2}\nb: {password: *x}",
        "a: {key_file: hunter2}",
        "a: {key_file: /nowhere/at/all}",
        &format!("a: {{key: '{rsa_like}hunter2'}}"),
    ] {
        let problems = Sealed::parse(&file, text.as_bytes()).expect_err(text);
        let shown = format!("{problems} {problems:?}");
        // A path is named, and is no secret.
        assert!(!shown.contains("hunter") || text.contains("key_file"), "{shown}");
        assert!(shown.starts_with("sealed.yaml:"), "{shown}");
    }
    let good = Sealed::parse(&file, b"a: {password: hunter2}").expect("good");
    assert!(good.has("a") && !good.has("b"));
    let shown = format!("{good:?}") + &format!("{:?}", Credentials::new(Some(key()), Some(good)));
    assert!(!shown.contains("hunter"), "{shown}");
}

#[test]
fn a_sealed_file_is_ours_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("sealed.yaml");
    crate::sys::write_new_secret(&path, b"a: {password: hunter2}").expect("write");
    assert!(Sealed::read(&path).expect("good").has("a"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("mode");
    assert!(Sealed::read(&path).expect_err("open to others").to_string().contains("chmod 600"));
}

#[test]
fn a_link_is_no_sealed_file() {
    let dir = tempfile::tempdir().expect("dir");
    let (path, link) = (dir.path().join("sealed.yaml"), dir.path().join("link"));
    crate::sys::write_new_secret(&path, b"a: {password: hunter2}").expect("write");
    std::os::unix::fs::symlink(&path, &link).expect("link");
    assert!(Sealed::read(&link).expect_err("a link").to_string().contains("symbolic link"));
}
