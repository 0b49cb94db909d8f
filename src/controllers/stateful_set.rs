//! `StatefulSet`: one sync over the Pods and the revisions that it read (CTL-SS-14 … CTL-SS-17).

use crate::controllers::{Availability, Readiness};
use crate::deletion::Deletion;
use crate::phase::Phase;
use crate::time::{Grace, Now};

/// One entry of the revision history; `R` is its name, or whatever a caller compares like one.
///
/// `current` is the entry that `status.currentRevision` names; without one, the update revision takes its place (CTL-SS-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revisions<R> {
    /// The entry named in the stored status, if it is in the history.
    pub current: Option<R>,
    /// The entry that equals the present template.
    pub update: R,
}

/// The set: its spec, and what a sync reads of its stored status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Set {
    /// `spec.replicas`.
    pub replicas: u32,
    /// `spec.ordinals.start`.
    pub start: u32,
    /// `spec.podManagementPolicy`.
    pub management: Management,
    /// `spec.updateStrategy`.
    pub strategy: Strategy,
    /// `spec.minReadySeconds`.
    pub min_ready: Grace,
    /// Whether the set itself is deleting.
    pub deletion: Deletion,
    /// `status.currentReplicas`, as stored.
    pub current_replicas: i64,
}

/// `spec.podManagementPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Management {
    /// One after another (CTL-SS-04).
    OrderedReady,
    /// All at once (CTL-SS-05).
    Parallel,
}

/// `spec.updateStrategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// Pods of an old revision are deleted, one at a time (CTL-SS-07). `maxUnavailable` is ignored (CTL-SS-08).
    RollingUpdate(Partition),
    /// They are left to others (CTL-SS-09).
    OnDelete,
}

/// `spec.updateStrategy.rollingUpdate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Partition {
    /// It is absent; defaulting never leaves it so (CTL-SS-15).
    Absent,
    /// Replicas of a smaller number keep the current revision.
    From(u32),
}

/// A Pod of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pod<R> {
    /// The number at the end of its name (CTL-SS-01).
    pub ordinal: u32,
    /// `status.phase`; `None` while it is empty.
    pub phase: Option<Phase>,
    /// Its condition `Ready`.
    pub readiness: Readiness,
    /// How far its deletion has gone.
    pub deletion: Deletion,
    /// The label `controller-revision-hash`; `None` if it names none.
    pub revision: Option<R>,
}

/// What a sync does to one ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "an action is to be carried out"]
pub enum Action<R> {
    /// A Pod of this revision is created.
    Create {
        /// Its number.
        ordinal: u32,
        /// Its revision.
        revision: R,
    },
    /// The Pod is deleted.
    Delete {
        /// Its number.
        ordinal: u32,
    },
}

/// The status that a sync leaves (CTL-SS-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status<R> {
    /// Pods that have a phase.
    pub replicas: i64,
    /// Those that run and are ready.
    pub ready: i64,
    /// Those that are available too.
    pub available: i64,
    /// Those of the current revision that are not deleting, less one that this sync deletes for an update.
    pub current: i64,
    /// Those of the update revision that are not deleting.
    pub updated: i64,
    /// `currentRevision`.
    pub current_revision: R,
    /// `updateRevision`.
    pub update_revision: R,
}

/// What one sync decides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "actions and status belong together"]
pub struct Sync<R> {
    /// What is done, in this order; with `Parallel` those of a batch at once.
    pub actions: Vec<Action<R>>,
    /// What is written then, if it differs from the stored one.
    pub status: Status<R>,
}

/// Whether a walk over Pods goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Walk {
    /// With the next one.
    On,
    /// Not in ordered mode (CTL-SS-16).
    Stop,
}

impl<R: Copy + PartialEq> Pod<R> {
    fn is_terminating(&self) -> bool {
        self.deletion != Deletion::Live
    }

    fn is_ready(&self) -> bool {
        self.phase == Some(Phase::Running) && matches!(self.readiness, Readiness::Ready { .. })
    }

    /// Not available, or deleting (CTL-SS-06).
    fn is_unavailable(&self, set: &Set, now: Now) -> bool {
        self.is_terminating() || !self.is_available(set, now)
    }

