//! What each actor may try, and the order in which it is listed.

use pod_lifecycle::deletion::{Finalizers, Propagation};

use super::Api;
use super::state::{Client, Clock, Options, Pod, Precondition, Role, Slot, State, X};
use crate::law::Scope;

/// A step of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The owner creates a Pod under the free name.
    Create(Created),
    /// A component decides on the stored Pod.
    Decide(Slot, Role),
    /// The first read of a DELETE.
    Read(Slot, Role, Precondition, Options),
    /// Its compare-and-swap, on whatever has the name then.
    Commit(Slot, Clock),
    /// Its second write, which removes whatever has the name then.
    Remove(Slot),
    /// The API server that serves it dies.
    Crash(Slot),
    /// A scheduler, or whoever may bind, decides on the stored Pod.
    Schedule,
    /// Its binding arrives.
    Bind,
    /// An update would add the finalizer.
    AddFinalizer,
    /// An update drops this finalizer: its owner, or the garbage collector for its two.
    DropFinalizer(Finalizers),
    /// An update changes a label.
    Touch,
    /// An update removes the scheduling gates.
    Ungate,
    /// A status write makes a bound Pod terminal.
    Finish,
}

/// How a Pod is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Created {
    /// For the scheduler.
    Unbound,
    /// With scheduling gates.
    Gated,
    /// With a node.
    WithNode,
}

/// The kinds of action.
pub(super) const KINDS: &[&str] = &[
    "create",
    "decide",
    "DELETE, first read",
    "DELETE, compare-and-swap",
    "DELETE, second write",
    "API server crash",
    "schedule",
    "bind",
    "add finalizer",
    "drop finalizer",
    "update label",
    "drop gates",
    "write terminal phase",
];

impl Action {
    /// The index of its kind among the names of the kinds.
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Create(_) => 0,
            Self::Decide(..) => 1,
            Self::Read(..) => 2,
            Self::Commit(..) => 3,
            Self::Remove(_) => 4,
            Self::Crash(_) => 5,
            Self::Schedule => 6,
            Self::Bind => 7,
            Self::AddFinalizer => 8,
            Self::DropFinalizer(_) => 9,
            Self::Touch => 10,
            Self::Ungate => 11,
            Self::Finish => 12,
        }
    }
}

const fn options(grace: Option<u8>, propagation: Option<Propagation>) -> Options {
    Options { grace, propagation }
}

/// A DELETE with default options.
pub(super) const PLAIN: Options = options(None, None);
/// The kubelet's, the Pod garbage collector's, or a forced one.
pub(super) const FINAL: Options = options(Some(0), None);
/// The garbage collector's (CTL-GC-02).
const BACKGROUND: Options = options(None, Some(Propagation::Background));

const TINY: [&[Options]; 2] = [
    &[
        PLAIN,
        FINAL,
        options(Some(1), None),
        options(Some(super::LONG), None),
        options(None, Some(Propagation::Foreground)),
    ],
    &[options(Some(0), Some(Propagation::Orphan))],
];

const STANDARD: [&[Options]; 2] = [
    &[
        PLAIN,
        FINAL,
        options(Some(1), None),
        options(Some(super::SHORT), None),
        options(Some(super::LONG), None),
        options(None, Some(Propagation::Foreground)),
        options(None, Some(Propagation::Orphan)),
        options(Some(0), Some(Propagation::Foreground)),
        options(Some(1), Some(Propagation::Orphan)),
        options(Some(0), Some(Propagation::Background)),
    ],
    &[
        PLAIN,
        options(Some(super::LONG), None),
        options(Some(0), Some(Propagation::Orphan)),
        options(Some(0), Some(Propagation::Foreground)),
    ],
];

/// Every grace with every policy.
static LARGE: [Options; 20] = {
    let graces = [None, Some(0), Some(1), Some(super::SHORT), Some(super::LONG)];
    let policies =
        [None, Some(Propagation::Orphan), Some(Propagation::Foreground), Some(Propagation::Background)];
    let mut all = [PLAIN; 20];
    let mut index = 0;
    while index < all.len() {
        all[index] = options(graces[index % 5], policies[index / 5]);
        index += 1;
    }
    all
};

