//! A state as three words: what is hashed. One for each incarnation, one for the rest.

use std::hash::{Hash, Hasher};

use pod_lifecycle::Grace;
use pod_lifecycle::deletion::Deletion;
use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::time::Time;
use pod_lifecycle::worker::{
    Config, ConfigGrace, Facts, HeldGrace, Kept, Kill, KillCause, Kind, Marks, Slot, Stage, Subject, Waiting,
    Worker,
};

use crate::bits::{ACTIVITIES, BEGUN, bits, number};
use crate::engine::Stored;

use super::state::{
    Author, Cached, Code, Entry, Flight, Instance, Life, Local, Pod, Policy, State, Status, Token, Uid, View,
    Writer,
};

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        for word in self.pack() {
            hasher.write_u64(word);
        }
    }
}

impl Stored<State> for [u64; 3] {
    fn pack(state: &State) -> Self {
        state.pack()
    }
    fn unpack(self) -> State {
        State::unpack(self).expect("`pack` made it")
    }
}

impl State {
    /// All of it in three words.
    #[must_use]
    pub fn pack(&self) -> [u64; 3] {
        let local = |local: Option<Local>| {
            let mut bits = Bits(0);
            bits.option(local, Bits::local);
            bits.0
        };
        let mut rest = Bits(0);
        rest.option(self.pod, Bits::pod);
        rest.option(self.view, |bits, view| {
            bits.index(UIDS, view.uid, 1);
            bits.option(view.grace, Bits::token);
            bits.option(view.ended, |bits, phase| bits.index(PHASES, phase, 2));
        });
        match self.writer {
            Writer::Idle => rest.push(0, 2),
            Writer::Patch { uid, status } => {
                rest.status(status);
                rest.index(UIDS, uid, 1);
                rest.push(1, 2);
            }
            Writer::Delete { uid } => {
                rest.index(UIDS, uid, 1);
                rest.push(2, 2);
            }
        }
        rest.option(self.removing, |bits, uid| bits.index(UIDS, uid, 1));
        rest.flag(self.forcing);
        rest.index(LIVES, self.life, 2);
        rest.push(self.faults_left.into(), 3);
        let [first, second] = self.locals.map(local);
        [first, second, rest.0]
    }

    /// What [`pack`](Self::pack) packed; `None` for bits that it never makes.
    #[must_use]
    pub fn unpack([first, second, rest]: [u64; 3]) -> Option<Self> {
        let local = |word| {
            let mut bits = Bits(word);
            bits.pull_option(Bits::pull_local).filter(|_| bits.0 == 0)
        };
        let mut rest = Bits(rest);
        let faults_left = u8::try_from(rest.pull(3)).ok()?;
        let life = rest.pick(LIVES, 2)?;
        let forcing = rest.pull_flag();
        let removing = rest.pull_option(|bits| bits.pick(UIDS, 1))?;
        let writer = match rest.pull(2) {
            0 => Writer::Idle,
            1 => {
                let uid = rest.pick(UIDS, 1)?;
                Writer::Patch { uid, status: rest.pull_status()? }
            }
            2 => Writer::Delete { uid: rest.pick(UIDS, 1)? },
            _ => return None,
        };
        let view = rest.pull_option(|bits| {
            let ended = bits.pull_option(|bits| bits.pick(PHASES, 2))?;
            let grace = bits.pull_option(Bits::pull_token)?;
            Some(View { uid: bits.pick(UIDS, 1)?, grace, ended })
        })?;
        let pod = rest.pull_option(Bits::pull_pod)?;
        let locals = [local(first)?, local(second)?];
        (rest.0 == 0).then_some(Self { pod, locals, view, writer, removing, forcing, life, faults_left })
    }
}

const UIDS: &[Uid] = &Uid::ALL;
const LIVES: &[Life] = &[Life::Listing, Life::Listed, Life::Synced];
const PHASES: &[Phase] = &[Phase::Pending, Phase::Running, Phase::Succeeded, Phase::Failed];
const TOKENS: &[Token] = &[Token::Zero, Token::One, Token::Short, Token::Long];
const AUTHORS: &[Author] = &[Author::Other, Author::Kubelet];
const POLICIES: &[Policy] = &[Policy::Always, Policy::Never];
const ENTRIES: &[Entry] = &[Entry::Going, Entry::Ended];
const INSTANCES: &[Instance] = &[
    Instance::None,
    Instance::Created,
    Instance::Running,
    Instance::Exited(Code::Well),
    Instance::Exited(Code::Badly),
];
const FLIGHTS: &[Flight] = &[
    Flight::None,
    Flight::Pulling,
    Flight::Starting,
    Flight::Stopping(Token::Zero),
    Flight::Stopping(Token::One),
    Flight::Stopping(Token::Short),
    Flight::Stopping(Token::Long),
];
const MARKS: &[Marks] = &[Marks::DELETED, Marks::EVICTED, Marks::OBSERVED_RUNTIME, Marks::RESTART_REQUESTED];

bits!(u64);

impl Bits {
    fn token(&mut self, token: Token) {
        self.index(TOKENS, token, 2);
    }

