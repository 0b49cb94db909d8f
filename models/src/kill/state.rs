//! The state of the model: small fields, and what they stand for in `pod-lifecycle`.

use std::num::NonZeroU8;
use std::time::Duration;

use pod_lifecycle::Grace;
use pod_lifecycle::deletion::Deletion;
use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::termination;
use pod_lifecycle::time::Time;
use pod_lifecycle::worker::{
    self, Begun, Config, ConfigGrace, Facts, HeldGrace, Kept, KillCause, Kind, Marks, Pass, Slot, Subject,
    Worker,
};

/// The containers in spec order.
pub const SIDECAR: usize = 0;
/// A regular container with a preStop hook; the sidecar has one too.
pub const FIRST: usize = 1;
/// A regular container without one.
pub const SECOND: usize = 2;

/// The whole state. Every time is in whole seconds from the start of the attempt, so no clock grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// `terminationGracePeriodSeconds`.
    pub spec: u8,
    /// `deletionGracePeriodSeconds` as stored, or as last seen if the object is gone.
    pub g: Option<u8>,
    /// Whether the object is gone from the store.
    pub gone: bool,
    /// The pod worker.
    pub worker: Record,
    /// The attempt in progress.
    pub attempt: Option<Attempt>,
    /// The containers.
    pub containers: [Container; 3],
    /// Not part of Kubernetes: the least grace that this kubelet process was asked for.
    pub least: Option<u8>,
    /// Not part of Kubernetes: the hook of [`FIRST`] was run in some attempt.
    pub hooked: bool,
}

const _: () = assert!(size_of::<State>() <= 32);

/// One attempt of `SyncTerminatingPod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// How long it has lasted.
    pub lasted: u8,
    /// The grace in force.
    pub grace: u8,
}

/// One container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Container {
    /// Whether its process runs.
    pub runs: bool,
    /// What the attempt in progress is at.
    pub kill: Kill,
}

/// The kill of one container. To have waited since the start with all of the grace is the same as to have begun the wait
/// later with what was left, so a wait is known by its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kill {
    /// It is not being killed.
    Idle,
    /// Its hook runs, at most until then.
    Hook(u8),
    /// It waits for its turn, at most until then.
    Turn(u8),
    /// The stop call is out.
    Stopping {
        /// When the stop signal was sent.
        since: u8,
        /// SIGKILL comes so much later.
        timeout: u8,
    },
    /// It is stopped, or did not run when the attempt began.
    Stopped,
    /// The stop call failed.
    Failed,
}

/// How far the worker has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// There is no record.
    Forgotten,
    /// It starts and restarts containers.
    Sync,
    /// Termination is requested.
    Requested,
    /// Termination has begun.
    Begun,
    /// The containers are stopped.
    Terminated,
}

/// What the worker is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It never started.
    New,
    /// It is between two calls.
    Resting,
    /// It is inside `SyncPod`.
    Syncing,
    /// It is inside `SyncTerminatingPod`.
    Killing,
    /// It is inside `SyncTerminatingRuntimePod`: the record is an orphan's, without a spec.
    KillingOrphan,
}

/// The worker's record, without what no kill depends on: flags, phases and causes, and of the update that was handled last
/// all but that there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// How far it has come.
    pub stage: Stage,
    /// What it is at.
    pub activity: Activity,
    /// The grace in force.
    pub held: Option<NonZeroU8>,
    /// The update that waits.
    pub waiting: Option<Waiting>,
}

/// The update that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It is about the Pod.
    Pod {
        /// Its `deletionGracePeriodSeconds`.
        g: Option<u8>,
        /// The override.
        grace: Option<NonZeroU8>,
    },
    /// It is about a Pod that only the runtime knows.
    Orphan,
}

pub(super) fn grace(secs: u8) -> Grace {
    Grace::from_secs(secs.into())
}

/// The model has no grace beyond a few seconds.
pub(super) fn secs(grace: Grace) -> u8 {
    u8::try_from(grace.as_secs()).unwrap_or(u8::MAX)
}

fn held(grace: HeldGrace) -> Option<NonZeroU8> {
    NonZeroU8::new(secs(grace.into()))
}

/// Far enough in the future that no shortening is clamped (DEL-08).
const DUE: Time = Time::from_unix(1_000);

/// DT and G.
pub(super) fn deletion(g: Option<u8>) -> Deletion {
    match g {
        Some(g) => Deletion::from_fields(Some(DUE), Some(g.into())),
        None => Deletion::Live,
    }
}

/// What the worker reads of the Pod. Its phase in the API stays Running until all is stopped (PHA-32).
pub(super) fn facts(spec: u8, g: Option<u8>) -> Facts {
    Facts {
        phase: Some(Phase::Running),
        deletion: deletion(g),
        spec_grace: Some(grace(spec)),
        source: Source::Api,
    }
}

impl Record {
    /// No record.
    pub const FORGOTTEN: Self =
        Self { stage: Stage::Forgotten, activity: Activity::New, held: None, waiting: None };

