//! Several attempts at one Pod: the vectors that need more than one, and what later attempts owe to earlier ones.

use std::time::Duration;

use pod_lifecycle::attempts::{Attempts, Happening, Run, attempt_grace};
use pod_lifecycle::container::Role;
use pod_lifecycle::phase::Source;
use pod_lifecycle::termination::{
    Actor, Behaviour, HookRun, Member, Outcome, Process, StopRun, Times, simulate,
};
use pod_lifecycle::worker::{Config, Facts, Killer};
use pod_lifecycle::{Deletion, Grace, Time};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::termination::{behaviour, pod};

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn deleted(at: u64, grace: u64) -> (Duration, Happening) {
    (secs(at), Happening::Deleted(Grace::from_secs(grace)))
}

fn regular(hook: HookRun, process: StopRun) -> Vec<Actor> {
    let member = Member { role: Role::Regular, process: Process::Running };
    vec![Actor::new(member, Behaviour { hook, process }, 0)]
}

/// What was done to the containers in each attempt, at most so many.
fn runs(happenings: &[(Duration, Happening)], mut pod: Vec<Actor>, most: usize) -> Vec<(Run, Vec<Actor>)> {
    let mut attempts = Attempts::new(Some(Grace::DEFAULT), happenings, secs(10));
    let mut runs = Vec::new();
    while let Some(run) = attempts.next(&mut pod) {
        runs.push((run, pod.clone()));
        if runs.len() == most {
            break;
        }
    }
    runs
}

/// Begin, grace, and when the first container got its stop signal and would get SIGKILL, from the first attempt on.
fn rows(runs: &[(Run, Vec<Actor>)]) -> Vec<(u64, i64, u64, u64)> {
    let row = |(run, pod): &(Run, Vec<Actor>)| {
        let at = |time: Option<Duration>| (run.began + time.unwrap()).as_secs();
        let Times { signal, sigkill_due, .. } = pod[0].times;
        (run.began.as_secs(), run.grace, at(signal), at(sigkill_due))
    };
    runs.iter().map(row).collect()
}

/// K14: g 30; at 10 a DELETE with g = 5 does not change the kill in progress.
#[test]
fn k14_a_shorter_grace_does_not_reach_the_attempt_in_progress() {
    let pod = regular(HookRun::None, StopRun::Ignores);
    let runs = runs(&[deleted(0, 30), deleted(10, 5)], pod, 9);
    assert_eq!(rows(&runs), [(0, 30, 0, 30)]);
    assert_eq!(runs[0].1[0].times.killed, Some(secs(30)));
}

/// K14, K11: if that kill fails, the next attempt begins at once, because an update waits, and has 5 s; from then on a
/// failed attempt is tried again after 10 s.
#[test]
fn k14_the_next_attempt_has_the_shorter_grace() {
    let pod = regular(HookRun::None, StopRun::Fails);
    let runs = runs(&[deleted(0, 30), deleted(10, 5)], pod, 3);
    assert_eq!(rows(&runs), [(0, 30, 0, 30), (30, 5, 30, 35), (45, 5, 45, 50)]);
    assert!(runs.iter().all(|(run, _)| run.attempt.is_some_and(|it| it.outcome == Outcome::Failed)));
}

/// KUB-13, KUB-41: an override counts, else G, else the grace of the spec, else the least of a kill, 2.
#[test]
fn kub_41_an_override_then_g_then_the_spec() {
    let values = [None, Some(0), Some(7), Some(30)];
    for g in values {
        let deletion = g.map_or(Deletion::Live, |g| Deletion::from_fields(Some(Time::from_unix(0)), Some(g)));
        for spec in values {
            let spec_grace = spec.map(|secs| Grace::from_secs(secs.unsigned_abs()));
            let config = Config::of(Facts { phase: None, deletion, spec_grace, source: Source::Api });
            for asked in values {
                let grace =
                    attempt_grace(config, asked.map(|secs: i64| Grace::from_secs(secs.unsigned_abs())));
                assert_eq!(grace, asked.or(g).or(spec).unwrap_or(2), "{asked:?}, {g:?}, {spec:?}");
            }
        }
    }
}

