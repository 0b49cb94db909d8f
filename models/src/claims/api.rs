//! What is said of deletion at the API server.

use pod_lifecycle::RuleId;
use pod_lifecycle::binding::Gates;

use super::Verdict::{Cond, False};
use super::machine;
use super::{Claim, Formula, Judge, Machine};
use crate::api::{Action, Client, Options, Pod, Precondition, SHORT, State, Uid, X};
use crate::pod::{Action as PodAction, Instance, Remover, State as Pods, Token};

pub(super) const CLAIMS: &[Claim] = &[
    Claim::new(
        "FOLK-20",
        False,
        "the DELETE of a Pod removes it once its grace is over",
        "the API server records deletionTimestamp and grace and no more; the kubelet sends the DELETE that removes the Pod when it has \
         finished, before that time or long after it",
        &[RuleId::DEL_13, RuleId::KUB_35, RuleId::DEL_31],
        Judge::Pod(Formula::steps(
            |before, _, after| {
                before.pod.is_some_and(|pod| pod.bound && pod.grace.is_some() && pod.undisturbed)
                    && after.pod.is_none()
            },
            |_, action, _| *action == PodAction::Remove(Remover::User),
        )),
    ),
    Claim::new(
        "FOLK-21",
        False,
        "deletionTimestamp is the time at which the deletion was asked for",
        "it is that time plus the grace",
        &[RuleId::DEL_07],
        Judge::Machine(Machine::always("deletion", machine::deletion::due_is_now)),
    ),
    Claim::new(
        "FOLK-22",
        Cond,
        "deletionTimestamp only moves to earlier times",
        "the grace only shrinks, but the time is never set before now, so it moves on if the old one has passed",
        &[RuleId::DEL_08, RuleId::OBJ_04],
        Judge::Machine(Machine::provided("deletion", machine::deletion::due_moves_back)),
    ),
    Claim::new(
        "FOLK-23",
        False,
        "a forced DELETE waits for the kubelet",
        "grace 0 without finalizers removes the object at once, and the kubelet learns of it afterwards",
        &[RuleId::DEL_29, RuleId::KUB_64],
        Judge::Pod(Formula::steps(
            |before, action, after| {
                let removed = *action == PodAction::Remove(Remover::User) && after.pod.is_none();
                removed && before.pod.is_some_and(|pod| pod.bound)
            },
            |before, _, _| !runs(before),
        )),
    ),
    Claim::new(
        "FOLK-24",
        False,
        "a forced DELETE kills the process at once with SIGKILL",
        "the kubelet runs its sequence with a grace of 1: stop signal, at least 2 seconds, then SIGKILL",
        &[RuleId::KUB_13, RuleId::KUB_44],
        Judge::Kill(super::kubelet::forced_kill()),
    ),
    Claim::new(
        "FOLK-25",
        False,
        "a forced DELETE skips finalizers",
        "while there are finalizers it sets the grace to 0 and no more; the object stays",
        &[RuleId::DEL_13],
        Judge::Api(Formula::steps(
            |before, action, _| {
                committed(before, action)
                    .is_some_and(|(pod, options)| options.grace == Some(0) && pod.finalizers.contains(X))
            },
            |_, action, after| matches!(after_commit(action, after), Some(Client::Remove { .. })),
        )),
    ),
    Claim::new(
        "FOLK-26",
        False,
        "kubectl delete --grace-period=0 is a forced DELETE",
        "without --force the client sends a grace of 1",
        &[RuleId::DEL_28],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-27",
        False,
        "the grace never exceeds terminationGracePeriodSeconds",
        "the first DELETE may ask for more",
        &[RuleId::DEL_06],
        Judge::Api(Formula::steps(
            |before, action, after| {
                committed(before, action).is_some_and(|(pod, _)| pod.grace.is_none())
                    && after.pod().is_some_and(|pod| pod.grace.is_some())
            },
            |_, _, after| after.pod().is_some_and(|pod| pod.grace <= Some(SHORT)),
        )),
    ),
    Claim::new(
        "FOLK-28",
        False,
        "a second DELETE can extend the grace",
        "it is ignored, and its answer is success",
        &[RuleId::DEL_09],
        Judge::Api(Formula::can(
            |before, action, _| {
                committed(before, action)
                    .is_some_and(|(pod, options)| pod.grace.is_some() && options.grace > pod.grace)
            },
            |before, _, after| before.pod().zip(after.pod()).is_some_and(|(old, new)| new.grace > old.grace),
        )),
    ),
    Claim::new(
        "FOLK-29",
        False,
        "a second plain DELETE speeds things up",
        "it changes nothing, not even if the Pod has become terminal meanwhile",
        &[RuleId::DEL_09, RuleId::DEL_10],
        Judge::Api(Formula::can(
            |before, action, _| {
                matches!(action, Action::Read(.., options) if is_plain(*options))
                    && before.pod().is_some_and(|pod| pod.grace > Some(0))
            },
            |before, action, after| {
                let Action::Read(slot, ..) = *action else { return false };
                after.client(slot) != Client::Idle || before.pod() != after.pod()
            },
        )),
    ),
    Claim::new(
        "FOLK-30",
        False,
        "a deletion can be cancelled",
        "no request unsets a deletionTimestamp",
        &[RuleId::OBJ_04, RuleId::DEL_19],
        Judge::Api(Formula::can(
            |before, _, after| is_deleting(before) && after.pod().is_some(),
            |_, _, after| !is_deleting(after),
        )),
    ),
    Claim::new(
        "FOLK-31",
        Cond,
        "to remove the last finalizer removes the Pod",
        "only if it is deleting with grace 0; with time left it waits for the kubelet",
        &[RuleId::DEL_16],
        Judge::Api(Formula::steps_if(
            |before, action, _| {
                let Action::DropFinalizer(dropped) = *action else { return false };
                before.pod().is_some_and(|pod| {
                    !pod.finalizers.is_empty() && pod.finalizers.without(dropped).is_empty()
                })
            },
            |_, _, after| after.pod().is_none(),
            |before, _, _| before.pod().is_some_and(|pod| pod.grace == Some(0)),
        )),
    ),
    Claim::new(
        "FOLK-32",
        False,
        "finalizers keep the containers running",
        "the kubelet ignores them; they hold the object only",
        &[RuleId::KUB_38, RuleId::DEL_42],
        Judge::Pod(Formula::steps(
            |before, action, _| {
                let held = before.pod.filter(|pod| pod.held && pod.grace.is_some());
                held.is_some_and(|pod| matches!(action, PodAction::Stop(uid, _) if *uid == pod.uid))
                    && runs(before)
            },
            |_, _, after| runs(after),
        )),
    ),
    Claim::new(
        "FOLK-33",
        False,
        "finalizers can be added while a Pod is deleting",
        "the API server answers 422; they can only be removed",
        &[RuleId::DEL_17],
        Judge::Api(Formula::can(
            |before, action, _| {
                let without = before.pod().is_some_and(|pod| !pod.finalizers.contains(X));
                *action == Action::AddFinalizer && is_deleting(before) && without
            },
            |_, _, after| after.pod().is_some_and(|pod| pod.finalizers.contains(X)),
        )),
    ),
    Claim::new(
        "FOLK-34",
        False,
        "a deleting Pod is read-only",
        "whatever can be changed of a Pod can be changed then too",
        &[RuleId::DEL_18],
        Judge::Api(Formula::steps(
            |before, action, _| {
                let gated = before.pod().is_some_and(|pod| pod.gates == Gates::Closed);
                *action == Action::Ungate && is_deleting(before) && gated
            },
            |before, _, after| before.pod() == after.pod(),
        )),
    ),
    Claim::new(
        "FOLK-35",
        False,
        "a new terminationGracePeriodSeconds of a live Pod changes how it is shut down",
        "the field cannot be changed; the grace of the DELETE counts",
        &[RuleId::VAL_10],
        Judge::Machine(Machine::can("admission", machine::admission::grace_changes)),
    ),
    Claim::new(
        "FOLK-36",
        Cond,
        "to delete a Pending Pod removes it at once",
        "only if it has neither a node nor a finalizer; a bound one goes through its kubelet",
        &[RuleId::DEL_05, RuleId::DEL_44],
        Judge::Pod(Formula::steps_if(
            |before, action, _| {
                let live = before.pod.is_some_and(|pod| {
                    pod.grace.is_none() && pod.status.phase == pod_lifecycle::Phase::Pending
                });
                *action == PodAction::Delete(None) && live
            },
            |_, _, after| after.forcing,
            |before, _, _| before.pod.is_some_and(|pod| !pod.bound && !pod.held),
        )),
    ),
    Claim::new(
        "FOLK-37",
        Cond,
        "to delete a finished Pod removes it at once",
        "only if it was not deleting before it finished and has no finalizer",
        &[RuleId::DEL_45, RuleId::DEL_10],
        Judge::Pod(Formula::steps_if(
            |before, action, _| {
                let ended = before.pod.is_some_and(|pod| pod.status.phase.is_terminal());
                *action == PodAction::Delete(None) && ended && !before.forcing
            },
            |_, _, after| after.forcing,
            |before, _, _| before.pod.is_some_and(|pod| pod.grace.is_none() && !pod.held),
        )),
    ),
    Claim::new(
        "FOLK-38",
        False,
        "the name is free as soon as the Pod is terminating",
        "it is free when the object is gone",
        &[RuleId::CRE_01],
        Judge::Machine(Machine::can("creation", machine::scheduling::name_is_free)),
    ),
    Claim::new(
        "FOLK-39",
        False,
        "the scheduler takes part in a deletion",
        "it forgets the Pod and does no more; its only own deletes are of the victims of preemption",
        &[RuleId::CRE_22, RuleId::CTL_PRE_01],
        Judge::Machine(Machine::can("scheduling", machine::scheduling::deleting_is_queued)),
    ),
    Claim::new(
        "FOLK-40",
        False,
        "to delete a Deployment deletes its Pods in the same operation",
        "the garbage collector does it later, and with policy orphan not at all",
        &[RuleId::CTL_GC_04, RuleId::DEL_11],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-41",
        Cond,
        "after a foreground deletion the processes of the Pods are gone when the owner is",
        "the objects that block the owner are gone; the processes only if nobody forced one",
        &[RuleId::CTL_GC_03, RuleId::NON_01],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-42",
        Cond,
        "a DELETE that is meant for an old Pod cannot hit its successor of the same name",
        "only if it carries the uid; most controllers and kubectl send none, and then even its second write can hit the successor",
        &[RuleId::DEL_24, RuleId::DEL_14],
        Judge::Api(Formula::steps_if(
            |before, action, _| misled(before, action).is_some(),
            |before, _, after| before.pod() == after.pod(),
            |before, action, _| misled(before, action) == Some(Precondition::Uid),
        )),
    ),
];

