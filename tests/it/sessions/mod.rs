//! Sessions in every dialect: a gate before routers that would be fooled if it broke a rule of its own.
//!
//! What counts is what the router says it got and became, and what the ledger says was decided.

mod blocks;
mod candidates;
mod exec;
mod live;
mod modes;
mod netmiko;
mod questions;
mod secrets;
mod talk;
mod walking;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use portcullis::cli::demo::site::Plan;
use portcullis::sim::{Behaviour, Dialect, Machine};
use serde_json::Value;

use self::talk::Talk;
use super::harness::{Lab, Seen, Visit, run};

/// How one platform looks. Prompts are whole.
pub(super) struct Cli {
    pub(super) device: &'static str,
    platform: &'static str,
    dialect: Dialect,
    pub(super) exec: &'static str,
    pub(super) config: &'static str,
    /// In `port`.
    pub(super) config_if: &'static str,
    pub(super) config_bgp: &'static str,
    pub(super) port: &'static str,
    pub(super) other: &'static str,
}

pub(super) const IOS: Cli = Cli {
    device: "ios",
    platform: "cisco_ios",
    dialect: Dialect::CiscoIos,
    exec: "ios#",
    config: "ios(config)#",
    config_if: "ios(config-if)#",
    config_bgp: "ios(config-router)#",
    port: "GigabitEthernet0/1",
    other: "GigabitEthernet0/2",
};

pub(super) const NXOS: Cli = Cli {
    device: "nxos",
    platform: "cisco_nxos",
    dialect: Dialect::CiscoNxos,
    exec: "nxos# ",
    config: "nxos(config)# ",
    config_if: "nxos(config-if)# ",
    config_bgp: "nxos(config-router)# ",
    port: "Ethernet1/1",
    other: "Ethernet1/2",
};

pub(super) const XR: Cli = Cli {
    device: "xr",
    platform: "cisco_xr",
    dialect: Dialect::CiscoXr,
    exec: "RP/0/RP0/CPU0:xr#",
    config: "RP/0/RP0/CPU0:xr(config)#",
    config_if: "RP/0/RP0/CPU0:xr(config-if)#",
    config_bgp: "RP/0/RP0/CPU0:xr(config-bgp)#",
    port: "GigabitEthernet0/0/0/1",
    other: "GigabitEthernet0/0/0/2",
};

pub(super) const EOS: Cli = Cli {
    device: "eos",
    platform: "arista_eos",
    dialect: Dialect::AristaEos,
    exec: "eos#",
    config: "eos(config)#",
    config_if: "eos(config-if-Et1)#",
    config_bgp: "eos(config-router-bgp)#",
    port: "Ethernet1",
    other: "Ethernet2",
};

pub(super) const JUNOS: Cli = Cli {
    device: "junos",
    platform: "juniper_junos",
    dialect: Dialect::JuniperJunos,
    exec: "admin@junos> ",
    config: "admin@junos# ",
    config_if: "admin@junos# ",
    config_bgp: "admin@junos# ",
    port: "ge-0/0/1",
    other: "ge-0/0/2",
};

pub(super) const FRR: Cli = Cli {
    device: "frr",
    platform: "frr",
    dialect: Dialect::Frr,
    exec: "frr# ",
    config: "frr(config)# ",
    config_if: "frr(config-if)# ",
    config_bgp: "frr(config-router)# ",
    port: "eth1",
    other: "eth2",
};

/// Those with a mode for each interface.
pub(super) const MODAL: [Cli; 5] = [IOS, NXOS, XR, EOS, FRR];
pub(super) const ALL: [Cli; 6] = [IOS, NXOS, XR, EOS, JUNOS, FRR];

/// Who may what, beside alice, who reads: `carl` configures, `dora` configures interfaces only, `root` does anything.
const ACCOUNTS: [&str; 3] = ["carl", "dora", "root"];

const RULES: &str = "apiVersion: portcullis/v1
kind: Rules
metadata: {name: sessions}
rules:
  - {id: gate, effect: allow, who: {gate: any}, do: {class: terminal}}
  - {id: read, effect: allow, who: {human: {groups: [readers]}}, do: {class: [read, terminal]}}
  - id: interfaces
    effect: allow
    who: {human: {groups: [interfaces]}}
    do: {class: [read, terminal, config]}
  - id: configure
    effect: allow
    who: {human: {groups: [configurators]}}
    do:
      class: [read, read.sensitive, terminal, privilege, config, config.routing, config.save, config.mgmt, config.aaa,
              filesystem]
  - id: all
    effect: allow
    who: {human: {groups: [roots]}}
    do:
      class: [read, read.sensitive, read.heavy, terminal, privilege, config, config.routing, config.save, config.mgmt,
              config.aaa, filesystem, disruptive, write.pipe]
";

/// A gate with routers of any dialect behind it.
pub(super) struct Yard {
    pub(super) lab: Lab,
    lines: RefCell<BTreeMap<String, usize>>,
    decided: RefCell<usize>,
}

impl Yard {
    /// One router for each of `clis`, all with the same faults.
    pub(super) fn of(clis: &[Cli], behaviour: &Behaviour) -> Self {
        Self::with(clis, behaviour, "")
    }

    /// The same with more lines of configuration.
    pub(super) fn with(clis: &[Cli], behaviour: &Behaviour, more: &str) -> Self {
        Self::built(clis, behaviour, more, "")
    }

