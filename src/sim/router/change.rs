//! What a command changes.

use super::Router;
use crate::sim::parse::Change;
use crate::sim::state::Edit;

impl Router {
    /// Makes a change, of `interface` if it is one of an interface.
    pub(super) fn change(&mut self, change: Change, interface: String, args: &[String]) {
        let first = args.first().map_or("", |arg| arg.trim_end()).to_owned();
        let unquoted = first.trim_matches('"').to_owned();
        let edit = match change {
            Change::Shutdown(down) => Edit::Shutdown(interface, down),
            Change::Description => Edit::Description(interface, Some(unquoted)),
            Change::NoDescription => Edit::Description(interface, None),
            Change::Address => Edit::Address(interface, Some(args.join(" "))),
            Change::NoAddress => Edit::Address(interface, None),
            Change::Hostname => Edit::Hostname(first),
            Change::Route(present) => Edit::Route(first, present),
            Change::Banner => Edit::Banner(Some(format!("{unquoted}\n"))),
            Change::NoBanner => Edit::Banner(None),
            Change::Policy => self.one_more_line(first, args.get(1)),
            Change::NoPolicy => Edit::Policy(first, None),
        };
        self.edit_configuration(edit);
    }

    fn one_more_line(&self, policy: String, line: Option<&String>) -> Edit {
        let mut lines = self.view().policies.remove(&policy).unwrap_or_default();
        lines.extend(line.cloned());
        Edit::Policy(policy, Some(lines))
    }
}
