//! The state: what is stored, what the kubelet holds and what the node runs of one Pod with two containers.

use pod_lifecycle::container::{
    ContainerPolicy, ContainerState, Definition, Exit, ExitReason, Health, Probe, Resize, RestartPolicy,
    Role, Started,
};
use pod_lifecycle::deletion::Deletion;
use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::time::Time;
use pod_lifecycle::worker::{self, Activity, Begun, Marks, Stage, Worker};
use pod_lifecycle::{Grace, container};

/// The containers of a Pod, in the order of the spec: the init container or sidecar is the first.
pub const PLACES: [usize; 2] = [0, 1];

/// What the two containers of a Pod are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Two regular containers.
    Two,
    /// Two regular containers; the first has a `restartPolicy` of its own: `OnFailure` in a Pod with `Never`, else `Never`.
    Own,
    /// An init container and a regular one.
    Init,
    /// A sidecar with a startup probe and a regular container.
    Sidecar,
}

/// What never changes of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Template {
    /// `spec.restartPolicy`.
    pub policy: RestartPolicy,
    /// Its containers.
    pub shape: Shape,
}

impl Template {
    /// What the container is for.
    #[must_use]
    pub const fn role(self, place: usize) -> Role {
        match (self.shape, place) {
            (Shape::Init, 0) => Role::Init,
            (Shape::Sidecar, 0) => Role::Sidecar,
            (Shape::Two | Shape::Own | Shape::Init | Shape::Sidecar, _) => Role::Regular,
        }
    }

    /// Its own `restartPolicy`.
    #[must_use]
    pub const fn own(self, place: usize) -> Option<RestartPolicy> {
        match (self.shape, place, self.policy) {
            (Shape::Own, 0, RestartPolicy::Never) => Some(RestartPolicy::OnFailure),
            (Shape::Own, 0, RestartPolicy::Always | RestartPolicy::OnFailure) => Some(RestartPolicy::Never),
            (Shape::Sidecar, 0, _) => Some(RestartPolicy::Always),
            (Shape::Two | Shape::Own | Shape::Init | Shape::Sidecar, ..) => None,
        }
    }

    /// The `restartPolicy` that counts for it.
    #[must_use]
    pub fn in_force(self, place: usize) -> RestartPolicy {
        self.own(place).unwrap_or(self.policy)
    }

    /// As the library reads both.
    pub(super) const fn restarts(self, place: usize) -> ContainerPolicy<'static> {
        ContainerPolicy { own: self.own(place), rules: &[] }
    }
}

/// An exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// 0.
    Well,
    /// Another one: 1 if the process ends by itself, 137 if it is killed. Nothing here tells them apart.
    Badly,
}

impl Code {
    /// The number.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Well => 0,
            Self::Badly => 1,
        }
    }
}

/// The newest instance of a container; older ones are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instance {
    /// There was none since the sandbox was made.
    None,
    /// It is created and never ran.
    Created,
    /// It runs.
    Running,
    /// It has ended.
    Exited(Code),
    /// The runtime knows none. Ghost: one that had ended so was removed.
    Removed(Code),
}

/// The startup probe of a sidecar that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Startup {
    /// It has not succeeded yet, or the sidecar does not run.
    Pending,
    /// This kubelet process found the sidecar running and has not probed it yet.
    Found,
    /// It has succeeded.
    Succeeded,
}

/// The sandbox of the Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sandbox {
    /// There was none.
    None,
    /// It is ready.
    Ready,
    /// It is stopped or lost.
    Lost,
}

/// How a container ended, as a status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// With code 0.
    Well,
    /// Otherwise.
    Badly,
    /// `ContainerStatusUnknown`, 137: the kubelet has made it up.
    Lost,
}

impl End {
    pub(super) const fn of(exit: Exit) -> Self {
        match (exit.reason, exit.code) {
            (ExitReason::ContainerStatusUnknown, _) => Self::Lost,
            (_, 0) => Self::Well,
            (_, _) => Self::Badly,
        }
    }

    pub(super) const fn exit(self) -> Exit {
        match self {
            Self::Well => Exit { code: 0, reason: ExitReason::Other },
            Self::Badly => Exit { code: 1, reason: ExitReason::Other },
            Self::Lost => pod_lifecycle::final_status::LOST,
        }
    }
}

/// A status entry: `state`, and of `lastState` what decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Waiting for the first start.
    Waiting,
    /// Waiting; `lastState` says how it ended. Of a container that is restarted after any end, [`End::Badly`].
    After(End),
    /// Running.
    Running {
        /// `lastState` is a termination; how it ended plays no part and is taken for [`End::Badly`]. Not told of a container
        /// that is restarted after any end.
        again: bool,
        /// `started`; true of whatever has no startup probe.
        started: bool,
    },
    /// Terminated.
    Terminated(End),
}

