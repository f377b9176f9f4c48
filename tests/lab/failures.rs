//! Devices that are not there or are not the right ones, and a disk that is full: one clear line, one record with a
//! stable code.

use std::process::Command;

use tempfile::TempDir;

use super::client::{agent, alice};
use super::process::output;
use super::site::Lab;

#[test]
fn a_device_that_cannot_be_used_is_one_line_and_one_record() {
    let lab = Lab::start();
    let (r1, r2) = (lab.router("r1"), lab.router("r2"));
    for (device, code) in [
        ("closed", "DEVICE_UNREACHABLE"),
        ("impostor", "DEVICE_HOST_KEY"),
        ("stranger", "DEVICE_HOST_KEY"),
        ("locked", "DEVICE_AUTH"),
    ] {
        let (token, mark1, mark2) = (lab.read_token(device), r1.mark(), r2.mark());
        let seen = lab.exec(agent(device, &token.text), "show bgp summary");
        assert_eq!(seen.status, Some(126), "{device}: {}", seen.text());
        assert_eq!(seen.text().lines().count(), 1, "{device}: {}", seen.text());
        assert!(seen.text().contains(&format!("[{code}]")), "{device}: {}", seen.text());
        let chain = lab.timeline(&token.txn);
        let told: Vec<_> = chain.iter().filter(|record| record["code"] == code).collect();
        assert_eq!(told.len(), 1, "{device}: {chain:#?}");
        assert_eq!(told[0]["kind"], "session.close", "{device}");
        // Not even a login succeeded on the other side.
        let log = r1.sshd_since(&mark1) + &r2.sshd_since(&mark2);
        assert!(!log.contains("Accepted publickey"), "{device}: {log}");
        r1.assert_untouched_since(&mark1);
        r2.assert_untouched_since(&mark2);
    }
    lab.assert_ledger_verifies();
}

#[test]
fn an_unknown_device_or_principal_hears_nothing_exact() {
    let lab = Lab::start();
    for (account, device) in [("alice", "nowhere"), ("alice", "r1+r2"), ("net-mcp", "nowhere")] {
        let who = super::client::Visitor { account, device, token: None };
        let seen = lab.exec(who, "show version");
        assert_eq!(seen.status, Some(255), "{account}+{device}: {}", seen.text());
        assert!(!seen.text().contains("UNKNOWN"), "{account}+{device}: {}", seen.text());
    }
}

/// A file system of its own, so that it can be full.
struct Disk(TempDir);

impl Disk {
    fn of(size: &str) -> Self {
        let disk = Self(tempfile::tempdir().expect("dir"));
        output(
            Command::new("mount")
                .args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"])
                .arg(disk.0.path()),
        );
        disk
    }

    fn grow(&self, size: &str) {
        output(Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(self.0.path()));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The gate may still have it open when a test has failed.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn on_a_full_disk_nothing_runs_and_all_is_well_when_there_is_space_again() {
    let disk = Disk::of("768k");
    let db = disk.0.path().join("ledger.db").display().to_string();
    let mut lab = Lab::start_with(|text| text.replace("path: ledger.db", &format!("path: {db}")));
    let r1 = lab.router("r1");
    let mark = r1.mark();
    // Lines that differ from their neighbours, so that the router's log has every one.
    let lines = "show version\nshow bgp summary\n".repeat(400);
    let seen = lab.piped(alice("r1"), lines.as_bytes());
    assert!(seen.text().contains("[LEDGER_FULL]"), "{}", seen.text().lines().last().unwrap_or_default());
    assert_ne!(seen.status, Some(0));
    let ran = r1.typed_since(&mark).len();
    assert!((1..800).contains(&ran), "{ran} commands ran");
    let refused = lab.exec(alice("r1"), "show version");
    assert_ne!(refused.status, Some(0), "no record, no session: {}", refused.text());
    assert_eq!(r1.typed_since(&mark).len(), ran, "no record, no command");

    disk.grow("64m");
    super::process::eventually("the gate writes again", || {
        lab.exec(alice("r1"), "show version").status == Some(0)
    });
    lab.stop();
    let query = [
        "ledger",
        "query",
        "--db",
        &db,
        "--verdict",
        "permit",
        "--command",
        "show",
        "--limit",
        "5000",
        "--json",
    ];
    let decided = lab.portcullis(&query).out.lines().count();
    assert!(decided > ran, "{decided} decisions for {ran} commands and one more");
    let unsettled = lab.portcullis(&["ledger", "query", "--db", &db, "--state", "unmatched"]);
    assert_eq!(unsettled.status, Some(1), "every start has a stop: {}", unsettled.text());
    let verified = lab.portcullis(&["ledger", "verify", "--db", &db]);
    assert_eq!(verified.status, Some(0), "{}", verified.text());
}
