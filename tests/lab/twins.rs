//! Two routers that are equal, so that a line can be typed into one of them and what is sent for it into the other.

use std::path::Path;
use std::process::Command;

use super::process::output;
use super::router::{Router, Routers};
use super::steps::SETUP;

/// One line as it came out on a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// What follows the host name in the prompt that it was typed at.
    pub(crate) prompt: String,
    /// What was answered, line by line.
    pub(crate) answer: Vec<String>,
}

/// The pair that `tests/lab/twins` starts.
pub(crate) struct Twins {
    routers: Routers,
    pair: [Router; 2],
}

impl Twins {
    /// The pair of the lab that stands.
    pub(crate) fn standing() -> Self {
        let routers = Routers::standing();
        let pair = ["t1", "t2"].map(|name| routers.router(name));
        Self { routers, pair }
    }

    /// Starts both anew.
    pub(crate) fn renew(&self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/twins");
        output(Command::new(script).arg(&self.routers.dir).env("LAB_NS", self.routers.fact("LAB_NS")));
        let [one, other] = self.type_into([SETUP, SETUP]);
        assert_eq!(one, other, "the twins are no twins");
    }

    /// Types into both at once. Of each line its prompt and answer; fewer where a session ended before its lines did.
    pub(crate) fn type_into<T: AsRef<str> + Sync>(&self, lines: [&[T]; 2]) -> [Vec<Said>; 2] {
        let [one, other] = &self.pair;
        let typed = |router: &Router, lines: &[T]| {
            let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
            session(router, &lines)
        };
        std::thread::scope(|scope| {
            let second = scope.spawn(|| typed(other, lines[1]));
            [typed(one, lines[0]), second.join().expect("the second twin")]
        })
    }
}

/// Types lines into one vtysh of a router.
pub(crate) fn session(router: &Router, lines: &[&str]) -> Vec<Said> {
    transcript(&router.typed_in_one_session(lines), lines)
}

/// Finds the lines again where they were echoed behind a prompt.
fn transcript(shown: &str, lines: &[&str]) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    let mut wanted = lines.iter();
    let mut next = wanted.next();
    for row in shown.lines() {
        match next.and_then(|line| prompt(row.strip_suffix(line)?)) {
            Some((rest, prompt)) => {
                if let Some(last) = all.last_mut().filter(|_| !rest.is_empty()) {
                    last.answer.push(rest.to_owned());
                }
                all.push(Said { prompt: prompt.to_owned(), answer: Vec::new() });
                next = wanted.next();
            }
            None => all.last_mut().into_iter().for_each(|said| said.answer.push(row.to_owned())),
        }
    }
    all
}

/// What follows the host name in a prompt; and what stands before it, for not every answer ends its last line.
fn prompt(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_suffix(' ')?;
    let (rest, word) = text.split_at(text.rfind(' ').map_or(0, |at| at + 1));
    let name = word.find(['(', '#', '>'])?;
    let prompt = word.split_at(name).1;
    let is = prompt.ends_with(['#', '>']) && name > 0;
    is.then_some((rest, prompt))
}

#[test]
fn what_is_echoed_is_found_again() {
    let shown = "Hello\n\nr1# configure terminal\nr1(config)# x \n% Unknown command: x\nr1(config)# end\n{ r1# y\nr1# ";
    let said = transcript(shown, &["configure terminal", "x ", "end", "y"]);
    let rows: Vec<(&str, usize)> =
        said.iter().map(|said| (said.prompt.as_str(), said.answer.len())).collect();
    assert_eq!(rows, [("#", 0), ("(config)#", 1), ("(config)#", 1), ("#", 1)]);
}
