//! A conversation with the gate, line by line, through a real OpenSSH client.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came so far, and whether no more will.
type Heard = Arc<(Mutex<(Vec<u8>, bool)>, Condvar)>;

/// An open session.
pub(crate) struct Talk {
    client: Child,
    stdin: Option<ChildStdin>,
    heard: Heard,
    from: usize,
    /// What ends a line.
    enter: &'static str,
}

impl Talk {
    /// Starts the client and waits for the first prompt.
    pub(super) fn open(mut ssh: Command, prompt: &str, enter: &'static str) -> Self {
        let mut client =
            ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("client");
        let (stdin, stdout) = (client.stdin.take(), client.stdout.take().expect("stdout"));
        let heard = Heard::default();
        let ear = heard.clone();
        std::thread::spawn(move || listen(stdout, &ear));
        let mut talk = Self { client, stdin, heard, from: 0, enter };
        talk.wait(prompt);
        talk
    }

    /// Types a line and waits for the prompt; returns all that came in between, the echo and the prompt included.
    pub(super) fn says(&mut self, line: &str, prompt: &str) -> String {
        self.keys(format!("{line}{}", self.enter).as_bytes());
        self.wait(prompt)
    }

    /// Each line with its prompt.
    pub(super) fn goes(&mut self, steps: &[(&str, &str)]) {
        for (line, prompt) in steps {
            let text = self.says(line, prompt);
            assert!(!text.contains("% portcullis"), "{line}: {text}");
        }
    }

    /// A line that the gate refuses with that code.
    pub(super) fn refused(&mut self, line: &str, code: &str, prompt: &str) -> String {
        let text = self.says(line, prompt);
        assert!(text.contains(&format!("% portcullis: denied [{code}]")), "{line}: {text}");
        text
    }

    pub(super) fn keys(&mut self, keys: &[u8]) {
        self.from = self.heard.0.lock().expect("heard").0.len();
        // The gate may have ended the session.
        let _ = self.stdin.as_mut().expect("open").write_all(keys);
    }

    /// Waits for a line that is `prompt`, at the end of what came since the last key.
    pub(super) fn wait(&mut self, prompt: &str) -> String {
        let (lock, news) = &*self.heard;
        let there = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes.get(self.from..).unwrap_or_default()).into_owned();
            let line = text.strip_suffix(prompt);
            (line.is_some_and(|before| before.is_empty() || before.ends_with('\n')), text)
        };
        let heard = lock.lock().expect("heard");
        let (heard, _) = news
            .wait_timeout_while(heard, PATIENCE, |(bytes, ended)| !*ended && !there(bytes).0)
            .expect("heard");
        let (found, text) = there(&heard.0);
        drop(heard);
        assert!(found, "no `{prompt}` at the end of {text:?}");
        text
    }

    /// Waits until the text has come.
    pub(super) fn heard(&mut self, wanted: &str) {
        let (lock, news) = &*self.heard;
        let there = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes.get(self.from..).unwrap_or_default()).contains(wanted)
        };
        let heard = lock.lock().expect("heard");
        let (heard, late) =
            news.wait_timeout_while(heard, PATIENCE, |(bytes, _)| !there(bytes)).expect("heard");
        drop(heard);
        assert!(!late.timed_out(), "no `{wanted}`");
    }

    /// Types a line that ends the session; returns what came, and the exit status.
    pub(super) fn ends(mut self, line: &str) -> (String, Option<i32>) {
        self.keys(format!("{line}{}", self.enter).as_bytes());
        self.ended()
    }

    /// Closes the client's end and waits for the gate's.
    pub(super) fn leave(mut self) -> (String, Option<i32>) {
        self.from = 0;
        self.ended()
    }

    fn ended(&mut self) -> (String, Option<i32>) {
        let (lock, news) = &*self.heard;
        // An end of input at a terminal is ^D; the client may be gone already.
        if let Some(mut stdin) = self.stdin.take().filter(|_| self.enter == "\r") {
            let _ = stdin.write_all(b"\x04");
            self.stdin = Some(stdin);
        }
        let heard = lock.lock().expect("heard");
        let (heard, _) = news.wait_timeout_while(heard, PATIENCE, |(_, ended)| !*ended).expect("heard");
        let text = String::from_utf8_lossy(heard.0.get(self.from..).unwrap_or_default()).into_owned();
        let over = heard.1;
        drop(heard);
        assert!(over, "the session goes on: {text:?}");
        (text, self.client.wait().expect("client").code())
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.stdin = None;
        // It may have ended already.
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}

fn listen(mut stdout: impl Read, heard: &Heard) {
    let (lock, news) = &**heard;
    let mut bytes = [0; 4096];
    loop {
        let count = stdout.read(&mut bytes).unwrap_or(0);
        let mut heard = lock.lock().expect("heard");
        heard.0.extend_from_slice(&bytes[..count]);
        heard.1 |= count == 0;
        news.notify_all();
        if count == 0 {
            return;
        }
    }
}
