//! Disruption budgets, as an eviction and their controller read them (CTL-EVI-02 … CTL-EVI-04, OBJ-43).

use crate::admission::Guard;
use crate::deletion::Deletion;
use crate::phase::Phase;
use crate::rules::RuleId;
use crate::time::{Grace, Now, Time};

/// How many disruptions of one budget may be pending; with more, none is granted (CTL-EVI-02).
pub const PENDING_MAX: usize = 2_000;

/// How long an entry of `status.disruptedPods` counts (CTL-EVI-04).
pub const PENDING_FOR: Grace = Grace::from_secs(120);

/// The condition `Ready` of the Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ready {
    /// Its status is `True`.
    Yes,
    /// It is absent, or its status is another.
    No,
}

/// `spec.unhealthyPodEvictionPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unhealthy {
    /// `IfHealthyBudget`, or absent: a Pod that is not ready goes while enough others are healthy.
    IfHealthyBudget,
    /// `AlwaysAllow`: it goes in any case.
    AlwaysAllow,
}

/// Whether the controller has seen the present spec: `status.observedGeneration` against `metadata.generation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// It has.
    Current,
    /// It has not: the status is about an older one.
    Outdated,
}

/// The fields of a `PodDisruptionBudget` that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    /// What is done with Pods that are not ready.
    pub unhealthy: Unhealthy,
    /// Whether its status is that of its spec.
    pub seen: Seen,
    /// `status.currentHealthy`.
    pub healthy: i32,
    /// `status.desiredHealthy`.
    pub desired: i32,
    /// `status.disruptionsAllowed`.
    pub allowed: i32,
    /// The entries of `status.disruptedPods`.
    pub pending: usize,
}

/// The budgets whose selector matches the Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Matching {
    /// None.
    None,
    /// One.
    One(Budget),
    /// More than one.
    Several,
}

/// An eviction that the budgets let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Granted {
    /// No budget is touched.
    Free {
        /// What the DELETE is given. A conflict with it answers 429 (CTL-EVI-03).
        guard: Guard,
    },
    /// The budget is written first, by compare-and-swap: this many disruptions are left, and the Pod is among those pending.
    Charged {
        /// The new `status.disruptionsAllowed`.
        left: i32,
    },
}

/// An eviction that the budgets do not let pass; nothing has changed (CTL-EVI-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Denied {
    /// Two budgets cannot be charged at once.
    #[error("{}: more than one disruption budget matches the Pod", RuleId::CTL_EVI_02)]
    Several,
    /// The controller is behind.
    #[error("{}: the status of the disruption budget is about an older spec", RuleId::CTL_EVI_02)]
    Outdated,
    /// `disruptionsAllowed` is negative, which its controller never writes.
    #[error("{}: disruptionsAllowed is `{allowed}`", RuleId::CTL_EVI_02)]
    Negative {
        /// It.
        allowed: i32,
    },
    /// Too many disruptions are pending.
    #[error("{}: `{pending}` disruptions are pending, expected at most {PENDING_MAX}", RuleId::CTL_EVI_02)]
    Crowded {
        /// They.
        pending: usize,
    },
    /// No disruption is left.
    #[error("{}: the disruption budget allows no disruption", RuleId::CTL_EVI_02)]
    Exhausted,
}

impl Denied {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::CTL_EVI_02
    }

    /// The HTTP status of the answer; 429 asks the client to try again.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Several => 500,
            Self::Outdated | Self::Exhausted => 429,
            Self::Negative { .. } | Self::Crowded { .. } => 403,
        }
    }
}

/// Decides what the budgets say to the eviction of a Pod for which they are [asked](super::Budgets::Asked)
/// (CTL-EVI-02, CTL-EVI-03).
///
/// ```
/// use pod_lifecycle::admission::{Budget, Denied, Granted, Guard, Matching, Ready, Seen, Unhealthy, disrupt};
/// let unhealthy = Unhealthy::IfHealthyBudget;
/// let budget = Budget { unhealthy, seen: Seen::Current, healthy: 3, desired: 2, allowed: 1, pending: 0 };
/// assert_eq!(disrupt(Matching::One(budget), Ready::Yes), Ok(Granted::Charged { left: 0 }));
/// let spent = Matching::One(Budget { allowed: 0, ..budget });
/// assert_eq!(disrupt(spent, Ready::Yes), Err(Denied::Exhausted));
/// // One that serves nobody goes, unless it becomes ready meanwhile.
/// assert_eq!(disrupt(spent, Ready::No), Ok(Granted::Free { guard: Guard::Version }));
/// ```
///
/// # Errors
/// [`Denied`] with the status of the answer.
pub const fn disrupt(matching: Matching, ready: Ready) -> Result<Granted, Denied> {
    let budget = match matching {
        Matching::None => return Ok(Granted::Free { guard: Guard::None }),
        Matching::One(budget) => budget,
        Matching::Several => return Err(Denied::Several),
    };
    let is_healthy = budget.healthy >= budget.desired && budget.desired > 0;
    match (ready, budget.unhealthy) {
        (Ready::No, Unhealthy::AlwaysAllow) => return Ok(Granted::Free { guard: Guard::Version }),
        (Ready::No, Unhealthy::IfHealthyBudget) if is_healthy => {
            return Ok(Granted::Free { guard: Guard::Version });
        }
        (Ready::No, Unhealthy::IfHealthyBudget) | (Ready::Yes, _) => {}
    }
    match (budget.seen, budget.allowed) {
        (Seen::Outdated, _) => Err(Denied::Outdated),
        (Seen::Current, allowed @ ..0) => Err(Denied::Negative { allowed }),
        (Seen::Current, _) if budget.pending > PENDING_MAX => {
            Err(Denied::Crowded { pending: budget.pending })
        }
        (Seen::Current, 0) => Err(Denied::Exhausted),
        (Seen::Current, allowed @ 1..) => Ok(Granted::Charged { left: allowed - 1 }),
    }
}

