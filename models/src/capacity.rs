//! Model `capacity`: who gets the only device of a node. Two Pods, one that a user makes and that runs once, one of a
//! StatefulSet, which recreates it; a scheduler that assumes what it has decided, a watch of its own and one of the kubelet that
//! lag; the kubelet's admission; and what goes wrong: restarts of the scheduler and of the kubelet, a device plugin that is late,
//! a second scheduler, forced DELETEs.

mod actions;
mod kubelet;
mod laws;
mod liveness;
mod mutants;
mod pack;
mod scenarios;
mod state;
mod tell;

use pod_lifecycle::binding::{self, Binding, Gates, Reason};
use pod_lifecycle::controllers::Readiness;
use pod_lifecycle::controllers::stateful_set::{self, Management, Partition, Revisions, Set, Strategy};
use pod_lifecycle::creation::{self, Namespace, Slot};
use pod_lifecycle::deletion::{Conflict, Effect, Input, Preconditions, Request};
use pod_lifecycle::scheduling::{self, News, Profile, Standing, hold, notices};
use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::{Deletion, Grace, RuleId};

pub use actions::Action;
pub use mutants::Mutant;
pub use state::{Asked, Course, Incarnation, Life, Owner, Process, State, Stored, Uid, Why};

use crate::law::{Law, Moved, Protocol, Refusal, Scope, Taken};
use crate::render::Told;

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// How many faults there are, if nothing else is said. Below the large scope a second one happens only after a Pod was bound that
    /// nobody counted, and it is a restart of the kubelet.
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
    /// Admission counts what still runs of Pods that have left the API.
    CountsTheLeft,
    /// A kubelet that begins admits what runs before what does not.
    RunningFirst,
    /// The phase of a rejected Pod is withheld until its process has stopped.
    WithholdsRejected,
    /// A scheduler begins only when no binding of its predecessor is on its way.
    AwaitsBindings,
}

impl Remedy {
    /// Every one.
    pub const ALL: [Self; 4] =
        [Self::CountsTheLeft, Self::RunningFirst, Self::WithholdsRejected, Self::AwaitsBindings];

    /// Its name among the variants.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::CountsTheLeft => "counts-the-left",
            Self::RunningFirst => "running-first",
            Self::WithholdsRejected => "withholds-rejected",
            Self::AwaitsBindings => "awaits-bindings",
        }
    }
}

/// The answers by which the API server refuses a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Absent,
    Conflict,
    Deleting,
    AlreadyBound,
}

const REFUSALS: &[Refusal] = &[
    Refusal { rule: RuleId::CRE_30, says: "404 NotFound" },
    Refusal { rule: RuleId::DEL_03, says: "409 Conflict, another uid" },
    Refusal { rule: RuleId::CRE_30, says: "409 Conflict, it is deleting" },
    Refusal { rule: RuleId::CRE_30, says: "409 Conflict, it has a node" },
];

type Changed = Moved<State>;

const fn accepted(next: State) -> Changed {
    Moved { next, refused: None }
}

/// What the StatefulSet wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Create,
    Delete(Uid),
}

/// The StatefulSet: one replica.
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

impl Capacity {
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

    /// What the StatefulSet would do now.
    fn wants(state: &State) -> Option<Wish> {
        let of_set = |uid: &Uid| state.owner(*uid) == Some(Owner::StatefulSet);
        let pods = Uid::ALL.into_iter().filter(of_set).filter_map(|uid| Some((uid, state.stored(uid)?)));
        let bearer = pods.clone().next().map(|(uid, _)| uid);
        let pods: Vec<_> = pods
            .map(|(_, stored)| stateful_set::Pod {
                ordinal: 0,
                phase: Some(stored.course.phase()),
                readiness: Readiness::NotReady,
                deletion: stored.deletion(),
                revision: Some(()),
            })
            .collect();
        let revisions = Revisions { current: Some(()), update: () };
        match stateful_set::sync(&SET, revisions, &pods, NOW).actions.first()? {
            stateful_set::Action::Create { .. } => Self::has_room(state).then_some(Wish::Create),
            stateful_set::Action::Delete { .. } => bearer.map(Wish::Delete),
        }
    }

    /// Only so many Pods are alive at a time.
    fn has_room(state: &State) -> bool {
        state.alive.contains(&None)
    }

    /// A Pod is created. The older one, if one is alive, is called the first from now on.
    fn create(state: State, owner: Owner) -> State {
        if creation::create(Namespace::Active, Slot::Free, Gates::Open).is_err() {
            return state; // nobody tries to take a name that is taken
        }
        let new = Some(Incarnation::new(owner));
        let alive = match state.alive {
            [None, None] => [new, None],
            [None, older @ Some(_)] | [older @ Some(_), None] => [older, new],
            [Some(_), Some(_)] => return state,
        };
        State { alive, ..state }
    }

