//! `ReplicaSet`: how many Pods it makes or deletes, and which of them go first (CTL-RS-01, CTL-RS-04, CTL-RS-07 … CTL-RS-09).

use std::cmp::{Ordering, Reverse};

use crate::binding::Binding;
use crate::controllers::Readiness;
use crate::phase::Phase;
use crate::time::{Now, Time};

/// How many Pods one sync makes or deletes at most (CTL-RS-01).
pub const BURST: u32 = 500;

/// What one sync does about the number of Pods (CTL-RS-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Balance {
    /// As many as wanted are active.
    Even,
    /// So many are made, in batches of 1, 2, 4 …
    Create(u32),
    /// So many are deleted, all at once.
    Delete(u32),
}

/// Compares the active Pods with those wanted (CTL-RS-01). Pods that are deleting or have ended do not count (CTL-RS-02).
///
/// ```
/// use pod_lifecycle::controllers::replica_set::{Balance, balance};
/// assert_eq!(balance(1, 3), Balance::Create(2));
/// assert_eq!(balance(2_000, 0), Balance::Delete(500));
/// ```
#[must_use]
pub fn balance(active: u32, wanted: u32) -> Balance {
    match active.cmp(&wanted) {
        Ordering::Less => Balance::Create((wanted - active).min(BURST)),
        Ordering::Equal => Balance::Even,
        Ordering::Greater => Balance::Delete((active - wanted).min(BURST)),
    }
}

/// An active Pod as the choice of victims sees it; `U` is its uid, a string or whatever a caller orders like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Candidate<U> {
    /// `metadata.uid`.
    pub uid: U,
    /// `metadata.creationTimestamp`.
    pub created: Option<Time>,
    /// Whether it is assigned to a node.
    pub binding: Binding,
    /// `status.phase`; `None` if it is empty or none of the five.
    pub phase: Option<Phase>,
    /// Its condition `Ready`.
    pub readiness: Readiness,
    /// What [`deletion_cost`] makes of its annotation.
    pub cost: i32,
    /// How many active Pods of related `ReplicaSet`s share its node, itself included.
    pub rank: u32,
    /// Restarts of its containers.
    pub restarts: Restarts,
}

/// The largest restart counts, compared in this order (CTL-RS-07 line 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Restarts {
    /// Of `containerStatuses`; 0 if there are none.
    pub regular: i32,
    /// Of those `initContainerStatuses` that belong to a sidecar; 0 if there are none.
    pub sidecar: i32,
}

/// The clock that ages are measured with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// It shows this.
    At(Now),
    /// There is none: the later of two times is the younger (CTL-RS-08; only in tests of Kubernetes).
    Absent,
}

/// Reads the annotation `controller.kubernetes.io/pod-deletion-cost`; 0 if it is absent or not valid (CTL-RS-07 line 4).
///
/// ```
/// use pod_lifecycle::controllers::replica_set::deletion_cost;
/// assert_eq!(deletion_cost(Some("-10")), -10);
/// assert_eq!(deletion_cost(Some("+10")), 0);
/// assert_eq!(deletion_cost(Some("010")), 0);
/// ```
#[must_use]
pub fn deletion_cost(annotation: Option<&str>) -> i32 {
    annotation.and_then(parse_deletion_cost).unwrap_or(0)
}

/// The cost that the annotation tells, if it is a decimal 32-bit integer (CTL-RS-07 line 4).
#[must_use]
pub fn parse_deletion_cost(text: &str) -> Option<i32> {
    match text.as_bytes() {
        b"0" | [b'-' | b'1'..=b'9', ..] => text.parse().ok(),
        [..] => None,
    }
}

