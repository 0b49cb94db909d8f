//! What became of the status entries of containers (CTR-21, CTR-40, CTR-42, INV-21, PHA-04, VAL-22 … VAL-24).

use crate::container::{self, ContainerState, ExitReason, Role};
use crate::phase::Phase;
use crate::rules::RuleId;
use crate::view::{Container, Disruption, View};
use crate::violation::{Force, Violation};

/// PHA-04, when the phase becomes `Succeeded` and as long as it is.
pub(super) fn success<A: AsRef<str>, B: AsRef<str>>(
    old: &View<A>,
    new: &View<B>,
    found: &mut Vec<Violation>,
) {
    let over = |phase: Option<Phase>| phase == Some(Phase::Succeeded);
    if !over(new.phase.known()) {
        return;
    }
    // A phase that was wrong before has been told of; what the kubelet makes of its containers is no other breach.
    if over(old.phase.known()) && old.containers.iter().any(contradicts_success) {
        return;
    }
    let unfinished = new.containers.iter().filter(|container| contradicts_success(container));
    found.extend(unfinished.map(|container| Violation::SucceededDespite {
        container: container.name.as_ref().into(),
        state: container.state,
    }));
}

/// VAL-22, VAL-23, with the old spec.
pub(super) fn resurrections<A: AsRef<str>, B: AsRef<str>>(
    old: &View<A>,
    new: &View<B>,
    found: &mut Vec<Violation>,
) {
    for container in &old.containers {
        let ContainerState::Terminated(exit) = container.state else { continue };
        let Some(after) = same_container(container, new) else { continue };
        let left = match after.state {
            ContainerState::Missing | ContainerState::Terminated(_) => false, // VAL-24: an entry may be dropped
            ContainerState::Empty
            | ContainerState::Waiting
            | ContainerState::WaitingAfter(_)
            | ContainerState::Running(_) => true,
        };
        if left && !container::may_leave_terminated(container.facts(), exit, old.policy, old.restart_all()) {
            found.push(resurrected(container, after.state));
        }
    }
}

/// What became of the status entries: no kubelet drops one (CTR-42), rewrites an exit for good (CTR-40), or lets a
/// container leave `terminated` that nothing restarts (VAL-22, VAL-23).
pub(super) fn statuses<A: AsRef<str>, B: AsRef<str>>(
    old: &View<A>,
    new: &View<B>,
    found: &mut Vec<Violation>,
) {
    let restart_all = old.restart_all();
    let rejected = may_be_rejected(old, new);
    for container in &old.containers {
        let Some(after) = same_container(container, new) else { continue };
        let name = || container.name.as_ref().into();
        let facts = container.facts();
        match (container.state, after.state) {
            (ContainerState::Missing, _) => {}
            (_, ContainerState::Missing) => {
                if !rejected {
                    let force = dropping(old, new);
                    found.push(Violation::StatusDropped { container: name(), old: container.state, force });
                }
            }
            (ContainerState::Terminated(exit), ContainerState::Terminated(other)) => {
                if exit.code != other.code
                    && !rejected
                    && !container::may_exit_again(facts, exit, old.policy, restart_all)
                {
                    // Without an instance in the runtime anything is started again, unseen (KUB-63, CTR-35).
                    let force = if ends_unseen(old) { Force::Hazard } else { Force::Undisciplined };
                    let (old, new) = (container.state, after.state);
                    found.push(Violation::ExitRewritten { container: name(), old, new, force });
                }
            }
            (
                ContainerState::Terminated(exit),
                ContainerState::Empty
                | ContainerState::Waiting
                | ContainerState::WaitingAfter(_)
                | ContainerState::Running(_),
            ) => {
                if !rejected && !container::may_leave_terminated_in_time(facts, exit, old.policy, restart_all)
                {
                    found.push(resurrected(container, after.state));
                }
            }
            (
                ContainerState::Empty
                | ContainerState::Waiting
                | ContainerState::WaitingAfter(_)
                | ContainerState::Running(_),
                _,
            ) => {} // VAL-24
        }
    }
}

/// Whether the kubelet may have rejected the Pod in between: that leaves no status entry (CRE-42), not even of
/// containers that had run (CRE-45).
fn may_be_rejected<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>) -> bool {
    !old.is_terminal() && new.phase.known() == Some(Phase::Failed)
}

/// A hazard where all entries are gone: a kubelet that rejects withholds its `Failed` while containers may run, and
/// writes the rest of that status, which has none (CRE-42, CRE-45, PHA-32); or it has not read the phase (NON-02).
fn dropping<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>) -> Force {
    let all = new.containers.iter().all(|container| container.state == ContainerState::Missing);
    let succeeded = new.phase.known() == Some(Phase::Succeeded);
    if all && !succeeded && ends_unseen(old) { Force::Hazard } else { Force::Undisciplined }
}

