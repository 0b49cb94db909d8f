//! Rules from create over scheduling and admission to start-up.

rules! { Cre:
    CRE_01 1 Api "Create inserts only under a free namespace and name; while any object of that name is stored, even a deleting one, it fails with 409 `AlreadyExists`."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.create; staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.Create";
    CRE_02 2 Api "A create with `generateName` and no name is tried up to 8 times with fresh random suffixes when the name is taken."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.createWithGenerateNameRetry";
    CRE_03 3 Api "Create discards a client's status and stores phase `Pending` and generation 1."
        "pkg/registry/core/pod/strategy.go#podStrategy.PrepareForCreate";
    CRE_04 4 Api "PUT never creates a pod; of all updates only server-side apply does."
        "pkg/registry/core/pod/strategy.go#podStrategy.AllowCreateOnUpdate; staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.Update";
    CRE_05 5 Api "Create, bind and eviction in a terminating namespace are refused with 403 and cause `NamespaceTerminating`; deletes and updates are admitted."
        "staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go#Lifecycle.Admit";
    CRE_06 6 Api "A kubelet may create only mirror pods of its own node, delete, evict or write the status of pods bound to it, and never update a spec."
        "plugin/pkg/admission/noderestriction/admission.go#Plugin.admitPod; plugin/pkg/admission/noderestriction/admission.go#admitPodStatus";
    CRE_10 10 Api "Every write is a compare-and-swap on the etcd revision; after a lost race all checks run again on the new object."
        "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.GuaranteedUpdate; staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.conditionalDelete";
    CRE_11 11 Api "An update may start from the watch cache, but an error computed from a stale object is never returned: the object is read and checked again."
        "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.GuaranteedUpdate; staging/src/k8s.io/apiserver/pkg/storage/cacher/delegator.go#CacheDelegator.GuaranteedUpdate";
    CRE_12 12 Api "An update that leaves the stored bytes equal is not written: no new `resourceVersion` and no watch event."
        "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.GuaranteedUpdate";
    CRE_13 13 Api "A PUT whose `resourceVersion`, or a PUT or PATCH whose uid, differs from the stored one gets 409; a PUT may omit both."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.Update; staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#defaultUpdatedObjectInfo.Preconditions";
    CRE_14 14 Api "A filtered watch reports membership: entering the filter is ADDED, leaving it is DELETED with the previous content, staying is MODIFIED."
        "staging/src/k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go#cacheWatcher.convertToWatchEvent; pkg/scheduler/scheduler.go#newPodInformer";
    CRE_15 15 Kubelet "After a relist a reader may have missed intermediate states, even a recreation under the same name, and must compare the uid itself."
        "staging/src/k8s.io/client-go/tools/cache/delta_fifo.go#DeletedFinalStateUnknown";
    CRE_20 20 Scheduler "The scheduler queues only pods with an empty `nodeName`, a non-terminal phase and the `schedulerName` of one of its profiles."
        "pkg/scheduler/eventhandlers.go#Scheduler.addPod; pkg/scheduler/eventhandlers.go#responsibleForPod";
    CRE_21 21 Scheduler "The scheduler does not try a pod with a scheduling gate; removing the last gate queues it."
        "pkg/scheduler/framework/plugins/schedulinggates/scheduling_gates.go#SchedulingGates.PreEnqueue";
    CRE_22 22 Scheduler "The scheduler skips a deleting pod when it is popped, and rejects or drops an assumed pod that starts deleting."
        "pkg/scheduler/schedule_one.go#Scheduler.skipPodSchedule; pkg/scheduler/eventhandlers.go#Scheduler.handleAssumedPodDeletion";
    CRE_23 23 Scheduler "After a failed attempt the scheduler writes `PodScheduled` False with `Unschedulable` or `SchedulerError`; it never writes a phase."
        "pkg/scheduler/schedule_one.go#Scheduler.handleSchedulingFailure";
    CRE_24 24 Scheduler "Scheduling is retried after 1 second, doubling to 10 seconds, and for an unschedulable pod after at most 5 minutes even without an event."
        "pkg/scheduler/backend/queue/scheduling_queue.go#DefaultPodMaxInUnschedulablePodsDuration";
    CRE_25 25 Scheduler "Deleting pods that are not terminal still use node resources in the scheduler's view; terminal pods use none."
        "pkg/scheduler/eventhandlers.go#Scheduler.addPod; pkg/scheduler/eventhandlers.go#Scheduler.deletePod";
    CRE_30 30 Api "Bind sets `nodeName` in one compare-and-swap: an absent pod gives 404, and one that is deleting, already bound or gated gives 409."
        "pkg/registry/core/pod/storage/storage.go#BindingREST.Create; pkg/registry/core/pod/storage/storage.go#BindingREST.setPodNodeAndMetadata";
    CRE_31 31 Api "Bind checks neither the existence or readiness of the target node nor the phase of the pod."
        "pkg/registry/core/pod/storage/storage.go#BindingREST.Create; pkg/registry/core/pod/storage/storage.go#BindingREST.setPodNodeAndMetadata";
    CRE_32 32 Api "Bind writes the stored object directly, without strategy hooks and pod validation."
        "pkg/registry/core/pod/storage/storage.go#BindingREST.Create; pkg/registry/core/pod/storage/storage.go#BindingREST.setPodNodeAndMetadata";
    CRE_33 33 Scheduler "The default binder sends the pod's uid and no `resourceVersion`, so it never binds a recreated pod of the same name."
        "pkg/scheduler/framework/plugins/defaultbinder/default_binder.go#DefaultBinder.Bind";
    CRE_34 34 Api "Of a racing bind and delete the first compare-and-swap wins: a bind after the delete gets 409 or 404, a delete after the bind proceeds."
        "from CRE-10, CRE-30";
    CRE_40 40 Kubelet "The kubelet admits new pods in order of creation, running ones too after its restart, unless the phase is terminal or termination was requested."
        "pkg/kubelet/kubelet.go#Kubelet.HandlePodAdditions";
    CRE_41 41 Kubelet "The kubelet's admission handlers run in a fixed order, from resize support to node shutdown, and the first rejection wins."
        "pkg/kubelet/kubelet.go#NewMainKubelet; pkg/kubelet/allocation/allocation_manager.go#manager.canAdmitPod";
    CRE_42 42 Kubelet "A rejected pod gets phase `Failed` with reason and message, its worker is not started, and its admission is never retried."
        "pkg/kubelet/kubelet.go#Kubelet.rejectPod";
    CRE_43 43 Kubelet "A rejection carries one of the kubelet's rejection reasons, such as `Evicted`, `NodeAffinity`, `OutOfcpu`, `TopologyAffinityError` or `NodeShutdown`."
        "pkg/kubelet/kubelet.go#admissionRejectionReasons";
    CRE_44 44 Kubelet "A critical pod that lacks only resources preempts others: each victim is killed with its own grace and gets `Failed`, `Preempting` and `DisruptionTarget`."
        "pkg/kubelet/preemption/preemption.go#CriticalPodAdmissionHandler.evictPodsToFreeRequests";
    CRE_45 45 Kubelet "The containers of a running pod that is rejected after a kubelet restart are killed as orphans with grace 1 by the next housekeeping."
        "pkg/kubelet/kubelet_pods.go#Kubelet.HandlePodCleanups";
    CRE_46 46 Kubelet "Housekeeping pushes a rejected pod that is deleting through the worker so that the final DELETE is sent."
        "pkg/kubelet/kubelet_pods.go#Kubelet.filterTerminalPodsToDelete";
    CRE_50 50 Kubelet "A `SyncPod` pass stops at once if the computed phase is terminal; else it publishes the status, prepares cgroup and volumes and syncs the runtime."
        "pkg/kubelet/kubelet.go#Kubelet.SyncPod";
    CRE_51 51 Kubelet "A runtime sync kills what must go, then makes the sandbox, and then starts ephemeral, init and regular containers, in this order."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.SyncPod";
    CRE_52 52 Kubelet "A regular init container that cannot start aborts the pass; a sidecar or regular container that cannot start does not stop the others."
        "pkg/kubelet/kuberuntime/kuberuntime_manager.go#kubeGenericRuntimeManager.SyncPod";
    CRE_53 53 Kubelet "Regular containers start one after another in spec order, once every regular init has exited with 0 and every sidecar is started."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.computeInitContainerActions; pkg/kubelet/kuberuntime/kuberuntime_container.go#startContainer";
    CRE_54 54 Kubelet "A container is pulled, created, started and then runs its `postStart` hook synchronously, with no timeout for an exec hook."
        "pkg/kubelet/kuberuntime/kuberuntime_container.go#kubeGenericRuntimeManager.startContainer";
    CRE_55 55 Kubelet "Cancelling a sync interrupts volume waits but not the runtime sync: pulls, starts and `postStart` hooks in progress finish first."
        "pkg/kubelet/kubelet.go#Kubelet.SyncPod";
    CRE_56 56 Kubelet "A failed sync is retried after 10 seconds or at the end of the back-off, a successful one after 1 minute, each with up to 50 % jitter."
        "pkg/kubelet/pod_workers.go#podWorkers.completeWork";
}
