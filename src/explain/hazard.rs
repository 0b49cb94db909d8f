//! What an operator's means can break of «at most one», by who makes the successor of the Pod: a table, which
//! `tests/models` computes again by exploring the models.

use super::outcome::Means;
use crate::rules::RuleId;

/// Who makes the successor of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Successor {
    /// Nobody: it has no controller.
    Nobody,
    /// A ReplicaSet, or a `ReplicationController`.
    ReplicaSet,
    /// A StatefulSet; any owner of which nothing is known is taken for one, since it too must wait for the name.
    StatefulSet,
    /// A Job with this `podReplacementPolicy`.
    Job(Replacement),
    /// A DaemonSet.
    DaemonSet,
    /// The file of a static Pod on its node, whose mirror this object is.
    File,
}

/// `podReplacementPolicy` of a Job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replacement {
    /// `TerminatingOrFailed`, the default.
    TerminatingOrFailed,
    /// `Failed`.
    Failed,
}

/// When the successor of a Pod is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Never.
    Never,
    /// Once it is deleting or has ended.
    Deleting,
    /// Once it has ended or is gone.
    Ended,
    /// Once its object is gone, and its name is free.
    Gone,
}

impl Successor {
    /// Who makes the successor of a Pod whose controller is of this kind; a Job has its default policy.
    #[must_use]
    pub fn of(kind: Option<&str>) -> Self {
        match kind {
            None => Self::Nobody,
            Some("ReplicaSet" | "ReplicationController") => Self::ReplicaSet,
            Some("Job") => Self::Job(Replacement::TerminatingOrFailed),
            Some("DaemonSet") => Self::DaemonSet,
            Some("Node") => Self::File,
            Some(_) => Self::StatefulSet,
        }
    }

    /// When it is made, and the rule that says so.
    #[must_use]
    pub const fn moment(self) -> (Moment, RuleId) {
        match self {
            Self::Nobody => (Moment::Never, RuleId::OBJ_07),
            Self::ReplicaSet => (Moment::Deleting, RuleId::CTL_RS_02),
            Self::StatefulSet => (Moment::Gone, RuleId::CTL_SS_01),
            Self::Job(Replacement::TerminatingOrFailed) => (Moment::Deleting, RuleId::CTL_JOB_03),
            Self::Job(Replacement::Failed) => (Moment::Ended, RuleId::CTL_JOB_03),
            Self::DaemonSet => (Moment::Ended, RuleId::CTL_DS_01),
            Self::File => (Moment::Never, RuleId::KUB_66),
        }
    }
}

/// What can come of one of the means while processes of the Pod may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Danger {
    /// Nothing: at most one runs.
    None,
    /// Its object goes and its processes run on; nobody makes a successor, but whoever does has two.
    Unseen,
    /// A successor runs beside it.
    Beside,
}

/// What takes the danger away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unless {
    /// The machine is off, and stays off until what declared it dead is taken back.
    Fenced,
    /// Its kubelet has sent the final DELETE: no forced one has set its grace to 0.
    Confirmed,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hazard {
    /// What can come of it.
    pub danger: Danger,
    /// What takes that away; `None` if nothing does, or there is no danger.
    pub unless: Option<Unless>,
    /// Why: the rules of a shortest way to it, in order.
    pub because: &'static [RuleId],
}

impl Hazard {
    /// There is none.
    pub const NONE: Self = Self { danger: Danger::None, unless: None, because: &[] };

    const fn unseen(unless: Unless, because: &'static [RuleId]) -> Self {
        Self { danger: Danger::Unseen, unless: Some(unless), because }
    }

    const fn beside(because: &'static [RuleId]) -> Self {
        Self { danger: Danger::Beside, unless: None, because }
    }

    const fn except(unless: Unless, because: &'static [RuleId]) -> Self {
        Self { danger: Danger::Beside, unless: Some(unless), because }
    }

