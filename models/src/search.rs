//! Judges every law on every state and step with the engine: what [`explore`](crate::audit::explore) does with stateright,
//! without its counters. Mutants and remedies are searched so; stateright stays the judge of the model itself.

use std::time::Instant;

use crate::audit::{Claim, Exploration, Path, Until, decided};
use crate::engine::{self, Beyond, Flow, Limit, Space, Stored, Visit};
use crate::law::{On, Protocol, Taken};
use crate::liveness::Plain;

/// What a search may take for its states: 3·10⁷ of them whole even if one takes 128 bytes; beyond it states are kept as
/// fingerprints, and the outcome says so.
const MEMORY: Limit = Limit { bytes: 4 << 30, beyond: Beyond::Compact };

/// A claim that is not yet decided: what it looks at, and the answer that decides it.
type Open<S, A> = (usize, Claim, &'static On<S, A>, bool);

/// A claim that is decided: by a state, or by a step that leaves it.
struct Found<A> {
    law: usize,
    claim: Claim,
    state: u32,
    step: Option<A>,
}

/// What was found of each claim.
pub(crate) type Judged<S, A> = Vec<(usize, Claim, Path<S, A>)>;

/// The claims about a model that are not yet decided, and what was found of the others.
pub(crate) struct Judge<M: Protocol> {
    open: Vec<Open<M::State, M::Action>>,
    found: Vec<Found<M::Action>>,
}

impl<M: Protocol> Judge<M> {
    pub(crate) fn new() -> Self {
        let laws = M::LAWS.iter().enumerate();
        let claims = laws.flat_map(|(index, law)| decided(&law.kind).map(move |claim| (index, claim)));
        let open = claims.map(|(law, (claim, on, decides))| (law, claim, on, decides)).collect();
        Self { open, found: Vec::new() }
    }

    /// Looks at a state and its steps, of which `told` tells what happens and where it leads.
    pub(crate) fn visit<T>(
        &mut self,
        visit: &Visit<'_, M::State, T>,
        told: impl Fn(&T) -> (&M::Action, &M::State),
    ) {
        self.open.retain(|(law, claim, on, decides)| match judge(visit, &told, on, *decides) {
            Some(step) => {
                self.found.push(Found { law: *law, claim: *claim, state: visit.id, step });
                false
            }
            None => true,
        });
    }

    fn has(&self, law: usize, claim: Claim) -> bool {
        self.found.iter().any(|found| (found.law, found.claim) == (law, claim))
    }

    /// What was found, law by law, each with a shortest path.
    pub(crate) fn paths<P: Stored<M::State>>(
        mut self,
        model: &Plain<M>,
        space: &Space<P>,
    ) -> Judged<M::State, M::Action> {
        self.found.sort_by_key(|found| (found.law, found.claim));
        let found = self.found.into_iter();
        found.map(|found| (found.law, found.claim, path(model, space, found.state, found.step))).collect()
    }
}

/// Explores `model` breadth first; every path found is a shortest one. `P` is how a state is kept: itself, or packed.
pub fn search<M: Protocol, P: Stored<M::State>>(model: M, until: Until) -> Exploration<M::State, M::Action> {
    #[allow(clippy::disallowed_methods, reason = "the duration is reported, nothing is decided by it")]
    let start = Instant::now();
    let (model, mut judge) = (Plain(model), Judge::<M>::new());
    let note = |_: &M::State, action: &M::Action, next: &M::State| (*action, *next);
    let space: Space<P> = engine::explore_steps(&model, MEMORY, note, |visit| {
        judge.visit(visit, |(action, next)| (action, next));
        match until {
            Until::Found(law, claim) if judge.has(law, claim) => Flow::End,
            Until::Found(..) | Until::Exhausted => Flow::On,
        }
    });
    let elapsed = start.elapsed();
    let (states, outcome, found) = (space.len() as usize, space.outcome, judge.paths(&model, &space));
    Exploration { states, outcome, elapsed, fired: Vec::new(), refused: Vec::new(), found }
}

/// Whether this state or one of its steps decides a claim, and which step.
fn judge<S, A: Copy, T>(
    visit: &Visit<'_, S, T>,
    told: impl Fn(&T) -> (&A, &S),
    on: &On<S, A>,
    decides: bool,
) -> Option<Option<A>> {
    match on {
        On::State(predicate) => (predicate(visit.state) == decides).then_some(None),
        On::Step(predicate) => {
            let decides = |(action, next): &(&A, &S)| predicate(visit.state, action, next) == decides;
            visit.steps.iter().map(told).find(decides).map(|(action, _)| Some(*action))
        }
    }
}

/// The steps to this state, and the step that leaves it.
pub(crate) fn path<M: Protocol, P: Stored<M::State>>(
    model: &Plain<M>,
    space: &Space<P>,
    state: u32,
    step: Option<M::Action>,
) -> Path<M::State, M::Action> {
    let mut before = model.0.initial();
    let actions = space.path(model, state).into_iter().map(|step| step.action).chain(step);
    let take = |action| {
        let moved = model.0.step(&before, action);
        let taken = Taken { before, action, after: moved.next, refused: moved.refused };
        before = moved.next;
        taken
    };
    actions.map(take).collect()
}
