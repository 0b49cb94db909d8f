//! What each actor may try, and the order in which it is listed.

use pod_lifecycle::worker::Stage;

use super::state::{Asked, Incarnation, Life, Owner, State, Uid};
use super::{Capacity, Remedy};
use crate::law::Scope;

/// A step of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A user creates a Pod that runs once.
    Submit,
    /// The StatefulSet creates its Pod, or deletes it because it has ended.
    Own,
    /// A user deletes a Pod, with its own grace.
    Delete(Uid),
    /// A user deletes a Pod that runs, with grace 0.
    Force(Uid),
    /// The scheduler's informer tells of a Pod.
    Inform(Uid),
    /// The scheduler finds room for a Pod, assumes it, and sends the binding.
    Schedule(Uid),
    /// A binding arrives.
    Bind(Uid),
    /// Another scheduler binds a Pod, although the device is taken.
    Overbook(Uid),
    /// The scheduler process is replaced while a binding is on its way.
    ReplaceScheduler,
    /// The kubelet process dies and another one starts.
    Restart,
    /// The same, and the device plugin has not registered yet.
    RestartBare,
    /// The device plugin registers.
    Register,
    /// Its first housekeeping.
    Housekeep,
    /// The kubelet sees what is stored of a Pod.
    Watch(Uid),
    /// A process starts.
    Start(Uid),
    /// A process ends by itself.
    Exit(Uid),
    /// A pass of a worker that finds it ended.
    Tick(Uid),
    /// A process has been stopped.
    Stop(Uid),
    /// Volumes are unmounted; `TerminatePod`.
    Finish(Uid),
    /// The status writer gets a Pod, writes what differs, and deletes it if that is due.
    Report(Uid),
    /// Housekeeping kills what no worker knows.
    KillOrphan(Uid),
    /// Housekeeping pushes a rejected Pod that is deleting through a worker.
    PushThrough(Uid),
}

/// The kinds of action.
pub(super) const KINDS: &[&str] = &[
    "user creates",
    "StatefulSet acts",
    "DELETE",
    "DELETE with grace 0",
    "scheduler observes",
    "scheduler assumes",
    "bind",
    "another scheduler binds",
    "scheduler is replaced",
    "kubelet restarts",
    "kubelet restarts before its device plugin",
    "device plugin registers",
    "first housekeeping",
    "kubelet observes",
    "start",
    "exit",
    "kubelet syncs",
    "stop call returns",
    "TerminatePod",
    "publish",
    "orphan kill",
    "housekeeping pushes through",
];

impl Action {
    /// The index of its kind among the names of the kinds.
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Submit => 0,
            Self::Own => 1,
            Self::Delete(_) => 2,
            Self::Force(_) => 3,
            Self::Inform(_) => 4,
            Self::Schedule(_) => 5,
            Self::Bind(_) => 6,
            Self::Overbook(_) => 7,
            Self::ReplaceScheduler => 8,
            Self::Restart => 9,
            Self::RestartBare => 10,
            Self::Register => 11,
            Self::Housekeep => 12,
            Self::Watch(_) => 13,
            Self::Start(_) => 14,
            Self::Exit(_) => 15,
            Self::Tick(_) => 16,
            Self::Stop(_) => 17,
            Self::Finish(_) => 18,
            Self::Report(_) => 19,
            Self::KillOrphan(_) => 20,
            Self::PushThrough(_) => 21,
        }
    }

    /// Whether it is one of the faults that are counted.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        match self {
            Self::Force(_) | Self::Overbook(_) | Self::ReplaceScheduler => true,
            Self::Restart | Self::RestartBare => true,
            Self::Submit | Self::Own | Self::Delete(_) | Self::Inform(_) | Self::Schedule(_) => false,
            Self::Bind(_) | Self::Register | Self::Housekeep | Self::Watch(_) => false,
            Self::Start(_) | Self::Exit(_) | Self::Tick(_) | Self::Stop(_) | Self::Finish(_) => false,
            Self::Report(_) | Self::KillOrphan(_) | Self::PushThrough(_) => false,
        }
    }
}

