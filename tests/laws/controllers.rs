//! The controllers: what each does of its own accord, on lists as a cluster makes them and on raw ones.

mod deployment;
mod endpoints;
mod node_lifecycle;
mod pod_gc;
mod replica_set;
mod stateful_set;
mod taint_eviction;

use pod_lifecycle::controllers::{Activity, Availability, Readiness};
use pod_lifecycle::{Deletion, Grace, Now, Phase, Time};
use proptest::option;
use proptest::prelude::*;

use crate::strategies::{EPOCH, config, deletion, now, phase, seconds};

/// Few different times, so that equal ones occur.
fn time() -> impl Strategy<Value = Option<Time>> {
    option::weighted(0.8, prop_oneof![EPOCH..EPOCH + 3, seconds()].prop_map(Time::from_unix))
}

fn readiness() -> impl Strategy<Value = Readiness> {
    prop_oneof![
        1 => Just(Readiness::NotReady),
        3 => time().prop_map(|since| Readiness::Ready { since }),
    ]
}

proptest! {
    #![proptest_config(config(500))]

    /// A terminal Pod is neither active nor terminating; any other is one of them, by its deletion alone.
    #[test]
    fn ctl_def_01_activity_is_phase_then_deletion(phase in phase(), deletion in deletion()) {
        let ended = matches!(phase, Some(Phase::Succeeded | Phase::Failed));
        let expected = match (ended, deletion == Deletion::Live) {
            (true, _) => Activity::Ended,
            (false, true) => Activity::Active,
            (false, false) => Activity::Terminating,
        };
        prop_assert_eq!(Activity::of(phase, deletion), expected);
    }

    /// Once available, a Pod stays so while it is ready; sooner or later every ready Pod with a time is available.
    #[test]
    fn ctl_def_02_availability_comes_with_time(readiness in readiness(), min in 0..90_u64, now in now(), wait in 0..200_u64) {
        let at = |now: Now| readiness.availability(Grace::from_secs(min), now);
        let later = now.plus(Grace::from_secs(wait));
        prop_assert!(at(now) == Availability::Unavailable || at(later) == Availability::Available);
        let eventually = match readiness {
            Readiness::NotReady => false,
            Readiness::Ready { since } => since.is_some() || min == 0,
        };
        prop_assert_eq!(at(Now::at(Time::from_unix(EPOCH + 1_000))) == Availability::Available, eventually);
    }
}
