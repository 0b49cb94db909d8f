//! Pods, as far as the life cycle reads them.

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Text, nullable};
use crate::time::Time;

/// A Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pod<'a> {
    /// `metadata`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub metadata: Metadata<'a>,
    /// `spec`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub spec: PodSpec<'a>,
    /// `status`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub status: PodStatus<'a>,
}

/// A `PodList`, or a `List` of Pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodList<'a> {
    /// `items`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub items: Vec<Pod<'a>>,
}

/// Object metadata (chapter 1, «Metadata»).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata<'a> {
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `namespace`.
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub namespace: Text<'a>,
    /// `uid` (OBJ-01).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub uid: Text<'a>,
    /// `resourceVersion` (OBJ-02).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub resource_version: Text<'a>,
    /// `generation` (OBJ-03).
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub generation: i64,
    /// `creationTimestamp` (OBJ-01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<Time>,
    /// `deletionTimestamp` (OBJ-04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<Time>,
    /// `deletionGracePeriodSeconds` (OBJ-05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_grace_period_seconds: Option<i64>,
    /// `finalizers` (OBJ-06).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub finalizers: Vec<Text<'a>>,
    /// The annotations that the life cycle reads.
    #[serde(borrow, default, deserialize_with = "annotations", skip_serializing_if = "is_default")]
    pub annotations: Annotations<'a>,
}

/// The annotations that the life cycle reads; all others are skipped, however large they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Annotations<'a> {
    /// `kubernetes.io/config.source`: any other value than `api` marks a static Pod.
    #[serde(rename = "kubernetes.io/config.source", skip_serializing_if = "Option::is_none")]
    pub config_source: Option<Text<'a>>,
    /// `kubernetes.io/config.mirror`: the object is the mirror of a static Pod.
    #[serde(rename = "kubernetes.io/config.mirror", skip_serializing_if = "Option::is_none")]
    pub config_mirror: Option<Text<'a>>,
}

fn annotations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Annotations<'de>, D::Error> {
    struct Picking;

    impl<'de> Visitor<'de> for Picking {
        type Value = Annotations<'de>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a map of strings")
        }

        fn visit_unit<E>(self) -> Result<Annotations<'de>, E> {
            Ok(Annotations::default())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Annotations<'de>, A::Error> {
            let mut picked = Annotations::default();
            while let Some(key) = map.next_key::<Text<'de>>()? {
                match key.as_str() {
                    "kubernetes.io/config.source" => picked.config_source = map.next_value()?,
                    "kubernetes.io/config.mirror" => picked.config_mirror = map.next_value()?,
                    _ => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok(picked)
        }
    }

    deserializer.deserialize_any(Picking)
}

/// `spec` (chapter 1, «Spec»).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec<'a> {
    /// `nodeName` (OBJ-10).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub node_name: Text<'a>,
    /// `restartPolicy` (OBJ-11).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub restart_policy: Text<'a>,
    /// `terminationGracePeriodSeconds` (OBJ-12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub termination_grace_period_seconds: Option<i64>,
    /// `activeDeadlineSeconds` (OBJ-13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_deadline_seconds: Option<i64>,
    /// `schedulingGates` (OBJ-20).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub scheduling_gates: Vec<SchedulingGate<'a>>,
    /// `initContainers` (OBJ-14).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub init_containers: Vec<Container<'a>>,
    /// `containers` (OBJ-14).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub containers: Vec<Container<'a>>,
    /// `ephemeralContainers`.
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub ephemeral_containers: Vec<Container<'a>>,
}

/// One scheduling gate (OBJ-20).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct SchedulingGate<'a> {
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
}

/// One container of the spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Container<'a> {
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `restartPolicy` (OBJ-15).
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<Text<'a>>,
    /// `restartPolicyRules` (OBJ-16).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub restart_policy_rules: Vec<RestartPolicyRule<'a>>,
}

/// One entry of `restartPolicyRules` (OBJ-16).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestartPolicyRule<'a> {
    /// `action`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub action: Text<'a>,
    /// `exitCodes`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub exit_codes: Option<ExitCodes<'a>>,
}

/// The test of a restart rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ExitCodes<'a> {
    /// `operator`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub operator: Text<'a>,
    /// `values`.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<i32>,
}

/// `status` (chapter 1, «Status»).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodStatus<'a> {
    /// `phase` (OBJ-31); a value outside the five is kept as it is.
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub phase: Text<'a>,
    /// `reason` (OBJ-33).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub reason: Text<'a>,
    /// `startTime` (OBJ-32).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Time>,
    /// `conditions` (OBJ-40).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition<'a>>,
    /// `initContainerStatuses` (OBJ-50).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub init_container_statuses: Vec<ContainerStatus<'a>>,
    /// `containerStatuses` (OBJ-50).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub container_statuses: Vec<ContainerStatus<'a>>,
    /// `ephemeralContainerStatuses` (OBJ-50).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub ephemeral_container_statuses: Vec<ContainerStatus<'a>>,
}

/// One condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Condition<'a> {
    /// `type`.
    #[serde(rename = "type", borrow, default, deserialize_with = "nullable")]
    pub kind: Text<'a>,
    /// `status`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub status: Text<'a>,
    /// `reason`.
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub reason: Text<'a>,
}

/// The status of one container (OBJ-50 … OBJ-54).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerStatus<'a> {
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `state`.
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub state: ContainerState<'a>,
    /// `lastState`.
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub last_state: ContainerState<'a>,
    /// `restartCount` (OBJ-54).
    #[serde(default, deserialize_with = "nullable")]
    pub restart_count: i32,
    /// `ready`.
    #[serde(default, deserialize_with = "nullable")]
    pub ready: bool,
    /// `started` (OBJ-53).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<bool>,
}

/// `state` or `lastState` of a container: at most one member is set (OBJ-50).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ContainerState<'a> {
    /// `waiting`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<ContainerStateWaiting<'a>>,
    /// `running`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<ContainerStateRunning>,
    /// `terminated`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub terminated: Option<ContainerStateTerminated<'a>>,
}

/// `waiting`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ContainerStateWaiting<'a> {
    /// `reason` (OBJ-51).
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub reason: Text<'a>,
}

/// `running`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerStateRunning {
    /// `startedAt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
}

/// `terminated`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerStateTerminated<'a> {
    /// `exitCode`.
    #[serde(default, deserialize_with = "nullable")]
    pub exit_code: i32,
    /// `signal`; 0 if none ended it.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub signal: i32,
    /// `reason`.
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "is_empty")]
    pub reason: Text<'a>,
    /// `startedAt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// `finishedAt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
}

fn is_empty(text: &Text<'_>) -> bool {
    text.as_str().is_empty()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
