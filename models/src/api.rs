//! Model `api`: the store and what races for it. Two clients whose DELETEs are first read, compare-and-swap and
//! removal, each a step of its own; bindings, finalizers, gates, status writes, recreation of the name, and
//! crashes of the API server.

mod actions;
mod laws;
mod liveness;
mod mutants;
mod pack;
mod scenarios;
mod state;
mod tell;

use pod_lifecycle::RuleId;
use pod_lifecycle::binding::{self, Binding, Gates};
use pod_lifecycle::deletion::{
    self, Begin, Deletion, Effect, Facts, Finalizers, Input, Preconditions, Request, Step, begin,
};

pub use actions::{Action, Created};
pub use mutants::Mutant;
pub use state::{
    Client, Clock, LONG, Node, Options, Pod, Precondition, Role, SHORT, Since, Slot, State, Uid, X,
};

use crate::law::{Law, Moved, Protocol, Refusal, Scope, Taken, Watched};
use crate::render::Told;
use crate::watch;

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// How many kinds of request the users send.
    pub scope: Scope,
    /// The mistake that it makes.
    pub mutant: Option<Mutant>,
    /// The remedy of NON-18 and NON-21: every DELETE carries a UID.
    pub every_uid: bool,
}

/// The answers by which the API server refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Absent,
    Conflict,
    FinalizerAdded,
    BindDeleting,
    BindBound,
    BindGated,
}

const REFUSALS: &[Refusal] = &[
    Refusal { rule: RuleId::DEL_13, says: "404 NotFound" },
    Refusal { rule: RuleId::DEL_03, says: "409 Conflict, another uid" },
    Refusal { rule: RuleId::DEL_17, says: "422, no new finalizer while deleting" },
    Refusal { rule: RuleId::CRE_30, says: "409 Conflict, deleting" },
    Refusal { rule: RuleId::CRE_30, says: "409 Conflict, already bound" },
    Refusal { rule: RuleId::CRE_30, says: "409 Conflict, gated" },
];

type Changed = Result<State, (State, Refused)>;

