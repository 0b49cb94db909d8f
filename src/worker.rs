//! The kubelet's pod worker: one record per UID that takes updates and says which sync function runs (chapter 6).
//!
//! *Expected flow*: [`update`] for each update of a UID, [`Worker::take`] when its worker is free,
//! [`Worker::done`] when the call returns, [`Worker::housekeep`] now and then. An update may arrive during a call.
//! `None` for a record means that the UID is unknown or forgotten.
//!
//! *Guarantees*: a record goes from sync over terminating and terminated to finished and never back, until it is
//! forgotten (INV-20); after termination was requested no [`Call::SyncPod`] is made (INV-21).
//!
//! *Assumptions*: the caller keeps what is no decision: the completion channels, the queue of static Pods
//! ([`may_start`]), the timer of a retry ([`RETRY_SECS`]).

use crate::phase::{Phase, Source};
use crate::time::Grace;

mod config;
mod grace;
mod kill;
mod outcome;
mod questions;
mod record;
mod static_pods;

pub use config::{Difference, Event, Sources, TooEarly};
pub use grace::{EffectiveGrace, GraceChange, GraceFacts, effective_grace};
pub use kill::{Killer, Mirror, RETRY_SECS, is_critical, killer_waits_secs};
pub use outcome::{
    Again, Call, Desired, Done, Effect, Effects, Fate, Housekeeping, Housekept, Known, Outcome, Rejection,
    Step, Taken,
};
pub use questions::Question;
pub use record::{
    Activity, Begun, Config, ConfigGrace, Facts, HeldGrace, Kept, Kill, KillCause, KillOptions, Kind, Marks,
    Pass, Remains, Slot, Stage, Subject, Update, Waiting,
};
pub use static_pods::{Place, Turn, may_start};

use outcome::{END, NOTHING};

/// The record of one UID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Worker {
    /// How far it has come.
    pub stage: Stage,
    /// What the worker is at.
    pub activity: Activity,
    /// The update that waits: a single slot (KUB-11).
    pub waiting: Option<Waiting>,
    /// The last handled one, for the replay: the kill options may be those of an earlier one (KUB-26).
    pub handled: Option<Kept>,
}

const _: () = assert!(size_of::<Option<Worker>>() <= 48); // the models store millions of these

/// Handles one update of a UID (KUB-10, KUB-22). `remains` is read for the first update only.
///
/// ```
/// use pod_lifecycle::phase::Source;
/// use pod_lifecycle::worker::{self, Call, Facts, Kind, Remains, Subject, Turn, Update};
/// use pod_lifecycle::{Deletion, Grace, Phase, Time};
/// let live = Facts {
///     phase: Some(Phase::Running),
///     deletion: Deletion::Live,
///     spec_grace: Some(Grace::DEFAULT),
///     source: Source::Api,
/// };
/// let update = |kind, facts| Update { kind, subject: Subject::Pod(facts), kill: None };
/// let step = worker::update(None, update(Kind::Create, live), Remains::Something);
/// let taken = step.next.unwrap().take(Turn::Mine)?;
/// assert!(matches!(taken.call, Call::SyncPod { .. }));
///
/// // DT arrives during the call: the call is cancelled, and the next one stops the containers.
/// let deleted = Facts { deletion: Deletion::from_fields(Some(Time::from_unix(0)), Some(5)), ..live };
/// let step = worker::update(Some(taken.next), update(Kind::Update, deleted), Remains::Something);
/// assert!(step.effects.contains(&Some(worker::Effect::CancelCall)));
/// let rested = step.next.unwrap().done(worker::Outcome::Cancelled)?.next.unwrap();
/// let call = rested.take(Turn::Mine)?.call;
/// assert!(matches!(call, Call::SyncTerminatingPod { grace: Some(grace), .. } if grace.as_secs() == 5));
/// # Ok::<(), worker::Rejection>(())
/// ```
pub fn update(record: Option<Worker>, update: Update, remains: Remains) -> Step {
    let (worker, arrival) = match (record, update.subject, update.kind) {
        (_, Subject::Runtime, Kind::Create | Kind::Update | Kind::Sync) => {
            return Step { next: record, effects: NOTHING, fate: Fate::NoKill }; // step 1
        }
        (None, Subject::Pod(pod), _) => (Worker::first(pod, remains), Arrival::First), // step 2
        (None, Subject::Runtime, Kind::Kill) => (Worker::NEW, Arrival::First),         // step 2
        (Some(worker), Subject::Pod(_), _) => (worker, Arrival::Later),
        (Some(worker), Subject::Runtime, Kind::Kill) => {
            (worker.mark(Marks::OBSERVED_RUNTIME), Arrival::Later) // step 3
        }
    };
    let Step { next, effects: [.., completion, cancel], fate } = worker.accept(update, arrival);
    let [start, queue] = match (arrival, update.subject) {
        (Arrival::First, Subject::Pod(Facts { source: Source::Static, .. })) => {
            [Some(Effect::StartWorker), Some(Effect::JoinQueue)] // KUB-24
        }
        (Arrival::First, Subject::Pod(Facts { source: Source::Api, .. }) | Subject::Runtime) => {
            [Some(Effect::StartWorker), None]
        }
        (Arrival::Later, _) => [None, None],
    };
    Step { next, effects: [start, queue, completion, cancel], fate }
}

