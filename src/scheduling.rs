//! What the scheduler does with a Pod, as far as the lifecycle sees it (CRE-20 … CRE-25). Which node is chosen is
//! not this crate's business; which Pods count there is.
//!
//! *Expected flow*: [`notices`] of what the informer tells, then [`hold`] for each Pod named. A Pod that is
//! [`Queued`](Standing::Queued) and not held is tried; when a node is chosen, [`hold`] with [`News::Chosen`], and with
//! [`News::Refused`] if the API server refuses the binding.

use crate::binding::{Binding, Gates};
use crate::deletion::Deletion;
use crate::phase::Phase;
use crate::time::Grace;

/// Whether `spec.schedulerName` names a profile of this scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// It does.
    Mine,
    /// Another scheduler has it, or none.
    Foreign,
}

/// What the scheduler reads of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts {
    /// Whether `spec.nodeName` is set.
    pub binding: Binding,
    /// `status.phase`.
    pub phase: Phase,
    /// How far deletion has gone.
    pub deletion: Deletion,
    /// The scheduling gates.
    pub gates: Gates,
    /// Whose Pod it is.
    pub profile: Profile,
}

/// Where a Pod stands with the scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It has ended: the scheduler's watch does not show it, and it uses no resources (CRE-20, CRE-25).
    Unseen,
    /// It is on a node and uses its resources, deleting or not (CRE-25).
    Assigned,
    /// Another scheduler's, or nobody's: it stays `Pending` until someone else binds it (CRE-20).
    Foreign,
    /// It waits until its last gate is removed (CRE-21).
    Gated,
    /// It is queued, and skipped when its turn comes, because it is deleting (CRE-22).
    Skipped,
    /// It is queued and will be tried.
    Queued,
}

/// Where a Pod stands with the scheduler (CRE-20 … CRE-22, CRE-25).
///
/// ```
/// use pod_lifecycle::binding::{Binding, Gates};
/// use pod_lifecycle::scheduling::{Facts, Profile, Standing, standing};
/// use pod_lifecycle::{Deletion, Phase};
/// let pod = Facts {
///     binding: Binding::Unbound,
///     phase: Phase::Pending,
///     deletion: Deletion::Live,
///     gates: Gates::Open,
///     profile: Profile::Mine,
/// };
/// assert_eq!(standing(pod), Standing::Queued);
/// assert_eq!(standing(Facts { gates: Gates::Closed, ..pod }), Standing::Gated);
/// ```
#[must_use]
pub const fn standing(pod: Facts) -> Standing {
    match (pod.phase.is_terminal(), pod.binding, pod.profile, pod.gates) {
        (true, ..) => Standing::Unseen,
        (false, Binding::Bound, ..) => Standing::Assigned,
        (false, Binding::Unbound, Profile::Foreign, _) => Standing::Foreign,
        (false, Binding::Unbound, Profile::Mine, Gates::Closed) => Standing::Gated,
        (false, Binding::Unbound, Profile::Mine, Gates::Open) => {
            if pod.deletion.is_deleting() {
                Standing::Skipped
            } else {
                Standing::Queued
            }
        }
    }
}

/// What failed in an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// A filter, a permit or a reservation said no.
    Rejected,
    /// Anything else.
    Error,
}

impl Failure {
    /// The reason of the condition `PodScheduled` = `False` that is written; the phase stays `Pending` (CRE-23).
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Rejected => "Unschedulable",
            Self::Error => "SchedulerError",
        }
    }
}

/// A Pod in `unschedulable` is queued again after at most this, even if nothing happens (CRE-24).
pub const UNSCHEDULABLE_AT_MOST: Grace = Grace::from_secs(300);

