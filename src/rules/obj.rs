//! Rules of the stored object and its fields.

rules! { Obj:
    OBJ_01 1 Api "The server generates `metadata.uid`, and create clears a client's uid, `creationTimestamp`, `deletionTimestamp` and `deletionGracePeriodSeconds`."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/meta.go#WipeObjectMetaSystemFields; staging/src/k8s.io/apiserver/pkg/registry/rest/meta.go#FillObjectMetaSystemFields";
    OBJ_02 2 Api "`resourceVersion` is the etcd revision of the object: it changes with every stored write, and a create that carries one is refused."
        "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.Create; staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.GuaranteedUpdate";
    OBJ_03 3 Api "`generation` starts at 1 and grows with spec updates and the first delete, but not with bind, status writes or grace shortening."
        "pkg/registry/core/pod/strategy.go#podStrategy.PrepareForCreate; pkg/registry/core/pod/strategy.go#updatePodGeneration";
    OBJ_04 4 Api "Only the server sets `deletionTimestamp`, and never unsets it; a shortening moves it by the difference in grace, but not before now."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go#BeforeDelete; staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#BeforeUpdate";
    OBJ_05 5 Api "`deletionGracePeriodSeconds` is the grace in force; 0 beside a `deletionTimestamp` means that only finalizers may still hold the object."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go#BeforeDelete";
    OBJ_06 6 Api "A non-empty finalizers list keeps the object stored; the server itself interprets only `orphan` and `foregroundDeletion`, which exclude each other."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateFinalizers";
    OBJ_07 7 Api "Each owner reference needs `apiVersion`, kind, name and uid; at most one has `controller` true, and a v1 Event cannot be an owner."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateOwnerReferences";
    OBJ_10 10 Api "`spec.nodeName` may be set at create unless the pod has scheduling gates; afterwards only the binding subresource can set it."
        "pkg/apis/core/validation/validation.go#ValidatePodCreate; pkg/apis/core/validation/validation.go#ValidatePodUpdate";
    OBJ_11 11 Api "`restartPolicy` is `Always` (the default), `OnFailure` or `Never` and is immutable; Job templates refuse `Always`, other workload templates require it."
        "pkg/apis/core/validation/validation.go#validateRestartPolicy; pkg/apis/core/v1/defaults.go#SetDefaults_PodSpec";
    OBJ_12 12 Api "`terminationGracePeriodSeconds` defaults to 30, may be 0, is read as 1 when negative in a Pod, and is immutable apart from that repair."
        "pkg/apis/core/v1/defaults.go#SetDefaults_PodSpec; pkg/apis/core/v1/conversion.go#Convert_v1_Pod_To_core_Pod";
    OBJ_13 13 Api "`activeDeadlineSeconds` lies between 1 and 2147483647; an update may add or lower it, but neither raise nor remove it."
        "pkg/apis/core/validation/validation.go#ValidatePodSpec; pkg/apis/core/validation/validation.go#ValidatePodUpdate";
    OBJ_14 14 Api "A pod has at least one container, all container names differ, and after create only images may change in the regular and init lists."
        "pkg/apis/core/validation/validation.go#validateContainers; pkg/apis/core/validation/validation.go#validateInitContainers";
    OBJ_15 15 Api "A container's `restartPolicy` overrides the pod's; `Always` on an init container makes it a sidecar, and ephemeral containers may have none."
        "pkg/apis/core/validation/validation.go#validateContainerRestartPolicy; pkg/apis/core/validation/validation.go#validateInitContainerRestartPolicy" since "1.35";
    OBJ_16 16 Api "A container with its own `restartPolicy` may have up to 20 `restartPolicyRules`, each of action `Restart` or `RestartAllContainers` and with exit codes."
        "pkg/apis/core/validation/validation.go#validateContainerRestartPolicy; pkg/apis/core/validation/validation.go#validateInitContainerRestartPolicy" since "1.36";
    OBJ_17 17 Api "Hooks are exec, `httpGet`, `tcpSocket` or sleep, which is at most `terminationGracePeriodSeconds`; regular init containers have no hooks and no probes."
        "pkg/apis/core/validation/validation.go#validateLifecycle; pkg/apis/core/validation/validation.go#validateSleepAction" since "1.30";
    OBJ_18 18 Api "`lifecycle.stopSignal` needs `spec.os.name`, is limited to SIGTERM and SIGKILL on Windows, and is honoured only with the gate `ContainerStopSignals`."
        "pkg/apis/core/validation/validation.go#validateStopSignal; pkg/kubelet/kuberuntime/helpers.go#getContainerConfigStopSignal";
    OBJ_19 19 Api "Liveness and startup probes need `successThreshold` 1; a probe's `terminationGracePeriodSeconds` is at least 1 and forbidden on readiness probes."
        "pkg/apis/core/v1/defaults.go#SetDefaults_Probe; pkg/apis/core/validation/validation.go#validateProbe";
    OBJ_20 20 Api "`spec.schedulingGates` are unique qualified names, can only be removed after create, and cannot be combined with `nodeName` at create."
        "pkg/apis/core/validation/validation.go#validateSchedulingGates; pkg/apis/core/validation/validation.go#validateOnlyDeletedSchedulingGates";
    OBJ_21 21 Api "Every condition type listed in `spec.readinessGates` must be True for the pod to be `Ready`."
        "pkg/kubelet/status/generate.go#GeneratePodReadyCondition";
    OBJ_22 22 Api "Admission adds `NoExecute` tolerations of 300 seconds for not-ready and unreachable nodes where no toleration of the pod matches."
        "plugin/pkg/admission/defaulttolerationseconds/admission.go#Plugin.Admit";
    OBJ_30 30 Api "Create replaces the whole status by phase `Pending` and the computed `qosClass`, and a gated pod also gets `PodScheduled` False with `SchedulingGated`."
        "pkg/registry/core/pod/strategy.go#podStrategy.PrepareForCreate; pkg/registry/core/pod/strategy.go#applySchedulingGatedCondition";
    OBJ_31 31 Derived "The phase is `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`; no component sets `Unknown`, and no phase stands for a pod that is terminating."
        "staging/src/k8s.io/api/core/v1/types.go#PodPhase";
    OBJ_32 32 Kubelet "`startTime` is when the kubelet first wrote a status for the pod, even a rejection; it never changes, and `activeDeadlineSeconds` counts from it."
        "pkg/kubelet/status/status_manager.go#manager.updateStatusInternal; pkg/kubelet/active_deadline.go#activeDeadlineHandler.pastActiveDeadline";
    OBJ_33 33 Kubelet "`status.reason` and `status.message` belong to the phase and are kept while it does not change."
        "pkg/kubelet/kubelet_pods.go#Kubelet.generateAPIPodStatus";
    OBJ_34 34 Api "`qosClass` is immutable, and a status write that drops it gets the stored value back."
        "pkg/registry/core/pod/strategy.go#podStatusStrategy.PrepareForUpdate";
    OBJ_35 35 Scheduler "`nominatedNodeName` is a hint: bind clears it, and a bound pod accepts no new value."
        "pkg/registry/core/pod/storage/storage.go#BindingREST.setPodNodeAndMetadata; pkg/apis/core/validation/validation.go#ValidatePodStatusUpdate";
    OBJ_40 40 Kubelet "The kubelet owns exactly its condition types (readiness, start-up, scheduling, resize, restart) and preserves all others in every write."
        "pkg/kubelet/types/pod_status.go#PodConditionByKubelet";
    OBJ_41 41 Kubelet "In a terminal phase `Ready` and `ContainersReady` are False, with reason `PodCompleted` for `Succeeded` and `PodFailed` for `Failed`."
        "pkg/kubelet/status/generate.go#GenerateContainersReadyCondition; pkg/kubelet/status/status_manager.go#mergePodStatus";
    OBJ_42 42 Kubelet "Setting `deletionTimestamp` does not by itself change `Ready`; only probe results and stopping containers do."
        "pkg/kubelet/status/generate.go#GeneratePodReadyCondition";
    OBJ_43 43 ControllerManager "The disruption controller resets `DisruptionTarget` to False when the pod is still not deleting after 2 minutes."
        "pkg/controller/disruption/disruption.go#DisruptionController.syncStalePodDisruption";
    OBJ_50 50 Kubelet "A container state has exactly one of waiting, running and terminated, an empty one means waiting, and `lastState` holds the previous termination."
        "staging/src/k8s.io/api/core/v1/types.go#ContainerState";
    OBJ_51 51 Kubelet "A waiting container's reason is its last start error, else `PodInitializing` if the pod has init containers, else `ContainerCreating`."
        "pkg/kubelet/kubelet_pods.go#Kubelet.convertToAPIContainerStatuses";
    OBJ_52 52 Kubelet "A regular container or sidecar is `ready` when it is started and its readiness probe, if any, succeeds; a regular init when it exited with 0."
        "pkg/kubelet/prober/prober_manager.go#manager.UpdatePodStatus";
    OBJ_53 53 Kubelet "A container is `started` when it runs and its startup probe, if it has one, has succeeded."
        "pkg/kubelet/prober/prober_manager.go#manager.isContainerStarted";
    OBJ_54 54 Kubelet "`containerID` identifies one instance of a container and changes on every restart, and `restartCount` follows CTR-20 to CTR-23."
        "staging/src/k8s.io/api/core/v1/types.go#ContainerStatus";
}
