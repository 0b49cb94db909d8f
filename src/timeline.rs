//! What a DELETE of this Pod does, second by second: when at the earliest and at the latest each hook, signal and end
//! comes, when the object goes, and what nothing bounds.
//!
//! *Expected flow*: [`Plan::of`] reads the Pod, [`timeline`] plays the machines on it: [`deletion`] for the
//! answer of the API server, [`attempts`](crate::attempts) for the grace on the node,
//! [`termination`](crate::termination) for the containers, once as fast and once as slow as they can be. Latencies of
//! API server, kubelet and runtime are left out, as in the protocol's own vectors.

use std::fmt;
use std::time::Duration;

use crate::attempts::{Attempts, Happening};
use crate::binding::Binding;
use crate::container::{ContainerState, Role};
use crate::deletion::{self, Deletion, Effect, Finalizers, Input, Request, Row};
use crate::phase::Phase;
use crate::rules::RuleId;
use crate::termination::{Actor, Behaviour, HookRun, MINIMUM_GRACE, Member, Process, StopRun, Times};
use crate::time::{Grace, Now, Time};
use crate::view::View;
use crate::wire;
use crate::worker::Killer;

/// What of a Pod the course of its deletion depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<S> {
    /// Whether it is being deleted already.
    pub deletion: Deletion,
    /// What the API server reads.
    pub facts: deletion::Facts,
    /// `metadata.finalizers`.
    pub finalizers: Box<[S]>,
    /// The containers in the order of the spec: init containers, the others, the ephemeral ones.
    pub containers: Box<[Part<S>]>,
}

/// One container of a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<S> {
    /// Its name.
    pub name: S,
    /// What it is, and whether it runs.
    pub member: Member,
    /// Its preStop hook.
    pub hook: PreStop,
    /// The longest `terminationGracePeriodSeconds` of its probes (KUB-41).
    pub probe_grace: Option<Grace>,
}

/// A preStop hook (CTR-63).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PreStop {
    /// There is none.
    None,
    /// It sleeps for so long.
    Sleeps(Grace),
    /// It runs a command or sends a request: it may take any time.
    Runs,
}

impl<S> Plan<S> {
    /// A bound Pod that runs these containers, that nobody has deleted yet and no finalizer holds.
    ///
    /// ```
    /// use pod_lifecycle::Grace;
    /// use pod_lifecycle::container::Role;
    /// use pod_lifecycle::deletion::Request;
    /// use pod_lifecycle::termination::{Member, Process};
    /// use pod_lifecycle::timeline::{Part, Plan, PreStop, timeline};
    /// let member = Member { role: Role::Regular, process: Process::Running };
    /// let app = Part { name: "app", member, hook: PreStop::Runs, probe_grace: None };
    /// let told = timeline(&Plan::running(Grace::from_secs(5), [app]), Request::default());
    /// assert_eq!(told.stopped.to_string(), "0 … 7 s"); // a hook that hangs leaves 2 s to the process (KUB-43)
    /// ```
    #[must_use]
    pub fn running(grace: Grace, containers: impl IntoIterator<Item = Part<S>>) -> Self {
        let facts = deletion::Facts {
            now: Now::at(Time::from_unix(0)),
            binding: Binding::Bound,
            phase: Some(Phase::Running),
            spec_grace: Some(grace),
            finalizers: Finalizers::default(),
        };
        let containers = containers.into_iter().collect();
        Self { deletion: Deletion::Live, facts, finalizers: Box::default(), containers }
    }
}

