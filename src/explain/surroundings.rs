//! What is known beside the Pod itself: its node, its controller, the disruption budgets, the events.

use super::hazard::{Replacement, Successor};
use crate::admission::{Budget, Matching, Ready, Seen, Unhealthy};
use crate::controllers::pod_gc;
use crate::wire;

/// What is known of the Pod's node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NodeFacts {
    /// Nothing.
    #[default]
    Unknown,
    /// There is no such Node.
    Absent,
    /// There is one.
    Known {
        /// Its condition `Ready`.
        health: pod_gc::Health,
        /// Its taint `node.kubernetes.io/out-of-service`.
        service: pod_gc::Service,
    },
}

impl NodeFacts {
    /// Reads a Node.
    ///
    /// ```
    /// use pod_lifecycle::controllers::pod_gc::{Health, Service};
    /// use pod_lifecycle::{explain::NodeFacts, wire};
    /// let json = br#"{"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}"#;
    /// let lost = NodeFacts::Known { health: Health::NotReady, service: Service::InService };
    /// assert_eq!(NodeFacts::of(&wire::from_slice(json)?), lost);
    /// # Ok::<(), wire::WireError>(())
    /// ```
    #[must_use]
    pub fn of(node: &wire::Node<'_>) -> Self {
        let mut conditions = node.status.conditions.iter();
        let ready = conditions.any(|it| it.kind.as_str() == "Ready" && it.status.as_str() == "True");
        let mut taints = node.spec.taints.iter();
        let out = taints.any(|taint| taint.key.as_str() == "node.kubernetes.io/out-of-service");
        Self::Known {
            health: if ready { pod_gc::Health::Ready } else { pod_gc::Health::NotReady },
            service: if out { pod_gc::Service::OutOfService } else { pod_gc::Service::InService },
        }
    }

    /// Whether a kubelet can be expected to act there.
    pub(super) const fn is_lost(self) -> bool {
        match self {
            Self::Unknown | Self::Known { health: pod_gc::Health::Ready, .. } => false,
            Self::Absent | Self::Known { health: pod_gc::Health::NotReady, .. } => true,
        }
    }
}

/// What is known beside the Pod.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Surroundings<'a> {
    /// Its node.
    pub node: NodeFacts,
    /// Its controller.
    pub owner: Option<&'a wire::Workload<'a>>,
    /// The disruption budgets, of its namespace or of all; `None` if nobody has looked.
    pub budgets: Option<&'a [wire::DisruptionBudget<'a>]>,
    /// The events, of this Pod or of all.
    pub events: &'a [wire::Event<'a>],
}

impl From<NodeFacts> for Surroundings<'_> {
    fn from(node: NodeFacts) -> Self {
        Self { node, ..Self::default() }
    }
}

/// The controller that owns a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What is known of it.
    pub standing: Standing,
}

/// What is known of a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing.
    Unknown,
    /// It makes successors.
    AtWork,
    /// It is being deleted, and makes none.
    Deleting,
    /// It wants no replicas.
    Idle,
}

/// Reads the owner of a Pod, and who makes its successor.
pub(super) fn owner<'a>(
    details: &'a wire::PodDetails<'_>,
    given: Option<&wire::Workload<'_>>,
) -> (Option<Owner<'a>>, Successor) {
    let mut owners = details.metadata.owner_references.iter();
    let Some(owner) = owners.find(|owner| owner.controller == Some(true)) else {
        return (None, Successor::Nobody);
    };
    let given = given.filter(|given| given.metadata.uid == owner.uid);
    let standing = match given {
        None => Standing::Unknown,
        Some(given) if given.metadata.deletion_timestamp.is_some() => Standing::Deleting,
        Some(given) if given.spec.replicas == Some(0) => Standing::Idle,
        Some(_) => Standing::AtWork,
    };
    let successor = match (Successor::of(Some(owner.kind.as_str())), standing) {
        (Successor::File, _) => Successor::File,
        (_, Standing::Deleting | Standing::Idle) => Successor::Nobody,
        (Successor::Job(policy), Standing::Unknown | Standing::AtWork) => {
            Successor::Job(given.map_or(policy, replacement))
        }
        (successor, Standing::Unknown | Standing::AtWork) => successor,
    };
    let (kind, name) = (owner.kind.as_str(), owner.name.as_str());
    (Some(Owner { kind, name, standing }), successor)
}

/// CTL-JOB-03.
fn replacement(job: &wire::Workload<'_>) -> Replacement {
    match (job.spec.pod_replacement_policy.as_str(), job.spec.pod_failure_policy) {
        ("Failed", _) | ("", Some(_)) => Replacement::Failed,
        (_, _) => Replacement::TerminatingOrFailed,
    }
}

/// The budgets that ask for this Pod (CTL-EVI-02).
pub(super) fn matching(
    budgets: &[wire::DisruptionBudget<'_>],
    namespace: &str,
    details: &wire::PodDetails<'_>,
) -> Matching {
    let mut asking = budgets.iter().filter(|budget| {
        budget.metadata.namespace.as_str() == namespace
            && budget.spec.selector.as_ref().is_some_and(|selector| selects(selector, details))
    });
    match (asking.next(), asking.next()) {
        (None, _) => Matching::None,
        (Some(one), None) => Matching::One(budget(one)),
        (Some(_), Some(_)) => Matching::Several,
    }
}

fn budget(budget: &wire::DisruptionBudget<'_>) -> Budget {
    let (spec, status) = (&budget.spec, &budget.status);
    let current = status.observed_generation >= budget.metadata.generation;
    Budget {
        unhealthy: match spec.unhealthy_pod_eviction_policy.as_str() {
            "AlwaysAllow" => Unhealthy::AlwaysAllow,
            _ => Unhealthy::IfHealthyBudget,
        },
        seen: if current { Seen::Current } else { Seen::Outdated },
        healthy: status.current_healthy,
        desired: status.desired_healthy,
        allowed: status.disruptions_allowed,
        pending: status.disrupted_pods.len(),
    }
}

fn selects(selector: &wire::Selector<'_>, details: &wire::PodDetails<'_>) -> bool {
    let labels = &details.metadata.labels;
    let mut equal = selector.match_labels.iter();
    let mut expressions = selector.match_expressions.iter();
    equal.all(|(key, value)| labels.get(key.as_str()).is_some_and(|found| found == value))
        && expressions.all(|asked| {
            let found = labels.get(asked.key.as_str());
            let listed = found.is_some_and(|found| asked.values.contains(found));
            match asked.operator.as_str() {
                "In" => listed,
                "NotIn" => !listed,
                "Exists" => found.is_some(),
                "DoesNotExist" => found.is_none(),
                _ => false, // the API server takes no other
            }
        })
}

/// The condition `Ready` of the Pod.
pub(super) fn readiness(pod: &wire::Pod<'_>) -> Ready {
    let mut conditions = pod.status.conditions.iter();
    let ready = conditions.any(|it| it.kind.as_str() == "Ready" && it.status.as_str() == "True");
    if ready { Ready::Yes } else { Ready::No }
}
