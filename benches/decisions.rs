//! Nanoseconds and allocations of one decision: `cargo bench --bench decisions`.
//!
//! A machine allocates nothing. What answers with a list, a controller or [`admission::update`], allocates that list and
//! its working lists, and nothing per field that it reads.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench fails loudly")]

use divan::{Bencher, black_box};
use pod_lifecycle::admission::{self, Evict};
use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, RestartPolicy, Role, Started,
};
use pod_lifecycle::controllers::deployment::{self, Amount, Annotation, Deployment};
use pod_lifecycle::controllers::replica_set::{self, Candidate, Clock, Restarts};
use pod_lifecycle::controllers::stateful_set::{self, Management, Partition, Revisions};
use pod_lifecycle::controllers::{Readiness, pod_gc};
use pod_lifecycle::deletion::{self, Deletion, Finalizers, Input, Request};
use pod_lifecycle::kubelet_admission::{self, Handler, Need, Rejected};
use pod_lifecycle::phase::{self, Deadline, Deleting, Initialized, Pass, Processes, Source};
use pod_lifecycle::status::{
    self, Condition, ConditionType, Identity, Probed, Ready, Run, RunState, Runs, Snapshot, StartFailure,
    Truth,
};
use pod_lifecycle::sync::SandboxNeed;
use pod_lifecycle::validate::{Endpoint, admit, review};
use pod_lifecycle::view::Run as RequestRun;
use pod_lifecycle::wire::{Pod, WholePod, from_slice};
use pod_lifecycle::worker::{self, EffectiveGrace, GraceFacts, effective_grace};
use pod_lifecycle::{Binding, Grace, Now, Phase, Time, View};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// A bound Pod with one init container, a sidecar and two containers.
const POD: &[u8] = br#"{"metadata":{"name":"web-0","namespace":"shop","uid":"6bec464a-a5ae-489c-a77a-98bd1eac9c01",
"resourceVersion":"613","generation":1,"creationTimestamp":"2026-11-24T14:59:13Z"},"spec":{"nodeName":"node-b",
"restartPolicy":"Always","terminationGracePeriodSeconds":30,"initContainers":[{"name":"migrate"},
{"name":"proxy","restartPolicy":"Always"}],"containers":[{"name":"app"},{"name":"log"}]},"status":{"phase":"Running",
"initContainerStatuses":[{"name":"migrate","state":{"terminated":{"exitCode":0}},"restartCount":0},
{"name":"proxy","state":{"running":{}},"started":true,"restartCount":0}],"containerStatuses":[
{"name":"app","state":{"running":{}},"restartCount":1},{"name":"log","state":{"running":{}},"restartCount":0}]}}"#;

#[divan::bench]
fn delete(bencher: Bencher<'_, '_>) {
    let facts = deletion::Facts {
        now: Now::at(Time::from_unix(100)),
        binding: Binding::Bound,
        phase: Some(Phase::Running),
        spec_grace: Some(Grace::DEFAULT),
        finalizers: Finalizers::NONE,
    };
    let input = Input::Delete(Request { grace: Some(Grace::ONE), propagation: None });
    let marked = Deletion::from_fields(Some(Time::from_unix(130)), Some(30));
    bencher.bench(|| black_box(marked).step(black_box(input), black_box(facts)));
}

#[divan::bench]
fn phase_of_four_containers(bencher: Bencher<'_, '_>) {
    let facts = phase::Facts {
        policy: Some(RestartPolicy::Always),
        pass: Pass::Running,
        source: Source::Api,
        initialized: Initialized::Yes,
    };
    let container = |role| ContainerFacts {
        role,
        policy: ContainerPolicy::default(),
        state: ContainerState::Running(Started::Yes),
    };
    let containers = [Role::Sidecar, Role::Sidecar, Role::Regular, Role::Regular].map(container);
    bencher.bench(|| phase::compute(black_box(facts), black_box(containers)));
}

#[divan::bench]
fn grace() -> EffectiveGrace {
    effective_grace(black_box(GraceFacts {
        held: None,
        deletion: Some(Grace::ONE),
        spec: Some(Grace::DEFAULT),
        asked: None,
    }))
}

