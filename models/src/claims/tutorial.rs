//! What a well-known tutorial on the life cycle of a Pod says, sentence by sentence.

use pod_lifecycle::RuleId;
use pod_lifecycle::phase::Phase;

use super::Verdict::{Cond, False, True};
use super::api::first_delete;
use super::machine;
use super::phases::{
    becomes_unknown, changed, current, failed, is_running, never_is_unknown, published_from, succeeded_well,
};
use super::{Claim, Formula, Judge, Machine, kubelet, workloads};
use crate::phase::Entry;
use crate::pod::{Action, Instance};

pub(super) const CLAIMS: &[Claim] = &[
    Claim::new(
        "TUT-01",
        False,
        "Pending: the Pod is not yet scheduled",
        "a Pod that is bound stays Pending until its containers have been started (FOLK-05)",
        &[RuleId::PHA_04, RuleId::PHA_20],
        Judge::Pod(Formula::states(
            |state| state.pod.is_some_and(|pod| pod.status.phase == Phase::Pending),
            |state| state.pod.is_some_and(|pod| !pod.bound),
        )),
    ),
    Claim::new(
        "TUT-02",
        True,
        "Running: all containers of the Pod have been started",
        "none waits for its first start; that they all still run is not meant (FOLK-03)",
        &[RuleId::PHA_04, RuleId::PHA_05],
        Judge::Phase(Formula::steps(
            |before, _, after| !is_running(before) && is_running(after),
            |_, _, after| after.stored.status.entries.iter().all(|entry| *entry != Entry::Waiting),
        )),
    ),
    Claim::new(
        "TUT-03",
        Cond,
        "Succeeded: all containers have terminated successfully",
        "so have the regular ones; how a sidecar ends plays no part (FOLK-10)",
        &[RuleId::PHA_02, RuleId::PHA_04],
        Judge::Phase(succeeded_well()),
    ),
    Claim::new(
        "TUT-04",
        False,
        "Failed: at least one container of the Pod has failed",
        "a Pod can be Failed although no container was ever started (FOLK-08)",
        &[RuleId::CRE_42, RuleId::PHA_18, RuleId::PHA_19],
        Judge::Pod(Formula::states(failed, |state| {
            current(state).is_some_and(|(_, local)| matches!(local.instance, Instance::Exited(_)))
        })),
    ),
    Claim::new(
        "TUT-05",
        False,
        "Unknown: the state of the Pod cannot be determined",
        "the value exists, and no component writes it (FOLK-15)",
        &[RuleId::PHA_41],
        Judge::Machine(Machine::can("phase", machine::phase::becomes_unknown)),
    ),
    Claim::new(
        "TUT-06",
        True,
        "Pending → Running is a possible change",
        "it is the usual one",
        &[RuleId::PHA_40],
        Judge::Pod(Formula::can(
            |before, action, after| published_from(Phase::Pending, (before, action, after)),
            |before, _, after| changed(before, after).is_some_and(|(_, new)| new == Phase::Running),
        )),
    ),
    Claim::new(
        "TUT-07",
        True,
        "Running → Succeeded is a possible change",
        "it comes when the regular containers have ended with 0 and are not restarted",
        &[RuleId::PHA_40],
        Judge::Pod(Formula::can(
            |before, action, after| published_from(Phase::Running, (before, action, after)),
            |before, _, after| changed(before, after).is_some_and(|(_, new)| new == Phase::Succeeded),
        )),
    ),
    Claim::new(
        "TUT-08",
        True,
        "Running → Failed is a possible change",
        "it comes when a container has ended badly and is not restarted, and by other ways",
        &[RuleId::PHA_40],
        Judge::Pod(Formula::can(
            |before, action, after| published_from(Phase::Running, (before, action, after)),
            |before, _, after| changed(before, after).is_some_and(|(_, new)| new == Phase::Failed),
        )),
    ),
    Claim::new(
        "TUT-09",
        False,
        "Pending → Unknown happens because restartPolicy is Never",
        "the policy decides between Running, Succeeded and Failed only (FOLK-14)",
        &[RuleId::PHA_04, RuleId::PHA_41],
        Judge::Phase(never_is_unknown()),
    ),
    Claim::new(
        "TUT-10",
        False,
        "Running → Unknown happens because the grace period has passed and the Pod is still not scheduled",
        "a Running Pod was scheduled, a grace belongs to a deletion, and no component writes Unknown (FOLK-13)",
        &[RuleId::DEL_31, RuleId::PHA_41],
        Judge::Pod(Formula::can(
            |before, action, after| published_from(Phase::Running, (before, action, after)),
            becomes_unknown,
        )),
    ),
    Claim::new(
        "TUT-11",
        False,
        "no other changes of the phase are possible than these five",
        "Pending also becomes Failed and Succeeded, and Running goes back to Pending",
        &[RuleId::PHA_40, RuleId::PHA_20],
        Judge::Pod(Formula::steps(
            |before, action, after| {
                let published = matches!(action, Action::Publish(_) | Action::Patch);
                published && changed(before, after).is_some()
            },
            |before, _, after| {
                matches!(
                    changed(before, after),
                    Some(
                        (Phase::Pending, Phase::Running | Phase::Unknown)
                            | (Phase::Running, Phase::Succeeded | Phase::Failed | Phase::Unknown)
                    )
                )
            },
        )),
    ),
    Claim::new(
        "TUT-12",
        False,
        "the kubelet sets Running when it receives the Pod",
        "it computes Pending until every regular container has been started",
        &[RuleId::PHA_04, RuleId::CRE_50],
        Judge::Pod(Formula::steps(
            |before, action, after| {
                let new = before.view.is_none() && after.view.is_some();
                let cached = current(after).and_then(|(_, local)| local.cached);
                matches!(action, Action::Observe(_)) && new && cached.is_some()
            },
            |_, _, after| {
                let cached = current(after).and_then(|(_, local)| local.cached);
                cached.is_some_and(|cached| cached.status.phase == Phase::Running)
            },
        )),
    ),
    Claim::new(
        "TUT-13",
        False,
        "on a delete the API server sets the status of the Pod to Terminating",
        "it writes deletionTimestamp and the grace and does not touch the status (FOLK-01)",
        &[RuleId::DEL_13, RuleId::OBJ_31],
        Judge::Pod(Formula::steps(first_delete, |_, _, after| {
            after.pod.is_some_and(|pod| pod.status.phase.as_str() == "Terminating")
        })),
    ),
    Claim::new(
        "TUT-14",
        False,
        "the scheduler sets it to Terminating too",
        "it does nothing with a Pod that is deleting but forget it (FOLK-39)",
        &[RuleId::CRE_22, RuleId::CRE_30],
        Judge::Pod(Formula::can(
            |before, action, _| *action == Action::Bind && before.pod.is_some_and(|pod| pod.grace.is_some()),
            |before, _, after| before.pod != after.pod,
        )),
    ),
    Claim::new(
        "TUT-15",
        False,
        "the kubelet sets it to Terminating",
        "it publishes one of the five phases; the word is kubectl's (FOLK-01)",
        &[RuleId::OBJ_31, RuleId::PHA_30],
        Judge::Pod(Formula::can(
            |before, action, after| {
                let deleting = after.pod.is_some_and(|pod| pod.grace.is_some());
                deleting && matches!(action, Action::Publish(_)) && changed(before, after).is_some()
            },
            |_, _, after| after.pod.is_some_and(|pod| pod.status.phase.as_str() == "Terminating"),
        )),
    ),
    Claim::new(
        "TUT-16",
        Cond,
        "the kubelet then sends SIGTERM to every container",
        "at once only to those without a hook whose turn it is; a hook comes first, sidecars wait, and an image may name another signal \
         (FOLK-52, FOLK-53)",
        &[RuleId::KUB_40, RuleId::KUB_43, RuleId::KUB_45],
        Judge::Kill(kubelet::all_signalled_at_once()),
    ),
    Claim::new(
        "TUT-17",
        True,
        "what has not ended within the time-out gets SIGKILL",
        "the time-out is what the hook has left of the grace, and 2 seconds at least",
        &[RuleId::KUB_43, RuleId::KUB_44],
        Judge::Kill(kubelet::killed_in_time()),
    ),
    Claim::new(
        "TUT-18",
        False,
        "the kubelet deletes the definition, the images and the logs of the Pod",
        "it asks the API server to remove the object, collects images by the use of the disk, and removes logs later (FOLK-62, FOLK-63)",
        &[RuleId::KUB_35, RuleId::KUB_31, RuleId::KUB_69],
        Judge::Rule,
    ),
    Claim::new(
        "TUT-19",
        False,
        "etcd deletes the definition, the images and the logs of the Pod",
        "etcd holds the object, which the API server removes; it knows neither images nor logs",
        &[RuleId::DEL_13, RuleId::KUB_31, RuleId::KUB_69],
        Judge::Rule,
    ),
    Claim::new(
        "TUT-20",
        False,
        "the Pod is Succeeded because the grace period has passed",
        "a container that is killed then ends with 137 (FOLK-12)",
        &[RuleId::PHA_05, RuleId::KUB_43],
        Judge::Machine(Machine::can("phase", machine::phase::killed_is_succeeded)),
    ),
    Claim::new(
        "TUT-21",
        Cond,
        "the Pod is Failed because the grace period has passed",
        "only if a regular container had to be killed then: time selects no phase, the exit code does",
        &[RuleId::PHA_05, RuleId::DEL_31],
        Judge::Machine(Machine::provided("phase", machine::phase::passed_is_failed)),
    ),
    Claim::new(
        "TUT-22",
        False,
        "restartPolicy may be AlwaysOnFailure",
        "there are Always, OnFailure and Never (FOLK-80)",
        &[RuleId::OBJ_11],
        Judge::Machine(Machine::can("container", machine::restart::always_on_failure)),
    ),
    Claim::new(
        "TUT-23",
        False,
        "ReplicaSets are for databases and batch jobs",
        "two Pods of one replica can run at once, and none is ever finished: policy is Always; there are StatefulSets and Jobs (FOLK-100)",
        &[RuleId::CTL_RS_02, RuleId::CTL_RS_06, RuleId::CTL_SS_01],
        Judge::Identity(workloads::one_of_a_replica_set()),
    ),
    Claim::new(
        "TUT-24",
        False,
        "an update of a StatefulSet copies the data of its volumes",
        "the new Pod uses the same claim (FOLK-101)",
        &[RuleId::CTL_SS_12],
        Judge::Rule,
    ),
];
