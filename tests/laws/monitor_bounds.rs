//! The monitor's memory, and what an audit log tells it.

use std::collections::BTreeSet;

use pod_lifecycle::monitor::{Monitor, Observed, Unknown, Verdict};
use pod_lifecycle::wire::{self, Document, Pod};
use pod_lifecycle::{RuleId, View, Violation};
use serde_json::{Value, json};

fn take(monitor: &mut Monitor, value: &Value) -> Vec<Verdict> {
    let text = value.to_string();
    let document: Document<'_> = wire::from_slice(text.as_bytes()).unwrap();
    let mut found = Vec::new();
    monitor.take_in(&document, |_, verdict| found.push(verdict));
    found
}

fn rules(verdicts: &[Verdict]) -> Vec<RuleId> {
    verdicts.iter().flat_map(|verdict| &verdict.violations).map(Violation::rule).collect()
}

fn pod(number: u32, version: u32) -> Value {
    json!({
        "kind": "Pod",
        "metadata": {
            "name": format!("frontend-5d8c9b7f6b-{number:05}"), "namespace": "production",
            "uid": format!("5083d5f6-7ca5-4e2b-9703-{number:012x}"), "resourceVersion": version.to_string(),
            "generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {
            "nodeName": "ip-10-0-12-34.eu-central-1.compute.internal", "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30, "containers": [{ "name": "server" }, { "name": "proxy" }],
        },
        "status": {
            "phase": "Running", "startTime": "2026-01-01T00:00:01Z",
            "containerStatuses": [
                { "name": "server", "restartCount": 1, "started": true, "state": { "running": {} } },
                { "name": "proxy", "restartCount": 0, "started": true, "state": { "running": {} } },
            ],
        },
    })
}

/// A live Pod of two containers takes at most 256 bytes, tables included: a packed state, 24 bytes in one table and
/// 16 in another, at most half empty, and 16 for the allocation.
#[test]
fn a_live_pod_is_small() {
    let mut monitor = Monitor::new();
    for number in 0..1_000 {
        take(&mut monitor, &pod(number, 1_000_000 + number));
    }
    let packed = monitor.packed_bytes() / monitor.live();
    let tables = 2 * (25 + 17);
    assert!(packed + tables + 16 <= 256, "{packed} bytes are packed");
}

/// However many UIDs come, at most the limit is remembered; those seen last are kept.
#[test]
fn a_flood_is_bounded() {
    let mut monitor = Monitor::with_limit(100);
    for number in 0..10_000 {
        take(&mut monitor, &pod(number, number + 1));
        assert!(monitor.live() <= 100);
    }
    assert_eq!((monitor.seen(), monitor.forgotten() + monitor.live() as u64), (10_000, 10_000));
    let mut changed = pod(9_999, 10_001);
    changed["spec"]["restartPolicy"] = json!("Never");
    assert_eq!(rules(&take(&mut monitor, &changed)), [RuleId::INV_13]);
}

fn audit(verb: &str, sub: &str, user: &str, request: Value, response: Value) -> Value {
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "stage": "ResponseComplete", "verb": verb,
        "requestURI": "/api/v1/namespaces/production/pods/x", "user": { "username": user }, "userAgent": "test/1",
        "objectRef": { "resource": "pods", "namespace": "production", "name": pod(1, 1)["metadata"]["name"], "subresource": sub },
        "responseStatus": { "code": 200 }, "requestObject": request, "responseObject": response,
    })
}

fn ended(version: u32, phase: &str) -> Value {
    let mut pod = pod(1, version);
    pod["status"]["phase"] = json!(phase);
    pod["metadata"]["generation"] = json!(2);
    pod["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:01:00Z");
    pod["metadata"]["deletionGracePeriodSeconds"] = json!(0);
    pod
}

/// KUB-35: a kubelet's final DELETE names the UID and comes after a terminal phase; anybody else may force.
#[test]
fn kub_35_the_final_delete_has_its_conditions() {
    let uid = json!({ "gracePeriodSeconds": 0, "preconditions": { "uid": pod(1, 1)["metadata"]["uid"] } });
    let by_name = json!({ "gracePeriodSeconds": 0 });
    let node = "system:node:n";
    for (user, request, phase, expected) in [
        (node, &uid, "Failed", vec![]),
        (node, &uid, "Running", vec![RuleId::KUB_35]),
        (node, &by_name, "Failed", vec![RuleId::KUB_35, RuleId::NON_18]),
        ("admin", &uid, "Running", vec![]),
        ("admin", &by_name, "Running", vec![RuleId::NON_18]),
    ] {
        let mut monitor = Monitor::new();
        take(&mut monitor, &audit("create", "", "admin", json!(null), pod(1, 1)));
        let found = take(&mut monitor, &audit("delete", "", user, request.clone(), ended(9, phase)));
        assert_eq!(rules(&found), expected, "{user}, {request}, {phase}");
        assert_eq!(monitor.live(), 0);
    }
}

