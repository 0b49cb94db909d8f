//! Whether and when the kubelet starts a container again: CTR-02, CTR-05, the reset of the whole Pod (CTR-32), and
//! the back-off (CTR-24 … CTR-27).

use crate::container::{ContainerPolicy, Exit, ExitReason, RestartPolicy, RestartRule, Role, RuleAction};
use crate::phase::Deleting;
use crate::time::Time;

/// What the runtime knows of the newest instance of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instance {
    /// It exists and was never started.
    Created,
    /// It runs.
    Running,
    /// It has ended.
    Exited(Exit),
    /// The runtime cannot tell.
    Unknown,
}

/// Whether a container is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// Decides whether a container is started in this pass (CTR-02). `newest` is `None` if the runtime knows no
/// instance, or no longer knows one. A container that runs is not started.
///
/// ```
/// use pod_lifecycle::container::{ContainerPolicy, Exit, ExitReason, RestartPolicy};
/// use pod_lifecycle::phase::Deleting;
/// use pod_lifecycle::restart::{Instance, Start, start};
/// let (plain, pod) = (ContainerPolicy::default(), Some(RestartPolicy::OnFailure));
/// let ended = |code| Some(Instance::Exited(Exit { code, reason: ExitReason::Other }));
/// assert_eq!(start(ended(1), plain, pod, Deleting::No), Start::Yes);
/// assert_eq!(start(ended(0), plain, pod, Deleting::No), Start::No);
/// assert_eq!(start(ended(1), plain, pod, Deleting::Yes), Start::No);
/// ```
#[must_use]
pub fn start(
    newest: Option<Instance>,
    policy: ContainerPolicy<'_>,
    pod: Option<RestartPolicy>,
    deleting: Deleting,
) -> Start {
    match (deleting, newest) {
        (Deleting::Yes, _) | (Deleting::No, Some(Instance::Running)) => Start::No,
        (Deleting::No, None | Some(Instance::Created | Instance::Unknown)) => Start::Yes,
        (Deleting::No, Some(Instance::Exited(exit))) if policy.restarts_after(exit.code, pod) => Start::Yes,
        (Deleting::No, Some(Instance::Exited(_))) => Start::No,
    }
}

/// Whether a container is started again after the kubelet itself has killed it, when there is no exit code yet and
/// its rules are not asked (CTR-03).
#[must_use]
pub fn restart_intent(policy: ContainerPolicy<'_>, pod: Option<RestartPolicy>) -> Start {
    match policy.own.or(pod) {
        Some(RestartPolicy::Never) => Start::No,
        Some(RestartPolicy::Always | RestartPolicy::OnFailure) | None => Start::Yes,
    }
}

/// Whether an instance of a regular init container counts as failed (CTR-05).
#[must_use]
pub const fn init_failed(instance: Instance) -> bool {
    match instance {
        Instance::Exited(exit) => exit.code != 0 || matches!(exit.reason, ExitReason::OomKilled),
        Instance::Unknown => true,
        Instance::Created | Instance::Running => false,
    }
}

/// What the runtime knows of the Pod, for the reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuntimeStatus {
    /// The caller has a status of the runtime.
    Known,
    /// It has none: what was reported decides alone.
    Absent,
}

/// One container as the reset sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResetFacts<'a> {
    /// What it is for; a container that is neither init, sidecar nor regular has no say.
    pub role: Role,
    /// Its rules; they count even without a policy of its own.
    pub rules: &'a [RestartRule],
    /// The newest instance.
    pub newest: Option<Instance>,
    /// The exit code of the terminated state that was reported, if that was the state.
    pub reported: Option<i32>,
}

/// Whether the condition `AllContainersRestarting` was True.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resetting {
    /// It was not.
    No,
    /// It was.
    Yes,
}

/// Whether a reset of all containers is due (CTR-32).
#[must_use]
pub fn reset_due<'a>(
    resetting: Resetting,
    runtime: RuntimeStatus,
    containers: impl IntoIterator<Item = ResetFacts<'a>>,
) -> bool {
    resetting == Resetting::Yes || containers.into_iter().any(|container| triggers(container, runtime))
}

fn triggers(container: ResetFacts<'_>, runtime: RuntimeStatus) -> bool {
    let resets = |code: i32| {
        let rule = container.rules.iter().find(|rule| rule.matches(code));
        rule.is_some_and(|rule| rule.action == RuleAction::RestartAllContainers)
    };
    let reported = || container.reported.is_some_and(resets);
    match (container.role, runtime, container.newest) {
        (Role::Ephemeral, _, _) => false,
        (_, RuntimeStatus::Absent, _) => reported(),
        (_, RuntimeStatus::Known, Some(Instance::Exited(exit))) => resets(exit.code) || reported(),
        (_, RuntimeStatus::Known, Some(Instance::Created | Instance::Running | Instance::Unknown) | None) => {
            false
        }
    }
}

/// The back-off of one container between its restarts, in memory only: a restart of the kubelet clears it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Backoff {
    /// The last entry; `None` before the first restart.
    entry: Option<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Entry {
    /// Seconds.
    delay: u32,
    /// When it was set.
    updated: Time,
}

/// The first delay, in seconds (CTR-24).
pub const BACKOFF_SECS_FIRST: u32 = 10;
/// The default cap of a delay, in seconds (CTR-25).
pub const BACKOFF_SECS_MAX: u32 = 300;
/// After so many seconds without an update the series begins anew (CTR-26).
pub const BACKOFF_SECS_RESET: i64 = 600;

/// What the back-off says to a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// The container is started now; the back-off has moved on to this value.
    Now(Backoff),
    /// It waits as `CrashLoopBackOff` until this time.
    At(Time),
}

impl Backoff {
    /// Asks for a restart at `now` after the last instance ended at `finished` (CTR-24 … CTR-26); `max` is the
    /// kubelet's cap in seconds.
    ///
    /// ```
    /// use pod_lifecycle::Time;
    /// use pod_lifecycle::restart::{Attempt, BACKOFF_SECS_MAX, Backoff};
    /// let at = Time::from_unix;
    /// if let Attempt::Now(once) = Backoff::default().attempt(at(0), at(0), BACKOFF_SECS_MAX) {
    ///     assert_eq!(once.attempt(at(3), at(1), BACKOFF_SECS_MAX), Attempt::At(at(11)));
    /// }
    /// ```
    #[must_use]
    pub fn attempt(self, now: Time, finished: Time, max: u32) -> Attempt {
        let first = BACKOFF_SECS_FIRST.min(max);
        let delay = match self.entry {
            None => first,
            Some(entry) if entry.is_stale(finished) => first,
            Some(entry) => {
                let ready = Time::from_unix(finished.as_unix().saturating_add(entry.delay.into()));
                if now < ready {
                    return Attempt::At(ready);
                }
                entry.delay.saturating_mul(2).min(max)
            }
        };
        Attempt::Now(Self { entry: Some(Entry { delay, updated: now }) })
    }
}

impl Entry {
    /// Whether the last exit came so long after the last update that the series begins anew (CTR-26).
    const fn is_stale(self, finished: Time) -> bool {
        finished.as_unix().saturating_sub(self.updated.as_unix()) > BACKOFF_SECS_RESET
    }
}
