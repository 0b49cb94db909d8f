//! Rules of what the API server accepts in an update.

rules! { Val:
    VAL_00 0 Api "Each endpoint changes only its own part of the pod and restores the rest from the stored object."
        "pkg/registry/core/pod/strategy.go#podStrategy.PrepareForUpdate; pkg/registry/core/pod/strategy.go#podStatusStrategy.PrepareForUpdate";
    VAL_01 1 Api "Name, namespace, uid and `creationTimestamp` are immutable; an empty uid and any `creationTimestamp` are filled from the stored object."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateObjectMetaAccessorUpdate; staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#BeforeUpdate";
    VAL_02 2 Api "Setting `deletionTimestamp` where there is none gives 422 at the main endpoint; a different `deletionGracePeriodSeconds` gives 422 at every endpoint."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateObjectMetaAccessorUpdate; staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#BeforeUpdate";
    VAL_03 3 Api "An update must have a `resourceVersion` after the server's fill-in, and its generation may not be lower than the stored one."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateObjectMetaAccessorUpdate; staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#BeforeUpdate";
    VAL_04 4 Api "While the stored object is deleting, new finalizers must be a subset of the old ones, else there is one error of kind Forbidden."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateObjectMetaAccessorUpdate; staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#BeforeUpdate";
    VAL_05 5 Api "A finalizer is a qualified name or one of the three standard names without a slash; `orphan` and `foregroundDeletion` exclude each other."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateFinalizers; pkg/apis/core/validation/validation.go#validateKubeFinalizerName";
    VAL_06 6 Api "Owner references need four fields and at most one controller; label and annotation keys are qualified names, label values at most 63 characters."
        "staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateOwnerReferences; staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go#ValidateObjectMetaAccessorUpdate";
    VAL_07 7 Api "An update that makes no difference is not written."
        "staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go#store.GuaranteedUpdate";
    VAL_08 8 Api "Metadata is checked in several passes, each of which lists its errors again, so one fault may be listed up to four times."
        "staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#BeforeUpdate; staging/src/k8s.io/apiserver/pkg/registry/rest/update.go#validateCommonFields";
    VAL_09 9 Api "`metadata.managedFields` counts as a difference: an update that moves field ownership is written even if all else stays the same."
        "staging/src/k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager/equality.go#IgnoreManagedFieldsTimestampsTransformer; staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/managedfieldsupdater.go#managedFieldsUpdater.Update";
    VAL_10 10 Api "A spec update may only change images, add or lower `activeDeadlineSeconds`, extend tolerations, remove gates and repair a negative grace."
        "pkg/apis/core/validation/validation.go#ValidatePodUpdate; pkg/apis/core/validation/validation.go#ValidateContainerUpdates";
    VAL_11 11 Api "While a pod has scheduling gates, an update may also add to `nodeSelector`, set a missing `nodeAffinity` or add requirements to its required terms."
        "pkg/apis/core/validation/validation.go#ValidatePodUpdate; pkg/apis/core/validation/validation.go#validateNodeAffinityMutation";
    VAL_12 12 Api "An update can neither set nor change `nodeName`."
        "pkg/apis/core/validation/validation.go#ValidatePodUpdate";
    VAL_13 13 Api "The complete new spec is validated again as on create, before the update checks, so some faults are listed twice."
        "pkg/apis/core/validation/validation.go#ValidatePodUpdate";
    VAL_14 14 Api "What may change in a spec does not depend on phase or `deletionTimestamp`: the image of a terminal or deleting pod can still be changed."
        "pkg/apis/core/validation/validation.go#ValidatePodUpdate";
    VAL_15 15 Api "Restart policies, `terminationGracePeriodSeconds`, hooks and probes are fixed for the life of a pod."
        "from VAL-10";
    VAL_16 16 Api "Existing ephemeral containers can be neither changed nor removed; new ones can be added, except at create and on mirror pods."
        "pkg/apis/core/validation/validation.go#ValidatePodEphemeralContainersUpdate";
    VAL_17 17 Api "The spec checks of an update run in a fixed order, and a changed number of containers or a bad or raised `activeDeadlineSeconds` ends them."
        "pkg/apis/core/validation/validation.go#ValidatePodUpdate; pkg/apis/core/validation/validation.go#ValidateContainerUpdates";
    VAL_20 20 Api "The API server does not check the phase: an authorised status writer may change any phase into any other, even a terminal one."
        "pkg/apis/core/validation/validation.go#ValidatePodStatusUpdate";
    VAL_21 21 Api "A status update cannot change `qosClass` or `nodeName`; `observedGeneration` may not be negative, and an omitted one keeps its old value."
        "pkg/apis/core/validation/validation.go#ValidatePodStatusUpdate; pkg/registry/core/pod/strategy.go#podStatusStrategy.PrepareForUpdate";
    VAL_22 22 Api "A status update may take a container out of terminated only if it is restartable or some rule of the pod has action `RestartAllContainers`."
        "pkg/apis/core/validation/validation.go#ValidateContainerStateTransition; pkg/apis/core/validation/validation.go#ValidateInitContainerStateTransition" since "1.36";
    VAL_23 23 Api "An ephemeral container never leaves terminated, whatever rules the pod has."
        "pkg/apis/core/validation/validation.go#ValidateEphemeralContainerStateTransition";
    VAL_24 24 Api "Dropping a status entry, changing an exit code, lowering `restartCount` and going from running back to waiting are all accepted."
        "pkg/apis/core/validation/validation.go#ValidatePodStatusUpdate";
    VAL_25 25 Api "A new `nominatedNodeName` must be a valid node name on a pod that is not bound; clearing it is always allowed."
        "pkg/apis/core/validation/validation.go#ValidatePodStatusUpdate";
    VAL_26 26 Api "Condition types other than `PodScheduled`, `Ready` and `Initialized` must be qualified names; duplicates are not rejected."
        "pkg/apis/core/validation/validation.go#ValidatePodStatusUpdate";
    VAL_27 27 Api "A status write on a deleting object with grace 0 and no finalizers removes the object instead."
        "staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go#ShouldDeleteDuringUpdate";
    VAL_28 28 Api "A new `podIPs` or `hostIPs` entry must be a valid address, two entries must be one IPv4 and one IPv6, and `hostIP` must equal the first of `hostIPs`."
        "pkg/apis/core/validation/validation.go#validatePodIPs; pkg/apis/core/validation/validation.go#validateHostIPs";
    VAL_29 29 Api "A status update may neither add, change nor remove the annotation `kubernetes.io/config.mirror`."
        "pkg/apis/core/validation/validation.go#ValidatePodStatusUpdate";
    VAL_30 30 Api "Create refuses gates with `nodeName`, ephemeral containers, a deadline or probe grace below 1, and a sleep hook longer than the pod's grace."
        "pkg/apis/core/validation/validation.go#ValidatePodCreate; pkg/apis/core/validation/validation.go#ValidatePodSpec";
    VAL_31 31 Api "The target of a binding has a name and kind Node or none."
        "pkg/apis/core/validation/validation.go#ValidatePodBinding";
    VAL_32 32 Api "A pod may be created with a `nodeName` that no node has; it stays `Pending` until the pod garbage collector sets it `Failed` and deletes it."
        "pkg/apis/core/validation/validation.go#ValidatePodCreate";
}
