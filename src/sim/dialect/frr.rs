//! FRRouting's `vtysh`.

use super::super::parse::{Action, Candidates, Change, Command, Parsed};
use super::super::show;
use super::super::state::Interface;
use super::ios::ROUTER;
use super::{CISCO_KEYS, CISCO_TEXTS, CONFIG, Cli, EXEC, Keys, Leaving, Mode, Ports, SUB, Show, Texts};

pub(super) const CLI: Cli = Cli {
    first: Mode { name: "privileged", prompt: "{h}# ", tables: &[USER, PRIVILEGED, LEAVE], ..EXEC },
    unprivileged: Some(Mode { name: "exec", prompt: "{h}> ", tables: &[USER, LEAVE], ..EXEC }),
    others: &[
        Mode { name: "config", prompt: "{h}(config)# ", tables: &[GLOBAL, LEAVE], ..CONFIG },
        Mode { name: "config-if", prompt: "{h}(config-if)# ", tables: &[INTERFACE, LEAVE], ..SUB },
        Mode { name: "config-router", prompt: "{h}(config-router)# ", tables: &[ROUTER, LEAVE], ..SUB },
    ],
    ports: Ports { names: ["eth0", "eth1", "eth2", "lo"], mask: "/24" },
    texts: Texts {
        greeting: "\nHello, this is FRRouting (version 8.4.4).\nCopyright 1996-2005 Kunihiro Ishiguro, et al.\n\n",
        configuring: "",
        bad_secret: "% Bad passwords\n",
        no_interface: Some("% Can't find interface {}\n"),
        ..CISCO_TEXTS
    },
    keys: Keys { pager: ":", page: 0, interrupt_leaves: false, control_z_runs: false, ..CISCO_KEYS },
    elsewhere: "do ",
    comments: &['!', '#'],
    writers: &[],
    leaving: Leaving::Silent,
    creates: |_| true,
    complain,
    show: Show {
        version: |name| {
            format!(
                "FRRouting 8.4.4 ({name}) on Linux(6.1.0-44-amd64).\n\
                 Copyright 1996-2005 Kunihiro Ishiguro, et al.\n\
                 configured with:\n    '--build=x86_64-linux-gnu' '--prefix=/usr' '--sysconfdir=/etc/frr'\n"
            )
        },
        bgp_summary: BGP_SUMMARY,
        interface: show::frr_interface,
        brief_head: "Interface       Status  VRF             Addresses\n---------       ------  ---             ---------\n",
        brief_row,
        running: |running| {
            let head = "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\nfrr defaults traditional\n";
            show::running(running, head, "ip", "exit\n") + "!\nend\n"
        },
    },
};

const USER: &[Command] = &[
    Command("show version", Action::Version),
    Command("show ip bgp summary", Action::BgpSummary),
    Command("show bgp summary", Action::BgpSummary),
    Command("show interface", Action::Interfaces),
    Command("show interface brief", Action::InterfaceBrief),
    Command("show interface <if>", Action::Interface),
    Command("terminal length <n>", Action::TerminalLength),
    Command("enable", Action::Enable),
];

const PRIVILEGED: &[Command] = &[
    Command("show running-config", Action::RunningConfig),
    Command("show tech-support", Action::TechSupport),
    Command("disable", Action::Disable),
    Command("configure terminal", Action::Configure(Candidates::None)),
    Command("configure", Action::Configure(Candidates::None)),
    Command("write memory", Action::Save),
    Command("write", Action::Save),
];

const GLOBAL: &[Command] = &[
    Command("hostname <word>", Action::Change(Change::Hostname)),
    Command("interface <if>", Action::EnterInterface),
    Command("router bgp <num>", Action::Enter("config-router")),
    Command("ip route <text>", Action::Change(Change::Route(true))),
    Command("no ip route <text>", Action::Change(Change::Route(false))),
    Command("banner motd line <text>", Action::Change(Change::Banner)),
    Command("no banner motd", Action::Change(Change::NoBanner)),
];

const INTERFACE: &[Command] = &[
    Command("shutdown", Action::Change(Change::Shutdown(true))),
    Command("no shutdown", Action::Change(Change::Shutdown(false))),
    Command("description <text>", Action::Change(Change::Description)),
    Command("no description", Action::Change(Change::NoDescription)),
    Command("ip address <word>", Action::Change(Change::Address)),
    Command("no ip address <word>", Action::Change(Change::NoAddress)),
];

const LEAVE: &[Command] =
    &[Command("end", Action::End), Command("exit", Action::Exit), Command("quit", Action::Exit)];

fn complain(problem: &Parsed, line: &str, _column: usize) -> String {
    match problem {
        Parsed::Ambiguous => format!("% Ambiguous command: {line}\n"),
        Parsed::Incomplete => format!("% Command incomplete: {line}\n"),
        _ => format!("% Unknown command: {line}\n"),
    }
}

fn brief_row(interface: &Interface) -> String {
    let status = if interface.shutdown { "down" } else { "up" };
    let address = interface.address.as_deref().unwrap_or_default();
    let row = format!("{:<16}{status:<8}default         {address}", interface.name);
    format!("{}\n", row.trim_end())
}

const BGP_SUMMARY: &str = "\nIPv4 Unicast Summary (VRF default):\n\
    BGP router identifier 10.0.4.1, local AS number 65001 vrf-id 0\n\
    BGP table version 7\n\
    RIB entries 5, using 960 bytes of memory\n\
    Peers 1, using 724 KiB of memory\n\n\
    Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc\n\
    10.0.1.2        4      65002      1042      1040        0    0    0 15:32:10            3        3 N/A\n\n\
    Total number of neighbors 1\n";
