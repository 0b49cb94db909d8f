//! `PodGCController.gc`: one pass of the Pod garbage collector over a fake API (CTL-PGC-01 … CTL-PGC-08).

use std::collections::BTreeMap;

use pod_lifecycle::controllers::pod_gc::{
    self, Effect, Health, Mark, Node, ORPHANED_MESSAGE, ORPHANED_REASON, Pod, Reason, Search, Service, pass,
};
use pod_lifecycle::wire::{self, Condition, Text};
use pod_lifecycle::{Deletion, Phase};
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct PodGc;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input<'a> {
    threshold: i64,
    quarantine_seconds: f64,
    #[serde(borrow)]
    pods: Vec<wire::Pod<'a>>,
    #[serde(borrow)]
    listed_nodes: Vec<ListedNode<'a>>,
    #[serde(borrow)]
    cluster_nodes: Vec<Text<'a>>,
    #[serde(borrow)]
    quarantine_expired: Vec<Text<'a>>,
}

#[derive(Deserialize)]
struct ListedNode<'a> {
    #[serde(borrow)]
    metadata: wire::Metadata<'a>,
    #[serde(borrow)]
    spec: NodeSpec<'a>,
    #[serde(borrow, default)]
    status: NodeStatus<'a>,
}

#[derive(Deserialize)]
struct NodeSpec<'a> {
    #[serde(borrow, default)]
    taints: Vec<Taint<'a>>,
}

#[derive(Deserialize)]
struct Taint<'a> {
    #[serde(borrow)]
    key: Text<'a>,
}

#[derive(Default, Deserialize)]
struct NodeStatus<'a> {
    #[serde(borrow, default)]
    conditions: Vec<Condition<'a>>,
}

#[derive(Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    delete_calls: BTreeMap<String, u32>,
    delete_grace_period_seconds: BTreeMap<String, u64>,
    patched: BTreeMap<String, Patch>,
}

/// What a status patch changes.
#[derive(PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Patch {
    subresource: String,
    phase: String,
    conditions: Option<Vec<Changed>>,
    observed_generation: Option<i64>,
}

#[derive(PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Changed {
    #[serde(rename = "type")]
    kind: String,
    status: Option<String>,
    reason: Option<String>,
    message: Option<String>,
    observed_generation: Option<i64>,
}

impl Oracle for PodGc {
    const NAME: &'static str = "podgc";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let pods: Vec<Pod<&str>> = input.pods.iter().map(|pod| input.pod(pod)).collect();
        if let Some(hidden) = hidden_deletion(&pods, input.threshold, &output) {
            return Judged { expected: Output::default(), got: Output::default(), rules: vec![hidden] };
        }
        let turns = pass(&pods, input.threshold);
        let mut rules: Vec<String> = turns.iter().map(|turn| turn.step.rule().to_string()).collect();
        if turns.iter().any(|turn| turn.effects.iter().flatten().count() > 1) {
            rules.push("CTL-PGC-06".to_owned());
        }
        if turns.iter().any(|turn| turns.iter().any(|other| turn.pod == other.pod && turn.step < other.step))
        {
            rules.push("CTL-PGC-08".to_owned());
        }
        rules.sort();
        rules.dedup();
        if rules.is_empty() {
            rules.push("nobody is chosen".to_owned());
        }
        Judged { expected: output, got: input.carry_out(&turns), rules }
    }
}

/// A Pod that is deleting with the zero time as `deletionTimestamp` looks in JSON as if it were not. So a case is
/// unlike what the function saw if it calls for a Pod that no step can choose as it is shown, but one would if it were
/// deleting.
fn hidden_deletion(pods: &[Pod<&str>], threshold: i64, output: &Output) -> Option<String> {
    let due = pod_lifecycle::Time::from_unix(0);
    let chosen = |pod: Pod<&str>| pass(&[pod], threshold.min(0)).len();
    let hidden = pods.iter().filter(|pod| output.delete_calls.contains_key(pod.name)).any(|pod| {
        threshold <= 0 && chosen(*pod) == 0 && chosen(Pod { deletion: Deletion::Expired { due }, ..*pod }) > 0
    });
    hidden.then(|| "out of scope: the deletion is not in the input".to_owned())
}

impl Input<'_> {
    fn pod<'a>(&self, pod: &'a wire::Pod<'_>) -> Pod<&'a str> {
        let metadata = &pod.metadata;
        Pod {
            name: metadata.name.as_str(),
            created: metadata.creation_timestamp,
            phase: Phase::from_api(&pod.status.phase),
            reason: if &*pod.status.reason == "Evicted" { Reason::Evicted } else { Reason::Other },
            deletion: Deletion::from_fields(
                metadata.deletion_timestamp,
                metadata.deletion_grace_period_seconds,
            ),
            node: self.node(&pod.spec.node_name),
        }
    }

    fn node(&self, name: &str) -> Node {
        if name.is_empty() {
            return Node::Unbound;
        }
        if let Some(node) = self.listed_nodes.iter().find(|node| &*node.metadata.name == name) {
            let ready =
                |condition: &Condition<'_>| &*condition.kind == "Ready" && &*condition.status == "True";
            let out = |taint: &Taint<'_>| &*taint.key == "node.kubernetes.io/out-of-service";
            let conditions = &node.status.conditions;
            return Node::Known {
                health: if conditions.iter().any(ready) { Health::Ready } else { Health::NotReady },
                service: if node.spec.taints.iter().any(out) {
                    Service::OutOfService
                } else {
                    Service::InService
                },
            };
        }
        let has = |names: &[Text<'_>]| names.iter().any(|other| &**other == name);
        let ended = self.quarantine_seconds <= 0.0 || has(&self.quarantine_expired);
        Node::Missing(match (ended, has(&self.cluster_nodes)) {
            (false, _) => Search::Quarantined,
            (true, true) => Search::Dropped,
            (true, false) => Search::Absent,
        })
    }

    /// The fake API: the first DELETE removes a Pod, after which a patch of it fails.
    fn carry_out(&self, turns: &[pod_gc::Turn]) -> Output {
        let mut output = Output::default();
        for turn in turns {
            let pod = &self.pods[turn.pod];
            let name = pod.metadata.name.to_string();
            for effect in turn.effects.into_iter().flatten() {
                match effect {
                    Effect::Fail(mark) => {
                        output.patched.insert(name.clone(), patch(pod, mark));
                        if output.delete_calls.contains_key(&name) {
                            break;
                        }
                    }
                    Effect::Delete(grace) => {
                        *output.delete_calls.entry(name.clone()).or_default() += 1;
                        output.delete_grace_period_seconds.insert(name.clone(), grace.as_secs());
                    }
                }
            }
        }
        output
    }
}

fn patch(pod: &wire::Pod<'_>, mark: Mark) -> Patch {
    let generation = Some(pod.metadata.generation).filter(|generation| *generation != 0);
    let changed = |old: Option<&str>, new: &str| (old != Some(new)).then(|| new.to_owned());
    let conditions = match mark {
        Mark::None => None,
        Mark::DisruptionTarget => {
            let old = pod.status.conditions.iter().find(|condition| &*condition.kind == "DisruptionTarget");
            Some(vec![Changed {
                kind: "DisruptionTarget".to_owned(),
                status: changed(old.map(|old| &*old.status), "True"),
                reason: changed(old.map(|old| &*old.reason), ORPHANED_REASON),
                message: Some(ORPHANED_MESSAGE.to_owned()),
                observed_generation: generation,
            }])
        }
    };
    Patch {
        subresource: "status".to_owned(),
        phase: Phase::Failed.to_string(),
        conditions,
        observed_generation: generation,
    }
}