impl<U: Ord> Candidate<U> {
    /// Which of two Pods is deleted first: `Less` if this one (CTL-RS-07). The first key that separates them decides;
    /// on the two times it decides even if it finds them equal. Not transitive over lists of mixed ages (CTL-RS-08).
    ///
    /// ```
    /// use std::cmp::Ordering;
    /// use pod_lifecycle::controllers::Readiness;
    /// use pod_lifecycle::controllers::replica_set::{Candidate, Clock, Restarts};
    /// use pod_lifecycle::{Binding, Phase};
    ///
    /// let ready = Candidate {
    ///     uid: "a",
    ///     created: None,
    ///     binding: Binding::Bound,
    ///     phase: Some(Phase::Running),
    ///     readiness: Readiness::Ready { since: None },
    ///     cost: 0,
    ///     rank: 1,
    ///     restarts: Restarts { regular: 0, sidecar: 0 },
    /// };
    /// let unready = Candidate { readiness: Readiness::NotReady, ..ready };
    /// assert_eq!(unready.goes_before(&ready, Clock::Absent), Ordering::Less);
    /// ```
    #[must_use]
    pub fn goes_before(&self, other: &Self, clock: Clock) -> Ordering {
        let keys = |pod: &Self| {
            (
                pod.binding == Binding::Bound,                    // 1
                phase_rank(pod.phase),                            // 2
                matches!(pod.readiness, Readiness::Ready { .. }), // 3
                pod.cost,                                         // 4
                Reverse(pod.rank),                                // 5
            )
        };
        keys(self).cmp(&keys(other)).then_with(|| {
            match (self.readiness, other.readiness) {
                (Readiness::Ready { since: one }, Readiness::Ready { since: two }) if one != two => {
                    self.younger((one, other, two), clock) // 6
                }
                (Readiness::Ready { .. } | Readiness::NotReady, _) => {
                    other.restarts.cmp(&self.restarts).then_with(|| {
                        // 7
                        if self.created == other.created {
                            Ordering::Equal
                        } else {
                            self.younger((self.created, other, other.created), clock) // 8
                        }
                    })
                }
            }
        })
    }

    /// Younger first, of two different times (CTL-RS-08).
    fn younger(&self, (one, other, two): (Option<Time>, &Self, Option<Time>), clock: Clock) -> Ordering {
        match (one, two, clock) {
            (None, _, _) | (_, None, _) => one.cmp(&two),
            (Some(one), Some(two), Clock::Absent) => two.cmp(&one),
            (Some(one), Some(two), Clock::At(now)) => {
                bucket(one, now).cmp(&bucket(two, now)).then_with(|| self.uid.cmp(&other.uid))
            }
        }
    }
}

/// The power of two of an age in nanoseconds; `None`, the smallest, for a time that is not past (CTL-RS-08).
fn bucket(time: Time, now: Now) -> Option<u32> {
    now.nanos_since(time).checked_ilog2()
}

fn phase_rank(phase: Option<Phase>) -> u8 {
    match phase {
        Some(Phase::Pending | Phase::Succeeded | Phase::Failed) | None => 0,
        Some(Phase::Unknown) => 1,
        Some(Phase::Running) => 2,
    }
}

/// Puts first those that are deleted, if not all are (CTL-RS-04, CTL-RS-09).
///
/// The order is that of a stable insertion, and so defined even where [`Candidate::goes_before`] is not transitive.
///
/// ```
/// use pod_lifecycle::controllers::Readiness;
/// use pod_lifecycle::controllers::replica_set::{Candidate, Clock, Restarts, rank};
/// use pod_lifecycle::{Binding, Phase};
/// let pod = |uid, cost| Candidate {
///     uid,
///     created: None,
///     binding: Binding::Bound,
///     phase: Some(Phase::Running),
///     readiness: Readiness::NotReady,
///     cost,
///     rank: 1,
///     restarts: Restarts { regular: 0, sidecar: 0 },
/// };
/// let mut pods = [pod("a", 0), pod("b", -1), pod("c", 0)];
/// rank(&mut pods, Clock::Absent);
/// assert_eq!(pods[0].uid, "b"); // the cheapest goes first
/// ```
pub fn rank<U: Ord>(pods: &mut [Candidate<U>], clock: Clock) {
    for end in 1..pods.len() {
        let mut place = end;
        while let Some([before, after]) = place.checked_sub(1).and_then(|start| pods.get_mut(start..=place)) {
            if after.goes_before(before, clock) != Ordering::Less {
                break;
            }
            std::mem::swap(before, after);
            place -= 1;
        }
    }
}
