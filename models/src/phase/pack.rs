//! A state as one word: what is hashed and kept.

use std::hash::{Hash, Hasher};

use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::phase::Phase;

use crate::bits::bits;

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
        bits.option(self.template, |bits, template| {
            bits.index(POLICIES, template.policy, 2);
            bits.index(SHAPES, template.shape, 2);
        });
        bits.flag(self.stored.deleting);
        bits.flag(self.stored.disrupted);
        bits.index(AUTHORS, self.stored.author, 2);
        bits.status(self.stored.status);
        bits.option(self.view.ended, |bits, phase| bits.index(PHASES, phase, 2));
        bits.flag(self.view.deleting);
        bits.option(self.cached, Bits::status);
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
        let cached = bits.pull_option(Bits::pull_status)?;
        let deleting = bits.pull_flag();
        let ended = bits.pull_option(|bits| bits.pick(PHASES, 2))?;
        let view = View { deleting, ended };
        let status = bits.pull_status()?;
        let author = bits.pick(AUTHORS, 2)?;
        let disrupted = bits.pull_flag();
        let stored = Stored { deleting: bits.pull_flag(), status, author, disrupted };
        let template = bits.pull_option(|bits| {
            let shape = bits.pick(SHAPES, 2)?;
            Some(Template { policy: bits.pick(POLICIES, 2)?, shape })
        })?;
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

bits!(u64);

impl Bits {
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
