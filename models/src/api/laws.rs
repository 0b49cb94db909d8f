//! What always holds. Each law looks at plain fields before and after a step; none asks what would decide.

use pod_lifecycle::RuleId;
use pod_lifecycle::binding::Gates;
use pod_lifecycle::deletion::{Finalizers, Propagation};

use super::actions::{Action, Created};
use super::state::{Client, Clock, Options, Pod, Precondition, Role, SHORT, Slot, State, Uid, X};
use super::{liveness, scenarios};
use crate::law::{Kind, Law, On};

/// Every claim about the model.
pub(super) const LAWS: &[Law<State, Action>] = &[
    Law {
        id: "INV-02",
        says: "a UID that left the store never returns: only a create fills the free name, with a fresh UID",
        rests_on: &[RuleId::INV_02, RuleId::CRE_04],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| match (before.pod(), after.pod()) {
                (None, Some(pod)) => matches!(action, Action::Create(_)) && pod.uid == Uid::Current,
                (_, _) => true,
            }),
            witness: On::Step(|before, action, _| before.pod().is_none() && *action == Action::Bind),
        },
    },
    Law {
        id: "INV-04",
        says: "deletionTimestamp, once set, is never unset",
        rests_on: &[RuleId::INV_04, RuleId::DEL_19],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                stored(before, after).is_none_or(|(old, new)| old.grace.is_none() || new.grace.is_some())
            }),
            witness: On::Step(|before, action, after| {
                let touched = stored(before, after).filter(|_| *action == Action::Touch);
                touched.is_some_and(|(old, _)| old.grace.is_some())
            }),
        },
    },
    Law {
        id: "INV-05",
        says: "deletionGracePeriodSeconds never increases",
        rests_on: &[RuleId::INV_05, RuleId::DEL_08, RuleId::DEL_09],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                stored(before, after).is_none_or(|(old, new)| old.grace.is_none() || new.grace <= old.grace)
            }),
            witness: On::Step(|before, action, _| {
                committed(before, action)
                    .is_some_and(|(pod, options)| pod.grace.is_some() && options.grace > pod.grace)
            }),
        },
    },
    Law {
        id: "DEL-08",
        says: "a shorter grace is stored as asked, or as 1 s if its end has passed; 0 stays 0",
        rests_on: &[RuleId::DEL_08],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                shortened(before, action).is_none_or(|(asked, clock)| {
                    let expected = match clock {
                        Clock::Early => asked,
                        Clock::Late => asked.min(1),
                    };
                    after.pod().is_some_and(|pod| pod.grace == Some(expected))
                })
            }),
            witness: On::Step(|before, action, _| {
                shortened(before, action).is_some_and(|(asked, clock)| asked > 1 && clock == Clock::Late)
            }),
        },
    },
    Law {
        id: "DEL-09",
        says: "a DELETE that asks for nothing shorter changes nothing",
        rests_on: &[RuleId::DEL_09, RuleId::DEL_12],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                longer(before, action).is_none() || before.pod() == after.pod()
            }),
            witness: On::Step(|before, action, _| {
                longer(before, action).is_some_and(|(pod, options)| {
                    options.propagation == Some(Propagation::Foreground)
                        && !pod.finalizers.contains(Finalizers::FOREGROUND)
                })
            }),
        },
    },
    Law {
        id: "DEL-05",
        says: "the first DELETE of an unbound or terminal Pod stores grace 0, whatever it asks",
        rests_on: &[RuleId::DEL_05],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                first(before, action).is_none_or(|(pod, _)| {
                    let idle = pod.node.is_none() || pod.terminal;
                    !idle || after.pod().is_some_and(|pod| pod.grace == Some(0))
                })
            }),
            witness: On::Step(|before, action, _| {
                first(before, action).is_some_and(|(pod, options)| pod.terminal && options.grace > Some(0))
            }),
        },
    },
    Law {
        id: "DEL-21",
        says: "the first DELETE of a bound, running Pod stores the grace that its first read fixed",
        rests_on: &[RuleId::DEL_21, RuleId::DEL_22],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                first(before, action).is_none_or(|(pod, options)| {
                    let running = pod.node.is_some() && !pod.terminal;
                    // Whoever read this very Pod found it live, which fixes a grace; an expired predecessor does not.
                    let own = committer(before, action).is_some_and(|(_, meant, ..)| meant == pod.uid);
                    let fixed = if own { options.grace } else { options.grace.or(Some(SHORT)) };
                    !running || (fixed.is_some() && after.pod().is_some_and(|pod| pod.grace == fixed))
                })
            }),
            witness: On::Step(|before, action, _| {
                let defaulted = matches!(committer(before, action), Some((Role::Controller, ..)));
                first(before, action).is_some_and(|(pod, _)| defaulted && pod.node.is_some() && !pod.terminal)
            }),
        },
    },
    Law {
        id: "DEL-11",
        says: "a DELETE that writes leaves `orphan` and `foregroundDeletion` as its policy says, and the others as they are",
        rests_on: &[RuleId::DEL_11, RuleId::DEL_12],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let Some((_, options)) = committed(before, action) else { return true };
                stored(before, after).is_none_or(|(old, new)| {
                    let (kept, now) = (old.finalizers, new.finalizers);
                    let wanted = match options.propagation {
                        Some(Propagation::Orphan) => (true, false),
                        Some(Propagation::Foreground) => (false, true),
                        Some(Propagation::Background) => (false, false),
                        None => (kept.contains(Finalizers::ORPHAN), kept.contains(Finalizers::FOREGROUND)),
                    };
                    let found = (now.contains(Finalizers::ORPHAN), now.contains(Finalizers::FOREGROUND));
                    old == new || (found == wanted && kept.contains(X) == now.contains(X))
                })
            }),
            witness: On::Step(|before, action, after| {
                let policy = committed(before, action).and_then(|(_, options)| options.propagation);
                let changed = stored(before, after).is_some_and(|(old, new)| old != new);
                policy == Some(Propagation::Orphan) && changed
            }),
        },
    },
    Law {
        id: "INV-06",
        says: "while deleting, finalizers gain only `orphan` and `foregroundDeletion`, by a DELETE that is no no-op",
        rests_on: &[RuleId::INV_06, RuleId::DEL_17, RuleId::DEL_11],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                stored(before, after).is_none_or(|(old, new)| {
                    let gained = new.finalizers.without(old.finalizers);
                    let delete = committed(before, action).is_some() && longer(before, action).is_none();
                    old.grace.is_none() || gained.is_empty() || (!gained.contains(X) && delete)
                })
            }),
            witness: On::Step(|before, action, _| {
                let fresh = |pod: Pod| pod.grace.is_some() && !pod.finalizers.contains(X);
                *action == Action::AddFinalizer && before.pod().is_some_and(fresh)
            }),
        },
    },
    Law {
        id: "INV-07",
        says: "what leaves the store is deleting, with grace 0 and without finalizers; at the second write of its \
               removal it may have `orphan` or `foregroundDeletion`, gained since the first or dropped by the policy \
               of this DELETE, and may be a successor of the marked Pod if the request carries no uid",
        rests_on: &[RuleId::INV_07, RuleId::DEL_13, RuleId::DEL_14, RuleId::DEL_16],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let Some(pod) = lost(before, after) else { return true };
                let expired = pod.grace == Some(0);
                match *action {
                    Action::Remove(slot) => match before.client(slot) {
                        Client::Remove { pod: marked, .. } if marked == pod.uid => {
                            expired && !pod.finalizers.contains(X)
                        }
                        Client::Remove { precondition, .. } => precondition == Precondition::NameOnly,
                        Client::Idle | Client::Decided { .. } | Client::Commit { .. } => false,
                    },
                    Action::DropFinalizer(dropped) => expired && pod.finalizers.without(dropped).is_empty(),
                    Action::Touch | Action::Ungate | Action::Finish => expired && pod.finalizers.is_empty(),
                    Action::Create(_) | Action::Decide(..) | Action::Read(..) | Action::Commit(..) => false,
                    Action::Crash(_) | Action::Schedule | Action::Bind | Action::AddFinalizer => false,
                }
            }),
            witness: On::Step(|before, action, after| {
                let emptied =
                    |(old, new): (Pod, Pod)| !old.finalizers.is_empty() && new.finalizers.is_empty();
                let dropped = matches!(action, Action::DropFinalizer(_));
                let left = before.pod().is_some_and(|pod| pod.grace > Some(0));
                dropped && left && stored(before, after).is_some_and(emptied)
            }),
        },
    },
    Law {
        id: "INV-08",
        says: "a DELETE goes on to the removal only from a Pod that it found or left expired, and that no finalizer holds \
               which it does not itself drop",
        rests_on: &[RuleId::INV_08, RuleId::DEL_13],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                // Row 8 does not even store the finalizers that its policy leaves.
                let dropped = match committed(before, action).and_then(|(_, options)| options.propagation) {
                    Some(Propagation::Background) => Finalizers::ORPHAN.with(Finalizers::FOREGROUND),
                    Some(Propagation::Orphan | Propagation::Foreground) | None => Finalizers::NONE,
                };
                Slot::ALL.into_iter().all(|slot| match (before.client(slot), after.client(slot)) {
                    (Client::Remove { .. }, _) => true,
                    (_, Client::Remove { pod: marked, .. }) => after.pod().is_some_and(|pod| {
                        pod.uid == marked && pod.grace == Some(0) && dropped.contains(pod.finalizers)
                    }),
                    (_, Client::Idle | Client::Decided { .. } | Client::Commit { .. }) => true,
                })
            }),
            witness: On::Step(|before, action, after| {
                let held = |pod: Pod| pod.grace == Some(0) && !pod.finalizers.is_empty();
                first(before, action).is_some() && after.pod().is_some_and(held)
            }),
        },
    },
    Law {
        id: "INV-09",
        says: "nodeName is set at most once and never changes",
        rests_on: &[RuleId::INV_09, RuleId::CRE_30],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                stored(before, after).is_none_or(|(old, new)| old.node.is_none() || old.node == new.node)
            }),
            witness: On::Step(|before, action, _| {
                binding(before, action).is_some_and(|pod| pod.node.is_some())
            }),
        },
    },
    Law {
        id: "INV-09/binding",
        says: "a Pod that is bound was neither deleting nor gated at that step",
        rests_on: &[RuleId::INV_09, RuleId::CRE_30],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                stored(before, after).is_none_or(|(old, new)| {
                    let ready = old.grace.is_none() && old.gates == Gates::Open;
                    old.node == new.node || ready
                })
            }),
            witness: On::Step(|before, action, _| {
                binding(before, action).is_some_and(|pod| pod.grace.is_some() && pod.node.is_none())
            }),
        },
    },
    Law {
        id: "INV-09/create",
        says: "a Pod created with a node has no gates",
        rests_on: &[RuleId::INV_09, RuleId::OBJ_10, RuleId::OBJ_20, RuleId::CRE_30],
        kind: Kind::Always {
            holds: On::State(|state| {
                state.pod().is_none_or(|pod| pod.node.is_none() || pod.gates == Gates::Open)
            }),
            witness: On::Step(|_, action, _| *action == Action::Create(Created::WithNode)),
        },
    },
    Law {
        id: "INV-10",
        says: "scheduling gates only shrink after create",
        rests_on: &[RuleId::INV_10, RuleId::OBJ_20],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                let closed = |(old, new): (Pod, Pod)| old.gates == Gates::Open && new.gates == Gates::Closed;
                !stored(before, after).is_some_and(closed)
            }),
            witness: On::Step(|before, action, after| {
                let open = |(old, _): (Pod, Pod)| old.gates == Gates::Open && old.node.is_none();
                *action == Action::Touch && stored(before, after).is_some_and(open)
            }),
        },
    },
    Law {
        id: "INV-11",
        says: "generation grows with the first DELETE and with the removal of gates, by one, and never else",
        rests_on: &[RuleId::INV_11, RuleId::OBJ_03, RuleId::DEL_07],
        kind: Kind::Always {
            holds: On::Step(|before, _, after| {
                stored(before, after).is_none_or(|(old, new)| {
                    let marked = old.grace.is_none() && new.grace.is_some();
                    let opened = old.gates == Gates::Closed && new.gates == Gates::Open;
                    new.generation == old.generation + u8::from(marked) + u8::from(opened)
                })
            }),
            witness: On::Step(|before, action, _| shortened(before, action).is_some()),
        },
    },
    Law {
        id: "INV-12",
        says: "a deleting Pod without node has grace 0",
        rests_on: &[RuleId::INV_12, RuleId::DEL_05],
        kind: Kind::Always {
            holds: On::State(|state| {
                state
                    .pod()
                    .is_none_or(|pod| pod.grace.is_none() || pod.node.is_some() || pod.grace == Some(0))
            }),
            witness: On::State(|state| {
                state.pod().is_some_and(|pod| pod.grace.is_some() && pod.node.is_none())
            }),
        },
    },
    Law {
        id: "DEL-03",
        says: "a DELETE that carries a uid touches only the Pod with that uid",
        rests_on: &[RuleId::DEL_03, RuleId::DEL_14],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let other = other(before, action, |_, precondition| precondition == Precondition::Uid);
                !other || before.pod() == after.pod()
            }),
            witness: On::Step(|before, action, _| {
                let second = matches!(action, Action::Remove(_));
                second && other(before, action, |_, precondition| precondition == Precondition::Uid)
            }),
        },
    },
    Law {
        id: "DEL-24",
        says: "the DELETEs of the kubelet and of the garbage collector touch only the Pod that they decided on",
        rests_on: &[RuleId::DEL_24, RuleId::KUB_35, RuleId::INV_27],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                !other(before, action, |role, _| internal(role)) || before.pod() == after.pod()
            }),
            witness: On::Step(|before, action, _| {
                let Action::Read(slot, role, ..) = *action else { return false };
                let late = before.client(slot) == Client::Decided { role, pod: Uid::Departed };
                internal(role) && late && before.pod().is_some()
            }),
        },
    },
    Law {
        id: "CRE-33",
        says: "a binding sets the node only of the Pod that it was decided for",
        rests_on: &[RuleId::CRE_33],
        kind: Kind::Always {
            holds: On::Step(|before, action, after| {
                let changed = before.pod().is_some() && before.pod() != after.pod();
                *action != Action::Bind || !changed || before.binder() == before.pod().map(|pod| pod.uid)
            }),
            witness: On::Step(|before, action, _| {
                let bindable =
                    |pod: Pod| pod.grace.is_none() && pod.node.is_none() && pod.gates == Gates::Open;
                let late = *action == Action::Bind && before.binder() == Some(Uid::Departed);
                late && before.pod().is_some_and(bindable)
            }),
        },
    },
    liveness::LIV_02,
    liveness::LIV_06,
    scenarios::NON_13,
    scenarios::NON_14,
    scenarios::NON_18,
    scenarios::NON_21_SUCCESSOR,
    scenarios::NON_21_DELETING,
    scenarios::NON_21_FINALIZER,
    scenarios::S5_REMOVED,
    scenarios::S5_REFUSED,
    scenarios::S5_GRACEFUL,
    scenarios::S16,
    scenarios::S17,
    scenarios::S21,
];

