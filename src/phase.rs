//! The phase of a Pod: counted from its containers (PHA-01 … PHA-04), corrected by what was said before
//! (PHA-10 … PHA-15), withheld while a process may run (PHA-32).
//!
//! Three copies of the phase exist and must be kept apart: *computed* in this pass, *cached* by the
//! kubelet's status manager, and *stored* at the API server.

use std::fmt;

use crate::binding::Binding;
use crate::container::{ContainerFacts, ContainerState, Exit, ExitReason, RestartPolicy, Role, Started};
use crate::rules::RuleId;
use crate::time::{Grace, Now, Time};

/// `status.phase` (OBJ-31).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Not every container has been started, or the Pod is not bound.
    Pending,
    /// Something runs or will be restarted.
    Running,
    /// Every regular container ended with code 0 and none will be restarted.
    Succeeded,
    /// The Pod ended otherwise.
    Failed,
    /// Written by no component of 1.36 (PHA-41).
    Unknown,
}

impl Phase {
    /// The five values.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Running, Self::Succeeded, Self::Failed, Self::Unknown];

    /// Reads the API value; `None` for any other text.
    #[must_use]
    pub fn from_api(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == text)
    }

    /// The API value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
        }
    }

    /// Whether the phase is `Succeeded` or `Failed`.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed => true,
            Self::Pending | Self::Running | Self::Unknown => false,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which pass of the kubelet computes the phase (PHA-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pass {
    /// A normal sync, or the first status of *terminating*: containers may be restarted.
    Running,
    /// The last status of *terminating*, or *terminated*: nothing will be started again.
    Stopped,
}

/// Where the kubelet learned of the Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The API server.
    Api,
    /// A file or URL on the node: a static Pod.
    Static,
}

/// Whether the runtime knows an instance of some regular container in the newest, ready sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Initialized {
    /// It knows none.
    No,
    /// It knows one, in whatever state.
    Yes,
}

/// What the computation reads besides the containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts {
    /// `spec.restartPolicy`; an object without one is treated as `Always`.
    pub policy: Option<RestartPolicy>,
    /// Which pass this is.
    pub pass: Pass,
    /// Where the Pod comes from.
    pub source: Source,
    /// Whether regular containers exist in the newest sandbox.
    pub initialized: Initialized,
}

/// The row of the decision table PHA-04 that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// Row 1: an init container failed for good.
    InitFailed,
    /// Row 2: initialization is not complete.
    Initializing,
    /// Row 3: a container waits for its first start.
    Waiting,
    /// Row 4: something runs and nothing is unknown.
    Running,
    /// Row 5: told to stop, every container ended with 0.
    StoppedWell,
    /// Row 6: told to stop, some container did not end with 0.
    StoppedBadly,
    /// Row 7: some stopped container will be restarted.
    WillRestart,
    /// Row 8: all ended for good, all with 0.
    AllSucceeded,
    /// Row 9: all ended for good, some not with 0.
    SomeFailed,
    /// Row 10: anything else.
    Undetermined,
}

impl Row {
    /// The number of the row in PHA-04.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::InitFailed => 1,
            Self::Initializing => 2,
            Self::Waiting => 3,
            Self::Running => 4,
            Self::StoppedWell => 5,
            Self::StoppedBadly => 6,
            Self::WillRestart => 7,
            Self::AllSucceeded => 8,
            Self::SomeFailed => 9,
            Self::Undetermined => 10,
        }
    }

    /// The phase that the row gives.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::InitFailed | Self::StoppedBadly | Self::SomeFailed => Phase::Failed,
            Self::Initializing | Self::Waiting | Self::Undetermined => Phase::Pending,
            Self::Running | Self::WillRestart => Phase::Running,
            Self::StoppedWell | Self::AllSucceeded => Phase::Succeeded,
        }
    }
}

/// The counters of PHA-01 to PHA-03.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Tally {
    init_pending: u32,
    init_dead: u32,
    sidecar_pending: u32,
    unknown: u32,
    running: u32,
    waiting: u32,
    stopped: u32,
    succeeded: u32,
    dead: u32,
}

