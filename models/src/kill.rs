//! Model `kill`: how the containers of one Pod are stopped. A sidecar and two regular containers, hooks that end, fail or
//! hang, processes that end when they like or never; DELETEs that shorten the grace, evictions, stop calls that fail,
//! retries and kubelet restarts. The only model with a clock: it runs inside an attempt, second by second, and never past
//! what is due.

mod laws;
mod mutants;
mod pack;
mod state;
mod tell;

use pod_lifecycle::attempts::attempt_grace;
use pod_lifecycle::binding::Binding;
use pod_lifecycle::container::Role;
use pod_lifecycle::deletion::{self, Finalizers, Request};
use pod_lifecycle::termination::{Effect, Event, Hook, Member, Order, Process, Step, waits_for};
use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::worker::{
    self, Call, Difference, KillOptions, Killer, Kind, Outcome, Remains, Sources, Subject, Turn, Update,
};

pub use mutants::Mutant;
pub use state::{Activity, Attempt, Container, FIRST, Kill, Record, SECOND, SIDECAR, Stage, State, Waiting};

use crate::law::{Law, Moved, Protocol, Refusal, Scope, Taken};
use crate::render::Told;
use state::{at, deletion, facts, grace, secs};

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Kills {
    /// How long the graces are.
    pub scope: Scope,
    /// What differs from Kubernetes.
    pub variant: Variant,
}

/// What differs from Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Nothing.
    Faithful,
    /// One mistake.
    Mutant(Mutant),
    /// The remedy of NON-06: a shorter grace begins the kill anew.
    BeginsAnew,
    /// The remedy of NON-07: a stored grace of 0 is read as 1.
    ZeroIsOne,
}

/// A step of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A user deletes the Pod, with this grace or none; the kubelet sees it.
    Delete(Option<u8>),
    /// The API server removes the object that has no grace left (DEL-14); the kubelet sees it.
    Remove,
    /// The object is deleted by force while the kubelet does not look: it sees REMOVE only (KUB-65).
    Vanish,
    /// Another part of the kubelet kills the Pod.
    Kill(Killer),
    /// The worker gets the periodic pass, or the retry of an attempt that failed (KUB-19).
    Again,
    /// The worker takes the update that waits.
    Take,
    /// `SyncPod` starts a container.
    Start(usize),
    /// `SyncPod` returns.
    PassReturns,
    /// `SyncPod` finds that the regular containers have ended for good.
    Ends,
    /// A process ends: by itself, or because of the stop signal.
    Exit(usize),
    /// A preStop hook returns.
    HookEnds(usize),
    /// A preStop hook returns with an error.
    HookFails(usize),
    /// What is due happens: a wait ends, or SIGKILL is sent.
    TimedOut(usize),
    /// A stop call fails.
    StopFails(usize),
    /// A second passes.
    Tick,
    /// The attempt returns: all its stop calls have.
    Return,
    /// The kubelet process dies and another one starts.
    Restart,
}

const KINDS: &[&str] = &[
    "DELETE",
    "object removed",
    "force delete unseen",
    "kubelet kills",
    "sync or retry",
    "worker takes an update",
    "container starts",
    "SyncPod returns",
    "SyncPod ends the Pod",
    "process ends",
    "hook ends",
    "hook fails",
    "wait ends or SIGKILL",
    "stop call fails",
    "a second passes",
    "attempt returns",
    "kubelet restarts",
];

/// A soft eviction with `evictionMaxPodGracePeriod` 0, the default.
const EVICTION: Killer = Killer::SoftEviction { longest: pod_lifecycle::Grace::ZERO };

impl Kills {
    /// The model of Kubernetes as it is.
    #[must_use]
    pub const fn new(scope: Scope) -> Self {
        Self { scope, variant: Variant::Faithful }
    }

    fn is(self, mutant: Mutant) -> bool {
        self.variant == Variant::Mutant(mutant)
    }

    const fn spec(self) -> u8 {
        match self.scope {
            Scope::Tiny => 3,
            Scope::Standard => 4,
            Scope::Large => 6,
        }
    }

