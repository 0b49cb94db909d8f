//! The kubelet: what it sees, and the calls of its pod workers. Who decides is `pod_lifecycle`; a call that takes time
//! is kept in [`Flight`].

use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, Exit, ExitReason, Health, Role, Started,
};
use pod_lifecycle::final_status::{
    self, Ending, FinalDelete, Finished, Initialization, Inits, Object, Shown, final_delete,
};
use pod_lifecycle::phase::{
    self, Copies, Deadline, Deleting, Initialized, Phase, Processes, Publication, Source, settle,
};
use pod_lifecycle::sync::{self, Container, Reset, SandboxNeed, Start};
use pod_lifecycle::termination::{GraceSources, KillReason};
use pod_lifecycle::worker::{
    self, Activity, Call, Config, ConfigGrace, Desired, Difference, Event, Housekeeping, Killer, Kind, Marks,
    Outcome, Pass, Question, Remains, Sources, Stage, Subject, Taken, Turn, Update, Worker,
};

use super::actions::{Admission, Stopped};
use super::state::{
    Cached, Code, Entry, Flight, Instance, Life, Local, Pod, State, Status, Token, Uid, View, Writer,
};
use super::{Mutant, Pods};

/// What the kubelet would notice next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// REMOVE.
    Gone(View),
    /// ADD.
    New(Pod),
    /// UPDATE, or DELETE.
    Changed(Pod),
    /// RECONCILE.
    StatusOnly(Pod),
}

