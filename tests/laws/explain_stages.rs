//! `explain`, stage by stage: where a Pod is, who must act, what an operator's means would do.
#![allow(clippy::unwrap_used, reason = "a test fails loudly")]

use pod_lifecycle::controllers::pod_gc::{Health, Service};
use pod_lifecycle::explain::{
    Actor, Danger, Duty, Explanation, Hold, Means, NodeFacts, Owner, Result, Scheduling, Stage, Standing,
    Stopping, Task, Wait, explain,
};
use pod_lifecycle::{Grace, Now, Phase, RuleId, Time, wire};
use serde_json::{Value, json};

const NOW: &str = "2026-01-02T04:00:00Z";
const READY: NodeFacts = NodeFacts::Known { health: Health::Ready, service: Service::InService };
const LOST: NodeFacts = NodeFacts::Known { health: Health::NotReady, service: Service::InService };

fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn edited(pod: &Value, edits: &[(&str, Value)]) -> Value {
    let mut pod = pod.clone();
    for (place, value) in edits {
        let (parent, member) = place.rsplit_once('/').unwrap();
        pod.pointer_mut(&format!("/{parent}")).unwrap()[member] = value.clone();
    }
    pod
}

/// A bound Pod of one container that was seen by its kubelet and has no status entry.
fn seen() -> Value {
    json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "1"},
        "spec": {"nodeName": "a", "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
                 "containers": [{"name": "app"}]},
        "status": {"phase": "Pending", "startTime": "2026-01-02T03:00:00Z"},
    })
}

fn unbound() -> Value {
    edited(&seen(), &[("spec/nodeName", json!(null)), ("status/startTime", json!(null))])
}

fn running() -> Value {
    let entries = json!([{"name": "app", "state": {"running": {"startedAt": "2026-01-02T03:00:01Z"}}}]);
    edited(&seen(), &[("status/phase", json!("Running")), ("status/containerStatuses", entries)])
}

fn ended(code: i32) -> Value {
    let phase = if code == 0 { "Succeeded" } else { "Failed" };
    let state = json!({"terminated": {"exitCode": code, "finishedAt": "2026-01-02T03:01:00Z"}});
    let entries = json!([{"name": "app", "state": state}]);
    edited(&seen(), &[("status/phase", json!(phase)), ("status/containerStatuses", entries)])
}

/// The same Pod, deleted with this grace.
fn deleted(pod: &Value, due: &str, grace: i64) -> Value {
    edited(
        pod,
        &[("metadata/deletionTimestamp", json!(due)), ("metadata/deletionGracePeriodSeconds", json!(grace))],
    )
}

