//! One kill attempt over the scripted runtime: the machine of KUB-43 for each container, in the order of KUB-45.

use std::time::Duration;

use super::object::Action;
use super::runtime::Runtime;
use super::spec::PodSpec;
use crate::container::Role;
use crate::termination::{
    Effect, Event, Hook, HookRun, Kill, Member, Order, Outcome, Process, Step, waits_for,
};

/// An attempt that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Killing {
    actors: Vec<Actor>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Actor {
    member: Member,
    kill: Kill,
    /// What happens to it by itself.
    expects: Option<(Duration, Event)>,
}

impl AsRef<Member> for Actor {
    fn as_ref(&self) -> &Member {
        &self.member
    }
}

impl Actor {
    /// The next thing that happens to it; its time-out, unless something comes before.
    fn next(&self) -> Option<(Duration, Event)> {
        let timed_out = self.kill.due().map(|due| (due, Event::TimedOut));
        match (self.expects, timed_out) {
            (Some(expected), Some(timed_out)) if timed_out.0 < expected.0 => Some(timed_out),
            (Some(expected), Some(_)) => Some(expected),
            (None, other) => other,
            (Some(_), None) => None, // a hook of a container whose kill is over
        }
    }
}

/// How much of the spec a kill may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Hooks and the order of sidecars count.
    Full,
    /// Neither counts: the orphan has a synthetic spec (KUB-60), or the grace is 0 (CTR-31).
    Bare,
}

/// What an attempt acts on.
pub(super) struct Stage<'a> {
    pub(super) now: Duration,
    pub(super) spec: &'a PodSpec,
    pub(super) runtime: &'a mut Runtime,
    pub(super) deeds: &'a mut Vec<Action>,
}

impl Killing {
    /// Begins the kill of the running containers that `chosen` names with `grace` seconds in force (KUB-40, KUB-43).
    pub(super) fn begin(
        stage: &mut Stage<'_>,
        chosen: impl Fn(usize) -> bool,
        grace: i64,
        manner: Manner,
    ) -> Self {
        let has_sidecars = stage.spec.containers.iter().any(|container| container.role == Role::Sidecar);
        let order = match (manner, has_sidecars) {
            (Manner::Full, true) => Order::Sidecars,
            (Manner::Full, false) | (Manner::Bare, _) => Order::None,
        };
        let mut killing = Self { actors: Vec::new() };
        for (place, container) in stage.spec.containers.iter().enumerate() {
            let runs = chosen(place) && stage.runtime.is_running(place);
            let process = if runs { Process::Running } else { Process::Stopped };
            let hook = match (manner, container.pre_stop) {
                (Manner::Bare, _) | (Manner::Full, HookRun::None) => Hook::None,
                (Manner::Full, HookRun::Takes(_) | HookRun::Hangs) => Hook::PreStop,
            };
            killing.actors.push(Actor {
                member: Member { role: container.role, process },
                kill: Kill::Stopped,
                expects: None,
            });
            if runs {
                let step = Kill::begin(stage.now, grace, hook, order);
                killing.take(place, step, stage);
            }
        }
        killing.give_turns(stage);
        killing
    }

    /// When something happens next; `None` when all is over.
    pub(super) fn due(&self) -> Option<Duration> {
        self.actors.iter().filter_map(Actor::next).map(|(at, _)| at).min()
    }

    /// Whether everything is stopped (KUB-49).
    pub(super) fn outcome(&self) -> Outcome {
        let failed = self.actors.iter().any(|actor| actor.kill == Kill::Failed);
        if failed { Outcome::Failed } else { Outcome::Stopped }
    }

    /// Lets happen what is due.
    pub(super) fn pass_time(&mut self, stage: &mut Stage<'_>) {
        for place in 0..self.actors.len() {
            while let Some(actor) = self.actors.get_mut(place)
                && let Some((at, event)) = actor.next()
                && at <= stage.now
            {
                actor.expects = None;
                let step = actor.kill.step(stage.now, event);
                if event == Event::StopFailed {
                    stage.deeds.push(Action::StopFailed { container: place });
                }
                self.take(place, step, stage);
            }
        }
        self.give_turns(stage);
    }

    /// Performs a step and notes what follows from it.
    fn take(&mut self, place: usize, step: Step, stage: &mut Stage<'_>) {
        let (Some(actor), Some(spec)) = (self.actors.get_mut(place), stage.spec.containers.get(place)) else {
            return;
        };
        let Step { next, effect } = step;
        actor.kill = next;
        match effect {
            Some(Effect::RunHook) => {
                stage.deeds.push(Action::Hook { container: place });
                actor.expects = match spec.pre_stop {
                    HookRun::Takes(time) => Some((stage.now.saturating_add(time), Event::HookReturned)),
                    HookRun::None | HookRun::Hangs => None,
                };
            }
            Some(Effect::StopContainer { timeout }) => {
                if stage.runtime.is_running(place) {
                    stage.deeds.push(Action::Signalled { container: place, timeout });
                }
                actor.expects = Some(stage.runtime.stop(place, spec, stage.now, timeout));
            }
            Some(Effect::Sigkill) => {
                if stage.runtime.kill(place, stage.now) {
                    stage.deeds.push(Action::Killed { container: place });
                    stage.deeds.push(Action::Exited { container: place, code: 137 });
                }
                actor.kill = actor.kill.step(stage.now, Event::Exited).next;
            }
            None => {}
        }
    }

    /// Gives its turn to every container for which all that it waits for is stopped (KUB-45).
    fn give_turns(&mut self, stage: &mut Stage<'_>) {
        for place in (0..self.actors.len()).rev() {
            let blocked = (0..self.actors.len()).any(|other| {
                let going = self.actors.get(other).is_some_and(|other| other.kill != Kill::Stopped);
                going && waits_for(&self.actors, place, other)
            });
            if let Some(actor) = self.actors.get(place)
                && matches!(actor.kill, Kill::Turn { .. })
                && !blocked
            {
                let step = actor.kill.step(stage.now, Event::TurnCame);
                self.take(place, step, stage);
            }
        }
    }
}
