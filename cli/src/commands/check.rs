//! `podlife check`: reads histories, feeds the monitor, gathers what it says.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use pod_lifecycle::Force;
use pod_lifecycle::monitor::{Finding, Monitor, Subject, Told, Verdict};
use pod_lifecycle::wire::{self, Document, Frame, Frames, More, Place};

use crate::args;
use crate::exit::{CliError, Outcome};
use crate::render;

/// What was found in one file.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) file: String,
    /// Observations of Pods.
    pub(crate) events: u64,
    /// Values that are no observations of Pods: bookmarks, errors, objects of other kinds.
    pub(crate) others: u64,
    pub(crate) pods: u64,
    pub(crate) unknown: u64,
    pub(crate) findings: Vec<Finding>,
    /// The first parts that could not be judged; all have been named on standard error.
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) unreadable_parts: u64,
    /// Findings that were not asked for.
    pub(crate) allowed: u64,
}

/// How many unreadable parts of a file are kept for the report.
const UNREADABLE_KEPT: usize = 1000;

/// A part of the input that could not be judged.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) at: Option<Place>,
    pub(crate) reason: String,
}

impl History {
    fn is_unusable(&self) -> bool {
        self.events == 0 && self.others == 0 && self.unreadable_parts > 0
    }

    fn add(&mut self, subject: Subject<'_>, verdict: Verdict, args: &args::Check) {
        self.events += 1;
        self.unknown += u64::from(verdict.unknown.is_some());
        for violation in verdict.violations {
            let finding = Finding {
                event: self.events,
                namespace: subject.namespace.into(),
                name: subject.name.into(),
                uid: subject.uid.into(),
                violation,
            };
            if args.allow.contains(&finding.rule()) {
                self.allowed += 1;
            } else {
                self.findings.push(finding);
            }
        }
    }

    fn fails(&self, args: &args::Check) -> bool {
        self.findings.iter().any(|finding| fails(finding, args))
    }
}

/// Whether a finding decides the exit status: hazards only where they are denied.
pub(crate) fn fails(finding: &Finding, args: &args::Check) -> bool {
    finding.violation.force() != Force::Hazard || args.deny.contains(&finding.rule())
}

pub(crate) fn run(args: &args::Check) -> Result<Outcome, CliError> {
    let histories: Vec<History> = args.files.iter().map(|file| judge(file, args)).collect();
    if histories.iter().all(History::is_unusable) {
        return Err(CliError::unusable(
            "none of the input can be judged",
            "give the output of `kubectl get pods -A -w -o json --output-watch-events`, Pods or lists as JSON",
        ));
    }
    if args.json {
        render::check::json(&histories, args)?;
    } else {
        render::check::text(&histories, args)?;
    }
    Ok(if histories.iter().any(|history| history.fails(args)) {
        Outcome::Unexpected
    } else if histories.iter().any(|history| history.unreadable_parts > 0) {
        Outcome::PartlyUnreadable
    } else {
        Outcome::Expected
    })
}

fn judge(file: &Path, args: &args::Check) -> History {
    let mut judging = Judging {
        monitor: Monitor::new(),
        history: History { file: file.display().to_string(), ..History::default() },
        args,
    };
    #[allow(clippy::disallowed_methods, reason = "only the library is kept from reading files")]
    let read = if file == Path::new("-") {
        judging.history.file = "standard input".to_owned();
        judging.read(io::stdin().lock())
    } else {
        File::open(file).and_then(|file| judging.read(file))
    };
    if let Err(error) = read {
        judging.complain(None, error.to_string());
    }
    judging.history.pods = judging.monitor.seen();
    judging.history
}

struct Judging<'a> {
    monitor: Monitor,
    history: History,
    args: &'a args::Check,
}

/// What became of one frame.
enum Handled {
    Whole,
    Unfinished,
    Broken,
}

impl Judging<'_> {
    fn read(&mut self, mut input: impl Read) -> io::Result<()> {
        let mut frames = Frames::new(self.args.max_line);
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
            if ended {
                return Ok(());
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
        let mut rest = bytes;
        while !rest.trim_ascii_start().is_empty() {
            match wire::first::<Document<'_>>(rest) {
                Ok((document, length)) => {
                    self.document(&document);
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

    fn document(&mut self, document: &Document<'_>) {
        let (history, args) = (&mut self.history, self.args);
        if let Document::List { others, .. } = document {
            history.others += *others as u64;
        }
        let told = self.monitor.take_in(document, |subject, verdict| history.add(subject, verdict, args));
        history.others += u64::from(told == Told::Nothing);
    }

    fn complain(&mut self, at: Option<Place>, reason: String) {
        let part = Unreadable { at, reason };
        render::check::unreadable(&self.history.file, &part);
        self.history.unreadable_parts += 1;
        if self.history.unreadable.len() < UNREADABLE_KEPT {
            self.history.unreadable.push(part);
        }
        self.monitor.gap();
    }
}
