//! A state as one word of 128 bits: what is hashed and kept.

use std::hash::{Hash, Hasher};

use pod_lifecycle::admission::{Guard, Unhealthy};
use pod_lifecycle::controllers::node_lifecycle::{Ready, Taint};
use pod_lifecycle::phase::Phase;

use super::state::{Entry, Eviction, Node, Pod, Process, Seen, State, Step, Stored, Target, Timer, Work};

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u128(self.pack());
    }
}

impl crate::engine::Stored<State> for u128 {
    fn pack(state: &State) -> Self {
        state.pack()
    }
    fn unpack(self) -> State {
        State::unpack(self).expect("`pack` made it")
    }
}

const POLICIES: &[Option<Unhealthy>] =
    &[None, Some(Unhealthy::IfHealthyBudget), Some(Unhealthy::AlwaysAllow)];
const PHASES: &[Phase] = &[Phase::Pending, Phase::Running, Phase::Failed];
const ENTRIES: &[Entry] = &[Entry::None, Entry::Running, Entry::Ended];
const TARGETS: &[Target] = &[Target::None, Target::Eviction, Target::Taint, Target::Kubelet];
const SEEN: &[Seen] = &[Seen::Nothing, Seen::Live, Seen::Deleting];
const WORKS: &[Work] = &[Work::None, Work::Rejected, Work::Sync, Work::Terminating, Work::Finished];
const PROCESSES: &[Process] = &[Process::None, Process::Running, Process::Exited];
const STEPS: &[Step] = &[
    Step::Granted,
    Step::Asked { fresh: false, allowed: 0 },
    Step::Asked { fresh: false, allowed: 1 },
    Step::Asked { fresh: true, allowed: 0 },
    Step::Asked { fresh: true, allowed: 1 },
];
const GUARDS: &[Guard] = &[Guard::None, Guard::Version];
const TIMERS: &[Timer] = &[Timer::None, Timer::Running, Timer::Due, Timer::Fired];
const READY: &[Ready] = &[Ready::True, Ready::False, Ready::Unknown];
const TAINTS: &[Option<Taint>] = &[None, Some(Taint::NotReady), Some(Taint::Unreachable)];

impl State {
    /// All of it in one word.
    #[must_use]
    pub fn pack(&self) -> u128 {
        let mut bits = Bits(0);
        for pod in self.pods {
            bits.pod(pod);
        }
        for node in self.nodes {
            bits.node(node);
        }
        bits.index(POLICIES, self.policy, 2);
        bits.push(self.healthy.into(), 2);
        bits.push(self.allowed.into(), 2);
        bits.flags(&[self.blind, self.dark, self.hurt]);
        bits.push(self.faults_left.into(), 3);
        bits.0
    }

    /// What [`pack`](Self::pack) packed; `None` for bits that it never makes.
    #[must_use]
    pub fn unpack(word: u128) -> Option<Self> {
        let mut bits = Bits(word);
        let faults_left = bits.byte(3)?;
        let [blind, dark, hurt] = bits.pull_flags();
        let (allowed, healthy) = (bits.byte(2)?, bits.byte(2)?);
        let policy = bits.pick(POLICIES, 2)?;
        let two = bits.pull_node()?;
        let nodes = [bits.pull_node()?, two];
        let two = bits.pull_pod()?;
        let pods = [bits.pull_pod()?, two];
        let all = Self { policy, pods, nodes, healthy, allowed, blind, dark, hurt, faults_left };
        (bits.0 == 0).then_some(all)
    }
}

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

    fn byte(&mut self, width: u32) -> Option<u8> {
        u8::try_from(self.pull(width)).ok()
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

    fn flags(&mut self, flags: &[bool]) {
        for flag in flags {
            self.push(u128::from(*flag), 1);
        }
    }

    fn pull_flags<const N: usize>(&mut self) -> [bool; N] {
        let mut flags = [false; N];
        for flag in flags.iter_mut().rev() {
            *flag = self.pull(1) == 1;
        }
        flags
    }

    fn pod(&mut self, pod: Pod) {
        if let Some(stored) = pod.stored {
            self.index(PHASES, stored.phase, 2);
            self.index(ENTRIES, stored.entry, 2);
            self.index(TARGETS, stored.target, 2);
            self.flags(&[stored.ready, stored.deleting]);
        }
        if let Some(eviction) = pod.eviction {
            self.index(STEPS, eviction.step, 3);
            self.index(GUARDS, eviction.guard, 1);
            self.flags(&[eviction.ready, eviction.touched]);
        }
        self.index(SEEN, pod.seen, 2);
        self.index(WORKS, pod.work, 3);
        self.index(PROCESSES, pod.process, 2);
        self.index(TIMERS, pod.timer, 2);
        self.flags(&[pod.killed, pod.probe, pod.told, pod.pending]);
        self.flags(&[pod.stored.is_some(), pod.eviction.is_some()]);
    }

    fn pull_pod(&mut self) -> Option<Pod> {
        let [is_stored, is_evicted] = self.pull_flags();
        let [killed, probe, told, pending] = self.pull_flags();
        let timer = self.pick(TIMERS, 2)?;
        let process = self.pick(PROCESSES, 2)?;
        let work = self.pick(WORKS, 3)?;
        let seen = self.pick(SEEN, 2)?;
        let mut eviction = None;
        if is_evicted {
            let [ready, touched] = self.pull_flags();
            let guard = self.pick(GUARDS, 1)?;
            eviction = Some(Eviction { step: self.pick(STEPS, 3)?, ready, guard, touched });
        }
        let mut stored = None;
        if is_stored {
            let [ready, deleting] = self.pull_flags();
            let target = self.pick(TARGETS, 2)?;
            let entry = self.pick(ENTRIES, 2)?;
            stored = Some(Stored { phase: self.pick(PHASES, 2)?, entry, ready, target, deleting });
        }
        Some(Pod { stored, seen, work, killed, process, probe, told, eviction, pending, timer })
    }

    fn node(&mut self, node: Node) {
        self.flags(&[node.on, node.link, node.shutdown]);
        self.index(READY, node.ready, 2);
        self.index(TAINTS, node.taint, 2);
    }

    fn pull_node(&mut self) -> Option<Node> {
        let taint = self.pick(TAINTS, 2)?;
        let ready = self.pick(READY, 2)?;
        let [on, link, shutdown] = self.pull_flags();
        Some(Node { on, link, shutdown, ready, taint })
    }
}
