//! Why is this Pod where it is, who must act, and what would help: answered from the object by the machines.
//!
//! *Expected flow*: [`explain`] reads a Pod and what is known beside it: its node, its controller, disruption budgets and
//! events ([`Surroundings`]). [`Explanation::stage`] is the answer, [`Explanation::duties`] who must do what, in order,
//! [`Explanation::outcomes`] what an operator's means would do: each computed by [`deletion`](crate::deletion),
//! [`admission`](crate::admission) and [`controllers::pod_gc`](crate::controllers::pod_gc), none of it told from memory.
//! What each could break is the table [`Hazard`], which the models compute again.

use crate::admission::{Matching, Ready};
use crate::backoff::{Limits, Series};
use crate::binding::Binding;
use crate::container::{ContainerState, Role};
use crate::deletion::{Deletion, Finalizers, Request};
use crate::phase::Phase;
use crate::time::{Grace, Now, Time};
use crate::timeline::{Plan, Span, timeline};
use crate::view::{Container, Stored, View};
use crate::wire;

mod event;
mod hazard;
mod outcome;
mod stage;
mod surroundings;

pub use event::{Sighting, Sign};
pub use hazard::{Danger, Hazard, Moment, Replacement, Successor, Unless};
pub use outcome::{Means, Outcome, Result};
pub use stage::{Actor, Duty, Hold, Scheduling, Stage, Stopping, Task, Wait};
pub use surroundings::{NodeFacts, Owner, Standing, Surroundings};

/// What the machines say of one Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation<'a> {
    /// `metadata.namespace` and `metadata.name`.
    pub name: (&'a str, &'a str),
    /// Its controller, if it has one.
    pub owner: Option<Owner<'a>>,
    /// Who makes its successor.
    pub successor: Successor,
    /// Where it is in the protocol: the answer.
    pub stage: Stage<'a>,
    /// Who must act before it goes on, in order.
    pub duties: Box<[Duty<'a>]>,
    /// What its events tell, the latest first.
    pub sightings: Box<[Sighting]>,
    /// What each of the operator's means would do.
    pub outcomes: Box<[Outcome]>,
}

impl Explanation<'_> {
    /// The latest of the events that bears on the stage.
    #[must_use]
    pub fn sighting(&self) -> Option<Sighting> {
        self.sightings.iter().copied().find(|it| self.stage.is_about(it.sign))
    }
}

/// Explains a Pod at `now`.
///
/// ```
/// use pod_lifecycle::explain::{Hold, Stage, Surroundings, explain};
/// use pod_lifecycle::{Now, wire};
/// let json = br#"{"metadata": {"name": "web-0", "uid": "1", "finalizers": ["example.com/audit"],
///     "deletionTimestamp": "2026-01-02T03:04:05Z", "deletionGracePeriodSeconds": 0},
///     "spec": {"nodeName": "a", "containers": [{"name": "app"}]}, "status": {"phase": "Failed"}}"#;
/// let (pod, details) = (wire::from_slice(json)?, wire::from_slice(json)?);
/// let told = explain(&pod, &details, &Surroundings::default(), Now::parse("2026-01-02T04:00:00Z")?);
/// assert_eq!(told.stage, Stage::Terminating(Hold::Finalizers(Box::new(["example.com/audit"]))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain<'a>(
    pod: &'a wire::Pod<'_>,
    details: &'a wire::PodDetails<'_>,
    around: &Surroundings<'_>,
    now: Now,
) -> Explanation<'a> {
    let view = View::of(pod);
    let plan = Plan::of(pod, details, now);
    let (owner, maker) = surroundings::owner(details, around.owner);
    let successor = if view.mirror.is_some() { Successor::File } else { maker };
    let sightings = event::sightings(around.events, &view);
    let case = Case {
        pod,
        view: &view,
        plan: &plan,
        successor,
        budgets: around.budgets.map(|budgets| surroundings::matching(budgets, view.namespace, details)),
        sightings: &sightings,
        node: around.node,
        now,
    };
    let stage = case.stage();
    Explanation {
        name: (view.namespace, view.name),
        owner,
        successor,
        duties: stage::duties(&stage, &case),
        outcomes: outcome::outcomes(&case),
        stage,
        sightings,
    }
}

