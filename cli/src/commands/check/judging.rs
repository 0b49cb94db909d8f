//! The reading of one history: frames, documents, verdicts.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};
use std::path::Path;

use pod_lifecycle::Monitor;
use pod_lifecycle::monitor::{Subject, Told};
use pod_lifecycle::wire::{self, Document, Frame, Frames, More, Place};

use super::history::{History, Unreadable};
use super::{input, shown, state};
use crate::args::{self, Format};
use crate::exit::CliError;
use crate::render;

/// How many bytes are judged between two savings, at least.
const SAVED_EVERY: u64 = 1 << 20;

/// How many lines of a Pod's story are kept.
const STORY_KEPT: usize = 40;

pub(super) struct Judging<'a> {
    pub(super) monitor: Monitor,
    pub(super) history: History,
    pub(super) files: BTreeMap<String, Place>,
    args: &'a args::Check,
    /// With `--verbose`: what was seen of each live Pod.
    stories: HashMap<String, Vec<String>>,
    file: String,
    live: Live,
}

/// Whether findings are shown as they are found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Live {
    /// Standard input may never end.
    Now,
    AtTheEnd,
}

/// What became of one frame.
enum Handled {
    Whole,
    Unfinished,
    Broken,
}

impl<'a> Judging<'a> {
    pub(super) fn new(args: &'a args::Check) -> Self {
        Self {
            monitor: Monitor::new(),
            history: History::default(),
            files: BTreeMap::new(),
            args,
            stories: HashMap::new(),
            file: String::new(),
            live: Live::AtTheEnd,
        }
    }

    /// Judges one file, from where it was left.
    pub(super) fn file(&mut self, file: &Path) -> Result<(), CliError> {
        self.file = shown(file);
        let follows = file == Path::new("-");
        let text = !self.args.json && !self.args.junit;
        self.live = if follows && text { Live::Now } else { Live::AtTheEnd };
        // What standard input brings now cannot be what it brought before.
        let from = if follows { None } else { self.files.get(&self.file).copied() };
        if follows && self.monitor.seen() > 0 {
            self.monitor.gap();
        }
        let result = input::open(file).and_then(|input| self.read(input, file, from));
        match result {
            Ok(saved) => saved,
            Err(error) => {
                self.complain(None, error.to_string());
                Ok(())
            }
        }
    }

    /// The whole history has been read.
    pub(super) fn end(mut self) -> Result<History, CliError> {
        self.history.pods = self.monitor.seen() - self.history.pods_before;
        if let Some(state) = &self.args.state {
            state::save(state, &self)?;
        }
        Ok(self.history)
    }

