//! Model `phase`: the three copies of one Pod's phase. A kubelet computes it from its one container, caches it,
//! and publishes it over whatever is stored; the Pod garbage collector writes beside it; the kubelet's own view of
//! the store lags, and its memory is lost when it restarts.

mod laws;
mod liveness;
mod tell;

use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, Exit, ExitReason, RestartPolicy, Role, Started,
};
use pod_lifecycle::phase::{
    self, Copies, Deadline, Facts, Initialized, Pass, Phase, Processes, Publication, Source,
};

use crate::law::{Law, Moved, Protocol, Refusal, Taken};
use crate::mutants::mutants;
use crate::render::Told;

/// The model.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phases {
    /// The mistake that it makes.
    pub mutant: Option<Mutant>,
}

/// What the runtime knows of the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instance {
    /// It was never started.
    None,
    /// It runs.
    Running,
    /// It ended with code 0.
    Well,
    /// It ended with code 1.
    Badly,
}

/// How far the pod worker has come (KUB-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Worker {
    /// It starts and restarts the container.
    Sync,
    /// It stops the container.
    Terminating,
    /// The container is stopped.
    Terminated,
    /// `TerminatePod` is done.
    Finished,
}

/// Who wrote the stored phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// The API server, at the creation.
    Api,
    /// The kubelet process that still runs.
    Kubelet,
    /// A kubelet process before it.
    Before,
    /// The Pod garbage collector.
    PodGc,
}

/// The whole state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// `spec.restartPolicy`; `None` before the Pod is created.
    pub policy: Option<RestartPolicy>,
    /// `deletionTimestamp` is set.
    pub deleting: bool,
    /// `activeDeadlineSeconds` has passed.
    pub overdue: bool,
    /// The stored phase.
    pub stored: Phase,
    /// Who wrote it.
    pub author: Author,
    /// The stored phase as the kubelet last saw it.
    pub seen: Phase,
    /// The phase in the kubelet's status cache.
    pub cached: Option<Phase>,
    /// The pod worker.
    pub worker: Worker,
    /// The container.
    pub instance: Instance,
}

const _: () = assert!(size_of::<State>() <= 16);

/// A step of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A user creates the Pod, bound.
    Create(RestartPolicy),
    /// A user deletes it; it gets its grace.
    Delete,
    /// `activeDeadlineSeconds` passes.
    Expire,
    /// The Pod garbage collector writes `Failed` (CTL-PGC-06).
    Collect,
    /// The runtime starts the container.
    Start,
    /// The process ends: with code 0, or with 1.
    Exit(Instance),
    /// The kubelet sees what is stored.
    Observe,
    /// A normal pass, or the first status of *terminating* (PHA-17).
    Sync,
    /// The kubelet decides by itself to kill the Pod: eviction, preemption, shutdown.
    Kill,
    /// The last status of *terminating*: the container is stopped (KUB-20).
    Stopped,
    /// A status of *terminated* (KUB-30 step 1).
    Resync,
    /// `TerminatePod` (KUB-30 step 7).
    Finish,
    /// The status writer publishes the cached phase (PHA-30 … PHA-32).
    Publish,
    /// The kubelet process dies and another one starts.
    Restart,
}

const KINDS: &[&str] = &[
    "create",
    "delete",
    "deadline passes",
    "PodGC writes Failed",
    "container starts",
    "container exits",
    "kubelet observes",
    "kubelet syncs",
    "kubelet kills",
    "container verified stopped",
    "status of terminated",
    "TerminatePod",
    "publish",
    "kubelet restarts",
];

