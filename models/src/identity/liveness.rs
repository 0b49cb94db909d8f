//! What eventually happens to a Pod whose node breaks, and who has to come back or to act for it.
//!
//! Weak fairness is enough: whatever a component may do stays possible until it does it or has no reason to any more.
//! What is asked of a kubelet is asked for each incarnation apart, for one does not do the other's work. That faults are
//! finitely many the model has built in.

use pod_lifecycle::RuleId;

use super::actions::Action;
use super::state::{Breach, Incarnation, Node, Owner, State, Stored, Uid};
use crate::law::{Ask, Assumption, Kind, Law};

type Asks = Ask<State, Action>;
type Assumed = Assumption<State, Action>;

/// Weak fairness of the steps that match, one pattern by one.
macro_rules! goes_on {
    ($($pattern:pat),*) => { &[$(Asks::Weak(|_, action| matches!(*action, $pattern))),*] };
}

const HEALS: Assumed = Assumption { id: "heals", says: "a partition heals", asks: goes_on![Action::Heal(_)] };

const BOOTS: Assumed =
    Assumption { id: "boots", says: "a machine that is off boots", asks: goes_on![Action::Boot(_)] };

const LINK: Assumed = Assumption {
    id: "A1",
    says: "a link that is up carries: the kubelet lists, sees what is stored, and its status writer asks for it",
    asks: goes_on![
        Action::List(_),
        Action::Watch(Uid::First),
        Action::Watch(Uid::Second),
        Action::Report(Uid::First),
        Action::Report(Uid::Second)
    ],
};

const KUBELET: Assumed = Assumption {
    id: "A2",
    says: "the kubelet runs: its workers and its housekeeping go on",
    asks: goes_on![
        Action::Start(Uid::First) | Action::Finish(Uid::First) | Action::Tick(Uid::First),
        Action::Start(Uid::Second) | Action::Finish(Uid::Second) | Action::Tick(Uid::Second),
        Action::KillOrphan(Uid::First) | Action::TakeUp(Uid::First),
        Action::KillOrphan(Uid::Second) | Action::TakeUp(Uid::Second)
    ],
};

const STOPS: Assumed = Assumption {
    id: "A3",
    says: "a stop call of the runtime eventually succeeds",
    asks: goes_on![Action::Stop(Uid::First), Action::Stop(Uid::Second)],
};

const SERVED: Assumed = Assumption {
    id: "A6",
    says: "the API server is available: it answers the final DELETE",
    asks: goes_on![Action::FinalDelete(Uid::First), Action::FinalDelete(Uid::Second)],
};

const RELISTS: Assumed = Assumption {
    id: "relist",
    says: "a watch that broke begins with a list again, or the kubelet is restarted",
    asks: goes_on![Action::Relist(_)],
};

const INFORMED: Assumed = Assumption {
    id: "informed",
    says: "the informer of the Pod garbage collector catches up",
    asks: goes_on![Action::CatchUp(_)],
};

const OWNER: Assumed = Assumption {
    id: "owner",
    says: "the owner acts, and the scheduler",
    asks: goes_on![Action::Begin(_) | Action::Own, Action::Bind(..)],
};

const CONTROLLERS: Assumed = Assumption {
    id: "controllers",
    says: "the node controller, taint eviction and the Pod garbage collector act",
    asks: goes_on![Action::MarkNotReady(_), Action::Evict(_), Action::Collect(_), Action::CollectDelete],
};

const FORCED: Assumed = Assumption {
    id: "forced",
    says: "somebody deletes it with grace 0",
    asks: goes_on![Action::Force(Uid::First), Action::Force(Uid::Second)],
};

const NODE_DELETED: Assumed = Assumption {
    id: "node-deleted",
    says: "somebody deletes the Node object, or a cloud controller does",
    asks: goes_on![Action::DeleteNode(Node::One), Action::DeleteNode(Node::Two)],
};

const TAINTED: Assumed = Assumption {
    id: "out-of-service",
    says: "an operator adds the taint `out-of-service`",
    asks: goes_on![Action::Taint(Node::One), Action::Taint(Node::Two)],
};

/// While a machine is off, it goes on for ever, unless somebody gives the machine up.
const fn for_ever(when: fn(&State) -> bool, then: fn(&State) -> bool) -> Kind<State, Action> {
    Kind::Stuck {
        when,
        then,
        assuming: &[HEALS, LINK, KUBELET, STOPS, SERVED, RELISTS, OWNER, CONTROLLERS],
        unless: &[FORCED, NODE_DELETED, TAINTED],
    }
}

pub(super) const LIV_01_GONE: Law<State, Action> = Law {
    id: "LIV-01/gone",
    says: "no process goes on running for ever after its Pod has left the API",
    rests_on: &[RuleId::LIV_01, RuleId::KUB_64, RuleId::KUB_60],
    kind: Kind::Eventually {
        when: is_left,
        then: |state| !is_left(state),
        assuming: &[HEALS, LINK, KUBELET, STOPS, RELISTS, INFORMED],
    },
};

