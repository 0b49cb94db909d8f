//! The victims of a `ReplicaSet`.

use std::cmp::Ordering;

use pod_lifecycle::controllers::Readiness;
use pod_lifecycle::controllers::replica_set::{
    Balance, Candidate, Clock, Restarts, balance, deletion_cost, rank,
};
use pod_lifecycle::{Binding, Now, Phase, Time};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{readiness, time};
use crate::strategies::{binding, config, now, phase};

/// Few values of each key, so that ties reach the later ones.
fn raw() -> impl Strategy<Value = Candidate<u8>> {
    let restarts = (0..2_i32, 0..2_i32).prop_map(|(regular, sidecar)| Restarts { regular, sidecar });
    (0..4_u8, time(), binding(), phase(), readiness(), -1..2_i32, 1..3_u32, restarts).prop_map(
        |(uid, created, binding, phase, readiness, cost, rank, restarts)| Candidate {
            uid,
            created,
            binding,
            phase,
            readiness,
            cost,
            rank,
            restarts,
        },
    )
}

/// The active Pods of a set: uids differ, all run, bound and ready, and tell when.
fn well_formed() -> impl Strategy<Value = Vec<Candidate<u8>>> {
    vec((raw(), 0..60_i64), 0..7).prop_map(|pods| {
        let numbered = (0..).zip(pods);
        numbered
            .map(|(uid, (pod, since))| {
                let since = Some(Time::from_unix(1_000 + 7 * i64::from(uid) * 60 + since));
                let readiness = Readiness::Ready { since };
                let (binding, phase) = (Binding::Bound, Some(Phase::Running));
                Candidate { uid, created: since, binding, phase, readiness, ..pod }
            })
            .collect()
    })
}

fn pods() -> impl Strategy<Value = Vec<Candidate<u8>>> {
    prop_oneof![well_formed(), vec(raw(), 0..7)]
}

fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![1 => Just(Clock::Absent), 3 => now().prop_map(Clock::At)]
}

fn before(one: &Candidate<u8>, other: &Candidate<u8>, clock: Clock) -> bool {
    one.goes_before(other, clock) == Ordering::Less
}

/// What is never deleted before what, in the words of the rule: the first line that separates two Pods.
fn must_precede(one: &Candidate<u8>, other: &Candidate<u8>) -> Option<bool> {
    let early = |phase| match phase {
        Some(Phase::Running) => 2,
        Some(Phase::Unknown) => 1,
        _ => 0,
    };
    if one.binding != other.binding {
        return Some(one.binding == Binding::Unbound);
    }
    if early(one.phase) != early(other.phase) {
        return Some(early(one.phase) < early(other.phase));
    }
    if (one.readiness == Readiness::NotReady) != (other.readiness == Readiness::NotReady) {
        return Some(one.readiness == Readiness::NotReady);
    }
    if one.cost != other.cost {
        return Some(one.cost < other.cost);
    }
    (one.rank != other.rank).then_some(one.rank > other.rank)
}

