//! What the laws are tried on: well-formed histories as a cluster makes them, and raw values of every kind.

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{Deletion, Facts, Finalizers, Input, Propagation, Request, Step};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::time::{Grace, Now, Time};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// Keeps what failed beside the module, in git.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    }
}

/// Around this second all histories play.
pub(crate) const EPOCH: i64 = 1_000;

/// Mostly what clients send, sometimes absurd.
pub(crate) fn grace() -> impl Strategy<Value = Grace> {
    prop_oneof![
        6 => 0..6_u64,
        3 => proptest::sample::select(vec![9, 10, 11, 29, 30, 31, 60, 3_600]),
        1 => 0..1_u64 << 40,
    ]
    .prop_map(Grace::from_secs)
}

pub(crate) fn seconds() -> impl Strategy<Value = i64> {
    EPOCH - 40..EPOCH + 80
}

pub(crate) fn nanos() -> impl Strategy<Value = u32> {
    prop_oneof![2 => Just(0), 1 => Just(1), 1 => Just(999_999_999), 1 => 0..1_000_000_000_u32]
}

pub(crate) fn now() -> impl Strategy<Value = Now> {
    (seconds(), nanos()).prop_map(|(second, nanos)| Now::with_nanos(Time::from_unix(second), nanos))
}

/// Any subset of the two known finalizers and two others.
pub(crate) fn finalizers() -> impl Strategy<Value = Finalizers> {
    any::<[bool; 4]>().prop_map(set)
}

pub(crate) fn set([orphan, foreground, a, b]: [bool; 4]) -> Finalizers {
    let one = |on, member| if on { member } else { Finalizers::NONE };
    one(orphan, Finalizers::ORPHAN)
        .with(one(foreground, Finalizers::FOREGROUND))
        .with(one(a, Finalizers::other(0)))
        .with(one(b, Finalizers::other(1)))
}

pub(crate) fn propagation() -> impl Strategy<Value = Option<Propagation>> {
    let some =
        prop_oneof![Just(Propagation::Orphan), Just(Propagation::Foreground), Just(Propagation::Background)];
    option::weighted(0.4, some)
}

pub(crate) fn request() -> impl Strategy<Value = Request> {
    (option::weighted(0.7, grace()), propagation())
        .prop_map(|(grace, propagation)| Request { grace, propagation })
}

pub(crate) fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        6 => request().prop_map(Input::Delete),
        2 => finalizers().prop_map(|finalizers| Input::Update { finalizers }),
    ]
}

/// Any state, reachable or not.
pub(crate) fn deletion() -> impl Strategy<Value = Deletion> {
    let due = || seconds().prop_map(Time::from_unix);
    prop_oneof![
        1 => Just(Deletion::Live),
        4 => (due(), grace()).prop_map(|(due, grace)| Deletion::from_fields(Some(due), signed(grace))),
        1 => due().prop_map(|due| Deletion::Expired { due }),
        1 => due().prop_map(|due| Deletion::Unrecorded { due }),
    ]
}

pub(crate) fn graceful() -> impl Strategy<Value = (Time, Grace)> {
    (seconds().prop_map(Time::from_unix), grace().prop_filter("above 0", |grace| *grace > Grace::ZERO))
}

pub(crate) fn signed(grace: Grace) -> Option<i64> {
    i64::try_from(grace.as_secs()).ok()
}

pub(crate) fn phase() -> impl Strategy<Value = Option<Phase>> {
    option::weighted(0.9, proptest::sample::select(Phase::ALL.to_vec()))
}

pub(crate) fn binding() -> impl Strategy<Value = Binding> {
    prop_oneof![1 => Just(Binding::Unbound), 3 => Just(Binding::Bound)]
}

/// Any facts, reachable or not.
pub(crate) fn facts() -> impl Strategy<Value = Facts> {
    (now(), binding(), phase(), option::of(grace()), finalizers()).prop_map(
        |(now, binding, phase, spec_grace, finalizers)| Facts { now, binding, phase, spec_grace, finalizers },
    )
}

/// One request of a history and what happens before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    input: Input,
    wait: i64,
    nanos: u32,
    phase: Option<Phase>,
    binds: bool,
}

/// One accepted request as the laws see it: what was stored before, and the outcome.
pub(crate) struct Moment {
    pub(crate) before: Deletion,
    pub(crate) input: Input,
    pub(crate) facts: Facts,
    pub(crate) step: Step,
}

/// The life of one object from its creation: the clock moves on, a bound Pod stays bound, and what is stored is
/// what the next request meets.
#[derive(Clone, Debug)]
pub(crate) struct History {
    finalizers: Finalizers,
    spec_grace: Option<Grace>,
    turns: Vec<Turn>,
}

pub(crate) fn history() -> impl Strategy<Value = History> {
    let turn = (input(), 0..12_i64, nanos(), phase(), any::<bool>())
        .prop_map(|(input, wait, nanos, phase, binds)| Turn { input, wait, nanos, phase, binds });
    (finalizers(), option::of(grace()), vec(turn, 1..20))
        .prop_map(|(finalizers, spec_grace, turns)| History { finalizers, spec_grace, turns })
}

impl History {
    /// Plays the requests until the object is removed; refused ones change nothing.
    pub(crate) fn play(&self) -> Vec<Moment> {
        let (mut state, mut finalizers, mut binding) = (Deletion::Live, self.finalizers, Binding::Unbound);
        let (mut clock, mut moments) = (EPOCH, Vec::new());
        for turn in &self.turns {
            clock += turn.wait + 1; // so a fraction never goes back
            if turn.binds {
                binding = Binding::Bound;
            }
            let now = Now::with_nanos(Time::from_unix(clock), turn.nanos);
            let facts = Facts { now, binding, phase: turn.phase, spec_grace: self.spec_grace, finalizers };
            let Ok(step) = state.step(turn.input, facts) else { continue };
            moments.push(Moment { before: state, input: turn.input, facts, step });
            if removes(&step) {
                break;
            }
            (state, finalizers) = (step.next, step.finalizers);
        }
        moments
    }
}

pub(crate) fn removes(step: &Step) -> bool {
    step.effects.contains(&Some(pod_lifecycle::deletion::Effect::Remove))
}

pub(crate) fn stores(step: &Step) -> bool {
    step.effects.contains(&Some(pod_lifecycle::deletion::Effect::Store))
}
