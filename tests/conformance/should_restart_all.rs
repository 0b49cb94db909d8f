//! `should_restart_all`: whether a reset of all containers is due (CTR-32).

use pod_lifecycle::container::Role;
use pod_lifecycle::restart::{ResetFacts, Resetting, RuntimeStatus, reset_due};
use pod_lifecycle::view::restart_settings;
use pod_lifecycle::wire::{ContainerStatus, Pod, PodStatus};
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};
use crate::should_restart::RuntimeContainer;

pub(crate) struct ShouldRestartAll;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    pod: Pod<'a>,
    container_statuses: Option<Vec<RuntimeContainer>>,
    #[serde(borrow)]
    api_status: Option<PodStatus<'a>>,
}

#[derive(Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    restart_all: bool,
}

fn reported(statuses: &[ContainerStatus<'_>], name: &str) -> Option<i32> {
    let status = statuses.iter().find(|status| &*status.name == name)?;
    status.state.terminated.as_ref().map(|ended| ended.exit_code)
}

impl Oracle for ShouldRestartAll {
    const NAME: &'static str = "should_restart_all";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let status = input.api_status.unwrap_or_default();
        let resetting = status
            .conditions
            .iter()
            .any(|condition| &*condition.kind == "AllContainersRestarting" && &*condition.status == "True");
        let spec = &input.pod.spec;
        let inits = spec
            .init_containers
            .iter()
            .map(|container| (Role::Init, container, &status.init_container_statuses));
        let regulars =
            spec.containers.iter().map(|container| (Role::Regular, container, &status.container_statuses));
        let containers: Vec<_> = inits
            .chain(regulars)
            .map(|(role, container, statuses)| {
                let runtime = input.container_statuses.iter().flatten();
                let newest = runtime.into_iter().find(|status| status.name == *container.name);
                let reported = reported(statuses, &container.name);
                (role, restart_settings(container).1, newest.map(RuntimeContainer::instance), reported)
            })
            .collect();
        let due = reset_due(
            if resetting { Resetting::Yes } else { Resetting::No },
            if input.container_statuses.is_some() { RuntimeStatus::Known } else { RuntimeStatus::Absent },
            containers.iter().map(|(role, rules, newest, reported)| ResetFacts {
                role: *role,
                rules,
                newest: *newest,
                reported: *reported,
            }),
        );
        Judged { expected: output, got: Output { restart_all: due }, rules: vec!["CTR-32".to_owned()] }
    }
}
