//! Restart decisions and back-off.

use pod_lifecycle::Time;
use pod_lifecycle::container::{
    ContainerPolicy, Exit, ExitReason, Operator, RestartPolicy, RestartRule, Role, RuleAction,
};
use pod_lifecycle::phase::Deleting;
use pod_lifecycle::restart::{
    Attempt, BACKOFF_SECS_MAX, Backoff, Instance, ResetFacts, Resetting, RuntimeStatus, Start, init_failed,
    reset_due, restart_intent, start,
};
use proptest::prelude::*;

const fn exit(code: i32, reason: ExitReason) -> Instance {
    Instance::Exited(Exit { code, reason })
}

fn instances() -> Vec<Option<Instance>> {
    let reasons = [ExitReason::Other, ExitReason::OomKilled];
    let exits = [0, 1, 137].into_iter().flat_map(|code| reasons.map(|reason| exit(code, reason)));
    [Instance::Created, Instance::Running, Instance::Unknown]
        .into_iter()
        .chain(exits)
        .map(Some)
        .chain([None])
        .collect()
}

const POLICIES: [Option<RestartPolicy>; 4] =
    [None, Some(RestartPolicy::Always), Some(RestartPolicy::OnFailure), Some(RestartPolicy::Never)];

/// CTR-02 over every instance, own policy and policy of the Pod.
#[test]
fn ctr_02_what_runs_or_is_deleting_is_not_started() {
    for newest in instances() {
        for own in POLICIES {
            for pod in POLICIES {
                let policy = ContainerPolicy { own, rules: &[] };
                assert_eq!(start(newest, policy, pod, Deleting::Yes), Start::No);
                let started = start(newest, policy, pod, Deleting::No) == Start::Yes;
                let expected = match newest {
                    Some(Instance::Running) => false,
                    Some(Instance::Exited(exit)) => match own.or(pod) {
                        Some(RestartPolicy::Never) => false,
                        Some(RestartPolicy::OnFailure) => exit.code != 0,
                        Some(RestartPolicy::Always) | None => true,
                    },
                    _ => true,
                };
                assert_eq!(started, expected, "{newest:?} {own:?} {pod:?}");
            }
        }
    }
}

/// CTR-03: without an exit code only `Never` forbids, the container's own policy before the Pod's.
#[test]
fn ctr_03_only_never_forbids() {
    for own in POLICIES {
        for pod in POLICIES {
            let policy = ContainerPolicy { own, rules: &[] };
            let never = own.or(pod) == Some(RestartPolicy::Never);
            assert_eq!(restart_intent(policy, pod) == Start::No, never);
        }
    }
}

/// CTR-05: another code than 0, `OOMKilled`, or an unknown state is a failure of an init container.
#[test]
fn ctr_05_oom_is_a_failure_even_with_code_0() {
    assert!(init_failed(exit(1, ExitReason::Other)) && init_failed(exit(0, ExitReason::OomKilled)));
    assert!(init_failed(Instance::Unknown));
    assert!(!init_failed(exit(0, ExitReason::Other)) && !init_failed(Instance::Running));
    assert!(!init_failed(Instance::Created));
}

/// CTR-32: only the first matching rule speaks; what was reported counts where the newest instance has ended with a
/// code that triggers nothing, or where the runtime is not known at all.
#[test]
fn ctr_32_reported_codes_count_only_beside_an_ended_instance() {
    let rule =
        |action, value: i32| RestartRule { action, operator: Operator::In, values: vec![value].into() };
    let rules = [
        rule(RuleAction::Restart, 1),
        rule(RuleAction::RestartAllContainers, 1),
        rule(RuleAction::RestartAllContainers, 7),
    ];
    let due = |runtime, newest, reported| {
        reset_due(
            Resetting::No,
            runtime,
            [ResetFacts { role: Role::Regular, rules: &rules, newest, reported }],
        )
    };
    let (known, absent) = (RuntimeStatus::Known, RuntimeStatus::Absent);
    let ended = |code| Some(exit(code, ExitReason::Other));
    assert!(due(known, ended(7), None) && due(known, ended(0), Some(7)) && due(absent, None, Some(7)));
    assert!(!due(known, ended(1), None), "the first rule says Restart");
    assert!(!due(known, Some(Instance::Running), Some(7)) && !due(known, None, Some(7)));
    assert!(!due(absent, ended(7), None), "without a runtime status only what was reported counts");
    assert!(reset_due(Resetting::Yes, known, []));
}

/// CTR-24: the first restart comes at once, the next wait 10, 20, 40, 80, 160, 300, 300 … seconds after each end.
#[test]
fn ctr_24_delays_double_up_to_the_cap() {
    let (mut backoff, mut finished, mut delays) = (Backoff::default(), 1_000, Vec::new());
    for _ in 0..8 {
        let ended = Time::from_unix(finished);
        let now = match backoff.attempt(ended, ended, BACKOFF_SECS_MAX) {
            Attempt::Now(_) => ended,
            Attempt::At(ready) => ready,
        };
        delays.push(now.as_unix() - finished);
        let Attempt::Now(next) = backoff.attempt(now, ended, BACKOFF_SECS_MAX) else {
            panic!("it was ready")
        };
        backoff = next;
        finished = now.as_unix() + 1;
    }
    assert_eq!(delays, [0, 10, 20, 40, 80, 160, 300, 300]);
}

proptest! {
    /// CTR-24, CTR-25: a wait is never longer than the cap and never ends before the last end; what is ready stays ready.
    #[test]
    fn ctr_25_no_wait_is_longer_than_the_cap(
        lives in proptest::collection::vec((0_i64..2_000, 0_i64..2_000), 1..12),
        max in 1_u32..=300,
    ) {
        let (mut backoff, mut clock) = (Backoff::default(), 0);
        for (ran, waited) in lives {
            let finished = Time::from_unix(clock + ran);
            let asked = Time::from_unix(clock + ran + waited);
            let now = match backoff.attempt(asked, finished, max) {
                Attempt::Now(_) => asked,
                Attempt::At(ready) => {
                    prop_assert!(ready > asked && ready.as_unix() <= finished.as_unix() + i64::from(max));
                    ready
                }
            };
            match backoff.attempt(now, finished, max) {
                Attempt::Now(next) => backoff = next,
                Attempt::At(ready) => prop_assert!(false, "{ready} after it was ready at {now}"),
            }
            clock = now.as_unix();
        }
    }

    /// CTR-26: an end more than 600 s after the last restart begins the series anew, and so is restarted at once.
    #[test]
    fn ctr_26_a_long_run_forgives(ran in 601_i64..100_000) {
        let at = Time::from_unix;
        let mut backoff = Backoff::default();
        for time in [0, 10, 40] {
            if let Attempt::Now(next) = backoff.attempt(at(time), at(time), BACKOFF_SECS_MAX) {
                backoff = next;
            }
        }
        let Attempt::Now(last) = backoff.attempt(at(1_000), at(900), BACKOFF_SECS_MAX) else {
            return Err(TestCaseError::fail("100 s are longer than any delay so far"));
        };
        prop_assert!(matches!(last.attempt(at(1_000 + ran), at(1_000 + ran), BACKOFF_SECS_MAX), Attempt::Now(_)));
    }
}
