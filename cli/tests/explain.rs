//! `podlife explain`, read as an operator with a pager at night reads it.

use std::fs;

use serde_json::{Value, json};

use crate::{podlife, root, transcript};

fn explained(pod: &str, at: &str) -> String {
    transcript(podlife(&["explain", "-", "--at", at]).write_stdin(pod))
}

/// Pods cut out of recorded histories (`pods.jsonl`), each at the stage that its case names, and when it is asked about.
fn recorded() -> Vec<(String, String, Value)> {
    let cases = fs::read_to_string(root().join("cli/tests/pods.jsonl")).unwrap();
    let cases = cases.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    cases.map(|case| (text(&case["case"]), text(&case["at"]), case["pod"].clone())).collect()
}

fn case(wanted: &str) -> (String, Value) {
    let (_, at, pod) = recorded().into_iter().find(|(case, ..)| case == wanted).unwrap();
    (at, pod)
}

#[test]
fn recorded_pods_are_explained() {
    let cases = recorded();
    assert!(cases.len() > 25, "{}", cases.len());
    for (case, at, pod) in cases {
        insta::assert_snapshot!(case, explained(&pod.to_string(), &at));
    }
}

/// A Pod whose containers have stopped, and which its kubelet does not finish: volumes.
#[test]
fn terminating_volumes_are_left() {
    let (at, mut pod) = case("terminating_failed_and_not_confirmed");
    pod["status"]["phase"] = json!("Running");
    insta::assert_snapshot!(explained(&pod.to_string(), &at));
}

#[test]
fn terminating_a_mirror() {
    let (at, mut pod) = case("terminating_the_signal_is_ignored");
    pod["metadata"]["annotations"] = json!({"kubernetes.io/config.mirror": "5f"});
    pod["metadata"]["ownerReferences"] =
        json!([{"kind": "Node", "name": "node-a", "uid": "9", "controller": true}]);
    insta::assert_snapshot!(explained(&pod.to_string(), &at));
}

/// The API server stopped between the two writes of a forced DELETE.
#[test]
fn terminating_a_leftover() {
    insta::assert_snapshot!(explained(&terminating(&[], 0, "Running"), "2026-01-02T04:00:00Z"));
}

#[test]
fn evicted_by_its_kubelet() {
    let (at, mut pod) = case("failed");
    pod["status"]["reason"] = json!("Evicted");
    insta::assert_snapshot!(explained(&pod.to_string(), &at));
}

/// CTR-16: a Pod with policy `Never` has lost its sandbox, and its container could only restart by its own policy.
#[test]
fn running_with_nothing_running() {
    let (at, mut pod) = case("completed");
    pod["status"]["phase"] = json!("Running");
    pod["spec"]["containers"][0]["restartPolicy"] = json!("Always");
    insta::assert_snapshot!(explained(&pod.to_string(), &at));
}

