//! What each actor may try, and the order in which it is listed.

use super::state::{Life, Machine, Node, Object, Owner, State, Stored, Uid};
use super::{Identity, Remedy};
use crate::law::Scope;

/// A step of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody makes an owner of this kind, which creates its first Pod.
    Begin(Owner),
    /// The owner creates the next Pod, or deletes one that has ended.
    Own,
    /// The scheduler binds a Pod.
    Bind(Uid, Node),
    /// A user deletes a Pod, with its own grace.
    Delete(Uid),
    /// A user deletes a Pod with grace 0.
    Force(Uid),
    /// A controller decides to delete a Pod and is late.
    Decide(Uid),
    /// Its plain DELETE by name arrives.
    Late,
    /// Taint eviction deletes a Pod of a node that is not ready.
    Evict(Uid),
    /// The node controller finds that a node does not report.
    MarkNotReady(Node),
    /// The Node reports again.
    MarkReady(Node, Told),
    /// The Pod garbage collector sees it too.
    CatchUp(Node),
    /// Somebody deletes the Node object.
    DeleteNode(Node),
    /// An operator adds the taint `out-of-service`.
    Taint(Node),
    /// An operator removes it.
    Untaint(Node),
    /// The Pod garbage collector chooses a Pod and writes `Failed`.
    Collect(Uid),
    /// Its DELETE arrives.
    CollectDelete,
    /// The cache of an API server stands still.
    Lag(Uid),
    /// It follows again.
    Follow,
    /// The store is set back to a time before this Pod.
    Erase(Uid),
    /// The link of a node breaks.
    Partition(Node),
    /// It heals.
    Heal(Node),
    /// A machine goes off.
    Die(Node),
    /// It boots.
    Boot(Node),
    /// A kubelet process dies and another one starts.
    Restart(Node),
    /// The same, and the new one lists from the cache that stands still.
    RestartStale(Node),
    /// A kubelet lists its Pods for the first time.
    List(Node),
    /// The watch of a kubelet breaks, and it lists again.
    Relist(Node),
    /// A kubelet sees what is stored of a Pod.
    Watch(Uid),
    /// A process starts.
    Start(Uid),
    /// A periodic pass of a worker.
    Tick(Uid),
    /// A process has been stopped.
    Stop(Uid),
    /// Volumes are unmounted; `TerminatePod`.
    Finish(Uid),
    /// The status writer gets a Pod, writes what differs, and sends the final DELETE if it is due.
    Report(Uid),
    /// The final DELETE arrives.
    FinalDelete(Uid),
    /// Housekeeping kills what no worker knows.
    KillOrphan(Uid),
    /// Housekeeping gives a listed Pod that no worker knows to one.
    TakeUp(Uid),
}

/// Whether the Pod garbage collector learns that a node with the taint is ready again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Told {
    /// At once.
    Yes,
    /// Its informer is late.
    No,
}

/// The kinds of action.
pub(super) const KINDS: &[&str] = &[
    "an owner is made",
    "owner acts",
    "bind",
    "DELETE",
    "DELETE with grace 0",
    "controller decides late",
    "late DELETE by name",
    "taint eviction",
    "node becomes not ready",
    "node becomes ready",
    "PodGC's informer lags",
    "PodGC's informer catches up",
    "Node object is deleted",
    "out-of-service taint is added",
    "out-of-service taint is removed",
    "PodGC chooses",
    "PodGC's DELETE",
    "API server's cache stands still",
    "API server's cache follows",
    "store rollback",
    "partition",
    "partition heals",
    "machine goes off",
    "machine boots",
    "kubelet restarts",
    "stale relist",
    "first list",
    "list after a broken watch",
    "kubelet observes",
    "start",
    "kubelet syncs",
    "stop call returns",
    "TerminatePod",
    "publish",
    "final DELETE",
    "orphan kill",
    "housekeeping takes up",
];

