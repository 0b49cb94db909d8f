//! Mistakes, each of which changes one decision at one call.

use crate::verify::MutantInfo;

macro_rules! mutants {
    ($($name:ident $id:literal $origin:literal $law:literal $says:literal)*) => {
        /// A mistake in a component or in the API server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Mutant {
            $(#[doc = $says] $name,)*
        }

        impl Mutant {
            /// Every mistake.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What it is and which law must fall.
            #[must_use]
            pub const fn info(self) -> MutantInfo {
                match self {
                    $(Self::$name => MutantInfo { id: $id, origin: $origin, law: $law, says: $says },)*
                }
            }
        }
    };
}

mutants! {
    KubeletByName "B32" "kubernetes/kubernetes#25169" "DEL-24"
        "The kubelet's final DELETE carries no UID."
    CollectorByName "B33" "kubernetes/kubernetes#29522" "DEL-24"
        "A controller that decided on one Pod sends its DELETE without UID."
    BindByName "B34" "kubernetes/kubernetes#102761" "CRE-33"
        "The binding carries no UID."
    BindUpserts "B35" "kubernetes/kubernetes#3950" "INV-02"
        "A binding of an absent Pod stores an empty one."
    CollectorIgnores "B48" "kubernetes/kubernetes#65569" "LIV-02"
        "The garbage collector never releases `foregroundDeletion`."
    UpdateUndeletes "update-undeletes" "invented" "INV-04"
        "An update without `deletionTimestamp` clears it instead of getting it back."
    Lengthens "delete-lengthens" "invented" "INV-05"
        "A repeated DELETE with a longer grace stores it."
    NoClamp "clamp-dropped" "invented" "DEL-08"
        "A shortening whose end is already past stores the grace that was asked."
    ZeroClamped "clamp-zero" "invented" "DEL-08"
        "The clamp turns a grace of 0 into 1."
    NoOpWrites "no-op-writes" "invented" "DEL-09"
        "A DELETE that shortens nothing still applies its propagation policy."
    TerminalGrace "terminal-grace" "invented" "DEL-05"
        "A first DELETE of a terminal Pod gives it time."
    PropagationLost "propagation-lost" "invented" "DEL-11"
        "The propagation policy is not carried into the compare-and-swap."
    NotSticky "not-sticky" "invented" "DEL-21"
        "The compare-and-swap works with the options as they were sent."
    FinalizerAdded "finalizer-added" "invented" "INV-06"
        "An update may add a finalizer to a deleting Pod."
    UpdateRemoves "update-removes" "invented" "INV-07"
        "An update that empties the finalizers removes the Pod although it has time left."
    HeldRemoved "row-3-removes" "invented" "INV-08"
        "A first DELETE with grace 0 goes on to the removal although finalizers are left."
    Rebinds "rebinds" "invented" "INV-09"
        "A binding of a bound Pod is accepted."
    BindsDeleting "binds-deleting" "invented" "INV-09/binding"
        "A binding of a deleting Pod is accepted."
    BindsGated "binds-gated" "invented" "INV-09/binding"
        "A binding of a gated Pod is accepted."
    GatedWithNode "gated-with-node" "invented" "INV-09/create"
        "A Pod may be created with a node and with gates."
    GateAdded "gate-added" "invented" "INV-10"
        "An update may put a gate on a stored Pod."
    GenerationKept "generation-kept" "invented" "INV-11"
        "The first DELETE does not increase the generation."
    GenerationTwice "generation-twice" "invented" "INV-11"
        "A shortening increases the generation again."
    UnboundGrace "unbound-grace" "invented" "INV-12"
        "A first DELETE of an unbound Pod gives it time."
    UidForgotten "uid-forgotten" "invented" "DEL-03"
        "The second write of a removal does not compare the UID again."
}
