//! Rules of containers: restart, back-off, transitions, probes and hooks.

rules! { Ctr:
    CTR_01 1 Kubelet "An exited container with its own `restartPolicy` restarts by its first matching rule, else by that policy; one without it by the pod's policy alone."
        "pkg/api/v1/pod/util.go#ContainerShouldRestart; pkg/api/v1/pod/util.go#FindMatchingContainerRestartRule" since "1.35";
    CTR_02 2 Kubelet "In a deleting pod no stopped container starts; otherwise one without instance, created or unknown starts, and an exited one starts by CTR-01."
        "pkg/kubelet/container/helpers.go#ShouldContainerBeRestarted";
    CTR_03 3 Kubelet "After a liveness or startup kill a container restarts unless its own policy, else the pod's, is `Never`; a changed image always restarts it."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions";
    CTR_04 4 Kubelet "A running container counts as changed only if its name or image differs."
        "pkg/kubelet/container/helpers.go#HashContainer";
    CTR_05 5 Kubelet "A regular init failed if it exited non-zero, ran out of memory or is unknown; if it may not restart, the pod is killed and becomes `Failed`."
        "pkg/kubelet/kuberuntime/helpers.go#isInitContainerFailed; pkg/kubelet/kuberuntime/kuberuntime_container.go#computeInitContainerActions";
    CTR_06 6 Kubelet "A sidecar restarts after any exit, whatever the pod's policy, until no regular container is kept or started or the pod terminates."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.computeInitContainerActions; pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions" since "1.29";
    CTR_07 7 Kubelet "An ephemeral container is started once and never restarted."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions";
    CTR_08 8 Api "A container may restart by its own policy or rule in a pod with policy `Never`, and this never counts against a Job's `backoffLimit`."
        "pkg/api/v1/pod/util.go#ContainerShouldRestart; pkg/controller/job/job_controller.go#pastBackoffLimitOnFailure" since "1.35";
    CTR_10 10 Kubelet "A new sandbox is needed if there is none, several are ready, or the newest is not ready, has another network mode or lacks its IP."
        "pkg/kubelet/kuberuntime/util/util.go#PodSandboxChanged";
    CTR_11 11 Kubelet "A sync pass takes the first matching row of one table: reset, end the pod, make a new sandbox, kill a pod whose init failed, or act per container."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions";
    CTR_12 12 Kubelet "Init progress is found from the last init container backwards: the last one with an instance decides, and all before it count as done."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.computeInitContainerActions";
    CTR_13 13 Kubelet "A running container is killed for a changed image, a failed liveness or startup probe or a resize; a stopped one starts only by CTR-02."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions";
    CTR_14 14 Kubelet "When no regular container is kept or started, the pod with its sidecars is killed, and no init container or sidecar starts."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions" since "1.29";
    CTR_15 15 Kubelet "Readiness never kills or restarts a container."
        "pkg/kubelet/kubelet.go#handleProbeSync";
    CTR_16 16 Kubelet "A pod with policy `Never` that lost its sandbox stays `Running` while a stopped container could restart only by its own policy or rule."
        "from CTR-11, PHA-04";
    CTR_17 17 Kubelet "In a pod without init containers whose policy is not `Never`, a new sandbox restarts an exited container even if its own policy is `Never`."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions";
    CTR_18 18 Kubelet "The message of a single kill names the container and the cause: unknown state, changed definition, or failed liveness or startup probe."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions; pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.computeInitContainerActions";
    CTR_20 20 Kubelet "A new instance counts one restart more than the previous one or, if none is known, than the highest log file number; without logs it counts 0."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#startContainer; pkg/kubelet/kuberuntime/kuberuntime_container.go#calcRestartCountByLogDir";
    CTR_21 21 Kubelet "The reported `restartCount` never falls, and grows by 1 when a container reported terminated runs again without a higher count of its own."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_22 22 Kubelet "`restartCount` is best effort: it also grows by 1 when the runtime lost a container that was reported running."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_23 23 Kubelet "A new sandbox resets the runtime's restart count of init containers, but the reported `restartCount` still becomes the old one plus 1."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#purgeInitContainers";
    CTR_24 24 Kubelet "The first restart is immediate; later ones wait 10, 20, 40, 80, 160 and then always 300 seconds from the last exit, without jitter."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#doBackOff; staging/src/k8s.io/client-go/util/flowcontrol/backoff.go#Backoff";
    CTR_25 25 Kubelet "Restart back-off is capped by `crashLoopBackOff.maxContainerRestartPeriod`, 1 to 300 seconds and 300 by default, and starts at 10 seconds or that cap."
        "pkg/kubelet/kubelet.go#newCrashLoopBackOff; pkg/kubelet/apis/config/v1beta1/defaults.go#MaxContainerBackOff";
    CTR_26 26 Kubelet "Back-off starts again if the last exit came more than 600 seconds after its last update, for another image, and after a kubelet restart."
        "staging/src/k8s.io/client-go/util/flowcontrol/backoff.go#Backoff; pkg/kubelet/kubelet.go#newCrashLoopBackOff";
    CTR_27 27 Kubelet "Back-off applies to every exit, even with code 0, and to init containers and sidecars; meanwhile the container waits with `CrashLoopBackOff`."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.doBackOff";
    CTR_28 28 Kubelet "A kill and restart in one pass takes its back-off from an older exited instance and, if there is none, restarts at once."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.doBackOff";
    CTR_29 29 Kubelet "Image pulls back off separately per pod uid and image, from 10 seconds doubling to 300, measured from the last attempt."
        "pkg/kubelet/kubelet.go#imageBackOffPeriod; pkg/kubelet/kubelet.go#MaxImageBackOff";
    CTR_30 30 Kubelet "After an exit that triggers `RestartAllContainers` passes only remove containers; once none is left the pod starts over in the same sandbox."
        "pkg/kubelet/status/generate.go#GenerateAllContainersRestartingCondition; pkg/kubelet/container/helpers.go#ShouldAllContainersRestart" since "1.36";
    CTR_31 31 Kubelet "While a reset is due, a removed container waits with a last termination of code 137, reason `RestartingAllContainers` and one restart more."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses; pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.SyncPod" since "1.36";
    CTR_32 32 Kubelet "A reset is due if `AllContainersRestarting` was True, or a regular or init container exited with a code whose first matching rule asks for it."
        "pkg/kubelet/container/helpers.go#ShouldAllContainersRestart" since "1.36";
    CTR_35 35 Kubelet "The kubelet drops a whole status update in which a container leaves terminated although no policy or rule lets it restart, sidecars excepted."
        "pkg/kubelet/status/status_manager.go#checkContainerStateTransition";
    CTR_36 36 Api "The API server's check of container states is stricter than the kubelet's: it has no exception by the pod's policy for a container with its own."
        "pkg/apis/core/validation/validation.go#ValidateContainerStateTransition" since "1.35";
    CTR_37 37 Derived "A container goes from waiting to running and terminated; it leaves terminated only by CTR-35, and goes from running to waiting only if lost."
        "from CTR-35, CTR-40..45";
    CTR_40 40 Kubelet "A running instance is reported as running, a created one as waiting without reason, and an exited one as terminated with the runtime's values."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_41 41 Kubelet "An instance of unknown state that was reported running is reported terminated with 137 and one restart more, any other as waiting."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_42 42 Kubelet "Without an instance a reported termination is kept; any other container waits, with a last termination of 137 if it was running and had none."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_43 43 Kubelet "A regular init without an instance is reported completed with code 0 if a regular container has been created, runs or has exited."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_44 44 Kubelet "A container that should restart but failed to start waits with that error as reason, and a termination it showed moves to `lastState`."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_45 45 Kubelet "A container's state and `lastState` come from its newest two instances; with only one, `lastState` comes from what was reported before."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_46 46 Kubelet "At least one dead instance per container is kept until the pod is evicted, or both deleted and terminated."
        "pkg/kubelet/pod_workers.go#podWorkers.ShouldPodContentBeRemoved; pkg/kubelet/kuberuntime/kuberuntime_gc.go#containerGC.evictContainers";
    CTR_47 47 Kubelet "Image, `containerID` and count come from the newest instance; without one, image comes from the spec, `containerID` is empty and `ready` false."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_48 48 Kubelet "Regular container statuses are ordered by name and init statuses as in the spec, and times are cut to whole seconds."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses; pkg/kubelet/status/status_manager.go#normalizeStatus";
    CTR_49 49 Kubelet "The kubelet uses fixed messages for states and conditions that it infers, such as those of lost, removed or unready containers."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    CTR_50 50 Kubelet "Only regular containers and sidecars are probed; before any result readiness counts as failed, liveness as succeeded and startup as unknown."
        "pkg/kubelet/prober/worker.go; pkg/kubelet/prober/prober_manager.go";
    CTR_51 51 Kubelet "Liveness and readiness probes do not run until the container is started, and the startup probe does not run after that."
        "pkg/kubelet/prober/worker.go#worker.doProbe";
    CTR_52 52 Kubelet "A probe result counts after a threshold of equal results in a row; liveness failure and startup results then pause the probe until a new instance."
        "pkg/kubelet/prober/worker.go#worker.doProbe";
    CTR_53 53 Kubelet "A liveness or startup failure kills the container in the next pass with the grace of KUB-42."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.computePodActions";
    CTR_54 54 Kubelet "A readiness result changes only `ready` and the conditions `Ready` and `ContainersReady`."
        "pkg/kubelet/prober/prober_manager.go#manager.UpdatePodStatus";
    CTR_55 55 Kubelet "Termination first stops the liveness and startup probes of regular containers; readiness and sidecar probes run until all containers stopped."
        "pkg/kubelet/kubelet.go#Kubelet.SyncTerminatingPod; pkg/kubelet/prober/prober_manager.go#manager.StopLivenessAndStartup";
    CTR_56 56 Kubelet "A probe worker exits when the cached phase is terminal or its container will not be restarted."
        "pkg/kubelet/prober/worker.go#worker.doProbe";
    CTR_60 60 Kubelet "A failed `postStart` hook kills its container with full grace, the start result is `PostStartHookError`, and restart follows the exit code."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#startContainer";
    CTR_61 61 Kubelet "A `postStart` hook has no order against the entrypoint: the container already runs when the hook starts."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.startContainer";
    CTR_62 62 Kubelet "A `preStop` hook runs before every stop by the kubelet whose grace is above 0, but not when the process exits by itself and not for orphans."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#killContainer";
    CTR_63 63 Kubelet "A `preStop` hook that fails or times out does not stop the termination."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.executePreStopHook";
    CTR_64 64 Kubelet "Hooks run at least once, not exactly once: a failed kill attempt or a kubelet restart runs them again."
        "pkg/kubelet/pod_workers.go#podWorkers.podWorkerLoop";
}