    /// What a user gives with a DELETE.
    fn graces(self) -> impl Iterator<Item = &'static Option<u8>> {
        let shorter: &[_] = match self.scope {
            Scope::Tiny => &[None, Some(1), Some(0)],
            Scope::Standard | Scope::Large => &[None, Some(2), Some(1), Some(0)],
        };
        shorter.iter()
    }

    fn shutdown(self) -> Killer {
        Killer::Shutdown { period: grace(self.spec() - 1) }
    }

    /// A user's DELETE, decided by the API server.
    fn delete(self, state: State, asked: Option<u8>) -> State {
        let facts = deletion::Facts {
            now: Now::at(Time::from_unix(0)),
            binding: Binding::Bound,
            phase: Some(pod_lifecycle::Phase::Running),
            spec_grace: Some(grace(state.spec)),
            finalizers: Finalizers::NONE,
        };
        let request = Request { grace: asked.map(grace), propagation: None };
        let Ok(step) = deletion(state.g).step(deletion::Input::Delete(request), facts) else { return state };
        let deletion::Step { next, .. } = step; // its removal is an action of its own: DEL-14
        let g = next.grace().map(secs);
        if g == state.g {
            return state; // DEL-09: nothing is written, so nobody sees anything
        }
        let lost = state.g.is_some() && self.is(Mutant::SecondDeleteLost);
        let state = State { g, ..state };
        if lost { told(state, g, None) } else { self.config(state, Difference::Changed) }
    }

    /// The kubelet's config sees a change of the object (KUB-01).
    fn config(self, state: State, difference: Difference) -> State {
        let state = told(state, state.g, None);
        let facts = self.facts(state);
        let event = worker::Event::of(difference, facts);
        let update = event.and_then(|event| event.update(facts, Sources::Complete).ok());
        update.map_or(state, |update| self.deliver(state, update))
    }

    fn facts(self, state: State) -> worker::Facts {
        let floor = if self.variant == Variant::ZeroIsOne { 1 } else { 0 };
        facts(state.spec, state.g.map(|g| g.max(floor)))
    }

    /// The worker gets an update.
    fn deliver(self, state: State, update: Update) -> State {
        let remains = if runs(&state) { Remains::Something } else { Remains::Nothing };
        let worker::Step { next, .. } = worker::update(state.worker.worker(state.spec), update, remains);
        let next = State { worker: Record::of(next), ..state };
        let shorter = next.attempt.zip(next.worker.held).filter(|(attempt, held)| held.get() < attempt.grace);
        match shorter {
            Some(_) if self.variant == Variant::BeginsAnew && next.worker.activity == Activity::Killing => {
                self.worker_takes(self.returned(next, Outcome::Cancelled))
            }
            Some((attempt, held)) if self.is(Mutant::GraceReplaced) => replace(next, attempt, held.get()),
            Some(_) | None => next,
        }
    }

    fn kill(self, state: State, killer: Killer) -> State {
        let options = killer.options(Some(grace(state.spec)));
        let asked = options.and_then(|options| options.grace).map(secs);
        let grace = options.and_then(|options| options.grace).filter(|_| !self.is(Mutant::OverrideIgnored));
        let kill = options.map(|options| KillOptions { grace, ..options });
        let subject = Subject::Pod(self.facts(state));
        self.deliver(told(state, state.g, asked), Update { kind: Kind::Kill, subject, kill })
    }

    /// The periodic update, or the retry; for an orphan housekeeping finds it again.
    fn again(self, state: State) -> State {
        if state.worker.activity == Activity::New {
            return self.deliver(state, orphan());
        }
        let subject = Subject::Pod(self.facts(state));
        let told = if state.worker.stage == Stage::Sync { state } else { told(state, state.g, None) };
        self.deliver(told, Update { kind: Kind::Sync, subject, kill: None })
    }

    fn worker_takes(self, state: State) -> State {
        let Some(Ok(taken)) = state.worker.worker(state.spec).map(|worker| worker.take(Turn::Mine)) else {
            return state;
        };
        let worker::Taken { next, call, .. } = taken;
        let state = State { worker: Record::of(Some(next)), ..state };
        match call {
            Call::SyncTerminatingPod { pod, grace } => {
                let grace = u8::try_from(attempt_grace(pod, grace)).unwrap_or(u8::MAX);
                self.begin(state, grace, Plan::Pod)
            }
            Call::SyncTerminatingRuntimePod => {
                let plan = if self.is(Mutant::OrphanHooked) { Plan::Pod } else { Plan::Orphan };
                self.begin(state, 1, plan)
            }
            Call::SyncPod { .. }
            | Call::SyncTerminatedPod { .. }
            | Call::HeldBack
            | Call::NeverStarts
            | Call::Idle => state,
        }
    }

    /// An attempt begins: every container that runs is killed (KUB-40).
    fn begin(self, state: State, grace: u8, plan: Plan) -> State {
        let mut state = State { attempt: Some(Attempt { lasted: 0, grace }), ..state };
        for place in 0..state.containers.len() {
            let container = &mut state.containers[place];
            if !container.runs {
                let waited_for = self.is(Mutant::WaitsForAbsent) && place != SIDECAR;
                container.kill = if waited_for { Kill::Idle } else { Kill::Stopped };
            } else if !(place == SIDECAR && self.is(Mutant::SidecarForgotten)) {
                let again = state.hooked && self.is(Mutant::HookRemembered);
                let hook = if plan == Plan::Pod && !again { hook(place) } else { Hook::None };
                let step = pod_lifecycle::termination::Kill::begin(
                    at(0),
                    grace.into(),
                    hook,
                    self.order(plan, place),
                );
                self.took(&mut state, place, step);
            }
        }
        self.give_turns(state)
    }

    fn order(self, plan: Plan, place: usize) -> Order {
        let ignored = place == SIDECAR && self.is(Mutant::OrderIgnored);
        if plan == Plan::Orphan || ignored { Order::None } else { Order::Sidecars }
    }

    /// A step of one container's kill, and the turns that it gives to others.
    fn event(self, mut state: State, place: usize, event: Event) -> State {
        self.advance(&mut state, place, event);
        self.give_turns(state)
    }

    fn advance(self, state: &mut State, place: usize, event: Event) {
        let Some(Attempt { lasted, grace }) = state.attempt else { return };
        let mut kill = state.containers[place].kill;
        let returns = matches!(event, Event::HookReturned | Event::TimedOut);
        if self.is(Mutant::HookNotCounted) && returns && matches!(kill, Kill::Hook(_)) {
            kill = Kill::Hook(lasted + grace);
        }
        let Some(kill) = kill.machine(self.order(Plan::Pod, place)) else { return };
        self.took(state, place, kill.step(at(lasted), event));
    }

    /// Notes a step and does what it says.
    fn took(self, state: &mut State, place: usize, step: Step) {
        let Step { next, effect } = step;
        let Some(Attempt { lasted, grace }) = state.attempt else { return };
        let container = &mut state.containers[place];
        container.kill = Kill::of(next);
        match effect {
            Some(Effect::RunHook) => state.hooked |= place == FIRST,
            Some(Effect::StopContainer { .. }) => {
                if let Kill::Stopping { timeout, .. } = &mut container.kill {
                    if self.is(Mutant::NoFloor) {
                        *timeout = grace.saturating_sub(lasted);
                    } else if self.is(Mutant::AlwaysFloor) {
                        *timeout = 2;
                    }
                }
                if !container.runs {
                    self.advance(state, place, Event::Exited); // the call returns at once
                }
            }
            Some(Effect::Sigkill) => *container = Container { runs: false, kill: Kill::Stopped },
            None => {}
        }
    }

    /// Every container whose turn it is goes on (KUB-45), the later ones first: a process that has ended is noticed at
    /// once, and the sidecar waits for it.
    fn give_turns(self, mut state: State) -> State {
        for place in (0..state.containers.len()).rev() {
            let Container { runs, kill } = state.containers[place];
            if matches!(kill, Kill::Turn(_)) && !blocked(&state, place) {
                if self.is(Mutant::HookAgain) && place == SIDECAR && runs {
                    state.containers[place].kill =
                        Kill::Hook(state.attempt.map_or(0, |attempt| attempt.grace));
                } else {
                    self.advance(&mut state, place, Event::TurnCame);
                }
            }
        }
        state
    }

    /// All stop calls have returned (KUB-49).
    fn attempt_returns(self, state: State) -> State {
        let failed = state.containers.iter().any(|container| container.kill == Kill::Failed);
        let outcome = if failed && !self.is(Mutant::FailureIgnored) { Outcome::Failed } else { Outcome::Ok };
        self.returned(state, outcome)
    }

    /// The call in progress returns.
    fn returned(self, state: State, outcome: Outcome) -> State {
        let Some(Ok(done)) = state.worker.worker(state.spec).map(|worker| worker.done(outcome)) else {
            return state;
        };
        let worker::Done { next, .. } = done;
        State { worker: Record::of(next), ..idle(state) }
    }

    /// A fresh process knows what is stored and what runs, nothing else (KUB-60, KUB-61).
    fn restart(self, state: State) -> State {
        let state = State { worker: Record::FORGOTTEN, least: None, ..idle(state) };
        if !state.gone {
            return self.config(state, Difference::New);
        }
        if runs(&state) { self.deliver(state, orphan()) } else { state }
    }

    fn exit(self, mut state: State, place: usize) -> State {
        state.containers[place].runs = false;
        self.event(state, place, Event::Exited)
    }

    fn take(self, state: State, action: Action) -> State {
        match action {
            Action::Delete(asked) => self.delete(state, asked),
            Action::Remove => self.config(State { gone: true, ..state }, Difference::Gone),
            Action::Vanish => self.config(State { gone: true, ..state }, Difference::Gone),
            Action::Kill(killer) => self.kill(state, killer),
            Action::Again => self.again(state),
            Action::Take => self.worker_takes(state),
            Action::Start(place) => {
                let mut state = state;
                state.containers[place].runs = true;
                state
            }
            Action::PassReturns => self.returned(state, Outcome::Ok),
            Action::Ends => self.returned(state, Outcome::Terminal),
            Action::Exit(place) => self.exit(state, place),
            Action::HookFails(place) if self.is(Mutant::HookFailureCounts) => {
                let mut state = state;
                state.containers[place].kill = Kill::Failed;
                state
            }
            Action::HookEnds(place) | Action::HookFails(place) => {
                self.event(state, place, Event::HookReturned)
            }
            Action::TimedOut(place) => self.event(state, place, Event::TimedOut),
            Action::StopFails(place) => self.event(state, place, Event::StopFailed),
            Action::Tick => {
                let later = |Attempt { lasted, grace }| Attempt { lasted: lasted + 1, grace };
                State { attempt: state.attempt.map(later), ..state }
            }
            Action::Return => self.attempt_returns(state),
            Action::Restart => self.restart(state),
        }
    }

    /// What the clock and the runtime may do in an attempt.
    fn in_attempt(self, state: &State, attempt: Attempt, actions: &mut Vec<Action>) {
        let (mut waits, mut due_now) = (false, false);
        for (place, container) in state.containers.iter().enumerate() {
            match container.kill {
                Kill::Hook(_) => actions.extend([Action::HookEnds(place), Action::HookFails(place)]),
                Kill::Stopping { .. } => actions.push(Action::StopFails(place)),
                Kill::Idle | Kill::Turn(_) | Kill::Stopped | Kill::Failed => {}
            }
            let kill = container.kill.machine(Order::Sidecars);
            let Some(due) = kill.and_then(pod_lifecycle::termination::Kill::due) else { continue };
            waits = true;
            if due <= at(attempt.lasted) {
                due_now = true;
                actions.push(Action::TimedOut(place));
            }
        }
        match (waits, due_now) {
            (false, _) => actions.push(Action::Return),
            (true, false) => actions.push(Action::Tick),
            (true, true) => {}
        }
    }
}