    /// What can come of `means` for a Pod of this owner, be its node cut off or not (NON-01).
    ///
    /// It speaks of means that take effect: that remove the object, or mark it. Those that remove finalizers follow a
    /// DELETE, forced or not.
    ///
    /// ```
    /// use pod_lifecycle::explain::{Danger, Hazard, Means, Successor, Unless};
    /// let forced = Hazard::of(Successor::StatefulSet, Means::ForceDelete);
    /// assert_eq!((forced.danger, forced.unless), (Danger::Beside, Some(Unless::Fenced)));
    /// assert_eq!(Hazard::of(Successor::StatefulSet, Means::Delete).danger, Danger::None);
    /// // A ReplicaSet promises nothing: its next Pod runs while this one stops.
    /// assert_eq!(Hazard::of(Successor::ReplicaSet, Means::Delete).danger, Danger::Beside);
    /// ```
    #[must_use]
    pub const fn of(successor: Successor, means: Means) -> Self {
        use Means::{Delete, DropFinalizers, Evict, ForceDelete, OutOfService, RemoveNode, Wait};
        use Replacement::{Failed, TerminatingOrFailed};
        use RuleId as R;
        use Unless::{Confirmed, Fenced};
        match (successor, means) {
            (Successor::Nobody, Wait | Delete | Evict) => Self::NONE,
            (Successor::Nobody, DropFinalizers) => Self::unseen(Confirmed, &[R::DEL_29, R::DEL_16]),
            (Successor::Nobody, OutOfService) => {
                Self::unseen(Fenced, &[R::CTL_TNT_04, R::CTL_PGC_03, R::CTL_PGC_06])
            }
            (Successor::Nobody, RemoveNode) => Self::unseen(Fenced, &[R::CTL_PGC_04, R::CTL_PGC_06]),
            (Successor::Nobody, ForceDelete) => Self::unseen(Fenced, &[R::DEL_29]),

            (Successor::ReplicaSet, Wait | OutOfService) => Self::beside(&[R::CTL_TNT_04, R::CTL_RS_02]),
            (Successor::ReplicaSet, Delete | Evict | DropFinalizers) => {
                Self::beside(&[R::DEL_07, R::CTL_RS_02])
            }
            (Successor::ReplicaSet, RemoveNode) => {
                Self::beside(&[R::CTL_PGC_04, R::CTL_PGC_06, R::CTL_RS_02])
            }
            (Successor::ReplicaSet, ForceDelete) => Self::beside(&[R::DEL_29, R::CTL_RS_02]),

            (Successor::StatefulSet, Wait | Delete | Evict) => Self::NONE,
            (Successor::StatefulSet, DropFinalizers) => {
                Self::except(Confirmed, &[R::DEL_29, R::DEL_16, R::CTL_SS_01])
            }
            (Successor::StatefulSet, OutOfService) => {
                Self::except(Fenced, &[R::CTL_TNT_04, R::CTL_PGC_03, R::CTL_PGC_06, R::CTL_SS_01])
            }
            (Successor::StatefulSet, RemoveNode) => {
                Self::except(Fenced, &[R::CTL_PGC_04, R::CTL_PGC_06, R::CTL_SS_01])
            }
            (Successor::StatefulSet, ForceDelete) => Self::except(Fenced, &[R::DEL_29, R::CTL_SS_01]),

            (Successor::Job(TerminatingOrFailed), Wait | OutOfService) => {
                Self::beside(&[R::CTL_TNT_04, R::CTL_JOB_03])
            }
            (Successor::Job(TerminatingOrFailed), Delete | Evict | DropFinalizers) => {
                Self::beside(&[R::DEL_07, R::CTL_JOB_03])
            }
            (Successor::Job(TerminatingOrFailed), RemoveNode) => {
                Self::beside(&[R::CTL_PGC_04, R::CTL_PGC_06, R::CTL_JOB_03])
            }
            (Successor::Job(TerminatingOrFailed), ForceDelete) => Self::beside(&[R::DEL_29, R::CTL_JOB_03]),

            (Successor::Job(Failed), Wait | Delete | Evict) => Self::NONE,
            (Successor::Job(Failed), DropFinalizers) => {
                Self::except(Confirmed, &[R::DEL_29, R::DEL_16, R::CTL_JOB_03])
            }
            (Successor::Job(Failed), OutOfService) => {
                Self::except(Fenced, &[R::CTL_TNT_04, R::CTL_PGC_03, R::CTL_PGC_06, R::CTL_JOB_03])
            }
            (Successor::Job(Failed), RemoveNode) => {
                Self::except(Fenced, &[R::CTL_PGC_04, R::CTL_PGC_06, R::CTL_JOB_03])
            }
            (Successor::Job(Failed), ForceDelete) => Self::except(Fenced, &[R::DEL_29, R::CTL_JOB_03]),

            (Successor::DaemonSet, Wait | Delete | Evict) => Self::NONE,
            (Successor::DaemonSet, DropFinalizers) => {
                Self::except(Confirmed, &[R::DEL_29, R::DEL_16, R::CTL_DS_01])
            }
            (Successor::DaemonSet, OutOfService) => {
                Self::except(Fenced, &[R::CTL_PGC_03, R::CTL_TNT_04, R::CTL_PGC_06, R::CTL_DS_01])
            }
            (Successor::DaemonSet, RemoveNode) => {
                Self::except(Fenced, &[R::CTL_PGC_04, R::CTL_PGC_06, R::CTL_DS_01])
            }
            (Successor::DaemonSet, ForceDelete) => Self::except(Fenced, &[R::DEL_29, R::CTL_DS_01]),

            // KUB-24, KUB-66: its kubelet makes another mirror, and no second Pod of the name before the first has ended.
            (
                Successor::File,
                Wait | Delete | Evict | DropFinalizers | OutOfService | RemoveNode | ForceDelete,
            ) => Self::NONE,
        }
    }
}
