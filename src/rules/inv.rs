//! Invariants: what holds in every reachable state.

rules! { Inv:
    INV_01 1 Derived "At most one object exists per namespace and name: two pods with different uid never share a name at one time."
        "from CRE-01";
    INV_02 2 Derived "A uid that left the store never returns, and an object's uid, `creationTimestamp`, name and namespace are constant."
        "from OBJ-01, VAL-01";
    INV_03 3 Derived "`resourceVersion` strictly increases with every stored change, and a write that makes no difference changes nothing."
        "from OBJ-02, CRE-12";
    INV_04 4 Derived "`deletionTimestamp` and `deletionGracePeriodSeconds` are set together and, once set, never unset."
        "from DEL-07, DEL-19";
    INV_05 5 Derived "`deletionGracePeriodSeconds` never increases; `deletionTimestamp` alone may move either way."
        "from DEL-08, OBJ-04";
    INV_06 6 Derived "While `deletionTimestamp` is set, finalizers gain nothing but `orphan` and `foregroundDeletion`, and those only by a DELETE that is not a no-op."
        "from DEL-17, DEL-11, DEL-12";
    INV_07 7 Derived "An object leaves the store only while deleting, with `deletionGracePeriodSeconds` 0 or unset and no finalizers, up to the window of NON-21."
        "from DEL-13, DEL-16";
    INV_08 8 Derived "A DELETE that sees finalizers in its compare-and-swap removes nothing, up to the window of NON-21."
        "from DEL-13";
    INV_09 9 Derived "`nodeName` is set at most once and never changes, and no pod is bound while it is deleting or has scheduling gates."
        "from CRE-30, OBJ-10, OBJ-20";
    INV_10 10 Derived "The scheduling gates of a pod only shrink after create." "from OBJ-20";
    INV_11 11 Derived "`generation` never decreases, and the first delete increases it exactly once."
        "from OBJ-03";
    INV_12 12 Derived "A deleting pod without `nodeName` has `deletionGracePeriodSeconds` 0."
        "from DEL-05, DEL-13, CRE-30";
    INV_13 13 Derived "A pod's restart policies, `terminationGracePeriodSeconds`, hooks, probes and container list are constant."
        "from VAL-15";
    INV_14 14 Derived "While its entry is kept, a container status leaves terminated only if it is restartable or some rule has action `RestartAllContainers`."
        "from VAL-22, VAL-24" since "1.36";
    INV_15 15 Derived "`activeDeadlineSeconds`, once set, only decreases." "from VAL-10";
    INV_20 20 Derived "A pod worker only moves forward until it is forgotten; only a static pod with a fixed uid can then start a second round."
        "from KUB-10, KUB-66";
    INV_21 21 Derived "After termination of a uid was requested and the sync pass in flight has returned, none of its containers is started."
        "from KUB-11, CRE-55, CTR-02";
    INV_22 22 Derived "A terminating worker's grace is at least 1, or unset if the pod ended by itself without an update since; a stop timeout is at least 2."
        "from KUB-13, KUB-25, KUB-43";
    INV_23 23 Derived "A worker is terminated only after the runtime showed no running container of its pod and dynamic resources were unprepared."
        "from KUB-20";
    INV_24 24 Derived "A worker is finished only if its pod has no mounted volume and no cgroup."
        "from KUB-30";
    INV_25 25 Derived "A finished pod that is not static has a terminal cached phase." "from PHA-19";
    INV_26 26 Derived "The kubelet turns the phase in the API terminal only if the worker is terminated, or there never was one and housekeeping has run once."
        "from PHA-32";
    INV_27 27 Derived "The final DELETE carries the uid and is sent only if the pod is deleting, finished, terminal in the API and no mirror pod."
        "from KUB-35";
    INV_28 28 Derived "A kubelet process does not replace a terminal phase that it has published itself by a non-terminal one."
        "from PHA-11, PHA-15";
    INV_29 29 Derived "`DisruptionTarget` from the kubelet appears only together with a terminal phase."
        "from PHA-31";
    INV_30 30 Derived "The kubelet starts nothing for a pod that it rejected." "from CRE-42";
    INV_40 40 Derived "Barring forced deletes, garbage collection and foreign status writes, a pod bound and non-terminal at its first DELETE goes only once stopped and unmounted."
        "from INV-07, INV-27, INV-23, INV-24, DEL-22";
    INV_41 41 Derived "Under the assumptions of INV-40 at most one uid per namespace and name has running processes anywhere."
        "from CRE-01, CTL-SS-01, INV-40";
    INV_42 42 Derived "A kubelet's status write for one uid never lands on an object with another uid."
        "from PHA-30";
    INV_43 43 Derived "After a completed sync with fresh caches a ReplicaSet has at most `spec.replicas` active pods, but any number of existing ones."
        "from CTL-RS-01, CTL-RS-02";
}
