//! One sync pass of the kubelet: what to kill, to make and to start (CTR-10 … CTR-18).
//!
//! [`plan`] takes slices of any length and allocates nothing: a [`Plan`] holds what was decided for the Pod and
//! answers for each container on its own.

use crate::container::{ContainerPolicy, Exit, ExitReason, Instance, RestartPolicy, Role};
use crate::phase::Deleting;
use crate::rules::RuleId;

mod care;
mod reset;
mod restart_count;
mod sandbox;

pub use care::{Cause, Killing, Verdict};
pub use reset::{Evidence, Marked, Removal, Reset, Stop, cleaned_up, reset_due};
pub use restart_count::{Before, first_count, lost_count, reported_count};
pub use sandbox::{Address, Namespace, Readiness, Sandbox, SandboxNeed};

use care::{InitStage, init_failure, init_verdict, regular_verdict};

/// A container of the spec with what the runtime knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Container<'a> {
    /// What the container is for.
    pub role: Role,
    /// Its restart settings.
    pub policy: ContainerPolicy<'a>,
    /// The instances that the runtime knows, newest first.
    pub instances: &'a [Instance],
}

impl Container<'_> {
    /// The newest instance: the only one that decides, except in a reset (CTR-11 row 1).
    #[must_use]
    pub fn newest(&self) -> Option<Instance> {
        self.instances.first().copied()
    }

    const fn is_init(&self) -> bool {
        match self.role {
            Role::Init | Role::Sidecar => true,
            Role::Regular | Role::Ephemeral => false,
        }
    }

    const fn is_regular(&self) -> bool {
        match self.role {
            Role::Regular => true,
            Role::Init | Role::Sidecar | Role::Ephemeral => false,
        }
    }
}

/// What a pass reads of the Pod besides its containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts {
    /// `spec.restartPolicy`; an object without one is treated as `Always`.
    pub policy: Option<RestartPolicy>,
    /// Whether `deletionTimestamp` is set.
    pub deleting: Deleting,
    /// Whether the Pod's sandbox will do.
    pub sandbox: SandboxNeed,
    /// Whether condition `AllContainersRestarting` is True (CTR-30).
    pub reset: Reset,
}

/// Whether the kubelet starts something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// It does not.
    No,
    /// It does.
    Yes,
}

/// Whether a container that does not run is started (CTR-02). A running one is not: there is nothing to start.
///
/// ```
/// use pod_lifecycle::container::{ContainerPolicy, Exit, ExitReason, Instance, RestartPolicy};
/// use pod_lifecycle::phase::Deleting;
/// use pod_lifecycle::sync::{Start, should_start};
/// let failed = Some(Instance::Exited(Exit { code: 1, reason: ExitReason::Other }));
/// let policy = ContainerPolicy::default();
/// let on_failure = Some(RestartPolicy::OnFailure);
/// assert_eq!(should_start(failed, policy, on_failure, Deleting::No), Start::Yes);
/// assert_eq!(should_start(failed, policy, on_failure, Deleting::Yes), Start::No);
/// assert_eq!(should_start(failed, policy, Some(RestartPolicy::Never), Deleting::No), Start::No);
/// ```
#[must_use]
pub fn should_start(
    newest: Option<Instance>,
    policy: ContainerPolicy<'_>,
    pod: Option<RestartPolicy>,
    deleting: Deleting,
) -> Start {
    match (deleting, newest) {
        (Deleting::Yes, _) | (Deleting::No, Some(Instance::Running(_))) => Start::No,
        (Deleting::No, None | Some(Instance::Created | Instance::Unknown)) => Start::Yes,
        (Deleting::No, Some(Instance::Exited(exit))) if policy.restarts_after(exit.code, pod) => Start::Yes,
        (Deleting::No, Some(Instance::Exited(_))) => Start::No,
    }
}

/// Whether an ended regular init container has failed (CTR-05).
#[must_use]
pub const fn init_failed(exit: Exit) -> bool {
    match exit.reason {
        ExitReason::OomKilled => true,
        ExitReason::RestartingAllContainers | ExitReason::ContainerStatusUnknown | ExitReason::Other => {
            exit.code != 0
        }
    }
}

/// The row of the decision table CTR-11 that decided, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// Row 1: every instance is removed; with a new sandbox that comes first.
    Reset,
    /// Row 2: the sandbox is lost, and policy `Never` allows no second one (CTR-16).
    NoSecondSandbox,
    /// Row 3: the sandbox is lost, and nothing is left to do in a new one.
    NothingLeft,
    /// Row 4: a new sandbox, initialized from the first init container on.
    NewInitialized,
    /// Row 5: a new sandbox without init containers (CTR-17).
    New,
    /// Row 6: initialization failed for good; the Pod is killed (CTR-05).
    InitFailed,
    /// Row 7: initialization goes on (CTR-12).
    Initializing,
    /// Row 8: the Pod is initialized; each container is looked after (CTR-13).
    Initialized,
    /// Row 8, and no regular container is left to keep or to start: the Pod is killed (CTR-14).
    Finished,
}

