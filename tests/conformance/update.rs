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
        compare(&input, output, Endpoint::Main, in_scope)
    }
}

/// Outside are errors under `spec.` on fields of which the life cycle reads nothing.
fn in_scope(field: &str) -> bool {
    let Some(path) = field.strip_prefix("spec.") else { return true };
    let affinity = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
    let read = ["activeDeadlineSeconds", "terminationGracePeriodSeconds", "nodeSelector"];
    let of_list = |list: &str, inside: &[&str]| {
        path.strip_prefix(list).is_some_and(|rest| {
            let member = rest.split_once(']').map_or(rest, |(_, member)| member);
            inside.contains(&member)
        })
    };
    read.contains(&path)
        || of_list("containers", &["", ".image"])
        || of_list("initContainers", &["", ".image"])
        || of_list("tolerations", &["", ".effect"])
        || of_list("schedulingGates", &["", ".name"])
        || of_list(affinity, &[""])
}

/// Compares the passes that know Pods. Errors out of scope are expected of nobody; the others of such a case are.
pub(crate) fn compare(
    input: &Input<'_>,
    mut expected: Output,
    endpoint: Endpoint,
    in_scope: fn(&str) -> bool,
) -> Judged<Output> {
    let causes = admission::update_of_pod(endpoint, &input.old, &input.new);
    let mut got: Vec<Refusal> = causes.iter().map(refusal).collect();
    got.sort();
    expected.errors.sort();
    let mut rules: Vec<String> = causes.iter().map(|cause| cause.rule().to_string()).collect();
    rules.sort();
    rules.dedup();
    if rules.is_empty() {
        rules.push("accepted".to_owned());
    }
    let named = expected.errors.len();
    expected.errors.retain(|error| in_scope(&error.field));
    if expected.errors.len() < named {
        rules = vec!["out of scope".to_owned()];
    }
    Judged { expected, got: Output { errors: got }, rules }
}

fn refusal(cause: &Cause<'_>) -> Refusal {
    Refusal { field: cause.field().to_string(), kind: cause.kind().to_string() }
}
