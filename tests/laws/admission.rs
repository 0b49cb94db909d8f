//! Laws of admission: what an endpoint restores, how often a fault is listed, what is never looked at.

use std::collections::BTreeSet;

use pod_lifecycle::admission::{
    self, Budgets, Cause, Condition, Difference, Guard, Keep, Managers, Mark, Moved, Part,
};
use pod_lifecycle::deletion::{Deletion, Generation};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::time::{Grace, Time};
use pod_lifecycle::validate::Endpoint;
use pod_lifecycle::view::Run;
use pod_lifecycle::wire::{Digest, WholePod};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

const ENDPOINTS: [Endpoint; 2] = [Endpoint::Main, Endpoint::Status];

fn pod() -> Value {
    json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7", "generation": 2,
                     "finalizers": ["example.com/a"], "labels": {"app": "web"}},
        "spec": {"nodeName": "n1", "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
                 "activeDeadlineSeconds": 100, "tolerations": [{"key": "k", "operator": "Exists"}],
                 "containers": [{"name": "c", "image": "i", "resources": {}}]},
        "status": {"phase": "Running", "qosClass": "BestEffort",
                   "containerStatuses": [{"name": "c", "state": {"running": {}}}]},
    })
}

/// The causes as the answer names them: field and kind.
fn causes(endpoint: Endpoint, old: &Value, new: &Value) -> Vec<(String, String)> {
    let read = |pod| WholePod::deserialize(pod).expect("a Pod");
    let (old, new) = (read(old), read(new));
    let name = |cause: &Cause<'_>| (cause.field().to_string(), cause.kind().to_string());
    admission::update(endpoint, &old, &new).iter().map(name).collect()
}

fn changed(pod: &Value, pointer: &str, value: Value) -> Value {
    let mut pod = pod.clone();
    let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
    let parent = pod.pointer_mut(parent).expect("a parent");
    parent[member] = value;
    pod
}

/// VAL-00: the table of the protocol, cell by cell.
#[test]
fn val_00_endpoints_restore_what_is_not_theirs() {
    let table = [
        (Part::Name, Keep::Sent, Keep::Sent),
        (Part::Namespace, Keep::Sent, Keep::Sent),
        (Part::Uid, Keep::StoredIfOmitted, Keep::StoredIfOmitted),
        (Part::ResourceVersion, Keep::StoredIfOmitted, Keep::StoredIfOmitted),
        (Part::Generation, Keep::Stored, Keep::Stored),
        (Part::CreationTimestamp, Keep::Stored, Keep::Stored),
        (Part::DeletionTimestamp, Keep::StoredIfSet, Keep::Stored),
        (Part::DeletionGracePeriodSeconds, Keep::StoredIfOmitted, Keep::StoredIfOmitted),
        (Part::Finalizers, Keep::Sent, Keep::Sent),
        (Part::Labels, Keep::Sent, Keep::Sent),
        (Part::Annotations, Keep::Sent, Keep::Sent),
        (Part::OwnerReferences, Keep::Sent, Keep::Stored),
        (Part::Spec, Keep::Sent, Keep::Stored),
        (Part::Status, Keep::Stored, Keep::Sent),
        (Part::QosClass, Keep::Stored, Keep::StoredIfOmitted),
        (Part::ObservedGeneration, Keep::Stored, Keep::StoredIfOmitted),
        (Part::ConditionObservedGeneration, Keep::Stored, Keep::StoredIfOmitted),
    ];
    assert_eq!(table.map(|(part, ..)| part), Part::ALL);
    for (part, main, status) in table {
        assert_eq!(admission::keep(Endpoint::Main, part), main, "{part:?}");
        assert_eq!(admission::keep(Endpoint::Status, part), status, "{part:?}");
    }
}

/// VAL-09: the comparison sees no part that the server sets itself, and none of the other endpoint's.
#[test]
fn val_09_each_endpoint_compares_its_own_part() {
    use Part::{
        ConditionObservedGeneration, CreationTimestamp, DeletionTimestamp, Generation, Name, Namespace,
        ObservedGeneration, OwnerReferences, QosClass, ResourceVersion, Spec, Status, Uid,
    };
    let never = [Name, Namespace, Uid, CreationTimestamp, Generation, ResourceVersion];
    let status = [Status, QosClass, ObservedGeneration, ConditionObservedGeneration];
    let main = [Spec, DeletionTimestamp, OwnerReferences];
    for part in Part::ALL {
        let never = never.contains(&part);
        assert_eq!(admission::compares(Endpoint::Main, part), !never && !status.contains(&part), "{part:?}");
        assert_eq!(admission::compares(Endpoint::Status, part), !never && !main.contains(&part), "{part:?}");
    }
}

