//! One thing that is wrong with an object that a client sends, with the values that are.

use std::fmt;

use super::field::{AddressList, Field, Kind, LabelMap, SpecList, StatusList};
use super::names::NameFault;
use crate::rules::RuleId;
use crate::time::Time;

/// A field that must stay as it is stored (VAL-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Immutable {
    /// `metadata.name`.
    Name,
    /// `metadata.namespace`.
    Namespace,
    /// `metadata.uid`.
    Uid,
}

/// A field that an owner reference must have (OBJ-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OwnerField {
    /// `apiVersion`, with a version part.
    ApiVersion,
    /// `kind`.
    Kind,
    /// `name`.
    Name,
    /// `uid`.
    Uid,
}

/// What is wrong with the image of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageFault {
    /// There is none.
    Missing,
    /// It begins or ends with white space.
    Padded,
}

/// One thing that is wrong. An answer lists one as often as the API server finds it (VAL-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause<'a> {
    /// VAL-04.
    FinalizerAdded {
        /// The first finalizer that the stored object lacks.
        name: &'a str,
    },
    /// VAL-03.
    VersionMissing,
    /// VAL-03.
    GenerationFell {
        /// The stored one.
        old: i64,
        /// The one sent.
        new: i64,
    },
    /// VAL-08, pass C.
    GenerationNegative {
        /// The one sent.
        new: i64,
    },
    /// VAL-01.
    Changed {
        /// Which field.
        field: Immutable,
        /// The stored value.
        old: &'a str,
        /// The one sent.
        new: &'a str,
    },
    /// VAL-01.
    CreationChanged {
        /// The stored time.
        old: Option<Time>,
        /// The one sent.
        new: Option<Time>,
    },
    /// VAL-02.
    DeletionChanged {
        /// The stored DT.
        old: Option<Time>,
        /// The one sent.
        new: Option<Time>,
    },
    /// VAL-02.
    GraceChanged {
        /// The stored G.
        old: Option<i64>,
        /// The one sent.
        new: Option<i64>,
    },
    /// VAL-08, pass C: a name or namespace is missing.
    NameMissing {
        /// Which one.
        field: Immutable,
    },
    /// VAL-08, pass C: a name or namespace is not of its form.
    NameMalformed {
        /// Which one.
        field: Immutable,
        /// The one sent.
        name: &'a str,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// VAL-06: a key is no qualified name.
    LabelKey {
        /// In which map.
        map: LabelMap,
        /// The key.
        key: &'a str,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// VAL-06: a value is not of its form.
    LabelValue {
        /// In which map.
        map: LabelMap,
        /// The value.
        value: &'a str,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// VAL-06: the key of an annotation is no qualified name.
    AnnotationKey {
        /// The key.
        key: &'a str,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// VAL-06: keys and values of all annotations are too long. Chapter 8 has no row for it.
    AnnotationsTooLong {
        /// Bytes.
        size: usize,
    },
    /// VAL-08, pass C: `generateName`, which an update may change, is not the beginning of a name.
    GenerateNameMalformed {
        /// The one sent.
        name: &'a str,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// VAL-06: an owner reference lacks a field.
    OwnerIncomplete {
        /// Its place in the list.
        index: usize,
        /// The field.
        field: OwnerField,
    },
    /// VAL-06: an object of this kind may not own others.
    OwnerBanned {
        /// Its place in the list.
        index: usize,
    },
    /// VAL-06: there is a controller already.
    ControllerAgain {
        /// Its place in the list.
        index: usize,
    },
    /// VAL-05: a finalizer is no qualified name.
    FinalizerMalformed {
        /// The finalizer.
        name: &'a str,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// VAL-05: `orphan` and `foregroundDeletion` together.
    FinalizersExclusive,
    /// VAL-05: a name without a slash that is none of the three.
    FinalizerNotStandard {
        /// Its place in the list.
        index: usize,
        /// The finalizer.
        name: &'a str,
    },
    /// VAL-17 row 1: the mirror annotation was added, changed or removed.
    MirrorChanged {
        /// The stored value.
        old: Option<&'a str>,
        /// The one sent.
        new: Option<&'a str>,
    },
    /// VAL-13, VAL-29: a mirror without a node. Chapter 8 has no row for it; the server lists it with these passes.
    MirrorUnbound {
        /// The value of the annotation.
        mark: &'a str,
    },
    /// VAL-13, VAL-29: the annotation of the deletion cost is no 32-bit integer (CTL-RS-07), and the stored one was.
    /// Chapter 8 has no row for it either.
    DeletionCost {
        /// The value of the annotation.
        cost: &'a str,
    },
    /// VAL-13.
    SpecGraceMissing,
    /// VAL-13, VAL-17 row 5.
    DeadlineOutOfRange {
        /// The one sent.
        new: i64,
    },
    /// VAL-17 row 5.
    DeadlineRaised {
        /// The stored one.
        old: i64,
        /// The one sent.
        new: i64,
    },
    /// VAL-17 row 6.
    DeadlineRemoved {
        /// The stored one.
        old: i64,
    },
    /// VAL-13, VAL-17 rows 3 and 4.
    Image {
        /// In which list.
        list: SpecList,
        /// The place of the container.
        index: usize,
        /// The image.
        image: &'a str,
        /// What is wrong with it.
        fault: ImageFault,
    },
    /// VAL-17 rows 2 and 4.
    ContainerCount {
        /// Which list.
        list: SpecList,
        /// How many are stored.
        old: usize,
        /// How many are sent.
        new: usize,
    },
    /// VAL-13: tolerationSeconds with another effect than `NoExecute`.
    TolerationEffect {
        /// Its place in the list.
        index: usize,
        /// The effect.
        effect: &'a str,
    },
    /// VAL-13: an effect that taints do not have.
    TolerationEffectUnknown {
        /// Its place in the list.
        index: usize,
        /// The effect.
        effect: &'a str,
    },
    /// VAL-17 row 7: a stored toleration has no equal among those sent.
    TolerationRemoved {
        /// The place of the first such among the stored ones.
        index: usize,
    },
    /// OBJ-20: a gate is no qualified name.
    GateMalformed {
        /// Its place in the list.
        index: usize,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// OBJ-20: a gate is there already.
    GateAgain {
        /// Its place in the list.
        index: usize,
        /// The gate.
        name: &'a str,
    },
    /// VAL-17 row 8.
    GateAdded {
        /// Its last place in the list.
        index: usize,
        /// The gate.
        name: &'a str,
    },
    /// VAL-17 row 9: the first key that was removed or has another value.
    NodeSelectorChanged {
        /// The key.
        key: &'a str,
    },
    /// VAL-17 row 10.
    TermCount {
        /// How many are stored.
        old: usize,
        /// How many are sent.
        new: usize,
    },
    /// VAL-17 row 11.
    TermChanged {
        /// Its place in the list.
        index: usize,
    },
    /// VAL-17 row 12.
    SpecChanged,
    /// VAL-30: gates and a node together.
    GatedAndBound,
    /// VAL-30: ephemeral containers in a create.
    EphemeralAtCreate,
    /// VAL-21, VAL-12: `/status` cannot bind.
    NodeChanged {
        /// The stored node.
        old: &'a str,
        /// The one sent.
        new: &'a str,
    },
    /// VAL-21.
    QosChanged {
        /// The stored class.
        old: &'a str,
        /// The one sent.
        new: &'a str,
    },
    /// VAL-21.
    ObservedNegative {
        /// The one sent.
        new: i64,
    },
    /// VAL-21, of a condition.
    ConditionObservedNegative {
        /// The place of the condition.
        index: usize,
        /// The one sent.
        new: i64,
    },
    /// VAL-26.
    ConditionType {
        /// The place of the condition.
        index: usize,
        /// What is wrong with its type.
        fault: NameFault,
    },
    /// VAL-22, VAL-23: the container may not leave `terminated`.
    Resurrected {
        /// In which list.
        list: StatusList,
        /// Its place in the stored list.
        index: usize,
        /// The container.
        name: &'a str,
    },
    /// VAL-25: the name is no DNS sub-domain.
    NominatedMalformed {
        /// The name.
        node: &'a str,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// VAL-25: the Pod is bound.
    NominatedWhileBound {
        /// The node that it is bound to.
        bound: &'a str,
        /// The name.
        node: &'a str,
    },
    /// VAL-28: no address, or one in a form that is ambiguous.
    Address {
        /// In which list.
        list: AddressList,
        /// Its place in the list.
        index: usize,
        /// The text.
        text: &'a str,
    },
    /// VAL-28: several addresses that are not one of each family.
    AddressFamilies {
        /// Which list.
        list: AddressList,
        /// How many there are.
        count: usize,
    },
    /// VAL-28: the first of `hostIPs` is not `hostIP`.
    HostAddressDiffers {
        /// `hostIP`.
        host: &'a str,
        /// The first of `hostIPs`.
        first: &'a str,
    },
}

const TERMS: &str =
    "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

impl Cause<'_> {
    /// The field that the answer names.
    #[must_use]
    pub const fn field(&self) -> Field {
        match *self {
            Self::FinalizerAdded { .. } | Self::FinalizerMalformed { .. } | Self::FinalizersExclusive => {
                Field::plain("metadata.finalizers")
            }
            Self::VersionMissing => Field::plain("metadata.resourceVersion"),
            Self::GenerationFell { .. } | Self::GenerationNegative { .. } => {
                Field::plain("metadata.generation")
            }
            Self::Changed { field, .. } | Self::NameMissing { field } | Self::NameMalformed { field, .. } => {
                Field::plain(match field {
                    Immutable::Name => "metadata.name",
                    Immutable::Namespace => "metadata.namespace",
                    Immutable::Uid => "metadata.uid",
                })
            }
            Self::CreationChanged { .. } => Field::plain("metadata.creationTimestamp"),
            Self::DeletionChanged { .. } => Field::plain("metadata.deletionTimestamp"),
            Self::GraceChanged { .. } => Field::plain("metadata.deletionGracePeriodSeconds"),
            Self::LabelKey { map, .. } | Self::LabelValue { map, .. } => Field::plain(map.path()),
            Self::AnnotationKey { .. } | Self::AnnotationsTooLong { .. } => {
                Field::plain("metadata.annotations")
            }
            Self::GenerateNameMalformed { .. } => Field::plain("metadata.generateName"),
            Self::OwnerIncomplete { field, .. } => Field::plain(match field {
                OwnerField::ApiVersion => "metadata.ownerReferences.apiVersion",
                OwnerField::Kind => "metadata.ownerReferences.kind",
                OwnerField::Name => "metadata.ownerReferences.name",
                OwnerField::Uid => "metadata.ownerReferences.uid",
            }),
            Self::OwnerBanned { .. } | Self::ControllerAgain { .. } => {
                Field::plain("metadata.ownerReferences")
            }
            Self::FinalizerNotStandard { index, .. } => Field::at("metadata.finalizers", index, ""),
            Self::MirrorChanged { .. } | Self::MirrorUnbound { .. } => {
                Field::plain("metadata.annotations[kubernetes.io/config.mirror]")
            }
            Self::DeletionCost { .. } => {
                Field::plain("metadata.annotations[controller.kubernetes.io/pod-deletion-cost]")
            }
            Self::SpecGraceMissing => Field::plain("spec.terminationGracePeriodSeconds"),
            Self::DeadlineOutOfRange { .. } | Self::DeadlineRaised { .. } | Self::DeadlineRemoved { .. } => {
                Field::plain("spec.activeDeadlineSeconds")
            }
            Self::Image { list, index, .. } => Field::at(list.path(), index, ".image"),
            Self::ContainerCount { list, .. } => Field::plain(list.path()),
            Self::TolerationEffect { index, .. } | Self::TolerationEffectUnknown { index, .. } => {
                Field::at("spec.tolerations", index, ".effect")
            }
            Self::TolerationRemoved { .. } => Field::plain("spec.tolerations"),
            Self::GateMalformed { index, .. } | Self::GateAgain { index, .. } => {
                Field::at("spec.schedulingGates", index, "")
            }
            Self::GateAdded { index, .. } => Field::at("spec.schedulingGates", index, ".name"),
            Self::NodeSelectorChanged { .. } => Field::plain("spec.nodeSelector"),
            Self::TermCount { .. } => Field::plain(TERMS),
            Self::TermChanged { index } => Field::at(TERMS, index, ""),
            Self::SpecChanged => Field::plain("spec"),
            Self::GatedAndBound => Field::plain("spec.nodeName"),
            Self::EphemeralAtCreate => Field::plain("spec.ephemeralContainers"),
            Self::NodeChanged { .. } => Field::plain("status.nodeName"),
            Self::QosChanged { .. } => Field::plain("status.qosClass"),
            Self::ObservedNegative { .. } => Field::plain("status.observedGeneration"),
            Self::ConditionObservedNegative { index, .. } => {
                Field::at("status.conditions", index, ".observedGeneration")
            }
            Self::ConditionType { index, .. } => Field::at("status.conditions", index, ".Type"),
            Self::Resurrected { list, index, .. } => Field::at(list.path(), index, ".state"),
            Self::NominatedMalformed { .. } | Self::NominatedWhileBound { .. } => {
                Field::plain("status.nominatedNodeName")
            }
            Self::Address { list, index, .. } => Field::at(list.path(), index, ""),
            Self::AddressFamilies { list, .. } => Field::plain(list.path()),
            Self::HostAddressDiffers { .. } => Field::at(AddressList::Host.path(), 0, ".ip"),
        }
    }

    /// The kind that the answer names.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::FinalizerAdded { .. }
            | Self::MirrorChanged { .. }
            | Self::ContainerCount { .. }
            | Self::TolerationRemoved { .. }
            | Self::GateAdded { .. }
            | Self::SpecChanged
            | Self::GatedAndBound
            | Self::EphemeralAtCreate
            | Self::NodeChanged { .. }
            | Self::Resurrected { .. }
            | Self::NominatedWhileBound { .. } => Kind::Forbidden,
            Self::NameMissing { .. }
            | Self::SpecGraceMissing
            | Self::Image { fault: ImageFault::Missing, .. } => Kind::Required,
            Self::GateAgain { .. } => Kind::Duplicate,
            Self::TolerationEffectUnknown { .. } => Kind::NotSupported,
            Self::AnnotationsTooLong { .. } => Kind::TooLong,
            Self::VersionMissing
            | Self::GenerationFell { .. }
            | Self::GenerationNegative { .. }
            | Self::Changed { .. }
            | Self::CreationChanged { .. }
            | Self::DeletionChanged { .. }
            | Self::GraceChanged { .. }
            | Self::NameMalformed { .. }
            | Self::GenerateNameMalformed { .. }
            | Self::LabelKey { .. }
            | Self::LabelValue { .. }
            | Self::AnnotationKey { .. }
            | Self::OwnerIncomplete { .. }
            | Self::OwnerBanned { .. }
            | Self::ControllerAgain { .. }
            | Self::FinalizerMalformed { .. }
            | Self::FinalizersExclusive
            | Self::FinalizerNotStandard { .. }
            | Self::DeadlineOutOfRange { .. }
            | Self::DeadlineRaised { .. }
            | Self::DeadlineRemoved { .. }
            | Self::Image { fault: ImageFault::Padded, .. }
            | Self::MirrorUnbound { .. }
            | Self::DeletionCost { .. }
            | Self::TolerationEffect { .. }
            | Self::GateMalformed { .. }
            | Self::NodeSelectorChanged { .. }
            | Self::TermCount { .. }
            | Self::TermChanged { .. }
            | Self::QosChanged { .. }
            | Self::ObservedNegative { .. }
            | Self::ConditionObservedNegative { .. }
            | Self::ConditionType { .. }
            | Self::NominatedMalformed { .. }
            | Self::Address { .. }
            | Self::AddressFamilies { .. }
            | Self::HostAddressDiffers { .. } => Kind::Invalid,
        }
    }

    /// The rule that refuses.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::FinalizerAdded { .. } => RuleId::VAL_04,
            Self::VersionMissing | Self::GenerationFell { .. } => RuleId::VAL_03,
            Self::GenerationNegative { .. }
            | Self::NameMissing { .. }
            | Self::NameMalformed { .. }
            | Self::GenerateNameMalformed { .. } => RuleId::VAL_08,
            Self::Changed { .. } | Self::CreationChanged { .. } => RuleId::VAL_01,
            Self::DeletionChanged { .. } | Self::GraceChanged { .. } => RuleId::VAL_02,
            Self::LabelKey { map: LabelMap::Labels, .. }
            | Self::LabelValue { map: LabelMap::Labels, .. }
            | Self::AnnotationKey { .. }
            | Self::AnnotationsTooLong { .. }
            | Self::OwnerIncomplete { .. }
            | Self::OwnerBanned { .. }
            | Self::ControllerAgain { .. } => RuleId::VAL_06,
            Self::FinalizerMalformed { .. }
            | Self::FinalizersExclusive
            | Self::FinalizerNotStandard { .. } => RuleId::VAL_05,
            Self::LabelKey { map: LabelMap::NodeSelector, .. }
            | Self::LabelValue { map: LabelMap::NodeSelector, .. }
            | Self::SpecGraceMissing
            | Self::DeadlineOutOfRange { .. }
            | Self::MirrorUnbound { .. }
            | Self::DeletionCost { .. }
            | Self::TolerationEffect { .. }
            | Self::TolerationEffectUnknown { .. } => RuleId::VAL_13,
            Self::GateMalformed { .. } | Self::GateAgain { .. } => RuleId::OBJ_20,
            Self::MirrorChanged { .. }
            | Self::DeadlineRaised { .. }
            | Self::DeadlineRemoved { .. }
            | Self::Image { .. }
            | Self::ContainerCount { .. }
            | Self::TolerationRemoved { .. }
            | Self::GateAdded { .. }
            | Self::NodeSelectorChanged { .. }
            | Self::TermCount { .. }
            | Self::TermChanged { .. }
            | Self::SpecChanged => RuleId::VAL_17,
            Self::GatedAndBound | Self::EphemeralAtCreate => RuleId::VAL_30,
            Self::NodeChanged { .. }
            | Self::QosChanged { .. }
            | Self::ObservedNegative { .. }
            | Self::ConditionObservedNegative { .. } => RuleId::VAL_21,
            Self::ConditionType { .. } => RuleId::VAL_26,
            Self::Resurrected { list: StatusList::EphemeralContainers, .. } => RuleId::VAL_23,
            Self::Resurrected { list: StatusList::Containers | StatusList::InitContainers, .. } => {
                RuleId::VAL_22
            }
            Self::NominatedMalformed { .. } | Self::NominatedWhileBound { .. } => RuleId::VAL_25,
            Self::Address { .. } | Self::AddressFamilies { .. } | Self::HostAddressDiffers { .. } => {
                RuleId::VAL_28
            }
        }
    }
}

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.rule(), self.field(), self.kind())
    }
}
