//! What eventually becomes of the Pod, and who has to go on acting for it. That faults are finitely many, the restarts of A2
//! among them, the model has built in.

use pod_lifecycle::RuleId;
use pod_lifecycle::container::RestartPolicy;

use super::actions::{Action, Backoff};
use super::state::{Code, Instance, Sandbox, Shape, State, Work};
use crate::law::{Ask, Assumption, Kind, Law};

type Assumed = Assumption<State, Action>;

const LINK: Assumed = Assumption {
    id: "A1",
    says: "the link of the node is up: the kubelet's view catches up and its writes arrive",
    asks: &[
        Ask::Weak(|_, action| *action == Action::Observe),
        Ask::Weak(|_, action| *action == Action::Publish),
    ],
};

const KUBELET: Assumed = Assumption {
    id: "A2",
    says: "the kubelet runs: its worker goes on, and no back-off lasts for ever",
    asks: &[
        Ask::Weak(|_, action| *action == Action::Sync(Backoff::Over)),
        Ask::Weak(|_, action| *action == Action::Start),
        Ask::Weak(|_, action| *action == Action::Terminate),
        Ask::Weak(|_, action| *action == Action::Stopped),
        Ask::Weak(|_, action| *action == Action::Resync),
        Ask::Weak(|_, action| *action == Action::Finish),
    ],
};

const STOPS: Assumed = Assumption {
    id: "A3",
    says: "a container that got its stop signal ends",
    asks: &[
        Ask::Weak(|before, action| {
            before.flight.stops() && !before.flight.waits() && matches!(action, Action::Exit(0, _))
        }),
        Ask::Weak(|before, action| before.flight.stops() && matches!(action, Action::Exit(1, _))),
    ],
};

const ENDS: Assumed = Assumption {
    id: "ends",
    says: "every container but a sidecar ends by itself, and where failure restarts it, not always with failure",
    asks: &[
        Ask::Weak(|before, action| !is_sidecar(before, 0) && matches!(action, Action::Exit(0, _))),
        Ask::Weak(|_, action| matches!(action, Action::Exit(1, _))),
        Ask::Finitely(
            |before, action| matches!(action, Action::Exit(place, Code::Badly) if !is_sidecar(before, *place)),
        ),
    ],
};

const PROBED: Assumed = Assumption {
    id: "probe",
    says: "the startup probe of a sidecar that runs eventually succeeds, if it is made, and the sidecar does not always end",
    asks: &[
        Ask::Weak(|_, action| *action == Action::Probe),
        Ask::Finitely(|before, action| {
            matches!(action, Action::Exit(0, _)) && is_sidecar(before, 0) && !before.flight.stops()
        }),
    ],
};

const DELETED: Assumed = Assumption {
    id: "client",
    says: "somebody deletes it",
    asks: &[Ask::Weak(|_, action| *action == Action::Delete)],
};

/// The API has no removal in this model: what of LIV-01 is about the phase.
pub(super) const LIV_01: Law<State, Action> = Law {
    id: "LIV-01/terminal",
    says: "a bound Pod that is deleted is eventually terminal in the API",
    rests_on: &[RuleId::LIV_01, RuleId::KUB_20, RuleId::PHA_19],
    kind: Kind::Eventually {
        when: |state| state.template.is_some() && state.stored.deleting,
        then: |state| state.stored.status.phase.is_terminal(),
        assuming: &[LINK, KUBELET, STOPS],
    },
};

pub(super) const LIV_05: Law<State, Action> = Law {
    id: "LIV-05",
    says: "a Pod with policy Never or OnFailure whose containers end for good is eventually terminal, whatever its sidecar \
           does; but for CTR-11/created and CTR-11/waiting",
    rests_on: &[RuleId::LIV_05, RuleId::PHA_05, RuleId::CTR_14],
    kind: Kind::Eventually {
        when: |state| {
            state.template.is_some_and(|template| {
                template.shape != Shape::Own && template.policy != RestartPolicy::Always
            })
        },
        then: |state| state.stored.status.phase.is_terminal() || is_left(state),
        assuming: &[LINK, KUBELET, STOPS, ENDS, PROBED],
    },
};

pub(super) const LIV_05_ALWAYS: Law<State, Action> = Law {
    id: "LIV-05/always",
    says: "a Pod with policy Always need not become terminal however often its containers end",
    rests_on: &[RuleId::LIV_05, RuleId::PHA_05],
    kind: Kind::Stuck {
        when: |state| state.template.is_some_and(|template| template.policy == RestartPolicy::Always),
        then: |state| state.stored.status.phase.is_terminal(),
        assuming: &[LINK, KUBELET, STOPS, ENDS, PROBED],
        unless: &[DELETED],
    },
};

