//! The field that a violation is about, and both values as text.

use super::{Violation, show};
use crate::time::Grace;

impl Violation {
    /// The field that it is about, as a path in the object.
    #[must_use]
    pub fn field(&self) -> String {
        let fixed = match self {
            Self::UidChanged { .. }
            | Self::Returned { .. }
            | Self::ByNameOnly { .. }
            | Self::Beside { .. } => "metadata.uid",
            Self::NameChanged { field, .. } => return format!("metadata.{field}"),
            Self::MirrorChanged { .. } => "metadata.annotations[kubernetes.io/config.mirror]",
            Self::ContainersChanged { .. } => "spec.containers",
            Self::StartTimeChanged { .. } => "status.startTime",
            Self::DisruptedEarly { .. } => "status.conditions[DisruptionTarget]",
            Self::CreationChanged { .. } => "metadata.creationTimestamp",
            Self::VersionFell { .. } => "metadata.resourceVersion",
            Self::GenerationFell { .. } | Self::GenerationKept { .. } => "metadata.generation",
            Self::DeletionSet { .. }
            | Self::DeletionCleared { .. }
            | Self::DueMoved { .. }
            | Self::RemovedUnmarked { .. } => "metadata.deletionTimestamp",
            Self::GraceGrew { .. }
            | Self::GraceChanged { .. }
            | Self::GraceMissing { .. }
            | Self::GraceUnbound { .. }
            | Self::GraceEnded { .. }
            | Self::RemovedEarly { .. } => "metadata.deletionGracePeriodSeconds",
            Self::FinalizerAdded { .. } => "metadata.finalizers",
            Self::NodeChanged { .. }
            | Self::NodeSet { .. }
            | Self::BoundWhileDeleting { .. }
            | Self::BoundWhileGated { .. } => "spec.nodeName",
            Self::GateAdded { .. } => "spec.schedulingGates",
            Self::PolicyChanged { .. } => "spec.restartPolicy",
            Self::SpecGraceChanged { .. } => "spec.terminationGracePeriodSeconds",
            Self::DeadlineGrew { .. } => "spec.activeDeadlineSeconds",
            Self::PhaseForeign { .. }
            | Self::PhaseChanged { .. }
            | Self::SucceededDespite { .. }
            | Self::FinalDelete { .. } => "status.phase",
            Self::Resurrected { container, .. }
            | Self::StartedAfterEnd { container, .. }
            | Self::ExitRewritten { container, .. }
            | Self::RestartedEarly { container, .. } => {
                return format!("status.containerStatuses[{container}].state");
            }
            Self::StatusDropped { container, .. } => return format!("status.containerStatuses[{container}]"),
            Self::RestartCountFell { container, .. } => {
                return format!("status.containerStatuses[{container}].restartCount");
            }
        };
        fixed.to_owned()
    }

    /// What was there before and what was found; empty where there is nothing.
    #[must_use]
    pub fn values(&self) -> (String, String) {
        let none = String::new;
        match self {
            Self::UidChanged { old, new, .. }
            | Self::NodeChanged { old, new }
            | Self::NameChanged { old, new, .. }
            | Self::MirrorChanged { old, new }
            | Self::ContainersChanged { old, new, .. }
            | Self::Beside { old, new }
            | Self::PhaseForeign { old, new }
            | Self::PhaseChanged { old, new, .. } => (old.to_string(), new.to_string()),
            Self::Returned { uid } => (none(), uid.to_string()),
            Self::CreationChanged { old, new } => (show(old), show(new)),
            Self::StartTimeChanged { old, new, .. } => (old.to_string(), show(new)),
            Self::StartedAfterEnd { old, .. } => (old.to_string(), "running".to_owned()),
            Self::DisruptedEarly { phase, .. } | Self::FinalDelete { phase, .. } => {
                (none(), phase.to_string())
            }
            Self::ByNameOnly { verb } => (none(), (*verb).to_owned()),
            Self::VersionFell { old, new } => (old.to_string(), new.to_string()),
            Self::GenerationFell { old, new } => (old.to_string(), new.to_string()),
            Self::GenerationKept { generation } => (generation.to_string(), generation.to_string()),
            Self::DeletionSet { new } => (none(), new.to_string()),
            Self::DeletionCleared { old } => (old.to_string(), none()),
            Self::DueMoved { old, new } => (show(&old.due()), show(&new.due())),
            Self::GraceGrew { old, new } => (old.to_string(), new.to_string()),
            Self::GraceChanged { old, new } | Self::SpecGraceChanged { old, new } => (show(old), show(new)),
            Self::GraceMissing { .. } | Self::RemovedUnmarked { .. } => (none(), none()),
            Self::GraceUnbound { grace } | Self::GraceEnded { grace } | Self::RemovedEarly { grace } => {
                (Grace::ZERO.to_string(), grace.to_string())
            }
            Self::FinalizerAdded { name } => (none(), name.to_string()),
            Self::NodeSet { new } => (none(), new.to_string()),
            Self::BoundWhileDeleting { node } | Self::BoundWhileGated { node, .. } => {
                (none(), node.to_string())
            }
            Self::GateAdded { gate } => (none(), gate.to_string()),
            Self::PolicyChanged { old, new } => (show(old), show(new)),
            Self::DeadlineGrew { old, new } => (old.to_string(), show(new)),
            Self::SucceededDespite { state, .. } => (state.to_string(), "Succeeded".to_owned()),
            Self::Resurrected { old, new, .. } | Self::ExitRewritten { old, new, .. } => {
                (old.to_string(), new.to_string())
            }
            Self::StatusDropped { old, .. } => (old.to_string(), none()),
            Self::RestartedEarly { began, due, .. } => (due.to_string(), began.to_string()),
            Self::RestartCountFell { old, new, .. } => (old.to_string(), new.to_string()),
        }
    }
}
