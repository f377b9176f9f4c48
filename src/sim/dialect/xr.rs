//! IOS-XR: changes wait for `commit`, and answers begin with the time.

use super::super::parse::{Action, Candidates, Change, Command};
use super::super::show;
use super::ios::BGP_SUMMARY;
use super::ios::ROUTER;
use super::{
    CISCO_KEYS, CISCO_TEXTS, CONFIG, Cli, EXEC, Keys, Leaving, Mode, Ports, SUB, Show, Texts,
    cisco_complaint, loopback,
};

pub(super) const CLI: Cli = Cli {
    first: Mode { name: "exec", prompt: "RP/0/RP0/CPU0:{h}#", tables: &[COMMANDS], ..EXEC },
    unprivileged: None,
    others: &[
        Mode { name: "config", prompt: "RP/0/RP0/CPU0:{h}(config)#", tables: &[GLOBAL, CANDIDATE], ..CONFIG },
        Mode {
            name: "config-if",
            prompt: "RP/0/RP0/CPU0:{h}(config-if)#",
            tables: &[INTERFACE, CANDIDATE],
            ..SUB
        },
        Mode {
            name: "config-bgp",
            prompt: "RP/0/RP0/CPU0:{h}(config-bgp)#",
            tables: &[ROUTER, CANDIDATE],
            ..SUB
        },
        Mode { name: "config-rpl", prompt: "RP/0/RP0/CPU0:{h}(config-rpl)#", ..CONFIG },
    ],
    ports: Ports {
        names: ["GigabitEthernet0/0/0/0", "GigabitEthernet0/0/0/1", "GigabitEthernet0/0/0/2", "Loopback0"],
        mask: " 255.255.255.0",
    },
    texts: Texts { greeting: "\n\n", configuring: "", time: "Mon Nov 23 09:00:00.000 UTC\n", ..CISCO_TEXTS },
    keys: Keys { interrupt_leaves: false, ..CISCO_KEYS },
    elsewhere: "do ",
    comments: &['!'],
    writers: &["file", "tee"],
    leaving: Leaving::CommitFirst,
    creates: loopback,
    complain: cisco_complaint,
    show: Show {
        version: |name| {
            format!(
                "Cisco IOS XR Software, Version 7.5.2\n\
                 Copyright (c) 2013-2022 by Cisco Systems, Inc.\n\n\
                 Build Information:\n Built By     : ingunawa\n Version      : 7.5.2\n\n\
                 cisco IOS-XRv 9000 () processor\n{name} uptime is 1 week 2 days 3 hours 4 minutes\n"
            )
        },
        bgp_summary: BGP_SUMMARY,
        interface: show::cisco_interface,
        brief_head: "Interface                  IP-Address      OK? Method Status                Protocol\n",
        brief_row: show::cisco_row,
        running: |running| {
            show::running(
                running,
                "Building configuration...\n!! IOS XR Configuration 7.5.2\n",
                "ipv4",
                "!\n",
            ) + "end\n\n"
        },
    },
};

const COMMANDS: &[Command] = &[
    Command("show version", Action::Version),
    Command("show clock", Action::Clock),
    Command("show bgp summary", Action::BgpSummary),
    Command("show interfaces", Action::Interfaces),
    Command("show interfaces <if>", Action::Interface),
    Command("show ipv4 interface brief", Action::InterfaceBrief),
    Command("show running-config", Action::RunningConfig),
    Command("show tech-support", Action::TechSupport),
    Command("terminal length <n>", Action::TerminalLength),
    Command("terminal width <n>", Action::TerminalWidth),
    Command("terminal exec prompt no-timestamp", Action::NoTimestamp),
    Command("configure", Action::Configure(Candidates::Private)),
    Command("configure terminal", Action::Configure(Candidates::Private)),
    Command("configure exclusive", Action::Configure(Candidates::Exclusive)),
    Command("reload", Action::Reload),
    Command("exit", Action::Exit),
];

const GLOBAL: &[Command] = &[
    Command("hostname <word>", Action::Change(Change::Hostname)),
    Command("interface <if>", Action::EnterInterface),
    Command("router bgp <num>", Action::Enter("config-bgp")),
    Command("router static <text>", Action::Change(Change::Route(true))),
    Command("no router static <text>", Action::Change(Change::Route(false))),
    Command("banner motd <text>", Action::Banner),
    Command("no banner motd", Action::Change(Change::NoBanner)),
    Command("route-policy <word>", Action::Policy),
    Command("no route-policy <word>", Action::Change(Change::NoPolicy)),
];

const INTERFACE: &[Command] = &[
    Command("shutdown", Action::Change(Change::Shutdown(true))),
    Command("no shutdown", Action::Change(Change::Shutdown(false))),
    Command("description <text>", Action::Change(Change::Description)),
    Command("no description", Action::Change(Change::NoDescription)),
    Command("ipv4 address <word> <word>", Action::Change(Change::Address)),
    Command("no ipv4 address", Action::Change(Change::NoAddress)),
];

/// Known in every configuration mode.
const CANDIDATE: &[Command] = &[
    Command("commit", Action::Commit),
    Command("commit confirmed", Action::CommitConfirmed),
    Command("commit confirmed <num>", Action::CommitConfirmed),
    Command("commit confirmed minutes <num>", Action::CommitConfirmed),
    Command("commit label <word>", Action::CommitMarked),
    Command("commit comment <text>", Action::CommitMarked),
    Command("abort", Action::Abort),
    Command("clear", Action::Discard),
    Command("root", Action::Top),
    Command("end", Action::End),
    Command("exit", Action::Exit),
];