impl Tally {
    fn count(&mut self, container: ContainerFacts<'_>, policy: Option<RestartPolicy>) {
        let again = |exit: Exit| {
            exit.reason == ExitReason::RestartingAllContainers
                || container.policy.restarts_after(exit.code, policy)
        };
        match container.role {
            Role::Init => self.count_init(container.state, again),
            Role::Sidecar => self.count_sidecar(container.state),
            Role::Regular => self.count_regular(container.state, again),
            Role::Ephemeral => {}
        }
    }

    /// PHA-01.
    fn count_init(&mut self, state: ContainerState, again: impl Fn(Exit) -> bool) {
        use ContainerState::{Empty, Missing, Running, Terminated, Waiting, WaitingAfter};
        match state {
            Missing | Running(_) | Waiting | Empty => self.init_pending += 1,
            Terminated(exit) | WaitingAfter(exit) => {
                self.init_dead += u32::from(exit.code != 0 && !again(exit));
            }
        }
    }

    /// PHA-02.
    fn count_sidecar(&mut self, state: ContainerState) {
        use ContainerState::{Empty, Missing, Running, Terminated, Waiting, WaitingAfter};
        match state {
            Missing => self.unknown += 1,
            Running(Started::Yes) => self.running += 1,
            Running(Started::NotYet) => {
                self.running += 1;
                self.sidecar_pending += 1;
            }
            Terminated(_) | WaitingAfter(_) => {} // a stopped sidecar never influences the phase
            Waiting => {
                self.waiting += 1;
                self.sidecar_pending += 1;
            }
            Empty => {
                self.unknown += 1;
                self.sidecar_pending += 1;
            }
        }
    }

    /// PHA-03.
    fn count_regular(&mut self, state: ContainerState, again: impl Fn(Exit) -> bool) {
        use ContainerState::{Empty, Missing, Running, Terminated, Waiting, WaitingAfter};
        match state {
            Missing | Empty => self.unknown += 1,
            Running(_) => self.running += 1,
            Terminated(exit) => {
                self.stopped += 1;
                self.succeeded += u32::from(exit.code == 0);
                self.dead += u32::from(!again(exit));
            }
            WaitingAfter(exit) => {
                self.stopped += 1; // never counts as succeeded, even for code 0
                self.dead += u32::from(!again(exit));
            }
            Waiting => self.waiting += 1,
        }
    }

    /// PHA-04: the first row that holds.
    fn decide(self, facts: Facts) -> Row {
        let incomplete = self.sidecar_pending > 0 && facts.initialized == Initialized::No;
        let all_stopped = self.running == 0 && self.stopped > 0 && self.unknown == 0;
        let told_to_stop = facts.pass == Pass::Stopped && facts.source == Source::Api;
        if self.init_dead > 0 {
            Row::InitFailed
        } else if self.init_pending > 0 || incomplete {
            Row::Initializing
        } else if self.waiting > 0 {
            Row::Waiting
        } else if self.running > 0 && self.unknown == 0 {
            Row::Running
        } else if all_stopped && told_to_stop && self.stopped == self.succeeded {
            Row::StoppedWell
        } else if all_stopped && told_to_stop {
            Row::StoppedBadly
        } else if all_stopped && self.stopped != self.dead {
            Row::WillRestart
        } else if all_stopped && self.stopped == self.succeeded {
            Row::AllSucceeded
        } else if all_stopped {
            Row::SomeFailed
        } else {
            Row::Undetermined
        }
    }
}

/// Computes the phase from the containers (PHA-01 … PHA-04) and names the row that decided.
///
/// ```
/// use pod_lifecycle::container::*;
/// use pod_lifecycle::phase::{self, *};
/// let facts = Facts {
///     policy: Some(RestartPolicy::Never),
///     pass: Pass::Running,
///     source: Source::Api,
///     initialized: Initialized::Yes,
/// };
/// let ended = |code| ContainerFacts {
///     role: Role::Regular,
///     policy: ContainerPolicy::default(),
///     state: ContainerState::Terminated(Exit { code, reason: ExitReason::Other }),
/// };
/// assert_eq!(phase::compute(facts, [ended(0), ended(0)]).phase(), Phase::Succeeded);
/// assert_eq!(phase::compute(facts, [ended(0), ended(1)]).phase(), Phase::Failed);
/// ```
#[must_use]
pub fn compute<'a>(facts: Facts, containers: impl IntoIterator<Item = ContainerFacts<'a>>) -> Row {
    let mut tally = Tally::default();
    for container in containers {
        tally.count(container, facts.policy);
    }
    tally.decide(facts)
}

