//! Model `identity`: who bears a name while everything breaks. One owner, two incarnations alive at a time, two nodes with a
//! kubelet each, partitions, machines that go off, restarts, lists of the past, forced DELETEs, the Pod garbage
//! collector, a store that is set back, and a controller that acts by name and late.

mod actions;
mod kubelet;
mod laws;
mod liveness;
mod mutants;
mod pack;
mod scenarios;
mod state;
mod tell;
mod watched;

use pod_lifecycle::binding::{self, Binding, Gates};
use pod_lifecycle::controllers::pod_gc::{self, Effect as Turn, Reason};
use pod_lifecycle::controllers::replica_set::{Balance, balance};
use pod_lifecycle::controllers::stateful_set::{self, Management, Partition, Revisions, Set, Strategy};
use pod_lifecycle::controllers::{Activity as Counted, Readiness};
use pod_lifecycle::creation::{self, Namespace, Slot};
use pod_lifecycle::deletion::{Effect, Input, Preconditions, Request};
use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::{Deletion, Grace, RuleId};

pub use actions::{Action, Told as GcTold};
pub use mutants::Mutant;
pub use state::{
    Breach, Incarnation, Life, Machine, Meant, Node, Object, Owner, Process, State, Stored, Uid,
};

use crate::law::{Law, Moved, Protocol, Refusal, Scope, Taken, Watched};
use crate::render::Told;

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// How many faults there are, if nothing else is said. In the tiny scope a second one happens only while the first, a
    /// partition, a machine that is off or a cache that stands still, is not mended, and few kinds do; and nobody deletes the
    /// younger of two incarnations.
    pub scope: Scope,
    /// The mistake that it makes.
    pub mutant: Option<Mutant>,
    /// What is done about an expected violation.
    pub remedy: Option<Remedy>,
    /// How many faults there are.
    pub faults: u8,
}

/// A change that removes an expected violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Only a machine that is off is declared dead, and it stays off until that is taken back.
    Fenced,
    /// A kubelet's first list is always a consistent read.
    ConsistentList,
    /// The Pod garbage collector reads the Node before it acts.
    LiveRead,
    /// Every DELETE carries a uid.
    EveryUid,
}

impl Remedy {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Fenced, Self::ConsistentList, Self::LiveRead, Self::EveryUid];

    /// Its name among the variants.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Fenced => "fenced",
            Self::ConsistentList => "consistent-list",
            Self::LiveRead => "live-read",
            Self::EveryUid => "every-uid",
        }
    }
}

/// The answers by which the API server refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Absent,
    Conflict,
}

const REFUSALS: &[Refusal] = &[
    Refusal { rule: RuleId::DEL_13, says: "404 NotFound" },
    Refusal { rule: RuleId::DEL_03, says: "409 Conflict, another uid" },
];

type Changed = Moved<State>;

const fn accepted(next: State) -> Changed {
    Moved { next, refused: None }
}

const fn refused(next: State, refused: Refused) -> Changed {
    Moved { next, refused: Some(refused as usize) }
}

/// What the owner wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Create,
    Delete(Uid),
}

/// The set: one replica.
const SET: Set = Set {
    replicas: 1,
    start: 0,
    management: Management::OrderedReady,
    strategy: Strategy::RollingUpdate(Partition::From(0)),
    min_ready: Grace::ZERO,
    deletion: Deletion::Live,
    current_replicas: 1,
};

/// Nothing here goes by the clock.
const NOW: Now = Now::at(Time::from_unix(0));

/// `--terminated-pod-gc-threshold`.
const THRESHOLD: i64 = 12_500;

