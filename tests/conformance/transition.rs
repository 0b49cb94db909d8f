//! `checkContainerStateTransition`: which status the kubelet refuses to cache (CTR-35).

use pod_lifecycle::container::{Role, Started};
use pod_lifecycle::final_status::{After, Dropped, Entry, Old, Shown, check_transition};
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::view::{Container, View};
use pod_lifecycle::wire;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};
use crate::instances::nullable;

pub(crate) struct Transition;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    pod: wire::Pod<'a>,
    #[serde(borrow)]
    old: Statuses<'a>,
    #[serde(borrow)]
    new: Statuses<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Statuses<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub(crate) container_statuses: Vec<wire::ContainerStatus<'a>>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub(crate) init_container_statuses: Vec<wire::ContainerStatus<'a>>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Oracle for Transition {
    const NAME: &'static str = "transition";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let old = &input.old;
        let error = check(&View::of(&input.pod), old, &input.new).err().map(|dropped| match dropped {
            Dropped::Regular { index } => format!(
                "terminated container {} attempted illegal transition to non-terminated state",
                old.container_statuses[index].name
            ),
            Dropped::Init { index } => format!(
                "terminated init container {} attempted illegal transition to non-terminated state",
                old.init_container_statuses[index].name
            ),
            Dropped::Mismatch { index } => format!(
                "found mismatch between pod spec and status, container: {}",
                old.init_container_statuses[index].name
            ),
        });
        let got = Output { ok: error.is_none(), error };
        Judged { expected: output, got, rules: vec![RuleId::CTR_35.to_string()] }
    }
}

/// Matches the statuses by name and position, and checks them.
pub(crate) fn check(pod: &View<&str>, old: &Statuses<'_>, new: &Statuses<'_>) -> Result<(), Dropped> {
    let of = |status: &wire::ContainerStatus<'_>, new: &[wire::ContainerStatus<'_>]| {
        let exit = status.state.terminated.as_ref().map(|ended| ended.exit_code);
        let going = new.iter().any(|new| new.name == status.name && new.state.terminated.is_none());
        (exit, if going { After::Going } else { After::Terminated })
    };
    let regulars = old.container_statuses.iter().map(|status| {
        let (exit, after) = of(status, &new.container_statuses);
        let mut regulars = pod.containers.iter().filter(|container| container.role == Role::Regular);
        let spec = regulars.find(|container| container.name == status.name.as_str());
        Old { exit, after, spec: spec.map(policy) }
    });
    let inits = (0..).zip(&old.init_container_statuses).map(|(index, status)| {
        let (exit, after) = of(status, &new.init_container_statuses);
        Old { exit, after, spec: init_at(pod, index, &status.name).map(policy) }
    });
    check_transition(pod.policy, pod.restart_all(), regulars, inits)
}

fn policy<'a>(container: &'a Container<&str>) -> (Role, pod_lifecycle::container::ContainerPolicy<'a>) {
    (container.role, container.facts().policy)
}

/// The init container at a position of the spec, if it bears this name.
pub(crate) fn init_at<'v, 'a>(
    pod: &'v View<&'a str>,
    index: usize,
    name: &str,
) -> Option<&'v Container<&'a str>> {
    let mut inits = pod.containers.iter().filter(|of| matches!(of.role, Role::Init | Role::Sidecar));
    inits.nth(index).filter(|container| container.name == name)
}

/// A status entry as the end of a Pod reads it.
pub(crate) fn entry(status: &wire::ContainerStatus<'_>) -> Entry {
    let wire::ContainerState { waiting, running, terminated } = &status.state;
    let shown = match (terminated, running, waiting) {
        (Some(ended), _, _) => Shown::Terminated(ended.exit_code),
        (None, Some(_), _) if status.started == Some(true) => Shown::Running(Started::Yes),
        (None, Some(_), _) => Shown::Running(Started::NotYet),
        (None, None, Some(_)) => Shown::Waiting,
        (None, None, None) => Shown::Empty,
    };
    Entry { shown, last: status.last_state.terminated.as_ref().map(|ended| ended.exit_code) }
}
