//! The kill sequence: the vectors of KUB-43, and laws over simulated attempts.

use std::time::Duration;

use pod_lifecycle::container::Role;
use pod_lifecycle::termination::{
    Actor, Attempt, Behaviour, GraceSources, HookRun, KillReason, Member, Outcome, Process, StopRun,
    simulate, simulate_until, stop_timeout,
};
use proptest::collection::vec;
use proptest::prelude::*;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn actor(role: Role, hook: HookRun, process: StopRun, grace: i64) -> Actor {
    Actor::new(Member { role, process: Process::Running }, Behaviour { hook, process }, grace)
}

/// What a row of the vectors says of one container: stop signal, and SIGKILL if it is still alive.
fn row(actor: &Actor) -> (Duration, Duration) {
    (actor.times.signal.unwrap(), actor.times.sigkill_due.unwrap())
}

/// One row: the Pod in spec order (sidecars first), and what is expected of each of its containers.
struct Vector {
    name: &'static str,
    pod: Vec<Actor>,
    expected: Vec<(Duration, Duration)>,
}

fn vector(name: &'static str, pod: Vec<Actor>, expected: &[(u64, u64)]) -> Vector {
    let expected = expected.iter().map(|(signal, kill)| (secs(*signal), secs(*kill))).collect();
    Vector { name, pod, expected }
}

/// K1 … K11 and K16 of the protocol: when the stop signal comes, and when SIGKILL if it is ignored.
#[test]
fn kub_43_vectors() {
    use HookRun::{Hangs, None as NoHook, Takes};
    use Role::{Regular, Sidecar};
    use StopRun::{Ends, Fails, Ignores};
    let c = |hook, process, grace| actor(Regular, hook, process, grace);
    let s = |hook, process, grace| actor(Sidecar, hook, process, grace);
    let mut vectors = vec![
        vector("K1", vec![c(NoHook, Ignores, 30)], &[(0, 30)]),
        vector("K2", vec![c(Takes(secs(10)), Ignores, 30)], &[(10, 30)]),
        vector("K3", vec![c(Hangs, Ignores, 30)], &[(30, 32)]),
        vector("K5", vec![c(NoHook, Ignores, 1)], &[(0, 2)]),
        vector("K6", vec![c(Hangs, Ignores, 1)], &[(1, 3)]),
        vector("K7", vec![s(NoHook, Ignores, 30), c(NoHook, Ends(secs(5)), 30)], &[(5, 30), (0, 30)]),
        vector("K8", vec![s(NoHook, Ignores, 30), c(NoHook, Ignores, 30)], &[(30, 32), (0, 30)]),
        vector(
            "K9",
            vec![s(NoHook, Ignores, 30), s(NoHook, Ends(secs(4)), 30), c(NoHook, Ends(secs(5)), 30)],
            &[(9, 30), (5, 30), (0, 30)],
        ),
        vector(
            "K10",
            vec![s(Takes(secs(10)), Ignores, 30), c(NoHook, Ends(secs(5)), 30)],
            &[(10, 30), (0, 30)],
        ),
        vector("K11", vec![s(NoHook, Ignores, 30), c(NoHook, Fails, 30)], &[(30, 32), (0, 30)]),
        // Sidecars alone have an order too: the last one first.
        vector("K7 alone", vec![s(NoHook, Ignores, 30), s(NoHook, Ends(secs(4)), 30)], &[(4, 30), (0, 30)]),
        // K16: an orphan is killed from a synthetic spec, which knows no sidecars.
        vector("K16", vec![c(NoHook, Ignores, 1), c(NoHook, Ignores, 1)], &[(0, 2), (0, 2)]),
    ];
    vectors.push(Vector {
        name: "K4",
        pod: vec![c(Takes(Duration::from_millis(29_500)), Ignores, 30)],
        expected: vec![(Duration::from_millis(29_500), Duration::from_millis(31_500))],
    });
    for Vector { name, mut pod, expected } in vectors {
        let attempt = simulate(&mut pod);
        assert_eq!(pod.iter().map(row).collect::<Vec<_>>(), expected, "{name}");
        let failed = if name == "K11" { Outcome::Failed } else { Outcome::Stopped };
        assert_eq!(attempt.outcome, failed, "{name}");
    }
}

