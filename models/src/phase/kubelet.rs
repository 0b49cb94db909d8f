//! The kubelet: what it sees, the calls of its pod worker, its status writer. Who decides is `pod_lifecycle`; a call that
//! takes time is kept in [`Flight`].

use pod_lifecycle::container::{self, ContainerFacts, RestartAll, RestartPolicy, Role, Started};
use pod_lifecycle::final_status::{
    self, After, Ending, Initialization, Inits, LastInit, Old, check_transition,
};
use pod_lifecycle::phase::{Deadline, Deleting, Initialized, Pass, Phase, Processes, Publication, Source};
use pod_lifecycle::status::{
    self, Before, Identity, Probed, Ready, Run, RunState, Runs, Shown, Snapshot, StartFailure, generate,
    merge,
};
use pod_lifecycle::sync::{
    self, Address, Container, Namespace, PodAction, Readiness, Reset, SandboxNeed, Start,
};
use pod_lifecycle::termination::{Member, Process, waits_for};
use pod_lifecycle::worker::{
    self, Activity, Call, Difference, Event, Housekeeping, KillOptions, Killer, Kind, Outcome, Question,
    Remains, Sources, Subject, Taken, Turn, Update, Worker,
};

use super::actions::{Backoff, Death, seen};
use super::state::{
    Author, Code, End, Entry, Flight, Instance, PLACES, Queue, Record, Sandbox, Shape, Startup, State,
    Status, Template, Work, started_as,
};
use super::{Changed, Mutant, Phases, Refused, Remedy, accepted, refused};

impl Code {
    /// As a status shows it.
    pub(super) const fn end(self) -> End {
        match self {
            Self::Well => End::Well,
            Self::Badly => End::Badly,
        }
    }
}

impl State {
    /// Whether the first container is a sidecar.
    pub(super) fn has_sidecar(&self) -> bool {
        self.template.is_some_and(|template| template.shape == Shape::Sidecar)
    }

    /// Whether the sandbox will do (CTR-10).
    fn sandbox_need(&self) -> SandboxNeed {
        let known = |readiness| sync::Sandbox {
            readiness,
            namespace: Namespace::AsAsked,
            address: Address::Assigned,
            attempt: 0,
        };
        SandboxNeed::of(match self.sandbox {
            Sandbox::None => None,
            Sandbox::Ready => Some(known(Readiness::Ready)),
            Sandbox::Lost => Some(known(Readiness::NotReady)),
        })
    }

    /// Whether the runtime knows an instance of a regular container in the newest, ready sandbox. It matters only beside
    /// a sidecar.
    fn initialized(&self) -> Initialized {
        let known = self.known(1).is_some() && !self.aged;
        if known && self.sandbox == Sandbox::Ready { Initialized::Yes } else { Initialized::No }
    }

    const fn deleting(&self) -> Deleting {
        if self.view.deleting { Deleting::Yes } else { Deleting::No }
    }

    fn remains(&self) -> Remains {
        if self.runs() || self.sandbox == Sandbox::Ready { Remains::Something } else { Remains::Nothing }
    }

    /// The record after an update.
    fn updated(&self, known: Option<Worker>, kind: Kind, kill: Option<KillOptions>) -> Option<Worker> {
        let update = Update { kind, subject: Subject::Pod(self.facts()), kill };
        worker::update(known, update, self.remains()).next
    }

    /// The call in progress of the worker returns (KUB-25).
    fn returned(self, pass: worker::Pass, outcome: Outcome) -> Self {
        let calling = Worker { activity: Activity::Calling(pass), ..self.record.worker() };
        let next = calling.done(outcome).ok().and_then(|done| done.next);
        Self { flight: Flight::None, record: next.map_or(self.record, Record::of), ..self }
    }
}

impl Entry {
    /// As the next computation of the status reads it.
    const fn before(self) -> Before {
        let (shown, last, started) = match self {
            Self::Waiting => (Shown::Waiting, None, None),
            Self::After(end) => (Shown::Waiting, Some(end.exit()), None),
            Self::Running { again, started } => {
                let last = if again { Some(End::Badly.exit()) } else { None };
                (Shown::Running, last, Some(started_as(started)))
            }
            Self::Terminated(end) => (Shown::Terminated(end.exit()), None, None),
        };
        Before { shown, last, restarts: 0, started, ready: Ready::No }
    }

