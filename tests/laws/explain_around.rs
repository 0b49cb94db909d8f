//! `explain` with what is known beside a Pod: its controller, disruption budgets, events.
#![allow(clippy::unwrap_used, reason = "a test fails loudly")]

use pod_lifecycle::admission::Denied;
use pod_lifecycle::explain::{
    Danger, Explanation, Means, Replacement, Result, Scheduling, Sighting, Sign, Stage, Standing, Successor,
    Surroundings, explain,
};
use pod_lifecycle::{Now, RuleId, Time, wire};
use serde_json::{Value, json};

/// What is given beside the Pod.
#[derive(Default)]
struct Given {
    owner: Option<Value>,
    budgets: Option<Value>,
    events: Vec<Value>,
}

fn pod(kind: &str) -> Value {
    json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "1", "labels": {"app": "web", "tier": "front"},
            "ownerReferences": [{"kind": kind, "name": "x", "uid": "7", "controller": true}]},
        "spec": {"nodeName": "a", "terminationGracePeriodSeconds": 30, "containers": [{"name": "app"}]},
        "status": {"phase": "Running", "startTime": "2026-01-02T03:00:00Z",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "app", "state": {"running": {}}}]},
    })
}

fn told<R>(pod: &Value, given: &Given, judge: impl FnOnce(&Explanation<'_>) -> R) -> R {
    let text = pod.to_string();
    let (parsed, details) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
    let owner = given.owner.as_ref().map(Value::to_string);
    let owner: Option<wire::Workload<'_>> = owner.as_ref().map(|text| serde_json::from_str(text).unwrap());
    let budgets = given.budgets.as_ref().map(Value::to_string);
    let budgets: Option<Vec<wire::DisruptionBudget<'_>>> =
        budgets.as_ref().map(|text| serde_json::from_str(text).unwrap());
    let events = json!(given.events).to_string();
    let events: Vec<wire::Event<'_>> = serde_json::from_str(&events).unwrap();
    let (owner, budgets) = (owner.as_ref(), budgets.as_deref());
    let around = Surroundings { owner, budgets, events: &events, ..Surroundings::default() };
    judge(&explain(&parsed, &details, &around, Now::parse("2026-01-02T04:00:00Z").unwrap()))
}

/// CTL-JOB-03, CTL-RS-02, CTL-SS-01: who makes the successor, and that an owner who is being deleted, wants no replicas or
/// is another one makes none, or tells nothing.
#[test]
fn ctl_job_03_the_owner_tells_who_makes_the_successor() {
    let job = Successor::Job;
    let (early, late) = (Replacement::TerminatingOrFailed, Replacement::Failed);
    let work = Standing::AtWork;
    for (kind, uid, more, expected) in [
        ("Job", "7", json!({"spec": {}}), (job(early), work)),
        ("Job", "7", json!({"spec": {"podReplacementPolicy": "Failed"}}), (job(late), work)),
        ("Job", "7", json!({"spec": {"podFailurePolicy": {"rules": []}}}), (job(late), work)),
        (
            "Job",
            "7",
            json!({"spec": {"podReplacementPolicy": "TerminatingOrFailed", "podFailurePolicy": null}}),
            (job(early), work),
        ),
        ("Job", "8", json!({"spec": {"podReplacementPolicy": "Failed"}}), (job(early), Standing::Unknown)),
        ("StatefulSet", "7", json!({"spec": {"replicas": 3}}), (Successor::StatefulSet, work)),
        ("StatefulSet", "7", json!({"spec": {"replicas": 0}}), (Successor::Nobody, Standing::Idle)),
        ("ReplicaSet", "7", json!({"spec": {}}), (Successor::ReplicaSet, work)),
        ("ReplicationController", "7", json!({}), (Successor::ReplicaSet, work)),
        ("DaemonSet", "7", json!({}), (Successor::DaemonSet, work)),
        ("Elsewhere", "7", json!({}), (Successor::StatefulSet, work)),
    ] {
        for deleting in [false, true] {
            let mut owner = more.clone();
            owner["metadata"] = json!({"uid": uid, "name": "x"});
            if deleting {
                owner["metadata"]["deletionTimestamp"] = json!("2026-01-02T03:59:00Z");
            }
            let given = Given { owner: Some(owner), ..Given::default() };
            let expected =
                if deleting && uid == "7" { (Successor::Nobody, Standing::Deleting) } else { expected };
            told(&pod(kind), &given, |told| {
                assert_eq!((told.successor, told.owner.unwrap().standing), expected, "{more}");
            });
        }
    }
}

/// CTL-EVI-01, CTL-EVI-02: what an eviction meets; it is told only if the budgets are known, and only those count that select
/// the Pod.
#[test]
fn ctl_evi_02_a_budget_refuses() {
    let budget = |selector: Value, allowed: i32| {
        json!({"metadata": {"namespace": "shop", "generation": 1}, "spec": {"selector": selector},
            "status": {"observedGeneration": 1, "currentHealthy": 2, "desiredHealthy": 2, "disruptionsAllowed": allowed}})
    };
    let evicted = |pod: &Value, budgets: Option<Value>| {
        let given = Given { budgets, ..Given::default() };
        told(pod, &given, |told| told.outcomes.iter().find(|it| it.means == Means::Evict).copied())
    };
    let web = pod("ReplicaSet");
    assert_eq!(evicted(&web, None), None);
    let result = |budgets: Value| evicted(&web, Some(budgets)).unwrap().result;
    let (goes, refused) = (Result::KubeletConfirms, Result::Refused(Denied::Exhausted));
    let labels = |labels: Value| json!({"matchLabels": labels});
    let asks = |key: &str, operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
    for (selector, selected) in [
        (json!({}), true),
        (json!(null), false),
        (labels(json!({"app": "web"})), true),
        (labels(json!({"app": "web", "tier": "back"})), false),
        (labels(json!({"other": "web"})), false),
        (asks("app", "In", &["web", "api"]), true),
        (asks("app", "In", &["api"]), false),
        (asks("app", "NotIn", &["api"]), true),
        (asks("app", "NotIn", &["web"]), false),
        (asks("other", "NotIn", &["web"]), true),
        (asks("app", "Exists", &[]), true),
        (asks("other", "Exists", &[]), false),
        (asks("other", "DoesNotExist", &[]), true),
        (asks("app", "DoesNotExist", &[]), false),
        (asks("app", "Gt", &["1"]), false),
    ] {
        let expected = if selected { refused } else { goes };
        assert_eq!(result(json!([budget(selector.clone(), 0)])), expected, "{selector}");
    }
    assert_eq!(result(json!([budget(json!({}), 1)])), goes);
    assert_eq!(result(json!([])), goes);
    let two = json!([budget(json!({}), 1), budget(labels(json!({"app": "web"})), 1)]);
    assert_eq!(result(two), Result::Refused(Denied::Several));
    let mut elsewhere = budget(json!({}), 0);
    elsewhere["metadata"]["namespace"] = json!("other");
    assert_eq!(result(json!([elsewhere])), goes);
    let mut outdated = budget(json!({}), 1);
    outdated["metadata"]["generation"] = json!(2);
    assert_eq!(result(json!([outdated])), Result::Refused(Denied::Outdated));

    // One that is not ready goes if enough others are, or always; one that has ended is not asked for.
    let mut unready = web.clone();
    unready["status"]["conditions"][0]["status"] = json!("False");
    let mut spent = budget(json!({}), 0);
    assert_eq!(evicted(&unready, Some(json!([spent]))).unwrap().result, goes);
    spent["status"]["currentHealthy"] = json!(1);
    assert_eq!(evicted(&unready, Some(json!([spent]))).unwrap().result, refused);
    spent["spec"]["unhealthyPodEvictionPolicy"] = json!("AlwaysAllow");
    assert_eq!(evicted(&unready, Some(json!([spent]))).unwrap().result, goes);
    let mut ended = web.clone();
    ended["status"]["phase"] = json!("Succeeded");
    assert_eq!(evicted(&ended, Some(json!([budget(json!({}), 0)]))).unwrap().result, Result::Gone);

    // What is evicted is deleted; what is refused changes nothing.
    let of = |allowed| evicted(&web, Some(json!([budget(json!({}), allowed)]))).unwrap();
    assert_eq!((of(1).rule, of(1).hazard.danger), (RuleId::DEL_07, Danger::Beside));
    assert_eq!((of(0).rule, of(0).hazard.danger), (RuleId::CTL_EVI_02, Danger::None));
}

/// Events are counted by what they tell, those of other objects not at all; the latest that bears on the stage is the one told.
#[test]
fn events_are_told_by_their_meaning() {
    let event = |uid: &str, reason: &str, message: &str, count: u64, last: &str| {
        json!({"involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web", "uid": uid},
            "reason": reason, "message": message, "count": count, "lastTimestamp": last})
    };
    let (early, late) = ("2026-01-02T03:58:00Z", "2026-01-02T03:59:00Z");
    let newer = json!({"regarding": {"kind": "Pod", "namespace": "shop", "name": "web"}, "reason": "Unhealthy",
        "note": "Liveness probe failed", "eventTime": "2026-01-02T03:57:00.123456Z",
        "series": {"count": 4, "lastObservedTime": "2026-01-02T03:59:30.000001Z"}});
    let events = vec![
        event("1", "FailedMount", "", 2, early),
        event("1", "FailedMount", "", 3, late),
        event("1", "FailedAttachVolume", "", 1, early),
        event("2", "FailedScheduling", "", 9, late),
        event("1", "Pulled", "", 9, late),
        newer,
    ];
    let mut waiting = pod("ReplicaSet");
    waiting["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": "ContainerCreating"}});
    let time = |text| Some(Time::parse(text).unwrap());
    let given = Given { events, ..Given::default() };
    told(&waiting, &given, |told| {
        let probe = Sighting { sign: Sign::Probe, count: 4, last: time("2026-01-02T03:59:30Z") };
        let volumes = Sighting { sign: Sign::Volumes, count: 6, last: time(late) };
        assert_eq!(*told.sightings, [probe, volumes]);
        assert_eq!(told.sighting(), Some(probe));
    });
    told(&pod("ReplicaSet"), &given, |told| assert_eq!(told.sighting(), None));

    // An event tells what the condition does not yet.
    let mut unbound = pod("ReplicaSet");
    (unbound["spec"]["nodeName"], unbound["status"]) = (json!(null), json!({"phase": "Pending"}));
    let scheduling = |events| {
        told(&unbound, &Given { events, ..Given::default() }, |told| {
            told.stage == Stage::Unscheduled(Scheduling::Unschedulable)
        })
    };
    assert!(!scheduling(Vec::new()));
    assert!(scheduling(vec![event("1", "FailedScheduling", "", 1, early)]));
}

