//! For authors of dashboards and bots: why a Pod is stuck, who must act, what is safe, and how long a DELETE takes.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example is a program")]

use std::error::Error;

use pod_lifecycle::deletion::Request;
use pod_lifecycle::explain::{Danger, Hold, Means, NodeFacts, Stage, Surroundings, Unless, explain};
use pod_lifecycle::timeline::{Plan, timeline};
use pod_lifecycle::{Now, wire};

fn main() -> Result<(), Box<dyn Error>> {
    let json = br#"{
        "metadata": {
            "name": "db-0", "namespace": "shop", "uid": "6bec464a",
            "deletionTimestamp": "2026-01-02T03:04:35Z", "deletionGracePeriodSeconds": 30,
            "ownerReferences": [{"kind": "StatefulSet", "name": "db", "uid": "1", "controller": true}]
        },
        "spec": {"nodeName": "node-b", "terminationGracePeriodSeconds": 30,
            "containers": [{"name": "app", "lifecycle": {"preStop": {"exec": {"command": ["drain"]}}}}]},
        "status": {"phase": "Running", "startTime": "2026-01-02T03:00:00Z",
            "containerStatuses": [{"name": "app", "state": {"running": {}}}]}
    }"#;
    let node = br#"{"metadata": {"name": "node-b"}, "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}"#;
    let (pod, details) = (wire::from_slice(json)?, wire::from_slice(json)?);
    let around = Surroundings { node: NodeFacts::of(&wire::from_slice(node)?), ..Surroundings::default() };
    let now = Now::parse("2026-01-02T03:30:00Z")?;

    let told = explain(&pod, &details, &around, now);
    println!("{} ({})", told.stage, told.stage.rule());
    for duty in &told.duties {
        println!("  {:?}: {:?} ({})", duty.who, duty.task, duty.task.rule());
    }
    for outcome in &told.outcomes {
        println!("  {:?}: {:?}, {:?}", outcome.means, outcome.result, outcome.hazard.danger);
    }
    assert_eq!(told.stage, Stage::Terminating(Hold::NodeLost("node-b")));
    let forced = told.outcomes.iter().find(|outcome| outcome.means == Means::ForceDelete);
    let hazard = forced.ok_or("it is always told")?.hazard;
    assert_eq!((hazard.danger, hazard.unless), (Danger::Beside, Some(Unless::Fenced)));

    // On a healthy node the DELETE would have taken this long.
    let course = timeline(&Plan::of(&pod, &details, now), Request::default());
    println!("all stopped after {}, gone {:?}", course.stopped, course.removal);
    assert_eq!(course.stopped.latest_secs(), 32);
    Ok(())
}
