//! Graceful node shutdown: which Pods are stopped when, and with how much time (KUB-68).
//!
//! The caller refuses new Pods, sends the worker of every active Pod in the group that [`Shutdown::Stopping`] names the
//! kill of a shutdown with the period of the group, and asks again when a Pod has come to its end or [`Shutdown::due`]
//! has come. It deletes no object.

use crate::time::{Grace, Now};

/// The Pods from this priority on, up to the next group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// The lowest priority; of the first group it is not asked: lower Pods are in it too.
    pub priority: i32,
    /// How long the group has to stop and unmount; also the longest grace of its Pods.
    pub period: Grace,
}

/// `system-cluster-critical`: the priority from which a Pod is critical.
const CRITICAL: i32 = 2_000_000_000;

/// The groups of the two plain settings: `total` (`shutdownGracePeriod`), of which the last part is left to critical
/// Pods (`shutdownGracePeriodCriticalPods`).
#[must_use]
pub const fn two_groups(total: Grace, critical: Grace) -> [Group; 2] {
    let others = Grace::from_secs(total.as_secs().saturating_sub(critical.as_secs()));
    [Group { priority: 0, period: others }, Group { priority: CRITICAL, period: critical }]
}

/// Whether the kubelet shuts down gracefully at all: not with the default, which is no time for anybody (KUB-68).
#[must_use]
pub fn is_active(groups: &[Group]) -> bool {
    groups.iter().any(|group| group.period > Grace::ZERO)
}

/// The group of a Pod with this `spec.priority`; `groups` ascend. Between two groups it is the lower one (KUB-68).
///
/// ```
/// use pod_lifecycle::Grace;
/// use pod_lifecycle::shutdown::{group_of, two_groups};
/// let groups = two_groups(Grace::from_secs(30), Grace::from_secs(10));
/// assert_eq!(group_of(&groups, None), Some(0));
/// assert_eq!(group_of(&groups, Some(-5)), Some(0)); // lower than the lowest
/// assert_eq!(group_of(&groups, Some(2_000_001_000)), Some(1));
/// assert_eq!(groups[0].period.as_secs(), 20);
/// ```
#[must_use]
pub fn group_of(groups: &[Group], priority: Option<i32>) -> Option<usize> {
    let priority = priority.unwrap_or(0);
    let reached = groups.iter().rposition(|group| group.priority <= priority);
    reached.or(if groups.is_empty() { None } else { Some(0) })
}

/// Whether a group still has a Pod that is not stopped and unmounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Present {
    /// It has none.
    Nobody,
    /// It has one.
    Somebody,
}

/// How far the shutdown has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shutdown {
    /// The Pods of a group are being stopped.
    Stopping {
        /// Its place.
        group: usize,
        /// When the next group begins at the latest.
        until: Now,
    },
    /// Every group has had its time.
    Over,
}

impl Shutdown {
    /// Begins with the lowest group that has Pods; `present` answers for the group at a place (KUB-68).
    ///
    /// ```
    /// use pod_lifecycle::shutdown::{Present, Shutdown, two_groups};
    /// use pod_lifecycle::{Grace, Now, Time};
    /// let at = |secs| Now::at(Time::from_unix(secs));
    /// let groups = two_groups(Grace::from_secs(30), Grace::from_secs(10));
    /// let first = Shutdown::begin(&groups, at(0), |_| Present::Somebody);
    /// assert_eq!(first.due(), Some(at(20)));
    /// // The first group is gone after 3 s, and the second one has its own time.
    /// let present = |group| if group == 0 { Present::Nobody } else { Present::Somebody };
    /// assert_eq!(first.step(&groups, at(3), present).due(), Some(at(13)));
    /// ```
    #[must_use]
    pub fn begin(groups: &[Group], now: Now, present: impl Fn(usize) -> Present) -> Self {
        Self::from(groups, 0, now, present)
    }

    fn from(groups: &[Group], first: usize, now: Now, present: impl Fn(usize) -> Present) -> Self {
        let mut later = groups.iter().enumerate().skip(first);
        later
            .find(|(place, _)| present(*place) == Present::Somebody)
            .map_or(Self::Over, |(group, of)| Self::Stopping { group, until: now.plus(of.period) })
    }

    /// Goes on to the next group that has Pods, once this one has none left or its time is up (KUB-68).
    #[must_use]
    pub fn step(self, groups: &[Group], now: Now, present: impl Fn(usize) -> Present) -> Self {
        match self {
            Self::Stopping { group, until } if now < until && present(group) == Present::Somebody => self,
            Self::Stopping { group, until: _ } => Self::from(groups, group.saturating_add(1), now, present),
            Self::Over => self,
        }
    }

    /// When the time of the group is up.
    #[must_use]
    pub const fn due(self) -> Option<Now> {
        match self {
            Self::Stopping { until, .. } => Some(until),
            Self::Over => None,
        }
    }
}