impl<'a> Plan<&'a str> {
    /// Reads a Pod. One without a UID is a manifest: it is taken as bound and running, with all its regular
    /// containers and sidecars.
    ///
    /// ```
    /// use pod_lifecycle::{Now, deletion::Request, timeline::{Plan, Span, timeline}, wire};
    /// let json = br#"{"metadata": {"name": "web"}, "spec": {"terminationGracePeriodSeconds": 30, "containers": [
    ///     {"name": "app", "lifecycle": {"preStop": {"sleep": {"seconds": 10}}}}]}}"#;
    /// let (pod, details) = (wire::from_slice(json)?, wire::from_slice(json)?);
    /// let told = timeline(&Plan::of(&pod, &details, Now::parse("2026-01-02T03:04:05Z")?), Request::default());
    /// assert_eq!(told.lanes[0].signal.to_string(), "10 s"); // the hook counts against the grace
    /// assert_eq!(told.stopped.to_string(), "10 … 30 s");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(pod: &'a wire::Pod<'_>, details: &'a wire::PodDetails<'_>, now: Now) -> Self {
        let view = View::of(pod);
        let manifest = view.uid.is_empty();
        let facts = view.deletion_facts(now);
        let spec = &details.spec;
        let details = spec.init_containers.iter().chain(&spec.containers).chain(&spec.ephemeral_containers);
        let parts = view.containers.iter().zip(details).map(|(container, details)| {
            let process = match (container.state, container.role) {
                (ContainerState::Running(_), _) => Process::Running,
                (_, Role::Regular | Role::Sidecar) if manifest => Process::Running,
                (_, Role::Init | Role::Sidecar | Role::Regular | Role::Ephemeral) => Process::Stopped,
            };
            let probes = [details.liveness_probe, details.startup_probe];
            let graces = probes.iter().filter_map(|probe| probe.termination_grace_period_seconds);
            Part {
                name: container.name,
                member: Member { role: container.role, process },
                hook: details.lifecycle.pre_stop.map_or(PreStop::None, |hook| match hook.sleep {
                    Some(sleep) => PreStop::Sleeps(Grace::from_secs(sleep.seconds.unsigned_abs())),
                    None => PreStop::Runs,
                }),
                probe_grace: graces.max().map(Grace::from_signed),
            }
        });
        Self {
            deletion: view.deletion,
            facts: if manifest {
                let spec_grace = Some(facts.spec_grace.unwrap_or(Grace::DEFAULT)); // OBJ-12
                deletion::Facts { binding: Binding::Bound, phase: Some(Phase::Running), spec_grace, ..facts }
            } else {
                facts
            },
            containers: parts.collect(),
            finalizers: view.finalizers,
        }
    }
}

/// From the earliest to the latest moment, counted from the DELETE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The earliest.
    pub earliest: Duration,
    /// The latest.
    pub latest: Duration,
}

impl Span {
    const START: Self = Self { earliest: Duration::ZERO, latest: Duration::ZERO };

    /// The span of both.
    fn over(self, other: Self) -> Self {
        Self { earliest: self.earliest.min(other.earliest), latest: self.latest.max(other.latest) }
    }

    /// From the later of both beginnings to the later of both ends: when both are over.
    fn all(self, other: Self) -> Self {
        Self { earliest: self.earliest.max(other.earliest), latest: self.latest.max(other.latest) }
    }

    /// The latest moment in whole seconds, rounded up.
    #[must_use]
    pub fn latest_secs(self) -> u64 {
        self.latest.as_secs().saturating_add(u64::from(self.latest.subsec_nanos() > 0))
    }
}

/// In whole seconds; the latest is rounded up.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (earliest, latest) = (self.earliest.as_secs(), self.latest_secs());
        if earliest == latest { write!(f, "{earliest} s") } else { write!(f, "{earliest} … {latest} s") }
    }
}

/// What happens to one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane<S> {
    /// Its name.
    pub name: S,
    /// What it is for.
    pub role: Role,
    /// Its preStop hook, from the DELETE to when it returns or is left alone; `None` if there is none or no time for it.
    pub hook: Option<Span>,
    /// The stop signal.
    pub signal: Span,
    /// The end of its process: at the latest by SIGKILL, should it ignore the signal.
    pub ended: Span,
}

/// When the object goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Removal {
    /// By the DELETE itself; whatever runs goes on without it (DEL-13).
    AtOnce,
    /// By the kubelet's final DELETE, after all containers are stopped, volumes unmounted, and the terminal phase written
    /// (KUB-30, KUB-35, KUB-36).
    Confirmed,
    /// By whoever removes the last finalizer (DEL-16).
    Held,
}

impl Removal {
    /// The rule that decides.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::AtOnce => RuleId::DEL_13,
            Self::Confirmed => RuleId::KUB_36,
            Self::Held => RuleId::DEL_16,
        }
    }
}

/// What no time bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbounded<S> {
    /// A finalizer: its owner must remove it.
    Finalizer(S),
    /// The kubelet must confirm; if its node is lost nobody does.
    Kubelet,
    /// A stop call that fails is tried again, with the hook and the whole grace (KUB-19).
    FailedStop,
    /// Volumes and the cgroup must be cleaned up (KUB-30).
    Volumes,
}

impl<S> Unbounded<S> {
    /// The rule behind it.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::Finalizer(_) => RuleId::DEL_16,
            Self::Kubelet => RuleId::KUB_35,
            Self::FailedStop => RuleId::KUB_19,
            Self::Volumes => RuleId::KUB_30,
        }
    }
}

