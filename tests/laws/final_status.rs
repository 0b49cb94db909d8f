//! The last status of a Pod, the check before a status is cached, and the final DELETE.

use pod_lifecycle::container::{ContainerPolicy, RestartAll, RestartPolicy, Role, Started};
use pod_lifecycle::final_status::{
    After, Dropped, Ending, Entry, FinalDelete, Finished, Initialization, Inits, LOST, LastInit, Object, Old,
    Shown, check_transition, final_delete,
};
use pod_lifecycle::phase::{Deleting, Phase, Source};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const NO_POLICY: ContainerPolicy<'_> = ContainerPolicy { own: None, rules: &[] };

/// KUB-35: of all combinations only a deleting, own, terminal and finished Pod is deleted by its kubelet.
#[test]
fn kub_35_one_way_to_the_final_delete() {
    let phases = Phase::ALL.into_iter().map(Some).chain([None]);
    let mut sent = Vec::new();
    for phase in phases {
        for deleting in [Deleting::No, Deleting::Yes] {
            for object in [Object::Own, Object::Mirror] {
                for finished in [Finished::No, Finished::Yes] {
                    if final_delete(deleting, object, phase, finished) == FinalDelete::Sent {
                        sent.push((deleting, object, phase, finished));
                    }
                }
            }
        }
    }
    let all = |phase| (Deleting::Yes, Object::Own, Some(phase), Finished::Yes);
    assert_eq!(sent, [all(Phase::Succeeded), all(Phase::Failed)]);
}

fn entry() -> impl Strategy<Value = Entry> {
    let shown = prop_oneof![
        Just(Shown::Empty),
        Just(Shown::Waiting),
        Just(Shown::Running(Started::NotYet)),
        Just(Shown::Running(Started::Yes)),
        (0..3).prop_map(Shown::Terminated),
    ];
    (shown, prop::option::of(0..3)).prop_map(|(shown, last)| Entry { shown, last })
}

fn shows_termination(entry: Entry) -> bool {
    matches!(entry.shown, Shown::Terminated(_))
}

/// Anything but waiting for the first time.
fn was_started(entry: &Entry) -> bool {
    entry.shown != Shown::Waiting || entry.last.is_some()
}

/// KUB-32: a Pod is initialized at its end if it has no inits, if a regular container has ever started, or if the last
/// status of its inits tells of a sidecar that has started or of an init that has succeeded, now or the last time.
#[test]
fn kub_32_initialized_is_told_by_the_last_init_or_any_start() {
    let shown = [
        Shown::Empty,
        Shown::Waiting,
        Shown::Running(Started::NotYet),
        Shown::Running(Started::Yes),
        Shown::Terminated(0),
        Shown::Terminated(1),
    ];
    let entries =
        || shown.into_iter().flat_map(|shown| [None, Some(0), Some(1)].map(|last| Entry { shown, last }));
    let roles = [Role::Regular, Role::Ephemeral, Role::Init, Role::Sidecar].map(Some);
    for regular in entries().map(Some).chain([None]) {
        let started = regular.as_ref().is_some_and(was_started);
        let check = |inits, expected: bool| {
            let complete = Initialization::of(inits, regular) == Initialization::Complete;
            assert_eq!(complete, expected, "{inits:?}, {regular:?}");
        };
        check(Inits::None, true);
        check(Inits::Some(None), started);
        for entry in entries() {
            for role in roles.into_iter().chain([None]) {
                let done = match role {
                    Some(Role::Sidecar) => matches!(entry.shown, Shown::Running(Started::Yes)),
                    Some(Role::Init) => {
                        matches!(entry.shown, Shown::Terminated(0)) || matches!(entry.last, Some(0))
                    }
                    Some(Role::Regular | Role::Ephemeral) | None => false,
                };
                check(Inits::Some(Some(LastInit { role, entry })), done || started);
            }
        }
    }
}

proptest! {
    /// KUB-32, PHA-19: the last edit leaves a terminal phase, ends nothing twice, and ends the inits as far as the last
    /// one that has ever started, none beyond.
    #[test]
    fn kub_32_whatever_started_has_ended(
        inits in vec(entry(), 0..4), regulars in vec(entry(), 0..4), phase in prop::option::of(select(&Phase::ALL[..])),
    ) {
        let last = inits.last().map(|entry| LastInit { role: Some(Role::Init), entry: *entry });
        let declared = if inits.is_empty() { Inits::None } else { Inits::Some(last) };
        let ending = Ending::of(
            Initialization::of(declared, regulars.iter().copied()), &inits, phase, Source::Api,
        );
        prop_assert!(matches!(ending.phase, Some(Phase::Succeeded | Phase::Failed)));
        let reached = inits.iter().rposition(was_started).unwrap_or(0); // the first counts as reached always
        for (index, entry) in inits.iter().enumerate() {
            let made_up = ending.of_init(index, *entry);
            prop_assert!(!(shows_termination(*entry) && made_up.is_some()));
            let ends = index <= reached && !shows_termination(*entry);
            prop_assert_eq!(made_up, ends.then_some(LOST), "{} of {:?}", index, inits);
        }
        for entry in &regulars {
            let made_up = ending.of_regular(*entry);
            prop_assert!(!(shows_termination(*entry) && made_up.is_some()));
            prop_assert!(!was_started(entry) || shows_termination(*entry) || made_up == Some(LOST), "{regulars:?}");
        }
    }
}

/// CTR-35: without policies of containers, all combinations of pod policy, exit code and what follows.
#[test]
fn ctr_35_only_a_restartable_container_leaves_terminated() {
    for pod in [RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never] {
        for code in [0, 1] {
            for after in [After::Terminated, After::Going] {
                let old = |role| Old { exit: Some(code), after, spec: Some((role, NO_POLICY)) };
                let free = pod == RestartPolicy::Always
                    || (pod == RestartPolicy::OnFailure && code != 0)
                    || after == After::Terminated;
                let check = |regulars: &[Old<'static>], inits: &[Old<'static>]| {
                    check_transition(Some(pod), RestartAll::Impossible, regulars.to_vec(), inits.to_vec())
                };
                let expected = |dropped| if free { Ok(()) } else { Err(dropped) };
                assert_eq!(check(&[old(Role::Regular)], &[]), expected(Dropped::Regular { index: 0 }));
                assert_eq!(check(&[], &[old(Role::Init)]), expected(Dropped::Init { index: 0 }));
                assert_eq!(check(&[], &[old(Role::Sidecar)]), Ok(()), "sidecars may always");
                let stranger = Old { spec: None, exit: None, after: After::Terminated };
                let mismatch =
                    if pod == RestartPolicy::Always { Ok(()) } else { Err(Dropped::Mismatch { index: 0 }) };
                assert_eq!(
                    check(&[], &[stranger]),
                    mismatch,
                    "{pod}: the position counts whatever the state"
                );
            }
        }
    }
}
