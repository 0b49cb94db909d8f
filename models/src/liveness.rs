//! Decides with the engine what eventually happens in a model: each [`Kind::Eventually`] and [`Kind::Stuck`], once as it
//! stands and once for each assumption with that one dropped or added.

use std::time::{Duration, Instant};

use stateright::Model;

use crate::catalogue::{Finding, finding};
use crate::engine::{
    self, Beyond, Bits, Fairness, Graph, Limit, Outcome, Property, Rest, Space, Steps, Stored,
};
use crate::law::{Ask, Assumption, Kind, Law, Protocol, Taken};
use crate::render::{Lasso, Told};
use crate::search::Judge;
use crate::watch;

/// Which checks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Each law with all that is given, dropped and added.
    All,
    /// Each law as it is stated, and on the way all that [`search`](crate::search::search) judges.
    Stated,
    /// The law of this index, given this.
    Law(usize, Given),
}

/// What is taken for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// The assumptions of the law.
    AsStated,
    /// The same without the one of this index.
    Without(usize),
    /// The same and the `unless` of this index.
    With(usize),
}

/// An assumption without what it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssumptionInfo {
    /// Its name.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// How it is dropped or added.
    pub given: Given,
}

/// What was found about one law, given something.
#[derive(Clone, Debug)]
pub struct Check {
    /// The law's index.
    pub law: usize,
    /// What was given.
    pub given: Given,
    /// In how many states the law obliges.
    pub obliging: u32,
    /// A run on which it does not come about.
    pub lasso: Option<Lasso>,
}

/// What the engine found.
#[derive(Clone, Debug)]
pub struct LiveRun {
    /// Distinct states.
    pub states: usize,
    /// How the exploration ended; nothing is checked unless it is complete.
    pub outcome: Outcome,
    /// Steps between them.
    pub steps: u64,
    /// How long exploration and all checks took.
    pub elapsed: Duration,
    /// Each check.
    pub checks: Vec<Check>,
    /// What was found of all other laws on the way, if that was asked for: [`Which::Stated`].
    pub found: Vec<Finding>,
}

impl LiveRun {
    /// The check of this law, given this.
    #[must_use]
    pub fn check(&self, law: usize, given: Given) -> Option<&Check> {
        self.checks.iter().find(|check| (check.law, check.given) == (law, given))
    }
}

/// The assumptions of a law and those that would make it come about, each with the check that drops or adds it.
#[must_use]
pub fn assumptions<M: Protocol>(law: usize) -> Vec<AssumptionInfo> {
    let info = |list: &'static [Assumption<M::State, M::Action>], given: fn(usize) -> Given| {
        list.iter().enumerate().map(move |(index, assumption)| AssumptionInfo {
            id: assumption.id,
            says: assumption.says,
            given: given(index),
        })
    };
    match M::LAWS.get(law).map(|law| &law.kind) {
        Some(Kind::Eventually { assuming, .. }) => info(assuming, Given::Without).collect(),
        Some(Kind::Stuck { unless, .. }) => info(unless, Given::With).collect(),
        Some(Kind::Always { .. } | Kind::Sometimes(_) | Kind::Expected { .. }) | None => Vec::new(),
    }
}

/// A model without its laws.
#[derive(Debug)]
pub struct Plain<M>(pub M);

impl<M: Protocol> Model for Plain<M> {
    type State = M::State;
    type Action = M::Action;

    fn init_states(&self) -> Vec<M::State> {
        vec![self.0.initial()]
    }
    fn actions(&self, state: &M::State, actions: &mut Vec<M::Action>) {
        self.0.actions(state, actions);
    }
    fn next_state(&self, state: &M::State, action: M::Action) -> Option<M::State> {
        Some(self.0.step(state, action).next)
    }
    /// stateright ends a run once every property has a discovery; this one never has.
    fn properties(&self) -> Vec<stateright::Property<Self>> {
        vec![stateright::Property::always("is explored whole", |_, _| true)]
    }
}

impl<M: Protocol> Steps for Plain<M> {
    #[inline]
    fn each_step(&self, state: &M::State, room: &mut Vec<M::Action>, take: impl FnMut(M::Action, M::State)) {
        self.0.each_step(state, room, take);
    }
}

/// What a model's assumptions ask, a mark each.
struct Asks<M: Protocol>(Vec<Asked<M::State, M::Action>>);

/// The assumption's name, and one thing that it asks.
type Asked<S, A> = (&'static str, &'static Ask<S, A>);

impl<M: Protocol> Asks<M> {
    /// Of all its laws; an assumption that several make has its marks once.
    fn new() -> Self {
        let mut asks: Vec<Asked<M::State, M::Action>> = Vec::new();
        for Law { kind, .. } in M::LAWS {
            let (assuming, unless): (&[_], &[_]) = match kind {
                Kind::Eventually { assuming, .. } => (assuming, &[]),
                Kind::Stuck { assuming, unless, .. } => (assuming, unless),
                Kind::Always { .. } | Kind::Sometimes(_) | Kind::Expected { .. } => continue,
            };
            for assumption in assuming.iter().chain(unless) {
                if asks.iter().all(|(id, _)| *id != assumption.id) {
                    asks.extend(assumption.asks.iter().map(|ask| (assumption.id, ask)));
                }
            }
        }
        assert!(asks.len() <= 32, "more than 32 marks");
        Self(asks)
    }

