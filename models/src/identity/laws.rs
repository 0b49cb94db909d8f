//! What always holds. Each law looks at plain fields before and after a step; none asks what would decide.

use pod_lifecycle::RuleId;
use pod_lifecycle::worker::{Activity, Pass};

use super::actions::Action;
use super::state::{Breach, Incarnation, Life, Machine, Object, Owner, Process, State, Stored, Uid};
use super::{liveness, scenarios};
use crate::law::{Kind, Law, On};

/// Every claim about the model.
pub(super) const LAWS: &[Law<State, Action>] = &[
    Law {
        id: "INV-21/listed",
        says: "a kubelet process that finds a Pod terminal in its first list does not set out to start it",
        rests_on: &[RuleId::INV_21, RuleId::KUB_62, RuleId::KUB_10],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                listed_ended(before, action)
                    .all(|uid| after.of(uid).is_none_or(|incarnation| !starts(&incarnation)))
            }),
            witness: On::Step(|before, action, _| {
                let stopped = |uid| before.of(uid).is_some_and(|incarnation| !incarnation.runs());
                listed_ended(before, action).any(stopped)
            }),
        },
    },
    Law {
        id: "INV-27/uid",
        says: "the final DELETE touches only the Pod that it was sent for",
        rests_on: &[RuleId::INV_27, RuleId::DEL_03],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                successor(before, action).is_none_or(|uid| after.stored(uid) == before.stored(uid))
            }),
            witness: On::Step(|before, action, _| successor(before, action).is_some()),
        },
    },
    Law {
        id: "INV-40",
        says: "a bound Pod that nobody forces, collects, erases or takes for another leaves the store only when its process \
               has stopped and its node is done with it",
        rests_on: &[RuleId::INV_40, RuleId::INV_23, RuleId::INV_27],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                left(before, action, after).all(|(incarnation, breach)| {
                    breach != Breach::None || (!incarnation.runs() && !starts(&incarnation))
                })
            }),
            witness: On::Step(|before, action, after| {
                left(before, action, after).any(|(incarnation, breach)| {
                    breach == Breach::None && incarnation.process == Process::Exited
                })
            }),
        },
    },
    Law {
        id: "INV-41",
        says: "of the incarnations of a StatefulSet's Pod at most one runs, on whichever nodes, unless the other one was forced, \
               collected, erased, taken for another or listed from the past",
        rests_on: &[RuleId::INV_41, RuleId::INV_40, RuleId::CRE_01, RuleId::CTL_SS_01],
        kind: Kind::Always {
            holds: On::State(|state| {
                both_run(state).is_none_or(|[first, second]| {
                    let breached = |incarnation: &Incarnation| {
                        incarnation.stored.is_none() && incarnation.breach != Breach::None
                    };
                    state.owner == Owner::ReplicaSet || breached(&first) || breached(&second)
                })
            }),
            witness: On::State(|state| {
                // The younger one runs, and the node of the older one has just finished with it.
                let [Some(first), Some(second)] = state.alive else { return false };
                let over = first.stored.is_none() && first.breach == Breach::None && first.seen.is_some();
                state.owner == Owner::StatefulSet
                    && over
                    && first.process == Process::Exited
                    && second.runs()
                    && first.node != second.node
            }),
        },
    },
    Law {
        id: "INV-42",
        says: "a status of one uid never lands on a Pod with another",
        rests_on: &[RuleId::INV_42, RuleId::PHA_30, RuleId::PHA_36, RuleId::PHA_40],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let Action::Report(uid) = *action else { return true };
                let other = uid.other();
                before.stored(other) == after.stored(other)
            }),
            witness: On::State(|state| {
                let late = |uid: Uid| {
                    let over = state.of(uid).is_some_and(|incarnation| {
                        let done = incarnation.worker.is_some() && incarnation.process == Process::Exited;
                        incarnation.seen.is_some() && incarnation.stored.is_none() && done
                    });
                    over && state.host(uid).is_some_and(|machine| machine.is_served())
                };
                let named = |uid: Uid| state.stored(uid.other()).is_some_and(|stored| !stored.ended);
                state.owner == Owner::StatefulSet && Uid::ALL.into_iter().any(|uid| late(uid) && named(uid))
            }),
        },
    },
    Law {
        id: "CTL-SS-01",
        says: "a StatefulSet creates a Pod only when none of its name is stored",
        rests_on: &[RuleId::CTL_SS_01, RuleId::CRE_01],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let free = Uid::ALL.into_iter().all(|uid| before.stored(uid).is_none());
                !creates(before, action, after) || before.owner == Owner::ReplicaSet || free
            }),
            witness: On::Step(|before, action, after| {
                let runs = before.alive.iter().flatten().any(Incarnation::runs);
                creates(before, action, after) && before.owner == Owner::StatefulSet && runs
            }),
        },
    },
    Law {
        id: "CTL-PGC-03",
        says: "the Pod garbage collector chooses a Pod of a node that exists only if it is deleting",
        rests_on: &[RuleId::CTL_PGC_03],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                collected(before, action)
                    .is_none_or(|(stored, machine)| machine.object == Object::Absent || stored.deleting)
            }),
            witness: On::State(|state| {
                Uid::ALL.into_iter().any(|uid| {
                    let live = state.stored(uid).is_some_and(|stored| !stored.deleting);
                    live && state
                        .host(uid)
                        .is_some_and(|machine| machine.object == Object::NotReady && machine.taint)
                })
            }),
        },
    },
    Law {
        id: "CTL-PGC-04",
        says: "the Pod garbage collector never chooses a Pod of a node that exists and that it has not seen out of service",
        rests_on: &[RuleId::CTL_PGC_04, RuleId::CTL_PGC_03],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                collected(before, action).is_none_or(|(_, machine)| {
                    machine.object == Object::Absent || machine.taint || machine.late
                })
            }),
            witness: On::State(|state| {
                Uid::ALL.into_iter().any(|uid| {
                    let deleting = state.stored(uid).is_some_and(|stored| stored.deleting);
                    deleting
                        && state.host(uid).is_some_and(|machine| {
                            machine.object == Object::NotReady && !machine.taint && !machine.on
                        })
                })
            }),
        },
    },
    liveness::CRE_50,
    liveness::LIV_01_GONE,
    liveness::LIV_01_ROLLBACK,
    liveness::LIV_03,
    liveness::LIV_04,
    liveness::LIV_07,
    liveness::LIV_09,
    liveness::LIV_10,
    scenarios::NON_01_FORCED,
    scenarios::NON_01_ORPHANED,
    scenarios::NON_01_OUT_OF_SERVICE,
    scenarios::NON_01_STALE_LIST,
    scenarios::NON_01_ROLLBACK,
    scenarios::NON_01_ONE_NODE,
    scenarios::NON_02,
    scenarios::NON_02_STALE_LIST,
    scenarios::NON_05,
    scenarios::NON_18,
    scenarios::NON_18_POD_GC,
    scenarios::NON_19_POD_GC,
    scenarios::NON_19_ORPHAN,
    scenarios::S7,
    scenarios::S8,
    scenarios::S9,
    scenarios::S12,
    scenarios::S18,
];

