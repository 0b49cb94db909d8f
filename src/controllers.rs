//! What the controllers of kube-controller-manager decide about Pods, each as a pure function of the lists that it read.
//!
//! A controller works on its cache, which may be stale (CTL-DEF-03): the caller supplies what it sees, and between a
//! decision and its effects anything may change. Unlike a machine, a controller decides over lists and returns lists.

pub mod deployment;
pub mod endpoints;
pub mod node_lifecycle;
pub mod pod_gc;
pub mod replica_set;
pub mod stateful_set;
pub mod taint_eviction;

use crate::deletion::Deletion;
use crate::phase::Phase;
use crate::time::{Grace, Now, Time};

/// What a controller counts a Pod as (CTL-DEF-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activity {
    /// It works, or will.
    Active,
    /// It is deleting and has not ended.
    Terminating,
    /// Its phase is terminal, whether or not it is deleting.
    Ended,
}

impl Activity {
    /// Counts a Pod by its phase (`None`: empty or unknown) and its deletion (CTL-DEF-01).
    ///
    /// ```
    /// use pod_lifecycle::controllers::Activity;
    /// use pod_lifecycle::{Deletion, Phase};
    /// assert_eq!(Activity::of(Some(Phase::Running), Deletion::Live), Activity::Active);
    /// assert_eq!(Activity::of(Some(Phase::Failed), Deletion::Live), Activity::Ended);
    /// ```
    #[must_use]
    pub fn of(phase: Option<Phase>, deletion: Deletion) -> Self {
        match (phase, deletion) {
            (Some(Phase::Succeeded | Phase::Failed), _) => Self::Ended,
            (Some(Phase::Pending | Phase::Running | Phase::Unknown) | None, Deletion::Live) => Self::Active,
            (
                Some(Phase::Pending | Phase::Running | Phase::Unknown) | None,
                Deletion::Graceful { .. } | Deletion::Expired { .. } | Deletion::Unrecorded { .. },
            ) => Self::Terminating,
        }
    }
}

/// The condition `Ready` of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Readiness {
    /// It is absent, or its status is not `True`.
    NotReady,
    /// Its status is `True`.
    Ready {
        /// `lastTransitionTime`, if it is set.
        since: Option<Time>,
    },
}

impl Readiness {
    /// Whether the Pod has been ready for `min_ready` (CTL-DEF-02). Neither its phase nor its deletion is asked.
    ///
    /// ```
    /// use pod_lifecycle::controllers::{Availability, Readiness};
    /// use pod_lifecycle::{Grace, Now, Time};
    /// let ready = Readiness::Ready { since: Some(Time::from_unix(100)) };
    /// let after = |secs: i64| ready.availability(Grace::from_secs(10), Now::at(Time::from_unix(100 + secs)));
    /// assert_eq!((after(9), after(10)), (Availability::Unavailable, Availability::Available));
    /// ```
    #[must_use]
    pub fn availability(self, min_ready: Grace, now: Now) -> Availability {
        match self {
            Self::NotReady => Availability::Unavailable,
            Self::Ready { .. } if min_ready == Grace::ZERO => Availability::Available,
            Self::Ready { since: Some(since) } if Now::at(since.plus(min_ready)) <= now => {
                Availability::Available
            }
            Self::Ready { since: Some(_) | None } => Availability::Unavailable,
        }
    }
}

/// Whether a Pod counts as available (CTL-DEF-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Availability {
    /// It has been ready long enough.
    Available,
    /// It has not.
    Unavailable,
}