/// VAL-08: how often one fault is listed in a whole request, at the main endpoint and at `/status`.
#[test]
fn val_08_a_fault_is_listed_once_a_pass() {
    let deleting = {
        let pod = changed(&pod(), "/metadata/deletionTimestamp", json!("2026-01-02T03:04:05Z"));
        changed(&pod, "/metadata/deletionGracePeriodSeconds", json!(30))
    };
    let faults = [
        ("/metadata/labels", json!({"a": "bad value!"}), "metadata.labels", 4, 3),
        ("/metadata/annotations", json!({"bad key": ""}), "metadata.annotations", 4, 3),
        ("/metadata/finalizers", json!(["example.com/a", "example.com/b"]), "metadata.finalizers", 2, 2),
        ("/metadata/finalizers", json!(["example.com/a", "a b/c"]), "metadata.finalizers", 4, 3),
        ("/metadata/deletionGracePeriodSeconds", json!(5), "metadata.deletionGracePeriodSeconds", 2, 2),
        ("/metadata/deletionTimestamp", json!("2026-01-02T03:04:06Z"), "metadata.deletionTimestamp", 2, 2),
        ("/metadata/finalizers", json!(["plain"]), "metadata.finalizers[0]", 2, 1),
        ("/metadata/resourceVersion", json!(""), "metadata.resourceVersion", 2, 2),
        ("/metadata/uid", json!("u2"), "metadata.uid", 2, 2),
        ("/metadata/generation", json!(1), "metadata.generation", 2, 2),
        ("/metadata/generation", json!(-1), "metadata.generation", 4, 3),
    ];
    for (pointer, value, field, main, status) in faults {
        let new = changed(&deleting, pointer, value);
        for (endpoint, times) in [(Endpoint::Main, main), (Endpoint::Status, status)] {
            let causes = causes(endpoint, &deleting, &new);
            let listed = causes.iter().filter(|(found, _)| found == field).count();
            assert_eq!(listed, times, "{endpoint:?} {new}: {causes:?}");
        }
    }
}

/// VAL-10, VAL-12, VAL-15: of the spec only the listed fields may change; each other change is one cause on `spec`.
#[test]
fn val_10_the_rest_of_the_spec_is_fixed() {
    let container = |more: Value| {
        let mut container = json!({"name": "c", "image": "i"});
        container.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!([container])
    };
    let may = [
        ("/spec/containers", container(json!({"image": "other"}))),
        ("/spec/containers", container(json!({"resources": {"limits": {}}}))), // an empty map is an absent one
        ("/spec/activeDeadlineSeconds", json!(99)),
        ("/spec/tolerations", json!([{"key": "k", "operator": "Exists"}, {"key": "new"}])),
        ("/spec/volumes", json!([])),
    ];
    for (pointer, value) in may {
        assert_eq!(causes(Endpoint::Main, &pod(), &changed(&pod(), pointer, value)), [], "{pointer}");
    }
    let fixed = [
        ("/spec/nodeName", json!("n2")),
        ("/spec/nodeName", json!(null)),
        ("/spec/restartPolicy", json!("Never")),
        ("/spec/terminationGracePeriodSeconds", json!(31)),
        ("/spec/containers", container(json!({"name": "d"}))),
        ("/spec/containers", container(json!({"restartPolicy": "Never"}))),
        ("/spec/containers", container(json!({"livenessProbe": {"exec": {"command": ["true"]}}}))),
        ("/spec/nodeSelector", json!({"disk": "ssd"})),
        ("/spec/affinity", json!({"nodeAffinity": {}})),
        ("/spec/hostNetwork", json!(true)),
        ("/spec/volumes", json!([{"name": "v", "emptyDir": {}}])),
        ("/spec/readinessGates", json!([{"conditionType": "x"}])),
    ];
    for (pointer, value) in fixed {
        let found = causes(Endpoint::Main, &pod(), &changed(&pod(), pointer, value));
        assert_eq!(found, [("spec".to_owned(), "FieldValueForbidden".to_owned())], "{pointer}");
    }
}

