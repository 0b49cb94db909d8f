//! The store, and what is in flight to it.

use std::fmt;

use pod_lifecycle::binding::{Binding, Gates};
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::deletion::{Deletion, Facts, Finalizers, Propagation, Request};
use pod_lifecycle::{Grace, Now, Phase, Time};

use super::pack;
use crate::watch::{Container, Given, Name, Object};

/// `terminationGracePeriodSeconds`, in seconds.
pub const SHORT: u8 = 30;
/// A grace that is longer than it.
pub const LONG: u8 = 60;
/// The finalizer that is neither `orphan` nor `foregroundDeletion`.
pub const X: Finalizers = Finalizers::other(0);

/// Identity. An incarnation that has left the store never returns, so all of them are one value: incarnations
/// are unbounded, and cycles through the recreation of a name are real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Uid {
    /// One that has left the store.
    Departed,
    /// The stored one.
    Current,
}

/// `spec.nodeName`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The one that it was created with.
    Given,
    /// The one that a binding asks for.
    Chosen,
}

/// The stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pod {
    /// `metadata.uid`.
    pub uid: Uid,
    /// `deletionTimestamp` as a Boolean and, if it is set, `deletionGracePeriodSeconds`.
    pub grace: Option<u8>,
    /// `metadata.finalizers`.
    pub finalizers: Finalizers,
    /// `spec.nodeName`.
    pub node: Option<Node>,
    /// `spec.schedulingGates`.
    pub gates: Gates,
    /// Whether `status.phase` is terminal.
    pub terminal: bool,
    /// `metadata.generation`.
    pub generation: u8,
}

/// Whose DELETE it is, which decides what it may ask and whether it has to say whom it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Anyone, with any options, for what has the name now.
    User,
    /// A controller that decided on a Pod and deletes it by name with default options (DEL-24).
    Controller,
    /// The kubelet with its final DELETE (KUB-35).
    Kubelet,
    /// The garbage collector, for a Pod whose owner is gone.
    Collector,
}

/// `preconditions.uid` of a DELETE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precondition {
    /// Not given: the request means whatever has the name.
    NameOnly,
    /// The UID of the Pod that it means.
    Uid,
}

/// The options of a DELETE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// `gracePeriodSeconds`.
    pub grace: Option<u8>,
    /// `propagationPolicy`.
    pub propagation: Option<Propagation>,
}

/// How far the one DELETE of a client has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// None is under way.
    Idle,
    /// A component has decided on a Pod; its request is not yet at the API server.
    Decided {
        /// The component.
        role: Role,
        /// The Pod.
        pod: Uid,
    },
    /// The first read is done, the compare-and-swap is to come.
    Commit {
        /// Whose.
        role: Role,
        /// The Pod that it means: the one decided on, else the one read.
        pod: Uid,
        /// Whether it says so.
        precondition: Precondition,
        /// As the first read has overwritten them; sticky (DEL-21).
        options: Options,
    },
    /// The first write is done or was not needed, the removal is to come (DEL-14).
    Remove {
        /// Whose.
        role: Role,
        /// The Pod that it left expired and without finalizers.
        pod: Uid,
        /// Whether the removal compares it.
        precondition: Precondition,
        /// What has happened to that Pod since. No step depends on it; S21 and NON-21 are told by it.
        since: Since,
    },
}

/// What has happened to a Pod between the two writes of its removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Since {
    /// Nothing of interest.
    Nothing,
    /// The DELETE of another client has given it a finalizer.
    Held,
    /// The kubelet's DELETE has removed it.
    Removed,
}

/// One of the two clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Client A: a user with every option, or a controller that goes by name.
    A,
    /// Client B: a user with few options, the kubelet, or the garbage collector.
    B,
}

impl Slot {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// Where it begins in a state.
    const fn place(self) -> u32 {
        match self {
            Self::A => 0,
            Self::B => pack::CLIENT,
        }
    }
}

/// The whole state, in one word: to copy, to compare and to hash it is as cheap as that. `pack` says what its bits mean.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct State(u64);

/// Where the binding in flight and the Pod begin.
const BINDER: u32 = 2 * pack::CLIENT;
const POD: u32 = BINDER + pack::BINDER;

impl State {
    /// The name is free and nothing is in flight.
    pub const EMPTY: Self = Self(0);

    /// What has the name.
    #[must_use]
    #[inline]
    pub fn pod(&self) -> Option<Pod> {
        pack::pull_pod(self.0 >> POD)
    }

