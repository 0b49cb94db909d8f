//! The kubelet's status manager: when it sends the final DELETE (KUB-35).

use crate::phase::{Deleting, Phase};

/// Whether an object is the mirror of a static Pod (KUB-66).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mirror {
    /// It is a Pod of its own.
    No,
    /// It is a mirror.
    Yes,
}

/// Whether the worker has reached `TerminatePod` (KUB-30 step 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finished {
    /// Not yet.
    No,
    /// It has.
    Yes,
}

/// What the decision over the final DELETE reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FinalFacts {
    /// `deletionTimestamp` of the stored object.
    pub deleting: Deleting,
    /// Whether it is a mirror Pod.
    pub mirror: Mirror,
    /// The stored phase, as the PATCH or GET of the same cycle returned it.
    pub stored: Option<Phase>,
    /// Whether the worker has finished.
    pub finished: Finished,
}

/// What the status writer does after a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Final {
    /// It sends DELETE with grace 0 and the UID as precondition.
    Delete,
    /// The object stays as it is.
    Keep,
}

/// Decides whether the kubelet sends its final DELETE (KUB-35): never before a terminal phase is stored (KUB-36).
///
/// ```
/// use pod_lifecycle::Phase;
/// use pod_lifecycle::phase::Deleting;
/// use pod_lifecycle::status::{Final, FinalFacts, Finished, Mirror, final_delete};
/// let facts = FinalFacts {
///     deleting: Deleting::Yes,
///     mirror: Mirror::No,
///     stored: Some(Phase::Succeeded),
///     finished: Finished::Yes,
/// };
/// assert_eq!(final_delete(facts), Final::Delete);
/// assert_eq!(final_delete(FinalFacts { stored: Some(Phase::Running), ..facts }), Final::Keep);
/// ```
#[must_use]
pub fn final_delete(facts: FinalFacts) -> Final {
    let FinalFacts { deleting, mirror, stored, finished } = facts;
    let terminal = stored.is_some_and(Phase::is_terminal);
    if deleting == Deleting::Yes && mirror == Mirror::No && terminal && finished == Finished::Yes {
        Final::Delete
    } else {
        Final::Keep
    }
}
