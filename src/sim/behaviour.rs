//! What a router does wrong, or otherwise than by default.

use std::time::Duration;

/// Faults and oddities of a router. The default is a sane router.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// The session ends after that many bytes of command output (echo and prompts are not counted).
    pub close_after: Option<u64>,
    /// `show version` prints the exact prompt in its middle, pauses, and goes on.
    pub false_prompt: bool,
    /// Nothing that is typed is echoed.
    pub no_echo: bool,
    /// Each command, and what is said to a question, is answered only after this time.
    pub answer_after: Option<Duration>,
    /// Commands are echoed and never answered.
    pub never_answers: bool,
    /// The router opens a session channel to the client when a shell begins; the log says what came of it.
    pub opens_channel: bool,
    /// `show tech-support` prints that many bytes; 0 means 64 KiB.
    pub flood_bytes: u64,
    /// Sessions begin in user mode (`>`) and not in privileged mode.
    pub starts_unprivileged: bool,
    /// `enable` asks for this.
    pub enable_secret: Option<String>,
    /// Printed at the start of a session, with `\n` line ends.
    pub banner: Option<String>,
    /// Readline's bracketed paste marks stand around each prompt, as `vtysh` of Debian 12 prints them.
    pub paste_marks: bool,
    /// Router modes know an `ip route ...` of their own, which is noted in [`Machine::dangers`](super::Machine::dangers)
    /// and is not the one of the parent mode.
    pub hidden_words: bool,
    /// The shared candidate of Junos holds another user's uncommitted description of the first port.
    pub foreign_change: bool,
    /// What opens a block of text is answered with the error for an unknown command: the lines that follow are commands.
    pub openers_fail: bool,
    /// `show clock` asks `Are you sure? [y/n] ` first. ^C aborts it, any other key answers.
    pub asks_first: bool,
    /// `show version` holds a line that equals the prompt of another mode.
    pub other_prompt: bool,
    /// Another mode's prompt stands on a line of its own before the first prompt, as a banner may have it.
    pub prompt_banner: bool,
    /// Answers go on in pages, whatever length the terminal is set to.
    pub keeps_paging: bool,
    /// A log line that begins as the prompt of IOS-XR does stands in the middle of each longer answer and right before
    /// the prompt.
    pub log_lines: bool,
}
