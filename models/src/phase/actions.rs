//! Who may act when.

use super::state::{
    Code, Entry, Flight, Instance, PLACES, Sandbox, Shape, Startup, State, Template, View, Work,
};
use super::{Mutant, Phases, Remedy};
use pod_lifecycle::container::RestartPolicy;

use crate::law::Scope;

/// Whether the back-off of the containers that have ended still lasts in a pass (CTR-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// It is over.
    Over,
    /// It lasts: nothing is started, and the status tells why (CTR-44).
    Lasts,
}

/// When the kubelet process dies inside the start of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// At any moment that leaves no container between its creation and its start.
    Clean,
    /// Between the creation of a container and its start.
    BeforeStart,
}

/// A step of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A user creates the Pod, bound; the kubelet sees it.
    Create(Template),
    /// A user deletes it; it gets its grace, and a finalizer keeps it.
    Delete,
    /// The kubelet sees what is stored.
    Observe,
    /// `SyncPod`, up to its first start or stop.
    Sync(Backoff),
    /// `SyncPod` creates and starts the next container.
    Start,
    /// `SyncTerminatingPod`, up to its stop calls.
    Terminate,
    /// The grace of the sidecar is used up before its turn came.
    GraceEnds,
    /// All containers are stopped: the call goes on.
    Stopped,
    /// `SyncTerminatedPod`: its status (KUB-30 step 1).
    Resync,
    /// `TerminatePod` (KUB-30 step 7).
    Finish,
    /// The status writer publishes the cached status (PHA-30 … PHA-32).
    Publish,
    /// The process of the container at this place ends.
    Exit(usize, Code),
    /// The startup probe of the sidecar succeeds.
    Probe,
    /// Fault: the kubelet process dies and another one starts.
    Restart(Death),
    /// Fault: the kubelet decides to evict the Pod.
    Evict,
    /// Fault: the runtime removes the dead instance of the container at this place.
    Remove(usize),
    /// Fault: the sandbox is lost.
    LoseSandbox,
    /// Fault: the Pod garbage collector writes `Failed` (CTL-PGC-06).
    Collect,
    /// Fault: `activeDeadlineSeconds` passes.
    Expire,
}

/// The kinds of action.
pub(super) const KINDS: &[&str] = &[
    "create",
    "delete",
    "kubelet observes",
    "kubelet syncs",
    "container starts",
    "kubelet kills",
    "grace of the sidecar ends",
    "containers verified stopped",
    "status of terminated",
    "TerminatePod",
    "publish",
    "container exits",
    "startup probe succeeds",
    "kubelet restarts",
    "kubelet evicts",
    "runtime removes an instance",
    "sandbox is lost",
    "PodGC writes Failed",
    "deadline passes",
];

impl Action {
    /// The index of its kind among the names of the kinds.
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Create(_) => 0,
            Self::Delete => 1,
            Self::Observe => 2,
            Self::Sync(_) => 3,
            Self::Start => 4,
            Self::Terminate => 5,
            Self::GraceEnds => 6,
            Self::Stopped => 7,
            Self::Resync => 8,
            Self::Finish => 9,
            Self::Publish => 10,
            Self::Exit(..) => 11,
            Self::Probe => 12,
            Self::Restart(_) => 13,
            Self::Evict => 14,
            Self::Remove(_) => 15,
            Self::LoseSandbox => 16,
            Self::Collect => 17,
            Self::Expire => 18,
        }
    }

    /// Whether it is one of the faults that are counted.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        match self {
            Self::Restart(_) | Self::Evict | Self::Remove(_) => true,
            Self::LoseSandbox | Self::Collect | Self::Expire => true,
            Self::Create(_) | Self::Delete | Self::Observe | Self::Sync(_) | Self::Start => false,
            Self::Terminate | Self::GraceEnds | Self::Stopped | Self::Resync | Self::Finish => false,
            Self::Publish | Self::Exit(..) | Self::Probe => false,
        }
    }
}

/// A kind of fault.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Restart,
    Evict,
    Remove,
    LoseSandbox,
    Collect,
    Expire,
}

