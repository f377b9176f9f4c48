//! The routers' own small parser: patterns of words, abbreviated to unique beginnings.

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Version,
    Clock,
    Privilege,
    BgpSummary,
    Interfaces,
    Interface,
    InterfaceBrief,
    RunningConfig,
    TechSupport,
    TerminalLength,
    TerminalWidth,
    /// Answers before the text: the time of day.
    NoTimestamp,
    /// Does nothing and says nothing.
    Quiet,
    Enable,
    Disable,
    Configure(Candidates),
    EnterInterface,
    /// Into that mode.
    Enter(&'static str),
    /// A change; of the interface of the context, if it is one of an interface.
    Change(Change),
    /// A change of the interface that is named first.
    ChangeNamed(Change),
    Banner,
    Policy,
    Certificate,
    Exit,
    End,
    /// To the top of the configuration.
    Top,
    Up,
    Edit,
    LeaveConfiguration,
    Commit,
    CommitCheck,
    CommitConfirmed,
    /// With a label or comment.
    CommitMarked,
    /// The time first, then the comment.
    CommitConfirmedMarked,
    CommitAndQuit,
    Confirm,
    Abort,
    Discard,
    Save,
    CopySave,
    Reload,
    Danger,
}

/// What `configure` opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Candidates {
    /// Changes are in force at once.
    None,
    Shared,
    Private,
    Exclusive,
    /// The session that is named.
    Named,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Shutdown(bool),
    Description,
    NoDescription,
    Address,
    NoAddress,
    Hostname,
    Route(bool),
    Banner,
    NoBanner,
    /// One more line of the policy that is named first.
    Policy,
    NoPolicy,
}

/// A pattern and what it does. `<if>` is an interface, `<n>` a number up to 512, `<num>` any number, `<word>` one word,
/// `<text>` the rest of the line.
#[derive(Debug)]
pub(super) struct Command(pub(super) &'static str, pub(super) Action);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Run(Found),
    Empty,
    /// Offset of the word that fits nothing.
    Invalid(usize),
    Incomplete,
    Ambiguous,
}

/// What a line was read as.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) action: Action,
    /// What stands for the `<...>` of the pattern.
    pub(super) args: Vec<String>,
    /// The line with whole words.
    pub(super) words: Vec<String>,
}

/// Reads `line` against the commands of `tables`.
pub(super) fn parse(tables: &[&[Command]], line: &str) -> Parsed {
    let commands = tables.iter().copied().flatten();
    let mut alive: Vec<(Vec<&str>, Action)> = commands.map(|c| (c.0.split(' ').collect(), c.1)).collect();
    let mut words = words(line).peekable();
    if words.peek().is_none() {
        return Parsed::Empty;
    }
    let (mut args, mut read, mut depth) = (Vec::new(), Vec::new(), 0_usize);
    while let Some((offset, word)) = words.next() {
        match keyword(&alive, depth, word) {
            Err(()) => return Parsed::Ambiguous,
            Ok(Some(literal)) => {
                alive.retain(|(pattern, _)| pattern.get(depth) == Some(&literal));
                read.push(literal.to_owned());
            }
            Ok(None) => {
                alive.retain(|(pattern, _)| pattern.get(depth).is_some_and(|kind| accepts(kind, word)));
                let value = match alive.first().and_then(|(pattern, _)| pattern.get(depth)) {
                    None => return Parsed::Invalid(offset),
                    Some(&"<text>") => {
                        words.by_ref().for_each(drop);
                        line.split_at(offset).1.to_owned()
                    }
                    Some(&"<if>") if word.bytes().all(|b| b.is_ascii_alphabetic()) => {
                        let number =
                            words.next_if(|(_, next)| next.starts_with(|c: char| c.is_ascii_digit()));
                        format!("{word}{}", number.map_or("", |(_, number)| number))
                    }
                    Some(_) => word.to_owned(),
                };
                read.push(value.clone());
                args.push(value);
            }
        }
        depth = depth.saturating_add(1);
    }
    let whole = alive.iter().find(|(pattern, _)| pattern.len() == depth);
    whole.map_or(Parsed::Incomplete, |(_, action)| Parsed::Run(Found { action: *action, args, words: read }))
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
        "<num>" => word.parse::<u32>().is_ok(),
        "<if>" => word.starts_with(|c: char| c.is_ascii_alphabetic()),
        _ => kind.starts_with('<'),
    }
}
