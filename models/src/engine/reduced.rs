//! Symmetry: states that differ by an exchange of equal parts, explored as one.

use stateright::Model;

use super::explore::Steps;

/// A model of which every state is replaced by one that stands for it.
///
/// `canonical` must give the same for two states exactly if an exchange of interchangeable parts leads from one to the
/// other, and the result must be one of them. The model must not tell the parts apart: exchanged before or after a step,
/// it is the same. What is asked of the states must not tell them apart either, and fairness towards one of them cannot be
/// asked at all. Then some state is reached in the model if and only if what stands for it is reached here.
///
/// ```
/// use pod_lifecycle_models::engine::{Flow, Limit, Reduced, Space, Steps, explore};
/// use stateright::Model;
///
/// /// Two lamps that anyone may switch on.
/// struct Lamps;
/// impl Model for Lamps {
///     type State = (bool, bool);
///     type Action = bool;
///     fn init_states(&self) -> Vec<(bool, bool)> {
///         vec![(false, false)]
///     }
///     fn actions(&self, _: &(bool, bool), actions: &mut Vec<bool>) {
///         actions.extend([false, true]);
///     }
///     fn next_state(&self, (left, right): &(bool, bool), switch_left: bool) -> Option<(bool, bool)> {
///         Some((*left || switch_left, *right || !switch_left))
///     }
/// }
/// impl Steps for Lamps {}
///
/// let all: Space<(bool, bool)> = explore(&Lamps, Limit::NONE, |_| Flow::On);
/// let sorted = |(left, right): &(bool, bool)| (*left.min(right), *left.max(right));
/// let reduced = Reduced { model: Lamps, canonical: sorted };
/// let classes: Space<(bool, bool)> = explore(&reduced, Limit::NONE, |_| Flow::On);
/// assert_eq!((all.len(), classes.len()), (4, 3));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Reduced<M, C> {
    /// The model.
    pub model: M,
    /// What stands for a state.
    pub canonical: C,
}

impl<M: Model, C: Fn(&M::State) -> M::State> Model for Reduced<M, C> {
    type State = M::State;
    type Action = M::Action;

    fn init_states(&self) -> Vec<M::State> {
        self.model.init_states().iter().map(&self.canonical).collect()
    }
    fn actions(&self, state: &M::State, actions: &mut Vec<M::Action>) {
        self.model.actions(state, actions);
    }
    fn next_state(&self, state: &M::State, action: M::Action) -> Option<M::State> {
        self.model.next_state(state, action).as_ref().map(&self.canonical)
    }
    fn within_boundary(&self, state: &M::State) -> bool {
        self.model.within_boundary(state)
    }
}

impl<M: Steps, C: Fn(&M::State) -> M::State> Steps for Reduced<M, C>
where
    M::Action: Clone,
{
    fn each_step(
        &self,
        state: &M::State,
        room: &mut Vec<M::Action>,
        mut take: impl FnMut(M::Action, M::State),
    ) {
        self.model.each_step(state, room, |action, next| take(action, (self.canonical)(&next)));
    }
}
