//! What can happen: scenarios, and what looks forbidden and happens all the same.

use pod_lifecycle::RuleId;

use super::Remedy as Cure;
use super::actions::Action;
use super::laws::{both_run, collected, looks};
use super::state::{Breach, Incarnation, Meant, Object, Owner, State, Stored, Uid};
use crate::law::{Kind, Law, On, Remedy};

const FENCED: Remedy = Remedy {
    id: Cure::Fenced.id(),
    says: "only a machine that is off is declared dead, and it stays off until that is taken back",
};
const CONSISTENT_LIST: Remedy = Remedy {
    id: Cure::ConsistentList.id(),
    says: "the first list of a kubelet process is always a consistent read",
};
const LIVE_READ: Remedy = Remedy {
    id: Cure::LiveRead.id(),
    says: "the Pod garbage collector reads the Node from the API server before it acts",
};
const EVERY_UID: Remedy = Remedy {
    id: Cure::EveryUid.id(),
    says: "every DELETE carries the uid of the Pod that it was decided on",
};

pub(super) const NON_01_FORCED: Law<State, Action> = Law {
    id: "NON-01/forced",
    says: "a forced DELETE frees the name while the process runs, and its successor runs beside it",
    rests_on: &[RuleId::NON_01, RuleId::DEL_29],
    kind: Kind::Expected { happens: On::State(|state| overlap(state, Breach::Forced)), remedy: Some(FENCED) },
};

pub(super) const NON_01_ORPHANED: Law<State, Action> = Law {
    id: "NON-01/orphaned",
    says: "the Node object is deleted, the machine runs: the Pod garbage collector frees the name, and two run",
    rests_on: &[RuleId::NON_01, RuleId::CTL_PGC_04, RuleId::CTL_PGC_06],
    kind: Kind::Expected {
        happens: On::State(|state| overlap(state, Breach::Orphaned)),
        remedy: Some(FENCED),
    },
};

pub(super) const NON_01_OUT_OF_SERVICE: Law<State, Action> = Law {
    id: "NON-01/out-of-service",
    says: "a node is tainted out-of-service while its machine runs: the Pod garbage collector frees the name, and two run",
    rests_on: &[RuleId::NON_01, RuleId::CTL_PGC_03, RuleId::CTL_PGC_06],
    kind: Kind::Expected {
        // The collector was not mistaken about the Node: that is NON-19.
        happens: On::State(|state| overlap(state, Breach::OutOfService) && is_tainted(state)),
        remedy: Some(FENCED),
    },
};

pub(super) const NON_01_STALE_LIST: Law<State, Action> = Law {
    id: "NON-01/stale-list",
    says: "a restarted kubelet lists from a cache that stands still and starts a Pod that was deleted long ago, beside its \
           successor (kubernetes/kubernetes#59848)",
    rests_on: &[RuleId::NON_01, RuleId::NON_19, RuleId::KUB_61],
    kind: Kind::Expected {
        happens: On::State(|state| overlap(state, Breach::Relisted)),
        remedy: Some(CONSISTENT_LIST),
    },
};

pub(super) const NON_01_ROLLBACK: Law<State, Action> = Law {
    id: "NON-01/rollback",
    says: "the store is set back to a time before a Pod that runs; its owner makes another one, and two run",
    rests_on: &[RuleId::NON_01, RuleId::CTL_SS_01],
    kind: Kind::Expected { happens: On::State(|state| overlap(state, Breach::Erased)), remedy: None },
};

pub(super) const NON_01_ONE_NODE: Law<State, Action> = Law {
    id: "NON-01/one-node",
    says: "both incarnations run on one node: only static Pods wait there for their name",
    rests_on: &[RuleId::NON_01, RuleId::KUB_12],
    kind: Kind::Expected {
        happens: On::State(|state| {
            let one = both_run(state).is_some_and(|[first, second]| first.node == second.node);
            state.owner == Owner::StatefulSet && one
        }),
        remedy: None,
    },
};

