//! The state: two Pods at most, one node that has one device, and who remembers what of them.

use pod_lifecycle::Grace;
use pod_lifecycle::binding::Binding;
use pod_lifecycle::container::{Exit, ExitReason, Health, Instance, RestartPolicy};
use pod_lifecycle::deletion::{self, Deletion, Finalizers};
use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::scheduling::Held;
use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::worker::{self, Worker};

/// Which of the two Pods that are alive, by age: admission goes by it (CRE-40). Names are given anew when one is created,
/// so that there may be any number one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Uid {
    /// The older one, or the only one.
    First,
    /// The younger one.
    Second,
}

impl Uid {
    /// Both, the older one first.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// Who made a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A user: it runs once and stays until a user deletes it.
    User,
    /// A StatefulSet: it runs always, and is made anew under its name.
    StatefulSet,
}

/// How a stored Pod stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Course {
    /// `Pending` or `Running`, which nothing here tells apart.
    Open,
    /// `Succeeded`.
    Succeeded,
    /// `Failed`.
    Failed,
}

impl Course {
    /// As a phase.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Open => Phase::Running,
            Self::Succeeded => Phase::Succeeded,
            Self::Failed => Phase::Failed,
        }
    }

    /// Of a phase.
    #[must_use]
    pub const fn of(phase: Phase) -> Self {
        match phase {
            Phase::Pending | Phase::Running | Phase::Unknown => Self::Open,
            Phase::Succeeded => Self::Succeeded,
            Phase::Failed => Self::Failed,
        }
    }
}

/// A stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stored {
    /// `deletionTimestamp` is set, with the grace of the Pod.
    pub deleting: bool,
    /// Its phase.
    pub course: Course,
}

/// The only stored time: no decision here reads its value (DEL-31).
const DUE: Time = Time::from_unix(1_000);

impl Stored {
    /// A new Pod (CRE-03).
    pub const NEW: Self = Self { deleting: false, course: Course::Open };

    /// Its phase is terminal.
    #[must_use]
    pub fn has_ended(self) -> bool {
        self.course != Course::Open
    }

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
            phase: self.has_ended().then_some(self.course.phase()),
            deletion: self.deletion(),
            spec_grace: Some(Grace::DEFAULT),
            source: Source::Api,
        }
    }
}

/// What runs of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// Nothing has run, or nobody asks any more.
    None,
    /// Its process runs.
    Running,
    /// Its process has ended by itself, with code 0.
    Done,
    /// Its process was stopped.
    Killed,
}

impl Process {
    /// How it ended.
    #[must_use]
    pub const fn exit(self) -> Option<Exit> {
        match self {
            Self::None | Self::Running => None,
            Self::Done => Some(Exit { code: 0, reason: ExitReason::Other }),
            Self::Killed => Some(Exit { code: 137, reason: ExitReason::Other }),
        }
    }

    /// As the runtime tells it.
    #[must_use]
    pub fn instance(self) -> Option<Instance> {
        match self {
            Self::None => None,
            Self::Running => Some(Instance::Running(Health::GOOD)),
            Self::Done | Self::Killed => self.exit().map(Instance::Exited),
        }
    }
}

/// Why the kubelet has rejected a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// Another Pod has the device.
    NoRoom,
    /// The device plugin has not registered since the kubelet began.
    NoPlugin,
}

/// A binding that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// The scheduler that runs has sent it.
    Mine,
    /// One that is gone has sent it.
    Former,
}

/// One Pod: its object, what its node holds, and what the scheduler holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Incarnation {
    /// Who made it.
    pub owner: Owner,
    /// What is stored.
    pub stored: Option<Stored>,
    /// Whether it was bound to the node; stays when the object is gone.
    pub binding: Binding,
    /// Its process. Outlives the kubelet process.
    pub process: Process,
    /// What the kubelet last saw of the object.
    pub seen: Option<Stored>,
    /// The record of the pod worker.
    pub worker: Option<Worker>,
    /// This kubelet process has rejected it, and caches `Failed`.
    pub rejected: Option<Why>,
    /// Whether it was bound when the scheduler's informer last told of it; it tells of none that has ended.
    pub told: Option<Binding>,
    /// What the cache of the scheduler holds of it.
    pub held: Option<Held>,
    /// A binding of it is on its way.
    pub asked: Option<Asked>,
    /// Somebody bound it who does not know what the scheduler knows. Nobody reads this and the next: they are there for the laws.
    pub overbooked: bool,
    /// Its kubelet rejected it while it ran.
    pub stranded: bool,
}