#[divan::bench]
fn review_of_four_containers(bencher: Bencher<'_, '_>) {
    let pod: Pod<'_> = from_slice(POD).unwrap();
    let (old, new) = (View::of(&pod), View::of(&pod));
    bencher.bench(|| review(black_box(&old), black_box(&new)));
}

#[divan::bench]
fn admit_of_four_containers(bencher: Bencher<'_, '_>) {
    let pod: Pod<'_> = from_slice(POD).unwrap();
    let (old, new) = (View::of(&pod), View::of(&pod));
    bencher.bench(|| admit(Endpoint::Status, black_box(&old), black_box(&new)));
}

/// The conditions of a running Pod: the kubelet's own, and one of somebody else.
const CONDITIONS: [Condition; 6] = {
    const fn of(kind: ConditionType) -> Condition {
        Condition { kind, status: Truth::True }
    }
    [
        of(ConditionType::Other),
        of(ConditionType::PodReadyToStartContainers),
        of(ConditionType::Initialized),
        of(ConditionType::Ready),
        of(ConditionType::ContainersReady),
        of(ConditionType::PodScheduled),
    ]
};

#[divan::bench]
fn merge_of_six_conditions(bencher: Bencher<'_, '_>) {
    let stored = Snapshot { phase: Some(Phase::Running), conditions: &CONDITIONS };
    let new = Snapshot { phase: Some(Phase::Failed), conditions: &CONDITIONS };
    bencher.bench(|| {
        let merged = status::merge(black_box(stored), black_box(new), Processes::Stopped);
        merged.conditions().map(black_box).count()
    });
}

#[divan::bench]
fn generate_of_four_containers(bencher: Bencher<'_, '_>) {
    let running = status::Container {
        role: Role::Regular,
        policy: ContainerPolicy::default(),
        runs: Runs::One(Run { state: RunState::Running, restarts: 0, identity: Identity::Reported }),
        before: None,
        failure: StartFailure::None,
        probed: Probed { ready: Some(Ready::Yes), started: Some(Started::Yes) },
    };
    let containers = [Role::Sidecar, Role::Sidecar, Role::Regular, Role::Regular]
        .map(|role| status::Container { role, ..running });
    let facts = status::Facts {
        policy: Some(RestartPolicy::Always),
        pass: Pass::Running,
        source: Source::Api,
        deleting: Deleting::No,
        sandbox: SandboxNeed::Fits,
        initialized: Initialized::Yes,
        deadline: Deadline::Open,
        gates: &[],
        api: Snapshot { phase: Some(Phase::Running), conditions: &CONDITIONS },
        cached: None,
        resize: &[],
    };
    bencher.bench(|| {
        let status = status::generate(black_box(facts), black_box(&containers));
        status.entries().map(black_box).count() + status.conditions().map(black_box).count()
    });
}

/// A running Pod as the pod worker knows it, and an update that marks it for deletion.
fn deleting_update() -> (Option<worker::Worker>, worker::Update) {
    let live = worker::Facts {
        phase: Some(Phase::Running),
        deletion: Deletion::Live,
        spec_grace: Some(Grace::DEFAULT),
        source: Source::Api,
    };
    let update = |kind, facts| worker::Update { kind, subject: worker::Subject::Pod(facts), kill: None };
    let first = worker::update(None, update(worker::Kind::Create, live), worker::Remains::Something);
    let marked = Deletion::from_fields(Some(Time::from_unix(130)), Some(30));
    let deleted = worker::Facts { deletion: marked, ..live };
    (first.next, update(worker::Kind::Update, deleted))
}

#[divan::bench]
fn worker_update(bencher: Bencher<'_, '_>) {
    let (record, update) = deleting_update();
    bencher.bench(|| worker::update(black_box(record), black_box(update), worker::Remains::Something));
}

#[divan::bench]
fn kubelet_admission_of_nine_handlers() -> (Need, Result<(), Rejected<'static>>) {
    let needed = kubelet_admission::needed(black_box(Some(Phase::Running)), None);
    (needed, kubelet_admission::admit(|handler: Handler| black_box((handler, None)).1))
}