/// What a reviewer would say of this Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning<S> {
    /// The hook takes the whole grace: what is left for the process is the minimum of 2 s.
    HookTakesGrace(S),
    /// If the regular containers use up the grace, this sidecar gets only the minimum of 2 s.
    SidecarLeftMinimum(S),
    /// A probe may kill this container with a longer grace than a DELETE gives.
    ProbeGraceAboveSpec(S),
    /// The object goes at once, and with it the knowledge that the Pod still runs.
    RunsOnUnseen,
    /// A grace of 1 s is 2 s on the node.
    BelowMinimum,
}

impl<S> Warning<S> {
    /// The rule behind it.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::HookTakesGrace(_) => RuleId::KUB_43,
            Self::SidecarLeftMinimum(_) => RuleId::KUB_45,
            Self::ProbeGraceAboveSpec(_) => RuleId::KUB_42,
            Self::RunsOnUnseen => RuleId::NON_01,
            Self::BelowMinimum => RuleId::KUB_44,
        }
    }
}

/// What a DELETE does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline<S> {
    /// How the API server decides.
    pub row: Row,
    /// `deletionGracePeriodSeconds` afterwards.
    pub grace: Option<Grace>,
    /// One lane for each container that runs.
    pub lanes: Box<[Lane<S>]>,
    /// When the last process has ended.
    pub stopped: Span,
    /// When the object goes.
    pub removal: Removal,
    /// What nothing bounds.
    pub unbounded: Box<[Unbounded<S>]>,
    /// What a reviewer would say.
    pub warnings: Box<[Warning<S>]>,
}

/// Computes what `request` does to this Pod (DEL-05 … DEL-13, KUB-13 … KUB-19, KUB-40 … KUB-47).
///
/// Of a Pod that is being deleted already it tells the course of the first DELETE: a kill in progress keeps its
/// grace, whatever is asked later (KUB-14).
#[must_use]
pub fn timeline<S: Copy>(plan: &Plan<S>, request: Request) -> Timeline<S> {
    let marked = plan.deletion.step(Input::Delete(request), plan.facts).ok();
    let (row, grace) = marked.map_or((Row::Pending, None), |step| (step.row, step.next.grace()));
    let gone = marked.is_some_and(|step| step.effects.contains(&Some(Effect::Remove)));
    let plays = plays(plan, plan.deletion.grace().or(grace).unwrap_or(Grace::ZERO), gone);
    let lanes = lanes(plan, &plays);
    let removal = match (gone, plan.finalizers.is_empty()) {
        (true, _) => Removal::AtOnce,
        (false, true) => Removal::Confirmed,
        (false, false) => Removal::Held,
    };
    Timeline {
        row,
        grace,
        stopped: lanes.iter().fold(Span::START, |all, lane| all.all(lane.ended)),
        unbounded: unbounded(plan, removal).collect(),
        warnings: warnings(plan, &plays, &lanes, removal).collect(),
        lanes,
        removal,
    }
}

/// One play of the first attempt.
struct Play {
    /// The grace in force on the node (KUB-13).
    grace: Duration,
    actors: Vec<Actor>,
}

/// Plays the Pod at its fastest and at its slowest.
fn plays<S>(plan: &Plan<S>, grace: Grace, gone: bool) -> Vec<Play> {
    let deleted = Happening::Deleted(grace);
    let mut scripts = vec![(deleted, Speed::Fastest), (deleted, Speed::Hanging), (deleted, Speed::Truncated)];
    if gone && !plan.deletion.is_deleting() {
        // A kubelet that sees nothing between the two writes gives the whole grace of the spec (KUB-15).
        let removed = Happening::Killed(Killer::Removal);
        scripts.extend([(removed, Speed::Hanging), (removed, Speed::Truncated)]);
    }
    scripts.into_iter().filter_map(|(happening, speed)| play(plan, happening, speed)).collect()
}

/// Plays the first attempt of the kubelet; `None` if there is none.
fn play<S>(plan: &Plan<S>, happening: Happening, speed: Speed) -> Option<Play> {
    let actor = |part: &Part<S>| Actor::new(part.member, speed.behaviour(part.hook), 0);
    let mut actors: Vec<Actor> = plan.containers.iter().map(actor).collect();
    let happenings = [(Duration::ZERO, happening)];
    let mut attempts = Attempts::new(plan.facts.spec_grace, &happenings, Duration::ZERO);
    let grace = attempts.next(&mut actors)?.grace;
    Some(Play { grace: Duration::from_secs(grace.unsigned_abs()), actors })
}

