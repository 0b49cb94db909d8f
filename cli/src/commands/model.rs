//! `podlife model`.

use crate::args;
use crate::exit::{CliError, Outcome};

pub(crate) fn run(_args: &args::Model) -> Result<Outcome, CliError> {
    Ok(Outcome::Expected)
}
