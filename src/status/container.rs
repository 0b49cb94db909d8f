//! From the runtime's view of a container to its status entry (CTR-40 … CTR-45, CTR-47).

use crate::container::{
    ContainerPolicy, ContainerState, Exit, ExitReason, Health, Instance, RestartPolicy, Role, Started,
};
use crate::final_status::LOST;
use crate::phase::Deleting;
use crate::sync::{self, Reset, Start, lost_count, reported_count, should_start};

/// A container of the spec with everything that its status entry is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Container<'a> {
    /// What the container is for.
    pub role: Role,
    /// Its restart settings.
    pub policy: ContainerPolicy<'a>,
    /// The instances that the runtime knows.
    pub runs: Runs,
    /// The entry that was reported before, in the list of its role in the previous status (PHA-10).
    pub before: Option<Before>,
    /// Whether the last attempt to start it failed.
    pub failure: StartFailure,
    /// What the prober writes.
    pub probed: Probed,
}

/// The two newest instances of a container; older ones play no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Runs {
    /// The runtime knows none.
    None,
    /// It knows one.
    One(Run),
    /// It knows more.
    More {
        /// The newest one.
        newest: Run,
        /// The one before it.
        second: Run,
    },
}

impl Runs {
    /// Takes the first two, newest first.
    #[must_use]
    pub fn of(newest_first: impl IntoIterator<Item = Run>) -> Self {
        let mut runs = newest_first.into_iter();
        match (runs.next(), runs.next()) {
            (Some(newest), Some(second)) => Self::More { newest, second },
            (Some(newest), None) => Self::One(newest),
            (None, _) => Self::None,
        }
    }

    /// The newest instance.
    #[must_use]
    pub const fn newest(self) -> Option<Run> {
        match self {
            Self::None => None,
            Self::One(newest) | Self::More { newest, second: _ } => Some(newest),
        }
    }
}

/// One instance as the runtime reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Run {
    /// Its state.
    pub state: RunState,
    /// The restart count that is stored with it.
    pub restarts: i32,
    /// Whether the entry that was reported before bears its container ID.
    pub identity: Identity,
}

/// State of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunState {
    /// Created, but not started.
    Created,
    /// Running.
    Running,
    /// Ended.
    Exited(Exit),
    /// The runtime cannot tell.
    Unknown,
    /// The runtime names no state. It is shown as waiting, but restarted like one that ended with this code
    /// (CTR-02).
    Unset(i32),
}

impl RunState {
    /// The instance that decisions over restarts see.
    const fn instance(self) -> Instance {
        match self {
            Self::Created => Instance::Created,
            Self::Running => Instance::Running(Health::GOOD),
            Self::Exited(exit) => Instance::Exited(exit),
            Self::Unknown => Instance::Unknown,
            Self::Unset(code) => Instance::Exited(Exit { code, reason: ExitReason::Other }),
        }
    }

    /// The instance that a reset looks at: one without a state has not exited (CTR-32).
    pub(super) const fn evidence(self) -> Instance {
        match self {
            Self::Unset(_) => Instance::Unknown,
            Self::Created | Self::Running | Self::Exited(_) | Self::Unknown => self.instance(),
        }
    }

    /// Whether it proves that initialization is over (CTR-43).
    pub(super) const fn was_made(self) -> bool {
        match self {
            Self::Created | Self::Running | Self::Exited(_) => true,
            Self::Unknown | Self::Unset(_) => false,
        }
    }
}

/// Whether an instance is the one that was reported before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// It is, by its container ID.
    Reported,
    /// It is not.
    Other,
}

/// The status entry that was reported before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Before {
    /// `state`.
    pub shown: Shown,
    /// `lastState`, if that is a termination.
    pub last: Option<Exit>,
    /// `restartCount`.
    pub restarts: i32,
    /// `started`.
    pub started: Option<Started>,
    /// `ready`.
    pub ready: Ready,
}

/// `state` of an entry that was reported before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// No state is set.
    Empty,
    /// Waiting.
    Waiting,
    /// Running.
    Running,
    /// Terminated.
    Terminated(Exit),
}

/// `ready` of a status entry (OBJ-52).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ready {
    /// False.
    No,
    /// True.
    Yes,
}

/// The kubelet's record of the last attempt to start a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StartFailure {
    /// It did not fail, or there was none.
    None,
    /// It failed; its reason and message are shown (OBJ-51).
    Recorded,
}

/// What the prober writes into an entry, whatever its state (PHA-16). `None` leaves the member as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Probed {
    /// `ready`.
    pub ready: Option<Ready>,
    /// `started`.
    pub started: Option<Started>,
}

/// A computed status entry. Texts, times and IDs are where its members say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// `state`.
    pub state: State,
    /// `lastState`.
    pub last: LastState,
    /// `restartCount`.
    pub restarts: i32,
    /// `started`.
    pub started: Option<Started>,
    /// `ready`.
    pub ready: Ready,
    /// Where `image`, `imageID` and `containerID` come from.
    pub body: Body,
}