/// The copies that the kubelet holds while it computes a status (PHA-10). `None` is a phase outside the
/// five, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Copies {
    /// The phase of the previous status: the cached one if there is a cached status, else the stored one.
    pub previous: Option<Phase>,
    /// The phase of the Pod object that this pass was given.
    pub api: Option<Phase>,
}

/// `activeDeadlineSeconds` at this moment (PHA-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deadline {
    /// There is none, it has not begun (no `startTime`), or it has not passed.
    Open,
    /// It has passed.
    Passed,
}

impl Deadline {
    /// Reads the clock against `startTime` and `activeDeadlineSeconds` (PHA-14).
    ///
    /// ```
    /// use pod_lifecycle::phase::Deadline;
    /// use pod_lifecycle::{Grace, Now, Time};
    /// let read = |now| {
    ///     let started = Some(Time::from_unix(100));
    ///     Deadline::read(started, Some(Grace::from_secs(30)), Now::at(Time::from_unix(now)))
    /// };
    /// assert_eq!((read(129), read(130)), (Deadline::Open, Deadline::Passed));
    /// ```
    #[must_use]
    pub fn read(started: Option<Time>, seconds: Option<Grace>, now: Now) -> Self {
        match (started, seconds) {
            (Some(started), Some(seconds)) if now.floor() >= started.plus(seconds) => Self::Passed,
            (Some(_) | None, Some(_) | None) => Self::Open,
        }
    }
}

/// What happens to the status' `reason` and `message` (PHA-13, PHA-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wording {
    /// The previous ones stay, each replaced by the stored one where empty.
    Kept,
    /// Both become empty.
    Cleared,
    /// Reason `DeadlineExceeded` and the handler's message.
    DeadlineExceeded,
}

/// The phase of a computed status after the overrides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settled {
    /// The phase.
    pub phase: Phase,
    /// What its reason and message are.
    pub wording: Wording,
    /// The last rule that changed the phase; PHA-04 if none did.
    pub rule: RuleId,
}

/// Applies what was said before to a computed phase (PHA-11 … PHA-15), in the kubelet's order.
///
/// ```
/// use pod_lifecycle::phase::{self, Copies, Deadline, Phase};
/// let said = Copies { previous: Some(Phase::Failed), api: Some(Phase::Failed) };
/// assert_eq!(phase::settle(Phase::Running, said, Deadline::Open).phase, Phase::Failed);
/// ```
#[must_use]
pub fn settle(computed: Phase, copies: Copies, deadline: Deadline) -> Settled {
    let terminal = |phase: Option<Phase>| phase.filter(|phase| phase.is_terminal());
    let (mut phase, mut rule) = (computed, RuleId::PHA_04);
    if !phase.is_terminal()
        && let Some(said) = terminal(copies.previous).or_else(|| terminal(copies.api))
    {
        (phase, rule) = (said, RuleId::PHA_11);
    }
    let mut wording = if Some(phase) == copies.previous { Wording::Kept } else { Wording::Cleared };
    if deadline == Deadline::Passed {
        (phase, rule, wording) = (Phase::Failed, RuleId::PHA_14, Wording::DeadlineExceeded);
    }
    if let Some(stored) = terminal(copies.api)
        && stored != phase
    {
        (phase, rule) = (stored, RuleId::PHA_15);
    }
    Settled { phase, wording, rule }
}

/// The phase that the kubelet leaves when it has finished a Pod (PHA-19): terminal, unless the Pod is static.
///
/// ```
/// use pod_lifecycle::phase::{Phase, Source, terminate};
/// assert_eq!(terminate(Some(Phase::Pending), Source::Api), Some(Phase::Failed)); // it never started
/// assert_eq!(terminate(Some(Phase::Succeeded), Source::Api), Some(Phase::Succeeded));
/// assert_eq!(terminate(Some(Phase::Running), Source::Static), Some(Phase::Running));
/// ```
#[must_use]
pub const fn terminate(phase: Option<Phase>, source: Source) -> Option<Phase> {
    match (phase, source) {
        (Some(Phase::Succeeded | Phase::Failed), _) | (_, Source::Static) => phase,
        (Some(Phase::Pending | Phase::Running | Phase::Unknown) | None, Source::Api) => Some(Phase::Failed),
    }
}

