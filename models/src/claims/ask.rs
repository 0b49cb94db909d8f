//! Formulas over models, and how a verdict follows from what is found.

use super::{Evidence, Judged, Quantifier, Shows, Twist, Verdict};
use crate::engine::{self, Beyond, Flow, Limit, Space, Stored};
use crate::law::Protocol;
use crate::liveness::Plain;
use crate::render::Told;
use crate::search;

/// A formula over states or steps of a model. Its predicates look at plain fields and call nothing that decides.
#[derive(Clone, Copy, Debug)]
pub struct Formula<S: 'static, A: 'static> {
    quantifier: Quantifier,
    over: Over<S, A>,
}

type OfState<S> = fn(&S) -> bool;
type OfStep<S, A> = fn(&S, &A, &S) -> bool;

#[derive(Clone, Copy, Debug)]
enum Over<S: 'static, A: 'static> {
    States { when: OfState<S>, then: OfState<S>, provided: Option<OfState<S>> },
    Steps { when: OfStep<S, A>, then: OfStep<S, A>, provided: Option<OfStep<S, A>> },
}

impl<S: Copy, A: Copy> Formula<S, A> {
    /// In every state in which `when` holds, `then` does.
    pub(super) const fn states(when: OfState<S>, then: OfState<S>) -> Self {
        Self { quantifier: Quantifier::Always, over: Over::States { when, then, provided: None } }
    }

    /// Every step of which `when` holds is one of which `then` does.
    pub(super) const fn steps(when: OfStep<S, A>, then: OfStep<S, A>) -> Self {
        Self { quantifier: Quantifier::Always, over: Over::Steps { when, then, provided: None } }
    }

    /// Some step of which `when` holds is one of which `then` does.
    pub(super) const fn can(when: OfStep<S, A>, then: OfStep<S, A>) -> Self {
        Self { quantifier: Quantifier::Sometimes, over: Over::Steps { when, then, provided: None } }
    }

    /// In every state, if this holds as well.
    pub(super) const fn states_if(when: OfState<S>, then: OfState<S>, provided: OfState<S>) -> Self {
        Self { quantifier: Quantifier::Always, over: Over::States { when, then, provided: Some(provided) } }
    }

    /// Every step, if this holds as well.
    pub(super) const fn steps_if(when: OfStep<S, A>, then: OfStep<S, A>, provided: OfStep<S, A>) -> Self {
        Self { quantifier: Quantifier::Always, over: Over::Steps { when, then, provided: Some(provided) } }
    }
}

/// Where something was found first: of a state, a step or a case.
#[derive(Clone, Debug)]
pub(super) struct Tally<W> {
    quantifier: Quantifier,
    /// The sentence may hold under a condition.
    conditional: bool,
    /// At stake, and what is claimed is so.
    holds: Option<W>,
    /// At stake, and it is not.
    fails: Option<W>,
    /// At stake under the condition, and it is so.
    kept: Option<W>,
    /// At stake under the condition, and it is not.
    broken: Option<W>,
}

/// What is found at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) when: bool,
    pub(super) then: bool,
    pub(super) provided: bool,
}

impl<W> Tally<W> {
    pub(super) const fn new(quantifier: Quantifier, conditional: bool) -> Self {
        Self { quantifier, conditional, holds: None, fails: None, kept: None, broken: None }
    }

    pub(super) fn note(&mut self, seen: Seen, place: impl Fn() -> W) {
        if !seen.when {
            return;
        }
        let first = if seen.then { &mut self.holds } else { &mut self.fails };
        first.get_or_insert_with(&place);
        if seen.provided {
            let first = if seen.then { &mut self.kept } else { &mut self.broken };
            first.get_or_insert_with(&place);
        }
    }

    /// Whether nothing more can change the verdict.
    const fn is_decided(&self) -> bool {
        match self.quantifier {
            Quantifier::Always => self.fails.is_some() && (!self.conditional || self.broken.is_some()),
            Quantifier::Sometimes => self.holds.is_some(),
        }
    }

