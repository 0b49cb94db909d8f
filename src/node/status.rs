//! The status that the kubelet computes of one Pod: what [`status::generate`] decides, over the facts of this node.

use super::object::{Disruption, Entry, Object, Reason, State, Status, Waiting};
use super::pod::{Ctx, Pod};
use super::runtime::{Container, Life, Process};
use super::spec::ContainerSpec;
use crate::container::{RestartAll, Role, Started};
use crate::final_status::{self, After, Old};
use crate::phase::{Deadline, Initialized, Pass, Wording};
use crate::status::{
    self, Before, Body, Condition, ConditionType, Generated, Identity, Listed, Probed, Ready, Run, RunState,
    Runs, Shown, Snapshot, StartFailure, Truth, Verdict, Wait,
};
use crate::sync::{Marked, Readiness, Start};

impl Pod {
    /// Computes the status (PHA-10 … PHA-16).
    pub(super) fn compute_status(&self, given: &Object, pass: Pass, ctx: &Ctx<'_>) -> Status {
        let previous = self.kubelet.cached.as_ref().unwrap_or(&given.status); // PHA-10
        let places = self.spec.containers.iter().zip(&self.runtime.containers).enumerate();
        let containers: Vec<_> =
            places.map(|(place, (spec, container))| self.facts(place, spec, container, previous)).collect();
        let (stored, cached) = (given.status.conditions(), previous.conditions());
        let facts = status::Facts {
            policy: self.spec.policy,
            pass,
            source: self.source,
            deleting: given.deleting(),
            sandbox: self.runtime.sandbox_need(),
            initialized: self.initialized(),
            deadline: Deadline::read(
                previous.started.map(|at| ctx.time(at)),
                self.spec.deadline,
                ctx.clock(),
            ),
            gates: &[],
            api: given.status.snapshot(&stored),
            cached: self.kubelet.cached.as_ref().map(|status| status.snapshot(&cached)),
            resize: &[],
        };
        let generated = status::generate(facts, &containers);
        let reason = match generated.settled.wording {
            Wording::Kept if previous.reason == Reason::None => given.status.reason,
            Wording::Kept => previous.reason,
            Wording::Cleared => Reason::None,
            Wording::DeadlineExceeded => Reason::DeadlineExceeded,
        };
        let entries = generated.entries().zip(&self.runtime.containers).enumerate();
        let entries = entries.map(|(place, (entry, container))| {
            let before = previous.entries.get(place).and_then(|before| before.instance);
            shown(entry, container, before)
        });
        Status {
            phase: generated.settled.phase,
            reason,
            entries: entries.collect(),
            resetting: resetting(generated),
            disruption: disruption(generated, &given.status, previous),
            started: previous.started.or(Some(ctx.now)),
        }
    }

    /// What the status entry of one container is made of.
    fn facts<'a>(
        &self,
        place: usize,
        spec: &'a ContainerSpec,
        container: &Container,
        previous: &Status,
    ) -> status::Container<'a> {
        let before = previous.entries.get(place);
        let reported = before.and_then(|before| before.instance);
        let failure = match self.kubelet.delayed.get(place) {
            Some(Start::No) => StartFailure::Recorded,
            Some(Start::Yes) | None => StartFailure::None,
        };
        // No probes: a container has started as soon as it runs (PHA-16).
        let started = if container.is_running() { Started::Yes } else { Started::NotYet };
        status::Container {
            role: spec.role,
            policy: spec.policy(),
            runs: Runs::of(container.processes.iter().map(|process| run(process, reported))),
            before: before.map(Entry::before),
            failure,
            probed: Probed { ready: None, started: Some(started) },
        }
    }

    /// Whether the runtime knows an instance of a regular container in the newest, ready sandbox.
    fn initialized(&self) -> Initialized {
        let Some(sandbox) = self.runtime.sandbox.filter(|sandbox| sandbox.readiness == Readiness::Ready)
        else {
            return Initialized::No;
        };
        let known = self.spec.containers.iter().zip(&self.runtime.containers).any(|(spec, container)| {
            spec.role == Role::Regular
                && container.processes.iter().any(|process| process.sandbox == sandbox.attempt)
        });
        if known { Initialized::Yes } else { Initialized::No }
    }

    /// Takes a status into the cache and has it written, unless it is the same or may not follow (CTR-35).
    pub(super) fn cache_status(&mut self, status: Status, ctx: &Ctx<'_>) -> bool {
        let old = match (&self.kubelet.cached, &self.kubelet.given) {
            (Some(cached), _) => cached,
            (None, Some(given)) => &given.status,
            (None, None) => return false,
        };
        if self.check_transition(old, &status).is_err() {
            return false;
        }
        if let (None, Some(started), Some(deadline)) = (old.started, status.started, self.spec.deadline) {
            let whole = std::time::Duration::from_secs(started.as_secs());
            self.kubelet.deadline =
                Some(whole.saturating_add(std::time::Duration::from_secs(deadline.as_secs())));
        }
        if self.kubelet.cached.as_ref() != Some(&status) {
            self.kubelet.cached = Some(status);
            self.kubelet.write_soon(ctx);
        }
        true
    }

    fn check_transition(&self, old: &Status, new: &Status) -> Result<(), final_status::Dropped> {
        let entries = old.entries.iter().zip(&new.entries).zip(&self.spec.containers);
        let of = |wanted: fn(Role) -> bool| {
            entries.clone().filter(move |(_, spec)| wanted(spec.role)).map(|((old, new), spec)| Old {
                exit: old.exit().map(|exit| exit.code),
                after: if new.exit().is_some() { After::Terminated } else { After::Going },
                spec: Some((spec.role, spec.policy())),
            })
        };
        let possible = self.spec.containers.iter().any(|spec| spec.policy().can_restart_all());
        let restart_all = if possible { RestartAll::Possible } else { RestartAll::Impossible };
        final_status::check_transition(
            self.spec.policy,
            restart_all,
            of(|role| role == Role::Regular),
            of(|role| matches!(role, Role::Init | Role::Sidecar)),
        )
    }
}

