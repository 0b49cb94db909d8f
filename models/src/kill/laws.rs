//! What is claimed of a kill. Each law looks at plain fields: seconds, processes, and what was asked for.

use pod_lifecycle::RuleId;

use super::Action;
use super::state::{Activity, Attempt, Container, FIRST, Kill, SECOND, SIDECAR, Stage, State};
use crate::law::{Kind, Law, On, Remedy};

/// Every claim about the model.
pub(super) const LAWS: &[Law<State, Action>] = &[
    Law {
        id: "INV-21",
        says: "a container starts only in a sync pass, at the latest in the one that the end of the Pod has overtaken",
        rests_on: &[RuleId::INV_21, RuleId::KUB_11],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                !starts(action)
                    || before.worker.activity == Activity::Syncing && before.worker.stage != Stage::Begun
            }),
            witness: On::Step(|before, action, _| starts(action) && before.worker.stage == Stage::Requested),
        },
    },
    Law {
        id: "INV-22",
        says: "a terminating worker holds a grace, unless the Pod ended by itself and nobody asked since; a stop call gives 2 \
               seconds or more",
        rests_on: &[RuleId::INV_22, RuleId::KUB_13, RuleId::KUB_43],
        kind: Kind::Always {
            holds: On::State(|state| {
                let terminating = matches!(state.worker.stage, Stage::Requested | Stage::Begun);
                let holds = !terminating || state.worker.held.is_some() || state.least.is_none();
                holds && each(state).all(|container| time_out(container).is_none_or(|secs| secs >= 2))
            }),
            witness: On::State(|state| {
                let ends = state.worker.stage == Stage::Begun && state.worker.held.is_none();
                ends && each(state).any(|container| time_out(container) == Some(2))
            }),
        },
    },
    Law {
        id: "INV-23",
        says: "a terminated worker has left no process",
        rests_on: &[RuleId::INV_23, RuleId::KUB_20, RuleId::KUB_49],
        kind: Kind::Always {
            holds: On::State(|state| {
                state.worker.stage != Stage::Terminated || each(state).all(|container| !container.runs)
            }),
            witness: On::Step(|before, action, _| {
                *action == Action::Return
                    && before.worker.activity == Activity::Killing
                    && each(before).any(|container| container.runs)
            }),
        },
    },
    Law {
        id: "KUB-13",
        says: "an attempt begins with the least grace asked of this kubelet process, but 1 second, or that of the spec",
        rests_on: &[RuleId::KUB_13, RuleId::KUB_15, RuleId::KUB_41],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                begun(before, after).is_none_or(|attempt| {
                    attempt.grace == before.least.map_or(before.spec, |least| least.max(1))
                })
            }),
            witness: On::Step(|before, _, after| {
                let shorter = before.least.is_some_and(|least| least < before.spec);
                begun(before, after).is_some() && before.hooked && shorter
            }),
        },
    },
    Law {
        id: "KUB-14",
        says: "an attempt in progress goes on as it began, whatever is asked meanwhile",
        rests_on: &[RuleId::KUB_14],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                !asks(action) || (before.attempt, before.containers) == (after.attempt, after.containers)
            }),
            witness: On::Step(|before, action, after| {
                let shorter = before.attempt.zip(after.worker.held);
                asks(action)
                    && shorter.is_some_and(|(attempt, held)| held.get() < attempt.grace)
                    && each(before).any(|container| time_out(container).is_some_and(|secs| secs > 2))
            }),
        },
    },
    Law {
        id: "KUB-40",
        says: "in an attempt every container whose process runs is being killed",
        rests_on: &[RuleId::KUB_40],
        kind: Kind::Always {
            holds: On::State(|state| {
                let spared = |container: &Container| {
                    container.runs && matches!(container.kill, Kill::Idle | Kill::Stopped)
                };
                state.attempt.is_none() || !each(state).any(|container| spared(&container))
            }),
            witness: On::State(|state| {
                let [sidecar, first, second] = state.containers;
                sidecar.runs && matches!(sidecar.kill, Kill::Turn(_)) && stopped(first) && stopped(second)
                    || each(state).all(|container| container.runs && time_out(container).is_some())
            }),
        },
    },
    Law {
        id: "KUB-43",
        says: "no wait ends by the clock, and no SIGKILL is sent, before the grace and the 2 seconds are over",
        rests_on: &[RuleId::KUB_43, RuleId::KUB_44],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                timed_out(before, action).is_none_or(|(attempt, container)| {
                    let least = match container.kill {
                        Kill::Stopping { since, .. } => attempt.grace.max(since + 2),
                        Kill::Idle | Kill::Hook(_) | Kill::Turn(_) | Kill::Stopped | Kill::Failed => {
                            attempt.grace
                        }
                    };
                    attempt.lasted >= least
                })
            }),
            witness: On::Step(|before, action, _| {
                timed_out(before, action).is_some_and(|(attempt, container)| {
                    matches!(container.kill, Kill::Stopping { since, .. } if since > 0)
                        && container.runs
                        && attempt.lasted == attempt.grace
                })
            }),
        },
    },
    Law {
        id: "KUB-44",
        says: "the stop signal comes within the grace, and no process outlives the grace or, if longer, 2 seconds after \
               the signal",
        rests_on: &[RuleId::KUB_43, RuleId::KUB_44],
        kind: Kind::Always {
            holds: On::State(|state| {
                state.attempt.is_none_or(|Attempt { lasted, grace }| {
                    each(state).all(|container| match container.kill {
                        Kill::Hook(_) | Kill::Turn(_) => lasted <= grace,
                        Kill::Stopping { since, .. } => since <= grace && lasted <= grace.max(since + 2),
                        Kill::Idle | Kill::Stopped | Kill::Failed => true,
                    })
                })
            }),
            witness: On::State(|state| {
                state.attempt.is_some_and(|Attempt { lasted, grace }| {
                    each(state).any(|container| container.runs && lasted == grace + 2)
                })
            }),
        },
    },
    Law {
        id: "KUB-45/order",
        says: "a sidecar gets its stop signal when the regular containers have ended, or when its grace is used up",
        rests_on: &[RuleId::KUB_45],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                signalled(before, after).is_none_or(|attempt| {
                    !regulars(after).any(|container| container.runs) || attempt.lasted >= attempt.grace
                })
            }),
            witness: On::Step(|before, _, after| {
                signalled(before, after).is_some_and(|attempt| attempt.lasted + 1 == attempt.grace)
                    && regulars(before).any(|container| container.runs)
            }),
        },
    },
    Law {
        id: "KUB-45/turn",
        says: "no time passes while a container waits whose turn has come",
        rests_on: &[RuleId::KUB_45, RuleId::KUB_47],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                let [sidecar, first, second] = before.containers.map(|container| container.kill);
                let under_way = |kill| !matches!(kill, Kill::Idle | Kill::Stopped);
                let turn = |kill| matches!(kill, Kill::Turn(_));
                let sidecar_may = !under_way(first) && !under_way(second);
                *action != Action::Tick || !(turn(first) || turn(second) || turn(sidecar) && sidecar_may)
            }),
            witness: On::Step(|before, action, _| {
                let [sidecar, first, second] = before.containers;
                let turn = matches!(sidecar.kill, Kill::Turn(_));
                *action == Action::Tick && turn && stopped(first) && second.kill == Kill::Failed
            }),
        },
    },
    Law {
        id: "KUB-60",
        says: "an orphan is killed with a grace of 1, without hook or order",
        rests_on: &[RuleId::KUB_60],
        kind: Kind::Always {
            holds: On::State(|state| {
                let waits =
                    each(state).any(|container| matches!(container.kill, Kill::Hook(_) | Kill::Turn(_)));
                !orphan(state) || !waits && state.attempt.is_some_and(|attempt| attempt.grace == 1)
            }),
            witness: On::State(|state| orphan(state) && each(state).all(|container| container.runs)),
        },
    },
    Law {
        id: "CTR-62",
        says: "a hook starts when an attempt begins and not again in it",
        rests_on: &[RuleId::CTR_62, RuleId::KUB_46],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                let started = |place: usize| {
                    matches!(after.containers[place].kill, Kill::Hook(_))
                        && !matches!(before.containers[place].kill, Kill::Hook(_))
                };
                before.attempt.is_none() || !(0..3).any(started)
            }),
            witness: On::Step(|before, _, after| {
                signalled(before, after).is_some_and(|attempt| attempt.lasted < attempt.grace)
            }),
        },
    },
    Law {
        id: "CTR-63",
        says: "a hook that fails does not stop the kill",
        rests_on: &[RuleId::CTR_63],
        kind: Kind::Always {
            holds: On::Step(|_, action, after| {
                failed_hook(action).is_none_or(|place| after.containers[place].kill != Kill::Failed)
            }),
            witness: On::Step(|_, action, after| {
                failed_hook(action).is_some_and(|place| time_out(after.containers[place]).is_some())
            }),
        },
    },
    Law {
        id: "CTR-64",
        says: "each attempt runs the hook of every running container that has one",
        rests_on: &[RuleId::CTR_64, RuleId::KUB_19],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                let runs_hook = |place: usize| matches!(after.containers[place].kill, Kill::Hook(_));
                let owed = |place: usize| before.containers[place].runs && !runs_hook(place);
                begun(before, after).is_none() || !(owed(SIDECAR) || owed(FIRST))
            }),
            witness: On::Step(|before, _, after| begun(before, after).is_some() && before.hooked),
        },
    },
    Law {
        id: "NON-06",
        says: "the grace on the node is longer than the stored one: the attempt in progress keeps it",
        rests_on: &[RuleId::NON_06, RuleId::KUB_14],
        kind: Kind::Expected {
            happens: On::Step(|before, action, after| {
                let longer = |attempt: Attempt| after.g.is_some_and(|g| attempt.grace > g.max(1));
                matches!(action, Action::Delete(_))
                    && before.g != after.g
                    && before.attempt.is_some()
                    && after.attempt.is_some_and(longer)
            }),
            remedy: Some(Remedy { id: "begins-anew", says: "a shorter grace begins the kill anew" }),
        },
    },
    Law {
        id: "NON-07",
        says: "the grace in force grows",
        rests_on: &[RuleId::NON_07, RuleId::KUB_13],
        kind: Kind::Expected {
            happens: On::Step(|before, action, after| {
                let grows = before.worker.held.zip(after.worker.held).is_some_and(|(old, new)| new > old);
                *action != Action::Restart && grows
            }),
            remedy: Some(Remedy { id: "zero-is-one", says: "the kubelet reads a stored grace of 0 as 1" }),
        },
    },
    Law {
        id: "NON-08",
        says: "a preStop hook runs twice",
        rests_on: &[RuleId::NON_08, RuleId::CTR_64],
        kind: Kind::Expected {
            happens: On::Step(|before, _, after| {
                let hook = matches!(after.containers[FIRST].kill, Kill::Hook(_));
                before.hooked && begun(before, after).is_some() && hook
            }),
            remedy: None,
        },
    },
    Law {
        id: "NON-20",
        says: "a sidecar is stopped while a regular container runs",
        rests_on: &[RuleId::NON_20, RuleId::KUB_45],
        kind: Kind::Expected {
            happens: On::Step(|before, _, after| {
                signalled(before, after).is_some() && regulars(after).any(|container| container.runs)
            }),
            remedy: None,
        },
    },
    Law {
        id: "S2",
        says: "a process that ignores the stop signal is killed when the grace of the spec is over",
        rests_on: &[RuleId::KUB_43],
        kind: Kind::Sometimes(On::Step(|before, action, after| {
            let killed = timed_out(before, action).is_some_and(|(attempt, container)| {
                matches!(container.kill, Kill::Stopping { since: 0, .. })
                    && container.runs
                    && attempt == Attempt { lasted: before.spec, grace: before.spec }
            });
            killed && before.g == Some(before.spec) && !each(after).any(|container| container.runs)
        })),
    },
    Law {
        id: "S3",
        says: "a preStop hook lasts as long as the grace, and 2 seconds are left",
        rests_on: &[RuleId::KUB_43, RuleId::KUB_44],
        kind: Kind::Sometimes(On::State(|state| {
            let kill = Kill::Stopping { since: state.spec, timeout: 2 };
            state.containers[FIRST] == Container { runs: true, kill }
        })),
    },
    Law {
        id: "S4",
        says: "a second DELETE stores a grace of 1, and the node still uses the old one",
        rests_on: &[RuleId::KUB_14],
        kind: Kind::Sometimes(On::State(|state| {
            let stops = time_out(state.containers[SECOND]).is_some_and(|secs| secs == state.spec);
            state.g == Some(1) && state.attempt.is_some_and(|attempt| attempt.lasted > 1) && stops
        })),
    },
    Law {
        id: "S6",
        says: "a kubelet that restarts in a kill gives the full grace again, and the hook runs again",
        rests_on: &[RuleId::KUB_61],
        kind: Kind::Sometimes(On::Step(|before, _, after| {
            let hook = matches!(after.containers[FIRST].kill, Kill::Hook(_));
            before.worker.activity == Activity::New
                && before.g == Some(before.spec)
                && begun(before, after).is_some_and(|attempt| attempt.grace == before.spec)
                && before.hooked
                && hook
        })),
    },
    Law {
        id: "S19",
        says: "the main containers take all of the grace to stop, and the sidecar gets 2 seconds",
        rests_on: &[RuleId::KUB_45],
        kind: Kind::Sometimes(On::State(|state| {
            let kill = Kill::Stopping { since: state.spec, timeout: 2 };
            state.containers[SIDECAR] == Container { runs: true, kill }
                && !regulars(state).any(|container| container.runs)
        })),
    },
    Law {
        id: "KUB-65",
        says: "a forced DELETE of which only REMOVE is seen gives the grace of the spec",
        rests_on: &[RuleId::KUB_64, RuleId::KUB_65],
        kind: Kind::Sometimes(On::State(|state| {
            let full = state.attempt.is_some_and(|attempt| attempt.grace == state.spec);
            state.gone && state.g.is_none() && full && state.worker.held.is_some()
        })),
    },
];

