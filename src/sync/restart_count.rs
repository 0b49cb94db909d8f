//! `restartCount`: of a new instance (CTR-20), as reported (CTR-21), and after a loss (CTR-22).

use crate::container::Instance;

/// The count that a new instance is given (CTR-20): one more than that of the previous instance or, if none is
/// known, than the highest number of a log file; 0 without either.
///
/// ```
/// use pod_lifecycle::sync::first_count;
/// assert_eq!((first_count(None, None), first_count(Some(2), None), first_count(None, Some(4))), (0, 3, 5));
/// ```
#[must_use]
pub const fn first_count(previous: Option<i32>, highest_log: Option<i32>) -> i32 {
    match (previous, highest_log) {
        (Some(count), _) | (None, Some(count)) => count.saturating_add(1),
        (None, None) => 0,
    }
}

/// What was reported of the container before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Before {
    /// Terminated, with this count.
    Terminated(i32),
    /// Any other state, with this count.
    Other(i32),
    /// Nothing.
    Nothing,
}

/// The count that is reported for a container with an instance (CTR-21). It never falls, and a container that
/// runs again counts one more even if its instance does not.
///
/// ```
/// use pod_lifecycle::container::{Health, Instance};
/// use pod_lifecycle::sync::{Before, reported_count};
/// let running = Instance::Running(Health::GOOD);
/// assert_eq!(reported_count(running, 0, Before::Terminated(3)), 4); // a new sandbox counted from 0 (CTR-23)
/// assert_eq!(reported_count(running, 5, Before::Terminated(3)), 5);
/// assert_eq!(reported_count(running, 0, Before::Other(3)), 3);
/// ```
#[must_use]
pub fn reported_count(newest: Instance, own: i32, before: Before) -> i32 {
    use Instance::{Created, Exited, Running, Unknown};
    match (newest, before) {
        (Running(_), Before::Terminated(old)) if old >= own => old.saturating_add(1),
        (Running(_) | Created | Exited(_) | Unknown, Before::Terminated(old) | Before::Other(old)) => {
            own.max(old)
        }
        (Running(_) | Created | Exited(_) | Unknown, Before::Nothing) => own,
    }
}

/// The count after the runtime lost a container that was reported running (CTR-22). It may count a restart that
/// never was.
#[must_use]
pub const fn lost_count(old: i32) -> i32 {
    old.saturating_add(1)
}
