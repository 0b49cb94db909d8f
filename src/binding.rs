//! Binding: the one step from no node to a node, never back and never to another (CRE-30).

use std::fmt;

use crate::deletion::Deletion;
use crate::rules::RuleId;

/// Whether `spec.nodeName` is set (OBJ-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binding {
    /// It is empty: no kubelet has the Pod.
    Unbound,
    /// It names a node; whether that node exists is another question (CRE-31).
    Bound,
}

/// `spec.schedulingGates` (OBJ-20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gates {
    /// None is left.
    Open,
    /// At least one holds the Pod back.
    Closed,
}

/// What the decision reads besides its own state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts {
    /// How far deletion has gone.
    pub deletion: Deletion,
    /// The scheduling gates.
    pub gates: Gates,
}

/// A binding that the API server refuses; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: the Pod {reason}", RuleId::CRE_30)]
pub struct Rejection {
    /// Why.
    pub reason: Reason,
}

impl Rejection {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::CRE_30
    }
}

/// Why a binding is refused, in the order in which the API server looks (CRE-30 rows 4 to 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Row 4.
    Deleting,
    /// Row 5.
    AlreadyBound,
    /// Row 6.
    Gated,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deleting => "is being deleted",
            Self::AlreadyBound => "is already assigned to a node",
            Self::Gated => "has scheduling gates",
        })
    }
}

impl Binding {
    /// Decides one `POST pods/{name}/binding` on the stored Pod (CRE-30 rows 4 to 7). A given UID is compared
    /// before, by [`Preconditions`](crate::deletion::Preconditions).
    ///
    /// # Errors
    /// [`Rejection`] if the API server answers 409; then nothing has changed.
    ///
    /// ```
    /// use pod_lifecycle::binding::{Binding, Facts, Gates, Reason};
    /// use pod_lifecycle::deletion::Deletion;
    /// let facts = Facts { deletion: Deletion::Live, gates: Gates::Open };
    /// assert_eq!(Binding::Unbound.bind(facts), Ok(Binding::Bound));
    /// assert_eq!(Binding::Bound.bind(facts).unwrap_err().reason, Reason::AlreadyBound);
    /// ```
    pub fn bind(self, facts: Facts) -> Result<Self, Rejection> {
        let refuse = |reason| Err(Rejection { reason });
        match (facts.deletion, self, facts.gates) {
            (Deletion::Graceful { .. } | Deletion::Expired { .. } | Deletion::Unrecorded { .. }, _, _) => {
                refuse(Reason::Deleting) // row 4
            }
            (Deletion::Live, Self::Bound, _) => refuse(Reason::AlreadyBound), // row 5
            (Deletion::Live, Self::Unbound, Gates::Closed) => refuse(Reason::Gated), // row 6
            (Deletion::Live, Self::Unbound, Gates::Open) => Ok(Self::Bound),  // row 7
        }
    }
}
