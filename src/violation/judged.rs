//! The rule that a violation breaks, and how illegal it is.

use super::{Force, Predecessor, Violation};
use crate::rules::RuleId;

impl Violation {
    /// The rule that is broken; of a hazard, the NON rule that explains it.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::UidChanged { .. } | Self::NameChanged { .. } | Self::CreationChanged { .. } => {
                RuleId::VAL_01
            }
            Self::MirrorChanged { .. } => RuleId::VAL_17,
            Self::StartTimeChanged { .. } => RuleId::OBJ_32,
            Self::DisruptedEarly { .. } => RuleId::INV_29,
            Self::FinalDelete { .. } => RuleId::KUB_35,
            Self::ByNameOnly { .. } => RuleId::NON_18,
            Self::Beside { .. } => RuleId::NON_01,
            Self::Returned { .. } => RuleId::INV_02,
            Self::VersionFell { .. } => RuleId::INV_03,
            Self::GenerationFell { .. } | Self::GenerationKept { .. } => RuleId::INV_11,
            Self::DeletionSet { .. } | Self::GraceChanged { .. } => RuleId::VAL_02,
            Self::DeletionCleared { .. } | Self::GraceMissing { .. } => RuleId::INV_04,
            Self::DueMoved { .. } => RuleId::DEL_08,
            Self::GraceGrew { .. } => RuleId::INV_05,
            Self::GraceUnbound { .. } => RuleId::INV_12,
            Self::GraceEnded { .. } => RuleId::DEL_05,
            Self::FinalizerAdded { .. } => RuleId::INV_06,
            Self::NodeChanged { .. } => RuleId::INV_09,
            Self::NodeSet { .. } => RuleId::VAL_12,
            Self::BoundWhileDeleting { .. } | Self::BoundWhileGated { .. } => RuleId::CRE_30,
            Self::GateAdded { .. } => RuleId::INV_10,
            Self::PolicyChanged { .. } | Self::SpecGraceChanged { .. } => RuleId::INV_13,
            Self::DeadlineGrew { .. } => RuleId::INV_15,
            Self::PhaseForeign { .. } => RuleId::OBJ_31,
            Self::PhaseChanged { rule, .. }
            | Self::Resurrected { rule, .. }
            | Self::ContainersChanged { rule, .. }
            | Self::StartedAfterEnd { rule, .. } => *rule,
            Self::SucceededDespite { .. } => RuleId::PHA_04,
            Self::RestartCountFell { .. } => RuleId::CTR_21,
            Self::StatusDropped { .. } => RuleId::CTR_42,
            Self::ExitRewritten { .. } => RuleId::CTR_40,
            Self::RestartedEarly { .. } => RuleId::CTR_24,
            Self::RemovedEarly { .. } | Self::RemovedUnmarked { .. } => RuleId::INV_07,
        }
    }

    /// How illegal it is.
    #[must_use]
    pub const fn force(&self) -> Force {
        match self {
            Self::UidChanged { force, .. }
            | Self::PhaseChanged { force, .. }
            | Self::StartedAfterEnd { force, .. }
            | Self::RestartCountFell { force, .. }
            | Self::StatusDropped { force, .. }
            | Self::ExitRewritten { force, .. }
            | Self::StartTimeChanged { force, .. }
            | Self::DisruptedEarly { force, .. } => *force,
            Self::PhaseForeign { .. } | Self::SucceededDespite { .. } | Self::FinalDelete { .. } => {
                Force::Undisciplined
            }
            Self::ByNameOnly { .. } | Self::Beside { .. } | Self::RestartedEarly { .. } => Force::Hazard,
            Self::NameChanged { .. }
            | Self::MirrorChanged { .. }
            | Self::ContainersChanged { .. }
            | Self::Returned { .. }
            | Self::CreationChanged { .. }
            | Self::VersionFell { .. }
            | Self::GenerationFell { .. }
            | Self::GenerationKept { .. }
            | Self::DeletionSet { .. }
            | Self::DeletionCleared { .. }
            | Self::DueMoved { .. }
            | Self::GraceGrew { .. }
            | Self::GraceChanged { .. }
            | Self::GraceMissing { .. }
            | Self::GraceUnbound { .. }
            | Self::GraceEnded { .. }
            | Self::FinalizerAdded { .. }
            | Self::NodeChanged { .. }
            | Self::NodeSet { .. }
            | Self::BoundWhileDeleting { .. }
            | Self::BoundWhileGated { .. }
            | Self::GateAdded { .. }
            | Self::PolicyChanged { .. }
            | Self::SpecGraceChanged { .. }
            | Self::DeadlineGrew { .. }
            | Self::Resurrected { .. }
            | Self::RemovedEarly { .. }
            | Self::RemovedUnmarked { .. } => Force::Refused,
        }
    }

    /// The known way in which conforming components get there, where there is one.
    #[must_use]
    pub const fn way(&self) -> Option<RuleId> {
        if matches!(self, Self::RemovedUnmarked { predecessor: Predecessor::Removed }) {
            Some(RuleId::NON_21)
        } else if !matches!(self.force(), Force::Hazard) {
            None
        } else if matches!(self, Self::RestartedEarly { .. }) {
            Some(RuleId::CTR_26)
        } else if matches!(self, Self::UidChanged { .. }) {
            Some(RuleId::CRE_15)
        } else if matches!(self, Self::StatusDropped { .. }) {
            Some(RuleId::CRE_45)
        } else if matches!(self, Self::ExitRewritten { .. }) {
            Some(RuleId::KUB_63)
        } else if matches!(self, Self::RestartCountFell { .. } | Self::StartTimeChanged { .. }) {
            Some(RuleId::KUB_66)
        } else if matches!(self, Self::DisruptedEarly { .. }) {
            Some(RuleId::NON_02)
        } else {
            Some(self.rule())
        }
    }
}
