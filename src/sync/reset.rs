//! `RestartAllContainers`: when a reset of the Pod is due, what it removes and when it is over (CTR-30, CTR-32).

use super::Container;
use crate::container::{ContainerPolicy, Instance, Role};

/// Whether all containers of the Pod are to be restarted in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reset {
    /// No.
    NotDue,
    /// Yes.
    Due,
}

/// Condition `AllContainersRestarting` of the previous status (PHA-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Marked {
    /// It is absent or not True.
    No,
    /// It is True.
    Yes,
}

/// What is known of a container's exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// The runtime was asked.
    Runtime {
        /// The newest instance, if it knows one.
        newest: Option<Instance>,
        /// The exit code of the reported state, if that is terminated.
        reported: Option<i32>,
    },
    /// The caller has no runtime status at all.
    StatusOnly {
        /// The exit code of the reported state, if that is terminated.
        reported: Option<i32>,
    },
}

/// Whether a reset is due (CTR-32), given the restart settings and the exits of every regular container, init
/// container and sidecar. The reported state counts only beside an exited instance, or alone.
///
/// ```
/// use std::borrow::Cow;
/// use pod_lifecycle::container::{ContainerPolicy, Operator, RestartRule, RuleAction};
/// use pod_lifecycle::sync::{Evidence, Marked, Reset, reset_due};
/// let rule = RestartRule {
///     action: RuleAction::RestartAllContainers,
///     operator: Operator::In,
///     values: Cow::Borrowed(&[42]),
/// };
/// let policy = ContainerPolicy { own: None, rules: &[rule] };
/// let due = |code| reset_due(Marked::No, [(policy, Evidence::StatusOnly { reported: Some(code) })]);
/// assert_eq!((due(42), due(1)), (Reset::Due, Reset::NotDue));
/// ```
#[must_use]
pub fn reset_due<'a>(
    marked: Marked,
    containers: impl IntoIterator<Item = (ContainerPolicy<'a>, Evidence)>,
) -> Reset {
    let asks = |(policy, evidence): (ContainerPolicy<'_>, Evidence)| {
        let (exited, reported) = match evidence {
            Evidence::Runtime { newest: Some(Instance::Exited(exit)), reported } => {
                (Some(exit.code), reported)
            }
            Evidence::Runtime {
                newest: None | Some(Instance::Created | Instance::Running(_) | Instance::Unknown),
                reported: _,
            } => (None, None),
            Evidence::StatusOnly { reported } => (None, reported),
        };
        [exited, reported].into_iter().flatten().any(|code| policy.asks_reset(code))
    };
    match marked {
        Marked::Yes => Reset::Due,
        Marked::No if containers.into_iter().any(asks) => Reset::Due,
        Marked::No => Reset::NotDue,
    }
}

/// Whether a reset is over (CTR-30): no instance is left of a regular container, init container or sidecar. It takes
/// of each container its role and its newest instance.
#[must_use]
pub fn cleaned_up(containers: impl IntoIterator<Item = (Role, Option<Instance>)>) -> bool {
    containers.into_iter().filter(|(role, _)| list(*role).is_some()).all(|(_, newest)| newest.is_none())
}

/// An instance that a reset removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Removal {
    /// The place of its container in the slice that was planned for.
    pub container: usize,
    /// Its place among the instances of the container; 0 is the newest.
    pub instance: usize,
    /// Whether it must be stopped first.
    pub stop: Stop,
}

/// What comes before the removal of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stop {
    /// Nothing: it has exited.
    Nothing,
    /// It is killed with grace 0.
    First,
}

/// The two lists of the spec that a reset knows. Ephemeral containers are left alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Regular,
    Init,
}

const fn list(role: Role) -> Option<List> {
    match role {
        Role::Regular => Some(List::Regular),
        Role::Init | Role::Sidecar => Some(List::Init),
        Role::Ephemeral => None,
    }
}

/// Whether an instance has asked for the reset. Sources go last, so that a kubelet that restarts midway still
/// finds the cause.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Target,
    Source,
}

fn part(policy: ContainerPolicy<'_>, instance: Instance) -> Part {
    match instance {
        Instance::Exited(exit) if policy.asks_reset(exit.code) => Part::Source,
        Instance::Exited(_) | Instance::Created | Instance::Running(_) | Instance::Unknown => Part::Target,
    }
}

/// Every known instance in the order of CTR-11 row 1.
pub(super) fn removals<'a>(containers: &'a [Container<'a>]) -> impl Iterator<Item = Removal> + 'a {
    let order = [
        (List::Regular, Part::Target),
        (List::Init, Part::Target),
        (List::Regular, Part::Source),
        (List::Init, Part::Source),
    ];
    order.into_iter().flat_map(move |(wanted_list, wanted_part)| {
        let listed = containers.iter().enumerate().filter(move |(_, of)| list(of.role) == Some(wanted_list));
        listed.flat_map(move |(container, of)| {
            let instances = of.instances.iter().enumerate();
            instances.filter(move |(_, found)| part(of.policy, **found) == wanted_part).map(
                move |(instance, found)| Removal { container, instance, stop: stop_before_removal(*found) },
            )
        })
    })
}

const fn stop_before_removal(instance: Instance) -> Stop {
    match instance {
        Instance::Exited(_) => Stop::Nothing,
        Instance::Created | Instance::Running(_) | Instance::Unknown => Stop::First,
    }
}