impl Api {
    /// The model of Kubernetes as it is.
    #[must_use]
    pub const fn new(scope: Scope) -> Self {
        Self { scope, mutant: None, every_uid: false }
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// Whether a component's DELETE says whom it means (DEL-24).
    fn precondition(&self, role: Role) -> Precondition {
        let by_name = match role {
            Role::User | Role::Controller => !self.every_uid,
            Role::Kubelet => self.is(Mutant::KubeletByName),
            Role::Collector => self.is(Mutant::CollectorByName),
        };
        if by_name { Precondition::NameOnly } else { Precondition::Uid }
    }

    fn releases(&self, finalizer: Finalizers) -> bool {
        !(self.is(Mutant::CollectorIgnores) && finalizer == Finalizers::FOREGROUND)
    }

    /// The first read of a DELETE (DEL-03, DEL-21).
    #[inline(never)]
    fn read(
        &self,
        state: State,
        slot: Slot,
        role: Role,
        precondition: Precondition,
        options: Options,
    ) -> Changed {
        let idle = state.with_client(slot, Client::Idle);
        let found = state.pod().ok_or((idle, Refused::Absent))?;
        let pod = match state.client(slot) {
            Client::Decided { pod, .. } => pod,
            Client::Idle | Client::Commit { .. } | Client::Remove { .. } => found.uid,
        };
        compare(precondition, pod, found.uid).map_err(|refused| (idle, refused))?;
        let client = match begin(found.deletion(), options.request(), found.facts(Clock::Late)) {
            Begin::Answer => Client::Idle,
            Begin::Commit(sticky) => {
                let options = if self.is(Mutant::NotSticky) { options } else { Options::of(sticky) };
                Client::Commit { role, pod, precondition, options }
            }
            Begin::Remove => Client::Remove { role, pod: found.uid, precondition, since: Since::Nothing },
        };
        Ok(state.with_client(slot, client))
    }

    /// The compare-and-swap of a DELETE, with its first write.
    #[inline(never)]
    fn commit(&self, state: State, slot: Slot, clock: Clock) -> Changed {
        let Client::Commit { role, pod: meant, precondition, options } = state.client(slot) else {
            return Ok(state);
        };
        let idle = state.with_client(slot, Client::Idle);
        let found = state.pod().ok_or((idle, Refused::Absent))?;
        compare(precondition, meant, found.uid).map_err(|refused| (idle, refused))?;
        let Ok(step) = found.deletion().step(self.input(options), self.facts(&found, clock)) else {
            return Ok(idle); // a DELETE is never refused by its state
        };
        let step = self.mutant.map_or(step, |mutant| mistake(mutant, step, &found, options));
        let Step { next, finalizers, generation, effects, .. } = step;
        let written = Pod {
            grace: next.is_deleting().then(|| next.grace().map_or(0, state::seconds)),
            finalizers,
            generation: cap(generation.after(found.generation.into())),
            ..found
        };
        let pod = if effects.contains(&Some(Effect::Store)) { written } else { found };
        let client = if effects.contains(&Some(Effect::Remove)) {
            Client::Remove { role, pod: found.uid, precondition, since: Since::Nothing }
        } else {
            Client::Idle
        };
        let gained = found.finalizers.is_empty() && !pod.finalizers.is_empty();
        let state = if gained { held(state) } else { state };
        Ok(state.with_client(slot, client).with_pod(Some(pod)))
    }

    #[inline]
    fn input(&self, options: Options) -> Input {
        let request = options.request();
        if self.is(Mutant::PropagationLost) {
            return Input::Delete(Request { propagation: None, ..request });
        }
        Input::Delete(request)
    }

    #[inline]
    fn facts(&self, found: &Pod, clock: Clock) -> Facts {
        let mut facts = found.facts(if self.is(Mutant::NoClamp) { Clock::Early } else { clock });
        if self.is(Mutant::UnboundGrace) {
            facts.binding = Binding::Bound;
        }
        if self.is(Mutant::TerminalGrace) {
            facts.phase = None;
        }
        facts
    }

    /// The second write of a DELETE: it compares the request's own preconditions and nothing else (DEL-14).
    #[inline(never)]
    fn remove(&self, state: State, slot: Slot) -> Changed {
        let Client::Remove { role, pod: meant, precondition, .. } = state.client(slot) else {
            return Ok(state);
        };
        let idle = state.with_client(slot, Client::Idle);
        let found = state.pod().ok_or((idle, Refused::Absent))?;
        let precondition = if self.is(Mutant::UidForgotten) { Precondition::NameOnly } else { precondition };
        compare(precondition, meant, found.uid).map_err(|refused| (idle, refused))?;
        Ok(depart(idle, role))
    }

    /// An update at any endpoint, decided by the finalizers that it leaves (DEL-16, DEL-17, DEL-18).
    #[inline(never)]
    fn update(&self, state: State, change: impl FnOnce(Pod) -> Pod) -> Changed {
        let Some(found) = state.pod() else { return Err((state, Refused::Absent)) };
        let wanted = change(found);
        let mut facts = found.facts(Clock::Late);
        if self.is(Mutant::FinalizerAdded) {
            facts.finalizers = wanted.finalizers;
        }
        let deletion = found.deletion();
        let deletion = match deletion.due() {
            Some(due) if self.is(Mutant::UpdateRemoves) => Deletion::Expired { due },
            Some(_) | None => deletion,
        };
        let input = Input::Update { finalizers: wanted.finalizers };
        let step = deletion.step(input, facts).map_err(|_| (state, Refused::FinalizerAdded))?;
        let Step { next, finalizers, effects, .. } = step;
        if effects.contains(&Some(Effect::Remove)) {
            return Ok(depart(state, Role::User));
        }
        let grace = if self.is(Mutant::UpdateUndeletes) || !next.is_deleting() { None } else { found.grace };
        Ok(state.with_pod(Some(Pod { grace, finalizers, ..wanted })))
    }

    /// A binding arrives (CRE-30).
    #[inline(never)]
    fn bind(&self, state: State) -> Changed {
        let Some(meant) = state.binder() else { return Ok(state) };
        let done = state.with_binder(None);
        let Some(found) = state.pod() else {
            let empty = Pod { uid: meant, node: Some(Node::Chosen), ..CREATED };
            let pod = self.is(Mutant::BindUpserts).then_some(empty).ok_or((done, Refused::Absent))?;
            return Ok(done.with_pod(Some(pod)));
        };
        let precondition =
            if self.is(Mutant::BindByName) { Precondition::NameOnly } else { Precondition::Uid };
        compare(precondition, meant, found.uid).map_err(|refused| (done, refused))?;
        let deletion = if self.is(Mutant::BindsDeleting) { Deletion::Live } else { found.deletion() };
        let gates = if self.is(Mutant::BindsGated) { Gates::Open } else { found.gates };
        let from = if self.is(Mutant::Rebinds) { Binding::Unbound } else { found.binding() };
        from.bind(binding::Facts { deletion, gates }).map_err(|rejection| {
            let refused = match rejection.reason {
                binding::Reason::Deleting => Refused::BindDeleting,
                binding::Reason::AlreadyBound => Refused::BindBound,
                binding::Reason::Gated => Refused::BindGated,
            };
            (done, refused)
        })?;
        Ok(done.with_pod(Some(Pod { node: Some(Node::Chosen), ..found })))
    }

    fn create(&self, created: Created) -> Pod {
        match created {
            Created::Unbound => CREATED,
            Created::Gated => Pod { gates: Gates::Closed, ..CREATED },
            Created::WithNode => {
                let gates = if self.is(Mutant::GatedWithNode) { Gates::Closed } else { Gates::Open };
                Pod { node: Some(Node::Given), gates, ..CREATED }
            }
        }
    }

    #[inline]
    fn take(&self, state: State, action: Action) -> Changed {
        match action {
            Action::Create(created) => Ok(state.with_pod(Some(self.create(created)))), // CRE-01
            Action::Decide(slot, role) => {
                Ok(state.with_client(slot, Client::Decided { role, pod: Uid::Current }))
            }
            Action::Read(slot, role, precondition, options) => {
                self.read(state, slot, role, precondition, options)
            }
            Action::Commit(slot, clock) => self.commit(state, slot, clock),
            Action::Remove(slot) => self.remove(state, slot),
            Action::Crash(slot) => Ok(state.with_client(slot, Client::Idle)),
            Action::Schedule => Ok(state.with_binder(Some(Uid::Current))),
            Action::Bind => self.bind(state),
            Action::AddFinalizer => {
                self.update(state, |pod| Pod { finalizers: pod.finalizers.with(X), ..pod })
            }
            Action::DropFinalizer(finalizer) => {
                self.update(state, |pod| Pod { finalizers: pod.finalizers.without(finalizer), ..pod })
            }
            Action::Touch => {
                let gates = |pod: Pod| if self.is(Mutant::GateAdded) { Gates::Closed } else { pod.gates };
                self.update(state, |pod| Pod { gates: gates(pod), ..pod })
            }
            Action::Ungate => self.update(state, |pod| {
                let generation = deletion::Generation::Increased.after(pod.generation.into()); // OBJ-03
                Pod { gates: Gates::Open, generation: cap(generation), ..pod }
            }),
            Action::Finish => self.update(state, |pod| Pod { terminal: true, ..pod }),
        }
    }
}

/// A new Pod (CRE-03).
const CREATED: Pod = Pod {
    uid: Uid::Current,
    grace: None,
    finalizers: Finalizers::NONE,
    node: None,
    gates: Gates::Open,
    terminal: false,
    generation: 1,
};

/// The step with the mistake of the mutant, if it is one of this decision.
fn mistake(mutant: Mutant, step: Step, found: &Pod, options: Options) -> Step {
    let store = [Some(Effect::Store), None];
    let deleting = |grace| Deletion::from_fields(Some(state::DUE), Some(grace));
    let left = found.grace.unwrap_or(0);
    match (mutant, step.row) {
        (Mutant::Lengthens, deletion::Row::Pending) if options.grace > Some(left) => {
            Step { next: deleting(options.grace.map_or(0, i64::from)), effects: store, ..step }
        }
        (Mutant::ZeroClamped, deletion::Row::ShortenedAndRemoved | deletion::Row::ShortenedAndHeld) => {
            Step { next: deleting(1), effects: store, ..step }
        }
        (Mutant::NoOpWrites, deletion::Row::Pending) => {
            Step { finalizers: found.finalizers.propagated(options.propagation), effects: store, ..step }
        }
        (Mutant::HeldRemoved, deletion::Row::MarkedAndHeld) => {
            Step { effects: [Some(Effect::Store), Some(Effect::Remove)], ..step }
        }
        (Mutant::GenerationKept, _) => Step { generation: deletion::Generation::Kept, ..step },
        (Mutant::GenerationTwice, deletion::Row::Shortened) => {
            Step { generation: deletion::Generation::Increased, ..step }
        }
        (_, _) => step,
    }
}

/// Keeps a generation within its bits; only a mistake goes beyond 3.
fn cap(generation: i64) -> u8 {
    u8::try_from(generation.min(7)).unwrap_or(0)
}

fn compare(precondition: Precondition, meant: Uid, found: Uid) -> Result<(), Refused> {
    let uid = match precondition {
        Precondition::NameOnly => None,
        Precondition::Uid => Some(meant),
    };
    let preconditions = Preconditions::<Uid, ()> { uid, resource_version: None };
    preconditions.allow(&found, &()).map_err(|_| Refused::Conflict)
}

/// Notes that the stored Pod has got a finalizer while its removal is in flight.
fn held(state: State) -> State {
    Slot::ALL.into_iter().fold(state, |state, slot| match state.client(slot) {
        Client::Remove { role, pod: Uid::Current, precondition, since: Since::Nothing } => {
            let client = Client::Remove { role, pod: Uid::Current, precondition, since: Since::Held };
            state.with_client(slot, client)
        }
        Client::Idle | Client::Decided { .. } | Client::Commit { .. } | Client::Remove { .. } => state,
    })
}

/// Frees the name: whatever meant the stored Pod now means one that has left.
fn depart(state: State, remover: Role) -> State {
    if state.pod().is_none() {
        return state;
    }
    let left = Uid::Departed;
    let state = Slot::ALL.into_iter().fold(state, |state, slot| match state.client(slot) {
        Client::Idle => state,
        Client::Decided { role, pod: _ } => state.with_client(slot, Client::Decided { role, pod: left }),
        Client::Commit { role, pod: _, precondition, options } => {
            state.with_client(slot, Client::Commit { role, pod: left, precondition, options })
        }
        Client::Remove { role, pod, precondition, since } => {
            let kubelet = pod == Uid::Current && remover == Role::Kubelet;
            let since = if kubelet { Since::Removed } else { since };
            state.with_client(slot, Client::Remove { role, pod: left, precondition, since })
        }
    });
    state.with_pod(None).with_binder(state.binder().map(|_| left))
}

impl Protocol for Api {
    type State = State;
    type Action = Action;

    const LAWS: &'static [Law<State, Action>] = laws::LAWS;
    const ACTIONS: &'static [&'static str] = actions::KINDS;
    const REFUSALS: &'static [Refusal] = REFUSALS;
    const WATCHED: Watched<State, Action> = Some(|step| {
        let object = |state: &State| state.pod().map(|pod| pod.object());
        watch::seen(object(&step.before), object(&step.after))
    });

    fn initial(&self) -> State {
        State::EMPTY
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.list(state, |action| actions.push(action));
    }

    #[inline]
    fn each_step(&self, state: &State, _: &mut Vec<Action>, mut take: impl FnMut(Action, State)) {
        self.list(state, |action| take(action, self.step(state, action).next));
    }

    #[inline]
    fn step(&self, state: &State, action: Action) -> Moved<State> {
        match self.take(*state, action) {
            Ok(next) => Moved { next, refused: None },
            Err((next, refused)) => Moved { next, refused: Some(refused as usize) },
        }
    }

    fn kind(action: &Action) -> usize {
        action.kind()
    }

    fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
        tell::tell(path)
    }
}