    /// What is kept of a computed entry.
    fn of(entry: status::Entry, template: Template, place: usize) -> Self {
        match (entry.state, entry.last.exit()) {
            (status::State::Waiting(_), None) => Self::Waiting,
            (status::State::Waiting(_), Some(_)) if template.in_force(place) == RestartPolicy::Always => {
                Self::After(End::Badly)
            }
            (status::State::Waiting(_), Some(exit)) => Self::After(End::of(exit)),
            (status::State::Running(_), last) => Self::Running {
                again: last.is_some() && template.in_force(place) != RestartPolicy::Always,
                started: template.role(place) != Role::Sidecar || entry.started == Some(Started::Yes),
            },
            (status::State::Terminated(exit, _), _) => Self::Terminated(End::of(exit)),
        }
    }

    /// As the end of the Pod reads it (KUB-32).
    const fn for_end(self) -> final_status::Entry {
        let Before { shown, last, started, .. } = self.before();
        let shown = match (shown, started) {
            (Shown::Empty, _) => final_status::Shown::Empty,
            (Shown::Waiting, _) => final_status::Shown::Waiting,
            (Shown::Running, Some(started)) => final_status::Shown::Running(started),
            (Shown::Running, None) => final_status::Shown::Running(Started::NotYet),
            (Shown::Terminated(exit), _) => final_status::Shown::Terminated(exit.code),
        };
        let last = match last {
            Some(exit) => Some(exit.code),
            None => None,
        };
        final_status::Entry { shown, last }
    }
}

impl Phases {
    /// The watch brings what is stored. Of a change of the status alone the worker hears with its next pass (PHA-37).
    pub(super) fn observe(self, state: State) -> State {
        let difference = if state.view.deleting == state.stored.deleting {
            Difference::StatusOnly
        } else {
            Difference::Changed
        };
        let state = State { view: seen(&state), ..state };
        let update = match Event::of(difference, state.facts()) {
            Some(Event::Reconcile) | None => return state,
            Some(event) => event.update(state.facts(), Sources::Complete),
        };
        let next =
            update.ok().and_then(|update| state.updated(Some(state.record.worker()), update.kind, None));
        State { record: next.map_or(state.record, Record::of), ..state }
    }

    /// The worker takes an update and makes its call.
    pub(super) fn call(self, state: State, template: Template, backoff: Backoff) -> State {
        let next = state.updated(Some(state.record.worker()), Kind::Sync, None);
        let Some(Ok(Taken { next, call, .. })) = next.map(|worker| worker.take(Turn::Mine)) else {
            return state;
        };
        let state = State { record: Record::of(next), ..state };
        match call {
            Call::SyncPod { .. } => self.sync_pod(state, template, backoff),
            Call::SyncTerminatingPod { .. } => self.sync_terminating(state, template),
            Call::SyncTerminatedPod { .. } => self.status(state, template, Pass::Stopped, Backoff::Over).0,
            Call::SyncTerminatingRuntimePod | Call::HeldBack | Call::NeverStarts | Call::Idle => state,
        }
    }

    /// CRE-50, CTR-11.
    fn sync_pod(self, state: State, template: Template, backoff: Backoff) -> State {
        let (state, phase) = self.status(state, template, Pass::Running, backoff);
        if phase.is_terminal() && !self.is(Mutant::EndsUnnoticed) {
            return state.returned(worker::Pass::Sync, Outcome::Terminal);
        }
        let need = state.sandbox_need();
        let policy = match need {
            SandboxNeed::New { .. } if self.is(Mutant::SandboxRemade) => RestartPolicy::Always,
            SandboxNeed::New { .. } | SandboxNeed::Fits => template.policy,
        };
        let facts = sync::Facts {
            policy: Some(policy),
            deleting: state.deleting(),
            sandbox: need,
            reset: Reset::NotDue,
        };
        let known = PLACES.map(|place| match state.known(place) {
            Some(container::Instance::Created) if self.is(Mutant::CreatedRuns) => {
                Some(container::Instance::Running(container::Health::GOOD))
            }
            Some(container::Instance::Exited(exit))
                if template.role(place) == Role::Init && self.is(Mutant::FailedInitIsDone) =>
            {
                Some(container::Instance::Exited(container::Exit { code: 0, ..exit }))
            }
            known => known,
        });
        let containers = PLACES.map(|place| Container {
            role: template.role(place),
            policy: template.restarts(place),
            instances: known[place].as_slice(),
        });
        let plan = sync::plan(facts, &containers);
        let mut starts = [false; 2];
        for (start, verdict) in starts.iter_mut().zip(plan.verdicts()) {
            *start = verdict.starts() == Start::Yes;
        }
        if self.is(Mutant::InitAlone) && plan.pod == PodAction::Keep {
            let [init, regular] = containers;
            let alone = [init, Container { instances: &[], ..regular }];
            starts[0] |=
                sync::plan(facts, &alone).verdicts().next().is_some_and(|of| of.starts() == Start::Yes);
        }
        match (plan.pod, backoff) {
            (PodAction::Kill, _) => self.clear(state, None),
            (PodAction::Replace { .. }, _) => self.clear(state, Queue::of(starts)),
            (PodAction::Keep, Backoff::Over) => match Queue::of(starts) {
                Some(queue) => State { flight: Flight::Starting(queue), ..state },
                None => state.returned(worker::Pass::Sync, Outcome::Ok),
            },
            (PodAction::Keep, Backoff::Lasts) => state.returned(worker::Pass::Sync, Outcome::Failed),
        }
    }