impl Row {
    /// The number of the row in CTR-11.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Reset => 1,
            Self::NoSecondSandbox => 2,
            Self::NothingLeft => 3,
            Self::NewInitialized => 4,
            Self::New => 5,
            Self::InitFailed => 6,
            Self::Initializing => 7,
            Self::Initialized | Self::Finished => 8,
        }
    }

    /// The rule that decides.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Reset
            | Self::NoSecondSandbox
            | Self::NothingLeft
            | Self::NewInitialized
            | Self::New
            | Self::Initialized => RuleId::CTR_11,
            Self::InitFailed => RuleId::CTR_05,
            Self::Initializing => RuleId::CTR_12,
            Self::Finished => RuleId::CTR_14,
        }
    }
}

/// What a pass does to the Pod as a whole, before it starts anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PodAction {
    /// The sandbox stays and containers are treated one by one.
    Keep,
    /// Everything is stopped and nothing is made in its place. Kills of single containers listed beside it
    /// have no effect of their own.
    Kill,
    /// Everything is stopped, init instances are purged, and a new sandbox is made (CTR-10).
    Replace {
        /// Its attempt number; 0 is the first sandbox of the Pod.
        attempt: u32,
    },
}

/// The outcome of a pass. It borrows the containers and decides over each when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a plan does nothing by itself"]
pub struct Plan<'a> {
    /// What decided.
    pub row: Row,
    /// What happens to the Pod.
    pub pod: PodAction,
    facts: Facts,
    stage: InitStage,
    containers: &'a [Container<'a>],
}

