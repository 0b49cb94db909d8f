//! The steps of a rolling update and of scaling, over a fake API (CTL-DP-17 … CTL-DP-19, CTL-DP-21).

use pod_lifecycle::controllers::deployment::{
    Deployment, ReplicaSet, Update, Which, reconcile_old, reduce_available, scale,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::deployments::{WireDeployment, WireReplicaSet};
use crate::harness::{Judged, Oracle};
use crate::instances::nullable;

pub(crate) struct Rolling;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case<'a> {
    #[serde(rename = "id")]
    _id: IgnoredAny,
    source: String,
    #[serde(borrow)]
    input: Input<'a>,
    output: Output,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input<'a> {
    #[serde(rename = "fn")]
    function: Function,
    #[serde(borrow)]
    deployment: WireDeployment<'a>,
    #[serde(borrow)]
    new_replica_set: Option<WireReplicaSet<'a>>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    old_replica_sets: Vec<WireReplicaSet<'a>>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    all_replica_sets: Vec<WireReplicaSet<'a>>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Function {
    ReconcileNewReplicaSet,
    ReconcileOldReplicaSets,
    ScaleDownOldReplicaSetsForRollingUpdate,
    Scale,
}

#[derive(PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    updates: Vec<Sent>,
    result: Option<Returned>,
    error: bool,
}

#[derive(PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    name: String,
    replicas: i64,
}

/// Scaled or not, or the number scaled down.
#[derive(PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
enum Returned {
    Scaled(bool),
    Down(i64),
}

impl Oracle for Rolling {
    const NAME: &'static str = "rolling";
    type Case<'a> = Case<'a>;
    type Outcome = Output;

    fn judge(Case { source, input, output, .. }: Case<'_>) -> Judged<Output> {
        let deployment = input.deployment.read();
        let old: Vec<ReplicaSet<&str>> = input.old_replica_sets.iter().map(WireReplicaSet::read).collect();
        let new = input.new_replica_set.as_ref().map(WireReplicaSet::read);
        let (updates, error, rule) = match input.function {
            Function::ReconcileNewReplicaSet => {
                let total = input.all_replica_sets.iter().map(|set| i64::from(set.replicas)).sum();
                let update = deployment.reconcile_new(new.expect("a new one").size, total);
                (update.unwrap_or(None).into_iter().collect(), update.is_err(), "CTL-DP-18")
            }
            Function::ReconcileOldReplicaSets => {
                (reconcile_old(&deployment, &new.expect("a new one"), &old), false, "CTL-DP-19")
            }
            Function::ScaleDownOldReplicaSetsForRollingUpdate => {
                let available =
                    input.all_replica_sets.iter().map(|set| i64::from(set.available_replicas)).sum();
                (reduce_available(&deployment, available, &old), false, "CTL-DP-19")
            }
            Function::Scale => (scale(&deployment, new.as_ref(), &old), false, "CTL-DP-21"),
        };
        if ran_on_a_forgetful_api(&source, &input, &deployment) {
            let nothing = || Output { updates: Vec::new(), result: None, error: false };
            let rules = vec!["out of scope: its fake API forgot what was updated".to_owned()];
            return Judged { expected: nothing(), got: nothing(), rules };
        }
        let sizes = |update: &Update| i64::from(input.set(update.of).replicas) == update.size;
        let mut rules = vec![rule.to_owned()];
        if updates.iter().any(sizes) {
            rules.push("CTL-DP-17".to_owned()); // only annotations
        }
        let got = Output {
            result: input.returned(&updates),
            updates: updates.into_iter().map(|update| input.sent(update)).collect(),
            error,
        };
        Judged { expected: output, got, rules }
    }
}

/// The fake API of upstream's unit tests answers an update with an empty object. Where unhealthy replicas were removed
/// and more than the minimum is available, the second step then found nothing available.
fn ran_on_a_forgetful_api(source: &str, input: &Input<'_>, deployment: &Deployment) -> bool {
    let upstream = !matches!(source, "generated" | "authored");
    let unhealthy = input.old_replica_sets.iter().any(|set| set.available_replicas < set.replicas);
    let available: i64 = input.all_replica_sets.iter().map(|set| i64::from(set.available_replicas)).sum();
    let minimum = i64::from(deployment.replicas) - deployment.max_unavailable();
    upstream && input.function == Function::ReconcileOldReplicaSets && unhealthy && available > minimum
}

impl Input<'_> {
    fn set(&self, of: Which) -> &WireReplicaSet<'_> {
        match of {
            Which::New => self.new_replica_set.as_ref().expect("a new one"),
            Which::Old(place) => &self.old_replica_sets[place],
        }
    }

    fn sent(&self, Update { of, size }: Update) -> Sent {
        Sent { name: self.set(of).name.to_string(), replicas: size }
    }

    fn returned(&self, updates: &[Update]) -> Option<Returned> {
        match self.function {
            Function::ReconcileNewReplicaSet | Function::ReconcileOldReplicaSets => {
                Some(Returned::Scaled(!updates.is_empty()))
            }
            Function::ScaleDownOldReplicaSetsForRollingUpdate => {
                let down = |update: &Update| i64::from(self.set(update.of).replicas) - update.size;
                Some(Returned::Down(updates.iter().map(down).sum()))
            }
            Function::Scale => None,
        }
    }
}
