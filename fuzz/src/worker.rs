//! One UID at the pod worker: updates, calls, housekeeping; judged by a naive worker over plain fields.

use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::worker::{
    self, Activity, Again, Begun, Call, Config, ConfigGrace, Desired, Done, Effect, Facts, Fate, Housekept,
    Kept, KillCause, KillOptions, Kind, Known, Marks, Outcome, Pass, Remains, Slot, Stage, Step, Subject,
    Taken, Turn, Update, Worker,
};
use pod_lifecycle::{Deletion, Grace, Time};

/// Plays what happens to one UID; after each event the record and the answer must be as chapter 6 says.
pub fn worker(data: &[u8]) {
    let mut bytes = data.iter().copied();
    let Some(first) = bytes.next() else { return };
    let is_static = first & 1 != 0;
    let (mut record, mut plain) = (None, None);
    while let Some(event) = Happens::read(&mut bytes, is_static) {
        let (next, answer) = decide(record, event);
        let (after, expected) = Plain::expect(plain, event);
        assert_eq!((next.map(Plain::of), answer), (after, expected), "{event:?} on {plain:?}");
        law(plain, event, next.map(Plain::of), answer);
        (record, plain) = (next, after);
    }
}

/// INV-20, INV-21, INV-22, NON-07: true of the library's record whatever the naive worker says.
fn law(before: Option<Plain>, event: Happens, after: Option<Plain>, answer: Answer) {
    let (Some(before), Some(after)) = (before, after) else { return };
    assert!(after.level >= before.level, "{event:?}: {before:?} became {after:?}");
    match answer {
        Answer::Calls(Some(SYNC), ..) => assert_eq!(before.level, 0, "{before:?}"),
        Answer::Calls(Some(TERMINATING), _, grace) => assert_ne!(grace, Some(0), "{before:?}"),
        Answer::Refused
        | Answer::Updated(..)
        | Answer::Calls(..)
        | Answer::Returned(..)
        | Answer::Kept(..) => {}
    }
    if before.grace > 0 {
        let asked = matches!(event, Happens::Update { kill: Some((_, Some(_))), .. });
        let spec = after.waiting.and_then(|waiting| waiting.message.spec);
        let corner = asked && spec.is_some_and(|spec| spec.g == Some(0));
        assert!(after.grace > 0 && (after.grace <= before.grace || corner), "{event:?}: {before:?}");
    }
}

const CREATE: u8 = 0;
const KILL: u8 = 3;
const KINDS: [Kind; 4] = [Kind::Create, Kind::Update, Kind::Sync, Kind::Kill];
const GRACES: [Option<u64>; 8] =
    [None, Some(0), Some(1), Some(2), Some(5), Some(30), Some(60), Some(u32::MAX as u64)];
const OUTCOMES: [Outcome; 4] = [Outcome::Ok, Outcome::Terminal, Outcome::Failed, Outcome::Cancelled];
/// The calls, by number: the first three are those of the stages of the same number.
const SYNC: u8 = 0;
const TERMINATING: u8 = 1;
const TERMINATED: u8 = 2;
const RUNTIME: u8 = 3;
const HELD_BACK: u8 = 4;
const NEVER_STARTS: u8 = 5;

const START: u8 = 1;
const JOIN: u8 = 2;
const KEEP: u8 = 4;
const CLOSE: u8 = 8;
const CANCEL: u8 = 16;
const CLOSE_ALL: u8 = 32;
const END: u8 = 64 + 128;

