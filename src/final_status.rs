//! The end of a Pod on its node: the last status of the kubelet (KUB-32, PHA-19), the check that every status
//! passes before it is cached (CTR-35), and the final DELETE (KUB-35).

use crate::container::{ContainerPolicy, Exit, ExitReason, RestartAll, RestartPolicy, Role, Started};
use crate::phase::{self, Deleting, Phase, Source};
use crate::rules::RuleId;

/// `state` of a status entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// No state is set.
    Empty,
    /// Waiting.
    Waiting,
    /// Running.
    Running(Started),
    /// Terminated with this exit code.
    Terminated(i32),
}

/// A status entry as its Pod's end reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// `state`.
    pub shown: Shown,
    /// The exit code of `lastState`, if that is a termination.
    pub last: Option<i32>,
}

impl Entry {
    /// Evidence of a start (KUB-32): anything but waiting for the first time.
    #[must_use]
    pub const fn was_started(self) -> bool {
        match (self.shown, self.last) {
            (Shown::Waiting, None) => false,
            (Shown::Waiting, Some(_)) | (Shown::Empty | Shown::Running(_) | Shown::Terminated(_), _) => true,
        }
    }
}

/// An exit that the kubelet makes up for a container that it cannot find (KUB-32).
pub const LOST: Exit = Exit { code: 137, reason: ExitReason::ContainerStatusUnknown };
/// `reason` of [`LOST`].
pub const LOST_REASON: &str = "ContainerStatusUnknown";
/// `message` beside [`LOST`] (CTR-49).
pub const LOST_MESSAGE: &str = "The container could not be located when the pod was terminated";

/// What the spec says of the init containers, and the status of the last of them (KUB-32 step 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Inits {
    /// The spec has none.
    None,
    /// The spec has some; the last entry of their statuses.
    Some(Option<LastInit>),
}

/// The last entry of the init statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LastInit {
    /// The role of the init container at the same position of the spec; `None` if that bears another name.
    pub role: Option<Role>,
    /// What the entry shows.
    pub entry: Entry,
}

/// Whether the kubelet takes the Pod for initialized at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Initialization {
    /// It does not.
    Incomplete,
    /// It does.
    Complete,
}

impl Initialization {
    /// Reads the status at the API, also where the kubelet has one of its own (KUB-32 step 1).
    #[must_use]
    pub fn of(inits: Inits, regulars: impl IntoIterator<Item = Entry>) -> Self {
        let last = match inits {
            Inits::None => return Self::Complete,
            Inits::Some(last) => last,
        };
        let completed = last.is_some_and(|last| match (last.role, last.entry) {
            (Some(Role::Sidecar), entry) => entry.shown == Shown::Running(Started::Yes),
            (Some(Role::Init), entry) => entry.shown == Shown::Terminated(0) || entry.last == Some(0),
            (Some(Role::Regular | Role::Ephemeral) | None, _) => false,
        });
        if completed || regulars.into_iter().any(Entry::was_started) {
            Self::Complete
        } else {
            Self::Incomplete
        }
    }
}

/// How much of a status becomes [`LOST`] where it is not terminated (KUB-32).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the entries and the phase are one update"]
pub struct Ending {
    /// Regular entries: all of them, or none.
    pub regulars: Initialization,
    /// Init entries: so many, from the first.
    pub inits: usize,
    /// The phase: terminal, unless the Pod is static (PHA-19).
    pub phase: Option<Phase>,
}

impl Ending {
    /// Decides the last edit of a status (KUB-32, PHA-19). `inits` and `phase` are those of the status that is
    /// edited: the cached one, else that of the API.
    ///
    /// ```
    /// use pod_lifecycle::container::Started;
    /// use pod_lifecycle::final_status::{Ending, Entry, Initialization, LOST, Shown};
    /// use pod_lifecycle::phase::{Phase, Source};
    /// let ending = Ending::of(Initialization::Complete, &[], Some(Phase::Running), Source::Api);
    /// assert_eq!(ending.phase, Some(Phase::Failed));
    /// let running = Entry { shown: Shown::Running(Started::Yes), last: None };
    /// assert_eq!(ending.of_regular(running), Some(LOST));
    /// ```
    pub fn of(initialized: Initialization, inits: &[Entry], phase: Option<Phase>, source: Source) -> Self {
        let reached = inits.iter().rposition(|entry| entry.was_started()).unwrap_or(0);
        Self {
            regulars: initialized,
            inits: inits.len().min(reached.saturating_add(1)), // the first always
            phase: phase::terminate(phase, source),
        }
    }

    /// What a regular entry becomes; `None` leaves it as it is.
    #[must_use]
    pub const fn of_regular(self, entry: Entry) -> Option<Exit> {
        match self.regulars {
            Initialization::Complete => lost_unless_terminated(entry),
            Initialization::Incomplete => None,
        }
    }

    /// What the init entry at `index` becomes; `None` leaves it as it is.
    #[must_use]
    pub const fn of_init(self, index: usize, entry: Entry) -> Option<Exit> {
        if index < self.inits { lost_unless_terminated(entry) } else { None }
    }
}

const fn lost_unless_terminated(entry: Entry) -> Option<Exit> {
    match entry.shown {
        Shown::Terminated(_) => None,
        Shown::Empty | Shown::Waiting | Shown::Running(_) => Some(LOST),
    }
}

