//! What a record holds, in as few bytes as it takes: a model stores millions of them.

use std::num::NonZeroU32;

use crate::deletion::Deletion;
use crate::phase::{Phase, Source};
use crate::time::Grace;

/// What the worker reads of a Pod from a config source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts {
    /// `status.phase`; `None` is one outside the five, or none.
    pub phase: Option<Phase>,
    /// DT and G. Only their presence and G count, never the clock (KUB-13).
    pub deletion: Deletion,
    /// `terminationGracePeriodSeconds`.
    pub spec_grace: Option<Grace>,
    /// Whether the Pod is a static one.
    pub source: Source,
}

/// Whom an update is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject<P> {
    /// A Pod with a spec.
    Pod(P),
    /// A Pod that only the runtime knows: names and images, no spec (KUB-60).
    Runtime,
}

/// Why the kubelet sends an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The Pod is new in its source.
    Create,
    /// The Pod has changed.
    Update,
    /// A periodic pass, a retry or a replay.
    Sync,
    /// Eviction, preemption, shutdown, REMOVE, or an orphan of the runtime.
    Kill,
}

/// Who asks for a kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KillCause {
    /// Eviction or preemption: dead containers may be removed at once (KUB-18).
    Eviction,
    /// Anything else.
    Other,
}

/// The kill options of an update. Completion channel and status function stay with the caller, who is told by
/// an effect what to do with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KillOptions {
    /// Who asks.
    pub cause: KillCause,
    /// The override of the grace.
    pub grace: Option<Grace>,
}

/// An update on its way to the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Update {
    /// Why it is sent.
    pub kind: Kind,
    /// Whom it is about.
    pub subject: Subject<Facts>,
    /// The kill options.
    pub kill: Option<KillOptions>,
}

/// What the runtime cache knows when a UID is first seen (KUB-10 row 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remains {
    /// No running container and no ready sandbox.
    Nothing,
    /// At least one of them.
    Something,
}

/// A grace in force as the record keeps it: at least one second (KUB-13). Longer ones than 2³² − 1 seconds,
/// 136 years, are cut to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeldGrace(NonZeroU32);

impl From<Grace> for HeldGrace {
    fn from(grace: Grace) -> Self {
        Self(NonZeroU32::new(cut(grace)).unwrap_or(NonZeroU32::MIN))
    }
}

impl From<HeldGrace> for Grace {
    fn from(held: HeldGrace) -> Self {
        Self::from_secs(held.0.get().into())
    }
}

fn cut(grace: Grace) -> u32 {
    u32::try_from(grace.as_secs()).unwrap_or(u32::MAX)
}

/// Where the grace of a Pod comes from when no override is given. One of the two is enough: with G the other is
/// never read (KUB-13, KUB-41).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigGrace {
    /// G.
    Deletion(Grace),
    /// G is absent: `terminationGracePeriodSeconds`.
    Spec(Grace),
    /// Neither is set.
    Unset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Origin {
    Deletion,
    Spec,
    Unset,
}

/// What the record remembers of a Pod's spec and status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    secs: u32,
    origin: Origin,
    /// `status.phase`.
    pub phase: Option<Phase>,
    /// Whether the Pod is a static one.
    pub source: Source,
}

impl Config {
    /// Keeps what is needed later; a grace beyond 136 years is cut to that.
    #[must_use]
    pub fn of(facts: Facts) -> Self {
        let (origin, grace) = match (facts.deletion.grace(), facts.spec_grace) {
            (Some(grace), _) => (Origin::Deletion, grace),
            (None, Some(grace)) => (Origin::Spec, grace),
            (None, None) => (Origin::Unset, Grace::ZERO),
        };
        Self { secs: cut(grace), origin, phase: facts.phase, source: facts.source }
    }

    /// The grace without an override.
    #[must_use]
    pub fn grace(self) -> ConfigGrace {
        let grace = Grace::from_secs(self.secs.into());
        match self.origin {
            Origin::Deletion => ConfigGrace::Deletion(grace),
            Origin::Spec => ConfigGrace::Spec(grace),
            Origin::Unset => ConfigGrace::Unset,
        }
    }
}

