//! Token types: what a value at a place of a command may be, and its normal form.
//!
//! A secret leaves here in two forms: the one that is sent, and the one that everybody else sees.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::lexis::Lexis;

/// The kind of value that a place of a command takes. The order is that of preference: what is narrower comes first.
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
    /// An IPv6 prefix, address and length.
    Ipv6Prefix,
    /// A MAC address.
    Mac,
    /// Numbers and ranges of them.
    List,
    /// An interface name.
    Interface,
    /// Several interfaces of one kind.
    Interfaces,
    /// A name: letters, digits and `._:/@,+-`.
    Name,
    /// A location of a file.
    Url,
    /// A word of nearly any characters, or a text in quotes.
    Text,
    /// The same, never to be shown.
    Secret,
    /// Words up to a pipe.
    Tail,
    /// The rest of the line as it is, up to a pipe.
    Regex,
    /// The rest of the line as it is.
    Line,
    /// The rest of the line, which begins with the character that ends a block.
    Delimiter,
}

/// The names of token types in grammar files, with their meaning for `grammars/README.md`.
pub const TYPES: &[(&str, TokenType)] = &[
    ("A.B.C.D", TokenType::Ipv4),
    ("A.B.C.D/M", TokenType::Ipv4Prefix),
    ("X:X::X:X", TokenType::Ipv6),
    ("X:X::X:X/M", TokenType::Ipv6Prefix),
    ("ASN", TokenType::Range(1, 4_294_967_295)),
    ("MAC", TokenType::Mac),
    ("LIST", TokenType::List),
    ("IFNAME", TokenType::Interface),
    ("IFNAMES", TokenType::Interfaces),
    ("NAME", TokenType::Name),
    ("URL", TokenType::Url),
    ("STRING", TokenType::Text),
    ("SECRET", TokenType::Secret),
    ("TAIL", TokenType::Tail),
    ("REGEX...", TokenType::Regex),
    ("LINE...", TokenType::Line),
    ("DELIM...", TokenType::Delimiter),
];

/// What stands for a secret wherever it is shown.
pub const REDACTED: &str = "<redacted>";

/// The longest single word of a value, in bytes.
const MAX_WORD: usize = 128;
/// The longest secret and the longest text in quotes, in bytes.
const MAX_TEXT: usize = 1024;

/// A value in its normal form.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// What is shown and recorded.
    pub(super) shown: String,
    /// What is sent, where that is something else.
    pub(super) sent: Option<String>,
}

impl Value {
    fn plain(shown: String) -> Self {
        Self { shown, sent: None }
    }
}

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

    /// Whether it takes more than one word.
    #[must_use]
    pub fn is_raw(self) -> bool {
        self >= TokenType::Tail
    }

    /// Whether it takes all that is left, pipes too.
    pub(super) fn takes_pipes(self) -> bool {
        self >= TokenType::Line
    }

    /// The normal form of `text` if it is one of these.
    pub(super) fn normal(self, text: &str, lexis: &Lexis) -> Option<Value> {
        let plain = match self {
            TokenType::Range(low, high) => within(text, low, high),
            TokenType::Ipv4 => text.parse::<Ipv4Addr>().ok().map(|address| address.to_string()),
            TokenType::Ipv4Prefix => prefix(text, 32, |address| address.parse::<Ipv4Addr>().ok()),
            TokenType::Ipv6 => text.parse::<Ipv6Addr>().ok().map(|address| address.to_string()),
            TokenType::Ipv6Prefix => prefix(text, 128, |address| address.parse::<Ipv6Addr>().ok()),
            TokenType::Mac => mac(text),
            TokenType::List => is_list(text).then(|| text.to_owned()),
            TokenType::Interface => interface(text, &lexis.interfaces, &['/', '.', ':']),
            TokenType::Interfaces => interface(text, &lexis.interfaces, &['/', '.', ':', '-', ',']),
            TokenType::Name => (is_word(text, "._:/@,+-") && !text.starts_with('-')).then(|| text.to_owned()),
            TokenType::Url => return url(text),
            TokenType::Text => is_text(text, lexis).then(|| text.to_owned()),
            TokenType::Secret => return secret(text, lexis),
            TokenType::Tail => tail(text),
            TokenType::Regex | TokenType::Line => lexis.is_free(text).then(|| text.to_owned()),
            TokenType::Delimiter => lexis.is_free(text).then(|| text.trim_end().to_owned()),
        };
        plain.map(Value::plain)
    }
}

fn within(word: &str, low: u64, high: u64) -> Option<String> {
    let digits = !word.is_empty() && word.len() <= 20 && word.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.then(|| word.parse().ok()).flatten()?;
    (low..=high).contains(&number).then(|| number.to_string())
}

