//! The routers' own small parser: patterns of words, abbreviated to unique beginnings.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Version,
    Privilege,
    BgpSummary,
    Interfaces,
    Interface,
    InterfaceBrief,
    RunningConfig,
    TechSupport,
    TerminalLength,
    TerminalWidth,
    Enable,
    Disable,
    Configure,
    EnterInterface,
    Shutdown,
    NoShutdown,
    Description,
    NoDescription,
    Address,
    NoAddress,
    Hostname,
    Exit,
    End,
    Save,
    CopySave,
    Reload,
}

/// A pattern, where it holds, and what it does. `<if>` is an interface, `<n>` a number, `<word>` one word, `<text>` the
/// rest of the line.
#[derive(Debug)]
pub(super) struct Command(pub(super) &'static str, pub(super) At, pub(super) Action);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// User and privileged mode.
    Exec,
    Privileged,
    /// Any configuration mode.
    Config,
    Interface,
    Any,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Run(Action, Vec<String>),
    Empty,
    /// Offset of the word that fits nothing.
    Invalid(usize),
    Incomplete,
    Ambiguous,
}

pub(super) const IOS: &[Command] = &[
    Command("show version", At::Exec, Action::Version),
    Command("show privilege", At::Exec, Action::Privilege),
    Command("show ip bgp summary", At::Exec, Action::BgpSummary),
    Command("show bgp summary", At::Exec, Action::BgpSummary),
    Command("show interfaces", At::Exec, Action::Interfaces),
    Command("show interfaces <if>", At::Exec, Action::Interface),
    Command("show ip interface brief", At::Exec, Action::InterfaceBrief),
    Command("show running-config", At::Privileged, Action::RunningConfig),
    Command("show tech-support", At::Privileged, Action::TechSupport),
    Command("terminal length <n>", At::Exec, Action::TerminalLength),
    Command("terminal width <n>", At::Exec, Action::TerminalWidth),
    Command("enable", At::Exec, Action::Enable),
    Command("disable", At::Privileged, Action::Disable),
    Command("configure terminal", At::Privileged, Action::Configure),
    Command("write memory", At::Privileged, Action::Save),
    Command("write", At::Privileged, Action::Save),
    Command("copy running-config startup-config", At::Privileged, Action::CopySave),
    Command("reload", At::Privileged, Action::Reload),
    Command("hostname <word>", At::Config, Action::Hostname),
    Command("interface <if>", At::Config, Action::EnterInterface),
    Command("shutdown", At::Interface, Action::Shutdown),
    Command("no shutdown", At::Interface, Action::NoShutdown),
    Command("description <text>", At::Interface, Action::Description),
    Command("no description", At::Interface, Action::NoDescription),
    Command("ip address <word> <word>", At::Interface, Action::Address),
    Command("no ip address", At::Interface, Action::NoAddress),
    Command("end", At::Config, Action::End),
    Command("exit", At::Any, Action::Exit),
    Command("logout", At::Exec, Action::Exit),
];

pub(super) const FRR: &[Command] = &[
    Command("show version", At::Exec, Action::Version),
    Command("show ip bgp summary", At::Exec, Action::BgpSummary),
    Command("show bgp summary", At::Exec, Action::BgpSummary),
    Command("show interface", At::Exec, Action::Interfaces),
    Command("show interface brief", At::Exec, Action::InterfaceBrief),
    Command("show interface <if>", At::Exec, Action::Interface),
    Command("show running-config", At::Privileged, Action::RunningConfig),
    Command("show tech-support", At::Privileged, Action::TechSupport),
    Command("terminal length <n>", At::Exec, Action::TerminalLength),
    Command("enable", At::Exec, Action::Enable),
    Command("disable", At::Privileged, Action::Disable),
    Command("configure terminal", At::Privileged, Action::Configure),
    Command("configure", At::Privileged, Action::Configure),
    Command("write memory", At::Privileged, Action::Save),
    Command("write", At::Privileged, Action::Save),
    Command("hostname <word>", At::Config, Action::Hostname),
    Command("interface <if>", At::Config, Action::EnterInterface),
    Command("shutdown", At::Interface, Action::Shutdown),
    Command("no shutdown", At::Interface, Action::NoShutdown),
    Command("description <text>", At::Interface, Action::Description),
    Command("no description", At::Interface, Action::NoDescription),
    Command("ip address <word>", At::Interface, Action::Address),
    Command("no ip address <word>", At::Interface, Action::NoAddress),
    Command("end", At::Any, Action::End),
    Command("exit", At::Any, Action::Exit),
    Command("quit", At::Any, Action::Exit),
];

/// Reads `line` against those of `commands` that `holds` lets through.
pub(super) fn parse(commands: &[Command], holds: impl Fn(At) -> bool, line: &str) -> Parsed {
    let mut alive: Vec<(Vec<&str>, Action)> =
        commands.iter().filter(|c| holds(c.1)).map(|c| (c.0.split(' ').collect(), c.2)).collect();
    let mut words = words(line).peekable();
    if words.peek().is_none() {
        return Parsed::Empty;
    }
    let (mut args, mut depth) = (Vec::new(), 0_usize);
    while let Some((offset, word)) = words.next() {
        match keyword(&alive, depth, word) {
            Err(()) => return Parsed::Ambiguous,
            Ok(Some(literal)) => alive.retain(|(pattern, _)| pattern.get(depth) == Some(&literal)),
            Ok(None) => {
                alive.retain(|(pattern, _)| pattern.get(depth).is_some_and(|kind| accepts(kind, word)));
                match alive.first().and_then(|(pattern, _)| pattern.get(depth)) {
                    None => return Parsed::Invalid(offset),
                    Some(&"<text>") => {
                        args.push(line.split_at(offset).1.to_owned());
                        words.by_ref().for_each(drop);
                    }
                    Some(&"<if>") if word.bytes().all(|b| b.is_ascii_alphabetic()) => {
                        let number =
                            words.next_if(|(_, next)| next.starts_with(|c: char| c.is_ascii_digit()));
                        args.push(format!("{word}{}", number.map_or("", |(_, number)| number)));
                    }
                    Some(_) => args.push(word.to_owned()),
                }
            }
        }
        depth = depth.saturating_add(1);
    }
    let whole = alive.iter().find(|(pattern, _)| pattern.len() == depth);
    whole.map_or(Parsed::Incomplete, |(_, action)| Parsed::Run(*action, args))
}

/// The words of a line with their offsets.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0_usize;
    line.split(' ').filter_map(move |word| {
        let start = offset;
        offset = start.saturating_add(word.len()).saturating_add(1);
        (!word.is_empty()).then_some((start, word))
    })
}

/// The keyword that `word` stands for at `depth`; `Err`: more than one.
fn keyword<'a>(alive: &[(Vec<&'a str>, Action)], depth: usize, word: &str) -> Result<Option<&'a str>, ()> {
    let word = word.to_ascii_lowercase();
    let mut found: Vec<&str> = alive.iter().filter_map(|(pattern, _)| pattern.get(depth).copied()).collect();
    found.retain(|literal| !literal.starts_with('<') && literal.starts_with(&word));
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => many.iter().find(|literal| **literal == word).map(|literal| Some(*literal)).ok_or(()),
    }
}

fn accepts(kind: &str, word: &str) -> bool {
    match kind {
        "<n>" => word.parse::<u16>().is_ok_and(|n| n <= 512),
        "<if>" => word.starts_with(|c: char| c.is_ascii_alphabetic()),
        _ => kind.starts_with('<'),
    }
}