impl Action {
    /// Whether it follows another fault below the large scope: the kubelet restarts after a Pod was bound that nobody counted.
    fn closes(&self, state: &State) -> bool {
        let overbooked = |incarnation: &Incarnation| incarnation.overbooked;
        matches!(self, Self::Restart) && state.alive.iter().flatten().any(overbooked)
    }
}

impl Capacity {
    /// Every action that an actor may try in `state`.
    pub(super) fn list(&self, state: &State, actions: &mut Vec<Action>) {
        let stored = |incarnation: &Incarnation| incarnation.stored.is_some();
        let alive = || state.alive.iter().flatten();
        let submitted = alive().any(|pod| pod.owner == Owner::User && stored(pod));
        if Self::has_room(state) && !submitted {
            actions.push(Action::Submit);
        }
        if Self::wants(state).is_some() {
            actions.push(Action::Own);
        }
        for uid in Uid::ALL {
            self.in_api(state, uid, actions);
            self.on_node(state, uid, actions);
        }
        if state.life != Life::Synced {
            actions.push(Action::Housekeep);
        }
        if !state.plugin {
            actions.push(Action::Register);
        }
        let from = actions.len();
        self.faults(state, actions);
        let spent = state.faults_left < self.faults;
        let mut place = 0;
        actions.retain(|action| {
            place += 1;
            let allowed =
                state.faults_left > 0 && (self.scope == Scope::Large || !spent || action.closes(state));
            place <= from || allowed
        });
    }

    /// What happens to one Pod between its clients, the API server and the scheduler.
    fn in_api(&self, state: &State, uid: Uid, actions: &mut Vec<Action>) {
        let Some(incarnation) = state.of(uid) else { return };
        let meddles = self.scope != Scope::Tiny || uid == Uid::First;
        if meddles && incarnation.stored.is_some_and(|stored| !stored.deleting) {
            actions.push(Action::Delete(uid));
        }
        if self.is_news(state, uid) {
            actions.push(Action::Inform(uid));
        }
        if self.may_schedule(state, uid) {
            actions.push(Action::Schedule(uid));
        }
        if incarnation.asked.is_some() {
            actions.push(Action::Bind(uid));
        }
    }

    /// One Pod on the node.
    fn on_node(&self, state: &State, uid: Uid, actions: &mut Vec<Action>) {
        let Some(incarnation) = state.of(uid) else { return };
        if Self::news(state, uid).is_some() {
            actions.push(Action::Watch(uid));
        }
        if self.report(*state, uid) != *state {
            actions.push(Action::Report(uid));
        }
        let stopping = incarnation.worker.is_some_and(|worker| worker.stage != Stage::Sync);
        if incarnation.runs() && incarnation.owner == Owner::User && !stopping {
            actions.push(Action::Exit(uid));
        }
        actions.extend(Self::next_of_worker(&incarnation, uid));
        if self.is_orphan(state.life, &incarnation) {
            actions.push(Action::KillOrphan(uid));
        }
        if self.is_pushed(state.life, &incarnation) {
            actions.push(Action::PushThrough(uid));
        }
    }

    /// What may go wrong.
    fn faults(&self, state: &State, actions: &mut Vec<Action>) {
        for uid in Uid::ALL {
            let Some(incarnation) = state.of(uid) else { continue };
            if incarnation.runs() && incarnation.stored.is_some() {
                actions.push(Action::Force(uid));
            }
            let taken = |other: Incarnation| other.has_device() || other.asked.is_some();
            if incarnation.is_pending() && state.of(uid.other()).is_some_and(taken) {
                actions.push(Action::Overbook(uid));
            }
        }
        let mine = |incarnation: &Incarnation| incarnation.asked == Some(Asked::Mine);
        if state.alive.iter().flatten().any(mine) && !self.has(Remedy::AwaitsBindings) {
            actions.push(Action::ReplaceScheduler);
        }
        let on_node = |incarnation: &Incarnation| incarnation.is_bound();
        if state.alive.iter().flatten().any(on_node) {
            actions.extend([Action::Restart, Action::RestartBare]);
        }
    }
}
