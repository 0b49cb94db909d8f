//! Model `disruption`: two Pods under one budget, each on a node of its own. Whoever drains evicts them; nodes are cut off, go off
//! or shut down; the node controller taints what does not report, taint eviction deletes, and all of that is seen late.

mod actions;
mod control;
mod kubelet;
mod laws;
mod liveness;
mod mutants;
mod pack;
mod scenarios;
mod state;
mod tell;

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{self, Effect, Finalizers, Input, Request};
use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::{Grace, RuleId};

pub use actions::Action;
pub use mutants::Mutant;
pub use state::{Entry, Eviction, Node, Place, Pod, Process, Seen, State, Step, Stored, Target, Timer, Work};

use crate::law::{Law, Moved, Protocol, Refusal, Scope, Taken};
use crate::render::Told;

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Disruptions {
    /// How many faults there are, if nothing else is said, and which budgets: only in the large scope one that lets everybody go who
    /// is not ready. In the tiny scope the first node alone breaks, nobody evicts meanwhile, and nobody has
    /// done so just before.
    pub scope: Scope,
    /// How many faults there are.
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
    /// A status that the kubelet computes of a Pod that it stops says that nothing is ready.
    UnreadyWhenKilled,
    /// Every Pod tolerates the taints of the node controller for 300 s.
    DefaultTolerations,
}

impl Remedy {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::UnreadyWhenKilled, Self::DefaultTolerations];

    /// Its name among the variants.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::UnreadyWhenKilled => "unready-when-killed",
            Self::DefaultTolerations => "default-tolerations",
        }
    }
}

/// The answers by which the API server refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Exhausted,
    Conflict,
    Absent,
}

const REFUSALS: &[Refusal] = &[
    Refusal { rule: RuleId::CTL_EVI_02, says: "429 TooManyRequests, no disruption is allowed" },
    Refusal { rule: RuleId::CTL_EVI_03, says: "429 TooManyRequests, the Pod has changed" },
    Refusal { rule: RuleId::DEL_13, says: "404 NotFound" },
];

type Changed = Moved<State>;

const fn accepted(next: State) -> Changed {
    Moved { next, refused: None }
}

const fn refused(next: State, refused: Refused) -> Changed {
    Moved { next, refused: Some(refused as usize) }
}

/// Nothing here goes by the clock.
const NOW: Now = Now::at(MOMENT);
const MOMENT: Time = Time::from_unix(0);
/// Long after.
const LATER: Now = Now::at(Time::from_unix(1_000));

impl Disruptions {
    /// The model of Kubernetes as it is.
    #[must_use]
    pub const fn new(scope: Scope) -> Self {
        let faults = match scope {
            Scope::Tiny | Scope::Standard => 1,
            Scope::Large => 2,
        };
        Self { scope, faults, variant: Variant::Faithful }
    }

    fn is(self, mutant: Mutant) -> bool {
        self.variant == Variant::Mutant(mutant)
    }

    fn has(self, remedy: Remedy) -> bool {
        self.variant == Variant::Remedy(remedy)
    }

    /// A DELETE finds the Pod at this place. Its reads and writes are one step (see `api`).
    fn delete(state: State, place: Place, grace: Option<Grace>) -> Changed {
        let pod = state.pod(place);
        let Some(stored) = pod.stored else { return refused(state, Refused::Absent) };
        let facts = deletion::Facts {
            now: NOW,
            binding: Binding::Bound,
            phase: Some(stored.phase),
            spec_grace: Some(Grace::DEFAULT),
            finalizers: Finalizers::NONE,
        };
        let request = Request { grace, propagation: None };
        let Ok(step) = stored.deletion().step(Input::Delete(request), facts) else {
            return accepted(state); // a DELETE is never refused by its state
        };
        let removed = step.effects.contains(&Some(Effect::Remove));
        let stored = Stored { deleting: step.next.is_deleting(), ..stored };
        accepted(state.with(place, Pod { stored: (!removed).then_some(stored), ..pod }))
    }