pub(super) const NON_02: Law<State, Action> = Law {
    id: "NON-02",
    says: "the Failed of the Pod garbage collector is overwritten by the kubelet of a node that was declared dead",
    rests_on: &[RuleId::NON_02, RuleId::PHA_37],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let ended = |state: &State, uid| state.stored(uid).is_some_and(|stored| stored.ended);
            let Action::Report(uid) = *action else { return false };
            let chosen = before.of(uid).is_some_and(|incarnation| is_chosen(&incarnation));
            chosen && ended(before, uid) && after.stored(uid).is_some() && !ended(after, uid)
        }),
        remedy: Some(FENCED),
    },
};

pub(super) const NON_02_STALE_LIST: Law<State, Action> = Law {
    id: "NON-02/stale-list",
    says: "a restarted kubelet lists from a cache that stands still, takes up a Pod again that it had stopped, and overwrites \
           the Failed that the process before had published",
    rests_on: &[RuleId::NON_02, RuleId::NON_19, RuleId::PHA_37, RuleId::KUB_61],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let ended = |state: &State, uid| state.stored(uid).is_some_and(|stored| stored.ended);
            let Action::Report(uid) = *action else { return false };
            let again = before.of(uid).is_some_and(|incarnation| incarnation.breach == Breach::Relisted);
            again && ended(before, uid) && after.stored(uid).is_some() && !ended(after, uid)
        }),
        remedy: Some(CONSISTENT_LIST),
    },
};

pub(super) const NON_05: Law<State, Action> = Law {
    id: "NON-05",
    says: "the Pod garbage collector has written Failed, and the process runs",
    rests_on: &[RuleId::NON_05, RuleId::CTL_PGC_06],
    kind: Kind::Expected {
        happens: On::State(|state| {
            let lies = |incarnation: &Incarnation| {
                let ended = incarnation.stored.is_some_and(|stored| stored.ended);
                ended && is_chosen(incarnation) && incarnation.runs()
            };
            state.alive.iter().flatten().any(lies)
        }),
        remedy: Some(FENCED),
    },
};

pub(super) const NON_18: Law<State, Action> = Law {
    id: "NON-18",
    says: "a controller that acts by name and late deletes the successor of the Pod that it decided on",
    rests_on: &[RuleId::NON_18, RuleId::DEL_24],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            *action == Action::Late && struck(before, before.late, after)
        }),
        remedy: Some(EVERY_UID),
    },
};

pub(super) const NON_18_POD_GC: Law<State, Action> = Law {
    id: "NON-18/pod-gc",
    says: "the DELETE of the Pod garbage collector, which carries no uid, finds the successor and removes it with grace 0",
    rests_on: &[RuleId::NON_18, RuleId::DEL_24, RuleId::CTL_PGC_06],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            *action == Action::CollectDelete && struck(before, before.collecting, after)
        }),
        remedy: Some(EVERY_UID),
    },
};

pub(super) const NON_19_POD_GC: Law<State, Action> = Law {
    id: "NON-19/pod-gc",
    says: "the Pod garbage collector has not seen that a node is ready again, and takes a Pod that runs there for one whose \
           node is out of service (kubernetes/kubernetes#141887)",
    rests_on: &[RuleId::NON_19, RuleId::CTL_PGC_03],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            let Action::Collect(uid) = *action else { return false };
            let ready = collected(before, action)
                .is_some_and(|(_, machine)| machine.object == Object::Ready && looks(&machine));
            ready && before.of(uid).is_some_and(|incarnation| incarnation.runs())
        }),
        remedy: Some(LIVE_READ),
    },
};

pub(super) const NON_19_ORPHAN: Law<State, Action> = Law {
    id: "NON-19/orphan",
    says: "a restarted kubelet lists from a cache that stands still and stops a Pod as an orphan that is stored, neither deleting \
           nor terminal",
    rests_on: &[RuleId::NON_19, RuleId::KUB_60, RuleId::KUB_61],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            let Action::KillOrphan(uid) = *action else { return false };
            before.stored(uid) == Some(Stored::NEW)
                && before.of(uid).is_some_and(|incarnation| incarnation.runs())
        }),
        remedy: Some(CONSISTENT_LIST),
    },
};

