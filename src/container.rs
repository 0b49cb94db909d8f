//! Containers: their role in the Pod, what their status says, and whether an exit is final (CTR-01).

use std::borrow::Cow;
use std::fmt;

/// What a container is for the life cycle of its Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// An entry of `spec.initContainers` that runs once, in its turn.
    Init,
    /// An entry of `spec.initContainers` with `restartPolicy: Always` (OBJ-15).
    Sidecar,
    /// An entry of `spec.containers`.
    Regular,
    /// An entry of `spec.ephemeralContainers`: started once, of no influence on the phase (CTR-07).
    Ephemeral,
}

/// `restartPolicy` of a Pod or of one container (OBJ-11, OBJ-15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RestartPolicy {
    /// Restart after every exit.
    Always,
    /// Restart after an exit with another code than 0.
    OnFailure,
    /// Leave it stopped.
    Never,
}

impl RestartPolicy {
    /// Reads the API value; `None` for any other text.
    #[must_use]
    pub fn from_api(text: &str) -> Option<Self> {
        match text {
            "Always" => Some(Self::Always),
            "OnFailure" => Some(Self::OnFailure),
            "Never" => Some(Self::Never),
            _ => None,
        }
    }

    /// The API value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::OnFailure => "OnFailure",
            Self::Never => "Never",
        }
    }

    const fn restarts_after(self, code: i32) -> bool {
        match self {
            Self::Always => true,
            Self::OnFailure => code != 0,
            Self::Never => false,
        }
    }
}

impl fmt::Display for RestartPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a matching restart rule does (OBJ-16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleAction {
    /// Restart this container.
    Restart,
    /// Restart every container of the Pod in place (CTR-30).
    RestartAllContainers,
}

/// How a restart rule compares an exit code with its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// The code is one of the values.
    In,
    /// The code is none of the values.
    NotIn,
    /// No test, or an unknown one: it never holds (CTR-01).
    Unknown,
}

/// One entry of `restartPolicyRules`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RestartRule {
    /// What happens if the test holds.
    pub action: RuleAction,
    /// How the exit code is compared.
    pub operator: Operator,
    /// The exit codes that it is compared with.
    pub values: Cow<'static, [i32]>,
}

impl RestartRule {
    /// Whether the test of the rule holds for this exit code.
    #[must_use]
    pub fn matches(&self, code: i32) -> bool {
        match self.operator {
            Operator::In => self.values.contains(&code),
            Operator::NotIn => !self.values.contains(&code),
            Operator::Unknown => false,
        }
    }
}

/// The restart settings of one container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContainerPolicy<'a> {
    /// The container's own `restartPolicy`.
    pub own: Option<RestartPolicy>,
    /// Its `restartPolicyRules`; without a policy of its own they are ignored (CTR-01).
    pub rules: &'a [RestartRule],
}

