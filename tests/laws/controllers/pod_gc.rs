//! The Pod garbage collector.

use pod_lifecycle::controllers::pod_gc::{
    Effect, Health, Mark, Node, Pod, Reason, Search, Service, Step, Turn, pass,
};
use pod_lifecycle::{Deletion, Grace, Phase};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::time;
use crate::strategies::{config, deletion, phase};

const NODES: [Node; 8] = [
    Node::Unbound,
    Node::Known { health: Health::Ready, service: Service::InService },
    Node::Known { health: Health::Ready, service: Service::OutOfService },
    Node::Known { health: Health::NotReady, service: Service::InService },
    Node::Known { health: Health::NotReady, service: Service::OutOfService },
    Node::Missing(Search::Quarantined),
    Node::Missing(Search::Dropped),
    Node::Missing(Search::Absent),
];

/// Anything, names repeated too.
fn raw() -> impl Strategy<Value = Vec<Pod<u8>>> {
    let reason = select(vec![Reason::Evicted, Reason::Other]);
    let pod = (0..6_u8, time(), phase(), reason, deletion(), select(NODES.to_vec())).prop_map(
        |(name, created, phase, reason, deletion, node)| Pod { name, created, phase, reason, deletion, node },
    );
    vec(pod, 0..12)
}

/// A cluster: names differ, every Pod has a phase, and only failed Pods are evicted.
fn cluster() -> impl Strategy<Value = Vec<Pod<u8>>> {
    raw().prop_map(|pods| {
        let numbered = (0..).zip(pods);
        numbered
            .map(|(name, pod)| {
                let phase = Some(pod.phase.unwrap_or(Phase::Pending));
                let reason = if phase == Some(Phase::Failed) { pod.reason } else { Reason::Other };
                Pod { name, phase, reason, ..pod }
            })
            .collect()
    })
}

fn pods() -> impl Strategy<Value = Vec<Pod<u8>>> {
    prop_oneof![cluster(), raw()]
}

fn of(turns: &[Turn], step: Step) -> Vec<usize> {
    turns.iter().filter(|turn| turn.step == step).map(|turn| turn.pod).collect()
}

fn is_terminal(pod: &Pod<u8>) -> bool {
    matches!(pod.phase, Some(Phase::Succeeded | Phase::Failed))
}

proptest! {
    #![proptest_config(config(1_000))]

    /// The steps follow each other, and none takes a Pod twice.
    #[test]
    fn ctl_pgc_01_steps_are_in_order(pods in pods(), threshold in -1..6_i64) {
        let turns = pass(&pods, threshold);
        prop_assert!(turns.is_sorted_by_key(|turn| turn.step));
        for step in Step::ALL {
            let mut taken = of(&turns, step);
            taken.sort_unstable();
            prop_assert!(taken.windows(2).all(|pair| pair[0] != pair[1]), "{step:?} takes {taken:?}");
        }
    }

    /// Exactly what is above the threshold goes, and nobody who stays should have gone first.
    #[test]
    fn ctl_pgc_02_the_threshold_is_kept(pods in pods(), threshold in -1..6_i64) {
        let ended = |pod: &Pod<u8>| !matches!(pod.phase, Some(Phase::Pending | Phase::Running | Phase::Unknown));
        let all: Vec<usize> = (0..pods.len()).filter(|place| ended(&pods[*place])).collect();
        let gone = of(&pass(&pods, threshold), Step::Terminated);
        let limit = usize::try_from(threshold).unwrap_or(0);
        prop_assert_eq!(gone.len(), if limit == 0 { 0 } else { all.len().saturating_sub(limit) });
        for (place, other) in gone.iter().flat_map(|one| all.iter().map(move |other| (*one, *other))) {
            let (one, two) = (&pods[place], &pods[other]);
            prop_assert!(ended(one));
            let evicted = |pod: &Pod<u8>| pod.reason == Reason::Evicted && pod.phase == Some(Phase::Failed);
            let worse = (evicted(two) && !evicted(one))
                || (evicted(two) == evicted(one) && (two.created, two.name) < (one.created, one.name));
            prop_assert!(gone.contains(&other) || !worse, "{two:?} stays, {one:?} goes");
        }
    }

    /// Who is neither deleting nor on a node that is gone is in nobody's way but the threshold's.
    #[test]
    fn ctl_pgc_03_04_05_only_the_lost_and_the_deleting_are_chosen(pods in pods(), threshold in -1..6_i64) {
        let turns = pass(&pods, threshold);
        for (place, pod) in pods.iter().enumerate() {
            let deleting = pod.deletion != Deletion::Live;
            let chosen = |step| of(&turns, step).contains(&place);
            let dead = Node::Known { health: Health::NotReady, service: Service::OutOfService };
            prop_assert_eq!(chosen(Step::OutOfService), deleting && pod.node == dead);
            prop_assert_eq!(chosen(Step::Orphaned), pod.node == Node::Missing(Search::Absent));
            prop_assert_eq!(chosen(Step::Unscheduled), deleting && pod.node == Node::Unbound);
        }
    }

    /// Every turn ends in one DELETE without grace; a patch comes before it only where no phase is final yet.
    #[test]
    fn ctl_pgc_06_a_terminal_pod_is_only_deleted(pods in pods(), threshold in -1..6_i64) {
        for turn in pass(&pods, threshold) {
            let effects: Vec<Effect> = turn.effects.into_iter().flatten().collect();
            prop_assert_eq!(effects.last(), Some(&Effect::Delete(Grace::ZERO)));
            let patches = &effects[..effects.len() - 1];
            let mark = if turn.step == Step::Orphaned { Mark::DisruptionTarget } else { Mark::None };
            if is_terminal(&pods[turn.pod]) {
                prop_assert!(patches.is_empty());
            } else {
                prop_assert_eq!(patches, [Effect::Fail(mark)]);
            }
        }
    }

    /// All steps read one list: what a step does to a Pod hides it from none of the others.
    #[test]
    fn ctl_pgc_08_steps_do_not_see_each_other(pods in pods()) {
        let all = pass(&pods, 1);
        let without = pass(&pods, 0);
        let later: Vec<Turn> = all.into_iter().filter(|turn| turn.step != Step::Terminated).collect();
        prop_assert_eq!(later, without);
    }
}