pub(super) const S7: Law<State, Action> = Law {
    id: "S7",
    says: "a node is cut off, taint eviction deletes its Pod, the ReplicaSet makes another one: two run for the whole partition",
    rests_on: &[RuleId::CTL_RS_02, RuleId::CTL_TNT_05],
    kind: Kind::Sometimes(On::State(|state| {
        both_run(state).is_some_and(|[first, second]| {
            let deleting = first.stored.is_some_and(|stored| stored.deleting);
            let unaware = first.seen.is_some_and(|seen| !seen.deleting);
            let cut = state
                .host(Uid::First)
                .is_some_and(|machine| !machine.link && machine.object == Object::NotReady);
            state.owner == Owner::ReplicaSet && deleting && unaware && cut && second.stored.is_some()
        })
    })),
};

pub(super) const S8: Law<State, Action> = Law {
    id: "S8",
    says: "a node is cut off, a StatefulSet's Pod is forced and made again elsewhere: two processes of one identity",
    rests_on: &[RuleId::NON_01, RuleId::KUB_65],
    kind: Kind::Sometimes(On::State(|state| {
        let cut = state.host(Uid::First).is_some_and(|machine| !machine.link);
        let apart = both_run(state).is_some_and(|[first, second]| first.node != second.node);
        cut && apart && overlap(state, Breach::Forced)
    })),
};

pub(super) const S9: Law<State, Action> = Law {
    id: "S9",
    says: "the Node object is deleted while the machine runs: the Pod is Failed, then removed with grace 0, and its process goes \
           on",
    rests_on: &[RuleId::CTL_PGC_04, RuleId::NON_05],
    kind: Kind::Sometimes(On::State(|state| {
        Uid::ALL.into_iter().any(|uid| {
            let left = |incarnation: Incarnation| {
                incarnation.breach == Breach::Orphaned && incarnation.stored.is_none() && incarnation.runs()
            };
            let absent = state.host(uid).is_some_and(|machine| machine.object == Object::Absent);
            absent && state.of(uid).is_some_and(left)
        })
    })),
};

pub(super) const S12: Law<State, Action> = Law {
    id: "S12",
    says: "a Pod turned Failed while deleting, and its machine went off: a plain DELETE changes nothing",
    rests_on: &[RuleId::DEL_10, RuleId::LIV_07],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Delete(uid) = *action else { return false };
        let waits = before.stored(uid).is_some_and(|stored| stored.deleting && stored.ended);
        let untouched = before.of(uid).is_some_and(|incarnation| incarnation.breach == Breach::None);
        let off = before.host(uid).is_some_and(|machine| !machine.on);
        waits && untouched && off && before == after
    })),
};

pub(super) const S18: Law<State, Action> = Law {
    id: "S18",
    says: "a late controller deletes by name after the Pod was made again: the new one, which runs, is deleted gracefully",
    rests_on: &[RuleId::NON_18],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let running = |uid| {
            let deleting = |state: &State| state.stored(uid).is_some_and(|stored| stored.deleting);
            let runs = before.of(uid).is_some_and(|incarnation| incarnation.runs());
            runs && !deleting(before) && deleting(after)
        };
        *action == Action::Late && before.late == Some(Meant::Gone) && Uid::ALL.into_iter().any(running)
    })),
};

/// The Pod garbage collector has chosen it.
fn is_chosen(incarnation: &Incarnation) -> bool {
    matches!(incarnation.breach, Breach::Orphaned | Breach::OutOfService)
}

/// Two incarnations of a StatefulSet's Pod run, and one of them has left the store in this way.
fn overlap(state: &State, breach: Breach) -> bool {
    let so = |incarnation: &Incarnation| incarnation.stored.is_none() && incarnation.breach == breach;
    state.owner == Owner::StatefulSet
        && both_run(state).is_some_and(|[first, second]| so(&first) || so(&second))
}

/// A node is not ready and tainted.
fn is_tainted(state: &State) -> bool {
    state.machines.iter().any(|machine| machine.object == Object::NotReady && machine.taint)
}

/// A DELETE that was decided on somebody who is gone changes a Pod.
fn struck(before: &State, meant: Option<Meant>, after: &State) -> bool {
    let changed = |uid| before.stored(uid).is_some() && before.stored(uid) != after.stored(uid);
    meant == Some(Meant::Gone) && Uid::ALL.into_iter().any(changed)
}
