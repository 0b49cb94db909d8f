//! How the kubelet stops containers: the grace of one kill (KUB-41), and the sequence preStop → turn → stop signal →
//! SIGKILL (KUB-43 … KUB-47).
//!
//! Times inside an attempt are counted from its start and carry fractions; graces are whole seconds, and of every
//! wait only the whole seconds are taken off.

use std::time::Duration;

use crate::container::Role;

/// The least time between the stop signal and SIGKILL, in seconds (KUB-43 step 4).
pub const MINIMUM_GRACE: i64 = 2;

/// Why a container is killed, as far as the grace depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KillReason {
    /// Its startup probe failed.
    StartupProbe,
    /// Its liveness probe failed.
    LivenessProbe,
    /// Anything else: the Pod ends, the image changed, a hook failed …
    Other,
}

/// What the grace of one kill is computed from, in seconds as the objects hold them: a negative value, which the
/// API reads as 1, is not corrected here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GraceSources {
    /// `metadata.deletionGracePeriodSeconds`.
    pub deletion: Option<i64>,
    /// `spec.terminationGracePeriodSeconds`.
    pub spec: Option<i64>,
    /// `terminationGracePeriodSeconds` of the container's liveness probe.
    pub liveness: Option<i64>,
    /// `terminationGracePeriodSeconds` of the container's startup probe.
    pub startup: Option<i64>,
}

impl GraceSources {
    /// The grace of a kill to which no override is given, before the floor (KUB-41, KUB-42).
    ///
    /// ```
    /// use pod_lifecycle::termination::{GraceSources, KillReason};
    /// let sources = GraceSources { spec: Some(60), liveness: Some(5), ..GraceSources::default() };
    /// assert_eq!(sources.base(KillReason::LivenessProbe), 5);
    /// assert_eq!(GraceSources { deletion: Some(60), ..sources }.base(KillReason::LivenessProbe), 60);
    /// ```
    #[must_use]
    pub fn base(self, reason: KillReason) -> i64 {
        let Some(spec) = self.spec else { return self.deletion.unwrap_or(MINIMUM_GRACE) };
        let probe = match reason {
            KillReason::StartupProbe => self.startup,
            KillReason::LivenessProbe => self.liveness,
            KillReason::Other => None,
        };
        self.deletion.or(probe).unwrap_or(spec)
    }
}

/// The time-out of the runtime's stop call when `grace` is left (KUB-43 step 4).
#[must_use]
pub const fn stop_timeout(grace: i64) -> u64 {
    if grace < MINIMUM_GRACE { MINIMUM_GRACE.unsigned_abs() } else { grace.unsigned_abs() }
}

/// One container in the order of termination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// What it is for.
    pub role: Role,
    /// Whether it ran when the attempt began.
    pub process: Process,
}

/// Whether a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// It does not: it counts as stopped.
    Stopped,
    /// It does.
    Running,
}

/// Whether the container at `waiting` is stopped only after the one at `other` (KUB-45). `members` is in spec order: init
/// containers, then the others. A sidecar waits for every regular container, and for the next later sidecar; it does
/// not matter who those wait for.
///
/// ```
/// use pod_lifecycle::container::Role;
/// use pod_lifecycle::termination::{Member, Process, waits_for};
/// let running = |role| Member { role, process: Process::Running };
/// let pod = [running(Role::Sidecar), running(Role::Sidecar), running(Role::Regular)];
/// assert!(waits_for(&pod, 0, 1) && waits_for(&pod, 0, 2) && waits_for(&pod, 1, 2));
/// assert!(!waits_for(&pod, 1, 0) && !waits_for(&pod, 2, 0));
/// ```
#[must_use]
pub fn waits_for<M: AsRef<Member>>(members: &[M], waiting: usize, other: usize) -> bool {
    let member = |place: usize| members.get(place).map(AsRef::as_ref);
    let (Some(this), Some(that)) = (member(waiting), member(other)) else { return false };
    if this.role != Role::Sidecar || that.process == Process::Stopped {
        return false;
    }
    match that.role {
        Role::Regular => true,
        Role::Sidecar => next_sidecar(members, waiting) == Some(other),
        Role::Init | Role::Ephemeral => false,
    }
}

