//! What the API server finds wrong with an object that a client sends (chapter 8).
//!
//! [`update`] and [`create`] judge a whole request: the passes that every kind goes through and those that know
//! Pods, each fault as often as the answer lists it (VAL-08). [`update_of_pod`] is the second part alone. They
//! judge objects *after* the server has restored what the endpoint may not change: [`keep`] tells what that is,
//! [`Managers`] whether an update that changes nothing visible is written.
//!
//! *Left out*, as chapter 8 leaves it out (VAL-13, VAL-29): the forms of ports, resources, volumes, security contexts,
//! affinity values, keys and operators of tolerations; claims, users and volumes of a status; `managedFields`; the
//! annotations that `AppArmor`, seccomp and tolerations had before they were fields. No rule of the life cycle reads them.
//! That they *change* is seen: the rest of a spec is compared as a digest (VAL-17 row 12).
//!
//! [`validate::admit`](crate::validate::admit) answers the same question, cheaply and only over the fields of a
//! [`View`](crate::view::View).

mod budget;
mod cause;
mod evict;
mod field;
mod keep;
mod managers;
mod metadata;
mod names;
mod spec;
mod status;

pub use budget::{
    Budget, Denied, Granted, Matching, PENDING_FOR, PENDING_MAX, Ready, Seen, TARGET_FOR, Unhealthy, allowed,
    disrupt, is_healthy, is_pending, is_stale,
};
pub use cause::{Cause, ImageFault, Immutable, OwnerField};
pub use evict::{Budgets, Condition, Evict, Guard, Mark, evict};
pub use field::{AddressList, Field, Kind, LabelMap, SpecList, StatusList};
pub use keep::{Difference, Keep, Part, compares, generation, keep};
pub use managers::{Managers, Moved};
pub use names::NameFault;

use crate::validate::Endpoint;
use crate::wire::WholePod;
use metadata::NameForm;

/// Everything that is wrong with an update of `old` to `new`, as the answer of the API server lists it (VAL-08):
/// the common passes C and U, then those of [`update_of_pod`]. Empty: it is accepted.
///
/// ```
/// use pod_lifecycle::admission::{self, Kind};
/// use pod_lifecycle::validate::Endpoint;
/// use pod_lifecycle::wire::{self, WholePod};
/// let old: WholePod = wire::from_slice(br#"{
///     "metadata": {"name": "web", "namespace": "shop", "resourceVersion": "7",
///                  "deletionTimestamp": "2026-01-02T03:04:05Z", "deletionGracePeriodSeconds": 30},
///     "spec": {"terminationGracePeriodSeconds": 30, "containers": [{"name": "c", "image": "i"}]}
/// }"#)?;
/// let mut new = old.clone();
/// new.metadata.finalizers.push("example.com/late".into());
/// let causes = admission::update(Endpoint::Main, &old, &new);
/// assert_eq!(causes.len(), 2); // once by the common pass, once by the one that knows Pods
/// assert_eq!(causes[0].field().to_string(), "metadata.finalizers");
/// assert_eq!((causes[0].kind(), causes[0].rule().to_string()), (Kind::Forbidden, "VAL-04".to_owned()));
/// # Ok::<(), wire::WireError>(())
/// ```
#[must_use]
pub fn update<'a>(endpoint: Endpoint, old: &'a WholePod<'_>, new: &'a WholePod<'_>) -> Vec<Cause<'a>> {
    let mut found = Vec::new();
    metadata::content(&new.metadata, NameForm::Segment, &mut found);
    metadata::update(&old.metadata, &new.metadata, &mut found);
    pod_passes(endpoint, old, new, &mut found);
    found
}

/// The part of [`update`] that knows Pods: what the strategy's `ValidateUpdate` returns (VAL-08, VAL-13, VAL-17,
/// VAL-20 … VAL-28).
#[must_use]
pub fn update_of_pod<'a>(endpoint: Endpoint, old: &'a WholePod<'_>, new: &'a WholePod<'_>) -> Vec<Cause<'a>> {
    let mut found = Vec::new();
    pod_passes(endpoint, old, new, &mut found);
    found
}

/// Everything that is wrong with a new Pod (VAL-08, VAL-13, VAL-30): the common pass runs only if the others
/// found nothing.
///
/// ```
/// use pod_lifecycle::admission;
/// use pod_lifecycle::wire::{self, WholePod};
/// let pod: WholePod = wire::from_slice(br#"{
///     "metadata": {"name": "Web", "namespace": "shop"},
///     "spec": {"terminationGracePeriodSeconds": 30, "containers": [{"name": "c", "image": "i"}]}
/// }"#)?;
/// let causes = admission::create(&pod);
/// assert_eq!(causes[0].field().to_string(), "metadata.name");
/// # Ok::<(), wire::WireError>(())
/// ```
#[must_use]
pub fn create<'a>(new: &'a WholePod<'_>) -> Vec<Cause<'a>> {
    let mut found = Vec::new();
    metadata::content(&new.metadata, NameForm::Subdomain, &mut found);
    metadata::standard(&new.metadata, &mut found);
    spec::mirror_alone(new, &mut found);
    spec::deletion_cost(None, new, &mut found);
    spec::content(&new.spec, &mut found);
    spec::create(&new.spec, &mut found);
    if found.is_empty() {
        metadata::content(&new.metadata, NameForm::Segment, &mut found);
    }
    found
}

fn pod_passes<'a>(
    endpoint: Endpoint,
    old: &'a WholePod<'_>,
    new: &'a WholePod<'_>,
    found: &mut Vec<Cause<'a>>,
) {
    metadata::update(&old.metadata, &new.metadata, found);
    metadata::standard(&new.metadata, found);
    match endpoint {
        Endpoint::Main => {
            metadata::content(&new.metadata, NameForm::Subdomain, found);
            metadata::standard(&new.metadata, found);
            spec::mirror_alone(new, found);
            spec::deletion_cost(Some(old), new, found);
            spec::content(&new.spec, found);
            spec::mirror(old, new, found);
            spec::deletion_cost(Some(old), new, found);
            spec::update(&old.spec, &new.spec, found);
        }
        Endpoint::Status => {
            spec::mirror(old, new, found);
            spec::deletion_cost(Some(old), new, found);
            status::update(old, new, found);
        }
    }
}
