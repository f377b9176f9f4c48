//! What a command does.

use super::candidate::Terms;
use super::{Act, Ask, Router};
use crate::sim::dialect::CONTEXTS;
use crate::sim::parse::{self, Action, Found, Parsed};
use crate::sim::show;
use crate::sim::state::{Configuration, Edit};

impl Router {
    pub(super) fn act(&mut self, found: &Found) -> Result<String, String> {
        let timed = self.timestamps && !self.here.mode.configuration && found.action != Action::Exit;
        let time = if timed { self.cli.texts.time } else { "" };
        let output = self.acted(found)?;
        Ok(format!("{time}{output}"))
    }

    fn acted(&mut self, found: &Found) -> Result<String, String> {
        let first = found.args.first().map_or("", String::as_str);
        match found.action {
            Action::Enable
            | Action::Disable
            | Action::Exit
            | Action::End
            | Action::Top
            | Action::Up
            | Action::LeaveConfiguration => Ok(self.travel(found.action, first)),
            Action::Configure(candidates) => self.configure(candidates, first),
            Action::EnterInterface => self.enter_interface(first),
            Action::Enter(mode) => {
                self.push(mode, first.to_owned());
                Ok(String::new())
            }
            Action::Edit => self.edit_context(first),
            Action::Change(change) => {
                self.change(change, self.here.context.clone(), &found.args);
                Ok(String::new())
            }
            Action::ChangeNamed(change) => {
                self.change(change, first.to_owned(), found.args.get(1..).unwrap_or_default());
                Ok(String::new())
            }
            Action::Banner => self.banner(found.args.first()),
            Action::Policy => self.policy(first),
            Action::Certificate => self.certificate(first),
            Action::Danger => {
                self.machine.state().dangers.push(found.words.join(" "));
                Ok(String::new())
            }
            Action::Commit
            | Action::CommitCheck
            | Action::CommitConfirmed
            | Action::CommitMarked
            | Action::CommitConfirmedMarked
            | Action::CommitAndQuit
            | Action::Confirm
            | Action::Abort
            | Action::Discard => self.of_candidate(found.action, &found.args),
            action => self.shown(action, first),
        }
    }

    fn shown(&mut self, action: Action, first: &str) -> Result<String, String> {
        let show = &self.cli.show;
        match action {
            Action::Version => Ok(self.version()),
            Action::Clock => Ok(self.clock()),
            Action::Privilege => {
                let level = if self.here.mode.name == "exec" { 1 } else { 15 };
                Ok(format!("Current privilege level is {level}\n"))
            }
            Action::BgpSummary => Ok(show.bgp_summary.to_owned()),
            Action::Interfaces => Ok(show::interfaces(show, &self.machine.running())),
            Action::InterfaceBrief => Ok(show::brief(show, &self.machine.running())),
            Action::RunningConfig => Ok((show.running)(&self.shown_configuration())),
            Action::Interface => self.show_interface(first),
            Action::TechSupport => Ok(self.flood()),
            Action::Save | Action::CopySave | Action::Reload => Ok(self.asked(action)),
            _ => Ok(self.prepared(action, first)),
        }
    }

    /// Of the terminal.
    fn prepared(&mut self, action: Action, number: &str) -> String {
        match action {
            Action::TerminalLength => {
                if !self.machine.behaviour().keeps_paging {
                    self.page = number.parse().unwrap_or(0);
                }
                self.cli.texts.length.replace("{}", number)
            }
            Action::TerminalWidth => self.cli.texts.width.replace("{}", number),
            Action::NoTimestamp => {
                self.timestamps = false;
                String::new()
            }
            _ => String::new(),
        }
    }

    fn asked(&mut self, action: Action) -> String {
        match action {
            Action::CopySave => {
                self.ask = Some(Ask::Destination);
                "Destination filename [startup-config]? ".to_owned()
            }
            Action::Reload => {
                self.ask = Some(Ask::Reload);
                self.cli.texts.reload.to_owned()
            }
            _ => {
                self.machine.state().saved = true;
                self.cli.texts.saved.to_owned()
            }
        }
    }

    /// In configuration with a candidate: that; elsewhere what is in force.
    fn shown_configuration(&self) -> Configuration {
        if self.here.mode.configuration { self.view() } else { self.machine.running() }
    }

    fn version(&self) -> String {
        let text = (self.cli.show.version)(&self.machine.running().hostname);
        match text.split_once('\n') {
            Some((first, rest)) if self.machine.behaviour().other_prompt => {
                format!("{first}\n{}\n{rest}", self.other_prompt())
            }
            _ => text,
        }
    }

    fn clock(&mut self) -> String {
        let clock = "09:00:00.000 UTC Mon Nov 23 2026\n".to_owned();
        if self.machine.behaviour().asks_first {
            self.ask = Some(Ask::Sure(clock));
            return "Are you sure? [y/n] ".to_owned();
        }
        clock
    }

