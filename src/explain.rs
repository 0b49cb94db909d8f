//! Why is this Pod where it is, who must act, and what would help: answered from the object by the machines.
//!
//! *Expected flow*: [`explain`] reads a Pod and, if there is one, what is known of its node. [`Explanation::stage`] is
//! the answer, [`Explanation::duties`] who must do what, in order, [`Explanation::outcomes`] what an operator's means
//! would do: each computed by [`deletion`](crate::deletion) and [`controllers::pod_gc`](crate::controllers::pod_gc),
//! none of it told from memory.

use crate::backoff::{Limits, RESET_AFTER};
use crate::binding::Binding;
use crate::container::{ContainerState, Role};
use crate::controllers::pod_gc;
use crate::deletion::{Deletion, Finalizers, Request};
use crate::phase::Phase;
use crate::time::{Grace, Now, Time};
use crate::timeline::{Plan, timeline};
use crate::view::{Container, Stored, View};
use crate::wire;

mod outcome;
mod stage;

pub use outcome::{Means, Outcome, Result};
pub use stage::{Actor, Duty, Hold, Scheduling, Stage, Task};

/// What is known of the Pod's node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NodeFacts {
    /// Nothing.
    #[default]
    Unknown,
    /// There is no such Node.
    Absent,
    /// There is one.
    Known {
        /// Its condition `Ready`.
        health: pod_gc::Health,
        /// Its taint `node.kubernetes.io/out-of-service`.
        service: pod_gc::Service,
    },
}

impl NodeFacts {
    /// Reads a Node.
    ///
    /// ```
    /// use pod_lifecycle::controllers::pod_gc::{Health, Service};
    /// use pod_lifecycle::{explain::NodeFacts, wire};
    /// let json = br#"{"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}"#;
    /// let lost = NodeFacts::Known { health: Health::NotReady, service: Service::InService };
    /// assert_eq!(NodeFacts::of(&wire::from_slice(json)?), lost);
    /// # Ok::<(), wire::WireError>(())
    /// ```
    #[must_use]
    pub fn of(node: &wire::Node<'_>) -> Self {
        let mut conditions = node.status.conditions.iter();
        let ready = conditions.any(|it| it.kind.as_str() == "Ready" && it.status.as_str() == "True");
        let mut taints = node.spec.taints.iter();
        let out = taints.any(|taint| taint.key.as_str() == "node.kubernetes.io/out-of-service");
        Self::Known {
            health: if ready { pod_gc::Health::Ready } else { pod_gc::Health::NotReady },
            service: if out { pod_gc::Service::OutOfService } else { pod_gc::Service::InService },
        }
    }

    /// Whether a kubelet can be expected to act there.
    const fn is_lost(self) -> bool {
        match self {
            Self::Unknown | Self::Known { health: pod_gc::Health::Ready, .. } => false,
            Self::Absent | Self::Known { health: pod_gc::Health::NotReady, .. } => true,
        }
    }
}

/// The controller that owns a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// What the machines say of one Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// `metadata.namespace` and `metadata.name`.
    pub name: (&'a str, &'a str),
    /// Its controller, if it has one.
    pub owner: Option<Owner<'a>>,
    /// Where it is in the protocol: the answer.
    pub stage: Stage<'a>,
    /// Who must act before it goes on, in order.
    pub duties: Box<[Duty<'a>]>,
    /// What each of the operator's means would do.
    pub outcomes: Box<[Outcome]>,
}

