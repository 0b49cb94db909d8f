//! A Pod as a request carries it: all that admission reads, and a digest of the rest of its spec.
//!
//! Reading it costs several times what a [`Pod`](super::Pod) costs; a watch has no need of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ContainerStatus, Digest, RestartPolicyRule, SchedulingGate, Text, nullable};
use crate::time::Time;

/// A Pod with every field that the checks of chapter 8 read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WholePod<'a> {
    /// `metadata`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub metadata: WholeMetadata<'a>,
    /// `spec`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub spec: WholeSpec<'a>,
    /// `status`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub status: WholeStatus<'a>,
}

/// Object metadata (VAL-01 … VAL-06).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WholeMetadata<'a> {
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `generateName` (CRE-02).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub generate_name: Text<'a>,
    /// `namespace`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub namespace: Text<'a>,
    /// `uid` (OBJ-01).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub uid: Text<'a>,
    /// `resourceVersion` (OBJ-02).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub resource_version: Text<'a>,
    /// `generation` (OBJ-03).
    #[serde(default, deserialize_with = "nullable")]
    pub generation: i64,
    /// `creationTimestamp` (OBJ-01).
    #[serde(default)]
    pub creation_timestamp: Option<Time>,
    /// `deletionTimestamp` (OBJ-04).
    #[serde(default)]
    pub deletion_timestamp: Option<Time>,
    /// `deletionGracePeriodSeconds` (OBJ-05).
    #[serde(default)]
    pub deletion_grace_period_seconds: Option<i64>,
    /// `finalizers` (OBJ-06).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub finalizers: Vec<Text<'a>>,
    /// `labels`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub labels: BTreeMap<Text<'a>, Text<'a>>,
    /// `annotations`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub annotations: BTreeMap<Text<'a>, Text<'a>>,
    /// `ownerReferences` (OBJ-07).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub owner_references: Vec<OwnerReference<'a>>,
}

/// One entry of `ownerReferences` (OBJ-07).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerReference<'a> {
    /// `apiVersion`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub api_version: Text<'a>,
    /// `kind`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub kind: Text<'a>,
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `uid`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub uid: Text<'a>,
    /// `controller`.
    #[serde(default)]
    pub controller: Option<bool>,
}

/// `spec` (VAL-10 … VAL-17).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WholeSpec<'a> {
    /// `nodeName` (OBJ-10).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub node_name: Text<'a>,
    /// `terminationGracePeriodSeconds` (OBJ-12).
    #[serde(default)]
    pub termination_grace_period_seconds: Option<i64>,
    /// `activeDeadlineSeconds` (OBJ-13).
    #[serde(default)]
    pub active_deadline_seconds: Option<i64>,
    /// `restartPolicy` (OBJ-11).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub restart_policy: Text<'a>,
    /// `schedulingGates` (OBJ-20).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub scheduling_gates: Vec<SchedulingGate<'a>>,
    /// `nodeSelector`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub node_selector: BTreeMap<Text<'a>, Text<'a>>,
    /// `tolerations` (OBJ-22).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub tolerations: Vec<Toleration<'a>>,
    /// `affinity`.
    #[serde(default)]
    pub affinity: Option<Affinity>,
    /// `initContainers` (OBJ-14).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub init_containers: Vec<WholeContainer<'a>>,
    /// `containers` (OBJ-14).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub containers: Vec<WholeContainer<'a>>,
    /// `ephemeralContainers`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub ephemeral_containers: Vec<WholeContainer<'a>>,
    /// `serviceAccountName`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub service_account_name: Text<'a>,
    /// `serviceAccount`, the old name of the same field: read only where the new one is empty.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub service_account: Text<'a>,
    /// `securityContext` of the Pod, which the server never leaves out: `{}` and absent are equal.
    #[serde(default, deserialize_with = "nullable")]
    pub security_context: Digest,
    /// `resources` of the Pod: `{}` and absent differ, unlike those of a container.
    #[serde(default)]
    pub resources: Option<Digest>,
    /// All other fields.
    #[serde(flatten)]
    pub rest: Digest,
}

impl WholeSpec<'_> {
    /// The service account that the server reads.
    #[must_use]
    pub fn account(&self) -> &str {
        if self.service_account_name.is_empty() { &self.service_account } else { &self.service_account_name }
    }
}

