//! `explain` over Pods of any kind: what is said follows from plain fields.
#![allow(clippy::unwrap_used, reason = "a test fails loudly")]

use pod_lifecycle::Now;
use pod_lifecycle::explain::{
    Danger, Explanation, Hold, Means, NodeFacts, Outcome, Result, Stage, Task, explain,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A Pod from few values of each field.
fn pod() -> impl Strategy<Value = Value> {
    let state = prop_oneof![
        Just(json!(null)),
        Just(json!({"waiting": {"reason": "ContainerCreating"}})),
        Just(json!({"running": {"startedAt": "2026-01-02T03:00:00Z"}})),
        Just(json!({"terminated": {"exitCode": 1, "finishedAt": "2026-01-02T03:00:00Z"}})),
    ];
    let phase = prop_oneof![Just("Pending"), Just("Running"), Just("Succeeded"), Just("Failed")];
    let grace = proptest::option::of(prop_oneof![Just(0), Just(30)]);
    let finalizers = prop_oneof![Just(json!([])), Just(json!(["a.example/x"]))];
    (state, phase, grace, finalizers, any::<bool>()).prop_map(|(state, phase, grace, finalizers, bound)| {
        let statuses = if state.is_null() { json!([]) } else { json!([{"name": "app", "state": state}]) };
        json!({
            "metadata": {
                "name": "web", "uid": "1", "finalizers": finalizers, "deletionGracePeriodSeconds": grace,
                "deletionTimestamp": grace.map(|_| "2026-01-02T03:04:05Z"),
            },
            "spec": {"nodeName": bound.then_some("a"), "containers": [{"name": "app"}]},
            "status": {"phase": phase, "startTime": bound.then_some("2026-01-02T03:00:00Z"), "containerStatuses": statuses},
        })
    })
}

fn told<R>(pod: &Value, node: NodeFacts, judge: impl FnOnce(&Explanation<'_>) -> R) -> R {
    let text = pod.to_string();
    let (parsed, details) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
    judge(&explain(&parsed, &details, &node.into(), Now::parse("2026-01-02T04:00:00Z").unwrap()))
}

fn of(told: &Explanation<'_>, means: Means) -> Option<Outcome> {
    told.outcomes.iter().copied().find(|outcome| outcome.means == means)
}

proptest! {
    /// A forced DELETE removes exactly what no finalizer holds; and it is told as a danger unless the Pod is terminal with
    /// nothing running, or has no node.
    #[test]
    fn force_is_told_for_what_it_is(pod in pod()) {
        let held = pod["metadata"]["finalizers"] != json!([]);
        let state = &pod["status"]["containerStatuses"][0]["state"];
        let over = ["Succeeded", "Failed"].contains(&pod["status"]["phase"].as_str().unwrap())
            && (state.is_null() || !state["terminated"].is_null());
        told(&pod, NodeFacts::Unknown, |told| {
            let forced = of(told, Means::ForceDelete).unwrap();
            assert_eq!(forced.result == Result::Gone, !held);
            assert_eq!(forced.hazard.danger == Danger::Unseen, !held && !over && !pod["spec"]["nodeName"].is_null());
        });
    }

    /// Whoever has to remove a finalizer is told as long as there is one and the Pod is being deleted.
    #[test]
    fn every_finalizer_is_somebodys_duty(pod in pod(), absent in any::<bool>()) {
        let node = if absent { NodeFacts::Absent } else { NodeFacts::Unknown };
        let asked = pod["metadata"]["finalizers"] != json!([]) && !pod["metadata"]["deletionTimestamp"].is_null();
        told(&pod, node, |told| {
            let duty = told.duties.iter().any(|duty| duty.task == Task::RemoveFinalizer);
            assert_eq!(duty, asked && told.stage != Stage::Terminating(Hold::NodeGone));
            assert_eq!(of(told, Means::DropFinalizers).is_some(), pod["metadata"]["finalizers"] != json!([]));
        });
    }

    /// A Pod is told to be terminating exactly if its `deletionTimestamp` is set.
    #[test]
    fn terminating_is_a_timestamp(pod in pod()) {
        let deleting = !pod["metadata"]["deletionTimestamp"].is_null();
        told(&pod, NodeFacts::Unknown, |told| assert_eq!(matches!(told.stage, Stage::Terminating(_)), deleting));
    }
}

/// Phase Running with nothing running is told as such (CTR-16).
#[test]
fn running_by_name_only() {
    let pod = json!({
        "metadata": {"name": "web", "uid": "1"},
        "spec": {"nodeName": "a", "restartPolicy": "Never", "containers": [{"name": "app", "restartPolicy": "Always"}]},
        "status": {"phase": "Running", "startTime": "2026-01-02T03:00:00Z", "containerStatuses": [
            {"name": "app", "state": {"terminated": {"exitCode": 0}}}]},
    });
    told(&pod, NodeFacts::Unknown, |told| assert_eq!(told.stage, Stage::Idle));
}
