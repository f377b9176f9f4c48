//! Token types: what a value at a place of a command may be, and its normal form.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The kind of value that a place of a command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenType {
    /// A number within bounds, both included.
    Range(u64, u64),
    /// An IPv4 address.
    Ipv4,
    /// An IPv4 prefix, address and length.
    Ipv4Prefix,
    /// An IPv6 address.
    Ipv6,
    /// An interface name.
    Interface,
    /// A name: letters, digits and `._:/@,+-`.
    Name,
    /// A location of a file, without userinfo.
    Url,
    /// The rest of the line as it is, without `|`.
    Regex,
    /// The rest of the line as it is.
    Line,
}

/// The names of token types in grammar files, with their meaning for `grammars/README.md`.
pub const TYPES: &[(&str, TokenType)] = &[
    ("A.B.C.D", TokenType::Ipv4),
    ("A.B.C.D/M", TokenType::Ipv4Prefix),
    ("X:X::X:X", TokenType::Ipv6),
    ("ASN", TokenType::Range(1, 4_294_967_295)),
    ("IFNAME", TokenType::Interface),
    ("NAME", TokenType::Name),
    ("URL", TokenType::Url),
    ("REGEX...", TokenType::Regex),
    ("LINE...", TokenType::Line),
];

/// The longest name or URL, in bytes.
const MAX_WORD: usize = 128;

impl TokenType {
    /// The type that a grammar file means by `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TYPES.iter().find(|(own, _)| *own == name).map(|(_, kind)| *kind)
    }

    /// The name it has in grammar files.
    #[must_use]
    pub fn name(self) -> String {
        match TYPES.iter().find(|(_, kind)| *kind == self) {
            Some((name, _)) => (*name).to_owned(),
            None => match self {
                TokenType::Range(low, high) => format!("({low}-{high})"),
                _ => String::new(),
            },
        }
    }

    /// Whether it takes the rest of the line.
    #[must_use]
    pub fn is_raw(self) -> bool {
        matches!(self, TokenType::Regex | TokenType::Line)
    }

    /// The rank among types at one place: what is narrower comes first.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            TokenType::Range(..) => 0,
            TokenType::Ipv4 => 1,
            TokenType::Ipv4Prefix => 2,
            TokenType::Ipv6 => 3,
            TokenType::Interface => 4,
            TokenType::Name => 5,
            TokenType::Url => 6,
            TokenType::Regex => 7,
            TokenType::Line => 8,
        }
    }

    /// The normal form of `word` if it is one of these. `interfaces` are the platform's interface kinds.
    #[must_use]
    pub fn normal(self, word: &str, interfaces: &[String]) -> Option<String> {
        match self {
            TokenType::Range(low, high) => within(word, low, high),
            TokenType::Ipv4 => word.parse::<Ipv4Addr>().ok().map(|address| address.to_string()),
            TokenType::Ipv4Prefix => prefix(word),
            TokenType::Ipv6 => word.parse::<Ipv6Addr>().ok().map(|address| address.to_string()),
            TokenType::Interface => interface(word, interfaces),
            TokenType::Name => is_word(word, "._:/@,+-").then(|| word.to_owned()),
            // A `@` would carry a user and a password: those never travel in a command line.
            TokenType::Url => is_word(word, "._:/,+-%=&~").then(|| word.to_owned()),
            TokenType::Regex => (!word.contains('|')).then(|| word.to_owned()),
            TokenType::Line => Some(word.to_owned()),
        }
    }
}

fn within(word: &str, low: u64, high: u64) -> Option<String> {
    let digits = !word.is_empty() && word.len() <= 20 && word.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.then(|| word.parse().ok()).flatten()?;
    (low..=high).contains(&number).then(|| number.to_string())
}

fn prefix(word: &str) -> Option<String> {
    let (address, length) = word.split_once('/')?;
    let address: Ipv4Addr = address.parse().ok()?;
    // FRR takes `/024` for some commands and not for others; nobody types it by habit.
    let plain = within(length, 0, 32)?;
    (plain == length).then(|| format!("{address}/{length}"))
}

fn is_word(word: &str, extra: &str) -> bool {
    (1..=MAX_WORD).contains(&word.len())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

/// `Gi1/0/1` becomes `GigabitEthernet1/0/1`. Without declared kinds a name stands for itself, as on Linux.
fn interface(word: &str, kinds: &[String]) -> Option<String> {
    if kinds.is_empty() {
        let plain =
            is_word(word, "._-") && word.len() <= 15 && word.starts_with(|c: char| c.is_ascii_alphabetic());
        return plain.then(|| word.to_owned());
    }
    let digits = word.find(|c: char| c.is_ascii_digit())?;
    let (kind, unit) = word.split_at_checked(digits)?;
    let unit_ok = unit.split(['/', '.', ':']).all(|part| within(part, 0, 9999).as_deref() == Some(part));
    let kind = kind_of(kind, kinds)?;
    unit_ok.then(|| format!("{kind}{unit}"))
}

fn kind_of<'a>(typed: &str, kinds: &'a [String]) -> Option<&'a str> {
    let starts =
        |kind: &&String| kind.get(..typed.len()).is_some_and(|head| head.eq_ignore_ascii_case(typed));
    if let Some(exact) = kinds.iter().find(|kind| kind.eq_ignore_ascii_case(typed)) {
        return Some(exact);
    }
    let mut found = kinds.iter().filter(starts);
    match (found.next(), found.next()) {
        (Some(only), None) if !typed.is_empty() => Some(only),
        _ => None,
    }
}
