//! One decision over deletion, on any state and any facts.

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{
    Deletion, Effect, Facts, Finalizers, Input, Preconditions, Propagation, Request,
};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::time::{Grace, Now};
use proptest::prelude::*;

use crate::strategies::{
    config, deletion, facts, finalizers, grace, graceful, input, phase, request, signed,
};

fn nanoseconds(now: Now) -> i128 {
    // The fraction has no accessor: it is what comes after the whole second.
    let second = now.floor();
    let fraction = (0..30).rev().fold(0_u32, |found, bit| {
        let tried = found | 1 << bit;
        if tried < 1_000_000_000 && Now::with_nanos(second, tried) <= now { tried } else { found }
    });
    i128::from(second.as_unix()) * 1_000_000_000 + i128::from(fraction)
}

proptest! {
    #![proptest_config(config(2_000))]

    /// DEL-08: a shorter grace moves DT to max(DT − G + g, now), compared with the fraction of now; G is g, but 1
    /// where that moment had passed and g is not 0.
    #[test]
    fn del_08_shortened_is_the_later_of_moved_and_now((due, left) in graceful(), asked in grace(), facts in facts()) {
        let state = Deletion::from_fields(Some(due), signed(left));
        let request = Request { grace: Some(asked), propagation: None };
        let step = state.step(Input::Delete(request), facts).unwrap();
        let secs = |grace: Grace| i128::from(grace.as_secs());
        if secs(asked) < secs(left) {
            let moved = (i128::from(due.as_unix()) - secs(left) + secs(asked)) * 1_000_000_000;
            let later = moved.max(nanoseconds(facts.now));
            let (new_due, new_grace) = (step.next.due().unwrap(), step.next.grace().unwrap());
            prop_assert_eq!(i128::from(new_due.as_unix()), later.div_euclid(1_000_000_000));
            prop_assert_eq!(secs(new_grace), if later > moved { secs(asked).min(1) } else { secs(asked) });
        }
    }

    /// DEL-09: on a Pod with time left, a DELETE that asks for nothing shorter writes nothing; a missing grace
    /// becomes the stored one in the options.
    #[test]
    fn del_09_nothing_shorter_writes_nothing((due, left) in graceful(), request in request(), facts in facts()) {
        let state = Deletion::from_fields(Some(due), signed(left));
        let step = state.step(Input::Delete(request), facts).unwrap();
        let shorter = request.grace.is_some_and(|asked| asked.as_secs() < left.as_secs());
        prop_assert_eq!(step.effects == [None, None], !shorter);
        if !shorter {
            prop_assert_eq!((step.next, step.finalizers), (state, facts.finalizers));
            prop_assert_eq!(step.request.grace, request.grace.or(Some(left)));
        }
    }

    /// DEL-05: a Pod that no kubelet has, or that has ended, gets no grace whatever is asked.
    #[test]
    fn del_05_unbound_or_ended_gets_no_grace(request in request(), facts in facts()) {
        let step = Deletion::Live.step(Input::Delete(request), facts).unwrap();
        let ended = facts.phase == Some(Phase::Succeeded) || facts.phase == Some(Phase::Failed);
        if facts.binding == Binding::Unbound || ended {
            prop_assert_eq!(step.next.grace(), Some(Grace::ZERO));
            prop_assert_eq!(step.next.due(), Some(facts.now.floor()));
        }
    }

    /// DEL-05, DEL-06: any other Pod gets what is asked, without a cap; else its own grace; else none.
    #[test]
    fn del_06_asked_grace_has_no_cap(request in request(), facts in facts(), running in phase()) {
        let phase = running.filter(|phase| *phase != Phase::Succeeded && *phase != Phase::Failed);
        let facts = Facts { binding: Binding::Bound, phase, ..facts };
        let step = Deletion::Live.step(Input::Delete(request), facts).unwrap();
        let wanted = match (request.grace, facts.spec_grace) {
            (Some(asked), _) => asked.as_secs(),
            (None, Some(own)) => own.as_secs(),
            (None, None) => 0,
        };
        prop_assert_eq!(step.next.grace().map(Grace::as_secs), Some(wanted));
        // DEL-07: DT := now + eff, cut to the second.
        let due = i128::from(facts.now.floor().as_unix()) + i128::from(wanted);
        prop_assert_eq!(step.next.due().map(|due| i128::from(due.as_unix())), Some(due));
    }

    /// DEL-10: once DT is set, neither the phase nor the binding nor the Pod's own grace matters.
    #[test]
    fn del_10_a_deleting_pod_is_not_looked_at_again(state in deletion(), input in input(), one in facts(), two in facts()) {
        if state.due().is_some() {
            let other = Facts { now: one.now, finalizers: one.finalizers, ..two };
            prop_assert_eq!(state.step(input, one), state.step(input, other));
        }
    }

    /// DEL-11: `orphan` and `foregroundDeletion` are as the propagation says, or kept if it says nothing.
    #[test]
    fn del_11_propagation_decides_the_two(stored in finalizers(), request in request(), facts in facts()) {
        let facts = Facts { finalizers: stored, ..facts };
        let left = Deletion::Live.step(Input::Delete(request), facts).unwrap().finalizers;
        let has = |set: Finalizers| (set.contains(Finalizers::ORPHAN), set.contains(Finalizers::FOREGROUND));
        let expected = match (request.propagation, has(stored)) {
            (Some(Propagation::Orphan), _) | (None, (true, _)) => (true, false),
            (Some(Propagation::Foreground), _) | (None, (false, true)) => (false, true),
            (Some(Propagation::Background), _) | (None, (false, false)) => (false, false),
        };
        prop_assert_eq!(has(left), expected);
        for number in 0..30 {
            let other = Finalizers::other(number);
            prop_assert_eq!(left.contains(other), stored.contains(other));
        }
    }

    /// DEL-21: with the options as the server has overwritten them, the decision on the same object is the same.
    #[test]
    fn del_21_overwritten_options_decide_alike(state in deletion(), request in request(), facts in facts()) {
        let first = state.step(Input::Delete(request), facts).unwrap();
        let again = state.step(Input::Delete(first.request), facts).unwrap();
        prop_assert_eq!(first, again);
        prop_assert_eq!(first.request.propagation, request.propagation);
    }

    /// DEL-17: an update is refused exactly if it adds a finalizer to a deleting Pod.
    #[test]
    fn del_17_adding_is_refused_while_deleting(state in deletion(), asked in finalizers(), facts in facts()) {
        let answer = state.step(Input::Update { finalizers: asked }, facts);
        let adds = !facts.finalizers.contains(asked);
        prop_assert_eq!(answer.is_err(), state.due().is_some() && adds);
        if let Err(refused) = answer {
            prop_assert_eq!((refused.stored, refused.stored.with(refused.added)),
                (facts.finalizers, facts.finalizers.with(asked)));
        }
    }

    /// DEL-16, DEL-18, DEL-19: an accepted update changes neither DT nor G; it removes an expired Pod whose
    /// finalizers it empties, by one operation, and stores everything else.
    #[test]
    fn del_16_update_removes_only_the_expired_and_free(state in deletion(), asked in finalizers(), facts in facts()) {
        let Ok(step) = state.step(Input::Update { finalizers: asked }, facts) else { return Ok(()) };
        prop_assert_eq!((step.next, step.finalizers), (state, asked));
        let expired = state.due().is_some() && state.grace().is_none_or(|grace| grace.as_secs() == 0);
        let effect = if expired && asked == Finalizers::NONE { Effect::Remove } else { Effect::Store };
        prop_assert_eq!(step.effects, [Some(effect), None]);
    }

    /// DEL-03: preconditions hold exactly if each one given is equal; uid is compared first.
    #[test]
    fn del_03_given_preconditions_are_equal(uid in 0..3_u8, version in 0..3_u8, asked_uid in proptest::option::of(0..3_u8),
        asked_version in proptest::option::of(0..3_u8)) {
        use pod_lifecycle::deletion::Conflict;
        let preconditions = Preconditions { uid: asked_uid, resource_version: asked_version };
        let differs = |asked: Option<u8>, stored: u8| asked.is_some_and(|asked| asked != stored);
        match preconditions.allow(&uid, &version) {
            Ok(()) => prop_assert!(!differs(asked_uid, uid) && !differs(asked_version, version)),
            Err(Conflict::Uid) => prop_assert!(differs(asked_uid, uid)),
            Err(Conflict::ResourceVersion) => prop_assert!(!differs(asked_uid, uid) && differs(asked_version, version)),
        }
    }
}

