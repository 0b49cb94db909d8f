//! What always holds. Each law looks at plain fields before and after a step; none asks what would decide.

use pod_lifecycle::RuleId;
use pod_lifecycle::binding::Binding;
use pod_lifecycle::scheduling::Held;
use pod_lifecycle::worker::Stage;

use super::actions::Action;
use super::state::{Incarnation, Process, State, Uid, Why};
use super::{liveness, scenarios};
use crate::law::{Kind, Law, On};

/// Every claim about the model.
pub(super) const LAWS: &[Law<State, Action>] = &[
    Law {
        id: "CRE-25/one",
        says: "of the stored Pods that are bound and not terminal, deleting or not, the device has one, unless somebody else than \
               the scheduler bound the other",
        rests_on: &[RuleId::CRE_25, RuleId::CRE_22, RuleId::CRE_33],
        kind: Kind::Always {
            holds: On::State(|state| {
                pods(state).filter(Incarnation::has_device).count() < 2
                    || pods(state).any(|pod| pod.overbooked)
            }),
            witness: On::State(|state| {
                // The binding of one has landed, the other waits, and only the assumption holds it back.
                let one = |pod: Incarnation| {
                    pod.has_device() && pod.held == Some(Held::Assumed) && pod.told != Some(Binding::Bound)
                };
                pods(state).any(one) && pods(state).any(|pod| pod.is_pending() && pod.told.is_some())
            }),
        },
    },
    Law {
        id: "CRE-25/room",
        says: "the kubelet has room for what the scheduler bound, unless somebody else bound a Pod, or one was rejected while it ran",
        rests_on: &[RuleId::CRE_25, RuleId::CRE_41, RuleId::PHA_32, RuleId::KUB_62],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                rejected(before, action, after).all(|(_, pod)| pod.rejected != Some(Why::NoRoom))
                    || pods(after).any(|pod| pod.overbooked || pod.stranded)
            }),
            witness: On::Step(|before, action, after| {
                // The one before has ended, and its node is not done with it.
                let lingers = |pod: Incarnation| {
                    let stopped =
                        pod.worker.is_some_and(|worker| matches!(worker.stage, Stage::Terminated { .. }));
                    pod.seen.is_some() && stopped
                };
                admitted(before, action, after).any(|uid| after.of(uid.other()).is_some_and(lingers))
            }),
        },
    },
    Law {
        id: "CRE-41/one",
        says: "one process runs on the device, unless its Pod was removed by force or rejected while it ran",
        rests_on: &[RuleId::CRE_41, RuleId::CRE_42, RuleId::INV_40],
        kind: Kind::Always {
            holds: On::State(|state| {
                running(state).count() < 2 || running(state).any(|pod| pod.stored.is_none() || pod.stranded)
            }),
            witness: On::State(|state| {
                let none =
                    |pod: Incarnation| pod.rejected == Some(Why::NoRoom) && pod.process == Process::None;
                running(state).count() == 1 && pods(state).any(none)
            }),
        },
    },
    Law {
        id: "CRE-33",
        says: "a binding touches only the Pod that it was decided on",
        rests_on: &[RuleId::CRE_33, RuleId::CRE_30],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let Action::Bind(uid) = *action else { return true };
                let binding = |state: &State| state.of(uid.other()).map(|pod| pod.binding);
                binding(after).is_none() || binding(before) == binding(after)
            }),
            witness: On::Step(|before, action, _| {
                let Action::Bind(uid) = *action else { return false };
                let next = before.of(uid.other()).is_some_and(|pod| pod.is_pending());
                before.stored(uid).is_none() && next && before.owner(uid) == before.owner(uid.other())
            }),
        },
    },
    Law {
        id: "CRE-40/ended",
        says: "a kubelet rejects no Pod that it finds terminal",
        rests_on: &[RuleId::CRE_40, RuleId::KUB_62],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let open = |pod: Incarnation| pod.seen.is_some_and(|seen| !seen.has_ended());
                rejected(before, action, after).all(|(_, pod)| open(pod))
            }),
            witness: On::Step(|before, action, _| {
                let ended = |pod: Incarnation| {
                    pod.process != Process::Running
                        && pod.stored.is_some_and(|stored| stored.has_ended())
                        && pod.binding == Binding::Bound
                };
                *action == Action::RestartBare && pods(before).any(ended)
            }),
        },
    },
    Law {
        id: "INV-30",
        says: "a kubelet process starts nothing of a Pod that it has rejected",
        rests_on: &[RuleId::INV_30, RuleId::CRE_42],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                let Action::Start(uid) = *action else { return true };
                before.of(uid).is_none_or(|pod| pod.rejected.is_none())
            }),
            witness: On::State(|state| {
                // Its deletion has reached a worker although the rejection is not yet stored.
                let moved = |pod: Incarnation| {
                    let open = pod.stored.is_some_and(|stored| !stored.has_ended());
                    pod.rejected.is_some() && pod.worker.is_some() && pod.process == Process::None && open
                };
                pods(state).any(moved)
            }),
        },
    },
    liveness::CRE_20_BOUND,
    liveness::CRE_40_RUNS,
    liveness::CRE_45_STOPS,
    liveness::LIV_08,
    scenarios::CRE_25_FAILOVER,
    scenarios::CRE_25_ORPHAN,
    scenarios::CRE_41_FORCED,
    scenarios::CRE_41_STRANDED,
    scenarios::CRE_45_OLDER,
    scenarios::NON_05_REJECTED,
    scenarios::CRE_45,
    scenarios::S6_REJECTED,
    scenarios::S13,
];

pub(super) fn pods(state: &State) -> impl Iterator<Item = Incarnation> + use<> {
    state.alive.into_iter().flatten()
}

/// The Pods whose process runs.
pub(super) fn running(state: &State) -> impl Iterator<Item = Incarnation> + use<> {
    pods(state).filter(Incarnation::runs)
}

/// The Pods that the kubelet rejects in this step, as they are after it.
pub(super) fn rejected(
    before: &State,
    action: &Action,
    after: &State,
) -> impl Iterator<Item = (Uid, Incarnation)> + use<> {
    let (before, after) = (*before, *after);
    let begins = matches!(action, Action::Restart | Action::RestartBare);
    let admits = begins || matches!(action, Action::Watch(_));
    Uid::ALL.into_iter().filter(move |_| admits).filter_map(move |uid| {
        let new = begins || before.of(uid).is_some_and(|pod| pod.rejected.is_none());
        let pod = after.of(uid).filter(|pod| new && pod.rejected.is_some())?;
        Some((uid, pod))
    })
}

/// The Pods that it takes on.
fn admitted(before: &State, action: &Action, after: &State) -> impl Iterator<Item = Uid> + use<> {
    let (before, after) = (*before, *after);
    let begins = matches!(action, Action::Restart | Action::RestartBare);
    let admits = begins || matches!(action, Action::Watch(_));
    Uid::ALL.into_iter().filter(move |uid| {
        let new = begins || before.of(*uid).is_some_and(|pod| pod.seen.is_none());
        let taken = |pod: Incarnation| {
            pod.seen.is_some_and(|seen| !seen.has_ended()) && pod.rejected.is_none() && pod.worker.is_some()
        };
        admits && new && after.of(*uid).is_some_and(taken)
    })
}
