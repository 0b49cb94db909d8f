//! What can happen: scenarios, and what looks forbidden and happens all the same.

use pod_lifecycle::RuleId;
use pod_lifecycle::phase::Phase;
use pod_lifecycle::worker::{Begun, Marks, Stage};

use super::actions::{Action, Remover};
use super::laws::{current, kubelets, removed, starting};
use super::state::{Author, Code, Entry, Flight, Instance, Pod, Policy, State, Token};
use crate::law::{Kind, Law, On};

pub(super) const NON_02: Law<State, Action> = Law {
    id: "NON-02",
    says: "the Failed of another client is overwritten by a phase of the kubelet",
    rests_on: &[RuleId::NON_02, RuleId::PHA_37],
    kind: Kind::Expected {
        happens: On::Step(|before, _, after| {
            before.pod.zip(after.pod).is_some_and(|(old, new)| {
                old.author == Author::Other
                    && old.status.phase.is_terminal()
                    && new.status.phase != old.status.phase
            })
        }),
        remedy: None,
    },
};

pub(super) const NON_05: Law<State, Action> = Law {
    id: "NON-05",
    says: "another client has written a terminal phase and the container runs",
    rests_on: &[RuleId::NON_05],
    kind: Kind::Expected { happens: On::State(|state| runs_ended(state, Author::Other)), remedy: None },
};

pub(super) const NON_05_REJECTED: Law<State, Action> = Law {
    id: "NON-05/rejected",
    says: "a restarted kubelet rejects a running Pod and writes Failed before it kills the container",
    rests_on: &[RuleId::NON_05, RuleId::CRE_45, RuleId::PHA_32],
    kind: Kind::Expected { happens: On::State(|state| runs_ended(state, Author::Kubelet)), remedy: None },
};

pub(super) const NON_06: Law<State, Action> = Law {
    id: "NON-06",
    says: "a kill goes on with more grace than is stored",
    rests_on: &[RuleId::NON_06, RuleId::KUB_14],
    kind: Kind::Expected {
        happens: On::State(|state| {
            current(state).is_some_and(|(pod, local)| {
                let longer = |stored: Token| matches!(local.flight, Flight::Stopping(grace) if grace > stored.max(Token::One));
                pod.grace.is_some_and(longer)
            })
        }),
        remedy: None,
    },
};

pub(super) const NON_09: Law<State, Action> = Law {
    id: "NON-09",
    says: "an eviction is forgotten when the kubelet restarts: the Pod is neither deleting nor terminal",
    rests_on: &[RuleId::NON_09, RuleId::KUB_63],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| {
            *action == Action::Restart
                && current(before).is_some_and(|(pod, local)| {
                    let evicted = local.worker.is_some_and(|worker| {
                        let terminating = matches!(worker.stage, Stage::Terminating { .. });
                        terminating && worker.stage.marks().contains(Marks::EVICTED)
                    });
                    evicted && pod.grace.is_none() && !pod.status.phase.is_terminal()
                })
        }),
        remedy: None,
    },
};

pub(super) const NON_11: Law<State, Action> = Law {
    id: "NON-11",
    says: "a watcher that saw a Pod sees it gone without having seen its deletionTimestamp",
    rests_on: &[RuleId::NON_11, RuleId::CRE_15],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let live = before.view.is_some_and(|view| view.grace.is_none());
            matches!(action, Action::Observe(_)) && live && after.view.is_none()
        }),
        remedy: None,
    },
};

pub(super) const NON_12: Law<State, Action> = Law {
    id: "NON-12",
    says: "a plain DELETE removes a terminal Pod whose volumes are mounted",
    rests_on: &[RuleId::NON_12, RuleId::PHA_33, RuleId::DEL_45],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let lost = current(before).filter(|_| after.pod.is_none());
            *action == Action::Remove(Remover::User)
                && lost.is_some_and(|(pod, local)| pod.status.phase == Phase::Succeeded && local.mounted)
        }),
        remedy: None,
    },
};