    /// The same with more rules.
    pub(super) fn ruled(clis: &[Cli], behaviour: &Behaviour, rules: &str) -> Self {
        Self::built(clis, behaviour, "", rules)
    }

    fn built(clis: &[Cli], behaviour: &Behaviour, more: &str, rules: &str) -> Self {
        let plan = |cli: &Cli| Plan {
            name: cli.device,
            platform: cli.platform,
            dialect: cli.dialect,
            behaviour: behaviour.clone(),
        };
        let lab = Lab::of(clis.iter().map(plan).collect(), |text, dir| configured(&text, dir, rules) + more);
        Self { lab, lines: RefCell::default(), decided: RefCell::default() }
    }

    pub(super) fn machine(&self, cli: &Cli) -> Machine {
        self.lab.site.router(cli.device).expect("router").sim.machine().clone()
    }

    /// Mode and text of each line that the router got since this was asked last, but for the preparation of terminals.
    pub(super) fn ran(&self, cli: &Cli) -> Vec<String> {
        let lines = self.machine(cli).lines();
        let before = self.lines.borrow_mut().insert(cli.device.to_owned(), lines.len()).unwrap_or(0);
        let new = lines.into_iter().skip(before).filter(|(_, text)| !prepares(text));
        new.map(|(mode, text)| format!("{mode}: {text}")).collect()
    }

    /// All decisions since this was asked last, but for the preparation of terminals.
    pub(super) fn decisions(&self) -> Vec<Value> {
        let records = self.lab.records();
        let before = self.decided.replace(records.len());
        let decision =
            |record: &Value| record["kind"] == "decision" && !record["cmd"].as_str().is_some_and(prepares);
        records.into_iter().skip(before).filter(decision).collect()
    }

    /// The same in short: verdict, `gate` or `client`, mode, command.
    pub(super) fn decided(&self) -> Vec<String> {
        self.decisions().iter().map(short).collect()
    }

    /// An open terminal of an account.
    pub(super) fn talk(&self, account: &str, cli: &Cli) -> Talk {
        self.opened(account, cli, cli.exec, "-tt")
    }

    /// The same without a terminal, where no key acts by itself.
    pub(super) fn plain(&self, account: &str, cli: &Cli) -> Talk {
        self.opened(account, cli, cli.exec, "-T")
    }

    fn opened(&self, account: &str, cli: &Cli, prompt: &str, option: &str) -> Talk {
        let mut ssh = self.lab.client(&self.lab.site.key(account), true);
        ssh.arg(option).arg(format!("{account}+{}@{}", cli.device, self.lab.gate.ip()));
        Talk::open(ssh, prompt, if option == "-tt" { "\r" } else { "\n" })
    }

    /// The same where the router has another name by now.
    pub(super) fn renamed(&self, cli: &Cli, prompt: &str) -> Talk {
        self.opened("carl", cli, prompt, "-tt")
    }

    /// Lines piped into a shell without a terminal.
    pub(super) fn pipe(&self, account: &str, cli: &Cli, lines: &str) -> Seen {
        self.visit(account, cli, "-T", lines)
    }

    /// The same of somebody who may configure interfaces only.
    pub(super) fn pipe_denied(&self, _: &str, cli: &Cli, lines: &str) -> Seen {
        self.pipe("dora", cli, lines)
    }

    /// Keys typed ahead at a terminal.
    pub(super) fn typed_ahead(&self, account: &str, cli: &Cli, lines: &str) -> Seen {
        self.visit(account, cli, "-tt", lines)
    }

    fn visit(&self, account: &str, cli: &Cli, option: &str, lines: &str) -> Seen {
        let user = format!("{account}+{}", cli.device);
        let visit = Visit { user: &user, key: account, token: None, options: &[option] };
        self.lab.ssh(&visit, &[], lines.as_bytes())
    }
}

fn short(decision: &Value) -> String {
    let text = |name: &str, none: &'static str| decision[name].as_str().unwrap_or(none).to_owned();
    format!("{} {} {}: {}", text("verdict", "?"), text("by", "client"), text("mode", "?"), text("cmd", "-"))
}

fn prepares(text: &str) -> bool {
    text.starts_with("terminal ") || text.starts_with("set cli ")
}

/// More accounts, and rules of the site's own.
fn configured(text: &str, dir: &Path, more: &str) -> String {
    let rules = dir.join("rules");
    std::fs::create_dir_all(rules.join("intents")).expect("folder");
    std::fs::write(rules.join("site.yaml"), format!("{RULES}{more}")).expect("rules");
    let group = |account: &str| match account {
        "carl" => "configurators",
        "dora" => "interfaces",
        _ => "roots",
    };
    let account = |name: &str| {
        let key = dir.join("keys").join(name);
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key);
        assert_eq!(run(keygen, b"").status, Some(0));
        let key = std::fs::read_to_string(key.with_extension("pub")).expect("key");
        let (key, group) = (key.trim(), group(name));
        format!("  - {{name: {name}, kind: person, keys: [\"{key}\"], groups: [{group}], token: none}}\n")
    };
    let accounts = ACCOUNTS.map(account).concat();
    let text = text.replace("principals:\n", &format!("principals:\n{accounts}"));
    text.replace("groups: [noc]", "groups: [readers]") + "rules: rules\n"
}
