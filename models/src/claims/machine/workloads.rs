//! Cases of controllers and of evictions.

use std::cmp::Ordering;

use pod_lifecycle::admission::{Budgets, Condition, evict};
use pod_lifecycle::binding::Binding;
use pod_lifecycle::controllers::Readiness;
use pod_lifecycle::controllers::deployment::{
    Amount, Annotation, Deployment, ReplicaSet, Strategy, Which, roll,
};
use pod_lifecycle::controllers::pod_gc::{self, Node, Reason, pass};
use pod_lifecycle::controllers::replica_set::{Candidate, Clock, Restarts};
use pod_lifecycle::controllers::stateful_set::{
    Action, Management, Partition, Pod, Revisions, Set, Strategy as Rollout, sync,
};
use pod_lifecycle::deletion::Deletion;
use pod_lifecycle::phase::Phase;
use pod_lifecycle::view::Run;
use pod_lifecycle::{Grace, Now, Time};

use super::{Cases, told};

fn deleting(grace: i64) -> Deletion {
    Deletion::from_fields(Some(Time::from_unix(100)), Some(grace))
}

fn now() -> Now {
    Now::at(Time::from_unix(1_000))
}

/// After a sync of a Deployment that makes new Pods, no more exist than `replicas` and `maxSurge`.
pub(in super::super) fn surge_bounds(cases: &mut Cases) {
    const REPLICAS: i32 = 3;
    const SURGE: i32 = 1;
    let strategy =
        Strategy::RollingUpdate { surge: Some(Amount::Count(SURGE)), unavailable: Some(Amount::Count(1)) };
    let deployment = Deployment { replicas: REPLICAS, strategy, status_replicas: REPLICAS };
    let set = |name, size| ReplicaSet {
        name,
        created: None,
        size,
        available: size,
        desired: Annotation::Absent,
        max: Annotation::Absent,
    };
    for (new, old) in (0..=REPLICAS).flat_map(|new| (0..=REPLICAS).map(move |old| (new, old))) {
        // Pods of the old set that were deleted and still stop.
        for terminating in 0..=(REPLICAS - old) {
            let updates = roll(&deployment, &set("new", new), &[set("old", old)]).unwrap_or_default();
            let grown = updates.iter().find(|update| update.of == Which::New && update.size > i64::from(new));
            let Some(grown) = grown else { continue };
            let exist = grown.size + i64::from(old + terminating);
            cases.case(exist <= i64::from(REPLICAS + SURGE), || {
                told(
                    "Deployment controller",
                    "API server",
                    format!("replicas {REPLICAS}, maxSurge {SURGE}: {new} new Pods, {old} old ones, {terminating} terminating"),
                    format!("the new ReplicaSet gets {}: {exist} Pods exist", grown.size),
                )
            });
        }
    }
}

/// Of two Pods that differ in their age alone the older one goes first.
pub(in super::super) fn oldest_goes(cases: &mut Cases) {
    for phase in [Phase::Pending, Phase::Running] {
        for (readiness, clock) in [Readiness::NotReady, Readiness::Ready { since: None }]
            .into_iter()
            .flat_map(|readiness| [Clock::At(now()), Clock::Absent].map(|clock| (readiness, clock)))
        {
            let pod = |uid, created| Candidate {
                uid,
                created: Some(Time::from_unix(created)),
                binding: Binding::Bound,
                phase: Some(phase),
                readiness,
                cost: 0,
                rank: 1,
                restarts: Restarts { regular: 0, sidecar: 0 },
            };
            let (old, young) = (pod("a", 10), pod("b", 900));
            let older_first = old.goes_before(&young, clock) == Ordering::Less;
            cases.case(older_first, || {
                told(
                    "ReplicaSet controller",
                    "API server",
                    format!("scales down: two Pods, {phase}, one of them 990 s old, the other 100 s"),
                    format!("the {} one is deleted", if older_first { "older" } else { "younger" }),
                )
            });
        }
    }
}

