//! Fair strongly connected components: where a run can stay for ever.

use super::graph::Graph;

/// What runs are asked about, each a set of marks. A mark is *enabled* in a state that a step with it leaves, and
/// *taken* by that step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fairness {
    /// Taken infinitely often, or again and again not enabled: who can act all the time acts.
    pub weak: u32,
    /// Taken infinitely often, or from some time on not enabled: who can act again and again acts.
    pub strong: u32,
    /// Taken finitely often: it stops at some time.
    pub finite: u32,
}

impl Fairness {
    /// Nothing is asked.
    pub const NONE: Self = Self { weak: 0, strong: 0, finite: 0 };
}

/// Where a run may rest for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Anywhere, unless fairness asks for a step: who is not said to act need not.
    Anywhere,
    /// Only where no step is left: some step is always taken.
    AtTheEnd,
}

impl Rest {
    /// Whether a run may take no step in this state, fairness apart.
    pub(super) fn allowed(self, graph: &Graph, id: u32) -> bool {
        match self {
            Self::Anywhere => true,
            Self::AtTheEnd => graph.edges(id).is_empty(),
        }
    }
}

/// The sets of states, as large as they can be, in which a run can stay for ever and be fair; each holds one of `must`
/// if that is given. Only states of `within` count.
///
/// A component with a strong mark that is enabled somewhere and taken nowhere is taken apart again without the
/// states that enable it (the usual test for Streett conditions).
pub fn components(
    graph: &Graph,
    within: impl Fn(u32) -> bool,
    must: Option<&dyn Fn(u32) -> bool>,
    fairness: Fairness,
    rest: Rest,
) -> Vec<Vec<u32>> {
    let members: Vec<_> = (0..graph.len()).filter(|id| within(*id)).collect();
    let mut search = Search::new(graph, fairness.finite);
    let mut found = Vec::new();
    let mut work = vec![members];
    while let Some(members) = work.pop() {
        for component in search.split(&members) {
            let Some(sum) = search.sum(&component, rest) else { continue };
            let starved = fairness.weak & sum.always & !sum.taken;
            if starved != 0 || must.is_some_and(|must| !component.iter().any(|id| must(*id))) {
                continue;
            }
            let starved = fairness.strong & sum.ever & !sum.taken;
            if starved == 0 {
                found.push(component);
            } else {
                work.push(component.into_iter().filter(|id| graph.enabled(*id) & starved == 0).collect());
            }
        }
    }
    found
}

/// The marks of a component.
struct Sum {
    /// Enabled in every state.
    always: u32,
    /// Enabled in some state.
    ever: u32,
    /// On a step inside.
    taken: u32,
}

/// Tarjan's algorithm, without recursion, on parts of a graph.
struct Search<'g> {
    graph: &'g Graph,
    /// The marks of steps that do not count.
    without: u32,
    /// The part that a state belongs to; parts are numbered as they are made.
    part: Vec<u32>,
    parts: u32,
    /// When a state was met, from 1; 0 if not.
    met: Vec<u32>,
    low: Vec<u32>,
}

impl<'g> Search<'g> {
    fn new(graph: &'g Graph, without: u32) -> Self {
        let zeros = || vec![0; graph.len() as usize];
        Self { graph, without, part: zeros(), parts: 0, met: zeros(), low: zeros() }
    }

    fn fresh(&mut self) -> u32 {
        self.parts += 1;
        self.parts
    }

    /// The strongly connected components of the part of the graph with these states.
    fn split(&mut self, members: &[u32]) -> Vec<Vec<u32>> {
        let part = self.fresh();
        for id in members {
            self.part[*id as usize] = part;
        }
        let (mut found, mut clock) = (Vec::new(), 0);
        let (mut path, mut open): (Vec<(u32, usize)>, Vec<u32>) = (Vec::new(), Vec::new());
        for root in members {
            if self.part[*root as usize] != part || self.met[*root as usize] != 0 {
                continue;
            }
            path.push((*root, 0));
            while let Some((id, next)) = path.last_mut() {
                let at = *id as usize;
                if *next == 0 {
                    clock += 1;
                    (self.met[at], self.low[at]) = (clock, clock);
                    open.push(*id);
                }
                let edge = self.graph.edges(*id).get(*next);
                *next += 1;
                if let Some(edge) = edge {
                    let to = edge.to as usize;
                    if edge.marks & self.without != 0 || self.part[to] != part {
                        continue;
                    }
                    if self.met[to] == 0 {
                        path.push((edge.to, 0));
                    } else {
                        self.low[at] = self.low[at].min(self.met[to]);
                    }
                    continue;
                }
                let id = *id;
                path.pop();
                if let Some((parent, _)) = path.last() {
                    let parent = *parent as usize;
                    self.low[parent] = self.low[parent].min(self.low[at]);
                }
                if self.low[at] == self.met[at] {
                    found.push(self.close(id, &mut open));
                }
            }
        }
        found
    }

    /// Takes the component of `root` from the stack and makes it a part of its own.
    fn close(&mut self, root: u32, open: &mut Vec<u32>) -> Vec<u32> {
        let from = open.iter().rposition(|id| *id == root).unwrap_or(0);
        let component = open.split_off(from);
        let part = self.fresh();
        for id in &component {
            let id = *id as usize;
            (self.part[id], self.met[id]) = (part, 0);
        }
        component
    }

    /// The marks of a component; `None` if a run cannot stay in it.
    fn sum(&self, component: &[u32], rest: Rest) -> Option<Sum> {
        let mut sum = Sum { always: u32::MAX, ever: 0, taken: 0 };
        let mut stays = false;
        for id in component {
            let enabled = self.graph.enabled(*id);
            sum.always &= enabled;
            sum.ever |= enabled;
            stays |= rest.allowed(self.graph, *id);
            for edge in self.graph.edges(*id) {
                if edge.marks & self.without == 0 && self.part[edge.to as usize] == self.part[*id as usize] {
                    sum.taken |= edge.marks;
                    stays = true;
                }
            }
        }
        stays.then_some(sum)
    }
}
