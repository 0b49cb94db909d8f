//! The node lifecycle controller: what it thinks of a node, and what it does to it and to its Pods (CTL-NOD-01 …
//! CTL-NOD-05). It deletes none.
//!
//! *Expected flow*: every 5 s, for each node, [`heartbeat`] and [`judge`]; what that changes is written, [`mark`] says whether the
//! Pods of the node are marked, [`tainting`] what happens to its taint. Then [`Zone::of`] each zone and [`Cluster::of`] all of
//! them, and [`rate`] says how fast the queue of a zone is worked off.

use crate::time::{Grace, Now};

/// Without a sign of life for longer than this a node is stale: `--node-monitor-grace-period` (CTL-NOD-01).
pub const STALE_AFTER: Grace = Grace::from_secs(50);

/// The same for a node that never reported: `--node-startup-grace-period` (CTL-NOD-01).
pub const STALE_AFTER_CREATION: Grace = Grace::from_secs(60);

/// A zone with more nodes than this is large (CTL-NOD-04).
pub const LARGE_ZONE: u32 = 50;

/// The condition `Ready` of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ready {
    /// `True`: the kubelet says so.
    True,
    /// `False`: the kubelet says so.
    False,
    /// `Unknown`: this controller says so.
    Unknown,
}

/// Whether the controller has seen a sign of life, a renewed lease or a status, lately enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Heartbeat {
    /// It has.
    Fresh,
    /// It has not.
    Stale,
}

/// Compares the time at which the controller saw the last sign of life, by its own clock, or found the node without the
/// condition `Ready` (`stored` is `None`), with now (CTL-NOD-01).
///
/// ```
/// use pod_lifecycle::controllers::node_lifecycle::{Heartbeat, Ready, heartbeat};
/// use pod_lifecycle::{Now, Time};
/// let after = |secs| heartbeat(Some(Ready::True), Now::at(Time::from_unix(0)), Now::at(Time::from_unix(secs)));
/// assert_eq!((after(50), after(51)), (Heartbeat::Fresh, Heartbeat::Stale));
/// ```
#[must_use]
pub fn heartbeat(stored: Option<Ready>, seen: Now, now: Now) -> Heartbeat {
    let limit = if stored.is_some() { STALE_AFTER } else { STALE_AFTER_CREATION };
    if now > seen.plus(limit) { Heartbeat::Stale } else { Heartbeat::Fresh }
}

/// The condition `Ready` after a check: of a stale node it is `Unknown`, whatever it was (CTL-NOD-02).
#[must_use]
pub const fn judge(stored: Option<Ready>, heartbeat: Heartbeat) -> Option<Ready> {
    match heartbeat {
        Heartbeat::Stale => Some(Ready::Unknown),
        Heartbeat::Fresh => stored,
    }
}

/// Whether the condition `Ready` of the Pods of a node becomes `False`. Nothing else of them is written (CTL-NOD-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// They stay as they are.
    None,
    /// It does.
    NotReady,
}

/// Decides it from the condition that a check found and the one that it leaves (CTL-NOD-03).
///
/// A `False` that the kubelet itself has reported is found and left: the check sees no transition
/// (kubernetes/kubernetes#125618).
///
/// ```
/// use pod_lifecycle::controllers::node_lifecycle::{Mark, Ready, mark};
/// assert_eq!(mark(Some(Ready::True), Some(Ready::Unknown)), Mark::NotReady);
/// assert_eq!(mark(Some(Ready::Unknown), Some(Ready::Unknown)), Mark::None);
/// ```
#[must_use]
pub const fn mark(found: Option<Ready>, left: Option<Ready>) -> Mark {
    match (found, left) {
        (Some(Ready::True), Some(Ready::False | Ready::Unknown)) => Mark::NotReady,
        (Some(Ready::True), Some(Ready::True) | None)
        | (Some(Ready::False | Ready::Unknown) | None, Some(_) | None) => Mark::None,
    }
}

/// A Pod that is bound to a node which is not ready is marked too (CTL-NOD-03).
#[must_use]
pub const fn mark_bound(node: Option<Ready>) -> Mark {
    match node {
        Some(Ready::False | Ready::Unknown) => Mark::NotReady,
        Some(Ready::True) | None => Mark::None,
    }
}

