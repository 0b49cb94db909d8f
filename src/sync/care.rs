//! What a pass does with one container in a sandbox that will do (CTR-12, CTR-13), and how it says so (CTR-18).

use std::fmt;

use super::{Container, Facts, Start, init_failed, should_start};
use crate::container::{Definition, Exit, Health, Instance, Probe, Resize, Role};

/// What a pass does with one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It runs and goes on running.
    Keep,
    /// Nothing is done for it in this pass.
    Rest,
    /// It is started.
    Start,
    /// Its newest instance is killed.
    Kill(Cause),
    /// Its newest instance is killed, and it is started again.
    Replace(Cause),
}

impl Verdict {
    /// The same without the start (CTR-14).
    pub(super) const fn without_start(self) -> Self {
        match self {
            Self::Start => Self::Rest,
            Self::Replace(cause) => Self::Kill(cause),
            Self::Keep | Self::Rest | Self::Kill(_) => self,
        }
    }

    /// Whether something is started.
    #[must_use]
    pub const fn starts(self) -> Start {
        match self {
            Self::Start | Self::Replace(_) => Start::Yes,
            Self::Keep | Self::Rest | Self::Kill(_) => Start::No,
        }
    }

    /// Why the newest instance is killed, if it is.
    #[must_use]
    pub const fn kills(self) -> Option<Cause> {
        match self {
            Self::Kill(cause) | Self::Replace(cause) => Some(cause),
            Self::Keep | Self::Rest | Self::Start => None,
        }
    }
}

/// Why a single container is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The runtime does not know its state.
    Unknown,
    /// Its image changed (CTR-04).
    Changed,
    /// Its liveness probe failed.
    Liveness,
    /// Its startup probe failed.
    Startup,
    /// Its resize policy demands a restart.
    Resize,
}

impl Cause {
    /// The kubelet's word for the reason; empty where it has none (CTR-18).
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Changed | Self::Resize => "",
            Self::Liveness => "LivenessProbe",
            Self::Startup => "StartupProbe",
        }
    }
}

/// The text of a single kill, as the message of the event `Killing` shows it (CTR-18).
///
/// ```
/// use pod_lifecycle::container::Role;
/// use pod_lifecycle::sync::{Cause, Killing, Verdict};
/// let killing = Killing::of(Role::Regular, "web", Verdict::Replace(Cause::Liveness));
/// assert_eq!(
///     killing.map(|killing| killing.to_string()).as_deref(),
///     Some("Container web failed liveness probe, will be restarted"),
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Killing<'a> {
    role: Role,
    name: &'a str,
    cause: Cause,
    again: Start,
}

impl<'a> Killing<'a> {
    /// The text for the container `name`; `None` if the verdict kills nothing.
    #[must_use]
    pub fn of(role: Role, name: &'a str, verdict: Verdict) -> Option<Self> {
        verdict.kills().map(|cause| Self { role, name, cause, again: verdict.starts() })
    }
}

impl fmt::Display for Killing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, suffix) = match (self.role, self.again) {
            (Role::Init | Role::Sidecar, _) => ("Init container", ""),
            (Role::Regular | Role::Ephemeral, Start::Yes) => ("Container", ", will be restarted"),
            (Role::Regular | Role::Ephemeral, Start::No) => ("Container", ""),
        };
        let happened = match self.cause {
            Cause::Unknown => {
                return write!(f, "{what} is in \"unknown\" state, try killing it before restart");
            }
            Cause::Changed => "definition changed",
            Cause::Liveness => "failed liveness probe",
            Cause::Startup => "failed startup probe",
            Cause::Resize => "resize requires restart",
        };
        write!(f, "{what} {} {happened}{suffix}", self.name)
    }
}

