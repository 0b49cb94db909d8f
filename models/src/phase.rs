//! Model `phase`: the status of one Pod with two containers. A kubelet computes phase and entries from what the runtime
//! knows, caches them, and publishes them over whatever is stored; it starts, restarts and stops the containers meanwhile. Its
//! view of the store lags, its memory is lost when it restarts, the runtime loses what it knew.

mod actions;
mod kubelet;
mod laws;
mod liveness;
mod mutants;
mod pack;
mod scenarios;
mod state;
mod tell;
mod watched;

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{self, Finalizers, Input, Request};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::{Grace, RuleId};

pub use actions::{Action, Backoff, Death};
pub use mutants::Mutant;
pub use state::{
    Author, Code, End, Entry, Flight, Instance, PLACES, Queue, Record, Sandbox, Shape, Startup, State,
    Status, Stored, Template, View, Work,
};

use crate::law::{Law, Moved, Protocol, Refusal, Scope, Taken, Watched};
use crate::render::Told;

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Phases {
    /// Which Pods, and how many faults.
    pub scope: Scope,
    /// How many faults happen at most to any of them.
    pub faults: u8,
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
    /// One remedy.
    Remedy(Remedy),
}

/// What removes an expected violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// An eviction writes `Failed` into every status from then on, not only into the first.
    FailedAgain,
    /// A dead instance is removed only when the API shows its end.
    RemovalWaits,
    /// An instance of an older sandbox is no evidence of initialization (kubernetes/kubernetes#138514).
    ActiveSandbox,
}

/// The answers by which the API server refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Returns,
}

const REFUSALS: &[Refusal] =
    &[Refusal { rule: RuleId::VAL_22, says: "422 Invalid, a container may not leave terminated" }];

type Changed = Moved<State>;

const fn accepted(next: State) -> Changed {
    Moved { next, refused: None }
}

const fn refused(next: State, refused: Refused) -> Changed {
    Moved { next, refused: Some(refused as usize) }
}

impl Phases {
    /// The model of Kubernetes as it is.
    #[must_use]
    pub const fn new(scope: Scope) -> Self {
        Self { scope, faults: actions::FAULTS_MAX, variant: Variant::Faithful }
    }

    fn is(self, mutant: Mutant) -> bool {
        self.variant == Variant::Mutant(mutant)
    }

    fn has(self, remedy: Remedy) -> bool {
        self.variant == Variant::Remedy(remedy)
    }

    /// A DELETE without grace of its own; the API server decides, and a finalizer keeps the Pod (DEL-13).
    fn delete(state: State) -> State {
        let facts = deletion::Facts {
            now: Now::at(Time::from_unix(0)),
            binding: Binding::Bound,
            phase: Some(state.stored.status.phase),
            spec_grace: Some(Grace::DEFAULT),
            finalizers: Finalizers::other(0),
        };
        let request = Request { grace: None, propagation: None };
        let step = state::deletion(state.stored.deleting).step(Input::Delete(request), facts);
        let deleting = step.map_or(state.stored.deleting, |step| step.next.is_deleting());
        State { stored: Stored { deleting, ..state.stored }, ..state }
    }

    fn take(self, mut state: State, action: Action) -> Changed {
        let ((Action::Create(template), _) | (_, Some(template))) = (action, state.template) else {
            return accepted(state);
        };
        state.faults_left = state.faults_left.saturating_sub(u8::from(action.is_fault()));
        accepted(match action {
            Action::Create(template) => State {
                template: Some(template),
                faults_left: self.allowed(template).min(self.faults),
                ..state
            },
            Action::Delete => Self::delete(state),
            Action::Observe => self.observe(state),
            Action::Sync(backoff) => self.call(state, template, backoff),
            Action::Terminate | Action::Resync => self.call(state, template, Backoff::Over),
            Action::Start => Self::start(state),
            Action::GraceEnds => match state.flight {
                Flight::Clearing { then, waits: _ } => {
                    State { flight: Flight::Clearing { waits: false, then }, ..state }
                }
                Flight::Stopping { .. } => State { flight: Flight::Stopping { waits: false }, ..state },
                Flight::None | Flight::Starting(_) => state,
            },
            Action::Stopped => self.stopped(state, template),
            Action::Finish => self.finish(state, template),
            Action::Publish => return self.publish(state, template),
            Action::Exit(place, code) => {
                state.instances[place] = Instance::Exited(code);
                self.turned(state)
            }
            Action::Probe => State { startup: Startup::Succeeded, ..state },
            Action::Restart(death) => self.restart(state, death),
            Action::Evict => Self::evict(state),
            Action::Remove(place) => {
                if let Instance::Exited(code) = state.instances[place] {
                    state.instances[place] = Instance::Removed(code);
                }
                state
            }
            Action::LoseSandbox => State { sandbox: Sandbox::Lost, ..state },
            Action::Collect => {
                let status = Status { phase: Phase::Failed, ..state.stored.status };
                let (author, disrupted) = (Author::PodGc, true);
                State { stored: Stored { status, author, disrupted, ..state.stored }, ..state }
            }
            Action::Expire => State { overdue: true, ..state },
        })
    }

    /// Something has stopped: the sidecar may get its turn (KUB-45).
    fn turned(self, state: State) -> State {
        let still = |waits| waits && self.blocked(&state);
        let flight = match state.flight {
            Flight::Clearing { waits, then } => Flight::Clearing { waits: still(waits), then },
            Flight::Stopping { waits } => Flight::Stopping { waits: still(waits) },
            flight @ (Flight::None | Flight::Starting(_)) => flight,
        };
        State { flight, ..state }
    }
}

/// Gives what nobody will read again one value.
fn tidy(mut state: State) -> State {
    if state.instances[0] != Instance::Running {
        state.startup = Startup::Pending;
    }
    state.aged &= state.sandbox == Sandbox::Ready && matches!(state.instances[1], Instance::Exited(_));
    if state.record.stage == Work::Finished {
        // Only a restart looks at any of this, and it looks anew.
        state.view = View { deleting: false, ended: None };
        state.startup = Startup::Pending;
    }
    state
}

impl Protocol for Phases {
    type State = State;
    type Action = Action;

    const LAWS: &'static [Law<State, Action>] = laws::LAWS;
    const ACTIONS: &'static [&'static str] = actions::KINDS;
    const REFUSALS: &'static [Refusal] = REFUSALS;
    const WATCHED: Watched<State, Action> = Some(watched::seen);

    fn initial(&self) -> State {
        State::EMPTY
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.list(state, actions);
    }

    fn step(&self, state: &State, action: Action) -> Moved<State> {
        let Moved { next, refused } = self.take(*state, action);
        Moved { next: tidy(next), refused }
    }

    fn kind(action: &Action) -> usize {
        action.kind()
    }

    fn faults(&self) -> Option<u8> {
        Some(self.faults)
    }

    fn with_faults(self, faults: u8) -> Self {
        Self { faults, ..self }
    }

    fn fault(_: &State, action: &Action) -> Option<&'static str> {
        Self::ACTIONS.get(action.kind()).copied().filter(|_| action.is_fault())
    }

    fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
        path.iter().map(tell::tell).collect()
    }
}