/// The next sidecar of the spec, whether it runs or not: one that is stopped cuts the chain.
fn next_sidecar<M: AsRef<Member>>(members: &[M], after: usize) -> Option<usize> {
    let mut later = members.iter().enumerate().skip(after + 1);
    later.find(|(_, member)| member.as_ref().role == Role::Sidecar).map(|(place, _)| place)
}

impl AsRef<Self> for Member {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// The kill of one container (KUB-43).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kill {
    /// Step 2: its preStop hook runs.
    Hook {
        /// When the hook began.
        since: Duration,
        /// The grace in force, in seconds; more than 0.
        grace: i64,
        /// Whether its turn matters afterwards.
        order: Order,
    },
    /// Step 3: it waits for its turn.
    Turn {
        /// When the wait began.
        since: Duration,
        /// What is left of the grace, in seconds; more than 0.
        grace: i64,
    },
    /// Step 5: the stop signal is out.
    Stopping {
        /// When the signal was sent.
        since: Duration,
        /// The time-out of the stop call, in seconds.
        timeout: u64,
    },
    /// The container is stopped.
    Stopped,
    /// The runtime could not stop it: sidecars behind it never get their turn (KUB-47).
    Failed,
}

/// Whether the Pod has an order of termination: only if it has sidecars (KUB-43 step 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// It has none.
    None,
    /// This container waits until those that [`waits_for`] names are stopped.
    Sidecars,
}

/// Whether a container has a preStop hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hook {
    /// It has none.
    None,
    /// It has one.
    PreStop,
}

/// What happens to a container that is being killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Its preStop hook returned, with whatever result (CTR-63).
    HookReturned,
    /// Everything that it waits for is stopped.
    TurnCame,
    /// Its process ended, or the runtime killed it.
    Exited,
    /// The stop call failed.
    StopFailed,
    /// The clock reached [`Kill::due`].
    TimedOut,
}

/// What the kubelet, or the runtime for it, does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Runs the preStop hook.
    RunHook,
    /// Calls the runtime's `StopContainer`: the stop signal, and SIGKILL after the time-out.
    StopContainer {
        /// Seconds.
        timeout: u64,
    },
    /// The runtime sends SIGKILL.
    Sigkill,
}

/// The outcome of one step of a kill.
#[must_use = "`next` without its effect is half the outcome"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The state after it.
    pub next: Kill,
    /// What is done.
    pub effect: Option<Effect>,
}

const _: () = assert!(size_of::<Kill>() <= 40);

impl Kill {
    /// Begins the kill of a running container with `grace` seconds in force (KUB-43 steps 2 to 5).
    ///
    /// ```
    /// use std::time::Duration;
    /// use pod_lifecycle::termination::{Effect, Event, Hook, Kill, Order, Step};
    /// let seconds = Duration::from_secs;
    /// let Step { next, effect } = Kill::begin(seconds(0), 30, Hook::PreStop, Order::None);
    /// assert_eq!((effect, next.due()), (Some(Effect::RunHook), Some(seconds(30))));
    /// // The hook took 12 s of the grace.
    /// let Step { effect, .. } = next.step(seconds(12), Event::HookReturned);
    /// assert_eq!(effect, Some(Effect::StopContainer { timeout: 18 }));
    /// ```
    pub fn begin(now: Duration, grace: i64, hook: Hook, order: Order) -> Step {
        match hook {
            Hook::PreStop if grace > 0 => {
                Step { next: Self::Hook { since: now, grace, order }, effect: Some(Effect::RunHook) }
            }
            Hook::PreStop | Hook::None => Self::after_hook(now, grace, order),
        }
    }

