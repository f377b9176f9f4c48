//! Junos: contexts in which `set` goes on, and a candidate that may be shared.

use super::super::parse::{Action, Candidates, Change, Command, Parsed};
use super::super::show;
use super::{CISCO_KEYS, CISCO_TEXTS, CONFIG, Cli, EXEC, Keys, Leaving, Mode, Ports, Show, Texts, marked};

pub(super) const CLI: Cli = Cli {
    first: Mode { name: "operational", prompt: "admin@{h}> ", tables: &[COMMANDS], ..EXEC },
    unprivileged: None,
    others: &[Mode {
        name: "configure",
        prompt: "admin@{h}# ",
        header: "[edit{}]",
        tables: &[CONFIGURATION, STATEMENTS],
        ..CONFIG
    }],
    ports: Ports { names: ["ge-0/0/0", "ge-0/0/1", "ge-0/0/2", "lo0"], mask: "/24" },
    texts: Texts {
        greeting: "--- JUNOS 21.4R3.15 Kernel 64-bit  JNPR-12.1-20220719.be8c6b0_buil\n",
        configuring: "Entering configuration mode\n",
        length: "Screen length set to {}\n",
        width: "Screen width set to {}\n",
        reload: "Reboot the system ? [yes,no] (no) ",
        committed: "commit complete\n",
        confirmed: "commit confirmed will be automatically rolled back in {} minutes unless confirmed\ncommit complete\n",
        locked: "error: configuration database locked by:\n  ops terminal p1 (pid 4242) on since 2026-11-23 09:00:00 UTC\n",
        discarded: "load complete\n",
        left: "Exiting configuration mode\n",
        no_interface: Some("error: device {} not found\n"),
        ..CISCO_TEXTS
    },
    keys: Keys {
        pager: "---(more)---",
        interrupt_leaves: false,
        control_z_runs: false,
        confirm_by_key: false,
        ..CISCO_KEYS
    },
    elsewhere: "run ",
    comments: &['#'],
    writers: &["save", "append", "tee"],
    leaving: Leaving::Confirm,
    creates: |_| true,
    complain,
    show: Show {
        version: |name| {
            format!(
                "Hostname: {name}\nModel: vmx\nJunos: 21.4R3.15\n\
                 JUNOS OS Kernel 64-bit  [20220719.be8c6b0_builder_stable_12_214]\n\
                 JUNOS OS libs [20220719.be8c6b0_builder_stable_12_214]\n\
                 JUNOS OS runtime [20220719.be8c6b0_builder_stable_12_214]\n\
                 JUNOS Copyright (c) 1996-2022, Juniper Networks, Inc.\n"
            )
        },
        bgp_summary: "Threading mode: BGP I/O\nGroups: 1 Peers: 1 Down peers: 0\n\
             Peer                     AS      InPkt     OutPkt    OutQ   Flaps Last Up/Dwn State\n\
             10.0.1.2              65002       1042       1040       0       0    15:32:10 Establ\n",
        interface: show::junos_interface,
        brief_head: "Interface               Admin Link Proto    Local                 Remote\n",
        brief_row: show::junos_row,
        running: show::junos_running,
    },
};

const COMMANDS: &[Command] = &[
    Command("show version", Action::Version),
    Command("show system uptime", Action::Clock),
    Command("show bgp summary", Action::BgpSummary),
    Command("show interfaces", Action::Interfaces),
    Command("show interfaces terse", Action::InterfaceBrief),
    Command("show interfaces <if>", Action::Interface),
    Command("show configuration", Action::RunningConfig),
    Command("set cli screen-length <num>", Action::TerminalLength),
    Command("set cli screen-width <num>", Action::TerminalWidth),
    Command("set cli complete-on-space off", Action::Quiet),
    Command("set cli timestamp disable", Action::Quiet),
    Command("request support information", Action::TechSupport),
    Command("request system reboot", Action::Reload),
    Command("configure", Action::Configure(Candidates::Shared)),
    Command("configure private", Action::Configure(Candidates::Private)),
    Command("configure exclusive", Action::Configure(Candidates::Exclusive)),
    Command("exit", Action::Exit),
    Command("quit", Action::Exit),
];

const CONFIGURATION: &[Command] = &[
    Command("commit", Action::Commit),
    Command("commit check", Action::CommitCheck),
    Command("commit and-quit", Action::CommitAndQuit),
    Command("commit confirmed", Action::CommitConfirmed),
    Command("commit confirmed <num>", Action::CommitConfirmed),
    Command("commit comment <text>", Action::CommitMarked),
    Command("commit confirmed <num> comment <text>", Action::CommitConfirmedMarked),
    Command("rollback", Action::Discard),
    Command("rollback 0", Action::Discard),
    Command("show", Action::RunningConfig),
    Command("edit <text>", Action::Edit),
    Command("top", Action::Top),
    Command("up", Action::Up),
    Command("up <n>", Action::Up),
    Command("exit", Action::Exit),
    Command("quit", Action::Exit),
    Command("exit configuration-mode", Action::LeaveConfiguration),
    Command("quit configuration-mode", Action::LeaveConfiguration),
];

/// Whole paths: what is typed in a context is read behind it.
const STATEMENTS: &[Command] = &[
    Command("set system host-name <word>", Action::Change(Change::Hostname)),
    Command("set system login message <text>", Action::Change(Change::Banner)),
    Command("delete system login message", Action::Change(Change::NoBanner)),
    Command("set interfaces <if> description <text>", Action::ChangeNamed(Change::Description)),
    Command("delete interfaces <if> description", Action::ChangeNamed(Change::NoDescription)),
    Command("set interfaces <if> disable", Action::ChangeNamed(Change::Shutdown(true))),
    Command("delete interfaces <if> disable", Action::ChangeNamed(Change::Shutdown(false))),
    Command("set interfaces <if> unit 0 family inet address <word>", Action::ChangeNamed(Change::Address)),
    Command("delete interfaces <if> unit 0 family inet address", Action::ChangeNamed(Change::NoAddress)),
    Command("set routing-options static route <text>", Action::Change(Change::Route(true))),
    Command("delete routing-options static route <text>", Action::Change(Change::Route(false))),
    Command("set policy-options policy-statement <word> <text>", Action::Change(Change::Policy)),
    Command("delete policy-options policy-statement <word>", Action::Change(Change::NoPolicy)),
];

/// What `edit` can go into: whole paths too.
pub(in crate::sim) const CONTEXTS: &[Command] = &[
    Command("interfaces", Action::Edit),
    Command("interfaces <if>", Action::Edit),
    Command("interfaces <if> unit 0", Action::Edit),
    Command("interfaces <if> unit 0 family inet", Action::Edit),
    Command("system", Action::Edit),
    Command("system login", Action::Edit),
    Command("routing-options", Action::Edit),
    Command("routing-options static", Action::Edit),
    Command("policy-options", Action::Edit),
    Command("policy-options policy-statement <word>", Action::Edit),
];

fn complain(problem: &Parsed, line: &str, column: usize) -> String {
    match problem {
        Parsed::Invalid(0) => marked(column, 0, "unknown command.\n"),
        Parsed::Invalid(offset) => marked(column, *offset, "syntax error.\n"),
        Parsed::Ambiguous => marked(column, 0, &format!("'{line}' is ambiguous.\n")),
        _ => marked(column, line.len(), "syntax error, expecting <command>.\n"),
    }
}
