//! `podlife walkthrough`: the ordinary life of a Pod, a path of the model `pod`.

use pod_lifecycle_models::render::{mermaid, steps};
use pod_lifecycle_models::walkthrough::{Walk, walk};

use crate::args::{self, Part};
use crate::exit::{CliError, Outcome};
use crate::render;

pub(crate) fn run(args: &args::Walkthrough) -> Result<Outcome, CliError> {
    let told = walk(match args.part {
        Part::Create => Walk::Create,
        Part::Delete => Walk::Delete,
    });
    render::walkthrough::text(&if args.mermaid { mermaid(&told) } else { steps(&told) })?;
    Ok(Outcome::Expected)
}
