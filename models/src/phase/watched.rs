//! The stored Pod as a watcher sees it.

use pod_lifecycle::binding::Gates;
use pod_lifecycle::deletion::Finalizers;

use super::actions::Action;
use super::state::{End, Entry, PLACES, State};
use crate::law::Taken;
use crate::watch::{self, Container, Given, Name, Object, Seen};

pub(super) fn seen(step: &Taken<State, Action>) -> Seen {
    watch::seen(object(&step.before), object(&step.after))
}

fn object(state: &State) -> Option<Object> {
    let template = state.template?;
    let stored = state.stored;
    let mut containers = [None; watch::CONTAINERS_MAX];
    for (container, place) in containers.iter_mut().zip(PLACES) {
        let policy = template.own(place);
        let entry = Some(entry(stored.status.entries[place]));
        *container = Some(Container { role: template.role(place), policy, entry });
    }
    Some(Object {
        name: Name::Fixed,
        returned: false,
        grace: stored.deleting.then_some(Given::ByDefault),
        finalizers: Finalizers::other(0),
        generation: None,
        node: Some("node-1"),
        gates: Gates::Open,
        policy: template.policy,
        phase: Some(stored.status.phase),
        disrupted: stored.disrupted,
        containers,
    })
}

const fn entry(entry: Entry) -> watch::Entry {
    match entry {
        Entry::Waiting => watch::Entry::Waiting,
        Entry::After(end) => watch::Entry::After(end.exit()),
        Entry::Running { again, started } => {
            let last = if again { Some(End::Badly.exit()) } else { None };
            watch::Entry::Running { started, last }
        }
        Entry::Terminated(end) => watch::Entry::Terminated(end.exit()),
    }
}
