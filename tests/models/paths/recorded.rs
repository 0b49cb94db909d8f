//! What model `pod` can see of a recorded trace.
//!
//! Kept of the object: `phase`, `deletionGracePeriodSeconds` as an ordered token (which also tells whether
//! `deletionTimestamp` is set), whether there are finalizers, of a terminal phase whether the container has ended, and the
//! removal. A watch shows every write, so these are compared one by one. Kept of the runtime: each start and end that a
//! status tells, with 0 or not 0 as the exit code; a status may lag behind the runtime and never goes back. Kept of the
//! client: its requests in their order. Not kept: times, reasons, conditions, readiness, generations, exit codes beyond
//! that.
//!
//! The regular containers are one: begun when all have begun, ended when all have ended, with 0 if all did. Init
//! containers are left out, and with them the entry of a container that they never let begin. `OnFailure` is `Never`
//! for a Pod that succeeded by itself and `Always` for any other. What has no place in the model is [`Outside`].

use std::collections::{BTreeMap, BTreeSet};

use pod_lifecycle::{Grace, Phase};
use pod_lifecycle_models::pod::{Action, Code, Entry, Finalizer, Policy, Token};

use super::case::{Case, Seen, State, Status, Step, Verb};

/// Why a trace has no place in the model: it has one container, two restart policies and no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outside {
    /// `activeDeadlineSeconds` is set.
    Deadline,
    /// A regular container has restart rules of its own, or any container has `restartPolicyRules`.
    OwnRestarts,
    /// An init container failed and with it the Pod: here nothing but a stop ends a Pod that never started.
    InitFails,
    /// More than two grace periods above 1 s play a part.
    ManyGraces,
    /// `OnFailure` that restarted and then succeeded: neither `Always` nor `Never` does both.
    BothPolicies,
}

/// What the model can see of a stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) phase: Phase,
    /// `None` if it is not kept.
    pub(super) entry: Option<Entry>,
    pub(super) grace: Option<Token>,
    pub(super) held: bool,
}

/// Whether something of the trace is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    No,
}

impl Kept {
    pub(super) fn of<T>(self, what: T) -> Option<T> {
        match self {
            Self::Yes => Some(what),
            Self::No => None,
        }
    }
}

/// One event of the watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// `None` after the removal.
    pub(super) stored: Option<Stored>,
    /// What the status tells of the runtime: so many starts and ends together.
    pub(super) moment: u8,
}

/// A trace as the model can see it.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    pub(super) policy: Policy,
    pub(super) finalizer: Finalizer,
    /// The requests of the client that were answered with success.
    pub(super) requests: Vec<Action>,
    pub(super) events: Vec<Event>,
    /// Whether the entry of the container is told.
    pub(super) entry: Kept,
    /// How a run ended, if some status tells: by the moment of the end.
    pub(super) ends: BTreeMap<u8, Vec<Code>>,
}

/// All regular containers together.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Waiting,
    Running,
    Ended(Code),
}

impl Case {
    /// What the model can see of it.
    pub(super) fn project(&self) -> Result<Recording, Outside> {
        let spec = &self.input.spec;
        if spec.active_deadline_seconds.is_some() {
            return Err(Outside::Deadline);
        }
        let own = spec.containers.iter().any(|container| container.restart_policy.is_some());
        let mut all = spec.containers.iter().chain(&spec.init_containers);
        if own || all.any(|container| !container.restart_policy_rules.is_empty()) {
            return Err(Outside::OwnRestarts);
        }
        let tokens = self.tokens()?;
        let token = |secs: u64| tokens[&secs];
        let (moments, ends) = self.moments();
        let entry = self.entry();
        let stored = |seen| self.stored(seen, entry, token);
        let events =
            self.trace.iter().zip(moments).map(|(seen, moment)| Event { stored: stored(seen), moment });
        let events: Vec<Event> = events.collect();
        let fails = |stored: Stored| stored.phase.is_terminal() && stored.grace.is_none();
        if entry == Kept::No && events.iter().filter_map(|event| event.stored).any(fails) {
            return Err(Outside::InitFails);
        }
        assert_eq!(events.last().map(|last| last.stored.is_none()), Some(self.gone), "{}", self.id);
        let held = !self.input.finalizers.is_empty();
        Ok(Recording {
            policy: self.policy(&events)?,
            finalizer: if held { Finalizer::Held } else { Finalizer::Free },
            requests: self.requests(token),
            events,
            entry,
            ends,
        })
    }

    fn regular<'a>(&'a self, seen: &'a Seen) -> impl Iterator<Item = &'a Status> {
        self.input.spec.containers.iter().filter_map(|container| seen.containers.get(&container.name))
    }

    /// The grace that a request asks for, in seconds: its own or that of the spec.
    fn asked(&self, step: &Step) -> u64 {
        let spec = self.input.spec.termination_grace_period_seconds.unwrap_or(30);
        Grace::from_signed(step.options.grace_period_seconds.unwrap_or(spec)).as_secs()
    }