/// Everything that `kubectl get pod,events,pdb,replicaset,node -o json` prints is used.
#[test]
fn what_lies_beside_a_pod_is_used() {
    let (at, pod) = case("running");
    let owner = pod["metadata"]["ownerReferences"][0].clone();
    let (namespace, uid) = (pod["metadata"]["namespace"].clone(), pod["metadata"]["uid"].clone());
    let labels = pod["metadata"]["labels"].clone();
    let list = |replicas: u32, allowed: u32| {
        json!({"kind": "List", "items": [
            pod,
            {"kind": "ReplicaSet", "metadata": {"name": owner["name"], "namespace": namespace, "uid": owner["uid"]},
                "spec": {"replicas": replicas, "template": {"spec": {"containers": [{"name": "app"}]}}}},
            {"kind": "PodDisruptionBudget", "metadata": {"name": "web", "namespace": namespace, "generation": 1},
                "spec": {"selector": {"matchLabels": {"app": labels["app"]}}},
                "status": {"observedGeneration": 1, "currentHealthy": 3, "desiredHealthy": 3, "disruptionsAllowed": allowed}},
            {"kind": "Event", "reason": "Unhealthy", "message": "Readiness probe failed: a secret", "count": 7,
                "lastTimestamp": at, "involvedObject": {"kind": "Pod", "namespace": namespace, "uid": uid}},
            {"kind": "Node", "metadata": {"name": "elsewhere"}, "status": {"conditions": []}},
            {"kind": "Service", "spec": {}},
        ]})
        .to_string()
    };
    let told = explained(&list(3, 0), &at);
    assert!(!told.contains("secret"), "{told}");
    insta::assert_snapshot!(told);
    let told = explained(&list(0, 1), &at);
    assert!(told.contains("wants no replicas") && !told.contains("refused"), "{told}");
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

/// The same with what its events and its Node tell, each in a file of its own.
#[test]
fn its_node_is_lost_and_events_tell_it() {
    let (at, pod) = case("terminating_on_a_node");
    let file = |value: Value| {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, value.to_string()).unwrap();
        file
    };
    let event = |reason: &str| {
        json!({"kind": "Event", "reason": reason, "eventTime": "2026-11-24T15:00:00.000000Z",
            "involvedObject": {"kind": "Pod", "uid": pod["metadata"]["uid"]}})
    };
    let events =
        file(json!({"kind": "List", "items": [event("TaintManagerEviction"), event("NodeNotReady")]}));
    let named = |name: &Value, status: &str| json!({"kind": "Node", "metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": status}]}});
    let lost = named(&pod["spec"]["nodeName"], "Unknown");
    let nodes = file(json!({"kind": "List", "items": [named(&json!("another"), "True"), lost]}));
    let (pod, path) = (file(pod), |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().to_owned());
    let (pod, events, nodes) = (path(&pod), path(&events), path(&nodes));
    let arguments = ["explain", &pod, "--with", &events, "--node", &nodes, "--at", &at];
    insta::assert_snapshot!(transcript(&mut podlife(&arguments)));
    insta::assert_snapshot!(transcript(&mut podlife(&["explain", &pod, "--node-gone", "--at", &at])));
    // Neither of them is deleting: their nodes are lost all the same.
    let (at, running) = case("running");
    insta::assert_snapshot!(transcript(
        podlife(&["explain", "-", "--node-gone", "--at", &at]).write_stdin(running.to_string())
    ));
}

#[test]
fn what_is_no_pod_is_refused() {
    let workload = "kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: []}}}\n";
    for (name, input) in [
        ("nothing", ""),
        ("nothing_in_a_list", "{\"kind\": \"List\", \"items\": []}"),
        ("refused_wrong_kinds", workload),
        ("refused_torn", "{\"kind\": \"Pod\", "),
        ("refused_wrong_type", "kind: Pod\nspec: {containers: 3}\n"),
    ] {
        insta::assert_snapshot!(name, transcript(podlife(&["explain", "-"]).write_stdin(input)));
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, "kind: Service\n").unwrap();
    let arguments = ["explain", "-", "--node", file.path().to_str().unwrap()];
    let told = transcript(podlife(&arguments).write_stdin(terminating(&[], 30, "Running")));
    assert!(told.contains("it holds no Node (Service)") && told.ends_with("exit 2\n"), "{told}");
    fs::write(&file, "kind: Event\ncount: many\n").unwrap();
    let arguments = ["explain", "-", "--with", file.path().to_str().unwrap()];
    let told = transcript(podlife(&arguments).write_stdin(terminating(&[], 30, "Running")));
    assert!(told.contains("an object of kind Event cannot be read: at `.count`"), "{told}");
    assert!(told.ends_with("exit 2\n"), "{told}");
}

#[test]
fn json_carries_rules() {
    let pod = terminating(&["example.com/audit"], 0, "Failed");
    let output = podlife(&["explain", "-", "--json"]).write_stdin(pod).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["schemaVersion"], &report["pods"][0]["answer"]["rules"][0]),
        (&json!(1), &json!("DEL-16"))
    );
    assert_eq!(report["pods"][0]["duties"][0]["rules"][0], "DEL-16");
}

#[test]
fn a_wrong_time_is_refused() {
    insta::assert_snapshot!(transcript(podlife(&["explain", "-", "--at", "yesterday"]).write_stdin("")));
}
