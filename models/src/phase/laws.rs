//! What always holds. Each law looks at plain fields before and after a step; none asks what would decide.

use pod_lifecycle::RuleId;
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::phase::Phase;

use super::actions::{Action, Death};
use super::state::{
    Author, Code, End, Entry, Flight, Instance, Queue, Sandbox, Shape, State, Status, Template, Work,
};
use super::{liveness, scenarios};
use crate::law::{Kind, Law, On};

/// Every claim about the model.
pub(super) const LAWS: &[Law<State, Action>] = &[
    Law {
        id: "PHA-04",
        says: "a Pod whose two regular containers run is Running, unless a terminal phase was said before, the deadline \
               has passed or its status is dropped (CTR-35)",
        rests_on: &[RuleId::PHA_04, RuleId::PHA_11, RuleId::PHA_14],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                !(syncs_freely(before, action) && both_run(before))
                    || is_frozen(before)
                    || after.cached.is_some_and(|cached| cached.phase == Phase::Running)
            }),
            witness: On::Step(|before, action, _| syncs_freely(before, action) && both_run(before)),
        },
    },
    Law {
        id: "PHA-05",
        says: "a normal pass ends a Pod only if all its regular containers have ended and none is restarted, Succeeded only if \
               all ended with 0; or if its init container has failed for good",
        rests_on: &[RuleId::PHA_04, RuleId::PHA_05, RuleId::PHA_02],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let Some(template) = before.template.filter(|_| syncs_freely(before, action)) else {
                    return true;
                };
                after.cached.is_none_or(|cached| match cached.phase {
                    Phase::Succeeded => regulars(template).all(|place| {
                        cached.entries[place] == Entry::Terminated(End::Well) && over(template, place, cached)
                    }),
                    Phase::Failed => {
                        regulars(template).all(|place| over(template, place, cached))
                            || (template.shape == Shape::Init
                                && template.policy == RestartPolicy::Never
                                && over(template, 0, cached)
                                && cached.entries[0] != Entry::Terminated(End::Well))
                    }
                    Phase::Pending | Phase::Running | Phase::Unknown => true,
                })
            }),
            witness: On::Step(|before, action, _| {
                let failed = before.instances.contains(&Instance::Exited(Code::Badly));
                let on_failure =
                    before.template.is_some_and(|template| template.policy == RestartPolicy::OnFailure);
                syncs_freely(before, action) && failed && on_failure
            }),
        },
    },
    Law {
        id: "PHA-15",
        says: "a kubelet that sees a terminal stored phase computes no other",
        rests_on: &[RuleId::PHA_15],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let Some(ended) = before.view.ended.filter(|_| computes(action)) else { return true };
                after.cached.is_none_or(|cached| {
                    cached.phase == ended || before.cached == after.cached || killed(before, action)
                })
            }),
            witness: On::Step(|before, action, _| {
                // Its containers alone would tell otherwise.
                let well = before.instances.contains(&Instance::Exited(Code::Well)) && !before.runs();
                computes(action) && before.view.ended == Some(Phase::Failed) && well
            }),
        },
    },
    Law {
        id: "CTR-02",
        says: "no pass decides to start a container that runs, but in a new sandbox, nor one of which the runtime knows an end \
               that its policy leaves at that, but one with a policy of its own in a new sandbox (CTR-17)",
        rests_on: &[RuleId::CTR_02, RuleId::CTR_11, RuleId::CTR_17, RuleId::NON_10],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let Some(template) = before.template else { return true };
                let (queue, renewed) = match after.flight {
                    Flight::Starting(queue) => (Some(queue), before.sandbox != after.sandbox),
                    Flight::Clearing { then, waits: _ } => (then, true),
                    Flight::None | Flight::Stopping { .. } => (None, false),
                };
                let Some(queue) = queue.filter(|_| matches!(action, Action::Sync(_))) else { return true };
                let planned = match queue {
                    Queue::First => 0..1,
                    Queue::Both => 0..2,
                    Queue::Second => 1..2,
                };
                planned.into_iter().all(|place| match before.instances[place] {
                    Instance::Running => renewed,
                    Instance::None | Instance::Created | Instance::Removed(_) => true,
                    Instance::Exited(code) => {
                        let own = template.shape == Shape::Own
                            && place == 0
                            && template.policy != RestartPolicy::Never;
                        let purged = template.shape == Shape::Init && place == 0;
                        restarted(template, place, code) || (renewed && (own || purged))
                    }
                })
            }),
            witness: On::Step(|before, action, after| {
                // A new sandbox is made beside a regular container that has succeeded, and only the other one is started.
                let once = before.template.is_some_and(|template| {
                    template.policy == RestartPolicy::Never && template.shape == Shape::Two
                });
                let ended = |instance: &Instance| matches!(instance, Instance::Exited(_));
                matches!(action, Action::Sync(_))
                    && once
                    && before.sandbox == Sandbox::Lost
                    && before.instances.iter().any(ended)
                    && after.flight.stops()
            }),
        },
    },
    Law {
        id: "CTR-12",
        says: "no init container starts beside a regular container that runs",
        rests_on: &[RuleId::CTR_12],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                !starts_init(before, action) || before.instances[1] != Instance::Running
            }),
            witness: On::Step(|before, action, _| {
                let pruned = matches!(before.instances[0], Instance::Removed(_));
                let init = before.template.is_some_and(|template| template.shape == Shape::Init);
                let runs = before.instances[1] == Instance::Running && before.sandbox == Sandbox::Ready;
                matches!(action, Action::Sync(_)) && init && pruned && runs
            }),
        },
    },
    Law {
        id: "CTR-12/first",
        says: "a regular container that was not made before starts only when the init container has succeeded, and beside a \
               sidecar only when that has started once",
        rests_on: &[RuleId::CTR_12, RuleId::CTR_05, RuleId::CTR_43],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                let Some((template, 1)) = starting(before, action) else { return true };
                match template.shape {
                    Shape::Two | Shape::Own => true,
                    Shape::Init => {
                        matches!(
                            before.instances[0],
                            Instance::Exited(Code::Well) | Instance::Removed(Code::Well)
                        ) || before.instances[1] == Instance::Created
                    }
                    Shape::Sidecar => before.instances[0] != Instance::None,
                }
            }),
            witness: On::Step(|before, action, _| {
                let init = before.template.is_some_and(|template| template.shape == Shape::Init);
                let failed = before.instances[0] == Instance::Exited(Code::Badly);
                matches!(action, Action::Sync(_)) && init && failed && before.sandbox == Sandbox::Ready
            }),
        },
    },
    Law {
        id: "KUB-45",
        says: "a container that runs gets its stop signal when the kill begins, a sidecar when no regular container runs any \
               more",
        rests_on: &[RuleId::KUB_40, RuleId::KUB_45],
        kind: Kind::Always {
            holds: On::State(|state| !state.flight.waits() || state.instances[1] == Instance::Running),
            witness: On::State(|state| {
                // It never was initialized: the regular container never ran.
                state.flight.stops()
                    && state.template.is_some_and(|template| template.shape == Shape::Sidecar)
                    && state.instances == [Instance::Running, Instance::None]
            }),
        },
    },
    Law {
        id: "INV-14",
        says: "a stored entry leaves `terminated` only if its container is restarted after such an end",
        rests_on: &[RuleId::INV_14, RuleId::VAL_22, RuleId::CTR_35],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                let Some(template) = before.template else { return true };
                [0, 1].into_iter().all(|place| {
                    let Entry::Terminated(end) = before.stored.status.entries[place] else { return true };
                    matches!(after.stored.status.entries[place], Entry::Terminated(_))
                        || restarted(template, place, code(end))
                })
            }),
            witness: On::Step(|before, action, after| {
                // The kubelet holds a container that runs again against its own policy (CTR-17, CTR-36).
                let stored = before.stored.status.entries[0];
                let own = before.template.is_some_and(|template| template.shape == Shape::Own);
                let returns =
                    before.cached.is_some_and(|cached| matches!(cached.entries[0], Entry::Running { .. }));
                *action == Action::Publish
                    && own
                    && returns
                    && matches!(stored, Entry::Terminated(_))
                    && before.stored == after.stored
            }),
        },
    },
    Law {
        id: "INV-21",
        says: "a container starts only in a pass that began before termination was requested, and never in a Pod that was \
               deleting or terminal when this kubelet process began",
        rests_on: &[RuleId::INV_21, RuleId::KUB_10, RuleId::KUB_11],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let begins = !matches!(before.flight, Flight::Starting(_))
                    && matches!(after.flight, Flight::Starting(_) | Flight::Clearing { then: Some(_), .. });
                let requested = before.record.stage != Work::Sync
                    && !matches!(before.flight, Flight::Clearing { then: Some(_), .. });
                (*action != Action::Start || !before.over) && !(begins && requested)
            }),
            witness: On::Step(|before, action, after| {
                matches!(action, Action::Restart(_))
                    && after.over
                    && before.author_is(Author::Kubelet)
                    && before.stored.status.phase.is_terminal()
                    && before.template.is_some_and(|template| template.policy == RestartPolicy::Always)
            }),
        },
    },
    Law {
        id: "INV-25",
        says: "a finished worker leaves a terminal phase in the cache",
        rests_on: &[RuleId::INV_25, RuleId::PHA_19],
        kind: Kind::Always {
            holds: On::State(|state| {
                state.record.stage != Work::Finished
                    || state.cached.is_some_and(|cached| cached.phase.is_terminal())
            }),
            witness: On::Step(|before, action, _| {
                *action == Action::Finish
                    && before.cached.is_some_and(|cached| cached.phase == Phase::Pending)
            }),
        },
    },
    Law {
        id: "INV-26",
        says: "a kubelet publishes a terminal phase over another one only after all containers are verified stopped",
        rests_on: &[RuleId::INV_26, RuleId::PHA_32],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let ends = *action == Action::Publish
                    && !before.stored.status.phase.is_terminal()
                    && after.stored.status.phase.is_terminal();
                !ends || (before.record.stage >= Work::Terminated && !before.runs())
            }),
            witness: On::Step(|before, action, _| {
                *action == Action::Publish
                    && before.record.stage == Work::Terminating
                    && before.runs()
                    && before.cached.is_some_and(|cached| cached.phase.is_terminal())
            }),
        },
    },
    Law {
        id: "INV-28",
        says: "a kubelet process does not leave a terminal phase that it has published",
        rests_on: &[RuleId::INV_28, RuleId::PHA_11, RuleId::PHA_15],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                let own = before.author_is(Author::Kubelet) && before.stored.status.phase.is_terminal();
                !own || after.stored.status.phase.is_terminal()
            }),
            witness: On::Step(|before, action, _| {
                // Its own view still lags behind what it has published, and its containers never ran.
                *action == Action::Resync
                    && before.author_is(Author::Kubelet)
                    && before.stored.status.phase.is_terminal()
                    && before.view.ended.is_none()
                    && before.instances == [Instance::None; 2]
            }),
        },
    },
    liveness::LIV_01,
    liveness::LIV_05,
    liveness::LIV_05_ALWAYS,
    liveness::RESTARTED,
    liveness::CREATED,
    liveness::NON_23,
    liveness::CREATED_LOST,
    liveness::WAITING_LOST,
    scenarios::NON_02,
    scenarios::NON_03,
    scenarios::NON_04,
    scenarios::NON_05,
    scenarios::NON_09,
    scenarios::NON_10,
    scenarios::NON_10_OWN,
    scenarios::NON_10_STOPPED,
    scenarios::NON_20,
    scenarios::FROZEN,
    scenarios::INIT_SKIPPED,
    scenarios::INIT_AGAIN,
    scenarios::LOST_CODE,
    scenarios::EVICTED_WELL,
    scenarios::S1,
    scenarios::S14,
    scenarios::S20,
];