    /// The pass stops everything; where nothing runs, that is done at once.
    fn clear(self, state: State, then: Option<Queue>) -> State {
        let state = State { flight: Flight::Clearing { waits: self.blocked(&state), then }, ..state };
        if state.runs() { state } else { self.cleared(state, then) }
    }

    /// Nothing runs any more; a new sandbox is made, if one is (CTR-11 rows 4 and 5, CTR-23).
    fn cleared(self, state: State, then: Option<Queue>) -> State {
        let stopped = State { sandbox: stopped(state.sandbox), aged: false, ..state };
        let Some(queue) = then else { return stopped.returned(worker::Pass::Sync, Outcome::Ok) };
        let instances = PLACES.map(|place| match state.template.map(|template| template.role(place)) {
            Some(Role::Init | Role::Sidecar) => Instance::None,
            Some(Role::Regular | Role::Ephemeral) | None => {
                let instance = state.instances[place];
                let hidden = instance == Instance::Created && self.has(Remedy::ActiveSandbox);
                if hidden { Instance::None } else { instance }
            }
        });
        let aged = state.has_sidecar() && matches!(instances[1], Instance::Exited(_));
        State { sandbox: Sandbox::Ready, instances, aged, flight: Flight::Starting(queue), ..stopped }
    }

    /// The next container is created and started; then the pass goes on or returns.
    pub(super) fn start(state: State) -> State {
        let Flight::Starting(queue) = state.flight else { return state };
        let mut next = state;
        next.instances[queue.next()] = Instance::Running;
        match queue.next() {
            0 => next.startup = Startup::Pending,
            _ => next.aged = false,
        }
        match queue.rest() {
            Some(rest) => State { flight: Flight::Starting(rest), ..next },
            None => next.returned(worker::Pass::Sync, Outcome::Ok),
        }
    }

    /// KUB-20 steps 1 to 3, up to the stop calls.
    fn sync_terminating(self, state: State, template: Template) -> State {
        let mut status = self.computed(state, template, Pass::Running, Backoff::Over);
        if state.record.evicted {
            status.phase = Phase::Failed; // PHA-18
        }
        let state = Self::cache(state, template, status);
        State { flight: Flight::Stopping { waits: self.blocked(&state) }, ..state }
    }

    /// All stop calls have returned and nothing runs.
    pub(super) fn stopped(self, state: State, template: Template) -> State {
        match state.flight {
            Flight::Clearing { then, waits: _ } => self.cleared(state, then),
            Flight::Stopping { .. } => {
                let state = State { sandbox: stopped(state.sandbox), aged: false, ..state };
                let (state, _) = self.status(state, template, Pass::Stopped, Backoff::Over); // step 7
                state.returned(worker::Pass::Terminating, Outcome::Ok)
            }
            Flight::None | Flight::Starting(_) => state,
        }
    }

    /// Whether the sidecar would have to wait for another container that runs (KUB-45).
    pub(super) fn blocked(self, state: &State) -> bool {
        let Some(template) = state.template else { return false };
        let members = PLACES.map(|place| {
            let runs = state.instances[place] == Instance::Running || self.is(Mutant::AbsentAwaited);
            let process = if runs { Process::Running } else { Process::Stopped };
            Member { role: template.role(place), process }
        });
        state.instances[0] == Instance::Running && waits_for(&members, 0, 1)
    }

