//! What is claimed of the three copies. Each law looks at plain fields.

use pod_lifecycle::RuleId;
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::phase::Phase;

use super::{Action, Author, Instance, State, Worker, liveness};
use crate::law::{Kind, Law, On};

/// Every claim about the model.
pub(super) const LAWS: &[Law<State, Action>] = &[
    Law {
        id: "PHA-04",
        says: "a Pod whose container runs is Running, unless a terminal phase was said before or the deadline has passed",
        rests_on: &[RuleId::PHA_04, RuleId::PHA_11, RuleId::PHA_14],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                !(syncs_freely(before, action) && before.instance == Instance::Running)
                    || after.cached == Some(Phase::Running)
            }),
            witness: On::Step(|before, action, _| {
                syncs_freely(before, action) && before.instance == Instance::Running
            }),
        },
    },
    Law {
        id: "PHA-05",
        says: "a normal pass ends a Pod only if its container has ended and its policy does not restart it",
        rests_on: &[RuleId::PHA_04, RuleId::PHA_05],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let ended = match (before.instance, before.policy) {
                    (Instance::Well, Some(RestartPolicy::OnFailure | RestartPolicy::Never)) => {
                        Some(Phase::Succeeded)
                    }
                    (Instance::Badly, Some(RestartPolicy::Never)) => Some(Phase::Failed),
                    (_, _) => None,
                };
                !syncs_freely(before, action) || after.cached.filter(|phase| phase.is_terminal()) == ended
            }),
            witness: On::Step(|before, action, _| {
                syncs_freely(before, action)
                    && before.instance == Instance::Badly
                    && before.policy == Some(RestartPolicy::OnFailure)
            }),
        },
    },
    Law {
        id: "PHA-15",
        says: "a kubelet that sees a terminal stored phase computes no other",
        rests_on: &[RuleId::PHA_15],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                !computes(action) || !before.seen.is_terminal() || after.cached == Some(before.seen)
            }),
            witness: On::Step(|before, action, _| {
                computes(action) && before.seen == Phase::Failed && before.instance == Instance::Well
            }),
        },
    },
    Law {
        id: "INV-21",
        says: "no container starts in a Pod that had ended before this kubelet process began",
        rests_on: &[RuleId::INV_21, RuleId::KUB_10],
        kind: Kind::Always {
            holds: On::Step(|before, action, _| {
                *action != Action::Start || !(before.author == Author::Before && before.stored.is_terminal())
            }),
            witness: On::Step(|before, action, after| {
                *action == Action::Restart
                    && after.author == Author::Before
                    && before.stored.is_terminal()
                    && before.policy == Some(RestartPolicy::Always)
            }),
        },
    },
    Law {
        id: "INV-25",
        says: "a finished worker leaves a terminal phase in the cache",
        rests_on: &[RuleId::INV_25, RuleId::PHA_19],
        kind: Kind::Always {
            holds: On::State(|state| {
                state.worker != Worker::Finished || state.cached.is_some_and(Phase::is_terminal)
            }),
            witness: On::Step(|before, action, _| {
                *action == Action::Finish && before.cached == Some(Phase::Pending)
            }),
        },
    },
    Law {
        id: "INV-26",
        says: "a kubelet publishes a terminal phase over another one only after the container is verified stopped",
        rests_on: &[RuleId::INV_26, RuleId::PHA_32],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let ends =
                    *action == Action::Publish && !before.stored.is_terminal() && after.stored.is_terminal();
                !ends || (before.worker >= Worker::Terminated && before.instance != Instance::Running)
            }),
            witness: On::Step(|before, action, _| {
                *action == Action::Publish
                    && before.worker == Worker::Terminating
                    && before.instance == Instance::Running
                    && before.cached.is_some_and(Phase::is_terminal)
            }),
        },
    },
    Law {
        id: "INV-28",
        says: "a kubelet process does not leave a terminal phase that it has published",
        rests_on: &[RuleId::INV_28, RuleId::PHA_11],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                let own = before.author == Author::Kubelet && before.stored.is_terminal();
                !own || after.stored.is_terminal()
            }),
            witness: On::Step(|before, action, _| {
                // Its own view still lags behind what it has published.
                *action == Action::Resync
                    && before.author == Author::Kubelet
                    && before.stored.is_terminal()
                    && !before.seen.is_terminal()
                    && before.instance == Instance::None
            }),
        },
    },
    liveness::LIV_01,
    liveness::LIV_05,
    liveness::LIV_05_ALWAYS,
    Law {
        id: "NON-02",
        says: "the Failed of the Pod garbage collector is overwritten by a phase that a kubelet computed before",
        rests_on: &[RuleId::NON_02, RuleId::PHA_37],
        kind: Kind::Expected {
            happens: On::Step(|before, _, after| {
                let collected = before.author == Author::PodGc && before.stored.is_terminal();
                collected && !after.stored.is_terminal()
            }),
            remedy: None,
        },
    },
    Law {
        id: "NON-04",
        says: "a terminal phase flips in the kubelet's cache before the API shows it",
        rests_on: &[RuleId::NON_04, RuleId::PHA_12, RuleId::PHA_14],
        kind: Kind::Expected {
            happens: On::Step(|before, action, after| {
                let both = before.cached.is_some_and(Phase::is_terminal)
                    && after.cached.is_some_and(Phase::is_terminal);
                computes(action) && both && before.cached != after.cached
            }),
            remedy: None,
        },
    },
    Law {
        id: "NON-05",
        says: "the stored phase is terminal and the container runs",
        rests_on: &[RuleId::NON_05],
        kind: Kind::Expected {
            happens: On::State(|state| state.stored.is_terminal() && state.instance == Instance::Running),
            remedy: None,
        },
    },
    Law {
        id: "NON-09",
        says: "a kill that the kubelet decided by itself is forgotten when it restarts: the container starts again",
        rests_on: &[RuleId::NON_09, RuleId::KUB_63],
        kind: Kind::Expected {
            happens: On::Step(|before, action, after| {
                let lost = before.worker == Worker::Terminating && after.worker == Worker::Sync;
                *action == Action::Restart && lost && before.instance != Instance::None
            }),
            remedy: None,
        },
    },
    Law {
        id: "S1",
        says: "a deleted Pod with policy Always whose process ends with 0 is Succeeded",
        rests_on: &[RuleId::PHA_05, RuleId::KUB_35],
        kind: Kind::Sometimes(On::State(|state| {
            state.deleting && state.policy == Some(RestartPolicy::Always) && state.stored == Phase::Succeeded
        })),
    },
];

fn computes(action: &Action) -> bool {
    matches!(action, Action::Sync | Action::Stopped | Action::Resync)
}

/// A normal pass over a Pod of which nobody has said a terminal phase and whose deadline is open.
fn syncs_freely(before: &State, action: &Action) -> bool {
    let said = before.cached.is_some_and(Phase::is_terminal) || before.seen.is_terminal();
    *action == Action::Sync && !said && !before.overdue
}
