//! `timeline` against the composed node: whatever hooks and processes do, the node stays within the bounds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails loudly")]

use std::time::Duration;

use pod_lifecycle::binding::Binding;
use pod_lifecycle::container::Role;
use pod_lifecycle::deletion::{Facts, Finalizers, Request};
use pod_lifecycle::node::{Action, ContainerSpec, Node, Pace, PodSpec, Script};
use pod_lifecycle::termination::{HookRun, Member, Process, StopRun};
use pod_lifecycle::timeline::{Part, Plan, PreStop, Removal, Span, Unbounded, Warning, timeline};
use pod_lifecycle::{Grace, Now, Phase, Time};
use proptest::prelude::*;

/// A container, and how it really behaves.
type Scripted = (Role, PreStop, HookRun, StopRun);

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![(0_u64..40).prop_map(Duration::from_secs), (0_u64..40_000).prop_map(Duration::from_millis)]
}

fn container() -> impl Strategy<Value = Scripted> {
    let role = prop_oneof![Just(Role::Sidecar), Just(Role::Regular)];
    let hook = prop_oneof![
        Just((PreStop::None, HookRun::None)),
        (0_u64..40).prop_map(|secs| {
            (PreStop::Sleeps(Grace::from_secs(secs)), HookRun::Takes(Duration::from_secs(secs)))
        }),
        time().prop_map(|time| (PreStop::Runs, HookRun::Takes(time))),
        Just((PreStop::Runs, HookRun::Hangs)),
    ];
    let process = prop_oneof![time().prop_map(StopRun::Ends), Just(StopRun::Ignores)];
    (role, hook, process).prop_map(|(role, (told, real), process)| (role, told, real, process))
}

/// At least one regular container, and the sidecars before it.
fn pod() -> impl Strategy<Value = Vec<Scripted>> {
    proptest::collection::vec(container(), 1..5).prop_map(|mut pod| {
        pod.sort_by_key(|(role, ..)| *role == Role::Regular);
        pod.last_mut().unwrap().0 = Role::Regular;
        pod
    })
}

fn plan(pod: &[Scripted], spec_grace: Grace) -> Plan<usize> {
    let part = |(name, (role, hook, ..)): (usize, &Scripted)| Part {
        name,
        member: Member { role: *role, process: Process::Running },
        hook: *hook,
        probe_grace: None,
    };
    Plan::running(spec_grace, pod.iter().enumerate().map(part))
}

/// When the node signalled each container, and when its process ended, counted from the DELETE.
fn played(pod: &[Scripted], grace: Grace, request: Request) -> Vec<(Duration, Duration)> {
    let containers = pod.iter().map(|(role, _, hook, process)| ContainerSpec {
        pre_stop: *hook,
        ..ContainerSpec::new(*role, Script { stop: *process, ..Script::stops(0, Duration::ZERO) })
    });
    let spec = PodSpec { grace: Some(grace), containers: containers.collect(), ..PodSpec::default() };
    let mut node = Node::new(Time::from_unix(0), Pace::INSTANT);
    let id = node.create(spec);
    let begun = Duration::from_secs(10);
    node.advance(begun);
    let before = node.deeds().len();
    node.delete(id, request).unwrap();
    node.advance(begun + Duration::from_secs(200));
    let deeds = &node.deeds()[before..];
    let when = |found: &dyn Fn(Action) -> bool| {
        deeds.iter().find(|deed| found(deed.action)).map(|deed| deed.at - begun).unwrap()
    };
    (0..pod.len())
        .map(|place| {
            let signal = when(&|it| matches!(it, Action::Signalled { container, .. } if container == place));
            let ended = when(&|it| matches!(it, Action::Exited { container, .. } if container == place));
            (signal, ended)
        })
        .collect()
}

fn within(span: Span, time: Duration) -> bool {
    span.earliest <= time && time <= span.latest
}

