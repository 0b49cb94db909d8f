//! `Deployment`: its arithmetic, the step of a rolling update, and how a new size is spread (CTL-DP-13 … CTL-DP-21).
//!
//! Counts of the API are `i32`; what is computed from them is `i64`, so that sums are exact.

mod amount;
mod scaling;

pub use amount::{Amount, Annotation, Fences, Refusal, Rounding, fenceposts, scaled};
pub use scaling::{proportion, scale};

use std::cmp::Ordering;

use crate::time::Time;

/// The spec of a `Deployment`, and the one field of its status that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deployment {
    /// `spec.replicas`.
    pub replicas: i32,
    /// `spec.strategy`.
    pub strategy: Strategy,
    /// `status.replicas`.
    pub status_replicas: i32,
}

/// `spec.strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// Bit by bit.
    RollingUpdate {
        /// `maxSurge`: how many more than `replicas` may be asked for.
        surge: Option<Amount>,
        /// `maxUnavailable`: how many fewer than `replicas` may be available.
        unavailable: Option<Amount>,
    },
    /// All old ones first.
    Recreate,
    /// No strategy that the controller knows.
    Other,
}

/// A `ReplicaSet` as its `Deployment` sees it; `N` is its name, a string or whatever a caller orders like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplicaSet<N> {
    /// `metadata.name`.
    pub name: N,
    /// `metadata.creationTimestamp`.
    pub created: Option<Time>,
    /// `spec.replicas`.
    pub size: i32,
    /// `status.availableReplicas`.
    pub available: i32,
    /// The annotation `deployment.kubernetes.io/desired-replicas`.
    pub desired: Annotation,
    /// The annotation `deployment.kubernetes.io/max-replicas`.
    pub max: Annotation,
}

/// Which of the `ReplicaSet`s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Which {
    /// That of the present template.
    New,
    /// That at this place of the list of old ones.
    Old(usize),
}

/// One update of a `ReplicaSet`; it also brings both annotations up to date (CTL-DP-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "an update is to be sent"]
pub struct Update {
    /// Of which one.
    pub of: Which,
    /// Its `spec.replicas` from now on.
    pub size: i64,
}

impl Deployment {
    /// How many replicas may be asked for beyond `replicas` (CTL-DP-15).
    ///
    /// ```
    /// use pod_lifecycle::controllers::deployment::{Amount, Deployment, Strategy};
    /// let quarter = Some(Amount::Percent(25));
    /// let strategy = Strategy::RollingUpdate { surge: quarter, unavailable: quarter };
    /// let web = Deployment { replicas: 10, strategy, status_replicas: 10 };
    /// assert_eq!((web.max_surge(), web.max_unavailable()), (3, 2)); // one up, one down
    /// ```
    #[must_use]
    pub fn max_surge(&self) -> i64 {
        self.fences().surge
    }

    /// How many replicas may be unavailable (CTL-DP-15).
    #[must_use]
    pub fn max_unavailable(&self) -> i64 {
        match self.replicas {
            0 => 0,
            replicas => self.fences().unavailable.min(replicas.into()),
        }
    }

    /// An error counts as 0 for both, like another strategy (CTL-DP-15).
    fn fences(&self) -> Fences {
        match self.strategy {
            Strategy::RollingUpdate { surge, unavailable } => {
                fenceposts(surge, unavailable, self.replicas).unwrap_or(Fences::NONE)
            }
            Strategy::Recreate | Strategy::Other => Fences::NONE,
        }
    }

    fn desired(&self) -> i64 {
        self.replicas.into()
    }

    fn minimum(&self) -> i64 {
        self.desired() - self.max_unavailable()
    }

    /// The size that the new `ReplicaSet` is to have, where `total` is asked for by all together (CTL-DP-16).
    ///
    /// ```
    /// use pod_lifecycle::controllers::deployment::*;
    /// let strategy = Strategy::RollingUpdate { surge: Some(Amount::Count(1)), unavailable: Some(Amount::Count(0)) };
    /// let web = Deployment { replicas: 3, strategy, status_replicas: 3 };
    /// assert_eq!(web.new_size(0, 3), Ok(1)); // three old ones, and one more
    /// assert_eq!(web.new_size(1, 4), Ok(1)); // no room until an old one goes
    /// ```
    ///
    /// # Errors
    /// [`Refusal`] for a surge that is missing or unreadable, and for a strategy that is neither of the two.
    pub fn new_size(&self, size: i32, total: i64) -> Result<i64, Refusal> {
        match self.strategy {
            Strategy::RollingUpdate { surge, unavailable: _ } => {
                let room = self.desired() + scaled(surge, self.replicas, Rounding::Up)? - total;
                let missing = self.desired() - i64::from(size);
                Ok(if room <= 0 { size.into() } else { i64::from(size) + room.min(missing) })
            }
            Strategy::Recreate => Ok(self.desired()),
            Strategy::Other => Err(Refusal::Strategy),
        }
    }