    fn pull_token(&mut self) -> Option<Token> {
        self.pick(TOKENS, 2)
    }

    fn held(&mut self, grace: HeldGrace) {
        self.token(Token::of(grace.into()));
    }

    fn pull_held(&mut self) -> Option<HeldGrace> {
        self.pull_token().map(|token| HeldGrace::from(token.grace()))
    }

    fn status(&mut self, status: Status) {
        self.index(PHASES, status.phase, 2);
        self.index(ENTRIES, status.entry, 1);
    }

    fn pull_status(&mut self) -> Option<Status> {
        let entry = self.pick(ENTRIES, 1)?;
        Some(Status { phase: self.pick(PHASES, 2)?, entry })
    }

    fn pod(&mut self, pod: Pod) {
        self.index(UIDS, pod.uid, 1);
        self.option(pod.grace, Self::token);
        self.flag(pod.held);
        self.flag(pod.bound);
        self.status(pod.status);
        self.index(AUTHORS, pod.author, 1);
        self.flag(pod.undisturbed);
    }

    fn pull_pod(&mut self) -> Option<Pod> {
        let undisturbed = self.pull_flag();
        let author = self.pick(AUTHORS, 1)?;
        let status = self.pull_status()?;
        let (bound, held) = (self.pull_flag(), self.pull_flag());
        let grace = self.pull_option(Self::pull_token)?;
        Some(Pod { uid: self.pick(UIDS, 1)?, grace, held, bound, status, author, undisturbed })
    }

    fn local(&mut self, local: Local) {
        self.index(POLICIES, local.policy, 1);
        self.index(INSTANCES, local.instance, 3);
        self.flag(local.sandbox);
        self.flag(local.mounted);
        self.index(FLIGHTS, local.flight, 3);
        self.option(local.cached, |bits, cached| {
            bits.status(cached.status);
            bits.flag(cached.finished);
        });
        self.flag(local.rejected);
        self.flag(local.over);
        self.option(local.worker, Self::worker);
    }

    fn pull_local(&mut self) -> Option<Local> {
        let worker = self.pull_option(Self::pull_worker)?;
        let (over, rejected) = (self.pull_flag(), self.pull_flag());
        let cached = self.pull_option(|bits| {
            let finished = bits.pull_flag();
            Some(Cached { status: bits.pull_status()?, finished })
        })?;
        let flight = self.pick(FLIGHTS, 3)?;
        let (mounted, sandbox) = (self.pull_flag(), self.pull_flag());
        let instance = self.pick(INSTANCES, 3)?;
        let policy = self.pick(POLICIES, 1)?;
        Some(Local { policy, instance, sandbox, mounted, worker, flight, cached, rejected, over })
    }

    fn worker(&mut self, worker: Worker) {
        self.option(worker.handled, Self::kept);
        self.option(worker.waiting.map(|waiting| waiting.update), Self::kept);
        self.index(ACTIVITIES, worker.activity, 3);
        self.index(BEGUN, worker.stage.begun(), 1);
        for mark in MARKS {
            self.flag(worker.stage.marks().contains(*mark));
        }
        self.option(worker.stage.grace(), Self::held);
        self.push(number(&worker.stage).into(), 2);
    }

    fn pull_worker(&mut self) -> Option<Worker> {
        let stage = self.pull(2);
        let grace = self.pull_option(Self::pull_held)?;
        let present = MARKS.iter().rev().filter(|_| self.pull_flag());
        let marks = present.fold(Marks::NONE, |marks, mark| marks.with(*mark));
        let begun = self.pick(BEGUN, 1)?;
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
        self.option(kept.kill, |bits, kill| bits.held(kill.grace));
        let pod = match kept.subject {
            Subject::Pod(pod) => Some(pod),
            Subject::Runtime => None,
        };
        self.option(pod, |bits, pod| {
            bits.option(pod.phase, |bits, phase| bits.index(PHASES, phase, 2));
            let (deleting, grace) = match pod.grace() {
                ConfigGrace::Deletion(grace) => (true, grace),
                ConfigGrace::Spec(grace) => (false, grace),
                ConfigGrace::Unset => (false, Grace::ZERO),
            };
            bits.token(Token::of(grace));
            bits.flag(deleting);
        });
    }

    fn pull_kept(&mut self) -> Option<Kept> {
        let pod = self.pull_option(|bits| {
            let deleting = bits.pull_flag();
            let grace = bits.pull_token()?.grace();
            let secs = i64::try_from(grace.as_secs()).ok();
            let deletion = Deletion::from_fields(deleting.then_some(Time::from_unix(0)), secs);
            let phase = bits.pull_option(|bits| bits.pick(PHASES, 2))?;
            Some(Config::of(Facts { phase, deletion, spec_grace: Some(grace), source: Source::Api }))
        })?;
        let kill = self.pull_option(Self::pull_held)?.map(|grace| Kill { cause: KillCause::Other, grace });
        Some(Kept { subject: pod.map_or(Subject::Runtime, Subject::Pod), kill })
    }
}