fn run(process: &Process, reported: Option<u32>) -> Run {
    Run {
        state: match process.life {
            Life::Running { .. } => RunState::Running,
            Life::Exited { exit, .. } => RunState::Exited(exit),
        },
        restarts: process.count,
        identity: if reported == Some(process.id) { Identity::Reported } else { Identity::Other },
    }
}

/// A computed entry as the object shows it; `before` is the instance that was reported.
fn shown(entry: status::Entry, container: &Container, before: Option<u32>) -> Entry {
    Entry {
        state: match entry.state {
            status::State::Waiting(wait) => State::Waiting(waiting(wait)),
            status::State::Running(_) => State::Running,
            status::State::Terminated(exit, _) => State::Terminated(exit),
        },
        last: entry.last.exit(),
        restarts: entry.restarts,
        started: entry.started.unwrap_or(Started::NotYet),
        instance: match entry.body {
            Body::Newest => container.processes.first().map(|newest| newest.id),
            Body::Spec => None,
            Body::Reported => before,
        },
    }
}

const fn waiting(wait: Wait) -> Waiting {
    match wait {
        Wait::Creating => Waiting::ContainerCreating,
        Wait::Initializing => Waiting::PodInitializing,
        Wait::Unspecified => Waiting::Unspecified,
        Wait::Resetting => Waiting::RestartingAllContainers,
        Wait::Failed => Waiting::CrashLoopBackOff, // no start of a node fails but by its back-off
    }
}

fn resetting(generated: Generated<'_>) -> Marked {
    let marks = |listed| match listed {
        Listed::Made(Verdict { kind, status, reason: _ }) => {
            kind == ConditionType::AllContainersRestarting && status == Truth::True
        }
        Listed::Api(_) | Listed::Resize(_) | Listed::Previous(_) => false,
    };
    if generated.conditions().any(marks) { Marked::Yes } else { Marked::No }
}

/// `DisruptionTarget` is the only condition that is not made anew.
fn disruption(generated: Generated<'_>, stored: &Status, previous: &Status) -> Disruption {
    let mut kept = generated.conditions().filter_map(|listed| match listed {
        Listed::Api(_) => Some(stored.disruption),
        Listed::Previous(_) => Some(previous.disruption),
        Listed::Made(_) | Listed::Resize(_) => None,
    });
    kept.next().unwrap_or(Disruption::None)
}

impl Entry {
    /// As the next computation reads it.
    const fn before(&self) -> Before {
        Before {
            shown: match self.state {
                State::Waiting(_) => Shown::Waiting,
                State::Running => Shown::Running,
                State::Terminated(exit) => Shown::Terminated(exit),
            },
            last: self.last,
            restarts: self.restarts,
            started: Some(self.started),
            ready: Ready::No, // not modelled
        }
    }
}

impl Status {
    /// The conditions that a node knows: `DisruptionTarget`, which is not there unless it is True, and
    /// `AllContainersRestarting`.
    pub(super) fn conditions(&self) -> Vec<Condition> {
        let target = match self.disruption {
            Disruption::None => None,
            Disruption::ByApi | Disruption::ByKubelet => {
                Some(Condition { kind: ConditionType::DisruptionTarget, status: Truth::True })
            }
        };
        let status = match self.resetting {
            Marked::Yes => Truth::True,
            Marked::No => Truth::False,
        };
        let reset = Condition { kind: ConditionType::AllContainersRestarting, status };
        target.into_iter().chain([reset]).collect()
    }

    /// With its [`conditions`](Self::conditions), as the machines of the status read it.
    pub(super) const fn snapshot<'a>(&self, conditions: &'a [Condition]) -> Snapshot<'a> {
        Snapshot { phase: Some(self.phase), conditions }
    }
}
