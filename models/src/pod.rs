//! Model `pod`: the life of the Pods of one name. Who may act: a user, the owner, a scheduler, another client, and one
//! kubelet with a view that lags, a worker for each incarnation, starts and stops that take time, a status writer whose
//! PATCH may be slow, and a number of faults of any kind, the death of the kubelet process among them.

mod actions;
mod kubelet;
mod laws;
mod liveness;
mod mutants;
mod pack;
mod scenarios;
mod state;
mod tell;

use pod_lifecycle::RuleId;
use pod_lifecycle::binding::{self, Binding, Gates};
use pod_lifecycle::deletion::{Effect, Input, Preconditions, Request, Step};
use pod_lifecycle::final_status::FinalDelete;
use pod_lifecycle::phase::Phase;
use pod_lifecycle::worker::{
    Activity, Config, Facts, Kept, KillCause, Kind, Marks, Outcome, Slot, Stage, Subject, Worker,
};

pub use actions::{Action, Admission, Finalizer, Remover, Stopped};
pub use mutants::Mutant;
pub use state::{
    Author, Cached, Code, Entry, Flight, Instance, LONG, Life, Local, Pod, Policy, SHORT, State, Status,
    Token, Uid, View, Writer,
};
pub(crate) use tell::tell_apart;

use crate::law::{Law, Moved, Protocol, Refusal, Scope, Taken, Watched};
use crate::render::Told;
use crate::watch;

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Pods {
    /// How much the clients do.
    pub scope: Scope,
    /// How many faults happen at most, of whatever kind; 7 at most.
    pub faults: u8,
    /// The mistake that it makes.
    pub mutant: Option<Mutant>,
}

/// The answers by which the API server refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Absent,
    Conflict,
    StatusConflict,
    BindDeleting,
}

const REFUSALS: &[Refusal] = &[
    Refusal { rule: RuleId::DEL_13, says: "404 NotFound" },
    Refusal { rule: RuleId::DEL_03, says: "409 Conflict, another uid" },
    Refusal { rule: RuleId::PHA_30, says: "409 Conflict, a status of another uid" },
    Refusal { rule: RuleId::CRE_30, says: "409 Conflict, deleting" },
];

type Changed = Moved<State>;

const fn accepted(next: State) -> Changed {
    Moved { next, refused: None }
}

const fn refused(next: State, refused: Refused) -> Changed {
    Moved { next, refused: Some(refused as usize) }
}

/// A new Pod (CRE-03).
const CREATED: Pod = Pod {
    uid: Uid::First,
    grace: None,
    held: false,
    bound: false,
    status: Status { phase: Phase::Pending, entry: Entry::Going },
    author: Author::Other,
    undisturbed: true,
};