    /// The outer error is one of reading, the inner one of saving.
    fn read(
        &mut self,
        mut input: Box<dyn Read>,
        file: &Path,
        from: Option<Place>,
    ) -> io::Result<Result<(), CliError>> {
        let mut frames = Frames::new(self.args.max_line);
        if let Some(from) = from {
            let skipped = io::copy(&mut (&mut input).take(from.byte), &mut io::sink())?;
            if skipped < from.byte {
                // The file was replaced by a shorter one.
                self.monitor.gap();
                input = input::open(file)?;
            } else {
                frames = Frames::resume(self.args.max_line, from);
            }
        }
        let (mut saved_at, mut every) = (from.map_or(0, |from| from.byte), SAVED_EVERY);
        loop {
            match input.read(frames.space(1 << 18)) {
                Ok(0) => frames.end(),
                Ok(length) => frames.fed(length),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    frames.end();
                    self.drain(&mut frames);
                    return Err(error);
                }
            }
            let ended = frames.has_ended();
            self.drain(&mut frames);
            let (Some(state), Some(at)) = (&self.args.state, frames.resting()) else {
                if ended {
                    return Ok(Ok(()));
                }
                continue;
            };
            if ended || at.byte >= saved_at + every || self.live == Live::Now {
                self.files.insert(self.file.clone(), at);
                match state::save(state, self) {
                    // A large state is saved less often, so that saving never takes most of the time.
                    Ok(size) => (saved_at, every) = (at.byte, SAVED_EVERY.max(4 * size as u64)),
                    Err(error) => return Ok(Err(error.into())),
                }
            }
            if ended {
                return Ok(Ok(()));
            }
        }
    }

    fn drain(&mut self, frames: &mut Frames) {
        while let Some(frame) = frames.pull() {
            match self.take(frame) {
                Handled::Whole => {}
                Handled::Unfinished => frames.unfinished(),
                Handled::Broken => frames.broken(),
            }
        }
    }

    fn take(&mut self, frame: Frame<'_>) -> Handled {
        match frame {
            Frame::Record { bytes, at, more } => self.record(bytes, at, more),
            Frame::Garbage { at, length } => {
                let lines = if length == 1 { "1 byte is".to_owned() } else { format!("{length} bytes are") };
                self.complain(Some(at), format!("{lines} no JSON object"));
                Handled::Whole
            }
            Frame::TooLong { at, length } => {
                let limit = self.args.max_line;
                self.complain(
                    Some(at),
                    format!("a value of {length} bytes is longer than --max-line ({limit} bytes)"),
                );
                Handled::Whole
            }
        }
    }

    /// One value, or several on one line.
    fn record(&mut self, bytes: &[u8], at: Place, more: More) -> Handled {
        let text = std::str::from_utf8(bytes).ok();
        let mut rest = bytes;
        while !rest.trim_ascii_start().is_empty() {
            let read = match text.and_then(|text| text.get(bytes.len() - rest.len()..)) {
                Some(text) => wire::first_of_text::<Document<'_>>(text),
                None => wire::first(rest),
            };
            match read {
                Ok((document, length)) => {
                    match unfit(self.args.format, &document) {
                        None => self.document(&document, rest),
                        Some(reason) => {
                            let byte = at.byte + (bytes.len() - rest.len()) as u64;
                            self.complain(Some(Place { line: at.line, byte }), reason.to_owned());
                        }
                    }
                    rest = rest.get(length..).unwrap_or_default();
                }
                // Only a frame that is cut in its first value may go on: the others have been judged.
                Err(error) if error.is_cut() && more == More::Possible && rest.len() == bytes.len() => {
                    return Handled::Unfinished;
                }
                Err(error) => {
                    let value = (bytes.len() - rest.len()) as u64;
                    let byte = at.byte + value + error.offset().unwrap_or_default() as u64;
                    self.complain(Some(Place { line: at.line + error.line(), byte }), error.to_string());
                    return Handled::Broken;
                }
            }
        }
        Handled::Whole
    }

    fn document(&mut self, document: &Document<'_>, json: &[u8]) {
        let (history, args, live) = (&mut self.history, self.args, self.live);
        let stories = &mut self.stories;
        if let Document::List { others, .. } = document {
            history.others += *others as u64;
        }
        let told = self.monitor.take_in(document, |subject, verdict| {
            if args.verbose {
                tell(stories, &subject, history.events + 1);
            }
            let new = history.add(&subject, &verdict, args);
            let first = history.findings.len() - new;
            for found in history.findings.get_mut(first..).unwrap_or_default() {
                if found.by.is_none() && !matches!(document, Document::List { .. }) {
                    found.by = wire::last_manager(json);
                }
                if let Some(story) = stories.get(&found.uid) {
                    found.story.clone_from(story);
                }
                if live == Live::Now {
                    render::check::now(found);
                }
            }
            if verdict.exercised.rules().any(|rule| rule == pod_lifecycle::RuleId::INV_07) {
                stories.remove(subject.uid);
            }
        });
        history.others += u64::from(told == Told::Nothing);
    }

    fn complain(&mut self, at: Option<Place>, reason: String) {
        let part = Unreadable { file: self.file.clone(), at, reason };
        render::check::unreadable(&part);
        self.history.complain(part);
        self.monitor.gap();
    }
}

/// Adds a line to the story of a Pod, if something has changed that the line would show.
fn tell(stories: &mut HashMap<String, Vec<String>>, subject: &Subject<'_>, event: u64) {
    let Some(pod) = subject.pod else { return };
    let shown = render::check::state(pod);
    let story = stories.entry(subject.uid.to_owned()).or_default();
    if story.last().is_none_or(|last| !last.ends_with(&shown)) {
        if story.len() == STORY_KEPT {
            story.remove(0);
        }
        story.push(format!("event {event:<4} {shown}"));
    }
}

/// Why a value is none of those that `--format` asks for.
fn unfit(format: Format, document: &Document<'_>) -> Option<&'static str> {
    let fits = match (format, document) {
        (Format::Auto, _) | (_, Document::Other(_)) => true,
        (Format::Watch, Document::Event(_) | Document::Bookmark | Document::Error(_) | Document::Pod(_))
        | (Format::List, Document::List { .. } | Document::Pod(_))
        | (Format::Audit, Document::Audit(_)) => true,
        (Format::Watch | Format::List | Format::Audit, _) => false,
    };
    (!fits).then_some(match format {
        Format::Audit => "expected an audit event, as --format says",
        Format::List => "expected a list or a Pod, as --format says",
        Format::Watch | Format::Auto => "expected a watch event or a Pod, as --format says",
    })
}
