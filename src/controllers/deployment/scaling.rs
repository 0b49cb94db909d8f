//! A new size of a `Deployment`, spread over its `ReplicaSet`s (CTL-DP-08, CTL-DP-09, CTL-DP-20, CTL-DP-21).

use std::cmp::{Ordering, Reverse};

use super::{Deployment, ReplicaSet, Strategy, Update, Which, by_age};

/// The share of one `ReplicaSet` when `to_add` replicas (negative: to remove) are spread and `added` of them are
/// already given out (CTL-DP-20).
#[must_use]
pub fn proportion<N>(deployment: &Deployment, set: &ReplicaSet<N>, to_add: i64, added: i64) -> i64 {
    if set.size == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let left = to_add.saturating_sub(added);
    let fraction = fraction(deployment, set);
    if to_add > 0 { fraction.min(left) } else { fraction.max(left) }
}

/// By how much the `ReplicaSet` would change if it kept its share of the whole.
fn fraction<N>(deployment: &Deployment, set: &ReplicaSet<N>) -> i64 {
    let size = i64::from(set.size);
    if deployment.replicas == 0 {
        return -size;
    }
    let base = set.max.count().filter(|max| *max > 0).unwrap_or(deployment.status_replicas);
    match base {
        0 => 0,
        base => {
            let whole = deployment.desired() + deployment.max_surge();
            let share = rounded(i128::from(size) * i128::from(whole), base.into());
            i64::try_from(share).unwrap_or(i64::MAX).saturating_sub(size)
        }
    }
}

/// The quotient to the nearest integer, halves away from zero; the divisor is not 0.
fn rounded(dividend: i128, divisor: i128) -> i128 {
    let (size, by) = (dividend.abs(), divisor.abs());
    let quotient = (2 * size + by).checked_div(2 * by).unwrap_or(0);
    dividend.signum() * divisor.signum() * quotient
}

/// One `ReplicaSet` and its place.
type Placed<'a, N> = (Which, &'a ReplicaSet<N>);

/// Decides what a change of `spec.replicas` does to the `ReplicaSet`s (CTL-DP-21).
///
/// ```
/// use pod_lifecycle::controllers::deployment::*;
/// let strategy = Strategy::RollingUpdate { surge: Some(Amount::Count(0)), unavailable: Some(Amount::Count(1)) };
/// let web = Deployment { replicas: 20, strategy, status_replicas: 10 };
/// let ten = Annotation::Written(10);
/// let set = |name, size| ReplicaSet { name, created: None, size, available: size, desired: ten, max: ten };
/// // Ten become twenty in the middle of a rollout: each keeps its share.
/// let updates = scale(&web, Some(&set("new", 6)), &[set("old", 4)]);
/// assert_eq!(updates, [Update { of: Which::New, size: 12 }, Update { of: Which::Old(0), size: 8 }]);
/// ```
pub fn scale<N: Ord>(
    deployment: &Deployment,
    new: Option<&ReplicaSet<N>>,
    old: &[ReplicaSet<N>],
) -> Vec<Update> {
    let youngest_first: Vec<Placed<'_, N>> = by_age(old)
        .into_iter()
        .rev()
        .filter_map(|place| old.get(place).map(|set| (Which::Old(place), set)))
        .collect();
    let all: Vec<Placed<'_, N>> =
        youngest_first.iter().copied().chain(new.map(|set| (Which::New, set))).collect();
    let mut active: Vec<Placed<'_, N>> = all.iter().copied().filter(|(_, set)| set.size > 0).collect();
    if active.len() < 2 {
        // Line 1: the active one, or else the new one, or else the youngest.
        let only =
            active.first().or_else(|| all.iter().find(|(of, _)| *of == Which::New)).or_else(|| all.first());
        return only.and_then(|only| lazy(*only, deployment.desired())).into_iter().collect();
    }
    if new.is_some_and(|new| is_saturated(deployment, new)) {
        let old = active.into_iter().filter(|(of, _)| *of != Which::New); // line 2
        return old.filter_map(|old| lazy(old, 0)).collect();
    }
    match deployment.strategy {
        Strategy::RollingUpdate { .. } => spread(deployment, &mut active), // line 4
        Strategy::Recreate | Strategy::Other => Vec::new(),                // line 3
    }
}

/// Whether the new `ReplicaSet` has all that the `Deployment` wants (CTL-DP-21 line 2).
fn is_saturated<N>(deployment: &Deployment, new: &ReplicaSet<N>) -> bool {
    let wanted = deployment.replicas;
    new.size == wanted && new.available == wanted && new.desired.count() == Some(wanted)
}

/// The lazy form (CTL-DP-17).
fn lazy<N>((of, set): Placed<'_, N>, size: i64) -> Option<Update> {
    (i64::from(set.size) != size).then_some(Update { of, size })
}

/// The forced form: annotations are reason enough (CTL-DP-17).
fn forced<N>(deployment: &Deployment, (of, set): Placed<'_, N>, size: i64) -> Option<Update> {
    let max = deployment.desired() + deployment.max_surge();
    let current = set.desired.is_current(deployment.desired()) && set.max.is_current(max);
    (i64::from(set.size) != size || !current).then_some(Update { of, size })
}

/// Spreads the difference, largest first (CTL-DP-21 line 4).
fn spread<N: Ord>(deployment: &Deployment, active: &mut [Placed<'_, N>]) -> Vec<Update> {
    let allowed = match deployment.replicas {
        0 => 0,
        _ => deployment.desired() + deployment.max_surge(),
    };
    let to_add = allowed - super::sum(active.iter().map(|(_, set)| set.size));
    match to_add.cmp(&0) {
        Ordering::Greater => active.sort_by(|(_, one), (_, other)| {
            Reverse(one.size).cmp(&Reverse(other.size)).then_with(|| other.older(one))
        }),
        Ordering::Less => active.sort_by(|(_, one), (_, other)| {
            Reverse(one.size).cmp(&Reverse(other.size)).then_with(|| one.older(other))
        }),
        Ordering::Equal => {}
    }
    let mut added = 0;
    let mut sizes: Vec<i64> = active
        .iter()
        .map(|(_, set)| {
            let share = proportion(deployment, set, to_add, added);
            added += share;
            i64::from(set.size) + share
        })
        .collect();
    if let (Some(first), true) = (sizes.first_mut(), to_add != 0) {
        *first = (*first + to_add - added).max(0);
    }
    active.iter().zip(sizes).filter_map(|(set, size)| forced(deployment, *set, size)).collect()
}