/// Answers cross: a state that was stored earlier is no step back. Refused requests and dry runs change nothing.
#[test]
fn answers_come_in_any_order() {
    let mut monitor = Monitor::new();
    let read = |version: u32| audit("get", "", "admin", json!(null), pod(1, version));
    for version in [7, 9, 8, 9, 10, 5] {
        assert_eq!(rules(&take(&mut monitor, &read(version))), []);
    }
    let mut refused = audit("delete", "", "admin", json!(null), ended(11, "Failed"));
    refused["responseStatus"]["code"] = json!(409);
    let dry = audit("delete", "", "admin", json!({ "dryRun": ["All"] }), ended(11, "Failed"));
    let mut early = audit("delete", "", "admin", json!(null), ended(11, "Failed"));
    early["stage"] = json!("RequestReceived");
    for event in [refused, dry, early] {
        assert_eq!(take(&mut monitor, &event), []);
    }
    let removed =
        audit("delete", "", "admin", json!({ "preconditions": { "uid": "u" } }), ended(11, "Failed"));
    assert_eq!(rules(&take(&mut monitor, &removed)), []);
    assert_eq!(rules(&take(&mut monitor, &read(10))), []);
    assert_eq!(
        rules(&take(&mut monitor, &audit("create", "", "admin", json!(null), pod(1, 12)))),
        [RuleId::INV_02]
    );
}

/// At level Metadata a write is known, not what it did: that cannot be told, and convicts nobody.
#[test]
fn what_is_not_logged_cannot_be_told() {
    let mut monitor = Monitor::new();
    take(&mut monitor, &audit("create", "", "admin", json!(null), pod(1, 1)));
    let found = take(&mut monitor, &audit("delete", "", "admin", json!(null), json!(null)));
    assert_eq!(found[0].unknown, Some(Unknown::Unlogged));
    let mut successor = pod(2, 20);
    successor["metadata"]["name"] = pod(1, 1)["metadata"]["name"].clone();
    successor["status"] = json!({ "phase": "Pending" });
    let found = take(&mut monitor, &json!({ "type": "ADDED", "object": successor }));
    assert_eq!((rules(&found), found[0].unknown), (vec![], None));
}

/// NON-01: who takes the name of a force-deleted Pod may run beside it.
#[test]
fn non_01_a_successor_may_run_beside() {
    for (phase, expected) in [("Running", vec![RuleId::NON_01]), ("Failed", vec![])] {
        let mut monitor = Monitor::new();
        take(&mut monitor, &json!({ "type": "ADDED", "object": pod(1, 1) }));
        take(&mut monitor, &json!({ "type": "DELETED", "object": ended(2, phase) }));
        let mut successor = pod(2, 3);
        successor["metadata"]["name"] = pod(1, 1)["metadata"]["name"].clone();
        assert_eq!(rules(&take(&mut monitor, &json!({ "type": "ADDED", "object": successor }))), expected);
    }
}

/// INV-21, INV-29: nothing starts after the end, and the kubelet's `DisruptionTarget` comes with it.
#[test]
fn inv_21_inv_29_the_end_is_the_end() {
    let with = |phase: &str, state: Value, condition: &str| {
        let mut pod = pod(1, 5);
        pod["status"]["phase"] = json!(phase);
        pod["status"]["containerStatuses"][1]["state"] = state;
        pod["status"]["conditions"] =
            json!([{ "type": "DisruptionTarget", "status": "True", "reason": condition }]);
        json!({ "type": "MODIFIED", "object": pod })
    };
    let (waiting, running) = (json!({ "waiting": {} }), json!({ "running": {} }));
    for (reason, expected) in [("EvictionByEvictionAPI", RuleId::INV_21), ("DeletionByPodGC", RuleId::NON_05)]
    {
        let mut monitor = Monitor::new();
        take(&mut monitor, &with("Failed", waiting.clone(), reason));
        assert_eq!(rules(&take(&mut monitor, &with("Failed", running.clone(), reason))), [expected]);
    }
    let mut monitor = Monitor::new();
    take(&mut monitor, &with("Running", waiting.clone(), "other"));
    let found = take(&mut monitor, &with("Running", waiting.clone(), "TerminationByKubelet"));
    assert_eq!(rules(&found), [RuleId::INV_29]);
    let mut monitor = Monitor::new();
    take(&mut monitor, &with("Running", waiting.clone(), "other"));
    assert_eq!(rules(&take(&mut monitor, &with("Failed", waiting, "TerminationByKubelet"))), []);
}