    fn marks(&self, before: &M::State, action: &M::Action, after: &M::State) -> u32 {
        if before == after {
            return 0; // a step that changes nothing is none
        }
        let asked = |ask: &Ask<M::State, M::Action>| match ask {
            Ask::Weak(of) | Ask::Strong(of) | Ask::Finitely(of) => of(before, action),
        };
        self.0.iter().rev().fold(0, |marks, (_, ask)| marks << 1 | u32::from(asked(ask)))
    }

    /// The fairness of these assumptions.
    fn fairness<'a>(
        &self,
        assumed: impl Iterator<Item = &'a Assumption<M::State, M::Action>> + Clone,
    ) -> Fairness {
        let mut fairness = Fairness::NONE;
        for (bit, (id, ask)) in self.0.iter().enumerate() {
            if assumed.clone().any(|assumption| assumption.id == *id) {
                match ask {
                    Ask::Weak(_) => fairness.weak |= 1 << bit,
                    Ask::Strong(_) => fairness.strong |= 1 << bit,
                    Ask::Finitely(_) => fairness.finite |= 1 << bit,
                }
            }
        }
        fairness
    }
}

/// What an exploration may take for its states: cycles are looked for only where each is kept whole.
const MEMORY: Limit = Limit { bytes: 4 << 30, beyond: Beyond::Stop };

/// Explores a model whole and makes these checks. `P` is how a state is kept: itself, or packed.
pub fn run<M: Protocol, P: Stored<M::State>>(model: M, which: Which) -> LiveRun {
    #[allow(clippy::disallowed_methods, reason = "the duration is reported, nothing is decided by it")]
    let start = Instant::now();
    let (model, asks) = (Plain(model), Asks::<M>::new());
    let mut judge = Judge::<M>::new();
    let explored = match which {
        Which::Stated => Graph::explore_steps::<_, P, _>(
            &model,
            MEMORY,
            |before, action, after| (asks.marks(before, action, after), *action, *after),
            |(marks, ..)| *marks,
            |visit| judge.visit(visit, |(_, action, next)| (action, next)),
        ),
        Which::Law(..) | Which::All => {
            Graph::explore::<_, P>(&model, MEMORY, |before, action, after| asks.marks(before, action, after))
        }
    };
    let (space, graph) = match explored {
        Ok(explored) => explored,
        Err(outcome) => {
            let (checks, found) = (Vec::new(), Vec::new());
            return LiveRun { states: 0, outcome, steps: 0, elapsed: start.elapsed(), checks, found };
        }
    };
    let found = judge.paths(&model, &space);
    let found = found.into_iter().map(|(law, claim, path)| finding::<M>(law, claim, &path)).collect();
    let explored = Explored { model, asks, space, graph };
    let mut checks = Vec::new();
    for law in 0..M::LAWS.len() {
        let given: Vec<_> = match which {
            Which::Law(only, given) if only == law => vec![given],
            Which::Law(..) => continue,
            Which::Stated => vec![Given::AsStated],
            Which::All => {
                let others = assumptions::<M>(law).into_iter().map(|assumption| assumption.given);
                [Given::AsStated].into_iter().chain(others).collect()
            }
        };
        checks.extend(explored.checks(law, &given));
    }
    let Explored { space, .. } = explored;
    let (states, outcome, steps) = (space.len() as usize, space.outcome, space.steps);
    LiveRun { states, outcome, steps, elapsed: start.elapsed(), checks, found }
}

/// A model, explored.
struct Explored<M: Protocol, P> {
    model: Plain<M>,
    asks: Asks<M>,
    space: Space<P>,
    graph: Graph,
}

impl<M: Protocol, P: Stored<M::State>> Explored<M, P> {
    /// One law, given each of these.
    fn checks(&self, law: usize, given: &[Given]) -> Vec<Check> {
        let (when, then, assuming, unless): (_, _, &[_], &[_]) = match M::LAWS.get(law).map(|law| &law.kind) {
            Some(Kind::Eventually { when, then, assuming }) => (when, then, assuming, &[]),
            Some(Kind::Stuck { when, then, assuming, unless }) => (when, then, assuming, unless),
            Some(Kind::Always { .. } | Kind::Sometimes(_) | Kind::Expected { .. }) | None => {
                return Vec::new();
            }
        };
        let bits = |of: &fn(&M::State) -> bool| Bits::of(&self.space, of);
        let (when, then) = (bits(when), bits(then));
        let obliging = when.count();
        let property = Property::LeadsTo { when, then };
        let check = |given: &Given| {
            let given = *given;
            let kept = assuming.iter().enumerate().filter(|(index, _)| given != Given::Without(*index));
            let added = unless.iter().enumerate().filter(|(index, _)| given == Given::With(*index));
            let fairness = self.asks.fairness(kept.chain(added).map(|(_, assumption)| assumption));
            Check { law, given, obliging, lasso: self.lasso(&property, fairness) }
        };
        given.iter().map(check).collect()
    }

    fn lasso(&self, property: &Property, fairness: Fairness) -> Option<Lasso> {
        let lasso = engine::find(&self.graph, property, fairness, Rest::Anywhere)?;
        let steps = lasso.steps(&self.space, &self.model).into_iter();
        let path: Vec<_> = steps
            .map(|step| Taken {
                before: step.before,
                action: step.action,
                after: step.after,
                refused: self.model.0.step(&step.before, step.action).refused,
            })
            .collect();
        let mut stem: Vec<Told> = M::tell(&path);
        let cycle = stem.split_off(lasso.stem.len());
        Some(Lasso { stem, cycle, events: watch::events::<M>(&path) })
    }
}
