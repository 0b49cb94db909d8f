//! The product of model `pod` and a position in a recorded trace.

use pod_lifecycle_models::engine::{Flow, Limit, Steps, Visit, explore};
use pod_lifecycle_models::law::Protocol;
use pod_lifecycle_models::pod::{Action, Code, Instance, Pods, State, Uid};
use stateright::Model;

use super::recorded::{Recording, Stored};

/// Where the model and the trace stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct At {
    state: State,
    /// The last event that was seen.
    event: usize,
    /// How many requests the client has made.
    requests: usize,
    /// Starts and ends of the container so far.
    moment: u8,
}

#[derive(Clone, Copy, Debug)]
enum Move {
    /// A step of the model.
    Take(Action),
    /// An event of which the model sees nothing but the status of the container.
    Show,
}

/// The client makes the recorded requests and nothing goes wrong on the node.
struct Product<'a> {
    model: Pods,
    recording: &'a Recording,
}

impl Steps for Product<'_> {}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) is_path: bool,
    /// States of the product.
    pub(super) states: u32,
    /// How many events some path shows.
    pub(super) events: usize,
}

/// Looks for a path of the model that shows these events.
pub(super) fn search(model: Pods, recording: &Recording) -> Found {
    let product = Product { model, recording };
    let (mut is_path, mut events) = (false, 0);
    let space = explore::<_, At>(&product, Limit::NONE, |visit: &Visit<'_, At, ()>| {
        events = events.max(visit.state.event + 1);
        is_path = visit.state.event + 1 == recording.events.len()
            && visit.state.requests == recording.requests.len();
        if is_path { Flow::End } else { Flow::On }
    });
    Found { is_path, states: space.len(), events }
}

fn is_request(action: &Action) -> bool {
    matches!(action, Action::Delete(_) | Action::DropFinalizer | Action::Fail)
}

fn instance(state: &State) -> Instance {
    state.local(Uid::First).map_or(Instance::None, |local| local.instance)
}

impl Product<'_> {
    /// What the trace can tell of a state.
    fn stored(&self, state: &State) -> Option<Stored> {
        state.pod.map(|pod| Stored {
            phase: pod.status.phase,
            entry: self.recording.entry.of(pod.status.entry),
            grace: pod.grace,
            held: pod.held,
        })
    }

    /// The next event, if it tells nothing of the runtime that has not happened, and nothing older than the one before.
    fn show(&self, at: At) -> Option<At> {
        let (last, next) = (self.recording.events[at.event], self.recording.events.get(at.event + 1)?);
        let allowed =
            next.stored == self.stored(&at.state) && (last.moment..=at.moment).contains(&next.moment);
        allowed.then_some(At { event: at.event + 1, ..at })
    }

    /// The client makes its next request, no Pod is created or bound a second time, and there is no fault.
    fn is_allowed(&self, at: &At, action: &Action) -> bool {
        if is_request(action) {
            return self.recording.requests.get(at.requests) == Some(action);
        }
        !matches!(action, Action::Create(..) | Action::Bind) && action.fault().is_none()
    }

    /// The moment after a step; `None` if the run ended otherwise in the trace, or no status tells of so late a moment.
    fn moment(&self, at: At, next: &State) -> Option<u8> {
        let ended = |code: Code| {
            self.recording.ends.get(&(at.moment + 1)).is_none_or(|seen| seen.iter().all(|seen| *seen == code))
        };
        let moment = match (instance(&at.state), instance(next)) {
            (Instance::Running, Instance::Running) => at.moment,
            (Instance::Running, Instance::Exited(code)) => ended(code).then_some(at.moment + 1)?,
            (_, Instance::Running) => at.moment + 1,
            (_, Instance::None | Instance::Created | Instance::Exited(_)) => at.moment,
        };
        let told = self.recording.events.iter().map(|event| event.moment).max();
        (Some(moment) <= told).then_some(moment)
    }
}

impl Model for Product<'_> {
    type State = At;
    type Action = Move;

    fn init_states(&self) -> Vec<At> {
        let Recording { policy, finalizer, .. } = *self.recording;
        let created = self.model.step(&self.model.initial(), Action::Create(policy, finalizer)).next;
        let state = self.model.step(&created, Action::Bind).next;
        let first = self.recording.events[0];
        let shown = first.stored == self.stored(&state) && first.moment == 0;
        shown.then_some(At { state, event: 0, requests: 0, moment: 0 }).into_iter().collect()
    }

    fn actions(&self, at: &At, moves: &mut Vec<Move>) {
        let mut actions = Vec::new();
        self.model.actions(&at.state, &mut actions);
        moves.push(Move::Show);
        moves.extend(actions.into_iter().filter(|action| self.is_allowed(at, action)).map(Move::Take));
    }

    fn next_state(&self, at: &At, step: Move) -> Option<At> {
        let Move::Take(action) = step else { return self.show(*at) };
        let state = self.model.step(&at.state, action).next;
        let requests = at.requests + usize::from(is_request(&action));
        let next = At { state, requests, moment: self.moment(*at, &state)?, ..*at };
        if self.stored(&state) == self.stored(&at.state) { Some(next) } else { self.show(next) }
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        Vec::new() // decided by `search`
    }
}
