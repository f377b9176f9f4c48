//! IOS and IOS-XE.

use super::super::parse::{Action, Candidates, Change, Command};
use super::super::show;
use super::{CISCO_KEYS, CISCO_TEXTS, CONFIG, Cli, EXEC, Leaving, Mode, Ports, SUB, Show, cisco_complaint};

pub(super) const CLI: Cli = Cli {
    first: Mode { name: "privileged", prompt: "{h}#", tables: &[USER, PRIVILEGED], ..EXEC },
    unprivileged: Some(Mode { name: "exec", prompt: "{h}>", tables: &[USER], ..EXEC }),
    others: &[
        Mode { name: "config", prompt: "{h}(config)#", tables: &[GLOBAL, LEAVE], ..CONFIG },
        Mode { name: "config-if", prompt: "{h}(config-if)#", tables: &[INTERFACE, LEAVE], ..SUB },
        Mode { name: "config-router", prompt: "{h}(config-router)#", tables: &[ROUTER, LEAVE], ..SUB },
        Mode {
            name: "config-cert-chain",
            prompt: "{h}(config-cert-chain)#",
            tables: &[CERTIFICATES, LEAVE],
            ..SUB
        },
        Mode { name: "config-pubkey", prompt: "{h}(config-pubkey)#", tables: &[], ..SUB },
    ],
    ports: Ports {
        names: ["GigabitEthernet0/0", "GigabitEthernet0/1", "GigabitEthernet0/2", "Loopback0"],
        mask: " 255.255.255.0",
    },
    texts: CISCO_TEXTS,
    keys: CISCO_KEYS,
    elsewhere: "do ",
    comments: &['!', '#'],
    writers: &["redirect", "tee", "append"],
    leaving: Leaving::Silent,
    creates: |name| name.starts_with("Loopback"),
    complain: cisco_complaint,
    show: Show {
        version,
        bgp_summary: BGP_SUMMARY,
        interface: show::cisco_interface,
        brief_head: "Interface                  IP-Address      OK? Method Status                Protocol\n",
        brief_row: show::cisco_row,
        running: |running| {
            let head = "Building configuration...\n\nCurrent configuration : 1042 bytes\n!\nversion 15.9\n";
            show::running(running, head, "ip", "") + "!\nend\n\n"
        },
    },
};

const USER: &[Command] = &[
    Command("show version", Action::Version),
    Command("show clock", Action::Clock),
    Command("show privilege", Action::Privilege),
    Command("show ip bgp summary", Action::BgpSummary),
    Command("show bgp summary", Action::BgpSummary),
    Command("show interfaces", Action::Interfaces),
    Command("show interfaces <if>", Action::Interface),
    Command("show ip interface brief", Action::InterfaceBrief),
    Command("terminal length <n>", Action::TerminalLength),
    Command("terminal width <n>", Action::TerminalWidth),
    Command("enable", Action::Enable),
    Command("exit", Action::Exit),
    Command("logout", Action::Exit),
];

const PRIVILEGED: &[Command] = &[
    Command("show running-config", Action::RunningConfig),
    Command("show tech-support", Action::TechSupport),
    Command("disable", Action::Disable),
    Command("configure terminal", Action::Configure(Candidates::None)),
    Command("write memory", Action::Save),
    Command("write", Action::Save),
    Command("copy running-config startup-config", Action::CopySave),
    Command("reload", Action::Reload),
];

const GLOBAL: &[Command] = &[
    Command("hostname <word>", Action::Change(Change::Hostname)),
    Command("interface <if>", Action::EnterInterface),
    Command("router bgp <num>", Action::Enter("config-router")),
    Command("ip route <text>", Action::Change(Change::Route(true))),
    Command("no ip route <text>", Action::Change(Change::Route(false))),
    Command("banner motd <text>", Action::Banner),
    Command("no banner motd", Action::Change(Change::NoBanner)),
    Command("crypto pki certificate chain <word>", Action::Enter("config-cert-chain")),
];

pub(super) const INTERFACE: &[Command] = &[
    Command("shutdown", Action::Change(Change::Shutdown(true))),
    Command("no shutdown", Action::Change(Change::Shutdown(false))),
    Command("description <text>", Action::Change(Change::Description)),
    Command("no description", Action::Change(Change::NoDescription)),
    Command("ip address <word> <word>", Action::Change(Change::Address)),
    Command("no ip address", Action::Change(Change::NoAddress)),
];

pub(super) const ROUTER: &[Command] = &[
    Command("neighbor <text>", Action::Quiet),
    Command("no neighbor <text>", Action::Quiet),
    Command("network <text>", Action::Quiet),
];

const CERTIFICATES: &[Command] = &[Command("certificate <text>", Action::Certificate)];

pub(super) const LEAVE: &[Command] = &[Command("end", Action::End), Command("exit", Action::Exit)];

fn version(name: &str) -> String {
    format!(
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
    )
}

pub(super) const BGP_SUMMARY: &str = "BGP router identifier 10.0.4.1, local AS number 65001\n\
    BGP table version is 7, main routing table version 7\n\n\
    Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd\n\
    10.0.1.2        4        65002    1042    1040        7    0    0 15:32:10        3\n";
