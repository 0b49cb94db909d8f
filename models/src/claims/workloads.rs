//! What is said of controllers.

use pod_lifecycle::RuleId;

use super::Verdict::{Cond, False};
use super::kubelet::both_run;
use super::machine::workloads;
use super::{Claim, Formula, Judge, Machine, OfIdentity};
use crate::identity::{Action, Owner, State};

pub(super) const CLAIMS: &[Claim] = &[
    Claim::new(
        "FOLK-100",
        False,
        "a ReplicaSet is what a database needs",
        "its Pods have neither identity nor volumes of their own, and it replaces one before the old one has stopped; a StatefulSet \
         keeps identities",
        &[RuleId::CTL_RS_02, RuleId::CTL_RS_06, RuleId::CTL_SS_01],
        Judge::Identity(one_of_a_replica_set()),
    ),
    Claim::new(
        "FOLK-101",
        False,
        "an update of a StatefulSet copies the data of the volumes",
        "the same claim is used again, by its name",
        &[RuleId::CTL_SS_12],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-102",
        False,
        "a Deployment rolls back when its progress deadline passes",
        "it writes a condition and no more",
        &[RuleId::CTL_DP_10],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-103",
        False,
        "maxSurge bounds how many Pods exist",
        "terminating Pods are not counted",
        &[RuleId::CTL_DP_06],
        Judge::Machine(Machine::always("deployment", workloads::surge_bounds)),
    ),
    Claim::new(
        "FOLK-104",
        Cond,
        "Recreate waits until the old Pods are gone",
        "it waits for those that are not terminal",
        &[RuleId::CTL_DP_07],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-105",
        False,
        "a ReplicaSet waits for a deleting Pod before it replaces it",
        "it replaces it at once",
        &[RuleId::CTL_RS_02],
        Judge::Identity(Formula::steps(
            |before, action, after| {
                let pods =
                    |state: &State| state.alive.iter().flatten().filter(|pod| pod.stored.is_some()).count();
                *action == Action::Own && before.owner == Owner::ReplicaSet && pods(after) > pods(before)
            },
            |before, _, _| {
                let deleting = |stored: crate::identity::Stored| stored.deleting;
                !before.alive.iter().flatten().any(|pod| pod.stored.is_some_and(deleting))
            },
        )),
    ),
    Claim::new(
        "FOLK-106",
        Cond,
        "a Job waits for a deleting Pod before it replaces it",
        "only with podReplacementPolicy Failed",
        &[RuleId::CTL_JOB_03],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-107",
        False,
        "a scale-down removes the oldest Pods",
        "of equal Pods the youngest go first",
        &[RuleId::CTL_RS_04],
        Judge::Machine(Machine::always("replica_set", workloads::oldest_goes)),
    ),
    Claim::new(
        "FOLK-108",
        Cond,
        "Failed Pods are cleaned up by themselves",
        "only beyond 12500 terminated Pods in the cluster, or by an owner such as a StatefulSet; never by a ReplicaSet",
        &[RuleId::CTL_PGC_02, RuleId::CTL_SS_03, RuleId::CTL_RS_02],
        Judge::Machine(Machine::provided("pod_gc", workloads::ended_go)),
    ),
    Claim::new(
        "FOLK-109",
        False,
        "a PodDisruptionBudget protects from every eviction",
        "only from those through the eviction subresource, and preemption respects it if it can",
        &[RuleId::CTL_EVI_05],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-110",
        False,
        "a PodDisruptionBudget protects Pending and finished Pods too",
        "it is not asked for them",
        &[RuleId::CTL_EVI_01],
        Judge::Machine(Machine::always("evict", workloads::budget_is_asked)),
    ),
    Claim::new(
        "FOLK-111",
        Cond,
        "evicted Pods disappear",
        "an eviction through the API deletes; one by the kubelet leaves a Failed object",
        &[RuleId::CTL_EVI_05, RuleId::PHA_18],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-112",
        Cond,
        "the node controller deletes the Pods of a dead node after 5 minutes",
        "taint eviction does, 300 seconds after the taint by the usual tolerations, and to delete sets deletionTimestamp and no more",
        &[RuleId::CTL_NOD_05, RuleId::CTL_TNT_03, RuleId::CTL_TNT_05],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-113",
        False,
        "node-monitor-grace-period is 40 seconds",
        "it is 50 seconds",
        &[RuleId::CTL_NOD_01],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-114",
        False,
        "the Pods of a DaemonSet are evicted from dead nodes",
        "they tolerate both taints without limit",
        &[RuleId::CTL_DS_01],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-115",
        False,
        "a new tolerationSeconds of a Pod moves its pending eviction",
        "a timer that runs is kept",
        &[RuleId::CTL_TNT_02],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-116",
        False,
        "the deletion of a namespace removes everything at the same time",
        "Pods go first, and the rest waits for them",
        &[RuleId::CTL_NS_01],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-117",
        False,
        "a StatefulSet that is deleted scales down in order",
        "it does nothing by itself; the garbage collector deletes its Pods",
        &[RuleId::CTL_SS_13],
        Judge::Machine(Machine::always("stateful_set", workloads::deleted_scales_down)),
    ),
    Claim::new(
        "FOLK-118",
        Cond,
        "a corrected template repairs the stuck rollout of a StatefulSet",
        "not under OrderedReady: there the broken Pod has to be deleted by hand",
        &[RuleId::CTL_SS_10],
        Judge::Machine(Machine::provided("stateful_set", workloads::template_repairs)),
    ),
];

/// Of one replica of a ReplicaSet one process runs at a time.
pub(super) const fn one_of_a_replica_set() -> OfIdentity {
    Formula::states(
        |state| state.owner == Owner::ReplicaSet && state.alive.iter().all(Option::is_some),
        |state| !both_run(state),
    )
}