    /// Advances the kill. An event that does not concern its state changes nothing: a hook may return after its time.
    pub fn step(self, now: Duration, event: Event) -> Step {
        let stay = Step { next: self, effect: None };
        let whole_seconds =
            |since: Duration| i64::try_from(now.saturating_sub(since).as_secs()).unwrap_or(i64::MAX);
        match (self, event) {
            (Self::Hook { since, grace, order }, Event::HookReturned | Event::TimedOut) => {
                Self::after_hook(now, grace.saturating_sub(whole_seconds(since)), order) // step 2
            }
            (Self::Turn { since, grace }, Event::TurnCame | Event::TimedOut) => {
                Self::stop(now, grace.saturating_sub(whole_seconds(since))) // step 3
            }
            (Self::Stopping { .. }, Event::TimedOut) => Step { effect: Some(Effect::Sigkill), ..stay }, // step 5
            (Self::Stopping { .. }, Event::StopFailed) => Step { next: Self::Failed, effect: None }, // KUB-47
            (Self::Stopping { .. }, Event::Exited) => Step { next: Self::Stopped, effect: None },
            // A process that ends before is noticed by the stop call, which then returns at once.
            (Self::Hook { .. }, Event::TurnCame | Event::Exited | Event::StopFailed)
            | (Self::Turn { .. }, Event::HookReturned | Event::Exited | Event::StopFailed)
            | (Self::Stopping { .. }, Event::HookReturned | Event::TurnCame)
            | (Self::Stopped | Self::Failed, _) => stay,
        }
    }

    fn after_hook(now: Duration, grace: i64, order: Order) -> Step {
        match order {
            Order::Sidecars if grace > 0 => Step { next: Self::Turn { since: now, grace }, effect: None },
            Order::Sidecars | Order::None => Self::stop(now, grace),
        }
    }

    fn stop(now: Duration, grace: i64) -> Step {
        let timeout = stop_timeout(grace); // step 4
        Step { next: Self::Stopping { since: now, timeout }, effect: Some(Effect::StopContainer { timeout }) }
    }

    /// When [`Event::TimedOut`] comes, counted from the start of the attempt.
    #[must_use]
    pub fn due(self) -> Option<Duration> {
        match self {
            Self::Hook { since, grace, .. } | Self::Turn { since, grace } => {
                Some(since.saturating_add(Duration::from_secs(grace.unsigned_abs())))
            }
            Self::Stopping { since, timeout } => Some(since.saturating_add(Duration::from_secs(timeout))),
            Self::Stopped | Self::Failed => None,
        }
    }
}

/// How a container behaves while it is stopped: the script of a simulated runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Behaviour {
    /// How long its preStop hook runs.
    pub hook: HookRun,
    /// What its process does after the stop signal.
    pub process: StopRun,
}

/// How long a preStop hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HookRun {
    /// There is no hook.
    None,
    /// It returns after this time.
    Takes(Duration),
    /// It never returns.
    Hangs,
}

/// What a process does after the stop signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopRun {
    /// It ends after this time.
    Ends(Duration),
    /// It ignores the signal.
    Ignores,
    /// It ignores the signal, and the runtime's stop call fails at its time-out.
    Fails,
}

/// When the stop of one container did what, counted from the start of the attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Times {
    /// The stop signal.
    pub signal: Option<Duration>,
    /// SIGKILL, if the process still ran when it was due: [`Self::killed`] tells whether it did.
    pub sigkill_due: Option<Duration>,
    /// SIGKILL, if it was sent.
    pub killed: Option<Duration>,
    /// The end of the process; `None` if it survives the attempt.
    pub ended: Option<Duration>,
}