/// One container of the spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WholeContainer<'a> {
    /// `name`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub name: Text<'a>,
    /// `image`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub image: Text<'a>,
    /// `restartPolicy` (OBJ-15).
    #[serde(borrow, default)]
    pub restart_policy: Option<Text<'a>>,
    /// `restartPolicyRules` (OBJ-16).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub restart_policy_rules: Vec<RestartPolicyRule<'a>>,
    /// All other fields.
    #[serde(flatten)]
    pub rest: Digest,
}

/// One entry of `tolerations` (OBJ-22).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Toleration<'a> {
    /// `key`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub key: Text<'a>,
    /// `operator`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub operator: Text<'a>,
    /// `value`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub value: Text<'a>,
    /// `effect`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub effect: Text<'a>,
    /// `tolerationSeconds`.
    #[serde(default)]
    pub toleration_seconds: Option<i64>,
}

/// `affinity` (VAL-11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affinity {
    /// `nodeAffinity`.
    #[serde(default)]
    pub node_affinity: Option<NodeAffinity>,
    /// `podAffinity`; `{}` and absent differ.
    #[serde(default)]
    pub pod_affinity: Option<Digest>,
    /// `podAntiAffinity`; `{}` and absent differ.
    #[serde(default)]
    pub pod_anti_affinity: Option<Digest>,
}

/// `nodeAffinity` (VAL-11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct NodeAffinity {
    /// `requiredDuringSchedulingIgnoredDuringExecution`.
    #[serde(default, rename = "requiredDuringSchedulingIgnoredDuringExecution")]
    pub required: Option<NodeSelector>,
    /// `preferredDuringSchedulingIgnoredDuringExecution`.
    #[serde(
        default,
        rename = "preferredDuringSchedulingIgnoredDuringExecution",
        deserialize_with = "nullable"
    )]
    pub preferred: Vec<Digest>,
}

/// The required terms of a node affinity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSelector {
    /// `nodeSelectorTerms`.
    #[serde(default, deserialize_with = "nullable")]
    pub node_selector_terms: Vec<NodeSelectorTerm>,
}

/// One required term.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSelectorTerm {
    /// `matchExpressions`.
    #[serde(default, deserialize_with = "nullable")]
    pub match_expressions: Vec<Digest>,
    /// `matchFields`.
    #[serde(default, deserialize_with = "nullable")]
    pub match_fields: Vec<Digest>,
}

/// `status` (VAL-20 … VAL-28).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WholeStatus<'a> {
    /// `observedGeneration`.
    #[serde(default, deserialize_with = "nullable")]
    pub observed_generation: i64,
    /// `phase` (OBJ-31).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub phase: Text<'a>,
    /// `qosClass` (OBJ-34).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub qos_class: Text<'a>,
    /// `nominatedNodeName` (OBJ-35).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub nominated_node_name: Text<'a>,
    /// `podIP`.
    #[serde(borrow, default, rename = "podIP", deserialize_with = "nullable")]
    pub pod_ip: Text<'a>,
    /// `podIPs`.
    #[serde(borrow, default, rename = "podIPs", deserialize_with = "nullable")]
    pub pod_ips: Vec<Address<'a>>,
    /// `hostIP`.
    #[serde(borrow, default, rename = "hostIP", deserialize_with = "nullable")]
    pub host_ip: Text<'a>,
    /// `hostIPs`.
    #[serde(borrow, default, rename = "hostIPs", deserialize_with = "nullable")]
    pub host_ips: Vec<Address<'a>>,
    /// `conditions` (OBJ-40).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub conditions: Vec<WholeCondition<'a>>,
    /// `initContainerStatuses` (OBJ-50).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub init_container_statuses: Vec<ContainerStatus<'a>>,
    /// `containerStatuses` (OBJ-50).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub container_statuses: Vec<ContainerStatus<'a>>,
    /// `ephemeralContainerStatuses` (OBJ-50).
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub ephemeral_container_statuses: Vec<ContainerStatus<'a>>,
}

/// One address of `podIPs` or `hostIPs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Address<'a> {
    /// `ip`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub ip: Text<'a>,
}

/// One condition, with the generation that it was computed for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WholeCondition<'a> {
    /// `type`.
    #[serde(rename = "type", borrow, default, deserialize_with = "nullable")]
    pub kind: Text<'a>,
    /// `observedGeneration`.
    #[serde(default, deserialize_with = "nullable")]
    pub observed_generation: i64,
}
