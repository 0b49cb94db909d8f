//! What always holds. Each law looks at plain fields before and after a step; none asks what would decide.

use pod_lifecycle::RuleId;
use pod_lifecycle::phase::Phase;
use pod_lifecycle::worker::{Activity, Pass, Stage, Worker};

use super::actions::{Action, Admission, Remover, Stopped};
use super::state::{Author, Entry, Flight, Instance, Life, Local, Pod, Policy, State, Token, Uid, Writer};
use super::{liveness, scenarios};
use crate::law::{Kind, Law, On};

/// Every claim about the model.
pub(super) const LAWS: &[Law<State, Action>] = &[
    Law {
        id: "INV-20",
        says: "the worker of a Pod only moves forward until it is forgotten",
        rests_on: &[RuleId::INV_20, RuleId::KUB_10],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                // A creation gives names anew and touches no worker.
                matches!(action, Action::Create(..))
                    || workers(before, after).all(|(old, new)| rank(old.stage) <= rank(new.stage))
            }),
            witness: On::Step(|before, action, after| {
                let updated = *action == Action::Observe(Admission::Admitted) && before.view != after.view;
                let terminated = |(old, _): (Worker, Worker)| matches!(old.stage, Stage::Terminated { .. });
                updated && after.view.is_some() && workers(before, after).any(terminated)
            }),
        },
    },
    Law {
        id: "INV-21",
        says: "a container starts only in a pass that began before termination was requested, and never in a Pod that \
               was deleting or terminal when this kubelet process began",
        rests_on: &[RuleId::INV_21, RuleId::KUB_11, RuleId::CRE_55],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                starting(before, action).is_none_or(|local| {
                    let in_pass =
                        local.worker.is_some_and(|worker| worker.activity == Activity::Calling(Pass::Sync));
                    in_pass && !local.over
                })
            }),
            witness: On::Step(|before, action, _| {
                let over = |local: &Local| {
                    local.over
                        && local.policy == Policy::Always
                        && matches!(local.instance, Instance::Exited(_))
                };
                let added = before.view.is_none() && *action == Action::Observe(Admission::Admitted);
                added && current(before).is_some_and(|(_, local)| over(&local))
            }),
        },
    },
    Law {
        id: "INV-22",
        says: "no kill goes by a grace of 0",
        rests_on: &[RuleId::INV_22, RuleId::KUB_13, RuleId::KUB_25],
        kind: Kind::Always {
            holds: On::State(|state| {
                locals(state).all(|local| local.flight != Flight::Stopping(Token::Zero))
            }),
            witness: On::State(|state| {
                let killed = |local: Local| {
                    local.instance == Instance::Running && matches!(local.flight, Flight::Stopping(_))
                };
                let forced = state.view.is_some_and(|view| view.grace == Some(Token::Zero));
                forced && current(state).is_some_and(|(_, local)| killed(local))
            }),
        },
    },
    Law {
        id: "INV-23",
        says: "no container of a terminated worker runs or is about to start",
        rests_on: &[RuleId::INV_23, RuleId::KUB_20, RuleId::KUB_49],
        kind: Kind::Always {
            holds: On::State(|state| {
                locals(state)
                    .all(|local| !is_over(&local) || (local.instance != Instance::Running && !starts(&local)))
            }),
            witness: On::Step(|before, action, _| {
                let Action::Stop(uid, Stopped::Failed) = *action else { return false };
                before.local(uid).is_some_and(|local| local.instance == Instance::Running)
            }),
        },
    },
    Law {
        id: "INV-24",
        says: "a finished worker leaves no volume mounted",
        rests_on: &[RuleId::INV_24, RuleId::KUB_30],
        kind: Kind::Always {
            holds: On::State(|state| locals(state).all(|local| !is_finished(&local) || !local.mounted)),
            witness: On::State(|state| {
                locals(state).any(|local| is_over(&local) && !is_finished(&local) && local.mounted)
            }),
        },
    },
    Law {
        id: "INV-25",
        says: "a finished worker leaves a terminal phase in the cache",
        rests_on: &[RuleId::INV_25, RuleId::PHA_19],
        kind: Kind::Always {
            holds: On::State(|state| {
                let ended =
                    |local: &Local| local.cached.is_none_or(|cached| cached.status.phase.is_terminal());
                locals(state).all(|local| !is_finished(&local) || ended(&local))
            }),
            witness: On::Step(|before, action, _| {
                let Action::Finish(uid) = *action else { return false };
                let cached = before.local(uid).and_then(|local| local.cached);
                cached.is_some_and(|cached| cached.status.phase == Phase::Pending)
            }),
        },
    },
    Law {
        id: "INV-26",
        says: "a kubelet publishes a terminal phase over another one only if its worker is terminated, or there is no worker \
               and housekeeping has run",
        rests_on: &[RuleId::INV_26, RuleId::PHA_32],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                ending(before, action, after).is_none_or(|local| match local.worker {
                    Some(_) => is_over(&local),
                    None => before.life == Life::Synced,
                })
            }),
            witness: On::State(|state| {
                current(state).is_some_and(|(pod, local)| {
                    let terminal = local.cached.is_some_and(|cached| cached.status.phase.is_terminal());
                    !pod.status.phase.is_terminal() && terminal && local.instance == Instance::Running
                })
            }),
        },
    },
    Law {
        id: "INV-27",
        says: "the final DELETE is sent only for a Pod that is deleting, terminal in the API and finished on the node",
        rests_on: &[RuleId::INV_27, RuleId::KUB_35],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                let (false, Writer::Delete { uid }) =
                    (matches!(before.writer, Writer::Delete { .. }), after.writer)
                else {
                    return true;
                };
                let ripe = |pod: Pod| pod.grace.is_some() && pod.status.phase.is_terminal();
                after.stored(uid).is_some_and(ripe)
                    && after.local(uid).is_some_and(|local| is_finished(&local))
            }),
            witness: On::State(|state| {
                let ripe = state.pod.is_some_and(|pod| pod.grace.is_some() && pod.status.phase.is_terminal());
                ripe && current(state).is_some_and(|(_, local)| {
                    is_over(&local) && !is_finished(&local) && local.cached.is_some()
                })
            }),
        },
    },
    Law {
        id: "INV-27/uid",
        says: "the final DELETE touches only the Pod that it was sent for",
        rests_on: &[RuleId::INV_27, RuleId::DEL_03],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                successor(before, action).is_none() || before.pod == after.pod
            }),
            witness: On::Step(|before, action, _| successor(before, action).is_some()),
        },
    },
    Law {
        id: "INV-28",
        says: "a terminal phase that a kubelet has published is not replaced by a phase that is not terminal, and if nobody \
               else interferes by no other one, also after a restart",
        rests_on: &[RuleId::INV_28, RuleId::PHA_11, RuleId::PHA_15, RuleId::CRE_40],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                published(before).is_none_or(|old| {
                    after.pod.is_none_or(|new| {
                        new.status.phase.is_terminal()
                            && (new.status.phase == old.status.phase || !old.undisturbed)
                    })
                })
            }),
            witness: On::Step(|before, action, _| {
                let listed = *action == Action::Observe(Admission::Admitted) && before.life == Life::Listing;
                listed && published(before).is_some()
            }),
        },
    },
    Law {
        id: "INV-30",
        says: "a kubelet process starts nothing for a Pod that it has rejected",
        rests_on: &[RuleId::INV_30, RuleId::CRE_42],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| starting(before, action).is_none_or(|local| !local.rejected)),
            witness: On::Step(|before, action, after| {
                // An update reaches the worker of a rejected Pod although its phase is not yet stored.
                let moved = |uid| {
                    let new = |local: Local| local.rejected && local.worker.is_some();
                    let old = |local: Local| local.rejected && local.worker.is_none();
                    before.local(uid).is_some_and(old) && after.local(uid).is_some_and(new)
                };
                matches!(action, Action::Observe(_)) && Uid::ALL.into_iter().any(moved)
            }),
        },
    },
    Law {
        id: "INV-40",
        says: "a Pod that was bound and not terminal at its first DELETE, that nobody forces and whose status nobody else \
               writes, is removed only when its container is stopped and its volumes are unmounted",
        rests_on: &[RuleId::INV_40, RuleId::INV_07, RuleId::INV_23, RuleId::INV_24, RuleId::INV_27],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                removed(before, action, after).is_none_or(|(pod, local)| {
                    let gone = local.instance != Instance::Running && !starts(&local) && !local.mounted;
                    !pod.undisturbed || gone
                })
            }),
            witness: On::Step(|before, action, after| {
                removed(before, action, after).is_some_and(|(pod, local)| {
                    pod.undisturbed && matches!(local.instance, Instance::Exited(_))
                })
            }),
        },
    },
    Law {
        id: "INV-42",
        says: "a status of one uid never lands on a Pod with another",
        rests_on: &[RuleId::INV_42, RuleId::PHA_30, RuleId::PHA_40],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                misled(before, action).is_none() || before.pod == after.pod
            }),
            witness: On::Step(|before, action, _| misled(before, action).is_some()),
        },
    },
    Law {
        id: "CTR-02",
        says: "a container that runs is not made again, nor is one of policy Never that has ended",
        rests_on: &[RuleId::CTR_02],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                let Action::Pull(uid) = *action else { return true };
                before.local(uid).is_none_or(|local| match (local.instance, local.policy) {
                    (Instance::None | Instance::Created, _) | (Instance::Exited(_), Policy::Always) => true,
                    (Instance::Running, _) | (Instance::Exited(_), Policy::Never) => false,
                })
            }),
            witness: On::Step(|before, action, after| {
                let added = before.view.is_none() && after.view.is_some();
                let unrecorded = before.pod.is_some_and(|pod| pod.status.phase == Phase::Pending);
                *action == Action::Observe(Admission::Admitted)
                    && added
                    && unrecorded
                    && current(before).is_some_and(|(_, local)| {
                        local.policy == Policy::Never && local.instance == Instance::Running
                    })
            }),
        },
    },
    Law {
        id: "KUB-30",
        says: "volumes are unmounted only when no container runs or is about to start",
        rests_on: &[RuleId::KUB_30],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                let Action::Unmount(uid) = *action else { return true };
                before.local(uid).is_none_or(|local| local.instance != Instance::Running && !starts(&local))
            }),
            witness: On::State(|state| {
                let unknown = |local: Local| local.worker.is_none() && local.instance == Instance::Running;
                state.life == Life::Synced && locals(state).any(|local| unknown(local) && local.mounted)
            }),
        },
    },
    Law {
        id: "KUB-36",
        says: "a Pod that its kubelet removes is terminal and shows the end of its container",
        rests_on: &[RuleId::KUB_36],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                removed(before, action, after).filter(|_| kubelets(action)).is_none_or(|(pod, local)| {
                    let told = match local.instance {
                        Instance::None | Instance::Created => true,
                        Instance::Running => false,
                        Instance::Exited(_) => pod.status.entry == Entry::Ended,
                    };
                    told && pod.status.phase.is_terminal()
                })
            }),
            witness: On::Step(|before, action, after| {
                removed(before, action, after).is_some_and(|(_, local)| {
                    kubelets(action) && matches!(local.instance, Instance::Exited(_))
                })
            }),
        },
    },
    liveness::LIV_01_TERMINAL,
    liveness::LIV_01,
    liveness::LIV_01_GONE,
    liveness::LIV_02,
    liveness::LIV_05,
    liveness::LIV_05_ALWAYS,
    liveness::LIV_06,
    liveness::LIV_07,
    liveness::LIV_08,
    scenarios::NON_02,
    scenarios::NON_05,
    scenarios::NON_05_REJECTED,
    scenarios::NON_06,
    scenarios::NON_09,
    scenarios::NON_11,
    scenarios::NON_12,
    scenarios::NON_21,
    scenarios::NON_22,
    scenarios::S1,
    scenarios::S2,
    scenarios::S4,
    scenarios::S6_AGAIN,
    scenarios::S6_REJECTED,
    scenarios::S10,
    scenarios::S11,
    scenarios::S12,
    scenarios::S13,
    scenarios::S15,
    scenarios::S22,
];