impl Api {
    /// What the users behind this client send.
    fn requests(&self, slot: Slot) -> &'static [Options] {
        let [a, b] = match self.scope {
            Scope::Tiny => TINY,
            Scope::Standard => STANDARD,
            Scope::Large => [&LARGE[..], &LARGE[..]],
        };
        match slot {
            Slot::A => a,
            Slot::B => b,
        }
    }

    /// Every action that an actor may try in `state`.
    #[inline]
    pub(super) fn list(&self, state: &State, mut tries: impl FnMut(Action)) {
        for slot in Slot::ALL {
            match state.client(slot) {
                Client::Idle => self.start(slot, state.pod(), &mut tries),
                Client::Decided { role, .. } => {
                    let options = match role {
                        Role::User | Role::Controller => PLAIN,
                        Role::Kubelet => FINAL,
                        Role::Collector => BACKGROUND,
                    };
                    tries(Action::Read(slot, role, self.precondition(role), options));
                }
                Client::Commit { .. } => {
                    tries(Action::Commit(slot, Clock::Early));
                    // The clock matters only to a Pod that has time left.
                    if state.pod().is_some_and(|pod| pod.grace.is_some_and(|left| left > 0)) {
                        tries(Action::Commit(slot, Clock::Late));
                    }
                    tries(Action::Crash(slot));
                }
                Client::Remove { .. } => {
                    [Action::Remove(slot), Action::Crash(slot)].into_iter().for_each(&mut tries);
                }
            }
        }
        if state.binder().is_some() {
            tries(Action::Bind);
        }
        match state.pod() {
            None => [Created::Unbound, Created::Gated, Created::WithNode]
                .map(Action::Create)
                .into_iter()
                .for_each(&mut tries),
            Some(pod) => self.around(pod, state.binder().is_none(), &mut tries),
        }
    }

    /// What an idle client may begin with the stored Pod.
    #[inline]
    fn start(&self, slot: Slot, stored: Option<Pod>, tries: &mut impl FnMut(Action)) {
        let Some(pod) = stored else { return };
        for options in self.requests(slot).iter().copied() {
            tries(Action::Read(slot, Role::User, self.precondition(Role::User), options));
        }
        match slot {
            Slot::A => {
                if !self.every_uid {
                    tries(Action::Read(slot, Role::User, Precondition::Uid, FINAL));
                }
                tries(Action::Decide(slot, Role::Controller));
            }
            Slot::B => {
                // KUB-35 as far as the store shows it.
                if pod.grace.is_some() && pod.node.is_some() && pod.terminal {
                    tries(Action::Decide(slot, Role::Kubelet));
                }
                if pod.grace.is_none() {
                    tries(Action::Decide(slot, Role::Collector)); // CTL-GC-02
                }
            }
        }
    }

    /// What others may do to the stored Pod.
    #[inline]
    fn around(&self, pod: Pod, binder_idle: bool, tries: &mut impl FnMut(Action)) {
        if binder_idle {
            tries(Action::Schedule);
        }
        [Action::AddFinalizer, Action::Touch].into_iter().for_each(&mut *tries);
        if pod.finalizers.contains(X) {
            tries(Action::DropFinalizer(X));
        }
        // CTL-GC-03: a Pod owns nothing, so the collector releases it at once.
        for finalizer in [Finalizers::ORPHAN, Finalizers::FOREGROUND] {
            if pod.grace.is_some() && pod.finalizers.contains(finalizer) && self.releases(finalizer) {
                tries(Action::DropFinalizer(finalizer));
            }
        }
        if pod.gates == pod_lifecycle::binding::Gates::Closed {
            tries(Action::Ungate);
        }
        if pod.node.is_some() && !pod.terminal {
            tries(Action::Finish);
        }
    }
}