    fn is_available(&self, set: &Set, now: Now) -> bool {
        self.readiness.availability(set.min_ready, now) == Availability::Available
    }

    fn is_counted(&self, revision: R) -> bool {
        self.phase.is_some() && !self.is_terminating() && self.revision == Some(revision)
    }
}

/// Decides one sync (CTL-SS-04, CTL-SS-05, CTL-SS-07, CTL-SS-09, CTL-SS-13, CTL-SS-15 … CTL-SS-17).
/// Of two Pods with one ordinal, which no API server stores, the first counts.
///
/// ```
/// use pod_lifecycle::controllers::stateful_set::*;
/// use pod_lifecycle::{Deletion, Grace, Now, Time};
///
/// let set = Set {
///     replicas: 3,
///     start: 0,
///     management: Management::OrderedReady,
///     strategy: Strategy::RollingUpdate(Partition::From(0)),
///     min_ready: Grace::ZERO,
///     deletion: Deletion::Live,
///     current_replicas: 0,
/// };
/// let now = Now::at(Time::from_unix(0));
/// // The first Pod is made; the second waits until it is ready.
/// let Sync { actions, .. } = sync(&set, Revisions { current: None, update: "r1" }, &[], now);
/// assert_eq!(actions, [Action::Create { ordinal: 0, revision: "r1" }]);
/// ```
pub fn sync<R: Copy + PartialEq>(set: &Set, revisions: Revisions<R>, pods: &[Pod<R>], now: Now) -> Sync<R> {
    let current = revisions.current.unwrap_or(revisions.update); // CTL-SS-14
    let mut sync = Sync { actions: Vec::new(), status: count(set, current, revisions.update, pods, now) };
    if set.deletion == Deletion::Live {
        // CTL-SS-13: a deleting set does nothing more.
        let replicas = replicas(set, current, revisions.update, pods);
        let condemned = condemned(set, pods);
        act(set, revisions.update, &replicas, &condemned, now, &mut sync);
    }
    complete(set, &mut sync.status);
    sync
}

/// The replicas by number; a missing one is filled (CTL-SS-15).
fn replicas<R: Copy + PartialEq>(set: &Set, current: R, update: R, pods: &[Pod<R>]) -> Vec<Pod<R>> {
    let first = u64::from(set.start);
    let keeps = |number: u64| match set.strategy {
        Strategy::RollingUpdate(Partition::Absent) => i128::from(number) < i128::from(set.current_replicas),
        Strategy::RollingUpdate(Partition::From(partition)) => number < u64::from(partition),
        Strategy::OnDelete => false,
    };
    let numbers = 0..u64::from(set.replicas);
    let filled = numbers.filter_map(|number| {
        let ordinal = u32::try_from(first + number).ok()?;
        let missing = Pod {
            ordinal,
            phase: None,
            readiness: Readiness::NotReady,
            deletion: Deletion::Live,
            revision: Some(if keeps(number) { current } else { update }),
        };
        Some(pods.iter().find(|pod| pod.ordinal == ordinal).copied().unwrap_or(missing))
    });
    filled.collect()
}

/// The Pods outside the range, from the highest ordinal down (CTL-SS-15).
fn condemned<R: Copy>(set: &Set, pods: &[Pod<R>]) -> Vec<Pod<R>> {
    let range = u64::from(set.start)..u64::from(set.start) + u64::from(set.replicas);
    let mut condemned: Vec<Pod<R>> =
        pods.iter().filter(|pod| !range.contains(&u64::from(pod.ordinal))).copied().collect();
    condemned.sort_by_key(|pod| std::cmp::Reverse(pod.ordinal));
    condemned
}