/// DEL-04: a negative stored grace counts as 1, and G without DT for nothing.
#[test]
fn del_04_negative_grace_counts_as_one() {
    use pod_lifecycle::time::Time;
    let due = Time::from_unix(5);
    for negative in [-1, -30, i64::MIN] {
        let read = Deletion::from_fields(Some(due), Some(negative));
        assert_eq!((read.due(), read.grace()), (Some(due), Some(Grace::from_secs(1))));
        assert_eq!(Grace::from_signed(negative).as_secs(), 1);
    }
    assert_eq!(Deletion::from_fields(None, Some(30)), Deletion::Live);
    assert_eq!(Deletion::from_fields(Some(due), None).grace(), None);
}

/// DEL-11: finalizers are told apart by their names; more than 30 others still hold the object.
#[test]
fn del_11_names_become_a_set() {
    let named = Finalizers::from_names(["x/a", "orphan", "x/b", "foregroundDeletion"]);
    assert_eq!(named, crate::strategies::set([true; 4]));
    assert_eq!(format!("{named:?}"), r#"{"orphan", "foregroundDeletion", 0, 1}"#);
    let many: Vec<String> = (0..40).map(|number| format!("x/{number}")).collect();
    assert!(!Finalizers::from_names(many.iter().map(String::as_str)).is_empty());
}