pub(super) const NON_21: Law<State, Action> = Law {
    id: "NON-21",
    says: "the second write of a forced DELETE removes a successor that was never deleted, or has grace left",
    rests_on: &[RuleId::NON_21, RuleId::DEL_14],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let removes = *action == Action::Remove(Remover::User) && after.pod.is_none();
            removes && before.pod.is_some_and(|pod| pod.grace != Some(Token::Zero))
        }),
        remedy: None,
    },
};

pub(super) const NON_22: Law<State, Action> = Law {
    id: "NON-22",
    says: "a container starts after deletionTimestamp is set",
    rests_on: &[RuleId::NON_22, RuleId::CRE_55],
    kind: Kind::Expected {
        happens: On::Step(|before, action, _| starts_deleting(before, action)),
        remedy: None,
    },
};

pub(super) const S1: Law<State, Action> = Law {
    id: "S1",
    says: "a running Pod with policy Always is deleted, its process ends with 0, and it is removed as Succeeded",
    rests_on: &[RuleId::PHA_05, RuleId::KUB_35],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        ended(before, action, after, Phase::Succeeded, Code::Well)
    })),
};

pub(super) const S2: Law<State, Action> = Law {
    id: "S2",
    says: "a running Pod is deleted, its process does not end with 0 (killed, for one), and it is removed as Failed",
    rests_on: &[RuleId::KUB_43, RuleId::KUB_35],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        ended(before, action, after, Phase::Failed, Code::Badly)
    })),
};

pub(super) const S4: Law<State, Action> = Law {
    id: "S4",
    says: "a DELETE with 1 s during the kill has come to the kubelet, and the kill goes on with the old grace",
    rests_on: &[RuleId::KUB_14],
    kind: Kind::Sometimes(On::State(|state| {
        let told = state.view.is_some_and(|view| view.grace == Some(Token::One));
        told && current(state).is_some_and(|(pod, local)| {
            pod.grace == Some(Token::One) && local.flight == Flight::Stopping(Token::Long)
        })
    })),
};

pub(super) const S6_AGAIN: Law<State, Action> = Law {
    id: "S6/again",
    says: "the kubelet dies in the middle of a kill; the next process kills with the full grace again",
    rests_on: &[RuleId::KUB_61],
    kind: Kind::Sometimes(On::State(|state| {
        current(state).is_some_and(|(pod, local)| {
            local.over && pod.undisturbed && local.flight == Flight::Stopping(Token::Long)
        })
    })),
};

pub(super) const S6_REJECTED: Law<State, Action> = Law {
    id: "S6/rejected",
    says: "a deleting Pod runs when the kubelet restarts and is rejected: Failed, killed as an orphan, removed",
    rests_on: &[RuleId::KUB_61, RuleId::CRE_40, RuleId::CRE_45, RuleId::CRE_46],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        removed(before, action, after).is_some_and(|(pod, local)| {
            let was = local.over && local.rejected && local.instance == Instance::Exited(Code::Badly);
            kubelets(action) && was && pod.undisturbed && pod.status.phase == Phase::Failed
        })
    })),
};

pub(super) const S10: Law<State, Action> = Law {
    id: "S10",
    says: "the kubelet has finished and a finalizer is left: the Pod is terminal with grace 0, and goes with the finalizer",
    rests_on: &[RuleId::DEL_42, RuleId::DEL_16, RuleId::KUB_38],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        *action == Action::DropFinalizer
            && removed(before, action, after).is_some_and(|(pod, _)| {
                pod.undisturbed && pod.grace == Some(Token::Zero) && pod.status.phase.is_terminal()
            })
    })),
};

pub(super) const S11: Law<State, Action> = Law {
    id: "S11",
    says: "a finalizer goes while the kubelet still stops the container: the Pod stays",
    rests_on: &[RuleId::DEL_42],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        *action == Action::DropFinalizer
            && after.pod.is_some_and(|pod| pod.grace > Some(Token::Zero))
            && current(before).is_some_and(|(_, local)| {
                local.instance == Instance::Running && matches!(local.flight, Flight::Stopping(_))
            })
    })),
};