impl Action {
    /// The index of its kind among the names of the kinds.
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Begin(_) => 0,
            Self::Own => 1,
            Self::Bind(..) => 2,
            Self::Delete(_) => 3,
            Self::Force(_) => 4,
            Self::Decide(_) => 5,
            Self::Late => 6,
            Self::Evict(_) => 7,
            Self::MarkNotReady(_) => 8,
            Self::MarkReady(_, Told::Yes) => 9,
            Self::MarkReady(_, Told::No) => 10,
            Self::CatchUp(_) => 11,
            Self::DeleteNode(_) => 12,
            Self::Taint(_) => 13,
            Self::Untaint(_) => 14,
            Self::Collect(_) => 15,
            Self::CollectDelete => 16,
            Self::Lag(_) => 17,
            Self::Follow => 18,
            Self::Erase(_) => 19,
            Self::Partition(_) => 20,
            Self::Heal(_) => 21,
            Self::Die(_) => 22,
            Self::Boot(_) => 23,
            Self::Restart(_) => 24,
            Self::RestartStale(_) => 25,
            Self::List(_) => 26,
            Self::Relist(_) => 27,
            Self::Watch(_) => 28,
            Self::Start(_) => 29,
            Self::Tick(_) => 30,
            Self::Stop(_) => 31,
            Self::Finish(_) => 32,
            Self::Report(_) => 33,
            Self::FinalDelete(_) => 34,
            Self::KillOrphan(_) => 35,
            Self::TakeUp(_) => 36,
        }
    }

    /// Whether it is one of the faults that are counted. To declare a machine dead that is off is none.
    #[must_use]
    pub fn is_fault(&self, state: &State) -> bool {
        match *self {
            Self::Decide(_) | Self::MarkReady(_, Told::No) | Self::Lag(_) | Self::Erase(_) => true,
            Self::Partition(_) | Self::Die(_) | Self::Restart(_) | Self::RestartStale(_) => true,
            Self::Force(uid) => state.host(uid).is_some_and(|machine| machine.on),
            Self::DeleteNode(node) | Self::Taint(node) => state.machine(node).on,
            Self::Begin(_) | Self::Own | Self::Bind(..) | Self::Delete(_) | Self::Late => false,
            Self::Evict(_) | Self::MarkNotReady(_) | Self::MarkReady(_, Told::Yes) => false,
            Self::CatchUp(_) | Self::Untaint(_) | Self::Collect(_) | Self::CollectDelete => false,
            Self::Follow | Self::Heal(_) | Self::Boot(_) | Self::List(_) | Self::Relist(_) => false,
            Self::Watch(_) | Self::Start(_) | Self::Tick(_) | Self::Stop(_) | Self::Finish(_) => false,
            Self::Report(_) | Self::FinalDelete(_) | Self::KillOrphan(_) | Self::TakeUp(_) => false,
        }
    }
}

impl Action {
    /// Whether another fault follows it in the tiny scope.
    pub(super) const fn prepares(&self) -> bool {
        matches!(self, Self::Partition(_) | Self::Die(_) | Self::Lag(_))
    }

    /// Whether with it a fault is over, and in the tiny scope all of them.
    pub(super) const fn mends(&self) -> bool {
        matches!(self, Self::Heal(_) | Self::Follow | Self::MarkReady(_, Told::Yes))
    }

    /// Whether it follows another fault in the tiny scope.
    const fn closes(&self) -> bool {
        matches!(self, Self::Force(_) | Self::Taint(_) | Self::RestartStale(_) | Self::MarkReady(_, Told::No))
    }
}

impl Identity {
    /// Every action that an actor may try in `state`.
    pub(super) fn list(&self, state: &State, actions: &mut Vec<Action>) {
        let from = actions.len();
        self.owner(state, actions);
        for uid in Uid::ALL {
            self.clients(state, uid, actions);
            self.on_node(state, uid, actions);
        }
        if state.late.is_some() {
            actions.push(Action::Late);
        }
        if state.collecting.is_some() {
            actions.push(Action::CollectDelete);
        }
        if state.past.is_some() {
            actions.push(Action::Follow);
        }
        for node in Node::ALL {
            self.node(state, node, actions);
        }
        let intact = state.past.is_none() && state.machines == [Machine::FRESH; 2];
        let mut place = 0;
        actions.retain(|action| {
            place += 1;
            let restarts = state.past.is_some() && matches!(action, Action::Restart(_));
            let late = self.scope == Scope::Tiny && !intact && !action.closes() && !restarts;
            place <= from || !action.is_fault(state) || (state.faults_left > 0 && !late)
        });
    }

    fn owner(&self, state: &State, actions: &mut Vec<Action>) {
        if state.alive == [None; 2] {
            actions.extend([Action::Begin(Owner::StatefulSet), Action::Begin(Owner::ReplicaSet)]);
        } else if self.wants(state).is_some() {
            actions.push(Action::Own);
        }
    }

