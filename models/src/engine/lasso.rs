//! Properties of whole runs, and the lassos that break them.

use std::collections::VecDeque;

use stateright::Model;

use super::arena::Stored;
use super::explore::{Space, Taken};
use super::fair::{Fairness, Rest, components};
use super::graph::{Bits, Graph};

/// What is claimed of every fair run. Sets are states in which something holds.
#[derive(Clone, Debug)]
pub enum Property {
    /// Whenever `when` holds, `then` holds at that time or later.
    LeadsTo {
        /// What obliges.
        when: Bits,
        /// What it leads to.
        then: Bits,
    },
    /// It holds again and again, however late.
    AlwaysEventually(Bits),
    /// It holds from some time on.
    EventuallyAlways(Bits),
}

impl Property {
    /// Whether a run that must not fulfil the property may be in this state once it is obliged.
    fn unfulfilled(&self, id: u32) -> bool {
        match self {
            Self::LeadsTo { then, .. } => !then.has(id),
            Self::AlwaysEventually(holds) => !holds.has(id),
            Self::EventuallyAlways(_) => true,
        }
    }

    /// Whether a run is obliged from this state on.
    fn obliges(&self, id: u32) -> bool {
        self.unfulfilled(id)
            && match self {
                Self::LeadsTo { when, .. } => when.has(id),
                Self::AlwaysEventually(_) | Self::EventuallyAlways(_) => true,
            }
    }

    /// Whether the loop has to come by this state, or by another such.
    fn breaks(&self, id: u32) -> bool {
        match self {
            Self::LeadsTo { .. } | Self::AlwaysEventually(_) => true,
            Self::EventuallyAlways(holds) => !holds.has(id),
        }
    }
}

/// One step of a path in a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Where it begins.
    pub from: u32,
    /// Which of the edges there it takes.
    pub edge: usize,
    /// Where it ends.
    pub to: u32,
}

/// A run that breaks a property: the stem once, then the cycle for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasso {
    /// The state that it begins in.
    pub root: u32,
    /// From a beginning to the cycle.
    pub stem: Vec<Hop>,
    /// What is repeated. Without a step the run rests where the stem ends.
    pub cycle: Vec<Hop>,
}

impl Lasso {
    /// Its real steps, the stem and once the cycle.
    pub fn steps<M, P>(&self, space: &Space<P>, model: &M) -> Vec<Taken<M::State, M::Action>>
    where
        M: Model,
        M::Action: Clone,
        P: Stored<M::State>,
    {
        let step = |hop: &Hop| {
            let before: M::State = space.state(hop.from)?;
            let mut actions = Vec::new();
            model.actions(&before, &mut actions);
            let steps = actions.into_iter().filter_map(|action| {
                let next = model.next_state(&before, action.clone())?;
                model.within_boundary(&next).then_some((action, next))
            });
            let (action, after) = steps.into_iter().nth(hop.edge)?;
            Some(Taken { before, action, after })
        };
        self.stem.iter().chain(&self.cycle).filter_map(step).collect()
    }
}

/// A short lasso that breaks the property and is fair, if there is one.
#[must_use]
pub fn find(graph: &Graph, property: &Property, fairness: Fairness, rest: Rest) -> Option<Lasso> {
    let obliged = obliged(graph, property);
    let breaks = |id| property.breaks(id);
    let components = components(graph, |id| obliged.has(id), Some(&breaks), fairness, rest);
    let mut fair = vec![0; graph.len() as usize];
    for (number, component) in (1..).zip(&components) {
        for id in component {
            fair[*id as usize] = number;
        }
    }
    if components.is_empty() {
        return None;
    }
    let asked = fairness.weak | fairness.strong;
    let rests = |id: u32| {
        fair[id as usize] != 0 && rest.allowed(graph, id) && graph.enabled(id) & asked == 0 && breaks(id)
    };
    let resting = stem(graph, property, rests).map(|(root, stem)| Lasso { root, stem, cycle: Vec::new() });
    let moving = stem(graph, property, |id| fair[id as usize] != 0).map(|(root, stem)| {
        let start = stem.last().map_or(root, |hop| hop.to);
        let walk = Walk { graph, fair: &fair, fairness, property, rest };
        Lasso { root, stem, cycle: walk.cycle(start) }
    });
    let length = |lasso: &Lasso| lasso.stem.len() + lasso.cycle.len();
    [resting, moving].into_iter().flatten().min_by_key(length)
}

/// The states in which a run may be obliged and have stayed so.
fn obliged(graph: &Graph, property: &Property) -> Bits {
    let mut obliged = Bits::none(graph.len());
    let mut work: Vec<_> = (0..graph.len()).filter(|id| property.obliges(*id)).collect();
    for id in &work {
        obliged.insert(*id);
    }
    while let Some(id) = work.pop() {
        for edge in graph.edges(id) {
            if property.unfulfilled(edge.to) && !obliged.has(edge.to) {
                obliged.insert(edge.to);
                work.push(edge.to);
            }
        }
    }
    obliged
}