pub(super) const S12: Law<State, Action> = Law {
    id: "S12",
    says: "a Pod turned Failed while deleting; a plain DELETE changes nothing",
    rests_on: &[RuleId::DEL_10, RuleId::LIV_07],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let waits = |pod: Pod| pod.grace > Some(Token::Zero) && pod.status.phase == Phase::Failed;
        let own = before.pod.is_some_and(|pod| waits(pod) && pod.author == Author::Kubelet);
        *action == Action::Delete(None) && own && before == after
    })),
};

pub(super) const S13: Law<State, Action> = Law {
    id: "S13",
    says: "a Pod is rejected: Failed without a container; a plain DELETE removes it",
    rests_on: &[RuleId::CRE_42, RuleId::DEL_45],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let lost = current(before).filter(|_| after.pod.is_none());
        *action == Action::Remove(Remover::User)
            && lost.is_some_and(|(pod, local)| {
                let rejected = local.rejected && local.instance == Instance::None && local.worker.is_none();
                rejected && pod.status.phase == Phase::Failed && pod.author == Author::Kubelet
            })
    })),
};

pub(super) const S15: Law<State, Action> = Law {
    id: "S15",
    says: "the kubelet dies after an eviction that it did not publish: the killed container starts again, the API shows no trace",
    rests_on: &[RuleId::NON_09, RuleId::KUB_63],
    kind: Kind::Sometimes(On::Step(|before, _, after| {
        // Without a DELETE and without a foreign phase nothing but an eviction kills.
        remade(before, after)
            && after.pod.is_some_and(|pod| {
                pod.undisturbed && pod.grace.is_none() && pod.status.phase == Phase::Running
            })
    })),
};

pub(super) const S22: Law<State, Action> = Law {
    id: "S22",
    says: "a DELETE comes to the kubelet while an image is pulled: the container is started, then stopped",
    rests_on: &[RuleId::NON_22, RuleId::CRE_55, RuleId::KUB_11],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let told = before.view.is_some_and(|view| view.grace.is_some());
        let requested = starting(before, action)
            .and_then(|local| local.worker)
            .is_some_and(|worker| matches!(worker.stage, Stage::Terminating { begun: Begun::No, .. }));
        let stops = current(after).is_some_and(|(_, local)| {
            local.instance == Instance::Running && matches!(local.flight, Flight::Stopping(_))
        });
        told && requested && starts_deleting(before, action) && stops
    })),
};

fn runs_ended(state: &State, author: Author) -> bool {
    current(state).is_some_and(|(pod, local)| {
        let ended = pod.status.phase.is_terminal() && pod.author == author;
        ended && local.instance == Instance::Running
    })
}

fn starts_deleting(before: &State, action: &Action) -> bool {
    let Action::Start(uid) = *action else { return false };
    before.stored(uid).is_some_and(|pod| pod.grace.is_some())
}

/// The kubelet begins to make a container again whose sandbox was stopped.
fn remade(before: &State, after: &State) -> bool {
    let stopped = |state: &State| {
        current(state)
            .is_some_and(|(_, local)| matches!(local.instance, Instance::Exited(_)) && !local.sandbox)
    };
    stopped(before) && current(after).is_some_and(|(_, local)| local.flight == Flight::Pulling)
}

/// The kubelet removes an undisturbed Pod of policy Always that ended so.
fn ended(before: &State, action: &Action, after: &State, phase: Phase, code: Code) -> bool {
    removed(before, action, after).is_some_and(|(pod, local)| {
        let so = pod.status.phase == phase
            && pod.status.entry == Entry::Ended
            && local.instance == Instance::Exited(code);
        kubelets(action) && pod.undisturbed && so && local.policy == Policy::Always
    })
}
