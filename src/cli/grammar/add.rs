//! `portcullis grammar add`: a command that the shipped grammar does not know yet, into a file of the site's own.
//!
//! Whoever adds a production says what a command can do: everything that follows from it is shown first, and nothing is
//! written without the name of somebody who has looked at it.

use std::path::PathBuf;

use super::super::parse::{mode, platform};
use super::super::{NO, OK, TROUBLE};
use super::branch;
use crate::config::Config;
use crate::daemon::SystemClock;
use crate::grammar::overlay::{self, Addition, Sample};
use crate::grammar::{Context, Grammar, GrammarSet, Parse};
use crate::sys;
use crate::terms::class::CLASSES;
use crate::terms::problem::printable;
use crate::terms::{Class, Clock, PresentedLine};

/// The largest overlay that is added to, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// How many readings are shown.
const SHOWN: usize = 8;

/// The longest line, name or reason.
const MAX_TEXT: usize = 200;

/// Words that open something which no grammar can look into.
const DOORS: &[&str] = &[
    "alias",
    "applet",
    "bash",
    "cron",
    "event-handler",
    "guestshell",
    "kron",
    "macro",
    "perl",
    "python",
    "python3",
    "schedule",
    "scheduler",
    "script",
    "shell",
    "tclsh",
];

/// Add a command that a grammar does not know yet to DIR/PLATFORM.local.grammar, which is read beside it.
///
/// Shows what the line reads as afterwards and which abbreviations change, then writes if somebody has reviewed it. Exit
/// status 0: written. 1: it reads already, or the grammars do not compile with it. 2: something is missing, such as a reviewer.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The command, as productions are written: `show inventory [raw]`; see grammars/README.md
    line: String,
    /// Whose CLI, such as cisco_ios
    #[arg(short, long)]
    platform: String,
    /// Where it is typed, such as privileged
    #[arg(short, long)]
    mode: String,
    /// What it can do, such as read; without it all classes are listed
    #[arg(short, long)]
    class: Option<String>,
    /// The pipe tree that may follow
    #[arg(long, value_name = "NAME")]
    pipe: Option<String>,
    /// The folder of the file
    #[arg(long, value_name = "DIR", required_unless_present = "config")]
    dir: Option<PathBuf>,
    /// The gate's configuration, whose `grammars` is the folder
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Who has looked at all that is shown; without it nothing is written
    #[arg(long, value_name = "NAME")]
    reviewed_by: Option<String>,
    /// Why: for class refuse it is what the client is told
    #[arg(long, value_name = "TEXT")]
    because: Option<String>,
}

const EXAMPLES: &str = "DIR/PLATFORM.local.grammar is an overlay: it is read beside the platform's own grammar, and never by itself.

Exit status 0: written. 1: the line reads already, or the grammars do not compile with it. 2: something is missing, such as
a reviewer: then everything is shown and nothing written.

Example:
  portcullis grammar add 'show inventory [raw]' -p cisco_ios -m privileged -c read --pipe filter \\
    --dir /etc/portcullis/grammars --reviewed-by 'A. Engineer'";

/// Why nothing is written, with the exit status.
struct No(u8, String);

impl From<String> for No {
    fn from(why: String) -> Self {
        No(TROUBLE, why)
    }
}

pub(super) fn answer(args: &Args) -> Result<(String, u8), String> {
    match added(args) {
        Ok(text) => Ok((text, OK)),
        Err(No(TROUBLE, why)) => Err(why),
        Err(No(status, why)) => Ok((why, status)),
    }
}

