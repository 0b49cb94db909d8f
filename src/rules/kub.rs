//! Rules of termination and deletion in the kubelet.

rules! { Kub:
    KUB_01 1 Kubelet "The kubelet derives ADD, UPDATE, DELETE, RECONCILE and REMOVE per uid from each full set of pods, and handles DELETE exactly like UPDATE."
        "pkg/kubelet/config/config.go#podStorage.merge; pkg/kubelet/config/config.go#checkAndUpdatePod";
    KUB_02 2 Kubelet "A pod deleted and recreated between two observations appears as REMOVE of the old uid followed by ADD of the new one."
        "pkg/kubelet/config/config.go#podStorage.merge";
    KUB_03 3 Kubelet "REMOVE kills the pod without options, but is refused until all config sources have reported once."
        "pkg/kubelet/kubelet.go#Kubelet.HandlePodRemoves; pkg/kubelet/kubelet.go#Kubelet.deletePod";
    KUB_10 10 Kubelet "A pod worker only moves forward, from sync to terminating, terminated and finished, and starts terminating on delete, terminal phase or kill."
        "pkg/kubelet/pod_workers.go#podWorkers.UpdatePod; pkg/kubelet/pod_workers.go#podWorkerLoop";
    KUB_11 11 Kubelet "Once termination is requested no container of that uid starts after the sync pass in flight; of waiting updates only the last is kept."
        "pkg/kubelet/pod_workers.go#podWorkers.UpdatePod; pkg/kubelet/pod_workers.go#podWorkers.podWorkerLoop";
    KUB_12 12 Kubelet "Only static pods are serialized by name; two API pods of one name with different uid may run on a node at the same time."
        "pkg/kubelet/pod_workers.go#podWorkers.allowPodStart";
    KUB_13 13 Kubelet "The grace on the node is lowered by `deletionGracePeriodSeconds` and overrides, defaults to `terminationGracePeriodSeconds`, and is at least 1."
        "pkg/kubelet/pod_workers.go#calculateEffectiveGracePeriod";
    KUB_14 14 Kubelet "A kill in progress keeps its old grace; a shortened one is used only by the next attempt."
        "pkg/kubelet/kubelet.go#Kubelet.SyncTerminatingPod";
    KUB_15 15 Kubelet "The cause decides the grace: `deletionGracePeriodSeconds` for an API delete, 1 for a hard eviction, else at most `terminationGracePeriodSeconds`."
        "pkg/kubelet/pod_workers.go#killPodNow";
    KUB_16 16 Kubelet "An internal killer waits at most 10 seconds or 1.5 times the grace, whichever is longer, then reports failure while the worker goes on."
        "pkg/kubelet/pod_workers.go#killPodNow";
    KUB_17 17 Kubelet "The eviction manager never evicts critical pods: static pods, mirror pods and those of priority 2000000000 or more."
        "pkg/kubelet/eviction/eviction_manager.go#managerImpl.evictPod";
    KUB_18 18 Kubelet "Dead containers of an evicted pod may be removed immediately, the content of a deleted pod only after it is terminated."
        "pkg/kubelet/pod_workers.go#ShouldPodContentBeRemoved";
    KUB_19 19 Kubelet "A failed attempt is retried after 10 to 15 seconds, and each attempt to terminate starts anew with the full grace and `preStop`."
        "pkg/kubelet/pod_workers.go#podWorkers.completeWork; pkg/kubelet/pod_workers.go#podWorkers.podWorkerLoop";
    KUB_22 22 Kubelet "An update requests termination by the first of these that holds: runtime-only pod, `deletionTimestamp`, terminal phase, kill."
        "pkg/kubelet/pod_workers.go#podWorkers.UpdatePod";
    KUB_23 23 Kubelet "A worker runs `SyncTerminatedPod` if it is terminated, else `SyncTerminatingPod` if termination was requested, else `SyncPod`."
        "pkg/kubelet/pod_workers.go#podWorkers.startPodSync; pkg/kubelet/pod_workers.go#podWorkers.podWorkerLoop";
    KUB_24 24 Kubelet "A static pod starts only if it holds its full name, or nobody does and it is the first in the queue that is not asked to terminate."
        "pkg/kubelet/pod_workers.go#podWorkers.allowPodStart; pkg/kubelet/pod_workers.go#podWorkers.allowStaticPodStart";
    KUB_25 25 Kubelet "A failed or cancelled call leaves the worker's state; a terminal `SyncPod` and a successful `SyncTerminatingPod` or `SyncTerminatedPod` move it on."
        "pkg/kubelet/pod_workers.go#podWorkers.completeSync; pkg/kubelet/pod_workers.go#podWorkers.completeTerminating";
    KUB_26 26 Kubelet "A replayed update takes the spec of the last handled update and the kill options of the last handled one that had some."
        "pkg/kubelet/pod_workers.go#podSyncStatus.mergeLastUpdate; pkg/kubelet/pod_workers.go#podWorkers.requeueLastPodUpdate";
    KUB_27 27 Kubelet "For each kept worker housekeeping reports its state and whether it is orphaned, has a config and is static; the others it forgets by KUB-10."
        "pkg/kubelet/pod_workers.go#podWorkers.SyncKnownPods; pkg/kubelet/pod_workers.go#podWorkers.removeTerminatedWorker";
    KUB_28 28 Kubelet "Containers of a pod may be running until its worker is terminated or, if the pod is unknown, until housekeeping has run once."
        "pkg/kubelet/pod_workers.go#podWorkers.CouldHaveRunningContainers";
    KUB_20 20 Kubelet "`SyncTerminatingPod` stops probes, kills all containers and sandboxes, checks that nothing runs, and only then caches the terminal status."
        "pkg/kubelet/kubelet.go#Kubelet.SyncTerminatingPod";
    KUB_21 21 Kubelet "`SyncTerminatingPod` runs even for a pod that never had a sandbox; a phase left `Pending` is turned into `Failed` later."
        "pkg/kubelet/kubelet.go#Kubelet.SyncTerminatingPod";
    KUB_30 30 Kubelet "`SyncTerminatedPod` caches the terminal status, waits for all unmounts, removes the cgroup, and then marks the pod finished."
        "pkg/kubelet/kubelet.go#Kubelet.SyncTerminatedPod";
    KUB_31 31 Kubelet "Dead containers, sandboxes, logs and the pod directory are removed later by background loops, not before the object is gone."
        "pkg/kubelet/kubelet_pods.go#Kubelet.HandlePodCleanups; pkg/kubelet/kuberuntime/kuberuntime_gc.go#containerGC.evictContainers";
    KUB_32 32 Kubelet "On finish, regular containers of an initialized pod and started inits without a termination become terminated with 137 and `ContainerStatusUnknown`."
        "pkg/kubelet/status/status_manager.go#manager.TerminatePod; pkg/kubelet/status/status_manager.go#hasPodInitialized";
    KUB_35 35 Kubelet "The kubelet sends the final DELETE (grace 0, uid) iff a pod is deleting, no mirror pod, terminal in the API, and finished on the node."
        "pkg/kubelet/status/status_manager.go#manager.canBeDeleted; pkg/kubelet/status/status_manager.go#manager.syncPod";
    KUB_36 36 Kubelet "The kubelet patches the status before its final DELETE, so a terminal phase always reaches the API before the removal."
        "pkg/kubelet/status/status_manager.go#manager.syncPod";
    KUB_37 37 Kubelet "A final DELETE that fails is tried again by the 10 second tick; a 404 on the GET ends it."
        "pkg/kubelet/status/status_manager.go#manager.syncPod; pkg/kubelet/status/status_manager.go#manager.syncBatch";
    KUB_38 38 Kubelet "With finalizers left the final DELETE only sets `deletionGracePeriodSeconds` to 0; the kubelet does not wait for them."
        "pkg/kubelet/status/status_manager.go#manager.syncPod";
    KUB_39 39 Kubelet "A finished pod that is not deleting keeps its finished worker, and gets the final DELETE if finalizers hold it after a later delete."
        "pkg/kubelet/pod_workers.go#podWorkers.SyncKnownPods; pkg/kubelet/status/status_manager.go#manager.syncBatch";
    KUB_40 40 Kubelet "All running containers of a pod are killed in parallel, and after that all its sandboxes are stopped."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#killPodWithSyncResult; pkg/kubelet/kuberuntime/kuberuntime_container.go#killContainersWithSyncResult";
    KUB_41 41 Kubelet "Without an override the grace is `deletionGracePeriodSeconds`, else 2 if the pod has none of its own, else the killing probe's own, else the pod's."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#setTerminationGracePeriod; pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.killContainer";
    KUB_42 42 Kubelet "A probe's own `terminationGracePeriodSeconds` is used only for probe kills in a pod that is not deleting, and may exceed the pod's."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#setTerminationGracePeriod; pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.killContainer";
    KUB_43 43 Kubelet "A container's kill runs `preStop`, waits for the container's turn, and then stops it with the grace that is left, at least 2 seconds."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#killContainer; pkg/kubelet/kuberuntime/kuberuntime_container.go#executePreStopHook";
    KUB_44 44 Kubelet "The grace includes `preStop`, and a process always gets at least 2 seconds between stop signal and SIGKILL."
        "from KUB-43";
    KUB_45 45 Kubelet "Only sidecars wait: until all running regular containers and the next later sidecar have stopped, at most for their own remaining grace."
        "pkg/kubelet/kuberuntime/kuberuntime_termination_order.go#newTerminationOrdering; pkg/kubelet/kuberuntime/kuberuntime_termination_order.go#waitForTurn" since "1.29";
    KUB_46 46 Kubelet "A sidecar's `preStop` runs at the beginning of termination, together with the termination of the regular containers."
        "from KUB-43" since "1.29";
    KUB_47 47 Kubelet "A container whose stop failed never counts as stopped: sidecars behind it wait their full remaining grace, and the attempt fails."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.killContainer" since "1.29";
    KUB_48 48 Kubelet "The stop signal is that of the spec with the gate `ContainerStopSignals`, off by default, else that of the image or SIGTERM."
        "pkg/kubelet/kuberuntime/helpers.go#getContainerConfigStopSignal";
    KUB_49 49 Kubelet "Any error in stopping a container or sandbox fails the attempt, and a pod is never reported terminal on a failed kill."
        "pkg/kubelet/kubelet.go#Kubelet.SyncTerminatingPod";
    KUB_60 60 Kubelet "An orphan, a runtime pod that no worker knows, is killed with grace 1, without `preStop` and sidecar order, and gets no status."
        "pkg/kubelet/kubelet_pods.go#HandlePodCleanups; pkg/kubelet/kubelet.go#SyncTerminatingRuntimePod";
    KUB_61 61 Kubelet "A kubelet restart during termination forgets it: the pod is admitted again and terminated with its full `deletionGracePeriodSeconds` and `preStop`."
        "pkg/kubelet/pod_workers.go#podWorkers.UpdatePod; pkg/kubelet/kubelet.go#Kubelet.HandlePodAdditions";
    KUB_62 62 Kubelet "After a kubelet restart a pod that is terminal in the API and stopped in the runtime goes straight to terminated, so cleanup still happens."
        "pkg/kubelet/pod_workers.go#podWorkers.UpdatePod";
    KUB_63 63 Kubelet "If the kubelet restarts before a terminal status reached the API, a run-once container whose dead instance is gone may start again."
        "pkg/kubelet/kubelet_pods.go#Kubelet.HandlePodCleanups; pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    KUB_64 64 Kubelet "A force delete reaches a connected kubelet as grace 1 or, if only REMOVE is seen, as `terminationGracePeriodSeconds`; no status is written."
        "pkg/kubelet/pod_workers.go#calculateEffectiveGracePeriod; pkg/kubelet/kubelet.go#Kubelet.HandlePodRemoves";
    KUB_65 65 Kubelet "A kubelet cut off while its pod was force-deleted kills it after reconnecting with `terminationGracePeriodSeconds`, unless it restarted."
        "pkg/kubelet/pod_workers.go#calculateEffectiveGracePeriod; pkg/kubelet/kubelet.go#Kubelet.HandlePodRemoves";
    KUB_66 66 Kubelet "Deleting a mirror pod stops nothing, since the kubelet creates a new one; only removing its file terminates a static pod."
        "pkg/kubelet/kubelet.go#tryReconcileMirrorPods; pkg/kubelet/status/status_manager.go#TerminatePod";
    KUB_67 67 Kubelet "Housekeeping deletes a mirror pod whose static pod is gone and no longer terminating; mirror pods get no final DELETE."
        "pkg/kubelet/kubelet_pods.go#Kubelet.HandlePodCleanups; pkg/kubelet/status/status_manager.go#manager.canBeDeleted";
    KUB_68 68 Kubelet "Node shutdown rejects new pods and kills active ones by ascending priority group; the objects are not deleted and end `Failed` or `Succeeded`."
        "pkg/kubelet/nodeshutdown/nodeshutdown_manager.go";
    KUB_69 69 Kubelet "Deleting a pod does not touch images; image collection runs every 5 minutes by disk usage and container collection every minute."
        "pkg/kubelet/kubelet.go#ImageGCPeriod; pkg/kubelet/kubelet.go#ContainerGCPeriod";
    KUB_70 70 Kubelet "Housekeeping runs every 2 seconds and the runtime is relisted every second, so each worker transition takes about 1 second."
        "pkg/kubelet/kubelet.go#housekeepingPeriod; pkg/kubelet/pod_workers.go#podWorkerLoop";
}
