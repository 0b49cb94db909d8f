//! What each actor may try, and the order in which it is listed.

use super::Pods;
use super::kubelet::{News, news};
use super::state::{Code, Flight, Instance, Life, Local, Policy, State, Token, Uid, Writer};
use crate::law::Scope;
use pod_lifecycle::worker::{Activity, Stage};

/// A step of one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The owner creates a Pod under the free name.
    Create(Policy, Finalizer),
    /// The scheduler binds it.
    Bind,
    /// A user deletes it, with this grace.
    Delete(Option<Token>),
    /// The API server makes the second write of a DELETE of this client.
    Remove(Remover),
    /// The owner of the finalizer drops it.
    DropFinalizer,
    /// Another client writes phase `Failed`.
    Fail,
    /// The kubelet sees what is stored.
    Observe(Admission),
    /// The image is pulled and the container created.
    Pull(Uid),
    /// The container starts.
    Start(Uid),
    /// Its pull, creation or start fails.
    StartFails(Uid),
    /// Its process ends by itself, or after its stop signal.
    Exit(Uid, Code),
    /// A periodic pass or a retry of the worker.
    Tick(Uid),
    /// The kubelet evicts the Pod.
    Evict(Uid),
    /// The stop call of the worker returns.
    Stop(Uid, Stopped),
    /// The volumes are unmounted.
    Unmount(Uid),
    /// `TerminatePod`.
    Finish(Uid),
    /// The status writer gets the Pod, and its PATCH arrives at once.
    Publish(Uid),
    /// The status writer gets the Pod, and its PATCH is slow.
    Read(Uid),
    /// The slow PATCH arrives.
    Patch,
    /// Its final DELETE arrives.
    FinalDelete,
    /// Housekeeping.
    Housekeep,
    /// Housekeeping kills what no worker knows.
    KillOrphan(Uid),
    /// The kubelet process dies and another one starts.
    Restart,
}

/// Whether a Pod is created with the finalizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finalizer {
    /// With it.
    Held,
    /// Without it.
    Free,
}

/// Whose DELETE it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remover {
    /// A user's.
    User,
    /// The kubelet's.
    Kubelet,
}

/// What admission says of a Pod that is new to the kubelet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Admission {
    /// It runs, or admission is not asked.
    Admitted,
    /// It is rejected.
    Rejected,
}

/// How a stop call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stopped {
    /// Everything is stopped.
    Yes,
    /// With an error.
    Failed,
}

/// The kinds of action.
pub(super) const KINDS: &[&str] = &[
    "create",
    "bind",
    "DELETE",
    "DELETE, second write",
    "drop finalizer",
    "another client writes Failed",
    "kubelet observes",
    "pull and create",
    "start",
    "start fails",
    "container exits",
    "kubelet syncs",
    "kubelet evicts",
    "stop call returns",
    "unmount",
    "TerminatePod",
    "publish",
    "publish slowly",
    "slow PATCH",
    "final DELETE",
    "housekeeping",
    "orphan kill",
    "kubelet restarts",
];

impl Action {
    /// The index of its kind among the names of the kinds.
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Create(..) => 0,
            Self::Bind => 1,
            Self::Delete(_) => 2,
            Self::Remove(_) => 3,
            Self::DropFinalizer => 4,
            Self::Fail => 5,
            Self::Observe(_) => 6,
            Self::Pull(_) => 7,
            Self::Start(_) => 8,
            Self::StartFails(_) => 9,
            Self::Exit(..) => 10,
            Self::Tick(_) => 11,
            Self::Evict(_) => 12,
            Self::Stop(..) => 13,
            Self::Unmount(_) => 14,
            Self::Finish(_) => 15,
            Self::Publish(_) => 16,
            Self::Read(_) => 17,
            Self::Patch => 18,
            Self::FinalDelete => 19,
            Self::Housekeep => 20,
            Self::KillOrphan(_) => 21,
            Self::Restart => 22,
        }
    }
}

impl Action {
    /// What it breaks, if it is one of the faults that are counted.
    #[must_use]
    pub const fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Fail => Some("another client writes Failed"),
            Self::StartFails(_) => Some("start fails"),
            Self::Read(_) => Some("slow PATCH"),
            Self::Evict(_) => Some("kubelet evicts"),
            Self::Restart => Some("kubelet restarts"),
            Self::Observe(Admission::Rejected) => Some("rejection"),
            Self::Stop(_, Stopped::Failed) => Some("stop fails"),
            Self::Observe(Admission::Admitted) | Self::Stop(_, Stopped::Yes) => None,
            Self::Create(..) | Self::Bind | Self::Delete(_) | Self::Remove(_) | Self::DropFinalizer => None,
            Self::Pull(_) | Self::Start(_) | Self::Exit(..) | Self::Tick(_) | Self::Unmount(_) => None,
            Self::Finish(_) | Self::Publish(_) | Self::Patch | Self::FinalDelete => None,
            Self::Housekeep | Self::KillOrphan(_) => None,
        }
    }
}

