//! Every reachable state, breadth first.

use std::collections::VecDeque;
use std::fmt;
use std::hash::Hash;

use stateright::Model;

use super::arena::{Arena, Folded, Place, ROOT, Stored};

/// How much memory an exploration may take for states, and what happens then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Bytes for states, parents and their index.
    pub bytes: usize,
    /// What happens beyond them.
    pub beyond: Beyond,
}

impl Limit {
    /// As far as memory goes.
    pub const NONE: Self = Self { bytes: usize::MAX, beyond: Beyond::Stop };
}

/// What happens beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// The exploration stops.
    Stop,
    /// It goes on with 64-bit fingerprints in place of states and may miss some; stops when these take as much.
    Compact,
}

/// How an exploration ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// Every reachable state was visited.
    Complete,
    /// Every state was visited unless one was taken for another, which has at most this probability.
    Compacted {
        /// Of at least one omission.
        omission: f64,
    },
    /// The limit was reached.
    Stopped,
    /// The visitor had seen enough.
    Ended,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Compacted { omission } => {
                write!(
                    f,
                    "complete but for hash compaction: a state is missed with probability ≤ {omission:.1e}"
                )
            }
            Self::Stopped => f.write_str("stopped at the limit of memory: not complete"),
            Self::Ended => f.write_str("ended early: what was looked for is found"),
        }
    }
}

impl std::error::Error for Outcome {}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// On to the next state.
    On,
    /// Enough has been seen.
    End,
}

/// A model that the engine explores.
pub trait Steps: Model
where
    Self::Action: Clone,
{
    /// Tells every step that leaves `state` and stays within the boundary, in the order of the model's actions. `room` is
    /// room to work in, empty before and after.
    fn each_step(
        &self,
        state: &Self::State,
        room: &mut Vec<Self::Action>,
        mut take: impl FnMut(Self::Action, Self::State),
    ) {
        self.actions(state, room);
        for action in room.drain(..) {
            let Some(next) = self.next_state(state, action.clone()) else { continue };
            if self.within_boundary(&next) {
                take(action, next);
            }
        }
    }
}

/// A state and every step that leaves it.
#[derive(Debug)]
pub struct Visit<'a, S, N> {
    /// Its number; states are visited in the order of their numbers.
    pub id: u32,
    /// The state.
    pub state: &'a S,
    /// What was noted of its steps, in the order of the model's actions.
    pub steps: &'a [N],
    /// The numbers of the states that they lead to.
    pub to: &'a [u32],
}

/// A step with both its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken<S, A> {
    /// The state before.
    pub before: S,
    /// What happens.
    pub action: A,
    /// The state after.
    pub after: S,
}

/// The states that were found.
#[derive(Debug)]
pub struct Space<P> {
    states: Kept<P>,
    /// How many there are in the beginning: the first numbers.
    pub roots: u32,
    /// Steps between them, each counted.
    pub steps: u64,
    /// How the exploration ended.
    pub outcome: Outcome,
}

#[derive(Debug)]
enum Kept<P> {
    Whole(Arena<P>),
    Compacted(Arena<u64>),
}

impl<P: Copy + Eq + Hash> Space<P> {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> u32 {
        match &self.states {
            Kept::Whole(arena) => arena.len(),
            Kept::Compacted(arena) => arena.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What they take, without the steps between them.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.states {
            Kept::Whole(arena) => arena.bytes(),
            Kept::Compacted(arena) => arena.bytes(),
        }
    }

    /// The state of this number; `None` if only its fingerprint was kept.
    #[must_use]
    pub fn state<S>(&self, id: u32) -> Option<S>
    where
        P: Stored<S>,
    {
        match &self.states {
            Kept::Whole(arena) => Some(arena.state(id).unpack()),
            Kept::Compacted(_) => None,
        }
    }

