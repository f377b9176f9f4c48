//! Arista EOS: as IOS, with named configuration sessions and exec commands known in configuration.

use super::super::parse::{Action, Candidates, Change, Command, Parsed};
use super::super::show;
use super::ios::{BGP_SUMMARY, LEAVE, ROUTER};
use super::{
    CISCO_KEYS, CISCO_TEXTS, CONFIG, Cli, EXEC, Keys, Leaving, Mode, Ports, SUB, Show, Texts, loopback,
};

pub(super) const CLI: Cli = Cli {
    first: Mode { name: "privileged", prompt: "{h}#", tables: &[USER, PRIVILEGED, OUT], ..EXEC },
    unprivileged: Some(Mode { name: "exec", prompt: "{h}>", tables: &[USER, OUT], ..EXEC }),
    others: &[
        Mode {
            name: "config",
            prompt: "{h}(config{s})#",
            tables: &[LEAVE, GLOBAL, USER, PRIVILEGED],
            ..CONFIG
        },
        Mode {
            name: "config-if",
            prompt: "{h}(config{s}-if-{})#",
            tables: &[LEAVE, INTERFACE, USER, PRIVILEGED],
            ..SUB
        },
        Mode {
            name: "config-router-bgp",
            prompt: "{h}(config{s}-router-bgp)#",
            tables: &[LEAVE, ROUTER, USER, PRIVILEGED],
            ..SUB
        },
    ],
    ports: Ports { names: ["Ethernet1", "Ethernet2", "Ethernet3", "Loopback0"], mask: "/24" },
    texts: Texts {
        configuring: "",
        length: "Pagination disabled.\n",
        width: "Width set to {} columns.\n",
        saved: "Copy completed successfully.\n",
        block: "Enter TEXT message. Type 'EOF' on its own line to end.\n",
        ..CISCO_TEXTS
    },
    keys: Keys {
        pager: "--More--",
        interrupt_leaves: false,
        control_z_runs: false,
        redirect: true,
        delimiter: false,
        ..CISCO_KEYS
    },
    elsewhere: "do ",
    comments: &['!'],
    writers: &["redirect", "tee", "append"],
    leaving: Leaving::Silent,
    creates: loopback,
    complain: |problem, _, _| {
        match problem {
            Parsed::Invalid(_) => "% Invalid input\n",
            Parsed::Ambiguous => "% Ambiguous command\n",
            _ => "% Incomplete command\n",
        }
        .to_owned()
    },
    show: Show {
        version: |name| {
            format!(
                "Arista vEOS-lab\nHardware version: \nSerial number: {name}\nSystem MAC address: 5254.0012.3456\n\n\
                 Software image version: 4.29.2F\nArchitecture: i686\nCopyright (c) Arista Networks, Inc.\n\n\
                 Uptime: 1 week, 2 days, 3 hours and 4 minutes\nTotal memory: 2006964 kB\nFree memory: 1042104 kB\n"
            )
        },
        bgp_summary: BGP_SUMMARY,
        interface: show::cisco_interface,
        brief_head: "Interface                  IP Address      Status\n",
        brief_row: show::cisco_row,
        running: |running| {
            show::running(running, "! Command: show running-config\n! device: vEOS-lab (4.29.2F)\n", "ip", "")
                + "!\nend\n"
        },
    },
};

const USER: &[Command] = &[
    Command("show version", Action::Version),
    Command("show clock", Action::Clock),
    Command("show privilege", Action::Privilege),
    Command("show ip bgp summary", Action::BgpSummary),
    Command("show interfaces", Action::Interfaces),
    Command("show interfaces <if>", Action::Interface),
    Command("show ip interface brief", Action::InterfaceBrief),
    Command("terminal length <num>", Action::TerminalLength),
    Command("terminal width <num>", Action::TerminalWidth),
    Command("enable", Action::Enable),
];

const OUT: &[Command] = &[Command("exit", Action::Exit), Command("logout", Action::Exit)];

const PRIVILEGED: &[Command] = &[
    Command("show running-config", Action::RunningConfig),
    Command("show tech-support", Action::TechSupport),
    Command("disable", Action::Disable),
    Command("configure terminal", Action::Configure(Candidates::None)),
    Command("configure", Action::Configure(Candidates::None)),
    Command("configure session", Action::Configure(Candidates::Named)),
    Command("configure session <word>", Action::Configure(Candidates::Named)),
    Command("configure session <word> commit", Action::Confirm),
    Command("write memory", Action::Save),
    Command("write", Action::Save),
    Command("copy running-config startup-config", Action::Save),
    Command("reload", Action::Reload),
];

const GLOBAL: &[Command] = &[
    Command("hostname <word>", Action::Change(Change::Hostname)),
    Command("interface <if>", Action::EnterInterface),
    Command("router bgp <num>", Action::Enter("config-router-bgp")),
    Command("ip route <text>", Action::Change(Change::Route(true))),
    Command("no ip route <text>", Action::Change(Change::Route(false))),
    Command("banner motd", Action::Banner),
    Command("no banner motd", Action::Change(Change::NoBanner)),
    Command("commit", Action::Commit),
    Command("commit timer <word>", Action::CommitConfirmed),
    Command("abort", Action::Abort),
];

const INTERFACE: &[Command] = &[
    Command("shutdown", Action::Change(Change::Shutdown(true))),
    Command("no shutdown", Action::Change(Change::Shutdown(false))),
    Command("description <text>", Action::Change(Change::Description)),
    Command("no description", Action::Change(Change::NoDescription)),
    Command("ip address <word>", Action::Change(Change::Address)),
    Command("no ip address", Action::Change(Change::NoAddress)),
];
