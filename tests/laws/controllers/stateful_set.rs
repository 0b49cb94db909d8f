//! A `StatefulSet`.

use std::collections::BTreeSet;

use pod_lifecycle::controllers::Readiness;
use pod_lifecycle::controllers::stateful_set::{
    Action, Management, Partition, Pod, Revisions, Set, Strategy as Rollout, Sync, sync,
};
use pod_lifecycle::{Deletion, Grace, Now, Phase, Time};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::readiness;
use crate::strategies::{EPOCH, config, deletion, now, phase};

const DELETING: Deletion = Deletion::Expired { due: Time::from_unix(EPOCH) };

fn strategy() -> impl Strategy<Value = Rollout> {
    prop_oneof![
        1 => Just(Rollout::OnDelete),
        1 => Just(Rollout::RollingUpdate(Partition::Absent)),
        4 => (0..5_u32).prop_map(|from| Rollout::RollingUpdate(Partition::From(from))),
    ]
}

fn set() -> impl Strategy<Value = Set> {
    let management = select(vec![Management::OrderedReady, Management::Parallel]);
    let deletion = prop_oneof![9 => Just(Deletion::Live), 1 => deletion()];
    (0..5_u32, 0..3_u32, management, strategy(), 0..3_u64, deletion, 0..5_i64).prop_map(
        |(replicas, start, management, strategy, min_ready, deletion, current_replicas)| {
            let min_ready = Grace::from_secs(20 * min_ready);
            Set { replicas, start, management, strategy, min_ready, deletion, current_replicas }
        },
    )
}

/// Any Pods, of one ordinal too.
fn raw() -> impl Strategy<Value = Vec<Pod<u8>>> {
    let pod = (
        0..8_u32,
        phase(),
        readiness(),
        prop_oneof![3 => Just(Deletion::Live), 1 => deletion()],
        option::of(1..4_u8),
    )
        .prop_map(|(ordinal, phase, readiness, deletion, revision)| Pod {
            ordinal,
            phase,
            readiness,
            deletion,
            revision,
        });
    vec(pod, 0..8)
}

/// One Pod an ordinal, as the API stores them, mostly running and ready.
fn well_formed() -> impl Strategy<Value = Vec<Pod<u8>>> {
    (raw(), vec(any::<bool>(), 8)).prop_map(|(pods, healthy)| {
        let mut seen = BTreeSet::new();
        let distinct = pods.into_iter().filter(|pod| seen.insert(pod.ordinal));
        let improved = distinct
            .zip(healthy)
            .map(|(pod, healthy)| if healthy { running(pod.ordinal, pod.revision) } else { pod });
        improved.collect()
    })
}

fn running(ordinal: u32, revision: Option<u8>) -> Pod<u8> {
    let readiness = Readiness::Ready { since: Some(Time::from_unix(0)) };
    Pod { ordinal, phase: Some(Phase::Running), readiness, deletion: Deletion::Live, revision }
}

fn pods() -> impl Strategy<Value = Vec<Pod<u8>>> {
    prop_oneof![2 => well_formed(), 1 => raw()]
}

fn revisions() -> impl Strategy<Value = Revisions<u8>> {
    (option::of(1..3_u8), 2..4_u8).prop_map(|(current, update)| Revisions { current, update })
}

fn ordinal(action: &Action<u8>) -> u32 {
    match action {
        Action::Create { ordinal, .. } | Action::Delete { ordinal } => *ordinal,
    }
}

fn is_terminal(pod: &Pod<u8>) -> bool {
    matches!(pod.phase, Some(Phase::Failed | Phase::Succeeded))
}

/// Runs, ready for long enough, deleting or not.
fn is_available(pod: &Pod<u8>, set: &Set, now: Now) -> bool {
    let long_enough = match pod.readiness {
        Readiness::NotReady => false,
        Readiness::Ready { since: None } => set.min_ready == Grace::ZERO,
        Readiness::Ready { since: Some(since) } => {
            set.min_ready == Grace::ZERO || Now::at(since.plus(set.min_ready)) <= now
        }
    };
    pod.phase == Some(Phase::Running) && long_enough
}

