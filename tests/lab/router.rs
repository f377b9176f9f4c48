//! The routers, looked at past the gate.

use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Seen, output, run};

/// The lab that `tests/lab/up` brought up.
pub(crate) struct Routers {
    /// Its state directory.
    pub(crate) dir: PathBuf,
    facts: BTreeMap<String, String>,
}

/// One router.
pub(crate) struct Router {
    /// Its management address; empty where it has none.
    pub(crate) address: String,
    /// The account on it.
    pub(crate) user: String,
    lab: PathBuf,
    dir: PathBuf,
    namespace: String,
}

/// A mark in what a router has written down, to see what came after it.
pub(crate) struct Mark {
    lines: usize,
    sshd: usize,
    frr: usize,
    config: String,
}

impl Routers {
    /// The lab named in the environment.
    pub(crate) fn standing() -> Self {
        let dir = std::env::var_os("PORTCULLIS_LAB").map(PathBuf::from).expect(
            "PORTCULLIS_LAB is not set: these tests need real routers, run them with `tests/lab/run`",
        );
        let facts = read_to_string(dir.join("env")).expect("the lab's file `env`");
        let facts = facts.lines().filter_map(|line| line.split_once('='));
        let facts = facts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { dir, facts }
    }

    /// A fact about the lab.
    pub(crate) fn fact(&self, name: &str) -> &str {
        self.facts.get(name).unwrap_or_else(|| panic!("the lab's file `env` has no {name}"))
    }

    /// A key of the lab's authorities.
    pub(crate) fn authority(&self, name: &str) -> PathBuf {
        self.dir.join("ca").join(name)
    }

    /// A router by its name.
    pub(crate) fn router(&self, name: &str) -> Router {
        Router {
            // The twins have none: nobody logs in there.
            address: self.facts.get(&format!("LAB_{}", name.to_uppercase())).cloned().unwrap_or_default(),
            user: self.fact("LAB_USER").to_owned(),
            lab: self.dir.clone(),
            dir: self.dir.join(name),
            namespace: format!("{}-{name}", self.fact("LAB_NS")),
        }
    }
}

impl Router {
    /// Its host key, as configuration and `known_hosts` write it.
    pub(crate) fn host_key(&self) -> String {
        public_key(&self.dir.join("host_key"))
    }

    /// One command over SSH, not through the gate.
    pub(crate) fn direct(&self, command: &str) -> Seen {
        let key = self.lab.join("ca/direct");
        let mut ssh = Command::new("ssh");
        ssh.args([
            "-F",
            "none",
            "-T",
            "-o",
            "BatchMode=yes",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "IdentityAgent=none",
        ]);
        ssh.args(["-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR"]);
        ssh.args(["-o", &format!("UserKnownHostsFile={}", self.lab.join("known_hosts").display())]);
        ssh.arg("-i").arg(&key).args(["-o", &format!("CertificateFile={}-cert.pub", key.display())]);
        ssh.arg(format!("{}@{}", self.user, self.address)).arg(command);
        run(&mut ssh, b"")
    }

    /// One command in the router's own shell: leaves nothing in [`Self::lines`].
    pub(crate) fn vtysh(&self, command: &str) -> String {
        let mut vtysh = Command::new("vtysh");
        vtysh.arg("--vty_socket").arg(self.dir.join("run")).arg("--config_dir").arg(self.dir.join("etc"));
        output(vtysh.args(["-H", "/dev/null", "-c", command]))
    }

    /// Lines typed into one vtysh, as a person does, with its prompts and what it answers. The last prompt is there.
    pub(crate) fn typed_in_one_session(&self, lines: &[&str]) -> String {
        let mut vtysh = Command::new("vtysh");
        vtysh.arg("--vty_socket").arg(self.dir.join("run")).arg("--config_dir").arg(self.dir.join("etc"));
        // Wide, so that nothing wraps; without a pager.
        vtysh.args(["-H", "/dev/null"]).env("COLUMNS", "500").env("TERM", "dumb").env_remove("VTYSH_PAGER");
        let seen = run(&mut vtysh, format!("{}\n", lines.join("\n")).as_bytes());
        assert_eq!(seen.status, Some(0), "{lines:?}: {}", seen.text());
        seen.out
    }

    /// Every line that came over SSH, in order; a line equal to the one before it is not there again.
    pub(crate) fn lines(&self) -> Vec<String> {
        read_to_string(self.dir.join("lines")).expect("lines").lines().map(str::to_owned).collect()
    }

