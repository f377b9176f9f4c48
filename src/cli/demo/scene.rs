//! The scenes of the demo: what is asked, what the client saw, what the router saw, and whether that is right.

use std::io;
use std::net::SocketAddr;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::super::ledger::timeline_text;
use super::super::say;
use super::client::{Client, Errand};
use super::site::Site;
use crate::ledger::note::Verifier;
use crate::ledger::{self, Settings};
use crate::sim::client::{Seen, Visit};
use crate::terms::CorrelationId;
use crate::terms::problem::printable;

/// One errand and what must come of it.
struct Scene {
    title: &'static str,
    account: &'static str,
    device: &'static str,
    /// Intent and parameters of the token; none for a person.
    intent: Option<(&'static str, &'static [(&'static str, &'static str)])>,
    visit: Visit,
    /// What the client's output must contain.
    shows: &'static str,
    /// Every line that reaches the router, session preparation aside, in order.
    router_runs: &'static [&'static str],
}

fn scenes() -> Vec<Scene> {
    let lines = |lines: &[&str]| Visit::Lines(lines.iter().map(|line| (*line).to_owned()).collect());
    let exec = |line: &str| Visit::Exec(line.as_bytes().to_vec());
    vec![
        Scene {
            title: "an agent reads, with a token for just that",
            account: "net-mcp",
            device: "r1",
            intent: Some(("show_bgp_summary", &[])),
            visit: exec("show bgp summary"),
            shows: "Neighbor",
            router_runs: &["show bgp summary"],
        },
        Scene {
            title: "an agent carries out a signed plan, typed in abbreviations",
            account: "net-mcp",
            device: "core1",
            intent: Some(("request_interface_shutdown", &[("interface", "GigabitEthernet0/1")])),
            visit: lines(&["conf t", "int gi0/1", "shut", "end"]),
            shows: "core1(config-if)#",
            router_runs: &["configure terminal", "interface GigabitEthernet0/1", "shutdown", "end"],
        },
        Scene {
            title: "an agent with a token for reading types `relo`",
            account: "net-mcp",
            device: "core1",
            intent: Some(("show_bgp_summary", &[])),
            visit: exec("relo"),
            shows: "denied [INTENT_NOT_IN_PLAN]",
            router_runs: &[],
        },
        Scene {
            title: "a person who may read types `relo`",
            account: "alice",
            device: "core1",
            intent: None,
            visit: exec("relo"),
            shows: "denied [",
            router_runs: &[],
        },
        Scene {
            title: "a person who may read pipes a read into a file",
            account: "alice",
            device: "core1",
            intent: None,
            visit: exec("show run | redirect flash:x"),
            shows: "denied [",
            router_runs: &[],
        },
    ]
}

/// Plays every scene. Whether all of them went as they must.
pub(super) async fn play(site: &Site, gate: SocketAddr, client: &Client) -> io::Result<bool> {
    let mut good = true;
    let mut change = None;
    for (number, scene) in scenes().iter().enumerate() {
        let number = number.saturating_add(1);
        say(&format!("\n{number}. {}", scene.title));
        let txn = CorrelationId::mint(Uuid::now_v7());
        let token = scene
            .intent
            .map(|(action, params)| mint(site, scene.device, action, params, &txn))
            .transpose()?;
        let before = site.ran(scene.device).len();
        let errand = Errand {
            gate,
            account: scene.account,
            device: scene.device,
            token: token.as_deref().map(String::as_str),
            visit: &scene.visit,
        };
        let seen = client.run(site, &errand).await?;
        let ran: Vec<String> = site.ran(scene.device).into_iter().skip(before).collect();
        good &= tell(scene, &seen, &ran);
        if scene.visit_is_change() {
            change = Some(txn);
        }
    }
    if let Some(txn) = change {
        say(&format!("\nThe ledger on the change, as `portcullis ledger timeline {txn}` shows it:\n"));
        say(&timeline_text(&site.ledger(), &txn).await.map_err(io::Error::other)?);
    }
    Ok(good)
}

impl Scene {
    fn visit_is_change(&self) -> bool {
        matches!(self.visit, Visit::Lines(_))
    }
}

fn tell(scene: &Scene, seen: &Seen, ran: &[String]) -> bool {
    let typed = match &scene.visit {
        Visit::Exec(line) => String::from_utf8_lossy(line).into_owned(),
        Visit::Lines(lines) => lines.join(" / "),
    };
    let output = String::from_utf8_lossy(&seen.output);
    say(&format!("   {}@{} typed   {typed}", scene.account, scene.device));
    for line in output.lines().filter(|line| !line.trim().is_empty()) {
        say(&format!("   client saw   {}", printable(line.trim_end())));
    }
    say(&format!("   exit status  {}", seen.status.map_or("none".to_owned(), |status| status.to_string())));
    match ran {
        [] => say("   router ran   nothing"),
        ran => ran.iter().for_each(|line| say(&format!("   router ran   {}", printable(line)))),
    }
    let right = output.contains(scene.shows) && ran == scene.router_runs;
    say(if right { "   as it should be" } else { "   FAILED: not as it should be" });
    right
}

/// A token for one action.
pub(super) fn mint(
    site: &Site,
    device: &str,
    action: &str,
    params: &[(&str, &str)],
    txn: &CorrelationId,
) -> io::Result<Zeroizing<String>> {
    site.sign(&site.order(device, action, params, txn)?)
}

/// The ledger after the gate has stopped, verified with the key that signs its checkpoints and with the checkpoint
/// that was kept while it ran.
pub(super) async fn proof(
    site: &Site,
    settings: &Settings,
    kept: Option<&str>,
) -> io::Result<(bool, String)> {
    let key = Verifier::of(&settings.origin, &settings.key);
    let report = ledger::verify(&site.ledger(), Some(&key), kept).await.map_err(io::Error::other)?;
    Ok((
        report.is_good(),
        format!("\nThe ledger, verified with its key and a checkpoint kept elsewhere: {report}"),
    ))
}