    /// Scales the new `ReplicaSet`: down to `replicas`, or up as far as the surge allows (CTL-DP-18).
    ///
    /// # Errors
    /// [`Refusal`] where [`new_size`](Self::new_size) refuses.
    pub fn reconcile_new(&self, size: i32, total: i64) -> Result<Option<Update>, Refusal> {
        let target = match size.cmp(&self.replicas) {
            Ordering::Equal => return Ok(None),
            Ordering::Greater => self.desired(),
            Ordering::Less => self.new_size(size, total)?,
        };
        Ok((target != i64::from(size)).then_some(Update { of: Which::New, size: target }))
    }
}

/// Decides one sync of a rolling update: the new `ReplicaSet`, or else the old ones (CTL-DP-05, CTL-DP-18).
///
/// ```
/// use pod_lifecycle::controllers::deployment::*;
/// let strategy = Strategy::RollingUpdate { surge: Some(Amount::Count(1)), unavailable: Some(Amount::Count(0)) };
/// let web = Deployment { replicas: 3, strategy, status_replicas: 3 };
/// let set = |name, size| ReplicaSet {
///     name, created: None, size, available: size, desired: Annotation::Absent, max: Annotation::Absent,
/// };
/// // One more than three may be asked for; then an old one goes for every new one that is available.
/// assert_eq!(roll(&web, &set("new", 0), &[set("old", 3)])?, [Update { of: Which::New, size: 1 }]);
/// assert_eq!(roll(&web, &set("new", 1), &[set("old", 3)])?, [Update { of: Which::Old(0), size: 2 }]);
/// # Ok::<(), Refusal>(())
/// ```
///
/// # Errors
/// [`Refusal`] where [`Deployment::new_size`] refuses.
pub fn roll<N: Ord>(
    deployment: &Deployment,
    new: &ReplicaSet<N>,
    old: &[ReplicaSet<N>],
) -> Result<Vec<Update>, Refusal> {
    let total = sum(std::iter::once(new).chain(old).map(|set| set.size));
    Ok(match deployment.reconcile_new(new.size, total)? {
        Some(update) => vec![update],
        None => reconcile_old(deployment, new, old),
    })
}

/// Scales old `ReplicaSet`s down: unhealthy replicas first, then available ones (CTL-DP-19).
pub fn reconcile_old<N: Ord>(
    deployment: &Deployment,
    new: &ReplicaSet<N>,
    old: &[ReplicaSet<N>],
) -> Vec<Update> {
    let asked = sum(old.iter().map(|set| set.size));
    let unready = i64::from(new.size) - i64::from(new.available);
    let most = asked + i64::from(new.size) - deployment.minimum() - unready;
    if asked == 0 || most <= 0 {
        return Vec::new(); // lines 1 and 2
    }
    let mut sizes: Vec<i64> = old.iter().map(|set| set.size.into()).collect();
    let mut updates = Vec::new();
    let mut left = most; // line 3
    shrink(old, &mut sizes, &mut left, &mut updates, |size, set| size - i64::from(set.available));
    let available = sum(std::iter::once(new).chain(old).map(|set| set.available));
    reduce(deployment, available, old, &mut sizes, &mut updates);
    updates
}

/// Scales old `ReplicaSet`s down by the replicas that are `available` beyond the minimum (CTL-DP-19 line 4).
pub fn reduce_available<N: Ord>(
    deployment: &Deployment,
    available: i64,
    old: &[ReplicaSet<N>],
) -> Vec<Update> {
    let mut sizes: Vec<i64> = old.iter().map(|set| set.size.into()).collect();
    let mut updates = Vec::new();
    reduce(deployment, available, old, &mut sizes, &mut updates);
    updates
}

/// CTL-DP-19 line 4, on the sizes that line 3 has left. Not limited by what line 3 removed.
fn reduce<N: Ord>(
    deployment: &Deployment,
    available: i64,
    old: &[ReplicaSet<N>],
    sizes: &mut [i64],
    updates: &mut Vec<Update>,
) {
    let mut left = available - deployment.minimum();
    shrink(old, sizes, &mut left, updates, |size, _| size);
}

/// Takes at most `left` replicas, from the oldest on, and from each at most what `share` gives of its size.
fn shrink<N: Ord>(
    old: &[ReplicaSet<N>],
    sizes: &mut [i64],
    left: &mut i64,
    updates: &mut Vec<Update>,
    share: impl Fn(i64, &ReplicaSet<N>) -> i64,
) {
    for place in by_age(old) {
        let (Some(set), Some(size)) = (old.get(place), sizes.get_mut(place)) else { continue };
        let taken = share(*size, set).min(*left);
        if *left > 0 && *size > 0 && taken != 0 {
            *size -= taken;
            *left -= taken;
            updates.push(Update { of: Which::Old(place), size: *size });
        }
    }
}

/// The places, oldest first, then by name.
fn by_age<N: Ord>(sets: &[ReplicaSet<N>]) -> Vec<usize> {
    let mut places: Vec<(usize, &ReplicaSet<N>)> = sets.iter().enumerate().collect();
    places.sort_by(|(_, one), (_, other)| one.older(other));
    places.into_iter().map(|(place, _)| place).collect()
}

impl<N: Ord> ReplicaSet<N> {
    fn older(&self, other: &Self) -> Ordering {
        self.created.cmp(&other.created).then_with(|| self.name.cmp(&other.name))
    }
}

fn sum(counts: impl Iterator<Item = i32>) -> i64 {
    counts.map(i64::from).sum()
}