/// One container of a simulated attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    /// What it is and whether it runs.
    pub member: Member,
    /// How it behaves.
    pub behaviour: Behaviour,
    /// The grace in force for it, in seconds.
    pub grace: i64,
    /// What became of it; [`simulate`] fills it in.
    pub times: Times,
    /// When its process ends because of the stop signal of an earlier attempt.
    ends: Option<Duration>,
    kill: Kill,
}

impl AsRef<Member> for Actor {
    fn as_ref(&self) -> &Member {
        &self.member
    }
}

impl Actor {
    /// A container before the attempt.
    #[must_use]
    pub fn new(member: Member, behaviour: Behaviour, grace: i64) -> Self {
        Self { member, behaviour, grace, times: Times::default(), ends: None, kill: Kill::Stopped }
    }

    /// The same container before another attempt, which begins `later` than the one before. A process that has got its
    /// stop signal goes on ending; the hook runs anew (KUB-19, CTR-64).
    #[must_use]
    pub fn again(self, later: Duration, grace: i64) -> Self {
        let ends = match (self.ends, self.behaviour.process, self.times.signal) {
            (Some(ends), _, _) => Some(ends),
            (None, StopRun::Ends(time), Some(signal)) => Some(signal.saturating_add(time)),
            (None, StopRun::Ends(_) | StopRun::Ignores | StopRun::Fails, _) => None,
        };
        let over = self.times.ended.is_some() || ends.is_some_and(|ends| ends <= later);
        let process = if over { Process::Stopped } else { self.member.process };
        let ends = ends.map(|ends| ends.saturating_sub(later));
        Self { ends, ..Self::new(Member { process, ..self.member }, self.behaviour, grace) }
    }

    /// Takes a step and notes what it did.
    fn take(&mut self, now: Duration, step: Step) {
        let Step { next, effect } = step;
        self.kill = next;
        match effect {
            Some(Effect::StopContainer { .. }) => {
                (self.times.signal, self.times.sigkill_due) = (Some(now), next.due());
            }
            Some(Effect::Sigkill) => {
                (self.times.killed, self.times.ended) = (Some(now), Some(now));
                self.kill = Kill::Stopped;
            }
            Some(Effect::RunHook) | None => {}
        }
    }

    /// The next thing that happens to it by itself.
    fn next_event(&self) -> Option<(Duration, Event)> {
        let due = self.kill.due()?;
        let timed_out = (due, Event::TimedOut);
        let by_itself = match (self.kill, self.behaviour) {
            (Kill::Hook { since, .. }, Behaviour { hook, .. }) => match hook {
                HookRun::Takes(time) => Some((since.saturating_add(time), Event::HookReturned)),
                HookRun::None | HookRun::Hangs => None,
            },
            (Kill::Stopping { since, .. }, Behaviour { process, .. }) => match process {
                StopRun::Ends(time) => {
                    let ends = self.ends.unwrap_or_else(|| since.saturating_add(time));
                    Some((ends.max(since), Event::Exited))
                }
                StopRun::Fails => return Some((due, Event::StopFailed)),
                StopRun::Ignores => None,
            },
            (Kill::Turn { .. } | Kill::Stopped | Kill::Failed, _) => None,
        };
        Some(by_itself.filter(|(time, _)| *time <= due).unwrap_or(timed_out))
    }
}

/// Plays one attempt of `SyncTerminatingPod` to its end: all running containers are killed in parallel, sidecars in their
/// order (KUB-40, KUB-43 … KUB-47). Fills in [`Actor::times`] and tells when the attempt ended and how.
///
/// ```
/// use std::time::Duration;
/// use pod_lifecycle::container::Role;
/// use pod_lifecycle::termination::*;
/// let seconds = Duration::from_secs;
/// let behaviour = Behaviour { hook: HookRun::Takes(seconds(10)), process: StopRun::Ignores };
/// let mut pod = [Actor::new(Member { role: Role::Regular, process: Process::Running }, behaviour, 30)];
/// assert_eq!(simulate(&mut pod), Attempt { ended: seconds(30), outcome: Outcome::Stopped });
/// assert_eq!(pod[0].times.signal, Some(seconds(10))); // the grace includes the hook
/// assert_eq!(pod[0].times.killed, Some(seconds(30)));
/// ```
pub fn simulate(actors: &mut [Actor]) -> Attempt {
    let (ended, outcome) = (play(actors, Duration::MAX), outcome(actors));
    Attempt { ended, outcome }
}

