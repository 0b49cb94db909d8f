//! Back-off between restarts and between image pulls.

use pod_lifecycle::backoff::{Attempt, Limits, Series};
use pod_lifecycle::time::{Grace, Now, Time};
use proptest::collection::vec;
use proptest::prelude::*;

fn at(secs: i64) -> Now {
    Now::at(Time::from_unix(secs))
}

/// Restarts a container that ends at once, as early as it may be; returns the waits.
fn crash_loop(limits: Limits, restarts: usize) -> Vec<i64> {
    let (mut series, mut clock, mut waits) = (Series::CLEAR, 0, Vec::new());
    for _ in 0..restarts {
        let exited = clock;
        if let Attempt::Delayed { until } = series.restart(Some(at(exited)), at(clock), limits) {
            clock = until.floor().as_unix();
        }
        let Attempt::Made { next } = series.restart(Some(at(exited)), at(clock), limits) else {
            unreachable!("the restart is due")
        };
        waits.push(clock - exited);
        series = next;
    }
    waits
}

/// CTR-24: the first restart is immediate; then 10, 20, 40, 80, 160, 300, 300, … seconds.
#[test]
fn ctr_24_the_series() {
    assert_eq!(crash_loop(Limits::DEFAULT, 9), [0, 10, 20, 40, 80, 160, 300, 300, 300]);
    assert_eq!(crash_loop(Limits::REDUCED, 9), [0, 1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(crash_loop(Limits::capped(Grace::from_secs(7)).unwrap(), 3), [0, 7, 7]);
}

/// CTR-25: a cap is 1 to 300 seconds.
#[test]
fn ctr_25_a_cap_has_its_range() {
    for secs in [0, 301, u64::MAX] {
        let refused = Limits::capped(Grace::from_secs(secs)).unwrap_err();
        assert!(refused.to_string().starts_with("CTR-25: "), "{refused}");
    }
}

/// CTR-26: an exit more than 600 s after the last update starts the series again, whatever the cap; one at
/// 600 s does not.
#[test]
fn ctr_26_the_series_starts_again() {
    let limits = Limits::capped(Grace::from_secs(60)).unwrap();
    let held = Series::Held { delay: Grace::from_secs(60), updated: at(1000) };
    assert_eq!(held.due(at(1600)), Some(at(1660)));
    assert_eq!(held.due(at(1601)), None);
    let first = Series::Held { delay: Grace::from_secs(10), updated: at(1601) };
    assert_eq!(held.restart(Some(at(1601)), at(1601), limits), Attempt::Made { next: first });
    // The fraction counts.
    let just_after = Now::with_nanos(Time::from_unix(1600), 1);
    assert_eq!(held.due(just_after), None);
}

/// CTR-28: without an exited instance the container starts at once and the series stays.
#[test]
fn ctr_28_a_kill_without_older_exit_is_not_delayed() {
    let held = Series::Held { delay: Grace::from_secs(300), updated: at(1000) };
    assert_eq!(held.restart(None, at(1000), Limits::DEFAULT), Attempt::Made { next: held });
}

/// CTR-29: pulls wait 10, 20, 40, … 300 seconds after the last attempt.
#[test]
fn ctr_29_pulls_back_off_from_the_last_attempt() {
    let (mut series, mut clock, mut waits) = (Series::CLEAR, 0, Vec::new());
    for _ in 0..8 {
        let due = series.pull_due().map_or(clock, |due| due.floor().as_unix());
        waits.push(due - clock);
        clock = due;
        assert_eq!(series.pull(at(clock)), Attempt::Made { next: series });
        series = series.pull_failed(at(clock), Limits::DEFAULT);
        assert_ne!(series.pull(at(clock)), Attempt::Made { next: series });
    }
    assert_eq!(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
}

proptest! {
    /// CTR-24, CTR-25: no delay is longer than the cap or shorter than the first one, and each is at most twice
    /// the one before.
    #[test]
    fn ctr_25_delays_stay_within_their_limits(cap in 1..=300_u64, steps in vec((0..400_i64, 0..900_i64), 1..30)) {
        let limits = Limits::capped(Grace::from_secs(cap)).unwrap();
        let (mut series, mut clock, mut before) = (Series::CLEAR, 0, None);
        for (run, rest) in steps {
            let exited = at(clock + run);
            clock += run + rest;
            if let Attempt::Made { next } = series.restart(Some(exited), at(clock), limits) {
                let Series::Held { delay, updated } = next else { unreachable!("a made restart holds the series") };
                prop_assert_eq!(updated, at(clock));
                prop_assert!(delay.as_secs() <= cap && delay.as_secs() >= cap.min(10));
                if let Some(before) = before {
                    prop_assert!(delay.as_secs() <= 2 * before);
                }
                (series, before) = (next, Some(delay.as_secs()));
            }
        }
    }

    /// CTR-24, CTR-25, CTR-26, of any series at any time, however absurd: only a fresh exit is delayed, to a later
    /// moment; what is made is held from now on, by no more than the cap.
    #[test]
    fn ctr_26_any_series_delays_only_fresh_exits(
        delay in any::<u64>(), updated in any::<i64>(), exited in any::<i64>(), now in any::<i64>(), cap in 1..=300_u64,
    ) {
        let limits = Limits::capped(Grace::from_secs(cap)).unwrap();
        let series = Series::Held { delay: Grace::from_secs(delay), updated: at(updated) };
        let fresh = i128::from(exited) - i128::from(updated) <= 600;
        match series.restart(Some(at(exited)), at(now), limits) {
            Attempt::Delayed { until } => prop_assert!(fresh && until > at(now)),
            Attempt::Made { next: Series::Held { delay, updated } } => {
                prop_assert_eq!(updated, at(now));
                prop_assert!(delay.as_secs() <= cap);
                prop_assert!(fresh || delay.as_secs() == cap.min(10));
            }
            Attempt::Made { next: Series::Clear } => prop_assert!(false, "a made restart holds the series"),
        }
    }
}