fn prefix<A: std::fmt::Display>(
    word: &str,
    longest: u64,
    read: impl Fn(&str) -> Option<A>,
) -> Option<String> {
    let (address, length) = word.split_once('/')?;
    let address = read(address)?;
    // FRR takes `/024` for some commands and not for others; nobody types it by habit.
    let plain = within(length, 0, longest)?;
    (plain == length).then(|| format!("{address}/{length}"))
}

/// `0011.2233.4455`, or six pairs between `:` or `-`; in lower case.
fn mac(word: &str) -> Option<String> {
    let groups = |mark: char, count: usize, width: usize| {
        let mut parts = word.split(mark);
        let right =
            parts.by_ref().all(|part| part.len() == width && part.bytes().all(|b| b.is_ascii_hexdigit()));
        right && word.split(mark).count() == count
    };
    (groups('.', 3, 4) || groups(':', 6, 2) || groups('-', 6, 2)).then(|| word.to_ascii_lowercase())
}

fn is_list(word: &str) -> bool {
    let number = |text: &str| within(text, 0, u64::MAX).as_deref() == Some(text);
    word.len() <= MAX_TEXT
        && word.split(',').all(|part| match part.split_once('-') {
            Some((low, high)) => number(low) && number(high),
            None => number(part),
        })
}

fn is_word(word: &str, extra: &str) -> bool {
    (1..=MAX_WORD).contains(&word.len())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

/// Any printable word without quotes, pipes and what shells and CLIs act on, or a text in quotes.
fn is_text(word: &str, lexis: &Lexis) -> bool {
    let plain = || {
        word.len() <= MAX_TEXT
            && word.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\`|;?".contains(&byte))
    };
    !word.is_empty() && lexis.is_free(word) && (lexis.quoted(word).is_some_and(is_quotable) || plain())
}

fn is_quotable(inner: &str) -> bool {
    inner.len() <= MAX_TEXT && !inner.contains('\\')
}

/// What was redacted once is no secret: it cannot be sent again.
fn secret(word: &str, lexis: &Lexis) -> Option<Value> {
    let plain = || {
        word.len() <= MAX_TEXT && word.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"|?".contains(&byte))
    };
    let good = !word.is_empty()
        && word != REDACTED
        && lexis.is_free(word)
        && (lexis.quoted(word).is_some_and(is_quotable) || plain());
    good.then(|| Value { shown: REDACTED.to_owned(), sent: Some(word.to_owned()) })
}

/// Schemes that some platforms write without `//`: `scp:user@host`.
const SCHEMES: &[&str] = &["ftp", "tftp", "scp", "sftp", "rcp", "http", "https"];

/// Whatever may be a password is hidden: from the first `:` behind the scheme to the last `@`.
fn url(word: &str) -> Option<Value> {
    if !is_word(word, "._:/,+-%=&~@") || word.starts_with('-') {
        return None;
    }
    let Some((head, host)) = word.rsplit_once('@') else { return Some(Value::plain(word.to_owned())) };
    let scheme = match (head.find("://"), head.split_once(':')) {
        (Some(at), _) => at.saturating_add(3),
        (None, Some((scheme, _))) if SCHEMES.contains(&scheme) => scheme.len().saturating_add(1),
        (None, _) => 0,
    };
    let (scheme, user) = head.split_at_checked(scheme)?;
    Some(match user.split_once(':') {
        None => Value::plain(word.to_owned()),
        Some((name, _)) => {
            Value { shown: format!("{scheme}{name}:{REDACTED}@{host}"), sent: Some(word.to_owned()) }
        }
    })
}

fn tail(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let good = |word: &&str| is_word(word, "._:/@,*+-") && !word.starts_with('-');
    (!words.is_empty() && words.iter().all(good)).then(|| words.join(" "))
}

/// `Gi1/0/1` becomes `GigabitEthernet1/0/1`. Without declared kinds a name stands for itself, as on Linux.
fn interface(word: &str, kinds: &[String], marks: &[char]) -> Option<String> {
    if kinds.is_empty() {
        let plain =
            is_word(word, "._-/:") && word.len() <= 32 && word.starts_with(|c: char| c.is_ascii_alphabetic());
        return plain.then(|| word.to_owned());
    }
    let digits = word.find(|c: char| c.is_ascii_digit())?;
    let (kind, unit) = word.split_at_checked(digits)?;
    let kind = kind_of(kind.trim_end_matches(' '), kinds)?;
    unit.split(marks).all(is_unit).then(|| format!("{kind}{unit}"))
}

/// A number, or the name of a card: `RP0`, `CPU0`.
fn is_unit(part: &str) -> bool {
    let letters = part.bytes().take_while(u8::is_ascii_uppercase).count();
    letters <= 4
        && part.get(letters..).is_some_and(|number| within(number, 0, 99_999).as_deref() == Some(number))
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
