//! The state: two Pods, each on a node of its own, their budget, and what three controllers know of them.

use pod_lifecycle::Grace;
use pod_lifecycle::admission::{Guard, Unhealthy};
use pod_lifecycle::controllers::node_lifecycle::{Ready, Taint};
use pod_lifecycle::controllers::taint_eviction::Toleration;
use pod_lifecycle::deletion::Deletion;
use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::time::Time;
use pod_lifecycle::worker::{self, Begun, Marks, Stage, Worker};

/// A Pod and the node that it is bound to, as by a local volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Its Pod tolerates both taints of the node controller for 300 s, which is the default (OBJ-22).
    One,
    /// Its Pod tolerates neither.
    Two,
}

impl Place {
    /// Both.
    pub const ALL: [Self; 2] = [Self::One, Self::Two];

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::One,
        }
    }

    /// What its Pod says to a taint of the node controller.
    #[must_use]
    pub const fn tolerates(self) -> Toleration {
        match self {
            Self::One => Toleration::Seconds(300),
            Self::Two => Toleration::None,
        }
    }
}

/// The status entry of the one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// There is none, or it waits for its first start.
    None,
    /// Running.
    Running,
    /// Terminated, not with 0.
    Ended,
}

/// The condition `DisruptionTarget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// It is absent, or `False`.
    None,
    /// `True`, `EvictionByEvictionAPI`.
    Eviction,
    /// `True`, `DeletionByTaintManager`.
    Taint,
    /// `True`, `TerminationByKubelet`.
    Kubelet,
}

/// The stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stored {
    /// `status.phase`: `Pending`, `Running` or `Failed`.
    pub phase: Phase,
    /// The status entry of its container.
    pub entry: Entry,
    /// The condition `Ready` is `True`.
    pub ready: bool,
    /// The condition `DisruptionTarget`.
    pub target: Target,
    /// `deletionTimestamp` is set, with the grace of the Pod.
    pub deleting: bool,
}

impl Stored {
    /// A new Pod (CRE-03).
    pub const NEW: Self = Self {
        phase: Phase::Pending,
        entry: Entry::None,
        ready: false,
        target: Target::None,
        deleting: false,
    };

    /// `deletionTimestamp` and `deletionGracePeriodSeconds`.
    #[must_use]
    pub fn deletion(self) -> Deletion {
        let grace = i64::try_from(Grace::DEFAULT.as_secs()).ok();
        Deletion::from_fields(self.deleting.then_some(DUE), grace.filter(|_| self.deleting))
    }

    /// What the pod worker reads of it.
    #[must_use]
    pub fn facts(self) -> worker::Facts {
        worker::Facts {
            phase: Some(self.phase),
            deletion: self.deletion(),
            spec_grace: Some(Grace::DEFAULT),
            source: Source::Api,
        }
    }

    /// It is ready and nobody has deleted it.
    #[must_use]
    pub const fn is_well(self) -> bool {
        self.ready && !self.deleting
    }
}

/// The only stored time: no decision here reads its value (DEL-31).
const DUE: Time = Time::from_unix(1_000);

/// What the kubelet has seen of the stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// It lives.
    Live,
    /// It is being deleted.
    Deleting,
}

/// What the kubelet does with the Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// It does not know it.
    None,
    /// It has rejected it; no worker has it.
    Rejected,
    /// Its worker keeps it running.
    Sync,
    /// Its worker stops it.
    Terminating,
    /// Its worker has stopped it and is done with it.
    Finished,
}

impl Work {
    /// As the library holds it, between two calls.
    pub(super) const fn worker(self) -> Option<Worker> {
        let (marks, grace) = (Marks::NONE, None);
        let stage = match self {
            Self::None | Self::Rejected => return None,
            Self::Sync => Stage::Sync,
            Self::Terminating => Stage::Terminating { begun: Begun::No, marks, grace },
            Self::Finished => Stage::Finished { begun: Begun::Yes, marks, grace },
        };
        Some(Worker { stage, activity: worker::Activity::Resting, waiting: None, handled: None })
    }

    /// What is kept of it. Between the stop of the process and the end of the worker nothing happens here.
    pub(super) const fn of(worker: Option<Worker>) -> Self {
        match worker {
            None => Self::None,
            Some(worker) => match worker.stage {
                Stage::Sync => Self::Sync,
                Stage::Terminating { .. } => Self::Terminating,
                Stage::Terminated { .. } | Stage::Finished { .. } => Self::Finished,
            },
        }
    }
}

/// The process of the Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// There was none.
    None,
    /// It runs.
    Running,
    /// It has ended, not with 0.
    Exited,
}

/// How far an eviction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// It has read the Pod and the budget.
    Asked {
        /// The budget is still as it was read.
        fresh: bool,
        /// `disruptionsAllowed` as it was read; 0 once that is not fresh and nobody will look at it.
        allowed: u8,
    },
    /// The budget lets it pass; condition and DELETE come next.
    Granted,
}

