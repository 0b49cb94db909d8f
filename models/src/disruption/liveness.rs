//! What eventually happens to a Pod that is disrupted and to its budget, and who has to act for it.
//!
//! Weak fairness is enough, but that nobody evicts for ever; that faults are finitely many the model has built in.

use pod_lifecycle::RuleId;
use pod_lifecycle::controllers::node_lifecycle::Ready;

use super::actions::{Action, is_live};
use super::state::{Node, Place, State, Target};
use crate::law::{Ask, Assumption, Kind, Law};

type Asks = Ask<State, Action>;
type Assumed = Assumption<State, Action>;

/// Weak fairness of the steps that match, one pattern by one.
macro_rules! goes_on {
    ($($pattern:pat),*) => { &[$(Asks::Weak(|_, action| matches!(*action, $pattern))),*] };
}

/// The same for each place apart: one component does not do the work of the other. What stands together is one component's.
macro_rules! goes_on_at_each {
    ($($action:ident)|*) => {
        goes_on![$(Action::$action(Place::One))|*, $(Action::$action(Place::Two))|*]
    };
}

const HEALS: Assumed = Assumption { id: "heals", says: "a partition heals", asks: goes_on_at_each![Heal] };

const BOOTS: Assumed = Assumption {
    id: "boots",
    says: "a machine that is off boots, and one that shuts down goes off once its Pods have ended",
    asks: goes_on_at_each![Boot | PowerOff],
};

const SIGHT: Assumed = Assumption {
    id: "sight",
    says: "a node controller that is blind sees again",
    asks: goes_on![Action::Sight],
};

const BEATS: Assumed = Assumption {
    id: "heartbeats",
    says: "a kubelet that reaches the API server reports its node",
    asks: goes_on_at_each![Beat],
};

const LINK: Assumed = Assumption {
    id: "A1",
    says: "a link that is up carries: the status writer of the kubelet writes",
    asks: goes_on_at_each![Report],
};

const KUBELET: Assumed = Assumption {
    id: "A2",
    says: "the kubelet runs: it starts processes, and they become ready",
    asks: goes_on_at_each![Start | Probe],
};

const STOPS: Assumed = Assumption {
    id: "A3",
    says: "a stop call of the runtime eventually succeeds",
    asks: goes_on_at_each![Stop],
};

const SERVED: Assumed = Assumption {
    id: "A6",
    says: "the API server goes on with an eviction that it has granted",
    asks: goes_on_at_each![EvictDelete],
};

const DRAINED: Assumed = Assumption {
    id: "drained",
    says: "nobody evicts for ever",
    asks: &[Asks::Finitely(|_, action| matches!(action, Action::Evict(_)))],
};

const OWNER: Assumed =
    Assumption { id: "owner", says: "the owners act, and the scheduler", asks: goes_on_at_each![Own] };

const COUNTED: Assumed =
    Assumption { id: "counted", says: "the disruption controller counts", asks: goes_on![Action::Recount] };

const NODES: Assumed = Assumption {
    id: "node-controller",
    says: "the node controller makes its passes and works off its queue",
    asks: goes_on![Action::Pass, Action::Taint(Place::One), Action::Taint(Place::Two)],
};

const TAINTS: Assumed = Assumption {
    id: "taint-eviction",
    says: "taint eviction acts",
    asks: goes_on_at_each![Schedule | TaintDelete],
};

const MINUTES: Assumed = Assumption {
    id: "minutes",
    says: "minutes pass: nodes become stale, tolerations run out, the disruption controller forgets",
    asks: goes_on![
        Action::Miss(Place::One) | Action::Expire(Place::One),
        Action::Miss(Place::Two) | Action::Expire(Place::Two),
        Action::Forget(Place::One),
        Action::Forget(Place::Two),
        Action::ResetTarget(Place::One)
    ],
};

pub(super) const CTL_TNT_03: Law<State, Action> = Law {
    id: "CTL-TNT-03",
    says: "a Pod whose machine stays off is eventually deleted, if another node is seen to be well",
    rests_on: &[RuleId::CTL_TNT_03, RuleId::CTL_NOD_01, RuleId::CTL_NOD_04],
    kind: Kind::Eventually {
        when: is_lost,
        then: |state| !is_lost(state),
        assuming: &[NODES, TAINTS, MINUTES],
    },
};

pub(super) const CTL_EVI_04: Law<State, Action> = Law {
    id: "CTL-EVI-04",
    says: "a budget that allows no disruption eventually allows one again",
    rests_on: &[RuleId::CTL_EVI_04, RuleId::CTL_SS_01, RuleId::CTL_SS_03],
    kind: Kind::Eventually {
        when: |state| state.allowed == 0,
        then: |state| state.allowed > 0,
        assuming: &[
            HEALS, BOOTS, SIGHT, BEATS, LINK, KUBELET, STOPS, SERVED, DRAINED, OWNER, COUNTED, NODES, MINUTES,
        ],
    },
};

pub(super) const OBJ_43: Law<State, Action> = Law {
    id: "OBJ-43",
    says: "a Pod that nobody deletes after all is not shown as the target of a disruption for ever",
    rests_on: &[RuleId::OBJ_43],
    kind: Kind::Eventually { when: is_shown, then: |state| !is_shown(state), assuming: &[MINUTES] },
};

pub(super) const CTL_NOD_04: Law<State, Action> = Law {
    id: "CTL-NOD-04/dark",
    says: "while the node controller sees no sign of life of any node, however long, taint eviction deletes no Pod that tolerates the \
           taints for a time",
    rests_on: &[RuleId::CTL_NOD_04],
    kind: Kind::Stuck {
        when: |state| is_dark(state) && live(state, Place::One),
        then: |state| !is_dark(state) || !live(state, Place::One),
        assuming: &[
            HEALS, BOOTS, BEATS, LINK, KUBELET, STOPS, SERVED, OWNER, COUNTED, NODES, TAINTS, MINUTES,
        ],
        unless: &[SIGHT],
    },
};

fn live(state: &State, place: Place) -> bool {
    state.pod(place).stored.is_some_and(is_live)
}

/// The node controller is blind and has noticed it.
fn is_dark(state: &State) -> bool {
    state.blind && state.dark
}

/// A machine is off, its Pod lives, and the other node is seen to be well.
fn is_lost(state: &State) -> bool {
    let well = |node: Node| node.is_whole() && node.ready == Ready::True;
    !state.blind
        && Place::ALL
            .into_iter()
            .any(|place| !state.node(place).on && well(state.node(place.other())) && live(state, place))
}

/// The first Pod is said to be the target of a disruption, and none is under way.
fn is_shown(state: &State) -> bool {
    let pod = state.pod(Place::One);
    let target = pod.stored.is_some_and(|stored| matches!(stored.target, Target::Eviction | Target::Taint));
    live(state, Place::One) && target && !pod.is_granted()
}