fn locals(state: &State) -> impl Iterator<Item = Local> {
    state.locals.into_iter().flatten()
}

/// The stored Pod and what the node holds of it.
pub(super) fn current(state: &State) -> Option<(Pod, Local)> {
    let pod = state.pod?;
    state.local(pod.uid).map(|local| (pod, local))
}

/// The records that are there before and after.
fn workers(before: &State, after: &State) -> impl Iterator<Item = (Worker, Worker)> {
    let (before, after) = (*before, *after);
    Uid::ALL.into_iter().filter_map(move |uid| {
        let worker = |state: State| state.local(uid).and_then(|local| local.worker);
        worker(before).zip(worker(after))
    })
}

const fn rank(stage: Stage) -> u8 {
    match stage {
        Stage::Sync => 0,
        Stage::Terminating { .. } => 1,
        Stage::Terminated { .. } => 2,
        Stage::Finished { .. } => 3,
    }
}

fn is_over(local: &Local) -> bool {
    local.worker.is_some_and(|worker| rank(worker.stage) >= 2)
}

fn is_finished(local: &Local) -> bool {
    local.worker.is_some_and(|worker| rank(worker.stage) == 3)
}

/// A start is in flight.
const fn starts(local: &Local) -> bool {
    matches!(local.flight, Flight::Pulling | Flight::Starting)
}

