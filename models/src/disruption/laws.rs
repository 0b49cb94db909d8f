//! What always holds. Each law looks at plain fields before and after a step; none asks what would decide.

use pod_lifecycle::RuleId;
use pod_lifecycle::controllers::node_lifecycle::Ready;
use pod_lifecycle::phase::Phase;

use super::actions::Action;
use super::state::{Place, Pod, Process, State, Step, Target, Timer, Work};
use super::{liveness, scenarios};
use crate::law::{Kind, Law, On};

/// Every claim about the model.
pub(super) const LAWS: &[Law<State, Action>] = &[
    Law {
        id: "CTL-EVI-02",
        says: "as long as nothing goes wrong, evictions leave one Pod ready, as the budget asks",
        rests_on: &[RuleId::CTL_EVI_02, RuleId::CTL_EVI_03, RuleId::CTL_EVI_04],
        kind: Kind::Always {
            holds: On::State(|state| state.hurt || state.pods.iter().any(Pod::is_well)),
            witness: On::Step(|before, action, after| {
                // The last one is asked for, and the budget says no.
                let Action::Decide(place) = *action else { return false };
                !before.hurt
                    && before.pod(place).is_well()
                    && !before.pod(place.other()).is_well()
                    && after.pod(place).eviction.is_none()
            }),
        },
    },
    Law {
        id: "CTL-NOD-03",
        says: "the node controller changes nothing of a Pod but its `Ready`, to `False`, and only if it finds its node lost",
        rests_on: &[RuleId::CTL_NOD_03, RuleId::CTL_NOD_05],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                !controls(action)
                    || Place::ALL.into_iter().all(|place| {
                        let (old, new) = (before.pod(place).stored, after.pod(place).stored);
                        let lost =
                            before.node(place).ready == Ready::True && after.node(place).ready != Ready::True;
                        match (old, new) {
                            (Some(old), Some(new)) => {
                                let ready = old.ready && !lost;
                                new.ready == ready && super::Stored { ready: old.ready, ..new } == old
                            }
                            (old, new) => old == new,
                        }
                    })
            }),
            witness: On::Step(|before, action, after| {
                let marked = |place| before.pod(place).is_well() && !after.pod(place).is_well();
                let kept = |place: Place| before.pod(place).is_well() && after.pod(place).is_well();
                matches!(action, Action::Miss(_))
                    && Place::ALL.into_iter().any(|place| marked(place) && kept(place.other()))
            }),
        },
    },
    Law {
        id: "CTL-NOD-04",
        says: "when a pass of the node controller finds no node ready, no taint is left, and none comes until a later pass finds one",
        rests_on: &[RuleId::CTL_NOD_04],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let removed = !none_ready(after) || after.nodes.iter().all(|node| node.taint.is_none());
                (!passes(action) || removed) && !(matches!(action, Action::Taint(_)) && before.dark)
            }),
            witness: On::Step(|before, action, after| {
                passes(action) && none_ready(after) && before.nodes.iter().any(|node| node.taint.is_some())
            }),
        },
    },
    Law {
        id: "CTL-NOD-04/blind",
        says: "the time of a Pod that tolerates the taints for a time is not over while every machine is on, is reached and does not \
               shut down, whatever the node controller sees",
        rests_on: &[RuleId::CTL_NOD_04, RuleId::CTL_TNT_02],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                let due = |state: &State| state.pod(Place::One).timer == Timer::Due;
                due(before) || !due(after) || !before.nodes.iter().all(|node| node.is_whole())
            }),
            witness: On::State(|state| {
                state.blind
                    && state.nodes.iter().all(|node| node.is_whole())
                    && state.pods.iter().any(|pod| pod.timer == Timer::Running)
            }),
        },
    },
    Law {
        id: "CTL-TNT-02",
        says: "a toleration runs out only while the node is tainted",
        rests_on: &[RuleId::CTL_TNT_02, RuleId::CTL_TNT_01],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                let Action::Expire(place) = *action else { return true };
                before.node(place).taint.is_some()
            }),
            witness: On::Step(|before, action, after| {
                let Action::Schedule(place) = *action else { return false };
                before.pod(place).timer == Timer::Running && after.pod(place).timer == Timer::None
            }),
        },
    },
    Law {
        id: "INV-29",
        says: "the kubelet's `DisruptionTarget` comes only together with a terminal phase",
        rests_on: &[RuleId::INV_29, RuleId::PHA_31],
        kind: Kind::Always {
            holds: On::State(|state| {
                state
                    .pods
                    .iter()
                    .filter_map(|pod| pod.stored)
                    .all(|stored| stored.target != Target::Kubelet || stored.phase == Phase::Failed)
            }),
            witness: On::State(|state| {
                // It holds both, and must not write either while the process runs.
                let waits = |pod: &Pod| pod.killed && pod.work == Work::Terminating && pod.runs();
                state.pods.iter().any(waits)
            }),
        },
    },
    Law {
        id: "KUB-68",
        says: "no process starts on a node that shuts down",
        rests_on: &[RuleId::KUB_68, RuleId::CRE_43],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                let Action::Start(place) = *action else { return true };
                !before.node(place).shutdown
            }),
            witness: On::Step(|before, action, after| {
                let Action::Own(place) = *action else { return false };
                before.node(place).shutdown && after.pod(place).work == Work::Rejected
            }),
        },
    },
    Law {
        id: "INV-40",
        says: "a Pod leaves the store only when its process has stopped",
        rests_on: &[RuleId::INV_40, RuleId::KUB_35],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                Place::ALL.into_iter().all(|place| {
                    let left = before.pod(place).stored.is_some() && after.pod(place).stored.is_none();
                    !left || !before.pod(place).runs()
                })
            }),
            witness: On::Step(|before, _, after| {
                Place::ALL.into_iter().any(|place| {
                    let left = before.pod(place).stored.is_some() && after.pod(place).stored.is_none();
                    left && before.pod(place).process == Process::Exited
                })
            }),
        },
    },
    liveness::CTL_TNT_03,
    liveness::CTL_EVI_04,
    liveness::OBJ_43,
    liveness::CTL_NOD_04,
    scenarios::NON_17,
    scenarios::NON_09,
    scenarios::B24,
    scenarios::CTL_NOD_03,
    scenarios::CTL_TNT_01,
    scenarios::OVERDRAWN,
    scenarios::SLOW,
    scenarios::SPARED,
    scenarios::SHUT_DOWN,
    scenarios::RETURNS,
];

/// A pass of the node controller.
const fn passes(action: &Action) -> bool {
    matches!(action, Action::Pass | Action::Miss(_))
}

/// A step of the node controller.
const fn controls(action: &Action) -> bool {
    passes(action) || matches!(action, Action::Taint(_))
}

/// The node controller has found no node ready.
fn none_ready(state: &State) -> bool {
    state.nodes.iter().all(|node| node.ready != Ready::True)
}

/// The budget has been charged for an eviction in this step.
pub(super) fn charges(before: &State, action: &Action, after: &State) -> Option<Place> {
    let Action::Decide(place) = *action else { return None };
    let granted = after.pod(place).eviction.is_some_and(|eviction| eviction.step == Step::Granted);
    (granted && !before.pod(place).pending && after.pod(place).pending).then_some(place)
}