#[derive(Clone, Copy, Debug)]
enum Happens {
    Update { kind: u8, spec: Option<Spec>, kill: Option<(bool, Option<u64>)>, nothing_runs: bool },
    Take { mine: bool },
    Done { outcome: u8 },
    Housekeeping { orphan: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spec {
    /// A place in [`Phase::ALL`].
    phase: u8,
    g: Option<u64>,
    grace: Option<u64>,
    is_static: bool,
}

/// What is kept of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Message {
    spec: Option<Spec>,
    kill: Option<(bool, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Waits {
    kind: u8,
    held: bool,
    message: Message,
}

/// A record as plain fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Plain {
    level: u8,
    begun: bool,
    deleted: bool,
    evicted: bool,
    observed: bool,
    restart: bool,
    /// 0 is unset.
    grace: u64,
    started: bool,
    call: Option<u8>,
    waiting: Option<Waits>,
    last: Option<Message>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Refused,
    Updated(Fate, u8),
    /// The call, the effects, and the grace that a call gets.
    Calls(Option<u8>, u8, Option<u64>),
    Returned(Again, u8),
    /// State, orphan, and whether there is a config, a static one; nothing if it is forgotten.
    Kept(Option<(u8, bool, Option<bool>)>, u8),
}

impl Happens {
    /// Three bytes an event.
    fn read(bytes: &mut impl Iterator<Item = u8>, is_static: bool) -> Option<Self> {
        let [what, first, second] = [bytes.next()?, bytes.next()?, bytes.next()?];
        let grace = |bits: u8| GRACES[usize::from(bits & 7)];
        Some(match what & 7 {
            0..=3 => Self::Update {
                kind: what & 3,
                spec: (first & 0x80 == 0).then_some(Spec {
                    phase: (first >> 3) % 5,
                    g: grace(first),
                    grace: grace(second),
                    is_static,
                }),
                kill: (second & 0x40 != 0).then_some((second & 0x80 != 0, grace(second >> 3))),
                nothing_runs: first & 0x40 != 0,
            },
            4 | 5 => Self::Take { mine: first & 1 == 0 },
            6 => Self::Done { outcome: first & 3 },
            _ => Self::Housekeeping { orphan: first & 1 != 0 },
        })
    }
}

/// Asks the library.
fn decide(record: Option<Worker>, event: Happens) -> (Option<Worker>, Answer) {
    match event {
        Happens::Update { kind, spec, kill, nothing_runs } => {
            let subject = spec.map_or(Subject::Runtime, |spec| {
                Subject::Pod(Facts {
                    phase: Phase::ALL.get(usize::from(spec.phase)).copied(),
                    deletion: Deletion::from_fields(
                        spec.g.map(|_| Time::from_unix(0)),
                        spec.g.map(|g| g.try_into().expect("small")),
                    ),
                    spec_grace: spec.grace.map(Grace::from_secs),
                    source: if spec.is_static { Source::Static } else { Source::Api },
                })
            });
            let kill = kill.map(|(evicts, grace)| KillOptions {
                cause: if evicts { KillCause::Eviction } else { KillCause::Other },
                grace: grace.map(Grace::from_secs),
            });
            let update = Update { kind: KINDS[usize::from(kind)], subject, kill };
            let remains = if nothing_runs { Remains::Nothing } else { Remains::Something };
            let Step { next, effects, fate } = worker::update(record, update, remains);
            (next, Answer::Updated(fate, bits(effects)))
        }
        Happens::Take { mine } => {
            let turn = if mine { Turn::Mine } else { Turn::NotMine };
            match record.map(|record| record.take(turn)) {
                Some(Ok(Taken { next, call, effects })) => {
                    (Some(next), Answer::Calls(number(call), bits(effects), given(call)))
                }
                Some(Err(_)) | None => (record, Answer::Refused),
            }
        }
        Happens::Done { outcome } => match record.map(|record| record.done(OUTCOMES[usize::from(outcome)])) {
            Some(Ok(Done { next, effects, again })) => (next, Answer::Returned(again, bits(effects))),
            Some(Err(_)) | None => (record, Answer::Refused),
        },
        Happens::Housekeeping { orphan } => {
            let Some(record) = record else { return (None, Answer::Refused) };
            let desired = if orphan { Desired::Orphan } else { Desired::Listed };
            let Housekept { next, known, effects } = record.housekeep(desired);
            let known = known.map(|Known { state, desired, config }| {
                (pass(state), desired == Desired::Orphan, config.map(|source| source == Source::Static))
            });
            (next, Answer::Kept(known, bits(effects)))
        }
    }
}

fn bits(effects: worker::Effects) -> u8 {
    effects.into_iter().flatten().fold(0, |before, effect| {
        let bit = match effect {
            Effect::StartWorker => START,
            Effect::JoinQueue => JOIN,
            Effect::KeepCompletion => KEEP,
            Effect::CloseCompletion => CLOSE,
            Effect::CancelCall => CANCEL,
            Effect::CloseAllCompletions => CLOSE_ALL,
            Effect::StopWorker => 64,
            Effect::ReleaseName => 128,
        };
        assert!(before < bit, "{effects:?} are out of order");
        before | bit
    })
}

fn pass(pass: Pass) -> u8 {
    match pass {
        Pass::Sync => SYNC,
        Pass::Terminating => TERMINATING,
        Pass::Terminated => TERMINATED,
    }
}

fn number(call: Call) -> Option<u8> {
    match call {
        Call::SyncPod { .. } => Some(SYNC),
        Call::SyncTerminatingPod { .. } => Some(TERMINATING),
        Call::SyncTerminatedPod { .. } => Some(TERMINATED),
        Call::SyncTerminatingRuntimePod => Some(RUNTIME),
        Call::HeldBack => Some(HELD_BACK),
        Call::NeverStarts => Some(NEVER_STARTS),
        Call::Idle => None,
    }
}

fn given(call: Call) -> Option<u64> {
    match call {
        Call::SyncTerminatingPod { grace, .. } => grace.map(Grace::as_secs),
        Call::SyncPod { .. }
        | Call::SyncTerminatingRuntimePod
        | Call::SyncTerminatedPod { .. }
        | Call::HeldBack
        | Call::NeverStarts
        | Call::Idle => None,
    }
}

impl Spec {
    fn of(config: Config) -> Self {
        let (g, grace) = match config.grace() {
            ConfigGrace::Deletion(g) => (Some(g), None),
            ConfigGrace::Spec(grace) => (None, Some(grace)),
            ConfigGrace::Unset => (None, None),
        };
        Self {
            phase: Phase::ALL.into_iter().zip(0..).find(|(phase, _)| Some(*phase) == config.phase).unwrap().1,
            g: g.map(Grace::as_secs),
            grace: grace.map(Grace::as_secs),
            is_static: config.source == Source::Static,
        }
    }

    /// Beside G the other grace is never read.
    fn kept(self) -> Self {
        Self { grace: if self.g.is_some() { None } else { self.grace }, ..self }
    }

    fn is_over(self) -> bool {
        matches!(Phase::ALL[usize::from(self.phase)], Phase::Succeeded | Phase::Failed)
    }
}

impl Message {
    fn of(kept: Kept) -> Self {
        let spec = match kept.subject {
            Subject::Pod(config) => Some(Spec::of(config)),
            Subject::Runtime => None,
        };
        let kill =
            kept.kill.map(|kill| (kill.cause == KillCause::Eviction, Grace::from(kill.grace).as_secs()));
        Self { spec, kill }
    }
}

/// KUB-13.
fn grace_in_force(held: u64, spec: Option<Spec>, asked: Option<u64>) -> u64 {
    let mut grace = held;
    let mut replaced = false;
    if let Some(g) = spec.and_then(|spec| spec.g)
        && (grace == 0 || g < grace)
    {
        (grace, replaced) = (g, true);
    }
    if let Some(asked) = asked
        && (grace == 0 || asked < grace)
    {
        (grace, replaced) = (asked, true);
    }
    if !replaced && grace == 0 {
        grace = spec.and_then(|spec| spec.grace).unwrap_or(0);
    }
    grace.max(1)
}

/// The naive worker: the text of chapter 6, line by line.
impl Plain {
    fn of(record: Worker) -> Self {
        let Worker { stage, activity, waiting, handled } = record;
        let has = |mark| stage.marks().contains(mark);
        Self {
            level: match stage {
                Stage::Sync => 0,
                Stage::Terminating { .. } => 1,
                Stage::Terminated { .. } => 2,
                Stage::Finished { .. } => 3,
            },
            begun: stage.begun() == Begun::Yes,
            deleted: has(Marks::DELETED),
            evicted: has(Marks::EVICTED),
            observed: has(Marks::OBSERVED_RUNTIME),
            restart: has(Marks::RESTART_REQUESTED),
            grace: stage.grace().map_or(0, |grace| Grace::from(grace).as_secs()),
            started: matches!(activity, Activity::Resting | Activity::Calling(_)),
            call: match activity {
                Activity::New | Activity::Resting => None,
                Activity::StoppingRuntime => Some(RUNTIME),
                Activity::Calling(call) => Some(pass(call)),
            },
            waiting: waiting.map(|waiting| Waits {
                kind: KINDS.into_iter().zip(0..).find(|(kind, _)| *kind == waiting.kind).unwrap().1,
                held: waiting.slot == Slot::HeldBack,
                message: Message::of(waiting.update),
            }),
            last: handled.map(Message::of),
        }
    }

    fn expect(record: Option<Self>, event: Happens) -> (Option<Self>, Answer) {
        match (record, event) {
            (_, Happens::Update { kind, spec: None, .. }) if kind != KILL => {
                (record, Answer::Updated(Fate::NoKill, 0)) // KUB-22 step 1
            }
            (None, Happens::Update { spec, nothing_runs, .. }) => {
                let ended = nothing_runs && spec.is_some_and(Spec::is_over);
                let new = Self { level: if ended { 2 } else { 0 }, begun: ended, ..Self::default() };
                let joins = spec.is_some_and(|spec| spec.is_static);
                let (next, fate, effects) = new.update(event, true);
                (Some(next), Answer::Updated(fate, effects | START | if joins { JOIN } else { 0 }))
            }
            (Some(record), Happens::Update { .. }) => {
                let (next, fate, effects) = record.update(event, false);
                (Some(next), Answer::Updated(fate, effects))
            }
            (Some(record), Happens::Take { mine }) => record.take(mine),
            (Some(record), Happens::Done { outcome }) => record.done(outcome),
            (Some(record), Happens::Housekeeping { orphan }) => record.housekeep(orphan),
            (None, _) => (None, Answer::Refused),
        }
    }

    /// KUB-22 from step 3.
    fn update(mut self, event: Happens, first: bool) -> (Self, Fate, u8) {
        let Happens::Update { kind, spec, kill, .. } = event else { unreachable!("an update") };
        let mut used = spec.map(Spec::kept);
        if spec.is_none() {
            self.observed = true;
            used = self.waiting.and_then(|waiting| waiting.message.spec);
            used = used.or_else(|| self.last.and_then(|last| last.spec));
        }
        if !first && self.level > 0 && kind == CREATE {
            self.restart = true;
            return (self, Fate::RestartRequested, 0);
        }
        if self.level == 3 {
            return (self, Fate::Finished, 0);
        }
        let mut became = false;
        if self.level == 0 {
            became = true;
            match spec {
                None => self.deleted = true,
                Some(spec) if spec.g.is_some() => self.deleted = true,
                Some(spec) if spec.is_over() => {}
                Some(_) if kind == KILL => self.evicted = kill.is_some_and(|(evicts, _)| evicts),
                Some(_) => became = false,
            }
            self.level = u8::from(became);
        }
        let mut effects = 0;
        let mut options = None;
        let mut shortened = false;
        match self.level {
            2 if spec.is_none() => return (self, Fate::Terminated, 0),
            1 => {
                let grace = grace_in_force(self.grace, used, kill.and_then(|(_, asked)| asked));
                shortened = self.grace != 0 && grace != self.grace;
                self.grace = grace;
                options = Some((kill.is_some_and(|(evicts, _)| evicts), grace));
                effects |= if kill.is_some() { KEEP } else { 0 };
            }
            _ => effects |= if kill.is_some() { CLOSE } else { 0 },
        }
        if self.call.is_some() && (became || shortened) {
            effects |= CANCEL;
        }
        self.waiting = Some(Waits { kind, held: false, message: Message { spec: used, kill: options } });
        (self, Fate::Waits, effects)
    }

    /// KUB-23, KUB-24.
    fn take(mut self, mine: bool) -> (Option<Self>, Answer) {
        if self.call.is_some() {
            return (Some(self), Answer::Refused);
        }
        let Some(mut waiting) = self.waiting.filter(|_| self.level < 3) else {
            return (Some(self), Answer::Calls(None, 0, None));
        };
        let waits = waiting.message;
        if waits.spec.is_some_and(|spec| spec.is_static) && !self.started {
            if self.level > 0 {
                let next = Self { level: 3, waiting: None, ..self };
                return (Some(next), Answer::Calls(Some(NEVER_STARTS), END, None));
            }
            if !mine {
                waiting.held = true;
                let next = Self { waiting: Some(waiting), ..self };
                return (Some(next), Answer::Calls(Some(HELD_BACK), 0, None));
            }
        }
        self.waiting = None;
        let kill = waits.kill.or_else(|| self.last.and_then(|last| last.kill));
        self.last = Some(Message { kill, ..waits });
        self.begun |= self.level > 0;
        let call = if waits.spec.is_none() { RUNTIME } else { self.level };
        self.started = call != RUNTIME;
        self.call = Some(call);
        let grace = waits.kill.map(|(_, grace)| grace).filter(|_| call == TERMINATING);
        (Some(self), Answer::Calls(Some(call), 0, grace))
    }

    /// KUB-25.
    fn done(mut self, outcome: u8) -> (Option<Self>, Answer) {
        let Some(call) = self.call.take() else { return (Some(self), Answer::Refused) };
        if outcome >= 2 {
            return (Some(self), Answer::Returned(Again::AfterFailure, 0));
        }
        match call {
            SYNC if outcome == 0 => (Some(self), Answer::Returned(Again::Periodically, 0)),
            SYNC => {
                self.level = 1;
                self.begun = true;
                (Some(self.replay()), Answer::Returned(Again::Now, 0))
            }
            TERMINATING => {
                self.level = 2;
                (Some(self.replay()), Answer::Returned(Again::Now, CLOSE_ALL))
            }
            TERMINATED => {
                self.level = 3;
                (Some(self), Answer::Returned(Again::Never, END))
            }
            _ => (None, Answer::Returned(Again::Never, END)),
        }
    }

    /// KUB-26.
    fn replay(mut self) -> Self {
        let last = self.last.map(|message| Waits { kind: 2, held: false, message });
        self.waiting = self.waiting.or(last);
        self
    }

    /// The last rows of KUB-10, KUB-27.
    fn housekeep(mut self, orphan: bool) -> (Option<Self>, Answer) {
        let unseen = !self.started && self.call.is_none() && !self.observed;
        if (self.level == 3 && (orphan || self.restart)) || (self.level < 3 && orphan && unseen) {
            return (None, Answer::Kept(None, END));
        }
        if orphan {
            self.deleted = true;
            if self.level == 0 {
                self.level = 1;
                self.grace = grace_in_force(0, self.last.and_then(|last| last.spec), None);
            }
            self = self.replay();
        }
        let waits = self.waiting.map(|waiting| waiting.message);
        let config = self.last.or(waits).and_then(|message| message.spec);
        let known = (self.level.min(2), orphan, config.map(|spec| spec.is_static));
        (Some(self), Answer::Kept(Some(known), 0))
    }
}