impl Identity {
    /// The model of Kubernetes as it is.
    #[must_use]
    pub const fn new(scope: Scope) -> Self {
        let faults = match scope {
            Scope::Tiny | Scope::Standard => 2,
            Scope::Large => 3,
        };
        Self { scope, mutant: None, remedy: None, faults }
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn has(&self, remedy: Remedy) -> bool {
        self.remedy == Some(remedy)
    }

    /// What the owner would do now.
    fn wants(&self, state: &State) -> Option<Wish> {
        let pods = Uid::ALL.into_iter().filter_map(|uid| state.stored(uid).map(|stored| (uid, stored)));
        let pods = pods.filter(|(_, stored)| !(stored.deleting && self.is(Mutant::NameFreed)));
        let room = state.alive.contains(&None);
        match state.owner {
            Owner::StatefulSet => {
                let bearer = pods.clone().next().map(|(uid, _)| uid);
                let pods: Vec<_> = pods
                    .map(|(_, stored)| stateful_set::Pod {
                        ordinal: 0,
                        phase: Some(stored.phase()),
                        readiness: Readiness::NotReady,
                        deletion: stored.deletion(),
                        revision: Some(()),
                    })
                    .collect();
                let revisions = Revisions { current: Some(()), update: () };
                let sync = stateful_set::sync(&SET, revisions, &pods, NOW);
                match sync.actions.first()? {
                    stateful_set::Action::Create { .. } => room.then_some(Wish::Create),
                    stateful_set::Action::Delete { .. } => bearer.map(Wish::Delete),
                }
            }
            Owner::ReplicaSet => {
                let active = pods.filter(|(_, stored)| {
                    Counted::of(Some(stored.phase()), stored.deletion()) == Counted::Active
                });
                match balance(u32::try_from(active.count()).unwrap_or(u32::MAX), 1) {
                    Balance::Create(_) => room.then_some(Wish::Create),
                    Balance::Even | Balance::Delete(_) => None,
                }
            }
        }
    }

    /// A Pod is created. The older incarnation, if one is alive, is called the first from now on.
    fn create(&self, mut state: State) -> State {
        let bearer = match state.owner {
            Owner::StatefulSet => state.named_as(Uid::First),
            Owner::ReplicaSet => None, // its names are generated
        };
        let slot = bearer
            .and_then(|uid| state.stored(uid))
            .filter(|_| !self.is(Mutant::NameFreed))
            .map_or(Slot::Free, |stored| Slot::Taken(stored.deletion()));
        if creation::create(Namespace::Active, slot, Gates::Open).is_err() {
            return state; // the owner sees what is stored, so it does not come to this
        }
        if let Some(uid) = bearer {
            state = leave(state, uid);
        }
        let [first, second] = state.alive;
        let new = Some(Incarnation::NEW);
        if first.is_some() {
            return State { alive: [first, second.or(new)], ..state };
        }
        let older = |meant| match meant {
            Meant::Stored(_) => Meant::Stored(Uid::First),
            Meant::Gone => Meant::Gone,
        };
        let alive = if second.is_some() { [second, new] } else { [new, None] };
        State {
            alive,
            past: state.past.map(|_| Uid::First),
            collecting: state.collecting.map(older),
            late: state.late.map(older),
            ..state
        }
    }

    fn bind(state: State, uid: Uid, node: Node) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let Some(stored) = incarnation.stored else { return state };
        let facts = binding::Facts { deletion: stored.deletion(), gates: Gates::Open };
        match incarnation.binding().bind(facts) {
            Ok(Binding::Bound) => state.with(uid, Incarnation { node: Some(node), ..incarnation }),
            Ok(Binding::Unbound) | Err(_) => state,
        }
    }