/// An eviction under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Eviction {
    /// How far it has come.
    pub step: Step,
    /// The Pod was ready when it was read; false once nobody asks.
    pub ready: bool,
    /// What the DELETE is given.
    pub guard: Guard,
    /// The Pod has changed since it was read; false if that is never compared.
    pub touched: bool,
}

/// The timer of taint eviction for a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// None.
    None,
    /// It runs.
    Running,
    /// It has ended.
    Due,
    /// It was acted on, once for all until the taint goes or the Pod.
    Fired,
}

/// A Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pod {
    /// What is stored.
    pub stored: Option<Stored>,
    /// What its kubelet has seen of it.
    pub seen: Seen,
    /// What its kubelet does with it.
    pub work: Work,
    /// Its kubelet stops it because the node shuts down.
    pub killed: bool,
    /// Its process.
    pub process: Process,
    /// The last result of its readiness probe.
    pub probe: bool,
    /// The status that the kubelet holds says that the Pod is ready.
    pub told: bool,
    /// An eviction of it.
    pub eviction: Option<Eviction>,
    /// `status.disruptedPods` of the budget names it.
    pub pending: bool,
    /// The timer of taint eviction.
    pub timer: Timer,
}

impl Pod {
    /// Nothing is left of it.
    pub const GONE: Self = Self {
        stored: None,
        seen: Seen::Nothing,
        work: Work::None,
        killed: false,
        process: Process::None,
        probe: false,
        told: false,
        eviction: None,
        pending: false,
        timer: Timer::None,
    };

    /// It runs and is ready.
    pub const SERVES: Self = Self {
        stored: Some(Stored {
            phase: Phase::Running,
            entry: Entry::Running,
            ready: true,
            target: Target::None,
            deleting: false,
        }),
        seen: Seen::Live,
        work: Work::Sync,
        process: Process::Running,
        probe: true,
        told: true,
        ..Self::GONE
    };

    /// It is stored, ready, and nobody has deleted it.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.stored.is_some_and(Stored::is_well)
    }

    /// Its process runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.process == Process::Running
    }

    /// An eviction is past its budget and has not deleted it yet.
    #[must_use]
    pub fn is_granted(&self) -> bool {
        self.eviction.is_some_and(|eviction| match eviction.step {
            Step::Granted => true,
            Step::Asked { .. } => false,
        })
    }
}

/// A node: the machine, its link, and what the API server has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The machine is on, and its kubelet runs.
    pub on: bool,
    /// It reaches the API server.
    pub link: bool,
    /// It shuts down.
    pub shutdown: bool,
    /// The condition `Ready`.
    pub ready: Ready,
    /// The `NoExecute` taint of the node controller.
    pub taint: Option<Taint>,
}

impl Node {
    /// All is well.
    pub const WELL: Self = Self { on: true, link: true, shutdown: false, ready: Ready::True, taint: None };

    /// Its kubelet reaches the API server.
    #[must_use]
    pub const fn is_served(&self) -> bool {
        self.on && self.link
    }

    /// Nothing is wrong with it, whatever anybody thinks.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.is_served() && !self.shutdown
    }
}

/// The state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// `spec.unhealthyPodEvictionPolicy` of the budget; none before it is made.
    pub policy: Option<Unhealthy>,
    /// The Pods.
    pub pods: [Pod; 2],
    /// Their nodes.
    pub nodes: [Node; 2],
    /// `status.currentHealthy` of the budget.
    pub healthy: u8,
    /// `status.disruptionsAllowed`.
    pub allowed: u8,
    /// The node controller sees no sign of life of any node, whatever the nodes do.
    pub blind: bool,
    /// In its last pass the node controller found no node ready, and tainting has stopped.
    pub dark: bool,
    /// Ghost: something has gone wrong.
    pub hurt: bool,
    /// So many faults may still happen.
    pub faults_left: u8,
}

impl State {
    /// Both Pods serve, and their budget lets one go.
    pub const START: Self = Self {
        policy: None,
        pods: [Pod::SERVES; 2],
        nodes: [Node::WELL; 2],
        healthy: 2,
        allowed: 1,
        blind: false,
        dark: false,
        hurt: false,
        faults_left: 0,
    };

    /// The Pod at a place.
    #[must_use]
    pub const fn pod(&self, place: Place) -> Pod {
        self.pods[place as usize]
    }

    /// The node at a place.
    #[must_use]
    pub const fn node(&self, place: Place) -> Node {
        self.nodes[place as usize]
    }

    pub(super) const fn with(mut self, place: Place, pod: Pod) -> Self {
        self.pods[place as usize] = pod;
        self
    }

    pub(super) const fn with_node(mut self, place: Place, node: Node) -> Self {
        self.nodes[place as usize] = node;
        self
    }
}
