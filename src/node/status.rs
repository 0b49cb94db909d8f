//! The status that the kubelet computes of one Pod: its containers (CTR-40 … CTR-45, CTR-31), its phase, the condition
//! of a reset.

use super::object::{Entry, Object, Reason, State, Status, Waiting};
use super::pod::{Ctx, Pod};
use super::runtime::{Life, Process};
use crate::container::{ContainerFacts, Exit, ExitReason, Instance, RestartAll, Role, Started};
use crate::final_status::{self, After, LOST, Old};
use crate::phase::{self, Copies, Deadline, Initialized, Pass, Wording};
use crate::sync::{
    self, Before, Evidence, Marked, Readiness, Reset, Start, lost_count, reported_count, reset_due,
    reset_ends,
};

/// The exit that stands for a container that a reset has removed (CTR-31).
const RESET: Exit = Exit { code: 137, reason: ExitReason::RestartingAllContainers };

impl Pod {
    /// The cached status, else that of the object which the kubelet was given (PHA-10).
    fn previous<'a>(&'a self, given: &'a Object) -> &'a Status {
        self.kubelet.cached.as_ref().unwrap_or(&given.status)
    }

    /// Computes the status (PHA-04, PHA-10 … PHA-16).
    pub(super) fn compute_status(&self, given: &Object, pass: Pass, ctx: &Ctx<'_>) -> Status {
        let previous = self.previous(given);
        let reset = self.reset(previous);
        let mut entries: Vec<Entry> = (0..self.spec.containers.len())
            .filter_map(|place| self.entry(place, previous.entries.get(place).copied(), reset, given))
            .collect();
        let facts = phase::Facts {
            policy: self.spec.policy,
            pass,
            source: self.source,
            initialized: self.initialized(),
        };
        let containers = self.spec.containers.iter().zip(&entries).map(|(spec, entry)| ContainerFacts {
            role: spec.role,
            policy: spec.policy(),
            state: entry.for_phase(),
        });
        let computed = phase::compute(facts, containers).phase();
        let copies = Copies { previous: Some(previous.phase), api: Some(given.status.phase) };
        let started = previous.started.or(Some(ctx.now));
        let deadline =
            Deadline::read(previous.started.map(|at| ctx.time(at)), self.spec.deadline, ctx.clock());
        let settled = phase::settle(computed, copies, deadline);
        let reason = match settled.wording {
            Wording::Kept if previous.reason == Reason::None => given.status.reason,
            Wording::Kept => previous.reason,
            Wording::Cleared => Reason::None,
            Wording::DeadlineExceeded => Reason::DeadlineExceeded,
        };
        for entry in &mut entries {
            entry.started = if entry.state == State::Running { Started::Yes } else { Started::NotYet }; // PHA-16
        }
        let left = !reset_ends(&self.facts_of_containers(&self.instances()));
        let resetting = match (reset, settled.phase.is_terminal(), left) {
            (Reset::Due, false, true) => Marked::Yes, // PHA-25
            (Reset::Due | Reset::NotDue, _, _) => Marked::No,
        };
        Status { phase: settled.phase, reason, entries, resetting, disruption: previous.disruption, started }
    }

