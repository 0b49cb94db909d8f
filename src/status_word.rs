//! The word in the STATUS column of `kubectl get pods` (PHA-42).
//!
//! It is no field of a Pod: the API server makes it anew from phase, reasons, conditions and container states
//! whenever a table is asked for. Who reads a table reads this, and not the phase.

use std::fmt;

use crate::phase::Phase;
use crate::wire::{Condition, ContainerState, ContainerStateTerminated, ContainerStatus, Pod, PodStatus};

/// The word for one Pod; its [`Display`](fmt::Display) is what the table shows, and does not allocate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusWord<'a> {
    /// The reason of the status, or else its phase.
    Stored(&'a str),
    /// `SchedulingGated`: the condition `PodScheduled` says so.
    SchedulingGated,
    /// `Init:1/3`: an init container is due that tells nothing of itself.
    Initializing {
        /// The init containers before it.
        done: usize,
        /// All of the spec.
        of: usize,
    },
    /// `Init:…`: what holds up the init container that is due, or ended it.
    Init(Told<'a>),
    /// What holds up a container, or ended it.
    Container(Told<'a>),
    /// `Running`: some containers have completed, another runs, and the Pod is ready.
    Running,
    /// `NotReady`: some containers have completed, another runs, and the Pod is not ready.
    NotReady,
    /// `Terminating`: the Pod is being deleted and has not ended.
    Terminating,
    /// `Unknown`: the Pod is being deleted and its node was lost.
    Unknown,
}

/// What the state of a container tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Told<'a> {
    /// Why it waits or has ended.
    Reason(&'a str),
    /// `Signal:9`: it ended without a reason, by this signal.
    Signal(i32),
    /// `ExitCode:1`: it ended without a reason, with this code.
    ExitCode(i32),
}

const COMPLETED: &str = "Completed";

impl<'a> StatusWord<'a> {
    /// What a table prints for this Pod (PHA-42).
    ///
    /// ```
    /// use pod_lifecycle::status_word::StatusWord;
    /// use pod_lifecycle::wire::{self, Pod};
    /// let json = br#"{
    ///     "metadata": { "deletionTimestamp": "2026-01-02T03:04:05Z" },
    ///     "status": { "phase": "Running", "containerStatuses": [
    ///         { "name": "app", "ready": true, "state": { "running": {} } },
    ///         { "name": "job", "state": { "terminated": { "exitCode": 1, "reason": "Error" } } }
    ///     ] } }"#;
    /// let mut pod: Pod = wire::from_slice(json)?;
    /// assert_eq!(StatusWord::of(&pod).to_string(), "Terminating");
    /// pod.metadata.deletion_timestamp = None;
    /// assert_eq!(StatusWord::of(&pod).to_string(), "Error");
    /// pod.status.container_statuses.pop();
    /// assert_eq!(StatusWord::of(&pod).to_string(), "Running");
    /// # Ok::<(), wire::WireError>(())
    /// ```
    #[must_use]
    pub fn of(pod: &'a Pod<'_>) -> Self {
        let status = &pod.status;
        let is_deleting = pod.metadata.deletion_timestamp.is_some();
        let is_terminal = Phase::from_api(&status.phase).is_some_and(Phase::is_terminal);
        if is_deleting && &*status.reason == "NodeLost" {
            Self::Unknown
        } else if is_deleting && !is_terminal {
            Self::Terminating
        } else {
            Self::alive(pod)
        }
    }

    /// The word without regard to deletion.
    fn alive(pod: &'a Pod<'_>) -> Self {
        let status = &pod.status;
        let initialized = status.conditions.iter().find(|condition| &*condition.kind == "Initialized");
        match initializing(pod) {
            Some(word) if !initialized.is_some_and(is_true) => word,
            word => containers(status, word.unwrap_or_else(|| stored(status))),
        }
    }

    fn is_completed(self) -> bool {
        matches!(self, Self::Stored(COMPLETED) | Self::Container(Told::Reason(COMPLETED)))
    }
}

fn stored<'a>(status: &'a PodStatus<'_>) -> StatusWord<'a> {
    let is_gated = |condition: &Condition<'_>| {
        &*condition.kind == "PodScheduled" && &*condition.reason == "SchedulingGated"
    };
    if status.conditions.iter().any(is_gated) {
        StatusWord::SchedulingGated
    } else if status.reason.is_empty() {
        StatusWord::Stored(&status.phase)
    } else {
        StatusWord::Stored(&status.reason)
    }
}

/// The word of the first init container that is neither done nor, as a sidecar, started.
fn initializing<'a>(pod: &'a Pod<'_>) -> Option<StatusWord<'a>> {
    let specs = &pod.spec.init_containers;
    let is_sidecar = |status: &ContainerStatus<'_>| {
        let spec = specs.iter().find(|spec| spec.name == status.name);
        spec.and_then(|spec| spec.restart_policy.as_deref()) == Some("Always")
    };
    let is_past = |status: &ContainerStatus<'_>| {
        status.state.terminated.as_ref().is_some_and(|ended| ended.exit_code == 0)
            || status.started == Some(true) && is_sidecar(status)
    };
    let (done, due) =
        pod.status.init_container_statuses.iter().enumerate().find(|(_, status)| !is_past(status))?;
    Some(match (&due.state.terminated, waiting(&due.state)) {
        (Some(ended), _) => StatusWord::Init(Told::of(ended)),
        (None, Some(reason)) if reason != "PodInitializing" => StatusWord::Init(Told::Reason(reason)),
        (None, _) => StatusWord::Initializing { done, of: specs.len() },
    })
}