/// What is known of the Pod that is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// Its spec.
    Pod,
    /// Names only (KUB-60).
    Orphan,
}

/// The kill that housekeeping sends for a Pod that no worker knows (KUB-60).
fn orphan() -> Update {
    Update { kind: Kind::Kill, subject: Subject::Runtime, kill: Killer::Orphan.options(None) }
}

const fn hook(place: usize) -> Hook {
    if place == SECOND { Hook::None } else { Hook::PreStop }
}

/// Whether what this container waits for is not yet stopped.
fn blocked(state: &State, place: usize) -> bool {
    let role = |place| if place == SIDECAR { Role::Sidecar } else { Role::Regular };
    let member = |(place, container): (usize, &Container)| {
        let process = if container.kill == Kill::Stopped { Process::Stopped } else { Process::Running };
        Member { role: role(place), process }
    };
    let members: Vec<_> = state.containers.iter().enumerate().map(member).collect();
    (0..members.len()).any(|other| waits_for(&members, place, other))
}

/// Mutant `grace-replaced`: everything that is due comes earlier.
fn replace(mut state: State, attempt: Attempt, grace: u8) -> State {
    state.attempt = Some(Attempt { grace, ..attempt });
    for container in &mut state.containers {
        if let Kill::Stopping { since, timeout } = &mut container.kill {
            *timeout = grace.saturating_sub(*since).max(2);
        }
    }
    state
}

