//! The engine: what it decides on small models, and against a reference that tries every set of states.

mod known;
mod random;
mod symmetry;
mod threads;

use pod_lifecycle_models::engine::{
    Beyond, Bits, Fairness, Flow, Graph, Lasso, Limit, Outcome, Property, Rest, Space, Steps, explore, find,
};
use stateright::{Checker, Model};

/// A model given as a table: of each state its steps, each with its marks. State 0 is the beginning.
#[derive(Clone, Debug)]
struct Net {
    steps: Vec<Vec<(u8, u32)>>,
    /// The states where the claim of the test holds.
    then: Vec<u8>,
}

impl Model for Net {
    type State = u8;
    /// Where to, and the marks.
    type Action = (u8, u32);

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }
    fn actions(&self, state: &u8, actions: &mut Vec<(u8, u32)>) {
        actions.extend(&self.steps[usize::from(*state)]);
    }
    fn next_state(&self, _: &u8, (to, _): (u8, u32)) -> Option<u8> {
        Some(to)
    }
    fn properties(&self) -> Vec<stateright::Property<Self>> {
        vec![stateright::Property::eventually("then", |net: &Self, state| net.then.contains(state))]
    }
}

impl Steps for Net {}

impl Net {
    fn of(steps: &[&[(u8, u32)]], then: &[u8]) -> Self {
        Self { steps: steps.iter().map(|steps| steps.to_vec()).collect(), then: then.to_vec() }
    }

    fn graph(&self) -> (Space<u8>, Graph) {
        Graph::explore(self, Limit::NONE, |_, (_, marks), _| *marks).unwrap()
    }

    /// Whether stateright finds a run on which `then` never holds.
    fn stateright_finds(&self) -> bool {
        self.clone().checker().spawn_bfs().join().discovery("then").is_some()
    }

    /// A run on which `then` never holds again.
    fn lasso(&self, fairness: Fairness, rest: Rest) -> Option<Lasso> {
        let (space, graph) = self.graph();
        let property = Property::AlwaysEventually(Bits::of(&space, |state| self.then.contains(state)));
        find(&graph, &property, fairness, rest)
    }
}

/// States on a path, by their own names.
fn names(net: &Net, lasso: &Lasso) -> (Vec<u8>, Vec<u8>) {
    let (space, _) = net.graph();
    let steps = lasso.steps(&space, net);
    assert_eq!(steps.len(), lasso.stem.len() + lasso.cycle.len());
    let names = |part: &[pod_lifecycle_models::engine::Taken<u8, (u8, u32)>]| {
        part.iter().map(|step| step.after).collect()
    };
    let (stem, cycle) = steps.split_at(lasso.stem.len());
    (names(stem), names(cycle))
}
