//! The states with the steps between them.

use std::hash::Hash;

use super::arena::Stored;
use super::explore::{Flow, Limit, Outcome, Space, Steps, Visit, explore_steps};

/// A step between two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The number of the state after it.
    pub to: u32,
    /// The marks that fairness asks about, a bit each.
    pub marks: u32,
}

/// States by number, and the steps that leave each.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// How many of the first states are beginnings.
    pub roots: u32,
    /// Where the edges of each state begin; one more than there are states.
    first: Vec<usize>,
    edges: Vec<Edge>,
    /// The marks of all edges of each state.
    enabled: Vec<u32>,
}

impl Graph {
    /// Explores a model whole. `mark` gives the marks of a step: before, action, after.
    ///
    /// # Errors
    /// [`Outcome::Stopped`] if `limit` was reached: cycles are only looked for where every state is known.
    pub fn explore<M, P>(
        model: &M,
        limit: Limit,
        mark: impl Fn(&M::State, &M::Action, &M::State) -> u32 + Sync,
    ) -> Result<(Space<P>, Self), Outcome>
    where
        M: Steps + Sync,
        M::State: Send,
        M::Action: Clone,
        P: Stored<M::State>,
    {
        Self::explore_steps(model, limit, mark, |marks| *marks, |_| {})
    }

    /// The same, with `note` of each step, the marks in it, and a visitor of each state.
    ///
    /// # Errors
    /// [`Outcome::Stopped`] as above.
    pub fn explore_steps<M, P, T>(
        model: &M,
        limit: Limit,
        note: impl Fn(&M::State, &M::Action, &M::State) -> T + Sync,
        marks: impl Fn(&T) -> u32,
        mut look: impl FnMut(&Visit<'_, M::State, T>),
    ) -> Result<(Space<P>, Self), Outcome>
    where
        M: Steps + Sync,
        M::State: Send,
        M::Action: Clone,
        P: Stored<M::State>,
        T: Send,
    {
        let mut graph = Self { first: vec![0], ..Self::default() };
        let space = explore_steps(model, limit, note, |visit: &Visit<'_, M::State, T>| {
            let edges = visit.to.iter().zip(visit.steps);
            graph.add(edges.map(|(to, step)| Edge { to: *to, marks: marks(step) }));
            look(visit);
            Flow::On
        });
        graph.roots = space.roots;
        if space.outcome == Outcome::Complete { Ok((space, graph)) } else { Err(space.outcome) }
    }

    /// A graph with these edges, state by state; the first `roots` states are beginnings.
    pub fn of(roots: u32, states: impl IntoIterator<Item = Vec<Edge>>) -> Self {
        let mut graph = Self { roots, first: vec![0], ..Self::default() };
        for edges in states {
            graph.add(edges);
        }
        graph
    }

    fn add(&mut self, edges: impl IntoIterator<Item = Edge>) {
        let from = self.edges.len();
        self.edges.extend(edges);
        self.first.push(self.edges.len());
        self.enabled.push(self.edges[from..].iter().fold(0, |marks, edge| marks | edge.marks));
    }

    /// How many states there are.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "numbers of states are u32")]
    pub fn len(&self) -> u32 {
        self.enabled.len() as u32
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.enabled.is_empty()
    }

    /// The steps that leave a state, in the order of the model's actions.
    #[must_use]
    pub fn edges(&self, id: u32) -> &[Edge] {
        let id = id as usize;
        &self.edges[self.first[id]..self.first[id + 1]]
    }

    /// The marks of all steps that leave a state.
    #[must_use]
    pub fn enabled(&self, id: u32) -> u32 {
        self.enabled[id as usize]
    }
}

/// A set of states by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// None of `len` states.
    #[must_use]
    pub fn none(len: u32) -> Self {
        Self(vec![0; (len as usize).div_ceil(64)])
    }

    /// The states of which `is` holds.
    pub fn of<S, P: Stored<S> + Copy + Eq + Hash>(space: &Space<P>, is: impl Fn(&S) -> bool) -> Self {
        let mut bits = Self::none(space.len());
        for id in 0..space.len() {
            if space.state(id).is_some_and(|state| is(&state)) {
                bits.insert(id);
            }
        }
        bits
    }

    /// Puts one in.
    pub fn insert(&mut self, id: u32) {
        self.0[id as usize / 64] |= 1 << (id % 64);
    }

    /// Whether it is in.
    #[must_use]
    pub fn has(&self, id: u32) -> bool {
        self.0[id as usize / 64] >> (id % 64) & 1 == 1
    }

    /// How many are in.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}
