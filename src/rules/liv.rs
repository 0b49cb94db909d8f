//! Liveness: what eventually happens, and what it takes.

rules! { Liv:
    LIV_01 1 Derived "A bound deleting pod on a working node where stops and unmounts succeed eventually turns terminal and, once its finalizers are removed, is gone."
        "from KUB-10..49, KUB-35";
    LIV_02 2 Derived "An unbound deleting pod is eventually removed if the owners of its finalizers remove them."
        "from DEL-16, CTL-PGC-05";
    LIV_03 3 Derived "A bound non-terminal deleting pod on a node lost for ever stays until the Node is deleted or out-of-service, or a DELETE with grace 0 comes."
        "from CTL-PGC-04, CTL-PGC-03, CTL-TNT-05";
    LIV_04 4 Derived "A deleting pod whose lost node comes back is eventually removed; after a reboot its containers are found exited at once."
        "from KUB-61";
    LIV_05 5 Derived "A pod of policy `Never` or `OnFailure` whose containers exit for good is eventually terminal; one of policy `Always` without rules never is by itself."
        "from CTR-14, PHA-05";
    LIV_06 6 Derived "A terminal pod that is not deleting stays until an owner, the threshold of the pod garbage collector or a client deletes it."
        "from CTL-PGC-02";
    LIV_07 7 Derived "A pod that was deleting before it turned terminal stays if its kubelet is gone for ever, until garbage collection or a DELETE with grace 0."
        "from NON-13";
    LIV_08 8 Derived "A rejected pod that is deleting is eventually removed by the same kubelet."
        "from CRE-46";
    LIV_09 9 Derived "A StatefulSet ordinal on a dead node gets no replacement until its object is gone, and with `OrderedReady` every later step waits too."
        "from CTL-SS-01, CTL-SS-04";
    LIV_10 10 Derived "A ReplicaSet replaces a pod on a dead node as soon as taint eviction has marked it deleting; the old object may stay for ever."
        "from CTL-RS-02, LIV-03";
    LIV_11 11 Derived "A `Recreate` Deployment and a Job of `podReplacementPolicy` `Failed` are blocked by one pod that is stuck as in LIV-03."
        "from CTL-DP-07, CTL-JOB-03";
    LIV_12 12 Derived "The deletion of a namespace is blocked by one pod that is stuck as in LIV-03."
        "from CTL-NS-01";
}
