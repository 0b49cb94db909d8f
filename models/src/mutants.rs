//! Mistakes: each model has an enum of them, made by one macro.

/// What a mutant is, without its change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MutantInfo {
    /// Its identifier.
    pub id: &'static str,
    /// The public report of the mistake, or `invented`.
    pub origin: &'static str,
    /// The law that must fall.
    pub law: &'static str,
    /// What the mistake is.
    pub says: &'static str,
}

/// The known mistakes that are no mutant, and why. `docs/mutants.md` lists them after those that are.
pub const LEFT_OUT: &[(&str, &str)] = &[
    (
        "B06",
        "kubernetes/kubernetes#104107: 1.36 does it; found as B06 in the unmutated model `phase`, gone if a dead instance is removed only after the API shows its end",
    ),
    (
        "B07",
        "kubernetes/kubernetes#118310: 1.36 does it; found as B07 in the unmutated model `phase`, gone if an eviction writes Failed into every later status",
    ),
    (
        "B08",
        "kubernetes/kubernetes#117018: a controller that replaces only failed Pods; no model has a workload controller yet",
    ),
    ("B20", "kubernetes/kubernetes#98506: by construction, a `Grace` cannot be negative"),
    (
        "B22",
        "kubernetes/kubernetes#29033: documented behaviour, found as NON-01/forced in the unmutated model `identity`",
    ),
    (
        "B24",
        "kubernetes/kubernetes#116965: 1.36 does it; found as B24 in the unmutated model `disruption`, gone if a status of a Pod that is stopped says that nothing is ready",
    ),
    (
        "B25",
        "kubernetes/kubernetes#123323: a validator that rejects legal steps; the steps of the models are judged by ours instead",
    ),
    (
        "B27",
        "kubernetes/kubernetes#15007: a failed start counts as a start that ended badly in every model; what a runtime says of it is not modelled",
    ),
    (
        "B36",
        "virtual-kubelet/virtual-kubelet#907: another component that repeats B32; a late DELETE by name is found as NON-18 in the unmutated model `identity`",
    ),
    (
        "B37",
        "kubernetes/kubernetes#104648: static Pods are in no model; the law `kub_66` of the pod worker judges them",
    ),
    (
        "B40",
        "kubernetes/kubernetes#129795: expectations of a ReplicaSet; no model has a workload controller yet",
    ),
    (
        "B42",
        "kubernetes/kubernetes#141887: 1.36 does it; found as NON-19/pod-gc in the unmutated model `identity`, gone if the informer is up to date",
    ),
    (
        "B43",
        "kubernetes/kubernetes#58814: documented behaviour of Deployments; no model has a workload controller yet",
    ),
    ("B44", "kubernetes/kubernetes#115844: replacements of a Job; no model has a workload controller yet"),
    (
        "B45",
        "kubernetes/kubernetes#67250: documented behaviour of StatefulSets; no model has a workload controller yet",
    ),
    (
        "B46",
        "kubernetes/kubernetes#141094: a foreign Pod in a StatefulSet; no model has a workload controller yet",
    ),
    (
        "B49",
        "kubernetes/kubernetes#20572: 1.36 does it; found as NON-21 in the unmutated model `api`, gone with a UID in every DELETE",
    ),
];

/// Makes the mutants of one model: `Name "id" "origin" "law" "what the mistake is"`. Each changes one decision at one
/// call.
macro_rules! mutants {
    ($($name:ident $id:literal $origin:literal $law:literal $says:literal)*) => {
        /// A mistake in one component.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Mutant {
            $(#[doc = $says] $name,)*
        }

        impl Mutant {
            /// Every mistake.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What it is and which law must fall.
            #[must_use]
            pub const fn info(self) -> crate::mutants::MutantInfo {
                match self {
                    $(Self::$name => crate::mutants::MutantInfo {
                        id: $id, origin: $origin, law: $law, says: $says,
                    },)*
                }
            }
        }
    };
}

pub(crate) use mutants;