/// Whether a kubelet has the Pod and may not know that it has ended: it has not, or `PodGC` wrote so, or the Pod is
/// static: of those a new kubelet looks at no stored phase (INV-21).
pub(super) fn ends_unseen<A: AsRef<str>>(old: &View<A>) -> bool {
    let unread = old.disruption == Some(Disruption::PodGc) || old.mirror.is_some();
    old.node.is_some() && (unread || !old.is_terminal())
}

/// A kubelet that starts knows nothing of its static Pods but what is in the runtime, and that may be new; what it
/// makes of them replaces what their mirror Pods show (KUB-66, PHA-37).
pub(super) fn begun_anew<A: AsRef<str>>(old: &View<A>) -> Force {
    if old.mirror.is_some() { Force::Hazard } else { Force::Undisciplined }
}

fn resurrected<S: AsRef<str>>(container: &Container<S>, new: ContainerState) -> Violation {
    Violation::Resurrected {
        container: container.name.as_ref().into(),
        old: container.state,
        new,
        rule: match container.role {
            Role::Ephemeral => RuleId::VAL_23,
            Role::Init | Role::Sidecar | Role::Regular => RuleId::VAL_22,
        },
    }
}

/// CTR-21.
pub(super) fn restart_counts<A: AsRef<str>, B: AsRef<str>>(
    old: &View<A>,
    new: &View<B>,
    found: &mut Vec<Violation>,
) {
    if may_be_rejected(old, new) {
        return;
    }
    for container in &old.containers {
        let after = same_container(container, new).and_then(|container| container.restarts);
        if let (Some(before), Some(after)) = (container.restarts, after)
            && after < before
        {
            let container = container.name.as_ref().into();
            let force = begun_anew(old);
            found.push(Violation::RestartCountFell { container, old: before, new: after, force });
        }
    }
}

/// INV-21: nothing starts under a terminal phase. `PodGC` writes one without looking at
/// the processes, and so does a kubelet that rejects (NON-05).
pub(super) fn starts<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    if !(old.is_terminal() && new.is_terminal()) {
        return;
    }
    for container in new.containers.iter().filter(|container| is_running(container.state)) {
        let before = same_container(container, old).map_or(ContainerState::Missing, |before| before.state);
        if is_running(before) {
            continue;
        }
        let rejected = old.phase.known() == Some(Phase::Failed) && before == ContainerState::Missing;
        let (rule, force) = match old.disruption {
            Some(Disruption::PodGc) => (RuleId::NON_05, Force::Hazard),
            Some(Disruption::Kubelet | Disruption::Other) | None if old.mirror.is_some() => {
                (RuleId::KUB_66, Force::Hazard)
            }
            // A running Pod that was rejected shows its processes once more (CRE-45).
            Some(Disruption::Kubelet | Disruption::Other) | None if rejected => {
                (RuleId::NON_05, Force::Hazard)
            }
            Some(Disruption::Kubelet | Disruption::Other) | None => (RuleId::INV_21, Force::Undisciplined),
        };
        let container = container.name.as_ref().into();
        found.push(Violation::StartedAfterEnd { container, old: before, rule, force });
    }
}

const fn is_running(state: ContainerState) -> bool {
    match state {
        ContainerState::Running(_) => true,
        ContainerState::Missing
        | ContainerState::Empty
        | ContainerState::Waiting
        | ContainerState::WaitingAfter(_)
        | ContainerState::Terminated(_) => false,
    }
}

/// PHA-04 rows 5 and 8. A code that the kubelet made up afterwards says nothing (KUB-32).
fn contradicts_success<S>(container: &Container<S>) -> bool {
    container.role == Role::Regular
        && match container.state {
            ContainerState::Running(_) => true,
            ContainerState::Terminated(exit) => {
                exit.code != 0 && exit.reason != ExitReason::ContainerStatusUnknown
            }
            ContainerState::Missing
            | ContainerState::Empty
            | ContainerState::Waiting
            | ContainerState::WaitingAfter(_) => false,
        }
}

/// Names are unique over all lists of a Pod (OBJ-14).
fn same_container<'a, A: AsRef<str>, B: AsRef<str>>(
    container: &Container<A>,
    new: &'a View<B>,
) -> Option<&'a Container<B>> {
    new.containers.iter().find(|after| after.name.as_ref() == container.name.as_ref())
}
