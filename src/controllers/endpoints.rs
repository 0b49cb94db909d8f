//! What an `EndpointSlice` says of a Pod (CTL-EPS-01): where its `Ready`, its phase and its deletion come together.

use super::Readiness;
use crate::deletion::Deletion;
use crate::phase::Phase;

/// Whether the Pod has an IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// `status.podIP` is empty.
    None,
    /// It is set.
    Assigned,
}

/// `publishNotReadyAddresses` of the Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Publish {
    /// Only who is ready is shown so.
    Ready,
    /// Everybody is.
    All,
}

/// The conditions of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// `ready`: a Service sends it traffic.
    pub ready: bool,
    /// `serving`: it would take some.
    pub serving: bool,
    /// `terminating`: the Pod is deleting.
    pub terminating: bool,
}

/// The endpoint of a Pod that a Service selects; `None` if it is left out (CTL-EPS-01).
///
/// ```
/// use pod_lifecycle::controllers::Readiness;
/// use pod_lifecycle::controllers::endpoints::{Address, Endpoint, Publish, endpoint};
/// use pod_lifecycle::{Deletion, Phase, Time};
/// let ready = Readiness::Ready { since: None };
/// let deleting = Deletion::from_fields(Some(Time::from_unix(0)), Some(30));
/// let of = endpoint(Some(Phase::Running), Address::Assigned, ready, deleting, Publish::Ready);
/// // A Pod that is deleted does not stop to serve by that (NON-17).
/// assert_eq!(of, Some(Endpoint { ready: false, serving: true, terminating: true }));
/// ```
#[must_use]
pub fn endpoint(
    phase: Option<Phase>,
    address: Address,
    readiness: Readiness,
    deletion: Deletion,
    publish: Publish,
) -> Option<Endpoint> {
    match (phase, address) {
        (Some(Phase::Succeeded | Phase::Failed), _) | (_, Address::None) => return None,
        (Some(Phase::Pending | Phase::Running | Phase::Unknown) | None, Address::Assigned) => {}
    }
    let serving = match readiness {
        Readiness::Ready { since: _ } => true,
        Readiness::NotReady => false,
    };
    let terminating = deletion.is_deleting();
    let ready = match publish {
        Publish::All => true,
        Publish::Ready => serving && !terminating,
    };
    Some(Endpoint { ready, serving, terminating })
}
