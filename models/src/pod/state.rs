//! The state: what is stored, what the kubelet holds and what the node runs.

use pod_lifecycle::Grace;
use pod_lifecycle::binding::{Binding, Gates};
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::deletion::{self, Deletion, Finalizers};
use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::worker::{self, Worker};

use crate::watch::{Container, Given, Name, Object};

/// A grace as an ordered token: how long it lasts plays no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// 0 s: forced.
    Zero,
    /// 1 s.
    One,
    /// Any time between.
    Short,
    /// `terminationGracePeriodSeconds` of every Pod.
    Long,
}

/// The seconds that stand for [`Token::Short`].
pub const SHORT: u64 = 10;
/// The seconds that stand for [`Token::Long`].
pub const LONG: u64 = 30;

impl Token {
    /// The grace that stands for it.
    #[must_use]
    pub const fn grace(self) -> Grace {
        match self {
            Self::Zero => Grace::ZERO,
            Self::One => Grace::ONE,
            Self::Short => Grace::from_secs(SHORT),
            Self::Long => Grace::from_secs(LONG),
        }
    }

    /// The token of a grace; the model makes no other.
    #[must_use]
    pub fn of(grace: Grace) -> Self {
        match grace.as_secs() {
            0 => Self::Zero,
            1 => Self::One,
            SHORT => Self::Short,
            _ => Self::Long,
        }
    }
}

/// Which of the two incarnations. Names are given anew when the owner creates a Pod: the older one is [`First`](Self::First).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Uid {
    /// The older one, or the only one.
    First,
    /// The younger one.
    Second,
}

impl Uid {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];
}

/// The status entry of the container. It is told only of a Pod whose phase is terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// It waits, runs, or is not there.
    Going,
    /// It has ended.
    Ended,
}

/// An exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// 0.
    Well,
    /// Another one: 1 if the process ends by itself, 137 if it is killed. Nothing here tells them apart.
    Badly,
}

impl Code {
    /// The number.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Well => 0,
            Self::Badly => 1,
        }
    }
}

/// `status` as far as it is modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// `phase`.
    pub phase: Phase,
    /// The entry of the container.
    pub entry: Entry,
}

/// Who wrote the stored phase, if it is terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// A client that is no kubelet, or nobody yet.
    Other,
    /// A kubelet process.
    Kubelet,
}

/// The stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pod {
    /// `metadata.uid`.
    pub uid: Uid,
    /// `deletionTimestamp` as a Boolean and, if it is set, `deletionGracePeriodSeconds`.
    pub grace: Option<Token>,
    /// It has a finalizer.
    pub held: bool,
    /// `spec.nodeName` is set.
    pub bound: bool,
    /// `status`.
    pub status: Status,
    /// Who wrote the phase.
    pub author: Author,
    /// Ghost: the assumptions of INV-40 hold for it so far.
    pub undisturbed: bool,
}

/// The Pod as the kubelet last saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// `metadata.uid`.
    pub uid: Uid,
    /// As in [`Pod::grace`].
    pub grace: Option<Token>,
    /// `status.phase`, if it is terminal: nothing reads more of it.
    pub ended: Option<Phase>,
}

/// `spec.restartPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// `Always`.
    Always,
    /// `Never`.
    Never,
}

impl Policy {
    /// As the kubelet reads it.
    #[must_use]
    pub const fn api(self) -> RestartPolicy {
        match self {
            Self::Always => RestartPolicy::Always,
            Self::Never => RestartPolicy::Never,
        }
    }
}

/// The container as the runtime knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instance {
    /// It was never created.
    None,
    /// It is created and never ran.
    Created,
    /// It runs.
    Running,
    /// It has ended.
    Exited(Code),
}

/// How far the call in progress of the worker has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flight {
    /// Nothing is in flight.
    None,
    /// `SyncPod` pulls the image.
    Pulling,
    /// `SyncPod` has created the container and is about to start it.
    Starting,
    /// `SyncTerminatingPod` stops the container with this grace.
    Stopping(Token),
}

/// The cached status of the kubelet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cached {
    /// The status.
    pub status: Status,
    /// `TerminatePod` has marked it finished (KUB-30 step 7).
    pub finished: bool,
}

/// What the node holds of one incarnation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Local {
    /// `spec.restartPolicy`.
    pub policy: Policy,
    /// The container. Outlives the kubelet process.
    pub instance: Instance,
    /// The sandbox is ready. Outlives the kubelet process.
    pub sandbox: bool,
    /// Its volumes are mounted. Outlives the kubelet process.
    pub mounted: bool,
    /// The record of the pod worker.
    pub worker: Option<Worker>,
    /// What its call in progress is at.
    pub flight: Flight,
    /// The status in the kubelet's cache.
    pub cached: Option<Cached>,
    /// Ghost: this kubelet process has rejected it.
    pub rejected: bool,
    /// Ghost: it was deleting or terminal when this kubelet process began.
    pub over: bool,
}

impl Local {
    /// Nothing is known of it yet.
    #[must_use]
    pub const fn new(policy: Policy) -> Self {
        Self {
            policy,
            instance: Instance::None,
            sandbox: false,
            mounted: false,
            worker: None,
            flight: Flight::None,
            cached: None,
            rejected: false,
            over: false,
        }
    }
}

/// The status writer: one request at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Writer {
    /// It waits.
    Idle,
    /// The GET is answered; its PATCH is on the way (PHA-30).
    Patch {
        /// Whose status it is.
        uid: Uid,
        /// The status.
        status: Status,
    },
    /// The final DELETE is on the way (KUB-35).
    Delete {
        /// Its precondition.
        uid: Uid,
    },
}

