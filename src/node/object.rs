//! The object at the API server as a watcher sees it, and what the kubelet did.

use std::time::Duration;

use crate::binding::Binding;
use crate::container::{Exit, ExitReason, Started};
use crate::deletion::{self, Deletion, Finalizers};
use crate::final_status::{self, Shown};
use crate::phase::{Deleting, Phase};
use crate::sync::Marked;
use crate::time::{Grace, Now};

/// One Pod of a node, in the order in which they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodId(pub(super) usize);

impl PodId {
    /// Its number; the first Pod of a node has 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// A stored Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// DT and G.
    pub deletion: Deletion,
    /// The finalizers.
    pub finalizers: Finalizers,
    /// `metadata.generation`.
    pub generation: i64,
    /// The status.
    pub status: Status,
}

impl Object {
    pub(super) const fn new(finalizers: Finalizers) -> Self {
        let status = Status {
            phase: Phase::Pending,
            reason: Reason::None,
            entries: Vec::new(),
            resetting: Marked::No,
            disruption: Disruption::None,
            started: None,
        };
        Self { deletion: Deletion::Live, finalizers, generation: 1, status }
    }

    /// Whether DT is set.
    #[must_use]
    pub const fn deleting(&self) -> Deleting {
        if self.deletion.is_deleting() { Deleting::Yes } else { Deleting::No }
    }

    pub(super) const fn facts(&self, now: Now, spec_grace: Option<Grace>) -> deletion::Facts {
        deletion::Facts {
            now,
            binding: Binding::Bound,
            phase: Some(self.status.phase),
            spec_grace,
            finalizers: self.finalizers,
        }
    }
}

/// The status of a Pod, computed, cached or stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `phase`.
    pub phase: Phase,
    /// `reason`.
    pub reason: Reason,
    /// One entry for each container of the spec, in its order; none before the kubelet's first status.
    pub entries: Vec<Entry>,
    /// Condition `AllContainersRestarting`.
    pub resetting: Marked,
    /// Condition `DisruptionTarget`.
    pub disruption: Disruption,
    /// `startTime`, as the time since the node's beginning.
    pub started: Option<Duration>,
}

/// `status.reason`, as far as the kubelet writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Empty.
    None,
    /// `DeadlineExceeded` (PHA-14).
    DeadlineExceeded,
    /// `Evicted` (PHA-18).
    Evicted,
    /// `Preempting` (PHA-18).
    Preempting,
    /// `Terminated`: the node shut down (PHA-18).
    Terminated,
    /// `NodeShutdown`: rejected while the node shuts down (KUB-68).
    NodeShutdown,
}

impl Reason {
    /// The API value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::DeadlineExceeded => "DeadlineExceeded",
            Self::Evicted => "Evicted",
            Self::Preempting => "Preempting",
            Self::Terminated => "Terminated",
            Self::NodeShutdown => "NodeShutdown",
        }
    }
}

/// Condition `DisruptionTarget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disruption {
    /// Absent.
    None,
    /// `True`, reason `EvictionByEvictionAPI` (CTL-EVI-06).
    ByApi,
    /// `True`, reason `TerminationByKubelet` (PHA-18).
    ByKubelet,
}

/// The status of one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// `state`.
    pub state: State,
    /// `lastState`, if that is a termination.
    pub last: Option<Exit>,
    /// `restartCount`.
    pub restarts: i32,
    /// `started`.
    pub started: Started,
    /// Which instance it shows: `containerID`.
    pub(super) instance: Option<u32>,
}

/// `state` of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Waiting.
    Waiting(Waiting),
    /// Running.
    Running,
    /// Terminated.
    Terminated(Exit),
}

/// Why a container waits (OBJ-51).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Waiting {
    /// `ContainerCreating`.
    ContainerCreating,
    /// `PodInitializing`.
    PodInitializing,
    /// `CrashLoopBackOff`.
    CrashLoopBackOff,
    /// `RestartingAllContainers`.
    RestartingAllContainers,
    /// No reason: nothing is known of its instance (CTR-41).
    Unspecified,
}

