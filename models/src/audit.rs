//! Explores a model with stateright and finds, for each claim, a shortest path to the step that decides it.
//!
//! stateright's properties see one state. [`Audited`] therefore adds, beside each step, a terminal node for each
//! claim that this very step decides. A node carries only the number of its claim, so there is at most one a claim.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::engine::Outcome;
use crate::law::{Kind, Law, On, Protocol, Taken};

/// What a law's discovery means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    /// An *always* is broken.
    Broken,
    /// The witness of an *always* is reached.
    Witness,
    /// A scenario is reached.
    Scenario,
    /// An expected violation is found.
    Expected,
}

/// A state of the model, or the number of a claim that was decided on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node<S> {
    /// A state.
    State(S),
    /// A claim.
    Report(u8),
}

/// A step of the model, or a report on the step it names; without one, on the state itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edge<A> {
    /// A step.
    Step(A),
    /// A report.
    Report(Option<A>, u8),
}

/// A model with its laws judged on every state and step.
#[derive(Debug)]
pub struct Audited<M> {
    model: M,
    fired: Vec<AtomicU64>,
    refused: Vec<AtomicU64>,
}

/// A path of real steps.
pub type Path<S, A> = Vec<Taken<S, A>>;

/// What one exploration found.
#[derive(Clone, Debug)]
pub struct Exploration<S, A> {
    /// Distinct states of the model.
    pub states: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
    /// How often each kind of action was taken, in the order of [`Protocol::ACTIONS`].
    pub fired: Vec<u64>,
    /// How often each refusal was seen, in the order of [`Protocol::REFUSALS`].
    pub refused: Vec<u64>,
    /// What was found: the law's index, what it means, and the shortest path to it.
    pub found: Vec<(usize, Claim, Path<S, A>)>,
}

impl<S, A> Exploration<S, A> {
    /// The path to this claim about this law.
    #[must_use]
    pub fn path(&self, law: usize, claim: Claim) -> Option<&[Taken<S, A>]> {
        let found = self.found.iter().find(|(index, what, _)| (*index, *what) == (law, claim));
        found.map(|(_, _, path)| path.as_slice())
    }
}

/// When an exploration ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Every state has been seen.
    Exhausted,
    /// This claim about this law is found, or every state has been seen.
    Found(usize, Claim),
}

/// Explores `model` breadth first on one thread, so that every path found is a shortest one and every number is
/// the same in each run.
pub fn explore<M: Protocol>(model: M, until: Until) -> Exploration<M::State, M::Action> {
    let finish = match until {
        // A name that no property has, so that the run is complete.
        Until::Exhausted => HasDiscoveries::AllOf(BTreeSet::from(["every state has been seen"])),
        Until::Found(law, claim) => {
            let numbers = (0..REPORTS.len()).filter(|number| decode::<M>(*number) == Some((law, claim)));
            HasDiscoveries::AnyOf(numbers.filter_map(|number| REPORTS.get(number).copied()).collect())
        }
    };
    #[allow(clippy::disallowed_methods, reason = "the duration is reported, nothing is decided by it")]
    let start = Instant::now();
    let checker = Audited::new(model).checker().finish_when(finish).threads(1).spawn_bfs().join();
    let elapsed = start.elapsed();
    let audited = checker.model();
    // Read before any path is rebuilt: that takes steps again.
    let (fired, refused) = (read(&audited.fired), read(&audited.refused));
    let states = checker.unique_state_count();
    let mut found = Vec::new();
    for (name, path) in checker.discoveries() {
        let number = REPORTS.iter().position(|report| *report == name);
        if let Some((law, claim)) = number.and_then(decode::<M>) {
            found.push((law, claim, audited.retrace(path.into_actions())));
        }
    }
    found.sort_by_key(|(law, claim, _)| (*law, *claim));
    // Each report that was reached is one node more.
    let states = states - found.len();
    let outcome = match until {
        Until::Exhausted => Outcome::Complete,
        Until::Found(..) => Outcome::Ended,
    };
    Exploration { states, outcome, elapsed, fired, refused, found }
}

fn read(counters: &[AtomicU64]) -> Vec<u64> {
    counters.iter().map(|counter| counter.load(Ordering::Relaxed)).collect()
}

/// What a report's number stands for: two numbers a law.
fn decode<M: Protocol>(number: usize) -> Option<(usize, Claim)> {
    let law = M::LAWS.get(number / 2)?;
    let (claim, ..) = decided(&law.kind).nth(number % 2)?;
    Some((number / 2, claim))
}