/// Each reason that tells something, and those that bear two meanings.
#[test]
fn reasons_have_meanings() {
    for (reason, message, sign) in [
        ("FailedScheduling", "", Some(Sign::Unschedulable)),
        ("Preempted", "", Some(Sign::Preempted)),
        ("Evicted", "", Some(Sign::Evicted)),
        ("TaintManagerEviction", "", Some(Sign::TaintEviction)),
        ("NodeNotReady", "", Some(Sign::NodeNotReady)),
        ("FailedMount", "", Some(Sign::Volumes)),
        ("FailedCreatePodSandBox", "", Some(Sign::Sandbox)),
        ("ErrImageNeverPull", "", Some(Sign::Image)),
        ("Failed", "Failed to pull image \"x\"", Some(Sign::Image)),
        ("Failed", "Error: ImagePullBackOff", Some(Sign::Image)),
        ("Failed", "Error: secret \"x\" not found", Some(Sign::Start)),
        ("BackOff", "Back-off pulling image \"x\"", Some(Sign::Image)),
        ("BackOff", "Back-off restarting failed container app", Some(Sign::BackOff)),
        ("Unhealthy", "", Some(Sign::Probe)),
        ("FailedPreStopHook", "", Some(Sign::PreStop)),
        ("FailedPostStartHook", "", Some(Sign::PostStart)),
        ("FailedKillPod", "", Some(Sign::Stop)),
        ("Scheduled", "", None),
        ("Killing", "", None),
    ] {
        assert_eq!(Sign::of(reason, message), sign, "{reason} {message}");
    }
}
