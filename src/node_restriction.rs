//! What the API server lets a kubelet do to Pods: the admission plugin `NodeRestriction` (CRE-06).

use crate::rules::RuleId;
use crate::worker::Mirror;

/// Whose something is, seen from the kubelet that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// Its own.
    Own,
    /// Of another node, or of none.
    Other,
}

/// What a status write does to labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Labels {
    /// They stay.
    Kept,
    /// At least one is changed.
    Changed,
}

/// A request about a Pod by the identity of a kubelet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// POST of a Pod.
    Create {
        /// Whether it is a mirror Pod.
        mirror: Mirror,
        /// The node that `spec.nodeName` names.
        node: Whose,
        /// The Node that is its controlling owner.
        owner: Whose,
    },
    /// DELETE of a Pod that is bound to this node.
    Delete(Whose),
    /// An eviction of a Pod that is bound to this node.
    Evict(Whose),
    /// A write to `/status` of a Pod that is bound to this node.
    Status(Whose, Labels),
    /// A write to the main endpoint.
    Update,
}

/// 403: the kubelet may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: a kubelet may not {}", RuleId::CRE_06, match self {
    Self::CreateOriginal => "create a Pod that is no mirror Pod",
    Self::OtherNode => "touch a Pod of another node",
    Self::OtherOwner => "create a mirror Pod that its own Node does not control",
    Self::Labels => "change labels through status",
    Self::Spec => "update a Pod other than its status",
})]
pub enum Rejection {
    /// It creates only mirror Pods.
    CreateOriginal,
    /// The Pod is not bound to its node.
    OtherNode,
    /// The mirror Pod is not owned by its Node.
    OtherOwner,
    /// Labels changed through status.
    Labels,
    /// The spec is not its business.
    Spec,
}

impl Rejection {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::CRE_06
    }
}

/// Whether a kubelet may do this (CRE-06).
///
/// # Errors
/// [`Rejection`] if the API server answers 403.
///
/// ```
/// use pod_lifecycle::node_restriction::{Labels, Rejection, Request, Whose, admit};
/// assert_eq!(admit(Request::Delete(Whose::Own)), Ok(()));
/// assert_eq!(admit(Request::Status(Whose::Own, Labels::Changed)), Err(Rejection::Labels));
/// ```
pub const fn admit(request: Request) -> Result<(), Rejection> {
    match request {
        Request::Create { mirror: Mirror::Original, .. } => Err(Rejection::CreateOriginal),
        Request::Create { node: Whose::Other, .. }
        | Request::Delete(Whose::Other)
        | Request::Evict(Whose::Other)
        | Request::Status(Whose::Other, _) => Err(Rejection::OtherNode),
        Request::Create { owner: Whose::Other, .. } => Err(Rejection::OtherOwner),
        Request::Status(Whose::Own, Labels::Changed) => Err(Rejection::Labels),
        Request::Update => Err(Rejection::Spec),
        Request::Create { mirror: Mirror::Mirror, node: Whose::Own, owner: Whose::Own }
        | Request::Delete(Whose::Own)
        | Request::Evict(Whose::Own)
        | Request::Status(Whose::Own, Labels::Kept) => Ok(()),
    }
}