impl State {
    pub(super) fn author_is(&self, author: Author) -> bool {
        self.stored.author == author
    }
}

pub(super) const fn computes(action: &Action) -> bool {
    matches!(action, Action::Sync(_) | Action::Terminate | Action::Stopped | Action::Resync)
}

/// A normal pass over a Pod of which nobody has said a terminal phase and whose deadline is open, with its status cached.
fn syncs_freely(before: &State, action: &Action) -> bool {
    let said = before.cached.is_some_and(|cached| cached.phase.is_terminal()) || before.view.ended.is_some();
    matches!(action, Action::Sync(_)) && !said && !before.overdue
}

/// Whether a container runs again of which the kubelet holds that it has ended for good: its statuses are dropped (CTR-35).
pub(super) fn is_frozen(state: &State) -> bool {
    let Some(template) = state.template else { return false };
    let held = state.cached.unwrap_or(state.stored.status);
    [0, 1].into_iter().any(|place| {
        let Entry::Terminated(end) = held.entries[place] else { return false };
        state.instances[place] == Instance::Running && !restarted(template, place, code(end))
    })
}

/// Whether this pass writes the status of a kill that the kubelet decided itself (PHA-18).
fn killed(before: &State, action: &Action) -> bool {
    *action == Action::Terminate && before.record.evicted
}

