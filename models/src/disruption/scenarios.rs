//! What can happen: scenarios, and what looks forbidden and happens all the same.

use pod_lifecycle::RuleId;
use pod_lifecycle::admission::Guard;
use pod_lifecycle::controllers::node_lifecycle::Ready;
use pod_lifecycle::phase::Phase;

use super::actions::{Action, is_live};
use super::laws::charges;
use super::state::{Place, State, Target, Timer, Work};
use crate::law::{Kind, Law, On, Remedy};

pub(super) const NON_17: Law<State, Action> = Law {
    id: "NON-17",
    says: "a Pod that is being deleted is ready and serves",
    rests_on: &[RuleId::NON_17, RuleId::OBJ_42, RuleId::CTL_EPS_01],
    kind: Kind::Expected {
        happens: On::State(|state| {
            state
                .pods
                .iter()
                .any(|pod| pod.runs() && pod.stored.is_some_and(|stored| stored.deleting && stored.ready))
        }),
        remedy: None,
    },
};

pub(super) const NON_09: Law<State, Action> = Law {
    id: "NON-09",
    says: "a node has shut down, and the API shows nothing of it at its Pod: the machine went off before the last status was \
           written, and after it boots the Pod goes on",
    rests_on: &[RuleId::NON_09, RuleId::KUB_63, RuleId::KUB_68],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let Action::PowerOff(place) = *action else { return false };
            let target = |target| target == Target::Kubelet;
            before.pod(place).killed
                && after.pod(place).stored.is_some_and(|stored| is_live(stored) && !target(stored.target))
        }),
        remedy: None,
    },
};

/// kubernetes/kubernetes#116965.
pub(super) const B24: Law<State, Action> = Law {
    id: "B24",
    says: "the kubelet stops a Pod because its node shuts down and holds it for ready all the while: its phase in the cache is \
           Failed, so no probe runs any more; that phase is withheld, and `Ready` was computed before it was set",
    rests_on: &[RuleId::PHA_18, RuleId::PHA_32, RuleId::CTR_56, RuleId::CTL_EPS_01],
    kind: Kind::Expected {
        happens: On::State(|state| {
            state.pods.iter().any(|pod| {
                pod.killed && pod.work == Work::Terminating && pod.runs() && pod.told && pod.is_well()
            })
        }),
        remedy: Some(Remedy {
            id: "unready-when-killed",
            says: "a status that the kubelet computes of a Pod that it stops says that nothing is ready",
        }),
    },
};

/// kubernetes/kubernetes#125618.
pub(super) const CTL_NOD_03: Law<State, Action> = Law {
    id: "CTL-NOD-03/reported",
    says: "a node is tainted because its kubelet says that it is not ready, and its Pod is still ready: the node controller marks \
           only what it finds lost itself",
    rests_on: &[RuleId::CTL_NOD_03, RuleId::CTL_NOD_04],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            let Action::Taint(place) = *action else { return false };
            before.node(place).ready == Ready::False && before.pod(place).is_well()
        }),
        remedy: None,
    },
};

pub(super) const CTL_TNT_01: Law<State, Action> = Law {
    id: "CTL-TNT-01/blind",
    says: "a Pod that does not tolerate the taint goes at once, while every machine is on and reached: the node controller alone is \
           blind, and has not yet missed the last node",
    rests_on: &[RuleId::CTL_TNT_01, RuleId::CTL_NOD_04],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let Action::Schedule(place) = *action else { return false };
            let due = |state: &State| state.pod(place).timer == Timer::Due;
            let whole = before.nodes.iter().all(|node| node.is_whole());
            before.blind && whole && !due(before) && due(after)
        }),
        remedy: Some(Remedy {
            id: "default-tolerations",
            says: "every Pod tolerates the taints of the node controller for a time",
        }),
    },
};

pub(super) const OVERDRAWN: Law<State, Action> = Law {
    id: "CTL-EVI-05/late",
    says: "the last Pod that is ready is evicted: the budget was counted before the other one was lost",
    rests_on: &[RuleId::CTL_EVI_05, RuleId::CTL_EVI_04, RuleId::CTL_DEF_03],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            charges(before, action, after).is_some_and(|place| !before.pod(place.other()).is_well())
        }),
        remedy: None,
    },
};

pub(super) const SLOW: Law<State, Action> = Law {
    id: "CTL-EVI-04/slow",
    says: "both Pods are evicted at once: the DELETE of the first eviction takes more than two minutes, by clocks that may differ, \
           and the budget has forgotten it",
    rests_on: &[RuleId::CTL_EVI_04, RuleId::CTL_EVI_06],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            charges(before, action, after).is_some_and(|place: Place| {
                let other = before.pod(place.other());
                let unguarded = other.eviction.is_some_and(|eviction| eviction.guard == Guard::None);
                other.is_granted() && unguarded && !other.pending && other.is_well()
            })
        }),
        remedy: None,
    },
};

pub(super) const SPARED: Law<State, Action> = Law {
    id: "CTL-EVI-02/spared",
    says: "a Pod that runs and is not ready is evicted although the budget allows no disruption, and the budget stays as it is",
    rests_on: &[RuleId::CTL_EVI_02],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Decide(place) = *action else { return false };
        before.allowed == 0 && after.pod(place).is_granted() && !after.pod(place).pending
    })),
};

pub(super) const SHUT_DOWN: Law<State, Action> = Law {
    id: "KUB-68/failed",
    says: "a node shuts down: its Pod is Failed, with `DisruptionTarget`, and its owner replaces it",
    rests_on: &[RuleId::KUB_68, RuleId::PHA_18, RuleId::CTL_SS_03],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Own(place) = *action else { return false };
        let failed = before
            .pod(place)
            .stored
            .is_some_and(|stored| stored.phase == Phase::Failed && stored.target == Target::Kubelet);
        failed && after.pod(place).stored.is_none()
    })),
};

pub(super) const RETURNS: Law<State, Action> = Law {
    id: "PHA-37/ready",
    says: "a kubelet whose node is taken for lost writes `Ready` back over the `False` of the node controller",
    rests_on: &[RuleId::PHA_37, RuleId::CTL_NOD_03],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Report(place) = *action else { return false };
        let ready = |state: &State| state.pod(place).stored.is_some_and(|stored| stored.ready);
        let running = before.pod(place).stored.is_some_and(|stored| stored.phase == Phase::Running);
        before.node(place).ready == Ready::Unknown && running && !ready(before) && ready(after)
    })),
};
