//! Model `pod`: its state, and the histories that it finds.

use insta::assert_snapshot;
use pod_lifecycle_models::catalogue::Variant;
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::pod::{Pods, State};
use pod_lifecycle_models::render::{Told, steps};

use crate::reach;

#[test]
fn states_are_small() {
    assert_eq!(size_of_val(&State::EMPTY.pack()), 24);
    assert!(size_of::<State>() <= 192, "{}", size_of::<State>());
}

#[test]
fn packing_loses_nothing() {
    let states = reach::packing_loses_nothing::<_, [u64; 3]>(&Pods::new(Scope::Tiny));
    assert!(states > 100_000, "{states}");
    assert_eq!(State::unpack([u64::MAX; 3]), None);
}

/// The path to a claim about this law in the model as Kubernetes is.
fn path(id: &str) -> Vec<Told> {
    reach::path("pod", Scope::Tiny, id, Variant::Faithful, None).unwrap()
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
