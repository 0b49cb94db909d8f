//! What can happen: scenarios, and what looks forbidden and happens all the same.

use pod_lifecycle::RuleId;
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::phase::Phase;

use super::actions::Action;
use super::laws::{computes, dies, is_frozen, starting, starts_init};
use super::state::{Author, Code, End, Entry, Flight, Instance, Sandbox, Shape, State, Work};
use crate::law::{Kind, Law, On, Remedy};

pub(super) const NON_02: Law<State, Action> = Law {
    id: "NON-02",
    says: "the Failed of the Pod garbage collector is overwritten by a phase that a kubelet computed before",
    rests_on: &[RuleId::NON_02, RuleId::PHA_37],
    kind: Kind::Expected {
        happens: On::Step(|before, _, after| {
            let collected = before.author_is(Author::PodGc) && before.stored.status.phase.is_terminal();
            collected && !after.stored.status.phase.is_terminal()
        }),
        remedy: None,
    },
};

pub(super) const NON_03: Law<State, Action> = Law {
    id: "NON-03",
    says: "a Pod that was Running is Pending: its sandbox was lost, and its init container runs again",
    rests_on: &[RuleId::NON_03, RuleId::PHA_20, RuleId::CTR_11],
    kind: Kind::Expected {
        happens: On::Step(|before, _, after| {
            before.stored.status.phase == Phase::Running && after.stored.status.phase == Phase::Pending
        }),
        remedy: None,
    },
};

pub(super) const NON_04: Law<State, Action> = Law {
    id: "NON-04",
    says: "a terminal phase flips in the kubelet's cache before the API shows it",
    rests_on: &[RuleId::NON_04, RuleId::PHA_12, RuleId::PHA_14],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let flips = before.cached.zip(after.cached).is_some_and(|(old, new)| {
                old.phase.is_terminal() && new.phase.is_terminal() && old.phase != new.phase
            });
            computes(action) && flips
        }),
        remedy: None,
    },
};

pub(super) const NON_05: Law<State, Action> = Law {
    id: "NON-05",
    says: "the stored phase is terminal and a container runs",
    rests_on: &[RuleId::NON_05],
    kind: Kind::Expected {
        happens: On::State(|state| state.stored.status.phase.is_terminal() && state.runs()),
        remedy: None,
    },
};

pub(super) const NON_09: Law<State, Action> = Law {
    id: "NON-09",
    says: "an eviction is forgotten when the kubelet restarts: the Pod goes on",
    rests_on: &[RuleId::NON_09, RuleId::KUB_63],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let lost = before.record.evicted && before.record.stage == Work::Terminating;
            dies(action) && lost && after.record.stage == Work::Sync
        }),
        remedy: None,
    },
};

pub(super) const NON_10: Law<State, Action> = Law {
    id: "NON-10",
    says: "a container of a Pod with policy Never runs twice: what the runtime knew of its end was lost before the API showed it",
    rests_on: &[RuleId::NON_10, RuleId::KUB_63],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            starting(before, action).is_some_and(|(template, place)| {
                let regular = place == 1 || template.shape == Shape::Two;
                template.policy == RestartPolicy::Never
                    && regular
                    && matches!(before.instances[place], Instance::Removed(_))
            })
        }),
        remedy: None,
    },
};

pub(super) const NON_10_OWN: Law<State, Action> = Law {
    id: "NON-10/own",
    says: "a container whose own policy is Never runs twice: the sandbox was lost",
    rests_on: &[RuleId::NON_10, RuleId::CTR_17],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            starting(before, action).is_some_and(|(template, place)| {
                template.shape == Shape::Own
                    && template.policy != RestartPolicy::Never
                    && place == 0
                    && matches!(before.instances[0], Instance::Exited(_))
            })
        }),
        remedy: None,
    },
};

pub(super) const NON_10_STOPPED: Law<State, Action> = Law {
    id: "NON-10/stopped",
    says: "a container with policy OnFailure ends with 0 when it is stopped for a new sandbox, and runs again: the pass had \
           decided so while it ran",
    rests_on: &[RuleId::NON_10, RuleId::CTR_11],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            starting(before, action).is_some_and(|(template, place)| {
                template.policy == RestartPolicy::OnFailure
                    && template.shape == Shape::Two
                    && before.instances[place] == Instance::Exited(Code::Well)
            })
        }),
        remedy: None,
    },
};

pub(super) const FROZEN: Law<State, Action> = Law {
    id: "CTR-35/frozen",
    says: "a Pod with policy Never is shown as Pending while all its containers run: one of them runs again (NON-10), and every \
           status that says so is dropped",
    rests_on: &[RuleId::CTR_35, RuleId::NON_10],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let pending = |state: &State| {
                state.cached.is_some_and(|cached| cached.phase == Phase::Pending)
                    && state.stored.status.phase == Phase::Pending
            };
            matches!(action, Action::Sync(_))
                && before.instances[1] == Instance::Running
                && is_frozen(before)
                && pending(before)
                && pending(after)
                && before.cached == after.cached
        }),
        remedy: None,
    },
};

