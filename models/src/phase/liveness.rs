//! What eventually becomes of the stored phase, and who has to go on acting for it.

use pod_lifecycle::RuleId;
use pod_lifecycle::container::RestartPolicy;

use super::{Action, Instance, State, Worker};
use crate::law::{Ask, Assumption, Kind, Law};

const LINK: Assumption<State, Action> = Assumption {
    id: "A1",
    says: "the link of the node is up: the kubelet's view catches up and its writes arrive",
    asks: &[
        Ask::Weak(|_, action| *action == Action::Observe),
        Ask::Weak(|_, action| *action == Action::Publish),
    ],
};

const KUBELET: Assumption<State, Action> = Assumption {
    id: "A2",
    says: "the kubelet runs: it restarts finitely often and goes on with its passes",
    asks: &[
        Ask::Finitely(|_, action| *action == Action::Restart),
        Ask::Weak(|_, action| *action == Action::Start),
        Ask::Weak(|_, action| *action == Action::Sync),
        Ask::Weak(|_, action| *action == Action::Stopped),
        Ask::Weak(|_, action| *action == Action::Resync),
        Ask::Weak(|_, action| *action == Action::Finish),
    ],
};

const STOPS: Assumption<State, Action> = Assumption {
    id: "A3",
    says: "a container that the kubelet stops ends",
    asks: &[Ask::Weak(|before, action| {
        before.worker >= Worker::Terminating && matches!(action, Action::Exit(_))
    })],
};

const ENDS: Assumption<State, Action> = Assumption {
    id: "ends",
    says: "a container ends by itself, and where failure restarts it, not always with failure",
    asks: &[
        Ask::Weak(|_, action| matches!(action, Action::Exit(_))),
        Ask::Finitely(|before, action| {
            before.policy == Some(RestartPolicy::OnFailure) && *action == Action::Exit(Instance::Badly)
        }),
    ],
};

const DELETED: Assumption<State, Action> = Assumption {
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
        when: |state| state.policy.is_some() && state.deleting,
        then: |state| state.stored.is_terminal(),
        assuming: &[LINK, KUBELET, STOPS],
    },
};

pub(super) const LIV_05: Law<State, Action> = Law {
    id: "LIV-05",
    says: "a Pod with policy Never or OnFailure whose container ends for good is eventually terminal",
    rests_on: &[RuleId::LIV_05, RuleId::PHA_05],
    kind: Kind::Eventually {
        when: |state| matches!(state.policy, Some(RestartPolicy::Never | RestartPolicy::OnFailure)),
        then: |state| state.stored.is_terminal(),
        assuming: &[LINK, KUBELET, ENDS],
    },
};

pub(super) const LIV_05_ALWAYS: Law<State, Action> = Law {
    id: "LIV-05/always",
    says: "a Pod with policy Always need not become terminal however often its container ends",
    rests_on: &[RuleId::LIV_05, RuleId::PHA_05],
    kind: Kind::Stuck {
        when: |state| state.policy == Some(RestartPolicy::Always),
        then: |state| state.stored.is_terminal(),
        assuming: &[LINK, KUBELET, STOPS, ENDS],
        unless: &[DELETED],
    },
};
