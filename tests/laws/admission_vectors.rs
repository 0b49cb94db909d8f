//! What is asked of finalizers, of a create, of scheduling gates: vectors of chapter 8.

use pod_lifecycle::admission;
use pod_lifecycle::validate::Endpoint;
use pod_lifecycle::wire::WholePod;
use serde::Deserialize;
use serde_json::{Value, json};

fn pod(metadata: &Value, spec: &Value) -> Value {
    let mut pod = json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7"},
        "spec": {"restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
                 "containers": [{"name": "c", "image": "i", "resources": {}}]},
    });
    for (part, more) in [("metadata", metadata), ("spec", spec)] {
        let part = pod[part].as_object_mut().unwrap();
        part.extend(more.as_object().unwrap().clone());
    }
    pod
}

fn at_create(pod: &Value) -> Vec<String> {
    admission::create(&WholePod::deserialize(pod).unwrap())
        .iter()
        .map(|cause| cause.field().to_string())
        .collect()
}

fn at_update(endpoint: Endpoint, old: &Value, new: &Value) -> Vec<String> {
    let (old, new) = (WholePod::deserialize(old).unwrap(), WholePod::deserialize(new).unwrap());
    admission::update(endpoint, &old, &new).iter().map(|cause| cause.field().to_string()).collect()
}

/// VAL-05: each of the two policies of deletion may be a finalizer, not both; a name has at most one slash.
#[test]
fn val_05_finalizers() {
    for (finalizers, fields) in [
        (json!(["orphan"]), 0),
        (json!(["foregroundDeletion"]), 0),
        (json!(["foregroundDeletion", "orphan"]), 1),
        (json!(["example.com/a", "kubernetes"]), 0),
        (json!(["example.com/a/b"]), 1),
        (json!(["a b/c/d"]), 1), // nothing more is said of what has two slashes
    ] {
        let found = at_create(&pod(&json!({"finalizers": finalizers}), &json!({})));
        assert_eq!(found, vec!["metadata.finalizers"; fields], "{finalizers}");
    }
}

/// VAL-30: a Pod that is created has gates or a node, not both, and no ephemeral containers.
#[test]
fn val_30_what_a_create_may_not_have() {
    let (gates, ephemeral) = (json!([{"name": "example.com/g"}]), json!([{"name": "e", "image": "i"}]));
    for (spec, fields) in [
        (json!({"schedulingGates": gates}), &[][..]),
        (json!({"nodeName": "n1"}), &[]),
        (json!({"schedulingGates": gates, "nodeName": "n1"}), &["spec.nodeName"]),
        (json!({"ephemeralContainers": ephemeral}), &["spec.ephemeralContainers"]),
    ] {
        assert_eq!(at_create(&pod(&json!({}), &spec)), fields, "{spec}");
    }
}

/// VAL-17: a gate may be taken away, none put.
#[test]
fn val_17_gates_only_go() {
    let gated = |names: &[&str]| {
        let gates: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        pod(&json!({}), &json!({"schedulingGates": gates}))
    };
    let old = gated(&["example.com/a", "example.com/b"]);
    for (new, refused) in [
        (gated(&["example.com/a", "example.com/b"]), false),
        (gated(&["example.com/b"]), false),
        (gated(&[]), false),
        (gated(&["example.com/a", "example.com/c"]), true),
        (gated(&["example.com/c", "example.com/b"]), true),
        (gated(&["example.com/a", "example.com/b", "example.com/c"]), true),
    ] {
        assert_eq!(!at_update(Endpoint::Main, &old, &new).is_empty(), refused, "{new}");
    }
}

/// VAL-22: the list is named in which a container left `terminated`.
#[test]
fn val_22_the_list_is_named() {
    for (spec, status) in [
        ("containers", "containerStatuses"),
        ("initContainers", "initContainerStatuses"),
        ("ephemeralContainers", "ephemeralContainerStatuses"),
    ] {
        let mut old = pod(&json!({}), &json!({"restartPolicy": "Never"}));
        old["spec"][spec] = json!([{"name": "x", "image": "i"}]);
        old["status"][status] = json!([{"name": "x", "state": {"terminated": {"exitCode": 1}}}]);
        let mut new = old.clone();
        new["status"][status][0]["state"] = json!({"running": {}});
        let found = at_update(Endpoint::Status, &old, &new);
        let place = format!("status.{status}");
        assert!(!found.is_empty() && found.iter().all(|field| field.starts_with(&place)), "{found:?}");
    }
}

/// VAL-28: a new address is one, without leading zeros, and no IPv4 address in the form of IPv6.
#[test]
fn val_28_addresses() {
    let old = pod(&json!({}), &json!({}));
    for (ip, good) in [
        ("10.0.0.1", true),
        ("fd00::1", true),
        ("10.0.0.01", false),
        ("::ffff:10.0.0.1", false),
        ("10.0.0", false),
        ("web", false),
    ] {
        let mut new = old.clone();
        new["status"] = json!({"podIP": ip, "podIPs": [{"ip": ip}]});
        let fields: &[&str] = if good { &[] } else { &["status.podIPs[0]"] };
        assert_eq!(at_update(Endpoint::Status, &old, &new), fields, "{ip}");
    }
}