    /// A DELETE finds this incarnation. Its reads and writes are one step (see `api`).
    fn delete(state: State, uid: Uid, grace: Option<Grace>, breach: Breach) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let Some(stored) = incarnation.stored else { return state };
        let request = Request { grace, propagation: None };
        let Ok(step) = stored.deletion().step(Input::Delete(request), incarnation.facts(stored)) else {
            return state; // a DELETE is never refused by its state
        };
        if step.effects.contains(&Some(Effect::Remove)) {
            return leave(state.with(uid, met(incarnation, breach)), uid);
        }
        let stored = Some(Stored { deleting: step.next.is_deleting(), ..stored });
        state.with(uid, Incarnation { stored, ..incarnation })
    }

    /// A DELETE by name that was decided on `meant`.
    fn delete_by_name(&self, state: State, meant: Meant, grace: Option<Grace>) -> Changed {
        let found = match (state.owner, meant) {
            (Owner::StatefulSet, _) => state.named_as(Uid::First),
            (Owner::ReplicaSet, Meant::Stored(uid)) => Some(uid),
            (Owner::ReplicaSet, Meant::Gone) => None,
        };
        let Some(found) = found else { return refused(state, Refused::Absent) };
        if self.has(Remedy::EveryUid) && !is_same(meant, Meant::Stored(found)) {
            return refused(state, Refused::Conflict);
        }
        let breach = match (meant, grace) {
            (Meant::Gone, Some(_)) => Breach::Mistaken,
            (Meant::Gone | Meant::Stored(_), _) => Breach::None,
        };
        accepted(Self::delete(state, found, grace, breach))
    }

    /// The kubelet's final DELETE arrives (KUB-35).
    fn final_delete(&self, state: State, uid: Uid) -> Changed {
        let Some(incarnation) = state.of(uid) else { return accepted(state) };
        let state = state.with(uid, Incarnation { sent: false, ..incarnation });
        let Some(found) = state.named_as(uid) else { return refused(state, Refused::Absent) };
        if !self.is(Mutant::DeleteByName) && !is_same(uid, found) {
            return refused(state, Refused::Conflict);
        }
        let breach = if uid == found { Breach::None } else { Breach::Mistaken };
        accepted(Self::delete(state, found, Some(Grace::ZERO), breach))
    }

    /// What the Pod garbage collector would do to this Pod (CTL-PGC-01).
    fn chooses(&self, state: &State, uid: Uid) -> Option<pod_gc::Turn> {
        let (stored, machine) = (state.stored(uid)?, state.host(uid)?);
        let believed = if self.has(Remedy::LiveRead) { machine.truth() } else { machine.believed() };
        let unready = matches!(believed, pod_gc::Node::Known { health: pod_gc::Health::NotReady, .. });
        let pod = pod_gc::Pod {
            name: (),
            created: None,
            phase: Some(stored.phase()),
            reason: Reason::Other,
            deletion: Stored { deleting: stored.deleting || self.is(Mutant::LiveCollected), ..stored }
                .deletion(),
            node: if unready && self.is(Mutant::UnreadyMissing) {
                pod_gc::Node::Missing(pod_gc::Search::Absent)
            } else {
                believed
            },
        };
        pod_gc::pass(&[pod], THRESHOLD).first().copied()
    }

    /// It begins: the PATCH, if there is one, and then the DELETE is to come.
    fn collect(&self, state: State, uid: Uid) -> State {
        let Some(turn) = self.chooses(&state, uid) else { return state };
        let Some(incarnation) = state.of(uid) else { return state };
        let breach = match turn.step {
            pod_gc::Step::OutOfService => Breach::OutOfService,
            pod_gc::Step::Orphaned => Breach::Orphaned,
            pod_gc::Step::Terminated | pod_gc::Step::Unscheduled => Breach::None,
        };
        let fails = turn.effects.iter().any(|effect| matches!(effect, Some(Turn::Fail(_))));
        let stored = incarnation.stored.map(|stored| Stored { ended: stored.ended || fails, ..stored });
        let state = state.with(uid, Incarnation { stored, ..met(incarnation, breach) });
        State { collecting: Some(Meant::Stored(uid)), ..state }
    }

    /// The machine and its Node object.
    fn on_machine(state: State, node: Node, change: impl FnOnce(&mut Machine)) -> State {
        let mut machine = state.machine(node);
        change(&mut machine);
        state.with_machine(node, machine)
    }

    fn take(&self, state: State, action: Action) -> Changed {
        let spent = match (action.is_fault(&state), self.scope) {
            (false, Scope::Tiny) if action.mends() => state.faults_left,
            (false, _) => 0,
            (true, Scope::Tiny) if !action.prepares() => state.faults_left,
            (true, _) => 1,
        };
        let state = State { faults_left: state.faults_left.saturating_sub(spent), ..state };
        let on_machine = |node, change: fn(&mut Machine)| Self::on_machine(state, node, change);
        accepted(match action {
            Action::Begin(owner) => self.create(State { owner, ..state }),
            Action::Own => match self.wants(&state) {
                Some(Wish::Create) => self.create(state),
                Some(Wish::Delete(uid)) => Self::delete(state, uid, None, Breach::None),
                None => state,
            },
            Action::Bind(uid, node) => Self::bind(state, uid, node),
            Action::Delete(uid) | Action::Evict(uid) => Self::delete(state, uid, None, Breach::None),
            Action::Force(uid) => Self::delete(state, uid, Some(Grace::ZERO), Breach::Forced),
            Action::Decide(uid) => State { late: Some(Meant::Stored(uid)), ..state },
            Action::Late => {
                let Some(meant) = state.late else { return accepted(state) };
                return self.delete_by_name(State { late: None, ..state }, meant, None);
            }
            Action::MarkNotReady(node) => on_machine(node, |machine| machine.object = Object::NotReady),
            Action::MarkReady(node, GcTold::Yes) => {
                on_machine(node, |machine| machine.object = Object::Ready)
            }
            Action::MarkReady(node, GcTold::No) => on_machine(node, |machine| {
                (machine.object, machine.late) = (Object::Ready, true);
            }),
            Action::CatchUp(node) => on_machine(node, |machine| machine.late = false),
            Action::DeleteNode(node) => on_machine(node, |machine| {
                (machine.object, machine.taint, machine.late) = (Object::Absent, false, false);
            }),
            Action::Taint(node) => on_machine(node, |machine| machine.taint = true),
            Action::Untaint(node) => on_machine(node, |machine| machine.taint = false),
            Action::Collect(uid) => self.collect(state, uid),
            Action::CollectDelete => {
                let Some(meant) = state.collecting else { return accepted(state) };
                let state = State { collecting: None, ..state };
                return self.delete_by_name(state, meant, Some(Grace::ZERO));
            }
            Action::Lag(uid) => State { past: Some(uid), ..state },
            Action::Follow => State { past: None, ..state },
            Action::Erase(uid) => match state.of(uid) {
                Some(incarnation) => {
                    leave(state.with(uid, Incarnation { breach: Breach::Erased, ..incarnation }), uid)
                }
                None => state,
            },
            Action::Partition(node) => on_machine(node, |machine| machine.link = false),
            Action::Heal(node) => on_machine(node, |machine| machine.link = true),
            Action::Die(node) => {
                let state = on_machine(node, |machine| (machine.on, machine.link) = (false, true));
                Self::lose(state, node, |process| match process {
                    Process::Running => Process::Exited,
                    Process::None | Process::Exited => process,
                })
            }
            Action::Boot(node) => on_machine(node, |machine| machine.on = true),
            Action::Restart(node) => Self::lose(state, node, |process| process),
            Action::RestartStale(node) => self.list_past(Self::lose(state, node, |process| process), node),
            Action::List(node) => self.first_list(state, node),
            Action::Relist(node) => self.relist(state, node),
            Action::Watch(uid) => self.watch(state, uid),
            Action::Start(uid) => self.started(state, uid),
            Action::Tick(uid) => self.tick(state, uid),
            Action::Stop(uid) => self.stopped(state, uid),
            Action::Finish(uid) => self.finished(state, uid),
            Action::Report(uid) => self.report(state, uid),
            Action::FinalDelete(uid) => return self.final_delete(state, uid),
            Action::KillOrphan(uid) => self.kill_orphan(state, uid),
            Action::TakeUp(uid) => self.take_up(state, uid),
        })
    }
}