fn added(args: &Args) -> Result<String, No> {
    let dir = folder(args)?;
    let before = GrammarSet::load(&dir)
        .map_err(|problems| No(NO, format!("the grammars of now have problems\n{problems}")))?;
    let grammar = platform(&before, &args.platform)?;
    let addition = addition(args, grammar)?;
    let samples = addition.samples(grammar).map_err(|problem| No(NO, problem.to_string()))?;
    unread(grammar, &addition, &samples)?;
    no_door(args, &addition, &samples)?;

    let path = overlay::path(&dir, addition.platform.as_str());
    let old = match sys::read_text(&path, MAX_FILE) {
        Ok(text) => text,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => head(&addition),
        Err(fault) => return Err(No(TROUBLE, format!("{}: {fault}", path.display()))),
    };
    let comment = comment(args, &addition)?;
    // An example of the platform's own may rest on an abbreviation that changes.
    let beside = beside(grammar, &addition, &samples);
    let compiled = |example| {
        let text = format!("{old}{}", addition.text(&comment, example));
        let set = GrammarSet::load_with(&dir, &addition.platform, &text);
        let told = |problems| No(NO, format!("with it the grammars do not compile\n{problems}\n{beside}"));
        set.map(|set| (set, text)).map_err(told)
    };
    let (after, _) = compiled(None)?;
    let after = platform(&after, &args.platform)?;
    let example = samples.first().map(|sample| (sample.line(), canonical(read(after, &addition, sample))));
    let (_, text) = compiled(example.as_ref())?;
    let shown = format!("{}\n{beside}", report(grammar, after, &addition, &samples));

    if args.reviewed_by.is_none() {
        let next =
            format!("not written to {}: show this to somebody, then add --reviewed-by NAME", path.display());
        // The report is the answer even so: it is what the reviewer looks at.
        super::super::say(&shown);
        return Err(No(TROUBLE, next));
    }
    sys::replace_public(&path, text.as_bytes())
        .map_err(|fault| No(TROUBLE, format!("{}: {fault}", path.display())))?;
    let next = "a gate reads it at its next start or SIGHUP; `portcullis check --config FILE` first";
    Ok(format!("{shown}\n\nwritten to {}: {next}", path.display()))
}

fn folder(args: &Args) -> Result<PathBuf, No> {
    if let Some(dir) = &args.dir {
        return Ok(dir.clone());
    }
    let Some(path) = &args.config else {
        return Err(No(TROUBLE, "give --dir DIR or --config FILE".to_owned()));
    };
    let config = Config::load(path).map_err(|problems| problems.to_string())?;
    config.grammars.ok_or_else(|| {
        No(
            TROUBLE,
            format!("{} names no folder of grammars: set `grammars` in it, or give --dir", path.display()),
        )
    })
}

fn addition(args: &Args, grammar: &Grammar) -> Result<Addition, No> {
    for text in [Some(&args.line), args.pipe.as_ref(), args.reviewed_by.as_ref(), args.because.as_ref()]
        .into_iter()
        .flatten()
    {
        if text.trim().is_empty() || text.len() > MAX_TEXT || text.chars().any(char::is_control) {
            return Err(No(
                TROUBLE,
                format!("`{}` is not one line of 1 to {MAX_TEXT} bytes", printable(text)),
            ));
        }
    }
    let class = class(args)?;
    let because = args.because.clone().filter(|_| class == Class::Refuse);
    Ok(Addition {
        platform: grammar.platform().clone(),
        mode: mode(grammar, Some(&args.mode))?,
        line: args.line.trim().to_owned(),
        class,
        pipe: args.pipe.clone(),
        because,
    })
}

fn class(args: &Args) -> Result<Class, No> {
    let command = |class: &Class| !matches!(class, Class::Filter | Class::WritePipe);
    let all = || {
        let rows = CLASSES.iter().filter(|(class, _)| command(class));
        rows.map(|(class, name)| format!("  {name:14}  {}", class.meaning())).collect::<Vec<_>>().join("\n")
    };
    let Some(name) = &args.class else {
        return Err(No(
            TROUBLE,
            format!("what can it do? Give --class, and if in doubt the worse one:\n{}", all()),
        ));
    };
    name.parse().ok().filter(command).ok_or_else(|| {
        No(TROUBLE, format!("`{}` is no class of commands; these are:\n{}", printable(name), all()))
    })
}

