//! Real clients of the gate: OpenSSH in every way it can be used, and netmiko.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::process::{Running, Seen, run};
use super::site::Lab;

/// Who logs in, on which device, with which token.
#[derive(Clone, Copy)]
pub(crate) struct Visitor<'a> {
    /// The principal.
    pub(crate) account: &'a str,
    /// The device.
    pub(crate) device: &'a str,
    /// The token, brought in the environment.
    pub(crate) token: Option<&'a str>,
}

/// Alice, who may read, without a token.
pub(crate) fn alice(device: &str) -> Visitor<'_> {
    Visitor { account: "alice", device, token: None }
}

/// The MCP server with a token.
pub(crate) fn agent<'a>(device: &'a str, token: &'a str) -> Visitor<'a> {
    Visitor { account: "net-mcp", device, token: Some(token) }
}

impl Lab {
    /// One exec request.
    pub(crate) fn exec(&self, who: Visitor<'_>, command: &str) -> Seen {
        run(self.ssh(who).arg("-T").arg(self.target(who)).arg(command), b"")
    }

    /// A shell without a pty that is given `lines` at once.
    pub(crate) fn piped(&self, who: Visitor<'_>, lines: &[u8]) -> Seen {
        run(self.ssh(who).arg("-T").arg(self.target(who)), lines)
    }

    /// A shell on a pty, held open.
    pub(crate) fn pty(&self, who: Visitor<'_>) -> Running {
        Running::start(self.ssh(who).arg("-tt").arg(self.target(who)))
    }

    /// One exec request of an account that brings its token as the answer to `Password: `, which OpenSSH gets from an
    /// askpass program.
    pub(crate) fn exec_with_password(&self, device: &str, token: &str, command: &str) -> Seen {
        let who = Visitor { account: "net-ask", device, token: None };
        let askpass = self.path("askpass");
        write_program(
            &askpass,
            &format!(
                "#!/bin/sh\nprintf '%s\\n' \"$1\" >>'{}'\nprintf '%s\\n' '{token}'\n",
                self.path("asked").display()
            ),
        );
        let mut ssh = self.ssh(who);
        ssh.args(["-o", "NumberOfPasswordPrompts=1"]);
        ssh.env("SSH_ASKPASS", askpass).env("SSH_ASKPASS_REQUIRE", "force").env("DISPLAY", ":0");
        run(ssh.arg("-T").arg(self.target(who)).arg(command), b"")
    }

    /// netmiko: logs in by key, with a token as the password where there is one, and sends `commands`. Says how it failed
    /// when it failed.
    pub(crate) fn netmiko(
        &self,
        account: &str,
        device: &str,
        token: Option<&str>,
        more: &[&str],
    ) -> Result<Value, String> {
        let python = std::env::var("LAB_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut netmiko = Command::new(python);
        netmiko.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/netmiko_read.py"));
        netmiko.args(["--port", &self.port().to_string(), "--user", &format!("{account}+{device}")]);
        netmiko.arg("--key").arg(self.key(account)).arg("--known-hosts").arg(self.known_hosts()).args(more);
        // An argument would show in the list of processes.
        if let Some(token) = token {
            netmiko.env("LAB_TOKEN", token);
        }
        let seen = run(&mut netmiko, b"");
        let answer = (seen.status == Some(0)).then(|| serde_json::from_str(&seen.out).ok()).flatten();
        answer.ok_or_else(|| seen.text())
    }

    fn target(&self, who: Visitor<'_>) -> String {
        format!("{}+{}@127.0.0.1", who.account, who.device)
    }

    fn ssh(&self, who: Visitor<'_>) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-p", &self.port().to_string(), "-o", "LogLevel=ERROR"]);
        // Only an account that brings its token as a password is ever asked for one.
        let batch = if who.account == "net-ask" { "BatchMode=no" } else { "BatchMode=yes" };
        for option in [batch, "IdentitiesOnly=yes", "IdentityAgent=none", "SendEnv=PORTCULLIS_INTENT"] {
            ssh.args(["-o", option]);
        }
        ssh.args(["-o", "StrictHostKeyChecking=yes", "-o", "GlobalKnownHostsFile=none"]);
        ssh.args(["-o", &format!("UserKnownHostsFile={}", self.known_hosts().display())]);
        ssh.arg("-i").arg(self.key(who.account)).env_remove("PORTCULLIS_INTENT");
        if let Some(token) = who.token {
            ssh.env("PORTCULLIS_INTENT", token);
        }
        ssh
    }
}

fn write_program(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o700)
        .open(path)
        .expect("program");
    file.write_all(text.as_bytes()).expect("program");
}