/// Whether the UID was known before the update.
#[derive(Clone, Copy)]
enum Arrival {
    First,
    Later,
}

/// Whether an update requests termination, and the flags that it sets (KUB-22 step 6).
fn requested_by(update: Update) -> Option<Marks> {
    let Subject::Pod(pod) = update.subject else {
        return Some(Marks::DELETED.with(Marks::OBSERVED_RUNTIME));
    };
    if pod.deletion.is_deleting() {
        return Some(Marks::DELETED);
    }
    match (pod.phase, update.kind, update.kill) {
        (Some(Phase::Succeeded | Phase::Failed), _, _) => Some(Marks::NONE),
        (_, Kind::Kill, Some(KillOptions { cause: KillCause::Eviction, .. })) => Some(Marks::EVICTED),
        (_, Kind::Kill, Some(KillOptions { cause: KillCause::Other, .. }) | None) => Some(Marks::NONE),
        (_, Kind::Create | Kind::Update | Kind::Sync, _) => None,
    }
}

/// The grace in force for what is remembered of a Pod (KUB-13); without a spec 1, unless more is asked.
fn grace_for(held: Option<HeldGrace>, subject: Subject<Config>, asked: Option<Grace>) -> EffectiveGrace {
    let without = GraceFacts { held: held.map(Grace::from), asked, ..GraceFacts::default() };
    effective_grace(match subject {
        Subject::Runtime => without,
        Subject::Pod(pod) => match pod.grace() {
            ConfigGrace::Deletion(grace) => GraceFacts { deletion: Some(grace), ..without },
            ConfigGrace::Spec(grace) => GraceFacts { spec: Some(grace), ..without },
            ConfigGrace::Unset => without,
        },
    })
}

impl Worker {
    const NEW: Self = Self { stage: Stage::Sync, activity: Activity::New, waiting: None, handled: None };

    /// The record of a UID that was unknown, before its first update is accepted (KUB-10 rows 1 to 3, KUB-62).
    const fn first(pod: Facts, remains: Remains) -> Self {
        match (pod.phase, remains) {
            (Some(Phase::Succeeded | Phase::Failed), Remains::Nothing) => {
                Self { stage: Stage::Terminated { marks: Marks::NONE, grace: None }, ..Self::NEW } // row 2
            }
            (Some(Phase::Succeeded | Phase::Failed), Remains::Something)
            | (Some(Phase::Pending | Phase::Running | Phase::Unknown) | None, _) => Self::NEW, // rows 1 and 3
        }
    }

