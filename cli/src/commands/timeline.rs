//! `podlife timeline`: what a DELETE does, second by second.

use pod_lifecycle::deletion::Request;
use pod_lifecycle::timeline::{Plan, timeline};
use pod_lifecycle::wire::{self, WireError};
use pod_lifecycle::{Grace, Now, Time};

use super::objects::{self, Given};
use crate::args;
use crate::exit::{CliError, Outcome};
use crate::render;
use crate::render::timeline::Told;

pub(crate) fn run(args: &args::Timeline) -> Result<Outcome, CliError> {
    let objects = objects::read(&args.file)?;
    let request = Request { grace: args.grace.map(Grace::from_signed), ..Request::default() };
    let told: Vec<Told> =
        objects.pods.iter().map(|given| told(given, request)).collect::<Result<_, _>>().map_err(|error| {
            CliError::unusable(
                format!("a Pod of `{}` cannot be read: {error}", args.file.display()),
                "it must have the form of the Kubernetes API",
            )
        })?;
    if args.json {
        render::timeline::json(&told)?;
    } else if args.mermaid {
        render::timeline::mermaid(&told)?;
    } else {
        render::timeline::text(&told)?;
    }
    Ok(Outcome::Expected)
}

fn told(given: &Given, request: Request) -> Result<Told, WireError> {
    let pod: wire::Pod<'_> = wire::from_slice(given.json.as_bytes())?;
    let details: wire::PodDetails<'_> = wire::from_slice(given.json.as_bytes())?;
    // The clock matters only to a shortening that would lie in the past (DEL-08), which changes no grace.
    let plan = Plan::of(&pod, &details, Now::at(Time::from_unix(0)));
    let name = given.template_of.clone().unwrap_or_else(|| match pod.metadata.namespace.as_str() {
        "" => pod.metadata.name.to_string(),
        namespace => format!("{namespace}/{}", pod.metadata.name),
    });
    Ok(Told::new(name, &plan, request, &timeline(&plan, request)))
}
