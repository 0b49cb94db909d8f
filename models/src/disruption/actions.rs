//! What each actor may try, and the order in which it is listed.

use pod_lifecycle::admission::Unhealthy;
use pod_lifecycle::controllers::node_lifecycle::Ready;
use pod_lifecycle::phase::Phase;

use super::state::{Node, Place, Pod, State, Step, Stored, Target, Timer, Work};
use super::{Disruptions, Mutant};
use crate::law::Scope;

/// A step of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody makes the budget, with this policy for Pods that are not ready.
    Begin(Unhealthy),
    /// The owner creates a Pod, which is bound at once, or deletes one that has ended.
    Own(Place),
    /// Fault: a user deletes a Pod, whatever the budget says.
    Delete(Place),
    /// An eviction is asked for: the API server reads the Pod and the budget.
    Evict(Place),
    /// The budget decides over it.
    Decide(Place),
    /// It writes its condition and deletes the Pod.
    EvictDelete(Place),
    /// Fault: the API server dies between condition and DELETE.
    Lose(Place),
    /// The disruption controller counts.
    Recount,
    /// Two minutes after an eviction was granted the controller forgets it; a fault if the eviction is still under way.
    Forget(Place),
    /// Two minutes after a condition `DisruptionTarget` was written it is reset.
    ResetTarget(Place),
    /// A kubelet renews its lease and reports its node.
    Beat(Place),
    /// A pass of the node controller, which finds a node stale.
    Miss(Place),
    /// Another pass.
    Pass,
    /// It taints a node whose turn in the queue has come.
    Taint(Place),
    /// Taint eviction sees a change of taints.
    Schedule(Place),
    /// A toleration runs out.
    Expire(Place),
    /// Taint eviction writes its condition and deletes a Pod.
    TaintDelete(Place),
    /// Fault: the node controller sees no sign of life any more, of no node.
    Blind,
    /// It sees them again.
    Sight,
    /// Fault: the link of a node breaks.
    Partition(Place),
    /// It heals.
    Heal(Place),
    /// Fault: a machine goes off.
    Off(Place),
    /// It boots.
    Boot(Place),
    /// Fault: a node begins to shut down.
    Shutdown(Place),
    /// Its Pods have ended, and it goes off.
    PowerOff(Place),
    /// They have not, but their time is over.
    TimeUp(Place),
    /// A process starts and becomes ready.
    Start(Place),
    /// Its readiness probe succeeds again.
    Probe(Place),
    /// Fault: its readiness probe fails.
    Unready(Place),
    /// A process has been stopped.
    Stop(Place),
    /// The status writer writes what differs, and sends the final DELETE if it is due.
    Report(Place),
}

/// The kinds of action.
pub(super) const KINDS: &[&str] = &[
    "the budget is made",
    "owner acts",
    "direct DELETE",
    "eviction",
    "budget decides",
    "DELETE of an eviction",
    "eviction is lost",
    "budget is counted",
    "eviction is forgotten",
    "DisruptionTarget is reset",
    "heartbeat",
    "node is found stale",
    "node controller's pass",
    "node is tainted",
    "taint eviction sees taints",
    "toleration runs out",
    "DELETE of taint eviction",
    "node controller goes blind",
    "node controller sees again",
    "partition",
    "partition heals",
    "machine goes off",
    "machine boots",
    "node shuts down",
    "node goes off after its Pods",
    "node goes off before its Pods",
    "start",
    "readiness probe succeeds",
    "readiness probe fails",
    "process is stopped",
    "publish",
];

