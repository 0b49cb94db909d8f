//! `ValidateUpdate` of Pods: every cause for which the main endpoint refuses an update.

use pod_lifecycle::admission::{self, Cause};
use pod_lifecycle::validate::Endpoint;
use pod_lifecycle::wire::WholePod;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct Update;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    old: WholePod<'a>,
    #[serde(borrow)]
    new: WholePod<'a>,
}

/// The causes with their multiplicities.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    errors: Vec<Refusal>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusal {
    field: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Oracle for Update {
    const NAME: &'static str = "update";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        compare(&input, output, Endpoint::Main)
    }
}

/// The fields of chapter 8, of both oracles. Indices are cut out of the path before it is looked up.
fn in_scope(field: &str) -> bool {
    if field.starts_with("metadata.") {
        return true;
    }
    let mut path = String::new();
    for (place, part) in field.split('[').enumerate() {
        path.push_str(if place == 0 { part } else { part.split_once(']').map_or(part, |(_, rest)| rest) });
    }
    matches!(
        &*path,
        "spec"
            | "spec.activeDeadlineSeconds"
            | "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
            | "spec.containers"
            | "spec.containers.image"
            | "spec.initContainers"
            | "spec.initContainers.image"
            | "spec.nodeSelector"
            | "spec.schedulingGates"
            | "spec.schedulingGates.name"
            | "spec.terminationGracePeriodSeconds"
            | "spec.tolerations"
            | "spec.tolerations.effect"
            | "status.conditions.Type"
            | "status.conditions.observedGeneration"
            | "status.containerStatuses.state"
            | "status.ephemeralContainerStatuses.state"
            | "status.hostIPs"
            | "status.hostIPs.ip"
            | "status.initContainerStatuses.state"
            | "status.nodeName"
            | "status.nominatedNodeName"
            | "status.observedGeneration"
            | "status.podIPs"
            | "status.qosClass"
    )
}

/// Compares the passes that know Pods. Errors on fields out of scope are expected of nobody; those of the same case
/// on other fields are, and a case that has only such errors is counted as out of scope.
pub(crate) fn compare(input: &Input<'_>, mut expected: Output, endpoint: Endpoint) -> Judged<Output> {
    let causes = admission::update_of_pod(endpoint, &input.old, &input.new);
    let mut got: Vec<Refusal> = causes.iter().map(refusal).collect();
    got.sort();
    expected.errors.sort();
    let mut rules: Vec<String> = causes.iter().map(|cause| cause.rule().to_string()).collect();
    rules.sort();
    rules.dedup();
    let named = expected.errors.len();
    expected.errors.retain(|error| in_scope(&error.field));
    if rules.is_empty() {
        rules.push(if expected.errors.len() < named { "out of scope" } else { "accepted" }.to_owned());
    }
    Judged { expected, got: Output { errors: got }, rules }
}

fn refusal(cause: &Cause<'_>) -> Refusal {
    Refusal { field: cause.field().to_string(), kind: cause.kind().to_string() }
}

#[test]
fn the_scope_is_told_by_the_field() {
    for inside in
        ["spec", "spec.containers[3].image", "metadata.labels", "status.podIPs[0]", "spec.tolerations"]
    {
        assert!(in_scope(inside), "{inside}");
    }
    let outside = [
        "spec.containers[0].name",
        "spec.volumes[0]",
        "status.containerStatuses[0].user.linux.uid",
        "status",
    ];
    for field in outside {
        assert!(!in_scope(field), "{field}");
    }
}