/// What is known.
struct Case<'c, 'a> {
    pod: &'a wire::Pod<'a>,
    view: &'c View<&'a str>,
    plan: &'c Plan<&'a str>,
    successor: Successor,
    budgets: Option<Matching>,
    sightings: &'c [Sighting],
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
        let node = self.view.node.unwrap_or_default();
        match self.node {
            NodeFacts::Absent => return Stage::Orphaned(node),
            NodeFacts::Known { .. } if self.node.is_lost() => return Stage::Unreachable(node),
            NodeFacts::Unknown | NodeFacts::Known { .. } => {}
        }
        if self.view.started.is_none() {
            return Stage::Unseen(node);
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
            let wait = self.waiting(current).map(Wait::of);
            return Stage::Initializing { container: current.name, wait, counts };
        }
        if let Some(waiting) = containers.clone().find(|it| self.waiting(it).is_some()) {
            let wait = Wait::of(self.waiting(waiting).unwrap_or_default());
            return Stage::Starting { container: waiting.name, wait };
        }
        let runs = containers.any(|it| matches!(it.state, ContainerState::Running(_)));
        let told = self.pod.status.conditions.iter().any(|it| it.kind.as_str() == "Ready");
        match (runs, self.readiness()) {
            (true, Ready::No) if told => Stage::Unready,
            (true, Ready::Yes | Ready::No) => Stage::Running,
            (false, _) => Stage::Idle,
        }
    }

    /// Whether no regular container was ever started: then an init container or sidecar is what it waits for.
    fn nothing_started(&self) -> bool {
        let regular = self.view.containers.iter().filter(|it| it.role == Role::Regular);
        regular.clone().all(|it| it.span.began.is_none() && !matches!(it.state, ContainerState::Running(_)))
    }

    fn scheduling(&self) -> Scheduling {
        let mut conditions = self.pod.status.conditions.iter();
        let condition = conditions.find(|it| it.kind.as_str() == "PodScheduled");
        let unschedulable = self.sightings.iter().any(|it| it.sign == Sign::Unschedulable);
        match condition.map(|it| it.reason.as_str()) {
            None if unschedulable => Scheduling::Unschedulable,
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

    /// When the next start comes, at the latest: nobody sees the series of the kubelet, but each restart lengthened it once
    /// at most (CTR-24, CTR-26).
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
        let restarts = container.restarts.unwrap_or(0);
        let due = |made: i32| {
            let ended = Now::at(container.span.ended?);
            let made = u32::try_from(made).unwrap_or(0);
            Series::after(made, ended, Limits::DEFAULT).due(ended).map(Now::floor)
        };
        Some(Stage::CrashLoop {
            container: container.name,
            code: exit.map(|exit| exit.code),
            restarts,
            // It is held, so it was started again at least once.
            earliest: due(1),
            latest: due(restarts.max(1)),
        })
    }

    fn readiness(&self) -> Ready {
        surroundings::readiness(self.pod)
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
        if let Some(overdue) = self.seconds_after(latest) {
            return Hold::Overdue { node: self.view.node.unwrap_or_default(), overdue };
        }
        let at = |span: Span| begun.plus(Grace::from_secs(span.latest_secs()));
        let hooks = told.lanes.iter().filter_map(|lane| Some((lane.name, at(lane.hook?))));
        let hooks = hooks.filter(|(_, until)| !self.now.is_after(*until));
        let turns = told.lanes.iter().filter(|lane| lane.role == Role::Sidecar);
        let turns = turns.map(|lane| (lane.name, at(lane.signal)));
        let turns = turns.filter(|(_, until)| !self.now.is_after(*until));
        let by = |(_, until): &(&str, Time)| *until;
        let stage = match (hooks.max_by_key(by), turns.max_by_key(by)) {
            (Some((container, until)), _) => Stopping::Hook { container, until },
            (None, Some((container, until))) => Stopping::Turn { container, until },
            (None, None) => Stopping::Signalled,
        };
        Hold::Stopping { latest, stage }
    }

    fn seconds_after(&self, time: Time) -> Option<Grace> {
        let late = self.now.is_after(time).then(|| self.now.nanos_since(time) / 1_000_000_000)?;
        Some(Grace::from_secs(u64::try_from(late).unwrap_or(u64::MAX)))
    }

    fn finalizers(&self) -> Finalizers {
        self.plan.facts.finalizers
    }
}
