//! What people see. Commands gather data; only this module and its children print.

use std::io::{self, BufWriter, IsTerminal, Write};

use serde::Serialize;

pub(crate) mod check;
pub(crate) mod claims;
pub(crate) mod diagram;
pub(crate) mod explain;
pub(crate) mod model;
pub(crate) mod mutants;
pub(crate) mod rules;
pub(crate) mod timeline;
pub(crate) mod told;
pub(crate) mod verify;
pub(crate) mod walkthrough;

/// Says on standard error why the command could not run, and what to do.
pub(crate) fn error(message: &str, hint: Option<&str>) {
    let mut stderr = io::stderr().lock();
    // Nothing is left to tell if standard error is closed.
    let _ = writeln!(stderr, "error: {message}");
    if let Some(hint) = hint {
        let _ = writeln!(stderr, "hint: {hint}");
    }
}

/// Says on standard error what the result does not show.
pub(crate) fn note(message: &str) {
    let _ = writeln!(io::stderr().lock(), "note: {message}");
}

/// Prints one JSON object, with a line end.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    out.flush()
}

/// `1 Pod`, `2 Pods`, `2 breaches`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let ending = match (count, noun.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{count} {noun}{ending}")
}

/// Colours, where standard output is a terminal and `NO_COLOR` is not set.
#[derive(Clone, Copy)]
pub(crate) struct Paint(bool);

impl Paint {
    pub(crate) fn stdout() -> Self {
        Self(io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