    /// A DELETE finds this Pod. Its reads and writes are one step (see `api`).
    fn delete(state: State, uid: Uid, grace: Option<Grace>) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let Some(stored) = incarnation.stored else { return state };
        let request = Request { grace, propagation: None };
        let Ok(step) = stored.deletion().step(Input::Delete(request), incarnation.facts(stored)) else {
            return state; // a DELETE is never refused by its state
        };
        let removed = step.effects.contains(&Some(Effect::Remove));
        let stored = Some(Stored { deleting: step.next.is_deleting(), ..stored }).filter(|_| !removed);
        state.with(uid, Incarnation { stored, ..incarnation })
    }

    /// Where a Pod stands with the scheduler, as its watch shows it.
    fn standing(&self, stored: Stored, binding: Binding) -> Standing {
        if stored.deleting && self.is(Mutant::DeletingFree) {
            return Standing::Unseen;
        }
        scheduling::standing(scheduling::Facts {
            binding,
            phase: stored.course.phase(),
            deletion: stored.deletion(),
            gates: Gates::Open,
            profile: Profile::Mine,
        })
    }

    /// What the scheduler has not heard of this Pod yet.
    fn is_news(&self, state: &State, uid: Uid) -> bool {
        state.of(uid).is_some_and(|incarnation| {
            let freed = self.is(Mutant::DeletingFree)
                && incarnation.held.is_some()
                && incarnation.stored.is_some_and(|stored| stored.deleting);
            incarnation.told != incarnation.visible() || freed
        })
    }

    /// The informer tells of a Pod. It is kept by name.
    fn inform(&self, mut state: State, uid: Uid) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let visible = incarnation.stored.zip(incarnation.visible());
        let shares = |other: &Uid| {
            let both =
                state.owner(uid) == Some(Owner::StatefulSet) && state.owner(*other) == state.owner(uid);
            *other == uid || both
        };
        let known = |other: &Uid| state.of(*other).is_some_and(|other| other.told.is_some());
        let old = Uid::ALL.into_iter().filter(shares).find(known);
        // Of one that is gone it tells only that; its successor may be told of later.
        let old = if visible.is_none() { Some(uid) } else { old };
        let new = visible.map(|(stored, binding)| (uid, self.standing(stored, binding)));
        for (of, news) in notices(old, new).into_iter().flatten() {
            let missed = of != uid && self.is(Mutant::MergedMissed);
            state = state.changed(of, |incarnation| {
                incarnation.told = visible.filter(|_| of == uid).map(|(_, binding)| binding);
                if !missed {
                    incarnation.held = hold(incarnation.held, news);
                }
            });
        }
        state
    }

    /// Whether the scheduler would try this Pod and find room for it.
    fn may_schedule(&self, state: &State, uid: Uid) -> bool {
        let Some(incarnation) = state.of(uid) else { return false };
        let waits = incarnation.told == Some(Binding::Unbound) && incarnation.asked.is_none();
        let full = state.of(uid.other()).is_some_and(|other| other.held.is_some());
        waits && incarnation.held.is_none() && !full
    }

    fn schedule(&self, state: State, uid: Uid) -> State {
        state.changed(uid, |incarnation| {
            incarnation.asked = Some(Asked::Mine);
            if !self.is(Mutant::NeverAssumes) {
                incarnation.held = hold(incarnation.held, News::Chosen);
            }
        })
    }

    /// A binding arrives.
    fn bind(&self, state: State, uid: Uid) -> Changed {
        let Some(incarnation) = state.of(uid) else { return accepted(state) };
        let asked = incarnation.asked;
        let state = state.with(uid, Incarnation { asked: None, ..incarnation });
        let found = state.named_as(uid).and_then(|found| {
            let incarnation = state.of(found)?;
            Some((found, incarnation, incarnation.stored?))
        });
        let stored = found.map(|(found, incarnation, stored)| binding::Stored {
            uid: found,
            resource_version: (),
            binding: incarnation.binding,
            facts: binding::Facts { deletion: stored.deletion(), gates: Gates::Open },
        });
        let meant = Some(uid).filter(|_| !self.is(Mutant::BindByName));
        let preconditions = Preconditions { uid: meant, resource_version: None };
        let decided = binding::decide(Namespace::Active, Ok(()), &preconditions, stored.as_ref());
        let refused = match (decided, found) {
            (Ok(binding), Some((found, _, _))) => {
                return accepted(state.changed(found, |incarnation| {
                    incarnation.binding = binding;
                    incarnation.overbooked |= asked == Some(Asked::Former);
                }));
            }
            (Err(binding::Refusal::Conflict(Conflict::Uid | Conflict::ResourceVersion)), _) => {
                Refused::Conflict
            }
            (Err(binding::Refusal::Pod(binding::Rejection { reason: Reason::AlreadyBound })), _) => {
                Refused::AlreadyBound
            }
            (
                Err(binding::Refusal::Pod(binding::Rejection { reason: Reason::Deleting | Reason::Gated })),
                _,
            ) => Refused::Deleting,
            (
                Ok(_)
                | Err(
                    binding::Refusal::NotFound
                    | binding::Refusal::Malformed(_)
                    | binding::Refusal::Namespace(_),
                ),
                _,
            ) => Refused::Absent,
        };
        let next = state.changed(uid, |incarnation| {
            if asked == Some(Asked::Mine) {
                incarnation.held = hold(incarnation.held, News::Refused);
            }
        });
        Moved { next, refused: Some(refused as usize) }
    }

    /// Somebody else binds it, without a look at what the node has.
    fn overbook(state: State, uid: Uid) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let Some(stored) = incarnation.stored else { return state };
        let facts = binding::Facts { deletion: stored.deletion(), gates: Gates::Open };
        match incarnation.binding.bind(facts) {
            Ok(binding) => state.with(uid, Incarnation { binding, overbooked: true, ..incarnation }),
            Err(_) => state,
        }
    }

    /// The scheduler process is gone, and another one has listed the Pods. What was on its way stays so.
    fn replace_scheduler(&self, state: State) -> State {
        Uid::ALL.into_iter().fold(state, |state, uid| {
            let listed = state.changed(uid, |incarnation| {
                (incarnation.told, incarnation.held) = (None, None);
                incarnation.asked = incarnation.asked.map(|_| Asked::Former);
            });
            self.inform(listed, uid)
        })
    }

    fn take(&self, state: State, action: Action) -> Changed {
        let spent = u8::from(action.is_fault());
        let state = State { faults_left: state.faults_left.saturating_sub(spent), ..state };
        accepted(match action {
            Action::Submit => Self::create(state, Owner::User),
            Action::Own => match Self::wants(&state) {
                Some(Wish::Create) => Self::create(state, Owner::StatefulSet),
                Some(Wish::Delete(uid)) => Self::delete(state, uid, None),
                None => state,
            },
            Action::Delete(uid) => Self::delete(state, uid, None),
            Action::Force(uid) => Self::delete(state, uid, Some(Grace::ZERO)),
            Action::Inform(uid) => self.inform(state, uid),
            Action::Schedule(uid) => self.schedule(state, uid),
            Action::Bind(uid) => return self.bind(state, uid),
            Action::Overbook(uid) => Self::overbook(state, uid),
            Action::ReplaceScheduler => self.replace_scheduler(state),
            Action::Restart => self.restart(state, true),
            Action::RestartBare => self.restart(state, false),
            Action::Register => State { plugin: true, ..state },
            Action::Housekeep => State { life: Life::Synced, ..state },
            Action::Watch(uid) => self.watch(state, uid),
            Action::Start(uid) => self.started(state, uid),
            Action::Exit(uid) => state.changed(uid, |incarnation| incarnation.process = Process::Done),
            Action::Tick(uid) => self.tick(state, uid),
            Action::Stop(uid) => self.stopped(state, uid),
            Action::Finish(uid) => self.finished(state, uid),
            Action::Report(uid) => self.report(state, uid),
            Action::KillOrphan(uid) => self.kill_orphan(state, uid),
            Action::PushThrough(uid) => self.push_through(state, uid),
        })
    }
}