    /// The verdict, and where it is shown.
    pub(super) fn verdict(self) -> (Option<Verdict>, Vec<(Shows, W)>) {
        match (self.quantifier, self.holds, self.fails) {
            (_, None, None) => (None, Vec::new()),
            (Quantifier::Always, Some(at), None) => (Some(Verdict::True), vec![(Shows::AtStake, at)]),
            (Quantifier::Always, _, Some(at)) => match (self.kept, self.broken) {
                (Some(kept), None) if self.conditional => {
                    let shown = vec![(Shows::Counterexample, at), (Shows::Provided, kept)];
                    (Some(Verdict::Cond), shown)
                }
                (_, _) => (Some(Verdict::False), vec![(Shows::Counterexample, at)]),
            },
            (Quantifier::Sometimes, Some(at), _) => (Some(Verdict::True), vec![(Shows::Instance, at)]),
            (Quantifier::Sometimes, None, Some(at)) => (Some(Verdict::False), vec![(Shows::Tried, at)]),
        }
    }
}

/// What an exploration may take; these models are small.
const MEMORY: Limit = Limit { bytes: 4 << 30, beyond: Beyond::Stop };

/// A formula that is not yet decided, and where something was found: a state, and the step that leaves it.
struct Open<'a, S: 'static, A: 'static> {
    formula: &'a Formula<S, A>,
    tally: Tally<(u32, Option<A>)>,
}

impl<S: Copy, A: Copy> Open<'_, S, A> {
    fn visit(&mut self, id: u32, state: &S, steps: &[(A, S)], twist: Twist) {
        if self.tally.is_decided() {
            return;
        }
        match self.formula.over {
            Over::States { when, then, provided } => {
                if when(state) {
                    let provided = provided.is_some_and(|provided| provided(state));
                    let seen = Seen { when: true, then: twist.of(then(state)), provided };
                    self.tally.note(seen, || (id, None));
                }
            }
            Over::Steps { when, then, provided } => {
                for (action, after) in steps {
                    if when(state, action, after) {
                        let provided = provided.is_some_and(|provided| provided(state, action, after));
                        let then = twist.of(then(state, action, after));
                        self.tally.note(Seen { when: true, then, provided }, || (id, Some(*action)));
                    }
                }
            }
        }
    }
}

/// Explores `model` once for all these formulas, breadth first: what is found first is a shortest path. `P` is how a state
/// is kept. Returns the number of states that were seen, and what was found of each formula.
pub(super) fn ask<M: Protocol, P: Stored<M::State>>(
    model: M,
    formulas: &[&Formula<M::State, M::Action>],
    twist: Twist,
) -> (usize, Vec<Judged>) {
    let model = Plain(model);
    let conditional = |formula: &Formula<M::State, M::Action>| match formula.over {
        Over::States { provided, .. } => provided.is_some(),
        Over::Steps { provided, .. } => provided.is_some(),
    };
    let mut open: Vec<Open<'_, M::State, M::Action>> = formulas
        .iter()
        .map(|formula| Open { formula, tally: Tally::new(formula.quantifier, conditional(formula)) })
        .collect();
    let note = |_: &M::State, action: &M::Action, next: &M::State| (*action, *next);
    let space: Space<P> = engine::explore_steps(&model, MEMORY, note, |visit| {
        for formula in &mut open {
            formula.visit(visit.id, visit.state, visit.steps, twist);
        }
        if open.iter().all(|formula| formula.tally.is_decided()) { Flow::End } else { Flow::On }
    });
    let told = |(state, step): (u32, Option<M::Action>)| -> Vec<Told> {
        M::tell(&search::path(&model, &space, state, step))
    };
    let judged = open.into_iter().map(|formula| {
        let (verdict, shown) = formula.tally.verdict();
        // What was not explored whole proves nothing that holds everywhere; a path proves what it shows.
        let whole = matches!(space.outcome, engine::Outcome::Complete | engine::Outcome::Ended);
        let evidence = shown.into_iter().map(|(shows, place)| Evidence::new(shows, told(place)));
        Judged { verdict: verdict.filter(|_| whole), evidence: evidence.collect() }
    });
    (space.len() as usize, judged.collect())
}
