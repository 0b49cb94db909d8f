//! An eviction: which steps it takes before its DELETE (CTL-EVI-01, CTL-EVI-06).

use crate::deletion::Deletion;
use crate::phase::Phase;
use crate::view::Run;

/// The condition `DisruptionTarget` with status `True` and reason `EvictionByEvictionAPI`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The stored Pod does not have it in this form.
    Missing,
    /// It has it already.
    Present,
}

/// Whether disruption budgets are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Budgets {
    /// They are: [`disrupt`](super::disrupt) decides.
    Asked,
    /// The Pod is deleting, has not started, or has ended: nothing is disrupted.
    Ignored,
}

/// Whether a resourceVersion precondition is added to the DELETE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guard {
    /// None is added.
    None,
    /// The version just read: a Pod that starts to run, or becomes ready, meanwhile is judged anew.
    Version,
}

/// Whether the condition is written, before the options of the DELETE are even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It is: its own write and its own event, under the preconditions of the request.
    Written,
    /// It is there already, but the preconditions of the request are compared all the same.
    Kept,
    /// A dry run skips the step.
    Skipped,
}

/// The steps of one eviction; its DELETE follows the rules of chapter 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Evict {
    /// The first step.
    pub budgets: Budgets,
    /// The second step.
    pub mark: Mark,
    /// What the last step, the DELETE, is given.
    pub guard: Guard,
}

/// Decides the steps of one eviction of a stored Pod (CTL-EVI-01, CTL-EVI-06).
///
/// ```
/// use pod_lifecycle::admission::{Budgets, Condition, Mark, evict};
/// use pod_lifecycle::deletion::Deletion;
/// use pod_lifecycle::phase::Phase;
/// use pod_lifecycle::view::Run;
/// let steps = evict(Deletion::Live, Some(Phase::Failed), Condition::Missing, Run::Real);
/// assert_eq!((steps.budgets, steps.mark), (Budgets::Ignored, Mark::Written));
/// ```
#[must_use]
pub const fn evict(deletion: Deletion, phase: Option<Phase>, condition: Condition, run: Run) -> Evict {
    let budgets = match (deletion, phase) {
        (Deletion::Graceful { .. } | Deletion::Expired { .. } | Deletion::Unrecorded { .. }, _)
        | (Deletion::Live, Some(Phase::Pending | Phase::Succeeded | Phase::Failed)) => Budgets::Ignored,
        (Deletion::Live, Some(Phase::Running | Phase::Unknown) | None) => Budgets::Asked,
    };
    let guard = match (deletion, phase) {
        (Deletion::Live, Some(Phase::Pending)) => Guard::Version,
        (
            Deletion::Live
            | Deletion::Graceful { .. }
            | Deletion::Expired { .. }
            | Deletion::Unrecorded { .. },
            _,
        ) => Guard::None,
    };
    let mark = match (run, condition) {
        (Run::Dry, Condition::Missing | Condition::Present) => Mark::Skipped,
        (Run::Real, Condition::Missing) => Mark::Written,
        (Run::Real, Condition::Present) => Mark::Kept,
    };
    Evict { budgets, mark, guard }
}