    fn take(self, mut state: State, action: Action) -> Changed {
        if action.is_fault(&state) {
            (state.faults_left, state.hurt) = (state.faults_left.saturating_sub(1), true);
        }
        let on_node = |place, change: fn(&mut Node)| {
            let mut node = state.node(place);
            change(&mut node);
            state.with_node(place, node)
        };
        let on_pod = |place, change: fn(&mut Pod)| {
            let mut pod = state.pod(place);
            change(&mut pod);
            state.with(place, pod)
        };
        accepted(match action {
            Action::Begin(policy) => State { policy: Some(policy), ..state },
            Action::Own(place) => return self.own(state, place),
            Action::Delete(place) => return Self::delete(state, place, None),
            Action::Evict(place) => self.evict(state, place),
            Action::Decide(place) => return self.decide(state, place),
            Action::EvictDelete(place) => return self.evict_delete(state, place),
            Action::Lose(place) => self.lose(state, place),
            Action::Recount => self.recount(state),
            Action::Forget(place) => on_pod(place, |pod| pod.pending = false),
            Action::ResetTarget(place) => Self::reset_target(state, place),
            Action::Beat(place) => Self::beat(state, place),
            Action::Miss(place) => self.pass(state, Some(place)),
            Action::Pass => self.pass(state, None),
            Action::Taint(place) => self.taint(state, place),
            Action::Schedule(place) => self.schedule(state, place),
            Action::Expire(place) => on_pod(place, |pod| pod.timer = Timer::Due),
            Action::TaintDelete(place) => return Self::taint_delete(state, place),
            Action::Blind => State { blind: true, ..state },
            Action::Sight => State { blind: false, ..state },
            Action::Partition(place) => on_node(place, |node| node.link = false),
            Action::Heal(place) => on_node(place, |node| node.link = true),
            Action::Off(place) | Action::PowerOff(place) | Action::TimeUp(place) => Self::off(state, place),
            Action::Boot(place) => on_node(place, |node| node.on = true),
            Action::Shutdown(place) => Self::shutdown(state, place),
            Action::Start(place) => on_pod(place, |pod| (pod.process, pod.probe) = (Process::Running, true)),
            Action::Probe(place) => on_pod(place, |pod| pod.probe = true),
            Action::Unready(place) => on_pod(place, |pod| pod.probe = false),
            Action::Stop(place) => Self::stop(state, place),
            Action::Report(place) => return self.report(state, place),
        })
    }

    /// Gives what nobody will read again one value, and tells what was read before that it has changed. A kubelet that is reached
    /// sees at once what is stored.
    fn tidy(self, before: &State, mut state: State) -> State {
        let budget = |state: &State| (state.healthy, state.allowed, state.pods.map(|pod| pod.pending));
        let changed = budget(before) != budget(&state);
        for place in Place::ALL {
            let mut pod = state.pod(place);
            if pod.stored.is_none() {
                pod = Pod { eviction: pod.eviction, pending: pod.pending, ..Pod::GONE };
            }
            if state.node(place).is_served() {
                pod = self.watch(pod, state.node(place));
            }
            pod.probe &= pod.runs();
            let touched = before.pod(place).stored != pod.stored;
            pod.eviction = pod.eviction.map(|eviction| self.read(eviction, touched, changed));
            let apart = |pod: Pod| Pod { eviction: None, ..pod };
            if apart(pod) != apart(before.pod(place)) {
                pod.told = self.holds(&pod).is_some_and(|status| status.ready);
            }
            state = state.with(place, pod);
        }
        state
    }

    /// What an eviction has read.
    fn read(self, eviction: Eviction, touched: bool, changed: bool) -> Eviction {
        let is_asked = matches!(eviction.step, Step::Asked { .. });
        let step = match eviction.step {
            Step::Asked { fresh, allowed } => {
                let fresh = fresh && !changed;
                let kept = fresh || self.is(Mutant::LostUpdate);
                Step::Asked { fresh, allowed: if kept { allowed } else { 0 } }
            }
            Step::Granted => Step::Granted,
        };
        let compared = is_asked || eviction.guard != pod_lifecycle::admission::Guard::None;
        Eviction {
            step,
            touched: compared && (eviction.touched || touched),
            ready: is_asked && eviction.ready,
            ..eviction
        }
    }
}

impl Protocol for Disruptions {
    type State = State;
    type Action = Action;

    const LAWS: &'static [Law<State, Action>] = laws::LAWS;
    const ACTIONS: &'static [&'static str] = actions::KINDS;
    const REFUSALS: &'static [Refusal] = REFUSALS;

    fn initial(&self) -> State {
        State { faults_left: self.faults, ..State::START }
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.list(state, actions);
    }

    fn step(&self, state: &State, action: Action) -> Moved<State> {
        let Moved { next, refused } = self.take(*state, action);
        Moved { next: self.tidy(state, next), refused }
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

    fn fault(state: &State, action: &Action) -> Option<&'static str> {
        Self::ACTIONS.get(action.kind()).copied().filter(|_| action.is_fault(state))
    }

    fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
        path.iter().map(tell::tell).collect()
    }
}
