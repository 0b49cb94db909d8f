//! The computed status of a Pod: phase, conditions, entries (PHA-10 … PHA-16, PHA-21 … PHA-25).

use super::container::{Around, Container, Entry, Initialization, Ready, RunState, Shown, State, Wait};
use super::merge::{Snapshot, first, truth};
use super::{Condition, ConditionType, Owner, Reason, Truth};
use crate::container::{ContainerFacts, ContainerPolicy, RestartPolicy, Role, Started};
use crate::phase::{self, Copies, Deadline, Deleting, Initialized, Pass, Phase, Row, Settled, Source};
use crate::sync::{Evidence, Marked, Reset, SandboxNeed, cleaned_up, reset_due};

/// What the computation reads of the Pod besides its containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts<'a> {
    /// `spec.restartPolicy`; an object without one is treated as `Always`.
    pub policy: Option<RestartPolicy>,
    /// Which pass this is (PHA-17).
    pub pass: Pass,
    /// Where the Pod comes from.
    pub source: Source,
    /// Whether `deletionTimestamp` is set.
    pub deleting: Deleting,
    /// Whether the newest sandbox will do (CTR-10).
    pub sandbox: SandboxNeed,
    /// Whether the newest sandbox is ready and holds an instance of some regular container.
    pub initialized: Initialized,
    /// Whether the Pod has overrun `activeDeadlineSeconds`.
    pub deadline: Deadline,
    /// `spec.readinessGates`.
    pub gates: &'a [Gate],
    /// The status of the Pod object that this pass was given.
    pub api: Snapshot<'a>,
    /// The kubelet's own copy, if it has one.
    pub cached: Option<Snapshot<'a>>,
    /// The conditions of a resize under way.
    pub resize: &'a [Condition],
}

impl<'a> Facts<'a> {
    /// The status that is continued: the cached one as a whole, else that of the API (PHA-10).
    #[must_use]
    pub fn previous(self) -> Snapshot<'a> {
        self.cached.unwrap_or(self.api)
    }
}

/// The condition that a readiness gate asks for (OBJ-21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gate {
    /// One of a type that has a name here.
    Named(ConditionType),
    /// Any other: the index of the first condition of its type in the API status, if there is one.
    Other(Option<usize>),
}

/// A condition that the kubelet makes. All but `AllContainersRestarting` carry the Pod's generation as observed
/// (PHA-21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// `type`.
    pub kind: ConditionType,
    /// `status`.
    pub status: Truth,
    /// `reason`; `None` is empty.
    pub reason: Option<Reason>,
}

/// One condition of the computed status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listed {
    /// The condition of this index of the API status.
    Api(usize),
    /// The resize condition of this index.
    Resize(usize),
    /// The condition of this index of the previous status: its `DisruptionTarget`.
    Previous(usize),
    /// One that this computation makes.
    Made(Verdict),
}

/// A computed status. It borrows the facts and decides over conditions and entries when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a status is there to be cached and sent"]
pub struct Generated<'a> {
    /// The row of PHA-04 that computed the phase.
    pub row: Row,
    /// The phase after all overrides, and whose reason and message go with it.
    pub settled: Settled,
    /// Whether all containers are to be restarted (CTR-32).
    pub reset: Reset,
    around: Around,
    facts: Facts<'a>,
    containers: &'a [Container<'a>],
}

/// Computes the status of a Pod from what the runtime knows (PHA-10 … PHA-16). Containers of one role are in the
/// order of the spec; how the roles are arranged does not matter.
///
/// ```
/// use pod_lifecycle::container::{ContainerPolicy, Role};
/// use pod_lifecycle::phase::{Deadline, Deleting, Initialized, Pass, Phase, Source};
/// use pod_lifecycle::status::*;
/// use pod_lifecycle::sync::SandboxNeed;
/// let container = Container {
///     role: Role::Regular,
///     policy: ContainerPolicy::default(),
///     runs: Runs::One(Run { state: RunState::Running, restarts: 0, identity: Identity::Other }),
///     before: None,
///     failure: StartFailure::None,
///     probed: Probed { ready: Some(Ready::Yes), started: None },
/// };
/// let facts = Facts {
///     policy: None,
///     pass: Pass::Running,
///     source: Source::Api,
///     deleting: Deleting::No,
///     sandbox: SandboxNeed::Fits,
///     initialized: Initialized::Yes,
///     deadline: Deadline::Open,
///     gates: &[],
///     api: Snapshot { phase: Some(Phase::Pending), conditions: &[] },
///     cached: None,
///     resize: &[],
/// };
/// let containers = [container];
/// let status = generate(facts, &containers);
/// assert_eq!(status.settled.phase, Phase::Running);
/// assert!(status.entries().all(|entry| entry.state == State::Running(Nth::Newest)));
/// let ready = Verdict { kind: ConditionType::Ready, status: Truth::True, reason: None };
/// assert!(status.conditions().any(|condition| condition == Listed::Made(ready)));
/// ```
pub fn generate<'a>(facts: Facts<'a>, containers: &'a [Container<'a>]) -> Generated<'a> {
    let previous = facts.previous();
    let reset = reset_due(marked(previous), containers.iter().filter_map(evidence));
    let around = Around {
        policy: facts.policy,
        deleting: facts.deleting,
        reset,
        waits: if containers.iter().any(is_init) { Wait::Initializing } else { Wait::Creating },
        initialization: initialization(containers),
    };
    let of_phase = phase::Facts {
        policy: facts.policy,
        pass: facts.pass,
        source: facts.source,
        initialized: facts.initialized,
    };
    let row = phase::compute(
        of_phase,
        containers.iter().map(|container| ContainerFacts {
            role: container.role,
            policy: container.policy,
            state: container.entry(around).fact(), // before the prober writes (PHA-16)
        }),
    );
    let copies = Copies { previous: previous.phase, api: facts.api.phase };
    let settled = phase::settle(row.phase(), copies, facts.deadline);
    Generated { row, settled, reset, around, facts, containers }
}

