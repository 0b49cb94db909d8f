//! Statements that look like invariants and are not, each as what can happen instead.

rules! { Non:
    NON_01 1 Derived "More than one instance of a name may run: a delete with grace 0 or by the pod garbage collector frees the name while processes go on."
        "from DEL-29, CTL-PGC-03, CTL-PGC-04, DEL-22, KUB-12";
    NON_02 2 Derived "A terminal phase is not final in the API: the server does not check it, and a kubelet may write its own phase over it."
        "from VAL-20, PHA-30, PHA-37";
    NON_03 3 Derived "The way from `Pending` to `Running` is not one-way: a `Running` pod may be `Pending` again."
        "from PHA-20";
    NON_04 4 Derived "A terminal pod does not stay as it is: `Failed` and `Succeeded` may flip in the kubelet's cache until the API shows one of them."
        "from PHA-12, PHA-14";
    NON_05 5 Derived "A terminal phase in the API does not mean that no process runs: the pod garbage collector or any client may have written it."
        "from CTL-PGC-06, CRE-45, PHA-32";
    NON_06 6 Derived "The grace on the node may exceed the stored one: a kill in progress keeps the old value, and each attempt starts with the full one."
        "from KUB-14, KUB-19, KUB-61, KUB-65";
    NON_07 7 Derived "The grace on the node is not monotone: with `deletionGracePeriodSeconds` 0 an override in the same call wins although it is larger."
        "from KUB-13";
    NON_08 8 Derived "A `preStop` hook may run not at all, once, or many times." "from CTR-62, CTR-64";
    NON_09 9 Derived "An eviction, preemption or shutdown kill does not survive a kubelet restart: the pod then continues or restarts."
        "from PHA-32, KUB-61, KUB-63";
    NON_10 10 Derived "A run-once container may run again if its dead instance was lost before the terminal status was stored, or in a new sandbox."
        "from KUB-63, CTR-11, CTR-17";
    NON_11 11 Derived "Watchers need not see `deletionTimestamp` before DELETED: a relist may skip it, and a filtered watch reports pods that leave the filter."
        "from CRE-15, CRE-14";
    NON_12 12 Derived "The volumes of a terminal pod may still be mounted, even when a plain DELETE removes its object."
        "from PHA-33, DEL-45";
    NON_13 13 Derived "A plain DELETE does not remove a terminal pod that was deleting before it turned terminal."
        "from DEL-10";
    NON_14 14 Derived "A successful DELETE does not mean that anything was written." "from DEL-09";
    NON_15 15 Derived "`restartCount` is not the number of starts minus one." "from CTR-20..23";
    NON_16 16 Derived "The node of a bound pod need not exist." "from CRE-31, VAL-32";
    NON_17 17 Derived "A deleting pod may be `Ready`, and its endpoint may be serving."
        "from OBJ-42, CTL-EPS-01";
    NON_18 18 Derived "A controller's DELETE may hit another pod than the one it decided on, because it goes by name only."
        "from DEL-24";
    NON_19 19 Derived "Controllers do not act on the current state but on views that may lag arbitrarily."
        "from CTL-DEF-03, CTL-RS-03";
    NON_20 20 Derived "A sidecar need not outlive the regular containers in termination: it waits only while its own remaining grace lasts."
        "from KUB-45" since "1.29";
    NON_21 21 Derived "Removal is not atomic with the test for finalizers and identity: a second operation removes, and checks only the request's preconditions."
        "from DEL-14";
    NON_22 22 Derived "A container may start after `deletionTimestamp` is set: a sync pass in flight goes on, and the kubelet may learn of it late."
        "from CRE-55, KUB-11";
    NON_23 23 Derived "Phase `Running` does not mean that something runs or will be started." "from CTR-16";
}