impl ContainerPolicy<'_> {
    /// Whether the container is started again after an exit with `code` (CTR-01). `pod` is the Pod's
    /// policy; an object without one is treated as `Always`.
    ///
    /// ```
    /// use pod_lifecycle::container::{ContainerPolicy, RestartPolicy};
    /// let plain = ContainerPolicy::default();
    /// assert!(plain.restarts_after(1, Some(RestartPolicy::OnFailure)));
    /// assert!(!plain.restarts_after(0, Some(RestartPolicy::OnFailure)));
    /// let own = ContainerPolicy { own: Some(RestartPolicy::Never), rules: &[] };
    /// assert!(!own.restarts_after(1, Some(RestartPolicy::Always)));
    /// ```
    #[must_use]
    pub fn restarts_after(self, code: i32, pod: Option<RestartPolicy>) -> bool {
        let Some(own) = self.own else {
            return pod.unwrap_or(RestartPolicy::Always).restarts_after(code);
        };
        match self.rules.iter().find(|rule| rule.matches(code)).map(|rule| rule.action) {
            Some(RuleAction::Restart | RuleAction::RestartAllContainers) => true,
            None => own.restarts_after(code),
        }
    }

    /// Whether the first rule that matches `code` restarts the whole Pod. Unlike in CTR-01 the container
    /// needs no policy of its own (CTR-32).
    ///
    /// ```
    /// use std::borrow::Cow;
    /// use pod_lifecycle::container::{ContainerPolicy, Operator, RestartRule, RuleAction};
    /// let rule = |action, values: &'static [i32]| RestartRule {
    ///     action,
    ///     operator: Operator::In,
    ///     values: Cow::Borrowed(values),
    /// };
    /// let rules = [rule(RuleAction::Restart, &[1]), rule(RuleAction::RestartAllContainers, &[1, 42])];
    /// let policy = ContainerPolicy { own: None, rules: &rules };
    /// assert!(policy.asks_reset(42) && !policy.asks_reset(1));
    /// ```
    #[must_use]
    pub fn asks_reset(self, code: i32) -> bool {
        match self.rules.iter().find(|rule| rule.matches(code)).map(|rule| rule.action) {
            Some(RuleAction::RestartAllContainers) => true,
            Some(RuleAction::Restart) | None => false,
        }
    }

    /// Whether the container is started again after a kill by the kubelet itself: the restart intent (CTR-03).
    /// There is no exit code yet, so rules are not consulted.
    #[must_use]
    pub fn restarts_after_kill(self, pod: Option<RestartPolicy>) -> bool {
        match self.own.or(pod).unwrap_or(RestartPolicy::Always) {
            RestartPolicy::Always | RestartPolicy::OnFailure => true,
            RestartPolicy::Never => false,
        }
    }

    /// Whether an exit with code 0 is the end of the container's work, by its own policy, else the Pod's
    /// (the note to CTR-11). Rules play no part.
    #[must_use]
    pub fn runs_once(self, pod: Option<RestartPolicy>) -> bool {
        match self.own.or(pod) {
            Some(RestartPolicy::OnFailure) => true,
            Some(RestartPolicy::Always | RestartPolicy::Never) | None => false,
        }
    }

    /// Whether there is an exit code after which the container is started again (CTR-01).
    #[must_use]
    pub fn can_restart(self, pod: Option<RestartPolicy>) -> bool {
        let by_policy = |policy| match policy {
            RestartPolicy::Always | RestartPolicy::OnFailure => true,
            RestartPolicy::Never => false,
        };
        let by_rule = |rule: &RestartRule| match rule.operator {
            Operator::In => !rule.values.is_empty(),
            Operator::NotIn => true,
            Operator::Unknown => false,
        };
        let own_rules = self.own.is_some() && self.rules.iter().any(by_rule);
        own_rules || by_policy(self.own.or(pod).unwrap_or(RestartPolicy::Always))
    }

    /// Whether some rule restarts the whole Pod, whatever the exit code.
    #[must_use]
    pub fn can_restart_all(self) -> bool {
        self.rules.iter().any(|rule| rule.action == RuleAction::RestartAllContainers)
    }
}

/// The `reason` of a termination, as far as a decision looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExitReason {
    /// `RestartingAllContainers`: removed by the kubelet to start over (CTR-31).
    RestartingAllContainers,
    /// `ContainerStatusUnknown`: the kubelet lost the instance and made the code up (CTR-41, KUB-32).
    ContainerStatusUnknown,
    /// `OOMKilled`: a failure of a regular init container even with code 0 (CTR-05).
    OomKilled,
    /// Any other text, or none.
    Other,
}

impl ExitReason {
    /// Reads the API value.
    #[must_use]
    pub fn from_api(text: &str) -> Self {
        match text {
            "RestartingAllContainers" => Self::RestartingAllContainers,
            "ContainerStatusUnknown" => Self::ContainerStatusUnknown,
            "OOMKilled" => Self::OomKilled,
            _ => Self::Other,
        }
    }
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exit {
    /// The exit code of the process, or the one that the kubelet made up.
    pub code: i32,
    /// The reason beside it.
    pub reason: ExitReason,
}

/// One instance of a container as the runtime knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instance {
    /// Created, but not started.
    Created,
    /// Running.
    Running(Health),
    /// Ended. A runtime that names no state counts as this (CTR-02).
    Exited(Exit),
    /// The runtime cannot tell.
    Unknown,
}

/// What a sync pass looks at in a running instance (CTR-12, CTR-13). Readiness is left out: it never kills or
/// restarts anything (CTR-15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Health {
    /// Whether it runs what the spec says.
    pub definition: Definition,
    /// The liveness probe.
    pub liveness: Probe,
    /// The startup probe.
    pub startup: Probe,
    /// What an in-place resize asks for.
    pub resize: Resize,
}

impl Health {
    /// Nothing is wrong and nothing is probed.
    pub const GOOD: Self = Self {
        definition: Definition::Unchanged,
        liveness: Probe::Undefined,
        startup: Probe::Undefined,
        resize: Resize::InPlace,
    };
}

