//! Pods in which nothing is left out: a field that the wire begins to read stops the build here.

use pod_lifecycle::Time;
use pod_lifecycle::wire::*;
use serde_json::{Value, json};

fn text(value: &'static str) -> Text<'static> {
    Text::from(value)
}

fn containers() -> Vec<Container<'static>> {
    let exit_codes = Some(ExitCodes { operator: text("In"), values: vec![1] });
    vec![Container {
        name: text("c"),
        restart_policy: Some(text("Never")),
        restart_policy_rules: vec![RestartPolicyRule { action: text("Restart"), exit_codes }],
    }]
}

fn state() -> ContainerState<'static> {
    let time = Some(Time::from_unix(1));
    ContainerState {
        waiting: Some(ContainerStateWaiting { reason: text("r") }),
        running: Some(ContainerStateRunning { started_at: time }),
        terminated: Some(ContainerStateTerminated {
            exit_code: 1,
            reason: text("r"),
            started_at: time,
            finished_at: time,
            signal: 0, // containerd names none, so no recorded event has it
        }),
    }
}

fn statuses() -> Vec<ContainerStatus<'static>> {
    vec![ContainerStatus {
        name: text("c"),
        state: state(),
        last_state: state(),
        ready: true,
        restart_count: 1,
        started: Some(true),
    }]
}

/// Every field is set.
pub(crate) fn whole_pod() -> Pod<'static> {
    let time = Some(Time::from_unix(1));
    Pod {
        metadata: Metadata {
            name: text("n"),
            namespace: text("n"),
            uid: text("u"),
            resource_version: text("1"),
            generation: 1,
            creation_timestamp: time,
            deletion_timestamp: time,
            deletion_grace_period_seconds: Some(1),
            finalizers: vec![text("f")],
            annotations: Annotations { config_source: Some(text("api")), config_mirror: Some(text("m")) },
        },
        spec: PodSpec {
            node_name: text("n"),
            restart_policy: text("Never"),
            termination_grace_period_seconds: Some(1),
            active_deadline_seconds: Some(1),
            scheduling_gates: vec![SchedulingGate { name: text("g") }],
            init_containers: containers(),
            containers: containers(),
            ephemeral_containers: containers(),
        },
        status: PodStatus {
            phase: text("Running"),
            reason: text("r"),
            start_time: time,
            conditions: vec![Condition { kind: text("t"), status: text("True"), reason: text("r") }],
            init_container_statuses: statuses(),
            container_statuses: statuses(),
            ephemeral_container_statuses: statuses(),
        },
    }
}

/// The JSON pointers of all that is no object and no list.
pub(crate) fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    let escaped = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, &escaped(key), found)),
        Value::Array(values) => {
            values
                .iter()
                .enumerate()
                .for_each(|(place, value)| leaves(value, &format!("{at}/{place}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(at.to_owned()),
    }
}

/// A pointer with `*` for each place in a list.
pub(crate) fn field(pointer: &str) -> String {
    let parts = pointer.split('/').map(|part| if part.parse::<usize>().is_ok() { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Gives a recorded Pod the fields that it lacks, the same in each of its states, so that they mean nothing.
pub(crate) fn enriched(event: &Value) -> Value {
    let (mut event, long_ago) = (event.clone(), json!("2000-01-01T00:00:00Z"));
    let pod = &mut event["object"];
    pod["metadata"]["finalizers"] = json!(["a.io/a"]);
    pod["metadata"]["annotations"]["kubernetes.io/config.source"] = json!("api");
    pod["spec"]["activeDeadlineSeconds"] = json!(1_000_000);
    pod["status"]["reason"] = json!("Reason");
    let policy = pod["spec"]["restartPolicy"].clone();
    let rules = json!([{ "action": "Restart", "exitCodes": { "operator": "In", "values": [77] } }]);
    for list in ["containers", "initContainers"] {
        if let Some(first) = pod["spec"].get_mut(list).and_then(|list| list.get_mut(0)) {
            let own = first.get("restartPolicy").unwrap_or(&policy).clone();
            (first["restartPolicy"], first["restartPolicyRules"]) = (own, rules.clone());
        }
    }
    let exit = json!({ "exitCode": 3, "reason": "Error", "startedAt": long_ago, "finishedAt": long_ago });
    let states = [
        json!({ "waiting": { "reason": "Reason" } }),
        json!({ "running": { "startedAt": long_ago } }),
        json!({ "terminated": exit }),
    ];
    let none = json!([null, null, null]);
    pod["spec"]["ephemeralContainers"] = none.clone();
    pod["status"]["ephemeralContainerStatuses"] = none;
    for (place, state) in states.iter().enumerate() {
        let name = format!("debug-{place}");
        pod["spec"]["ephemeralContainers"][place] =
            json!({ "name": name, "restartPolicy": "Never", "restartPolicyRules": rules });
        pod["status"]["ephemeralContainerStatuses"][place] =
            json!({ "name": name, "restartCount": 0, "ready": false, "started": true, "state": state });
    }
    for list in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
        for entry in pod["status"].get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if entry["state"].get("waiting").is_none() || entry["name"] == "debug-0" {
                entry["lastState"]["waiting"] = json!({ "reason": "Reason" });
                entry["lastState"]["running"] = json!({ "startedAt": long_ago });
                if entry["lastState"].get("terminated").is_none() {
                    entry["lastState"]["terminated"] = exit.clone();
                }
            }
        }
    }
    event
}
