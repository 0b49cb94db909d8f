//! A case of `node_traces` as it is written, as far as it is read here.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) input: Input,
    pub(super) actions: Vec<Step>,
    pub(super) trace: Vec<Seen>,
    pub(super) gone: bool,
}

#[derive(Deserialize)]
pub(super) struct Input {
    pub(super) spec: Spec,
    pub(super) finalizers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spec {
    pub(super) restart_policy: Option<String>,
    pub(super) termination_grace_period_seconds: Option<i64>,
    pub(super) active_deadline_seconds: Option<i64>,
    pub(super) containers: Vec<Container>,
    #[serde(default)]
    pub(super) init_containers: Vec<Container>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) restart_policy: Option<String>,
    #[serde(default)]
    pub(super) restart_policy_rules: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
pub(super) struct Step {
    #[serde(rename = "do")]
    pub(super) verb: Verb,
    pub(super) options: Options,
    pub(super) code: u16,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verb {
    Delete,
    Evict,
    Unfinalize,
    Fail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Options {
    pub(super) grace_period_seconds: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    pub(super) r#type: String,
    pub(super) phase: String,
    pub(super) deletion_grace_period_seconds: Option<u64>,
    #[serde(default)]
    pub(super) finalizers: Vec<String>,
    pub(super) containers: BTreeMap<String, Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    pub(super) state: State,
    pub(super) exit_code: Option<i32>,
    pub(super) last_exit_code: Option<i32>,
    pub(super) restart_count: u8,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Waiting,
    Running,
    Terminated,
}