#[divan::bench]
fn eviction() -> Evict {
    let (phase, missing) = (Some(Phase::Running), admission::Condition::Missing);
    admission::evict(black_box(Deletion::Live), black_box(phase), black_box(missing), RequestRun::Real)
}

/// The same Pods as in [`admit_of_four_containers`], each field of the spec compared: nothing is found.
#[divan::bench]
fn admission_update_of_four_containers(bencher: Bencher<'_, '_>) {
    let old: WholePod<'_> = from_slice(POD).unwrap();
    let new = old.clone();
    bencher.bench(|| admission::update(Endpoint::Status, black_box(&old), black_box(&new)).len());
}

/// So many Pods, each of its own age.
const PODS: u32 = 100;

#[divan::bench]
fn pod_gc_pass_over_hundred(bencher: Bencher<'_, '_>) {
    let pods: Vec<pod_gc::Pod<u32>> = (0..PODS)
        .map(|name| pod_gc::Pod {
            name,
            created: Some(Time::from_unix((name % 7).into())),
            phase: Some(Phase::Failed),
            reason: pod_gc::Reason::Other,
            deletion: Deletion::Live,
            node: pod_gc::Node::Missing(pod_gc::Search::Quarantined),
        })
        .collect();
    bencher.bench(|| pod_gc::pass(black_box(&pods), black_box(10)));
}

/// In place: the list is the caller's. The clone of the list that is ranked is made before the clock starts.
#[divan::bench]
fn replica_set_rank_of_hundred(bencher: Bencher<'_, '_>) {
    let pods: Vec<Candidate<u32>> = (0..PODS)
        .map(|uid| Candidate {
            uid,
            created: Some(Time::from_unix((uid % 7).into())),
            binding: Binding::Bound,
            phase: Some(Phase::Running),
            readiness: Readiness::NotReady,
            cost: 0,
            rank: uid % 3,
            restarts: Restarts { regular: 0, sidecar: 0 },
        })
        .collect();
    let clock = Clock::At(Now::at(Time::from_unix(1_000)));
    bencher.with_inputs(|| pods.clone()).bench_local_refs(|pods| replica_set::rank(pods, clock));
}

/// Three replicas by rolling update, and the `ReplicaSet`s of two templates.
fn rollout() -> (Deployment, [deployment::ReplicaSet<u32>; 2]) {
    let one = Some(Amount::Count(1));
    let strategy = deployment::Strategy::RollingUpdate { surge: one, unavailable: one };
    let set = |name, size| {
        let (desired, max) = (Annotation::Written(3), Annotation::Written(4));
        deployment::ReplicaSet { name, created: None, size, available: size, desired, max }
    };
    (Deployment { replicas: 6, strategy, status_replicas: 4 }, [set(1, 2), set(0, 2)])
}

#[divan::bench]
fn deployment_roll_of_two_sets(bencher: Bencher<'_, '_>) {
    let (web, [new, old]) = rollout();
    bencher.bench(|| deployment::roll(black_box(&web), black_box(&new), black_box(&[old])));
}

#[divan::bench]
fn deployment_scale_of_two_sets(bencher: Bencher<'_, '_>) {
    let (web, [new, old]) = rollout();
    bencher.bench(|| deployment::scale(black_box(&web), Some(black_box(&new)), black_box(&[old])));
}

#[divan::bench]
fn stateful_set_sync_of_hundred(bencher: Bencher<'_, '_>) {
    let set = stateful_set::Set {
        replicas: PODS,
        start: 0,
        management: Management::OrderedReady,
        strategy: stateful_set::Strategy::RollingUpdate(Partition::From(0)),
        min_ready: Grace::ZERO,
        deletion: Deletion::Live,
        current_replicas: PODS.into(),
    };
    let pods: Vec<stateful_set::Pod<u32>> = (0..PODS)
        .map(|ordinal| stateful_set::Pod {
            ordinal,
            phase: Some(Phase::Running),
            readiness: Readiness::Ready { since: None },
            deletion: Deletion::Live,
            revision: Some(1),
        })
        .collect();
    let revisions = Revisions { current: Some(1), update: 2 };
    let now = Now::at(Time::from_unix(1_000));
    bencher.bench(|| stateful_set::sync(black_box(&set), black_box(revisions), black_box(&pods), now));
}