/// `state` of a computed entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Waiting.
    Waiting(Wait),
    /// Running since this instance started.
    Running(Nth),
    /// Terminated.
    Terminated(Exit, Origin),
}

/// Why a container waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wait {
    /// `ContainerCreating`: for its first start (OBJ-51).
    Creating,
    /// `PodInitializing`: the same in a Pod with init containers (OBJ-51).
    Initializing,
    /// No reason: the newest instance has not been started, or nothing is known of it (CTR-40, CTR-41).
    Unspecified,
    /// `RestartingAllContainers`: its instances were removed for a reset (CTR-31).
    Resetting,
    /// The reason and message of the last start failure (CTR-44).
    Failed,
}

/// An instance of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nth {
    /// The newest one.
    Newest,
    /// The one before it.
    Second,
}

/// Where a termination comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The runtime reports it of this instance.
    Run(Nth),
    /// `state` of the entry that was reported before.
    Shown,
    /// `lastState` of the entry that was reported before.
    Last,
    /// The kubelet makes it up.
    Made(Made),
}

/// A termination that nobody reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Made {
    /// A container that ran has an unknown state (CTR-41).
    Lost,
    /// A container that ran has no instance (CTR-42).
    Gone,
    /// Its instances were removed for a reset (CTR-31).
    Removed,
    /// An init container without instance must have succeeded (CTR-43).
    Inferred,
}

/// `lastState` of a computed entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LastState {
    /// None.
    None,
    /// As a state is converted.
    Of(State),
    /// That of the entry that was reported before, whatever it is; the exit if it is a termination.
    Reported(Option<Exit>),
}

impl LastState {
    /// The exit, if it is a termination.
    #[must_use]
    pub const fn exit(self) -> Option<Exit> {
        match self {
            Self::Of(State::Terminated(exit, _)) => Some(exit),
            Self::Reported(exit) => exit,
            Self::None | Self::Of(State::Waiting(_) | State::Running(_)) => None,
        }
    }
}

/// Where the other members of an entry come from (CTR-47).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// The newest instance.
    Newest,
    /// The spec: its image, and neither image ID nor container ID.
    Spec,
    /// The entry that was reported before.
    Reported,
}

impl Entry {
    /// The entry as the phase reads it.
    #[must_use]
    pub const fn fact(self) -> ContainerState {
        match (self.state, self.last.exit()) {
            (State::Running(_), _) => ContainerState::Running(match self.started {
                Some(started) => started,
                None => Started::NotYet,
            }),
            (State::Terminated(exit, _), _) => ContainerState::Terminated(exit),
            (State::Waiting(_), Some(exit)) => ContainerState::WaitingAfter(exit),
            (State::Waiting(_), None) => ContainerState::Waiting,
        }
    }

    /// What the prober makes of it (PHA-16).
    pub(super) fn probed(self, probed: Probed) -> Self {
        Self { ready: probed.ready.unwrap_or(self.ready), started: probed.started.or(self.started), ..self }
    }
}

/// What an entry depends on besides its own container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Around {
    pub(super) policy: Option<RestartPolicy>,
    pub(super) deleting: Deleting,
    pub(super) reset: Reset,
    /// The reason of a container that waits for its first start.
    pub(super) waits: Wait,
    pub(super) initialization: Initialization,
}

/// Whether the instances of regular containers prove that initialization is over (CTR-43).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Initialization {
    Unproven,
    Over,
}

