//! Devices that are not there or are not the right ones: one clear line, one record with a stable code.

use super::client::agent;
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