impl Pods {
    /// The model of Kubernetes as it is.
    #[must_use]
    pub const fn new(scope: Scope) -> Self {
        let faults = match scope {
            Scope::Tiny | Scope::Standard => 2,
            Scope::Large => 3,
        };
        Self { scope, faults, mutant: None }
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// A Pod gets the free name. The older incarnation, if one is left on the node, is called the first from now on.
    fn create(state: State, policy: Policy, finalizer: Finalizer) -> State {
        let [first, second] = state.locals;
        let local = Some(Local::new(policy));
        let (uid, locals, older) = match (first, second) {
            (None, None) => (Uid::First, [local, None], Uid::First),
            (Some(_), None) => (Uid::Second, [first, local], Uid::First),
            (None, Some(_)) => (Uid::Second, [second, local], Uid::First),
            (Some(_), Some(_)) => return state,
        };
        let pod = Pod { uid, held: finalizer == Finalizer::Held, ..CREATED };
        let view = state.view.map(|view| View { uid: older, ..view });
        let writer = match state.writer {
            Writer::Idle => Writer::Idle,
            Writer::Patch { uid: _, status } => Writer::Patch { uid: older, status },
            Writer::Delete { uid: _ } => Writer::Delete { uid: older },
        };
        State { pod: Some(pod), locals, view, writer, removing: state.removing.map(|_| older), ..state }
    }

    /// A DELETE: its first read, its compare-and-swap and its first write are one step here (see `api`).
    fn delete(state: State, pod: Pod, grace: Option<Token>) -> (State, bool) {
        let request = Request { grace: grace.map(Token::grace), propagation: None };
        let Ok(step) = pod.deletion().step(Input::Delete(request), pod.facts()) else {
            return (state, false); // a DELETE is never refused by its state
        };
        let Step { next, effects, .. } = step;
        let stored = Pod { grace: next.grace().map(Token::of), ..pod };
        let pod = if effects.contains(&Some(Effect::Store)) { stored } else { pod };
        (State { pod: Some(pod), ..state }, effects.contains(&Some(Effect::Remove)))
    }

    fn delete_by_user(state: State, grace: Option<Token>) -> State {
        let Some(pod) = state.pod else { return state };
        let live = pod.bound && !pod.status.phase.is_terminal();
        let undisturbed = pod.undisturbed && grace != Some(Token::Zero) && (pod.grace.is_some() || live);
        let (state, removes) = Self::delete(state, Pod { undisturbed, ..pod }, grace);
        State { forcing: state.forcing || removes, ..state }
    }

    /// An update at any endpoint (DEL-16, DEL-18).
    fn update(&self, state: State, pod: Pod, wanted: Pod) -> State {
        let input = Input::Update { finalizers: wanted.finalizers() };
        let Ok(Step { effects, .. }) = pod.deletion().step(input, pod.facts()) else {
            return state; // nothing here adds a finalizer
        };
        let removes = effects.contains(&Some(Effect::Remove)) && !self.is(Mutant::UpdateKeeps);
        let pod = (!removes).then_some(wanted);
        State { pod, ..state }
    }

    fn bind(state: State) -> Changed {
        let Some(pod) = state.pod else { return refused(state, Refused::Absent) };
        let from = if pod.bound { Binding::Bound } else { Binding::Unbound };
        let facts = binding::Facts { deletion: pod.deletion(), gates: Gates::Open };
        match from.bind(facts) {
            Ok(to) => {
                let bound = to == Binding::Bound;
                accepted(State { pod: Some(Pod { bound, ..pod }), ..state })
            }
            Err(_) => refused(state, Refused::BindDeleting),
        }
    }

    /// A status of the kubelet arrives (PHA-30).
    fn patch(&self, state: State) -> Changed {
        let Writer::Patch { uid, status } = state.writer else { return accepted(state) };
        let idle = State { writer: Writer::Idle, ..state };
        let Some(found) = state.pod else { return refused(idle, Refused::Absent) };
        if !self.is(Mutant::PatchByName) && !is_same(uid, found.uid) {
            return refused(idle, Refused::StatusConflict);
        }
        let author = match (status.phase == found.status.phase, status.phase.is_terminal()) {
            (true, _) => found.author,
            (false, true) => Author::Kubelet,
            (false, false) => Author::Other,
        };
        let next = self.update(idle, found, Pod { status, author, ..found });
        let sends =
            |pod| state.local(uid).is_some_and(|local| self.decides(pod, &local) == FinalDelete::Sent);
        let writer = if next.pod.as_ref().is_some_and(sends) { Writer::Delete { uid } } else { Writer::Idle };
        accepted(State { writer, ..next })
    }

    /// The kubelet's final DELETE arrives.
    fn final_delete(&self, state: State) -> Changed {
        let Writer::Delete { uid } = state.writer else { return accepted(state) };
        let idle = State { writer: Writer::Idle, ..state };
        let Some(found) = state.pod else { return refused(idle, Refused::Absent) };
        if !self.is(Mutant::DeleteByName) && !is_same(uid, found.uid) {
            return refused(idle, Refused::Conflict);
        }
        let (next, removes) = Self::delete(idle, found, Some(Token::Zero));
        let removing = if removes { Some(uid) } else { next.removing };
        let local = next.local(uid).map(|local| Local { cached: None, ..local }); // KUB-36
        accepted(State { removing, ..next }.with_local(uid, local))
    }

    /// The second write of a DELETE (DEL-14).
    fn remove(&self, state: State, remover: Remover) -> Changed {
        let (done, meant) = match remover {
            Remover::User => (State { forcing: false, ..state }, None),
            Remover::Kubelet => (State { removing: None, ..state }, state.removing),
        };
        let Some(found) = state.pod else { return refused(done, Refused::Absent) };
        let meant = meant.filter(|_| !self.is(Mutant::DeleteByName));
        if meant.is_some_and(|meant| !is_same(meant, found.uid)) {
            return refused(done, Refused::Conflict);
        }
        accepted(State { pod: None, ..done })
    }

    fn take(&self, state: State, action: Action) -> Changed {
        let change =
            |change: fn(Pod) -> Pod| state.pod.map_or(state, |pod| self.update(state, pod, change(pod)));
        let spent = u8::from(Self::fault(&state, &action).is_some());
        let state = State { faults_left: state.faults_left.saturating_sub(spent), ..state };
        accepted(match action {
            Action::Create(policy, finalizer) => Self::create(state, policy, finalizer),
            Action::Bind => return Self::bind(state),
            Action::Delete(grace) => Self::delete_by_user(state, grace),
            Action::Remove(remover) => return self.remove(state, remover),
            Action::DropFinalizer => change(|pod| Pod { held: false, ..pod }),
            Action::Fail => change(|pod| Pod {
                status: Status { phase: Phase::Failed, ..pod.status },
                author: Author::Other,
                undisturbed: false,
                ..pod
            }),
            Action::Observe(admission) => self.observe(state, admission),
            Action::Pull(uid) => Self::pulled(state, uid),
            Action::Start(uid) => self.started(state, uid, Outcome::Ok),
            Action::StartFails(uid) => self.started(state, uid, Outcome::Failed),
            Action::Exit(uid, code) => {
                let exited = |local| Local { instance: Instance::Exited(code), ..local };
                state.with_local(uid, state.local(uid).map(exited))
            }
            Action::Tick(uid) => self.tick(state, uid),
            Action::Evict(uid) => self.evict(state, uid),
            Action::Stop(uid, stopped) => self.stopped(state, uid, stopped),
            Action::Unmount(uid) => {
                let unmounted = |local| Local { mounted: false, ..local };
                state.with_local(uid, state.local(uid).map(unmounted))
            }
            Action::Finish(uid) => self.finish(state, uid),
            Action::Publish(uid) => {
                let read = self.read(state, uid);
                match read.writer {
                    Writer::Patch { .. } => return self.patch(read),
                    Writer::Idle | Writer::Delete { .. } => read,
                }
            }
            Action::Read(uid) => self.read(state, uid),
            Action::Patch => return self.patch(state),
            Action::FinalDelete => return self.final_delete(state),
            Action::Housekeep => self.housekeep(state),
            Action::KillOrphan(uid) => self.kill_orphan(state, uid),
            Action::Restart => Self::restart(state),
        })
    }
}

/// Compares the uid that a request carries (DEL-03, PHA-30).
fn is_same(meant: Uid, found: Uid) -> bool {
    let preconditions = Preconditions::<Uid, ()> { uid: Some(meant), resource_version: None };
    preconditions.allow(&found, &()).is_ok()
}

/// Gives what nobody will read again one value, and forgets an incarnation of which nothing is left.
fn tidy(mut state: State) -> State {
    for uid in Uid::ALL {
        let Some(mut local) = state.local(uid) else { continue };
        let (stored, listed) = (state.stored(uid).is_some(), state.seen(uid).is_some());
        local.worker = local.worker.map(|worker| spent(worker, stored, listed));
        if !listed && stored && state.life != Life::Listing {
            local.cached = None; // not yet added
        }
        if !listed && !stored {
            (local.cached, local.rejected, local.over) = (None, false, false);
            if let Instance::Exited(_) = local.instance {
                local.instance = Instance::Exited(Code::Badly);
            }
            if !matches!(local.flight, Flight::Pulling | Flight::Starting) {
                local.policy = Policy::Always;
            }
        }
        if matches!(local.flight, Flight::Stopping(_))
            && (local.instance != Instance::Running || (!listed && !stored))
        {
            local.flight = Flight::Stopping(Token::One); // nothing is left to stop
        }
        let awaited = state.removing == Some(uid)
            || match state.writer {
                Writer::Idle => false,
                Writer::Patch { uid: whose, .. } | Writer::Delete { uid: whose } => whose == uid,
            };
        let on_node = local.worker.is_some()
            || local.mounted
            || local.sandbox
            || local.instance == Instance::Running
            || awaited;
        state = state.with_local(uid, (stored || listed || on_node).then_some(local));
    }
    state
}

/// A record without what nobody will read again.
fn spent(worker: Worker, stored: bool, listed: bool) -> Worker {
    let stage = match worker.stage {
        Stage::Sync => Stage::Sync,
        Stage::Terminating { begun, marks, grace } => {
            let read = [Marks::EVICTED, Marks::OBSERVED_RUNTIME];
            let marks = read.into_iter().filter(|mark| marks.contains(*mark)).fold(Marks::NONE, Marks::with);
            Stage::Terminating { begun, marks, grace: grace.filter(|_| listed || stored) }
        }
        Stage::Terminated { .. } => Stage::Terminated { marks: Marks::NONE, grace: None },
        Stage::Finished { begun, .. } => Stage::Finished { begun, marks: Marks::NONE, grace: None },
    };
    let over = matches!(stage, Stage::Terminated { .. } | Stage::Finished { .. })
        && worker.activity != Activity::New;
    let gone = !listed && !stored;
    let kept = |mut kept: Kept| {
        if let Some(kill) = &mut kept.kill {
            kill.cause = KillCause::Other;
        }
        if gone {
            kept.kill = None;
        }
        if let Subject::Pod(pod) = &mut kept.subject
            && (gone || kept.kill.is_some())
        {
            // The override decides, or nobody will ask.
            let phase = pod.phase.filter(|_| listed);
            *pod = Config::of(Facts { phase, ..View::UNTOUCHED });
        }
        kept
    };
    let waiting = worker.waiting.filter(|_| !over).map(|mut waiting| {
        (waiting.kind, waiting.slot) = (Kind::Sync, Slot::Due);
        waiting.update = kept(waiting.update);
        waiting
    });
    Worker { stage, waiting, handled: worker.handled.filter(|_| !over).map(kept), ..worker }
}

impl Protocol for Pods {
    type State = State;
    type Action = Action;

    const LAWS: &'static [Law<State, Action>] = laws::LAWS;
    const ACTIONS: &'static [&'static str] = actions::KINDS;
    const REFUSALS: &'static [Refusal] = REFUSALS;
    const WATCHED: Watched<State, Action> =
        Some(|step| watch::seen(step.before.object(), step.after.object()));

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
        action.fault().or_else(|| {
            let overlaps = matches!(action, Action::Create(..)) && state.alive() > 0;
            overlaps.then_some("a successor beside a former owner of the name")
        })
    }

    fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
        tell::tell(path)
    }
}