impl Pods {
    /// Every action that an actor may try in `state`.
    pub(super) fn list(&self, state: &State, actions: &mut Vec<Action>) {
        self.clients(state, actions);
        self.kubelet(state, actions);
        for uid in Uid::ALL {
            if let Some(local) = state.local(uid) {
                self.node(state, uid, &local, actions);
            }
        }
    }

    /// Users, owners, scheduler, API server.
    fn clients(&self, state: &State, actions: &mut Vec<Action>) {
        let Some(pod) = state.pod else {
            // Two incarnations at most are alive; that they are is counted like a fault.
            let alive = state.alive();
            if alive == 0 || (alive == 1 && state.faults_left > 0) {
                let kinds: &[_] = match self.scope {
                    Scope::Tiny | Scope::Standard => {
                        &[(Policy::Always, Finalizer::Free), (Policy::Never, Finalizer::Held)]
                    }
                    Scope::Large => &[
                        (Policy::Always, Finalizer::Free),
                        (Policy::Always, Finalizer::Held),
                        (Policy::Never, Finalizer::Free),
                        (Policy::Never, Finalizer::Held),
                    ],
                };
                actions.extend(kinds.iter().map(|(policy, held)| Action::Create(*policy, *held)));
            }
            self.removals(state, actions);
            return;
        };
        if !pod.bound {
            actions.push(Action::Bind);
        }
        let graces: &[Option<Token>] = match self.scope {
            Scope::Tiny if pod.uid == Uid::Second => &[],
            Scope::Tiny | Scope::Standard => &[None, Some(Token::One), Some(Token::Zero)],
            Scope::Large => &[None, Some(Token::Short), Some(Token::One), Some(Token::Zero)],
        };
        actions.extend(graces.iter().copied().map(Action::Delete));
        self.removals(state, actions);
        if pod.held {
            actions.push(Action::DropFinalizer);
        }
        if pod.bound && !pod.status.phase.is_terminal() && state.may_fail() {
            actions.push(Action::Fail);
        }
    }

    fn removals(&self, state: &State, actions: &mut Vec<Action>) {
        if state.forcing {
            actions.push(Action::Remove(Remover::User));
        }
        if state.removing.is_some() {
            actions.push(Action::Remove(Remover::Kubelet));
        }
    }

    /// The kubelet as a whole.
    fn kubelet(&self, state: &State, actions: &mut Vec<Action>) {
        let news = news(state);
        if news.is_some() || state.life == Life::Listing {
            actions.push(Action::Observe(Admission::Admitted));
        }
        if let Some(News::New(pod)) = news {
            // CRE-40
            let asked = !pod.status.phase.is_terminal() || self.is(super::Mutant::ReadmitsEnded);
            if asked && state.may_fail() {
                actions.push(Action::Observe(Admission::Rejected));
            }
        }
        match state.writer {
            Writer::Idle => {
                for uid in Uid::ALL {
                    let read = self.read(*state, uid);
                    if read != *state {
                        actions.push(Action::Publish(uid));
                    }
                    if matches!(read.writer, Writer::Patch { .. }) && state.may_fail() {
                        actions.push(Action::Read(uid));
                    }
                }
            }
            Writer::Patch { .. } => actions.push(Action::Patch),
            Writer::Delete { .. } => actions.push(Action::FinalDelete),
        }
        if self.untidy(state) {
            actions.push(Action::Housekeep);
        }
        if state.may_fail() {
            actions.push(Action::Restart);
        }
    }

    /// One incarnation on the node.
    fn node(&self, state: &State, uid: Uid, local: &Local, actions: &mut Vec<Action>) {
        let deleting = state.stored(uid).is_some_and(|pod| pod.grace.is_some());
        match local.flight {
            Flight::None => {}
            Flight::Pulling if self.is(super::Mutant::PullBlocks) && deleting => {}
            Flight::Pulling => actions.push(Action::Pull(uid)),
            Flight::Starting => actions.push(Action::Start(uid)),
            Flight::Stopping(_) => actions.push(Action::Stop(uid, Stopped::Yes)),
        }
        if state.may_fail() {
            match local.flight {
                Flight::None => {}
                Flight::Pulling | Flight::Starting => actions.push(Action::StartFails(uid)),
                Flight::Stopping(_) => actions.push(Action::Stop(uid, Stopped::Failed)),
            }
        }
        if local.instance == Instance::Running {
            actions.push(Action::Exit(uid, Code::Well));
            if self.scope != Scope::Tiny {
                actions.push(Action::Exit(uid, Code::Badly));
            }
        }
        if let Some(worker) = local.worker.filter(|_| state.seen(uid).is_some()) {
            if worker.activity == Activity::Resting && !matches!(worker.stage, Stage::Finished { .. }) {
                actions.push(Action::Tick(uid));
            }
            if worker.stage == Stage::Sync && state.may_fail() {
                actions.push(Action::Evict(uid));
            }
        }
        if self.may_unmount(state, local) {
            actions.push(Action::Unmount(uid));
        }
        if self.may_finish(local) {
            actions.push(Action::Finish(uid));
        }
        if Self::is_orphan(state, local) {
            actions.push(Action::KillOrphan(uid));
        }
    }
}
