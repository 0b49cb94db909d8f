//! Mistakes. Each changes one decision.

use crate::mutants::mutants;

mutants! {
    EndsEarly "B09" "kubernetes/kubernetes#106884" "CRE-25/room"
        "A terminal phase is published before the worker has stopped the Pod: the scheduler sees room that the kubelet does not."
    EndedCounts "B10" "kubernetes/kubernetes#104560" "CRE-40/runs"
        "A Pod that has ended counts at admission as long as the kubelet has it."
    BegunCounts "B11" "kubernetes/kubernetes#105523" "CRE-25/room"
        "A kubelet that begins counts Pods that have ended before."
    MergedMissed "B41" "kubernetes/kubernetes#56682" "CRE-20/bound"
        "The scheduler takes a change of the uid for a change of one Pod: the one that is gone stays in its cache."
    EndedAsked "B04" "kubernetes/kubernetes#126341" "CRE-40/ended"
        "A restarted kubelet admits a Pod that has ended again, and rejects it."
    BindByName "B34" "kubernetes/kubernetes#102761" "CRE-33"
        "The binding carries no uid."
    NeverAssumes "never-assumes" "invented" "CRE-25/one"
        "The scheduler counts only the Pods that its watch shows bound."
    DeletingFree "deleting-free" "invented" "CRE-25/one"
        "A Pod that is deleting does not count in the scheduler's cache."
    NobodyCounts "nobody-counts" "invented" "CRE-41/one"
        "The kubelet admits a Pod without a look at the others."
    RejectedGoesOn "rejected-goes-on" "invented" "INV-30"
        "A rejected Pod is given to its worker, which does not know of the rejection."
    RejectedForgotten "rejected-forgotten" "invented" "LIV-08"
        "Housekeeping does not push a rejected Pod that is deleting through a worker."
    OrphanSpared "orphan-spared" "invented" "CRE-45/stops"
        "Housekeeping does not look for what no worker knows."
}