proptest! {
    /// The bounds hold for every behaviour.
    #[test]
    fn the_node_stays_within_the_bounds(pod in pod(), spec in 0_u64..40, asked in proptest::option::of(0_u64..40)) {
        let grace = Grace::from_secs(spec);
        let request = Request { grace: asked.map(Grace::from_secs), ..Request::default() };
        let told = timeline(&plan(&pod, grace), request);
        for (lane, (signal, ended)) in told.lanes.iter().zip(played(&pod, grace, request)) {
            prop_assert!(within(lane.signal, signal), "container {} signalled at {signal:?}: {lane:?}", lane.name);
            prop_assert!(within(lane.ended, ended), "container {} ended at {ended:?}: {lane:?}", lane.name);
            prop_assert!(within(told.stopped, told.stopped.latest) && ended <= told.stopped.latest);
        }
        prop_assert_eq!(told.lanes.len(), pod.len());
    }

    /// They are tight: a Pod that obeys at once needs the earliest, one that never obeys the latest but for the second
    /// that a hook may hide.
    #[test]
    fn the_bounds_are_reached(pod in pod(), spec in 1_u64..40) {
        let grace = Grace::from_secs(spec);
        let told = timeline(&plan(&pod, grace), Request::default());
        let with = |runs: HookRun, process: StopRun| {
            let script = |(role, hook, real, _): &Scripted| {
                (*role, *hook, if *hook == PreStop::Runs { runs } else { *real }, process)
            };
            played(&pod.iter().map(script).collect::<Vec<_>>(), grace, Request::default())
        };
        let fast = with(HookRun::Takes(Duration::ZERO), StopRun::Ends(Duration::ZERO));
        let slow = with(HookRun::Hangs, StopRun::Ignores);
        for (lane, (fast, slow)) in told.lanes.iter().zip(fast.into_iter().zip(slow)) {
            prop_assert_eq!((lane.signal.earliest, lane.ended.earliest), fast);
            prop_assert_eq!(lane.ended.latest.as_secs(), slow.1.as_secs());
        }
    }
}

fn one(hook: PreStop) -> Plan<usize> {
    plan(&[(Role::Regular, hook, HookRun::None, StopRun::Ignores)], Grace::DEFAULT)
}

#[test]
fn what_a_reviewer_would_say() {
    let sleeps = |secs| PreStop::Sleeps(Grace::from_secs(secs));
    let of = |plan: &Plan<usize>, grace| {
        let request = Request { grace: Some(Grace::from_secs(grace)), ..Request::default() };
        timeline(plan, request).warnings.into_vec()
    };
    assert_eq!(of(&one(PreStop::None), 30), []);
    assert_eq!(of(&one(sleeps(29)), 30), []);
    assert_eq!(of(&one(sleeps(30)), 30), [Warning::HookTakesGrace(0)]);
    assert_eq!(of(&one(PreStop::None), 1), [Warning::BelowMinimum]);
    assert_eq!(of(&one(PreStop::None), 0), [Warning::RunsOnUnseen]);

    let mut probed = one(PreStop::None);
    probed.containers[0].probe_grace = Some(Grace::from_secs(31));
    assert_eq!(of(&probed, 30), [Warning::ProbeGraceAboveSpec(0)]);
    probed.containers[0].probe_grace = Some(Grace::DEFAULT);
    assert_eq!(of(&probed, 30), []);

    let beside = |role, process| (role, PreStop::None, HookRun::None, process);
    let pod = [beside(Role::Sidecar, StopRun::Ignores), beside(Role::Regular, StopRun::Ignores)];
    assert_eq!(of(&plan(&pod, Grace::DEFAULT), 30), [Warning::SidecarLeftMinimum(0)]);
}

#[test]
fn who_lets_the_object_go() {
    let told = |plan: &Plan<usize>, grace| {
        let request = Request { grace, ..Request::default() };
        let told = timeline(plan, request);
        (told.removal, told.unbounded.len(), told.lanes.len())
    };
    let running = one(PreStop::None);
    assert_eq!(told(&running, None), (Removal::Confirmed, 3, 1));
    assert_eq!(told(&running, Some(Grace::ZERO)), (Removal::AtOnce, 0, 1));

    let finalizers = Finalizers::other(0);
    let held =
        Plan { facts: Facts { finalizers, ..running.facts }, finalizers: Box::new([7]), ..running.clone() };
    assert_eq!(told(&held, Some(Grace::ZERO)), (Removal::Held, 4, 1));
    assert_eq!(timeline(&held, Request::default()).unbounded[0], Unbounded::Finalizer(7));

    let unbound = Plan {
        facts: Facts { binding: Binding::Unbound, phase: Some(Phase::Pending), ..running.facts },
        containers: Box::default(),
        ..running
    };
    assert_eq!(told(&unbound, None), (Removal::AtOnce, 0, 0));
}