/// Notes what this kubelet process was asked for; with G = 0 an override in the same call counts alone (NON-07).
fn told(state: State, g: Option<u8>, asked: Option<u8>) -> State {
    let least = match (g, asked) {
        (Some(0), asked) => Some(asked.unwrap_or(0)),
        (g, asked) => [state.least, g, asked].into_iter().flatten().min(),
    };
    State { least, ..state }
}

/// No attempt is in progress.
fn idle(mut state: State) -> State {
    for container in &mut state.containers {
        container.kill = Kill::Idle;
    }
    State { attempt: None, ..state }
}

fn runs(state: &State) -> bool {
    state.containers.iter().any(|container| container.runs)
}

impl Protocol for Kills {
    type State = State;
    type Action = Action;

    const LAWS: &'static [Law<State, Action>] = laws::LAWS;
    const ACTIONS: &'static [&'static str] = KINDS;
    const REFUSALS: &'static [Refusal] = &[];

    fn initial(&self) -> State {
        State {
            spec: self.spec(),
            g: None,
            gone: false,
            worker: Record { stage: Stage::Sync, activity: Activity::Resting, ..Record::FORGOTTEN },
            attempt: None,
            containers: [Container { runs: true, kill: Kill::Idle }; 3],
            least: None,
            hooked: false,
        }
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        match state.worker.stage {
            Stage::Forgotten | Stage::Terminated => return,
            Stage::Sync | Stage::Requested | Stage::Begun => {}
        }
        if !state.gone {
            match state.g {
                Some(0) => actions.push(Action::Remove),
                Some(_) | None => {
                    actions.extend(self.graces().map(|asked| Action::Delete(*asked)));
                    actions.push(Action::Vanish);
                }
            }
            actions.extend([EVICTION, self.shutdown()].map(Action::Kill));
        }
        let places = || 0..state.containers.len();
        actions.extend(places().filter(|place| state.containers[*place].runs).map(Action::Exit));
        actions.push(Action::Restart);
        let dead = |place: &usize| !state.containers[*place].runs;
        match state.worker.activity {
            Activity::New | Activity::Resting => match state.worker.waiting {
                Some(_) => actions.push(Action::Take),
                None => actions.push(Action::Again),
            },
            Activity::Syncing => {
                actions.extend(places().filter(dead).map(Action::Start));
                actions.push(Action::PassReturns);
                if dead(&FIRST) && dead(&SECOND) {
                    actions.push(Action::Ends);
                }
            }
            Activity::Killing if self.is(Mutant::StartsAgain) => {
                actions.extend(places().filter(dead).map(Action::Start));
            }
            Activity::Killing | Activity::KillingOrphan => {}
        }
        if let Some(attempt) = state.attempt {
            self.in_attempt(state, attempt, actions);
        }
    }

    fn step(&self, state: &State, action: Action) -> Moved<State> {
        Moved { next: self.take(*state, action), refused: None }
    }

    fn kind(action: &Action) -> usize {
        match action {
            Action::Delete(_) => 0,
            Action::Remove => 1,
            Action::Vanish => 2,
            Action::Kill(_) => 3,
            Action::Again => 4,
            Action::Take => 5,
            Action::Start(_) => 6,
            Action::PassReturns => 7,
            Action::Ends => 8,
            Action::Exit(_) => 9,
            Action::HookEnds(_) => 10,
            Action::HookFails(_) => 11,
            Action::TimedOut(_) => 12,
            Action::StopFails(_) => 13,
            Action::Tick => 14,
            Action::Return => 15,
            Action::Restart => 16,
        }
    }

    fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
        path.iter().map(tell::tell).collect()
    }
}
