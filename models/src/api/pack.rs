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
    /// All of it in 59 bits, each at its place: a client has 18, the Pod 21.
    #[must_use]
    pub fn pack(&self) -> u64 {
        let [a, b] = self.clients;
        let binder = option(self.binder.map(|uid| uid as u64));
        client(a) | client(b) << 18 | binder << 36 | self.pod.map_or(0, |pod| 1 | packed_pod(pod) << 1) << 38
    }

    /// What [`pack`](Self::pack) packed; `None` for bits that it never makes.
    #[must_use]
    pub fn unpack(bits: u64) -> Option<Self> {
        let clients = [pull_client(bits)?, pull_client(bits >> 18)?];
        let binder = pull_option(bits >> 36, 1, |bits| pick(&UIDS, bits, 1))?;
        let pod = if bits >> 38 & 1 == 0 { None } else { Some(pull_pod(bits >> 39)?) };
        let state = Self { pod, binder, clients };
        (state.pack() == bits).then_some(state)
    }
}

const UIDS: [Uid; 2] = [Uid::Departed, Uid::Current];

/// A bit that it is there, then what it is.
fn option(value: Option<u64>) -> u64 {
    value.map_or(0, |value| 1 | value << 1)
}

fn pull_option<T>(bits: u64, width: u32, pull: impl FnOnce(u64) -> Option<T>) -> Option<Option<T>> {
    let bits = bits & ((2 << width) - 1);
    if bits & 1 == 0 { Some(None) } else { pull(bits >> 1).map(Some) }
}

fn grace(grace: Option<u8>) -> u64 {
    option(grace.map(u64::from))
}

fn pull_grace(bits: u64) -> Option<Option<u8>> {
    pull_option(bits, 8, |bits| u8::try_from(bits).ok())
}

fn packed_pod(pod: Pod) -> u64 {
    let Pod { uid, grace: left, finalizers, node, gates, terminal, generation } = pod;
    let held =
        FINALIZERS.into_iter().rev().fold(0, |held, one| held << 1 | u64::from(finalizers.contains(one)));
    uid as u64
        | grace(left) << 1
        | held << 10
        | option(node.map(|node| node as u64)) << 13
        | u64::from(gates == Gates::Closed) << 15
        | u64::from(terminal) << 16
        | u64::from(generation) << 17
}

fn pull_pod(bits: u64) -> Option<Pod> {
    let held = FINALIZERS.into_iter().zip(10..).filter(|(_, at)| bits >> at & 1 == 1);
    Some(Pod {
        uid: pick(&UIDS, bits, 1)?,
        grace: pull_grace(bits >> 1)?,
        finalizers: held.fold(Finalizers::NONE, |held, (one, _)| held.with(one)),
        node: pull_option(bits >> 13, 1, |bits| pick(&[Node::Given, Node::Chosen], bits, 1))?,
        gates: pick(&[Gates::Open, Gates::Closed], bits >> 15, 1)?,
        terminal: bits >> 16 & 1 == 1,
        generation: u8::try_from(bits >> 17 & 7).ok()?,
    })
}

fn client(client: Client) -> u64 {
    let whose = |role: Role, pod: Uid| (role as u64) << 2 | (pod as u64) << 4;
    match client {
        Client::Idle => 0,
        Client::Decided { role, pod } => 1 | whose(role, pod),
        Client::Commit { role, pod, precondition, options } => {
            let policy = option(options.propagation.map(|policy| policy as u64));
            2 | whose(role, pod) | (precondition as u64) << 5 | grace(options.grace) << 6 | policy << 15
        }
        Client::Remove { role, pod, precondition, since } => {
            3 | whose(role, pod) | (precondition as u64) << 5 | (since as u64) << 6
        }
    }
}

fn pull_client(bits: u64) -> Option<Client> {
    let role = pick(&[Role::User, Role::Controller, Role::Kubelet, Role::Collector], bits >> 2, 2)?;
    let pod = pick(&UIDS, bits >> 4, 1)?;
    let precondition = pick(&[Precondition::NameOnly, Precondition::Uid], bits >> 5, 1)?;
    Some(match bits & 3 {
        0 => Client::Idle,
        1 => Client::Decided { role, pod },
        2 => {
            let grace = pull_grace(bits >> 6)?;
            let propagation = pull_option(bits >> 15, 2, |bits| pick(&PROPAGATIONS, bits, 2))?;
            Client::Commit { role, pod, precondition, options: Options { grace, propagation } }
        }
        _ => {
            let since = pick(&[Since::Nothing, Since::Held, Since::Removed], bits >> 6, 2)?;
            Client::Remove { role, pod, precondition, since }
        }
    })
}

/// The finalizers that the model has.
pub(super) const FINALIZERS: [Finalizers; 3] = [Finalizers::ORPHAN, Finalizers::FOREGROUND, X];
/// Every propagation policy, in the order of its packed numbers.
pub(super) const PROPAGATIONS: [Propagation; 3] =
    [Propagation::Orphan, Propagation::Foreground, Propagation::Background];

/// The one that the lowest bits count to.
fn pick<T: Copy>(all: &[T], bits: u64, width: u32) -> Option<T> {
    all.get(usize::try_from(bits & ((1 << width) - 1)).ok()?).copied()
}
