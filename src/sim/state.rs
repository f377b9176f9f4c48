//! A router's configuration, and what changes it.

use std::collections::BTreeMap;

/// One interface of a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Full name, as `GigabitEthernet0/1` or `eth1`.
    pub name: String,
    /// As configured.
    pub description: Option<String>,
    /// As configured: `10.0.0.1 255.255.255.0` (IOS) or `10.0.0.1/24` (FRR).
    pub address: Option<String>,
    /// Administratively down.
    pub shutdown: bool,
}

impl Interface {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), description: None, address: None, shutdown: false }
    }
}

/// A router's configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The name in the prompt.
    pub hostname: String,
    /// In the order in which they were made.
    pub interfaces: Vec<Interface>,
    /// Static routes, as typed behind the words that begin them.
    pub routes: Vec<String>,
    /// The message of the day; lines end with `\n`.
    pub banner: Option<String>,
    /// Route policies: name, lines.
    pub policies: BTreeMap<String, Vec<String>>,
    /// Certificates: what is typed behind `certificate`, lines.
    pub certificates: BTreeMap<String, Vec<String>>,
}

/// One change of a configuration. Interfaces have their full names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The host name.
    Hostname(String),
    /// A new interface.
    Create(String),
    /// An interface's description.
    Description(String, Option<String>),
    /// An interface's address.
    Address(String, Option<String>),
    /// An interface's shutdown.
    Shutdown(String, bool),
    /// A static route, and whether it is there.
    Route(String, bool),
    /// The message of the day.
    Banner(Option<String>),
    /// A route policy.
    Policy(String, Option<Vec<String>>),
    /// A certificate.
    Certificate(String, Vec<String>),
}

/// Changes that came into force together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// The session that committed, counted from 1; 0 is a rollback of the router's own.
    pub session: u64,
    /// What changed, in order.
    pub edits: Vec<Edit>,
    /// Of a `commit confirmed`: how long it may stay unconfirmed, as typed.
    pub confirmed: Option<String>,
    /// The label or comment, as typed without quotes.
    pub comment: Option<String>,
}

impl Configuration {
    /// The full name for what was typed, if there is such an interface.
    pub(super) fn resolve(&self, typed: &str) -> Option<String> {
        let exact = self.interfaces.iter().find(|i| i.name.eq_ignore_ascii_case(typed));
        let mut similar = self.interfaces.iter().filter(|i| abbreviates(typed, &i.name));
        exact.or_else(|| similar.next()).map(|i| i.name.clone())
    }

    pub(super) fn interface(&self, name: &str) -> Option<&Interface> {
        self.interfaces.iter().find(|i| i.name == name)
    }

    /// The interface of that name, made if there is none.
    fn interface_mut(&mut self, name: &str) -> Option<&mut Interface> {
        if self.interface(name).is_none() {
            self.interfaces.push(Interface::new(name));
        }
        self.interfaces.iter_mut().find(|i| i.name == name)
    }

    pub(super) fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Hostname(name) => self.hostname.clone_from(name),
            Edit::Create(name)
            | Edit::Description(name, _)
            | Edit::Address(name, _)
            | Edit::Shutdown(name, _) => {
                if let Some(interface) = self.interface_mut(name) {
                    change(interface, edit);
                }
            }
            Edit::Route(route, present) => {
                self.routes.retain(|r| r != route);
                if *present {
                    self.routes.push(route.clone());
                }
            }
            Edit::Banner(text) => self.banner.clone_from(text),
            Edit::Policy(name, Some(lines)) => {
                self.policies.insert(name.clone(), lines.clone());
            }
            Edit::Policy(name, None) => {
                self.policies.remove(name);
            }
            Edit::Certificate(name, lines) => {
                self.certificates.insert(name.clone(), lines.clone());
            }
        }
    }
}

fn change(interface: &mut Interface, edit: &Edit) {
    match edit {
        Edit::Description(_, text) => interface.description.clone_from(text),
        Edit::Address(_, address) => interface.address.clone_from(address),
        Edit::Shutdown(_, down) => interface.shutdown = *down,
        _ => {}
    }
}

/// `Gi0/1` for `GigabitEthernet0/1`.
fn abbreviates(typed: &str, name: &str) -> bool {
    let ((kind, number), (full_kind, full_number)) = (split(typed), split(name));
    !number.is_empty() && number == full_number && kind.len() >= 2 && full_kind.starts_with(&kind)
}

/// Kind in small letters, and number.
fn split(text: &str) -> (String, String) {
    let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (kind, number) = text.split_at(at);
    (kind.to_ascii_lowercase(), number.to_owned())
}

/// `Et1` for `Ethernet1`.
pub(super) fn shortened(name: &str) -> String {
    let kind: String = name.chars().take(2).collect();
    format!("{kind}{}", split(name).1)
}
