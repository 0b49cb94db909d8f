//! One Pod on the node: what the kubelet knows of it, when something is due, and how an update reaches its worker.

use std::collections::VecDeque;
use std::time::Duration;

use super::object::{Action, Deed, Log, Object, PodId, Reason, Status};
use super::pass::InCall;
use super::runtime::Runtime;
use super::spec::{Pace, PodSpec, next_of};
use crate::backoff::Series;
use crate::final_status::{self, Finished};
use crate::kubelet_admission::{self, Handler, Need, Rejected, admit, needed};
use crate::phase::Source;
use crate::sync::Start;
use crate::time::{Grace, Now, Time};
use crate::worker::{
    self, Desired, Difference, Effect, Effects, Event, Housekeeping, Kind, Outcome, Sources, Subject, Turn,
    Update, Worker,
};

/// What a step may look at besides its Pod.
pub(super) struct Ctx<'a> {
    pub(super) now: Duration,
    pub(super) epoch: Time,
    pub(super) pace: Pace,
    pub(super) synced: Housekeeping,
    pub(super) refuses: Option<Reason>,
    pub(super) id: PodId,
    pub(super) log: &'a mut Log,
}

impl Ctx<'_> {
    /// A time since the beginning, as it would be stored.
    pub(super) const fn time(&self, at: Duration) -> Time {
        self.epoch.plus(Grace::from_secs(at.as_secs()))
    }

    pub(super) const fn clock(&self) -> Now {
        self.clock_at(self.now)
    }

    pub(super) const fn clock_at(&self, at: Duration) -> Now {
        Now::with_nanos(self.time(at), at.subsec_nanos())
    }

    /// A clock time as the time since the beginning.
    pub(super) const fn since_beginning(&self, clock: Now, nanos: u32) -> Duration {
        let secs = clock.floor().as_unix().saturating_sub(self.epoch.as_unix());
        Duration::new(if secs < 0 { 0 } else { secs.unsigned_abs() }, nanos)
    }

    pub(super) fn note(&mut self, action: Action) {
        self.log.done.push(Deed { at: self.now, pod: self.id, action });
    }
}

/// What the kubelet holds in memory: a restart loses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kubelet {
    /// The object as last seen.
    pub(super) given: Option<Object>,
    /// Whether the source still lists it.
    pub(super) desired: Desired,
    /// The mirror of a static Pod, as last seen.
    pub(super) mirror: Option<Object>,
    pub(super) worker: Option<Worker>,
    pub(super) cached: Option<Status>,
    pub(super) finished: Finished,
    /// The status function of the last killer (PHA-18).
    pub(super) killer: Option<Reason>,
    pub(super) backoff: Vec<Series>,
    /// Whether the last attempt to start a container was put off: [`Start::No`].
    pub(super) delayed: Vec<Start>,
    pub(super) call: Option<InCall>,
    /// When the last call returned.
    pub(super) returned: Option<Duration>,
    pub(super) wake: Option<Duration>,
    pub(super) relist: Option<Duration>,
    pub(super) retry: Option<Duration>,
    pub(super) deadline: Option<Duration>,
    pub(super) write: Option<Duration>,
    pub(super) tick: Option<Duration>,
}

impl Kubelet {
    pub(super) fn new(containers: usize) -> Self {
        Self {
            given: None,
            desired: Desired::Orphan,
            mirror: None,
            worker: None,
            cached: None,
            finished: Finished::No,
            killer: None,
            backoff: vec![Series::CLEAR; containers],
            delayed: vec![Start::Yes; containers],
            call: None,
            returned: None,
            wake: None,
            relist: None,
            retry: None,
            deadline: None,
            write: None,
            tick: None,
        }
    }

    pub(super) fn write_soon(&mut self, ctx: &Ctx<'_>) {
        self.write = self.write.or_else(|| Some(ctx.now.saturating_add(ctx.pace.write)));
    }
}

/// One Pod: the object, the runtime, the kubelet's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pod {
    pub(super) spec: PodSpec,
    pub(super) source: Source,
    pub(super) stands_for: final_status::Object,
    pub(super) object: Option<Object>,
    /// What the kubelet's watch is still to deliver; `None` is a DELETED event.
    pub(super) inbox: VecDeque<(Duration, Option<Object>)>,
    pub(super) runtime: Runtime,
    pub(super) kubelet: Kubelet,
}

/// What is due, in the order in which it happens at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    Processes,
    Call,
    Watch,
    Relist,
    Deadline,
    Retry,
    Wake,
    Write,
    Tick,
}

