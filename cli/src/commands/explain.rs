//! `podlife explain`: why a Pod is where it is, and who must act.

use std::path::Path;
use std::time::SystemTime;

use pod_lifecycle::explain::{NodeFacts, explain};
use pod_lifecycle::wire::{self, WireError};
use pod_lifecycle::{Now, Time};

use super::objects::{self, Given};
use crate::args;
use crate::exit::{CliError, Outcome};
use crate::render;
use crate::render::explain::Told;

const FORM: &str = "it must have the form of the Kubernetes API";

pub(crate) fn run(args: &args::Explain) -> Result<Outcome, CliError> {
    let objects = objects::read(&args.file)?;
    let node = args.node.as_deref().map_or(Ok(NodeFacts::Unknown), node)?;
    let now = args.at.unwrap_or_else(clock);
    let told: Result<Vec<Told>, WireError> = objects.pods.iter().map(|pod| told(pod, node, now)).collect();
    let told = told.map_err(|error| {
        CliError::unusable(format!("a Pod of `{}` cannot be read: {error}", args.file.display()), FORM)
    })?;
    if args.json {
        render::explain::json(&told)?;
    } else {
        render::explain::text(&told)?;
    }
    Ok(Outcome::Expected)
}

fn node(file: &Path) -> Result<NodeFacts, CliError> {
    let mut nodes = objects::nodes(file)?;
    let json = nodes.pop().ok_or_else(|| {
        CliError::unusable(
            format!("`{}` holds no Node", file.display()),
            "give it as `kubectl get node NAME -o json` prints it",
        )
    })?;
    let node = wire::from_slice(json.as_bytes());
    let node = node.map_err(|error| {
        CliError::unusable(format!("the Node of `{}` cannot be read: {error}", file.display()), FORM)
    })?;
    Ok(NodeFacts::of(&node))
}

fn told(given: &Given, node: NodeFacts, now: Now) -> Result<Told, WireError> {
    let pod: wire::Pod<'_> = wire::from_slice(given.json.as_bytes())?;
    let details: wire::PodDetails<'_> = wire::from_slice(given.json.as_bytes())?;
    Ok(Told::new(&explain(&pod, &details, node, now), node))
}

/// The clock of this machine.
fn clock() -> Now {
    #[allow(clippy::disallowed_methods, reason = "only the library is kept from reading clocks")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Now::with_nanos(Time::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)), since.subsec_nanos())
}
