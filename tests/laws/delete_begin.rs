//! The first read of a DELETE: it answers, commits, or removes (DEL-14, DEL-21).

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{
    Begin, Deletion, Effect, Facts, Finalizers, Input, Propagation, Request, Step, begin,
};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::time::{Grace, Now, Time};
use proptest::prelude::*;

use crate::strategies::{config, deletion, facts, request};

proptest! {
    #![proptest_config(config(4_000))]

    /// DEL-09, DEL-13: it answers where nothing shorter is asked of a Pod with time left; it removes an expired Pod
    /// that has no finalizer and gets none; in every other case it commits.
    #[test]
    fn del_14_first_read_has_three_outcomes(found in deletion(), request in request(), facts in facts()) {
        let left = found.grace().map_or(0, Grace::as_secs);
        let deleting = found.due().is_some();
        let shorter = request.grace.is_some_and(|asked| asked.as_secs() < left);
        let gains = matches!(request.propagation, Some(Propagation::Orphan | Propagation::Foreground));
        match begin(found, request, facts) {
            Begin::Answer => prop_assert!(deleting && left > 0 && !shorter),
            Begin::Remove => prop_assert!(deleting && left == 0 && facts.finalizers == Finalizers::NONE && !gains),
            Begin::Commit(sticky) => {
                prop_assert!(!deleting || shorter || (left == 0 && (gains || facts.finalizers != Finalizers::NONE)));
                prop_assert_eq!(sticky.propagation, request.propagation);
                // The first DELETE fixes a grace; a repeated one keeps what the client gave.
                prop_assert_eq!(sticky.grace.is_some(), request.grace.is_some() || !deleting);
            }
        }
    }

    /// DEL-21: the options that go into the compare-and-swap stay as they are in every retry on the same object.
    #[test]
    fn del_21_sticky_options_are_stable(found in deletion(), request in request(), facts in facts()) {
        if let Begin::Commit(sticky) = begin(found, request, facts) {
            prop_assert_eq!(begin(found, sticky, facts), Begin::Commit(sticky));
        }
    }
}

fn at(second: i64, binding: Binding, phase: Phase) -> Facts {
    let now = Now::at(Time::from_unix(second));
    Facts { now, binding, phase: Some(phase), spec_grace: Some(Grace::DEFAULT), finalizers: Finalizers::NONE }
}

fn committed(found: Deletion, request: Request, facts: Facts) -> Request {
    match begin(found, request, facts) {
        Begin::Commit(sticky) => sticky,
        Begin::Answer | Begin::Remove => unreachable!("{found:?} is committed"),
    }
}

/// DEL-22: a DELETE that first reads the Pod unbound removes it with grace 0 even if it is bound by then.
#[test]
fn del_22_bound_between_read_and_write_is_removed() {
    let sticky = committed(Deletion::Live, Request::default(), at(100, Binding::Unbound, Phase::Pending));
    assert_eq!(sticky.grace, Some(Grace::ZERO));
    let Step { next, effects, .. } =
        Deletion::Live.step(Input::Delete(sticky), at(101, Binding::Bound, Phase::Pending)).unwrap();
    assert_eq!((next.grace(), effects), (Some(Grace::ZERO), [Some(Effect::Store), Some(Effect::Remove)]));
}

/// DEL-23: a Pod that turns Failed between read and write gets no grace although 30 was fixed.
#[test]
fn del_23_failed_between_read_and_write_gets_no_grace() {
    let sticky = committed(Deletion::Live, Request::default(), at(100, Binding::Bound, Phase::Running));
    assert_eq!(sticky.grace, Some(Grace::DEFAULT));
    let step = Deletion::Live.step(Input::Delete(sticky), at(101, Binding::Bound, Phase::Failed)).unwrap();
    assert_eq!(step.next.grace(), Some(Grace::ZERO));
}

/// DEL-21: a defaulted grace of 30 shortens a 60 that another client stored in between.
#[test]
fn del_21_a_defaulted_grace_can_shorten() {
    let sticky = committed(Deletion::Live, Request::default(), at(100, Binding::Bound, Phase::Running));
    let stored = Deletion::from_fields(Some(Time::from_unix(160)), Some(60));
    let step = stored.step(Input::Delete(sticky), at(101, Binding::Bound, Phase::Running)).unwrap();
    assert_eq!((step.next.grace(), step.next.due()), (Some(Grace::DEFAULT), Some(Time::from_unix(130))));
    // Sent anew, the same request would have changed nothing.
    assert_eq!(begin(stored, Request::default(), at(101, Binding::Bound, Phase::Running)), Begin::Answer);
}

/// DEL-11: three policies have names, spelled as the API spells them.
#[test]
fn del_11_three_policies_have_names() {
    let named = [Propagation::Orphan, Propagation::Foreground, Propagation::Background];
    let names = ["Orphan", "Foreground", "Background"];
    assert_eq!(names.map(Propagation::from_api), named.map(Some));
    assert_eq!(["", "orphan", "Foreground ", "Default"].map(Propagation::from_api), [None; 4]);
}