/// Plays what of an attempt happens before `end`, when the kubelet process dies (KUB-61). `None` if it is still in progress
/// then; [`Actor::times`] holds what was done until then, and the SIGKILL of a stop call that is out may still come from
/// the runtime.
///
/// ```
/// use std::time::Duration;
/// use pod_lifecycle::container::Role;
/// use pod_lifecycle::termination::*;
/// let seconds = Duration::from_secs;
/// let behaviour = Behaviour { hook: HookRun::Hangs, process: StopRun::Ends(seconds(1)) };
/// let mut pod = [Actor::new(Member { role: Role::Regular, process: Process::Running }, behaviour, 30)];
/// assert_eq!(simulate_until(&mut pod, seconds(20)), None);
/// assert_eq!(pod[0].times.signal, None); // the hook still ran
/// ```
pub fn simulate_until(actors: &mut [Actor], end: Duration) -> Option<Attempt> {
    let ended = play(actors, end);
    let over = actors.iter().all(|actor| matches!(actor.kill, Kill::Stopped | Kill::Failed));
    over.then(|| Attempt { ended, outcome: outcome(actors) })
}

/// Plays an attempt, but nothing at `end` or later; tells when the last thing happened.
fn play(actors: &mut [Actor], end: Duration) -> Duration {
    let has_sidecars = actors.iter().any(|actor| actor.member.role == Role::Sidecar);
    let order = if has_sidecars { Order::Sidecars } else { Order::None };
    for actor in actors.iter_mut().filter(|actor| actor.member.process == Process::Running) {
        let hook = if actor.behaviour.hook == HookRun::None { Hook::None } else { Hook::PreStop };
        let step = Kill::begin(Duration::ZERO, actor.grace, hook, order);
        actor.take(Duration::ZERO, step);
    }
    let mut now = Duration::ZERO;
    loop {
        give_turns(actors, now);
        let next = actors.iter().enumerate().filter_map(|(place, actor)| Some((actor.next_event()?, place)));
        let next = next.min_by_key(|((time, _), place)| (*time, *place));
        let Some(((time, event), place)) = next.filter(|((time, _), _)| *time < end) else {
            return now;
        };
        now = time;
        if let Some(actor) = actors.get_mut(place) {
            if event == Event::Exited {
                actor.times.ended = Some(now);
            }
            let step = actor.kill.step(now, event);
            actor.take(now, step);
        }
    }
}

fn outcome(actors: &[Actor]) -> Outcome {
    let failed = actors.iter().any(|actor| actor.kill == Kill::Failed);
    if failed { Outcome::Failed } else { Outcome::Stopped }
}

/// Gives every container its turn for which all that it waits for is stopped.
fn give_turns(actors: &mut [Actor], now: Duration) {
    for place in 0..actors.len() {
        let blocked = (0..actors.len()).any(|other| {
            let running = actors.get(other).is_some_and(|other| other.kill != Kill::Stopped);
            running && waits_for(actors, place, other)
        });
        if let Some(actor) = actors.get_mut(place)
            && matches!(actor.kill, Kill::Turn { .. })
            && !blocked
        {
            let step = actor.kill.step(now, Event::TurnCame);
            actor.take(now, step);
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// When the last stop call returned.
    pub ended: Duration,
    /// Whether everything is stopped.
    pub outcome: Outcome,
}

/// Whether an attempt stopped everything (KUB-49).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It did.
    Stopped,
    /// Some stop call failed: the whole attempt is retried (KUB-19).
    Failed,
}