/// The container of the stored Pod runs.
pub(super) fn runs(state: &Pods) -> bool {
    state.pod.and_then(|pod| state.local(pod.uid)).is_some_and(|local| local.instance == Instance::Running)
}

/// A user's DELETE finds the Pod live.
pub(super) fn first_delete(before: &Pods, action: &PodAction, _: &Pods) -> bool {
    matches!(action, PodAction::Delete(grace) if *grace != Some(Token::Zero))
        && before.pod.is_some_and(|pod| pod.grace.is_none() && pod.bound)
}

fn is_deleting(state: &State) -> bool {
    state.pod().is_some_and(|pod| pod.grace.is_some())
}

const fn is_plain(options: Options) -> bool {
    options.grace.is_none() && options.propagation.is_none()
}

/// What a compare-and-swap finds and asks, if its precondition holds.
fn committed(before: &State, action: &Action) -> Option<(Pod, Options)> {
    let Action::Commit(slot, _) = *action else { return None };
    let Client::Commit { pod: meant, precondition, options, .. } = before.client(slot) else { return None };
    let found = before.pod().filter(|pod| precondition == Precondition::NameOnly || pod.uid == meant)?;
    Some((found, options))
}

/// Where the client of a compare-and-swap is after it.
fn after_commit(action: &Action, after: &State) -> Option<Client> {
    if let Action::Commit(slot, _) = *action { Some(after.client(slot)) } else { None }
}

/// Whether a write of a DELETE says whom it means, if it finds another Pod than that.
fn misled(before: &State, action: &Action) -> Option<Precondition> {
    let (Action::Commit(slot, _) | Action::Remove(slot)) = *action else { return None };
    let found: Uid = before.pod()?.uid;
    match before.client(slot) {
        Client::Commit { pod, precondition, .. } | Client::Remove { pod, precondition, .. } => {
            (pod != found).then_some(precondition)
        }
        Client::Idle | Client::Decided { .. } => None,
    }
}
