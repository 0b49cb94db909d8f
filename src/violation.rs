//! Changes that break the protocol: which rule, with what force, and both values.

use std::fmt;

mod judged;
mod parts;
mod shown;

pub use parts::{Flaw, Force, Predecessor};

use crate::container::ContainerState;
use crate::deletion::Deletion;
use crate::rules::RuleId;
use crate::time::{Grace, Time};

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
        /// A hazard where it may be a successor (CRE-15).
        force: Force,
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
    /// `deletionTimestamp` was set, and `generation` was not increased with it.
    #[error("deletionTimestamp was set and generation stayed `{generation}`")]
    GenerationKept {
        /// As it was.
        generation: i64,
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
        /// How illegal it is.
        force: Force,
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
    /// The status entry of a container was dropped, although no kubelet rejected the Pod.
    #[error("the status of container `{container}` was dropped, it was {old}")]
    StatusDropped {
        /// The container.
        container: Box<str>,
        /// Its state before.
        old: ContainerState,
        /// How illegal it is.
        force: Force,
    },
    /// The exit of a container that is not started again was rewritten.
    #[error("container `{container}` went from {old} to {new} although nothing restarts it")]
    ExitRewritten {
        /// The container.
        container: Box<str>,
        /// Before.
        old: ContainerState,
        /// After.
        new: ContainerState,
        /// How illegal it is.
        force: Force,
    },
    /// A container was started again before its back-off was over.
    #[error("container `{container}` was started again at `{began}`, its back-off lasts until `{due}`")]
    RestartedEarly {
        /// The container.
        container: Box<str>,
        /// When it was started.
        began: Time,
        /// The first second in which it could have been.
        due: Time,
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
        /// How illegal it is.
        force: Force,
    },
    /// A container was started although the phase was terminal.
    #[error("container `{container}` went from {old} to running after the Pod had ended")]
    StartedAfterEnd {
        /// The container.
        container: Box<str>,
        /// Its state before.
        old: ContainerState,
        /// INV-21, NON-05 where `PodGC` wrote the phase, or KUB-66 of a static Pod.
        rule: RuleId,
        /// How illegal it is.
        force: Force,
    },
    /// The kubelet's `DisruptionTarget` did not come with the end of the Pod.
    #[error("DisruptionTarget by the kubelet appeared in phase `{phase}`, not with the end of the Pod")]
    DisruptedEarly {
        /// The phase.
        phase: Box<str>,
        /// How illegal it is.
        force: Force,
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
        /// `DELETE`, `deletecollection`, `eviction` or `binding`.
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

fn show<T: fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map(T::to_string).unwrap_or_default()
}

const fn reason(rule: RuleId) -> &'static str {
    match rule {
        RuleId::PHA_40 => " on a Pod that is bound to no node",
        RuleId::PHA_41 => ", which no component writes",
        RuleId::PHA_15 => "; a terminal phase is final",
        RuleId::KUB_66 => "; the kubelet of a static Pod does not look at it",
        RuleId::NON_02 => " over the phase that the Pod garbage collector wrote",
        _ => "",
    }
}