    /// The steps of a shortest path from a beginning to the state of this number.
    pub fn path<M: Model>(&self, model: &M, id: u32) -> Vec<Taken<M::State, M::Action>>
    where
        P: Stored<M::State>,
        M::State: Clone,
        M::Action: Clone,
    {
        let mut ids = vec![id];
        while let Some(parent) = ids.last().map(|id| self.parent(*id)).filter(|parent| *parent != ROOT) {
            ids.push(parent);
        }
        ids.reverse();
        let is = |id: u32, state: &M::State| match &self.states {
            Kept::Whole(arena) => arena.state(id) == P::pack(state),
            Kept::Compacted(arena) => arena.state(id) == Folded::of(&P::pack(state)),
        };
        let Some(mut before) = model.init_states().into_iter().find(|state| is(ids[0], state)) else {
            return Vec::new();
        };
        let mut path = Vec::new();
        for id in &ids[1..] {
            let mut steps = model.next_steps(&before).into_iter();
            let Some((action, after)) = steps.find(|(_, next)| is(*id, next)) else { break };
            path.push(Taken { before, action, after: after.clone() });
            before = after;
        }
        path
    }

    fn parent(&self, id: u32) -> u32 {
        match &self.states {
            Kept::Whole(arena) => arena.parent(id),
            Kept::Compacted(arena) => arena.parent(id),
        }
    }
}

/// Visits every reachable state within the model's boundary, nearest first, on one thread. `P` is how a state is kept:
/// itself, or packed.
pub fn explore<M, P>(model: &M, limit: Limit, visit: impl FnMut(&Visit<'_, M::State, ()>) -> Flow) -> Space<P>
where
    M: Steps + Sync,
    M::State: Send,
    M::Action: Clone,
    P: Stored<M::State>,
{
    explore_steps(model, limit, |_, _, _| (), visit)
}

/// [`explore`], where `note` says what the visitor is told of each step: before, action, after. What is not noted is not
/// kept.
pub fn explore_steps<M, P, N>(
    model: &M,
    limit: Limit,
    note: impl Fn(&M::State, &M::Action, &M::State) -> N + Sync,
    visit: impl FnMut(&Visit<'_, M::State, N>) -> Flow,
) -> Space<P>
where
    M: Steps + Sync,
    M::State: Send,
    M::Action: Clone,
    P: Stored<M::State>,
    N: Send,
{
    explore_on(1, model, limit, note, visit)
}

/// [`explore_steps`] on so many threads: the same states under the same numbers, visited in the same order. The calling
/// thread alone looks states up and visits them; the others tell the steps of states that come later.
///
/// That pays where a step costs much more than to look up where it leads.
pub fn explore_on<M, P, N>(
    threads: usize,
    model: &M,
    limit: Limit,
    note: impl Fn(&M::State, &M::Action, &M::State) -> N + Sync,
    mut visit: impl FnMut(&Visit<'_, M::State, N>) -> Flow,
) -> Space<P>
where
    M: Steps + Sync,
    M::State: Send,
    M::Action: Clone,
    P: Stored<M::State>,
    N: Send,
{
    let mut run = Run { model, note: &note, limit: limit.bytes, at: 0, steps: 0 };
    let mut whole = Arena::<P>::new();
    for state in model.init_states().iter().filter(|state| model.within_boundary(state)) {
        whole.intern(P::pack(state), ROOT, usize::MAX);
    }
    let roots = whole.len();
    let end = run.all(threads, &mut whole, &mut visit);
    if end != Some(Outcome::Stopped) || limit.beyond == Beyond::Stop {
        let outcome = end.unwrap_or(Outcome::Complete);
        return Space { states: Kept::Whole(whole), roots, steps: run.steps, outcome };
    }
    let mut compact = Compact::of(whole, run.at);
    let end = run.all(threads, &mut compact, &mut visit);
    let Compact { prints, .. } = compact;
    let outcome = end.unwrap_or_else(|| Outcome::Compacted { omission: omission(prints.len()) });
    Space { states: Kept::Compacted(prints), roots, steps: run.steps, outcome }
}

/// The probability that among so many states any two have the same fingerprint, which bounds that of an omission.
fn omission(states: u32) -> f64 {
    let states = f64::from(states);
    -f64::exp_m1(-states * (states - 1.0) / 2.0_f64.powi(65))
}

/// Where states are kept while they are explored.
pub(super) trait Store<P> {
    /// Appends the numbers of these states; [`ROOT`] for one that may not be there.
    fn find_all(&mut self, states: &[P], ids: &mut Vec<u32>);
    fn intern(&mut self, state: P, parent: u32, limit: usize) -> Place;
    /// The state of this number, each asked for once and in order.
    fn take(&mut self, id: u32) -> Option<P>;
}

impl<P: Copy + Eq + Hash> Store<P> for Arena<P> {
    #[inline]
    fn find_all(&mut self, states: &[P], ids: &mut Vec<u32>) {
        Self::find_all(self, states, ids);
    }
    fn intern(&mut self, state: P, parent: u32, limit: usize) -> Place {
        self.intern(state, parent, limit)
    }
    fn take(&mut self, id: u32) -> Option<P> {
        (id < self.len()).then(|| self.state(id))
    }
}

/// Fingerprints of all states, and whole only those that are not yet visited.
struct Compact<P> {
    prints: Arena<u64>,
    queue: VecDeque<P>,
    /// The fingerprints that are looked up.
    asked: Vec<u64>,
}

impl<P: Copy + Eq + Hash> Compact<P> {
    fn of(whole: Arena<P>, at: u32) -> Self {
        let mut prints = Arena::new();
        for id in 0..whole.len() {
            prints.intern(Folded::of(&whole.state(id)), whole.parent(id), usize::MAX);
        }
        let queue = (at..whole.len()).map(|id| whole.state(id)).collect();
        Self { prints, queue, asked: Vec::new() }
    }
}

impl<P: Copy + Eq + Hash> Store<P> for Compact<P> {
    fn find_all(&mut self, states: &[P], ids: &mut Vec<u32>) {
        self.asked.clear();
        self.asked.extend(states.iter().map(Folded::of));
        self.prints.find_all(&self.asked, ids);
    }
    fn intern(&mut self, state: P, parent: u32, limit: usize) -> Place {
        let queue = self.queue.capacity() * size_of::<P>();
        let place = self.prints.intern(Folded::of(&state), parent, limit.saturating_sub(queue));
        if matches!(place, Place::New(_)) {
            self.queue.push_back(state);
        }
        place
    }
    fn take(&mut self, _: u32) -> Option<P> {
        self.queue.pop_front()
    }
}

/// An exploration under way.
pub(super) struct Run<'m, M, F> {
    pub(super) model: &'m M,
    pub(super) note: &'m F,
    pub(super) limit: usize,
    /// The state that is visited next.
    pub(super) at: u32,
    pub(super) steps: u64,
}

impl<M, F> Run<'_, M, F>
where
    M: Steps + Sync,
    M::State: Send,
    M::Action: Clone,
{
    /// Visits all that is left; `None` if nothing stopped it.
    fn all<P: Stored<M::State>, N: Send>(
        &mut self,
        threads: usize,
        store: &mut impl Store<P>,
        visit: &mut impl FnMut(&Visit<'_, M::State, N>) -> Flow,
    ) -> Option<Outcome>
    where
        F: Fn(&M::State, &M::Action, &M::State) -> N + Sync,
    {
        if threads > 1 {
            return self.ahead(threads, store, visit);
        }
        let (mut actions, mut notes) = (Vec::new(), Vec::new());
        let (mut keys, mut to): (Vec<P>, Vec<u32>) = (Vec::new(), Vec::new());
        while let Some(packed) = store.take(self.at) {
            let state = packed.unpack();
            notes.clear();
            keys.clear();
            self.model.each_step(&state, &mut actions, |action, next| {
                notes.push((self.note)(&state, &action, &next));
                keys.push(P::pack(&next));
            });
            let end = self.visit(store, &state, &notes, &keys, &mut to, visit);
            if end.is_some() {
                return end;
            }
        }
        None
    }

    /// Numbers what the steps of the next state lead to and visits it; `None` if the run goes on.
    pub(super) fn visit<P: Stored<M::State>, N>(
        &mut self,
        store: &mut impl Store<P>,
        state: &M::State,
        notes: &[N],
        keys: &[P],
        to: &mut Vec<u32>,
        visit: &mut impl FnMut(&Visit<'_, M::State, N>) -> Flow,
    ) -> Option<Outcome> {
        to.clear();
        store.find_all(keys, to);
        for (key, id) in keys.iter().zip(&mut *to).filter(|(_, id)| **id == ROOT) {
            *id = match store.intern(*key, self.at, self.limit) {
                Place::Known(id) | Place::New(id) => id,
                Place::NoRoom => return Some(Outcome::Stopped),
            };
        }
        self.steps += keys.len() as u64;
        if visit(&Visit { id: self.at, state, steps: notes, to }) == Flow::End {
            return Some(Outcome::Ended);
        }
        self.at += 1;
        None
    }
}
