//! What eventually happens to a Pod on a node, and who has to go on acting for it.
//!
//! Weak fairness is enough everywhere: whatever a component here may do stays possible until it does it or has no
//! reason to any more. What is asked is asked for each incarnation apart, for one does not do the other's work. That
//! faults are finitely many, the restarts of A2 among them, the model has built in.

use pod_lifecycle::RuleId;

use super::actions::{Action, Remover};
use super::state::{Instance, Local, Policy, State, Token, Uid};
use crate::law::{Ask, Assumption, Kind, Law};

/// Whose turn a step is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Actor {
    /// The link of the node: what is stored reaches the kubelet.
    Watch,
    /// The status writer's look at this incarnation.
    Writer(Uid),
    /// The worker of this incarnation.
    Worker(Uid),
    /// Housekeeping.
    Housekeeping,
    /// Its look for what no worker knows of this incarnation.
    Orphans(Uid),
    /// The stop call of the runtime for this incarnation.
    Stops(Uid),
    /// The volumes of this incarnation.
    Volumes(Uid),
    /// The process of this incarnation.
    Process(Uid),
    /// The owner of the finalizer.
    Owner,
    /// The API server, which owes the kubelet an answer.
    Server,
    /// The API server, which owes this DELETE its second write.
    Removal(Remover),
    /// A user's DELETE.
    User,
    /// Nobody who is ever taken for granted: owner, scheduler, and every fault.
    Chance,
}

const fn actor(action: &Action) -> Actor {
    if action.fault().is_some() {
        return Actor::Chance;
    }
    match *action {
        Action::Observe(_) => Actor::Watch,
        Action::Publish(uid) => Actor::Writer(uid),
        Action::Pull(uid) | Action::Start(uid) | Action::Tick(uid) | Action::Finish(uid) => {
            Actor::Worker(uid)
        }
        Action::Housekeep => Actor::Housekeeping,
        Action::KillOrphan(uid) => Actor::Orphans(uid),
        Action::Stop(uid, _) => Actor::Stops(uid),
        Action::Unmount(uid) => Actor::Volumes(uid),
        Action::Exit(uid, _) => Actor::Process(uid),
        Action::DropFinalizer => Actor::Owner,
        Action::Patch | Action::FinalDelete => Actor::Server,
        Action::Remove(remover) => Actor::Removal(remover),
        Action::Delete(_) => Actor::User,
        Action::Create(..) | Action::Bind => Actor::Chance,
        Action::Fail | Action::StartFails(_) | Action::Read(_) | Action::Evict(_) | Action::Restart => {
            Actor::Chance
        }
    }
}

type Asks = Ask<State, Action>;
type Assumed = Assumption<State, Action>;

/// Weak fairness of these actors, one by one.
macro_rules! goes_on {
    ($($actor:expr),*) => { &[$(Asks::Weak(|_, action| actor(action) == $actor)),*] };
}

const LINK: Assumed = Assumption {
    id: "A1",
    says: "the link of the node is up: the kubelet sees what is stored, and its status writer asks for it",
    asks: goes_on![Actor::Watch, Actor::Writer(Uid::First), Actor::Writer(Uid::Second)],
};

const KUBELET: Assumed = Assumption {
    id: "A2",
    says: "the kubelet runs: its workers and its housekeeping go on",
    asks: goes_on![
        Actor::Worker(Uid::First),
        Actor::Worker(Uid::Second),
        Actor::Housekeeping,
        Actor::Orphans(Uid::First),
        Actor::Orphans(Uid::Second)
    ],
};

const STOPS: Assumed = Assumption {
    id: "A3",
    says: "a stop call of the runtime eventually succeeds",
    asks: goes_on![Actor::Stops(Uid::First), Actor::Stops(Uid::Second)],
};

const UNMOUNTS: Assumed = Assumption {
    id: "A4",
    says: "volumes are eventually unmounted",
    asks: goes_on![Actor::Volumes(Uid::First), Actor::Volumes(Uid::Second)],
};

const OWNER: Assumed = Assumption {
    id: "A5",
    says: "the owner of the finalizer drops it from a deleting Pod",
    asks: &[Asks::Weak(|before, action| actor(action) == Actor::Owner && is_deleting(before))],
};

const SERVED: Assumed = Assumption {
    id: "A6",
    says: "the API server is available: it answers the kubelet and makes the second write of a DELETE",
    asks: goes_on![Actor::Server, Actor::Removal(Remover::User), Actor::Removal(Remover::Kubelet)],
};

const ENDS: Assumed = Assumption {
    id: "ends",
    says: "a container ends by itself",
    asks: goes_on![Actor::Process(Uid::First), Actor::Process(Uid::Second)],
};

const DELETED: Assumed = Assumption {
    id: "client",
    says: "an owner, the Pod garbage collector or a client deletes it",
    asks: goes_on![Actor::User],
};

const FORCED: Assumed = Assumption {
    id: "forced",
    says: "the Pod garbage collector or a client deletes it with grace 0",
    asks: &[Asks::Weak(|_, action| *action == Action::Delete(Some(Token::Zero)))],
};

pub(super) const LIV_01_TERMINAL: Law<State, Action> = Law {
    id: "LIV-01/terminal",
    says: "a bound Pod that is deleting is eventually terminal in the API, or gone",
    rests_on: &[RuleId::LIV_01, RuleId::KUB_20, RuleId::CRE_55, RuleId::PHA_19],
    kind: Kind::Eventually {
        when: is_doomed,
        then: has_ended,
        assuming: &[LINK, KUBELET, STOPS, UNMOUNTS, SERVED],
    },
};

