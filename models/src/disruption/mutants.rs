//! Mistakes. Each changes one decision.

use crate::mutants::mutants;

mutants! {
    ShutdownForgotten "B31" "kubernetes/kubernetes#100184" "KUB-68"
        "The kubelet of a node that shuts down takes on new Pods."
    NeverDark "B47" "kubernetes/kubernetes#24200" "CTL-NOD-04/blind"
        "The node controller goes on tainting when it sees no sign of life of any node."
    TaintsKept "taints-kept" "invented" "CTL-NOD-04"
        "When it sees no sign of life of any node it stops tainting, but does not remove the taints that are there."
    AllMarked "all-marked" "invented" "CTL-NOD-03"
        "When a node is lost the Pods of all nodes are marked."
    NeverTainted "never-tainted" "invented" "CTL-TNT-03"
        "A node that waits to be tainted is forgotten in the queue."
    TimerKept "timer-kept" "invented" "CTL-TNT-02"
        "The timer of a Pod goes on when the taint of its node has gone."
    LostUpdate "lost-update" "invented" "CTL-EVI-02"
        "The budget is written without a compare-and-swap."
    PendingCounted "pending-counted" "invented" "CTL-EVI-02"
        "The disruption controller counts a Pod as healthy whose eviction was granted."
    GuardForgotten "guard-forgotten" "invented" "CTL-EVI-02"
        "An eviction that no budget was charged for carries no resourceVersion."
    NeverForgotten "never-forgotten" "invented" "CTL-EVI-04"
        "An eviction that was granted counts against the budget until its Pod is gone."
    NeverReset "never-reset" "invented" "OBJ-43"
        "A condition DisruptionTarget that comes to nothing stays."
    TargetEarly "target-early" "invented" "INV-29"
        "The kubelet writes DisruptionTarget as soon as it begins to stop a Pod."
    FinishedIgnored "finished-ignored" "invented" "INV-40"
        "The final DELETE of a deleting Pod waits neither for the worker nor for the phase."
}