    /// Whether a reset is due (CTR-32).
    fn reset(&self, previous: &Status) -> Reset {
        let containers = self.spec.containers.iter().zip(&self.runtime.containers).enumerate();
        let evidence = containers.filter(|(_, (spec, _))| spec.role != Role::Ephemeral).map(
            |(place, (spec, container))| {
                let newest = container.processes.first().map(Process::instance);
                let reported =
                    previous.entries.get(place).and_then(|entry| entry.exit()).map(|exit| exit.code);
                (spec.policy(), Evidence::Runtime { newest, reported })
            },
        );
        reset_due(previous.resetting, evidence)
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

    /// The status of one container (CTR-40 … CTR-45, CTR-31).
    fn entry(&self, place: usize, before: Option<Entry>, reset: Reset, given: &Object) -> Option<Entry> {
        let spec = self.spec.containers.get(place)?;
        let processes = self.runtime.containers.get(place)?.processes.as_slice();
        let Some((newest, older)) = processes.split_first() else {
            return Some(self.entry_without_instance(spec.role, before, reset, given));
        };
        let instance = newest.instance();
        let (state, counted) = match newest.life {
            Life::Running { .. } => (State::Running, before),
            Life::Exited { exit, .. } => (State::Terminated(exit), before),
        };
        let counted = match counted.map(|entry| (entry.state, entry.restarts)) {
            Some((State::Terminated(_), count)) => Before::Terminated(count),
            Some((State::Waiting(_) | State::Running, count)) => Before::Other(count),
            None => Before::Nothing,
        };
        let last = match (older.first().map(|second| second.life), before) {
            (Some(Life::Exited { exit, .. }), _) => Some(exit),
            (Some(Life::Running { .. }), _) => None,
            (None, Some(Entry { state: State::Terminated(exit), instance, .. }))
                if instance != Some(newest.id) =>
            {
                Some(exit)
            }
            (None, Some(entry)) => entry.last,
            (None, None) => None,
        };
        let started = match (state, before) {
            (State::Running, Some(Entry { state: State::Running, started, .. })) => started, // CTR-47
            (State::Running | State::Waiting(_) | State::Terminated(_), _) => Started::NotYet,
        };
        let restarts = reported_count(instance, newest.count, counted);
        let entry = Entry { state, last, restarts, started, instance: Some(newest.id) };
        Some(self.with_start_error(place, entry, instance, given))
    }

    /// CTR-42, CTR-31, CTR-43.
    fn entry_without_instance(
        &self,
        role: Role,
        before: Option<Entry>,
        reset: Reset,
        given: &Object,
    ) -> Entry {
        let waiting = Entry {
            state: State::Waiting(self.default_waiting()),
            last: None,
            restarts: 0,
            started: Started::NotYet,
            instance: None,
        };
        let entry = match (before, reset) {
            (None, _) => waiting,
            (Some(Entry { state: State::Running | State::Terminated(_), restarts, .. }), Reset::Due) => {
                Entry {
                    state: State::Waiting(Waiting::RestartingAllContainers),
                    last: Some(RESET),
                    restarts: lost_count(restarts),
                    ..waiting
                }
            }
            (Some(old @ Entry { state: State::Terminated(_), .. }), Reset::NotDue) => return old,
            (Some(Entry { state: State::Running, last: None, restarts, .. }), Reset::NotDue) => {
                let restarts = if given.deletion.is_deleting() { restarts } else { lost_count(restarts) };
                Entry { last: Some(LOST), restarts, ..waiting }
            }
            (Some(Entry { state: State::Running | State::Waiting(_), last, restarts, .. }), _) => {
                Entry { last, restarts, ..waiting }
            }
        };
        if role == Role::Init && self.any_regular_instance() {
            return Entry { state: State::Terminated(Exit { code: 0, reason: ExitReason::Other }), ..entry }; // CTR-43
        }
        entry
    }

    fn default_waiting(&self) -> Waiting {
        let has_init =
            self.spec.containers.iter().any(|spec| matches!(spec.role, Role::Init | Role::Sidecar));
        if has_init { Waiting::PodInitializing } else { Waiting::ContainerCreating }
    }

    fn any_regular_instance(&self) -> bool {
        let mut containers = self.spec.containers.iter().zip(&self.runtime.containers);
        containers.any(|(spec, container)| spec.role == Role::Regular && !container.processes.is_empty())
    }

    /// CTR-44.
    fn with_start_error(&self, place: usize, entry: Entry, newest: Instance, given: &Object) -> Entry {
        let Some(spec) = self.spec.containers.get(place) else { return entry };
        let failed = self.kubelet.delayed.get(place) == Some(&Start::No);
        let done = matches!(spec.role, Role::Init | Role::Sidecar)
            && matches!(newest, Instance::Exited(Exit { code: 0, .. }));
        let again = sync::should_start(Some(newest), spec.policy(), self.spec.policy, given.deleting());
        match (failed && !done, again, entry.state) {
            (true, Start::Yes, State::Terminated(exit)) => {
                Entry { state: State::Waiting(Waiting::CrashLoopBackOff), last: Some(exit), ..entry }
            }
            (true | false, Start::Yes | Start::No, _) => entry,
        }
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