fn told<R>(pod: &Value, node: NodeFacts, judge: impl FnOnce(&Explanation<'_>) -> R) -> R {
    let text = pod.to_string();
    let (parsed, details) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
    judge(&explain(&parsed, &details, &node.into(), Now::parse(NOW).unwrap()))
}

/// Compares the stage and the duties.
fn stage(pod: &Value, node: NodeFacts, stage: &Stage<'_>, duties: &[(Actor<'_>, Task)]) {
    told(pod, node, |told| {
        assert_eq!(told.stage, *stage, "{pod}");
        let given: Vec<(Actor<'_>, Task)> = told.duties.iter().map(|duty| (duty.who, duty.task)).collect();
        assert_eq!(given, duties, "{pod}");
    });
}

const KUBELET: Actor<'_> = Actor::Kubelet("a");

/// CRE-21, CRE-23, CRE-24, CRE-40, OBJ-31: a Pod that no kubelet has taken up.
#[test]
fn cre_21_before_the_kubelet() {
    let gates = json!([{"name": "x/g"}, {"name": "x/h"}]);
    let gated = edited(&unbound(), &[("spec/schedulingGates", gates)]);
    let owners = [(Actor::OwnerOf("x/g"), Task::RemoveGate), (Actor::OwnerOf("x/h"), Task::RemoveGate)];
    stage(&gated, NodeFacts::Unknown, &Stage::Gated(Box::new(["x/g", "x/h"])), &owners);
    let told = |condition: Value, expected| {
        let conditions = json!([{"type": "Ready", "status": "False", "reason": "Unschedulable"}, condition]);
        let pod = edited(&unbound(), &[("status/conditions", conditions)]);
        stage(&pod, READY, &Stage::Unscheduled(expected), &[(Actor::Scheduler, Task::Bind)]);
    };
    let condition = |reason: &str| json!({"type": "PodScheduled", "status": "False", "reason": reason});
    told(condition("Unschedulable"), Scheduling::Unschedulable);
    told(condition("SchedulerError"), Scheduling::Error);
    told(json!({"type": "Initialized", "status": "False"}), Scheduling::Untried);
    let unseen = edited(&seen(), &[("status/startTime", json!(null))]);
    stage(&unseen, READY, &Stage::Unseen("a"), &[(KUBELET, Task::Admit)]);
    let foreign = edited(&seen(), &[("status/phase", json!("Gone"))]);
    stage(&foreign, READY, &Stage::Foreign("Gone"), &[]);
    let absent = [(Actor::PodGc, Task::Delete)];
    let lost = [(KUBELET, Task::Return), (Actor::TaintEviction, Task::Evict)];
    stage(&running(), LOST, &Stage::Unreachable("a"), &lost);
    stage(&running(), NodeFacts::Absent, &Stage::Orphaned("a"), &absent);
    let ready = |status: &str| json!([{"type": "Ready", "status": status}]);
    stage(&edited(&running(), &[("status/conditions", ready("True"))]), READY, &Stage::Running, &[]);
    stage(&edited(&running(), &[("status/conditions", ready("False"))]), READY, &Stage::Unready, &[]);
    let unknown = edited(&running(), &[("status/phase", json!("Unknown"))]);
    stage(&unknown, READY, &Stage::Running, &[]);
}

/// CRE-42, LIV-06: a Pod that has ended, and one that was never run.
#[test]
fn cre_42_after_the_end() {
    let refused = edited(&seen(), &[("status/phase", json!("Failed")), ("status/reason", json!("OutOfcpu"))]);
    stage(&refused, READY, &Stage::Rejected("OutOfcpu"), &[(Actor::Client, Task::Replace)]);
    let delete = [(Actor::Client, Task::Delete)];
    let evicted = edited(&ended(1), &[("status/reason", json!("Evicted"))]);
    stage(&evicted, READY, &Stage::Ended(Phase::Failed, "Evicted"), &delete);
    stage(&ended(0), READY, &Stage::Ended(Phase::Succeeded, ""), &delete);
    let bare = edited(&seen(), &[("status/phase", json!("Succeeded"))]);
    stage(&bare, READY, &Stage::Ended(Phase::Succeeded, ""), &delete);
    let two = json!([{"name": "app"}, {"name": "log"}]);
    stage(&edited(&ended(1), &[("spec/containers", two)]), READY, &Stage::Ended(Phase::Failed, ""), &delete);
}

/// CRE-53, CRE-54, CTR-16: what is initialized, what waits, what runs.
#[test]
fn cre_53_while_it_starts() {
    let start = [(KUBELET, Task::Start)];
    let always = json!({"name": "proxy", "restartPolicy": "Always"});
    let inits = json!([{"name": "one"}, always, {"name": "two"}]);
    let done = |name: &str, code: i32| json!({"name": name, "state": {"terminated": {"exitCode": code}}});
    let waits = |name: &str, reason: &str| json!({"name": name, "state": {"waiting": {"reason": reason}}});
    let runs = |name: &str, started: bool| {
        let began = json!({"running": {"startedAt": "2026-01-02T03:00:01Z"}});
        json!({"name": name, "started": started, "state": began})
    };
    let pod = |entries: &[Value], regular: Value| {
        let entries = json!(entries);
        edited(
            &seen(),
            &[
                ("spec/initContainers", inits.clone()),
                ("status/initContainerStatuses", entries),
                ("status/containerStatuses", json!([regular])),
            ],
        )
    };
    let app = || waits("app", "PodInitializing");
    let pull = [(KUBELET, Task::Pull), (KUBELET, Task::Start)];
    let image = Wait::Image("ImagePullBackOff");
    for (entries, container, wait, finished, duties) in [
        (vec![waits("one", "ImagePullBackOff")], "one", Some(image), 0, &pull[..]),
        (vec![runs("one", false)], "one", None, 0, &[(Actor::Container("one"), Task::Finish)]),
        (vec![done("one", 1)], "one", None, 0, &start),
        (
            vec![done("one", 0), runs("proxy", false)],
            "proxy",
            None,
            1,
            &[(Actor::Container("proxy"), Task::Started)],
        ),
        (vec![done("one", 0), runs("proxy", true), waits("two", "")], "two", Some(Wait::Others), 1, &start),
        (
            vec![done("one", 0), waits("proxy", "x"), done("two", 0)],
            "proxy",
            Some(Wait::Other("x")),
            2,
            &start,
        ),
    ] {
        let initializing = Stage::Initializing { container, wait, counts: (finished, 2) };
        stage(&pod(&entries, app()), READY, &initializing, duties);
    }
    let through = [done("one", 0), runs("proxy", true), done("two", 0)];
    let starting = |container, wait| Stage::Starting { container, wait };
    stage(&pod(&through, app()), READY, &starting("app", Wait::Others), &start);
    let never = Wait::Config("ErrImageNeverPull");
    let config = Wait::Config("CreateContainerConfigError");
    let repair = [(Actor::Client, Task::Repair), (KUBELET, Task::Start)];
    stage(&pod(&through, waits("app", "ErrImageNeverPull")), READY, &starting("app", never), &repair);
    let unset = waits("app", "CreateContainerConfigError");
    stage(&pod(&through, unset), READY, &starting("app", config), &repair);
    let runtime = Wait::Runtime("RunContainerError");
    stage(&pod(&through, waits("app", "RunContainerError")), READY, &starting("app", runtime), &start);
    stage(&pod(&through, runs("app", true)), READY, &Stage::Running, &[]);
    let over =
        json!({"exitCode": 1, "startedAt": "2026-01-02T03:00:01Z", "finishedAt": "2026-01-02T03:01:00Z"});
    let ran =
        json!({"name": "app", "state": {"waiting": {"reason": "x"}}, "lastState": {"terminated": over}});
    stage(&pod(&[done("one", 1)], ran), READY, &starting("app", Wait::Other("x")), &start);
    // A regular container has begun, so the init containers are over, whatever is left of them.
    stage(&pod(&[done("one", 1)], runs("app", true)), READY, &Stage::Running, &[]);
    let again = [done("one", 0), waits("proxy", "ErrImagePull"), done("two", 0)];
    stage(&pod(&again, runs("app", true)), READY, &starting("proxy", Wait::Image("ErrImagePull")), &pull);
    stage(&seen(), READY, &Stage::Idle, &[(Actor::Client, Task::Delete)]);
    let debug = json!([{"name": "debug"}]);
    let state = json!([{"name": "debug", "state": {"running": {}}}]);
    let debugged =
        edited(&seen(), &[("spec/ephemeralContainers", debug), ("status/ephemeralContainerStatuses", state)]);
    stage(&debugged, READY, &Stage::Idle, &[(Actor::Client, Task::Delete)]);
}

/// CTR-24, CTR-25: the back-off doubles from ten seconds to five minutes; it is counted from the last exit.
#[test]
fn ctr_24_a_crash_loop_has_bounds() {
    for (restarts, longest) in
        [(0, 10), (1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 300), (7, 300), (900, 300)]
    {
        let last = json!({"terminated": {"exitCode": 3, "finishedAt": "2026-01-02T03:59:00Z"}});
        let waiting = json!({"waiting": {"reason": "CrashLoopBackOff"}});
        let entry = json!({"name": "app", "restartCount": restarts, "state": waiting, "lastState": last});
        let pod = edited(&running(), &[("status/containerStatuses", json!([entry]))]);
        told(&pod, READY, |told| {
            let Stage::CrashLoop { container, code, restarts: counted, earliest, latest, .. } = told.stage
            else {
                panic!("{:?}", told.stage)
            };
            assert_eq!((container, code, counted), ("app", Some(3), restarts));
            assert_eq!(earliest, Some(time("2026-01-02T03:59:10Z")));
            let bound = time("2026-01-02T03:59:00Z").plus(Grace::from_secs(longest));
            assert_eq!(latest, Some(bound), "{restarts}");
            let restart = Duty { who: KUBELET, task: Task::Restart, by: Some(bound) };
            assert_eq!(*told.duties, [restart]);
        });
    }
}

/// DEL-10, DEL-16, DEL-30, KUB-19, KUB-30, KUB-43, KUB-67, CTL-PGC-04, LIV-03: what holds a Pod that is being deleted.
#[test]
fn del_30_what_holds_a_deleted_pod() {
    let stopping = |latest| Hold::Stopping { latest: time(latest), stage: Stopping::Signalled };
    let (future, past) = ("2026-01-02T04:00:10Z", "2026-01-02T03:59:50Z");
    let held = |pod: &Value, node, hold: Hold<'_>, duties: &[(Actor<'_>, Task)]| {
        stage(pod, node, &Stage::Terminating(hold), duties);
    };
    let mark = ("metadata/annotations", json!({"kubernetes.io/config.mirror": "h"}));
    held(&edited(&deleted(&running(), future, 30), &[mark]), READY, Hold::Mirror, &[]);
    held(&deleted(&running(), past, 0), READY, Hold::Leftover, &[(Actor::Client, Task::Delete)]);
    let finalizers = ("metadata/finalizers", json!(["x/f", "x/g"]));
    let owners =
        [(Actor::OwnerOf("x/f"), Task::RemoveFinalizer), (Actor::OwnerOf("x/g"), Task::RemoveFinalizer)];
    let kept = edited(&deleted(&running(), past, 0), std::slice::from_ref(&finalizers));
    held(&kept, NodeFacts::Absent, Hold::Finalizers(Box::new(["x/f", "x/g"])), &owners);

    let graceful = deleted(&running(), future, 30);
    held(&graceful, NodeFacts::Absent, Hold::NodeGone, &[(Actor::PodGc, Task::Delete)]);
    let (cleans, confirms) = ((KUBELET, Task::CleanUp), (KUBELET, Task::FinalDelete));
    let stops = [(KUBELET, Task::Stop), cleans, confirms];
    let returns = (KUBELET, Task::Return);
    held(&graceful, LOST, Hold::NodeLost("a"), &[&[returns], &stops[..]].concat());
    for node in [READY, NodeFacts::Unknown] {
        held(&graceful, node, stopping(future), &stops);
    }
    told(&graceful, READY, |told| assert_eq!(told.duties[0].by, Some(time(future))));
    let asked = edited(&graceful, &[finalizers]);
    held(&asked, READY, stopping(future), &[&stops[..], &owners].concat());
    // At the end of its time it is not late yet.
    held(&deleted(&running(), NOW, 30), READY, stopping(NOW), &stops);
    let overdue = Hold::Overdue { node: "a", overdue: Grace::from_secs(10) };
    held(&deleted(&running(), past, 30), READY, overdue, &stops);

    let stopped = json!([{"name": "app", "state": {"terminated": {"exitCode": 0}}}]);
    let stopped = edited(&running(), &[("status/containerStatuses", stopped)]);
    for (due, overdue) in [(future, None), (NOW, None), (past, Some(Grace::from_secs(10)))] {
        held(&deleted(&stopped, due, 30), READY, Hold::CleaningUp { overdue }, &[cleans, confirms]);
        held(&deleted(&ended(0), due, 30), READY, Hold::Unconfirmed { overdue }, &[cleans, confirms]);
    }
}