    /// `TerminatePod` (KUB-30 step 7, KUB-32).
    pub(super) fn finish(self, state: State, template: Template) -> State {
        let mut status = state.cached.unwrap_or(state.stored.status);
        let init = |place| match template.role(place) {
            Role::Init | Role::Sidecar => true,
            Role::Regular | Role::Ephemeral => false,
        };
        let stored = state.stored.status.entries.map(Entry::for_end);
        let inits = if init(0) {
            Inits::Some(Some(LastInit { role: Some(template.role(0)), entry: stored[0] }))
        } else {
            Inits::None
        };
        let regulars = PLACES.into_iter().filter(|place| !init(*place));
        let initialized = Initialization::of(inits, regulars.map(|place| stored[place]));
        let shown = status.entries.map(Entry::for_end);
        let of_inits = if init(0) { &shown[..1] } else { &[] };
        let kept =
            self.is(Mutant::NoTerminalPhase) || (self.is(Mutant::ForcedIfDeleted) && !state.view.deleting);
        let source = if kept { Source::Static } else { Source::Api };
        let ending = Ending::of(initialized, of_inits, Some(status.phase), source);
        for place in PLACES {
            let lost = if init(place) {
                ending.of_init(place, shown[place])
            } else {
                ending.of_regular(shown[place])
            };
            if let Some(exit) = lost {
                status.entries[place] = Entry::Terminated(End::of(exit));
            }
        }
        status.phase = ending.phase.unwrap_or(status.phase);
        Self::cache(state, template, status).returned(worker::Pass::Terminated, Outcome::Ok)
    }

    /// Computes a status and caches it.
    fn status(self, state: State, template: Template, pass: Pass, backoff: Backoff) -> (State, Phase) {
        let status = self.computed(state, template, pass, backoff);
        (Self::cache(state, template, status), status.phase)
    }

    /// The status of this moment (PHA-10 … PHA-16, CTR-40 … CTR-47).
    fn computed(self, state: State, template: Template, pass: Pass, backoff: Backoff) -> Status {
        let policy = match template.policy {
            RestartPolicy::OnFailure if self.is(Mutant::PolicyMisread) => RestartPolicy::Never,
            policy @ (RestartPolicy::Always | RestartPolicy::OnFailure | RestartPolicy::Never) => policy,
        };
        let previous = state.cached.unwrap_or(state.stored.status);
        let containers = PLACES.map(|place| status::Container {
            role: template.role(place),
            policy: template.restarts(place),
            runs: Runs::of(self.run(&state, place, previous.entries[place])),
            before: Some(previous.entries[place].before()),
            failure: match (backoff, state.instances[place]) {
                (Backoff::Lasts, Instance::Exited(_)) => StartFailure::Recorded, // CTR-24
                (Backoff::Lasts | Backoff::Over, _) => StartFailure::None,
            },
            probed: Probed { ready: None, started: state.probed(template.role(place)) },
        });
        let api = Snapshot {
            phase: state.view.ended.or(Some(Phase::Pending)).filter(|_| !self.is(Mutant::StoredIgnored)),
            conditions: &[],
        };
        let cached = state.cached.map(|cached| Snapshot { phase: Some(cached.phase), conditions: &[] });
        let facts = status::Facts {
            policy: Some(policy),
            pass,
            source: Source::Api,
            deleting: state.deleting(),
            sandbox: state.sandbox_need(),
            initialized: state.initialized(),
            deadline: if state.overdue { Deadline::Passed } else { Deadline::Open },
            gates: &[],
            api,
            cached: cached.filter(|_| !self.is(Mutant::CacheIgnored)),
            resize: &[],
        };
        let generated = generate(facts, &containers);
        let mut entries = [Entry::Waiting; 2];
        for ((entry, of), place) in entries.iter_mut().zip(generated.entries()).zip(PLACES) {
            *entry = Entry::of(of, template, place);
        }
        let failed = state.record.evicted && self.has(Remedy::FailedAgain);
        let phase = if failed { Phase::Failed } else { generated.settled.phase };
        Status { phase, entries }
    }

    /// The newest instance as the status reads it.
    fn run(self, state: &State, place: usize, before: Entry) -> Option<Run> {
        let run = match state.known(place)? {
            container::Instance::Created => RunState::Created,
            container::Instance::Running(_) if self.is(Mutant::RunningWaits) => RunState::Created,
            container::Instance::Running(_) => RunState::Running,
            container::Instance::Exited(exit) => RunState::Exited(exit),
            container::Instance::Unknown => RunState::Unknown,
        };
        // What was reported as ended is another instance unless this one has ended too.
        let other = matches!((before, run), (Entry::Terminated(_), RunState::Created | RunState::Running));
        let identity = if other { Identity::Other } else { Identity::Reported };
        Some(Run { state: run, restarts: 0, identity })
    }