    /// KUB-22 from step 4.
    fn accept(self, update: Update, arrival: Arrival) -> Step {
        let ignore = |next, fate| Step { next: Some(next), effects: NOTHING, fate };
        match (self.stage, update.kind, arrival) {
            (
                Stage::Terminating { .. } | Stage::Terminated { .. } | Stage::Finished { .. },
                Kind::Create,
                Arrival::Later,
            ) => ignore(self.mark(Marks::RESTART_REQUESTED), Fate::RestartRequested), // step 4
            (Stage::Finished { .. }, _, _) => ignore(self, Fate::Finished), // step 5
            (Stage::Sync, _, _) => match requested_by(update) {
                Some(marks) => {
                    let Step { next, effects: [start, queue, completion, _], fate } =
                        self.terminating(Begun::No, marks, None, update); // step 6
                    Step { next, effects: [start, queue, completion, self.cancel()], fate }
                }
                None => self.keep(update, None, Effect::CloseCompletion, None), // step 7
            },
            (Stage::Terminating { begun, marks, grace }, _, _) => {
                self.terminating(begun, marks, grace, update) // step 7
            }
            (Stage::Terminated { .. }, _, _) => match update.subject {
                Subject::Runtime => ignore(self, Fate::Terminated), // step 7
                Subject::Pod(_) => self.keep(update, None, Effect::CloseCompletion, None),
            },
        }
    }

    /// Recomputes the grace and hands it to the update as override (KUB-22 step 7).
    fn terminating(self, begun: Begun, marks: Marks, held: Option<HeldGrace>, update: Update) -> Step {
        let asked = update.kill.and_then(|kill| kill.grace);
        let EffectiveGrace { grace, change } = grace_for(held, self.remembered(update.subject), asked);
        let grace = HeldGrace::from(grace);
        let cause = update.kill.map_or(KillCause::Other, |kill| kill.cause);
        let cancel = match change {
            GraceChange::Shortened => self.cancel(), // KUB-14
            GraceChange::Kept => None,
        };
        let stage = Stage::Terminating { begun, marks, grace: Some(grace) };
        Self { stage, ..self }.keep(update, Some(Kill { cause, grace }), Effect::KeepCompletion, cancel)
    }

    /// The update takes the slot; what waited there is lost (KUB-11, KUB-22 step 8).
    fn keep(self, update: Update, kill: Option<Kill>, completion: Effect, cancel: Option<Effect>) -> Step {
        let kept = Kept { subject: self.remembered(update.subject), kill };
        let waiting = Some(Waiting { kind: update.kind, slot: Slot::Due, update: kept });
        let effects = [None, None, update.kill.map(|_| completion), cancel];
        Step { next: Some(Self { waiting, ..self }), effects, fate: Fate::Waits }
    }

    /// The spec that counts for an update: for a runtime-only Pod the one that waits or was handled last (KUB-22
    /// step 3).
    fn remembered(self, subject: Subject<Facts>) -> Subject<Config> {
        let known = |kept: Option<Kept>| kept.map(|kept| kept.subject);
        match subject {
            Subject::Pod(pod) => Subject::Pod(Config::of(pod)),
            Subject::Runtime => {
                match (known(self.waiting.map(|waiting| waiting.update)), known(self.handled)) {
                    (Some(Subject::Pod(pod)), _)
                    | (Some(Subject::Runtime) | None, Some(Subject::Pod(pod))) => Subject::Pod(pod),
                    (Some(Subject::Runtime) | None, Some(Subject::Runtime) | None) => Subject::Runtime,
                }
            }
        }
    }

    /// The worker takes the waiting update (KUB-23). `turn` is read only for a static Pod that has not started:
    /// [`may_start`] tells it.
    ///
    /// # Errors
    /// [`Rejection::Busy`] if a call is in progress; then nothing has changed.
    pub fn take(self, turn: Turn) -> Result<Taken, Rejection> {
        let waiting = match (self.activity, self.stage, self.waiting) {
            (Activity::StoppingRuntime | Activity::Calling(_), _, _) => return Err(Rejection::Busy),
            (Activity::New | Activity::Resting, Stage::Finished { .. }, _)
            | (Activity::New | Activity::Resting, _, None) => {
                return Ok(Taken { next: self, call: Call::Idle, effects: NOTHING });
            }
            (Activity::New | Activity::Resting, _, Some(waiting)) => waiting,
        };
        let next = Self { waiting: None, handled: Some(self.merged(waiting.update)), ..self };
        let Subject::Pod(pod) = waiting.update.subject else {
            let next = Self { activity: Activity::StoppingRuntime, ..next.begin() };
            return Ok(Taken { next, call: Call::SyncTerminatingRuntimePod, effects: NOTHING });
        };
        Ok(match (self.activity, pod.source, self.stage, turn) {
            (Activity::New, Source::Static, Stage::Sync, Turn::NotMine) => {
                let waiting = Some(Waiting { slot: Slot::HeldBack, ..waiting });
                Taken { next: Self { waiting, ..self }, call: Call::HeldBack, effects: NOTHING } // KUB-24
            }
            (Activity::New, Source::Static, Stage::Terminating { .. } | Stage::Terminated { .. }, _) => {
                // KUB-24. Its update is dropped, not handled: housekeeping sees no config (KUB-27).
                let next = Self { waiting: None, ..self.finish() };
                Taken { next, call: Call::NeverStarts, effects: END }
            }
            (_, _, _, _) => next.call(waiting, pod),
        })
    }