/// CTR-62, KUB-43, KUB-45: how far a stop can have come, from the hooks and the sidecars of the spec.
#[test]
fn kub_43_how_far_a_stop_can_have_come() {
    let hook = json!({"preStop": {"sleep": {"seconds": 5}}});
    let containers = json!([{"name": "app", "lifecycle": hook}]);
    let proxy = json!([{"name": "proxy", "restartPolicy": "Always"}]);
    let runs =
        |name: &str| json!([{"name": name, "state": {"running": {"startedAt": "2026-01-02T03:00:01Z"}}}]);
    let entries = [("spec/containers", containers), ("status/containerStatuses", runs("app"))];
    let alone = edited(&running(), &entries);
    let entries = [("spec/initContainers", proxy), ("status/initContainerStatuses", runs("proxy"))];
    let beside = edited(&alone, &entries);
    let hooked = |until| Stopping::Hook { container: "app", until: time(until) };
    let turn = |until| Stopping::Turn { container: "proxy", until: time(until) };
    for (pod, due, expected) in [
        (&alone, "2026-01-02T04:00:28Z", hooked("2026-01-02T04:00:03Z")),
        (&alone, "2026-01-02T04:00:24Z", Stopping::Signalled),
        (&beside, "2026-01-02T04:00:28Z", hooked("2026-01-02T04:00:03Z")),
        (&beside, "2026-01-02T04:00:24Z", turn("2026-01-02T04:00:24Z")),
    ] {
        told(&deleted(pod, due, 30), READY, |told| {
            let Stage::Terminating(Hold::Stopping { stage, .. }) = told.stage else {
                panic!("{:?}", told.stage)
            };
            assert_eq!(stage, expected, "{due}");
        });
    }
}