/// K12, K13: the grace of a probe counts only while the Pod is not deleting (KUB-41, KUB-42).
#[test]
fn kub_42_probe_grace_counts_only_while_not_deleting() {
    let sources = GraceSources { spec: Some(60), liveness: Some(5), ..GraceSources::default() };
    let killed = |sources: GraceSources| {
        let grace = sources.base(KillReason::LivenessProbe);
        let mut pod = [actor(Role::Regular, HookRun::None, StopRun::Ignores, grace)];
        simulate(&mut pod);
        row(&pod[0])
    };
    assert_eq!(killed(sources), (secs(0), secs(5)));
    assert_eq!(killed(GraceSources { deletion: Some(60), ..sources }), (secs(0), secs(60)));
}

pub(crate) fn behaviour() -> impl Strategy<Value = Behaviour> {
    let time = || (0_u64..40_000).prop_map(Duration::from_millis);
    let hook = prop_oneof![4 => Just(HookRun::None), 3 => time().prop_map(HookRun::Takes), 1 => Just(HookRun::Hangs)];
    let process = prop_oneof![
        5 => time().prop_map(StopRun::Ends), 2 => Just(StopRun::Ignores), 1 => Just(StopRun::Fails)
    ];
    (hook, process).prop_map(|(hook, process)| Behaviour { hook, process })
}

prop_compose! {
    /// A Pod in spec order that is killed with one grace for all.
    pub(crate) fn pod()(
        grace in 0_i64..40,
        inits in vec((prop_oneof![Just(Role::Init), Just(Role::Sidecar)], any::<bool>(), behaviour()), 0..4),
        regulars in vec((Just(Role::Regular), any::<bool>(), behaviour()), 1..4),
    ) -> Vec<Actor> {
        inits.into_iter().chain(regulars).map(|(role, running, behaviour)| {
            let process = if running { Process::Running } else { Process::Stopped };
            Actor::new(Member { role, process }, behaviour, grace)
        }).collect()
    }
}

prop_compose! {
    /// Containers of any role in any order, with graces and times that no Pod has.
    fn raw_pod()(
        containers in vec((
            prop_oneof![Just(Role::Init), Just(Role::Sidecar), Just(Role::Regular), Just(Role::Ephemeral)],
            any::<bool>(),
            prop_oneof![3 => behaviour(), 1 => Just(Behaviour {
                hook: HookRun::Takes(Duration::MAX), process: StopRun::Ends(Duration::MAX),
            })],
            prop_oneof![3 => -2_i64..5, 1 => any::<i64>()],
        ), 0..7),
    ) -> Vec<Actor> {
        containers.into_iter().map(|(role, running, behaviour, grace)| {
            let process = if running { Process::Running } else { Process::Stopped };
            Actor::new(Member { role, process }, behaviour, grace)
        }).collect()
    }
}

