//! The kubelet: what it sees, whom it admits, and the calls of its pod workers. Who decides is `pod_lifecycle`. A call is in
//! progress where the activity of the worker says so; calls do not fail here (`pod`).

use pod_lifecycle::Grace;
use pod_lifecycle::container::{ContainerFacts, ContainerPolicy, ContainerState, Role, Started};
use pod_lifecycle::final_status::{
    self, Ending, FinalDelete, Finished, Initialization, Inits, Object as Whose, Shown, final_delete,
};
use pod_lifecycle::kubelet_admission::{self, Handler, InRuntime, Need, Reason, Room, admit, pushes_through};
use pod_lifecycle::phase::{
    self, Copies, Deadline, Deleting, Initialized, Phase, Processes, Publication, Source, settle,
};
use pod_lifecycle::sync::{self, Container, Reset, SandboxNeed, Start};
use pod_lifecycle::worker::{
    self, Activity, Call, Config, Desired, Difference, Event, Facts, Housekeeping, Killer, Kind, Outcome,
    Pass, Question, Remains, Sources, Stage, Subject, Taken, Turn, Update, Worker,
};

use super::actions::Action;
use super::state::{Course, Incarnation, Life, Process, State, Stored, Uid, Why};
use super::{Capacity, Mutant, Remedy};
use crate::records;

/// What the kubelet would notice next of one Pod.
pub(super) type News = (Difference, Stored);

/// The resource that there is one of.
const DEVICE: &str = "example.com/device";