/// How long a Pod waits after its `attempt`-th failure; the first is 1 (CRE-24).
///
/// ```
/// use pod_lifecycle::scheduling::backoff;
/// assert_eq!([0, 1, 2, 4, 5, 99].map(|attempt| backoff(attempt).as_secs()), [0, 1, 2, 8, 10, 10]);
/// ```
#[must_use]
pub fn backoff(attempt: u32) -> Grace {
    const INITIAL_SECS: u64 = 1;
    const CAP_SECS: u64 = 10;
    match attempt.checked_sub(1) {
        None => Grace::ZERO,
        Some(doublings) => {
            let factor = 1_u64.checked_shl(doublings).unwrap_or(CAP_SECS);
            Grace::from_secs(INITIAL_SECS.saturating_mul(factor).min(CAP_SECS))
        }
    }
}

/// What the scheduler's cache holds of a Pod. As long as it holds anything, the Pod's resources count on its node
/// (CRE-25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Held {
    /// A node was chosen, and the binding is on its way: the Pod is counted although no watch has told of it.
    Assumed,
    /// The watch has told that it is bound.
    Confirmed,
}

/// What happens to a Pod in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum News {
    /// A node was chosen for it.
    Chosen,
    /// Its binding was refused.
    Refused,
    /// The watch tells how it stands.
    Told(Standing),
    /// It has left the watch: it was removed, or it has ended (CRE-14).
    Gone,
}

/// What the cache holds of a Pod after this (CRE-20, CRE-22, CRE-25). An assumed Pod does not expire: only the watch
/// or a refusal ends that.
///
/// ```
/// use pod_lifecycle::scheduling::{Held, News, Standing, hold};
/// let assumed = hold(None, News::Chosen);
/// // Until the watch shows the binding, no second Pod is put in its place.
/// assert_eq!(hold(assumed, News::Told(Standing::Queued)), Some(Held::Assumed));
/// assert_eq!(hold(assumed, News::Told(Standing::Assigned)), Some(Held::Confirmed));
/// // Deleted before it was bound: it is dropped, and the binding will fail at the API server.
/// assert_eq!(hold(assumed, News::Told(Standing::Skipped)), None);
/// ```
#[must_use]
pub const fn hold(held: Option<Held>, news: News) -> Option<Held> {
    match (news, held) {
        (News::Chosen, None | Some(Held::Assumed)) => Some(Held::Assumed),
        (News::Chosen | News::Refused, Some(Held::Confirmed)) => Some(Held::Confirmed), // the watch was faster
        (News::Refused, None | Some(Held::Assumed)) => None,
        (News::Told(Standing::Assigned), _) => Some(Held::Confirmed), // CRE-25
        (News::Told(Standing::Skipped), None | Some(Held::Assumed)) => None, // CRE-22
        (News::Told(Standing::Queued | Standing::Gated | Standing::Foreign), None | Some(Held::Assumed)) => {
            held
        }
        // A binding is never undone; what says so is late.
        (
            News::Told(Standing::Skipped | Standing::Queued | Standing::Gated | Standing::Foreign),
            Some(Held::Confirmed),
        ) => Some(Held::Confirmed),
        (News::Told(Standing::Unseen) | News::Gone, _) => None, // CRE-20
    }
}

/// What one notification of an informer says, and of which Pod. It is kept by name: after a relist the removal of a
/// Pod and the creation of its successor may come as one change, and the UIDs tell that they are two (CRE-15).
///
/// ```
/// use pod_lifecycle::scheduling::{News, Standing, notices};
/// let successor = News::Told(Standing::Queued);
/// let merged = notices(Some(1), Some((2, Standing::Queued)));
/// assert_eq!(merged, [Some((1, News::Gone)), Some((2, successor))]);
/// assert_eq!(notices(Some(2), Some((2, Standing::Queued))), [None, Some((2, successor))]);
/// assert_eq!(notices(Some(2), None), [Some((2, News::Gone)), None]);
/// ```
#[must_use]
pub fn notices<U: PartialEq>(old: Option<U>, new: Option<(U, Standing)>) -> [Option<(U, News)>; 2] {
    let replaced = old.filter(|old| new.as_ref().is_none_or(|(new, _)| old != new));
    [replaced.map(|old| (old, News::Gone)), new.map(|(new, standing)| (new, News::Told(standing)))]
}