proptest! {
    /// KUB-61: when the kubelet dies, nothing of an attempt has happened at that moment or later, and all before.
    #[test]
    fn kub_61_a_dead_kubelet_does_nothing(pod in pod(), which in any::<prop::sample::Index>()) {
        let times = |actor: &Actor| [actor.times.signal, actor.times.killed, actor.times.ended];
        let mut whole = pod.clone();
        let attempt = simulate(&mut whole);
        let moments: Vec<Duration> = whole.iter().flat_map(times).flatten().collect();
        prop_assume!(!moments.is_empty());
        for end in [*which.get(&moments), attempt.ended + secs(1)] {
            let mut cut = pod.clone();
            let ended = simulate_until(&mut cut, end);
            for (cut, whole) in cut.iter().zip(&whole) {
                // What begins with the attempt is done at once.
                let before = times(whole).map(|time| time.filter(|time| *time < end || time.is_zero()));
                if !end.is_zero() {
                    prop_assert_eq!(times(cut), before, "{:?}", end);
                }
            }
            prop_assert_eq!(ended.is_some(), attempt.ended < end, "{:?}", end);
        }
    }

    /// KUB-40, KUB-43: whatever the Pod, each container that runs gets its stop signal and 2 s, and ends, unless its stop call
    /// fails; nothing happens to the others, and a grace of 0 or less runs no hook and waits for nobody.
    #[test]
    fn kub_40_each_running_container_is_killed(mut pod in raw_pod()) {
        let attempt = simulate(&mut pod);
        for actor in &pod {
            if actor.member.process == Process::Stopped {
                prop_assert_eq!(actor.times, Default::default());
                continue;
            }
            let (signal, kill) = row(actor);
            prop_assert!(kill.saturating_sub(signal) >= secs(2) || kill == Duration::MAX);
            prop_assert_eq!(actor.times.ended.is_none(), actor.behaviour.process == StopRun::Fails);
            prop_assert!(actor.times.ended.is_none_or(|end| signal <= end && end <= kill && end <= attempt.ended));
            prop_assert!(actor.grace > 0 || (signal, kill) == (secs(0), secs(2)));
        }
    }

    /// KUB-44: at least 2 s lie between the stop signal and SIGKILL, and nothing outlives the grace by more than 2 s.
    #[test]
    fn kub_44_two_seconds_and_no_more(mut pod in pod()) {
        let Attempt { ended, .. } = simulate(&mut pod);
        for actor in &pod {
            if actor.member.process == Process::Stopped {
                prop_assert_eq!(actor.times, Default::default());
                continue;
            }
            let (signal, kill) = row(actor);
            prop_assert!(kill - signal >= secs(2));
            // The grace, the floor, and the fractions that truncation gives back in two waits (K4).
            prop_assert!(kill < secs(actor.grace.unsigned_abs() + 2 + 2), "{kill:?} of {}", actor.grace);
            prop_assert!(actor.times.killed.is_none_or(|killed| killed == kill));
            prop_assert!(actor.times.ended.is_none_or(|end| end >= signal && end <= kill && end <= ended));
        }
    }

    /// KUB-45, KUB-46: a sidecar with grace left gets its stop signal after every regular container has ended, and after
    /// the next sidecar, but its hook runs at the beginning.
    #[test]
    fn kub_45_sidecars_wait(mut pod in pod()) {
        simulate(&mut pod);
        let grace = secs(pod[0].grace.unsigned_abs());
        for (place, sidecar) in pod.iter().enumerate() {
            let Some(signal) = sidecar.times.signal.filter(|_| sidecar.member.role == Role::Sidecar) else { continue };
            if signal >= grace {
                continue; // its own grace was used up: the order is given up
            }
            let next = pod.iter().skip(place + 1).find(|later| later.member.role == Role::Sidecar);
            let before = pod.iter().filter(|other| other.member.role == Role::Regular).chain(next);
            for other in before.filter(|other| other.member.process == Process::Running) {
                prop_assert!(other.times.ended.is_some_and(|end| end <= signal), "{sidecar:?} before {other:?}");
            }
        }
    }

    /// KUB-45: regular and init containers never wait for others, so their signal depends on their own hook alone.
    #[test]
    fn kub_45_regular_containers_never_wait(mut pod in pod()) {
        simulate(&mut pod);
        for actor in pod.iter().filter(|actor| actor.member.role != Role::Sidecar) {
            let Some(signal) = actor.times.signal else { continue };
            let grace = secs(actor.grace.unsigned_abs());
            let has_sidecar = pod.iter().any(|other| other.member.role == Role::Sidecar);
            let hook = match actor.behaviour.hook {
                HookRun::None => Duration::ZERO,
                HookRun::Takes(time) => time.min(grace),
                HookRun::Hangs => grace,
            };
            prop_assert_eq!(signal, hook, "sidecars: {}", has_sidecar);
        }
    }

    /// KUB-49: an attempt in which a stop call fails never counts as stopped, and any other does.
    #[test]
    fn kub_49_a_failed_stop_fails_the_attempt(mut pod in pod()) {
        let attempt = simulate(&mut pod);
        let fails = pod.iter().any(|actor| {
            actor.member.process == Process::Running && actor.behaviour.process == StopRun::Fails
        });
        prop_assert_eq!(attempt.outcome == Outcome::Failed, fails);
    }

    /// KUB-43 step 4: the floor is 2 and nothing else is changed.
    #[test]
    fn kub_43_the_floor_is_two(grace in any::<i64>()) {
        prop_assert_eq!(i128::from(stop_timeout(grace)), i128::from(grace).max(2));
    }
}