    /// The Pod that a binding in flight is for.
    #[must_use]
    #[inline]
    pub const fn binder(&self) -> Option<Uid> {
        pack::pull_binder(self.0 >> BINDER)
    }

    /// The client in this slot.
    #[must_use]
    #[inline]
    pub fn client(&self, slot: Slot) -> Client {
        pack::pull_client(self.0 >> slot.place())
    }

    /// This state with something else under the name.
    #[must_use]
    #[inline]
    pub fn with_pod(self, pod: Option<Pod>) -> Self {
        Self(self.0 & ((1 << POD) - 1) | pack::pod(pod) << POD)
    }

    /// This state with another binding in flight.
    #[must_use]
    #[inline]
    pub const fn with_binder(self, binder: Option<Uid>) -> Self {
        Self(self.0 & !(((1 << pack::BINDER) - 1) << BINDER) | pack::binder(binder) << BINDER)
    }

    /// This state with the client in this slot replaced.
    #[must_use]
    #[inline]
    pub fn with_client(self, slot: Slot, client: Client) -> Self {
        let place = slot.place();
        Self(self.0 & !(((1 << pack::CLIENT) - 1) << place) | pack::client(client) << place)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clients = Slot::ALL.map(|slot| self.client(slot));
        let mut state = f.debug_struct("State");
        state.field("pod", &self.pod()).field("binder", &self.binder()).field("clients", &clients).finish()
    }
}

impl Pod {
    /// `deletionTimestamp` and `deletionGracePeriodSeconds` as the API server reads them. The time itself is
    /// always the same: what its value decides (DEL-08) is a free choice of the clock.
    #[must_use]
    #[inline]
    pub fn deletion(&self) -> Deletion {
        Deletion::from_fields(self.grace.map(|_| DUE), self.grace.map(i64::from))
    }

    /// What a watcher sees of it: a Pod of one container, whose status is not modelled.
    pub(super) fn object(&self) -> Object {
        Object {
            name: Name::Fixed,
            returned: self.uid == Uid::Departed,
            grace: self.grace.map(|secs| Given::Is(Grace::from_secs(secs.into()))),
            finalizers: self.finalizers,
            generation: Some(self.generation),
            node: self.node.map(|node| match node {
                Node::Given => "node-1",
                Node::Chosen => "node-2",
            }),
            gates: self.gates,
            policy: RestartPolicy::Always,
            phase: Some(if self.terminal { Phase::Failed } else { Phase::Pending }),
            disrupted: false,
            containers: [Some(Container::PLAIN), None, None],
        }
    }

    /// What the API server reads beside it.
    #[must_use]
    #[inline]
    pub fn facts(&self, clock: Clock) -> Facts {
        Facts {
            now: clock.now(),
            binding: self.binding(),
            phase: Some(if self.terminal { Phase::Failed } else { Phase::Pending }),
            spec_grace: Some(Grace::from_signed(SHORT.into())),
            finalizers: self.finalizers,
        }
    }

    /// Whether it has a node.
    #[must_use]
    #[inline]
    pub const fn binding(&self) -> Binding {
        if self.node.is_some() { Binding::Bound } else { Binding::Unbound }
    }
}

/// The only stored time.
pub(super) const DUE: Time = Time::from_unix(1_000);

/// When a compare-and-swap happens, as far as it matters: the clamp of DEL-08 is a free choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// No shortened time is past.
    Early,
    /// Every one is.
    Late,
}

impl Clock {
    const fn now(self) -> Now {
        match self {
            Self::Early => Now::at(Time::from_unix(0)),
            Self::Late => Now::at(Time::from_unix(2_000)),
        }
    }
}

impl Options {
    /// As the API server reads them.
    #[must_use]
    #[inline]
    pub fn request(self) -> Request {
        Request {
            grace: self.grace.map(|secs| Grace::from_signed(secs.into())),
            propagation: self.propagation,
        }
    }

    /// Reads the options back.
    #[must_use]
    #[inline]
    pub fn of(request: Request) -> Self {
        Self { grace: request.grace.map(seconds), propagation: request.propagation }
    }
}

/// A grace in seconds; the model's are at most [`LONG`].
#[must_use]
pub(super) fn seconds(grace: Grace) -> u8 {
    u8::try_from(grace.as_secs()).unwrap_or(u8::MAX)
}
