//! Several attempts to kill one Pod, by a simulated runtime: the worker decides when an attempt begins and with which
//! grace, [`termination`] plays it. What is asked during an attempt counts for the next one (KUB-14,
//! KUB-19), and a kubelet that restarts begins anew (KUB-61).

use std::time::Duration;

use crate::deletion::Deletion;
use crate::phase::{Phase, Source};
use crate::termination::{self, Actor, Attempt, GraceSources, KillReason, simulate_until};
use crate::time::{Grace, Time};
use crate::worker::{
    Call, Config, ConfigGrace, Difference, Event, Facts, KillOptions, Killer, Kind, Outcome, Remains,
    Sources, Stage, Subject, Turn, Update, Worker, update,
};

/// The grace of an attempt, in seconds, before the floor: the override, else what the Pod says (KUB-13, KUB-41).
#[must_use]
pub fn attempt_grace(pod: Config, asked: Option<Grace>) -> i64 {
    let secs = |grace: Grace| i64::try_from(grace.as_secs()).unwrap_or(i64::MAX);
    let sources = match pod.grace() {
        ConfigGrace::Deletion(grace) => {
            GraceSources { deletion: Some(secs(grace)), ..GraceSources::default() }
        }
        ConfigGrace::Spec(grace) => GraceSources { spec: Some(secs(grace)), ..GraceSources::default() },
        ConfigGrace::Unset => GraceSources::default(),
    };
    asked.map_or_else(|| sources.base(KillReason::Other), secs)
}

/// What happens to a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happening {
    /// The kubelet sees it deleted, with this `deletionGracePeriodSeconds`.
    Deleted(Grace),
    /// Another part of the kubelet kills it.
    Killed(Killer),
    /// The kubelet process dies and another one starts at once.
    Restarted,
}

/// One attempt among several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Run {
    /// When it began, counted like the [`Happening`]s.
    pub began: Duration,
    /// The grace in force, in seconds.
    pub grace: i64,
    /// How it ended, counted from its begin; `None` if the kubelet restarted before.
    pub attempt: Option<Attempt>,
}

/// The attempts at one Pod, in their order.
///
/// *Expected flow*: [`Attempts::next`] until it tells `None`. A Pod whose stop calls always fail is tried for ever.
///
/// ```
/// use std::time::Duration;
/// use pod_lifecycle::Grace;
/// use pod_lifecycle::attempts::{Attempts, Happening};
/// use pod_lifecycle::container::Role;
/// use pod_lifecycle::termination::*;
/// let seconds = Duration::from_secs;
/// let behaviour = Behaviour { hook: HookRun::None, process: StopRun::Ignores };
/// let mut pod = [Actor::new(Member { role: Role::Regular, process: Process::Running }, behaviour, 0)];
/// // A second DELETE shortens the grace during the kill: this attempt does not notice (KUB-14).
/// let asked = [30, 5].map(|secs| Happening::Deleted(Grace::from_secs(secs)));
/// let happenings = [(seconds(0), asked[0]), (seconds(10), asked[1])];
/// let mut attempts = Attempts::new(Some(Grace::DEFAULT), &happenings, seconds(10));
/// assert_eq!(attempts.next(&mut pod).unwrap().grace, 30);
/// assert_eq!(pod[0].times.killed, Some(seconds(30)));
/// assert_eq!(attempts.next(&mut pod), None);
/// ```
#[derive(Clone, Debug)]
pub struct Attempts<'a> {
    happenings: &'a [(Duration, Happening)],
    retry: Duration,
    now: Duration,
    pod: Facts,
    worker: Option<Worker>,
    last: Option<Duration>,
}

/// DT is never compared with a clock here (KUB-13).
const SOME_TIME: Time = Time::from_unix(0);

impl<'a> Attempts<'a> {
    /// A running Pod. `happenings` are in the order of their times, counted from any moment; `retry` is the time between an
    /// attempt that failed and the next one, from [`RETRY_SECS`](crate::worker::RETRY_SECS).
    #[must_use]
    pub fn new(spec_grace: Option<Grace>, happenings: &'a [(Duration, Happening)], retry: Duration) -> Self {
        let pod =
            Facts { phase: Some(Phase::Running), deletion: Deletion::Live, spec_grace, source: Source::Api };
        let mut attempts = Self { happenings, retry, now: Duration::ZERO, pod, worker: None, last: None };
        attempts.list();
        attempts
    }