/// DEL-13, DEL-16, CTL-PGC-03, CTL-PGC-04: what each means would do, and whether something may run on unseen.
#[test]
fn del_13_what_each_means_would_do() {
    let told_of = |pod: &Value, node, expected: &[(Means, Result, bool)]| {
        told(pod, node, |told| {
            let given: Vec<(Means, Result, bool)> = told
                .outcomes
                .iter()
                .map(|it| (it.means, it.result, it.hazard.danger != Danger::None))
                .collect();
            assert_eq!(given, expected, "{pod}");
        });
    };
    let (gone, held, nothing) = (Result::Gone, Result::Held, Result::Nothing);
    let future = "2026-01-02T04:00:10Z";
    told_of(&unbound(), READY, &[(Means::Delete, gone, false), (Means::ForceDelete, gone, false)]);
    told_of(
        &running(),
        READY,
        &[
            (Means::Delete, Result::KubeletConfirms, false),
            (Means::OutOfService, nothing, false),
            (Means::RemoveNode, gone, true),
            (Means::ForceDelete, gone, true),
        ],
    );
    let deleting = deleted(&running(), future, 30);
    told_of(
        &deleting,
        READY,
        &[
            (Means::Wait, Result::KubeletConfirms, false),
            (Means::Delete, nothing, false),
            (Means::OutOfService, gone, true),
            (Means::RemoveNode, gone, true),
            (Means::ForceDelete, gone, true),
        ],
    );
    told_of(
        &deleting,
        NodeFacts::Absent,
        &[(Means::Wait, gone, true), (Means::Delete, nothing, false), (Means::ForceDelete, gone, true)],
    );
    told_of(
        &running(),
        NodeFacts::Absent,
        &[
            (Means::Wait, gone, true),
            (Means::Delete, Result::KubeletConfirms, false),
            (Means::ForceDelete, gone, true),
        ],
    );
    let asked = ("metadata/finalizers", json!(["x/f"]));
    told_of(
        &edited(&deleting, std::slice::from_ref(&asked)),
        READY,
        &[
            (Means::Wait, Result::KubeletConfirms, false),
            (Means::Delete, nothing, false),
            (Means::DropFinalizers, Result::KubeletConfirms, false),
            (Means::OutOfService, held, false),
            (Means::RemoveNode, held, false),
            (Means::ForceDelete, held, false),
        ],
    );
    for (pod, hazard) in [(deleted(&running(), NOW, 0), true), (deleted(&ended(1), NOW, 0), false)] {
        told_of(
            &edited(&pod, std::slice::from_ref(&asked)),
            READY,
            &[
                (Means::Wait, held, false),
                (Means::Delete, held, false),
                (Means::DropFinalizers, gone, hazard),
                (Means::OutOfService, held, false),
                (Means::RemoveNode, held, false),
                (Means::ForceDelete, held, false),
            ],
        );
    }
    told_of(
        &ended(0),
        READY,
        &[
            (Means::Delete, gone, false),
            (Means::OutOfService, nothing, false),
            (Means::RemoveNode, gone, false),
            (Means::ForceDelete, gone, false),
        ],
    );
    // Nobody can confirm what a lost node does; a leftover waits for the next request.
    for (pod, node, result, rule) in [
        (&deleting, LOST, nothing, RuleId::LIV_03),
        (&deleting, READY, Result::KubeletConfirms, RuleId::LIV_01),
        (&deleted(&running(), NOW, 0), LOST, nothing, RuleId::DEL_30),
    ] {
        told(pod, node, |told| {
            let waiting = told.outcomes[0];
            assert_eq!((waiting.means, waiting.result, waiting.rule), (Means::Wait, result, rule));
        });
    }
    // One entry that is no exit, or some entries and some not: nobody knows that nothing runs.
    let two = json!([{"name": "app"}, {"name": "log"}]);
    let half = edited(&ended(0), &[("spec/containers", two)]);
    told(&half, READY, |told| {
        let forced = told.outcomes.iter().find(|outcome| outcome.means == Means::ForceDelete).unwrap();
        assert_eq!(forced.hazard.danger, Danger::Unseen);
    });
}