/// What the kubelet would notice next under the name, if its view is behind. REMOVE comes before the ADD of a
/// successor (KUB-02).
pub(super) fn news(state: &State) -> Option<News> {
    let bound = state.pod.filter(|pod| pod.bound);
    match (state.view, bound) {
        (Some(view), None) => Some(News::Gone(view)),
        (Some(view), Some(pod)) if view.uid != pod.uid => Some(News::Gone(view)),
        (None, Some(pod)) => Some(News::New(pod)),
        (Some(view), Some(pod)) if view.grace != pod.grace => Some(News::Changed(pod)),
        (Some(view), Some(pod)) if view.ended != pod.view().ended => Some(News::StatusOnly(pod)),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

impl Instance {
    /// As the status shows it.
    pub(super) const fn entry(self) -> Entry {
        match self {
            Self::None | Self::Created | Self::Running => Entry::Going,
            Self::Exited(_) => Entry::Ended,
        }
    }

    const fn known(self) -> Option<pod_lifecycle::container::Instance> {
        use pod_lifecycle::container::Instance;
        match self {
            Self::None => None,
            Self::Created => Some(Instance::Created),
            Self::Running => Some(Instance::Running(Health::GOOD)),
            Self::Exited(code) => Some(Instance::Exited(exit(code))),
        }
    }
}

const fn exit(code: Code) -> Exit {
    Exit { code: code.number(), reason: ExitReason::Other }
}

const fn housekeeping(life: Life) -> Housekeeping {
    match life {
        Life::Listing | Life::Listed => Housekeeping::NotYet,
        Life::Synced => Housekeeping::Done,
    }
}

const fn remains(local: &Local) -> Remains {
    match (local.instance, local.sandbox) {
        (Instance::Running, _) | (_, true) => Remains::Something,
        (Instance::None | Instance::Created | Instance::Exited(_), false) => Remains::Nothing,
    }
}

impl Pods {
    /// The watch, or the first list of a new process, brings what is stored.
    pub(super) fn observe(&self, state: State, admission: Admission) -> State {
        let state = State { life: state.life.max(Life::Listed), ..state };
        let Some(news) = news(&state) else { return state };
        let (difference, view, next) = match news {
            News::Gone(view) => (Difference::Gone, view, State { view: None, ..state }),
            News::New(pod) => (Difference::New, pod.view(), state),
            News::Changed(pod) => (Difference::Changed, pod.view(), state),
            News::StatusOnly(pod) => (Difference::StatusOnly, pod.view(), state),
        };
        let next = match news {
            News::Gone(_) => next,
            News::New(pod) | News::Changed(pod) | News::StatusOnly(pod) => {
                State { view: Some(pod.view()), ..next }
            }
        };
        let mut facts = view.facts();
        if self.is(Mutant::RestartsEnded) && matches!(news, News::New(_)) {
            facts.phase = Some(Phase::Pending);
        }
        let Some(event) = Event::of(difference, facts) else { return next };
        match (event, admission) {
            (Event::Reconcile, _) => next, // PHA-37
            (Event::Add, Admission::Rejected) => self.reject(next, view.uid, facts),
            (Event::Add | Event::Remove | Event::Update | Event::Delete, _) => event
                .update(facts, Sources::Complete)
                .map_or(next, |update| self.push(next, view.uid, update)),
        }
    }

    /// CRE-42: the status is written, no worker is started.
    fn reject(&self, state: State, uid: Uid, facts: worker::Facts) -> State {
        let Some(local) = state.local(uid) else { return state };
        let status = Status { phase: Phase::Failed, entry: Entry::Going };
        let cached = Some(Cached { status, finished: false });
        let state = state.with_local(uid, Some(Local { cached, rejected: true, ..local }));
        if self.is(Mutant::RejectedRuns) {
            let facts = worker::Facts { phase: None, ..facts };
            let update = Update { kind: Kind::Create, subject: Subject::Pod(facts), kill: None };
            let state = state.with_local(uid, Some(Local { rejected: true, ..local }));
            return self.push(state, uid, update);
        }
        state
    }

    /// An update reaches the worker, which takes it as soon as it is free.
    fn push(&self, state: State, uid: Uid, update: Update) -> State {
        let Some(local) = state.local(uid) else { return state };
        let terminated = local.worker.is_some_and(|worker| matches!(worker.stage, Stage::Terminated { .. }));
        let record = local.worker.filter(|_| !(self.is(Mutant::RecordRemade) && terminated));
        let worker = worker::update(record, update, remains(&local)).next;
        self.advance(state.with_local(uid, Some(Local { worker, ..local })), uid)
    }

    /// The worker takes what waits until a call lasts or nothing waits.
    fn advance(&self, state: State, uid: Uid) -> State {
        let Some(mut local) = state.local(uid) else { return state };
        let listed = state.seen(uid).is_some();
        while let Some(Taken { next, call, effects: _ }) =
            local.worker.and_then(|worker| worker.take(Turn::Mine).ok())
        {
            local.worker = Some(next);
            let returned = match call {
                Call::SyncPod { kind: _, pod } => self.sync_pod(&mut local, pod, listed, state.stored(uid)),
                Call::SyncTerminatingPod { pod, grace } => {
                    self.sync_terminating(&mut local, pod, grace.map(Token::of), listed);
                    None
                }
                Call::SyncTerminatingRuntimePod => {
                    local.flight = Flight::Stopping(Token::One); // KUB-60
                    None
                }
                Call::SyncTerminatedPod { pod } => {
                    self.cache(&mut local, pod.phase, phase::Pass::Stopped, listed); // KUB-30 step 1
                    None
                }
                Call::HeldBack | Call::NeverStarts | Call::Idle => None,
            };
            let Some(outcome) = returned else { break };
            local.worker = next.done(outcome).map_or(Some(next), |done| done.next);
        }
        state.with_local(uid, Some(local))
    }

    /// One normal pass (CRE-50); `None` if it goes on with a start.
    fn sync_pod(&self, local: &mut Local, pod: Config, listed: bool, stored: Option<Pod>) -> Option<Outcome> {
        let phase = self.cache(local, pod.phase, phase::Pass::Running, listed);
        if phase.is_terminal() && !self.is(Mutant::EndsUnnoticed) {
            return Some(Outcome::Terminal);
        }
        let unrecorded = stored.is_some_and(|pod| pod.status.phase == Phase::Pending);
        let instance = if self.is(Mutant::RunsTwice) && unrecorded { None } else { local.instance.known() };
        let facts = sync::Facts {
            policy: Some(local.policy.api()),
            deleting: match pod.grace() {
                ConfigGrace::Deletion(_) => Deleting::Yes,
                ConfigGrace::Spec(_) | ConfigGrace::Unset => Deleting::No,
            },
            sandbox: match (local.sandbox, local.instance) {
                (true, _) => SandboxNeed::Fits,
                (false, Instance::None) => SandboxNeed::New { attempt: 0 },
                (false, Instance::Created | Instance::Running | Instance::Exited(_)) => {
                    SandboxNeed::New { attempt: 1 }
                }
            },
            reset: Reset::NotDue,
        };
        let policy = ContainerPolicy::default();
        let containers = [Container { role: Role::Regular, policy, instances: instance.as_slice() }];
        if sync::plan(facts, &containers).verdicts().any(|verdict| verdict.starts() == Start::Yes) {
            (local.flight, local.sandbox, local.mounted) = (Flight::Pulling, true, true);
            return None;
        }
        Some(Outcome::Ok)
    }

    /// KUB-20 steps 1 to 3, up to the stop call.
    fn sync_terminating(&self, local: &mut Local, pod: Config, asked: Option<Token>, listed: bool) {
        self.cache(local, pod.phase, phase::Pass::Running, listed);
        let evicted = local.worker.is_some_and(|worker| worker.stage.marks().contains(Marks::EVICTED));
        if let Some(cached) = local.cached.as_mut().filter(|_| evicted) {
            cached.status.phase = Phase::Failed; // PHA-18
        }
        let grace = asked.filter(|_| !self.is(Mutant::OverrideLost)).unwrap_or_else(|| base(pod)); // KUB-41
        local.flight = Flight::Stopping(grace);
    }

    /// Computes a status and caches it while the Pod is listed (PHA-04, PHA-10 … PHA-15).
    fn cache(&self, local: &mut Local, api: Option<Phase>, pass: phase::Pass, listed: bool) -> Phase {
        let pass = if self.is(Mutant::NeverTerminal) { phase::Pass::Running } else { pass };
        let facts = phase::Facts {
            policy: Some(local.policy.api()),
            pass,
            source: Source::Api,
            initialized: if local.instance == Instance::None { Initialized::No } else { Initialized::Yes },
        };
        let state = match local.instance {
            Instance::None | Instance::Created => ContainerState::Waiting,
            Instance::Running => ContainerState::Running(Started::Yes),
            Instance::Exited(code) => ContainerState::Terminated(exit(code)),
        };
        let container = ContainerFacts { role: Role::Regular, policy: ContainerPolicy::default(), state };
        let cached = local.cached.filter(|_| !self.is(Mutant::CacheIgnored));
        let copies = Copies { previous: cached.map(|cached| cached.status.phase).or(api), api };
        let phase = settle(phase::compute(facts, [container]).phase(), copies, Deadline::Open).phase;
        let entry = if phase.is_terminal() { local.instance.entry() } else { Entry::Going };
        let status = Status { phase, entry };
        local.cached = listed.then_some(Cached { status, finished: false });
        phase
    }

    /// The image is there and the container is created.
    pub(super) fn pulled(state: State, uid: Uid) -> State {
        let Some(local) = state.local(uid) else { return state };
        let local = Local { instance: Instance::Created, flight: Flight::Starting, ..local };
        state.with_local(uid, Some(local))
    }

    /// The container starts, or something fails; the pass returns.
    pub(super) fn started(&self, state: State, uid: Uid, outcome: Outcome) -> State {
        let Some(local) = state.local(uid) else { return state };
        let instance = if outcome == Outcome::Ok { Instance::Running } else { local.instance };
        let worker = done(local.worker, outcome);
        let local = Local { instance, flight: Flight::None, worker, ..local };
        self.advance(state.with_local(uid, Some(local)), uid)
    }

    /// The stop call returns (KUB-20 from step 3).
    pub(super) fn stopped(&self, state: State, uid: Uid, stopped: Stopped) -> State {
        let Some(mut local) = state.local(uid) else { return state };
        let listed = state.seen(uid).is_some();
        local.flight = Flight::None;
        let outcome = match stopped {
            Stopped::Yes => {
                if local.instance == Instance::Running {
                    local.instance = Instance::Exited(Code::Badly); // SIGKILL
                }
                local.sandbox = false;
                Outcome::Ok
            }
            Stopped::Failed if self.is(Mutant::StopUnchecked) => Outcome::Ok,
            Stopped::Failed => Outcome::Failed, // KUB-49
        };
        if let (Outcome::Ok, Some(Subject::Pod(pod))) = (outcome, handled(local.worker)) {
            self.cache(&mut local, pod.phase, phase::Pass::Stopped, listed); // step 7
        }
        local.worker = done(local.worker, outcome);
        self.advance(state.with_local(uid, Some(local)), uid)
    }

    /// Whether the volumes of this incarnation may be unmounted now.
    pub(super) fn may_unmount(&self, state: &State, local: &Local) -> bool {
        let removable = Question::RuntimeShouldBeRemoved.answer(local.worker, housekeeping(state.life));
        local.mounted
            && (self.is(Mutant::UnmountsEarly) || (removable && local.instance != Instance::Running))
    }

    /// Whether the wait for the volumes is over (KUB-30 steps 2 and 3).
    pub(super) fn may_finish(&self, local: &Local) -> bool {
        let waits = local.worker.is_some_and(|worker| worker.activity == Activity::Calling(Pass::Terminated));
        waits && (!local.mounted || self.is(Mutant::FinishesMounted))
    }

    /// `TerminatePod` (KUB-30 step 7, KUB-32).
    pub(super) fn finish(&self, state: State, uid: Uid) -> State {
        let Some(mut local) = state.local(uid) else { return state };
        if let Some(cached) = &mut local.cached {
            let shown = match cached.status.entry {
                Entry::Going => Shown::Waiting,
                Entry::Ended => Shown::Terminated(0),
            };
            let entry = final_status::Entry { shown, last: None };
            let initialized = Initialization::of(Inits::None, [entry]);
            let kept = self.is(Mutant::NeverTerminal) || self.is(Mutant::PhaseKept);
            let source = if kept { Source::Static } else { Source::Api };
            let ending = Ending::of(initialized, &[], Some(cached.status.phase), source);
            cached.status.phase = ending.phase.unwrap_or(cached.status.phase);
            if ending.of_regular(entry).is_some() {
                cached.status.entry = Entry::Ended;
            }
            cached.finished = true;
        }
        local.worker = done(local.worker, Outcome::Ok);
        state.with_local(uid, Some(local))
    }

    /// A periodic pass, or a retry (KUB-19).
    pub(super) fn tick(&self, state: State, uid: Uid) -> State {
        let Some(view) = state.seen(uid) else { return state };
        self.push(state, uid, Update { kind: Kind::Sync, subject: Subject::Pod(view.facts()), kill: None })
    }

    /// Eviction under pressure.
    pub(super) fn evict(&self, state: State, uid: Uid) -> State {
        let Some(view) = state.seen(uid) else { return state };
        let facts = view.facts();
        let kill = Killer::HardEviction.options(facts.spec_grace);
        self.push(state, uid, Update { kind: Kind::Kill, subject: Subject::Pod(facts), kill })
    }

    /// A rejected Pod that housekeeping pushes through the worker (CRE-46).
    fn pushed(&self, state: &State) -> Option<View> {
        let view = state.view.filter(|view| view.grace.is_some() && view.ended.is_some())?;
        let local = state.local(view.uid)?;
        let forgotten = local.worker.is_none() && remains(&local) == Remains::Nothing;
        (forgotten && !self.is(Mutant::RejectedForgotten)).then_some(view)
    }

    /// Whether housekeeping would find something to do.
    pub(super) fn untidy(&self, state: &State) -> bool {
        let orphan = |uid| {
            let worker = state.local(uid).and_then(|local| local.worker);
            state.seen(uid).is_none() && worker.is_some()
        };
        let due = state.life == Life::Listed || Uid::ALL.into_iter().any(orphan);
        state.life != Life::Listing && (due || self.pushed(state).is_some())
    }

    /// Housekeeping: `SyncKnownPods` (KUB-27), then what CRE-46 asks for.
    pub(super) fn housekeep(&self, mut state: State) -> State {
        state.life = Life::Synced;
        for uid in Uid::ALL {
            let Some(local) = state.local(uid) else { continue };
            let Some(worker) = local.worker else { continue };
            let desired = if state.seen(uid).is_some() { Desired::Listed } else { Desired::Orphan };
            let stuck = matches!(worker.stage, Stage::Terminating { .. })
                && worker.activity == Activity::Resting
                && self.is(Mutant::OrphanStuck);
            if stuck {
                continue;
            }
            let worker = worker.housekeep(desired).next;
            state = self.advance(state.with_local(uid, Some(Local { worker, ..local })), uid);
        }
        let Some(view) = self.pushed(&state) else { return state };
        let update = Update { kind: Kind::Kill, subject: Subject::Pod(view.facts()), kill: None };
        self.push(state, view.uid, update)
    }

    /// Whether the runtime holds something of an incarnation that no worker knows (KUB-60).
    pub(super) fn is_orphan(state: &State, local: &Local) -> bool {
        state.life == Life::Synced && local.worker.is_none() && remains(local) == Remains::Something
    }

    /// KUB-60, CRE-45.
    pub(super) fn kill_orphan(&self, state: State, uid: Uid) -> State {
        let kill = Killer::Orphan.options(None);
        self.push(state, uid, Update { kind: Kind::Kill, subject: Subject::Runtime, kill })
    }

    /// The process dies and another one starts: what is not on the node is lost (KUB-61).
    pub(super) fn restart(state: State) -> State {
        let mut next = State { view: None, writer: Writer::Idle, life: Life::Listing, ..state };
        for uid in Uid::ALL {
            let over =
                state.stored(uid).is_some_and(|pod| pod.grace.is_some() || pod.status.phase.is_terminal());
            next = next.with_local(
                uid,
                state.local(uid).map(|local| Local {
                    worker: None,
                    flight: Flight::None,
                    cached: None,
                    rejected: false,
                    over,
                    ..local
                }),
            );
        }
        next
    }

    /// The status writer gets the Pod and decides on its PATCH, and without one on its DELETE (KUB-36).
    pub(super) fn read(&self, state: State, uid: Uid) -> State {
        let (Some(pod), Some(local)) = (state.pod, state.local(uid)) else { return state };
        let Some(cached) = local.cached else { return state };
        if pod.uid != uid && !self.is(Mutant::PatchByName) {
            return state.with_local(uid, Some(Local { cached: None, ..local })); // PHA-36
        }
        let possible = Question::CouldHaveRunningContainers.answer(local.worker, housekeeping(state.life))
            && !self.is(Mutant::NotWithheld);
        let processes = if possible { Processes::Possible } else { Processes::Stopped };
        let phase = match phase::publish(Some(pod.status.phase), Some(cached.status.phase), processes) {
            Publication::New => cached.status.phase,
            Publication::Withheld => pod.status.phase,
        };
        let entry = if phase.is_terminal() { cached.status.entry } else { Entry::Going };
        let status = Status { phase, entry };
        let shown =
            if self.is(Mutant::UnreportedRemoval) { Pod { status: cached.status, ..pod } } else { pod };
        let writer = match self.decides(&shown, &local) {
            FinalDelete::Sent if status == pod.status || self.is(Mutant::UnreportedRemoval) => {
                Writer::Delete { uid }
            }
            FinalDelete::Sent | FinalDelete::Withheld if status != pod.status => {
                Writer::Patch { uid, status }
            }
            FinalDelete::Sent | FinalDelete::Withheld => Writer::Idle,
        };
        State { writer, ..state }
    }

    /// KUB-35, on the object of this cycle.
    pub(super) fn decides(&self, pod: &Pod, local: &Local) -> FinalDelete {
        let deleting = if pod.grace.is_some() { Deleting::Yes } else { Deleting::No };
        let waits = local.cached.is_some_and(|cached| cached.status.phase == Phase::Pending);
        if waits && self.is(Mutant::WaitingIsDone) {
            return final_delete(deleting, Object::Own, Some(Phase::Failed), Finished::Yes);
        }
        let finished = local.cached.is_some_and(|cached| cached.finished || self.is(Mutant::FinishedIgnored));
        let finished = if finished { Finished::Yes } else { Finished::No };
        final_delete(deleting, Object::Own, Some(pod.status.phase), finished)
    }
}

fn done(worker: Option<Worker>, outcome: Outcome) -> Option<Worker> {
    worker.and_then(|worker| worker.done(outcome).map_or(Some(worker), |done| done.next))
}

fn handled(worker: Option<Worker>) -> Option<Subject<Config>> {
    worker.and_then(|worker| worker.handled).map(|handled| handled.subject)
}

/// The grace of a kill without override (KUB-41).
fn base(pod: Config) -> Token {
    let secs = |grace: pod_lifecycle::Grace| i64::try_from(grace.as_secs()).ok();
    let sources = match pod.grace() {
        ConfigGrace::Deletion(grace) => GraceSources { deletion: secs(grace), ..GraceSources::default() },
        ConfigGrace::Spec(grace) => GraceSources { spec: secs(grace), ..GraceSources::default() },
        ConfigGrace::Unset => GraceSources::default(),
    };
    Token::of(pod_lifecycle::Grace::from_signed(sources.base(KillReason::Other)))
}
