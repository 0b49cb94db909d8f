//! What other parts of the kubelet ask about a UID (KUB-28).

use super::record::{Begun, Marks, Stage};
use super::{Housekeeping, Worker};

/// A question about one UID, named as in the kubelet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// `IsPodKnownTerminated`: has it come to *terminated* as far as this kubelet knows?
    KnownTerminated,
    /// `CouldHaveRunningContainers`.
    CouldHaveRunningContainers,
    /// `ShouldPodBeFinished`: is nothing left to do?
    ShouldBeFinished,
    /// `IsPodTerminationRequested`.
    TerminationRequested,
    /// `ShouldPodContainersBeTerminating`.
    ContainersShouldBeTerminating,
    /// `ShouldPodRuntimeBeRemoved`: may sandboxes and containers go?
    RuntimeShouldBeRemoved,
    /// `ShouldPodContentBeRemoved`: may logs, directory and dead containers go (KUB-18)?
    ContentShouldBeRemoved,
}

impl Question {
    /// All questions, in the order of KUB-28.
    pub const ALL: [Self; 7] = [
        Self::KnownTerminated,
        Self::CouldHaveRunningContainers,
        Self::ShouldBeFinished,
        Self::TerminationRequested,
        Self::ContainersShouldBeTerminating,
        Self::RuntimeShouldBeRemoved,
        Self::ContentShouldBeRemoved,
    ];

    /// Answers from the record of the UID, or from its absence (KUB-28).
    ///
    /// ```
    /// use pod_lifecycle::worker::{Housekeeping, Question};
    /// // A UID that no worker knows may have containers until the first housekeeping has looked.
    /// assert!(Question::CouldHaveRunningContainers.answer(None, Housekeeping::NotYet));
    /// assert!(!Question::CouldHaveRunningContainers.answer(None, Housekeeping::Done));
    /// ```
    #[must_use]
    pub fn answer(self, record: Option<Worker>, housekeeping: Housekeeping) -> bool {
        let Some(Worker { stage, .. }) = record else {
            return self.answer_unknown(housekeeping);
        };
        let terminated = matches!(stage, Stage::Terminated { .. } | Stage::Finished { .. });
        match self {
            Self::KnownTerminated | Self::RuntimeShouldBeRemoved => terminated,
            Self::CouldHaveRunningContainers => !terminated,
            Self::ShouldBeFinished => matches!(stage, Stage::Finished { .. }),
            Self::TerminationRequested => !matches!(stage, Stage::Sync),
            Self::ContainersShouldBeTerminating => stage.begun() == Begun::Yes,
            Self::ContentShouldBeRemoved => {
                let marks = stage.marks();
                marks.contains(Marks::EVICTED) || (marks.contains(Marks::DELETED) && terminated) // KUB-18
            }
        }
    }

    fn answer_unknown(self, housekeeping: Housekeeping) -> bool {
        let synced = housekeeping == Housekeeping::Done;
        match self {
            Self::KnownTerminated | Self::TerminationRequested => false,
            Self::CouldHaveRunningContainers => !synced,
            Self::ShouldBeFinished
            | Self::ContainersShouldBeTerminating
            | Self::RuntimeShouldBeRemoved
            | Self::ContentShouldBeRemoved => synced,
        }
    }
}
