//! Where one value of a stream ends and the next begins, without I/O: the caller feeds bytes.

use memchr::{memchr, memchr_iter, memmem};

/// Cuts a stream of JSON values, compact or pretty, into frames. A line that begins with `{` begins a value, so
/// one broken value never costs the next.
///
/// # Expected flow
/// [`feed`](Self::feed) (or [`space`](Self::space) and [`fed`](Self::fed), without a copy) brings bytes in until
/// [`pull`](Self::pull) gives a frame. Of a [`Frame::Record`] that cannot be read the caller says so: it is
/// [`unfinished`](Self::unfinished) and comes again with the lines that follow, or [`broken`](Self::broken).
///
/// # Guarantees
/// At most one frame of `max_line` bytes, plus what was fed at once, is held; only a list may be longer.
///
/// ```
/// use pod_lifecycle::wire::{Frame, Frames};
/// let mut frames = Frames::new(1 << 20);
/// frames.feed(b"{\"kind\":\"Pod\"}\noops\n{\"kind\":\"Pod\"}");
/// frames.end();
/// let mut seen = Vec::new();
/// while let Some(frame) = frames.pull() {
///     seen.push(match frame {
///         Frame::Record { at, .. } => (at.line, "record"),
///         Frame::Garbage { at, .. } => (at.line, "garbage"),
///         Frame::TooLong { at, .. } => (at.line, "too long"),
///     });
/// }
/// assert_eq!(seen, [(1, "record"), (2, "garbage"), (3, "record")]);
/// ```
#[derive(Debug)]
pub struct Frames {
    buffer: Vec<u8>,
    /// Where the current frame begins in `buffer`; everything before has been given out.
    start: usize,
    /// How many bytes of `buffer` are filled.
    filled: usize,
    /// Place of `start` in the stream.
    at: Place,
    max_line: usize,
    ended: bool,
    state: State,
}

/// A place in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The byte, from 0.
    pub byte: u64,
}

/// One piece of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// One value, or several on one line.
    Record {
        /// The bytes.
        bytes: &'a [u8],
        /// Where it begins.
        at: Place,
        /// Whether more lines could belong to it.
        more: More,
    },
    /// Bytes that begin no value.
    Garbage {
        /// Where they begin.
        at: Place,
        /// How many they are.
        length: u64,
    },
    /// A value longer than the limit that is no list.
    TooLong {
        /// Where it begins.
        at: Place,
        /// How many bytes it has, up to the next value.
        length: u64,
    },
}

/// Whether more lines could belong to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// The next line may.
    Possible,
    /// A new value begins there, or the stream ends.
    Impossible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before a value, or before the end.
    Between,
    /// A value goes on; up to here (from `start`) its lines have been looked at.
    Collecting(usize),
    /// A frame of this length has been given out; so many line ends are in it.
    Given { length: usize, lines: usize },
    /// Bytes are dropped up to the next line that begins with `{`.
    Dropping { why: Why, from: Place, column: Column },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    First,
    Later,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Garbage,
    TooLong,
    /// The caller has reported it already.
    Broken,
}

impl Frames {
    /// A stream of which nothing is known yet. A value longer than `max_line` bytes is dropped unless it is a list.
    #[must_use]
    pub const fn new(max_line: usize) -> Self {
        let at = Place { line: 1, byte: 0 };
        Self { buffer: Vec::new(), start: 0, filled: 0, at, max_line, ended: false, state: State::Between }
    }

    /// A stream that goes on at a place where [`resting`](Self::resting) was, in another `Frames`.
    #[must_use]
    pub const fn resume(max_line: usize, at: Place) -> Self {
        let mut frames = Self::new(max_line);
        frames.at = at;
        frames
    }

    /// The place up to which all frames have been pulled, if reading can be taken up there: not in the middle of
    /// bytes that are being dropped.
    #[must_use]
    pub const fn resting(&self) -> Option<Place> {
        match self.state {
            State::Between | State::Collecting(_) => Some(self.at),
            State::Given { .. } | State::Dropping { .. } => None,
        }
    }