    /// Takes a status into the cache unless it may not follow (CTR-35).
    fn cache(state: State, template: Template, status: Status) -> State {
        let old = state.cached.unwrap_or(state.stored.status);
        let of = |wanted: fn(Role) -> bool| {
            PLACES.into_iter().filter(move |place| wanted(template.role(*place))).map(move |place| Old {
                exit: match old.entries[place] {
                    Entry::Terminated(end) => Some(end.exit().code),
                    Entry::Waiting | Entry::After(_) | Entry::Running { .. } => None,
                },
                after: match status.entries[place] {
                    Entry::Terminated(_) => After::Terminated,
                    Entry::Waiting | Entry::After(_) | Entry::Running { .. } => After::Going,
                },
                spec: Some((template.role(place), template.restarts(place))),
            })
        };
        let regulars = of(|role| role == Role::Regular);
        let inits = of(|role| role != Role::Regular);
        match check_transition(Some(template.policy), RestartAll::Impossible, regulars, inits) {
            Ok(()) => State { cached: Some(status), ..state },
            Err(_) => state,
        }
    }

    /// Eviction under pressure.
    pub(super) fn evict(state: State) -> State {
        let kill = Killer::HardEviction.options(state.facts().spec_grace);
        let next = state.updated(Some(state.record.worker()), Kind::Kill, kill);
        State { record: next.map_or(state.record, Record::of), ..state }
    }

    /// The process dies; the next one lists the Pod and sorts it in (KUB-10, KUB-61 … KUB-63).
    pub(super) fn restart(self, state: State, death: Death) -> State {
        let mut instances = state.instances;
        if let (Death::BeforeStart, Flight::Starting(queue)) = (death, state.flight) {
            instances[queue.next()] = Instance::Created;
        }
        let mut view = seen(&state);
        if self.is(Mutant::RestartsEnded) {
            view.ended = None;
        }
        let author = match state.stored.author {
            Author::Kubelet | Author::Before => Author::Before,
            author @ (Author::Api | Author::PodGc) => author,
        };
        let found = state.has_sidecar() && instances[0] == Instance::Running;
        let next = State {
            stored: super::state::Stored { author, ..state.stored },
            view,
            cached: None,
            flight: Flight::None,
            instances,
            startup: if found { Startup::Found } else { Startup::Pending },
            over: state.stored.deleting || state.stored.status.phase.is_terminal(),
            ..state
        };
        let fresh = Record { stage: Work::Sync, evicted: false };
        State { record: next.updated(None, Kind::Create, None).map_or(fresh, Record::of), ..next }
    }

    /// The status writer, and the API server that takes its PATCH or not (PHA-31, PHA-32, PHA-37, VAL-22).
    pub(super) fn publish(self, state: State, template: Template) -> Changed {
        let Some(cached) = state.cached else { return accepted(state) };
        let possible =
            Question::CouldHaveRunningContainers.answer(Some(state.record.worker()), Housekeeping::Done);
        let processes =
            if possible && !self.is(Mutant::NotWithheld) { Processes::Possible } else { Processes::Stopped };
        let snapshot = |phase| Snapshot { phase: Some(phase), conditions: &[] };
        let old = state.stored.status;
        let phase = match merge(snapshot(old.phase), snapshot(cached.phase), processes).publication {
            Publication::New => cached.phase,
            Publication::Withheld => old.phase,
        };
        let returns = |place: usize| {
            let (Entry::Terminated(end), new) = (old.entries[place], cached.entries[place]) else {
                return false;
            };
            let (role, policy) = (template.role(place), template.restarts(place));
            let facts = ContainerFacts { role, policy, state: old.entries[place].fact() };
            let may = container::may_leave_terminated(
                facts,
                end.exit(),
                Some(template.policy),
                RestartAll::Impossible,
            );
            !matches!(new, Entry::Terminated(_)) && !may
        };
        if PLACES.into_iter().any(returns) && !self.is(Mutant::ReturnUnchecked) {
            return refused(state, Refused::Returns);
        }
        let author = if phase == old.phase { state.stored.author } else { Author::Kubelet };
        let status = Status { phase, entries: cached.entries };
        accepted(State { stored: super::state::Stored { status, author, ..state.stored }, ..state })
    }
}

/// A sandbox whose stop call has returned.
const fn stopped(sandbox: Sandbox) -> Sandbox {
    match sandbox {
        Sandbox::None => Sandbox::None,
        Sandbox::Ready | Sandbox::Lost => Sandbox::Lost,
    }
}

impl State {
    /// What the prober writes as `started` (CTR-50): nothing of a sidecar that an earlier kubelet process started, until
    /// its probe has succeeded again.
    fn probed(&self, role: Role) -> Option<Started> {
        match (role, self.instances[0], self.startup) {
            (Role::Sidecar, Instance::Running, Startup::Pending) => Some(Started::NotYet),
            (Role::Sidecar, Instance::Running, Startup::Succeeded) => Some(Started::Yes),
            (Role::Init | Role::Sidecar | Role::Regular | Role::Ephemeral, _, _) => None,
        }
    }
}