/// What the node holds of the Pod whose container starts.
pub(super) fn starting(before: &State, action: &Action) -> Option<Local> {
    let Action::Start(uid) = *action else { return None };
    before.local(uid)
}

/// What the node holds of a Pod for which the status writer sets out to replace a phase by a terminal one.
fn ending(before: &State, action: &Action, after: &State) -> Option<Local> {
    let (uid, phase) = match (action, after.writer) {
        (Action::Publish(uid), _) => (*uid, after.pod?.status.phase),
        (Action::Read(uid), Writer::Patch { status, .. }) => (*uid, status.phase),
        (_, _) => return None,
    };
    let going = before.pod.is_some_and(|pod| !pod.status.phase.is_terminal());
    before.local(uid).filter(|_| going && phase.is_terminal())
}

/// The Pod that a DELETE of the kubelet finds instead of the one that it was sent for.
fn successor(before: &State, action: &Action) -> Option<Pod> {
    let meant = match (action, before.writer) {
        (Action::FinalDelete, Writer::Delete { uid }) => uid,
        (Action::Remove(Remover::Kubelet), _) => before.removing?,
        (_, _) => return None,
    };
    before.pod.filter(|pod| pod.uid != meant)
}

/// The Pod that a PATCH finds instead of the one that it was sent for.
fn misled(before: &State, action: &Action) -> Option<Pod> {
    let (Action::Patch, Writer::Patch { uid, .. }) = (action, before.writer) else { return None };
    before.pod.filter(|pod| pod.uid != uid)
}

/// The stored Pod, if a kubelet has made its phase terminal.
fn published(state: &State) -> Option<Pod> {
    state.pod.filter(|pod| pod.author == Author::Kubelet && pod.status.phase.is_terminal())
}

/// The Pod that leaves the store by other means than a user's DELETE, and what the node holds of it.
pub(super) fn removed(before: &State, action: &Action, after: &State) -> Option<(Pod, Local)> {
    let users = *action == Action::Remove(Remover::User);
    current(before).filter(|_| after.pod.is_none() && !users)
}

pub(super) fn kubelets(action: &Action) -> bool {
    *action == Action::Remove(Remover::Kubelet)
}