/// A taint of this controller with effect `NoExecute`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Taint {
    /// `node.kubernetes.io/not-ready`.
    NotReady,
    /// `node.kubernetes.io/unreachable`.
    Unreachable,
}

/// What becomes of the taint of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tainting {
    /// It is as it should be.
    None,
    /// It waits in the queue of the zone for this one.
    Queued(Taint),
    /// It gets this one for the other, at once.
    Swapped(Taint),
    /// It loses it, at once.
    Removed,
}

/// Decides it from the condition `Ready` and from the taint that it has (CTL-NOD-04).
///
/// ```
/// use pod_lifecycle::controllers::node_lifecycle::{Ready, Taint, Tainting, tainting};
/// assert_eq!(tainting(Ready::Unknown, None), Tainting::Queued(Taint::Unreachable));
/// assert_eq!(tainting(Ready::False, Some(Taint::Unreachable)), Tainting::Swapped(Taint::NotReady));
/// ```
#[must_use]
pub const fn tainting(ready: Ready, present: Option<Taint>) -> Tainting {
    match (ready, present) {
        (Ready::True, None)
        | (Ready::False, Some(Taint::NotReady))
        | (Ready::Unknown, Some(Taint::Unreachable)) => Tainting::None,
        (Ready::True, Some(_)) => Tainting::Removed,
        (Ready::False, None) => Tainting::Queued(Taint::NotReady),
        (Ready::Unknown, None) => Tainting::Queued(Taint::Unreachable),
        (Ready::False, Some(Taint::Unreachable)) => Tainting::Swapped(Taint::NotReady),
        (Ready::Unknown, Some(Taint::NotReady)) => Tainting::Swapped(Taint::Unreachable),
    }
}

/// How many nodes of a zone are healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// Enough.
    Normal,
    /// At least 55 % are not ready, and more than two.
    Partial,
    /// None is ready.
    Full,
}

impl Zone {
    /// Counts the nodes of a zone (CTL-NOD-04).
    ///
    /// ```
    /// use pod_lifecycle::controllers::node_lifecycle::Zone;
    /// assert_eq!(Zone::of(0, 1), Zone::Full);
    /// assert_eq!(Zone::of(1, 2), Zone::Normal); // two may fail together
    /// assert_eq!(Zone::of(2, 3), Zone::Partial);
    /// ```
    #[must_use]
    pub const fn of(ready: u32, unready: u32) -> Self {
        match (ready, unready) {
            (0, 1..) => Self::Full,
            (_, 3..) if unready as u64 * 100 >= (ready as u64 + unready as u64) * 55 => Self::Partial,
            (_, _) => Self::Normal,
        }
    }
}

/// What the controller sees of all zones together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cluster {
    /// Some node reports.
    Seen,
    /// No node of any zone does, which is rather the controller's own fault: no node is tainted any more, and the taints that
    /// exist are removed.
    Dark,
}

impl Cluster {
    /// Looks at all zones (CTL-NOD-04).
    #[must_use]
    pub fn of(zones: impl IntoIterator<Item = Zone>) -> Self {
        if zones.into_iter().all(|zone| zone == Zone::Full) { Self::Dark } else { Self::Seen }
    }
}

/// How fast the nodes that wait in the queue of a zone are tainted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rate {
    /// 0.1 nodes a second.
    Usual,
    /// 0.01 nodes a second.
    Slow,
    /// Not at all.
    Stopped,
}

/// Decides it for a zone of `nodes` nodes (CTL-NOD-04).
#[must_use]
pub const fn rate(cluster: Cluster, zone: Zone, nodes: u32) -> Rate {
    match (cluster, zone) {
        (Cluster::Dark, _) => Rate::Stopped,
        (Cluster::Seen, Zone::Normal | Zone::Full) => Rate::Usual,
        (Cluster::Seen, Zone::Partial) if nodes > LARGE_ZONE => Rate::Slow,
        (Cluster::Seen, Zone::Partial) => Rate::Stopped,
    }
}
