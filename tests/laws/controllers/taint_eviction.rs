//! Taint eviction: verdicts over any taints, and timers over any history of them.

use pod_lifecycle::controllers::taint_eviction::{Timer, Toleration, Verdict, reset, verdict};
use pod_lifecycle::{Grace, Now, Time};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::strategies::config;

fn toleration() -> impl Strategy<Value = Toleration> {
    prop_oneof![
        1 => Just(Toleration::None),
        2 => Just(Toleration::Unlimited),
        4 => prop_oneof![-2..5_i64, Just(300), any::<i64>()].prop_map(Toleration::Seconds),
    ]
}

fn at(secs: i64) -> Now {
    Now::at(Time::from_unix(secs))
}

proptest! {
    #![proptest_config(config(500))]

    /// CTL-TNT-01: one taint that is not tolerated decides; else the least of the limits, no less than 0; else nothing.
    #[test]
    fn ctl_tnt_01_the_least_limit_counts(taints in vec(toleration(), 0..5)) {
        let limits = taints.iter().filter_map(|taint| match taint {
            Toleration::Seconds(secs) => Some(u64::try_from(*secs).unwrap_or(0)),
            Toleration::None | Toleration::Unlimited => None,
        });
        let expected = match (taints.contains(&Toleration::None), limits.min()) {
            (true, _) => Verdict::Now,
            (false, Some(least)) => Verdict::After(Grace::from_secs(least)),
            (false, None) => Verdict::Stays,
        };
        prop_assert_eq!(verdict(taints), expected);
    }

    /// CTL-TNT-02: from the first limit on the time does not move, whatever limits follow; no limit ends it, a taint that is not
    /// tolerated makes it now.
    #[test]
    fn ctl_tnt_02_a_timer_in_place_is_kept(
        steps in vec(prop_oneof![
            1 => Just(Verdict::Stays),
            1 => Just(Verdict::Now),
            4 => (0..400_u64).prop_map(|secs| Verdict::After(Grace::from_secs(secs))),
        ], 1..12)
    ) {
        let mut timer = None;
        for (now, step) in (0..).map(|step| at(step * 10)).zip(steps) {
            let before = timer;
            timer = reset(timer, step, now);
            let due = timer.map(Timer::due);
            match (step, before) {
                (Verdict::Stays, _) => prop_assert_eq!(due, None),
                (Verdict::Now, _) => prop_assert_eq!(due, Some(now)),
                (Verdict::After(time), None) => prop_assert_eq!(due, Some(now.plus(time))),
                (Verdict::After(_), Some(_)) => prop_assert_eq!(timer, before),
            }
        }
    }
}