/// VAL-22, VAL-23, VAL-24: who may leave `terminated`; an entry may always be dropped.
#[test]
fn val_22_who_may_leave_terminated() {
    let (regular, init) = (("containers", "containerStatuses"), ("initContainers", "initContainerStatuses"));
    let ephemeral = ("ephemeralContainers", "ephemeralContainerStatuses");
    for ((spec, status), policy, code, allowed) in [
        (regular, "Always", 0, true),
        (regular, "OnFailure", 0, false),
        (regular, "OnFailure", 1, true),
        (regular, "Never", 1, false),
        (init, "OnFailure", 1, true),
        (init, "Never", 1, false),
        (ephemeral, "Always", 1, false),
    ] {
        let mut old = changed(&pod(), "/spec/restartPolicy", json!(policy));
        old["spec"][spec] = json!([{"name": "x", "image": "i"}]);
        old["status"][status] = json!([{"name": "x", "state": {"terminated": {"exitCode": code}}}]);
        for state in [json!({}), json!({"waiting": {}}), json!({"running": {}})] {
            let mut new = old.clone();
            new["status"][status][0]["state"] = state;
            let found = causes(Endpoint::Status, &old, &new);
            assert_eq!(found.is_empty(), allowed, "{status} {policy} {code}: {found:?}");
        }
        let mut dropped = old.clone();
        dropped["status"][status] = json!([]);
        assert_eq!(causes(Endpoint::Status, &old, &dropped), []);
    }
}

/// CTL-EVI-01, CTL-EVI-06, for all inputs: budgets guard only what runs; the mark depends on nothing else.
#[test]
fn evictions_ask_budgets_only_for_running_pods() {
    let due = Time::from_unix(100);
    let grace = Grace::DEFAULT.non_zero().unwrap();
    let graceful = Deletion::Graceful { due, grace };
    let phases = [Phase::Pending, Phase::Running, Phase::Succeeded, Phase::Failed, Phase::Unknown];
    for deletion in [Deletion::Live, graceful, Deletion::Expired { due }, Deletion::Unrecorded { due }] {
        for phase in phases.map(Some).into_iter().chain([None]) {
            for condition in [Condition::Missing, Condition::Present] {
                for run in [Run::Real, Run::Dry] {
                    let steps = admission::evict(deletion, phase, condition, run);
                    let live = deletion == Deletion::Live;
                    let idle = matches!(phase, Some(Phase::Pending | Phase::Succeeded | Phase::Failed));
                    assert_eq!(steps.budgets == Budgets::Asked, live && !idle);
                    assert_eq!(steps.guard == Guard::Version, live && phase == Some(Phase::Pending));
                    let marks = run == Run::Real && condition == Condition::Missing;
                    assert_eq!(steps.mark == Mark::Written, marks);
                }
            }
        }
    }
}

fn instant() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), Just(json!("2026-01-02T03:04:05Z")), Just(json!("2030-01-01T00:00:00Z"))]
}

fn phase() -> impl Strategy<Value = Value> {
    prop::sample::select(vec!["", "Pending", "Running", "Succeeded", "Failed", "Unknown", "Bogus"])
        .prop_map(|phase| json!(phase))
}

fn edit() -> impl Strategy<Value = (&'static str, Value)> {
    prop::sample::select(vec![
        ("/spec/containers", json!([{"name": "c", "image": " padded"}])),
        ("/spec/containers", json!([{"name": "c", "image": ""}])),
        ("/spec/containers", json!([{"name": "d", "image": "i"}])),
        ("/spec/containers", json!([])),
        ("/spec/activeDeadlineSeconds", json!(101)),
        ("/spec/activeDeadlineSeconds", json!(-1)),
        ("/spec/activeDeadlineSeconds", json!(null)),
        ("/spec/tolerations", json!([])),
        ("/spec/nodeName", json!("n2")),
        ("/metadata/labels", json!({"app": "other"})),
    ])
}

/// Any JSON of the depth that a spec has.
fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