impl Entry {
    /// Every value.
    pub const ALL: [Self; 11] = [
        Self::Waiting,
        Self::After(End::Well),
        Self::After(End::Badly),
        Self::After(End::Lost),
        Self::Running { again: false, started: false },
        Self::Running { again: false, started: true },
        Self::Running { again: true, started: false },
        Self::Running { again: true, started: true },
        Self::Terminated(End::Well),
        Self::Terminated(End::Badly),
        Self::Terminated(End::Lost),
    ];

    /// As a decision over the stored Pod reads it.
    #[must_use]
    pub const fn fact(self) -> ContainerState {
        match self {
            Self::Waiting => ContainerState::Waiting,
            Self::After(end) => ContainerState::WaitingAfter(end.exit()),
            Self::Running { started, again: _ } => ContainerState::Running(started_as(started)),
            Self::Terminated(end) => ContainerState::Terminated(end.exit()),
        }
    }
}

pub(super) const fn started_as(started: bool) -> Started {
    if started { Started::Yes } else { Started::NotYet }
}

/// `status` as far as it is modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// `phase`.
    pub phase: Phase,
    /// The entries of the containers.
    pub entries: [Entry; 2],
}

/// Who wrote the stored phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// The API server, at the creation.
    Api,
    /// The kubelet process that still runs.
    Kubelet,
    /// A kubelet process before it.
    Before,
    /// The Pod garbage collector.
    PodGc,
}

/// The stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stored {
    /// `deletionTimestamp` is set; a finalizer keeps the Pod.
    pub deleting: bool,
    /// `status`.
    pub status: Status,
    /// Who wrote the phase.
    pub author: Author,
    /// The condition `DisruptionTarget` by the Pod garbage collector, which nobody removes (PHA-31).
    pub disrupted: bool,
}

/// The Pod as the kubelet last saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// `deletionTimestamp` is set.
    pub deleting: bool,
    /// `status.phase`, if it is terminal: nothing reads more of it.
    pub ended: Option<Phase>,
}

/// How far the pod worker has come (KUB-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// It starts and restarts containers.
    Sync,
    /// Termination is requested.
    Terminating,
    /// The containers are stopped.
    Terminated,
    /// `TerminatePod` is done.
    Finished,
}

/// The record of the pod worker, without what no law here depends on: graces, and updates that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// Its stage.
    pub stage: Work,
    /// It was asked to end by an eviction.
    pub evicted: bool,
}

/// Which containers a pass starts, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// The first.
    First,
    /// The first, then the second.
    Both,
    /// The second.
    Second,
}

impl Queue {
    /// The one that comes next.
    #[must_use]
    pub const fn next(self) -> usize {
        match self {
            Self::First | Self::Both => 0,
            Self::Second => 1,
        }
    }

    /// What is left after it.
    #[must_use]
    pub const fn rest(self) -> Option<Self> {
        match self {
            Self::First | Self::Second => None,
            Self::Both => Some(Self::Second),
        }
    }

    /// Of these two.
    #[must_use]
    pub const fn of(starts: [bool; 2]) -> Option<Self> {
        match starts {
            [false, false] => None,
            [true, false] => Some(Self::First),
            [true, true] => Some(Self::Both),
            [false, true] => Some(Self::Second),
        }
    }
}

/// What the call in progress of the worker is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flight {
    /// None is in progress.
    None,
    /// `SyncPod` is about to create and start the next container.
    Starting(Queue),
    /// `SyncPod` stops all containers and the sandbox.
    Clearing {
        /// The sidecar waits for its turn (KUB-45).
        waits: bool,
        /// What is started in a new sandbox then; `None` if none is made.
        then: Option<Queue>,
    },
    /// `SyncTerminatingPod` stops all containers and the sandbox.
    Stopping {
        /// The sidecar waits for its turn (KUB-45).
        waits: bool,
    },
}

impl Flight {
    /// Whether a sidecar waits for its turn.
    #[must_use]
    pub const fn waits(self) -> bool {
        match self {
            Self::Clearing { waits, .. } | Self::Stopping { waits } => waits,
            Self::None | Self::Starting(_) => false,
        }
    }

    /// Whether containers are being stopped.
    #[must_use]
    pub const fn stops(self) -> bool {
        match self {
            Self::Clearing { .. } | Self::Stopping { .. } => true,
            Self::None | Self::Starting(_) => false,
        }
    }
}

