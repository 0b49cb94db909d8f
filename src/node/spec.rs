//! What a caller says of a Pod: the spec, and how its processes behave.

use std::time::Duration;

use crate::container::{ContainerPolicy, RestartPolicy, RestartRule, Role};
use crate::deletion::Finalizers;
use crate::termination::{HookRun, StopRun};
use crate::time::Grace;

/// A Pod bound to the node, and the script of its processes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodSpec {
    /// `spec.restartPolicy`.
    pub policy: Option<RestartPolicy>,
    /// `terminationGracePeriodSeconds`; the API server defaults it to [`Grace::DEFAULT`] (OBJ-12).
    pub grace: Option<Grace>,
    /// `activeDeadlineSeconds` (OBJ-13).
    pub deadline: Option<Grace>,
    /// `spec.priority`.
    pub priority: Option<i32>,
    /// `metadata.finalizers` at creation.
    pub finalizers: Finalizers,
    /// All containers; those of one role in the order of the spec. Everywhere else a container is named by its
    /// place in this list.
    pub containers: Vec<ContainerSpec>,
}

/// One container of the spec and its script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerSpec {
    /// What it is for.
    pub role: Role,
    /// Its own `restartPolicy`; the one that makes an init container a sidecar too.
    pub own: Option<RestartPolicy>,
    /// Its `restartPolicyRules`.
    pub rules: Vec<RestartRule>,
    /// Its preStop hook.
    pub pre_stop: HookRun,
    /// What its processes do.
    pub script: Script,
}

impl ContainerSpec {
    /// A container without restart settings of its own and without hooks.
    #[must_use]
    pub fn new(role: Role, script: Script) -> Self {
        let own = match role {
            Role::Sidecar => Some(RestartPolicy::Always),
            Role::Init | Role::Regular | Role::Ephemeral => None,
        };
        Self { role, own, rules: Vec::new(), pre_stop: HookRun::None, script }
    }

    /// Its restart settings.
    #[must_use]
    pub fn policy(&self) -> ContainerPolicy<'_> {
        ContainerPolicy { own: self.own, rules: &self.rules }
    }
}

/// How the processes of a container behave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The first, second, … start; the last one repeats. Empty: every process runs until it is stopped. Restarting
    /// all containers begins anew.
    pub runs: Vec<Run>,
    /// What a process does after the stop signal.
    pub stop: StopRun,
    /// With which code it then exits; 137 if the runtime kills it.
    pub stop_code: i32,
}

impl Script {
    /// Runs until it is stopped, and exits with `code` after `takes`.
    #[must_use]
    pub const fn stops(code: i32, takes: Duration) -> Self {
        Self { runs: Vec::new(), stop: StopRun::Ends(takes), stop_code: code }
    }

    /// Exits with `code` after `after`, at every start; stopped, it exits with 143 at once.
    #[must_use]
    pub fn exits(code: i32, after: Duration) -> Self {
        Self { runs: vec![Run { code, after }], ..Self::stops(143, Duration::ZERO) }
    }

    pub(super) fn run(&self, start: usize) -> Option<Run> {
        self.runs.get(start).or_else(|| self.runs.last()).copied()
    }
}

/// One run of a process that nobody stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Run {
    /// Its exit code.
    pub code: i32,
    /// How long it runs.
    pub after: Duration,
}

/// When the kubelet notices a change in the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relist {
    /// So long after the change: a kubelet that listens to events of the runtime.
    After(Duration),
    /// At the next of its looks (KUB-70).
    Every {
        /// The time between two looks; none is read as a millisecond.
        period: Duration,
        /// When the first one comes.
        first: Duration,
    },
    /// After a delay of its own for every change.
    Scattered {
        /// Equal seeds give equal delays.
        seed: u64,
        /// The longest delay.
        most: Duration,
    },
}

impl Relist {
    /// The first look after `change`.
    pub(super) fn after(self, change: Duration) -> Duration {
        match self {
            Self::After(delay) => change.saturating_add(delay),
            Self::Every { period, first } => next_of(first, period, change),
            Self::Scattered { seed, most } => {
                let drawn =
                    scatter(scatter(seed ^ change.as_secs()) ^ u64::from(change.subsec_nanos())) % 1_000;
                change.saturating_add(most / 1_000 * u32::try_from(drawn).unwrap_or(0))
            }
        }
    }
}

/// A number that looks like chance: the finalizer of `splitmix64`.
const fn scatter(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// The first of the times `first`, `first + period`, … that comes after `now`.
pub(super) fn next_of(first: Duration, period: Duration, now: Duration) -> Duration {
    let Some(since) = now.checked_sub(first) else { return first };
    let period = period.max(Duration::from_millis(1)).as_nanos();
    let rest = period - since.as_nanos() % period;
    now.saturating_add(Duration::from_nanos(u64::try_from(rest).unwrap_or(u64::MAX)))
}

/// How long each step of the kubelet takes: parameters, so that a caller can ask for the ends that different
/// delays allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    /// From a write at the API server to the kubelet's watch.
    pub watch: Duration,
    /// From an update to its pass, beside the wait for a look at the runtime that is newer than the last pass
    /// (KUB-70). The first pass of a Pod waits for nothing.
    pub pass: Duration,
    /// Volumes, cgroup, secrets: before the first containers start (CRE-50).
    pub setup: Duration,
    /// The start of one container with its image (CRE-53).
    pub start: Duration,
    /// From a change in the runtime to its notice.
    pub relist: Relist,
    /// From a status to its write at the API server (PHA-35).
    pub write: Duration,
    /// From the stop of all containers to the end of volumes and cgroup (KUB-30).
    pub unmount: Duration,
    /// When the first of the status writer's ticks comes; one follows every 10 s (PHA-35).
    pub tick: Duration,
}

impl Pace {
    /// No step takes any time.
    pub const INSTANT: Self = Self::uniform(Duration::ZERO);
    /// What a small idle machine shows: a look at the runtime each second, the rest in fractions of one.
    pub const USUAL: Self = Self {
        watch: Duration::from_millis(20),
        pass: Duration::from_millis(20),
        setup: Duration::from_millis(50),
        start: Duration::from_millis(50),
        relist: Relist::Every { period: Duration::from_secs(1), first: Duration::from_millis(500) },
        write: Duration::from_millis(20),
        unmount: Duration::from_millis(100),
        tick: Duration::from_secs(10),
    };

    /// Every step takes `delay`; the ticks come at whole tens of seconds.
    #[must_use]
    pub const fn uniform(delay: Duration) -> Self {
        Self {
            watch: delay,
            pass: delay,
            setup: delay,
            start: delay,
            relist: Relist::After(delay),
            write: delay,
            unmount: delay,
            tick: Duration::from_secs(10),
        }
    }
}
