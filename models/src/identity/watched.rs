//! The stored Pods as a watcher of their namespace sees them.

use pod_lifecycle::Grace;
use pod_lifecycle::binding::Gates;
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::deletion::Finalizers;
use pod_lifecycle::phase::Phase;

use super::actions::Action;
use super::laws::creates;
use super::state::{Node, Owner, State, Uid};
use crate::law::Taken;
use crate::watch::{Container, Event, Given, Kind, Name, Object, Seen};

pub(super) fn seen(step: &Taken<State, Action>) -> Seen {
    let (before, after) = (&step.before, &step.after);
    if creates(before, &step.action, after) {
        return [created(before, after), None];
    }
    let changed = |uid: &Uid| object(before, *uid) != object(after, *uid);
    let Some(uid) = Uid::ALL.into_iter().find(changed) else { return [None; 2] };
    let older = usize::from(uid == Uid::Second && before.stored(Uid::First).is_some());
    let event = |kind, object| Some(Event { kind, older, object });
    match (object(before, uid), object(after, uid)) {
        (Some(old), None) if step.action == Action::Erase(uid) => [event(Kind::Lost, old), None],
        (Some(old), None) => {
            // Here both writes of a DELETE that removes are one step (DEL-13).
            let marked = Object { grace: Some(Given::Is(Grace::ZERO)), ..old };
            [event(Kind::Modified, marked), event(Kind::Deleted, marked)]
        }
        (_, Some(new)) => {
            let ended = |state: &State| state.stored(uid).is_some_and(|stored| stored.ended);
            let disrupted = step.action == Action::Collect(uid) && !ended(before) && ended(after);
            [event(Kind::Modified, Object { disrupted, ..new }), None]
        }
        (None, None) => [None; 2],
    }
}

/// The youngest Pod of `after` is new.
fn created(before: &State, after: &State) -> Option<Event> {
    let [_, second] = after.alive;
    let new = object(after, if second.is_some() { Uid::Second } else { Uid::First })?;
    let stored = Uid::ALL.into_iter().filter(|uid| before.stored(*uid).is_some()).count();
    let taken = before.owner == Owner::StatefulSet && stored > 0;
    Some(if taken {
        Event { kind: Kind::Replaced, older: stored - 1, object: new }
    } else {
        Event { kind: Kind::Added, older: stored, object: new }
    })
}

/// What is stored of this incarnation. Its container is not told: only its end is modelled.
fn object(state: &State, uid: Uid) -> Option<Object> {
    let incarnation = state.of(uid)?;
    let stored = incarnation.stored?;
    Some(Object {
        name: match state.owner {
            Owner::StatefulSet => Name::Fixed,
            Owner::ReplicaSet => Name::Generated,
        },
        returned: false,
        grace: stored.deleting.then_some(Given::ByDefault),
        finalizers: Finalizers::NONE,
        generation: None,
        node: incarnation.node.map(|node| match node {
            Node::One => "node-1",
            Node::Two => "node-2",
        }),
        gates: Gates::Open,
        policy: RestartPolicy::Always,
        phase: stored.ended.then_some(Phase::Failed),
        disrupted: false,
        containers: [Some(Container::PLAIN), None, None],
    })
}