/// Explains a Pod at `now`.
///
/// ```
/// use pod_lifecycle::explain::{Hold, NodeFacts, Stage, explain};
/// use pod_lifecycle::{Now, wire};
/// let json = br#"{"metadata": {"name": "web-0", "uid": "1", "finalizers": ["example.com/audit"],
///     "deletionTimestamp": "2026-01-02T03:04:05Z", "deletionGracePeriodSeconds": 0},
///     "spec": {"nodeName": "a", "containers": [{"name": "app"}]}, "status": {"phase": "Failed"}}"#;
/// let (pod, details) = (wire::from_slice(json)?, wire::from_slice(json)?);
/// let told = explain(&pod, &details, NodeFacts::Unknown, Now::parse("2026-01-02T04:00:00Z")?);
/// assert_eq!(told.stage, Stage::Terminating(Hold::Finalizers(Box::new(["example.com/audit"]))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain<'a>(
    pod: &'a wire::Pod<'_>,
    details: &'a wire::PodDetails<'_>,
    node: NodeFacts,
    now: Now,
) -> Explanation<'a> {
    let view = View::of(pod);
    let plan = Plan::of(pod, details, now);
    let case = Case { pod, view: &view, plan: &plan, node, now };
    let stage = case.stage();
    let mut owners = details.metadata.owner_references.iter();
    let owner = owners.find(|owner| owner.controller == Some(true));
    Explanation {
        name: (view.namespace, view.name),
        owner: owner.map(|owner| Owner { kind: owner.kind.as_str(), name: owner.name.as_str() }),
        duties: stage::duties(&stage, &case),
        outcomes: outcome::outcomes(&case),
        stage,
    }
}

/// What is known.
struct Case<'c, 'a> {
    pod: &'a wire::Pod<'a>,
    view: &'c View<&'a str>,
    plan: &'c Plan<&'a str>,
    node: NodeFacts,
    now: Now,
}

