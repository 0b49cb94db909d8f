//! A Deployment: its arithmetic, a whole rollout, and a change of size.

use pod_lifecycle::controllers::deployment::{
    Amount, Annotation, Deployment, Fences, ReplicaSet, Rounding, Strategy as Rollout, Update, Which,
    fenceposts, proportion, roll, scale, scaled,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::time;
use crate::strategies::config;

/// What validation lets through.
fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![(0..8_i32).prop_map(Amount::Count), (0..=100_i32).prop_map(Amount::Percent)]
}

fn valid() -> impl Strategy<Value = Deployment> {
    (0..30_i32, amount(), amount(), 0..40_i32).prop_map(|(replicas, surge, unavailable, status_replicas)| {
        let strategy = Rollout::RollingUpdate { surge: Some(surge), unavailable: Some(unavailable) };
        Deployment { replicas, strategy, status_replicas }
    })
}

/// Anything that an API object can hold.
fn raw() -> impl Strategy<Value = Deployment> {
    let odd = || {
        option::of(prop_oneof![
            any::<i32>().prop_map(Amount::Count),
            any::<i32>().prop_map(Amount::Percent),
            Just(Amount::Unreadable),
        ])
    };
    let strategy = prop_oneof![
        6 => (odd(), odd()).prop_map(|(surge, unavailable)| Rollout::RollingUpdate { surge, unavailable }),
        1 => Just(Rollout::Recreate),
        1 => Just(Rollout::Other),
    ];
    (any::<i32>(), strategy, any::<i32>()).prop_map(|(replicas, strategy, status_replicas)| Deployment {
        replicas,
        strategy,
        status_replicas,
    })
}

/// No more available than asked for.
fn set(name: u8) -> impl Strategy<Value = ReplicaSet<u8>> {
    let annotation = || prop_oneof![Just(Annotation::Absent), (0..30_i32).prop_map(Annotation::Written)];
    (time(), 0..20_i32, 0..20_i32, annotation(), annotation()).prop_map(
        move |(created, size, ready, desired, max)| ReplicaSet {
            name,
            created,
            size,
            available: ready.min(size),
            desired,
            max,
        },
    )
}

fn sets() -> impl Strategy<Value = (ReplicaSet<u8>, Vec<ReplicaSet<u8>>)> {
    (set(0), vec(set(1), 0..4)).prop_map(|(new, old)| {
        let named = (1..).zip(old).map(|(name, set)| ReplicaSet { name, ..set });
        (new, named.collect())
    })
}

fn wild() -> impl Strategy<Value = ReplicaSet<u8>> {
    (0..3_u8, time(), any::<i32>(), any::<i32>(), any::<i32>()).prop_map(
        |(name, created, size, available, max)| {
            let (desired, max) = (Annotation::Spelled(max), Annotation::Written(max));
            ReplicaSet { name, created, size, available, desired, max }
        },
    )
}

/// Carries updates out; a `ReplicaSet` gives up unready Pods before available ones (CTL-RS-07).
fn carry_out(updates: &[Update], new: &mut ReplicaSet<u8>, old: &mut [ReplicaSet<u8>]) {
    for update in updates {
        let set = match update.of {
            Which::New => &mut *new,
            Which::Old(place) => &mut old[place],
        };
        set.size = i32::try_from(update.size).unwrap();
        set.available = set.available.min(set.size);
    }
}

fn total(new: &ReplicaSet<u8>, old: &[ReplicaSet<u8>], of: fn(&ReplicaSet<u8>) -> i32) -> i64 {
    std::iter::once(new).chain(old).map(|set| i64::from(of(set))).sum()
}

fn sizes(new: &ReplicaSet<u8>, old: &[ReplicaSet<u8>]) -> Vec<i32> {
    std::iter::once(new).chain(old).map(|set| set.size).collect()
}

/// The two bounds in plain numbers; amounts that both come to nothing let one Pod be unavailable.
fn bounds(deployment: &Deployment) -> (i64, i64) {
    let Rollout::RollingUpdate { surge: Some(surge), unavailable: Some(unavailable) } = deployment.strategy
    else {
        panic!("valid ones roll");
    };
    let replicas = i64::from(deployment.replicas);
    let of = |amount, rest| match amount {
        Amount::Count(count) => i64::from(count),
        Amount::Percent(percent) => (i64::from(percent) * replicas + rest) / 100,
        Amount::Unreadable => panic!("valid ones are readable"),
    };
    let (surge, unavailable) = (of(surge, 99), of(unavailable, 0));
    let least = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    (replicas + surge, replicas - least.min(replicas))
}

