//! What `timeline` and `explain` read beside a [`Pod`](super::Pod): its owner, hooks, probes, and its Node. A watch has
//! no need of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Condition, Metadata, OwnerReference, Text, nullable};

/// The further fields of a Pod; parsed from the same bytes as its [`Pod`](super::Pod).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct PodDetails<'a> {
    /// `metadata`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub metadata: MetadataDetails<'a>,
    /// `spec`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub spec: SpecDetails<'a>,
}

/// The further fields of `metadata`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetadataDetails<'a> {
    /// `ownerReferences` (OBJ-07).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub owner_references: Vec<OwnerReference<'a>>,
    /// `labels`: which disruption budgets ask for it.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub labels: BTreeMap<Text<'a>, Text<'a>>,
}

/// The further fields of `spec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpecDetails<'a> {
    /// `initContainers` (OBJ-14).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub init_containers: Vec<ContainerDetails<'a>>,
    /// `containers` (OBJ-14).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub containers: Vec<ContainerDetails<'a>>,
    /// `ephemeralContainers`; they have neither hooks nor probes (CTR-07).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub ephemeral_containers: Vec<ContainerDetails<'a>>,
}

/// The further fields of one container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerDetails<'a> {
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `lifecycle`.
    #[serde(default, deserialize_with = "nullable")]
    pub lifecycle: Lifecycle,
    /// `livenessProbe`.
    #[serde(default, deserialize_with = "nullable")]
    pub liveness_probe: Probe,
    /// `startupProbe`.
    #[serde(default, deserialize_with = "nullable")]
    pub startup_probe: Probe,
}

/// `lifecycle`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lifecycle {
    /// `preStop` (CTR-63).
    #[serde(default)]
    pub pre_stop: Option<Handler>,
}

/// A hook; without `sleep` it is a command or a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Handler {
    /// `sleep`.
    #[serde(default)]
    pub sleep: Option<Sleep>,
}

/// `sleep` of a hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Sleep {
    /// `seconds`.
    #[serde(default, deserialize_with = "nullable")]
    pub seconds: i64,
}

/// A probe, as far as a kill reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// `terminationGracePeriodSeconds` (KUB-41).
    #[serde(default)]
    pub termination_grace_period_seconds: Option<i64>,
}

/// A Node, as far as the deletion of its Pods depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Node<'a> {
    /// `metadata`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub metadata: Metadata<'a>,
    /// `spec`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub spec: NodeSpec<'a>,
    /// `status`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub status: NodeStatus<'a>,
}

/// `spec` of a Node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct NodeSpec<'a> {
    /// `taints`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub taints: Vec<Taint<'a>>,
}

/// One taint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Taint<'a> {
    /// `key`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub key: Text<'a>,
}

/// `status` of a Node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct NodeStatus<'a> {
    /// `conditions`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub conditions: Vec<Condition<'a>>,
}
