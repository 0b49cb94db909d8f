//! The monitor on recorded histories: silent on each of them, and not on a single one with one field changed.

use std::fs;
use std::path::Path;

use pod_lifecycle::monitor::{Monitor, Observed};
use pod_lifecycle::wire::{self, WatchEvent};
use pod_lifecycle::{RuleId, View, Violation};
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) const LEGAL: [&str; 3] = ["01-simple-create-run-delete", "08-restart-policies", "09b-sidecars"];

pub(crate) fn events(trace: &str) -> Vec<Value> {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/traces").join(trace).with_extension("jsonl");
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn observe(monitor: &mut Monitor, event: &Value) -> Vec<Violation> {
    let text = event.to_string();
    let event: WatchEvent<'_> = wire::from_slice(text.as_bytes()).unwrap();
    let observed = Observed::from_event(event.kind).unwrap();
    monitor.observe(observed, View::of(&event.object)).violations
}

/// What the monitor says to the last of these events.
fn last_verdict(events: &[Value]) -> Vec<Violation> {
    let mut monitor = Monitor::new();
    events.iter().fold(Vec::new(), |_, event| observe(&mut monitor, event))
}

fn rules(violations: &[Violation]) -> Vec<RuleId> {
    violations.iter().map(Violation::rule).collect()
}

#[test]
fn recorded_histories_conform() {
    for trace in LEGAL {
        let mut monitor = Monitor::new();
        for (number, event) in (1..).zip(events(trace)) {
            assert_eq!(observe(&mut monitor, &event), [], "{trace}, event {number}");
        }
        assert_eq!(monitor.live(), 0, "every Pod of {trace} is removed in the end");
    }
}

/// Whether the kubelet may have rejected the Pod between the two: then nothing is left of its statuses (CRE-42), and
/// what the runtime still knows of it may come back anyhow (CRE-45).
pub(crate) fn may_be_rejected(old: &Value, new: &Value) -> bool {
    !is_terminal(old) && new["status"]["phase"] == "Failed"
}

/// One way to break a Pod: given its state before, changes the state after, or declines.
struct Breach {
    name: &'static str,
    rule: RuleId,
    apply: fn(&Value, &mut Value) -> Option<()>,
}

/// Sets `pointer` in an object, with the parents that exist.
pub(crate) fn set(object: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let (parent, field) = pointer.rsplit_once('/')?;
    object.pointer_mut(parent)?.as_object_mut()?.insert(field.to_owned(), value);
    Some(())
}

pub(crate) fn remove(object: &mut Value, pointer: &str) -> Option<()> {
    let (parent, field) = pointer.rsplit_once('/')?;
    object.pointer_mut(parent)?.as_object_mut()?.remove(field).map(|_| ())
}

pub(crate) fn is_terminal(object: &Value) -> bool {
    matches!(object["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
}

const BREACHES: &[Breach] = &[
    Breach {
        name: "deletionTimestamp cleared",
        rule: RuleId::INV_04,
        apply: |old, new| {
            old["metadata"].get("deletionTimestamp")?;
            remove(new, "/metadata/deletionGracePeriodSeconds")?;
            remove(new, "/metadata/deletionTimestamp")
        },
    },
    Breach {
        name: "deletionTimestamp moved back under the same grace",
        rule: RuleId::DEL_08,
        apply: |old, new| {
            let grace = old["metadata"]["deletionGracePeriodSeconds"].as_u64().filter(|grace| *grace > 0)?;
            set(new, "/metadata/deletionGracePeriodSeconds", json!(grace))?;
            set(new, "/metadata/deletionTimestamp", json!("2001-01-01T00:00:00Z"))
        },
    },
    Breach {
        name: "deletionTimestamp moved forward by an unclamped shortening",
        rule: RuleId::DEL_08,
        apply: |old, new| {
            let grace = old["metadata"]["deletionGracePeriodSeconds"].as_u64().filter(|grace| *grace > 3)?;
            set(new, "/metadata/deletionGracePeriodSeconds", json!(grace - 1))?;
            set(new, "/metadata/deletionTimestamp", json!("2101-01-01T00:00:00Z"))
        },
    },
    Breach {
        name: "grace grown",
        rule: RuleId::INV_05,
        apply: |old, new| {
            let grace = old["metadata"]["deletionGracePeriodSeconds"].as_u64()?;
            set(new, "/metadata/deletionGracePeriodSeconds", json!(grace + 1))
        },
    },
    Breach {
        name: "first delete of an ended Pod with grace",
        rule: RuleId::DEL_05,
        apply: |old, new| {
            if !is_terminal(old) || old["metadata"].get("deletionTimestamp").is_some() {
                return None;
            }
            set(new, "/metadata/deletionTimestamp", json!("2101-01-01T00:00:00Z"))?;
            set(new, "/metadata/deletionGracePeriodSeconds", json!(30))
        },
    },
    Breach {
        name: "uid changed",
        rule: RuleId::VAL_01,
        apply: |_, new| set(new, "/metadata/uid", json!("another")),
    },
    Breach {
        name: "creationTimestamp changed",
        rule: RuleId::VAL_01,
        apply: |_, new| set(new, "/metadata/creationTimestamp", json!("2001-01-01T00:00:00Z")),
    },
    Breach {
        name: "generation gone down",
        rule: RuleId::INV_11,
        apply: |_, new| set(new, "/metadata/generation", json!(0)),
    },
    Breach {
        name: "resourceVersion gone down",
        rule: RuleId::INV_03,
        apply: |_, new| set(new, "/metadata/resourceVersion", json!("1")),
    },
    Breach {
        name: "finalizer added while deleting",
        rule: RuleId::INV_06,
        apply: |old, new| {
            old["metadata"].get("deletionTimestamp")?;
            set(new, "/metadata/finalizers", json!(["example.com/late"]))
        },
    },
    Breach {
        name: "nodeName changed",
        rule: RuleId::INV_09,
        apply: |old, new| {
            old["spec"].get("nodeName")?;
            set(new, "/spec/nodeName", json!("another"))
        },
    },
    Breach {
        name: "nodeName cleared",
        rule: RuleId::INV_09,
        apply: |old, new| {
            old["spec"].get("nodeName")?;
            remove(new, "/spec/nodeName")
        },
    },
    Breach {
        name: "gate added",
        rule: RuleId::INV_10,
        apply: |_, new| set(new, "/spec/schedulingGates", json!([{ "name": "example.com/gate" }])),
    },
    Breach {
        name: "restartPolicy changed",
        rule: RuleId::INV_13,
        apply: |old, new| {
            let other = if old["spec"]["restartPolicy"] == "Never" { "Always" } else { "Never" };
            set(new, "/spec/restartPolicy", json!(other))
        },
    },
    Breach {
        name: "terminationGracePeriodSeconds changed",
        rule: RuleId::INV_13,
        apply: |_, new| set(new, "/spec/terminationGracePeriodSeconds", json!(77)),
    },
    Breach {
        name: "terminal phase left",
        rule: RuleId::PHA_15,
        apply: |old, new| is_terminal(old).then(|| set(new, "/status/phase", json!("Running")))?,
    },
    Breach {
        name: "terminal phase flipped",
        rule: RuleId::PHA_15,
        apply: |old, new| {
            let other = if old["status"]["phase"] == "Failed" { "Succeeded" } else { "Failed" };
            is_terminal(old).then(|| set(new, "/status/phase", json!(other)))?
        },
    },
    Breach {
        name: "phase Unknown",
        rule: RuleId::PHA_41,
        apply: |_, new| set(new, "/status/phase", json!("Unknown")),
    },
    Breach {
        name: "no phase at all",
        rule: RuleId::OBJ_31,
        apply: |_, new| set(new, "/status/phase", json!("Terminating")),
    },
    Breach {
        name: "terminated container running again",
        rule: RuleId::VAL_22,
        apply: |old, new| {
            let status = &old["status"]["containerStatuses"][0];
            let code = status["state"]["terminated"]["exitCode"].as_i64()?;
            let restarts = match old["spec"]["restartPolicy"].as_str()? {
                "Never" => false,
                "OnFailure" => code != 0,
                _ => true,
            };
            let own = old["spec"]["containers"][0].get("restartPolicy").is_some();
            if restarts || own || may_be_rejected(old, new) {
                return None;
            }
            set(new, "/status/containerStatuses/0/state", json!({ "running": {} }))
        },
    },
    Breach {
        name: "restartCount gone down",
        rule: RuleId::CTR_21,
        apply: |old, new| {
            let count =
                old["status"]["containerStatuses"][0]["restartCount"].as_i64().filter(|count| *count > 0)?;
            if may_be_rejected(old, new) {
                return None;
            }
            set(new, "/status/containerStatuses/0/restartCount", json!(count - 1))
        },
    },
];

/// Whatever is broken, at whatever event: it is reported there, under its rule.
#[test]
fn every_breach_is_reported_at_its_event() {
    for breach in BREACHES {
        let mut tried = 0;
        for trace in LEGAL {
            let events = events(trace);
            for place in 0..events.len() {
                let uid = &events[place]["object"]["metadata"]["uid"];
                let before = events[..place].iter().rfind(|event| event["object"]["metadata"]["uid"] == *uid);
                let (Some(before), true) = (before, events[place]["type"] == "MODIFIED") else { continue };
                let mut history = events[..=place].to_vec();
                if (breach.apply)(&before["object"], &mut history[place]["object"]).is_none() {
                    continue;
                }
                tried += 1;
                let found = rules(&last_verdict(&history));
                assert!(
                    found.contains(&breach.rule),
                    "{} at event {} of {trace}: expected {}, got {found:?}",
                    breach.name,
                    place + 1,
                    breach.rule
                );
            }
        }
        assert!(tried > 0, "no event for «{}»", breach.name);
    }
}

fn pod(uid: &str, changes: &[(&str, Value)]) -> Value {
    let mut pod = json!({
        "kind": "Pod",
        "metadata": { "name": "a", "namespace": "n", "uid": uid, "resourceVersion": "5", "generation": 1 },
        "spec": { "nodeName": "node", "restartPolicy": "Never", "containers": [{ "name": "c" }] },
        "status": { "phase": "Running" },
    });
    for (pointer, value) in changes {
        set(&mut pod, pointer, value.clone()).unwrap();
    }
    pod
}

fn event(kind: &str, object: Value) -> Value {
    json!({ "type": kind, "object": object })
}

fn deleting(grace: u64, due: &str) -> [(&'static str, Value); 3] {
    [
        ("/metadata/generation", json!(2)), // OBJ-03
        ("/metadata/deletionTimestamp", json!(due)),
        ("/metadata/deletionGracePeriodSeconds", json!(grace)),
    ]
}

/// INV-07: an object leaves only with `deletionTimestamp` set and grace 0.
#[test]
fn inv_07_removal_needs_an_expired_object() {
    let added = event("ADDED", pod("1", &[]));
    let early = event("DELETED", pod("1", &deleting(30, "2026-01-01T00:00:30Z")));
    assert_eq!(rules(&last_verdict(&[added.clone(), early])), [RuleId::INV_07]);

    let unmarked = event("DELETED", pod("1", &[]));
    let found = last_verdict(&[added.clone(), unmarked]);
    assert_eq!((rules(&found), found[0].way()), (vec![RuleId::INV_07], None));

    let expired = event("DELETED", pod("1", &deleting(0, "2026-01-01T00:00:00Z")));
    assert_eq!(last_verdict(&[added.clone(), expired.clone()]), []);

    let successor = [event("ADDED", pod("2", &[])), event("DELETED", pod("2", &[]))];
    let found = last_verdict(&[&[added, expired][..], &successor].concat());
    assert_eq!((rules(&found), found[0].way()), (vec![RuleId::INV_07], Some(RuleId::NON_21)));
}

/// INV-02: a UID that left never returns.
#[test]
fn inv_02_a_removed_uid_stays_removed() {
    let expired = event("DELETED", pod("1", &deleting(0, "2026-01-01T00:00:00Z")));
    let again = event("MODIFIED", pod("1", &[]));
    assert_eq!(rules(&last_verdict(&[expired, again])), [RuleId::INV_02]);
}

/// INV-15: activeDeadlineSeconds can be set and lowered, never raised or removed.
#[test]
fn inv_15_the_deadline_only_falls() {
    let with = |seconds: Value| event("MODIFIED", pod("1", &[("/spec/activeDeadlineSeconds", seconds)]));
    let none = event("ADDED", pod("1", &[]));
    assert_eq!(last_verdict(&[none.clone(), with(json!(9))]), []);
    assert_eq!(last_verdict(&[with(json!(9)), with(json!(8))]), []);
    assert_eq!(rules(&last_verdict(&[with(json!(9)), with(json!(10))])), [RuleId::INV_15]);
    assert_eq!(rules(&last_verdict(&[with(json!(9)), none])), [RuleId::INV_15]);
}

/// CRE-30: neither a deleting nor a gated Pod is bound.
#[test]
fn cre_30_neither_deleting_nor_gated_pods_are_bound() {
    let unbound = |changes: &[(&str, Value)]| {
        let mut pod = pod("1", &[("/status/phase", json!("Pending"))]);
        remove(&mut pod, "/spec/nodeName").unwrap();
        for (pointer, value) in changes {
            set(&mut pod, pointer, value.clone()).unwrap();
        }
        event("ADDED", pod)
    };
    let bound = |changes: &[(&str, Value)]| {
        event("MODIFIED", pod("1", &[&[("/status/phase", json!("Pending"))], changes].concat()))
    };
    let gates = [("/spec/schedulingGates", json!([{ "name": "g" }]))];
    let expired = deleting(0, "2026-01-01T00:00:00Z");
    assert_eq!(last_verdict(&[unbound(&[]), bound(&[])]), []);
    assert_eq!(rules(&last_verdict(&[unbound(&gates), bound(&gates)])), [RuleId::CRE_30]);
    assert_eq!(rules(&last_verdict(&[unbound(&expired), bound(&expired)])), [RuleId::CRE_30]);
    let graceful = deleting(30, "2026-01-01T00:00:30Z");
    assert_eq!(rules(&last_verdict(&[unbound(&[]), unbound(&graceful)])), [RuleId::INV_12]);
}

/// What looks odd and is legal stays silent.
#[test]
fn odd_and_legal_stays_silent() {
    let ended = |code: i32, reason: &str| json!([{ "name": "c", "restartCount": 0, "state": { "terminated": { "exitCode": code, "reason": reason } } }]);
    let with = |kind: &str, changes: &[(&str, Value)]| event(kind, pod("1", changes));
    let first = with("ADDED", &deleting(30, "2026-01-01T00:00:30Z"));
    for (what, history) in [
        (
            "DEL-08: deletionTimestamp moves later when it is clamped to now",
            vec![
                first.clone(),
                with("MODIFIED", &deleting(1, "2026-01-01T00:00:40Z")),
                with("MODIFIED", &deleting(0, "2026-01-01T00:00:50Z")),
            ],
        ),
        (
            "DEL-08: a shortening in time",
            vec![first.clone(), with("MODIFIED", &deleting(9, "2026-01-01T00:00:09Z"))],
        ),
        ("CRE-15: a known Pod is listed again", vec![first.clone(), first.clone()]),
        (
            "a DELETE may add a collector's finalizer while it shortens (INV-06)",
            vec![
                first,
                with(
                    "MODIFIED",
                    &[
                        deleting(0, "2026-01-01T00:00:05Z").to_vec(),
                        vec![("/metadata/finalizers", json!(["foregroundDeletion"]))],
                    ]
                    .concat(),
                ),
            ],
        ),
        (
            "KUB-32: an exit is made up after the terminal phase",
            vec![
                with(
                    "ADDED",
                    &[
                        ("/status/phase", json!("Succeeded")),
                        (
                            "/status/containerStatuses",
                            json!([{ "name": "c", "restartCount": 0, "state": { "waiting": {} } }]),
                        ),
                    ],
                ),
                with(
                    "MODIFIED",
                    &[
                        ("/status/phase", json!("Succeeded")),
                        ("/status/containerStatuses", ended(137, "ContainerStatusUnknown")),
                    ],
                ),
            ],
        ),
        (
            "an evicted Pod whose process ends with 0 is Succeeded",
            vec![
                with(
                    "ADDED",
                    &[(
                        "/status/conditions",
                        json!([{
                            "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"
                        }]),
                    )],
                ),
                with(
                    "MODIFIED",
                    &[
                        ("/status/phase", json!("Succeeded")),
                        ("/status/containerStatuses", ended(0, "Completed")),
                    ],
                ),
            ],
        ),
        (
            "CRE-42: a rejection leaves no status entry",
            vec![
                with("ADDED", &[("/status/containerStatuses", ended(1, "Error"))]),
                with(
                    "MODIFIED",
                    &[("/status/containerStatuses", json!([])), ("/status/phase", json!("Failed"))],
                ),
            ],
        ),
        (
            "NON-03: Running goes back to Pending",
            vec![with("ADDED", &[]), with("MODIFIED", &[("/status/phase", json!("Pending"))])],
        ),
    ] {
        assert_eq!(last_verdict(&history), [], "{what}");
    }
}

proptest! {
    /// A watch that lost events convicts nobody: every check allows what a legal path can do.
    #[test]
    fn lost_events_convict_nobody(trace in 0..LEGAL.len(), lost in proptest::collection::vec(any::<bool>(), 200)) {
        let mut monitor = Monitor::new();
        for (event, lost) in events(LEGAL[trace]).iter().zip(lost) {
            if !lost {
                prop_assert_eq!(observe(&mut monitor, event), vec![]);
            }
        }
    }
}