/// The same value, with the members turned round and an absent one added.
fn turned(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev().map(|(name, member)| format!("{name:?}:{}", turned(member)));
            let members: Vec<String> = members.chain(["\"absent\":null".to_owned()]).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(turned).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

proptest! {
    /// VAL-14: the verdict over a spec depends neither on the phase nor on DT.
    #[test]
    fn val_14_phase_and_deletion_do_not_matter((pointer, value) in edit(), due in instant(), phase in phase()) {
        let expected = causes(Endpoint::Main, &pod(), &changed(&pod(), pointer, value.clone()));
        let old = changed(&changed(&pod(), "/metadata/deletionTimestamp", due), "/status/phase", phase);
        prop_assert_eq!(causes(Endpoint::Main, &old, &changed(&old, pointer, value)), expected);
    }

    /// VAL-20: `/status` accepts every phase after every other.
    #[test]
    fn val_20_no_phase_is_refused(before in phase(), after in phase(), due in instant()) {
        let old = changed(&changed(&pod(), "/status/phase", before), "/metadata/deletionTimestamp", due);
        prop_assert_eq!(causes(Endpoint::Status, &old, &changed(&old, "/status/phase", after)), []);
    }

    /// VAL-07: an object is always accepted as its own successor.
    #[test]
    fn val_07_nothing_is_wrong_with_no_change(phase in phase(), due in instant(), rest in tree()) {
        let mut old = changed(&changed(&pod(), "/status/phase", phase), "/metadata/deletionTimestamp", due);
        old["spec"]["rest"] = rest;
        for endpoint in ENDPOINTS {
            prop_assert_eq!(causes(endpoint, &old, &old), []);
        }
    }

    /// VAL-17: the order of members and absent ones make no difference to the rest of a spec.
    #[test]
    fn val_17_equal_objects_have_equal_digests(value in tree()) {
        let digest = |text: &str| serde_json::from_str::<Digest>(text).unwrap();
        let value = json!({"a": value});
        prop_assert_eq!(digest(&value.to_string()), digest(&turned(&value)), "{}", value);
    }

    /// VAL-17: another scalar beside anything makes a difference.
    #[test]
    fn val_17_different_objects_have_different_digests(value in tree()) {
        let digest = |value: &Value| Digest::deserialize(value).unwrap();
        prop_assert_ne!(digest(&json!({"a": [&value, 1]})), digest(&json!({"a": [&value, 2]})));
    }

    /// VAL-09: sending the same once more moves nothing; what another entry took, moves again when taken back.
    #[test]
    fn val_09_ownership_moves_once(
        first in prop::collection::btree_set(0_u8..6, 0..4),
        changed in prop::collection::btree_set(0_u8..6, 0..4),
        gone in prop::collection::btree_set(6_u8..9, 0..3),
    ) {
        let mut managers = Managers::created("main", first.clone());
        let moved = managers.update("status", &changed, &gone);
        prop_assert_eq!(moved == Moved::Something, !changed.is_empty());
        prop_assert_eq!(managers.update("status", &changed, &gone), Moved::Nothing);
        let back = managers.update("main", &first, &BTreeSet::new());
        prop_assert_eq!(back == Moved::Something, !first.is_disjoint(&changed));
    }

    /// VAL-09: an entry loses what is gone and gains what it changed; it has moved if that is another set.
    #[test]
    fn val_09_an_entry_owns_what_it_changed(
        first in prop::collection::btree_set(0_u8..6, 0..5),
        (changed, gone) in (prop::collection::btree_set(0_u8..6, 0..3), prop::collection::btree_set(0_u8..6, 0..3))
            .prop_map(|(changed, gone)| (changed.clone(), &gone - &changed)),
    ) {
        let owned = &(&first - &gone) | &changed;
        let mut managers = Managers::created("main", first.clone());
        let moved = managers.update("main", &changed, &gone);
        prop_assert_eq!(moved == Moved::Something, owned != first, "{:?} {:?} {:?}", first, changed, gone);
        prop_assert_eq!(managers, Managers::created("main", owned));
    }

    /// VAL-09: an update has moved something if and only if some entry's set is another.
    #[test]
    fn val_09_what_moved_differs(
        first in prop::collection::btree_set(0_u8..6, 0..5),
        updates in prop::collection::vec(
            (0_u8..3, prop::collection::btree_set(0_u8..6, 0..3), prop::collection::btree_set(6_u8..9, 0..3)), 1..5),
    ) {
        let mut managers = Managers::created(0, first);
        for (entry, changed, gone) in updates {
            let before = managers.clone();
            let moved = managers.update(entry, &changed, &gone);
            prop_assert_eq!(moved == Moved::Something, managers != before);
        }
    }
}

/// VAL-07, VAL-09: an update is written if the object differs or the ownership moved.
#[test]
fn val_07_only_a_difference_is_written() {
    for moved in [Moved::Nothing, Moved::Something] {
        for object in [Difference::Same, Difference::Differs] {
            let nothing = moved == Moved::Nothing && object == Difference::Same;
            assert_eq!(moved.is_written(object), !nothing, "{moved:?} {object:?}");
        }
    }
}

/// OBJ-03: the generation counts changes of the spec.
#[test]
fn obj_03_only_a_changed_spec_raises_the_generation() {
    assert_eq!(admission::generation(Difference::Same), Generation::Kept);
    assert_eq!(admission::generation(Difference::Differs), Generation::Increased);
}

/// VAL-00: which of two values an endpoint goes on with.
#[test]
fn val_00_a_kept_value_is_the_stored_one() {
    for (stored, sent) in [(None, None), (None, Some(1)), (Some(2), None), (Some(2), Some(1))] {
        assert_eq!(Keep::Sent.choose(stored, sent), sent);
        assert_eq!(Keep::Stored.choose(stored, sent), stored);
        assert_eq!(Keep::StoredIfOmitted.choose(stored, sent), if sent.is_some() { sent } else { stored });
        assert_eq!(Keep::StoredIfSet.choose(stored, sent), if stored.is_some() { stored } else { sent });
    }
}
