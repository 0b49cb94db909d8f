//! What honest components make of a Pod is at most a hazard, however odd it looks; beside it, what nobody makes.

use pod_lifecycle::monitor::{Monitor, Observed, Unknown};
use pod_lifecycle::wire::{self, Pod};
use pod_lifecycle::{Force, RuleId, View, Violation};
use serde_json::{Value, json};

use crate::monitor::set;

fn pod(changes: &[(&str, Value)]) -> Value {
    let mut pod = json!({
        "metadata": {
            "name": "web", "namespace": "shop", "uid": "u", "generation": 1, "annotations": {},
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": { "nodeName": "n", "restartPolicy": "Never", "containers": [{ "name": "a" }, { "name": "b" }] },
        "status": { "phase": "Running", "startTime": "2026-01-01T00:00:01Z" },
    });
    for (pointer, value) in changes {
        set(&mut pod, pointer, value.clone()).unwrap();
    }
    pod
}

fn phase(phase: &str) -> (&'static str, Value) {
    ("/status/phase", json!(phase))
}

/// The status entries of both containers, with this restart count.
fn both(count: i32, first: Value, second: Value) -> (&'static str, Value) {
    let entry = |name: &str, state: Value| json!({ "name": name, "restartCount": count, "state": state });
    ("/status/containerStatuses", json!([entry("a", first), entry("b", second)]))
}

fn running() -> Value {
    json!({ "running": { "startedAt": "2026-01-01T00:00:02Z" } })
}

fn ended(code: i32) -> Value {
    json!({ "terminated": { "exitCode": code, "reason": "Error" } })
}

fn disruption(reason: &str) -> (&'static str, Value) {
    ("/status/conditions", json!([{ "type": "DisruptionTarget", "status": "True", "reason": reason }]))
}

fn mirror() -> (&'static str, Value) {
    (
        "/metadata/annotations",
        json!({ "kubernetes.io/config.mirror": "x", "kubernetes.io/config.source": "file" }),
    )
}

/// What the monitor says to the last of these states, each of which was stored after the one before.
fn last(states: &[Value]) -> Vec<Violation> {
    let mut monitor = Monitor::new();
    states.iter().fold(Vec::new(), |_, state| {
        let text = state.to_string();
        let pod: Pod<'_> = wire::from_slice(text.as_bytes()).unwrap();
        monitor.observe(Observed::Modified, View::of(&pod)).violations
    })
}

type Told = Option<(RuleId, Force, Option<RuleId>)>;

fn assert_told(what: &str, states: &[Value], expected: Told) {
    for violation in &last(states) {
        let told = (violation.rule(), violation.force(), violation.way());
        assert_eq!(Some(told), expected, "{what}: {violation}");
    }
    assert_eq!(last(states).is_empty(), expected.is_none(), "{what}");
}

fn hazard(rule: RuleId, way: RuleId) -> Told {
    Some((rule, Force::Hazard, Some(way)))
}

fn nobody(rule: RuleId) -> Told {
    Some((rule, Force::Undisciplined, None))
}

/// CTR-42: a kubelet that rejects drops all entries; it does so under the old phase while it has not looked whether
/// containers run (CRE-45, PHA-32). It never drops one of several, nor writes such a `Succeeded`.
#[test]
fn ctr_42_who_rejects_drops_all_entries() {
    let none = ("/status/containerStatuses", json!([]));
    let one = ("/status/containerStatuses", json!([{ "name": "a", "restartCount": 0, "state": running() }]));
    let from = pod(&[both(0, running(), running())]);
    let odd = hazard(RuleId::CTR_42, RuleId::CRE_45);
    assert_told("rejected", &[from.clone(), pod(&[none.clone(), phase("Failed")])], None);
    assert_told("withheld", &[from.clone(), pod(std::slice::from_ref(&none))], odd);
    assert_told("one of two", &[from.clone(), pod(&[one])], nobody(RuleId::CTR_42));
    let succeeded = pod(&[none.clone(), phase("Succeeded")]);
    assert_told("a success without exits", &[from, succeeded.clone()], nobody(RuleId::CTR_42));
    let done = pod(&[both(0, ended(0), ended(0)), phase("Succeeded")]);
    assert_told("after the end", &[done, succeeded], nobody(RuleId::CTR_42));
    let unread = |entries| pod(&[entries, phase("Failed"), disruption("DeletionByPodGC")]);
    assert_told("not read", &[unread(both(0, running(), running())), unread(none)], odd);
}

/// CTR-40: what a new node has no instance of it starts, whatever the policy; the store refuses to show the run, and
/// shows the second exit (KUB-63, CTR-35). Under a terminal phase nothing is started (INV-21).
#[test]
fn ctr_40_a_node_without_its_containers_runs_them_again() {
    let from = |more: &[(&str, Value)]| pod(&[&[both(0, ended(0), running())], more].concat());
    let to = |more: &[(&str, Value)]| pod(&[&[both(0, ended(1), running())], more].concat());
    let again = hazard(RuleId::CTR_40, RuleId::KUB_63);
    assert_told("a new node", &[from(&[]), to(&[])], again);
    let over = |code| pod(&[both(0, ended(code), ended(0)), phase("Failed")]);
    assert_told("after the end", &[over(2), over(1)], nobody(RuleId::CTR_40));
    let unbound = [("/spec/nodeName", json!(""))];
    assert_told("no node", &[from(&unbound), to(&unbound)], nobody(RuleId::CTR_40));
    let lost = [phase("Failed"), disruption("DeletionByPodGC")];
    assert_told("a lost node that is back", &[from(&lost), to(&lost)], again);
}

/// PHA-04: a `Succeeded` that contradicts its containers is told of once; a kubelet keeps to a stored phase (PHA-15)
/// and shows how its containers end.
#[test]
fn pha_04_a_false_success_is_told_once() {
    let over = |first, second| pod(&[both(0, first, second), phase("Succeeded")]);
    let from = pod(&[both(0, running(), running())]);
    let wrong = over(running(), ended(0));
    assert_told("by hand", &[from, wrong.clone()], nobody(RuleId::PHA_04));
    assert_told("then killed", &[wrong.clone(), over(ended(137), ended(0))], None);
    let bad = last(&[over(ended(0), ended(0)), over(ended(0), ended(1))]);
    assert_eq!(bad.iter().map(Violation::rule).collect::<Vec<_>>(), [RuleId::PHA_04, RuleId::CTR_40]);
}

/// KUB-66: of a static Pod a new kubelet knows nothing but what is in the runtime; what it makes of it replaces what the
/// mirror Pod shows. Of other Pods it keeps start time, counts and terminal phase.
#[test]
fn kub_66_a_static_pod_begins_anew() {
    let state = |more: &[(&str, Value)], is_mirror: bool| {
        let mirrors = if is_mirror { vec![mirror()] } else { vec![] };
        pod(&[more, &mirrors].concat())
    };
    let later = ("/status/startTime", json!("2026-01-02T00:00:00Z"));
    for (what, old, new, rule, way) in [
        ("startTime", vec![], vec![later], RuleId::OBJ_32, RuleId::KUB_66),
        (
            "restartCount",
            vec![both(5, running(), running())],
            vec![both(0, running(), running())],
            RuleId::CTR_21,
            RuleId::KUB_66,
        ),
    ] {
        let states = |is_mirror| [state(&old, is_mirror), state(&new, is_mirror)];
        assert_told(what, &states(true), hazard(rule, way));
        assert_told(what, &states(false), nobody(rule));
    }
    let restarted = |is_mirror| [state(&[phase("Failed")], is_mirror), state(&[], is_mirror)];
    assert_told("admitted after a reboot", &restarted(true), hazard(RuleId::KUB_66, RuleId::KUB_66));
    assert_told("a phase left", &restarted(false), nobody(RuleId::PHA_15));
}

/// INV-29: the Pod garbage collector may write its phase between the GET and the PATCH of a kubelet that evicts.
#[test]
fn inv_29_an_eviction_meets_the_garbage_collector() {
    let evicted = pod(&[phase("Failed"), disruption("TerminationByKubelet")]);
    let collected = pod(&[phase("Failed"), disruption("DeletionByPodGC")]);
    assert_told("a race", &[collected, evicted.clone()], hazard(RuleId::INV_29, RuleId::NON_02));
    assert_told("too late", &[pod(&[phase("Failed")]), evicted], nobody(RuleId::INV_29));
    let early = pod(&[disruption("TerminationByKubelet")]);
    assert_told("too early", &[pod(&[]), early], nobody(RuleId::INV_29));
}

/// VAL-01: who was created in the same second under the same name may have followed unseen; unless the old one was there
/// in a later second, or too little was written since.
#[test]
fn val_01_a_successor_within_the_second() {
    let seen = |uid: &str, version: u32, more: &[(&str, Value)]| {
        let start = ("/status", json!({ "phase": "Pending" }));
        let own = [("/metadata/uid", json!(uid)), ("/metadata/resourceVersion", json!(version.to_string()))];
        pod(&[&[start], &own[..], more].concat())
    };
    let observe = |old: &Value, new: &Value| {
        let mut monitor = Monitor::new();
        let [old, new] = [old, new].map(Value::to_string);
        let [old, new]: [Pod<'_>; 2] = [&old, &new].map(|text| wire::from_slice(text.as_bytes()).unwrap());
        monitor.observe(Observed::Added, View::of(&old));
        let verdict = monitor.observe(Observed::Modified, View::of(&new));
        let told = verdict.violations.iter().map(|violation| (violation.rule(), violation.force()));
        (told.collect::<Vec<_>>(), verdict.unknown)
    };
    let cannot_tell = (vec![(RuleId::VAL_01, Force::Hazard)], Some(Unknown::Predecessor));
    let followed = (vec![], Some(Unknown::Predecessor));
    let changed = (vec![(RuleId::VAL_01, Force::Refused)], None);
    assert_eq!(observe(&seen("u", 5, &[]), &seen("v", 8, &[])), cannot_tell);
    assert_eq!(observe(&seen("u", 5, &[]), &seen("v", 7, &[])), changed);
    let started = ("/status/startTime", json!("2026-01-01T00:00:01Z"));
    assert_eq!(observe(&seen("u", 5, &[started]), &seen("v", 99, &[])), changed);
    let later = ("/metadata/creationTimestamp", json!("2026-01-01T00:00:01Z"));
    assert_eq!(observe(&seen("u", 5, &[]), &seen("v", 7, &[later])), followed);
}
