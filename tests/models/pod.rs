//! Model `pod`: its state, and the histories that it finds.

use std::collections::{HashSet, VecDeque};

use insta::assert_snapshot;
use pod_lifecycle_models::audit::Until;
use pod_lifecycle_models::catalogue::{self, Entry, Variant};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::pod::{Pods, State};
use pod_lifecycle_models::render::{Told, steps};

#[test]
fn states_are_small() {
    assert_eq!(size_of_val(&State::EMPTY.pack()), 24);
    assert!(size_of::<State>() <= 192, "{}", size_of::<State>());
}

/// Nothing is lost in the words that are hashed, for every state within reach: two states never share them.
#[test]
fn packing_loses_nothing() {
    let model = Pods::new(Scope::Tiny);
    let (mut seen, mut queue) = (HashSet::new(), VecDeque::from([model.initial()]));
    let mut actions = Vec::new();
    while let Some(state) = queue.pop_front() {
        assert_eq!(State::unpack(state.pack()), Some(state));
        actions.clear();
        model.actions(&state, &mut actions);
        let nexts = actions.iter().map(|action| model.step(&state, *action).next);
        queue.extend(nexts.filter(|next| seen.insert(next.pack())));
    }
    assert!(seen.len() > 100_000, "{}", seen.len());
    assert_eq!(State::unpack([u64::MAX; 3]), None);
}

/// The path to a claim about this law in the model as Kubernetes is.
fn path(id: &str) -> Vec<Told> {
    let entry: &Entry = catalogue::find("pod").unwrap();
    let (index, law) = (entry.laws)().into_iter().enumerate().find(|(_, law)| law.id == id).unwrap();
    let wanted = law.kind.wanted();
    let run = (entry.search)(Scope::Tiny, Variant::Faithful, Until::Found(index, wanted));
    run.path(index, wanted).unwrap().to_vec()
}

/// A plain DELETE whose process handles its stop signal.
#[test]
fn s1_is_found() {
    assert_snapshot!(steps(&path("S1")));
}

/// A container starts although its Pod is being deleted.
#[test]
fn s22_is_found() {
    assert_snapshot!(steps(&path("S22")));
}

/// The final DELETE comes too late, to a successor, and its uid saves that.
#[test]
fn a_late_final_delete_is_refused() {
    assert_snapshot!(steps(&path("INV-27/uid")));
}
