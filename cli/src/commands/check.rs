//! `podlife check`.

use crate::args;
use crate::exit::{CliError, Outcome};

pub(crate) fn run(_args: &args::Check) -> Result<Outcome, CliError> {
    Ok(Outcome::Expected)
}