impl Action {
    /// The index of its kind among the names of the kinds.
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Begin(_) => 0,
            Self::Own(_) => 1,
            Self::Delete(_) => 2,
            Self::Evict(_) => 3,
            Self::Decide(_) => 4,
            Self::EvictDelete(_) => 5,
            Self::Lose(_) => 6,
            Self::Recount => 7,
            Self::Forget(_) => 8,
            Self::ResetTarget(_) => 9,
            Self::Beat(_) => 10,
            Self::Miss(_) => 11,
            Self::Pass => 12,
            Self::Taint(_) => 13,
            Self::Schedule(_) => 14,
            Self::Expire(_) => 15,
            Self::TaintDelete(_) => 16,
            Self::Blind => 17,
            Self::Sight => 18,
            Self::Partition(_) => 19,
            Self::Heal(_) => 20,
            Self::Off(_) => 21,
            Self::Boot(_) => 22,
            Self::Shutdown(_) => 23,
            Self::PowerOff(_) => 24,
            Self::TimeUp(_) => 25,
            Self::Start(_) => 26,
            Self::Probe(_) => 27,
            Self::Unready(_) => 28,
            Self::Stop(_) => 29,
            Self::Report(_) => 30,
        }
    }

    /// Whether it is one of the faults that are counted. That an eviction is forgotten is one while it is under way: it took more
    /// than two minutes.
    #[must_use]
    pub fn is_fault(&self, state: &State) -> bool {
        match *self {
            Self::Forget(place) => state.pod(place).is_granted(),
            Self::Delete(_) | Self::Lose(_) | Self::Blind | Self::Partition(_) | Self::Off(_) => true,
            Self::Shutdown(_) | Self::Unready(_) => true,
            Self::Begin(_) | Self::Own(_) | Self::Evict(_) | Self::Decide(_) | Self::EvictDelete(_) => false,
            Self::Recount | Self::ResetTarget(_) | Self::Beat(_) | Self::Miss(_) | Self::Pass => false,
            Self::Taint(_) | Self::Schedule(_) | Self::Expire(_) | Self::TaintDelete(_) => false,
            Self::Sight | Self::Heal(_) | Self::Boot(_) | Self::PowerOff(_) | Self::TimeUp(_) => false,
            Self::Start(_) | Self::Probe(_) | Self::Stop(_) | Self::Report(_) => false,
        }
    }
}

impl Disruptions {
    /// Every action that an actor may try in `state`.
    pub(super) fn list(self, state: &State, actions: &mut Vec<Action>) {
        if state.policy.is_none() {
            actions.push(Action::Begin(Unhealthy::IfHealthyBudget));
            if self.scope == Scope::Large {
                actions.push(Action::Begin(Unhealthy::AlwaysAllow));
            }
            return;
        }
        let from = actions.len();
        for place in Place::ALL {
            self.clients(state, place, actions);
            self.controllers(state, place, actions);
            self.node(state, place, actions);
            self.kubelet(state, place, actions);
        }
        if self.recount(*state) != *state {
            actions.push(Action::Recount);
        }
        if self.pass(*state, None) != *state {
            actions.push(Action::Pass);
        }
        if state.blind {
            actions.push(Action::Sight);
        } else if self.may_break(state) {
            actions.push(Action::Blind);
        }
        if state.faults_left == 0 {
            let mut place = 0;
            actions.retain(|action| {
                place += 1;
                place <= from || !action.is_fault(state)
            });
        }
    }

    /// Who evicts and deletes, and the owner.
    fn clients(self, state: &State, place: Place, actions: &mut Vec<Action>) {
        let pod = state.pod(place);
        if pod.stored.is_some_and(is_live) {
            actions.push(Action::Delete(place));
            let alone = self.scope != Scope::Tiny && state.pod(place.other()).eviction.is_none();
            if pod.eviction.is_none() && (is_calm(state) || alone) {
                actions.push(Action::Evict(place));
            }
        }
        if let Some(eviction) = pod.eviction {
            actions.push(match eviction.step {
                Step::Asked { .. } => Action::Decide(place),
                Step::Granted => Action::EvictDelete(place),
            });
        }
        if pod.is_granted() {
            actions.push(Action::Lose(place));
        }
        if Self::wants(state, place).is_some() {
            actions.push(Action::Own(place));
        }
    }