impl Incarnation {
    /// Just created.
    #[must_use]
    pub const fn new(owner: Owner) -> Self {
        Self {
            owner,
            stored: Some(Stored::NEW),
            binding: Binding::Unbound,
            process: Process::None,
            seen: None,
            worker: None,
            rejected: None,
            told: None,
            held: None,
            asked: None,
            overbooked: false,
            stranded: false,
        }
    }

    /// `spec.restartPolicy`.
    #[must_use]
    pub const fn policy(&self) -> RestartPolicy {
        match self.owner {
            Owner::User => RestartPolicy::Never,
            Owner::StatefulSet => RestartPolicy::Always,
        }
    }

    /// What the API server reads beside its deletion. The clamp of DEL-08 never applies: no shortened time is past.
    #[must_use]
    pub fn facts(&self, stored: Stored) -> deletion::Facts {
        deletion::Facts {
            now: Now::at(Time::from_unix(0)),
            binding: self.binding,
            phase: Some(stored.course.phase()),
            spec_grace: Some(Grace::DEFAULT),
            finalizers: Finalizers::NONE,
        }
    }

    /// Its process runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.process == Process::Running
    }

    /// It is bound.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.binding == Binding::Bound
    }

    /// It is stored, bound and not terminal: by what is stored it has the device.
    #[must_use]
    pub fn has_device(&self) -> bool {
        self.is_bound() && self.stored.is_some_and(|stored| !stored.has_ended())
    }

    /// It is stored, unbound and not terminal.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        !self.is_bound() && self.stored.is_some_and(|stored| !stored.has_ended())
    }

    /// As the scheduler's watch shows it: it filters what has ended (CRE-14).
    #[must_use]
    pub fn visible(&self) -> Option<Binding> {
        self.stored.filter(|stored| !stored.has_ended()).map(|_| self.binding)
    }
}

/// How far the kubelet process has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    /// It lists its Pods. That is part of the step in which it begins.
    Begun,
    /// It has listed them, one was rejected, and housekeeping has not run yet.
    Listed,
    /// Housekeeping has run.
    Synced,
}

/// The whole state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The Pods that are alive: stored, on the node, or remembered by somebody who will act.
    pub alive: [Option<Incarnation>; 2],
    /// The kubelet process.
    pub life: Life,
    /// The device plugin has registered with it.
    pub plugin: bool,
    /// So many faults are still to come.
    pub faults_left: u8,
}

impl State {
    /// Nothing is there, and nothing will go wrong.
    pub const EMPTY: Self = Self { alive: [None; 2], life: Life::Synced, plugin: true, faults_left: 0 };

    /// This Pod, if it is alive.
    #[must_use]
    pub const fn of(&self, uid: Uid) -> Option<Incarnation> {
        let [first, second] = self.alive;
        match uid {
            Uid::First => first,
            Uid::Second => second,
        }
    }

    /// This state with that replaced.
    #[must_use]
    pub const fn with(mut self, uid: Uid, incarnation: Incarnation) -> Self {
        let [first, second] = self.alive;
        self.alive = match uid {
            Uid::First => [Some(incarnation), second],
            Uid::Second => [first, Some(incarnation)],
        };
        self
    }

    /// This state with that changed, if it is alive.
    #[must_use]
    pub fn changed(self, uid: Uid, change: impl FnOnce(&mut Incarnation)) -> Self {
        let Some(mut incarnation) = self.of(uid) else { return self };
        change(&mut incarnation);
        self.with(uid, incarnation)
    }

    /// What is stored of this Pod.
    #[must_use]
    pub fn stored(&self, uid: Uid) -> Option<Stored> {
        self.of(uid)?.stored
    }

    /// Who has the name that this Pod had or has: those of the StatefulSet share one.
    #[must_use]
    pub fn named_as(&self, uid: Uid) -> Option<Uid> {
        let owner = self.of(uid)?.owner;
        let has_it = |other: &Uid| {
            let shares = owner == Owner::StatefulSet && self.owner(*other) == Some(owner);
            self.stored(*other).is_some() && (*other == uid || shares)
        };
        Uid::ALL.into_iter().find(has_it)
    }

    /// Who made this Pod.
    #[must_use]
    pub fn owner(&self, uid: Uid) -> Option<Owner> {
        self.of(uid).map(|incarnation| incarnation.owner)
    }
}
