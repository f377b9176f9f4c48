//! A secret reaches the router and nobody else: not the ledger, not the log, not what the client is told.

use std::fs::File;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use portcullis::sim::Behaviour;

use super::super::harness::until;
use super::{ALL, Cli, Yard};

const SECRET: &str = "S3cretPw";

/// Lines with a secret, each with what is recorded of it.
fn lines(cli: &Cli) -> &'static [(&'static str, &'static str)] {
    match cli.device {
        "ios" => &[
            ("username bob secret S3cretPw", "username bob secret <redacted>"),
            ("snmp-server community S3cretPw RO", "snmp-server community <redacted> RO"),
        ],
        "nxos" => &[
            ("username bob password S3cretPw", "username bob password <redacted>"),
            ("snmp-server community S3cretPw ro", "snmp-server community <redacted> ro"),
        ],
        "xr" => &[
            ("username bob secret S3cretPw", "username bob secret <redacted>"),
            ("snmp-server community S3cretPw RO", "snmp-server community <redacted> RO"),
        ],
        "eos" => &[
            ("username bob secret S3cretPw", "username bob secret <redacted>"),
            ("snmp-server community S3cretPw ro", "snmp-server community <redacted> ro"),
        ],
        "junos" => &[
            (
                "set system login user bob authentication encrypted-password \"$6$S3cretPw\"",
                "set system login user bob authentication encrypted-password <redacted>",
            ),
            ("set snmp community S3cretPw", "set snmp community <redacted>"),
        ],
        _ => &[("password S3cretPw", "password <redacted>")],
    }
}

/// A copy from a place whose address has a password.
fn copy(cli: &Cli) -> Option<&'static str> {
    match cli.device {
        "ios" => Some("copy ftp://u:S3cretPw@192.0.2.9/x flash:"),
        "nxos" => Some("copy ftp://u:S3cretPw@192.0.2.9/x bootflash:x"),
        "xr" => Some("copy ftp://u:S3cretPw@192.0.2.9/x harddisk:x"),
        "eos" => Some("copy ftp://u:S3cretPw@192.0.2.9/x flash:x"),
        _ => None,
    }
}

/// The gate as a process of its own, whose log is kept.
struct Gate(Child);

impl Gate {
    fn start(yard: &mut Yard) -> Self {
        yard.lab.stop();
        let config = yard.lab.site.config();
        let text = std::fs::read_to_string(&config).expect("configuration");
        std::fs::write(&config, text.replace("127.0.0.1:0", &yard.lab.gate.to_string()))
            .expect("configuration");
        let log = File::create(yard.lab.dir().join("log")).expect("log");
        let mut gate = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        gate.arg("run").arg("--config").arg(config).env("PORTCULLIS_LOG", "portcullis=trace,info");
        let gate = gate.stdin(Stdio::null()).stdout(log.try_clone().expect("log")).stderr(log).spawn();
        let gate = Self(gate.expect("gate"));
        until(|| TcpStream::connect(yard.lab.gate).is_ok());
        gate
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_secret_reaches_the_router_and_nobody_else() {
    let mut yard = Yard::of(&ALL, &Behaviour::default());
    let gate = Gate::start(&mut yard);
    let mut shown = String::new();
    let mut recorded = Vec::new();
    for cli in &ALL {
        for (line, record) in lines(cli) {
            for way in [Yard::pipe, Yard::pipe_denied] {
                let seen = way(&yard, "carl", cli, &format!("configure\n{line}\n"));
                shown.push_str(&seen.text);
            }
            assert!(yard.ran(cli).iter().any(|ran| ran.ends_with(&format!(": {line}"))), "{line}: {shown}");
            recorded.push(*record);
        }
        if let Some(copy) = copy(cli) {
            shown.push_str(&yard.pipe("carl", cli, &format!("{copy}\n")).text);
            assert!(yard.ran(cli).concat().contains(copy), "{copy}: {shown}");
        }
        // A typing error, and a password at the wrong prompt.
        let typed = "usrname bob secret S3cretPw\rS3cretPw\r";
        let seen = yard.typed_ahead("carl", cli, typed).text;
        assert_eq!(seen.matches("denied [UNRECOGNIZED]").count(), 2, "{seen}");
        assert_eq!(yard.ran(cli), [""; 0]);
    }
    drop(gate);
    // FRR itself repeats what it does not know, to whoever typed it.
    let told = shown.lines().filter(|line| !line.contains("% Unknown command: password"));
    assert!(!told.collect::<Vec<_>>().concat().contains(SECRET), "{shown}");
    let decisions = yard.decisions();
    for record in &recorded {
        let times = recorded.iter().filter(|other| *other == record).count();
        let of: Vec<_> = decisions.iter().filter(|decision| decision["cmd"] == **record).collect();
        assert_eq!(of.len(), times * 2, "{record}: once permitted, once denied");
        assert!(of.iter().all(|decision| decision["sent_hash"].is_string()), "{of:?}");
    }
    let copies = decisions
        .iter()
        .filter(|decision| decision["cmd"].as_str().is_some_and(|cmd| cmd.starts_with("copy ")));
    let copies: Vec<_> =
        copies.map(|decision| (decision["cmd"].as_str().expect("cmd"), &decision["sent_hash"])).collect();
    assert_eq!(copies.len(), 4);
    assert!(copies.iter().all(|(cmd, hash)| cmd.contains("<redacted>") && hash.is_string()), "{copies:?}");
    // The files as they are, whatever is in them.
    let mut files = 0;
    for entry in std::fs::read_dir(yard.lab.dir()).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        if name.starts_with("ledger") || name == "log" {
            files += 1;
            let bytes = std::fs::read(&path).expect("file");
            let there = bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
            assert!(!there, "{name} has the secret");
        }
    }
    assert!(files >= 2, "the ledger and the log");
    let log = std::fs::read_to_string(yard.lab.dir().join("log")).expect("log");
    assert!(log.contains("listening"), "{log}");
}