    /// Appends bytes of the stream.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some(space) = self.space(bytes.len()).get_mut(..bytes.len()) {
            space.copy_from_slice(bytes);
        }
        self.fed(bytes.len());
    }

    /// Room for at least `length` more bytes; [`fed`](Self::fed) tells how many were written there.
    pub fn space(&mut self, length: usize) -> &mut [u8] {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        let wanted = self.filled + length;
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted.max(2 * self.buffer.len()), 0);
        }
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// Takes `length` bytes that were written to [`space`](Self::space).
    pub fn fed(&mut self, length: usize) {
        self.filled = (self.filled + length).min(self.buffer.len());
    }

    /// How many bytes of the stream are held: fed, and neither given out nor dropped yet.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.filled - self.start
    }

    /// Says that the stream has ended.
    pub const fn end(&mut self) {
        self.ended = true;
    }

    /// Whether [`end`](Self::end) was called.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// The next frame, or `None` if more bytes are needed or the stream has ended.
    pub fn pull(&mut self) -> Option<Frame<'_>> {
        loop {
            match self.state {
                State::Given { length, lines } => {
                    self.pass(length, lines);
                    self.state = State::Between;
                }
                State::Between => {
                    self.skip_blank();
                    match self.rest().first() {
                        None => return None,
                        Some(b'{') => {
                            let line = self.line_end(0)?;
                            if self.too_long(line.length) {
                                self.drop_from(Why::TooLong);
                            } else if line.more == More::Impossible || line.ends_with_brace {
                                let lines = usize::from(line.more == More::Possible);
                                return Some(self.give(line.length, lines, line.more));
                            } else {
                                self.state = State::Collecting(line.length);
                            }
                        }
                        Some(_) => self.drop_from(Why::Garbage),
                    }
                }
                State::Collecting(length) => {
                    if self.too_long(length) {
                        self.drop_from(Why::TooLong);
                        continue;
                    }
                    match self.rest().get(length) {
                        None if self.ended => return Some(self.give_all(length, More::Impossible)),
                        None => return None,
                        Some(b'{') => return Some(self.give_all(length, More::Impossible)),
                        Some(first) => {
                            let closes = *first == b'}';
                            let line = self.line_end(length)?;
                            self.state = State::Collecting(line.length);
                            if closes || line.more == More::Impossible {
                                return Some(self.give_all(line.length, line.more));
                            }
                        }
                    }
                }
                State::Dropping { why, from, column } => match (self.rest().first(), column) {
                    (None, _) if !self.ended => return None,
                    (None, _) | (Some(b'{'), Column::First) => {
                        self.state = State::Between;
                        let (at, length) = (from, self.at.byte - from.byte);
                        match why {
                            Why::Garbage => return Some(Frame::Garbage { at, length }),
                            Why::TooLong => return Some(Frame::TooLong { at, length }),
                            Why::Broken => {}
                        }
                    }
                    (Some(_), _) => {
                        let (length, column) = match memchr(b'\n', self.rest()) {
                            Some(end) => (end + 1, Column::First),
                            None => (self.rest().len(), Column::Later),
                        };
                        self.advance(length);
                        self.state = State::Dropping { why, from, column };
                    }
                },
            }
        }
    }

    /// Says that the frame given last is the beginning of a value: it comes again with the lines that follow.
    pub const fn unfinished(&mut self) {
        if let State::Given { length, .. } = self.state {
            self.state = State::Collecting(length);
        }
    }

    /// Says that the frame given last cannot be read: what follows it is dropped up to the next line that begins
    /// with `{`.
    pub fn broken(&mut self) {
        if let State::Given { length, lines } = self.state {
            let ends_line = length.checked_sub(1).and_then(|last| self.rest().get(last)) == Some(&b'\n');
            self.pass(length, lines);
            let column = if ends_line { Column::First } else { Column::Later };
            self.state = State::Dropping { why: Why::Broken, from: self.at, column };
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.filled).unwrap_or_default()
    }

    /// Gives several lines.
    fn give_all(&mut self, length: usize, more: More) -> Frame<'_> {
        let lines = self.rest().get(..length).map_or(0, line_ends);
        self.give(length, lines, more)
    }

    fn give(&mut self, length: usize, lines: usize, more: More) -> Frame<'_> {
        self.state = State::Given { length, lines };
        let at = self.at;
        Frame::Record { bytes: self.rest().get(..length).unwrap_or_default(), at, more }
    }

    fn drop_from(&mut self, why: Why) {
        self.state = State::Dropping { why, from: self.at, column: Column::Later };
    }

    fn advance(&mut self, length: usize) {
        let lines = self.rest().get(..length).map_or(0, line_ends);
        self.pass(length, lines);
    }

    const fn pass(&mut self, length: usize, lines: usize) {
        self.at.line += lines as u64;
        self.at.byte += length as u64;
        self.start += length;
    }

    fn skip_blank(&mut self) {
        let blank = self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.advance(blank);
    }

    /// The end of the line that begins at `from`; `None` if it has not come yet.
    fn line_end(&mut self, from: usize) -> Option<Line> {
        let rest = self.rest();
        let line = rest.get(from..).unwrap_or_default();
        match memchr(b'\n', line) {
            Some(end) => {
                let text = line.get(..end).unwrap_or_default().trim_ascii_end();
                let ends_with_brace = text.last() == Some(&b'}');
                Some(Line { length: from + end + 1, more: More::Possible, ends_with_brace })
            }
            None if self.ended => {
                Some(Line { length: rest.len(), more: More::Impossible, ends_with_brace: false })
            }
            None if self.too_long(rest.len()) => {
                Some(Line { length: rest.len(), more: More::Possible, ends_with_brace: false })
            }
            None => None,
        }
    }

    /// Whether a frame of this length is dropped. Lists are told by what stands before their first item.
    fn too_long(&self, length: usize) -> bool {
        if length <= self.max_line {
            return false;
        }
        let rest = self.rest();
        let head = rest.get(..256).unwrap_or(rest);
        let list = !head.starts_with(br#"{"type":"#)
            && [&b"\"items\""[..], b"\"List\"", b"\"PodList\""]
                .iter()
                .any(|mark| memmem::find(head, mark).is_some());
        !list
    }
}

fn line_ends(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count()
}

struct Line {
    /// From the start of the frame to the end of the line.
    length: usize,
    more: More,
    ends_with_brace: bool,
}