/// The whole state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// `None` before the Pod is created.
    pub template: Option<Template>,
    /// What is stored.
    pub stored: Stored,
    /// What the kubelet saw last of it.
    pub view: View,
    /// The status in the kubelet's cache; `None` until the first pass of its process.
    pub cached: Option<Status>,
    /// The pod worker.
    pub record: Record,
    /// Its call in progress.
    pub flight: Flight,
    /// The containers. They outlive the kubelet process.
    pub instances: [Instance; 2],
    /// The sandbox. Outlives the kubelet process.
    pub sandbox: Sandbox,
    /// The regular container of a Pod with a sidecar ended in a sandbox before this one, which is ready.
    pub aged: bool,
    /// The startup probe of the sidecar.
    pub startup: Startup,
    /// `activeDeadlineSeconds` has passed.
    pub overdue: bool,
    /// Ghost: it was deleting or terminal when this kubelet process began.
    pub over: bool,
    /// So many faults are still to come: a death of the kubelet process, the removal of a dead instance, the loss of the
    /// sandbox, an eviction, a phase by the Pod garbage collector, a deadline that passes.
    pub faults_left: u8,
}

/// The status of a Pod that nobody has looked at.
const FRESH: Status = Status { phase: Phase::Pending, entries: [Entry::Waiting; 2] };

impl State {
    /// Nothing is created yet, and nothing will go wrong.
    pub const EMPTY: Self = Self {
        template: None,
        stored: Stored { deleting: false, status: FRESH, author: Author::Api, disrupted: false },
        view: View { deleting: false, ended: None },
        cached: None,
        record: Record { stage: Work::Sync, evicted: false },
        flight: Flight::None,
        instances: [Instance::None; 2],
        sandbox: Sandbox::None,
        aged: false,
        startup: Startup::Pending,
        overdue: false,
        over: false,
        faults_left: 0,
    };

    /// Whether a container runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.instances.contains(&Instance::Running)
    }

    /// What the pod worker reads of the Pod as the kubelet sees it. Graces play no part.
    pub(super) fn facts(&self) -> worker::Facts {
        worker::Facts {
            phase: self.view.ended,
            deletion: deletion(self.view.deleting),
            spec_grace: Some(Grace::DEFAULT),
            source: Source::Api,
        }
    }

    /// An instance as the runtime tells it.
    pub(super) fn known(&self, place: usize) -> Option<container::Instance> {
        match self.instances.get(place) {
            None | Some(Instance::None | Instance::Removed(_)) => None,
            Some(Instance::Created) => Some(container::Instance::Created),
            Some(Instance::Running) => Some(container::Instance::Running(self.health(place))),
            Some(Instance::Exited(code)) => {
                let exit = Exit { code: code.number(), reason: ExitReason::Other };
                Some(container::Instance::Exited(exit))
            }
        }
    }

    /// What its probes say.
    fn health(&self, place: usize) -> Health {
        let role = self.template.map_or(Role::Regular, |template| template.role(place));
        let startup = match (role, self.startup) {
            (Role::Sidecar, Startup::Pending | Startup::Found) => Probe::Pending,
            (Role::Sidecar, Startup::Succeeded) => Probe::Succeeded,
            (Role::Init | Role::Regular | Role::Ephemeral, _) => Probe::Undefined,
        };
        let (definition, resize) = (Definition::Unchanged, Resize::InPlace);
        Health { definition, liveness: Probe::Undefined, startup, resize }
    }
}

/// `deletionTimestamp` as a Boolean: no decision here reads its value (DEL-31).
pub(super) fn deletion(deleting: bool) -> Deletion {
    let due = deleting.then_some(Time::from_unix(1_000));
    Deletion::from_fields(due, due.and_then(|_| i64::try_from(Grace::DEFAULT.as_secs()).ok()))
}

impl Record {
    /// As the library holds it, between two calls.
    pub(super) const fn worker(self) -> Worker {
        let marks = if self.evicted { Marks::EVICTED } else { Marks::NONE };
        let stage = match self.stage {
            Work::Sync => Stage::Sync,
            Work::Terminating => Stage::Terminating { begun: Begun::No, marks, grace: None },
            Work::Terminated => Stage::Terminated { marks, grace: None },
            Work::Finished => Stage::Finished { begun: Begun::Yes, marks, grace: None },
        };
        Worker { stage, activity: Activity::Resting, waiting: None, handled: None }
    }

    /// What is kept of it.
    pub(super) const fn of(worker: Worker) -> Self {
        let stage = match worker.stage {
            Stage::Sync => Work::Sync,
            Stage::Terminating { .. } => Work::Terminating,
            Stage::Terminated { .. } => Work::Terminated,
            Stage::Finished { .. } => Work::Finished,
        };
        Self { stage, evicted: worker.stage.marks().contains(Marks::EVICTED) }
    }
}
