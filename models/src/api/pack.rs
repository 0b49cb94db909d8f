//! What the bits of a state mean: a client has 18 of them, the binding in flight 2, the Pod 22.

use pod_lifecycle::binding::Gates;
use pod_lifecycle::deletion::{Finalizers, Propagation};

use super::state::{Client, Node, Options, Pod, Precondition, Role, Since, Uid, X};

/// The bits of a client.
pub(super) const CLIENT: u32 = 18;
/// The bits of the binding in flight.
pub(super) const BINDER: u32 = 2;

const UIDS: [Uid; 2] = [Uid::Departed, Uid::Current];
const ROLES: [Role; 4] = [Role::User, Role::Controller, Role::Kubelet, Role::Collector];
const PRECONDITIONS: [Precondition; 2] = [Precondition::NameOnly, Precondition::Uid];
const SINCE: [Since; 4] = [Since::Nothing, Since::Held, Since::Removed, Since::Nothing];
const GATES: [Gates; 2] = [Gates::Open, Gates::Closed];
const BINDERS: [Option<Uid>; 4] = [None, Some(Uid::Departed), Some(Uid::Current), None];
const NODES: [Option<Node>; 4] = [None, Some(Node::Given), Some(Node::Chosen), None];
const POLICIES: [Option<Propagation>; 4] =
    [None, Some(Propagation::Orphan), Some(Propagation::Foreground), Some(Propagation::Background)];

/// The finalizers that the model has, a bit each.
const FINALIZERS: [Finalizers; 3] = [Finalizers::ORPHAN, Finalizers::FOREGROUND, X];
/// Every set of them, by its bits.
const SETS: [Finalizers; 8] = {
    let mut sets = [Finalizers::NONE; 8];
    let mut bits = 0;
    while bits < sets.len() {
        let mut one = 0;
        while one < FINALIZERS.len() {
            if bits >> one & 1 == 1 {
                sets[bits] = sets[bits].with(FINALIZERS[one]);
            }
            one += 1;
        }
        bits += 1;
    }
    sets
};

/// The one that the lowest bits count to; `N` is a power of two.
#[inline]
const fn pick<T: Copy, const N: usize>(all: &[T; N], bits: u64) -> T {
    const { assert!(N.is_power_of_two()) };
    #[allow(clippy::cast_possible_truncation, reason = "the low bits are meant")]
    let index = bits as usize & (N - 1);
    all[index]
}

/// A bit that it is there, then eight bits.
#[inline]
fn grace(grace: Option<u8>) -> u64 {
    grace.map_or(0, |secs| 1 | u64::from(secs) << 1)
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the low bits are meant")]
fn pull_grace(bits: u64) -> Option<u8> {
    (bits & 1 == 1).then_some((bits >> 1) as u8)
}

#[inline]
pub(super) const fn binder(binder: Option<Uid>) -> u64 {
    match binder {
        None => 0,
        Some(uid) => 1 + uid as u64,
    }
}

#[inline]
pub(super) const fn pull_binder(bits: u64) -> Option<Uid> {
    pick(&BINDERS, bits)
}

#[inline]
pub(super) fn pod(pod: Option<Pod>) -> u64 {
    let Some(Pod { uid, grace: left, finalizers, node, gates, terminal, generation }) = pod else { return 0 };
    let [orphan, foreground, x] = FINALIZERS.map(|one| u64::from(finalizers.contains(one)));
    1 | (uid as u64) << 1
        | grace(left) << 2
        | (orphan | foreground << 1 | x << 2) << 11
        | node.map_or(0, |node| 1 + node as u64) << 14
        | u64::from(gates == Gates::Closed) << 16
        | u64::from(terminal) << 17
        | u64::from(generation & 7) << 18
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "three bits")]
pub(super) fn pull_pod(bits: u64) -> Option<Pod> {
    let pod = Pod {
        uid: pick(&UIDS, bits >> 1),
        grace: pull_grace(bits >> 2),
        finalizers: pick(&SETS, bits >> 11),
        node: pick(&NODES, bits >> 14),
        gates: pick(&GATES, bits >> 16),
        terminal: bits >> 17 & 1 == 1,
        generation: (bits >> 18 & 7) as u8,
    };
    (bits & 1 == 1).then_some(pod)
}

#[inline]
pub(super) fn client(client: Client) -> u64 {
    let whose = |role: Role, pod: Uid| (role as u64) << 2 | (pod as u64) << 4;
    match client {
        Client::Idle => 0,
        Client::Decided { role, pod } => 1 | whose(role, pod),
        Client::Commit { role, pod, precondition, options } => {
            let policy = options.propagation.map_or(0, |policy| 1 + policy as u64);
            2 | whose(role, pod) | (precondition as u64) << 5 | grace(options.grace) << 6 | policy << 15
        }
        Client::Remove { role, pod, precondition, since } => {
            3 | whose(role, pod) | (precondition as u64) << 5 | (since as u64) << 6
        }
    }
}

#[inline]
pub(super) fn pull_client(bits: u64) -> Client {
    let (role, pod, precondition) =
        (pick(&ROLES, bits >> 2), pick(&UIDS, bits >> 4), pick(&PRECONDITIONS, bits >> 5));
    match bits & 3 {
        0 => Client::Idle,
        1 => Client::Decided { role, pod },
        2 => {
            let options = Options { grace: pull_grace(bits >> 6), propagation: pick(&POLICIES, bits >> 15) };
            Client::Commit { role, pod, precondition, options }
        }
        _ => Client::Remove { role, pod, precondition, since: pick(&SINCE, bits >> 6) },
    }
}
