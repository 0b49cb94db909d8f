//! A path is a run of its model: each step starts where the one before ended, and none is made up.

use pod_lifecycle_models::api::Api;
use pod_lifecycle_models::audit::{Claim, Until, explore};
use pod_lifecycle_models::capacity::Capacity;
use pod_lifecycle_models::disruption::Disruptions;
use pod_lifecycle_models::identity::Identity;
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::phase::Phases;
use pod_lifecycle_models::pod::Pods;

fn paths_are_runs<M: Protocol>(make: impl Fn() -> M) {
    let model = make();
    let found = explore(make(), Until::Exhausted).found;
    assert!(!found.is_empty());
    for (_, claim, path) in found {
        assert_ne!(claim, Claim::Broken);
        let mut state = model.initial();
        for step in path {
            assert_eq!(step.before, state);
            let mut actions = Vec::new();
            model.actions(&state, &mut actions);
            assert!(actions.contains(&step.action));
            state = model.step(&state, step.action).next;
            assert_eq!(step.after, state);
        }
    }
}

#[test]
fn of_api() {
    paths_are_runs(|| Api::new(Scope::Tiny));
}

#[test]
fn of_phase() {
    paths_are_runs(|| Phases::new(Scope::Tiny));
}

#[test]
fn of_pod() {
    paths_are_runs(|| Pods::new(Scope::Tiny));
}

#[test]
fn of_identity() {
    paths_are_runs(|| Identity::new(Scope::Tiny));
}

#[test]
fn of_capacity() {
    paths_are_runs(|| Capacity::new(Scope::Tiny));
}

#[test]
fn of_disruption() {
    paths_are_runs(|| Disruptions::new(Scope::Tiny));
}
