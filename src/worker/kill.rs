//! Who asks the worker to kill, with which grace, and how long they wait (KUB-15 … KUB-17).

use std::ops::RangeInclusive;

use super::record::{KillCause, KillOptions};
use crate::phase::Source;
use crate::time::Grace;

/// What makes the kubelet send a kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Killer {
    /// Hard eviction by node pressure, or a Pod beyond its local storage.
    HardEviction,
    /// Soft eviction by node pressure.
    SoftEviction {
        /// `evictionMaxPodGracePeriod`, 0 by default.
        longest: Grace,
    },
    /// A critical Pod needs the room.
    Preemption,
    /// The node shuts down.
    Shutdown {
        /// The period of the Pod's priority group.
        period: Grace,
    },
    /// REMOVE: the Pod is gone from its source (KUB-03).
    Removal,
    /// The runtime runs a Pod that no worker knows (KUB-60).
    Orphan,
}

impl Killer {
    /// The kill options that it sends for a Pod with this `terminationGracePeriodSeconds` (KUB-15). Without an
    /// override KUB-13 finds the grace.
    #[must_use]
    pub fn options(self, spec_grace: Option<Grace>) -> Option<KillOptions> {
        let at_most = |longest: Grace| Some(spec_grace.map_or(longest, |grace| grace.min(longest)));
        let options = |cause, grace| Some(KillOptions { cause, grace });
        match self {
            Self::HardEviction => options(KillCause::Eviction, Some(Grace::ONE)),
            Self::SoftEviction { longest } => options(KillCause::Eviction, at_most(longest)),
            Self::Preemption => options(KillCause::Eviction, None),
            Self::Shutdown { period } => options(KillCause::Other, at_most(period)),
            Self::Removal => None,
            Self::Orphan => options(KillCause::Other, Some(Grace::ONE)),
        }
    }
}

/// How long an internal killer waits for the completion of a kill with this grace, in seconds; then it reports
/// failure, and the worker goes on (KUB-16).
///
/// ```
/// use pod_lifecycle::{Grace, worker::killer_waits_secs};
/// assert_eq!(killer_waits_secs(Grace::ONE), 10);
/// assert_eq!(killer_waits_secs(Grace::from_secs(31)), 46);
/// ```
#[must_use]
pub fn killer_waits_secs(grace: Grace) -> u64 {
    let secs = grace.as_secs();
    secs.saturating_add(secs / 2).max(10)
}

/// After how many seconds a failed attempt is tried again, unless an update comes first (KUB-19).
pub const RETRY_SECS: RangeInclusive<u64> = 10..=15;

/// Whether the object in the API stands for a static Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mirror {
    /// It does.
    Mirror,
    /// It is a Pod of its own.
    Original,
}

/// Whether the eviction manager leaves the Pod alone (KUB-17). `priority` is `spec.priority`.
#[must_use]
pub fn is_critical(source: Source, mirror: Mirror, priority: Option<i32>) -> bool {
    match (source, mirror) {
        (Source::Static, _) | (_, Mirror::Mirror) => true,
        (Source::Api, Mirror::Original) => priority.is_some_and(|priority| priority >= 2_000_000_000),
    }
}