/// Runs, ready for long enough, and stays.
fn is_healthy(pod: &Pod<u8>, set: &Set, now: Now) -> bool {
    is_available(pod, set, now) && pod.deletion == Deletion::Live
}

proptest! {
    #![proptest_config(config(2_000))]

    /// One thing at a time in ordered mode; nothing at all while the set is deleting.
    #[test]
    fn ctl_ss_04_13_ordered_sets_do_one_thing(set in set(), pods in pods(), revisions in revisions(), now in now()) {
        let Sync { actions, .. } = sync(&set, revisions, &pods, now);
        prop_assert!(set.deletion == Deletion::Live || actions.is_empty());
        prop_assert!(set.management == Management::Parallel || actions.len() <= 1, "{:?}", actions);
    }

    /// A Pod is created only in range, only where none exists, and at one of the two revisions.
    #[test]
    fn ctl_ss_01_an_ordinal_is_created_once(set in set(), pods in well_formed(), revisions in revisions(), now in now()) {
        let Sync { actions, .. } = sync(&set, revisions, &pods, now);
        let mut created = BTreeSet::new();
        for action in &actions {
            let Action::Create { ordinal, revision } = action else { continue };
            prop_assert!((set.start..set.start + set.replicas).contains(ordinal));
            prop_assert!(!pods.iter().any(|pod| pod.ordinal == *ordinal && pod.phase.is_some()));
            prop_assert!(created.insert(*ordinal));
            let known = [revisions.current, Some(revisions.update)].contains(&Some(*revision));
            prop_assert!(known || pods.iter().any(|pod| pod.ordinal == *ordinal));
        }
    }

    /// In ordered mode a surplus Pod goes only when every replica is healthy, and none with a higher number is left.
    #[test]
    fn ctl_ss_04_scaling_down_waits(mut set in set(), pods in well_formed(), revisions in revisions(), now in now()) {
        set.management = Management::OrderedReady;
        let range = set.start..set.start + set.replicas;
        let Sync { actions, .. } = sync(&set, revisions, &pods, now);
        for gone in actions.iter().map(ordinal).filter(|ordinal| !range.contains(ordinal)) {
            let replica = |ordinal| pods.iter().find(|pod| pod.ordinal == ordinal);
            prop_assert!(range.clone().all(|one| replica(one).is_some_and(|pod| is_healthy(pod, &set, now))));
            prop_assert!(pods.iter().all(|pod| range.contains(&pod.ordinal) || pod.ordinal <= gone));
        }
    }

    /// Whoever is deleted exists and is not deleting yet; a healthy replica goes only for an update above the partition.
    #[test]
    fn ctl_ss_07_09_only_old_pods_above_the_partition_go(mut set in set(), pods in well_formed(), revisions in revisions(), now in now()) {
        set.management = Management::OrderedReady;
        let Sync { actions, .. } = sync(&set, revisions, &pods, now);
        for action in actions.iter().filter(|action| matches!(action, Action::Delete { .. })) {
            let pod = pods.iter().find(|pod| pod.ordinal == ordinal(action)).unwrap();
            prop_assert_eq!(pod.deletion, Deletion::Live);
            let Some(number) = pod.ordinal.checked_sub(set.start).filter(|number| *number < set.replicas) else {
                continue;
            };
            let above = match set.strategy {
                Rollout::OnDelete => false,
                Rollout::RollingUpdate(Partition::Absent) => true,
                Rollout::RollingUpdate(Partition::From(partition)) => number >= partition,
            };
            prop_assert!(is_terminal(pod) || (above && pod.revision != Some(revisions.update)), "{:?}", pod);
        }
    }

    /// With `Parallel` readiness holds nothing up: whatever is missing is made and whatever is surplus goes, at once.
    #[test]
    fn ctl_ss_05_parallel_sets_wait_for_nobody(mut set in set(), pods in well_formed(), revisions in revisions(), now in now()) {
        (set.management, set.deletion) = (Management::Parallel, Deletion::Live);
        let Sync { actions, .. } = sync(&set, revisions, &pods, now);
        let range = set.start..set.start + set.replicas;
        let created = actions.iter().filter(|action| matches!(action, Action::Create { .. })).count();
        let there = pods.iter().filter(|pod| range.contains(&pod.ordinal) && pod.phase.is_some()).count();
        prop_assert_eq!(created + there, range.len());
        let surplus = |pod: &&Pod<u8>| !range.contains(&pod.ordinal) && pod.deletion == Deletion::Live;
        for pod in pods.iter().filter(surplus) {
            let delete = Action::Delete { ordinal: pod.ordinal };
            prop_assert!(actions.contains(&delete));
        }
    }

    /// The status never counts more than there is; the current revision moves only when a rolling update is complete.
    #[test]
    fn ctl_ss_11_17_the_status_adds_up(set in set(), pods in pods(), revisions in revisions(), now in now()) {
        let Sync { status, .. } = sync(&set, revisions, &pods, now);
        let available = pods.iter().filter(|pod| is_available(pod, &set, now)).count();
        prop_assert_eq!(status.available, i64::try_from(available).unwrap());
        prop_assert!(status.available <= status.ready && status.ready <= status.replicas);
        prop_assert!(status.replicas <= i64::try_from(pods.len()).unwrap());
        let current = revisions.current.unwrap_or(revisions.update);
        if status.current_revision != current {
            prop_assert!(matches!(set.strategy, Rollout::RollingUpdate(_)));
            let all = i64::from(set.replicas);
            prop_assert_eq!([status.updated, status.ready, status.replicas, status.current], [all; 4]);
        }
    }

    /// Played to its end in ordered mode, with Pods that become ready when they are let: never two replicas are missing
    /// or unready by the set's own doing, and in the end all have the update revision, or the current one below the partition.
    #[test]
    fn ctl_ss_07_an_update_goes_one_by_one(replicas in 1..5_u32, partition in 0..5_u32, extra in 0..3_u32, slow in vec(any::<bool>(), 16)) {
        let set = Set {
            replicas,
            start: 1,
            management: Management::OrderedReady,
            strategy: Rollout::RollingUpdate(Partition::From(partition)),
            min_ready: Grace::ZERO,
            deletion: Deletion::Live,
            current_replicas: i64::from(replicas),
        };
        let revisions = Revisions { current: Some(1), update: 2 };
        let now = Now::at(Time::from_unix(EPOCH));
        let mut pods: Vec<Pod<u8>> = (1..=replicas + extra).map(|ordinal| running(ordinal, Some(1))).collect();
        for turn in 0..100 {
            for action in sync(&set, revisions, &pods, now).actions {
                match action {
                    Action::Create { ordinal, revision } => {
                        pods.push(Pod { phase: Some(Phase::Pending), readiness: Readiness::NotReady, ..running(ordinal, Some(revision)) });
                    }
                    Action::Delete { ordinal } => {
                        let gone = pods.iter_mut().filter(|pod| pod.ordinal == ordinal);
                        gone.for_each(|pod| pod.deletion = DELETING);
                    }
                }
            }
            let range = 1..=replicas;
            let healthy = pods.iter().filter(|pod| range.contains(&pod.ordinal) && is_healthy(pod, &set, now)).count();
            prop_assert!(healthy + 1 >= usize::try_from(replicas).unwrap(), "{:?}", pods);
            if !slow[turn % slow.len()] || turn % 3 == 0 {
                pods.retain(|pod| pod.deletion == Deletion::Live);
                pods.iter_mut().for_each(|pod| *pod = running(pod.ordinal, pod.revision));
            }
        }
        pods.sort_by_key(|pod| pod.ordinal);
        let ends: Vec<(u32, Option<u8>)> = pods.iter().map(|pod| (pod.ordinal, pod.revision)).collect();
        let expected: Vec<(u32, Option<u8>)> =
            (0..replicas).map(|number| (number + 1, Some(if number < partition { 1 } else { 2 }))).collect();
        prop_assert_eq!(ends, expected);
    }
}