impl Capacity {
    /// What the watch of the kubelet would bring next. REMOVE comes before the ADD of another Pod (KUB-02).
    pub(super) fn news(state: &State, uid: Uid) -> Option<News> {
        let incarnation = state.of(uid)?;
        let bound = incarnation.stored.filter(|_| incarnation.is_bound());
        match (incarnation.seen, bound) {
            (Some(seen), None) => Some((Difference::Gone, seen)),
            (None, Some(stored)) => {
                let left =
                    state.of(uid.other()).is_some_and(|other| other.seen.is_some() && other.stored.is_none());
                (!left).then_some((Difference::New, stored))
            }
            (Some(seen), Some(stored)) if seen.deleting != stored.deleting => {
                Some((Difference::Changed, stored))
            }
            (Some(seen), Some(stored)) if seen != stored => Some((Difference::StatusOnly, stored)),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    pub(super) fn watch(&self, state: State, uid: Uid) -> State {
        let Some(news) = Self::news(&state, uid) else { return state };
        self.notice(state, uid, news)
    }

    /// A config event (KUB-01 … KUB-03). A new Pod goes through admission (CRE-40).
    fn notice(&self, state: State, uid: Uid, (difference, object): News) -> State {
        let seen = Some(object).filter(|_| difference != Difference::Gone);
        let state = state.changed(uid, |incarnation| incarnation.seen = seen);
        let facts = object.facts();
        match Event::of(difference, facts) {
            None | Some(Event::Reconcile) => state, // PHA-37
            Some(event @ (Event::Add | Event::Remove | Event::Update | Event::Delete)) => {
                let asked = event == Event::Add && self.needs(&state, uid, object) == Need::Asked;
                if let Some(why) = asked.then(|| self.refuses(&state, uid)).flatten() {
                    return self.reject(state, uid, why);
                }
                event.update(facts, Sources::Complete).map_or(state, |update| self.push(state, uid, update))
            }
        }
    }

    /// Whether the handlers are asked (CRE-40).
    fn needs(&self, state: &State, uid: Uid, object: Stored) -> Need {
        let record = state.of(uid).and_then(|incarnation| incarnation.worker);
        if self.is(Mutant::EndedAsked) {
            return kubelet_admission::needed(None, record);
        }
        kubelet_admission::needed(Some(object.course.phase()), record)
    }

    /// What the handlers say (CRE-41).
    fn refuses(&self, state: &State, uid: Uid) -> Option<Why> {
        let taken = state.of(uid.other()).is_some_and(|other| self.counts(state.life, &other) == Room::Taken);
        let answer = admit(|handler| match handler {
            Handler::ResourceManagers => (!state.plugin).then_some(Reason::UnexpectedAdmissionError),
            Handler::Predicates => taken.then_some(Reason::OutOf(DEVICE)),
            Handler::ResizeSupport
            | Handler::Eviction
            | Handler::Sysctls
            | Handler::AppArmor
            | Handler::PodFeatures
            | Handler::DeclaredFeatures
            | Handler::NodeShutdown => None,
        });
        let rejected = answer.err()?;
        Some(if rejected.handler == Handler::Predicates { Why::NoRoom } else { Why::NoPlugin })
    }

    /// Whether another Pod has the device, as the kubelet counts.
    fn counts(&self, life: Life, other: &Incarnation) -> Room {
        let Some(seen) = other.seen else {
            let left = self.has(Remedy::CountsTheLeft) && other.runs();
            return if left { Room::Taken } else { Room::Free };
        };
        if self.is(Mutant::EndedCounts) || (self.is(Mutant::BegunCounts) && life == Life::Begun) {
            return Room::Taken;
        }
        if self.is(Mutant::NobodyCounts) {
            return Room::Free;
        }
        let cached = Self::status(other);
        kubelet_admission::room(Some(seen.course.phase()), cached, other.worker)
    }

    /// CRE-42: a status, and no worker.
    fn reject(&self, state: State, uid: Uid, why: Why) -> State {
        let state = state.changed(uid, |incarnation| {
            incarnation.rejected = Some(why);
            incarnation.stranded |= incarnation.runs();
        });
        let Some(object) = state.of(uid).and_then(|incarnation| incarnation.seen) else { return state };
        if self.is(Mutant::RejectedGoesOn) {
            let update = Update { kind: Kind::Create, subject: Subject::Pod(object.facts()), kill: None };
            return self.push(state, uid, update);
        }
        state
    }

    /// The kubelet process is gone, and what is not on the node is lost (KUB-61). The next one begins with a list, which is a
    /// consistent read, and takes the oldest Pod first (CRE-40). What happens until then nobody tells from what the one before did not
    /// see any more.
    pub(super) fn restart(&self, state: State, plugin: bool) -> State {
        let [first, second] = Uid::ALL;
        let runs = |uid| state.of(uid).is_some_and(|incarnation| incarnation.runs());
        let order = if self.has(Remedy::RunningFirst) && runs(second) && !runs(first) {
            [second, first]
        } else {
            [first, second]
        };
        let begun = Uid::ALL.into_iter().fold(State { life: Life::Begun, plugin, ..state }, |state, uid| {
            state.changed(uid, |incarnation| {
                (incarnation.seen, incarnation.worker, incarnation.rejected) = (None, None, None);
            })
        });
        let listed = order.into_iter().fold(begun, |state, uid| {
            let stored =
                state.of(uid).filter(Incarnation::is_bound).and_then(|incarnation| incarnation.stored);
            stored.map_or(state, |stored| self.notice(state, uid, (Difference::New, stored)))
        });
        // Housekeeping makes a difference only for those.
        let rejected = listed.alive.into_iter().flatten().any(|incarnation| incarnation.rejected.is_some());
        State { life: if rejected { Life::Listed } else { Life::Synced }, ..listed }
    }

    /// An update reaches the worker, which takes it as soon as it is free.
    fn push(&self, state: State, uid: Uid, update: Update) -> State {
        let pushed = state.changed(uid, |incarnation| {
            incarnation.worker = worker::update(incarnation.worker, update, remains(incarnation)).next;
        });
        self.advance(pushed, uid)
    }

    /// The worker takes what waits until a call lasts or nothing waits.
    fn advance(&self, state: State, uid: Uid) -> State {
        state.changed(uid, |incarnation| {
            while let Some(Taken { next, call, effects: _ }) =
                incarnation.worker.and_then(|worker| worker.take(Turn::Mine).ok())
            {
                incarnation.worker = Some(next);
                let returned = match call {
                    Call::SyncPod { kind: _, pod } => self.sync_pod(incarnation, pod),
                    Call::SyncTerminatingPod { .. }
                    | Call::SyncTerminatingRuntimePod
                    | Call::SyncTerminatedPod { .. }
                    | Call::HeldBack
                    | Call::NeverStarts
                    | Call::Idle => None,
                };
                let Some(outcome) = returned else { break };
                incarnation.worker = done(Some(next), outcome);
            }
        })
    }

    /// What its worker is at, as steps that end it.
    pub(super) fn next_of_worker(incarnation: &Incarnation, uid: Uid) -> Option<Action> {
        let worker = incarnation.worker?;
        match worker.activity {
            Activity::Calling(Pass::Sync) => Some(Action::Start(uid)),
            Activity::StoppingRuntime | Activity::Calling(Pass::Terminating) => Some(Action::Stop(uid)),
            Activity::Calling(Pass::Terminated) => Some(Action::Finish(uid)),
            Activity::New | Activity::Resting => {
                let unnoticed = worker.stage == Stage::Sync && incarnation.process == Process::Done;
                unnoticed.then_some(Action::Tick(uid))
            }
        }
    }

    /// A call of the worker returns, and this is what the node looks like then.
    fn returned(&self, state: State, uid: Uid, process: impl Fn(Process) -> Process) -> State {
        let state = state.changed(uid, |incarnation| {
            incarnation.process = process(incarnation.process);
            incarnation.worker = done(incarnation.worker, Outcome::Ok);
        });
        self.advance(state, uid)
    }

    pub(super) fn started(&self, state: State, uid: Uid) -> State {
        self.returned(state, uid, |_| Process::Running)
    }

    pub(super) fn stopped(&self, state: State, uid: Uid) -> State {
        self.returned(state, uid, |process| match process {
            Process::Running => Process::Killed,
            Process::None | Process::Done | Process::Killed => process,
        })
    }

    pub(super) fn finished(&self, state: State, uid: Uid) -> State {
        self.returned(state, uid, |process| process)
    }

    pub(super) fn tick(&self, state: State, uid: Uid) -> State {
        let Some(seen) = state.of(uid).and_then(|incarnation| incarnation.seen) else { return state };
        self.push(state, uid, Update { kind: Kind::Sync, subject: Subject::Pod(seen.facts()), kill: None })
    }

    /// One cycle of the status writer (KUB-36): GET, PATCH if something differs, the final DELETE if it is due. That DELETE
    /// carries the UID, so it is one step with the rest (`identity`).
    pub(super) fn report(&self, state: State, uid: Uid) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let (Some(stored), Some(_)) = (incarnation.stored, incarnation.seen) else { return state }; // PHA-36
        let Some(cached) = Self::status(&incarnation) else { return state };
        let possible =
            Question::CouldHaveRunningContainers.answer(incarnation.worker, housekeeping(state.life));
        let held = self.has(Remedy::WithholdsRejected) && incarnation.runs();
        let early = self.is(Mutant::EndsEarly);
        let processes = if (possible && !early) || held { Processes::Possible } else { Processes::Stopped };
        let phase = match phase::publish(Some(stored.course.phase()), Some(cached), processes) {
            Publication::New => cached,
            Publication::Withheld => stored.course.phase(),
        };
        let deleting = if stored.deleting { Deleting::Yes } else { Deleting::No };
        let finished =
            incarnation.worker.is_some_and(|worker| matches!(worker.stage, Stage::Finished { .. }));
        let finished = if finished { Finished::Yes } else { Finished::No };
        let decision = final_delete(deleting, Whose::Own, Some(phase), finished);
        let course = Course::of(phase);
        // What it wrote it sees at once: until then only housekeeping would ask.
        let seen = incarnation.seen.map(|seen| Stored { course, ..seen });
        let stored = Some(Stored { course, ..stored });
        let state = state.with(uid, Incarnation { stored, seen, ..incarnation });
        match decision {
            FinalDelete::Sent => Self::delete(state, uid, Some(Grace::ZERO)),
            FinalDelete::Withheld => state,
        }
    }

    /// The phase in the status cache of the kubelet; none if it has no status of the Pod.
    fn status(incarnation: &Incarnation) -> Option<Phase> {
        match (incarnation.rejected, incarnation.worker) {
            (Some(_), _) => Some(kubelet_admission::Rejected::PHASE), // CRE-42, PHA-11
            (None, Some(worker)) => cached(&worker, incarnation),
            (None, None) => None,
        }
    }

    /// Whether the runtime holds something of a Pod that no worker knows (KUB-60).
    pub(super) fn is_orphan(&self, life: Life, incarnation: &Incarnation) -> bool {
        life == Life::Synced
            && incarnation.worker.is_none()
            && remains(incarnation) == Remains::Something
            && !self.is(Mutant::OrphanSpared)
    }

    /// Whether housekeeping pushes a listed Pod that no worker knows through one (CRE-46).
    pub(super) fn is_pushed(&self, life: Life, incarnation: &Incarnation) -> bool {
        let Some(seen) = incarnation.seen else { return false };
        let runtime = if incarnation.runs() { InRuntime::Running } else { InRuntime::Gone };
        let pushed = pushes_through(seen.course.phase(), seen.deletion(), incarnation.worker, runtime);
        life == Life::Synced && pushed && !self.is(Mutant::RejectedForgotten)
    }

    pub(super) fn push_through(&self, state: State, uid: Uid) -> State {
        let Some(seen) = state.of(uid).and_then(|incarnation| incarnation.seen) else { return state };
        self.push(state, uid, Update { kind: Kind::Kill, subject: Subject::Pod(seen.facts()), kill: None })
    }

    pub(super) fn kill_orphan(&self, state: State, uid: Uid) -> State {
        let kill = Killer::Orphan.options(None);
        self.push(state, uid, Update { kind: Kind::Kill, subject: Subject::Runtime, kill })
    }

    /// One normal pass (CRE-50); `None` if it goes on with a start.
    fn sync_pod(&self, incarnation: &Incarnation, pod: Config) -> Option<Outcome> {
        let rejected = incarnation.rejected.is_some() && !self.is(Mutant::RejectedGoesOn);
        let previous = rejected.then_some(kubelet_admission::Rejected::PHASE).or(pod.phase);
        let copies = Copies { previous, api: pod.phase };
        if computed(incarnation, copies, phase::Pass::Running).is_terminal() {
            return Some(Outcome::Terminal);
        }
        let sandbox = match incarnation.process {
            Process::None => SandboxNeed::New { attempt: 0 },
            Process::Running => SandboxNeed::Fits,
            Process::Done | Process::Killed => SandboxNeed::New { attempt: 1 },
        };
        let facts = sync::Facts {
            policy: Some(incarnation.policy()),
            deleting: Deleting::No,
            sandbox,
            reset: Reset::NotDue,
        };
        let instance = incarnation.process.instance();
        let policy = ContainerPolicy::default();
        let containers = [Container { role: Role::Regular, policy, instances: instance.as_slice() }];
        let starts = sync::plan(facts, &containers).verdicts().any(|verdict| verdict.starts() == Start::Yes);
        (!starts).then_some(Outcome::Ok)
    }
}

fn remains(incarnation: &Incarnation) -> Remains {
    if incarnation.runs() { Remains::Something } else { Remains::Nothing }
}

const fn housekeeping(life: Life) -> Housekeeping {
    match life {
        Life::Begun | Life::Listed => Housekeeping::NotYet,
        Life::Synced => Housekeeping::Done,
    }
}

fn done(worker: Option<Worker>, outcome: Outcome) -> Option<Worker> {
    worker.and_then(|worker| worker.done(outcome).map_or(Some(worker), |done| done.next))
}

/// The phase that a pass computes (PHA-04, PHA-11, PHA-15).
fn computed(incarnation: &Incarnation, copies: Copies, pass: phase::Pass) -> Phase {
    let process = incarnation.process;
    let facts = phase::Facts {
        policy: Some(incarnation.policy()),
        pass,
        source: Source::Api,
        initialized: if process == Process::None { Initialized::No } else { Initialized::Yes },
    };
    let state = match (process, process.exit()) {
        (Process::Running, _) => ContainerState::Running(Started::Yes),
        (Process::None | Process::Done | Process::Killed, Some(exit)) => ContainerState::Terminated(exit),
        (Process::None | Process::Done | Process::Killed, None) => ContainerState::Waiting,
    };
    let container = ContainerFacts { role: Role::Regular, policy: ContainerPolicy::default(), state };
    settle(phase::compute(facts, [container]).phase(), copies, Deadline::Open).phase
}

/// The phase in the cache of the kubelet: what the last pass of the worker has left there. Of what only the runtime tells
/// no status is written (KUB-60).
fn cached(worker: &Worker, incarnation: &Incarnation) -> Option<Phase> {
    let api = match worker.handled.map(|handled| handled.subject) {
        Some(Subject::Pod(pod)) => pod.phase,
        Some(Subject::Runtime) => return None,
        None => None,
    };
    let copies = Copies { previous: api, api };
    Some(match worker.stage {
        Stage::Sync if incarnation.process == Process::Done => Phase::Running, // no pass has seen that yet
        Stage::Sync | Stage::Terminating { .. } => computed(incarnation, copies, phase::Pass::Running),
        Stage::Terminated { .. } => computed(incarnation, copies, phase::Pass::Stopped),
        Stage::Finished { .. } => {
            let phase = computed(incarnation, copies, phase::Pass::Stopped);
            let shown = match incarnation.process.exit() {
                None => Shown::Waiting,
                Some(exit) => Shown::Terminated(exit.code),
            };
            let entry = final_status::Entry { shown, last: None };
            let initialized = Initialization::of(Inits::None, [entry]);
            Ending::of(initialized, &[], Some(phase), Source::Api).phase.unwrap_or(phase)
        }
    })
}

/// Housekeeping looks at a record whose call has ended (KUB-27). What it does to one that waits for nothing nobody else
/// sees, so it is no step of its own; nor is the REMOVE of a Pod that is finished.
pub(super) fn housekept(incarnation: Incarnation) -> Incarnation {
    let Some(worker) = incarnation.worker.filter(|worker| !worker.is_working()) else { return incarnation };
    let finished = matches!(worker.stage, Stage::Finished { .. }) && incarnation.stored.is_none();
    let seen = incarnation.seen.filter(|_| !finished);
    let desired = if seen.is_some() { Desired::Listed } else { Desired::Orphan };
    Incarnation { seen, worker: worker.housekeep(desired).next, ..incarnation }
}

/// A record without what nobody will read again: no grace is ever compared here.
pub(super) fn spent(worker: Worker, incarnation: &Incarnation) -> Worker {
    records::spent(worker, |phase| {
        let phase = phase.filter(|_| incarnation.seen.is_some());
        Config::of(Facts { phase, ..Stored::NEW.facts() })
    })
}
