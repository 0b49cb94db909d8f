//! Deployments and `ReplicaSet`s, as two oracles write them.

use pod_lifecycle::Time;
use pod_lifecycle::controllers::deployment::{Amount, Annotation, Deployment, ReplicaSet, Strategy};
use pod_lifecycle::wire::Text;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WireDeployment<'a> {
    /// Absent only where the function does not read it.
    #[serde(default)]
    replicas: i32,
    #[serde(borrow)]
    strategy_type: Text<'a>,
    #[serde(borrow)]
    max_surge: Option<WireAmount<'a>>,
    #[serde(borrow)]
    max_unavailable: Option<WireAmount<'a>>,
    status_replicas: i32,
}

impl WireDeployment<'_> {
    pub(crate) fn read(&self) -> Deployment {
        Deployment {
            replicas: self.replicas,
            strategy: match &*self.strategy_type {
                "RollingUpdate" => Strategy::RollingUpdate {
                    surge: amount(self.max_surge.as_ref()),
                    unavailable: amount(self.max_unavailable.as_ref()),
                },
                "Recreate" => Strategy::Recreate,
                _ => Strategy::Other,
            },
            status_replicas: self.status_replicas,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum WireAmount<'a> {
    Count(i32),
    Text(#[serde(borrow)] Text<'a>),
}

pub(crate) fn amount(amount: Option<&WireAmount<'_>>) -> Option<Amount> {
    amount.map(|amount| match amount {
        WireAmount::Count(count) => Amount::Count(*count),
        WireAmount::Text(text) => Amount::from_text(text),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WireReplicaSet<'a> {
    #[serde(borrow)]
    pub(crate) name: Text<'a>,
    pub(crate) replicas: i32,
    pub(crate) available_replicas: i32,
    creation_timestamp: Option<Time>,
    #[serde(borrow)]
    desired_replicas_annotation: Option<Text<'a>>,
    #[serde(borrow)]
    max_replicas_annotation: Option<Text<'a>>,
}

impl WireReplicaSet<'_> {
    pub(crate) fn read(&self) -> ReplicaSet<&str> {
        ReplicaSet {
            name: &self.name,
            created: self.creation_timestamp,
            size: self.replicas,
            available: self.available_replicas,
            desired: Annotation::from_text(self.desired_replicas_annotation.as_deref()),
            max: Annotation::from_text(self.max_replicas_annotation.as_deref()),
        }
    }
}
