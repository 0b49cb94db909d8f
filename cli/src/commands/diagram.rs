//! `podlife diagram`: every machine, drawn from its table.

use pod_lifecycle::table::{self, Table};

use crate::args;
use crate::exit::{CliError, Outcome};
use crate::render;

pub(crate) fn run(args: &args::Diagram) -> Result<Outcome, CliError> {
    let mut tables = table::all();
    if let Some(name) = &args.name {
        let known = tables.iter().map(|table| table.name).collect::<Vec<_>>().join(", ");
        tables.retain(|table| table.name == name);
        if tables.is_empty() {
            return Err(CliError::unusable(
                format!("there is no machine `{name}`"),
                format!("one of {known}"),
            ));
        }
    }
    render::diagram::text(&tables, if args.dot { Table::dot } else { Table::mermaid })?;
    Ok(Outcome::Expected)
}