/// How far a kubelet process has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    /// It has not listed its Pods yet.
    Listing,
    /// It has, but housekeeping has not run.
    Listed,
    /// Housekeeping has run once.
    Synced,
}

/// The whole state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// What has the name.
    pub pod: Option<Pod>,
    /// What the node holds of both incarnations.
    pub locals: [Option<Local>; 2],
    /// What the kubelet saw last under the name.
    pub view: Option<View>,
    /// Its status writer.
    pub writer: Writer,
    /// The second write of a DELETE of the kubelet is to come (DEL-14).
    pub removing: Option<Uid>,
    /// The second write of a user's DELETE is to come, without precondition (DEL-14, DEL-24).
    pub forcing: bool,
    /// How far the kubelet process has come.
    pub life: Life,
    /// So many faults are still to come: a death of the kubelet process, a phase by another client, an eviction, a
    /// rejection, a start or a stop that fails, a PATCH that is slow, or that the name is taken again while the node
    /// still holds its former owner. While it does, no other fault happens.
    pub faults_left: u8,
}

impl State {
    /// The name is free, the node is empty, and nothing will go wrong.
    pub const EMPTY: Self = Self {
        pod: None,
        locals: [None; 2],
        view: None,
        writer: Writer::Idle,
        removing: None,
        forcing: false,
        life: Life::Synced,
        faults_left: 0,
    };

    /// What the node holds of this incarnation.
    #[must_use]
    pub const fn local(&self, uid: Uid) -> Option<Local> {
        let [first, second] = self.locals;
        match uid {
            Uid::First => first,
            Uid::Second => second,
        }
    }

    /// This state with that replaced.
    #[must_use]
    pub const fn with_local(mut self, uid: Uid, local: Option<Local>) -> Self {
        let [first, second] = self.locals;
        self.locals = match uid {
            Uid::First => [local, second],
            Uid::Second => [first, local],
        };
        self
    }

    /// How many incarnations are stored or on the node.
    #[must_use]
    pub fn alive(&self) -> usize {
        self.locals.iter().flatten().count()
    }

    /// Whether something may go wrong now.
    #[must_use]
    pub fn may_fail(&self) -> bool {
        self.faults_left > 0 && self.alive() < 2
    }

    /// The stored Pod, if it is this incarnation.
    #[must_use]
    pub fn stored(&self, uid: Uid) -> Option<Pod> {
        self.pod.filter(|pod| pod.uid == uid)
    }

    /// What a watcher of the name sees. The status of the container is not told: only its end is modelled.
    pub(super) fn object(&self) -> Option<Object> {
        let pod = self.pod?;
        Some(Object {
            name: Name::Fixed,
            returned: false,
            grace: pod.grace.map(|token| Given::Is(token.grace())),
            finalizers: pod.finalizers(),
            generation: None,
            node: pod.bound.then_some("node-1"),
            gates: Gates::Open,
            policy: self.local(pod.uid)?.policy.api(),
            phase: Some(pod.status.phase),
            disrupted: false,
            containers: [Some(Container::PLAIN), None, None],
        })
    }

    /// What the kubelet saw last of this incarnation.
    #[must_use]
    pub fn seen(&self, uid: Uid) -> Option<View> {
        self.view.filter(|view| view.uid == uid)
    }
}

/// The only stored time: no decision here reads its value (DEL-31).
const DUE: Time = Time::from_unix(1_000);

fn deletion(grace: Option<Token>) -> Deletion {
    let secs = |token: Token| i64::try_from(token.grace().as_secs()).unwrap_or(i64::MAX);
    Deletion::from_fields(grace.map(|_| DUE), grace.map(secs))
}

impl Pod {
    /// `deletionTimestamp` and `deletionGracePeriodSeconds` as the API server reads them.
    #[must_use]
    pub fn deletion(&self) -> Deletion {
        deletion(self.grace)
    }

    /// What the API server reads beside it. The clamp of DEL-08 never applies: no shortened time is past.
    #[must_use]
    pub fn facts(&self) -> deletion::Facts {
        deletion::Facts {
            now: Now::at(Time::from_unix(0)),
            binding: if self.bound { Binding::Bound } else { Binding::Unbound },
            phase: Some(self.status.phase),
            spec_grace: Some(Token::Long.grace()),
            finalizers: self.finalizers(),
        }
    }

    /// `metadata.finalizers`.
    #[must_use]
    pub const fn finalizers(&self) -> Finalizers {
        if self.held { Finalizers::other(0) } else { Finalizers::NONE }
    }

    /// As the kubelet sees it.
    #[must_use]
    pub const fn view(&self) -> View {
        View { uid: self.uid, grace: self.grace, ended: terminal(self.status.phase) }
    }
}

/// The phase, if it is terminal.
const fn terminal(phase: Phase) -> Option<Phase> {
    match phase {
        Phase::Succeeded | Phase::Failed => Some(phase),
        Phase::Pending | Phase::Running | Phase::Unknown => None,
    }
}

impl View {
    /// What the pod worker reads of a Pod that nobody has touched.
    pub(super) const UNTOUCHED: worker::Facts = worker::Facts {
        phase: None,
        deletion: Deletion::Live,
        spec_grace: Some(Token::Long.grace()),
        source: Source::Api,
    };

    /// What the pod worker reads of it.
    #[must_use]
    pub fn facts(&self) -> worker::Facts {
        worker::Facts {
            phase: self.ended,
            deletion: deletion(self.grace),
            spec_grace: Some(Token::Long.grace()),
            source: Source::Api,
        }
    }
}
