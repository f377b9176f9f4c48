//! Programs that are run to their end or held open, never for longer than a bound.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

/// The longest that anything may take; far more than it should.
const LIMIT: Duration = Duration::from_secs(60);

/// What a program printed and how it ended.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
    /// Exit status; none after a signal.
    pub(crate) status: Option<i32>,
}

impl Seen {
    /// Both streams, for messages and for text that may be on either.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// A program that is running.
pub(crate) struct Running {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    out: Stream,
    err: Stream,
}

/// What has come from a stream so far.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command, stdin: &[u8]) -> Seen {
    let mut running = Running::start(command);
    running.feed(stdin);
    running.finish()
}

/// Runs a program that must succeed, for its output.
pub(crate) fn output(command: &mut Command) -> String {
    let seen = run(command, b"");
    assert_eq!(seen.status, Some(0), "{:?}: {}", command.get_program(), seen.text());
    seen.out
}

/// Waits until `holds`.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
        sleep(Duration::from_millis(50));
    }
}

impl Running {
    /// Starts a program.
    pub(crate) fn start(command: &mut Command) -> Self {
        // Not the environment: it may hold a token.
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let name = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let out = Stream::of(child.stdout.take().expect("stdout"));
        let err = Stream::of(child.stderr.take().expect("stderr"));
        let stdin = child.stdin.take();
        Self { name, child, stdin, out, err }
    }

    /// Writes to its standard input. That it is gone already is no fault here: its output will tell.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(bytes).and_then(|()| stdin.flush());
        }
    }

    /// Waits until standard output holds `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        while !self.out.text().contains(text) {
            let so_far = || format!("{}{}", self.out.text(), self.err.text());
            assert!(begun.elapsed() < LIMIT, "{}: no {text:?} in {:?}", self.name, so_far());
            sleep(Duration::from_millis(20));
        }
    }

    /// Closes its standard input and waits for its end.
    pub(crate) fn finish(mut self) -> Seen {
        drop(self.stdin.take());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("wait") {
                break status;
            }
            if begun.elapsed() > LIMIT {
                let _ = self.child.kill();
                panic!(
                    "{}: still running after {LIMIT:?}: {}{}",
                    self.name,
                    self.out.text(),
                    self.err.text()
                );
            }
            sleep(Duration::from_millis(5));
        };
        Seen { out: self.out.whole(), err: self.err.whole(), status: status.code() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It is over already unless a test failed half way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Stream {
    fn of(mut source: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = bytes.clone();
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(n @ 1..) = source.read(&mut buffer) {
                sink.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..n]);
            }
        });
        Self { bytes, reader: Some(reader) }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("reader");
        }
        self.text()
    }
}
