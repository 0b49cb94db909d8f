//! What the API server sets and restores before it checks an object, and what it compares (VAL-00, VAL-09).

use crate::deletion::Generation;
use crate::validate::Endpoint;

/// A part of an object that is kept or taken as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `metadata.name`.
    Name,
    /// `metadata.namespace`.
    Namespace,
    /// `metadata.uid`.
    Uid,
    /// `metadata.resourceVersion`.
    ResourceVersion,
    /// `metadata.generation`.
    Generation,
    /// `metadata.creationTimestamp`.
    CreationTimestamp,
    /// `metadata.deletionTimestamp`.
    DeletionTimestamp,
    /// `metadata.deletionGracePeriodSeconds`.
    DeletionGracePeriodSeconds,
    /// `metadata.finalizers`.
    Finalizers,
    /// `metadata.labels`.
    Labels,
    /// `metadata.annotations`.
    Annotations,
    /// `metadata.ownerReferences`.
    OwnerReferences,
    /// `spec`.
    Spec,
    /// `status`, without the three below.
    Status,
    /// `status.qosClass`.
    QosClass,
    /// `status.observedGeneration`; 0 counts as omitted.
    ObservedGeneration,
    /// `observedGeneration` of a condition; 0 counts as omitted. Among repeated types the n-th takes from the n-th.
    ConditionObservedGeneration,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 17] = [
        Self::Name,
        Self::Namespace,
        Self::Uid,
        Self::ResourceVersion,
        Self::Generation,
        Self::CreationTimestamp,
        Self::DeletionTimestamp,
        Self::DeletionGracePeriodSeconds,
        Self::Finalizers,
        Self::Labels,
        Self::Annotations,
        Self::OwnerReferences,
        Self::Spec,
        Self::Status,
        Self::QosClass,
        Self::ObservedGeneration,
        Self::ConditionObservedGeneration,
    ];

    /// What a create body may carry but never sets (OBJ-01, OBJ-30).
    pub const WIPED_AT_CREATE: [Self; 5] = [
        Self::Uid,
        Self::CreationTimestamp,
        Self::DeletionTimestamp,
        Self::DeletionGracePeriodSeconds,
        Self::Status,
    ];
}

/// Which value of a part an update goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keep {
    /// The one sent.
    Sent,
    /// The stored one, whatever was sent.
    Stored,
    /// The stored one if none was sent.
    StoredIfOmitted,
    /// The stored one if there is one.
    StoredIfSet,
}

impl Keep {
    /// The value that the update goes on with.
    pub fn choose<T>(self, stored: Option<T>, sent: Option<T>) -> Option<T> {
        match self {
            Self::Sent => sent,
            Self::Stored => stored,
            Self::StoredIfOmitted => sent.or(stored),
            Self::StoredIfSet => stored.or(sent),
        }
    }
}

/// What an endpoint restores before anything is checked (VAL-00 … VAL-03, VAL-21, DEL-19, DEL-20).
///
/// ```
/// use pod_lifecycle::admission::{Part, keep};
/// use pod_lifecycle::validate::Endpoint;
/// let kept = keep(Endpoint::Main, Part::DeletionTimestamp);
/// assert_eq!(kept.choose(Some(30), None), Some(30)); // an update cannot take a deletion back
/// assert_eq!(kept.choose(None, Some(30)), Some(30)); // and one that begins it is refused later (VAL-02)
/// ```
#[must_use]
pub const fn keep(endpoint: Endpoint, part: Part) -> Keep {
    match (part, endpoint) {
        (Part::Generation | Part::CreationTimestamp, Endpoint::Main | Endpoint::Status) => Keep::Stored,
        (Part::Uid | Part::ResourceVersion, Endpoint::Main | Endpoint::Status)
        | (Part::DeletionGracePeriodSeconds, Endpoint::Main | Endpoint::Status) => Keep::StoredIfOmitted,
        (Part::DeletionTimestamp, Endpoint::Main) => Keep::StoredIfSet, // VAL-02
        (Part::DeletionTimestamp | Part::OwnerReferences | Part::Spec, Endpoint::Status) => Keep::Stored, // DEL-20
        (
            Part::Status | Part::QosClass | Part::ObservedGeneration | Part::ConditionObservedGeneration,
            Endpoint::Main,
        ) => Keep::Stored,
        (Part::QosClass | Part::ObservedGeneration | Part::ConditionObservedGeneration, Endpoint::Status) => {
            Keep::StoredIfOmitted
        } // VAL-21
        (Part::OwnerReferences | Part::Spec, Endpoint::Main) | (Part::Status, Endpoint::Status) => Keep::Sent,
        (
            Part::Name | Part::Namespace | Part::Finalizers | Part::Labels | Part::Annotations,
            Endpoint::Main | Endpoint::Status,
        ) => Keep::Sent,
    }
}

/// Whether a part takes part in the comparison that decides over field ownership (VAL-09). Unlike the check, that
/// comparison sees the object before anything is restored.
#[must_use]
pub const fn compares(endpoint: Endpoint, part: Part) -> bool {
    match (part, endpoint) {
        (
            Part::Name
            | Part::Namespace
            | Part::Uid
            | Part::ResourceVersion
            | Part::Generation
            | Part::CreationTimestamp,
            Endpoint::Main | Endpoint::Status,
        )
        | (
            Part::Status | Part::QosClass | Part::ObservedGeneration | Part::ConditionObservedGeneration,
            Endpoint::Main,
        )
        | (Part::Spec | Part::DeletionTimestamp | Part::OwnerReferences, Endpoint::Status) => false,
        (
            Part::DeletionGracePeriodSeconds | Part::Finalizers | Part::Labels | Part::Annotations,
            Endpoint::Main | Endpoint::Status,
        )
        | (Part::Spec | Part::DeletionTimestamp | Part::OwnerReferences, Endpoint::Main)
        | (
            Part::Status | Part::QosClass | Part::ObservedGeneration | Part::ConditionObservedGeneration,
            Endpoint::Status,
        ) => true,
    }
}

/// Whether two values differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Difference {
    /// They are equal.
    Same,
    /// They differ.
    Differs,
}

/// What an accepted update does to the generation (OBJ-03, DEL-18).
#[must_use]
pub const fn generation(spec: Difference) -> Generation {
    match spec {
        Difference::Same => Generation::Kept,
        Difference::Differs => Generation::Increased,
    }
}
