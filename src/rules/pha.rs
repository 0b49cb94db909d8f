//! Rules of the phase and of the status the kubelet writes.

rules! { Pha:
    PHA_01 1 Kubelet "For the phase a regular init counts as pending before its first end, as done after code 0, and as dead after another code that is not restarted."
        "pkg/kubelet/kubelet_pods.go#getPhase";
    PHA_02 2 Kubelet "A stopped sidecar never influences the phase; one not yet started counts as pending, and one without status or state as unknown."
        "pkg/kubelet/kubelet_pods.go#getPhase" since "1.29";
    PHA_03 3 Kubelet "A stopped regular container counts as dead if it will not restart, and as succeeded only while its state is terminated with code 0."
        "pkg/kubelet/kubelet_pods.go#getPhase";
    PHA_04 4 Kubelet "The phase is the first matching row of one table, from `Failed` for an init container that failed for good down to `Pending` when nothing else fits."
        "pkg/kubelet/kubelet_pods.go#getPhase";
    PHA_05 5 Kubelet "Outside termination the table is terminal only if an init container failed for good, or nothing runs and no regular container will restart."
        "from PHA-01..04";
    PHA_10 10 Kubelet "The previous status of a computation is the kubelet's cached one if it exists, else the API's; the two are not mixed per field."
        "pkg/kubelet/kubelet_pods.go#Kubelet.generateAPIPodStatus";
    PHA_11 11 Kubelet "If the computed phase is not terminal, a terminal phase of the previous status is taken, else a terminal phase in the API."
        "pkg/kubelet/kubelet_pods.go#Kubelet.generateAPIPodStatus";
    PHA_12 12 Kubelet "A computed terminal phase is not compared with the cached one, so `Succeeded` may become `Failed` or the reverse until the API shows one."
        "pkg/kubelet/kubelet_pods.go#Kubelet.generateAPIPodStatus";
    PHA_13 13 Kubelet "Reason and message are kept while the phase equals the previous one, empty ones being filled from the API; otherwise both become empty."
        "pkg/kubelet/kubelet_pods.go#Kubelet.generateAPIPodStatus";
    PHA_14 14 Kubelet "Once `activeDeadlineSeconds` have passed since `startTime`, every status computation gives phase `Failed` with reason `DeadlineExceeded`."
        "pkg/kubelet/active_deadline.go#activeDeadlineHandler.ShouldEvict; pkg/kubelet/active_deadline.go#activeDeadlineHandler.ShouldSync";
    PHA_15 15 Kubelet "If the phase in the API is terminal, the kubelet's computed phase is forced to it; neither the status writer nor the API server does so."
        "pkg/kubelet/kubelet_pods.go#Kubelet.generateAPIPodStatus";
    PHA_16 16 Kubelet "After the phase the kubelet fills `started` and `ready` from the probes, then the conditions, then the addresses of host and pod."
        "pkg/kubelet/kubelet_pods.go#Kubelet.generateAPIPodStatus; pkg/kubelet/kubelet.go#preserveDataFromBeforeStopping";
    PHA_17 17 Kubelet "Only the last status of a terminating pod and that of a terminated one are computed as terminal; a rejected pod gets `Failed` without computation."
        "pkg/kubelet/kubelet.go#Kubelet.SyncPod; pkg/kubelet/kubelet.go#Kubelet.SyncTerminatingPod";
    PHA_18 18 Kubelet "Eviction, preemption and node shutdown set `Failed` with their own reason (shutdown keeps `Succeeded`), and only the last requester is applied."
        "pkg/kubelet/eviction/eviction_manager.go#managerImpl.evictPod; pkg/kubelet/nodeshutdown/nodeshutdown_manager.go#podManager.killPods";
    PHA_19 19 Kubelet "The last step of termination keeps `Succeeded` and `Failed`, and turns any other phase of a non-static pod into `Failed`."
        "pkg/kubelet/status/status_manager.go#manager.TerminatePod";
    PHA_20 20 Kubelet "A pod can be observed to go from `Running` to `Pending`, for example when its sandbox is recreated or a container status is lost."
        "from PHA-04 rows 2, 3, 10";
    PHA_21 21 Kubelet "A computed condition list holds conditions of others first, then resize, `DisruptionTarget` and the kubelet's own conditions in a fixed order."
        "pkg/kubelet/kubelet_pods.go#Kubelet.generateAPIPodStatus";
    PHA_22 22 Kubelet "`Initialized` is True if the pod succeeded, a regular container runs or is terminated, or no init container is incomplete, and then stays True."
        "pkg/kubelet/status/generate.go#GeneratePodInitializedCondition";
    PHA_23 23 Kubelet "`ContainersReady` is False in a terminal phase or while a sidecar or regular container is not `ready`, and True otherwise."
        "pkg/kubelet/status/generate.go#GenerateContainersReadyCondition";
    PHA_24 24 Kubelet "`Ready` copies `ContainersReady` if that is not True; otherwise it is True only if the condition of every readiness gate is True."
        "pkg/kubelet/status/generate.go#GeneratePodReadyCondition";
    PHA_25 25 Kubelet "`AllContainersRestarting` is True only outside a terminal phase, while a reset is due and the runtime knows a regular or init instance."
        "pkg/kubelet/status/generate.go#GenerateAllContainersRestartingCondition" since "1.36";
    PHA_30 30 Kubelet "The kubelet patches the status with the uid and no `resourceVersion`, so it never writes to a recreated pod and merges with other writers."
        "pkg/util/pod/pod.go#PatchPodStatus";
    PHA_31 31 Kubelet "A kubelet write keeps the conditions of others, replaces its own, and writes `DisruptionTarget` only when it turns the phase in the API terminal."
        "pkg/kubelet/status/status_manager.go#mergePodStatus";
    PHA_32 32 Kubelet "The kubelet withholds a terminal phase while containers could still run, so a terminal phase that it publishes means that they have stopped."
        "pkg/kubelet/status/status_manager.go#mergePodStatus; pkg/kubelet/kubelet_pods.go#Kubelet.PodCouldHaveRunningContainers";
    PHA_33 33 Kubelet "Unfinished volume unmounts, cgroup removal and log cleanup do not withhold a terminal phase."
        "pkg/kubelet/kubelet_pods.go#Kubelet.PodCouldHaveRunningContainers";
    PHA_34 34 Kubelet "A write with a terminal phase sets `Ready` and `ContainersReady` to False with `PodCompleted` or `PodFailed` if either of them is True."
        "pkg/kubelet/status/status_manager.go#mergePodStatus";
    PHA_35 35 Kubelet "The kubelet writes a status at once on change, and every 10 seconds whatever is out of date, differs from the API or is due for the final DELETE."
        "pkg/kubelet/status/status_manager.go#manager.syncBatch; pkg/kubelet/status/status_manager.go#syncPeriod";
    PHA_36 36 Kubelet "The kubelet drops a cached status when the API shows another uid under the pod's name; a 404 changes nothing."
        "pkg/kubelet/status/status_manager.go#manager.syncPod";
    PHA_37 37 Kubelet "The status writer publishes the cached phase over any phase in the API, even over a terminal one that somebody else wrote."
        "pkg/kubelet/status/status_manager.go#manager.needsReconcile; pkg/kubelet/status/status_manager.go#mergePodStatus";
    PHA_40 40 Kubelet "The phase moves between `Pending` and `Running` and from both to `Succeeded` or `Failed`, which only a kubelet that did not compute them overwrites."
        "from PHA-04, PHA-14, PHA-18, PHA-19, PHA-20, PHA-37";
    PHA_41 41 Derived "No component writes phase `Unknown`, although readers handle it and the API server would accept it."
        "pkg/controller/util/node/controller_utils.go#SetPodTerminationReason; pkg/printers/internalversion/printers.go#printPod";
    PHA_42 42 Client "Command line tables print `Terminating` for a deleting pod whose phase is not terminal, and the reason for one whose phase is."
        "pkg/printers/internalversion/printers.go#printPod";
    PHA_43 43 Kubelet "Losing a node changes no phase: its pods keep their last phase until they are deleted, force-deleted or garbage collected."
        "from CTL-NOD-03";
}
