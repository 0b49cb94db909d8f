//! A state as one word of 128 bits: what is hashed.

use std::hash::{Hash, Hasher};

use pod_lifecycle::phase::Phase;
use pod_lifecycle::worker::{Config, Facts, Kept, Kind, Marks, Slot, Stage, Subject, Waiting, Worker};

use crate::bits::{ACTIVITIES, BEGUN, bits, number};
use crate::engine::Stored as Packed;

use super::state::{
    Breach, Incarnation, Life, Machine, Meant, Node, Object, Owner, Process, State, Stored, Uid,
};

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
        for incarnation in self.alive {
            bits.option(incarnation, Bits::incarnation);
        }
        for machine in self.machines {
            bits.machine(machine);
        }
        bits.index(OWNERS, self.owner, 1);
        bits.option(self.past, |bits, uid| bits.index(UIDS, uid, 1));
        for meant in [self.collecting, self.late] {
            bits.option(meant, |bits, meant| bits.index(MEANT, meant, 2));
        }
        bits.push(self.faults_left.into(), 3);
        bits.0
    }

    /// What [`pack`](Self::pack) packed; `None` for bits that it never makes.
    #[must_use]
    pub fn unpack(word: u128) -> Option<Self> {
        let mut bits = Bits(word);
        let faults_left = u8::try_from(bits.pull(3)).ok()?;
        let late = bits.pull_option(|bits| bits.pick(MEANT, 2))?;
        let collecting = bits.pull_option(|bits| bits.pick(MEANT, 2))?;
        let past = bits.pull_option(|bits| bits.pick(UIDS, 1))?;
        let owner = bits.pick(OWNERS, 1)?;
        let two = bits.pull_machine()?;
        let machines = [bits.pull_machine()?, two];
        let second = bits.pull_option(Bits::pull_incarnation)?;
        let alive = [bits.pull_option(Bits::pull_incarnation)?, second];
        (bits.0 == 0).then_some(Self { owner, alive, machines, past, collecting, late, faults_left })
    }
}

const UIDS: &[Uid] = &Uid::ALL;
const NODES: &[Node] = &Node::ALL;
const OWNERS: &[Owner] = &[Owner::StatefulSet, Owner::ReplicaSet];
const LIVES: &[Life] = &[Life::Listing, Life::Synced];
const OBJECTS: &[Object] = &[Object::Ready, Object::NotReady, Object::Absent];
const PROCESSES: &[Process] = &[Process::None, Process::Running, Process::Exited];
const MEANT: &[Meant] = &[Meant::Gone, Meant::Stored(Uid::First), Meant::Stored(Uid::Second)];
const BREACHES: &[Breach] = &[
    Breach::None,
    Breach::Forced,
    Breach::Orphaned,
    Breach::OutOfService,
    Breach::Mistaken,
    Breach::Erased,
    Breach::Relisted,
];
/// What a record keeps of an update here: a Pod and whether it has ended, or the runtime's.
const KEPT: &[Option<bool>] = &[None, Some(false), Some(true)];

bits!(u128);

impl Bits {
    const fn stored(&mut self, stored: Stored) {
        self.flag(stored.deleting);
        self.flag(stored.ended);
    }

    const fn pull_stored(&mut self) -> Stored {
        let ended = self.pull_flag();
        Stored { deleting: self.pull_flag(), ended }
    }

    fn machine(&mut self, machine: Machine) {
        self.flag(machine.on);
        self.flag(machine.link);
        self.flag(machine.taint);
        self.flag(machine.late);
        self.index(LIVES, machine.life, 1);
        self.index(OBJECTS, machine.object, 2);
    }

    fn pull_machine(&mut self) -> Option<Machine> {
        let (object, life) = (self.pick(OBJECTS, 2)?, self.pick(LIVES, 1)?);
        let (late, taint) = (self.pull_flag(), self.pull_flag());
        let link = self.pull_flag();
        Some(Machine { on: self.pull_flag(), link, life, object, taint, late })
    }

    fn incarnation(&mut self, incarnation: Incarnation) {
        self.option(incarnation.worker, Self::worker);
        self.option(incarnation.stored, Self::stored);
        self.option(incarnation.seen, Self::stored);
        self.option(incarnation.node, |bits, node| bits.index(NODES, node, 1));
        self.index(PROCESSES, incarnation.process, 2);
        self.flag(incarnation.sent);
        self.index(BREACHES, incarnation.breach, 3);
    }

    fn pull_incarnation(&mut self) -> Option<Incarnation> {
        let breach = self.pick(BREACHES, 3)?;
        let sent = self.pull_flag();
        let process = self.pick(PROCESSES, 2)?;
        let node = self.pull_option(|bits| bits.pick(NODES, 1))?;
        let seen = self.pull_option(|bits| Some(bits.pull_stored()))?;
        let stored = self.pull_option(|bits| Some(bits.pull_stored()))?;
        let worker = self.pull_option(Self::pull_worker)?;
        Some(Incarnation { stored, node, process, seen, worker, sent, breach })
    }

    fn worker(&mut self, worker: Worker) {
        self.option(worker.handled, Self::kept);
        self.option(worker.waiting.map(|waiting| waiting.update), Self::kept);
        self.index(ACTIVITIES, worker.activity, 3);
        self.index(BEGUN, worker.stage.begun(), 1);
        self.flag(worker.stage.marks().contains(Marks::OBSERVED_RUNTIME));
        self.push(number(&worker.stage).into(), 2);
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
        let ended = match kept.subject {
            Subject::Pod(pod) => Some(pod.phase.is_some()),
            Subject::Runtime => None,
        };
        self.index(KEPT, ended, 2);
    }

    fn pull_kept(&mut self) -> Option<Kept> {
        let subject = match self.pick(KEPT, 2)? {
            Some(ended) => {
                let phase = ended.then_some(Phase::Failed);
                Subject::Pod(Config::of(Facts { phase, ..Stored::NEW.facts() }))
            }
            None => Subject::Runtime,
        };
        Some(Kept { subject, kill: None })
    }
}
