//! Changes that break the protocol: which rule, with what force, and both values.

use std::fmt;

use crate::container::ContainerState;
use crate::deletion::Deletion;
use crate::rules::RuleId;
use crate::time::{Grace, Time};

/// How illegal a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Force {
    /// The API server answers 4xx to it, or has no such write. Where a race gets past it all the same,
    /// [`Violation::way`] names the NON rule.
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

/// A change of a stored Pod, or a removal, that breaks a rule. Every variant holds what was found and what was
/// there before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The object of this name has another UID without having been removed.
    #[error("uid changed from `{old}` to `{new}`")]
    UidChanged {
        /// Before.
        old: Box<str>,
        /// After.
        new: Box<str>,
    },
    /// An object came back after its removal.
    #[error("uid `{uid}` is back after its removal")]
    Returned {
        /// The UID that had been removed.
        uid: Box<str>,
    },
    /// `name` or `namespace` changed.
    #[error("{field} changed from `{old}` to `{new}`")]
    NameChanged {
        /// Which of the two.
        field: &'static str,
        /// Before.
        old: Box<str>,
        /// After.
        new: Box<str>,
    },
    /// `creationTimestamp` changed.
    #[error("creationTimestamp changed from `{}` to `{}`", show(old), show(new))]
    CreationChanged {
        /// Before.
        old: Option<Time>,
        /// After.
        new: Option<Time>,
    },
    /// `resourceVersion` went down.
    #[error("resourceVersion fell from `{old}` to `{new}`")]
    VersionFell {
        /// Before.
        old: u64,
        /// After.
        new: u64,
    },
    /// `generation` went down.
    #[error("generation fell from `{old}` to `{new}`")]
    GenerationFell {
        /// Before.
        old: i64,
        /// After.
        new: i64,
    },
    /// `deletionTimestamp` was set by an update.
    #[error("an update set deletionTimestamp to `{new}`")]
    DeletionSet {
        /// The time.
        new: Time,
    },
    /// `deletionTimestamp` was unset.
    #[error("deletionTimestamp was cleared, it was `{old}`")]
    DeletionCleared {
        /// The time that was there.
        old: Time,
    },
    /// `deletionTimestamp` moved as no request moves it.
    #[error(
        "deletionTimestamp moved from `{}` to `{}` while the grace went from `{}` to `{}`",
        show(&old.due()), show(&new.due()), show(&old.grace()), show(&new.grace())
    )]
    DueMoved {
        /// Before.
        old: Deletion,
        /// After.
        new: Deletion,
    },
    /// `deletionGracePeriodSeconds` grew.
    #[error("deletionGracePeriodSeconds grew from `{old}` to `{new}`")]
    GraceGrew {
        /// Before.
        old: Grace,
        /// After.
        new: Grace,
    },
    /// An update changed `deletionGracePeriodSeconds`.
    #[error("an update changed deletionGracePeriodSeconds from `{}` to `{}`", show(old), show(new))]
    GraceChanged {
        /// Before.
        old: Option<Grace>,
        /// After.
        new: Option<Grace>,
    },
    /// `deletionTimestamp` stands without `deletionGracePeriodSeconds`.
    #[error("deletionTimestamp is `{due}` without deletionGracePeriodSeconds")]
    GraceMissing {
        /// The time.
        due: Time,
    },
    /// A Pod that is bound to no node got time to stop.
    #[error(
        "a Pod that is bound to no node is deleted with deletionGracePeriodSeconds `{grace}`, expected `0`"
    )]
    GraceUnbound {
        /// The grace.
        grace: Grace,
    },
    /// A Pod that had ended got time to stop.
    #[error("a Pod that had ended is deleted with deletionGracePeriodSeconds `{grace}`, expected `0`")]
    GraceEnded {
        /// The grace.
        grace: Grace,
    },
    /// A finalizer was added to a deleting Pod.
    #[error("finalizer `{name}` was added while the Pod was being deleted")]
    FinalizerAdded {
        /// The finalizer.
        name: Box<str>,
    },
    /// `nodeName` changed or was cleared.
    #[error("nodeName changed from `{old}` to `{new}`")]
    NodeChanged {
        /// Before.
        old: Box<str>,
        /// After; empty if it was cleared.
        new: Box<str>,
    },
    /// An update set `nodeName`.
    #[error("an update set nodeName to `{new}`; only a binding can")]
    NodeSet {
        /// The node.
        new: Box<str>,
    },
    /// A deleting Pod was bound.
    #[error("the Pod was bound to `{node}` while it was being deleted")]
    BoundWhileDeleting {
        /// The node.
        node: Box<str>,
    },
    /// A gated Pod was bound.
    #[error("the Pod was bound to `{node}` while scheduling gate `{gate}` held it")]
    BoundWhileGated {
        /// The node.
        node: Box<str>,
        /// The first gate.
        gate: Box<str>,
    },
    /// A scheduling gate was added.
    #[error("scheduling gate `{gate}` was added")]
    GateAdded {
        /// The gate.
        gate: Box<str>,
    },
    /// `restartPolicy` changed.
    #[error("restartPolicy changed from `{}` to `{}`", show(old), show(new))]
    PolicyChanged {
        /// Before.
        old: Option<crate::container::RestartPolicy>,
        /// After.
        new: Option<crate::container::RestartPolicy>,
    },
    /// `terminationGracePeriodSeconds` changed.
    #[error("terminationGracePeriodSeconds changed from `{}` to `{}`", show(old), show(new))]
    SpecGraceChanged {
        /// Before.
        old: Option<Grace>,
        /// After.
        new: Option<Grace>,
    },
    /// `activeDeadlineSeconds` grew or was removed.
    #[error("activeDeadlineSeconds changed from `{old}` to `{}`; it can only fall", show(new))]
    DeadlineGrew {
        /// Before.
        old: i64,
        /// After; `None` if it was removed.
        new: Option<i64>,
    },
    /// The annotation `kubernetes.io/config.mirror` changed.
    #[error("annotation kubernetes.io/config.mirror changed from `{old}` to `{new}`")]
    MirrorChanged {
        /// Before; empty if there was none.
        old: Box<str>,
        /// After; empty if there is none.
        new: Box<str>,
    },
    /// The list of containers, or a restart setting of one of them, changed.
    #[error("containers changed from `{old}` to `{new}`")]
    ContainersChanged {
        /// Before.
        old: Box<str>,
        /// After.
        new: Box<str>,
        /// INV-13, or VAL-16 for ephemeral containers.
        rule: RuleId,
    },
    /// `status.startTime` changed.
    #[error("startTime changed from `{old}` to `{}`", show(new))]
    StartTimeChanged {
        /// Before.
        old: Time,
        /// After; `None` if it was removed.
        new: Option<Time>,
    },
    /// The phase is none of the five.
    #[error("phase went from `{old}` to `{new}`, which is no phase")]
    PhaseForeign {
        /// Before; empty if not known.
        old: Box<str>,
        /// After.
        new: Box<str>,
    },
    /// The phase changed as no component changes it.
    #[error("phase went from `{old}` to `{new}`{}", reason(*rule))]
    PhaseChanged {
        /// Before; empty if not known.
        old: Box<str>,
        /// After.
        new: Box<str>,
        /// The rule that the change breaks, or the NON rule that explains it.
        rule: RuleId,
        /// How illegal it is.
        force: Force,
    },
    /// `Succeeded` was written beside a container that did not end with 0.
    #[error("phase went to `Succeeded` while container `{container}` was {state}")]
    SucceededDespite {
        /// The container.
        container: Box<str>,
        /// Its state.
        state: ContainerState,
    },
    /// A terminated container is not terminated any more although it is not restartable.
    #[error("container `{container}` went from {old} to {new} although nothing restarts it")]
    Resurrected {
        /// The container.
        container: Box<str>,
        /// Before.
        old: ContainerState,
        /// After.
        new: ContainerState,
        /// VAL-22, or VAL-23 for an ephemeral container.
        rule: RuleId,
    },
    /// `restartCount` went down.
    #[error("restartCount of container `{container}` fell from `{old}` to `{new}`")]
    RestartCountFell {
        /// The container.
        container: Box<str>,
        /// Before.
        old: i32,
        /// After.
        new: i32,
    },
    /// A container was started although the phase was terminal.
    #[error("container `{container}` went from {old} to running after the Pod had ended")]
    StartedAfterEnd {
        /// The container.
        container: Box<str>,
        /// Its state before.
        old: ContainerState,
        /// INV-21, or NON-05 where `PodGC` wrote the phase.
        rule: RuleId,
        /// How illegal it is.
        force: Force,
    },
    /// The kubelet's `DisruptionTarget` did not come with the end of the Pod.
    #[error("DisruptionTarget by the kubelet appeared in phase `{phase}`, not with the end of the Pod")]
    DisruptedEarly {
        /// The phase.
        phase: Box<str>,
    },
    /// The kubelet sent its final DELETE without one of its conditions.
    #[error("the kubelet sent its final DELETE {flaw}")]
    FinalDelete {
        /// What was wrong.
        flaw: Flaw,
        /// What was found: the phase.
        phase: Box<str>,
    },
    /// A DELETE or a binding was aimed at a name, whatever Pod bears it.
    #[error("a {verb} without UID was sent by name")]
    ByNameOnly {
        /// `DELETE` or `binding`.
        verb: &'static str,
    },
    /// A Pod has the name of one whose processes may still run.
    #[error("uid `{new}` took the name of `{old}`, whose processes may still run")]
    Beside {
        /// The UID of the predecessor.
        old: Box<str>,
        /// The UID of the successor.
        new: Box<str>,
    },
    /// The object was removed while its node still had time.
    #[error("the Pod was removed while deletionGracePeriodSeconds was `{grace}`, expected `0`")]
    RemovedEarly {
        /// The grace.
        grace: Grace,
    },
    /// The object was removed without ever having been marked.
    #[error("the Pod was removed without deletionTimestamp{}", predecessor.after())]
    RemovedUnmarked {
        /// Whether a Pod of the same name had been removed before.
        predecessor: Predecessor,
    },
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
    const fn after(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Removed => ", after the removal of another Pod of that name",
        }
    }
}

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
            Self::GenerationFell { .. } => RuleId::INV_11,
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
            Self::RemovedEarly { .. } | Self::RemovedUnmarked { .. } => RuleId::INV_07,
        }
    }

    /// How illegal it is.
    #[must_use]
    pub const fn force(&self) -> Force {
        match self {
            Self::PhaseChanged { force, .. } | Self::StartedAfterEnd { force, .. } => *force,
            Self::PhaseForeign { .. }
            | Self::SucceededDespite { .. }
            | Self::RestartCountFell { .. }
            | Self::StartTimeChanged { .. }
            | Self::DisruptedEarly { .. }
            | Self::FinalDelete { .. } => Force::Undisciplined,
            Self::ByNameOnly { .. } | Self::Beside { .. } => Force::Hazard,
            Self::UidChanged { .. }
            | Self::NameChanged { .. }
            | Self::MirrorChanged { .. }
            | Self::ContainersChanged { .. }
            | Self::Returned { .. }
            | Self::CreationChanged { .. }
            | Self::VersionFell { .. }
            | Self::GenerationFell { .. }
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
        } else if matches!(self.force(), Force::Hazard) {
            Some(self.rule())
        } else {
            None
        }
    }

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
            Self::GenerationFell { .. } => "metadata.generation",
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
            Self::Resurrected { container, .. } | Self::StartedAfterEnd { container, .. } => {
                return format!("status.containerStatuses[{container}].state");
            }
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
            Self::UidChanged { old, new }
            | Self::NodeChanged { old, new }
            | Self::NameChanged { old, new, .. }
            | Self::MirrorChanged { old, new }
            | Self::ContainersChanged { old, new, .. }
            | Self::Beside { old, new }
            | Self::PhaseForeign { old, new }
            | Self::PhaseChanged { old, new, .. } => (old.to_string(), new.to_string()),
            Self::Returned { uid } => (none(), uid.to_string()),
            Self::CreationChanged { old, new } => (show(old), show(new)),
            Self::StartTimeChanged { old, new } => (old.to_string(), show(new)),
            Self::StartedAfterEnd { old, .. } => (old.to_string(), "running".to_owned()),
            Self::DisruptedEarly { phase } | Self::FinalDelete { phase, .. } => (none(), phase.to_string()),
            Self::ByNameOnly { verb } => (none(), (*verb).to_owned()),
            Self::VersionFell { old, new } => (old.to_string(), new.to_string()),
            Self::GenerationFell { old, new } => (old.to_string(), new.to_string()),
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
            Self::Resurrected { old, new, .. } => (old.to_string(), new.to_string()),
            Self::RestartCountFell { old, new, .. } => (old.to_string(), new.to_string()),
        }
    }
}

fn show<T: fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map(T::to_string).unwrap_or_default()
}

const fn reason(rule: RuleId) -> &'static str {
    match rule {
        RuleId::PHA_40 => " on a Pod that is bound to no node",
        RuleId::PHA_41 => ", which no component writes",
        RuleId::PHA_15 => "; a terminal phase is final",
        RuleId::NON_02 => " over the phase that the Pod garbage collector wrote",
        _ => "",
    }
}