/// KUB-19: a failed attempt is tried again after 10 s, however much later the next thing happens.
#[test]
fn kub_19_a_retry_does_not_wait_for_news() {
    let pod = regular(HookRun::None, StopRun::Fails);
    let runs = runs(&[deleted(0, 30), deleted(100, 5)], pod, 4);
    assert_eq!(rows(&runs), [(0, 30, 0, 30), (40, 30, 40, 70), (80, 30, 80, 110), (110, 5, 110, 115)]);
}

/// K15: g 30; the kubelet restarts at 20: a stop signal at 0 and again at 20, SIGKILL at 50 by the new attempt.
#[test]
fn k15_a_restart_gives_the_full_grace_again() {
    let pod = regular(HookRun::None, StopRun::Ignores);
    let runs = runs(&[deleted(0, 30), (secs(20), Happening::Restarted)], pod, 9);
    assert_eq!(rows(&runs), [(0, 30, 0, 30), (20, 30, 20, 50)]);
    assert_eq!((runs[0].0.attempt, runs[0].1[0].times.killed), (None, None));
    assert_eq!(runs[1].1[0].times.killed, Some(secs(30)));
}

/// K15, CTR-64: the hook runs again, and the process that got its signal before it goes on ending.
#[test]
fn k15_hooks_run_again_and_processes_go_on_ending() {
    let pod = regular(HookRun::Takes(secs(4)), StopRun::Ends(secs(20)));
    let restarts = [deleted(0, 30), (secs(10), Happening::Restarted)];
    let first = runs(&restarts, pod.clone(), 9);
    assert_eq!(rows(&first), [(0, 30, 4, 30), (10, 30, 14, 40)]);
    assert_eq!(first[1].1[0].times.ended, Some(secs(14))); // 20 s after the first signal
    // Had the kubelet been away until the process had ended, there would be nothing to stop.
    let late =
        runs(&[deleted(0, 30), (secs(23), Happening::Restarted), (secs(24), Happening::Restarted)], pod, 9);
    assert_eq!(late.last().unwrap().1[0].times.signal, None);
}

/// KUB-61, NON-09: a kill that the kubelet decided by itself is forgotten; an eviction in a Pod that is deleted is, too, but
/// G is not.
#[test]
fn non_09_only_what_is_stored_survives_a_restart() {
    let evicted = (secs(5), Happening::Killed(Killer::HardEviction));
    let restarted = (secs(6), Happening::Restarted);
    let pod = || regular(HookRun::None, StopRun::Ignores);
    assert_eq!(rows(&runs(&[evicted, restarted], pod(), 9)), [(5, 1, 5, 7)]);
    let both = runs(&[evicted, deleted(5, 20), restarted], pod(), 9);
    assert_eq!(rows(&both), [(5, 1, 5, 7), (6, 20, 6, 26)]);
}

/// B21: an eviction with override 0 beats any grace of the spec.
#[test]
fn b21_an_eviction_beats_the_spec() {
    let soft = Killer::SoftEviction { longest: Grace::ZERO };
    let happenings = [(secs(0), Happening::Killed(soft))];
    let mut pod = regular(HookRun::Hangs, StopRun::Ignores);
    let mut attempts = Attempts::new(Some(Grace::from_secs(3_600)), &happenings, secs(10));
    assert_eq!(attempts.next(&mut pod).unwrap().grace, 1);
    assert_eq!(pod[0].times.killed, Some(secs(3)));
}

/// What is asked, with the number that it asks for; G is above 0, so that nothing is «unset» (NON-07).
fn happening() -> impl Strategy<Value = (Happening, Option<u64>)> {
    let killed = |killer, secs| (Happening::Killed(killer), secs);
    prop_oneof![
        4 => (1_u64..50).prop_map(|secs| (Happening::Deleted(Grace::from_secs(secs)), Some(secs))),
        1 => Just(killed(Killer::HardEviction, Some(1))),
        1 => (0_u64..30).prop_map(move |secs| {
            killed(Killer::Shutdown { period: Grace::from_secs(secs) }, Some(secs))
        }),
        1 => Just(killed(Killer::Removal, None)),
        2 => Just((Happening::Restarted, None)),
    ]
}

