//! Pods of `k8s-openapi` as wire objects (feature `k8s-openapi`), without a detour through JSON.

use k8s_openapi::api::core::v1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as ApiTime;

use crate::time::Time;
use crate::wire::{
    Annotations, Condition, Container, ContainerState, ContainerStateRunning, ContainerStateTerminated,
    ContainerStateWaiting, ContainerStatus, ExitCodes, Metadata, Pod, PodSpec, PodStatus, RestartPolicyRule,
    SchedulingGate, Text,
};

/// ```
/// use k8s_openapi::api::core::v1;
/// use pod_lifecycle::{View, wire};
/// let pod = v1::Pod {
///     status: Some(v1::PodStatus { phase: Some("Failed".to_owned()), ..v1::PodStatus::default() }),
///     ..v1::Pod::default()
/// };
/// assert!(View::of(&wire::Pod::from(&pod)).is_terminal());
/// ```
impl<'a> From<&'a v1::Pod> for Pod<'a> {
    fn from(pod: &'a v1::Pod) -> Self {
        let metadata = &pod.metadata;
        Self {
            metadata: Metadata {
                name: text(metadata.name.as_ref()),
                namespace: text(metadata.namespace.as_ref()),
                uid: text(metadata.uid.as_ref()),
                resource_version: text(metadata.resource_version.as_ref()),
                generation: metadata.generation.unwrap_or_default(),
                creation_timestamp: time(metadata.creation_timestamp.as_ref()),
                deletion_timestamp: time(metadata.deletion_timestamp.as_ref()),
                deletion_grace_period_seconds: metadata.deletion_grace_period_seconds,
                finalizers: metadata.finalizers.iter().flatten().map(|name| Text::from(&**name)).collect(),
                annotations: Annotations {
                    config_source: annotation(pod, "kubernetes.io/config.source"),
                    config_mirror: annotation(pod, "kubernetes.io/config.mirror"),
                },
            },
            spec: pod.spec.as_ref().map(spec).unwrap_or_default(),
            status: pod.status.as_ref().map(status).unwrap_or_default(),
        }
    }
}

fn text(value: Option<&String>) -> Text<'_> {
    value.map(|text| Text::from(&**text)).unwrap_or_default()
}

fn time(value: Option<&ApiTime>) -> Option<Time> {
    value.map(|time| Time::from_unix(time.0.as_second()))
}

fn annotation<'a>(pod: &'a v1::Pod, key: &str) -> Option<Text<'a>> {
    pod.metadata.annotations.as_ref()?.get(key).map(|value| Text::from(&**value))
}

fn spec(spec: &v1::PodSpec) -> PodSpec<'_> {
    PodSpec {
        node_name: text(spec.node_name.as_ref()),
        restart_policy: text(spec.restart_policy.as_ref()),
        termination_grace_period_seconds: spec.termination_grace_period_seconds,
        active_deadline_seconds: spec.active_deadline_seconds,
        scheduling_gates: spec.scheduling_gates.iter().flatten().map(gate).collect(),
        init_containers: spec.init_containers.iter().flatten().map(container).collect(),
        containers: spec.containers.iter().map(container).collect(),
        ephemeral_containers: spec
            .ephemeral_containers
            .iter()
            .flatten()
            .map(|container| Container {
                name: Text::from(&*container.name),
                restart_policy: container.restart_policy.as_deref().map(Text::from),
                restart_policy_rules: rules(container.restart_policy_rules.as_ref()),
            })
            .collect(),
    }
}

fn gate(gate: &v1::PodSchedulingGate) -> SchedulingGate<'_> {
    SchedulingGate { name: Text::from(&*gate.name) }
}

fn container(container: &v1::Container) -> Container<'_> {
    Container {
        name: Text::from(&*container.name),
        restart_policy: container.restart_policy.as_deref().map(Text::from),
        restart_policy_rules: rules(container.restart_policy_rules.as_ref()),
    }
}

fn rules(rules: Option<&Vec<v1::ContainerRestartRule>>) -> Vec<RestartPolicyRule<'_>> {
    rules.into_iter().flatten().map(rule).collect()
}

fn rule(rule: &v1::ContainerRestartRule) -> RestartPolicyRule<'_> {
    RestartPolicyRule {
        action: Text::from(&*rule.action),
        exit_codes: rule.exit_codes.as_ref().map(|codes| ExitCodes {
            operator: Text::from(&*codes.operator),
            values: codes.values.clone().unwrap_or_default(),
        }),
    }
}

fn status(status: &v1::PodStatus) -> PodStatus<'_> {
    PodStatus {
        phase: text(status.phase.as_ref()),
        reason: text(status.reason.as_ref()),
        start_time: time(status.start_time.as_ref()),
        conditions: status.conditions.iter().flatten().map(condition).collect(),
        init_container_statuses: statuses(status.init_container_statuses.as_ref()),
        container_statuses: statuses(status.container_statuses.as_ref()),
        ephemeral_container_statuses: statuses(status.ephemeral_container_statuses.as_ref()),
    }
}

fn condition(condition: &v1::PodCondition) -> Condition<'_> {
    Condition {
        kind: Text::from(&*condition.type_),
        status: Text::from(&*condition.status),
        reason: text(condition.reason.as_ref()),
    }
}

fn statuses(statuses: Option<&Vec<v1::ContainerStatus>>) -> Vec<ContainerStatus<'_>> {
    statuses.into_iter().flatten().map(container_status).collect()
}

fn container_status(status: &v1::ContainerStatus) -> ContainerStatus<'_> {
    ContainerStatus {
        name: Text::from(&*status.name),
        state: state(status.state.as_ref()),
        last_state: state(status.last_state.as_ref()),
        restart_count: status.restart_count,
        ready: status.ready,
        started: status.started,
    }
}

fn state(state: Option<&v1::ContainerState>) -> ContainerState<'_> {
    let Some(state) = state else { return ContainerState::default() };
    ContainerState {
        waiting: state
            .waiting
            .as_ref()
            .map(|waiting| ContainerStateWaiting { reason: text(waiting.reason.as_ref()) }),
        running: state
            .running
            .as_ref()
            .map(|running| ContainerStateRunning { started_at: time(running.started_at.as_ref()) }),
        terminated: state.terminated.as_ref().map(|ended| ContainerStateTerminated {
            exit_code: ended.exit_code,
            signal: ended.signal.unwrap_or_default(),
            reason: text(ended.reason.as_ref()),
            started_at: time(ended.started_at.as_ref()),
            finished_at: time(ended.finished_at.as_ref()),
        }),
    }
}