fn lanes<S: Copy>(plan: &Plan<S>, plays: &[Play]) -> Box<[Lane<S>]> {
    let lane = |(place, part): (usize, &Part<S>)| {
        let times = plays.iter().filter_map(|play| {
            let Times { signal, ended, .. } = play.actors.get(place)?.times;
            Some((hook(part.hook, play.grace), at(signal?), at(ended?)))
        });
        let join = |(hook, signal, ended): (Span, Span, Span), (h, s, e): (Span, Span, Span)| {
            (hook.over(h), signal.over(s), ended.over(e))
        };
        let (hook, signal, ended) = times.reduce(join)?;
        let hook = (part.hook != PreStop::None).then_some(hook);
        Some(Lane { name: part.name, role: part.member.role, hook, signal, ended })
    };
    plan.containers.iter().enumerate().filter_map(lane).collect()
}

const fn at(moment: Duration) -> Span {
    Span { earliest: moment, latest: moment }
}

const fn seconds(grace: Grace) -> Duration {
    Duration::from_secs(grace.as_secs())
}

/// When a hook returns, or is left alone because the grace is over.
fn hook(hook: PreStop, grace: Duration) -> Span {
    match hook {
        PreStop::None => Span::START,
        PreStop::Sleeps(time) => at(seconds(time).min(grace)),
        PreStop::Runs => Span { earliest: Duration::ZERO, latest: grace },
    }
}

/// How fast the containers stop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speed {
    /// Every hook returns and every process ends at once.
    Fastest,
    /// No hook returns, no process obeys.
    Hanging,
    /// Hooks return within the first second, which then is not taken off the grace (KUB-43): a sidecar that waits
    /// afterwards waits longest.
    Truncated,
}

impl Speed {
    const fn behaviour(self, hook: PreStop) -> Behaviour {
        let hook = match (hook, self) {
            (PreStop::None, _) => HookRun::None,
            (PreStop::Sleeps(time), _) => HookRun::Takes(seconds(time)),
            (PreStop::Runs, Self::Fastest) => HookRun::Takes(Duration::ZERO),
            (PreStop::Runs, Self::Hanging) => HookRun::Hangs,
            (PreStop::Runs, Self::Truncated) => HookRun::Takes(Duration::from_nanos(999_999_999)),
        };
        let process = match self {
            Self::Fastest => StopRun::Ends(Duration::ZERO),
            Self::Hanging | Self::Truncated => StopRun::Ignores,
        };
        Behaviour { hook, process }
    }
}

fn unbounded<S: Copy>(plan: &Plan<S>, removal: Removal) -> impl Iterator<Item = Unbounded<S>> {
    let finalizers: &[S] = match removal {
        Removal::AtOnce | Removal::Confirmed => &[],
        Removal::Held => &plan.finalizers,
    };
    let by_kubelet: &[Unbounded<S>] = match (removal, plan.facts.binding) {
        (Removal::Confirmed | Removal::Held, Binding::Bound) => {
            &[Unbounded::Kubelet, Unbounded::FailedStop, Unbounded::Volumes]
        }
        (Removal::AtOnce, _) | (_, Binding::Unbound) => &[],
    };
    finalizers.iter().copied().map(Unbounded::Finalizer).chain(by_kubelet.iter().copied())
}

fn warnings<S: Copy>(
    plan: &Plan<S>,
    plays: &[Play],
    lanes: &[Lane<S>],
    removal: Removal,
) -> impl Iterator<Item = Warning<S>> {
    let grace = plays.iter().map(|play| play.grace).min().unwrap_or_default();
    let object = match removal {
        Removal::AtOnce => Some(Warning::RunsOnUnseen),
        Removal::Confirmed | Removal::Held if grace < Duration::from_secs(MINIMUM_GRACE.unsigned_abs()) => {
            Some(Warning::BelowMinimum)
        }
        Removal::Confirmed | Removal::Held => None,
    };
    let parts = plan.containers.iter().filter(|part| part.member.process == Process::Running);
    let of_part = move |part: &Part<S>| {
        let hook = matches!(part.hook, PreStop::Sleeps(time) if seconds(time) >= grace);
        let probe = part.probe_grace.zip(plan.facts.spec_grace).is_some_and(|(probe, spec)| probe > spec);
        let hook = hook.then_some(Warning::HookTakesGrace(part.name));
        hook.into_iter().chain(probe.then_some(Warning::ProbeGraceAboveSpec(part.name)))
    };
    let left = lanes.iter().filter(move |lane| lane.role == Role::Sidecar && lane.signal.latest >= grace);
    let left = left.map(|lane| Warning::SidecarLeftMinimum(lane.name));
    object.filter(|_| !lanes.is_empty()).into_iter().chain(parts.flat_map(of_part)).chain(left)
}