    /// What is remembered of a taken update: kill options stay until others come (KUB-26).
    fn merged(self, update: Kept) -> Kept {
        let before = self.handled.and_then(|handled| handled.kill);
        Kept { kill: update.kill.or(before), ..update }
    }

    /// Chooses the call by the stage at this moment (KUB-23).
    fn call(self, waiting: Waiting, pod: Config) -> Taken {
        let (next, pass, call) = match self.stage {
            Stage::Sync => (self, Pass::Sync, Call::SyncPod { kind: waiting.kind, pod }),
            Stage::Terminating { .. } => {
                let grace = waiting.update.kill.map(|kill| kill.grace.into());
                (self.begin(), Pass::Terminating, Call::SyncTerminatingPod { pod, grace })
            }
            Stage::Terminated { .. } | Stage::Finished { .. } => {
                (self, Pass::Terminated, Call::SyncTerminatedPod { pod })
            }
        };
        Taken { next: Self { activity: Activity::Calling(pass), ..next }, call, effects: NOTHING }
    }

    /// The call in progress returns (KUB-25).
    ///
    /// # Errors
    /// [`Rejection::NoCall`] if none is in progress; then nothing has changed.
    pub fn done(self, outcome: Outcome) -> Result<Done, Rejection> {
        let rested = match self.activity {
            Activity::New | Activity::Resting => return Err(Rejection::NoCall),
            Activity::StoppingRuntime => Self { activity: Activity::New, ..self },
            Activity::Calling(_) => Self { activity: Activity::Resting, ..self },
        };
        let quiet = |next, again| Done { next: Some(next), effects: NOTHING, again };
        Ok(match (self.activity, outcome) {
            (_, Outcome::Failed | Outcome::Cancelled) => quiet(rested, Again::AfterFailure), // KUB-19
            (Activity::Calling(Pass::Sync), Outcome::Ok) => quiet(rested, Again::Periodically),
            (Activity::Calling(Pass::Sync), Outcome::Terminal) => {
                quiet(rested.request().begin().replay(), Again::Now) // a natural end
            }
            (Activity::Calling(Pass::Terminating), Outcome::Ok | Outcome::Terminal) => {
                let effects = [Some(Effect::CloseAllCompletions), None, None, None];
                Done { next: Some(rested.terminated().replay()), effects, again: Again::Now }
            }
            (Activity::Calling(Pass::Terminated), Outcome::Ok | Outcome::Terminal) => {
                Done { next: Some(rested.finish()), effects: END, again: Again::Never }
            }
            (
                Activity::StoppingRuntime | Activity::New | Activity::Resting,
                Outcome::Ok | Outcome::Terminal,
            ) => {
                Done { next: None, effects: END, again: Again::Never } // nothing is left to clean up
            }
        })
    }

    /// Housekeeping looks at a record (KUB-10, KUB-26, KUB-27).
    pub fn housekeep(self, desired: Desired) -> Housekept {
        let forgotten = Housekept { next: None, known: None, effects: END };
        let restart = self.stage.marks().contains(Marks::RESTART_REQUESTED);
        let next = match (self.stage, self.activity, desired) {
            (Stage::Finished { .. }, _, Desired::Orphan) => return forgotten,
            (Stage::Finished { .. }, _, Desired::Listed) if restart => return forgotten,
            (_, _, Desired::Listed) => self,
            (_, Activity::New, Desired::Orphan) if !self.stage.marks().contains(Marks::OBSERVED_RUNTIME) => {
                return forgotten; // nothing to stop
            }
            (Stage::Sync, _, Desired::Orphan) => {
                let subject = self.handled.map_or(Subject::Runtime, |handled| handled.subject);
                let grace = Some(grace_for(None, subject, None).grace.into());
                let stage = Stage::Terminating { begun: Begun::No, marks: Marks::DELETED, grace };
                Self { stage, ..self }.replay() // no override although a grace is stored
            }
            (Stage::Terminating { .. } | Stage::Terminated { .. }, _, Desired::Orphan) => {
                self.mark(Marks::DELETED).replay()
            }
        };
        Housekept { next: Some(next), known: Some(next.known(desired)), effects: NOTHING }
    }

