use std::path::Path;
use std::time::Duration;

use russh::keys::{Algorithm, PrivateKey, PublicKey};
use tokio::process::Command;

use super::super::*;

struct Lab {
    dir: tempfile::TempDir,
    host_key: PrivateKey,
}

impl Lab {
    /// None without OpenSSH.
    async fn new() -> Option<Self> {
        if !Path::new("/usr/bin/ssh").exists() || !Path::new("/usr/bin/ssh-keygen").exists() {
            println!("skipped: no OpenSSH client here");
            return None;
        }
        let host_key = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).expect("key");
        let lab = Self { dir: tempfile::tempdir().expect("dir"), host_key };
        for name in ["ca", "user", "other"] {
            lab.run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &lab.path(name)]).await;
        }
        Some(lab)
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn public(&self, name: &str) -> PublicKey {
        let path = self.dir.path().join(format!("{name}.pub"));
        let text = crate::sys::read_text(&path, 4096).expect("public key");
        PublicKey::from_openssh(&text).expect("public key")
    }

    async fn run(&self, program: &str, args: &[&str]) -> std::process::Output {
        let mut command = Command::new(program);
        command.args(args).kill_on_drop(true).stdin(std::process::Stdio::null());
        tokio::time::timeout(Duration::from_secs(20), command.output()).await.expect("in time").expect("run")
    }

    async fn certify(&self, ca: &str, principal: &str, validity: &str) {
        let (ca, key) = (self.path(ca), self.path("user.pub"));
        let args =
            ["-q", "-s", &ca, "-I", "pct1:txn-1:S-1", "-z", "42", "-n", principal, "-V", validity, &key];
        assert!(self.run("ssh-keygen", &args).await.status.success());
    }

    async fn ssh(&self, sim: &SimHandle, args: &[&str]) -> (String, Option<i32>) {
        let known = self.path("known_hosts");
        let public = self.host_key.public_key().to_openssh().expect("public key");
        std::fs::write(&known, format!("[127.0.0.1]:{} {public}\n", sim.addr().port())).expect("known hosts");
        let (port, known, key) =
            (sim.addr().port().to_string(), format!("UserKnownHostsFile={known}"), self.path("user"));
        let mut all =
            vec!["-F", "none", "-o", "BatchMode=yes", "-o", &known, "-i", &key, "-p", &port, "-l", "netops"];
        all.extend(["-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"]);
        let (flags, command) =
            args.split_at(args.iter().position(|a| !a.starts_with('-')).unwrap_or(args.len()));
        all.extend(flags);
        all.push("127.0.0.1");
        all.extend(command);
        let output = self.run("ssh", &all).await;
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
    }

    async fn start(&self, dialect: Dialect, auth: SimAuth, behaviour: Behaviour) -> SimHandle {
        let config = SimConfig { behaviour, ..SimConfig::new(dialect, "r1", self.host_key.clone(), auth) };
        Sim::start(config).await.expect("start")
    }

    fn user_ca(&self) -> SimAuth {
        SimAuth::UserCa { ca: self.public("ca"), principal: "net-admin".into(), user: "netops".into() }
    }
}

#[tokio::test]
async fn openssh_logs_in_with_a_certificate() {
    let Some(lab) = Lab::new().await else { return };
    lab.certify("ca", "net-admin", "-1m:+5m").await;
    let sim = lab.start(Dialect::Frr, lab.user_ca(), Behaviour::default()).await;
    let (output, status) = lab.ssh(&sim, &["show version"]).await;
    assert!(output.starts_with("FRRouting 8.4.4 (r1)"), "{output}");
    assert_eq!(status, Some(0));
    let (output, status) = lab.ssh(&sim, &["show foo"]).await;
    assert_eq!((output.as_str(), status), ("% Unknown command: show foo\r\n", Some(1)));
    let login =
        SimEvent::Login { user: "netops".into(), key_id: Some("pct1:txn-1:S-1".into()), serial: Some(42) };
    let log = sim.log();
    assert_eq!(log.iter().filter(|e| **e == login).count(), 2);
    assert!(log.contains(&SimEvent::Opened { session: 1, exec: Some("show version".into()) }));
    sim.shutdown().await;
}

#[tokio::test]
async fn openssh_has_a_terminal_session() {
    let Some(lab) = Lab::new().await else { return };
    let auth = SimAuth::Key { user: "netops".into(), key: lab.public("user") };
    let sim =
        lab.start(Dialect::CiscoIos, auth, Behaviour { opens_channel: true, ..Behaviour::default() }).await;
    let (output, status) = lab.ssh(&sim, &["-tt"]).await;
    // Its input ended at once: nothing was typed.
    assert_eq!((output.as_str(), status), ("\r\nr1#", Some(0)));
    for _ in 0..50 {
        if sim.log().contains(&SimEvent::ChannelOpened { accepted: false }) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?}", sim.log());
}

#[tokio::test]
async fn a_bulk_answer_arrives_whole() {
    let Some(lab) = Lab::new().await else { return };
    let auth = SimAuth::Key { user: "netops".into(), key: lab.public("user") };
    let sim = lab.start(Dialect::Frr, auth, Behaviour { flood_bytes: 8 << 20, ..Behaviour::default() }).await;
    let (output, status) = lab.ssh(&sim, &["show tech-support"]).await;
    assert_eq!((output.len(), status), (8 << 20, Some(0)));
}

#[tokio::test]
async fn only_the_right_certificate_gets_in() {
    let Some(lab) = Lab::new().await else { return };
    let sim = lab.start(Dialect::Frr, lab.user_ca(), Behaviour::default()).await;
    for (ca, principal, validity, why) in [
        ("other", "net-admin", "-1m:+5m", Some("unknown authority")),
        ("ca", "net-reader", "-1m:+5m", Some("principal not named")),
        ("ca", "net-admin", "-10m:-5m", None),
    ] {
        lab.certify(ca, principal, validity).await;
        let before = sim.log().len();
        assert_eq!(lab.ssh(&sim, &["show version"]).await.1, Some(255), "{ca} {principal} {validity}");
        let log = sim.log().split_off(before);
        assert!(log.iter().all(|e| matches!(e, SimEvent::LoginRefused { .. })), "{log:?}");
        let refused = |why: &str| SimEvent::LoginRefused { user: "netops".into(), why: why.into() };
        assert!(why.is_none_or(|why| log.contains(&refused(why))), "{log:?}");
    }
}

#[tokio::test]
async fn shutdown_ends_connections() {
    let Some(lab) = Lab::new().await else { return };
    let auth = SimAuth::Key { user: "netops".into(), key: lab.public("user") };
    let sim = lab.start(Dialect::Frr, auth, Behaviour::default()).await;
    let stop = async {
        while sim.log().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::timeout(Duration::from_secs(5), sim.shutdown()).await.expect("in time");
    };
    let ((_, status), ()) = tokio::join!(lab.ssh(&sim, &["-N"]), stop);
    assert_eq!(status, Some(255));
    assert!(tokio::net::TcpStream::connect(sim.addr()).await.is_err());
}