fn both_run(state: &State) -> bool {
    let regular = state.template.is_some_and(|template| matches!(template.shape, Shape::Two | Shape::Own));
    regular && state.instances == [Instance::Running; 2]
}

/// The places of the regular containers.
fn regulars(template: Template) -> impl Iterator<Item = usize> {
    let first = match template.shape {
        Shape::Two | Shape::Own => 0,
        Shape::Init | Shape::Sidecar => 1,
    };
    first..2
}

/// Whether a status says that this container has ended and its policy leaves it at that.
fn over(template: Template, place: usize, status: Status) -> bool {
    match status.entries[place] {
        Entry::Waiting | Entry::Running { .. } => false,
        Entry::After(end) | Entry::Terminated(end) => !restarted(template, place, code(end)),
    }
}

pub(super) const fn code(end: End) -> Code {
    match end {
        End::Well => Code::Well,
        End::Badly | End::Lost => Code::Badly,
    }
}

/// Whether a container is started again after such an end.
pub(super) fn restarted(template: Template, place: usize, code: Code) -> bool {
    let policy = match (template.shape, place, template.policy) {
        (Shape::Sidecar, 0, _) => RestartPolicy::Always,
        (Shape::Own, 0, RestartPolicy::Never) => RestartPolicy::OnFailure,
        (Shape::Own, 0, RestartPolicy::Always | RestartPolicy::OnFailure) => RestartPolicy::Never,
        (Shape::Two | Shape::Own | Shape::Init | Shape::Sidecar, _, policy) => policy,
    };
    match (policy, code) {
        // An init container that has succeeded is done; its entry may still leave `terminated`.
        (RestartPolicy::Always, _) | (RestartPolicy::OnFailure, Code::Badly) => true,
        (RestartPolicy::OnFailure, Code::Well) | (RestartPolicy::Never, _) => false,
    }
}

/// The container that a step starts.
pub(super) fn starting(before: &State, action: &Action) -> Option<(Template, usize)> {
    let Flight::Starting(queue) = before.flight else { return None };
    let place = match queue {
        Queue::First | Queue::Both => 0,
        Queue::Second => 1,
    };
    before.template.filter(|_| *action == Action::Start).map(|template| (template, place))
}

pub(super) fn starts_init(before: &State, action: &Action) -> bool {
    starting(before, action).is_some_and(|(template, place)| template.shape == Shape::Init && place == 0)
}

/// The kubelet process dies cleanly, or in the middle of a start.
pub(super) const fn dies(action: &Action) -> bool {
    matches!(action, Action::Restart(Death::Clean | Death::BeforeStart))
}
