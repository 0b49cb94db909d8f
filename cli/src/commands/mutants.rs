//! `podlife mutants`: real mistakes, re-introduced one at a time.

use pod_lifecycle_models::catalogue::MODELS;
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::matrix::{self, Depth};
use pod_lifecycle_models::mutants::LEFT_OUT;

use crate::args;
use crate::commands::verify::cores;
use crate::exit::{CliError, Outcome};
use crate::render;

pub(crate) fn run(args: &args::Mutants) -> Result<Outcome, CliError> {
    let mut mutants = matrix::all(MODELS);
    if let Some(id) = &args.id {
        mutants.retain(|(_, mutant)| mutant.id.eq_ignore_ascii_case(id));
        if mutants.is_empty() {
            return Err(unknown(id));
        }
    }
    let (depth, usual) =
        if args.matrix { (Depth::Whole, Scope::Tiny) } else { (Depth::Named, Scope::Standard) };
    let scope = args.scope.map_or(usual, Scope::from);
    let progress = render::verify::Progress::new();
    let threads = args.threads.unwrap_or_else(cores);
    let rows = matrix::rows(&mutants, scope, depth, threads, |at| progress.show(at));
    progress.clear();
    let shown = render::mutants::Shown { rows: &rows, scope, matrix: args.matrix, steps: args.id.is_some() };
    if args.json {
        render::mutants::json(&shown)?;
    } else {
        render::mutants::text(&shown)?;
    }
    let all_caught = rows.iter().all(|row| row.path.is_some());
    Ok(if all_caught { Outcome::Expected } else { Outcome::Unexpected })
}

fn unknown(id: &str) -> CliError {
    match LEFT_OUT.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)) {
        Some((known, why)) => CliError::unusable(
            format!("{known} is no mutant: {why}"),
            "`podlife mutants` shows those that are".to_owned(),
        ),
        None => CliError::unusable(
            format!("there is no mutant `{id}`"),
            "`podlife mutants` shows all of them".to_owned(),
        ),
    }
}
