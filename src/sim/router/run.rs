//! How one line is read: characters that act, commands from elsewhere, walking up, pipes.

use super::Router;
use crate::sim::dialect::HIDDEN;
use crate::sim::parse::{self, Parsed};

impl Router {
    /// Output of one line, and whether it failed.
    pub(super) fn run(&mut self, line: &str) -> (String, bool) {
        if line.trim_start().starts_with(self.cli.comments) {
            return (String::new(), false);
        }
        let line = if self.cli.keys.variables { self.replaced(line) } else { line.to_owned() };
        let parts = if self.cli.keys.semicolon { split_unquoted(&line, ';') } else { vec![line.as_str()] };
        let (mut output, mut failed) = (String::new(), false);
        for part in parts {
            match self.one(part) {
                Ok(text) => output.push_str(&text),
                Err(text) => {
                    output.push_str(&text);
                    failed = true;
                }
            }
        }
        (output, failed)
    }

    /// `$(NAME)`: the one variable that NX-OS always has, and nothing for others.
    fn replaced(&self, line: &str) -> String {
        let mut text = line.to_owned();
        while let Some((before, name, after)) = variable(&text) {
            let value = match name {
                "SWITCHNAME" => self.machine.state().running.hostname.clone(),
                "TIMESTAMP" => "2026-11-23-09.00.00".to_owned(),
                _ => String::new(),
            };
            text = format!("{before}{value}{after}");
        }
        text
    }

    /// One command, which may be one of the first mode.
    fn one(&mut self, line: &str) -> Result<String, String> {
        let elsewhere = self.cli.elsewhere;
        let exec = line.trim_start().strip_prefix(elsewhere).filter(|_| !elsewhere.is_empty());
        match (exec, self.below.first().cloned()) {
            (Some(exec), Some(first)) if self.here.mode.configuration => {
                let here = std::mem::replace(&mut self.here, first);
                let below = std::mem::take(&mut self.below);
                let candidate = self.candidate.take();
                let answer = self.redirected(exec);
                (self.here, self.below, self.candidate) = (here, below, candidate);
                answer
            }
            _ => self.redirected(line),
        }
    }

    fn redirected(&mut self, line: &str) -> Result<String, String> {
        if !self.cli.keys.redirect {
            return self.piped(line);
        }
        let parts = split_unquoted(line, '>');
        let [command, .., file] = parts.as_slice() else { return self.piped(line) };
        let output = self.piped(command.trim_end())?;
        self.machine.state().files.insert(file.trim().to_owned(), output);
        Ok(String::new())
    }

    /// Only what shows something has a pipe: elsewhere it is text.
    fn piped(&mut self, line: &str) -> Result<String, String> {
        let first = line.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let shows = first.len() >= 2 && "show".starts_with(&first);
        let Some((command, pipe)) = line.split_once('|').filter(|_| shows) else { return self.walk(line) };
        let output = self.walk(command.trim_end())?;
        Ok(pipe.split('|').fold(output, |output, stage| self.stage(output, stage.trim())))
    }

    /// One stage of a pipe: it writes a file, or filters with plain text.
    fn stage(&self, output: String, stage: &str) -> String {
        let (word, text) = stage.split_once(' ').unwrap_or((stage, ""));
        if self.cli.writers.iter().any(|writer| begins(writer, word)) {
            self.machine.state().files.insert(text.trim().to_owned(), output);
            return String::new();
        }
        let lines = output.split_inclusive('\n');
        if begins("include", word) || begins("match", word) {
            lines.filter(|l| l.contains(text)).collect()
        } else if begins("exclude", word) || begins("except", word) {
            lines.filter(|l| !l.contains(text)).collect()
        } else if begins("begin", word) || begins("find", word) {
            lines.skip_while(|l| !l.contains(text)).collect()
        } else {
            output
        }
    }

    /// Reads the line in this mode, or in the nearest one below that knows it; the session moves there if it succeeds.
    fn walk(&mut self, line: &str) -> Result<String, String> {
        if let Some(answer) = self.in_context(line) {
            return answer;
        }
        let from = (self.here.clone(), self.below.clone());
        let line = self.with_context(line);
        loop {
            match self.read(&line) {
                Parsed::Empty => return Ok(String::new()),
                Parsed::Run(found) => {
                    return self.act(&found).inspect_err(|_| (self.here, self.below) = from);
                }
                Parsed::Invalid(_) if self.here.mode.walkup => self.pop(),
                problem => {
                    (self.here, self.below) = from;
                    return Err(self.complaint(&problem, &line));
                }
            }
        }
    }

    fn read(&self, line: &str) -> Parsed {
        let mode = self.here.mode;
        let mut tables = Vec::new();
        let routing = mode.name.contains("router") || mode.name.contains("bgp");
        if routing && self.machine.behaviour().hidden_words {
            tables.push(HIDDEN);
        }
        tables.extend(mode.tables);
        parse::parse(&tables, line)
    }

    pub(super) fn complaint(&self, problem: &Parsed, line: &str) -> String {
        (self.cli.complain)(problem, line, self.prompt_text().len())
    }

    /// Junos: `top ...` runs the rest at the top, without going there.
    fn in_context(&mut self, line: &str) -> Option<Result<String, String>> {
        let rest = line.trim_start().strip_prefix("top ")?;
        if self.here.mode.header.is_empty() || rest.trim().is_empty() {
            return None;
        }
        let context = std::mem::take(&mut self.here.context);
        let (depth, name) = (self.below.len(), self.here.mode.name);
        let answer = self.walk(rest);
        // `top edit ...` has moved.
        if self.below.len() == depth && self.here.mode.name == name {
            self.here.context = context;
        }
        Some(answer)
    }

    /// Junos: `set` and `delete` go on from the context.
    fn with_context(&self, line: &str) -> String {
        let context = &self.here.context;
        match line.trim_start().split_once(' ') {
            Some((word, rest)) if !self.here.mode.header.is_empty() && !context.is_empty() => {
                if begins("set", word) || begins("delete", word) {
                    return format!("{word} {context} {rest}");
                }
                line.to_owned()
            }
            _ => line.to_owned(),
        }
    }
}

/// Whether `typed` is a beginning of `word` of three letters or more.
fn begins(word: &str, typed: &str) -> bool {
    (typed.len() >= 3 || typed == word) && word.starts_with(typed)
}

/// What stands before, within and after the first `$(...)`.
fn variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("$(")?;
    let (name, after) = rest.split_once(')')?;
    Some((before, name, after))
}

/// Splits at a character that stands outside of double quotes.
fn split_unquoted(text: &str, at: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        c == at && !quoted
    })
    .collect()
}