/// A shortest path from a beginning to a state that is a goal, obliged on the way.
fn stem(graph: &Graph, property: &Property, goal: impl Fn(u32) -> bool) -> Option<(u32, Vec<Hop>)> {
    // A node is a state and, as its lowest bit, whether the run is obliged there.
    let node = |id: u32, obliged: bool| u64::from(id) << 1 | u64::from(obliged);
    let roots: Vec<_> = (0..graph.roots).map(|root| node(root, property.obliges(root))).collect();
    let is_goal = |node: u64| node & 1 == 1 && goal(state(node >> 1));
    if let Some(root) = roots.iter().find(|root| is_goal(**root)) {
        return Some((state(root >> 1), Vec::new()));
    }
    let steps = |from: u64| {
        graph.edges(state(from >> 1)).iter().map(move |edge| {
            let obliged = property.unfulfilled(edge.to) && (from & 1 == 1 || property.obliges(edge.to));
            Some(node(edge.to, obliged))
        })
    };
    let path = shortest(u64::from(graph.len()) << 1, &roots, steps, |_, _, to| is_goal(to))?;
    let hops: Vec<_> = path
        .into_iter()
        .map(|(from, edge, to)| Hop { from: state(from >> 1), edge, to: state(to >> 1) })
        .collect();
    hops.first().map(|hop| hop.from).map(|root| (root, hops))
}

#[allow(clippy::cast_possible_truncation, reason = "it was a state's number")]
const fn state(number: u64) -> u32 {
    number as u32
}

/// A shortest path of at least one step: from, which of its steps, to. `steps` lists the steps of a node, `None` for
/// one that may not be taken.
fn shortest<I: Iterator<Item = Option<u64>>>(
    nodes: u64,
    starts: &[u64],
    steps: impl Fn(u64) -> I,
    goal: impl Fn(u64, usize, u64) -> bool,
) -> Option<Vec<(u64, usize, u64)>> {
    // Where a node was reached from: that node plus one, and which step; zero if it was not.
    let mut from = vec![(0_u64, 0_usize); usize::try_from(nodes).ok()?];
    let at = |node: u64| usize::try_from(node).unwrap_or(usize::MAX);
    let start = |node| starts.contains(&node);
    let mut queue: VecDeque<_> = starts.iter().copied().collect();
    while let Some(node) = queue.pop_front() {
        for (edge, to) in steps(node).enumerate() {
            let Some(to) = to else { continue };
            if goal(node, edge, to) {
                let mut path = vec![(node, edge, to)];
                let mut node = node;
                while !start(node) {
                    let (before, edge) = from[at(node)];
                    path.push((before - 1, edge, node));
                    node = before - 1;
                }
                path.reverse();
                return Some(path);
            }
            if from[at(to)].0 == 0 && !start(to) {
                from[at(to)] = (node + 1, edge);
                queue.push_back(to);
            }
        }
    }
    None
}

/// A walk through a fair component that becomes its loop.
struct Walk<'a> {
    graph: &'a Graph,
    /// The number of each state's component.
    fair: &'a [u32],
    fairness: Fairness,
    property: &'a Property,
    rest: Rest,
}

/// What a walk has come by.
struct Passed {
    /// Marks of the steps taken.
    taken: u32,
    /// Marks enabled in some state.
    ever: u32,
    /// Marks enabled in every state.
    always: u32,
    /// A state that breaks the property.
    broken: bool,
}

impl Walk<'_> {
    /// A loop from `start` that is fair and breaks the property: goes to the nearest of what is still missing until nothing
    /// is, then back.
    fn cycle(&self, start: u32) -> Vec<Hop> {
        let mut passed = Passed { taken: 0, ever: 0, always: u32::MAX, broken: false };
        let mut hops: Vec<Hop> = Vec::new();
        self.pass(&mut passed, start);
        loop {
            let at = hops.last().map_or(start, |hop| hop.to);
            let weak = self.fairness.weak & passed.always & !passed.taken;
            let strong = self.fairness.strong & passed.ever & !passed.taken;
            let fair = weak | strong == 0 && passed.broken;
            let still = hops.is_empty() && !self.rest.allowed(self.graph, at);
            if fair && at == start && !still {
                return hops;
            }
            let way = self.way(at, |edge, to| {
                if fair {
                    return to == start;
                }
                let taken = edge & (weak | strong) != 0;
                let idle = weak & !self.graph.enabled(to) != 0;
                taken || idle || (!passed.broken && self.property.breaks(to))
            });
            for hop in way {
                passed.taken |= self.graph.edges(hop.from)[hop.edge].marks;
                self.pass(&mut passed, hop.to);
                hops.push(hop);
            }
        }
    }

    fn pass(&self, passed: &mut Passed, id: u32) {
        passed.ever |= self.graph.enabled(id);
        passed.always &= self.graph.enabled(id);
        passed.broken |= self.property.breaks(id);
    }

    /// A shortest way inside the component to a step with these marks, or to this state, that is a goal.
    fn way(&self, at: u32, goal: impl Fn(u32, u32) -> bool) -> Vec<Hop> {
        let inside = |from: u64| {
            self.graph.edges(state(from)).iter().map(move |edge| {
                let same = self.fair[edge.to as usize] == self.fair[state(from) as usize];
                (same && edge.marks & self.fairness.finite == 0).then_some(u64::from(edge.to))
            })
        };
        let goal =
            |from: u64, edge: usize, to: u64| goal(self.graph.edges(state(from))[edge].marks, state(to));
        let path = shortest(u64::from(self.graph.len()), &[u64::from(at)], inside, goal);
        #[allow(clippy::expect_used, reason = "a fair component holds all that fairness asks for")]
        let path = path.expect("a way inside a fair component");
        path.into_iter().map(|(from, edge, to)| Hop { from: state(from), edge, to: state(to) }).collect()
    }
}
