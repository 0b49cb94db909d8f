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
        self.runs.get(start).or(self.runs.last()).copied()
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

/// How long each step of the kubelet takes: parameters, so that a caller can ask for the ends that different
/// delays allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    /// From a write at the API server to the kubelet's watch.
    pub watch: Duration,
    /// From an update to the pass that handles it: the worker waits for a fresh view of the runtime (KUB-70).
    pub pass: Duration,
    /// Volumes, cgroup, secrets: before the first containers start (CRE-50).
    pub setup: Duration,
    /// The start of one container with its image (CRE-53).
    pub start: Duration,
    /// From a change in the runtime to its notice: up to a second (KUB-70).
    pub relist: Duration,
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
    /// What a small idle machine shows: a relist each second, the rest in fractions of one.
    pub const USUAL: Self = Self {
        watch: Duration::from_millis(20),
        pass: Duration::from_millis(200),
        setup: Duration::from_millis(100),
        start: Duration::from_millis(50),
        relist: Duration::from_millis(400),
        write: Duration::from_millis(20),
        unmount: Duration::from_millis(400),
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
            relist: delay,
            write: delay,
            unmount: delay,
            tick: Duration::from_secs(10),
        }
    }
}