    fn known(self, desired: Desired) -> Known {
        let state = match self.stage {
            Stage::Sync => Pass::Sync,
            Stage::Terminating { .. } => Pass::Terminating,
            Stage::Terminated { .. } | Stage::Finished { .. } => Pass::Terminated,
        };
        let source = |kept: Kept| match kept.subject {
            Subject::Pod(pod) => Some(pod.source),
            Subject::Runtime => None,
        };
        let waiting = self.waiting.map(|waiting| waiting.update);
        let config = self.handled.or(waiting).and_then(source);
        Known { state, desired, config }
    }

    /// Whether a worker is at this record: a call is in progress or an update waits that it has not declined.
    #[must_use]
    pub fn is_working(self) -> bool {
        match (self.stage, self.activity, self.waiting) {
            (Stage::Finished { .. }, _, _) => false,
            (_, Activity::StoppingRuntime | Activity::Calling(_), _) => true,
            (_, Activity::New | Activity::Resting, Some(waiting)) => waiting.slot == Slot::Due,
            (_, Activity::New | Activity::Resting, None) => false,
        }
    }

    /// Whether it is started (KUB-23).
    #[must_use]
    pub const fn is_started(self) -> bool {
        match self.activity {
            Activity::New | Activity::StoppingRuntime => false,
            Activity::Resting | Activity::Calling(_) => true,
        }
    }

    /// The last handled update goes back into the slot, unless one waits there (KUB-26).
    fn replay(self) -> Self {
        let again = self.handled.map(|update| Waiting { kind: Kind::Sync, slot: Slot::Due, update });
        Self { waiting: self.waiting.or(again), ..self }
    }

    /// Effect of KUB-14, if there is a call to cancel.
    const fn cancel(self) -> Option<Effect> {
        match self.activity {
            Activity::New | Activity::Resting => None,
            Activity::StoppingRuntime | Activity::Calling(_) => Some(Effect::CancelCall),
        }
    }

    /// Requests termination without a grace, if nobody has.
    const fn request(self) -> Self {
        match self.stage {
            Stage::Sync => {
                let stage = Stage::Terminating { begun: Begun::No, marks: Marks::NONE, grace: None };
                Self { stage, ..self }
            }
            Stage::Terminating { .. } | Stage::Terminated { .. } | Stage::Finished { .. } => self,
        }
    }

    const fn begin(self) -> Self {
        let stage = match self.stage {
            Stage::Terminating { begun: _, marks, grace } => {
                Stage::Terminating { begun: Begun::Yes, marks, grace }
            }
            other @ (Stage::Sync | Stage::Terminated { .. } | Stage::Finished { .. }) => other,
        };
        Self { stage, ..self }
    }

    const fn terminated(self) -> Self {
        let stage = Stage::Terminated { marks: self.stage.marks(), grace: self.stage.grace() };
        Self { stage, ..self }
    }

    const fn finish(self) -> Self {
        let (begun, marks, grace) = (self.stage.begun(), self.stage.marks(), self.stage.grace());
        Self { stage: Stage::Finished { begun, marks, grace }, ..self }
    }

    /// Sets flags; a record whose termination is not requested has none.
    const fn mark(self, more: Marks) -> Self {
        let stage = match self.stage {
            Stage::Sync => Stage::Sync,
            Stage::Terminating { begun, marks, grace } => {
                Stage::Terminating { begun, marks: marks.with(more), grace }
            }
            Stage::Terminated { marks, grace } => Stage::Terminated { marks: marks.with(more), grace },
            Stage::Finished { begun, marks, grace } => {
                Stage::Finished { begun, marks: marks.with(more), grace }
            }
        };
        Self { stage, ..self }
    }
}
