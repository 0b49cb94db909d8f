//! `podlife explain`, read as an operator with a pager at night reads it.

use std::fs;

use serde_json::{Value, json};

use crate::{podlife, trace, transcript};

/// The first state of a recorded Pod that `wanted` takes.
fn recorded(history: &str, name: &str, wanted: impl Fn(&Value) -> bool) -> String {
    let history = fs::read_to_string(trace(history)).unwrap();
    let events = history.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut pods = events.map(|event| event["object"].clone());
    let found = pods.find(|pod| pod["metadata"]["name"] == name && wanted(pod));
    found.unwrap().to_string()
}

fn explained(pod: &str, at: &str) -> String {
    transcript(podlife(&["explain", "-", "--at", at]).write_stdin(pod))
}

fn is_deleting(pod: &Value) -> bool {
    !pod["metadata"]["deletionTimestamp"].is_null()
}

fn waits_for(reason: &str) -> impl Fn(&Value) -> bool {
    move |pod| pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == reason
}

#[test]
fn a_crash_loop_tells_when_it_tries_again() {
    let pod = recorded("08-restart-policies", "always-crash", waits_for("CrashLoopBackOff"));
    insta::assert_snapshot!(explained(&pod, "2026-11-24T14:59:50Z"));
}

#[test]
fn a_pod_that_ended_waits_for_its_owner() {
    let pod = recorded("08-restart-policies", "never-0", |pod| pod["status"]["phase"] == "Succeeded");
    insta::assert_snapshot!(explained(&pod, "2026-11-24T15:00:00Z"));
}

/// In its time, and long after.
#[test]
fn containers_that_stop_have_their_time() {
    let pod = recorded("09b-sidecars", "main-deaf", is_deleting);
    insta::assert_snapshot!(explained(&pod, "2026-11-24T15:04:01Z"));
    insta::assert_snapshot!(explained(&pod, "2026-11-24T15:09:00Z"));
}

fn terminating(finalizers: &[&str], grace: u64, phase: &str) -> String {
    json!({
        "kind": "Pod",
        "metadata": {
            "namespace": "shop", "name": "db-0", "uid": "1", "finalizers": finalizers,
            "deletionTimestamp": "2026-01-02T03:04:35Z", "deletionGracePeriodSeconds": grace,
            "ownerReferences": [{"kind": "StatefulSet", "name": "db", "controller": true}],
        },
        "spec": {"nodeName": "node-a", "terminationGracePeriodSeconds": 30, "containers": [{"name": "app"}]},
        "status": {
            "phase": phase, "startTime": "2026-01-02T03:00:00Z",
            "containerStatuses": [{"name": "app", "started": true, "state": {"running": {}}}],
        },
    })
    .to_string()
}

#[test]
fn a_finalizer_holds_it() {
    insta::assert_snapshot!(explained(
        &terminating(&["example.com/audit"], 0, "Failed"),
        "2026-01-02T04:00:00Z"
    ));
}

#[test]
fn its_node_is_lost() {
    let (pod, node) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    fs::write(&pod, terminating(&[], 30, "Running")).unwrap();
    fs::write(&node, "kind: Node\nstatus: {conditions: [{type: Ready, status: Unknown}]}\n").unwrap();
    let (pod, node) = (pod.path().to_str().unwrap(), node.path().to_str().unwrap());
    let arguments = ["explain", pod, "--node", node, "--at", "2026-01-02T04:00:00Z"];
    insta::assert_snapshot!(transcript(&mut podlife(&arguments)));
}

#[test]
fn json_carries_rules() {
    let pod = terminating(&["example.com/audit"], 0, "Failed");
    let output = podlife(&["explain", "-", "--json"]).write_stdin(pod).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["schemaVersion"], &report["pods"][0]["rule"]), (&json!(1), &json!("DEL-16")));
    assert_eq!(report["pods"][0]["duties"][0]["rule"], "DEL-16");
}

#[test]
fn a_wrong_time_is_refused() {
    insta::assert_snapshot!(transcript(podlife(&["explain", "-", "--at", "yesterday"]).write_stdin("")));
}
