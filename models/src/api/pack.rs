//! A state as one word: what is hashed.

use std::hash::{Hash, Hasher};

use pod_lifecycle::binding::Gates;
use pod_lifecycle::deletion::{Finalizers, Propagation};

use crate::engine::Stored;

use super::state::{Client, Node, Options, Pod, Precondition, Role, Since, State, Uid, X};

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.pack());
    }
}

impl Stored<State> for u64 {
    fn pack(state: &State) -> Self {
        state.pack()
    }
    fn unpack(self) -> State {
        State::unpack(self).expect("`pack` made it")
    }
}

impl State {
    /// All of it in 60 bits.
    #[must_use]
    pub fn pack(&self) -> u64 {
        let mut bits = Bits(0);
        let [a, b] = self.clients;
        bits.client(a);
        bits.client(b);
        bits.option(self.binder, |bits, uid| bits.push(uid as u64, 1));
        bits.option(self.pod, Bits::pod);
        bits.0
    }

    /// What [`pack`](Self::pack) packed; `None` for bits that it never makes.
    #[must_use]
    pub fn unpack(bits: u64) -> Option<Self> {
        let mut bits = Bits(bits);
        let pod = bits.pull_option(Bits::pull_pod)?;
        let binder = bits.pull_option(|bits| pick(&[Uid::Departed, Uid::Current], bits.pull(1)))?;
        let (b, a) = (bits.pull_client()?, bits.pull_client()?);
        (bits.0 == 0).then_some(Self { pod, binder, clients: [a, b] })
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

    fn option<T>(&mut self, value: Option<T>, push: impl FnOnce(&mut Self, T)) {
        let present = u64::from(value.is_some());
        if let Some(value) = value {
            push(self, value);
        }
        self.push(present, 1);
    }

    fn pull_option<T>(&mut self, pull: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.pull(1) == 0 { Some(None) } else { pull(self).map(Some) }
    }

    fn grace(&mut self, grace: Option<u8>) {
        self.option(grace, |bits, secs| bits.push(secs.into(), 8));
    }

    fn pull_grace(&mut self) -> Option<Option<u8>> {
        self.pull_option(|bits| u8::try_from(bits.pull(8)).ok())
    }

    fn pod(&mut self, pod: Pod) {
        self.push(pod.uid as u64, 1);
        self.grace(pod.grace);
        for finalizer in FINALIZERS {
            self.push(pod.finalizers.contains(finalizer).into(), 1);
        }
        self.option(pod.node, |bits, node| bits.push(node as u64, 1));
        self.push((pod.gates == Gates::Closed).into(), 1);
        self.push(pod.terminal.into(), 1);
        self.push(pod.generation.into(), 3);
    }

    fn pull_pod(&mut self) -> Option<Pod> {
        let generation = u8::try_from(self.pull(3)).ok()?;
        let terminal = self.pull(1) == 1;
        let gates = pick(&[Gates::Open, Gates::Closed], self.pull(1))?;
        let node = self.pull_option(|bits| pick(&[Node::Given, Node::Chosen], bits.pull(1)))?;
        let present = FINALIZERS.into_iter().rev().filter(|_| self.pull(1) == 1);
        let finalizers = present.fold(Finalizers::NONE, Finalizers::with);
        let grace = self.pull_grace()?;
        let uid = pick(&[Uid::Departed, Uid::Current], self.pull(1))?;
        Some(Pod { uid, grace, finalizers, node, gates, terminal, generation })
    }

    fn client(&mut self, client: Client) {
        let whose = |bits: &mut Self, role: Role, pod: Uid| bits.push((role as u64) << 1 | pod as u64, 3);
        match client {
            Client::Idle => self.push(0, 2),
            Client::Decided { role, pod } => {
                whose(self, role, pod);
                self.push(1, 2);
            }
            Client::Commit { role, pod, precondition, options } => {
                self.grace(options.grace);
                self.option(options.propagation, |bits, propagation| bits.push(propagation as u64, 2));
                self.push(precondition as u64, 1);
                whose(self, role, pod);
                self.push(2, 2);
            }
            Client::Remove { role, pod, precondition, since } => {
                self.push(since as u64, 2);
                self.push(precondition as u64, 1);
                whose(self, role, pod);
                self.push(3, 2);
            }
        }
    }

    fn pull_client(&mut self) -> Option<Client> {
        let stage = self.pull(2);
        if stage == 0 {
            return Some(Client::Idle);
        }
        let pod = pick(&[Uid::Departed, Uid::Current], self.pull(1))?;
        let role = pick(&[Role::User, Role::Controller, Role::Kubelet, Role::Collector], self.pull(2))?;
        if stage == 1 {
            return Some(Client::Decided { role, pod });
        }
        let precondition = pick(&[Precondition::NameOnly, Precondition::Uid], self.pull(1))?;
        if stage == 3 {
            let since = pick(&[Since::Nothing, Since::Held, Since::Removed], self.pull(2))?;
            return Some(Client::Remove { role, pod, precondition, since });
        }
        let propagation = self.pull_option(|bits| pick(&PROPAGATIONS, bits.pull(2)))?;
        let grace = self.pull_grace()?;
        Some(Client::Commit { role, pod, precondition, options: Options { grace, propagation } })
    }
}

/// The finalizers that the model has.
pub(super) const FINALIZERS: [Finalizers; 3] = [Finalizers::ORPHAN, Finalizers::FOREGROUND, X];
/// Every propagation policy, in the order of its packed numbers.
pub(super) const PROPAGATIONS: [Propagation; 3] =
    [Propagation::Orphan, Propagation::Foreground, Propagation::Background];

fn pick<T: Copy>(all: &[T], index: usize) -> Option<T> {
    all.get(index).copied()
}