impl Waiting {
    /// The API value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContainerCreating => "ContainerCreating",
            Self::PodInitializing => "PodInitializing",
            Self::CrashLoopBackOff => "CrashLoopBackOff",
            Self::RestartingAllContainers => "RestartingAllContainers",
            Self::Unspecified => "",
        }
    }
}

impl Entry {
    /// As the end of the Pod reads it.
    pub(super) fn for_end(self) -> final_status::Entry {
        let shown = match self.state {
            State::Waiting(_) => Shown::Waiting,
            State::Running => Shown::Running(self.started),
            State::Terminated(exit) => Shown::Terminated(exit.code),
        };
        final_status::Entry { shown, last: self.last.map(|exit| exit.code) }
    }

    /// The termination that `state` shows.
    #[must_use]
    pub const fn exit(self) -> Option<Exit> {
        match self.state {
            State::Terminated(exit) => Some(exit),
            State::Waiting(_) | State::Running => None,
        }
    }
}

/// An exit that a process or the runtime caused.
pub(super) const fn exit(code: i32) -> Exit {
    Exit { code, reason: ExitReason::Other }
}

/// What a watch of the API shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// When, counted from the node's beginning.
    pub at: Duration,
    /// Whose.
    pub pod: PodId,
    /// What happened to the object.
    pub kind: Seen,
    /// The object after it; of a DELETED event the last one.
    pub object: Object,
}

/// The type of a watch event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// ADDED.
    Added,
    /// MODIFIED.
    Modified,
    /// DELETED.
    Deleted,
}

/// Something that the kubelet or the runtime did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deed {
    /// When, counted from the node's beginning.
    pub at: Duration,
    /// For which Pod.
    pub pod: PodId,
    /// What.
    pub action: Action,
}

/// What the kubelet or the runtime did; containers are named by their place in the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The Pod was refused (CRE-42).
    Rejected,
    /// Volumes are mounted.
    Mounted,
    /// A sandbox was made.
    SandboxMade {
        /// Its attempt number.
        attempt: u32,
    },
    /// A container was started.
    Started {
        /// Which.
        container: usize,
        /// The restart count of the new instance (CTR-20).
        restarts: i32,
    },
    /// A start was put off (CTR-24).
    BackedOff {
        /// Which.
        container: usize,
    },
    /// A process ended.
    Exited {
        /// Which.
        container: usize,
        /// Its exit code.
        code: i32,
    },
    /// A preStop hook began.
    Hook {
        /// Which.
        container: usize,
    },
    /// The stop signal was sent.
    Signalled {
        /// Which.
        container: usize,
        /// The time-out of the stop call, in seconds.
        timeout: u64,
    },
    /// SIGKILL was due: the stop call has reached its time-out.
    Killed {
        /// Which.
        container: usize,
    },
    /// The runtime could not stop a container (KUB-47).
    StopFailed {
        /// Which.
        container: usize,
    },
    /// A dead instance was removed (CTR-11 row 1).
    Removed {
        /// Which.
        container: usize,
    },
    /// The sandbox was stopped.
    SandboxStopped,
    /// Volumes are unmounted, the cgroup is gone.
    Unmounted,
    /// The worker has finished (KUB-30 step 7).
    Finished,
    /// A status was written.
    Published(Phase),
    /// The final DELETE was sent (KUB-35).
    FinalDelete,
    /// The mirror of a static Pod was created (KUB-66).
    MirrorCreated,
    /// The mirror of a static Pod was deleted (KUB-66, KUB-67).
    MirrorDeleted,
    /// The kubelet has forgotten the Pod (KUB-27).
    Forgotten,
}

/// What has been seen and done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) seen: Vec<Observation>,
    pub(super) done: Vec<Deed>,
}
