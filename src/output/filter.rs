//! Takes control sequences out of device output, in bounded memory, whatever chunks it comes in.

/// A longer line is passed on in pieces of at most this many bytes.
pub const MAX_PIECE: usize = 16 * 1024;

/// Stands for each byte that is not UTF-8 and for each character that is invisible by design.
const REPLACEMENT: u8 = b'?';

/// How lines end for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newline {
    /// For a client with a pty.
    CrLf,
    /// For a client without one.
    Lf,
}

impl Newline {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Escape,
    /// After ESC and 0x20 to 0x2f: character sets and the like.
    Intermediate,
    Csi,
    /// OSC, DCS, SOS, PM, APC.
    String,
    StringEscape,
    /// Inside a character of several bytes.
    Character,
}

/// Passes printable UTF-8, tabs and line ends. Escape sequences, C0, C1 and DEL are dropped, so a text that overwrites
/// itself by CR or backspace is shown whole. Bytes that are not UTF-8, and characters that hide or reorder text, become
/// `?`.
///
/// INVARIANT: what is passed on, and what is pending, depends on the bytes and not on how they were cut.
#[derive(Debug)]
pub struct Filter {
    newline: Newline,
    state: State,
    /// The unfinished line, at most [`MAX_PIECE`] bytes.
    line: Vec<u8>,
    character: Partial,
}

impl Filter {
    /// A filter at the start of a line.
    #[must_use]
    pub fn new(newline: Newline) -> Self {
        Self { newline, state: State::Text, line: Vec::new(), character: Partial::default() }
    }

    /// Takes bytes in; appends the lines that they finish to `out`, and whole pieces of a line longer than [`MAX_PIECE`].
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = if self.state == State::Text { self.text(rest, out) } else { rest };
            if let Some((byte, after)) = rest.split_first() {
                self.byte(*byte, out);
                rest = after;
            }
        }
    }

    /// Appends the unfinished line to `out`, without a line end. An unfinished control sequence is forgotten.
    pub fn flush(&mut self, out: &mut Vec<u8>) {
        self.spoil_character(out);
        out.append(&mut self.line);
        self.state = State::Text;
    }

    /// The unfinished line, as far as it was not passed on in pieces.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.line
    }

    /// Forgets the unfinished line: it was a prompt.
    pub fn clear(&mut self) {
        self.line.clear();
        self.character = Partial::default();
        self.state = State::Text;
    }

    /// Takes the run of plain text at the start of `bytes`; returns what follows it.
    fn text<'a>(&mut self, bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let (run, rest) = bytes.split_at(plain_run(bytes));
        let mut run = run;
        while !run.is_empty() {
            let (piece, after) = run.split_at(MAX_PIECE.saturating_sub(self.line.len()).min(run.len()));
            self.line.extend_from_slice(piece);
            self.pass_full_piece(0, out);
            run = after;
        }
        rest
    }

    /// Keeps room for `more` bytes and never holds a full piece.
    fn pass_full_piece(&mut self, more: usize, out: &mut Vec<u8>) {
        if self.line.len().saturating_add(more) >= MAX_PIECE {
            out.append(&mut self.line);
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.state == State::Character {
            self.continue_character(byte, out);
        } else if byte == b'\n' {
            // Also ends whatever sequence is open: a device must not hide more than the rest of a line.
            self.state = State::Text;
            self.line.extend_from_slice(self.newline.bytes());
            out.append(&mut self.line);
        } else {
            self.control(byte, out);
        }
    }

    fn control(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.state = match (self.state, byte) {
            (State::String, 0x1b) => State::StringEscape,
            (State::StringEscape, b'\\') => State::Text,
            (_, 0x1b) => State::Escape,
            (_, 0x18 | 0x1a) => State::Text,
            (State::String, 0x07) => State::Text,
            (State::String, _) => State::String,
            (State::Escape | State::StringEscape, _) => after_escape(byte),
            (State::Intermediate, 0x30..=0x7e) => State::Text,
            (State::Csi, 0x40..=0x7e) => State::Text,
            (State::Intermediate | State::Csi, 0x80..) | (State::Text, _) => return self.visible(byte, out),
            (state, _) => state,
        };
    }

    /// A byte outside any control sequence.
    fn visible(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.state = State::Text;
        match byte {
            b'\t' | 0x20..=0x7e => self.put(&[byte], out),
            0xc2..=0xf4 => {
                self.character = Partial::start(byte);
                self.state = State::Character;
            }
            0x80.. => self.put(&[REPLACEMENT], out),
            _ => {}
        }
    }

    fn put(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.pass_full_piece(bytes.len().saturating_sub(1), out);
        self.line.extend_from_slice(bytes);
        self.pass_full_piece(0, out);
    }

    fn continue_character(&mut self, byte: u8, out: &mut Vec<u8>) {
        if !(0x80..=0xbf).contains(&byte) {
            self.spoil_character(out);
            return self.byte(byte, out);
        }
        self.character.add(byte);
        if self.character.is_whole() {
            self.whole_character(out);
        }
    }

    fn whole_character(&mut self, out: &mut Vec<u8>) {
        match self.character.decode() {
            Some(c) if c.is_control() => {}
            Some(c) if is_hidden(c) => self.put(&[REPLACEMENT], out),
            Some(c) => self.put(c.encode_utf8(&mut [0; 4]).as_bytes(), out),
            None => return self.spoil_character(out),
        }
        self.character = Partial::default();
        self.state = State::Text;
    }

    /// The bytes taken so far are no character.
    fn spoil_character(&mut self, out: &mut Vec<u8>) {
        for _ in 0..std::mem::take(&mut self.character).length {
            self.put(&[REPLACEMENT], out);
        }
        self.state = State::Text;
    }
}

/// What the byte after an ESC begins. Control bytes inside a sequence are dropped.
fn after_escape(byte: u8) -> State {
    match byte {
        b'[' => State::Csi,
        b']' | b'P' | b'X' | b'^' | b'_' => State::String,
        0x20..=0x2f => State::Intermediate,
        0x00..=0x1f => State::Escape,
        _ => State::Text,
    }
}

/// A character of which not all bytes have come.
#[derive(Clone, Copy, Debug, Default)]
struct Partial {
    bytes: [u8; 4],
    length: usize,
}

impl Partial {
    fn start(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    fn add(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length = self.length.saturating_add(1);
        }
    }

    fn is_whole(self) -> bool {
        let [first, ..] = self.bytes;
        let wanted = match first {
            0xf0.. => 4,
            0xe0.. => 3,
            _ => 2,
        };
        self.length >= wanted
    }

    fn decode(self) -> Option<char> {
        std::str::from_utf8(self.bytes.get(..self.length)?).ok()?.chars().next()
    }
}

/// Invisible or reordering characters: text that does not read as it is.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_plain(byte: u8) -> bool {
    (byte.wrapping_sub(0x20) < 0x5f) | (byte == b'\t')
}

/// The length of the run of plain bytes at the start. Whole blocks are tested without branches, so that the compiler
/// can use vector instructions.
fn plain_run(bytes: &[u8]) -> usize {
    let mut length = 0_usize;
    let mut blocks = bytes.chunks_exact(32);
    for block in blocks.by_ref() {
        if !block.iter().fold(true, |plain, byte| plain & is_plain(*byte)) {
            break;
        }
        length = length.saturating_add(block.len());
    }
    let rest = bytes.get(length..).unwrap_or_default();
    length.saturating_add(rest.iter().position(|b| !is_plain(*b)).unwrap_or(rest.len()))
}
