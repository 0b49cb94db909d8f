//! `podlife explain`: why a Pod is where it is, and who must act.

use std::path::Path;
use std::time::SystemTime;

use pod_lifecycle::explain::{NodeFacts, Surroundings, explain};
use pod_lifecycle::wire::{self, DisruptionBudget, Event, WireError, Workload};
use pod_lifecycle::{Now, Time};
use serde::Deserialize;

use super::objects::{self, Objects};
use crate::args;
use crate::exit::{CliError, Outcome};
use crate::render;
use crate::render::explain::Told;

const FORM: &str = "it must have the form of the Kubernetes API";
const POD: &str = "give a Pod as `kubectl get pod NAME -o json` or `-o yaml` prints it, or `-`";
const BESIDE: &str = "give objects as `kubectl get events,pdb,nodes -o json` prints them";
const NODE: &str = "give it as `kubectl get node NAME -o json` prints it";

/// The controllers of which `explain` knows when they make a successor.
const WORKLOADS: [&str; 5] = ["ReplicaSet", "ReplicationController", "StatefulSet", "Job", "DaemonSet"];

pub(crate) fn run(args: &args::Explain) -> Result<Outcome, CliError> {
    let mut objects = objects::any(&args.file, POD)?;
    // The template of a workload is no Pod yet; the workload tells who makes the successor.
    objects.pods.retain(|pod| pod.template_of.is_none());
    objects::has_pods(&args.file, &objects, POD)?;
    let further: Result<Vec<Objects>, CliError> =
        args.with.iter().map(|file| objects::any(file, BESIDE)).collect();
    let node = args.node.as_deref().map(node).transpose()?;
    let objects_beside = objects.others.into_iter().chain(further?.into_iter().flat_map(|it| it.others));
    let objects_beside: Vec<(String, String)> = objects_beside.chain(node.unwrap_or_default()).collect();
    let beside = Beside::of(&objects_beside)?;
    let now = args.at.unwrap_or_else(clock);
    let told: Result<Vec<Told>, WireError> =
        objects.pods.iter().map(|pod| told(&pod.json, &beside, args.node_gone, now)).collect();
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

/// The Nodes of a file.
fn node(file: &Path) -> Result<Vec<(String, String)>, CliError> {
    let objects = objects::any(file, NODE)?;
    if !objects.others.iter().any(|(kind, _)| kind == "Node") {
        return Err(objects::none(file, "Node", &objects, NODE));
    }
    Ok(objects.others)
}

/// What is known beside the Pods.
struct Beside<'a> {
    nodes: Vec<wire::Node<'a>>,
    budgets: Vec<DisruptionBudget<'a>>,
    events: Vec<Event<'a>>,
    workloads: Vec<Workload<'a>>,
}

impl<'a> Beside<'a> {
    fn of(objects: &'a [(String, String)]) -> Result<Self, CliError> {
        Ok(Self {
            nodes: all(objects, |kind| kind == "Node")?,
            budgets: all(objects, |kind| kind == "PodDisruptionBudget")?,
            events: all(objects, |kind| kind == "Event")?,
            workloads: all(objects, |kind| WORKLOADS.contains(&kind))?,
        })
    }

    /// The Node of this name; one that bears none is taken for the right one.
    fn node(&self, name: &str) -> NodeFacts {
        let named = |node: &&wire::Node<'_>| ["", name].contains(&node.metadata.name.as_str());
        self.nodes.iter().find(named).map_or(NodeFacts::Unknown, NodeFacts::of)
    }

    fn owner(&self, details: &wire::PodDetails<'_>) -> Option<&Workload<'a>> {
        let owners = &details.metadata.owner_references;
        self.workloads.iter().find(|it| owners.iter().any(|owner| owner.uid == it.metadata.uid))
    }
}

fn all<'a, T: Deserialize<'a>>(
    objects: &'a [(String, String)],
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<T>, CliError> {
    let objects = objects.iter().filter(|(kind, _)| wanted(kind));
    let read = objects.map(|(kind, json)| {
        wire::from_slice(json.as_bytes()).map_err(|error| {
            CliError::unusable(format!("an object of kind {kind} cannot be read: {error}"), FORM)
        })
    });
    read.collect()
}

fn told(json: &str, beside: &Beside<'_>, node_gone: bool, now: Now) -> Result<Told, WireError> {
    let pod: wire::Pod<'_> = wire::from_slice(json.as_bytes())?;
    let details: wire::PodDetails<'_> = wire::from_slice(json.as_bytes())?;
    let name = pod.spec.node_name.as_str();
    let around = Surroundings {
        node: if node_gone { NodeFacts::Absent } else { beside.node(name) },
        owner: beside.owner(&details),
        budgets: Some(&beside.budgets[..]).filter(|budgets| !budgets.is_empty()),
        events: &beside.events,
    };
    Ok(Told::new(&explain(&pod, &details, &around, now), around.node))
}

/// The clock of this machine.
fn clock() -> Now {
    #[allow(clippy::disallowed_methods, reason = "only the library is kept from reading clocks")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Now::with_nanos(Time::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)), since.subsec_nanos())
}
