//! Rules of deletion in the API server.

rules! { Del:
    DEL_01 1 Api "Delete options are validated before the object is looked up, so a bad `propagationPolicy`, `orphanDependents` or `dryRun` gives 422 ahead of 404 and 409."
        "staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go#ValidateDeleteOptions; staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go#ValidateDryRun";
    DEL_02 2 Api "Delete options come from the body or, if it is empty, from the query string; options that are missing take their defaults."
        "staging/src/k8s.io/apiserver/pkg/endpoints/handlers/delete.go#DeleteResource; staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.Delete";
    DEL_03 3 Api "A delete's uid and `resourceVersion` are compared first and again in every compare-and-swap; a mismatch gives 409 and changes nothing."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go#BeforeDelete; staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.Delete";
    DEL_04 4 Api "A negative requested grace counts as 1, and so does a negative stored `deletionGracePeriodSeconds`."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go#BeforeDelete";
    DEL_05 5 Api "A first delete takes the requested grace, else `terminationGracePeriodSeconds`, else 0; unbound and terminal pods get 0, negative values become 1."
        "pkg/registry/core/pod/strategy.go#podStrategy.CheckGracefulDelete";
    DEL_06 6 Api "A first delete may ask for a longer grace than `terminationGracePeriodSeconds`; there is no cap."
        "from DEL-05";
    DEL_07 7 Api "The first delete sets `deletionTimestamp` to now plus the grace and `deletionGracePeriodSeconds` to the grace, and raises generation by 1."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go#BeforeDelete";
    DEL_08 8 Api "A repeated DELETE can only shorten the grace; a `deletionTimestamp` that would then be past becomes now, with grace 1 unless 0 was asked for."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go#BeforeDelete";
    DEL_09 9 Api "While `deletionGracePeriodSeconds` is above 0, a repeated DELETE that gives no grace or not a smaller one is a no-op: it succeeds and writes nothing."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go#BeforeDelete; staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.Delete";
    DEL_10 10 Api "The grace of a deleting pod is not recomputed when it turns terminal or for lack of a node: only a DELETE with a smaller grace shortens it."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go#BeforeDelete";
    DEL_11 11 Api "A delete sets or clears `orphan` and `foregroundDeletion` by its propagation, keeps them if none is given, and never touches other finalizers."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#shouldOrphanDependents; staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#shouldDeleteDependents";
    DEL_12 12 Api "Every delete that is not a no-op recomputes the finalizers `orphan` and `foregroundDeletion` before it decides."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.updateForGracefulDeletionAndFinalizers";
    DEL_13 13 Api "A DELETE removes the pod if its grace is then 0 and no finalizers remain; otherwise the pod stays, and an absent pod gives 404."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.Delete; staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.updateForGracefulDeletionAndFinalizers";
    DEL_14 14 Api "A DELETE that both marks and removes needs two storage operations, and the second tests only the request's own preconditions again."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.Delete; staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.conditionalDelete";
    DEL_15 15 Api "A DELETE answers 200 with the object even if it stays, and 202 only if `orphanDependents` false was sent and the object was not removed."
        "staging/src/k8s.io/apiserver/pkg/endpoints/handlers/delete.go#DeleteResource; pkg/registry/core/pod/storage/storage.go#NewStorage";
    DEL_16 16 Api "An update removes the object iff it leaves no finalizers, `deletionTimestamp` was set, and `deletionGracePeriodSeconds` was 0 or unset."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#ShouldDeleteDuringUpdate; staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.deleteWithoutFinalizers";
    DEL_17 17 Api "Finalizers of a deleting object can be removed or reordered, but adding one gives 422 Forbidden."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateObjectMetaAccessorUpdate";
    DEL_18 18 Api "All other mutable fields stay mutable while a pod is deleting, and spec changes still raise generation."
        "pkg/registry/core/pod/strategy.go#podStrategy.PrepareForUpdate";
    DEL_19 19 Api "An update can neither clear nor change `deletionTimestamp`, and a different `deletionGracePeriodSeconds` gives 422."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#BeforeUpdate";
    DEL_20 20 Api "A status update restores spec, `deletionTimestamp` and `ownerReferences`, but not labels, annotations or finalizers, so it can remove finalizers."
        "pkg/registry/core/pod/strategy.go#podStatusStrategy.PrepareForUpdate";
    DEL_21 21 Api "A delete that lost a race is decided again on the new object with the grace it computed first, as if the client had sent it."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.updateForGracefulDeletionAndFinalizers";
    DEL_22 22 Api "A DELETE without grace that first read the pod unbound removes it with grace 0 even if it was bound in the meantime."
        "from DEL-21, CRE-30";
    DEL_23 23 Api "A DELETE that first read a running pod and finds it terminal in its compare-and-swap uses grace 0."
        "from DEL-05, DEL-21";
    DEL_24 24 Api "A DELETE without a uid precondition deletes whatever pod has that name at that moment; of the components only kubelet and garbage collector send it."
        "pkg/controller/controller_utils.go#RealPodControl.DeletePod; pkg/scheduler/util/utils.go#DeletePod";
    DEL_25 25 Api "Deleting an owner does not by itself delete its pods; the garbage collector does."
        "pkg/controller/garbagecollector/garbagecollector.go#GarbageCollector.attemptToDeleteItem";
    DEL_26 26 Api "Deleting a collection lists it and deletes each item with the same options; it is not atomic, ignores 404 and stops at the first other error."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.DeleteCollection";
    DEL_27 27 Api "Unsafe delete, off by default, removes only objects that cannot be decoded and skips preconditions, finalizers and admission."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/corrupt_obj_deleter.go; staging/src/k8s.io/apiserver/pkg/endpoints/handlers/delete.go";
    DEL_28 28 Client "kubectl sends no grace by default, grace 1 for `--now` and for `--grace-period=0` without `--force`, and grace 0 for `--force`."
        "staging/src/k8s.io/kubectl/pkg/cmd/delete/delete.go";
    DEL_29 29 Api "A DELETE with grace 0 and no finalizers removes the object without any contact with the kubelet, so its processes may go on running."
        "from DEL-13 rows 2, 6";
    DEL_30 30 Api "A stored deleting pod with grace 0 and no finalizers is a legal leftover that any DELETE or update removes."
        "from DEL-13, DEL-16";
    DEL_31 31 Derived "No component removes a bound pod because its `deletionTimestamp` has passed; the kubelet uses `deletionGracePeriodSeconds` instead."
        "pkg/serviceaccount/claims.go#validator.Validate; pkg/controller/job/backoff_utils.go#getFinishTimeFromDeletionTimestamp";
    DEL_32 32 Api "A DELETE is refused with 422, then 404, then 409; an update with 404, then 409 for uid, 409 for `resourceVersion`, and then 422."
        "staging/src/k8s.io/apiserver/pkg/endpoints/handlers/delete.go#DeleteResource; staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#Store.Delete";
    DEL_40 40 Derived "Trace: grace 30 at 100 and again 5 at 110 is clamped to now with grace 1; the kubelet's DELETE at 111 removes."
        "from DEL-07, DEL-08, DEL-13";
    DEL_41 41 Derived "Trace: a first DELETE asks 60 on a Pod with 30 and gets it; a plain DELETE after it changes nothing."
        "from DEL-06, DEL-09";
    DEL_42 42 Derived "Trace: with a finalizer the kubelet's DELETE leaves grace 0; removing the finalizer removes the object, in the other order the DELETE does."
        "from DEL-13, DEL-16";
    DEL_43 43 Derived "Trace: an unbound Pod is removed at once, whatever grace is asked."
        "from DEL-05, DEL-13";
    DEL_44 44 Derived "Trace: a bound Pod on a dead node waits for the kubelet, the Pod garbage collector or a forced DELETE."
        "from DEL-13, DEL-31";
    DEL_45 45 Derived "Trace: a Pod that has ended is removed at once, even with its volumes still mounted."
        "from DEL-05, DEL-13";
    DEL_46 46 Derived "Trace: a forced DELETE removes a Pod that is deleting with grace 30 on a lost node."
        "from DEL-13";
}