/// Also if it was stopped as an orphan, because the list that its kubelet began with did not hold it yet.
pub(super) const CRE_50: Law<State, Action> = Law {
    id: "CRE-50/runs",
    says: "a bound Pod of a StatefulSet eventually runs, unless it is deleted or ends",
    rests_on: &[RuleId::CRE_50, RuleId::KUB_60, RuleId::CRE_46],
    kind: Kind::Eventually {
        when: waits,
        then: |state| !waits(state),
        assuming: &[HEALS, BOOTS, LINK, KUBELET],
    },
};

/// B16: the watch itself never tells of what the store forgot.
pub(super) const LIV_01_ROLLBACK: Law<State, Action> = Law {
    id: "LIV-01/rollback",
    says: "a process whose Pod a restored store has forgotten may run for ever: no watch tells its kubelet \
           (kubernetes/kubernetes#131115)",
    rests_on: &[RuleId::LIV_01, RuleId::KUB_03],
    kind: Kind::Stuck {
        when: is_phantom,
        then: |state| !is_phantom(state),
        assuming: &[HEALS, BOOTS, LINK, KUBELET, STOPS, SERVED, OWNER, CONTROLLERS],
        unless: &[RELISTS],
    },
};

pub(super) const LIV_03: Law<State, Action> = Law {
    id: "LIV-03",
    says: "a bound Pod that is deleting and not terminal stays if its node never comes back",
    rests_on: &[RuleId::LIV_03, RuleId::CTL_TNT_05],
    kind: for_ever(
        |state| lost(state, |stored| stored.deleting && !stored.ended),
        |state| !lost(state, |stored| stored.deleting),
    ),
};

pub(super) const LIV_04: Law<State, Action> = Law {
    id: "LIV-04",
    says: "a bound Pod of a StatefulSet that is deleting is eventually removed if its node comes back",
    rests_on: &[RuleId::LIV_04, RuleId::LIV_01, RuleId::KUB_61, RuleId::KUB_62],
    kind: Kind::Eventually {
        when: is_doomed,
        then: |state| !is_doomed(state),
        assuming: &[HEALS, BOOTS, LINK, KUBELET, STOPS, SERVED],
    },
};

/// A plain DELETE changes nothing any more (NON-13).
pub(super) const LIV_07: Law<State, Action> = Law {
    id: "LIV-07",
    says: "a terminal Pod that was deleting before stays if its node never comes back",
    rests_on: &[RuleId::LIV_07, RuleId::NON_13],
    kind: for_ever(
        |state| lost(state, |stored| stored.deleting && stored.ended),
        |state| !lost(state, |stored| stored.deleting),
    ),
};

pub(super) const LIV_09: Law<State, Action> = Law {
    id: "LIV-09",
    says: "a StatefulSet makes no replacement of a Pod whose node never comes back",
    rests_on: &[RuleId::LIV_09, RuleId::CTL_SS_01],
    kind: for_ever(
        |state| state.owner == Owner::StatefulSet && lost(state, |stored| stored.deleting),
        |state| is_replaced(state) || !is_off(state),
    ),
};

pub(super) const LIV_10: Law<State, Action> = Law {
    id: "LIV-10",
    says: "a ReplicaSet has replaced a Pod whose node never comes back, and the old one may stay for ever",
    rests_on: &[RuleId::LIV_10, RuleId::CTL_RS_02],
    kind: for_ever(
        |state| {
            state.owner == Owner::ReplicaSet && lost(state, |stored| stored.deleting) && is_replaced(state)
        },
        |state| !lost(state, |stored| stored.deleting),
    ),
};

fn alive(state: &State) -> impl Iterator<Item = Incarnation> {
    state.alive.into_iter().flatten()
}

/// A process runs whose Pod has left the store.
fn is_left(state: &State) -> bool {
    alive(state).any(|incarnation| incarnation.runs() && incarnation.stored.is_none())
}

/// The same, because the store was set back, and its kubelet has seen the Pod.
fn is_phantom(state: &State) -> bool {
    alive(state).any(|incarnation| {
        incarnation.runs() && incarnation.breach == Breach::Erased && incarnation.seen.is_some()
    })
}

/// The Pod of a StatefulSet is bound, neither deleting nor terminal, and does not run.
fn waits(state: &State) -> bool {
    let waits = |incarnation: Incarnation| {
        incarnation.node.is_some() && incarnation.stored == Some(Stored::NEW) && !incarnation.runs()
    };
    state.owner == Owner::StatefulSet && alive(state).any(waits)
}

/// Some stored Pod is like this, and its machine is off.
fn lost(state: &State, like: fn(Stored) -> bool) -> bool {
    Uid::ALL
        .into_iter()
        .any(|uid| state.stored(uid).is_some_and(like) && state.host(uid).is_some_and(|machine| !machine.on))
}

/// The Pod of a StatefulSet is bound and deleting.
fn is_doomed(state: &State) -> bool {
    let doomed = |incarnation: Incarnation| {
        incarnation.node.is_some() && incarnation.stored.is_some_and(|stored| stored.deleting)
    };
    state.owner == Owner::StatefulSet && alive(state).any(doomed)
}

/// Some stored Pod is neither deleting nor terminal.
fn is_replaced(state: &State) -> bool {
    alive(state).any(|incarnation| incarnation.stored == Some(Stored::NEW))
}

/// Some machine is off.
fn is_off(state: &State) -> bool {
    state.machines.iter().any(|machine| !machine.on)
}