/// Whether a container of the Pod could still run, as far as the kubelet knows (PHA-32).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Processes {
    /// The worker has stopped them all, or there never was one.
    Stopped,
    /// Some may run.
    Possible,
}

/// What the status writer publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Publication {
    /// Phase, reason and message of the new status.
    New,
    /// Phase, reason and message of the stored status: the terminal phase is withheld.
    Withheld,
}

/// Decides whether a new phase reaches the API server (PHA-32, PHA-37): a terminal one is withheld from a
/// non-terminal one while a container could run. Nothing else is withheld.
///
/// ```
/// use pod_lifecycle::phase::{self, Phase, Processes, Publication};
/// let publish = |processes| phase::publish(Some(Phase::Running), Some(Phase::Failed), processes);
/// assert_eq!(publish(Processes::Possible), Publication::Withheld);
/// assert_eq!(publish(Processes::Stopped), Publication::New);
/// ```
#[must_use]
pub fn publish(stored: Option<Phase>, new: Option<Phase>, processes: Processes) -> Publication {
    let terminal = |phase: Option<Phase>| phase.is_some_and(Phase::is_terminal);
    match processes {
        Processes::Possible if terminal(new) && !terminal(stored) => Publication::Withheld,
        Processes::Possible | Processes::Stopped => Publication::New,
    }
}

/// Who may have made an observed change of the stored phase (PHA-40).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Circumstances {
    /// Whether the Pod was bound when the phase was written.
    pub binding: Binding,
    /// Whether the Pod was being deleted.
    pub deleting: Deleting,
    /// Who had written the phase that was left.
    pub writer: Writer,
}

/// Whether `deletionTimestamp` is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deleting {
    /// It is not set.
    No,
    /// It is set.
    Yes,
}

/// Who wrote a terminal phase, as far as the object tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Writer {
    /// Nothing speaks against the Pod's own kubelet.
    Kubelet,
    /// `DisruptionTarget` names the Pod garbage collector (CTL-PGC-06): a kubelet may overwrite it (NON-02).
    PodGc,
}

/// What an observed change of the stored phase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Some conforming component makes it.
    Conforming,
    /// Two conforming components can race to it; the NON rule says how.
    Hazard(RuleId),
    /// No conforming component makes it; the rule that it breaks.
    Undisciplined(RuleId),
}

/// Judges a change of the stored phase by the table of PHA-40.
///
/// ```
/// use pod_lifecycle::phase::{Change, Circumstances, Deleting, Phase, Writer, judge_change};
/// use pod_lifecycle::{Binding, RuleId};
/// let by = Circumstances { binding: Binding::Bound, deleting: Deleting::No, writer: Writer::Kubelet };
/// assert_eq!(judge_change(Some(Phase::Running), Phase::Pending, by), Change::Conforming); // PHA-20
/// let back = judge_change(Some(Phase::Failed), Phase::Running, by);
/// assert_eq!(back, Change::Undisciplined(RuleId::PHA_15));
/// ```
#[must_use]
pub fn judge_change(from: Option<Phase>, to: Phase, by: Circumstances) -> Change {
    if to == Phase::Unknown {
        return Change::Undisciplined(RuleId::PHA_41);
    }
    match (from, by) {
        (Some(Phase::Succeeded | Phase::Failed), Circumstances { writer: Writer::PodGc, .. }) => {
            Change::Hazard(RuleId::NON_02)
        }
        (Some(Phase::Succeeded | Phase::Failed), _) => Change::Undisciplined(RuleId::PHA_15),
        // Only PodGC writes the phase of a Pod that no kubelet has, and only while it is deleting.
        (_, Circumstances { binding: Binding::Unbound, deleting, .. }) => match (to, deleting) {
            (Phase::Failed, Deleting::Yes) => Change::Conforming,
            (Phase::Pending | Phase::Running | Phase::Succeeded | Phase::Failed | Phase::Unknown, _) => {
                Change::Undisciplined(RuleId::PHA_40)
            }
        },
        (_, Circumstances { binding: Binding::Bound, .. }) => Change::Conforming,
    }
}