/// NON-18, INV-09: what is sent to a name is told, and so is a binding to another node than the Pod has.
#[test]
fn non_18_inv_09_requests_are_judged() {
    let uid = &pod(1, 1)["metadata"]["uid"];
    let bind = |node: &str, uid: &Value| json!({ "kind": "Binding", "metadata": { "uid": uid }, "target": { "name": node } });
    let node = pod(1, 1)["spec"]["nodeName"].as_str().unwrap().to_owned();
    let evict = |options: Value| json!({ "kind": "Eviction", "deleteOptions": options });
    for (verb, sub, request, expected) in [
        ("create", "binding", bind(&node, uid), vec![]),
        ("create", "binding", bind("other", uid), vec![RuleId::INV_09]),
        ("create", "binding", bind("other", &json!("unknown")), vec![]),
        ("create", "binding", bind(&node, &json!(null)), vec![RuleId::NON_18]),
        ("create", "eviction", evict(json!({ "preconditions": { "uid": uid } })), vec![]),
        ("create", "eviction", evict(json!(null)), vec![RuleId::NON_18]),
        ("create", "eviction", evict(json!({ "dryRun": ["All"] })), vec![]),
    ] {
        let mut monitor = Monitor::new();
        take(&mut monitor, &audit("create", "", "admin", json!(null), pod(1, 1)));
        let found =
            take(&mut monitor, &audit(verb, sub, "admin", request.clone(), json!({ "kind": "Status" })));
        assert_eq!(rules(&found), expected, "{verb} {sub} {request}");
    }
    let list = json!({ "kind": "PodList", "items": [pod(1, 1), pod(2, 1)] });
    let found = take(&mut Monitor::new(), &audit("deletecollection", "", "admin", json!(null), list));
    assert_eq!(rules(&found), [RuleId::NON_18; 2]);
}

/// However many Pods come and go, what is remembered stays the same.
#[test]
fn a_long_stream_leaves_nothing() {
    let mut monitor = Monitor::new();
    let mut live = std::collections::VecDeque::new();
    let mut most = [0; 2];
    for number in 0..20_000_u32 {
        take(&mut monitor, &pod(number, 2 * number));
        live.push_back(number);
        if live.len() > 50 {
            let mut last = ended(2 * number + 1, "Failed");
            last["metadata"]["uid"] = pod(live[0], 0)["metadata"]["uid"].clone();
            last["metadata"]["name"] = pod(live[0], 0)["metadata"]["name"].clone();
            assert_eq!(rules(&take(&mut monitor, &json!({ "type": "DELETED", "object": last }))), []);
            live.pop_front();
        }
        let half = &mut most[usize::from(number >= 10_000)];
        *half = monitor.packed_bytes().max(*half);
        assert!(monitor.live() <= 51);
    }
    assert!(most[1] <= most[0] + 51 * 2 && most[0] <= 51 * 160, "{most:?}");
}

/// Pods are told apart by UID, and by namespace and name, however alike these are.
#[test]
fn pods_are_told_apart() {
    let repeated = (0..40).flat_map(|length| ["a", "\0", "\u{7f}"].map(|text| text.repeat(length)));
    let changed = (0..36).flat_map(|place| {
        (1..0x80_u8).map(move |byte| {
            let mut uid = *b"00000000-0000-4000-8000-000000000000";
            uid[place] ^= byte;
            String::from_utf8_lossy(&uid).into_owned()
        })
    });
    let uids: BTreeSet<String> = repeated.chain(changed).collect();
    let (blank, mut monitor) = (Pod::default(), Monitor::new());
    for (number, uid) in uids.iter().enumerate() {
        // No two of one name: a successor would take the place of the other.
        let name = number.to_string();
        monitor.observe(Observed::Added, View { uid, name: &name, ..View::of(&blank) });
    }
    assert_eq!(monitor.live(), uids.len());
    let names = (0..40).flat_map(|length| (0..=length).map(move |cut| (cut, length - cut)));
    let mut monitor = Monitor::new();
    for (number, (namespace, name)) in names.clone().enumerate() {
        let (uid, namespace, name) = (number.to_string(), "a".repeat(namespace), "a".repeat(name));
        let pod = View { uid: &*uid, name: &name, namespace: &namespace, ..View::of(&blank) };
        monitor.observe(Observed::Added, pod);
    }
    assert_eq!(monitor.live(), names.count());
}