/// What a user may create, how many faults of which kinds follow, and how the containers may end.
struct Chance {
    template: Template,
    faults: u8,
    kinds: &'static [Fault],
    codes: [&'static [Code]; 2],
}

const ANY: &[Fault] =
    &[Fault::Restart, Fault::Evict, Fault::Remove, Fault::LoseSandbox, Fault::Collect, Fault::Expire];

const BOTH: &[Code] = &[Code::Well, Code::Badly];
const WELL: &[Code] = &[Code::Well];
const BADLY: &[Code] = &[Code::Badly];

/// How a sidecar ends plays no part (PHA-02, CTR-06).
const fn chance(policy: RestartPolicy, shape: Shape, faults: u8, kinds: &'static [Fault]) -> Chance {
    let codes = match shape {
        Shape::Two | Shape::Own | Shape::Init => [BOTH, BOTH],
        Shape::Sidecar => [BADLY, BOTH],
    };
    Chance { template: Template { policy, shape }, faults, kinds, codes }
}

/// The same with less.
const fn ending(chance: Chance, codes: [&'static [Code]; 2]) -> Chance {
    Chance { codes, ..chance }
}

/// Each shape and each policy, with the faults and ends that its laws are about.
const TINY: &[Chance] = &[
    chance(RestartPolicy::Always, Shape::Two, 0, &[]),
    ending(chance(RestartPolicy::Always, Shape::Own, 1, &[Fault::LoseSandbox]), [BADLY, WELL]),
    ending(chance(RestartPolicy::Always, Shape::Init, 1, &[Fault::Remove]), [BOTH, WELL]),
    ending(chance(RestartPolicy::Always, Shape::Sidecar, 1, &[Fault::Restart]), [BADLY, WELL]),
    ending(chance(RestartPolicy::OnFailure, Shape::Two, 1, &[Fault::LoseSandbox]), [BADLY, WELL]),
    ending(
        chance(RestartPolicy::OnFailure, Shape::Init, 2, &[Fault::Restart, Fault::LoseSandbox]),
        [WELL, WELL],
    ),
    ending(chance(RestartPolicy::OnFailure, Shape::Sidecar, 0, &[]), [BADLY, WELL]),
    chance(RestartPolicy::Never, Shape::Two, 1, &[Fault::Remove, Fault::LoseSandbox, Fault::Expire]),
    chance(RestartPolicy::Never, Shape::Own, 1, &[Fault::LoseSandbox]),
    chance(
        RestartPolicy::Never,
        Shape::Init,
        2,
        &[Fault::Restart, Fault::Evict, Fault::Collect, Fault::LoseSandbox],
    ),
];

/// Every shape with every policy: two faults where that is cheap, else one.
const STANDARD: &[Chance] = &[
    chance(RestartPolicy::Always, Shape::Two, 1, ANY),
    chance(RestartPolicy::Always, Shape::Own, 1, ANY),
    chance(RestartPolicy::Always, Shape::Init, 2, ANY),
    chance(RestartPolicy::Always, Shape::Sidecar, 1, ANY),
    chance(RestartPolicy::OnFailure, Shape::Two, 1, ANY),
    chance(RestartPolicy::OnFailure, Shape::Own, 1, ANY),
    chance(RestartPolicy::OnFailure, Shape::Init, 2, ANY),
    chance(RestartPolicy::OnFailure, Shape::Sidecar, 1, ANY),
    chance(RestartPolicy::Never, Shape::Two, 2, ANY),
    chance(RestartPolicy::Never, Shape::Own, 1, ANY),
    chance(RestartPolicy::Never, Shape::Init, 2, ANY),
    chance(RestartPolicy::Never, Shape::Sidecar, 2, ANY),
];

/// So many faults of each in the large scope, and nowhere more.
pub(super) const FAULTS_MAX: u8 = 2;

impl Phases {
    const fn chances(self) -> &'static [Chance] {
        match self.scope {
            Scope::Tiny => TINY,
            Scope::Standard | Scope::Large => STANDARD,
        }
    }

    /// The chance that has been taken.
    fn chance(self, template: Template) -> Option<&'static Chance> {
        self.chances().iter().find(|chance| chance.template == template)
    }

