//! The answers, as real routers print them (`\n` line ends here).

use std::fmt::Write;

use super::dialect::Show;
use super::state::{Configuration, Interface};

pub(super) fn interfaces(show: &Show, configuration: &Configuration) -> String {
    configuration.interfaces.iter().map(show.interface).collect()
}

pub(super) fn brief(show: &Show, configuration: &Configuration) -> String {
    let rows = configuration.interfaces.iter().map(show.brief_row);
    rows.fold(show.brief_head.to_owned(), |text, row| text + &row)
}

/// Writing to a string does not fail.
fn written(write: impl FnOnce(&mut String) -> std::fmt::Result) -> String {
    let mut text = String::new();
    let _ = write(&mut text);
    text
}

pub(super) fn cisco_interface(interface: &Interface) -> String {
    let state = if interface.shutdown {
        "administratively down, line protocol is down "
    } else {
        "up, line protocol is up "
    };
    written(|text| {
        writeln!(text, "{} is {state}", interface.name)?;
        writeln!(text, "  Hardware is iGbE, address is 5254.0012.3456 (bia 5254.0012.3456)")?;
        if let Some(description) = &interface.description {
            writeln!(text, "  Description: {description}")?;
        }
        if let Some(address) = &interface.address {
            let address = address.split([' ', '/']).next().unwrap_or_default();
            writeln!(text, "  Internet address is {address}/24")?;
        }
        writeln!(text, "  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec, ")?;
        writeln!(text, "     reliability 255/255, txload 1/255, rxload 1/255")?;
        writeln!(text, "  Encapsulation ARPA, loopback not set")?;
        writeln!(text, "  Last input 00:00:03, output 00:00:02, output hang never")?;
        writeln!(text, "  5 minute input rate 1000 bits/sec, 1 packets/sec")?;
        writeln!(text, "     1042 packets input, 104200 bytes, 0 no buffer")
    })
}

pub(super) fn cisco_row(interface: &Interface) -> String {
    let address = interface.address.as_deref().and_then(|a| a.split([' ', '/']).next());
    let (status, protocol) =
        if interface.shutdown { ("administratively down", "down") } else { ("up", "up") };
    format!(
        "{:<27}{:<16}YES manual {status:<22}{protocol}\n",
        interface.name,
        address.unwrap_or("unassigned")
    )
}

pub(super) fn frr_interface(interface: &Interface) -> String {
    let state = if interface.shutdown { "down" } else { "up, line protocol is up" };
    written(|text| {
        writeln!(text, "Interface {} is {state}", interface.name)?;
        writeln!(text, "  Link ups:       0    last: (never)")?;
        writeln!(text, "  Link downs:     0    last: (never)")?;
        if let Some(description) = &interface.description {
            writeln!(text, "  Description: {description}")?;
        }
        writeln!(text, "  vrf: default")?;
        writeln!(text, "  index 2 metric 0 mtu 1500 speed 10000 ")?;
        writeln!(text, "  Type: Ethernet")?;
        match &interface.address {
            Some(address) => writeln!(text, "  inet {address}"),
            None => Ok(()),
        }
    })
}

pub(super) fn junos_interface(interface: &Interface) -> String {
    let state = if interface.shutdown {
        "Administratively down, Physical link is Down"
    } else {
        "Enabled, Physical link is Up"
    };
    written(|text| {
        writeln!(text, "Physical interface: {}, {state}", interface.name)?;
        writeln!(text, "  Interface index: 148, SNMP ifIndex: 526")?;
        if let Some(description) = &interface.description {
            writeln!(text, "  Description: {description}")?;
        }
        writeln!(text, "  Link-level type: Ethernet, MTU: 1514, Speed: 1000mbps")?;
        writeln!(text, "  Current address: 52:54:00:12:34:56, Hardware address: 52:54:00:12:34:56")?;
        writeln!(text, "  Input rate     : 1000 bps (1 pps)")?;
        writeln!(text, "  Output rate    : 1000 bps (1 pps)")?;
        writeln!(text)
    })
}

pub(super) fn junos_row(interface: &Interface) -> String {
    let state = if interface.shutdown { "down" } else { "up" };
    let address = interface.address.as_deref().unwrap_or_default();
    let row = format!("{:<24}{state:<6}{state:<5}inet     {address}", interface.name);
    format!("{}\n", row.trim_end())
}

/// Of the dialects whose interfaces are blocks that end with `tail`; `family` begins an address.
pub(super) fn running(running: &Configuration, head: &str, family: &str, tail: &str) -> String {
    head.to_owned()
        + &written(|text| {
            writeln!(text, "hostname {}", running.hostname)?;
            for interface in &running.interfaces {
                block(text, interface, family, tail)?;
            }
            for route in &running.routes {
                writeln!(text, "ip route {route}")?;
            }
            for (name, lines) in &running.policies {
                writeln!(text, "route-policy {name}\n{}\nend-policy", lines.join("\n"))?;
            }
            match &running.banner {
                Some(banner) => writeln!(text, "banner motd ^C\n{banner}^C"),
                None => Ok(()),
            }
        })
}

fn block(text: &mut String, interface: &Interface, family: &str, tail: &str) -> std::fmt::Result {
    writeln!(text, "!\ninterface {}", interface.name)?;
    if let Some(description) = &interface.description {
        writeln!(text, " description {description}")?;
    }
    match &interface.address {
        Some(address) => writeln!(text, " {family} address {address}")?,
        None if tail.is_empty() => writeln!(text, " no {family} address")?,
        None => {}
    }
    if interface.shutdown {
        writeln!(text, " shutdown")?;
    }
    text.write_str(tail)
}

pub(super) fn junos_running(running: &Configuration) -> String {
    written(|text| {
        writeln!(text, "set system host-name {}", running.hostname)?;
        for interface in &running.interfaces {
            let name = &interface.name;
            if let Some(description) = &interface.description {
                writeln!(text, "set interfaces {name} description \"{description}\"")?;
            }
            if let Some(address) = &interface.address {
                writeln!(text, "set interfaces {name} unit 0 family inet address {address}")?;
            }
            if interface.shutdown {
                writeln!(text, "set interfaces {name} disable")?;
            }
        }
        for route in &running.routes {
            writeln!(text, "set routing-options static route {route}")?;
        }
        for (name, lines) in &running.policies {
            for line in lines {
                writeln!(text, "set policy-options policy-statement {name} {line}")?;
            }
        }
        Ok(())
    })
}