mutants! {
    StoredIgnored "B01" "kubernetes/kubernetes#58711" "PHA-15"
        "A terminal stored phase does not force the computed one."
    NotWithheld "B09" "kubernetes/kubernetes#106884" "INV-26"
        "A terminal phase is published while the container may still run."
    NoTerminalPhase "B14" "kubernetes/kubernetes#115331" "LIV-01/terminal"
        "The worker finishes without forcing a terminal phase."
    ForcedIfDeleted "forced-if-deleted" "invented" "INV-25"
        "The worker forces a terminal phase only on a Pod that it has seen deleted."
    EndsUnnoticed "ends-unnoticed" "invented" "LIV-05"
        "A normal pass that computes a terminal phase does not end the worker's normal passes."
    RestartsEnded "B05" "kubernetes/kubernetes#37447" "INV-21"
        "A restarted kubelet takes a Pod that has ended for a new one."
    CacheIgnored "cache-ignored" "invented" "INV-28"
        "The cached phase is not looked at when a phase is computed."
    PolicyMisread "policy-misread" "invented" "PHA-05"
        "Policy `OnFailure` is read as `Never` when a phase is computed."
    RunningWaits "running-waits" "invented" "PHA-04"
        "A running container is counted as one that waits."
}

impl Phases {
    fn is(self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// Computes and settles a status (PHA-04, PHA-10 … PHA-15).
    fn computed(self, state: State, pass: Pass) -> Phase {
        let policy = match state.policy {
            Some(RestartPolicy::OnFailure) if self.is(Mutant::PolicyMisread) => Some(RestartPolicy::Never),
            policy => policy,
        };
        let facts = Facts { policy, pass, source: Source::Api, initialized: Initialized::No };
        let exit = |code| ContainerState::Terminated(Exit { code, reason: ExitReason::Other });
        let container = match state.instance {
            Instance::None => ContainerState::Waiting,
            Instance::Running if self.is(Mutant::RunningWaits) => ContainerState::Waiting,
            Instance::Running => ContainerState::Running(Started::Yes),
            Instance::Well => exit(0),
            Instance::Badly => exit(1),
        };
        let container =
            ContainerFacts { role: Role::Regular, policy: ContainerPolicy::default(), state: container };
        let copies = Copies {
            previous: state.cached.or(Some(state.seen)).filter(|_| !self.is(Mutant::CacheIgnored)),
            api: Some(state.seen).filter(|_| !self.is(Mutant::StoredIgnored)),
        };
        let deadline = if state.overdue { Deadline::Passed } else { Deadline::Open };
        phase::settle(phase::compute(facts, [container]).phase(), copies, deadline).phase
    }

    /// The status writer (PHA-32, PHA-37).
    fn publish(self, state: State) -> State {
        let processes = if state.worker >= Worker::Terminated || self.is(Mutant::NotWithheld) {
            Processes::Stopped
        } else {
            Processes::Possible
        };
        match (state.cached, phase::publish(Some(state.stored), state.cached, processes)) {
            (Some(new), Publication::New) if new != state.stored => {
                State { stored: new, author: Author::Kubelet, ..state }
            }
            (Some(_), Publication::New) | (_, Publication::Withheld) | (None, _) => state,
        }
    }

    /// A fresh process lists the Pod and sorts it in (KUB-10, KUB-61 … KUB-63).
    fn restart(self, state: State) -> State {
        let running = state.instance == Instance::Running;
        let worker = if self.is(Mutant::RestartsEnded) {
            Worker::Sync
        } else if state.stored.is_terminal() {
            if running { Worker::Terminating } else { Worker::Terminated }
        } else if state.deleting {
            Worker::Terminating
        } else {
            Worker::Sync
        };
        let author = if state.author == Author::Kubelet { Author::Before } else { state.author };
        State { seen: state.stored, cached: None, worker, author, ..state }
    }

    fn take(self, state: State, action: Action) -> State {
        match action {
            Action::Create(policy) => State { policy: Some(policy), ..state },
            Action::Delete => State { deleting: true, ..state },
            Action::Expire => State { overdue: true, ..state },
            Action::Collect => State { stored: Phase::Failed, author: Author::PodGc, ..state },
            Action::Start => State { instance: Instance::Running, ..state },
            Action::Exit(instance) => State { instance, ..state },
            Action::Observe => {
                // KUB-10: a terminal phase, or a deletion, ends the normal passes.
                let ends = state.worker == Worker::Sync && (state.deleting || state.stored.is_terminal());
                let worker = if ends { Worker::Terminating } else { state.worker };
                State { seen: state.stored, worker, ..state }
            }
            Action::Sync => {
                let cached = self.computed(state, Pass::Running);
                let ends =
                    state.worker == Worker::Sync && cached.is_terminal() && !self.is(Mutant::EndsUnnoticed);
                let worker = if ends { Worker::Terminating } else { state.worker };
                State { cached: Some(cached), worker, ..state }
            }
            Action::Kill => State { worker: Worker::Terminating, ..state },
            Action::Stopped => {
                let cached = Some(self.computed(state, Pass::Stopped));
                State { cached, worker: Worker::Terminated, ..state }
            }
            Action::Resync => State { cached: Some(self.computed(state, Pass::Stopped)), ..state },
            Action::Finish => {
                let forced = phase::terminate(state.cached, Source::Api);
                let kept =
                    self.is(Mutant::NoTerminalPhase) || (self.is(Mutant::ForcedIfDeleted) && !state.deleting);
                let cached = if kept { state.cached } else { forced };
                State { cached, worker: Worker::Finished, ..state }
            }
            Action::Publish => self.publish(state),
            Action::Restart => self.restart(state),
        }
    }
}

impl Protocol for Phases {
    type State = State;
    type Action = Action;

