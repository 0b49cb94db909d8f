//! What must be reachable: scenarios, and expected violations of what looks like a law.

use pod_lifecycle::RuleId;

use super::actions::{Action, PLAIN};
use super::laws::{lost, stored};
use super::state::{Client, LONG, Pod, Precondition, Role, SHORT, Since, Slot, State, Uid};
use crate::law::{Kind, Law, On, Remedy};

/// Every scenario and expected violation.
pub(super) const EVERY_UID: Remedy =
    Remedy { id: "every-uid", says: "every DELETE carries the UID of the Pod that it means" };

pub(super) const NON_13: Law<State, Action> = Law {
    id: "NON-13",
    says: "a plain DELETE of a terminal Pod leaves it, because it was deleting before it turned terminal",
    rests_on: &[RuleId::NON_13, RuleId::DEL_10],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            no_op(before, action, after).is_some_and(|pod| pod.terminal && plain(action))
        }),
        remedy: None,
    },
};

pub(super) const NON_14: Law<State, Action> = Law {
    id: "NON-14",
    says: "a DELETE succeeds and nothing is written",
    rests_on: &[RuleId::NON_14, RuleId::DEL_09],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| no_op(before, action, after).is_some()),
        remedy: None,
    },
};

pub(super) const NON_18: Law<State, Action> = Law {
    id: "NON-18",
    says: "a controller's DELETE marks another Pod than the one that it decided on",
    rests_on: &[RuleId::NON_18, RuleId::DEL_24],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let Action::Commit(slot, _) = *action else { return false };
            let Client::Commit { role: Role::Controller, pod, .. } = before.client(slot) else {
                return false;
            };
            stored(before, after).is_some_and(|(old, new)| old.uid != pod && old.grace != new.grace)
        }),
        remedy: Some(EVERY_UID),
    },
};

pub(super) const NON_21_SUCCESSOR: Law<State, Action> = Law {
    id: "NON-21/successor",
    says: "the second write of a removal removes a successor that never had a deletionTimestamp",
    rests_on: &[RuleId::NON_21, RuleId::DEL_14],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            successor(before, action, after).is_some_and(|(pod, _)| pod.grace.is_none())
        }),
        remedy: Some(EVERY_UID),
    },
};

pub(super) const NON_21_DELETING: Law<State, Action> = Law {
    id: "NON-21/deleting",
    says: "the second write of a removal removes a successor whose own grace has not ended",
    rests_on: &[RuleId::NON_21, RuleId::DEL_14],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            successor(before, action, after).is_some_and(|(pod, _)| pod.grace > Some(0))
        }),
        remedy: Some(EVERY_UID),
    },
};

pub(super) const NON_21_FINALIZER: Law<State, Action> = Law {
    id: "NON-21/finalizer",
    says: "the second write of a removal ignores a finalizer that a concurrent DELETE added after the first",
    rests_on: &[RuleId::NON_21, RuleId::DEL_14],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let Action::Remove(slot) = *action else { return false };
            // Row 8 too removes what still has finalizers, those that its own policy drops: that is no race.
            let Client::Remove { pod: marked, since: Since::Held, .. } = before.client(slot) else {
                return false;
            };
            lost(before, after).is_some_and(|pod| pod.uid == marked && !pod.finalizers.is_empty())
        }),
        remedy: None,
    },
};

pub(super) const S5_REMOVED: Law<State, Action> = Law {
    id: "S5/removed",
    says: "a DELETE without grace reads the Pod unbound; it is bound meanwhile and removed with grace 0",
    rests_on: &[RuleId::DEL_22],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Remove(slot) = *action else { return false };
        let Client::Remove { role: Role::Controller, pod: marked, .. } = before.client(slot) else {
            return false;
        };
        lost(before, after).is_some_and(|pod| pod.uid == marked && pod.node.is_some() && !pod.terminal)
    })),
};

pub(super) const S5_REFUSED: Law<State, Action> = Law {
    id: "S5/refused",
    says: "the DELETE of an unbound Pod lands first and the binding is refused",
    rests_on: &[RuleId::CRE_34],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let pod = before.pod().filter(|pod| pod.grace == Some(0) && pod.node.is_none());
        *action == Action::Bind
            && before.binder() == Some(Uid::Current)
            && pod.is_some()
            && after.pod() == pod
    })),
};

pub(super) const S5_GRACEFUL: Law<State, Action> = Law {
    id: "S5/graceful",
    says: "the binding lands before the DELETE reads, and the Pod gets its grace",
    rests_on: &[RuleId::CRE_34],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Commit(slot, _) = *action else { return false };
        let Client::Commit { role: Role::Controller, .. } = before.client(slot) else { return false };
        stored(before, after).is_some_and(|(old, new)| old.grace.is_none() && new.grace == Some(SHORT))
    })),
};

pub(super) const S16: Law<State, Action> = Law {
    id: "S16",
    says: "a DELETE without grace after one with 60 s changes nothing",
    rests_on: &[RuleId::DEL_09, RuleId::DEL_06],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        no_op(before, action, after).is_some_and(|pod| pod.grace == Some(LONG) && plain(action))
    })),
};

pub(super) const S17: Law<State, Action> = Law {
    id: "S17",
    says: "the API server dies between the two writes, and an update collects what is left",
    rests_on: &[RuleId::DEL_14, RuleId::DEL_30],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        // Without a removal in flight only a crash leaves such a Pod.
        let in_flight = Slot::ALL.iter().any(|slot| matches!(before.client(*slot), Client::Remove { .. }));
        lost(before, after).is_some_and(|pod| pod.finalizers.is_empty())
            && !in_flight
            && *action == Action::Touch
    })),
};

pub(super) const S21: Law<State, Action> = Law {
    id: "S21",
    says: "a DELETE without uid, with grace 0 in effect, has written once; the kubelet's DELETE removes the Pod, the \
           owner creates a successor, and the second write removes that",
    rests_on: &[RuleId::DEL_14, RuleId::NON_21],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        successor(before, action, after)
            .is_some_and(|(pod, since)| pod.grace.is_none() && since == Since::Removed)
    })),
};

/// The Pod that a successful DELETE has found and left as it was.
fn no_op(before: &State, action: &Action, after: &State) -> Option<Pod> {
    let Action::Read(slot, _, precondition, _) = *action else { return None };
    let meant = match before.client(slot) {
        Client::Decided { pod, .. } => pod,
        Client::Idle | Client::Commit { .. } | Client::Remove { .. } => Uid::Current,
    };
    let pod = before.pod().filter(|pod| precondition == Precondition::NameOnly || pod.uid == meant)?;
    (after.client(slot) == Client::Idle && after.pod() == Some(pod)).then_some(pod)
}

fn plain(action: &Action) -> bool {
    matches!(action, Action::Read(_, _, _, options) if *options == PLAIN)
}

/// The Pod that a second write removes although it marked another, and what has become of that.
fn successor(before: &State, action: &Action, after: &State) -> Option<(Pod, Since)> {
    let Action::Remove(slot) = *action else { return None };
    let Client::Remove { pod: marked, since, .. } = before.client(slot) else { return None };
    lost(before, after).filter(|pod| pod.uid != marked).map(|pod| (pod, since))
}