impl<'a> Case<'_, 'a> {
    fn stage(&self) -> Stage<'a> {
        if self.view.is_deleting() {
            return Stage::Terminating(self.hold());
        }
        match self.view.phase {
            Stored::Foreign(phase) => Stage::Foreign(phase),
            Stored::Known(phase @ (Phase::Succeeded | Phase::Failed)) => self.ended(phase),
            Stored::Known(Phase::Pending | Phase::Running | Phase::Unknown) | Stored::Absent => self.living(),
        }
    }

    fn ended(&self, phase: Phase) -> Stage<'a> {
        let reason = self.pod.status.reason.as_str();
        let never_ran = self.view.containers.iter().all(|it| it.state == ContainerState::Missing);
        if phase == Phase::Failed && never_ran {
            Stage::Rejected(reason)
        } else {
            Stage::Ended(phase, reason)
        }
    }

    fn living(&self) -> Stage<'a> {
        if !self.view.gates.is_empty() {
            return Stage::Gated(self.view.gates.clone());
        }
        if self.view.binding() == Binding::Unbound {
            return Stage::Unscheduled(self.scheduling());
        }
        if self.view.started.is_none() {
            return Stage::Unseen(self.view.node.unwrap_or_default());
        }
        let mut containers = self.view.containers.iter().filter(|it| it.role != Role::Ephemeral);
        if let Some(crash) = containers.clone().find_map(|container| self.crash_loop(container)) {
            return crash;
        }
        let inits = self.view.containers.iter().filter(|it| it.role == Role::Init);
        let done =
            |it: &Container<&str>| matches!(it.state, ContainerState::Terminated(exit) if exit.code == 0);
        if let Some(current) = containers.clone().find(|it| match it.role {
            Role::Init => !done(it),
            Role::Sidecar => !matches!(it.state, ContainerState::Running(crate::container::Started::Yes)),
            Role::Regular | Role::Ephemeral => false,
        }) && self.nothing_started()
        {
            let counts = (inits.clone().filter(|it| done(it)).count(), inits.count());
            return Stage::Initializing { container: current.name, reason: self.waiting(current), counts };
        }
        if let Some(waiting) = containers.clone().find(|it| self.waiting(it).is_some()) {
            let reason = self.waiting(waiting).unwrap_or_default();
            return Stage::Starting { container: waiting.name, reason };
        }
        let runs = containers.any(|it| matches!(it.state, ContainerState::Running(_)));
        if runs { Stage::Running } else { Stage::Idle }
    }

    /// Whether no regular container was ever started: then an init container or sidecar is what it waits for.
    fn nothing_started(&self) -> bool {
        let regular = self.view.containers.iter().filter(|it| it.role == Role::Regular);
        regular.clone().all(|it| it.span.began.is_none() && !matches!(it.state, ContainerState::Running(_)))
    }

    fn scheduling(&self) -> Scheduling {
        let mut conditions = self.pod.status.conditions.iter();
        let condition = conditions.find(|it| it.kind.as_str() == "PodScheduled");
        match condition.map(|it| it.reason.as_str()) {
            None => Scheduling::Untried,
            Some("Unschedulable") => Scheduling::Unschedulable,
            Some(_) => Scheduling::Error,
        }
    }

    /// The reason of a container's state `waiting`.
    fn waiting(&self, container: &Container<&str>) -> Option<&'a str> {
        let status = &self.pod.status;
        let statuses = status.init_container_statuses.iter().chain(&status.container_statuses);
        let mut waiting = statuses.filter(|it| it.name.as_str() == container.name);
        waiting.find_map(|it| it.state.waiting.as_ref()).map(|it| it.reason.as_str())
    }

    /// The back-off doubles at most once a restart, so its end is bounded (CTR-24, CTR-26).
    fn crash_loop(&self, container: &Container<&'a str>) -> Option<Stage<'a>> {
        if self.waiting(container) != Some("CrashLoopBackOff") {
            return None;
        }
        let exit = match container.state {
            ContainerState::WaitingAfter(exit) => Some(exit),
            ContainerState::Missing
            | ContainerState::Empty
            | ContainerState::Waiting
            | ContainerState::Running(_)
            | ContainerState::Terminated(_) => None,
        };
        let doublings =
            u32::try_from(container.restarts.unwrap_or(0).saturating_sub(1).clamp(0, 6)).unwrap_or(0);
        let longest = Limits::DEFAULT.initial().as_secs().saturating_mul(1 << doublings);
        let longest = Grace::from_secs(longest.min(Limits::DEFAULT.cap().as_secs()));
        let ended = container.span.ended;
        Some(Stage::CrashLoop {
            container: container.name,
            code: exit.map(|exit| exit.code),
            restarts: container.restarts.unwrap_or(0),
            earliest: ended.map(|ended| ended.plus(Limits::DEFAULT.initial())),
            latest: ended.map(|ended| ended.plus(longest)),
            reset: RESET_AFTER,
        })
    }

    fn hold(&self) -> Hold<'a> {
        let view = self.view;
        if view.mirror.is_some() {
            return Hold::Mirror;
        }
        let runs = view.containers.iter().any(|it| matches!(it.state, ContainerState::Running(_)));
        match view.deletion {
            Deletion::Live | Deletion::Expired { .. } | Deletion::Unrecorded { .. }
                if view.finalizers.is_empty() =>
            {
                Hold::Leftover
            }
            Deletion::Live | Deletion::Expired { .. } | Deletion::Unrecorded { .. } => {
                Hold::Finalizers(view.finalizers.clone())
            }
            Deletion::Graceful { due, grace } => match (self.node, runs) {
                (NodeFacts::Absent, _) => Hold::NodeGone,
                (node, _) if node.is_lost() => Hold::NodeLost(view.node.unwrap_or_default()),
                (_, true) => self.stopping(due.minus(grace.into())),
                (_, false) if view.is_terminal() => Hold::Unconfirmed { overdue: self.seconds_after(due) },
                (_, false) => Hold::CleaningUp { overdue: self.seconds_after(due) },
            },
        }
    }

    /// Something runs: within the time that the kubelet may take, or beyond it.
    fn stopping(&self, begun: Time) -> Hold<'a> {
        let told = timeline(self.plan, Request::default());
        let latest = begun.plus(Grace::from_secs(told.stopped.latest_secs()));
        match self.seconds_after(latest) {
            Some(overdue) => Hold::Overdue { node: self.view.node.unwrap_or_default(), overdue },
            None => Hold::Stopping { latest },
        }
    }

    fn seconds_after(&self, time: Time) -> Option<Grace> {
        let late = self.now.is_after(time).then(|| self.now.nanos_since(time) / 1_000_000_000)?;
        Some(Grace::from_secs(u64::try_from(late).unwrap_or(u64::MAX)))
    }

    fn finalizers(&self) -> Finalizers {
        self.plan.facts.finalizers
    }
}