/// The four steps of CTL-SS-16.
fn act<R: Copy + PartialEq>(
    set: &Set,
    update: R,
    replicas: &[Pod<R>],
    condemned: &[Pod<R>],
    now: Now,
    sync: &mut Sync<R>,
) {
    let stops = |walk| walk == Walk::Stop && set.management == Management::OrderedReady;
    for pod in replicas {
        if stops(replica(set, pod, update, now, &mut sync.actions)) {
            return;
        }
    }
    let mut upwards = replicas.iter().chain(condemned.iter().rev());
    let first_bad = upwards.find(|pod| pod.is_unavailable(set, now)).map(|pod| pod.ordinal);
    for pod in condemned {
        if stops(surplus(set, pod, first_bad, now, &mut sync.actions)) {
            return;
        }
    }
    roll(set, update, replicas, now, sync);
}

/// Step 1: one replica (CTL-SS-03, CTL-SS-04).
fn replica<R: Copy + PartialEq>(
    set: &Set,
    pod: &Pod<R>,
    update: R,
    now: Now,
    actions: &mut Vec<Action<R>>,
) -> Walk {
    let &Pod { ordinal, phase, revision, .. } = pod;
    match phase {
        Some(Phase::Failed | Phase::Succeeded) => {
            if !pod.is_terminating() {
                actions.push(Action::Delete { ordinal });
            }
            Walk::Stop
        }
        None => {
            actions.push(Action::Create { ordinal, revision: revision.unwrap_or(update) });
            Walk::Stop
        }
        Some(Phase::Pending | Phase::Running | Phase::Unknown) => {
            if pod.is_terminating() || !pod.is_ready() || !pod.is_available(set, now) {
                Walk::Stop
            } else {
                Walk::On
            }
        }
    }
}

/// Step 2: one condemned Pod (CTL-SS-04).
fn surplus<R: Copy + PartialEq>(
    set: &Set,
    pod: &Pod<R>,
    first_bad: Option<u32>,
    now: Now,
    actions: &mut Vec<Action<R>>,
) -> Walk {
    let healthy = pod.is_ready() && pod.is_available(set, now);
    let waits = set.management == Management::OrderedReady && !healthy && first_bad != Some(pod.ordinal);
    if !pod.is_terminating() && !waits {
        actions.push(Action::Delete { ordinal: pod.ordinal });
    }
    Walk::Stop
}

/// Steps 3 and 4: one Pod of an old revision goes, the highest first (CTL-SS-07, CTL-SS-09).
fn roll<R: Copy + PartialEq>(set: &Set, update: R, replicas: &[Pod<R>], now: Now, sync: &mut Sync<R>) {
    let partition = match set.strategy {
        Strategy::OnDelete => return,
        Strategy::RollingUpdate(Partition::Absent) => 0,
        Strategy::RollingUpdate(Partition::From(partition)) => partition,
    };
    for pod in replicas.iter().skip(usize::try_from(partition).unwrap_or(usize::MAX)).rev() {
        if pod.revision != Some(update) && !pod.is_terminating() {
            sync.actions.push(Action::Delete { ordinal: pod.ordinal });
            sync.status.current -= 1; // CTL-SS-17: whatever its revision
            return;
        }
        if pod.is_unavailable(set, now) {
            return;
        }
    }
}

/// Counts the Pods as they were at the start (CTL-SS-17).
fn count<R: Copy + PartialEq>(set: &Set, current: R, update: R, pods: &[Pod<R>], now: Now) -> Status<R> {
    let counted = |is: &dyn Fn(&Pod<R>) -> bool| pods.iter().map(|pod| i64::from(is(pod))).sum();
    Status {
        replicas: counted(&|pod| pod.phase.is_some()),
        ready: counted(&Pod::is_ready),
        available: counted(&|pod| pod.is_ready() && pod.is_available(set, now)),
        current: counted(&|pod| pod.is_counted(current)),
        updated: counted(&|pod| pod.is_counted(update)),
        current_revision: current,
        update_revision: update,
    }
}

/// A rolling update that is complete makes its revision the current one (CTL-SS-11, CTL-SS-17).
fn complete<R: Copy>(set: &Set, status: &mut Status<R>) {
    let all = i64::from(set.replicas);
    match set.strategy {
        Strategy::RollingUpdate(_)
            if status.updated == all && status.ready == all && status.replicas == all =>
        {
            status.current = status.updated;
            status.current_revision = status.update_revision;
        }
        Strategy::RollingUpdate(_) | Strategy::OnDelete => {}
    }
}
