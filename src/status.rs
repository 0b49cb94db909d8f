//! The status that the kubelet computes from what the runtime knows ([`generate`]: PHA-10 … PHA-25,
//! CTR-40 … CTR-47), and what of it reaches the API server ([`merge`]: PHA-31 … PHA-34).
//!
//! Both decide over facts without text and name by index whose text a condition or an entry carries. They allocate
//! nothing: what they return borrows the facts and answers when it is asked.

mod container;
mod generate;
mod merge;
mod message;

pub use container::{
    Before, Body, Container, Entry, Identity, LastState, Made, Nth, Origin, Probed, Ready, Run, RunState,
    Runs, Shown, StartFailure, State, Wait,
};
pub use generate::{Facts, Gate, Generated, Listed, Verdict, generate};
pub use merge::{Content, Merge, Merged, Since, Snapshot, merge};
pub use message::Message;

use crate::phase::Phase;

/// `type` of a condition, as far as somebody decides over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConditionType {
    /// `PodScheduled`.
    PodScheduled,
    /// `PodReadyToStartContainers`.
    PodReadyToStartContainers,
    /// `Initialized`.
    Initialized,
    /// `ContainersReady`.
    ContainersReady,
    /// `Ready`.
    Ready,
    /// `AllContainersRestarting`.
    AllContainersRestarting,
    /// `PodResizePending`.
    PodResizePending,
    /// `PodResizeInProgress`.
    PodResizeInProgress,
    /// `DisruptionTarget`.
    DisruptionTarget,
    /// Any other type.
    Other,
}

/// Who writes a condition (OBJ-40).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The kubelet alone.
    Kubelet,
    /// The kubelet and others.
    Shared,
    /// Others; the kubelet keeps what it finds.
    Others,
}

impl ConditionType {
    /// Every type that has a name.
    pub const NAMED: [Self; 9] = [
        Self::PodScheduled,
        Self::PodReadyToStartContainers,
        Self::Initialized,
        Self::ContainersReady,
        Self::Ready,
        Self::AllContainersRestarting,
        Self::PodResizePending,
        Self::PodResizeInProgress,
        Self::DisruptionTarget,
    ];

    /// Reads the API value.
    #[must_use]
    pub fn from_api(text: &str) -> Self {
        Self::NAMED.into_iter().find(|kind| kind.as_str() == text).unwrap_or(Self::Other)
    }

    /// The API value; empty for [`Other`](Self::Other).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PodScheduled => "PodScheduled",
            Self::PodReadyToStartContainers => "PodReadyToStartContainers",
            Self::Initialized => "Initialized",
            Self::ContainersReady => "ContainersReady",
            Self::Ready => "Ready",
            Self::AllContainersRestarting => "AllContainersRestarting",
            Self::PodResizePending => "PodResizePending",
            Self::PodResizeInProgress => "PodResizeInProgress",
            Self::DisruptionTarget => "DisruptionTarget",
            Self::Other => "",
        }
    }

    /// Who writes conditions of this type (OBJ-40).
    ///
    /// ```
    /// use pod_lifecycle::status::{ConditionType, Owner};
    /// assert_eq!(ConditionType::from_api("Ready").owner(), Owner::Kubelet);
    /// assert_eq!(ConditionType::from_api("example.com/gate").owner(), Owner::Others);
    /// ```
    #[must_use]
    pub const fn owner(self) -> Owner {
        match self {
            Self::PodScheduled
            | Self::PodReadyToStartContainers
            | Self::Initialized
            | Self::ContainersReady
            | Self::Ready
            | Self::AllContainersRestarting
            | Self::PodResizePending
            | Self::PodResizeInProgress => Owner::Kubelet,
            Self::DisruptionTarget => Owner::Shared,
            Self::Other => Owner::Others,
        }
    }
}

/// `status` of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// `True`.
    True,
    /// `False`.
    False,
    /// `Unknown`.
    Unknown,
    /// Any other text, or none; all of them count as the same.
    Other,
}

impl Truth {
    /// Reads the API value.
    #[must_use]
    pub fn from_api(text: &str) -> Self {
        match text {
            "True" => Self::True,
            "False" => Self::False,
            "Unknown" => Self::Unknown,
            _ => Self::Other,
        }
    }

    /// The API value; empty for [`Other`](Self::Other).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
            Self::Other => "",
        }
    }
}

/// A condition as the decisions read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// `type`.
    pub kind: ConditionType,
    /// `status`.
    pub status: Truth,
}

/// `reason` of a condition that the kubelet makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// `PodCompleted`: the phase is `Succeeded`.
    PodCompleted,
    /// `PodFailed`: the phase is `Failed`.
    PodFailed,
    /// `ContainersNotInitialized`.
    ContainersNotInitialized,
    /// `ContainersNotReady`.
    ContainersNotReady,
    /// `ReadinessGatesNotReady`.
    ReadinessGatesNotReady,
    /// `RestartAllContainersStarted`.
    RestartAllContainersStarted,
}

impl Reason {
    /// The API value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PodCompleted => "PodCompleted",
            Self::PodFailed => "PodFailed",
            Self::ContainersNotInitialized => "ContainersNotInitialized",
            Self::ContainersNotReady => "ContainersNotReady",
            Self::ReadinessGatesNotReady => "ReadinessGatesNotReady",
            Self::RestartAllContainersStarted => "RestartAllContainersStarted",
        }
    }

    /// Why nothing is ready in a terminal phase (OBJ-41); `None` in any other.
    #[must_use]
    pub const fn of_end(phase: Phase) -> Option<Self> {
        match phase {
            Phase::Succeeded => Some(Self::PodCompleted),
            Phase::Failed => Some(Self::PodFailed),
            Phase::Pending | Phase::Running | Phase::Unknown => None,
        }
    }
}
