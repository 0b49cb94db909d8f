//! Nanoseconds and allocations of one decision: `cargo bench --bench decisions`.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench fails loudly")]

use divan::{Bencher, black_box};
use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, RestartPolicy, Role, Started,
};
use pod_lifecycle::deletion::{self, Deletion, Finalizers, Input, Request};
use pod_lifecycle::phase::{self, Deadline, Deleting, Initialized, Pass, Processes, Source};
use pod_lifecycle::status::{
    self, Condition, ConditionType, Identity, Probed, Ready, Run, RunState, Runs, Snapshot, StartFailure,
    Truth,
};
use pod_lifecycle::sync::SandboxNeed;
use pod_lifecycle::validate::{Endpoint, admit, review};
use pod_lifecycle::wire::{Pod, from_slice};
use pod_lifecycle::worker::{EffectiveGrace, GraceFacts, effective_grace};
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