/// NON-01: what can come of a means depends on who makes the successor, and on whether it removes the object or only marks it.
#[test]
fn non_01_the_owner_decides_what_a_means_can_break() {
    let owned = |pod: &Value, kind: &str| {
        let owners = json!([{"kind": kind, "name": "x", "controller": true}]);
        edited(pod, &[("metadata/ownerReferences", owners)])
    };
    let dangers = |pod: &Value| {
        told(pod, READY, |told| {
            let of = |means| told.outcomes.iter().find(|it| it.means == means).map(|it| it.hazard.danger);
            [of(Means::Delete), of(Means::ForceDelete)].map(Option::unwrap)
        })
    };
    let (none, beside) = (Danger::None, Danger::Beside);
    let held = edited(&running(), &[("metadata/finalizers", json!(["x/f"]))]);
    let marked = deleted(&running(), "2026-01-02T04:00:10Z", 30);
    // One that is marked already is only shortened: nothing is added to what came of the mark.
    let both = edited(&marked, &[("metadata/finalizers", json!(["x/f"]))]);
    assert_eq!(dangers(&owned(&both, "ReplicaSet")), [none, none]);
    for (kind, live, finalizer, deleting) in [
        ("ReplicaSet", [beside, beside], [beside, beside], [none, beside]),
        ("StatefulSet", [none, beside], [none, none], [none, beside]),
        ("Job", [beside, beside], [beside, beside], [none, beside]),
        ("DaemonSet", [none, beside], [none, none], [none, beside]),
        ("Custom", [none, beside], [none, none], [none, beside]),
    ] {
        assert_eq!(dangers(&owned(&running(), kind)), live, "{kind}");
        assert_eq!(dangers(&owned(&held, kind)), finalizer, "{kind}");
        assert_eq!(dangers(&owned(&marked, kind)), deleting, "{kind}");
        assert_eq!(dangers(&owned(&ended(1), kind)), [none, none], "{kind}");
    }
    let mark = ("metadata/annotations", json!({"kubernetes.io/config.mirror": "h"}));
    assert_eq!(dangers(&edited(&owned(&running(), "Node"), &[mark])), [none, none]);
}