    /// How many faults may happen to such a Pod.
    pub(super) fn allowed(self, template: Template) -> u8 {
        match self.scope {
            Scope::Tiny | Scope::Standard => self.chance(template).map_or(0, |chance| chance.faults),
            Scope::Large => FAULTS_MAX,
        }
    }

    /// Every action that an actor may try in `state`.
    pub(super) fn list(self, state: &State, actions: &mut Vec<Action>) {
        let Some(template) = state.template else {
            actions.extend(self.chances().iter().map(|chance| Action::Create(chance.template)));
            return;
        };
        let over = state.record.stage == Work::Finished;
        if !state.stored.deleting && !over {
            actions.push(Action::Delete);
        }
        if state.view != seen(state) && !over {
            actions.push(Action::Observe);
        }
        self.worker(state, actions);
        if state.cached.is_some_and(|cached| cached != state.stored.status) {
            actions.push(Action::Publish);
        }
        for place in PLACES {
            if state.instances[place] == Instance::Running {
                let codes = self.chance(template).map_or(BOTH, |chance| chance.codes[place]);
                actions.extend(codes.iter().map(|code| Action::Exit(place, *code)));
            }
        }
        let probed = match state.startup {
            Startup::Pending => true,
            Startup::Found => !self.is(Mutant::FoundUnprobed),
            Startup::Succeeded => false,
        };
        if state.has_sidecar() && state.instances[0] == Instance::Running && probed {
            actions.push(Action::Probe);
        }
        if let Some(chance) = self.chance(template).filter(|_| state.faults_left > 0) {
            for fault in chance.kinds {
                self.fault(*fault, state, actions);
            }
        }
    }

    /// What the pod worker may do next.
    fn worker(self, state: &State, actions: &mut Vec<Action>) {
        match (state.flight, state.record.stage) {
            (Flight::Starting(_), _) => actions.push(Action::Start),
            (Flight::Clearing { .. } | Flight::Stopping { .. }, _) => {
                if state.flight.waits() {
                    actions.push(Action::GraceEnds);
                }
                if !state.runs() {
                    actions.push(Action::Stopped);
                }
            }
            (Flight::None, Work::Sync) => {
                actions.push(Action::Sync(Backoff::Over));
                let ended = state.instances.iter().any(|instance| matches!(instance, Instance::Exited(_)));
                if ended && state.sandbox == Sandbox::Ready {
                    actions.push(Action::Sync(Backoff::Lasts));
                }
            }
            (Flight::None, Work::Terminating) => actions.push(Action::Terminate),
            (Flight::None, Work::Terminated) => actions.extend([Action::Resync, Action::Finish]),
            (Flight::None, Work::Finished) => {}
        }
    }

    fn fault(self, fault: Fault, state: &State, actions: &mut Vec<Action>) {
        match fault {
            Fault::Restart => {
                actions.push(Action::Restart(Death::Clean));
                if matches!(state.flight, Flight::Starting(_)) {
                    actions.push(Action::Restart(Death::BeforeStart));
                }
            }
            Fault::Evict if state.record.stage == Work::Sync => actions.push(Action::Evict),
            Fault::Remove => {
                for place in PLACES {
                    let Instance::Exited(code) = state.instances[place] else { continue };
                    let end = Entry::Terminated(code.end());
                    let holds = state.cached.is_none_or(|cached| cached.entries[place] == end);
                    let told = holds && state.stored.status.entries[place] == end;
                    if told || !self.has(Remedy::RemovalWaits) {
                        actions.push(Action::Remove(place));
                    }
                }
            }
            Fault::LoseSandbox if state.sandbox == Sandbox::Ready => actions.push(Action::LoseSandbox),
            Fault::Collect if !state.stored.status.phase.is_terminal() => actions.push(Action::Collect),
            Fault::Expire if !state.overdue && state.record.stage < Work::Terminated => {
                actions.push(Action::Expire);
            }
            Fault::Evict | Fault::LoseSandbox | Fault::Collect | Fault::Expire => {}
        }
    }
}

/// The Pod as the kubelet would see it now.
pub(super) const fn seen(state: &State) -> View {
    let phase = state.stored.status.phase;
    let ended = if phase.is_terminal() { Some(phase) } else { None };
    View { deleting: state.stored.deleting, ended }
}