    pub(super) fn become_first(&mut self) {
        self.back_to(0);
        self.here.mode = &self.cli.first;
    }

    fn travel(&mut self, action: Action, first: &str) -> String {
        let depth = self.below.len();
        match action {
            Action::Enable if self.here.mode.name == "exec" => {
                if self.machine.behaviour().enable_secret.is_some() {
                    self.ask = Some(Ask::Secret);
                    return "Password: ".to_owned();
                }
                self.become_first();
            }
            Action::Disable => {
                self.left();
                self.here.mode = self.cli.unprivileged.as_ref().unwrap_or(&self.cli.first);
            }
            Action::Exit if depth == 0 => self.end(),
            Action::Exit if depth > 1 => self.pop(),
            Action::Exit | Action::End | Action::LeaveConfiguration if depth > 0 => return self.leave(),
            Action::Top => self.back_to(1),
            Action::Up => {
                for _ in 0..first.parse().unwrap_or(1_u16) {
                    self.here.context = above(&self.here.context);
                }
            }
            _ => {}
        }
        String::new()
    }

    /// Junos: goes on from the context.
    fn edit_context(&mut self, path: &str) -> Result<String, String> {
        let path = format!("{} {path}", self.here.context);
        match parse::parse(&[CONTEXTS], &path) {
            Parsed::Run(found) => {
                self.push("configure", found.words.join(" "));
                Ok(String::new())
            }
            problem => Err(self.complaint(&problem, &path)),
        }
    }

    fn of_candidate(&mut self, action: Action, args: &[String]) -> Result<String, String> {
        let named = self.candidate.as_ref().is_some_and(|candidate| candidate.name().is_some());
        if self.candidate.is_none() && action != Action::Confirm {
            return Err(self.complaint(&Parsed::Invalid(0), ""));
        }
        let output = match action {
            Action::Commit
            | Action::CommitConfirmed
            | Action::CommitMarked
            | Action::CommitConfirmedMarked => self.try_commit(terms(action, args))?,
            Action::CommitCheck => "configuration check succeeds\n".to_owned(),
            Action::CommitAndQuit => self.commit(Terms::default())? + &self.left(),
            Action::Confirm => {
                self.machine.state().unconfirmed = None;
                String::new()
            }
            _ => {
                self.discard();
                self.cli.texts.discarded.to_owned()
            }
        };
        // A configuration session ends with its commit.
        if action == Action::Abort || (named && action != Action::Discard) {
            self.left();
        }
        Ok(output)
    }

    fn show_interface(&self, typed: &str) -> Result<String, String> {
        let running = self.machine.running();
        match running.resolve(typed).and_then(|name| running.interface(&name).cloned()) {
            Some(interface) => Ok((self.cli.show.interface)(&interface)),
            None => Err(match self.cli.texts.no_interface {
                Some(text) => text.replace("{}", typed),
                None => self.complaint(&Parsed::Invalid("show interfaces ".len()), ""),
            }),
        }
    }

    /// FRR takes any name, IOS only those of its ports and new loopbacks.
    fn enter_interface(&mut self, typed: &str) -> Result<String, String> {
        let name = match self.view().resolve(typed) {
            Some(name) => name,
            None if (self.cli.creates)(typed) => {
                self.edit_configuration(Edit::Create(typed.to_owned()));
                typed.to_owned()
            }
            None => return Err(self.complaint(&Parsed::Invalid("interface ".len()), "")),
        };
        self.push("config-if", name);
        Ok(String::new())
    }

    fn flood(&mut self) -> String {
        let wanted = match self.machine.behaviour().flood_bytes {
            0 => 64 * 1024,
            bytes => bytes,
        };
        let limit = self.machine.behaviour().close_after.map(|limit| limit.saturating_sub(self.printed));
        self.printed = self.printed.saturating_add(wanted);
        self.acts.push(Act::Flood(limit.map_or(wanted, |limit| limit.min(wanted))));
        if limit.is_some_and(|limit| limit < wanted) {
            self.end();
        }
        String::new()
    }
}

fn terms(action: Action, args: &[String]) -> Terms {
    let time = args.first().map_or("10", String::as_str).to_owned();
    let comment = args.last().map(|text| text.trim_matches('"').to_owned());
    match action {
        Action::CommitConfirmed => Terms { confirmed: Some(time), comment: None },
        Action::CommitMarked => Terms { confirmed: None, comment },
        Action::CommitConfirmedMarked => Terms { confirmed: Some(time), comment },
        _ => Terms::default(),
    }
}

/// The context above: a word less, or two where the last one is a name.
fn above(context: &str) -> String {
    let mut words: Vec<&str> = context.split(' ').collect();
    words.pop();
    if words.last().is_some_and(|word| matches!(*word, "unit" | "family" | "policy-statement")) {
        words.pop();
    }
    words.join(" ")
}