    /// The record that it stands for.
    #[must_use]
    pub fn worker(self, spec: u8) -> Option<Worker> {
        let kept = |g, kill: Option<NonZeroU8>| Kept {
            subject: Subject::Pod(Config::of(facts(spec, g))),
            kill: kill.map(|secs| worker::Kill { cause: KillCause::Other, grace: grace(secs.get()).into() }),
        };
        let (marks, held) = (Marks::NONE, self.held.map(|secs| grace(secs.get()).into()));
        let stage = match self.stage {
            Stage::Forgotten => return None,
            Stage::Sync => worker::Stage::Sync,
            Stage::Requested => worker::Stage::Terminating { begun: Begun::No, marks, grace: held },
            Stage::Begun => worker::Stage::Terminating { begun: Begun::Yes, marks, grace: held },
            Stage::Terminated => worker::Stage::Terminated { marks, grace: held },
        };
        let (activity, handled) = match self.activity {
            Activity::New => (worker::Activity::New, None),
            Activity::Resting => (worker::Activity::Resting, Some(kept(None, None))),
            Activity::Syncing => (worker::Activity::Calling(Pass::Sync), Some(kept(None, None))),
            Activity::Killing => (worker::Activity::Calling(Pass::Terminating), Some(kept(None, None))),
            Activity::KillingOrphan => {
                (worker::Activity::StoppingRuntime, Some(Kept { subject: Subject::Runtime, kill: None }))
            }
        };
        let waiting = self.waiting.map(|waiting| worker::Waiting {
            kind: Kind::Sync,
            slot: Slot::Due,
            update: match waiting {
                Waiting::Pod { g, grace } => kept(g, grace),
                Waiting::Orphan => Kept { subject: Subject::Runtime, kill: None },
            },
        });
        Some(Worker { stage, activity, waiting, handled })
    }

    /// What is kept of a record.
    #[must_use]
    pub fn of(record: Option<Worker>) -> Self {
        let Some(Worker { stage, activity, waiting, handled: _ }) = record else { return Self::FORGOTTEN };
        let (stage, grace) = match stage {
            worker::Stage::Sync => (Stage::Sync, None),
            worker::Stage::Terminating { begun: Begun::No, grace, .. } => (Stage::Requested, grace),
            worker::Stage::Terminating { begun: Begun::Yes, grace, .. } => (Stage::Begun, grace),
            worker::Stage::Terminated { grace, .. } | worker::Stage::Finished { grace, .. } => {
                (Stage::Terminated, grace)
            }
        };
        let activity = match activity {
            worker::Activity::New => Activity::New,
            worker::Activity::StoppingRuntime => Activity::KillingOrphan,
            worker::Activity::Calling(Pass::Sync) => Activity::Syncing,
            worker::Activity::Calling(Pass::Terminating) => Activity::Killing,
            worker::Activity::Resting | worker::Activity::Calling(Pass::Terminated) => Activity::Resting,
        };
        let waiting = waiting.map(|waiting| match waiting.update.subject {
            Subject::Runtime => Waiting::Orphan,
            Subject::Pod(pod) => {
                let g = match pod.grace() {
                    ConfigGrace::Deletion(grace) => Some(secs(grace)),
                    ConfigGrace::Spec(_) | ConfigGrace::Unset => None,
                };
                Waiting::Pod { g, grace: waiting.update.kill.and_then(|kill| held(kill.grace)) }
            }
        });
        Self { stage, activity, held: grace.and_then(held), waiting }
    }
}

/// A time within an attempt.
pub(super) fn at(secs: u8) -> Duration {
    Duration::from_secs(secs.into())
}

impl Kill {
    /// The kill that it stands for; `None` if there is none.
    pub(super) fn machine(self, order: termination::Order) -> Option<termination::Kill> {
        let since = Duration::ZERO;
        Some(match self {
            Self::Idle => return None,
            Self::Hook(until) => termination::Kill::Hook { since, grace: until.into(), order },
            Self::Turn(until) => termination::Kill::Turn { since, grace: until.into() },
            Self::Stopping { since, timeout } => {
                termination::Kill::Stopping { since: at(since), timeout: timeout.into() }
            }
            Self::Stopped => termination::Kill::Stopped,
            Self::Failed => termination::Kill::Failed,
        })
    }

    /// What is kept of a kill.
    pub(super) fn of(kill: termination::Kill) -> Self {
        let secs = |time: Duration| u8::try_from(time.as_secs()).unwrap_or(u8::MAX);
        let until = secs(kill.due().unwrap_or_default());
        match kill {
            termination::Kill::Hook { .. } => Self::Hook(until),
            termination::Kill::Turn { .. } => Self::Turn(until),
            termination::Kill::Stopping { since, timeout } => {
                Self::Stopping { since: secs(since), timeout: u8::try_from(timeout).unwrap_or(u8::MAX) }
            }
            termination::Kill::Stopped => Self::Stopped,
            termination::Kill::Failed => Self::Failed,
        }
    }
}