pub(super) const LIV_01: Law<State, Action> = Law {
    id: "LIV-01",
    says: "a bound Pod that is deleting is eventually removed",
    rests_on: &[RuleId::LIV_01, RuleId::KUB_30, RuleId::KUB_35],
    kind: Kind::Eventually {
        when: is_doomed,
        then: is_gone,
        assuming: &[LINK, KUBELET, STOPS, UNMOUNTS, OWNER, SERVED],
    },
};

pub(super) const LIV_01_GONE: Law<State, Action> = Law {
    id: "LIV-01/gone",
    says: "no container goes on running for ever after its Pod has left the API",
    rests_on: &[RuleId::LIV_01, RuleId::KUB_64, RuleId::KUB_26],
    kind: Kind::Eventually {
        when: is_left,
        then: |state| !is_left(state),
        assuming: &[LINK, KUBELET, STOPS],
    },
};

pub(super) const LIV_02: Law<State, Action> = Law {
    id: "LIV-02",
    says: "a deleting Pod without node is eventually removed",
    rests_on: &[RuleId::LIV_02, RuleId::DEL_16],
    kind: Kind::Eventually {
        when: |state| state.pod.is_some_and(|pod| !pod.bound && pod.grace.is_some()),
        then: is_gone,
        assuming: &[OWNER, SERVED],
    },
};

/// A container that was created and has lost its sandbox never runs: its Pod stays Pending (CTR-11).
pub(super) const LIV_05: Law<State, Action> = Law {
    id: "LIV-05",
    says: "a bound Pod with policy Never whose container runs and ends is eventually terminal, or gone",
    rests_on: &[RuleId::LIV_05, RuleId::PHA_05],
    kind: Kind::Eventually {
        when: |state| is_of(state, Policy::Never) && has_run(state),
        then: has_ended,
        assuming: &[LINK, KUBELET, STOPS, SERVED, ENDS],
    },
};

pub(super) const LIV_05_ALWAYS: Law<State, Action> = Law {
    id: "LIV-05/always",
    says: "a Pod with policy Always need not become terminal however often its container ends",
    rests_on: &[RuleId::LIV_05, RuleId::PHA_05],
    kind: Kind::Stuck {
        when: |state| is_of(state, Policy::Always) && is_first(state),
        then: has_ended,
        assuming: &[LINK, KUBELET, STOPS, UNMOUNTS, OWNER, SERVED, ENDS],
        unless: &[DELETED],
    },
};

pub(super) const LIV_06: Law<State, Action> = Law {
    id: "LIV-06",
    says: "a terminal Pod that nobody deletes stays for ever",
    rests_on: &[RuleId::LIV_06],
    kind: Kind::Stuck {
        when: |state| has_ended(state) && !is_deleting(state) && is_first(state),
        then: is_gone,
        assuming: &[LINK, KUBELET, STOPS, UNMOUNTS, OWNER, SERVED],
        unless: &[DELETED],
    },
};

/// A plain DELETE changes nothing any more (NON-13), so nobody is assumed to send one.
pub(super) const LIV_07: Law<State, Action> = Law {
    id: "LIV-07",
    says: "a Pod that was deleting before it turned terminal stays if its kubelet is gone for ever",
    rests_on: &[RuleId::LIV_07, RuleId::NON_13],
    kind: Kind::Stuck {
        when: |state| is_doomed(state) && has_ended(state),
        then: is_gone,
        assuming: &[OWNER, SERVED],
        unless: &[FORCED],
    },
};

pub(super) const LIV_08: Law<State, Action> = Law {
    id: "LIV-08",
    says: "a rejected Pod that is deleting is eventually removed",
    rests_on: &[RuleId::LIV_08, RuleId::CRE_46],
    kind: Kind::Eventually {
        when: |state| is_doomed(state) && is_rejected(state),
        then: is_gone,
        assuming: &[LINK, KUBELET, STOPS, UNMOUNTS, OWNER, SERVED],
    },
};

fn is_deleting(state: &State) -> bool {
    state.pod.is_some_and(|pod| pod.grace.is_some())
}

/// The stored Pod is bound and deleting.
fn is_doomed(state: &State) -> bool {
    is_deleting(state) && state.pod.is_some_and(|pod| pod.bound)
}

const fn is_gone(state: &State) -> bool {
    state.pod.is_none()
}

/// The Pod is terminal, or gone.
fn has_ended(state: &State) -> bool {
    state.pod.is_none_or(|pod| pod.status.phase.is_terminal())
}

/// The stored Pod is the older incarnation: nobody deletes the other one in the tiny scope.
fn is_first(state: &State) -> bool {
    state.pod.is_some_and(|pod| pod.uid == Uid::First)
}

/// What the node holds of the stored Pod.
fn current(state: &State) -> Option<Local> {
    state.local(state.pod?.uid)
}

/// The stored Pod is bound and has this policy.
fn is_of(state: &State, policy: Policy) -> bool {
    state.pod.is_some_and(|pod| pod.bound) && current(state).is_some_and(|local| local.policy == policy)
}

/// The container of the stored Pod runs or has ended.
fn has_run(state: &State) -> bool {
    current(state).is_some_and(|local| match local.instance {
        Instance::None | Instance::Created => false,
        Instance::Running | Instance::Exited(_) => true,
    })
}

fn is_rejected(state: &State) -> bool {
    current(state).is_some_and(|local| local.rejected)
}

/// A container runs whose Pod has left the store.
fn is_left(state: &State) -> bool {
    Uid::ALL.into_iter().any(|uid| {
        let runs = state.local(uid).is_some_and(|local| local.instance == Instance::Running);
        runs && state.stored(uid).is_none()
    })
}
