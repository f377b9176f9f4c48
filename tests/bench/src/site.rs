//! A site of 400 devices, two hundred groups and as many rules as are asked for, as teams of a large network write
//! them: reads by team and place, changes by role, exceptions for single devices, guards for all.

use std::fmt::Write;
use std::path::Path;

use portcullis::config::{Config, Device};
use portcullis::grammar::GrammarSet;
use portcullis::rules::RuleSet;

const SITES: [&str; 10] = ["ber1", "fra1", "fra2", "ham1", "muc1", "lon1", "par1", "ams1", "vie1", "zrh1"];
const ROLES: [&str; 4] = ["leaf", "spine", "core", "edge"];
const ENVS: [&str; 3] = ["prod", "staging", "lab"];

/// The inventory.
pub fn devices() -> Vec<Device> {
    let mut text =
        "gate: bench\nlisten: ['127.0.0.1:0']\nhost_keys: [Cargo.toml]\nsealed: Cargo.toml\nprincipals: []\n\
                    ledger: {path: l.db, key: Cargo.toml}\ndevices:\n"
            .to_owned();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    for n in 0..400 {
        let (site, role, env) = (SITES[n % 10], ROLES[n / 10 % 4], ENVS[n % 3]);
        let platform = if n % 2 == 0 { "cisco_ios" } else { "frr" };
        let _ = writeln!(
            text,
            "- {{name: d{n}, platform: {platform}, address: a, host_key: '{key}', site: {site}, role: {role}, \
             env: {env}, criticality: low, tags: [t{}], login: {{user: u, sealed: s}}}}",
            n % 7
        );
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    Config::parse(&"site.yaml".into(), &text, folder).unwrap_or_else(|problems| panic!("{problems}")).devices
}

/// `count` rules, the shipped ones among them.
pub fn rules(count: usize, grammars: &GrammarSet, devices: &[Device]) -> RuleSet {
    let core = include_str!("../../../rules/core.yaml");
    let mut text = "apiVersion: portcullis/v1\nkind: Rules\nrules:\n".to_owned();
    let own = count.saturating_sub(core.matches("- id:").count());
    (0..own).for_each(|n| rule(&mut text, n));
    let files = [("core.yaml".to_owned(), core.to_owned()), ("site.yaml".to_owned(), text)];
    let rules = RuleSet::compile(&files, grammars, devices).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(rules.len(), count);
    rules
}

fn rule(text: &mut String, n: usize) {
    let (site, role, env) = (SITES[n / 8 % 10], ROLES[n / 8 % 4], ENVS[n / 8 % 3]);
    let team = n / 2 % 200;
    let body = match n % 8 {
        0 => format!(
            "allow, who: {{human: {{groups: [team{team}, noc]}}}}, devices: {{site: {site}}}, do: {{class: [read, terminal]}}"
        ),
        1 => format!(
            "allow, who: {{human: {{groups: team{team}}}}}, devices: {{role: {role}}}, do: {{class: read.sensitive}}"
        ),
        2 => format!(
            "allow, who: {{human: {{groups: team{team}}}, agent: {{groups: netbots}}}}, devices: {{env: {env}}}, do: {{intent: [request_interface_shutdown], class: [config, terminal]}}"
        ),
        3 => format!(
            "allow, who: {{human: {{groups: team{team}}}, agent: none}}, devices: {{env: lab, role: {role}}}, do: {{commands: [configure terminal, 'interface <IFNAME>', shutdown, no shutdown, end]}}"
        ),
        4 => format!(
            "allow, who: {{agent: {{id: 'agent:bot{team}'}}}}, devices: {{not: {{role: core}}}}, do: {{class: [read, terminal]}}"
        ),
        5 => format!(
            "deny, who: {{human: {{sub: user{team}}}}}, devices: {{site: {site}, env: prod}}, do: {{class: [config, disruptive]}}, why: leaves at the end of the month"
        ),
        6 => format!("deny, who: {{agent: any}}, devices: {{name: d{}}}, do: {{class: [config]}}", n % 400),
        _ => format!(
            "deny, who: {{human: {{groups: [team{team}]}}}}, devices: {{tag: t{}}}, do: {{commands: ['show ip bgp neighbors ...', 'clear ip bgp ...']}}",
            n % 7
        ),
    };
    let _ = writeln!(text, "- {{id: s{n:05}, effect: {body}}}");
}