    /// Users, operators and controllers.
    fn clients(&self, state: &State, uid: Uid, actions: &mut Vec<Action>) {
        let Some(incarnation) = state.of(uid) else { return };
        let Some(stored) = incarnation.stored else { return };
        let Some(node) = incarnation.node else {
            actions.extend(rooms(state).map(|node| Action::Bind(uid, node)));
            return;
        };
        let machine = state.machine(node);
        if self.may_declare_dead(state, &machine) {
            actions.push(Action::Force(uid));
        }
        if machine.object == Object::NotReady && !stored.deleting {
            actions.push(Action::Evict(uid));
        }
        if state.collecting.is_none() && self.chooses(state, uid).is_some() {
            actions.push(Action::Collect(uid));
        }
        if state.owner == Owner::ReplicaSet {
            return;
        }
        if self.scope != Scope::Tiny || uid == Uid::First || machine.late {
            actions.push(Action::Delete(uid));
        }
        if incarnation.runs() && stored == Stored::NEW {
            if state.late.is_none() {
                actions.push(Action::Decide(uid));
            }
            if state.past.is_none() {
                actions.push(Action::Lag(uid));
            }
        }
        if incarnation.runs() && incarnation.seen.is_some() {
            actions.push(Action::Erase(uid));
        }
    }

    /// Whether a client or an operator acts as if this machine were dead. With fencing it is off; and of a ReplicaSet's Pods
    /// nobody asks what happens otherwise.
    fn may_declare_dead(&self, state: &State, machine: &Machine) -> bool {
        !machine.on || (!self.has(Remedy::Fenced) && state.owner == Owner::StatefulSet)
    }

    fn node(&self, state: &State, node: Node, actions: &mut Vec<Action>) {
        let machine = state.machine(node);
        if state.is_occupied(node) {
            self.faults(state, node, &machine, actions);
        }
        if !machine.link {
            actions.push(Action::Heal(node));
        }
        let declared = machine.taint || machine.object == Object::Absent;
        let stays_off = declared && self.has(Remedy::Fenced);
        if !machine.on && !stays_off {
            actions.push(Action::Boot(node));
        }
        if machine.late {
            actions.push(Action::CatchUp(node));
        }
        match machine.object {
            Object::Ready if !machine.is_served() => actions.push(Action::MarkNotReady(node)),
            Object::Ready if machine.taint => actions.push(Action::Untaint(node)),
            Object::NotReady if machine.is_served() && machine.life != Life::Listing => {
                actions.push(Action::MarkReady(node, Told::Yes));
                if machine.taint {
                    actions.push(Action::MarkReady(node, Told::No));
                }
            }
            Object::Ready | Object::NotReady | Object::Absent => {}
        }
        if machine.is_served() && machine.life == Life::Listing {
            actions.push(Action::List(node));
        }
        if self.may_relist(state, node) {
            actions.push(Action::Relist(node));
        }
    }

    /// What may go wrong with a node, or is done to it.
    fn faults(&self, state: &State, node: Node, machine: &Machine, actions: &mut Vec<Action>) {
        if machine.on {
            if machine.link {
                actions.push(Action::Partition(node));
            }
            actions.push(Action::Die(node));
            if machine.life != Life::Listing && state.owner == Owner::StatefulSet {
                actions.push(Action::Restart(node));
            }
            let past = state.past.and_then(|uid| state.of(uid));
            let here = past.is_some_and(|incarnation| incarnation.node == Some(node));
            if here && machine.link && !self.has(Remedy::ConsistentList) {
                actions.push(Action::RestartStale(node));
            }
        }
        if self.may_declare_dead(state, machine) {
            if machine.object != Object::Absent {
                actions.push(Action::DeleteNode(node));
            }
            if machine.object == Object::NotReady && !machine.taint {
                actions.push(Action::Taint(node));
            }
        }
    }

    /// One incarnation on its node.
    fn on_node(&self, state: &State, uid: Uid, actions: &mut Vec<Action>) {
        let Some(incarnation) = state.of(uid) else { return };
        if incarnation.sent {
            actions.push(Action::FinalDelete(uid));
        }
        let Some(machine) = state.host(uid).filter(|machine| machine.on) else { return };
        if machine.is_served() && machine.life != Life::Listing {
            if self.news(state, uid).is_some() {
                actions.push(Action::Watch(uid));
            }
            if !incarnation.sent && self.report(*state, uid) != *state {
                actions.push(Action::Report(uid));
            }
        }
        actions.extend(self.next_of_worker(&incarnation, uid));
        if self.is_orphan(&machine, &incarnation) {
            actions.push(Action::KillOrphan(uid));
        }
        if self.is_unknown(&machine, &incarnation) {
            actions.push(Action::TakeUp(uid));
        }
    }
}

/// The nodes that the scheduler may choose: of two that are alike the first.
fn rooms(state: &State) -> impl Iterator<Item = Node> + use<> {
    let ready = |node: Node| {
        let machine = state.machine(node);
        machine.object == Object::Ready && !machine.taint
    };
    let [one, two] = state.machines;
    let alike = one == two && !Node::ALL.into_iter().any(|node| state.is_occupied(node));
    [Some(Node::One).filter(|node| ready(*node)), Some(Node::Two).filter(|node| !alike && ready(*node))]
        .into_iter()
        .flatten()
}