fn each(state: &State) -> impl Iterator<Item = Container> {
    state.containers.into_iter()
}

fn regulars(state: &State) -> impl Iterator<Item = Container> {
    [state.containers[FIRST], state.containers[SECOND]].into_iter()
}

fn stopped(container: Container) -> bool {
    container.kill == Kill::Stopped
}

fn orphan(state: &State) -> bool {
    state.worker.activity == Activity::KillingOrphan
}

fn starts(action: &Action) -> bool {
    matches!(action, Action::Start(_))
}

/// Whether somebody asks the worker for something.
fn asks(action: &Action) -> bool {
    matches!(action, Action::Delete(_) | Action::Remove | Action::Vanish | Action::Kill(_) | Action::Again)
}

fn time_out(container: Container) -> Option<u8> {
    match container.kill {
        Kill::Stopping { timeout, .. } => Some(timeout),
        Kill::Idle | Kill::Hook(_) | Kill::Turn(_) | Kill::Stopped | Kill::Failed => None,
    }
}

/// The attempt at a Pod with a spec that this step begins.
fn begun(before: &State, after: &State) -> Option<Attempt> {
    after.attempt.filter(|_| before.attempt.is_none() && !orphan(after))
}

/// What the clock ends by this step: the attempt and the container before it.
fn timed_out(before: &State, action: &Action) -> Option<(Attempt, Container)> {
    let Action::TimedOut(place) = action else { return None };
    Some((before.attempt?, before.containers[*place]))
}

fn failed_hook(action: &Action) -> Option<usize> {
    if let Action::HookFails(place) = action { Some(*place) } else { None }
}

/// The attempt at a Pod with a spec, if this step sends its sidecar the stop signal.
fn signalled(before: &State, after: &State) -> Option<Attempt> {
    let out = |state: &State| time_out(state.containers[SIDECAR]).is_some();
    after.attempt.filter(|_| out(after) && !out(before) && !orphan(after))
}
