//! What can happen: scenarios, and what looks forbidden and happens all the same.

use pod_lifecycle::RuleId;
use pod_lifecycle::worker::Activity;

use super::Remedy as Cure;
use super::actions::Action;
use super::laws::{pods, rejected, running};
use super::state::{Asked, Course, Incarnation, Process, State, Uid, Why};
use crate::law::{Kind, Law, On, Remedy};

const COUNTS_THE_LEFT: Remedy = Remedy {
    id: Cure::CountsTheLeft.id(),
    says: "admission counts what still runs of Pods that have left the API",
};
const RUNNING_FIRST: Remedy = Remedy {
    id: Cure::RunningFirst.id(),
    says: "a kubelet that begins admits the Pods that run before those that do not",
};
const WITHHOLDS_REJECTED: Remedy = Remedy {
    id: Cure::WithholdsRejected.id(),
    says: "the phase of a rejected Pod is withheld until its process has stopped",
};
const AWAITS_BINDINGS: Remedy = Remedy {
    id: Cure::AwaitsBindings.id(),
    says: "a scheduler begins only when no binding of its predecessor is on its way",
};

pub(super) const CRE_25_FAILOVER: Law<State, Action> = Law {
    id: "CRE-25/failover",
    says: "a scheduler is replaced while its binding is on the way; the next one does not know of it, and the device is \
           given twice (kubernetes/kubernetes#137308)",
    rests_on: &[RuleId::CRE_25, RuleId::CRE_31, RuleId::NON_19],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let Action::Bind(uid) = *action else { return false };
            let late = before.of(uid).is_some_and(|pod| pod.asked == Some(Asked::Former));
            let both = after.alive.iter().flatten().filter(|pod| pod.has_device()).count() == 2;
            let other = before.of(uid.other()).is_some_and(|pod| !pod.overbooked);
            late && both && other
        }),
        remedy: Some(AWAITS_BINDINGS),
    },
};

/// What B09 looks like in 1.36.
pub(super) const CRE_25_ORPHAN: Law<State, Action> = Law {
    id: "CRE-25/orphan",
    says: "a Pod that was rejected while it ran is Failed in the API, so that the scheduler gives its device to the next one, which \
           is rejected because the kubelet still stops the first",
    rests_on: &[RuleId::CRE_45, RuleId::CRE_25, RuleId::CRE_41, RuleId::KUB_60],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            let honest = |pod: Incarnation| !pod.overbooked;
            let failed = |uid: Uid| {
                after.of(uid).is_some_and(|pod| {
                    let failed = pod.stored.is_some_and(|stored| stored.course == Course::Failed);
                    pod.stranded && failed && pod.runs()
                })
            };
            pods(after).all(honest)
                && rejected(before, action, after)
                    .any(|(uid, pod)| pod.rejected == Some(Why::NoRoom) && failed(uid.other()))
        }),
        remedy: Some(WITHHOLDS_REJECTED),
    },
};

pub(super) const CRE_41_FORCED: Law<State, Action> = Law {
    id: "CRE-41/forced",
    says: "a forced DELETE frees the device in the scheduler and in the kubelet's admission, while the process has it: two run on it \
           (kubernetes/kubernetes#104824)",
    rests_on: &[RuleId::CRE_41, RuleId::DEL_29, RuleId::KUB_64],
    kind: Kind::Expected {
        happens: On::State(|state| {
            let left = |pod: Incarnation| pod.stored.is_none();
            running(state).count() == 2 && running(state).any(left) && running(state).all(|pod| !pod.stranded)
        }),
        remedy: Some(COUNTS_THE_LEFT),
    },
};

pub(super) const CRE_41_STRANDED: Law<State, Action> = Law {
    id: "CRE-41/stranded",
    says: "a restarted kubelet rejects a Pod that runs and writes Failed before it stops it: the scheduler gives its device to the \
           next one, and two run on it",
    rests_on: &[RuleId::CRE_45, RuleId::CRE_41, RuleId::PHA_32],
    kind: Kind::Expected {
        happens: On::State(|state| {
            let stranded = |pod: Incarnation| pod.stranded && pod.stored.is_some();
            running(state).count() == 2
                && pods(state).all(|pod| !pod.overbooked && pod.stored.is_some())
                && running(state).any(stranded)
        }),
        remedy: Some(WITHHOLDS_REJECTED),
    },
};

/// What B11 looks like in 1.36.
pub(super) const CRE_45_OLDER: Law<State, Action> = Law {
    id: "CRE-45/older",
    says: "a restarted kubelet rejects a Pod that runs in favour of an older one that was bound beside it: it goes by age, and asks \
           nobody what runs",
    rests_on: &[RuleId::CRE_40, RuleId::CRE_45, RuleId::KUB_61],
    kind: Kind::Expected {
        happens: On::Step(|before, action, after| {
            *action == Action::Restart
                && running(before).count() == 1
                && rejected(before, action, after)
                    .any(|(_, pod)| pod.rejected == Some(Why::NoRoom) && pod.runs())
        }),
        remedy: Some(RUNNING_FIRST),
    },
};

pub(super) const NON_05_REJECTED: Law<State, Action> = Law {
    id: "NON-05/rejected",
    says: "a Pod is Failed in the API, because a restarted kubelet rejected it, and its process runs",
    rests_on: &[RuleId::NON_05, RuleId::CRE_45, RuleId::PHA_32],
    kind: Kind::Expected {
        happens: On::State(|state| {
            let failed = |pod: Incarnation| pod.stored.is_some_and(|stored| stored.course == Course::Failed);
            running(state).any(|pod| pod.stranded && failed(pod))
        }),
        remedy: Some(WITHHOLDS_REJECTED),
    },
};

pub(super) const CRE_45: Law<State, Action> = Law {
    id: "CRE-45",
    says: "a Pod that ran is rejected after a restart of the kubelet, and housekeeping kills its process as one that no worker knows",
    rests_on: &[RuleId::CRE_45, RuleId::KUB_60],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Stop(uid) = *action else { return false };
        let orphan = before.of(uid).is_some_and(|pod| {
            let runtime = pod.worker.is_some_and(|worker| worker.activity == Activity::StoppingRuntime);
            pod.rejected.is_some() && pod.runs() && runtime
        });
        orphan && after.of(uid).is_some_and(|pod| pod.worker.is_none() && pod.process == Process::Killed)
    })),
};

pub(super) const S6_REJECTED: Law<State, Action> = Law {
    id: "S6/rejected",
    says: "a Pod is deleted, the kubelet restarts in mid-termination and rejects it: Failed, then gone",
    rests_on: &[RuleId::KUB_61, RuleId::CRE_40, RuleId::CRE_45, RuleId::CRE_46],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Report(uid) = *action else { return false };
        let was = before.of(uid).is_some_and(|pod| {
            let failed = pod.stored.is_some_and(|stored| stored.course == Course::Failed);
            pod.rejected.is_some() && pod.stranded && failed
        });
        was && after.stored(uid).is_none()
    })),
};

pub(super) const S13: Law<State, Action> = Law {
    id: "S13",
    says: "a Pod is rejected for want of room: Failed without a container; a plain DELETE removes it",
    rests_on: &[RuleId::CRE_42, RuleId::DEL_45],
    kind: Kind::Sometimes(On::Step(|before, action, after| {
        let Action::Delete(uid) = *action else { return false };
        let was = before.of(uid).is_some_and(|pod| {
            let failed = pod.stored.is_some_and(|stored| stored.course == Course::Failed);
            pod.rejected == Some(Why::NoRoom) && pod.process == Process::None && failed
        });
        was && after.stored(uid).is_none()
    })),
};