/// None of the lines may be a command already. One that is read as opaque is known from now on.
fn unread(grammar: &Grammar, addition: &Addition, samples: &[Sample]) -> Result<(), No> {
    for sample in samples {
        let known = match read(grammar, addition, sample) {
            Parse::Command(found) if found.class == Class::ReadOpaque => continue,
            Parse::Command(found) => format!("`{}`, class {}", printable(&found.text), found.class),
            Parse::Refused { why, .. } => format!("class refuse: {}", printable(&why)),
            Parse::Block(opening) => format!("`{}`, which opens a block", printable(opening.text())),
            Parse::Moved(_) => "a move of the context".to_owned(),
            Parse::Unrecognized { .. }
            | Parse::Ambiguous { .. }
            | Parse::Incomplete { .. }
            | Parse::Nothing => continue,
        };
        let line = printable(&sample.line());
        return Err(No(
            NO,
            format!("`{line}` reads already in mode {}, as {known}; nothing is added", addition.mode),
        ));
    }
    Ok(())
}

fn read(grammar: &Grammar, addition: &Addition, sample: &Sample) -> Parse {
    match PresentedLine::parse(sample.line().as_bytes()) {
        Ok(line) => grammar.parse_in(&addition.mode, &Context::default(), &line),
        Err(_) => Parse::Nothing,
    }
}

/// The canonical text, of what is one.
fn canonical(parse: Parse) -> Option<String> {
    match parse {
        Parse::Command(found) => Some(found.text),
        _ => None,
    }
}

/// What looks like a shell or a stored command is one, unless somebody says why it is not.
fn no_door(args: &Args, addition: &Addition, samples: &[Sample]) -> Result<(), No> {
    let said = matches!(addition.class, Class::Refuse | Class::Escape) || args.because.is_some();
    let words = samples.iter().flat_map(|sample| &sample.words);
    let shows = addition.line.starts_with("show ");
    match words.map(|(word, _)| word).find(|word| DOORS.contains(&word.as_str())) {
        Some(word) if !said && !shows => Err(No(
            TROUBLE,
            format!(
                "`{word}` names a shell, an interpreter or a stored command: that is --class refuse, or escape. \
                 If it is something else here, say what with --because TEXT"
            ),
        )),
        _ => Ok(()),
    }
}

fn head(addition: &Addition) -> String {
    let platform = &addition.platform;
    format!(
        "# Commands that the grammar of {platform} did not know. `portcullis grammar add` adds them; see grammars/README.md.\n"
    )
}

fn comment(args: &Args, addition: &Addition) -> Result<String, No> {
    let now = SystemClock::default().wall().to_string();
    let date = now.get(..10).ok_or_else(|| No(TROUBLE, "the clock shows no date".to_owned()))?;
    let by = args.reviewed_by.as_deref().unwrap_or("nobody").trim();
    let why = args.because.as_ref().filter(|_| addition.because.is_none());
    let why = why.map(|why| format!(": {}", why.trim())).unwrap_or_default();
    Ok(format!("{date}, reviewed by {by}{why}"))
}

fn report(before: &Grammar, after: &Grammar, addition: &Addition, samples: &[Sample]) -> String {
    let mut lines = vec![
        format!("{}, mode {}:", addition.platform, addition.mode),
        format!("  {}", printable(&addition.production())),
        format!("  class {}: {}", addition.class, addition.class.meaning()),
        "afterwards:".to_owned(),
    ];
    for sample in samples.iter().take(SHOWN) {
        let reading = match read(after, addition, sample) {
            Parse::Command(found) => format!("`{}`, class {}", printable(&found.text), found.class),
            Parse::Refused { .. } => "never forwarded".to_owned(),
            _ => "not read".to_owned(),
        };
        let opaque = matches!(read(before, addition, sample), Parse::Command(_));
        let was = if opaque { ", until now read.opaque" } else { "" };
        lines.push(format!("  `{}` reads as {reading}{was}", printable(&sample.line())));
    }
    if let Some(more) = samples.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more"));
    }
    lines.join("\n")
}

fn beside(grammar: &Grammar, addition: &Addition, samples: &[Sample]) -> String {
    let changes = branch::changes(grammar, &addition.mode, samples);
    let head = if changes.is_empty() { "no abbreviation changes" } else { "what changes beside it:" };
    let changes = changes.into_iter().map(|change| format!("  {change}"));
    std::iter::once(head.to_owned()).chain(changes).collect::<Vec<_>>().join("\n")
}