/// What is read of a node: whether its condition `Ready` is True, and whether it is tainted as out of service.
#[test]
fn a_node_is_read_by_condition_and_taint() {
    let condition = |kind: &str, status: &str| json!({"type": kind, "status": status});
    let out = json!([{"key": "other"}, {"key": "node.kubernetes.io/out-of-service"}]);
    for (conditions, health) in [
        (json!([condition("MemoryPressure", "False"), condition("Ready", "True")]), Health::Ready),
        (json!([condition("MemoryPressure", "True"), condition("Ready", "False")]), Health::NotReady),
        (json!([condition("Ready", "Unknown")]), Health::NotReady),
        (json!([]), Health::NotReady),
    ] {
        for (taints, service) in [
            (json!([]), Service::InService),
            (json!([{"key": "other"}]), Service::InService),
            (out.clone(), Service::OutOfService),
        ] {
            let node = json!({"spec": {"taints": taints}, "status": {"conditions": conditions}}).to_string();
            let node: wire::Node<'_> = serde_json::from_str(&node).unwrap();
            assert_eq!(NodeFacts::of(&node), NodeFacts::Known { health, service });
        }
    }
}

/// The name, and the owner that is its controller, are those of the object.
#[test]
fn the_owner_is_the_controller() {
    let owner = |kind: &str, controller: Value| json!({"kind": kind, "name": "x", "controller": controller});
    for (owners, expected) in [
        (json!([]), None),
        (json!([owner("A", json!(null)), owner("B", json!(false))]), None),
        (
            json!([owner("A", json!(null)), owner("B", json!(true))]),
            Some(Owner { kind: "B", name: "x", standing: Standing::Unknown }),
        ),
    ] {
        told(&edited(&seen(), &[("metadata/ownerReferences", owners)]), READY, |told| {
            assert_eq!((told.name, told.owner), (("shop", "web"), expected));
        });
    }
}

