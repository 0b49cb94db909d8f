//! Mistakes. Each changes one decision.

use crate::mutants::mutants;

mutants! {
    DeleteByName "B32" "kubernetes/kubernetes#25169" "INV-27/uid"
        "The final DELETE of the kubelet carries no uid."
    ListsThePast "B39" "kubernetes/kubernetes#59848" "INV-41"
        "The first list of a kubelet process comes from the cache of any API server."
    NeverRelists "B16" "kubernetes/kubernetes#131115" "LIV-01/gone"
        "A kubelet whose watch broke goes on watching from the version that it knows and never lists again."
    RestartsEnded "B31" "kubernetes/kubernetes#100184" "INV-21/listed"
        "A kubelet that begins does not look at the phase of a Pod, and starts one again that has ended."
    NameFreed "name-freed" "invented" "CTL-SS-01"
        "A deleting Pod does not hold its name: the owner creates its successor at once."
    FinishedIgnored "finished-ignored" "invented" "INV-40"
        "The final DELETE of a deleting Pod waits neither for the worker nor for the phase."
    PatchByName "patch-by-name" "invented" "INV-42"
        "The status writer does not compare the uid."
    LiveCollected "live-collected" "invented" "CTL-PGC-03"
        "The Pod garbage collector does not look whether a Pod of a node that is out of service is deleting."
    UnreadyMissing "unready-missing" "invented" "CTL-PGC-04"
        "The Pod garbage collector takes a node that is not ready for one that is gone."
    EndedSkipped "ended-skipped" "invented" "LIV-04"
        "A restarted kubelet does not take up a Pod that has ended."
    NeverTakenUp "never-taken-up" "invented" "CRE-50/runs"
        "Housekeeping gives a listed Pod that no worker knows to none."
    OrphanSpared "orphan-spared" "invented" "LIV-01/gone"
        "Housekeeping does not look for what no worker knows."
}
