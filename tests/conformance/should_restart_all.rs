//! `ShouldAllContainersRestart`: whether a reset of the Pod is due (CTR-32).

use pod_lifecycle::container::{ContainerState, Role};
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::sync::{Evidence, Marked, Reset, reset_due};
use pod_lifecycle::view::View;
use pod_lifecycle::wire;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};
use crate::instances::Status;

pub(crate) struct ShouldRestartAll;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    pod: wire::Pod<'a>,
    container_statuses: Option<Vec<Status>>,
    #[serde(borrow)]
    api_status: Option<wire::PodStatus<'a>>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    restart_all: bool,
}

impl Oracle for ShouldRestartAll {
    const NAME: &'static str = "should_restart_all";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let mut pod = input.pod;
        pod.status = input.api_status.unwrap_or_default();
        let marked =
            pod.status.conditions.iter().any(|condition| {
                &*condition.kind == "AllContainersRestarting" && &*condition.status == "True"
            });
        let view = View::of(&pod);
        let containers =
            view.containers.iter().filter(|container| container.role != Role::Ephemeral).map(|container| {
                let reported = match container.state {
                    ContainerState::Terminated(exit) => Some(exit.code),
                    ContainerState::Missing
                    | ContainerState::Empty
                    | ContainerState::Waiting
                    | ContainerState::WaitingAfter(_)
                    | ContainerState::Running(_) => None,
                };
                let evidence = match &input.container_statuses {
                    Some(known) => {
                        let newest = known.iter().find(|of| of.name == container.name);
                        Evidence::Runtime { newest: newest.map(Status::evidence), reported }
                    }
                    None => Evidence::StatusOnly { reported },
                };
                (container.facts().policy, evidence)
            });
        let due = reset_due(if marked { Marked::Yes } else { Marked::No }, containers);
        let got = Output { restart_all: due == Reset::Due };
        Judged { expected: output, got, rules: vec![RuleId::CTR_32.to_string()] }
    }
}
