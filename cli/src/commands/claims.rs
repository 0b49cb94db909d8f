//! `podlife claims`: what people say about Pods, judged.

use pod_lifecycle_models::claims::{self, Claim};

use crate::args;
use crate::commands::verify::cores;
use crate::exit::{CliError, Outcome};
use crate::render;

pub(crate) fn run(args: &args::Claims) -> Result<Outcome, CliError> {
    let mut chosen: Vec<&'static Claim> = claims::all().collect();
    if let Some(id) = &args.id {
        let of_family =
            |known: &str| known.split_once('-').is_some_and(|(family, _)| family.eq_ignore_ascii_case(id));
        chosen.retain(|claim| claim.id.eq_ignore_ascii_case(id) || of_family(claim.id));
        if chosen.is_empty() {
            return Err(CliError::unusable(
                format!("there is no claim `{id}`"),
                "`podlife claims` shows all of them",
            ));
        }
    }
    let progress = render::verify::Progress::new();
    let threads = args.threads.unwrap_or_else(cores);
    let hearing = claims::hear(&chosen, args.scope.into(), threads, |at| progress.show(at));
    progress.clear();
    let shown =
        render::claims::Shown { hearing: &hearing, scope: args.scope.into(), whole: chosen.len() == 1 };
    if args.json {
        render::claims::json(&shown)?;
    } else {
        render::claims::text(&shown)?;
    }
    let differs = hearing.heard.iter().any(claims::Heard::differs);
    Ok(if differs { Outcome::Unexpected } else { Outcome::Expected })
}
