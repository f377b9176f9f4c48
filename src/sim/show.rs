//! The answers, as real routers print them (`\n` line ends here).

use std::fmt::Write;

use super::machine::{Dialect, Interface, State};

pub(super) fn version(dialect: Dialect, state: &State) -> String {
    let name = &state.hostname;
    match dialect {
        Dialect::CiscoIos => format!(
            "Cisco IOS Software, IOSv Software (VIOS-ADVENTERPRISEK9-M), Version 15.9(3)M6, RELEASE SOFTWARE (fc1)\n\
             Technical Support: http://www.cisco.com/techsupport\n\
             Copyright (c) 1986-2022 by Cisco Systems, Inc.\n\
             Compiled Mon 12-Sep-22 07:40 by mcpre\n\n\
             ROM: Bootstrap program is IOSv\n\n\
             {name} uptime is 1 week, 2 days, 3 hours, 4 minutes\n\
             System returned to ROM by reload\n\
             System image file is \"flash0:/vios-adventerprisek9-m\"\n\n\
             Cisco IOSv (revision 1.0) with 460137K/62464K bytes of memory.\n\
             Processor board ID 9A1B2C3D4E5F\n\
             3 Gigabit Ethernet interfaces\n\n\
             Configuration register is 0x0\n"
        ),
        Dialect::Frr => format!(
            "FRRouting 8.4.4 ({name}) on Linux(6.1.0-44-amd64).\n\
             Copyright 1996-2005 Kunihiro Ishiguro, et al.\n\
             configured with:\n    '--build=x86_64-linux-gnu' '--prefix=/usr' '--sysconfdir=/etc/frr'\n"
        ),
    }
}

pub(super) fn bgp_summary(dialect: Dialect) -> String {
    match dialect {
        Dialect::CiscoIos => "BGP router identifier 10.0.4.1, local AS number 65001\n\
             BGP table version is 7, main routing table version 7\n\n\
             Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd\n\
             10.0.1.2        4        65002    1042    1040        7    0    0 15:32:10        3\n"
            .to_owned(),
        Dialect::Frr => "\nIPv4 Unicast Summary (VRF default):\n\
             BGP router identifier 10.0.4.1, local AS number 65001 vrf-id 0\n\
             BGP table version 7\n\
             RIB entries 5, using 960 bytes of memory\n\
             Peers 1, using 724 KiB of memory\n\n\
             Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc\n\
             10.0.1.2        4      65002      1042      1040        0    0    0 15:32:10            3        3 N/A\n\n\
             Total number of neighbors 1\n"
            .to_owned(),
    }
}

pub(super) fn interface(dialect: Dialect, interface: &Interface) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = match dialect {
        Dialect::CiscoIos => ios_interface(&mut text, interface),
        Dialect::Frr => frr_interface(&mut text, interface),
    };
    text
}

fn ios_interface(text: &mut String, interface: &Interface) -> std::fmt::Result {
    let state = if interface.shutdown {
        "administratively down, line protocol is down "
    } else {
        "up, line protocol is up "
    };
    writeln!(text, "{} is {state}", interface.name)?;
    writeln!(text, "  Hardware is iGbE, address is 5254.0012.3456 (bia 5254.0012.3456)")?;
    if let Some(description) = &interface.description {
        writeln!(text, "  Description: {description}")?;
    }
    if let Some(address) = &interface.address {
        writeln!(text, "  Internet address is {}/24", address.split(' ').next().unwrap_or_default())?;
    }
    writeln!(text, "  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec, ")?;
    writeln!(text, "     reliability 255/255, txload 1/255, rxload 1/255")?;
    writeln!(text, "  Encapsulation ARPA, loopback not set")?;
    writeln!(text, "  Last input 00:00:03, output 00:00:02, output hang never")?;
    writeln!(text, "  5 minute input rate 1000 bits/sec, 1 packets/sec")?;
    writeln!(text, "     1042 packets input, 104200 bytes, 0 no buffer")
}

fn frr_interface(text: &mut String, interface: &Interface) -> std::fmt::Result {
    let state = if interface.shutdown { "down" } else { "up, line protocol is up" };
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
}

pub(super) fn interfaces(dialect: Dialect, state: &State) -> String {
    state.interfaces.iter().map(|i| interface(dialect, i)).collect()
}

pub(super) fn brief(dialect: Dialect, state: &State) -> String {
    let head = match dialect {
        Dialect::CiscoIos => {
            "Interface                  IP-Address      OK? Method Status                Protocol\n"
        }
        Dialect::Frr => {
            "Interface       Status  VRF             Addresses\n---------       ------  ---             ---------\n"
        }
    };
    state.interfaces.iter().fold(head.to_owned(), |text, i| text + &brief_row(dialect, i))
}

fn brief_row(dialect: Dialect, interface: &Interface) -> String {
    let Interface { name, address, shutdown, .. } = interface;
    let address = address.as_deref();
    match dialect {
        Dialect::CiscoIos => {
            let address = address.and_then(|a| a.split(' ').next()).unwrap_or("unassigned");
            let (status, protocol) = if *shutdown { ("administratively down", "down") } else { ("up", "up") };
            format!("{name:<27}{address:<16}YES manual {status:<22}{protocol}\n")
        }
        Dialect::Frr => {
            let status = if *shutdown { "down" } else { "up" };
            let row = format!("{name:<16}{status:<8}default         {}", address.unwrap_or_default());
            format!("{}\n", row.trim_end())
        }
    }
}

pub(super) fn running_config(dialect: Dialect, state: &State) -> String {
    let (head, tail) = match dialect {
        Dialect::CiscoIos => (
            "Building configuration...\n\nCurrent configuration : 1042 bytes\n!\nversion 15.9\n",
            "!\nend\n\n",
        ),
        Dialect::Frr => (
            "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\nfrr defaults traditional\n",
            "!\nend\n",
        ),
    };
    let mut text = format!("{head}hostname {}\n", state.hostname);
    for interface in &state.interfaces {
        // Writing to a string does not fail.
        let _ = configured(&mut text, dialect, interface);
    }
    text + tail
}

fn configured(text: &mut String, dialect: Dialect, interface: &Interface) -> std::fmt::Result {
    writeln!(text, "!\ninterface {}", interface.name)?;
    if let Some(description) = &interface.description {
        writeln!(text, " description {description}")?;
    }
    match (&interface.address, dialect) {
        (Some(address), _) => writeln!(text, " ip address {address}")?,
        (None, Dialect::CiscoIos) => writeln!(text, " no ip address")?,
        (None, Dialect::Frr) => {}
    }
    if interface.shutdown {
        writeln!(text, " shutdown")?;
    }
    if dialect == Dialect::Frr { writeln!(text, "exit") } else { Ok(()) }
}
