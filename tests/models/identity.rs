//! Model `identity`: its state, the histories that it finds, and how many faults they take.

use std::collections::{HashSet, VecDeque};

use insta::assert_snapshot;
use pod_lifecycle_models::audit::Claim;
use pod_lifecycle_models::catalogue::{self, LawKind, Variant};
use pod_lifecycle_models::identity::{Action, Identity, State};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::render::steps;

use crate::reach;
use crate::verdicts::TINY;

#[test]
fn states_are_small() {
    assert!(size_of_val(&State::EMPTY.pack()) <= 64);
    assert!(size_of::<State>() <= 160, "{}", size_of::<State>());
}

#[test]
fn packing_loses_nothing() {
    let states = reach::packing_loses_nothing::<_, u128>(&Identity::new(Scope::Tiny));
    assert!((40_000..=50_000).contains(&states), "{states}");
    assert_eq!(State::unpack(u128::MAX), None);
}

/// No step costs more faults than are left, and without any nothing breaks.
#[test]
fn faults_are_counted() {
    let model = Identity::new(Scope::Standard).with_faults(0);
    let (mut seen, mut queue) = (HashSet::new(), VecDeque::from([model.initial()]));
    while let Some(state) = queue.pop_front() {
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        for action in actions {
            assert_eq!(Identity::fault(&state, &action), None);
            assert!(!matches!(action, Action::Heal(_) | Action::Boot(_)), "{action:?}");
            let next = model.step(&state, action).next;
            if seen.insert(next.pack()) {
                queue.push_back(next);
            }
        }
    }
    assert!(seen.len() > 20);
}

/// The path to a claim about this law in the model as Kubernetes is.
fn path(id: &str) -> String {
    steps(&reach::path("identity", Scope::Standard, id, Variant::Faithful, None).unwrap())
}

/// A StatefulSet's Pod is forced while its node is cut off.
#[test]
fn s8_is_found() {
    assert_snapshot!(path("S8"));
}

/// The seven steps of B39.
#[test]
fn a_list_of_the_past_starts_a_deleted_pod() {
    assert_snapshot!(path("NON-01/stale-list"));
}

/// The Pod garbage collector writes Failed, the owner replaces what has failed, and the DELETE finds the replacement.
#[test]
fn the_pod_garbage_collector_removes_a_successor() {
    assert_snapshot!(path("NON-18/pod-gc"));
}

/// B42.
#[test]
fn a_node_is_taken_for_out_of_service() {
    assert_snapshot!(path("NON-19/pod-gc"));
}

/// Each expected violation of a model that counts faults: the fewest with which it is found.
#[test]
fn the_fewest_faults_are_found() {
    let told = ["identity", "pod", "capacity"]
        .map(|name| catalogue::find(name).unwrap())
        .into_iter()
        .flat_map(|entry| {
            let budget = (entry.faults)(Scope::Tiny).unwrap();
            let runs: Vec<_> = (0..=budget).map(|faults| (entry.with_faults)(Scope::Tiny, faults)).collect();
            let laws: Vec<_> = (entry.laws)().into_iter().enumerate().collect();
            let laws = laws.into_iter().filter(|(_, law)| matches!(law.kind, LawKind::Expected(_)));
            laws.map(move |(index, law)| {
                let least = runs.iter().find_map(|run| run.faults(index, Claim::Expected)).unwrap();
                let more = runs.iter().filter_map(|run| run.faults(index, Claim::Expected));
                assert!(more.clone().all(|faults| faults.len() >= least.len()), "{}", law.id);
                assert_eq!(more.count(), runs.len() - least.len(), "{}", law.id);
                format!("{:<9} {:<22} {}", entry.name, law.id, least.join(", "))
            })
        });
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

/// `verify` reports them, and of a model that counts no faults none.
#[test]
fn the_fewest_faults_are_reported() {
    let [identity, api] =
        ["identity", "api"].map(|name| TINY.models.iter().find(|model| model.name == name).unwrap());
    let stale = identity.expected_violations.iter().find(|law| law.id == "NON-01/stale-list").unwrap();
    assert_eq!(stale.faults, Some(vec!["API server's cache stands still", "stale relist"]));
    assert!(identity.expected_violations.iter().all(|law| law.faults.is_some()));
    assert!(api.expected_violations.iter().all(|law| law.faults.is_none()));
}

/// With one fault less than it takes, a violation is not found: without a list of the past there is no B39.
#[test]
fn one_fault_less_is_too_few() {
    let (entry, index) = reach::law("identity", "NON-01/stale-list");
    let found = |faults| {
        let run = (entry.with_faults)(Scope::Standard, faults);
        run.found.iter().any(|found| found.law == index)
    };
    assert_eq!([0, 1, 2].map(found), [false, false, true]);
}
