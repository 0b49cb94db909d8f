//! Binding: the one step from no node to a node, never back and never to another (CRE-30).

use std::fmt;

use crate::creation::{self, Namespace, Operation};
use crate::deletion::{Conflict, Deletion, Preconditions};
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

/// What the decision reads besides its own state. It reads of the Pod alone: whether the node exists plays no part
/// (CRE-31, NON-16).
///
/// ```compile_fail
/// use pod_lifecycle::Deletion;
/// use pod_lifecycle::binding::{Facts, Gates};
/// let facts = Facts { deletion: Deletion::Live, gates: Gates::Open, node: "gone" };
/// ```
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
    /// before, by [`Preconditions`].
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

/// What is wrong with the request by itself (CRE-30 row 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: {}", RuleId::CRE_30, match self {
    Self::NamesDiffer => "the names in URL and body differ",
    Self::NotANode => "the target is no Node",
    Self::Nameless => "the target has no name",
})]
pub enum Malformed {
    /// It names two Pods.
    NamesDiffer,
    /// The target is no Node.
    NotANode,
    /// The target has no name.
    Nameless,
}

/// Reads `metadata.name`, `target.kind` and `target.name` of a Binding posted to `pods/{url_name}/binding` (CRE-30
/// row 1).
///
/// # Errors
/// [`Malformed`] if the API server answers 400.
pub fn check(url_name: &str, name: &str, target_kind: &str, target_name: &str) -> Result<(), Malformed> {
    match (target_kind, target_name) {
        _ if url_name != name => Err(Malformed::NamesDiffer),
        ("" | "Node", "") => Err(Malformed::Nameless),
        ("" | "Node", _) => Ok(()),
        _ => Err(Malformed::NotANode),
    }
}

/// The stored Pod, as a binding finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stored<U, V> {
    /// `metadata.uid`.
    pub uid: U,
    /// `metadata.resourceVersion`.
    pub resource_version: V,
    /// Whether it has a node.
    pub binding: Binding,
    /// What else is looked at.
    pub facts: Facts,
}

/// Why a whole request is refused; nothing is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Row 0: 403.
    #[error(transparent)]
    Namespace(#[from] creation::Rejection),
    /// Row 1: 400.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Row 2: 409.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Row 3: 404.
    #[error("{}: there is no such Pod", RuleId::CRE_30)]
    NotFound,
    /// Rows 4 to 6: 409.
    #[error(transparent)]
    Pod(#[from] Rejection),
}

impl Refusal {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Namespace(refused) => refused.rule(),
            Self::Conflict(refused) => refused.rule(),
            Self::Malformed(_) | Self::NotFound | Self::Pod(_) => RuleId::CRE_30,
        }
    }

    /// The HTTP status code of the answer.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Namespace(refused) => refused.code(),
            Self::Malformed(_) => 400,
            Self::NotFound => 404,
            Self::Conflict(_) | Self::Pod(_) => 409,
        }
    }
}

/// Decides one whole `POST pods/{name}/binding`, row by row (CRE-30). Accepted, it sets `nodeName` and
/// `PodScheduled` = `True`, clears `nominatedNodeName`, merges labels and annotations of the Binding over those of
/// the Pod, and leaves `generation` alone; neither phase nor node is looked at (CRE-31), and the Pod is not validated
/// again (CRE-32). A DELETE that races is decided by whichever compare-and-swap comes first (CRE-34).
///
/// # Errors
/// [`Refusal`] with the answer's code.
///
/// ```
/// use pod_lifecycle::binding::{self, Binding, Facts, Gates, Stored};
/// use pod_lifecycle::creation::Namespace;
/// use pod_lifecycle::deletion::{Deletion, Preconditions};
/// let facts = Facts { deletion: Deletion::Live, gates: Gates::Open };
/// let stored = Stored { uid: 2, resource_version: 71, binding: Binding::Unbound, facts };
/// // The scheduler decided on the Pod with UID 1, which has been recreated since (CRE-33).
/// let meant = Preconditions { uid: Some(1), resource_version: None };
/// let request = binding::check("web", "web", "Node", "node-1");
/// let refused = binding::decide(Namespace::Active, request, &meant, Some(&stored)).unwrap_err();
/// assert_eq!(refused.code(), 409);
/// ```
pub fn decide<U: PartialEq, V: PartialEq>(
    namespace: Namespace,
    request: Result<(), Malformed>,
    preconditions: &Preconditions<U, V>,
    stored: Option<&Stored<U, V>>,
) -> Result<Binding, Refusal> {
    namespace.admit(Operation::Create)?; // row 0
    request?; // row 1
    let stored = stored.ok_or(Refusal::NotFound)?; // row 3: an absent Pod has no identity for row 2
    preconditions.allow(&stored.uid, &stored.resource_version)?; // row 2
    Ok(stored.binding.bind(stored.facts)?) // rows 4 to 7
}
