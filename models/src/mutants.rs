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