    /// What sshd wrote.
    pub(crate) fn sshd_log(&self) -> String {
        read_to_string(self.dir.join("log/sshd.log")).expect("sshd.log")
    }

    fn frr_log(&self) -> String {
        read_to_string(self.dir.join("log/frr.log")).expect("frr.log")
    }

    /// Whether the kernel has the interface up.
    pub(crate) fn link_is_up(&self, interface: &str) -> bool {
        let link =
            output(Command::new("ip").args(["-n", &self.namespace, "-o", "link", "show", "dev", interface]));
        let flags = link.split(['<', '>']).nth(1).unwrap_or_else(|| panic!("no flags in {link}"));
        flags.split(',').any(|flag| flag == "UP")
    }

    /// Whether its one BGP session is established.
    pub(crate) fn bgp_is_established(&self) -> bool {
        self.vtysh("show bgp summary json").contains("\"state\":\"Established\"")
    }

    /// Whether besides each side has the other's one route, so that the summary stands still.
    pub(crate) fn bgp_has_settled(&self) -> bool {
        let summary = self.vtysh("show bgp summary json");
        ["\"state\":\"Established\"", "\"pfxRcd\":1,", "\"pfxSnt\":2,"]
            .iter()
            .all(|part| summary.contains(part))
    }

    /// Remembers where the router's logs end and how it is configured.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            lines: self.lines().len(),
            sshd: self.sshd_log().len(),
            frr: self.frr_log().len(),
            config: self.vtysh("show running-config"),
        }
    }

    /// The lines typed since `mark`, without those that prepare or end a session.
    pub(crate) fn typed_since(&self, mark: &Mark) -> Vec<String> {
        let lines = self.lines().into_iter().skip(mark.lines);
        lines.filter(|line| !line.starts_with("terminal ") && line != "exit").collect()
    }

    /// What sshd wrote since `mark`.
    pub(crate) fn sshd_since(&self, mark: &Mark) -> String {
        self.sshd_log().get(mark.sshd..).unwrap_or_default().to_owned()
    }

    /// What the daemons were given since `mark`, by their own log, without what every session and look brings.
    fn given_since(&self, mark: &Mark) -> Vec<String> {
        let log = self.frr_log();
        let own = ["enable", "disable", "exit", "end", "show running-config", "do write terminal"];
        let given = log.get(mark.frr..).unwrap_or_default().lines().filter_map(given);
        given.filter(|line| !own.contains(line)).map(str::to_owned).collect()
    }

    /// Nothing that was asked for since `mark` is anywhere on the router.
    pub(crate) fn assert_untouched_since(&self, mark: &Mark) {
        assert_eq!(self.typed_since(mark), [""; 0], "vtysh got lines");
        assert_eq!(self.vtysh("show running-config"), mark.config, "the configuration changed");
        assert_eq!(self.given_since(mark), [""; 0], "the daemons were given commands");
    }
}

/// The command in a line of FRR's log, when it tells of one: `log commands` writes `vty[N]@MODE# command`.
fn given(line: &str) -> Option<&str> {
    let (_, told) = line.split_once(" vty[")?;
    let (_, command) = told.split_once(['#', '>'])?;
    let command = command.trim();
    (!command.starts_with("terminal ")).then_some(command)
}

/// Algorithm and key of the public half of `key`.
pub(crate) fn public_key(key: &Path) -> String {
    let text = read_to_string(key.with_extension("pub")).expect("public key");
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// The marks themselves must be able to fail: what is typed past the gate is seen.
#[test]
fn what_reaches_a_router_is_seen() {
    let r1 = Routers::standing().router("r1");
    let quiet = r1.mark();
    r1.direct("terminal length 0");
    r1.assert_untouched_since(&quiet);
    r1.direct("reload");
    r1.direct("show bgp summary");
    assert_eq!(r1.typed_since(&quiet), ["reload", "show bgp summary"]);
    assert!(r1.sshd_since(&quiet).contains("ID direct (serial 0)"));
    let mark = r1.mark();
    r1.direct("configure terminal\ninterface lo\ndescription seen\nend");
    assert_ne!(r1.vtysh("show running-config"), mark.config);
    assert!(r1.given_since(&mark).contains(&"description seen".to_owned()), "{:?}", r1.given_since(&mark));
    r1.direct("configure terminal\nno interface lo\nend");
    assert!(r1.link_is_up("eth1") && r1.link_is_up("mgmt0"));
}