/// Kill options after the worker has filled them in: they always carry the grace in force (KUB-22 step 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kill {
    /// Who asked.
    pub cause: KillCause,
    /// The override for `SyncTerminatingPod`.
    pub grace: HeldGrace,
}

/// What is kept of an update, waiting or handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    /// Whom it is about.
    pub subject: Subject<Config>,
    /// Its kill options.
    pub kill: Option<Kill>,
}

/// Whether the worker has already declined the waiting update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// It is to be taken.
    Due,
    /// It went back to waiting: another static Pod has the name (KUB-24).
    HeldBack,
}

/// The one update that waits (KUB-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Waiting {
    /// Why it was sent; a replayed one is a sync (KUB-26).
    pub kind: Kind,
    /// Whether it was declined.
    pub slot: Slot,
    /// The rest.
    pub update: Kept,
}

/// Whether the termination has been taken up by the worker (KUB-23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Begun {
    /// It is only requested: a `SyncPod` pass may still be running.
    No,
    /// The containers are being stopped, or were.
    Yes,
}

/// Flags that only a record has whose termination is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Marks(u8);

impl Marks {
    /// None.
    pub const NONE: Self = Self(0);
    /// `deleted`: its content may go once it is terminated (KUB-18).
    pub const DELETED: Self = Self(1);
    /// `evicted`: its dead containers may go at once (KUB-18).
    pub const EVICTED: Self = Self(2);
    /// `observedRuntime`: the runtime reported it without a spec (KUB-22 step 3).
    pub const OBSERVED_RUNTIME: Self = Self(4);
    /// `restartRequested`: the UID came again while it terminates (KUB-22 step 4).
    pub const RESTART_REQUESTED: Self = Self(8);

    /// Whether every flag of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// How far a record has come (KUB-10). Never backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Containers are started and restarted.
    Sync,
    /// Termination is requested.
    Terminating {
        /// Whether the worker has taken it up.
        begun: Begun,
        /// The flags.
        marks: Marks,
        /// The grace in force; `None` after a natural end, until the next update (KUB-25).
        grace: Option<HeldGrace>,
    },
    /// Nothing runs; volumes and cgroup are being cleaned up.
    Terminated {
        /// The flags.
        marks: Marks,
        /// The last grace in force.
        grace: Option<HeldGrace>,
    },
    /// The worker has ended.
    Finished {
        /// Whether the termination was ever taken up; not if a static Pod never started.
        begun: Begun,
        /// The flags.
        marks: Marks,
        /// The last grace in force.
        grace: Option<HeldGrace>,
    },
}

impl Stage {
    /// The flags; none while syncing.
    #[must_use]
    pub const fn marks(self) -> Marks {
        match self {
            Self::Sync => Marks::NONE,
            Self::Terminating { marks, .. }
            | Self::Terminated { marks, .. }
            | Self::Finished { marks, .. } => marks,
        }
    }

    /// `gracePeriod`.
    #[must_use]
    pub const fn grace(self) -> Option<HeldGrace> {
        match self {
            Self::Sync => None,
            Self::Terminating { grace, .. }
            | Self::Terminated { grace, .. }
            | Self::Finished { grace, .. } => grace,
        }
    }

    /// Whether the worker has taken up the termination.
    #[must_use]
    pub const fn begun(self) -> Begun {
        match self {
            Self::Sync => Begun::No,
            Self::Terminating { begun, .. } | Self::Finished { begun, .. } => begun,
            Self::Terminated { .. } => Begun::Yes,
        }
    }
}

/// A sync function that takes a Pod with a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pass {
    /// `SyncPod`.
    Sync,
    /// `SyncTerminatingPod`.
    Terminating,
    /// `SyncTerminatedPod`.
    Terminated,
}

/// What the worker is at. A record that never started makes no call but the one for a runtime-only Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activity {
    /// It never started.
    New,
    /// It never started and is inside `SyncTerminatingRuntimePod`.
    StoppingRuntime,
    /// It is started and between two calls.
    Resting,
    /// It is started and inside this call.
    Calling(Pass),
}