impl Container<'_> {
    /// Converts the runtime's view (CTR-40 … CTR-45), before the prober writes into it.
    pub(super) fn entry(&self, around: Around) -> Entry {
        let entry = match self.runs {
            Runs::None => self.without_instance(around),
            Runs::One(newest) => self.with_instance(newest, None, around.reset),
            Runs::More { newest, second } => self.with_instance(newest, Some(second), around.reset),
        };
        if self.must_have_succeeded(entry, around) {
            Entry { state: ended(INFERRED, Made::Inferred), ..entry } // CTR-43
        } else if self.shows_failure(around) {
            failed(entry) // CTR-44
        } else {
            entry
        }
    }

    /// Whether a regular init container without instance is taken to have succeeded (CTR-43).
    fn must_have_succeeded(&self, entry: Entry, around: Around) -> bool {
        match (self.role, self.runs, entry.state, around.initialization) {
            (Role::Init, Runs::None, State::Waiting(_), Initialization::Over) => true,
            (Role::Init | Role::Sidecar | Role::Regular | Role::Ephemeral, ..) => false,
        }
    }

    fn with_instance(&self, newest: Run, second: Option<Run>, reset: Reset) -> Entry {
        let one_instance = || match self.before {
            Some(Before { shown: Shown::Terminated(exit), .. }) if newest.identity == Identity::Other => {
                LastState::Of(State::Terminated(exit, Origin::Shown))
            }
            Some(Before { last: Some(exit), .. }) => LastState::Of(State::Terminated(exit, Origin::Last)),
            Some(_) | None => LastState::None,
        };
        let state = self.converted(newest, Nth::Newest, reset);
        Entry {
            state,
            last: second.map_or_else(one_instance, |second| {
                LastState::Of(self.converted(second, Nth::Second, reset))
            }),
            restarts: match (state, self.before) {
                (State::Terminated(_, Origin::Made(_)), Some(before)) => lost_count(before.restarts),
                (_, before) => reported_count(newest.state.instance(), newest.restarts, counted(before)),
            },
            started: match state {
                State::Running(_) => self.before.and_then(|before| before.started),
                State::Waiting(_) | State::Terminated(..) => None,
            },
            ready: Ready::No,
            body: Body::Newest,
        }
    }

    /// CTR-40, CTR-41.
    fn converted(&self, run: Run, nth: Nth, reset: Reset) -> State {
        match (run.state, self.before) {
            (RunState::Running, _) => State::Running(nth),
            (RunState::Exited(exit), _) => State::Terminated(exit, Origin::Run(nth)),
            (RunState::Unknown, Some(Before { shown: Shown::Running, .. })) => {
                ended(if reset == Reset::Due { RESET } else { LOST }, Made::Lost)
            }
            (RunState::Created | RunState::Unknown | RunState::Unset(_), _) => {
                State::Waiting(Wait::Unspecified)
            }
        }
    }

    fn without_instance(&self, around: Around) -> Entry {
        let waiting = Entry {
            state: State::Waiting(around.waits),
            last: LastState::None,
            restarts: 0,
            started: None,
            ready: Ready::No,
            body: Body::Spec,
        };
        let Some(before) = self.before else { return waiting };
        let entry = match before.shown {
            Shown::Terminated(exit) => Entry {
                state: State::Terminated(exit, Origin::Shown),
                last: LastState::Reported(before.last),
                restarts: before.restarts,
                started: before.started,
                ready: before.ready,
                body: Body::Reported,
            },
            Shown::Empty | Shown::Waiting | Shown::Running => {
                Entry { last: LastState::Reported(before.last), restarts: before.restarts, ..waiting }
            }
        };
        match (before.shown, around.reset) {
            (Shown::Empty | Shown::Running | Shown::Terminated(_), Reset::Due) => Entry {
                state: State::Waiting(Wait::Resetting), // CTR-31
                last: LastState::Of(ended(RESET, Made::Removed)),
                restarts: lost_count(before.restarts),
                ..entry
            },
            (Shown::Running, Reset::NotDue) if before.last.is_none() => Entry {
                last: LastState::Of(ended(LOST, Made::Gone)), // CTR-42
                restarts: match around.deleting {
                    Deleting::No => lost_count(before.restarts),
                    Deleting::Yes => before.restarts,
                },
                ..entry
            },
            (Shown::Empty | Shown::Running | Shown::Terminated(_), Reset::NotDue) | (Shown::Waiting, _) => {
                entry
            }
        }
    }

    /// Whether the last start failure is shown (CTR-44).
    fn shows_failure(&self, around: Around) -> bool {
        let newest = self.runs.newest().map(|run| run.state);
        let completed = match (self.role, newest) {
            (Role::Init | Role::Sidecar, Some(RunState::Exited(exit))) => exit.code == 0,
            (Role::Init | Role::Sidecar | Role::Regular | Role::Ephemeral, _) => false,
        };
        let instance = newest.map(RunState::instance);
        self.failure == StartFailure::Recorded
            && !completed
            && should_start(instance, self.policy, around.policy, around.deleting) == Start::Yes
    }
}

/// CTR-44.
fn failed(entry: Entry) -> Entry {
    let last = match entry.state {
        State::Terminated(..) => LastState::Of(entry.state),
        State::Waiting(_) | State::Running(_) => entry.last,
    };
    Entry { state: State::Waiting(Wait::Failed), last, ..entry }
}

const fn ended(exit: Exit, made: Made) -> State {
    State::Terminated(exit, Origin::Made(made))
}

const fn counted(before: Option<Before>) -> sync::Before {
    match before {
        Some(Before { shown: Shown::Terminated(_), restarts, .. }) => sync::Before::Terminated(restarts),
        Some(Before { restarts, .. }) => sync::Before::Other(restarts),
        None => sync::Before::Nothing,
    }
}

/// The exit of a container whose instances a reset removed (CTR-31).
const RESET: Exit = Exit { code: 137, reason: ExitReason::RestartingAllContainers };
/// The exit of an init container that must have succeeded (CTR-43).
const INFERRED: Exit = Exit { code: 0, reason: ExitReason::Other };