/// Both incarnations, if both run.
pub(super) fn both_run(state: &State) -> Option<[Incarnation; 2]> {
    let [Some(first), Some(second)] = state.alive else { return None };
    (first.runs() && second.runs()).then_some([first, second])
}

/// The worker is about to start the process.
fn starts(incarnation: &Incarnation) -> bool {
    incarnation.worker.is_some_and(|worker| worker.activity == Activity::Calling(Pass::Sync))
}

/// The Pods that a kubelet process finds terminal in its first list.
fn listed_ended(before: &State, action: &Action) -> impl Iterator<Item = Uid> {
    let (before, action) = (*before, *action);
    Uid::ALL.into_iter().filter(move |uid| {
        let here = |incarnation: Incarnation| {
            incarnation.node.is_some_and(|node| action == Action::List(node))
                && incarnation.stored.is_some_and(|stored| stored.ended)
        };
        before.of(*uid).is_some_and(here)
    })
}

/// The bound incarnations that leave the store in this step, as they were, and what they had met by then.
fn left(before: &State, action: &Action, after: &State) -> impl Iterator<Item = (Incarnation, Breach)> {
    let (before, after) = (*before, *after);
    let creates = creates(&before, action, &after); // names are given anew
    Uid::ALL.into_iter().filter(move |_| !creates).filter_map(move |uid| {
        let incarnation = before.of(uid)?;
        let stored = |state: &State| state.stored(uid).is_some();
        let gone = incarnation.node.is_some() && stored(&before) && !stored(&after);
        let breach = after.of(uid).map_or(incarnation.breach, |after| after.breach);
        gone.then_some((incarnation, breach))
    })
}

/// A new Pod is stored.
pub(super) fn creates(before: &State, action: &Action, after: &State) -> bool {
    let stored = |state: &State| Uid::ALL.into_iter().filter(|uid| state.stored(*uid).is_some()).count();
    let alive = |state: &State| state.alive.iter().flatten().count();
    matches!(action, Action::Begin(_))
        || (*action == Action::Own && (stored(after) > stored(before) || alive(after) > alive(before)))
}

/// The Pod that a final DELETE finds instead of the one that it was sent for.
fn successor(before: &State, action: &Action) -> Option<Uid> {
    let Action::FinalDelete(uid) = *action else { return None };
    let other = uid.other();
    let named = before.owner == Owner::StatefulSet && before.stored(uid).is_none();
    Some(other).filter(|other| named && before.stored(*other).is_some())
}

/// The Pod that the Pod garbage collector chooses, and its node.
pub(super) fn collected(before: &State, action: &Action) -> Option<(Stored, Machine)> {
    let Action::Collect(uid) = *action else { return None };
    before.stored(uid).zip(before.host(uid))
}

/// A kubelet that can look at the API.
pub(super) fn looks(machine: &Machine) -> bool {
    machine.is_served() && machine.life != Life::Listing
}
