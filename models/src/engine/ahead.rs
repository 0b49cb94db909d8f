//! Exploration on several threads: the steps of states that come later are told ahead of their visit.
//!
//! States are handed out in batches, in the order of their numbers, and come back with where their steps lead. The
//! thread that visits takes them in that order, so that every number is the same as on one thread; while the batch that
//! comes next is not ready it tells another one itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::arena::Stored;
use super::explore::{Flow, Outcome, Run, Steps, Store, Visit};

/// States in their order, and what their steps lead to.
struct Batch<P, S, N> {
    packed: Vec<P>,
    states: Vec<S>,
    /// Where the steps of each state end.
    ends: Vec<usize>,
    notes: Vec<N>,
    keys: Vec<P>,
}

/// How many states a batch has at most.
const BATCH: usize = 128;
/// How many batches a thread has before it.
const AHEAD: usize = 4;

impl<P, S, N> Batch<P, S, N> {
    const fn new() -> Self {
        Self { packed: Vec::new(), states: Vec::new(), ends: Vec::new(), notes: Vec::new(), keys: Vec::new() }
    }

    fn tell<M>(&mut self, model: &M, note: &impl Fn(&S, &M::Action, &S) -> N, room: &mut Vec<M::Action>)
    where
        M: Steps<State = S>,
        M::Action: Clone,
        P: Stored<S>,
    {
        self.states.clear();
        self.ends.clear();
        self.notes.clear();
        self.keys.clear();
        for packed in &self.packed {
            let state = P::unpack(*packed);
            model.each_step(&state, room, |action, next| {
                self.notes.push(note(&state, &action, &next));
                self.keys.push(P::pack(&next));
            });
            self.states.push(state);
            self.ends.push(self.keys.len());
        }
    }
}

/// Batches on their way, each with its number.
struct Desk<B> {
    waiting: VecDeque<(u64, B)>,
    told: BTreeMap<u64, B>,
    closed: bool,
}

struct Shared<B> {
    desk: Mutex<Desk<B>>,
    /// There is a batch to tell, or the desk is closed.
    work: Condvar,
    /// A batch is told, or the desk is closed.
    ready: Condvar,
}

impl<B> Shared<B> {
    fn lock(&self) -> MutexGuard<'_, Desk<B>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the desk at the end, also of a thread that panics: nobody waits for it.
struct Closing<'s, B>(&'s Shared<B>);

impl<B> Drop for Closing<'_, B> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.work.notify_all();
        self.0.ready.notify_all();
    }
}

impl<M, F> Run<'_, M, F>
where
    M: Steps + Sync,
    M::State: Send,
    M::Action: Clone,
{
    /// Visits all that is left; `None` if nothing stopped it.
    pub(super) fn ahead<P: Stored<M::State>, N: Send>(
        &mut self,
        threads: usize,
        store: &mut impl Store<P>,
        visit: &mut impl FnMut(&Visit<'_, M::State, N>) -> Flow,
    ) -> Option<Outcome>
    where
        F: Fn(&M::State, &M::Action, &M::State) -> N + Sync,
    {
        let desk = Desk { waiting: VecDeque::new(), told: BTreeMap::new(), closed: false };
        let shared = Shared { desk: Mutex::new(desk), work: Condvar::new(), ready: Condvar::new() };
        let (model, note, shared) = (self.model, self.note, &shared);
        std::thread::scope(|scope| {
            let _closing = Closing(shared);
            for _ in 1..threads {
                scope.spawn(move || tell_all(model, note, shared));
            }
            let mut room = Vec::new();
            let mut spare: Vec<Batch<P, M::State, N>> = Vec::new();
            let (mut given, mut next, mut taken) = (0_u64, 0_u64, self.at);
            let mut to = Vec::new();
            loop {
                while given - next < (threads * AHEAD) as u64 {
                    let mut batch = spare.pop().unwrap_or_else(Batch::new);
                    batch.packed.clear();
                    while batch.packed.len() < BATCH
                        && let Some(packed) = store.take(taken)
                    {
                        batch.packed.push(packed);
                        taken += 1;
                    }
                    if batch.packed.is_empty() {
                        spare.push(batch);
                        break;
                    }
                    shared.lock().waiting.push_back((given, batch));
                    shared.work.notify_one();
                    given += 1;
                }
                if given == next {
                    return None;
                }
                let mut desk = shared.lock();
                let batch = loop {
                    if let Some(batch) = desk.told.remove(&next) {
                        break batch;
                    }
                    if let Some((number, mut batch)) = desk.waiting.pop_front() {
                        drop(desk);
                        batch.tell(model, note, &mut room);
                        desk = shared.lock();
                        desk.told.insert(number, batch);
                    } else if desk.closed {
                        return None; // a thread has panicked, which goes on when it is joined
                    } else {
                        desk = shared.ready.wait(desk).unwrap_or_else(PoisonError::into_inner);
                    }
                };
                drop(desk);
                next += 1;
                let mut begin = 0;
                for (state, end) in batch.states.iter().zip(&batch.ends) {
                    let steps = begin..*end;
                    let (notes, keys) = (&batch.notes[steps.clone()], &batch.keys[steps]);
                    let stop = self.visit(store, state, notes, keys, &mut to, visit);
                    if stop.is_some() {
                        return stop;
                    }
                    begin = *end;
                }
                spare.push(batch);
            }
        })
    }
}

fn tell_all<M, P, N>(
    model: &M,
    note: &impl Fn(&M::State, &M::Action, &M::State) -> N,
    shared: &Shared<Batch<P, M::State, N>>,
) where
    M: Steps,
    M::Action: Clone,
    P: Stored<M::State>,
{
    let _closing = Closing(shared);
    let mut room = Vec::new();
    let mut desk = shared.lock();
    loop {
        if desk.closed {
            return;
        }
        let Some((number, mut batch)) = desk.waiting.pop_front() else {
            desk = shared.work.wait(desk).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        drop(desk);
        batch.tell(model, note, &mut room);
        desk = shared.lock();
        desk.told.insert(number, batch);
        shared.ready.notify_one();
    }
}