proptest! {
    #![proptest_config(config(2_000))]

    /// A sync moves towards what is wanted, never past it, and by at most 500.
    #[test]
    fn ctl_rs_01_the_difference_is_made_up(active in 0..2_000_u32, wanted in 0..2_000_u32) {
        match balance(active, wanted) {
            Balance::Even => prop_assert_eq!(active, wanted),
            Balance::Create(more) => prop_assert!(more > 0 && more <= 500 && active + more <= wanted),
            Balance::Delete(fewer) => prop_assert!(fewer > 0 && fewer <= 500 && active - fewer >= wanted),
        }
    }

    /// Of two Pods at most one goes first, and none goes before itself.
    #[test]
    fn ctl_rs_07_the_comparison_is_antisymmetric(one in raw(), other in raw(), clock in clock()) {
        prop_assert_eq!(one.goes_before(&other, clock), other.goes_before(&one, clock).reverse());
        prop_assert!(!before(&one, &one, clock));
    }

    /// Unassigned before assigned, early before running, unready before ready, cheap before dear, crowded before alone.
    #[test]
    fn ctl_rs_07_the_first_difference_decides(one in raw(), other in raw(), clock in clock()) {
        if let Some(first) = must_precede(&one, &other) {
            prop_assert_eq!(before(&one, &other, clock), first, "{:?} {:?}", one, other);
        }
    }

    /// Without a clock the relation is a strict weak order.
    #[test]
    fn ctl_rs_08_without_a_clock_order_is_transitive(a in raw(), b in raw(), c in raw()) {
        let clock = Clock::Absent;
        let not_after = |one: &Candidate<u8>, other: &Candidate<u8>| !before(other, one, clock);
        prop_assert!(!(before(&a, &b, clock) && before(&b, &c, clock)) || before(&a, &c, clock));
        prop_assert!(!(not_after(&a, &b) && not_after(&b, &c)) || not_after(&a, &c), "{:?} {:?} {:?}", a, b, c);
    }

    /// Ready Pods that differ in everything are ordered whole, with a clock too: none goes before an earlier one.
    #[test]
    fn ctl_rs_04_nobody_goes_before_an_earlier_one(mut pods in well_formed(), now in now()) {
        let clock = Clock::At(now.plus(pod_lifecycle::Grace::from_secs(10_000)));
        rank(&mut pods, clock);
        for (place, later) in pods.iter().enumerate() {
            prop_assert!(pods[..place].iter().all(|earlier| !before(later, earlier, clock)));
        }
    }

    /// Ranking loses nobody, and leaves no two neighbours the wrong way round.
    #[test]
    fn ctl_rs_04_ranking_is_a_permutation(pods in pods(), clock in clock()) {
        let mut ranked = pods.clone();
        rank(&mut ranked, clock);
        prop_assert!(ranked.windows(2).all(|pair| !before(&pair[1], &pair[0], clock)));
        let mut rest = ranked;
        for pod in &pods {
            rest.swap_remove(rest.iter().position(|other| other == pod).unwrap());
        }
        prop_assert!(rest.is_empty());
    }

    /// Ages in the same power of two are told apart by uid; in others the younger goes first.
    #[test]
    fn ctl_rs_08_ages_count_by_powers_of_two(pod in raw(), power in 0..20_u32, one in 0..1_i64 << 20, two in 0..1_i64 << 20) {
        // From 2^k to 2^(k+1) nanoseconds, in whole seconds: take ages of 2^31 ns and more apart.
        let now = Now::at(Time::from_unix(1 << 40));
        let nanos = |age: i64| i128::from(age) * 1_000_000_000;
        let base = 1_i64 << power;
        let (one, two) = (base + one % base + 1, base + two % base + 1);
        let aged = |uid, age: i64| Candidate {
            uid,
            readiness: Readiness::Ready { since: Some(Time::from_unix((1 << 40) - age)) },
            ..pod
        };
        let power_of = |age| (0..127).rev().find(|power| nanos(age) >= 1 << power).unwrap();
        if one != two {
            let by_uid = power_of(one) == power_of(two);
            let first = before(&aged(1, one), &aged(2, two), Clock::At(now));
            prop_assert_eq!(first, by_uid || one < two);
        }
    }

    /// A deletion cost is a plain decimal number, or nothing.
    #[test]
    fn ctl_rs_07_only_plain_numbers_are_a_cost(cost: i32, junk in "[+0][0-9]{1,3}|[0-9]{11}|[a-z ]{0,3}") {
        prop_assert_eq!(deletion_cost(Some(&cost.to_string())), cost);
        prop_assert_eq!(deletion_cost(Some(&junk)), 0);
        prop_assert_eq!(deletion_cost(None), 0);
    }
}

/// With a clock, three Pods can go round in a circle: equal times fall back on restarts, others on the uid.
#[test]
fn ctl_rs_08_mixed_ages_are_not_transitive() {
    let pod = |uid, since, regular| Candidate {
        uid,
        created: None,
        binding: Binding::Bound,
        phase: Some(Phase::Running),
        readiness: Readiness::Ready { since: Some(Time::from_unix(since)) },
        cost: 0,
        rank: 1,
        restarts: Restarts { regular, sidecar: 0 },
    };
    let (a, b, c) = (pod(1, 100, 0), pod(2, 101, 0), pod(3, 100, 9));
    let clock = Clock::At(Now::at(Time::from_unix(10_000)));
    assert!(before(&a, &b, clock) && before(&b, &c, clock) && before(&c, &a, clock));
}
