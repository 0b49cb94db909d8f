//! `podlife verify`: every law, witness, scenario, expected violation and mutant of the models.

use std::num::NonZeroUsize;

use pod_lifecycle_models::catalogue::{Entry, MODELS};
use pod_lifecycle_models::verify;

use crate::args;
use crate::commands::model;
use crate::exit::{CliError, Outcome};
use crate::render;

/// One thread a core.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

pub(crate) fn run(args: &args::Verify) -> Result<Outcome, CliError> {
    let models: Vec<&'static Entry> = if args.models.is_empty() {
        MODELS.iter().collect()
    } else {
        args.models.iter().map(|name| model::find(name)).collect::<Result<_, _>>()?
    };
    let progress = render::verify::Progress::new();
    let report = verify::verify(&models, args.scope.into(), args.threads.unwrap_or_else(cores), |at| {
        progress.show(at);
    });
    progress.clear();
    if args.json {
        render::json(&report)?;
    } else {
        render::verify::text(&report, args.verbose)?;
    }
    Ok(if report.problems.is_empty() { Outcome::Expected } else { Outcome::Unexpected })
}
