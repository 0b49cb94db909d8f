//! `should_restart`: whether a container that does not run is started (CTR-02).

use pod_lifecycle::container::{ContainerPolicy, Exit, ExitReason, RestartPolicy};
use pod_lifecycle::phase::Deleting;
use pod_lifecycle::restart::{Instance, Start, start};
use pod_lifecycle::view::restart_settings;
use pod_lifecycle::wire::Container;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct ShouldRestart;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    container: Container<'a>,
    #[serde(default)]
    restart_policy: String,
    deletion_timestamp: Option<IgnoredAny>,
    #[serde(default)]
    container_statuses: Vec<RuntimeContainer>,
}

/// One instance as the runtime reports it; the newest comes first.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RuntimeContainer {
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    pub(crate) name: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    exit_code: i32,
}

impl RuntimeContainer {
    pub(crate) fn instance(&self) -> Instance {
        match self.state.as_str() {
            "created" => Instance::Created,
            "running" => Instance::Running,
            "unknown" => Instance::Unknown,
            // No state at all is treated like an exited one (CTR-02).
            _ => Instance::Exited(Exit { code: self.exit_code, reason: ExitReason::Other }),
        }
    }
}

#[derive(Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    restart: bool,
}

impl Oracle for ShouldRestart {
    const NAME: &'static str = "should_restart";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let (own, rules) = restart_settings(&input.container);
        let deleting = if input.deletion_timestamp.is_some() { Deleting::Yes } else { Deleting::No };
        let newest = input.container_statuses.iter().find(|status| status.name == *input.container.name);
        let newest = newest.map(RuntimeContainer::instance);
        let pod = RestartPolicy::from_api(&input.restart_policy);
        let decided = start(newest, ContainerPolicy { own, rules: &rules }, pod, deleting);
        let rule = match (deleting, newest) {
            (Deleting::No, Some(Instance::Exited(_))) => "CTR-01",
            (Deleting::Yes | Deleting::No, _) => "CTR-02",
        };
        let got = Output { restart: decided == Start::Yes };
        Judged { expected: output, got, rules: vec![rule.to_owned()] }
    }
}
