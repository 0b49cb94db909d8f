//! What people see. Commands gather data; only this module and its children print.

use std::io::{self, Write};

/// Says on standard error why the command could not run, and what to do.
pub(crate) fn error(message: &str, hint: Option<&str>) {
    let mut stderr = io::stderr().lock();
    // Nothing is left to tell if standard error is closed.
    let _ = writeln!(stderr, "error: {message}");
    if let Some(hint) = hint {
        let _ = writeln!(stderr, "hint: {hint}");
    }
}
