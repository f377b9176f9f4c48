//! NX-OS: one exec mode, whose commands are known in configuration too, and characters that act on any line.

use super::super::parse::{Action, Candidates, Change, Command, Parsed};
use super::super::show;
use super::ios::{BGP_SUMMARY, LEAVE, ROUTER};
use super::{
    CISCO_KEYS, CISCO_TEXTS, CONFIG, Cli, EXEC, Keys, Leaving, Mode, Ports, SUB, Show, Texts, loopback,
    marked,
};

pub(super) const CLI: Cli = Cli {
    first: Mode { name: "exec", prompt: "{h}# ", tables: &[COMMANDS], ..EXEC },
    unprivileged: None,
    others: &[
        Mode { name: "config", prompt: "{h}(config)# ", tables: &[LEAVE, GLOBAL, COMMANDS], ..CONFIG },
        Mode { name: "config-if", prompt: "{h}(config-if)# ", tables: &[LEAVE, INTERFACE, COMMANDS], ..SUB },
        Mode {
            name: "config-router",
            prompt: "{h}(config-router)# ",
            tables: &[LEAVE, ROUTER, COMMANDS],
            ..SUB
        },
    ],
    ports: Ports { names: ["Ethernet1/1", "Ethernet1/2", "Ethernet1/3", "loopback0"], mask: "/24" },
    texts: Texts {
        configuring: "Enter configuration commands, one per line. End with CNTL/Z.\n",
        saved: "[########################################] 100%\nCopy complete, now saving to disk (please wait)...\nCopy complete.\n",
        reload: "This command will reboot the system. (y/n)?  [n] ",
        ..CISCO_TEXTS
    },
    keys: Keys {
        pager: "--More--",
        interrupt_leaves: false,
        semicolon: true,
        redirect: true,
        variables: true,
        confirm_by_key: false,
        ..CISCO_KEYS
    },
    elsewhere: "",
    comments: &['!'],
    writers: &["redirect", "tee", "append"],
    leaving: Leaving::Silent,
    creates: loopback,
    complain,
    show: Show {
        version: |name| {
            format!(
                "Cisco Nexus Operating System (NX-OS) Software\n\
                 TAC support: http://www.cisco.com/tac\n\
                 Copyright (C) 2002-2023, Cisco and/or its affiliates.\n\
                 Software\n  NXOS: version 10.3(2) [Feature Release]\n\
                 Hardware\n  cisco Nexus9000 C9300v Chassis\n  Device name: {name}\n\
                 Kernel uptime is 9 day(s), 3 hour(s), 4 minute(s), 10 second(s)\n"
            )
        },
        bgp_summary: BGP_SUMMARY,
        interface: show::cisco_interface,
        brief_head: "IP Interface Status for VRF \"default\"(1)\nInterface                  IP Address      Interface Status\n",
        brief_row: show::cisco_row,
        running: |running| {
            show::running(
                running,
                "\n!Command: show running-config\nversion 10.3(2) Bios:version\n",
                "ip",
                "",
            ) + "\n"
        },
    },
};

const COMMANDS: &[Command] = &[
    Command("show version", Action::Version),
    Command("show clock", Action::Clock),
    Command("show ip bgp summary", Action::BgpSummary),
    Command("show interface", Action::Interfaces),
    Command("show interface <if>", Action::Interface),
    Command("show ip interface brief", Action::InterfaceBrief),
    Command("show running-config", Action::RunningConfig),
    Command("show tech-support", Action::TechSupport),
    Command("terminal length <n>", Action::TerminalLength),
    Command("terminal width <n>", Action::TerminalWidth),
    Command("configure terminal", Action::Configure(Candidates::None)),
    Command("configure", Action::Configure(Candidates::None)),
    Command("copy running-config startup-config", Action::Save),
    Command("reload", Action::Reload),
    Command("exit", Action::Exit),
    Command("end", Action::End),
];

const GLOBAL: &[Command] = &[
    Command("hostname <word>", Action::Change(Change::Hostname)),
    Command("switchname <word>", Action::Change(Change::Hostname)),
    Command("interface <if>", Action::EnterInterface),
    Command("router bgp <num>", Action::Enter("config-router")),
    Command("ip route <text>", Action::Change(Change::Route(true))),
    Command("no ip route <text>", Action::Change(Change::Route(false))),
    Command("banner motd <text>", Action::Banner),
    Command("no banner motd", Action::Change(Change::NoBanner)),
];

const INTERFACE: &[Command] = &[
    Command("shutdown", Action::Change(Change::Shutdown(true))),
    Command("no shutdown", Action::Change(Change::Shutdown(false))),
    Command("description <text>", Action::Change(Change::Description)),
    Command("no description", Action::Change(Change::NoDescription)),
    Command("ip address <word>", Action::Change(Change::Address)),
    Command("no ip address", Action::Change(Change::NoAddress)),
];

fn complain(problem: &Parsed, line: &str, column: usize) -> String {
    match problem {
        Parsed::Invalid(offset) => marked(column, *offset, "% Invalid command at '^' marker.\n"),
        Parsed::Ambiguous => marked(column, 0, "% Ambiguous command at '^' marker.\n"),
        _ => marked(column, line.len(), "% Incomplete command at '^' marker.\n"),
    }
}