/// Each stage, hold and task names the rule that says so.
#[test]
fn each_answer_names_its_rule() {
    let none = || Box::<[&str]>::default();
    for (stage, rule) in [
        (Stage::Gated(none()), RuleId::CRE_21),
        (Stage::Unscheduled(Scheduling::Untried), RuleId::CRE_23),
        (Stage::Unseen(""), RuleId::CRE_40),
        (Stage::Rejected(""), RuleId::CRE_42),
        (Stage::Initializing { container: "", wait: None, counts: (0, 0) }, RuleId::CRE_53),
        (Stage::Starting { container: "", wait: Wait::Others }, RuleId::CRE_50),
        (Stage::Starting { container: "", wait: Wait::Image("") }, RuleId::CTR_29),
        (Stage::Starting { container: "", wait: Wait::Config("") }, RuleId::CRE_54),
        (Stage::Unready, RuleId::CTR_54),
        (Stage::Unreachable(""), RuleId::CTL_NOD_03),
        (Stage::Orphaned(""), RuleId::CTL_PGC_04),
        (Stage::Running, RuleId::PHA_04),
        (Stage::Idle, RuleId::CTR_16),
        (Stage::Ended(Phase::Failed, ""), RuleId::LIV_06),
        (Stage::Foreign(""), RuleId::OBJ_31),
        (Stage::Terminating(Hold::Mirror), RuleId::KUB_67),
        (Stage::Terminating(Hold::Leftover), RuleId::DEL_30),
        (Stage::Terminating(Hold::Finalizers(none())), RuleId::DEL_16),
        (Stage::Terminating(Hold::NodeGone), RuleId::CTL_PGC_04),
        (Stage::Terminating(Hold::NodeLost("")), RuleId::LIV_03),
        (
            Stage::Terminating(Hold::Stopping { latest: Time::from_unix(0), stage: Stopping::Signalled }),
            RuleId::KUB_43,
        ),
        (Stage::Terminating(Hold::Overdue { node: "", overdue: Grace::ONE }), RuleId::KUB_19),
        (Stage::Terminating(Hold::CleaningUp { overdue: None }), RuleId::KUB_30),
        (Stage::Terminating(Hold::Unconfirmed { overdue: None }), RuleId::DEL_10),
    ] {
        assert_eq!(stage.rule(), rule, "{stage:?}");
    }
    let tasks = [Task::RemoveGate, Task::Bind, Task::Stop, Task::FinalDelete].map(Task::rule);
    assert_eq!(tasks, [RuleId::CRE_21, RuleId::CRE_24, RuleId::KUB_43, RuleId::KUB_35]);
}
