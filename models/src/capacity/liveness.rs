//! What eventually happens to a Pod that waits for the device.
//!
//! Weak fairness is enough but for the scheduler's turn: while another Pod is tried, this one is not. That faults are finitely
//! many the model has built in.

use pod_lifecycle::RuleId;

use super::actions::Action;
use super::laws::{pods, running};
use super::state::{Incarnation, Owner, State, Uid};
use crate::law::{Ask, Assumption, Kind, Law};

type Asks = Ask<State, Action>;
type Assumed = Assumption<State, Action>;

/// Weak fairness of the steps that match, one pattern by one.
macro_rules! goes_on {
    ($($pattern:pat),*) => { &[$(Asks::Weak(|_, action| matches!(*action, $pattern))),*] };
}

const SCHEDULER: Assumed = Assumption {
    id: "scheduler",
    says: "the scheduler tries each Pod that waits, again and again",
    asks: &[
        Asks::Strong(|_, action| matches!(*action, Action::Schedule(Uid::First))),
        Asks::Strong(|_, action| matches!(*action, Action::Schedule(Uid::Second))),
    ],
};

const INFORMED: Assumed = Assumption {
    id: "informed",
    says: "the informer of the scheduler catches up",
    asks: goes_on![Action::Inform(Uid::First), Action::Inform(Uid::Second)],
};

const SERVED: Assumed = Assumption {
    id: "A6",
    says: "the API server is available: it answers a binding",
    asks: goes_on![Action::Bind(Uid::First), Action::Bind(Uid::Second)],
};

const OWNER: Assumed = Assumption {
    id: "owner",
    says: "the StatefulSet creates and deletes its Pod",
    asks: goes_on![Action::Own],
};

const PATIENT: Assumed = Assumption {
    id: "patience",
    says: "users create and delete finitely many Pods",
    asks: &[Asks::Finitely(|_, action| matches!(*action, Action::Submit | Action::Delete(_)))],
};

const LINK: Assumed = Assumption {
    id: "A1",
    says: "the link of the node is up: the kubelet sees what is stored, and its status writer asks for it",
    asks: goes_on![
        Action::Watch(Uid::First),
        Action::Watch(Uid::Second),
        Action::Report(Uid::First),
        Action::Report(Uid::Second)
    ],
};

const KUBELET: Assumed = Assumption {
    id: "A2",
    says: "the kubelet runs: its workers and its housekeeping go on",
    asks: goes_on![
        Action::Start(Uid::First) | Action::Finish(Uid::First) | Action::Tick(Uid::First),
        Action::Start(Uid::Second) | Action::Finish(Uid::Second) | Action::Tick(Uid::Second),
        Action::Housekeep,
        Action::KillOrphan(Uid::First) | Action::PushThrough(Uid::First),
        Action::KillOrphan(Uid::Second) | Action::PushThrough(Uid::Second)
    ],
};

const STOPS: Assumed = Assumption {
    id: "A3",
    says: "a stop call of the runtime eventually succeeds",
    asks: goes_on![Action::Stop(Uid::First), Action::Stop(Uid::Second)],
};

const REGISTERS: Assumed =
    Assumption { id: "plugin", says: "the device plugin registers", asks: goes_on![Action::Register] };

/// B41: unbound and feasible leads to bound.
pub(super) const CRE_20_BOUND: Law<State, Action> = Law {
    id: "CRE-20/bound",
    says: "a Pod that waits while no stored Pod has the device does not do so for ever",
    rests_on: &[RuleId::CRE_20, RuleId::CRE_22, RuleId::CRE_25, RuleId::CRE_15],
    kind: Kind::Eventually {
        when: waits,
        then: |state| !waits(state),
        assuming: &[SCHEDULER, INFORMED, SERVED, PATIENT],
    },
};

/// B10: what has stopped leads to the next one that runs.
pub(super) const CRE_40_RUNS: Law<State, Action> = Law {
    id: "CRE-40/runs",
    says: "while a StatefulSet has a Pod, something eventually runs on the device, whoever was rejected, and whatever has ended \
           before",
    rests_on: &[RuleId::CRE_40, RuleId::CRE_42, RuleId::CRE_25, RuleId::CTL_SS_01],
    kind: Kind::Eventually {
        when: |state| is_owned(state) && running(state).count() == 0,
        then: |state| running(state).count() > 0,
        assuming: &[SCHEDULER, INFORMED, SERVED, OWNER, PATIENT, LINK, KUBELET, STOPS, REGISTERS],
    },
};

pub(super) const CRE_45_STOPS: Law<State, Action> = Law {
    id: "CRE-45/stops",
    says: "a process whose Pod was rejected does not run for ever, unless the kubelet forgets that it has rejected it",
    rests_on: &[RuleId::CRE_45, RuleId::KUB_60],
    kind: Kind::Eventually {
        when: is_rejected_and_runs,
        then: |state| !is_rejected_and_runs(state),
        assuming: &[KUBELET, STOPS],
    },
};

pub(super) const LIV_08: Law<State, Action> = Law {
    id: "LIV-08",
    says: "a rejected Pod that is deleting is eventually removed by the kubelet that rejected it",
    rests_on: &[RuleId::LIV_08, RuleId::CRE_46],
    kind: Kind::Eventually {
        when: is_rejected_and_deleting,
        then: |state| !is_rejected_and_deleting(state),
        assuming: &[LINK, KUBELET, STOPS],
    },
};

/// A Pod waits, and none has the device.
fn waits(state: &State) -> bool {
    pods(state).any(|pod| pod.is_pending()) && !pods(state).any(|pod| pod.has_device())
}

/// The StatefulSet has a Pod.
fn is_owned(state: &State) -> bool {
    pods(state).any(|pod| pod.owner == Owner::StatefulSet && pod.stored.is_some())
}

fn is_rejected_and_runs(state: &State) -> bool {
    running(state).any(|pod| pod.rejected.is_some())
}

/// The older Pod is rejected and deleting: it keeps its name as long as it is there.
fn is_rejected_and_deleting(state: &State) -> bool {
    let deleting = |pod: Incarnation| pod.stored.is_some_and(|stored| stored.deleting);
    state.of(Uid::First).is_some_and(|pod| pod.rejected.is_some() && deleting(pod))
}
