//! A planned change really happens on the router, step by step, and nothing beside it does.

use super::client::agent;
use super::process::eventually;
use super::router::Router;
use super::site::Lab;

const ACTION: &str = "request_interface_shutdown";
const LINK: &[(&str, &str)] = &[("interface", "eth1")];
const STEPS: [&str; 4] = ["configure terminal", "interface eth1", "shutdown", "end"];

/// Brings the link back, past the gate, however the test ends.
struct Restore(Router);

impl Restore {
    fn undo(&self) {
        let seen = self.0.direct("configure terminal\ninterface eth1\nno shutdown\nend");
        assert_eq!(seen.status, Some(0), "{}", seen.text());
        eventually("the link is up again", || self.0.link_is_up("eth1"));
        eventually("BGP is established again", || self.0.bgp_has_settled());
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.direct("configure terminal\ninterface eth1\nno shutdown\nend");
        }
    }
}

#[test]
fn a_planned_shutdown_takes_the_link_down_and_it_comes_back() {
    let lab = Lab::start();
    let (r1, r2) = (lab.router("r1"), lab.router("r2"));
    eventually("BGP is established before", || r1.bgp_has_settled() && r2.bgp_has_settled());
    let restore = Restore(lab.router("r1"));
    let (token, mark) = (lab.mint("net-mcp", "r1", ACTION, LINK), r1.mark());

    let seen = lab.piped(agent("r1", &token.text), b"conf t\nint eth1\nshut\nend\n");
    assert_eq!(seen.status, Some(0), "{}", seen.text());
    assert_eq!(r1.typed_since(&mark), STEPS, "canonical words, nothing else");
    eventually("the kernel has the link down", || !r1.link_is_up("eth1"));
    eventually("BGP leaves Established on the other side", || !r2.bgp_is_established());

    let chain = lab.timeline(&token.txn);
    let done: Vec<&str> = chain
        .iter()
        .filter(|record| record["kind"] == "decision" && !record["step"].is_null())
        .filter_map(|record| record["cmd"].as_str())
        .collect();
    assert_eq!(done, STEPS);
    let states: Vec<_> =
        chain.iter().filter(|record| record["kind"] == "outcome").map(|r| &r["state"]).collect();
    assert!(states.len() >= STEPS.len() && states.iter().all(|state| *state == "completed"), "{chain:#?}");

    restore.undo();
    eventually("BGP is established on the other side", || r2.bgp_has_settled());
}

#[test]
fn a_step_beside_the_plan_is_refused_and_aims_at_nothing() {
    let lab = Lab::start();
    let r1 = lab.router("r1");
    for typed in [
        "conf t\nint lo\nshut\nend\n",
        "conf t\nint eth1\nno shut\nend\n",
        "conf t\nconf t\n",
        "int eth1\nshut\n",
    ] {
        let (token, mark) = (lab.mint("net-mcp", "r1", ACTION, LINK), r1.mark());
        let seen = lab.piped(agent("r1", &token.text), typed.as_bytes());
        assert_eq!(seen.status, Some(1), "{typed:?}: {}", seen.text());
        assert!(seen.text().contains("% portcullis: denied ["), "{typed:?}: {}", seen.text());
        let typed_there = r1.typed_since(&mark);
        assert!(
            typed_there.iter().all(|line| STEPS[..2].contains(&line.as_str()) || line == "end"),
            "{typed_there:?}"
        );
        assert!(r1.link_is_up("eth1"), "{typed:?}");
    }
}

#[test]
fn a_token_is_good_once_and_on_its_device_only() {
    let lab = Lab::start();
    let (r1, r2) = (lab.router("r1"), lab.router("r2"));
    let token = lab.read_token("r1");
    let first = lab.exec(agent("r1", &token.text), "show bgp summary");
    assert_eq!(first.status, Some(0), "{}", first.text());
    let (mark1, mark2) = (r1.mark(), r2.mark());
    let again = lab.exec(agent("r1", &token.text), "show bgp summary");
    assert_eq!(again.status, Some(126), "{}", again.text());
    let elsewhere = lab.exec(agent("r2", &lab.read_token("r1").text), "show bgp summary");
    assert_ne!(elsewhere.status, Some(0), "{}", elsewhere.text());
    r1.assert_untouched_since(&mark1);
    r2.assert_untouched_since(&mark2);
    assert_eq!(r1.sshd_since(&mark1) + &r2.sshd_since(&mark2), "", "no device was dialled");
}
