//! What is said of phases.

use pod_lifecycle::RuleId;
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::phase::Phase;

use super::Verdict::{Cond, False};
use super::machine;
use super::{Claim, Formula, Judge, Machine};
use crate::phase::{End, Entry, Shape, State as Phases};
use crate::pod::{Action, Author, Instance, Local, Pod, State as Pods};

pub(super) const CLAIMS: &[Claim] = &[
    Claim::new(
        "FOLK-01",
        False,
        "Terminating is a phase",
        "there are five phases; Terminating is a word that kubectl prints for a Pod with a deletionTimestamp whose phase is not terminal",
        &[RuleId::OBJ_31, RuleId::PHA_42],
        Judge::Pod(Formula::states(
            |state| state.pod.is_some_and(|pod| pod.grace.is_some() && pod.bound),
            |state| state.pod.is_some_and(|pod| pod.status.phase.as_str() == "Terminating"),
        )),
    ),
    Claim::new(
        "FOLK-02",
        False,
        "CrashLoopBackOff, ImagePullBackOff, Completed, Error, Evicted or OOMKilled is a phase",
        "they are reasons of containers or of the status; while every container of a Pod with policy Always waits after a crash, its \
         phase is Running",
        &[RuleId::OBJ_51, RuleId::PHA_05],
        Judge::Phase(Formula::states(
            |state| {
                let waits = |entry: &Entry| matches!(entry, Entry::After(_));
                is_always(state) && state.stored.status.entries.iter().all(waits)
            },
            |state| state.stored.status.phase.as_str() == "CrashLoopBackOff",
        )),
    ),
    Claim::new(
        "FOLK-03",
        False,
        "a Pod is Running only while all its containers run",
        "every regular container must have been started once, and one must run or be about to be restarted",
        &[RuleId::PHA_04, RuleId::PHA_05],
        Judge::Phase(Formula::states(is_running, |state| {
            state.stored.status.entries.iter().all(|entry| matches!(entry, Entry::Running { .. }))
        })),
    ),
    Claim::new(
        "FOLK-04",
        False,
        "Running means ready",
        "readiness is a condition of its own and no part of the phase",
        &[RuleId::PHA_05, RuleId::OBJ_52],
        Judge::Machine(Machine::always("status", machine::status::running_is_ready)),
    ),
    Claim::new(
        "FOLK-05",
        False,
        "Pending means not yet scheduled",
        "a bound Pod is Pending too while it pulls images, runs init containers or waits for a sidecar, and can become so again",
        &[RuleId::PHA_04, RuleId::PHA_20],
        Judge::Pod(Formula::states(
            |state| state.pod.is_some_and(|pod| pod.status.phase == Phase::Pending),
            |state| state.pod.is_some_and(|pod| !pod.bound),
        )),
    ),
    Claim::new(
        "FOLK-06",
        False,
        "Pending leads to Running and nowhere else",
        "a rejection, a failed init container, a deadline, an eviction or a deletion leads from Pending to Failed, a quick end to Succeeded",
        &[RuleId::PHA_40, RuleId::DEL_43],
        Judge::Pod(Formula::steps(
            |before, action, after| published_from(Phase::Pending, (before, action, after)),
            |before, _, after| changed(before, after).is_some_and(|(_, new)| new == Phase::Running),
        )),
    ),
    Claim::new(
        "FOLK-07",
        False,
        "Running never goes back to Pending",
        "a new sandbox runs the init containers again, and the Pod is Pending meanwhile",
        &[RuleId::PHA_20, RuleId::NON_03],
        Judge::Phase(Formula::steps(
            |before, _, after| is_running(before) && !is_running(after),
            |_, _, after| after.stored.status.phase != Phase::Pending,
        )),
    ),
    Claim::new(
        "FOLK-08",
        False,
        "Failed means that at least one container failed",
        "a Pod is Failed without a container that ever started after a rejection, an eviction, a deadline, a node shutdown, by the Pod \
         garbage collector, or if it is deleted first; the reason tells",
        &[RuleId::CRE_42, RuleId::PHA_14, RuleId::PHA_18, RuleId::PHA_19, RuleId::CTL_PGC_06],
        Judge::Pod(Formula::states(failed, |state| {
            current(state).is_some_and(|(_, local)| matches!(local.instance, Instance::Exited(_)))
        })),
    ),
    Claim::new(
        "FOLK-09",
        Cond,
        "Failed means that all containers have terminated",
        "so says a kubelet that has not just rejected the Pod; the Pod garbage collector writes Failed and knows no process",
        &[RuleId::PHA_32, RuleId::CTL_PGC_06, RuleId::NON_05],
        Judge::Pod(Formula::steps_if(
            |before, _, after| {
                changed(before, after).is_some_and(|(_, new)| new == Phase::Failed)
                    && current(before).is_some()
            },
            |before, _, _| current(before).is_some_and(|(_, local)| local.instance != Instance::Running),
            |before, _, after| {
                let kubelets = after.pod.is_some_and(|pod| pod.author == Author::Kubelet);
                kubelets && current(before).is_some_and(|(_, local)| !local.rejected)
            },
        )),
    ),
    Claim::new(
        "FOLK-10",
        Cond,
        "Succeeded means that every container ended with 0",
        "only regular containers count: how a sidecar ends plays no part",
        &[RuleId::PHA_02, RuleId::PHA_04],
        Judge::Phase(succeeded_well()),
    ),
    Claim::new(
        "FOLK-11",
        False,
        "a Pod with restartPolicy Always is never Succeeded or Failed",
        "it is when it is deleted, evicted, rejected or past its deadline; only an end of its containers by themselves does not end it",
        &[RuleId::PHA_05, RuleId::PHA_18],
        Judge::Phase(Formula::states(is_always, |state| !state.stored.status.phase.is_terminal())),
    ),
    Claim::new(
        "FOLK-12",
        False,
        "a Pod is Succeeded because terminationGracePeriodSeconds has elapsed",
        "a grace that is used up means SIGKILL and exit code 137, hence Failed; time never selects the phase, exit codes do",
        &[RuleId::PHA_05, RuleId::KUB_43],
        Judge::Machine(Machine::can("phase", machine::phase::killed_is_succeeded)),
    ),
    Claim::new(
        "FOLK-13",
        False,
        "Running becomes Unknown when the grace has elapsed",
        "nothing happens when the deletionTimestamp passes, and no component writes Unknown",
        &[RuleId::DEL_31, RuleId::PHA_41],
        Judge::Pod(Formula::can(
            |before, action, after| {
                let deleting = before.pod.is_some_and(|pod| pod.grace.is_some());
                deleting && published_from(Phase::Running, (before, action, after))
            },
            becomes_unknown,
        )),
    ),
    Claim::new(
        "FOLK-14",
        False,
        "Pending becomes Unknown because of restartPolicy Never",
        "the policy decides between Running, Succeeded and Failed only",
        &[RuleId::PHA_04, RuleId::PHA_41],
        Judge::Phase(never_is_unknown()),
    ),
    Claim::new(
        "FOLK-15",
        False,
        "Unknown is set when the node is lost",
        "the phase stays; Ready becomes False, and later the Pod is deleted; no code path writes Unknown",
        &[RuleId::PHA_41, RuleId::PHA_43, RuleId::CTL_NOD_03],
        Judge::Machine(Machine::can("phase", machine::phase::becomes_unknown)),
    ),
    Claim::new(
        "FOLK-16",
        False,
        "the API server keeps a terminal phase from being left",
        "the validation of a status has no rule about phases; only the kubelet sticks to its own terminal phase",
        &[RuleId::VAL_20, RuleId::PHA_15, RuleId::PHA_37],
        Judge::Machine(Machine::always("admission", machine::admission::terminal_is_kept)),
    ),
    Claim::new(
        "FOLK-17",
        False,
        "a Failed Pod becomes Pending or Running when it is restarted",
        "a Pod that its kubelet has ended is never started again; a controller creates another one with another uid",
        &[RuleId::PHA_15, RuleId::CTL_RS_02],
        Judge::Pod(Formula::can(
            |before, _, after| {
                let ended = |pod: Pod| pod.author == Author::Kubelet && pod.status.phase.is_terminal();
                before.pod.is_some_and(ended) && after.pod.is_some()
            },
            |before, action, after| {
                let starts =
                    matches!(action, Action::Start(uid) if before.pod.is_some_and(|pod| pod.uid == *uid));
                starts || after.pod.is_some_and(|pod| !pod.status.phase.is_terminal())
            },
        )),
    ),
];