/// Compares the uid that a request carries (DEL-03).
fn is_same<U: PartialEq>(meant: U, found: U) -> bool {
    let preconditions = Preconditions::<U, ()> { uid: Some(meant), resource_version: None };
    preconditions.allow(&found, &()).is_ok()
}

/// What it met first.
fn met(incarnation: Incarnation, breach: Breach) -> Incarnation {
    let first = if incarnation.breach == Breach::None { breach } else { incarnation.breach };
    Incarnation { breach: first, ..incarnation }
}

/// It leaves the store; who was about to act on it will find another one, or none.
fn leave(state: State, uid: Uid) -> State {
    let Some(incarnation) = state.of(uid) else { return state };
    let gone = |meant: Meant| if meant == Meant::Stored(uid) { Meant::Gone } else { meant };
    let state = state.with(uid, Incarnation { stored: None, ..incarnation });
    State { collecting: state.collecting.map(gone), late: state.late.map(gone), ..state }
}

/// Gives what nobody will read again one value, and forgets an incarnation of which nothing is left. A node that holds nothing
/// is as good as new: whatever broke there can be mended without anybody of this model.
fn tidy(mut state: State) -> State {
    for uid in Uid::ALL {
        let Some(mut incarnation) = state.of(uid).map(kubelet::housekept) else { continue };
        let remembered = state.past == Some(uid);
        let known = incarnation.seen.is_some() || incarnation.worker.is_some();
        incarnation.worker = incarnation.worker.map(|worker| kubelet::spent(worker, &incarnation));
        if incarnation.stored.is_none() && !known {
            if incarnation.process != Process::Running {
                (incarnation.process, incarnation.breach) = (Process::None, Breach::None);
                if !remembered {
                    incarnation.node = None;
                }
            }
            let left = incarnation.process == Process::Running || incarnation.sent || remembered;
            state.alive = match (uid, state.alive) {
                (Uid::First, [_, second]) => [left.then_some(incarnation), second],
                (Uid::Second, [first, _]) => [first, left.then_some(incarnation)],
            };
        } else {
            state = state.with(uid, incarnation);
        }
    }
    for node in Node::ALL {
        if !state.is_occupied(node) {
            state = state.with_machine(node, Machine::FRESH);
        }
    }
    if state.alive == [None; 2] {
        state.owner = Owner::StatefulSet;
    }
    state
}

impl Protocol for Identity {
    type State = State;
    type Action = Action;

    const LAWS: &'static [Law<State, Action>] = laws::LAWS;
    const ACTIONS: &'static [&'static str] = actions::KINDS;
    const REFUSALS: &'static [Refusal] = REFUSALS;
    const WATCHED: Watched<State, Action> = Some(watched::seen);

    fn initial(&self) -> State {
        State { faults_left: self.faults, ..State::EMPTY }
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.list(state, actions);
    }

    fn step(&self, state: &State, action: Action) -> Moved<State> {
        let Moved { next, refused } = self.take(*state, action);
        Moved { next: tidy(next), refused }
    }

    fn kind(action: &Action) -> usize {
        action.kind()
    }

    fn faults(&self) -> Option<u8> {
        Some(self.faults)
    }

    fn with_faults(self, faults: u8) -> Self {
        Self { faults, ..self }
    }

    fn fault(state: &State, action: &Action) -> Option<&'static str> {
        let name = || Self::ACTIONS.get(action.kind()).copied();
        if action.is_fault(state) { name() } else { None }
    }

    fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
        tell::tell(path)
    }
}
