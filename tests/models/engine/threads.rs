//! Exploration on several threads is the same as on one.

use std::sync::atomic::{AtomicU32, Ordering};

use pod_lifecycle_models::engine::{Stored, explore_on};
use pod_lifecycle_models::kill::Kills;
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::liveness::Plain;
use proptest::prelude::*;

use super::known::Wide;
use super::*;

/// All that an exploration tells: of each state its number, itself, its steps and where they lead; then the whole.
type Told<S> = (Vec<(u32, S, Vec<(S, u32)>)>, (u32, u64, Outcome, usize));

fn told<M, P>(threads: usize, model: &M, limit: Limit, most: usize) -> Told<M::State>
where
    M: Steps + Sync,
    M::State: Copy + Send,
    M::Action: Clone,
    P: Stored<M::State>,
{
    let mut told = Vec::new();
    let space: Space<P> = explore_on(
        threads,
        model,
        limit,
        |_, _, next| *next,
        |visit| {
            let steps = visit.steps.iter().copied().zip(visit.to.iter().copied());
            told.push((visit.id, *visit.state, steps.collect()));
            if told.len() < most { Flow::On } else { Flow::End }
        },
    );
    (told, (space.len(), space.steps, space.outcome, space.bytes()))
}

/// Pairs below a bound, reached by one of four steps; a step back leads to what is known.
#[derive(Clone, Copy)]
struct Square(u32);

impl Model for Square {
    type State = (u32, u32);
    type Action = u8;

    fn init_states(&self) -> Vec<(u32, u32)> {
        vec![(0, 0), (self.0 / 2, 0)]
    }
    fn actions(&self, _: &(u32, u32), actions: &mut Vec<u8>) {
        actions.extend(0..4);
    }
    fn next_state(&self, (x, y): &(u32, u32), action: u8) -> Option<(u32, u32)> {
        let next = match action {
            0 => (x + 1, *y),
            1 => (*x, y + 1),
            2 => (x.checked_sub(1)?, *y),
            _ => (*x, y.checked_sub(1)?),
        };
        (next.0.max(next.1) < self.0).then_some(next)
    }
}

impl Steps for Square {}

/// Complete, stopped at a limit, compacted beyond it, or ended: two and three threads tell what one tells.
#[test]
fn threads_change_nothing() {
    let limits = [
        Limit::NONE,
        Limit { bytes: 3 << 20, beyond: Beyond::Stop },
        Limit { bytes: 1 << 20, beyond: Beyond::Compact },
        Limit { bytes: 3 << 20, beyond: Beyond::Compact },
    ];
    for (limit, most) in limits.into_iter().map(|limit| (limit, usize::MAX)).chain([(Limit::NONE, 20_000)]) {
        let model = Square(300);
        let one = told::<_, Wide>(1, &model, limit, most);
        for threads in [2, 3] {
            let more = told::<_, Wide>(threads, &model, limit, most);
            assert_eq!(one.1, more.1, "{limit:?}");
            assert!(one.0 == more.0, "{limit:?}: the visits differ");
        }
    }
    let ends = limits.map(|limit| told::<_, Wide>(2, &Square(300), limit, usize::MAX).1.2);
    assert_eq!(ends[..3], [Outcome::Complete, Outcome::Stopped, Outcome::Stopped]);
    assert!(matches!(ends[3], Outcome::Compacted { .. }), "{ends:?}");
}

/// The same of a model of this project.
#[test]
fn threads_change_nothing_in_a_model() {
    let model = Plain(Kills::new(Scope::Tiny));
    let [one, two] = [1, 2].map(|threads| told::<_, u128>(threads, &model, Limit::NONE, usize::MAX));
    assert!(one == two);
    assert_eq!(one.0[0].1, model.0.initial());
}

proptest! {
    /// The same of random models.
    #[test]
    fn threads_change_nothing_anywhere(
        steps in prop::collection::vec(prop::collection::vec((0..200_u8, Just(0)), 0..5), 200),
    ) {
        let net = Net { steps, then: Vec::new() };
        let [one, two] = [1, 2].map(|threads| told::<_, u8>(threads, &net, Limit::NONE, usize::MAX));
        prop_assert!(one == two);
    }
}

/// Of whom the steps of one state cannot be told.
struct Broken(AtomicU32);

impl Model for Broken {
    type State = u32;
    type Action = ();

    fn init_states(&self) -> Vec<u32> {
        vec![0]
    }
    fn actions(&self, _: &u32, actions: &mut Vec<()>) {
        actions.push(());
    }
    fn next_state(&self, state: &u32, (): ()) -> Option<u32> {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) < 1_000, "told too often");
        Some(state + 1)
    }
}

impl Steps for Broken {}

/// Whichever thread a model panics on, the exploration panics and does not wait for ever.
#[test]
fn a_panic_ends_all_threads() {
    for threads in [1, 2, 3] {
        let explored = std::panic::catch_unwind(|| {
            let broken = Broken(AtomicU32::new(0));
            explore_on::<_, u32, _>(threads, &broken, Limit::NONE, |_, (), _| (), |_| Flow::On)
        });
        assert!(explored.is_err());
    }
}