/// A forced DELETE may reach the kubelet as a removal only; then the grace of the spec counts (KUB-15).
#[test]
fn a_forced_delete_may_take_the_whole_grace() {
    let told = timeline(&one(PreStop::None), Request { grace: Some(Grace::ZERO), ..Request::default() });
    assert_eq!(told.stopped, Span { earliest: Duration::ZERO, latest: Duration::from_secs(30) });
}

/// Any other DELETE reaches it as an update: the grace that was asked for counts, however long that of the spec.
#[test]
fn a_shorter_delete_takes_no_longer_than_it_says() {
    for grace in [2, 5, 29] {
        let request = Request { grace: Some(Grace::from_secs(grace)), ..Request::default() };
        let told = timeline(&one(PreStop::None), request);
        assert_eq!(told.stopped, Span { earliest: Duration::ZERO, latest: Duration::from_secs(grace) });
    }
}

/// OBJ-12: a manifest, which has no UID, is taken as bound and running, with the grace that it would get; an object as it is.
#[test]
fn obj_12_a_manifest_is_taken_as_running() {
    let read = |uid: &str, spec: &str, status: &str| {
        let containers = r#""initContainers": [{"name": "i"}, {"name": "s", "restartPolicy": "Always"}],
                            "containers": [{"name": "c", "lifecycle": {"preStop": {"sleep": {"seconds": 7}}},
                            "livenessProbe": {"terminationGracePeriodSeconds": 5},
                            "startupProbe": {"terminationGracePeriodSeconds": 9}},
                            {"name": "d", "lifecycle": {"preStop": {"exec": {}}}}]"#;
        let text = format!(
            r#"{{"metadata": {{"uid": "{uid}"}}, "spec": {{{spec} {containers}}}, "status": {{{status}}}}}"#
        );
        let (pod, details) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
        let plan = Plan::of(&pod, &details, Now::at(Time::from_unix(0)));
        let parts: Vec<(Role, Process, PreStop, Option<u64>)> = plan
            .containers
            .iter()
            .map(|part| {
                (part.member.role, part.member.process, part.hook, part.probe_grace.map(Grace::as_secs))
            })
            .collect();
        (plan.facts, parts)
    };
    let parts = |sidecar, regular| {
        vec![
            (Role::Init, Process::Stopped, PreStop::None, None),
            (Role::Sidecar, sidecar, PreStop::None, None),
            (Role::Regular, regular, PreStop::Sleeps(Grace::from_secs(7)), Some(9)),
            (Role::Regular, regular, PreStop::Runs, None),
        ]
    };
    let facts = |binding, phase, grace| Facts {
        now: Now::at(Time::from_unix(0)),
        binding,
        phase,
        spec_grace: grace,
        finalizers: Finalizers::default(),
    };
    let (runs, stopped) = (Process::Running, Process::Stopped);
    let of_manifest = |grace| (facts(Binding::Bound, Some(Phase::Running), Some(grace)), parts(runs, runs));
    assert_eq!(read("", "", ""), of_manifest(Grace::DEFAULT));
    assert_eq!(read("", r#""terminationGracePeriodSeconds": 5,"#, ""), of_manifest(Grace::from_secs(5)));
    let object = |binding, phase, grace, sidecar| (facts(binding, phase, grace), parts(sidecar, stopped));
    let pending = r#""phase": "Pending", "initContainerStatuses": [{"name": "s", "state": {"running": {}}}]"#;
    let five = Some(Grace::from_secs(5));
    let bound = r#""nodeName": "n", "terminationGracePeriodSeconds": 5,"#;
    assert_eq!(read("u", bound, pending), object(Binding::Bound, Some(Phase::Pending), five, runs));
    assert_eq!(read("u", "", ""), object(Binding::Unbound, None, None, stopped));
}

/// Seconds are told rounded up: nothing comes later than it is said.
#[test]
fn the_latest_second_is_rounded_up() {
    for (millis, secs) in [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (30_000, 30)] {
        let span = Span { earliest: Duration::ZERO, latest: Duration::from_millis(millis) };
        assert_eq!(span.latest_secs(), secs, "{millis}");
    }
}
