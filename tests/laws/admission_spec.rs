//! Laws of admission over values that differ as text and not in meaning, and the other way round (VAL-17 row 12).

use pod_lifecycle::admission;
use pod_lifecycle::validate::Endpoint;
use pod_lifecycle::wire::WholePod;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// A Pod with the given members beside those that a spec needs.
fn pod(spec: Value, container: Value, metadata: Value) -> Value {
    let mut pod = json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "7"},
        "spec": {"nodeName": "n", "terminationGracePeriodSeconds": 30, "containers": [{"name": "c", "image": "i"}]},
        "status": {},
    });
    for (place, more) in [("/spec", spec), ("/spec/containers/0", container), ("/metadata", metadata)] {
        for (name, value) in more.as_object().expect("an object") {
            pod.pointer_mut(place).expect("a place")[name] = value.clone();
        }
    }
    pod
}

/// What the passes that know Pods answer: field and kind.
fn causes(endpoint: Endpoint, old: &Value, new: &Value) -> Vec<String> {
    let read = |pod| WholePod::deserialize(pod).expect("a Pod");
    let (old, new) = (read(old), read(new));
    let found = admission::update_of_pod(endpoint, &old, &new);
    found.iter().map(|cause| format!("{} {}", cause.field(), cause.kind())).collect()
}

fn of_spec(old: Value, new: Value) -> Vec<String> {
    causes(Endpoint::Main, &pod(old, json!({}), json!({})), &pod(new, json!({}), json!({})))
}

fn of_container(old: Value, new: Value) -> Vec<String> {
    causes(Endpoint::Main, &pod(json!({}), old, json!({})), &pod(json!({}), new, json!({})))
}

fn limit(cpu: &Value) -> Value {
    json!({"resources": {"limits": {"cpu": cpu}, "requests": {"cpu": cpu}}})
}

const CHANGED: [&str; 1] = ["spec FieldValueForbidden"];

/// VAL-17 row 12: quantities are compared by value, in whatever form they come.
#[test]
fn val_17_equal_quantities_are_no_change() {
    let equal = [
        [json!("1"), json!("1000m")],
        [json!(1), json!("1")],
        [json!(0.5), json!("500m")],
        [json!("1Gi"), json!("1073741824")],
        [json!("1.5Ki"), json!("1536")],
        [json!("12e2"), json!("1.2k")],
        [json!("+2"), json!("02.0")],
        [json!("0.1n"), json!("1n")],
        [json!("9E"), json!("9000P")],
        [json!("100E"), json!("20Ei")],
        [json!("0"), json!("0Ki")],
    ];
    for [old, new] in equal {
        assert_eq!(of_container(limit(&old), limit(&new)), [""; 0], "{old} {new}");
    }
    let different = [
        [json!("1"), json!("1001m")],
        [json!("1Gi"), json!("1G")],
        [json!("1m"), json!("1M")],
        [json!("-1"), json!("1")],
        [json!("1E"), json!("1Ei")],
        [json!("0"), Value::Null],
    ];
    for [old, new] in different {
        let new = if new.is_null() { json!({}) } else { limit(&new) };
        assert_eq!(of_container(limit(&old), new.clone()), CHANGED, "{old} {new}");
    }
    assert_eq!(of_spec(json!({"overhead": {"cpu": "1"}}), json!({"overhead": {"cpu": "1000m"}})), [""; 0]);
    assert_eq!(
        of_container(json!({"env": [{"name": "1"}]}), json!({"env": [{"name": "1000m"}]})),
        CHANGED,
        "a text that is no quantity is a text"
    );
}

proptest! {
    /// VAL-17 row 12: a number of thousandths is the same, however it is written, and another than its successor.
    #[test]
    fn val_17_thousandths_are_compared_by_value(number in 0_u32..5_000_000) {
        let thousandths = json!(format!("{number}m"));
        let point = json!(format!("{}.{:03}", number / 1000, number % 1000));
        let next = json!(format!("{}m", number + 1));
        prop_assert!(of_container(limit(&thousandths), limit(&point)).is_empty());
        prop_assert_eq!(of_container(limit(&thousandths), limit(&next)), CHANGED);
    }
}