/// kubernetes/kubernetes#137710, kubernetes/kubernetes#140309.
pub(super) const INIT_SKIPPED: Law<State, Action> = Law {
    id: "CTR-12/created",
    says: "a regular container starts in a new sandbox before the init container has succeeded in it: the node went down between \
           its creation and its start, and a created container is evidence of initialization",
    rests_on: &[RuleId::CTR_12],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            let regular = starting(before, action)
                .is_some_and(|(template, place)| template.shape == Shape::Init && place == 1);
            let initialized =
                matches!(before.instances[0], Instance::Exited(Code::Well) | Instance::Removed(Code::Well));
            regular && !initialized
        }),
        remedy: Some(Remedy {
            id: "active-sandbox",
            says: "an instance of an older sandbox is no evidence of initialization",
        }),
    },
};

pub(super) const NON_20: Law<State, Action> = Law {
    id: "NON-20",
    says: "a sidecar gets its stop signal while a regular container still runs: its own grace is used up",
    rests_on: &[RuleId::NON_20, RuleId::KUB_45],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            *action == Action::GraceEnds && before.instances[1] == Instance::Running
        }),
        remedy: None,
    },
};

pub(super) const INIT_AGAIN: Law<State, Action> = Law {
    id: "CTR-12/again",
    says: "an init container that had succeeded runs again in the same sandbox, after the regular one has run: the runtime \
           has lost its instance, and a regular container that has ended is no evidence",
    rests_on: &[RuleId::CTR_12],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            starts_init(before, action)
                && before.instances[0] == Instance::Removed(Code::Well)
                && matches!(before.instances[1], Instance::Exited(_))
        }),
        remedy: None,
    },
};

/// kubernetes/kubernetes#104107.
pub(super) const LOST_CODE: Law<State, Action> = Law {
    id: "B06",
    says: "a container ended with 0 and the API shows 137: the runtime lost its instance before the kubelet looked",
    rests_on: &[RuleId::CTR_42, RuleId::KUB_32],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            *action == Action::Publish
                && [0, 1].into_iter().any(|place| {
                    let shown = |state: &State| {
                        matches!(
                            state.stored.status.entries[place],
                            Entry::After(End::Lost) | Entry::Terminated(End::Lost)
                        )
                    };
                    before.instances[place] == Instance::Removed(Code::Well) && !shown(before) && shown(after)
                })
        }),
        remedy: Some(Remedy {
            id: "removal-waits",
            says: "a dead instance is removed only when the API shows its end",
        }),
    },
};

/// kubernetes/kubernetes#118310.
pub(super) const EVICTED_WELL: Law<State, Action> = Law {
    id: "B07",
    says: "an evicted Pod is Succeeded: its processes end with 0, and the last status is computed from them alone",
    rests_on: &[RuleId::PHA_12, RuleId::PHA_18, RuleId::KUB_20],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            *action == Action::Publish
                && before.record.evicted
                && !before.stored.status.phase.is_terminal()
                && after.stored.status.phase == Phase::Succeeded
        }),
        remedy: Some(Remedy {
            id: "failed-again",
            says: "an eviction writes Failed into every status from then on, not only into the first",
        }),
    },
};

pub(super) const S1: Law<State, Action> = Law {
    id: "S1",
    says: "a deleted Pod with policy Always whose processes end with 0 is Succeeded",
    rests_on: &[RuleId::PHA_05, RuleId::KUB_35],
    kind: Kind::Sometimes(On::State(|state| {
        let always = state.template.is_some_and(|template| template.policy == RestartPolicy::Always);
        state.stored.deleting && always && state.stored.status.phase == Phase::Succeeded
    })),
};

pub(super) const S14: Law<State, Action> = Law {
    id: "S14",
    says: "the regular container of a Pod that is not restarted ends with 0, its sidecar is killed and does not: Succeeded",
    rests_on: &[RuleId::CTR_14, RuleId::PHA_02],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let job = before.template.is_some_and(|template| {
            template.shape == Shape::Sidecar && template.policy != RestartPolicy::Always
        });
        *action == Action::Publish
            && job
            && !before.stored.deleting
            && before.instances == [Instance::Exited(Code::Badly), Instance::Exited(Code::Well)]
            && after.stored.status.phase == Phase::Succeeded
    })),
};

pub(super) const S20: Law<State, Action> = Law {
    id: "S20",
    says: "a Pod with policy Always whose containers have all crashed is deleted: nothing is to be stopped, and it is Failed",
    rests_on: &[RuleId::CTR_02, RuleId::CTR_44, RuleId::PHA_04],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let always = before.template.is_some_and(|template| template.policy == RestartPolicy::Always);
        let crashed = before.instances == [Instance::Exited(Code::Badly); 2];
        let stopping = matches!(before.flight, Flight::Stopping { .. });
        let backed_off = before.stored.status.entries == [Entry::After(End::Badly); 2];
        *action == Action::Stopped
            && always
            && crashed
            && stopping
            && backed_off
            && before.stored.deleting
            && before.sandbox == Sandbox::Ready
            && after.cached.is_some_and(|cached| cached.phase == Phase::Failed)
    })),
};
