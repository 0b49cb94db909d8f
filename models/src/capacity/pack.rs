//! A state as one word of 128 bits: what is hashed.

use std::hash::{Hash, Hasher};

use pod_lifecycle::binding::Binding;
use pod_lifecycle::scheduling::Held;
use pod_lifecycle::worker::{
    Activity, Begun, Config, Facts, Kept, Kind, Marks, Pass, Slot, Stage, Subject, Waiting, Worker,
};

use crate::engine::Stored as Packed;

use super::state::{Asked, Course, Incarnation, Life, Owner, Process, State, Stored, Uid, Why};

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u128(self.pack());
    }
}

impl Packed<State> for u128 {
    fn pack(state: &State) -> Self {
        state.pack()
    }
    fn unpack(self) -> State {
        State::unpack(self).expect("`pack` made it")
    }
}

impl State {
    /// All of it in one word.
    #[must_use]
    pub fn pack(&self) -> u128 {
        let mut bits = Bits(0);
        for uid in Uid::ALL {
            bits.option(self.of(uid), Bits::incarnation);
        }
        bits.index(LIVES, self.life, 1);
        bits.flag(self.plugin);
        bits.push(self.faults_left.into(), 3);
        bits.0
    }

    /// What [`pack`](Self::pack) packed; `None` for bits that it never makes.
    #[must_use]
    pub fn unpack(word: u128) -> Option<Self> {
        let mut bits = Bits(word);
        let faults_left = u8::try_from(bits.pull(3)).ok()?;
        let plugin = bits.pull_flag();
        let life = bits.pick(LIVES, 1)?;
        let second = bits.pull_option(Bits::pull_incarnation)?;
        let alive = [bits.pull_option(Bits::pull_incarnation)?, second];
        (bits.0 == 0).then_some(Self { alive, life, plugin, faults_left })
    }
}

const OWNERS: &[Owner] = &[Owner::User, Owner::StatefulSet];
const COURSES: &[Course] = &[Course::Open, Course::Succeeded, Course::Failed];
const LIVES: &[Life] = &[Life::Listed, Life::Synced];
const PROCESSES: &[Process] = &[Process::None, Process::Running, Process::Done, Process::Killed];
const BINDINGS: &[Binding] = &[Binding::Unbound, Binding::Bound];
const WHYS: &[Option<Why>] = &[None, Some(Why::NoRoom), Some(Why::NoPlugin)];
const TOLD: &[Option<Binding>] = &[None, Some(Binding::Unbound), Some(Binding::Bound)];
const HELD: &[Option<Held>] = &[None, Some(Held::Assumed), Some(Held::Confirmed)];
const ASKED: &[Option<Asked>] = &[None, Some(Asked::Mine), Some(Asked::Former)];
const BEGUN: &[Begun] = &[Begun::No, Begun::Yes];
const ACTIVITIES: &[Activity] = &[
    Activity::New,
    Activity::StoppingRuntime,
    Activity::Resting,
    Activity::Calling(Pass::Sync),
    Activity::Calling(Pass::Terminating),
    Activity::Calling(Pass::Terminated),
];
/// What a record keeps of an update here: the runtime's, or a Pod and how it stands.
const KEPT: &[Option<Course>] = &[None, Some(Course::Open), Some(Course::Succeeded), Some(Course::Failed)];

/// A stack of bit fields in one word.
struct Bits(u128);

impl Bits {
    const fn push(&mut self, value: u128, width: u32) {
        self.0 = self.0 << width | value;
    }

    const fn pull(&mut self, width: u32) -> usize {
        #[allow(clippy::cast_possible_truncation, reason = "at most 8 bits")]
        let value = (self.0 & ((1 << width) - 1)) as usize;
        self.0 >>= width;
        value
    }

    /// What is not listed becomes a number that no listed value has, so that a round trip fails.
    fn index<T: PartialEq + Copy>(&mut self, all: &[T], value: T, width: u32) {
        let index =
            (0..).zip(all).find(|(_, one)| **one == value).map_or((1 << width) - 1, |(index, _)| index);
        self.push(index, width);
    }

    fn pick<T: Copy>(&mut self, all: &[T], width: u32) -> Option<T> {
        all.get(self.pull(width)).copied()
    }

    const fn flag(&mut self, value: bool) {
        self.push(value as u128, 1);
    }

    const fn pull_flag(&mut self) -> bool {
        self.pull(1) == 1
    }

