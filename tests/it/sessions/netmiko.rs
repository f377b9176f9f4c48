//! netmiko, as scripts use it: its own preparation, a read, a change, its own way out.

use std::path::Path;
use std::process::Command;

use portcullis::sim::Behaviour;
use serde_json::Value;

use super::super::harness::run;
use super::{Cli, EOS, FRR, IOS, JUNOS, NXOS, XR, Yard};

/// One session of netmiko.
fn netmiko(yard: &Yard, cli: &Cli, kind: &str, lines: &[&str]) -> Value {
    let python = std::env::var("LAB_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut netmiko = Command::new(python);
    netmiko.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sessions/netmiko_change.py"));
    netmiko.args(["--type", kind, "--port", &yard.lab.gate.port().to_string()]);
    netmiko.args(["--user", &format!("carl+{}", cli.device)]).arg("--key").arg(yard.lab.site.key("carl"));
    netmiko.arg("--known-hosts").arg(yard.lab.dir().join("known_hosts")).args(lines);
    let seen = run(netmiko, b"");
    assert_eq!(seen.status, Some(0), "{}: {}", cli.device, seen.text);
    serde_json::from_str(seen.text.lines().last().expect("answer")).expect("json")
}

#[test]
#[ignore = "needs a Python with netmiko, named by LAB_PYTHON"]
fn netmiko_reads_and_changes_on_every_platform() {
    let yard = Yard::of(&[IOS, NXOS, XR, EOS, JUNOS, FRR], &Behaviour::default());
    for (cli, kind, version) in [
        (&IOS, "cisco_ios", "Cisco IOS Software"),
        (&NXOS, "cisco_nxos", "Nexus"),
        (&XR, "cisco_xr", "IOS XR"),
        (&EOS, "arista_eos", "Arista"),
        (&JUNOS, "juniper_junos", "JUNOS"),
        (&FRR, "cisco_ios", "FRRouting"),
    ] {
        let port = format!("interface {}", cli.port);
        let lines = match cli.device {
            "junos" => ["set interfaces ge-0/0/1 description gate", "set interfaces ge-0/0/1 disable"],
            _ => [port.as_str(), "description gate"],
        };
        let seen = netmiko(&yard, cli, kind, &lines);
        assert!(seen["version"].as_str().is_some_and(|text| text.contains(version)), "{seen}");
        assert_eq!(seen["prompt"], cli.exec.trim(), "{seen}");
        assert!(!seen["changed"].as_str().is_some_and(|text| text.contains("% portcullis")), "{seen}");
        let description = yard.machine(cli).interface(cli.port).expect("port").description;
        assert_eq!(description.as_deref(), Some("gate"), "{}: {seen}", cli.device);
    }
}
