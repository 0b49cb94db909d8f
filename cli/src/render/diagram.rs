//! How `diagram` prints.

use std::io::{self, Write};

use pod_lifecycle::table::Table;

/// The diagrams, one after the other.
pub(crate) fn text(tables: &[Table], draw: fn(&Table) -> String) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (number, table) in tables.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        write!(out, "{}", draw(table))?;
    }
    out.flush()
}