/// Decides one pass (CTR-11 … CTR-14). Containers of one role are in the order of the spec; how the roles are
/// mixed does not matter.
///
/// ```
/// use pod_lifecycle::container::*;
/// use pod_lifecycle::phase::Deleting;
/// use pod_lifecycle::sync::{self, *};
/// let policy = ContainerPolicy::default();
/// let failed = [Instance::Exited(Exit { code: 1, reason: ExitReason::Other })];
/// let containers = [
///     Container { role: Role::Regular, policy, instances: &failed },
///     Container { role: Role::Regular, policy, instances: &[Instance::Running(Health::GOOD)] },
/// ];
/// let facts = Facts {
///     policy: Some(RestartPolicy::OnFailure),
///     deleting: Deleting::No,
///     sandbox: SandboxNeed::Fits,
///     reset: Reset::NotDue,
/// };
/// let plan = sync::plan(facts, &containers);
/// assert_eq!(plan.pod, PodAction::Keep);
/// assert!(plan.verdicts().eq([Verdict::Start, Verdict::Keep]));
/// ```
pub fn plan<'a>(facts: Facts, containers: &'a [Container<'a>]) -> Plan<'a> {
    let stage = InitStage::find(containers);
    let row = match (facts.reset, facts.sandbox) {
        (Reset::Due, _) => Row::Reset,
        (Reset::NotDue, SandboxNeed::New { attempt }) => without_sandbox(facts, attempt, containers),
        (Reset::NotDue, SandboxNeed::Fits) => with_sandbox(facts, stage, containers),
    };
    let pod = match (row, facts.sandbox) {
        (Row::NoSecondSandbox | Row::NothingLeft | Row::InitFailed | Row::Finished, _) => PodAction::Kill,
        (Row::Reset | Row::NewInitialized | Row::New, SandboxNeed::New { attempt }) => {
            PodAction::Replace { attempt }
        }
        (
            Row::Reset | Row::NewInitialized | Row::New | Row::Initializing | Row::Initialized,
            SandboxNeed::Fits,
        )
        | (Row::Initializing | Row::Initialized, SandboxNeed::New { .. }) => PodAction::Keep,
    };
    Plan { row, pod, facts, stage, containers }
}

/// Rows 2 to 5.
fn without_sandbox(facts: Facts, attempt: u32, containers: &[Container<'_>]) -> Row {
    let known = containers.iter().any(|container| !container.instances.is_empty());
    let mut regulars = containers.iter().filter(|container| container.is_regular());
    let left = regulars.clone().any(|container| !has_succeeded_for_good(container, facts.policy));
    if facts.policy == Some(RestartPolicy::Never) && attempt != 0 && known {
        Row::NoSecondSandbox
    } else if !left && regulars.any(has_been_made) {
        Row::NothingLeft
    } else if containers.iter().any(Container::is_init) {
        Row::NewInitialized
    } else {
        Row::New
    }
}

/// Run-once and succeeded: the note to CTR-11.
fn has_succeeded_for_good(container: &Container<'_>, pod: Option<RestartPolicy>) -> bool {
    match container.newest() {
        Some(Instance::Exited(exit)) => exit.code == 0 && container.policy.runs_once(pod),
        Some(Instance::Created | Instance::Running(_) | Instance::Unknown) | None => false,
    }
}

fn has_been_made(container: &Container<'_>) -> bool {
    match container.newest() {
        Some(Instance::Created | Instance::Running(_) | Instance::Exited(_)) => true,
        Some(Instance::Unknown) | None => false,
    }
}

/// Rows 6 to 8.
fn with_sandbox(facts: Facts, stage: InitStage, containers: &[Container<'_>]) -> Row {
    let busy = |container: &Container<'_>| match regular_verdict(container, facts) {
        Verdict::Keep | Verdict::Start | Verdict::Replace(_) => true,
        Verdict::Rest | Verdict::Kill(_) => false,
    };
    if init_failure(stage, facts, containers) {
        Row::InitFailed
    } else if !stage.is_initialized(containers) {
        Row::Initializing
    } else if containers.iter().filter(|container| container.is_regular()).any(busy) {
        Row::Initialized
    } else {
        Row::Finished
    }
}

impl<'a> Plan<'a> {
    /// What happens to each container, in the order in which they came. All that start are started in this
    /// order within their role: ephemeral containers, then init containers, then regular ones.
    pub fn verdicts(self) -> impl Iterator<Item = Verdict> + 'a {
        self.containers.iter().enumerate().map(move |(index, container)| self.decide(index, container))
    }

    fn decide(self, index: usize, container: &Container<'_>) -> Verdict {
        match container.role {
            Role::Init | Role::Sidecar => self.decide_init(index, container),
            Role::Regular => self.decide_regular(container),
            Role::Ephemeral => self.decide_ephemeral(container),
        }
    }

    fn decide_init(self, index: usize, container: &Container<'_>) -> Verdict {
        match self.row {
            Row::Reset | Row::NoSecondSandbox | Row::NothingLeft | Row::New => Verdict::Rest,
            Row::NewInitialized if self.containers.iter().position(Container::is_init) == Some(index) => {
                Verdict::Start
            }
            Row::NewInitialized | Row::InitFailed => Verdict::Rest,
            Row::Initializing | Row::Initialized => {
                init_verdict(index, container, self.stage, self.facts, self.containers)
            }
            Row::Finished => {
                init_verdict(index, container, self.stage, self.facts, self.containers).without_start()
            }
        }
    }

    fn decide_regular(self, container: &Container<'_>) -> Verdict {
        match self.row {
            Row::Reset
            | Row::NoSecondSandbox
            | Row::NothingLeft
            | Row::NewInitialized
            | Row::InitFailed
            | Row::Initializing => Verdict::Rest,
            Row::New if has_succeeded_for_good(container, self.facts.policy) => Verdict::Rest,
            Row::New => Verdict::Start, // CTR-17: an own policy `Never` is not asked
            Row::Initialized | Row::Finished => regular_verdict(container, self.facts),
        }
    }

    /// CTR-07.
    fn decide_ephemeral(self, container: &Container<'_>) -> Verdict {
        match self.row {
            Row::Reset | Row::NoSecondSandbox | Row::NothingLeft | Row::NewInitialized | Row::New => {
                Verdict::Rest
            }
            Row::InitFailed | Row::Initializing | Row::Initialized | Row::Finished => {
                match container.newest() {
                    None => Verdict::Start,
                    Some(Instance::Running(_)) => Verdict::Keep,
                    Some(Instance::Created | Instance::Exited(_) | Instance::Unknown) => Verdict::Rest,
                }
            }
        }
    }

    /// The instances that a reset removes, in order (CTR-11 row 1); none in any other row. With
    /// [`PodAction::Replace`] the removal follows in the next pass.
    pub fn removals(self) -> impl Iterator<Item = Removal> + 'a {
        let containers: &[Container<'_>] = match self.row {
            Row::Reset => self.containers,
            Row::NoSecondSandbox
            | Row::NothingLeft
            | Row::NewInitialized
            | Row::New
            | Row::InitFailed
            | Row::Initializing
            | Row::Initialized
            | Row::Finished => &[],
        };
        reset::removals(containers)
    }
}
