//! The ordinary life of a Pod, found as a shortest path in the model [`pod`](crate::pod): nothing is told that the
//! components do not do.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use pod_lifecycle::phase::Phase;

use crate::law::{Protocol, Scope, Taken};
use crate::pod::{Action, Code, Finalizer, Flight, Instance, Pods, Policy, State, Stopped, tell_apart};
use crate::render::Told;

/// Which part of the life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// From the free name to a running Pod.
    Create,
    /// From a running Pod, by a DELETE with default grace whose stop signal is heeded, to the free name.
    Delete,
}

/// The steps of this part.
#[must_use]
pub fn walk(walk: Walk) -> Vec<Told> {
    let model = Pods::new(Scope::Standard);
    let Some(mut path) = shortest(&model, State::EMPTY, creates, runs) else { return Vec::new() };
    let created = path.len();
    let running = path.last().map_or(State::EMPTY, |step| step.after);
    path.extend(shortest(&model, running, deletes, is_gone).unwrap_or_default());
    let told = tell_apart(&path).into_iter();
    match walk {
        Walk::Create => told.take(created).flatten().collect(),
        Walk::Delete => told.skip(created).flatten().collect(),
    }
}

type Step = Taken<State, Action>;

/// Breadth first, so that the first path is a shortest one; of several the first in the order of the actions.
fn shortest(
    model: &Pods,
    from: State,
    may: fn(&State, &Action) -> bool,
    goal: fn(&State) -> bool,
) -> Option<Vec<Step>> {
    let mut reached: HashMap<State, Option<Step>> = HashMap::from([(from, None)]);
    let mut queue = VecDeque::from([from]);
    while let Some(before) = queue.pop_front() {
        if goal(&before) {
            return Some(trace(&reached, before));
        }
        let mut actions = Vec::new();
        model.actions(&before, &mut actions);
        // PHA-35: a status is written at once.
        let writes = |action: &Action| matches!(action, Action::Publish(_) | Action::FinalDelete);
        let busy = actions.iter().any(writes);
        for action in actions.into_iter().filter(|action| may(&before, action) && (!busy || writes(action))) {
            let moved = model.step(&before, action);
            let step = Taken { before, action, after: moved.next, refused: moved.refused };
            if let Entry::Vacant(slot) = reached.entry(moved.next) {
                slot.insert(Some(step));
                queue.push_back(moved.next);
            }
        }
    }
    None
}

fn trace(reached: &HashMap<State, Option<Step>>, mut state: State) -> Vec<Step> {
    let mut path = Vec::new();
    while let Some(Some(step)) = reached.get(&state) {
        path.push(*step);
        state = step.before;
    }
    path.reverse();
    path
}

fn creates(_: &State, action: &Action) -> bool {
    match action {
        Action::Create(policy, finalizer) => *policy == Policy::Always && *finalizer == Finalizer::Free,
        Action::Bind => true,
        Action::Delete(_) | Action::Exit(..) => false,
        Action::Remove(_) | Action::DropFinalizer | Action::Fail | Action::Observe(_) => works(action),
        Action::Pull(_) | Action::Start(_) | Action::StartFails(_) | Action::Tick(_) => works(action),
        Action::Evict(_) | Action::Stop(..) | Action::Unmount(_) | Action::Finish(_) => works(action),
        Action::Publish(_) | Action::Read(_) | Action::Patch | Action::FinalDelete => works(action),
        Action::Housekeep | Action::KillOrphan(_) | Action::Restart => works(action),
    }
}

fn deletes(state: &State, action: &Action) -> bool {
    let stopping = |local: crate::pod::Local| matches!(local.flight, Flight::Stopping(_));
    match action {
        Action::Create(..) | Action::Bind => false,
        Action::Delete(grace) => grace.is_none(),
        // The process heeds the stop signal, and nothing but that.
        Action::Exit(uid, code) => *code == Code::Well && state.local(*uid).is_some_and(stopping),
        Action::Stop(uid, stopped) => {
            let runs = state.local(*uid).is_some_and(|local| local.instance == Instance::Running);
            *stopped == Stopped::Yes && !runs
        }
        Action::Remove(_) | Action::DropFinalizer | Action::Fail | Action::Observe(_) => works(action),
        Action::Pull(_) | Action::Start(_) | Action::StartFails(_) | Action::Tick(_) => works(action),
        Action::Evict(_) | Action::Unmount(_) | Action::Finish(_) => works(action),
        Action::Publish(_) | Action::Read(_) | Action::Patch | Action::FinalDelete => works(action),
        Action::Housekeep | Action::KillOrphan(_) | Action::Restart => works(action),
    }
}

/// It is no fault.
const fn works(action: &Action) -> bool {
    action.fault().is_none()
}

fn runs(state: &State) -> bool {
    state.pod.is_some_and(|pod| {
        let running = state.local(pod.uid).is_some_and(|local| local.instance == Instance::Running);
        running && pod.status.phase == Phase::Running
    })
}

fn is_gone(state: &State) -> bool {
    state.pod.is_none() && state.alive() == 0
}
