//! `ShouldContainerBeRestarted`: whether a container that does not run is started (CTR-02).

use pod_lifecycle::phase::Deleting;
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::sync::{Start, should_start};
use pod_lifecycle::time::Time;
use pod_lifecycle::view::View;
use pod_lifecycle::wire::{self, Text};
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};
use crate::instances::{Status, newest, nullable};

pub(crate) struct ShouldRestart;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    container: wire::Container<'a>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    restart_policy: Text<'a>,
    deletion_timestamp: Option<Time>,
    #[serde(default, deserialize_with = "nullable")]
    container_statuses: Vec<Status>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    restart: bool,
}

impl Oracle for ShouldRestart {
    const NAME: &'static str = "should_restart";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let pod = wire::Pod {
            spec: wire::PodSpec {
                restart_policy: input.restart_policy,
                containers: vec![input.container],
                ..wire::PodSpec::default()
            },
            ..wire::Pod::default()
        };
        let view = View::of(&pod);
        let container = &view.containers[0];
        let deleting = if input.deletion_timestamp.is_some() { Deleting::Yes } else { Deleting::No };
        let instance = newest(&input.container_statuses, container.name);
        let start = should_start(instance, container.facts().policy, view.policy, deleting);
        let got = Output { restart: start == Start::Yes };
        Judged { expected: output, got, rules: vec![RuleId::CTR_02.to_string()] }
    }
}
