//! What `explain` reads around a Pod: its events, the disruption budgets of its namespace, its controller.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Metadata, Text, nullable};

/// An Event, of the core group or of `events.k8s.io`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a> {
    /// `involvedObject`, or `regarding`.
    #[serde(borrow, default, deserialize_with = "nullable", alias = "regarding")]
    pub involved_object: Involved<'a>,
    /// `reason`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub reason: Text<'a>,
    /// `message`, or `note`; it tells apart what bears one reason, and is shown to nobody.
    #[serde(borrow, default, deserialize_with = "nullable", alias = "note")]
    pub message: Text<'a>,
    /// `count`, or `deprecatedCount`.
    #[serde(default, alias = "deprecatedCount")]
    pub count: Option<u64>,
    /// `lastTimestamp`, or `deprecatedLastTimestamp`.
    #[serde(borrow, default, alias = "deprecatedLastTimestamp")]
    pub last_timestamp: Option<Text<'a>>,
    /// `eventTime`.
    #[serde(borrow, default)]
    pub event_time: Option<Text<'a>>,
    /// `series`.
    #[serde(borrow, default)]
    pub series: Option<Series<'a>>,
}

/// `series` of an Event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Series<'a> {
    /// `count`.
    #[serde(default)]
    pub count: Option<u64>,
    /// `lastObservedTime`.
    #[serde(borrow, default)]
    pub last_observed_time: Option<Text<'a>>,
}

/// What an Event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Involved<'a> {
    /// `kind`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub kind: Text<'a>,
    /// `namespace`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub namespace: Text<'a>,
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `uid`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub uid: Text<'a>,
}

/// A `PodDisruptionBudget` (CTL-EVI-02).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct DisruptionBudget<'a> {
    /// `metadata`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub metadata: Metadata<'a>,
    /// `spec`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub spec: BudgetSpec<'a>,
    /// `status`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub status: BudgetStatus<'a>,
}

/// `spec` of a disruption budget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BudgetSpec<'a> {
    /// `selector`: one that is absent matches nothing, an empty one all Pods of the namespace.
    #[serde(borrow, default)]
    pub selector: Option<Selector<'a>>,
    /// `unhealthyPodEvictionPolicy`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub unhealthy_pod_eviction_policy: Text<'a>,
}

/// `status` of a disruption budget.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BudgetStatus<'a> {
    /// `observedGeneration`.
    #[serde(default, deserialize_with = "nullable")]
    pub observed_generation: i64,
    /// `currentHealthy`.
    #[serde(default, deserialize_with = "nullable")]
    pub current_healthy: i32,
    /// `desiredHealthy`.
    #[serde(default, deserialize_with = "nullable")]
    pub desired_healthy: i32,
    /// `disruptionsAllowed`.
    #[serde(default, deserialize_with = "nullable")]
    pub disruptions_allowed: i32,
    /// `disruptedPods`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub disrupted_pods: BTreeMap<Text<'a>, IgnoredAny>,
}

/// A label selector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Selector<'a> {
    /// `matchLabels`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub match_labels: BTreeMap<Text<'a>, Text<'a>>,
    /// `matchExpressions`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub match_expressions: Vec<Requirement<'a>>,
}

/// One of `matchExpressions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Requirement<'a> {
    /// `key`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub key: Text<'a>,
    /// `operator`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub operator: Text<'a>,
    /// `values`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub values: Vec<Text<'a>>,
}

/// A controller of Pods, as far as it makes successors.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Workload<'a> {
    /// `metadata`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub metadata: Metadata<'a>,
    /// `spec`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub spec: WorkloadSpec<'a>,
}

/// `spec` of a controller.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadSpec<'a> {
    /// `replicas`.
    #[serde(default)]
    pub replicas: Option<i64>,
    /// `podReplacementPolicy` of a Job (CTL-JOB-03).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub pod_replacement_policy: Text<'a>,
    /// `podFailurePolicy` of a Job: with one, a terminating Pod is waited for.
    #[serde(default)]
    pub pod_failure_policy: Option<IgnoredAny>,
}
