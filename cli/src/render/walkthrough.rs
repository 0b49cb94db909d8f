//! How `walkthrough` prints.

use std::io::{self, Write};

/// The drawn path.
pub(crate) fn text(drawn: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{drawn}")?;
    out.flush()
}