prop_compose! {
    fn history()(steps in vec((0_u64..40, happening()), 1..7)) -> Vec<(u64, Happening, Option<u64>)> {
        let mut at = 0;
        steps.into_iter().map(|(later, (what, asked))| {
            at += later;
            (at, what, asked)
        }).collect()
    }
}

fn happenings(history: &[(u64, Happening, Option<u64>)]) -> Vec<(Duration, Happening)> {
    history.iter().map(|(at, what, _)| (secs(*at), *what)).collect()
}

proptest! {
    /// B18, KUB-13, KUB-14: an attempt has the least grace that this kubelet process was asked for before, but at least 1;
    /// a kill without any asks for that of the spec, 30. A restarted process knows the last G only.
    #[test]
    fn b18_each_attempt_has_the_least_grace(history in history(), pod in pod()) {
        for (run, _) in runs(&happenings(&history), pod, 12) {
            let (mut g, mut least) = (None, None::<u64>);
            for (_, what, asked) in history.iter().filter(|(at, _, _)| secs(*at) <= run.began) {
                match what {
                    Happening::Restarted => least = g,
                    Happening::Deleted(_) => (g, least) = (*asked, least.into_iter().chain(*asked).min()),
                    Happening::Killed(_) => least = [least, *asked, g].into_iter().flatten().min().or(Some(30)),
                }
            }
            prop_assert_eq!(run.grace, i64::try_from(least.unwrap_or(30).max(1)).unwrap());
        }
    }

    /// KUB-19, KUB-44, KUB-49: attempts follow each other, one ends within its grace and 4 s, and no process is left after the last
    /// unless a stop call failed in it or the kubelet forgot the kill.
    #[test]
    fn kub_19_attempts_follow_each_other_to_the_end(history in history(), pod in pod()) {
        let runs = runs(&happenings(&history), pod, 12);
        for pair in runs.windows(2) {
            let [(before, _), (after, _)] = pair else { unreachable!("windows of two") };
            let failed = |attempt: pod_lifecycle::termination::Attempt| attempt.outcome == Outcome::Failed;
            prop_assert!(before.attempt.is_none_or(failed), "{before:?} was the last");
            let ended = before.began + before.attempt.map_or(Duration::ZERO, |attempt| attempt.ended);
            prop_assert!(ended <= after.began && before.grace >= 1);
        }
        for (run, pod) in &runs {
            let Some(attempt) = run.attempt else { continue };
            prop_assert!(attempt.ended < secs(run.grace.unsigned_abs() + 4));
            let left = pod.iter().any(|actor| {
                actor.member.process == Process::Running && actor.times.ended.is_none()
            });
            prop_assert_eq!(left, attempt.outcome == Outcome::Failed);
        }
    }

    /// KUB-43, KUB-44: with whole seconds a shorter grace never ends a container later.
    #[test]
    fn kub_44_a_shorter_grace_never_ends_later(
        parts in vec((0_usize..3, behaviour()), 1..6), grace in 0_i64..40, shorter in 0_i64..40,
    ) {
        let whole = |time: Duration| secs(time.as_secs());
        let pod = |grace: i64| -> Vec<Actor> {
            let actor = |(role, behaviour): &(usize, Behaviour)| {
                let hook = match behaviour.hook {
                    HookRun::Takes(time) => HookRun::Takes(whole(time)),
                    hook @ (HookRun::None | HookRun::Hangs) => hook,
                };
                let process = match behaviour.process {
                    StopRun::Ends(time) => StopRun::Ends(whole(time)),
                    process @ (StopRun::Ignores | StopRun::Fails) => process,
                };
                let role = [Role::Sidecar, Role::Init, Role::Regular][*role];
                let member = Member { role, process: Process::Running };
                Actor::new(member, Behaviour { hook, process }, grace)
            };
            parts.iter().map(actor).collect()
        };
        let (mut long, mut short) = (pod(grace.max(shorter)), pod(grace.min(shorter)));
        let (long_attempt, short_attempt) = (simulate(&mut long), simulate(&mut short));
        prop_assert!(short_attempt.ended <= long_attempt.ended);
        for (short, long) in short.iter().zip(&long) {
            prop_assert!(short.times.signal <= long.times.signal, "{short:?} and {long:?}");
            prop_assert!(short.times.ended <= long.times.ended, "{short:?} and {long:?}");
        }
    }
}