/// Whether the controller counts a Pod as healthy (CTL-EVI-04). `pending` is when its eviction was granted, if
/// `status.disruptedPods` names it.
///
/// ```
/// use pod_lifecycle::admission::{Ready, is_healthy};
/// use pod_lifecycle::{Deletion, Now, Time};
/// let granted = Time::from_unix(100);
/// let at = |secs| is_healthy(Ready::Yes, Deletion::Live, Some(granted), Now::at(Time::from_unix(secs)));
/// assert!(!at(219) && at(220)); // it was not deleted: the eviction is forgotten
/// ```
#[must_use]
pub fn is_healthy(ready: Ready, deletion: Deletion, pending: Option<Time>, now: Now) -> bool {
    match (ready, deletion) {
        (Ready::Yes, Deletion::Live) => !is_pending(deletion, pending, now),
        (Ready::Yes, Deletion::Graceful { .. } | Deletion::Expired { .. } | Deletion::Unrecorded { .. })
        | (Ready::No, _) => false,
    }
}

/// Whether the controller keeps the entry of a Pod in `status.disruptedPods`: it is not deleted yet, and its eviction was granted
/// lately enough (CTL-EVI-04).
#[must_use]
pub fn is_pending(deletion: Deletion, granted: Option<Time>, now: Now) -> bool {
    let lasts = granted.is_some_and(|granted| Now::at(granted.plus(PENDING_FOR)) > now);
    match deletion {
        Deletion::Live => lasts,
        Deletion::Graceful { .. } | Deletion::Expired { .. } | Deletion::Unrecorded { .. } => false,
    }
}

/// `status.disruptionsAllowed` as the controller writes it: by how many Pods more are [healthy](is_healthy) than have to be
/// (CTL-EVI-04; `pkg/controller/disruption/disruption.go#updatePdbStatus`). Where no Pod is `expected` it is 0.
///
/// ```
/// use pod_lifecycle::admission::allowed;
/// assert_eq!([allowed(2, 1, 2), allowed(1, 1, 2), allowed(0, 1, 2), allowed(2, 1, 0)], [1, 0, 0, 0]);
/// ```
#[must_use]
pub const fn allowed(healthy: i32, desired: i32, expected: i32) -> i32 {
    match healthy.saturating_sub(desired) {
        more @ 1.. if expected > 0 => more,
        _ => 0,
    }
}

/// How long a `DisruptionTarget` that comes to nothing stays `True` (OBJ-43).
pub const TARGET_FOR: Grace = Grace::from_secs(120);

/// Whether the controller resets the condition `DisruptionTarget` of a Pod that has it `True` since `since`: it has neither ended
/// nor is it being deleted (OBJ-43). One that the kubelet wrote comes with the end of the Pod (INV-29).
///
/// ```
/// use pod_lifecycle::admission::is_stale;
/// use pod_lifecycle::{Deletion, Now, Phase, Time};
/// let after = |secs| {
///     is_stale(Deletion::Live, Some(Phase::Running), Time::from_unix(0), Now::at(Time::from_unix(secs)))
/// };
/// assert!(!after(119) && after(120));
/// ```
#[must_use]
pub fn is_stale(deletion: Deletion, phase: Option<Phase>, since: Time, now: Now) -> bool {
    match (deletion, phase) {
        (Deletion::Live, Some(Phase::Pending | Phase::Running | Phase::Unknown) | None) => {
            Now::at(since.plus(TARGET_FOR)) <= now
        }
        (Deletion::Live, Some(Phase::Succeeded | Phase::Failed))
        | (Deletion::Graceful { .. } | Deletion::Expired { .. } | Deletion::Unrecorded { .. }, _) => false,
    }
}
