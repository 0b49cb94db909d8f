//! Model `capacity`: its state, and the histories that it finds.

use std::collections::{HashSet, VecDeque};

use insta::assert_snapshot;
use pod_lifecycle_models::audit::{Claim, Until};
use pod_lifecycle_models::capacity::{Capacity, State};
use pod_lifecycle_models::catalogue::{self, Entry, Variant};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::render::steps;

#[test]
fn states_are_small() {
    assert!(size_of_val(&State::EMPTY.pack()) <= 16);
    assert!(size_of::<State>() <= 160, "{}", size_of::<State>());
}

/// Nothing is lost in the word that is hashed, for every state within reach, and no step costs more faults than are left.
#[test]
fn packing_loses_nothing() {
    let model = Capacity::new(Scope::Tiny);
    let (mut seen, mut queue) = (HashSet::new(), VecDeque::from([model.initial()]));
    let mut actions = Vec::new();
    while let Some(state) = queue.pop_front() {
        assert_eq!(State::unpack(state.pack()), Some(state));
        model.actions(&state, &mut actions);
        for action in actions.drain(..) {
            let next = model.step(&state, action).next;
            let cost = u8::from(Capacity::fault(&state, &action).is_some());
            assert_eq!(next.faults_left + cost, state.faults_left);
            if seen.insert(next.pack()) {
                queue.push_back(next);
            }
        }
    }
    assert_eq!(seen.len(), 76_846);
    assert_eq!(State::unpack(u128::MAX), None);
}

fn entry() -> &'static Entry {
    catalogue::find("capacity").unwrap()
}

/// The path to what is wanted of this law.
fn path(id: &str, variant: Variant<'_>) -> String {
    let (index, law) = (entry().laws)().into_iter().enumerate().find(|(_, law)| law.id == id).unwrap();
    let wanted = match variant {
        Variant::Faithful => law.kind.wanted(),
        Variant::Mutant(_) | Variant::Remedy(_) => Claim::Broken,
    };
    let run = (entry().search)(Scope::Standard, variant, Until::Found(index, wanted));
    steps(run.path(index, wanted).unwrap())
}

/// The phase is terminal too early: the scheduler sees room that the kubelet does not.
#[test]
fn b09_rejects_the_next_pod() {
    assert_snapshot!(path("CRE-25/room", Variant::Mutant("B09")));
}

/// What is left of B09 in 1.36: a Pod that was rejected while it ran is Failed too early.
#[test]
fn the_next_pod_is_rejected_while_an_orphan_is_stopped() {
    assert_snapshot!(path("CRE-25/orphan", Variant::Faithful));
}

/// What is left of B11 in 1.36: the older of two Pods takes the place of the one that runs.
#[test]
fn a_running_pod_makes_room_for_an_older_one() {
    assert_snapshot!(path("CRE-45/older", Variant::Faithful));
}

/// kubernetes/kubernetes#104824: admission does not count what was removed by force.
#[test]
fn a_forced_pod_shares_its_device() {
    assert_snapshot!(path("CRE-41/forced", Variant::Faithful));
}

/// Without another scheduler nothing is rejected in favour of an older Pod: it takes both faults.
#[test]
fn a_restart_alone_rejects_nothing_for_want_of_room() {
    let index = (entry().laws)().iter().position(|law| law.id == "CRE-45/older").unwrap();
    let found = |faults| {
        let run = (entry().with_faults)(Scope::Standard, faults);
        run.found.iter().any(|found| found.law == index)
    };
    assert_eq!([0, 1, 2].map(found), [false, false, true]);
}