/// What became of an entry that was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum After {
    /// Every new entry of its name is terminated, or there is none.
    Terminated,
    /// Some new entry of its name is not terminated.
    Going,
}

/// One entry of the old status in a check of CTR-35.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Old<'a> {
    /// The exit code if the entry was terminated.
    pub exit: Option<i32>,
    /// What became of it.
    pub after: After,
    /// Its container in the spec: for a regular entry the one of its name, for an init entry the one at its
    /// position, if that bears its name.
    pub spec: Option<(Role, ContainerPolicy<'a>)>,
}

/// A status that the kubelet does not cache: the whole update is dropped (CTR-35).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Dropped {
    /// The regular container of the old entry `index` left terminated.
    #[error("{}: the container of the old status {index} left `terminated`", RuleId::CTR_35)]
    Regular {
        /// Its place in the old list.
        index: usize,
    },
    /// The init container of the old entry `index` left terminated.
    #[error("{}: the init container of the old status {index} left `terminated`", RuleId::CTR_35)]
    Init {
        /// Its place in the old list.
        index: usize,
    },
    /// The old init entry `index` is not the one of the init container at its position.
    #[error("{}: the old init status {index} does not match the spec", RuleId::CTR_35)]
    Mismatch {
        /// Its place in the old list.
        index: usize,
    },
}

impl Dropped {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::CTR_35
    }
}

/// Checks a new status against the old one before it is cached (CTR-35). The API server's own check is stricter
/// (CTR-36).
///
/// ```
/// use pod_lifecycle::container::{ContainerPolicy, RestartAll, RestartPolicy, Role};
/// use pod_lifecycle::final_status::{After, Dropped, Old, check_transition};
/// let spec = Some((Role::Regular, ContainerPolicy::default()));
/// let back = |code| [Old { exit: Some(code), after: After::Going, spec }];
/// let check = |code| {
///     check_transition(Some(RestartPolicy::OnFailure), RestartAll::Impossible, back(code), [])
/// };
/// assert_eq!(check(1), Ok(()));
/// assert_eq!(check(0), Err(Dropped::Regular { index: 0 })); // it had succeeded
/// ```
///
/// # Errors
/// [`Dropped`] for the first entry that may not change so: regular ones in their order, then those of inits.
pub fn check_transition<'a>(
    pod: Option<RestartPolicy>,
    restart_all: RestartAll,
    regulars: impl IntoIterator<Item = Old<'a>>,
    inits: impl IntoIterator<Item = Old<'a>>,
) -> Result<(), Dropped> {
    match (pod, restart_all) {
        (Some(RestartPolicy::Always), _) | (_, RestartAll::Possible) => return Ok(()),
        (Some(RestartPolicy::OnFailure | RestartPolicy::Never) | None, RestartAll::Impossible) => {}
    }
    for (index, old) in regulars.into_iter().enumerate() {
        if !may_change(old, pod) {
            return Err(Dropped::Regular { index });
        }
    }
    for (index, old) in inits.into_iter().enumerate() {
        if old.spec.is_none() {
            return Err(Dropped::Mismatch { index });
        }
        if !may_change(old, pod) {
            return Err(Dropped::Init { index });
        }
    }
    Ok(())
}

fn may_change(old: Old<'_>, pod: Option<RestartPolicy>) -> bool {
    match (old.exit, old.after) {
        (None, _) | (Some(_), After::Terminated) => true,
        (Some(code), After::Going) => {
            (code != 0 && pod == Some(RestartPolicy::OnFailure))
                || old.spec.is_some_and(|(role, policy)| match role {
                    Role::Sidecar => true,
                    Role::Init | Role::Regular | Role::Ephemeral => policy.restarts_after(code, pod),
                })
        }
    }
}

/// What the object at the API server stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// The Pod itself.
    Own,
    /// The mirror of a static Pod.
    Mirror,
}

/// Whether the worker has finished the Pod (KUB-30 step 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finished {
    /// Not yet.
    No,
    /// It has.
    Yes,
}

/// Whether the kubelet sends the DELETE with grace 0 and the UID as precondition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FinalDelete {
    /// It does not, at least not yet.
    Withheld,
    /// It does.
    Sent,
}

/// Decides the final DELETE (KUB-35). `stored` is the phase at the API as this cycle has read or written it; the
/// kubelet's own phase plays no part.
///
/// ```
/// use pod_lifecycle::Phase;
/// use pod_lifecycle::final_status::{FinalDelete, Finished, Object, final_delete};
/// use pod_lifecycle::phase::Deleting;
/// let send = |phase| final_delete(Deleting::Yes, Object::Own, Some(phase), Finished::Yes);
/// assert_eq!(send(Phase::Failed), FinalDelete::Sent);
/// assert_eq!(send(Phase::Running), FinalDelete::Withheld);
/// ```
#[must_use]
pub fn final_delete(
    deleting: Deleting,
    object: Object,
    stored: Option<Phase>,
    finished: Finished,
) -> FinalDelete {
    match (deleting, object, stored, finished) {
        (Deleting::Yes, Object::Own, Some(Phase::Succeeded | Phase::Failed), Finished::Yes) => {
            FinalDelete::Sent
        }
        (Deleting::No | Deleting::Yes, Object::Own | Object::Mirror, _, Finished::No | Finished::Yes) => {
            FinalDelete::Withheld
        }
    }
}