/// Gives what nobody will read again one value, and forgets a Pod of which nothing is left.
fn tidy(mut state: State) -> State {
    for uid in Uid::ALL {
        let Some(mut incarnation) = state.of(uid).map(kubelet::housekept) else { continue };
        incarnation.worker = incarnation.worker.map(|worker| kubelet::spent(worker, &incarnation));
        let remembered = incarnation.seen.is_some() || incarnation.worker.is_some();
        if incarnation.seen.is_none() {
            incarnation.rejected = None;
        }
        if incarnation.stored.is_none() && !remembered && !incarnation.runs() {
            (incarnation.process, incarnation.binding) = (Process::None, Binding::Unbound);
            (incarnation.overbooked, incarnation.stranded) = (false, false);
        }
        let scheduler =
            incarnation.told.is_some() || incarnation.held.is_some() || incarnation.asked.is_some();
        let alive = incarnation.stored.is_some() || remembered || incarnation.runs() || scheduler;
        state.alive = match (uid, state.alive) {
            (Uid::First, [_, second]) => [alive.then_some(incarnation), second],
            (Uid::Second, [first, _]) => [first, alive.then_some(incarnation)],
        };
    }
    if state.alive == [None; 2] {
        (state.life, state.plugin) = (Life::Synced, true);
    }
    state
}

impl Protocol for Capacity {
    type State = State;
    type Action = Action;

    const LAWS: &'static [Law<State, Action>] = laws::LAWS;
    const ACTIONS: &'static [&'static str] = actions::KINDS;
    const REFUSALS: &'static [Refusal] = REFUSALS;

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

    fn fault(_: &State, action: &Action) -> Option<&'static str> {
        Self::ACTIONS.get(action.kind()).copied().filter(|_| action.is_fault())
    }

    fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
        tell::tell(path)
    }
}
