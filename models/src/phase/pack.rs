//! A state as one word: what is hashed and kept.

use std::hash::{Hash, Hasher};

use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::phase::Phase;

use super::state::{
    Author, Code, Entry, Flight, Instance, Queue, Record, Sandbox, Shape, Startup, State, Status, Stored,
    Template, View, Work,
};

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.pack());
    }
}

impl crate::engine::Stored<State> for u64 {
    fn pack(state: &State) -> Self {
        state.pack()
    }
    fn unpack(self) -> State {
        State::unpack(self).expect("`pack` made it")
    }
}

const PHASES: &[Phase] = &[Phase::Pending, Phase::Running, Phase::Succeeded, Phase::Failed];
const POLICIES: &[RestartPolicy] = &[RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never];
const SHAPES: &[Shape] = &[Shape::Two, Shape::Own, Shape::Init, Shape::Sidecar];
const AUTHORS: &[Author] = &[Author::Api, Author::Kubelet, Author::Before, Author::PodGc];
const WORKS: &[Work] = &[Work::Sync, Work::Terminating, Work::Terminated, Work::Finished];
const SANDBOXES: &[Sandbox] = &[Sandbox::None, Sandbox::Ready, Sandbox::Lost];
const STARTUPS: &[Startup] = &[Startup::Pending, Startup::Found, Startup::Succeeded];
const INSTANCES: &[Instance] = &[
    Instance::None,
    Instance::Created,
    Instance::Running,
    Instance::Exited(Code::Well),
    Instance::Exited(Code::Badly),
    Instance::Removed(Code::Well),
    Instance::Removed(Code::Badly),
];
const FLIGHTS: &[Flight] = &[
    Flight::None,
    Flight::Starting(Queue::First),
    Flight::Starting(Queue::Both),
    Flight::Starting(Queue::Second),
    Flight::Clearing { waits: false, then: None },
    Flight::Clearing { waits: false, then: Some(Queue::First) },
    Flight::Clearing { waits: false, then: Some(Queue::Both) },
    Flight::Clearing { waits: false, then: Some(Queue::Second) },
    Flight::Clearing { waits: true, then: None },
    Flight::Clearing { waits: true, then: Some(Queue::First) },
    Flight::Clearing { waits: true, then: Some(Queue::Both) },
    Flight::Clearing { waits: true, then: Some(Queue::Second) },
    Flight::Stopping { waits: false },
    Flight::Stopping { waits: true },
];

impl State {
    /// All of it in one word.
    #[must_use]
    pub fn pack(&self) -> u64 {
        let mut bits = Bits(0);
        if let Some(template) = self.template {
            bits.index(POLICIES, template.policy, 2);
            bits.index(SHAPES, template.shape, 2);
        }
        bits.flag(self.template.is_some());
        bits.flag(self.stored.deleting);
        bits.flag(self.stored.disrupted);
        bits.index(AUTHORS, self.stored.author, 2);
        bits.status(self.stored.status);
        if let Some(phase) = self.view.ended {
            bits.index(PHASES, phase, 2);
        }
        bits.flag(self.view.ended.is_some());
        bits.flag(self.view.deleting);
        if let Some(status) = self.cached {
            bits.status(status);
        }
        bits.flag(self.cached.is_some());
        bits.index(WORKS, self.record.stage, 2);
        bits.flag(self.record.evicted);
        bits.index(FLIGHTS, self.flight, 4);
        for instance in self.instances {
            bits.index(INSTANCES, instance, 3);
        }
        bits.index(SANDBOXES, self.sandbox, 2);
        bits.index(STARTUPS, self.startup, 2);
        for flag in [self.aged, self.overdue, self.over] {
            bits.flag(flag);
        }
        bits.push(self.faults_left.into(), 2);
        bits.0
    }

    /// What [`pack`](Self::pack) packed; `None` for bits that it never makes.
    #[must_use]
    pub fn unpack(word: u64) -> Option<Self> {
        let mut bits = Bits(word);
        let faults_left = u8::try_from(bits.pull(2)).ok()?;
        let [over, overdue, aged] = [bits.pull_flag(), bits.pull_flag(), bits.pull_flag()];
        let startup = bits.pick(STARTUPS, 2)?;
        let sandbox = bits.pick(SANDBOXES, 2)?;
        let second = bits.pick(INSTANCES, 3)?;
        let instances = [bits.pick(INSTANCES, 3)?, second];
        let flight = bits.pick(FLIGHTS, 4)?;
        let evicted = bits.pull_flag();
        let record = Record { stage: bits.pick(WORKS, 2)?, evicted };
        let cached = if bits.pull_flag() { Some(bits.pull_status()?) } else { None };
        let deleting = bits.pull_flag();
        let ended = if bits.pull_flag() { Some(bits.pick(PHASES, 2)?) } else { None };
        let view = View { deleting, ended };
        let status = bits.pull_status()?;
        let author = bits.pick(AUTHORS, 2)?;
        let disrupted = bits.pull_flag();
        let stored = Stored { deleting: bits.pull_flag(), status, author, disrupted };
        let template = if bits.pull_flag() {
            let shape = bits.pick(SHAPES, 2)?;
            Some(Template { policy: bits.pick(POLICIES, 2)?, shape })
        } else {
            None
        };
        (bits.0 == 0).then_some(Self {
            template,
            stored,
            view,
            cached,
            record,
            flight,
            instances,
            sandbox,
            aged,
            startup,
            overdue,
            over,
            faults_left,
        })
    }
}

/// A stack of bit fields in one word.
struct Bits(u64);

impl Bits {
    const fn push(&mut self, value: u64, width: u32) {
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
        self.push(value as u64, 1);
    }

    const fn pull_flag(&mut self) -> bool {
        self.pull(1) == 1
    }

    fn status(&mut self, status: Status) {
        self.index(PHASES, status.phase, 2);
        for entry in status.entries {
            self.index(&Entry::ALL, entry, 4);
        }
    }

    fn pull_status(&mut self) -> Option<Status> {
        let second = self.pick(&Entry::ALL, 4)?;
        let entries = [self.pick(&Entry::ALL, 4)?, second];
        Some(Status { phase: self.pick(PHASES, 2)?, entries })
    }
}
