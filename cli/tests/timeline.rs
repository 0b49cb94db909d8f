//! `podlife timeline`.

use std::fs;

use serde_json::Value;

use crate::{podlife, trace, transcript};

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 45
      initContainers:
      - {name: proxy, restartPolicy: Always}
      containers:
      - name: app
        lifecycle: {preStop: {sleep: {seconds: 10}}}
      - name: helper
        lifecycle: {preStop: {exec: {command: [drain]}}}
---
kind: Service
metadata: {name: web}
";

#[test]
fn a_manifest_is_told() {
    insta::assert_snapshot!(transcript(podlife(&["timeline", "-"]).write_stdin(WEB)));
}

#[test]
fn a_forced_delete_is_told() {
    insta::assert_snapshot!(transcript(podlife(&["timeline", "-", "--grace", "0"]).write_stdin(WEB)));
}

#[test]
fn a_chart_is_drawn() {
    insta::assert_snapshot!(transcript(podlife(&["timeline", "-", "--mermaid"]).write_stdin(WEB)));
}

/// A Pod out of a recorded history, in the middle of its deletion.
#[test]
fn a_deletion_under_way_is_told_from_its_begin() {
    let history = fs::read_to_string(trace("09b-sidecars")).unwrap();
    let events = history.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let deleting = events.map(|event| event["object"].clone()).find(|pod| {
        pod["metadata"]["name"] == "main-deaf" && !pod["metadata"]["deletionTimestamp"].is_null()
    });
    let pod = deleting.unwrap().to_string();
    insta::assert_snapshot!(transcript(podlife(&["timeline", "-"]).write_stdin(pod)));
}

#[test]
fn json_names_every_rule() {
    let output = podlife(&["timeline", "-", "--json"]).write_stdin(WEB).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schemaVersion"], 1);
    assert_eq!(report["pods"][0]["stopped"], serde_json::json!({ "earliest": 10, "latest": 47 }));
    assert_eq!(report["pods"][0]["removalRule"], "KUB-36");
}

#[test]
fn an_empty_input_is_noted() {
    assert_eq!(
        transcript(podlife(&["timeline", "-"]).write_stdin("")),
        "note: `-` is empty: there is no Pod to speak of\nexit 0\n"
    );
}

#[test]
fn what_is_no_pod_is_refused() {
    for input in ["kind: Service\nspec: {}\n", "{\"kind\": \"Pod\", ", "a: [", "spec: {containers: 3}"] {
        insta::assert_snapshot!(transcript(podlife(&["timeline", "-"]).write_stdin(input)));
    }
}
