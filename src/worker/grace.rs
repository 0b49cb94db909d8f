//! The grace in force while a Pod terminates (KUB-13).

use crate::time::Grace;

/// What the grace in force is computed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GraceFacts {
    /// The grace that the worker holds; `None` before the first (the kubelet's 0).
    pub held: Option<Grace>,
    /// `deletionGracePeriodSeconds`.
    pub deletion: Option<Grace>,
    /// `terminationGracePeriodSeconds`.
    pub spec: Option<Grace>,
    /// The grace that the kill request asks for.
    pub asked: Option<Grace>,
}

/// The grace in force and how it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EffectiveGrace {
    /// The grace, at least one second.
    pub grace: Grace,
    /// What it did to the one held before.
    pub change: GraceChange,
}

/// What a new grace does to the one that the worker held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GraceChange {
    /// None was held, or it is the same.
    Kept,
    /// Another one was held: the sync call in progress is cancelled (KUB-14).
    Shortened,
}

/// Computes the grace in force (KUB-13). DT and the clock play no part. Zero doubles as «unset», so with G = 0
/// an override in the same call wins whatever its size (NON-07).
///
/// ```
/// use pod_lifecycle::time::Grace;
/// use pod_lifecycle::worker::{GraceFacts, effective_grace};
/// let facts = GraceFacts { deletion: Some(Grace::ZERO), spec: Some(Grace::DEFAULT), ..GraceFacts::default() };
/// assert_eq!(effective_grace(facts).grace, Grace::ONE);
/// ```
#[must_use]
pub fn effective_grace(facts: GraceFacts) -> EffectiveGrace {
    let held = facts.held.unwrap_or(Grace::ZERO);
    let replaces = |new: Option<Grace>, old: Grace| new.filter(|new| old == Grace::ZERO || *new < old);
    let by_deletion = replaces(facts.deletion, held); // step 1
    let by_request = replaces(facts.asked, by_deletion.unwrap_or(held)); // step 2
    let grace = match by_request.or(by_deletion) {
        Some(grace) => grace,
        None if held == Grace::ZERO => facts.spec.unwrap_or(Grace::ZERO), // step 3
        None => held,
    }
    .max(Grace::ONE); // step 4
    let change =
        if held != Grace::ZERO && grace != held { GraceChange::Shortened } else { GraceChange::Kept };
    EffectiveGrace { grace, change }
}
