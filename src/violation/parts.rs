//! What a violation is made of.

use std::fmt;

/// How illegal a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Force {
    /// The API server answers 4xx to it, or has no such write. Where a race gets past it all the same,
    /// [`Violation::way`](super::Violation::way) names the NON rule.
    Refused,
    /// The store takes it, but no conforming component writes it.
    Undisciplined,
    /// Conforming components can race to it; reported, and no failure unless asked.
    Hazard,
}

impl fmt::Display for Force {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Refused => "refused",
            Self::Undisciplined => "undisciplined",
            Self::Hazard => "hazard",
        })
    }
}

/// What is wrong with a final DELETE of the kubelet (KUB-35).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// It has no UID precondition.
    NoUid,
    /// The phase is not terminal.
    NotTerminal,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoUid => "without UID precondition",
            Self::NotTerminal => "before a terminal phase was stored",
        })
    }
}

/// Whether the history shows the removal of an earlier Pod of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Predecessor {
    /// It shows none.
    None,
    /// It shows one: the second write of that Pod's DELETE can have hit this one (NON-21).
    Removed,
}

impl Predecessor {
    pub(super) const fn after(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Removed => ", after the removal of another Pod of that name",
        }
    }
}