/// Of so many Failed Pods the Pod garbage collector deletes some; provided that they are more than its threshold.
pub(in super::super) fn ended_go(cases: &mut Cases) {
    const THRESHOLD: u16 = 12_500;
    for count in [1, 100, THRESHOLD, THRESHOLD + 1] {
        let pods: Vec<_> = (0..count)
            .map(|name| pod_gc::Pod {
                name,
                created: Some(Time::from_unix(name.into())),
                phase: Some(Phase::Failed),
                reason: Reason::Other,
                deletion: Deletion::Live,
                node: Node::Known { health: pod_gc::Health::Ready, service: pod_gc::Service::InService },
            })
            .collect();
        let turns = pass(&pods, THRESHOLD.into());
        cases.case_if(!turns.is_empty(), count > THRESHOLD, || {
            told(
                "Pod garbage collector",
                "API server",
                format!("finds {count} Failed Pods; its threshold is {THRESHOLD}"),
                format!("it deletes {}", turns.len()),
            )
        });
    }
}

/// The budgets are asked before a Pending or finished Pod is evicted.
pub(in super::super) fn budget_is_asked(cases: &mut Cases) {
    for phase in [Phase::Pending, Phase::Succeeded, Phase::Failed] {
        for condition in [Condition::Missing, Condition::Present] {
            let steps = evict(Deletion::Live, Some(phase), condition, Run::Real);
            cases.case(steps.budgets == Budgets::Asked, || {
                let asked = if steps.budgets == Budgets::Asked { "asked" } else { "not asked" };
                told(
                    "Client",
                    "API server",
                    format!("POST eviction of a Pod that is {phase}"),
                    format!("the budgets are {asked}"),
                )
            });
        }
    }
}

const SET: Set = Set {
    replicas: 2,
    start: 0,
    management: Management::OrderedReady,
    strategy: Rollout::RollingUpdate(Partition::From(0)),
    min_ready: Grace::ZERO,
    deletion: Deletion::Live,
    current_replicas: 2,
};

fn pod(ordinal: u32, readiness: Readiness, revision: &'static str) -> Pod<&'static str> {
    Pod {
        ordinal,
        phase: Some(Phase::Running),
        readiness,
        deletion: Deletion::Live,
        revision: Some(revision),
    }
}

const READY: Readiness = Readiness::Ready { since: None };

fn actions(actions: &[Action<&'static str>]) -> String {
    let told = |action: &Action<&'static str>| match action {
        Action::Create { ordinal, revision } => format!("makes {ordinal} of {revision}"),
        Action::Delete { ordinal } => format!("deletes {ordinal}"),
    };
    let told: Vec<_> = actions.iter().map(told).collect();
    if told.is_empty() { "it does nothing".to_owned() } else { format!("it {}", told.join(", ")) }
}

/// A StatefulSet that is deleted deletes its last Pod.
pub(in super::super) fn deleted_scales_down(cases: &mut Cases) {
    for management in [Management::OrderedReady, Management::Parallel] {
        for grace in [30, 0] {
            let set = Set { management, deletion: deleting(grace), ..SET };
            let revisions = Revisions { current: Some("r1"), update: "r1" };
            let done = sync(&set, revisions, &[pod(0, READY, "r1"), pod(1, READY, "r1")], now());
            cases.case(
                done.actions.iter().any(|action| matches!(action, Action::Delete { ordinal: 1 })),
                || {
                    let says =
                        format!("the StatefulSet is deleting, {management:?}; both its Pods are ready");
                    told("StatefulSet controller", "API server", says, actions(&done.actions))
                },
            );
        }
    }
}

/// The last Pod of a rollout is broken and the template is corrected: a sync deletes the broken Pod; provided that the
/// management is Parallel.
pub(in super::super) fn template_repairs(cases: &mut Cases) {
    for management in [Management::OrderedReady, Management::Parallel] {
        let set = Set { management, ..SET };
        let revisions = Revisions { current: Some("r1"), update: "r3" };
        let broken = pod(1, Readiness::NotReady, "r2");
        let done = sync(&set, revisions, &[pod(0, READY, "r1"), broken], now());
        let deletes = done.actions.iter().any(|action| matches!(action, Action::Delete { ordinal: 1 }));
        cases.case_if(deletes, management == Management::Parallel, || {
            let says = format!(
                "{management:?}: Pod 1 of the broken r2 is not ready, the template is corrected to r3"
            );
            told("StatefulSet controller", "API server", says, actions(&done.actions))
        });
    }
}