    /// Plays the next attempt: `pod` is what the one before has left, and shows afterwards what this one did, with times
    /// counted from its begin. `None` if there is none, because nobody asks or everything is stopped.
    pub fn next(&mut self, pod: &mut [Actor]) -> Option<Run> {
        loop {
            let worker = self.worker?;
            if worker.waiting.is_none() {
                self.wait(worker)?;
                continue;
            }
            let taken = worker.take(Turn::Mine).ok()?;
            self.worker = Some(taken.next);
            match taken.call {
                Call::SyncTerminatingPod { pod: config, grace } => {
                    return Some(self.play(pod, attempt_grace(config, grace)));
                }
                Call::SyncPod { .. } => self.returned(Outcome::Ok),
                Call::SyncTerminatingRuntimePod
                | Call::SyncTerminatedPod { .. }
                | Call::HeldBack
                | Call::NeverStarts
                | Call::Idle => return None,
            }
        }
    }

    /// Nothing waits: the next thing happens, or the retry of a failed attempt is due (KUB-19).
    fn wait(&mut self, worker: Worker) -> Option<()> {
        let retry = match worker.stage {
            Stage::Terminating { .. } => Some(self.now.saturating_add(self.retry)),
            Stage::Sync | Stage::Terminated { .. } | Stage::Finished { .. } => None,
        };
        match (self.happenings.first(), retry) {
            (Some((at, _)), retry) if retry.is_none_or(|retry| *at <= retry) => {
                self.now = self.now.max(*at);
                self.happen(self.now);
            }
            (Some(_) | None, Some(retry)) => {
                self.now = retry;
                self.tell(Update { kind: Kind::Sync, subject: Subject::Pod(self.pod), kill: None });
            }
            (Some(_) | None, None) => return None,
        }
        Some(())
    }

    /// One attempt, as far as the next restart of the kubelet, and what is asked meanwhile.
    fn play(&mut self, pod: &mut [Actor], grace: i64) -> Run {
        let began = self.now;
        let later = began.saturating_sub(self.last.unwrap_or(began));
        for actor in pod.iter_mut() {
            *actor = actor.again(later, grace);
        }
        let restart = self.happenings.iter().find(|(_, what)| *what == Happening::Restarted);
        let end = restart.map_or(Duration::MAX, |(at, _)| at.saturating_sub(began));
        let attempt = simulate_until(pod, end);
        self.last = Some(began);
        match attempt {
            Some(Attempt { ended, outcome }) => {
                self.now = began.saturating_add(ended);
                self.happen(self.now);
                self.returned(match outcome {
                    termination::Outcome::Stopped => Outcome::Ok,
                    termination::Outcome::Failed => Outcome::Failed,
                });
            }
            None => {
                self.now = began.saturating_add(end);
                self.happen(self.now);
            }
        }
        Run { began, grace, attempt }
    }

    /// All that happens until `now`.
    fn happen(&mut self, now: Duration) {
        while let Some(((_, what), rest)) = self.happenings.split_first().filter(|((at, _), _)| *at <= now) {
            self.happenings = rest;
            match *what {
                Happening::Deleted(grace) => {
                    let secs = i64::try_from(grace.as_secs()).unwrap_or(i64::MAX);
                    self.pod.deletion = Deletion::from_fields(Some(SOME_TIME), Some(secs));
                    self.see(Difference::Changed);
                }
                Happening::Killed(killer) => self.kill(killer.options(self.pod.spec_grace)),
                Happening::Restarted => self.list(),
            }
        }
    }

    /// A fresh kubelet process lists the Pod; it remembers nothing (KUB-61).
    fn list(&mut self) {
        self.worker = None;
        self.see(Difference::New);
    }

    fn see(&mut self, difference: Difference) {
        let event = Event::of(difference, self.pod);
        if let Some(Ok(update)) = event.map(|event| event.update(self.pod, Sources::Complete)) {
            self.tell(update);
        }
    }

    fn kill(&mut self, kill: Option<KillOptions>) {
        self.tell(Update { kind: Kind::Kill, subject: Subject::Pod(self.pod), kill });
    }

    fn tell(&mut self, told: Update) {
        self.worker = update(self.worker, told, Remains::Something).next;
    }

    fn returned(&mut self, outcome: Outcome) {
        let done = self.worker.and_then(|worker| worker.done(outcome).ok());
        self.worker = done.and_then(|done| done.next);
    }
}