/// The word of the first container that has one; `before` where none has.
fn containers<'a>(status: &'a PodStatus<'_>, before: StatusWord<'a>) -> StatusWord<'a> {
    let states = || status.container_statuses.iter().map(|container| &container.state);
    let word = states().find_map(told).map_or(before, StatusWord::Container);
    if !word.is_completed() {
        return word;
    }
    // One that has completed hides neither one that failed nor one that runs.
    let failed = || {
        states().find(|state| {
            state.terminated.as_ref().is_some_and(|ended| ended.exit_code != 0) && waiting(state).is_none()
        })
    };
    let runs = status.container_statuses.iter().any(|container| {
        container.ready && container.state.running.is_some() && told(&container.state).is_none()
    });
    let is_ready =
        status.conditions.iter().any(|condition| &*condition.kind == "Ready" && is_true(condition));
    match (runs, is_ready, failed().and_then(told)) {
        (true, true, _) => StatusWord::Running,
        (_, _, Some(error)) => StatusWord::Container(error),
        (true, false, None) => StatusWord::NotReady,
        (false, _, None) => word,
    }
}

fn told<'a>(state: &'a ContainerState<'_>) -> Option<Told<'a>> {
    waiting(state).map(Told::Reason).or_else(|| state.terminated.as_ref().map(Told::of))
}

/// Why it waits, if it says so.
fn waiting<'a>(state: &'a ContainerState<'_>) -> Option<&'a str> {
    state.waiting.as_ref().map(|waiting| &*waiting.reason).filter(|reason| !reason.is_empty())
}

fn is_true(condition: &Condition<'_>) -> bool {
    &*condition.status == "True"
}

impl<'a> Told<'a> {
    fn of(ended: &'a ContainerStateTerminated<'_>) -> Self {
        if !ended.reason.is_empty() {
            Self::Reason(&ended.reason)
        } else if ended.signal != 0 {
            Self::Signal(ended.signal)
        } else {
            Self::ExitCode(ended.exit_code)
        }
    }
}

impl fmt::Display for StatusWord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored(text) => f.write_str(text),
            Self::SchedulingGated => f.write_str("SchedulingGated"),
            Self::Initializing { done, of } => write!(f, "Init:{done}/{of}"),
            Self::Init(told) => write!(f, "Init:{told}"),
            Self::Container(told) => told.fmt(f),
            Self::Running => f.write_str("Running"),
            Self::NotReady => f.write_str("NotReady"),
            Self::Terminating => f.write_str("Terminating"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reason(text) => f.write_str(text),
            Self::Signal(number) => write!(f, "Signal:{number}"),
            Self::ExitCode(code) => write!(f, "ExitCode:{code}"),
        }
    }
}
