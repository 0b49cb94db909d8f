//! A case as it is recorded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::instances::nullable;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input {
    pub(super) pod: Value,
    pub(super) cached_status: Option<Status>,
    pub(super) runtime_status: RuntimeStatus,
    pub(super) pod_is_terminal: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) start_failures: BTreeMap<String, Words>,
    pub(super) evict: Option<Words>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) probe: BTreeMap<String, Results>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Results {
    pub(super) ready: Option<bool>,
    pub(super) started: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RuntimeStatus {
    #[serde(default, deserialize_with = "nullable")]
    pub(super) container_statuses: Vec<Instance>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) sandbox_statuses: Vec<SandboxStatus>,
    #[serde(default, rename = "activeContainerIDs", deserialize_with = "nullable")]
    pub(super) active_container_ids: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) active_container_statuses: Vec<Instance>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Instance {
    #[serde(default)]
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: String,
    #[serde(default)]
    pub(super) exit_code: i32,
    #[serde(default)]
    pub(super) restart_count: i32,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) image: String,
    #[serde(default)]
    pub(super) image_ref: String,
    pub(super) started_at: Option<String>,
    pub(super) finished_at: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SandboxStatus {
    pub(super) state: String,
    pub(super) attempt: u32,
    #[serde(default)]
    pub(super) ip: String,
}

/// A status with everything that its conditions and entries say.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    #[serde(default)]
    pub(super) phase: String,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) conditions: Vec<Value>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) container_statuses: Vec<Value>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) init_container_statuses: Vec<Value>,
}

/// The members of the Pod that only this decision reads.
#[derive(Deserialize)]
pub(super) struct Rest {
    #[serde(default)]
    pub(super) spec: RestOfSpec,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) status: Status,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RestOfSpec {
    #[serde(default)]
    pub(super) host_network: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) readiness_gates: Vec<ReadinessGate>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) containers: Vec<Value>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) init_containers: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReadinessGate {
    pub(super) condition_type: String,
}