/// VAL-17: an absent and an empty list or map are equal; an absent and an empty structure only where it is no pointer.
#[test]
fn val_17_empty_is_absent_where_the_type_is_no_pointer() {
    for same in [json!({"securityContext": {}}), json!({"hostNetwork": false}), json!({"volumes": []})] {
        assert_eq!(of_spec(json!({}), same.clone()), [""; 0], "{same}");
    }
    for other in [
        json!({"resources": {}}),
        json!({"affinity": {}}),
        json!({"hostNetwork": true}),
        json!({"priority": 0}),
    ] {
        assert_eq!(of_spec(json!({}), other.clone()), CHANGED, "{other}");
    }
    let affinity = |more: Value| json!({"affinity": more});
    assert_eq!(of_spec(affinity(json!({})), affinity(json!({"podAffinity": {}}))), CHANGED);
    let port = |more: Value| json!({"ports": [more]});
    let (bare, zero) = (json!({"containerPort": 80}), json!({"containerPort": 80, "hostPort": 0}));
    assert_eq!(of_container(port(bare), port(zero)), [""; 0]);
    assert_eq!(of_container(json!({}), json!({"resources": {"limits": {}}})), [""; 0]);
    assert_eq!(of_container(json!({}), json!({"securityContext": {}})), CHANGED);
}

/// VAL-17 row 12: `serviceAccount` is another name of `serviceAccountName`, which is read first.
#[test]
fn val_17_the_old_name_of_the_service_account_counts_only_alone() {
    let both = json!({"serviceAccountName": "a", "serviceAccount": "b"});
    assert_eq!(of_spec(json!({"serviceAccount": "a"}), both.clone()), [""; 0]);
    assert_eq!(of_spec(json!({"serviceAccount": "b"}), both), CHANGED);
}

/// VAL-13: an effect that does not exist is told twice, unless an old toleration is missing (VAL-17 row 7).
#[test]
fn val_13_unknown_effects_are_not_supported() {
    let of = |effect: &str| json!({"tolerations": [{"key": "k", "operator": "Exists", "effect": effect}]});
    let told = "spec.tolerations[0].effect FieldValueNotSupported";
    assert_eq!(of_spec(json!({}), of("Evict")), [told, told]);
    assert_eq!(of_spec(of("NoExecute"), of("Evict")), [told, "spec.tolerations FieldValueForbidden"]);
    assert_eq!(of_spec(json!({}), of("PreferNoSchedule")), [""; 0]);
}

/// VAL-06: an apiVersion has at most one slash, and the core group has an empty name.
#[test]
fn val_06_owner_versions_are_read_as_a_group_and_a_version() {
    let owner = |version: &str, kind: &str| {
        let owner = json!({"apiVersion": version, "kind": kind, "name": "o", "uid": "u"});
        pod(json!({}), json!({}), json!({"ownerReferences": [owner]}))
    };
    let incomplete = ["metadata.ownerReferences.apiVersion FieldValueInvalid"; 2];
    for (version, kind) in [("apps/v1/x", "X"), ("apps/", "X"), ("/", "X"), ("a/b/v1", "Event")] {
        let pod = owner(version, kind);
        assert_eq!(causes(Endpoint::Main, &pod, &pod), incomplete, "{version}");
    }
    let banned = ["metadata.ownerReferences FieldValueInvalid"; 2];
    for version in ["v1", "/v1"] {
        let pod = owner(version, "Event");
        assert_eq!(causes(Endpoint::Main, &pod, &pod), banned, "{version}");
    }
    let pod = owner("events.k8s.io/v1", "Event");
    assert_eq!(causes(Endpoint::Main, &pod, &pod), [""; 0]);
}

/// VAL-29, VAL-13: a mirror is bound; the main endpoint looks twice, `/status` once.
#[test]
fn val_29_a_mirror_without_a_node_is_told_by_each_pass() {
    let mark = json!({"annotations": {"kubernetes.io/config.mirror": "h"}});
    let pod = pod(json!({"nodeName": ""}), json!({}), mark);
    let told = "metadata.annotations[kubernetes.io/config.mirror] FieldValueInvalid";
    assert_eq!(causes(Endpoint::Main, &pod, &pod), [told; 2]);
    assert_eq!(causes(Endpoint::Status, &pod, &pod), [told]);
}

/// VAL-28: families are those of the address, not of its notation; addresses that are stored already may stay.
#[test]
fn val_28_a_mapped_address_is_one_of_ipv4() {
    let with = |first: &str, second: &str| {
        let mut pod = pod(json!({}), json!({}), json!({}));
        pod["status"] = json!({"podIPs": [{"ip": first}, {"ip": second}]});
        pod
    };
    let told = ["status.podIPs FieldValueInvalid"];
    for (first, second, expected) in [
        ("10.0.0.1", "fd00::1", &told[..0]),
        ("010.0.0.1", "fd00::1", &told[..0]),
        ("10.0.0.1", "::ffff:10.0.0.2", &told[..]),
        ("fd00::1", "::ffff:10.0.0.2", &told[..0]),
        ("fd00::1", "fd00::2", &told[..]),
    ] {
        let pod = with(first, second);
        assert_eq!(causes(Endpoint::Status, &pod, &pod), expected, "{first} {second}");
    }
}