/// Whenever a Pod becomes Succeeded, each of its containers is told to have ended with 0: true of regular ones.
pub(super) const fn succeeded_well() -> super::OfPhase {
    Formula::steps_if(
        |before, _, after| {
            let succeeded = |state: &Phases| state.stored.status.phase == Phase::Succeeded;
            !succeeded(before) && succeeded(after)
        },
        |_, _, after| after.stored.status.entries.iter().all(|entry| *entry == Entry::Terminated(End::Well)),
        |_, _, after| {
            after.template.is_some_and(|template| matches!(template.shape, Shape::Two | Shape::Own))
        },
    )
}

/// A Pod with policy Never leaves Pending.
pub(super) const fn never_is_unknown() -> super::OfPhase {
    Formula::can(
        |before, _, after| {
            let never = before.template.is_some_and(|template| template.policy == RestartPolicy::Never);
            let pending = |state: &Phases| state.stored.status.phase == Phase::Pending;
            never && pending(before) && !pending(after)
        },
        |_, _, after| after.stored.status.phase == Phase::Unknown,
    )
}

/// The kubelet publishes another phase than this one that is stored.
pub(super) fn published_from(phase: Phase, (before, action, after): (&Pods, &Action, &Pods)) -> bool {
    matches!(action, Action::Publish(_) | Action::Patch)
        && changed(before, after).is_some_and(|(old, _)| old == phase)
}

/// The stored phase becomes Unknown.
pub(super) fn becomes_unknown(before: &Pods, _: &Action, after: &Pods) -> bool {
    changed(before, after).is_some_and(|(_, new)| new == Phase::Unknown)
}

/// The stored phase before and after a step that changes it; the name does not change hands in one step.
pub(super) fn changed(before: &Pods, after: &Pods) -> Option<(Phase, Phase)> {
    let (old, new) = before.pod.zip(after.pod)?;
    (old.status.phase != new.status.phase).then_some((old.status.phase, new.status.phase))
}

/// The stored Pod and what the node holds of it.
pub(super) fn current(state: &Pods) -> Option<(Pod, Local)> {
    let pod = state.pod?;
    state.local(pod.uid).map(|local| (pod, local))
}

/// The kubelet has published Failed.
pub(super) fn failed(state: &Pods) -> bool {
    state.pod.is_some_and(|pod| pod.status.phase == Phase::Failed && pod.author == Author::Kubelet)
}

pub(super) fn is_running(state: &Phases) -> bool {
    state.stored.status.phase == Phase::Running
}

fn is_always(state: &Phases) -> bool {
    state.template.is_some_and(|template| template.policy == RestartPolicy::Always)
}
