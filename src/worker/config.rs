//! Config events: how a set of Pods becomes updates (KUB-01 … KUB-03).

use super::record::{Facts, Kind, Subject, Update};
use crate::rules::RuleId;

/// How one UID differs between what the kubelet holds and the next full set of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Difference {
    /// It is in the set only.
    New,
    /// It is held only.
    Gone,
    /// Spec, labels, annotations, DT or G differ.
    Changed,
    /// Only the status differs.
    StatusOnly,
    /// Nothing differs.
    None,
}

/// A config event. Within one set they are delivered in this order, so REMOVE of an old UID comes before
/// ADD of its successor (KUB-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// REMOVE, with the object last seen, not with the deleted one.
    Remove,
    /// ADD.
    Add,
    /// UPDATE.
    Update,
    /// DELETE: an update of a Pod with DT, handled exactly like UPDATE.
    Delete,
    /// RECONCILE.
    Reconcile,
}

/// Whether every config source has reported once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sources {
    /// All have.
    Complete,
    /// One is still missing.
    Incomplete,
}

/// REMOVE came before the sources were complete: nothing is done, housekeeping catches up (KUB-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: a Pod is removed before every config source has reported", RuleId::KUB_03)]
pub struct TooEarly;

impl TooEarly {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::KUB_03
    }
}

impl Event {
    /// The event of one UID, if there is one (KUB-01). `pod` is its object in the new set, or the one last seen.
    #[must_use]
    pub const fn of(difference: Difference, pod: Facts) -> Option<Self> {
        match difference {
            Difference::New => Some(Self::Add),
            Difference::Gone => Some(Self::Remove),
            Difference::Changed if pod.deletion.is_deleting() => Some(Self::Delete),
            Difference::Changed => Some(Self::Update),
            Difference::StatusOnly => Some(Self::Reconcile),
            Difference::None => None,
        }
    }

    /// The update that the worker gets (KUB-01, KUB-03); of a RECONCILE, when a pass is due at all.
    ///
    /// # Errors
    /// [`TooEarly`] if REMOVE is refused.
    pub const fn update(self, pod: Facts, sources: Sources) -> Result<Update, TooEarly> {
        let kind = match (self, sources) {
            (Self::Remove, Sources::Incomplete) => return Err(TooEarly),
            (Self::Remove, Sources::Complete) => Kind::Kill,
            (Self::Add, _) => Kind::Create,
            (Self::Update | Self::Delete, _) => Kind::Update,
            (Self::Reconcile, _) => Kind::Sync,
        };
        Ok(Update { kind, subject: Subject::Pod(pod), kill: None })
    }
}