/// A regular container in an initialized Pod (CTR-13).
pub(super) fn regular_verdict(container: &Container<'_>, facts: Facts) -> Verdict {
    let newest = container.newest();
    match newest {
        Some(Instance::Running(health)) => {
            let after_probe = |cause| {
                if container.policy.restarts_after_kill(facts.policy) {
                    Verdict::Replace(cause)
                } else {
                    Verdict::Kill(cause)
                }
            };
            match health {
                Health { definition: Definition::Changed, .. } => Verdict::Replace(Cause::Changed),
                Health { liveness: Probe::Failed, .. } => after_probe(Cause::Liveness),
                Health { startup: Probe::Failed, .. } => after_probe(Cause::Startup),
                Health { resize: Resize::Restart, .. } => Verdict::Replace(Cause::Resize),
                Health {
                    definition: Definition::Unchanged,
                    liveness: Probe::Undefined | Probe::Pending | Probe::Succeeded,
                    startup: Probe::Undefined | Probe::Pending | Probe::Succeeded,
                    resize: Resize::InPlace,
                } => Verdict::Keep,
            }
        }
        None | Some(Instance::Created | Instance::Exited(_) | Instance::Unknown) => {
            match (should_start(newest, container.policy, facts.policy, facts.deleting), newest) {
                (Start::No, _) => Verdict::Rest,
                (Start::Yes, Some(Instance::Unknown)) => Verdict::Replace(Cause::Unknown),
                (Start::Yes, None | Some(Instance::Created | Instance::Running(_) | Instance::Exited(_))) => {
                    Verdict::Start
                }
            }
        }
    }
}

/// How far initialization has come: where the walk of CTR-12, from the last init to the first, finds its
/// decision. The positions are those in the slice of all containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum InitStage {
    /// A regular container is created or runs, or there are no init containers: only sidecars are looked after.
    Decided,
    /// The last init container that has an instance decides; all before it count as done.
    At(usize),
    /// None has an instance.
    Fresh,
}

impl InitStage {
    /// Finds the stage. An exited regular container is no evidence: the node may have rebooted (CTR-12).
    pub(super) fn find(containers: &[Container<'_>]) -> Self {
        let decided = |container: &Container<'_>| {
            container.is_regular()
                && match container.newest() {
                    Some(Instance::Created | Instance::Running(_)) => true,
                    Some(Instance::Exited(_) | Instance::Unknown) | None => false,
                }
        };
        if containers.iter().any(decided) || !containers.iter().any(Container::is_init) {
            return Self::Decided;
        }
        containers
            .iter()
            .rposition(|container| container.is_init() && !container.instances.is_empty())
            .map_or(Self::Fresh, Self::At)
    }

