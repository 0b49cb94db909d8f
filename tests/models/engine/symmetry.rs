//! Exploration by classes of states that differ by an exchange of equal clients.

use std::collections::BTreeSet;

use pod_lifecycle_models::engine::Reduced;

use super::*;

/// What a client does with the lock: nothing, wait, hold.
const WAITS: u8 = 1;
const HOLDS: u8 = 2;

type Clients = [u8; 4];

/// Four equal clients of a lock, which is given to one at a time unless the mistake is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    Kept,
    Mistaken,
}

impl Model for Lock {
    type State = Clients;
    type Action = usize;

    fn init_states(&self) -> Vec<Clients> {
        vec![[0; 4]]
    }
    fn actions(&self, _: &Clients, actions: &mut Vec<usize>) {
        actions.extend(0..4);
    }
    fn next_state(&self, clients: &Clients, client: usize) -> Option<Clients> {
        let taken = clients.contains(&HOLDS) && *self == Self::Kept;
        let mut next = *clients;
        next[client] = match clients[client] {
            WAITS if taken => return None,
            HOLDS => 0,
            state => state + 1,
        };
        Some(next)
    }
}

impl Steps for Lock {}

fn reached<M: Steps<State = Clients> + Sync>(model: &M) -> BTreeSet<Clients>
where
    M::Action: Clone,
{
    let space: Space<Clients> = explore(model, Limit::NONE, |_| Flow::On);
    (0..space.len()).map(|id| space.state(id).unwrap()).collect()
}

fn sorted(clients: &Clients) -> Clients {
    let mut clients = *clients;
    clients.sort_unstable();
    clients
}

/// How many clients of each kind there are: the same for two states exactly if one is the other with clients exchanged.
fn orbit(clients: &Clients) -> [usize; 3] {
    [0, WAITS, HOLDS].map(|kind| clients.iter().filter(|client| **client == kind).count())
}

/// Whether a canonicalisation explores one state of each orbit of the model, and no other.
fn is_sound(model: Lock, canonical: fn(&Clients) -> Clients) -> bool {
    let (all, classes) = (reached(&model), reached(&Reduced { model, canonical }));
    let of = |states: &BTreeSet<Clients>| states.iter().map(orbit).collect::<BTreeSet<_>>();
    of(&all) == of(&classes) && classes.len() == of(&all).len() && classes.is_subset(&all)
}

fn two_hold(states: &BTreeSet<Clients>) -> bool {
    states.iter().any(|clients| orbit(clients)[2] > 1)
}

/// Fewer states, the same verdict, of the model and of the mistake.
#[test]
fn classes_tell_what_all_states_tell() {
    for (model, states, classes) in [(Lock::Kept, 48, 9), (Lock::Mistaken, 81, 15)] {
        let (all, reduced) = (reached(&model), reached(&Reduced { model, canonical: sorted }));
        assert_eq!((all.len(), reduced.len()), (states, classes));
        assert_eq!(two_hold(&all), model == Lock::Mistaken);
        assert_eq!(two_hold(&reduced), two_hold(&all));
        assert!(is_sound(model, sorted));
    }
}

/// One that takes waiting clients for idle ones hides the mistake; one that does nothing merges nothing.
#[test]
fn an_unsound_canonicalisation_is_seen() {
    let forgets = |clients: &Clients| {
        let held = clients.contains(&HOLDS);
        let clients = clients.map(|client| if held && client == WAITS { 0 } else { client });
        sorted(&clients)
    };
    assert!(!two_hold(&reached(&Reduced { model: Lock::Mistaken, canonical: forgets })));
    assert!(!is_sound(Lock::Mistaken, forgets));
    assert!(!is_sound(Lock::Kept, |clients| *clients));
}

/// A path of classes is a path of the model with clients exchanged between its steps.
#[test]
fn a_path_of_classes_is_told() {
    let reduced = Reduced { model: Lock::Mistaken, canonical: sorted };
    let space: Space<Clients> = explore(&reduced, Limit::NONE, |_| Flow::On);
    let two = (0..space.len()).find(|id| orbit(&space.state(*id).unwrap())[2] == 2).unwrap();
    let path = space.path(&reduced, two);
    assert_eq!(path.len(), 4);
    for step in path {
        assert_eq!(sorted(&Lock::Mistaken.next_state(&step.before, step.action).unwrap()), step.after);
    }
}