/// The Pod before and after a step that keeps it stored; the name never changes hands in one step.
pub(super) fn stored(before: &State, after: &State) -> Option<(Pod, Pod)> {
    before.pod().zip(after.pod())
}

/// The Pod that a step takes from the store.
pub(super) fn lost(before: &State, after: &State) -> Option<Pod> {
    before.pod().filter(|_| after.pod().is_none())
}

/// Whose compare-and-swap a step is, what it means and asks.
fn committer(before: &State, action: &Action) -> Option<(Role, Uid, Precondition, Options)> {
    let Action::Commit(slot, _) = *action else { return None };
    match before.client(slot) {
        Client::Commit { role, pod, precondition, options } => Some((role, pod, precondition, options)),
        Client::Idle | Client::Decided { .. } | Client::Remove { .. } => None,
    }
}

/// What a compare-and-swap finds and asks, if its precondition holds.
fn committed(before: &State, action: &Action) -> Option<(Pod, Options)> {
    let (_, meant, precondition, options) = committer(before, action)?;
    let found = before.pod().filter(|pod| precondition == Precondition::NameOnly || pod.uid == meant)?;
    Some((found, options))
}

/// The same on a Pod that is not yet deleting.
fn first(before: &State, action: &Action) -> Option<(Pod, Options)> {
    committed(before, action).filter(|(pod, _)| pod.grace.is_none())
}

