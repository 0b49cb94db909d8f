//! `podlife rules`.

use crate::args;
use crate::exit::{CliError, Outcome};

pub(crate) fn run(_args: &args::Rules) -> Result<Outcome, CliError> {
    Ok(Outcome::Expected)
}