    fn option<T>(&mut self, value: Option<T>, push: impl FnOnce(&mut Self, T)) {
        let present = value.is_some();
        if let Some(value) = value {
            push(self, value);
        }
        self.flag(present);
    }

    fn pull_option<T>(&mut self, pull: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.pull_flag() { pull(self).map(Some) } else { Some(None) }
    }

    fn stored(&mut self, stored: Stored) {
        self.flag(stored.deleting);
        self.index(COURSES, stored.course, 2);
    }

    fn pull_stored(&mut self) -> Option<Stored> {
        let course = self.pick(COURSES, 2)?;
        Some(Stored { deleting: self.pull_flag(), course })
    }

    fn incarnation(&mut self, incarnation: Incarnation) {
        self.option(incarnation.worker, Self::worker);
        self.option(incarnation.stored, Self::stored);
        self.option(incarnation.seen, Self::stored);
        self.index(OWNERS, incarnation.owner, 1);
        self.index(BINDINGS, incarnation.binding, 1);
        self.index(PROCESSES, incarnation.process, 2);
        self.index(WHYS, incarnation.rejected, 2);
        self.index(TOLD, incarnation.told, 2);
        self.index(HELD, incarnation.held, 2);
        self.index(ASKED, incarnation.asked, 2);
        self.flag(incarnation.overbooked);
        self.flag(incarnation.stranded);
    }

    fn pull_incarnation(&mut self) -> Option<Incarnation> {
        let stranded = self.pull_flag();
        let overbooked = self.pull_flag();
        let asked = self.pick(ASKED, 2)?;
        let held = self.pick(HELD, 2)?;
        let told = self.pick(TOLD, 2)?;
        let rejected = self.pick(WHYS, 2)?;
        let process = self.pick(PROCESSES, 2)?;
        let binding = self.pick(BINDINGS, 1)?;
        let owner = self.pick(OWNERS, 1)?;
        let seen = self.pull_option(Self::pull_stored)?;
        let stored = self.pull_option(Self::pull_stored)?;
        let worker = self.pull_option(Self::pull_worker)?;
        Some(Incarnation {
            owner,
            stored,
            binding,
            process,
            seen,
            worker,
            rejected,
            told,
            held,
            asked,
            overbooked,
            stranded,
        })
    }

    fn worker(&mut self, worker: Worker) {
        self.option(worker.handled, Self::kept);
        self.option(worker.waiting.map(|waiting| waiting.update), Self::kept);
        self.index(ACTIVITIES, worker.activity, 3);
        let stage = match worker.stage {
            Stage::Sync => 0,
            Stage::Terminating { .. } => 1,
            Stage::Terminated { .. } => 2,
            Stage::Finished { .. } => 3,
        };
        self.index(BEGUN, worker.stage.begun(), 1);
        self.flag(worker.stage.marks().contains(Marks::OBSERVED_RUNTIME));
        self.push(stage, 2);
    }

    fn pull_worker(&mut self) -> Option<Worker> {
        let stage = self.pull(2);
        let marks = if self.pull_flag() { Marks::OBSERVED_RUNTIME } else { Marks::NONE };
        let begun = self.pick(BEGUN, 1)?;
        let grace = None;
        let stage = match stage {
            0 => Stage::Sync,
            1 => Stage::Terminating { begun, marks, grace },
            2 => Stage::Terminated { marks, grace },
            _ => Stage::Finished { begun, marks, grace },
        };
        let activity = self.pick(ACTIVITIES, 3)?;
        let waiting = self.pull_option(Self::pull_kept)?;
        let waiting = waiting.map(|update| Waiting { kind: Kind::Sync, slot: Slot::Due, update });
        Some(Worker { stage, activity, waiting, handled: self.pull_option(Self::pull_kept)? })
    }

    fn kept(&mut self, kept: Kept) {
        let course = match kept.subject {
            Subject::Pod(pod) => Some(pod.phase.map_or(Course::Open, Course::of)),
            Subject::Runtime => None,
        };
        self.index(KEPT, course, 2);
    }

    fn pull_kept(&mut self) -> Option<Kept> {
        let subject = match self.pick(KEPT, 2)? {
            Some(course) => {
                let phase = (course != Course::Open).then_some(course.phase());
                Subject::Pod(Config::of(Facts { phase, ..Stored::NEW.facts() }))
            }
            None => Subject::Runtime,
        };
        Some(Kept { subject, kill: None })
    }
}