/// The same on a Pod that has time left, asking for no less.
fn longer(before: &State, action: &Action) -> Option<(Pod, Options)> {
    committed(before, action).filter(|(pod, options)| {
        pod.grace.is_some_and(|left| left > 0 && options.grace.is_none_or(|asked| asked >= left))
    })
}

/// What a compare-and-swap asks of a Pod that has more time left, and when.
fn shortened(before: &State, action: &Action) -> Option<(u8, Clock)> {
    let Action::Commit(_, clock) = *action else { return None };
    let (pod, options) = committed(before, action)?;
    let asked = options.grace.filter(|asked| pod.grace.is_some_and(|left| *asked < left))?;
    Some((asked, clock))
}

/// The Pod that a binding finds under its UID.
fn binding(before: &State, action: &Action) -> Option<Pod> {
    before.pod().filter(|pod| *action == Action::Bind && before.binder() == Some(pod.uid))
}

const fn internal(role: Role) -> bool {
    matches!(role, Role::Kubelet | Role::Collector)
}

/// Whether a write of such a DELETE finds another Pod than the one that it means.
fn other(before: &State, action: &Action, of: fn(Role, Precondition) -> bool) -> bool {
    let (Action::Commit(slot, _) | Action::Remove(slot)) = *action else { return false };
    match before.client(slot) {
        Client::Commit { role, pod, precondition, .. } | Client::Remove { role, pod, precondition, .. } => {
            of(role, precondition) && before.pod().is_some_and(|found| found.uid != pod)
        }
        Client::Idle | Client::Decided { .. } => false,
    }
}