pub(super) const RESTARTED: Law<State, Action> = Law {
    id: "CTR-12/restarted",
    says: "a regular container with policy Always that has ended beside a sidecar is started again, or its Pod is stopped",
    rests_on: &[RuleId::CTR_12, RuleId::CTR_50],
    kind: Kind::Eventually {
        when: |state| {
            let always = state.template.is_some_and(|template| {
                template.policy == RestartPolicy::Always && template.shape == Shape::Sidecar
            });
            always && matches!(state.instances[1], Instance::Exited(_))
        },
        then: |state| {
            state.instances[1] == Instance::Running
                || state.record.stage != Work::Sync
                || state.flight.stops()
        },
        assuming: &[KUBELET, PROBED],
    },
};

pub(super) const CREATED: Law<State, Action> = Law {
    id: "CTR-02/created",
    says: "a container that was created and never started is started, or its Pod is stopped; but for \
           CTR-11/created",
    rests_on: &[RuleId::CTR_02],
    kind: Kind::Eventually {
        when: |state| state.instances.contains(&Instance::Created),
        then: |state| {
            !state.instances.contains(&Instance::Created)
                || state.record.stage != Work::Sync
                || state.flight.stops()
                || is_left_created(state)
        },
        assuming: &[KUBELET],
    },
};

pub(super) const NON_23: Law<State, Action> = Law {
    id: "NON-23",
    says: "a Pod with policy Never is Running for ever and nothing runs: its sandbox is lost, and a container of it is restarted \
           only by its own policy",
    rests_on: &[RuleId::NON_23, RuleId::CTR_16, RuleId::CTR_11],
    kind: Kind::Stuck {
        when: |state| {
            state.template.is_some_and(|template| {
                template.policy == RestartPolicy::Never && template.shape == Shape::Own
            }) && state.sandbox == Sandbox::Lost
                && state.instances[0] == Instance::Exited(Code::Badly)
        },
        then: |state| state.runs() || state.stored.status.phase.is_terminal(),
        assuming: &[LINK, KUBELET, STOPS, ENDS],
        unless: &[DELETED],
    },
};

/// kubernetes/kubernetes#118321; `OnFailure` in a static Pod is B30.
pub(super) const CREATED_LOST: Law<State, Action> = Law {
    id: "CTR-11/created",
    says: "a Pod with policy Never is Pending for ever: the node went down between the creation of a container and its start, and \
           for a second sandbox it is enough that the runtime knows that container",
    rests_on: &[RuleId::CTR_11, RuleId::CTR_02, RuleId::PHA_04],
    kind: Kind::Stuck {
        when: |state| is_left_created(state) && !state.runs() && !state.stored.status.phase.is_terminal(),
        then: |state| state.runs() || state.stored.status.phase.is_terminal(),
        assuming: &[LINK, KUBELET, STOPS, ENDS, PROBED],
        unless: &[DELETED],
    },
};

/// Near to kubernetes/kubernetes#77544.
pub(super) const WAITING_LOST: Law<State, Action> = Law {
    id: "CTR-11/waiting",
    says: "a Pod with policy Never is Pending for ever: its init container has succeeded, and the sandbox was lost before its regular \
           container was started; no second sandbox is made",
    rests_on: &[RuleId::CTR_11, RuleId::PHA_04],
    kind: Kind::Stuck {
        when: |state| {
            state.template.is_some_and(|template| {
                template.policy == RestartPolicy::Never && template.shape == Shape::Init
            }) && state.sandbox == Sandbox::Lost
                && state.instances == [Instance::Exited(Code::Well), Instance::None]
                && !state.stored.status.phase.is_terminal()
        },
        then: |state| state.runs() || state.stored.status.phase.is_terminal(),
        assuming: &[LINK, KUBELET, STOPS, ENDS, PROBED],
        unless: &[DELETED],
    },
};

/// The sandbox of a Pod with policy Never is lost, nothing runs, and a container waits for its first start.
fn is_left(state: &State) -> bool {
    let Some(template) = state.template else { return false };
    let waits = |place| match (template.shape, place, state.instances[place]) {
        (_, _, Instance::Running | Instance::Exited(_)) | (Shape::Init, 0, _) => false,
        (_, _, Instance::None | Instance::Created | Instance::Removed(_)) => true,
    };
    template.policy == RestartPolicy::Never
        && state.sandbox == Sandbox::Lost
        && !state.runs()
        && (waits(0) || waits(1))
}

/// A container of a Pod with policy Never is created, and the sandbox is lost.
fn is_left_created(state: &State) -> bool {
    state.template.is_some_and(|template| template.policy == RestartPolicy::Never)
        && state.sandbox == Sandbox::Lost
        && state.instances.contains(&Instance::Created)
}

fn is_sidecar(state: &State, place: usize) -> bool {
    place == 0 && state.template.is_some_and(|template| template.shape == Shape::Sidecar)
}