    /// Whether nothing of the initialization is left.
    pub(super) fn is_initialized(self, containers: &[Container<'_>]) -> bool {
        match self {
            Self::Decided => true,
            Self::Fresh => false,
            Self::At(place) => {
                containers.iter().rposition(Container::is_init) == Some(place)
                    && containers.get(place).is_some_and(makes_progress)
            }
        }
    }
}

/// Whether the next init may start: the *progress* of CTR-12.
fn makes_progress(container: &Container<'_>) -> bool {
    match (container.role, container.newest()) {
        (Role::Sidecar, Some(Instance::Running(health))) => match health.startup {
            Probe::Undefined | Probe::Succeeded => true,
            Probe::Pending | Probe::Failed => false,
        },
        (Role::Init, Some(Instance::Exited(exit))) => !init_failed(exit),
        (Role::Sidecar, None | Some(Instance::Created | Instance::Exited(_) | Instance::Unknown))
        | (Role::Init, None | Some(Instance::Created | Instance::Running(_) | Instance::Unknown))
        | (Role::Regular | Role::Ephemeral, _) => false,
    }
}

/// Whether the deciding init has failed and may not be started again (CTR-05, row 6 of CTR-11).
pub(super) fn init_failure(stage: InitStage, facts: Facts, containers: &[Container<'_>]) -> bool {
    match stage {
        InitStage::Decided | InitStage::Fresh => false,
        InitStage::At(place) => {
            containers.get(place).is_some_and(|container| match (container.role, container.newest()) {
                (Role::Init, Some(Instance::Exited(exit))) => {
                    init_failed(exit) && restart_of_init(container, exit, facts) == Start::No
                }
                (Role::Init, Some(Instance::Unknown)) => !container.policy.restarts_after_kill(facts.policy),
                (Role::Init, None | Some(Instance::Created | Instance::Running(_)))
                | (Role::Sidecar | Role::Regular | Role::Ephemeral, _) => false,
            })
        }
    }
}

fn restart_of_init(container: &Container<'_>, exit: Exit, facts: Facts) -> Start {
    should_start(Some(Instance::Exited(exit)), container.policy, facts.policy, facts.deleting)
}

/// An init container at `index`, unless initialization failed (CTR-12).
pub(super) fn init_verdict(
    index: usize,
    container: &Container<'_>,
    stage: InitStage,
    facts: Facts,
    containers: &[Container<'_>],
) -> Verdict {
    let first_after = |place: usize| {
        containers.iter().enumerate().skip(place).find(|(_, other)| other.is_init()).map(|(next, _)| next)
    };
    let start_if = |next: Option<usize>| if next == Some(index) { Verdict::Start } else { Verdict::Rest };
    match (stage, container.role) {
        (InitStage::Fresh, _) => start_if(first_after(0)),
        (InitStage::At(place), _) if index > place => {
            let progress = containers.get(place).is_some_and(makes_progress);
            start_if(first_after(place.saturating_add(1)).filter(|_| progress))
        }
        (InitStage::At(place), Role::Init) if index == place => retried(container, facts),
        (InitStage::At(_) | InitStage::Decided, Role::Sidecar) => sidecar_verdict(container),
        (InitStage::At(_) | InitStage::Decided, Role::Init | Role::Regular | Role::Ephemeral) => {
            match container.newest() {
                Some(Instance::Running(_)) => Verdict::Keep,
                Some(Instance::Created | Instance::Exited(_) | Instance::Unknown) | None => Verdict::Rest,
            }
        }
    }
}

/// The deciding init, if it is a regular one that has not failed for good.
fn retried(container: &Container<'_>, facts: Facts) -> Verdict {
    match container.newest() {
        Some(Instance::Running(_)) => Verdict::Keep,
        Some(Instance::Created) => Verdict::Start,
        Some(Instance::Unknown) if container.policy.restarts_after_kill(facts.policy) => {
            Verdict::Replace(Cause::Unknown)
        }
        Some(Instance::Exited(exit)) if init_failed(exit) => match restart_of_init(container, exit, facts) {
            Start::Yes => Verdict::Start,
            Start::No => Verdict::Rest,
        },
        Some(Instance::Unknown | Instance::Exited(_)) | None => Verdict::Rest,
    }
}

/// A sidecar whose turn has come (CTR-06, CTR-12). Its policy is `Always` and is not asked.
fn sidecar_verdict(container: &Container<'_>) -> Verdict {
    match container.newest() {
        None | Some(Instance::Created | Instance::Exited(_)) => Verdict::Start,
        Some(Instance::Unknown) => Verdict::Replace(Cause::Unknown),
        Some(Instance::Running(Health { startup: Probe::Failed, .. })) => Verdict::Replace(Cause::Startup),
        Some(Instance::Running(Health { startup: Probe::Pending, .. })) => Verdict::Keep,
        Some(Instance::Running(Health { definition: Definition::Changed, .. })) => {
            Verdict::Replace(Cause::Changed)
        }
        Some(Instance::Running(Health { liveness: Probe::Failed, .. })) => Verdict::Replace(Cause::Liveness),
        Some(Instance::Running(Health {
            definition: Definition::Unchanged,
            liveness: Probe::Undefined | Probe::Pending | Probe::Succeeded,
            startup: Probe::Undefined | Probe::Succeeded,
            resize: Resize::InPlace | Resize::Restart,
        })) => Verdict::Keep,
    }
}
