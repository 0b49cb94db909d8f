//! Model `kill`: its state, and the kills that it finds.

use std::collections::HashSet;

use insta::assert_snapshot;
use pod_lifecycle_models::audit::{Claim, Until};
use pod_lifecycle_models::catalogue::{self, LawKind, Variant};
use pod_lifecycle_models::kill::{Attempt, Kills, Record, State};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::render::{Told, steps};
use proptest::prelude::*;

use crate::reach;

#[test]
fn states_are_small() {
    assert!(size_of::<State>() <= 32, "{}", size_of::<State>());
    assert_eq!(size_of_val(&Kills::new(Scope::Standard).initial().pack()), 16);
}

/// Every state that the smallest scope reaches.
fn reachable() -> HashSet<State> {
    let model = Kills::new(Scope::Tiny);
    let mut seen = HashSet::from([model.initial()]);
    let mut frontier = vec![model.initial()];
    while let Some(state) = frontier.pop() {
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        let next = actions.into_iter().map(|action| model.step(&state, action).next);
        frontier.extend(next.filter(|next| seen.insert(*next)));
    }
    seen
}

/// Nothing is lost in the word that is hashed, and nothing that matters in what is kept of a worker's record; the checker
/// counts these very states.
#[test]
fn packing_loses_nothing() {
    let states = reachable();
    for state in &states {
        assert_eq!(State::unpack(state.pack()).as_ref(), Some(state));
        assert_eq!(Record::of(state.worker.worker(state.spec)), state.worker);
    }
    assert_eq!(states.iter().map(State::pack).collect::<HashSet<_>>().len(), states.len());
    let entry = catalogue::find("kill").unwrap();
    assert_eq!((entry.explore)(Scope::Tiny, Variant::Faithful, Until::Exhausted).states, states.len());
}

/// The clock runs inside an attempt only, and no attempt lasts longer than its grace, the floor of 2, and no more.
#[test]
fn the_clock_is_bounded() {
    let longest = reachable()
        .iter()
        .filter_map(|state| state.attempt)
        .map(|it| it.lasted - it.grace.min(it.lasted))
        .max();
    assert_eq!(longest, Some(2));
    assert!(reachable().iter().any(|state| state.attempt == Some(Attempt { lasted: 5, grace: 3 })));
}

proptest! {
    /// Bits that no state packs to are refused, and all others come back as they were.
    #[test]
    fn unpacking_makes_nothing_up(bits in any::<u128>()) {
        let bits = bits >> 40;
        if let Some(state) = State::unpack(bits) {
            prop_assert_eq!(state.pack(), bits);
        }
    }
}

/// The path to a claim about this law.
fn path(id: &str, variant: Variant<'_>, claim: Option<Claim>) -> Option<Vec<Told>> {
    reach::path("kill", Scope::Standard, id, variant, claim)
}

/// S4: a second DELETE stores a grace of 1, and the node still uses the old one.
#[test]
fn s4_is_found_as_steps() {
    assert_snapshot!(steps(&path("S4", Variant::Faithful, None).unwrap()));
}

/// B19: a hook that hangs gives twice the grace.
#[test]
fn b19_is_caught_as_steps() {
    assert_snapshot!(steps(&path("KUB-44", Variant::Mutant("B19"), Some(Claim::Broken)).unwrap()));
}

/// NON-06 and NON-07 go away each with its own remedy; the other stays.
#[test]
fn each_remedy_removes_its_own_violation() {
    let entry = catalogue::find("kill").unwrap();
    let remedy = |id: &str| {
        let law = (entry.laws)().into_iter().find(|law| law.id == id).unwrap();
        let LawKind::Expected(Some(remedy)) = law.kind else { panic!("{id} has no remedy") };
        Variant::Remedy(remedy.id)
    };
    assert_eq!(path("NON-06", remedy("NON-06"), None), None);
    assert_eq!(path("NON-07", remedy("NON-07"), None), None);
    assert!(path("NON-07", remedy("NON-06"), None).is_some());
    assert!(path("NON-06", remedy("NON-07"), None).is_some());
}