    /// Seconds in their order as the tokens of the model.
    fn tokens(&self) -> Result<BTreeMap<u64, Token>, Outside> {
        let stored = self.trace.iter().filter_map(|seen| seen.deletion_grace_period_seconds);
        let graces: BTreeSet<u64> = self.actions.iter().map(|step| self.asked(step)).chain(stored).collect();
        let long: Vec<u64> = graces.into_iter().filter(|secs| *secs > 1).collect();
        let long: &[(u64, Token)] = match *long {
            [] => &[],
            [long] => &[(long, Token::Long)],
            [short, long] => &[(short, Token::Short), (long, Token::Long)],
            [..] => return Err(Outside::ManyGraces),
        };
        Ok([(0, Token::Zero), (1, Token::One)].iter().chain(long).copied().collect())
    }

    fn requests(&self, token: impl Fn(u64) -> Token) -> Vec<Action> {
        let mut held = !self.input.finalizers.is_empty();
        let done = self.actions.iter().filter(|step| (200..300).contains(&step.code));
        let request = |step: &Step| match step.verb {
            Verb::Delete | Verb::Evict => match token(self.asked(step)) {
                Token::Long => Some(Action::Delete(None)), // the only way to it in the model
                token @ (Token::Zero | Token::One | Token::Short) => Some(Action::Delete(Some(token))),
            },
            Verb::Unfinalize => std::mem::take(&mut held).then_some(Action::DropFinalizer),
            Verb::Fail => Some(Action::Fail),
        };
        done.filter_map(request).collect()
    }

    /// The entry is kept unless init containers let no regular one begin.
    fn entry(&self) -> Kept {
        let begun = |seen: &Seen| self.regular(seen).any(|status| status.state != State::Waiting);
        let passed = self.input.spec.init_containers.is_empty() || self.trace.iter().any(begun);
        if passed { Kept::Yes } else { Kept::No }
    }

    fn stored(&self, seen: &Seen, entry: Kept, token: impl Fn(u64) -> Token) -> Option<Stored> {
        let phase = Phase::from_api(&seen.phase).expect("a phase");
        let ended = phase.is_terminal() && self.regular(seen).all(|status| status.state == State::Terminated);
        (seen.r#type != "DELETED").then(|| Stored {
            phase,
            entry: entry.of(if ended { Entry::Ended } else { Entry::Going }),
            grace: seen.deletion_grace_period_seconds.map(token),
            held: !seen.finalizers.is_empty(),
        })
    }

    fn shown(&self, seen: &Seen) -> Shown {
        let code = |status: &Status| match status.state {
            State::Terminated => status.exit_code,
            State::Waiting => status.last_exit_code,
            State::Running => None,
        };
        let begun = |status: &Status| status.state == State::Running || code(status).is_some();
        if self.regular(seen).filter(|status| begun(status)).count() < self.input.spec.containers.len() {
            return Shown::Waiting;
        }
        let codes: Option<Vec<i32>> = self.regular(seen).map(code).collect();
        match codes {
            None => Shown::Running,
            Some(codes) if codes.iter().all(|code| *code == 0) => Shown::Ended(Code::Well),
            Some(_) => Shown::Ended(Code::Badly),
        }
    }

    /// The moment of each event, and how each run ended. The run of a single container is its `restartCount`; several run
    /// again when one is started after all were seen to have ended.
    fn moments(&self) -> (Vec<u8>, BTreeMap<u8, Vec<Code>>) {
        let (mut run, mut last, mut before) = (0, Shown::Waiting, 0);
        let mut ends = BTreeMap::<u8, Vec<Code>>::new();
        let moment = |seen: &Seen| {
            let shown = self.shown(seen);
            let restarts = self.regular(seen).map(|status| status.restart_count).sum();
            match *self.input.spec.containers {
                [_] => run = restarts,
                [..] => run += u8::from(matches!(last, Shown::Ended(_)) && restarts > before),
            }
            (last, before) = (shown, restarts);
            match shown {
                Shown::Waiting => 0,
                Shown::Running => 2 * run + 1,
                Shown::Ended(code) => {
                    ends.entry(2 * run + 2).or_default().push(code);
                    2 * run + 2
                }
            }
        };
        (self.trace.iter().map(moment).collect(), ends)
    }

    fn policy(&self, events: &[Event]) -> Result<Policy, Outside> {
        let restarted = events.iter().any(|event| event.moment > 2);
        let succeeded = |stored: Stored| stored.phase == Phase::Succeeded && stored.grace.is_none();
        let succeeded = events.iter().filter_map(|event| event.stored).any(succeeded);
        match (self.input.spec.restart_policy.as_deref(), restarted, succeeded) {
            (Some("Never"), ..) => Ok(Policy::Never),
            (Some("OnFailure"), true, true) => Err(Outside::BothPolicies),
            (Some("OnFailure"), false, true) => Ok(Policy::Never),
            (Some("OnFailure" | "Always") | None, ..) => Ok(Policy::Always),
            (Some(other), ..) => panic!("restartPolicy {other}"),
        }
    }
}
