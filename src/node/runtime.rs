//! The scripted container runtime of one Pod: what survives a restart of the kubelet.

use std::time::Duration;

use super::object::exit;
use super::spec::{ContainerSpec, PodSpec};
use crate::container::{Exit, Health, Instance};
use crate::sync::{Address, Namespace, Readiness, Sandbox, SandboxNeed, first_count};
use crate::termination::{Event, StopRun};
use crate::worker::Remains;

/// One instance of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) id: u32,
    pub(super) count: i32,
    /// The attempt number of its sandbox.
    pub(super) sandbox: u32,
    pub(super) life: Life,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Running { ends: Option<End> },
    Exited { exit: Exit, at: Duration },
}

/// The end of a process that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    at: Duration,
    code: i32,
}

impl Process {
    pub(super) const fn instance(&self) -> Instance {
        match self.life {
            Life::Running { .. } => Instance::Running(Health::GOOD),
            Life::Exited { exit, .. } => Instance::Exited(exit),
        }
    }
}

/// The instances of one container, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Container {
    pub(super) processes: Vec<Process>,
    /// How often the script has been started.
    starts: usize,
    /// The highest number of a log file.
    log: Option<i32>,
}

impl Container {
    pub(super) fn is_running(&self) -> bool {
        self.processes.first().is_some_and(|newest| matches!(newest.life, Life::Running { .. }))
    }

    fn ends(&self) -> Option<End> {
        self.processes.first().and_then(|newest| match newest.life {
            Life::Running { ends } => ends,
            Life::Exited { .. } => None,
        })
    }

    /// The finish of the newest exited instance.
    pub(super) fn exited(&self) -> Option<Duration> {
        self.processes.iter().find_map(|process| match process.life {
            Life::Exited { at, .. } => Some(at),
            Life::Running { .. } => None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Volumes {
    Unmounted,
    Mounted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Runtime {
    pub(super) containers: Vec<Container>,
    pub(super) sandbox: Option<Sandbox>,
    pub(super) volumes: Volumes,
    next_id: u32,
}

impl Runtime {
    pub(super) fn new(spec: &PodSpec) -> Self {
        let containers = vec![Container::default(); spec.containers.len()];
        Self { containers, sandbox: None, volumes: Volumes::Unmounted, next_id: 0 }
    }

    /// When the next process ends.
    pub(super) fn due(&self) -> Option<Duration> {
        self.containers.iter().filter_map(Container::ends).map(|end| end.at).min()
    }

    /// Ends the processes whose time has come; tells which, and how.
    pub(super) fn pass_time(&mut self, now: Duration) -> Vec<(usize, i32)> {
        let mut ended = Vec::new();
        for (place, container) in self.containers.iter_mut().enumerate() {
            if let (Some(end), Some(newest)) = (container.ends(), container.processes.first_mut())
                && end.at <= now
            {
                newest.life = Life::Exited { exit: exit(end.code), at: now };
                ended.push((place, end.code));
            }
        }
        ended
    }

    pub(super) fn is_running(&self, container: usize) -> bool {
        self.containers.get(container).is_some_and(Container::is_running)
    }

    pub(super) fn any_running(&self) -> bool {
        self.containers.iter().any(Container::is_running)
    }

    pub(super) fn remains(&self) -> Remains {
        let ready = self.sandbox.is_some_and(|sandbox| sandbox.readiness == Readiness::Ready);
        if ready || self.any_running() { Remains::Something } else { Remains::Nothing }
    }

    pub(super) fn make_sandbox(&mut self, attempt: u32) {
        self.sandbox = Some(Sandbox {
            readiness: Readiness::Ready,
            namespace: Namespace::AsAsked,
            address: Address::Assigned,
            attempt,
        });
    }

    pub(super) fn sandbox_need(&self) -> SandboxNeed {
        SandboxNeed::of(self.sandbox)
    }

    /// Stops the sandbox; tells whether it was ready.
    pub(super) fn stop_sandbox(&mut self) -> bool {
        self.sandbox.as_mut().is_some_and(|sandbox| {
            let was = sandbox.readiness == Readiness::Ready;
            sandbox.readiness = Readiness::NotReady;
            was
        })
    }

    /// Starts an instance; tells its restart count (CTR-20).
    pub(super) fn start(&mut self, place: usize, spec: &ContainerSpec, now: Duration) -> Option<i32> {
        let container = self.containers.get_mut(place)?;
        let count = first_count(container.processes.first().map(|newest| newest.count), container.log);
        let run = spec.script.run(container.starts);
        let ends = run.map(|run| End { at: now.saturating_add(run.after), code: run.code });
        let sandbox = self.sandbox.map_or(0, |sandbox| sandbox.attempt);
        let life = Life::Running { ends };
        container.processes.insert(0, Process { id: self.next_id, count, sandbox, life });
        container.processes.truncate(2); // the two newest make state and lastState (CTR-45)
        container.starts += 1;
        container.log = container.log.max(Some(count));
        self.next_id += 1;
        Some(count)
    }

    /// Calls `StopContainer`: tells when it returns, and with what.
    pub(super) fn stop(
        &mut self,
        place: usize,
        spec: &ContainerSpec,
        now: Duration,
        timeout: u64,
    ) -> (Duration, Event) {
        let at_most = now.saturating_add(Duration::from_secs(timeout));
        let newest = self.containers.get_mut(place).and_then(|container| container.processes.first_mut());
        let Some(Process { life: Life::Running { ends }, .. }) = newest else { return (now, Event::Exited) };
        match spec.script.stop {
            StopRun::Ends(takes) if takes <= Duration::from_secs(timeout) => {
                let stopped = End { at: now.saturating_add(takes), code: spec.script.stop_code };
                if ends.is_none_or(|by_itself| stopped.at < by_itself.at) {
                    *ends = Some(stopped);
                }
                (stopped.at, Event::Exited)
            }
            StopRun::Ends(_) | StopRun::Ignores => (at_most, Event::TimedOut),
            StopRun::Fails => (at_most, Event::StopFailed),
        }
    }

    /// Sends SIGKILL; tells whether a process was left.
    pub(super) fn kill(&mut self, place: usize, now: Duration) -> bool {
        let newest = self.containers.get_mut(place).and_then(|container| container.processes.first_mut());
        match newest {
            Some(Process { life: life @ Life::Running { .. }, .. }) => {
                *life = Life::Exited { exit: exit(137), at: now };
                true
            }
            Some(Process { life: Life::Exited { .. }, .. }) | None => false,
        }
    }

    /// Removes one instance with its trace in the script, but not its log (CTR-31).
    pub(super) fn remove(&mut self, place: usize, id: u32) {
        if let Some(container) = self.containers.get_mut(place) {
            container.processes.retain(|process| process.id != id);
            if container.processes.is_empty() {
                container.starts = 0;
            }
        }
    }

    /// Removes all dead instances with their logs (CTR-23).
    pub(super) fn purge(&mut self, place: usize) {
        if let Some(container) = self.containers.get_mut(place) {
            container.processes.retain(|process| matches!(process.life, Life::Running { .. }));
            container.log = None;
        }
    }
}
