//! What eventually happens to a stored Pod, and who has to go on acting for it.

use pod_lifecycle::RuleId;

use super::actions::{Action, FINAL};
use super::state::{Client, Precondition, Role, Slot, State};
use crate::law::{Ask, Assumption, Kind, Law};

/// A5 has two parts because the two do not do each other's work.
const OWNERS: Assumption<State, Action> = Assumption {
    id: "A5",
    says: "finalizer owners, the garbage collector among them, remove their finalizers from a deleting Pod",
    asks: &[
        Ask::Weak(|before, action| *action == Action::DropFinalizer(super::X) && deleting(before)),
        Ask::Weak(|_, action| matches!(action, Action::DropFinalizer(dropped) if *dropped != super::X)),
    ],
};

/// A crash loses what is in flight, so a request that is always lost is served again and again and never done.
const SERVED: Assumption<State, Action> = Assumption {
    id: "A6",
    says: "the API server and etcd are available: a DELETE is sent, and not every one of them is lost in a crash",
    asks: &[
        Ask::Weak(|before, action| sent(before, action, Slot::A)),
        Ask::Weak(|before, action| sent(before, action, Slot::B)),
        Ask::Strong(|_, action| matches!(action, Action::Commit(Slot::A, _))),
        Ask::Strong(|_, action| matches!(action, Action::Commit(Slot::B, _))),
        Ask::Strong(|_, action| *action == Action::Remove(Slot::A)),
        Ask::Strong(|_, action| *action == Action::Remove(Slot::B)),
    ],
};

/// It shares client A with others, hence strong.
const POD_GC: Assumption<State, Action> = Assumption {
    id: "PodGC",
    says: "the Pod garbage collector repeats the DELETE of a deleting Pod without node (CTL-PGC-05)",
    asks: &[Ask::Strong(|before, action| {
        let unscheduled = before.pod().is_some_and(|pod| pod.node.is_none() && pod.grace.is_some());
        unscheduled && forces(action)
    })],
};

const CLIENT: Assumption<State, Action> = Assumption {
    id: "client",
    says: "an owner, the Pod garbage collector or a client sends a DELETE with grace 0",
    asks: &[Ask::Strong(|_, action| forces(action))],
};

pub(super) const LIV_02: Law<State, Action> = Law {
    id: "LIV-02",
    says: "a deleting Pod without node is eventually removed",
    rests_on: &[RuleId::LIV_02, RuleId::DEL_16, RuleId::DEL_30],
    kind: Kind::Eventually {
        when: |state| state.pod().is_some_and(|pod| pod.node.is_none() && pod.grace.is_some()),
        then: |state| state.pod().is_none(),
        assuming: &[OWNERS, SERVED, POD_GC],
    },
};

pub(super) const LIV_06: Law<State, Action> = Law {
    id: "LIV-06",
    says: "a terminal Pod that nobody deletes stays for ever",
    rests_on: &[RuleId::LIV_06],
    kind: Kind::Stuck {
        when: |state| state.pod().is_some_and(|pod| pod.terminal && pod.grace.is_none()),
        then: |state| state.pod().is_none(),
        assuming: &[OWNERS, SERVED, POD_GC],
        unless: &[CLIENT],
    },
};

fn deleting(state: &State) -> bool {
    state.pod().is_some_and(|pod| pod.grace.is_some())
}

/// A component that has decided sends its DELETE.
fn sent(before: &State, action: &Action, slot: Slot) -> bool {
    let decided = matches!(before.client(slot), Client::Decided { .. });
    decided && matches!(action, Action::Read(of, ..) if *of == slot)
}

/// A DELETE with grace 0 by name.
fn forces(action: &Action) -> bool {
    *action == Action::Read(Slot::A, Role::User, Precondition::NameOnly, FINAL)
}