    fn controllers(self, state: &State, place: Place, actions: &mut Vec<Action>) {
        let pod = state.pod(place);
        let live = pod.stored.filter(|stored| is_live(*stored));
        if pod.pending && live.is_some() && !self.is(Mutant::NeverForgotten) {
            actions.push(Action::Forget(place));
        }
        let marked = live.is_some_and(|stored| matches!(stored.target, Target::Eviction | Target::Taint));
        if marked && !pod.is_granted() && !self.is(Mutant::NeverReset) {
            actions.push(Action::ResetTarget(place));
        }
        if self.may_taint(state, place) {
            actions.push(Action::Taint(place));
        }
        if self.may_schedule(state, place) {
            actions.push(Action::Schedule(place));
        }
        match pod.timer {
            Timer::Running if self.is_quiet(state) => actions.push(Action::Expire(place)),
            Timer::Due => actions.push(Action::TaintDelete(place)),
            Timer::None | Timer::Running | Timer::Fired => {}
        }
    }

    fn may_schedule(self, state: &State, place: Place) -> bool {
        state.pod(place).stored.is_some() && self.schedule(*state, place) != *state
    }

    /// Nothing is left to happen that takes less than a minute: heartbeats, passes of the node controller, its queue, and taint
    /// eviction that looks at taints. Only then does a toleration of five minutes run out.
    fn is_quiet(self, state: &State) -> bool {
        let busy = |place| {
            may_beat(state, place)
                || may_miss(state, place)
                || self.may_taint(state, place)
                || self.may_schedule(state, place)
        };
        !Place::ALL.into_iter().any(busy) && self.pass(*state, None) == *state
    }

    /// Whether a node may break, or the sight of the node controller: in the tiny scope only while both Pods serve and nobody evicts
    /// them.
    fn may_break(self, state: &State) -> bool {
        self.scope != Scope::Tiny || (state.healthy == 2 && state.pods == [Pod::SERVES; 2])
    }

    /// The machine, its link, and what the node controller hears of it.
    fn node(self, state: &State, place: Place, actions: &mut Vec<Action>) {
        let node = state.node(place);
        if may_beat(state, place) {
            actions.push(Action::Beat(place));
        }
        if may_miss(state, place) {
            actions.push(Action::Miss(place));
        }
        match (node.on, node.shutdown) {
            (false, _) => actions.push(Action::Boot(place)),
            (true, true) => {
                let over = Self::is_over(&state.pod(place));
                actions.push(if over { Action::PowerOff(place) } else { Action::TimeUp(place) });
            }
            (true, false) => {
                let fails = self.may_break(state) && (place == Place::One || self.scope != Scope::Tiny);
                if fails {
                    actions.push(Action::Off(place));
                }
                match node.link {
                    true if fails => actions.extend([Action::Partition(place), Action::Shutdown(place)]),
                    true => {}
                    false => actions.push(Action::Heal(place)),
                }
            }
        }
    }

    fn kubelet(self, state: &State, place: Place, actions: &mut Vec<Action>) {
        let (node, pod) = (state.node(place), state.pod(place));
        if !node.on {
            return;
        }
        if node.link && pod.stored.is_some() && self.report(*state, place).next != *state {
            actions.push(Action::Report(place));
        }
        if Self::may_start(&pod) {
            actions.push(Action::Start(place));
        }
        if self.is_probed(&pod) {
            actions.push(if pod.probe { Action::Unready(place) } else { Action::Probe(place) });
        }
        if pod.work == Work::Terminating {
            actions.push(Action::Stop(place));
        }
    }
}

/// It has neither ended nor is it being deleted.
pub(super) fn is_live(stored: Stored) -> bool {
    !stored.deleting && stored.phase != Phase::Failed
}

/// No node has trouble. While one has, evictions come one at a time, and in the tiny scope none.
fn is_calm(state: &State) -> bool {
    !state.blind && state.nodes == [Node::WELL; 2]
}

/// A kubelet reaches the API server and has something to say of its node.
fn may_beat(state: &State, place: Place) -> bool {
    let node = state.node(place);
    node.is_served() && !state.blind && node.ready != Disruptions::reports(node)
}

/// No sign of life of a node reaches the node controller, which has not noticed it yet.
fn may_miss(state: &State, place: Place) -> bool {
    let node = state.node(place);
    node.ready != Ready::Unknown && (!node.is_served() || state.blind)
}
