//! What a command can do. Set by a grammar, never by a rule.

use std::fmt;
use std::str::FromStr;

/// The class of a command or of a pipe stage, in rising order of what it can do.
///
/// The order decides which class a whole line has: that of its worst stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A pipe stage that only narrows what is shown.
    Filter,
    /// Only this terminal: paging, width, leaving a mode.
    Terminal,
    /// Shows something harmless.
    Read,
    /// Hurts the device if run often: full tables, archives of logs.
    ReadHeavy,
    /// Whole configurations, keys, users, files.
    ReadSensitive,
    /// A read whose words the grammar does not know.
    ReadOpaque,
    /// `enable`, `disable`: answered by the gate.
    Privilege,
    /// Debugging and packet capture.
    Debug,
    /// Changes the configuration.
    Config,
    /// Changes routing.
    ConfigRouting,
    /// Makes the running configuration the one of the next start.
    ConfigSave,
    /// Changes the management plane.
    ConfigMgmt,
    /// Changes users, keys, AAA.
    ConfigAaa,
    /// Copies, deletes, formats files.
    Filesystem,
    /// A read whose pipe writes.
    WritePipe,
    /// Reload, clear, reset: service stops.
    Disruptive,
    /// Onwards from the device: ssh, telnet.
    Pivot,
    /// Shells, interpreters, stored commands.
    Escape,
    /// Understood and never forwarded, whatever the rules say.
    Refuse,
}

/// Every class with its name, in rising order.
pub const CLASSES: [(Class, &str); 19] = [
    (Class::Filter, "filter"),
    (Class::Terminal, "terminal"),
    (Class::Read, "read"),
    (Class::ReadHeavy, "read.heavy"),
    (Class::ReadSensitive, "read.sensitive"),
    (Class::ReadOpaque, "read.opaque"),
    (Class::Privilege, "privilege"),
    (Class::Debug, "debug"),
    (Class::Config, "config"),
    (Class::ConfigRouting, "config.routing"),
    (Class::ConfigSave, "config.save"),
    (Class::ConfigMgmt, "config.mgmt"),
    (Class::ConfigAaa, "config.aaa"),
    (Class::Filesystem, "filesystem"),
    (Class::WritePipe, "write.pipe"),
    (Class::Disruptive, "disruptive"),
    (Class::Pivot, "pivot"),
    (Class::Escape, "escape"),
    (Class::Refuse, "refuse"),
];

impl Class {
    /// The name used in grammars, rules and the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        CLASSES.iter().find(|(class, _)| *class == self).map_or("refuse", |(_, name)| name)
    }

    /// Whether `self` lies in the subtree of `of`: `config.aaa` is within `config`.
    ///
    /// An `allow` names a class exactly; a `deny` covers its subtree.
    #[must_use]
    pub fn within(self, of: Class) -> bool {
        self == of || self.as_str().strip_prefix(of.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }

    /// What a command of this class can do, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Class::Filter => "a pipe stage that only narrows what is shown",
            Class::Terminal => "this terminal alone: paging, width, leaving a mode",
            Class::Read => "shows something harmless",
            Class::ReadHeavy => "hurts the device if run often",
            Class::ReadSensitive => "whole configurations, keys, users, files",
            Class::ReadOpaque => "a read whose words the grammar does not know",
            Class::Privilege => "`enable` and its kin",
            Class::Debug => "debugging and packet capture",
            Class::Config => "changes the configuration",
            Class::ConfigRouting => "changes routing",
            Class::ConfigSave => "makes the configuration the one of the next start",
            Class::ConfigMgmt => "changes the management plane",
            Class::ConfigAaa => "changes users, keys, AAA",
            Class::Filesystem => "copies, deletes, formats files",
            Class::WritePipe => "a pipe that writes",
            Class::Disruptive => "reload, clear, reset: service stops",
            Class::Pivot => "onwards from the device: ssh, telnet",
            Class::Escape => "shells, interpreters, stored commands",
            Class::Refuse => "understood and never forwarded, whatever the rules say",
        }
    }

    /// Whether running it can change no state but that of the terminal.
    #[must_use]
    pub fn is_read(self) -> bool {
        self.within(Class::Read)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The name is no class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no class")]
pub struct UnknownClass(pub String);

impl FromStr for Class {
    type Err = UnknownClass;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        CLASSES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(class, _)| *class)
            .ok_or_else(|| UnknownClass(name.to_owned()))
    }
}
