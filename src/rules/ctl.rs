//! Rules of the controllers: what each watches of Pods, and what it does to them.

rules! { Ctl:
    Def { // shared definitions
        CTL_DEF_01 1 ControllerManager "A pod is active if its phase is not terminal and it is not deleting, and terminating if its phase is not terminal and it is deleting."
            "pkg/controller/controller_utils.go#IsPodActive; pkg/controller/controller_utils.go#IsPodTerminating";
        CTL_DEF_02 2 ControllerManager "A pod is available if it is `Ready` and has been so for `minReadySeconds`; neither its phase nor its deletion plays a role."
            "pkg/api/v1/pod/util.go#IsPodAvailable";
        CTL_DEF_03 3 ControllerManager "Controllers decide on caches that may be stale, guarded by expectations and by a check that postpones a sync until they see their own last writes."
            "pkg/controller/util/consistency/consistency.go" since "1.36";
    }
    Pgc { // the pod garbage collector
        CTL_PGC_01 1 ControllerManager "One pass of the pod garbage collector handles terminated pods above the threshold, then out of service, then orphaned, then unscheduled ones."
            "pkg/controller/podgc/gc_controller.go#PodGCController.gc";
        CTL_PGC_02 2 ControllerManager "Of pods whose phase is not `Pending`, `Running` or `Unknown`, those above a positive threshold go: evicted first, then the oldest, then by name."
            "pkg/controller/podgc/gc_controller.go#gcTerminated; pkg/controller/podgc/gc_controller.go#byEvictionAndCreationTimestamp; pkg/controller/podgc/config/v1alpha1/defaults.go";
        CTL_PGC_03 3 ControllerManager "A deleting pod goes if its node is in the cache, is not `Ready` and has a taint with the out-of-service key, whatever its effect or value."
            "pkg/controller/podgc/gc_controller.go#gcTerminating";
        CTL_PGC_04 4 ControllerManager "A pod goes if its node was missing from the cache for the whole quarantine and a live GET finds no such node; it gets `DisruptionTarget`."
            "pkg/controller/podgc/gc_controller.go#gcOrphaned; pkg/controller/podgc/gc_controller.go#discoverDeletedNodes";
        CTL_PGC_05 5 ControllerManager "A deleting pod that was never bound goes."
            "pkg/controller/podgc/gc_controller.go#gcUnscheduledTerminating";
        CTL_PGC_06 6 ControllerManager "A pod that is not terminal is first patched to `Failed`, and left alone if that fails; then it is deleted with grace 0 and without a uid."
            "pkg/controller/podgc/gc_controller.go#markFailedAndDeletePodWithCondition";
        CTL_PGC_07 7 ControllerManager "Besides the kubelet, only the pod garbage collector writes a phase."
            "from CTL-PGC-06, PHA-41; no other writer found in `pkg/controller`";
        CTL_PGC_08 8 ControllerManager "All steps of a pass read one list, so a pod that two of them choose is acted on twice; a second patch of a removed pod fails and ends its turn."
            "pkg/controller/podgc/gc_controller.go#PodGCController.gc; pkg/controller/podgc/gc_controller.go#markFailedAndDeletePodWithCondition";
    }
    Nod { // node failure
        CTL_NOD_01 1 ControllerManager "A node is stale when the controller has seen neither a status heartbeat nor a lease renewal for 50 s, or for 60 s if it never reported."
            "pkg/controller/nodelifecycle/node_lifecycle_controller.go#Controller.tryUpdateNodeHealth; pkg/controller/nodelifecycle/config/v1alpha1/defaults.go";
        CTL_NOD_02 2 ControllerManager "A stale node's conditions `Ready`, `MemoryPressure`, `DiskPressure` and `PIDPressure` become `Unknown`."
            "pkg/controller/nodelifecycle/node_lifecycle_controller.go#Controller.tryUpdateNodeHealth";
        CTL_NOD_03 3 ControllerManager "When a node stops being `Ready`, every pod assigned to it gets `Ready` `False`; phase, container statuses and other conditions stay."
            "pkg/controller/nodelifecycle/node_lifecycle_controller.go#Controller.monitorNodeHealth; pkg/controller/nodelifecycle/node_lifecycle_controller.go#Controller.processPod; pkg/controller/util/node/controller_utils.go#MarkPodsNotReady";
        CTL_NOD_04 4 ControllerManager "A node that is not ready gets a NoExecute taint through a rate limiter per zone, and none if all zones are fully disrupted."
            "pkg/controller/nodelifecycle/node_lifecycle_controller.go#doNoExecuteTaintingPass; pkg/controller/nodelifecycle/node_lifecycle_controller.go#processTaintBaseEviction; pkg/controller/nodelifecycle/node_lifecycle_controller.go#handleDisruption; pkg/controller/nodelifecycle/node_lifecycle_controller.go#ComputeZoneState; pkg/controller/nodelifecycle/node_lifecycle_controller.go#ReducedQPSFunc";
        CTL_NOD_05 5 ControllerManager "The node controller itself deletes no pods."
            "from CTL-NOD-03, CTL-NOD-04";
        CTL_NOD_06 6 ControllerManager "A cloud node controller deletes Node objects whose instance no longer exists."
            "staging/src/k8s.io/cloud-provider/controllers/nodelifecycle/node_lifecycle_controller.go#MonitorNodes";
    }
    Tnt { // taint eviction
        CTL_TNT_01 1 ControllerManager "A pod with an untolerated NoExecute taint is deleted now, else after the least `tolerationSeconds` of the first matching tolerations, else never."
            "pkg/controller/tainteviction/taint_eviction.go#Controller.processPodOnNode; pkg/controller/tainteviction/taint_eviction.go#getMinTolerationTime";
        CTL_TNT_02 2 ControllerManager "Taint eviction counts from when the controller processes the taint; a timer in place is kept, unless a taint becomes untolerated or none limits the pod."
            "pkg/controller/tainteviction/taint_eviction.go#Controller.processPodOnNode; pkg/controller/tainteviction/timed_workers.go#TimedWorkerQueue.AddWork";
        CTL_TNT_03 3 ControllerManager "With default tolerations the pods of a lost node are deleted about six minutes after its last heartbeat."
            "from CTL-NOD-01, CTL-TNT-01, OBJ-22";
        CTL_TNT_04 4 ControllerManager "Taint eviction patches `DisruptionTarget` and sends a plain DELETE, up to five times, whatever budgets, phase or deletion say."
            "pkg/controller/tainteviction/taint_eviction.go#addConditionAndDeletePod";
        CTL_TNT_05 5 Kubelet "A pod of a lost node then stays `Running` and deleting until its kubelet returns, garbage collection takes it or a client uses grace 0."
            "from DEL-31, KUB-35";
    }
    Evi { // the eviction subresource
        CTL_EVI_01 1 Api "An eviction of a terminal, `Pending` or deleting pod asks no disruption budget; for a `Pending` one a `resourceVersion` precondition is added."
            "pkg/registry/core/pod/storage/eviction.go#canIgnorePDB; pkg/registry/core/pod/storage/eviction.go#shouldEnforceResourceVersion";
        CTL_EVI_02 2 Api "Any other eviction is refused if several budgets match, and needs a disruption of the one that does, unless its policy lets an unready pod go."
            "pkg/registry/core/pod/storage/eviction.go#EvictionREST.Create; pkg/registry/core/pod/storage/eviction.go#checkAndDecrement";
        CTL_EVI_03 3 Api "The eviction of an unready pod carries a `resourceVersion` precondition; a conflict answers 429."
            "pkg/registry/core/pod/storage/eviction.go#EvictionREST.Create";
        CTL_EVI_04 4 ControllerManager "An entry of `disruptedPods` expires after 2 minutes; a pod is healthy if it is ready, not deleting and not in there."
            "pkg/controller/disruption/disruption.go#countHealthyPods; pkg/controller/disruption/disruption.go#DeletionTimeout";
        CTL_EVI_05 5 Api "An eviction ends in an ordinary DELETE; budgets guard only evictions and, as best effort, preemption by the scheduler."
            "pkg/registry/core/pod/storage/eviction.go#addConditionAndDeletePod";
        CTL_EVI_06 6 Api "An eviction decides on budgets, writes `DisruptionTarget` and then deletes, so bad delete options are refused after the condition was stored."
            "pkg/registry/core/pod/storage/eviction.go#EvictionREST.Create; pkg/registry/core/pod/storage/eviction.go#addConditionAndDeletePod";
    }
    Pre { // preemption
        CTL_PRE_01 1 Scheduler "The scheduler leaves deleting victims alone; others get `DisruptionTarget` and a plain DELETE, or are rejected in memory if still waiting."
            "pkg/scheduler/framework/preemption/executor.go#NewExecutor";
        CTL_PRE_02 2 Scheduler "A preemptor is not bound until its victims are terminal or gone, and preempts no more on its node while some are still terminating there."
            "pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go#PodEligibleToPreemptOthers";
    }
    Eps { // endpoints
        CTL_EPS_01 1 ControllerManager "An endpoint is serving if its pod is `Ready`, terminating if it is deleting, and ready if serving and not terminating; terminal pods have none."
            "staging/src/k8s.io/endpointslice/utils.go#podToEndpoint; staging/src/k8s.io/endpointslice/util/controller_utils.go#ShouldPodBeInEndpoints";
    }
    Quo { // quota
        CTL_QUO_01 1 ControllerManager "Quota stops charging a pod when it is terminal, or when it is deleting and two grace periods have passed since the request."
            "pkg/quota/v1/evaluator/core/pods.go#QuotaV1Pod";
    }
    Vol { // volumes
        CTL_VOL_01 1 ControllerManager "Volumes are detached once the pod is gone, terminal, or deleting without a running container, and the node reports them unmounted or 6 minutes pass."
            "pkg/volume/util/util.go#IsPodTerminated; pkg/controller/volume/attachdetach/reconciler/reconciler.go";
    }
    Ns { // namespaces
        CTL_NS_01 1 ControllerManager "Namespace deletion deletes the pods first, and nothing else while any of them remains."
            "pkg/controller/namespace/deletion/namespaced_resources_deleter.go#deleteAllContent";
        CTL_NS_02 2 ControllerManager "Namespace deletion uses default grace and background propagation, so a pod stuck terminating blocks it."
            "pkg/controller/namespace/deletion/namespaced_resources_deleter.go#namespacedResourcesDeleter.deleteCollection";
        CTL_NS_03 3 ControllerManager "The wait that namespace deletion estimates is the longest grace among its pods that are not terminal; it only sets the retry interval."
            "pkg/controller/namespace/deletion/namespaced_resources_deleter.go#namespacedResourcesDeleter.estimateGracefulTerminationForPods";
    }
    Gc { // the garbage collector
        CTL_GC_01 1 ControllerManager "An owner is solid if it exists with the referenced uid, waiting if it is deleting in the foreground, and dangling if absent or of another uid."
            "pkg/controller/garbagecollector/garbagecollector.go#classifyReferences";
        CTL_GC_02 2 ControllerManager "An object with a solid owner is never collected; one without is deleted in the foreground if an owner waits and it has dependents, else in the background."
            "pkg/controller/garbagecollector/garbagecollector.go#GarbageCollector.attemptToDeleteItem; pkg/controller/garbagecollector/operations.go#GarbageCollector.deleteObject";
        CTL_GC_03 3 ControllerManager "An owner deleted in the foreground waits until no dependent that blocks it remains; an orphaned dependent loses its reference first."
            "pkg/controller/garbagecollector/garbagecollector.go#GarbageCollector.processDeletingDependentsItem; pkg/controller/garbagecollector/garbagecollector.go#GarbageCollector.orphanDependents";
        CTL_GC_04 4 ControllerManager "In background deletion the owner vanishes at once and its pods run on until the collector deletes them."
            "from CTL-GC-02, DEL-11";
    }
    Own { // ownership
        CTL_OWN_01 1 ControllerManager "A controller keeps pods that it owns and selects, releases those that it no longer selects, and adopts orphans that match and are not deleting."
            "pkg/controller/controller_ref_manager.go#BaseControllerRefManager.ClaimObject";
    }
    Rs { // ReplicaSet
        CTL_RS_01 1 ControllerManager "A ReplicaSet creates or deletes the difference between its replicas and its active pods, at most 500 a sync, creating in batches that double."
            "pkg/controller/replicaset/replica_set.go#ReplicaSetController.manageReplicas; pkg/controller/replicaset/replica_set.go#slowStartBatch";
        CTL_RS_02 2 ControllerManager "A ReplicaSet replaces a pod as soon as it is deleting or terminal, without waiting for it to stop."
            "from CTL-DEF-01, CTL-RS-01";
        CTL_RS_03 3 ControllerManager "A ReplicaSet does nothing while creations or deletions of its own are unobserved, for at most 5 minutes, or while it is deleting."
            "pkg/controller/controller_utils.go#ControllerExpectations; pkg/controller/replicaset/replica_set.go#updatePod";
        CTL_RS_04 4 ControllerManager "Of the active pods those go first that are unassigned, early in phase, unready, cheap, crowded, young in readiness, often restarted, young."
            "pkg/controller/controller_utils.go#ActivePodsWithRanks.Less";
        CTL_RS_05 5 ControllerManager "The counts in a ReplicaSet's status are of active pods; `terminatingReplicas` counts terminating ones."
            "pkg/controller/replicaset/replica_set_utils.go#calculateStatus";
        CTL_RS_06 6 ControllerManager "A ReplicaSet generates names, and deletes by name with default grace and without a uid."
            "pkg/controller/replicaset/replica_set.go#ReplicaSetController.manageReplicas; pkg/controller/controller_utils.go#RealPodControl.DeletePod";
        CTL_RS_07 7 ControllerManager "Two pods are compared by eight keys in turn; the two times decide for good where they are compared at all."
            "pkg/controller/controller_utils.go#ActivePodsWithRanks.Less; pkg/controller/controller_utils.go#compareMaxContainerRestarts; pkg/apis/core/helper/helpers.go#GetDeletionCostFromPodAnnotations; pkg/controller/replicaset/replica_set.go#getPodsRankedByRelatedPodsOnSameNode";
        CTL_RS_08 8 ControllerManager "Of two different times the one in the smaller power of two of age goes first, and in the same power the smaller uid."
            "pkg/controller/controller_utils.go#logarithmicRankDiff; pkg/controller/controller_utils.go#afterOrZero";
        CTL_RS_09 9 ControllerManager "No order is computed if all active pods are to go; the chosen pods are deleted concurrently."
            "pkg/controller/replicaset/replica_set.go#getPodsToDelete; pkg/controller/replicaset/replica_set.go#ReplicaSetController.manageReplicas";
    }
    Dp { // Deployment
        CTL_DP_01 1 ControllerManager "The new ReplicaSet is the oldest owned one whose template equals the Deployment's; a rollback reuses it under a new revision."
            "pkg/controller/deployment/util/deployment_util.go#FindNewReplicaSet; pkg/controller/deployment/sync.go#getNewReplicaSet";
        CTL_DP_02 2 ControllerManager "If the name of the new ReplicaSet is taken by another, `collisionCount` grows and the name is made anew."
            "pkg/controller/deployment/sync.go#DeploymentController.getNewReplicaSet";
        CTL_DP_03 3 Api "A Deployment defaults to RollingUpdate with 25 % surge and 25 % unavailable, 10 old ReplicaSets, 600 s of progress deadline and 1 replica."
            "pkg/apis/apps/v1/defaults.go#SetDefaults_Deployment; pkg/apis/apps/validation/validation.go#ValidateDeploymentSpec";
        CTL_DP_04 4 ControllerManager "A percentage of `maxSurge` rounds up and of `maxUnavailable` down; if both are 0, one may be unavailable; no more than all may be."
            "pkg/controller/deployment/util/deployment_util.go#ResolveFenceposts; pkg/controller/deployment/util/deployment_util.go#MaxUnavailable";
        CTL_DP_05 5 ControllerManager "A sync of a rolling update either scales the new ReplicaSet or scales old ones down, unhealthy replicas before available ones."
            "pkg/controller/deployment/rolling.go";
        CTL_DP_06 6 ControllerManager "The surge limits the sizes that are asked for, not pods: with those still terminating there can be more."
            "from CTL-DP-05, CTL-RS-05";
        CTL_DP_07 7 ControllerManager "Recreate scales all old ReplicaSets to 0 and creates the new one only when no pod of an old one is left that is not terminal."
            "pkg/controller/deployment/recreate.go#oldPodsRunning";
        CTL_DP_08 8 ControllerManager "A paused Deployment does no rollout and no rollback, but it is still scaled and its history cleaned."
            "pkg/controller/deployment/deployment_controller.go#syncDeployment; pkg/controller/deployment/sync.go#sync";
        CTL_DP_09 9 ControllerManager "When the desired size changes during a rollout, the difference is spread over the active ReplicaSets in proportion to their sizes."
            "pkg/controller/deployment/sync.go#DeploymentController.scale; pkg/controller/deployment/util/deployment_util.go#GetReplicaSetProportion";
        CTL_DP_10 10 ControllerManager "A Deployment is complete when updated, existing and available replicas equal the desired; missing the progress deadline is only a condition."
            "pkg/controller/deployment/progress.go#DeploymentController.syncRolloutStatus; pkg/controller/deployment/util/deployment_util.go#DeploymentTimedOut; pkg/controller/deployment/util/deployment_util.go#DeploymentComplete; pkg/controller/deployment/util/deployment_util.go#DeploymentProgressing";
        CTL_DP_11 11 ControllerManager "Old ReplicaSets beyond `revisionHistoryLimit` are deleted, lowest revision first, if they are empty, observed and not deleting."
            "pkg/controller/deployment/sync.go#cleanupDeployment";
        CTL_DP_12 12 ControllerManager "Deployments have no policy for replacing pods, only the count `terminatingReplicas`."
            "staging/src/k8s.io/api/apps/v1/types.go#DeploymentSpec; staging/src/k8s.io/api/apps/v1/types.go#DeploymentStatus";
        CTL_DP_13 13 ControllerManager "A percentage is taken of the desired replicas and rounded up or down as asked; any other string, or nothing, is an error."
            "staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go#GetScaledValueFromIntOrPercent";
        CTL_DP_14 14 ControllerManager "A missing `maxSurge` or `maxUnavailable` is 0, an error in either makes both 0, and if both are 0 one replica may be unavailable."
            "pkg/controller/deployment/util/deployment_util.go#ResolveFenceposts";
        CTL_DP_15 15 ControllerManager "Outside RollingUpdate surge and unavailable are 0; unavailable is at most the desired replicas; an error counts as 0."
            "pkg/controller/deployment/util/deployment_util.go#MaxSurge; pkg/controller/deployment/util/deployment_util.go#MaxUnavailable";
        CTL_DP_16 16 ControllerManager "The new ReplicaSet grows to the desired replicas, as far as all sizes together stay within desired plus surge; here an error is one."
            "pkg/controller/deployment/util/deployment_util.go#NewRSNewReplicas";
        CTL_DP_17 17 ControllerManager "Scaling a ReplicaSet also brings its annotations `desired-replicas` and `max-replicas` up to date; the forced form updates it for them alone."
            "pkg/controller/deployment/sync.go#DeploymentController.scaleReplicaSet; pkg/controller/deployment/util/deployment_util.go#SetReplicasAnnotations; pkg/controller/deployment/util/deployment_util.go#ReplicasAnnotationsNeedUpdate";
        CTL_DP_18 18 ControllerManager "A sync first scales the new ReplicaSet, down to the desired size or up to its target, and ends there if it did."
            "pkg/controller/deployment/rolling.go#DeploymentController.reconcileNewReplicaSet; pkg/controller/deployment/rolling.go#DeploymentController.rolloutRolling";
        CTL_DP_19 19 ControllerManager "Old ReplicaSets lose unhealthy replicas up to what the minimum allows, then available ones down to the minimum, oldest ReplicaSet first."
            "pkg/controller/deployment/rolling.go#DeploymentController.reconcileOldReplicaSets; pkg/controller/deployment/rolling.go#DeploymentController.cleanupUnhealthyReplicas; pkg/controller/deployment/rolling.go#DeploymentController.scaleDownOldReplicaSetsForRollingUpdate";
        CTL_DP_20 20 ControllerManager "The share of a ReplicaSet is its size times the new maximum by the old, rounded to nearest, less its size, and at most what is left."
            "pkg/controller/deployment/util/deployment_util.go#GetReplicaSetProportion; pkg/controller/deployment/util/deployment_util.go#getReplicaSetFraction";
        CTL_DP_21 21 ControllerManager "Scaling gives all to a single active ReplicaSet, empties old ones if the new is saturated, and else spreads the rest, largest first."
            "pkg/controller/deployment/sync.go#DeploymentController.scale; pkg/controller/deployment/util/deployment_util.go#FindActiveOrLatest; pkg/controller/deployment/util/deployment_util.go#IsSaturated; pkg/controller/controller_utils.go#ReplicaSetsByCreationTimestamp; pkg/controller/controller_utils.go#ReplicaSetsBySizeNewer; pkg/controller/controller_utils.go#ReplicaSetsBySizeOlder";
    }
    Ss { // StatefulSet
        CTL_SS_01 1 ControllerManager "A pod of a StatefulSet is named after its ordinal, so there is at most one object for each, and a replacement comes only when the old one is gone."
            "pkg/controller/statefulset/stateful_set_control.go#updateStatefulSet; pkg/controller/statefulset/stateful_set_control.go#processReplica";
        CTL_SS_02 2 ControllerManager "At most one process for each ordinal runs only if nobody removes the object before its processes stopped."
            "from CTL-SS-01, DEL-29";
        CTL_SS_03 3 ControllerManager "A `Failed` or `Succeeded` replica is deleted and made anew; one that is deleting already is waited for."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.processReplica";
        CTL_SS_04 4 ControllerManager "With `OrderedReady` a sync stops at the first replica that is missing, terminating, unready or unavailable; scaling down comes after, one at a time."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.updateStatefulSet; pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.processReplica; pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.processCondemned";
        CTL_SS_05 5 ControllerManager "With `Parallel` replicas are created and removed all at once, but still updated one at a time."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.updateStatefulSet; pkg/controller/statefulset/stateful_set_control.go#runForAll";
        CTL_SS_06 6 ControllerManager "To a StatefulSet a pod is unavailable if it is not available or is deleting."
            "pkg/controller/statefulset/stateful_set_utils.go#isUnavailable";
        CTL_SS_07 7 ControllerManager "A rolling update deletes the highest pod of an old revision, available or not, down to the partition; a pod of the new one that is unavailable blocks."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.updateStatefulSet; pkg/controller/statefulset/stateful_set_utils.go#newVersionedStatefulSetPod";
        CTL_SS_08 8 ControllerManager "`maxUnavailable` of a StatefulSet is ignored and 1, as its feature gate is off."
            "pkg/controller/statefulset/stateful_set_control.go#updateStatefulSetAfterInvariantEstablished; pkg/controller/statefulset/stateful_set_utils.go#getStatefulSetMaxUnavailable";
        CTL_SS_09 9 ControllerManager "With `OnDelete` no pod is deleted for an update; one deleted by others returns at the update revision."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.updateStatefulSet";
        CTL_SS_10 10 ControllerManager "With `OrderedReady` a pod that is never ready blocks the update, and reverting the template does not replace it."
            "from CTL-SS-04, CTL-SS-07";
        CTL_SS_11 11 ControllerManager "The current revision becomes the update revision only in a RollingUpdate that is complete."
            "pkg/controller/statefulset/stateful_set_utils.go#completeRollingUpdate";
        CTL_SS_12 12 ControllerManager "Claims are created from templates before the pod and reused by name; their data is never copied."
            "pkg/controller/statefulset/stateful_pod_control.go; pkg/apis/apps/v1/defaults.go#SetDefaults_StatefulSet";
        CTL_SS_13 13 ControllerManager "A deleting StatefulSet leaves its pods alone; garbage collection takes them in no order."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.updateStatefulSet";
        CTL_SS_14 14 ControllerManager "The update revision is that of the present template, the current one is named in the status, and the update revision if none is."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.getStatefulSetRevisions";
        CTL_SS_15 15 ControllerManager "Pods in range are replicas, others are condemned from the highest down; a missing replica is filled at the current revision below the partition."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.updateStatefulSet; pkg/controller/statefulset/stateful_set_utils.go#newVersionedStatefulSetPod; pkg/controller/statefulset/stateful_set_utils.go#podInOrdinalRange";
        CTL_SS_16 16 ControllerManager "A sync goes through replicas upwards, condemned pods downwards and old revisions downwards; in ordered mode the first that must be waited for ends it."
            "pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.processReplica; pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.processCondemned; pkg/controller/statefulset/stateful_set_control.go#runForAll; pkg/controller/statefulset/stateful_set_control.go#slowStartBatch; pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.updateStatefulSet";
        CTL_SS_17 17 ControllerManager "The status counts the pods as they were at the start; a pod deleted for an update takes one off `currentReplicas`, whatever its revision."
            "pkg/controller/statefulset/stateful_set_control.go#computeReplicaStatus; pkg/controller/statefulset/stateful_set_control.go#updateStatus; pkg/controller/statefulset/stateful_set_control.go#defaultStatefulSetControl.updateStatefulSetStatus; pkg/controller/statefulset/stateful_set_utils.go#completeRollingUpdate; pkg/controller/statefulset/stateful_set_utils.go#inconsistentStatus";
    }
    Job { // Job
        CTL_JOB_01 1 ControllerManager "Every pod of a Job has a finalizer that is removed after its outcome was recorded."
            "pkg/controller/job/job_controller.go#trackJobStatusAndRemoveFinalizers";
        CTL_JOB_02 2 ControllerManager "A pod of a Job has failed if its phase is `Failed` and, with `TerminatingOrFailed`, as soon as it is deleting and has not succeeded."
            "pkg/controller/job/job_controller.go#isPodFailed";
        CTL_JOB_03 3 Api "With `podReplacementPolicy` `Failed` a terminating pod blocks its replacement until it is terminal; with `TerminatingOrFailed` it does not."
            "pkg/controller/job/job_controller.go#onlyReplaceFailedPods; pkg/controller/job/job_controller.go#Controller.manageJob; pkg/apis/batch/v1/defaults.go" since "1.29";
        CTL_JOB_04 4 ControllerManager "A Job wants as many pods as its parallelism and its missing completions allow, and makes at most 500 creates or deletes a sync."
            "pkg/controller/job/job_controller.go#Controller.manageJob";
        CTL_JOB_05 5 ControllerManager "A Job is marked complete or failed only when all its pods are counted and none is terminating."
            "pkg/controller/job/job_controller.go#Controller.enactJobFinished";
        CTL_JOB_06 6 ControllerManager "A failed, finished or suspended Job deletes its active pods with default grace."
            "pkg/controller/job/job_controller.go#Controller.deleteActivePods; pkg/controller/job/job_controller.go#Controller.syncJob";
        CTL_JOB_07 7 ControllerManager "A Job fails beyond its `backoffLimit` of failed pods or, with `OnFailure`, of restarts; replacements wait 10 s, doubling to 10 minutes."
            "pkg/controller/job/job_controller.go#pastBackoffLimitOnFailure; pkg/controller/job/backoff_utils.go#getRemainingTime";
        CTL_JOB_08 8 ControllerManager "The rules of a `podFailurePolicy` are tried in order on a failed pod, by exit codes or conditions, and fail, ignore or count it."
            "pkg/controller/job/pod_failure_policy.go#matchPodFailurePolicy";
        CTL_JOB_09 9 ControllerManager "The deadline of a Job deletes its pods; that of a pod makes the pod `Failed`."
            "pkg/controller/job/job_controller.go#Controller.pastActiveDeadline; PHA-14";
    }
    Ds { // DaemonSet
        CTL_DS_01 1 ControllerManager "A DaemonSet deletes failed pods with back-off and succeeded ones at once, and a deleting pod holds its node until it is gone or terminal."
            "pkg/controller/daemon/daemon_controller.go#podsShouldBeOnNode";
    }
}