    const LAWS: &'static [Law<State, Action>] = laws::LAWS;
    const ACTIONS: &'static [&'static str] = KINDS;
    const REFUSALS: &'static [Refusal] = &[];

    fn initial(&self) -> State {
        State {
            policy: None,
            deleting: false,
            overdue: false,
            stored: Phase::Pending,
            author: Author::Api,
            seen: Phase::Pending,
            cached: None,
            worker: Worker::Sync,
            instance: Instance::None,
        }
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let Some(policy) = state.policy else {
            let policies = [RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never];
            actions.extend(policies.map(Action::Create));
            return;
        };
        if !state.deleting {
            actions.push(Action::Delete);
        }
        if !state.overdue {
            actions.push(Action::Expire);
        }
        if !state.stored.is_terminal() {
            actions.push(Action::Collect);
        }
        let restarts = match (state.instance, policy) {
            (Instance::None, _) => true,
            (Instance::Well, RestartPolicy::Always) => true,
            (Instance::Badly, RestartPolicy::Always | RestartPolicy::OnFailure) => true,
            (Instance::Running | Instance::Well | Instance::Badly, _) => false,
        };
        if restarts && state.worker == Worker::Sync {
            actions.push(Action::Start);
        }
        if state.instance == Instance::Running {
            actions.extend([Instance::Well, Instance::Badly].map(Action::Exit));
        }
        actions.extend([Action::Observe, Action::Publish, Action::Restart]);
        match state.worker {
            Worker::Sync => actions.extend([Action::Sync, Action::Kill]),
            Worker::Terminating => {
                actions.push(Action::Sync);
                if state.instance != Instance::Running {
                    actions.push(Action::Stopped);
                }
            }
            Worker::Terminated => actions.extend([Action::Resync, Action::Finish]),
            Worker::Finished => {}
        }
    }

    fn step(&self, state: &State, action: Action) -> Moved<State> {
        Moved { next: self.take(*state, action), refused: None }
    }

    fn kind(action: &Action) -> usize {
        match action {
            Action::Create(_) => 0,
            Action::Delete => 1,
            Action::Expire => 2,
            Action::Collect => 3,
            Action::Start => 4,
            Action::Exit(_) => 5,
            Action::Observe => 6,
            Action::Sync => 7,
            Action::Kill => 8,
            Action::Stopped => 9,
            Action::Resync => 10,
            Action::Finish => 11,
            Action::Publish => 12,
            Action::Restart => 13,
        }
    }

    fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
        path.iter().map(tell::tell).collect()
    }
}
