//! The arithmetic of a Deployment (CTL-DP-13 … CTL-DP-16, CTL-DP-20).

use pod_lifecycle::controllers::deployment::{Fences, fenceposts, proportion};
use serde::{Deserialize, Serialize};

use crate::deployments::{WireAmount, WireDeployment, WireReplicaSet, amount};
use crate::harness::{Example, Judged, Oracle};

pub(crate) struct DeploymentMath;

#[derive(Deserialize)]
#[serde(tag = "fn", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Input<'a> {
    ResolveFenceposts {
        #[serde(borrow)]
        max_surge: Option<WireAmount<'a>>,
        #[serde(borrow)]
        max_unavailable: Option<WireAmount<'a>>,
        desired: i32,
    },
    #[serde(rename = "newRSNewReplicas")]
    NewSize {
        #[serde(borrow)]
        deployment: WireDeployment<'a>,
        #[serde(borrow)]
        all_replica_sets: Vec<WireReplicaSet<'a>>,
        #[serde(borrow)]
        new_replica_set: WireReplicaSet<'a>,
    },
    MaxUnavailable {
        #[serde(borrow)]
        deployment: WireDeployment<'a>,
    },
    MaxSurge {
        #[serde(borrow)]
        deployment: WireDeployment<'a>,
    },
    ReplicaSetProportion {
        #[serde(borrow)]
        deployment: WireDeployment<'a>,
        #[serde(borrow)]
        replica_set: WireReplicaSet<'a>,
        replicas_to_add: i64,
        replicas_added: i64,
    },
}

/// With an error all values are 0.
#[derive(PartialEq, Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Output {
    Fences { surge: i64, unavailable: i64, error: bool },
    Size { replicas: i64, error: bool },
    Value { value: i64 },
}

impl Oracle for DeploymentMath {
    const NAME: &'static str = "deployment_math";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let (got, rule) = match input {
            Input::ResolveFenceposts { max_surge, max_unavailable, desired } => {
                let fences =
                    fenceposts(amount(max_surge.as_ref()), amount(max_unavailable.as_ref()), desired);
                let error = fences.is_err();
                let Fences { surge, unavailable } = fences.unwrap_or(Fences::NONE);
                (Output::Fences { surge, unavailable, error }, "CTL-DP-14")
            }
            Input::NewSize { deployment, all_replica_sets, new_replica_set } => {
                let total = all_replica_sets.iter().map(|set| i64::from(set.replicas)).sum();
                let size = deployment.read().new_size(new_replica_set.replicas, total);
                (Output::Size { error: size.is_err(), replicas: size.unwrap_or(0) }, "CTL-DP-16")
            }
            Input::MaxUnavailable { deployment } => {
                (Output::Value { value: deployment.read().max_unavailable() }, "CTL-DP-15")
            }
            Input::MaxSurge { deployment } => {
                (Output::Value { value: deployment.read().max_surge() }, "CTL-DP-15")
            }
            Input::ReplicaSetProportion { deployment, replica_set, replicas_to_add, replicas_added } => {
                let set = replica_set.read();
                let value = proportion(&deployment.read(), &set, replicas_to_add, replicas_added);
                (Output::Value { value }, "CTL-DP-20")
            }
        };
        Judged { expected: output, got, rules: vec![rule.to_owned()] }
    }
}
