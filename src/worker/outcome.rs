//! What the steps of a worker answer. Effects are data: the caller performs them.

use super::Worker;
use super::record::{Config, Kind, Pass};
use crate::phase::Source;
use crate::rules::RuleId;
use crate::time::Grace;

/// What the caller does next, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Starts the worker of the UID.
    StartWorker,
    /// Puts the UID at the end of the queue of its full name (KUB-24).
    JoinQueue,
    /// Keeps completion channel and status function of the update until the Pod is terminated.
    KeepCompletion,
    /// Closes the completion channel of the update: there is nothing to wait for.
    CloseCompletion,
    /// Cancels the context of the call in progress. `SyncTerminatingPod` does not use it (KUB-14).
    CancelCall,
    /// Closes all completion channels that were kept.
    CloseAllCompletions,
    /// Ends the worker of the UID.
    StopWorker,
    /// Releases the full name, if this UID holds it (KUB-24).
    ReleaseName,
}

/// The effects of one step, in order.
pub type Effects = [Option<Effect>; 4];

pub(super) const NOTHING: Effects = [None, None, None, None];
pub(super) const END: Effects = [None, None, Some(Effect::StopWorker), Some(Effect::ReleaseName)];

/// What became of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It waits, in place of the one before it (KUB-22 step 8).
    Waits,
    /// It is not kept; the UID restarts after its end (KUB-22 step 4).
    RestartRequested,
    /// The runtime's Pod can only be killed: ignored (KUB-22 step 1).
    NoKill,
    /// The runtime's Pod is terminated already: ignored (KUB-22 step 7).
    Terminated,
    /// The worker has ended: ignored (KUB-22 step 5).
    Finished,
}

/// The outcome of an update.
#[must_use = "`next` without its effects is half the outcome"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The record after it.
    pub next: Option<Worker>,
    /// What the caller does.
    pub effects: Effects,
    /// What became of the update.
    pub fate: Fate,
}

/// The call that the worker makes (KUB-23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// `SyncPod`.
    SyncPod {
        /// Why the update was sent.
        kind: Kind,
        /// The Pod.
        pod: Config,
    },
    /// `SyncTerminatingPod`.
    SyncTerminatingPod {
        /// The Pod.
        pod: Config,
        /// The override; without one KUB-41 finds the grace.
        grace: Option<Grace>,
    },
    /// `SyncTerminatingRuntimePod`, with grace 1 (KUB-60).
    SyncTerminatingRuntimePod,
    /// `SyncTerminatedPod`.
    SyncTerminatedPod {
        /// The Pod.
        pod: Config,
    },
    /// None: the static Pod waits for its name, and the update goes back to waiting (KUB-24).
    HeldBack,
    /// None: the static Pod was asked to terminate before it started; it is finished (KUB-24).
    NeverStarts,
    /// None: no update waits, or the worker has ended.
    Idle,
}

/// The outcome of taking the waiting update.
#[must_use = "`next` without its call is half the outcome"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Taken {
    /// The record during the call.
    pub next: Worker,
    /// What the caller calls.
    pub call: Call,
    /// What the caller does.
    pub effects: Effects,
}

/// What a call returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// No error.
    Ok,
    /// No error, and the Pod is done: only `SyncPod` says so; of the others it means the same as `Ok`.
    Terminal,
    /// An error.
    Failed,
    /// Its context was cancelled.
    Cancelled,
}

/// When the worker wants the UID again although no update may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Again {
    /// At once: the stage has changed.
    Now,
    /// With the periodic sync.
    Periodically,
    /// After [`RETRY_SECS`](super::RETRY_SECS) (KUB-19).
    AfterFailure,
    /// Never: the worker has ended.
    Never,
}

/// The outcome of a returned call.
#[must_use = "`next` without its effects is half the outcome"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Done {
    /// The record after it; `None` if it is forgotten.
    pub next: Option<Worker>,
    /// What the caller does.
    pub effects: Effects,
    /// When the UID is due again.
    pub again: Again,
}

/// Whether housekeeping finds the UID in the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Desired {
    /// It is there.
    Listed,
    /// It is not: the record is an orphan.
    Orphan,
}

/// Whether housekeeping has run once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Housekeeping {
    /// It has not.
    NotYet,
    /// It has.
    Done,
}

/// What housekeeping answers about a record that it keeps (KUB-27).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Known {
    /// What would be called next; *finished* counts as terminated.
    pub state: Pass,
    /// Whether the UID is in the config.
    pub desired: Desired,
    /// The source of the last handled spec, else of the waiting one; `None` without a spec.
    pub config: Option<Source>,
}

/// The outcome of housekeeping.
#[must_use = "`next` without its effects is half the outcome"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Housekept {
    /// The record after it; `None` if it is forgotten.
    pub next: Option<Worker>,
    /// The answer; `None` if it is forgotten.
    pub known: Option<Known>,
    /// What the caller does.
    pub effects: Effects,
}

/// A step out of turn: one worker makes one call at a time. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejection {
    /// The update is taken while a call is in progress.
    #[error("{}: an update is taken while a sync call is in progress", RuleId::KUB_23)]
    Busy,
    /// A result comes although no call is in progress.
    #[error("{}: a result without a sync call in progress", RuleId::KUB_25)]
    NoCall,
}

impl Rejection {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Busy => RuleId::KUB_23,
            Self::NoCall => RuleId::KUB_25,
        }
    }
}
