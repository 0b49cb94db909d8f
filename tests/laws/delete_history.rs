//! Deletion over whole histories: whatever is asked, in whatever order.

use pod_lifecycle::deletion::{Deletion, Finalizers, Generation, Input};
use pod_lifecycle::time::Grace;
use proptest::prelude::*;

use crate::strategies::{History, Moment, config, history, removes, stores};

/// What one history has stored, moment by moment.
fn played(history: &History) -> Vec<Moment> {
    history.play()
}

proptest! {
    #![proptest_config(config(1_000))]

    /// DEL-08, DEL-09: whatever is asked, in whatever order, G never grows.
    #[test]
    fn del_08_grace_never_grows(history in history()) {
        for Moment { before, input, step, .. } in played(&history) {
            if let (Some(old), Some(new)) = (before.grace(), step.next.grace()) {
                prop_assert!(new <= old, "{input:?}: {before:?} became {:?}", step.next);
            }
        }
    }

    /// DEL-19: DT is set by the first DELETE and never unset again.
    #[test]
    fn del_19_deletion_is_never_taken_back(history in history()) {
        for Moment { before, input, step, .. } in played(&history) {
            match input {
                Input::Delete(_) => prop_assert!(step.next.due().is_some()),
                Input::Update { .. } => prop_assert_eq!(step.next.due(), before.due()),
            }
        }
    }

    /// DEL-07: generation grows exactly once, with the DELETE that sets DT.
    #[test]
    fn del_07_generation_grows_exactly_at_the_first_delete(history in history()) {
        for Moment { before, step, .. } in played(&history) {
            let sets = before.due().is_none() && step.next.due().is_some();
            prop_assert_eq!(step.generation == Generation::Increased, sets);
        }
    }

    /// DEL-13, DEL-16: an object is removed only with DT set, G = 0 and no finalizer left.
    #[test]
    fn del_13_removed_only_when_expired_and_free(history in history()) {
        for Moment { before, input, facts, step } in played(&history) {
            if removes(&step) {
                let free = match input {
                    // Row 8 does not store the finalizers that it has emptied (DEL-14).
                    Input::Delete(_) if !stores(&step) => facts.finalizers.without(BOTH).is_empty(),
                    Input::Delete(_) | Input::Update { .. } => step.finalizers.is_empty(),
                };
                prop_assert!(free && step.next.due().is_some(), "{before:?} {input:?} {step:?}");
                prop_assert_eq!(step.next.grace().unwrap_or(Grace::ZERO), Grace::ZERO);
            }
        }
    }

    /// DEL-13: a DELETE that does anything leaves no object with DT, G = 0 and no finalizer.
    #[test]
    fn del_13_nothing_expired_and_free_is_left(history in history()) {
        for Moment { input, step, .. } in played(&history) {
            let expired = step.next.grace() == Some(Grace::ZERO) && step.finalizers.is_empty();
            if matches!(input, Input::Delete(_)) && expired {
                prop_assert!(removes(&step), "{step:?}");
            }
        }
    }

    /// DEL-11: a DELETE adds no finalizer but `orphan` and `foregroundDeletion`, and takes no other away.
    #[test]
    fn del_11_only_the_two_known_finalizers_change(history in history()) {
        for Moment { input, facts, step, .. } in played(&history) {
            if matches!(input, Input::Delete(_)) {
                prop_assert_eq!(step.finalizers.without(BOTH), facts.finalizers.without(BOTH));
            }
        }
    }

    /// DEL-13: until a DELETE writes something, the stored object is what it was.
    #[test]
    fn del_13_what_is_not_written_does_not_change(history in history()) {
        for Moment { before, input, facts, step } in played(&history) {
            if matches!(input, Input::Delete(_)) && !stores(&step) {
                prop_assert_eq!((step.next, step.finalizers), (before, facts.finalizers));
                prop_assert_eq!(step.generation, Generation::Kept);
            }
        }
    }

    /// DEL-30: no history leaves a state without G; that comes from outside this API only.
    #[test]
    fn del_07_a_deleting_object_has_a_grace(history in history()) {
        for Moment { step, .. } in played(&history) {
            let unrecorded = matches!(step.next, Deletion::Unrecorded { .. });
            prop_assert!(!unrecorded);
        }
    }
}

const BOTH: Finalizers = Finalizers::ORPHAN.with(Finalizers::FOREGROUND);

/// The histories reach what the laws speak of: shortening, holding, removal by DELETE and by update.
#[test]
fn del_13_histories_reach_every_row() {
    use pod_lifecycle::deletion::Row;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen: Vec<Row> = (0..2_000)
        .filter_map(|_| history().new_tree(&mut runner).ok())
        .flat_map(|tree| tree.current().play())
        .map(|moment| moment.step.row)
        .collect();
    seen.sort();
    seen.dedup();
    // Row 8 needs a crash between two writes (DEL-14), which a single history does not have; Background can empty F.
    assert_eq!(seen.len(), 11, "{seen:?}");
}
