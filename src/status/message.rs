//! The messages that the kubelet makes up (CTR-49), put together from names.

use std::fmt;

use super::{Generated, Made, Reason, Verdict, Wait};
use crate::container::{Exit, ExitReason};
use crate::final_status::{LOST_MESSAGE, LOST_REASON};

const RESETTING: &str = "RestartingAllContainers";
const REMOVED: &str = "The container is removed because RestartAllContainers in place";

impl Made {
    /// The API value of `reason` beside the exit that was made up.
    #[must_use]
    pub const fn reason(self, exit: Exit) -> &'static str {
        match (self, exit.reason) {
            (Self::Inferred, _) => "Completed",
            (Self::Lost | Self::Gone | Self::Removed, ExitReason::RestartingAllContainers) => RESETTING,
            (
                Self::Lost | Self::Gone | Self::Removed,
                ExitReason::ContainerStatusUnknown | ExitReason::OomKilled | ExitReason::Other,
            ) => LOST_REASON,
        }
    }

    /// The API value of `message`.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Lost => LOST_MESSAGE,
            Self::Gone => {
                "The container could not be located when the pod was deleted.  The container used to be Running"
            }
            Self::Removed => REMOVED,
            Self::Inferred => {
                "Unable to get init container status from container runtime and pod has been initialized, treat \
                 it as exited normally"
            }
        }
    }
}

impl Wait {
    /// The API value of the reason; `None` where it is the failure's.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Creating => Some("ContainerCreating"),
            Self::Initializing => Some("PodInitializing"),
            Self::Unspecified => Some(""),
            Self::Resetting => Some(RESETTING),
            Self::Failed => None,
        }
    }

    /// The message beside the reason; `None` where it is the failure's.
    #[must_use]
    pub const fn message(self) -> Option<&'static str> {
        match self {
            Self::Creating | Self::Initializing | Self::Unspecified => Some(""),
            Self::Resetting => Some(REMOVED),
            Self::Failed => None,
        }
    }
}

/// The message of a condition that [`generate`](super::generate) made, as it is displayed.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a, S> {
    status: Generated<'a>,
    verdict: Verdict,
    containers: &'a [S],
    gates: &'a [S],
}

impl<'a> Generated<'a> {
    /// The message of one of its conditions. `containers` and `gates` are the names that belong to the facts, in
    /// their order.
    ///
    /// ```
    /// # use pod_lifecycle::container::{ContainerPolicy, Role};
    /// # use pod_lifecycle::phase::{Deadline, Deleting, Initialized, Pass, Source};
    /// # use pod_lifecycle::status::*;
    /// # use pod_lifecycle::sync::SandboxNeed;
    /// # let facts = Facts {
    /// #     policy: None, pass: Pass::Running, source: Source::Api, deleting: Deleting::No,
    /// #     sandbox: SandboxNeed::Fits, initialized: Initialized::No, deadline: Deadline::Open, gates: &[],
    /// #     api: Snapshot { phase: None, conditions: &[] }, cached: None, resize: &[],
    /// # };
    /// # let container = Container {
    /// #     role: Role::Regular, policy: ContainerPolicy::default(), runs: Runs::None, before: None,
    /// #     failure: StartFailure::None, probed: Probed::default(),
    /// # };
    /// let containers = [container, container];
    /// let status = generate(facts, &containers);
    /// let texts: Vec<String> = status
    ///     .conditions()
    ///     .filter_map(|listed| match listed {
    ///         Listed::Made(made) => Some(status.message(made, &["app", "log"], &[]).to_string()),
    ///         Listed::Api(_) | Listed::Resize(_) | Listed::Previous(_) => None,
    ///     })
    ///     .collect();
    /// assert_eq!(texts[2], "containers with unready status: [app log]"); // of `Ready`
    /// ```
    #[must_use]
    pub const fn message<S>(self, verdict: Verdict, containers: &'a [S], gates: &'a [S]) -> Message<'a, S> {
        Message { status: self, verdict, containers, gates }
    }
}

impl<S: AsRef<str>> fmt::Display for Message<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { reason, kind: _, status: _ } = self.verdict;
        match reason {
            Some(Reason::ContainersNotInitialized) => {
                self.list(f, "containers with incomplete status", self.status.incomplete())
            }
            Some(Reason::ContainersNotReady) => {
                self.list(f, "containers with unready status", self.status.unready())
            }
            Some(Reason::ReadinessGatesNotReady) => self.unmet(f),
            Some(Reason::RestartAllContainersStarted) => {
                f.write_str("container exited with restart policy rule")
            }
            Some(Reason::PodCompleted | Reason::PodFailed) | None => Ok(()),
        }
    }
}

impl<S: AsRef<str>> Message<'_, S> {
    fn list(
        &self,
        f: &mut fmt::Formatter<'_>,
        title: &str,
        listed: impl Iterator<Item = usize>,
    ) -> fmt::Result {
        write!(f, "{title}: [")?;
        for (place, index) in listed.enumerate() {
            f.write_str(if place == 0 { "" } else { " " })?;
            f.write_str(self.containers.get(index).map_or("", AsRef::as_ref))?;
        }
        f.write_str("]")
    }

    /// PHA-24.
    fn unmet(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (index, found)) in self.status.unmet().enumerate() {
            let gate = self.gates.get(index).map_or("", AsRef::as_ref);
            f.write_str(if place == 0 { "" } else { ", " })?;
            match found {
                None => write!(f, "corresponding condition of pod readiness gate {gate:?} does not exist.")?,
                Some(found) => {
                    let found = found.as_str();
                    write!(f, "the status of pod readiness gate {gate:?} is not \"True\", but {found}")?;
                }
            }
        }
        Ok(())
    }
}