/// What can be found about a law: the claim, what it looks at, and the answer that decides it.
pub(crate) fn decided<S, A>(kind: &Kind<S, A>) -> impl Iterator<Item = (Claim, &On<S, A>, bool)> {
    let both = match kind {
        Kind::Always { holds, witness } => {
            [Some((Claim::Broken, holds, false)), Some((Claim::Witness, witness, true))]
        }
        Kind::Sometimes(happens) => [Some((Claim::Scenario, happens, true)), None],
        Kind::Expected { happens, .. } => [Some((Claim::Expected, happens, true)), None],
        Kind::Eventually { .. } | Kind::Stuck { .. } => [None, None], // see `liveness`
    };
    both.into_iter().flatten()
}

impl<M: Protocol> Audited<M> {
    /// Wraps a model.
    pub fn new(model: M) -> Self {
        const { assert!(M::LAWS.len() * 2 <= REPORTS.len(), "too few report numbers") };
        let counters = |count| (0..count).map(|_| AtomicU64::new(0)).collect();
        Self { model, fired: counters(M::ACTIONS.len()), refused: counters(M::REFUSALS.len()) }
    }

    /// Takes the actions of a path again, to have both ends of each step and what was refused.
    fn retrace(&self, edges: Vec<Edge<M::Action>>) -> Path<M::State, M::Action> {
        let mut before = self.model.initial();
        let mut path = Vec::with_capacity(edges.len());
        for edge in edges {
            let (Edge::Step(action) | Edge::Report(Some(action), _)) = edge else { continue };
            let moved = self.model.step(&before, action);
            path.push(Taken { before, action, after: moved.next, refused: moved.refused });
            before = moved.next;
        }
        path
    }

    /// Calls `report` with the number of each claim that `judge` decides.
    fn judge(judge: impl Fn(&On<M::State, M::Action>) -> Option<bool>, mut report: impl FnMut(u8)) {
        for (number, Law { kind, .. }) in (0_u8..).step_by(2).zip(M::LAWS) {
            for (number, (_, on, decides)) in (number..).zip(decided(kind)) {
                if judge(on) == Some(decides) {
                    report(number);
                }
            }
        }
    }
}

impl<M: Protocol> Model for Audited<M> {
    type State = Node<M::State>;
    type Action = Edge<M::Action>;

    fn init_states(&self) -> Vec<Self::State> {
        vec![Node::State(self.model.initial())]
    }

    fn actions(&self, node: &Self::State, edges: &mut Vec<Self::Action>) {
        let Node::State(state) = node else { return };
        let mut actions = Vec::with_capacity(64);
        self.model.actions(state, &mut actions);
        edges.extend(actions.iter().copied().map(Edge::Step));
        for action in actions {
            let next = self.model.step(state, action).next;
            let judge = |on: &On<M::State, M::Action>| match on {
                On::Step(predicate) => Some(predicate(state, &action, &next)),
                On::State(_) => None,
            };
            Self::judge(judge, |number| edges.push(Edge::Report(Some(action), number)));
        }
        let judge = |on: &On<M::State, M::Action>| match on {
            On::State(predicate) => Some(predicate(state)),
            On::Step(_) => None,
        };
        Self::judge(judge, |number| edges.push(Edge::Report(None, number)));
    }

    fn next_state(&self, node: &Self::State, edge: Self::Action) -> Option<Self::State> {
        let Node::State(state) = node else { return None };
        let action = match edge {
            Edge::Step(action) => action,
            Edge::Report(_, number) => return Some(Node::Report(number)),
        };
        let moved = self.model.step(state, action);
        count(&self.fired, M::kind(&action));
        if let Some(refusal) = moved.refused {
            count(&self.refused, refusal);
        }
        Some(Node::State(moved.next))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let reports =
            REPORTS.iter().zip(0_u8..).filter(|(_, number)| decode::<M>((*number).into()).is_some());
        // A run ends early once every property has a discovery: one that never has keeps it complete.
        let never = Property::always("never", |_, _| true);
        reports.map(|(name, number)| Property::always(name, condition::<M>(number))).chain([never]).collect()
    }
}

/// Properties are function pointers and their names static, so there is one of each a number.
macro_rules! reports {
    ($($number:literal)*) => {
        const REPORTS: &[&str] = &[$(stringify!($number)),*];

        fn condition<M: Protocol>(number: u8) -> fn(&Audited<M>, &Node<M::State>) -> bool {
            match number {
                $($number => |_, node| !matches!(node, Node::Report($number)),)*
                _ => |_, _| true,
            }
        }
    };
}

reports! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36
    37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69
    70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99
}

fn count(counters: &[AtomicU64], index: usize) {
    if let Some(counter) = counters.get(index) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