proptest! {
    #![proptest_config(config(2_000))]

    /// A percentage is never further than one replica from its exact value, on the side that was asked for.
    #[test]
    fn ctl_dp_13_percentages_round_as_asked(percent: i32, desired: i32) {
        let exact = i64::from(percent) * i64::from(desired);
        let of = |rounding| scaled(Some(Amount::Percent(percent)), desired, rounding).unwrap() * 100;
        prop_assert!((exact..exact + 100).contains(&of(Rounding::Up)));
        prop_assert!((exact - 99..=exact).contains(&of(Rounding::Down)));
    }

    /// Something always may move; an unreadable amount is refused.
    #[test]
    fn ctl_dp_14_fences_never_close(surge in option::of(amount()), unavailable in option::of(amount()), desired in 0..50_i32) {
        let Fences { surge: up, unavailable: down } = fenceposts(surge, unavailable, desired).unwrap();
        prop_assert!(up + down > 0);
        prop_assert!(fenceposts(Some(Amount::Unreadable), unavailable, desired).is_err());
        prop_assert!(fenceposts(surge, Some(Amount::Unreadable), desired).is_err());
    }

    /// A sync never asks for more than the surge allows, nor makes fewer available than the minimum, by its own doing.
    #[test]
    fn ctl_dp_05_a_step_keeps_both_bounds(deployment in valid(), (mut new, mut old) in sets()) {
        let (most, least) = bounds(&deployment);
        let asked = total(&new, &old, |set| set.size);
        let available = total(&new, &old, |set| set.available);
        let shrinks_new = new.size > deployment.replicas;
        let updates = roll(&deployment, &new, &old).unwrap();
        carry_out(&updates, &mut new, &mut old);
        prop_assert!(total(&new, &old, |set| set.size) <= asked.max(most));
        if !shrinks_new {
            prop_assert!(total(&new, &old, |set| set.available) >= available.min(least));
        }
        let of_new = updates.iter().filter(|update| update.of == Which::New).count();
        prop_assert!(of_new == 0 || updates.len() == 1, "new and old in one sync: {updates:?}");
    }

    /// If all Pods become available in the end, every rollout ends with the new `ReplicaSet` alone.
    #[test]
    fn ctl_dp_19_a_healthy_rollout_ends(deployment in valid(), (mut new, mut old) in sets(), slow in vec(any::<bool>(), 16)) {
        for turn in 0..400 {
            let updates = roll(&deployment, &new, &old).unwrap();
            carry_out(&updates, &mut new, &mut old);
            if turn % 3 == 0 || !slow[turn % slow.len()] {
                new.available = new.size;
                old.iter_mut().for_each(|set| set.available = set.size);
            }
        }
        prop_assert_eq!(new.size, deployment.replicas);
        prop_assert!(old.iter().all(|set| set.size == 0), "{:?}", old);
    }

    /// A change of size is spread whole: what is asked for afterwards is the new maximum, or one set takes all.
    /// More is left only where shares were rounded up until the largest set had nothing left to give. Annotations that
    /// no controller wrote (less than what is asked for) can only spoil a shrinking.
    #[test]
    fn ctl_dp_21_spreading_conserves_the_total(deployment in valid(), (mut new, mut old) in sets(), slack in option::of(0..9_i32)) {
        let before = total(&new, &old, |set| set.size);
        if let Some(slack) = slack {
            let max = Annotation::Written(i32::try_from(before).unwrap() + slack);
            old.iter_mut().chain([&mut new]).for_each(|set| set.max = max);
        }
        let active = std::iter::once(&new).chain(&old).filter(|set| set.size > 0).count();
        let saturated = new.size == deployment.replicas
            && new.available == deployment.replicas
            && new.desired == Annotation::Written(deployment.replicas);
        let sizes = sizes(&new, &old);
        carry_out(&scale(&deployment, Some(&new), &old), &mut new, &mut old);
        let expected = match (active, saturated, deployment.replicas) {
            (0 | 1, _, replicas) | (_, true, replicas) => i64::from(replicas),
            (_, false, 0) => 0,
            (_, false, _) => bounds(&deployment).0,
        };
        let after = total(&new, &old, |set| set.size);
        let largest = sizes.iter().max();
        let mut changes = sizes.iter().zip(self::sizes(&new, &old));
        let emptied = changes.any(|(before, after)| Some(before) == largest && after == 0);
        if slack.is_some() || before <= expected {
            prop_assert!(
                after == expected || (before > after && after > expected && emptied),
                "{after} for {expected}"
            );
        }
        prop_assert!(old.iter().all(|set| set.size >= 0) && new.size >= 0);
    }

    /// A share stays within what is left of what is spread; an empty set gets none, and nobody
    /// does when nothing is to be given or all of it is.
    #[test]
    fn ctl_dp_20_a_share_is_of_what_is_left(
        deployment in valid(), set in set(0), to_add in -9..9_i64, added in -9..9_i64,
    ) {
        let share = |size, to_add, added| proportion(&deployment, &ReplicaSet { size, ..set }, to_add, added);
        prop_assert_eq!(share(0, to_add, added), 0);
        prop_assert_eq!((share(set.size, 0, added), share(set.size, to_add, to_add)), (0, 0));
        let (share, left) = (share(set.size, to_add, added), to_add - added);
        prop_assert!(share == 0 || if to_add > 0 { share <= left } else { share >= left }, "{share} of {left}");
    }

    /// No object, however absurd, makes the arithmetic overflow; without a strategy nothing is spread.
    #[test]
    fn ctl_dp_20_absurd_objects_are_survived(deployment in raw(), new in wild(), old in vec(wild(), 0..4)) {
        let active = std::iter::once(&new).chain(&old).filter(|set| set.size > 0).count();
        let updates = scale(&deployment, Some(&new), &old);
        prop_assert!(active < 2 || updates.len() <= active);
        if let Err(refusal) = roll(&deployment, &new, &old) {
            let rolling = matches!(deployment.strategy, Rollout::RollingUpdate { .. });
            prop_assert_eq!(refusal.rule().to_string(), if rolling { "CTL-DP-13" } else { "CTL-DP-16" });
        }
    }
}
