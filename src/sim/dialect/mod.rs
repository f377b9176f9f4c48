//! What tells one vendor's CLI from another: data, and the few things that data cannot say.

mod eos;
mod frr;
mod ios;
mod junos;
mod nxos;
mod xr;

pub(super) use self::junos::CONTEXTS;

use super::parse::{Action, Command, Parsed};
use super::state::{Configuration, Interface};

/// Whose CLI is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// IOS and IOS-XE.
    CiscoIos,
    /// NX-OS.
    CiscoNxos,
    /// IOS-XR.
    CiscoXr,
    /// Arista EOS.
    AristaEos,
    /// Juniper Junos.
    JuniperJunos,
    /// FRRouting's `vtysh`.
    Frr,
}

impl Dialect {
    pub(super) fn cli(self) -> &'static Cli {
        match self {
            Self::CiscoIos => &ios::CLI,
            Self::CiscoNxos => &nxos::CLI,
            Self::CiscoXr => &xr::CLI,
            Self::AristaEos => &eos::CLI,
            Self::JuniperJunos => &junos::CLI,
            Self::Frr => &frr::CLI,
        }
    }
}

/// One vendor's CLI.
#[derive(Debug)]
pub(super) struct Cli {
    /// The mode of a login.
    pub(super) first: Mode,
    /// The mode of one without privileges.
    pub(super) unprivileged: Option<Mode>,
    /// Those of configuration, the one that is entered first coming first.
    pub(super) others: &'static [Mode],
    pub(super) ports: Ports,
    pub(super) texts: Texts,
    pub(super) keys: Keys,
    /// What runs a command of the first mode in any configuration mode: `do `.
    pub(super) elsewhere: &'static str,
    /// How a comment begins.
    pub(super) comments: &'static [char],
    /// Pipe stages that write a file.
    pub(super) writers: &'static [&'static str],
    /// What is asked of who leaves configuration with uncommitted changes.
    pub(super) leaving: Leaving,
    /// Whether any interface can be configured, also one that is not there.
    pub(super) creates: fn(&str) -> bool,
    /// What is printed for a line that is no command: problem, line, column of its first byte.
    pub(super) complain: fn(&Parsed, &str, usize) -> String,
    pub(super) show: Show,
}

/// A mode of a CLI.
#[derive(Debug)]
pub(super) struct Mode {
    pub(super) name: &'static str,
    /// The prompt: `{h}` is the host name, `{s}` the name of a configuration session after `-s-`, `{}` the context.
    pub(super) prompt: &'static str,
    /// The line above the prompt, with a blank line before it; `{}` is the context after a blank.
    pub(super) header: &'static str,
    pub(super) configuration: bool,
    /// A line that it does not know is tried in the mode below.
    pub(super) walkup: bool,
    pub(super) tables: &'static [&'static [Command]],
}

const EXEC: Mode =
    Mode { name: "", prompt: "", header: "", configuration: false, walkup: false, tables: &[] };
const CONFIG: Mode = Mode { configuration: true, ..EXEC };
const SUB: Mode = Mode { walkup: true, ..CONFIG };

/// Interfaces that a new router has.
#[derive(Debug)]
pub(super) struct Ports {
    pub(super) names: [&'static str; 4],
    /// What follows an address.
    pub(super) mask: &'static str,
}

/// What happens to uncommitted changes when configuration is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    Silent,
    /// `yes` commits, `no` discards, anything else stays.
    CommitFirst,
    /// Nothing or `yes` leaves, anything else stays.
    Confirm,
}

#[derive(Debug)]
pub(super) struct Texts {
    pub(super) greeting: &'static str,
    pub(super) configuring: &'static str,
    /// Answers to the preparation of a terminal; `{}` is the number.
    pub(super) length: &'static str,
    pub(super) width: &'static str,
    pub(super) saved: &'static str,
    pub(super) reload: &'static str,
    /// Printed before the answers of the first mode: the time.
    pub(super) time: &'static str,
    pub(super) committed: &'static str,
    /// Of a commit that waits to be confirmed; `{}` is how long.
    pub(super) confirmed: &'static str,
    pub(super) locked: &'static str,
    pub(super) discarded: &'static str,
    pub(super) left: &'static str,
    /// What opens a block of text; `{}` is its delimiter.
    pub(super) block: &'static str,
    pub(super) bad_secret: &'static str,
    /// For an interface that is not there, when it is shown; none: as any other unknown word.
    pub(super) no_interface: Option<&'static str>,
}

/// What keys and characters do.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) pager: &'static str,
    /// Lines of a page; 0: no pager.
    pub(super) page: usize,
    /// ^C leaves configuration.
    pub(super) interrupt_leaves: bool,
    /// ^Z runs the half line.
    pub(super) control_z_runs: bool,
    /// `;` begins another command.
    pub(super) semicolon: bool,
    /// `>` writes the output to a file.
    pub(super) redirect: bool,
    /// `$(NAME)` is replaced.
    pub(super) variables: bool,
    /// The answer to `reload` is one key, not a line.
    pub(super) confirm_by_key: bool,
    /// A block of text ends at the delimiter that opened it, not at a line of its own.
    pub(super) delimiter: bool,
}

const CISCO_KEYS: Keys = Keys {
    pager: " --More-- ",
    page: 24,
    interrupt_leaves: true,
    control_z_runs: true,
    semicolon: false,
    redirect: false,
    variables: false,
    confirm_by_key: true,
    delimiter: true,
};

const CISCO_TEXTS: Texts = Texts {
    greeting: "\n",
    configuring: "Enter configuration commands, one per line.  End with CNTL/Z.\n",
    length: "",
    width: "",
    saved: "Building configuration...\n[OK]\n",
    reload: "Proceed with reload? [confirm]",
    time: "",
    committed: "",
    confirmed: "",
    locked: "% Failed to commit: the configuration is locked by another session\n",
    discarded: "",
    left: "",
    block: "Enter TEXT message.  End with the character '{}'.\n",
    bad_secret: "% Access denied\n\n",
    no_interface: None,
};

/// The answers of the `show` commands.
#[derive(Debug)]
pub(super) struct Show {
    pub(super) version: fn(&str) -> String,
    pub(super) bgp_summary: &'static str,
    pub(super) interface: fn(&Interface) -> String,
    pub(super) brief_head: &'static str,
    pub(super) brief_row: fn(&Interface) -> String,
    pub(super) running: fn(&Configuration) -> String,
}

/// What router modes know with [`Behaviour::hidden_words`](super::Behaviour::hidden_words).
pub(super) const HIDDEN: &[Command] =
    &[Command("ip route <text>", Action::Danger), Command("router static <text>", Action::Danger)];

impl Cli {
    pub(super) fn mode(&self, name: &str) -> Option<&'static Mode> {
        self.others.iter().find(|mode| mode.name == name)
    }
}

/// The `^` mark under the word that is wrong, and a sentence.
fn marked(column: usize, offset: usize, sentence: &str) -> String {
    format!("{}^\n{sentence}", " ".repeat(column.saturating_add(offset)))
}

fn cisco_complaint(problem: &Parsed, line: &str, column: usize) -> String {
    match problem {
        Parsed::Invalid(offset) => marked(column, *offset, "% Invalid input detected at '^' marker.\n\n"),
        Parsed::Ambiguous => format!("% Ambiguous command:  \"{line}\"\n"),
        _ => "% Incomplete command.\n\n".to_owned(),
    }
}

fn loopback(name: &str) -> bool {
    name.get(..2).is_some_and(|kind| kind.eq_ignore_ascii_case("lo"))
}