impl Pod {
    pub(super) fn new(spec: PodSpec, source: Source) -> Self {
        let stands_for = match source {
            Source::Api => final_status::Object::Own,
            Source::Static => final_status::Object::Mirror,
        };
        let (runtime, kubelet) = (Runtime::new(&spec), Kubelet::new(spec.containers.len()));
        Self { spec, source, stands_for, object: None, inbox: VecDeque::new(), runtime, kubelet }
    }

    /// What happens next, and when.
    pub(super) fn due(&self) -> Option<(Duration, Next)> {
        let kubelet = &self.kubelet;
        let due = [
            (self.runtime.due(), Next::Processes),
            (kubelet.call.as_ref().and_then(InCall::due), Next::Call),
            (self.inbox.front().map(|(at, _)| *at), Next::Watch),
            (kubelet.relist, Next::Relist),
            (kubelet.deadline, Next::Deadline),
            (kubelet.retry, Next::Retry),
            (kubelet.wake, Next::Wake),
            (kubelet.write, Next::Write),
            (kubelet.tick, Next::Tick),
        ];
        due.into_iter().filter_map(|(at, next)| Some((at?, next))).min()
    }

    /// Lets happen what is due.
    pub(super) fn step(&mut self, next: Next, ctx: &mut Ctx<'_>) {
        match next {
            Next::Processes => {
                for (container, code) in self.runtime.pass_time(ctx.now) {
                    ctx.note(Action::Exited { container, code });
                }
                self.relist_soon(ctx);
            }
            Next::Call => self.go_on(ctx),
            Next::Watch => self.watch(ctx),
            Next::Relist => {
                self.kubelet.relist = None;
                self.sync(ctx);
            }
            Next::Deadline => {
                self.kubelet.deadline = None;
                self.sync(ctx);
            }
            Next::Retry => {
                self.kubelet.retry = None;
                self.sync(ctx);
            }
            Next::Wake => {
                self.kubelet.wake = None;
                self.wake(ctx);
            }
            Next::Write => {
                self.kubelet.write = None;
                self.write_status(ctx);
            }
            Next::Tick => {
                self.kubelet.tick = None;
                self.write_status(ctx);
            }
        }
        self.arm(ctx);
    }

    /// Sets the timers that follow from the state.
    pub(super) fn arm(&mut self, ctx: &Ctx<'_>) {
        let works = self.kubelet.worker.is_some_and(Worker::is_working);
        if works && self.kubelet.call.is_none() && self.kubelet.wake.is_none() {
            let begins = self.kubelet.returned.map_or(ctx.now, |last| {
                ctx.pace.relist.after(last).max(ctx.now).saturating_add(ctx.pace.pass) // KUB-70
            });
            self.kubelet.wake = Some(begins);
        }
        self.kubelet.tick = match self.is_out_of_date(ctx) && self.kubelet.write.is_none() {
            true => self.kubelet.tick.or_else(|| Some(next_of(ctx.pace.tick, TICKS, ctx.now))),
            false => None,
        };
    }

    /// The runtime has changed; a relist will notice (KUB-70).
    pub(super) fn relist_soon(&mut self, ctx: &Ctx<'_>) {
        self.kubelet.relist = self.kubelet.relist.or_else(|| Some(ctx.pace.relist.after(ctx.now)));
    }

    /// A periodic pass, a retry, or a change in the runtime.
    fn sync(&mut self, ctx: &mut Ctx<'_>) {
        if self.kubelet.worker.is_none() || self.kubelet.desired == Desired::Orphan {
            return; // rejected, or housekeeping's business
        }
        if let Some(facts) = self.worker_facts() {
            let subject = Subject::Pod(facts);
            self.update(Update { kind: Kind::Sync, subject, kill: None }, None, ctx);
        }
    }

    pub(super) fn worker_facts(&self) -> Option<worker::Facts> {
        self.kubelet.given.as_ref().map(|given| worker::Facts {
            phase: Some(given.status.phase),
            deletion: given.deletion,
            spec_grace: self.spec.grace,
            source: self.source,
        })
    }

    /// Gives the worker an update; `killer` is the status function of a kill.
    pub(super) fn update(&mut self, update: Update, killer: Option<Reason>, ctx: &mut Ctx<'_>) {
        let worker::Step { next, effects, fate: _ } =
            worker::update(self.kubelet.worker, update, self.runtime.remains());
        self.kubelet.worker = next;
        if effects.contains(&Some(Effect::KeepCompletion)) && killer.is_some() {
            self.kubelet.killer = killer; // only the last one is applied (PHA-18)
        }
        self.perform(effects, ctx);
    }