/// Whether name and image are those of the spec; nothing else counts (CTR-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Definition {
    /// They are.
    Unchanged,
    /// The image is another one.
    Changed,
}

/// A probe and its last decisive result (CTR-52).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// The spec defines none.
    Undefined,
    /// No result yet, or an unknown one.
    Pending,
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
}

/// What an in-place resize asks of a running container (CTR-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resize {
    /// Nothing, or something that is done while it runs.
    InPlace,
    /// Its resize policy demands a restart.
    Restart,
}

/// `started` of a running container (OBJ-53).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Started {
    /// False or absent: the startup probe has not succeeded yet.
    NotYet,
    /// True.
    Yes,
}

/// One container's status as the phase reads it (protocol chapter 3, «Inputs of the computation»).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContainerState {
    /// The status list has no entry of that name.
    Missing,
    /// There is an entry, but no state is set.
    Empty,
    /// Waiting, and never terminated before.
    Waiting,
    /// Waiting; the last instance terminated so.
    WaitingAfter(Exit),
    /// Running.
    Running(Started),
    /// Terminated.
    Terminated(Exit),
}

impl ContainerState {
    /// The word for the state, with the exit code where there is one.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "no status",
            Self::Empty => "no state",
            Self::Waiting | Self::WaitingAfter(_) => "waiting",
            Self::Running(_) => "running",
            Self::Terminated(_) => "terminated",
        }
    }
}

impl fmt::Display for ContainerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Terminated(exit) => write!(f, "terminated ({})", exit.code),
            Self::WaitingAfter(exit) => write!(f, "waiting after exit {}", exit.code),
            Self::Missing | Self::Empty | Self::Waiting | Self::Running(_) => f.write_str(self.word()),
        }
    }
}

/// One container as a decision over its Pod sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContainerFacts<'a> {
    /// What the container is for.
    pub role: Role,
    /// Its restart settings.
    pub policy: ContainerPolicy<'a>,
    /// What its status says.
    pub state: ContainerState,
}

/// Whether a container may leave `terminated` while its status entry stays (VAL-22, VAL-23). `restart_all`
/// tells whether any container of the Pod has a rule of action `RestartAllContainers`.
#[must_use]
pub fn may_leave_terminated(
    container: ContainerFacts<'_>,
    exit: Exit,
    pod: Option<RestartPolicy>,
    restart_all: RestartAll,
) -> bool {
    match (container.role, restart_all) {
        (Role::Ephemeral, _) => false,
        (Role::Init | Role::Sidecar | Role::Regular, RestartAll::Possible) => true,
        (Role::Init | Role::Sidecar | Role::Regular, RestartAll::Impossible) => {
            container.policy.restarts_after(exit.code, pod)
        }
    }
}

/// Whether a stored exit may give way to another one while no update may show the run between: the container ran
/// again in a new sandbox (CTR-17; inits CTR-11 row 4), or the kubelet had made the exit up (CTR-41).
#[must_use]
pub fn may_exit_again(
    container: ContainerFacts<'_>,
    exit: Exit,
    pod: Option<RestartPolicy>,
    restart_all: RestartAll,
) -> bool {
    let in_new_sandbox = pod != Some(RestartPolicy::Never)
        && match container.role {
            Role::Init => true,
            Role::Sidecar | Role::Regular => container.policy.own.is_some(),
            Role::Ephemeral => false,
        };
    in_new_sandbox
        || exit.reason == ExitReason::ContainerStatusUnknown
        || may_leave_terminated(container, exit, pod, restart_all)
}

/// Whether a container that is stored as terminated can be found otherwise after any number of updates, each of which
/// may happen: after this exit, or after another that has taken its place (VAL-22, VAL-23, [`may_exit_again`]).
#[must_use]
pub fn may_leave_terminated_in_time(
    container: ContainerFacts<'_>,
    exit: Exit,
    pod: Option<RestartPolicy>,
    restart_all: RestartAll,
) -> bool {
    let after_another_exit = container.role != Role::Ephemeral && container.policy.can_restart(pod);
    may_leave_terminated(container, exit, pod, restart_all)
        || after_another_exit && may_exit_again(container, exit, pod, restart_all)
}

/// Whether some rule of the Pod has action `RestartAllContainers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RestartAll {
    /// No rule has it.
    Impossible,
    /// Some rule has it.
    Possible,
}
