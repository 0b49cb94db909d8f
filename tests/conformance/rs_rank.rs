//! `ActivePodsWithRanks`: which Pod a `ReplicaSet` deletes first (CTL-RS-04, CTL-RS-07, CTL-RS-08).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use pod_lifecycle::controllers::Readiness;
use pod_lifecycle::controllers::replica_set::{Candidate, Clock, Restarts, deletion_cost, rank};
use pod_lifecycle::wire::{Container, ContainerStatus, Text};
use pod_lifecycle::{Binding, Now, Phase, Time};
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct RsRank;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    pods: Vec<Pod<'a>>,
    ranks: Vec<u32>,
    #[serde(borrow)]
    now: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Pod<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    spec: Spec<'a>,
    #[serde(borrow)]
    status: Status<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    uid: Text<'a>,
    creation_timestamp: Option<Time>,
    #[serde(borrow, default)]
    annotations: BTreeMap<Text<'a>, Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    #[serde(borrow, default)]
    node_name: Text<'a>,
    #[serde(borrow, default)]
    init_containers: Vec<Container<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    #[serde(borrow, default)]
    phase: Text<'a>,
    #[serde(borrow, default)]
    conditions: Vec<Condition<'a>>,
    #[serde(borrow, default)]
    container_statuses: Vec<ContainerStatus<'a>>,
    #[serde(borrow, default)]
    init_container_statuses: Vec<ContainerStatus<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    last_transition_time: Option<Time>,
}

/// `less` of two Pods, or the `order` of several.
#[derive(PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum Output {
    Less(bool),
    Order(Vec<String>),
}

impl Oracle for RsRank {
    const NAME: &'static str = "rs_rank";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let clock = input.now.map_or(Clock::Absent, |now| Clock::At(Now::parse(&now).expect("a time")));
        let pods = input.pods.iter().zip(input.ranks).enumerate();
        let mut candidates: Vec<Candidate<Uid<'_>>> =
            pods.map(|(place, (pod, rank))| candidate(place, pod, rank)).collect();
        let (got, rule) = match &output {
            Output::Less(_) => {
                let less = candidates[0].goes_before(&candidates[1], clock);
                (Output::Less(less == Ordering::Less), "CTL-RS-07")
            }
            Output::Order(_) => {
                rank(&mut candidates, clock);
                let name = |uid: Uid<'_>| input.pods[uid.place].metadata.name.to_string();
                (Output::Order(candidates.iter().map(|pod| name(pod.uid)).collect()), "CTL-RS-04")
            }
        };
        Judged { expected: output, got, rules: vec![rule.to_owned()] }
    }
}

/// A uid that remembers whose it is.
#[derive(Clone, Copy)]
struct Uid<'a> {
    uid: &'a str,
    place: usize,
}

impl PartialEq for Uid<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.uid == other.uid
    }
}

impl Eq for Uid<'_> {}

impl PartialOrd for Uid<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Uid<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uid.cmp(other.uid)
    }
}

fn candidate<'a>(place: usize, pod: &'a Pod<'_>, rank: u32) -> Candidate<Uid<'a>> {
    let Pod { metadata, spec, status } = pod;
    let ready = status.conditions.iter().find(|condition| &*condition.kind == "Ready");
    let sidecar = |status: &&ContainerStatus<'_>| {
        let mut containers = spec.init_containers.iter();
        containers.any(|container| {
            container.name == status.name && container.restart_policy.as_deref() == Some("Always")
        })
    };
    let most = |counts: &mut dyn Iterator<Item = i32>| counts.max().unwrap_or(0).max(0);
    Candidate {
        uid: Uid { uid: &metadata.uid, place },
        created: metadata.creation_timestamp,
        binding: if spec.node_name.is_empty() { Binding::Unbound } else { Binding::Bound },
        phase: Phase::from_api(&status.phase),
        readiness: match ready.filter(|ready| &*ready.status == "True") {
            Some(ready) => Readiness::Ready { since: ready.last_transition_time },
            None => Readiness::NotReady,
        },
        cost: deletion_cost(
            metadata.annotations.get("controller.kubernetes.io/pod-deletion-cost").map(|text| &**text),
        ),
        rank,
        restarts: Restarts {
            regular: most(&mut status.container_statuses.iter().map(|status| status.restart_count)),
            sidecar: most(
                &mut status.init_container_statuses.iter().filter(sidecar).map(|status| status.restart_count),
            ),
        },
    }
}