    pub(super) fn perform(&mut self, effects: Effects, ctx: &mut Ctx<'_>) {
        for effect in effects.into_iter().flatten() {
            match effect {
                Effect::CancelCall => self.cancel(ctx),
                Effect::CloseAllCompletions => self.kubelet.killer = None,
                // A node gives every static Pod a name of its own: nobody waits for one.
                Effect::JoinQueue | Effect::ReleaseName => {}
                // What the record says is enough: there are no threads and no channels here.
                Effect::StartWorker
                | Effect::StopWorker
                | Effect::KeepCompletion
                | Effect::CloseCompletion => {}
            }
        }
    }

    /// The worker takes the update that waits (KUB-23).
    fn wake(&mut self, ctx: &mut Ctx<'_>) {
        let Some(Ok(taken)) = self.kubelet.worker.map(|worker| worker.take(Turn::Mine)) else { return };
        self.kubelet.worker = Some(taken.next);
        self.perform(taken.effects, ctx);
        self.begin(taken.call, ctx);
    }

    /// A call has returned (KUB-25).
    pub(super) fn returned(&mut self, outcome: Outcome, ctx: &mut Ctx<'_>) {
        self.kubelet.returned = Some(ctx.now);
        let backed_off = self.kubelet.call.take().and_then(|call| call.retry);
        let Some(Ok(done)) = self.kubelet.worker.map(|worker| worker.done(outcome)) else { return };
        self.kubelet.worker = done.next;
        if done.next.is_none() {
            ctx.note(Action::Forgotten);
        }
        self.perform(done.effects, ctx);
        self.kubelet.retry = match done.again {
            worker::Again::Now | worker::Again::Never => None,
            worker::Again::Periodically => Some(ctx.now.saturating_add(RESYNC)),
            worker::Again::AfterFailure => {
                let latest = ctx.now.saturating_add(RESYNC);
                let usual = ctx.now.saturating_add(Duration::from_secs(*worker::RETRY_SECS.start()));
                Some(backed_off.map_or(usual, |until| until.min(latest))) // CRE-56
            }
        };
    }

    /// The watch delivers (KUB-01).
    fn watch(&mut self, ctx: &mut Ctx<'_>) {
        let Some((_, object)) = self.inbox.pop_front() else { return };
        if self.source == Source::Static {
            self.kubelet.mirror = object; // the source of the Pod is its file
            return self.sync(ctx);
        }
        let difference = match (&self.kubelet.given, &object, self.kubelet.desired) {
            (_, Some(_), Desired::Orphan) | (None, Some(_), Desired::Listed) => Difference::New,
            (Some(_), None, Desired::Listed) => Difference::Gone,
            (Some(old), Some(new), Desired::Listed) => {
                if (old.deletion, old.generation) != (new.deletion, new.generation) {
                    Difference::Changed
                } else if old.status != new.status {
                    Difference::StatusOnly
                } else {
                    Difference::None
                }
            }
            (None, None, _) | (Some(_), None, Desired::Orphan) => Difference::None,
        };
        self.kubelet.desired = if object.is_some() { Desired::Listed } else { Desired::Orphan };
        if object.is_some() {
            self.kubelet.given = object; // a REMOVE carries the object last seen
        }
        self.configured(difference, ctx);
    }

    /// What a change in a source makes the kubelet do (KUB-01, KUB-03).
    pub(super) fn configured(&mut self, difference: Difference, ctx: &mut Ctx<'_>) {
        let Some(facts) = self.worker_facts() else { return };
        let Some(event) = Event::of(difference, facts) else { return };
        if event == Event::Reconcile {
            return; // the copy is stored, the worker hears nothing (PHA-37)
        }
        if event == Event::Add && self.is_rejected(ctx) {
            return;
        }
        if let Ok(update) = event.update(facts, Sources::Complete) {
            self.update(update, None, ctx);
        }
    }

    /// Admission of a Pod that is new to the kubelet (CRE-40 … CRE-42); only the shutdown of the node rejects
    /// (KUB-68).
    fn is_rejected(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let Some(given) = &self.kubelet.given else { return false };
        if needed(Some(given.status.phase), self.kubelet.worker) == Need::Skipped {
            return false;
        }
        let shutdown = ctx.refuses.map(|_| kubelet_admission::Reason::NodeShutdown);
        let answer = admit(|handler| shutdown.filter(|_| handler == Handler::NodeShutdown));
        let (Err(_), Some(reason)) = (answer, ctx.refuses) else { return false };
        let Object { status, .. } = Object::new(given.finalizers);
        ctx.note(Action::Rejected);
        self.cache_status(Status { phase: Rejected::PHASE, reason, ..status }, ctx);
        true
    }
}

/// How long after a success the next pass comes, without jitter (CRE-56).
const RESYNC: Duration = Duration::from_secs(60);
/// The period of the status writer's ticks (PHA-35).
const TICKS: Duration = Duration::from_secs(10);