fn marked(previous: Snapshot<'_>) -> Marked {
    match truth(previous.conditions, ConditionType::AllContainersRestarting) {
        Some(Truth::True) => Marked::Yes,
        Some(Truth::False | Truth::Unknown | Truth::Other) | None => Marked::No,
    }
}

fn evidence<'a>(container: &Container<'a>) -> Option<(ContainerPolicy<'a>, Evidence)> {
    let newest = container.runs.newest().map(|run| run.state.evidence());
    let reported = container.before.and_then(|before| match before.shown {
        Shown::Terminated(exit) => Some(exit.code),
        Shown::Empty | Shown::Waiting | Shown::Running => None,
    });
    let counts = match container.role {
        Role::Init | Role::Sidecar | Role::Regular => true,
        Role::Ephemeral => false,
    };
    counts.then_some((container.policy, Evidence::Runtime { newest, reported }))
}

const fn is_init(container: &Container<'_>) -> bool {
    match container.role {
        Role::Init | Role::Sidecar => true,
        Role::Regular | Role::Ephemeral => false,
    }
}

fn initialization(containers: &[Container<'_>]) -> Initialization {
    let mut regulars = containers.iter().filter(|container| container.role == Role::Regular);
    if regulars.any(|of| of.runs.newest().map(|run| run.state).is_some_and(RunState::was_made)) {
        Initialization::Over
    } else {
        Initialization::Unproven
    }
}

impl<'a> Generated<'a> {
    /// The status entry of every container, in the order of the containers. The API lists regular ones by name
    /// (CTR-48).
    pub fn entries(self) -> impl Iterator<Item = Entry> + 'a {
        self.containers.iter().map(move |container| self.entry(container))
    }

    fn entry(self, container: &Container<'_>) -> Entry {
        container.entry(self.around).probed(container.probed)
    }

    /// The conditions, in their order (PHA-21).
    pub fn conditions(self) -> impl Iterator<Item = Listed> + 'a {
        let Facts { api, resize, .. } = self.facts;
        let target = |list| first(list, ConditionType::DisruptionTarget);
        let (stored, previous) = (target(api.conditions), target(self.facts.previous().conditions));
        let others = api.conditions.iter().enumerate().filter(|(_, of)| of.kind.owner() != Owner::Kubelet);
        let others = others.map(move |(index, _)| match previous {
            Some(previous) if stored == Some(index) => Listed::Previous(previous),
            Some(_) | None => Listed::Api(index),
        });
        let appended = previous.filter(|_| stored.is_none()).map(Listed::Previous);
        let ready = self.containers_ready();
        let made = [
            Some(self.ready_to_start()),
            Some(self.initialized()),
            Some(self.ready(ready)),
            Some(ready),
            Some(made(ConditionType::PodScheduled, Truth::True, None)),
            self.restarting(),
        ];
        let made = made.into_iter().flatten().map(Listed::Made);
        others.chain((0..resize.len()).map(Listed::Resize)).chain(appended).chain(made)
    }

    /// `PodReadyToStartContainers`: the sandbox will do (CTR-10).
    fn ready_to_start(self) -> Verdict {
        let status = match self.facts.sandbox {
            SandboxNeed::Fits => Truth::True,
            SandboxNeed::New { .. } => Truth::False,
        };
        made(ConditionType::PodReadyToStartContainers, status, None)
    }

    /// PHA-22.
    fn initialized(self) -> Verdict {
        let verdict = |status, reason| made(ConditionType::Initialized, status, reason);
        let mut regulars = self.containers.iter().filter(|container| container.role == Role::Regular);
        if self.settled.phase == Phase::Succeeded {
            return verdict(Truth::True, Some(Reason::PodCompleted));
        }
        let started = regulars.any(|container| match self.entry(container).state {
            State::Running(_) | State::Terminated(..) => true,
            State::Waiting(_) => false,
        });
        let said = truth(self.facts.previous().conditions, ConditionType::Initialized);
        if started || self.incomplete().next().is_none() || said == Some(Truth::True) {
            verdict(Truth::True, None)
        } else {
            verdict(Truth::False, Some(Reason::ContainersNotInitialized))
        }
    }

    /// PHA-23.
    fn containers_ready(self) -> Verdict {
        let verdict = |status, reason| made(ConditionType::ContainersReady, status, reason);
        if let Some(reason) = Reason::of_end(self.settled.phase) {
            verdict(Truth::False, Some(reason))
        } else if self.unready().next().is_some() {
            verdict(Truth::False, Some(Reason::ContainersNotReady))
        } else {
            verdict(Truth::True, None)
        }
    }

    /// PHA-24.
    fn ready(self, containers: Verdict) -> Verdict {
        if containers.status != Truth::True {
            Verdict { kind: ConditionType::Ready, ..containers }
        } else if self.unmet().next().is_some() {
            made(ConditionType::Ready, Truth::False, Some(Reason::ReadinessGatesNotReady))
        } else {
            made(ConditionType::Ready, Truth::True, None)
        }
    }

    /// PHA-25; only in a Pod with a rule of action `RestartAllContainers`.
    fn restarting(self) -> Option<Verdict> {
        let verdict = |status, reason| made(ConditionType::AllContainersRestarting, status, reason);
        if !self.containers.iter().any(|container| container.policy.can_restart_all()) {
            return None;
        }
        let ended = Reason::of_end(self.settled.phase);
        let instances =
            self.containers.iter().map(|of| (of.role, of.runs.newest().map(|run| run.state.evidence())));
        Some(match (ended, self.reset) {
            (Some(reason), _) => verdict(Truth::False, Some(reason)),
            (None, Reset::Due) if !cleaned_up(instances) => {
                verdict(Truth::True, Some(Reason::RestartAllContainersStarted))
            }
            (None, Reset::Due | Reset::NotDue) => verdict(Truth::False, None),
        })
    }

    /// The init containers that have not done their part, by index, in the order of the spec (PHA-22).
    pub fn incomplete(self) -> impl Iterator<Item = usize> + 'a {
        self.containers.iter().enumerate().filter_map(move |(index, container)| {
            let entry = self.entry(container);
            let incomplete = match container.role {
                Role::Init => entry.ready == Ready::No,
                Role::Sidecar => entry.started != Some(Started::Yes),
                Role::Regular | Role::Ephemeral => false,
            };
            incomplete.then_some(index)
        })
    }

    /// The containers that are not ready, by index: sidecars, then regular ones, in the order of the spec (PHA-23).
    pub fn unready(self) -> impl Iterator<Item = usize> + 'a {
        [Role::Sidecar, Role::Regular].into_iter().flat_map(move |role| {
            let of_role = self.containers.iter().enumerate().filter(move |(_, of)| of.role == role);
            of_role.filter(move |(_, of)| self.entry(of).ready == Ready::No).map(|(index, _)| index)
        })
    }

    /// The readiness gates that are not met, by index, and the status of the condition that each asks for
    /// (PHA-24).
    pub fn unmet(self) -> impl Iterator<Item = (usize, Option<Truth>)> + 'a {
        let gates = self.facts.gates.iter().enumerate();
        gates
            .map(move |(index, gate)| (index, self.asked(*gate)))
            .filter(|(_, status)| *status != Some(Truth::True))
    }

    /// The status that the list has for a gate when `Ready` is decided.
    fn asked(self, gate: Gate) -> Option<Truth> {
        let Facts { api, resize, .. } = self.facts;
        match gate {
            Gate::Other(index) => Some(api.conditions.get(index?)?.status),
            Gate::Named(kind) => match kind {
                ConditionType::PodReadyToStartContainers => Some(self.ready_to_start().status),
                ConditionType::Initialized => Some(self.initialized().status),
                ConditionType::PodResizePending | ConditionType::PodResizeInProgress => truth(resize, kind),
                ConditionType::DisruptionTarget => {
                    truth(self.facts.previous().conditions, kind).or_else(|| truth(api.conditions, kind))
                }
                // Not in the list yet.
                ConditionType::Ready
                | ConditionType::ContainersReady
                | ConditionType::PodScheduled
                | ConditionType::AllContainersRestarting
                | ConditionType::Other => None,
            },
        }
    }
}

const fn made(kind: ConditionType, status: Truth, reason: Option<Reason>) -> Verdict {
    Verdict { kind, status, reason }
}
